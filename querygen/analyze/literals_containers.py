"""Literals of arrays, ranges, multiranges and rows: their own punctuation, and each part by its type's input function.

Takes a type and a text, raises the error of the type's input function. Mirrors `arrayfuncs.c` (array_in),
`rangetypes.c` (range_in), `multirangetypes.c` (multirange_in) and `rowtypes.c` (record_in).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from querygen.analyze import literals
from querygen.analyze.pgtypes import BYTEAOID, RECORDOID
from querygen.analyze.typename import format_type, get_base_type_and_typmod
from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Callable

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgType

_SPACE = " \t\n\v\f\r"
_MAXDIM = 6
_ISO_BOUND = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?", re.ASCII)


def check_container(catalog: Catalog, row: PgType, typmod: int, text: str) -> None:
    """Literals of types made of others; any other type accepts everything here."""
    match row.typinput:
        case "array_in":
            _array_in(catalog, row, typmod, text)
        case "range_in":
            _range_in(catalog, row, text)
        case "multirange_in":
            _multirange_in(catalog, row, text)
        case "record_in":
            _record_in(catalog, row, text)
        case "int2vectorin" | "oidvectorin":
            # numbers as far as they go; the message shows the text from the bad one to its end
            bad = re.search(r"(?<!\S)[^\s0-9+-].*", text, re.DOTALL)
            if bad is not None:
                raise literals.invalid_syntax(format_type(catalog, row.typelem), bad.group())


def _check_part(catalog: Catalog, type_oid: Oid, typmod: int, text: str | None) -> None:
    """A part through its type's input function; a domain's checks are for the run."""
    base, base_typmod = get_base_type_and_typmod(catalog, type_oid, typmod)
    literals.check_input(catalog, catalog.type(base), base_typmod, text)


# ---------------------------------------------------------------------------------------------- arrays

_DIMENSION = re.compile(r"\s*\[([+-]?\d+)(?::([+-]?\d+))?\]", re.ASCII)


def _array_in(catalog: Catalog, row: PgType, typmod: int, text: str) -> None:
    """arrayfuncs.c: array_in, ReadArrayDimensions, ReadArrayStr"""

    def malformed(detail: str, code: str = "22P02") -> PgError:
        return PgError(code, f'malformed array literal: "{text}"', detail=detail)

    place = 0
    declared: list[int] = []
    while (match := _DIMENSION.match(text, place)) is not None:
        low, high = match.groups()
        lower, upper = (1, int(low)) if high is None else (int(low), int(high))
        if upper < lower:
            raise PgError("2202E", "upper bound cannot be less than lower bound")
        declared.append(upper - lower + 1)
        place = match.end()
    while place < len(text) and text[place] in _SPACE:
        place += 1
    if declared:
        if text[place : place + 1] != "=":
            raise malformed('Missing "=" after array dimensions.')
        place += 1
        while place < len(text) and text[place] in _SPACE:
            place += 1
        if text[place : place + 1] != "{":
            raise malformed('Array contents must start with "{".')
    elif text[place : place + 1] != "{":
        raise malformed('Array value must start with "{" or dimension information.')
    element_type = catalog.type(row.typelem)
    reader = _ArrayReader(
        text, place, element_type.typdelim, malformed, lambda value: _check_part(catalog, row.typelem, typmod, value)
    )
    seen = reader.read()
    if declared and seen and reader.lengths != declared:
        raise malformed("Specified array dimensions do not match array contents.")


class _ArrayReader:
    """ReadArrayStr: checks each value in the braces, and counts them in each dimension."""

    def __init__(
        self,
        text: str,
        place: int,
        delimiter: str,
        malformed: Callable[[str], PgError],
        check: Callable[[str | None], None],
    ) -> None:
        self.check = check
        self.text = text
        self.place = place
        self.delimiter = delimiter
        self.malformed = malformed
        self.lengths: list[int] = []

    def read(self) -> bool:
        """Read to the closing brace; was there any value?"""
        seen = False
        counts = [0] * _MAXDIM  # elements so far on each level
        lengths = [-1] * _MAXDIM
        level = 0
        depth = 0  # the level on which values stand, once one was seen
        expect_value = True
        first = True
        while first or level > 0:
            first = False
            character = self._skip_space()
            if character == "{":
                if not expect_value:
                    raise self.malformed('Unexpected "{" character.')
                if level >= _MAXDIM:
                    raise PgError(
                        "54000", f"number of array dimensions ({level + 1}) exceeds the maximum allowed ({_MAXDIM})"
                    )
                counts[level] = 0
                level += 1
                if depth and level > depth:
                    raise self._ragged()
                self.place += 1
            elif character == "}":
                if level == 0 or (expect_value and counts[level - 1] > 0):
                    raise self.malformed('Unexpected "}" character.')
                level -= 1
                if lengths[level] < 0:
                    lengths[level] = counts[level]
                elif lengths[level] != counts[level]:
                    raise self._ragged()
                if level > 0:
                    counts[level - 1] += 1
                if not depth:
                    depth = level + 1
                expect_value = False
                self.place += 1
            elif character == self.delimiter:
                if expect_value:
                    raise self.malformed(f'Unexpected "{self.delimiter}" character.')
                expect_value = True
                self.place += 1
            else:
                if not expect_value:
                    raise self.malformed("Unexpected array element.")
                self.check(self._element())
                seen = True
                if not depth:
                    depth = level
                elif level != depth:
                    raise self._ragged()
                counts[level - 1] += 1
                expect_value = False
        if self.text[self.place :].strip(_SPACE):
            raise self.malformed("Junk after closing right brace.")
        self.lengths = [length for length in lengths[:depth] if length >= 0]
        return seen

    def _ragged(self) -> PgError:
        return self.malformed("Multidimensional arrays must have sub-arrays with matching dimensions.")

    def _skip_space(self) -> str:
        while self.place < len(self.text) and self.text[self.place] in _SPACE:
            self.place += 1
        if self.place == len(self.text):
            raise self.malformed("Unexpected end of input.")
        return self.text[self.place]

    def _element(self) -> str | None:
        """ReadArrayToken: a quoted or bare element; NULL written bare is one."""
        if self.text[self.place] == '"':
            value, self.place = _quoted(self.text, self.place, self.malformed, doubled=False)
            after = self._skip_space()
            if after not in (self.delimiter, "}", "{"):
                raise self.malformed("Incorrectly quoted array element.")
            return value
        out: list[str] = []
        escaped = False
        while True:
            if self.place == len(self.text):
                raise self.malformed("Unexpected end of input.")
            character = self.text[self.place]
            if character == "\\":
                self.place += 1
                if self.place == len(self.text):
                    raise self.malformed("Unexpected end of input.")
                out.append(self.text[self.place])
                escaped = True
            elif character == '"':
                raise self.malformed("Incorrectly quoted array element.")
            elif character in ("{", "}", self.delimiter):
                if character == "{":
                    raise self.malformed('Unexpected "{" character.')
                break
            else:
                out.append(character)
            self.place += 1
        value = "".join(out).rstrip(_SPACE)
        return None if not escaped and value.lower() == "null" else value


def _quoted(text: str, place: int, malformed: Callable[[str], PgError], *, doubled: bool) -> tuple[str, int]:
    """A value in double quotes from `place`: (value, the place behind it). `doubled`: "" stands for a quote."""
    out: list[str] = []
    place += 1
    while place < len(text):
        character = text[place]
        if character == "\\" and place + 1 < len(text):
            out.append(text[place + 1])
            place += 2
        elif character == '"':
            if doubled and text[place + 1 : place + 2] == '"':
                out.append('"')
                place += 2
                continue
            return "".join(out), place + 1
        else:
            out.append(character)
            place += 1
    raise malformed("Unexpected end of input.")


# ---------------------------------------------------------------------------------------------- ranges


def _bound(text: str, place: int, stops: str, malformed: Callable[[str], PgError]) -> tuple[str | None, int]:
    """range_parse_bound: a bound up to one of `stops`; None where there is nothing (no bound)."""
    if text[place : place + 1] in tuple(stops):
        return None, place
    out: list[str] = []
    while True:
        if place >= len(text):
            raise malformed("Unexpected end of input.")
        character = text[place]
        if character in stops:
            return "".join(out), place
        if character == "\\":
            if place + 1 >= len(text):
                raise malformed("Unexpected end of input.")
            out.append(text[place + 1])
            place += 2
        elif character == '"':
            value, place = _quoted(text, place, malformed, doubled=True)
            out.append(value)
        else:
            out.append(character)
            place += 1


def _range_in(catalog: Catalog, row: PgType, text: str) -> None:
    """rangetypes.c: range_in, range_parse"""

    def malformed(detail: str) -> PgError:
        return PgError("22P02", f'malformed range literal: "{text}"', detail=detail)

    range_row = catalog.range(row.oid)
    if range_row is None:
        return
    place = len(text) - len(text.lstrip(_SPACE))
    if text[place : place + 5].lower() == "empty":
        if text[place + 5 :].strip(_SPACE):
            raise malformed('Junk after "empty" key word.')
        return
    if text[place : place + 1] not in ("[", "("):
        raise malformed("Missing left parenthesis or bracket.")
    lower, place = _bound(text, place + 1, ",)]", malformed)
    if text[place : place + 1] != ",":
        raise malformed("Missing comma after lower bound.")
    upper, place = _bound(text, place + 1, ",)]", malformed)
    if text[place : place + 1] == ",":
        raise malformed("Too many commas.")
    if text[place + 1 :].strip(_SPACE):
        raise malformed("Junk after right parenthesis or bracket.")
    for bound in (lower, upper):
        if bound is not None:
            _check_part(catalog, range_row.rngsubtype, -1, bound)
    _check_order(catalog, range_row.rngsubtype, lower, upper)


def _check_order(catalog: Catalog, subtype: Oid, lower: str | None, upper: str | None) -> None:
    """make_range's check of bounds that are numbers or ISO dates; how other types order is not known here."""
    if lower is None or upper is None:
        return
    wrong = False
    match catalog.type(subtype).typinput:
        case "int4in" | "int8in" | "numeric_in" | "float8in" | "int2in" | "float4in":
            try:
                wrong = Decimal(lower.strip()) > Decimal(upper.strip())
            except ArithmeticError:
                return
        case "date_in" | "timestamp_in":
            one, other = _ISO_BOUND.fullmatch(lower), _ISO_BOUND.fullmatch(upper)
            if one is None or other is None:
                return
            wrong = _moment(one) > _moment(other)
    if wrong:
        raise PgError("22000", "range lower bound must be less than or equal to range upper bound")


def _moment(bound: re.Match[str]) -> tuple[float, ...]:
    return tuple(float(part or 0) for part in bound.groups())


def _multirange_in(catalog: Catalog, row: PgType, text: str) -> None:
    """multirangetypes.c: multirange_in"""

    def malformed(detail: str) -> PgError:
        return PgError("22P02", f'malformed multirange literal: "{text}"', detail=detail)

    range_row = catalog.range_of_multirange(row.oid)
    if range_row is None:
        return
    of = catalog.type(range_row.rngtypid)
    place = len(text) - len(text.lstrip(_SPACE))
    if text[place : place + 1] != "{":
        raise malformed("Missing left brace.")
    place += 1
    expect_range, seen = True, False
    while True:
        while place < len(text) and text[place] in _SPACE:
            place += 1
        if place >= len(text):
            raise malformed("Unexpected end of input.")
        character = text[place]
        if character == "}" and not (expect_range and seen):
            break
        if character == "," and not expect_range:
            expect_range = True
            place += 1
        elif expect_range and (character in "[(" or text[place : place + 5].lower() == "empty"):
            end = _range_end(text, place)
            if end < 0:
                raise malformed("Unexpected end of input.")
            _range_in(catalog, of, text[place:end])
            place = end
            expect_range, seen = False, True
        else:
            raise malformed("Expected range start." if expect_range else "Expected comma or end of multirange.")
    if text[place + 1 :].strip(_SPACE):
        raise malformed("Junk after closing right brace.")


def _range_end(text: str, place: int) -> int:
    """The place behind the range that begins here; -1: it does not end."""
    if text[place] not in "[(":
        return place + 5
    quoted = False
    while place < len(text):
        character = text[place]
        if character == "\\":
            place += 1
        elif character == '"':
            quoted = not quoted
        elif character in "])" and not quoted:
            return place + 1
        place += 1
    return -1


# ---------------------------------------------------------------------------------------------- rows


def _record_in(catalog: Catalog, row: PgType, text: str) -> None:
    """rowtypes.c: record_in"""

    def malformed(detail: str) -> PgError:
        return PgError("22P02", f'malformed record literal: "{text}"', detail=detail)

    if row.oid == RECORDOID:
        raise PgError("0A000", "input of anonymous composite types is not implemented")
    columns = catalog.relation(row.typrelid).live_columns
    place = len(text) - len(text.lstrip(_SPACE))
    if text[place : place + 1] != "(":
        raise malformed("Missing left parenthesis.")
    place += 1
    for number, column in enumerate(columns):
        if number:
            if text[place : place + 1] != ",":
                raise malformed("Too few columns.")
            place += 1
        value, place = _bound(text, place, ",)", malformed)
        if value is not None or column.type_oid != BYTEAOID:
            _check_part(catalog, column.type_oid, column.typmod, value)
    if text[place : place + 1] != ")":
        raise malformed("Too many columns.")
    if text[place + 1 :].strip(_SPACE):
        raise malformed("Junk after right parenthesis.")
