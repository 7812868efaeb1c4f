"""On a terminal one is asked whether something was renamed; elsewhere the candidate and its option are named."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from querygen.migrate.candidates import candidates
from querygen.migrate.read import read_model
from querygen.migrate.renames import Rename, option
from querygen.migrate.statement import Refusal
from tests.migrate.test_pairs import loaded

BEFORE = "CREATE TABLE author (id bigint PRIMARY KEY, name text, born date);\n"
COLUMN = "CREATE TABLE author (id bigint PRIMARY KEY, full_name text, born date);\n"
TABLE = "CREATE TABLE writer (id bigint PRIMARY KEY, name text, born date);\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "querygen.toml").write_text("")
    for name in ("schema", "queries", "migrations"):
        (tmp_path / name).mkdir()
    (tmp_path / "migrations" / "1_start.sql").write_text(BEFORE)
    return tmp_path


def command(project: Path) -> list[str]:
    assert project.is_dir()
    return [sys.executable, "-m", "querygen", "migrate", "generate", "--name", "next", "--no-proof"]


def on_a_terminal(project: Path, answers: str) -> tuple[int, str]:
    """The exit code and what the terminal shows."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(command(project), cwd=project, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(mine, answers.encode())
    shown = b""
    try:
        while chunk := os.read(mine, 4096):
            shown += chunk
    except OSError:  # what Linux says at the end of a terminal
        pass
    os.close(mine)
    return process.wait(60), shown.decode()


def written(project: Path) -> list[str]:
    return [path.read_text() for path in project.glob("migrations/2*.sql") if ".down" not in path.name]


def test_yes_is_a_rename(project: Path) -> None:
    (project / "schema" / "author.sql").write_text(COLUMN)
    code, shown = on_a_terminal(project, "y\n")
    assert "Was column public.author.name renamed to full_name? [y/N]" in shown
    assert code == 0, shown
    (text,) = written(project)
    assert "ALTER TABLE public.author RENAME COLUMN name TO full_name;" in text
    assert "DROP" not in text


def test_no_is_a_drop_which_wants_to_be_allowed(project: Path) -> None:
    (project / "schema" / "author.sql").write_text(COLUMN)
    code, shown = on_a_terminal(project, "\n")
    assert code == 1
    assert "--allow-drop" in shown
    assert written(project) == []


def test_a_table(project: Path) -> None:
    (project / "schema" / "writer.sql").write_text(TABLE)
    code, shown = on_a_terminal(project, "y\n")
    assert "Was table public.author renamed to writer?" in shown
    assert code == 0, shown
    assert "ALTER TABLE public.author RENAME TO writer;" in written(project)[0]


def test_who_said_no_is_not_asked_again(project: Path) -> None:
    (project / "migrations" / "1_start.sql").write_text("CREATE TABLE a (n int); CREATE TABLE b (n int, m text);")
    (project / "schema" / "both.sql").write_text("CREATE TABLE a (k int); CREATE TABLE b (k int, m text);")
    code, shown = on_a_terminal(project, "y\n\n")
    assert code == 1
    assert [shown.count(f"Was column public.{one}.n renamed") for one in "ab"] == [1, 1]


def test_without_a_terminal_the_candidate_is_named(project: Path) -> None:
    (project / "schema" / "author.sql").write_text(COLUMN)
    done = subprocess.run(
        command(project), cwd=project, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 1
    assert "--rename public.author.name=public.author.full_name" in done.stderr
    assert written(project) == []


# Old and new → which pairs are asked about.
PAIRS = {
    "two of a type have come": (BEFORE, COLUMN.replace("full_name text", "full_name text, nick text"), []),
    "another type": (BEFORE, COLUMN.replace("full_name text", "full_name varchar"), []),
    "one of each type": (
        "CREATE TABLE a (x int, y text);",
        "CREATE TABLE a (z int, w text);",
        ["public.a.x=public.a.z", "public.a.y=public.a.w"],
    ),
    "a table": (BEFORE, TABLE, ["public.author=public.writer"]),
    "a table with other columns": (BEFORE, TABLE.replace("born", "birth"), []),
    "an enum": ("CREATE TYPE a AS ENUM ('x');", "CREATE TYPE b AS ENUM ('x');", ["public.a=public.b"]),
    "names with capitals": (
        'CREATE TABLE a ("X y" int);',
        'CREATE SCHEMA s; CREATE TABLE a ("Z" int);',
        ['public.a."X y"=public.a."Z"'],
    ),
    "the same in two schemas": (
        "CREATE TABLE t (b int); CREATE SCHEMA s; CREATE TABLE s.t (b int);",
        "CREATE TABLE t (c int); CREATE SCHEMA s; CREATE TABLE s.t (c int);",
        ["public.t.b=public.t.c", "s.t.b=s.t.c"],
    ),
}


@pytest.mark.parametrize("what", PAIRS)
def test_candidates(what: str) -> None:
    one, other, options = PAIRS[what]
    old, new = (read_model(loaded(text).state)[0] for text in (one, other))
    assert [found.option for found in candidates(old, new, old.objects)] == options


@pytest.mark.parametrize("what", PAIRS)
def test_what_is_asked_is_understood(what: str) -> None:
    """The option that a "yes" stands for names one thing."""
    one, other, options = PAIRS[what]
    old, new = (read_model(loaded(text).state)[0] for text in (one, other))
    for each in options:
        assert isinstance(option(each, old, new), Rename), each


def test_a_name_that_is_not_there_has_a_neighbour() -> None:
    old, new = (read_model(loaded(f"CREATE TABLE vessel ({one} text);").state)[0] for one in ("flag", "flag_state"))
    refused = option("vessel.flag=vessel.flagstate", old, new)
    assert isinstance(refused, Refusal)
    assert refused.hint == "Did you mean vessel.flag=vessel.flag_state?"
