"""The contract between analysis and everything that uses it: `AnalyzedQuery` and its parts.

What `render`, `lint`, `server` and the CLI see of a query. Types are (oid, typmod) pairs that the catalog explains.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Callable

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
    alias: str | None = None  # what stands behind AS


class MarkKind(StrEnum):
    """What makes a query dynamic: the macros qg.optional, qg.when, qg.sort and qg.after."""

    OPTIONAL = "optional"
    WHEN = "when"
    SORT = "sort"
    AFTER = "after"


class MarkColumn(Struct, frozen=True):
    """A column that qg.sort or qg.after names."""

    names: tuple[str, ...]  # as they fold
    text: str  # as it is written, without the minus
    span: Span
    descending: bool = False  # a minus stands before it


class Mark(Struct, frozen=True):
    """A macro of a dynamic query, and what `sql` has in its place (`sql[start:end]`): what holds if it is given.

    `qg.optional(x)` is `$n`, `qg.when(x)` is `true`, `qg.sort(a, b)` is `a, b`, `qg.after(a, b)` compares two rows.
    """

    kind: MarkKind
    name: str
    start: int
    end: int
    span: Span
    columns: tuple[MarkColumn, ...] = ()
    numbers: tuple[int, ...] = ()  # of qg.after: the parameters


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
    marks: tuple[Mark, ...] = ()
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


class ScalarShape(Struct, frozen=True):
    """A value of a SQL type; inside of JSON, as to_json writes it. `nullable`, here and below: NULL, or JSON's null."""

    type: TypeRef
    nullable: bool = False
    origin: ColumnOrigin | None = None


class AnyShape(Struct, frozen=True):
    """JSON of which nothing is known."""

    nullable: bool = False


class NothingShape(Struct, frozen=True):
    """No value: the elements of '[]', or (`nullable`) JSON's null alone."""

    nullable: bool = False


class ShapeField(Struct, frozen=True):
    """A key of an object or a column of a row; `type` is that of the value that was put there."""

    name: str
    shape: Shape
    type: TypeRef
    optional: bool = False  # the key may be missing


class ObjectShape(Struct, frozen=True):
    """A JSON object with known keys, or a row. `relation`: whose whole row it is."""

    fields: tuple[ShapeField, ...]
    nullable: bool = False
    relation: Oid = 0


class ArrayShape(Struct, frozen=True):
    """A JSON array, or a SQL one."""

    element: Shape
    nullable: bool = False
    any_depth: bool = False  # a SQL array that may have more dimensions than one
    undeclared: bool = False  # nothing is known of NULLs among the elements: the configuration decides


class TupleShape(Struct, frozen=True):
    """A JSON array of as many elements."""

    items: tuple[Shape, ...]
    nullable: bool = False


class MapShape(Struct, frozen=True):
    """A JSON object whose keys are data."""

    value: Shape
    nullable: bool = False


Shape: TypeAlias = ScalarShape | AnyShape | NothingShape | ObjectShape | ArrayShape | TupleShape | MapShape


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
    shape: Shape | None = None  # of JSON and rows that the query builds; None where nothing more than the type is known


class Embed(Struct, frozen=True):
    """A run of result columns that stand for one table row: `columns[start : start + count]`."""

    name: str
    relation: Oid
    start: int
    count: int
    nullable: bool  # outer-joined: the whole row may be absent
    many: bool = False


class NestLevel(Struct, frozen=True):
    """A relation of qg.embed_many: `embed` and `parent` count in `AnalyzedQuery.embeds`, `key` are result columns.

    `repeats`: several rows of the result may hold the same row of it. `nullable` is said of its columns where there is
    a row: outer joins do not count.
    """

    embed: int
    key: tuple[int, ...]
    parent: int | None  # None: the row of the result itself
    repeats: bool
    nullable: tuple[bool, ...] = ()


class Nest(Struct, frozen=True):
    """How rows of a join are folded: `key` are the columns that tell apart what the result's own rows are."""

    key: tuple[int, ...]
    levels: tuple[NestLevel, ...]


#: When something is there: alternatives, each the arguments that have to be given. `ALWAYS` needs none.
Needs: TypeAlias = tuple[frozenset[str], ...]
ALWAYS: Needs = (frozenset(),)


class TextPart(Struct, frozen=True):
    """Text that is always there; `offset` is its place in `RawQuery.sql`."""

    text: str
    offset: int


class OptionalPart(Struct, frozen=True):
    """Parts that are there if what they need is given, and what stands there if it is not.

    `unknown` is what analysis puts there to hold for both: a condition of which nothing is known.
    """

    needs: Needs
    parts: tuple[Part, ...]
    otherwise: str
    offset: int
    unknown: str | None = None


class SetPart(Struct, frozen=True):
    """The list of SET: the items that are there, with commas between them. What is always set comes first."""

    items: tuple[tuple[Needs, tuple[Part, ...]], ...]
    separator: str


class SortPart(Struct, frozen=True):
    """The list of qg.sort: keys, each with what stands for it in ORDER BY; `default` is what holds without a choice."""

    choices: tuple[tuple[str, str], ...]
    default: str
    offset: int


Part: TypeAlias = TextPart | OptionalPart | SetPart | SortPart


class ToggleKind(StrEnum):
    PARAM = "param"  # a parameter that may be left out
    FLAG = "flag"  # a name that only qg.when knows
    AFTER = "after"  # the cursor of qg.after


class Toggle(Struct, frozen=True):
    """An argument that may be left out."""

    name: str
    kind: ToggleKind
    numbers: tuple[int, ...] = ()  # its parameters


class Variant(Struct, frozen=True):
    """A statement that can run, and was analysed."""

    given: frozenset[str]
    sql: str
    sort: str | None = None


class Dynamic(Struct, frozen=True):
    """A statement in parts. Parameters keep their numbers whatever is left out, so that a text may have gaps."""

    parts: tuple[Part, ...]
    toggles: tuple[Toggle, ...]
    needs: dict[int, Needs]  # for each parameter, when the text has it
    variants: tuple[Variant, ...]
    sort: SortPart | None = None
    change: Needs = ALWAYS  # of an UPDATE: what has to be given, or there is nothing to set


class AnalyzedQuery(Struct, frozen=True, dict=True):
    """`rows` gives the cardinality: it is asked for few commands, and to prove it costs as much as all the columns.

    It holds on to the catalog; so two queries are never equal, and none can be pickled.
    """

    raw: RawQuery
    sql: str  # what the emitted code sends: raw.sql unless a type has to be written into it
    params: tuple[QueryParam, ...]
    columns: tuple[ResultColumn, ...]
    query: Query
    rows: Callable[[], Cardinality]
    embeds: tuple[Embed, ...] = ()
    read_only: bool = False
    warnings: tuple[Diagnostic, ...] = ()
    dynamic: Dynamic | None = None
    nest: Nest | None = None

    @cached_property
    def cardinality(self) -> Cardinality:
        return self.rows()

    @property
    def name(self) -> str:
        return self.raw.name

    @property
    def command(self) -> Command:
        return self.raw.command
