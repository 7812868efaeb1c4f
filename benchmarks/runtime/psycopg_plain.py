"""psycopg without a layer above it: raw tuples at its defaults, and its documented way to models, `class_row(Model)`.

Takes a connection string; gives `Contestant`s. Inserts are psycopg's own: `executemany`, and binary COPY from tuples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import class_row

from runtime.cases import (
    COLUMNS,
    COPY_ENTRIES,
    ENTRY_TYPES,
    INSERT_ENTRY,
    Contestant,
    entry_tuples,
    many_sql,
    one_sql,
)
from runtime.peer_models import MODELS

if TYPE_CHECKING:
    import contextlib

INSERT = INSERT_ENTRY + "(%s, %s, %s, %s, %s)"
Calls = dict[str, Callable[..., Any]]
SyncConnection = psycopg.Connection[Any]
AsyncConnection = psycopg.AsyncConnection[Any]


def _tuples(conn: SyncConnection) -> Calls:
    entries = entry_tuples()

    def one(sql: str) -> Callable[[int], Any]:
        return lambda key: conn.execute(sql, (key,)).fetchone()

    def many(sql: str) -> Callable[[int], Any]:
        return lambda max_id: conn.execute(sql, (max_id,)).fetchall()

    def copy_entries() -> None:
        with conn.cursor() as cur, cur.copy(COPY_ENTRIES) as copy:
            copy.set_types(ENTRY_TYPES)
            for entry in entries:
                copy.write_row(entry)

    def insert_entries() -> None:
        with conn.cursor() as cur:
            cur.executemany(INSERT, entries)

    calls: Calls = {"copy": copy_entries, "bulk": insert_entries}
    for shape in COLUMNS:
        calls[f"one {shape}"] = one(one_sql(shape, "%s"))
        calls[f"many {shape}"] = many(many_sql(shape, "%s"))
    return calls


def _tuples_async(conn: AsyncConnection) -> Calls:
    entries = entry_tuples()

    def one(sql: str) -> Callable[[int], Any]:
        async def call(key: int) -> Any:
            return await (await conn.execute(sql, (key,))).fetchone()

        return call

    def many(sql: str) -> Callable[[int], Any]:
        async def call(max_id: int) -> Any:
            return await (await conn.execute(sql, (max_id,))).fetchall()

        return call

    async def copy_entries() -> None:
        async with conn.cursor() as cur, cur.copy(COPY_ENTRIES) as copy:
            copy.set_types(ENTRY_TYPES)
            for entry in entries:
                await copy.write_row(entry)

    async def insert_entries() -> None:
        async with conn.cursor() as cur:
            await cur.executemany(INSERT, entries)

    calls: Calls = {"copy": copy_entries, "bulk": insert_entries}
    for shape in COLUMNS:
        calls[f"one {shape}"] = one(one_sql(shape, "%s"))
        calls[f"many {shape}"] = many(many_sql(shape, "%s"))
    return calls


def _class_rows(conn: SyncConnection) -> Calls:
    def one(model: type[Any], sql: str) -> Callable[[int], Any]:
        return lambda key: conn.cursor(row_factory=class_row(model)).execute(sql, (key,)).fetchone()

    def many(model: type[Any], sql: str) -> Callable[[int], Any]:
        return lambda max_id: conn.cursor(row_factory=class_row(model)).execute(sql, (max_id,)).fetchall()

    calls: Calls = {}
    for shape, model in MODELS.items():
        calls[f"one {shape}"] = one(model, one_sql(shape, "%s"))
        calls[f"many {shape}"] = many(model, many_sql(shape, "%s"))
    return calls


def _class_rows_async(conn: AsyncConnection) -> Calls:
    def one(model: type[Any], sql: str) -> Callable[[int], Any]:
        async def call(key: int) -> Any:
            return await (await conn.cursor(row_factory=class_row(model)).execute(sql, (key,))).fetchone()

        return call

    def many(model: type[Any], sql: str) -> Callable[[int], Any]:
        async def call(max_id: int) -> Any:
            return await (await conn.cursor(row_factory=class_row(model)).execute(sql, (max_id,))).fetchall()

        return call

    calls: Calls = {}
    for shape, model in MODELS.items():
        calls[f"one {shape}"] = one(model, one_sql(shape, "%s"))
        calls[f"many {shape}"] = many(model, many_sql(shape, "%s"))
    return calls


async def enter(dsn: str, stack: contextlib.AsyncExitStack) -> list[Contestant]:
    async def connect_async() -> AsyncConnection:
        return await stack.enter_async_context(await psycopg.AsyncConnection.connect(dsn, autocommit=True))

    def connect() -> SyncConnection:
        return stack.enter_context(psycopg.connect(dsn, autocommit=True))

    return [
        Contestant("raw tuples", asynchronous=False, typed=False, calls=_tuples(connect())),
        Contestant("raw tuples", asynchronous=True, typed=False, calls=_tuples_async(await connect_async())),
        Contestant("class_row", asynchronous=False, typed=True, calls=_class_rows(connect())),
        Contestant("class_row", asynchronous=True, typed=True, calls=_class_rows_async(await connect_async())),
    ]
