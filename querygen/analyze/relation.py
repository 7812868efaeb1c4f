"""Relations and names: the one module of `parse_relation.c` that others import.

What is defined here puts items into a query's namespace and expands them into all their columns (`*`, whole rows).
Finding names is in `relation_lookup.py`, making range table entries in `relation_rte.py`, the messages for names that
are not found in `relation_errors.py`; their functions are offered here under the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze import funcapi, nodefuncs
from querygen.analyze.nodes import Const, Expr, RangeTblRef, TargetEntry, Var
from querygen.analyze.pgtypes import INT4OID, INT8OID
from querygen.analyze.relation_errors import error_missing_column, error_missing_rte
from querygen.analyze.relation_lookup import (
    attname_attnum,
    attnum_att_name,
    attnum_type_id,
    check_lateral_ref_ok,
    check_name_space_conflicts,
    col_name_to_var,
    get_cte_for_rte,
    get_ns_item_by_range_table_posn,
    get_ns_item_by_var,
    get_rte_attribute_name,
    get_rte_by_range_table_posn,
    mark_nullable_if_needed,
    refname_namespace_item,
    scan_ns_item_for_column,
)
from querygen.analyze.relation_rte import (
    add_range_table_entry,
    add_range_table_entry_for_cte,
    add_range_table_entry_for_function,
    add_range_table_entry_for_group,
    add_range_table_entry_for_join,
    add_range_table_entry_for_relation,
    add_range_table_entry_for_subquery,
    add_range_table_entry_for_table_func,
    add_range_table_entry_for_values,
    build_ns_item_from_lists,
    build_ns_item_from_tuple_desc,
    is_future_cte,
    make_alias,
    make_var,
    make_whole_row_var,
    parser_open_table,
    scan_name_space_for_cte,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import RangeTblEntry
    from querygen.analyze.state import NamespaceItem, ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column

__all__ = [
    "add_ns_item_to_query",
    "add_range_table_entry",
    "add_range_table_entry_for_cte",
    "add_range_table_entry_for_function",
    "add_range_table_entry_for_group",
    "add_range_table_entry_for_join",
    "add_range_table_entry_for_relation",
    "add_range_table_entry_for_subquery",
    "add_range_table_entry_for_table_func",
    "add_range_table_entry_for_values",
    "attname_attnum",
    "attnum_att_name",
    "attnum_type_id",
    "build_ns_item_from_lists",
    "build_ns_item_from_tuple_desc",
    "check_lateral_ref_ok",
    "check_name_space_conflicts",
    "col_name_to_var",
    "error_missing_column",
    "error_missing_rte",
    "expand_ns_item_attrs",
    "expand_ns_item_vars",
    "expand_rte",
    "get_cte_for_rte",
    "get_ns_item_by_range_table_posn",
    "get_ns_item_by_var",
    "get_rte_attribute_name",
    "get_rte_by_range_table_posn",
    "get_tle_by_resno",
    "is_future_cte",
    "make_alias",
    "make_var",
    "make_whole_row_var",
    "mark_nullable_if_needed",
    "parser_open_table",
    "refname_namespace_item",
    "scan_name_space_for_cte",
    "scan_ns_item_for_column",
]

_DEFAULT = enums.VarReturningType.VAR_RETURNING_DEFAULT


def add_ns_item_to_query(
    ps: ParseState, item: NamespaceItem, add_to_join_list: bool, add_to_rel_ns: bool, add_to_var_ns: bool
) -> None:
    """parse_relation.c: addNSItemToQuery — as a top-level entry, visible without condition."""
    if add_to_join_list:
        ps.p_joinlist.append(RangeTblRef(item.p_rtindex))
    if add_to_rel_ns or add_to_var_ns:
        item.p_rel_visible = add_to_rel_ns
        item.p_cols_visible = add_to_var_ns
        item.p_lateral_only = False
        item.p_lateral_ok = True
        ps.p_namespace.append(item)


def get_tle_by_resno(tlist: Sequence[TargetEntry], resno: int) -> TargetEntry | None:
    """parse_relation.c: get_tle_by_resno"""
    return next((entry for entry in tlist if entry.resno == resno), None)


# ---------------------------------------------------------------------------------------------- all columns


def expand_ns_item_vars(
    ps: ParseState, item: NamespaceItem, sublevels_up: int, location: int
) -> tuple[list[Var], list[str]]:
    """parse_relation.c: expandNSItemVars — the Vars of all columns, and their names."""
    result: list[Var] = []
    names: list[str] = []
    for name, column in zip(item.p_names.colnames, item.p_nscolumns, strict=False):
        if column.p_dontexpand or not name:
            continue
        var = make_var(
            column.p_varno,
            column.p_varattno,
            column.p_vartype,
            column.p_vartypmod,
            sublevels_up,
            column.p_varcollid,
            returning=column.p_varreturningtype,
            location=location,
        )
        if (column.p_varnosyn, column.p_varattnosyn) != (var.varnosyn, var.varattnosyn):
            var = replace(var, varnosyn=column.p_varnosyn, varattnosyn=column.p_varattnosyn)
        result.append(mark_nullable_if_needed(ps, var))
        names.append(name)
    return result, names


def expand_ns_item_attrs(ps: ParseState, item: NamespaceItem, sublevels_up: int, location: int) -> list[TargetEntry]:
    """parse_relation.c: expandNSItemAttrs — the target entries of `*`."""
    entries = []
    for var, name in zip(*expand_ns_item_vars(ps, item, sublevels_up, location), strict=True):
        entries.append(TargetEntry(var, ps.p_next_resno, name))
        ps.p_next_resno += 1
    return entries


def expand_rte(
    catalog: Catalog,
    rte: RangeTblEntry,
    rtindex: int,
    sublevels_up: int,
    location: int,
    include_dropped: bool = False,
    returning: enums.VarReturningType = _DEFAULT,
) -> tuple[list[str], list[Expr]]:
    """parse_relation.c: expandRTE — names and Vars of an entry's columns, dropped ones as "" and a NULL constant."""
    names: list[str] = []
    exprs: list[Expr] = []

    def add(name: str, attnum: int, type_oid: int, typmod: int, collation: int, place: int = location) -> None:
        names.append(name)
        var = make_var(rtindex, attnum, type_oid, typmod, sublevels_up, collation, returning=returning, location=place)
        exprs.append(var)

    def add_like(name: str, attnum: int, expr: Expr) -> None:
        add(name, attnum, nodefuncs.expr_type(expr), nodefuncs.expr_typmod(expr), nodefuncs.expr_collation(expr))

    def add_dropped() -> None:
        if include_dropped:
            names.append("")
            exprs.append(Const(INT4OID, -1, None))

    def add_columns(columns: Sequence[Column], offset: int) -> None:
        aliases = rte.eref.colnames[offset:]
        for number, column in enumerate(columns):
            if column.dropped:
                add_dropped()
            else:
                name = aliases[number] if number < len(aliases) else column.name
                add(name, number + offset + 1, column.type_oid, column.typmod, column.attcollation)

    kinds = enums.RTEKind
    match rte.rtekind:
        case kinds.RTE_RELATION:
            add_columns(catalog.relation(rte.relid).columns, 0)
        case kinds.RTE_SUBQUERY:
            if rte.subquery is not None:
                entries = [entry for entry in rte.subquery.targetList if not entry.resjunk]
                for attnum, (name, entry) in enumerate(zip(rte.eref.colnames, entries, strict=False), 1):
                    add_like(name, attnum, entry.expr)
        case kinds.RTE_FUNCTION:
            done = 0
            for function in rte.functions:
                aliases = rte.eref.colnames[done:]
                if function.funccolnames:
                    described = zip(
                        aliases,
                        function.funccoltypes,
                        function.funccoltypmods,
                        function.funccolcollations,
                        strict=False,
                    )
                    for attnum, (name, *kind) in enumerate(described, done + 1):
                        add(name, attnum, *kind)
                else:
                    result = funcapi.get_expr_result_type(catalog, function.funcexpr)
                    if result.columns is not None:
                        add_columns(result.columns[: function.funccolcount], done)
                    else:
                        add_like(aliases[0], done + 1, function.funcexpr)
                done += function.funccolcount
            if rte.funcordinality:
                add(rte.eref.colnames[-1], done + 1, INT8OID, -1, 0, -1)
        case kinds.RTE_JOIN:
            for attnum, (name, avar) in enumerate(zip(rte.eref.colnames, rte.joinaliasvars, strict=True), 1):
                if avar is None:
                    add_dropped()
                elif isinstance(avar, Var):
                    names.append(name)
                    exprs.append(replace(avar, varlevelsup=sublevels_up, varreturningtype=returning, location=location))
                else:
                    add_like(name, attnum, avar)
        case kinds.RTE_TABLEFUNC | kinds.RTE_VALUES | kinds.RTE_CTE:
            columns = zip(rte.eref.colnames, rte.coltypes, rte.coltypmods, rte.colcollations, strict=False)
            for attnum, (name, *kind) in enumerate(columns, 1):
                add(name, attnum, *kind)
    return names, exprs
