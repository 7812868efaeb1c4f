"""Which collation each expression has, and by which one each function compares.

Takes finished expressions; writes into their nodes (`varcollid` and such are there already, `opcollid`, `inputcollid` …
are put in), as C does. Raises 42P21 where two COLLATE clauses, or two collations of something that is sorted, do not
agree. Mirrors `parse_collate.c`.

Nothing but an error depends on it, and there is none where the default collation is the only one: then `in_play` says
that the statement can do without.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import force_setattr

from querygen.analyze import nodefuncs
from querygen.analyze import nodes as n
from querygen.analyze.nodefuncs import expr_collation, expr_location
from querygen.analyze.pgtypes import DEFAULT_COLLATION_OID as DEFAULT_COLLATION_OID
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.nodes import Expr, Query
    from querygen.analyze.state import ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid


class _Strength(IntEnum):
    """CollateStrength"""

    NONE = 0
    IMPLICIT = 1
    CONFLICT = 2
    EXPLICIT = 3


_NONE: Final = _Strength.NONE
_IMPLICIT: Final = _Strength.IMPLICIT
_CONFLICT: Final = _Strength.CONFLICT
_EXPLICIT: Final = _Strength.EXPLICIT


class _Context:
    """assign_collations_context: what the parts of an expression have agreed on so far."""

    __slots__ = ("catalog", "collation", "collation2", "location", "location2", "strength")

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.collation: Oid = 0
        self.strength = _NONE
        self.location = -1
        self.collation2: Oid = 0  # with CONFLICT: the other one
        self.location2 = -1

    def mismatch(self) -> PgError:
        """The complaint about two implicit collations."""
        return PgError(
            "42P21",
            f'collation mismatch between implicit collations "{self.catalog.collation_name(self.collation)}"'
            f' and "{self.catalog.collation_name(self.collation2)}"',
            self.location2,
            hint="You can choose the collation by applying the COLLATE clause to one or both expressions.",
        )


def in_play(catalog: Catalog, sourcetext: str) -> bool:
    """Can a statement meet two collations that do not agree?

    For that one of them is named in the statement, or in the schema: "default" gives way to any other, and all of
    PostgreSQL's own columns and types that have another have "C".
    """
    return catalog.has_collations or "collate" in sourcetext.lower()


# ---------------------------------------------------------------------------------------------- entry points


def assign_query_collations(ps: ParseState, query: Query) -> None:
    """parse_collate.c: assign_query_collations — each expression of the clauses by itself; subqueries are done."""
    if not ps.collating:
        return
    assign_list_collations(ps, query.targetList)
    if query.onConflict is not None:
        _assign_on_conflict(ps, query.onConflict)
    for action in query.mergeActionList:
        context = _Context(ps.catalog)
        _walk(action.qual, context)
        _walk_all(action.targetList, context)
    assign_expr_collations(ps, query.mergeJoinCondition)
    assign_list_collations(ps, query.returningList)
    if query.jointree is not None:
        _assign_join_tree(ps, query.jointree)
    assign_expr_collations(ps, query.havingQual)
    assign_expr_collations(ps, query.limitOffset)
    assign_expr_collations(ps, query.limitCount)
    for window in query.windowClause:
        assign_expr_collations(ps, window.startOffset)
        assign_expr_collations(ps, window.endOffset)


def _assign_on_conflict(ps: ParseState, conflict: n.OnConflictExpr) -> None:
    """What ON CONFLICT assigns is one list to C, whose members must not differ in explicit collations."""
    assign_list_collations(ps, [element.expr for element in conflict.arbiterElems])
    context = _Context(ps.catalog)
    _walk(conflict.arbiterWhere, context)
    _walk_all(conflict.onConflictSet, context)
    _walk(conflict.onConflictWhere, context)
    _walk_all(conflict.exclRelTlist, context)


def _assign_join_tree(ps: ParseState, node: n.JoinTreeNode) -> None:
    match node:
        case n.FromExpr():
            for one in node.fromlist:
                _assign_join_tree(ps, one)
            assign_expr_collations(ps, node.quals)
        case n.JoinExpr():
            _assign_join_tree(ps, node.larg)
            _assign_join_tree(ps, node.rarg)
            assign_expr_collations(ps, node.quals)


def assign_list_collations(ps: ParseState, exprs: Iterable[Expr | n.TargetEntry | None]) -> None:
    """parse_collate.c: assign_list_collations — the members need not agree."""
    for one in exprs:
        assign_expr_collations(ps, one)


def assign_expr_collations(ps: ParseState, expr: Expr | n.TargetEntry | None) -> None:
    """parse_collate.c: assign_expr_collations"""
    if ps.collating and expr is not None:
        _walk(expr, _Context(ps.catalog))


def select_common_collation(ps: ParseState, exprs: Sequence[Expr], none_ok: bool) -> Oid:
    """parse_collate.c: select_common_collation — 0 where there is none: an error unless `none_ok`."""
    if not ps.collating:
        return 0
    context = _Context(ps.catalog)
    _walk_all(exprs, context)
    if context.strength == _CONFLICT:
        if none_ok:
            return 0
        raise context.mismatch()
    return context.collation


# ---------------------------------------------------------------------------------------------- the walk

_LEAVES: Final = frozenset({n.Var, n.Const, n.Param, n.CoerceToDomainValue, n.CaseTestExpr, n.SetToDefault})

# class → the fields that exprSetCollation and exprSetInputCollation write
_OUTPUT: Final[dict[type[Any], str]] = {
    n.Aggref: "aggcollid",
    n.WindowFunc: "wincollid",
    n.MergeSupportFunc: "msfcollid",
    n.SubscriptingRef: "refcollid",
    n.FuncExpr: "funccollid",
    n.OpExpr: "opcollid",
    n.DistinctExpr: "opcollid",
    n.NullIfExpr: "opcollid",
    n.RelabelType: "resultcollid",
    n.CoerceViaIO: "resultcollid",
    n.ArrayCoerceExpr: "resultcollid",
    n.CaseExpr: "casecollid",
    n.ArrayExpr: "array_collid",
    n.CoalesceExpr: "coalescecollid",
    n.MinMaxExpr: "minmaxcollid",
    n.JsonExpr: "collation",
    n.CoerceToDomain: "resultcollid",
}
_INPUT: Final = frozenset(
    {n.Aggref, n.WindowFunc, n.FuncExpr, n.OpExpr, n.DistinctExpr, n.NullIfExpr, n.ScalarArrayOpExpr, n.MinMaxExpr}
)


def _walk_all(nodes: Iterable[Any], context: _Context) -> None:
    for node in nodes:
        _walk(node, context)


def _walk(node: Any, context: _Context) -> None:
    """parse_collate.c: assign_collations_walker"""
    kind = type(node)
    if kind in _LEAVES:
        collation = expr_collation(node)
        if collation:
            _merge(context, collation, _IMPLICIT, expr_location(node))
        return
    if node is None or kind is n.CurrentOfExpr:
        return
    local = _Context(context.catalog)
    match node:
        case n.CollateExpr():
            _walk(node.arg, local)
            _merge(context, node.collOid, _EXPLICIT, node.location)
        case n.FieldSelect():
            _walk(node.arg, local)
            if node.resultcollid:
                _merge(context, node.resultcollid, _IMPLICIT, expr_location(node))
        case n.RowExpr():
            for one in node.args:
                _walk(one, _Context(context.catalog))
        case n.RowCompareExpr():
            collations = [_common(context.catalog, pair) for pair in zip(node.largs, node.rargs, strict=True)]
            force_setattr(node, "inputcollids", tuple(collations))
        case n.CoerceToDomain():
            _walk(node.arg, local)
            _leave_domain(node, local, context)
        case n.TargetEntry():
            _walk(node.expr, local)
            if local.strength == _CONFLICT and node.ressortgroupref:
                raise local.mismatch()
            _merge(context, local.collation, local.strength, local.location, local)
        case n.Query():
            # of a SubLink: as if it gave its first column, which ARRAY and EXPR do
            if node.targetList and not node.targetList[0].resjunk:
                value = node.targetList[0].expr
                _merge(context, expr_collation(value), _IMPLICIT, expr_location(value))
        case n.InferenceElem():
            _walk(node.expr, local)
        case n.JsonBehavior(expr=None):
            return
        case _:
            _walk_parts(node, local)
            _leave(node, local, context)


def _common(catalog: Catalog, exprs: Iterable[Any]) -> Oid:
    context = _Context(catalog)
    _walk_all(exprs, context)
    return 0 if context.strength == _CONFLICT else context.collation


def _walk_parts(node: Any, local: _Context) -> None:
    """What stands below a node: most of it counts for the node's own collation, some does not."""
    catalog = local.catalog
    match node:
        case n.Aggref():
            match node.aggkind:
                case "n":
                    for entry in node.args:
                        _walk(entry, _Context(catalog) if entry.resjunk else local)
                case "o":
                    _walk_all(node.aggdirectargs, local)
                    merge = _is_one_sort_column(catalog, node)
                    for entry in node.args:
                        _walk(entry, local if merge else _Context(catalog))
                case _:
                    _assign_hypothetical(node, local)
            _walk(node.aggfilter, _Context(catalog))
        case n.WindowFunc():
            _walk_all(node.args, local)
            _walk(node.aggfilter, _Context(catalog))
        case n.CaseExpr():  # its argument is done, and counts for the comparisons only
            for when in node.args:
                _walk(when.expr, local)
                _walk(when.result, local)
            _walk(node.defresult, local)
        case n.SubscriptingRef():
            for subscripts in (node.refupperindexpr, node.reflowerindexpr):
                _walk_all(subscripts, _Context(catalog))
            _walk(node.refexpr, local)
            _walk(node.refassgnexpr, local)
        case _:
            for one in nodefuncs.children(node):
                _walk(one, local)


def _is_one_sort_column(catalog: Catalog, aggref: n.Aggref) -> bool:
    """Can an ordered-set aggregate have no more than one aggregated argument?"""
    return len(aggref.args) == 1 and not catalog.proc(aggref.aggfnoid).provariadic


def _assign_hypothetical(aggref: n.Aggref, local: _Context) -> None:
    """parse_collate.c: assign_hypothetical_collations — each hypothetical argument agrees with its sort column."""
    merge = _is_one_sort_column(local.catalog, aggref)
    extra = len(aggref.aggdirectargs) - len(aggref.args)
    _walk_all(aggref.aggdirectargs[:extra], local)
    for direct, entry in zip(aggref.aggdirectargs[extra:], aggref.args, strict=True):
        pair = _Context(local.catalog)
        _walk(direct, pair)
        _walk(entry.expr, pair)
        if pair.strength == _CONFLICT:
            raise pair.mismatch()
        if pair.collation and pair.collation != expr_collation(entry.expr):
            cast = enums.CoercionForm.COERCE_IMPLICIT_CAST
            typed = nodefuncs.expr_type(entry.expr), nodefuncs.expr_typmod(entry.expr)
            relabeled = n.RelabelType(entry.expr, *typed, cast, resultcollid=pair.collation)
            force_setattr(entry, "expr", relabeled)
        if merge:
            _merge(local, pair.collation, pair.strength, pair.location, pair)


def _leave(node: Any, local: _Context, context: _Context) -> None:
    """The general case: a collatable result has the collation of its inputs, or that of its type without any."""
    typcollation = context.catalog.type(nodefuncs.expr_type(node)).typcollation
    strength, collation, location = _NONE, 0, -1
    if typcollation:
        if local.strength > _NONE:
            strength, collation, location = local.strength, local.collation, local.location
        else:
            strength, collation, location = _IMPLICIT, typcollation, expr_location(node)
        _set_collation(node, 0 if strength == _CONFLICT else collation)
    if type(node) in _INPUT:
        force_setattr(node, "inputcollid", 0 if local.strength == _CONFLICT else local.collation)
    _merge(context, collation, strength, location, local)


def _leave_domain(node: n.CoerceToDomain, local: _Context, context: _Context) -> None:
    """A domain that was declared with a collation has it; any other lets its input's through."""
    typcollation = context.catalog.type(node.resulttype).typcollation
    if not typcollation:
        return
    if typcollation == DEFAULT_COLLATION_OID:
        strength, collation, location = local.strength, local.collation, local.location
    else:
        strength, collation, location = _IMPLICIT, typcollation, expr_location(node)
    _set_collation(node, 0 if strength == _CONFLICT else collation)
    _merge(context, collation, strength, location, local)


def _set_collation(node: Any, collation: Oid) -> None:
    """nodeFuncs.c: exprSetCollation"""
    match node:
        case n.NamedArgExpr() | n.SubLink():
            return  # they have none of their own
        case n.JsonValueExpr():
            _set_collation(node.formatted_expr, collation)
        case n.JsonConstructorExpr():
            _set_collation(node.coercion, collation)
        case _:
            field = _OUTPUT.get(type(node))
            if field is not None:
                force_setattr(node, field, collation)


def _merge(
    context: _Context, collation: Oid, strength: _Strength, location: int, below: _Context | None = None
) -> None:
    """parse_collate.c: merge_collation_state — `below` knows the other side of a conflict."""
    if strength > context.strength:
        context.collation, context.strength, context.location = collation, strength, location
        if strength == _CONFLICT and below is not None:
            context.collation2, context.location2 = below.collation2, below.location2
    elif strength == context.strength and collation != context.collation:
        if strength == _IMPLICIT:
            if context.collation == DEFAULT_COLLATION_OID:  # any other beats it
                context.collation, context.location = collation, location
            elif collation != DEFAULT_COLLATION_OID:
                context.strength, context.collation2, context.location2 = _CONFLICT, collation, location
        elif strength == _EXPLICIT:
            names = context.catalog.collation_name(context.collation), context.catalog.collation_name(collation)
            message = 'collation mismatch between explicit collations "{}" and "{}"'.format(*names)
            raise PgError("42P21", message, location)
