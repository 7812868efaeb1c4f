"""SQL/JSON constructors: JSON_OBJECT, JSON_ARRAY, their aggregates, JSON, JSON_SCALAR, JSON_SERIALIZE, IS JSON.

Mirrors the JSON part of `parse_expr.c`; JSON_VALUE, JSON_QUERY and JSON_EXISTS are in `json_query.py`, JSON_TABLE in
`jsontable.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze import agg, clause, coerce, expr, expr_sublink, node, nodefuncs, stmt, typename
from querygen.analyze.nodes import (
    Aggref,
    CaseTestExpr,
    Const,
    JsonConstructorExpr,
    JsonFormat,
    JsonIsPredicate,
    JsonReturning,
    JsonValueExpr,
    WindowFunc,
)
from querygen.analyze.pgtypes import (
    BOOLOID,
    BYTEAOID,
    DATEOID,
    FLOAT4OID,
    FLOAT8OID,
    INT2OID,
    INT4OID,
    INT8OID,
    JSONBOID,
    JSONOID,
    NAMEOID,
    NUMERICOID,
    TEXTOID,
    TIMEOID,
    TIMESTAMPOID,
    TIMESTAMPTZOID,
    TIMETZOID,
    TYPCATEGORY_STRING,
    UNKNOWNOID,
    VARCHAROID,
)
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState
    from querygen.pg_catalog.rows import Oid

Format: Final = enums.JsonFormatType
Encoding: Final = enums.JsonEncoding
_Ctor: Final = enums.JsonConstructorType
EXPLICIT: Final = enums.CoercionContext.COERCION_EXPLICIT
ASSIGNMENT: Final = enums.CoercionContext.COERCION_ASSIGNMENT
IMPLICIT: Final = enums.CoercionContext.COERCION_IMPLICIT
EXPLICIT_CAST: Final = enums.CoercionForm.COERCE_EXPLICIT_CAST
IMPLICIT_CAST: Final = enums.CoercionForm.COERCE_IMPLICIT_CAST
_EXPLICIT_CALL: Final = enums.CoercionForm.COERCE_EXPLICIT_CALL

# fmgroids.h
_F_CONVERT_FROM: Final = 1714
_F_CONVERT_TO: Final = 1717
_F_TO_JSON: Final = 3176
_F_TO_JSONB: Final = 3787
# by (is jsonb, absent on null, unique keys)
_OBJECT_AGGS: Final = {
    (False, False, False): 3197,
    (False, False, True): 6281,
    (False, True, False): 6280,
    (False, True, True): 6282,
    (True, False, False): 3270,
    (True, False, True): 6289,
    (True, True, False): 6288,
    (True, True, True): 6290,
}
# by (is jsonb, absent on null)
_ARRAY_AGGS: Final = {(False, False): 3175, (False, True): 6276, (True, False): 3267, (True, True): 6284}

# What a jsonpath variable can be without becoming jsonb first.
_PASSED_AS_IS: Final = frozenset(
    {
        BOOLOID,
        NUMERICOID,
        INT2OID,
        INT4OID,
        INT8OID,
        FLOAT4OID,
        FLOAT8OID,
        TEXTOID,
        VARCHAROID,
        DATEOID,
        TIMEOID,
        TIMETZOID,
        TIMESTAMPOID,
        TIMESTAMPTZOID,
    }
)


def transform_json_format(raw: Any) -> JsonFormat:
    """parse_expr.c: transformJsonValueExpr (its use of makeJsonFormat) — a raw FORMAT clause, there or not."""
    if raw is None:
        return JsonFormat(Format.JS_FORMAT_DEFAULT, Encoding.JS_ENC_DEFAULT)
    return JsonFormat(raw.format_type, raw.encoding, expr.place(raw.location))


def _get_json_encoding_const(json_format: JsonFormat | None) -> Const:
    """parse_expr.c: getJsonEncodingConst"""
    name = "UTF8"
    if json_format is not None and json_format.format_type != Format.JS_FORMAT_DEFAULT:
        name = {Encoding.JS_ENC_UTF16: "UTF16", Encoding.JS_ENC_UTF32: "UTF32"}.get(json_format.encoding, name)
    return Const(NAMEOID, -1, name)


def _bytea_to_text(value: Expr, json_format: JsonFormat, location: int) -> Expr:
    """parse_expr.c: makeJsonByteaToTextConversion"""
    args = (value, _get_json_encoding_const(json_format))
    return node.make_func_expr(_F_CONVERT_FROM, TEXTOID, args, _EXPLICIT_CALL, location)


def _is_string_type(ps: ParseState, type_oid: Oid) -> bool:
    return coerce.type_category(ps.catalog, type_oid) == TYPCATEGORY_STRING


def transform_json_value_expr(
    ps: ParseState,
    construct_name: str,
    raw: Any,
    default_format: enums.JsonFormatType,
    target_type: Oid,
    is_arg: bool,
    analysed: Any = None,
) -> Any:
    """parse_expr.c: transformJsonValueExpr — a value, as text or wrapped with its coercion to json or jsonb.

    `analysed` is the value where there is no raw one (the row that JSON_TABLE hands to its columns).
    """
    value = expr.transform_expr_recurse(ps, raw.raw_expr) if analysed is None else analysed
    written = transform_json_format(raw.format if raw is not None else None)
    if nodefuncs.expr_type(value) == UNKNOWNOID:
        value = coerce.coerce_to_specific_type(ps, value, TEXTOID, construct_name)
    rawexpr = value
    exprtype = nodefuncs.expr_type(value)
    location = nodefuncs.expr_location(value)
    is_string = _is_string_type(ps, exprtype)
    is_json = exprtype in {JSONOID, JSONBOID}
    if written.format_type != Format.JS_FORMAT_DEFAULT:
        if written.encoding != Encoding.JS_ENC_DEFAULT and exprtype != BYTEAOID:
            raise PgError("42804", "JSON ENCODING clause is only allowed for bytea input type", written.location)
        chosen = Format.JS_FORMAT_DEFAULT if is_json else written.format_type
    elif is_arg:
        if exprtype in _PASSED_AS_IS or is_string:
            return value
        chosen = default_format
    else:
        chosen = Format.JS_FORMAT_DEFAULT if is_json else default_format
    if chosen == Format.JS_FORMAT_DEFAULT and (not target_type or exprtype == target_type):
        return value
    only_allow_cast = bool(target_type)
    if not is_arg and not only_allow_cast and exprtype != BYTEAOID and not is_string:
        kind = "implicit" if written.format_type == Format.JS_FORMAT_DEFAULT else "explicit"
        raise PgError(
            "42804",
            f"cannot use non-string types with {kind} FORMAT JSON clause",
            written.location if written.location >= 0 else location,
        )
    if chosen == Format.JS_FORMAT_JSON and exprtype == BYTEAOID:
        value = _bytea_to_text(value, written, location)
        exprtype = TEXTOID
    if not target_type:
        target_type = JSONBOID if chosen == Format.JS_FORMAT_JSONB else JSONOID
    coerced: Any = coerce.coerce_to_target_type(ps, value, exprtype, target_type, -1, EXPLICIT, EXPLICIT_CAST, location)
    if coerced is None:
        if only_allow_cast:
            raise expr.cannot_cast(ps.catalog, exprtype, target_type, location)
        function = _F_TO_JSON if target_type == JSONOID else _F_TO_JSONB
        coerced = node.make_func_expr(function, target_type, (value,), _EXPLICIT_CALL, location)
    if coerced is value:
        return rawexpr
    return JsonValueExpr(rawexpr, coerced, written)


def _check_json_output_format(
    ps: ParseState, json_format: JsonFormat, target_type: Oid, allow_format_for_non_strings: bool
) -> None:
    """parse_expr.c: checkJsonOutputFormat"""
    location = json_format.location
    if (
        not allow_format_for_non_strings
        and json_format.format_type != Format.JS_FORMAT_DEFAULT
        and target_type not in {BYTEAOID, JSONOID, JSONBOID}
        and not _is_string_type(ps, target_type)
    ):
        raise PgError("0A000", "cannot use JSON format with non-string output types", location)
    if json_format.format_type == Format.JS_FORMAT_JSON:
        if target_type != BYTEAOID and json_format.encoding != Encoding.JS_ENC_DEFAULT:
            raise PgError("0A000", "cannot set JSON encoding for non-bytea output types", location)
        if json_format.encoding not in {Encoding.JS_ENC_DEFAULT, Encoding.JS_ENC_UTF8}:
            raise PgError("0A000", "unsupported JSON encoding", location, hint="Only UTF8 JSON encoding is supported.")


def transform_json_output(ps: ParseState, output: Any, allow_format: bool) -> JsonReturning:
    """parse_expr.c: transformJsonOutput — a RETURNING clause; type 0 where there is none."""
    if output is None or output.typeName is None:
        return JsonReturning(JsonFormat(Format.JS_FORMAT_DEFAULT, Encoding.JS_ENC_DEFAULT), 0, -1)
    typid, typmod = typename.typename_type_id_and_mod(ps, ps.catalog, output.typeName)
    if output.typeName.setof:
        raise PgError("0A000", "returning SETOF types is not supported in SQL/JSON functions")
    if ps.catalog.type(typid).typtype == "p":
        raise PgError("0A000", "returning pseudo-types is not supported in SQL/JSON functions")
    written = transform_json_format(output.returning.format if output.returning is not None else None)
    if written.format_type == Format.JS_FORMAT_DEFAULT:
        chosen = Format.JS_FORMAT_JSONB if typid == JSONBOID else Format.JS_FORMAT_JSON
        written = replace(written, format_type=chosen)
    else:
        _check_json_output_format(ps, written, typid, allow_format)
    return JsonReturning(written, typid, typmod)


def _transform_json_constructor_output(ps: ParseState, output: Any, args: Sequence[Any]) -> JsonReturning:
    """parse_expr.c: transformJsonConstructorOutput — json, or jsonb if an argument is."""
    returning = transform_json_output(ps, output, True)
    if returning.typid:
        return returning
    jsonb = any(nodefuncs.expr_type(arg) == JSONBOID for arg in args)
    json_format = replace(
        returning.format or transform_json_format(None),
        format_type=Format.JS_FORMAT_JSONB if jsonb else Format.JS_FORMAT_JSON,
    )
    return JsonReturning(json_format, JSONBOID if jsonb else JSONOID, -1)


def _coerce_json_func_expr(ps: ParseState, value: Any, returning: JsonReturning) -> Any:
    """parse_expr.c: coerceJsonFuncExpr — from json or jsonb to what RETURNING says."""
    exprtype = nodefuncs.expr_type(value)
    if not returning.typid or returning.typid == exprtype:
        return value
    json_format = returning.format
    location = nodefuncs.expr_location(value)
    if location < 0 and json_format is not None:
        location = json_format.location
    if json_format is not None and json_format.format_type == Format.JS_FORMAT_JSON and returning.typid == BYTEAOID:
        text = coerce.coerce_to_specific_type(ps, value, TEXTOID, "JSON_FUNCTION")
        args = (text, _get_json_encoding_const(json_format))
        return node.make_func_expr(_F_CONVERT_TO, BYTEAOID, args, _EXPLICIT_CALL, location)
    result = coerce.coerce_to_target_type(
        ps, value, exprtype, returning.typid, returning.typmod, ASSIGNMENT, IMPLICIT_CAST, location
    )
    if result is None:
        place = coerce.parser_coercion_errposition(ps, location, value)
        raise expr.cannot_cast(ps.catalog, exprtype, returning.typid, place)
    return result


def _make_json_constructor_expr(
    ps: ParseState,
    kind: enums.JsonConstructorType,
    args: Sequence[Any],
    function: Any,
    returning: JsonReturning,
    unique: bool,
    absent_on_null: bool,
    location: int,
) -> JsonConstructorExpr:
    """parse_expr.c: makeJsonConstructorExpr"""
    if function is not None:
        placeholder = nodefuncs.make_case_test_expr(function)
    else:
        json_format = returning.format
        is_jsonb = json_format is not None and json_format.format_type == Format.JS_FORMAT_JSONB
        placeholder = CaseTestExpr(JSONBOID if is_jsonb else JSONOID, -1)
    coercion = _coerce_json_func_expr(ps, placeholder, returning)
    return JsonConstructorExpr(
        type=kind,
        args=tuple(args),
        func=function,
        coercion=None if coercion is placeholder else coercion,
        returning=returning,
        absent_on_null=absent_on_null,
        unique=unique,
        location=location,
    )


def transform_json_object_constructor(ps: ParseState, raw: ast.JsonObjectConstructor) -> Any:
    """parse_expr.c: transformJsonObjectConstructor"""
    args: list[Any] = []
    for pair in raw.exprs or ():
        args.append(expr.transform_expr_recurse(ps, pair.key))
        args.append(transform_json_value_expr(ps, "JSON_OBJECT()", pair.value, Format.JS_FORMAT_DEFAULT, 0, False))
    returning = _transform_json_constructor_output(ps, raw.output, args)
    return _make_json_constructor_expr(
        ps,
        _Ctor.JSCTOR_JSON_OBJECT,
        args,
        None,
        returning,
        bool(raw.unique),
        bool(raw.absent_on_null),
        expr.place(raw.location),
    )


def transform_json_array_constructor(ps: ParseState, raw: ast.JsonArrayConstructor) -> Any:
    """parse_expr.c: transformJsonArrayConstructor"""
    args = [
        transform_json_value_expr(ps, "JSON_ARRAY()", value, Format.JS_FORMAT_DEFAULT, 0, False)
        for value in raw.exprs or ()
    ]
    returning = _transform_json_constructor_output(ps, raw.output, args)
    absent = bool(raw.absent_on_null)
    return _make_json_constructor_expr(
        ps, _Ctor.JSCTOR_JSON_ARRAY, args, None, returning, False, absent, expr.place(raw.location)
    )


def transform_json_array_query_constructor(ps: ParseState, raw: ast.JsonArrayQueryConstructor) -> Any:
    """parse_expr.c: transformJsonArrayQueryConstructor — (SELECT JSON_ARRAYAGG(a) FROM (query) q(a))"""
    location = expr.place(raw.location)
    query = stmt.transform_stmt(ps.make_child(), raw.query)  # only to count its columns
    if sum(not entry.resjunk for entry in query.targetList) != 1:
        raise PgError("42601", "subquery must return only one column", location)
    column = ast.ColumnRef(fields=(ast.String(sval="q"), ast.String(sval="a")), location=location)
    aggregate = ast.JsonArrayAgg(
        constructor=ast.JsonAggConstructor(output=raw.output, location=location),
        arg=ast.JsonValueExpr(raw_expr=column, format=raw.format),
        absent_on_null=raw.absent_on_null,
    )
    source = ast.RangeSubselect(
        lateral=False,
        subquery=raw.query,
        alias=ast.Alias(aliasname="q", colnames=(ast.String(sval="a"),)),
    )
    select = ast.SelectStmt(
        targetList=(ast.ResTarget(val=aggregate, location=location),),
        fromClause=(source,),
        groupDistinct=False,
        limitOption=enums.LimitOption.LIMIT_OPTION_DEFAULT,
        op=enums.SetOperation.SETOP_NONE,
        all=False,
    )
    link = ast.SubLink(subLinkType=enums.SubLinkType.EXPR_SUBLINK, subselect=select, location=location)
    return expr_sublink.transform_sub_link(ps, link)


def _transform_json_agg_constructor(
    ps: ParseState,
    constructor: ast.JsonAggConstructor,
    returning: JsonReturning,
    args: list[Any],
    aggfnoid: Oid,
    aggtype: Oid,
    kind: enums.JsonConstructorType,
    unique: bool,
    absent_on_null: bool,
) -> Any:
    """parse_expr.c: transformJsonAggConstructor — an aggregate or a window function below the constructor."""
    location = expr.place(constructor.location)
    aggfilter = None
    if constructor.agg_filter is not None:
        aggfilter = clause.transform_where_clause(ps, constructor.agg_filter, ExprKind.EXPR_KIND_FILTER, "FILTER")
    call: Any
    if constructor.over is not None:
        call = WindowFunc(aggfnoid, aggtype, args=tuple(args), aggfilter=aggfilter, winagg=True, location=location)
        if constructor.agg_order:
            raise PgError("0A000", "aggregate ORDER BY is not implemented for window functions", location)
        call = agg.transform_window_func_call(ps, call, constructor.over)
    else:
        call = Aggref(aggfnoid, aggtype, aggfilter=aggfilter, location=location)
        call = agg.transform_aggregate_call(ps, call, args, constructor.agg_order or (), False)
    return _make_json_constructor_expr(ps, kind, (), call, returning, unique, absent_on_null, location)


def _is_jsonb(returning: JsonReturning) -> bool:
    return returning.format is not None and returning.format.format_type == Format.JS_FORMAT_JSONB


def transform_json_object_agg(ps: ParseState, raw: ast.JsonObjectAgg) -> Any:
    """parse_expr.c: transformJsonObjectAgg"""
    key = expr.transform_expr_recurse(ps, raw.arg.key)
    value = transform_json_value_expr(ps, "JSON_OBJECTAGG()", raw.arg.value, Format.JS_FORMAT_DEFAULT, 0, False)
    args = [key, value]
    returning = _transform_json_constructor_output(ps, raw.constructor.output, args)
    jsonb, absent, unique = _is_jsonb(returning), bool(raw.absent_on_null), bool(raw.unique)
    return _transform_json_agg_constructor(
        ps,
        raw.constructor,
        returning,
        args,
        _OBJECT_AGGS[jsonb, absent, unique],
        JSONBOID if jsonb else JSONOID,
        _Ctor.JSCTOR_JSON_OBJECTAGG,
        unique,
        absent,
    )


def transform_json_array_agg(ps: ParseState, raw: ast.JsonArrayAgg) -> Any:
    """parse_expr.c: transformJsonArrayAgg"""
    arg = transform_json_value_expr(ps, "JSON_ARRAYAGG()", raw.arg, Format.JS_FORMAT_DEFAULT, 0, False)
    returning = _transform_json_constructor_output(ps, raw.constructor.output, [arg])
    jsonb, absent = _is_jsonb(returning), bool(raw.absent_on_null)
    return _transform_json_agg_constructor(
        ps,
        raw.constructor,
        returning,
        [arg],
        _ARRAY_AGGS[jsonb, absent],
        JSONBOID if jsonb else JSONOID,
        _Ctor.JSCTOR_JSON_ARRAYAGG,
        False,
        absent,
    )


def _transform_json_parse_arg(ps: ParseState, raw: Any, raw_format: Any) -> tuple[Any, Oid]:
    """parse_expr.c: transformJsonParseArg — the document as text, and the type it counts as."""
    value = expr.transform_expr_recurse(ps, raw)
    exprtype = nodefuncs.expr_type(value)
    json_format = transform_json_format(raw_format)
    if exprtype == BYTEAOID:
        text = _bytea_to_text(value, json_format, nodefuncs.expr_location(value))
        return JsonValueExpr(value, text, json_format), TEXTOID
    if exprtype == UNKNOWNOID or _is_string_type(ps, exprtype):
        value = coerce.coerce_to_target_type(ps, value, exprtype, TEXTOID, -1, IMPLICIT, IMPLICIT_CAST, -1)
        exprtype = TEXTOID
    if json_format.encoding != Encoding.JS_ENC_DEFAULT:
        raise PgError("0A000", "cannot use JSON FORMAT ENCODING clause for non-bytea input types", json_format.location)
    return value, exprtype


def transform_json_is_predicate(ps: ParseState, raw: ast.JsonIsPredicate) -> JsonIsPredicate:
    """parse_expr.c: transformJsonIsPredicate"""
    value, exprtype = _transform_json_parse_arg(ps, raw.expr, raw.format)
    if exprtype not in {TEXTOID, JSONOID, JSONBOID}:
        shown = typename.format_type(ps.catalog, exprtype)
        raise PgError("42804", f"cannot use type {shown} in IS JSON predicate")
    return JsonIsPredicate(value, None, raw.item_type, bool(raw.unique_keys), expr.place(raw.location))


def _transform_json_returning(ps: ParseState, output: Any, fname: str) -> JsonReturning:
    """parse_expr.c: transformJsonReturning — of JSON() and JSON_SCALAR(): json or jsonb."""
    if output is None:
        return JsonReturning(JsonFormat(Format.JS_FORMAT_JSON, Encoding.JS_ENC_DEFAULT), JSONOID, -1)
    returning = transform_json_output(ps, output, False)
    if returning.typid not in {JSONOID, JSONBOID}:
        shown = typename.format_type(ps.catalog, returning.typid)
        raise PgError("42804", f"cannot use RETURNING type {shown} in {fname}", expr.place(output.typeName.location))
    return returning


def transform_json_parse_expr(ps: ParseState, raw: ast.JsonParseExpr) -> Any:
    """parse_expr.c: transformJsonParseExpr"""
    returning = _transform_json_returning(ps, raw.output, "JSON()")
    location = expr.place(raw.location)
    unique = bool(raw.unique_keys)
    if unique:
        arg, arg_type = _transform_json_parse_arg(ps, raw.expr.raw_expr, raw.expr.format)
        if arg_type != TEXTOID:
            raise PgError("42804", "cannot use non-string types with WITH UNIQUE KEYS clause", location)
    else:
        arg = transform_json_value_expr(ps, "JSON()", raw.expr, Format.JS_FORMAT_JSON, returning.typid, False)
    return _make_json_constructor_expr(ps, _Ctor.JSCTOR_JSON_PARSE, (arg,), None, returning, unique, False, location)


def transform_json_scalar_expr(ps: ParseState, raw: ast.JsonScalarExpr) -> Any:
    """parse_expr.c: transformJsonScalarExpr"""
    arg = expr.transform_expr_recurse(ps, raw.expr)
    returning = _transform_json_returning(ps, raw.output, "JSON_SCALAR()")
    if nodefuncs.expr_type(arg) == UNKNOWNOID:
        arg = coerce.coerce_to_specific_type(ps, arg, TEXTOID, "JSON_SCALAR")
    return _make_json_constructor_expr(
        ps, _Ctor.JSCTOR_JSON_SCALAR, (arg,), None, returning, False, False, expr.place(raw.location)
    )


def transform_json_serialize_expr(ps: ParseState, raw: ast.JsonSerializeExpr) -> Any:
    """parse_expr.c: transformJsonSerializeExpr"""
    arg = transform_json_value_expr(ps, "JSON_SERIALIZE()", raw.expr, Format.JS_FORMAT_JSON, 0, False)
    if raw.output is not None:
        returning = transform_json_output(ps, raw.output, True)
        if returning.typid != BYTEAOID and not _is_string_type(ps, returning.typid):
            shown = typename.format_type(ps.catalog, returning.typid)
            raise PgError(
                "42804",
                f"cannot use type {shown} in RETURNING clause of JSON_SERIALIZE()",
                hint="Try returning a string type or bytea.",
            )
    else:
        returning = JsonReturning(JsonFormat(Format.JS_FORMAT_JSON, Encoding.JS_ENC_DEFAULT), TEXTOID, -1)
    return _make_json_constructor_expr(
        ps, _Ctor.JSCTOR_JSON_SERIALIZE, (arg,), None, returning, False, False, expr.place(raw.location)
    )
