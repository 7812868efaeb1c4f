"""Literals of tsvector and tsquery.

Takes a text, raises the error of the input function. Mirrors `tsvector_parser.c` (gettoken_tsvector), `tsvector.c`
(tsvectorin) and `tsquery.c` (parse_tsquery, makepol, gettoken_query_standard).
"""

from __future__ import annotations

import re

from querygen.diagnostics import PgError

_OPERATORS = "!&|()<"
_MAX_DISTANCE = 16384  # MAXENTRYPOS
_PHRASE = re.compile(r"<(?:-|([0-9]+))", re.ASCII)
_POSITION = re.compile(r"[0-9]+", re.ASCII)


class _Reader:
    """TSVectorParseState, and of TSQueryParserState the place and the open parentheses."""

    def __init__(self, text: str, *, is_query: bool) -> None:
        self.text = text
        self.place = 0
        self.is_query = is_query

    def peek(self) -> str:
        return self.text[self.place : self.place + 1]

    def syntax_error(self) -> PgError:
        kind = "tsquery" if self.is_query else "tsvector"
        return PgError("42601", f'syntax error in {kind}: "{self.text}"')

    def skip_space(self) -> None:
        while self.peek().isspace():
            self.place += 1

    def word(self) -> bool:
        """gettoken_tsvector: one lexeme, with positions where no query is read; False: there is none any more."""
        self.skip_space()
        if not self.peek():
            return False
        if self.peek() == "'":
            self._quoted()
            if not self.is_query and self.peek() == ":":
                self.place += 1
                self._positions()
            return True
        if self.is_query and self.peek() in _OPERATORS:
            raise self.syntax_error()
        return self._bare()

    def _escaped(self) -> None:
        if self.place + 1 >= len(self.text):
            raise PgError("42601", f'there is no escaped character: "{self.text}"')
        self.place += 2

    def _quoted(self) -> None:
        """A lexeme in quotes, in which a quote is doubled or escaped."""
        self.place += 1
        empty = True
        while True:
            match self.peek():
                case "":
                    raise self.syntax_error()
                case "\\":
                    self._escaped()
                case "'":
                    self.place += 1
                    if self.peek() != "'":
                        break
                    self.place += 1
                case _:
                    self.place += 1
            empty = False
        if empty:
            raise self.syntax_error()

    def _bare(self) -> bool:
        """A lexeme up to a space, a colon, or in a query an operator. Its first character may be any other."""
        first = True
        while True:
            character = self.peek()
            if character == "\\":
                self._escaped()
            elif not first and (not character or character.isspace() or (self.is_query and character in _OPERATORS)):
                return True
            elif not first and character == ":":
                if not self.is_query:
                    self.place += 1
                    self._positions()
                return True
            else:
                self.place += 1
            first = False

    def _positions(self) -> None:
        """INPOSINFO, WAITPOSDELIM: `1,2A,3`"""
        while True:
            match = _POSITION.match(self.text, self.place)
            if match is None:
                raise self.syntax_error()
            if int(match.group()) == 0:
                raise PgError("42601", f'wrong position info in tsvector: "{self.text}"')
            self.place = match.end()
            weighted = False
            while (character := self.peek()) and character != "," and not character.isspace():
                if character not in "aAbBcCdD*0123456789" or (weighted and not character.isdigit()):
                    raise self.syntax_error()
                weighted = weighted or character in "aAbBcC*"
                self.place += 1
            if character != ",":
                return
            self.place += 1


def tsvector_in(text: str) -> None:
    """tsvector.c: tsvectorin"""
    reader = _Reader(text, is_query=False)
    while reader.word():
        pass


def tsquery_in(text: str) -> None:
    """tsquery.c: makepol over gettoken_query_standard"""
    reader = _Reader(text, is_query=True)
    depth = 0
    expect_operand = first = True
    while True:
        reader.skip_space()
        character = reader.peek()
        if expect_operand:
            if character in ("!", "("):
                depth += character == "("
                reader.place += 1
                first = False
            elif character == ":":
                raise reader.syntax_error()
            elif reader.word():
                if reader.peek() == ":":  # get_modifiers
                    reader.place += 1
                    while reader.peek() and reader.peek() in "aAbBcCdD*":
                        reader.place += 1
                expect_operand = first = False
            elif first:
                return
            else:
                raise PgError("42601", f'no operand in tsquery: "{text}"')
        elif not character:
            if depth:
                raise reader.syntax_error()
            return
        elif character in ("&", "|"):
            reader.place += 1
            expect_operand = True
        elif character == ")":
            depth -= 1
            reader.place += 1
            if depth < 0:
                raise reader.syntax_error()
        elif _phrase_operator(reader):
            expect_operand = True
        else:
            raise reader.syntax_error()


def _phrase_operator(reader: _Reader) -> bool:
    """tsquery.c: parse_phrase_operator — `<->` or `<3>`"""
    match = _PHRASE.match(reader.text, reader.place)
    if match is None:
        return False
    if match.group(1) is not None and int(match.group(1)) > _MAX_DISTANCE:
        raise PgError(
            "22023",
            f"distance in phrase operator must be an integer value between zero and {_MAX_DISTANCE} inclusive",
        )
    if reader.text[match.end() : match.end() + 1] != ">":
        return False
    reader.place = match.end() + 1
    return True
