"""Which object needs which: pg_depend as a look-up in both directions.

Takes addresses of objects, gives the dependents of one. Mirrors `pg_depend.c`. Objects that PostgreSQL brings along are
pinned there and have no rows here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from querygen.pg_catalog.dump import EXTENSION_OIDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.store import Journal
    from querygen.pg_catalog.rows import Oid

NORMAL, AUTO, INTERNAL = "n", "a", "i"


class Address(NamedTuple):
    """ObjectAddress: `kind` is relation (indexes too), type, proc, operator, cast, opclass, collation, schema,
    constraint, trigger, rule or default. `sub` is a column's attnum, the name of a constraint, trigger or rule, and a
    cast's target type.
    """

    kind: str
    oid: Oid
    sub: int | str = 0


class Depend:
    """pg_depend: rows (dependent, referenced, kind of dependency)."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_referenced: dict[tuple[str, Oid], dict[tuple[Address, Address], str]] = defaultdict(dict)
        self._by_dependent: dict[tuple[str, Oid], dict[tuple[Address, Address], str]] = defaultdict(dict)

    def record(self, dependent: Address, referenced: Address, kind: str = NORMAL) -> None:
        """recordDependencyOn"""
        if referenced.oid < EXTENSION_OIDS:
            return
        key = (dependent, referenced)
        if kind == NORMAL and key in self._by_referenced.get((referenced.kind, referenced.oid), ()):
            return  # one that goes along is not in the way
        self._journal.put(self._by_referenced[referenced.kind, referenced.oid], key, kind)
        self._journal.put(self._by_dependent[dependent.kind, dependent.oid], key, kind)

    def dependents(self, referenced: Address) -> Iterator[tuple[Address, Address, str]]:
        """(dependent, what it references, kind) of an object; of a whole object its parts are included."""
        for (dependent, target), kind in self._by_referenced.get((referenced.kind, referenced.oid), {}).items():
            if referenced.sub in (0, target.sub):
                yield dependent, target, kind

    def references(self, dependent: Address) -> Iterator[tuple[Address, str]]:
        """(referenced, kind) of an object; of a whole object those of its parts are included."""
        for (source, target), kind in self._by_dependent.get((dependent.kind, dependent.oid), {}).items():
            if dependent.sub in (0, source.sub):
                yield target, kind

    def owner(self, dependent: Address) -> Address | None:
        """The object of which this is an inner part."""
        return next((target for target, kind in self.references(dependent) if kind == INTERNAL), None)

    def forget(self, dependent: Address, *, only: str | None = None) -> None:
        """deleteDependencyRecordsFor: the rows of a dependent; `only`: those that reference this kind of object."""
        rows = self._by_dependent.get((dependent.kind, dependent.oid))
        if not rows:
            return
        for key in [*rows]:
            source, target = key
            if dependent.sub in (0, source.sub) and (only is None or target.kind == only):
                self._journal.pop(rows, key)
                self._journal.pop(self._by_referenced[target.kind, target.oid], key)

    def forget_references(self, referenced: Address) -> None:
        """The rows that point to an object which is gone."""
        for dependent, target, _kind in [*self.dependents(referenced)]:
            key = (dependent, target)
            self._journal.pop(self._by_referenced[target.kind, target.oid], key)
            self._journal.pop(self._by_dependent[dependent.kind, dependent.oid], key)

    def rename(self, old: Address, new: Address) -> None:
        """Follow a part that is known by its name."""
        for target, kind in [*self.references(old)]:
            self.record(new, target, kind)
        for dependent, _target, kind in [*self.dependents(old)]:
            self.record(dependent, new, kind)
        self.forget(old)
        self.forget_references(old)
