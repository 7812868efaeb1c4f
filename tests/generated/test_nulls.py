"""NULL where it can really be, against a server: elements of arrays, columns of views, rows of outer joins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import psycopg

from querygen.render.options import RenderOptions, TypeOverride
from tests.generated.project import project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

ARRAYS = """
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE k (id int4 PRIMARY KEY);
CREATE TABLE p (
    id int4 NOT NULL, m mood NOT NULL, n mood, moods mood[], docs jsonb[], texts json[], grid int4[][], faces mood[][]
);
CREATE VIEW made AS SELECT k.id, array_agg(p.m) AS moods, ARRAY[k.id] AS ids
    FROM k LEFT JOIN p ON p.id = k.id GROUP BY k.id;
"""
QUERIES = """
-- name: Joined :one!
SELECT array_agg(p.m) FROM k LEFT JOIN p ON p.id = k.id;
-- name: Written :one!
SELECT ARRAY['a'::mood, NULL] AS x;
-- name: Constant :one!
SELECT '{a,NULL}'::mood[] AS x;
-- name: Selected :one!
SELECT ARRAY(SELECT n FROM p) AS x;
-- name: Appended :one!
SELECT array_append(moods, n) AS x FROM p;
-- name: Below :one!
WITH c AS (SELECT array_agg(n) AS x FROM p) SELECT coalesce(s.x, '{}') AS x FROM (SELECT x FROM c) AS s;
-- name: Proved :one!
SELECT array_agg(m) AS x, ARRAY(SELECT id FROM k ORDER BY id) AS ids FROM p;
-- name: Read :one!
SELECT * FROM p;
-- name: ReadOne :many
SELECT moods FROM p;
-- name: ReadDocs :iter
SELECT docs FROM p;
-- name: ListMade :many
SELECT * FROM made ORDER BY id;
-- name: Put :exec
INSERT INTO p (id, m, moods, docs, texts, grid, faces) VALUES (1, 'a', @moods, @docs, @texts, @grid, @faces);
"""


def shown(thing: Any) -> dict[str, str]:
    """The annotations of a class or function, without the modules of names."""
    hints = {name: repr(one) if get_args(one) else one.__name__ for name, one in get_type_hints(thing).items()}
    return {name: re.sub(r"\w+\.", "", text) for name, text in hints.items()}


def returned(queries: Any, name: str) -> str:
    return shown(getattr(queries, name))["return"]


def test_elements_that_are_null(pg_database: PgDatabase, tmp_path: Path) -> None:
    with (
        project(tmp_path, ARRAYS, QUERIES) as load,
        psycopg.connect(pg_database(ARRAYS + "INSERT INTO k VALUES (1), (2);"), autocommit=True) as conn,
    ):
        queries, models = load("queries"), load("models")
        mood = models.Mood
        faces = [[mood.A, None], [None, mood.B]]
        row = {"moods": ["a", None], "docs": [None, {"x": None}], "texts": [[1], None], "grid": [[1, None], [2, 3]]}
        queries.put(conn, **row, faces=faces)
        read = queries.read(conn)
        assert vars(read) == {"id": 1, "m": "a", "n": None, **row, "faces": faces}
        assert type(read.faces[1][1]) is mood
        assert sorted(queries.joined(conn), key=str) == [None, mood.A]
        assert queries.written(conn) == queries.constant(conn) == [mood.A, None]
        assert queries.selected(conn) == queries.below(conn) == [None]
        assert queries.appended(conn) == [mood.A, None, None]
        assert queries.read_one(conn) == [[mood.A, None]]
        assert list(queries.read_docs(conn)) == [[None, {"x": None}]]
        assert [(one.id, one.moods) for one in queries.list_made(conn)] == [(1, [mood.A]), (2, [None])]
        for name in ("joined", "written", "constant", "selected", "appended", "below"):
            assert returned(queries, name).removesuffix(" | None") == "list[Mood | None]"
        assert shown(queries.ProvedRow) == {"x": "list[Mood] | None", "ids": "list[int]"}
        assert returned(queries, "list_made") == "list[Made]"
        assert shown(models.Made) == {"id": "int", "moods": "list[Mood | None]", "ids": "list[int]"}
        assert shown(models.P)["moods"] == "list[Mood] | None"
        assert returned(queries, "read_one") == "list[list[Mood] | None]"


def test_elements_of_tables_as_configured(tmp_path: Path) -> None:
    with project(tmp_path, ARRAYS, QUERIES, RenderOptions(nullable_elements=True)) as load:
        queries, models = load("queries"), load("models")
        assert shown(models.P)["moods"] == "list[Mood | None] | None"
        assert returned(queries, "read_one") == "list[list[Mood | None] | None]"
        assert shown(queries.ProvedRow)["x"] == "list[Mood] | None"


def test_arrays_of_arrays(pg_database: PgDatabase, tmp_path: Path) -> None:
    """PostgreSQL does not know the dimensions of a column's arrays: the project can say them."""
    overrides = (
        TypeOverride("list[list[int | None]]", column="p.grid"),
        TypeOverride("list[list[str | None]]", column="p.faces"),
    )
    with (
        project(tmp_path, ARRAYS, QUERIES, RenderOptions(overrides=overrides)) as load,
        psycopg.connect(pg_database(ARRAYS), autocommit=True) as conn,
    ):
        queries, models = load("queries"), load("models")
        assert shown(models.P)["grid"] == "list[list[int | None]] | None"
        values = {"grid": [[1, None], [2, 3]], "faces": [["a", None]]}
        queries.put(conn, **values, moods=None, docs=None, texts=None)
        assert {name: queries.read(conn).model_dump()[name] for name in values} == values


VIEWS = """
CREATE DOMAIN always AS int4 NOT NULL;
CREATE TABLE a (id int4 PRIMARY KEY);
CREATE TABLE d (label always, a_id int4 PRIMARY KEY, note text);
CREATE TABLE only_domain (a_id int4, label always);
CREATE VIEW lv AS SELECT d.label AS nd, d.note, a.id FROM a LEFT JOIN d ON d.a_id = a.id;
"""
JOINS = """
-- name: Whole :many
SELECT * FROM lv ORDER BY id;
-- name: Embedded :many
SELECT a.id, sqlc.embed(lv) FROM a LEFT JOIN lv ON lv.id = a.id AND a.id < 3 ORDER BY a.id;
-- name: Tables :many
SELECT a.id, sqlc.embed(d) FROM a LEFT JOIN d ON d.a_id = a.id ORDER BY a.id;
-- name: Domains :many
SELECT a.id, sqlc.embed(o) FROM a LEFT JOIN only_domain AS o ON o.a_id = a.id ORDER BY a.id;
"""


def test_views_and_outer_joins(pg_database: PgDatabase, tmp_path: Path) -> None:
    """A column of a NOT NULL domain is NULL behind an outer join, and where a subquery finds no row."""
    rows = """
    INSERT INTO a VALUES (1), (2), (3);
    INSERT INTO d VALUES ((SELECT label FROM d WHERE false), 1, NULL);
    INSERT INTO only_domain VALUES (1, (SELECT label FROM d WHERE false)), (2, 5);
    """
    with (
        project(tmp_path, VIEWS, JOINS) as load,
        psycopg.connect(pg_database(VIEWS + rows), autocommit=True) as conn,
    ):
        queries, models = load("queries"), load("models")
        assert shown(models.Lv) == {"nd": "int | None", "note": "str | None", "id": "int"}
        whole = queries.whole(conn)
        assert {type(one) for one in whole} == {models.Lv}
        assert [one.id for one in whole] == [1, 2, 3]
        embedded = queries.embedded(conn)
        assert [one.lv and one.lv.id for one in embedded] == [1, 2, None]
        assert [one.lv and one.lv.nd for one in embedded] == [None, None, None]
        assert [one.d and one.d.a_id for one in queries.tables(conn)] == [1, None, None]
        assert [one.o and (one.o.a_id, one.o.label) for one in queries.domains(conn)] == [(1, None), (2, 5), None]
