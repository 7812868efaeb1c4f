"""GROUP BY: plain expressions, GROUPING SETS, CUBE and ROLLUP.

Takes the raw list and the target list (changed in place, see `clause_sort.py`); gives the grouping clauses and the
tree of grouping sets. PARTITION BY is transformed here too. Mirrors the grouping half of `parse_clause.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from querygen.analyze.clause_sort import (
    add_target_to_group_list,
    find_targetlist_entry_sql92,
    find_targetlist_entry_sql99,
    target_is_in_sort_list,
)
from querygen.analyze.nodes import GroupingSet, SortGroupClause, TargetEntry
from querygen.analyze.raw import expr_place, place
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.state import ExprKind, ParseState

_Kind = enums.GroupingSetKind
_CUBE_LIMIT = 12  # elements; a cube of n has 2**n sets


class _Grouping(Struct):
    """What the functions of transformGroupClause hand to one another."""

    ps: ParseState
    target_list: list[TargetEntry]
    sort_clause: Sequence[SortGroupClause]
    kind: ExprKind
    use_sql99: bool
    result: list[SortGroupClause] = field(default_factory=list)


class _RawSet(Struct, frozen=True):
    """A GroupingSet of the raw tree after flattening: nested sets are merged, rows are tuples."""

    kind: enums.GroupingSetKind
    content: tuple[Any, ...]
    location: int


def transform_group_clause(
    ps: ParseState,
    grouplist: Iterable[Any] | None,
    target_list: list[TargetEntry],
    sort_clause: Sequence[SortGroupClause],
    kind: ExprKind,
    use_sql99: bool,
) -> tuple[list[SortGroupClause], list[GroupingSet], list[TargetEntry]]:
    """parse_clause.c: transformGroupClause — the clauses, the grouping sets if there are any, the same target list."""
    raw = tuple(grouplist or ())
    if not raw:
        return [], [], target_list
    has_grouping_sets = _mentions_grouping_sets(raw)
    flat = _flatten(raw, toplevel=True)
    if not flat and has_grouping_sets:
        flat = [_RawSet(_Kind.GROUPING_SET_EMPTY, (), expr_place(raw))]
    state = _Grouping(ps, target_list, sort_clause, kind, use_sql99)
    sets: list[GroupingSet] = []
    seen: set[int] = set()
    for item in flat:
        if isinstance(item, _RawSet):
            if item.kind == _Kind.GROUPING_SET_EMPTY:
                sets.append(GroupingSet(item.kind, (), item.location))
            else:
                sets.append(_transform_grouping_set(state, item))
            continue
        ref = _transform_group_clause_expr(state, item, seen, toplevel=True)
        if ref:
            seen.add(ref)
            if has_grouping_sets:
                sets.append(GroupingSet(_Kind.GROUPING_SET_SIMPLE, (ref,), expr_place(item)))
    return state.result, sets, target_list


def _mentions_grouping_sets(node: Any) -> bool:
    match node:
        case ast.GroupingSet():
            return True
        case tuple() | list():
            return any(_mentions_grouping_sets(one) for one in node)
        case ast.RowExpr() if _is_implicit_row(node):
            # PG: sets inside an implicit row are not looked for; the grammar does not allow them there
            return False
    return False


def _is_implicit_row(node: ast.RowExpr) -> bool:
    """`(a, b)` without the word ROW is, in GROUP BY, a list of two expressions."""
    return bool(node.row_format == enums.CoercionForm.COERCE_IMPLICIT_CAST)


def _flatten(nodes: Iterable[Any], *, toplevel: bool) -> list[Any]:
    """parse_clause.c: flatten_grouping_sets of a list"""
    result: list[Any] = []
    for node in nodes:
        flat = _flatten_one(node, toplevel=toplevel)
        if isinstance(flat, list):
            result.extend(flat)
        elif flat is not None:
            result.append(flat)
    return result


def _flatten_one(node: Any, *, toplevel: bool) -> Any:
    """parse_clause.c: flatten_grouping_sets of a node — a list stands for several items, None for none."""
    match node:
        case ast.RowExpr() if _is_implicit_row(node):
            return _flatten(node.args or (), toplevel=False)
        case ast.GroupingSet():
            kind = _Kind(node.kind)
            if toplevel and kind == _Kind.GROUPING_SET_EMPTY:
                return None
            content: list[Any] = []
            for member in node.content or ():
                flat = _flatten_one(member, toplevel=False)
                if isinstance(member, ast.GroupingSet) and member.kind == _Kind.GROUPING_SET_SETS:
                    content.extend(flat)
                else:
                    content.append(flat)
            if toplevel or kind != _Kind.GROUPING_SET_SETS:
                return _RawSet(kind, tuple(content), place(node))
            return content
    return node


def _transform_group_clause_expr(state: _Grouping, gexpr: Any, seen_local: set[int], *, toplevel: bool) -> int:
    """parse_clause.c: transformGroupClauseExpr — the reference of a grouping expression; 0 for a repeated one."""
    ps, target_list = state.ps, state.target_list
    find = find_targetlist_entry_sql99 if state.use_sql99 else find_targetlist_entry_sql92
    index = find(ps, gexpr, target_list, state.kind)
    entry = target_list[index]
    ref = entry.ressortgroupref
    if ref > 0:
        # Within one set a repetition changes nothing; between sets it does, so it is not dropped there.
        if ref in seen_local:
            return 0
        if target_is_in_sort_list(ps.catalog, entry, 0, state.result):
            return ref
        # What ORDER BY says of the same entry is taken over, so that one sort can serve both.
        match = next((item for item in state.sort_clause if item.tleSortGroupRef == ref), None)
        if match is not None:
            state.result.append(match if toplevel else replace(match, nulls_first=False))
            return ref
    add_target_to_group_list(ps, index, state.result, target_list, expr_place(gexpr))
    return target_list[index].ressortgroupref


def _transform_group_clause_list(state: _Grouping, nodes: Iterable[Any]) -> tuple[int, ...]:
    """parse_clause.c: transformGroupClauseList"""
    refs: list[int] = []
    seen: set[int] = set()
    for node in nodes:
        ref = _transform_group_clause_expr(state, node, seen, toplevel=False)
        if ref:
            seen.add(ref)
            refs.append(ref)
    return tuple(refs)


def _transform_grouping_set(state: _Grouping, raw: _RawSet) -> GroupingSet:
    """parse_clause.c: transformGroupingSet"""
    content: list[GroupingSet] = []
    for node in raw.content:
        if isinstance(node, _RawSet):
            content.append(_transform_grouping_set(state, node))
        elif isinstance(node, list):
            refs = _transform_group_clause_list(state, node)
            content.append(GroupingSet(_Kind.GROUPING_SET_SIMPLE, refs, expr_place(node)))
        else:
            ref = _transform_group_clause_expr(state, node, set(), toplevel=False)
            content.append(GroupingSet(_Kind.GROUPING_SET_SIMPLE, (ref,), expr_place(node)))
    if raw.kind == _Kind.GROUPING_SET_CUBE and len(content) > _CUBE_LIMIT:
        raise PgError("54011", f"CUBE is limited to {_CUBE_LIMIT} elements", raw.location)
    return GroupingSet(raw.kind, tuple(content), raw.location)
