"""Analysed queries printed as SQL: SELECT with all its clauses, and INSERT, UPDATE, DELETE of rules and functions.

Takes a `Query` and a `Printer`, gives one line of text. Mirrors `ruleutils.c`: get_query_def, get_select_query_def,
get_basic_select_query, get_setop_query, get_insert_query_def and their neighbours; FROM is in `ruleutils_from.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from querygen.analyze import nodefuncs
from querygen.analyze import nodes as n
from querygen.analyze.typename import quote_identifier
from querygen.catalog.ruleutils_expr import print_expr, quote_literal, unprintable
from querygen.catalog.ruleutils_from import from_clause, from_item, open_level, relation_alias
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ruleutils import Printer

Cmd = enums.CmdType


def query_def(p: Printer, query: n.Query, columns: Sequence[str] | None = None, *, named: bool = True) -> str:
    """get_query_def. `named`: somebody sees what the result's columns are called."""
    level = open_level(p, query)
    kept_prefix = p.prefix
    p.prefix = bool(p.levels) or len(query.rtable) != 1
    p.levels = [level, *p.levels]
    try:
        match query.commandType:
            case Cmd.CMD_SELECT:
                return _select(p, query, columns, named)
            case Cmd.CMD_INSERT:
                return _insert(p, query)
            case Cmd.CMD_UPDATE:
                return _update(p, query)
            case Cmd.CMD_DELETE:
                return _delete(p, query)
    finally:
        p.levels = p.levels[1:]
        p.prefix = kept_prefix
    raise unprintable(f"a query of kind {query.commandType.name}")


# ---------------------------------------------------------------------------------------------- WITH


def _with(p: Printer, query: n.Query) -> str:
    """get_with_clause"""
    if not query.cteList:
        return ""
    parts = []
    for cte in query.cteList:
        text = quote_identifier(cte.ctename)
        if cte.aliascolnames:
            text += f"({_names(cte.aliascolnames)})"
        materialized = {"CTEMaterializeAlways": " MATERIALIZED", "CTEMaterializeNever": " NOT MATERIALIZED"}
        text += f" AS{materialized.get(cte.ctematerialized.name, '')} ("
        if cte.ctequery is None:
            raise unprintable("a WITH query that was not analysed")
        text += f"{query_def(p, cte.ctequery)})"
        if (search := cte.search_clause) is not None:
            word = "BREADTH" if search.search_breadth_first else "DEPTH"
            text += f" SEARCH {word} FIRST BY {_names(search.search_col_list)}"
            text += f" SET {quote_identifier(search.search_seq_column)}"
        if (cycle := cte.cycle_clause) is not None:
            text += f" CYCLE {_names(cycle.cycle_col_list)} SET {quote_identifier(cycle.cycle_mark_column)}"
            value, default = cycle.cycle_mark_value, cycle.cycle_mark_default
            if not (
                getattr(value, "value", None) in ("t", "true") and getattr(default, "value", None) in ("f", "false")
            ):
                text += f" TO {print_expr(p, value)} DEFAULT {print_expr(p, default)}"
            text += f" USING {quote_identifier(cycle.cycle_path_column)}"
        parts.append(text)
    word = "WITH RECURSIVE" if query.hasRecursive else "WITH"
    return f"{word} {', '.join(parts)} "


def _names(names: Sequence[str]) -> str:
    return ", ".join(quote_identifier(one) for one in names)


# ---------------------------------------------------------------------------------------------- SELECT


def _select(p: Printer, query: n.Query, columns: Sequence[str] | None, named: bool) -> str:
    """get_select_query_def"""
    text = _with(p, query)
    p.levels[0].windows = query.windowClause
    p.levels[0].targets = query.targetList
    if query.setOperations is not None:
        text += _setop(p, query.setOperations, query, columns, named)
        force = False
    else:
        text += _basic(p, query, columns, named)
        force = True
    if query.sortClause:
        text += f" ORDER BY {sort_list(p, query.sortClause, query.targetList, force_exprs=force)}"
    if query.limitOffset is not None:
        text += f" OFFSET {print_expr(p, query.limitOffset)}"
    if query.limitCount is not None:
        count = print_expr(p, query.limitCount)
        if query.limitOption == enums.LimitOption.LIMIT_OPTION_WITH_TIES:
            text += f" FETCH FIRST ({count}) ROWS WITH TIES"
        elif isinstance(query.limitCount, n.Const) and query.limitCount.value is None:
            text += " LIMIT ALL"
        else:
            text += f" LIMIT {count}"
    for mark in query.rowMarks:
        if mark.pushedDown:
            continue
        words = {
            "LCS_FORKEYSHARE": "KEY SHARE",
            "LCS_FORSHARE": "SHARE",
            "LCS_FORNOKEYUPDATE": "NO KEY UPDATE",
            "LCS_FORUPDATE": "UPDATE",
        }
        text += f" FOR {words[mark.strength.name]} OF {quote_identifier(p.levels[0].names[mark.rti - 1] or '')}"
        text += {"LockWaitError": " NOWAIT", "LockWaitSkip": " SKIP LOCKED"}.get(mark.waitPolicy.name, "")
    return text


def _basic(p: Printer, query: n.Query, columns: Sequence[str] | None, named: bool) -> str:
    """get_basic_select_query"""
    values = _simple_values(query)
    if values is not None:
        return _values(p, values)
    text = "SELECT"
    if query.distinctClause:
        text += " DISTINCT"
        if query.hasDistinctOn:
            keys = [sort_group(p, one, query.targetList, force_colno=False) for one in query.distinctClause]
            text += f" ON ({', '.join(keys)})"
    text += target_list(p, query.targetList, columns, named=named)
    text += from_clause(p, query, " FROM ")
    if query.jointree is not None and query.jointree.quals is not None:
        text += f" WHERE {print_expr(p, query.jointree.quals)}"
    if query.groupClause or query.groupingSets:
        text += " GROUP BY " + ("DISTINCT " if query.groupDistinct else "")
        if query.groupingSets:
            text += ", ".join(_grouping_set(p, one, query.targetList, True) for one in query.groupingSets)
        else:
            keys = [sort_group(p, one, query.targetList, force_colno=False) for one in query.groupClause]
            text += ", ".join(keys)
    if query.havingQual is not None:
        text += f" HAVING {print_expr(p, query.havingQual)}"
    windows = [one for one in query.windowClause if one.name]
    if windows:
        shown = [f"{quote_identifier(one.name or '')} AS ({window_spec(p, one, query.targetList)})" for one in windows]
        text += f" WINDOW {', '.join(shown)}"
    return text


def _simple_values(query: n.Query) -> Any:
    """get_simple_values_rte: VALUES by itself, whose columns nobody renamed."""
    found = None
    for entry in query.rtable:
        if entry.rtekind == enums.RTEKind.RTE_VALUES and entry.inFromCl:
            if found is not None:
                return None
            found = entry
        elif entry.rtekind == enums.RTEKind.RTE_RELATION and not entry.inFromCl:
            continue
        else:
            return None
    if found is None or found.alias is not None:
        return None
    if len(query.targetList) != len(found.eref.colnames) or query.jointree is None or query.jointree.quals is not None:
        return None
    for target, name in zip(query.targetList, found.eref.colnames, strict=True):
        if target.resjunk or target.resname != name:
            return None
    return found


def _values(p: Printer, entry: Any) -> str:
    rows = [f"({', '.join(_with_columns(p, one) for one in row)})" for row in entry.values_lists]
    return f"VALUES {', '.join(rows)}"


def _with_columns(p: Printer, node: Any) -> str:
    """get_rule_expr_toplevel: a whole row of a range table entry is `x.*` only inside a row"""
    text = print_expr(p, node)
    if isinstance(node, n.Var) and node.varattno == 0:
        return f"{text}::{p.type(node.vartype)}"
    return text


_CAST = re.compile(r"::[\w. ]+$")  # what would be called as its type, had it no name


def target_list(p: Printer, targets: Sequence[Any], columns: Sequence[str] | None, *, named: bool = True) -> str:
    """get_target_list"""
    parts = []
    number = 0
    for target in targets:
        if target.resjunk:
            continue
        text = _with_columns(p, target.expr)
        name = target.resname
        if columns is not None and number < len(columns):
            name = columns[number]
        number += 1
        attribute = "?column?"
        if isinstance(target.expr, n.Var) and target.expr.varattno:
            last = _last_name(text)
            attribute = last if last is not None else "?column?"
        # nobody sees the names of a UNION's second branch, but the server keeps them
        if (named or p.exact) and name is not None and (name != attribute or (p.exact and _CAST.search(text))):
            text += f" AS {quote_identifier(name)}"
        parts.append(text)
    return f" {', '.join(parts)}" if parts else ""


def _last_name(text: str) -> str | None:
    """What a plain column reference is called: the last of the names between dots."""
    if text.endswith('"'):
        start = text.rfind('"', 0, len(text) - 1)
        while start > 0 and text[start - 1] == '"':
            start = text.rfind('"', 0, start - 1)
        return text[start + 1 : -1].replace('""', '"')
    last = text.rsplit(".", 1)[-1]
    return last if last.replace("_", "a").replace("$", "a").isalnum() else None


def _setop(p: Printer, node: Any, query: n.Query, columns: Sequence[str] | None, named: bool) -> str:
    """get_setop_query"""
    if isinstance(node, n.RangeTblRef):
        inner = query.rtable[node.rtindex - 1].subquery
        if inner is None:
            raise unprintable("a set operation")
        # the branches are levels of their own only as far as their range tables go
        text = query_def(p, inner, columns, named=named)
        bracket = bool(
            inner.cteList or inner.sortClause or inner.rowMarks or inner.limitOffset or inner.limitCount
        ) or (inner.setOperations is not None)
        return f"({text})" if bracket else text
    left = _setop(p, node.larg, query, columns, named)
    if isinstance(node.larg, n.SetOperationStmt) and not (node.op == node.larg.op and node.all == node.larg.all):
        left = f"({left})"
    right = _setop(p, node.rarg, query, columns if p.exact else None, named=False)
    if isinstance(node.rarg, n.SetOperationStmt):
        right = f"({right})"
    word = {"SETOP_UNION": "UNION", "SETOP_INTERSECT": "INTERSECT", "SETOP_EXCEPT": "EXCEPT"}[node.op.name]
    return f"{left} {word}{' ALL' if node.all else ''} {right}"


def _grouping_set(p: Printer, node: Any, targets: Sequence[Any], omit_parens: bool) -> str:
    """get_rule_groupingset"""
    kinds = enums.GroupingSetKind
    if isinstance(node, int):
        return sort_group_ref(p, node, targets, force_colno=False)
    if node.kind == kinds.GROUPING_SET_EMPTY:
        return "()"
    if node.kind == kinds.GROUPING_SET_SIMPLE:
        inside = ", ".join(sort_group_ref(p, int(one), targets, force_colno=False) for one in node.content)
        return inside if omit_parens and len(node.content) == 1 else f"({inside})"
    words = {"GROUPING_SET_ROLLUP": "ROLLUP(", "GROUPING_SET_CUBE": "CUBE(", "GROUPING_SET_SETS": "GROUPING SETS ("}
    inside = ", ".join(_grouping_set(p, one, targets, omit_parens=True) for one in node.content)
    return f"{words[node.kind.name]}{inside})"


def sort_group_ref(p: Printer, reference: int, targets: Sequence[Any], *, force_colno: bool) -> str:
    """get_rule_sortgroupclause"""
    target = next(one for one in targets if one.ressortgroupref == reference)
    if force_colno:
        return str(target.resno)
    node = target.expr
    text = print_expr(p, node, showimplicit=True)
    if isinstance(node, n.Const):
        return _labelled(p, node)
    if isinstance(node, n.Var):
        entry = p.levels[node.varlevelsup].rtable[node.varno - 1]
        return (
            text if entry.rtekind != enums.RTEKind.RTE_GROUP else _bracketed(entry.groupexprs[node.varattno - 1], text)
        )
    return _bracketed(node, text)


def _labelled(p: Printer, node: n.Const) -> str:
    """A constant here must not look like a column's number."""
    from querygen.catalog.ruleutils_expr import print_const

    return print_const(p, node, 1)


_NEED_BRACKETS = (n.FuncExpr, n.Aggref, n.WindowFunc, n.JsonConstructorExpr)


def _bracketed(node: Any, text: str) -> str:
    """PostgreSQL always brackets function-like things here: ROLLUP and CUBE would be taken for GROUP BY's own"""
    if isinstance(node, _NEED_BRACKETS):
        return f"({text})"
    return text


def sort_group(p: Printer, clause: Any, targets: Sequence[Any], *, force_colno: bool) -> str:
    """get_rule_sortgroupclause, for a clause in place of its number."""
    return sort_group_ref(p, clause.tleSortGroupRef, targets, force_colno=force_colno)


def sort_list(p: Printer, clauses: Sequence[Any], targets: Sequence[Any], *, force_exprs: bool = False) -> str:
    """get_rule_orderby. Of a set operation's result columns are told by their numbers."""
    parts = []
    top_setop = bool(targets is p.levels[0].targets and not force_exprs) if p.levels else False
    for clause in clauses:
        text = sort_group(p, clause, targets, force_colno=top_setop)
        target = next(one for one in targets if one.ressortgroupref == clause.tleSortGroupRef)
        operator = p.catalog.operator(clause.sortop)
        default_less, default_greater = _sort_operators(p, nodefuncs.expr_type(target.expr))
        if clause.sortop == default_less or (operator.oprname == "<" and operator.oprnamespace == 11):
            text += " NULLS FIRST" if clause.nulls_first else ""
        elif clause.sortop == default_greater or (operator.oprname == ">" and operator.oprnamespace == 11):
            text += " DESC" + ("" if clause.nulls_first else " NULLS LAST")
        else:
            text += f" USING {p.operator(clause.sortop)} NULLS {'FIRST' if clause.nulls_first else 'LAST'}"
        parts.append(text)
    return ", ".join(parts)


def _sort_operators(p: Printer, type_oid: int) -> tuple[int, int]:
    from querygen.analyze import typcache

    opclass = typcache.get_default_opclass(p.catalog, type_oid, "btree")
    if opclass is None:
        return 0, 0
    row: Any = opclass
    family, kind = row.opcfamily, row.opcintype
    return (
        p.catalog.opfamily_member(family, kind, kind, 1) or 0,
        p.catalog.opfamily_member(family, kind, kind, 5) or 0,
    )


_RANGE, _ROWS, _GROUPS = 0x00002, 0x00004, 0x00008
_NONDEFAULT, _BETWEEN = 0x00001, 0x00010


def window_spec(p: Printer, clause: Any, targets: Sequence[Any]) -> str:
    """get_rule_windowspec"""
    parts = []
    if clause.refname:
        parts.append(quote_identifier(clause.refname))
    if clause.partitionClause and not clause.refname:
        keys = [sort_group(p, one, targets, force_colno=False) for one in clause.partitionClause]
        parts.append(f"PARTITION BY {', '.join(keys)}")
    if clause.orderClause and not clause.copiedOrder:
        parts.append(f"ORDER BY {sort_list(p, clause.orderClause, targets, force_exprs=True)}")
    frame = clause.frameOptions
    if frame & _NONDEFAULT:
        text = "RANGE " if frame & _RANGE else "ROWS " if frame & _ROWS else "GROUPS "
        if frame & _BETWEEN:
            text += "BETWEEN "
        text += _bound(p, frame, clause.startOffset, (0x20, 0x80, 0x200, 0x800, 0x2000))
        if frame & _BETWEEN:
            text += "AND " + _bound(p, frame, clause.endOffset, (0x40, 0x100, 0x400, 0x1000, 0x4000))
        for bit, word in ((0x8000, "CURRENT ROW"), (0x10000, "GROUP"), (0x20000, "TIES")):
            if frame & bit:
                text += f"EXCLUDE {word} "
        parts.append(text.strip())
    return " ".join(parts)


def _bound(p: Printer, frame: int, offset: Any, bits: tuple[int, int, int, int, int]) -> str:
    preceding, following, current, offset_preceding, offset_following = bits
    if frame & preceding:
        return "UNBOUNDED PRECEDING "
    if frame & following:
        return "UNBOUNDED FOLLOWING "
    if frame & current:
        return "CURRENT ROW "
    word = "PRECEDING" if frame & offset_preceding else "FOLLOWING"
    return f"{print_expr(p, offset)} {word} " if frame & (offset_preceding | offset_following) else ""


# ---------------------------------------------------------------------------------------------- INSERT, UPDATE, DELETE


def _insert(p: Printer, query: n.Query) -> str:
    """get_insert_query_def"""
    text = _with(p, query)
    target = query.rtable[query.resultRelation - 1]
    text += f"INSERT INTO {p.relation_name(target.relid)}"
    if target.alias is not None:
        text += f" AS {quote_identifier(target.alias.aliasname)}"
    columns = p.catalog.relation(target.relid).columns
    source = next(
        (one for one in query.rtable if one.rtekind == enums.RTEKind.RTE_SUBQUERY and one.inFromCl is False), None
    )
    values = next((one for one in query.rtable if one.rtekind == enums.RTEKind.RTE_VALUES and not one.inFromCl), None)
    if source is None:
        source = next((one for one in query.rtable if one.rtekind == enums.RTEKind.RTE_SUBQUERY), None)
    if values is None:
        values = next((one for one in query.rtable if one.rtekind == enums.RTEKind.RTE_VALUES), None)
    names = []
    for one in query.targetList:
        if one.resjunk:
            continue
        if isinstance(one.expr, (n.FieldStore,)) or _assigned(one.expr):
            raise unprintable("an INSERT into a part of a column")
        names.append(quote_identifier(columns[one.resno - 1].name))
    text += f" ({', '.join(names)})" if names else ""
    overriding = {
        "OVERRIDING_USER_VALUE": " OVERRIDING USER VALUE",
        "OVERRIDING_SYSTEM_VALUE": " OVERRIDING SYSTEM VALUE",
    }
    text += overriding.get(query.override.name, "")
    if source is not None and source.subquery is not None:
        text += f" {query_def(p, source.subquery)}"
    elif values is not None:
        text += f" {_values(p, values)}"
    elif query.targetList:
        shown = [_with_columns(p, one.expr) for one in query.targetList if not one.resjunk]
        text += f" VALUES ({', '.join(shown)})"
    else:
        text += " DEFAULT VALUES"
    if query.onConflict is not None:
        text += _on_conflict(p, query)
    return text + _returning(p, query)


def _assigned(node: Any) -> bool:
    return isinstance(node, n.SubscriptingRef) and node.refassgnexpr is not None


def _on_conflict(p: Printer, query: n.Query) -> str:
    clause = query.onConflict
    if clause is None:
        return ""
    text = " ON CONFLICT"
    kept = p.prefix
    if clause.arbiterElems:
        p.prefix = False
        text += f"({', '.join(print_expr(p, one) for one in clause.arbiterElems)})"
        if clause.arbiterWhere is not None:
            text += f" WHERE {print_expr(p, clause.arbiterWhere)}"
        p.prefix = kept
    elif clause.constraint:
        text += f" ON CONSTRAINT {quote_identifier(str(clause.constraint))}"
    if clause.action == enums.OnConflictAction.ONCONFLICT_NOTHING:
        return f"{text} DO NOTHING"
    text += f" DO UPDATE SET {_set_list(p, query, clause.onConflictSet)}"
    if clause.onConflictWhere is not None:
        text += f" WHERE {print_expr(p, clause.onConflictWhere)}"
    return text


def _set_list(p: Printer, query: n.Query, targets: Sequence[Any]) -> str:
    """get_update_query_targetlist_def, without the forms for several columns at once"""
    columns = p.catalog.relation(query.rtable[query.resultRelation - 1].relid).columns
    parts = []
    for one in targets:
        if one.resjunk:
            continue
        multiple = isinstance(one.expr, n.Param) and one.expr.paramkind == enums.ParamKind.PARAM_MULTIEXPR
        if multiple or isinstance(one.expr, n.FieldStore) or _assigned(one.expr):
            raise unprintable("an UPDATE of a part of a column, or of several columns at once")
        parts.append(f"{quote_identifier(columns[one.resno - 1].name)} = {print_expr(p, one.expr)}")
    return ", ".join(parts)


def _update(p: Printer, query: n.Query) -> str:
    text = _with(p, query)
    target = query.rtable[query.resultRelation - 1]
    only = "" if target.inh else "ONLY "
    text += f"UPDATE {only}{p.relation_name(target.relid)}{relation_alias(p, query.resultRelation)}"
    text += f" SET {_set_list(p, query, query.targetList)}"
    text += from_clause(p, query, " FROM ")
    if query.jointree is not None and query.jointree.quals is not None:
        text += f" WHERE {print_expr(p, query.jointree.quals)}"
    return text + _returning(p, query)


def _delete(p: Printer, query: n.Query) -> str:
    text = _with(p, query)
    target = query.rtable[query.resultRelation - 1]
    only = "" if target.inh else "ONLY "
    relation = f"{p.relation_name(target.relid)}{relation_alias(p, query.resultRelation)}"
    text += " ".join(("DELETE FROM", only + relation))
    text += from_clause(p, query, " USING ")
    if query.jointree is not None and query.jointree.quals is not None:
        text += f" WHERE {print_expr(p, query.jointree.quals)}"
    return text + _returning(p, query)


def _returning(p: Printer, query: n.Query) -> str:
    return f" RETURNING{target_list(p, query.returningList, None)}" if query.returningList else ""


__all__ = ["from_item", "open_level", "query_def", "quote_literal", "sort_list", "window_spec"]
