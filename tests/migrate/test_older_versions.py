"""Migrations for older servers: what they have no syntax for is refused by name, the rest is written as they take it.

On Debian's PostgreSQL 15 every pair of tests/migrate/cases that 15 can hold is migrated, both ways.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

from querygen.migrate.diff import Result, diff
from querygen.migrate.generate import draft
from querygen.migrate.load import Setting, load
from querygen.pg_catalog import load as pg_catalog_load
from querygen.pg_catalog.dump import dump_catalog
from querygen.server.embedded import EmbeddedServer
from querygen.source import SourceFile
from tests.migrate.test_pairs import CASES, NAMES, SETTING, loaded_statements, printed
from tests.pg_fixtures import PgDatabase

T = "CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, p int4range);\n"


def at(major: int, old: str, new: str) -> Result:
    """The diff as for a server of this version: PostgreSQL's own objects are those of 18."""
    files = [load([SourceFile("schema.sql", text)], SETTING) for text in (old, new)]
    for one in files:
        assert not one.errors
        one.state.catalog.major = major
    return diff(*files)


# What is asked for → the first version that has it, and what is said of it.
NEWER = {
    "CREATE TABLE n (a int, UNIQUE NULLS NOT DISTINCT (a));": (15, "NULLS NOT DISTINCT"),
    "CREATE UNIQUE INDEX n ON t (a) NULLS NOT DISTINCT;": (15, "NULLS NOT DISTINCT"),
    "ALTER TABLE t ADD g int GENERATED ALWAYS AS (a + 1) VIRTUAL;": (18, "virtual generated column"),
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT ENFORCED;": (18, "NOT ENFORCED"),
    "ALTER TABLE t ALTER b SET COMPRESSION lz4;": (14, "COMPRESSION of a column"),
    "CREATE VIEW v WITH (security_invoker) AS SELECT 1 AS x;": (15, "a view's security_invoker"),
    "CREATE PUBLICATION p FOR TABLE t WHERE (id > 1);": (15, "a publication's WHERE"),
    "CREATE PUBLICATION p FOR TABLE t (id);": (15, "a publication's list of columns"),
    "CREATE PUBLICATION p FOR TABLES IN SCHEMA public;": (15, "TABLES IN SCHEMA of a publication"),
    "CREATE STATISTICS s ON (a + 1), id FROM t;": (14, "an expression in CREATE STATISTICS"),
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1;": (14, "a function's body that is no string"),
    "CREATE PROCEDURE p(OUT a int) LANGUAGE sql AS 'SELECT 1';": (14, "an OUT parameter of a procedure"),
    "CREATE UNLOGGED SEQUENCE s;": (15, "CREATE UNLOGGED SEQUENCE"),
    "CREATE ROLE r; GRANT MAINTAIN ON t TO r;": (17, "MAINTAIN"),
    "CREATE TABLE n (a int REFERENCES t ON DELETE SET NULL (a));": (15, "a list of columns in ON DELETE SET"),
    "CREATE COLLATION c (provider = icu, locale = 'de', rules = '&a < b');": (16, "RULES of a collation"),
}


@pytest.mark.parametrize("sql", NEWER)
def test_refused_by_name(sql: str) -> None:
    since, what = NEWER[sql]
    (refusal,) = {one.reason: one for one in at(since - 1, T, T + sql).refusals}.values()
    assert refusal.reason == f"{what} needs PostgreSQL {since}; the schema is for PostgreSQL {since - 1}"
    assert str(since) in (refusal.reason + (refusal.hint or ""))
    assert at(since, T, T + sql).statements


# Old, new → what an older server gets instead of what 18 does.
OTHERWISE = {
    "the name of NOT NULL": (
        17,
        T,
        T.replace("a int", "a int CONSTRAINT given NOT NULL"),
        ["ALTER COLUMN a SET NOT NULL"],
    ),
    "another name of NOT NULL": (
        17,
        T.replace("a int", "a int CONSTRAINT x NOT NULL"),
        T.replace("a int", "a int NOT NULL"),
        [],
    ),
    "a generation expression": (
        16,
        T.replace("b text", "b text, g int GENERATED ALWAYS AS (a + 1) STORED"),
        T.replace("b text", "b text, g int GENERATED ALWAYS AS (a + 2) STORED"),
        ["DROP COLUMN g", "ADD COLUMN g integer GENERATED ALWAYS AS ((a + 2)) STORED"],
    ),
    "storage": (15, T + "ALTER TABLE t ALTER b SET STORAGE external;", T, ["ALTER COLUMN b SET STORAGE EXTENDED"]),
    "a domain's NOT NULL": (
        16,
        "CREATE DOMAIN d AS int;",
        "CREATE DOMAIN d AS int CONSTRAINT n NOT NULL;",
        ["ALTER DOMAIN public.d SET NOT NULL"],
    ),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_written_otherwise(what: str) -> None:
    major, old, new, expected = OTHERWISE[what]
    result = at(major, old, new)
    assert not result.refusals
    assert [one.sql.split("TABLE public.t ")[-1] for one in result.statements] == expected


def test_the_long_way_to_not_null(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What --online writes where NOT NULL is no constraint."""
    as_17 = replace(pg_catalog_load.load_folder(SETTING.catalog), version="PostgreSQL 17.0")
    monkeypatch.setattr("querygen.migrate.load.load_folder", lambda _folder: as_17)
    files = [[SourceFile("schema.sql", text)] for text in (T, T.replace("a int", "a int NOT NULL"))]
    made = draft(*files, Setting(tmp_path), concurrently=True)
    assert not made.refusals
    lines = [line for part in made.parts for line in part.up.splitlines() if line.startswith("ALTER")]
    assert [line.removeprefix("ALTER TABLE public.t ") for line in lines] == [
        "ADD CONSTRAINT t_a_not_null CHECK (a IS NOT NULL) NOT VALID;",
        "VALIDATE CONSTRAINT t_a_not_null;",
        "ALTER COLUMN a SET NOT NULL;",
        "DROP CONSTRAINT t_a_not_null;",
    ]


# ---------------------------------------------------------------- on a server


@pytest.fixture(scope="module")
def setting_15(debian15_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Setting:
    folder: Path = tmp_path_factory.mktemp("catalog15")
    with psycopg.connect(debian15_server.dsn(), autocommit=True) as conn:
        dump_catalog(conn, folder)
    return Setting(folder, SETTING.extensions)


# 15 keeps the names of columns in the second part of a UNION as they are written, 18 drops them: the same view
PRINTED_ANEW = frozenset({"view/set_operation_names"})


@pytest.mark.debian15
@pytest.mark.parametrize("kind", sorted({name.split("/")[0] for name in NAMES}))
def test_pairs_on_debian(kind: str, setting_15: Setting, debian15_database: PgDatabase) -> None:
    """What 15 can hold is brought from the one to the other; what it cannot is refused."""
    seen: Counter[str] = Counter()
    wrong = []
    for name in (one for one in NAMES if one.split("/")[0] == kind and one not in PRINTED_ANEW):
        texts = [(CASES / name / f"{one}.sql").read_text() for one in ("old", "new")]
        for first, last in (texts, reversed(texts)):
            try:
                migrated, anew = (debian15_database(text or "select") for text in (first, last))
            except psycopg.Error:
                seen["no schema of 15"] += 1
                continue
            files = [load([SourceFile("schema.sql", text)], setting_15) for text in (first, last)]
            if any(one.errors for one in files):
                seen["no schema of 15"] += 1
                continue
            result = diff(*files)
            if result.refusals:
                seen["refused"] += 1
                continue
            with psycopg.connect(migrated, autocommit=True) as conn:
                try:
                    for one in loaded_statements(printed(result)):
                        conn.execute(one.encode())
                except psycopg.Error as problem:
                    wrong.append(f"{name}: {problem}")
                    continue
            if dumped(migrated) != dumped(anew):
                wrong.append(f"{name}: the dumps differ: {printed(result)}")
            seen["migrated"] += 1
    assert wrong == []
    assert seen.total()


def dumped(dsn: str) -> str:
    program = "/usr/lib/postgresql/15/bin/pg_dump"
    done = subprocess.run([program, "--schema-only", dsn], capture_output=True, text=True, check=True)
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith(("--", "\\")))
