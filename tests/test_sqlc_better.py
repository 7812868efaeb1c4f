"""sqlc-gen-better-python's documented features: a configuration of its kind builds, and each feature has its equal.

The project is written in the manner of its guide (one table for each page); what the page promises is asserted of the
code, which then runs against a server.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest

from tests import test_cli
from tests.pg_fixtures import PgDatabase
from tests.test_cli import RunCommand

querygen = test_cli.querygen  # the fixture

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok', '24h', '_hidden');
CREATE SCHEMA custom;
CREATE TYPE custom.mood AS ENUM ('calm');
CREATE TABLE users (
    id bigint PRIMARY KEY NOT NULL,
    name text NOT NULL,
    nickname text,
    preferences jsonb NOT NULL,
    feeling mood NOT NULL,
    maybe_feeling custom.mood
);
CREATE TABLE invalid_identifiers (id bigint PRIMARY KEY, "3p%" text, "new notes" text NOT NULL, "class" text);
CREATE TABLE "3rd_party_stats" (id int PRIMARY KEY, total int NOT NULL);
CREATE TABLE measures (id int NOT NULL, amount float8 NOT NULL, count int NOT NULL);
CREATE TABLE unused (id int);
"""
QUERIES = """
-- Who it is.
-- name: GetUser :one
SELECT * FROM users WHERE id = $1;

-- name: CreateUser :exec
INSERT INTO users (id, name, nickname, preferences, feeling, maybe_feeling) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ListUsers :many
SELECT * FROM users ORDER BY id;

-- name: CountUsers :one
SELECT count(*) FROM users;

-- name: RenameUser :execrows
UPDATE users SET name = sqlc.arg(name), nickname = sqlc.narg(nickname) WHERE id = @id;

-- name: TouchUser :execresult
UPDATE users SET name = name WHERE id = @id;

-- name: UsersByIds :many
SELECT id FROM users WHERE id = ANY($1::bigint[]) ORDER BY id;

-- name: UsersOfSlice :many
SELECT id FROM users WHERE id IN (sqlc.slice(ids)) ORDER BY id;

-- name: Pairs :many
SELECT a.name, b.name FROM users a JOIN users b ON a.id < b.id ORDER BY a.id, b.id;

-- name: UserWithStats :one
SELECT sqlc.embed(u), s.total FROM users u JOIN "3rd_party_stats" s ON s.id = u.id WHERE u.id = $1;

-- name: AddMeasures :copyfrom
INSERT INTO measures (id, amount, count) VALUES ($1, $2, $3);

-- name: GetInvalid :one
SELECT * FROM invalid_identifiers WHERE id = $1;
"""
CONFIG = """
version: "2"
plugins:
  - name: python
    wasm:
      url: https://example.org/releases/download/v0.9.0/sqlc-gen-better-python.wasm
      sha256: d1787aa32e61f2e73c81a4f93b3e5a9beeec918952cff3183fb96313057f58a8
sql:
  - engine: postgresql
    queries: users.sql
    schema: schema.sql
    codegen:
      - out: better_db
        plugin: python
        options:
          package: better_db
          emit_init_file: true
          sql_driver: DRIVER
          model_type: MODEL
          omit_unused_models: true
          inflection_exclude_table_names: [measures]
          converters:
            - name: preferences
              py_type: {import: better_app, package: Preferences, type: Preferences}
              to_db: better_app.write_preferences
              from_db: better_app.read_preferences
          overrides:
            - {column: users.preferences, converter: preferences}
            - {column: users.nickname, py_type: {import: collections, package: UserString, type: UserString}}
"""
APP = """
import dataclasses
import json


@dataclasses.dataclass
class Preferences:
    dark: bool


def write_preferences(value: Preferences) -> str:
    return json.dumps(dataclasses.asdict(value))


def read_preferences(value: str) -> Preferences:
    return Preferences(**json.loads(value))
"""


def project(driver: str, model: str = "pydantic") -> dict[str, str | bytes]:
    config = CONFIG.replace("DRIVER", driver).replace("MODEL", model)
    return {"sqlc.yaml": config, "schema.sql": SCHEMA, "users.sql": QUERIES, "better_app.py": APP}


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of the generated package, which is forgotten at the end."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def load_module(name: str) -> ModuleType:
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield load_module
    for name in [one for one in sys.modules if one.split(".")[0] in ("better_db", "better_app")]:
        del sys.modules[name]


def signatures(path: Path) -> dict[str, str]:
    tree = ast.parse(path.read_text())
    functions = (one for one in tree.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return {
        one.name: f"({', '.join(ast.unparse(arg) for arg in one.args.kwonlyargs)}) -> {ast.unparse(one.returns or one)}"
        for one in functions
        if not one.name.startswith("_")
    }


def fields(path: Path) -> dict[str, dict[str, str]]:
    tree = ast.parse(path.read_text())
    return {
        one.name: {
            line.target.id: ast.unparse(line.annotation)
            for line in one.body
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
        }
        for one in tree.body
        if isinstance(one, ast.ClassDef)
    }


def test_every_documented_feature_has_its_equal(querygen: RunCommand, tmp_path: Path) -> None:
    built = querygen("build", files=project("psycopg_sync"))
    assert built.code == 0, built.err
    assert "QG068" not in built.err
    found = signatures(tmp_path / "better_db/users.py")
    assert not (tmp_path / "better_db/aio").exists()
    assert found["get_user"] == "(id: int) -> User | None"
    assert found["list_users"] == "() -> list[User]"
    assert found["count_users"] == "() -> int"
    assert found["rename_user"] == "(name: str, nickname: UserString | None, id: int) -> int"
    assert found["touch_user"] == "(id: int) -> RawCursor[Any]"
    assert "Sequence[int]" in found["users_by_ids"]
    assert "Sequence[int]" in found["users_of_slice"]
    assert found["pairs"].endswith("list[PairsRow]")
    assert found["user_with_stats"].endswith("UserWithStatsRow | None")
    assert found["add_measures"].endswith("int")
    rows = fields(tmp_path / "better_db/users.py")
    assert rows["PairsRow"] == {"name": "str", "name_2": "str"}
    assert rows["UserWithStatsRow"]["u"] == "User"
    models = fields(tmp_path / "better_db/models.py")
    assert models["User"]["preferences"] == "Preferences"
    assert models["User"]["nickname"] == "UserString | None"
    assert models["User"]["feeling"] == "Mood"
    assert models["User"]["maybe_feeling"] == "CustomMood | None"
    assert "Unused" not in models, "omit_unused_models"
    assert "class InvalidIdentifier(" in (tmp_path / "better_db/models.py").read_text(), "tables are made singular"
    assert clean_under_ruff(tmp_path / "better_db") == ""
    assert "Who it is." in (tmp_path / "better_db/users.py").read_text(), "documentation comes from the comment"


def clean_under_ruff(folder: Path) -> str:
    """What ruff says of a package at its defaults, with the imports sorted: types of overrides are among them."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--extend-select", "I", str(folder)]
    command += ["--config", 'lint.isort.known-third-party = ["better_app"]']
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("driver", ["psycopg_async", "asyncpg"])
def test_async_drivers(driver: str, querygen: RunCommand, tmp_path: Path) -> None:
    built = querygen("build", files=project(driver, "msgspec"))
    assert built.code == 0, built.err
    assert "rows are pydantic models, not msgspec" in built.err
    assert ("not asyncpg's" in built.err) == (driver == "asyncpg")
    assert "async def get_user(" in (tmp_path / "better_db/aio/users.py").read_text()
    assert "def get_user(" not in (tmp_path / "better_db/users.py").read_text()


def test_it_runs(querygen: RunCommand, load: Any, pg_database: PgDatabase) -> None:
    assert querygen("build", files=project("psycopg_sync")).code == 0
    users, models, app = load("better_db.users"), load("better_db.models"), load("better_app")
    with psycopg.connect(pg_database(SCHEMA)) as conn:
        for number in (1, 2):
            users.create_user(
                conn,
                id=number,
                name=f"n{number}",
                nickname=None,
                preferences=app.Preferences(dark=True),
                feeling=models.Mood("24h"),
                maybe_feeling=None,
            )
        user = users.get_user(conn, id=1)
        assert (user.preferences, user.feeling.value, user.nickname) == (app.Preferences(dark=True), "24h", None)
        assert users.get_user(conn, id=9) is None
        assert [one.id for one in users.list_users(conn)] == [1, 2]
        assert conn.execute("SELECT preferences -> 'dark' FROM users WHERE id = 1").fetchone() == (True,)
        assert users.count_users(conn) == 2
        assert users.rename_user(conn, name="x", nickname=None, id=1) == 1
        assert users.touch_user(conn, id=1).rowcount == 1
        assert users.users_by_ids(conn, id=[2, 1]) == users.users_of_slice(conn, ids=[1, 2]) == [1, 2]
        assert users.users_of_slice(conn, ids=[]) == []
        assert [(one.name, one.name_2) for one in users.pairs(conn)] == [("x", "n2")]


def test_it_runs_async(querygen: RunCommand, load: Any, pg_database: PgDatabase) -> None:
    assert querygen("build", files=project("asyncpg")).code == 0
    users = load("better_db.aio.users")
    url = pg_database(SCHEMA)

    async def program() -> object:
        async with await psycopg.AsyncConnection.connect(url) as conn:
            return await users.count_users(conn), await users.get_user(conn, id=1)

    assert asyncio.run(program()) == (0, None)


def test_the_page_names_every_option() -> None:
    from querygen.sqlc.options import _BETTER, _DRIVERS

    page = (Path(__file__).parent.parent / "docs/sqlc-gen-better-python.md").read_text()
    assert not [option for option in _BETTER if f"`{option}`" not in page]
    assert not [driver for driver, kind in _DRIVERS.items() if kind and f"`{driver}`" not in page]
