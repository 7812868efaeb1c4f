"""What a type's default operator classes offer: equality, order, hashing; and operators seen from their families.

Takes a `Catalog` and oids; gives operator oids. Mirrors `typcache.c` (lookup_type_cache), `lsyscache.c` (AMOP CACHES)
and GetDefaultOpClass of `indexcmds.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.analyze.coerce_path import is_binary_coercible, is_preferred_type, type_category
from querygen.analyze.pgtypes import RECORDOID, InvalidOid
from querygen.analyze.typename import (
    get_base_element_type,
    get_base_type,
    get_multirange_range,
    get_range_subtype,
    type_or_domain_type_relid,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgOpclass

# pg_operator_d.h
ARRAY_EQ_OP = 1070
ARRAY_LT_OP = 1072
ARRAY_GT_OP = 1073
RECORD_EQ_OP = 2988
RECORD_LT_OP = 2990
RECORD_GT_OP = 2991

# stratnum.h
BT_LESS = 1
BT_EQUAL = 3
BT_GREATER = 5
HT_EQUAL = 1

_COMPARE_TYPES = {
    1: enums.CompareType.COMPARE_LT,
    2: enums.CompareType.COMPARE_LE,
    3: enums.CompareType.COMPARE_EQ,
    4: enums.CompareType.COMPARE_GE,
    5: enums.CompareType.COMPARE_GT,
}


class TypeOperators(Struct, frozen=True):
    """The fields of TypeCacheEntry that parse analysis reads; 0 and False where a type has no such thing."""

    lt_opr: Oid
    eq_opr: Oid
    gt_opr: Oid
    hashable: bool
    btree_opf: Oid = InvalidOid
    btree_opintype: Oid = InvalidOid


class OpIndexInterpretation(Struct, frozen=True):
    """lsyscache.h: OpIndexInterpretation — what an operator means in an ordering family."""

    opfamily_id: Oid
    cmptype: enums.CompareType
    oplefttype: Oid
    oprighttype: Oid


def get_default_opclass(catalog: Catalog, type_oid: Oid, method: str) -> PgOpclass | None:
    """indexcmds.c: GetDefaultOpClass"""
    type_oid = get_base_type(catalog, type_oid)
    exact = catalog.default_opclass(type_oid, method)
    if exact is not None:
        return exact
    category = type_category(catalog, type_oid)
    preferred: list[PgOpclass] = []
    compatible: list[PgOpclass] = []
    for opclass in catalog.opclasses():
        if opclass.opcdefault and opclass.opcmethod == method:
            if is_binary_coercible(catalog, type_oid, opclass.opcintype):
                liked = is_preferred_type(catalog, category, opclass.opcintype)
                (preferred if liked else compatible).append(opclass)
    for found in (preferred, compatible):
        if len(found) == 1:
            return found[0]
    return None


def lookup_type_cache(catalog: Catalog, type_oid: Oid) -> TypeOperators:
    """typcache.c: lookup_type_cache with the flags for operators and hashing"""
    btree = get_default_opclass(catalog, type_oid, "btree")
    hashing = get_default_opclass(catalog, type_oid, "hash")
    lt = eq = gt = hash_eq = InvalidOid
    if btree is not None:
        of = btree.opcfamily, btree.opcintype, btree.opcintype
        lt, eq, gt = (catalog.opfamily_member(*of, number) or InvalidOid for number in (BT_LESS, BT_EQUAL, BT_GREATER))
    if hashing is not None:
        hash_eq = catalog.opfamily_member(hashing.opcfamily, hashing.opcintype, hashing.opcintype, HT_EQUAL) or 0
        eq = eq or hash_eq
    hashable = hash_eq != InvalidOid and hash_eq == eq
    # a container compares, or hashes, if what it contains does
    parts = list(_parts(catalog, type_oid))
    if parts and (eq in (ARRAY_EQ_OP, RECORD_EQ_OP) or hashable):
        inner = [lookup_type_cache(catalog, part) for part in parts]
        if eq in (ARRAY_EQ_OP, RECORD_EQ_OP):
            eq = eq if all(one.eq_opr for one in inner) else InvalidOid
            ordered = all(one.lt_opr for one in inner)
            lt, gt = (lt, gt) if ordered else (InvalidOid, InvalidOid)
        hashable = hashable and eq != InvalidOid and all(one.hashable for one in inner)
    if type_oid == RECORDOID:
        hashable = False  # nothing is known of the columns, and a choice to sort can be left to the run
    if btree is None:
        return TypeOperators(lt, eq, gt, hashable)
    return TypeOperators(lt, eq, gt, hashable, btree.opcfamily, btree.opcintype)


def _parts(catalog: Catalog, type_oid: Oid) -> Iterator[Oid]:
    """The types that a container's comparison and hashing fall back on: elements, subtype, columns."""
    if element := get_base_element_type(catalog, type_oid):
        yield element
        return
    base = get_base_type(catalog, type_oid)
    if of := get_multirange_range(catalog, base):
        yield of
    elif of := get_range_subtype(catalog, base):
        yield of
    elif relid := type_or_domain_type_relid(catalog, base):
        for column in catalog.relation(relid).live_columns:
            yield column.type_oid


def _families(catalog: Catalog, method: str) -> set[Oid]:
    """The operator families of an access method (pg_opfamily itself is not kept)."""
    return {opclass.opcfamily for opclass in catalog.opclasses() if opclass.opcmethod == method}


def _members(catalog: Catalog, opno: Oid, method: str) -> list[tuple[Oid, Oid, Oid, int]]:
    """The places of an operator in families of an access method: (family, left, right, strategy), by family."""
    families = _families(catalog, method)
    return sorted(key for key, operator in catalog.amops() if operator == opno and key[0] in families)


def get_op_index_interpretation(catalog: Catalog, opno: Oid) -> list[OpIndexInterpretation]:
    """lsyscache.c: get_op_index_interpretation — <> is found through its negator."""
    found = [
        OpIndexInterpretation(family, _COMPARE_TYPES[strategy], left, right)
        for family, left, right, strategy in _members(catalog, opno, "btree")
    ]
    if not found and (negator := catalog.operator(opno).oprnegate):
        found = [
            OpIndexInterpretation(family, enums.CompareType.COMPARE_NE, left, right)
            for family, left, right, strategy in _members(catalog, negator, "btree")
            if strategy == BT_EQUAL
        ]
    return found


def get_ordering_op_properties(catalog: Catalog, opno: Oid) -> tuple[Oid, Oid, enums.CompareType] | None:
    """lsyscache.c: get_ordering_op_properties — (family, type, COMPARE_LT or COMPARE_GT) of a < or > operator."""
    for family, left, right, strategy in _members(catalog, opno, "btree"):
        if strategy in (BT_LESS, BT_GREATER) and left == right:
            return family, left, _COMPARE_TYPES[strategy]
    return None


def get_equality_op_for_ordering_op(catalog: Catalog, opno: Oid) -> tuple[Oid, bool]:
    """lsyscache.c: get_equality_op_for_ordering_op — (0 or the = beside a < or >, whether it was >)."""
    found = get_ordering_op_properties(catalog, opno)
    if found is None:
        return InvalidOid, False
    family, of, cmptype = found
    equality = catalog.opfamily_member(family, of, of, BT_EQUAL) or InvalidOid
    return equality, cmptype == enums.CompareType.COMPARE_GT


def get_ordering_op_for_equality_op(catalog: Catalog, opno: Oid, use_lhs_type: bool) -> Oid:
    """lsyscache.c: get_ordering_op_for_equality_op — the < beside an =, of its left or right type."""
    for family, left, right, strategy in _members(catalog, opno, "btree"):
        if strategy == BT_EQUAL:
            of = left if use_lhs_type else right
            if less := catalog.opfamily_member(family, of, of, BT_LESS):
                return less
    return InvalidOid
