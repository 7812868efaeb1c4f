"""JSON and rows that queries build: what is read through their shapes is what is read as plain columns."""

from __future__ import annotations

import json
import math
import random
import re
import sys
import uuid
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from querygen.render.options import RenderOptions, TypeOverride
from querygen.write import write_files
from tests.generated.project import project, rendered
from tests.generated.test_typing import check_with_ruff, run
from tests.test_nullability import read_cases

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from pydantic.fields import FieldInfo

    from tests.pg_fixtures import PgDatabase

# A strategy for the text of a value of each type, as the server takes it.
_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_int4 = st.integers(-(2**31), 2**31 - 1)
_small = st.integers(-(10**6), 10**6)
_digits = st.decimals(allow_nan=True, allow_infinity=True).map(str).filter(lambda one: "sNaN" not in one)
_numeric = st.one_of(
    st.decimals(places=30, min_value=-(10**20), max_value=10**20).map(lambda one: f"{one:f}"),
    st.decimals(places=2, min_value=-1000, max_value=1000).map(lambda one: f"{one:f}"),
    st.integers(-(10**40), 10**40).map(str),
    st.sampled_from(["NaN", "Infinity", "-Infinity", "0.00", "1e-20", "1e100", "-0.1000"]),
)
_float8 = st.floats().map(repr)
_date = st.dates().map(str)
_time = st.times().map(str)
_stamp = st.datetimes().map(str)
_year = st.integers(1950, 2200)
_modern = st.builds(
    lambda one, year: str(one.replace(year=year)), st.datetimes().filter(lambda one: one.day < 29), _year
)
_bytes = st.binary(max_size=8).map(lambda one: "\\x" + one.hex())
_interval = st.builds(
    lambda months, days, micros: f"{months} months {days} days {micros} microseconds",
    st.integers(-500, 500),
    st.integers(-5000, 5000),
    st.integers(-(10**12), 10**12),
)
_json = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), _text
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_text, inner, max_size=3)),
    max_leaves=6,
).map(json.dumps)


def _range(bound: SearchStrategy[Any], key: Any = None) -> SearchStrategy[str]:
    def write(pair: list[Any], brackets: str) -> str:
        low, high = sorted(pair, key=key)
        return f'{brackets[0]}"{low}","{high}"{brackets[1]}'

    return st.one_of(
        st.just("empty"),
        st.just("(,)"),
        st.builds(write, st.lists(bound, min_size=2, max_size=2), st.sampled_from(["[]", "[)", "()", "(]"])),
    )


def _array(element: SearchStrategy[str]) -> SearchStrategy[str]:
    def quoted(one: str | None) -> str:
        return "NULL" if one is None else '"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"'

    row = st.lists(st.one_of(st.none(), element), max_size=3).map(lambda row: "{" + ",".join(map(quoted, row)) + "}")
    two = st.lists(st.lists(element, min_size=2, max_size=2), min_size=1, max_size=3).map(
        lambda rows: "{" + ",".join("{" + ",".join(map(quoted, row)) + "}" for row in rows) + "}"
    )
    return st.one_of(row, two)


VALUES: dict[str, SearchStrategy[str]] = {
    "bool": st.booleans().map(str),
    "int2": st.integers(-(2**15), 2**15 - 1).map(str),
    "int4": _int4.map(str),
    "int8": st.integers(-(2**63), 2**63 - 1).map(str),
    "oid": st.integers(0, 2**32 - 1).map(str),
    "float4": st.floats(width=32).map(repr),
    "float8": _float8,
    "numeric": _numeric,
    "numeric(12,3)": st.decimals(places=3, min_value=-1000, max_value=1000).map(str),
    "money": st.decimals(places=2, min_value=-1000, max_value=1000).map(str),
    "text": _text,
    "varchar(20)": _text,
    "char(5)": st.sampled_from(["", "a", "abcde"]),
    '"char"': st.sampled_from(["", "a", "z"]),
    "name": st.text("abcXYZ ", max_size=10),
    "bytea": _bytes,
    "uuid": st.uuids().map(str),
    "date": _date,
    "time": _time,
    "timetz": st.builds(
        lambda time, zone: f"{time}{zone}", _time, st.sampled_from(["+00", "+02", "-05:30", "+03:10:05"])
    ),
    "timestamp": _stamp,
    "timestamptz": _modern,
    "interval": _interval,
    "json": _json,
    "jsonb": _json.filter(lambda one: "\\u0000" not in one),
    "inet": st.one_of(st.ip_addresses().map(str), st.ip_addresses(v=4).map(lambda one: f"{one}/24")),
    "cidr": st.ip_addresses().map(str),
    "macaddr": st.just("08:00:2b:01:02:03"),
    "bit(3)": st.sampled_from(["000", "101"]),
    "point": st.builds(lambda x, y: f"({x},{y})", _small, _small),
    "tsvector": st.just("'a':1 'b':2"),
    "pg_lsn": st.just("0/16B3748"),
    "xid8": st.integers(0, 2**60).map(str),
    "regclass": st.just("pg_class"),
    "regtype": st.just("integer"),
    "int4range": _range(_small),
    "int8range": _range(_small),
    "numrange": _range(st.decimals(places=2, min_value=-100, max_value=100)),
    "daterange": _range(_date.filter(lambda one: one < "9998")),
    "tsrange": _range(st.datetimes()),
    "tstzrange": _range(_modern),
    "int4multirange": st.sampled_from(["{}", "{[1,3),[5,9)}"]),
    "tstzmultirange": st.sampled_from(["{}", '{["2020-01-01 00:00+00","2020-01-02 00:00+00")}']),
    "mood": st.sampled_from(["sad", "o'k", ""]),
    "positive": st.integers(1, 100).map(str),
    "label": _text,
    "stamps": st.just('{"2020-01-01 00:00+00"}'),
    "float8range": _range(_small),
    "address": st.sampled_from(['("a ""b""",5,1.50,"{x,NULL}")', "(,,,)", '("",-1,NaN,{})']),
    "hstore": st.sampled_from(['a=>1, "b c"=>NULL', ""]),
}
ARRAYS = (
    "bool", "int4", "int8", "float8", "numeric", "text", "bytea", "uuid", "date", "timestamptz", "interval", "jsonb",
    "inet", "mood", "positive", "int4range", "address",
)  # fmt: skip
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE TYPE mood AS ENUM ('sad', 'o''k', '');
CREATE DOMAIN positive AS int4 CHECK (value > 0);
CREATE DOMAIN label AS text;
CREATE DOMAIN stamps AS timestamptz[];
CREATE TYPE float8range AS RANGE (subtype = float8);
CREATE TYPE address AS (street text, zip int4, rent numeric, tags text[]);
CREATE TABLE sample (id int4 PRIMARY KEY, {columns});
CREATE TABLE many (id int4 PRIMARY KEY, {arrays});
"""
_columns = [f"c{number} {name}" for number, name in enumerate(VALUES)]
_arrays = [f"a{number} {name}[]" for number, name in enumerate(ARRAYS)]
ALL_TYPES = SCHEMA.format(columns=", ".join(_columns), arrays=", ".join(_arrays))


def _every_way(table: str) -> str:
    """A table's rows as columns, and in every form of JSON and of rows."""
    names = [one.split()[0] for one in (_columns if table == "sample" else _arrays)]
    pairs = ", ".join(f"'{one}', t.{one}" for one in ["id", *names][:50])
    return f"""
-- name: Plain{table.title()} :many
SELECT * FROM {table} ORDER BY id;
-- name: Each{table.title()} :many
SELECT t.id, to_json(t) AS as_json, to_jsonb(t) AS as_jsonb, row_to_json(t) AS as_row,
    json_build_object({pairs}) AS built,
    (SELECT json_agg(x) FROM {table} AS x WHERE x.id = t.id) AS several, r AS record
FROM {table} AS t, LATERAL (SELECT t.*) AS r
ORDER BY t.id;
"""


def same(a: Any, b: Any) -> bool:
    """Equal, NaN equal to itself, and a Decimal with all its digits."""
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return str(a) == str(b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if hasattr(a, "model_fields_set") and hasattr(b, "model_fields_set"):
        return same(dict(a), dict(b))
    return bool(a == b)


# jsonb writes the numbers of a json value anew: 1e3 is 1000 there.
JSON_COLUMN = f"c{list(VALUES).index('json')}"


def _differences(row: Any, columns: Any, but: str | None = None) -> list[str]:
    return [
        f"{name}: {getattr(row, name)!r} is {getattr(columns, name)!r} as a column"
        for name in type(row).model_fields
        if name != but and not same(getattr(row, name), getattr(columns, name))
    ]


@pytest.mark.parametrize("table", ["sample", "many"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_every_type_is_read_from_json_as_from_a_column(
    table: str, zone: str, pg_database: PgDatabase, tmp_path: Path
) -> None:
    kinds = VALUES if table == "sample" else {name: _array(VALUES[name]) for name in ARRAYS}
    marks = ", ".join(f"CAST(%s AS {name}{'' if table == 'sample' else '[]'})" for name in kinds)
    row = st.tuples(*(st.one_of(st.none(), one) for one in kinds.values()))
    with (
        psycopg.connect(pg_database(ALL_TYPES), autocommit=True, options=f"-c TimeZone={zone}") as conn,
        project(tmp_path, ALL_TYPES, _every_way(table)) as load,
    ):
        queries = load("queries")
        title = table.title().lower()

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
        @given(st.lists(row, min_size=1, max_size=4))
        def check(rows: list[tuple[str | None, ...]]) -> None:
            conn.execute(f"TRUNCATE {table}")
            for number, values in enumerate(rows):
                conn.execute(f"INSERT INTO {table} VALUES ({number}, {marks})", values)
            plain = getattr(queries, f"plain_{title}")(conn)
            found = getattr(queries, f"each_{title}")(conn)
            for columns, one in zip(plain, found, strict=True):
                for name in ("as_json", "as_jsonb", "as_row", "built", "record"):
                    rewritten = JSON_COLUMN if name == "as_jsonb" and table == "sample" else None
                    assert not _differences(getattr(one, name), columns, rewritten), name
                assert not _differences(one.several[0], columns)

        check()


# ---------------------------------------------------------------------------------------------- the statements of cases

CASES = Path(__file__).parent.parent / "cases" / "shapes"


def _fill(conn: psycopg.Connection[Any], seed: int) -> None:
    """Rows with many NULLs, parents without children, empty arrays; from some seeds no rows at all."""
    chance = random.Random(seed)  # noqa: S311

    def maybe(value: Any) -> Any:
        return None if chance.random() < 0.4 else value

    count = chance.choice((0, 1, 4))
    conn.execute("TRUNCATE users, sessions, events")
    for user in range(1, count + 1):
        conn.execute(
            "INSERT INTO users VALUES (%s, %s, %s, %s, %s, %s, %s::address)",
            (
                user + (count == 1), f"n{user}", maybe(user), ["a", None][: chance.randrange(3)],
                maybe('{"a": [1.5, null]}'), chance.choice(("sad", "ok")), maybe('("x y",)'),
            ),
        )  # fmt: skip
    for session in range(1, 1 + (chance.randrange(6) if count == 4 else 0)):
        user = chance.randrange(1, 4)
        rate = maybe(Decimal("12345678901234567890.1234567890"))
        conn.execute("INSERT INTO sessions VALUES (%s, %s, %s, %s, now())", (session + 10, user, "t", rate))
        for event in range(chance.randrange(3)):
            conn.execute("INSERT INTO events VALUES (%s, %s, %s)", (session * 10 + event, session + 10, maybe("k")))


def _key(one: FieldInfo, name: str) -> str:
    return name if one.validation_alias is None else str(one.validation_alias)


def covers(value: Any, raw: Any) -> bool:
    """Does the value hold all of what the JSON holds, and nothing more?"""
    if isinstance(value, BaseModel):
        keys = {_key(one, name): name for name, one in type(value).model_fields.items()}
        missing = keys.keys() - raw.keys()
        return (
            raw.keys() <= keys.keys()
            and all(getattr(value, keys[key]) is None for key in missing)
            and all(covers(getattr(value, keys[key]), raw[key]) for key in raw)
        )
    if isinstance(raw, list):
        return isinstance(value, list | tuple) and len(value) == len(raw) and all(map(covers, value, raw))
    if isinstance(raw, dict):
        return isinstance(value, dict) and value.keys() == raw.keys() and all(covers(value[k], raw[k]) for k in raw)
    return (value is None) == (raw is None)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_values_have_the_shapes_that_were_inferred(path: Path, pg_database: PgDatabase, tmp_path: Path) -> None:
    cases = read_cases(path)
    queries = "".join(f"-- name: Case{number} :many\n{query};\n" for number, (query, _) in enumerate(cases.blocks))
    shaped = 0
    with (
        psycopg.connect(pg_database(cases.schema)) as conn,
        project(tmp_path, cases.schema, queries) as load,
    ):
        module = load("queries")
        for seed in range(12):
            _fill(conn, seed)
            for number, (query, _) in enumerate(cases.blocks):
                with conn.transaction(force_rollback=True):
                    cursor = conn.execute(query.encode())
                    types = [one.type_code for one in cursor.description or ()]
                    raw = cursor.fetchall()
                with conn.transaction(force_rollback=True):
                    found = getattr(module, f"case{number}")(conn)
                for row, expected in zip(found, raw, strict=True):
                    values = [one for _, one in row] if isinstance(row, BaseModel) and len(types) > 1 else [row]
                    for value, document, oid in zip(values, expected, types, strict=True):
                        if oid in (114, 3802):
                            assert covers(value, document), (query, value, document)
                            shaped += document is not None
    assert shaped > 100


# ---------------------------------------------------------------------------------------------- the code


def test_the_tools_have_nothing_to_say(tmp_path: Path) -> None:
    packages = []
    for path in sorted(CASES.glob("*.sql")):
        cases = read_cases(path)
        queries = "".join(f"-- name: Case{number} :many\n{query};\n" for number, (query, _) in enumerate(cases.blocks))
        packages.append((path.stem, cases.schema, queries))
    packages.append(("types", ALL_TYPES, _every_way("sample") + _every_way("many")))
    packages.append(("validated", ALL_TYPES, _every_way("sample")))
    for name, schema, queries in packages:
        folder = tmp_path / name
        folder.mkdir()
        options = RenderOptions(validate_rows=True, omit_unused=True) if name == "validated" else RenderOptions()
        write_files(tmp_path / f"generated_{name}", rendered(folder, schema, queries, options), check=False)
    check_with_ruff(tmp_path)
    written = [f"generated_{name}" for name, *_ in packages]
    run(tmp_path, "mypy", "--strict", "--python-version", "3.11", "--cache-dir", "mypy_cache", *written)
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict", "include": written}))
    run(tmp_path, "pyright", "--pythonpath", sys.executable)


# ---------------------------------------------------------------------------------------------- choices and names

MODULE = """
from typing import NewType
from pydantic import BaseModel
class Settings(BaseModel):
    dark: bool = False
UserId = NewType("UserId", int)
class Cents:
    def __init__(self, text: object) -> None:
        self.value = text
def read_note(text: str) -> str:
    return text.upper()
"""
CHOSEN = """
CREATE TYPE mood AS ENUM ('ok');
CREATE TABLE users (
    id int PRIMARY KEY, settings jsonb NOT NULL, price numeric NOT NULL, note json NOT NULL, "class" text, mood mood
);
CREATE TABLE plain (id int PRIMARY KEY, seen timestamptz NOT NULL, mood mood);
CREATE VIEW user_list AS SELECT id, (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'seen', p.seen)) FROM plain p)
AS plains, to_json(u) AS "user" FROM users u;
"""
READING = """
-- name: GetUser :one
SELECT to_json(u) AS "user" FROM users AS u;
-- name: GetPlain :one
SELECT id, json_build_object('plain', p, 'all', (SELECT json_agg(x) FROM plain AS x)) AS document FROM plain AS p;
-- name: ListUsers :many
SELECT * FROM user_list;
-- name: ListPlains :many
SELECT plains AS other FROM user_list;
-- name: Twice :one
SELECT json_build_object('a', 1, 'b', json_build_object('a', 1)) AS first, json_build_object('a', 2) AS second,
    json_build_object('x', json_build_object('y', true)) AS plain, 'null'::json -> 'a' AS nothing,
    json_build_object('n', null) -> 'n' AS "null", json_build_object('n', 1) -> 'n' AS number;
"""


def test_types_that_the_configuration_chooses(pg_database: PgDatabase, tmp_path: Path) -> None:
    (tmp_path / "chosen_types.py").write_text(MODULE)
    overrides = (
        TypeOverride("chosen_types.Settings", column="users.settings"),
        TypeOverride("chosen_types.UserId", column="users.id"),
        TypeOverride("chosen_types.Cents", type="numeric"),
        TypeOverride("str", column="users.note", load="chosen_types.read_note"),
    )
    data = """INSERT INTO users VALUES (1, '{"dark": true}', 1.50, '{"a":1}', 'x', 'ok')"""
    for validate in (False, True):
        options = RenderOptions(overrides=overrides, validate_rows=validate, omit_unused=True)
        with (
            psycopg.connect(pg_database(CHOSEN + ";" + data)) as conn,
            project(tmp_path, CHOSEN, READING, options) as load,
        ):
            user = load("queries").get_user(conn)
            types = __import__("chosen_types")
            assert (user.settings, user.id, user.note) == (types.Settings(dark=True), 1, '{"A":1}')
            assert isinstance(user.price, types.Cents)
            assert str(user.price.value) == "1.50"
            assert (user.class_, type(user.mood).__name__) == ("x", "Mood")
            assert load("queries").list_users(conn)[0].user.settings == user.settings


def test_classes_are_shared_and_named_by_aliases(pg_database: PgDatabase, tmp_path: Path) -> None:
    data = "INSERT INTO plain VALUES (1, '2020-01-01 00:00+00', NULL); INSERT INTO users VALUES (1, '{}', 1, '{}')"
    with (
        psycopg.connect(pg_database(CHOSEN + ";" + data)) as conn,
        project(tmp_path, CHOSEN, READING) as load,
    ):
        queries, models = load("queries"), load("models")
        plain = queries.get_plain(conn)
        assert type(plain.document.plain) is type(plain.document.all[0]) is models.Plain  # nothing changes in JSON
        (listed,) = queries.list_users(conn)
        assert type(listed) is models.UserList
        assert (type(listed.plains[0]), type(listed.user)) == (models.UserListPlain, models.UserListUser)
        assert type(queries.list_plains(conn)[0][0]) is models.UserListPlain
        assert not hasattr(queries, "Other")
        twice = queries.twice(conn)
        names = [type(one).__name__ for one in (twice.first, twice.first.b, twice.second, twice.plain, twice.plain.x)]
        assert names == ["First", "B", "B", "TwicePlain", "X"]
        assert (twice.nothing, twice.null, twice.number) == (None, None, 1)


def test_the_empty_key_is_one(pg_database: PgDatabase, tmp_path: Path) -> None:
    query = "SELECT jsonb_build_object('', 1, 'b', jsonb_build_object('', NULL)) AS value"
    with (
        psycopg.connect(pg_database()) as conn,
        project(tmp_path, "", f"-- name: Get :one!\n{query};\n") as load,
    ):
        value = load("queries").get(conn)
        assert (value.column, value.b.column) == (1, None)


# ---------------------------------------------------------------------------------------------- the document

DOCUMENT = Path(__file__).parents[2] / "docs" / "shapes.md"
ROWS = """
INSERT INTO "user" (id, email, name) SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, n || '@x', 'n' || n
FROM generate_series(1, 3) AS n;
INSERT INTO session (token, user_id, expires_at, created_at) VALUES
    ('old', '00000000-0000-0000-0000-000000000001', '2020-01-01', '2019-01-01'),
    ('new', '00000000-0000-0000-0000-000000000001', '9000-01-01', '2021-01-01'),
    ('first', '00000000-0000-0000-0000-000000000001', '8000-01-01', '2020-06-01'),
    ('other', '00000000-0000-0000-0000-000000000002', '9000-01-01', '2021-01-01');
INSERT INTO account (user_id, provider, provider_account_id) VALUES
    ('00000000-0000-0000-0000-000000000001', 'x', 'a'), ('00000000-0000-0000-0000-000000000003', 'x', 'b'),
    ('00000000-0000-0000-0000-000000000001', 'b', 'c');
"""


def test_the_examples_of_the_document(pg_database: PgDatabase, tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    queries = "\n".join(re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    classes = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    schema = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((DOCUMENT.parents[1] / "schema").glob("*.sql"))
    )
    with (
        psycopg.connect(pg_database(schema + ROWS)) as conn,
        project(tmp_path, schema, queries) as load,
    ):
        module, models = load("queries"), load("models")
        generated = Path(module.__file__ or "").read_text(encoding="utf-8")
        assert all(one in generated for one in classes)
        first, second, third = (uuid.UUID(int=number) for number in (1, 2, 3))
        user = module.get_user_with_sessions(conn, id=first)
        assert [one.token for one in user.sessions] == ["first", "new"]
        assert module.get_user_with_sessions(conn, id=third).sessions == []
        user = module.get_user_with_sessions_and_accounts(conn, id=first)
        assert [one.token for one in user.sessions] == ["new", "first"]
        assert type(user.sessions[0]) is models.Session
        assert [one.provider for one in user.accounts] == ["b", "x"]
        b, x = module.list_providers(conn)
        assert [len(one.sessions) for one in (*b.users, *x.users)] == [3, 3, 0]
        assert x.users[0].user_id == first
        latest = [one.latest_session for one in module.list_users_with_latest_session(conn)]
        assert [one and one.token for one in latest] == ["new", "other", None]
        counts = {one.id: (one.counts.sessions, one.counts.accounts) for one in module.list_user_counts(conn)}
        assert counts == {first: (3, 2), second: (1, 0), third: (0, 1)}


def test_what_has_no_value_in_python_is_its_text(pg_database: PgDatabase, tmp_path: Path) -> None:
    schema = "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TYPE moods AS RANGE (subtype = mood);"
    schema += "CREATE VIEW v AS SELECT json_build_object('moods', moods('a', 'b')) AS document;"
    queries = "-- name: Get :one\nSELECT ROW(moods('a', 'b')) AS r, document FROM v;"
    with psycopg.connect(pg_database(schema)) as conn, project(tmp_path, schema, queries) as load:
        row = load("queries").get(conn)
        assert (row.r.f1, row.document.moods) == ("[a,b)", "[a,b)")


def test_a_named_row_that_two_modules_share(pg_database: PgDatabase, tmp_path: Path) -> None:
    text = "-- name: {name} :one\n-- row: Shared\nSELECT 1 AS id, json_build_object('a', 1) AS document;"
    (tmp_path / "other.sql").write_text(text.format(name="Other"))
    options = RenderOptions()
    files = rendered(tmp_path, "", text.format(name="One"), options, more=("other.sql",))
    assert sum("class Shared(Row)" in one.text for one in files) == 2
    assert not any("Shared" in one.text for one in files if one.path == "models.py")
