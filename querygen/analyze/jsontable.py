"""JSON_TABLE: columns become JSON_VALUE, JSON_QUERY or JSON_EXISTS over a row; nested paths become a plan.

Takes the raw `JsonTable` of a FROM clause; gives its namespace item. Mirrors `parse_jsontable.c`.
"""

from __future__ import annotations

import json as json_text
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from querygen.analyze import collate, expr, json_query, nodefuncs, relation, typename
from querygen.analyze.jsonpath import check_jsonpath
from querygen.analyze.nodes import (
    CaseTestExpr,
    JsonTablePath,
    JsonTablePathScan,
    JsonTableSiblingJoin,
    TableFunc,
)
from querygen.analyze.pgtypes import INT4OID, JSONBOID, JSONOID, RECORDOID
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr, JsonTablePlan
    from querygen.analyze.state import NamespaceItem, ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_Column: Final = enums.JsonTableColumnType
_Behavior: Final = enums.JsonBehaviorType


class _Context(Struct):
    """JsonTableParseContext, with the lists of the TableFunc that is being made."""

    ps: ParseState
    passing: Sequence[Any]
    error_on_error: bool
    context_type: Oid
    path_names: list[str]
    colnames: list[str] = field(default_factory=list)
    coltypes: list[Oid] = field(default_factory=list)
    coltypmods: list[int] = field(default_factory=list)
    colcollations: list[Oid] = field(default_factory=list)
    colvalexprs: list[Expr | None] = field(default_factory=list)
    path_name_id: int = 0

    def generate_path_name(self) -> str:
        """parse_jsontable.c: generateJsonTablePathName"""
        name = f"json_table_path_{self.path_name_id}"
        self.path_name_id += 1
        self.path_names.append(name)
        return name


def transform_json_table(ps: ParseState, jt: ast.JsonTable) -> NamespaceItem:
    """parse_jsontable.c: transformJsonTable"""
    on_error = jt.on_error
    if on_error is not None and on_error.btype not in {
        _Behavior.JSON_BEHAVIOR_ERROR,
        _Behavior.JSON_BEHAVIOR_EMPTY,
        _Behavior.JSON_BEHAVIOR_EMPTY_ARRAY,
    }:
        raise PgError(
            "42601",
            "invalid ON ERROR behavior",
            expr.place(on_error.location),
            detail="Only EMPTY [ ARRAY ] or ERROR is allowed in the top-level ON ERROR clause.",
        )
    error_on_error = on_error is not None and on_error.btype == _Behavior.JSON_BEHAVIOR_ERROR
    context = _Context(ps, jt.passing or (), error_on_error, JSONBOID, [])
    root_name = jt.pathspec.name or context.generate_path_name()
    context.path_names = [root_name]
    _check_duplicate_names(context, jt.columns)
    ps.p_lateral_active = True  # as for every function in FROM
    document = ast.JsonFuncExpr(
        op=enums.JsonExprOp.JSON_TABLE_OP,
        context_item=jt.context_item,
        pathspec=jt.pathspec.string,
        passing=jt.passing,
        on_error=on_error,
        wrapper=enums.JsonWrapper.JSW_UNSPEC,
        quotes=enums.JsonQuotes.JS_QUOTES_UNSPEC,
        location=jt.location,
    )
    docexpr: Any = expr.transform_expr(ps, document, ExprKind.EXPR_KIND_FROM_FUNCTION)
    context.context_type = nodefuncs.expr_type(docexpr)
    plan = _transform_columns(context, jt.columns, jt.pathspec, root_name)
    ps.p_lateral_active = False
    tablefunc = TableFunc(
        functype=enums.TableFuncType.TFT_JSON_TABLE,
        ns_uris=(),
        ns_names=(),
        docexpr=docexpr,
        rowexpr=None,
        colnames=tuple(context.colnames),
        coltypes=tuple(context.coltypes),
        coltypmods=tuple(context.coltypmods),
        colexprs=(),
        coldefexprs=(),
        colvalexprs=tuple(context.colvalexprs),
        passingvalexprs=docexpr.passing_values,
        notnulls=frozenset(),
        plan=plan,
        location=expr.place(jt.location),
        colcollations=tuple(context.colcollations),
    )
    exprs = (docexpr, *(one for one in context.colvalexprs if one is not None))
    is_lateral = bool(jt.lateral) or any(nodefuncs.contain_vars_of_level(one, 0) for one in exprs)
    alias = relation.make_alias(jt.alias)
    return relation.add_range_table_entry_for_table_func(ps, tablefunc, alias, is_lateral, True)


def _check_duplicate_names(context: _Context, columns: Sequence[Any]) -> None:
    """parse_jsontable.c: CheckDuplicateColumnOrPathNames"""
    for column in columns:
        if column.coltype == _Column.JTC_NESTED:
            if column.pathspec.name:
                _register_name(context, column.pathspec.name, column.pathspec.name_location)
            _check_duplicate_names(context, column.columns)
        else:
            _register_name(context, column.name, column.location)


def _register_name(context: _Context, name: str, location: int | None) -> None:
    if name in context.path_names:
        raise PgError("42712", f"duplicate JSON_TABLE column or path name: {name}", expr.place(location))
    context.path_names.append(name)


def _transform_columns(
    context: _Context, columns: Sequence[Any], pathspec: ast.JsonTablePathSpec, path_name: str
) -> JsonTablePathScan:
    """parse_jsontable.c: transformJsonTableColumns"""
    ps = context.ps
    first = len(context.colvalexprs)
    ordinality_found = False
    for raw in columns:
        if raw.coltype == _Column.JTC_NESTED:
            continue
        context.colnames.append(raw.name)
        value: Any = None
        typid, typmod = INT4OID, -1
        if raw.coltype == _Column.JTC_FOR_ORDINALITY:
            if ordinality_found:
                raise PgError("42601", "only one FOR ORDINALITY column is allowed", expr.place(raw.location))
            ordinality_found = True
        else:
            function = _column_function(ps, raw, context.passing)
            row = CaseTestExpr(context.context_type, -1)
            value = _transform_in_from(ps, function, row)
            collate.assign_expr_collations(ps, value)
            typid, typmod = nodefuncs.expr_type(value), nodefuncs.expr_typmod(value)
        context.coltypes.append(typid)
        context.coltypmods.append(typmod)
        context.colcollations.append(0 if value is None else nodefuncs.expr_collation(value))
        context.colvalexprs.append(value)
    last = len(context.colvalexprs) - 1
    if last < first:
        first = last = -1
    child = _transform_nested_columns(context, columns)
    check_jsonpath(pathspec.string.val.sval)  # without a place, as it is a nested path's first look
    path = JsonTablePath(pathspec.string.val.sval, path_name)
    return JsonTablePathScan(path, context.error_on_error, child, first, last)


def _transform_in_from(ps: ParseState, function: ast.JsonFuncExpr, row: CaseTestExpr) -> Any:
    saved = ps.p_expr_kind
    ps.p_expr_kind = ExprKind.EXPR_KIND_FROM_FUNCTION
    try:
        return json_query.transform_json_func_expr(ps, function, row)
    finally:
        ps.p_expr_kind = saved


def _is_composite_type(catalog: Catalog, typid: Oid) -> bool:
    """parse_jsontable.c: isCompositeType — what JSON_QUERY makes better than JSON_VALUE."""
    base = typename.get_base_type(catalog, typid)
    return (
        base in {JSONOID, JSONBOID, RECORDOID}
        or bool(typename.get_element_type(catalog, base))
        or catalog.type(base).typtype == "c"
    )


def _column_function(ps: ParseState, raw: ast.JsonTableColumn, passing: Sequence[Any]) -> ast.JsonFuncExpr:
    """parse_jsontable.c: transformJsonTableColumn, and which function a column without FORMAT stands for."""
    coltype = raw.coltype
    if coltype == _Column.JTC_REGULAR:
        typid, _ = typename.typename_type_id_and_mod(ps, ps.catalog, raw.typeName)
        if (
            _is_composite_type(ps.catalog, typid)
            or raw.quotes != enums.JsonQuotes.JS_QUOTES_UNSPEC
            or raw.wrapper != enums.JsonWrapper.JSW_UNSPEC
        ):
            coltype = _Column.JTC_FORMATTED
    op = {
        _Column.JTC_REGULAR: enums.JsonExprOp.JSON_VALUE_OP,
        _Column.JTC_EXISTS: enums.JsonExprOp.JSON_EXISTS_OP,
    }.get(coltype, enums.JsonExprOp.JSON_QUERY_OP)
    if raw.pathspec is not None:
        pathspec = raw.pathspec.string
    else:
        default_path = f"$.{json_text.dumps(raw.name, ensure_ascii=False)}"
        pathspec = ast.A_Const(isnull=False, val=ast.String(sval=default_path))
    return ast.JsonFuncExpr(
        op=op,
        column_name=raw.name,
        pathspec=pathspec,
        passing=passing or None,
        output=ast.JsonOutput(typeName=raw.typeName, returning=ast.JsonReturning(format=raw.format)),
        on_empty=raw.on_empty,
        on_error=raw.on_error,
        wrapper=raw.wrapper,
        quotes=raw.quotes,
        location=raw.location,
    )


def _transform_nested_columns(context: _Context, columns: Sequence[Any]) -> JsonTablePlan | None:
    """parse_jsontable.c: transformJsonTableNestedColumns — siblings are joined by union."""
    plan: JsonTablePlan | None = None
    for raw in columns:
        if raw.coltype == _Column.JTC_NESTED:
            name = raw.pathspec.name or context.generate_path_name()
            nested = _transform_columns(context, raw.columns, raw.pathspec, name)
            plan = JsonTableSiblingJoin(plan, nested) if plan is not None else nested
    return plan
