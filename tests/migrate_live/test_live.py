"""A live database beside the schema: drift, push, pull, export, squash, on a real server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from querygen.cli import cli
from querygen.config import Config, catalog_folder, extension_bases
from querygen.diagnostics import DiagnosticError
from querygen.migrate.drift import drift
from querygen.migrate.live import load_alone, pg_dump_for, read_database
from querygen.migrate.load import Setting
from querygen.migrate.proof import dump
from querygen.migrate.pull import as_files
from querygen.migrate.shadow import run_sources, sides
from querygen.server.database import connect, load_sql
from querygen.server.errors import ServerError
from querygen.source import SourceFile

if TYPE_CHECKING:
    from querygen.server.embedded import EmbeddedServer
    from tests.pg_fixtures import PgDatabase

HERE = Path(__file__).parent
SCHEMAS = sorted((HERE.parent / "migrate" / "cases").glob("*/*/new.sql"))
SETTING = Setting(catalog_folder(Config(HERE)), extension_bases(Config(HERE)))
ACCOUNT = "create table account (id bigint primary key, name text not null);\n"


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli, [*arguments], catch_exceptions=False, input=answer)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "querygen.toml").write_text("")
    for name in ("schema", "queries", "migrations"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def schema(project: Path, text: str) -> None:
    (project / "schema" / "1.sql").write_text(text)


# ---------------------------------------------------------------- drift


@pytest.mark.parametrize(
    "path", SCHEMAS, ids=lambda path: path.parent.relative_to(HERE.parent / "migrate/cases").as_posix()
)
def test_a_database_does_not_differ_from_what_it_was_made_of(
    path: Path, pg_database: PgDatabase, pg_server: EmbeddedServer
) -> None:
    """Every kind of object: no phantom difference; and its files make the same database."""
    source = SourceFile("schema.sql", path.read_text())
    dsn = pg_database()
    run_sources(dsn, [source])
    database = read_database(dsn)
    both = sides(database, [source], SETTING, pg_server)
    assert (both.shadow, drift(both.live, both.wanted)[0]) == ("", [])
    files = as_files(load_alone(database.text, SETTING), SETTING)
    problems = [one.reason for one in files.refusals]
    if any("not analysed" in one for one in problems):
        return  # querygen says so: what it cannot read it does not write
    assert problems == []
    again = pg_database()
    for text in files.texts.values():  # in this order, each file whole
        load_sql(again, text)
    if dump(again) != dump(dsn):
        # PostgreSQL prints some expressions otherwise once it has read what it printed: casts of an IN list, names of
        # a UNION's columns. Then its own way round is what to compare with.
        round_trip = pg_database()
        run_sources(round_trip, [SourceFile("dump.sql", database.text)])
        assert dump(again) == dump(round_trip)


def test_drift_names_each_difference(project: Path, pg_database: PgDatabase) -> None:
    (project / "migrations" / "1_account.sql").write_text(ACCOUNT + "create view names as select name from account;\n")
    (project / "migrations" / "2_more.sql").write_text("alter table account add more int;\n")
    dsn = pg_database()
    assert run("migrate", "up", "--to", "1", "--database-url", dsn).exit_code == 0
    same = run("migrate", "drift", "--database-url", dsn)
    assert (same.exit_code, same.stdout) == (0, "")
    assert "(1 more are pending)" in same.stderr
    load_sql(dsn, "drop view names; alter table account alter name drop not null; alter table account add age int;")
    other = run("migrate", "drift", "--database-url", dsn)
    assert (other.exit_code, other.stdout.splitlines()) == (
        3,
        [
            "NOT NULL of column public.account.name is missing in the database",
            "column public.account.age is only in the database",
            "view public.names is missing in the database",
        ],
    )
    told = json.loads(run("migrate", "drift", "--json", "--database-url", dsn).stdout)
    assert [(one["kind"], one["name"], one["change"]) for one in told["drift"]] == [
        ("notnull", "public.account.name", "missing"),
        ("column", "public.account.age", "unknown"),
        ("view", "public.names", "missing"),
    ]


def test_drift_against_the_schema_shows_both_sides(project: Path, pg_database: PgDatabase) -> None:
    schema(project, ACCOUNT)
    dsn = pg_database(ACCOUNT.replace("text", "varchar(20)"))
    told = json.loads(run("migrate", "drift", "--json", "--database-url", dsn).stdout)
    assert told["against"] == "the schema files"
    assert told["drift"][0]["details"] == [
        {"attribute": "type", "database": "character varying(20)", "wanted": "text"},
    ]


def test_drift_tells_once_what_partitions_have_from_their_table(project: Path, pg_database: PgDatabase) -> None:
    text = (
        "create table p (a int, b text) partition by list (a);\n"
        "create table p1 partition of p for values in (1);\ncreate table p2 partition of p for values in (2);\n"
    )
    schema(project, text)
    dsn = pg_database(text.replace("b text", "b varchar(9)"))
    told = run("migrate", "drift", "--database-url", dsn)
    assert (told.exit_code, told.stdout.splitlines()) == (
        3,
        ["column public.p.b: type is character varying(9) in the database and should be text"],
    )


def test_drift_says_that_an_index_is_invalid(project: Path, pg_database: PgDatabase) -> None:
    text = ACCOUNT + "create unique index account_name on account (name);\n"
    schema(project, text)
    dsn = pg_database(ACCOUNT + "insert into account values (1, 'x'), (2, 'x');")
    with connect(dsn) as conn, pytest.raises(psycopg.errors.UniqueViolation):
        conn.execute("create unique index concurrently account_name on account (name)")
    told = run("migrate", "drift", "--database-url", dsn)
    assert (told.exit_code, told.stdout.splitlines()) == (3, ["index public.account_name is invalid in the database"])


def test_other_tools_and_our_own_history_are_no_drift(project: Path, pg_database: PgDatabase) -> None:
    schema(project, ACCOUNT)
    dsn = pg_database(ACCOUNT)
    for path in sorted((HERE / "histories").glob("*.sql")):
        if path.stem != "golang-migrate":  # its table has the name of dbmate's
            load_sql(dsn, path.read_text())
    assert run("migrate", "drift", "--database-url", dsn).exit_code == 0
    load_sql(dsn, "create schema mine; create table mine.schema_version (version int, mine text)")
    assert "table mine.schema_version is only in the database" in run("migrate", "drift", "--database-url", dsn).stdout


def test_owners_and_rights_count_where_the_schema_names_any(
    project: Path, pg_database: PgDatabase, pg_server: EmbeddedServer
) -> None:
    rights = "create role drift_owner; create role drift_reader;\n"
    dsn = pg_database(
        rights + ACCOUNT + "alter table account owner to drift_owner; grant select on account to drift_reader;"
    )
    schema(project, ACCOUNT)
    assert run("migrate", "drift", "--database-url", dsn).exit_code == 0
    schema(
        project, rights + ACCOUNT + "alter table account owner to drift_reader; grant select on account to drift_owner;"
    )
    told = run("migrate", "drift", "--database-url", dsn)
    assert "owner of table public.account: role is drift_owner" in told.stdout
    assert "privileges on table public.account" in told.stdout
    with connect(pg_server.dsn()) as conn:
        conn.execute(f"drop database {dsn.rpartition('dbname=')[2].strip(chr(39))} with (force)".encode())
        conn.execute("drop role drift_owner, drift_reader")


def test_no_password_is_among_the_arguments(monkeypatch: pytest.MonkeyPatch, pg_database: PgDatabase) -> None:
    import subprocess

    from psycopg.conninfo import make_conninfo

    seen: list[tuple[list[str], dict[str, str]]] = []
    real = subprocess.run

    def spy(command: list[str], **options: Any) -> subprocess.CompletedProcess[Any]:
        seen.append(([str(one) for one in command], dict(options.get("env") or {})))
        return real(command, **options)

    word = "secret-word"
    monkeypatch.setattr(subprocess, "run", spy)
    read_database(make_conninfo(pg_database(), password=word))
    assert not any(word in one for command, _env in seen for one in command)
    assert any(env.get("PGPASSWORD") == word for _command, env in seen)


def test_pg_dump_missing_or_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ServerError, match=r"the server is PostgreSQL 99, and pg_dump is of \d+ only"):
        pg_dump_for(990000)
    monkeypatch.setattr("querygen.migrate.live._candidates", lambda: iter(()))
    with pytest.raises(ServerError, match="there is no pg_dump"):
        pg_dump_for(180000)


# ---------------------------------------------------------------- push


def test_push_until_nothing_is_left(project: Path, pg_database: PgDatabase) -> None:
    schema(project, "create type mood as enum ('sad');\n" + ACCOUNT)
    dsn = pg_database()
    dry = run("push", "--dry-run", "--database-url", dsn)
    assert (dry.exit_code, "CREATE TABLE public.account" in dry.stdout) == (0, True)
    with pytest.raises(DiagnosticError, match="nobody is here to say yes"):
        run("push", "--database-url", dsn)
    assert "CREATE TABLE" in run("push", "--dry-run", "--database-url", dsn).stdout  # nothing was run so far
    assert run("push", "--yes", "--database-url", dsn).exit_code == 0
    again = run("push", "--database-url", dsn)
    assert (again.exit_code, again.stdout) == (0, "")
    # a new value can be used only when it is committed
    schema(
        project,
        "create type mood as enum ('sad', 'glad');\n" + ACCOUNT + "alter table account add m mood default 'glad';",
    )
    assert run("push", "--yes", "--database-url", dsn).exit_code == 0
    assert run("push", "--database-url", dsn).stdout == ""


def test_push_loses_nothing_unless_told(project: Path, pg_database: PgDatabase) -> None:
    schema(project, "create table account (id bigint primary key);\n")
    dsn = pg_database(ACCOUNT + "insert into account values (1, 'Ann');")
    refused = run("push", "--yes", "--database-url", dsn)
    assert refused.exit_code == 1
    assert "QG632" in refused.stderr
    with connect(dsn) as conn:
        assert conn.execute("select name from account").fetchall() == [("Ann",)]
    assert run("push", "--yes", "--allow-drop", "--database-url", dsn).exit_code == 0
    assert run("push", "--database-url", dsn).stdout == ""


def test_push_that_fails_changes_nothing(project: Path, pg_database: PgDatabase) -> None:
    schema(project, ACCOUNT + "create unique index on account (name); create table other ();\n")
    dsn = pg_database(ACCOUNT + "insert into account values (1, 'Ann'), (2, 'Ann');")
    with pytest.raises(DiagnosticError, match="could not create unique index") as failure:
        run("push", "--yes", "--database-url", dsn)
    assert failure.value.diagnostic.hint == "Nothing was changed."
    with connect(dsn) as conn:
        assert conn.execute("select to_regclass('other')").fetchall() == [(None,)]


def test_push_renames_with_the_rows(project: Path, pg_database: PgDatabase) -> None:
    renamed = "full_name text not null -- @renamed from=name\n"
    schema(project, f"create table account (id bigint primary key, {renamed});\n")
    dsn = pg_database(ACCOUNT + "insert into account values (1, 'Ann');")
    assert run("push", "--yes", "--database-url", dsn).exit_code == 0
    with connect(dsn) as conn:
        assert conn.execute("select full_name from account").fetchall() == [("Ann",)]


# ---------------------------------------------------------------- pull and export


def test_pull_leaves_a_history_of_the_database_alone(project: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database(None)
    (project / "migrations" / "20260101000000_start.sql").write_text(ACCOUNT)
    assert run("migrate", "up", "--database-url", dsn).exit_code == 0
    (project / "migrations" / "20260101000000_start.sql").unlink()
    result = run("pull", "--out", "pulled", "--database-url", dsn)
    assert result.exit_code == 0
    assert "the database has migrations (20260101000000_start) that migrations has not" in result.output
    assert [*project.glob("migrations/*")] == []
    with connect(dsn) as conn:
        assert conn.execute("select version::text from querygen.migration").fetchall() == [("20260101000000",)]


@pytest.mark.parametrize(
    ("code", "change"),
    [("22001", "alter column name type varchar(4)"), ("23502", "add column born date not null")],
)
def test_rows_that_do_not_fit_are_to_be_mended(project: Path, pg_database: PgDatabase, code: str, change: str) -> None:
    dsn = pg_database(ACCOUNT + "insert into account values (1, 'longer');")
    (project / "migrations" / "20260101000000_next.sql").write_text(f"alter table account {change};\n")
    result = run("migrate", "up", "--database-url", dsn)
    assert result.exit_code == 1
    assert f"[{code}]" in result.output
    assert "mend them first, by an UPDATE in this file before the statement" in " ".join(result.output.split())


def test_pull_then_everything_agrees(project: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database(
        ACCOUNT + "create table login (id bigint generated always as identity primary key,"
        " account_id bigint references account);"
        "create index on login (account_id); comment on table login is 'x';"
        "create table goose_db_version (id serial, version_id bigint, is_applied boolean, tstamp timestamp);"
    )
    result = run("pull", "--database-url", dsn)
    assert result.exit_code == 0
    assert "proved" in result.stderr
    assert sorted(one.name for one in (project / "schema").iterdir()) == ["010_account.sql", "020_login.sql"]
    login = (project / "schema" / "020_login.sql").read_text()
    assert "id bigint GENERATED ALWAYS AS IDENTITY NOT NULL" in login
    assert re.findall(r"^(?:CREATE|ALTER|COMMENT)\b", login, re.MULTILINE) == ["CREATE", "ALTER", "CREATE", "COMMENT"]
    for command in (("migrate", "check"), ("migrate", "drift", "--database-url", dsn), ("push", "--database-url", dsn)):
        assert run(*command).exit_code == 0
    assert "1 migrations, 0 pending" in run("migrate", "status", "--strict", "--database-url", dsn).stdout
    with pytest.raises(DiagnosticError, match="there are SQL files already"):
        run("pull", "--database-url", dsn)
    load_sql(dsn, "drop table login")
    assert run("pull", "--force", "--database-url", dsn).exit_code == 0
    assert [one.name for one in (project / "schema").iterdir()] == ["010_account.sql"]


def test_tables_that_need_each_other(pg_database: PgDatabase) -> None:
    dsn = pg_database(
        "create table a (id int primary key, b int); create table b (id int primary key, a int references a);"
        "alter table a add foreign key (b) references b;"
    )
    texts = as_files(load_alone(read_database(dsn).text, SETTING), SETTING).texts
    assert [*texts] == ["010_a.sql", "020_b.sql", "030_foreign_keys.sql"]


def test_export_makes_the_schema(project: Path, pg_database: PgDatabase) -> None:
    schema(
        project,
        "create view v as select 1 as a;\n" + ACCOUNT + "create function f() returns int language sql as 'select 1';",
    )
    text = run("export").stdout
    one, other = pg_database(), pg_database()
    load_sql(one, text)
    load_sql(other, (project / "schema" / "1.sql").read_text())
    assert dump(one) == dump(other)
    (project / "migrations" / "1_a.sql").write_text("create table only_here ();\n")
    assert run("export", "--migrations").stdout == "CREATE TABLE public.only_here ();\n"


# ---------------------------------------------------------------- squash


FILES = {
    "1_account.sql": ACCOUNT,
    "1_account.down.sql": "drop table account;\n",
    "2_age.sql": "alter table account add age text;\n",
    "3_rows.sql": "set search_path = public;\ninsert into account values (1, 'Ann', '7');\n",
    "4_number.sql": "alter table account alter age type int using age::int;\n",
    "5_later.sql": "alter table account add later int;\n",
}


def write(project: Path) -> None:
    for name, text in FILES.items():
        (project / "migrations" / name).write_text(text)


def names(project: Path) -> list[str]:
    return sorted(one.name for one in (project / "migrations").iterdir())


def test_squash_keeps_rows_and_databases_go_on(project: Path, pg_database: PgDatabase) -> None:
    write(project)
    old, fresh = pg_database(), pg_database()
    assert run("migrate", "up", "--to", "4", "--database-url", old).exit_code == 0
    assert run("migrate", "squash", "--to", "4").exit_code == 0
    assert names(project) == ["4_squashed.down.sql", "4_squashed.sql", "5_later.sql"]
    for dsn, said in ((old, "4_squashed: noted"), (fresh, "4_squashed: applied")):
        done = run("migrate", "up", "--database-url", dsn)
        assert (done.exit_code, said in done.stdout) == (0, True)
        with connect(dsn) as conn:
            assert conn.execute("select name, age from account").fetchall() == [("Ann", 7)]
    assert dump(old) == dump(fresh)
    # once more, where some databases have the first squash's parts and others only the squash
    assert run("migrate", "squash", "--to", "5", "--name", "again", "--drop-data").exit_code == 0
    text = (project / "migrations" / "5_again.sql").read_text()
    assert text.startswith("-- querygen: replaces 4, 5\n-- querygen: squashed 1, 2, 3\n")
    assert "INSERT" not in text.upper()
    for dsn in (old, fresh):
        assert "5_again: noted" in run("migrate", "up", "--database-url", dsn).stdout
        status = run("migrate", "status", "--strict", "--database-url", dsn)
        assert (status.exit_code, "missing" in status.stdout) == (0, False)


def test_squash_says_what_it_leaves_out_and_what_it_cannot_do(project: Path) -> None:
    write(project)
    shown = run("migrate", "squash", "--to", "4", "--drop-data", "--dry-run")
    assert "QG637" in shown.stderr
    assert "3_rows.sql:2:1" in shown.stderr
    assert "age integer" in shown.stdout
    (project / "migrations" / "3_rows.sql").write_text("-- querygen: no-transaction\nupdate account set age = '1';\n")
    refused = run("migrate", "squash", "--to", "4")
    assert (refused.exit_code, "3_rows.sql runs without a transaction" in refused.stderr) == (1, True)
    for arguments, said in ((("--to", "9"), "no migration 9"), (("--to", "1"), "is the first migration")):
        with pytest.raises(DiagnosticError, match=said):
            run("migrate", "squash", *arguments)
    assert names(project) == sorted(FILES)
