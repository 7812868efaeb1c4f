"""Every variant of every dynamic query against the query written by hand: rows, what is changed, plans; and Describe.

`by_hand/*.sql` hold what one writes for each set of arguments: `-- query:` begins a query, each `-- args:` is a set of
values that it runs with, and each `-- given:` has, after a semicolon if it is sorted, the column. All of it is compared
over rows with NULLs, duplicates and ties; what writes is rolled back. Plans are compared as the planner makes them, and
without sequential scans, so that small tables use their indexes.
"""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import re
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import psycopg
import pytest
from psycopg import RawCursor, RawServerCursor
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from querygen.analyze.query import analyze_query
from querygen.config import Config
from querygen.diagnostics import DiagnosticError
from querygen.ir import AnalyzedQuery, Command
from querygen.pipeline import load_catalog
from querygen.render.naming import snake
from querygen.render.options import RenderOptions
from querygen.render.render import render
from querygen.scaffold.table import scaffold_table
from querygen.server.embedded import create_database, drop_database, load_sql
from querygen.source import SourceFile
from querygen.sql.query_file import parse_query_file
from tests.generated import test_dynamic, test_dynamic_typing, test_nested, test_scaffold
from tests.generated.project import imported
from tests.test_docs import snippets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from querygen.catalog.catalog import Catalog
    from querygen.server.embedded import EmbeddedServer

ROOT = Path(__file__).parent.parent.parent
HAND = Path(__file__).parent / "by_hand"
Key = tuple[frozenset[str], str | None]


# ---------------------------------------------------------------------- what is written by hand


class Written(NamedTuple):
    arguments: list[dict[str, Any]]
    texts: dict[Key, str]


def read(name: str) -> dict[str, Written]:
    found: dict[str, Written] = {}
    for block in re.split(r"^-- query: ", (HAND / f"{name}.sql").read_text(), flags=re.MULTILINE)[1:]:
        query, rest = block.split("\n", 1)
        assert query not in found, query
        texts: dict[Key, str] = {}
        for given, text in re.findall(r"^-- given:(.*)\n([^;]*);$", rest, re.MULTILINE):
            names, _, sort = given.partition(";")
            key = (frozenset(re.findall(r"\w+", names)), sort.strip() or None)
            assert key not in texts, (query, key)
            texts[key] = text
        arguments = [ast.literal_eval(one) for one in re.findall(r"^-- args: (.*)$", rest, re.MULTILINE)]
        found[query] = Written(arguments, texts)
    return found


# ---------------------------------------------------------------------- what is compared

ITEM_ROWS = """
UPDATE item SET note = 'even' WHERE id % 20 = 6;
UPDATE item SET note = 'tag ' || id % 7 WHERE id < 40 AND id % 8 = 1;
UPDATE item SET title = 'note' WHERE id % 50 = 4;
ANALYZE;
"""
EXAMPLE_ROWS = """
CREATE SEQUENCE numbers;
ALTER TABLE "user" ALTER id SET DEFAULT lpad(nextval('numbers')::text, 32, '0')::uuid;
CREATE FUNCTION pg_temp.u(n int) RETURNS uuid LANGUAGE sql RETURN lpad(n::text, 32, '0')::uuid;
INSERT INTO "user" (id, email, name, role, active, created_at, updated_at)
SELECT pg_temp.u(n), 'User' || n || '@x.org',
    CASE WHEN n = 11 THEN 'Zed' WHEN n = 59 THEN 'Unseen' WHEN n % 12 = 0 THEN 'github' ELSE 'name ' || n % 6 END,
    (ARRAY['admin', 'member', 'guest'])[1 + n % 3]::user_role, n % 5 > 0,
    timestamptz '2024-01-01 00:00:00+00' + n % 10 * interval '1 day',
    timestamptz '2024-02-01 00:00:00+00' + n % 7 * interval '1 day'
FROM generate_series(1, 60) AS n;
INSERT INTO session (token, user_id, expires_at, created_at)
SELECT CASE n WHEN 1 THEN 'github' WHEN 2 THEN 'google' ELSE 'token ' || n END, pg_temp.u(1 + n % 50),
    CASE WHEN n % 4 > 0 THEN timestamptz '2999-01-01 00:00:00+00' + n % 9 * interval '1 hour' ELSE '2024-03-01' END,
    timestamptz '2024-01-10 00:00:00+00' + n % 11 * interval '1 day'
FROM generate_series(1, 120) AS n;
INSERT INTO account (user_id, provider, provider_account_id, created_at)
SELECT pg_temp.u(1 + n % 40), (ARRAY['github', 'gitlab', 'google'])[1 + n % 3],
    CASE n WHEN 3 THEN 'x' ELSE 'a' || n END,
    timestamptz '2024-01-01 00:00:00+00' + n % 8 * interval '1 day'
FROM generate_series(1, 60) AS n;
INSERT INTO audit_log (user_id, action, detail, created_at)
SELECT CASE WHEN n % 4 > 0 THEN pg_temp.u(1 + n % 60) END,
    CASE WHEN n % 20 = 7 THEN 'user' || n % 60 || '@x.org' ELSE 'action ' || n % 5 END,
    CASE WHEN n % 3 > 0 THEN jsonb_build_object('n', n) END,
    timestamptz '2024-01-01 00:00:00+00' + n % 6 * interval '1 day'
FROM generate_series(1, 200) AS n;
ANALYZE;
"""
SCAFFOLD_ROWS = """
INSERT INTO customers (email, name, note, state, vip, data, created_at, updated_at)
SELECT 'c' || n || '@x.org', 'n' || n % 7, CASE WHEN n % 3 > 0 THEN 'note' END,
    (ARRAY['new', 'done'])[1 + n % 2]::state, n % 5 = 0, CASE WHEN n % 4 > 0 THEN jsonb_build_object('n', n) END,
    timestamptz '2024-01-01 00:00:00+00' + n % 9 * interval '1 day',
    timestamptz '2024-02-01 00:00:00+00' + n % 11 * interval '1 day'
FROM generate_series(1, 300) AS n;
INSERT INTO "order" SELECT n % 10, 'm ' || n, CASE WHEN n % 4 > 0 THEN n END, n % 3, CASE WHEN n % 2 > 0 THEN 's' END,
    CASE WHEN n % 5 > 0 THEN 1 + n % 6 END FROM generate_series(1, 200) AS n;
INSERT INTO "order" SELECT 3, 'm 4', 4, 4, 's', 4;
INSERT INTO counter SELECT FROM generate_series(1, 20);
INSERT INTO link SELECT a, b FROM generate_series(1, 12) AS a, generate_series(1, 12) AS b WHERE (a + b) % 3 > 0;
INSERT INTO log SELECT timestamptz '2024-01-01 00:00:00+00' + n % 9 * interval '1 day', CASE WHEN n % 3 > 0 THEN 'x' END
FROM generate_series(1, 50) AS n;
INSERT INTO app.setting SELECT 'name ' || n, 'value ' || n % 4 FROM generate_series(1, 20) AS n;
INSERT INTO measure SELECT p, date '2024-01-01' + d, CASE WHEN d % 3 > 0 THEN d END
FROM generate_series(1, 12) AS p, generate_series(1, 12) AS d;
ANALYZE;
"""


class Group(NamedTuple):
    """Queries over one schema, with their rows."""

    schema: str
    queries: Callable[[Path], str]
    rows: str


def example() -> str:
    return "\n".join(one.read_text() for one in sorted((ROOT / "schema").glob("*.sql")))


def case(name: str) -> Group:
    text = (ROOT / "tests" / "cases" / "dynamic" / f"{name}.sql").read_text().partition("\n----\n")[0]
    return Group(example(), lambda _: text, EXAMPLE_ROWS)


def documents(_: Path) -> str:
    """All queries and fragments of the documents with something dynamic, and those of the example."""
    texts = [one.text for one in snippets("sql") if "-- name:" in one.text and "qg." in one.text]
    texts = [
        one for one in texts if one not in "\n".join(path.read_text() for path in (ROOT / "queries").glob("*.sql"))
    ]
    return "\n".join(texts + [path.read_text() for path in sorted((ROOT / "queries").glob("*.sql"))])


def scaffolded(folder: Path) -> str:
    config = test_scaffold.config(folder)
    for table in test_scaffold.TABLES:
        scaffold_table(config, table)
    return "\n".join(path.read_text() for path in sorted((folder / "queries").glob("*.sql")))


ITEMS = test_dynamic.QUERIES + test_dynamic.PROMISES + test_dynamic_typing.LONG
GROUPS = {
    "items": Group(test_dynamic.SCHEMA, lambda _: ITEMS, test_dynamic.ROWS.replace("2000", "800") + ITEM_ROWS),
    "nested": Group(test_nested.SCHEMA, lambda _: test_nested.QUERIES, test_nested.rows()),
    "cuts": case("cuts"),
    "choices": case("choices"),
    "fragments": case("fragments"),
    "refused": case("refused"),
    "documents": Group(example(), documents, EXAMPLE_ROWS),
    "scaffold": Group(test_scaffold.SCHEMA, scaffolded, SCAFFOLD_ROWS),
}


class Made(NamedTuple):
    """A group, analysed, generated, and loaded."""

    catalog: Catalog
    queries: list[AnalyzedQuery]
    module: ModuleType
    dsn: str


@contextmanager
def generated(folder: Path, name: str, server: EmbeddedServer) -> Iterator[Made]:
    """Its dynamic queries that can run. The others of its text are those of other tests, and some are refused there."""
    group = GROUPS[name]
    (folder / "schema.sql").write_text(group.schema)
    catalog = load_catalog(Config(folder, schema=("schema.sql",), queries=()), [])
    source = SourceFile("queries.sql", group.queries(folder))
    found: dict[str, AnalyzedQuery] = {}
    for raw in parse_query_file(source, frozenset(catalog.operator_names()))[0]:
        try:
            query = analyze_query(raw, catalog)
        except DiagnosticError:
            continue
        if query.dynamic is not None and query.command is not Command.COPYFROM:
            found[query.name] = query
    queries = list(found.values())
    with imported(folder, render(queries, catalog, RenderOptions())) as load:
        dsn = create_database(server, f"by_hand_{name}")
        load_sql(dsn, group.schema + group.rows)
        yield Made(catalog, queries, load("queries"), dsn)
        drop_database(server, f"by_hand_{name}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, pg_server: EmbeddedServer) -> Iterator[Callable[[str], Made]]:
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(generated(tmp_path_factory.mktemp(name), name, pg_server)))


# ---------------------------------------------------------------------- everything is there


@pytest.mark.parametrize("name", GROUPS)
def test_every_variant_is_written_by_hand(name: str, made: Callable[[str], Made]) -> None:
    written = read(name)
    queries = {one.name: one for one in made(name).queries}
    assert set(written) == set(queries)
    for query in queries.values():
        assert query.dynamic is not None
        variants = {(one.given, one.sort) for one in query.dynamic.variants}
        assert set(written[query.name].texts) == variants, query.name


# ---------------------------------------------------------------------- Describe


@pytest.mark.parametrize("name", GROUPS)
def test_describe_agrees(name: str, made: Callable[[str], Made]) -> None:
    with psycopg.connect(made(name).dsn, autocommit=True) as conn:
        for query in made(name).queries:
            describe_agrees(conn, made(name).catalog, query)


def describe_agrees(conn: psycopg.Connection[Any], catalog: Catalog, query: AnalyzedQuery) -> None:
    """PostgreSQL gives the parameters and columns of each variant the types of the analysis."""
    assert query.dynamic is not None, query.name

    def oid(known: int, *, of_column: bool = False) -> int:
        row = catalog.type(known)
        while of_column and row.typtype == "d":  # what describes a result has no domains
            row = catalog.type(row.typbasetype)
        if row.oid < 100000:
            return row.oid
        found = conn.execute("SELECT oid FROM pg_type WHERE typname = %s", [row.typname]).fetchone()
        assert found is not None
        own: int = found[0]
        return own

    for variant in query.dynamic.variants:
        numbers = {int(one) for one in re.findall(r"\$(\d+)", re.sub("'[^']*'|\"[^\"]*\"", "", variant.sql))}
        wanted = {one.number: oid(one.type.oid) for one in query.params if one.number in numbers}
        known = [0 if number in numbers else 16 for number in range(1, max(numbers, default=0) + 1)]
        result = conn.pgconn.prepare(b"", variant.sql.encode(), known)
        assert result.status == psycopg.pq.ExecStatus.COMMAND_OK, (variant.sql, result.error_message)
        told = conn.pgconn.describe_prepared(b"")
        assert {number: told.param_type(number - 1) for number in numbers} == wanted, variant.sql
        columns = [((told.fname(one) or b"").decode().rstrip("!?"), told.ftype(one)) for one in range(told.nfields)]
        assert columns == [(one.name, oid(one.type.oid, of_column=True)) for one in query.columns], variant.sql


# ---------------------------------------------------------------------- rows and plans


class Sent(NamedTuple):
    text: str
    values: tuple[Any, ...]


_sent: list[Sent] = []


class Spy(RawCursor[Any]):
    """Notes what the generated functions send."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        _sent.append(Sent(query, params or ()))
        return super().execute(query, params, **more)

    def stream(self, query: Any, params: Any = None, **more: Any) -> Any:
        _sent.append(Sent(query, params or ()))
        return super().stream(query, params, **more)


class ServerSpy(RawServerCursor[Any]):
    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        _sent.append(Sent(query, params or ()))
        return super().execute(query, params, **more)


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00")


def typed(value: Any) -> Any:
    """A value as a caller has it: uuids and times are written as strings."""
    if isinstance(value, (list, tuple)):
        return type(value)(typed(one) for one in value)
    if isinstance(value, str) and _TIME.fullmatch(value):
        return dt.datetime.fromisoformat(value)
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else value


def by_function(module: ModuleType, query: AnalyzedQuery, arguments: dict[str, Any], key: Key) -> Callable[[Any], Any]:
    """The call of the generated function with what is given."""
    assert query.dynamic is not None
    given, sort = key
    left_out = {one.name for one in query.dynamic.toggles} - given
    known = {name: typed(value) for name, value in arguments.items() if name not in left_out}
    name = snake(query.name)
    function = getattr(module, name if hasattr(module, name) else f"{name}_")  # list_, beside the built-in
    if "patch" in inspect.signature(function).parameters:
        model = getattr(module, query.raw.annotations["patch"])
        known["patch"] = model(**{name: known.pop(name) for name in model.model_fields if name in known})
    if sort is not None:
        known["sort"] = (sort,)
    return lambda conn: function(conn, **known)


def row(found: Any) -> tuple[Any, ...]:
    """The values of a model, or of the only column."""
    fields = getattr(type(found), "model_fields", None)
    return tuple(getattr(found, name) for name in fields) if fields is not None else (found,)


def rows(query: AnalyzedQuery, found: Any) -> Any:
    match query.command:
        case Command.EXEC | Command.EXECROWS:
            return found
        case Command.EXECRESULT:
            return found.fetchall()
        case Command.ONE | Command.ONE_STRICT:
            return [] if found is None else [row(found)]
        case _:
            return [row(one) for one in found]


def rows_of(query: AnalyzedQuery, cursor: psycopg.Cursor[Any]) -> Any:
    """The same of a cursor that has run the text."""
    match query.command:
        case Command.EXEC:
            return None
        case Command.EXECROWS:
            return cursor.rowcount
        case Command.ONE | Command.ONE_STRICT:
            return cursor.fetchmany(1)
        case _:
            return cursor.fetchall()


class Server:
    """A connection in a transaction that nothing is left of."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.conn = conn
        self.raw = RawCursor(conn, row_factory=tuple_row)
        self.plain = psycopg.Cursor(conn, row_factory=tuple_row)
        conn.execute("SET TIME ZONE 'UTC'")
        tables = conn.execute(
            "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname IN ('public', 'app')"
        ).fetchall()
        sums = [f"(SELECT (count(*), sum(hash_record_extended(t, 0))) FROM {name} AS t)" for (name,) in tables]
        self.state = f"SELECT {', '.join(sums)}"

    def after(self, query: AnalyzedQuery, run: Callable[[], Any]) -> tuple[Any, Any]:
        """What a call gives, and what the tables are then; they are as before at the end."""
        with self.conn.transaction(force_rollback=True):
            if query.read_only:
                return run(), None
            self.conn.execute("SELECT setval(oid::regclass, 100000) FROM pg_class WHERE relkind = 'S'")
            return run(), self.conn.execute(self.state).fetchone()

    def plan(self, cursor: psycopg.Cursor[Any], text: str, values: Any) -> tuple[Any, ...]:
        ((told,),) = cursor.execute(f"EXPLAIN (FORMAT JSON, COSTS OFF) {text}", values).fetchall()
        return nodes(told[0]["Plan"])


def nodes(plan: dict[str, Any]) -> tuple[Any, ...]:
    """The kind of a node, its index, table and join, and the nodes below it."""
    names = ("Node Type", "Operation", "Index Name", "Relation Name", "Join Type", "Strategy", "Scan Direction")
    return (*(plan.get(one) for one in names), *(nodes(one) for one in plan.get("Plans", ())))


@pytest.mark.parametrize("name", GROUPS)
def test_rows_and_plans(name: str, made: Callable[[str], Made], monkeypatch: pytest.MonkeyPatch) -> None:
    _, queries, module, dsn = made(name)
    written = read(name)
    for spied in {"RawCursor": Spy, "RawServerCursor": ServerSpy}.items():
        monkeypatch.setattr(module, *spied, raising=False)
    with psycopg.connect(dsn) as conn:
        server = Server(conn)
        pairs: list[Pair] = []
        for query in queries:
            outcomes: dict[Key, list[Any]] = {}
            for key, text in written[query.name].texts.items():
                made_of = [compare(server, module, query, key, text, one) for one in written[query.name].arguments]
                outcomes[key] = [one.rows for one in made_of]
                pairs += made_of
            everything_matters(query, outcomes)
        for scans in ("on", "off"):
            conn.execute(f"SET enable_seqscan = {scans}")
            for one in pairs:
                assert server.plan(server.raw, *one.sent) == server.plan(server.plain, *one.wanted), one


class Pair(NamedTuple):
    """What was sent, what one writes, and what both give."""

    sent: Sent
    wanted: tuple[str, dict[str, Any]]
    rows: Any


def compare(
    server: Server, module: ModuleType, query: AnalyzedQuery, key: Key, text: str, arguments: dict[str, Any]
) -> Pair:
    values = {name: Jsonb(one) if isinstance(one, dict) else typed(one) for name, one in arguments.items()}
    values |= {f"after{number}": typed(one) for number, one in enumerate(arguments.get("after", ()), 1)}
    call = by_function(module, query, arguments, key)
    _sent.clear()
    found = server.after(query, lambda: rows(query, call(server.conn)))
    (sent,) = _sent
    if query.embeds:  # they are made into objects, and folded
        found = server.after(query, lambda: rows_of(query, server.raw.execute(*sent)))
    wanted = server.after(query, lambda: rows_of(query, server.plain.execute(text, values)))
    assert found == wanted, (query.name, key, arguments)
    return Pair(sent, (text, values), wanted)


def everything_matters(query: AnalyzedQuery, outcomes: dict[Key, list[Any]]) -> None:
    """The rows tell the variants apart: without each argument there is something else, and in other orders."""
    assert query.dynamic is not None
    for toggle in query.dynamic.toggles:
        pieces = [one for number in toggle.numbers for one in query.dynamic.needs[number]] or [frozenset({toggle.name})]
        pairs = [
            ((given, sort), (given - piece, sort)) for given, sort in outcomes for piece in pieces if piece <= given
        ]
        known = [(outcomes[one], outcomes[other]) for one, other in pairs if other in outcomes]
        assert not known or any(one != other for one, other in known), (query.name, toggle.name)
    if query.dynamic.sort is not None:
        orders = {sort: found for (given, sort), found in outcomes.items() if not given and sort is not None}
        assert len({repr(one) for one in orders.values()}) == len(orders), query.name
