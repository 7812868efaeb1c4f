"""Statements of a file as JSON: PostgreSQL's raw parse trees as libpg_query prints them, with the names of queries.

Takes a `SourceFile`; gives one object a statement. A syntax error is raised as a `DiagnosticError` at its place.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pglast.parser import parse_sql_json

from querygen.diagnostics import DiagnosticError, PgError, Severity
from querygen.sql.parse import parse_statement, to_diagnostic
from querygen.sql.psql import blank_meta_commands
from querygen.sql.query_file import parse_query_file, split_statements

if TYPE_CHECKING:
    from querygen.source import SourceFile


def statements_json(source: SourceFile) -> list[dict[str, Any]]:
    """`[{"name": …, "cmd": …, "ast": …}]`; name and cmd only where an annotation stands above the statement."""
    text, _ = blank_meta_commands(source.text)
    queries, problems = parse_query_file(source, frozenset())
    for problem in problems:
        if problem.severity is Severity.ERROR:
            raise DiagnosticError(problem)
    statements = [(raw.span.start, {"name": raw.name, "cmd": f":{raw.command.value}"}, raw.sql) for raw in queries]
    statements += [(one.start, {}, text[one.start : one.end]) for one in split_statements(text) if not one.annotated]
    return [
        {**names, "ast": tree}
        for start, names, sql in sorted(statements, key=lambda one: one[0])
        if (tree := _tree(source, sql, start)) is not None
    ]


def _tree(source: SourceFile, sql: str, start: int) -> Any:
    try:
        parse_statement(sql)
    except PgError as problem:
        raise DiagnosticError(to_diagnostic(problem, source, start)) from None
    statements = json.loads(parse_sql_json(sql))["stmts"]
    return statements[0]["stmt"] if statements else None
