"""ORDER BY, DISTINCT and the arbiter of ON CONFLICT; and which select list entry an item of ORDER BY or GROUP BY means.

Takes raw clauses and the target list, a Python list that is changed in place: an item that is no output column becomes
a junk entry, an entry that is sorted by gets its `ressortgroupref`, an unknown literal becomes text. Entries are
frozen, so functions pass their index in the list. Mirrors the sorting half of `parse_clause.c` and the look-ups of
`tlist.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze import coerce, expr, nodefuncs, oper, relation, target, typcache
from querygen.analyze.expr_kind import parse_expr_kind_name
from querygen.analyze.nodes import Expr, InferenceElem, SortGroupClause, TargetEntry
from querygen.analyze.pgtypes import TEXTOID, UNKNOWNOID
from querygen.analyze.raw import error_position, expr_place, place, strings
from querygen.analyze.state import ExprKind
from querygen.analyze.typename import lookup_collation
from querygen.catalog.catalog import PG_CATALOG
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.analyze.state import ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

# ---------------------------------------------------------------------------------------------- tlist.c


def get_sortgroupref_tle(ref: int, target_list: Sequence[TargetEntry]) -> TargetEntry:
    """tlist.c: get_sortgroupref_tle"""
    for entry in target_list:
        if entry.ressortgroupref == ref:
            return entry
    raise LookupError("ORDER/GROUP BY expression not found in targetlist")


def get_sortgroupclause_tle(clause: SortGroupClause, target_list: Sequence[TargetEntry]) -> TargetEntry:
    """tlist.c: get_sortgroupclause_tle"""
    return get_sortgroupref_tle(clause.tleSortGroupRef, target_list)


def assign_sort_group_ref(index: int, target_list: list[TargetEntry]) -> int:
    """parse_clause.c: assignSortGroupRef — the number by which clauses refer to the entry, given now if it has none."""
    entry = target_list[index]
    if entry.ressortgroupref:
        return entry.ressortgroupref
    ref = max(other.ressortgroupref for other in target_list) + 1
    target_list[index] = replace(entry, ressortgroupref=ref)
    return ref


def target_is_in_sort_list(
    catalog: Catalog, entry: TargetEntry, sortop: Oid, sort_list: Iterable[SortGroupClause]
) -> bool:
    """parse_clause.c: targetIsInSortList — by any operator if `sortop` is 0; descending counts as ascending."""
    ref = entry.ressortgroupref
    if ref == 0:
        return False
    return any(
        clause.tleSortGroupRef == ref
        and (sortop in (0, clause.sortop) or (clause.sortop and sortop == catalog.operator(clause.sortop).oprcom))
        for clause in sort_list
    )


# ---------------------------------------------------------------------------------------------- which entry is meant


def _check_targetlist_entry_sql92(ps: ParseState, entry: TargetEntry, kind: ExprKind) -> None:
    """parse_clause.c: checkTargetlistEntrySQL92 — GROUP BY 1 may not mean an aggregate or a window function."""
    if kind != ExprKind.EXPR_KIND_GROUP_BY:
        return
    name = parse_expr_kind_name(kind)
    if ps.p_hasAggs and nodefuncs.contain_aggs_of_level(entry.expr, 0):
        raise PgError(
            "42803",
            f"aggregate functions are not allowed in {name}",
            nodefuncs.locate_agg_of_level(entry.expr, 0),
        )
    if ps.p_hasWindowFuncs and nodefuncs.contain_windowfuncs(entry.expr):
        raise PgError("42P20", f"window functions are not allowed in {name}", nodefuncs.locate_windowfunc(entry.expr))


def find_targetlist_entry_sql92(ps: ParseState, node: Any, target_list: list[TargetEntry], kind: ExprKind) -> int:
    """parse_clause.c: findTargetlistEntrySQL92 — the index of the entry that an item means.

    A bare name is an output column (in GROUP BY only if no input column has the name), an integer a position;
    anything else is an expression.
    """
    match node:
        case ast.ColumnRef(fields=(ast.String(sval=name),)):
            location = place(node)
            input_first = kind == ExprKind.EXPR_KIND_GROUP_BY
            if not (input_first and relation.col_name_to_var(ps, name, True, location) is not None):
                found = _entry_named(ps, name, target_list, kind, location)
                if found is not None:
                    return found
        case ast.A_Const():
            construct = parse_expr_kind_name(kind)
            if node.isnull or not isinstance(node.val, ast.Integer):
                raise PgError("42601", f"non-integer constant in {construct}", expr_place(node))
            wanted: int = node.val.ival or 0
            position = 0
            for index, entry in enumerate(target_list):
                if not entry.resjunk:
                    position += 1
                    if position == wanted:
                        _check_targetlist_entry_sql92(ps, entry, kind)
                        return index
            raise PgError("42P10", f"{construct} position {wanted} is not in select list", expr_place(node))
    return find_targetlist_entry_sql99(ps, node, target_list, kind)


def _entry_named(
    ps: ParseState, name: str, target_list: list[TargetEntry], kind: ExprKind, location: int
) -> int | None:
    found: int | None = None
    for index, entry in enumerate(target_list):
        if entry.resjunk or entry.resname != name:
            continue
        if found is None:
            found = index
        elif not nodefuncs.equal(target_list[found].expr, entry.expr):
            raise PgError("42702", f'{parse_expr_kind_name(kind)} "{name}" is ambiguous', location)
    if found is not None:
        _check_targetlist_entry_sql92(ps, target_list[found], kind)
    return found


def find_targetlist_entry_sql99(ps: ParseState, node: Any, target_list: list[TargetEntry], kind: ExprKind) -> int:
    """parse_clause.c: findTargetlistEntrySQL99 — an expression: an equal entry's index, or that of a new junk entry."""
    wanted = expr.transform_expr(ps, node, kind)
    for index, entry in enumerate(target_list):
        # An entry may have got an implicit cast since it was transformed; ORDER BY ignores it.
        if nodefuncs.equal(wanted, nodefuncs.strip_implicit_coercions(entry.expr)):
            return index
    target_list.append(target.transform_target_entry(ps, node, wanted, kind, None, True))
    return len(target_list) - 1


# ---------------------------------------------------------------------------------------------- lists of sort items


def _resolve_unknown(ps: ParseState, index: int, target_list: list[TargetEntry]) -> Oid:
    """The type to sort an entry by; an unknown literal becomes text on the way."""
    entry = target_list[index]
    type_oid = nodefuncs.expr_type(entry.expr)
    if type_oid != UNKNOWNOID:
        return type_oid
    text = coerce.coerce_type(
        ps,
        entry.expr,
        UNKNOWNOID,
        TEXTOID,
        -1,
        enums.CoercionContext.COERCION_IMPLICIT,
        enums.CoercionForm.COERCE_IMPLICIT_CAST,
        -1,
    )
    target_list[index] = replace(entry, expr=text)
    return TEXTOID


def add_target_to_sort_list(
    ps: ParseState, index: int, sort_list: list[SortGroupClause], target_list: list[TargetEntry], sortby: ast.SortBy
) -> None:
    """parse_clause.c: addTargetToSortList — unless the entry is sorted by already."""
    restype = _resolve_unknown(ps, index, target_list)
    location = place(sortby)
    if location < 0:
        location = expr_place(sortby.node)
    directions = enums.SortByDir
    with error_position(location):
        if sortby.sortby_dir == directions.SORTBY_DESC:
            _, eqop, sortop, hashable = oper.get_sort_group_operators(ps.catalog, restype, False, True, True)
            reverse = True
        elif sortby.sortby_dir == directions.SORTBY_USING:
            sortop, eqop, reverse, hashable = _using_operator(ps, sortby, restype)
        else:
            sortop, eqop, _, hashable = oper.get_sort_group_operators(ps.catalog, restype, True, True, False)
            reverse = False
    if target_is_in_sort_list(ps.catalog, target_list[index], sortop, sort_list):
        return
    nulls = enums.SortByNulls
    match sortby.sortby_nulls:
        case nulls.SORTBY_NULLS_FIRST:
            nulls_first = True
        case nulls.SORTBY_NULLS_LAST:
            nulls_first = False
        case _:
            nulls_first = reverse  # NULLs sort as if larger than everything
    ref = assign_sort_group_ref(index, target_list)
    sort_list.append(SortGroupClause(ref, eqop, sortop, reverse, nulls_first, hashable))


def _using_operator(ps: ParseState, sortby: ast.SortBy, restype: Oid) -> tuple[Oid, Oid, bool, bool]:
    """ORDER BY … USING operator: the operator, its equality, whether it sorts downwards, whether equality hashes."""
    names = sortby.useOp or ()
    operator = oper.compatible_oper(ps, ps.catalog, names, restype, restype, False, -1)
    eqop, reverse = typcache.get_equality_op_for_ordering_op(ps.catalog, operator.oid) if operator else (0, False)
    if operator is None or not eqop:
        raise PgError(
            "42809",
            f"operator {strings(names)[-1]} is not a valid ordering operator",
            hint='Ordering operators must be "<" or ">" members of btree operator families.',
        )
    return operator.oid, eqop, reverse, ps.catalog.operator(eqop).oprcanhash


def add_target_to_group_list(
    ps: ParseState,
    index: int,
    group_list: list[SortGroupClause],
    target_list: list[TargetEntry],
    location: int,
) -> None:
    """parse_clause.c: addTargetToGroupList — equality is needed, an ordering is welcome."""
    restype = _resolve_unknown(ps, index, target_list)
    if target_is_in_sort_list(ps.catalog, target_list[index], 0, group_list):
        return
    with error_position(location):
        sortop, eqop, _, hashable = oper.get_sort_group_operators(ps.catalog, restype, False, True, False)
    ref = assign_sort_group_ref(index, target_list)
    group_list.append(SortGroupClause(ref, eqop, sortop, False, False, hashable))


def transform_sort_clause(
    ps: ParseState, orderlist: Iterable[Any] | None, target_list: list[TargetEntry], kind: ExprKind, use_sql99: bool
) -> tuple[list[SortGroupClause], list[TargetEntry]]:
    """parse_clause.c: transformSortClause — the clauses, and the same target list."""
    find = find_targetlist_entry_sql99 if use_sql99 else find_targetlist_entry_sql92
    result: list[SortGroupClause] = []
    for sortby in orderlist or ():
        index = find(ps, sortby.node, target_list, kind)
        add_target_to_sort_list(ps, index, result, target_list, sortby)
    return result, target_list


# ---------------------------------------------------------------------------------------------- DISTINCT


def transform_distinct_clause(
    ps: ParseState, target_list: list[TargetEntry], sort_clause: Sequence[SortGroupClause], is_agg: bool
) -> tuple[list[SortGroupClause], list[TargetEntry]]:
    """parse_clause.c: transformDistinctClause — the items of ORDER BY first, then all other output columns."""
    result: list[SortGroupClause] = []
    for item in sort_clause:
        entry = get_sortgroupclause_tle(item, target_list)
        if entry.resjunk:
            raise PgError(
                "42P10",
                "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list"
                if is_agg
                else "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                nodefuncs.expr_location(entry.expr),
            )
        result.append(item)
    for index, entry in enumerate(target_list):
        if not entry.resjunk:
            add_target_to_group_list(ps, index, result, target_list, nodefuncs.expr_location(entry.expr))
    if not result:
        raise PgError(
            "42601",
            "an aggregate with DISTINCT must have at least one argument"
            if is_agg
            else "SELECT DISTINCT must have at least one column",
        )
    return result, target_list


def transform_distinct_on_clause(
    ps: ParseState,
    distinctlist: Sequence[Any],
    target_list: list[TargetEntry],
    sort_clause: Sequence[SortGroupClause],
) -> tuple[list[SortGroupClause], list[TargetEntry]]:
    """parse_clause.c: transformDistinctOnClause — in the order of ORDER BY, which begins with the same items."""
    refs: list[int] = []
    for node in distinctlist:
        index = find_targetlist_entry_sql92(ps, node, target_list, ExprKind.EXPR_KIND_DISTINCT_ON)
        refs.append(assign_sort_group_ref(index, target_list))
    mismatch = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions"
    result: list[SortGroupClause] = []
    skipped = False
    for item in sort_clause:
        if item.tleSortGroupRef not in refs:
            skipped = True
        elif skipped:
            raise PgError("42P10", mismatch, expr_place(distinctlist[refs.index(item.tleSortGroupRef)]))
        else:
            result.append(item)
    for node, ref in zip(distinctlist, refs, strict=True):
        index = next(number for number, entry in enumerate(target_list) if entry.ressortgroupref == ref)
        if target_is_in_sort_list(ps.catalog, target_list[index], 0, result):
            continue
        if skipped:
            raise PgError("42P10", mismatch, expr_place(node))
        add_target_to_group_list(ps, index, result, target_list, expr_place(node))
    return result, target_list


# ---------------------------------------------------------------------------------------------- ON CONFLICT


def transform_on_conflict_arbiter(
    ps: ParseState, clause: ast.OnConflictClause
) -> tuple[list[InferenceElem], Expr | None, str | None]:
    """parse_clause.c: transformOnConflictArbiter — the index's keys and predicate, or a constraint's name.

    Only the target table is visible then; the caller adds EXCLUDED later.
    """
    table = ps.p_target_relation
    infer: ast.InferClause | None = clause.infer
    if clause.action == enums.OnConflictAction.ONCONFLICT_UPDATE and infer is None:
        raise PgError(
            "42601",
            "ON CONFLICT DO UPDATE requires inference specification or constraint name",
            place(clause),
            hint="For example, ON CONFLICT (column_name).",
        )
    if table is not None and table.namespace == PG_CATALOG:
        raise PgError("0A000", "ON CONFLICT is not supported with system catalog tables", place(clause))
    if infer is None or table is None:
        return [], None, None
    elements = [_unique_index_element(ps, infer, element) for element in infer.indexElems or ()]
    where: Expr | None = None
    if infer.whereClause is not None:
        where = expr.transform_expr(ps, infer.whereClause, ExprKind.EXPR_KIND_INDEX_PREDICATE)
    name: str | None = infer.conname
    if name is not None and not any(constraint.name == name for constraint in table.constraints):
        raise PgError("42704", f'constraint "{name}" for table "{table.name}" does not exist')
    return elements, where, name


def _unique_index_element(ps: ParseState, infer: ast.InferClause, element: Any) -> InferenceElem:
    """parse_clause.c: resolve_unique_index_expr, one element of it"""
    location = _infer_place(infer)
    if element.ordering != enums.SortByDir.SORTBY_DEFAULT:
        raise PgError("42P10", "ASC/DESC is not allowed in ON CONFLICT clause", location)
    if element.nulls_ordering != enums.SortByNulls.SORTBY_NULLS_DEFAULT:
        raise PgError("42P10", "NULLS FIRST/LAST is not allowed in ON CONFLICT clause", location)
    node = element.expr
    if node is None:
        node = ast.ColumnRef(fields=(ast.String(sval=element.name),), location=place(infer))
    key = expr.transform_expr(ps, node, ExprKind.EXPR_KIND_INDEX_EXPRESSION)
    collation = 0
    if element.collation:
        collation = lookup_collation(ps.catalog, element.collation, nodefuncs.expr_location(key))
    opclass = _btree_opclass(ps.catalog, strings(element.opclass)) if element.opclass else 0
    return InferenceElem(key, collation, opclass)


def _infer_place(infer: ast.InferClause) -> int:
    """exprLocation of an InferClause: its own place is that of the parenthesis."""
    found = place(infer)
    return found if found >= 0 else expr_place(infer.indexElems)


def _btree_opclass(catalog: Catalog, names: Sequence[str]) -> Oid:
    """indexcmds.c: get_opclass_oid for btree"""
    namespace = catalog.namespace_oid(names[-2]) if len(names) > 1 else None
    for opclass in catalog.opclasses():
        if opclass.opcmethod == "btree" and opclass.opcname == names[-1]:
            if namespace is None or opclass.opcnamespace == namespace:
                return opclass.oid
    raise PgError("42704", f'operator class "{".".join(names)}" does not exist for access method "btree"')
