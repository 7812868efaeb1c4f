"""SQLAlchemy's ORM: mapped classes and a new session for each call, as in a web application, over one connection.

Takes an `Engine` of psycopg and an `AsyncEngine` of asyncpg; gives `Contestant`s. It has no COPY; its bulk insert is
`session.execute(insert(Class), rows)`.
"""

import contextlib
import datetime as dt
import decimal
import uuid
from typing import Any

import sqlalchemy
import sqlalchemy.ext.asyncio
from sqlalchemy import BigInteger, DateTime, Enum, Numeric, Text, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from runtime.cases import Contestant, entry_dicts
from runtime.peer_models import Mood


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text,
        dt.datetime: DateTime(timezone=True),
        decimal.Decimal: Numeric(12, 2),
        Mood: Enum(Mood, name="mood", values_callable=lambda moods: [mood.value for mood in moods]),
    }


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    bio: Mapped[str | None]


class Event(Base):
    __tablename__ = "event"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    created: Mapped[dt.datetime]
    active: Mapped[bool]
    amount: Mapped[decimal.Decimal]
    uid: Mapped[uuid.UUID]
    mood: Mapped[Mood]
    visits: Mapped[int]
    note: Mapped[str | None]


class Document(Base):
    __tablename__ = "document"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    created: Mapped[dt.datetime]
    active: Mapped[bool]
    amount: Mapped[decimal.Decimal]
    uid: Mapped[uuid.UUID]
    mood: Mapped[Mood]
    data: Mapped[Any] = mapped_column(JSONB)
    note: Mapped[str | None]


class Entry(Base):
    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    amount: Mapped[decimal.Decimal]
    created: Mapped[dt.datetime]
    note: Mapped[str | None]


CLASSES: dict[str, Any] = {"narrow": Author, "wide": Event, "wide + jsonb": Document}


def _contestant(conn: sqlalchemy.Connection) -> Contestant:
    entries = entry_dicts()

    def one(mapped: Any) -> Any:
        def call(key: int) -> Any:
            with Session(conn) as session:
                return session.get(mapped, key)

        return call

    def many(mapped: Any) -> Any:
        def call(max_id: int) -> Any:
            with Session(conn) as session:
                return session.scalars(select(mapped).where(mapped.id <= max_id).order_by(mapped.id)).all()

        return call

    def bulk() -> None:
        with Session(conn) as session:
            session.execute(insert(Entry), entries)
            session.commit()

    calls: dict[str, Any] = {"bulk": bulk}
    for shape, mapped in CLASSES.items():
        calls[f"one {shape}"] = one(mapped)
        calls[f"many {shape}"] = many(mapped)
    return Contestant("SQLAlchemy ORM", asynchronous=False, typed=True, calls=calls)


def _contestant_async(conn: sqlalchemy.ext.asyncio.AsyncConnection) -> Contestant:
    entries = entry_dicts()

    def one(mapped: Any) -> Any:
        async def call(key: int) -> Any:
            async with AsyncSession(conn) as session:
                return await session.get(mapped, key)

        return call

    def many(mapped: Any) -> Any:
        async def call(max_id: int) -> Any:
            async with AsyncSession(conn) as session:
                return (await session.scalars(select(mapped).where(mapped.id <= max_id).order_by(mapped.id))).all()

        return call

    async def bulk() -> None:
        async with AsyncSession(conn) as session:
            await session.execute(insert(Entry), entries)
            await session.commit()

    calls: dict[str, Any] = {"bulk": bulk}
    for shape, mapped in CLASSES.items():
        calls[f"one {shape}"] = one(mapped)
        calls[f"many {shape}"] = many(mapped)
    return Contestant("SQLAlchemy ORM", asynchronous=True, typed=True, calls=calls)


async def enter(
    engine: sqlalchemy.Engine,
    async_engine: sqlalchemy.ext.asyncio.AsyncEngine,
    stack: contextlib.AsyncExitStack,
) -> list[Contestant]:
    return [
        _contestant(stack.enter_context(engine.connect())),
        _contestant_async(await stack.enter_async_context(async_engine.connect())),
    ]
