"""Which relation or column a name means, at the place where it stands.

Takes a parse state and a name; gives namespace items and Vars. A Var found here carries the outer joins that can null
it (`varnullingrels`). Mirrors the name resolution of `parse_relation.c` (refnameNamespaceItem to colNameToVar).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze.pgtypes import SYSTEM_COLUMNS
from querygen.analyze.relation_rte import make_var
from querygen.analyze.state import ExprKind, NamespaceItem, ParseState
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from querygen.analyze.nodes import CommonTableExpr, RangeTblEntry, Var
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation

TABLE_OID_ATTRIBUTE = SYSTEM_COLUMNS["tableoid"][0]
_SYSTEM_TYPES = dict(SYSTEM_COLUMNS.values())
# Kinds of relations that have no system columns (heap.c: AddNewAttributeTuples).
_NO_SYSTEM_COLUMNS = frozenset("vc")


# ---------------------------------------------------------------------------------------------- relations by name


def refname_namespace_item(
    ps: ParseState, schemaname: str | None, refname: str, location: int, *, local_only: bool = False
) -> tuple[NamespaceItem, int] | None:
    """parse_relation.c: refnameNamespaceItem — the visible relation of a name, and how many levels up it is.

    `schema.name` finds only a table without alias, by identity. `local_only` is C's sublevels_up == NULL.
    """
    relid = 0
    if schemaname is not None:
        relid = ps.catalog.relation_oid(refname, schemaname) or 0
        if not relid:
            return None
    for sublevels_up, level in enumerate(ps.levels()):
        if relid:
            found = _scan_name_space_for_relid(level, relid, location)
        else:
            found = _scan_name_space_for_refname(level, refname, location)
        if found is not None:
            return found, sublevels_up
        if local_only:
            break
    return None


def _scan_name_space_for_refname(ps: ParseState, refname: str, location: int) -> NamespaceItem | None:
    """parse_relation.c: scanNameSpaceForRefname"""
    result = None
    for item in ps.p_namespace:
        if not item.p_rel_visible or (item.p_lateral_only and not ps.p_lateral_active):
            continue
        if item.p_names.aliasname == refname:
            if result is not None:
                raise PgError("42P09", f'table reference "{refname}" is ambiguous', location)
            check_lateral_ref_ok(ps, item, location)
            result = item
    return result


def _scan_name_space_for_relid(ps: ParseState, relid: int, location: int) -> NamespaceItem | None:
    """parse_relation.c: scanNameSpaceForRelid — OLD and NEW of RETURNING are never found this way."""
    result = None
    for item in ps.p_namespace:
        if not item.p_rel_visible or (item.p_lateral_only and not ps.p_lateral_active):
            continue
        if item.p_returning_type != enums.VarReturningType.VAR_RETURNING_DEFAULT:
            continue
        rte = item.p_rte
        if rte.rtekind == enums.RTEKind.RTE_RELATION and rte.relid == relid and rte.alias is None:
            if result is not None:
                raise PgError("42P09", f"table reference {relid} is ambiguous", location)
            check_lateral_ref_ok(ps, item, location)
            result = item
    return result


def check_lateral_ref_ok(ps: ParseState, item: NamespaceItem, location: int) -> None:
    """parse_relation.c: check_lateral_ref_ok — a LATERAL reference to the wrong side of an outer join is an error."""
    if item.p_lateral_only and not item.p_lateral_ok:
        refname = item.p_names.aliasname
        to_target = ps.p_target_nsitem is not None and item.p_rte is ps.p_target_nsitem.p_rte
        raise PgError(
            "42P10",
            f'invalid reference to FROM-clause entry for table "{refname}"',
            location,
            hint=f'There is an entry for table "{refname}", but it cannot be referenced from this part of the query.'
            if to_target
            else None,
            detail=None if to_target else "The combining JOIN type must be INNER or LEFT for a LATERAL reference.",
        )


def check_name_space_conflicts(
    ps: ParseState,  # noqa: ARG001 — C's parameter, kept for its callers
    namespace1: Sequence[NamespaceItem],
    namespace2: Sequence[NamespaceItem],
) -> None:
    """parse_relation.c: checkNameSpaceConflicts — two lists may not both have a relation of one name.

    Two tables of one name without alias do not conflict if they are different tables.
    """
    if not namespace1 or not namespace2:
        return
    by_name: dict[str, list[NamespaceItem]] = {}
    for item in namespace2:
        if item.p_rel_visible:
            by_name.setdefault(item.p_names.aliasname, []).append(item)
    for one in namespace1:
        if not one.p_rel_visible:
            continue
        for other in by_name.get(one.p_names.aliasname, ()):
            if _is_bare_table(one.p_rte) and _is_bare_table(other.p_rte) and one.p_rte.relid != other.p_rte.relid:
                continue
            raise PgError("42712", f'table name "{one.p_names.aliasname}" specified more than once')


def _is_bare_table(rte: RangeTblEntry) -> bool:
    return rte.rtekind == enums.RTEKind.RTE_RELATION and rte.alias is None


def _ancestor(ps: ParseState, levels: int) -> ParseState:
    for _ in range(levels):
        if ps.parent is None:
            raise LookupError("there is no query level that far up")
        ps = ps.parent
    return ps


def get_ns_item_by_range_table_posn(ps: ParseState, varno: int, sublevels_up: int) -> NamespaceItem:
    """parse_relation.c: GetNSItemByRangeTablePosn — it must be there."""
    for item in _ancestor(ps, sublevels_up).p_namespace:
        if item.p_rtindex == varno:
            return item
    raise LookupError("namespace item not found")


def get_ns_item_by_var(ps: ParseState, var: Var) -> NamespaceItem:
    """parse_relation.c: GetNSItemByVar — as above, and OLD or NEW of RETURNING as the Var says."""
    for item in _ancestor(ps, var.varlevelsup).p_namespace:
        if item.p_rtindex == var.varno and item.p_returning_type == var.varreturningtype:
            return item
    raise LookupError("namespace item not found")


def get_rte_by_range_table_posn(ps: ParseState, varno: int, sublevels_up: int) -> RangeTblEntry:
    """parse_relation.c: GetRTEByRangeTablePosn"""
    return _ancestor(ps, sublevels_up).p_rtable[varno - 1]


def get_cte_for_rte(ps: ParseState, rte: RangeTblEntry, rtelevelsup: int) -> CommonTableExpr:
    """parse_relation.c: GetCTEForRTE"""
    for cte in _ancestor(ps, rte.ctelevelsup + rtelevelsup).p_ctenamespace:
        if cte.ctename == rte.ctename:
            return cte
    raise LookupError(f'could not find CTE "{rte.ctename}"')


# ---------------------------------------------------------------------------------------------- columns by name


def has_system_columns(rte: RangeTblEntry) -> bool:
    """Whether `ctid`, `xmin` … are columns of an entry: real relations with storage have them."""
    return rte.rtekind == enums.RTEKind.RTE_RELATION and rte.relkind not in _NO_SYSTEM_COLUMNS


def scan_rte_for_column(
    rte: RangeTblEntry,
    names: Sequence[str],
    colname: str,
    location: int,
    on_name: Callable[[str, int], None] | None = None,
) -> int:
    """parse_relation.c: scanRTEForColumn — the number of a column, 0 for none; `on_name` sees every name, for hints."""
    result = 0
    if on_name is None and colname not in names:
        pass
    else:
        for attnum, name in enumerate(names, 1):
            if name == colname:
                if result:
                    raise PgError("42702", f'column reference "{colname}" is ambiguous', location)
                result = attnum
            if on_name is not None:
                on_name(name, attnum)
    if not result and colname in SYSTEM_COLUMNS and has_system_columns(rte):
        return SYSTEM_COLUMNS[colname][0]
    return result


_SYSTEM_COLUMN_REFUSED = {
    ExprKind.EXPR_KIND_CHECK_CONSTRAINT: 'system column "{}" reference in check constraint is invalid',
    ExprKind.EXPR_KIND_GENERATED_COLUMN: 'cannot use system column "{}" in column generation expression',
    ExprKind.EXPR_KIND_MERGE_WHEN: 'cannot use system column "{}" in MERGE WHEN condition',
}


def scan_ns_item_for_column(
    ps: ParseState, item: NamespaceItem, sublevels_up: int, colname: str, location: int
) -> Var | None:
    """parse_relation.c: scanNSItemForColumn — the Var of a column of one item; None if it has no such column."""
    attnum = scan_rte_for_column(item.p_rte, item.p_names.colnames, colname, location)
    if attnum == 0:
        return None
    if attnum > 0:
        column = item.p_nscolumns[attnum - 1]
        if column.p_varno == 0:
            raise PgError("42703", f'column "{colname}" of relation "{item.p_names.aliasname}" does not exist')
        var = make_var(
            column.p_varno, column.p_varattno, column.p_vartype, column.p_vartypmod, sublevels_up, column.p_varcollid
        )
        var = replace(
            var,
            varnosyn=column.p_varnosyn,
            varattnosyn=column.p_varattnosyn,
            varreturningtype=item.p_returning_type,
            location=location,
        )
    else:
        refused = _SYSTEM_COLUMN_REFUSED.get(ps.p_expr_kind)
        if refused is not None and attnum != TABLE_OID_ATTRIBUTE:
            raise PgError("42P10", refused.format(colname), location)
        var = make_var(
            item.p_rtindex,
            attnum,
            _SYSTEM_TYPES[attnum],
            varlevelsup=sublevels_up,
            returning=item.p_returning_type,
            location=location,
        )
    return mark_nullable_if_needed(ps, var)


def col_name_to_var(ps: ParseState, colname: str, localonly: bool, location: int) -> Var | None:
    """parse_relation.c: colNameToVar — an unqualified column name, in the nearest query level that has one."""
    for sublevels_up, level in enumerate(ps.levels()):
        result: Var | None = None
        for item in level.p_namespace:
            if not item.p_cols_visible or (item.p_lateral_only and not level.p_lateral_active):
                continue
            found = scan_ns_item_for_column(ps, item, sublevels_up, colname, location)
            if found is not None:
                if result is not None:
                    raise PgError("42702", f'column reference "{colname}" is ambiguous', location)
                check_lateral_ref_ok(level, item, location)
                result = found
        if result is not None or localonly:
            return result
    return None


def mark_nullable_if_needed(ps: ParseState, var: Var) -> Var:
    """parse_relation.c: markNullableIfNeeded — add the outer joins that, at this point, can null the Var's relation."""
    relids = _ancestor(ps, var.varlevelsup).p_nullingrels.get(var.varno)
    if not relids:
        return var
    return replace(var, varnullingrels=var.varnullingrels | relids)


# ---------------------------------------------------------------------------------------------- columns of relations


def attname_attnum(rel: Relation, attname: str, sys_col_ok: bool) -> int:
    """parse_relation.c: attnameAttNum — 0 if there is no such column."""
    column = rel.by_name.get(attname)
    if column is not None:
        return column.attnum
    if sys_col_ok and attname in SYSTEM_COLUMNS:
        return SYSTEM_COLUMNS[attname][0]
    return 0


def attnum_att_name(rel: Relation, attnum: int) -> str:
    """parse_relation.c: attnumAttName"""
    if attnum > 0:
        return rel.columns[attnum - 1].name
    return next(name for name, (number, _) in SYSTEM_COLUMNS.items() if number == attnum)


def attnum_type_id(rel: Relation, attnum: int) -> int:
    """parse_relation.c: attnumTypeId"""
    return rel.columns[attnum - 1].type_oid if attnum > 0 else _SYSTEM_TYPES[attnum]


def get_rte_attribute_name(catalog: Catalog, rte: RangeTblEntry, attnum: int) -> str:
    """parse_relation.c: get_rte_attribute_name — "*" for the whole row."""
    if attnum == 0:
        return "*"
    if rte.alias is not None and 0 < attnum <= len(rte.alias.colnames):
        return rte.alias.colnames[attnum - 1]
    if rte.rtekind == enums.RTEKind.RTE_RELATION:
        return attnum_att_name(catalog.relation(rte.relid), attnum)
    return rte.eref.colnames[attnum - 1]
