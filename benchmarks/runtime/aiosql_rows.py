"""aiosql at its defaults: tuples over psycopg, records over asyncpg. Nothing is typed.

Takes a psycopg and an asyncpg connection; gives `Contestant`s. It has no COPY; its bulk insert is executemany.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiosql

from runtime.cases import COLUMNS, INSERT_ENTRY, Contestant, entry_dicts, many_sql, one_sql

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = {"narrow": "author", "wide": "event", "wide + jsonb": "document"}


def _queries(driver: str) -> Any:
    statements = [
        f"-- name: get_{NAMES[shape]}(id)^\n{one_sql(shape, ':id')};\n\n"
        f"-- name: list_{NAMES[shape]}(max_id)\n{many_sql(shape, ':max_id')};\n"
        for shape in COLUMNS
    ]
    insert = f"{INSERT_ENTRY}(:id, :name, :amount, :created, :note);\n"
    statements.append("-- name: insert_entries(id, name, amount, created, note)*!\n" + insert)
    return aiosql.from_str("\n".join(statements), driver)


def contestant(conn: Any) -> Contestant:
    """Over a psycopg connection."""
    queries = _queries("psycopg")
    entries = entry_dicts()

    def one(function: Callable[..., Any]) -> Callable[[int], Any]:
        return lambda key: function(conn, id=key)

    def many(function: Callable[..., Any]) -> Callable[[int], Any]:
        return lambda max_id: list(function(conn, max_id=max_id))

    calls: dict[str, Callable[..., Any]] = {"bulk": lambda: queries.insert_entries(conn, entries)}
    for shape, name in NAMES.items():
        calls[f"one {shape}"] = one(getattr(queries, f"get_{name}"))
        calls[f"many {shape}"] = many(getattr(queries, f"list_{name}"))
    return Contestant("aiosql", asynchronous=False, typed=False, calls=calls)


def contestant_async(conn: Any) -> Contestant:
    """Over an asyncpg connection."""
    queries = _queries("asyncpg")
    entries = entry_dicts()

    def one(function: Callable[..., Any]) -> Callable[[int], Any]:
        return lambda key: function(conn, id=key)

    def many(function: Callable[..., Any]) -> Callable[[int], Any]:
        async def call(max_id: int) -> Any:
            return [row async for row in function(conn, max_id=max_id)]

        return call

    calls: dict[str, Callable[..., Any]] = {"bulk": lambda: queries.insert_entries(conn, entries)}
    for shape, name in NAMES.items():
        calls[f"one {shape}"] = one(getattr(queries, f"get_{name}"))
        calls[f"many {shape}"] = many(getattr(queries, f"list_{name}"))
    return Contestant("aiosql", asynchronous=True, typed=False, calls=calls)
