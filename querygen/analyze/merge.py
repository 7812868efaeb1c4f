"""MERGE: a source, a join condition, and actions that see the target, the source, or both.

Mirrors `parse_merge.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze import clause, collate, cte, expr, insert, relation, returning, target, update
from querygen.analyze.nodes import FromExpr, MergeAction, Query
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import RangeTblEntry, TargetEntry
    from querygen.analyze.state import ParseState

_Match: Final = enums.MergeMatchKind
_Cmd: Final = enums.CmdType

# What pg_class.c: errdetail_relkind_not_supported says of a relation that is neither table nor view.
_RELKINDS: Final = {
    "i": "indexes",
    "I": "partitioned indexes",
    "S": "sequences",
    "t": "TOAST tables",
    "m": "materialized views",
    "c": "composite types",
    "f": "foreign tables",
}


def _set_namespace_visibility(ps: ParseState, rte: RangeTblEntry, visible: bool) -> None:
    """parse_merge.c: setNamespaceVisibilityForRTE"""
    for nsitem in ps.p_namespace:
        if nsitem.p_rte is rte:
            nsitem.p_rel_visible = visible
            nsitem.p_cols_visible = visible
            break


def transform_merge_stmt(ps: ParseState, raw: ast.MergeStmt) -> Query:
    """parse_merge.c: transformMergeStmt"""
    qry = Query(_Cmd.CMD_MERGE)
    if raw.withClause is not None:
        if raw.withClause.recursive:
            raise PgError("42601", "WITH RECURSIVE is not supported for MERGE statement")
        qry.cteList = cte.transform_with_clause(ps, raw.withClause)
        qry.hasModifyingCTE = ps.p_hasModifyingCTE
    terminal: set[enums.MergeMatchKind] = set()
    for when in raw.mergeWhenClauses:
        if when.matchKind in terminal:
            raise PgError("42601", "unreachable WHEN clause specified after unconditional WHEN clause")
        if when.condition is None:
            terminal.add(when.matchKind)
    qry.resultRelation = clause.set_target_table(ps, raw.relation, bool(raw.relation.inh), False)
    qry.mergeTargetRelation = qry.resultRelation
    rel = ps.p_target_relation
    nsitem = ps.p_target_nsitem
    assert rel is not None  # noqa: S101
    assert nsitem is not None  # noqa: S101
    if rel.kind not in {"r", "p", "v"}:
        raise PgError(
            "0A000",
            f'cannot execute MERGE on relation "{rel.name}"',
            detail=f"This operation is not supported for {_RELKINDS.get(rel.kind, 'this relation')}.",
        )
    clause.transform_from_clause(ps, (raw.sourceRelation,))
    source_rti = len(ps.p_rtable)
    source = relation.get_ns_item_by_range_table_posn(ps, source_rti, 0)
    if nsitem.p_names.aliasname == source.p_names.aliasname:
        raise PgError(
            "42712",
            f'name "{nsitem.p_names.aliasname}" specified more than once',
            detail="The name is used both as MERGE target table and data source.",
        )
    relation.add_ns_item_to_query(ps, nsitem, False, True, True)
    qry.mergeJoinCondition = expr.transform_expr(ps, raw.joinCondition, ExprKind.EXPR_KIND_JOIN_ON)
    qry.rtable = ps.p_rtable
    qry.jointree = FromExpr(tuple(ps.p_joinlist), None)
    returning.transform_returning_clause(ps, qry, raw.returningClause, ExprKind.EXPR_KIND_MERGE_RETURNING)
    target_rte = ps.p_rtable[qry.resultRelation - 1]
    source_rte = ps.p_rtable[source_rti - 1]
    actions: list[MergeAction] = []
    for when in raw.mergeWhenClauses:
        # setNamespaceForMergeWhen
        _set_namespace_visibility(ps, target_rte, when.matchKind != _Match.MERGE_WHEN_NOT_MATCHED_BY_TARGET)
        _set_namespace_visibility(ps, source_rte, when.matchKind != _Match.MERGE_WHEN_NOT_MATCHED_BY_SOURCE)
        actions.append(_transform_action(ps, when))
    qry.mergeActionList = tuple(actions)
    qry.hasSubLinks = ps.p_hasSubLinks
    collate.assign_query_collations(ps, qry)
    return qry


def _transform_action(ps: ParseState, when: ast.MergeWhenClause) -> MergeAction:
    qual = clause.transform_where_clause(ps, when.condition, ExprKind.EXPR_KIND_MERGE_WHEN, "WHEN")
    override = enums.OverridingKind.OVERRIDING_NOT_SET
    entries: tuple[TargetEntry, ...] = ()
    match when.commandType:
        case _Cmd.CMD_INSERT:
            ps.p_is_insert = True
            icolumns, attrnos = target.check_insert_targets(ps, when.targetList)
            override = when.override
            values: list[Any] = []
            if when.values:
                values = target.transform_expression_list(ps, when.values, ExprKind.EXPR_KIND_VALUES_SINGLE, True)
                values = insert.transform_insert_row(ps, values, when.targetList, icolumns, attrnos, False)
            entries = insert.insert_target_list(values, icolumns, attrnos)
        case _Cmd.CMD_UPDATE:
            ps.p_is_insert = False
            entries = tuple(update.transform_update_target_list(ps, when.targetList))
    return MergeAction(when.matchKind, when.commandType, override, qual, entries)
