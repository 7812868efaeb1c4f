"""Target lists: the columns of SELECT and RETURNING, `*` in its many forms, where a column comes from.

Mirrors `parse_target.c`. Assignments (INSERT, UPDATE) are in `target_assign.py`, names of columns in `target_names.py`;
their functions are offered here under the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze import coerce, expr, funcapi, nodefuncs, relation
from querygen.analyze.nodes import FieldSelect, SetToDefault, TargetEntry, Var
from querygen.analyze.pgtypes import RECORDOID, TEXTOID, UNKNOWNOID
from querygen.analyze.state import ExprKind, ParseState
from querygen.analyze.target_assign import (
    check_insert_targets,
    transform_assigned_expr,
    transform_assignment_indirection,
    update_target_list_entry,
)
from querygen.analyze.target_names import figure_colname, figure_index_colname
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import NamespaceItem
    from querygen.catalog.objects import Column
    from querygen.sql.nodes import Node

__all__ = [
    "check_insert_targets",
    "expand_record_variable",
    "figure_colname",
    "figure_index_colname",
    "mark_target_list_origins",
    "resolve_target_list_unknowns",
    "transform_assigned_expr",
    "transform_assignment_indirection",
    "transform_expression_list",
    "transform_target_entry",
    "transform_target_list",
    "update_target_list_entry",
]

_Rte: Final = enums.RTEKind


def transform_target_entry(
    ps: ParseState, raw: Node | None, analysed: Any, kind: ExprKind, colname: str | None, resjunk: bool
) -> TargetEntry:
    """parse_target.c: transformTargetEntry — `analysed` is the expression where the caller has it already."""
    if analysed is None:
        if kind == ExprKind.EXPR_KIND_UPDATE_SOURCE and isinstance(raw, ast.SetToDefault):
            analysed = SetToDefault(0, -1, expr.place(raw.location))
        else:
            analysed = expr.transform_expr(ps, raw, kind)
    if colname is None and not resjunk:
        colname = figure_colname(raw, ps)
    entry = TargetEntry(analysed, ps.p_next_resno, colname, resjunk=resjunk)
    ps.p_next_resno += 1
    return entry


def _ends_in_star(raw: Any) -> bool:
    match raw:
        case ast.ColumnRef(fields=steps) | ast.A_Indirection(indirection=steps):
            return isinstance(steps[-1], ast.A_Star)
    return False


def transform_target_list(ps: ParseState, targetlist: Iterable[Any] | None, kind: ExprKind) -> list[TargetEntry]:
    """parse_target.c: transformTargetList — for SELECT, RETURNING and the sources of UPDATE (which expand no `*`)."""
    expand_star = kind != ExprKind.EXPR_KIND_UPDATE_SOURCE
    result: list[TargetEntry] = []
    for res in targetlist or ():
        if expand_star and _ends_in_star(res.val):
            if isinstance(res.val, ast.ColumnRef):
                result += _expand_column_ref_star(ps, res.val, True)
            else:
                result += _expand_indirection_star(ps, res.val, True, kind)
        else:
            result.append(transform_target_entry(ps, res.val, None, kind, res.name, False))
    if ps.p_multiassign_exprs:  # of UPDATE, whose caller numbers them
        result += ps.p_multiassign_exprs
        ps.p_multiassign_exprs = []
    return result


def transform_expression_list(
    ps: ParseState, exprlist: Iterable[Any], kind: ExprKind, allow_default: bool
) -> list[Any]:
    """parse_target.c: transformExpressionList — the same for the bare expressions of ROW(…) and VALUES."""
    result: list[Any] = []
    for raw in exprlist:
        if _ends_in_star(raw):
            if isinstance(raw, ast.ColumnRef):
                result += _expand_column_ref_star(ps, raw, False)
            else:
                result += _expand_indirection_star(ps, raw, False, kind)
        elif allow_default and isinstance(raw, ast.SetToDefault):
            result.append(SetToDefault(0, -1, expr.place(raw.location)))
        else:
            result.append(expr.transform_expr(ps, raw, kind))
    return result


def resolve_target_list_unknowns(ps: ParseState, targetlist: list[TargetEntry]) -> None:
    """parse_target.c: resolveTargetListUnknowns — what is of no type by now is text."""
    implicit, cast = enums.CoercionContext.COERCION_IMPLICIT, enums.CoercionForm.COERCE_IMPLICIT_CAST
    for place, entry in enumerate(targetlist):
        if nodefuncs.expr_type(entry.expr) == UNKNOWNOID:
            text = coerce.coerce_type(ps, entry.expr, UNKNOWNOID, TEXTOID, -1, implicit, cast, -1)
            targetlist[place] = replace(entry, expr=text)


# ---------------------------------------------------------------------------------------------- origins


def mark_target_list_origins(ps: ParseState, targetlist: list[TargetEntry]) -> None:
    """parse_target.c: markTargetListOrigins — entries that are bare columns learn their table and number."""
    for place, entry in enumerate(targetlist):
        if isinstance(entry.expr, Var):
            table, column = _origin(ps, entry.expr)
            if table:
                targetlist[place] = replace(entry, resorigtbl=table, resorigcol=column)


def _origin(ps: ParseState, var: Var) -> tuple[int, int]:
    """parse_target.c: markTargetListOrigin — a view is the origin itself; a merged column of a join has none."""
    rte = relation.get_rte_by_range_table_posn(ps, var.varno, var.varlevelsup)
    source: TargetEntry | None = None
    match rte.rtekind:
        case _Rte.RTE_RELATION:
            return rte.relid, var.varattno
        case _Rte.RTE_SUBQUERY if var.varattno and rte.subquery is not None:
            source = relation.get_tle_by_resno(rte.subquery.targetList, var.varattno)
        case _Rte.RTE_CTE if var.varattno and not rte.self_reference:
            cte = relation.get_cte_for_rte(ps, rte, var.varlevelsup)
            source = relation.get_tle_by_resno(_cte_target_list(cte.ctequery), var.varattno)
        case _Rte.RTE_GROUP if var.varattno:
            grouped = rte.groupexprs[var.varattno - 1]
            return _origin(ps, grouped) if isinstance(grouped, Var) else (0, 0)
    return (source.resorigtbl, source.resorigcol) if source is not None else (0, 0)


def _cte_target_list(query: Any) -> Sequence[TargetEntry]:
    """parsenodes.h: GetCTETargetList"""
    result: Sequence[TargetEntry] = (
        query.targetList if query.commandType == enums.CmdType.CMD_SELECT else query.returningList
    )
    return result


# ---------------------------------------------------------------------------------------------- stars


def _expand_column_ref_star(ps: ParseState, cref: ast.ColumnRef, make_target_entry: bool) -> list[Any]:
    """parse_target.c: ExpandColumnRefStar — `*`, `table.*`, `schema.table.*`."""
    fields = cref.fields
    location = expr.place(cref.location)
    if len(fields) == 1:
        return _expand_all_tables(ps, location)
    if len(fields) > 4:
        shown = expr.name_list_to_string(fields)
        raise PgError("42601", f"improper qualified name (too many dotted names): {shown}", location)
    if len(fields) == 4:
        # PG: compares with the name of the database, as in transformColumnRef
        shown = expr.name_list_to_string(fields)
        raise PgError("0A000", f"cross-database references are not implemented: {shown}", location)
    schema = fields[0].sval if len(fields) == 3 else None
    relname = fields[-2].sval
    item = relation.refname_namespace_item(ps, schema, relname, location)
    if item is None:
        value = expr.function_argument(ps, fields[:-1], location) if ps.function_name is not None else None
        if value is not None:
            return _expand_row_reference(ps, value, make_target_entry)
        relation.error_missing_rte(ps, ast.RangeVar(schemaname=schema, relname=relname, location=location))
    nsitem, levels_up = item
    return _expand_single_table(ps, nsitem, levels_up, location, make_target_entry)


def _expand_all_tables(ps: ParseState, location: int) -> list[Any]:
    """parse_target.c: ExpandAllTables — of every relation whose columns are visible without qualification."""
    visible = [item for item in ps.p_namespace if item.p_cols_visible]
    if not visible:
        raise PgError("42601", "SELECT * with no tables specified is not valid", location)
    return [entry for item in visible for entry in relation.expand_ns_item_attrs(ps, item, 0, location)]


def _expand_indirection_star(
    ps: ParseState, ind: ast.A_Indirection, make_target_entry: bool, kind: ExprKind
) -> list[Any]:
    """parse_target.c: ExpandIndirectionStar — `(value).*`"""
    row = ast.A_Indirection(arg=ind.arg, indirection=ind.indirection[:-1])
    value = expr.transform_expr(ps, row, kind)
    return _expand_row_reference(ps, value, make_target_entry)


def _expand_single_table(
    ps: ParseState, nsitem: NamespaceItem, sublevels_up: int, location: int, make_target_entry: bool
) -> list[Any]:
    """parse_target.c: ExpandSingleTable"""
    if make_target_entry:
        return list(relation.expand_ns_item_attrs(ps, nsitem, sublevels_up, location))
    return list(relation.expand_ns_item_vars(ps, nsitem, sublevels_up, location)[0])


def _expand_row_reference(ps: ParseState, value: Any, make_target_entry: bool) -> list[Any]:
    """parse_target.c: ExpandRowReference — a field of the value for each column, the value copied each time."""
    if isinstance(value, Var) and value.varattno == 0:
        nsitem = relation.get_ns_item_by_var(ps, value)
        return _expand_single_table(ps, nsitem, value.varlevelsup, value.location, make_target_entry)
    columns: Sequence[Column] | None
    if isinstance(value, Var) and value.vartype == RECORDOID:
        columns = expand_record_variable(ps, value, 0)
    else:
        columns = funcapi.get_expr_result_tupdesc(ps.catalog, value, False)
    result: list[Any] = []
    for number, column in enumerate(columns or (), 1):
        if column.dropped:
            continue
        field = FieldSelect(value, number, column.type_oid, column.typmod, column.attcollation)
        if make_target_entry:
            result.append(TargetEntry(field, ps.p_next_resno, column.name))
            ps.p_next_resno += 1
        else:
            result.append(field)
    return result


def expand_record_variable(ps: ParseState, var: Var, levelsup: int) -> Sequence[Column]:
    """parse_target.c: expandRecordVariable — the columns of a Var of type record, found where it is defined."""
    netlevelsup = var.varlevelsup + levelsup
    rte = relation.get_rte_by_range_table_posn(ps, var.varno, netlevelsup)
    attnum = var.varattno
    if attnum == 0:
        names, vars_ = relation.expand_rte(ps.catalog, rte, var.varno, 0, var.location)
        return [
            funcapi.column_like(name, number, one)
            for number, (name, one) in enumerate(zip(names, vars_, strict=True), 1)
        ]
    found: Expr = var
    match rte.rtekind:
        case _Rte.RTE_SUBQUERY if rte.subquery is not None:
            entry = relation.get_tle_by_resno(rte.subquery.targetList, attnum)
            if entry is not None and not entry.resjunk:
                found = entry.expr
                if isinstance(found, Var):
                    return expand_record_variable(_state_below(_level(ps, netlevelsup), rte.subquery), found, 0)
        case _Rte.RTE_JOIN:
            alias_var = rte.joinaliasvars[attnum - 1]
            if alias_var is not None:
                found = alias_var
                if isinstance(found, Var):
                    return expand_record_variable(ps, found, netlevelsup)
        case _Rte.RTE_CTE if not rte.self_reference:
            cte = relation.get_cte_for_rte(ps, rte, netlevelsup)
            if cte.ctequery is not None:
                entry = relation.get_tle_by_resno(_cte_target_list(cte.ctequery), attnum)
                if entry is not None and not entry.resjunk:
                    found = entry.expr
                    if isinstance(found, Var):
                        level = _level(ps, rte.ctelevelsup + netlevelsup)
                        return expand_record_variable(_state_below(level, cte.ctequery), found, 0)
        case _Rte.RTE_GROUP:
            found = rte.groupexprs[attnum - 1]
            if isinstance(found, Var):
                return expand_record_variable(ps, found, netlevelsup)
    return funcapi.get_expr_result_tupdesc(ps.catalog, found, False) or ()


def _level(ps: ParseState, levels: int) -> ParseState:
    for _ in range(levels):
        if ps.parent is None:
            break
        ps = ps.parent
    return ps


def _state_below(ps: ParseState, query: Any) -> ParseState:
    """A state that makes the levels of a finished subquery's Vars right again."""
    below = ps.make_child()
    below.p_rtable = query.rtable
    below.p_ctenamespace = query.cteList
    return below
