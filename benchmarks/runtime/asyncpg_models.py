"""asyncpg with `Model(**record)`, its rows made into validated pydantic models.

Takes connection arguments; gives a `Contestant`. Inserts are asyncpg's own: `copy_records_to_table`, `executemany`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import asyncpg

from runtime.cases import ENTRY_COLUMNS, INSERT_ENTRY, Contestant, entry_tuples, many_sql, one_sql
from runtime.peer_models import MODELS

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable

INSERT = INSERT_ENTRY + "($1, $2, $3, $4, $5)"


async def connect(host: str, port: int, user: str, database: str, stack: contextlib.AsyncExitStack) -> Any:
    """A connection that decodes jsonb, which asyncpg gives as text otherwise."""
    conn = await asyncpg.connect(host=host, port=port, user=user, database=database)
    stack.push_async_callback(conn.close)
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    return conn


def contestant(conn: Any) -> Contestant:
    entries = entry_tuples()

    def one(model: type[Any], sql: str) -> Callable[[int], Any]:
        async def call(key: int) -> Any:
            record = await conn.fetchrow(sql, key)
            return None if record is None else model(**record)

        return call

    def many(model: type[Any], sql: str) -> Callable[[int], Any]:
        async def call(max_id: int) -> Any:
            return [model(**record) for record in await conn.fetch(sql, max_id)]

        return call

    calls: dict[str, Callable[..., Any]] = {
        "copy": lambda: conn.copy_records_to_table("entry", records=entries, columns=ENTRY_COLUMNS),
        "bulk": lambda: conn.executemany(INSERT, entries),
    }
    for shape, model in MODELS.items():
        calls[f"one {shape}"] = one(model, one_sql(shape, "$1"))
        calls[f"many {shape}"] = many(model, many_sql(shape, "$1"))
    return Contestant("asyncpg + Model", asynchronous=True, typed=True, calls=calls)
