"""UPDATE and DELETE.

Mirrors `analyze.c`: transformUpdateStmt, transformUpdateTargetList, transformDeleteStmt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze import agg, clause, collate, expr, relation, returning, select, target
from querygen.analyze.nodes import FromExpr, Query
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr, TargetEntry
    from querygen.analyze.state import ParseState


def _from_and_where(ps: ParseState, from_clause: Any, where_clause: Any) -> Expr | None:
    """FROM or USING, whose subqueries cannot see the target table, then WHERE, which can."""
    nsitem = ps.p_target_nsitem
    assert nsitem is not None  # noqa: S101  set_target_table went before
    nsitem.p_lateral_only = True
    nsitem.p_lateral_ok = False
    clause.transform_from_clause(ps, from_clause)
    nsitem.p_lateral_only = False
    nsitem.p_lateral_ok = True
    return clause.transform_where_clause(ps, where_clause, ExprKind.EXPR_KIND_WHERE, "WHERE")


def transform_delete_stmt(ps: ParseState, raw: ast.DeleteStmt) -> Query:
    """analyze.c: transformDeleteStmt"""
    qry = Query(enums.CmdType.CMD_DELETE)
    select.with_clause(ps, qry, raw.withClause)
    qry.resultRelation = clause.set_target_table(ps, raw.relation, bool(raw.relation.inh), True)
    qual = _from_and_where(ps, raw.usingClause, raw.whereClause)
    returning.transform_returning_clause(ps, qry, raw.returningClause, ExprKind.EXPR_KIND_RETURNING)
    select.finish(ps, qry, qual)
    if ps.p_hasAggs:
        agg.parse_check_aggregates(ps, qry)
    return qry


def transform_update_stmt(ps: ParseState, raw: ast.UpdateStmt) -> Query:
    """analyze.c: transformUpdateStmt"""
    qry = Query(enums.CmdType.CMD_UPDATE)
    ps.p_is_insert = False
    select.with_clause(ps, qry, raw.withClause)
    qry.resultRelation = clause.set_target_table(ps, raw.relation, bool(raw.relation.inh), True)
    qual = _from_and_where(ps, raw.fromClause, raw.whereClause)
    returning.transform_returning_clause(ps, qry, raw.returningClause, ExprKind.EXPR_KIND_RETURNING)
    # only now SET, so that RETURNING's columns are numbered from one
    qry.targetList = tuple(transform_update_target_list(ps, raw.targetList))
    qry.rtable = ps.p_rtable
    qry.jointree = FromExpr(tuple(ps.p_joinlist), qual)
    qry.hasTargetSRFs = ps.p_hasTargetSRFs
    qry.hasSubLinks = ps.p_hasSubLinks
    collate.assign_query_collations(ps, qry)
    return qry


def transform_update_target_list(ps: ParseState, raw: Sequence[Any] | None) -> list[TargetEntry]:
    """analyze.c: transformUpdateTargetList — the SET clause of UPDATE, MERGE and ON CONFLICT."""
    rel = ps.p_target_relation
    nsitem = ps.p_target_nsitem
    assert rel is not None  # noqa: S101
    assert nsitem is not None  # noqa: S101
    entries = target.transform_target_list(ps, raw, ExprKind.EXPR_KIND_UPDATE_SOURCE)
    # junk entries are numbered behind all columns
    ps.p_next_resno = max(ps.p_next_resno, len(rel.columns) + 1)
    originals = iter(raw or ())
    for place, entry in enumerate(entries):
        if entry.resjunk:
            entries[place] = replace(entry, resno=ps.p_next_resno, resname=None)
            ps.p_next_resno += 1
            continue
        original = next(originals)
        location = expr.place(original.location)
        attrno = relation.attname_attnum(rel, original.name, True)
        if attrno == 0:
            qualified = original.indirection and original.name == nsitem.p_names.aliasname
            raise PgError(
                "42703",
                f'column "{original.name}" of relation "{rel.name}" does not exist',
                location,
                hint="SET target columns cannot be qualified with the relation name." if qualified else None,
            )
        entries[place] = target.update_target_list_entry(
            ps, entry, original.name, attrno, original.indirection, location
        )
    return entries
