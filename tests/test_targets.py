"""Several packages from one schema: `[[targets]]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from querygen.cli import cli
from querygen.config_file import read_config
from querygen.diagnostics import DiagnosticError, DiagnosticErrors
from querygen.doctor import State, examine
from querygen.pipeline import analyze

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
schema = "schema.sql"
singular_exceptions = ["news"]
[[targets]]
queries = "app"
out = "app_db"
insert_models = true
[[targets]]
queries = "reports"
out = "reports_db"
emit_async = false
omit_unused = true
"""
SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE person (id int4 PRIMARY KEY, mood mood);
CREATE TABLE news (id int4 PRIMARY KEY, title text NOT NULL);
CREATE TABLE other (id int4 PRIMARY KEY);
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "querygen.toml").write_text(CONFIG)
    (tmp_path / "schema.sql").write_text(SCHEMA)
    for name in ("app", "reports"):
        (tmp_path / name).mkdir()
    (tmp_path / "app/people.sql").write_text("-- name: GetPerson :one\nSELECT * FROM person WHERE id = $1;\n")
    (tmp_path / "app/news.sql").write_text("-- name: ListNews :many\nSELECT * FROM news;\n")
    # A name that the other package has, too.
    (tmp_path / "reports/news.sql").write_text("-- name: ListNewsTitles :many\nSELECT * FROM news ORDER BY title;\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_target_is_a_package(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["build"])
    assert (done.exit_code, done.output) == (
        0,
        "2 queries → app_db/: 10 of 10 files written\n1 queries → reports_db/: 5 of 5 files written\n",
    )
    models = (folder / "app_db/models.py").read_text()
    for name in ("class Person(", "class News(", "class Other(", "class Mood(", "class NewPerson("):
        assert name in models
    for module in ("people", "news"):
        assert "from .models import" in (folder / f"app_db/{module}.py").read_text()
    used = (folder / "reports_db/models.py").read_text()
    assert used.count("class ") == used.count("class News(") == 1
    assert not (folder / "reports_db/aio").exists()
    assert CliRunner().invoke(cli, ["build", "--check"]).exit_code == 0
    described = CliRunner().invoke(cli, ["describe"]).output
    assert "GetPerson" in described
    assert "ListNewsTitles" in described


def test_nothing_is_written_when_one_target_has_a_file_of_somebody_elses(folder: Path) -> None:
    (folder / "reports_db").mkdir()
    (folder / "reports_db/models.py").write_text("mine = 1\n")
    done = CliRunner().invoke(cli, ["build"])
    assert isinstance(done.exception, DiagnosticError)
    assert done.exception.diagnostic.code == "QG006"
    assert not (folder / "app_db").exists()


def test_a_name_is_taken_within_its_package(folder: Path) -> None:
    (folder / "reports/news.sql").write_text("-- name: ListNews :many\nSELECT title FROM news;\n")
    assert CliRunner().invoke(cli, ["build"]).exit_code == 0
    described = CliRunner().invoke(cli, ["describe", "ListNews"])
    assert (described.exit_code, described.output.count("ListNews")) == (0, 2)
    assert CliRunner().invoke(cli, ["explain-nullability"]).exit_code == 0
    assert "QG110" not in CliRunner().invoke(cli, ["lint"]).output
    (folder / "reports/again.sql").write_text("-- name: ListNews :many\nSELECT id FROM news;\n")
    done = CliRunner().invoke(cli, ["describe"])
    assert done.exit_code == 1
    assert done.output.count('error[QG110]: there are two queries named "ListNews"') == 1


def test_a_file_of_two_targets_is_told_of_once(folder: Path) -> None:
    config = (folder / "querygen.toml").read_text()
    (folder / "querygen.toml").write_text(config.replace('queries = "reports"', 'queries = ["app", "reports"]'))
    (folder / "app/wrong.sql").write_text("-- name: Wrong :many\nSELECT wrong FROM news;\n")
    analysis = analyze(read_config(folder))
    assert sorted(one.raw.name for one in analysis.queries) == ["GetPerson", "ListNews", "ListNewsTitles", "Wrong"]
    assert [one.message for one in analysis.diagnostics] == ['column "wrong" does not exist']


def test_doctor_looks_at_every_package(folder: Path) -> None:
    assert CliRunner().invoke(cli, ["build"]).exit_code == 0
    found = [one for one in examine(read_config(folder), "mysql://nothing", {}) if one.name == "generated code"]
    assert [(one.state, one.message) for one in found] == [
        (State.GOOD, "app_db/ is up to date"),
        (State.GOOD, "reports_db/ is up to date"),
    ]
    (folder / "reports_db/news.py").unlink()
    found = [one for one in examine(read_config(folder), "mysql://nothing", {}) if one.name == "generated code"]
    assert [(one.state, one.message) for one in found] == [
        (State.GOOD, "app_db/ is up to date"),
        (State.BAD, "1 file in reports_db/ is not what the SQL says"),
    ]


def test_nothing_is_written_when_one_target_is_wrong(folder: Path) -> None:
    (folder / "reports/news.sql").write_text("-- name: A :many\nSELECT wrong FROM news;\n")
    done = CliRunner().invoke(cli, ["build"])
    assert done.exit_code == 1
    assert not (folder / "app_db").exists()


@pytest.mark.parametrize(
    ("config", "message", "line"),
    [
        ("[[targets]]\nqueries = 'app'", "targets[0] has no out", 1),
        ("[[targets]]\nout = 'a'\n[[targets]]\nout = './a'", 'two targets have out = "./a"', 4),
        (
            "[[targets]]\nout = 'a'\n[[targets]]\nout = 'a/aio'",
            'out = "a/aio" is inside of out = "a", another target\'s',
            4,
        ),
        (
            "[[targets]]\nout = 'x/../a/b/c'\n[[targets]]\nout = './a'",
            'out = "x/../a/b/c" is inside of out = "./a", another target\'s',
            2,
        ),
        ("[[targets]]\nout = 'a'\nschema = 'b'", "unknown key targets[0].schema", 3),
        ("[[targets]]\nout = 'a'\nemit_asinc = false", "unknown key targets[0].emit_asinc", 3),
        ("targets = 3", "targets must be a list of tables: [[targets]]", 1),
        ("targets = []", "targets must be a list of tables: [[targets]]", 1),
    ],
)
def test_what_is_no_target(config: str, message: str, line: int, tmp_path: Path) -> None:
    (tmp_path / "querygen.toml").write_text(config)
    with pytest.raises(DiagnosticErrors) as refused:
        read_config(tmp_path)
    assert [(one.message, one.span and one.span.line) for one in refused.value.diagnostics] == [(message, line)]


def test_paths_of_the_command_line_have_no_target(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["build", "--out", "elsewhere"])
    assert done.exit_code != 0
    assert not (folder / "elsewhere").exists()
