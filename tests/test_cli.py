"""The command line as a user meets it: good runs, and one clear message for every bad input, never a traceback."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from querygen.cli import main

SCHEMA = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, bio text);\n"
QUERY = "-- name: GetUser :one\nSELECT id, email FROM users WHERE id = $1;\n"


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


RunCommand = Callable[..., Run]


@pytest.fixture
def querygen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Run the command in an empty folder; `files` are written first."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, files: dict[str, str | bytes] | None = None) -> Run:
        for name, content in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.setattr(sys, "argv", ["querygen", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        code = stop.value.code
        return Run(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run


def project(schema: str | bytes = SCHEMA, queries: str | bytes = QUERY, config: str = "") -> dict[str, str | bytes]:
    return {"querygen.toml": config, "schema/schema.sql": schema, "queries/users.sql": queries}


def test_init_build_check(querygen: RunCommand, tmp_path: Path) -> None:
    assert querygen("init").code == 0
    built = querygen("build")
    assert (built.code, built.err) == (0, "")
    assert querygen("build", "--check").code == 0
    generated = tmp_path / "generated" / "user.py"
    before = generated.stat().st_mtime_ns
    assert "0 of" in querygen("build").out, "unchanged files are not written again"
    assert generated.stat().st_mtime_ns == before
    with (tmp_path / "queries" / "user.sql").open("a") as file:
        file.write("\n-- name: CountSessions :one\nSELECT count(*) FROM session;\n")
    stale = querygen("build", "--check")
    assert stale.code == 3
    assert "+def count_sessions(" in stale.out
    assert "count_sessions" not in generated.read_text()


def test_init_touches_nothing_that_exists(querygen: RunCommand, tmp_path: Path) -> None:
    refused = querygen("init", files={"queries/user.sql": "mine"})
    assert refused.code == 2
    assert "queries/user.sql exist already" in refused.err
    assert (tmp_path / "queries" / "user.sql").read_text() == "mine"
    assert not (tmp_path / "schema").exists()


def test_init_adds_itself_to_a_pyproject(querygen: RunCommand, tmp_path: Path) -> None:
    assert querygen("init", files={"pyproject.toml": '[project]\nname = "app"\n'}).code == 0
    assert "[tool.querygen]" in (tmp_path / "pyproject.toml").read_text()
    assert not (tmp_path / "querygen.toml").exists()
    assert querygen("build").code == 0


def test_orphans_are_removed_and_foreign_files_stay(querygen: RunCommand, tmp_path: Path) -> None:
    assert querygen("build", files=project()).code == 0
    (tmp_path / "generated" / "mine.py").write_text("x = 1\n")
    (tmp_path / "queries" / "users.sql").rename(tmp_path / "queries" / "people.sql")
    assert querygen("build").code == 0
    assert not (tmp_path / "generated" / "users.py").exists()
    assert (tmp_path / "generated" / "people.py").exists()
    assert (tmp_path / "generated" / "mine.py").exists()


def test_a_missing_schema_is_one_message(querygen: RunCommand) -> None:
    failed = querygen("build", files={"querygen.toml": "", "queries/users.sql": QUERY})
    assert failed.code == 2
    assert failed.err.count("error[") == 1


def test_options_of_the_generated_code(querygen: RunCommand, tmp_path: Path) -> None:
    config = """
insert_models = true
pool_module = true
sql_tags = {application = "shop"}

[[overrides]]
column = "users.bio"
python = "pathlib.PurePath"
"""
    assert querygen("build", files=project(config=config)).code == 0
    models = (tmp_path / "generated/models.py").read_text()
    assert "class NewUser(" in models
    assert "bio: PurePath | None" in models
    assert "application='shop'" in (tmp_path / "generated/users.py").read_text()
    assert (tmp_path / "generated/db.py").exists()


def test_an_error_writes_nothing(querygen: RunCommand, tmp_path: Path) -> None:
    files = project(queries=QUERY + "-- name: Bad :one\nSELECT emial FROM users;\n")
    failed = querygen("build", files=files)
    assert failed.code == 1
    assert not (tmp_path / "generated").exists()


def test_all_errors_of_a_run_are_told(querygen: RunCommand) -> None:
    queries = (
        "-- name: A :one\nSELECT x FROM users;\n-- name: B :one\nSELECT id FROM user_s;\n-- name: C :one\nSELEC 1;\n"
    )
    failed = querygen("build", files=project(queries=queries))
    assert failed.code == 1
    for part in ('column "x" does not exist', 'relation "user_s" does not exist', 'syntax error at or near "SELEC"'):
        assert part in failed.err
    assert "queries/users.sql:2:8" in failed.err
    assert "queries/users.sql:4:16" in failed.err
    assert "queries/users.sql:6:1" in failed.err


BAD: dict[str, tuple[dict[str, str | bytes], int, str]] = {
    "no configuration": ({}, 2, "no querygen.toml"),
    "missing folder": ({"querygen.toml": "", "schema/a.sql": SCHEMA}, 2, "queries"),
    "unknown key": (project(config='scema = ["x"]\n'), 2, 'Did you mean "schema"?'),
    "wrong value": (project(config='pg_version = "18"\n'), 2, "pg_version must be a whole number"),
    "bad toml": (project(config="schema = [\n"), 2, "not valid TOML"),
    "override of nothing": (project(config='[[overrides]]\npython = "app.X"\n'), 2, "exactly one of type, column"),
    "override with a slip": (project(config='[[overrides]]\npyhton = "app.X"\n'), 2, 'Did you mean "python"?'),
    "a package nobody can import": (project(config='out = "my-gen"\n'), 2, "cannot be the name of a package"),
    "no such catalogue folder": (project(config='catalogs = ["nope"]\n'), 2, "nope"),
    "slice for one value": (
        project(queries="-- name: A :one\nSELECT id FROM users WHERE id = sqlc.slice(ids);\n"),
        1,
        "QG122",
    ),
    "embed that is lost": (
        project(queries="-- name: A :many\nSELECT id FROM users UNION SELECT sqlc.embed(u) FROM users u;\n"),
        1,
        "queries/users.sql:2",
    ),
    "no catalogue": (project(config="pg_version = 9\n"), 2, "no catalog of PostgreSQL 9"),
    "not utf-8": (project(queries=b"-- name: A :one\nSELECT '\xff';\n"), 1, "UTF-8"),
    "no name": (project(queries="-- name: :one\nSELECT 1;\n"), 1, "queries/users.sql:1"),
    "no command": (project(queries="-- name: GetUser\nSELECT 1;\n"), 1, "queries/users.sql:1"),
    "unknown command": (project(queries="-- name: GetUser :on\nSELECT 1;\n"), 1, ":one"),
    "two of one name": (project(queries=QUERY + QUERY), 1, "GetUser"),
    "keyword as a name": (project(queries="-- name: class :one\nSELECT 1;\n"), 1, "class"),
    "syntax error": (project(queries="-- name: A :one\nSELECT FROM WHERE;\n"), 1, "42601"),
    "unknown table": (project(queries="-- name: A :one\nSELECT * FROM person;\n"), 1, "42P01"),
    "no rows for one": (project(queries="-- name: A :one\nDELETE FROM users;\n"), 1, ":exec"),
    "reserved table": (
        project('CREATE TABLE "user" (id int);', "-- name: A :many\nSELECT id FROM user;\n"),
        1,
        '"user"',
    ),
    "bad schema": (project(schema="CREATE TABLE users (id int4x);"), 1, 'type "int4x" does not exist'),
    "a parameter in SET": (
        project(queries="-- name: A :exec\nSET work_mem = @x;\n"),
        1,
        'error[42601]: syntax error at or near "$1"\n --> queries/users.sql:2:16',
    ),
    "a parameter of a role": (project(queries="-- name: A :exec\nALTER ROLE x PASSWORD @p;\n"), 1, "sql:2:23"),
    "a parameter in DDL": (
        project(queries="-- name: A :exec\nALTER TABLE users ALTER bio SET DEFAULT @b;\n"),
        1,
        "42P02]: there is no parameter $1",
    ),
    "a parameter of an execution": (
        project(queries="-- name: A :many\nEXPLAIN EXECUTE p (@b);\n"),
        1,
        "42P02]: there is no parameter $1",
    ),
    "a parameter of a literal": (project(queries="-- name: A :one\nSELECT interval @x;\n"), 1, "CAST($1 AS interval)"),
    "a field as a parameter": (project(queries="-- name: A :one\nSELECT extract(@x FROM now());\n"), 1, "date_part"),
    "percent s": (project(queries="-- name: A :one\nSELECT id FROM users WHERE id=%s;\n"), 1, "Write @name or $1"),
    "percent name": (project(queries="-- name: A :one\nSELECT id FROM users WHERE id=%(i)s;\n"), 1, "Write @i for"),
    "a slip in a macro": (
        project(queries="-- name: A :one\nSELECT id FROM users WHERE id = qg.optonal(id);\n"),
        1,
        "Did you mean qg.optional?",
    ),
    "a slip in a short macro": (
        project(queries="-- name: A :one\nSELECT sqlc.agr(id);\n"),
        1,
        "Did you mean sqlc.arg?",
    ),
    "a zero byte": (project(queries=b"-- name: A :one\nSELECT 1\0;\n"), 1, "Remove the byte"),
    "a domain without a default": (
        project(
            "CREATE DOMAIN pos AS int NOT NULL; CREATE DOMAIN one AS int NOT NULL DEFAULT 1; CREATE DOMAIN same AS one;"
            "CREATE DOMAIN never AS one DEFAULT NULL; CREATE TABLE p (a pos, b same, c never);",
            "-- name: A :exec\nINSERT INTO p (a, b, c) VALUES (@a, qg.optional(b), qg.optional(c));\n"
            "-- name: B :exec\nINSERT INTO p (a, b, c) VALUES (@a, qg.optional(b), @c);\n"
            "-- name: C :exec\nINSERT INTO p (a, b, c) VALUES (qg.optional(a), @b, @c);\n",
        ),
        1,
        "2 errors",
    ),
    "unterminated string": (project(queries="-- name: A :one\nSELECT 'x;\n"), 1, "unterminated quoted string"),
}


@pytest.mark.parametrize("case", BAD, ids=lambda name: name.replace(" ", "-"))
def test_bad_input(case: str, querygen: RunCommand, tmp_path: Path) -> None:
    files, code, part = BAD[case]
    failed = querygen("build", files=files)
    assert failed.code == code, failed.err
    assert part in failed.err
    assert not (tmp_path / "generated").exists()


def test_broken_symlink(querygen: RunCommand, tmp_path: Path) -> None:
    files = project()
    querygen("build", files=files)
    (tmp_path / "queries" / "gone.sql").symlink_to(tmp_path / "nowhere.sql")
    failed = querygen("build")
    assert failed.code == 2
    assert "gone.sql" in failed.err


def test_scaffold_gives_what_a_domain_asks_for(querygen: RunCommand, tmp_path: Path) -> None:
    schema = "CREATE DOMAIN pos AS int NOT NULL; CREATE TABLE p (id int PRIMARY KEY, price pos);"
    assert querygen("scaffold", "p", files=project(schema, "")).code == 0
    assert "(id, price)\nVALUES (@id, @price)" in (tmp_path / "queries" / "p.sql").read_text()
    built = querygen("build")
    assert (built.code, built.err) == (0, "")


OVERRIDE = '[[overrides]]\n{}\npython = "{}"\n'


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ('column = "users.emial"', 'the column "users.emial", which is not there\n  hint: Did you mean "users.email"?'),
        ('type = "int"', 'the type "int", which is not there\n  hint: Write it as "integer".'),
        ('type = "itn4"', 'the type "itn4", which is not there\n  hint: Did you mean "int4"?'),
        (
            'query = "GetUser.emali"',
            '"GetUser.emali", which is no column or parameter of a query\n  hint: Did you mean "',
        ),
        ('query = "A.nope"', '"A.nope", which is no column or parameter of a query\n  hint: Write table.column'),
        ('column = "public.users.email"', ""),
        ('column = "pg_class.relname"', ""),
        ('type = "integer"', ""),
        ('type = "int4"', ""),
        ('type = "pg_catalog.int4"', ""),
        ('query = "GetUser.email"', ""),
        ('query = "GetUser.id"', ""),
    ],
)
def test_an_override_matches_something(what: str, told: str, querygen: RunCommand, tmp_path: Path) -> None:
    built = querygen("build", files=project(config=OVERRIDE.format(what, "app.types.Own")))
    if not told:
        assert not built.err
    message, _, hint = told.partition("\n")
    assert f"error[QG210]: an override names {message}" in built.err or not told
    assert hint in built.err
    assert built.code == bool(told)
    assert (tmp_path / "generated").exists() is not bool(told)


def test_an_override_of_one_target(querygen: RunCommand) -> None:
    targets = '[[targets]]\nout = "a"\nqueries = ["queries/a"]\n[[targets]]\nout = "b"\nqueries = ["queries/b"]\n'
    files: dict[str, str | bytes] = {
        "querygen.toml": OVERRIDE.format('query = "GetUser.email"', "str") + targets,
        "schema/schema.sql": SCHEMA,
        "queries/a/a.sql": QUERY,
        "queries/b/b.sql": "-- name: One :one\nSELECT 1;\n",
    }
    assert querygen("build", files=files).code == 0
    files["querygen.toml"] = OVERRIDE.format('query = "GetUser.mail"', "str") + targets
    failed = querygen("build", files=files)
    assert (failed.code, failed.err.count("QG210")) == (1, 1)


@pytest.mark.parametrize(
    "python", ["1+", "list[", "app.types.f()", "app.x if app.y else app.z", "app.a; app.b", "1 + 2"]
)
def test_an_override_is_a_python_type(python: str, querygen: RunCommand) -> None:
    failed = querygen("build", files=project(config=OVERRIDE.format('type = "int4"', python)))
    assert failed.code == 2
    assert f"error[QG002]: overrides[0].python: '{python}' is no Python type" in failed.err


@pytest.mark.parametrize("key", ["load", "dump"])
@pytest.mark.parametrize("python", ["read", "app.read()", "app.class", "app..read", "1+"])
def test_a_converter_is_a_dotted_name(key: str, python: str, querygen: RunCommand) -> None:
    config = OVERRIDE.format('type = "int4"', "app.Own") + f'{key} = "{python}"\n'
    failed = querygen("build", files=project(config=config))
    assert failed.code == 2
    assert f"error[QG002]: overrides[0].{key}: '{python}' is no dotted name" in failed.err


def test_types_that_an_override_may_name(querygen: RunCommand) -> None:
    for python in ("str", "int | None", "dict[str, list[app.types.Tag]]", "collections.abc.Callable[[int], str]"):
        built = querygen("build", files=project(config=OVERRIDE.format('column = "users.bio"', python)))
        assert (built.code, built.err) == (0, ""), python


def test_the_search_path_is_that_of_queries(querygen: RunCommand) -> None:
    schema = "CREATE SCHEMA app; CREATE TABLE t (name text); CREATE TABLE app.u (name text);"
    queries = "-- name: A :many\nSELECT name FROM u, public.t AS t2 (n);\n"
    built = querygen("build", files=project(schema, queries, 'search_path = ["app"]\n'))
    assert (built.code, built.err) == (0, "")
    refused = querygen(
        "build", files=project(schema, "-- name: A :many\nSELECT * FROM t;\n", 'search_path = ["app"]\n')
    )
    assert 'relation "t" does not exist' in refused.err


def test_a_search_path_of_nothing(querygen: RunCommand) -> None:
    failed = querygen("build", files=project(config='search_path = ["pulbic"]\n'))
    assert failed.code == 2
    assert 'error[QG002]: search_path in the configuration names "pulbic", a schema that is not there' in failed.err
    assert 'Did you mean "public"?' in failed.err
    built = querygen("build", files=project(config='search_path = ["public", "nope", "$user"]\n'))
    assert built.code == 0
    assert 'warning[QG002]: search_path in the configuration names "nope"' in built.err


def test_a_pipe_is_not_waited_for(querygen: RunCommand, tmp_path: Path) -> None:
    querygen("build", files=project())
    os.mkfifo(tmp_path / "queries" / "pipe.sql")
    failed = querygen("build")
    assert failed.code == 2
    assert "error[QG133]: queries/pipe.sql: this is no regular file" in failed.err


def test_parameters_where_a_statement_has_them(querygen: RunCommand) -> None:
    queries = (
        "-- name: A :exec\nCREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN $1;\n"
        "-- name: B :exec\nCREATE TABLE w AS SELECT @a::int AS x;\n"
        "-- name: C :exec\nPREPARE p AS SELECT $1::int;\n"
        "-- name: D :many\nEXPLAIN SELECT @a::int;\n"
        "-- name: E :one\nSELECT @a::interval, CAST(@b AS interval), pg_catalog.extract('day', now());\n"
    )
    built = querygen("build", files=project(queries=queries))
    assert (built.code, built.err) == (0, "")


def test_a_statement_that_nothing_reads_is_a_warning(querygen: RunCommand) -> None:
    built = querygen("build", files=project(queries=QUERY + "DELETE FROM users;\n"))
    assert built.code == 0
    assert "warning[QG115]" in built.err
    assert "queries/users.sql:3:1" in built.err


def test_empty_file_is_a_file_without_queries(querygen: RunCommand) -> None:
    assert querygen("build", files=project(queries="")).code == 0


def test_unwritable_folder(querygen: RunCommand, tmp_path: Path) -> None:
    failed = querygen("build", files=project() | {"generated": "a file stands where the folder should be"})
    assert failed.code == 2
    assert "generated" in failed.err


def test_foreign_file_in_the_way(querygen: RunCommand, tmp_path: Path) -> None:
    failed = querygen("build", files=project() | {"generated/models.py": "mine = 1\n"})
    assert failed.code == 2
    assert (tmp_path / "generated" / "models.py").read_text() == "mine = 1\n"


def test_describe_json_tells_of_bad_queries_too(querygen: RunCommand) -> None:
    queries = QUERY + "-- name: Bad :one\nSELECT emial FROM users;\n"
    files: dict[str, str | bytes] = {"s.sql": SCHEMA, "q.sql": queries}
    told = querygen("describe", "--schema", "s.sql", "--queries", "q.sql", "--format", "json", files=files)
    assert told.code == 1
    answer = json.loads(told.out)
    good, bad = answer["queries"]
    assert [(one["name"], one["type"], one["nullable"]) for one in good["columns"]] == [
        ("id", "integer", False),
        ("email", "text", False),
    ]
    assert [(one["number"], one["type"]) for one in good["params"]] == [(1, "integer")]
    assert (bad["error"]["code"], bad["error"]["line"], bad["error"]["column"]) == ("42703", 4, 8)


def test_describe_names_the_near_query(querygen: RunCommand) -> None:
    failed = querygen("describe", "GetUsr", files=project())
    assert failed.code == 2
    assert 'Did you mean "GetUser"?' in failed.err


def test_usage_errors_exit_with_2(querygen: RunCommand) -> None:
    assert querygen("biuld").code == 2
    assert querygen("build", "--nonsense").code == 2


def test_a_bug_is_one_message(querygen: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("querygen.pipeline.generate", broken)
    failed = querygen("build", files=project())
    assert failed.code == 1
    assert "querygen failed: RuntimeError: boom" in failed.err


def test_catalog_dump_reads_back(querygen: RunCommand, tmp_path: Path, pg_database: Callable[..., str]) -> None:
    url = pg_database("CREATE EXTENSION citext")
    dumped = querygen("catalog", "dump", "--database-url", url, "--extension", "citext", "--out", "catalogs")
    assert dumped.code == 0, dumped.err
    ours = Path(__file__).parent.parent / "querygen/pg_catalog/18/extensions/citext"
    written = {path.name: path.read_text() for path in (tmp_path / "catalogs/extensions/citext").iterdir()}
    assert written == {path.name: path.read_text() for path in ours.iterdir()}
    missing = querygen("catalog", "dump", "--database-url", url, "--extension", "hstore")
    assert missing.code == 2
    assert 'CREATE EXTENSION "hstore"' in missing.err


def test_unreachable_server_is_one_message(querygen: RunCommand) -> None:
    failed = querygen("catalog", "dump", "--database-url", "postgresql://localhost:1/nothing")
    assert failed.code == 2
    assert "QG005" in failed.err


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("SELECT 1 FROM user_", "Did you mean users?"),
        ("SELECT 1 FROM order_line", "Did you mean shop.order_line?"),
        ("SELECT 1 FROM shop.order_lin", "Did you mean shop.order_line?"),
        ("SELECT 1 FROM shp.order_line", "Did you mean shop.order_line?"),
        ("SELECT 'a'::mod", "Did you mean mood?"),
        ('SELECT 1 FROM "Odd"', 'Did you mean shop."Odd"?'),
    ],
)
def test_a_name_that_is_nearly_there(statement: str, hint: str, querygen: RunCommand) -> None:
    schema = (
        f"{SCHEMA}CREATE SCHEMA shop;\nCREATE TABLE shop.order_line (id int);\nCREATE TYPE mood AS ENUM ('a');\n"
        'CREATE VIEW shop."Odd" AS SELECT 1 AS a;\n'
    )
    query = f"-- name: A :many\n{statement};\n"
    failed = querygen("build", files={"schema/a.sql": schema, "queries/a.sql": query, "querygen.toml": ""})
    assert f"hint: {hint}" in failed.err


def test_no_color_means_none_on_a_terminal(tmp_path: Path) -> None:
    """https://no-color.org"""
    for name, coloured in (("", True), ("1", False)):
        terminal, inner = pty.openpty()
        environment = {**os.environ, "NO_COLOR": name, "TERM": "xterm"}
        command = [sys.executable, "-m", "querygen", "build"]
        subprocess.run(command, cwd=tmp_path, env=environment, stdout=inner, stderr=inner, check=False)
        os.close(inner)
        assert (b"\x1b[31m" in os.read(terminal, 10_000)) is coloured
        os.close(terminal)


def test_what_is_wrong_with_good_queries_is_said_in_the_same_run(querygen: RunCommand) -> None:
    queries = (
        "-- name: A :copyfrom\nINSERT INTO users (id, email) SELECT 1, 'a';\n"
        "-- name: B :many\nSELECT nope FROM users;\n"
        "-- name: GetAll :many\nSELECT id FROM users;\n-- name: get_all :many\nSELECT id FROM users;\n"
    )
    failed = querygen("build", files={"schema/a.sql": SCHEMA, "queries/a.sql": queries, "querygen.toml": ""})
    assert failed.code == 1
    assert re.findall(r"error\[(\w+)\]", failed.err) == ["42703", "QG206", "QG201"]
    # The schema's errors may be the cause of the others.
    failed = querygen("build", files={"schema/b.sql": "CREATE TABLE t (a nope);\n"})
    assert re.findall(r"error\[(\w+)\]", failed.err) == ["42704", "42703"]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('out = "."', 'out = "." is a folder of the project\'s own files'),
        ('out = "queries"', 'out = "queries" is a folder of the project\'s own files'),
        ('out = ""', "out must be a string with something in it"),
        ('migrations_table = "a.b.c"', 'migrations_table = "a.b.c" is no name of a table'),
        ('migrations_table = "a b;"', 'migrations_table = "a b;" is no name of a table'),
    ],
)
def test_values_that_lead_nowhere(config: str, said: str, querygen: RunCommand) -> None:
    failed = querygen("build", files=project(config=f"{config}\n"))
    assert (failed.code, f"error[QG002]: {said}" in failed.err) == (2, True), failed.err


def test_rules_of_lint_that_are_not_there(querygen: RunCommand) -> None:
    failed = querygen("lint", files=project(config='[lint]\ntimestampz = "off"\nsnake-case = "loud"\n'))
    assert failed.code == 2
    assert re.findall(r"error.*\n *--> (\S+)", failed.err) == ["querygen.toml:2:1", "querygen.toml:3:1"]
