"""What analysis promises of NULLs and of rows, held against a server.

* every row of `never_null.tsv`: the function is called with a grid of values that are not NULL;
* every statement of tests/cases/nullability: it runs on random rows with many NULLs, on empty tables, and with random
  arguments; a NULL in a column promised NOT NULL, or more or fewer rows than promised, fails and shows the data.
"""

from __future__ import annotations

import itertools
import random
import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from querygen.analyze.never_null import NeverNull, read_never_null
from querygen.analyze.typename import format_type
from querygen.ir import AnalyzedQuery, Cardinality
from querygen.pg_catalog.load import builtin_folder
from tests.differential.nullability_values import GRID
from tests.test_nullability import CASES, analyzed, catalog_of, read_cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from querygen.catalog.catalog import Catalog
    from tests.pg_fixtures import PgDatabase

COMBINATIONS = 40
DATA_SETS = 5
RUNS = 4

# ---------------------------------------------------------------------------------------------- never_null.tsv

SETUP = """
create type nn_enum as enum ('r', 'g');
create sequence nn_seq;
"""
# These raise an error for every value of the grid, or need a state that a test does not have.
NOT_CALLED = re.compile(
    r"^(satisfies_hash_partition|length\(bytea,name\)|pg_blocking_pids|pg_notify|lastval|currval|to_ascii|pg_sleep)"
)
# Arguments that the grid does not hit upon.
EXAMPLES = {
    "convert": ("''::bytea", "'UTF8'", "'LATIN1'"),
    "convert_from": ("''::bytea", "'UTF8'"),
    "convert_to": ("''", "'UTF8'"),
    "date_part": ("'hour'", "'24:00'::{1}"),
    "extract": ("'hour'", "'24:00'::{1}"),
    "date_trunc": ("'day'", "'infinity'::timestamptz", "'Europe/Berlin'"),
    "decode": ("''", "'hex'"),
    "generate_series": ("'2020-01-01'::timestamptz", "'2020-01-03'::timestamptz", "'1 day'", "'Europe/Berlin'"),
    "int8range": ("1::int8", "2::int8", "'[)'"),
    "tsrange": ("'-infinity'", "'infinity'", "'[]'"),
    "json_build_object": ("'a'", "null"),
    "jsonb_build_object": ("'a'", "null"),
    "jsonb_delete": ("'{{}}'::jsonb", "variadic '{{}}'::text[]"),
    "macaddr": ("'08:00:2b:ff:fe:01:02:03'::macaddr8",),
    "make_date": ("-1", "2", "3"),
    "make_timestamp": ("-1", "2", "3", "4", "5", "6"),
    "make_timestamptz": ("-1", "2", "3", "4", "5", "6", "'UTC'"),
    "pg_input_is_valid": ("''", "'int4'"),
    "regexp_count": ("''", "''", "1", "'i'"),
    "regexp_instr": ("''", "'(x)'", "1", "1", "0", "'i'", "1"),
    "regexp_like": ("''", "''", "'i'"),
    "regexp_split_to_table": ("''", "''", "'i'"),
    "ts_rank": ("'{{0.1,0.2,0.3,0.4}}'::float4[]", "''::tsvector", "''::tsquery", "0"),
    "ts_rank_cd": ("'{{0.1,0.2,0.3,0.4}}'::float4[]", "''::tsvector", "''::tsquery", "0"),
    "width_bucket": ("1", "2", "3", "4"),
}
for _name in ("datemultirange", "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange"):
    EXAMPLES[_name] = ("variadic '{{}}'::{0}",)
SPLIT = re.compile(r"^(\w+)\((.*)\)(?:\.(\w+))?$")


def _calls(name: str, arguments: list[str], row: NeverNull, kind: str, column: str | None) -> Iterator[str]:
    """Statements whose only value must not be NULL, whatever the values of the grid."""
    values: list[tuple[str, ...]] = []
    for number, argument in enumerate(arguments):
        own = (argument,) if argument.startswith("'") else GRID[argument]
        values.append((*own, f"null::{_concrete(argument)}") if row.may_be_null(number) else own)
    combinations = list(itertools.product(*values))
    if len(combinations) > COMBINATIONS:
        combinations = random.Random(name).sample(combinations, COMBINATIONS)  # noqa: S311
    if name in EXAMPLES and arguments:
        count = None if arguments[-1] == '"any"' else len(arguments)
        combinations.append(tuple(one.format(*arguments) for one in EXAMPLES[name][:count]))
    for one in combinations:
        call = f'"{name}"({", ".join(one)})'
        match kind:
            case "a":
                star = "*" if name == "count" and not one else ", ".join(one)
                rows = [f'select "{name}"({star}) from (values (1)) r']
                if row.over_no_rows:
                    rows.append(rows[0] + " where false")
                yield from rows
            case "o":
                direct = ", ".join(one[:-1])
                yield f'select "{name}"({direct}) within group (order by {one[-1]}) from (values (1)) r'
            case "h":
                for where in ("", " where false"):
                    yield f'select "{name}"({one[0]}) within group (order by {one[0]}) from (values (1)) r{where}'
            case "w":
                yield f"select {call} over (order by r.r) from (values (1), (2), (3)) r(r)"
            case "s":
                # A row is NOT NULL where every field is.
                value = f"r.{column}" if column else "case when r is not null then 1 end"
                yield f"select {value} from {call} r"
            case _:
                yield f"select {call}"


def _concrete(type_name: str) -> str:
    names = {"anyarray": "int[]", "anycompatiblearray": "int[]", '"any"': "int", "anyenum": "nn_enum"}
    return names.get(type_name, "int" if type_name.startswith("any") else type_name)


def test_listed_functions_never_give_null(pg_database: PgDatabase) -> None:
    folder = builtin_folder(18)
    problems = []
    with psycopg.connect(pg_database(SETUP), autocommit=True) as connection:
        connection.execute("set statement_timeout = '300ms'")
        connection.execute("set client_min_messages = error")
        kinds: dict[str, tuple[str, bool, str]] = {}
        for name, types, kind, retset, aggkind in connection.execute(
            """select p.proname, array_to_string(array(select format_type(t, null) from unnest(proargtypes)
               with ordinality u(t, n) order by n), ','), p.prokind, p.proretset, coalesce(a.aggkind, 'n')
               from pg_proc p left join pg_aggregate a on a.aggfnoid = p.oid where pronamespace = 11"""
        ):
            kinds[f"{name}({types})"] = kind, retset, aggkind
        for signature, row in read_never_null(folder).items():
            match = SPLIT.match(signature)
            assert match is not None, signature
            name, types, column = match.groups()
            arguments = types.split(",") if types else []
            plain = ",".join("text" if one.startswith("'") else one for one in arguments)
            assert f"{name}({plain})" in kinds, f"{signature}: no such function"
            if NOT_CALLED.match(signature):
                continue
            kind, retset, aggkind = kinds[f"{name}({plain})"]
            kind = "s" if retset else aggkind if kind == "a" and aggkind != "n" else kind
            called = 0
            for sql in _calls(name, arguments, row, kind, column):
                try:
                    nulls = _nulls(connection, sql)
                except psycopg.Error:
                    continue
                called += 1
                if nulls:
                    problems.append(f"{signature}: {sql}")
                    break
            if not called:
                problems.append(f"{signature}: no call succeeded")
    assert not problems, "\n".join(problems)


def _nulls(connection: psycopg.Connection[tuple[object, ...]], sql: str) -> int:
    """How many of the first values are NULL; counted by the server, since some are as long as a value may be."""
    row = connection.execute(f"select count(*) from ({sql} limit 20) q(v) where num_nulls(v) > 0".encode()).fetchone()
    assert row is not None
    return int(str(row[0]))


# ---------------------------------------------------------------------------------------------- statements

VALUES = {
    "integer": ("0", "1", "2", "3", "-1", "5"),
    "bigint": ("0", "1", "2", "3"),
    "smallint": ("0", "1", "2"),
    "text": ("", "a", "x", "k"),
    "character varying": ("", "a", "x", "k"),
    "boolean": ("t", "f"),
    "numeric": ("0", "1.5", "NaN"),
    "double precision": ("0", "1.5", "Infinity"),
    "jsonb": ("{}", '{"k": "v"}', '{"k": null}', "[]", "null"),
    "json": ("{}", '{"k": "v"}', "[]"),
    "date": ("2020-02-29", "infinity", "2021-01-01"),
    "timestamp without time zone": ("2020-02-29 12:00", "infinity", "2021-01-01"),
    "timestamp with time zone": ("2020-02-29 12:00+00", "infinity", "2021-01-01+00"),
    "interval": ("1 day", "0", "-1 hour"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    "int4range": ("empty", "[1,5)", "(,)"),
}


def _value(dice: random.Random, type_name: str, catalog: Catalog, oid: int) -> str:
    row = catalog.type(oid)
    if row.typtype == "d":
        return _value(dice, format_type(catalog, row.typbasetype), catalog, row.typbasetype)
    if row.typtype == "c":
        return "(1,)"
    if row.typname.startswith("_"):
        return dice.choice(("{}", "{1,2}", "{NULL,1}", "{3}"))
    return dice.choice(VALUES[type_name])


def _fill(connection: psycopg.Connection[tuple[object, ...]], catalog: Catalog, dice: random.Random) -> None:
    """Random rows by type: what a constraint refuses is left out, so duplicates and NULLs are where they may be."""
    for relation in catalog.relations():
        if relation.kind not in ("r", "p"):
            continue
        for _ in range(dice.choice((0, 1, 6, 12))):
            columns = [one for one in relation.live_columns if not one.generated and one.identity != "a"]
            values = [
                None if dice.random() < 0.4 else _value(dice, format_type(catalog, one.type_oid), catalog, one.type_oid)
                for one in columns
            ]
            names = ", ".join(f'"{one.name}"' for one in columns)
            sql = f'insert into "{relation.name}" ({names}) values ({", ".join(["%s"] * len(columns))})'
            connection.execute("savepoint row")
            try:
                connection.execute(sql, values)
            except psycopg.Error:
                connection.execute("rollback to row")
    for relation in catalog.relations():
        if relation.kind == "m":
            connection.execute(f'refresh materialized view "{relation.name}"')


def _check(
    connection: psycopg.Connection[tuple[object, ...]], query: AnalyzedQuery, arguments: list[str | None]
) -> str | None:
    """What of a promise is broken by this run, or None."""
    types = [one.type.oid for one in query.params]
    values = [None if one is None else one.encode() for one in arguments]
    result = connection.pgconn.exec_params(query.sql.encode(), values, types if max(types, default=0) < 16384 else None)
    if result.status == psycopg.pq.ExecStatus.FATAL_ERROR:
        return None
    if not query.columns:
        return None
    for row in range(result.ntuples):
        for number, column in enumerate(query.columns):
            value = result.get_value(row, number)
            if value is None and not column.nullable:
                return f"{column.name} is NULL, but: {column.why}"
            if value is not None and not column.nullable_elements and re.search(rb"\bNULL\b", value):
                return f"{column.name} has a NULL element: {value!r}"
    if query.cardinality is not Cardinality.MANY and result.ntuples > 1:
        return f"{result.ntuples} rows, at most one was promised"
    if query.cardinality is Cardinality.ONE and result.ntuples != 1:
        return f"{result.ntuples} rows, exactly one was promised"
    return None


def _data(connection: psycopg.Connection[tuple[object, ...]], catalog: Catalog) -> str:
    lines = []
    for one in catalog.relations():
        if one.kind in ("r", "p"):
            rows = connection.execute(f'select * from "{one.name}"'.encode()).fetchall()
            lines.append(f"{one.name}: {rows}")
    return "\n".join(lines)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_promises_hold_on_random_data(path: Path, pg_database: PgDatabase) -> None:
    cases = read_cases(path)
    catalog = catalog_of(cases.schema)
    queries = [analyzed(sql, catalog) for sql, _ in cases.blocks]
    succeeded: set[str] = set()
    with psycopg.connect(pg_database(cases.schema)) as connection:
        connection.execute("set statement_timeout = '300ms'")
        connection.commit()
        for seed in range(DATA_SETS):
            dice = random.Random(f"{path.stem} {seed}")  # noqa: S311
            if seed:
                _fill(connection, catalog, dice)
            for query, _ in itertools.product(queries, range(RUNS)):
                arguments = [
                    None
                    if one.nullable and dice.random() < 0.4
                    else _value(dice, format_type(catalog, one.type.oid), catalog, one.type.oid)
                    for one in query.params
                ]
                connection.execute("savepoint statement")
                broken = _check(connection, query, arguments)
                if connection.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
                    succeeded.add(query.sql)
                connection.execute("rollback to statement")
                assert broken is None, f"{query.sql}\n{arguments}\n{broken}\n{_data(connection, catalog)}"
            connection.rollback()
    never = [query.sql for query in queries if query.sql not in succeeded]
    assert not never, "never ran without an error: " + "\n".join(never)
