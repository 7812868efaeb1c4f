"""Two connections to one database: one migrates, one holds the lock.

Takes a URL, gives a `Session`. The lock is PostgreSQL's advisory lock of a session, tried again and again: a connection
that waited in `pg_advisory_lock` would hold a snapshot, for which CREATE INDEX CONCURRENTLY waits in turn. Behind a
pooler that gives each transaction another server process such locks mean nothing: it is found out, and refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.diagnostics import DiagnosticError, error
from querygen.server.database import connect, hide_password
from querygen.server.said import LOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.runner.history import Table

LOCKED = "QG560"  # another run has the lock
POOLED = "QG561"  # a pooler stands between

_POLL_SECONDS: Final = 0.25
_POOLER_PATIENCE: Final = 5.0


class Session(Struct, frozen=True):
    """`conn` runs migrations in autocommit mode, transactions being opened by hand; `guard` holds the lock.

    `process` is the server process behind `conn`, whatever a pooler in between makes of its number.
    """

    conn: Connection[TupleRow]
    guard: Connection[TupleRow]
    table: Table
    process: int


@contextlib.contextmanager
def open_session(url: str, table: Table, *, wait: float, told: Callable[[str], None]) -> Iterator[Session]:
    """Connect, make sure of the lock, and let go of both at the end. `wait`: seconds that another run may take."""
    conn = connect(_named(url))
    try:
        guard = connect(_named(url))
    except BaseException:
        conn.close()
        raise
    try:
        process = refuse_pooler(url, conn, guard)
        # A guard that a server's timeout ends would let a second run in.
        for name in ("idle_session_timeout", "statement_timeout"):
            guard.execute(
                "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings where name = %s", (name,)
            )
        _lock(guard, table, wait, told)
        yield Session(conn, guard, table, process)
    finally:
        for one in (conn, guard):
            with contextlib.suppress(Exception):
                one.close()


def _named(url: str) -> str:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    given = conninfo_to_dict(url)
    return (
        make_conninfo(url) if "application_name" in given else make_conninfo(url, application_name="querygen migrate")
    )


def refuse_pooler(url: str, conn: Connection[TupleRow], guard: Connection[TupleRow]) -> int:
    """Stop where two statements of one connection see two server processes: PgBouncer in transaction mode and its like.

    Otherwise the process behind `conn`.
    """

    def process(one: Connection[TupleRow]) -> int:
        return next(int(number) for (number,) in one.execute("select pg_catalog.pg_backend_pid()"))

    first = process(guard)
    with ThreadPoolExecutor(1) as pool:
        # While a transaction is open on the other connection, a pooler cannot give its server to this one; if it has
        # no other, this one waits, and the end of the transaction frees it.
        with conn.transaction():
            ours = process(conn)
            asked = pool.submit(process, guard)
            wait_for([asked], timeout=_POOLER_PATIENCE)
            waited = not asked.done()
        second = asked.result()
    third = process(guard)
    if waited:
        second = -1
    if first == second == third:
        return ours
    raise DiagnosticError(
        error(
            POOLED,
            f"{hide_password(url)}: a connection pooler in transaction mode stands before this server",
            hint="Name the server itself (its own port, often 5432) by --database-url: migrations need a session of "
            "their own, for the lock that keeps two runs apart.",
        )
    )


def lock_key(table: Table) -> int:
    """The advisory lock's number: PostgreSQL keeps these locks by database, so the table's name is enough."""
    digest = hashlib.sha256(f"querygen migrate {table}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _lock(guard: Connection[TupleRow], table: Table, wait: float, told: Callable[[str], None]) -> None:
    key = lock_key(table)
    end = time.monotonic() + wait
    waiting = False
    while True:
        row = guard.execute("select pg_catalog.pg_try_advisory_lock(%s)", (key,)).fetchone()
        if row is not None and row[0]:
            return
        if time.monotonic() >= end:
            raise DiagnosticError(
                error(
                    LOCKED,
                    f"another run of migrations has the lock for {wait:g} s already: {_holder(guard, key)}",
                    hint="Wait for it (--wait SECONDS), or end that process if nobody is at it any more.",
                )
            )
        if not waiting:
            told(f"waiting for another run: {_holder(guard, key)}")
            waiting = True
        time.sleep(_POLL_SECONDS)


def _holder(guard: Connection[TupleRow], key: int) -> str:
    unsigned = key & 0xFFFFFFFFFFFFFFFF
    row = guard.execute(
        "select l.pid, a.usename, a.client_addr::text, a.backend_start::timestamptz(0)::text"
        " from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid"
        " where l.locktype = 'advisory' and l.granted and l.classid = %s::bigint::oid and l.objid = %s::bigint::oid"
        " and l.objsubid = 1"
        " and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())",
        (unsigned >> 32, unsigned & 0xFFFFFFFF),
    ).fetchone()
    if row is None:
        return "it has just ended"
    pid, user, address, since = row
    return (
        f"server process {pid}"
        + (f" of {user}" if user else "")
        + (f" from {address}" if address else "")
        + (f", connected since {since}" if since else "")
    )


def holder_of(conn: Connection[TupleRow], table: Table) -> str | None:
    """Who runs migrations right now; None where nobody does."""
    held = _holder(conn, lock_key(table))
    return None if held.startswith("it has") else held


def check_guard(session: Session) -> None:
    """Stop where the lock went with its connection."""
    import psycopg

    try:
        session.guard.execute("select 1")
    except psycopg.Error as problem:
        raise DiagnosticError(
            error(
                LOST,
                f"the connection that holds the lock is gone: {str(problem).strip()}",
                hint="Run the command again: what was applied is remembered.",
            )
        ) from None


def blockers(session: Session) -> list[str]:
    """Which server processes the migrating connection waits for, and what they do. Asked over the other connection."""
    rows = session.guard.execute(
        "select a.pid, a.usename, a.state, left(a.query, 80) from pg_catalog.pg_stat_activity a"
        " where a.pid = any (pg_catalog.pg_blocking_pids(%s))",
        (session.process,),
    ).fetchall()
    return [
        f"process {pid}"
        + (f" of {user}" if user else "")
        + f" ({state or 'its state is hidden'})"
        + (f": {query}" if query else "")
        for pid, user, state, query in rows
    ]
