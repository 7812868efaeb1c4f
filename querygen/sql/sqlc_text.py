"""A query's text as its author wrote it, from the text that sqlc hands to a plugin.

Takes the text, in which `sqlc.arg(x)` is `$1` and `sqlc.embed(t)` is a list of columns, with what sqlc says of its
parameters and columns; gives the text with the macros in their places. Mirrors sqlc's internal/sql/preprocess and
internal/compiler/expand.go, backwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from querygen.ir import ParamKind
from querygen.sql.nodes import ast
from querygen.sql.scan import tokenize
from querygen.sql.sqlc_names import targets
from querygen.sql.tree import ParseError, parse_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MACROS = {ParamKind.ARG: "arg", ParamKind.NARG: "narg", ParamKind.SLICE: "slice"}


class NamedParam(NamedTuple):
    name: str
    kind: ParamKind


def restored_text(text: str, named: Mapping[int, NamedParam], embeds: Sequence[tuple[int, int]]) -> str:
    """`named` are the parameters by number; `embeds` the runs of columns: first, from 0, and how many."""
    edits = [
        (start, end, _macro(named[int(text[start + 1 : end])]))
        for kind, start, end in tokenize(text)
        if kind == "param" and int(text[start + 1 : end]) in named
    ]
    edits += _embed_edits(text, embeds) if embeds else []
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _macro(param: NamedParam) -> str:
    quoted = param.name.replace("'", "''")
    return f"sqlc.{_MACROS[param.kind]}('{quoted}')"


def _embed_edits(text: str, embeds: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
    try:
        items = targets(parse_sql(text)[0].stmt)
    except ParseError:
        return []  # the analysis tells what is wrong
    edits = []
    for first, count in embeds:
        run = items[first : first + count]
        if len(run) != count or not all(isinstance(one.val, ast.ColumnRef) for one in run):
            continue
        scope = ".".join('"' + one.sval.replace('"', '""') + '"' for one in run[0].val.fields[:-1])
        if scope:
            edits.append((run[0].location, _end(text, run[-1].val.location), f"sqlc.embed({_plain(scope)})"))
    return edits


def _plain(scope: str) -> str:
    """Without the quotes that are not needed, as most authors write."""
    parts = scope[1:-1].split('"."')
    return ".".join(one if one.isidentifier() and one.islower() else f'"{one}"' for one in parts)


def _end(text: str, start: int) -> int:
    """Where a reference to a column ends: names with dots between them."""
    end = start
    for _, first, last in tokenize(text, start):
        if first == start or text[first] == "." or text[end - 1] == ".":
            end = last
        else:
            break
    return end
