"""What is dangerous about a migration stands in its file and on the terminal; wrong names are an error of usage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from querygen.migrate.diff import diff
from querygen.migrate.statement import MAY_FAIL
from tests.migrate.test_pairs import loaded

# The type before and after → may a row be too large?
TYPES = [
    ("varchar(40)", "varchar(4)", True),
    ("varchar(4)", "varchar(40)", False),
    ("text", "varchar(40)", True),
    ("varchar(4)", "text", False),
    ("varchar", "varchar(4)", True),
    ("char(4)", "char(3)", True),
    ("char(4)", "varchar(4)", False),
    ("numeric(8,2)", "numeric(6,2)", True),
    ("numeric(8,2)", "numeric(8,4)", True),
    ("numeric(8,2)", "numeric(9,3)", False),
    ("numeric", "numeric(6,2)", True),
    ("numeric(6,2)", "numeric", False),
    ("int", "numeric(10,2)", True),
    ("int", "numeric(12,2)", False),
    ("int", "bigint", False),
    ("bigint", "int", True),
    ("numeric", "int", True),
    ("int", "varchar(4)", True),
    ("varchar(40)[]", "varchar(4)[]", True),
]


@pytest.mark.parametrize(("before", "after", "fails"), TYPES)
def test_a_type_without_room_may_fail(before: str, after: str, fails: bool) -> None:
    old, new = (loaded(f"CREATE TABLE t (a {one});") for one in (before, after))
    (statement,) = diff(old, new).statements
    assert (MAY_FAIL in [one.name for one in statement.hazards]) == fails


def querygen(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "querygen", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "querygen.toml").write_text("")
    for name in ("schema", "queries", "migrations"):
        (tmp_path / name).mkdir()
    (tmp_path / "migrations" / "1_start.sql").write_text("CREATE TABLE t (a varchar(40));\n")
    (tmp_path / "schema" / "t.sql").write_text("CREATE TABLE t (a varchar(4));\n")
    return tmp_path


def test_generate_tells_what_is_dangerous(project: Path) -> None:
    done = querygen(project, "migrate", "generate", "--name", "less", "--no-proof")
    assert done.returncode == 0
    assert (
        "FAILS_ON_ROWS: change column public.t.a: fails if a value does not fit into character varying(4)"
        in done.stderr
    )


def test_names_of_nothing_are_an_error_of_usage(project: Path) -> None:
    assert querygen(project, "migrate", "status").returncode == 2
    assert querygen(project, "lint", "--explain", "nope").returncode == 2
