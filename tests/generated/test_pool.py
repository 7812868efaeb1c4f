"""The pool module, db.py, against a server: where it connects to, how, and transactions."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.types.numeric import FloatLoader

from querygen.render.options import RenderOptions
from querygen.server.embedded import running_server
from tests.generated.project import project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from tests.pg_fixtures import PgDatabase

SCHEMA = "CREATE TABLE n (x int4 PRIMARY KEY, y int4 NOT NULL DEFAULT 0);"
QUERIES = "-- name: CountNumbers :one\nSELECT count(*) FROM n;\n"


@pytest.fixture
def url(pg_database: PgDatabase) -> str:
    return pg_database(SCHEMA)


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with project(tmp_path, SCHEMA, QUERIES, RenderOptions(pool_module=True)) as load:
        yield load("db")


def numbers(conn: Any) -> list[int]:
    return [x for (x,) in conn.execute("SELECT x FROM n ORDER BY x")]


def test_where_it_connects_to(db: Any, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(db.DatabaseUrlError, match="DATABASE_URL is not set: put it in the environment or in"):
        db.connect()
    with pytest.raises(
        db.DatabaseUrlError, match="cannot connect to the database, check DATABASE_URL and the server: "
    ):
        db.connect("postgresql://localhost:1/x")
    (tmp_path / ".env").write_text("OTHER=1\nDATABASE_URL=nonsense # what is meant?\n")
    told = "is no connection string, which looks like postgresql://user:password@host:5432/database: missing"
    for connect in (db.connect, db.pool, db.async_pool):
        with pytest.raises(db.DatabaseUrlError, match=told):
            connect()
    (tmp_path / ".env.local").write_text(f'# mine\nexport DATABASE_URL="{url}" # of the test\n')
    with db.connect() as conn:
        name = conn.info.dbname
    monkeypatch.setenv("DATABASE_URL", "host=/nowhere")
    with pytest.raises(db.DatabaseUrlError, match="/nowhere"):
        db.connect()
    with db.connect(url) as conn:
        assert conn.info.dbname == name


def test_how_it_connects(db: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(conn: Any, *names: str) -> list[str]:
        return [conn.execute(f"SHOW {name}").fetchone()[0] for name in names]

    with db.connect(url) as conn:
        assert conn.autocommit
        assert shown(conn, "TimeZone") == ["UTC"]
    with db.connect(url, autocommit=False) as conn:
        assert not conn.autocommit
    more = psycopg.conninfo.make_conninfo(
        url, sslmode="disable", application_name="app", options="-c search_path=app -c statement_timeout=7s"
    )
    with db.connect(more) as conn:
        assert shown(conn, "TimeZone", "search_path", "statement_timeout") == ["UTC", "app", "7s"]
        assert conn.info.get_parameters()["sslmode"] == "disable"
        assert shown(conn, "application_name") == ["app"]
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=5MB -c TimeZone=Asia/Tokyo")
    with db.connect(url) as conn:
        assert shown(conn, "work_mem", "TimeZone") == ["5MB", "Asia/Tokyo"]


def numeric_as_float(conn: Any) -> None:
    conn.adapters.register_loader("numeric", FloatLoader)


async def async_numeric_as_float(conn: Any) -> None:
    conn.adapters.register_loader("numeric", FloatLoader)


def test_pools(db: Any, url: str) -> None:
    with db.pool(url, min_size=2, max_size=3, timeout=5, configure=numeric_as_float) as pool:
        assert (pool.min_size, pool.max_size, pool.timeout) == (2, 3, 5)
        with pool.connection() as conn:
            assert conn.execute("SHOW TimeZone").fetchone() == ("UTC",)
            assert type(conn.execute("SELECT 1.5").fetchone()[0]) is float
            assert conn.autocommit

    async def use() -> None:
        made = db.async_pool(url, max_size=2, configure=async_numeric_as_float)
        async with made as pool, pool.connection() as conn:
            assert await (await conn.execute("SHOW TimeZone")).fetchone() == ("UTC",)
            assert type((await (await conn.execute("SELECT 1.5")).fetchone())[0]) is float

    asyncio.run(use())


SECRET = "s3cr et"  # noqa: S105


@pytest.fixture(scope="module")
def pg_tcp() -> Iterator[str]:
    with running_server(tcp=True) as server:
        yield server.tcp_url()


@pytest.mark.parametrize("wrong", ["port", "password", "database"])
def test_what_cannot_be_reached(
    db: Any, pg_tcp: str, wrong: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line that says why, at once, from a connection and from a pool, whose workers then do not try on and on."""
    parts: dict[str, dict[str, Any]] = {
        "port": {"port": closed_port(), "password": SECRET},
        "password": {"password": SECRET},
        "database": {"dbname": "missing"},
    }
    reason = {
        "port": "Connection refused",
        "password": "password authentication failed",
        "database": 'database "missing" does not exist',
    }[wrong]
    monkeypatch.setenv("DATABASE_URL", psycopg.conninfo.make_conninfo(pg_tcp, **parts[wrong]))

    def open_pool() -> None:
        with db.pool():
            raise AssertionError("the pool is open")

    async def open_async_pool() -> None:
        async with db.async_pool():
            raise AssertionError("the pool is open")

    start = time.monotonic()
    tries = (db.connect, open_pool, lambda: asyncio.run(db.async_connect()), lambda: asyncio.run(open_async_pool()))
    for connect in tries:
        with pytest.raises(db.DatabaseUrlError, match="cannot connect to the database, check") as told:
            connect()
        assert reason in str(told.value)
        assert isinstance(told.value.__cause__, psycopg.OperationalError)
        assert len(str(told.value).splitlines()) == 1
        assert SECRET not in "".join(traceback.format_exception(told.value))
    assert time.monotonic() - start < 5
    assert not caplog.records


def test_a_pool_opens_when_the_server_is_back(db: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = db.pool(url, timeout=5)
    with monkeypatch.context() as away:
        away.setattr(db.Connection, "connect", unreachable)
        with pytest.raises(db.DatabaseUrlError, match="it is away"):
            pool.open()
    with pool, pool.connection() as conn:
        pool.open()  # it is, and tries nothing
        assert numbers(conn) == []


def unreachable(*_arguments: Any, **_keywords: Any) -> None:
    raise psycopg.OperationalError("it is away")


@pytest.mark.parametrize("url", [f"postgresql://me:{SECRET}@host/x", "postgresql://me:s3cr%zzet@host/x", "s3cret"])
def test_no_connection_string_is_shown(db: Any, url: str) -> None:
    for connect in (db.connect, db.pool, db.async_pool):
        with pytest.raises(db.DatabaseUrlError, match="is no connection string") as told:
            connect(url)
        assert "s3cr" not in str(told.value)
        assert "s3cr" not in "".join(traceback.format_exception_only(told.value))
        assert told.value.__suppress_context__


def test_how_long_it_tries(db: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def seconds(pool: Any) -> Any:
        return psycopg.conninfo.conninfo_to_dict(pool.conninfo)["connect_timeout"]

    for pool in (db.pool, db.async_pool):
        assert int(seconds(pool(url, timeout=3.2))) == 3
        assert int(seconds(pool(psycopg.conninfo.make_conninfo(url, connect_timeout=7), timeout=3))) == 7
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "4")
    assert int(seconds(db.pool(url))) == 4


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def leave(conn: Any) -> None:
    conn.execute("INSERT INTO n VALUES (4)")
    raise ZeroDivisionError


def test_transactions(db: Any, url: str) -> None:
    with db.connect(url) as conn:
        with db.transaction(conn, IsolationLevel.REPEATABLE_READ):
            conn.execute("INSERT INTO n VALUES (1)")
            with pytest.raises(psycopg.errors.UniqueViolation), db.transaction(conn):
                conn.execute("INSERT INTO n VALUES (2); INSERT INTO n VALUES (1)")
            with db.transaction(conn, IsolationLevel.SERIALIZABLE):  # a savepoint has no level of its own
                conn.execute("INSERT INTO n VALUES (3)")
                assert conn.execute("SHOW transaction_isolation").fetchone() == ("repeatable read",)
        assert numbers(conn) == [1, 3]
        with pytest.raises(ZeroDivisionError), db.transaction(conn):
            leave(conn)
        assert numbers(conn) == [1, 3]


@pytest.mark.parametrize("conflict", [SerializationFailure, DeadlockDetected])
def test_calls_again_after_a_conflict(db: Any, url: str, conflict: type[psycopg.Error]) -> None:
    tries: list[int] = []

    def try_it(conn: Any, fails: int) -> int:
        tries.append(1)
        conn.execute("INSERT INTO n VALUES (%s)", (len(tries),))
        if len(tries) <= fails:
            raise conflict
        return len(tries)

    with db.connect(url) as conn:
        assert db.run_in_transaction(conn, lambda c: try_it(c, 2), isolation=IsolationLevel.SERIALIZABLE) == 3
        assert numbers(conn) == [3]
        tries.clear()
        with pytest.raises(conflict):
            db.run_in_transaction(conn, lambda c: try_it(c, 9), retries=1)
        assert len(tries) == 2
        tries.clear()
        with db.transaction(conn), pytest.raises(conflict):
            db.run_in_transaction(conn, lambda c: try_it(c, 1))
        assert (len(tries), numbers(conn)) == (1, [3])
        tries.clear()
        with pytest.raises(psycopg.errors.UniqueViolation):
            db.run_in_transaction(conn, lambda c: c.execute("INSERT INTO n VALUES (3)"))


def test_calls_again_after_a_real_conflict(db: Any, url: str) -> None:
    """Two transactions read the same row and write what they read, at the same moment."""
    both = threading.Barrier(2, timeout=20)
    tries: list[int] = []

    def count_up(conn: Any) -> None:
        tries.append(1)
        (y,) = conn.execute("SELECT y FROM n WHERE x = 1").fetchone()
        if len(tries) <= 2:
            both.wait()
        conn.execute("UPDATE n SET y = %s WHERE x = 1", (y + 1,))

    def run() -> None:
        with db.connect(url) as conn:
            db.run_in_transaction(conn, count_up, isolation=IsolationLevel.SERIALIZABLE)

    with db.connect(url) as conn:
        conn.execute("INSERT INTO n VALUES (1, 0)")
        threads = [threading.Thread(target=run) for _ in range(2)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert conn.execute("SELECT y FROM n").fetchone() == (2,)
    assert len(tries) == 3


def test_asynchronously(db: Any, url: str) -> None:
    tries: list[int] = []

    async def conflict(conn: Any) -> int:
        tries.append(1)
        await conn.execute("INSERT INTO n VALUES (%s)", (len(tries),))
        if len(tries) < 3:
            raise SerializationFailure
        return len(tries)

    async def use() -> None:
        async with await db.async_connect(url) as conn:
            async with db.async_transaction(conn, IsolationLevel.REPEATABLE_READ):
                assert await (await conn.execute("SHOW transaction_isolation")).fetchone() == ("repeatable read",)
                with pytest.raises(psycopg.errors.DivisionByZero):
                    async with db.async_transaction(conn):
                        await conn.execute("SELECT 1/0")
            assert await db.async_run_in_transaction(conn, conflict) == 3
            tries.clear()
            async with db.async_transaction(conn):
                with pytest.raises(SerializationFailure):
                    await db.async_run_in_transaction(conn, conflict)
            assert len(tries) == 1
            assert await (await conn.execute("SELECT array_agg(x) FROM n")).fetchone() == ([3],)
        with pytest.raises(db.DatabaseUrlError, match="cannot connect"):
            await db.async_connect("postgresql://localhost:1/x")

    asyncio.run(use())
