"""What an analysed query or expression needs: recordDependencyOnExpr of `dependency.c`.

Takes the address of a view or a function and its query; writes rows of pg_depend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.nodefuncs import children, query_exprs
from querygen.analyze.nodes import FuncExpr, OpExpr, Query, RangeTblEntry, Var
from querygen.catalog.ddl_depend import NORMAL, Address
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.ddl_state import DdlState


def below(node: Any) -> Iterator[Any]:
    """What stands below a node; of a join's columns only the merged ones (find_expr_references_walker)."""
    match node:
        case Query():
            yield from query_exprs(replace(node, rtable=[]))
            yield from node.rtable
        case RangeTblEntry():
            if node.subquery is not None:
                yield node.subquery
            for row in node.values_lists:
                yield from row
            yield from node.functions
            yield from node.groupexprs
            yield from (one for one in node.joinaliasvars[: node.joinmergedcols] if one is not None)
            yield from (one for one in (node.tablefunc, node.tablesample) if one is not None)
        case _:
            yield from children(node)


def record_query(state: DdlState, me: Address, query: Any) -> None:
    """recordDependencyOnExpr: relations with the columns used, functions, operators, types.

    Takes the query of a view's rule or of a function's body, or the expression of an argument's default.
    """
    found: dict[Address, None] = {}
    # each query on the way brings the range table that Vars count in
    stack: list[tuple[Any, tuple[Query, ...]]] = [(query, ())]
    while stack:
        node, levels = stack.pop()
        match node:
            case Query():
                levels = (node, *levels)
                for entry in node.rtable:
                    if entry.relid and entry.rtekind == enums.RTEKind.RTE_RELATION:
                        found[Address("relation", entry.relid)] = None
            case Var():
                if node.varlevelsup < len(levels) and node.varattno > 0:
                    entry = levels[node.varlevelsup].rtable[node.varno - 1]
                    if entry.relid and entry.rtekind == enums.RTEKind.RTE_RELATION:
                        found[Address("relation", entry.relid, node.varattno)] = None
                found[Address("type", node.vartype)] = None
            case FuncExpr():
                found[Address("proc", node.funcid)] = None
                found[Address("type", node.funcresulttype)] = None
            case OpExpr():
                found[Address("operator", node.opno)] = None
            case _:
                for attribute, kind in (
                    ("aggfnoid", "proc"),
                    ("winfnoid", "proc"),
                    ("resulttype", "type"),
                    ("consttype", "type"),
                ):
                    oid = getattr(node, attribute, 0)
                    if oid:
                        found[Address(kind, oid)] = None
        stack.extend((child, levels) for child in below(node))
    for address in found:
        if address != me:
            state.depend.record(me, address, NORMAL)
