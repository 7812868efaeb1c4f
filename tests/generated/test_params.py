"""Parameters that take many values, and columns that cannot be read: where the message points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from querygen.diagnostics import DiagnosticError
from tests.generated.project import project, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

SCHEMA = """
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE k (id int8 PRIMARY KEY, m mood, doc jsonb, list text);
"""
QUERIES = """
-- name: ByIds :many
SELECT id FROM k WHERE id IN (sqlc.slice(ids)) ORDER BY id;
-- name: NotIds :many
SELECT id FROM k WHERE id NOT IN (sqlc.slice(ids)) ORDER BY id;
-- name: ByMoods :many
SELECT id FROM k WHERE m IN (sqlc.slice(moods)) ORDER BY id;
-- name: ByDocs :many
SELECT id FROM k WHERE doc IN (sqlc.slice(docs)) ORDER BY id;
-- name: ByTexts :many
SELECT id FROM k WHERE list IN (sqlc.slice(list)) ORDER BY id;
-- name: Drop :batchexec
DELETE FROM k WHERE id IN (sqlc.slice(ids)) AND m = @m;
"""


def test_a_slice_takes_any_sequence(pg_database: PgDatabase, tmp_path: Path) -> None:
    rows = "INSERT INTO k VALUES (1, 'a', '{}', 'x'), (2, 'b', '[1]', 'y');"
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA + rows), autocommit=True) as conn,
    ):
        queries = load("queries")
        empty: Any
        for empty in ((), [], range(0)):
            assert queries.by_ids(conn, ids=empty) == []
            assert queries.not_ids(conn, ids=empty) == [1, 2]
        assert queries.by_ids(conn, ids=(1,)) == queries.by_ids(conn, ids=range(2)) == [1]
        assert queries.by_moods(conn, moods=()) == []
        assert queries.by_moods(conn, moods=("b", "a")) == [1, 2]
        assert queries.by_docs(conn, docs=()) == []
        assert queries.by_docs(conn, docs=([1], {})) == [1, 2]
        assert queries.by_texts(conn, list_=()) == []
        assert queries.by_texts(conn, list_=("y",)) == [2]
        queries.drop(conn, [queries.DropParams(ids=(), m="a"), queries.DropParams(ids=(1, 2), m="a")])
        assert queries.by_ids(conn, ids=(1, 2)) == [2]


COMPOSED = """
CREATE TYPE place AS (label text, n int4);
CREATE TABLE stay (id int8 PRIMARY KEY, place place);
"""
OF_PLACES = """
-- name: AtPlaces :many
SELECT id FROM stay WHERE place IN (sqlc.slice(places)) ORDER BY id;
-- name: NotAtPlaces :many
SELECT id FROM stay WHERE place NOT IN (sqlc.slice(places)) ORDER BY id;
-- name: Same :many
SELECT id FROM stay WHERE stay IN (sqlc.slice(stays)) ORDER BY id;
-- name: AtPlace :many
SELECT id FROM stay WHERE place = @place::place;
"""


def test_a_slice_of_composites(pg_database: PgDatabase, tmp_path: Path) -> None:
    """The server would see records without a type, which nobody can write: the SQL has the cast."""
    rows = "INSERT INTO stay VALUES (1, ('a, \"b\"', 1)), (2, ('b', NULL)), (3, NULL);"
    with (
        project(tmp_path, COMPOSED, OF_PLACES) as load,
        psycopg.connect(pg_database(COMPOSED + rows), autocommit=True) as conn,
    ):
        queries, models = load("queries"), load("models")
        first, second = models.Place(label='a, "b"', n=1), models.Place(label="b", n=None)
        assert queries.at_places(conn, places=(first, second)) == [1, 2]
        assert queries.at_places(conn, places=[second]) == queries.not_at_places(conn, places=[first]) == [2]
        assert queries.at_places(conn, places=[]) == []
        assert queries.not_at_places(conn, places=[]) == [1, 2, 3]
        assert queries.same(conn, stays=[models.Stay(id=1, place=first), models.Stay(id=3, place=None)]) == [1, 3]
        assert queries.at_place(conn, place=first) == [1]


@pytest.mark.parametrize(("query", "written"), [("place = @p", "@p"), ("place = ANY ($1)", "$1")])
def test_a_record_without_a_type_cannot_be_passed(query: str, written: str, tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as refused:
        rendered(tmp_path, COMPOSED, f"-- name: A :many\nSELECT id FROM stay WHERE {query};\n")
    assert refused.value.diagnostic.code == "0A000"
    assert refused.value.diagnostic.hint == f"Write its type behind it: {written}::type."


UNREAD = """
CREATE TYPE docs AS RANGE (subtype = jsonb);
CREATE TYPE pair AS (number int4, span docs);
CREATE TABLE t (id int4 PRIMARY KEY, c pair);
"""


@pytest.mark.parametrize(
    ("query", "pointed_at"),
    [
        ("SELECT id,\n  t.c FROM t", "t.c"),
        ("SELECT t.* FROM t", "t.*"),
        ("SELECT id, sqlc.embed(t) FROM t", "sqlc.embed(t)"),
        ("INSERT INTO t VALUES (1) RETURNING id, c", "c"),
        ("INSERT INTO t (id, c) VALUES (1, @c)", "@c"),
    ],
)
def test_a_refusal_points_at_the_column(query: str, pointed_at: str, tmp_path: Path) -> None:
    command = "exec" if "@" in query else "many"
    with pytest.raises(DiagnosticError) as refused:
        rendered(tmp_path, UNREAD, f"-- name: A :{command}\n{query};\n")
    found = refused.value.diagnostic
    assert found.span is not None
    assert found.span.source.text[found.span.start : found.span.end] == pointed_at
    assert found.code == "0A000"
    assert "composite type pair" in found.message
    assert '"span"' in found.message
