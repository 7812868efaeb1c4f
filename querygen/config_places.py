"""Where the keys of a TOML file stand, which the standard library's reader does not tell.

Takes text that tomllib has read without complaint; gives the span of each key by its place: the names and numbers that
lead to its value. The grammar is TOML 1.0's (toml.io/en/v1.0.0).
"""

from __future__ import annotations

import re
import tomllib
from typing import Final, NamedTuple

Place = tuple[str | int, ...]

_TOKEN: Final = re.compile(
    r"""
      (?P<space>[ \t\r]+|\#[^\n]*)
    | (?P<string>"{3}(?:\\.|[^\\])*?"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    | (?P<line>\n)
    | (?P<mark>[\[\]{}=,.])
    | (?P<bare>[^\s"'\#\[\]{}=,.]+)
    """,
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    start: int
    end: int


class _Walk:
    """The tokens of a file, and what was found so far."""

    def __init__(self, text: str) -> None:
        found = (one for one in _TOKEN.finditer(text) if one.lastgroup != "space")
        self.tokens = [_Token(one[0], one.start(), one.end()) for one in found]
        self.at = 0
        self.places: dict[Place, tuple[int, int]] = {}
        self.tables: dict[Place, int] = {}  # how many [[tables]] there were of a name

    def peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def skip_lines(self) -> None:
        while self.peek() == "\n":
            self.at += 1

    def key(self, above: Place) -> Place:
        """A key with dots, up to what follows it; each part of it is a place."""
        start = self.tokens[self.at].start
        while True:
            part = self.take()
            name = _plain(part.text)
            above = (*above, name)
            self.places.setdefault(above, (start, part.end))
            if self.peek() != ".":
                return above
            self.at += 1
            if above in self.tables:
                above = (*above, self.tables[above] - 1)


def _plain(token: str) -> str:
    """A part of a key as tomllib gives it."""
    return next(iter(tomllib.loads(f"{token} = 0")))


def places_of(text: str) -> dict[Place, tuple[int, int]]:
    """The offsets where each key begins and ends, by place; a list's members are where they begin."""
    walk = _Walk(text)
    table: Place = ()
    while walk.at < len(walk.tokens):
        match walk.peek():
            case "\n":
                walk.at += 1
            case "[":
                table = _header(walk)
            case _:
                place = walk.key(table)
                walk.at += 1  # =
                _value(walk, place)
    return walk.places


def _header(walk: _Walk) -> Place:
    """[table] or [[table]]: what the keys below it belong to."""
    first = walk.take()
    several = walk.peek() == "[" and walk.tokens[walk.at].start == first.end
    walk.at += several
    place = walk.key(())
    walk.at += 2 if several else 1
    if not several:
        return place
    number = walk.tables.get(place, 0)
    walk.tables[place] = number + 1
    end = walk.tokens[walk.at - 1].end
    walk.places[*place, number] = (first.start, end)
    return (*place, number)


def _value(walk: _Walk, place: Place) -> None:
    match walk.peek():
        case "[":
            walk.at += 1
            _list(walk, place)
        case "{":
            walk.at += 1
            while (text := walk.peek()) != "}":
                if text in (",", "\n"):
                    walk.at += 1
                    continue
                inner = walk.key(place)
                walk.at += 1  # =
                _value(walk, inner)
            walk.at += 1
        case _:
            # A string is one token, a number or a date is some.
            while walk.peek() not in ("", "\n", ",", "]", "}"):
                walk.at += 1


def _list(walk: _Walk, place: Place) -> None:
    number = 0
    while True:
        walk.skip_lines()
        if walk.peek() == "]":
            walk.at += 1
            return
        if walk.peek() == ",":
            walk.at += 1
            continue
        start = walk.tokens[walk.at].start
        _value(walk, (*place, number))
        walk.places[*place, number] = (start, walk.tokens[walk.at - 1].end)
        number += 1
