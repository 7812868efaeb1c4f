"""Queriers against a server: every type there and back, both kinds of models, both kinds of connections."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import ipaddress
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path, PurePath
from types import ModuleType
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.range import Range

from querygen.config_file import read_config
from querygen.sql.parse import expand_paths
from tests.pg_fixtures import PgDatabase

CASES = Path(__file__).parent.parent / "cases" / "querier"
Load = Callable[[str, str], ModuleType]
UTC = dt.UTC


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """`load("types", "queries")` imports a module of a case's expectation."""
    folder = tmp_path_factory.mktemp("run")
    for case in CASES.iterdir():
        target = folder / f"run_{case.name}"
        shutil.copytree(case / "expected", target)
        for file in target.glob("*.py"):
            file.write_text(file.read_text().replace("from expected import", f"from {target.name} import"))
    sys.path.insert(0, str(folder))
    yield lambda case, module: importlib.import_module(f"run_{case}.{module}")
    sys.path.remove(str(folder))


def database(pg_database: PgDatabase, case: str) -> str:
    config = read_config(CASES / case)
    return pg_database("".join(path.read_text() for path in expand_paths(config.schema, config.root)))


def values(models: ModuleType) -> dict[str, Any]:
    """What is written into the table of everything."""
    moment = dt.datetime(2030, 1, 2, 3, 4, 5, 678, UTC).replace(tzinfo=None)
    return {
        "small": 1,
        "four": -2,
        "real": 0.5,
        "double": 1.25,
        "exact": Decimal("1.50"),
        "cash": "$1,234.50",
        "yes": True,
        "words": "it's",
        "fixed": "abc",
        "loose": "Ä",
        "bytes": b"\x00\xff",
        "day": moment.date(),
        "hour": moment.time(),
        "zoned": moment.time().replace(tzinfo=UTC),
        "moment": moment,
        "instant": moment.replace(tzinfo=UTC),
        "span": dt.timedelta(days=1, seconds=2),
        "key": uuid.UUID(int=7),
        "plain": [1, {"a": None}],
        "binary_": {"a": [1, 2]},
        "address": ipaddress.ip_address("10.0.0.1"),
        "network": ipaddress.ip_network("10.0.0.0/8"),
        "card": "08:00:2b:01:02:03",
        "store": '"a"=>"1"',
        "feeling": models.Mood.SO_SO,
        "feelings": [models.Mood.VERY_SAD, models.Mood.VALUE, models.Mood.VALUE_2],
        "size": models.ShopSize.M,
        "address_": "a@b",
        "labels": ["x", "y"],
        "page": [1],
        "pages": [{"a": 1}, [2]],
        "addresses": ["a@b"],
        "matrix": [[1, 2], [3, 4]],
        "documents": [[1, 2], {"b": 1}],
        "moments": [moment.replace(tzinfo=UTC)],
        "couple": "(1,x)",
        "pairs": ["(1,x)"],
        "days": Range(moment.date(), moment.date() + dt.timedelta(days=1)),
        "prices": "[1.5,2.5)",
        "numbers": Range(Decimal("1.5"), None),
        "bits": "101",
    }


OPTIONAL = "four real exact yes fixed loose day hour zoned instant span plain address network card store feelings size"
OPTIONAL += " labels page pages addresses matrix documents couple pairs days prices bits"


@pytest.mark.parametrize("row_factory", [None, dict_row], ids=["tuples", "dicts"])
def test_every_type_there_and_back(pg_database: PgDatabase, load: Load, row_factory: Any) -> None:
    queries, models = load("types", "queries"), load("types", "models")
    dsn = database(pg_database, "types")
    settings = {} if row_factory is None else {"row_factory": row_factory}
    with psycopg.connect(dsn, **settings) as conn:
        conn.execute("SET TimeZone = 'UTC'")
        querier = queries.Querier(conn)
        written = values(models)
        made = querier.insert(queries.InsertParams(**written))
        assert made == models.Everything(id=made.id, **written)
        assert type(made.feeling) is models.Mood
        assert querier.get_everything(id=made.id) == made
        assert querier.get_everything(id=-1) is None
        empty = written | dict.fromkeys(OPTIONAL.split())
        second = querier.insert(queries.InsertParams(**empty))
        assert second == models.Everything(id=second.id, **empty)
        assert querier.feeling(id=made.id) is models.Mood.SO_SO
        assert querier.feeling(id=-1) is None
        assert list(querier.feelings(feeling=models.Mood.HAPPY, size=models.ShopSize.M)) == [written["feelings"]]
        assert list(querier.feelings(feeling=models.Mood.SO_SO, size=None)) == [written["feelings"], None]
        assert querier.count() == 2
        assert list(querier.words(dollar_1=["it's"])) == ["it's", "it's"]
        assert querier.page(id=made.id) == [1]
        assert querier.change(id=made.id, feelings=[], page=None) == 1
        assert querier.get_everything(id=made.id).feelings == []
        assert querier.touch(id=made.id).rowcount == 1
        querier.remove_returning()
        assert querier.count() == 0
        querier.remove()
        assert list(querier.orders()) == list(querier.sizes()) == []


def test_the_same_with_pydantic(pg_database: PgDatabase, load: Load) -> None:
    queries, models = load("pydantic", "queries"), load("pydantic", "models")
    with psycopg.connect(database(pg_database, "pydantic")) as conn:
        conn.execute("SET TimeZone = 'UTC'")
        querier = queries.Querier(conn)
        written = values(models) | {"words": PurePath("a/b"), "matrix": [1, 2]}
        made = querier.insert(queries.InsertParams(**written))
        assert made == models.Everything(id=made.id, **written)
        assert querier.get_everything(queries.GetEverythingParams(id=made.id)) == made
        assert f"{made.feeling}" == "so:so"
        conn.execute("INSERT INTO shadows VALUES (1, 's', 'm', 2, 3)")
        (row,) = querier.shadows()
        assert row.model_dump() == {"json_": 1, "schema_": "s", "model_name": "m", "copy_": 2, "private": 3}


def test_embeds_on_an_asynchronous_connection(pg_database: PgDatabase, load: Load) -> None:
    queries, models = load("embeds", "queries"), load("embeds", "models")
    dsn = database(pg_database, "embeds")

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(dsn) as conn:
            await conn.execute("INSERT INTO authors VALUES (1, 'Kay', 'ok')")
            await conn.execute("INSERT INTO books VALUES (1, 1, 'One', '{sad}'), (2, NULL, 'Two', '{}')")
            await conn.execute("INSERT INTO notes VALUES (1, NULL)")
            querier = queries.AsyncQuerier(conn)
            kay = models.Author(id=1, name="Kay", mood=models.Mood.OK)
            one = models.Book(id=1, author_id=1, title="One", moods=[models.Mood.SAD])
            assert [row async for row in querier.both()] == [queries.BothRow(books=one, authors=kay)]
            assert await querier.only(id=1) == kay
            assert await querier.only(id=2) is None
            rows = sorted([row async for row in querier.outer()], key=lambda row: row.id)
            assert rows[0] == queries.OuterRow(id=1, authors=kay, title="One", notes=models.Note(1, None))
            assert rows[1] == queries.OuterRow(id=2, authors=None, title="Two", notes=None)
            changed = await querier.change(queries.ChangeParams(title="3", moods=list(models.Mood), id=2))
            assert changed == models.Book(id=2, author_id=None, title="3", moods=list(models.Mood))

    asyncio.run(run())


def test_names_that_hide_others(pg_database: PgDatabase, load: Load) -> None:
    people, models = load("names", "people"), load("names", "models")
    with psycopg.connect(database(pg_database, "names")) as conn:
        querier = people.Querier(conn)
        key = uuid.UUID(int=1)
        conn.execute("INSERT INTO people VALUES (%s, 'Kay', NULL, '{a}', 7, 'c', 1, 'h')", [key])
        kay = models.Person(key=key, name="Kay", bio=None, list=["a"], models=7, class_="c", Weird_col=1, _hidden="h")
        assert querier.get_http_person(uuid=key) == kay
        assert list(querier.by_models(models=7, psycopg="Kay", cur=None)) == []
        assert list(querier.list(list=["a"], limit=1, offset=0)) == [people.ListRow(uuid=key, list=["a"])]
        assert list(querier.slices(names=("Kay",), list=(7,))) == [key]
        assert next(querier.unnamed()).column_2 == "aKay"
        querier.keywords(class_="c", self_="Kay", lambda_="x")
        assert list(querier.nulls(name=None, bio=None, models=7)) == ["Kay"]
