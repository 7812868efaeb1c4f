"""The rows of PostgreSQL's system catalogues, one class per catalogue, with PostgreSQL's own column names.

A built-in object and one that the user's DDL creates are rows of the same class: the analyser never asks which it is.
A `…_name` annotation in a comment says where a column holds a name instead of an oid, because the object it points to
is not dumped. Source: the manual, chapter "System Catalogs".
"""

from __future__ import annotations

from msgspec import Struct

Oid = int

# Oids below this belong to PostgreSQL (FirstNormalObjectId in access/transam.h); the user's objects start here.
FIRST_NORMAL_OBJECT_ID = 16384


class PgNamespace(Struct, frozen=True):
    oid: Oid
    nspname: str


class PgType(Struct, frozen=True):
    oid: Oid
    typname: str
    typnamespace: Oid
    typlen: int
    typtype: str  # b base, c composite, d domain, e enum, p pseudo, r range, m multirange
    typcategory: str
    typispreferred: bool
    typdelim: str
    typrelid: Oid
    typsubscript: str  # name of the handler: array_subscript_handler, raw_array_subscript_handler, jsonb_…, or "-"
    typelem: Oid
    typarray: Oid
    typinput: str  # name of the input function
    typmodin: str  # name of the typmod input function, or "-"
    typnotnull: bool
    typbasetype: Oid
    typtypmod: int
    typcollation: Oid


class PgProc(Struct, frozen=True):
    oid: Oid
    proname: str
    pronamespace: Oid
    provariadic: Oid  # element type of the VARIADIC parameter, or 0
    prokind: str  # f function, p procedure, a aggregate, w window function
    proisstrict: bool
    proretset: bool
    provolatile: str  # i, s, v
    pronargdefaults: int
    prorettype: Oid
    proargtypes: tuple[Oid, ...]  # input arguments only
    proallargtypes: tuple[Oid, ...] | None
    proargmodes: str | None  # one of i o b v t for each of proallargtypes
    proargnames: tuple[str, ...] | None

    @property
    def pronargs(self) -> int:
        return len(self.proargtypes)


class PgOperator(Struct, frozen=True):
    oid: Oid
    oprname: str
    oprnamespace: Oid
    oprkind: str  # b binary, l prefix
    oprcanmerge: bool
    oprcanhash: bool
    oprleft: Oid  # 0 for a prefix operator
    oprright: Oid
    oprresult: Oid
    oprcom: Oid
    oprnegate: Oid
    oprcode: Oid  # the function's oid


class PgCast(Struct, frozen=True):
    castsource: Oid
    casttarget: Oid
    castfunc: Oid  # 0 where castmethod is not f
    castcontext: str  # i implicit, a assignment, e explicit
    castmethod: str  # f function, i inout, b binary


class PgAggregate(Struct, frozen=True):
    aggfnoid: Oid
    aggkind: str  # n normal, o ordered-set, h hypothetical-set
    aggnumdirectargs: int
    agginitval: bool  # whether there is one
    aggtransfn: str  # name of the transition function
    aggfinalfn: str  # name of the final function, or "-"


class PgRange(Struct, frozen=True):
    rngtypid: Oid
    rngsubtype: Oid
    rngmultitypid: Oid


class PgOpclass(Struct, frozen=True):
    oid: Oid
    opcmethod: str  # name of the access method: btree or hash, others are not dumped
    opcname: str
    opcnamespace: Oid
    opcfamily: Oid
    opcintype: Oid
    opcdefault: bool


class PgAmop(Struct, frozen=True):
    amopfamily: Oid
    amoplefttype: Oid
    amoprighttype: Oid
    amopstrategy: int
    amopopr: Oid
    amopmethod: str  # name of the access method


class PgCollation(Struct, frozen=True):
    oid: Oid
    collname: str
    collnamespace: Oid


class PgClass(Struct, frozen=True):
    oid: Oid
    relname: str
    relnamespace: Oid
    reltype: Oid
    relkind: (
        str  # r table, v view, m materialized view, i index, S sequence, t toast, c composite, f foreign, p partitioned
    )


class PgAttribute(Struct, frozen=True):
    attrelid: Oid
    attname: str
    atttypid: Oid
    attnum: int
    atttypmod: int
    attnotnull: bool
    attcollation: Oid


class PgEnum(Struct, frozen=True):
    enumtypid: Oid
    enumlabel: str


class PgExtension(Struct, frozen=True):
    """One row, of the extension that was dumped; none where there is nothing to say beside its name."""

    extname: str
    schema: str | None  # pg_available_extension_versions.schema: where it goes whatever CREATE EXTENSION says
    requires: tuple[str, ...]
