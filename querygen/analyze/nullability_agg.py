"""May an aggregate or a window function be NULL?

Takes the call and its `Scope`, gives a `Verdict`. An aggregate differs from a function in what it does over no rows, a
window function in what rows its frame has. Mirrors no C file; frames are parsenodes.h's FRAMEOPTION_… bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze import cardinality
from querygen.analyze import nodes as n
from querygen.analyze import nullability_expr as expressions
from querygen.analyze.never_null import never_null
from querygen.analyze.nodefuncs import expr_type
from querygen.analyze.nullability_quals import Known, facts_of
from querygen.analyze.nullability_scope import Scope, Verdict, not_null, nullable
from querygen.analyze.typename import get_element_type
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr, GroupingSet, Query

# parsenodes.h: FRAMEOPTION_…
RANGE = 0x00002
START_UNBOUNDED_PRECEDING = 0x00020
END_UNBOUNDED_FOLLOWING = 0x00100
START_CURRENT_ROW = 0x00200
END_CURRENT_ROW = 0x00400
START_OFFSET_PRECEDING = 0x00800
END_OFFSET_FOLLOWING = 0x04000
EXCLUDE_CURRENT_ROW = 0x08000
EXCLUDE_GROUP = 0x10000


def aggref_verdict(scope: Scope, agg: n.Aggref) -> Verdict:
    """An aggregate: NULL over no rows unless it counts, else as its row in never_null.tsv says."""
    name = scope.env.catalog.proc(agg.aggfnoid).proname
    listed = never_null(scope.env.catalog, agg.aggfnoid)
    if listed is not None and listed.over_no_rows:
        return not_null(f"{name}(): {listed.reason}")
    if agg.agglevelsup > 0:
        return nullable(f"{name}() of an outer query")
    inner = scope.rows
    if agg.aggfilter is not None:
        inner = inner.narrowed(facts_of(inner, agg.aggfilter, Known.TRUE))
    args = [*agg.aggdirectargs, *(entry.expr for entry in agg.args if not entry.resjunk)]
    found = [expressions.verdict(inner, arg) for arg in args]
    elements = _null_elements(scope, name, args, found)
    if listed is None:
        return nullable(f"{name}() may give NULL", elements=elements)
    if agg.aggfilter is not None:
        return nullable(f"FILTER may leave {name}() no row", elements=elements)
    if (why := _no_rows(scope.rows)) is not None:
        return nullable(f"{name}() over no rows is NULL: {why}", elements=elements)
    for number, one in enumerate(found):
        if one.nullable and not listed.may_be_null(number):
            return nullable(f"{name}() of NULLs is NULL: {one.why}", elements=elements)
    return not_null(f"{name}(): {listed.reason}", elements=elements)


def _no_rows(scope: Scope) -> str | None:
    """Why an aggregate of this level may see no rows at all, or None if it cannot."""
    query = scope.query
    if query.groupingSets:
        return "a grouping set is empty" if has_empty_set(query) else None
    if query.groupClause:
        return None
    if cardinality.from_count(scope).at_least_one:
        return None
    return "there is no GROUP BY"


def has_empty_set(query: Query) -> bool:
    """Is one of the grouping sets (), which makes a group even of no rows? They are multiplied with one another."""
    return bool(query.groupingSets) and all(_may_be_empty(one) for one in query.groupingSets)


def _may_be_empty(one: GroupingSet) -> bool:
    kinds = enums.GroupingSetKind
    match one.kind:
        case kinds.GROUPING_SET_SIMPLE:
            return False
        case kinds.GROUPING_SET_SETS:
            return any(not isinstance(inner, int) and _may_be_empty(inner) for inner in one.content)
        case _:
            return True


def window_verdict(scope: Scope, func: n.WindowFunc) -> Verdict:
    """A window function. Its arguments are those of other rows: what an arm of CASE knows of this one is not known."""
    catalog = scope.env.catalog
    name = catalog.proc(func.winfnoid).proname
    listed = never_null(catalog, func.winfnoid)
    if listed is None:
        return nullable(f"{name}() OVER … may give NULL")
    if listed.over_no_rows:
        return not_null(f"{name}(): {listed.reason}")
    inner = scope.window or scope.rows
    needs_frame = func.winagg or name in ("first_value", "last_value")
    found = [expressions.verdict(inner, arg) for arg in func.args]
    if func.aggfilter is not None:
        return nullable(f"FILTER may leave {name}() no row")
    if needs_frame and not _frame_has_rows(scope, func.winref):
        return nullable(f"the frame of {name}() may have no rows")
    elements = _null_elements(scope, name, func.args, found)
    return _of_args(name, listed.reason, found, [listed.may_be_null(number) for number in range(len(found))], elements)


def _null_elements(scope: Scope, name: str, args: Sequence[Expr], found: Sequence[Verdict]) -> bool:
    """May an element of the array that array_agg() makes be NULL? Of arrays it makes one more dimension."""
    if name != "array_agg" or not found or found[0].nullable:
        return True
    return bool(get_element_type(scope.env.catalog, expr_type(args[0]))) and found[0].nullable_elements


def _of_args(
    name: str, reason: str, found: Sequence[Verdict], optional: Sequence[bool], elements: bool = True
) -> Verdict:
    for one, may_be_null in zip(found, optional, strict=True):
        if one.nullable and not may_be_null:
            return nullable(f"{name}() OVER …: {one.why}", elements=elements)
    return not_null(f"{name}() OVER …: {reason}", elements=elements)


def _frame_has_rows(scope: Scope, winref: int) -> bool:
    """Is the current row certain to be in the frame?"""
    options = {one.winref: one.frameOptions for one in scope.query.windowClause}[winref]
    if options & (EXCLUDE_CURRENT_ROW | EXCLUDE_GROUP):
        return False
    by_offset = options & (START_OFFSET_PRECEDING | END_OFFSET_FOLLOWING)
    if by_offset and options & RANGE:
        # An interval such as '1 month -29 days' may lead away from the current row.
        return False
    starts_before = options & (START_UNBOUNDED_PRECEDING | START_CURRENT_ROW | START_OFFSET_PRECEDING)
    ends_after = options & (END_UNBOUNDED_FOLLOWING | END_CURRENT_ROW | END_OFFSET_FOLLOWING)
    return bool(starts_before) and bool(ends_after)
