"""What a server says of a statement that it does not run: parameters, columns, and whether this role may run it.

Takes a connection and a statement with `$n`; gives a `Described` or a `Refusal`. Types and origins come back as names,
for oids differ from server to server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.server.vet import plan_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection
    from psycopg.pq.abc import PGresult
    from psycopg.rows import TupleRow


class Refusal(Struct, frozen=True):
    """Why a server does not take a statement; `position` counts characters of its text from 0."""

    code: str
    message: str
    position: int | None = None
    hint: str | None = None
    detail: str | None = None


class DescribedColumn(Struct, frozen=True):
    """`origin`: the table with its schema, and the column, that the value passes through unchanged."""

    name: str
    type: str
    origin: tuple[str, str] | None


class Described(Struct, frozen=True):
    """Types are as format_type spells them with only pg_catalog on the search path."""

    params: tuple[str, ...]
    columns: tuple[DescribedColumn, ...]


class RawColumn(Struct, frozen=True):
    """A column as RowDescription has it."""

    name: str
    type: int
    typmod: int
    table: int
    attnum: int


class RawDescription(Struct, frozen=True):
    params: tuple[int, ...]
    columns: tuple[RawColumn, ...]


def describe_statement(conn: Connection[TupleRow], sql: str) -> RawDescription | Refusal:
    """Parse and Describe, of the extended protocol: nothing is planned or run."""
    from psycopg.pq import ExecStatus

    pgconn = conn.pgconn
    result = pgconn.prepare(b"", sql.encode())
    if result.status != ExecStatus.COMMAND_OK:
        return refusal_of(result)
    described = pgconn.describe_prepared(b"")
    if described.status != ExecStatus.COMMAND_OK:
        return refusal_of(described)
    columns = tuple(
        RawColumn(
            (described.fname(number) or b"").decode(),
            described.ftype(number),
            described.fmod(number),
            described.ftable(number),
            described.ftablecol(number),
        )
        for number in range(described.nfields)
    )
    return RawDescription(tuple(described.param_type(number) for number in range(described.nparams)), columns)


def refusal_of(result: PGresult) -> Refusal:
    """The server's error."""
    from psycopg.pq import DiagnosticField as Field

    def field(which: Field) -> str | None:
        value = result.error_field(which)
        return value.decode(errors="replace") if value is not None else None

    position = field(Field.STATEMENT_POSITION)
    return Refusal(
        field(Field.SQLSTATE) or "08006",
        field(Field.MESSAGE_PRIMARY) or result.get_error_message().strip(),
        int(position) - 1 if position else None,
        field(Field.MESSAGE_HINT),
        field(Field.MESSAGE_DETAIL),
    )


def plan_problem(conn: Connection[TupleRow], sql: str) -> Refusal | None:
    """Why the server cannot plan a statement, or does not let this role run it; None if all is well."""
    import psycopg

    try:
        plan_of(conn, sql)
    except psycopg.Error as problem:
        said = problem.diag
        return Refusal(said.sqlstate or "08006", said.message_primary or str(problem), None, said.message_hint)
    return None


def with_names(conn: Connection[TupleRow], found: Iterable[RawDescription]) -> list[Described]:
    """The same with names, asked for in two queries for all of them."""
    described = list(found)
    types = {(oid, -1) for one in described for oid in one.params}
    types |= {(column.type, column.typmod) for one in described for column in one.columns}
    origins = {(column.table, column.attnum) for one in described for column in one.columns if column.table}
    type_names = _type_names(conn, sorted(types))
    origin_names = _origin_names(conn, sorted(origins))
    return [
        Described(
            tuple(type_names[oid, -1] for oid in one.params),
            tuple(
                DescribedColumn(
                    column.name, type_names[column.type, column.typmod], origin_names.get((column.table, column.attnum))
                )
                for column in one.columns
            ),
        )
        for one in described
    ]


def _type_names(conn: Connection[TupleRow], wanted: list[tuple[int, int]]) -> dict[tuple[int, int], str]:
    with conn.transaction():
        conn.execute("set local search_path = pg_catalog")
        rows = conn.execute(
            "select t.oid::int8, t.typmod, format_type(t.oid, nullif(t.typmod, -1))"
            " from unnest(%s::int8[]::oid[], %s::int4[]) as t (oid, typmod)",
            ([oid for oid, _ in wanted], [typmod for _, typmod in wanted]),
        ).fetchall()
    return {(oid, typmod): name for oid, typmod, name in rows}


def _origin_names(conn: Connection[TupleRow], wanted: list[tuple[int, int]]) -> dict[tuple[int, int], tuple[str, str]]:
    rows = conn.execute(
        "select c.oid::int8, a.attnum, n.nspname || '.' || c.relname, a.attname"
        " from unnest(%s::int8[]::oid[], %s::int2[]) as t (oid, attnum)"
        " join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = t.attnum"
        " join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace",
        ([oid for oid, _ in wanted], [attnum for _, attnum in wanted]),
    ).fetchall()
    return {(oid, attnum): (table, column) for oid, attnum, table, column in rows}
