"""Every type: what generated code reads and writes is what its annotations say, and what the server was told."""

from __future__ import annotations

import types
import typing
import warnings
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import RawCursor
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range
from pydantic import JsonValue

from querygen.diagnostics import DiagnosticError
from querygen.render.options import RenderOptions
from querygen.render.render import render
from tests.generated.making import add_domain, add_enum, add_table, make_query, new_catalog
from tests.generated.package import generated
from tests.generated.project import project

if TYPE_CHECKING:
    from pathlib import Path

    from querygen.ir import AnalyzedQuery
    from tests.pg_fixtures import PgDatabase

SAMPLES = {
    "bool": "true",
    "bytea": r"\x00ff",
    "char": "x",
    "name": "a name",
    "int8": "9223372036854775807",
    "int2": "-5",
    "int4": "70000",
    "regproc": "now",
    "text": "te'xt\\",
    "oid": "26",
    "tid": "(0,1)",
    "xid": "5",
    "cid": "6",
    "int2vector": "1 2",
    "oidvector": "1 2",
    "json": '{"a": [1, null]}',
    "point": "(1,2)",
    "lseg": "[(1,2),(3,4)]",
    "path": "[(1,2),(3,4)]",
    "box": "(3,4),(1,2)",
    "polygon": "((1,2),(3,4))",
    "line": "{1,2,3}",
    "cidr": "10.0.0.0/8",
    "float4": "1.5",
    "float8": "2.5",
    "circle": "<(1,2),3>",
    "macaddr8": "08:00:2b:01:02:03:04:05",
    "money": "$12.50",
    "macaddr": "08:00:2b:01:02:03",
    "inet": "10.0.0.1",
    "aclitem": "=r/postgres",
    "bpchar": "ab",
    "varchar": "abc",
    "date": "2024-02-29",
    "time": "12:34:56.5",
    "timestamp": "2024-02-29 12:34:56",
    "timestamptz": "2024-02-29 12:34:56+00",
    "interval": "1 day 02:03:04",
    "timetz": "12:34:56+02",
    "bit": "1",
    "varbit": "101",
    "numeric": "12.50",
    "refcursor": "c",
    "regprocedure": "now()",
    "regoper": "^@",
    "regoperator": "+(integer,integer)",
    "regclass": "pg_class",
    "regtype": "integer",
    "uuid": "12345678-1234-5678-1234-567812345678",
    "txid_snapshot": "10:20:",
    "pg_lsn": "0/1",
    "tsvector": "'a':1",
    "tsquery": "'a'",
    "regconfig": "english",
    "regdictionary": "simple",
    "jsonb": '{"b": {"c": 1.5}}',
    "int4range": "[1,5)",
    "numrange": "[1.5,)",
    "tsrange": "[2024-01-01,2024-01-02)",
    "tstzrange": "[2024-01-01 00:00+00,2024-01-02 00:00+00)",
    "daterange": "[2024-01-01,2024-01-02)",
    "int8range": "[1,5)",
    "jsonpath": '$."a"',
    "regnamespace": "pg_catalog",
    "regrole": "postgres",
    "regcollation": '"C"',
    "int4multirange": "{[1,5)}",
    "nummultirange": "{[1.5,2)}",
    "tsmultirange": "{[2024-01-01,2024-01-02)}",
    "tstzmultirange": "{[2024-01-01 00:00+00,2024-01-02 00:00+00)}",
    "datemultirange": "{[2024-01-01,2024-01-02)}",
    "int8multirange": "{[1,5)}",
    "pg_snapshot": "10:20:",
    "xid8": "7",
    "mood": "o'k",
    "odd.Mood X": "select",
    "positive": "3",
    "label": 'x,"y" {z}',
    "moody": "sad",
    "ids": "{1,2}",
    "since": "2024-02-29 12:34:56+00",
    "citext": "CiText",
    "note": '{"d": 1}',
}
# Types without an input function, and those that no column can have.
NO_VALUES = {
    "pg_node_tree",
    "pg_ndistinct",
    "pg_dependencies",
    "pg_mcv_list",
    "pg_brin_bloom_summary",
    "pg_brin_minmax_multi_summary",
    "gtsvector",
    "unknown",
    "xml",  # the embedded server is built without it
}
NO_ARRAYS = {"box"}  # another delimiter, which psycopg does not write
WITH_CAST = {"positive", "note", "ids", "since"}  # domains: the server is sent the base type, and the SQL casts it
SCHEMA = r"""
CREATE EXTENSION IF NOT EXISTS citext;
CREATE SCHEMA odd;
CREATE TYPE mood AS ENUM ('sad', 'o''k', '', 'class', 'a,b "c" {d} \e');
CREATE TYPE odd."Mood X" AS ENUM ('select', 'Select');
CREATE DOMAIN positive AS int4 CHECK (value > 0);
CREATE DOMAIN label AS text;
CREATE DOMAIN moody AS mood;
CREATE DOMAIN ids AS int8[];
CREATE DOMAIN since AS timestamptz;
CREATE DOMAIN note AS jsonb;
"""


def quoted(name: str) -> str:
    """The SQL name of a sample's type."""
    schema, _, bare = name.rpartition(".")
    text = f'"{bare}"' if bare != bare.lower() or bare == "char" or " " in bare else bare
    return f"{schema}.{text}" if schema else text


@pytest.fixture
def database(pg_database: PgDatabase) -> str:
    tables = "".join(
        f"CREATE TABLE t{number} (id int4, v {quoted(name)}{'' if name in NO_ARRAYS else f', a {quoted(name)}[]'});\n"
        for number, name in enumerate(SAMPLES)
    )
    return pg_database(SCHEMA + tables)


def type_queries() -> tuple[Any, list[AnalyzedQuery]]:
    catalog = new_catalog()
    add_enum(catalog, "mood", "sad", "o'k", "", "class", 'a,b "c" {d} \\e')
    add_enum(catalog, "Mood X", "select", "Select", schema="odd")
    for name, base in (("positive", "int4"), ("label", "text"), ("moody", "mood"), ("note", "jsonb")):
        add_domain(catalog, name, base)
    add_domain(catalog, "ids", "int8[]")
    add_domain(catalog, "since", "timestamptz")
    add_domain(catalog, "citext", "text")  # stands in for the extension's base type: to psycopg both are text
    queries = []
    for number, name in enumerate(SAMPLES):
        table = add_table(
            catalog, f"t{number}", "id int4", f"v {name}", *([] if name in NO_ARRAYS else [f"a {name}[]"])
        )
        columns = [one.name for one in table.columns]
        listed = ", ".join(columns)
        types_ = [f"{one} {type_}" for one, type_ in zip(columns, ("int4", name, f"{name}[]"), strict=False)]
        values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        queries += [
            make_query(
                catalog, f"get_{number}", "one", f"SELECT {listed} FROM t{number} WHERE id = $1", ["id int4"], types_
            ),
            make_query(
                catalog,
                f"put_{number}",
                "exec",
                f"INSERT INTO t{number} ({listed}) VALUES ({values})",
                [f"{one}?" for one in types_],
            ),
            make_query(catalog, f"value_{number}", "many", f"SELECT v FROM t{number} ORDER BY id", [], [f"v {name}"]),
        ]
    catalog.freeze()
    return catalog, queries


def fits(value: Any, hint: Any) -> bool:
    """isinstance, for annotations."""
    if hint is JsonValue:
        return isinstance(value, dict | list | str | int | float | bool | None)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in arguments)
    if origin is list:
        return isinstance(value, list) and all(fits(one, arguments[0]) for one in value)
    if origin is Range:
        return isinstance(value, Range) and all(fits(one, arguments[0] | None) for one in (value.lower, value.upper))
    if origin is Multirange:
        return isinstance(value, Multirange) and all(fits(one, Range[arguments[0]]) for one in value)
    if hint is int:
        return type(value) is int
    return value is None if hint in (None, type(None)) else isinstance(value, hint)


def test_the_samples_are_all_types(database: str) -> None:
    with psycopg.connect(database) as conn:
        rows = conn.execute(
            "SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm')"
            " AND (typcategory <> 'A' OR typname IN ('int2vector', 'oidvector'))"
        ).fetchall()
    assert {name for (name,) in rows} - NO_VALUES <= set(SAMPLES)


def test_values_of_every_type(database: str, tmp_path: Path) -> None:
    catalog, queries = type_queries()
    wrong: list[str] = []
    with generated(tmp_path, queries, catalog) as load, psycopg.connect(database, autocommit=True) as conn:
        users, models = load("users"), load("models")
        conn.prepare_threshold = 0
        for number, (name, sample) in enumerate(SAMPLES.items()):
            columns = "id, v" if name in NO_ARRAYS else "id, v, a"
            array = "" if name in NO_ARRAYS else f", ARRAY[$1, $1]::{quoted(name)}[]"
            RawCursor(conn).execute(f"INSERT INTO t{number} ({columns}) SELECT 1, $1::{quoted(name)}{array}", (sample,))
            row = getattr(users, f"get_{number}")(conn, id=1)
            hints = typing.get_type_hints(type(row), vars(models))
            plain = conn.execute(f"SELECT {columns} FROM t{number}").fetchone()
            assert plain is not None
            for column, raw in zip(columns.split(", "), plain, strict=True):
                value = getattr(row, column)
                if value is None or not fits(value, hints[column]):
                    wrong.append(f"{name}.{column}: {value!r} is no {hints[column]}")
                if type(value) is type(raw) and value != raw:
                    wrong.append(f"{name}.{column}: {value!r} is not {raw!r}")
            # pydantic writes every type as JSON without a warning, and reads all but ranges again.
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert row.model_dump(mode="json").keys() == row.model_dump().keys()
                assert type(row).model_json_schema()["properties"].keys() == row.model_dump().keys()
                if "range" not in name and type(row).model_validate_json(row.model_dump_json()) != row:
                    wrong.append(f"{name}: {row.model_dump_json()} is another value")
            put = getattr(users, f"put_{number}")
            put(conn, **{**row.model_dump(), "id": 2})
            put(conn, **{**dict.fromkeys(row.model_dump()), "id": 3})
            again = getattr(users, f"get_{number}")(conn, id=2)
            nulls = getattr(users, f"get_{number}")(conn, id=3)
            if again.model_dump() | {"id": 1} != row.model_dump():
                wrong.append(f"{name}: {row!r} came back as {again!r}")
            if any(getattr(nulls, one) is not None for one in columns.split(", ")[1:]):
                wrong.append(f"{name}: NULL came back as {nulls!r}")
            values = getattr(users, f"value_{number}")(conn)
            if values != [row.v, row.v, None]:
                wrong.append(f"{name}: {values!r}")
            told = conn.execute(
                "SELECT parameter_types::oid[] = array_prepend('int4'::regtype::oid,"
                f" (SELECT array_agg(atttypid ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't{number}'::regclass"
                " AND attnum > 1)), parameter_types::text FROM pg_prepared_statements"
                f" WHERE statement LIKE 'INSERT INTO t{number} (%VALUES%' ORDER BY prepare_time LIMIT 1"
            ).fetchone()
            if told is None or (not told[0] and name not in WITH_CAST):
                wrong.append(f"{name}: the server was told {told}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["anyelement"])
def test_what_cannot_be_read_is_refused(name: str) -> None:
    catalog = new_catalog()
    query = make_query(catalog, "get", "one", "SELECT 1", [], [f"x {name}"])
    with pytest.raises(DiagnosticError) as refused:
        render([query], catalog, RenderOptions())
    assert refused.value.diagnostic.code == "0A000"
    assert name in refused.value.diagnostic.message
    assert 'query "get"' in refused.value.diagnostic.message
    assert refused.value.diagnostic.span is not None


@pytest.mark.parametrize("name", ["box[]", "record", "anyelement"])
def test_what_cannot_be_passed_is_refused(name: str) -> None:
    catalog = new_catalog()
    query = make_query(catalog, "put", "exec", "SELECT 1", [f"x {name}"])
    with pytest.raises(DiagnosticError) as refused:
        render([query], catalog, RenderOptions())
    assert refused.value.diagnostic.code == "0A000"
    assert name in refused.value.diagnostic.message
    assert 'parameter "x"' in refused.value.diagnostic.message


UNREADABLE = {
    "date": ("infinity", "-infinity", "0044-03-15 BC", "10000-01-01"),
    "timestamp": ("infinity", "0044-03-15 BC"),
    "timestamptz": ("infinity", "-infinity", "0044-03-15 BC"),
    "time": ("24:00",),
    "timetz": ("24:00+00",),
    "daterange": ("[2024-01-01,infinity)",),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_values_that_python_does_not_have(name: str, pg_database: PgDatabase, tmp_path: Path) -> None:
    """They are errors when they are read, as docs/types.md says; the same value as text is read."""
    schema = f"CREATE TABLE t (v {name} NOT NULL);"
    queries = "-- name: Read :many\nSELECT v FROM t;\n-- name: Text :many\nSELECT v::text FROM t;\n"
    with project(tmp_path, schema, queries) as load, psycopg.connect(pg_database(schema), autocommit=True) as conn:
        made = load("queries")
        for value in UNREADABLE[name]:
            conn.execute("TRUNCATE t")
            conn.execute("INSERT INTO t VALUES (%s)", (value,))
            with pytest.raises(psycopg.DataError):
                made.read(conn)
            assert len(made.text(conn)) == 1


def test_an_infinite_interval_is_read_as_zero(pg_database: PgDatabase, tmp_path: Path) -> None:
    """psycopg's answer, which docs/types.md warns of."""
    schema = "CREATE TABLE t (v interval NOT NULL);"
    with (
        project(tmp_path, schema, "-- name: Read :one\nSELECT v FROM t;\n") as load,
        psycopg.connect(pg_database(schema + "INSERT INTO t VALUES ('infinity');"), autocommit=True) as conn,
    ):
        assert not load("queries").read(conn)
