"""Types that are made of others, against a server: composites, ranges, domains, arrays of them all, extensions."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from tests.generated.project import project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pg_fixtures import PgDatabase

SCHEMA = """
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE TYPE mood AS ENUM ('sad', 'ok, "so"');
CREATE DOMAIN code AS text CHECK (value ~ '^[a-z]+$');
CREATE DOMAIN since AS timestamptz;
CREATE DOMAIN codes AS code[];
CREATE TYPE point3 AS (x float8, y float8, label text);
COMMENT ON TYPE point3 IS 'A place.';
CREATE TYPE track AS (
    name text, first point3, points point3[], moods mood[], data jsonb, sizes int8[], during tstzrange, since since,
    amount numeric, raw bytea, day date, flag bool, "class" int2
);
CREATE TYPE floatrange AS RANGE (subtype = float8, multirange_type_name = floatranges);
CREATE TYPE textrange AS RANGE (subtype = text);
CREATE DOMAIN place AS point3;
CREATE TABLE trip (
    id int4 PRIMARY KEY,
    track track,
    tracks track[],
    spot place,
    spots place[],
    span floatrange,
    spans floatranges,
    many_spans floatrange[],
    words textrange,
    ages since[],
    lists codes[],
    tags hstore,
    more_tags hstore[],
    path ltree,
    paths ltree[],
    moods mood[],
    grid int4[],
    docs jsonb[],
    code code
);
"""
COLUMNS = (
    "track", "tracks", "spot", "spots", "span", "spans", "many_spans", "words", "ages", "lists", "tags", "more_tags",
    "path", "paths", "moods", "grid", "docs", "code",
)  # fmt: skip
QUERIES = f"""
-- name: PutTrip :exec
INSERT INTO trip (id, {", ".join(COLUMNS)}) VALUES (@id, {", ".join(f"@{one}" for one in COLUMNS)});
-- name: CopyTrip :copyfrom
INSERT INTO trip (id, {", ".join(COLUMNS)}) VALUES (@id, {", ".join(f"@{one}" for one in COLUMNS)});
-- name: BulkTrip :bulk
INSERT INTO trip (id, track, spot, span, spans, tags, path, code)
VALUES (@id, @track, @spot, @span, @spans, @tags, @path, @code);
-- name: GetTrip :one!
SELECT * FROM trip WHERE id = @id;
-- name: GetTrack :one!
SELECT track FROM trip WHERE id = @id;
-- name: GetPoints :one!
SELECT (track).points AS points, (track).first.x AS x FROM trip WHERE id = @id;
-- name: GetWhole :many
SELECT t FROM trip AS t ORDER BY id;
-- name: Embedded :many
SELECT n.id AS number, sqlc.embed(t) FROM (VALUES (1), (9)) AS n(id) LEFT JOIN trip AS t ON t.id = n.id ORDER BY n.id;
-- name: SameTrack :many
SELECT id FROM trip WHERE track = @track::track;
"""


@pytest.fixture
def values() -> dict[str, Any]:
    """Without the composites, whose classes are made anew for every test."""
    noon = dt.datetime(2024, 2, 29, 12, 0, 0, 5, tzinfo=dt.UTC)
    return {
        "span": Range(1.5, 2.5),
        "spans": Multirange([Range(1.0, 2.0), Range(3.5, None)]),
        "many_spans": [Range(None, 1.0), None, Range(empty=True)],
        "words": Range('a, "b"', "c]", "[]"),
        "ages": [noon, None],
        "lists": [["a", "b"], [], None],
        "tags": {"a": "1", 'b "x" \\ =>': None, "": ""},
        "more_tags": [{"a": None}, {}],
        "path": "top.science",
        "paths": ["a.b", "c"],
        "moods": [["sad", None], ['ok, "so"', "sad"]],
        "grid": [[[1, 2], [3, 4]], [[5, 6], [7, None]]],
        "docs": [{"a": [1]}, [1, [2]], None, "x"],
        "code": "abc",
    }


def composites(models: Any) -> dict[str, Any]:
    noon = dt.datetime(2024, 2, 29, 12, 0, tzinfo=dt.UTC)
    place = models.Point3(x=1.5, y=None, label='a, "b" \\ (c) {d}\n')
    track = models.Track(
        name="",
        first=place,
        points=[place, models.Point3(x=None, y=None, label=None)],
        moods=["sad", 'ok, "so"'],
        data={"k": ['"', "é"]},
        sizes=[1, 2**40],
        during=Range(noon, None),
        since=noon,
        amount=Decimal("12.50"),
        raw=b"\x00'\\\xff",
        day=noon.date(),
        flag=True,
        class_=7,
    )
    empty = models.Track.model_construct(**dict.fromkeys(models.Track.model_fields))
    return {"track": track, "tracks": [[track], [empty]], "spot": place, "spots": [place, None]}


def test_values(pg_database: PgDatabase, tmp_path: Path, values: dict[str, Any]) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA), autocommit=True) as conn,
    ):
        conn.execute("SET TimeZone = 'America/New_York'")
        queries, models = load("queries"), load("models")
        values |= composites(models)
        queries.put_trip(conn, id=1, **values)
        row = queries.get_trip(conn, id=1)
        assert {name: getattr(row, name) for name in values} == values
        assert isinstance(row.track.points[0], models.Point3)
        assert type(row.track.moods[0]) is models.Mood
        assert type(row.moods[0][0]) is models.Mood
        assert models.Point3.__doc__ == "A place."
        nulls = dict.fromkeys(values)
        queries.put_trip(conn, id=2, **nulls)
        assert queries.get_trip(conn, id=2).model_dump() == {"id": 2, **nulls}
        assert queries.copy_trip(conn, [queries.CopyTripParams.model_construct(id=3, **values)]) == 1
        assert queries.get_trip(conn, id=3).model_copy(update={"id": 1}) == row
        some = {name: values[name] for name in ("track", "spot", "span", "spans", "tags", "path", "code")}
        params = queries.BulkTripParams.model_construct
        assert queries.bulk_trip(conn, [params(id=4, **some), params(id=5, **dict.fromkeys(some))]) == 2
        assert {name: getattr(queries.get_trip(conn, id=4), name) for name in some} == some
        assert queries.get_track(conn, id=1) == values["track"]
        assert queries.get_points(conn, id=1).points == values["track"].points
        assert queries.get_points(conn, id=1).x == 1.5
        whole = queries.get_whole(conn)
        assert whole[0] == row
        assert whole[1].id == 2
        embedded = queries.embedded(conn)
        assert [one.number for one in embedded] == [1, 9]
        assert [one.t for one in embedded] == [row, None]
        assert queries.same_track(conn, track=values["track"]) == [1, 3, 4]


def test_values_asynchronously(pg_database: PgDatabase, tmp_path: Path, values: dict[str, Any]) -> None:
    database = pg_database(SCHEMA)

    async def use(queries: Any, models: Any) -> None:
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as conn:
            await queries.put_trip(conn, id=1, **values, **composites(models))
            row = await queries.get_trip(conn, id=1)
            assert {name: getattr(row, name) for name in values} == values
            assert await queries.get_track(conn, id=1) == composites(models)["track"]

    with project(tmp_path, SCHEMA, QUERIES) as load:
        asyncio.run(use(load("aio.queries"), load("models")))


@pytest.mark.parametrize("style", ["postgres", "iso_8601", "sql_standard", "postgres_verbose"])
def test_intervals_inside_of_values_are_never_misread(pg_database: PgDatabase, tmp_path: Path, style: str) -> None:
    """Their text depends on IntervalStyle, which readers of text cannot see: they read one style, or nothing."""
    schema = """
CREATE DOMAIN pause AS interval;
CREATE TYPE pauserange AS RANGE (subtype = interval);
CREATE TYPE stay AS (name text, long interval, longs interval[]);
CREATE TABLE hotel (long interval NOT NULL, stay stay NOT NULL, pauses pause[] NOT NULL, spans pauserange NOT NULL);
"""
    queries = {
        "in_json": "jsonb_build_object('long', long) AS value",
        "in_row": "ROW(1, long) AS value",
        "in_record": "stay AS value",
        "in_array": "pauses AS value",
        "in_range": "spans AS value",
    }
    text = "".join(
        f"-- name: {name.title().replace('_', '')} :one!\nSELECT {sql} FROM hotel;\n" for name, sql in queries.items()
    )
    longs = ("1 mon", "-1 year 2 mons -3 days 04:05:06.789", "10 days", "-00:00:01", "300:00:00", "0", "1 day 10:00:00")
    exact = 0
    with (
        project(tmp_path, schema, text) as load,
        psycopg.connect(pg_database(schema), autocommit=True) as conn,
    ):
        module = load("queries")
        for long in longs:
            conn.execute("TRUNCATE hotel")
            conn.execute(
                "INSERT INTO hotel SELECT i, ROW('x', i, ARRAY[i])::stay, ARRAY[i]::pause[], pauserange(i, NULL)"
                " FROM (VALUES (%s::interval)) AS v (i)",
                (long,),
            )
            conn.execute("SET IntervalStyle = postgres")
            wanted = {name: getattr(module, name)(conn) for name in queries}
            conn.execute(f"SET IntervalStyle = {style}".encode())
            for name in queries:
                try:
                    found = getattr(module, name)(conn)
                except psycopg.DataError as refused:
                    assert "IntervalStyle postgres" in str(refused)  # noqa: PT017 -- either is right
                else:
                    assert found == wanted[name]
                    exact += 1
        conn.execute("SET IntervalStyle = postgres")
        conn.execute("UPDATE hotel SET long = 'infinity'")
        with pytest.raises(psycopg.DataError):
            module.in_json(conn)
    assert exact == len(longs) * len(queries) if style == "postgres" else exact < len(longs) * len(queries)


@pytest.mark.parametrize("style", ["German", "SQL, DMY", "Postgres, MDY"])
@pytest.mark.parametrize("value", ["date '2024-02-11'", "timestamptz '2024-02-11 12:00+00'", "timestamp '2024-02-11'"])
def test_dates_inside_of_values_are_never_misread(
    pg_database: PgDatabase, tmp_path: Path, style: str, value: str
) -> None:
    queries = f"-- name: InRow :one!\nSELECT ROW(1, {value}) AS value;\n"
    with project(tmp_path, "", queries) as load, psycopg.connect(pg_database(), autocommit=True) as conn:
        assert load("queries").in_row(conn).f2.day == 11
        conn.execute(f"SET DateStyle = '{style}'".encode())
        with pytest.raises(psycopg.DataError):
            load("queries").in_row(conn)


def test_vectors_and_relations_as_values(tmp_path: Path) -> None:
    """The embedded server has no vector: its text is read and written here."""
    schema = "CREATE EXTENSION vector; CREATE TABLE doc (id int4 NOT NULL, spot vector(3), spots vector(3)[]);"
    with project(tmp_path, schema, "-- name: Put :exec\nINSERT INTO doc VALUES (@id, @spot, @spots);\n") as load:
        assert load("models").Doc.__annotations__["spot"] == list[float] | None
        types = load("_types")
        assert types.load_vector(types.dump_vector([1, 2.5, -0.1])) == [1.0, 2.5, -0.1]
        assert "$2::vector, $3::vector[]" in load("queries").PUT
