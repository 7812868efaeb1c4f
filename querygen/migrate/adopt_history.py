"""What another tool has applied to a database, by its own table.

Takes a connection and the migrations that were read from its folder; gives those that the database has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

from querygen.diagnostics import DiagnosticError, error
from querygen.migrate.adopt import NOT_ADOPTED, Adopted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection
    from psycopg.rows import TupleRow

# tool → its table, and what to ask of it: one row a migration, its mark first
_TABLES: Final[dict[str, tuple[str, LiteralString]]] = {
    "goose": (
        "goose_db_version",
        """select version_id::text from (
           select distinct on (version_id) version_id, is_applied from {} order by version_id, id desc
           ) as newest where is_applied and version_id > 0""",
    ),
    "dbmate": ("schema_migrations", "select version::text from {}"),
    "golang-migrate": ("schema_migrations", "select version::text, dirty from {}"),
    "sql-migrate": ("gorp_migrations", "select id::text from {}"),
    "tern": ("schema_version", "select version::text from {}"),
    "flyway": (
        "flyway_schema_history",
        """select mark, not success from (
           select distinct on (mark) coalesce(version, description)::text as mark, success, type
           from {} order by mark, installed_rank desc
           ) as newest where type not in ('SCHEMA', 'DELETE') and type not like 'UNDO%'""",
    ),
    "alembic": ("alembic_version", "select version_num::text from {}"),
    "drizzle": ("__drizzle_migrations", "select hash::text, false, created_at::text from {}"),
}
# These remember only how far they are: all that comes before is there, too.
_LAST_ONLY: Final = ("golang-migrate", "tern", "alembic")


def applied(conn: Connection[TupleRow], tool: str, found: Sequence[Adopted]) -> list[Adopted]:
    """The migrations that the database has; none, where the tool's table is not there."""
    from psycopg import sql

    name, query = _TABLES[tool]
    place = conn.execute(
        "select n.nspname::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where c.relname = %s and c.relkind in ('r', 'p') order by n.nspname <> 'public', n.nspname limit 1",
        (name,),
    ).fetchone()
    if place is None:
        return []
    rows = conn.execute(sql.SQL(query).format(sql.Identifier(str(place[0]), name))).fetchall()
    if broken := [str(row[0]) for row in rows if len(row) > 1 and row[1]]:
        message = f"{tool} says that {', '.join(broken)} broke off"
        raise DiagnosticError(error(NOT_ADOPTED, message, hint=f"Put that right with {tool} before."))
    marks = {str(row[0]) for row in rows} | {str(row[2]) for row in rows if len(row) > 2}
    if tool in _LAST_ONLY:
        return _up_to(tool, marks, found)
    return [one for one in found if one.mark in marks or marks & {*one.other_marks}]


def _up_to(tool: str, marks: set[str], found: Sequence[Adopted]) -> list[Adopted]:
    last = max((number for number, one in enumerate(found) if one.mark in marks), default=-1)
    if last < 0 and marks - {"0", "-1"}:
        message = f"the database is at {', '.join(sorted(marks))} of {tool}, which is not among these migrations"
        raise DiagnosticError(error(NOT_ADOPTED, message, hint="Adopt the folder that this database was made with."))
    return [*found[: last + 1]]
