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
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

_GENERIC_PLANS: Final = 160000  # EXPLAIN (GENERIC_PLAN)
_NAME: Final = "querygen_explain"


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
    """The same on a server before 16: a prepared statement can be made to have the plan that serves any values.

    It has to be given values all the same. NULL is one of every type but of some domains: their parameters are then
    declared to be of the type below.
    """
    from psycopg import errors

    try:
        return _explain_execute(conn, sql, options, "")
    except (errors.NotNullViolation, errors.CheckViolation):
        found = _base_types(conn, sql)
        return _explain_execute(conn, sql, options, f"({', '.join(found)})")


def _explain_execute(conn: Connection[TupleRow], sql: str, options: str, types: str) -> TupleRow | None:
    with _prepared(conn, sql, types):
        conn.execute("set local plan_cache_mode = force_generic_plan")
        rows = conn.execute(
            "select pg_catalog.cardinality(parameter_types) from pg_catalog.pg_prepared_statements where name = %s",
            (_NAME,),
        ).fetchall()
        values = ", ".join(["NULL"] * rows[0][0])
        execute = f"EXECUTE {_NAME}({values})" if values else f"EXECUTE {_NAME}"
        return conn.execute(f"EXPLAIN ({options}) {execute}".encode()).fetchone()


def _base_types(conn: Connection[TupleRow], sql: str) -> list[str]:
    """The types of a query's parameters; of a domain, the type below it."""
    with _prepared(conn, sql, ""):
        rows = conn.execute(
            "with recursive base (number, oid) as ("
            " select number, type from pg_catalog.pg_prepared_statements p,"
            " unnest(p.parameter_types::oid[]) with ordinality as u (type, number) where p.name = %s"
            " union all select number, t.typbasetype from base join pg_catalog.pg_type t on t.oid = base.oid"
            " where t.typtype = 'd')"
            " select pg_catalog.format_type(base.oid, null) from base join pg_catalog.pg_type t on t.oid = base.oid"
            " where t.typtype <> 'd' order by number",
            (_NAME,),
        ).fetchall()
    return [str(name) for (name,) in rows]


@contextlib.contextmanager
def _prepared(conn: Connection[TupleRow], sql: str, types: str) -> Iterator[None]:
    import psycopg

    try:
        with conn.transaction(force_rollback=True):
            conn.execute(f"PREPARE {_NAME}{types} AS {sql}".encode())
            yield
    finally:
        # A rollback does not undo PREPARE.
        with contextlib.suppress(psycopg.Error):
            conn.execute(f"deallocate {_NAME}")


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
