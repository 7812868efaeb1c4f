"""A production server's statistics, put into an empty copy of its schema: plans are then what they would be there.

Takes two URLs and the copy's data folder. The planner asks a table how many rows and distinct values the catalogue says
(pg_class, pg_statistic; PostgreSQL 18 lets them be written), and how long its files are. The files of the copy are made
as long as the production ones, as holes: they take no room, and nothing ever looks into them but the planner.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from querygen.diagnostics import Diagnostic, warning
from querygen.server.database import connect
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import TupleRow

UNREAD: Final = "QG615"  # statistics that the role may not see

_PAGE: Final = 8192
_SEGMENT: Final = 131072  # pages of one file: RELSEG_SIZE
_RESTORES: Final = 180000  # pg_restore_relation_stats

_RELATIONS: Final = """
select n.nspname, c.relname, c.relpages, c.reltuples, c.relallvisible, c.relkind
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm', 'i', 'I') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""
# The values themselves come as text: the copy's columns have the same types, or the row is left out there.
_ATTRIBUTES: Final = """
select schemaname, tablename, attname, inherited, null_frac, avg_width, n_distinct, most_common_vals::text,
       most_common_freqs::text, histogram_bounds::text, correlation, most_common_elems::text,
       most_common_elem_freqs::text, elem_count_histogram::text
from pg_catalog.pg_stats where schemaname !~ '^pg_' and schemaname <> 'information_schema'
"""
# Of these pg_stats says nothing to this role, though they may have statistics.
_HIDDEN: Final = """
select n.nspname, c.relname
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.reltuples > 0
  and (pg_catalog.row_security_active(c.oid) or exists (
    select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and not pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')))
order by 1, 2
"""
_ARGUMENTS: Final = (
    ("schemaname", "text"),
    ("relname", "text"),
    ("attname", "text"),
    ("inherited", "bool"),
    ("null_frac", "float4"),
    ("avg_width", "int4"),
    ("n_distinct", "float4"),
    ("most_common_vals", "text"),
    ("most_common_freqs", "_float4"),
    ("histogram_bounds", "text"),
    ("correlation", "float4"),
    ("most_common_elems", "text"),
    ("most_common_elem_freqs", "_float4"),
    ("elem_count_histogram", "_float4"),
)


class Copied(Struct, frozen=True):
    """How much was taken over: tables and indexes, columns, and the largest table with its rows."""

    relations: int
    columns: int
    largest: tuple[str, int] | None
    problems: tuple[Diagnostic, ...] = ()


def copy_statistics(source: str, target: str, data_dir: Path) -> Copied:
    """Make the planner of `target` believe that it has the data of `source`. Both only have to share their schema."""
    with connect(source) as there:
        there.execute("set default_transaction_read_only = on")
        relations = there.execute(_RELATIONS).fetchall()
        attributes = there.execute(_ATTRIBUTES).fetchall()
        hidden = there.execute(_HIDDEN).fetchall()
        user = there.info.user
    with connect(target) as here:
        if here.info.server_version < _RESTORES:
            raise ServerError("statistics can be put into PostgreSQL 18 only", "leave QUERYGEN_PG_BIN to the wheel")
        known = _known(here)
        taken = [row for row in relations if (row[0], row[1]) in known]
        columns = 0
        for schema, name, pages, rows, visible, _kind in taken:
            _restore_relation(here, schema, name, pages, rows, visible)
            if path := known[schema, name]:
                _stretch(data_dir / path, pages)
        for row in attributes:
            if (row[0], row[1]) in known:
                columns += _restore_attribute(here, row)
    tables = [(f"{row[0]}.{row[1]}", int(row[3])) for row in taken if row[5] in "rpm"]
    unread = [f"{schema}.{name}" for schema, name in hidden if (schema, name) in known]
    problems = (_unread(user, unread),) if unread else ()
    return Copied(len(taken), columns, max(tables, key=lambda one: one[1], default=None), problems)


def _unread(user: str, names: list[str]) -> Diagnostic:
    listed = ", ".join(names[:10]) + (f" and {len(names) - 10} others" if len(names) > 10 else "")
    message = f"{user} may not see the statistics of all columns of {listed}: the plans are not what they are there"
    hint = f"GRANT SELECT on these tables to {user}, or name a role that may read them past their row security."
    return warning(UNREAD, message, hint=hint)


def _known(conn: Connection[TupleRow]) -> dict[tuple[str, str], str | None]:
    """The relations of the copy, with the file of each that has one."""
    rows = conn.execute(
        "select n.nspname, c.relname, pg_catalog.pg_relation_filepath(c.oid)"
        " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p', 'm', 'i', 'I')"
    )
    return {(schema, name): path for schema, name, path in rows}


def _restore_relation(
    conn: Connection[TupleRow], schema: str, name: str, pages: int, rows: float, visible: int
) -> None:
    conn.execute(
        "select pg_catalog.pg_restore_relation_stats('schemaname', %s::text, 'relname', %s::text,"
        " 'relpages', %s::int, 'reltuples', %s::real, 'relallvisible', %s::int)",
        (schema, name, pages, rows, visible),
    )


def _restore_attribute(conn: Connection[TupleRow], row: tuple[Any, ...]) -> int:
    """One row of pg_stats; 0 where the copy has no such column. A value that does not fit is a warning there."""
    from psycopg import errors, sql

    pieces = [sql.SQL("{}, %s::{}").format(sql.Literal(name), sql.Identifier(kind)) for name, kind in _ARGUMENTS]
    given = [(piece, value) for piece, value in zip(pieces, row, strict=True) if value is not None]
    arguments = sql.SQL(", ").join(piece for piece, _ in given)
    try:
        conn.execute(
            sql.SQL("select pg_catalog.pg_restore_attribute_stats({})").format(arguments), [value for _, value in given]
        )
    except errors.UndefinedColumn:
        return 0
    return 1


def _stretch(path: Path, pages: int) -> None:
    """Make a relation as long as `pages`, in files of a gigabyte: holes of zeros, PostgreSQL's new pages."""
    number = 0
    while True:
        here = min(pages, _SEGMENT)
        segment = path if number == 0 else path.with_name(f"{path.name}.{number}")
        size = segment.stat().st_size if segment.exists() else 0
        if here * _PAGE > size:
            owner = path.stat()
            with segment.open("ab") as file:
                file.truncate(here * _PAGE)
            if segment is not path:
                os.chown(segment, owner.st_uid, owner.st_gid)
                segment.chmod(owner.st_mode & 0o777)
        pages -= here
        if pages <= 0:
            return
        number += 1
