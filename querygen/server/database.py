"""Which database to use and how to reach it: DATABASE_URL, connections, and databases made and dropped.

Takes URLs and servers, returns psycopg connections; what cannot be reached becomes a `ServerError` with a hint.
psycopg is imported inside the functions: `querygen build` must start quickly and work without libpq.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection
    from psycopg.rows import TupleRow

_POSTGRES_URL = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
_DRIVER_URL = re.compile(r"postgres(?:ql)?\+\w+://", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):[^\s?]*@")
_CUT_PASSWORD = re.compile(r"://[^/@\s:]*:[^\s?@]*@[^\s?]*@")  # an @ of its own ends a password
_DSN_PASSWORD = re.compile(r"(\bpassword\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)", re.IGNORECASE)
_URL_HINT = "it looks like postgresql://user:password@host:5432/database"


class HasDsn(Protocol):
    """What a database is made on: an `EmbeddedServer`, or anything else that gives a connection string."""

    def dsn(self, database: str = "postgres") -> str: ...


# ---------------------------------------------------------------- DATABASE_URL


def resolve_database_url(explicit: str | None, environ: Mapping[str, str]) -> str | None:
    """The URL given on the command line, else DATABASE_URL, else None: the caller then starts an embedded server.

    SQLAlchemy's `postgresql+driver://` becomes `postgresql://`, because projects share one DATABASE_URL among tools.
    """
    value, origin = (explicit, "the database URL") if explicit else (environ.get("DATABASE_URL", ""), "DATABASE_URL")
    value = value.strip()
    if not value:
        return None
    if driver := _DRIVER_URL.match(value):
        return "postgresql://" + value[driver.end() :]
    if _POSTGRES_URL.match(value) or ("://" not in value and "=" in value):
        return value
    raise ServerError(f"{origin} is not a PostgreSQL URL: {hide_password(value)}", _URL_HINT)


def hide_password(url: str) -> str:
    """The URL or connection string as it may be printed."""
    return _DSN_PASSWORD.sub(r"\1***", _URL_PASSWORD.sub(r"\1:***@", url))


# ---------------------------------------------------------------- connections


def connect(url: str, *, connect_timeout: int = 10) -> Connection[TupleRow]:
    """A connection in autocommit mode to a URL or connection string."""
    try:
        import psycopg
    except ImportError as error:  # psycopg is there, but without a libpq
        raise ServerError(f"psycopg cannot be imported: {error}", "install querygen[embedded], or libpq") from error
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=connect_timeout)
    except psycopg.ProgrammingError as error:
        raise ServerError(f"{hide_password(url)} is not a connection string: {error}", _URL_HINT) from None
    except psycopg.OperationalError as error:
        # Without a chain: libpq's message says all, and psycopg's frames would show the password.
        raise _unreachable(url, str(error)) from None


# What libpq or the server says → what the connection fails on, and the cure.
_REASONS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"password authentication failed|no password supplied",
        "authentication",
        "Correct the user and the password in DATABASE_URL; @ : / in a password are written %40 %3A %2F.",
    ),
    (r'role ".*" does not exist', "authentication", "Correct the user in DATABASE_URL, or make it: createuser."),
    (
        r"no pg_hba.conf entry",
        "authentication",
        "The server's pg_hba.conf does not let this user in from here: add a line there, or try sslmode=require.",
    ),
    (
        r"server does not support SSL",
        "tls",
        "The server has no TLS: turn it on there, or, on a network you trust, set sslmode=prefer or disable.",
    ),
    (
        r"certificate|SSL error|sslrootcert|SSL",
        "tls",
        "The server's certificate is not trusted or not for this host: name its authority in sslrootcert.",
    ),
    (r'database ".*" does not exist', "database", "Make it (createdb), or correct its name in DATABASE_URL."),
    (
        r"too many clients|remaining connection slots|too many connections",
        "connections",
        "Every connection is taken: make pools smaller, raise max_connections, or put PgBouncer in between.",
    ),
    (
        r"could not translate host|Name or service not known|nodename nor servname|resolve",
        "host",
        "The host's name is not known here: correct it in DATABASE_URL; in a container it is the service's name.",
    ),
    (r"starting up|shutting down|recovery", "server", "The server is not ready yet: wait a moment."),
    (r"timeout|timed out", "server", "The host does not answer: is there a firewall, a VPN that is off?"),
)


def _unreachable(url: str, reason: str) -> ServerError:
    if _CUT_PASSWORD.search(url):
        # libpq takes what is behind the first @ for the host, and would tell it.
        message = f"cannot connect to {hide_password(url)}: the password has an @, where it ends for a URL"
        return ServerError(message, "Write @ : / in a password as %40 %3A %2F.", "authentication")
    message = f"cannot connect to {hide_password(url)}: {hide_password(reason.strip())}"
    for pattern, about, cure in _REASONS:
        if re.search(pattern, reason, re.IGNORECASE):
            return ServerError(message, cure, about)
    return ServerError(message, "Start the server, correct DATABASE_URL, or unset it to use the embedded server.")


# ---------------------------------------------------------------- databases


def create_database(server: HasDsn, name: str, template: str | None = None) -> str:
    """Make a database, empty or a copy of `template`, and return its connection string."""
    with connect(server.dsn()) as conn:
        from psycopg import sql

        command = sql.SQL("create database {}").format(sql.Identifier(name))
        if template is not None:
            command += sql.SQL(" template {}").format(sql.Identifier(template))
        conn.execute(command)
    return server.dsn(name)


def drop_database(server: HasDsn, name: str) -> None:
    """Drop a database if it exists, ending its connections."""
    with connect(server.dsn()) as conn:
        from psycopg import sql

        conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def load_sql(dsn: str, text: str) -> None:
    """Run a script of SQL statements as one implicit transaction. Errors are psycopg's, with their position."""
    with connect(dsn) as conn:
        # As bytes and without parameters: the simple protocol takes many statements, and `%` means itself.
        conn.execute(text.encode())
