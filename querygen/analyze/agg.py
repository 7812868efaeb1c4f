"""Aggregates and window functions as they are called: arguments, ORDER BY, DISTINCT, OVER; and GROUPING().

Takes the `Aggref` or `WindowFunc` that `func.py` has begun, with its analysed arguments; gives it finished. What a
grouped query may refer to is in `agg_check.py`. Mirrors the first half of `parse_agg.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from querygen.analyze import clause_sort, expr, nodefuncs
from querygen.analyze.agg_check import expand_grouping_sets, parse_check_aggregates
from querygen.analyze.agg_levels import check_agglevels_and_constraints, check_window_func_placement
from querygen.analyze.nodes import Aggref, Expr, GroupingFunc, SortGroupClause, TargetEntry, WindowFunc
from querygen.analyze.raw import place
from querygen.analyze.state import ExprKind
from querygen.analyze.typename import format_type
from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.state import ParseState
    from querygen.sql.nodes import ast

__all__ = [
    "check_agglevels_and_constraints",
    "expand_grouping_sets",
    "parse_check_aggregates",
    "transform_aggregate_call",
    "transform_grouping_func",
    "transform_window_func_call",
]

_GROUPING_ARGUMENTS = 32


def transform_aggregate_call(
    ps: ParseState, agg: Aggref, args: Sequence[Expr], aggorder: Sequence[Any] | None, agg_distinct: bool
) -> Aggref:
    """parse_agg.c: transformAggregateCall — `args` holds the direct arguments first, if the aggregate has any."""
    order: list[SortGroupClause] = []
    distinct: list[SortGroupClause] = []
    direct: tuple[Expr, ...] = ()
    if agg.aggkind in ("o", "h"):
        raw_order = tuple(aggorder or ())
        ndirect = len(args) - len(raw_order)
        direct = tuple(args[:ndirect])
        tlist = [TargetEntry(arg, number) for number, arg in enumerate(args[ndirect:], 1)]
        for index, sortby in enumerate(raw_order):
            clause_sort.add_target_to_sort_list(ps, index, order, tlist, sortby)
    else:
        tlist = [TargetEntry(arg, number) for number, arg in enumerate(args, 1)]
        # Sort expressions that are no arguments become junk entries, numbered after the arguments.
        saved, ps.p_next_resno = ps.p_next_resno, len(tlist) + 1
        order, _ = clause_sort.transform_sort_clause(ps, aggorder, tlist, ExprKind.EXPR_KIND_ORDER_BY, True)
        if agg_distinct:
            distinct, _ = clause_sort.transform_distinct_clause(ps, tlist, order, True)
            for item in distinct:
                if not item.sortop:
                    value = clause_sort.get_sortgroupclause_tle(item, tlist).expr
                    type_name = format_type(ps.catalog, nodefuncs.expr_type(value))
                    raise PgError(
                        "42883",
                        f"could not identify an ordering operator for type {type_name}",
                        nodefuncs.expr_location(value),
                        detail="Aggregates with DISTINCT must be able to sort their inputs.",
                    )
        ps.p_next_resno = saved
    # Only now, since sorting may have turned unknown literals into text.
    argtypes = [nodefuncs.expr_type(arg) for arg in direct]
    argtypes += [nodefuncs.expr_type(entry.expr) for entry in tlist if not entry.resjunk]
    complete = replace(
        agg,
        aggargtypes=tuple(argtypes),
        aggdirectargs=direct,
        args=tuple(tlist),
        aggorder=tuple(order),
        aggdistinct=tuple(distinct),
    )
    return cast("Aggref", check_agglevels_and_constraints(ps, complete))


def transform_grouping_func(ps: ParseState, raw: ast.GroupingFunc) -> GroupingFunc:
    """parse_agg.c: transformGroupingFunc — the arguments are matched to the grouping clauses later, see agg_check."""
    args = raw.args or ()
    if len(args) >= _GROUPING_ARGUMENTS:
        raise PgError("54023", f"GROUPING must have fewer than {_GROUPING_ARGUMENTS} arguments", place(raw))
    exprs = tuple(expr.transform_expr(ps, arg, ps.p_expr_kind) for arg in args)
    return cast("GroupingFunc", check_agglevels_and_constraints(ps, GroupingFunc(exprs, location=place(raw))))


def transform_window_func_call(ps: ParseState, wfunc: WindowFunc, windef: ast.WindowDef) -> WindowFunc:
    """parse_agg.c: transformWindowFuncCall — `winref` is a place in `ps.p_windowdefs`; equal OVER clauses share one."""
    if ps.p_hasWindowFuncs and nodefuncs.contain_windowfuncs(wfunc.args):
        raise PgError("42P20", "window function calls cannot be nested", nodefuncs.locate_windowfunc(wfunc.args))
    check_window_func_placement(ps, wfunc.location)
    winref = _find_window(ps, windef)
    ps.p_hasWindowFuncs = True
    return replace(wfunc, winref=winref)


def _find_window(ps: ParseState, windef: Any) -> int:
    if windef.name is not None:
        for winref, known in enumerate(ps.p_windowdefs, 1):
            if known.name is not None and known.name == windef.name:
                return winref
        raise PgError("42704", f'window "{windef.name}" does not exist', place(windef))
    for winref, known in enumerate(ps.p_windowdefs, 1):
        if (
            known.refname == windef.refname
            and known.frameOptions == windef.frameOptions
            and known.partitionClause == windef.partitionClause
            and known.orderClause == windef.orderClause
            and known.startOffset == windef.startOffset
            and known.endOffset == windef.endOffset
        ):
            return winref
    ps.p_windowdefs.append(windef)
    return len(ps.p_windowdefs)
