"""Dynamic queries against a server, as they are called; `test_by_hand.py` has each variant beside what one writes."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import RawCursor
from psycopg.rows import tuple_row

from querygen.render.options import RenderOptions
from tests.generated.project import project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from tests.pg_fixtures import PgDatabase

SCHEMA = """
CREATE TYPE kind AS ENUM ('post', 'page');
CREATE TABLE author (id int8 PRIMARY KEY, name text NOT NULL, city text);
CREATE TABLE item (
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id int8 NOT NULL REFERENCES author (id),
    kind kind NOT NULL DEFAULT 'post',
    title text NOT NULL DEFAULT 'untitled',
    note text,
    score int4 NOT NULL DEFAULT 0,
    created timestamptz NOT NULL DEFAULT '2024-01-01 00:00:00+00'
);
CREATE INDEX item_author ON item (author_id);
CREATE INDEX item_score ON item (score);
CREATE INDEX item_title ON item (title);
CREATE INDEX item_created ON item (created, id);
CREATE INDEX item_mixed ON item (score DESC, id);
CREATE TABLE tag (item_id int8 NOT NULL REFERENCES item (id), name text NOT NULL, PRIMARY KEY (item_id, name));
CREATE INDEX tag_name ON tag (name);
"""
ROWS = """
INSERT INTO author
SELECT n, 'author ' || n, CASE WHEN n % 3 > 0 THEN 'city ' || n % 4 END FROM generate_series(1, 20) AS n;
INSERT INTO item (author_id, kind, title, note, score, created)
SELECT 1 + n % 20, (ARRAY['post', 'page'])[1 + n % 2]::kind, 'title ' || n % 50, CASE WHEN n % 5 > 0 THEN 'note' END,
    n % 37, timestamptz '2024-01-01 00:00:00+00' + n % 90 * interval '1 hour'
FROM generate_series(1, 2000) AS n;
INSERT INTO tag SELECT id, 'tag ' || id % 7 FROM item;
INSERT INTO tag SELECT id, 'even' FROM item WHERE id % 2 = 0;
ANALYZE;
"""
QUERIES = """
-- fragment: shown
i.id, i.title, i.score;

-- name: Search :many
SELECT qg.fragment(shown) FROM item AS i
WHERE i.kind = qg.optional(kind) AND i.author_id = qg.optional(author_id)
  AND (i.title = qg.optional(title) OR i.note = qg.optional(title))
  AND i.score BETWEEN qg.optional(low) AND qg.optional(high)
ORDER BY qg.sort(id, score, -i.created), i.id
LIMIT qg.optional(limit) OFFSET qg.optional(offset);

-- name: Tagged :many
SELECT i.id, i.title FROM item AS i
JOIN tag AS t ON t.item_id = i.id AND qg.when(tag)
LEFT JOIN author AS a ON a.id = i.author_id
WHERE t.name = qg.optional(tag) AND a.city = qg.optional(city) AND i.score = @score
ORDER BY i.id;

-- name: Nested :many
WITH chosen AS (SELECT * FROM item WHERE author_id = qg.optional(author_id))
SELECT c.author_id, count(*) FILTER (WHERE c.kind = qg.optional(kind)) AS some
FROM chosen AS c
WHERE (c.id, qg.optional(tag)) IN (SELECT t.item_id, t.name FROM tag AS t)
GROUP BY c.author_id
HAVING count(*) > qg.optional(least)
ORDER BY c.author_id;

-- name: Page :many
SELECT id, created FROM item WHERE kind = 'post' AND qg.after(created, id) ORDER BY created, id LIMIT @size;

-- name: PageDown :many
SELECT id, created FROM item WHERE qg.after(created, id) ORDER BY created DESC, id DESC LIMIT @size;

-- name: PageMixed :many
SELECT id, score FROM item WHERE qg.after(score, id) ORDER BY score DESC, id LIMIT @size;

-- name: PageOne :iter
SELECT id FROM item WHERE qg.after(id) ORDER BY id;

-- name: Change :one
UPDATE item SET title = qg.optional(title), note = qg.optional(note), score = qg.optional(score)
WHERE id = @id RETURNING *;

-- name: ChangePatched :execrows
-- patch: ItemChange
UPDATE item SET score = item.score + 1, title = qg.optional(title), note = qg.optional(note)
WHERE id = @id AND kind = qg.optional(kind);

-- name: Add :one
INSERT INTO item (author_id, kind, title, note, score)
VALUES (@author_id, qg.optional(kind), qg.optional(title), qg.optional(note), qg.optional(score))
RETURNING *;

-- name: Put :one
INSERT INTO author (id, name, city) VALUES (@id, @name, qg.optional(city))
ON CONFLICT (id) DO UPDATE SET name = excluded.name, city = qg.optional(city)
RETURNING *;

-- name: Listed :many
SELECT id FROM item WHERE id IN (qg.list(ids)) AND author_id = ANY(qg.optional(authors)) ORDER BY id;

-- name: Remove :execrows
DELETE FROM tag WHERE item_id = @item_id AND name = qg.optional(name);

-- name: First :one!
SELECT count(*), max(score) FROM item WHERE author_id = qg.optional(author_id);

-- name: Streamed :stream
SELECT id FROM item WHERE score = qg.optional(score) ORDER BY id;

-- name: Cursor :execresult
SELECT id FROM item WHERE score = qg.optional(score) ORDER BY id LIMIT 3;

-- name: Touch :exec
UPDATE item SET note = qg.optional(note) WHERE id = @id;
"""


def subsets(names: list[str]) -> list[tuple[str, ...]]:
    return [some for count in range(len(names) + 1) for some in itertools.combinations(names, count)]


def plan(conn: psycopg.Connection[Any], sql: str, values: tuple[Any, ...] = ()) -> list[str]:
    """The nodes of a plan with their indexes and join types, without costs and conditions."""
    cursor = RawCursor(conn, row_factory=tuple_row)
    lines = [line for (line,) in cursor.execute(f"EXPLAIN (COSTS OFF) {sql}", values).fetchall()]
    return [line.replace("->", "").strip() for line in lines if "->" in line or "Scan" in line]


# ---------------------------------------------------------------------- rows and plans


def run(tmp_path: Path, pg_database: PgDatabase, test: Callable[[psycopg.Connection[Any], ModuleType], None]) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA + ROWS), autocommit=True) as conn,
    ):
        conn.execute("SET TIME ZONE 'UTC'")
        test(conn, load("queries"))


def hand_search(given: dict[str, Any], order: str) -> tuple[str, tuple[Any, ...]]:
    """What one writes for these arguments."""
    conditions, values = [], []

    def number(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    if "kind" in given:
        conditions.append(f"i.kind = {number(given['kind'])}::kind")
    if "author_id" in given:
        conditions.append(f"i.author_id = {number(given['author_id'])}::int8")
    if "title" in given:
        place = number(given["title"])
        conditions.append(f"(i.title = {place}::text OR i.note = {place})")
    if "low" in given and "high" in given:
        low, high = number(given["low"]), number(given["high"])
        conditions.append(f"i.score BETWEEN {low}::int4 AND {high}::int4")
    sql = "SELECT i.id, i.title, i.score FROM item AS i"
    sql += f" WHERE {' AND '.join(conditions)}" if conditions else ""
    sql += f" ORDER BY {order}"
    sql += f" LIMIT {number(given['limit'])}::int8" if "limit" in given else ""
    sql += f" OFFSET {number(given['offset'])}::int8" if "offset" in given else ""
    return sql, tuple(values)


def test_rows_and_plans_of_a_search(tmp_path: Path, pg_database: PgDatabase) -> None:
    arguments = {"kind": "page", "author_id": 4, "title": "title 3", "low": 2, "high": 9, "limit": 5, "offset": 3}
    orders = {
        None: "i.id",
        ("-id",): "i.id DESC",
        ("score",): "score, i.id",
        ("-created", "score"): "i.created DESC, score, i.id",
    }

    def test(conn: psycopg.Connection[Any], module: ModuleType) -> None:
        texts = set()
        conn.execute("SET enable_seqscan = off")
        for names in subsets(list(arguments)):
            for sort, order in orders.items():
                given = {name: arguments[name] for name in names}
                wanted, values = hand_search(given, order)
                expected = RawCursor(conn, row_factory=tuple_row).execute(wanted, values).fetchall()
                chosen = {} if sort is None else {"sort": sort}
                found = module.search(conn, **given, **chosen)
                assert [(one.id, one.title, one.score) for one in found] == expected, (names, sort)
                flags = {name: name in given for name in arguments}
                text = module.search_sql(**flags, sort=sort or ())
                texts.add(text)
                if sort is None:
                    sent = [
                        given.get(name, False)
                        for name in ("kind", "author_id", "title", "low", "high", "limit", "offset")
                    ]
                    both = "low" in given and "high" in given
                    sent[3:5] = [given["low"], given["high"]] if both else [False, False]
                    assert plan(conn, text, tuple(sent)) == plan(conn, wanted, values), (names, text)
        assert len(texts) == 2**6 * len(orders)  # low and high are one condition

    run(tmp_path, pg_database, test)


@pytest.mark.parametrize(
    ("name", "order", "index"),
    [
        ("page", "created, id", "item_created"),
        ("page_down", "created DESC, id DESC", "item_created"),
        ("page_mixed", "score DESC, id", "item_mixed"),
    ],
)
def test_pages_follow_one_another(name: str, order: str, index: str, tmp_path: Path, pg_database: PgDatabase) -> None:
    def test(conn: psycopg.Connection[Any], module: ModuleType) -> None:
        function, second = getattr(module, name), order.split(",")[0].split()[0]
        where = " WHERE kind = 'post'" if name == "page" else ""
        expected = conn.execute(f"SELECT id FROM item{where} ORDER BY {order}").fetchall()
        found: list[int] = []
        after = None
        while rows := function(conn, after=after, size=130):
            found += [one.id for one in rows]
            after = (getattr(rows[-1], second), rows[-1].id)
        assert found == [one for (one,) in expected]
        conn.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
        text = getattr(module, f"{name}_sql")(after=True)
        numbers = sorted(set(re.findall(r"\$[0-9]+", text)))
        values = {"created": dt.datetime(2024, 1, 2, tzinfo=dt.UTC), "score": 9}[second]
        sent = (values, 7, 5)
        assert len(numbers) == 3
        assert f"using {index}" in "".join(plan(conn, text, sent))
        explained = RawCursor(conn, row_factory=tuple_row).execute(f"EXPLAIN (COSTS OFF) {text}", sent).fetchall()
        assert any("Index Cond" in line for (line,) in explained), explained

    run(tmp_path, pg_database, test)


# ---------------------------------------------------------------------- writing


def test_a_change_sets_what_is_given(tmp_path: Path, pg_database: PgDatabase) -> None:
    values = {"title": "new", "note": None, "score": 77}

    def test(conn: psycopg.Connection[Any], module: ModuleType) -> None:
        for number, names in enumerate(subsets(list(values)), 1):
            before = conn.execute("SELECT title, note, score FROM item WHERE id = %s", [number]).fetchone()
            given = {name: values[name] for name in names}
            if not given:
                with pytest.raises(Exception, match="Change was given nothing to set") as refused:
                    module.change(conn, id=number)
                assert type(refused.value).__name__ == "EmptyPatchError"
                continue
            row = module.change(conn, id=number, **given)
            assert before is not None
            expected = dict(zip(values, before, strict=True)) | given
            assert {name: getattr(row, name) for name in values} == expected

    run(tmp_path, pg_database, test)


def test_a_patch_model(tmp_path: Path, pg_database: PgDatabase) -> None:
    def test(conn: psycopg.Connection[Any], module: ModuleType) -> None:
        select = "SELECT title, note, score FROM item WHERE id = 4"
        title, note, score = conn.execute(select).fetchone() or ("", "", 0)
        assert module.change_patched(conn, id=4, patch=module.ItemChange()) == 1
        assert conn.execute(select).fetchone() == (title, note, score + 1)
        assert module.change_patched(conn, id=4, patch=module.ItemChange(note=None), kind="page") == 0
        assert module.change_patched(conn, id=4, patch=module.ItemChange(title="x", note=None), kind="post") == 1
        assert conn.execute(select).fetchone() == ("x", None, score + 2)
        with pytest.raises(ValueError, match="extra"):
            module.ItemChange(score=3)

    run(tmp_path, pg_database, test)


def test_an_insert_takes_defaults(tmp_path: Path, pg_database: PgDatabase) -> None:
    defaults = {"kind": "post", "title": "untitled", "note": None, "score": 0}
    values = {"kind": "page", "title": "new", "note": "n", "score": 3}

    def test(conn: psycopg.Connection[Any], module: ModuleType) -> None:
        for names in subsets(list(values)):
            given = {name: values[name] for name in names}
            row = module.add(conn, author_id=1, **given)
            assert {name: getattr(row, name) for name in values} == defaults | given
        assert module.put(conn, id=1, name="a", city="b").city == "b"
        assert module.put(conn, id=1, name="c").model_dump() == {"id": 1, "name": "c", "city": "b"}
        assert module.put(conn, id=1, name="d", city=None).city is None
        assert module.put(conn, id=999, name="e").city is None

    run(tmp_path, pg_database, test)


def test_other_commands(tmp_path: Path, pg_database: PgDatabase) -> None:
    def test(conn: psycopg.Connection[Any], module: ModuleType) -> None:
        assert module.listed(conn, ids=[]) == []
        assert module.listed(conn, ids=[3, 4, 5]) == [3, 4, 5]
        assert module.listed(conn, ids=(3, 4, 5), authors=(5, 6)) == [4, 5]
        assert module.listed(conn, ids=[3], authors=[]) == []
        assert len(list(module.page_one(conn))) == 2000
        assert list(module.page_one(conn, after=(1997,))) == [1998, 1999, 2000]
        assert list(module.streamed(conn, score=36))[:2] == [36, 73]
        assert len(list(module.streamed(conn))) == 2000
        assert module.cursor(conn, score=36).fetchall() == [(36,), (73,), (110,)]
        assert module.first(conn).count == 2000
        assert module.first(conn, author_id=3).count == 100
        assert module.remove(conn, item_id=2, name="none") == 0
        assert module.remove(conn, item_id=2) == 2
        module.touch(conn, id=1, note="touched")
        assert conn.execute("SELECT note FROM item WHERE id = 1").fetchone() == ("touched",)

    run(tmp_path, pg_database, test)


def test_asynchronous(tmp_path: Path, pg_database: PgDatabase) -> None:
    async def test(dsn: str, module: ModuleType) -> None:
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn:
            assert [one.id for one in await module.search(conn, author_id=2, limit=2, sort=("-id",))] == [1981, 1961]
            assert [one async for one in module.page_one(conn, after=(1998,))] == [1999, 2000]
            assert (await module.change(conn, id=1, note=None)).note is None
            with pytest.raises(Exception, match="nothing to set"):
                await module.change(conn, id=1)

    with project(tmp_path, SCHEMA, QUERIES) as load:
        asyncio.run(test(pg_database(SCHEMA + ROWS), load("aio.queries")))


# ---------------------------------------------------------------------- nothing of the input becomes SQL

INJECTIONS = (
    "'; DROP TABLE tag; --",
    "x' OR '1'='1",
    "id; DROP TABLE tag",
    "score DESC, (SELECT pg_sleep(10))",
    "$1",
    "%s",
    "-created; --",
    "\\\\",
    'id"',
    "\\x00",
)


def test_every_argument_is_only_ever_a_value(tmp_path: Path, pg_database: PgDatabase) -> None:
    """Whatever is given, the text that is sent is one of those that were analysed."""
    sent: list[str] = []

    class Spy(RawCursor[Any]):
        def execute(self, query: Any, *args: Any, **more: Any) -> Any:
            sent.append(query)
            return super().execute(query, *args, **more)

    def attempt(function: Callable[..., Any], conn: psycopg.Connection[Any], **given: Any) -> None:
        try:
            found = function(conn, **given)
            if hasattr(found, "__next__"):
                list(found)
        except (psycopg.Error, ValueError, TypeError, KeyError, AttributeError):
            pass

    def test(conn: psycopg.Connection[Any], module: ModuleType) -> None:
        module.RawCursor = Spy  # type: ignore[attr-defined]
        known: set[str] = set()
        fields = {
            "search": ["kind", "author_id", "title", "low", "high", "limit", "offset"],
            "tagged": ["tag", "city"],
            "nested": ["author_id", "kind", "tag", "least"],
            "change": ["title", "note", "score"],
            "add": ["kind", "title", "note", "score"],
            "listed": ["authors"],
            "remove": ["name"],
        }
        always = {"change": "id", "add": "author_id", "tagged": "score", "listed": "ids", "remove": "item_id"}
        for name, arguments in fields.items():
            for flags in itertools.product((False, True), repeat=len(arguments)):
                chosen = dict(zip(arguments, flags, strict=True))
                if name == "search":
                    for sort in ((), ("id",), ("-created", "score")):
                        known.add(module.search_sql(**chosen, sort=sort))
                else:
                    known.add(getattr(module, f"{name}_sql")(**chosen))
            for text in INJECTIONS:
                for argument in [*arguments, *filter(None, [always.get(name)])]:
                    given: dict[str, Any] = {argument: text}
                    if name in always:
                        given.setdefault(always[name], 1)
                    attempt(getattr(module, name), conn, **given)
                    attempt(getattr(module, name), conn, **{**given, argument: [text]})
        for text in INJECTIONS:
            for sort in (text, (text,), ("id", text), [text]):
                with pytest.raises((ValueError, TypeError)):
                    module.search(conn, sort=sort)
            attempt(module.page, conn, after=(text, text), size=3)
            attempt(module.page, conn, after=text, size=3)
        known |= {module.page_sql(after=one) for one in (False, True)}
        assert len(sent) > 200
        assert set(sent) <= known
        assert conn.execute("SELECT count(*) FROM tag").fetchone() != (0,)

    run(tmp_path, pg_database, test)


def test_a_sort_is_checked(tmp_path: Path, pg_database: PgDatabase) -> None:
    def test(conn: psycopg.Connection[Any], module: ModuleType) -> None:
        with pytest.raises(ValueError, match="Search cannot sort by 'title', only by id, -id, score"):
            module.search(conn, sort=("title",))
        with pytest.raises(ValueError, match="twice"):
            module.search(conn, sort=("id", "-id"))
        assert module.search(conn, sort=(), limit=1)[0].id == 1

    run(tmp_path, pg_database, test)


def test_tags_and_what_only_reads(tmp_path: Path, pg_database: PgDatabase) -> None:
    """sqlcommenter's tags stand behind every variant; what only reads is listed; a patch may be the table's class."""
    queries = QUERIES.replace("-- patch: ItemChange", "-- patch: ItemPatch")
    options = RenderOptions(sql_tags={"app": "x"}, insert_models=True)
    with project(tmp_path, SCHEMA, queries, options) as load, psycopg.connect(pg_database(SCHEMA + ROWS)) as conn:
        module, models = load("queries"), load("models")
        for text in (module.page_sql(after=True), module.page_sql(after=False), module.touch_sql(note=True)):
            assert re.search(r"[^ ] /\*app='x',query='(Page|Touch)'\*/$", text), text
        reading = {"search", "tagged", "nested", "page", "page_down", "page_mixed", "page_one", "listed", "first"}
        assert reading | {"streamed", "cursor"} == module.READ_ONLY
        assert module.change_patched(conn, id=1, patch=models.ItemPatch(title="t")) == 1
        with pytest.raises(ValueError, match="ChangePatched does not set score"):
            module.change_patched(conn, id=1, patch=models.ItemPatch(title="t", score=4))


PROMISES = """
-- name: Notes :many
SELECT note, author_id FROM item WHERE note = qg.optional(note) AND id < 40 ORDER BY id;

-- name: Cities :many
SELECT i.id, a.city, a.name
FROM item AS i LEFT JOIN author AS a ON a.id = i.author_id + 15 AND a.city = qg.optional(city)
WHERE i.id < 40 AND a.name = qg.optional(name) ORDER BY i.id;

-- name: Filtered :many
SELECT author_id, max(score) FILTER (WHERE note = qg.optional(note)) AS best, min(score) AS least
FROM item GROUP BY author_id ORDER BY author_id;

-- name: Scalar :many
SELECT a.id, (SELECT count(*) FROM item AS i WHERE i.author_id = a.id HAVING count(*) > qg.optional(least)) AS items,
    (SELECT i.title FROM item AS i WHERE i.id = 1 OFFSET qg.optional(skip)) AS title
FROM author AS a ORDER BY a.id;

-- name: Tags :many
SELECT i.id, i.note FROM item AS i JOIN tag AS t ON t.item_id = i.id AND t.name = i.note AND qg.when(tagged)
WHERE i.id < 40 ORDER BY i.id;

-- name: Single :one!
SELECT count(*), max(score) FROM item WHERE note = qg.optional(note);
"""


def test_what_is_promised_of_null_holds_in_every_variant(tmp_path: Path, pg_database: PgDatabase) -> None:
    """Rows are validated: a NULL where none was promised is an error."""
    arguments: dict[str, dict[str, Any]] = {
        "notes": {"note": "note"},
        "cities": {"city": "city 1", "name": "author 17"},
        "filtered": {"note": "nothing"},
        "scalar": {"least": 1000, "skip": 3},
        "tags": {"tagged": True},
        "single": {"note": "nothing"},
    }
    options = RenderOptions(validate_rows=True)
    with (
        project(tmp_path, SCHEMA, PROMISES, options) as load,
        psycopg.connect(pg_database(SCHEMA + ROWS), autocommit=True) as conn,
    ):
        module = load("queries")
        for name, given in arguments.items():
            found = []
            for chosen in subsets(list(given)):
                rows = getattr(module, name)(conn, **{one: given[one] for one in chosen})
                found += rows if isinstance(rows, list) else [rows]
            assert any(None in one.model_dump().values() for one in found), name
        assert module.NotesRow.model_fields["author_id"].annotation is int
        assert module.FilteredRow.model_fields["least"].annotation is int
