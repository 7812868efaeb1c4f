"""Assignments to the columns of a table: types, fields, subscripts; the column list of INSERT.

Mirrors `parse_target.c`: transformAssignedExpr … checkInsertTargets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from querygen.analyze import coerce, expr, node, nodefuncs, relation, typename
from querygen.analyze.nodes import CaseTestExpr, FieldStore, SetToDefault
from querygen.analyze.pgtypes import SYSTEM_COLUMNS
from querygen.analyze.state import ExprKind
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import TargetEntry
    from querygen.analyze.state import ParseState
    from querygen.catalog.objects import Column
    from querygen.pg_catalog.rows import Oid

_ASSIGNMENT: Final = enums.CoercionContext.COERCION_ASSIGNMENT
_IMPLICIT: Final = enums.CoercionContext.COERCION_IMPLICIT
_IMPLICIT_CAST: Final = enums.CoercionForm.COERCE_IMPLICIT_CAST
_REWRITE_HINT: Final = "You will need to rewrite or cast the expression."


def transform_assigned_expr(
    ps: ParseState,
    value: Any,
    kind: ExprKind,
    colname: str,
    attrno: int,
    indirection: Sequence[Any] | None,
    location: int,
) -> Any:
    """parse_target.c: transformAssignedExpr — a value made fit for a column, or for a part of it.

    `location` is that of the column's name, -1 in an INSERT without a column list.
    """
    saved = ps.p_expr_kind
    ps.p_expr_kind = kind
    try:
        return _assigned(ps, value, colname, attrno, indirection or (), location)
    finally:
        ps.p_expr_kind = saved


def _assigned(ps: ParseState, value: Any, colname: str, attrno: int, indirection: Sequence[Any], location: int) -> Any:
    rel = ps.p_target_relation
    assert rel is not None  # noqa: S101  set_target_table went before
    if attrno <= 0:
        raise PgError("0A000", f'cannot assign to system column "{colname}"', location)
    column = rel.columns[attrno - 1]
    attrtype, attrtypmod, attrcollation = column.type_oid, column.typmod, column.attcollation
    if isinstance(value, SetToDefault):
        value = replace(value, typeId=attrtype, typeMod=attrtypmod, collation=attrcollation)
        if indirection:
            part = "an array element" if isinstance(indirection[0], ast.A_Indices) else "a subfield"
            raise PgError("0A000", f"cannot set {part} to DEFAULT", location)
    if indirection:
        base: Any
        if ps.p_is_insert:  # there is no old value
            base = node.make_null_const(attrtype, attrtypmod, attrcollation)
        else:
            assert ps.p_target_nsitem is not None  # noqa: S101
            rtindex = ps.p_target_nsitem.p_rtindex
            base = relation.make_var(rtindex, attrno, attrtype, attrtypmod, 0, attrcollation, location=location)
        return transform_assignment_indirection(
            ps, base, colname, False, attrtype, attrtypmod, attrcollation, indirection, 0, value, _ASSIGNMENT, location
        )
    source = nodefuncs.expr_type(value)
    result = coerce.coerce_to_target_type(ps, value, source, attrtype, attrtypmod, _ASSIGNMENT, _IMPLICIT_CAST, -1)
    if result is None:
        raise PgError(
            "42804",
            f'column "{colname}" is of type {typename.format_type(ps.catalog, attrtype)}'
            f" but expression is of type {typename.format_type(ps.catalog, source)}",
            nodefuncs.expr_location(value),
            hint=_REWRITE_HINT,
        )
    return result


def update_target_list_entry(
    ps: ParseState,
    entry: TargetEntry,
    colname: str,
    attrno: int,
    indirection: Sequence[Any] | None,
    location: int,
) -> TargetEntry:
    """parse_target.c: updateTargetListEntry — resno and resname become those of the assigned column."""
    value = transform_assigned_expr(
        ps, entry.expr, ExprKind.EXPR_KIND_UPDATE_TARGET, colname, attrno, indirection, location
    )
    return replace(entry, expr=value, resno=attrno, resname=colname)


def transform_assignment_indirection(
    ps: ParseState,
    basenode: Any,
    target_name: str,
    target_is_subscripting: bool,
    target_type: Oid,
    target_typmod: int,
    target_collation: Oid,
    indirection: Sequence[Any],
    start: int,
    rhs: Any,
    ccontext: enums.CoercionContext,
    location: int,
) -> Any:
    """parse_target.c: transformAssignmentIndirection — col.field[1].other = rhs, from the outside in.

    `start` is the first step that is left. Inner levels have no `basenode`; a CaseTestExpr stands for what is there.
    """
    catalog = ps.catalog
    if start < len(indirection) and basenode is None:
        basenode = CaseTestExpr(target_type, target_typmod, target_collation)
    subscripts: list[ast.A_Indices] = []
    for place in range(start, len(indirection)):
        step = indirection[place]
        if isinstance(step, ast.A_Indices):
            subscripts.append(step)
            continue
        if isinstance(step, ast.A_Star):
            raise PgError("0A000", 'row expansion via "*" is not supported here', location)
        if subscripts:
            return _assign_subscripts(
                ps, basenode, target_name, target_type, target_typmod, target_collation, subscripts, indirection, place,
                rhs, ccontext, location,
            )  # fmt: skip
        base_type, base_typmod = typename.get_base_type_and_typmod(catalog, target_type, target_typmod)
        field = _field(ps, step.sval, target_name, target_type, base_type, location)
        rhs = transform_assignment_indirection(
            ps, None, step.sval, False, field.type_oid, field.typmod, field.attcollation, indirection, place + 1, rhs,
            ccontext, location,
        )  # fmt: skip
        store = FieldStore(basenode, (rhs,), (field.attnum,), base_type)
        if base_type == target_type:
            return store
        return coerce.coerce_to_domain(
            ps, store, base_type, base_typmod, target_type, _IMPLICIT, _IMPLICIT_CAST, location
        )
    if subscripts:
        return _assign_subscripts(
            ps, basenode, target_name, target_type, target_typmod, target_collation, subscripts, indirection,
            len(indirection), rhs, ccontext, location,
        )  # fmt: skip
    source = nodefuncs.expr_type(rhs)
    result = coerce.coerce_to_target_type(ps, rhs, source, target_type, target_typmod, ccontext, _IMPLICIT_CAST, -1)
    if result is None:
        what = (
            f'subscripted assignment to "{target_name}" requires type'
            if target_is_subscripting
            else f'subfield "{target_name}" is of type'
        )
        raise PgError(
            "42804",
            f"{what} {typename.format_type(catalog, target_type)}"
            f" but expression is of type {typename.format_type(catalog, source)}",
            location,
            hint=_REWRITE_HINT,
        )
    return result


def _field(ps: ParseState, name: str, target_name: str, target_type: Oid, base_type: Oid, location: int) -> Column:
    """A field of a composite type that is assigned to."""
    shown = typename.format_type(ps.catalog, target_type)
    relid = ps.catalog.type(base_type).typrelid
    if not relid:
        raise PgError(
            "42804",
            f'cannot assign to field "{name}" of column "{target_name}"'
            f" because its type {shown} is not a composite type",
            location,
        )
    column = ps.catalog.relation(relid).by_name.get(name)
    if column is None:
        if name in SYSTEM_COLUMNS and ps.catalog.relation(relid).kind != "c":
            raise PgError("42703", f'cannot assign to system column "{name}"', location)
        raise PgError(
            "42703",
            f'cannot assign to field "{name}" of column "{target_name}"'
            f" because there is no such column in data type {shown}",
            location,
        )
    return column


def _assign_subscripts(
    ps: ParseState,
    basenode: Any,
    target_name: str,
    target_type: Oid,
    target_typmod: int,
    target_collation: Oid,
    subscripts: Sequence[ast.A_Indices],
    indirection: Sequence[Any],
    rest: int,
    rhs: Any,
    ccontext: enums.CoercionContext,
    location: int,
) -> Any:
    """parse_target.c: transformAssignmentSubscripts"""
    container_type, container_typmod = node.transform_container_type(ps.catalog, target_type, target_typmod)
    reference = node.transform_container_subscripts(ps, basenode, container_type, container_typmod, subscripts, True)
    rhs = transform_assignment_indirection(
        ps,
        None,
        target_name,
        True,
        reference.refrestype,
        reference.reftypmod,
        target_collation,
        indirection,
        rest,
        rhs,
        ccontext,
        location,
    )
    # An element's new value: the reference now yields the whole container.
    result: Any = replace(reference, refassgnexpr=rhs, refrestype=container_type, reftypmod=container_typmod)
    if container_type == target_type:
        return result
    result = coerce.coerce_to_target_type(
        ps, result, container_type, target_type, target_typmod, _ASSIGNMENT, _IMPLICIT_CAST, -1
    )
    if result is None:  # int2vector and oidvector, never a domain
        raise expr.cannot_cast(ps.catalog, container_type, target_type, location)
    return result


def check_insert_targets(ps: ParseState, cols: Sequence[Any] | None) -> tuple[list[Any], list[int]]:
    """parse_target.c: checkInsertTargets — the columns as ResTargets, and their numbers; all if none is named."""
    rel = ps.p_target_relation
    assert rel is not None  # noqa: S101
    if not cols:
        live = rel.live_columns
        return [ast.ResTarget(name=column.name) for column in live], [column.attnum for column in live]
    whole: set[int] = set()
    partial: set[int] = set()
    attrnos: list[int] = []
    for col in cols:
        location = expr.place(col.location)
        attrno = relation.attname_attnum(rel, col.name, False)
        if attrno == 0:
            raise PgError("42703", f'column "{col.name}" of relation "{rel.name}" does not exist', location)
        # a column may be given twice only in parts: (col.a, col.b)
        if attrno in whole or (not col.indirection and attrno in partial):
            raise PgError("42701", f'column "{col.name}" specified more than once', location)
        (partial if col.indirection else whole).add(attrno)
        attrnos.append(attrno)
    return list(cols), attrnos
