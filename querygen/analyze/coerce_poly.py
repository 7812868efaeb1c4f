"""Polymorphic types: whether arguments agree with anyelement and its kin, and what the pseudo-types then stand for.

Takes actual and declared argument types; gives booleans, resolved types and messages. Mirrors the polymorphic part of
`parse_coerce.c`: check_generic_type_consistency, enforce_generic_type_consistency, check_valid_polymorphic_signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from querygen.analyze import coerce_path
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
    POLYMORPHIC,
    POLYMORPHIC_FAMILY_1,
    POLYMORPHIC_FAMILY_2,
    TEXTOID,
    UNKNOWNOID,
    InvalidOid,
)
from querygen.analyze.typename import (
    format_type,
    get_array_type,
    get_base_element_type,
    get_base_type,
    get_element_type,
    get_multirange_range,
    get_range_multirange,
    get_range_subtype,
    type_is_enum,
)
from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_ELEMENTS = (ANYELEMENTOID, ANYNONARRAYOID, ANYENUMOID)
_NAMES = {
    ANYELEMENTOID: "anyelement",
    ANYARRAYOID: "anyarray",
    ANYNONARRAYOID: "anynonarray",
    ANYENUMOID: "anyenum",
    ANYRANGEOID: "anyrange",
    ANYMULTIRANGEOID: "anymultirange",
    ANYCOMPATIBLEOID: "anycompatible",
    ANYCOMPATIBLEARRAYOID: "anycompatiblearray",
    ANYCOMPATIBLENONARRAYOID: "anycompatiblenonarray",
    ANYCOMPATIBLERANGEOID: "anycompatiblerange",
    ANYCOMPATIBLEMULTIRANGEOID: "anycompatiblemultirange",
}


class _MismatchError(Exception):
    """The arguments do not agree; carries what PostgreSQL says about it."""

    def __init__(self, message: str, detail: str | None = None, code: str = "42804") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.code = code


class _Family1(Struct):
    """What the anyelement family stands for; 0: not known."""

    element: Oid = InvalidOid
    array: Oid = InvalidOid
    range: Oid = InvalidOid
    multirange: Oid = InvalidOid


class _Family2(Struct):
    """What the anycompatible family stands for."""

    types: list[Oid] = field(default_factory=list)  # the element types to be made one
    common: Oid = InvalidOid
    array: Oid = InvalidOid
    range: Oid = InvalidOid
    range_element: Oid = InvalidOid
    multirange: Oid = InvalidOid
    multirange_range: Oid = InvalidOid


def _versus(catalog: Catalog, one: Oid, other: Oid) -> str:
    return f"{format_type(catalog, one)} versus {format_type(catalog, other)}"


def _same(catalog: Catalog, known: Oid, actual: Oid, name: str) -> Oid:
    """All arguments declared with one pseudo-type have one type."""
    if known not in (InvalidOid, actual):
        raise _MismatchError(f'arguments declared "{name}" are not all alike', _versus(catalog, known, actual))
    return actual


def _part(catalog: Catalog, find: Callable[[Catalog, Oid], Oid], whole: Oid, name: str, kind: str) -> Oid:
    """The element type of an array, a range or a multirange that an argument has to be."""
    part = find(catalog, whole)
    if part == InvalidOid:
        raise _MismatchError(f"argument declared {name} is not {kind} but type {format_type(catalog, whole)}")
    return part


def _agree(catalog: Catalog, whole: Oid, name: str, part: Oid, known: Oid, known_name: str) -> Oid:
    """What follows from an argument is what is known from the others."""
    if known not in (InvalidOid, part):
        raise _MismatchError(
            f"argument declared {name} is not consistent with argument declared {known_name}",
            _versus(catalog, whole, known),
        )
    return part


def _is_array_domain(catalog: Catalog, oid: Oid) -> bool:
    """lsyscache.h: type_is_array_domain"""
    return get_base_element_type(catalog, oid) != InvalidOid


def _collect(
    catalog: Catalog, actual_types: Sequence[Oid], declared_types: Sequence[Oid], allow_poly: bool
) -> tuple[_Family1, _Family2]:
    """The first loop of both checks: what each argument says about the two families."""
    one, two = _Family1(), _Family2()
    for actual, declared in zip(actual_types, declared_types, strict=True):
        if declared not in POLYMORPHIC or actual == UNKNOWNOID or (allow_poly and actual == declared):
            continue
        if declared in _ELEMENTS:
            one.element = _same(catalog, one.element, actual, "anyelement")
            continue
        if declared in (ANYCOMPATIBLEOID, ANYCOMPATIBLENONARRAYOID):
            two.types.append(actual)
            continue
        actual = get_base_type(catalog, actual)
        if declared == ANYARRAYOID:
            one.array = _same(catalog, one.array, actual, "anyarray")
        elif declared == ANYRANGEOID:
            one.range = _same(catalog, one.range, actual, "anyrange")
        elif declared == ANYMULTIRANGEOID:
            one.multirange = _same(catalog, one.multirange, actual, "anymultirange")
        elif declared == ANYCOMPATIBLEARRAYOID:
            two.types.append(_part(catalog, get_element_type, actual, "anycompatiblearray", "an array"))
        elif declared == ANYCOMPATIBLERANGEOID:
            if two.range == InvalidOid:
                two.range_element = _part(catalog, get_range_subtype, actual, "anycompatiblerange", "a range type")
                two.types.append(two.range_element)
            two.range = _same(catalog, two.range, actual, "anycompatiblerange")
        elif declared == ANYCOMPATIBLEMULTIRANGEOID:
            if two.multirange == InvalidOid:
                two.multirange_range = _part(
                    catalog, get_multirange_range, actual, "anycompatiblemultirange", "a multirange type"
                )
            two.multirange = _same(catalog, two.multirange, actual, "anycompatiblemultirange")
    return one, two


def _settle_family_1(catalog: Catalog, one: _Family1, array_element: Oid) -> None:
    """Element, array, range and multirange follow from each other. `array_element` is that of one.array."""
    if one.array != InvalidOid:
        one.element = _agree(catalog, one.array, "anyarray", array_element, one.element, "anyelement")
    if one.multirange != InvalidOid:
        of = _part(catalog, get_multirange_range, one.multirange, "anymultirange", "a multirange type")
        one.range = _agree(catalog, one.multirange, "anymultirange", of, one.range, "anyrange")
    elif one.range != InvalidOid:
        one.multirange = get_range_multirange(catalog, one.range)
    if one.range != InvalidOid:
        of = _part(catalog, get_range_subtype, one.range, "anyrange", "a range type")
        one.element = _agree(catalog, one.range, "anyrange", of, one.element, "anyelement")


def _settle_ranges_2(catalog: Catalog, two: _Family2) -> None:
    """The same for anycompatiblerange and anycompatiblemultirange."""
    if two.multirange != InvalidOid:
        if two.range != InvalidOid:
            if two.multirange_range != two.range:
                raise _MismatchError(
                    "argument declared anycompatiblemultirange is not consistent with argument declared"
                    " anycompatiblerange",
                    _versus(catalog, two.multirange, two.range),
                )
        else:
            two.range = two.multirange_range
            two.range_element = _part(
                catalog, get_range_subtype, two.multirange_range, "anycompatiblemultirange", "a multirange type"
            )
            two.types.append(two.range_element)
    elif two.range != InvalidOid:
        two.multirange = get_range_multirange(catalog, two.range)


def check_generic_type_consistency(
    catalog: Catalog, actual_types: Sequence[Oid], declared_types: Sequence[Oid]
) -> bool:
    """parse_coerce.c: check_generic_type_consistency — could a function take these arguments?"""
    try:
        one, two = _collect(catalog, actual_types, declared_types, allow_poly=False)
        array_element = InvalidOid
        if one.array == ANYARRAYOID:
            # a column of pg_stats: fits anyarray, as long as nothing has to be known of the elements
            if one.element != InvalidOid:
                return False
            array_element = ANYELEMENTOID
        elif one.array != InvalidOid:
            array_element = _part(catalog, get_element_type, one.array, "anyarray", "an array")
        _settle_family_1(catalog, one, array_element)
        if ANYNONARRAYOID in declared_types and _is_array_domain(catalog, one.element):
            return False
        if ANYENUMOID in declared_types and not type_is_enum(catalog, one.element):
            return False
        _settle_ranges_2(catalog, two)
    except _MismatchError:
        return False
    if two.types:
        common = coerce_path.select_common_type_from_oids(catalog, two.types, noerror=True)
        if common == InvalidOid or not coerce_path.verify_common_type_from_oids(catalog, common, two.types):
            return False
        if ANYCOMPATIBLENONARRAYOID in declared_types and _is_array_domain(catalog, common):
            return False
        if two.range_element not in (InvalidOid, common):
            return False
    return True


def enforce_generic_type_consistency(
    catalog: Catalog,
    actual_types: Sequence[Oid],
    declared_types: Sequence[Oid],
    rettype: Oid,
    allow_poly: bool,
) -> tuple[Oid, list[Oid]]:
    """parse_coerce.c: enforce_generic_type_consistency — the result's type, and the argument types as they now stand.

    C changes the declared types in place; here they are the second result.
    """
    declared = list(declared_types)
    if not any(one in POLYMORPHIC for one in declared):
        return rettype, declared
    try:
        one, two = _collect(catalog, actual_types, declared, allow_poly)
        if any(each in POLYMORPHIC_FAMILY_1 for each in declared):
            _enforce_family_1(catalog, one, declared, rettype, allow_poly)
        if any(each in POLYMORPHIC_FAMILY_2 for each in declared):
            _enforce_family_2(catalog, two, declared, allow_poly)
        result = _resolve(catalog, one, two, rettype)
        resolved = [
            _resolve(catalog, one, two, each)
            if each in POLYMORPHIC_FAMILY_2 or (each in POLYMORPHIC and actual == UNKNOWNOID)
            else each
            for each, actual in zip(declared, actual_types, strict=True)
        ]
    except _MismatchError as mismatch:
        raise PgError(mismatch.code, mismatch.message, detail=mismatch.detail) from None
    return result, resolved


def _enforce_family_1(catalog: Catalog, one: _Family1, declared: Sequence[Oid], rettype: Oid, allow_poly: bool) -> None:
    array_element = InvalidOid
    if one.array == ANYARRAYOID:
        alone = sum(each in POLYMORPHIC_FAMILY_1 for each in declared) == 1
        if not alone or (rettype != ANYARRAYOID and rettype in POLYMORPHIC_FAMILY_1):
            raise _MismatchError('cannot determine element type of "anyarray" argument')
        array_element = ANYELEMENTOID
    elif one.array != InvalidOid:
        array_element = _part(catalog, get_element_type, one.array, "anyarray", "an array")
    _settle_family_1(catalog, one, array_element)
    if one.element == InvalidOid:
        if not allow_poly:
            raise _MismatchError("could not determine polymorphic type because input has type unknown")
        one.element, one.array = ANYELEMENTOID, ANYARRAYOID
        one.range, one.multirange = ANYRANGEOID, ANYMULTIRANGEOID
    if one.element == ANYELEMENTOID:
        return
    if ANYNONARRAYOID in declared and _is_array_domain(catalog, one.element):
        shown = format_type(catalog, one.element)
        raise _MismatchError(f"type matched to anynonarray is an array type: {shown}")
    if ANYENUMOID in declared and not type_is_enum(catalog, one.element):
        shown = format_type(catalog, one.element)
        raise _MismatchError(f"type matched to anyenum is not an enum type: {shown}")


def _enforce_family_2(catalog: Catalog, two: _Family2, declared: Sequence[Oid], allow_poly: bool) -> None:
    _settle_ranges_2(catalog, two)
    ranges = [each for each in (ANYCOMPATIBLERANGEOID, ANYCOMPATIBLEMULTIRANGEOID) if each in declared]
    if two.types:
        common = coerce_path.select_common_type_from_oids(catalog, two.types, noerror=False)
        if not coerce_path.verify_common_type_from_oids(catalog, common, two.types):
            raise _MismatchError("arguments of anycompatible family cannot be cast to a common type")
        two.common = common
        if ANYCOMPATIBLEARRAYOID in declared:
            two.array = _array_of(catalog, common)
        for each in ranges:
            own = two.range if each == ANYCOMPATIBLERANGEOID else two.multirange
            if own == InvalidOid:
                raise _unknown(each)
            if two.range_element != common:
                names = format_type(catalog, own), format_type(catalog, common)
                raise _MismatchError(f"{_NAMES[each]} type {names[0]} does not match anycompatible type {names[1]}")
        if ANYCOMPATIBLENONARRAYOID in declared and _is_array_domain(catalog, common):
            shown = format_type(catalog, common)
            raise _MismatchError(f"type matched to anycompatiblenonarray is an array type: {shown}")
    elif allow_poly:
        two.common, two.array = ANYCOMPATIBLEOID, ANYCOMPATIBLEARRAYOID
        two.range, two.multirange = ANYCOMPATIBLERANGEOID, ANYCOMPATIBLEMULTIRANGEOID
    else:
        # nothing but literals without type: text, as UNION would take them
        if ranges:
            raise _unknown(ranges[0])
        two.common, two.array = TEXTOID, get_array_type(catalog, TEXTOID)


def _array_of(catalog: Catalog, element: Oid) -> Oid:
    array = get_array_type(catalog, element)
    if array == InvalidOid:
        raise _MismatchError(f"could not find array type for data type {format_type(catalog, element)}", code="42704")
    return array


def _unknown(pseudo_type: Oid) -> _MismatchError:
    return _MismatchError(f"could not determine polymorphic type {_NAMES[pseudo_type]} because input has type unknown")


def _resolve(catalog: Catalog, one: _Family1, two: _Family2, pseudo_type: Oid) -> Oid:
    """What a pseudo-type stands for; any other type stands for itself."""
    if pseudo_type in _ELEMENTS:
        return one.element
    if pseudo_type == ANYARRAYOID:
        return one.array or _array_of(catalog, one.element)
    if pseudo_type in (ANYCOMPATIBLEOID, ANYCOMPATIBLENONARRAYOID):
        return two.common
    if pseudo_type == ANYCOMPATIBLEARRAYOID:
        return two.array or _array_of(catalog, two.common)
    found = {
        ANYRANGEOID: one.range,
        ANYMULTIRANGEOID: one.multirange,
        ANYCOMPATIBLERANGEOID: two.range,
        ANYCOMPATIBLEMULTIRANGEOID: two.multirange,
    }.get(pseudo_type, pseudo_type)
    if found == InvalidOid:
        raise _unknown(pseudo_type)
    return found


def check_valid_polymorphic_signature(catalog: Catalog, ret_type: Oid, declared_types: Sequence[Oid]) -> str | None:
    """parse_coerce.c: check_valid_polymorphic_signature — the detail to show if a result could never be resolved."""
    if ret_type in (ANYRANGEOID, ANYMULTIRANGEOID):
        wanted, names = frozenset({ANYRANGEOID, ANYMULTIRANGEOID}), "anyrange or anymultirange"
    elif ret_type in (ANYCOMPATIBLERANGEOID, ANYCOMPATIBLEMULTIRANGEOID):
        wanted = frozenset({ANYCOMPATIBLERANGEOID, ANYCOMPATIBLEMULTIRANGEOID})
        names = "anycompatiblerange or anycompatiblemultirange"
    elif ret_type in POLYMORPHIC_FAMILY_1:
        wanted = POLYMORPHIC_FAMILY_1
        names = "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange"
    elif ret_type in POLYMORPHIC_FAMILY_2:
        wanted = POLYMORPHIC_FAMILY_2
        names = (
            "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange"
        )
    else:
        return None
    if any(one in wanted for one in declared_types):
        return None
    return f"A result of type {format_type(catalog, ret_type)} requires at least one input of type {names}."


def missing_polymorphic_input(ret_type: Oid, declared: Sequence[Oid]) -> str | None:
    """parse_coerce.c: check_valid_polymorphic_signature — the inputs of which a result needs one; None: it has one"""
    if ret_type in (ANYRANGEOID, ANYMULTIRANGEOID):
        family, words = {ANYRANGEOID, ANYMULTIRANGEOID}, "anyrange or anymultirange"
    elif ret_type in (ANYCOMPATIBLERANGEOID, ANYCOMPATIBLEMULTIRANGEOID):
        family = {ANYCOMPATIBLERANGEOID, ANYCOMPATIBLEMULTIRANGEOID}
        words = "anycompatiblerange or anycompatiblemultirange"
    elif ret_type in POLYMORPHIC_FAMILY_1:
        family = {*POLYMORPHIC_FAMILY_1}
        words = "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange"
    elif ret_type in POLYMORPHIC_FAMILY_2:
        family = {*POLYMORPHIC_FAMILY_2}
        words = (
            "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange"
        )
    else:
        return None
    return None if family.intersection(declared) else words
