"""SQL/JSON expressions printed as SQL: constructors, IS JSON, JSON_VALUE, JSON_QUERY and JSON_EXISTS.

Takes an analysed expression and a `Printer`. Mirrors `ruleutils.c`: get_json_constructor, get_json_agg_constructor,
get_json_expr_options and the JsonExpr case of get_rule_expr.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import nodes as n
from querygen.analyze.typename import quote_identifier
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.catalog.ruleutils import Printer

C = enums.JsonConstructorType
B = enums.JsonBehaviorType
_BEHAVIORS = {
    B.JSON_BEHAVIOR_NULL: "NULL",
    B.JSON_BEHAVIOR_ERROR: "ERROR",
    B.JSON_BEHAVIOR_EMPTY: "EMPTY",
    B.JSON_BEHAVIOR_TRUE: "TRUE",
    B.JSON_BEHAVIOR_FALSE: "FALSE",
    B.JSON_BEHAVIOR_UNKNOWN: "UNKNOWN",
    B.JSON_BEHAVIOR_EMPTY_ARRAY: "EMPTY ARRAY",
    B.JSON_BEHAVIOR_EMPTY_OBJECT: "EMPTY OBJECT",
}
_CONSTRUCTORS = {
    C.JSCTOR_JSON_OBJECT: "JSON_OBJECT",
    C.JSCTOR_JSON_ARRAY: "JSON_ARRAY",
    C.JSCTOR_JSON_OBJECTAGG: "JSON_OBJECTAGG",
    C.JSCTOR_JSON_ARRAYAGG: "JSON_ARRAYAGG",
    C.JSCTOR_JSON_PARSE: "JSON",
    C.JSCTOR_JSON_SCALAR: "JSON_SCALAR",
    C.JSCTOR_JSON_SERIALIZE: "JSON_SERIALIZE",
}
_KINDS = {"JS_TYPE_OBJECT": " OBJECT", "JS_TYPE_ARRAY": " ARRAY", "JS_TYPE_SCALAR": " SCALAR"}


def print_json(p: Printer, node: Any) -> str:
    """One of the JSON expressions."""
    from querygen.catalog.ruleutils_expr import print_expr

    match node:
        case n.JsonValueExpr():
            return print_expr(p, node.raw_expr) + _format(node.format)
        case n.JsonConstructorExpr():
            return _constructor(p, node)
        case n.JsonIsPredicate():
            kind = _KINDS.get(node.item_type.name, "")
            unique = " WITH UNIQUE KEYS" if node.unique_keys else ""
            return f"({print_expr(p, node.expr, showimplicit=True)} IS JSON{kind}{unique})"
    return _json_expr(p, node)


def _format(node: Any) -> str:
    if node is None or node.format_type == enums.JsonFormatType.JS_FORMAT_DEFAULT:
        return ""
    text = " FORMAT JSONB" if node.format_type == enums.JsonFormatType.JS_FORMAT_JSONB else " FORMAT JSON"
    encodings = enums.JsonEncoding
    word = {encodings.JS_ENC_UTF8: "UTF8", encodings.JS_ENC_UTF16: "UTF16", encodings.JS_ENC_UTF32: "UTF32"}
    return f"{text} ENCODING {word[node.encoding]}" if node.encoding in word else text


def _returning(p: Printer, node: Any) -> str:
    if node is None or not node.typid:
        return ""
    text = f" RETURNING {p.type(node.typid, node.typmod)}"
    if node.format is None or node.format.format_type == enums.JsonFormatType.JS_FORMAT_DEFAULT:
        return text
    jsonb = node.format.format_type == enums.JsonFormatType.JS_FORMAT_JSONB
    return text if jsonb == (node.typid == 3802) else text + _format(node.format)


def _constructor(p: Printer, node: Any) -> str:
    from querygen.catalog.ruleutils_expr import print_expr

    name = _CONSTRUCTORS.get(node.type)
    if name is None:
        raise PgError("0A000", f"querygen cannot print a JSON constructor of kind {node.type.name}")
    if node.type in (C.JSCTOR_JSON_OBJECTAGG, C.JSCTOR_JSON_ARRAYAGG):
        return _aggregate(p, node, name)
    shown = [print_expr(p, one) for one in node.args]
    if node.type == C.JSCTOR_JSON_OBJECT:
        inside = ", ".join(f"{key} : {value}" for key, value in zip(shown[::2], shown[1::2], strict=True))
    else:
        inside = ", ".join(shown)
    return f"{name}({inside}{_options(p, node)})"


def _options(p: Printer, node: Any) -> str:
    text = ""
    if node.type in (C.JSCTOR_JSON_OBJECT, C.JSCTOR_JSON_OBJECTAGG):
        text += " ABSENT ON NULL" if node.absent_on_null else ""
    elif node.type in (C.JSCTOR_JSON_ARRAY, C.JSCTOR_JSON_ARRAYAGG):
        text += "" if node.absent_on_null else " NULL ON NULL"
    if node.unique:
        text += " WITH UNIQUE KEYS"
    if node.type not in (C.JSCTOR_JSON_PARSE, C.JSCTOR_JSON_SCALAR):
        text += _returning(p, node.returning)
    return text


def _aggregate(p: Printer, node: Any, name: str) -> str:
    from querygen.catalog.ruleutils_expr import print_expr

    call = node.func
    match call:
        case n.Aggref():
            values = [one.expr for one in call.args if not one.resjunk]
            tail = f" FILTER (WHERE {print_expr(p, call.aggfilter)})" if call.aggfilter is not None else ""
            order = f" ORDER BY {p.sort_list(call.aggorder, call.args)}" if call.aggorder else ""
        case n.WindowFunc():
            values = [*call.args]
            tail = f" OVER {p.window(call.winref)}"
            order = ""
        case _:
            raise PgError("0A000", f"querygen cannot print {name} here")
    if node.type == C.JSCTOR_JSON_OBJECTAGG:
        inside = f"{print_expr(p, values[0])} : {print_expr(p, values[1])}"
    else:
        inside = print_expr(p, values[0])
    return f"{name}({inside}{order}{_options(p, node)}){tail}"


def _behavior(p: Printer, node: Any, where: str, default: Any) -> str:
    from querygen.catalog.ruleutils_expr import print_expr

    if node is None or node.btype == default:
        return ""
    if node.btype == B.JSON_BEHAVIOR_DEFAULT:
        return f" DEFAULT {print_expr(p, node.expr)} ON {where}"
    return f" {_BEHAVIORS[node.btype]} ON {where}"


def _json_expr(p: Printer, node: Any) -> str:
    from querygen.catalog.ruleutils_expr import print_const, print_expr

    ops = enums.JsonExprOp
    names = {ops.JSON_EXISTS_OP: "JSON_EXISTS", ops.JSON_QUERY_OP: "JSON_QUERY", ops.JSON_VALUE_OP: "JSON_VALUE"}
    if node.op not in names:
        raise PgError("0A000", "querygen cannot print a column of JSON_TABLE here")
    path = node.path_spec
    shown = print_const(p, path, -1) if isinstance(path, n.Const) else print_expr(p, path)
    text = f"{print_expr(p, node.formatted_expr)}, {shown}"
    if node.passing_values:
        passed = zip(node.passing_values, node.passing_names, strict=True)
        text += " PASSING " + ", ".join(f"{print_expr(p, one)} AS {quote_identifier(name)}" for one, name in passed)
    if node.op != ops.JSON_EXISTS_OP:
        text += _returning(p, node.returning)
    default = B.JSON_BEHAVIOR_FALSE if node.op == ops.JSON_EXISTS_OP else B.JSON_BEHAVIOR_NULL
    if node.op == ops.JSON_QUERY_OP:
        wrapper = {"JSW_CONDITIONAL": " WITH CONDITIONAL WRAPPER", "JSW_UNCONDITIONAL": " WITH UNCONDITIONAL WRAPPER"}
        text += wrapper.get(node.wrapper.name, " WITHOUT WRAPPER")
        text += " OMIT QUOTES" if node.omit_quotes else " KEEP QUOTES"
    if node.op != ops.JSON_EXISTS_OP:
        text += _behavior(p, node.on_empty, "EMPTY", default)
    text += _behavior(p, node.on_error, "ERROR", default)
    return f"{names[node.op]}({text})"
