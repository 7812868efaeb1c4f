"""What a live database has that breaks queries which it prepares and plans without a word.

Takes an `Analysis` and a connection, and what its sessions begin with; gives diagnostics. Only catalogues are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.analyze.nodefuncs import walk_levels
from querygen.analyze.nodes import Query
from querygen.catalog.catalog import FIRST_USER_OID
from querygen.diagnostics import Diagnostic, error, warning
from querygen.diagnostics_render import plural
from querygen.pipeline import FailedQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery
    from querygen.pipeline import Analysis

NOT_GIVEN: Final = "QG626"  # a column that an INSERT has to give a value to, and does not know
NOT_FILLED: Final = "QG627"  # a materialized view that cannot be read yet
READ_ONLY: Final = "QG628"  # transactions begin read only, and queries write
OTHER_STYLE: Final = "QG629"  # dates or intervals in text are in another style than PostgreSQL's own

_WRITES: Final = ("CMD_INSERT", "CMD_UPDATE", "CMD_DELETE", "CMD_MERGE")


class Begin(Struct, frozen=True):
    """What sessions of this role in this database begin with."""

    user: str
    read_only: bool
    standby: bool
    styles: tuple[str, str]  # DateStyle, IntervalStyle


def begin_of(conn: Connection[TupleRow]) -> Begin:
    """Ask a session that has set nothing yet."""
    row = conn.execute(
        "select current_user::text, pg_catalog.current_setting('default_transaction_read_only') = 'on',"
        " pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('DateStyle'),"
        " pg_catalog.current_setting('IntervalStyle')"
    ).fetchall()[0]
    return Begin(row[0], row[1], row[2], (row[3], row[4]))


def live_problems(analysis: Analysis, conn: Connection[TupleRow], begin: Begin) -> list[Diagnostic]:
    """Everything that this module knows of."""
    queries = [one for one in analysis.queries if not isinstance(one, FailedQuery)]
    found = [*not_given(queries, analysis.catalog, conn), *not_filled(queries, analysis.catalog, conn)]
    if (problem := read_only(queries, begin)) is not None:
        found.append(problem)
    for name, value, wanted in zip(("DateStyle", "IntervalStyle"), begin.styles, ("ISO", "postgres"), strict=True):
        if value.partition(",")[0] != wanted:
            message = f"sessions of {begin.user} have {name} {value}: dates and intervals in composites are not read"
            hint = f"ALTER ROLE or ALTER DATABASE … SET {name} = '{wanted}', or set it when connecting."
            found.append(warning(OTHER_STYLE, message, hint=hint))
    return found


def levels(query: Query) -> Iterator[Query]:
    """The query, and all below it: in WITH, in FROM, in expressions."""
    return (one for one, _depth in walk_levels(query) if isinstance(one, Query))


def inserts(query: Query) -> bool:
    """Whether it may make rows: a MERGE does so with an INSERT among its actions only."""
    made = (query.commandType, *(one.commandType for one in query.mergeActionList))
    return any(one.name == "CMD_INSERT" for one in made)


def writes(query: AnalyzedQuery) -> bool:
    """Whether a transaction that is read only refuses it; a function's doing is not known."""
    return any(one.commandType.name in _WRITES for one in levels(query.query))


def read_only(queries: list[AnalyzedQuery], begin: Begin) -> Diagnostic | None:
    """Do queries write where transactions begin read only?"""
    writing = [one.name for one in queries if writes(one)]
    if not (begin.read_only or begin.standby) or not writing:
        return None
    count = plural(len(writing), "query")
    listed = ", ".join(writing[:5]) + (" …" if len(writing) > 5 else "")
    if begin.standby:
        message = f"the server is a standby, which is read only, and {count} would write: {listed}"
        return error(READ_ONLY, message, hint="Connect to the primary server: target_session_attrs=read-write.")
    message = f"transactions of {begin.user} begin read only, and {count} would write: {listed}"
    hint = "ALTER ROLE or ALTER DATABASE … SET default_transaction_read_only = off."
    return error(READ_ONLY, message, hint=hint)


def not_given(queries: list[AnalyzedQuery], catalog: Catalog, conn: Connection[TupleRow]) -> Iterator[Diagnostic]:
    """Has a table that is inserted into a column without a default that the schema knows nothing of?"""
    targets: dict[tuple[str, str], dict[str, AnalyzedQuery]] = {}
    known: dict[tuple[str, str], set[str]] = {}
    for query in queries:
        for one in levels(query.query):
            if one.resultRelation and inserts(one):
                relation = catalog.find_relation(one.rtable[one.resultRelation - 1].relid)
                if relation is not None and relation.oid >= FIRST_USER_OID:
                    key = catalog.namespace_name(relation.namespace), relation.name
                    targets.setdefault(key, {})[query.name] = query
                    known[key] = {*relation.by_name}
    rows = conn.execute(
        "select n.nspname::text, c.relname::text, a.attname::text"
        " from unnest(%s::text[], %s::text[]) as w (schema, name)"
        " join pg_catalog.pg_namespace n on n.nspname = w.schema"
        " join pg_catalog.pg_class c on c.relname = w.name and c.relnamespace = n.oid"
        " join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        # A domain is made with the default of the one below it, or with its own, which may be NULL::that_one.
        " join pg_catalog.pg_type t on t.oid = a.atttypid"
        " where a.attnotnull and not a.atthasdef and a.attidentity = ''"
        " and coalesce(t.typdefault, 'NULL') ~ '^NULL(::|$)'",
        ([schema for schema, _ in targets], [name for _, name in targets]),
    ).fetchall()
    for schema, name, column in rows:
        if column in known[schema, name]:
            continue
        for query in targets[schema, name].values():
            message = (
                f"{query.name} gives no value to column {schema}.{name}.{column}, which is NOT NULL in the database"
            )
            hint = f"Give {column} a DEFAULT there, or declare it in the schema and insert it."
            yield error(NOT_GIVEN, message, query.raw.name_span, hint)


def not_filled(queries: list[AnalyzedQuery], catalog: Catalog, conn: Connection[TupleRow]) -> Iterator[Diagnostic]:
    """Does a query read a materialized view that was made, or refreshed, WITH NO DATA?"""
    rows = conn.execute(
        "select n.nspname::text, c.relname::text from pg_catalog.pg_class c"
        " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind = 'm' and not c.relispopulated"
    ).fetchall()
    found = ((f"{schema}.{name}", catalog.relation_oid(name, schema)) for schema, name in rows)
    empty = {oid: name for name, oid in found if oid is not None}
    for query in queries:
        for oid in sorted(empty.keys() & set(_read(query.query, catalog))):
            message = f"{query.name} reads {empty[oid]}, a materialized view that is not filled in the database"
            yield error(NOT_FILLED, message, query.raw.name_span, f"Fill it: REFRESH MATERIALIZED VIEW {empty[oid]};")


def _read(query: Query, catalog: Catalog) -> Iterator[int]:
    """The relations that a query reads, through views too."""
    for level in levels(query):
        for entry in level.rtable:
            if entry.relid:
                yield entry.relid
                relation = catalog.find_relation(entry.relid)
                if relation is not None and relation.kind == "v" and isinstance(relation.view_query, Query):
                    yield from _read(relation.view_query, catalog)
