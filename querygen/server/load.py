"""A schema's statements run on an empty database, as the fold runs them: each file a session of its own.

Takes a URL and statements; gives those that the server does not take. What needs something that comes later waits for
it, under the search path that it met. What a schema says of "its" database by name is said of this one.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.analyze.typename import quote_identifier
from querygen.server.database import connect
from querygen.source import Span

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
    path: str  # the search path that it met


def load_statements(url: str, statements: Sequence[RawStmt], *, own: bool) -> list[Refused]:
    """Run DDL. `own`: the server is ours alone, and gets the roles that it is asked for; bodies are the analysis's."""
    waiting: list[_Waiting] = []
    refused: list[Refused] = []
    for _source, group in itertools.groupby(statements, lambda one: one.source.path):
        with connect(url) as conn:
            _begin(conn, own=own)
            for one in group:
                path = _setting(conn)
                if (problem := _run(conn, one, own=own)) is not None:
                    waiting.append(_Waiting(one, path))
                    refused.append(problem)
    with connect(url) as conn:
        _begin(conn, own=own)
        while waiting:
            left, refused = [], []
            for late in waiting:
                conn.execute("select pg_catalog.set_config('search_path', %s, false)", (late.path,))
                if (problem := _run(conn, late.statement, own=own)) is not None:
                    left.append(late)
                    refused.append(problem)
            if len(left) == len(waiting):
                break
            waiting = left
    return refused


def causes(refused: Sequence[Refused]) -> list[Refused]:
    """Those that are not likely to follow from the others."""
    missing = [one for one in refused if one.extension is not None]
    return missing or [one for one in refused if one.code not in _FOLLOWS] or list(refused)


def _begin(conn: Connection[TupleRow], *, own: bool) -> None:
    if own:
        conn.execute("set check_function_bodies = off")


def _setting(conn: Connection[TupleRow]) -> str:
    return str(conn.execute("select pg_catalog.current_setting('search_path')").fetchall()[0][0])


def _run(conn: Connection[TupleRow], one: RawStmt, *, own: bool) -> Refused | None:
    import psycopg

    text = one.text
    while True:
        try:
            conn.execute(text.encode())
        except psycopg.Error as problem:
            if own and problem.sqlstate == _THERE and "role" in (problem.diag.message_primary or ""):
                return None  # roles are the server's: another database has asked for it
            again = _mended(conn, text, problem, own=own)
            if again is None:
                return _refused(one, problem)
            text = again
        else:
            return None


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
