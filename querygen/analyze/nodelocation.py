"""Where an expression stands in the text of its statement.

Takes analysed and raw nodes; gives an offset. Mirrors exprLocation of `nodes/nodeFuncs.c`.
"""

from __future__ import annotations

from querygen.analyze.nodes import (
    ArrayCoerceExpr,
    BooleanTest,
    BoolExpr,
    CoerceToDomain,
    CoerceViaIO,
    CollateExpr,
    ConvertRowtypeExpr,
    DistinctExpr,
    FieldSelect,
    FieldStore,
    FuncExpr,
    InferenceElem,
    JsonBehavior,
    JsonExpr,
    JsonValueExpr,
    NamedArgExpr,
    NullIfExpr,
    NullTest,
    OpExpr,
    Query,
    RangeTblEntry,
    RelabelType,
    RowCompareExpr,
    ScalarArrayOpExpr,
    SubLink,
    SubscriptingRef,
    TargetEntry,
    XmlExpr,
)
from querygen.sql.nodes import Node, ast


def _leftmost(*locations: int) -> int:
    """leftmostLoc, for any number of places: the least that is known."""
    return min((location for location in locations if location >= 0), default=-1)


def expr_location(node: object) -> int:
    """nodeFuncs.c: exprLocation — where an analysed or raw expression begins; -1 where nothing says."""
    match node:
        case None | RangeTblEntry() | Query():
            return -1
        case tuple() | list():
            for one in node:
                location = expr_location(one)
                if location >= 0:
                    return location
            return -1
        case FuncExpr() | OpExpr() | DistinctExpr() | NullIfExpr() | ScalarArrayOpExpr() | BoolExpr() | XmlExpr():
            return _leftmost(node.location, expr_location(node.args))
        case (
            NamedArgExpr()
            | RelabelType()
            | CoerceViaIO()
            | ArrayCoerceExpr()
            | ConvertRowtypeExpr()
            | NullTest()
            | BooleanTest()
            | CoerceToDomain()
        ):
            return _leftmost(node.location, expr_location(node.arg))
        case SubscriptingRef():
            return expr_location(node.refexpr)
        case SubLink():
            return _leftmost(expr_location(node.testexpr), node.location)
        case FieldSelect() | FieldStore() | CollateExpr():
            return expr_location(node.arg)
        case RowCompareExpr():
            return expr_location(node.largs)
        case JsonValueExpr():
            return expr_location(node.raw_expr)
        case JsonExpr():
            return _leftmost(node.location, expr_location(node.formatted_expr))
        case TargetEntry() | InferenceElem() | JsonBehavior():
            return expr_location(node.expr)
        case Node():
            return _raw_location(node)
    location = getattr(node, "location", -1)
    return location if isinstance(location, int) else -1


def _raw_location(node: Node) -> int:
    """exprLocation's cases for trees that are not analysed yet."""
    own = getattr(node, "location", None)
    location = own if isinstance(own, int) else -1
    match node:
        case ast.A_Expr():
            return _leftmost(location, expr_location(node.lexpr))
        case ast.BoolExpr() | ast.FuncCall() | ast.XmlExpr():
            return _leftmost(location, expr_location(node.args))
        case ast.SubLink():
            return _leftmost(expr_location(node.testexpr), location)
        case ast.TypeCast():
            return _leftmost(expr_location(node.arg), expr_location(node.typeName), location)
        case ast.NamedArgExpr() | ast.NullTest() | ast.BooleanTest():
            return _leftmost(location, expr_location(node.arg))
        case ast.CollateClause() | ast.A_Indirection():
            return expr_location(node.arg)
        case ast.SortBy():
            return expr_location(node.node)
        case ast.MultiAssignRef():
            return expr_location(node.source)
        case ast.JsonValueExpr():
            return expr_location(node.raw_expr)
    return location
