"""Literals that name an object: the reg… types, whose input functions look the name up while a statement is analysed.

Takes a catalog and a text, raises the error of the input function. Mirrors `regproc.c` and, for the parts of a
qualified name, `varlena.c` (SplitIdentifierString). Roles are the server's, not the schema's: any name of one is taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from querygen.analyze.func_lookup import name_list_to_string
from querygen.analyze.func_select import funcname_get_candidates, opername_get_candidates, opername_get_oprid
from querygen.analyze.pgtypes import InvalidOid
from querygen.analyze.typename import (
    deconstruct_qualified_name,
    lookup_type_name,
    type_name_to_string,
)
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast
from querygen.sql.parse import parse_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_SPACE = " \t\n\r\v\f"  # scanner_isspace
_NAMEDATALEN = 64
_FUNC_MAX_ARGS = 100

# What initdb makes, and what the dictionaries of contrib's extensions are called
_LANGUAGES = (
    "arabic armenian basque catalan danish dutch english estonian finnish french german greek hindi hungarian"
    " indonesian irish italian lithuanian nepali norwegian portuguese romanian russian serbian simple spanish swedish"
    " tamil turkish yiddish"
)
_TS_CONFIGS = frozenset(_LANGUAGES.split())
_TS_DICTIONARIES = frozenset({f"{name}_stem" for name in _TS_CONFIGS} | {"simple", "unaccent", "intdict", "xsyn"})

_NAME_PART = re.compile(r'[ \t\n\r\v\f]*(?:"((?:[^"]|"")*)"|([^\s".][^\s.]*))[ \t\n\r\v\f]*(\.|\Z)')


def _qualified_name(text: str) -> list[str]:
    """regproc.c: stringToQualifiedNameList"""
    parts: list[str] = []
    place = 0
    while True:
        match = _NAME_PART.match(text, place)
        if match is None:
            raise PgError("42602", "invalid name syntax")
        quoted, bare, more = match.groups()
        name = quoted.replace('""', '"') if quoted is not None else bare.lower()
        parts.append(name.encode()[: _NAMEDATALEN - 1].decode(errors="ignore"))
        if not more:
            return parts
        place = match.end()


def _names(text: str) -> tuple[ast.String, ...]:
    return tuple(ast.String(sval=part) for part in _qualified_name(text))


def _is_oid(text: str) -> bool:
    """regproc.c: parseNumericOid"""
    return text.isascii() and text.isdigit()


def _is_dash_or_oid(text: str) -> bool:
    """regproc.c: parseDashOrOid"""
    return text == "-" or _is_oid(text)


# ---------------------------------------------------------------------------------------------- relations, schemas, …


def _regclass_in(catalog: Catalog, text: str) -> None:
    """regproc.c: regclassin"""
    if _is_dash_or_oid(text):
        return
    parts = _qualified_name(text)
    if len(parts) > 3:
        raise PgError("42601", f"improper relation name (too many dotted names): {'.'.join(parts)}")
    schema, name = (parts[-2] if len(parts) > 1 else None), parts[-1]
    if catalog.relation_oid(name, schema) is None:
        if len(parts) == 3:
            raise PgError("0A000", f'cross-database references are not implemented: "{".".join(parts)}"')
        raise PgError("42P01", f'relation "{".".join(parts)}" does not exist')


def _regnamespace_in(catalog: Catalog, text: str) -> None:
    """regproc.c: regnamespacein"""
    if _is_dash_or_oid(text):
        return
    parts = _qualified_name(text)
    if len(parts) != 1:
        raise PgError("42602", "invalid name syntax")
    if catalog.namespace_oid(parts[0]) is None:
        raise PgError("3F000", f'schema "{parts[0]}" does not exist')


def _regrole_in(_catalog: Catalog, text: str) -> None:
    """regproc.c: regrolein, as far as the form of the name"""
    if not _is_dash_or_oid(text) and len(_qualified_name(text)) != 1:
        raise PgError("42602", "invalid name syntax")


def _regcollation_in(catalog: Catalog, text: str) -> None:
    """regproc.c: regcollationin"""
    if _is_dash_or_oid(text):
        return
    names = _names(text)
    schema, name = deconstruct_qualified_name(names)
    if catalog.collations_named(name, schema) is None:
        raise PgError("42704", f'collation "{name_list_to_string(names)}" for encoding "UTF8" does not exist')


def _text_search_in(kind: str, what: str, builtin: frozenset[str]) -> Callable[[Catalog, str], None]:
    """regproc.c: regconfigin, regdictionaryin. PG: any schema will do."""

    def read(catalog: Catalog, text: str) -> None:
        if _is_dash_or_oid(text):
            return
        names = _names(text)
        schema, name = deconstruct_qualified_name(names)
        is_there = name in builtin or (kind, name) in catalog.text_search_names
        if not is_there or (schema is not None and catalog.namespace_oid(schema) is None):
            raise PgError("42704", f'text search {what} "{name_list_to_string(names)}" does not exist')

    return read


# ---------------------------------------------------------------------------------------------- functions and operators


def _regproc_in(catalog: Catalog, text: str) -> None:
    """regproc.c: regprocin"""
    if _is_dash_or_oid(text):
        return
    found = funcname_get_candidates(catalog, _names(text), -1, missing_ok=True)
    if not found:
        raise PgError("42883", f'function "{text}" does not exist')
    if len(found) > 1:
        raise PgError("42725", f'more than one function named "{text}"')


def _regprocedure_in(catalog: Catalog, text: str) -> None:
    """regproc.c: regprocedurein"""
    if _is_dash_or_oid(text):
        return
    names, args = _name_and_arg_types(catalog, text, allow_none=False)
    found = funcname_get_candidates(catalog, names, len(args), missing_ok=True)
    if not any(one.args == args for one in found):
        raise PgError("42883", f'function "{text}" does not exist')


def _regoper_in(catalog: Catalog, text: str) -> None:
    """regproc.c: regoperin"""
    if _is_oid(text):
        return
    names = _names(text)
    schema, _name = deconstruct_qualified_name(names)
    found: Sequence[Any] = ()
    if schema is None or catalog.namespace_oid(schema) is not None:
        found = [one for kind in "bl" for one in opername_get_candidates(catalog, names, kind)]
    if not found:
        raise PgError("42883", f"operator does not exist: {text}")
    if len(found) > 1:
        raise PgError("42725", f"more than one operator named {text}")


def _regoperator_in(catalog: Catalog, text: str) -> None:
    """regproc.c: regoperatorin"""
    if _is_oid(text):
        return
    names, args = _name_and_arg_types(catalog, text, allow_none=True)
    if len(args) == 1:
        hint = "Use NONE to denote the missing argument of a unary operator."
        raise PgError("42P02", "missing argument", hint=hint)
    if len(args) != 2:
        raise PgError("54023", "too many arguments", hint="Provide two argument types for operator.")
    schema, _name = deconstruct_qualified_name(names)
    if schema is not None and catalog.namespace_oid(schema) is None:
        oid = InvalidOid
    else:
        oid = opername_get_oprid(catalog, names, *args)
    if oid == InvalidOid:
        raise PgError("42883", f"operator does not exist: {text}")


def _name_and_arg_types(catalog: Catalog, text: str, *, allow_none: bool) -> tuple[Sequence[Any], tuple[Oid, ...]]:
    """regproc.c: parseNameAndArgTypes — `name(type, type)`"""
    quoted, opening = False, -1
    for place, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "(" and not quoted:
            opening = place
            break
    if opening < 0:
        raise PgError("22P02", "expected a left parenthesis")
    names = _names(text[:opening])
    rest = text[opening + 1 :].rstrip(_SPACE)
    if not rest.endswith(")"):
        raise PgError("22P02", "expected a right parenthesis")
    args: list[Oid] = []
    for part in _split_arguments(rest[:-1]):
        if allow_none and part.lower() == "none":
            args.append(InvalidOid)
        else:
            args.append(parse_type_string(catalog, part))
        if len(args) > _FUNC_MAX_ARGS:
            raise PgError("54023", "too many arguments")
    return names, tuple(args)


def _split_arguments(text: str) -> Iterator[str]:
    """The parts between the commas that stand in no quotes, parentheses or brackets."""
    start, depth, quoted = 0, 0, False
    for place, character in enumerate(f"{text},"):
        if character == '"':
            quoted = not quoted
        elif character == "," and place == len(text):
            if not text[start:].strip(_SPACE):
                if start:
                    raise PgError("22P02", "expected a type name")
                return
            if quoted or depth:
                raise PgError("22P02", "improper type name")
            yield text[start:].strip(_SPACE)
        elif quoted:
            continue
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and depth == 0:
            yield text[start:place].strip(_SPACE)
            start = place + 1


# ---------------------------------------------------------------------------------------------- types


def parse_type_string(catalog: Catalog, text: str) -> Oid:
    """parse_type.c: parseTypeString — the grammar reads the name of a type"""
    invalid = PgError("42601", f'invalid type name "{text}"')
    if not text.strip(_SPACE):
        raise invalid
    sql = f"SELECT CAST(NULL AS {text})"
    try:
        raw: Any = parse_statement(sql)
    except PgError as error:
        at_end = error.location >= len(sql) - 1
        raise PgError(error.code, "syntax error at end of input" if at_end else error.message) from None
    value = raw.targetList[0].val
    if len(raw.targetList) > 1 or raw.fromClause or not isinstance(value, ast.TypeCast) or value.typeName.setof:
        raise invalid
    found = lookup_type_name(None, catalog, value.typeName)
    if found is None:
        raise PgError("42704", f'type "{type_name_to_string(value.typeName)}" does not exist')
    return found[0]


def _regtype_in(catalog: Catalog, text: str) -> None:
    """regproc.c: regtypein"""
    if not _is_dash_or_oid(text):
        parse_type_string(catalog, text)


NAME_INPUT: dict[str, Callable[[Catalog, str], None]] = {
    "regclassin": _regclass_in,
    "regnamespacein": _regnamespace_in,
    "regrolein": _regrole_in,
    "regcollationin": _regcollation_in,
    "regconfigin": _text_search_in("config", "configuration", _TS_CONFIGS),
    "regdictionaryin": _text_search_in("dictionary", "dictionary", _TS_DICTIONARIES),
    "regprocin": _regproc_in,
    "regprocedurein": _regprocedure_in,
    "regoperin": _regoper_in,
    "regoperatorin": _regoperator_in,
    "regtypein": _regtype_in,
}
