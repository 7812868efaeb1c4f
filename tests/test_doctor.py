"""`querygen doctor`: every check finds its fault on a real server, and is content without it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from querygen import doctor
from querygen.config_file import read_config
from querygen.doctor import Check, State, examine
from querygen.pipeline import generate
from querygen.scaffold.init import init_project
from querygen.server.embedded import EmbeddedServer, running_server
from querygen.write import write_files
from tests.pg_fixtures import PgDatabase


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An example project that is built."""
    init_project(tmp_path)
    config = read_config(tmp_path)
    write_files(config.out_path, generate(config).files, check=False)
    return tmp_path


@pytest.fixture(scope="module")
def tcp_server() -> Iterator[EmbeddedServer]:
    with running_server(tcp=True, options={"max_connections": "12", "superuser_reserved_connections": "1"}) as server:
        yield server


def schema_of(project: Path) -> str:
    return "".join(path.read_text() for path in sorted((project / "schema").glob("*.sql")))


def checks(project: Path, url: str | None, **environ: str) -> dict[str, Check]:
    return {check.name: check for check in examine(read_config(project), url, environ)}


def bad(found: dict[str, Check]) -> set[str]:
    for check in found.values():
        assert (check.cure is not None) == (check.state is State.BAD)
    return {name for name, check in found.items() if check.state is State.BAD}


def test_nothing_is_wrong(project: Path, pg_database: PgDatabase) -> None:
    found = checks(project, pg_database(schema_of(project)))
    assert bad(found) == set()
    wanted = {"sql", "generated code", "database url", "connection", "version", "pooler", "connections"}
    assert wanted | {"transactions", "idle transactions", "relations", "queries"} == set(found)


def test_sql_that_is_wrong(project: Path) -> None:
    (project / "queries" / "bad.sql").write_text("-- name: Bad :one\nselect nothing;\n")
    found = checks(project, "host=/nowhere")
    assert {"sql", "server"} == bad(found)
    assert found["sql"].message.startswith("1 error, the first: ")
    assert "queries/bad.sql:2" in found["sql"].message


def test_generated_code_that_is_stale(project: Path) -> None:
    (project / "queries" / "more.sql").write_text('-- name: CountUser :one\nselect count(*) from "user";\n')
    assert "generated code" in bad(checks(project, "host=/nowhere"))


def test_no_database_url(project: Path, pg_database: PgDatabase) -> None:
    found = checks(project, None)
    assert bad(found) == {"database url"}
    assert "querygen db start" in str(found["database url"].cure)
    assert bad(checks(project, "mysql://u:secret@h/d")) == {"database url"}
    assert bad(checks(project, None, DATABASE_URL=pg_database(schema_of(project)))) == set()


def test_nobody_answers(project: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = checks(project, f"postgresql://u@127.0.0.1:{port}/d")
    assert bad(found) == {"server"}
    assert "no server answers" in found["server"].message


def test_something_else_answers(project: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        found = checks(project, f"postgresql://u@127.0.0.1:{other.getsockname()[1]}/d?connect_timeout=2")
    assert bad(found) == {"server"}


@pytest.mark.parametrize(
    ("old", "new", "name", "said"),
    [
        ("postgres:", "nobody_here:", "authentication", "password authentication failed"),
        (":{password}@", ":wrong@", "authentication", "password authentication failed"),
        ("/postgres", "/nothing", "database", "does not exist"),
        ("/postgres", "/postgres?sslmode=require", "tls", "SSL"),
        ("@127.0.0.1", "@no-such-host.invalid", "host", "no-such-host"),
    ],
)
def test_what_the_connection_fails_on(
    project: Path, tcp_server: EmbeddedServer, old: str, new: str, name: str, said: str
) -> None:
    url = tcp_server.tcp_url()
    old = old.format(password=tcp_server.password)
    start = len("postgresql://") if old == "postgres:" else 0
    changed = url[:start] + url[start:].replace(old, new, 1) if old != "/postgres" else new.join(url.rsplit(old, 1))
    assert changed != url
    found = checks(project, changed)
    assert bad(found) == {name}
    assert said in found[name].message
    assert str(tcp_server.password) not in str(found)


def test_every_connection_is_taken(project: Path, tcp_server: EmbeddedServer) -> None:
    with ExitStack() as stack:
        taken = 0
        while taken < 10:
            stack.enter_context(psycopg.connect(tcp_server.tcp_url()))
            taken += 1
        found = checks(project, tcp_server.tcp_url())
        assert "connections" in bad(found)
        assert "of 11 connections are taken" in found["connections"].message
        stack.enter_context(psycopg.connect(tcp_server.tcp_url()))
        stack.enter_context(psycopg.connect(tcp_server.tcp_url()))
        found = checks(project, tcp_server.tcp_url())
        assert bad(found) == {"connections"}
    assert "connections" not in bad(checks(project, tcp_server.tcp_url()))


def test_a_session_that_does_nothing(project: Path, pg_database: PgDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_IDLE_SECONDS", 0)
    dsn = pg_database(schema_of(project))
    with psycopg.connect(dsn) as idle:
        idle.execute("select 'this one'")
        found = checks(project, dsn)
        assert bad(found) == {"idle transactions"}
        assert "this one" in str(found["idle transactions"].cure)
    assert bad(checks(project, dsn)) == set()


def test_an_extension_that_is_missing(project: Path, pg_database: PgDatabase) -> None:
    (project / "schema" / "00_extension.sql").write_text("create extension citext;\n")
    dsn = pg_database(schema_of(project).replace("create extension citext;", ""))
    found = checks(project, dsn)
    assert bad(found) == {"extensions"}
    assert found["extensions"].cure == "CREATE EXTENSION citext; in a migration, by a role that may."
    assert bad(checks(project, pg_database(schema_of(project)))) == set()


def test_a_schema_that_cannot_be_read(project: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database(schema_of(project))
    (project / "schema" / "bytes.sql").write_bytes(b"\xff")
    found = checks(project, dsn)
    assert "sql" in bad(found)
    assert "queries" in found


def test_transactions_that_are_read_only(project: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database(schema_of(project))
    url = f"{dsn} options='-c default_transaction_read_only=on'"
    found = checks(project, url)
    assert bad(found) == {"transactions", "queries"}
    assert "begin read only, and " in found["transactions"].message
    assert "transactions" not in bad(checks(project, dsn))


def test_migrations_that_are_pending(project: Path, pg_database: PgDatabase) -> None:
    (project / "migrations").mkdir()
    (project / "migrations" / "1_all.sql").write_text(schema_of(project))
    dsn = pg_database()
    found = checks(project, dsn)
    assert bad(found) == {"migrations", "relations", "queries"}
    assert found["relations"].cure == "1_all makes it: `querygen migrate up`."
    from querygen.runner import commands
    from querygen.runner.history import parse_table

    place = commands.Place(project / "migrations", dsn, parse_table("querygen.migration"))
    commands.up(place, started=lambda *_: None, told=lambda _: None)
    assert bad(checks(project, dsn)) == set()
    (project / "migrations" / "1_all.sql").write_text(schema_of(project) + "select 1;")
    assert bad(checks(project, dsn)) == {"migrations"}


def test_types_that_have_changed(project: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database(schema_of(project) + 'drop view active_user; alter table "user" alter name type varchar(80);')
    assert bad(checks(project, dsn)) == {"relations", "queries"}


@pytest.mark.debian15
def test_a_server_that_is_too_old(project: Path, debian15_database: PgDatabase) -> None:
    dsn = debian15_database(schema_of(project))
    found = checks(project, dsn)
    assert "version" in bad(found)
    assert "PostgreSQL 15" in found["version"].message


@pytest.mark.pgbouncer
def test_a_pooler(project: Path, pg_database: PgDatabase, pooler: object) -> None:
    dsn = pg_database(schema_of(project))
    assert callable(pooler)
    assert bad(checks(project, pooler("transaction", 5, str(conninfo_to_dict(dsn)["dbname"])))) == {"pooler"}
    assert bad(checks(project, pooler("session", 5, str(conninfo_to_dict(dsn)["dbname"])))) == set()
