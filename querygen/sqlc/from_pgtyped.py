"""A query file of PgTyped → the same queries with querygen's annotations.

Takes a text; gives a `Rewritten`. `/* @name GetUser */` becomes `-- name: GetUser :many`, `:id!` becomes `@id`, and the
expansions of `@param` become a slice, single parameters, or a bulk command. Written against PgTyped's documentation
(Annotated SQL files) and its grammar, packages/parser/src/sql/grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from querygen.diagnostics import PgError
from querygen.sql.parse import parse_statement
from querygen.sql.returning import returns_rows
from querygen.sqlc.rewrite import Placeholder, Rewritten, Told, has_statement, line_of, placeholders, replaced

_COMMENT: Final = re.compile(r"/\*(.*?)\*/", re.DOTALL)
_NAME: Final = re.compile(r"@name\s+(\w+)")
_PARAM: Final = re.compile(r"@param\s+(\w+)\s*->\s*(\((?:[^()]|\([^()]*\))*\))")
_TAG: Final = re.compile(r"@(\w+)")
_IN: Final = re.compile(r"\bIN\s*$", re.IGNORECASE)


@dataclass(slots=True)
class _Expansion:
    """`(...)`, `(name, age)` or `((name, age)...)`."""

    kind: Literal["spread", "pick", "rows"]
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class _Query:
    name: str
    start: int  # of the annotation
    end: int
    expansions: dict[str, _Expansion] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)  # lines of the annotation that are neither a tag nor empty


def rewrite_pgtyped(text: str) -> Rewritten:
    """The text with querygen's annotations; a query that cannot be moved stays as it is, and is named."""
    found = Rewritten(text)
    queries = _queries(text, found)
    edits: list[tuple[int, int, str]] = []
    for number, query in enumerate(queries):
        end = queries[number + 1].start if number + 1 < len(queries) else len(text)
        _rewrite_query(found, edits, text, query, end)
    found.text = replaced(text, edits)
    return found


def _queries(text: str, found: Rewritten) -> list[_Query]:
    queries: list[_Query] = []
    for comment in _COMMENT.finditer(text):
        name = _NAME.search(comment[1])
        if name is None:
            continue
        query = _Query(name[1], comment.start(), comment.end())
        for param in _PARAM.finditer(comment[1]):
            query.expansions[param[1]] = _expansion(param[2])
        plain = _PARAM.sub("", _NAME.sub("", comment[1]))
        for tag in _TAG.findall(plain):
            found.left.append(Told(line_of(text, comment.start()), f"{query.name}: @{tag} has no equal"))
        query.rest = [line for one in plain.splitlines() if (line := one.strip(" \t*")) and not line.startswith("@")]
        queries.append(query)
    return queries


def _expansion(written: str) -> _Expansion:
    inner = written[1:-1].strip()
    if inner == "...":
        return _Expansion("spread")
    rows = inner.endswith("...")
    if rows:
        inner = inner.removesuffix("...").strip()[1:-1]
    return _Expansion("rows" if rows else "pick", tuple(one.strip().rstrip("!") for one in inner.split(",")))


def _rewrite_query(found: Rewritten, edits: list[tuple[int, int, str]], text: str, query: _Query, end: int) -> None:
    sql = text[query.end : end]
    line = line_of(text, query.start)
    if not has_statement(sql):
        found.left.append(Told(line, f"{query.name} has no statement"))
        return
    used = list(placeholders(sql))
    names = _field_names(query, used)
    own: list[tuple[int, int, str]] = []
    said: list[str] = []
    for one in used:
        expansion = query.expansions.get(one.name)
        if expansion is None:
            own.append((one.start, one.end, f"@{one.name}"))
        elif expansion.kind == "spread":
            new = f"sqlc.slice({one.name})"
            if _IN.search(sql[: one.start]):
                new = f"({new})"
            own.append((one.start, one.end, new))
            said.append(f"{one.name} is a slice")
        else:
            own.append((one.start, one.end, f"({', '.join(f'@{names[one.name, name]}' for name in expansion.fields)})"))
            said.append(
                f"{one.name} is " + ("rows of " if expansion.kind == "rows" else "") + ", ".join(expansion.fields)
            )
    rewritten = replaced(sql, own)
    command = _command(query, sql, own)
    if command is None:
        found.left.append(Told(line, f"{query.name}: the statement does not parse; it stays as it is"))
        return
    doc = "".join(f"-- {one}\n" for one in query.rest)
    newline = "\r\n" if "\r\n" in text else "\n"
    edits.append((query.start, query.end, f"{doc}-- name: {query.name} {command}".replace("\n", newline)))
    edits.append((query.end, end, rewritten))
    found.changes.append(Told(line, "; ".join((f"@name {query.name} → {query.name} {command}", *dict.fromkeys(said)))))


def _field_names(query: _Query, used: list[Placeholder]) -> dict[tuple[str, str], str]:
    """How the fields of the expansions are called: by their own names, unless two are the same."""
    plain = {one.name for one in used if one.name not in query.expansions}
    count: dict[str, int] = {}
    for expansion in query.expansions.values():
        for name in expansion.fields:
            count[name] = count.get(name, 0) + 1
    return {
        (param, name): f"{param}_{name}" if count[name] > 1 or name in plain else name
        for param, expansion in query.expansions.items()
        for name in expansion.fields
    }


def _command(query: _Query, sql: str, edits: list[tuple[int, int, str]]) -> str | None:
    """PgTyped gives a list always: `:many`, or `:exec` for what has no rows; rows as a parameter are `:bulk`."""
    numbered: list[tuple[int, int, str]] = []
    number = 0
    for start, end, new in edits:
        names = re.findall(r"@\w+|sqlc\.slice\(\w+\)", new)
        text = new
        for name in names:
            number += 1
            text = text.replace(name, f"${number}", 1)
        numbered.append((start, end, text))
    try:
        tree = parse_statement(replaced(sql, numbered).rstrip().rstrip(";"))
    except PgError:
        return None
    if any(one.kind == "rows" for one in query.expansions.values()):
        return ":bulk"
    return ":many" if returns_rows(tree) else ":exec"
