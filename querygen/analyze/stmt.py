"""Statements: the entry points of analysis, and which function analyses which statement.

Takes a raw statement and the catalog; gives a `Query`. Mirrors `analyze.c` (parse_analyze_varparams, transformStmt, the
utility statements) and `parse_param.c` (check_variable_parameters).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze import collate, expr, insert, merge, nodefuncs, rewrite, select, setops, target, update, utility
from querygen.analyze.nodes import Param, Query, TargetEntry
from querygen.analyze.pgtypes import UNKNOWNOID
from querygen.analyze.state import ExprKind, ParamTable, ParseState
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import CommonTableExpr
    from querygen.catalog.catalog import Catalog
    from querygen.sql.nodes import Node

_SELECT: Final = enums.CmdType.CMD_SELECT
_UTILITY: Final = enums.CmdType.CMD_UTILITY


def parse_analyze_varparams(
    catalog: Catalog, raw: Node, sourcetext: str, params: ParamTable, *, collated: bool = False
) -> Query:
    """analyze.c: parse_analyze_varparams, with what exec_parse_message does about it.

    `raw` is the only statement of `sourcetext`. On return `params.types` holds the type of every parameter.
    Collations are in the tree where they matter, or where `collated` asks for them.
    """
    try:
        return _analyze(catalog, raw, sourcetext, params, collated)
    except RecursionError as error:
        raise PgError("54001", "stack depth limit exceeded") from error


def _analyze(catalog: Catalog, raw: Node, sourcetext: str, params: ParamTable, collated: bool) -> Query:
    ps = ParseState(catalog=catalog, params=params, sourcetext=sourcetext)
    ps.collating = collated or collate.in_play(catalog, sourcetext)
    query = transform_top_level_stmt(ps, raw)
    if not params.fixed:
        check_variable_parameters(params, query)
        for number in range(1, max(params.types, default=0) + 1):  # exec_parse_message
            if params.types.get(number, UNKNOWNOID) == UNKNOWNOID:
                raise PgError("42P18", f"could not determine data type of parameter ${number}")
    if query.commandType != _UTILITY:
        rewrite.check_rewrite(catalog, query)
    return query


def check_variable_parameters(params: ParamTable, query: Query) -> None:
    """parse_param.c: check_variable_parameters — a parameter seen before its type was known must have got it since."""
    if not params.types:
        return
    for one, _level in nodefuncs.walk_levels(query):
        if isinstance(one, Param) and one.paramkind == enums.ParamKind.PARAM_EXTERN:
            if one.paramtype != params.types.get(one.paramid):
                raise PgError("42P08", f"could not determine data type of parameter ${one.paramid}", one.location)


def parse_sub_analyze(
    raw: Node,
    parent: ParseState,
    parent_cte: CommonTableExpr | None,
    resolve_unknowns: bool,
) -> Query:
    """analyze.c: parse_sub_analyze — a statement inside another one."""
    ps = parent.make_child()
    ps.p_parent_cte = parent_cte
    ps.p_resolve_unknowns = resolve_unknowns
    return transform_stmt(ps, raw)


def analyze_view_query(catalog: Catalog, raw: Node, sourcetext: str) -> Query:
    """view.c: DefineView, createas.c — the query behind a view, a materialized view or CREATE TABLE AS."""
    params = ParamTable(fixed=True)
    try:
        return transform_stmt(ParseState(catalog=catalog, params=params, sourcetext=sourcetext), raw)
    except RecursionError as error:
        raise PgError("54001", "stack depth limit exceeded") from error


def analyze_body_statement(
    catalog: Catalog, raw: Node, sourcetext: str, params: ParamTable, arguments: dict[str, int], function_name: str
) -> Query:
    """A statement of a SQL function's body, in which the arguments are parameters and names."""
    ps = ParseState(catalog=catalog, params=params, sourcetext=sourcetext)
    ps.function_arguments = arguments
    ps.function_name = function_name
    try:
        query = transform_top_level_stmt(ps, raw)
    except RecursionError as error:
        raise PgError("54001", "stack depth limit exceeded") from error
    if query.commandType != _UTILITY:
        rewrite.check_rewrite(catalog, query)
    return query


def transform_top_level_stmt(ps: ParseState, raw: Node) -> Query:
    """analyze.c: transformTopLevelStmt, transformOptionalSelectInto — SELECT … INTO is allowed here only."""
    if isinstance(raw, ast.SelectStmt):
        leftmost = raw
        while leftmost.op != enums.SetOperation.SETOP_NONE:
            leftmost = leftmost.larg
        if leftmost.intoClause is not None:
            return utility.transform_create_table_as_stmt(
                ps, ast.CreateTableAsStmt(query=_without_into(raw), into=leftmost.intoClause)
            )
    return transform_stmt(ps, raw)


def _without_into(raw: ast.SelectStmt) -> ast.SelectStmt:
    """The statement without the INTO of its leftmost SELECT; the raw tree itself is not changed."""
    changed: dict[str, Any] = {"intoClause": None}
    if raw.op != enums.SetOperation.SETOP_NONE:
        changed = {"larg": _without_into(raw.larg)}
    return ast.SelectStmt(**{name: getattr(raw, name) for name in raw} | changed)


def transform_stmt(ps: ParseState, raw: Node) -> Query:
    """analyze.c: transformStmt"""
    match raw:
        case ast.InsertStmt():
            return insert.transform_insert_stmt(ps, raw)
        case ast.DeleteStmt():
            return update.transform_delete_stmt(ps, raw)
        case ast.UpdateStmt():
            return update.transform_update_stmt(ps, raw)
        case ast.MergeStmt():
            return merge.transform_merge_stmt(ps, raw)
        case ast.SelectStmt():
            if raw.valuesLists:
                return select.transform_values_clause(ps, raw)
            if raw.op == enums.SetOperation.SETOP_NONE:
                return select.transform_select_stmt(ps, raw)
            return setops.transform_set_operation_stmt(ps, raw)
        case ast.ReturnStmt():
            return transform_return_stmt(ps, raw)
        case _:
            return utility.transform_utility_stmt(ps, raw)


def transform_return_stmt(ps: ParseState, raw: ast.ReturnStmt) -> Query:
    """analyze.c: transformReturnStmt — the body of a SQL function"""
    qry = Query(_SELECT, isReturn=True)
    value: Any = expr.transform_expr(ps, raw.returnval, ExprKind.EXPR_KIND_SELECT_TARGET)
    targets = [TargetEntry(value, 1)]
    if ps.p_resolve_unknowns:
        target.resolve_target_list_unknowns(ps, targets)
    qry.targetList = tuple(targets)
    select.finish(ps, qry, None)
    return qry
