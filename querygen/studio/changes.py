"""Changes of rows that wait to be committed: what they are, as which SQL, and what a trial run of them does.

Takes `Change`s in their order; gives statements, a `Trial` (everything run in a transaction that is taken back) or the
`Trial` of a commit. A statement names the row by its key and by the version that was seen (xmin), so that what somebody
else changed meanwhile is never overwritten. What runs is the very text that is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import psycopg
from msgspec import Struct
from psycopg import sql

from querygen.studio.browse import cast
from querygen.studio.structure import TID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection
    from psycopg.rows import TupleRow

Kind = Literal["insert", "update", "delete"]
GONE: Final = "the row is not what it was: somebody changed or deleted it meanwhile"


class Given(Struct, frozen=True):
    """A value for a column: its text (None for NULL), or the column's default."""

    column: str
    type: str
    text: str | None
    default: bool = False


class Change(Struct, frozen=True):
    """`key` are columns with their types and values; `version` is the row's xmin. `before`: what the texts were."""

    kind: Kind
    schema: str
    table: str
    values: tuple[Given, ...] = ()
    key: tuple[tuple[str, str, str], ...] = ()
    version: str = ""
    returning: tuple[str, ...] = ()
    before: tuple[tuple[str, str | None], ...] = ()
    mark: str = ""  # of an insertion, which no key tells from another

    @property
    def row(self) -> tuple[str, str, tuple[str, ...]]:
        """Which row it is about."""
        return self.schema, self.table, tuple(value for _, _, value in self.key)


class Effect(Struct, frozen=True):
    """Rows of a table that a run touched, what triggers and foreign keys did included."""

    table: str
    inserted: int
    updated: int
    deleted: int


class Trial(Struct, frozen=True):
    """What came of a run. `failed` is the number of the change that `problem` is about."""

    effects: tuple[Effect, ...] = ()
    problem: str | None = None
    hint: str | None = None
    failed: int | None = None
    keys: tuple[tuple[str, ...] | None, ...] = ()  # of each change: the key of the row that it inserted


def merged(changes: Sequence[Change], new: Change) -> list[Change]:
    """The list with one more: a second change of the same row becomes one with the first."""
    found = []
    for one in changes:
        if new.kind == "insert" or one.kind == "insert" or one.row != new.row:
            found.append(one)
            continue
        if new.kind == "update" and one.kind == "update":
            values = {given.column: given for given in (*one.values, *new.values)}
            before = {**dict(new.before), **dict(one.before)}
            new = Change(
                "update", new.schema, new.table, tuple(values.values()), new.key, new.version, (), tuple(before.items())
            )
    return [*found, new]


def statement(change: Change) -> sql.Composed:
    """The change as SQL, values as literals that the server casts."""
    table = sql.Identifier(change.schema, change.table)
    match change.kind:
        case "insert":
            text = _insert(change, table)
        case "update":
            pairs = sql.SQL(",\n    ").join(
                sql.SQL("{} = {}").format(sql.Identifier(one.column), _value(one)) for one in change.values
            )
            text = sql.SQL("UPDATE {}\nSET {}").format(table, pairs) + _where(change)
        case "delete":
            text = sql.SQL("DELETE FROM {}").format(table) + _where(change)
    return text


def _insert(change: Change, table: sql.Identifier) -> sql.Composed:
    if change.values:
        columns = sql.SQL(", ").join(sql.Identifier(one.column) for one in change.values)
        values = sql.SQL(", ").join(_value(one) for one in change.values)
        text = sql.SQL("INSERT INTO {} ({})\nVALUES ({})").format(table, columns, values)
    else:
        text = sql.SQL("INSERT INTO {} DEFAULT VALUES").format(table)
    if change.returning:
        text += sql.SQL("\nRETURNING ") + sql.SQL(", ").join(
            sql.SQL("{}::text").format(_column(one)) for one in change.returning
        )
    return text


def _value(given: Given) -> sql.Composable:
    if given.default:
        return sql.SQL("DEFAULT")
    if given.text is None:
        return sql.SQL("NULL")
    return cast(sql.Literal(given.text), given.type)


def _column(name: str) -> sql.Composable:
    return sql.SQL("ctid") if name == TID else sql.Identifier(name)


def _where(change: Change) -> sql.Composed:
    parts = [sql.SQL("{} = {}").format(_column(name), cast(sql.Literal(v), kind)) for name, kind, v in change.key]
    parts.append(sql.SQL("xmin = {}::xid").format(sql.Literal(change.version)))
    return sql.SQL("\nWHERE ") + sql.SQL(" AND ").join(parts)


def text_of(change: Change, conn: Connection[TupleRow] | None = None) -> str:
    """The statement as it is shown and sent."""
    return statement(change).as_string(conn)


def run(conn: Connection[TupleRow], changes: Sequence[Change], *, commit: bool) -> Trial:
    """Run the changes in one transaction, and take it back unless `commit`. A problem leaves nothing done."""
    number = 0
    keys: list[tuple[str, ...] | None] = []
    try:
        with conn.transaction(force_rollback=not commit):
            for number, change in enumerate(changes):  # noqa: B007 - the handler below says which one failed
                cursor = conn.execute(statement(change))
                if change.kind == "insert":
                    row = cursor.fetchone() if change.returning else None
                    keys.append(tuple(str(value) for value in row) if row else None)
                else:
                    _met_one(cursor.rowcount)
                    keys.append(None)
            number = -1
            conn.execute("set constraints all immediate")
            effects = _effects(conn)
    except _Gone:
        return Trial((), GONE, "Load the row again and repeat the change.", number)
    except psycopg.Error as problem:
        diagnostic = problem.diag
        said = diagnostic.message_primary or str(problem).splitlines()[0]
        detail = f". {diagnostic.message_detail}" if diagnostic.message_detail else ""
        return Trial((), said + detail, diagnostic.message_hint, number if number >= 0 else None)
    return Trial(tuple(effects), keys=tuple(keys))


class _Gone(Exception):  # noqa: N818
    """A statement met no row."""


def _met_one(count: int) -> None:
    if count != 1:
        raise _Gone


def _effects(conn: Connection[TupleRow]) -> list[Effect]:
    rows = conn.execute(
        "select case when schemaname = 'public' then relname else schemaname || '.' || relname end,"
        " n_tup_ins, n_tup_upd, n_tup_del from pg_catalog.pg_stat_xact_user_tables"
        " where n_tup_ins + n_tup_upd + n_tup_del > 0 order by 1"
    ).fetchall()
    return [Effect(str(name), int(ins), int(upd), int(gone)) for name, ins, upd, gone in rows]
