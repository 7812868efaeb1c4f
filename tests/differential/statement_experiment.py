"""What generated statements did on random data, and whether that is what analysis promised.

`observe` makes a schema and statements from a seed, runs each statement on several data sets with random and NULL
arguments, all in one transaction that is rolled back, and gives for each what came out: an `Observed`. That does not
depend on the analysis, so one run judges any number of deliberate breaks of it (`broken`). `explain` finds the data of
one broken promise again and shrinks the statement and the rows.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

from querygen.analyze.cardinality import cardinality
from querygen.analyze.nullability import Verdict, result_nullability
from querygen.catalog.catalog import Catalog
from querygen.diagnostics import DiagnosticError
from querygen.ir import AnalyzedQuery, Cardinality, ResultColumn
from tests.differential.statement_expressions import base
from tests.differential.statement_families import FAMILIES, family_schema
from tests.differential.statement_generator import Statement, Statements
from tests.differential.statement_schema import Schema, random_schema
from tests.test_nullability import analyzed, catalog_of

Connection = psycopg.Connection[tuple[object, ...]]
Seed = int | tuple[str, int]  # of a random schema, or of a family and its variant

STATEMENTS_A_SCHEMA = 40
DATA_SETS = 5
RUNS = 2

VALUES = {
    "int": ("0", "1", "2", "3", "1", "2"),
    "bigint": ("0", "1", "2"),
    "text": ("", "a", "b", "1", "A", "a "),
    "bool": ("t", "f"),
    "numeric": ("0", "1.5", "NaN", "1"),
    "float8": ("0", "1.5", "Infinity"),
    "date": ("2020-01-01", "infinity", "2021-01-01"),
    # The last two are one instant in Berlin.
    "timestamp": ("2020-01-01 00:00", "infinity", "2024-03-31 02:30", "2024-03-31 03:30"),
    "timestamptz": ("2020-01-01 00:00+00", "infinity"),
    "jsonb": ('{"a": 1}', '{"a": null}', "{}", "[1, null]", "null"),
    "json": ('{"a": 1}', "{}", "[]"),
    "int[]": ("{}", "{1,2}", "{NULL,1}", "{NULL}"),
    "text[]": ("{}", "{a,b}", "{NULL,a}"),
    "pair": ("(1,a)", "(,)", "(2,)"),
    "mood": ("sad", "ok"),
    "int4range": ("[1,3)", "empty", "(,2)", "[5,7)", "[8,9)"),
    "uuid": ("00000000-0000-0000-0000-000000000001", "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    "bytea": ("\\x01", "\\x"),
    "interval": ("1 day", "0"),
    "tone": ("low", "high"),
    "bigint[]": ("{}", "{1,2}", "{NULL,1}"),
    "xml": ('<r><c v="1" w="2"/><c w="1"><t>a</t></c></r>', "<a/>"),
    "amount": ("(1.0)", "(1.00)", "(2)"),  # equal, but not the same image
}
REFUSED_BY_CHANCE = ("42830", "42P16", "42804", "42883", "0A000", "23502", "55000")
NULL_ELEMENT = re.compile(rb"(?<=[{,])NULL(?=[,}])")  # the text NULL stands in quotes


class ServerLostError(Exception):
    """A statement ends the server, as a few do that PostgreSQL accepts; all sessions are gone with it."""

    def __init__(self, sql: str) -> None:
        super().__init__(sql)
        self.sql = sql


@dataclass
class Observed:
    """What came out of all runs of a statement that gave no error. `query`: what `judged` infers from anew."""

    sql: str
    params: tuple[str, ...]
    catalog: Catalog
    seed: Seed
    query: AnalyzedQuery | None = None
    runs: int = 0
    nulls: list[bool] = field(default_factory=list)
    null_elements: list[bool] = field(default_factory=list)
    least: int = 1 << 30
    most: int = 0

    def add(self, result: psycopg.pq.abc.PGresult) -> None:
        self.runs += 1
        count = result.nfields
        if not self.nulls:
            self.nulls, self.null_elements = [False] * count, [False] * count
        self.least, self.most = min(self.least, result.ntuples), max(self.most, result.ntuples)
        for column in range(count):
            for row in range(result.ntuples):
                value = result.get_value(row, column)
                if value is None:
                    self.nulls[column] = True
                elif value[:1] == b"{" and NULL_ELEMENT.search(value):
                    self.null_elements[column] = True


def broken(query: AnalyzedQuery, seen: Observed) -> str | None:
    """The promise that does not hold of what was seen, or None."""
    return _broken(query, seen, query.columns, query.cardinality)


def _broken(
    query: AnalyzedQuery, seen: Observed, promises: Sequence[Verdict | ResultColumn], count: Cardinality
) -> str | None:
    if not seen.runs or len(seen.nulls) != len(query.columns):
        return None
    for column, promise, null, null_element in zip(
        query.columns, promises, seen.nulls, seen.null_elements, strict=True
    ):
        if null and not promise.nullable:
            return f"{column.name} is NULL, but: {promise.why}"
        if null_element and not promise.nullable_elements and is_array(seen.catalog, column.type.oid):
            return f"{column.name} has a NULL element, but: {promise.why}"
    if count is not Cardinality.MANY and seen.most > 1:
        return f"{seen.most} rows, at most one was promised"
    if count is Cardinality.ONE and seen.least < 1:
        return "no row, exactly one was promised"
    return None


def is_array(catalog: Catalog, oid: int) -> bool:
    return catalog.type(oid).typname.startswith("_")


def judged(seen: Observed) -> str | None:
    """`broken`, with the inference of now; the statement's tree does not depend on it."""
    query = seen.query or analyzed(seen.sql, seen.catalog)
    nullable = frozenset(one.number for one in query.params if one.nullable)
    verdicts = result_nullability(query.query, seen.catalog, nullable)
    return _broken(query, seen, verdicts, cardinality(query.query, seen.catalog)[0])


# ---------------------------------------------------------------------------------------------- running


@dataclass
class World:
    """A schema on the server, inside an open transaction."""

    connection: Connection
    schema: Schema
    catalog: Catalog

    def execute(self, sql: str, arguments: tuple[str | None, ...] = ()) -> psycopg.pq.abc.PGresult:
        values = [None if one is None else one.encode() for one in arguments]
        return self.connection.pgconn.exec_params(sql.encode(), values)

    def tried(self, sql: str, arguments: tuple[str | None, ...] = ()) -> psycopg.pq.abc.PGresult | None:
        """The result, None after an error; nothing of it remains."""
        self.command("savepoint tried")
        result = self.execute(sql, arguments)
        if self.connection.info.status != psycopg.pq.ConnStatus.OK:
            raise ServerLostError(sql)
        self.command("rollback to tried; release tried")
        return None if result.status == ExecStatus.FATAL_ERROR else result

    def command(self, sql: str) -> None:
        result = self.connection.pgconn.exec_(sql.encode())
        assert result.status == ExecStatus.COMMAND_OK, (sql, result.error_message)

    def insert(self, table: str, row: tuple[str | None, ...], names: str) -> bool:
        marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        self.command("savepoint row")
        result = self.execute(f"insert into {table} ({names}) overriding system value values ({marks})", row)
        failed = result.status == ExecStatus.FATAL_ERROR
        self.command("rollback to row" if failed else "release row")
        return not failed

    def fill(self, dice: random.Random, empty: bool) -> list[tuple[str, str, tuple[str | None, ...]]]:
        """Random rows; what a constraint refuses is left out. NULLs are many, and values few, so that they meet."""
        rows: list[tuple[str, str, tuple[str | None, ...]]] = []
        share = dice.choice((0.1, 0.35, 0.7))
        by_name = {one.name: one for one in self.schema.tables}
        if not empty:
            for name in self.schema.filled:
                columns = [one for one in by_name[name].columns if one.writable]
                for _ in range(dice.choice((0, 1, 4, 8))):
                    row = tuple(None if dice.random() < share else draw(dice, one.type) for one in columns)
                    rows.append((name, ", ".join(one.name for one in columns), row))
        return self.load(rows)

    def load(
        self, rows: list[tuple[str, str, tuple[str | None, ...]]]
    ) -> list[tuple[str, str, tuple[str | None, ...]]]:
        kept = []
        for drop, _ in self.schema.late:
            self.command(drop)
        for name, names, row in rows:
            if name in self.schema.quiet:
                self.command("set local session_replication_role = replica")
            if self.insert(name, row, names):
                kept.append((name, names, row))
            if name in self.schema.quiet:
                self.command("set local session_replication_role = origin")
        for _, add in self.schema.late:
            # A deferred constraint with rows to check stands in the way; nothing may follow from one NOT VALID anyway.
            self.command("savepoint late")
            failed = self.execute(add).status == ExecStatus.FATAL_ERROR
            self.command("rollback to late" if failed else "release late")
        for table in self.schema.tables:
            if any(f"materialized view {table.name} " in one for one in self.schema.ddl):
                self.command(f"refresh materialized view {table.name}")
        return kept


def draw(dice: random.Random, type_name: str) -> str:
    return dice.choice(VALUES[base(type_name)])


def arguments_of(dice: random.Random, query: AnalyzedQuery, types: tuple[str, ...]) -> tuple[str | None, ...]:
    """NULL only for those parameters that may be NULL, since the others are promised not to be."""
    nullable = {one.number: one.nullable for one in query.params}
    return tuple(
        None if nullable.get(number) and dice.random() < 0.4 else draw(dice, one) for number, one in enumerate(types, 1)
    )


@dataclass
class Counts:
    made: int = 0
    refused: int = 0  # by analysis
    refused_alone: list[str] = field(default_factory=list)  # by analysis, but not by the server
    failed: int = 0  # never ran without an error
    lost: set[str] = field(default_factory=set)  # ended the server


def make_world(connection: Connection, seed: Seed) -> World:
    """Opens the transaction; the caller rolls it back."""
    dice = random.Random(str(seed))  # noqa: S311
    while True:
        schema = random_schema(dice) if isinstance(seed, int) else family_schema(FAMILIES[seed[0]], dice)
        assert connection.info.transaction_status == TransactionStatus.INTRANS
        connection.execute("savepoint schema")
        try:
            for one in schema.ddl:
                connection.execute(one.encode())
            return World(connection, schema, catalog_of.__wrapped__(schema.sql))
        except psycopg.Error as problem:
            if connection.info.status != psycopg.pq.ConnStatus.OK:
                raise
            if not isinstance(seed, int) or problem.sqlstate not in REFUSED_BY_CHANCE:
                raise AssertionError(f"{problem}\n{schema.sql}") from problem
            connection.execute("rollback to schema")


def statements_of(world: World, seed: Seed, counts: Counts) -> list[tuple[Statement, AnalyzedQuery]]:
    """The statements of a seed that analysis and the server accept."""
    dice = random.Random(f"statements {seed}")  # noqa: S311
    generator = Statements(dice, world.schema)
    templates = (None,) * STATEMENTS_A_SCHEMA if isinstance(seed, int) else FAMILIES[seed[0]].templates
    found = []
    for template in templates:
        statement = generator.statement(template)
        if statement.sql in counts.lost:
            continue
        counts.made += 1
        world.command("savepoint prepared")
        prepared = world.connection.pgconn.prepare(b"", statement.sql.encode())
        error = prepared.error_field(psycopg.pq.DiagnosticField.SQLSTATE)
        world.command("rollback to prepared")
        try:
            query = analyzed(statement.sql, world.catalog)
        except DiagnosticError as problem:
            counts.refused += 1
            if error is None:
                counts.refused_alone.append(f"{problem}: {statement.sql}")
            continue
        if error is None:
            found.append((statement, query))
        else:
            counts.failed += 1
    return found


def observe(connection: Connection, seed: Seed, counts: Counts) -> list[Observed]:
    """All statements of one seed, run; those that always gave an error are left out."""
    connection.execute("set local client_min_messages = error")
    world = make_world(connection, seed)
    connection.execute("set local statement_timeout = '300ms'")
    try:
        queries = statements_of(world, seed, counts)
        seen = [Observed(one.sql, one.params, world.catalog, seed, query) for one, query in queries]
        for data_set in range(DATA_SETS):
            world.command("savepoint data")
            dice = random.Random(f"data {seed} {data_set}")  # noqa: S311
            world.fill(dice, data_set == 1)
            for (statement, query), one in zip(queries, seen, strict=True):
                for _ in range(RUNS if statement.params or not data_set else 1):
                    result = world.tried(statement.sql, arguments_of(dice, query, statement.params))
                    if result is not None:
                        one.add(result)
            world.command("rollback to data")
        counts.failed += sum(not one.runs for one in seen)
        return [one for one in seen if one.runs]
    finally:
        if connection.info.status == psycopg.pq.ConnStatus.OK:
            connection.rollback()


def observe_all(dsn: str, seeds: Iterable[Seed], counts: Counts) -> Iterator[list[Observed]]:
    """`observe` for each seed; where a statement ends the server, the seed is run again without it."""
    connection = psycopg.connect(dsn)
    for number, seed in enumerate(seeds):
        if number % 40 == 39:
            # What was rolled back stays in the catalogues, and slows them.
            connection.autocommit = True
            connection.execute("vacuum")
            connection.autocommit = False
        while True:
            try:
                yield observe(connection, seed, counts)
                break
            except (ServerLostError, psycopg.OperationalError) as lost:
                if isinstance(lost, ServerLostError):
                    counts.lost.add(lost.sql)
                elif connection.info.status == psycopg.pq.ConnStatus.OK:
                    raise
                connection.close()
                connection = reconnected(dsn)
    connection.close()


def reconnected(dsn: str) -> Connection:
    """A connection as soon as the server has recovered."""
    for _ in range(100):
        try:
            return psycopg.connect(dsn)
        except psycopg.OperationalError:
            time.sleep(0.3)
    return psycopg.connect(dsn)


# ---------------------------------------------------------------------------------------------- explaining


def explain(connection: Connection, seen: Observed) -> str:
    """The statement, the arguments and the rows that break a promise, as small as they get."""
    message = judged(seen)
    connection.rollback()
    connection.execute("set local client_min_messages = error")
    world = make_world(connection, seen.seed)
    connection.execute("set local statement_timeout = '300ms'")
    try:
        for data_set in range(DATA_SETS):
            for attempt in range(40):
                world.command("savepoint data")
                dice = random.Random(f"data {seen.seed} {data_set}")  # noqa: S311
                rows = world.fill(dice, data_set == 1)
                dice = random.Random(attempt)  # noqa: S311
                query = analyzed(seen.sql, seen.catalog)
                arguments = arguments_of(dice, query, seen.params)
                found = _is_broken(world, seen.sql, arguments)
                world.command("rollback to data")
                if found:
                    sql = _shrunk_statement(world, seen.sql, arguments, rows)
                    rows = _shrunk_rows(world, sql, arguments, rows)
                    world.command("savepoint data")
                    world.load(rows)
                    message = _is_broken(world, sql, arguments)
                    world.command("rollback to data")
                    data = "\n".join(f"  {name} ({names}): {row}" for name, names, row in rows)
                    tables = [one for one in world.schema.ddl[19:] if re.search(rf"\b({_names(world, sql)})\b", one)]
                    return f"{message}\n{sql}\n  {arguments}\n{data}\n  " + "\n  ".join(tables)
        return f"{message}\n{seen.sql}\n(seed {seen.seed}, not found again)"
    finally:
        connection.rollback()


def _names(world: World, sql: str) -> str:
    return "|".join(one.name for one in world.schema.tables if re.search(rf"\b{one.name}\b", sql)) or "nothing"


def _is_broken(world: World, sql: str, arguments: tuple[str | None, ...]) -> str | None:
    try:
        query = analyzed(sql, world.catalog)
    except DiagnosticError:
        return None
    if len(query.params) != len(arguments):
        return None
    result = world.tried(sql, arguments)
    if result is None:
        return None
    seen = Observed(sql, (), world.catalog, 0)
    seen.add(result)
    return broken(query, seen)


def _shrunk_rows(
    world: World, sql: str, arguments: tuple[str | None, ...], rows: list[tuple[str, str, tuple[str | None, ...]]]
) -> list[tuple[str, str, tuple[str | None, ...]]]:
    for row in list(rows):
        fewer = [one for one in rows if one is not row]
        world.command("savepoint data")
        world.load(fewer)
        if _is_broken(world, sql, arguments):
            rows = fewer
        world.command("rollback to data")
    return rows


_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|::|\$\d+|[\w.]+|\s+|[^\w\s]")


def _shrunk_statement(
    world: World, sql: str, arguments: tuple[str | None, ...], rows: list[tuple[str, str, tuple[str | None, ...]]]
) -> str:
    """Spans of tokens are left out, or replaced by NULL, as long as the promise stays broken."""
    world.command("savepoint data")
    world.load(rows)
    tokens = list(_TOKEN.findall(sql))
    size, tries = max(len(tokens) // 2, 1), 0
    while size >= 1 and tries < 1500:
        start, changed = 0, False
        while start < len(tokens) and tries < 1500:
            span = tokens[start : start + size]
            if sum(one == "(" for one in span) == sum(one == ")" for one in span) and "".join(span).strip():
                for instead in ([], [" null "]) if "null" not in span else ([],):
                    tries += 1
                    fewer = [*tokens[:start], *instead, *tokens[start + size :]]
                    if _is_broken(world, "".join(fewer), arguments):
                        tokens, changed = fewer, True
                        break
                else:
                    start += 1
                continue
            start += 1
        if not changed or size > 1:
            size = size * 2 // 3 if size > 1 else 0
    world.command("rollback to data")
    return "".join(tokens)
