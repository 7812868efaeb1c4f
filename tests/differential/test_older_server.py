"""Debian's PostgreSQL 15: its catalogue dumped, and statements analysed as that server describes them."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from querygen.catalog.catalog import Catalog
from querygen.catalog.ddl import build_catalog
from querygen.diagnostics import DiagnosticError
from querygen.ir import AnalyzedQuery
from querygen.pg_catalog.dump import dump_catalog
from querygen.pg_catalog.load import load_folder
from querygen.server.embedded import EmbeddedServer
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from querygen.sql.query_file import parse_query_file

pytestmark = pytest.mark.debian15

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE person (id bigint PRIMARY KEY, name text NOT NULL, mood mood, born date, tags text[], data jsonb);
CREATE VIEW happy AS SELECT id, name FROM person WHERE mood = 'ok';
"""

# What 15 and 18 both have.
COMMON = """
SELECT * FROM person WHERE id = $1 AND name ILIKE $2
SELECT h.*, age(p.born), cardinality(p.tags), p.data -> 'x' #>> '{}' FROM happy h JOIN person p USING (id)
INSERT INTO person (id, name, mood) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id
SELECT mood, count(*), string_agg(name, ', ' ORDER BY id) FROM person GROUP BY mood
MERGE INTO person p USING happy h ON p.id = h.id WHEN MATCHED THEN UPDATE SET name = $1
SELECT range_agg(daterange(born, born + 1)) FROM person
""".strip().splitlines()

# What only newer servers have → the SQLSTATE with which it is refused.
NEWER = {
    "SELECT any_value(name) FROM person": "42883",
    "SELECT uuidv7()": "42883",
    "SELECT * FROM (SELECT 1 AS x)": "0A000",
    "SELECT JSON_VALUE(data, '$.x') FROM person": "0A000",
    "SELECT data IS JSON FROM person": "0A000",
    "SELECT * FROM JSON_TABLE('[]'::jsonb, '$' COLUMNS (x int PATH '$'))": "0A000",
    "UPDATE person SET name = 'x' RETURNING old.name": "0A000",
    "MERGE INTO person p USING happy h ON p.id = h.id WHEN MATCHED THEN DELETE RETURNING p.id": "0A000",
}


@pytest.fixture(scope="module")
def catalog_15(debian15_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder: Path = tmp_path_factory.mktemp("catalog15")
    with psycopg.connect(debian15_server.dsn(), autocommit=True) as conn:
        dump_catalog(conn, folder)
        conn.execute(SCHEMA)
    statements, problems = parse_schema_file(SourceFile("schema.sql", SCHEMA))
    catalog, wrong = build_catalog(statements, load_folder(folder))
    assert not problems + wrong
    assert catalog.major == 15
    return catalog


def analyzed(catalog: Catalog, sql: str) -> AnalyzedQuery:
    from querygen.analyze.query import analyze_query

    source = SourceFile("queries.sql", f"-- name: Q :exec\n{sql};")
    ((raw,), _problems) = parse_query_file(source, frozenset(catalog.operator_names()))
    return analyze_query(raw, catalog)


@pytest.mark.parametrize("sql", COMMON)
def test_described_as_by_the_server(sql: str, debian15_server: EmbeddedServer, catalog_15: Catalog) -> None:
    query = analyzed(catalog_15, sql)
    with psycopg.connect(debian15_server.dsn(), autocommit=True) as conn:
        prepared = conn.pgconn.prepare(b"", sql.encode())
        assert prepared.status == psycopg.pq.ExecStatus.COMMAND_OK, prepared.error_message.decode()
        result = conn.pgconn.describe_prepared(b"")
        names = dict(conn.execute("SELECT oid, typname FROM pg_type").fetchall())
    wanted = [(str(result.fname(i), "utf-8"), names[result.ftype(i)]) for i in range(result.nfields)]
    assert [(one.name, catalog_15.type(one.type.oid).typname) for one in query.columns] == wanted
    parameters = [names[result.param_type(i)] for i in range(result.nparams)]
    assert [catalog_15.type(one.type.oid).typname for one in query.params] == parameters


@pytest.mark.parametrize("sql", NEWER)
def test_newer_features_are_refused(sql: str, catalog_15: Catalog) -> None:
    with pytest.raises(DiagnosticError) as refused:
        analyzed(catalog_15, sql)
    assert refused.value.diagnostic.code == NEWER[sql]
    assert refused.value.diagnostic.span is not None
