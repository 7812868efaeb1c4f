"""What rewriting a query file of another tool gives, and what its rewriters share.

Takes texts; gives a `Rewritten`: the new text, what was changed and what could not be, each with its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from querygen.sql.scan import COMMENTS, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.sql.scan import Token


class Told(NamedTuple):
    """One thing that is told of a file: the line in the file as it was."""

    line: int
    text: str


@dataclass(slots=True)
class Rewritten:
    text: str
    changes: list[Told] = field(default_factory=list)
    left: list[Told] = field(default_factory=list)


class Placeholder(NamedTuple):
    """`:name`, `:name!` or `:name.attribute` in a statement; `start` and `end` take in all of it."""

    start: int
    end: int
    name: str
    attribute: str
    mark: bool


def placeholders(sql: str) -> Iterator[Placeholder]:
    """The parameters that begin with a colon: not casts, not slices of arrays, nothing in literals and comments."""
    tokens = tokenize(sql)
    for index, (_kind, start, _end) in enumerate(tokens[:-1]):
        if sql[start] != ":" or sql[start - 1 : start] == ":" or sql[start + 1 : start + 2] == ":":
            continue
        kind, word, end = tokens[index + 1]
        if kind not in ("word", "macro") or word != start + 1:
            continue
        before = sql[:start].rstrip()[-1:]
        if before and (before.isalnum() or before in "_])") and "[" in _unclosed(sql, tokens[:index]):
            continue  # the bound of a slice: a[1:n]
        name, dot, attribute = sql[word:end].partition(".")
        following = tokens[index + 2 : index + 4]
        if not dot and len(following) == 2 and sql[end : end + 1] == "." and following[1][0] == "word":
            if following[0][1] == end and following[1][1] == end + 1:
                attribute = sql[following[1][1] : following[1][2]]
                end = following[1][2]
        mark = sql[end : end + 1] == "!" and sql[end + 1 : end + 2] != "="
        yield Placeholder(start, end + mark, name, attribute, mark)


def _unclosed(sql: str, tokens: list[Token]) -> str:
    """The brackets that are open after the tokens."""
    stack: list[str] = []
    for kind, start, _end in tokens:
        if kind in COMMENTS:
            continue
        if sql[start] in "[(":
            stack.append(sql[start])
        elif sql[start] in "])" and stack:
            stack.pop()
    return "".join(stack)


def replaced(text: str, edits: list[tuple[int, int, str]]) -> str:
    """The text with pieces replaced; none of them overlap."""
    pieces: list[str] = []
    position = 0
    for start, end, new in sorted(edits):
        pieces += [text[position:start], new]
        position = end
    return "".join([*pieces, text[position:]])


def line_of(text: str, offset: int) -> int:
    """The line (from 1) of an offset."""
    return text.count("\n", 0, offset) + 1


def with_semicolon(sql: str) -> str:
    """A statement's text with a semicolon behind its last token."""
    tokens = [token for token in tokenize(sql) if token[0] not in COMMENTS]
    if not tokens or sql[tokens[-1][1]] == ";":
        return sql
    end = tokens[-1][2]
    return f"{sql[:end]};{sql[end:]}"


def has_statement(sql: str) -> bool:
    """Whether there is more than comments and semicolons."""
    return any(kind not in COMMENTS and sql[start] != ";" for kind, start, _ in tokenize(sql))
