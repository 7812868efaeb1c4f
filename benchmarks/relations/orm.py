"""SQLAlchemy's ORM with its two ways to load a relation with its parents; a session for each call."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, DateTime, ForeignKey, Text, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload


class Base(DeclarativeBase):
    type_annotation_map = {str: Text, int: BigInteger, dt.datetime: DateTime(timezone=True)}  # noqa: RUF012


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    joined: Mapped[dt.datetime]
    books: Mapped[list[Book]] = relationship(order_by="Book.id")


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    title: Mapped[str]
    sold: Mapped[int]
    published: Mapped[dt.datetime]


def engine(host: str, port: int, database: str) -> sqlalchemy.Engine:
    url = sqlalchemy.URL.create(
        "postgresql+psycopg", username="postgres", port=port, database=database, query={"host": host}
    )
    return sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")


def loaded_by_select(connected: sqlalchemy.Engine) -> list[Any]:
    """`selectinload`: a second query for the books of all authors."""
    with Session(connected) as session:
        return list(session.scalars(select(Author).options(selectinload(Author.books)).order_by(Author.id)))


def loaded_by_join(connected: sqlalchemy.Engine) -> list[Any]:
    """`joinedload`: one query, whose rows SQLAlchemy folds."""
    with Session(connected) as session:
        query = select(Author).options(joinedload(Author.books)).order_by(Author.id)
        return list(session.scalars(query).unique())
