r"""The project's `seeds/*.sql`: read and checked first, then run, each file as one transaction.

Takes paths and a URL. A file is SQL as `pg_dump --data-only` writes it, too: COPY … FROM STDIN with its rows below it.
psql's own commands are refused; what the server refuses stands at its place in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from querygen.diagnostics import DiagnosticError, DiagnosticErrors, error
from querygen.server.database import connect
from querygen.server.said import server_said
from querygen.source import Span
from querygen.sql.parse import read_source
from querygen.sql.psql import copy_rows
from querygen.sql.script import Effect, Script, read_script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import psycopg
    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.diagnostics import Diagnostic
    from querygen.sql.script import Command

NOT_SQL: Final = "QG605"  # a seed file has what a server does not read


def read_seeds(paths: Iterable[Path]) -> list[Script]:
    """The files in their order. Raises DiagnosticErrors for all of them that are no SQL."""
    scripts: list[Script] = []
    problems: list[Diagnostic] = []
    for path in paths:
        try:
            script = read_script(read_source(path))
        except DiagnosticError as unreadable:
            problems.append(unreadable.diagnostic)
            continue
        problems += script.problems
        hint = (
            "Write it in SQL: psql reads its own commands, a server does not. Rows can stand below COPY … FROM STDIN."
        )
        for meta in script.meta_commands:
            span = Span(script.source, meta.start, meta.end)
            problems.append(error(NOT_SQL, f"\\{meta.name} is a command of psql", span, hint))
        scripts.append(script)
    if problems:
        raise DiagnosticErrors(problems)
    return scripts


def run_seeds(scripts: Iterable[Script], url: str) -> Iterator[str]:
    """Run the files; the path of each when it is done."""
    for script in scripts:
        with connect(url) as conn:
            _run(conn, script)
        yield script.source.path


def _run(conn: Connection[TupleRow], script: Script) -> None:
    """One transaction, unless the file ends it: then what follows is the next one."""
    import psycopg

    command: Command | None = None
    try:
        conn.execute("begin")
        for command in script.commands:
            if command.effect is Effect.COPY_DATA:
                start, end = copy_rows(script.source.text, command.end)
                with conn.cursor().copy(command.text.encode()) as copy:
                    copy.write(script.source.text[start:end])
            else:
                conn.execute(command.text.encode())
        command = None
        conn.execute("commit")
    except psycopg.Error as problem:
        said = server_said(problem, lost=conn.closed)
        raise DiagnosticError(replace(said, span=_place(script, command, problem))) from None


def _place(script: Script, command: Command | None, problem: psycopg.Error) -> Span:
    """Where the server says, or the statement's first word; the file's end for what COMMIT refuses."""
    if command is None:
        end = len(script.source.text.rstrip())
        return Span(script.source, end, end)
    position = problem.diag.statement_position
    start = command.start + (int(position) - 1 if position else 0)
    return Span(script.source, start, start + 1)
