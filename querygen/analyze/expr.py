"""Expressions: any raw expression → a typed one. `transform_expr_recurse` is the big match, in PostgreSQL's order.

Mirrors `parse_expr.c`. Its operators are in `expr_ops.py`, sublinks in `expr_sublink.py`, XML in `expr_xml.py`,
SQL/JSON in `json.py` and `json_query.py`; names of clauses and what they forbid in `expr_kind.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze import (
    agg,
    coerce,
    collate,
    expr_kind,
    expr_ops,
    expr_sublink,
    expr_xml,
    func,
    json,
    json_query,
    no_params,
    node,
    nodefuncs,
    relation,
    target,
    typename,
)
from querygen.analyze.nodes import (
    ArrayExpr,
    BooleanTest,
    CaseExpr,
    CaseTestExpr,
    CaseWhen,
    CoalesceExpr,
    CoerceToDomainValue,
    CollateExpr,
    CurrentOfExpr,
    MergeSupportFunc,
    MinMaxExpr,
    NamedArgExpr,
    NullTest,
    Param,
    RowExpr,
    SQLValueFunction,
    Var,
)
from querygen.analyze.pgtypes import (
    DATEOID,
    INT2VECTOROID,
    NAMEOID,
    OIDVECTOROID,
    RECORDOID,
    TEXTOID,
    TIMEOID,
    TIMESTAMPOID,
    TIMESTAMPTZOID,
    TIMETZOID,
    UNKNOWNOID,
)
from querygen.analyze.state import ExprKind, ParseState
from querygen.analyze.unsupported import unsupported
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import NamespaceItem
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.pg_catalog.rows import Oid
    from querygen.sql.nodes import Node

MAX_TUPLE_ATTRIBUTE_NUMBER: Final = 1664  # MaxTupleAttributeNumber

parse_expr_kind_name = expr_kind.parse_expr_kind_name

_VECTORS = (INT2VECTOROID, OIDVECTOROID)
_EXPLICIT: Final = enums.CoercionContext.COERCION_EXPLICIT
_EXPLICIT_CAST: Final = enums.CoercionForm.COERCE_EXPLICIT_CAST
_Svf: Final = enums.SQLValueFunctionOp


def transform_expr(ps: ParseState, raw: Node | None, kind: ExprKind) -> Any:
    """parse_expr.c: transformExpr — a raw expression of a clause → a typed one; None stays None."""
    saved = ps.p_expr_kind
    ps.p_expr_kind = kind
    try:
        return transform_expr_recurse(ps, raw)
    finally:
        ps.p_expr_kind = saved


def transform_expr_recurse(ps: ParseState, raw: Node | None) -> Any:
    """parse_expr.c: transformExprRecurse — the same cases in the same order."""
    match raw:
        case None:
            return None
        case ast.ColumnRef():
            return transform_column_ref(ps, raw)
        case ast.ParamRef():
            return ps.params.param(raw, ps.catalog)
        case ast.A_Const():
            return node.make_const(ps, raw)
        case ast.A_Indirection():
            return transform_indirection(ps, raw)
        case ast.A_ArrayExpr():
            return transform_array_expr(ps, raw, 0, 0, -1)
        case ast.TypeCast():
            return transform_type_cast(ps, raw)
        case ast.CollateClause():
            return transform_collate_clause(ps, raw)
        case ast.A_Expr():
            return expr_ops.transform_a_expr(ps, raw)
        case ast.BoolExpr():
            return expr_ops.transform_bool_expr(ps, raw)
        case ast.FuncCall():
            return transform_func_call(ps, raw)
        case ast.NamedArgExpr():
            arg = transform_expr_recurse(ps, raw.arg)
            return NamedArgExpr(arg, raw.name, raw.argnumber, place(raw.location))
        case ast.MultiAssignRef():
            return expr_sublink.transform_multi_assign_ref(ps, raw)
        case ast.GroupingFunc():
            return agg.transform_grouping_func(ps, raw)
        case ast.MergeSupportFunc():
            return transform_merge_support_func(ps, raw)
        case ast.SubLink():
            return expr_sublink.transform_sub_link(ps, raw)
        case ast.CaseExpr():
            return transform_case_expr(ps, raw)
        case ast.RowExpr():
            return transform_row_expr(ps, raw, allow_default=False)
        case ast.CoalesceExpr():
            return transform_coalesce_expr(ps, raw)
        case ast.MinMaxExpr():
            return transform_min_max_expr(ps, raw)
        case ast.SQLValueFunction():
            return transform_sql_value_function(ps, raw)
        case ast.XmlExpr():
            return expr_xml.transform_xml_expr(ps, raw)
        case ast.XmlSerialize():
            return expr_xml.transform_xml_serialize(ps, raw)
        case ast.NullTest():
            arg = transform_expr_recurse(ps, raw.arg)  # of any type
            is_row = typename.type_is_rowtype(ps.catalog, nodefuncs.expr_type(arg))
            return NullTest(arg, raw.nulltesttype, is_row, place(raw.location))
        case ast.BooleanTest():
            return transform_boolean_test(ps, raw)
        case ast.CurrentOfExpr():
            item = ps.p_target_nsitem  # the grammar has it in UPDATE and DELETE only
            return CurrentOfExpr(item.p_rtindex if item is not None else 0, raw.cursor_name)
        case ast.SetToDefault():
            # where DEFAULT is legal, the caller has dealt with it
            raise PgError("42601", "DEFAULT is not allowed in this context", place(raw.location))
        case ast.JsonObjectConstructor():
            return json.transform_json_object_constructor(ps, raw)
        case ast.JsonArrayConstructor():
            return json.transform_json_array_constructor(ps, raw)
        case ast.JsonArrayQueryConstructor():
            return json.transform_json_array_query_constructor(ps, raw)
        case ast.JsonObjectAgg():
            return json.transform_json_object_agg(ps, raw)
        case ast.JsonArrayAgg():
            return json.transform_json_array_agg(ps, raw)
        case ast.JsonIsPredicate():
            return json.transform_json_is_predicate(ps, raw)
        case ast.JsonParseExpr():
            return json.transform_json_parse_expr(ps, raw)
        case ast.JsonScalarExpr():
            return json.transform_json_scalar_expr(ps, raw)
        case ast.JsonSerializeExpr():
            return json.transform_json_serialize_expr(ps, raw)
        case ast.JsonFuncExpr():
            return json_query.transform_json_func_expr(ps, raw)
        case _:
            raise unsupported(f"{type(raw).__name__} in an expression", nodefuncs.expr_location(raw))


def place(location: int | None) -> int:
    """A raw node's location as C has it: pglast says None where C says -1."""
    return -1 if location is None else location


# ---------------------------------------------------------------------------------------------- names


def unknown_attribute(ps: ParseState, relref: Expr, attname: str, location: int) -> PgError:
    """parse_expr.c: unknown_attribute — the error to raise for a field that `relref` does not have."""
    if isinstance(relref, Var) and relref.varattno == 0:
        rte = relation.get_rte_by_range_table_posn(ps, relref.varno, relref.varlevelsup)
        return PgError("42703", f"column {rte.eref.aliasname}.{attname} does not exist", location)
    type_oid = nodefuncs.expr_type(relref)
    if typename.is_complex(ps.catalog, type_oid):
        shown = typename.format_type(ps.catalog, type_oid)
        return PgError("42703", f'column "{attname}" not found in data type {shown}', location)
    if type_oid == RECORDOID:
        return PgError("42703", f'could not identify column "{attname}" in record data type', location)
    shown = typename.format_type(ps.catalog, type_oid)
    return PgError(
        "42809", f"column notation .{attname} applied to type {shown}, which is not a composite type", location
    )


def transform_indirection(ps: ParseState, ind: ast.A_Indirection) -> Any:
    """parse_expr.c: transformIndirection — fields and subscripts of a value, adjacent subscripts taken together."""
    last_srf = ps.p_last_srf
    result = transform_expr_recurse(ps, ind.arg)
    location = nodefuncs.expr_location(result)
    subscripts: list[ast.A_Indices] = []
    for step in ind.indirection:
        match step:
            case ast.A_Indices():
                subscripts.append(step)
            case ast.A_Star():
                raise PgError("0A000", 'row expansion via "*" is not supported here', location)
            case _:
                result = _apply_subscripts(ps, result, subscripts)
                subscripts = []
                field = func.parse_func_or_column(ps, (step,), [result], last_srf, None, False, location)
                if field is None:
                    raise unknown_attribute(ps, result, step.sval, location)
                result = field
    return _apply_subscripts(ps, result, subscripts)


def _apply_subscripts(ps: ParseState, base: Expr, subscripts: Sequence[ast.A_Indices]) -> Expr:
    if not subscripts:
        return base
    return node.transform_container_subscripts(
        ps, base, nodefuncs.expr_type(base), nodefuncs.expr_typmod(base), subscripts, False
    )


def name_list_to_string(names: Iterable[Node]) -> str:
    """namespace.c: NameListToString"""
    return ".".join("*" if isinstance(one, ast.A_Star) else one.sval for one in names)


def transform_column_ref(ps: ParseState, cref: ast.ColumnRef) -> Any:
    """parse_expr.c: transformColumnRef — a column, a whole row, or a function written as a field.

    A           a column; if there is none, a table's whole row
    A.B         column B of table A, or function B of A's row
    A.B.C       the same of table B in schema A;  A.B.C.D with the database before it
    A.*, A.B.*  a whole row
    """
    location = place(cref.location)
    if (message := expr_kind.COLUMN_REFS_FORBIDDEN.get(ps.p_expr_kind)) is not None:
        raise PgError("0A000", message, location)
    fields = cref.fields
    if ps.domain_value is not None and len(fields) == 1 and fields[0].sval == "value":
        collation = ps.catalog.type(ps.domain_value[0]).typcollation
        return CoerceToDomainValue(*ps.domain_value, location, collation)  # typecmds.c: replace_domain_constraint_value
    found: Any = None
    schema: str | None = None
    relname: str | None = None
    colname: str | None = None
    missing_relation = False
    match len(fields):
        case 1:
            colname = fields[0].sval
            found = relation.col_name_to_var(ps, colname, False, location)
            if found is None:
                item = relation.refname_namespace_item(ps, None, colname, location)
                if item is not None:
                    found = transform_whole_row_ref(ps, item[0], item[1], location)
        case 2 | 3:
            schema = fields[0].sval if len(fields) == 3 else None
            relname = fields[-2].sval
            item = relation.refname_namespace_item(ps, schema, relname, location)
            if item is None:
                missing_relation = True
            else:
                nsitem, levels_up = item
                if isinstance(fields[-1], ast.A_Star):
                    found = transform_whole_row_ref(ps, nsitem, levels_up, location)
                else:
                    colname = fields[-1].sval
                    found = relation.scan_ns_item_for_column(ps, nsitem, levels_up, colname, location)
                    if found is None:
                        row = transform_whole_row_ref(ps, nsitem, levels_up, location)
                        found = func.parse_func_or_column(
                            ps, (fields[-1],), [row], ps.p_last_srf, None, False, location
                        )
        case 4:
            # PG: compares with the name of the database; there is none here that a query could rightly name
            shown = name_list_to_string(fields)
            raise PgError("0A000", f"cross-database references are not implemented: {shown}", location)
        case _:
            shown = name_list_to_string(fields)
            raise PgError("42601", f"improper qualified name (too many dotted names): {shown}", location)
    if found is None and ps.function_name is not None:
        found = function_argument(ps, fields, location)
    if found is None and missing_relation:
        relation.error_missing_rte(ps, ast.RangeVar(schemaname=schema, relname=relname, location=location))
    if found is None:
        relation.error_missing_column(ps, relname, colname or "", location)
    return found


def function_argument(ps: ParseState, fields: Sequence[Any], location: int) -> Any:
    """functions.c: sql_fn_post_column_ref — a SQL function's argument, perhaps qualified, perhaps a field of it."""
    names = [one.sval for one in fields if isinstance(one, ast.String)]

    def argument(name: str) -> Param | None:
        number = ps.function_arguments.get(name)
        if number is None:
            return None
        known = ps.params.types[number]
        collation = ps.catalog.type(known).typcollation
        return Param(enums.ParamKind.PARAM_EXTERN, number, known, -1, location, collation)

    param: Param | None = None
    field: Any = None
    if len(names) == 1:
        param = argument(names[0])
    elif len(names) >= 2 and names[0] == ps.function_name:
        param = argument(names[1])
        field = fields[2] if len(names) == 3 else None
    if param is None and len(names) == 2:
        param, field = argument(names[0]), fields[1]
    if param is None or field is None:
        return param
    return func.parse_func_or_column(ps, (field,), [param], ps.p_last_srf, None, False, location)


def transform_whole_row_ref(ps: ParseState, nsitem: NamespaceItem, sublevels_up: int, location: int) -> Any:
    """parse_expr.c: transformWholeRowRef — `relation` or `relation.*` as a value."""
    default = enums.VarReturningType.VAR_RETURNING_DEFAULT
    if nsitem.p_names == nsitem.p_rte.eref or nsitem.p_returning_type != default:
        var = relation.make_whole_row_var(ps, nsitem.p_rte, nsitem.p_rtindex, sublevels_up, True)
        var = replace(var, location=location, varreturningtype=nsitem.p_returning_type)
        return relation.mark_nullable_if_needed(ps, var)
    # The alias of a JOIN USING stands for the merged columns only.
    colnames = nsitem.p_names.colnames
    _names, fields = relation.expand_rte(ps.catalog, nsitem.p_rte, nsitem.p_rtindex, sublevels_up, location)
    implicit = enums.CoercionForm.COERCE_IMPLICIT_CAST
    return RowExpr(tuple(fields[: len(colnames)]), RECORDOID, implicit, tuple(colnames), location)


# ---------------------------------------------------------------------------------------------- calls and constructs


def transform_func_call(ps: ParseState, fn: ast.FuncCall) -> Any:
    """parse_expr.c: transformFuncCall — arguments, then those that WITHIN GROUP's ORDER BY adds, then the look-up."""
    last_srf = ps.p_last_srf
    no_params.refuse_in_extract(fn)
    args = [transform_expr_recurse(ps, arg) for arg in fn.args or ()]
    if fn.agg_within_group:
        args += [transform_expr(ps, sort.node, ExprKind.EXPR_KIND_ORDER_BY) for sort in fn.agg_order]
    return func.parse_func_or_column(ps, fn.funcname, args, last_srf, fn, False, place(fn.location))


def transform_merge_support_func(ps: ParseState, raw: ast.MergeSupportFunc) -> MergeSupportFunc:
    """parse_expr.c: transformMergeSupportFunc — merge_action(), only in (a subquery of) MERGE's RETURNING."""
    if all(level.p_expr_kind != ExprKind.EXPR_KIND_MERGE_RETURNING for level in ps.levels()):
        raise PgError(
            "42601",
            "MERGE_ACTION() can only be used in the RETURNING list of a MERGE command",
            place(raw.location),
        )
    return MergeSupportFunc(TEXTOID, place(raw.location))


def check_no_srf(ps: ParseState, last_srf: Expr | None, construct: str) -> None:
    """Complain if a set-returning function was met since `last_srf` was noted."""
    if ps.p_last_srf is not last_srf:
        raise PgError(
            "0A000",
            f"set-returning functions are not allowed in {construct}",
            nodefuncs.expr_location(ps.p_last_srf),
            hint="You might be able to move the set-returning function into a LATERAL FROM item.",
        )


def transform_case_expr(ps: ParseState, raw: ast.CaseExpr) -> CaseExpr:
    """parse_expr.c: transformCaseExpr — both forms; the ELSE counts first when the common type is chosen."""
    last_srf = ps.p_last_srf
    arg = transform_expr_recurse(ps, raw.arg)
    placeholder: CaseTestExpr | None = None
    if arg is not None:
        if nodefuncs.expr_type(arg) == UNKNOWNOID:  # the placeholder could not be coerced later
            arg = coerce.coerce_to_common_type(ps, arg, TEXTOID, "CASE")
        collate.assign_expr_collations(ps, arg)
        placeholder = nodefuncs.make_case_test_expr(arg)
    whens: list[tuple[Expr, Expr, int]] = []
    for when in raw.args:
        location = place(when.location)
        if placeholder is None:
            condition = transform_expr_recurse(ps, when.expr)
        else:
            condition = expr_ops.make_equality(ps, placeholder, when.expr, location)
        condition = coerce.coerce_to_boolean(ps, condition, "CASE/WHEN")
        whens.append((condition, transform_expr_recurse(ps, when.result), location))
    default = transform_expr_recurse(ps, raw.defresult)
    if default is None:
        default = node.make_null_const(UNKNOWNOID, -1)
    common = coerce.select_common_type(ps, [default, *(result for _, result, _ in whens)], "CASE")
    default = coerce.coerce_to_common_type(ps, default, common, "CASE/ELSE")
    args = tuple(
        CaseWhen(condition, coerce.coerce_to_common_type(ps, result, common, "CASE/WHEN"), location)
        for condition, result, location in whens
    )
    check_no_srf(ps, last_srf, "CASE")
    return CaseExpr(common, arg, args, default, place(raw.location))


def transform_array_expr(
    ps: ParseState, raw: ast.A_ArrayExpr, array_type: Oid, element_type: Oid, typmod: int
) -> ArrayExpr:
    """parse_expr.c: transformArrayExpr — ARRAY[…]; `array_type` is the type that a cast asks for, or 0."""
    catalog = ps.catalog
    location = place(raw.location)
    elements: list[Any] = []
    multidims = False
    for element in raw.elements or ():
        if isinstance(element, ast.A_ArrayExpr):
            elements.append(transform_array_expr(ps, element, array_type, element_type, typmod))
            multidims = True
        else:
            elements.append(transform_expr_recurse(ps, element))
            # The vector types are arrays in name only: an array of them has one dimension of its own.
            found = nodefuncs.expr_type(elements[-1])
            multidims = multidims or (found not in _VECTORS and bool(typename.get_element_type(catalog, found)))
    coerce_hard = bool(array_type)
    if coerce_hard:
        wanted = array_type if multidims else element_type
    else:
        if not elements:
            raise PgError(
                "42P18",
                "cannot determine type of empty array",
                location,
                hint="Explicitly cast to the desired type, for example ARRAY[]::integer[].",
            )
        wanted = coerce.select_common_type(ps, elements, "ARRAY")
        if multidims:
            array_type, element_type = wanted, typename.get_element_type(catalog, wanted)
            if not element_type:
                shown = typename.format_type(catalog, array_type)
                raise PgError("42704", f"could not find element type for data type {shown}", location)
        else:
            element_type, array_type = wanted, typename.get_array_type(catalog, wanted)
            if not array_type:
                shown = typename.format_type(catalog, element_type)
                raise PgError("42704", f"could not find array type for data type {shown}", location)
    coerced: list[Expr] = []
    for one in elements:
        if coerce_hard:
            source = nodefuncs.expr_type(one)
            new = coerce.coerce_to_target_type(ps, one, source, wanted, typmod, _EXPLICIT, _EXPLICIT_CAST, -1)
            if new is None:
                raise cannot_cast(catalog, source, wanted, nodefuncs.expr_location(one))
            coerced.append(new)
        else:
            coerced.append(coerce.coerce_to_common_type(ps, one, wanted, "ARRAY"))
    return ArrayExpr(
        array_type,
        element_type,
        tuple(coerced),
        multidims,
        location,
        place(raw.list_start),
        place(raw.list_end),
    )


def cannot_cast(catalog: Catalog, source: Oid, wanted: Oid, location: int) -> PgError:
    """The error for a cast that does not exist."""
    return PgError(
        "42846",
        f"cannot cast type {typename.format_type(catalog, source)} to {typename.format_type(catalog, wanted)}",
        location,
    )


def transform_row_expr(ps: ParseState, raw: ast.RowExpr, *, allow_default: bool) -> RowExpr:
    """parse_expr.c: transformRowExpr — ROW(…), a record until something casts it."""
    args = target.transform_expression_list(ps, raw.args or (), ps.p_expr_kind, allow_default)
    if len(args) > MAX_TUPLE_ATTRIBUTE_NUMBER:
        raise PgError(
            "54011",
            f"ROW expressions can have at most {MAX_TUPLE_ATTRIBUTE_NUMBER} entries",
            place(raw.location),
        )
    names = tuple(f"f{number}" for number in range(1, len(args) + 1))
    return RowExpr(tuple(args), RECORDOID, enums.CoercionForm.COERCE_IMPLICIT_CAST, names, place(raw.location))


def transform_coalesce_expr(ps: ParseState, raw: ast.CoalesceExpr) -> CoalesceExpr:
    """parse_expr.c: transformCoalesceExpr"""
    last_srf = ps.p_last_srf
    args = [transform_expr_recurse(ps, arg) for arg in raw.args]
    common = coerce.select_common_type(ps, args, "COALESCE")
    coerced = tuple(coerce.coerce_to_common_type(ps, arg, common, "COALESCE") for arg in args)
    check_no_srf(ps, last_srf, "COALESCE")
    return CoalesceExpr(common, coerced, place(raw.location))


def transform_min_max_expr(ps: ParseState, raw: ast.MinMaxExpr) -> MinMaxExpr:
    """parse_expr.c: transformMinMaxExpr"""
    name = "GREATEST" if raw.op == enums.MinMaxOp.IS_GREATEST else "LEAST"
    args = [transform_expr_recurse(ps, arg) for arg in raw.args]
    common = coerce.select_common_type(ps, args, name)
    coerced = tuple(coerce.coerce_to_common_type(ps, arg, common, name) for arg in args)
    return MinMaxExpr(common, raw.op, coerced, place(raw.location))


_VALUE_FUNCTION_TYPES: Final = {
    _Svf.SVFOP_CURRENT_DATE: DATEOID,
    _Svf.SVFOP_CURRENT_TIME: TIMETZOID,
    _Svf.SVFOP_CURRENT_TIME_N: TIMETZOID,
    _Svf.SVFOP_CURRENT_TIMESTAMP: TIMESTAMPTZOID,
    _Svf.SVFOP_CURRENT_TIMESTAMP_N: TIMESTAMPTZOID,
    _Svf.SVFOP_LOCALTIME: TIMEOID,
    _Svf.SVFOP_LOCALTIME_N: TIMEOID,
    _Svf.SVFOP_LOCALTIMESTAMP: TIMESTAMPOID,
    _Svf.SVFOP_LOCALTIMESTAMP_N: TIMESTAMPOID,
}

MAX_TIME_PRECISION: Final = 6


def transform_sql_value_function(_ps: ParseState, raw: ast.SQLValueFunction) -> SQLValueFunction:
    """parse_expr.c: transformSQLValueFunction — CURRENT_DATE and its kin; a precision above 6 is cut with a warning."""
    # PG: SESSION_USER and the others are of type name
    type_oid = _VALUE_FUNCTION_TYPES.get(raw.op, NAMEOID)
    return SQLValueFunction(raw.op, type_oid, min(raw.typmod, MAX_TIME_PRECISION), place(raw.location))


_BOOLEAN_TESTS: Final = {
    enums.BoolTestType.IS_TRUE: "IS TRUE",
    enums.BoolTestType.IS_NOT_TRUE: "IS NOT TRUE",
    enums.BoolTestType.IS_FALSE: "IS FALSE",
    enums.BoolTestType.IS_NOT_FALSE: "IS NOT FALSE",
    enums.BoolTestType.IS_UNKNOWN: "IS UNKNOWN",
    enums.BoolTestType.IS_NOT_UNKNOWN: "IS NOT UNKNOWN",
}


def transform_boolean_test(ps: ParseState, raw: ast.BooleanTest) -> BooleanTest:
    """parse_expr.c: transformBooleanTest"""
    arg = transform_expr_recurse(ps, raw.arg)
    arg = coerce.coerce_to_boolean(ps, arg, _BOOLEAN_TESTS[raw.booltesttype])
    return BooleanTest(arg, raw.booltesttype, place(raw.location))


def transform_type_cast(ps: ParseState, tc: ast.TypeCast) -> Any:
    """parse_expr.c: transformTypeCast — the type is looked up first; ARRAY[…] is told its type beforehand."""
    catalog = ps.catalog
    no_params.refuse_in_constant(tc)
    wanted, typmod = typename.typename_type_id_and_mod(ps, catalog, tc.typeName)
    if isinstance(tc.arg, ast.A_ArrayExpr):
        base, base_typmod = typename.get_base_type_and_typmod(catalog, wanted, typmod)
        element = typename.get_element_type(catalog, base)
        if element:
            value = transform_array_expr(ps, tc.arg, base, element, base_typmod)
        else:
            value = transform_expr_recurse(ps, tc.arg)
    else:
        value = transform_expr_recurse(ps, tc.arg)
    source = nodefuncs.expr_type(value)
    location = place(tc.location)
    if location < 0:
        location = place(tc.typeName.location)
    result = coerce.coerce_to_target_type(ps, value, source, wanted, typmod, _EXPLICIT, _EXPLICIT_CAST, location)
    if result is None:
        raise cannot_cast(catalog, source, wanted, coerce.parser_coercion_errposition(ps, location, value))
    return result


def transform_collate_clause(ps: ParseState, clause: ast.CollateClause) -> CollateExpr:
    """parse_expr.c: transformCollateClause"""
    arg = transform_expr_recurse(ps, clause.arg)
    location = place(clause.location)
    argtype = nodefuncs.expr_type(arg)
    if argtype != UNKNOWNOID and not ps.catalog.type(argtype).typcollation:
        shown = typename.format_type(ps.catalog, argtype)
        raise PgError("42804", f"collations are not supported by type {shown}", location)
    return CollateExpr(arg, typename.lookup_collation(ps.catalog, clause.collname, location), location)


def cook_expr(catalog: Catalog, rel: Relation | None, raw: Node, kind: ExprKind, sourcetext: str) -> Any:
    """heap.c: cookDefault, cookConstraint — an expression of DDL; `rel` is what its columns are looked up in."""
    ps = ParseState(catalog=catalog, sourcetext=sourcetext)
    ps.params.fixed = True
    if rel is not None:
        nsitem = relation.add_range_table_entry_for_relation(ps, rel, None, False, True)
        relation.add_ns_item_to_query(ps, nsitem, False, True, True)
    return transform_expr(ps, raw, kind)
