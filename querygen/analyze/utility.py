"""Utility statements as queries: no types to find in most, but some carry a query, arguments, or return rows.

Mirrors `analyze.c` (transformCallStmt, transformExplainStmt, transformDeclareCursorStmt, transformCreateTableAsStmt)
and of `utility.c` UtilityTupleDescriptor: a statement's result columns stand in `Query.targetList` as NULL constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze import collate, expr, func, funcapi, nodefuncs, select, stmt
from querygen.analyze.no_params import refuse_params
from querygen.analyze.nodes import Const, NamedArgExpr, Query, TargetEntry
from querygen.analyze.pgtypes import JSONOID, POLYMORPHIC, TEXTOID, XMLOID
from querygen.analyze.state import ExprKind
from querygen.analyze.unsupported import unsupported
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.analyze.state import ParseState
    from querygen.pg_catalog.rows import Oid
    from querygen.sql.nodes import Node

_UTILITY: Final = enums.CmdType.CMD_UTILITY

# parsenodes.h: CURSOR_OPT_…
_SCROLL: Final = 0x0002
_NO_SCROLL: Final = 0x0004
_INSENSITIVE: Final = 0x0008
_ASENSITIVE: Final = 0x0010
_HOLD: Final = 0x0020


def transform_utility_stmt(ps: ParseState, raw: Node) -> Query:
    """analyze.c: transformStmt, its special cases and its default."""
    match raw:
        case ast.DeclareCursorStmt():
            return _transform_declare_cursor_stmt(ps, raw)
        case ast.ExplainStmt():
            if isinstance(raw.query, ast.ExecuteStmt):  # that one's columns are not these
                refuse_params(raw.query)
            else:
                stmt.transform_top_level_stmt(ps, raw.query)
            return _utility([("QUERY PLAN", _explain_type(raw))])
        case ast.CreateTableAsStmt():
            return transform_create_table_as_stmt(ps, raw)
        case ast.CallStmt():
            return _transform_call_stmt(ps, raw)
        case ast.VariableShowStmt(name="all"):
            return _utility([("name", TEXTOID), ("setting", TEXTOID), ("description", TEXTOID)])
        case ast.VariableShowStmt(name=name):
            return _utility([(_variable_name(name), TEXTOID)])
        case ast.FetchStmt() if not raw.ismove:
            raise unsupported("FETCH as a query: the cursor is not known before it is opened")
        case ast.ExecuteStmt():
            raise unsupported("EXECUTE as a query: the prepared statement is not known")
        case _:
            refuse_params(raw)
            return _utility([])


def _utility(columns: Iterable[tuple[str, Oid]]) -> Query:
    qry = Query(_UTILITY)
    qry.targetList = tuple(
        TargetEntry(Const(type_oid, -1, None), number, name) for number, (name, type_oid) in enumerate(columns, 1)
    )
    return qry


def _variable_name(name: str) -> str:
    """The case in which guc.c knows the few variables that are not in lower case."""
    return {"datestyle": "DateStyle", "intervalstyle": "IntervalStyle", "timezone": "TimeZone"}.get(name.lower(), name)


def _explain_type(raw: ast.ExplainStmt) -> Oid:
    """explain.c: ExplainResultDesc — text unless FORMAT says otherwise; of several options the last counts."""
    result = TEXTOID
    for option in raw.options or ():
        if option.defname == "format":
            result = {"xml": XMLOID, "json": JSONOID}.get(str(getattr(option.arg, "sval", "")), TEXTOID)
    return result


def _transform_declare_cursor_stmt(ps: ParseState, raw: ast.DeclareCursorStmt) -> Query:
    """analyze.c: transformDeclareCursorStmt"""
    options = int(raw.options or 0)
    for one, other, names in (
        (_SCROLL, _NO_SCROLL, "SCROLL and NO SCROLL"),
        (_ASENSITIVE, _INSENSITIVE, "ASENSITIVE and INSENSITIVE"),
    ):
        if options & one and options & other:
            raise PgError("42P11", f"cannot specify both {names}")
    query = stmt.transform_stmt(ps, raw.query)
    if query.hasModifyingCTE:
        raise PgError("0A000", "DECLARE CURSOR must not contain data-modifying statements in WITH")
    if query.rowMarks:
        name = select.lcs_as_string(query.rowMarks[0].strength)
        if options & _HOLD:
            message, detail = f"DECLARE CURSOR WITH HOLD ... {name} is not supported", "Holdable"
            raise PgError("0A000", message, detail=f"{detail} cursors must be READ ONLY.")
        if options & _SCROLL:
            message, detail = f"DECLARE SCROLL CURSOR ... {name} is not supported", "Scrollable"
            raise PgError("0A000", message, detail=f"{detail} cursors must be READ ONLY.")
        if options & _INSENSITIVE:
            message, detail = f"DECLARE INSENSITIVE CURSOR ... {name} is not valid", "Insensitive"
            raise PgError("42P11", message, detail=f"{detail} cursors must be READ ONLY.")
    return _utility([])


def transform_create_table_as_stmt(ps: ParseState, raw: ast.CreateTableAsStmt) -> Query:
    """analyze.c: transformCreateTableAsStmt"""
    if isinstance(raw.query, ast.ExecuteStmt):
        refuse_params(raw.query)
        return _utility([])
    query = stmt.transform_stmt(ps, raw.query)
    if raw.objtype == enums.ObjectType.OBJECT_MATVIEW:
        if query.hasModifyingCTE:
            raise PgError("0A000", "materialized views must not use data-modifying statements in WITH")
        if ps.params.types and not ps.params.fixed:
            raise PgError("0A000", "materialized views may not be defined using bound parameters")
        if raw.into.rel.relpersistence == "u":
            raise PgError("0A000", "materialized views cannot be unlogged")
    return _utility([])


def _transform_call_stmt(ps: ParseState, raw: ast.CallStmt) -> Query:
    """analyze.c: transformCallStmt; the columns are those of CallStmtResultDesc: OUT and INOUT arguments."""
    call = raw.funccall
    args = [expr.transform_expr(ps, arg, ExprKind.EXPR_KIND_CALL_ARGUMENT) for arg in call.args or ()]
    found: Any = func.parse_func_or_column(
        ps, call.funcname, args, ps.p_last_srf, call, True, expr.place(call.location)
    )
    collate.assign_expr_collations(ps, found)
    proc = ps.catalog.proc(found.funcid)
    columns: list[tuple[str, Oid]] = []
    for column in funcapi.build_function_result_tupdesc(proc) or ():
        type_oid = column.type_oid
        if type_oid in POLYMORPHIC:
            type_oid = _actual_type(found.args, column.name, type_oid)
        columns.append((column.name, type_oid))
    return _utility(columns)


def _actual_type(args: Iterable[Any], name: str, declared: Oid) -> Oid:
    """The type that a polymorphic output argument has in this call."""
    for arg in args:
        if isinstance(arg, NamedArgExpr) and arg.name == name:
            return nodefuncs.expr_type(arg.arg)
    for arg in args:
        if nodefuncs.expr_type(arg) not in POLYMORPHIC:
            return nodefuncs.expr_type(arg)
    return declared
