"""Type names and what a type's row says: raw TypeName → (oid, typmod), oid → the name PostgreSQL prints.

Takes raw trees, oids and a `Catalog`; gives oids, typmods and text. Mirrors `parse_type.c`, `format_type.c`, the
typmod input and output functions of the built-in types, and the type part of `lsyscache.c`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from querygen.analyze.pgtypes import (
    BITOID,
    BOOLOID,
    BPCHAROID,
    FLOAT4OID,
    FLOAT8OID,
    INT2OID,
    INT2VECTOROID,
    INT4OID,
    INT8OID,
    INTERVALOID,
    JSONOID,
    NUMERICOID,
    OIDVECTOROID,
    RECORDOID,
    TIMEOID,
    TIMESTAMPOID,
    TIMESTAMPTZOID,
    TIMETZOID,
    VARBITOID,
    VARCHAROID,
    InvalidOid,
)
from querygen.analyze.typmod import call_typmodin, char_out, interval_out, numeric_out, parenthesised
from querygen.analyze.typmod_extension import call_extension_typmodin, show_extension_typmod
from querygen.catalog.catalog import PG_CATALOG
from querygen.diagnostics import PgError
from querygen.pg_catalog.rows import PgCollation
from querygen.sql.nodes import ast, keywords

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from querygen.analyze.state import ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgType


# ---------------------------------------------------------------------------------------------- names → types


def _place(type_name: ast.TypeName) -> int:
    return -1 if type_name.location is None else type_name.location


def type_name_to_string(type_name: ast.TypeName) -> str:
    """parse_type.c: TypeNameToString — as a message shows a name that was not found."""
    text = ".".join(part.sval for part in type_name.names or ())
    if type_name.pct_type:
        text += "%TYPE"
    return text + "[]" if type_name.arrayBounds else text


def deconstruct_qualified_name(names: Sequence[Any]) -> tuple[str | None, str]:
    """namespace.c: DeconstructQualifiedName — (schema or None, name)."""
    parts = [part.sval for part in names]
    match parts:
        case [name]:
            return None, name
        case [schema, name]:
            return schema, name
        case [_catalog, _schema, _name]:
            # PG: the name of the current database would be let through; a build knows no database's name
            raise PgError("0A000", f"cross-database references are not implemented: {'.'.join(parts)}")
    raise PgError("42601", f"improper qualified name (too many dotted names): {'.'.join(parts)}")


def lookup_collation(catalog: Catalog, collname: Sequence[Any], location: int) -> Oid:
    """parse_type.c: LookupCollation"""
    try:
        schema, name = deconstruct_qualified_name(collname)
    except PgError as error:
        error.location = location
        raise
    if schema is not None:
        lookup_explicit_namespace(catalog, schema, location)
    found = catalog.collations_named(name, schema)
    if found is not None:
        return found.oid
    shown = name if schema is None else f"{schema}.{name}"
    hint = None
    if may_be_system_collation(name, schema):
        if not catalog.frozen:  # a schema is believed: its server has what it uses
            return add_system_collation(catalog, name)
        hint = (
            "Every server has other collations of its operating system and of ICU. If yours has this one, name it"
            f" in the configuration: collations = [{json.dumps(name)}]."
        )
    raise PgError("42704", f'collation "{shown}" for encoding "UTF8" does not exist', location, hint=hint)


def add_system_collation(catalog: Catalog, name: str) -> Oid:
    """A collation that the server has from its operating system or from ICU."""
    known = catalog.collations_named(name, "pg_catalog")
    if known is None:
        known = PgCollation(catalog.new_oid(), name, PG_CATALOG)
        catalog.put_collation(known)
    return known.oid


def get_column_def_collation(catalog: Catalog, column: ast.ColumnDef, type_oid: Oid) -> Oid:
    """parse_type.c: GetColumnDefCollation — of the COLLATE clause, or of the type"""
    typcollation = catalog.type(type_oid).typcollation
    if column.collClause is None:
        return typcollation
    location = column.collClause.location
    result = lookup_collation(catalog, column.collClause.collname, location)
    if not typcollation:
        shown = format_type(catalog, type_oid)
        raise PgError("42804", f"collations are not supported by type {shown}", location)
    return result


def may_be_system_collation(name: str, schema: str | None) -> bool:
    """Could initdb have taken a collation of this name from the operating system or ICU?

    Those (`de_DE`, `en_US.utf8`, `und-x-icu`) differ from server to server, and are not dumped.
    """
    return schema in (None, "pg_catalog") and re.fullmatch(r"\w{1,3}[-_@.].+", name) is not None


def lookup_explicit_namespace(catalog: Catalog, name: str, location: int = -1) -> Oid:
    """namespace.c: LookupExplicitNamespace"""
    oid = catalog.namespace_oid(name)
    if oid is None:
        raise PgError("3F000", f'schema "{name}" does not exist', location)
    return oid


def lookup_type_name(
    ps: ParseState | None, catalog: Catalog, type_name: ast.TypeName, *, missing_ok: bool = False
) -> tuple[Oid, int] | None:
    """parse_type.c: LookupTypeNameExtended — the type and its typmod; None: there is no such type.

    With `missing_ok` a schema or a relation (of %TYPE) that does not exist also gives None.
    """
    names = type_name.names or ()
    location = _place(type_name)
    if type_name.pct_type:
        return _pct_type(catalog, names, location, missing_ok)
    try:
        schema, name = deconstruct_qualified_name(names)
    except PgError as error:
        error.location = location
        raise
    if schema is not None:
        if missing_ok and catalog.namespace_oid(schema) is None:
            return None
        lookup_explicit_namespace(catalog, schema, location)
    oid = catalog.type_oid(name, schema)
    if oid is not None and type_name.arrayBounds:
        oid = get_array_type(catalog, oid)
    if not oid:
        return None
    return oid, typename_type_mod(ps, catalog, type_name, oid)


def _pct_type(catalog: Catalog, names: Sequence[Any], location: int, missing_ok: bool) -> tuple[Oid, int] | None:
    """The branch for `relation.column%TYPE`."""
    parts = [part.sval for part in names]
    match parts:
        case [relation, column]:
            schema = None
        case [schema, relation, column]:
            pass
        case [_]:
            raise PgError("42601", f"improper %TYPE reference (too few dotted names): {parts[0]}", location)
        case [_, schema, relation, column]:
            raise PgError("0A000", f"cross-database references are not implemented: {'.'.join(parts)}", location)
        case _:
            raise PgError("42601", f"improper %TYPE reference (too many dotted names): {'.'.join(parts)}", location)
    oid = catalog.relation_oid(relation, schema)
    found = None if oid is None else catalog.find_relation(oid)
    if found is None:
        if missing_ok:
            return None
        shown = relation if schema is None else f"{schema}.{relation}"
        raise PgError("42P01", f'relation "{shown}" does not exist', location)
    attribute = found.by_name.get(column)
    if attribute is None:
        if missing_ok:
            return None
        raise PgError("42703", f'column "{column}" of relation "{relation}" does not exist', location)
    # PG: the notice "type reference … converted to …" is not an error
    return attribute.type_oid, -1


def typename_type(ps: ParseState | None, catalog: Catalog, type_name: ast.TypeName) -> tuple[Oid, int]:
    """parse_type.c: typenameType"""
    found = lookup_type_name(ps, catalog, type_name)
    if found is None:
        raise PgError("42704", f'type "{type_name_to_string(type_name)}" does not exist', _place(type_name))
    return found


def typename_type_id_and_mod(ps: ParseState | None, catalog: Catalog, type_name: ast.TypeName) -> tuple[Oid, int]:
    """parse_type.c: typenameTypeIdAndMod"""
    return typename_type(ps, catalog, type_name)


def typename_type_id(ps: ParseState | None, catalog: Catalog, type_name: ast.TypeName) -> Oid:
    """parse_type.c: typenameTypeId"""
    return typename_type(ps, catalog, type_name)[0]


def typename_type_mod(_ps: ParseState | None, catalog: Catalog, type_name: ast.TypeName, oid: Oid) -> int:
    """parse_type.c: typenameTypeMod"""
    if not type_name.typmods:
        return -1 if type_name.typemod is None else type_name.typemod
    location = _place(type_name)
    row = catalog.type(oid)
    typmodin = row.typmodin
    if typmodin == "-":
        raise PgError("42601", f'type modifier is not allowed for type "{type_name_to_string(type_name)}"', location)
    texts = [_typmod_text(one, location) for one in type_name.typmods]
    try:
        found = call_typmodin(typmodin, texts)
        return call_extension_typmodin(typmodin, texts) if found is None else found
    except PgError as error:
        error.location = location
        raise


def _typmod_text(node: ast.Node, location: int) -> str:
    """A type modifier as the string that the typmod input function gets."""
    match node:
        case ast.A_Const(val=ast.Integer(ival=number)):
            return str(number)
        case ast.A_Const(val=ast.Float(fval=text)) | ast.A_Const(val=ast.String(sval=text)):
            return str(text)
        case ast.ColumnRef(fields=(ast.String(sval=text),)):
            return str(text)
    raise PgError("42601", "type modifiers must be simple constants or identifiers", location)


# ---------------------------------------------------------------------------------------------- types → names

_SAFE_FIRST = frozenset("abcdefghijklmnopqrstuvwxyz_")
_SAFE = _SAFE_FIRST | frozenset("0123456789")
_QUOTED_WORDS: frozenset[str] = frozenset(
    keywords.RESERVED_KEYWORDS | keywords.COL_NAME_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS
)


def quote_identifier(name: str) -> str:
    """ruleutils.c: quote_identifier"""
    if name and name[0] in _SAFE_FIRST and _SAFE.issuperset(name) and name not in _QUOTED_WORDS:
        return name
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


# oid → (SQL name, name's end, how a typmod is shown between the two)
_SQL_NAMES: dict[Oid, tuple[str, str, Callable[[int], str] | None]] = {
    BITOID: ("bit", "", parenthesised),
    BOOLOID: ("boolean", "", None),
    BPCHAROID: ("character", "", char_out),
    FLOAT4OID: ("real", "", None),
    FLOAT8OID: ("double precision", "", None),
    INT2OID: ("smallint", "", None),
    INT4OID: ("integer", "", None),
    INT8OID: ("bigint", "", None),
    NUMERICOID: ("numeric", "", numeric_out),
    INTERVALOID: ("interval", "", interval_out),
    TIMEOID: ("time", " without time zone", parenthesised),
    TIMETZOID: ("time", " with time zone", parenthesised),
    TIMESTAMPOID: ("timestamp", " without time zone", parenthesised),
    TIMESTAMPTZOID: ("timestamp", " with time zone", parenthesised),
    VARBITOID: ("bit varying", "", parenthesised),
    VARCHAROID: ("character varying", "", char_out),
    JSONOID: ("json", "", None),
}


def format_type(catalog: Catalog, oid: Oid, typmod: int | None = None, *, only_pg_catalog: bool = False) -> str:
    """format_type.c: format_type_be, and format_type_with_typemod when a typmod is given.

    A name that the search path does not find is qualified; with `only_pg_catalog`, whatever is not in pg_catalog.
    """
    if oid == InvalidOid:
        return "-"
    row = catalog.find_type(oid)
    if row is None:
        return "???"
    array = ""
    if row.typsubscript == "array_subscript_handler" and oid not in (INT2VECTOROID, OIDVECTOROID):
        array = "[]"
        oid = row.typelem
        row = catalog.type(oid)
    return _format_scalar(catalog, row, typmod, only_pg_catalog) + array


def _format_scalar(catalog: Catalog, row: PgType, typmod: int | None, only_pg_catalog: bool) -> str:
    with_typmod = typmod is not None and typmod >= 0
    spelled = _SQL_NAMES.get(row.oid)
    # a bare bit or character stands for a length of one: without a length it has to be called by its own name
    if spelled is not None and not (row.oid in (BITOID, BPCHAROID) and typmod is not None and not with_typmod):
        head, tail, show = spelled
        shown = show(typmod) if show is not None and typmod is not None and with_typmod else ""
        return head + shown + tail
    name = quote_identifier(row.typname)
    in_sight = row.typnamespace == PG_CATALOG if only_pg_catalog else catalog.type_is_visible(row.oid)
    if not in_sight:
        name = f"{quote_identifier(catalog.namespace_name(row.typnamespace))}.{name}"
    return name + show_extension_typmod(row.typmodin, typmod) if typmod is not None and with_typmod else name


# ---------------------------------------------------------------------------------------------- lsyscache.c


def get_base_type(catalog: Catalog, oid: Oid) -> Oid:
    """lsyscache.c: getBaseType"""
    row = catalog.find_type(oid)
    while row is not None and row.typtype == "d":
        oid = row.typbasetype
        row = catalog.find_type(oid)
    return oid


def get_base_type_and_typmod(catalog: Catalog, oid: Oid, typmod: int = -1) -> tuple[Oid, int]:
    """lsyscache.c: getBaseTypeAndTypmod"""
    row = catalog.find_type(oid)
    while row is not None and row.typtype == "d":
        oid, typmod = row.typbasetype, row.typtypmod
        row = catalog.find_type(oid)
    return oid, typmod


def get_typtype(catalog: Catalog, oid: Oid) -> str:
    """lsyscache.c: get_typtype"""
    row = catalog.find_type(oid)
    return "" if row is None else row.typtype


def is_true_array_type(row: PgType) -> bool:
    """pg_type.h: IsTrueArrayType"""
    return row.typelem != InvalidOid and row.typsubscript == "array_subscript_handler"


def get_element_type(catalog: Catalog, oid: Oid) -> Oid:
    """lsyscache.c: get_element_type — 0 for what is no array; a domain over an array is none."""
    row = catalog.find_type(oid)
    return row.typelem if row is not None and is_true_array_type(row) else InvalidOid


def get_base_element_type(catalog: Catalog, oid: Oid) -> Oid:
    """lsyscache.c: get_base_element_type — the same, seen through domains."""
    return get_element_type(catalog, get_base_type(catalog, oid))


def get_array_type(catalog: Catalog, oid: Oid) -> Oid:
    """lsyscache.c: get_array_type"""
    row = catalog.find_type(oid)
    return InvalidOid if row is None else row.typarray


def get_promoted_array_type(catalog: Catalog, oid: Oid) -> Oid:
    """lsyscache.c: get_promoted_array_type — an array type stands for itself."""
    return get_array_type(catalog, oid) or (oid if get_element_type(catalog, oid) else InvalidOid)


def get_range_subtype(catalog: Catalog, oid: Oid) -> Oid:
    """lsyscache.c: get_range_subtype"""
    row = catalog.range(oid)
    return InvalidOid if row is None else row.rngsubtype


def get_range_multirange(catalog: Catalog, oid: Oid) -> Oid:
    """lsyscache.c: get_range_multirange"""
    row = catalog.range(oid)
    return InvalidOid if row is None else row.rngmultitypid


def get_multirange_range(catalog: Catalog, oid: Oid) -> Oid:
    """lsyscache.c: get_multirange_range"""
    row = catalog.range_of_multirange(oid)
    return InvalidOid if row is None else row.rngtypid


def type_is_rowtype(catalog: Catalog, oid: Oid) -> bool:
    """lsyscache.c: type_is_rowtype — record, a composite type, or a domain over one."""
    return oid == RECORDOID or get_typtype(catalog, get_base_type(catalog, oid)) == "c"


def type_is_enum(catalog: Catalog, oid: Oid) -> bool:
    """lsyscache.c: type_is_enum"""
    return get_typtype(catalog, oid) == "e"


def type_is_range(catalog: Catalog, oid: Oid) -> bool:
    """lsyscache.c: type_is_range"""
    return get_typtype(catalog, oid) == "r"


def type_is_multirange(catalog: Catalog, oid: Oid) -> bool:
    """lsyscache.c: type_is_multirange"""
    return get_typtype(catalog, oid) == "m"


def typeid_type_relid(catalog: Catalog, oid: Oid) -> Oid:
    """parse_type.c: typeidTypeRelid — the relation behind a composite type; 0: none."""
    row = catalog.find_type(oid)
    return InvalidOid if row is None else row.typrelid


def type_or_domain_type_relid(catalog: Catalog, oid: Oid) -> Oid:
    """parse_type.c: typeOrDomainTypeRelid"""
    return typeid_type_relid(catalog, get_base_type(catalog, oid))


def is_complex(catalog: Catalog, oid: Oid) -> bool:
    """parse_type.h: ISCOMPLEX"""
    return type_or_domain_type_relid(catalog, oid) != InvalidOid
