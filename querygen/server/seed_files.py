r"""The project's `seeds/*.sql`: read and checked first, then run, each file as one transaction.

Takes paths and a URL. A file is SQL as `pg_dump --data-only` writes it, too: COPY … FROM STDIN with its rows below it.
psql's own commands are refused, but for pg_dump's \restrict; so are rows for the client, who has no use for them. What
the server refuses stands at its place in the file.
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
        for command in script.commands:
            if command.effect is Effect.COPY_OUT:
                message, hint = "COPY … TO STDOUT has no place to write to", "Remove it: a seed makes rows."
                problems.append(error(NOT_SQL, message, _first_word(script, command), hint))
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
    from psycopg.pq import TransactionStatus

    command: Command | None = None
    try:
        conn.execute("set client_encoding = 'UTF8'")  # whatever the role, the database or the URL say: files are
        conn.execute("begin")
        for command in script.commands:
            idle = conn.info.transaction_status == TransactionStatus.IDLE
            if idle and command.effect not in (Effect.BEGIN, Effect.ALONE):
                conn.execute("begin")
            if command.effect is Effect.COPY_DATA:
                start, end = copy_rows(script.source.text, command.end)
                with conn.cursor().copy(command.text.encode()) as copy:
                    copy.write(script.source.text[start:end])
            else:
                conn.execute(command.text.encode())
            _check_encoding(conn, script, command)
        command = None
        conn.execute("commit")
    except psycopg.Error as problem:
        said = server_said(problem, lost=conn.closed)
        raise DiagnosticError(replace(said, span=_place(script, command, problem))) from None


def _check_encoding(conn: Connection[TupleRow], script: Script, command: Command) -> None:
    """The server tells of a change, whatever made it: SET, SET NAMES, RESET ALL, set_config."""
    encoding = conn.info.parameter_status("client_encoding")
    if encoding != "UTF8":
        message = f"client_encoding is {encoding} from here on, and the file is read as UTF-8"
        hint = "Remove it, or say UTF8; and save the file as UTF-8."
        raise DiagnosticError(error(NOT_SQL, message, _first_word(script, command), hint))


def _first_word(script: Script, command: Command) -> Span:
    return Span(script.source, command.start, command.start + len(command.words.split(" ", 1)[0]))


def _place(script: Script, command: Command | None, problem: psycopg.Error) -> Span:
    """Where the server says, or the statement's first word; the file's end for what COMMIT refuses."""
    if command is None:
        end = len(script.source.text.rstrip())
        return Span(script.source, end, end)
    position = problem.diag.statement_position
    start = command.start + (int(position) - 1 if position else 0)
    return Span(script.source, start, start + 1)
