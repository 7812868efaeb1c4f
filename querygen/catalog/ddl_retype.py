"""After ALTER COLUMN TYPE: what was analysed with the column's old type is printed and analysed again.

Takes a relation and the names of its columns that have a new type; replaces the raw trees of constraints, indexes,
defaults and generated columns on them. Mirrors `tablecmds.c: ATPostAlterTypeCleanup, ATPostAlterTypeParse`, and what
ATExecAlterColumnType does with a default.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze import coerce, nodefuncs
from querygen.analyze import nodes as n
from querygen.analyze.state import ExprKind, ParamTable, ParseState
from querygen.catalog import ddl_expr
from querygen.catalog.ruleutils import print_expression
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums
from querygen.sql.parse import parse_statement

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Index, Relation
    from querygen.pg_catalog.rows import Oid


def retype(state: DdlState, oid: Oid, names: set[str]) -> None:
    """Everything that is said of the columns, at the relation and its children."""
    relation = state.catalog.relation(oid)
    numbers = {relation.by_name[name].attnum for name in names if name in relation.by_name}
    constraints = tuple(
        replace(one, expression=_again(state, relation, one.expression, ExprKind.EXPR_KIND_CHECK_CONSTRAINT))
        if one.kind == "c" and _uses(one.expression, numbers)
        else one
        for one in relation.constraints
    )
    columns = []
    for column in relation.columns:
        if column.default_expr is not None and not column.dropped:
            if column.generated and _uses(column.default_expr, numbers):
                kind = ExprKind.EXPR_KIND_GENERATED_COLUMN
                column = replace(column, default_expr=_again(state, relation, column.default_expr, kind))
            elif column.attnum in numbers and not column.generated:
                column = replace(column, default_expr=_coerced(state, column))
        columns.append(column)
    state.catalog.put_relation(replace(relation, constraints=constraints, columns=tuple(columns)))
    for index in state.catalog.indexes_of(oid):
        _retype_index(state, relation, index, numbers)
    for child in state.catalog.children_of(oid):
        retype(state, child.oid, names)


def _uses(raw: Any, numbers: set[int]) -> bool:
    kept = getattr(raw, "cooked", None)
    if kept is None:
        return False
    return any(isinstance(one, n.Var) and one.varattno in (0, *numbers) for one in nodefuncs.walk_expr(kept[0]))


def _again(state: DdlState, relation: Relation, raw: Any, kind: ExprKind) -> Any:
    """The expression printed and read again, as the server does."""
    cooked, owner = raw.cooked
    text = print_expression(state.catalog, cooked, owner)
    tree: Any = parse_statement(f"SELECT {text}").targetList[0].val
    ps = ddl_expr.parse_state(state, relation)
    from querygen.analyze import expr

    try:
        again: Any = expr.transform_expr(ps, tree, kind)
        if kind == ExprKind.EXPR_KIND_CHECK_CONSTRAINT:
            again = coerce.coerce_to_boolean(ps, again, "CHECK")
    except PgError as error:
        error.location = -1
        raise
    ddl_expr.keep(tree, again, relation)
    return tree


def _coerced(state: DdlState, column: Any) -> Any:
    """The default without the casts to the old type, and with those to the new."""
    kept = getattr(column.default_expr, "cooked", None)
    if kept is None:
        return column.default_expr
    ps = ParseState(catalog=state.catalog, params=ParamTable(fixed=True))
    bare: Any = nodefuncs.strip_implicit_coercions(kept[0])
    done = coerce.coerce_to_target_type(
        ps,
        bare,
        nodefuncs.expr_type(bare),
        column.type_oid,
        column.typmod,
        enums.CoercionContext.COERCION_ASSIGNMENT,
        enums.CoercionForm.COERCE_IMPLICIT_CAST,
        -1,
    )
    if done is None:
        return column.default_expr
    tree = copy.copy(column.default_expr)
    tree.cooked = (done, kept[1])
    return tree


def _retype_index(state: DdlState, relation: Relation, index: Index, numbers: set[int]) -> None:
    columns = tuple(
        replace(one, expression=_again(state, relation, one.expression, ExprKind.EXPR_KIND_INDEX_EXPRESSION))
        if one.expression is not None and _uses(one.expression, numbers)
        else one
        for one in index.columns
    )
    predicate = index.predicate
    if predicate is not None and _uses(predicate, numbers):
        predicate = _again(state, relation, predicate, ExprKind.EXPR_KIND_INDEX_PREDICATE)
    if columns != index.columns or predicate is not index.predicate:
        state.catalog.put_index(replace(index, columns=columns, predicate=predicate))
