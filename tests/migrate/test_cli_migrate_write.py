"""`migrate generate`, `diff` and `check` as they are typed: what is written, what is printed, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from querygen.cli_migrate_write import migrate

BEFORE = "CREATE TABLE author (id bigint PRIMARY KEY, name text);\n"
AFTER = "CREATE TABLE author (id bigint PRIMARY KEY, name text, born date);\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "querygen.toml").write_text('schema = ["schema"]\nqueries = ["queries"]\nout = "gen"\n')
    (tmp_path / "schema").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "schema" / "author.sql").write_text(AFTER)
    (tmp_path / "migrations" / "1_start.sql").write_text(BEFORE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(migrate, arguments)


def test_generate_writes_both_ways(project: Path) -> None:
    result = run("generate", "--name", "add_born", "--no-proof")
    assert result.exit_code == 0, result.output
    up, down = sorted(project.glob("migrations/2*"), key=lambda path: len(path.name))
    assert "ALTER TABLE public.author ADD COLUMN born date;" in up.read_text()
    assert "ALTER TABLE public.author DROP COLUMN born;" in down.read_text()
    assert run("check").exit_code == 0
    again = run("generate", "--name", "nothing", "--no-proof")
    assert again.exit_code == 0
    assert len(list(project.glob("migrations/*"))) == 3


def test_generate_is_proved_on_the_embedded_server(project: Path) -> None:
    result = run("generate", "--name", "add_born")
    assert result.exit_code == 0, result.output
    assert "proved" in result.stderr


def test_a_schema_that_does_not_fit_in_a_transaction_is_proved(project: Path) -> None:
    with (project / "schema" / "author.sql").open("a") as schema:
        schema.write("CREATE INDEX CONCURRENTLY author_born_idx ON author (born);\n")
    result = run("generate", "--name", "add_born")
    assert result.exit_code == 0, result.output
    assert "proved" in result.stderr


def test_what_a_server_does_not_confirm_is_not_written(project: Path) -> None:
    """A history that a server refuses although the replay takes it: a division by zero in rows."""
    (project / "migrations" / "1_start.sql").write_text(BEFORE + "SELECT 1 / 0;\n")
    result = run("generate", "--name", "add_born")
    assert result.exit_code == 1
    assert "division by zero" in result.stderr
    assert len(list(project.glob("migrations/*"))) == 1


def test_check_tells_of_a_difference(project: Path) -> None:
    result = run("check")
    assert result.exit_code == 3
    assert result.stdout == "ALTER TABLE public.author ADD COLUMN born date;\n"


def test_drops_want_to_be_allowed(project: Path) -> None:
    (project / "schema" / "author.sql").write_text("CREATE TABLE author (id bigint PRIMARY KEY);\n")
    refused = run("generate", "--name", "less", "--no-proof")
    assert refused.exit_code == 1
    assert "--allow-drop" in refused.stderr
    assert len(list(project.glob("migrations/*"))) == 1
    assert run("generate", "--name", "less", "--no-proof", "--allow-drop").exit_code == 0


def test_a_rename_is_told(project: Path) -> None:
    (project / "schema" / "author.sql").write_text("CREATE TABLE author (id bigint PRIMARY KEY, full_name text);\n")
    result = run("generate", "--name", "rename", "--rename", "author.name=author.full_name", "--no-proof")
    assert result.exit_code == 0, result.output
    up, down = sorted(project.glob("migrations/2*"), key=lambda path: len(path.name))
    assert "RENAME COLUMN name TO full_name" in up.read_text()
    assert "RENAME COLUMN full_name TO name" in down.read_text()
    assert run("generate", "--name", "x", "--rename", "a.b=c.d").exit_code == 1


def test_a_rename_that_is_told_twice_is_one(project: Path) -> None:
    """By an option and an annotation; on the way back by what was carried out and an annotation of long ago."""
    for file, name, before in (
        ("migrations/1_start.sql", "name", "full_name"),
        ("schema/author.sql", "full_name", "name"),
    ):
        (project / file).write_text(f"CREATE TABLE author (\n{name} text -- @renamed from={before}\n);\n")
    result = run("generate", "--name", "rename", "--rename", "author.name=author.full_name", "--no-proof")
    assert result.exit_code == 0, result.output
    for path in project.glob("migrations/2*"):
        assert path.read_text().count("RENAME COLUMN") == 1, path
    assert len(list(project.glob("migrations/2*.down.sql"))) == 1


def test_using_is_asked_for(project: Path) -> None:
    (project / "migrations" / "1_start.sql").write_text("CREATE TABLE author (born date);\n")
    (project / "schema" / "author.sql").write_text("CREATE TABLE author (born integer);\n")
    refused = run("generate", "--name", "year", "--no-proof")
    assert refused.exit_code == 1
    assert "--using" in refused.stderr
    told = run("generate", "--name", "year", "--using", "author.born=extract(year from born)::integer")
    assert told.exit_code == 0, told.output
    assert "no way back is written: column public.author.born" in told.stderr  # no cast leads from integer to date
    assert "proved" in told.stderr
    assert [path.suffixes for path in project.glob("migrations/2*")] == [[".sql"]]


def test_values_of_enums_are_used_in_another_file(project: Path) -> None:
    (project / "migrations" / "1_start.sql").write_text("CREATE TYPE s AS ENUM ('a'); CREATE TABLE t (x s);\n")
    (project / "schema" / "author.sql").write_text(
        "CREATE TYPE s AS ENUM ('a', 'b'); CREATE TABLE t (x s DEFAULT 'b');\n"
    )
    assert run("generate", "--name", "more").exit_code == 0
    first, second = sorted(project.glob("migrations/2*.down.sql"))
    assert "DROP DEFAULT" in second.read_text()
    assert "CREATE TYPE" not in second.read_text()  # each takes back what its own file did
    assert "CREATE TYPE" in first.read_text()


def test_online(project: Path) -> None:
    (project / "schema" / "author.sql").write_text(
        "CREATE TABLE author (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, CHECK (name <> ''));\n"
        "CREATE INDEX author_name_idx ON author (name);\n"
    )
    result = run("generate", "--name", "careful", "--online")
    assert result.exit_code == 0, result.output
    texts = [path.read_text() for path in sorted(project.glob("migrations/2*.sql")) if ".down." not in path.name]
    assert any("CREATE INDEX CONCURRENTLY" in one and "-- querygen: no-transaction" in one for one in texts)
    assert any("NOT VALID" in one for one in texts)
    assert "VALIDATE CONSTRAINT" in texts[-1]


def test_empty(project: Path) -> None:
    assert run("generate", "--name", "rows", "--empty").exit_code == 0
    assert len(list(project.glob("migrations/2*"))) == 2
    assert run("generate", "--name", "no/good", "--empty").exit_code != 0


def test_diff_prints_only_sql(project: Path) -> None:
    different = run("diff", "migrations", "schema")
    assert (different.exit_code, different.stdout) == (3, "ALTER TABLE public.author ADD COLUMN born date;\n")
    same = run("diff", "schema", "schema")
    assert (same.exit_code, same.stdout) == (0, "")
    (project / "bad.sql").write_text(
        "CREATE TABLE author (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);\n"
    )
    refused = run("diff", "schema", "bad.sql")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "partitioned" in refused.stderr
