"""JSON_VALUE, JSON_QUERY, JSON_EXISTS, and the document of JSON_TABLE.

Mirrors `parse_expr.c`: transformJsonFuncExpr, transformJsonPassingArgs, transformJsonBehavior.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze import coerce, expr, json, nodefuncs, typename
from querygen.analyze.nodes import (
    ArrayCoerceExpr,
    CoerceToDomain,
    CoerceViaIO,
    CollateExpr,
    Const,
    ConvertRowtypeExpr,
    FuncExpr,
    JsonBehavior,
    JsonExpr,
    JsonFormat,
    JsonReturning,
    OpExpr,
    RelabelType,
)
from querygen.analyze.pgtypes import BOOLOID, INT4OID, JSONBOID, JSONPATHOID, TEXTOID, TYPCATEGORY_STRING
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.analyze.state import ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_Op: Final = enums.JsonExprOp
_Behavior: Final = enums.JsonBehaviorType
_Wrapper: Final = enums.JsonWrapper
_BITSTRING: Final = "V"  # TYPCATEGORY_BITSTRING


class _Allowed(Struct, frozen=True):
    """The behaviours that a function allows in ON EMPTY or ON ERROR, and how its messages list them."""

    kinds: frozenset[enums.JsonBehaviorType]
    words: str
    columns: str  # what JSON_TABLE calls columns of this function


_JSON_QUERY_ALLOWED: Final = _Allowed(
    frozenset(
        {
            _Behavior.JSON_BEHAVIOR_ERROR,
            _Behavior.JSON_BEHAVIOR_NULL,
            _Behavior.JSON_BEHAVIOR_EMPTY,
            _Behavior.JSON_BEHAVIOR_EMPTY_ARRAY,
            _Behavior.JSON_BEHAVIOR_EMPTY_OBJECT,
            _Behavior.JSON_BEHAVIOR_DEFAULT,
        }
    ),
    "ERROR, NULL, EMPTY ARRAY, EMPTY OBJECT, or DEFAULT expression",
    "formatted columns",
)
_JSON_EXISTS_ALLOWED: Final = _Allowed(
    frozenset(
        {
            _Behavior.JSON_BEHAVIOR_ERROR,
            _Behavior.JSON_BEHAVIOR_TRUE,
            _Behavior.JSON_BEHAVIOR_FALSE,
            _Behavior.JSON_BEHAVIOR_UNKNOWN,
        }
    ),
    "ERROR, TRUE, FALSE, or UNKNOWN",
    "EXISTS columns",
)
_JSON_VALUE_ALLOWED: Final = _Allowed(
    frozenset({_Behavior.JSON_BEHAVIOR_ERROR, _Behavior.JSON_BEHAVIOR_NULL, _Behavior.JSON_BEHAVIOR_DEFAULT}),
    "ERROR, NULL, or DEFAULT expression",
    "scalar columns",
)

_NAMES: Final = {
    _Op.JSON_EXISTS_OP: "JSON_EXISTS",
    _Op.JSON_QUERY_OP: "JSON_QUERY",
    _Op.JSON_VALUE_OP: "JSON_VALUE",
    _Op.JSON_TABLE_OP: "JSON_TABLE",
}


def _check_behavior(raw: Any, clause: str, allowed: _Allowed, func: ast.JsonFuncExpr) -> None:
    if raw is None or raw.btype in allowed.kinds:
        return
    location = expr.place(raw.location)
    if func.column_name is None:
        raise PgError(
            "42601",
            f"invalid {clause} behavior",
            location,
            detail=f"Only {allowed.words} is allowed in {clause} for {_NAMES[func.op]}().",
        )
    raise PgError(
        "42601",
        f'invalid {clause} behavior for column "{func.column_name}"',
        location,
        detail=f"Only {allowed.words} is allowed in {clause} for {allowed.columns}.",
    )


def _check_clauses(func: ast.JsonFuncExpr) -> None:
    """The first part of transformJsonFuncExpr: clauses that the grammar allows and the function does not."""
    if func.output is not None and func.op != _Op.JSON_QUERY_OP:
        json_format = json.transform_json_format(func.output.returning.format if func.output.returning else None)
        if (
            json_format.format_type != json.Format.JS_FORMAT_DEFAULT
            or json_format.encoding != json.Encoding.JS_ENC_DEFAULT
        ):
            raise PgError(
                "42601",
                f"cannot specify FORMAT JSON in RETURNING clause of {_NAMES[func.op]}()",
                json_format.location,
            )
    match func.op:
        case _Op.JSON_QUERY_OP:
            if func.quotes == enums.JsonQuotes.JS_QUOTES_OMIT and func.wrapper in {
                _Wrapper.JSW_CONDITIONAL,
                _Wrapper.JSW_UNCONDITIONAL,
            }:
                raise PgError(
                    "42601",
                    "SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used",
                    expr.place(func.location),
                )
            _check_behavior(func.on_empty, "ON EMPTY", _JSON_QUERY_ALLOWED, func)
            _check_behavior(func.on_error, "ON ERROR", _JSON_QUERY_ALLOWED, func)
        case _Op.JSON_EXISTS_OP:
            _check_behavior(func.on_error, "ON ERROR", _JSON_EXISTS_ALLOWED, func)
        case _Op.JSON_VALUE_OP:
            _check_behavior(func.on_empty, "ON EMPTY", _JSON_VALUE_ALLOWED, func)
            _check_behavior(func.on_error, "ON ERROR", _JSON_VALUE_ALLOWED, func)


def transform_json_func_expr(ps: ParseState, func: ast.JsonFuncExpr, context: Any = None) -> JsonExpr:
    """parse_expr.c: transformJsonFuncExpr — `context` is the document where it is analysed already."""
    _check_clauses(func)
    name = _NAMES[func.op]
    default_format = (
        json.Format.JS_FORMAT_JSONB
        if func.op in {_Op.JSON_QUERY_OP, _Op.JSON_TABLE_OP}
        else json.Format.JS_FORMAT_DEFAULT
    )
    document = json.transform_json_value_expr(ps, name, func.context_item, default_format, JSONBOID, False, context)
    path_spec = expr.transform_expr_recurse(ps, func.pathspec)
    path_type, path_place = nodefuncs.expr_type(path_spec), nodefuncs.expr_location(path_spec)
    path: Any = coerce.coerce_to_target_type(
        ps, path_spec, path_type, JSONPATHOID, -1, json.EXPLICIT, json.IMPLICIT_CAST, path_place
    )
    if path is None:
        shown = typename.format_type(ps.catalog, path_type)
        raise PgError("42804", f"JSON path expression must be of type jsonpath, not of type {shown}", path_place)
    passing_values = []
    passing_names = []
    for arg in func.passing or ():
        passing_values.append(json.transform_json_value_expr(ps, name, arg.val, json.Format.JS_FORMAT_JSONB, 0, True))
        passing_names.append(arg.name)
    returning = json.transform_json_output(ps, func.output, False)
    result = JsonExpr(
        op=func.op,
        column_name=func.column_name,
        formatted_expr=document,
        format=json.transform_json_format(func.context_item.format if func.context_item is not None else None),
        path_spec=path,
        returning=returning,
        passing_names=tuple(passing_names),
        passing_values=tuple(passing_values),
        on_empty=None,
        on_error=None,
        use_io_coercion=False,
        use_json_coercion=False,
        wrapper=_Wrapper.JSW_UNSPEC,
        omit_quotes=False,
        location=expr.place(func.location),
    )
    return _finish(ps, func, result)


def _finish(ps: ParseState, func: ast.JsonFuncExpr, jsexpr: JsonExpr) -> JsonExpr:
    """The last part of transformJsonFuncExpr: the result's type and what happens on empty and on error."""
    returning = jsexpr.returning
    null = _Behavior.JSON_BEHAVIOR_NULL
    match func.op:
        case _Op.JSON_EXISTS_OP:
            returning = _default_returning(returning, BOOLOID)
            on_error = _transform_json_behavior(ps, func.on_error, _Behavior.JSON_BEHAVIOR_FALSE, returning)
            # only a column of JSON_TABLE can be of another type
            coerced = returning.typid != BOOLOID
            return replace(jsexpr, returning=returning, use_json_coercion=coerced, on_error=on_error)
        case _Op.JSON_QUERY_OP:
            returning = _default_returning(returning, JSONBOID)
            omit_quotes = func.quotes == enums.JsonQuotes.JS_QUOTES_OMIT
            return replace(
                jsexpr,
                returning=returning,
                collation=ps.catalog.type(returning.typid).typcollation,
                omit_quotes=omit_quotes,
                wrapper=func.wrapper,
                use_json_coercion=returning.typid != JSONBOID or omit_quotes,
                on_empty=_transform_json_behavior(ps, func.on_empty, null, returning),
                on_error=_transform_json_behavior(ps, func.on_error, null, returning),
            )
        case _Op.JSON_VALUE_OP:
            returning = _default_returning(returning, TEXTOID)
            plain = JsonFormat(
                json.Format.JS_FORMAT_DEFAULT,
                json.Encoding.JS_ENC_DEFAULT,
                returning.format.location if returning.format is not None else -1,
            )
            returning = replace(returning, format=plain)
            through_json = _domain_has_constraints(ps.catalog, returning.typid)
            return replace(
                jsexpr,
                returning=returning,
                collation=ps.catalog.type(returning.typid).typcollation,
                omit_quotes=True,
                use_json_coercion=returning.typid != TEXTOID and through_json,
                use_io_coercion=returning.typid != TEXTOID and not through_json,
                on_empty=_transform_json_behavior(ps, func.on_empty, null, returning),
                on_error=_transform_json_behavior(ps, func.on_error, null, returning),
            )
        case _:
            returning = _default_returning(returning, nodefuncs.expr_type(jsexpr.formatted_expr))
            empty = _Behavior.JSON_BEHAVIOR_EMPTY_ARRAY
            on_error = _transform_json_behavior(ps, func.on_error, empty, returning)
            return replace(jsexpr, returning=returning, on_error=on_error)


def _default_returning(returning: JsonReturning, typid: Oid) -> JsonReturning:
    return returning if returning.typid else replace(returning, typid=typid, typmod=-1)


def _domain_has_constraints(catalog: Catalog, typid: Oid) -> bool:
    """typcache.c: DomainHasConstraints — of the domain or one below it."""
    row = catalog.type(typid)
    while row.typtype == "d":
        domain = catalog.domain(row.oid)
        if row.typnotnull or (domain is not None and domain.checks):
            return True
        row = catalog.type(row.typbasetype)
    return False


def _valid_default_expr(value: Any) -> bool:
    """parse_expr.c: ValidJsonBehaviorDefaultExpr"""
    match value:
        case Const() | FuncExpr() | OpExpr():
            return True
        case (
            CoerceViaIO() | CoerceToDomain() | ArrayCoerceExpr() | ConvertRowtypeExpr() | RelabelType() | CollateExpr()
        ):
            return _valid_default_expr(value.arg)
    return False


_BEHAVIOR_CONSTS: Final = {
    _Behavior.JSON_BEHAVIOR_EMPTY_ARRAY: (JSONBOID, "[]"),
    _Behavior.JSON_BEHAVIOR_EMPTY_OBJECT: (JSONBOID, "{}"),
    _Behavior.JSON_BEHAVIOR_TRUE: (BOOLOID, "t"),
    _Behavior.JSON_BEHAVIOR_FALSE: (BOOLOID, "f"),
}


def _transform_json_behavior(
    ps: ParseState, raw: Any, default: enums.JsonBehaviorType, returning: JsonReturning
) -> JsonBehavior:
    """parse_expr.c: transformJsonBehavior — ON EMPTY or ON ERROR, with its value coerced to the result's type."""
    btype = default
    location = -1
    value: Any = None
    if raw is not None:
        btype, location = raw.btype, expr.place(raw.location)
        if btype == _Behavior.JSON_BEHAVIOR_DEFAULT:
            value = _default_value(ps, raw.expr, returning)
    if value is None and btype != _Behavior.JSON_BEHAVIOR_ERROR:
        # GetJsonBehaviorConst
        typid, text = _BEHAVIOR_CONSTS.get(btype, (INT4OID, None))
        value = Const(typid, -1, text, location)
    coerce_at_runtime = False
    if value is not None and nodefuncs.expr_type(value) != returning.typid:
        value, coerce_at_runtime = _coerce_behavior(ps, value, btype, returning)
    return JsonBehavior(btype, value, coerce_at_runtime, location)


def _default_value(ps: ParseState, raw: Any, returning: JsonReturning) -> Any:
    """The expression of DEFAULT, which must not depend on any row."""
    value = expr.transform_expr_recurse(ps, raw)
    location = nodefuncs.expr_location(value)
    if not _valid_default_expr(value):
        raise PgError(
            "42804",
            "can only specify a constant, non-aggregate function, or operator expression for DEFAULT",
            location,
        )
    if nodefuncs.contain_vars_of_level(value, 0):
        raise PgError("42804", "DEFAULT expression must not contain column references", location)
    if nodefuncs.expression_returns_set(value):
        raise PgError("42804", "DEFAULT expression must not return a set", location)
    collation = nodefuncs.expr_collation(value) or ps.catalog.type(nodefuncs.expr_type(value)).typcollation
    wanted = ps.catalog.type(returning.typid).typcollation
    if wanted and collation and wanted != collation:
        names = ps.catalog.collation_name(collation), ps.catalog.collation_name(wanted)
        message = "collation of DEFAULT expression conflicts with RETURNING clause"
        raise PgError("42P21", message, location, detail='"{}" versus "{}"'.format(*names))
    return value


def _coerce_behavior(
    ps: ParseState, value: Any, btype: enums.JsonBehaviorType, returning: JsonReturning
) -> tuple[Any, bool]:
    """The value as the result's type, or as it is and coerced when it is needed (json_populate_type)."""
    source = nodefuncs.expr_type(value)
    is_null = isinstance(value, Const) and value.constisnull
    base = typename.get_base_type(ps.catalog, returning.typid)
    if is_null or source == JSONBOID or (source == BOOLOID and base != INT4OID):
        if source == BOOLOID:
            value = Const(JSONBOID, -1, "true" if btype == _Behavior.JSON_BEHAVIOR_TRUE else "false")
        return value, True
    category = coerce.type_category(ps.catalog, returning.typid)
    context = json.ASSIGNMENT if category in {TYPCATEGORY_STRING, _BITSTRING} else json.EXPLICIT
    location = nodefuncs.expr_location(value)
    coerced = coerce.coerce_to_target_type(
        ps, value, source, returning.typid, returning.typmod, context, json.EXPLICIT_CAST, location
    )
    if coerced is None:
        wanted = typename.format_type(ps.catalog, returning.typid)
        hint = f"You will need to explicitly cast the expression to type {wanted}."
        raise PgError(
            "42846",
            f"cannot cast behavior expression of type {typename.format_type(ps.catalog, source)} to {wanted}",
            location,
            hint=hint if btype == _Behavior.JSON_BEHAVIOR_DEFAULT else None,
        )
    return coerced, False
