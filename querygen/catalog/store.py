"""Dictionaries whose changes can be taken back: `Journal`, and `Rows`, the rows of one catalogue by oid.

A DDL statement changes several catalogues before it may fail; PostgreSQL then aborts the transaction. `Catalog` writes
through a `Journal`, so that `rollback_to(mark)` gives back what was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.catalog.objects import Column, Relation
from querygen.pg_catalog.load import row_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from querygen.pg_catalog.rows import Oid

_PUBLIC = "2200"  # PG_PUBLIC_NAMESPACE
_ABSENT: Any = object()


class Journal:
    """What every changed key of every dictionary held before, in the order of the changes."""

    def __init__(self) -> None:
        self._entries: list[tuple[dict[Any, Any], Any, Any]] = []

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """table[key] = value"""
        self._entries.append((table, key, table.get(key, _ABSENT)))
        table[key] = value

    def pop(self, table: dict[Any, Any], key: Any) -> Any:
        """table.pop(key, None)"""
        if key not in table:
            return None
        old = table.pop(key)
        self._entries.append((table, key, old))
        return old

    def mark(self) -> int:
        """A point to come back to."""
        return len(self._entries)

    def rollback_to(self, mark: int) -> None:
        """Undo every change since the mark, the last first."""
        entries = self._entries
        while len(entries) > mark:
            table, key, old = entries.pop()
            if old is _ABSENT:
                table.pop(key, None)
            else:
                table[key] = old

    def forget(self) -> None:
        """Nothing will be taken back any more."""
        self._entries.clear()


class Rows:
    """The rows of one catalogue by oid: text until somebody asks, the user's rows as they are."""

    def __init__(self, catalogue: str, journal: Journal) -> None:
        self._read = row_reader(catalogue)
        self._lines: dict[Oid, str] = {}
        self._rows: dict[Oid, Any] = {}
        self._journal = journal

    def add_line(self, oid: Oid, line: str) -> None:
        self._lines[oid] = line

    def put(self, oid: Oid, row: Any) -> None:
        self._journal.put(self._rows, oid, row)

    def drop(self, oid: Oid) -> None:
        self._journal.pop(self._rows, oid)
        self._journal.pop(self._lines, oid)

    def get(self, oid: Oid) -> Any:
        row = self._rows.get(oid)
        if row is None:
            line = self._lines.get(oid)
            if line is None:
                return None
            row = self._rows[oid] = self._read(line)
        return row

    def __iter__(self) -> Iterator[Oid]:
        yield from dict.fromkeys((*self._lines, *self._rows))


class ConstraintNames:
    """How many constraints have a name within a schema: their names are made up to differ there."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._counts: dict[tuple[Oid, str], int] = {}

    def exists(self, namespace: Oid, name: str) -> bool:
        return self._counts.get((namespace, name), 0) > 0

    def count(self, namespace: Oid, name: str, by: int) -> None:
        key = (namespace, name)
        self._journal.put(self._counts, key, self._counts.get(key, 0) + by)

    def change(self, old: Relation | None, new: Relation | None) -> None:
        """A relation takes another's place; what both have is not counted again."""
        before = set() if old is None else {(old.namespace, one.name) for one in old.constraints}
        after = set() if new is None else {(new.namespace, one.name) for one in new.constraints}
        for namespace, name in before - after:
            self.count(namespace, name, -1)
        for namespace, name in after - before:
            self.count(namespace, name, 1)


def placed(line: str, namespace: Oid) -> tuple[str, Oid, str, Oid]:
    """A line of pg_type, pg_proc, pg_operator or pg_class: with its oid, name and schema, public being `namespace`."""
    oid, name, owner, rest = line.split("\t", 3)
    if owner == _PUBLIC and str(namespace) != _PUBLIC:
        return f"{oid}\t{name}\t{namespace}\t{rest}", int(oid), name, namespace
    return line, int(oid), name, int(owner)


def read_relation(line: str, attribute_lines: Iterable[str]) -> Relation:
    """A relation of PostgreSQL's own or of an extension, from its rows of pg_class and pg_attribute."""
    row = row_reader("pg_class")(line)
    read = row_reader("pg_attribute")
    columns = tuple(
        Column(
            one.attname,
            one.attnum,
            one.atttypid,
            one.atttypmod,
            not_null=one.attnotnull,
            attcollation=one.attcollation,
        )
        for one in map(read, attribute_lines)
    )
    return Relation(row.oid, row.relname, row.relnamespace, row.relkind, columns, reltype=row.reltype)
