"""Commands for many rows and many items, against a server: :iter, :stream, :copyfrom, :bulk and the three of :batch."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from querygen.diagnostics import DiagnosticError
from tests.generated.project import project, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE person (
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    mood mood,
    data jsonb,
    score float8,
    span int4range,
    made date NOT NULL DEFAULT '2020-01-01',
    kind text NOT NULL DEFAULT 'none'
);
"""
QUERIES = """
-- name: Fill :exec
INSERT INTO person (name, mood, data) SELECT 'p' || n, 'ok', '[1]' FROM generate_series(1, @count::int4) AS n;
-- name: EachPerson :iter
SELECT * FROM person WHERE id <= @max_id ORDER BY id;
-- name: EachName :iter
SELECT name FROM person ORDER BY id;
-- name: StreamPerson :stream
SELECT * FROM person ORDER BY id;
-- name: StreamName :stream
SELECT name FROM person WHERE id <= @max_id ORDER BY id;
-- name: Rename :exec
UPDATE person SET name = @name WHERE id = @id;
-- name: CopyPerson :copyfrom
INSERT INTO person (name, mood, data, score, span, made, kind)
VALUES (@name, @mood, @data, @score, @span, DEFAULT, 'it''s');
-- name: CopyName :copyfrom
INSERT INTO person (name) VALUES (@name);
-- name: CopyAsText :copyfrom
INSERT INTO person (name, made, mood, data) VALUES (@name, '2021-02-03', NULL, @data);
-- name: BulkPerson :bulk
INSERT INTO person AS p (name, mood, data, score, span, made, kind)
VALUES (@name, @mood, @data, @score, @span, DEFAULT, upper(@kind))
ON CONFLICT (name) DO UPDATE SET score = EXCLUDED.score
RETURNING *;
-- name: BulkName :bulk
INSERT INTO person (name) VALUES (@name);
-- name: BulkScore :bulk
UPDATE person SET score = @score, mood = @mood WHERE name = @name;
-- name: BulkScoreFrom :bulk
UPDATE person SET score = o.id FROM person AS o WHERE o.id = person.id AND person.name = @name RETURNING person.id;
-- name: BulkDelete :bulk
DELETE FROM person WHERE id = @id;
-- name: AddPeople :batchone
INSERT INTO person (name, mood, data) VALUES (@name, @mood, @data) RETURNING *;
-- name: GetPeople :batchone
SELECT * FROM person WHERE id = @id;
-- name: GetNames :batchone
SELECT name FROM person WHERE id = @id;
-- name: ByMood :batchmany
SELECT * FROM person WHERE mood = @mood ORDER BY id;
-- name: IdsUpTo :batchmany
SELECT id FROM person WHERE id <= @id ORDER BY id;
-- name: RenameAll :batchexec
UPDATE person SET name = @name WHERE id = @id;
-- name: Slow :exec
SELECT pg_sleep(@seconds);
-- name: SlowBatch :batchexec
SELECT pg_sleep(@seconds);
-- name: Count :one
SELECT count(*) FROM person;
"""


def names(rows: Any) -> list[str]:
    return [row.name for row in rows]


def test_rows_bit_by_bit(pg_database: PgDatabase, tmp_path: Path) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        queries, models = load("queries"), load("models")
        queries.fill(conn, count=1200)
        rows = queries.each_person(conn, max_id=1100)
        first = next(rows)
        assert isinstance(first, models.Person)
        assert (first.name, first.mood, first.data) == ("p1", models.Mood.OK, [1])
        # other calls work meanwhile, another reading of the same query included
        queries.rename(conn, name="other", id=1)
        assert len(list(queries.each_person(conn, max_id=1100))) == 1100
        assert conn.info.transaction_status == TransactionStatus.INTRANS
        assert len(list(rows)) == 1099
        assert conn.info.transaction_status == TransactionStatus.IDLE
        # leaving early keeps what was written meanwhile
        for _ in queries.each_name(conn):
            queries.rename(conn, name="early", id=2)
            break
        assert conn.info.transaction_status == TransactionStatus.IDLE
        assert sorted(queries.stream_name(conn, max_id=3)) == ["early", "other", "p3"]
        # an error in the loop ends the transaction, too
        found = queries.each_name(conn)
        next(found)
        with pytest.raises(ZeroDivisionError):
            found.throw(ZeroDivisionError)
        assert conn.info.transaction_status == TransactionStatus.IDLE
        with conn.transaction():
            assert next(queries.each_name(conn))
            assert conn.info.transaction_status == TransactionStatus.INTRANS
        streamed = list(queries.stream_person(conn))
        assert len(streamed) == 1200
        assert isinstance(streamed[0], models.Person)
        partly = queries.stream_person(conn)
        assert next(partly).id == 1
        partly.close()
        assert queries.get_names(conn, [5]) == ["p5"]  # in a pipeline, which libpq's chunked mode would break
        assert queries.count(conn) == 1200


def test_rows_bit_by_bit_asynchronously(pg_database: PgDatabase, tmp_path: Path) -> None:
    database = pg_database(SCHEMA)

    async def use(queries: Any) -> None:
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as conn:
            await queries.fill(conn, count=1200)
            assert len([row async for row in queries.each_person(conn, max_id=1100)]) == 1100
            async with contextlib.aclosing(queries.each_name(conn)) as found:
                async for _ in found:
                    await queries.rename(conn, name="early", id=2)
                    break
            assert conn.info.transaction_status == TransactionStatus.IDLE
            assert "early" in [name async for name in queries.stream_name(conn, max_id=3)]
            async with contextlib.aclosing(queries.stream_person(conn)) as people:
                async for one in people:
                    assert one.id == 1
                    break
            assert await queries.count(conn) == 1200
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(queries.slow(conn, seconds=30), 0.1)
            assert await queries.count(conn) == 1200
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(queries.slow_batch(conn, [30, 30]), 0.1)
            assert await queries.count(conn) == 1200

    with project(tmp_path, SCHEMA, QUERIES) as load:
        asyncio.run(use(load("aio.queries")))


def test_many_items(pg_database: PgDatabase, tmp_path: Path) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        queries, models = load("queries"), load("models")
        span = psycopg.types.range.Range(1, 5)
        item = queries.CopyPersonParams(name="a", mood=models.Mood.SAD, data=[None], score=1, span=span)
        nulls = queries.CopyPersonParams(name="b", mood=None, data=None, score=None, span=None)
        assert queries.COPY_PERSON.endswith("(FORMAT BINARY)")
        assert queries.copy_person(conn, [item, nulls]) == 2
        assert queries.copy_person(conn, iter([])) == 0
        assert queries.copy_name(conn, ["c", "ü\t\\"]) == 2
        assert "BINARY" not in queries.COPY_AS_TEXT
        assert queries.copy_as_text(conn, [queries.CopyAsTextParams(name="\\N", data={"x": "\t"})]) == 1
        a, b, c, d, e = queries.each_person(conn, max_id=99)
        assert (a.name, a.mood, a.data, a.score, a.span, a.kind) == ("a", "sad", [None], 1.0, span, "it's")
        assert (b.mood, b.data, b.score, b.span, str(b.made), b.kind) == (None, None, None, None, "2020-01-01", "it's")
        assert (c.name, c.kind, d.name, e.name, str(e.made), e.data) == (
            "c", "none", "ü\t\\", "\\N", "2021-02-03", {"x": "\t"},
        )  # fmt: skip
        with pytest.raises(psycopg.errors.UniqueViolation) as raised:
            queries.copy_name(conn, ["a"])
        assert raised.value.__notes__ == ["The query is CopyName."]
        params = queries.BulkPersonParams
        made = queries.bulk_person(
            conn,
            [
                params(name="a", mood=None, data={}, score=2.5, span=None, kind="x"),
                params(name="f", mood=models.Mood.OK, data=[1], score=2**40, span=span, kind="y"),
                params(name="g", mood=None, data=None, score=None, span=None, kind="z"),
            ],
        )
        assert [(one.name, one.score, one.kind, one.span) for one in made] == [
            ("a", 2.5, "it's", span), ("f", 2.0**40, "Y", span), ("g", None, "Z", None),
        ]  # fmt: skip
        assert queries.bulk_person(conn, []) == []
        assert queries.bulk_name(conn, (f"n{number}" for number in range(1000))) == 1000
        assert queries.bulk_name(conn, []) == 0
        score = queries.BulkScoreParams
        assert (
            queries.bulk_score(conn, [score(score=1, mood=None, name="n1"), score(score=2, mood="ok", name="n2")]) == 2
        )
        assert len(queries.bulk_score_from(conn, ["n3", "n4", "nobody"])) == 2
        assert queries.bulk_delete(conn, [1, 2, 2**40]) == 2
        with pytest.raises(psycopg.errors.UniqueViolation) as raised:
            queries.bulk_name(conn, ["n1"])
        assert raised.value.__notes__ == ["The query is BulkName."]


def test_pipelines(pg_database: PgDatabase, tmp_path: Path) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        queries, models = load("queries"), load("models")
        params = queries.AddPeopleParams
        made = queries.add_people(conn, [params(name="a", mood="ok", data=[1]), params(name="b", mood=None, data=None)])
        assert [(one.id, one.name, one.mood, one.data) for one in made] == [(1, "a", "ok", [1]), (2, "b", None, None)]
        assert isinstance(made[0], models.Person)
        assert [one and one.name for one in queries.get_people(conn, [2, 99, 1])] == ["b", None, "a"]
        assert queries.get_names(conn, [2, 99, 1]) == ["b", None, "a"]
        assert queries.get_names(conn, []) == queries.ids_up_to(conn, []) == []
        assert [names(one) for one in queries.by_mood(conn, [models.Mood.OK, models.Mood.SAD])] == [["a"], []]
        assert queries.ids_up_to(conn, [1, 2]) == [[1], [1, 2]]
        rename = queries.RenameAllParams
        assert queries.rename_all(conn, [rename(id=1, name="x"), rename(id=2, name="y")]) is None
        with pytest.raises(psycopg.errors.UniqueViolation) as raised:
            queries.rename_all(conn, [rename(id=1, name="z"), rename(id=2, name="z"), rename(id=2, name="w")])
        assert raised.value.__notes__ == ["The query is RenameAll."]
        assert conn.info.transaction_status == TransactionStatus.IDLE
        assert sorted(queries.stream_name(conn, max_id=9)) == ["x", "y"]
        with conn.pipeline():
            assert queries.get_names(conn, [1]) == ["x"]


def test_many_items_asynchronously(pg_database: PgDatabase, tmp_path: Path) -> None:
    database = pg_database(SCHEMA)

    async def use(queries: Any, plain: Any) -> None:
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as conn:
            item = plain.CopyPersonParams(name="a", mood="sad", data=[None], score=1, span=None)
            assert await queries.copy_person(conn, [item]) == 1
            assert await queries.copy_name(conn, ["b"]) == 1
            params = queries.BulkPersonParams
            made = await queries.bulk_person(
                conn, [params(name="c", mood=None, data={}, score=2.5, span=None, kind="x")]
            )
            assert [(one.name, one.data, one.kind) for one in made] == [("c", {}, "X")]
            assert await queries.bulk_name(conn, ["d", "e"]) == 2
            add = queries.AddPeopleParams
            assert names(await queries.add_people(conn, [add(name="f", mood="ok", data=None)])) == ["f"]
            assert [one and one.name for one in await queries.get_people(conn, [1, 99])] == ["a", None]
            assert await queries.get_names(conn, [1, 99]) == ["a", None]
            assert [names(one) for one in await queries.by_mood(conn, ["ok", "sad"])] == [["f"], ["a"]]
            assert await queries.ids_up_to(conn, [1]) == [[1]]
            rename = queries.RenameAllParams
            with pytest.raises(psycopg.errors.UniqueViolation) as raised:
                await queries.rename_all(conn, [rename(id=1, name="b"), rename(id=2, name="z")])
            assert raised.value.__notes__ == ["The query is RenameAll."]
            assert await queries.get_names(conn, [1, 2]) == ["a", "b"]

    with project(tmp_path, SCHEMA, QUERIES) as load:
        asyncio.run(use(load("aio.queries"), load("queries")))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (":copyfrom\nINSERT INTO person (name) VALUES (lower(@name))", "the value of name is neither a parameter nor"),
        (":copyfrom\nINSERT INTO person (name) VALUES (@name) ON CONFLICT DO NOTHING", "COPY knows neither"),
        (":copyfrom\nUPDATE person SET name = @name", "it is no INSERT"),
        (":copyfrom\nINSERT INTO person (name) VALUES (@a), (@b)", "it has several rows of values"),
        (":bulk\nSELECT * FROM person WHERE name = @name", "it is no INSERT, UPDATE or DELETE"),
        (":bulk\nDELETE FROM person WHERE id = ANY(@ids)", 'the parameter "ids" is an array'),
        (":bulk\nDELETE FROM person", "it has no parameters"),
        (":bulk\nINSERT INTO person (name) VALUES (@a) ON CONFLICT (name) DO UPDATE SET name = @b", "outside of its"),
        (":bulk\nUPDATE person SET name = 'x' FROM person o JOIN person p ON p.id = @id", "stands in WITH, FROM or"),
        (":iter\nDELETE FROM person RETURNING id", "a server-side cursor can only read"),
    ],
)
def test_what_cannot_be_done_with_many(query: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as refused:
        rendered(tmp_path, SCHEMA, f"-- name: X {query};\n")
    assert message in refused.value.diagnostic.message
    assert refused.value.diagnostic.span is not None
