"""What analysis promises of other people's queries, held against a server; left out where no corpora are named.

QUERYGEN_CORPORA is a folder of `<corpus>/<case>/` with `schema.sql` and `queries.sql`; QUERYGEN_CORPORA_ONLY names some
of the corpora. Each case is loaded into a database of its own, statement by statement; its tables are filled at least
five times with random rows, its queries run in a transaction that is rolled back. The causes of columns that are called
nullable and never were NULL are counted and printed: that is the precision.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from querygen.catalog.catalog import Catalog
from querygen.config import Config
from querygen.diagnostics import DiagnosticError
from querygen.ir import AnalyzedQuery
from querygen.pipeline import analyze
from querygen.server.embedded import EmbeddedServer, create_database, drop_database
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file
from tests.differential.statement_experiment import Observed, broken

FOLDER = os.environ.get("QUERYGEN_CORPORA")
DATA_SETS = 6
RUNS = 2
ROWS = 6

SCALARS = {
    "int2": ("0", "1", "2", "3"),
    "int4": ("0", "1", "2", "3"),
    "int8": ("0", "1", "2", "3"),
    "oid": ("0", "1"),
    "numeric": ("0", "1", "1.5"),
    "float4": ("0", "1", "1.5"),
    "float8": ("0", "1", "1.5"),
    "money": ("0", "1"),
    "bool": ("t", "f"),
    "bytea": ("\\x", "\\x01"),
    "date": ("2020-01-01", "2024-02-29"),
    "timestamp": ("2020-01-01 00:00", "2024-02-29 12:00"),
    "timestamptz": ("2020-01-01 00:00+00", "2024-02-29 12:00+00"),
    "time": ("00:00", "12:00"),
    "timetz": ("00:00+00", "12:00+00"),
    "interval": ("1 day", "0"),
    "uuid": ("00000000-0000-0000-0000-000000000001", "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    "json": ('{"a": 1, "b": null}', "{}", "[]", "null"),
    "jsonb": ('{"a": 1, "b": null}', "{}", "[]", "null"),
    "jsonpath": ("$.a",),
    "inet": ("10.0.0.1",),
    "cidr": ("10.0.0.1",),
    "macaddr": ("08:00:2b:01:02:03",),
    "tsvector": ("a:1", ""),
    "tsquery": ("a",),
    "point": ("(1,1)",),
    "box": ("((0,0),(1,1))",),
    "circle": ("<(0,0),1>",),
    "polygon": ("((0,0),(1,1),(0,1))",),
    "bit": ("1",),
    "varbit": ("1",),
    "xml": ("<a/>",),
    "regclass": ("pg_class",),
}
TEXTS = ("", "a", "b", "1", "abc")
RANGES = ("empty", "(,)")


class Values:
    """Values by type, as text."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        rows = connection.execute(
            """select t.oid, t.typname, t.typtype::text, t.typelem, t.typbasetype, t.typrelid, t.typsubscript::text,
               (select array_agg(enumlabel::text) from pg_enum e where e.enumtypid = t.oid) from pg_type t"""
        ).fetchall()
        self.types = {row[0]: row for row in rows}
        self.fields: dict[object, int] = Counter(
            row[0]
            for row in connection.execute(
                "select attrelid from pg_attribute where attnum > 0 and not attisdropped and attrelid >= 16384"
            )
        )

    def draw(self, dice: random.Random, oid: object) -> str | None:
        if oid not in self.types:
            return None
        _, name, kind, element, base, relation, subscript, labels = self.types[oid]
        match kind:
            case "d":
                return self.draw(dice, base)
            case "e":
                return dice.choice(labels) if isinstance(labels, list) and labels else None
            case "c":
                return "(" + "," * (self.fields[relation] - 1) + ")"
            case "r":
                return dice.choice(RANGES)
            case "m":
                return "{}"
        if subscript == "array_subscript_handler" and str(name).startswith("_"):
            one = self.draw(dice, element)
            quoted = '"' + (one or "").replace("\\", "\\\\").replace('"', '\\"') + '"'
            return dice.choice(("{}", "{NULL}", f"{{{quoted}}}", f"{{{quoted},NULL}}"))
        return dice.choice(SCALARS.get(str(name), TEXTS))


def _cases() -> Iterator[Path]:
    only = os.environ.get("QUERYGEN_CORPORA_ONLY", "").split()
    for path in sorted(Path(FOLDER or ".").glob("*/*/queries.sql")) if FOLDER else ():
        if not only or path.parent.parent.name in only:
            yield path.parent


def _load(connection: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
    """Statement by statement: what needs an extension or a role that is not there is left out."""
    connection.execute("set client_min_messages = error")
    statements, _ = parse_schema_file(SourceFile("schema.sql", schema))
    for one in statements:
        text = one.text
        try:
            connection.execute(text.encode())
        except psycopg.Error:
            continue


def _fill(connection: psycopg.Connection[tuple[object, ...]], dice: random.Random, values: Values, mode: int) -> None:
    tables: dict[str, list[tuple[object, ...]]] = {}
    for name, *column in connection.execute(
        """select c.oid::regclass::text, quote_ident(attname), atttypid from pg_class c
           join pg_attribute a on attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
           where relkind in ('r', 'p') and not relispartition and c.oid >= 16384
           and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema') order by c.oid, attnum"""
    ):
        tables.setdefault(str(name), []).append(tuple(column))
    share = (0.3, 0.0, 0.7, 0.95, 0.1, 0.5)[mode % 6]
    for name, columns in tables.items():
        if mode == 1 or (mode > 1 and dice.random() < 0.2):
            continue
        names = ", ".join(str(one) for one, _ in columns)
        marks = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        sql = f"insert into {name} ({names}) overriding system value values ({marks})".encode()
        failed = 0
        for _ in range(ROWS):
            for _attempt in range(4):
                row = [None if dice.random() < share else values.draw(dice, oid) for _, oid in columns]
                # A column that must not be NULL has a value after a failure or two.
                if _attempt:
                    row = [
                        one if one is not None else values.draw(dice, oid)
                        for one, (_, oid) in zip(row, columns, strict=True)
                    ]
                connection.pgconn.exec_(b"savepoint row")
                result = connection.pgconn.exec_params(sql, [None if one is None else one.encode() for one in row])
                good = result.status == psycopg.pq.ExecStatus.COMMAND_OK
                connection.pgconn.exec_(b"release row" if good else b"rollback to row")
                if good:
                    break
                failed += 1
            if failed > 10:
                break
    for (name,) in connection.execute(
        "select oid::regclass::text from pg_class where relkind = 'm' and oid >= 16384"
    ).fetchall():
        connection.pgconn.exec_(b"savepoint row")
        result = connection.pgconn.exec_(f"refresh materialized view {name}".encode())
        connection.pgconn.exec_(
            b"release row" if result.status == psycopg.pq.ExecStatus.COMMAND_OK else b"rollback to row"
        )


def _cause(why: str) -> str:
    """A reason without its names."""
    why = re.sub(r"^(a row of VALUES|an arm of CASE may be NULL|every argument of \w+ may be NULL): ", "", why)
    why = re.sub(r"\w+\(\)(?= may give NULL|:)", lambda match: match[0], why)
    why = re.sub(r"^[\w.\"]+ is declared", "a column is declared", why)
    return re.sub(r"may find no row of .*", "may find no row", why)


def _experiment(dsn: str, case: Path, queries: list[AnalyzedQuery], catalog: Catalog, loose: Counter[str]) -> list[str]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        _load(connection, (case / "schema.sql").read_text(encoding="utf-8"))
        path = connection.execute("show search_path").fetchone()
        values = Values(connection)
    seen = [Observed(one.sql, (), catalog, 0) for one in queries]
    with psycopg.connect(dsn) as connection:
        for data_set in range(DATA_SETS):
            dice = random.Random(f"{case.name} {data_set}")  # noqa: S311
            connection.execute(f"set local search_path to {path[0]}".encode() if path and path[0] else b"select 1")
            connection.execute("set local client_min_messages = error")
            _fill(connection, dice, values, data_set)
            connection.execute("set local statement_timeout = '200ms'")
            for query, one in zip(queries, seen, strict=True):
                for _ in range(RUNS if query.params else 1):
                    arguments = []
                    for param in query.params:
                        drawn = None if param.nullable and dice.random() < 0.4 else values.draw(dice, param.type.oid)
                        if drawn is None and not param.nullable:
                            drawn = dice.choice(("1", "a", "{}"))
                        arguments.append(None if drawn is None else drawn.encode())
                    connection.pgconn.exec_(b"savepoint tried")
                    result = connection.pgconn.exec_params(query.sql.encode(), arguments)
                    if result.status == psycopg.pq.ExecStatus.TUPLES_OK:
                        one.add(result)
                    connection.pgconn.exec_(b"rollback to tried")
            connection.rollback()
    wrong = []
    for query, one in zip(queries, seen, strict=True):
        problem = broken(query, one)
        if problem is not None:
            wrong.append(f"{case.parent.name}/{case.name} {query.name}: {problem}\n{query.sql}")
        if one.runs and one.most and len(one.nulls) == len(query.columns):
            for column, null in zip(query.columns, one.nulls, strict=True):
                if column.nullable and not null:
                    loose[f"{query.query.commandType.name[4:]}: {_cause(column.why)}"] += 1
                    if os.environ.get("QUERYGEN_CORPORA_LOOSE"):
                        place = f"{case.parent.name}/{case.name} {query.name}.{column.name}"
                        print(f"{place} of {one.most} rows: {column.why}")
    return wrong


@pytest.mark.exhaustive
@pytest.mark.skipif(FOLDER is None, reason="QUERYGEN_CORPORA names no folder")
def test_promises_hold_for_the_corpora(pg_server: EmbeddedServer) -> None:
    wrong: list[str] = []
    loose: Counter[str] = Counter()
    statements = columns = never = 0
    for number, case in enumerate(_cases()):
        try:
            config = Config(root=case, schema=("schema.sql",), queries=("queries.sql",))
            analysis = analyze(config)
        except DiagnosticError:
            continue
        queries = [one for one in analysis.queries if isinstance(one, AnalyzedQuery)]
        if not queries:
            continue
        statements += len(queries)
        columns += sum(len(one.columns) for one in queries)
        never += sum(not column.nullable for one in queries for column in one.columns)
        name = f"corpus_{number}"
        try:
            wrong += _experiment(create_database(pg_server, name, None), case, queries, analysis.catalog, loose)
        except psycopg.OperationalError as lost:
            print(f"{case.parent.name}/{case.name}: {lost}")
        drop_database(pg_server, name)
    print(
        f"{statements} statements, {columns} columns, {never} NOT NULL, {sum(loose.values())} nullable and never NULL"
    )
    for cause, count in loose.most_common(60):
        print(f"{count:6} {cause}")
    assert not wrong, "\n\n".join(wrong)
