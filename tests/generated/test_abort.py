"""Calls that fail or are given up: the error names the query, and the connection is usable afterwards."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from tests.generated.project import project

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

SCHEMA = """
CREATE TABLE t (id int4 PRIMARY KEY, note text CHECK (note <> 'bad'));
CREATE FUNCTION slow(x int4) RETURNS int4 LANGUAGE sql VOLATILE AS $$ SELECT x FROM pg_sleep(x) $$;
CREATE FUNCTION slow_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;
CREATE TABLE slow_table (id int4 PRIMARY KEY);
CREATE TRIGGER slow BEFORE INSERT ON slow_table FOR EACH ROW EXECUTE FUNCTION slow_row();
"""
QUERIES = """
-- name: SlowOne :one
SELECT slow(@seconds);
-- name: SlowOneStrict :one!
SELECT slow(@seconds);
-- name: SlowMany :many
SELECT slow(@seconds) FROM generate_series(1, 2);
-- name: SlowIter :iter
SELECT slow(@seconds) FROM generate_series(1, 2);
-- name: SlowStream :stream
SELECT slow(@seconds) FROM generate_series(1, 2);
-- name: SlowExec :exec
SELECT slow(@seconds);
-- name: SlowCopy :copyfrom
INSERT INTO slow_table (id) VALUES (@id);
-- name: SlowBulk :bulk
INSERT INTO slow_table (id) VALUES (@id);
-- name: SlowBatch :batchmany
SELECT slow(@seconds);
-- name: Put :exec
INSERT INTO t VALUES (@id, @note);
-- name: PutBatch :batchexec
INSERT INTO t VALUES (@id, @note);
-- name: PutBulk :bulk
INSERT INTO t VALUES (@id, @note);
-- name: PutCopy :copyfrom
INSERT INTO t (id, note) VALUES (@id, @note);
-- name: PutOne :batchone
INSERT INTO t VALUES (@id, @note) RETURNING id;
-- name: Ids :many
SELECT id FROM t ORDER BY id;
"""


async def first(rows: Any) -> Any:
    async for row in rows:
        return row
    return None


def test_a_cancelled_call_leaves_the_connection_usable(pg_database: PgDatabase, tmp_path: Path) -> None:
    database = pg_database(SCHEMA)
    calls: dict[str, Callable[[Any, Any], Awaitable[Any]]] = {
        "one": lambda q, conn: q.slow_one(conn, seconds=30),
        "one!": lambda q, conn: q.slow_one_strict(conn, seconds=30),
        "many": lambda q, conn: q.slow_many(conn, seconds=30),
        "iter": lambda q, conn: first(q.slow_iter(conn, seconds=30)),
        "stream": lambda q, conn: first(q.slow_stream(conn, seconds=30)),
        "exec": lambda q, conn: q.slow_exec(conn, seconds=30),
        "copyfrom": lambda q, conn: q.slow_copy(conn, [1]),
        "bulk": lambda q, conn: q.slow_bulk(conn, [1]),
        "batch": lambda q, conn: q.slow_batch(conn, [30, 30]),
    }

    async def use(queries: Any) -> None:
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as conn:
            for name, call in calls.items():
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(call(queries, conn), 0.1)
                assert conn.info.transaction_status == TransactionStatus.IDLE, name
                assert await queries.slow_one(conn, seconds=0) == 0, name
                async with conn.transaction():
                    assert await queries.slow_many(conn, seconds=0) == [0, 0], name

    with project(tmp_path, SCHEMA, QUERIES) as load:
        asyncio.run(use(load("aio.queries")))


def test_many_items_fail_as_one(pg_database: PgDatabase, tmp_path: Path) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        queries = load("queries")
        for function, query in (
            (queries.put_batch, "PutBatch"),
            (queries.put_one, "PutOne"),
            (queries.put_bulk, "PutBulk"),
            (queries.put_copy, "PutCopy"),
        ):
            params = getattr(queries, f"{query}Params")
            items = [params(id=1, note="good"), params(id=2, note="bad"), params(id=3, note="good")]
            with pytest.raises(psycopg.errors.CheckViolation) as raised:
                function(conn, items)
            assert raised.value.__notes__ == [f"The query is {query}."]
            assert conn.info.transaction_status == TransactionStatus.IDLE
            assert queries.ids(conn) == []
            # In a transaction of the caller's, a savepoint is undone and the rest stays.
            with conn.transaction():
                queries.put(conn, id=9, note=query)
                with pytest.raises(psycopg.errors.CheckViolation), conn.transaction():
                    function(conn, items)
            assert queries.ids(conn) == [9]
            conn.execute("TRUNCATE t")


def put_three(conn: Any, queries: Any) -> None:
    with conn.pipeline():
        for number, note in enumerate(("good", "bad", "good")):
            queries.put(conn, id=number, note=note)


def test_a_pipeline_of_the_caller_s_is_aborted_and_left(pg_database: PgDatabase, tmp_path: Path) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        queries = load("queries")
        with pytest.raises(psycopg.errors.CheckViolation):
            put_three(conn, queries)
        assert conn.info.transaction_status == TransactionStatus.IDLE
        assert queries.ids(conn) == []
        with conn.pipeline():
            queries.put(conn, id=4, note="good")
            assert queries.ids(conn) == [4]
