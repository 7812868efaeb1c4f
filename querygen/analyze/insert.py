"""INSERT: its sources (DEFAULT VALUES, one row, several rows, a query), and ON CONFLICT.

Mirrors `analyze.c`: transformInsertStmt, transformInsertRow, transformOnConflictClause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze import (
    clause,
    collate,
    expr,
    node,
    nodefuncs,
    relation,
    returning,
    select,
    stmt,
    target,
    update,
)
from querygen.analyze.nodes import (
    Alias,
    CoerceToDomain,
    Const,
    FieldStore,
    FromExpr,
    OnConflictExpr,
    Param,
    Query,
    RowExpr,
    SubscriptingRef,
    TargetEntry,
    Var,
)
from querygen.analyze.pgtypes import INT4OID, RECORDOID, UNKNOWNOID
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.state import ParseState
    from querygen.catalog.objects import Relation

_UPDATE: Final = enums.OnConflictAction.ONCONFLICT_UPDATE


def transform_insert_stmt(ps: ParseState, raw: ast.InsertStmt) -> Query:
    """analyze.c: transformInsertStmt"""
    qry = Query(enums.CmdType.CMD_INSERT)
    ps.p_is_insert = True
    select.with_clause(ps, qry, raw.withClause)
    qry.override = raw.override
    source = raw.selectStmt
    is_general_select = source is not None and bool(
        not source.valuesLists
        or source.sortClause
        or source.limitOffset is not None
        or source.limitCount is not None
        or source.lockingClause
        or source.withClause is not None
    )
    qry.resultRelation = clause.set_target_table(ps, raw.relation, False, False)
    icolumns, attrnos = target.check_insert_targets(ps, raw.cols)
    exprs: list[Any]
    if source is None:
        exprs = []  # DEFAULT VALUES
    elif is_general_select:
        query, exprs = _rows_of_query(ps, source)
        exprs = transform_insert_row(ps, exprs, raw.cols, icolumns, attrnos, False)
        _settle_params(ps, query)
    elif len(source.valuesLists) > 1:
        exprs = _rows_of_values(ps, raw, source, icolumns, attrnos)
        exprs = transform_insert_row(ps, exprs, raw.cols, icolumns, attrnos, False)
    else:
        exprs = target.transform_expression_list(ps, source.valuesLists[0], ExprKind.EXPR_KIND_VALUES_SINGLE, True)
        exprs = transform_insert_row(ps, exprs, raw.cols, icolumns, attrnos, False)
    qry.targetList = insert_target_list(exprs, icolumns, attrnos)
    if raw.onConflictClause is not None or raw.returningClause is not None:
        # they see the target table and nothing else
        assert ps.p_target_nsitem is not None  # noqa: S101
        ps.p_namespace = []
        relation.add_ns_item_to_query(ps, ps.p_target_nsitem, False, True, True)
    if raw.onConflictClause is not None:
        qry.onConflict = _transform_on_conflict_clause(ps, raw.onConflictClause)
    returning.transform_returning_clause(ps, qry, raw.returningClause, ExprKind.EXPR_KIND_RETURNING)
    qry.rtable = ps.p_rtable
    qry.jointree = FromExpr(tuple(ps.p_joinlist), None)
    qry.hasTargetSRFs = ps.p_hasTargetSRFs
    qry.hasSubLinks = ps.p_hasSubLinks
    collate.assign_query_collations(ps, qry)
    return qry


def insert_target_list(
    exprs: Sequence[Any], icolumns: Sequence[Any], attrnos: Sequence[int]
) -> tuple[TargetEntry, ...]:
    """The target list of an INSERT: fewer expressions than columns leave the rest to their defaults."""
    return tuple(
        TargetEntry(value, attrno, column.name) for value, column, attrno in zip(exprs, icolumns, attrnos, strict=False)
    )


def _rows_of_query(ps: ParseState, source: ast.SelectStmt) -> tuple[Query, list[Any]]:
    """INSERT … SELECT: the query becomes a subquery *SELECT*; outputs of no type are copied up as they are."""
    below = ps.make_child()
    below.p_resolve_unknowns = False
    query = stmt.transform_stmt(below, source)
    nsitem = relation.add_range_table_entry_for_subquery(ps, query, Alias("*SELECT*"), False, False)
    relation.add_ns_item_to_query(ps, nsitem, True, False, False)
    result: list[Any] = []
    for entry in query.targetList:
        if entry.resjunk:
            continue
        type_oid = nodefuncs.expr_type(entry.expr)
        if type_oid == UNKNOWNOID and isinstance(entry.expr, (Const, Param)):
            result.append(entry.expr)
        else:
            result.append(
                relation.make_var(
                    nsitem.p_rtindex,
                    entry.resno,
                    type_oid,
                    nodefuncs.expr_typmod(entry.expr),
                    0,
                    nodefuncs.expr_collation(entry.expr),
                    location=nodefuncs.expr_location(entry.expr),
                )
            )
    return query, result


def _settle_params(ps: ParseState, query: Query) -> None:
    """Give the outputs that were copied up as parameters the types they got there.

    PG: one Param node stands in both places, and variable_coerce_param_hook changes it in place.
    """
    query.targetList = tuple(
        replace(entry, expr=_settled(ps, entry.expr))
        if isinstance(entry.expr, Param)
        and entry.expr.paramkind == enums.ParamKind.PARAM_EXTERN
        and entry.expr.paramtype == UNKNOWNOID
        else entry
        for entry in query.targetList
    )


def _settled(ps: ParseState, param: Param) -> Param:
    known = ps.params.types[param.paramid]
    return replace(param, paramtype=known, paramcollid=ps.catalog.type(known).typcollation)


def _rows_of_values(
    ps: ParseState, raw: ast.InsertStmt, source: ast.SelectStmt, icolumns: Sequence[Any], attrnos: Sequence[int]
) -> list[Any]:
    """INSERT … VALUES (…), (…): a VALUES entry whose every row is already coerced to the columns' types."""
    rows: list[list[Any]] = []
    for sublist in source.valuesLists:
        row = target.transform_expression_list(ps, sublist, ExprKind.EXPR_KIND_VALUES, True)
        if rows and len(row) != len(rows[0]):
            raise PgError("42601", "VALUES lists must all be the same length", nodefuncs.expr_location(row))
        # assignments to parts of columns are taken off here and put on the Vars below
        row = transform_insert_row(ps, row, raw.cols, icolumns, attrnos, True)
        collate.assign_list_collations(ps, row)
        rows.append(row)
    coltypes = [nodefuncs.expr_type(value) for value in rows[0]]
    coltypmods = [nodefuncs.expr_typmod(value) for value in rows[0]]
    nsitem = relation.add_range_table_entry_for_values(
        ps, rows, coltypes, coltypmods, [0] * len(coltypes), None, False, True
    )
    relation.add_ns_item_to_query(ps, nsitem, True, False, False)
    return list(relation.expand_ns_item_vars(ps, nsitem, 0, -1)[0])


def transform_insert_row(
    ps: ParseState,
    exprs: Sequence[Any],
    stmtcols: Sequence[Any] | None,
    icolumns: Sequence[Any],
    attrnos: Sequence[int],
    strip_indirection: bool,
) -> list[Any]:
    """analyze.c: transformInsertRow"""
    if len(exprs) > len(icolumns):
        raise PgError(
            "42601",
            "INSERT has more expressions than target columns",
            nodefuncs.expr_location(exprs[len(icolumns)]),
        )
    if stmtcols and len(exprs) < len(icolumns):
        hint = None
        if len(exprs) == 1 and _count_rowexpr_columns(ps, exprs[0]) == len(icolumns):
            hint = (
                "The insertion source is a row expression containing the same number of columns"
                " expected by the INSERT. Did you accidentally use extra parentheses?"
            )
        raise PgError(
            "42601",
            "INSERT has more target columns than expressions",
            expr.place(icolumns[len(exprs)].location),
            hint=hint,
        )
    result: list[Any] = []
    for value, column, attrno in zip(exprs, icolumns, attrnos, strict=False):
        assigned = target.transform_assigned_expr(
            ps,
            value,
            ExprKind.EXPR_KIND_INSERT_TARGET,
            column.name,
            attrno,
            column.indirection,
            expr.place(column.location),
        )
        result.append(_strip_assignments(assigned) if strip_indirection else assigned)
    return result


def _strip_assignments(value: Any) -> Any:
    """Take field and subscript assignments off, with the domains above them."""
    while True:
        inner = value
        while isinstance(inner, CoerceToDomain):
            inner = inner.arg
        if isinstance(inner, FieldStore):
            value = inner.newvals[0]
        elif isinstance(inner, SubscriptingRef) and inner.refassgnexpr is not None:
            value = inner.refassgnexpr
        else:
            return value


def _count_rowexpr_columns(ps: ParseState, value: Any) -> int:
    """analyze.c: count_rowexpr_columns — for a hint only; -1: it is no row."""
    if isinstance(value, RowExpr):
        return len(value.args)
    if isinstance(value, Var) and value.varattno > 0 and value.vartype == RECORDOID:
        rte = relation.get_rte_by_range_table_posn(ps, value.varno, value.varlevelsup)
        if rte.subquery is not None:
            entry = relation.get_tle_by_resno(rte.subquery.targetList, value.varattno)
            if entry is not None and not entry.resjunk and isinstance(entry.expr, RowExpr):
                return len(entry.expr.args)
    return -1


def _transform_on_conflict_clause(ps: ParseState, raw: ast.OnConflictClause) -> OnConflictExpr:
    """analyze.c: transformOnConflictClause"""
    is_update = raw.action == _UPDATE
    excluded: Any = None
    excl_rel_tlist: tuple[TargetEntry, ...] = ()
    if is_update:
        # made before the arbiter, so that a reference to it there gets the right message
        assert ps.p_target_relation is not None  # noqa: S101
        alias = Alias("excluded")
        excluded = relation.add_range_table_entry_for_relation(ps, ps.p_target_relation, alias, False, False)
        excluded.p_rte.relkind = "c"  # no relation of its own
        excl_rel_tlist = build_on_conflict_excluded_targetlist(ps.p_target_relation, excluded.p_rtindex)
    arbiter_elems, arbiter_where, constraint = clause.transform_on_conflict_arbiter(ps, raw)
    on_conflict_set: tuple[TargetEntry, ...] = ()
    on_conflict_where: Any = None
    if is_update:
        ps.p_is_insert = False
        relation.add_ns_item_to_query(ps, excluded, False, True, True)
        on_conflict_set = tuple(update.transform_update_target_list(ps, raw.targetList))
        on_conflict_where = clause.transform_where_clause(ps, raw.whereClause, ExprKind.EXPR_KIND_WHERE, "WHERE")
        ps.p_namespace = ps.p_namespace[:-1]  # RETURNING does not see it
    return OnConflictExpr(
        action=raw.action,
        arbiterElems=tuple(arbiter_elems),
        arbiterWhere=arbiter_where,
        constraint=constraint,
        onConflictSet=on_conflict_set,
        onConflictWhere=on_conflict_where,
        exclRelIndex=excluded.p_rtindex if excluded is not None else 0,
        exclRelTlist=excl_rel_tlist,
    )


def build_on_conflict_excluded_targetlist(rel: Relation, excl_rel_index: int) -> tuple[TargetEntry, ...]:
    """analyze.c: BuildOnConflictExcludedTargetlist — every attribute by its number, and the whole row as number 0."""
    entries: list[TargetEntry] = []
    for column in rel.columns:
        if column.dropped:
            entries.append(TargetEntry(node.make_null_const(INT4OID, -1), column.attnum))
        else:
            var = relation.make_var(
                excl_rel_index, column.attnum, column.type_oid, column.typmod, 0, column.attcollation
            )
            entries.append(TargetEntry(var, column.attnum, column.name))
    row = relation.make_var(excl_rel_index, 0, rel.reltype)
    entries.append(TargetEntry(row, 0, None, resjunk=True))
    return tuple(entries)
