"""Ways from one type to another: which there are, and which of them change nothing.

Takes a `Catalog` and oids; gives booleans, paths and function oids. Mirrors the look-up part of `parse_coerce.c`:
can_coerce_type, find_coercion_pathway, IsBinaryCoercible, TypeCategory.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from querygen.analyze import coerce_poly
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
    ANYOID,
    ANYRANGEOID,
    INT2VECTOROID,
    INTERNALOID,
    OIDVECTOROID,
    POLYMORPHIC,
    RECORDARRAYOID,
    RECORDOID,
    TEXTOID,
    TYPCATEGORY_INVALID,
    TYPCATEGORY_STRING,
    UNKNOWNOID,
    InvalidOid,
)
from querygen.analyze.typename import (
    format_type,
    get_base_type,
    get_element_type,
    is_complex,
    is_true_array_type,
    type_is_enum,
    type_is_multirange,
    type_is_range,
    type_or_domain_type_relid,
    typeid_type_relid,
)
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_IMPLICIT = enums.CoercionContext.COERCION_IMPLICIT
_ASSIGNMENT = enums.CoercionContext.COERCION_ASSIGNMENT
_EXPLICIT = enums.CoercionContext.COERCION_EXPLICIT
_CAST_CONTEXTS = {"i": _IMPLICIT, "a": _ASSIGNMENT, "e": _EXPLICIT}


class CoercionPath(Enum):
    """parse_coerce.h: CoercionPathType"""

    NONE = auto()
    FUNC = auto()
    RELABELTYPE = auto()
    ARRAYCOERCE = auto()
    COERCEVIAIO = auto()


_CAST_PATHS = {"f": CoercionPath.FUNC, "i": CoercionPath.COERCEVIAIO, "b": CoercionPath.RELABELTYPE}


def can_coerce_type(
    catalog: Catalog, input_types: Sequence[Oid], target_types: Sequence[Oid], ccontext: enums.CoercionContext
) -> bool:
    """parse_coerce.c: can_coerce_type"""
    have_generics = False
    for source, target in zip(input_types, target_types, strict=True):
        if source == target or target == ANYOID:
            continue
        if target in POLYMORPHIC:
            have_generics = True
            continue
        if source == UNKNOWNOID:
            if target == INTERNALOID:
                return False  # no literal and no parameter can be a pointer of the server's
            continue
        if find_coercion_pathway(catalog, target, source, ccontext)[0] is not CoercionPath.NONE:
            continue
        if source == RECORDOID and is_complex(catalog, target):
            continue
        if target == RECORDOID and is_complex(catalog, source):
            continue
        if target == RECORDARRAYOID and is_complex_array(catalog, source):
            continue
        if type_inherits_from(catalog, source, target) or is_of_typed_table(catalog, source, target):
            continue
        return False
    return not have_generics or coerce_poly.check_generic_type_consistency(catalog, input_types, target_types)


def select_common_type_from_oids(catalog: Catalog, types: Sequence[Oid], noerror: bool) -> Oid:
    """parse_coerce.c: select_common_type_from_oids"""
    chosen, _which, clash = common_type_of(catalog, types)
    if clash is not None:
        if noerror:
            return InvalidOid
        one, other = format_type(catalog, chosen), format_type(catalog, get_base_type(catalog, types[clash]))
        raise PgError("42804", f"argument types {one} and {other} cannot be matched")
    return chosen


def common_type_of(catalog: Catalog, types: Sequence[Oid]) -> tuple[Oid, int, int | None]:
    """The type, the number of the input that decided it, and the number of one that cannot be matched (or None)."""
    chosen, which = types[0], 0
    if chosen != UNKNOWNOID and all(one == chosen for one in types):
        return chosen, 0, None
    chosen = get_base_type(catalog, chosen)
    row = catalog.type(chosen)
    for number, one in enumerate(types):
        other = get_base_type(catalog, one)
        if other in (UNKNOWNOID, chosen):
            continue
        other_row = catalog.type(other)
        if chosen == UNKNOWNOID:
            chosen, which, row = other, number, other_row
        elif other_row.typcategory != row.typcategory:
            return chosen, which, number
        elif (
            not row.typispreferred
            and can_coerce_type(catalog, (chosen,), (other,), _IMPLICIT)
            and not can_coerce_type(catalog, (other,), (chosen,), _IMPLICIT)
        ):
            chosen, which, row = other, number, other_row
    return (TEXTOID if chosen == UNKNOWNOID else chosen), which, None


def verify_common_type_from_oids(catalog: Catalog, common_type: Oid, types: Sequence[Oid]) -> bool:
    """parse_coerce.c: verify_common_type_from_oids"""
    return all(can_coerce_type(catalog, (one,), (common_type,), _IMPLICIT) for one in types)


def type_category(catalog: Catalog, oid: Oid) -> str:
    """parse_coerce.c: TypeCategory"""
    row = catalog.find_type(oid)
    return TYPCATEGORY_INVALID if row is None else row.typcategory


def is_preferred_type(catalog: Catalog, category: str, oid: Oid) -> bool:
    """parse_coerce.c: IsPreferredType — of this category, or of any if it is TYPCATEGORY_INVALID."""
    row = catalog.find_type(oid)
    return row is not None and row.typispreferred and category in (row.typcategory, TYPCATEGORY_INVALID)


def find_coercion_pathway(
    catalog: Catalog, target_type: Oid, source_type: Oid, ccontext: enums.CoercionContext
) -> tuple[CoercionPath, Oid]:
    """parse_coerce.c: find_coercion_pathway — the way, and the function where it is one."""
    source_type = get_base_type(catalog, source_type)
    target_type = get_base_type(catalog, target_type)
    if source_type == target_type:
        return CoercionPath.RELABELTYPE, InvalidOid
    cast = catalog.cast(source_type, target_type)
    if cast is not None:
        if ccontext < _CAST_CONTEXTS[cast.castcontext]:
            return CoercionPath.NONE, InvalidOid
        return _CAST_PATHS[cast.castmethod], cast.castfunc
    if target_type not in (OIDVECTOROID, INT2VECTOROID):
        target_element = get_element_type(catalog, target_type)
        if target_element and (source_element := get_element_type(catalog, source_type)):
            path, _ = find_coercion_pathway(catalog, target_element, source_element, ccontext)
            if path is not CoercionPath.NONE:
                return CoercionPath.ARRAYCOERCE, InvalidOid
    # any value can be written as a string on assignment, and read from a string by an explicit cast
    if ccontext >= _ASSIGNMENT and type_category(catalog, target_type) == TYPCATEGORY_STRING:
        return CoercionPath.COERCEVIAIO, InvalidOid
    if ccontext >= _EXPLICIT and type_category(catalog, source_type) == TYPCATEGORY_STRING:
        return CoercionPath.COERCEVIAIO, InvalidOid
    return CoercionPath.NONE, InvalidOid


def find_typmod_coercion_function(catalog: Catalog, type_oid: Oid) -> tuple[CoercionPath, Oid]:
    """parse_coerce.c: find_typmod_coercion_function — the cast of a type to itself."""
    row = catalog.type(type_oid)
    path = CoercionPath.FUNC
    if is_true_array_type(row):
        type_oid = row.typelem
        path = CoercionPath.ARRAYCOERCE
    cast = catalog.cast(type_oid, type_oid)
    if cast is None or cast.castfunc == InvalidOid:
        return CoercionPath.NONE, InvalidOid
    return path, cast.castfunc


def is_binary_coercible(catalog: Catalog, source: Oid, target: Oid) -> bool:
    """parse_coerce.c: IsBinaryCoercible"""
    if source == target or target in (ANYOID, ANYELEMENTOID, ANYCOMPATIBLEOID):
        return True
    source = get_base_type(catalog, source)
    if source == target:
        return True
    if target in (ANYARRAYOID, ANYCOMPATIBLEARRAYOID) and get_element_type(catalog, source):
        return True
    if target in (ANYNONARRAYOID, ANYCOMPATIBLENONARRAYOID) and not get_element_type(catalog, source):
        return True
    if target == ANYENUMOID and type_is_enum(catalog, source):
        return True
    if target in (ANYRANGEOID, ANYCOMPATIBLERANGEOID) and type_is_range(catalog, source):
        return True
    if target in (ANYMULTIRANGEOID, ANYCOMPATIBLEMULTIRANGEOID) and type_is_multirange(catalog, source):
        return True
    if target == RECORDOID and is_complex(catalog, source):
        return True
    if target == RECORDARRAYOID and is_complex_array(catalog, source):
        return True
    cast = catalog.cast(source, target)
    return cast is not None and cast.castmethod == "b" and cast.castcontext == "i"


def is_complex_array(catalog: Catalog, oid: Oid) -> bool:
    """parse_coerce.c: is_complex_array"""
    element = get_element_type(catalog, oid)
    return element != InvalidOid and is_complex(catalog, element)


def type_inherits_from(catalog: Catalog, subclass: Oid, superclass: Oid) -> bool:
    """pg_inherits.c: typeInheritsFrom"""
    below = type_or_domain_type_relid(catalog, subclass)
    above = typeid_type_relid(catalog, superclass)
    if not below or not above:
        return False
    seen: set[Oid] = set()
    queue = [below]
    while queue:
        relid = queue.pop()
        if relid == above and relid != below:
            return True
        if relid not in seen:
            seen.add(relid)
            relation = catalog.find_relation(relid)
            queue.extend(() if relation is None else relation.parents)
    return False


def is_of_typed_table(catalog: Catalog, row_type: Oid, of_type: Oid) -> bool:
    """parse_coerce.c: typeIsOfTypedTable"""
    relid = type_or_domain_type_relid(catalog, row_type)
    relation = catalog.find_relation(relid) if relid else None
    return relation is not None and relation.of_type != InvalidOid and relation.of_type == of_type
