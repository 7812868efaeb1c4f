"""`qg.after(created_at, id)`: the condition of keyset pagination, as the ORDER BY beside it wants it.

Takes the analysed statement, in which the macro is a comparison of rows; gives the text of the condition. The ORDER BY
has to begin with the same columns, and they have to be NOT NULL and to tell all rows apart: then "after" is one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.analyze import nodes as n
from querygen.analyze.cardinality_keys import base_relations, entered, has_full_join, single_relations
from querygen.analyze.dynamic_joins import always, levels
from querygen.analyze.nodefuncs import expr_type, expression_returns_set, walk_levels
from querygen.analyze.nullability_expr import verdict
from querygen.analyze.nullability_scope import Env
from querygen.analyze.star import ungrouped
from querygen.analyze.typcache import lookup_type_cache
from querygen.analyze.typename import quote_identifier
from querygen.diagnostics import DiagnosticError, error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.dynamic_cuts import Cut
    from querygen.analyze.nodes import Expr, Query
    from querygen.analyze.nullability_scope import Scope
    from querygen.catalog.catalog import Catalog
    from querygen.ir import Mark, MarkColumn

NO_KEYSET: Final = "QG343"


def after_condition(mark: Mark, query: Query, catalog: Catalog, cuts: Sequence[Cut]) -> str:
    """The condition that holds for the rows behind the cursor. `cuts` are the conditions that may be left out."""
    found, columns = _compared(mark, query, catalog)
    descending = _directions(mark, found.query, columns, catalog)
    # Neither may be proved by what may be left out, such as the comparison itself.
    scope = entered(Env(catalog), always(found.query, cuts), found.parent)
    _check_not_null(mark, scope, columns)
    _check_unique(mark, scope, columns)
    names = [one.text for one in mark.columns]
    values = [f"${number}" for number in mark.numbers]
    if len(set(descending)) == 1:
        sign = "<" if descending[0] else ">"
        if len(names) == 1:
            return f"{names[0]} {sign} {values[0]}"
        return f"({', '.join(names)}) {sign} ({', '.join(values)})"
    condition = ""
    for name, value, down in reversed(list(zip(names, values, descending, strict=True))):
        sign = "<" if down else ">"
        if not condition:
            condition = f"{name} {sign} {value}"
        elif name == names[0]:
            # The first comparison alone is what an index on the columns can begin with.
            condition = f"({name} {sign}= {value} AND ({name} {sign} {value} OR {condition}))"
        else:
            condition = f"{name} {sign} {value} OR ({name} = {value} AND ({condition}))"
    return condition


def _refused(mark: Mark, message: str, hint: str | None = None, column: MarkColumn | None = None) -> DiagnosticError:
    return DiagnosticError(error(NO_KEYSET, message, column.span if column else mark.span, hint))


def _compared(mark: Mark, query: Query, catalog: Catalog) -> tuple[Scope, list[n.Var]]:
    """The level in whose WHERE the comparison stands, and the columns that it compares."""
    for scope in levels(Env(catalog), query, None):
        quals = scope.query.jointree.quals if scope.query.jointree is not None else None
        for node, level in walk_levels(quals):
            if level:
                continue
            left, right = _sides(node)
            numbers = [one.paramid for one in map(_plain, right) if isinstance(one, n.Param)]
            if not numbers or numbers != list(mark.numbers):
                continue
            columns = [ungrouped(_plain(one), scope.query) for one in left]
            for one, column in zip(columns, mark.columns, strict=True):
                if not isinstance(one, n.Var) or one.varlevelsup:
                    raise _refused(mark, f'"{column.text}" is no column of this FROM', None, column)
            return scope, [one for one in columns if isinstance(one, n.Var)]
    raise _refused(
        mark, "qg.after stands in no WHERE", "Write it as an AND-ed condition of WHERE, beside the ORDER BY."
    )


def _sides(node: object) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    match node:
        case n.RowCompareExpr():
            return node.largs, node.rargs
        case n.OpExpr() if len(node.args) == 2:
            return node.args[:1], node.args[1:]
        case _:
            return (), ()


def _plain(expr: Expr) -> Expr:
    while isinstance(expr, n.RelabelType):
        expr = expr.arg
    return expr


def _directions(mark: Mark, query: Query, columns: list[n.Var], catalog: Catalog) -> list[bool]:
    """Of each column, whether ORDER BY sorts it in descending order."""
    listed = ", ".join(one.text for one in mark.columns)
    hint = f"Write ORDER BY {listed}, each with the direction that you want, beside it."
    by_ref = {entry.ressortgroupref: entry.expr for entry in query.targetList if entry.ressortgroupref}
    if query.distinctClause or query.groupingSets:
        raise _refused(mark, "qg.after cannot tell the rows of DISTINCT or of grouping sets apart")
    descending: list[bool] = []
    for clause, column, written in zip(query.sortClause, columns, mark.columns, strict=False):
        expr = ungrouped(_plain(by_ref[clause.tleSortGroupRef]), query)
        if not isinstance(expr, n.Var) or (expr.varno, expr.varattno) != (column.varno, column.varattno):
            raise _refused(mark, f'ORDER BY does not begin with ({listed}): "{written.text}" differs', hint, written)
        order = lookup_type_cache(catalog, expr_type(by_ref[clause.tleSortGroupRef]))
        if clause.sortop != (order.gt_opr if clause.reverse_sort else order.lt_opr):
            message = f'ORDER BY sorts "{written.text}" by another operator than its type\'s own < or >'
            raise _refused(mark, message, hint, written)
        descending.append(clause.reverse_sort)
    if len(descending) < len(columns):
        missing = mark.columns[len(descending)]
        raise _refused(mark, f'the ORDER BY beside qg.after does not sort by "{missing.text}"', hint, missing)
    return descending


def _check_not_null(mark: Mark, scope: Scope, columns: list[n.Var]) -> None:
    """A comparison with NULL holds for no row: such a column cannot be part of a cursor."""
    for column, written in zip(columns, mark.columns, strict=True):
        known = verdict(scope, column)
        if known.nullable:
            message = f'"{written.text}" may be NULL, so that rows would be left out: {known.why}'
            raise _refused(mark, message, "Sort by a column that is NOT NULL.", written)


def _check_unique(mark: Mark, scope: Scope, columns: list[n.Var]) -> None:
    query = scope.query
    if expression_returns_set(query.targetList):
        message = "a set-returning function gives several rows for one, some of which would be left out"
        raise _refused(mark, message, "Call it in a query around this one.")
    bound = [(one.varno, one.varattno) for one in columns]
    if query.jointree is None:
        return
    relations = set(base_relations(query.jointree))
    if query.groupClause:
        by_ref = {entry.ressortgroupref: entry.expr for entry in query.targetList if entry.ressortgroupref}
        keys = [ungrouped(_plain(by_ref[one.tleSortGroupRef]), query) for one in query.groupClause]
        if all(isinstance(one, n.Var) and (one.varno, one.varattno) in bound for one in keys):
            return
    elif relations <= single_relations(scope, bound) and not has_full_join(scope, query.jointree):
        return
    several = sorted(relations - single_relations(scope, bound))
    name = query.rtable[(several or sorted(relations))[0] - 1].eref.aliasname
    listed = ", ".join(one.text for one in mark.columns)
    message = f"({listed}) may be the same in several rows, some of which would be left out"
    hint = f"End it, and the ORDER BY, in a unique key of {quote_identifier(name)}."
    raise _refused(mark, message, hint)
