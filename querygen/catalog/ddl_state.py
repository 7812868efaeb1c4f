"""What a DDL statement works on: the catalog under construction, and where its text stands.

`DdlState` is the one mutable object of the fold, as `ParseState` is of the analyser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from querygen.diagnostics import PgError
from querygen.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.ddl_depend import Depend
    from querygen.diagnostics import Diagnostic
    from querygen.pg_catalog.load import CatalogData
    from querygen.pg_catalog.rows import Oid
    from querygen.source import SourceFile


class RawStatement(Protocol):
    """What sql.parse.RawStmt has: a node's location + `shift` is an offset in the file's text."""

    @property
    def stmt(self) -> Any: ...
    @property
    def source(self) -> SourceFile: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def shift(self) -> int: ...


class Extension(Struct, frozen=True):
    """A row of pg_extension: what was loaded, and into which schema."""

    name: str
    namespace: Oid
    data: CatalogData | None


class LateForeignKey(Struct, frozen=True):
    """A foreign key whose table was not there yet: it is looked up again when everything has been read."""

    relation: Oid
    constraint: Any  # raw Constraint
    columns: tuple[str, ...]
    name: str
    search_path: tuple[str, ...]
    raw: RawStatement


class Savepoint(Struct, frozen=True):
    """Where ROLLBACK goes back to: in the catalog's journal, the statements put aside, the late foreign keys, and what
    SET said: the path and the role, each with what it is again when the transaction ends.
    """

    name: str
    mark: int
    pending: int
    late: int
    path: tuple[tuple[str, ...], tuple[str, ...] | None]
    role: tuple[str, str | None]


class DdlState(Struct, eq=False):
    """The catalog, what PostgreSQL keeps beside it, and the statement that is being executed."""

    catalog: Catalog
    depend: Depend
    extension_folders: Sequence[Path] = ()
    raw: RawStatement | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    extensions: dict[str, Extension] = field(default_factory=dict)
    late_foreign_keys: list[LateForeignKey] = field(default_factory=list)
    opfamilies: dict[tuple[str, Oid, str], Oid] = field(default_factory=dict)  # method, schema, name
    servers: set[str] = field(default_factory=set)
    late_bodies: list[Any] = field(default_factory=list)  # ddl_body.LateBody
    full: bool = False  # keep what only comparing and printing schemas asks for (ddl_facts.py)
    check_bodies: bool = True  # check_function_bodies
    collided: bool = False  # a name that the server makes up was taken: the order of the statements decided it
    unknown_extension: bool = False  # a CREATE EXTENSION of which there is no catalogue: names may be its
    first_path: tuple[str, ...] = ("public",)  # what the project is configured to begin with
    session_path: tuple[str, ...] = ("public",)  # what a new session begins with, and RESET goes back to
    role: str = ""  # whom SET ROLE named: what is made belongs to it
    transactions: list[Savepoint] = field(default_factory=list)  # BEGIN's, then SAVEPOINTs'
    transaction_path: tuple[str, ...] | None = None  # the path before the first SET LOCAL of a transaction
    transaction_role: str | None = None  # the role before it

    @property
    def text(self) -> str:
        """The text that node locations count in, after adding `shift`."""
        return self.raw.source.text if self.raw is not None else ""

    def offset(self, location: int | None) -> int:
        """The offset in the file of a node's location; -1 if it has none."""
        if location is None or location < 0 or self.raw is None:
            return -1
        return location + self.raw.shift

    def span(self, location: int | None, length: int = 1) -> Span | None:
        """The place of a name of the running statement."""
        start = self.offset(location)
        if start < 0 or self.raw is None:
            return None
        return Span(self.raw.source, start, min(start + length, len(self.raw.source.text)))


def unsupported(what: str, location: int = -1) -> PgError:
    """A statement that is known and that nothing here carries out."""
    return PgError("0A000", f"querygen does not yet analyse {what}", location)
