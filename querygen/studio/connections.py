"""Connections of the studio to its database: kept between requests, guarded by timeouts, every value as text.

Takes a URL; gives connections on which a value comes as PostgreSQL prints it, so that what Python has no value for
(infinity, years before Christ, a type nobody knows) is shown and sent back unchanged. `spent` counts what a page cost.
"""

from __future__ import annotations

import contextlib
import selectors
import time
from contextvars import ContextVar
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import psycopg
from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg.types.string import TextLoader

from querygen.server.database import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.abc import Params

_KEPT: Final = 4  # connections that wait for the next request
LOCK_TIMEOUT_MS: Final = 3000


class Spent(Struct):
    """What the statements of one request cost."""

    statements: int = 0
    seconds: float = 0.0


spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextlib.contextmanager
def counted() -> Iterator[None]:
    """Count a statement and its time."""
    started = time.perf_counter()
    try:
        yield
    finally:
        if (now := spent.get()) is not None:
            now.statements += 1
            now.seconds += time.perf_counter() - started


class CountingCursor(psycopg.Cursor[TupleRow]):
    """A cursor that tells `spent` of its statements."""

    def execute(self, query: Any, params: Params | None = None, **options: Any) -> CountingCursor:
        with counted():
            super().execute(query, params, **options)
        return self


@cache
def _known_types() -> tuple[int, ...]:
    """The oids that psycopg would turn into something other than text."""
    found = [(one.oid, one.array_oid) for one in psycopg.adapters.types]
    return tuple(sorted({oid for pair in found for oid in pair if oid}))


def label_of(url: str) -> str:
    """Database, host and user of a URL; nothing that is secret."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "the database"
    name = given.get("dbname") or given.get("user") or "the default database"
    host = str(given.get("host") or given.get("hostaddr") or "")
    if host.startswith("/") or not host:
        return f"{name} on this machine"  # through a socket, whose folder says nothing
    return f"{name} on {host}" + (f":{given['port']}" if given.get("port") else "")


def _has_news(conn: Connection[TupleRow]) -> bool:
    """Whether the server said something to an idle connection: mostly that it is closed."""
    with selectors.DefaultSelector() as selector:
        selector.register(conn.pgconn.socket, selectors.EVENT_READ)
        return bool(selector.select(0))


class Connections:
    """Connections to one database. Without `write` the server itself refuses every change."""

    def __init__(self, url: str, *, write: bool, timeout_ms: int) -> None:
        self._url = url
        self._write = write
        self._timeout_ms = timeout_ms
        self._idle: list[Connection[TupleRow]] = []
        self._lock = Lock()

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection[TupleRow]]:
        """A connection in autocommit mode. One on which anything went wrong is not used again."""
        conn = self._take()
        try:
            yield conn
        except BaseException:
            conn.close()
            raise
        if conn.closed or conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            conn.close()
            return
        with self._lock:
            if len(self._idle) < _KEPT:
                self._idle.append(conn)
                return
        conn.close()

    def _take(self) -> Connection[TupleRow]:
        while True:
            with self._lock:
                conn = self._idle.pop() if self._idle else None
            if conn is None:
                return self._open()
            if not _has_news(conn):
                return conn
            conn.close()

    def _open(self) -> Connection[TupleRow]:
        conn = connect(self._url, connect_timeout=5)
        for oid in _known_types():
            conn.adapters.register_loader(oid, TextLoader)
        conn.cursor_factory = CountingCursor
        settings = {
            "client_encoding": "UTF8",
            "application_name": "querygen studio",
            "statement_timeout": str(self._timeout_ms),
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": "60000",
            "default_transaction_read_only": "off" if self._write else "on",
            "datestyle": "ISO",
            "intervalstyle": "postgres",
            "bytea_output": "hex",
            "jit": "off",  # pages are many small statements
            "synchronize_seqscans": "off",  # a page of a table without a key goes on where the last one ended
        }
        names, values = list(settings), list(settings.values())
        conn.execute(
            "select set_config(name, value, false) from unnest(%s::text[], %s::text[]) as t (name, value)",
            (names, values),
        )
        return conn

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()
