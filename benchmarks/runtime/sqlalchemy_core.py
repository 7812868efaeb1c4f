"""SQLAlchemy Core in the shape of sqlc-gen-python's output: `text()`, a Querier class, rows made into pydantic models.

Takes an `Engine` of psycopg and an `AsyncEngine` of asyncpg (what sqlc-gen-python's own examples run on); gives
`Contestant`s. The shape has no COPY; its bulk insert is SQLAlchemy's executemany.
"""
# ruff: noqa: A002 - the parameters are called as sqlc-gen-python calls them

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy
import sqlalchemy.ext.asyncio

from runtime.cases import INSERT_ENTRY, Contestant, entry_dicts, many_sql, one_sql
from runtime.peer_models import Author, Document, Event

if TYPE_CHECKING:
    import contextlib
    from collections.abc import AsyncIterator, Iterator

GET_AUTHOR = "-- name: get_author \\:one\n" + one_sql("narrow", ":p1")
LIST_AUTHORS = "-- name: list_authors \\:many\n" + many_sql("narrow", ":p1")
GET_EVENT = "-- name: get_event \\:one\n" + one_sql("wide", ":p1")
LIST_EVENTS = "-- name: list_events \\:many\n" + many_sql("wide", ":p1")
GET_DOCUMENT = "-- name: get_document \\:one\n" + one_sql("wide + jsonb", ":p1")
LIST_DOCUMENTS = "-- name: list_documents \\:many\n" + many_sql("wide + jsonb", ":p1")
INSERT_ENTRIES = INSERT_ENTRY + "(:id, :name, :amount, :created, :note)"


def _author(row: Any) -> Author:
    return Author(id=row[0], name=row[1], bio=row[2])


def _event(row: Any) -> Event:
    return Event(
        id=row[0],
        name=row[1],
        created=row[2],
        active=row[3],
        amount=row[4],
        uid=row[5],
        mood=row[6],
        visits=row[7],
        note=row[8],
    )


def _document(row: Any) -> Document:
    return Document(
        id=row[0],
        name=row[1],
        created=row[2],
        active=row[3],
        amount=row[4],
        uid=row[5],
        mood=row[6],
        data=row[7],
        note=row[8],
    )


class Querier:
    def __init__(self, conn: sqlalchemy.engine.Connection) -> None:
        self._conn = conn

    def get_author(self, *, id: int) -> Author | None:
        row = self._conn.execute(sqlalchemy.text(GET_AUTHOR), {"p1": id}).first()
        return None if row is None else _author(row)

    def list_authors(self, *, max_id: int) -> Iterator[Author]:
        for row in self._conn.execute(sqlalchemy.text(LIST_AUTHORS), {"p1": max_id}):
            yield _author(row)

    def get_event(self, *, id: int) -> Event | None:
        row = self._conn.execute(sqlalchemy.text(GET_EVENT), {"p1": id}).first()
        return None if row is None else _event(row)

    def list_events(self, *, max_id: int) -> Iterator[Event]:
        for row in self._conn.execute(sqlalchemy.text(LIST_EVENTS), {"p1": max_id}):
            yield _event(row)

    def get_document(self, *, id: int) -> Document | None:
        row = self._conn.execute(sqlalchemy.text(GET_DOCUMENT), {"p1": id}).first()
        return None if row is None else _document(row)

    def list_documents(self, *, max_id: int) -> Iterator[Document]:
        for row in self._conn.execute(sqlalchemy.text(LIST_DOCUMENTS), {"p1": max_id}):
            yield _document(row)


class AsyncQuerier:
    def __init__(self, conn: sqlalchemy.ext.asyncio.AsyncConnection) -> None:
        self._conn = conn

    async def get_author(self, *, id: int) -> Author | None:
        row = (await self._conn.execute(sqlalchemy.text(GET_AUTHOR), {"p1": id})).first()
        return None if row is None else _author(row)

    async def list_authors(self, *, max_id: int) -> AsyncIterator[Author]:
        async for row in await self._conn.stream(sqlalchemy.text(LIST_AUTHORS), {"p1": max_id}):
            yield _author(row)

    async def get_event(self, *, id: int) -> Event | None:
        row = (await self._conn.execute(sqlalchemy.text(GET_EVENT), {"p1": id})).first()
        return None if row is None else _event(row)

    async def list_events(self, *, max_id: int) -> AsyncIterator[Event]:
        async for row in await self._conn.stream(sqlalchemy.text(LIST_EVENTS), {"p1": max_id}):
            yield _event(row)

    async def get_document(self, *, id: int) -> Document | None:
        row = (await self._conn.execute(sqlalchemy.text(GET_DOCUMENT), {"p1": id})).first()
        return None if row is None else _document(row)

    async def list_documents(self, *, max_id: int) -> AsyncIterator[Document]:
        async for row in await self._conn.stream(sqlalchemy.text(LIST_DOCUMENTS), {"p1": max_id}):
            yield _document(row)


def _contestant(conn: sqlalchemy.engine.Connection) -> Contestant:
    querier = Querier(conn)
    entries = entry_dicts()
    return Contestant(
        "SQLAlchemy Core",
        asynchronous=False,
        typed=True,
        calls={
            "one narrow": lambda key: querier.get_author(id=key),
            "one wide": lambda key: querier.get_event(id=key),
            "one wide + jsonb": lambda key: querier.get_document(id=key),
            "many narrow": lambda max_id: list(querier.list_authors(max_id=max_id)),
            "many wide": lambda max_id: list(querier.list_events(max_id=max_id)),
            "many wide + jsonb": lambda max_id: list(querier.list_documents(max_id=max_id)),
            "bulk": lambda: conn.execute(sqlalchemy.text(INSERT_ENTRIES), entries),
        },
    )


def _contestant_async(conn: sqlalchemy.ext.asyncio.AsyncConnection) -> Contestant:
    querier = AsyncQuerier(conn)
    entries = entry_dicts()

    async def collect(rows: AsyncIterator[Any]) -> list[Any]:
        return [row async for row in rows]

    async def bulk() -> None:
        await conn.execute(sqlalchemy.text(INSERT_ENTRIES), entries)
        await conn.commit()

    return Contestant(
        "SQLAlchemy Core",
        asynchronous=True,
        typed=True,
        calls={
            "one narrow": lambda key: querier.get_author(id=key),
            "one wide": lambda key: querier.get_event(id=key),
            "one wide + jsonb": lambda key: querier.get_document(id=key),
            "many narrow": lambda max_id: collect(querier.list_authors(max_id=max_id)),
            "many wide": lambda max_id: collect(querier.list_events(max_id=max_id)),
            "many wide + jsonb": lambda max_id: collect(querier.list_documents(max_id=max_id)),
            "bulk": bulk,
        },
    )


async def enter(
    engine: sqlalchemy.Engine,
    async_engine: sqlalchemy.ext.asyncio.AsyncEngine,
    stack: contextlib.AsyncExitStack,
) -> list[Contestant]:
    # asyncpg's cursors, which stream() opens, want a transaction: the first statement begins one that then stays open.
    transactional = async_engine.execution_options(isolation_level="READ COMMITTED")
    return [
        _contestant(stack.enter_context(engine.connect())),
        _contestant_async(await stack.enter_async_context(transactional.connect())),
    ]
