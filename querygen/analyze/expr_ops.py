"""Operators in expressions: everything that the grammar writes as an `A_Expr` or a `BoolExpr`, and row comparisons.

Mirrors the middle of `parse_expr.c` (transformAExprOp … transformBoolExpr, make_row_comparison_op and its neighbours).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze import coerce, expr, expr_sublink, nodefuncs, oper, typename
from querygen.analyze.nodes import (
    ArrayExpr,
    BoolExpr,
    Const,
    DistinctExpr,
    NullIfExpr,
    NullTest,
    OpExpr,
    RowCompareExpr,
    RowExpr,
)
from querygen.analyze.pgtypes import BOOLOID, RECORDOID
from querygen.analyze.unsupported import unsupported
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState
    from querygen.pg_catalog.rows import Oid

_Kind: Final = enums.A_Expr_Kind
_AND: Final = enums.BoolExprType.AND_EXPR
_OR: Final = enums.BoolExprType.OR_EXPR
_NOT: Final = enums.BoolExprType.NOT_EXPR
_Compare: Final = enums.CompareType

EQUALS: Final = (ast.String(sval="="),)
_GREATER_EQUAL: Final = (ast.String(sval=">="),)
_LESS_EQUAL: Final = (ast.String(sval="<="),)
_LESS: Final = (ast.String(sval="<"),)
_GREATER: Final = (ast.String(sval=">"),)


def transform_a_expr(ps: ParseState, raw: ast.A_Expr) -> Any:
    """parse_expr.c: transformExprRecurse, case T_A_Expr"""
    match raw.kind:
        case _Kind.AEXPR_OP | _Kind.AEXPR_LIKE | _Kind.AEXPR_ILIKE | _Kind.AEXPR_SIMILAR:
            return transform_a_expr_op(ps, raw)
        case _Kind.AEXPR_OP_ANY | _Kind.AEXPR_OP_ALL:
            return transform_a_expr_op_any_all(ps, raw)
        case _Kind.AEXPR_DISTINCT | _Kind.AEXPR_NOT_DISTINCT:
            return transform_a_expr_distinct(ps, raw)
        case _Kind.AEXPR_NULLIF:
            return transform_a_expr_null_if(ps, raw)
        case _Kind.AEXPR_IN:
            return transform_a_expr_in(ps, raw)
        case _Kind.AEXPR_BETWEEN | _Kind.AEXPR_NOT_BETWEEN | _Kind.AEXPR_BETWEEN_SYM | _Kind.AEXPR_NOT_BETWEEN_SYM:
            return transform_a_expr_between(ps, raw)
        case _:
            raise unsupported(f"an expression of kind {raw.kind}", expr.place(raw.location))


def _is_null_constant(raw: Any) -> bool:
    """parse_expr.c: exprIsNullConstant"""
    return isinstance(raw, ast.A_Const) and bool(raw.isnull)


def transform_a_expr_op(ps: ParseState, raw: ast.A_Expr) -> Any:
    """parse_expr.c: transformAExprOp — transform_null_equals is off, as it is by default."""
    return _make_a_expr_op(ps, raw.name, raw.lexpr, raw.rexpr, expr.place(raw.location))


def _make_a_expr_op(ps: ParseState, name: Sequence[Any], lexpr: Any, rexpr: Any, location: int) -> Any:
    if isinstance(lexpr, ast.RowExpr):
        if isinstance(rexpr, ast.SubLink) and rexpr.subLinkType == enums.SubLinkType.EXPR_SUBLINK:
            # row op (select …) compares rows
            return expr_sublink.transform_row_compare_sub_link(ps, lexpr, name, rexpr, location)
        if isinstance(rexpr, ast.RowExpr):
            left = expr.transform_expr_recurse(ps, lexpr)
            right = expr.transform_expr_recurse(ps, rexpr)
            return make_row_comparison_op(ps, name, left.args, right.args, location)
    last_srf = ps.p_last_srf
    left = expr.transform_expr_recurse(ps, lexpr)
    right = expr.transform_expr_recurse(ps, rexpr)
    return oper.make_op(ps, name, left, right, last_srf, location)


def make_equality(ps: ParseState, left: Expr, rexpr: Any, location: int) -> Any:
    """What `CASE x WHEN y` means: the placeholder for x = y."""
    last_srf = ps.p_last_srf
    right = expr.transform_expr_recurse(ps, rexpr)
    return oper.make_op(ps, EQUALS, left, right, last_srf, location)


def transform_a_expr_op_any_all(ps: ParseState, raw: ast.A_Expr) -> Any:
    """parse_expr.c: transformAExprOpAny, transformAExprOpAll"""
    left = expr.transform_expr_recurse(ps, raw.lexpr)
    right = expr.transform_expr_recurse(ps, raw.rexpr)
    use_or = raw.kind == _Kind.AEXPR_OP_ANY
    return oper.make_scalar_array_op(ps, raw.name, use_or, left, right, expr.place(raw.location))


def transform_a_expr_distinct(ps: ParseState, raw: ast.A_Expr) -> Any:
    """parse_expr.c: transformAExprDistinct — against a bare NULL it is a NULL test."""
    location = expr.place(raw.location)
    negated = raw.kind == _Kind.AEXPR_NOT_DISTINCT
    for null, other in ((raw.rexpr, raw.lexpr), (raw.lexpr, raw.rexpr)):
        if _is_null_constant(null):
            test = enums.NullTestType.IS_NULL if negated else enums.NullTestType.IS_NOT_NULL
            return NullTest(expr.transform_expr_recurse(ps, other), test, False, location)
    left = expr.transform_expr_recurse(ps, raw.lexpr)
    right = expr.transform_expr_recurse(ps, raw.rexpr)
    if isinstance(left, RowExpr) and isinstance(right, RowExpr):
        result = make_row_distinct_op(ps, raw.name, left, right, location)
    else:
        result = make_distinct_op(ps, raw.name, left, right, location)
    return BoolExpr(_NOT, (result,), location) if negated else result


def transform_a_expr_null_if(ps: ParseState, raw: ast.A_Expr) -> NullIfExpr:
    """parse_expr.c: transformAExprNullIf — compares, and yields the first operand's type."""
    location = expr.place(raw.location)
    left = expr.transform_expr_recurse(ps, raw.lexpr)
    right = expr.transform_expr_recurse(ps, raw.rexpr)
    op: Any = oper.make_op(ps, raw.name, left, right, ps.p_last_srf, location)
    _check_yields_boolean(op, "NULLIF", location)
    result_type = nodefuncs.expr_type(op.args[0])
    return NullIfExpr(op.opno, op.opfuncid, result_type, op.opretset, op.args, op.location)


def _check_yields_boolean(op: OpExpr, construct: str, location: int) -> None:
    if op.opresulttype != BOOLOID:
        raise PgError("42804", f"{construct} requires = operator to yield boolean", location)
    if op.opretset:
        raise PgError("42804", f"{construct} must not return a set", location)


def transform_a_expr_in(ps: ParseState, raw: ast.A_Expr) -> Any:
    """parse_expr.c: transformAExprIn — one comparison with an array for what holds no Vars, OR-ed with the others."""
    location = expr.place(raw.location)
    use_or = raw.name[0].sval != "<>"
    left = expr.transform_expr_recurse(ps, raw.lexpr)
    rights: list[Any] = [expr.transform_expr_recurse(ps, one) for one in raw.rexpr]
    with_vars = [one for one in rights if nodefuncs.contain_vars_of_level(one, 0)]
    without_vars = [one for one in rights if not nodefuncs.contain_vars_of_level(one, 0)] if with_vars else rights
    result: Any = None
    if len(without_vars) > 1:
        array_type, scalar_type = _in_array_type(ps, [left, *without_vars])
        if array_type:
            elements = tuple(coerce.coerce_to_common_type(ps, one, scalar_type, "IN") for one in without_vars)
            array = ArrayExpr(
                array_type,
                scalar_type,
                elements,
                False,
                -1,
                expr.place(raw.rexpr_list_start),
                expr.place(raw.rexpr_list_end),
            )
            result = oper.make_scalar_array_op(ps, raw.name, use_or, left, array, location)
            rights = with_vars
    for right in rights:
        if isinstance(left, RowExpr) and isinstance(right, RowExpr):
            comparison = make_row_comparison_op(ps, raw.name, left.args, right.args, location)
        else:
            comparison = oper.make_op(ps, raw.name, left, right, ps.p_last_srf, location)
        comparison = coerce.coerce_to_boolean(ps, comparison, "IN")
        result = comparison if result is None else BoolExpr(_OR if use_or else _AND, (result, comparison), location)
    return result


def _in_array_type(ps: ParseState, exprs: list[Any]) -> tuple[Oid, Oid]:
    """The array type for a list of IN and its element type; 0 where the list must be taken one by one."""
    scalar_type = coerce.select_common_type(ps, exprs, None)
    if not scalar_type or scalar_type == RECORDOID or not coerce.verify_common_type(ps.catalog, scalar_type, exprs):
        return 0, 0
    return typename.get_array_type(ps.catalog, scalar_type) or 0, scalar_type


def transform_a_expr_between(ps: ParseState, raw: ast.A_Expr) -> Any:
    """parse_expr.c: transformAExprBetween — the comparisons it stands for, each with its own copy of the operands."""
    location = expr.place(raw.location)
    value = raw.lexpr
    low, high = raw.rexpr

    def pair(combine: Any, first: Any, low_bound: Any, second: Any, high_bound: Any) -> BoolExpr:
        args = []
        for name, bound in ((first, low_bound), (second, high_bound)):
            comparison = _make_a_expr_op(ps, name, value, bound, location)
            args.append(coerce.coerce_to_boolean(ps, comparison, _BOOL_NAMES[combine]))
        return BoolExpr(combine, tuple(args), location)

    match raw.kind:
        case _Kind.AEXPR_BETWEEN:
            return pair(_AND, _GREATER_EQUAL, low, _LESS_EQUAL, high)
        case _Kind.AEXPR_NOT_BETWEEN:
            return pair(_OR, _LESS, low, _GREATER, high)
        case _Kind.AEXPR_BETWEEN_SYM:
            one = pair(_AND, _GREATER_EQUAL, low, _LESS_EQUAL, high)
            other = pair(_AND, _GREATER_EQUAL, high, _LESS_EQUAL, low)
            return BoolExpr(_OR, (one, other), location)
        case _:
            one = pair(_OR, _LESS, low, _GREATER, high)
            other = pair(_OR, _LESS, high, _GREATER, low)
            return BoolExpr(_AND, (one, other), location)


_BOOL_NAMES: Final = {_AND: "AND", _OR: "OR", _NOT: "NOT"}


def transform_bool_expr(ps: ParseState, raw: ast.BoolExpr) -> BoolExpr:
    """parse_expr.c: transformBoolExpr"""
    name = _BOOL_NAMES[raw.boolop]
    args = tuple(coerce.coerce_to_boolean(ps, expr.transform_expr_recurse(ps, arg), name) for arg in raw.args)
    return BoolExpr(raw.boolop, args, expr.place(raw.location))


def make_row_comparison_op(
    ps: ParseState, opname: Sequence[Any], largs: Sequence[Expr], rargs: Sequence[Expr], location: int
) -> Any:
    """parse_expr.c: make_row_comparison_op — an operator a column, joined as = <> or < <= > >= asks for."""
    if len(largs) != len(rargs):
        raise PgError("42601", "unequal number of entries in row expressions", location)
    if not largs:
        raise PgError("0A000", "cannot compare rows of zero length", location)
    comparisons: list[Any] = []
    for left, right in zip(largs, rargs, strict=True):
        comparison: Any = oper.make_op(ps, opname, left, right, ps.p_last_srf, location)
        if comparison.opresulttype != BOOLOID:
            shown = typename.format_type(ps.catalog, comparison.opresulttype)
            raise PgError("42804", f"row comparison operator must yield type boolean, not type {shown}", location)
        if nodefuncs.expression_returns_set(comparison):
            raise PgError("42804", "row comparison operator must not return a set", location)
        comparisons.append(comparison)
    if len(comparisons) == 1:
        return comparisons[0]
    # What do all these operators mean in some btree family?
    meanings = [oper.get_op_index_interpretation(ps.catalog, one.opno) for one in comparisons]
    common = set.intersection(*({meaning.cmptype for meaning in found} for found in meanings))
    if not common:
        raise PgError(
            "0A000",
            f"could not determine interpretation of row comparison operator {opname[-1].sval}",
            location,
            hint="Row comparison operators must be associated with btree operator families.",
        )
    cmptype = min(common)
    if cmptype == _Compare.COMPARE_EQ:
        return BoolExpr(_AND, tuple(comparisons), location)
    if cmptype == _Compare.COMPARE_NE:
        return BoolExpr(_OR, tuple(comparisons), location)
    families = tuple(next(meaning.opfamily_id for meaning in found if meaning.cmptype == cmptype) for found in meanings)
    return RowCompareExpr(
        cmptype,
        tuple(one.opno for one in comparisons),
        families,
        tuple(one.args[0] for one in comparisons),
        tuple(one.args[1] for one in comparisons),
    )


def make_row_distinct_op(ps: ParseState, opname: Sequence[Any], left: RowExpr, right: RowExpr, location: int) -> Any:
    """parse_expr.c: make_row_distinct_op"""
    if len(left.args) != len(right.args):
        raise PgError("42601", "unequal number of entries in row expressions", location)
    result: Any = None
    for one, other in zip(left.args, right.args, strict=True):
        comparison = make_distinct_op(ps, opname, one, other, location)
        result = comparison if result is None else BoolExpr(_OR, (result, comparison), location)
    return Const(BOOLOID, -1, "f") if result is None else result


def make_distinct_op(ps: ParseState, opname: Sequence[Any], left: Expr, right: Expr, location: int) -> DistinctExpr:
    """parse_expr.c: make_distinct_op"""
    op: Any = oper.make_op(ps, opname, left, right, ps.p_last_srf, location)
    _check_yields_boolean(op, "IS DISTINCT FROM", location)
    return DistinctExpr(op.opno, op.opfuncid, op.opresulttype, op.opretset, op.args, op.location)
