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


def _unix_lines(sql: str) -> str:
    """The text with line feeds for the line ends of Windows, those inside literals and quoted names excepted."""
    if "\r" not in sql:
        return sql
    pieces: list[str] = []
    done = 0
    for kind, start, end in tokenize(sql):
        if kind in _LITERALS:
            pieces += (sql[done:start].replace("\r\n", "\n"), sql[start:end])
            done = end
    pieces.append(sql[done:].replace("\r\n", "\n"))
    return "".join(pieces)


def constant(name: str, sql: str) -> list[str]:
    """The lines of `NAME: Final = …`: a text of several lines keeps them."""
    sql = _unix_lines(sql.strip())
    prefix = f"{name}: Final = "
    out: list[str] = []
    if "\n" not in sql:
        if width(prefix + quoted(sql)) <= WIDTH or width(INDENT + quoted(sql)) <= WIDTH or " " in sql:
            put_text(out, "", prefix, sql)
            return out
    return [prefix + triple_quoted(sql + "\n")]
