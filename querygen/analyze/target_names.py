"""What a result column is called when the query does not say.

Mirrors `parse_target.c`: FigureColname, FigureIndexColname.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.state import ParseState

_NO_NAME: Final = (0, None)
_Svf: Final = enums.SQLValueFunctionOp

_VALUE_FUNCTIONS: Final = {
    _Svf.SVFOP_CURRENT_DATE: "current_date",
    _Svf.SVFOP_CURRENT_TIME: "current_time",
    _Svf.SVFOP_CURRENT_TIME_N: "current_time",
    _Svf.SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
    _Svf.SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
    _Svf.SVFOP_LOCALTIME: "localtime",
    _Svf.SVFOP_LOCALTIME_N: "localtime",
    _Svf.SVFOP_LOCALTIMESTAMP: "localtimestamp",
    _Svf.SVFOP_LOCALTIMESTAMP_N: "localtimestamp",
    _Svf.SVFOP_CURRENT_ROLE: "current_role",
    _Svf.SVFOP_CURRENT_USER: "current_user",
    _Svf.SVFOP_USER: "user",
    _Svf.SVFOP_SESSION_USER: "session_user",
    _Svf.SVFOP_CURRENT_CATALOG: "current_catalog",
    _Svf.SVFOP_CURRENT_SCHEMA: "current_schema",
}

_XML_FUNCTIONS: Final = {
    enums.XmlExprOp.IS_XMLCONCAT: "xmlconcat",
    enums.XmlExprOp.IS_XMLELEMENT: "xmlelement",
    enums.XmlExprOp.IS_XMLFOREST: "xmlforest",
    enums.XmlExprOp.IS_XMLPARSE: "xmlparse",
    enums.XmlExprOp.IS_XMLPI: "xmlpi",
    enums.XmlExprOp.IS_XMLROOT: "xmlroot",
    enums.XmlExprOp.IS_XMLSERIALIZE: "xmlserialize",
}

_JSON_FUNCTIONS: Final = {
    enums.JsonExprOp.JSON_EXISTS_OP: "json_exists",
    enums.JsonExprOp.JSON_QUERY_OP: "json_query",
    enums.JsonExprOp.JSON_VALUE_OP: "json_value",
}

# Constructs that act like functions of this name.
_CONSTRUCTS: Final[dict[type[Any], str]] = {
    ast.GroupingFunc: "grouping",
    ast.MergeSupportFunc: "merge_action",
    ast.A_ArrayExpr: "array",
    ast.RowExpr: "row",
    ast.CoalesceExpr: "coalesce",
    ast.XmlSerialize: "xmlserialize",
    ast.JsonParseExpr: "json",
    ast.JsonScalarExpr: "json_scalar",
    ast.JsonSerializeExpr: "json_serialize",
    ast.JsonObjectConstructor: "json_object",
    ast.JsonArrayConstructor: "json_array",
    ast.JsonArrayQueryConstructor: "json_array",
    ast.JsonObjectAgg: "json_objectagg",
    ast.JsonArrayAgg: "json_arrayagg",
}


def figure_colname(raw: Any, ps: ParseState | None = None) -> str:
    """parse_target.c: FigureColname — `ps` knows what scalar subqueries return."""
    return _figure(raw, ps)[1] or "?column?"


def figure_index_colname(raw: Any) -> str | None:
    """parse_target.c: FigureIndexColname — None where there is no good name."""
    return _figure(raw, None)[1]


def _last_name(fields: Sequence[Any]) -> str | None:
    return next((field.sval for field in reversed(fields) if isinstance(field, ast.String)), None)


def _figure(raw: Any, ps: ParseState | None) -> tuple[int, str | None]:
    """parse_target.c: FigureColnameInternal — (confidence from 0 to 2, name)."""
    match raw:
        case ast.ColumnRef(fields=fields):
            name = _last_name(fields)
            return (2, name) if name is not None else _NO_NAME
        case ast.A_Indirection(indirection=steps):
            name = _last_name(steps)
            return (2, name) if name is not None else _figure(raw.arg, ps)
        case ast.FuncCall(funcname=names):
            return 2, names[-1].sval
        case ast.A_Expr(kind=enums.A_Expr_Kind.AEXPR_NULLIF):
            return 2, "nullif"
        case ast.TypeCast():
            strength, name = _figure(raw.arg, ps)
            return (strength, name) if strength > 1 else (1, raw.typeName.names[-1].sval)
        case ast.CollateClause():
            return _figure(raw.arg, ps)
        case ast.SubLink():
            return _figure_sublink(raw, ps)
        case ast.CaseExpr():
            strength, name = _figure(raw.defresult, ps)
            return (strength, name) if strength > 1 else (1, "case")
        case ast.MinMaxExpr(op=op):
            return 2, "greatest" if op == enums.MinMaxOp.IS_GREATEST else "least"
        case ast.SQLValueFunction(op=op):
            return 2, _VALUE_FUNCTIONS[op]
        case ast.XmlExpr(op=op) if op in _XML_FUNCTIONS:
            return 2, _XML_FUNCTIONS[op]
        case ast.JsonFuncExpr(op=op) if op in _JSON_FUNCTIONS:
            return 2, _JSON_FUNCTIONS[op]
    name = _CONSTRUCTS.get(type(raw))
    return (2, name) if name is not None else _NO_NAME


def _figure_sublink(raw: ast.SubLink, ps: ParseState | None) -> tuple[int, str | None]:
    match raw.subLinkType:
        case enums.SubLinkType.EXISTS_SUBLINK:
            return 2, "exists"
        case enums.SubLinkType.ARRAY_SUBLINK:
            return 2, "array"
        case enums.SubLinkType.EXPR_SUBLINK:
            query = ps.p_sublinks.get(id(raw)) if ps is not None else None
            if query is not None and query.targetList[0].resname:
                return 2, query.targetList[0].resname
    return _NO_NAME
