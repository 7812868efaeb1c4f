"""A schema's statements run on an empty database, as the fold runs them: each file a session of its own.

Takes a URL and statements; gives those that the server does not take. What needs something that comes later waits for
it, under the settings that it met, also where the file has a transaction: that goes on without it. What a schema says
of "its" database by name is said of this one.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze.typename import quote_identifier
from querygen.diagnostics import DiagnosticError
from querygen.server.database import connect
from querygen.server.said import server_said
from querygen.source import Span
from querygen.sql.psql import copy_rows
from querygen.sql.script import Effect, effect_of, is_transaction_control

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg
    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.sql.parse import RawStmt

_NO_DATABASE: Final = re.compile(r'^database "(.*)" does not exist$')
_NO_ROLE: Final = re.compile(r'^role "(.*)" does not exist$')
# What another statement should have made: an error that may follow from the error of that one.
_FOLLOWS: Final = frozenset({"42P01", "42883", "42704", "42703", "3F000", "42P17"})
_THERE: Final = "42710"
_BEFORE: Final = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/)*", re.DOTALL)  # whitespace and comments
_NO_EXTENSION: Final = re.compile(r'^extension "(.*)" is not available$')


class Refused(Struct, frozen=True):
    """A statement that the server does not take."""

    statement: RawStmt
    message: str
    code: str
    span: Span
    hint: str | None = None

    @property
    def extension(self) -> str | None:
        """Which extension the server lacks, if that is it."""
        found = _NO_EXTENSION.search(self.message)
        return found[1] if found else None

    @property
    def text(self) -> str:
        """How the statement begins, on one line."""
        words = " ".join(_BEFORE.sub("", self.statement.text, count=1).split())
        return words if len(words) <= 80 else words[:80].rpartition(" ")[0] + " …"


class _Waiting(Struct, frozen=True):
    statement: RawStmt
    settings: tuple[tuple[str, str], ...]  # what the session had set when it met the statement


# Not those of the transaction, which only its first statement can set, nor what cannot be read back.
_SETTINGS: Final = """
select name, pg_catalog.current_setting(name) from pg_catalog.pg_settings
where (source = 'session' or name = 'search_path') and name <> 'seed' and name !~ '^transaction_'
union all select 'session_authorization', session_user::text where session_user <> %s::name
union all select 'role', pg_catalog.current_setting('role') where pg_catalog.current_setting('role') <> 'none'
"""


def load_statements(url: str, statements: Sequence[RawStmt], *, own: bool) -> list[Refused]:
    """Run DDL. `own`: the server is ours alone, gets the roles that it is asked for, but no rows of COPY … FROM STDIN;
    bodies are the analysis's.
    """
    waiting: list[_Waiting] = []
    refused: list[Refused] = []
    lasting: list[Refused] = []
    for _source, group in itertools.groupby(statements, lambda one: one.source.path):
        with connect(url) as conn:
            _begin(conn, own=own)
            for one in group:
                if (problem := _run(conn, one, own=own)) is None:
                    continue
                if is_transaction_control(one):
                    lasting.append(problem)  # later there is no transaction that it could end
                else:
                    waiting.append(_Waiting(one, _settings(conn)))
                    refused.append(problem)
    with connect(url) as conn:
        _begin(conn, own=own)
        while waiting:
            left, refused = [], []
            for late in waiting:
                if (problem := _run(conn, late.statement, late.settings, own=own)) is not None:
                    left.append(late)
                    refused.append(problem)
            if len(left) == len(waiting):
                break
            waiting = left
    return [*lasting, *refused]


def causes(refused: Sequence[Refused]) -> list[Refused]:
    """Those that are not likely to follow from the others."""
    missing = [one for one in refused if one.extension is not None]
    return missing or [one for one in refused if one.code not in _FOLLOWS] or list(refused)


def _begin(conn: Connection[TupleRow], *, own: bool) -> None:
    conn.execute("set client_encoding = 'UTF8'")  # whatever the role, the database or the URL say: files are
    if own:
        conn.execute("set check_function_bodies = off")


def _settings(conn: Connection[TupleRow]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in conn.execute(_SETTINGS, (conn.info.user,)).fetchall())


def _run(
    conn: Connection[TupleRow], one: RawStmt, settings: Sequence[tuple[str, str]] = (), *, own: bool
) -> Refused | None:
    import psycopg
    from psycopg.pq import TransactionStatus

    text = one.text
    while True:
        inside = conn.info.transaction_status == TransactionStatus.INTRANS
        guarded = inside and not is_transaction_control(one)
        try:
            if settings:
                conn.execute(b"reset session authorization; reset role; reset all")
            for name, value in settings:
                conn.execute("select pg_catalog.set_config(%s, %s, false)", (name, value))
            if guarded:
                conn.execute("savepoint querygen")
            _send(conn, one, text, own=own)
            if guarded:
                conn.execute("release savepoint querygen")
        except psycopg.Error as problem:
            if conn.closed:
                place = _refused(one, problem).span
                raise DiagnosticError(replace(server_said(problem, lost=True), span=place)) from None
            if conn.info.transaction_status == TransactionStatus.INERROR:
                conn.execute("rollback to savepoint querygen" if guarded else "rollback")
            if own and problem.sqlstate == _THERE and "role" in (problem.diag.message_primary or ""):
                return None  # roles are the server's: another database has asked for it
            again = _mended(conn, text, problem, own=own)
            if again is None:
                return _refused(one, problem)
            text = again
        else:
            return None


def _send(conn: Connection[TupleRow], one: RawStmt, text: str, *, own: bool) -> None:
    match effect_of(one):
        case Effect.COPY_DATA if own:
            pass
        case Effect.COPY_DATA:
            start, end = copy_rows(one.source.text, one.end)
            with conn.cursor().copy(text.encode()) as copy:
                copy.write(one.source.text[start:end])
        case Effect.COPY_OUT:
            pass
        case _:
            conn.execute(text.encode())


def _mended(conn: Connection[TupleRow], text: str, problem: psycopg.Error, *, own: bool) -> str | None:
    """The statement as it should be tried again, after the role that it names was made, or about this database."""
    message = problem.diag.message_primary or ""
    if (missing := _NO_DATABASE.search(message)) is not None:
        name = re.escape(missing[1])
        here = quote_identifier(conn.info.dbname)
        pattern = re.compile(rf'(\bDATABASE\s+)"?{name}"?(?![\w$])', re.IGNORECASE)
        changed, count = pattern.subn(lambda found: found[1] + here, text, count=1)
        return changed if count and changed != text else None
    if own and (missing := _NO_ROLE.search(message)) is not None:
        conn.execute(f"create role {quote_identifier(missing[1])}".encode())
        return text
    return None


def _refused(one: RawStmt, problem: psycopg.Error) -> Refused:
    said = problem.diag
    before = _BEFORE.match(one.text)
    start = one.start + (before.end() if before else 0)
    if said.statement_position and said.statement_position.isdecimal():
        start = one.start + int(said.statement_position) - 1
    span = Span(one.source, start, start + 1)
    message = said.message_primary or str(problem).splitlines()[0]
    return Refused(one, message, problem.sqlstate or "08006", span, said.message_hint)
