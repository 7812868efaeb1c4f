"""What an older PostgreSQL has no syntax for: refused by name, before anything is printed for it.

Takes statements and the major version that they are for; gives a `Refusal` for each that a server of that version would
not read. What can be said in an older way is said so where it is written: NOT NULL without a name, a generated column
made anew (`sql_table.py`), the long way to NOT NULL (`online.py`). The rest is what the new schema asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze.version import check_version
from querygen.diagnostics import PgError
from querygen.migrate.statement import Refusal
from querygen.pg_catalog.load import NEWEST_MAJOR
from querygen.sql.nodes import Node, ast, enums
from querygen.sql.tree import parse_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from querygen.migrate.statement import Statement

AT = enums.AlterTableType
CONSTR = enums.ConstrType
Found = tuple[int, str]
_ACTIONS: Final[dict[Any, Found]] = {
    AT.AT_SetExpression: (17, "SET EXPRESSION"),
    AT.AT_SetCompression: (14, "COMPRESSION of a column"),
    AT.AT_SetAccessMethod: (15, "SET ACCESS METHOD"),
}
# Options in WITH (…) and in lists of definitions: the kind of statement, the option
_OPTIONS: Final[dict[tuple[str, str], Found]] = {
    ("ViewStmt", "security_invoker"): (15, "a view's security_invoker"),
    ("AlterTableStmt", "security_invoker"): (15, "a view's security_invoker"),
    ("CreatePublicationStmt", "publish_generated_columns"): (18, "publish_generated_columns"),
    ("AlterPublicationStmt", "publish_generated_columns"): (18, "publish_generated_columns"),
    ("CreateRangeStmt", "multirange_type_name"): (14, "the name of a multirange type"),
    ("GrantRoleStmt", "inherit"): (16, "GRANT … WITH INHERIT"),
    ("GrantRoleStmt", "set"): (16, "GRANT … WITH SET"),
    ("DefineStmt", "rules"): (16, "a collation's rules"),
    **{
        (stmt, option): (since, f"a subscription's {option}")
        for stmt in ("CreateSubscriptionStmt", "AlterSubscriptionStmt")
        for since, options in (
            (14, "binary streaming"),
            (15, "two_phase disable_on_error"),
            (16, "origin password_required run_as_owner"),
            (17, "failover"),
        )
        for option in options.split()
    },
}


def too_new(statements: Iterable[Statement], major: int) -> list[Refusal]:
    """Why some of the statements are nothing for this version."""
    if major >= NEWEST_MAJOR:
        return []
    refusals = []
    for one in statements:
        for raw in parse_sql(one.sql):
            for since, what in dict.fromkeys(_newer(raw.stmt)):
                if since > major:
                    hint = f"Write the schema without it, or set pg_version to {since} or later."
                    refusals.append(
                        Refusal(one.target, f"PostgreSQL {major} has no {what}: {since} was the first", hint)
                    )
            try:
                check_version(raw.stmt, major)
            except PgError as error:
                refusals.append(Refusal(one.target, error.message, error.hint))
    return refusals


def _newer(stmt: Any) -> Iterator[Found]:
    """Everything in the statement that some version was the first to have."""
    kind = type(stmt).__name__
    stack: list[Any] = [stmt]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack += node
        elif isinstance(node, Node):
            yield from _of_node(node, kind)
            stack += [getattr(node, name) for name in node]


def _of_node(node: Node, kind: str) -> Iterator[Found]:
    match node:
        case ast.Constraint():
            yield from _of_constraint(node)
        case ast.ColumnDef():
            if node.compression:
                yield 14, "COMPRESSION of a column"
            if node.storage_name:
                yield 16, "STORAGE in a column's definition"
            for one in node.constraints or ():
                if one.contype == CONSTR.CONSTR_NOTNULL and one.is_no_inherit:
                    yield 18, "NOT NULL … NO INHERIT"
        case ast.AlterTableCmd():
            yield from _of_action(node)
        case ast.IndexStmt(nulls_not_distinct=True):
            yield 15, "NULLS NOT DISTINCT"
        case ast.CreateTrigStmt(replace=True):
            yield 14, "CREATE OR REPLACE TRIGGER"
        case ast.CreateFunctionStmt() if node.sql_body is not None:
            yield 14, "a function's body that is no string"
        case ast.PublicationTable():
            if node.whereClause is not None:
                yield 15, "a publication's WHERE"
            if node.columns:
                yield 15, "a publication's list of columns"
        case ast.PublicationObjSpec() if node.pubobjtype != enums.PublicationObjSpecType.PUBLICATIONOBJ_TABLE:
            yield 15, "TABLES IN SCHEMA of a publication"
        case ast.StatsElem() if node.expr is not None:
            yield 14, "statistics of an expression"
        case ast.AccessPriv() if kind != "GrantRoleStmt" and (node.priv_name or "").lower() == "maintain":
            yield 17, "MAINTAIN"
        case ast.CreateSeqStmt() if node.sequence.relpersistence == "u":
            yield 15, "CREATE UNLOGGED SEQUENCE"
        case ast.DefElem() if (found := _OPTIONS.get((kind, (node.defname or "").lower()))) is not None:
            yield found
        case ast.AlterDomainStmt() if isinstance(node.def_, ast.Constraint):
            if node.def_.contype == CONSTR.CONSTR_NOTNULL:
                yield 17, "a name of a domain's NOT NULL"


def _of_constraint(node: Any) -> Iterator[Found]:
    if node.nulls_not_distinct:
        yield 15, "NULLS NOT DISTINCT"
    if node.without_overlaps:
        yield 18, "WITHOUT OVERLAPS"
    if node.fk_with_period:
        yield 18, "PERIOD in a foreign key"
    if node.fk_del_set_cols:
        yield 15, "columns of ON DELETE SET"
    checked = node.contype in (CONSTR.CONSTR_CHECK, CONSTR.CONSTR_FOREIGN)
    if (checked and not node.is_enforced) or node.contype == CONSTR.CONSTR_ATTR_NOT_ENFORCED:
        yield 18, "NOT ENFORCED"
    if node.contype == CONSTR.CONSTR_NOTNULL and node.keys:
        yield 18, "a NOT NULL constraint of a table"
    if node.contype == CONSTR.CONSTR_GENERATED and node.generated_kind == "v":
        yield 18, "virtual generated column"


def _of_action(node: Any) -> Iterator[Found]:
    if (found := _ACTIONS.get(node.subtype)) is not None:
        yield found
    match node.def_:
        case ast.PartitionCmd(concurrent=True):
            yield 14, "DETACH PARTITION … CONCURRENTLY"
        case ast.String() if node.subtype == AT.AT_SetStorage and node.def_.sval.lower() == "default":
            yield 16, "SET STORAGE DEFAULT"
        case ast.ATAlterConstraint() if node.def_.alterEnforceability or node.def_.alterInheritability:
            yield 18, "ALTER CONSTRAINT of anything but its deferring"
