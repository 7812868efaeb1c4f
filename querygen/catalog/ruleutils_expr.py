"""Analysed expressions printed as SQL, with every name qualified that is not PostgreSQL's own.

Takes an expression of `analyze.nodes` and a `Printer` (ruleutils.py), gives the text that pg_get_expr would give under
an empty search path. Mirrors `ruleutils.c`: get_rule_expr and what it calls. What cannot be printed is a PgError 0A000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import nodefuncs
from querygen.analyze import nodes as n
from querygen.analyze.pgtypes import BOOLOID, INT4OID, NUMERICOID, UNKNOWNOID
from querygen.analyze.typename import format_type, quote_identifier
from querygen.catalog.catalog import PG_CATALOG
from querygen.catalog.ruleutils_json import print_json
from querygen.catalog.ruleutils_syntax import sql_syntax
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.ruleutils import Printer

_IMPLICIT = enums.CoercionForm.COERCE_IMPLICIT_CAST
_EXPLICIT = enums.CoercionForm.COERCE_EXPLICIT_CAST
_SYNTAX = enums.CoercionForm.COERCE_SQL_SYNTAX
_REG_TYPES = {2205: "relation", 24: "proc", 2202: "proc", 2206: "type", 4089: "schema"}  # regclass, regproc, …
_BOOL_TESTS = {
    "IS_TRUE": "IS TRUE",
    "IS_NOT_TRUE": "IS NOT TRUE",
    "IS_FALSE": "IS FALSE",
    "IS_NOT_FALSE": "IS NOT FALSE",
    "IS_UNKNOWN": "IS UNKNOWN",
    "IS_NOT_UNKNOWN": "IS NOT UNKNOWN",
}
_VALUE_FUNCTIONS = {
    "SVFOP_CURRENT_DATE": "CURRENT_DATE",
    "SVFOP_CURRENT_TIME": "CURRENT_TIME",
    "SVFOP_CURRENT_TIME_N": "CURRENT_TIME",
    "SVFOP_CURRENT_TIMESTAMP": "CURRENT_TIMESTAMP",
    "SVFOP_CURRENT_TIMESTAMP_N": "CURRENT_TIMESTAMP",
    "SVFOP_LOCALTIME": "LOCALTIME",
    "SVFOP_LOCALTIME_N": "LOCALTIME",
    "SVFOP_LOCALTIMESTAMP": "LOCALTIMESTAMP",
    "SVFOP_LOCALTIMESTAMP_N": "LOCALTIMESTAMP",
    "SVFOP_CURRENT_ROLE": "CURRENT_ROLE",
    "SVFOP_CURRENT_USER": "CURRENT_USER",
    "SVFOP_USER": "USER",
    "SVFOP_SESSION_USER": "SESSION_USER",
    "SVFOP_CURRENT_CATALOG": "CURRENT_CATALOG",
    "SVFOP_CURRENT_SCHEMA": "CURRENT_SCHEMA",
}


def quote_literal(text: str) -> str:
    """simple_quote_literal"""
    if "\\" in text:
        escaped = text.replace("\\", "\\\\").replace("'", "''")
        return f"E'{escaped}'"
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def unprintable(what: str) -> PgError:
    """The error of a node that has no text yet."""
    return PgError("0A000", f"querygen cannot print {what}")


def print_expr(p: Printer, node: Any, *, showimplicit: bool = False) -> str:
    """get_rule_expr"""
    match node:
        case n.RelabelType():
            return coercion(p, node, node.relabelformat, node.resulttype, node.resulttypmod, showimplicit)
        case n.CoerceViaIO():
            return coercion(p, node, node.coerceformat, node.resulttype, -1, showimplicit)
        case n.ArrayCoerceExpr():
            return coercion(p, node, node.coerceformat, node.resulttype, node.resulttypmod, showimplicit)
        case n.ConvertRowtypeExpr():
            return coercion(p, node, node.convertformat, node.resulttype, -1, showimplicit)
        case n.CoerceToDomain():
            return coercion(p, node, node.coercionformat, node.resulttype, node.resulttypmod, showimplicit)
        case n.FuncExpr():
            return _func_expr(p, node, showimplicit)
        case n.CollateExpr():
            return f"({print_expr(p, node.arg, showimplicit=showimplicit)} COLLATE {p.collation(node.collOid)})"
        case n.TargetEntry():
            return print_expr(p, node.expr, showimplicit=showimplicit)
        case n.JsonValueExpr() | n.JsonConstructorExpr() | n.JsonIsPredicate() | n.JsonExpr():
            return print_json(p, node)
    return _print_plain(p, node)


def _print_plain(p: Printer, node: Any) -> str:
    """The expressions that look the same whether implicit casts are shown or not."""
    match node:
        case None:
            return ""
        case n.Var():
            return p.variable(node)
        case n.Const():
            return print_const(p, node)
        case n.Param():
            return p.param(node)
        case n.OpExpr():
            return _op_expr(p, node)
        case n.BoolExpr():
            return _bool_expr(p, node)
        case n.NullTest():
            word = "IS NULL" if node.nulltesttype == enums.NullTestType.IS_NULL else "IS NOT NULL"
            if not node.argisrow and nodefuncs_is_rowtype(p, node.arg):
                word = "IS NOT DISTINCT FROM NULL" if word == "IS NULL" else "IS DISTINCT FROM NULL"
            return f"({print_expr(p, node.arg, showimplicit=True)} {word})"
        case n.BooleanTest():
            return f"({print_expr(p, node.arg)} {_BOOL_TESTS[node.booltesttype.name]})"
        case n.CaseExpr():
            return _case(p, node)
        case n.CaseTestExpr():
            return "CASE_TEST_EXPR"
        case n.CoalesceExpr():
            return f"COALESCE({_list(p, node.args)})"
        case n.MinMaxExpr():
            word = "GREATEST" if node.op == enums.MinMaxOp.IS_GREATEST else "LEAST"
            return f"{word}({_list(p, node.args)})"
        case n.ScalarArrayOpExpr():
            return _array_op(p, node)
        case n.DistinctExpr():
            left, right = node.args
            return f"({print_expr(p, left)} IS DISTINCT FROM {print_expr(p, right)})"
        case n.NullIfExpr():
            return f"NULLIF({_list(p, node.args)})"
        case n.ArrayExpr():
            text = f"ARRAY[{_list(p, node.elements)}]"
            return text if node.elements else f"{text}::{p.type(node.array_typeid)}"
        case n.RowExpr():
            return _row(p, node)
        case n.RowCompareExpr():
            return _row_compare(p, node)
        case n.SubLink():
            return _sublink(p, node)
        case n.Aggref():
            return _aggregate(p, node)
        case n.WindowFunc():
            return _window_func(p, node)
        case n.GroupingFunc():
            return f"GROUPING({_list(p, node.args)})"
        case n.SubscriptingRef():
            return _subscript(p, node)
        case n.FieldSelect():
            return _field_select(p, node)
        case n.SQLValueFunction():
            word = _VALUE_FUNCTIONS[node.op.name]
            return f"{word}({node.typmod})" if node.typmod >= 0 else word
        case n.NamedArgExpr():
            return f"{quote_identifier(node.name)} => {print_expr(p, node.arg)}"
        case n.CoerceToDomainValue():
            return "VALUE"
        case n.SetToDefault():
            return "DEFAULT"
        case n.MergeSupportFunc():
            return "MERGE_ACTION()"
        case n.InferenceElem():
            return _inference(p, node)
        case n.XmlExpr():
            return _xml(p, node)
    raise unprintable(f"an expression of kind {type(node).__name__}")


def _list(p: Printer, nodes: Iterable[Any]) -> str:
    return ", ".join(print_expr(p, one, showimplicit=True) for one in nodes)


def nodefuncs_is_rowtype(p: Printer, node: Any) -> bool:
    """type_is_rowtype of an expression."""
    from querygen.analyze.typename import type_is_rowtype

    return type_is_rowtype(p.catalog, nodefuncs.expr_type(node))


# ---------------------------------------------------------------------------------------------- constants


def print_const(p: Printer, node: n.Const, showtype: int = 0) -> str:
    """get_const_expr"""
    if node.value is None:
        return "NULL" if showtype < 0 else f"NULL::{p.type(node.consttype, node.consttypmod)}"
    value = node.value
    is_float = False
    label = True
    if node.consttype in _REG_TYPES:
        value = p.reg_value(_REG_TYPES[node.consttype], value)
        text = quote_literal(value)
    elif node.consttype == INT4OID:
        label = value.startswith("-")
        text = quote_literal(value) if label else value
    elif node.consttype == NUMERICOID:
        # PG: prints whole numbers bare, which are read again as integers that are cast
        is_float = value[:1].isdigit() and not value.strip("0123456789+-eE.") and any(one in value for one in "eE.")
        text = value if is_float else quote_literal(value)
        label = not is_float or node.consttypmod >= 0
    elif node.consttype == BOOLOID:
        text = "true" if value.strip().lower() in _TRUE else "false"
        label = False
    elif node.consttype in _BITS:
        text = f"B{quote_literal(_bits(value))}"
    else:
        text = quote_literal(value)
    if node.consttype == UNKNOWNOID:
        label = False
    if showtype < 0 or (showtype == 0 and not label):
        return text
    return f"{text}::{p.type(node.consttype, node.consttypmod)}"


_TRUE = frozenset({"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"})
_BITS = (1560, 1562)


def _bits(value: str) -> str:
    """The digits of a bit string: hexadecimal ones are four each."""
    if value[:1] in "xX":
        return "".join(f"{int(digit, 16):04b}" for digit in value[1:].strip("'"))
    return value.removeprefix("b").removeprefix("B").strip("'")


# ---------------------------------------------------------------------------------------------- functions


def coercion(p: Printer, node: Any, form: Any, type_oid: int, typmod: int, showimplicit: bool) -> str:
    """get_coercion_expr, or nothing for an implicit cast that need not be seen"""
    if form == _IMPLICIT and not showimplicit:
        return print_expr(p, node.arg)
    return cast(p, node.arg, type_oid, typmod)


def cast(p: Printer, argument: Any, type_oid: int, typmod: int) -> str:
    """get_coercion_expr"""
    shown = p.type(type_oid, typmod)
    if isinstance(argument, n.Const) and argument.consttype == type_oid and argument.consttypmod == -1:
        return f"{print_const(p, argument, -1)}::{shown}"
    return f"({print_expr(p, argument)})::{shown}"


def _func_expr(p: Printer, node: n.FuncExpr, showimplicit: bool) -> str:
    """get_func_expr"""
    if node.funcformat == _IMPLICIT and not showimplicit:
        return print_expr(p, node.args[0])
    if node.funcformat in (_EXPLICIT, _IMPLICIT):
        typmod = nodefuncs.expr_is_length_coercion(node)
        return cast(p, node.args[0], node.funcresulttype, -1 if typmod is None else typmod)
    if node.funcformat == _SYNTAX and (text := sql_syntax(p, node)) is not None:
        return text
    arguments = [print_expr(p, one, showimplicit=True) for one in node.args]
    if node.funcvariadic and arguments:
        arguments[-1] = f"VARIADIC {arguments[-1]}"
    return f"{p.function(node.funcid)}({', '.join(arguments)})"


def _op_expr(p: Printer, node: n.OpExpr) -> str:
    """get_oper_expr"""
    name = p.operator(node.opno)
    if len(node.args) == 2:
        left, right = (print_expr(p, one, showimplicit=True) for one in node.args)
        return f"({left} {name} {right})"
    return f"({name} {print_expr(p, node.args[0], showimplicit=True)})"


def _bool_expr(p: Printer, node: n.BoolExpr) -> str:
    kinds = enums.BoolExprType
    if node.boolop == kinds.NOT_EXPR:
        return f"(NOT {print_expr(p, node.args[0])})"
    word = " AND " if node.boolop == kinds.AND_EXPR else " OR "
    return f"({word.join(print_expr(p, one) for one in node.args)})"


def _case(p: Printer, node: n.CaseExpr) -> str:
    parts = ["CASE"]
    if node.arg is not None:
        parts.append(print_expr(p, node.arg, showimplicit=True))
    for when in node.args:
        condition: Any = when.expr
        if node.arg is not None:
            # CASE a WHEN b: the condition is "placeholder = b"
            if isinstance(condition, (n.OpExpr, n.DistinctExpr)) and _is_placeholder(condition.args[0]):
                condition = condition.args[1]
        parts.append(f"WHEN {print_expr(p, condition)} THEN {print_expr(p, when.result, showimplicit=True)}")
    if node.defresult is not None:
        parts.append(f"ELSE {print_expr(p, node.defresult, showimplicit=True)}")
    parts.append("END")
    return " ".join(parts)


def _is_placeholder(node: Any) -> bool:
    return isinstance(nodefuncs.strip_implicit_coercions(node), n.CaseTestExpr)


def _array_op(p: Printer, node: n.ScalarArrayOpExpr) -> str:
    left, right = node.args
    word = "ANY" if node.useOr else "ALL"
    if isinstance(right, n.ArrayCoerceExpr) and right.coerceformat == _IMPLICIT and isinstance(right.arg, n.ArrayExpr):
        # `x IN ('a', 'b')` of a varchar: a cast that is written would be that of each element, another expression
        right = right.arg
    shown = print_expr(p, right, showimplicit=True)
    if isinstance(right, n.SubLink) and right.subLinkType == enums.SubLinkType.EXPR_SUBLINK:
        # ANY (SELECT …) would mean something else
        shown += f"::{p.type(nodefuncs.expr_type(right), nodefuncs.expr_typmod(right))}"
    return f"({print_expr(p, left, showimplicit=True)} {p.operator(node.opno)} {word} ({shown}))"


def _row(p: Printer, node: n.RowExpr) -> str:
    text = f"ROW({_list(p, node.args)})"
    if node.row_format == _EXPLICIT:
        text += f"::{p.type(node.row_typeid)}"
    return text


def _row_compare(p: Printer, node: n.RowCompareExpr) -> str:
    return f"(ROW({_list(p, node.largs)}) {p.operator(node.opnos[0])} ROW({_list(p, node.rargs)}))"


def _aggregate(p: Printer, node: n.Aggref) -> str:
    """get_agg_expr"""
    name = p.function(node.aggfnoid)
    distinct = "DISTINCT " if node.aggdistinct else ""
    shown = [one for one in node.args if not one.resjunk]
    if node.aggkind in "oh":
        direct = _list(p, node.aggdirectargs)
        order = p.sort_list(node.aggorder, node.args)
        text = f"{name}({distinct}{direct}) WITHIN GROUP (ORDER BY {order})"
    else:
        arguments = [print_expr(p, one.expr, showimplicit=True) for one in shown]
        if node.aggvariadic and arguments:
            arguments[-1] = f"VARIADIC {arguments[-1]}"
        inside = "*" if node.aggstar else ", ".join(arguments)
        if node.aggorder:
            inside += f" ORDER BY {p.sort_list(node.aggorder, node.args)}"
        text = f"{name}({distinct}{inside})"
    if node.aggfilter is not None:
        text += f" FILTER (WHERE {print_expr(p, node.aggfilter)})"
    return text


def _window_func(p: Printer, node: n.WindowFunc) -> str:
    """get_windowfunc_expr"""
    inside = "*" if node.winstar else _list(p, node.args)
    text = f"{p.function(node.winfnoid)}({inside})"
    if node.aggfilter is not None:
        text += f" FILTER (WHERE {print_expr(p, node.aggfilter)})"
    return f"{text} OVER {p.window(node.winref)}"


# ---------------------------------------------------------------------------------------------- the rest


def _sublink(p: Printer, node: n.SubLink) -> str:
    """get_sublink_expr"""
    kinds = enums.SubLinkType
    left = ""
    operator = None
    match node.testexpr:
        case n.OpExpr(args=(first, *_), opno=opno):
            left = print_expr(p, first, showimplicit=True)
            operator = p.operator(opno)
        case n.BoolExpr(args=tests):
            left = f"({', '.join(print_expr(p, _first(one), showimplicit=True) for one in tests)})"
            operator = p.operator(_operator_of(tests[0]))
        case n.RowCompareExpr():
            left = f"({_list(p, node.testexpr.largs)})"
            operator = p.operator(node.testexpr.opnos[0])
    query = p.subquery(node.subselect)
    match node.subLinkType:
        case kinds.EXISTS_SUBLINK:
            text = f"EXISTS ({query})"
        case kinds.ANY_SUBLINK:
            text = f"{left} IN ({query})" if operator == "=" else f"{left} {operator} ANY ({query})"
        case kinds.ALL_SUBLINK:
            text = f"{left} {operator} ALL ({query})"
        case kinds.ROWCOMPARE_SUBLINK:
            text = f"{left} {operator} ({query})"
        case kinds.EXPR_SUBLINK | kinds.MULTIEXPR_SUBLINK:
            return f"({query})"
        case kinds.ARRAY_SUBLINK:
            return f"ARRAY({query})"
        case _:
            raise unprintable(f"a subquery of kind {node.subLinkType.name}")
    return f"({text})"


def _first(node: Any) -> Any:
    if isinstance(node, n.BoolExpr):  # NOT (a = b)
        return _first(node.args[0])
    return node.args[0]


def _operator_of(node: Any) -> int:
    if isinstance(node, n.BoolExpr):
        return _operator_of(node.args[0])
    return int(node.opno)


def _subscript(p: Printer, node: n.SubscriptingRef) -> str:
    base = print_expr(p, node.refexpr, showimplicit=True)
    if not isinstance(node.refexpr, (n.Var, n.SubscriptingRef, n.FieldSelect)):
        base = f"({base})"
    parts = [base]
    lowers = node.reflowerindexpr or (None,) * len(node.refupperindexpr)
    for upper, lower in zip(node.refupperindexpr, lowers, strict=True):
        if node.reflowerindexpr:
            parts.append(f"[{print_expr(p, lower)}:{print_expr(p, upper)}]")
        else:
            parts.append(f"[{print_expr(p, upper)}]")
    return "".join(parts)


def _field_select(p: Printer, node: n.FieldSelect) -> str:
    argument = print_expr(p, node.arg, showimplicit=True)
    if not isinstance(node.arg, (n.SubscriptingRef, n.FieldSelect)):
        argument = f"({argument})"
    return f"{argument}.{quote_identifier(p.field_name(node.arg, node.fieldnum))}"


def _inference(p: Printer, node: n.InferenceElem) -> str:
    text = print_expr(p, node.expr)
    if not isinstance(node.expr, (n.Var, n.FuncExpr)):
        text = f"({text})"
    if node.infercollid:
        text += f" COLLATE {p.collation(node.infercollid)}"
    if node.inferopclass:
        row = next(one for one in p.catalog.opclasses() if one.oid == node.inferopclass)
        text += f" {p.qualified(row.opcname, row.opcnamespace)}"
    return text


def _xml(p: Printer, node: n.XmlExpr) -> str:
    kinds = enums.XmlExprOp
    words = {
        kinds.IS_XMLCONCAT: "XMLCONCAT",
        kinds.IS_XMLELEMENT: "XMLELEMENT",
        kinds.IS_XMLFOREST: "XMLFOREST",
        kinds.IS_XMLPARSE: "XMLPARSE",
        kinds.IS_XMLPI: "XMLPI",
        kinds.IS_XMLROOT: "XMLROOT",
        kinds.IS_XMLSERIALIZE: "XMLSERIALIZE",
    }
    if node.op == kinds.IS_DOCUMENT:
        return f"({print_expr(p, node.args[0])} IS DOCUMENT)"
    named = [
        f"{print_expr(p, value, showimplicit=True)} AS {quote_identifier(name)}"
        for value, name in zip(node.named_args, node.arg_names, strict=True)
    ]
    word = words[node.op]
    option = "DOCUMENT" if node.xmloption == enums.XmlOptionType.XMLOPTION_DOCUMENT else "CONTENT"
    match node.op:
        case kinds.IS_XMLELEMENT:
            parts = [f"NAME {quote_identifier(node.name or '')}"]
            if named:
                parts.append(f"XMLATTRIBUTES({', '.join(named)})")
            return f"{word}({', '.join([*parts, *(print_expr(p, one, showimplicit=True) for one in node.args)])})"
        case kinds.IS_XMLFOREST:
            return f"{word}({', '.join(named)})"
        case kinds.IS_XMLCONCAT:
            return f"{word}({_list(p, node.args)})"
        case kinds.IS_XMLPI:
            rest = f", {print_expr(p, node.args[0], showimplicit=True)}" if node.args else ""
            return f"{word}(NAME {quote_identifier(node.name or '')}{rest})"
        case kinds.IS_XMLPARSE:
            keep = node.args[1]
            blank = "PRESERVE" if isinstance(keep, n.Const) and keep.value in ("t", "true") else "STRIP"
            return f"{word}({option} {print_expr(p, node.args[0], showimplicit=True)} {blank} WHITESPACE)"
        case kinds.IS_XMLSERIALIZE:
            indent = " INDENT" if node.indent else ""
            value = print_expr(p, node.args[0], showimplicit=True)
            return f"{word}({option} {value} AS {p.type(node.type, node.typmod)}{indent})"
    raise unprintable("XMLROOT")


__all__ = ["PG_CATALOG", "cast", "format_type", "print_expr", "quote_literal"]
