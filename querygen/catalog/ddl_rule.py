"""CREATE RULE: the condition and the actions, in which OLD and NEW are rows of the table.

Takes the raw statement; puts a `Rule`, or the query of a view. Mirrors transformRuleStmt of `parse_utilcmd.c` and
DefineQueryRewrite of `rewriteDefine.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.nodefuncs import expr_type, expr_typmod, walk_levels
from querygen.analyze.nodes import Alias, Query, Var
from querygen.analyze.pgtypes import UNKNOWNOID
from querygen.analyze.typename import format_type
from querygen.catalog import ddl_expr, ddl_names, ddl_view
from querygen.catalog.ddl_depend import AUTO, Address
from querygen.catalog.objects import Rule
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import TargetEntry
    from querygen.analyze.state import ParseState
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation

_EVENTS = {
    enums.CmdType.CMD_SELECT: "select",
    enums.CmdType.CMD_INSERT: "insert",
    enums.CmdType.CMD_UPDATE: "update",
    enums.CmdType.CMD_DELETE: "delete",
}
_OLD, _NEW = 1, 2  # PRS2_OLD_VARNO, PRS2_NEW_VARNO


def create_rule(state: DdlState, stmt: ast.RuleStmt) -> None:
    """DefineRule"""
    relation = ddl_names.get_relation(state, stmt.relation)
    event = _EVENTS[stmt.event]
    if event == "select":
        ddl_view.define_select_rule(state, relation, stmt)
        return
    if relation.kind == "m":
        raise PgError("0A000", "rules on materialized views are not supported")
    rule = Rule(
        stmt.rulename,
        event,
        bool(stmt.instead),
        qualified=stmt.whereClause is not None,
        returning=any(getattr(action, "returningClause", None) is not None for action in stmt.actions or ()),
        actions=len(stmt.actions or ()),
        raw=stmt,
    )
    with ddl_expr.forgiving(state):
        _check_actions(state, relation, stmt, event)
    rules = [one for one in relation.rules if one.name != rule.name]
    if len(rules) != len(relation.rules) and not stmt.replace:
        raise PgError("42710", f'rule "{rule.name}" for relation "{relation.name}" already exists')
    state.catalog.put_relation(replace(relation, rules=(*rules, rule)))
    state.depend.record(Address("rule", relation.oid, rule.name), Address("relation", relation.oid), AUTO)


def _with_old_and_new(state: DdlState, relation: Relation, event: str, *, columns: bool) -> ParseState:
    """A state whose range table begins with OLD and NEW; the event says which of them has a name."""
    from querygen.analyze import relation as names  # a schema without rules does not pay for the analyser

    ps = ddl_expr.parse_state(state, None)
    old = names.add_range_table_entry_for_relation(ps, relation, Alias("old"), False, False)
    new = names.add_range_table_entry_for_relation(ps, relation, Alias("new"), False, False)
    for item, events in ((old, ("update", "delete")), (new, ("update", "insert"))):
        if event in events or not columns:  # an action that uses the wrong one is told so
            names.add_ns_item_to_query(ps, item, False, True, columns)
    return ps


def _check_actions(state: DdlState, relation: Relation, stmt: ast.RuleStmt, event: str) -> None:
    """transformRuleStmt, and what DefineQueryRewrite says of RETURNING"""
    from querygen.analyze import stmt as statements
    from querygen.analyze.clause import transform_where_clause
    from querygen.analyze.collate import assign_expr_collations
    from querygen.analyze.state import ExprKind

    ps = _with_old_and_new(state, relation, event, columns=True)
    qual = transform_where_clause(ps, stmt.whereClause, ExprKind.EXPR_KIND_WHERE, "WHERE")
    assign_expr_collations(ps, qual)
    if len(ps.p_rtable) != 2:
        raise PgError("42P17", "rule WHERE condition cannot contain references to other relations")
    returns = False
    for action in stmt.actions or ():
        # only names that are qualified can be of OLD and NEW
        query = statements.transform_stmt(_with_old_and_new(state, relation, event, columns=False), action)
        if query.commandType == enums.CmdType.CMD_UTILITY:
            if qual is not None:
                message = "rules with WHERE conditions can only have SELECT, INSERT, UPDATE, or DELETE actions"
                raise PgError("0A000", message)
            continue
        _check_old_and_new(query, qual, event)
        if query.returningList:
            _check_returning(state, relation, stmt, query, again=returns)
            returns = True


def _check_old_and_new(query: Query, qual: Any, event: str) -> None:
    """An INSERT has no OLD, a DELETE no NEW; neither is seen from WITH, which is computed before."""
    for number, word, missing in ((_OLD, "OLD", "insert"), (_NEW, "NEW", "delete")):
        if event == missing and (_uses(query, number) or _uses(qual, number)):
            raise PgError("42P17", f"ON {event.upper()} rule cannot use {word}")
    for cte in query.cteList:
        for number, word in ((_OLD, "OLD"), (_NEW, "NEW")):
            if cte.ctequery is not None and _uses(cte.ctequery, number, 1):
                raise PgError("0A000", f"cannot refer to {word} within WITH query")


def _uses(node: Any, number: int, levels: int = 0) -> bool:
    """rangeTableEntry_used; `levels` is how far the rule's level is above the node."""
    inside = -1 if isinstance(node, Query) else 0  # what stands in a query is one level below it
    return any(
        isinstance(one, Var) and one.varno == number and one.varlevelsup == level + inside + levels
        for one, level in walk_levels(node)
    )


def _check_returning(state: DdlState, relation: Relation, stmt: ast.RuleStmt, query: Query, *, again: bool) -> None:
    """The part of DefineQueryRewrite about RETURNING"""
    if again:
        raise PgError("0A000", "cannot have multiple RETURNING lists in a rule")
    if stmt.whereClause is not None:
        raise PgError("0A000", "RETURNING lists are not supported in conditional rules")
    if not stmt.instead:
        raise PgError("0A000", "RETURNING lists are not supported in non-INSTEAD rules")
    _check_result_list(state, relation, query.returningList)


def _check_result_list(state: DdlState, relation: Relation, entries: Sequence[TargetEntry]) -> None:
    """checkRuleResultList — RETURNING of a rule gives the columns of its table."""
    catalog = state.catalog
    given = [entry for entry in entries if not entry.resjunk]
    for number, entry in enumerate(given, 1):
        if number > len(relation.columns):
            raise PgError("42P17", "RETURNING list has too many entries")
        column = relation.columns[number - 1]
        if column.dropped:
            raise PgError("0A000", "cannot create a RETURNING list for a relation containing dropped columns")
        found, wanted = expr_type(entry.expr), column.type_oid
        if found != wanted and found != UNKNOWNOID:
            raise PgError(
                "42P17",
                f'RETURNING list\'s entry {number} has different type from column "{column.name}"',
                detail=f"RETURNING list entry has type {format_type(catalog, found)}, but column has type"
                f" {format_type(catalog, wanted)}.",
            )
        typmod = expr_typmod(entry.expr)
        if typmod != column.typmod and typmod != -1:
            raise PgError(
                "42P17",
                f'RETURNING list\'s entry {number} has different size from column "{column.name}"',
                detail=f"RETURNING list entry has type {format_type(catalog, found, typmod)}, but column has type"
                f" {format_type(catalog, wanted, column.typmod)}.",
            )
    if len(given) != len(relation.columns):
        raise PgError("42P17", "RETURNING list has too few entries")
