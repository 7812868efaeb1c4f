"""Does an expression or a query call a volatile function, which may give another value each time that it is asked?

Takes an analysed tree; the queries of the views in it are looked at, too. clauses.c: contain_volatile_functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.analyze import nodes as n
from querygen.analyze.nodefuncs import walk_levels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.analyze.nodefuncs import AnalyzedNode
    from querygen.catalog.catalog import Catalog


def is_volatile(catalog: Catalog, tree: AnalyzedNode | Iterable[AnalyzedNode] | None) -> bool:
    return any(type(node) in CALLING and calls_volatile(catalog, node) for node, _level in walk_levels(tree))


# The kinds of nodes that call a function.
CALLING: Final = frozenset(
    {n.Aggref, n.WindowFunc, n.FuncExpr, n.OpExpr, n.DistinctExpr, n.NullIfExpr, n.ScalarArrayOpExpr, n.Query}
)


def calls_volatile(catalog: Catalog, node: AnalyzedNode) -> bool:
    """Does the node itself, not what is below it, call one? Of a query: do the views in it?"""
    match node:
        case n.Aggref():
            function = node.aggfnoid
        case n.WindowFunc():
            function = node.winfnoid
        case n.FuncExpr():
            function = node.funcid
        case n.OpExpr() | n.DistinctExpr() | n.NullIfExpr() | n.ScalarArrayOpExpr():
            function = catalog.operator(node.opno).oprcode
        case n.Query():
            return any(is_volatile(catalog, view) for view in views_of(node, catalog))
        case _:
            return False
    return catalog.proc(function).provolatile == "v"


def views_of(query: n.Query, catalog: Catalog) -> list[n.Query]:
    """The queries of the views in a query's range table."""
    relations = [catalog.find_relation(rte.relid) for rte in query.rtable if rte.relid]
    return [one.view_query for one in relations if one is not None and one.kind == "v" and one.view_query is not None]
