"""The typmod input and output functions of the built-in types.

Takes the numbers in a type's brackets, gives a typmod, and back to text. Mirrors `anychar_typmodin` (varchar.c),
`anybit_typmodin` (varbit.c), `anytime_typmod_check` and its kin (date.c), `numerictypmodin` (numeric.c) and
`intervaltypmodin` (timestamp.c).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Callable

VARHDRSZ = 4
_MAX_ATTR_SIZE = 10 * 1024 * 1024  # MaxAttrSize
_MAX_TIME_PRECISION = 6
_INTERVAL_FULL_RANGE = 0x7FFF
_INTERVAL_FULL_PRECISION = 0xFFFF

# ---------------------------------------------------------------------------------------------- typmod input functions


def _invalid(message: str) -> PgError:
    return PgError("22023", message)


def _one(values: list[int]) -> int:
    if len(values) != 1:
        raise _invalid("invalid type modifier")
    return values[0]


def _length_typmod(name: str, limit: int, header: int) -> Callable[[list[int]], int]:
    """varchar.c: anychar_typmodin; varbit.c: anybit_typmodin"""

    def read(values: list[int]) -> int:
        length = _one(values)
        if length < 1:
            raise _invalid(f"length for type {name} must be at least 1")
        if length > limit:
            raise _invalid(f"length for type {name} cannot exceed {limit}")
        return header + length

    return read


def _time_typmod(name: str, zone: str) -> Callable[[list[int]], int]:
    """date.c: anytime_typmodin; timestamp.c: anytimestamp_typmodin"""

    def read(values: list[int]) -> int:
        precision = _one(values)
        if precision < 0:
            raise _invalid(f"{name}({precision}){zone} precision must not be negative")
        return min(precision, _MAX_TIME_PRECISION)

    return read


def _numeric_typmod(values: list[int]) -> int:
    """numeric.c: numerictypmodin"""
    match values:
        case [precision]:
            scale = 0
        case [precision, scale]:
            pass
        case _:
            raise _invalid("invalid NUMERIC type modifier")
    if not 1 <= precision <= 1000:
        raise _invalid(f"NUMERIC precision {precision} must be between 1 and 1000")
    if not -1000 <= scale <= 1000:
        raise _invalid(f"NUMERIC scale {scale} must be between -1000 and 1000")
    return ((precision << 16) | (scale & 0x7FF)) + VARHDRSZ


# datetime.h: MONTH 1, YEAR 2, DAY 3, HOUR 10, MINUTE 11, SECOND 12, as bits
_YEAR, _MONTH, _DAY, _HOUR, _MINUTE, _SECOND = 1 << 2, 1 << 1, 1 << 3, 1 << 10, 1 << 11, 1 << 12
_INTERVAL_FIELDS = {
    _YEAR: " year",
    _MONTH: " month",
    _DAY: " day",
    _HOUR: " hour",
    _MINUTE: " minute",
    _SECOND: " second",
    _YEAR | _MONTH: " year to month",
    _DAY | _HOUR: " day to hour",
    _DAY | _HOUR | _MINUTE: " day to minute",
    _DAY | _HOUR | _MINUTE | _SECOND: " day to second",
    _HOUR | _MINUTE: " hour to minute",
    _HOUR | _MINUTE | _SECOND: " hour to second",
    _MINUTE | _SECOND: " minute to second",
    _INTERVAL_FULL_RANGE: "",
}


def _interval_typmod(values: list[int]) -> int:
    """timestamp.c: intervaltypmodin"""
    if values and values[0] not in _INTERVAL_FIELDS:
        raise _invalid("invalid INTERVAL type modifier")
    match values:
        case [fields]:
            if fields == _INTERVAL_FULL_RANGE:
                return -1
            return (fields << 16) | _INTERVAL_FULL_PRECISION
        case [fields, precision]:
            if precision < 0:
                raise _invalid(f"INTERVAL({precision}) precision must not be negative")
            return (fields << 16) | min(precision, _MAX_TIME_PRECISION)
    raise _invalid("invalid INTERVAL type modifier")


_PLAIN_NUMBER = re.compile(r"\s*([-+]?\d+)(\.\d*)?\s*")
_TWO_PARTS = re.compile(r"\s*(\d+):(\d+(?:\.\d*)?)\s*")


def with_interval_fields(text: str, typmod: int) -> str:
    """A literal whose meaning hangs on the fields of its type (INTERVAL '2' DAY), written so that it does not.

    PG: the value is computed, and the typmod may be taken from it afterwards.
    """
    fields = (typmod >> 16) & _INTERVAL_FULL_RANGE
    if typmod < 0 or fields == _INTERVAL_FULL_RANGE or fields not in _INTERVAL_FIELDS:
        return text
    number = _PLAIN_NUMBER.fullmatch(text)
    if number is not None:
        last = _INTERVAL_FIELDS[fields].split()[-1]
        kept = number[1] + (number[2] or "") if last == "second" else number[1]
        return f"{kept} {last}"
    parts = _TWO_PARTS.fullmatch(text)
    if parts is not None and fields == _MINUTE | _SECOND:
        return f"{parts[1]} minute {parts[2]} second"
    return text


_TYPMODIN: dict[str, Callable[[list[int]], int]] = {
    "bpchartypmodin": _length_typmod("char", _MAX_ATTR_SIZE, VARHDRSZ),
    "varchartypmodin": _length_typmod("varchar", _MAX_ATTR_SIZE, VARHDRSZ),
    "bittypmodin": _length_typmod("bit", _MAX_ATTR_SIZE * 8, 0),
    "varbittypmodin": _length_typmod("varbit", _MAX_ATTR_SIZE * 8, 0),
    "timetypmodin": _time_typmod("TIME", ""),
    "timetztypmodin": _time_typmod("TIME", " WITH TIME ZONE"),
    "timestamptypmodin": _time_typmod("TIMESTAMP", ""),
    "timestamptztypmodin": _time_typmod("TIMESTAMP", " WITH TIME ZONE"),
    "numerictypmodin": _numeric_typmod,
    "intervaltypmodin": _interval_typmod,
}


def int32(text: str) -> int:
    """numutils.c: pg_strtoint32, as far as a type modifier can be written."""
    try:
        value = int(text.strip(), 0)
    except ValueError:
        raise PgError("22P02", f'invalid input syntax for type integer: "{text}"') from None
    if not -(2**31) <= value < 2**31:
        raise PgError("22003", f'value "{text}" is out of range for type integer')
    return value


def call_typmodin(function: str, texts: list[str]) -> int | None:
    """The typmod that a typmodin function makes of the modifiers in the parentheses; None if it is of an extension."""
    read = _TYPMODIN.get(function)
    return None if read is None else read([int32(text) for text in texts])


# ---------------------------------------------------------------------------------------------- typmod output functions


def parenthesised(typmod: int) -> str:
    """The typmod itself as the modifier: what a type without a typmodout function shows."""
    return f"({typmod})"


def numeric_out(typmod: int) -> str:
    """numeric.c: numerictypmodout"""
    precision = ((typmod - VARHDRSZ) >> 16) & 0xFFFF
    scale = (((typmod - VARHDRSZ) & 0x7FF) ^ 1024) - 1024
    return f"({precision},{scale})" if typmod >= VARHDRSZ else ""


def char_out(typmod: int) -> str:
    """varchar.c: anychar_typmodout"""
    return f"({typmod - VARHDRSZ})" if typmod > VARHDRSZ else ""


def interval_out(typmod: int) -> str:
    """timestamp.c: intervaltypmodout"""
    precision = typmod & _INTERVAL_FULL_PRECISION
    fields = _INTERVAL_FIELDS.get((typmod >> 16) & _INTERVAL_FULL_RANGE, "")
    return fields if precision == _INTERVAL_FULL_PRECISION else f"{fields}({precision})"
