"""Does a server agree with the analysis? Every statement that can run is prepared there, and what comes back compared.

Takes an `Analysis` and a connection; gives a diagnostic for each disagreement, at its place in the query file. Nothing
is run: statements are described, and explained to learn whether this role may run them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.analyze.typename import format_type, get_base_type_and_typmod
from querygen.diagnostics import Diagnostic, Severity, error
from querygen.pipeline import FailedQuery
from querygen.schema_load import set_path
from querygen.server.database import connect
from querygen.server.inspection import (
    Described,
    RawDescription,
    Refusal,
    describe_statement,
    plan_problem,
    with_names,
)
from querygen.source import Span
from querygen.sql.scan import skim
from querygen.verify_live import Begin, begin_of, live_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery, ColumnOrigin, ResultColumn
    from querygen.pipeline import Analysis

REFUSED: Final = "QG590"  # the server does not take a query that analysis takes
OTHER_PARAMS: Final = "QG591"  # a parameter's type, or their number
OTHER_COLUMNS: Final = "QG592"  # a column's name or type, or their number
OTHER_ORIGIN: Final = "QG593"  # the table column that a result column comes from
NOT_ALLOWED: Final = "QG594"  # this role may not run it
OTHER_PATH: Final = "QG623"  # sessions look for names in other schemas


class Statement(Struct, frozen=True):
    """A text that the emitted code sends; `offset` is how far it runs in parallel with the query's own."""

    query: AnalyzedQuery
    sql: str
    whole: bool  # not a variant of a dynamic query


def statements(analysis: Analysis) -> Iterator[Statement]:
    """Every text of every query that was analysed."""
    for query in analysis.queries:
        if isinstance(query, FailedQuery):
            continue
        yield Statement(query, query.sql, whole=True)
        for variant in query.dynamic.variants if query.dynamic else ():
            if variant.sql != query.sql:
                yield Statement(query, _without_gaps(variant.sql), whole=False)


def _without_gaps(sql: str) -> str:
    """The text with its parameters numbered from 1: a server knows no type for a number that does not occur."""
    places = [(start, end) for kind, start, end in skim(sql) if kind == "param"]
    numbers = {old: new for new, old in enumerate(sorted({int(sql[start + 1 : end]) for start, end in places}), 1)}
    for start, end in reversed(places):
        sql = f"{sql[:start]}${numbers[int(sql[start + 1 : end])]}{sql[end:]}"
    return sql


def verify(
    analysis: Analysis, conn: Connection[TupleRow], told: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Diagnostic]:
    """Every disagreement. `told` is called with how many statements of how many are done."""
    problems: list[Diagnostic] = []
    found: list[tuple[Statement, RawDescription]] = []
    everything = list(statements(analysis))
    for number, statement in enumerate(everything):
        told(number, len(everything))
        answer = describe_statement(conn, statement.sql)
        if isinstance(answer, Refusal):
            problems.append(_refused(statement, answer))
            continue
        found.append((statement, answer))
        if has_plan(statement.query) and (forbidden := plan_problem(conn, statement.sql)):
            problems.append(_not_allowed(statement, forbidden))
    named = with_names(conn, [answer for _, answer in found])
    for (statement, _), described in zip(found, named, strict=True):
        problems += _compare(statement, described, analysis.catalog)
    return list(dict.fromkeys(problems))


def verify_database(
    analysis: Analysis, url: str, *, live: bool, told: Callable[[int, int], None], begin: Begin | None = None
) -> list[Diagnostic]:
    """`verify` over a connection of its own. A live database is read only, and not kept waiting.

    `begin`: what sessions begin with, if that is known: behind a pooler another's settings may be met.
    """
    with connect(url) as conn:
        begin = begin or begin_of(conn)
        if live:
            conn.execute("set default_transaction_read_only = on")
            conn.execute("set statement_timeout = '30s'")
        conn.execute("set lock_timeout = '5s'")
        problems = other_path(conn, analysis.catalog) if live else []
        # Whatever the sessions' path is: what follows from a wrong one says nothing more.
        set_path(conn, analysis.catalog)
        problems += verify(analysis, conn, told)
        problems += live_problems(analysis, conn, begin) if live else []
        conn.execute("reset all")  # behind a pooler the next would meet our settings
        return problems


def other_path(conn: Connection[TupleRow], catalog: Catalog) -> list[Diagnostic]:
    """Do sessions look for names where the analysis does?"""
    there = {name for _oid, name in catalog.namespaces()}
    expected = [one for one in catalog.search_path if one in there]
    user, path = conn.execute("select current_user::text, pg_catalog.current_schemas(false)::text[]").fetchall()[0]
    if path == expected:
        return []
    message = f"sessions of {user} look for names in {_listed(path)}, and the analysis in {_listed(expected)}"
    hint = "ALTER DATABASE or ALTER ROLE … SET search_path; or the key search_path of the configuration."
    return [error(OTHER_PATH, message, hint=hint)]


def _listed(path: Sequence[str]) -> str:
    return ", ".join(path) or "no schema at all"


def _refused(statement: Statement, refusal: Refusal) -> Diagnostic:
    raw = statement.query.raw
    span = raw.name_span
    # The text that is sent differs from the one analysed only behind what had to be written into it.
    if statement.whole and refusal.position is not None and statement.sql == raw.sql:
        start = raw.file_offset(refusal.position)
        span = Span(raw.source, start, start + 1)
    message = f"the server does not take {raw.name}: {refusal.message} ({refusal.code})"
    hint = refusal.hint or "Apply the migrations that are pending, or correct the schema files."
    return Diagnostic(REFUSED, Severity.ERROR, message, span, hint, refusal.detail)


def _not_allowed(statement: Statement, refusal: Refusal) -> Diagnostic:
    raw = statement.query.raw
    if refusal.code == "42501":
        hint = "GRANT this role what the query needs, or connect as the role that the application uses."
        return error(NOT_ALLOWED, f"this role may not run {raw.name}: {refusal.message}", raw.name_span, hint)
    message = f"the server cannot plan {raw.name}: {refusal.message} ({refusal.code})"
    return Diagnostic(REFUSED, Severity.ERROR, message, raw.name_span, refusal.hint, refusal.detail)


def _compare(statement: Statement, answer: Described, catalog: Catalog) -> Iterator[Diagnostic]:
    query = statement.query
    if statement.whole:
        yield from _compare_params(query, answer, catalog)
    if len(answer.columns) != len(query.columns):
        message = f"{query.name} has {len(answer.columns)} columns on the server and {len(query.columns)} by the schema"
        yield error(OTHER_COLUMNS, message, query.raw.name_span)
        return
    for number, (theirs, ours) in enumerate(zip(answer.columns, query.columns, strict=True), 1):
        where = f"column {number} of {query.name}"
        name = ours.server_name or ours.name
        if theirs.name != name:
            message = f'{where} is called "{theirs.name}" on the server and "{name}" by the schema'
            yield error(OTHER_COLUMNS, message, query.raw.name_span)
        ours_type = _type(ours, catalog)
        if theirs.type != ours_type:
            message = f"{where} ({name}) is {theirs.type} on the server and {ours_type} by the schema"
            yield error(OTHER_COLUMNS, message, query.raw.name_span)
        origin = _origin(ours.origin, catalog)
        if theirs.origin != origin:
            there, here = _named(theirs.origin), _named(origin)
            message = f"{where} ({name}) comes from {there} on the server and from {here} by the schema"
            yield error(OTHER_ORIGIN, message, query.raw.name_span)


def _compare_params(query: AnalyzedQuery, answer: Described, catalog: Catalog) -> Iterator[Diagnostic]:
    by_number = {param.number: param for param in query.params}
    if len(answer.params) != max(by_number, default=0):
        message = f"{query.name} has {len(answer.params)} parameters on the server and {len(by_number)} by the schema"
        yield error(OTHER_PARAMS, message, query.raw.name_span)
        return
    for number, theirs in enumerate(answer.params, 1):
        param = by_number.get(number)
        ours = format_type(catalog, param.type.oid, only_pg_catalog=True) if param else theirs
        if param and theirs != ours:
            called = f" ({param.name})" if param.name else ""
            message = f"${number}{called} of {query.name} is {theirs} on the server and {ours} by the schema"
            yield error(OTHER_PARAMS, message, param.span or query.raw.name_span)


def has_plan(query: AnalyzedQuery) -> bool:
    """Whether the statement is planned at all: a utility statement (TRUNCATE, REFRESH) is not."""
    return str(query.query.commandType.name) != "CMD_UTILITY"


def _type(column: ResultColumn, catalog: Catalog) -> str:
    """What RowDescription says of a column: a domain is the type below it (printtup.c: SendRowDescriptionMessage)."""
    oid, typmod = get_base_type_and_typmod(catalog, column.type.oid, column.type.typmod)
    return format_type(catalog, oid, None if typmod == -1 else typmod, only_pg_catalog=True)


def _origin(origin: ColumnOrigin | None, catalog: Catalog) -> tuple[str, str] | None:
    relation = catalog.find_relation(origin.relation) if origin else None
    if relation is None or origin is None:
        return None
    name = next((one.name for one in relation.columns if one.attnum == origin.attnum), None)
    if name is None:
        return None  # a whole row
    return f"{catalog.namespace_name(relation.namespace)}.{relation.name}", name


def _named(origin: tuple[str, str] | None) -> str:
    return ".".join(origin) if origin else "no column"
