"""FROM printed as SQL, and what range table entries and their columns are called.

Takes a `Query` and a `Printer`. Mirrors `ruleutils.c`: set_deparse_for_query (set_rtable_names,
set_relation_column_names, set_join_column_names), get_from_clause, get_from_clause_item, get_column_alias_list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import nodes as n
from querygen.analyze.typename import quote_identifier
from querygen.catalog.ruleutils_expr import print_const, print_expr, unprintable
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.ruleutils import Level, Printer

K = enums.RTEKind
J = enums.JoinType


# ---------------------------------------------------------------------------------------------- names


def open_level(p: Printer, query: n.Query) -> Level:
    """set_deparse_for_query"""
    from querygen.catalog.ruleutils import Level

    names = _relation_names(p, query)
    level = Level(query.rtable, query.cteList, names, [[] for _ in query.rtable])
    level.windows, level.targets = query.windowClause, query.targetList
    level.old_alias, level.new_alias = query.returningOldAlias or "old", query.returningNewAlias or "new"
    for place, entry in enumerate(query.rtable):
        if entry.rtekind != K.RTE_JOIN:
            level.columns[place] = _column_names(p, entry)
    for place, entry in enumerate(query.rtable):
        if entry.rtekind == K.RTE_JOIN:
            level.columns[place] = _join_columns(level, entry)
    return level


def _relation_names(p: Printer, query: n.Query) -> list[str | None]:
    """set_rtable_names: aliases, made different from one another and from those of the queries around."""
    used = {name for level in p.levels for name in level.names if name}
    names: list[str | None] = []
    for entry in query.rtable:
        name: str | None
        if entry.alias is not None:
            name = entry.alias.aliasname
        elif entry.rtekind == K.RTE_RELATION:
            found = p.catalog.find_relation(entry.relid)
            name = found.name if found is not None else entry.eref.aliasname
        elif entry.rtekind in (K.RTE_JOIN, K.RTE_GROUP):
            name = None
        else:
            name = entry.eref.aliasname
        if name is not None:
            wanted, number = name, 0
            while name in used:
                number += 1
                name = f"{wanted}_{number}"
            used.add(name)
        names.append(name)
    return names


def _column_names(p: Printer, entry: Any) -> list[str | None]:
    """set_relation_column_names"""
    given = entry.alias.colnames if entry.alias is not None else ()
    real: list[str | None]
    if entry.rtekind == K.RTE_RELATION:
        relation = p.catalog.relation(entry.relid)
        real = [None if column.dropped else column.name for column in relation.columns]
    else:
        real = [name or None for name in entry.eref.colnames]
        return real
    names: list[str | None] = []
    used: set[str] = set()
    for place, name in enumerate(real):
        if name is None:
            names.append(None)
            continue
        chosen = given[place] if place < len(given) and given[place] else name
        wanted, number = chosen, 0
        while chosen in used:
            number += 1
            chosen = f"{wanted}_{number}"
        used.add(chosen)
        names.append(chosen)
    return names


def _join_columns(level: Level, entry: Any) -> list[str | None]:
    """set_join_column_names: what the columns of the two sides are called, unless the join has an alias."""
    given = entry.alias.colnames if entry.alias is not None else ()
    names: list[str | None] = []
    for place, alias_var in enumerate(entry.joinaliasvars):
        name = entry.eref.colnames[place] if place < len(entry.eref.colnames) else None
        if place < len(given) and given[place]:
            name = given[place]
        elif place >= entry.joinmergedcols and isinstance(alias_var, n.Var) and alias_var.varattno > 0:
            below = level.columns[alias_var.varno - 1]
            if below and alias_var.varattno <= len(below):
                name = below[alias_var.varattno - 1]
        names.append(name)
    return names


def relation_alias(p: Printer, number: int) -> str:
    """get_rte_alias of a target relation"""
    entry = p.levels[0].rtable[number - 1]
    name = p.levels[0].names[number - 1]
    relation = p.catalog.find_relation(entry.relid)
    if name is not None and (entry.alias is not None or relation is None or relation.name != name):
        return f" {quote_identifier(name)}"
    return ""


# ---------------------------------------------------------------------------------------------- FROM


def from_clause(p: Printer, query: n.Query, prefix: str) -> str:
    """get_from_clause"""
    if query.jointree is None:
        return ""
    parts = []
    for node in query.jointree.fromlist:
        if isinstance(node, n.RangeTblRef):
            if not query.rtable[node.rtindex - 1].inFromCl:
                continue
        parts.append(from_item(p, node))
    return prefix + ", ".join(parts) if parts else ""


def from_item(p: Printer, node: Any) -> str:
    """get_from_clause_item"""
    match node:
        case n.RangeTblRef():
            return _entry(p, node.rtindex)
        case n.JoinExpr():
            return _join(p, node)
    raise unprintable("this FROM")


def _entry(p: Printer, number: int) -> str:
    level = p.levels[0]
    entry = level.rtable[number - 1]
    name = level.names[number - 1] or ""
    text = "LATERAL " if entry.lateral and entry.rtekind != K.RTE_FUNCTION else ""
    coldefs = False
    must_alias = False
    match entry.rtekind:
        case K.RTE_RELATION:
            relation = p.catalog.find_relation(entry.relid)
            text += ("" if entry.inh else "ONLY ") + p.relation_name(entry.relid)
            must_alias = relation is None or relation.name != name
        case K.RTE_SUBQUERY:
            text += f"({p.subquery(entry.subquery)})"
            must_alias = True
        case K.RTE_FUNCTION:
            text, coldefs = _functions(p, entry)
            must_alias = True
        case K.RTE_TABLEFUNC:
            from querygen.catalog.ruleutils_tablefunc import table_func

            text += table_func(p, entry.tablefunc)
            must_alias = True
        case K.RTE_VALUES:
            rows = [f"({', '.join(print_expr(p, one) for one in row)})" for row in entry.values_lists]
            text += f"(VALUES {', '.join(rows)})"
            must_alias = True
        case K.RTE_CTE:
            text += quote_identifier(entry.ctename or "")
            must_alias = entry.ctename != name
        case _:
            raise unprintable(f"a range table entry of kind {entry.rtekind.name}")
    if must_alias or entry.alias is not None:
        text += f" {quote_identifier(name)}"
        if coldefs:
            text += _definitions(p, entry)
        elif _shows_columns(p, entry, number):
            text += f"({', '.join(quote_identifier(one) for one in level.columns[number - 1] if one)})"
    elif coldefs:
        text += " AS " + _definitions(p, entry)
    if entry.tablesample is not None:
        text += _sample(p, entry.tablesample)
    return text


def _shows_columns(p: Printer, entry: Any, number: int) -> bool:
    """printaliases: where a column is not called what the thing itself calls it"""
    if entry.alias is not None and entry.alias.colnames and entry.rtekind != K.RTE_RELATION:
        return True
    if entry.rtekind == K.RTE_RELATION:
        real = [None if one.dropped else one.name for one in p.catalog.relation(entry.relid).columns]
        return real != p.levels[0].columns[number - 1]
    return entry.rtekind == K.RTE_VALUES or (entry.rtekind == K.RTE_FUNCTION and not _defined(entry))


def _defined(entry: Any) -> bool:
    return len(entry.functions) == 1 and bool(entry.functions[0].funccolnames)


def _functions(p: Printer, entry: Any) -> tuple[str, bool]:
    lateral = "LATERAL " if entry.lateral else ""
    if len(entry.functions) == 1 and (not entry.functions[0].funccolnames or not entry.funcordinality):
        text = _call(p, entry.functions[0].funcexpr)
        if entry.funcordinality:
            text += " WITH ORDINALITY"
        return lateral + text, _defined(entry)
    parts = []
    for one in entry.functions:
        part = _call(p, one.funcexpr)
        if one.funccolnames:
            part += f" AS {_column_definitions(p, one)}"
        parts.append(part)
    text = f"ROWS FROM({', '.join(parts)})"
    if entry.funcordinality:
        text += " WITH ORDINALITY"
    return lateral + text, False


def _call(p: Printer, node: Any) -> str:
    """get_rule_expr_funccall: FROM takes calls, and casts only in a form that looks like one"""
    text = print_expr(p, node, showimplicit=True)
    if isinstance(node, (n.FuncExpr, n.SQLValueFunction, n.CoalesceExpr, n.MinMaxExpr, n.NullIfExpr)):
        return text
    return f"CAST({text} AS {p.type(_type_of(node))})"


def _type_of(node: Any) -> int:
    from querygen.analyze.nodefuncs import expr_type

    return expr_type(node)


def _definitions(p: Printer, entry: Any) -> str:
    return _column_definitions(p, entry.functions[0])


def _column_definitions(p: Printer, function: Any) -> str:
    """get_from_clause_coldeflist"""
    parts = [
        f"{quote_identifier(name)} {p.type(type_oid, typmod)}"
        for name, type_oid, typmod in zip(
            function.funccolnames, function.funccoltypes, function.funccoltypmods, strict=True
        )
    ]
    return f"({', '.join(parts)})"


def _sample(p: Printer, node: Any) -> str:
    name = p.catalog.proc(node.tsmhandler).proname
    text = f" TABLESAMPLE {quote_identifier(name)} ({', '.join(print_expr(p, one) for one in node.args)})"
    if node.repeatable is not None:
        text += f" REPEATABLE ({print_expr(p, node.repeatable)})"
    return text


_JOINS = {J.JOIN_INNER: "JOIN", J.JOIN_LEFT: "LEFT JOIN", J.JOIN_FULL: "FULL JOIN", J.JOIN_RIGHT: "RIGHT JOIN"}


def _join(p: Printer, node: n.JoinExpr) -> str:
    left = from_item(p, node.larg)
    right = from_item(p, node.rarg)
    if isinstance(node.rarg, n.JoinExpr) and node.rarg.alias is None:
        right = f"({right})"
    word = _JOINS[node.jointype]
    tail = ""
    if node.usingClause:
        tail = f" USING ({', '.join(quote_identifier(one) for one in node.usingClause)})"
        if node.join_using_alias is not None:
            tail += f" AS {quote_identifier(node.join_using_alias.aliasname)}"
    elif node.quals is not None:
        tail = f" ON ({_stripped(print_expr(p, node.quals))})"
    elif node.jointype == J.JOIN_INNER:
        word = "CROSS JOIN"
    else:
        tail = " ON (true)"
    text = f"{left} {word} {right}{tail}"
    if node.alias is not None:
        text = f"({text}) {quote_identifier(p.levels[0].names[node.rtindex - 1] or '')}"
        if node.alias.colnames:
            names = [one for one in p.levels[0].columns[node.rtindex - 1] if one]
            text += f"({', '.join(quote_identifier(one) for one in names)})"
        return text
    return f"({text})" if isinstance(node.larg, n.JoinExpr) or isinstance(node.rarg, n.JoinExpr) else text


def _stripped(text: str) -> str:
    return text


def values(rows: Any) -> Iterator[Any]:
    """The expressions of all rows of VALUES, one after another."""
    for row in rows:
        yield from row


__all__ = ["from_clause", "from_item", "open_level", "print_const", "relation_alias"]
