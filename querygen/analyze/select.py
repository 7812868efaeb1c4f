"""SELECT without set operations, VALUES, and FOR UPDATE.

Mirrors `analyze.c`: transformSelectStmt, transformValuesClause, transformLockingClause. UNION and its kin are in
`setops.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze import agg, clause, coerce, collate, cte, expr, nodefuncs, relation, target
from querygen.analyze.nodes import FromExpr, Query, RowMarkClause
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr, RangeTblEntry, TargetEntry
    from querygen.analyze.state import ParseState

_Rte: Final = enums.RTEKind
_Strength: Final = enums.LockClauseStrength

_LOCKING: Final = {
    _Strength.LCS_FORKEYSHARE: "FOR KEY SHARE",
    _Strength.LCS_FORSHARE: "FOR SHARE",
    _Strength.LCS_FORNOKEYUPDATE: "FOR NO KEY UPDATE",
    _Strength.LCS_FORUPDATE: "FOR UPDATE",
}


def lcs_as_string(strength: enums.LockClauseStrength) -> str:
    """analyze.c: LCS_asString"""
    return _LOCKING[strength]


def with_clause(ps: ParseState, qry: Query, raw: Any) -> None:
    """What every statement does first with its WITH clause."""
    if raw is not None:
        qry.hasRecursive = bool(raw.recursive)
        qry.cteList = cte.transform_with_clause(ps, raw)
        qry.hasModifyingCTE = ps.p_hasModifyingCTE


def into_location(into: ast.IntoClause) -> int:
    """exprLocation of an IntoClause: its table's."""
    return expr.place(into.rel.location) if into.rel is not None else -1


def transform_select_stmt(ps: ParseState, raw: ast.SelectStmt) -> Query:
    """analyze.c: transformSelectStmt"""
    qry = Query(enums.CmdType.CMD_SELECT)
    with_clause(ps, qry, raw.withClause)
    if raw.intoClause is not None:
        raise PgError("42601", "SELECT ... INTO is not allowed here", into_location(raw.intoClause))
    ps.p_windowdefs = list(raw.windowClause or ())
    clause.transform_from_clause(ps, raw.fromClause)
    targets = target.transform_target_list(ps, raw.targetList, ExprKind.EXPR_KIND_SELECT_TARGET)
    target.mark_target_list_origins(ps, targets)
    qual = clause.transform_where_clause(ps, raw.whereClause, ExprKind.EXPR_KIND_WHERE, "WHERE")
    qry.havingQual = clause.transform_where_clause(ps, raw.havingClause, ExprKind.EXPR_KIND_HAVING, "HAVING")
    # ORDER BY goes before GROUP BY and DISTINCT, which need its result; each may add to the target list
    sort_clause, targets = clause.transform_sort_clause(ps, raw.sortClause, targets, ExprKind.EXPR_KIND_ORDER_BY, False)
    group_clause, grouping_sets, targets = clause.transform_group_clause(
        ps, raw.groupClause, targets, sort_clause, ExprKind.EXPR_KIND_GROUP_BY, False
    )
    qry.sortClause = tuple(sort_clause)
    qry.groupClause = tuple(group_clause)
    qry.groupingSets = tuple(grouping_sets)
    qry.groupDistinct = bool(raw.groupDistinct)
    targets = _distinct(ps, qry, raw.distinctClause, targets, sort_clause)
    limits(ps, qry, raw)
    window_clause, targets = clause.transform_window_definitions(ps, ps.p_windowdefs, targets)
    qry.windowClause = tuple(window_clause)
    if ps.p_resolve_unknowns:
        target.resolve_target_list_unknowns(ps, targets)
    qry.targetList = tuple(targets)
    finish(ps, qry, qual)
    for locking in raw.lockingClause or ():
        transform_locking_clause(qry, locking, False)
    if ps.p_hasAggs or qry.groupClause or qry.groupingSets or qry.havingQual is not None:
        agg.parse_check_aggregates(ps, qry)
    return qry


def _distinct(
    ps: ParseState, qry: Query, raw: Any, targets: list[TargetEntry], sort_clause: Sequence[Any]
) -> list[TargetEntry]:
    if not raw:
        return targets
    if raw[0] is None:  # plain DISTINCT
        distinct, targets = clause.transform_distinct_clause(ps, targets, sort_clause, False)
    else:
        distinct, targets = clause.transform_distinct_on_clause(ps, raw, targets, sort_clause)
        qry.hasDistinctOn = True
    qry.distinctClause = tuple(distinct)
    return targets


def limits(ps: ParseState, qry: Query, raw: ast.SelectStmt) -> None:
    """OFFSET and LIMIT, in this order."""
    qry.limitOffset = clause.transform_limit_clause(
        ps, raw.limitOffset, ExprKind.EXPR_KIND_OFFSET, "OFFSET", raw.limitOption
    )
    qry.limitCount = clause.transform_limit_clause(
        ps, raw.limitCount, ExprKind.EXPR_KIND_LIMIT, "LIMIT", raw.limitOption
    )
    qry.limitOption = raw.limitOption


def finish(ps: ParseState, qry: Query, qual: Expr | None) -> None:
    """What the end of every statement copies from its state."""
    qry.rtable = ps.p_rtable
    qry.jointree = FromExpr(tuple(ps.p_joinlist), qual)
    qry.hasSubLinks = ps.p_hasSubLinks
    qry.hasWindowFuncs = ps.p_hasWindowFuncs
    qry.hasTargetSRFs = ps.p_hasTargetSRFs
    qry.hasAggs = ps.p_hasAggs
    collate.assign_query_collations(ps, qry)


def transform_values_lists(
    ps: ParseState, lists: Sequence[Any], kind: ExprKind, allow_default: bool
) -> list[list[Any]]:
    """analyze.c: transformValuesClause (first loop) — the rows as expressions, of one length after `*` is expanded."""
    rows: list[list[Any]] = []
    for sublist in lists:
        row = target.transform_expression_list(ps, sublist, kind, allow_default)
        if rows and len(row) != len(rows[0]):
            raise PgError("42601", "VALUES lists must all be the same length", nodefuncs.expr_location(row))
        rows.append(row)
    return rows


def transform_values_clause(ps: ParseState, raw: ast.SelectStmt) -> Query:
    """analyze.c: transformValuesClause — as if it were SELECT * FROM (VALUES …) AS "*VALUES*"."""
    qry = Query(enums.CmdType.CMD_SELECT)
    with_clause(ps, qry, raw.withClause)
    rows = transform_values_lists(ps, raw.valuesLists, ExprKind.EXPR_KIND_VALUES, False)
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    coltypes: list[int] = []
    coltypmods: list[int] = []
    colcollations: list[int] = []
    for place, column in enumerate(columns):
        coltype = coerce.select_common_type(ps, column, "VALUES")
        columns[place] = [coerce.coerce_to_common_type(ps, one, coltype, "VALUES") for one in column]
        coltypes.append(coltype)
        coltypmods.append(coerce.select_common_typmod(ps, columns[place], coltype))
        colcollations.append(collate.select_common_collation(ps, columns[place], True))
    values = [list(row) for row in zip(*columns, strict=True)] if columns else rows
    lateral = bool(ps.p_rtable) and any(nodefuncs.contain_vars_of_level(one, 0) for row in values for one in row)
    nsitem = relation.add_range_table_entry_for_values(
        ps, values, coltypes, coltypmods, colcollations, None, lateral, True
    )
    relation.add_ns_item_to_query(ps, nsitem, True, True, True)
    targets = relation.expand_ns_item_attrs(ps, nsitem, 0, -1)
    sort_clause, targets = clause.transform_sort_clause(ps, raw.sortClause, targets, ExprKind.EXPR_KIND_ORDER_BY, False)
    qry.sortClause = tuple(sort_clause)
    limits(ps, qry, raw)
    if raw.lockingClause:
        raise PgError("0A000", f"{lcs_as_string(raw.lockingClause[0].strength)} cannot be applied to VALUES")
    qry.targetList = tuple(targets)
    qry.rtable = ps.p_rtable
    qry.jointree = FromExpr(tuple(ps.p_joinlist), None)
    qry.hasSubLinks = ps.p_hasSubLinks
    collate.assign_query_collations(ps, qry)
    return qry


# ---------------------------------------------------------------------------------------------- FOR UPDATE


def check_select_locking(qry: Query, strength: enums.LockClauseStrength) -> None:
    """analyze.c: CheckSelectLocking — what has no rows of tables behind its own rows cannot be locked."""
    for present, what in (
        (qry.setOperations is not None, "UNION/INTERSECT/EXCEPT"),
        (bool(qry.distinctClause), "DISTINCT clause"),
        (bool(qry.groupClause or qry.groupingSets), "GROUP BY clause"),
        (qry.havingQual is not None, "HAVING clause"),
        (qry.hasAggs, "aggregate functions"),
        (qry.hasWindowFuncs, "window functions"),
        (qry.hasTargetSRFs, "set-returning functions in the target list"),
    ):
        if present:
            raise PgError("0A000", f"{lcs_as_string(strength)} is not allowed with {what}")


_NOT_LOCKABLE: Final = {
    _Rte.RTE_JOIN: "a join",
    _Rte.RTE_FUNCTION: "a function",
    _Rte.RTE_TABLEFUNC: "a table function",
    _Rte.RTE_VALUES: "VALUES",
    _Rte.RTE_CTE: "a WITH query",
    _Rte.RTE_NAMEDTUPLESTORE: "a named tuplestore",
}


def transform_locking_clause(qry: Query, locking: ast.LockingClause, pushed_down: bool) -> None:
    """analyze.c: transformLockingClause — all tables, or those named after OF; subqueries' tables with them."""
    _lock(qry, locking.lockedRels, locking.strength, locking.waitPolicy, pushed_down)


def _lock(
    qry: Query,
    locked_rels: Any,
    strength: enums.LockClauseStrength,
    wait_policy: enums.LockWaitPolicy,
    pushed_down: bool,
) -> None:
    check_select_locking(qry, strength)
    if not locked_rels:
        for number, rte in enumerate(qry.rtable, 1):
            if rte.inFromCl and rte.rtekind in {_Rte.RTE_RELATION, _Rte.RTE_SUBQUERY}:
                _lock_entry(qry, number, rte, strength, wait_policy, pushed_down)
        return
    for rel in locked_rels:
        location = expr.place(rel.location)
        if rel.catalogname or rel.schemaname:
            message = f"{lcs_as_string(strength)} must specify unqualified relation names"
            raise PgError("42601", message, location)
        found = _find_locked(qry, rel.relname)
        if found is None:
            raise PgError(
                "42P01",
                f'relation "{rel.relname}" in {lcs_as_string(strength)} clause not found in FROM clause',
                location,
            )
        number, rte = found
        if (what := _NOT_LOCKABLE.get(rte.rtekind)) is not None:
            raise PgError("0A000", f"{lcs_as_string(strength)} cannot be applied to {what}", location)
        _lock_entry(qry, number, rte, strength, wait_policy, pushed_down)


def _find_locked(qry: Query, relname: str) -> tuple[int, RangeTblEntry] | None:
    """The entry that a name after OF means, whatever its visibility."""
    for number, rte in enumerate(qry.rtable, 1):
        if not rte.inFromCl:
            continue
        name = rte.eref.aliasname
        if rte.alias is None:
            if rte.rtekind == _Rte.RTE_JOIN:
                if rte.join_using_alias is None:
                    continue
                name = rte.join_using_alias.aliasname
            elif rte.rtekind in {_Rte.RTE_SUBQUERY, _Rte.RTE_VALUES}:
                continue
        if name == relname:
            return number, rte
    return None


def _lock_entry(
    qry: Query,
    number: int,
    rte: RangeTblEntry,
    strength: enums.LockClauseStrength,
    wait_policy: enums.LockWaitPolicy,
    pushed_down: bool,
) -> None:
    _apply_locking_clause(qry, number, strength, wait_policy, pushed_down)
    if rte.rtekind == _Rte.RTE_SUBQUERY and rte.subquery is not None:
        _lock(rte.subquery, None, strength, wait_policy, True)


def _apply_locking_clause(
    qry: Query,
    rtindex: int,
    strength: enums.LockClauseStrength,
    wait_policy: enums.LockWaitPolicy,
    pushed_down: bool,
) -> None:
    """analyze.c: applyLockingClause — of two clauses for one entry the stronger and the less patient counts."""
    if not pushed_down:
        qry.hasForUpdate = True
    marks = list(qry.rowMarks)
    for place, mark in enumerate(marks):
        if mark.rti == rtindex:
            marks[place] = replace(
                mark,
                strength=max(mark.strength, strength),
                waitPolicy=max(mark.waitPolicy, wait_policy),
                pushedDown=mark.pushedDown and pushed_down,
            )
            break
    else:
        marks.append(RowMarkClause(rtindex, strength, wait_policy, pushed_down))
    qry.rowMarks = tuple(marks)
