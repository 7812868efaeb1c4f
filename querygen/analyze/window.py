"""WINDOW: raw window definitions → window clauses with their frames.

Takes `ps.p_windowdefs` (those of WINDOW, then those written at OVER) and the target list, changed in place; gives the
`WindowClause`s. Mirrors transformWindowDefinitions and transformFrameOffset of `parse_clause.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import coerce, coerce_path, collate, expr, nodefuncs
from querygen.analyze.clause_group import transform_group_clause
from querygen.analyze.clause_sort import transform_sort_clause
from querygen.analyze.clause_where import check_expr_is_var_free
from querygen.analyze.nodes import Expr, SortGroupClause, TargetEntry, WindowClause
from querygen.analyze.pgtypes import BOOLOID, INT8OID, UNKNOWNOID
from querygen.analyze.raw import place
from querygen.analyze.state import ExprKind
from querygen.analyze.typename import format_type
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.state import ParseState
    from querygen.pg_catalog.rows import Oid

# parsenodes.h: FRAMEOPTION_…
FRAMEOPTION_RANGE = 0x00002
FRAMEOPTION_ROWS = 0x00004
FRAMEOPTION_GROUPS = 0x00008
FRAMEOPTION_START_OFFSET = 0x00800 | 0x02000
FRAMEOPTION_END_OFFSET = 0x01000 | 0x04000
FRAMEOPTION_DEFAULTS = FRAMEOPTION_RANGE | 0x00020 | 0x00400


def transform_window_definitions(
    ps: ParseState, windowdefs: Iterable[Any], target_list: list[TargetEntry]
) -> tuple[list[WindowClause], list[TargetEntry]]:
    """parse_clause.c: transformWindowDefinitions — the clauses, and the same target list."""
    result: list[WindowClause] = []
    for winref, windef in enumerate(windowdefs, 1):
        location = place(windef)
        referenced: WindowClause | None = None
        if windef.name is not None and _find_window_clause(result, windef.name) is not None:
            raise PgError("42P20", f'window "{windef.name}" is already defined', location)
        if windef.refname is not None:
            referenced = _find_window_clause(result, windef.refname)
            if referenced is None:
                raise PgError("42704", f'window "{windef.refname}" does not exist', location)
        order, _ = transform_sort_clause(ps, windef.orderClause, target_list, ExprKind.EXPR_KIND_WINDOW_ORDER, True)
        partition, _, _ = transform_group_clause(
            ps, windef.partitionClause, target_list, order, ExprKind.EXPR_KIND_WINDOW_PARTITION, True
        )
        frame: int = windef.frameOptions or 0
        partition_clause, order_clause = tuple(partition), tuple(order)
        copied = False
        if referenced is not None:
            _check_reference(windef, referenced, partition, order)
            partition_clause = referenced.partitionClause
            if not order:
                order_clause, copied = referenced.orderClause, True
        sort = _range_sort(order_clause, frame, location)
        if frame & FRAMEOPTION_GROUPS and not order_clause:
            raise PgError("42P20", "GROUPS mode requires an ORDER BY clause", location)
        start, start_func = _transform_frame_offset(ps, frame, sort, windef.startOffset)
        end, end_func = _transform_frame_offset(ps, frame, sort, windef.endOffset)
        result.append(
            WindowClause(
                windef.name,
                windef.refname,
                partition_clause,
                order_clause,
                frame,
                start,
                end,
                start_func,
                end_func,
                sort is not None and not sort.reverse_sort,
                sort is not None and sort.nulls_first,
                winref,
                copied,
            )
        )
    return result, target_list


def _find_window_clause(clauses: Iterable[WindowClause], name: str) -> WindowClause | None:
    """parse_clause.c: findWindowClause"""
    return next((clause for clause in clauses if clause.name == name), None)


def _check_reference(
    windef: Any, referenced: WindowClause, partition: Sequence[SortGroupClause], order: Sequence[SortGroupClause]
) -> None:
    """A window made from another may add an order where there is none, and a frame where there is none."""
    location = place(windef)
    if partition:
        raise PgError("42P20", f'cannot override PARTITION BY clause of window "{windef.refname}"', location)
    if order and referenced.orderClause:
        raise PgError("42P20", f'cannot override ORDER BY clause of window "{windef.refname}"', location)
    if referenced.frameOptions != FRAMEOPTION_DEFAULTS:
        bare = windef.name is None and not order and windef.frameOptions == FRAMEOPTION_DEFAULTS
        raise PgError(
            "42P20",
            f'cannot copy window "{windef.refname}" because it has a frame clause',
            location,
            hint="Omit the parentheses in this OVER clause." if bare else None,
        )


def _range_sort(order: Sequence[SortGroupClause], frame: int, location: int) -> SortGroupClause | None:
    """The one sort column of RANGE with an offset; None if the frame is no such."""
    if not (frame & FRAMEOPTION_RANGE and frame & (FRAMEOPTION_START_OFFSET | FRAMEOPTION_END_OFFSET)):
        return None
    if len(order) != 1:
        raise PgError("42P20", "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column", location)
    return order[0]


def _transform_frame_offset(
    ps: ParseState, frame: int, sort: SortGroupClause | None, clause: Any
) -> tuple[Expr | None, Oid]:
    """parse_clause.c: transformFrameOffset — the offset, and for RANGE the in_range function."""
    if clause is None:
        return None, 0
    in_range = 0
    if frame & FRAMEOPTION_ROWS:
        construct = "ROWS"
        node = expr.transform_expr(ps, clause, ExprKind.EXPR_KIND_WINDOW_FRAME_ROWS)
        node = coerce.coerce_to_specific_type(ps, node, INT8OID, construct)
    elif frame & FRAMEOPTION_RANGE and sort is not None:
        construct = "RANGE"
        node = expr.transform_expr(ps, clause, ExprKind.EXPR_KIND_WINDOW_FRAME_RANGE)
        offset_type, in_range = _in_range_function(ps, sort, node)
        node = coerce.coerce_to_specific_type(ps, node, offset_type, construct)
    else:
        construct = "GROUPS"
        node = expr.transform_expr(ps, clause, ExprKind.EXPR_KIND_WINDOW_FRAME_GROUPS)
        node = coerce.coerce_to_specific_type(ps, node, INT8OID, construct)
    check_expr_is_var_free(node, construct)
    collate.assign_expr_collations(ps, node)
    return node, in_range


def _in_range_function(ps: ParseState, sort: SortGroupClause, node: Expr) -> tuple[Oid, Oid]:
    """The type that the offset becomes, and the in_range function of the sort column's type for it.

    PG: looks into the sort operator's family for support function 3; here it is known by its name and its signature
    in_range(column, column, offset, bool, bool), which all of PostgreSQL's and contrib's have.
    """
    catalog = ps.catalog
    column_type = catalog.operator(sort.sortop).oprleft
    node_type = nodefuncs.expr_type(node)
    preferred = node_type if node_type != UNKNOWNOID else column_type
    candidates = [
        (proc.proargtypes[2], proc.oid)
        for proc in catalog.procs_named("in_range", "pg_catalog")
        if proc.proargtypes[:2] == (column_type, column_type)
        and proc.proargtypes[3:] == (BOOLOID, BOOLOID)
        and proc.prorettype == BOOLOID
    ]
    if not candidates:
        raise PgError(
            "0A000",
            "RANGE with offset PRECEDING/FOLLOWING is not supported for column type "
            f"{format_type(catalog, column_type)}",
            nodefuncs.expr_location(node),
        )
    matches = [
        candidate
        for candidate in candidates
        if coerce_path.can_coerce_type(catalog, [node_type], [candidate[0]], enums.CoercionContext.COERCION_IMPLICIT)
    ]
    types = f"column type {format_type(catalog, column_type)} and offset type {format_type(catalog, node_type)}"
    if not matches:
        raise PgError(
            "0A000",
            f"RANGE with offset PRECEDING/FOLLOWING is not supported for {types}",
            nodefuncs.expr_location(node),
            hint="Cast the offset value to an appropriate type.",
        )
    exact = next((candidate for candidate in matches if candidate[0] == preferred), None)
    if exact is None and len(matches) != 1:
        raise PgError(
            "0A000",
            f"RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for {types}",
            nodefuncs.expr_location(node),
            hint="Cast the offset value to the exact intended type.",
        )
    return exact or matches[0]
