"""Rows of joins, folded against a server: what comes out is what separate queries find, in their order."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from querygen.diagnostics import DiagnosticError
from querygen.render.options import RenderOptions
from tests.generated.project import project, rendered

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from tests.pg_fixtures import PgDatabase

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE person (id int8 PRIMARY KEY, name text NOT NULL, mood mood, data jsonb NOT NULL DEFAULT '{}');
CREATE TABLE visit (
    person_id int8 NOT NULL REFERENCES person, number int4 NOT NULL, place text, PRIMARY KEY (person_id, number)
);
CREATE TABLE step (
    id uuid PRIMARY KEY, person_id int8 NOT NULL, number int4 NOT NULL, note text,
    FOREIGN KEY (person_id, number) REFERENCES visit
);
CREATE TABLE pet (id int8 PRIMARY KEY, owner int8 REFERENCES person, name text);
CREATE TABLE membership (person_id int8 NOT NULL REFERENCES person, club_id int8 NOT NULL);
CREATE TABLE club (id int8 PRIMARY KEY, name text NOT NULL);
"""
QUERIES = """
-- name: Visits :many
SELECT sqlc.embed(p), qg.embed_many(v) AS visits
FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id ORDER BY p.name, p.id, v.number DESC;

-- name: Shuffled :many
SELECT p.name, qg.embed_many(v) AS visits, p.id
FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id ORDER BY md5(v.number::text || p.id), p.id;

-- name: Both :many
SELECT sqlc.embed(p), qg.embed_many(v) AS visits, qg.embed_many(t) AS pets
FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id LEFT JOIN pet AS t ON t.owner = p.id
ORDER BY p.id, v.number, t.id;

-- name: Deep :many
SELECT sqlc.embed(p), qg.embed_many(v) AS visits, qg.embed_many(s) AS steps, qg.embed_many(t) AS pets
FROM person AS p
LEFT JOIN visit AS v ON v.person_id = p.id
LEFT JOIN step AS s ON s.person_id = v.person_id AND s.number = v.number
LEFT JOIN pet AS t ON t.owner = p.id
ORDER BY p.id, v.number, s.id, t.id;

-- name: Clubs :many
SELECT p.id, qg.embed_many(c) AS clubs
FROM person AS p JOIN membership AS m ON m.person_id = p.id JOIN club AS c ON c.id = m.club_id ORDER BY p.id, c.id;

-- name: Owners :many
SELECT t.id, sqlc.embed(p), qg.embed_many(v) AS visits
FROM pet AS t LEFT JOIN person AS p ON p.id = t.owner LEFT JOIN visit AS v ON v.person_id = p.id
ORDER BY t.id, v.number;

-- name: Everybody :many
SELECT sqlc.embed(p), qg.embed_many(t) AS pets FROM person AS p FULL JOIN pet AS t ON t.owner = p.id
ORDER BY p.id, t.id;

-- name: FirstTwo :many
SELECT p.id, qg.embed_many(v) AS visits FROM person AS p
LEFT JOIN LATERAL (
    SELECT x.number, x.place, x.person_id FROM visit AS x WHERE x.person_id = p.id ORDER BY x.number LIMIT 2
) AS v ON true ORDER BY p.id, v.number;

-- name: One :one
SELECT sqlc.embed(p), qg.embed_many(v) AS visits
FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id WHERE p.id = @id ORDER BY v.number;

-- name: Only :one!
SELECT p.id, qg.embed_many(v) AS visits
FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id WHERE p.name = @name ORDER BY v.number;

-- name: Wanted :many
SELECT p.id, qg.embed_many(v) AS visits
FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id AND v.place = qg.optional(place)
WHERE p.mood = qg.optional(mood) ORDER BY p.id, v.number;
"""


def rows() -> str:
    """Some of everything: people without visits, visits without steps, pets without owners, twice in one club."""
    chance = random.Random(4)  # noqa: S311  the same rows every time
    found = ["INSERT INTO club VALUES (1, 'a'), (2, 'b'), (3, 'c');"]
    for person in range(1, 31):
        mood = chance.choice(["'sad'", "'ok'", "NULL"])
        found.append(f"INSERT INTO person VALUES ({person}, 'name {person % 7}', {mood}, '{{\"n\": {person}}}');")
        for number in range(1, chance.choice([1, 1, 2, 4, 6])):
            place = chance.choice(["'home'", "'work'", "NULL"])
            found.append(f"INSERT INTO visit VALUES ({person}, {number}, {place});")
            found += [
                f"INSERT INTO step VALUES (md5('{person} {number} {step}')::uuid, {person}, {number}, 'x');"
                for step in range(chance.choice([0, 1, 3]))
            ]
        found += [
            f"INSERT INTO membership VALUES ({person}, {chance.randint(1, 3)});" for _ in range(chance.randint(0, 3))
        ]
    for pet in range(1, 120):
        found.append(f"INSERT INTO pet VALUES ({pet}, {chance.choice(['NULL', chance.randint(1, 30)])}, 'pet {pet}');")
    return "\n".join(found)


class Tables:
    """The rows of every table as dictionaries."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        def read(sql: str) -> list[dict[str, Any]]:
            return conn.cursor(row_factory=dict_row).execute(sql).fetchall()

        self.people = read("SELECT * FROM person ORDER BY id")
        self.visits = read("SELECT * FROM visit ORDER BY person_id, number")
        self.steps = read("SELECT * FROM step ORDER BY id")
        self.pets = read("SELECT * FROM pet ORDER BY id")

    def visits_of(self, person: int) -> list[dict[str, Any]]:
        return [one for one in self.visits if one["person_id"] == person]

    def pets_of(self, person: int) -> list[dict[str, Any]]:
        return [one for one in self.pets if one["owner"] == person]


def dumped(found: list[Any]) -> list[Any]:
    return [one.model_dump() for one in found]


@pytest.mark.parametrize("options", [RenderOptions(), RenderOptions(validate_rows=True)], ids=["plain", "validated"])
def test_folding(options: RenderOptions, tmp_path: Path, pg_database: PgDatabase) -> None:
    dsn = pg_database(SCHEMA + rows())
    with project(tmp_path, SCHEMA, QUERIES, options) as load, psycopg.connect(dsn, autocommit=True) as conn:
        module, tables = load("queries"), Tables(conn)
        by_name = sorted(tables.people, key=lambda one: (one["name"], one["id"]))
        assert dumped(module.visits(conn)) == [
            {"p": one, "visits": tables.visits_of(one["id"])[::-1]} for one in by_name
        ]
        both = [
            {"p": one, "visits": tables.visits_of(one["id"]), "pets": tables.pets_of(one["id"])}
            for one in tables.people
        ]
        assert dumped(module.both(conn)) == both
        deep = [
            {
                "p": one["p"],
                "visits": [
                    visit
                    | {
                        "steps": [
                            step
                            for step in tables.steps
                            if (step["person_id"], step["number"]) == (visit["person_id"], visit["number"])
                        ]
                    }
                    for visit in one["visits"]
                ],
                "pets": one["pets"],
            }
            for one in both
        ]
        assert dumped(module.deep(conn)) == deep
        assert any(not one["visits"] for one in both)
        assert any(len(one["visits"]) > 1 and len(one["pets"]) > 1 for one in both)
        clubs = conn.execute(
            "SELECT person_id, array_agg(DISTINCT club_id ORDER BY club_id) FROM membership GROUP BY 1 ORDER BY 1"
        ).fetchall()
        assert [(one.id, [club.id for club in one.clubs]) for one in module.clubs(conn)] == clubs
        people = {one["id"]: one for one in tables.people}
        assert dumped(module.owners(conn)) == [
            {"id": pet["id"], "p": people.get(pet["owner"]), "visits": tables.visits_of(pet["owner"])}
            for pet in tables.pets
        ]
        orphans = {"p": None, "pets": [pet for pet in tables.pets if pet["owner"] is None]}
        everybody = [{"p": one, "pets": tables.pets_of(one["id"])} for one in tables.people]
        assert dumped(module.everybody(conn)) == [*everybody, orphans]
        two = [{"id": one, "visits": tables.visits_of(one)[:2]} for one in people]
        assert dumped(module.first_two(conn)) == two


def test_the_order_is_that_in_which_rows_come(tmp_path: Path, pg_database: PgDatabase) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA + rows()), autocommit=True) as conn,
    ):
        module = load("queries")
        expected: dict[int, list[int]] = {}
        for person, number in conn.execute(
            "SELECT p.id, v.number FROM person AS p LEFT JOIN visit AS v ON v.person_id = p.id"
            " ORDER BY md5(v.number::text || p.id), p.id"
        ):
            expected.setdefault(person, []).extend([] if number is None else [number])
        found = module.shuffled(conn)
        assert [(one.id, [visit.number for visit in one.visits]) for one in found] == list(expected.items())
        assert list(found[0].model_dump()) == ["name", "visits", "id"]
        assert found[0] == type(found[0]).model_validate(found[0].model_dump())


def test_one(tmp_path: Path, pg_database: PgDatabase) -> None:
    with (
        project(tmp_path, SCHEMA, QUERIES) as load,
        psycopg.connect(pg_database(SCHEMA + rows()), autocommit=True) as conn,
    ):
        module, tables = load("queries"), Tables(conn)
        for person in (3, 4, 5):
            found = module.one(conn, id=person)
            assert found.model_dump()["visits"] == tables.visits_of(person)
        assert module.one(conn, id=99) is None
        with pytest.raises(LookupError, match="Only returned more than one row"):
            module.only(conn, name="name 3")
        with pytest.raises(LookupError, match="Only returned no row"):
            module.only(conn, name="nobody")
        wanted = module.wanted(conn, place="home", mood="ok")
        assert [one.id for one in wanted] == [one["id"] for one in tables.people if one["mood"] == "ok"]
        assert all(visit.place == "home" for one in wanted for visit in one.visits)
        assert sum(len(one.visits) for one in module.wanted(conn)) == len(tables.visits)


def test_asynchronous(tmp_path: Path, pg_database: PgDatabase) -> None:
    async def run(dsn: str, module: ModuleType, plain: ModuleType) -> None:
        with psycopg.connect(dsn, autocommit=True) as other:
            expected = plain.deep(other)
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn:
            assert await module.deep(conn) == expected
            assert (await module.one(conn, id=3)).p.id == 3
            with pytest.raises(LookupError):
                await module.only(conn, name="nobody")

    with project(tmp_path, SCHEMA, QUERIES) as load:
        asyncio.run(run(pg_database(SCHEMA + rows()), load("aio.queries"), load("queries")))


@pytest.mark.parametrize("command", ["iter", "stream", "execresult", "batchmany"])
def test_commands_that_have_not_all_rows(command: str, tmp_path: Path) -> None:
    query = f"""
-- name: Visits :{command}
SELECT p.id, qg.embed_many(v) FROM person AS p JOIN visit AS v ON v.person_id = p.id WHERE p.id = @id;
"""
    with pytest.raises(DiagnosticError, match=r"needs all rows before it can give one"):
        rendered(tmp_path, SCHEMA, query)


@pytest.mark.parametrize(
    ("kind", "said"),
    [("int[]", "integer[]"), ("jsonb", "jsonb"), ("spot", "spot"), ("int4multirange", "int4multirange")],
)
def test_a_key_that_python_cannot_look_up(kind: str, said: str, tmp_path: Path) -> None:
    schema = f"""
    CREATE TYPE spot AS (x int, y int);
    CREATE TABLE tag (at {kind} PRIMARY KEY);
    CREATE TABLE t (id int PRIMARY KEY);
    """
    for query in (
        "SELECT t.id, qg.embed_many(tag) AS tags FROM t LEFT JOIN tag ON true;",
        "SELECT tag.at, qg.embed_many(t) FROM tag JOIN t ON true;",
    ):
        with pytest.raises(DiagnosticError) as caught:
            rendered(tmp_path, schema, f"-- name: Tags :many\n{query}\n")
        assert caught.value.diagnostic.code == "QG350"
        assert f"no hash of a value of type {said}" in caught.value.diagnostic.message


def test_another_key_than_that_of_an_array(tmp_path: Path, pg_database: PgDatabase) -> None:
    schema = "CREATE TABLE tag (at int[] PRIMARY KEY, name text NOT NULL UNIQUE); CREATE TABLE t (id int PRIMARY KEY);"
    query = (
        "-- name: Tags :many\nSELECT t.id, qg.embed_many(tag) AS tags FROM t LEFT JOIN tag ON true ORDER BY tag.at;\n"
    )
    dsn = pg_database(schema + "INSERT INTO tag VALUES ('{1}', 'a'), ('{2}', 'b'); INSERT INTO t VALUES (1);")
    with project(tmp_path, schema, query, RenderOptions()) as load, psycopg.connect(dsn, autocommit=True) as conn:
        tags = [{"at": [1], "name": "a"}, {"at": [2], "name": "b"}]
        assert dumped(load("queries").tags(conn)) == [{"id": 1, "tags": tags}]


NULLED = """
CREATE TABLE r (id int PRIMARY KEY, bid int);
CREATE TABLE m (id int PRIMARY KEY, rid int NOT NULL, flag bool NOT NULL);
CREATE TABLE b (id int PRIMARY KEY, v text NOT NULL);
"""
NULLED_QUERIES = """
-- name: ByItself :many
SELECT r.id, b.v, qg.embed_many(m) AS ms FROM r JOIN m ON m.rid = r.id LEFT JOIN b ON b.id = r.bid ORDER BY m.id;

-- name: WithKey :many
SELECT r.id, b.id AS bid, b.v, qg.embed_many(m) AS ms FROM r JOIN m ON m.rid = r.id LEFT JOIN b ON b.id = 1 AND m.flag
ORDER BY m.id;

-- name: Mixed :many
SELECT r.id, qg.embed_many(b) AS bs FROM r JOIN m ON m.rid = r.id LEFT JOIN b ON b.id = r.bid AND m.flag
WHERE m.id = coalesce(length(b.v), 5) ORDER BY m.id DESC;
"""


def test_what_an_outer_join_nulls_in_some_rows(tmp_path: Path, pg_database: PgDatabase) -> None:
    data = """
    INSERT INTO r VALUES (1, 1), (2, NULL);
    INSERT INTO m VALUES (1, 1, true), (5, 1, false), (7, 2, true);
    INSERT INTO b VALUES (1, 'v');
    """
    m1, m5, m7 = (
        {"id": one, "rid": rid, "flag": flag} for one, rid, flag in ((1, 1, True), (5, 1, False), (7, 2, True))
    )
    dsn = pg_database(NULLED + data)
    with project(tmp_path, NULLED, NULLED_QUERIES, RenderOptions()) as load, psycopg.connect(dsn) as conn:
        module = load("queries")
        assert dumped(module.by_itself(conn)) == [
            {"id": 1, "v": "v", "ms": [m1, m5]},
            {"id": 2, "v": None, "ms": [m7]},
        ]
        assert dumped(module.with_key(conn)) == [
            {"id": 1, "bid": 1, "v": "v", "ms": [m1]},
            {"id": 1, "bid": None, "v": None, "ms": [m5]},
            {"id": 2, "bid": 1, "v": "v", "ms": [m7]},
        ]
        assert dumped(module.mixed(conn)) == [{"id": 1, "bs": [{"id": 1, "v": "v"}]}]
