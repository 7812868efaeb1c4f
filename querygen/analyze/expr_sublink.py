"""Subqueries in expressions: all eight kinds of SubLink, and the (a, b) = (…) of UPDATE.

Mirrors `parse_expr.c`: transformSubLink, transformMultiAssignRef.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze import expr, expr_kind, expr_ops, nodefuncs, stmt, typename
from querygen.analyze.nodes import Param, RowExpr, SubLink, TargetEntry
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Query
    from querygen.analyze.state import ParseState

_Type: Final = enums.SubLinkType


def transform_sub_link(ps: ParseState, raw: ast.SubLink) -> SubLink:
    """parse_expr.c: transformSubLink"""
    return _transform(ps, raw, raw.subLinkType, raw.testexpr, raw.operName, expr.place(raw.location))


def transform_row_compare_sub_link(
    ps: ParseState, lexpr: ast.RowExpr, opname: Sequence[Any], raw: ast.SubLink, location: int
) -> SubLink:
    """parse_expr.c: transformAExprOp, its case `row op (select …)`"""
    return _transform(ps, raw, _Type.ROWCOMPARE_SUBLINK, lexpr, opname, location)


def _transform(
    ps: ParseState,
    raw: ast.SubLink,
    kind: enums.SubLinkType,
    testexpr: Any,
    oper_name: Sequence[Any] | None,
    location: int,
    link_id: int = 0,
) -> SubLink:
    if (message := expr_kind.SUBLINKS_FORBIDDEN.get(ps.p_expr_kind)) is not None:
        raise PgError("0A000", message, location)
    ps.p_hasSubLinks = True
    query = stmt.parse_sub_analyze(raw.subselect, ps, None, True)
    columns = [entry for entry in query.targetList if not entry.resjunk]
    match kind:
        case _Type.EXISTS_SUBLINK | _Type.MULTIEXPR_SUBLINK:
            pass
        case _Type.EXPR_SUBLINK | _Type.ARRAY_SUBLINK:
            if len(columns) != 1:
                raise PgError("42601", "subquery must return only one column", location)
            ps.p_sublinks[id(raw)] = query
            if kind == _Type.ARRAY_SUBLINK:
                element = nodefuncs.expr_type(columns[0].expr)
                array = typename.get_promoted_array_type(ps.catalog, element)
                if not array:
                    shown = typename.format_type(ps.catalog, element)
                    raise PgError("42704", f"could not find array type for data type {shown}")
                return SubLink(kind, 0, None, (), query, location, array)
        case _:  # ALL, ANY, ROWCOMPARE
            name = tuple(oper_name) if oper_name else expr_ops.EQUALS  # x IN (select …)
            test = _row_comparison(ps, testexpr, name, columns, location)
            return SubLink(kind, 0, test, tuple(one.sval for one in name), query, location)
    return SubLink(kind, link_id, None, (), query, location)


def _row_comparison(
    ps: ParseState, testexpr: Any, opname: Sequence[Any], columns: list[TargetEntry], location: int
) -> Any:
    left = expr.transform_expr_recurse(ps, testexpr)
    lefts = list(left.args) if isinstance(left, RowExpr) else [left]
    rights = [
        Param(
            enums.ParamKind.PARAM_SUBLINK,
            entry.resno,
            nodefuncs.expr_type(entry.expr),
            nodefuncs.expr_typmod(entry.expr),
            paramcollid=nodefuncs.expr_collation(entry.expr),
        )
        for entry in columns
    ]
    if len(lefts) != len(rights):
        which = "many" if len(lefts) < len(rights) else "few"
        raise PgError("42601", f"subquery has too {which} columns", location)
    return expr_ops.make_row_comparison_op(ps, opname, lefts, rights, location)


def transform_multi_assign_ref(ps: ParseState, maref: ast.MultiAssignRef) -> Any:
    """parse_expr.c: transformMultiAssignRef — the source is analysed at the first column and looked up at the others.

    While it lasts, it is the last entry of p_multiassign_exprs; a sublink stays there and becomes a junk entry of the
    target list, a row is taken apart and removed.
    """
    if maref.colno == 1:
        ps.p_multiassign_exprs.append(TargetEntry(_multi_assign_source(ps, maref), 0, None, resjunk=True))
    source: Any = ps.p_multiassign_exprs[-1].expr
    if isinstance(source, SubLink):
        entry = source.subselect.targetList[maref.colno - 1]
        return Param(
            enums.ParamKind.PARAM_MULTIEXPR,
            source.subLinkId << 16 | maref.colno,
            nodefuncs.expr_type(entry.expr),
            nodefuncs.expr_typmod(entry.expr),
            nodefuncs.expr_location(entry.expr),
            nodefuncs.expr_collation(entry.expr),
        )
    if maref.colno == maref.ncolumns:
        ps.p_multiassign_exprs.pop()
    return source.args[maref.colno - 1]


def _multi_assign_source(ps: ParseState, maref: ast.MultiAssignRef) -> Any:
    raw = maref.source
    mismatch = "number of columns does not match number of values"
    if isinstance(raw, ast.SubLink) and raw.subLinkType == _Type.EXPR_SUBLINK:
        location = expr.place(raw.location)
        number = len(ps.p_multiassign_exprs) + 1
        link = _transform(ps, raw, _Type.MULTIEXPR_SUBLINK, None, None, location, number)
        if _count_nonjunk(link.subselect) != maref.ncolumns:
            raise PgError("42601", mismatch, location)
        return link
    if isinstance(raw, ast.RowExpr):
        row = expr.transform_row_expr(ps, raw, allow_default=True)
        if len(row.args) != maref.ncolumns:
            raise PgError("42601", mismatch, row.location)
        return row
    raise PgError(
        "0A000",
        "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression",
        nodefuncs.expr_location(raw),
    )


def _count_nonjunk(query: Query) -> int:
    """tlist.c: count_nonjunk_tlist_entries"""
    return sum(not entry.resjunk for entry in query.targetList)
