"""Three ways to group the rows of a join by hand, with the fastest construction of models that is known.

Each takes a connection and the generated modules (for the classes and `new_rows`); gives authors with their books.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from psycopg import RawCursor
from psycopg.rows import tuple_row

if TYPE_CHECKING:
    from types import ModuleType

    from psycopg import Connection

SQL = """\
SELECT a.id, a.name, a.joined, b.id, b.author_id, b.title, b.sold, b.published
FROM author AS a
LEFT JOIN book AS b ON b.author_id = a.id
ORDER BY a.id, b.id
"""


def _rows(conn: Connection[Any]) -> list[tuple[Any, ...]]:
    return RawCursor(conn, row_factory=tuple_row).execute(SQL).fetchall()


def by_last_key(conn: Connection[Any], models: ModuleType, row: ModuleType, result: type[Any]) -> list[Any]:
    """The key is compared with that of the row before; all models of a class are made at once."""
    new_rows = row.new_rows
    authors: list[dict[str, Any]] = []
    books: list[dict[str, Any]] = []
    lists: list[list[Any]] = []
    into: list[list[Any]] = []
    last = None
    for a_id, name, joined, b_id, author_id, title, sold, published in _rows(conn):
        if a_id != last:
            last = a_id
            own: list[Any] = []
            authors.append({"id": a_id, "name": name, "joined": joined})
            lists.append(own)
        if b_id is not None:
            into.append(own)
            books.append({"id": b_id, "author_id": author_id, "title": title, "sold": sold, "published": published})
    for own, book in zip(into, new_rows(models.Book, books), strict=True):
        own.append(book)
    made = new_rows(models.Author, authors)
    return new_rows(result, [{"a": one, "books": own} for one, own in zip(made, lists, strict=True)])


def by_dict(conn: Connection[Any], models: ModuleType, row: ModuleType, result: type[Any]) -> list[Any]:
    """A dictionary of authors, and a model for each row as it comes."""
    new_row = row.new_row
    found: dict[int, Any] = {}
    for a_id, name, joined, b_id, author_id, title, sold, published in _rows(conn):
        own = found.get(a_id)
        if own is None:
            author = new_row(models.Author, {"id": a_id, "name": name, "joined": joined})
            own = found[a_id] = new_row(result, {"a": author, "books": []})
        if b_id is not None:
            fields = {"id": b_id, "author_id": author_id, "title": title, "sold": sold, "published": published}
            own.books.append(new_row(models.Book, fields))
    return list(found.values())


def by_groupby(conn: Connection[Any], models: ModuleType, row: ModuleType, result: type[Any]) -> list[Any]:
    """itertools.groupby over rows that are sorted by the key."""
    new_row, new_rows = row.new_row, row.new_rows
    found: list[Any] = []
    for _, group in groupby(_rows(conn), key=itemgetter(0)):
        rows = list(group)
        a_id, name, joined, *_ = rows[0]
        fields = [
            {"id": b_id, "author_id": author_id, "title": title, "sold": sold, "published": published}
            for _, _, _, b_id, author_id, title, sold, published in rows
            if b_id is not None
        ]
        author = new_row(models.Author, {"id": a_id, "name": name, "joined": joined})
        found.append(new_row(result, {"a": author, "books": new_rows(models.Book, fields)}))
    return found
