"""A query file of aiosql → the same queries with querygen's annotations.

Takes a text; gives a `Rewritten`. `-- name: get-user^` becomes `-- name: get_user :one`, `:name` becomes `@name`.
Written against aiosql's documentation (Defining SQL Queries) and the patterns of its query_loader.py.
"""

from __future__ import annotations

import keyword
import re
from typing import Any, Final

from querygen.diagnostics import PgError
from querygen.sql.parse import parse_statement
from querygen.sql.returning import returns_rows
from querygen.sql.scan import COMMENTS, tokenize
from querygen.sqlc.rewrite import Rewritten, Told, has_statement, line_of, placeholders, replaced, with_semicolon

_NAME: Final = re.compile(r"^--[ \t]*name[ \t]*:[ \t]*(.+?)[ \t]*\r?$", re.MULTILINE)
_PARTS: Final = re.compile(r"([\w-]+)[ \t]*(?:\(([^)]*)\))?[ \t]*(\^|\$|!|<!|\*!|#)?$")
_RECORD: Final = re.compile(r"^--[ \t]*record_class[ \t]*:[ \t]*(\w+)[ \t]*\r?$", re.MULTILINE)
_COMMANDS: Final = {"": ":many", "^": ":one", "$": ":one", "!": ":execrows", "<!": ":one", "*!": ":bulk", "#": ":exec"}
_DECLARED: Final = re.compile(r":[a-z]+!?$")


def rewrite_aiosql(text: str) -> Rewritten:
    """The text with querygen's annotations; a query that cannot be moved stays as it is, and is named."""
    heads = list(_NAME.finditer(text))
    found = Rewritten(text)
    edits: list[tuple[int, int, str]] = []
    for number, head in enumerate(heads):
        end = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        line = line_of(text, head.start())
        parts = _PARTS.match(head[1])
        if parts is None:
            if not _DECLARED.search(head[1]):
                found.left.append(Told(line, f'"{head[1]}" is no name that aiosql reads'))
            continue
        _rewrite_query(found, edits, text, (head.start(), head.end(), end), (parts[1], parts[3] or ""))
    found.text = replaced(text, edits)
    return found


def _rewrite_query(
    found: Rewritten,
    edits: list[tuple[int, int, str]],
    text: str,
    places: tuple[int, int, int],
    named: tuple[str, str],
) -> None:
    start, body, end = places
    line = line_of(text, start)
    name = named[0].replace("-", "_")
    if keyword.iskeyword(name):
        name += "_"
    sql = text[body:end]
    problem = _problem(named[0], named[1], sql)
    if problem is not None:
        found.left.append(Told(line, problem))
        return
    command = _COMMANDS[named[1]]
    tree = _tree(sql)
    if tree is None:
        percent = ": name the parameters :name in place of %s" if re.search(r"%s|%\(\w+\)s", sql) else ""
        found.left.append(Told(line, f"{named[0]}: PostgreSQL does not parse the statement{percent}"))
        return
    if named[1] in ("", "^", "$", "<!") and not returns_rows(tree):
        if named[1]:
            found.left.append(Told(line, f"{named[0]}: the statement returns no rows; add RETURNING"))
            return
        command = ":exec"
    head = f"-- name: {name} {command}"
    if (record := _RECORD.search(sql)) is not None:
        edits.append((body + record.start(), body + record.end(), f"-- row: {record[1]}"))
        found.changes.append(
            Told(line_of(text, body + record.start()), f"record_class: {record[1]} is the name of the generated class")
        )
    own: list[tuple[int, int, str]] = []
    for one in placeholders(sql):
        new = f"{one.name}_{one.attribute}" if one.attribute else one.name
        own.append((one.start, one.end, f"@{new}"))
        if one.attribute:
            said = f"{named[0]}: :{one.name}.{one.attribute} is the parameter {new}; pass the attribute"
            found.changes.append(Told(line_of(text, body + one.start), said))
    for start_, end_, new in own:
        edits.append((body + start_, body + end_, new))
    percents = _percents(sql)
    edits += [(body + place, body + place + 2, "%") for place in percents]
    if percents:
        found.changes.append(Told(line_of(text, body + percents[0]), f"{named[0]}: %% is written % here"))
    if with_semicolon(sql) != sql:
        last = [token for token in tokenize(sql) if token[0] not in COMMENTS][-1]
        edits.append((body + last[2], body + last[2], ";"))
    edits.append((start, body - (text[body - 1 : body] == "\r"), head))
    said = f", {len(own)} parameter{'s' if len(own) > 1 else ''}" if own else ""
    found.changes.append(Told(line, f"{named[0]}{named[1]} → {name} {command}{said}"))


def _problem(name: str, operator: str, sql: str) -> str | None:
    """Why a query stays as it is."""
    if not has_statement(sql):
        return f"{name} has no statement"
    tokens = [token for token in tokenize(sql) if token[0] not in COMMENTS]
    ends = [index for index, token in enumerate(tokens) if sql[token[1]] == ";"]
    several = bool(ends) and ends[0] < len(tokens) - 1
    if operator == "#":
        if several or not _is_query(sql):
            return f"{name}# is a script: move its DDL to the schema, and run other statements one by one"
        return None
    if several:
        return f"{name} has several statements: give each an annotation of its own"
    if not name.replace("-", "_").isidentifier():
        return f'"{name}" cannot be the name of a function'
    return None


def _is_query(sql: str) -> bool:
    tree = _tree(sql)
    return tree is not None and type(tree).__name__ in (
        "SelectStmt",
        "InsertStmt",
        "UpdateStmt",
        "DeleteStmt",
        "MergeStmt",
    )


def _tree(sql: str) -> Any:
    """The statement's tree with its parameters numbered; None where it does not parse yet."""
    numbered = replaced(sql, [(one.start, one.end, f"${number}") for number, one in enumerate(placeholders(sql), 1)])
    try:
        return parse_statement(numbered.rstrip().rstrip(";"))
    except PgError:
        return None


def _percents(sql: str) -> list[int]:
    """Where %% stands outside of comments: drivers with %s read it as one."""
    return [
        start + match.start()
        for kind, start, end in tokenize(sql)
        if kind not in COMMENTS and kind != "word"
        for match in re.finditer("%%", sql[start:end])
    ]
