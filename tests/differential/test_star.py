"""Stars written out: the server describes the same result, and still does when the tables get another column."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from querygen.analyze.query import analyze_query
from querygen.catalog.ddl import build_catalog
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from querygen.sql.query_file import parse_query_file

SCHEMA = """
CREATE TABLE a (id int PRIMARY KEY, x text);
CREATE TABLE b (id int, a_id int, "Y" text);
CREATE TABLE c (id bigint, z int);
"""

# Each of them must be the same, and unmoved by `ALTER TABLE … ADD COLUMN`.
WRITTEN_OUT = """
SELECT * FROM a
SELECT a.*, b.* FROM a LEFT JOIN b ON b.a_id = a.id
SELECT * FROM a JOIN b USING (id)
SELECT * FROM a FULL JOIN c USING (id) JOIN b USING (id)
SELECT * FROM (a JOIN b USING (id)) AS j
SELECT * FROM a, (SELECT id FROM b) s
SELECT * FROM a UNION SELECT id, "Y" FROM b
SELECT * FROM a UNION ALL (SELECT * FROM a INTERSECT SELECT * FROM a)
SELECT *, 1 FROM a AS "Q"
UPDATE a SET x = b."Y" FROM b WHERE b.id = a.id RETURNING *
UPDATE a SET x = '1' RETURNING old.*, new.*, *
UPDATE a SET x = '1' RETURNING WITH (OLD AS o) o.*, a.*
DELETE FROM a USING b WHERE a.id = b.id RETURNING a.*, b.*
INSERT INTO a AS t VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET x = excluded.x RETURNING t.*
MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE RETURNING *
SELECT a.*, count(*) FROM a GROUP BY a.id
SELECT count(*), a.*, b.* FROM a JOIN b ON b.a_id = a.id GROUP BY a.id, b.id, b.a_id, b."Y"
WITH w AS (SELECT id, x FROM a) SELECT w.*, count(*) FROM w GROUP BY w.id, w.x
SELECT * FROM generate_series(1, 2) AS g(x)
SELECT * FROM json_to_record('{}') AS j(a int, b text)
SELECT * FROM public.a
SELECT u.* /* of a */ FROM a u, a w
SELECT u . * FROM a AS u
""".strip().splitlines()

# Left alone: the columns cannot be named one by one, or the star reaches nothing outside.
LEFT_ALONE = """
SELECT * FROM (SELECT 1 AS one)
SELECT (a).* FROM a
SELECT count(*) FROM a
SELECT EXISTS (SELECT * FROM a)
SELECT * FROM (SELECT 1 AS x, 2 AS x) s
TABLE a
TABLE a UNION TABLE a
""".strip().splitlines()


def expanded(statements: list[str]) -> list[str]:
    source = SourceFile("schema.sql", SCHEMA)
    catalog, problems = build_catalog(parse_schema_file(source)[0], load_folder(builtin_folder(18)))
    text = "\n".join(f"-- name: Q{number} :many\n{one};" for number, one in enumerate(statements))
    queries, wrong = parse_query_file(SourceFile("queries.sql", text), frozenset(catalog.operator_names()))
    assert not problems + wrong
    return [analyze_query(one, catalog).sql for one in queries]


def described(conn: psycopg.Connection, sql: str) -> list[tuple[bytes | None, int]]:
    prepared = conn.pgconn.prepare(b"", sql.encode())
    assert prepared.status == psycopg.pq.ExecStatus.COMMAND_OK, prepared.error_message.decode()
    result = conn.pgconn.describe_prepared(b"")
    return [(result.fname(number), result.ftype(number)) for number in range(result.nfields)]


def test_same_result_and_unmoved_by_a_new_column(pg_database: Callable[..., str]) -> None:
    texts = expanded(WRITTEN_OUT)
    with psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn:
        assert not [one for one, text in zip(WRITTEN_OUT, texts, strict=True) if text == one]
        wanted = [described(conn, one) for one in WRITTEN_OUT]
        assert [described(conn, one) for one in texts] == wanted
        for table in ("a", "b", "c"):
            conn.execute(f"ALTER TABLE {table} ADD COLUMN later int")
        assert [described(conn, one) for one in texts] == wanted


def test_what_cannot_be_named_stays() -> None:
    assert expanded(LEFT_ALONE) == LEFT_ALONE
