"""The SQL that a generated function sends: the analysed text with the casts its parameters need, as a constant.

Takes the analysed text and the cast of each parameter; gives the text, and its lines as a Python literal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from querygen.render.layout import INDENT, WIDTH, put_text, quoted, triple_quoted, width
from querygen.sql.scan import skim, tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping

# After these words the grammar takes a primary expression only: the cast has to stand in parentheses.
_PRIMARY_ONLY = re.compile(r"(?:first|next|passing|ref|value)\s*$", re.IGNORECASE)
_CAST = re.compile(r"\s*::")
_SUBSCRIPT = re.compile(r"\s*[\[.]")
_INDENT = re.compile(r"(?<=\n)[ \t]*\t[ \t]*")
_LITERALS = frozenset({"string", "estring", "ustring", "dollar", "name", "uname"})


def with_casts(sql: str, casts: Mapping[int, str]) -> str:
    """The text with `::type` behind every parameter that `casts` names, unless one stands there already."""
    pieces: list[str] = []
    done = 0
    for kind, start, end in skim(sql):
        if kind != "param":
            continue
        cast = casts.get(int(sql[start + 1 : end]))
        if cast is None or _CAST.match(sql, end):
            continue
        text = f"{sql[start:end]}::{cast}"
        if _SUBSCRIPT.match(sql, end) or _PRIMARY_ONLY.search(sql, max(0, start - 20), start):
            text = f"({text})"
        pieces += (sql[done:start], text)
        done = end
    pieces.append(sql[done:])
    return "".join(pieces)


def tidy(sql: str) -> str:
    """The text with Unix line ends and indented by spaces, but literals and quoted names as they are.

    Python reads a line end in a literal as a line feed, and linters want the lines of a literal indented in one way.
    """
    if "\r" not in sql and "\t" not in sql:
        return sql
    pieces: list[str] = []
    done = 0
    for kind, start, end in tokenize(sql):
        if kind in _LITERALS:
            pieces += (_tidy_piece(sql[done:start]), sql[start:end])
            done = end
    pieces.append(_tidy_piece(sql[done:]))
    return "".join(pieces)


def _tidy_piece(text: str) -> str:
    text = text.replace("\r\n", "\n")
    return _INDENT.sub(lambda match: match.group().expandtabs(4), text)


def constant(name: str, sql: str) -> list[str]:
    """The lines of `NAME: Final = …`: a text of several lines keeps them."""
    sql = tidy(sql.strip())
    prefix = f"{name}: Final = "
    out: list[str] = []
    if "\n" not in sql:
        if width(prefix + quoted(sql)) <= WIDTH or width(INDENT + quoted(sql)) <= WIDTH or " " in sql:
            put_text(out, "", prefix, sql)
            return out
    return [prefix + triple_quoted(sql + "\n")]
