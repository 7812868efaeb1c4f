"""The commands that users of sqlc know, as they type them."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from querygen.server.embedded import EmbeddedServer, drop_database, load_sql
from tests import test_cli
from tests.pg_fixtures import PgDatabase
from tests.test_cli import RunCommand

querygen = test_cli.querygen  # the fixture

SCHEMA = "CREATE TABLE authors (id bigserial PRIMARY KEY, name text NOT NULL, bio text);\n"
QUERIES = """
-- name: GetAuthor :one
SELECT * FROM authors WHERE id = $1;

-- name: DeleteAuthor :exec
DELETE FROM authors WHERE id = $1;

-- name: Purge :exec
-- @sqlc-vet-disable
DELETE FROM authors;
"""
FORGET = """
-- name: Forget :exec
-- @sqlc-vet-disable no-delete
DELETE FROM authors WHERE bio IS NULL AND id > @low AND id < @high;
"""
RULES = """rules:
- {name: no-delete, message: "do not delete", rule: 'query.sql.contains("DELETE")'}
- {name: few, rule: "query.params.size() > 1"}
- {name: costly, message: "too costly", rule: "postgresql.explain.plan.total_cost > 0.0"}
- {name: seq, rule: "postgresql.explain.plan.node_type == 'Seq Scan'"}
- {name: unfit, rule: "has(postgresql.explain.plan.nothing)"}
- {name: text, rule: "query.name.lowerAscii().replace('get', 'x').startsWith('x') && query.cmd == 'one'"}
- {name: engine, rule: "config.engine != 'postgresql' || config.schema != ['schema.sql'] || config.version != '2'"}
"""


def config(rules: str, more: str = "", definitions: str = RULES) -> dict[str, str | bytes]:
    entry = (
        f"{{schema: schema.sql, queries: q.sql, engine: postgresql, rules: [{rules}]{more}, gen: {{go: {{out: db}}}}}}"
    )
    return {
        "sqlc.yaml": f'version: "2"\nsql:\n- {entry}\n{definitions}',
        "schema.sql": SCHEMA,
        "q.sql": QUERIES,
    }


def broken(err: str) -> list[tuple[str, str]]:
    """(query, rule) of what is broken."""
    lines = [line.split('"') for line in err.splitlines() if line.startswith("error[QG362]")]
    return [(line[1], line[2].removeprefix(" breaks the rule ").split(":")[0]) for line in lines]


def test_rules_about_the_text(querygen: RunCommand) -> None:
    run = querygen("vet", files={**config("no-delete, few, text, engine"), "q.sql": QUERIES + FORGET})
    assert run.code == 1
    assert broken(run.err) == [("GetAuthor", "text"), ("DeleteAuthor", "no-delete"), ("Forget", "few")]
    assert "do not delete" in run.err
    assert "q.sql:5:10" in run.err
    assert querygen("vet", files=config("engine")).code == 0


def test_rules_that_ask_a_database_of_their_own(querygen: RunCommand) -> None:
    """Without a uri that says something, a throw-away server is given the schema."""
    files = config("sqlc/db-prepare, seq, unfit", ", database: {uri: '${NOT_SET_AT_ALL}'}")
    files["q.sql"] = QUERIES + "-- name: ListAuthors :many\nSELECT * FROM authors;\n"
    run = querygen("vet", files=files)
    assert run.code == 1, run.err
    assert broken(run.err) == [("ListAuthors", "seq")]


def test_rules_that_ask_the_database_of_the_configuration(querygen: RunCommand, pg_database: PgDatabase) -> None:
    url = pg_database("CREATE TABLE authors (id bigint PRIMARY KEY, name text NOT NULL)")
    run = querygen("vet", files=config("sqlc/db-prepare, costly", f', database: {{uri: "{url}"}}'))
    assert run.code == 1
    assert ("GetAuthor", "sqlc/db-prepare") in broken(run.err), "its columns are written out, and one is not there"
    assert ("DeleteAuthor", "costly") in broken(run.err)
    assert 'column "bio" does not exist' in run.err


@pytest.mark.parametrize(
    ("rules", "definitions", "said"),
    [
        ("no-delet", RULES, 'there is no rule named "no-delet"'),
        ("bad", "rules:\n- {name: bad, rule: 'query.sql ==='}\n", 'the rule "bad" is no CEL'),
        ("bad", "rules:\n- {name: bad, rule: '1 + 1'}\n", "neither true nor false"),
        ("bad", "rules:\n- {name: bad, rule: 'query.nothing > 1'}\n", "cannot be answered"),
        ("bad", "rules:\n- {name: bad}\n", "has no expression"),
        ("bad", "rules:\n- {name: bad, rule: 'true'}\n- {name: bad, rule: 'true'}\n", "two rules named"),
        ("few", RULES, '@sqlc-vet-disable names the rule "no-delete", which sql[0] has not'),
    ],
)
def test_rules_that_are_none(querygen: RunCommand, rules: str, definitions: str, said: str) -> None:
    run = querygen("vet", files={**config(rules, definitions=definitions), "q.sql": QUERIES + FORGET})
    assert run.code == 1
    assert said in run.err
    assert "-->" in run.err


def test_cel_that_is_not_installed(querygen: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "celpy", None)
    run = querygen("vet", files=config("few"))
    assert run.code == 2
    assert 'pip install "querygen[vet]"' in run.err


def test_vet_without_a_configuration(querygen: RunCommand) -> None:
    assert querygen("vet").code == 2
    own = querygen("vet", files={"querygen.toml": ""})
    assert own.code == 2
    assert "querygen lint" in own.err


def test_compile_looks_at_every_query_set(querygen: RunCommand, tmp_path: Path) -> None:
    files = config("", definitions="")
    text = str(files["sqlc.yaml"]).replace(", gen: {go: {out: db}}", "")
    assert querygen("build", files={**files, "sqlc.yaml": text}).code == 2
    assert querygen("compile").code == 0
    assert not (tmp_path / "db").exists()
    assert querygen("compile", files={"q.sql": "-- name: A :one\nSELECT x;\n"}).code == 1
    assert querygen("compile", "--queryset", "no").code == 2


def test_parse(querygen: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    run = querygen("parse", "--dialect", "postgresql", "all.sql", files={"all.sql": SCHEMA + QUERIES})
    found = json.loads(run.out)
    assert [(one.get("name"), one.get("cmd"), *one["ast"]) for one in found][:3] == [
        (None, None, "CreateStmt"),
        ("GetAuthor", ":one", "SelectStmt"),
        ("DeleteAuthor", ":exec", "DeleteStmt"),
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT @x::int; SELECT 2"))
    assert len(json.loads(querygen("parse").out)) == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 1;\nSELEC 2;"))
    wrong = querygen("parse")
    assert wrong.code == 1
    assert "<stdin>:2:1" in wrong.err
    assert "PostgreSQL only" in querygen("parse", "-d", "mysql").err


def test_analyze(querygen: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, str | bytes] = {"schema.sql": SCHEMA, "q.sql": QUERIES}
    found = json.loads(querygen("analyze", "-d", "pg", "--schema", "schema.sql", "q.sql", files=files).out)
    assert found[0] == {
        "name": "GetAuthor",
        "cmd": ":one",
        "columns": [
            {"name": "id", "data_type": "bigint", "not_null": True, "is_array": False, "table": "authors"},
            {"name": "name", "data_type": "text", "not_null": True, "is_array": False, "table": "authors"},
            {"name": "bio", "data_type": "text", "not_null": False, "is_array": False, "table": "authors"},
        ],
        "params": [{"number": 1, "column": found[0]["params"][0]["column"]}],
    }
    assert found[0]["params"][0]["column"]["data_type"] == "bigint"
    monkeypatch.setattr("sys.stdin", io.StringIO("-- name: A :one\nSELECT ARRAY[1, 2] AS a;\n"))
    piped = json.loads(querygen("analyze", "--schema", "schema.sql", "--ast").out)
    assert piped[0]["columns"][0]["is_array"]
    assert "SelectStmt" in piped[0]["ast"]
    assert querygen("analyze", "-s", "schema.sql", "bad.sql", files={"bad.sql": "-- name: A :one\nSELECT x;"}).code == 1


def test_createdb_on_a_server(querygen: RunCommand, pg_server: EmbeddedServer) -> None:
    run = querygen("createdb", "--database-url", pg_server.url(), files=config("", definitions=""))
    assert run.code == 0, run.err
    url = run.out.strip()
    name = url.split("?")[0].rpartition("/")[2]
    try:
        assert name.startswith("querygen_createdb_")
        load_sql(url, "INSERT INTO authors (name) VALUES ('x')")
    finally:
        drop_database(pg_server, name)


def test_createdb_with_a_server_of_its_own(tmp_path: Path) -> None:
    for name, text in config("", definitions="").items():
        (tmp_path / name).write_text(str(text))
    program = [sys.executable, "-m", "querygen", "createdb"]
    with subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        load_sql(url, "INSERT INTO authors (name) VALUES ('x')")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
