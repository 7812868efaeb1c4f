"""WHERE and its like, LIMIT and OFFSET: raw expressions → boolean and bigint ones.

Mirrors transformWhereClause, transformLimitClause and checkExprIsVarFree of `parse_clause.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import coerce, expr, nodefuncs
from querygen.analyze.pgtypes import INT8OID
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState


def transform_where_clause(ps: ParseState, clause: Any, kind: ExprKind, construct_name: str) -> Expr | None:
    """parse_clause.c: transformWhereClause — WHERE, HAVING, ON, FILTER …: a boolean expression."""
    if clause is None:
        return None
    qual = expr.transform_expr(ps, clause, kind)
    return coerce.coerce_to_boolean(ps, qual, construct_name)


def transform_limit_clause(
    ps: ParseState, clause: Any, kind: ExprKind, construct_name: str, limit_option: enums.LimitOption
) -> Expr | None:
    """parse_clause.c: transformLimitClause — LIMIT or OFFSET: a bigint that no column decides."""
    if clause is None:
        return None
    qual = expr.transform_expr(ps, clause, kind)
    qual = coerce.coerce_to_specific_type(ps, qual, INT8OID, construct_name)
    check_expr_is_var_free(qual, construct_name)
    if (
        kind == ExprKind.EXPR_KIND_LIMIT
        and limit_option == enums.LimitOption.LIMIT_OPTION_WITH_TIES
        and isinstance(clause, ast.A_Const)
        and clause.isnull
    ):
        raise PgError("2201W", "row count cannot be null in FETCH FIRST ... WITH TIES clause")
    return qual


def check_expr_is_var_free(node: Expr, construct_name: str) -> None:
    """parse_clause.c: checkExprIsVarFree"""
    if nodefuncs.contain_vars_of_level(node, 0):
        raise PgError(
            "42P10",
            f"argument of {construct_name} must not contain variables",
            nodefuncs.locate_var_of_level(node, 0),
        )
