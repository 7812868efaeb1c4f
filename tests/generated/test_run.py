"""Generated functions against a server: every command, rows of every kind, both kinds of connection."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from querygen.ir import AnalyzedQuery, Cardinality
from querygen.render.options import RenderOptions
from tests.generated.making import add_enum, add_table, embed, make_query, new_catalog, star
from tests.generated.package import generated

if TYPE_CHECKING:
    from pathlib import Path

    from querygen.catalog.catalog import Catalog
    from tests.pg_fixtures import PgDatabase

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE person (id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood mood, data jsonb);
CREATE TABLE pet (id int4 PRIMARY KEY, owner int8 NOT NULL, name text);
CREATE TABLE note (a int4, b text);
INSERT INTO person (name, mood, data) VALUES ('Ada', 'ok', '{"x": [1]}'), ('Bob', NULL, NULL);
INSERT INTO pet VALUES (1, 1, 'Rex'), (2, 1, NULL);
"""


def person_queries() -> tuple[Catalog, list[AnalyzedQuery]]:
    catalog = new_catalog()
    add_enum(catalog, "mood", "sad", "ok")
    person = add_table(catalog, "person", "id int8!", "name text!", "mood mood", "data jsonb")
    pet = add_table(catalog, "pet", "id int4!", "owner int8!", "name text")
    note = add_table(catalog, "note", "a int4", "b text")
    catalog.freeze()
    queries: list[AnalyzedQuery] = []

    def add(
        name: str, command: str, sql: str, params: list[str] | None = None, columns: Any = None, **more: Any
    ) -> None:
        queries.append(make_query(catalog, name, command, sql, params, columns, path="queries/person.sql", **more))

    add("Get", "one", "SELECT * FROM person WHERE id = $1", ["id int8"], star(person))
    add("Only", "one!", "SELECT * FROM person WHERE name LIKE $1", ["pattern text"], star(person))
    add("All", "many", "SELECT * FROM person ORDER BY id", [], star(person))
    add(
        "Create",
        "one",
        "INSERT INTO person (name, mood, data) VALUES ($1, $2, $3) RETURNING *",
        ["name text", "mood mood?", "data jsonb?"],
        star(person),
        cardinality=Cardinality.ONE,
    )
    add("Count", "one", "SELECT count(*) FROM person", [], ["count int8!"], cardinality=Cardinality.ONE)
    add("Max", "one", "SELECT max(id) FROM note, person", [], ["max int8"], cardinality=Cardinality.ONE)
    add("Moods", "many", "SELECT mood FROM person ORDER BY id", [], ["mood mood"])
    add("Data", "one!", "SELECT data FROM person WHERE id = $1", ["id int8"], ["data jsonb!"])
    add("Rename", "execrows", "UPDATE person SET name = $1 WHERE id = ANY($2)", ["name text", "ids int8[]"])
    add("Delete", "exec", "DELETE FROM person WHERE id = $1", ["id int8"])
    add("Result", "execresult", "SELECT generate_series(1, $1)", ["stop int4"], ["x int4!"])
    add("Multiply", "one!", "SELECT $1 * $2", ["a int4", "b int4"], ["x int4!"])
    add(
        "Pets",
        "many",
        "SELECT p.*, t.*, n.* FROM person p LEFT JOIN pet t ON t.owner = p.id LEFT JOIN note n ON n.a = t.id"
        " ORDER BY p.id, t.id",
        [],
        [*star(person), *star(pet, nullable=True), *star(note, nullable=True)],
        embeds=(embed(person, "p", 0), embed(pet, "t", 4, nullable=True), embed(note, "n", 7, nullable=True)),
    )
    add("Names", "many", "SELECT id, name FROM person ORDER BY id", [], ["id int8!", "name text!"])
    return catalog, queries


@pytest.fixture(params=["direct", "validated"])
def options(request: pytest.FixtureRequest) -> RenderOptions:
    return RenderOptions(validate_rows=request.param == "validated")


def test_functions(pg_database: PgDatabase, tmp_path: Path, options: RenderOptions) -> None:
    catalog, queries = person_queries()
    with (
        generated(tmp_path, queries, catalog, options) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        person, models = load("person"), load("models")
        ada = person.get(conn, id=1)
        assert ada == models.Person(id=1, name="Ada", mood=models.Mood.OK, data={"x": [1]})
        assert isinstance(ada, models.Person)
        assert type(ada.mood) is models.Mood
        assert person.get(conn, id=99) is None
        assert [one.name for one in person.all(conn)] == ["Ada", "Bob"]
        carl = person.create(conn, name="Carl", mood=models.Mood.SAD, data=None)
        assert carl == models.Person(id=3, name="Carl", mood=models.Mood.SAD, data=None)
        assert person.create(conn, name="Dora", mood=None, data=[1, "é"]).data == [1, "é"]
        assert person.count(conn) == 4
        assert person.max(conn) is None
        assert person.moods(conn) == [models.Mood.OK, None, models.Mood.SAD, None]
        assert person.data(conn, id=1) == {"x": [1]}
        assert person.rename(conn, name="X", ids=[1, 2, 2**40]) == 2
        assert person.rename(conn, name="X", ids=[]) == 0
        assert person.delete(conn, id=4) is None
        assert person.count(conn) == 3
        assert person.result(conn, stop=3).fetchall() == [(1,), (2,), (3,)]
        # psycopg alone would send two smallints, whose product is out of range
        assert person.multiply(conn, a=300, b=300) == 90000
        assert person.names(conn)[0].model_dump() == {"id": 1, "name": "X"}
        row_module = load("_row")
        with pytest.raises(row_module.NoRowError, match="Only"):
            person.only(conn, pattern="nobody")
        with pytest.raises(row_module.TooManyRowsError, match="Only"):
            person.only(conn, pattern="%")
        assert person.only(conn, pattern="Carl").id == 3


def test_embedded_rows(pg_database: PgDatabase, tmp_path: Path, options: RenderOptions) -> None:
    catalog, queries = person_queries()
    with (
        generated(tmp_path, queries, catalog, options) as load,
        psycopg.connect(pg_database(SCHEMA + "INSERT INTO note VALUES (1, NULL);"), autocommit=True) as conn,
    ):
        person, models = load("person"), load("models")
        rex, nameless, none = person.pets(conn)
        assert (rex.p.name, rex.t, rex.n) == ("Ada", models.Pet(id=1, owner=1, name="Rex"), models.Note(a=1, b=None))
        assert (nameless.p, nameless.t.name, nameless.n) == (rex.p, None, None)
        assert (none.p.name, none.t, none.n) == ("Bob", None, None)
        assert rex.model_dump()["t"] == {"id": 1, "owner": 1, "name": "Rex"}


def test_asynchronous_functions(pg_database: PgDatabase, tmp_path: Path) -> None:
    catalog, queries = person_queries()
    database = pg_database(SCHEMA)

    async def use(person: Any, models: Any) -> None:
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as conn:
            assert (await person.get(conn, id=1)).mood is models.Mood.OK
            assert await person.get(conn, id=9) is None
            assert (await person.create(conn, name="C", mood=None, data={})).data == {}
            assert len(await person.all(conn)) == await person.count(conn) == 3
            assert await person.rename(conn, name="X", ids=[1]) == 1
            assert await person.moods(conn) == [models.Mood.OK, None, None]
            assert (await person.only(conn, pattern="C")).name == "C"
            assert await person.delete(conn, id=3) is None
            assert await (await person.result(conn, stop=1)).fetchall() == [(1,)]
            assert [row.n for row in await person.pets(conn)] == [None, None, None]

    with generated(tmp_path, queries, catalog) as load:
        asyncio.run(use(load("aio.person"), load("models")))
        assert load("aio.person").PetsRow is load("person").PetsRow


def test_rows_behave_as_validated_ones(pg_database: PgDatabase, tmp_path: Path) -> None:
    catalog, queries = person_queries()
    with (
        generated(tmp_path, queries, catalog) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        person, models = load("person"), load("models")
        made = person.get(conn, id=1)
        same = models.Person(**made.model_dump())
        assert made == same
        assert repr(made) == repr(same)
        assert made.model_dump_json() == same.model_dump_json()
        assert made.model_fields_set == same.model_fields_set == {"id", "name", "mood", "data"}
        assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made.model_copy() == made  # noqa: S301
        made.model_fields_set.add("x")
        made.name = "other"
        assert person.get(conn, id=1).model_fields_set == {"id", "name", "mood", "data"}
        assert person.get(conn, id=1).name == "Ada"


def test_rows_are_made_by_their_class_if_pydantic_changes(pg_database: PgDatabase, tmp_path: Path) -> None:
    catalog, queries = person_queries()
    with (
        generated(tmp_path, queries, catalog) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        row = next(tmp_path.glob("generated_*/_row.py"))
        row.write_text(row.read_text().replace('    "__dict__",', '    "__other__",'))
        person = load("person")
        assert load("_row")._set_fields is load("_row")._leave
        assert person.get(conn, id=1).model_dump() == {"id": 1, "name": "Ada", "mood": "ok", "data": {"x": [1]}}
