"""The oids that PostgreSQL's C code names (`pg_type_d.h`, `pg_proc_d.h`), under the same names.

Nothing is known here beyond a name for a number: what a type can do is in the catalogue's rows.
"""

from __future__ import annotations

from typing import Final

InvalidOid: Final = 0
BOOLOID: Final = 16
BYTEAOID: Final = 17
CHAROID: Final = 18
NAMEOID: Final = 19
INT8OID: Final = 20
INT2OID: Final = 21
INT2VECTOROID: Final = 22
INT4OID: Final = 23
REGPROCOID: Final = 24
TEXTOID: Final = 25
OIDOID: Final = 26
TIDOID: Final = 27
XIDOID: Final = 28
CIDOID: Final = 29
OIDVECTOROID: Final = 30
JSONOID: Final = 114
XMLOID: Final = 142
XID8OID: Final = 5069
POINTOID: Final = 600
FLOAT4OID: Final = 700
FLOAT8OID: Final = 701
UNKNOWNOID: Final = 705
MONEYOID: Final = 790
BPCHAROID: Final = 1042
VARCHAROID: Final = 1043
DATEOID: Final = 1082
TIMEOID: Final = 1083
TIMESTAMPOID: Final = 1114
TIMESTAMPTZOID: Final = 1184
INTERVALOID: Final = 1186
TIMETZOID: Final = 1266
BITOID: Final = 1560
VARBITOID: Final = 1562
NUMERICOID: Final = 1700
REFCURSOROID: Final = 1790
REGCLASSOID: Final = 2205
REGTYPEOID: Final = 2206
RECORDOID: Final = 2249
RECORDARRAYOID: Final = 2287
CSTRINGOID: Final = 2275
ANYOID: Final = 2276
ANYARRAYOID: Final = 2277
VOIDOID: Final = 2278
TRIGGEROID: Final = 2279
INTERNALOID: Final = 2281
ANYELEMENTOID: Final = 2283
ANYNONARRAYOID: Final = 2776
UUIDOID: Final = 2950
ANYENUMOID: Final = 3500
JSONBOID: Final = 3802
ANYRANGEOID: Final = 3831
JSONPATHOID: Final = 4072
ANYMULTIRANGEOID: Final = 4537
ANYCOMPATIBLEMULTIRANGEOID: Final = 4538
ANYCOMPATIBLEOID: Final = 5077
ANYCOMPATIBLEARRAYOID: Final = 5078
ANYCOMPATIBLENONARRAYOID: Final = 5079
ANYCOMPATIBLERANGEOID: Final = 5080

# pg_collation.dat
DEFAULT_COLLATION_OID: Final = 100
C_COLLATION_OID: Final = 950

# pg_type_d.h: IsPolymorphicTypeFamily1 and 2
POLYMORPHIC_FAMILY_1: Final = frozenset(
    {ANYELEMENTOID, ANYARRAYOID, ANYNONARRAYOID, ANYENUMOID, ANYRANGEOID, ANYMULTIRANGEOID}
)
POLYMORPHIC_FAMILY_2: Final = frozenset(
    {
        ANYCOMPATIBLEOID,
        ANYCOMPATIBLEARRAYOID,
        ANYCOMPATIBLENONARRAYOID,
        ANYCOMPATIBLERANGEOID,
        ANYCOMPATIBLEMULTIRANGEOID,
    }
)
POLYMORPHIC: Final = POLYMORPHIC_FAMILY_1 | POLYMORPHIC_FAMILY_2

# TypeCategory (pg_type_d.h)
TYPCATEGORY_INVALID: Final = "\0"
TYPCATEGORY_ARRAY: Final = "A"
TYPCATEGORY_BOOLEAN: Final = "B"
TYPCATEGORY_COMPOSITE: Final = "C"
TYPCATEGORY_STRING: Final = "S"
TYPCATEGORY_UNKNOWN: Final = "X"

# System columns: attnum, name, type (heap.c: SysAtt)
SYSTEM_COLUMNS: Final = {
    "ctid": (-1, TIDOID),
    "xmin": (-2, XIDOID),
    "cmin": (-3, CIDOID),
    "xmax": (-4, XIDOID),
    "cmax": (-5, CIDOID),
    "tableoid": (-6, OIDOID),
}
