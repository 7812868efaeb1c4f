"""Function calls and what looks like one: f(x), x.f, type(x), aggregates and window functions up to their own checks.

Takes a name and analysed arguments; gives `FuncExpr`, `Aggref`, `WindowFunc`, `FieldSelect` or a coercion. Mirrors
`parse_func.c`; the look-up is in `func_lookup.py`, the choice among candidates in `func_select.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.coerce import coerce_type, select_common_type, select_common_typmod
from querygen.analyze.coerce_poly import enforce_generic_type_consistency
from querygen.analyze.func_lookup import (
    FuncDetail,
    FuncDetailCode,
    func_get_detail,
    func_signature_string,
    name_list_to_string,
)
from querygen.analyze.nodefuncs import expr_location, expr_type
from querygen.analyze.nodes import Aggref, ArrayExpr, FieldSelect, FuncExpr, NamedArgExpr, Param, Var, WindowFunc
from querygen.analyze.pgtypes import ANYOID, INTERNALOID, RECORDOID, VOIDOID, InvalidOid
from querygen.analyze.state import ExprKind
from querygen.analyze.typename import format_type, get_array_type, get_base_element_type, is_complex
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column
    from querygen.pg_catalog.rows import Oid, PgAggregate

FUNC_MAX_ARGS = 100
_IMPLICIT = enums.CoercionContext.COERCION_IMPLICIT
_IMPLICIT_CAST = enums.CoercionForm.COERCE_IMPLICIT_CAST
_NOT_AGGREGATE = "an aggregate function"


def parse_func_or_column(
    ps: ParseState,
    funcname: Sequence[Any],
    fargs: Sequence[Expr],
    last_srf: Expr | None,
    fn: ast.FuncCall | None,
    proc_call: bool,
    location: int,
) -> Expr | None:
    """parse_func.c: ParseFuncOrColumn — without `fn` it is column notation, where None means: no such thing."""
    catalog = ps.catalog
    agg_filter = _transform_filter(ps, fn)
    if len(fargs) > FUNC_MAX_ARGS:
        raise PgError("54023", f"cannot pass more than {FUNC_MAX_ARGS} arguments to a function", location)
    args = list(fargs)
    if fn is not None and not fn.agg_within_group:
        # $1 of type void is no argument: a way of drivers to skip an OUT parameter
        args = [one for one in args if not (isinstance(one, Param) and one.paramtype == VOIDOID)]
    actual = [expr_type(one) for one in args]
    nargs = len(args)
    argnames = _argument_names(args)
    could_be_projection = (
        nargs == 1
        and not proc_call
        and agg_filter is None
        and not _is_decorated(fn)
        and not argnames
        and len(funcname) == 1
        and (actual[0] == RECORDOID or is_complex(catalog, actual[0]))
    )
    if could_be_projection and fn is None:
        column = _parse_complex_projection(ps, funcname[0].sval, args[0], location)
        if column is not None:
            return column

    func_variadic = fn is not None and bool(fn.func_variadic)
    try:
        found = func_get_detail(
            catalog, funcname, args, argnames, actual, not func_variadic, True, proc_call, ps.sourcetext
        )
    except PgError as error:
        if error.location < 0:
            error.location = location
        raise
    match found.code:
        case FuncDetailCode.NOTFOUND | FuncDetailCode.MULTIPLE:
            if fn is None and not proc_call:
                return None
            if found.code is FuncDetailCode.NOTFOUND and could_be_projection:
                column = _parse_complex_projection(ps, funcname[0].sval, args[0], location)
                if column is not None:
                    return column
            raise _func_error(catalog, funcname, argnames, actual, found.code, fn, proc_call, location)
        case FuncDetailCode.PROCEDURE if not proc_call:
            signature = func_signature_string(catalog, funcname, argnames, actual)
            hint = "To call a procedure, use CALL."
            raise PgError("42809", f"{signature} is a procedure", location, hint=hint)
        case code if proc_call and code is not FuncDetailCode.PROCEDURE:
            signature = func_signature_string(catalog, funcname, argnames, actual)
            hint = "To call a function, use SELECT."
            raise PgError("42809", f"{signature} is not a procedure", location, hint=hint)
        case FuncDetailCode.NORMAL | FuncDetailCode.PROCEDURE | FuncDetailCode.COERCION:
            _reject_decoration(funcname, fn, agg_filter, location)
        case FuncDetailCode.AGGREGATE:
            _check_aggregate_call(ps, funcname, args, argnames, actual, found, fn, location)
        case FuncDetailCode.WINDOWFUNC:
            name = name_list_to_string(funcname)
            if fn is None or fn.over is None:
                raise PgError("42809", f"window function {name} requires an OVER clause", location)
            if fn.agg_within_group:
                raise PgError("42809", f"window function {name} cannot have WITHIN GROUP", location)
    if found.code is FuncDetailCode.COERCION:
        explicit, form = enums.CoercionContext.COERCION_EXPLICIT, enums.CoercionForm.COERCE_EXPLICIT_CALL
        return coerce_type(ps, args[0], actual[0], found.rettype, -1, explicit, form, location)

    if found.argnumbers is not None:
        args = [
            replace(one, argnumber=number) if isinstance(one, NamedArgExpr) else one
            for one, number in zip(args, found.argnumbers, strict=False)
        ]
    # Types of arguments that are left to defaults count when pseudo-types are settled; their values are for the planner
    types = actual + list(found.default_types)
    rettype, declared = enforce_generic_type_consistency(
        catalog, types, found.declared[: len(types)], found.rettype, False
    )
    args = make_fn_arguments(ps, args, actual, declared[:nargs])
    if found.vatype == InvalidOid:
        func_variadic = False  # VARIADIC before an argument of a function that is not: ignored
    if found.nvargs > 0 and found.vatype != ANYOID:
        args = _gather_variadic(catalog, args, found.nvargs)
        func_variadic = True
    if nargs > 0 and found.vatype == ANYOID and func_variadic:
        if not get_base_element_type(catalog, actual[nargs - 1]):
            raise PgError("42804", "VARIADIC argument must be an array", expr_location(args[nargs - 1]))
    if rettype == INTERNALOID:
        raise PgError("0A000", 'functions returning type "internal" cannot be called explicitly', location)
    if found.retset:
        check_srf_call_placement(ps, last_srf, location)

    result: Expr
    if found.code in (FuncDetailCode.NORMAL, FuncDetailCode.PROCEDURE):
        form = (fn and fn.funcformat) or enums.CoercionForm.COERCE_EXPLICIT_CALL
        result = FuncExpr(found.funcid, rettype, found.retset, func_variadic, form, tuple(args), location)
    elif fn is None or fn.over is None:
        result = _make_aggregate(ps, funcname, args, argnames, rettype, found, func_variadic, fn, agg_filter, location)
    else:
        result = _make_window_func(ps, funcname, args, rettype, found, fn, agg_filter, last_srf, location)
    if found.retset:
        ps.p_last_srf = result
    return result


def _transform_filter(ps: ParseState, fn: ast.FuncCall | None) -> Expr | None:
    if fn is None or fn.agg_filter is None:
        return None
    from querygen.analyze import clause  # it imports this module

    return clause.transform_where_clause(ps, fn.agg_filter, ExprKind.EXPR_KIND_FILTER, "FILTER")


def _argument_names(args: Sequence[Expr]) -> list[str]:
    """The names of name => value arguments, which come last."""
    names: list[str] = []
    for one in args:
        if isinstance(one, NamedArgExpr):
            if one.name in names:
                raise PgError("42601", f'argument name "{one.name}" used more than once', one.location)
            names.append(one.name)
        elif names:
            raise PgError("42601", "positional argument cannot follow named argument", expr_location(one))
    return names


def _is_decorated(fn: ast.FuncCall | None) -> bool:
    """Is there anything in a call that a column's name could not have?"""
    return fn is not None and bool(
        fn.agg_order or fn.agg_star or fn.agg_distinct or fn.over is not None or fn.func_variadic
    )


def _func_error(
    catalog: Catalog,
    funcname: Sequence[Any],
    argnames: Sequence[str],
    actual: Sequence[Oid],
    code: FuncDetailCode,
    fn: ast.FuncCall | None,
    proc_call: bool,
    location: int,
) -> PgError:
    """The errors for no function, and for too many."""
    kind = "procedure" if proc_call else "function"
    signature = func_signature_string(catalog, funcname, argnames, actual)
    casts = "You might need to add explicit type casts."
    if code is FuncDetailCode.MULTIPLE:
        hint = f"Could not choose a best candidate {kind}. {casts}"
        return PgError("42725", f"{kind} {signature} is not unique", location, hint=hint)
    if fn is not None and len(fn.agg_order or ()) > 1 and not fn.agg_within_group:
        hint = (
            "No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; "
            "ORDER BY must appear after all regular arguments of the aggregate."
        )
    else:
        hint = f"No {kind} matches the given name and argument types. {casts}"
    return PgError("42883", f"{kind} {signature} does not exist", location, hint=hint)


def _reject_decoration(
    funcname: Sequence[Any], fn: ast.FuncCall | None, agg_filter: Expr | None, location: int
) -> None:
    """What only an aggregate or a window function can have."""
    if fn is None:
        return
    name = name_list_to_string(funcname)
    for given, what, wanted in (
        (fn.agg_star, f"{name}(*)", _NOT_AGGREGATE),
        (fn.agg_distinct, "DISTINCT", _NOT_AGGREGATE),
        (fn.agg_within_group, "WITHIN GROUP", _NOT_AGGREGATE),
        (fn.agg_order, "ORDER BY", _NOT_AGGREGATE),
        (agg_filter is not None, "FILTER", _NOT_AGGREGATE),
        (fn.over is not None, "OVER", "a window function nor an aggregate function"),
    ):
        if given:
            raise PgError("42809", f"{what} specified, but {name} is not {wanted}", location)


# ---------------------------------------------------------------------------------------------- aggregates


def _plural_direct(count: int) -> str:
    return f"{count} direct argument{'' if count == 1 else 's'}"


def _check_aggregate_call(
    ps: ParseState,
    funcname: Sequence[Any],
    args: list[Expr],
    argnames: Sequence[str],
    actual: list[Oid],
    found: FuncDetail,
    fn: ast.FuncCall | None,
    location: int,
) -> None:
    """WITHIN GROUP where the kind of aggregate wants it, with the right number of direct arguments.

    Changes `args` and `actual` in place where hypothetical arguments get a common type.
    """
    catalog = ps.catalog
    name = name_list_to_string(funcname)
    row = catalog.aggregate(found.funcid)
    within_group = fn is not None and bool(fn.agg_within_group)
    if row is None or row.aggkind == "n":
        if within_group:
            message = f"{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP"
            raise PgError("42809", message, location)
        return
    if not within_group:
        raise PgError("42809", f"WITHIN GROUP is required for ordered-set aggregate {name}", location)
    if fn is not None and fn.over is not None:
        raise PgError("0A000", f"OVER is not supported for ordered-set aggregate {name}", location)
    num_aggregated = len(fn.agg_order or ()) if fn is not None else 0
    hint = _direct_arguments_hint(name, row, found, len(args), num_aggregated)
    if hint is not None:
        signature = func_signature_string(catalog, funcname, argnames, actual)
        raise PgError("42883", f"function {signature} does not exist", location, hint=hint)
    if row.aggkind == "h":
        _unify_hypothetical_args(ps, args, num_aggregated, actual, found.declared)


def _direct_arguments_hint(
    name: str, row: PgAggregate, found: FuncDetail, nargs: int, num_aggregated: int
) -> str | None:
    """What is wrong with the number of direct arguments; None: it is right."""
    num_direct = nargs - num_aggregated
    wanted = row.aggnumdirectargs
    plain = (
        f"There is an ordered-set aggregate {name}, but it requires {_plural_direct(wanted)}, not {num_direct}."
        if num_direct != wanted
        else None
    )
    if found.vatype == InvalidOid:
        return plain
    pronargs = nargs - (found.nvargs - 1 if found.nvargs > 1 else 0)
    if wanted < pronargs:  # only the aggregated arguments are variadic
        return plain
    if row.aggkind == "h":
        if found.nvargs != 2 * num_aggregated:
            return (
                f"To use the hypothetical-set aggregate {name}, the number of hypothetical direct arguments"
                f" (here {found.nvargs - num_aggregated}) must match the number of ordering columns"
                f" (here {num_aggregated})."
            )
    elif found.nvargs <= num_aggregated:
        return f"There is an ordered-set aggregate {name}, but it requires at least {_plural_direct(wanted)}."
    return None


def _unify_hypothetical_args(
    ps: ParseState, args: list[Expr], num_aggregated: int, actual: list[Oid], declared: Sequence[Oid]
) -> None:
    """parse_func.c: unify_hypothetical_args — each hypothetical argument and its ordering column get one type."""
    num_direct = len(args) - num_aggregated
    for number in range(num_direct - num_aggregated, num_direct):
        other = number + num_aggregated
        if declared[number] != ANYOID:
            continue  # make_fn_arguments will do it
        pair = [args[other], args[number]]
        common = select_common_type(ps, pair, "WITHIN GROUP")
        typmod = select_common_typmod(ps, pair, common)
        for place in (number, other):
            args[place] = coerce_type(ps, args[place], actual[place], common, typmod, _IMPLICIT, _IMPLICIT_CAST, -1)
            actual[place] = common


def _make_aggregate(
    ps: ParseState,
    funcname: Sequence[Any],
    args: list[Expr],
    argnames: Sequence[str],
    rettype: Oid,
    found: FuncDetail,
    func_variadic: bool,
    fn: ast.FuncCall | None,
    agg_filter: Expr | None,
    location: int,
) -> Expr:
    from querygen.analyze import agg  # it imports this module by way of clause

    row = ps.catalog.aggregate(found.funcid)
    star = fn is not None and bool(fn.agg_star)
    if not args and not star and not (fn is not None and fn.agg_within_group):
        name = name_list_to_string(funcname)
        raise PgError("42809", f"{name}(*) must be used to call a parameterless aggregate function", location)
    if found.retset:
        raise PgError("42P13", "aggregates cannot return sets", location)
    if argnames:
        raise PgError("0A000", "aggregates cannot use named arguments", location)
    aggref = Aggref(
        aggfnoid=found.funcid,
        aggtype=rettype,
        aggfilter=agg_filter,
        aggstar=star,
        aggvariadic=func_variadic,
        aggkind="n" if row is None else row.aggkind,
        location=location,
    )
    order = (fn.agg_order or ()) if fn is not None else ()
    return agg.transform_aggregate_call(ps, aggref, args, order, fn is not None and bool(fn.agg_distinct))


def _make_window_func(
    ps: ParseState,
    funcname: Sequence[Any],
    args: list[Expr],
    rettype: Oid,
    found: FuncDetail,
    fn: ast.FuncCall,
    agg_filter: Expr | None,
    last_srf: Expr | None,
    location: int,
) -> Expr:
    from querygen.analyze import agg

    is_agg = found.code is FuncDetailCode.AGGREGATE
    if fn.agg_distinct:
        raise PgError("0A000", "DISTINCT is not implemented for window functions", location)
    if is_agg and not args and not fn.agg_star:
        name = name_list_to_string(funcname)
        raise PgError("42809", f"{name}(*) must be used to call a parameterless aggregate function", location)
    if fn.agg_order:
        raise PgError("0A000", "aggregate ORDER BY is not implemented for window functions", location)
    if not is_agg and agg_filter is not None:
        raise PgError("0A000", "FILTER is not implemented for non-aggregate window functions", location)
    if ps.p_last_srf is not last_srf:
        raise PgError(
            "0A000",
            "window function calls cannot contain set-returning function calls",
            expr_location(ps.p_last_srf),
            hint="You might be able to move the set-returning function into a LATERAL FROM item.",
        )
    if found.retset:
        raise PgError("42P13", "window functions cannot return sets", location)
    wfunc = WindowFunc(
        winfnoid=found.funcid,
        wintype=rettype,
        args=tuple(args),
        aggfilter=agg_filter,
        winstar=bool(fn.agg_star),
        winagg=is_agg,
        location=location,
    )
    return agg.transform_window_func_call(ps, wfunc, fn.over)


# ---------------------------------------------------------------------------------------------- arguments


def make_fn_arguments(
    ps: ParseState, fargs: Sequence[Expr], actual_types: Sequence[Oid], declared_types: Sequence[Oid]
) -> list[Expr]:
    """parse_func.c: make_fn_arguments — the arguments with the implicit coercions they need."""
    result: list[Expr] = []
    for arg, actual, declared in zip(fargs, actual_types, declared_types, strict=True):
        if actual != declared:
            inner = arg.arg if isinstance(arg, NamedArgExpr) else arg
            inner = coerce_type(ps, inner, actual, declared, -1, _IMPLICIT, _IMPLICIT_CAST, -1)
            arg = replace(arg, arg=inner) if isinstance(arg, NamedArgExpr) else inner
        result.append(arg)
    return result


def _gather_variadic(catalog: Catalog, args: list[Expr], nvargs: int) -> list[Expr]:
    """The last arguments as the one array that a VARIADIC parameter is."""
    elements = args[-nvargs:]
    element_type = expr_type(elements[0])
    place = expr_location(elements)
    array_type = get_array_type(catalog, element_type)
    if array_type == InvalidOid:
        shown = format_type(catalog, element_type)
        raise PgError("42704", f"could not find array type for data type {shown}", place)
    return [*args[:-nvargs], ArrayExpr(array_type, element_type, tuple(elements), False, place)]


# ---------------------------------------------------------------------------------------------- column notation


def _parse_complex_projection(ps: ParseState, name: str, first_arg: Expr, location: int) -> Expr | None:
    """parse_func.c: ParseComplexProjection — (row).column, or column(row); None: the row has no such column."""
    from querygen.analyze import funcapi, relation, target  # they import this module

    if isinstance(first_arg, Var) and first_arg.varattno == 0:
        # the column of what the row stands for, rather than a field of the row
        nsitem = relation.get_ns_item_by_var(ps, first_arg)
        return relation.scan_ns_item_for_column(ps, nsitem, first_arg.varlevelsup, name, location)
    columns: tuple[Column, ...] | None
    if isinstance(first_arg, Var) and first_arg.vartype == RECORDOID:
        columns = tuple(target.expand_record_variable(ps, first_arg, 0))
    else:
        columns = funcapi.get_expr_result_tupdesc(ps.catalog, first_arg, True)
    for number, column in enumerate(columns or (), 1):
        if column.name == name and not column.dropped:
            return FieldSelect(first_arg, number, column.type_oid, column.typmod, column.attcollation)
    return None


# ---------------------------------------------------------------------------------------------- placement of SRFs

_SRF_ALLOWED = frozenset(
    {
        ExprKind.EXPR_KIND_WINDOW_PARTITION,
        ExprKind.EXPR_KIND_WINDOW_ORDER,
        ExprKind.EXPR_KIND_SELECT_TARGET,
        ExprKind.EXPR_KIND_INSERT_TARGET,
        ExprKind.EXPR_KIND_GROUP_BY,
        ExprKind.EXPR_KIND_ORDER_BY,
        ExprKind.EXPR_KIND_DISTINCT_ON,
        ExprKind.EXPR_KIND_VALUES_SINGLE,
    }
)
_SRF_FORBIDDEN = {
    ExprKind.EXPR_KIND_JOIN_ON: "JOIN conditions",
    ExprKind.EXPR_KIND_JOIN_USING: "JOIN conditions",
    ExprKind.EXPR_KIND_POLICY: "policy expressions",
    ExprKind.EXPR_KIND_WINDOW_FRAME_RANGE: "window definitions",
    ExprKind.EXPR_KIND_WINDOW_FRAME_ROWS: "window definitions",
    ExprKind.EXPR_KIND_WINDOW_FRAME_GROUPS: "window definitions",
    ExprKind.EXPR_KIND_MERGE_WHEN: "MERGE WHEN conditions",
    ExprKind.EXPR_KIND_CHECK_CONSTRAINT: "check constraints",
    ExprKind.EXPR_KIND_DOMAIN_CHECK: "check constraints",
    ExprKind.EXPR_KIND_COLUMN_DEFAULT: "DEFAULT expressions",
    ExprKind.EXPR_KIND_FUNCTION_DEFAULT: "DEFAULT expressions",
    ExprKind.EXPR_KIND_INDEX_EXPRESSION: "index expressions",
    ExprKind.EXPR_KIND_INDEX_PREDICATE: "index predicates",
    ExprKind.EXPR_KIND_STATS_EXPRESSION: "statistics expressions",
    ExprKind.EXPR_KIND_ALTER_COL_TRANSFORM: "transform expressions",
    ExprKind.EXPR_KIND_EXECUTE_PARAMETER: "EXECUTE parameters",
    ExprKind.EXPR_KIND_TRIGGER_WHEN: "trigger WHEN conditions",
    ExprKind.EXPR_KIND_PARTITION_BOUND: "partition bound",
    ExprKind.EXPR_KIND_PARTITION_EXPRESSION: "partition key expressions",
    ExprKind.EXPR_KIND_CALL_ARGUMENT: "CALL arguments",
    ExprKind.EXPR_KIND_COPY_WHERE: "COPY FROM WHERE conditions",
    ExprKind.EXPR_KIND_GENERATED_COLUMN: "column generation expressions",
}


def check_srf_call_placement(ps: ParseState, last_srf: Expr | None, location: int) -> None:
    """parse_func.c: check_srf_call_placement"""
    kind = ps.p_expr_kind
    if kind is ExprKind.EXPR_KIND_OTHER:
        return
    if kind in _SRF_ALLOWED:
        ps.p_hasTargetSRFs = True
        return
    if kind is ExprKind.EXPR_KIND_FROM_FUNCTION:
        if ps.p_last_srf is not last_srf:
            place = expr_location(ps.p_last_srf)
            raise PgError("0A000", "set-returning functions must appear at top level of FROM", place)
        return
    where = _SRF_FORBIDDEN.get(kind)
    if where is None:
        from querygen.analyze.expr_kind import parse_expr_kind_name  # it belongs to parse_expr.c

        where = parse_expr_kind_name(kind)
    raise PgError("0A000", f"set-returning functions are not allowed in {where}", location)
