"""The table that remembers what was applied, and its rows.

Takes a connection, gives `Row`s; every statement names the table with its schema, since a migration may leave any
search_path behind. The row of a transactional file is written in the file's own transaction, before its statements:
its primary key is what makes a second run of the same file wait, and then fail, even where a lock was lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

from msgspec import Struct

from querygen import __version__

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection
    from psycopg.rows import TupleRow
    from psycopg.sql import Composed

APPLIED, BASELINE, RUNNING, FAILED, REPAIRED = "applied", "baseline", "running", "failed", "repaired"
DONE: Final = (APPLIED, BASELINE)
UP, DOWN = "up", "down"


class Row(Struct, frozen=True):
    """One migration in the table.

    `finished`: how many of its statements have run, of a file without a transaction. `direction`: whether that is the
    file up or, of a migration that is being taken back, the file down.
    """

    version: str
    name: str
    sha256: str
    state: str
    finished: int
    applied_at: datetime
    duration_ms: int | None
    applied_by: str
    tool: str
    problem: str | None
    direction: str = UP

    @property
    def key(self) -> int:
        return int(self.version)

    @property
    def down(self) -> bool:
        return self.direction == DOWN


class Table(Struct, frozen=True):
    """Where the history is kept."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


_CREATE: Final[LiteralString] = """
create table {table} (
  version     text        primary key check (version ~ '^[0-9]+$'),
  name        text        not null,
  sha256      text        not null,
  state       text        not null check (state in ('applied', 'baseline', 'running', 'failed', 'repaired')),
  finished    integer     not null default 0,
  applied_at  timestamptz not null default clock_timestamp(),
  duration_ms bigint,
  applied_by  text        not null default session_user,
  tool        text        not null,
  problem     text,
  direction   text        not null default 'up' check (direction in ('up', 'down'))
)"""
# A table that is older than this column.
_ADD_DIRECTION: Final[LiteralString] = """
alter table {table} add direction text not null default 'up' check (direction in ('up', 'down'))"""
_SELECT: Final[LiteralString] = """
select version, name, sha256, state, finished, applied_at, duration_ms, applied_by, tool, problem, direction
from {table}"""
_SELECT_OLD: Final[LiteralString] = """
select version, name, sha256, state, finished, applied_at, duration_ms, applied_by, tool, problem from {table}"""


def parse_table(name: str) -> Table:
    """`schema.table`, or a table of the schema `querygen`."""
    schema, _, table = name.rpartition(".")
    return Table(schema or "querygen", table)


def _statement(table: Table, text: LiteralString) -> Composed:
    from psycopg import sql

    return sql.SQL(text).format(table=sql.Identifier(table.schema, table.name), schema=sql.Identifier(table.schema))


def has_table(conn: Connection[TupleRow], table: Table) -> bool:
    """Whether the database has a history."""
    found = conn.execute(
        "select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = %s and c.relname = %s and c.relkind in ('r', 'p')",
        (table.schema, table.name),
    ).fetchone()
    return found is not None


def _has_direction(conn: Connection[TupleRow], table: Table) -> bool:
    found = conn.execute(
        "select 1 from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid"
        " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = %s and c.relname = %s and a.attname = 'direction' and not a.attisdropped",
        (table.schema, table.name),
    ).fetchone()
    return found is not None


def create_table(conn: Connection[TupleRow], table: Table) -> None:
    """Make the table, and its schema, where they are missing (IF NOT EXISTS wants rights even where all is there)."""
    if has_table(conn, table):
        if not _has_direction(conn, table):
            conn.execute(_statement(table, _ADD_DIRECTION))
        return
    with conn.transaction():
        if not conn.execute("select 1 from pg_catalog.pg_namespace where nspname = %s", (table.schema,)).fetchone():
            conn.execute(_statement(table, "create schema {schema}"))
        conn.execute(_statement(table, _CREATE))
        comment: LiteralString = "comment on table {table} is 'migrations applied by querygen'"
        conn.execute(_statement(table, comment))


def read_rows(conn: Connection[TupleRow], table: Table) -> list[Row]:
    """The history in the order of versions; without a table, none."""
    if not has_table(conn, table):
        return []
    text = _SELECT if _has_direction(conn, table) else _SELECT_OLD
    return sorted((Row(*row) for row in conn.execute(_statement(table, text))), key=lambda row: row.key)


def insert_row(
    conn: Connection[TupleRow], table: Table, version: str, name: str, sha256: str, state: str, finished: int = 0
) -> None:
    """Write a row; psycopg's UniqueViolation where the version has one."""
    conn.execute(
        _statement(
            table,
            "insert into {table} (version, name, sha256, state, finished, tool) values (%s, %s, %s, %s, %s, %s)",
        ),
        (version, name, sha256, state, finished, __version__),
    )


def update_row(
    conn: Connection[TupleRow],
    table: Table,
    version: str,
    *,
    state: str,
    finished: int,
    duration_ms: int | None = None,
    problem: str | None = None,
    down: bool = False,
) -> None:
    """Say how far a migration has come, or with `down` how far it is taken back."""
    conn.execute(
        _statement(
            table,
            "update {table} set state = %s, finished = %s, problem = %s, direction = %s,"
            " duration_ms = coalesce(%s, duration_ms), applied_at = clock_timestamp() where version = %s",
        ),
        (state, finished, problem, DOWN if down else UP, duration_ms, version),
    )


def update_checksum(conn: Connection[TupleRow], table: Table, version: str, sha256: str, name: str) -> None:
    """Take the file as it is now for the one that was applied."""
    conn.execute(
        _statement(table, "update {table} set sha256 = %s, name = %s where version = %s"), (sha256, name, version)
    )


def delete_row(conn: Connection[TupleRow], table: Table, version: str) -> bool:
    """Forget a migration. False where there was no row."""
    return conn.execute(_statement(table, "delete from {table} where version = %s"), (version,)).rowcount > 0
