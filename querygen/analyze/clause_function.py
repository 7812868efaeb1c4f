"""Functions in FROM: `f(…)`, ROWS FROM, unnest of several arrays, XMLTABLE, and TABLESAMPLE.

Takes the raw range item; gives its namespace item (of TABLESAMPLE, the clause). Their arguments may refer to what
stands before them in FROM, with or without the word LATERAL. Mirrors transformRangeFunction, transformRangeTableFunc
and transformRangeTableSample of `parse_clause.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import coerce, collate, expr, nodefuncs, relation, typename
from querygen.analyze.nodes import Expr, TableFunc, TableSampleClause
from querygen.analyze.pgtypes import FLOAT4OID, FLOAT8OID, INT4OID, INT8OID, INTERNALOID, TEXTOID, XMLOID
from querygen.analyze.raw import place, strings
from querygen.analyze.state import ExprKind
from querygen.analyze.target_names import figure_colname
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.analyze.state import NamespaceItem, ParseState
    from querygen.pg_catalog.rows import Oid

TSM_HANDLEROID = 3310

# What a sampling method's handler would say if it could be called: argument types, and whether REPEATABLE works.
_SAMPLING_METHODS: dict[str, tuple[tuple[Oid, ...], bool]] = {
    "bernoulli": ((FLOAT4OID,), True),
    "system": ((FLOAT4OID,), True),
    "system_rows": ((INT8OID,), False),
    "system_time": ((FLOAT8OID,), False),
}


def transform_range_function(ps: ParseState, raw: ast.RangeFunction) -> NamespaceItem:
    """parse_clause.c: transformRangeFunction"""
    ps.p_lateral_active = True
    exprs: list[Expr] = []
    names: list[str] = []
    deflists: list[tuple[Any, ...]] = []
    whole_deflist: tuple[Any, ...] = tuple(raw.coldeflist or ())
    calls: tuple[Any, ...] = tuple(raw.functions or ())
    for call, deflist in calls:
        for one in _unnest_calls(call) if not deflist else (call,):
            exprs.append(_transform_call(ps, one))
            names.append(figure_colname(one, ps))
            deflists.append(tuple(deflist or ()))
        if deflist and whole_deflist:
            raise PgError(
                "42601",
                "multiple column definition lists are not allowed for the same function",
                _list_place(whole_deflist),
            )
    ps.p_lateral_active = False
    if whole_deflist:
        _check_definition_list_place(raw, len(exprs), _list_place(whole_deflist))
        deflists = [whole_deflist]
    collate.assign_list_collations(ps, exprs)
    lateral = bool(raw.lateral) or nodefuncs.contain_vars_of_level(exprs, 0)
    return relation.add_range_table_entry_for_function(ps, names, exprs, deflists, raw, lateral, True)


def _unnest_calls(call: Any) -> tuple[Any, ...]:
    """`unnest(a, b)` is short for `unnest(a), unnest(b)` of PostgreSQL's own unnest; any other call stays itself."""
    if (
        isinstance(call, ast.FuncCall)
        and strings(call.funcname) == ("unnest",)
        and len(call.args or ()) > 1
        and not call.agg_order
        and call.agg_filter is None
        and call.over is None
        and not (call.agg_star or call.agg_distinct or call.func_variadic)
    ):
        name = (ast.String(sval="pg_catalog"), ast.String(sval="unnest"))
        return tuple(
            ast.FuncCall(
                funcname=name,
                args=(arg,),
                funcformat=enums.CoercionForm.COERCE_EXPLICIT_CALL,
                location=place(call),
            )
            for arg in call.args or ()
        )
    return (call,)


def _transform_call(ps: ParseState, call: Any) -> Expr:
    last_srf = ps.p_last_srf
    result: Expr = expr.transform_expr(ps, call, ExprKind.EXPR_KIND_FROM_FUNCTION)
    # A set inside another call would have to be computed first: only the call itself may return one.
    if ps.p_last_srf is not last_srf and ps.p_last_srf is not result:
        raise PgError(
            "0A000",
            "set-returning functions must appear at top level of FROM",
            nodefuncs.expr_location(ps.p_last_srf),
        )
    return result


def _list_place(deflist: tuple[Any, ...]) -> int:
    return next((found for one in deflist if (found := place(one)) >= 0), -1)


def _check_definition_list_place(raw: ast.RangeFunction, nfuncs: int, location: int) -> None:
    """A column definition list after the alias describes one function, and leaves no room for an ordinal."""
    if nfuncs != 1:
        if raw.is_rowsfrom:
            raise PgError(
                "42601",
                "ROWS FROM() with multiple functions cannot have a column definition list",
                location,
                hint="Put a separate column definition list for each function inside ROWS FROM().",
            )
        raise PgError(
            "42601",
            "UNNEST() with multiple arguments cannot have a column definition list",
            location,
            hint="Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one.",
        )
    if raw.ordinality:
        raise PgError(
            "42601",
            "WITH ORDINALITY cannot be used with a column definition list",
            location,
            hint="Put the column definition list inside ROWS FROM().",
        )


# ---------------------------------------------------------------------------------------------- XMLTABLE


def transform_range_table_func(ps: ParseState, raw: ast.RangeTableFunc) -> NamespaceItem:
    """parse_clause.c: transformRangeTableFunc — XMLTABLE."""
    kind = ExprKind.EXPR_KIND_FROM_FUNCTION

    def typed(node: Any, target: Oid) -> Expr:
        return coerce.coerce_to_specific_type(ps, expr.transform_expr(ps, node, kind), target, "XMLTABLE")

    ps.p_lateral_active = True
    rowexpr = typed(raw.rowexpr, TEXTOID)
    docexpr = typed(raw.docexpr, XMLOID)
    colnames: list[str] = []
    coltypes: list[Oid] = []
    coltypmods: list[int] = []
    colexprs: list[Expr | None] = []
    coldefexprs: list[Expr | None] = []
    notnulls: set[int] = set()
    ordinalitycol = -1
    for number, column in enumerate(raw.columns or ()):
        location = place(column)
        if column.for_ordinality:
            if ordinalitycol != -1:
                raise PgError("42601", "only one FOR ORDINALITY column is allowed", location)
            type_oid, typmod, ordinalitycol = INT4OID, -1, number
        else:
            if column.typeName.setof:
                raise PgError("42P16", f'column "{column.colname}" cannot be declared SETOF', location)
            type_oid, typmod = typename.typename_type_id_and_mod(ps, ps.catalog, column.typeName)
        coltypes.append(type_oid)
        coltypmods.append(typmod)
        colexprs.append(typed(column.colexpr, TEXTOID) if column.colexpr is not None else None)
        default: Expr | None = None
        if column.coldefexpr is not None:
            default = coerce.coerce_to_specific_type_typmod(
                ps, expr.transform_expr(ps, column.coldefexpr, kind), type_oid, typmod, "XMLTABLE"
            )
        coldefexprs.append(default)
        if column.is_not_null:
            notnulls.add(number)
        if column.colname in colnames:
            raise PgError("42601", f'column name "{column.colname}" is not unique', location)
        colnames.append(column.colname)
    ns_names: list[str | None] = []
    ns_uris: list[Expr] = []
    for namespace in raw.namespaces or ():
        ns_uris.append(typed(namespace.val, TEXTOID))
        if namespace.name in ns_names:
            if namespace.name is None:
                raise PgError("42601", "only one default namespace is allowed", place(namespace))
            raise PgError("42601", f'namespace name "{namespace.name}" is not unique', place(namespace))
        ns_names.append(namespace.name)
    ps.p_lateral_active = False
    table = TableFunc(
        enums.TableFuncType.TFT_XMLTABLE,
        tuple(ns_uris),
        tuple(ns_names),
        docexpr,
        rowexpr,
        tuple(colnames),
        tuple(coltypes),
        tuple(coltypmods),
        tuple(colexprs),
        tuple(coldefexprs),
        (),
        (),
        frozenset(notnulls),
        None,
        ordinalitycol,
        place(raw),
        tuple(ps.catalog.type(coltype).typcollation for coltype in coltypes),
    )
    # TableFunc is no expression, so that its parts are asked one by one.
    parts = [part for part in (rowexpr, docexpr, *ns_uris, *colexprs, *coldefexprs) if part is not None]
    collate.assign_list_collations(ps, parts)
    lateral = bool(raw.lateral) or nodefuncs.contain_vars_of_level(parts, 0)
    alias = relation.make_alias(raw.alias)
    return relation.add_range_table_entry_for_table_func(ps, table, alias, lateral, True)


# ---------------------------------------------------------------------------------------------- TABLESAMPLE


def transform_range_table_sample(ps: ParseState, raw: ast.RangeTableSample) -> TableSampleClause:
    """parse_clause.c: transformRangeTableSample"""
    location = place(raw)
    method = strings(raw.method)
    name = ".".join(method)
    schema = method[-2] if len(method) > 1 else None
    handler = next(
        (proc for proc in ps.catalog.procs_named(method[-1], schema) if proc.proargtypes == (INTERNALOID,)), None
    )
    if handler is None:
        raise PgError("42704", f"tablesample method {name} does not exist", location)
    if handler.prorettype != TSM_HANDLEROID:
        raise PgError("42809", f"function {name} must return type tsm_handler", location)
    known = _SAMPLING_METHODS.get(handler.proname)
    if known is None:
        raise PgError("0A000", f"querygen does not yet analyse the tablesample method {name}", location)
    argtypes, repeatable_works = known
    given = raw.args or ()
    if len(given) != len(argtypes):
        plural = "" if len(argtypes) == 1 else "s"
        raise PgError(
            "2202H", f"tablesample method {name} requires {len(argtypes)} argument{plural}, not {len(given)}", location
        )
    kind = ExprKind.EXPR_KIND_FROM_FUNCTION
    args = tuple(
        coerce.coerce_to_specific_type(ps, expr.transform_expr(ps, arg, kind), argtype, "TABLESAMPLE")
        for arg, argtype in zip(given, argtypes, strict=True)
    )
    repeatable: Expr | None = None
    if raw.repeatable is not None:
        if not repeatable_works:
            raise PgError("0A000", f"tablesample method {name} does not support REPEATABLE", location)
        seed = expr.transform_expr(ps, raw.repeatable, kind)
        repeatable = coerce.coerce_to_specific_type(ps, seed, FLOAT8OID, "REPEATABLE")
    collate.assign_list_collations(ps, (*args, repeatable))
    return TableSampleClause(handler.oid, args, repeatable)
