"""PostgreSQL's tokens over a text.

`tokenize` gives every token but white space, `skim` only those that matter to `macros.py`, `split` the statements of a
file. The tokens are those of src/backend/parser/scan.l; a test compares them with libpg_query's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: kind, start, end. Plain tuples, because a project has a hundred thousand of them. The kinds are the names of the
#: groups in `_TOKEN`; "bad" is a quote or comment without an end and runs to the end of the text.
Token: TypeAlias = tuple[str, int, int]

# Letters, underscore and all that is not ASCII, and the same with digits and the dollar sign. Written as what they are
# not: a class that lists all of Unicode takes `re` six milliseconds to compile, each time it stands in a pattern.
_START = r"[^\x00-@\[-^`{-\x7f]"
_CONT = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
# Where a string goes on after a line break (quotecontinue): white space with a newline and comments, then a quote.
# Atomic groups, not possessive quantifiers over groups: Python before 3.11.5 matches those wrongly.
_GAP = r"(?>(?:[ \t\f\v]|--[^\n\r]*+)*)[\n\r](?>(?:[ \t\n\r\f\v]|--[^\n\r]*+[\n\r])*)"
_PLAIN = r"'(?>(?:[^']|'')*)'"
_ESCAPED = r"'(?>(?:[^'\\]|\\.|'')*)'"
_BITS = r"'[^']*+'"
_DEC = r"[0-9](?>(?:_?[0-9])*)"
_CLEAR = r"(?!--|/\*)"  # an operator stops before a comment
_SQL_OP = rf"{_CLEAR}[-+*/<>=]"  # with only these characters an operator does not end in + or -
_RICH = rf"(?>(?:{_SQL_OP})*){_CLEAR}[~!@#^&|`?%](?>(?:{_CLEAR}[~!@#^&|`?%+\-*/<>=])*)"
_PREFIX = r"[eEbBxX]'|[uU]&['\"]"
_TAG = rf"(?:{_START}(?>(?:(?!\$){_CONT})*))?"

# Each kind of token; the order is the order in which they are tried.
_KINDS: Final = {
    "macro": rf"(?:[sS][qQ][lL][cC]|[qQ][gG])(?!{_CONT})",
    "word": rf"(?!{_PREFIX}){_START}{_CONT}*+",
    "comment": r"--[^\n\r]*+",
    "at": rf"{_RICH}(?<=@)(?=(?:{_START}|\"))(?!{_PREFIX})",  # @name, perhaps glued to an operator
    "op": rf"{_RICH}|{_SQL_OP}(?:(?:{_SQL_OP})*{_CLEAR}[*/<>=])?",
    "string": rf"{_PLAIN}(?>(?:{_GAP}{_PLAIN})*)",
    "number": r"0[xX](?>(?:_?[0-9A-Fa-f])+)|0[oO](?>(?:_?[0-7])+)|0[bB](?>(?:_?[01])+)"
    rf"|(?:{_DEC}(?:\.(?!\.)(?:{_DEC})?)?|\.{_DEC})(?:[eE][-+]?{_DEC})?",
    "param": r"\$[0-9]++",
    "name": r'"(?>(?:[^"]|"")*)"',
    "block": r"/\*(?>(?:[^*/]|\*(?!/)|/(?!\*))*)\*/",
    "estring": rf"[eE]{_ESCAPED}(?>(?:{_GAP}{_ESCAPED})*)",
    "bits": rf"[bBxX]{_BITS}(?>(?:{_GAP}{_BITS})*)",
    "ustring": rf"[uU]&{_PLAIN}(?>(?:{_GAP}{_PLAIN})*)",
    "uname": r'[uU]&"(?>(?:[^"]|"")*)"',
    "dollar": rf"\$(?P<tag>{_TAG})\$.*?\$(?P=tag)\$",
    "nested": r"/\*",  # a comment with comments in it, or without an end
    "bad": rf"(?:[eEbBxX]|[uU]&)?['\"]|\${_TAG}\$",
    "punct": r"::|:=|\.\.|[^ \t\n\r\f\v]",
}
_TOKEN: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()), re.DOTALL)

# The same grammar, but a match runs over everything that is neither comment, parameter, macro nor semicolon.
_DULL = (
    r"[ \t\n\r\f\v,()\[\]]++",
    rf"(?!{_KINDS['macro']}){_KINDS['word']}",
    rf"(?!--|/\*|{_KINDS['at']})(?:{_KINDS['op']})",
    *(_KINDS[kind] for kind in ("string", "number", "name", "estring", "bits", "ustring", "uname")),
    _KINDS["dollar"].replace("tag", "dull"),
    r"::|:=|\.\.|\.(?![0-9.])",
)
_SKIM: Final = re.compile(
    rf"(?>(?:{'|'.join(_DULL)})*)(?:"
    + "|".join(
        f"(?P<{kind}>{_KINDS[kind]})" for kind in ("macro", "comment", "at", "param", "block", "nested", "bad", "punct")
    )
    + r"|(?P<end>\Z))",
    re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")
IS_CONT = re.compile(rf"{_CONT}")
SPACE: Final = " \t\n\r\f\v"  # PostgreSQL's white space; Python's has more
COMMENTS: Final = frozenset({"comment", "block"})


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens from `start` to `end`; what lies between two tokens is white space."""
    return list(_run(_TOKEN, text, start, len(text) if end is None else end))


def iterate(text: str, start: int) -> Iterator[Token]:
    """As `tokenize`, one at a time: for a text in which something else than SQL follows."""
    return _run(_TOKEN, text, start, len(text))


def skim(text: str) -> list[Token]:
    """Of `tokenize`, only comments, "at", parameters, macros, "bad", and semicolons with other rare punctuation."""
    return list(_run(_SKIM, text, 0, len(text)))


def _run(pattern: re.Pattern[str], text: str, start: int, stop: int) -> Iterator[Token]:
    while True:
        for match in pattern.finditer(text, start, stop):
            kind = match.lastgroup or ""
            if kind == "nested":
                start = _block_end(text, match.start(kind))
                yield "block" if start else "bad", match.start(kind), start or stop
                if not start:
                    return
                break  # the search goes on behind the comment
            if kind == "bad":
                yield kind, match.start(kind), stop
                return
            if kind != "end":
                yield kind, match.start(kind), match.end()
        else:
            return


def _block_end(text: str, start: int) -> int:
    """Where a comment with comments inside ends; 0 where it does not."""
    depth = 0
    for match in _BLOCK_EDGE.finditer(text, start):
        depth += 1 if match.group() == "/*" else -1
        if not depth:
            return match.end()
    return 0


def unterminated(text: str, token: Token) -> str:
    """PostgreSQL's words for a "bad" token; of the text that follows, the first line is enough."""
    _, start, end = token
    head = text[start : start + 2].lower()
    if head[0] == "/":
        what = "/* comment"
    elif head[0] == "$":
        what = "dollar-quoted string"
    elif '"' in text[start : start + 1 + 2 * (head == "u&")]:
        what = "quoted identifier"
    else:
        what = {"b": "bit string literal", "x": "hexadecimal string literal"}.get(head[0], "quoted string")
    near = text[start:end].splitlines()[0].rstrip()
    return f'unterminated {what} at or near "{near}"'


def next_token(text: str, position: int, end: int) -> Token | None:
    """The next token that is no comment."""
    while position < end:
        if text[position] in SPACE:
            position += 1
            continue
        match = _TOKEN.match(text, position, end)
        if match is None:  # cannot be: "punct" takes every character that is not white space
            return None
        kind = match.lastgroup or ""
        if kind not in ("comment", "block", "nested"):
            return kind, position, match.end()
        position = match.end() if kind != "nested" else _block_end(text, position)
    return None


_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def fold(word: str) -> str:
    """An unquoted name as PostgreSQL keeps it: in UTF-8 only A to Z fold (downcase_identifier)."""
    return word.lower() if word.isascii() else word.translate(_FOLD)


def identifier(text: str, token: Token) -> str | None:
    """The name that a token writes, quoted or not; None where it is no name."""
    kind, start, end = token
    if kind in ("word", "macro"):
        return fold(text[start:end])
    return text[start + 1 : end - 1].replace('""', '"') if kind == "name" else None


# ---------------------------------------------------------------- statements


class Piece(Struct, frozen=True):
    """One statement of a file: `text[start:end]` from its first to its last token; empty where only comments stand."""

    start: int
    end: int
    comments: tuple[Token, ...]  # before the statement
    tokens: tuple[Token, ...]  # of the statement, as many as `skim` gives
    cut_by: Token | None = None  # the comment that ended it in place of a semicolon
    after: int = 0  # where the semicolon before it ended


def split(text: str, starts_query: Callable[[Token], bool] | None = None) -> list[Piece]:
    """The statements between semicolons. A comment for which `starts_query` holds ends a statement, too.

    Parentheses do not count, so that one that is missing costs one statement. What may hold semicolons is read by the
    word: the body of a function between BEGIN ATOMIC and END, and the actions of CREATE RULE.
    """
    lowered = text.lower()
    by_word = "atomic" in lowered or "rule" in lowered
    tokens = tokenize(text) if by_word else skim(text)
    ends = set(_semicolons(text, tokens) if by_word else [i for i, t in enumerate(tokens) if text[t[1]] == ";"])
    pieces: list[Piece] = []
    first, body = 0, -1  # indexes of the first token and, after the comments, of the first that is not in the head
    begin = cursor = after = 0  # offsets: of the statement, of what was read, behind the last semicolon
    for index, token in enumerate([*tokens, ("end", len(text), len(text))]):
        kind, start, stop = token
        is_end = index in ends or kind == "end"
        if body < 0:
            gap = text[cursor:start]
            rest = gap.lstrip(SPACE)
            if rest or not (kind in COMMENTS or is_end):
                body, begin = index, start - len(rest)
        cut = body >= 0 and kind in COMMENTS and starts_query is not None and starts_query(token)
        if is_end or cut:
            pieces.append(_piece(text, tokens, (first, body, index), begin, after, token if cut else None))
            first, body = (index if cut else index + 1), -1
            after = pieces[-1].end if cut else stop
        cursor = stop
    return [piece for piece in pieces if piece.comments or piece.end > piece.start]


def _piece(
    text: str, tokens: list[Token], indexes: tuple[int, int, int], begin: int, after: int, cut_by: Token | None
) -> Piece:
    first, body, last = indexes
    if body < 0:
        return Piece(after, after, tuple(tokens[first:last]), (), cut_by, after)
    end = tokens[last][1] if last < len(tokens) else len(text)
    while True:  # comments behind the last token are no part of the statement
        if last > body and tokens[last - 1][0] in COMMENTS and not text[tokens[last - 1][2] : end].strip(SPACE):
            last -= 1
            end = tokens[last][1]
        else:
            break
    low = tokens[last - 1][2] if last > body else begin
    end = low + len(text[low:end].rstrip(SPACE))
    return Piece(begin, end, tuple(tokens[first:body]), tuple(tokens[body:last]), cut_by, after)


def _semicolons(text: str, tokens: list[Token]) -> list[int]:
    """The indexes of the semicolons that end a statement, by the words between them."""
    found: list[int] = []
    words: list[str] = []  # the first words of the statement
    depth = atomic = 0
    previous = ""
    for index, (kind, start, end) in enumerate(tokens):
        if kind == "word":
            word = text[start:end].lower()
            words.append(word) if len(words) < 4 else None
            if word == "atomic" and previous == "begin" and words[0] == "create":
                atomic = 1
            elif atomic and word in ("case", "end"):
                atomic += 1 if word == "case" else -1
            previous = word
        elif kind == "punct":
            is_rule = words[:1] == ["create"] and "rule" in words
            if text[start] == ";" and not atomic and not (is_rule and depth > 0):
                found.append(index)
                words, depth, previous = [], 0, ""
            depth += {"(": 1, ")": -1}.get(text[start], 0)
    return found
