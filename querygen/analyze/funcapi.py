"""What a call returns: one value, a row of known columns, or a record that its caller must describe.

Takes an analysed expression and the catalog; gives a `ResultType` with the row's columns as `objects.Column`s. Mirrors
the parse-time half of `funcapi.c` (get_expr_result_type and what it calls).
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze import nodefuncs, typename
from querygen.analyze.nodes import Expr, FuncExpr, OpExpr, RowExpr
from querygen.analyze.pgtypes import (
    ANYARRAYOID,
    ANYCOMPATIBLEARRAYOID,
    ANYCOMPATIBLEMULTIRANGEOID,
    ANYCOMPATIBLENONARRAYOID,
    ANYCOMPATIBLEOID,
    ANYCOMPATIBLERANGEOID,
    ANYELEMENTOID,
    ANYENUMOID,
    ANYMULTIRANGEOID,
    ANYNONARRAYOID,
    ANYRANGEOID,
    CSTRINGOID,
    POLYMORPHIC,
    RECORDOID,
    VOIDOID,
)
from querygen.catalog.objects import Column
from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgProc


class TypeFuncClass(Enum):
    """funcapi.h: TypeFuncClass"""

    TYPEFUNC_SCALAR = auto()
    TYPEFUNC_COMPOSITE = auto()
    TYPEFUNC_COMPOSITE_DOMAIN = auto()
    TYPEFUNC_RECORD = auto()
    TYPEFUNC_OTHER = auto()


class ResultType(Struct, frozen=True):
    """What `get_expr_result_type` finds: `columns` are those of a composite result, dropped ones too."""

    kind: TypeFuncClass
    type_oid: Oid
    columns: tuple[Column, ...] | None = None


COMPOSITE_KINDS = frozenset({TypeFuncClass.TYPEFUNC_COMPOSITE, TypeFuncClass.TYPEFUNC_COMPOSITE_DOMAIN})


def get_expr_result_type(catalog: Catalog, expr: Expr) -> ResultType:
    """funcapi.c: get_expr_result_type"""
    match expr:
        case FuncExpr(funcid=funcid) | OpExpr(opfuncid=funcid) if funcid:
            return _function_result_type(catalog, catalog.proc(funcid), expr)
        case RowExpr(row_typeid=typeid) if typeid == RECORDOID:
            columns = tuple(
                column_like(name, number, arg)
                for number, (name, arg) in enumerate(zip(_row_names(expr), expr.args, strict=True), 1)
            )
            return ResultType(TypeFuncClass.TYPEFUNC_COMPOSITE, RECORDOID, columns)
    # PG: a record constant carries its columns in a registered typmod; none is ever made without evaluation
    return _result_of_type(catalog, nodefuncs.expr_type(expr))


def column_like(name: str, number: int, expr: Expr) -> Column:
    """A column of a row that holds an expression's values."""
    collation = nodefuncs.expr_collation(expr)
    return Column(name, number, nodefuncs.expr_type(expr), nodefuncs.expr_typmod(expr), attcollation=collation)


def _row_names(row: RowExpr) -> list[str]:
    names = list(row.colnames)
    return names + [f"f{number}" for number in range(len(names) + 1, len(row.args) + 1)]


def get_expr_result_tupdesc(catalog: Catalog, expr: Expr, no_error: bool) -> tuple[Column, ...] | None:
    """funcapi.c: get_expr_result_tupdesc — the columns of an expression that must be composite."""
    result = get_expr_result_type(catalog, expr)
    if result.kind in COMPOSITE_KINDS:
        return result.columns
    if no_error:
        return None
    type_oid = nodefuncs.expr_type(expr)
    if type_oid != RECORDOID:
        raise PgError("42809", f"type {typename.format_type(catalog, type_oid)} is not composite")
    raise PgError("42809", "record type has not been registered")


def _function_result_type(catalog: Catalog, proc: PgProc, call: Expr | None) -> ResultType:
    """funcapi.c: internal_get_result_type"""
    columns = build_function_result_tupdesc(proc)
    if columns is not None:
        resolved = resolve_polymorphic_tupdesc(catalog, columns, proc.proargtypes, call)
        if resolved is None:
            return ResultType(TypeFuncClass.TYPEFUNC_RECORD, RECORDOID)
        # a polymorphic column has the collation by which the function works
        inputcollid: Oid = getattr(call, "inputcollid", 0)
        resolved = tuple(
            replace(new, attcollation=inputcollid if inputcollid and old.type_oid in POLYMORPHIC else collation)
            if (collation := catalog.type(new.type_oid).typcollation)
            else new
            for old, new in zip(columns, resolved, strict=True)
        )
        return ResultType(TypeFuncClass.TYPEFUNC_COMPOSITE, RECORDOID, resolved)
    result_type = proc.prorettype
    if result_type in POLYMORPHIC:
        actual = nodefuncs.expr_type(call) if call is not None else 0
        if not actual:
            raise PgError(
                "42804",
                f'could not determine actual result type for function "{proc.proname}" declared to return type '
                f"{typename.format_type(catalog, result_type)}",
            )
        result_type = actual
    return _result_of_type(catalog, result_type)


def _result_of_type(catalog: Catalog, type_oid: Oid) -> ResultType:
    kind, base = get_type_func_class(catalog, type_oid)
    if kind in COMPOSITE_KINDS:
        return ResultType(kind, type_oid, lookup_rowtype_tupdesc(catalog, base))
    return ResultType(kind, type_oid)


def get_type_func_class(catalog: Catalog, type_oid: Oid) -> tuple[TypeFuncClass, Oid]:
    """funcapi.c: get_type_func_class — the class and, of a domain over a composite type, that type."""
    row = catalog.find_type(type_oid)
    match row.typtype if row is not None else "":
        case "c":
            return TypeFuncClass.TYPEFUNC_COMPOSITE, type_oid
        case "b" | "e" | "r" | "m":
            return TypeFuncClass.TYPEFUNC_SCALAR, type_oid
        case "d":
            base = typename.get_base_type(catalog, type_oid)
            if catalog.type(base).typtype == "c":
                return TypeFuncClass.TYPEFUNC_COMPOSITE_DOMAIN, base
            return TypeFuncClass.TYPEFUNC_SCALAR, type_oid
        case "p":
            if type_oid == RECORDOID:
                return TypeFuncClass.TYPEFUNC_RECORD, type_oid
            if type_oid in (VOIDOID, CSTRINGOID):
                return TypeFuncClass.TYPEFUNC_SCALAR, type_oid
    return TypeFuncClass.TYPEFUNC_OTHER, type_oid


def lookup_rowtype_tupdesc(catalog: Catalog, type_oid: Oid) -> tuple[Column, ...]:
    """typcache.c: lookup_rowtype_tupdesc of a named composite type."""
    row = catalog.find_type(type_oid)
    if row is None or not row.typrelid:
        raise PgError("42809", f"type {typename.format_type(catalog, type_oid)} is not composite")
    return catalog.relation(row.typrelid).columns


def _out_arguments(proc: PgProc) -> list[tuple[Oid, str]]:
    """The OUT, INOUT and TABLE parameters of a function: type and name ("" for none)."""
    if proc.proallargtypes is None or proc.proargmodes is None:
        return []
    names = proc.proargnames or ("",) * len(proc.proallargtypes)
    return [
        (type_oid, name)
        for type_oid, mode, name in zip(proc.proallargtypes, proc.proargmodes, names, strict=True)
        if mode in "obt"
    ]


def build_function_result_tupdesc(proc: PgProc) -> tuple[Column, ...] | None:
    """funcapi.c: build_function_result_tupdesc_t — the row that OUT parameters describe; None if they do not."""
    if proc.prorettype != RECORDOID:
        return None
    out = _out_arguments(proc)
    if not out or (len(out) < 2 and proc.prokind != "p"):
        return None
    return tuple(Column(name or f"column{number}", number, type_oid) for number, (type_oid, name) in enumerate(out, 1))


def get_func_result_name(proc: PgProc) -> str | None:
    """funcapi.c: get_func_result_name — the name of the one OUT parameter."""
    if proc.proargnames is None:
        return None
    out = _out_arguments(proc)
    return out[0][1] or None if len(out) == 1 else None


_ELEMENT = 0
_ARRAY = 1
_RANGE = 2
_MULTIRANGE = 3

# polymorphic type → its family and the actual type that decides it
_SLOTS: dict[int, tuple[int, int]] = {
    ANYELEMENTOID: (1, _ELEMENT),
    ANYNONARRAYOID: (1, _ELEMENT),
    ANYENUMOID: (1, _ELEMENT),
    ANYARRAYOID: (1, _ARRAY),
    ANYRANGEOID: (1, _RANGE),
    ANYMULTIRANGEOID: (1, _MULTIRANGE),
    ANYCOMPATIBLEOID: (2, _ELEMENT),
    ANYCOMPATIBLENONARRAYOID: (2, _ELEMENT),
    ANYCOMPATIBLEARRAYOID: (2, _ARRAY),
    ANYCOMPATIBLERANGEOID: (2, _RANGE),
    ANYCOMPATIBLEMULTIRANGEOID: (2, _MULTIRANGE),
}


def resolve_polymorphic_tupdesc(
    catalog: Catalog, columns: tuple[Column, ...], declared: Sequence[Oid], call: Expr | None
) -> tuple[Column, ...] | None:
    """funcapi.c: resolve_polymorphic_tupdesc — polymorphic columns become what the arguments are; None: unknown."""
    if not any(column.type_oid in _SLOTS for column in columns):
        return columns
    args: tuple[Expr, ...] = call.args if isinstance(call, FuncExpr | OpExpr) else ()
    if len(args) < sum(type_oid in _SLOTS for type_oid in declared):
        return None
    actual: dict[tuple[int, int], Oid] = {}
    for position, type_oid in enumerate(declared):
        if (slot := _SLOTS.get(type_oid)) is not None and slot not in actual:
            if position >= len(args):
                return None
            actual[slot] = nodefuncs.expr_type(args[position])
    resolved = []
    for column in columns:
        slot = _SLOTS.get(column.type_oid)
        if slot is None:
            resolved.append(column)
            continue
        type_oid = actual.get(slot) or _resolve_from_others(catalog, actual, *slot)
        if not type_oid:
            return None
        actual[slot] = type_oid
        resolved.append(replace(column, type_oid=type_oid, typmod=-1))
    return tuple(resolved)


def _resolve_from_others(catalog: Catalog, actual: dict[tuple[int, int], Oid], family: int, wanted: int) -> Oid:
    """funcapi.c: resolve_anyelement_from_others, …_anyarray_…, …_anyrange_…, …_anymultirange_…; 0 if it cannot."""
    array = actual.get((family, _ARRAY), 0)
    range_ = actual.get((family, _RANGE), 0)
    multirange = actual.get((family, _MULTIRANGE), 0)
    if wanted == _RANGE:
        return typename.get_multirange_range(catalog, typename.get_base_type(catalog, multirange)) if multirange else 0
    if wanted == _MULTIRANGE:
        return typename.get_range_multirange(catalog, typename.get_base_type(catalog, range_)) if range_ else 0
    element = actual.get((family, _ELEMENT), 0)
    if not element:
        if array:
            element = typename.get_element_type(catalog, typename.get_base_type(catalog, array))
        elif range_:
            element = typename.get_range_subtype(catalog, typename.get_base_type(catalog, range_))
        elif multirange:
            inner = typename.get_multirange_range(catalog, typename.get_base_type(catalog, multirange))
            element = typename.get_range_subtype(catalog, inner) if inner else 0
    if wanted == _ELEMENT or not element:
        return element
    array_type = typename.get_array_type(catalog, element)
    if not array_type:
        raise PgError("42704", f"could not find array type for data type {typename.format_type(catalog, element)}")
    return array_type
