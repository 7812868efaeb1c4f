"""Literals of geometric types.

Takes a text, raises the error of the input function. Mirrors `geo_ops.c` (pair_decode, path_decode, and the input
functions over them).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Callable

_SPACE = " \t\n\v\f\r"
_NUMBER = re.compile(
    r"[ \t\n\v\f\r]*([+-]?(?:inf(?:inity)?|nan"
    r"|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?"
    r"|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?))[ \t\n\v\f\r]*",
    re.IGNORECASE | re.ASCII,
)
_INFINITE = (float("inf"), float("-inf"))
_EPSILON = 1.0e-06

Point = tuple[float, float]


class _Reader:
    """A text with the place where reading goes on."""

    def __init__(self, text: str, type_name: str) -> None:
        self.text = text
        self.type_name = type_name
        self.place = 0

    def fail(self) -> NoReturn:
        raise PgError("22P02", f'invalid input syntax for type {self.type_name}: "{self.text}"')

    def peek(self) -> str:
        return self.text[self.place : self.place + 1]

    def skip_space(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in _SPACE:
            self.place += 1

    def expect(self, character: str) -> None:
        if self.peek() != character:
            self.fail()
        self.place += 1

    def end(self) -> None:
        if self.place < len(self.text):
            self.fail()

    def number(self) -> float:
        """single_decode: float8in_internal up to what is no number"""
        match = _NUMBER.match(self.text, self.place)
        if match is None:
            self.fail()
        self.place = match.end()
        word = match.group(1)
        try:
            value = float.fromhex(word) if "x" in word.lower() else float(word)
        except OverflowError:
            value = _INFINITE[0]
        overflow = value in _INFINITE and "inf" not in word.lower()
        significant = re.split("[eE]", word)[0]
        underflow = value == 0 and "x" not in word.lower() and re.search("[1-9]", significant) is not None
        if overflow or underflow:
            raise PgError("22003", f'"{word}" is out of range for type double precision')
        return value

    def pair(self) -> Point:
        """pair_decode"""
        self.skip_space()
        delimited = self.peek() == "("
        self.place += delimited
        x = self.number()
        self.expect(",")
        y = self.number()
        if delimited:
            self.expect(")")
            self.skip_space()
        return x, y

    def points(self, count: int, *, may_be_open: bool) -> list[Point]:
        """path_decode"""
        depth = 0
        self.skip_space()
        is_open = self.peek() == "["
        if is_open:
            if not may_be_open:
                self.fail()
            depth += 1
            self.place += 1
        elif self.peek() == "(":
            following = self.place + 1
            while following < len(self.text) and self.text[following] in _SPACE:
                following += 1
            if self.text[following : following + 1] == "(" or self.text.rfind("(") == self.place:
                depth += 1
                self.place = following
        found = []
        for _ in range(count):
            found.append(self.pair())
            if self.peek() == ",":
                self.place += 1
        while depth > 0:
            if self.peek() == ")" or (self.peek() == "]" and is_open and depth == 1):
                depth -= 1
                self.place += 1
                self.skip_space()
            else:
                self.fail()
        return found


def _pair_count(text: str) -> int:
    """pair_count: how many points the commas make; -1: they make none"""
    commas = text.count(",")
    return (commas + 1) // 2 if commas % 2 else -1


def _point_in(text: str) -> None:
    reader = _Reader(text, "point")
    reader.pair()
    reader.end()


def _two_points(type_name: str, *, may_be_open: bool) -> Callable[[str], None]:
    """box_in, lseg_in"""

    def read(text: str) -> None:
        reader = _Reader(text, type_name)
        reader.points(2, may_be_open=may_be_open)
        reader.end()

    return read


def _line_in(text: str) -> None:
    reader = _Reader(text, "line")
    reader.skip_space()
    if reader.peek() == "{":
        reader.place += 1
        a = reader.number()
        reader.expect(",")
        b = reader.number()
        reader.expect(",")
        reader.number()
        reader.expect("}")
        reader.skip_space()
        reader.end()
        if abs(a) <= _EPSILON and abs(b) <= _EPSILON:
            raise PgError("22P02", "invalid line specification: A and B cannot both be zero")
        return
    one, other = reader.points(2, may_be_open=True)
    reader.end()
    if all(x == y or abs(x - y) <= _EPSILON for x, y in zip(one, other, strict=True)):
        raise PgError("22P02", "invalid line specification: must be two distinct points")


def _path_in(text: str) -> None:
    reader = _Reader(text, "path")
    count = _pair_count(text)
    if count <= 0:
        reader.fail()
    reader.skip_space()
    enclosed = reader.peek() == "(" and text.rfind("(") == reader.place
    reader.place += enclosed
    reader.points(count, may_be_open=True)
    if enclosed:
        reader.expect(")")
        reader.skip_space()
    reader.end()


def _poly_in(text: str) -> None:
    reader = _Reader(text, "polygon")
    count = _pair_count(text)
    if count <= 0:
        reader.fail()
    reader.points(count, may_be_open=False)
    reader.end()


def _circle_in(text: str) -> None:
    reader = _Reader(text, "circle")
    depth = 0
    reader.skip_space()
    if reader.peek() == "<":
        depth += 1
        reader.place += 1
    elif reader.peek() == "(":
        following = reader.place + 1
        while following < len(text) and text[following] in _SPACE:
            following += 1
        if text[following : following + 1] == "(":
            depth += 1
            reader.place = following
    reader.pair()
    if reader.peek() == ",":
        reader.place += 1
    if reader.number() < 0:
        reader.fail()
    while depth > 0:
        if reader.peek() == ")" or (reader.peek() == ">" and depth == 1):
            depth -= 1
            reader.place += 1
            reader.skip_space()
        else:
            reader.fail()
    reader.end()


GEOMETRIC_INPUT: dict[str, Callable[[str], None]] = {
    "point_in": _point_in,
    "box_in": _two_points("box", may_be_open=False),
    "lseg_in": _two_points("lseg", may_be_open=True),
    "line_in": _line_in,
    "path_in": _path_in,
    "poly_in": _poly_in,
    "circle_in": _circle_in,
}
