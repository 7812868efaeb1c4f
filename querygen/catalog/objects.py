"""What a schema can declare, as frozen structs that DDL replaces, never changes.

Types, functions, operators, casts, aggregates and ranges are rows of `pg_catalog.rows`; what is here is what a row of a
system catalogue does not hold in a form that is fit to read: relations with their columns and constraints, enums with
their labels, domains with their checks, triggers and rules as far as analysis needs them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from querygen.pg_catalog.rows import Oid
    from querygen.source import Span


class Column(Struct, frozen=True):
    """A column of a relation, or an attribute of a composite type. `attnum` counts from 1 and is never reused."""

    name: str
    attnum: int
    type_oid: Oid
    typmod: int = -1
    not_null: bool = False  # declared or by a primary key; a NOT NULL domain is not counted here
    has_default: bool = False  # DEFAULT, serial, or a generation expression
    default_sql: str | None = None
    default_expr: Any = None  # raw tree of the default or the generation expression, where DDL wrote one
    identity: str = ""  # "" none, a always, d by default (pg_attribute.attidentity)
    generated: str = ""  # "" none, s stored, v virtual (pg_attribute.attgenerated)
    collation: str | None = None
    dropped: bool = False
    comment: str | None = None
    span: Span | None = None
    not_null_validated: bool = True  # false for NOT NULL … NOT VALID: nothing is proved by it
    inherit_count: int = 0  # pg_attribute.attinhcount: how many direct parents have the column
    is_local: bool = True  # declared at the relation itself, not only inherited
    attcollation: Oid = 0  # pg_attribute.attcollation: what `collation` names or the type has; 0: not collatable
    dimensions: int = 0  # pg_attribute.attndims: how many [] were written; PostgreSQL does not hold values to it


class Constraint(Struct, frozen=True):
    """A constraint. `kind` is pg_constraint.contype: p primary key, u unique, f foreign key, c check, x exclusion,
    n NOT NULL (of a table's column, since PostgreSQL 18, or of a domain).
    """

    name: str
    kind: str
    columns: tuple[str, ...] = ()
    expression: Any = None  # the raw tree of a CHECK
    expression_sql: str | None = None
    ref_relation: Oid = 0
    ref_columns: tuple[str, ...] = ()
    on_delete: str = "a"  # pg_constraint.confdeltype
    on_update: str = "a"
    deferrable: bool = False
    initially_deferred: bool = False
    match_type: str = "s"  # pg_constraint.confmatchtype: s simple, f full
    delete_columns: tuple[str, ...] = ()  # ON DELETE SET NULL (…)
    operators: tuple[tuple[str, ...], ...] = ()  # of EXCLUDE, as written
    validated: bool = True
    enforced: bool = True
    nulls_not_distinct: bool = False
    without_overlaps: bool = False
    no_inherit: bool = False
    inherit_count: int = 0
    is_local: bool = True
    span: Span | None = None
    comment: str | None = None


class IndexColumn(Struct, frozen=True):
    """A key of an index: a column's name, or an expression."""

    name: str | None
    expression: Any = None  # raw tree
    expression_sql: str | None = None
    opclass: str | None = None
    collation: str | None = None
    descending: bool = False
    nulls_first: bool | None = None  # None: as the direction has it
    opclass_options: tuple[tuple[str, str], ...] = ()


class Index(Struct, frozen=True):
    """An index; those that a constraint makes are here too (`constraint` names it)."""

    oid: Oid
    name: str
    namespace: Oid
    relation: Oid
    columns: tuple[IndexColumn, ...]
    include: tuple[str, ...] = ()
    unique: bool = False
    method: str = "btree"
    predicate: Any = None  # raw tree of a partial index's WHERE
    predicate_sql: str | None = None
    primary: bool = False
    parent: Oid = 0  # the partitioned table's index that this is a part of
    nulls_not_distinct: bool = False
    constraint: str | None = None
    comment: str | None = None
    options: tuple[tuple[str, str], ...] = ()  # WITH (…)
    tablespace: str | None = None
    only: bool = False  # ON ONLY: the partitions have none of their own accord


class Trigger(Struct, frozen=True):
    name: str
    row_level: bool
    timing: str  # before, after, instead
    events: frozenset[str]  # insert, update, delete, truncate
    function: str = ""
    comment: str | None = None
    raw: Any = None  # CreateTrigStmt
    function_oid: Oid = 0
    inherited: bool = False  # a partition's, which its table gave it


class Rule(Struct, frozen=True):
    name: str
    event: str  # select, insert, update, delete
    instead: bool
    qualified: bool = False  # WHERE: INSTEAD holds for some rows only
    returning: bool = False  # has an action with RETURNING
    actions: int = 0  # how many statements; NOTHING is none
    comment: str | None = None
    raw: Any = None  # RuleStmt


class Relation(Struct, frozen=True, dict=True):
    """Anything with columns: `kind` is pg_class.relkind (r v m c f p S i t)."""

    oid: Oid
    name: str
    namespace: Oid
    kind: str
    columns: tuple[Column, ...]  # dropped ones included, as in pg_attribute
    reltype: Oid = 0
    parents: tuple[Oid, ...] = ()  # INHERITS, or the one PARTITION OF
    is_partition: bool = False
    partition_key: str | None = None  # PARTITION BY as written; kind is then p
    partition_columns: tuple[str, ...] = ()  # the columns that the partition key uses
    partition_spec: Any = None  # the raw PARTITION BY
    partition_bound: str | None = None  # FOR VALUES … or DEFAULT as written
    of_type: Oid = 0  # CREATE TABLE OF
    constraints: tuple[Constraint, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    policies: tuple[str, ...] = ()
    persistence: str = "p"  # p permanent, u unlogged, t temporary
    view_query: Any = None  # analyze.nodes.Query of a view (v) or materialized view (m)
    view_sql: str | None = None
    comment: str | None = None
    span: Span | None = None
    options: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def live_columns(self) -> tuple[Column, ...]:
        """The columns that are not dropped, in order."""
        return tuple(column for column in self.columns if not column.dropped)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns that are not dropped, by name."""
        return {column.name: column for column in self.live_columns}


class EnumType(Struct, frozen=True):
    oid: Oid
    labels: tuple[str, ...]
    comment: str | None = None


class DomainType(Struct, frozen=True):
    """What a domain adds to its base type; its row of pg_type says the base type and NOT NULL."""

    oid: Oid
    checks: tuple[Constraint, ...] = ()
    default_sql: str | None = None
    comment: str | None = None
    default_expr: Any = None  # raw tree


class FunctionBody(Struct, frozen=True):
    """What a user's function says of itself beyond its row of pg_proc."""

    oid: Oid
    language: str
    body: str | None
    argument_defaults: tuple[Any, ...] = ()  # raw trees of the last arguments' defaults
    comment: str | None = None
    span: Span | None = None
    raw: Any = None  # CreateFunctionStmt
    queries: tuple[Any, ...] | None = None  # analyze.nodes.Query of each statement of a SQL body; None: not analysed
    search_path: tuple[str, ...] = ()  # under which it was declared
