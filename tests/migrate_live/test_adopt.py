"""`querygen migrate adopt`: the folders of eight tools, what becomes of them, and what their tables say is applied.

tests/migrate_live/adopt/TOOL is a folder as the tool has it, histories/TOOL.sql its table, adopted/TOOL.txt what
querygen writes (`pytest --update` rewrites that).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from querygen.cli import cli
from querygen.diagnostics import DiagnosticErrors
from querygen.migrate.adopt import TOOLS, find_tool, read_folder
from querygen.runner.files import read_migrations

if TYPE_CHECKING:
    from tests.pg_fixtures import PgDatabase

HERE = Path(__file__).parent


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["migrate", *arguments], catch_exceptions=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "querygen.toml").write_text("")
    for name in ("schema", "queries"):
        (tmp_path / name).mkdir()
    shutil.copytree(HERE / "adopt", tmp_path / "theirs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool(tool: str, project: Path, pg_database: PgDatabase, update: bool) -> None:
    """The files are as written down, the runner takes them, and what the tool applied counts as applied."""
    assert find_tool(project / "theirs" / tool) == tool
    used = pg_database((HERE / "histories" / f"{tool}.sql").read_text())
    result = run("adopt", f"theirs/{tool}", "--database-url", used)
    assert result.exit_code == 0
    folder = project / "migrations"
    told = "".join(f"==== {one.name}\n{one.read_text()}" for one in sorted(folder.iterdir()))
    told += "==== noted\n" + "".join(f"{one}\n" for one in result.stdout.splitlines() if one.endswith(": noted"))
    expected = HERE / "adopted" / f"{tool}.txt"
    if update:
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(told)
    assert told == expected.read_text()
    assert read_migrations(folder)[1] == []
    fresh = pg_database()
    assert run("up", "--database-url", fresh).exit_code == 0
    assert "0 pending" in run("status", "--database-url", fresh).stdout


def test_a_dry_run_writes_nothing(project: Path, pg_database: PgDatabase) -> None:
    used = pg_database((HERE / "histories" / "goose.sql").read_text())
    result = run("adopt", "theirs/goose", "--dry-run", "--database-url", used)
    assert result.exit_code == 0
    assert "would write migrations/00001_account.sql" in result.stdout
    assert "2 of them are applied there" in result.stderr
    assert not (project / "migrations").exists()
    assert "3 pending" not in run("status", "--database-url", used).stdout


def test_nothing_is_overwritten(project: Path) -> None:
    folder = project / "migrations"
    folder.mkdir()
    (folder / "00002_other.sql").write_text("select 1;\n")
    with pytest.raises(DiagnosticErrors, match="has a migration 00002 already"):
        run("adopt", "theirs/goose")
    (folder / "00001_account.sql").write_text("select 1;\n")
    with pytest.raises(DiagnosticErrors, match=r"00001_account\.sql is there already"):
        run("adopt", "theirs/goose")
    assert {one.name: one.read_text() for one in folder.iterdir()} == {
        "00001_account.sql": "select 1;\n",
        "00002_other.sql": "select 1;\n",
    }


@pytest.mark.parametrize(
    ("tool", "name", "text", "said"),
    [
        ("goose", "00004_more.go", "package migrations", "a program cannot be adopted"),
        ("tern", "004_more.sql", "create table {{.name}} ();", "it is a template"),
        ("flyway", "V11__more.sql", "create table ${name} ();", "it is a template"),
    ],
)
def test_what_is_no_sql_is_refused(project: Path, tool: str, name: str, text: str, said: str) -> None:
    (project / "theirs" / tool / name).write_text(text)
    with pytest.raises(DiagnosticErrors, match=said):
        run("adopt", f"theirs/{tool}")
    assert not (project / "migrations").exists()


def test_a_broken_off_migration_is_not_adopted_as_applied(project: Path, pg_database: PgDatabase) -> None:
    from querygen.diagnostics import DiagnosticError

    used = pg_database(
        "create table schema_migrations (version bigint, dirty boolean); insert into schema_migrations values (2, true)"
    )
    with pytest.raises(DiagnosticError, match="2 broke off"):
        run("adopt", "theirs/golang-migrate", "--database-url", used)
    assert not (project / "migrations").exists()


def test_two_transactions_in_one_file_need_none_around_them(tmp_path: Path) -> None:
    (tmp_path / "1_two.up.sql").write_text("begin; create table a (); commit; begin; create table b (); commit;")
    assert [one.transactional for one in read_folder(tmp_path, "golang-migrate")] == [False]
