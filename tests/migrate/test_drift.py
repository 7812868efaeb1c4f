"""What differs between two schemas though it looks alike, and what is the same though it is written otherwise."""

from __future__ import annotations

import pytest

from querygen.migrate.drift import compare, drift
from querygen.migrate.model import Model, Object
from tests.migrate.test_pairs import loaded

BODY = "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN '{}'; END$$;"
ATOMIC = "CREATE FUNCTION f() RETURNS text LANGUAGE sql RETURN '{}'::text;"

# What has the name of PostgreSQL's own schema in a text, where it is no schema.
DIFFERENT = [
    "CREATE TABLE t (a text DEFAULT '{}');",
    "CREATE TABLE t (a text CHECK (a <> '{}'));",
    "CREATE VIEW v AS SELECT '{}'::text AS a;",
    "CREATE TABLE t (a text); COMMENT ON TABLE t IS '{}';",
    "CREATE TABLE t (a text); CREATE INDEX i ON t (a) WHERE a = '{}';",
    "CREATE FUNCTION f(a text DEFAULT '{}') RETURNS text LANGUAGE sql RETURN a;",
    BODY,
    ATOMIC,
]


@pytest.mark.parametrize("text", DIFFERENT)
def test_a_string_is_no_schema(text: str) -> None:
    found, problems = drift(loaded(text.format("pg_catalog.x")), loaded(text.format("x")))
    assert problems == []
    assert len(found) == 1


def test_a_schema_that_is_printed_for_a_namesake() -> None:
    """lower() is pg_catalog.lower() where the user has one of that name, too."""

    def model(text: str) -> Model:
        found = Model()
        found.add(Object(("default", "public", "t", "a"), {"sql": text}))
        return found

    wanted = model("lower('pg_catalog.x'::text)")
    assert compare(model("pg_catalog.lower('pg_catalog.x'::text)"), wanted) == []
    assert len(compare(model("pg_catalog.lower('x'::text)"), wanted)) == 1
    assert len(compare(model("s.lower('pg_catalog.x'::text)"), wanted)) == 1
