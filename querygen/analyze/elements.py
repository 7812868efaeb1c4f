"""Arrays that a query makes: where a NULL among the elements is to be expected, not only not disproved.

Takes a query and the number of a result column; says whether the column's array is built from values (`array_agg`,
`ARRAY[…]`, `ARRAY(SELECT …)`, a constant with NULL) and not only read from a table. Whether those values may be NULL is
the analysis' answer, `ResultColumn.nullable_elements`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze import nodes as n
from querygen.analyze.nodefuncs import children
from querygen.analyze.nullability import result_entries

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog

_MAKERS: Final = frozenset({"array_agg", "array_append", "array_prepend"})
_Levels = tuple[n.Query, ...]  # the innermost first


def makes_elements(catalog: Catalog, query: n.Query, number: int) -> bool:
    """Whether the array of a result column, counted from 0, is put together by the query or a view it reads."""
    return _column(catalog, (query,), number + 1, frozenset())


def expression_makes_elements(catalog: Catalog, levels: _Levels, expr: n.Expr) -> bool:
    """The same for an expression of the first of these query levels, each inside of the next."""
    return _makes(catalog, levels, expr, frozenset())


def _column(catalog: Catalog, levels: _Levels, attno: int, within: frozenset[int]) -> bool:
    query = levels[0]
    if query.setOperations is not None:
        branches = [one.subquery for one in query.rtable if isinstance(one.subquery, n.Query)]
        return any(_column(catalog, (one, *levels), attno, within) for one in branches)
    entries = result_entries(query)
    return 0 < attno <= len(entries) and _makes(catalog, levels, entries[attno - 1].expr, within)


def _makes(catalog: Catalog, levels: _Levels, expr: Any, within: frozenset[int]) -> bool:
    match expr:
        case n.ArrayExpr():
            return True
        case n.Const():
            return expr.value is not None and "null" in expr.value.lower()
        case n.Aggref() if catalog.proc(expr.aggfnoid).proname in _MAKERS:
            return True
        case n.WindowFunc() if catalog.proc(expr.winfnoid).proname in _MAKERS:
            return True
        case n.FuncExpr() if catalog.proc(expr.funcid).proname in _MAKERS:
            return True
        case n.OpExpr() if catalog.proc(catalog.operator(expr.opno).oprcode).proname in _MAKERS:
            return True
        case n.SubLink() if expr.subLinkType.name == "ARRAY_SUBLINK":
            return True
        case n.SubLink():
            inner = expr.subselect
            return isinstance(inner, n.Query) and _column(catalog, (inner, *levels), 1, within)
        case n.Var() if expr.varlevelsup < len(levels):
            return _of_var(catalog, levels[expr.varlevelsup :], expr, within)
        case n.Var():
            return False
        case _:
            return any(_makes(catalog, levels, one, within) for one in children(expr))


def _of_var(catalog: Catalog, levels: _Levels, var: n.Var, within: frozenset[int]) -> bool:
    rte = levels[0].rtable[var.varno - 1]
    attno = var.varattno
    if attno <= 0:
        return False
    match rte.rtekind.name:
        case "RTE_RELATION":
            relation = catalog.find_relation(rte.relid)
            view = None if relation is None else relation.view_query
            return isinstance(view, n.Query) and _column(catalog, (view,), attno, within)
        case "RTE_SUBQUERY" if rte.subquery is not None:
            return _column(catalog, (rte.subquery, *levels), attno, within)
        case "RTE_JOIN" if attno <= len(rte.joinaliasvars):
            return _makes(catalog, levels, rte.joinaliasvars[attno - 1], within)
        case "RTE_GROUP" if attno <= len(rte.groupexprs):
            return _makes(catalog, levels, rte.groupexprs[attno - 1], within)
        case "RTE_VALUES":
            return any(_makes(catalog, levels, row[attno - 1], within) for row in rte.values_lists if attno <= len(row))
        case "RTE_CTE":
            outer = levels[rte.ctelevelsup :]
            cte = next((one for one in outer[0].cteList if one.ctename == rte.ctename), None) if outer else None
            query = None if cte is None else cte.ctequery
            if not isinstance(query, n.Query) or id(query) in within:  # a recursive one reads itself
                return False
            return _column(catalog, (query, *outer), attno, within | {id(query)})
    return False
