"""Trees with some nodes replaced: the port of C's mutators for frozen nodes.

Takes a node and a function from a child to what stands in its place; gives the node itself if nothing changed, else a
copy with the changed fields. Mirrors expression_tree_mutator and query_tree_mutator of `nodeFuncs.c`. Below it,
`flatten_join_alias_vars` of `var.c`, which PostgreSQL's parser uses to compare columns of joins with those below.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze.nodes import (
    Alias,
    ArrayCoerceExpr,
    CoalesceExpr,
    CoerceViaIO,
    CommonTableExpr,
    Expr,
    FuncExpr,
    Query,
    RangeTblEntry,
    RelabelType,
    RowExpr,
    SortGroupClause,
    Var,
)
from querygen.analyze.pgtypes import RECORDOID
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Nodes that hold no expressions.
_LEAVES = (Alias, SortGroupClause)
_MUTABLE = (Query, RangeTblEntry, CommonTableExpr)


@cache
def _field_names(node_class: type[Any]) -> tuple[str, ...]:
    return tuple(node_class.__struct_fields__)


def mutate_children(node: Any, mutate: Callable[[Any], Any]) -> Any:
    """nodeFuncs.c: expression_tree_mutator; of a Query, query_tree_mutator — who counts levels does so around it."""
    changed = {}
    for name in _field_names(node.__class__):
        value = getattr(node, name)
        new = _mutate_value(value, mutate)
        if new is not value:
            changed[name] = new
    if not changed:
        return node
    if isinstance(node, _MUTABLE):
        result = copy.copy(node)
        for name, new in changed.items():
            setattr(result, name, new)
        return result
    return replace(node, **changed)


def _mutate_value(value: Any, mutate: Callable[[Any], Any]) -> Any:
    if isinstance(value, tuple | list):
        items = [_mutate_value(one, mutate) for one in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, Struct) and not isinstance(value, _LEAVES):
        return mutate(value)
    return value


# ---------------------------------------------------------------------------------------------- join alias Vars


def flatten_join_alias_vars(rtable: Sequence[RangeTblEntry], node: Any) -> Any:
    """var.c: flatten_join_alias_vars — Vars of the query's joins become what the joins take from their inputs."""
    return _Flattener(rtable, 0).mutate_value(node)


class _Flattener:
    """flatten_join_alias_vars_context"""

    __slots__ = ("rtable", "sublevels_up")

    def __init__(self, rtable: Sequence[RangeTblEntry], sublevels_up: int) -> None:
        self.rtable = rtable
        self.sublevels_up = sublevels_up

    def mutate_value(self, value: Any) -> Any:
        return _mutate_value(value, self.mutate)

    def mutate(self, node: Any) -> Any:
        """var.c: flatten_join_alias_vars_mutator"""
        if isinstance(node, Var):
            return self._flatten_var(node)
        if isinstance(node, Query):
            self.sublevels_up += 1
            result = mutate_children(node, self.mutate)
            self.sublevels_up -= 1
            return result
        return mutate_children(node, self.mutate)

    def _flatten_var(self, var: Var) -> Expr:
        if var.varlevelsup != self.sublevels_up or var.varno < 1:
            return var
        rte = self.rtable[var.varno - 1]
        if rte.rtekind != enums.RTEKind.RTE_JOIN:
            return var
        if var.varattno == 0:
            values = zip(rte.eref.colnames, rte.joinaliasvars, strict=True)
            columns = [(name, self._join_input(value, var)) for name, value in values if value is not None]
            row = RowExpr(
                tuple(value for _, value in columns),
                RECORDOID if var.vartype == RECORDOID else var.vartype,
                enums.CoercionForm.COERCE_IMPLICIT_CAST,
                tuple(name for name, _ in columns) if var.vartype == RECORDOID else (),
                var.location,
            )
            whole: Expr = _add_nullingrels(row, var)
            return whole
        found = rte.joinaliasvars[var.varattno - 1]
        if found is None:
            return var
        column: Expr = _add_nullingrels(self._join_input(found, var), var)
        return column

    def _join_input(self, value: Expr, var: Var) -> Expr:
        """A column of a join's input, seen from where the join's Var stands; the input may be a join itself."""
        result: Expr = value
        if self.sublevels_up:
            result = _increment_levels(result, self.sublevels_up)
        if isinstance(result, Var):
            result = replace(result, location=var.location)
        flat: Expr = self.mutate(result)
        return flat


def _increment_levels(node: Any, delta: int) -> Any:
    """rewriteManip.c: IncrementVarSublevelsUp, for what a join's alias can be: Vars, coercions and COALESCE."""
    if isinstance(node, Var):
        return replace(node, varlevelsup=node.varlevelsup + delta)
    return mutate_children(node, lambda child: _increment_levels(child, delta))


def _add_nullingrels(node: Any, old: Var) -> Any:
    """var.c: add_nullingrels_if_needed — the outer joins above the join that can null its Var."""
    if not old.varnullingrels:
        return node
    match node:
        case Var():
            return replace(node, varnullingrels=node.varnullingrels | old.varnullingrels)
        case RelabelType() | CoerceViaIO() | ArrayCoerceExpr():
            return replace(node, arg=_add_nullingrels(node.arg, old))
        case FuncExpr(args=args) if args:
            return replace(node, args=(_add_nullingrels(args[0], old), *args[1:]))
        case CoalesceExpr() | RowExpr():
            return replace(node, args=tuple(_add_nullingrels(arg, old) for arg in node.args))
    return node
