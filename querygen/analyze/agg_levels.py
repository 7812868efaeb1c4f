"""Where an aggregate may stand and to which query level it belongs.

Takes an `Aggref` or `GroupingFunc` that is otherwise complete; gives it with its `agglevelsup`, or PostgreSQL's
complaint. Mirrors check_agglevels_and_constraints and check_agg_arguments of `parse_agg.c`, and its tables of messages
by kind of expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze import nodefuncs
from querygen.analyze.expr_kind import parse_expr_kind_name
from querygen.analyze.nodes import (
    Aggref,
    Expr,
    FuncExpr,
    GroupingFunc,
    OpExpr,
    Query,
    RangeTblEntry,
    TargetEntry,
    Var,
    WindowFunc,
)
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.state import ParseState

_Kind = ExprKind

# Where neither aggregates nor window functions may stand and PostgreSQL names the place in its own words.
_PLACES: dict[ExprKind, str] = {
    _Kind.EXPR_KIND_JOIN_ON: "JOIN conditions",
    _Kind.EXPR_KIND_JOIN_USING: "JOIN conditions",
    _Kind.EXPR_KIND_FROM_FUNCTION: "functions in FROM",
    _Kind.EXPR_KIND_POLICY: "policy expressions",
    _Kind.EXPR_KIND_MERGE_WHEN: "MERGE WHEN conditions",
    _Kind.EXPR_KIND_CHECK_CONSTRAINT: "check constraints",
    _Kind.EXPR_KIND_DOMAIN_CHECK: "check constraints",
    _Kind.EXPR_KIND_COLUMN_DEFAULT: "DEFAULT expressions",
    _Kind.EXPR_KIND_FUNCTION_DEFAULT: "DEFAULT expressions",
    _Kind.EXPR_KIND_INDEX_EXPRESSION: "index expressions",
    _Kind.EXPR_KIND_INDEX_PREDICATE: "index predicates",
    _Kind.EXPR_KIND_STATS_EXPRESSION: "statistics expressions",
    _Kind.EXPR_KIND_ALTER_COL_TRANSFORM: "transform expressions",
    _Kind.EXPR_KIND_EXECUTE_PARAMETER: "EXECUTE parameters",
    _Kind.EXPR_KIND_TRIGGER_WHEN: "trigger WHEN conditions",
    _Kind.EXPR_KIND_PARTITION_BOUND: "partition bound",
    _Kind.EXPR_KIND_PARTITION_EXPRESSION: "partition key expressions",
    _Kind.EXPR_KIND_GENERATED_COLUMN: "column generation expressions",
    _Kind.EXPR_KIND_CALL_ARGUMENT: "CALL arguments",
    _Kind.EXPR_KIND_COPY_WHERE: "COPY FROM WHERE conditions",
}

_AGGREGATE_PLACES: dict[ExprKind, str] = {
    **_PLACES,
    _Kind.EXPR_KIND_FROM_SUBSELECT: "FROM clause of their own query level",
    _Kind.EXPR_KIND_WINDOW_FRAME_RANGE: "window RANGE",
    _Kind.EXPR_KIND_WINDOW_FRAME_ROWS: "window ROWS",
    _Kind.EXPR_KIND_WINDOW_FRAME_GROUPS: "window GROUPS",
}

_WINDOW_PLACES: dict[ExprKind, str] = {
    **_PLACES,
    _Kind.EXPR_KIND_WINDOW_PARTITION: "window definitions",
    _Kind.EXPR_KIND_WINDOW_ORDER: "window definitions",
    _Kind.EXPR_KIND_WINDOW_FRAME_RANGE: "window definitions",
    _Kind.EXPR_KIND_WINDOW_FRAME_ROWS: "window definitions",
    _Kind.EXPR_KIND_WINDOW_FRAME_GROUPS: "window definitions",
}

_AGGREGATES_WELCOME = frozenset(
    {
        _Kind.EXPR_KIND_NONE,
        _Kind.EXPR_KIND_OTHER,
        _Kind.EXPR_KIND_HAVING,
        _Kind.EXPR_KIND_WINDOW_PARTITION,
        _Kind.EXPR_KIND_WINDOW_ORDER,
        _Kind.EXPR_KIND_SELECT_TARGET,
        _Kind.EXPR_KIND_ORDER_BY,
        _Kind.EXPR_KIND_DISTINCT_ON,
    }
)

_WINDOW_FUNCTIONS_WELCOME = frozenset(
    {
        _Kind.EXPR_KIND_NONE,
        _Kind.EXPR_KIND_OTHER,
        _Kind.EXPR_KIND_SELECT_TARGET,
        _Kind.EXPR_KIND_ORDER_BY,
        _Kind.EXPR_KIND_DISTINCT_ON,
    }
)


def check_window_func_placement(ps: ParseState, location: int) -> None:
    """The switch of transformWindowFuncCall."""
    kind = ps.p_expr_kind
    if kind not in _WINDOW_FUNCTIONS_WELCOME:
        where = _WINDOW_PLACES.get(kind) or parse_expr_kind_name(kind)
        raise PgError("42P20", f"window functions are not allowed in {where}", location)


def check_agglevels_and_constraints(ps: ParseState, node: Aggref | GroupingFunc) -> Aggref | GroupingFunc:
    """parse_agg.c: check_agglevels_and_constraints — the node with its level; that level is told that it aggregates."""
    if isinstance(node, Aggref):
        level = _check_agg_arguments(node.aggdirectargs, node.args, node.aggfilter, node.location)
        what = "aggregate functions"
    else:
        level = _check_agg_arguments((), node.args, None, node.location)
        what = "grouping operations"
    for _ in range(level):
        if ps.parent is None:
            raise LookupError("an aggregate's level lies above the query")
        ps = ps.parent
    ps.p_hasAggs = True
    kind = ps.p_expr_kind
    if kind not in _AGGREGATES_WELCOME:
        where = _AGGREGATE_PLACES.get(kind) or parse_expr_kind_name(kind)
        raise PgError("42803", f"{what} are not allowed in {where}", node.location)
    return replace(node, agglevelsup=level)


class _Levels:
    """check_agg_arguments_context: the lowest levels, seen from the aggregate, of Vars, aggregates and WITH queries."""

    __slots__ = ("agg", "cte", "cte_name", "var")

    def __init__(self) -> None:
        self.var = -1
        self.agg = -1
        self.cte = -1
        self.cte_name = ""

    def walk(self, node: Expr | TargetEntry | Query | Iterable[Expr | TargetEntry] | None) -> None:
        """parse_agg.c: check_agg_arguments_walker"""
        for one, depth in nodefuncs.walk_levels(node):
            match one:
                case Var(varlevelsup=level):
                    self.var = _lowest(self.var, level - depth)
                case Aggref(agglevelsup=level) | GroupingFunc(agglevelsup=level):
                    self.agg = _lowest(self.agg, level - depth)
                case Query():
                    for rte in one.rtable:
                        if rte.rtekind == enums.RTEKind.RTE_CTE:
                            self._see_cte(rte, rte.ctelevelsup - depth - 1)
                case FuncExpr(funcretset=True) | OpExpr(opretset=True) if depth == 0:
                    raise PgError(
                        "0A000",
                        "aggregate function calls cannot contain set-returning function calls",
                        nodefuncs.expr_location(one),
                        hint="You might be able to move the set-returning function into a LATERAL FROM item.",
                    )
                case WindowFunc() if depth == 0:
                    raise PgError(
                        "42803", "aggregate function calls cannot contain window function calls", one.location
                    )

    def _see_cte(self, rte: RangeTblEntry, level: int) -> None:
        if level >= 0 and (self.cte < 0 or level < self.cte):
            self.cte = level
            self.cte_name = rte.eref.aliasname

    def check_cte(self, agglevel: int, location: int) -> None:
        """A WITH query that does not exist yet at the aggregate's level cannot be computed there."""
        if 0 <= self.cte < agglevel:
            raise PgError(
                "0A000",
                "outer-level aggregate cannot use a nested CTE",
                location,
                detail=f'CTE "{self.cte_name}" is below the aggregate\'s semantic level.',
            )


def _lowest(known: int, level: int) -> int:
    """A level below the aggregate (negative) belongs to a subquery of its arguments and does not count."""
    if level < 0:
        return known
    return level if known < 0 else min(known, level)


def _check_agg_arguments(
    directargs: Sequence[Expr], args: Sequence[Expr | TargetEntry], aggfilter: Expr | None, agglocation: int
) -> int:
    """parse_agg.c: check_agg_arguments — the level that the aggregate belongs to, which its arguments decide."""
    found = _Levels()
    found.walk(args)
    found.walk(aggfilter)
    levels = [level for level in (found.var, found.agg) if level >= 0]
    agglevel = min(levels, default=0)
    if agglevel == found.agg:
        location = nodefuncs.locate_agg_of_level(args, agglevel)
        if location < 0:
            location = nodefuncs.locate_agg_of_level(aggfilter, agglevel)
        raise PgError("42803", "aggregate function calls cannot be nested", location)
    found.check_cte(agglevel, agglocation)
    direct = _Levels()
    direct.walk(directargs)
    if 0 <= direct.var < agglevel:
        raise PgError(
            "42803",
            "outer-level aggregate cannot contain a lower-level variable in its direct arguments",
            nodefuncs.locate_var_of_level(directargs, direct.var),
        )
    if 0 <= direct.agg <= agglevel:
        raise PgError(
            "42803",
            "aggregate function calls cannot be nested",
            nodefuncs.locate_agg_of_level(directargs, direct.agg),
        )
    direct.check_cte(agglevel, agglocation)
    return agglevel
