"""Arrays: the dimensions that a column was declared with, and what may be passed for one."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING

import psycopg

from tests.generated.project import project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE place AS (label text, cells int4[][]);
CREATE TABLE board (
    id int4 PRIMARY KEY,
    cells int4[][] NOT NULL,
    words text[3][3],
    cube float8[][][],
    moods mood[][],
    docs jsonb[][],
    place place
);
CREATE TABLE copied (LIKE board);
CREATE TABLE child (extra int4[]) INHERITS (board);
"""
QUERIES = """
-- name: Get :one
SELECT * FROM board WHERE id = $1;
-- name: Put :exec
INSERT INTO board VALUES ($1, $2, $3, $4, $5, $6, $7);
-- name: Cells :many
SELECT cells FROM child;
-- name: Copied :many
SELECT cells FROM copied;
-- name: WithCells :many
SELECT id FROM board WHERE cells = @cells;
-- name: AnyOf :many
SELECT id FROM board WHERE id = ANY (@ids::int4[]) ORDER BY id;
-- name: PutAll :bulk
INSERT INTO copied (id, cells) VALUES (@id, '{}');
"""
ROW = {
    "cells": [[1, 2], [3, 4]],
    "words": [["a", "b,"], ['"c"', ""]],
    "cube": [[[1.5], [2.5]]],
    "moods": [["sad"], ["ok"]],
    "docs": [{"a": [1]}, [2]],
    "place": None,
}


def test_dimensions_as_declared(pg_database: PgDatabase, tmp_path: Path) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        queries, models = load("queries"), load("models")
        shown = {name: str(hint) for name, hint in models.Board.__annotations__.items()}
        assert shown["cells"] == "list[list[int]]"
        assert shown["words"] == "list[list[str]] | None"
        assert shown["cube"] == "list[list[list[float]]] | None"
        assert shown["moods"].replace(f"{models.__name__}.", "") == "list[list[Mood]] | None"
        assert shown["docs"].count("list[") == 1
        assert str(models.Place.__annotations__["cells"]) == "list[list[int]] | None"
        for function in (queries.cells, queries.copied):
            assert str(typing.get_type_hints(function)["return"]) == "list[list[list[int]]]"
        hints = typing.get_type_hints(queries.with_cells)
        assert str(hints["cells"]) == "collections.abc.Sequence[list[int]]"

        place = models.Place(label="here", cells=[[1], [2]])
        queries.put(conn, id=1, **{**ROW, "place": place})
        found = queries.get(conn, id=1)
        assert found.model_dump() == {"id": 1, **ROW, "place": {"label": "here", "cells": [[1], [2]]}}
        assert found.moods[0][0] is models.Mood.SAD
        assert queries.with_cells(conn, cells=[[1, 2], [3, 4]]) == [1]
        assert queries.with_cells(conn, cells=([1, 2], [3, 4])) == [1]

        # The server holds nobody to the declaration, and what is there is read.
        queries.put(conn, id=2, **(dict.fromkeys(ROW) | {"cells": [5], "moods": [[["ok"]]]}))
        queries.put(conn, id=3, **(dict.fromkeys(ROW) | {"cells": []}))
        other, empty = queries.get(conn, id=2), queries.get(conn, id=3)
        assert (other.cells, other.moods, other.words, empty.cells) == ([5], [[["ok"]]], None, [])
        assert queries.any_of(conn, ids=(3, 1)) == queries.any_of(conn, ids=range(4))[::2] == [1, 3]
        assert queries.any_of(conn, ids=()) == []
