"""The queries of queries/ written by hand in the fastest shape known: the yardstick for generated code.

Functions take a psycopg connection and give pydantic models (`list`, one or None) or a count. The asynchronous ones
are in by_hand_aio.py.
"""
# ruff: noqa: A001, A002 - parameters and variables are called as the columns are, like those of generated code

import datetime as dt
import decimal
import enum
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, repeat
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeVar

from psycopg import Connection, Cursor, RawCursor
from psycopg.rows import tuple_row
from psycopg.types.array import ListBinaryDumper
from psycopg.types.numeric import Int8
from psycopg.types.string import TextLoader
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

# psycopg's loaders have fixed every type already, so rows are built without validation: an empty object, and the four
# slots that pydantic's own model_construct fills, each through its descriptor.
new_object = object.__new__
set_dict: Final = BaseModel.__dict__["__dict__"].__set__
set_fields: Final = BaseModel.__dict__["__pydantic_fields_set__"].__set__
set_extra: Final = BaseModel.__dict__["__pydantic_extra__"].__set__
set_private: Final = BaseModel.__dict__["__pydantic_private__"].__set__
run_through: Final = deque[None](maxlen=0).extend  # keeps nothing: the quickest way through an iterator

R = TypeVar("R", bound=BaseModel)

JSONB: Final = 3802
BATCH: Final = 500
NEAR: Final = 50


class Mood(enum.StrEnum):
    SAD = "sad"
    OK = "ok"
    HAPPY = "happy"


# An enum that is not registered arrives as str in text and as bytes in binary results.
MOOD: Final[dict[Any, Mood]] = {key: mood for mood in Mood for key in (mood.value, mood.value.encode())}


class Row(BaseModel):
    """Rows of one class share one set of field names, which is therefore only given away as a copy."""

    model_config = ConfigDict(defer_build=True)

    @property
    def model_fields_set(self) -> set[str]:
        return set(self.__pydantic_fields_set__)


class Author(Row):
    id: int
    name: str
    bio: str | None


class Event(Row):
    id: int
    name: str
    created: dt.datetime
    active: bool
    amount: decimal.Decimal
    uid: uuid.UUID
    mood: Mood
    visits: int
    note: str | None


class Document(Row):
    id: int
    name: str
    created: dt.datetime
    active: bool
    amount: decimal.Decimal
    uid: uuid.UUID
    mood: Mood
    data: Any
    note: str | None


class NewEntry(BaseModel):
    model_config = ConfigDict(defer_build=True)

    id: int
    name: str
    amount: decimal.Decimal
    created: dt.datetime
    note: str | None


GET_AUTHOR: Final = "SELECT id, name, bio FROM author WHERE id = $1"
LIST_AUTHORS: Final = "SELECT id, name, bio FROM author WHERE id <= $1 ORDER BY id"
GET_EVENT: Final = "SELECT id, name, created, active, amount, uid, mood, visits, note FROM event WHERE id = $1"
LIST_EVENTS: Final = (
    "SELECT id, name, created, active, amount, uid, mood, visits, note FROM event WHERE id <= $1 ORDER BY id"
)
GET_DOCUMENT: Final = "SELECT id, name, created, active, amount, uid, mood, data, note FROM document WHERE id = $1"
LIST_DOCUMENTS: Final = (
    "SELECT id, name, created, active, amount, uid, mood, data, note FROM document WHERE id <= $1 ORDER BY id"
)
COPY_ENTRIES: Final = "COPY entry (id, name, amount, created, note) FROM STDIN (FORMAT BINARY)"
ENTRY_TYPES: Final = ("int8", "text", "numeric", "timestamptz", "text")
INSERT_ENTRIES: Final = (
    "INSERT INTO entry (id, name, amount, created, note)"
    " SELECT * FROM unnest($1::int8[], $2::text[], $3::numeric[], $4::timestamptz[], $5::text[])"
)

AUTHOR_FIELDS: Final = {"id", "name", "bio"}
EVENT_FIELDS: Final = {"id", "name", "created", "active", "amount", "uid", "mood", "visits", "note"}
DOCUMENT_FIELDS: Final = {"id", "name", "created", "active", "amount", "uid", "mood", "data", "note"}


def new_row(cls: type[R], values: dict[str, Any], fields: set[str]) -> R:
    row = new_object(cls)
    set_dict(row, values)
    set_fields(row, fields)
    set_extra(row, None)
    set_private(row, None)
    return row


def new_rows(cls: type[R], values: list[dict[str, Any]], fields: set[str]) -> list[R]:
    """The same for many, without a step of the interpreter for each: up to a sixth less than a list of `new_row`."""
    rows = list(map(new_object, repeat(cls, len(values))))
    run_through(map(set_dict, rows, values))
    run_through(map(set_fields, rows, repeat(fields)))
    run_through(map(set_extra, rows, repeat(None)))
    run_through(map(set_private, rows, repeat(None)))
    return rows


# For one row, row factories: each gives psycopg the function that makes the fields of a row from its tuple.
def author_row(_cursor: Any) -> Callable[[Sequence[Any]], dict[str, Any]]:
    return _author


def event_row(_cursor: Any) -> Callable[[Sequence[Any]], dict[str, Any]]:
    return _event


def document_row(_cursor: Any) -> Callable[[Sequence[Any]], dict[str, Any]]:
    return _document


def _author(values: Sequence[Any]) -> dict[str, Any]:
    id, name, bio = values
    return {"id": id, "name": name, "bio": bio}


def _event(values: Sequence[Any]) -> dict[str, Any]:
    id, name, created, active, amount, uid, mood, visits, note = values
    return {
        "id": id,
        "name": name,
        "created": created,
        "active": active,
        "amount": amount,
        "uid": uid,
        "mood": MOOD[mood],
        "visits": visits,
        "note": note,
    }


def _document(values: Sequence[Any]) -> dict[str, Any]:
    id, name, created, active, amount, uid, mood, data, note = values
    return {
        "id": id,
        "name": name,
        "created": created,
        "active": active,
        "amount": amount,
        "uid": uid,
        "mood": MOOD[mood],
        "data": from_json(data),
        "note": note,
    }


# For many, functions over many tuples: a call for each row costs a tenth of what a wide row costs.
def authors(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [{"id": id, "name": name, "bio": bio} for id, name, bio in rows]


def events(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": id,
            "name": name,
            "created": created,
            "active": active,
            "amount": amount,
            "uid": uid,
            "mood": MOOD[mood],
            "visits": visits,
            "note": note,
        }
        for id, name, created, active, amount, uid, mood, visits, note in rows
    ]


def documents(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": id,
            "name": name,
            "created": created,
            "active": active,
            "amount": amount,
            "uid": uid,
            "mood": MOOD[mood],
            "data": from_json(data),
            "note": note,
        }
        for id, name, created, active, amount, uid, mood, data, note in rows
    ]


Fields = Callable[[Iterable[Sequence[Any]]], list[dict[str, Any]]]


def all_rows(cls: type[R], read: Fields, cur: Cursor[Any], fields: set[str]) -> list[R]:
    """In batches: tuples that are gone soon cost the garbage collector nothing."""
    rows: list[R] = []
    while fetched := cur.fetchmany(BATCH):
        rows += new_rows(cls, read(fetched), fields)
    return rows


def get_author(conn: Connection[Any], *, id: int) -> Author | None:
    values = RawCursor(conn, row_factory=author_row).execute(GET_AUTHOR, (Int8(id),)).fetchone()
    return None if values is None else new_row(Author, values, AUTHOR_FIELDS)


def list_authors(conn: Connection[Any], *, max_id: int) -> list[Author]:
    cur = RawCursor(conn, row_factory=tuple_row).execute(LIST_AUTHORS, (Int8(max_id),))
    return all_rows(Author, authors, cur, AUTHOR_FIELDS)


def get_event(conn: Connection[Any], *, id: int) -> Event | None:
    values = RawCursor(conn, row_factory=event_row).execute(GET_EVENT, (Int8(id),)).fetchone()
    return None if values is None else new_row(Event, values, EVENT_FIELDS)


def list_events(conn: Connection[Any], *, max_id: int) -> list[Event]:
    cur = RawCursor(conn, row_factory=tuple_row).execute(LIST_EVENTS, (Int8(max_id),))
    return all_rows(Event, events, cur, EVENT_FIELDS)


def get_document(conn: Connection[Any], *, id: int) -> Document | None:
    cur = RawCursor(conn, row_factory=document_row)
    cur.adapters.register_loader(JSONB, TextLoader)  # _document decodes it; the connection keeps its own loader
    values = cur.execute(GET_DOCUMENT, (Int8(id),)).fetchone()
    return None if values is None else new_row(Document, values, DOCUMENT_FIELDS)


def list_documents(conn: Connection[Any], *, max_id: int) -> list[Document]:
    cur = RawCursor(conn, row_factory=tuple_row)
    cur.adapters.register_loader(JSONB, TextLoader)
    return all_rows(Document, documents, cur.execute(LIST_DOCUMENTS, (Int8(max_id),)), DOCUMENT_FIELDS)


# Entries are read through their __dict__: BaseModel's __getattr__ makes every attribute access slow. Several at once,
# while they are in the processor's cache: one by one, between writes, costs a third more.
all_fields: Final = attrgetter("__dict__")
entry_fields: Final = itemgetter("id", "name", "amount", "created", "note")


def entry_values(items: Iterable[NewEntry]) -> Iterator[tuple[Any, ...]]:
    left = iter(items)
    return chain.from_iterable(iter(lambda: list(map(entry_fields, map(all_fields, islice(left, NEAR)))), []))


def copy_entries(conn: Connection[Any], items: Iterable[NewEntry]) -> int:
    cur = RawCursor(conn)
    with cur.copy(COPY_ENTRIES) as copy:
        copy.set_types(ENTRY_TYPES)
        for values in entry_values(items):
            copy.write_row(values)
    return cur.rowcount


def entry_columns(items: Iterable[NewEntry]) -> list[list[Any]]:
    rows = [item.__dict__ for item in items]
    return [
        [values["id"] for values in rows],
        [values["name"] for values in rows],
        [values["amount"] for values in rows],
        [values["created"] for values in rows],
        [values["note"] for values in rows],
    ]


def insert_entries(conn: Connection[Any], items: Iterable[NewEntry]) -> int:
    cur = RawCursor(conn)
    cur.adapters.register_dumper(list, ListBinaryDumper)
    return cur.execute(INSERT_ENTRIES, entry_columns(items)).rowcount
