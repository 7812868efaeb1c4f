"""What a rule is, what it is given, and what it finds.

A rule's `check` takes one subject (the whole schema, one migration file, or one analysed query) and yields `Finding`s;
the level and the name are added by `run.py`. Modules of `rules/` import from here and from nothing above.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from querygen.source import Span
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Relation
    from querygen.ir import AnalyzedQuery
    from querygen.source import SourceFile
    from querygen.sql.parse import RawStmt
    from querygen.sql.script import Script


def _no_catalog() -> Catalog:
    raise LookupError("no catalog was given")


class Scope(StrEnum):
    """What a rule looks at, one at a time."""

    SCHEMA = "schema"
    MIGRATION = "migration"
    QUERY = "query"


class Level(StrEnum):
    OFF = "off"
    WARNING = "warning"
    ERROR = "error"


class Finding(Struct, frozen=True):
    """What is wrong, where, and what to do: `hint` begins with a verb."""

    message: str
    span: Span | None
    hint: str | None = None


class Rule(Struct, frozen=True):
    """`level` is what holds unless the configuration says otherwise."""

    name: str
    scope: Scope
    check: Callable[..., Iterator[Finding]]
    level: Level = Level.WARNING


class SchemaSubject(Struct, frozen=True):
    """All of a schema. `singular_exceptions` are the configuration's."""

    catalog: Catalog
    singular_exceptions: frozenset[str] = frozenset()

    def tables(self) -> Iterator[Relation]:
        """The user's tables, partitioned ones included; partitions and temporary tables are not asked about."""
        for relation in self.catalog.relations():
            if relation.kind in "rp" and not relation.is_partition and relation.persistence != "t":
                yield relation


class Item(Struct, frozen=True):
    """A statement of a migration, and the relations that statements before it in the same file have made."""

    raw: RawStmt
    made: frozenset[str]

    @property
    def node(self) -> Any:
        return self.raw.stmt

    def is_new(self, name: Any) -> bool:
        """Whether a RangeVar, or a list of names, is of a relation that the file has made: nobody uses it yet."""
        return (name[-1].sval if isinstance(name, tuple) else name.relname) in self.made

    def span(self, location: int | None = None) -> Span:
        """The place of a node's location; without one, the first word of the statement."""
        source, shift = self.raw.source, self.raw.shift
        if location is not None and location >= 0:
            return Span(source, location + shift, location + shift + 1)
        from querygen.catalog.ddl_text import first_token

        start = first_token(source.text, self.raw.start, self.raw.end)
        return Span(source, start, start + 1)


class MigrationSubject(Struct, frozen=True, dict=True):
    """One file of migrations. `before` builds the catalog that the file finds; it is asked for by few rules."""

    source: SourceFile
    statements: list[RawStmt]
    script: Script
    before: Callable[[], Catalog] = field(default=_no_catalog)

    @property
    def transactional(self) -> bool:
        return all(key != "no-transaction" for key, _, _ in self.script.directives)

    @cached_property
    def items(self) -> list[Item]:
        """The statements, each with what was made before it."""
        made: set[str] = set()
        items = []
        for raw in self.statements:
            items.append(Item(raw, frozenset(made)))
            made |= _made(raw.stmt)
        return items

    def alterations(self) -> Iterator[tuple[Item, Any, Any]]:
        """Each command of each ALTER TABLE on a table that was there before: item, AlterTableStmt, AlterTableCmd."""
        for item in self.items:
            node = item.node
            if isinstance(node, ast.AlterTableStmt) and node.objtype == enums.ObjectType.OBJECT_TABLE:
                if not item.is_new(node.relation):
                    for command in node.cmds:
                        yield item, node, command


class QuerySubject(Struct, frozen=True):
    query: AnalyzedQuery
    catalog: Catalog


def _made(node: Any) -> set[str]:
    match node:
        case ast.CreateStmt():
            return {node.relation.relname}
        case ast.CreateTableAsStmt():
            return {node.into.rel.relname}
        case ast.CreateForeignTableStmt():
            return {node.base.relation.relname}
    return set()


def added_constraints(subject: MigrationSubject) -> Iterator[tuple[Item, Any, Any]]:
    """Each constraint that is added to a table with rows: item, AlterTableStmt, Constraint."""
    for item, statement, command in subject.alterations():
        if command.subtype == enums.AlterTableType.AT_AddConstraint:
            yield item, statement, command.def_


def added_columns(subject: MigrationSubject) -> Iterator[tuple[Item, Any, Any]]:
    """Each column that is added to a table with rows: item, AlterTableStmt, ColumnDef."""
    for item, statement, command in subject.alterations():
        if command.subtype == enums.AlterTableType.AT_AddColumn:
            yield item, statement, command.def_


def column_constraint(column: Any, *kinds: Any) -> Any:
    """The first constraint of these kinds that is written at a column; None without."""
    return next((one for one in column.constraints or () if one.contype in kinds), None)


def columns_of_type(subject: SchemaSubject, oid: int) -> Iterator[tuple[Relation, Column]]:
    """The columns of tables that are declared with a type: not inherited ones, and not through a domain."""
    for table in subject.tables():
        for column in table.live_columns:
            if column.type_oid == oid and not column.inherit_count:
                yield table, column


_SERIALS = ("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8")


def is_serial(column: Any) -> bool:
    """Whether a ColumnDef is of one of the types that are a sequence."""
    return column.typeName.names[-1].sval in _SERIALS


def index_builds(subject: MigrationSubject, kind: Any, hint: str) -> Iterator[Finding]:
    """Findings for each PRIMARY KEY or UNIQUE that is added to a table with rows and builds its own index."""
    found = [(item, statement, one) for item, statement, one in added_constraints(subject) if one.indexname is None]
    found += [(item, statement, column_constraint(column, kind)) for item, statement, column in added_columns(subject)]
    for item, statement, constraint in found:
        if constraint is not None and constraint.contype == kind:
            message = f"{statement.relation.relname} can be neither read nor written while this index is built"
            yield Finding(message, item.span(constraint.location), hint)
