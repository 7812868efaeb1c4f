"""Configurations of sqlc: what is built from them, and one clear message for each that means nothing.

The cases are `tests/cases/sqlc/*.yaml`; beside each stands what comes of it. `pytest --update` rewrites that.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from querygen.cli import ELSEWHERE
from querygen.config import Config
from querygen.diagnostics import DiagnosticError
from querygen.diagnostics_render import render_text
from querygen.pipeline import analyze, generate
from querygen.sqlc import options, shape
from querygen.sqlc.files import sql_files
from querygen.sqlc.project import expand_environment, read_project
from tests import sqlc_projects, test_cli
from tests.test_cli import RunCommand

querygen = test_cli.querygen  # the fixture

ROOT = Path(__file__).parent.parent
SQLC_COMMANDS = {"generate", "compile", "diff", "vet", "parse", "analyze", "init", "createdb"}
CASES = Path(__file__).parent / "cases" / "sqlc"
CONFIGURATIONS = sorted(path for path in CASES.iterdir() if path.suffix in (".yaml", ".json"))

SCHEMA = "CREATE TABLE authors (id bigserial PRIMARY KEY, name text NOT NULL, bio text);\n"
READS = "-- name: GetAuthor :one\nSELECT * FROM authors WHERE id = $1;\n"
WRITES = "-- name: DeleteAuthor :exec\nDELETE FROM authors WHERE id = $1;\n"
FILES = {
    "schema.sql": SCHEMA,
    "queries/reads.sql": READS,
    "queries/writes.sql": WRITES,
    "queries/notes.txt": "not SQL",
    "queries/.hidden.sql": "not read",
    "queries/deeper/more.sql": "not read: folders of folders are not",
    "migrations/0001_authors.up.sql": SCHEMA,
    "migrations/0001_authors.down.sql": "DROP TABLE authors;",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with SQL in it, which is a project of its own."""
    root = tmp_path / "project"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(root)
    return root


def told(path: Path) -> str:
    """Everything that comes of a configuration, as text."""
    try:
        found = read_project(path)
    except DiagnosticError as problem:
        return render_text(problem.diagnostic) + "\n"
    root = path.parent
    lines = []
    for target in found.targets:
        config = target.config
        lines.append(f"{target.origin.label}: {config.style} in {config.out}")
        for key in ("schema", "queries"):
            names = (Path(one).relative_to(root).as_posix() for one in getattr(config, key))
            lines.append(f"  {key}: {' '.join(names)}")
        default = Config(config.root, style=config.style)
        for field in dataclasses.fields(config):
            value = getattr(config, field.name)
            if field.name not in ("root", "schema", "queries", "out", "file") and value != getattr(default, field.name):
                lines.append(f"  {field.name}: {value}")
    return "\n".join([*lines, *(render_text(one) for one in found.diagnostics)]) + "\n"


@pytest.mark.parametrize("case", CONFIGURATIONS, ids=lambda path: path.stem)
def test_configuration(case: Path, project: Path, update: bool) -> None:
    path = project / f"sqlc{case.suffix}"
    path.write_bytes(case.read_bytes())
    answer = told(path)
    expected = case.with_suffix(".out")
    if update:
        expected.write_text(answer)
    assert answer == expected.read_text()
    assert answer.startswith("error[") == case.stem.startswith("error_")
    if answer.startswith("error["):
        assert answer.count("error[") == 1
        assert f"--> {path.name}:" in answer, "the message has a place"


# ---------------------------------------------------------------- files


def test_files_are_those_of_sqlc_in_its_order(tmp_path: Path) -> None:
    for name in ("b.sql", "a.sql", "c.SQL", ".h.sql", "d.down.sql", "x1/one.sql", "x2/two.sql", "x2/z/three.sql"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def found(*patterns: str) -> list[str]:
        return [path.relative_to(tmp_path).as_posix() for path in sql_files(patterns, tmp_path)]

    assert found(".") == ["a.sql", "b.sql"]
    assert found("b.sql", "a.sql", "./b.sql") == ["b.sql", "a.sql"]
    assert found("x*") == ["x1/one.sql", "x2/two.sql"], "a pattern may match folders"
    assert found("**/*.sql") == ["x1/one.sql", "x2/two.sql"], "** is one *"
    assert found("x[^1]/*.sql") == ["x2/two.sql"]
    assert found("?.sql") == ["a.sql", "b.sql"]
    assert found("nothing*.sql") == []


def test_the_environment_is_read_where_sqlc_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_PASSWORD", "secret")
    monkeypatch.setenv("SQLC_AUTH_TOKEN", "sqlc_1")
    assert expand_environment("a:${APP_PASSWORD}@${NOT_SET_HERE}b") == "a:secret@b"
    assert expand_environment("$APP_PASSWORD ${app} ${SQLC_AUTH_TOKEN}") == "$APP_PASSWORD ${app} "


# ---------------------------------------------------------------- the command line


GO = 'version: "2"\nsql:\n- {schema: schema.sql, queries: queries, engine: postgresql, gen: {go: {out: db}}}\n'
TWO = GO + "- {name: more, schema: schema.sql, queries: queries, engine: postgresql, gen: {go: {out: more}}}\n"


def files(config: str = GO, **more: str) -> dict[str, str | bytes]:
    return {"sqlc.yaml": config, **FILES, **more}


def test_build_and_its_other_names(querygen: RunCommand, tmp_path: Path) -> None:
    built = querygen("generate", files=files())
    assert built.code == 0, built.err
    assert "def get_author(" in (tmp_path / "db/reads.py").read_text()
    assert querygen("build").code == 0
    assert querygen("compile").code == 0
    fresh = querygen("diff")
    assert (fresh.code, fresh.out) == (0, "")
    (tmp_path / "queries/reads.sql").write_text(READS.replace("GetAuthor", "FindAuthor"))
    stale = querygen("diff")
    assert stale.code == 1
    assert "+def find_author(" in stale.out
    assert "def get_author(" in (tmp_path / "db/reads.py").read_text()
    assert querygen("build", "--check").code == 3


def test_several_query_sets(querygen: RunCommand, tmp_path: Path) -> None:
    assert querygen("build", files=files(TWO)).code == 0
    assert (tmp_path / "db/reads.py").exists()
    assert (tmp_path / "more/reads.py").exists()
    described = querygen("describe")
    assert described.code == 2
    assert "2 (for db, more)" in described.err
    assert querygen("describe", "--queryset", "more", "GetAuthor").code == 0
    assert 'There are: "sql[0]", "more".' in querygen("build", "--queryset", "mor").err
    assert querygen("build", "--out", "elsewhere").code == 2


def test_nothing_is_written_where_one_query_set_is_wrong(querygen: RunCommand, tmp_path: Path) -> None:
    failed = querygen(
        "build",
        files=files(
            TWO.replace(
                "schema: schema.sql, queries: queries, engine: postgresql, gen: {go: {out: more",
                "schema: schema.sql, queries: bad.sql, engine: postgresql, gen: {go: {out: more",
            ),
            **{"bad.sql": "-- name: Bad :one\nSELECT x FROM authors;\n"},
        ),
    )
    assert failed.code == 1
    assert failed.err.count("error[") == 1
    assert not (tmp_path / "db").exists()


def test_which_configuration_is_read(querygen: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = querygen("build", files=files(**{"sqlc.json": "{}"}))
    assert both.code == 2
    assert "sqlc.yaml and sqlc.json are both there" in both.err
    (tmp_path / "sqlc.json").unlink()
    (tmp_path / "sqlc.yaml").rename(tmp_path / "other.yaml")
    assert "no sqlc.yaml" in querygen("build").err
    assert querygen("build", "--file", "other.yaml").code == 0
    (tmp_path / "other.yaml").rename(tmp_path / "sqlc.yml")
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    assert querygen("build").code == 0
    (tmp_path / "querygen.toml").write_text('schema = ["schema.sql"]\nqueries = ["queries/reads.sql"]\nout = "own"\n')
    assert querygen("build").code == 0
    assert (tmp_path / "own/reads.py").exists(), "querygen's own configuration comes first"
    assert "own/: 0 of" in querygen("build", "--file", "../querygen.toml").out
    assert "there is no such file" in querygen("build", "--file", "nowhere.yaml").err


def test_code_that_a_plugin_of_sqlc_wrote_is_replaced(querygen: RunCommand, tmp_path: Path) -> None:
    old = "# Code generated by sqlc. DO NOT EDIT.\n# versions:\n#   sqlc v1.30.0\n"
    assert querygen("build", files=files(**{"db/models.py": old, "db/__init__.py": ""})).code == 0
    assert "class Author(" in (tmp_path / "db/models.py").read_text()
    mine = querygen("build", files={"db/reads.py": "x = 1\n"})
    assert mine.code == 2


def test_an_own_project_loads_nothing_of_this(tmp_path: Path) -> None:
    """`querygen build` of a querygen project does not pay for what it does not use."""
    for name, text in {**FILES, "querygen.toml": 'schema = ["schema.sql"]\nqueries = ["queries/reads.sql"]\n'}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    program = (
        "import sys, querygen.cli\n"
        "sys.argv = ['querygen', 'build']\n"
        "try: querygen.cli.main()\n"
        "except SystemExit as stop: code = stop.code\n"
        "loaded = [one for one in sys.modules if one.startswith(('querygen.sqlc', 'yaml', 'celpy'))]\n"
        "sys.exit(f'{code} {loaded}' if code or loaded else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr


# ---------------------------------------------------------------- what sqlc takes and PostgreSQL refuses

JOBS = """
CREATE TYPE job_state AS ENUM ('waiting', 'done');
CREATE TABLE jobs (id bigserial PRIMARY KEY, states bit(8) NOT NULL, state job_state NOT NULL);
"""
LENIENT = """
-- name: Finish :many
UPDATE jobs SET state = 'done' WHERE id = @id AND NOT state_is_in(states, state) RETURNING id;

-- name: NextId :one
SELECT nextval('/* schema */jobs_id_seq'::regclass) AS id, '/* stays */' AS text;
"""


def lenient(tmp_path: Path, queries: str, *, strict: bool = False) -> Config:
    (tmp_path / "schema.sql").write_text(JOBS)
    (tmp_path / "queries.sql").write_text(queries)
    return Config(tmp_path, schema=("schema.sql",), queries=("queries.sql",), lenient=not strict)


def test_what_sqlc_takes_is_a_warning(tmp_path: Path) -> None:
    analysis = analyze(lenient(tmp_path, LENIENT))
    assert not analysis.failed
    assert [one.code for one in analysis.diagnostics] == ["QG360", "QG361"]
    assert "state_is_in(bit, job_state): it is taken to return boolean" in analysis.diagnostics[0].message
    found = {one.raw.name: one for one in analysis.queries}
    assert "'/* schema */jobs_id_seq'::regclass" in found["NextId"].sql
    assert "'/* stays */'" in found["NextId"].sql
    strict = analyze(lenient(tmp_path, LENIENT, strict=True))
    assert sorted(one.code for one in strict.diagnostics) == ["42602", "42883"]


# What each place of a call says of its type, in PostgreSQL's words for a stand-in that does not fit.
PLACES = {
    "WHERE f1(state)": "boolean",
    "WHERE CASE WHEN true THEN f2(id) ELSE id END = 1": "bigint",
    "WHERE id > f3(id)": "bigint",
    "WHERE f4(id)::int = 1": "integer",
    "WHERE f5(id) * 1.5 > 2": "numeric",
    "WHERE coalesce(f6(id), state) = 'done'": "job_state",
    "ORDER BY 1 LIMIT f7(1)": "bigint",
}


def test_where_a_call_stands_says_what_it_returns(tmp_path: Path) -> None:
    queries = "".join(f"-- name: Q{n} :many\nSELECT id FROM jobs {one};\n" for n, one in enumerate(PLACES))
    queries += "-- name: Assigned :exec\nUPDATE jobs SET state = f8(jobs);\n"
    analysis = analyze(lenient(tmp_path, queries))
    assert not analysis.failed
    told = [one.message.rpartition(" ")[2] for one in analysis.diagnostics if one.code == "QG360"]
    assert told == [*PLACES.values(), "job_state"]


def test_what_a_do_block_makes_may_be_declared_once_more(tmp_path: Path) -> None:
    config = lenient(tmp_path, "-- name: Slugs :many\nSELECT slug FROM jobs;\n")
    added = "ALTER TABLE jobs ADD COLUMN slug text;\n"
    block = f"{JOBS}DO $$ BEGIN {added} END $$;\n"
    (tmp_path / "schema.sql").write_text(block + added)
    assert not analyze(config).failed
    strict = analyze(dataclasses.replace(config, lenient=False))
    assert [one.code for one in strict.diagnostics] == ["42701"]
    (tmp_path / "schema.sql").write_text(block)
    assert not analyze(config).failed


def test_files_of_one_name_in_several_folders_are_one_module(tmp_path: Path) -> None:
    config = lenient(tmp_path, "-- name: A :many\nSELECT id FROM jobs;\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more/queries.sql").write_text("-- name: B :one\nSELECT state FROM jobs WHERE id = @id;\n")
    for style in ("functions", "querier"):
        both = dataclasses.replace(config, style=style, queries=("queries.sql", "more/queries.sql"))
        files = {one.path: one.text for one in generate(both).files}
        (text,) = (text for path, text in files.items() if path.removesuffix(".py") == "queries")
        assert "FROM jobs WHERE id = " in text
        assert "SELECT id FROM jobs" in text


def test_a_function_whose_type_nobody_says_is_refused(tmp_path: Path) -> None:
    analysis = analyze(lenient(tmp_path, "-- name: Odd :one\nSELECT odd(1) AS odd, also_odd(2) WHERE known(3);\n"))
    assert [one.code for one in analysis.diagnostics] == ["42883"]
    assert analysis.failed


# ---------------------------------------------------------------- whole projects

# In the manner of projects that keep query files and schema in one, and of one with sqlc's Python plugin.
JOBS_CONFIG = """version: "2"
sql:
  - engine: postgresql
    queries: [jobs.sql]
    schema: [jobs.sql]
    gen:
      go:
        package: dbsqlc
        sql_package: pgx/v5
        out: .
        rename: {ttl: TTL}
        overrides: [{db_type: timestamptz, nullable: true, go_type: {type: time.Time, pointer: true}}]
"""
PYTHON_CONFIG = """{"version": "2",
 "plugins": [{"name": "py", "wasm": {"url": "https://example.org/sqlc-gen-python.wasm"}}],
 "sql": [{"schema": "migrations", "queries": "queries", "engine": "postgresql",
          "codegen": [{"out": "src/store", "plugin": "py",
                       "options": {"package": "store", "emit_sync_querier": true}}]}]}
"""


def test_the_table_of_projects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lite = GO.replace("postgresql", "sqlite")
    broken = {"sqlc.yaml": GO, "schema.sql": SCHEMA, "queries/a.sql": "-- name: A :one\nSELECT x FROM authors;\n"}
    projects = {
        "jobs/dbsqlc/sqlc.yaml": JOBS_CONFIG,
        "jobs/dbsqlc/jobs.sql": JOBS + LENIENT,
        **{f"lite/{name}": text for name, text in {**FILES, "sqlc.yml": lite}.items()},
        **{f"python/{name}": text for name, text in {**FILES, "sqlc.json": PYTHON_CONFIG}.items()},
    }
    for name, text in {**projects, **{f"../broken/{name}": text for name, text in broken.items()}}.items():
        path = tmp_path / "good" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert sqlc_projects.main([str(tmp_path / "good")]) == 0
    assert [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()] == [
        "jobs/dbsqlc/sqlc.yaml built 1 packages, 2 queries, 2 warnings",
        'lite/sqlc.yml left to sqlc: the engine is "sqlite": querygen analyses PostgreSQL only',
        "python/sqlc.json built 1 packages, 2 queries, 0 warnings",
        "2 built, 1 left to sqlc",
    ]
    assert sqlc_projects.main([str(tmp_path / "broken")]) == 1
    assert 'column "x" does not exist' in capsys.readouterr().out


def test_the_page_names_every_key_and_command() -> None:
    page = (ROOT / "docs/sqlc.md").read_text()
    shapes = [one for one in vars(shape).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    keys = {field.name for one in shapes if one is not msgspec.Struct for field in msgspec.structs.fields(one)}
    assert not [key for key in sorted(keys | options._PYTHON.keys() - {"out"}) if f"`{key}`" not in page]
    assert not [command for command in ELSEWHERE if command in SQLC_COMMANDS and f"`querygen {command}" not in page]
    assert not SQLC_COMMANDS - ELSEWHERE.keys() - {"init"}
