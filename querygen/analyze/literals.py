"""Input functions: is a literal's text a value of its type? PostgreSQL finds out while it analyses, so querygen does.

Takes a type and a text, raises the error of the type's input function. Mirrors the input functions in `utils/adt`,
one by one where a few lines decide as they do; what is not modelled (money, time zone names, unusual dates) is
accepted. The others are in `literals_*.py` and `jsonpath.py`.
"""

from __future__ import annotations

import json
import re
import struct
from typing import TYPE_CHECKING, NoReturn

from querygen.analyze.jsonpath import check_jsonpath
from querygen.analyze.literals_datetime import DATETIME_INPUT
from querygen.analyze.literals_geometry import GEOMETRIC_INPUT
from querygen.analyze.literals_network import NETWORK_INPUT
from querygen.analyze.literals_text_search import tsquery_in, tsvector_in
from querygen.analyze.typename import format_type
from querygen.analyze.typmod import VARHDRSZ
from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Callable

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgType

_SPACE = " \t\n\v\f\r"  # isspace() in the C locale


def check_literal(catalog: Catalog, type_oid: Oid, typmod: int, text: str | None, location: int) -> None:
    """What the type's input function would refuse, refused with its error, at `location`. `text` None is NULL."""
    try:
        check_input(catalog, catalog.type(type_oid), typmod, text)
    except PgError as error:
        error.location = location
        raise


def check_input(catalog: Catalog, row: PgType, typmod: int, text: str | None) -> None:
    """The same without a place: containers call it for what they contain."""
    function = row.typinput
    if function in _NO_INPUT and (text is not None or not catalog.procs_named(function, "pg_catalog")[0].proisstrict):
        raise PgError("0A000", f"cannot accept a value of type {row.typname}")
    if text is None:
        return
    if (scalar := _SCALARS.get(function)) is not None:
        scalar(text)
    elif function in ("varcharin", "bpcharin"):
        if typmod >= VARHDRSZ and len(text.rstrip(" ")) > typmod - VARHDRSZ:
            raise PgError("22001", f"value too long for type {format_type(catalog, row.oid, typmod)}")
    elif (of_time := DATETIME_INPUT.get(function)) is not None:
        of_time(text, typmod)
    elif function.startswith("reg"):
        from querygen.analyze.literals_names import NAME_INPUT  # it looks up functions, which look at literals

        NAME_INPUT[function](catalog, text)
    elif function == "enum_in":
        _enum_in(catalog, row, text)
    else:
        from querygen.analyze import literals_containers  # it calls this module

        literals_containers.check_container(catalog, row, typmod, text)


# ---------------------------------------------------------------------------------------------- refusals


def invalid_syntax(type_name: str, text: str, code: str = "22P02") -> PgError:
    """The error of an input function that cannot read a text."""
    return PgError(code, f'invalid input syntax for type {type_name}: "{text}"')


# The pseudo-types whose input functions refuse every value, and NULL if they are not strict
_NO_INPUT = frozenset(
    {"gtsvectorin", "shell_in", "any_in", "trigger_in", "event_trigger_in", "language_handler_in", "fdw_handler_in"}
    | {"table_am_handler_in", "index_am_handler_in", "tsm_handler_in", "internal_in", "pg_ddl_command_in"}
    | {"pg_node_tree_in", "pg_ndistinct_in", "pg_dependencies_in", "pg_mcv_list_in", "brin_bloom_summary_in"}
    | {"brin_minmax_multi_summary_in", "anyelement_in", "anynonarray_in", "anyarray_in", "anyenum_in", "anyrange_in"}
    | {"anymultirange_in", "anycompatible_in", "anycompatiblenonarray_in", "anycompatiblearray_in"}
    | {"anycompatiblerange_in", "anycompatiblemultirange_in"}
)


# ---------------------------------------------------------------------------------------------- booleans and numbers

_BOOLEANS = frozenset(
    word[:length] for word in ("true", "false", "yes", "no") for length in range(1, len(word) + 1)
) | {"on", "of", "off", "1", "0"}


def _boolin(text: str) -> None:
    """bool.c: boolin"""
    if text.strip(_SPACE).lower() not in _BOOLEANS:
        raise invalid_syntax("boolean", text)


_INTEGER = re.compile(
    r"[ \t\n\v\f\r]*([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+)|([0-9](?:_?[0-9])*))"
    r"[ \t\n\v\f\r]*\Z",
    re.ASCII,
)


def _integer(text: str) -> int | None:
    """numutils.c: the integer that a text spells; None: it spells none."""
    match = _INTEGER.match(text)
    if match is None:
        return None
    sign, hexadecimal, octal, binary, decimal = match.groups()
    for digits, base in ((decimal, 10), (hexadecimal, 16), (octal, 8), (binary, 2)):
        if digits:
            value = int(digits.replace("_", ""), base)
            return -value if sign == "-" else value
    return None


def _integer_in(name: str, bits: int) -> Callable[[str], None]:
    """int.c: int2in, int4in; int8.c: int8in"""
    limit = 1 << (bits - 1)

    def read(text: str) -> None:
        value = _integer(text)
        if value is None:
            raise invalid_syntax(name, text)
        if not -limit <= value < limit:
            raise PgError("22003", f'value "{text}" is out of range for type {name}')

    return read


_STRTOUL = re.compile(r"[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)[ \t\n\v\f\r]*\Z", re.ASCII)


def _unsigned_in(name: str, bits: int) -> Callable[[str], None]:
    """numutils.c: uint32in_subr, uint64in_subr — strtoul, which takes a sign and octal numbers"""

    def read(text: str) -> None:
        match = _STRTOUL.match(text)
        digits = match.group(2) if match else ""
        is_octal = len(digits) > 1 and digits[0] == "0" and digits[1] not in "xX"
        if match is None or (is_octal and not set(digits) <= set("01234567")):
            raise invalid_syntax(name, text)
        value = int(digits, 8 if is_octal else 0)
        limit = 1 << bits
        # a negative number wraps, and must be one that a signed number of this size could hold
        if value >= limit or (match.group(1) == "-" and value > limit >> 1):
            raise PgError("22003", f'value "{text}" is out of range for type {name}')

    return read


_FLOAT = re.compile(
    r"[ \t\n\v\f\r]*([+-]?(?:(inf(?:inity)?|nan)"
    r"|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?"
    r"|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?))[ \t\n\v\f\r]*\Z",
    re.IGNORECASE | re.ASCII,
)


def _float_in(name: str, single: bool) -> Callable[[str], None]:
    """float.c: float4in_internal, float8in_internal"""

    def read(text: str) -> None:
        match = _FLOAT.match(text)
        if match is None:
            raise invalid_syntax(name, text)
        if match.group(2):
            return
        number = match.group(1)
        try:
            is_hex = "x" in number.lower()
            value = float.fromhex(number) if is_hex else float(number)
            if single:
                value = struct.unpack("f", struct.pack("f", value))[0]
        except OverflowError:
            value = float("inf")
        significant = re.split("[pP]" if is_hex else "[eE]", number)[0]
        is_zero = not re.search("[1-9a-fA-F]", significant.replace("0x", "").replace("0X", ""))
        if value in (float("inf"), float("-inf")) or (value == 0 and not is_zero):
            raise PgError("22003", f'"{number}" is out of range for type {name}')

    return read


_NUMERIC = re.compile(
    r"[ \t\n\v\f\r]*(?:[+-]?(?:inf(?:inity)?|0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+"
    r"|(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?)|nan)"
    r"[ \t\n\v\f\r]*\Z",
    re.IGNORECASE | re.ASCII,
)


def _numeric_in(text: str) -> None:
    """numeric.c: numeric_in"""
    if _NUMERIC.match(text) is None:
        raise invalid_syntax("numeric", text)


# ---------------------------------------------------------------------------------------------- bytes, bits, uuid

_BYTEA_ESCAPES = re.compile(r"(?:[^\\]|\\\\|\\[0-3][0-7][0-7])*\Z", re.DOTALL)


def _bytea_in(text: str) -> None:
    """varlena.c: byteain; encode.c: hex_decode"""
    if not text.startswith("\\x"):
        if _BYTEA_ESCAPES.match(text) is None:
            raise PgError("22P02", "invalid input syntax for type bytea")
        return
    rest = text[2:]
    place = 0
    while place < len(rest):
        if rest[place] in " \n\t\r":
            place += 1
            continue
        pair = rest[place : place + 2]
        for number, digit in enumerate(pair):
            if digit not in "0123456789abcdefABCDEF":
                raise PgError("22023", f'invalid hexadecimal digit: "{pair[number]}"')
        if len(pair) < 2:
            raise PgError("22023", "invalid hexadecimal data: odd number of digits")
        place += 2


def _bit_in(text: str) -> None:
    """varbit.c: bit_in, varbit_in"""
    allowed, kind = "01", "binary"
    digits = text
    if text[:1] in ("b", "B"):
        digits = text[1:]
    elif text[:1] in ("x", "X"):
        digits, allowed, kind = text[1:], "0123456789abcdefABCDEF", "hexadecimal"
    for digit in digits:
        if digit not in allowed:
            raise PgError("22P02", f'"{digit}" is not a valid {kind} digit')


_UUID_PAIRS = "-?".join(["[0-9a-fA-F]{4}"] * 8)
_UUID = re.compile(rf"(?:{_UUID_PAIRS}|\{{{_UUID_PAIRS}\}})\Z")


def _uuid_in(text: str) -> None:
    """uuid.c: string_to_uuid"""
    if _UUID.match(text) is None:
        raise invalid_syntax("uuid", text)


def _matches(name: str, pattern: str) -> Callable[[str], None]:
    """Types of which this is modelled: how every value looks."""
    compiled = re.compile(pattern, re.ASCII)

    def read(text: str) -> None:
        if compiled.fullmatch(text) is None:
            raise invalid_syntax(name, text)

    return read


_TID = re.compile(r"[^,(]*[(,]([^,]*),([^)]*)\)", re.DOTALL)
_BLOCK = re.compile(r"\s*([+-]?)([0-9]*)\Z", re.ASCII)


def _tid_in(text: str) -> None:
    """tid.c: tidin — anything may stand before the parenthesis and behind it"""
    match = _TID.match(text)
    parts = [] if match is None else [_BLOCK.match(part) for part in match.groups()]
    if len(parts) != 2 or not all(parts):
        raise invalid_syntax("tid", text)
    for part, limit in zip(parts, (1 << 32, 1 << 16), strict=True):
        if part is not None and int(part.group(2) or 0) >= limit:
            raise invalid_syntax("tid", text)


def _cash_in(text: str) -> None:
    """cash.c: cash_in, as far as: punctuation alone is nothing, letters alone are no money"""
    if re.search("[a-zA-Z]", text) and not re.search("[0-9]", text):
        raise invalid_syntax("money", text)


# ---------------------------------------------------------------------------------------------- JSON

_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _json_in(text: str) -> None:
    """json.c: json_in. The context lines of PostgreSQL's message are left out."""
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise PgError("22P02", "invalid input syntax for type json") from None


def _check_surrogates(text: str) -> None:
    """jsonapi.c: json_lex_string — the two halves of a surrogate pair stand together."""
    expected_at = -1
    for match in _JSON_ESCAPE.finditer(text):
        code = int(match.group(1), 16) if match.group(1) else 0
        is_low = 0xDC00 <= code < 0xE000
        if (expected_at >= 0 and not (is_low and match.start() == expected_at)) or (expected_at < 0 and is_low):
            raise PgError("22P02", "invalid input syntax for type json")
        expected_at = match.end() if 0xD800 <= code < 0xDC00 else -1
    if expected_at >= 0:
        raise PgError("22P02", "invalid input syntax for type json")


def _jsonb_in(text: str) -> None:
    """jsonb.c: jsonb_in"""
    _json_in(text)
    if "\\u" not in text:
        return
    _check_surrogates(text)
    if any(match.group(1) == "0000" for match in _JSON_ESCAPE.finditer(text)):
        raise PgError("22P05", "unsupported Unicode escape sequence", detail="\\u0000 cannot be converted to text.")


# ---------------------------------------------------------------------------------------------- names of objects


def _enum_in(catalog: Catalog, row: PgType, text: str) -> None:
    """enum.c: enum_in"""
    enum = catalog.enum(row.oid)
    if enum is not None and text not in enum.labels:
        raise PgError("22P02", f'invalid input value for enum {format_type(catalog, row.oid)}: "{text}"')


_SCALARS: dict[str, Callable[[str], None]] = {
    "boolin": _boolin,
    "jsonpath_in": check_jsonpath,
    "int2in": _integer_in("smallint", 16),
    "int4in": _integer_in("integer", 32),
    "int8in": _integer_in("bigint", 64),
    "float4in": _float_in("real", single=True),
    "float8in": _float_in("double precision", single=False),
    "numeric_in": _numeric_in,
    "oidin": _unsigned_in("oid", 32),
    "xidin": _unsigned_in("xid", 32),
    "cidin": _unsigned_in("cid", 32),
    "xid8in": _unsigned_in("xid8", 64),
    "byteain": _bytea_in,
    "bit_in": _bit_in,
    "varbit_in": _bit_in,
    "uuid_in": _uuid_in,
    "pg_lsn_in": _matches("pg_lsn", r"[0-9a-fA-F]{1,8}/[0-9a-fA-F]{1,8}"),
    "tidin": _tid_in,
    "cash_in": _cash_in,
    "tsvectorin": tsvector_in,
    "tsqueryin": tsquery_in,
    "json_in": _json_in,
    "jsonb_in": _jsonb_in,
    **GEOMETRIC_INPUT,
    **NETWORK_INPUT,
}
