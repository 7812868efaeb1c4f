"""Questions about nodes: type, typmod, place and children of an expression; walks, level checks, equality.

Takes analysed nodes (and, for `expr_location`, raw ones); gives oids, numbers, booleans and iterators. Mirrors
`nodes/nodeFuncs.c`, `equalfuncs.c`, and of `optimizer/util/var.c` and `rewrite/rewriteManip.c` the level checks.
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from querygen.analyze.nodelocation import expr_location as expr_location
from querygen.analyze.nodes import (
    Aggref,
    ArrayCoerceExpr,
    ArrayExpr,
    BooleanTest,
    BoolExpr,
    CaseExpr,
    CaseTestExpr,
    CaseWhen,
    CoalesceExpr,
    CoerceToDomain,
    CoerceToDomainValue,
    CoerceViaIO,
    CollateExpr,
    CommonTableExpr,
    Const,
    ConvertRowtypeExpr,
    CTECycleClause,
    CurrentOfExpr,
    DistinctExpr,
    FieldSelect,
    FieldStore,
    FromExpr,
    FuncExpr,
    GroupingFunc,
    InferenceElem,
    JoinExpr,
    JsonBehavior,
    JsonConstructorExpr,
    JsonExpr,
    JsonIsPredicate,
    JsonValueExpr,
    MergeAction,
    MergeSupportFunc,
    MinMaxExpr,
    NamedArgExpr,
    NullIfExpr,
    NullTest,
    OnConflictExpr,
    OpExpr,
    Param,
    Query,
    RangeTblEntry,
    RangeTblFunction,
    RelabelType,
    RowCompareExpr,
    RowExpr,
    ScalarArrayOpExpr,
    SetToDefault,
    SQLValueFunction,
    SubLink,
    SubscriptingRef,
    TableFunc,
    TableSampleClause,
    TargetEntry,
    Var,
    WindowClause,
    WindowFunc,
    XmlExpr,
)
from querygen.analyze.pgtypes import (
    BOOLOID,
    C_COLLATION_OID,
    DEFAULT_COLLATION_OID,
    INT4OID,
    NAMEOID,
    RECORDOID,
    TEXTOID,
    XMLOID,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from querygen.analyze.nodes import Expr
    from querygen.pg_catalog.rows import Oid

# What a walk meets: an expression, an entry of a target list, or a whole query below a SubLink.
AnalyzedNode: TypeAlias = "Expr | TargetEntry | Query"


# ---------------------------------------------------------------------------------------------- type and typmod


def _sublink_type(node: SubLink) -> Oid:
    match node.subLinkType:
        case enums.SubLinkType.EXPR_SUBLINK:
            return expr_type(node.subselect.targetList[0].expr)
        case enums.SubLinkType.ARRAY_SUBLINK:
            return node.arraytype
        case enums.SubLinkType.MULTIEXPR_SUBLINK:
            return RECORDOID
    return BOOLOID


def _xml_type(node: XmlExpr) -> Oid:
    match node.op:
        case enums.XmlExprOp.IS_DOCUMENT:
            return BOOLOID
        case enums.XmlExprOp.IS_XMLSERIALIZE:
            return TEXTOID
    return XMLOID


_TYPE_OF: dict[type[Any], Callable[[Any], Any]] = {
    Var: attrgetter("vartype"),
    Const: attrgetter("consttype"),
    Param: attrgetter("paramtype"),
    Aggref: attrgetter("aggtype"),
    GroupingFunc: lambda _: INT4OID,
    WindowFunc: attrgetter("wintype"),
    MergeSupportFunc: attrgetter("msftype"),
    SubscriptingRef: attrgetter("refrestype"),
    FuncExpr: attrgetter("funcresulttype"),
    NamedArgExpr: lambda node: expr_type(node.arg),
    OpExpr: attrgetter("opresulttype"),
    DistinctExpr: attrgetter("opresulttype"),
    NullIfExpr: attrgetter("opresulttype"),
    ScalarArrayOpExpr: lambda _: BOOLOID,
    BoolExpr: lambda _: BOOLOID,
    SubLink: _sublink_type,
    FieldSelect: attrgetter("resulttype"),
    FieldStore: attrgetter("resulttype"),
    RelabelType: attrgetter("resulttype"),
    CoerceViaIO: attrgetter("resulttype"),
    ArrayCoerceExpr: attrgetter("resulttype"),
    ConvertRowtypeExpr: attrgetter("resulttype"),
    CollateExpr: lambda node: expr_type(node.arg),
    CaseExpr: attrgetter("casetype"),
    CaseTestExpr: attrgetter("typeId"),
    ArrayExpr: attrgetter("array_typeid"),
    RowExpr: attrgetter("row_typeid"),
    RowCompareExpr: lambda _: BOOLOID,
    CoalesceExpr: attrgetter("coalescetype"),
    MinMaxExpr: attrgetter("minmaxtype"),
    SQLValueFunction: attrgetter("type"),
    XmlExpr: _xml_type,
    JsonValueExpr: lambda node: expr_type(node.formatted_expr or node.raw_expr),
    JsonConstructorExpr: attrgetter("returning.typid"),
    JsonIsPredicate: lambda _: BOOLOID,
    JsonExpr: attrgetter("returning.typid"),
    JsonBehavior: lambda node: expr_type(node.expr),
    NullTest: lambda _: BOOLOID,
    BooleanTest: lambda _: BOOLOID,
    CoerceToDomain: attrgetter("resulttype"),
    CoerceToDomainValue: attrgetter("typeId"),
    SetToDefault: attrgetter("typeId"),
    CurrentOfExpr: lambda _: BOOLOID,
    InferenceElem: lambda node: expr_type(node.expr),
}


def expr_type(node: Expr | JsonBehavior) -> Oid:
    """nodeFuncs.c: exprType"""
    oid: Oid = _TYPE_OF[type(node)](node)
    return oid


def _common_typmod(type_oid: Oid, results: Iterable[Expr]) -> int:
    """The typmod on which all of some expressions agree, if they have this very type; else -1."""
    typmod = -1
    for result in results:
        if expr_type(result) != type_oid:
            return -1
        own = expr_typmod(result)
        if own < 0 or (typmod >= 0 and own != typmod):
            return -1
        typmod = own
    return typmod


_TYPMOD_OF: dict[type[Any], Callable[[Any], int]] = {
    Var: attrgetter("vartypmod"),
    Const: attrgetter("consttypmod"),
    Param: attrgetter("paramtypmod"),
    SubscriptingRef: attrgetter("reftypmod"),
    FuncExpr: lambda node: -1 if (typmod := expr_is_length_coercion(node)) is None else typmod,
    NamedArgExpr: lambda node: expr_typmod(node.arg),
    NullIfExpr: lambda node: expr_typmod(node.args[0]),
    SubLink: lambda node: (
        expr_typmod(node.subselect.targetList[0].expr)
        if node.subLinkType in (enums.SubLinkType.EXPR_SUBLINK, enums.SubLinkType.ARRAY_SUBLINK)
        else -1
    ),
    FieldSelect: attrgetter("resulttypmod"),
    RelabelType: attrgetter("resulttypmod"),
    ArrayCoerceExpr: attrgetter("resulttypmod"),
    CollateExpr: lambda node: expr_typmod(node.arg),
    CaseExpr: lambda node: (
        -1
        if node.defresult is None
        else _common_typmod(node.casetype, (node.defresult, *(w.result for w in node.args)))
    ),
    CaseTestExpr: attrgetter("typeMod"),
    ArrayExpr: lambda node: _common_typmod(node.array_typeid if node.multidims else node.element_typeid, node.elements),
    CoalesceExpr: lambda node: _common_typmod(node.coalescetype, node.args),
    MinMaxExpr: lambda node: _common_typmod(node.minmaxtype, node.args),
    SQLValueFunction: attrgetter("typmod"),
    JsonValueExpr: lambda node: expr_typmod(node.formatted_expr or node.raw_expr),
    JsonConstructorExpr: attrgetter("returning.typmod"),
    JsonExpr: attrgetter("returning.typmod"),
    JsonBehavior: lambda node: expr_typmod(node.expr),
    CoerceToDomain: attrgetter("resulttypmod"),
    CoerceToDomainValue: attrgetter("typeMod"),
    SetToDefault: attrgetter("typeMod"),
}


def expr_typmod(node: Expr | JsonBehavior) -> int:
    """nodeFuncs.c: exprTypmod"""
    getter = _TYPMOD_OF.get(type(node))
    return -1 if getter is None else getter(node)


def _xml_collation(node: XmlExpr) -> Oid:
    return DEFAULT_COLLATION_OID if node.op == enums.XmlExprOp.IS_XMLSERIALIZE else 0


_COLLATION_OF: dict[type[Any], Callable[[Any], Any]] = {
    Var: attrgetter("varcollid"),
    Const: attrgetter("constcollid"),
    Param: attrgetter("paramcollid"),
    Aggref: attrgetter("aggcollid"),
    WindowFunc: attrgetter("wincollid"),
    MergeSupportFunc: attrgetter("msfcollid"),
    SubscriptingRef: attrgetter("refcollid"),
    FuncExpr: attrgetter("funccollid"),
    NamedArgExpr: lambda node: expr_collation(node.arg),
    OpExpr: attrgetter("opcollid"),
    DistinctExpr: attrgetter("opcollid"),
    NullIfExpr: attrgetter("opcollid"),
    SubLink: lambda node: (
        expr_collation(node.subselect.targetList[0].expr)
        if node.subLinkType in (enums.SubLinkType.EXPR_SUBLINK, enums.SubLinkType.ARRAY_SUBLINK)
        else 0
    ),
    FieldSelect: attrgetter("resultcollid"),
    RelabelType: attrgetter("resultcollid"),
    CoerceViaIO: attrgetter("resultcollid"),
    ArrayCoerceExpr: attrgetter("resultcollid"),
    CollateExpr: attrgetter("collOid"),
    CaseExpr: attrgetter("casecollid"),
    CaseTestExpr: attrgetter("collation"),
    ArrayExpr: attrgetter("array_collid"),
    CoalesceExpr: attrgetter("coalescecollid"),
    MinMaxExpr: attrgetter("minmaxcollid"),
    SQLValueFunction: lambda node: C_COLLATION_OID if node.type == NAMEOID else 0,
    XmlExpr: _xml_collation,
    JsonValueExpr: lambda node: expr_collation(node.formatted_expr or node.raw_expr),
    JsonConstructorExpr: lambda node: 0 if node.coercion is None else expr_collation(node.coercion),
    JsonExpr: attrgetter("collation"),
    JsonBehavior: lambda node: expr_collation(node.expr),
    CoerceToDomain: attrgetter("resultcollid"),
    CoerceToDomainValue: attrgetter("collation"),
    SetToDefault: attrgetter("collation"),
    InferenceElem: lambda node: expr_collation(node.expr),
}


def expr_collation(node: Expr | JsonBehavior) -> Oid:
    """nodeFuncs.c: exprCollation — what `collate.py` found; before it has looked, that of leaves only"""
    getter = _COLLATION_OF.get(type(node))
    return 0 if getter is None else getter(node)


def make_case_test_expr(node: Expr) -> CaseTestExpr:
    """parse_expr.c: makeCaseTestExpr — what stands for an expression's value in another one"""
    return CaseTestExpr(expr_type(node), expr_typmod(node), expr_collation(node))


def expr_is_length_coercion(node: Expr) -> int | None:
    """nodeFuncs.c: exprIsLengthCoercion — the typmod that a length coercion applies, None: it is not one."""
    match node:
        case FuncExpr(funcformat=enums.CoercionForm.COERCE_EXPLICIT_CAST | enums.CoercionForm.COERCE_IMPLICIT_CAST):
            if len(node.args) in (2, 3):
                match node.args[1]:
                    case Const(consttype=consttype, value=str(value)) if consttype == INT4OID:
                        return int(value)
        case ArrayCoerceExpr() if node.resulttypmod >= 0:
            return node.resulttypmod
    return None


def strip_implicit_coercions(node: Expr) -> Expr:
    """nodeFuncs.c: strip_implicit_coercions"""
    implicit = enums.CoercionForm.COERCE_IMPLICIT_CAST
    while True:
        match node:
            case FuncExpr(funcformat=form) if form == implicit:
                node = node.args[0]
            case RelabelType(relabelformat=form) if form == implicit:
                node = node.arg
            case CoerceViaIO(coerceformat=form) | ArrayCoerceExpr(coerceformat=form) if form == implicit:
                node = node.arg
            case ConvertRowtypeExpr(convertformat=form) if form == implicit:
                node = node.arg
            case CoerceToDomain(coercionformat=form) if form == implicit:
                node = node.arg
            case _:
                return node


# ---------------------------------------------------------------------------------------------- walking


_CHILD_FIELDS: dict[type[Any], tuple[str, ...]] = {}


def _child_fields(node_class: type[Any]) -> tuple[str, ...]:
    """The fields of a class that can hold nodes, in the order in which C's walker visits them."""
    try:
        return _CHILD_FIELDS[node_class]
    except KeyError:
        return _CHILD_FIELDS.setdefault(node_class, _find_child_fields(node_class))


def _find_child_fields(node_class: type[Any]) -> tuple[str, ...]:
    leaves = {"int", "str", "bool", "Oid", "str | None", "tuple[Oid, ...]", "tuple[str, ...]", "tuple[int, ...]"}
    written: dict[str, str] = node_class.__annotations__  # as text: nothing is evaluated
    return tuple(
        name for name, text in written.items() if text not in leaves and not text.startswith(("enums.", "frozenset"))
    )


# Walks are a third of an analysis: they collect into lists and look classes up, where a `match` would read better.
_GIVEN = frozenset(_TYPE_OF) | {TargetEntry, Query, InferenceElem}
_ENTERED = frozenset(
    {JsonBehavior, MergeAction, OnConflictExpr, RangeTblFunction, WindowClause, CaseWhen}
    | {TableFunc, TableSampleClause, FromExpr, JoinExpr, CTECycleClause}
)


def _collect(value: Any, found: list[AnalyzedNode]) -> None:
    """Append the nodes in the value of a field: itself, the members of a tuple, those inside a part of a node."""
    kind = type(value)
    if kind in _GIVEN:
        found.append(value)
    elif kind is tuple or kind is list:
        for one in value:
            if type(one) in _GIVEN:
                found.append(one)
            else:
                _collect(one, found)
    elif kind in _ENTERED:
        _collect_fields(value, found)
    elif kind is RangeTblEntry:
        _collect_rte(value, found)
    elif kind is CommonTableExpr:
        if value.ctequery is not None:
            found.append(value.ctequery)
        _collect(value.cycle_clause, found)


def _collect_fields(node: Any, found: list[AnalyzedNode]) -> None:
    for name in _child_fields(type(node)):
        value = getattr(node, name)
        if type(value) in _GIVEN:
            found.append(value)
        elif value:
            _collect(value, found)


def _collect_rte(rte: RangeTblEntry, found: list[AnalyzedNode]) -> None:
    """nodeFuncs.c: range_table_entry_walker"""
    if rte.subquery is not None:
        found.append(rte.subquery)
    for part in (rte.tablesample, rte.joinaliasvars, rte.functions, rte.tablefunc, rte.values_lists, rte.groupexprs):
        if part:
            _collect(part, found)


def _below(node: Any) -> list[AnalyzedNode]:
    found: list[AnalyzedNode] = []
    _collect_fields(node, found)
    return found


def children(node: AnalyzedNode) -> Iterator[AnalyzedNode]:
    """nodeFuncs.c: expression_tree_walker — what stands directly below; of a SubLink its Query, of a Query nothing."""
    if type(node) is not Query:
        yield from _below(node)


def walk_expr(node: AnalyzedNode | Iterable[AnalyzedNode] | None) -> Iterator[AnalyzedNode]:
    """A node and everything below it, parents first; a Query is given and not entered."""
    stack = _start(node)
    while stack:
        one = stack.pop()
        yield one
        if type(one) is not Query and (found := _below(one)):
            found.reverse()
            stack += found


def query_exprs(query: Query) -> list[AnalyzedNode]:
    """nodeFuncs.c: query_tree_walker — the expressions of a query's clauses, and the queries in its WITH and FROM."""
    found: list[AnalyzedNode] = []
    for part in (
        query.targetList,
        query.onConflict,
        query.mergeActionList,
        query.mergeJoinCondition,
        query.returningList,
        query.jointree,
        query.havingQual,
        query.limitOffset,
        query.limitCount,
        query.windowClause,
        query.cteList,
        query.rtable,
    ):
        if part:
            _collect(part, found)
    return found


def walk_levels(node: AnalyzedNode | Iterable[AnalyzedNode] | None) -> Iterator[tuple[AnalyzedNode, int]]:
    """A node and everything below it, subqueries included, each with how many query levels deeper it stands."""
    stack: list[tuple[AnalyzedNode, int]] = [(one, 0) for one in _start(node)]
    while stack:
        one_at_level = stack.pop()
        yield one_at_level
        one, level = one_at_level
        if type(one) is Query:
            level += 1
            found = query_exprs(one)
        else:
            found = _below(one)
        if found:
            found.reverse()
            stack += [(child, level) for child in found]


def _start(node: AnalyzedNode | Iterable[AnalyzedNode] | None) -> list[AnalyzedNode]:
    """The stack to begin a walk with: the first to visit is last."""
    found: list[AnalyzedNode] = []
    if node is None or isinstance(node, Struct):
        _collect(node, found)
    else:
        for one in node:
            _collect(one, found)
    found.reverse()
    return found


# ---------------------------------------------------------------------------------------------- what a tree contains


def _is_agg_of_level(node: AnalyzedNode, level: int) -> bool:
    return isinstance(node, Aggref | GroupingFunc) and node.agglevelsup == level


def contain_vars_of_level(node: AnalyzedNode | Iterable[AnalyzedNode] | None, levelsup: int) -> bool:
    """var.c: contain_vars_of_level"""
    return any(isinstance(one, Var) and one.varlevelsup == levelsup + depth for one, depth in walk_levels(node))


def locate_var_of_level(node: AnalyzedNode | Iterable[AnalyzedNode] | None, levelsup: int) -> int:
    """var.c: locate_var_of_level — where the first Var of a level that has a place is written; -1: nowhere."""
    for one, depth in walk_levels(node):
        if isinstance(one, Var) and one.varlevelsup == levelsup + depth and one.location >= 0:
            return one.location
    return -1


def contain_aggs_of_level(node: AnalyzedNode | Iterable[AnalyzedNode] | None, levelsup: int) -> bool:
    """rewriteManip.c: contain_aggs_of_level"""
    return any(_is_agg_of_level(one, levelsup + depth) for one, depth in walk_levels(node))


def locate_agg_of_level(node: AnalyzedNode | Iterable[AnalyzedNode] | None, levelsup: int) -> int:
    """rewriteManip.c: locate_agg_of_level"""
    for one, depth in walk_levels(node):
        if isinstance(one, Aggref | GroupingFunc) and one.agglevelsup == levelsup + depth and one.location >= 0:
            return one.location
    return -1


def contain_windowfuncs(node: AnalyzedNode | Iterable[AnalyzedNode] | None) -> bool:
    """rewriteManip.c: contain_windowfuncs — not in subqueries, whose window functions are their own."""
    return any(isinstance(one, WindowFunc) for one in walk_expr(node))


def locate_windowfunc(node: AnalyzedNode | Iterable[AnalyzedNode] | None) -> int:
    """rewriteManip.c: locate_windowfunc"""
    for one in walk_expr(node):
        if isinstance(one, WindowFunc) and one.location >= 0:
            return one.location
    return -1


def expression_returns_set(node: AnalyzedNode | Iterable[AnalyzedNode] | None) -> bool:
    """nodeFuncs.c: expression_returns_set"""
    stack = _start(node)
    while stack:
        one = stack.pop()
        kind = type(one)
        # the parser has made sure that the arguments of these return no sets
        if kind is Aggref or kind is GroupingFunc or kind is WindowFunc or kind is Query:
            continue
        if isinstance(one, FuncExpr) and one.funcretset:
            return True
        if isinstance(one, OpExpr) and one.opretset:
            return True
        stack += _below(one)
    return False


# ---------------------------------------------------------------------------------------------- equality

# Fields that equal() passes over: places in the text, how a coercion was written, and what a Var was called
# (the planner's opfuncid is always known here).
_NOT_COMPARED = frozenset(
    {
        "location",
        "list_start",
        "list_end",
        "funcformat",
        "relabelformat",
        "coerceformat",
        "convertformat",
        "coercionformat",
        "row_format",
        "varnosyn",
        "varattnosyn",
    }
)


@cache
def _compared_fields(node_class: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in node_class.__struct_fields__ if name not in _NOT_COMPARED)


def equal(a: Any, b: Any) -> bool:
    """equalfuncs.c: equal"""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Struct):
        return all(equal(getattr(a, name), getattr(b, name)) for name in _compared_fields(a.__class__))
    return bool(a == b)
