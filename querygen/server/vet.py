"""Queries asked of a server without running them: prepared, or explained.

Takes a connection and a query's text with `$n`; gives PostgreSQL's complaint, or the plan as EXPLAIN's JSON has it.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

from querygen.server.database import connect
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection
    from psycopg.rows import TupleRow

_GENERIC_PLANS: Final = 160000  # EXPLAIN (GENERIC_PLAN)


def prepare_problem(conn: Connection[TupleRow], sql: str) -> str | None:
    """Why the server would not prepare the query; None if it would."""
    from psycopg.pq import ExecStatus

    answer = conn.pgconn.prepare(b"", sql.encode())
    if answer.status == ExecStatus.COMMAND_OK:
        return None
    return answer.get_error_message().strip().removeprefix("ERROR:").strip().splitlines()[0]


def explain(conn: Connection[TupleRow], sql: str) -> dict[str, Any]:
    """The plan of a query that serves any values; raises `ServerError` where there is none."""
    import psycopg

    try:
        return plan_of(conn, sql)
    except psycopg.Error as problem:
        raise ServerError(str(problem).splitlines()[0]) from None


def plan_of(conn: Connection[TupleRow], sql: str) -> dict[str, Any]:
    """The same, with psycopg's errors. EXPLAIN asks whether the role may run the statement; PREPARE does not."""
    options = "VERBOSE, COSTS, SETTINGS, FORMAT JSON"
    if conn.info.server_version >= _GENERIC_PLANS:
        # As bytes: the text of a query is no literal of ours, and without parameters `%` means itself.
        row = conn.execute(f"EXPLAIN (GENERIC_PLAN, BUFFERS, {options}) {sql}".encode()).fetchone()
    else:
        row = _explain_prepared(conn, sql, options)
    found = row[0] if row else []
    plans = json.loads(found) if isinstance(found, str) else found
    return dict(plans[0]) if plans else {}


def _explain_prepared(conn: Connection[TupleRow], sql: str, options: str) -> TupleRow | None:
    """The same on a server before 16: a prepared statement can be made to have the plan that serves any values."""
    import psycopg

    try:
        with conn.transaction(force_rollback=True):
            conn.execute("set local plan_cache_mode = force_generic_plan")
            conn.execute(f"PREPARE querygen_explain AS {sql}".encode())
            rows = conn.execute(
                "select pg_catalog.cardinality(parameter_types) from pg_catalog.pg_prepared_statements where name = %s",
                ("querygen_explain",),
            ).fetchall()
            values = ", ".join(["NULL"] * rows[0][0])
            execute = f"EXECUTE querygen_explain({values})" if values else "EXECUTE querygen_explain"
            return conn.execute(f"EXPLAIN ({options}) {execute}".encode()).fetchone()
    finally:
        # A rollback does not undo PREPARE.
        with contextlib.suppress(psycopg.Error):
            conn.execute("deallocate querygen_explain")


def load_statements(url: str, statements: Iterable[str]) -> list[tuple[str, str]]:
    """Run DDL, putting aside what needs something that comes later; gives what failed, and why."""
    import psycopg

    pending = list(statements)
    with connect(url) as conn:
        while True:
            failed: list[tuple[str, str]] = []
            for statement in pending:
                try:
                    conn.execute(statement.encode())
                except psycopg.Error as problem:
                    failed.append((statement, str(problem).splitlines()[0]))
            if not failed or len(failed) == len(pending):
                return failed
            pending = [statement for statement, _ in failed]


def create_beside(url: str, name: str) -> str:
    """Make an empty database on the server of a URL or connection string; gives how to reach it."""
    from psycopg import sql
    from psycopg.conninfo import make_conninfo

    with connect(url) as conn:
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    if "://" not in url:
        return make_conninfo(url, dbname=name)
    scheme, _, rest = url.partition("://")
    host, slash, tail = rest.partition("/")
    _, question, options = tail.partition("?")
    if not slash:
        host, question, options = host.partition("?")
    return f"{scheme}://{host}/{name}{question}{options}"
