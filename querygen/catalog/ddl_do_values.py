"""The value of a PL/pgSQL expression of constants: what the text of a DO block alone tells.

Takes the text of an expression and the values of variables; gives the value, or raises `Unknown`: whatever needs rows,
settings, a function beyond a few for texts, or a type's own arithmetic.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ruleutils_expr import quote_literal
from querygen.sql.nodes import ast, enums
from querygen.sql.tree import ParseError, parse_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEXTS: Final = frozenset({"text", "varchar", "name", "bpchar"})
_WHOLE: Final = frozenset({"int2", "int4", "int8"})
_VERSION: Final = "180000"
_PLACEHOLDER: Final = re.compile(r"%(?:(\d+)\$)?([sIL%])|%")
_COMPARED: Final = frozenset({"=", "<>", "<", ">", "<=", ">="})


class Unknown(Exception):  # noqa: N818
    """The text does not tell."""


class _NotTold:
    """A variable's value that the text does not tell."""


NOT_TOLD: Final = _NotTold()
Value = str | int | bool | None | tuple[Any, ...] | _NotTold


def evaluate(text: str, variables: Mapping[str, Value]) -> Value:
    """The value of an expression."""
    statements: tuple[Any, ...]
    try:
        statements = parse_sql(f"SELECT {text}")
    except ParseError:
        raise Unknown from None
    select = statements[0].stmt
    if len(statements) != 1 or not isinstance(select, ast.SelectStmt) or select.fromClause or select.whereClause:
        raise Unknown
    match select.targetList:
        case (target,):
            return _value(target.val, variables)
    raise Unknown


def is_true(value: Value) -> bool:
    """Whether IF takes the branch: NULL does not."""
    if value is None or isinstance(value, bool):
        return value is True
    raise Unknown


def _value(node: Any, variables: Mapping[str, Value]) -> Value:
    match node:
        case ast.A_Const():
            return _constant(node)
        case ast.ColumnRef(fields=(ast.String(sval=name),)) if name in variables:
            value = variables[name]
            if value is NOT_TOLD:
                raise Unknown
            return value
        case ast.TypeCast():
            return _cast(_value(node.arg, variables), node.typeName)
        case ast.A_ArrayExpr():
            return tuple(_value(one, variables) for one in node.elements or ())
        case ast.BoolExpr():
            return _logic(node, variables)
        case ast.NullTest():
            is_null = _value(node.arg, variables) is None
            return is_null if node.nulltesttype == enums.NullTestType.IS_NULL else not is_null
        case ast.A_Expr(kind=enums.A_Expr_Kind.AEXPR_OP, lexpr=left, rexpr=right) if left is not None:
            return _operator(node.name[-1].sval, _value(left, variables), _value(right, variables))
        case ast.FuncCall(agg_star=False, agg_order=None, over=None):
            return _function(node.funcname[-1].sval, [_value(one, variables) for one in node.args or ()])
        case ast.CoalesceExpr():
            values = (_value(one, variables) for one in node.args)
            return next((one for one in values if one is not None), None)
    raise Unknown


def _constant(node: Any) -> Value:
    if node.isnull:
        return None
    match node.val:
        case ast.String(sval=text):
            return str(text)
        case ast.Integer(ival=number):
            return int(number)
        case ast.Boolean(boolval=truth):
            return bool(truth)
    raise Unknown


def _cast(value: Value, type_name: Any) -> Value:
    name = type_name.names[-1].sval
    if type_name.arrayBounds or type_name.typmods:
        if isinstance(value, tuple) and not type_name.typmods:
            return value
        raise Unknown
    if value is None:
        return None
    if name in _TEXTS and isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    if name in _WHOLE and isinstance(value, (str, int)) and re.fullmatch(r"-?\d+", str(value)):
        return int(value)
    if name == "bool" and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise Unknown


def _logic(node: Any, variables: Mapping[str, Value]) -> Value:
    """AND, OR, NOT, of three values; one that is not told matters only where the others do not decide."""
    decides = bool(node.boolop == enums.BoolExprType.OR_EXPR)
    if node.boolop == enums.BoolExprType.NOT_EXPR:
        value = _value(node.args[0], variables)
        return None if value is None else not is_true(value)
    unknown = null = False
    for one in node.args:
        try:
            value = _value(one, variables)
            if value is None:
                null = True
            elif is_true(value) == decides:
                return decides
        except Unknown:
            unknown = True
    if unknown:
        raise Unknown
    return None if null else not decides


def _operator(name: str, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    match name, left, right:
        case "||", (str() | int()), (str() | int()) if not isinstance(left, bool) and not isinstance(right, bool):
            return f"{left}{right}"
        case "||", tuple(), tuple():
            return (*left, *right)
        case "+", int(), int():
            return left + right
        case "-", int(), int():
            return left - right
        case "*", int(), int():
            return left * right
    if name in _COMPARED and type(left) is type(right):
        if isinstance(left, int) and isinstance(right, int):
            ordered = (left > right) - (left < right)
            return {
                "=": ordered == 0,
                "<>": ordered != 0,
                "<": ordered < 0,
                ">": ordered > 0,
                "<=": ordered <= 0,
                ">=": ordered >= 0,
            }[name]
        if name in ("=", "<>"):
            return (left == right) == (name == "=")
    raise Unknown


def _function(name: str, arguments: Sequence[Value]) -> Value:
    match name, arguments:
        case "current_setting", ["server_version_num", *_]:
            return _VERSION
        case "format", [str() as pattern, *values]:
            return _format(pattern, values)
        case "quote_ident", [str() as text]:
            return quote_identifier(text)
        case "quote_literal", [str() as text]:
            return quote_literal(text)
        case "concat", values:
            return "".join(_text(one) for one in values)
        case "lower", [str() as text] if text.isascii():
            return text.lower()
        case "upper", [str() as text] if text.isascii():
            return text.upper()
        case "replace", [str() as text, str() as old, str() as new] if old:
            return text.replace(old, new)
    raise Unknown


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise Unknown


def _format(pattern: str, values: Sequence[Value]) -> str:
    """varlena.c: text_format, without widths"""
    following = 0

    def filled(found: re.Match[str]) -> str:
        nonlocal following
        position, kind = found[1], found[2]
        if kind is None:
            raise Unknown
        if kind == "%":
            return "%"
        number = int(position) - 1 if position else following
        following = number + 1
        if not 0 <= number < len(values):
            raise Unknown
        value = values[number]
        if kind == "L":
            return "NULL" if value is None else quote_literal(_text(value))
        if kind == "I" and value is None:
            raise Unknown
        return quote_identifier(_text(value)) if kind == "I" else _text(value)

    return _PLACEHOLDER.sub(filled, pattern)
