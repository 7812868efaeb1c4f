"""The functions of by_hand.py over an asynchronous connection: the same statements, row functions and models."""
# ruff: noqa: A002 - parameters are called as the columns are, like those of generated code

from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection, AsyncCursor, AsyncRawCursor
from psycopg.rows import tuple_row
from psycopg.types.array import ListBinaryDumper
from psycopg.types.numeric import Int8
from psycopg.types.string import TextLoader

from runtime.by_hand import (
    AUTHOR_FIELDS,
    BATCH,
    COPY_ENTRIES,
    DOCUMENT_FIELDS,
    ENTRY_TYPES,
    EVENT_FIELDS,
    GET_AUTHOR,
    GET_DOCUMENT,
    GET_EVENT,
    INSERT_ENTRIES,
    JSONB,
    LIST_AUTHORS,
    LIST_DOCUMENTS,
    LIST_EVENTS,
    Author,
    Document,
    Event,
    Fields,
    NewEntry,
    R,
    author_row,
    authors,
    document_row,
    documents,
    entry_columns,
    entry_values,
    event_row,
    events,
    new_row,
    new_rows,
)


async def all_rows(cls: type[R], read: Fields, cur: AsyncCursor[Any], fields: set[str]) -> list[R]:
    rows: list[R] = []
    while fetched := await cur.fetchmany(BATCH):
        rows += new_rows(cls, read(fetched), fields)
    return rows


async def get_author(conn: AsyncConnection[Any], *, id: int) -> Author | None:
    cur = await AsyncRawCursor(conn, row_factory=author_row).execute(GET_AUTHOR, (Int8(id),))
    values = await cur.fetchone()
    return None if values is None else new_row(Author, values, AUTHOR_FIELDS)


async def list_authors(conn: AsyncConnection[Any], *, max_id: int) -> list[Author]:
    cur = await AsyncRawCursor(conn, row_factory=tuple_row).execute(LIST_AUTHORS, (Int8(max_id),))
    return await all_rows(Author, authors, cur, AUTHOR_FIELDS)


async def get_event(conn: AsyncConnection[Any], *, id: int) -> Event | None:
    cur = await AsyncRawCursor(conn, row_factory=event_row).execute(GET_EVENT, (Int8(id),))
    values = await cur.fetchone()
    return None if values is None else new_row(Event, values, EVENT_FIELDS)


async def list_events(conn: AsyncConnection[Any], *, max_id: int) -> list[Event]:
    cur = await AsyncRawCursor(conn, row_factory=tuple_row).execute(LIST_EVENTS, (Int8(max_id),))
    return await all_rows(Event, events, cur, EVENT_FIELDS)


async def get_document(conn: AsyncConnection[Any], *, id: int) -> Document | None:
    cur = AsyncRawCursor(conn, row_factory=document_row)
    cur.adapters.register_loader(JSONB, TextLoader)
    await cur.execute(GET_DOCUMENT, (Int8(id),))
    values = await cur.fetchone()
    return None if values is None else new_row(Document, values, DOCUMENT_FIELDS)


async def list_documents(conn: AsyncConnection[Any], *, max_id: int) -> list[Document]:
    cur = AsyncRawCursor(conn, row_factory=tuple_row)
    cur.adapters.register_loader(JSONB, TextLoader)
    await cur.execute(LIST_DOCUMENTS, (Int8(max_id),))
    return await all_rows(Document, documents, cur, DOCUMENT_FIELDS)


async def copy_entries(conn: AsyncConnection[Any], items: Iterable[NewEntry]) -> int:
    cur = AsyncRawCursor(conn)
    async with cur.copy(COPY_ENTRIES) as copy:
        copy.set_types(ENTRY_TYPES)
        for values in entry_values(items):
            await copy.write_row(values)
    return cur.rowcount


async def insert_entries(conn: AsyncConnection[Any], items: Iterable[NewEntry]) -> int:
    cur = AsyncRawCursor(conn)
    cur.adapters.register_dumper(list, ListBinaryDumper)
    return (await cur.execute(INSERT_ENTRIES, entry_columns(items))).rowcount
