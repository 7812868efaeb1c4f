"""What stands above a query beside its name: `-- prepare:`, `-- binary:`, and `@param` of no parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from querygen.config import Config
from querygen.diagnostics import DiagnosticError
from querygen.pipeline import generate
from tests.generated.project import project, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

SCHEMA = "CREATE TABLE t (id int4 PRIMARY KEY, name text);"
QUERIES = """
-- name: Always :one
-- prepare: always
SELECT id FROM t WHERE id = @id;
-- name: Never :many
-- prepare: never
SELECT * FROM t;
-- name: Put :exec
-- prepare: always
INSERT INTO t VALUES (@id, 'a name');
-- name: PutAll :bulk
-- prepare: never
INSERT INTO t VALUES (@id, 'many');
-- name: Usual :one
SELECT name FROM t WHERE id = @id;
"""


def test_statements_are_prepared_as_told(pg_database: PgDatabase, tmp_path: Path) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        queries = load("queries")

        def prepared() -> set[str]:
            rows = conn.execute("SELECT statement FROM pg_prepared_statements", prepare=False).fetchall()
            return {text for (text,) in rows}

        queries.put(conn, id=1)
        queries.always(conn, id=1)
        queries.usual(conn, id=1)
        assert prepared() == {queries.PUT, queries.ALWAYS}
        for number in range(7):
            queries.never(conn)
            queries.put_all(conn, [10 + number])
            queries.usual(conn, id=1)
        assert prepared() == {queries.PUT, queries.ALWAYS, queries.USUAL}
        assert len(queries.never(conn)) == 8


@pytest.mark.parametrize(
    ("command", "value", "message"),
    [
        ("many", "sometimes", 'query "A": -- prepare: is "sometimes"'),
        ("iter", "never", 'query "A" is :iter, which psycopg does not let one choose to prepare'),
        ("stream", "always", 'query "A" is :stream, which psycopg does not let one choose to prepare'),
    ],
)
def test_what_cannot_be_told(command: str, value: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as refused:
        rendered(tmp_path, SCHEMA, f"-- name: A :{command}\n-- prepare: {value}\nSELECT id FROM t;\n")
    assert refused.value.diagnostic.message == message
    assert refused.value.diagnostic.code == "QG208"


BINARY = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS int4 CHECK (value > 0);
CREATE TABLE v (
    a bool, b bytea, c int2, d int4, e int8, f oid, g float4, h float8, i numeric, j date, k time, l timetz,
    m timestamp, n timestamptz, o interval, p uuid, q inet, r cidr, s text, t varchar, u name, w bpchar, x mood,
    y positive, z int4range, aa tstzrange, ab nummultirange, ac int4[], ad float8[], ae text[], af uuid[], ag
    timestamptz[],
    ah numeric[], aj daterange[]
);
INSERT INTO v VALUES (
    true,
    '\\x00ff', 1, 2, 3, 4, 1.5, 2.5, 12.50, '2024-02-29', '12:34:56.5', '12:34:56+02', '2024-02-29 12:34:56',
    '2024-02-29 12:34:56+00', '1 year 2 mons 3 days 04:05:06.7', '12345678-1234-5678-1234-567812345678', '10.0.0.1',
    '10.0.0.0/8', 'é', 'x', 'n', 'ab', 'ok', 7, '[1,5)', '[2024-01-01,)', '{[1.5,2)}', '{{1,NULL},{2,3}}', '{1.5}',
    '{a,NULL}', '{12345678-1234-5678-1234-567812345678}', '{2024-02-29 12:34:56+00}', '{1.50,NaN}',
    '{"[2024-01-01,2024-01-05)"}'
);
INSERT INTO v (a) VALUES (NULL);
"""


def test_binary_rows_are_the_same(pg_database: PgDatabase, tmp_path: Path) -> None:
    queries = "".join(
        f"-- name: {name} :{command}\n{told}SELECT * FROM v ORDER BY a;\n"
        for told, names in (("", ("One", "Many", "Iter")), ("-- binary: always\n", ("BinOne", "BinMany", "BinIter")))
        for name, command in zip(names, ("one", "many", "iter"), strict=True)
    )
    queries += "-- name: Moods :many\n-- binary: always\nSELECT x FROM v ORDER BY a;\n"
    with (
        project(tmp_path, BINARY, queries) as load,
        psycopg.connect(pg_database(BINARY), autocommit=True) as conn,
    ):
        made, models = load("queries"), load("models")
        text, binary = made.many(conn), made.bin_many(conn)
        assert repr(binary) == repr(text)  # NaN is not what it is
        assert [type(one) for one in vars(binary[0]).values()] == [type(one) for one in vars(text[0]).values()]
        assert len(binary) == 2
        assert repr(made.bin_one(conn)) == repr(made.one(conn))
        assert repr(list(made.bin_iter(conn))) == repr(list(made.iter(conn))) == repr(text)
        assert made.moods(conn) == [models.Mood.OK, None]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (":many\n-- binary: always\nSELECT id, '{}'::jsonb AS doc FROM t", 'the type jsonb of column "doc"'),
        (":many\n-- binary: always\nSELECT point '(1,2)' AS p FROM t", 'the type point of column "p"'),
        (":many\n-- binary: yes\nSELECT id FROM t", '-- binary: is "yes"'),
        (":exec\n-- binary: always\nDELETE FROM t", "it is :exec"),
        (":bulk\n-- binary: always\nDELETE FROM t WHERE id = @id RETURNING id", "it is :bulk"),
    ],
)
def test_what_cannot_be_binary(query: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as refused:
        rendered(tmp_path, SCHEMA, f"-- name: A {query};\n")
    assert why in refused.value.diagnostic.message
    assert refused.value.diagnostic.code == "QG208"


def generated_from(folder: Path, schema: str, queries: str) -> list[str]:
    """Code, message and hint of everything that is told of a project."""
    (folder / "schema.sql").write_text(schema)
    (folder / "queries.sql").write_text(queries)
    result = generate(Config(folder, schema=("schema.sql",), queries=("queries.sql",)))
    return [f"{one.severity.value} {one.code} {one.message} | {one.hint}" for one in result.diagnostics]


def test_a_documented_parameter_that_is_none(tmp_path: Path) -> None:
    queries = "-- name: A :one\n-- @param ids The key.\n-- @param name The name.\nSELECT 1 FROM t WHERE id = @id;\n"
    assert generated_from(tmp_path, SCHEMA, queries) == [
        'warning QG209 query "A" has no parameter "ids", which @param documents | Did you mean id?',
        'warning QG209 query "A" has no parameter "name", which @param documents | Its parameters are id.',
    ]
    named = "-- name: A :one\n-- @param id The key.\nSELECT 1 FROM t WHERE id = $1;\n"
    assert generated_from(tmp_path, SCHEMA, named) == []


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("id = :id", "@id"),
        ("id = ?", "@name or $1"),
        ("id = ? AND name = ?", "@name or $1"),
        ("id = %s", "@name or $1"),
        ("id = %(key)s", "@key"),
        ("id = #{key}", "@key"),
        ("id = ${key}", "@key"),
    ],
)
def test_parameters_of_other_tools(written: str, instead: str, tmp_path: Path) -> None:
    (told,) = generated_from(tmp_path, SCHEMA, f"-- name: A :one\nSELECT name FROM t WHERE {written};\n")
    assert told.startswith("error 42601 syntax error")
    assert told.endswith(f"| Write {instead} for a parameter.")


def test_the_schema_s_errors_come_first(tmp_path: Path) -> None:
    """What is wrong with a query may be their consequence."""
    told = generated_from(
        tmp_path,
        "CREATE TABLE t (id wrong);\nCREATE TABLE u (id int4, id int4);",
        "-- name: A :one\nSELECT id FROM t;\n",
    )
    assert [one.split(" ")[1] for one in told] == ["42704", "42701", "42P01"]
