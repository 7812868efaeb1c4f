"""`querygen verify --against`: another git revision is configured as it was; where nothing is read all is not well."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from querygen.cli import cli
from querygen.config_file import read_config
from querygen.diagnostics import DiagnosticError
from querygen.revision import against

if TYPE_CHECKING:
    from pathlib import Path

SQLC = """version: "2"
plugins: [{name: py, process: {cmd: querygen-sqlc-plugin}}]
sql:
- {engine: postgresql, schema: db, queries: sql, codegen: [{plugin: py, out: ../pkg}]}
"""
TARGETS = """
schema = "db"
[[targets]]
queries = "sql"
out = "one"
[[targets]]
queries = "more"
out = "two"
"""
QUERY = "-- name: GetUser :one\nSELECT id, email FROM person WHERE id = $1;\n"


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder of a repository, with nothing committed."""
    project = tmp_path / "app"
    write(
        project,
        {"db/schema.sql": "CREATE TABLE person (id int4 PRIMARY KEY, email text NOT NULL);", "sql/user.sql": QUERY},
    )
    git(tmp_path, "init", "-q")
    monkeypatch.chdir(project)
    return project


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x")


def verify(revision: str = "HEAD") -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["verify", f"--against={revision}"])
    if done.exception and not isinstance(done.exception, DiagnosticError | SystemExit):
        raise done.exception
    if isinstance(done.exception, DiagnosticError):
        return 2, f"{done.exception.diagnostic.code}: {done.exception}"
    return done.exit_code, done.output


BREAKS = {
    "db/schema.sql": "CREATE TABLE person (id int4 PRIMARY KEY, mail text NOT NULL);",
    "sql/user.sql": QUERY.replace("email", "mail"),
}


@pytest.mark.parametrize("name", ["querygen.toml", "pyproject.toml", "sqlc.yaml"])
def test_the_old_revision_is_configured_as_it_was(folder: Path, name: str) -> None:
    plain = 'schema = "db"\nqueries = "sql"\nout = "pkg"\n'
    texts = {"querygen.toml": plain, "pyproject.toml": f"[tool.querygen]\n{plain}", "sqlc.yaml": SQLC}
    write(folder, {name: texts[name]})
    commit(folder)
    assert verify() == (0, "nothing breaks\n")
    write(folder, BREAKS)
    code, said = verify()
    assert code == 1
    assert 'the queries of HEAD on this schema: GetUser does not work: column "email" does not exist' in said
    assert 'the queries here on the schema of HEAD: GetUser does not work: column "mail" does not exist' in said


def test_a_name_of_two_targets_is_two_queries(folder: Path) -> None:
    write(folder, {"querygen.toml": TARGETS, "more/user.sql": "-- name: GetUser :many\nSELECT id FROM person;\n"})
    commit(folder)
    assert verify() == (0, "nothing breaks\n")
    write(folder, BREAKS)
    code, said = verify()
    assert code == 1
    assert said.count("GetUser does not work") == 2


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ({}, "the project has no configuration"),
        ({"querygen.toml": 'schema = "db"\nqueries = "none"'}, "none: there is no such file or folder"),
        ({"querygen.toml": 'schema = "none"\nqueries = "sql"'}, "none: there is no such file or folder"),
        ({"querygen.toml": 'schema = "db"\nqueries = "sql"', "sql/user.sql": "-- nothing"}, "it has no queries"),
        (
            {"querygen.toml": 'schema = "db"\nqueries = "sql"', "sql/user.sql": QUERY.replace("person", "nobody")},
            'relation "nobody" does not exist',
        ),
    ],
)
def test_what_cannot_be_read_is_not_said_to_be_well(folder: Path, then: dict[str, str], why: str) -> None:
    write(folder, {"README": "", **then})
    commit(folder)
    write(folder, {"querygen.toml": 'schema = "db"\nqueries = "sql"', "sql/user.sql": QUERY})
    with pytest.raises(DiagnosticError, match=why) as refused:
        against(read_config(folder), "HEAD")
    assert refused.value.diagnostic.code == "QG595"


@pytest.mark.parametrize("revision", ["--output=written", "--remote=nowhere", "nothing", "HEAD:app", ""])
def test_a_revision_is_no_option_of_gits(folder: Path, revision: str) -> None:
    write(folder, {"querygen.toml": 'schema = "db"\nqueries = "sql"'})
    commit(folder)
    assert verify(revision) == (2, f'QG595: git has no revision "{revision}"')
    assert not list(folder.parent.rglob("written"))


def test_what_is_wrong_here_is_told(folder: Path) -> None:
    write(folder, {"querygen.toml": 'schema = "db"\nqueries = "sql"', "sql/more.sql": QUERY.replace("Get", "Find")})
    commit(folder)
    (folder / "sql" / "more.sql").write_bytes(b"\xff")
    code, said = verify()
    assert code == 1
    assert "sql/more.sql:1:1" in said
    write(folder, {"sql/more.sql": QUERY.replace("GetUser", "Lost").replace("email", "nothing")})
    code, said = verify()
    assert code == 1
    assert 'column "nothing" does not exist' in said
    (folder / "sql" / "more.sql").unlink()
    (folder / "db" / "more.sql").write_bytes(b"\xff")
    code, said = verify()
    assert code == 1
    assert "db/more.sql:1:1" in said


def test_what_cannot_be_read_there_is_told(folder: Path) -> None:
    write(folder, {"querygen.toml": 'schema = "db"\nqueries = "sql"'})
    (folder / "sql" / "more.sql").write_bytes(b"\xff")
    commit(folder)
    (folder / "sql" / "more.sql").unlink()
    code, said = verify()
    assert code == 2
    assert "revision HEAD cannot be compared: " in said
    assert "sql/more.sql" in said


def test_a_query_of_the_other_revision_has_a_place(folder: Path) -> None:
    write(folder, {"querygen.toml": 'schema = "db"\nqueries = "sql"'})
    commit(folder)
    write(folder, BREAKS)
    said = verify()[1]
    assert 'column "email" does not exist (42703), in sql/user.sql:2:12 of HEAD' in said
    assert "sql/user.sql:1:10" in said
