"""Queries of the system catalogues in conditions of DO blocks: EXISTS, IN, a count, one value.

Takes a SELECT and a `Scope`; gives the value, or raises `Unknown`. Inner joins and WHERE are followed over the rows of
`ddl_do_views.py`. A query that does not name something of the user's by a constant is not answered: of PostgreSQL's own
objects not all are known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.catalog.catalog import FIRST_USER_OID, PUBLIC
from querygen.catalog.ddl_do_values import NOT_TOLD, Reg, Scope, Unknown, Value, among, is_true, value_of
from querygen.catalog.ddl_do_views import ROLES, VIEWS, Row
from querygen.catalog.ddl_text import walk
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.catalog.ddl_state import DdlState

_SCHEMAS: Final = frozenset({"information_schema", "pg_catalog"})
# A column of which one value, given as a constant, leaves rows that are all known here.
_ANCHORS: Final = frozenset(
    [
        "nspname",
        "relname",
        "typname",
        "proname",
        "conname",
        "extname",
        "tgname",
        "polname",
        "policyname",
        "enumlabel",
        "indexname",
        "tablename",
        "viewname",
        "matviewname",
        "sequencename",
        "schemaname",
        "rolname",
        "usename",
        "table_name",
        "table_schema",
        "constraint_name",
        "constraint_schema",
        "schema_name",
        "routine_name",
        "routine_schema",
        "specific_schema",
        "trigger_name",
        "trigger_schema",
        "event_object_table",
        "oid",
        "attrelid",
        "conrelid",
        "confrelid",
        "contypid",
        "indrelid",
        "indexrelid",
        "tgrelid",
        "tgfoid",
        "polrelid",
        "enumtypid",
        "relnamespace",
        "typnamespace",
        "pronamespace",
        "connamespace",
        "extnamespace",
        "inhrelid",
        "inhparent",
        "typrelid",
        "prorettype",
    ]
) - {"prorettype"}


def answer(node: Any, scope: Scope) -> Value:
    """The value of a SubLink."""
    kinds = enums.SubLinkType
    select = node.subselect
    match node.subLinkType:
        case kinds.EXISTS_SUBLINK:
            return exists(select, scope)
        case kinds.EXPR_SUBLINK:
            values = first_row(select, scope)
            return values[0] if values is not None else None
        case kinds.ANY_SUBLINK if not node.operName:
            value = value_of(node.testexpr, scope)
            return among(value, [one[0] for one in _told(select, scope)])
    raise Unknown


def exists(select: Any, scope: Scope) -> bool:
    """EXISTS (SELECT …), and what FOUND says after PERFORM"""
    _check(select, distinct=True)
    if any(isinstance(one, ast.FuncCall) for one in walk(select.targetList or ())):
        raise Unknown  # an aggregate gives a row for none
    unknown = False
    for _scope, sure in _rows(select, scope):
        if sure:
            return True
        unknown = True
    if unknown:
        raise Unknown
    return False


def first_row(select: Any, scope: Scope) -> tuple[Value, ...] | None:
    """The one row that a query gives; None: there is none."""
    _check(select)
    if _counts(select):
        return (len(_sure(select, scope)),)
    rows = {*_told(select, scope)}
    if len(rows) > 1:
        raise Unknown
    return next(iter(rows), None)


def _counts(select: Any) -> bool:
    match select.targetList:
        case (ast.ResTarget(val=ast.FuncCall(funcname=names, over=None, agg_filter=None, agg_distinct=False) as call),):
            constant = len(call.args or ()) == 1 and isinstance(call.args[0], ast.A_Const) and not call.args[0].isnull
            return names[-1].sval == "count" and (bool(call.agg_star) or constant)
    return False


def _check(select: Any, *, distinct: bool = False) -> None:
    """Only what is followed here."""
    if not isinstance(select, ast.SelectStmt) or select.op != enums.SetOperation.SETOP_NONE:
        raise Unknown
    if select.groupClause or select.havingClause or select.withClause or select.limitOffset or select.valuesLists:
        raise Unknown
    if select.distinctClause and not distinct:
        raise Unknown
    limit = select.limitCount
    if limit is not None and not (
        isinstance(limit, ast.A_Const) and isinstance(limit.val, ast.Integer) and limit.val.ival
    ):
        raise Unknown


def _sure(select: Any, scope: Scope) -> list[Scope]:
    found = []
    for inner, sure in _rows(select, scope):
        if not sure:
            raise Unknown
        found.append(inner)
    return found


def _told(select: Any, scope: Scope) -> list[tuple[Value, ...]]:
    _check(select)
    targets = select.targetList or ()
    return [tuple(value_of(one.val, inner) for one in targets) for inner in _sure(select, scope)]


def _rows(select: Any, scope: Scope) -> Iterator[tuple[Scope, bool]]:
    """The rows that WHERE leaves, each with whether it surely does."""
    items: list[tuple[str, list[Row]]] = []
    tests: list[Any] = []
    for node in select.fromClause or ():
        _from(node, scope, items, tests)
    _conjuncts(select.whereClause, tests)
    columns = {name for _alias, rows in items for row in rows[:1] for name in row}
    hidden = {name: NOT_TOLD for name in scope.variables if name in columns}
    inner = replace(scope, variables={**scope.variables, **hidden}) if hidden else scope
    if items and not any(_anchored(test, inner) for test in tests):
        raise Unknown
    if len({alias for alias, _rows_ in items}) != len(items):
        raise Unknown
    yield from _joined(items, tests, inner, {})


def _joined(
    items: Sequence[tuple[str, list[Row]]], tests: Sequence[Any], scope: Scope, frame: dict[str, Row]
) -> Iterator[tuple[Scope, bool]]:
    """Nested loops, which leave a row as soon as a condition of what is bound is not true."""
    inner = replace(scope, frames=(frame, *scope.frames))
    left: list[Any] = []
    for test in tests:
        try:
            if not is_true(value_of(test, inner)):
                return
        except Unknown:
            left.append(test)
    if not items:
        yield inner, not left
        return
    (alias, rows), *others = items
    for row in rows:
        yield from _joined(others, left, scope, {**frame, alias: row})


def _from(node: Any, scope: Scope, items: list[tuple[str, list[Row]]], tests: list[Any]) -> None:
    match node:
        case ast.RangeVar():
            alias = node.alias.aliasname if node.alias is not None else node.relname
            if node.alias is not None and node.alias.colnames:
                raise Unknown
            items.append((alias, _view(scope.state, node, absent_roles=scope.absent_roles)))
        case ast.JoinExpr(jointype=enums.JoinType.JOIN_INNER, isNatural=False, alias=None):
            before = len(items)
            _from(node.larg, scope, items, tests)
            middle = len(items)
            _from(node.rarg, scope, items, tests)
            for name in node.usingClause or ():
                sides = [_holder(part, name.sval) for part in (items[before:middle], items[middle:])]
                tests.append(_equal(*(ast.ColumnRef(fields=(ast.String(sval=one), name)) for one in sides)))
            _conjuncts(node.quals, tests)
        case _:
            raise Unknown


def _holder(items: Sequence[tuple[str, list[Row]]], name: str) -> str:
    """The alias of the one that has the column; of one without rows nobody will ask."""
    found = [alias for alias, rows in items if not rows or name in rows[0]]
    if len(found) != 1:
        raise Unknown
    return found[0]


def _equal(left: Any, right: Any) -> Any:
    return ast.A_Expr(kind=enums.A_Expr_Kind.AEXPR_OP, name=(ast.String(sval="="),), lexpr=left, rexpr=right)


def _view(state: DdlState, node: ast.RangeVar, *, absent_roles: bool) -> list[Row]:
    schema = node.schemaname or "pg_catalog"
    rows = VIEWS.get((schema, node.relname))
    if rows is None:
        raise Unknown
    found = list(rows(state))
    if node.relname in ROLES and not absent_roles:
        found.append({"rolname": NOT_TOLD, "usename": NOT_TOLD})
    return found


def _conjuncts(node: Any, tests: list[Any]) -> None:
    match node:
        case None:
            pass
        case ast.BoolExpr(boolop=enums.BoolExprType.AND_EXPR):
            for one in node.args:
                _conjuncts(one, tests)
        case _:
            tests.append(node)


def _anchored(test: Any, scope: Scope) -> bool:
    """Whether a condition names what is the user's."""
    kinds = enums.A_Expr_Kind
    match test:
        case ast.A_Expr(kind=kinds.AEXPR_OP | kinds.AEXPR_IN | kinds.AEXPR_OP_ANY, name=(ast.String(sval="="),)):
            for column, other in ((test.lexpr, test.rexpr), (test.rexpr, test.lexpr)):
                name = _column_name(column)
                if name in _ANCHORS and _constants(other, scope, name):
                    return True
    return False


def _column_name(node: Any) -> str:
    while isinstance(node, ast.TypeCast):
        node = node.arg
    if isinstance(node, ast.FuncCall) and len(node.args or ()) == 1 and node.funcname[-1].sval == "lower":
        node = node.args[0]
    return str(node.fields[-1].sval) if isinstance(node, ast.ColumnRef) and len(node.fields) < 3 else ""


def _constants(node: Any, scope: Scope, name: str) -> bool:
    nodes = node if isinstance(node, tuple) else (node,)
    for one in nodes:
        try:
            value = value_of(one, scope)
        except Unknown:
            return False
        values = value if isinstance(value, tuple) else (value,)
        if not all(_is_users(scope.state, each, name) for each in values):
            return False
    return True


def _is_users(state: DdlState, value: Value, name: str) -> bool:
    if isinstance(value, Reg):
        return value >= FIRST_USER_OID or value == PUBLIC
    if isinstance(value, str):
        if value.lower().startswith("pg_") or value.lower() in _SCHEMAS:
            return False
        shows_relations = name in ("relname", "typname", "table_name", "tablename", "viewname")
        return not (shows_relations and any(state.catalog.relation_oid(value, one) for one in _SCHEMAS))
    return value is None
