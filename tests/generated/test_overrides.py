"""Other Python types: for a type, a domain, a column, a query's column or parameter; nullable or not, everywhere."""

from __future__ import annotations

import sys
import typing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from querygen.diagnostics import DiagnosticError
from querygen.render.options import RenderOptions, TypeOverride
from tests.generated.project import project, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

TYPES = '''
import datetime
from typing import NamedTuple, NewType
from pydantic import BaseModel

class Settings(BaseModel):
    dark: bool = False

PersonId = NewType("PersonId", int)

class Email(str):
    """A domain's values."""

class Mood:
    def __init__(self, label: str) -> None:
        self.label = str(label)
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mood) and other.label == self.label
    def __hash__(self) -> int:
        return hash(self.label)

def dump_mood(mood: Mood) -> str:
    return mood.label

class Year(NamedTuple):
    number: int

def load_year(value: datetime.date) -> Year:
    return Year(value.year)

def dump_year(year: Year) -> datetime.date:
    return datetime.date(year.number, 1, 1)

def shout(value: str) -> str:
    return value.upper()
'''
SCHEMA = """
CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
CREATE DOMAIN work_email AS email;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE person (
    id int8 PRIMARY KEY,
    mail email NOT NULL,
    other_mail work_email,
    mails email[],
    mood mood NOT NULL,
    moods mood[],
    settings jsonb NOT NULL,
    more jsonb,
    born date,
    name text NOT NULL
);
"""
COLUMNS = "id, mail, other_mail, mails, mood, moods, settings, more, born, name"
PARAMS = ", ".join(f"@{one}" for one in COLUMNS.split(", "))
QUERIES = f"""
-- name: Get :one
SELECT * FROM person WHERE id = @id;
-- name: Put :exec
INSERT INTO person ({COLUMNS}) VALUES ({PARAMS});
-- name: PutCopy :copyfrom
INSERT INTO person ({COLUMNS}) VALUES ({PARAMS.replace("@mails", "NULL").replace("@moods", "NULL")});
-- name: PutBatch :batchexec
INSERT INTO person ({COLUMNS}) VALUES ({PARAMS});
-- name: PutBulk :bulk
INSERT INTO person ({COLUMNS}) VALUES ({PARAMS.replace("@mails", "NULL").replace("@moods", "NULL")});
-- name: Moods :many
SELECT DISTINCT mood FROM person;
-- name: BornIn :many
SELECT id, upper(name) AS name FROM person WHERE born = @year ORDER BY id;
-- name: Latest :one
SELECT max(born) FROM person;
-- name: AnyMood :many
SELECT id FROM person WHERE mood IN (sqlc.slice(moods)) ORDER BY id;
-- name: Names :many
SELECT name, left(name, 2) AS start FROM person ORDER BY name;
"""
OVERRIDES = (
    TypeOverride("app_types_2.PersonId", column="person.id"),
    TypeOverride("app_types_2.Email", type="email"),
    TypeOverride("app_types_2.Mood", type="public.mood", dump="app_types_2.dump_mood"),
    TypeOverride("app_types_2.Settings", column="public.person.settings"),
    TypeOverride("dict[str, int]", column="person.more"),
    TypeOverride("app_types_2.Year", type="date", load="app_types_2.load_year", dump="app_types_2.dump_year"),
    TypeOverride("str", query="Names.name", load="app_types_2.shout"),
)


@pytest.mark.parametrize("validate", [False, True])
def test_every_key_in_every_command(pg_database: PgDatabase, tmp_path: Path, validate: bool) -> None:
    (tmp_path / "app_types_2.py").write_text(TYPES)
    options = RenderOptions(overrides=OVERRIDES, validate_rows=validate, rename={"mood": "MoodLabel"})
    with (
        project(tmp_path, SCHEMA, QUERIES, options) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        queries, models, types = load("queries"), load("models"), sys.modules["app_types_2"]
        shown = {name: str(one).replace("app_types_2.", "") for name, one in models.Person.__annotations__.items()}
        assert shown == {
            "id": "PersonId",
            "mail": "<class 'Email'>",
            "other_mail": "Email | None",
            "mails": "list[Email] | None",
            "mood": "<class 'Mood'>",
            "moods": "list[Mood] | None",
            "settings": "<class 'Settings'>",
            "more": "dict[str, int] | None",
            "born": "Year | None",
            "name": "<class 'str'>",
        }
        full: dict[str, Any] = {
            "id": types.PersonId(1),
            "mail": types.Email("a@x"),
            "other_mail": types.Email("b@x"),
            "mails": [types.Email("c@x")],
            "mood": types.Mood("ok"),
            "moods": [types.Mood("sad"), types.Mood("ok")],
            "settings": types.Settings(dark=True),
            "more": {"a": 1},
            "born": types.Year(1815),
            "name": "Ada",
        }
        least = full | {"id": 2} | dict.fromkeys(("other_mail", "mails", "moods", "more", "born"))
        without_arrays = {"mails", "moods"}

        def check(put: Any, wanted: dict[str, Any]) -> None:
            put()
            found = queries.get(conn, id=wanted["id"])
            assert {name: getattr(found, name) for name in wanted} == wanted
            for name, value in wanted.items():
                assert type(getattr(found, name)) is type(value), name
            conn.execute("DELETE FROM person")

        for values in (full, least):
            check(lambda values=values: queries.put(conn, **values), values)
            item = queries.PutBatchParams(**values)
            check(lambda item=item: queries.put_batch(conn, [item]), values)
            flat = {name: value for name, value in values.items() if name not in without_arrays}
            copied = queries.PutCopyParams(**flat)
            check(lambda item=copied: queries.put_copy(conn, [item]), flat)
            bulk = queries.PutBulkParams(**flat)
            check(lambda item=bulk: queries.put_bulk(conn, [item]), flat)
        queries.put(conn, **full)
        assert queries.moods(conn) == [types.Mood("ok")]
        assert queries.any_mood(conn, moods=(types.Mood("ok"),)) == [1]
        assert [one.id for one in queries.born_in(conn, year=types.Year(1815))] == [1]
        assert queries.latest(conn) == types.Year(1815)
        assert [(one.name, one.start) for one in queries.names(conn)] == [("ADA", "Ad")]
        conn.execute("DELETE FROM person")
        assert queries.latest(conn) is None


def test_a_type_that_is_called_like_a_class_of_the_schema(tmp_path: Path) -> None:
    overrides = (TypeOverride("list[app.Person]", column="person.settings"),)
    with pytest.raises(DiagnosticError) as refused:
        rendered(tmp_path, SCHEMA, QUERIES, RenderOptions(overrides=overrides))
    told = refused.value.diagnostic
    assert told.message == 'the class "Person" of "public.person" and "app.Person" of an override have one name'
    assert told.hint == 'Name the class in the configuration: rename."public.person" = "…".'
    assert told.span is not None


def test_a_query_s_parameter(pg_database: PgDatabase, tmp_path: Path) -> None:
    """The query's override takes the place of the type's."""
    overrides = (
        TypeOverride("int", query="BornIn.year", dump="app_types_2.first_day"),
        TypeOverride("app_types_2.Year", type="date", load="app_types_2.load_year", dump="app_types_2.dump_year"),
    )
    more = "\n\ndef first_day(year: int) -> datetime.date:\n    return datetime.date(year, 1, 1)\n"
    (tmp_path / "app_types_2.py").write_text(TYPES + more)
    sys.modules.pop("app_types_2", None)
    rows = "INSERT INTO person VALUES (1, 'a@x', NULL, NULL, 'ok', NULL, '{}', NULL, '1815-01-01', 'Ada');"
    with (
        project(tmp_path, SCHEMA, QUERIES, RenderOptions(overrides=overrides)) as load,
        psycopg.connect(pg_database(SCHEMA + rows), autocommit=True) as conn,
    ):
        queries = load("queries")
        assert typing.get_type_hints(queries.born_in)["year"] is int
        assert [one.name for one in queries.born_in(conn, year=1815)] == ["ADA"]
        assert queries.latest(conn).number == 1815
    del sys.modules["app_types_2"]
