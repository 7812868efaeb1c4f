"""`querygen verify` and `explain` as commands: what they are given, what they start themselves, what stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

from querygen.cli import cli, exit_code
from querygen.config_file import read_config
from querygen.diagnostics import DiagnosticError, DiagnosticErrors
from querygen.reset import load_schema
from querygen.server.database import connect
from querygen.server.errors import ServerError
from querygen.server.load import load_statements
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

BOAT = """
create schema app;
create table app.boat (id int primary key, name text not null);
"""
QUERY = "-- name: ListBoats :many\nselect id, name from boat;\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Writes a project's files; the project is the current folder."""
    monkeypatch.chdir(tmp_path)

    def write_files(files: dict[str, str]) -> None:
        for name, text in {"querygen.toml": "", **files}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)

    return write_files


def run(*arguments: str) -> tuple[int, str]:
    """Exit code, and all that is printed: of errors that the program ends with, too."""
    done = CliRunner().invoke(cli, arguments)
    match done.exception:
        case ServerError() as problem:
            return 2, str(problem)
        case DiagnosticErrors() as problem:
            told = [
                f"{one.span.source.path if one.span else ''}: {one.message} ({one.hint})" for one in problem.diagnostics
            ]
            return exit_code(problem.diagnostics), "\n".join(told)
        case None | SystemExit():
            return done.exit_code, done.output
    raise done.exception


@pytest.mark.parametrize(
    ("config", "schema"),
    [
        ('search_path = ["app", "public"]', ""),
        ("", "alter database app_dev set search_path = app, public;"),
        ("", "alter role rent set search_path = app, public;"),
    ],
)
def test_the_path_of_the_schema_is_that_of_the_server(
    write: Callable[[dict[str, str]], None], config: str, schema: str
) -> None:
    write({"querygen.toml": config, "schema/a.sql": BOAT + schema, "queries/q.sql": QUERY})
    assert run("verify") == (0, "1 statement verified\n")
    code, said = run("explain")
    assert (code, "Seq Scan boat" in said, "1 query planned" in said) == (0, True, True)


def test_another_path_is_said_alone(write: Callable[[dict[str, str]], None], pg_database: PgDatabase) -> None:
    write({"querygen.toml": 'search_path = ["app", "public"]', "schema/a.sql": BOAT, "queries/q.sql": QUERY})
    code, said = run("verify", "--database-url", pg_database(BOAT))
    assert code == 1
    assert "look for names in public, and the analysis in app, public" in said
    assert "1 error, 0 warnings" in said


@pytest.mark.parametrize(
    "arguments", [("verify", "--database-url", ""), ("explain", "--database-url", " "), ("explain", "--stats-from", "")]
)
def test_an_empty_url_is_no_url(write: Callable[[dict[str, str]], None], arguments: tuple[str, ...]) -> None:
    write({"schema/a.sql": BOAT, "queries/q.sql": QUERY})
    code, said = run(*arguments)
    assert code == 2
    assert said.startswith(f"{arguments[1]} is empty")


@pytest.mark.parametrize("option", ["--database-url", "--stats-from"])
def test_a_hint_names_what_was_typed(write: Callable[[dict[str, str]], None], option: str) -> None:
    write({"schema/a.sql": BOAT, "queries/q.sql": QUERY.replace("boat", "app.boat")})
    said = run("explain", option, "postgresql://u@127.0.0.1:99999/d")[1]
    assert said.endswith(f"hint: Correct the port in {option}: it is a number from 1 to 65535.")
    said = run("explain", option, "host=/nowhere dbname=d")[1]
    assert said.endswith(f"hint: Start the server, or correct host and port in {option}.")


def test_live_says_where_a_url_comes_from(
    write: Callable[[dict[str, str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    write({"schema/a.sql": BOAT, "queries/q.sql": QUERY})
    code, said = run("verify", "--live")
    assert code == 2
    assert "there is no DATABASE_URL in the environment, .env.local or .env" in said
    assert "`querygen db start`" in said


# ---------------------------------------------------------------- what is wrong before a server is asked


def test_explain_tells_what_is_wrong(write: Callable[[dict[str, str]], None]) -> None:
    good = QUERY.replace("boat", "app.boat")
    write({"schema/a.sql": BOAT, "queries/q.sql": f"{good}\n-- name: Lost :many\nselect nothing from app.boat;\n"})
    code, said = run("explain")
    assert code == 1
    assert "Seq Scan boat" in said
    assert 'column "nothing" does not exist' in said
    assert run("explain", "ListBoats")[0] == 0
    assert run("explain", "Lost")[0] == 1
    code, said = run("explain", "listboat")
    assert code == 2
    assert 'Did you mean "ListBoats"?' in said
    write({"schema/b.sql": "create tabel x (id int);"})
    for arguments in (("explain", "Elsewhere"), ("explain", "ListBoats"), ("verify",)):
        code, said = run(*arguments)
        assert code == 1
        assert "syntax error" in said
        assert "no query named" not in said


def test_explain_without_queries(write: Callable[[dict[str, str]], None]) -> None:
    write({"schema/a.sql": BOAT})
    code, said = run("explain")
    assert code == 2
    assert "queries" in said


# ---------------------------------------------------------------- what the server refuses, or lacks


def test_a_refused_statement_has_a_place_and_a_hint(
    write: Callable[[dict[str, str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from querygen.server import stub_catalog

    schema = "-- for tokens\ncreate extension pgcrypto;\ncreate table t (id bytea default gen_random_bytes(8));\n"
    write({"schema/a.sql": schema, "queries/q.sql": "-- name: ListT :many\nselect id from t;\n"})
    code, said = run("verify")
    assert code == 0
    assert "the embedded server has no pgcrypto: a stub has its functions" in said
    assert "1 statement verified" in said
    code, said = run("migrate", "generate", "--name", "first")
    assert code == 0
    assert "proved: " in said
    monkeypatch.setattr(stub_catalog, "stub_script", lambda _data: None)
    code, said = run("verify")
    assert code == 1
    assert 'error[QG598]: the server has no extension "pgcrypto"' in said
    assert "schema/a.sql:2:1" in said
    assert "--database-url" in said
    assert "gen_random_bytes" not in said


# What comes later is waited for in a transaction too; rows are no part of a schema.
DUMP = """
begin;
set local check_function_bodies = on;
create schema app;
set search_path = app;
set default_table_access_method = heap;
create table a (id int primary key, b_id int references b);
create table b (id int primary key, note text default 'b');
savepoint s;
create table gone (id int);
rollback to s;
commit;
copy b (id) from stdin;
1
\\.
copy b to stdout;
"""


def test_a_schema_with_transactions_and_rows(
    write: Callable[[dict[str, str]], None], pg_database: PgDatabase, tmp_path: Path
) -> None:
    query = "-- name: ListA :many\nselect id, note from app.b where id in (select b_id from app.a);\n"
    write({"schema/a.sql": DUMP, "queries/q.sql": query})
    assert run("verify") == (0, "1 statement verified\n")
    assert run("explain")[0] == 0
    dsn = pg_database()
    assert load_schema(read_config(tmp_path), dsn) == 13
    with connect(dsn) as conn:
        assert conn.execute("select id, note from app.b").fetchall() == [(1, "b")]
        assert conn.execute("select to_regclass('app.gone')").fetchall() == [(None,)]


@pytest.mark.parametrize(
    ("schema", "place", "said"),
    [
        ("begin;\ncreate table t (id int references nothing);\ncreate table u (id int);\ncommit;\n", 2, "(42P01)"),
        ("create table t (id int);\ncopy t from stdin;\n1\n  x\n\\.\n", 2, "(22P02)"),
        (
            "create table t (id int unique initially deferred);\nbegin;\ninsert into t values (1), (1);\ncommit;\n",
            4,
            "(23505)",
        ),
        ("rollback to nowhere;\ncreate table t (id int);", 1, "(25P01)"),
    ],
)
def test_what_is_refused_has_its_place(
    write: Callable[[dict[str, str]], None],
    pg_database: PgDatabase,
    tmp_path: Path,
    schema: str,
    place: int,
    said: str,
) -> None:
    write({"schema/a.sql": schema})
    with pytest.raises(DiagnosticErrors) as failed:
        load_schema(read_config(tmp_path), pg_database())
    (found,) = failed.value.diagnostics
    assert found.span
    assert (found.span.line, said in found.message) == (place, True)


def test_a_lost_connection_has_its_place(pg_database: PgDatabase) -> None:
    text = "create table t (id int);\nselect pg_terminate_backend(pg_backend_pid());\n"
    statements, _ = parse_schema_file(SourceFile("a.sql", text))
    with pytest.raises(DiagnosticError) as lost:
        load_statements(pg_database(), statements, own=True)
    found = lost.value.diagnostic
    assert (found.code, found.span.line if found.span else 0) == ("QG562", 2)


def test_what_waits_keeps_the_settings_of_its_session(pg_database: PgDatabase) -> None:
    text = "create role querygen_maker; grant all on schema public to querygen_maker; set role querygen_maker;"
    text += "set default_table_access_method = heap; create view v as select id from t;"
    text += "reset role; create table t (id int); grant select on t to querygen_maker;"
    statements, _ = parse_schema_file(SourceFile("a.sql", text))
    dsn = pg_database()
    assert load_statements(dsn, statements, own=True) == []
    with connect(dsn) as conn:
        owner = "select relowner::regrole::text from pg_class where relname in ('t', 'v') order by relname"
        assert conn.execute(owner).fetchall() == [("postgres",), ("querygen_maker",)]
        conn.execute("drop owned by querygen_maker; drop role querygen_maker")


def test_columns_that_statistics_are_hidden_of(
    write: Callable[[dict[str, str]], None], pg_database: PgDatabase
) -> None:
    schema = "create table t (id int primary key, note text); create table u (id int primary key);"
    write({"schema/a.sql": schema, "queries/q.sql": "-- name: ListT :many\nselect id from t;\n"})
    fill = "insert into t select i, 'x' from generate_series(1, 100) i; insert into u select id from t; analyze;"
    rights = "create role querygen_stats login; grant select (id) on t to querygen_stats;"
    rights += "grant select on u to querygen_stats;"
    dsn = pg_database(schema + fill + rights)
    try:
        said = run("explain", "--stats-from", make_conninfo(dsn, user="querygen_stats"))[1]
        assert "querygen_stats may not see the statistics of all columns of public.t: " in said
        assert "QG615" in said
        assert "QG615" not in run("explain", "--stats-from", dsn)[1]
    finally:
        with connect(dsn) as conn:
            conn.execute("drop owned by querygen_stats; drop role querygen_stats")


@pytest.mark.debian15
def test_a_domain_without_null_is_planned(
    write: Callable[[dict[str, str]], None], debian15_database: PgDatabase
) -> None:
    schema = "create domain cents as bigint not null; create domain tag as text check (value is not null);"
    schema += "create table t (id int primary key, price cents, tag tag);"
    insert = "-- name: AddT :exec\ninsert into t (id, price, tag) values ($1, $2, $3);\n"
    insert += "-- name: FindT :many\nselect id from t where price = @price::cents and tag = @tag::tag;\n"
    write({"schema/a.sql": schema, "queries/q.sql": insert})
    said = run("verify", "--database-url", debian15_database(schema))[1]
    assert "QG590" not in said
    assert "QG624" in said
