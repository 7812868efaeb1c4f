"""`querygen import`: what becomes of query files of other tools, and that files are not lost.

The cases are `tests/cases/import/*.sql`: a file of the tool that the name ends with, and beside it what comes of it.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from querygen.config import Config
from querygen.config_file import read_config
from querygen.pipeline import analyze
from querygen.sqlc.from_aiosql import rewrite_aiosql
from querygen.sqlc.from_pgtyped import rewrite_pgtyped
from tests import test_cli
from tests.test_cli import RunCommand

querygen = test_cli.querygen  # the fixture

CASES = Path(__file__).parent / "cases" / "import"
REWRITERS = {"aiosql": rewrite_aiosql, "pgtyped": rewrite_pgtyped}
SCHEMA = """
CREATE TABLE orders (
    id bigserial PRIMARY KEY, customer_id bigint NOT NULL, total numeric, note text, placed_at timestamptz
);
CREATE TABLE items (order_id bigint NOT NULL REFERENCES orders, sku text NOT NULL);
"""


@pytest.mark.parametrize("case", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_rewritten(case: Path, update: bool) -> None:
    found = REWRITERS[case.stem.rpartition("_")[2]](case.read_text())
    told = "".join(f"{one.line}: {one.text}\n" for one in sorted(found.changes))
    told += "".join(f"{one.line}: not moved: {one.text}\n" for one in sorted(found.left))
    answer = f"{told}{'-' * 60}\n{found.text}"
    expected = case.with_suffix(".out")
    if update:
        expected.write_text(answer)
    assert answer == expected.read_text()


@pytest.mark.parametrize("tool", REWRITERS)
def test_what_is_moved_builds(tool: str, tmp_path: Path) -> None:
    """Everything that is not named as left behind is a query that analyses; what is left is no query."""
    rewritten = REWRITERS[tool]((CASES / f"shop_{tool}.sql").read_text())
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "queries.sql").write_text(rewritten.text)
    analysis = analyze(Config(tmp_path, schema=("schema.sql",), queries=("queries.sql",)))
    moved = [one for one in rewritten.changes if "→" in one.text]
    assert len(analysis.queries) == len(moved)
    assert not [one for one in analysis.queries if not hasattr(one, "columns")]


def test_nothing_changes_twice() -> None:
    for tool, rewrite in REWRITERS.items():
        once = rewrite((CASES / f"shop_{tool}.sql").read_text()).text
        again = rewrite(once)
        assert not [one for one in again.changes if "→" in one.text]
        assert again.text == once


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


AIOSQL = "-- name: get-one^\nSELECT 1 AS one WHERE 1 = :x;\n"


def test_a_file_is_rewritten_only_where_git_has_it(querygen: RunCommand, tmp_path: Path) -> None:
    refused = querygen("import", "aiosql", "q", files={"q/a.sql": AIOSQL})
    assert refused.code == 2
    assert "is not committed, and would be overwritten" in refused.err
    assert (tmp_path / "q/a.sql").read_text() == AIOSQL
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "q")
    assert querygen("import", "aiosql", "q").code == 2, "added is not committed"
    git(tmp_path, "commit", "-qm", "queries")
    shown = querygen("import", "aiosql", "q", "--dry-run")
    assert shown.code == 0
    assert "+-- name: get_one :one" in shown.out
    assert (tmp_path / "q/a.sql").read_text() == AIOSQL
    assert "q/a.sql:1: get-one^ → get_one :one, 1 parameter" in querygen("import", "aiosql", "q").out
    assert "@x" in (tmp_path / "q/a.sql").read_text()
    assert querygen("import", "aiosql", "q").code == 2, "there is nothing left to import"


def test_a_new_folder_is_never_written_over(querygen: RunCommand, tmp_path: Path) -> None:
    assert querygen("import", "aiosql", "q/a.sql", "--out", "new", files={"q/a.sql": AIOSQL}).code == 0
    refused = querygen("import", "aiosql", "q/a.sql", "--out", "new")
    assert refused.code == 2
    assert "new/a.sql is in the way" in refused.err
    twice = querygen("import", "aiosql", "q/a.sql", "r", "--out", "two", files={"r/a.sql": AIOSQL})
    assert "two files are called a.sql" in twice.err
    assert not (tmp_path / "two").exists()


def test_a_configuration_of_pgtyped(querygen: RunCommand, tmp_path: Path) -> None:
    config = {
        "transforms": [{"mode": "sql", "include": "**/*.sql"}, {"mode": "ts", "include": "**/*.ts"}],
        "srcDir": "./src/",
        "dbUrl": "postgres://localhost/app",
        "typesOverrides": {"date": {"return": "string"}},
    }
    source = "/* @name One */\nSELECT 1 AS one;\n"
    run = querygen(
        "import", "pgtyped", "config.json", "--out", "queries",
        files={"config.json": json.dumps(config), "src/deep/one.sql": source},
    )  # fmt: skip
    assert run.code == 0
    assert (tmp_path / "queries/one.sql").read_text() == "-- name: One :many\nSELECT 1 AS one;\n"
    assert "1 file written, 3 things left to you." in run.out
    for word in ('transform "ts"', "dbUrl", "typesOverrides (date)"):
        assert word in run.err


SQLC = """version: "2"
plugins:
  - {name: py, wasm: {url: "https://example.org/sqlc-gen-python_1.3.0.wasm"}}
sql:
  - schema: migrations
    queries: [queries/a.sql, queries]
    engine: postgresql
    codegen:
      - {plugin: py, out: app/db, options: {package: app.db, emit_sync_querier: true, query_parameter_limit: 2}}
"""
PROJECT = {
    "sqlc.yaml": SQLC,
    "migrations/1.up.sql": "CREATE TABLE t (id int NOT NULL);",
    "migrations/1.down.sql": "DROP TABLE t;",
    "queries/b.sql": "-- name: B :many\nSELECT id FROM t;\n",
    "queries/a.sql": "-- name: A :one\nSELECT id FROM t;\n",
}


def test_a_configuration_of_sqlc(querygen: RunCommand, tmp_path: Path) -> None:
    assert querygen("build", files=dict(PROJECT)).code == 0
    before = {path.name: path.read_text() for path in (tmp_path / "app/db").glob("*.py")}
    run = querygen("import", "sqlc")
    assert run.code == 0, run.err
    config = read_config(tmp_path)
    assert (config.style, config.package, config.query_parameter_limit) == ("querier", "app.db", 2)
    assert config.schema == ("migrations",)
    assert config.queries == ("queries/a.sql", "queries")
    (tmp_path / "sqlc.yaml").unlink()
    assert querygen("build").code == 0
    assert {path.name: path.read_text() for path in (tmp_path / "app/db").glob("*.py")} == before
    assert "configured for querygen already" in querygen("import", "sqlc", files={"sqlc.yaml": SQLC}).err


def test_what_querygens_own_builds_refuse_is_named(querygen: RunCommand, tmp_path: Path) -> None:
    files = dict(PROJECT, **{"queries/b.sql": "-- name: B :many\nSELECT id FROM t WHERE is_good(id);\n"})
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\n')
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "pyproject.toml")
    git(tmp_path, "commit", "-qm", "project")
    run = querygen("import", "sqlc", files=files)
    assert run.code == 0, run.err
    assert "no schema file makes the function is_good(integer)" in run.err
    assert "[tool.querygen]" in (tmp_path / "pyproject.toml").read_text()
    assert read_config(tmp_path).package == "app.db"
