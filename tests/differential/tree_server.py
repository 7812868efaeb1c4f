"""The two sides of a tree comparison: PostgreSQL's answer to a statement, and ours.

An answer is the analysed tree in the form of `nodetree`, or a `Refusal`. The server is asked with
`debug_print_parse`, which sends the tree back as a notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg import pq

from querygen.analyze.state import ParamTable
from querygen.analyze.stmt import parse_analyze_varparams
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums
from querygen.sql.parse import parse_statement
from tests.differential import nodetree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.catalog import Catalog


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


class Refusal(NamedTuple):
    """What an error consists of; `location` counts characters from 0, -1: it has none."""

    code: str
    message: str
    location: int
    hint: str | None
    detail: str | None


class Server:
    """A connection that gives PostgreSQL's tree of a statement, or its refusal."""

    def __init__(self, dsn: str) -> None:
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._trees: list[str] = []
        self._connection.add_notice_handler(self._notice)
        for setting in ("debug_print_parse = on", "debug_pretty_print = off", "client_min_messages = log"):
            self._connection.execute(f"set {setting}")

    def _notice(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.message_primary == "parse tree:" and notice.message_detail is not None:
            self._trees.append(notice.message_detail)

    def tree(self, statement: str) -> Any:
        """The tree of a statement; a `PgError` if it is refused."""
        self._trees.clear()
        result = self._connection.pgconn.prepare(b"", statement.encode())
        if result.status == pq.ExecStatus.COMMAND_OK:
            return nodetree.parse(self._trees[-1])

        def field(which: pq.DiagnosticField) -> str:
            return (result.error_field(which) or b"").decode()

        position = field(pq.DiagnosticField.STATEMENT_POSITION)
        raise PgError(
            field(pq.DiagnosticField.SQLSTATE),
            field(pq.DiagnosticField.MESSAGE_PRIMARY),
            int(position) - 1 if position else -1,
            hint=field(pq.DiagnosticField.MESSAGE_HINT) or None,
            detail=field(pq.DiagnosticField.MESSAGE_DETAIL) or None,
        )

    def answer(self, statement: str) -> Any:
        """The tree, or a `Refusal`."""
        try:
            return self.tree(statement)
        except PgError as error:
            return _refusal(error)

    def load(self, scripts: Iterable[str], *, forgiving: bool) -> None:
        """Run scripts; what fails, for want of an extension or a role, may be passed over."""
        self._connection.execute("set client_min_messages = error")
        for script in scripts:
            try:
                self._connection.execute(script.encode())
            except psycopg.Error:
                if not forgiving:
                    raise
        self._connection.execute("set client_min_messages = log")

    def set_search_path(self, path: Iterable[str]) -> None:
        self._connection.execute("select set_config('search_path', %s, false)", [", ".join(map(_quoted, path))])

    def close(self) -> None:
        self._connection.close()


def _refusal(error: PgError) -> Refusal:
    # our hints for syntax errors and for collations are our own, and the detail of JSON's input is left out
    detail = None if error.message == "invalid input syntax for type json" else error.detail
    hint = None if "at or near" in error.message or 'collation "' in error.message[:11] else error.hint
    return Refusal(error.code, error.message, error.location, hint, detail)


def our_answer(catalog: Catalog, statement: str) -> Any:
    """The same of ours; of a utility statement, whose tree C leaves raw, None."""
    try:
        raw = parse_statement(statement)
        query = parse_analyze_varparams(catalog, raw, statement, ParamTable(), collated=True)
    except PgError as error:
        return _refusal(error)
    return None if query.commandType == enums.CmdType.CMD_UTILITY else nodetree.of_ours(query)


def disagreement(comparison: nodetree.Comparison, ours: Any, theirs: Any) -> str | None:
    """What is not the same about two answers, or None."""
    if isinstance(ours, Refusal) or isinstance(theirs, Refusal):
        if ours == theirs:
            return None
        shown = [one if isinstance(one, Refusal) else "accepted" for one in (ours, theirs)]
        return "{} instead of {}".format(*shown)
    return None if ours is None else comparison.difference(ours, theirs)
