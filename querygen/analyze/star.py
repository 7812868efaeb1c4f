"""`*` written out: the text of a statement with the columns that its stars stood for when it was analysed.

Takes the raw tree, the analysed `Query` and the text; gives the text to send. The generated code unpacks rows by
position, so a column that a later migration adds must not arrive in them. Only stars that reach the result are written
out: those of the select list, of the arms of a set operation, and of RETURNING; inside a subquery a further column
changes nothing for the query around it. A star whose columns cannot be named one by one without doubt (a name twice in
one relation, two relations of one name) stays as it is.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from querygen.analyze.nodes import RangeTblRef, SetOperationStmt, Var
from querygen.analyze.typename import quote_identifier
from querygen.sql.nodes import ast, enums
from querygen.sql.scan import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.analyze.nodes import Expr, Query, TargetEntry
    from querygen.sql.nodes import Node


def expand_stars(stmt: Node, query: Query, sql: str) -> str:
    """The text with its outermost stars written out; the same text if there are none."""
    for start, end, columns in reversed(star_edits(stmt, query, sql)):
        sql = sql[:start] + columns + sql[end:]
    return sql


def star_edits(stmt: Node, query: Query, sql: str) -> list[tuple[int, int, str]]:
    """From where to where each outermost star stands, and its columns; in the order of the text."""
    edits = [
        (start, end, columns)
        for raw_targets, entries, level in _target_lists(stmt, query)
        for start, end, columns in _edits(raw_targets, entries, level, sql)
    ]
    return sorted(edits)


def _target_lists(stmt: Node, query: Query) -> Iterator[tuple[Sequence[Node], Sequence[TargetEntry], Query]]:
    """The raw lists whose columns are the result's, each with its analysed entries and its query level."""
    if isinstance(stmt, ast.SelectStmt):
        if stmt.op == enums.SetOperation.SETOP_NONE:
            yield stmt.targetList or (), query.targetList, query
        elif query.setOperations is not None:
            yield from _arms(stmt, query.setOperations, query)
        return
    returning = getattr(stmt, "returningClause", None)
    if returning is not None:
        yield returning.exprs or (), query.returningList, query


def _arms(
    stmt: Node, tree: SetOperationStmt | RangeTblRef, query: Query
) -> Iterator[tuple[Sequence[Node], Sequence[TargetEntry], Query]]:
    if isinstance(tree, SetOperationStmt):
        yield from _arms(stmt.larg, tree.larg, query)
        yield from _arms(stmt.rarg, tree.rarg, query)
    elif (arm := query.rtable[tree.rtindex - 1].subquery) is not None:
        yield from _target_lists(stmt, arm)


def _is_star(target: Node) -> bool:
    return isinstance(target.val, ast.ColumnRef) and isinstance(target.val.fields[-1], ast.A_Star)


def star_ranges(stmt: Node, query: Query) -> list[tuple[int, int, int]]:
    """For each star that reaches the result through the statement's own list: its place, first column and how many.

    Columns count from 0. Nothing is given for the arms of a set operation, and where the numbers cannot be known.
    """
    found = []
    if not isinstance(stmt, ast.SelectStmt) or stmt.op == enums.SetOperation.SETOP_NONE:
        for raw_targets, entries, level in _target_lists(stmt, query):
            found = [(star.location, first, count) for star, first, count in _ranges(raw_targets, entries, level)]
    return found


def _ranges(raw_targets: Sequence[Node], entries: Sequence[TargetEntry], query: Query) -> list[tuple[Node, int, int]]:
    """Each star with the entries that it became: (star, first, count). The Vars of a grouped query have no place."""
    stars = [target.val for target in raw_targets if isinstance(target, ast.ResTarget) and _is_star(target)]
    rows = [target for target in raw_targets if isinstance(target.val, ast.A_Indirection)]
    if not stars or any(isinstance(target.val.indirection[-1], ast.A_Star) for target in rows):
        return []  # (expression).* has as many columns as its type, which only the analysis knew
    total = sum(not entry.resjunk for entry in entries)
    widths = {id(star): _width(star, query) for star in stars}
    unknown = [star for star in stars if widths[id(star)] is None]
    rest = total - (len(raw_targets) - len(stars)) - sum(width or 0 for width in widths.values())
    if len(unknown) > 1 or rest < 0 or (rest and not unknown):
        return []
    found, position = [], 0
    for target in raw_targets:
        count: int | None = 1
        if _is_star(target):
            count = widths[id(target.val)]
            count = rest if count is None else count
            found.append((target.val, position, count))
        position += count or 0
    return found


def _width(star: Node, query: Query) -> int | None:
    """How many columns `name.*` has; None for `*` alone and for a name that is not plain."""
    if len(star.fields) < 2:
        return None
    name = star.fields[-2].sval
    if name in (query.returningOldAlias or "old", query.returningNewAlias or "new"):
        target = query.rtable[query.resultRelation - 1] if query.resultRelation else None
        return sum(1 for column in target.eref.colnames if column) if target is not None else None
    widths = [
        sum(1 for column in rte.eref.colnames if column)
        for index, rte in enumerate(query.rtable, 1)
        if rte.eref.aliasname == name and (rte.inFromCl or index == query.resultRelation)
    ]
    return widths[0] if len(widths) == 1 else None


def _edits(
    raw_targets: Sequence[Node], entries: Sequence[TargetEntry], query: Query, sql: str
) -> Iterator[tuple[int, int, str]]:
    for star, first, count in _ranges(raw_targets, entries, query):
        columns = [ungrouped(entry.expr, query) for entry in entries[first : first + count]]
        variables = [column for column in columns if isinstance(column, Var)]
        end = _end(sql, star.location) if star.location >= 0 else None  # TABLE t has a star that nobody wrote
        if end is None or len(variables) != count:
            continue
        if names := _names(variables, query, qualified=len(star.fields) > 1):
            yield star.location, end, ", ".join(names)


def ungrouped(expr: Expr, query: Query) -> Expr:
    """What a column of GROUP BY's range table entry stands for."""
    if isinstance(expr, Var) and not expr.varlevelsup:
        rte = query.rtable[expr.varno - 1]
        if rte.rtekind == enums.RTEKind.RTE_GROUP:
            return rte.groupexprs[expr.varattno - 1]
    return expr


def _end(sql: str, start: int) -> int | None:
    """Where the `*` of the star that starts here ends."""
    return next((end for _kind, first, end in tokenize(sql, start) if sql[first:end] == "*"), None)


def _names(columns: Sequence[Var], query: Query, *, qualified: bool) -> list[str]:
    """How each column is written; none if one of them cannot be."""
    relations = Counter(
        rte.eref.aliasname for index, rte in enumerate(query.rtable, 1) if rte.inFromCl or index == query.resultRelation
    )
    several = qualified or sum(relations.values()) > 1
    found: list[str] = []
    for var in columns:
        rte = query.rtable[var.varnosyn - 1]
        name = rte.eref.colnames[var.varattnosyn - 1] if var.varattnosyn > 0 else ""
        if not name or var.varlevelsup or rte.eref.colnames.count(name) > 1:
            return []
        qualifier = _qualifier(var, query)
        if qualifier is None or relations[qualifier] > 1:
            return []
        bare = not several or not qualifier
        found.append(quote_identifier(name) if bare else f"{quote_identifier(qualifier)}.{quote_identifier(name)}")
    return found


def _qualifier(var: Var, query: Query) -> str | None:
    """The name before the dot: "" where there is none to write, None where it cannot be known."""
    kinds = enums.VarReturningType
    if var.varreturningtype == kinds.VAR_RETURNING_OLD:
        return query.returningOldAlias or "old"
    if var.varreturningtype == kinds.VAR_RETURNING_NEW:
        return query.returningNewAlias or "new"
    rte = query.rtable[var.varnosyn - 1]
    if rte.alias is not None:
        return rte.alias.aliasname
    match rte.rtekind:
        case enums.RTEKind.RTE_JOIN:
            return ""  # a column that USING merged
        case enums.RTEKind.RTE_RELATION | enums.RTEKind.RTE_CTE | enums.RTEKind.RTE_FUNCTION:
            return rte.eref.aliasname
        case _:
            return None
