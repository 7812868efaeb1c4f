"""The value of a PL/pgSQL expression: what the text of a DO block and the schema so far tell.

Takes the text of an expression and a `Scope`; gives the value, or raises `Unknown`: whatever needs the rows of tables,
settings, a function beyond a few for texts and names, or a type's own arithmetic. Queries are `ddl_do_ask.py`'s.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ddl_do_names import Reg, Unknown, named_oid, shown_oid
from querygen.catalog.ruleutils_expr import quote_literal
from querygen.sql.nodes import ast, enums
from querygen.sql.tree import ParseError, parse_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from querygen.catalog.ddl_state import DdlState

_TEXTS: Final = frozenset({"text", "varchar", "name", "bpchar"})
_WHOLE: Final = frozenset({"int2", "int4", "int8"})
_REG: Final = frozenset({"regclass", "regtype", "regproc", "regprocedure", "regnamespace"})
_PLACEHOLDER: Final = re.compile(r"%(?:(\d+)\$)?([sIL%])|%")
_COMPARED: Final = frozenset({"=", "<>", "<", ">", "<=", ">="})


class _NotTold:
    """A variable's value that the text does not tell."""


class _Database:
    """The name of the database: nobody knows it, but it is its own."""


NOT_TOLD: Final = _NotTold()
DATABASE: Final = _Database()
Value = str | int | bool | None | tuple[Any, ...] | _NotTold | _Database


class Scope(Struct, frozen=True):
    """What names mean: the columns of rows, the innermost query's first, and PL/pgSQL's variables."""

    state: DdlState
    variables: Mapping[str, Value]
    frames: tuple[Mapping[str, Mapping[str, Value]], ...] = ()  # alias → row
    absent_roles: bool = False  # a role that the schema does not make is taken for absent
    query: Callable[[Any, Any], Any] = field(default=lambda _node, _scope: NOT_TOLD)  # of a SubLink


def evaluate(text: str, scope: Scope) -> Value:
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
            return value_of(target.val, scope)
    raise Unknown


def is_true(value: Value) -> bool:
    """Whether IF takes the branch: NULL does not."""
    if value is None or isinstance(value, bool):
        return value is True
    raise Unknown


def value_of(node: Any, scope: Scope) -> Value:
    """The value of an expression's tree."""
    value = _value(node, scope)
    if value is NOT_TOLD:
        raise Unknown
    return value


def _value(node: Any, scope: Scope) -> Value:
    match node:
        case ast.A_Const():
            return _constant(node)
        case ast.ColumnRef(fields=fields) if all(isinstance(one, ast.String) for one in fields):
            return _column(tuple(one.sval for one in fields), scope)
        case ast.TypeCast():
            return cast(value_of(node.arg, scope), node.typeName, scope.state)
        case ast.A_ArrayExpr():
            return tuple(value_of(one, scope) for one in node.elements or ())
        case ast.BoolExpr():
            return _logic(node, scope)
        case ast.NullTest():
            is_null = value_of(node.arg, scope) is None
            return is_null if node.nulltesttype == enums.NullTestType.IS_NULL else not is_null
        case ast.SubLink():
            found: Value = scope.query(node, scope)
            return found
        case ast.A_Expr(lexpr=left, rexpr=right) if left is not None:
            return _expression(node, left, right, scope)
        case ast.SQLValueFunction(op=enums.SQLValueFunctionOp.SVFOP_CURRENT_SCHEMA):
            return _current_schema(scope.state)
        case ast.SQLValueFunction(op=enums.SQLValueFunctionOp.SVFOP_CURRENT_CATALOG):
            return DATABASE
        case ast.FuncCall(agg_star=False, agg_order=None, over=None):
            return _function(node.funcname[-1].sval, [value_of(one, scope) for one in node.args or ()], scope.state)
        case ast.CoalesceExpr():
            values = (value_of(one, scope) for one in node.args)
            return next((one for one in values if one is not None), None)
    raise Unknown


def _column(names: tuple[str, ...], scope: Scope) -> Value:
    """A column, or a variable; PL/pgSQL refuses a name that is both."""
    if len(names) == 1:
        for frame in scope.frames:
            for row in frame.values():
                if names[0] in row:
                    if names[0] in scope.variables:
                        raise Unknown
                    return row[names[0]]
        return scope.variables.get(names[0], NOT_TOLD)
    if len(names) == 2:
        for frame in scope.frames:
            if names[0] in frame:
                return frame[names[0]].get(names[1], NOT_TOLD)
    return NOT_TOLD


def _expression(node: Any, left: Any, right: Any, scope: Scope) -> Value:
    kinds = enums.A_Expr_Kind
    name = node.name[-1].sval if node.name else ""
    value = value_of(left, scope)
    match node.kind:
        case kinds.AEXPR_OP:
            return _operator(name, value, value_of(right, scope))
        case kinds.AEXPR_IN if isinstance(right, tuple):
            found = among(value, [value_of(one, scope) for one in right])
            return found if name == "=" or found is None else not found
        case kinds.AEXPR_OP_ANY if name == "=":
            values = value_of(right, scope)
            if isinstance(values, tuple):
                return among(value, values)
        case kinds.AEXPR_LIKE | kinds.AEXPR_ILIKE:
            pattern = value_of(right, scope)
            if isinstance(value, str) and isinstance(pattern, str) and "\\" not in pattern:
                ignored = re.DOTALL | (re.IGNORECASE if node.kind == kinds.AEXPR_ILIKE else 0)
                if ignored & re.IGNORECASE and not (value + pattern).isascii():
                    raise Unknown
                wanted = re.escape(pattern).replace("%", ".*").replace("_", ".")
                return (re.fullmatch(wanted, value, ignored) is not None) == (not name.startswith("!"))
        case kinds.AEXPR_DISTINCT | kinds.AEXPR_NOT_DISTINCT:
            other = value_of(right, scope)
            same = value is other if value is None or other is None else _operator("=", value, other)
            return bool(same == (node.kind == kinds.AEXPR_NOT_DISTINCT))
    raise Unknown


def among(value: Value, values: Sequence[Value]) -> Value:
    """value = ANY (values)"""
    found = [_operator("=", value, one) for one in values]
    return True if True in found else None if None in found else False


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


def cast(value: Value, type_name: Any, state: DdlState) -> Value:
    """What :: gives, and what a variable of the type holds."""
    name = type_name.names[-1].sval
    if type_name.arrayBounds or type_name.typmods:
        if isinstance(value, tuple) and not type_name.typmods:
            return value
        raise Unknown
    if value is None:
        return None
    if name in _TEXTS and isinstance(value, Reg):
        return shown_oid(state, value)
    if name in _TEXTS and isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    if name == "oid" and isinstance(value, int) and not isinstance(value, bool):
        return Reg(value)
    if name in _REG:
        return Reg.of(name, value) if isinstance(value, Reg) else named_oid(state, name, value, missing_ok=False)
    if name in _WHOLE and not isinstance(value, (bool, Reg)) and re.fullmatch(r"-?\d+", str(value)):
        return int(str(value))
    if name == "bool" and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    if name == "char" and isinstance(value, str) and len(value) == 1:
        return value
    raise Unknown


def _logic(node: Any, scope: Scope) -> Value:
    """AND, OR, NOT, of three values; one that is not told matters only where the others do not decide."""
    decides = bool(node.boolop == enums.BoolExprType.OR_EXPR)
    if node.boolop == enums.BoolExprType.NOT_EXPR:
        value = value_of(node.args[0], scope)
        return None if value is None else not is_true(value)
    unknown = null = False
    for one in node.args:
        try:
            value = value_of(one, scope)
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
    if left is DATABASE and right is DATABASE and name == "=":
        return True
    match name, left, right:
        case "||", (str() | int()), (str() | int()) if not isinstance(left, (bool, Reg)) and not isinstance(
            right, (bool, Reg)
        ):
            return f"{left}{right}"
        case "||", tuple(), tuple():
            return (*left, *right)
        case "+", int(), int():
            return left + right
        case "-", int(), int():
            return left - right
        case "*", int(), int():
            return left * right
    numbers = isinstance(left, int) and isinstance(right, int) and isinstance(left, bool) == isinstance(right, bool)
    if name in _COMPARED and (numbers or type(left) is type(right)):
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
        if name in ("=", "<>") and isinstance(left, (str, tuple)):
            return (left == right) == (name == "=")
    raise Unknown


def _function(name: str, arguments: Sequence[Value], state: DdlState) -> Value:
    match name, arguments:
        case "current_setting", ["server_version_num", *_]:
            # PG: the minor version, too, which a build does not know: a comparison with a major's first one is right
            return f"{state.catalog.major}0000"
        case "current_setting", ["search_path", *_]:
            return ", ".join(quote_identifier(one) for one in state.catalog.search_path)
        case "current_schema", []:
            return _current_schema(state)
        case "current_schemas", [False]:
            known = state.catalog.search_path
            return tuple(one for one in known if state.catalog.namespace_oid(one) is not None)
        case "current_database" | "current_catalog", []:
            return DATABASE
        case "to_regclass" | "to_regtype" | "to_regproc" | "to_regprocedure" | "to_regnamespace", [None]:
            return None
        case "to_regclass" | "to_regtype" | "to_regproc" | "to_regprocedure" | "to_regnamespace", [value]:
            return named_oid(state, name.removeprefix("to_"), value, missing_ok=True)
        case "pg_table_is_visible", [Reg() as oid]:
            relation = state.catalog.find_relation(oid)
            if relation is not None:
                return state.catalog.relation_oid(relation.name) == oid
        case "pg_type_is_visible", [Reg() as oid]:
            return state.catalog.type_is_visible(oid)
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


def _current_schema(state: DdlState) -> Value:
    oid = state.catalog.creation_namespace()
    return None if oid is None else state.catalog.namespace_name(oid)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, (bool, Reg))):
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


__all__ = [
    "DATABASE",
    "NOT_TOLD",
    "Reg",
    "Scope",
    "Unknown",
    "Value",
    "among",
    "cast",
    "evaluate",
    "is_true",
    "value_of",
]
