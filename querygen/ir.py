"""The contract between analysis and everything that uses it: `AnalyzedQuery` and its parts.

What `render`, `lint`, `server` and the CLI see of a query. Types are (oid, typmod) pairs that the catalog explains.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

if TYPE_CHECKING:
    from querygen.analyze.nodes import Query
    from querygen.diagnostics import Diagnostic
    from querygen.pg_catalog.rows import Oid
    from querygen.source import SourceFile, Span


class TypeRef(NamedTuple):
    """A type as PostgreSQL names one: pg_type.oid and the type modifier (-1: none)."""

    oid: int
    typmod: int = -1


class Command(StrEnum):
    """The word after the name of a query, without its colon; `ONE_STRICT` is `:one!`."""

    ONE = "one"
    ONE_STRICT = "one!"
    MANY = "many"
    ITER = "iter"
    STREAM = "stream"
    EXEC = "exec"
    EXECROWS = "execrows"
    EXECRESULT = "execresult"
    EXECLASTID = "execlastid"
    COPYFROM = "copyfrom"
    BATCHEXEC = "batchexec"
    BATCHONE = "batchone"
    BATCHMANY = "batchmany"
    BULK = "bulk"


class ParamKind(StrEnum):
    """How a parameter was written: $n, sqlc.arg(x) or @x, sqlc.narg(x), sqlc.slice(x) or qg.list(x)."""

    POSITIONAL = "positional"
    ARG = "arg"
    NARG = "narg"
    SLICE = "slice"


class Cardinality(StrEnum):
    ONE = "one"  # exactly one row
    AT_MOST_ONE = "at most one"
    MANY = "many"


class RawParam(Struct, frozen=True):
    """A parameter as the text writes it; `spans` are all its places in the user's file."""

    number: int
    name: str | None
    kind: ParamKind
    spans: tuple[Span, ...] = ()


class RawEmbed(Struct, frozen=True):
    """`sqlc.embed(t)`: it was rewritten to `t.*`, whose `*` ends at `offset` of the rewritten text."""

    name: str  # the relation's name or alias, as it folds
    start: int  # offset in RawQuery.sql of the rewritten `t.*`
    end: int
    span: Span
    schema: str | None = None
    many: bool = False  # qg.embed_many


class RawQuery(Struct, frozen=True):
    """One annotated query, before analysis: `sql` is what PostgreSQL is asked to parse.

    `offsets` maps `sql` to the user's file: pairs (offset in sql, offset in the file), ascending; between two pairs the
    texts run in parallel.
    """

    name: str
    command: Command
    source: SourceFile
    span: Span  # of the statement in the file
    name_span: Span
    original: str  # the statement's text as it was written, without the annotation's comment lines and the semicolon
    sql: str
    params: tuple[RawParam, ...]
    offsets: tuple[tuple[int, int], ...]
    embeds: tuple[RawEmbed, ...] = ()
    doc: str = ""
    annotations: dict[str, str] = field(default_factory=dict)  # row, notnull, nullable, …
    param_docs: dict[str, str] = field(default_factory=dict)  # @param name text

    def file_offset(self, offset: int) -> int:
        """The offset in the file of an offset in `sql`."""
        low = self.span.start
        for written, original in self.offsets:
            if written > offset:
                break
            low = original + offset - written
        return low


class ColumnOrigin(NamedTuple):
    """The table column that a result column passes through unchanged (RowDescription's table oid and attnum)."""

    relation: int
    attnum: int


class QueryParam(Struct, frozen=True):
    """A parameter as the server sees it. For a slice, `type` is the array's type."""

    number: int
    name: str | None
    type: TypeRef
    nullable: bool
    kind: ParamKind
    column_name: str | None = (
        None  # a name to call it by where the text gives none: the column it is compared with or assigned to
    )
    origin: ColumnOrigin | None = None
    span: Span | None = None


class ResultColumn(Struct, frozen=True):
    """A column of the result. `why` says how its nullability was proved, or what may make it NULL.

    Where the query marks a column (`AS "name!"`, `-- nullable: name`), `name` is without the mark and `nullable` is
    what the user says; `server_name` is what PostgreSQL calls the column, `proved_nullable` what analysis proved.
    """

    name: str
    type: TypeRef
    nullable: bool
    origin: ColumnOrigin | None = None
    why: str = ""
    nullable_elements: bool = True  # of an array: may an element be NULL?
    server_name: str = ""
    proved_nullable: bool = True


class Embed(Struct, frozen=True):
    """A run of result columns that stand for one table row: `columns[start : start + count]`."""

    name: str
    relation: Oid
    start: int
    count: int
    nullable: bool  # outer-joined: the whole row may be absent
    many: bool = False


class AnalyzedQuery(Struct, frozen=True):
    raw: RawQuery
    sql: str  # what the emitted code sends: raw.sql unless a type has to be written into it
    params: tuple[QueryParam, ...]
    columns: tuple[ResultColumn, ...]
    query: Query
    cardinality: Cardinality
    embeds: tuple[Embed, ...] = ()
    read_only: bool = False
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        return self.raw.name

    @property
    def command(self) -> Command:
        return self.raw.command
