"""Pairs of schemas: the SQL that leads from the one to the other is as written down, and does lead there, both ways.

tests/migrate/cases/KIND/NAME has old.sql and new.sql; up.sql and down.sql are what `diff` prints (`--update` rewrites
them), or the reasons why it refuses. On a server pg_dump says the same of the migrated database and of one made anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from querygen.config import Config, catalog_folder, extension_bases
from querygen.migrate.diff import Result, diff
from querygen.migrate.load import Loaded, Setting, load
from querygen.migrate.model import show
from querygen.migrate.proof import dump
from querygen.source import SourceFile

if TYPE_CHECKING:
    from tests.pg_fixtures import PgDatabase

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.parent.relative_to(CASES).as_posix() for path in CASES.glob("*/*/old.sql"))
_CONFIG = Config(CASES)
SETTING = Setting(catalog_folder(_CONFIG), extension_bases(_CONFIG))


def loaded(text: str, name: str = "schema.sql") -> Loaded:
    found = load([SourceFile(name, text)], SETTING)
    assert not found.errors, found.errors
    return found


def printed(result: Result) -> str:
    if result.refusals:
        return "".join(f"-- refused: {show(one.target)}: {one.reason}\n" for one in result.refusals)
    return "".join(f"{one.sql};\n" for one in result.statements)


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_is_as_written_down(name: str, update: bool) -> None:
    folder = CASES / name
    old, new = ((folder / f"{one}.sql").read_text() for one in ("old", "new"))
    for file, result in (("up", diff(loaded(old), loaded(new))), ("down", diff(loaded(new), loaded(old)))):
        path = folder / f"{file}.sql"
        if update:
            path.write_text(printed(result))
        assert printed(result) == path.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_differs_from_itself(name: str) -> None:
    for one in ("old", "new"):
        text = (CASES / name / f"{one}.sql").read_text()
        assert printed(diff(loaded(text), loaded(text))) == ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["up", "down"])
def test_it_leads_there_on_a_server(name: str, way: str, pg_database: PgDatabase) -> None:
    folder = CASES / name
    first, last = ("old", "new") if way == "up" else ("new", "old")
    script = (folder / f"{way}.sql").read_text()
    if script.startswith("-- refused"):
        return
    migrated = pg_database((folder / f"{first}.sql").read_text() or "select")
    anew = pg_database((folder / f"{last}.sql").read_text() or "select")
    with psycopg.connect(migrated, autocommit=True) as conn:
        for one in loaded_statements(script):
            conn.execute(one.encode())
    assert dump(migrated) == dump(anew)


# What a dump writes otherwise than people do, and is compared as it is written; and what names the role that made it.
AS_WRITTEN = frozenset({"aggregate", "event_trigger", "operator", "publication", "rule", "text_search"})
NAMES_ROLES = frozenset({"grant/default", "grant/set_role", "role/unquoted_owner", "extension/create"})
# PostgreSQL itself makes another expression of what it dumps: the cast of an array becomes one of each element.
OTHERWISE = frozenset({"constraint/in_list"})


@pytest.mark.parametrize(
    "name", [one for one in NAMES if one.split("/")[0] not in AS_WRITTEN and one not in NAMES_ROLES | OTHERWISE]
)
def test_a_dump_of_the_schema_is_the_schema(name: str, pg_database: PgDatabase) -> None:
    """pg_dump's text and the schema's own are one schema: printing and reading lose nothing."""
    text = (CASES / name / "new.sql").read_text()
    from querygen.migrate.proof import dump_of_url

    dumped = dump_of_url(pg_database(text or "select"), owners=False)
    assert printed(diff(loaded(dumped, "dump.sql"), loaded(text.replace("@renamed", "")))) == ""


def loaded_statements(script: str) -> list[str]:
    from querygen.sql.parse import parse_schema_file

    found, problems = parse_schema_file(SourceFile("up.sql", script))
    assert not problems
    return [one.text for one in found]
