"""The rules of lint: a project in, what is found out (tests/cases/lint/*.txt), one file for each rule.

A file is the files of a project, each below a line `=== path`, then `----` and a line for each finding. The rule that
the file is named for is on and all others are off; files of another name have every rule at its own level.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from querygen.cli import cli
from querygen.cli_lint import find_problems
from querygen.config_file import read_config
from querygen.diagnostics_render import as_sarif
from querygen.lint.output import to_diagnostic
from querygen.lint.rule import Level
from querygen.lint.run import all_rules, explain

CASES = Path(__file__).parent / "cases" / "lint"


def make_project(text: str, folder: Path) -> None:
    for folder_name in ("schema", "queries", "migrations"):
        (folder / folder_name).mkdir()
    (folder / "schema" / "none.sql").write_text("")
    (folder / "queries" / "none.sql").write_text("")
    (folder / "querygen.toml").write_text("")
    for part in text.split("=== ")[1:]:
        name, _, body = part.partition("\n")
        (folder / name).write_text(body)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_cases(path: Path, tmp_path: Path, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    project, _, expected = path.read_text(encoding="utf-8").partition("----\n")
    make_project(project, tmp_path)
    monkeypatch.chdir(tmp_path)
    rules = all_rules()
    levels = {}
    if path.stem in rules:
        levels = dict.fromkeys(rules, Level.OFF) | {path.stem: Level.WARNING}
    else:
        levels = dict.fromkeys(("timestamps", "require-primary-key"), Level.OFF)
    problems, broken = find_problems(read_config(tmp_path), levels, None)
    assert not [one for one in broken if path.stem in rules and rules[path.stem].scope != "migration"]
    lines = []
    for one in problems:
        span = one.finding.span
        assert span is not None
        lines.append(f"{span.source.path}:{span.line}:{span.column} {one.rule}: {one.finding.message}\n")
    found = "".join(lines)
    assert found, "a rule finds something in its own case"
    if update:
        path.write_text(f"{project}----\n{found}", encoding="utf-8")
    else:
        assert found == expected


def test_every_rule_has_a_case_and_says_what_it_is_about() -> None:
    for name, rule in all_rules().items():
        assert (CASES / f"{name}.txt").exists(), name
        assert rule.check.__module__.rpartition(".")[2] == name.replace("-", "_")
        assert explain(name)


def test_the_example_of_this_repository_is_clean() -> None:
    result = CliRunner().invoke(cli, ["lint", "--strict"])
    assert result.exit_code == 0, result.output


def test_sarif_has_rules_and_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project("=== schema/a.sql\ncreate table users (id int primary key);\n", tmp_path)
    monkeypatch.chdir(tmp_path)
    problems, _ = find_problems(read_config(tmp_path), {"timestamps": Level.OFF}, None)
    run = json.loads(as_sarif([to_diagnostic(one) for one in problems]))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["singular-table-name"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("schema/a.sql", 1)


@pytest.mark.parametrize("output_format", ["text", "json", "sarif", "github"])
def test_formats_and_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output_format: str) -> None:
    make_project("=== schema/a.sql\ncreate table users (id int primary key);\n", tmp_path)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["lint", "--format", output_format])
    assert result.exit_code == 1
    assert "singular-table-name" in result.output
    (tmp_path / "querygen.toml").write_text('lint.singular-table-name = "off"\n')
    result = CliRunner().invoke(cli, ["lint", "--format", output_format])
    assert result.exit_code == 0
    assert CliRunner().invoke(cli, ["lint", "--strict"]).exit_code == 1
    assert CliRunner().invoke(cli, ["lint", "--strict", "queries"]).exit_code == 0


def test_what_keeps_files_from_being_looked_at_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project("=== schema/a.sql\ncreate table users (id int primary key);\n", tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "querygen.toml").write_text('lint.singular-table-name = "off"\n')
    (tmp_path / "queries").mkdir(exist_ok=True)
    (tmp_path / "queries/a.sql").write_text("-- name: Wrong :many\nSELECT wrong FROM users;\n")
    result = CliRunner().invoke(cli, ["lint"])
    assert result.exit_code == 1
    assert result.output.endswith("\n1 error, 2 warnings\n")


@pytest.mark.parametrize(("path", "code"), [("nope.sql", "QG131"), ("empty", "QG134"), ("other.sql", "QG134")])
def test_a_path_without_files_is_no_clean_one(
    path: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from querygen.diagnostics import DiagnosticError

    make_project("=== schema/a.sql\ncreate table account (id bigint primary key);\n", tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.sql").write_text("")
    result = CliRunner().invoke(cli, ["lint", path])
    assert isinstance(result.exception, DiagnosticError)
    assert result.exception.diagnostic.code == code
    (tmp_path / "migrations" / "0001_one.sql").write_text("select 1;\n")
    for good in ("schema/a.sql", "schema", "queries/none.sql", "migrations/0001_one.sql", "."):
        assert CliRunner().invoke(cli, ["lint", good]).exit_code == 0, good


def test_an_unknown_rule_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from querygen.diagnostics import DiagnosticError, DiagnosticErrors

    make_project("", tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "querygen.toml").write_text('lint.timestamp = "off"\n')
    result = CliRunner().invoke(cli, ["lint"])
    assert isinstance(result.exception, DiagnosticErrors)
    assert [one.hint for one in result.exception.diagnostics] == ['Did you mean "timestamps"?']
    result = CliRunner().invoke(cli, ["lint", "--explain", "timestamp"])
    assert isinstance(result.exception, DiagnosticError)
    assert "updated_at" in CliRunner().invoke(cli, ["lint", "--explain", "timestamps"]).output
