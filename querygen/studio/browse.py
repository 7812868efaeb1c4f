"""A page of rows: filters, order, and where to go on, by key rather than by counting.

Takes a `Table` and a `Wanted` (what the address asks for), gives a `Page`. Rows are ordered by a column of an index,
then by the key; NULLs come last, as a section of their own, so that both sections are read through the index.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, LiteralString
from typing import cast as cast_type

from msgspec import Struct
from psycopg import sql

from querygen.studio.structure import TID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.studio.structure import ServerColumn, Table

PAGE: Final = 50
CUT: Final = 240  # characters of a value that a list shows
_MAX_OFFSET: Final = 10_000
# Types whose values are short: they are shown whole.
_SHORT: Final = frozenset({
    "bool", "int2", "int4", "int8", "float4", "float8", "oid", "uuid", "date", "time", "timetz", "timestamp",
    "timestamptz", "interval", "money", "inet", "cidr", "macaddr", "macaddr8", "name", "xid", "tid", "pg_lsn",
})  # fmt: skip

# Operators of the filter: what the address says → what the form shows, and the SQL around the column and the value.
OPERATORS: Final[dict[str, tuple[str, LiteralString]]] = {
    "eq": ("=", "{column} = {value}"),
    "ne": ("≠", "{column} is distinct from {value}"),
    "lt": ("<", "{column} < {value}"),
    "le": ("≤", "{column} <= {value}"),
    "gt": (">", "{column} > {value}"),
    "ge": ("≥", "{column} >= {value}"),
    "has": ("contains text", "strpos(lower({column}::text), lower({text})) > 0"),
    "starts": ("starts with", "starts_with({column}::text, {text})"),
    "holds": ("holds (@>)", "{column} @> {value}"),
    "null": ("is NULL", "{column} is null"),
    "set": ("is not NULL", "{column} is not null"),
}
WITHOUT_VALUE: Final = ("null", "set")


class Filter(Struct, frozen=True):
    column: str
    operator: str
    value: str = ""


class Wanted(Struct, frozen=True):
    """What the address asks for. `after` and `before` are cursors: the sort column's value (or None), then the key."""

    filters: tuple[Filter, ...] = ()
    sort: str | None = None
    descending: bool = False
    after: str | None = None
    before: str | None = None
    offset: int = 0


class Cell(Struct, frozen=True):
    """`text` is None for NULL; `length`: of a value that is cut."""

    text: str | None
    length: int | None = None


class Line(Struct, frozen=True):
    """A row, and the key by which its own page finds it (None where it has none)."""

    cells: tuple[Cell, ...]
    key: str | None


class Page(Struct, frozen=True):
    lines: tuple[Line, ...]
    next: str | None = None  # a cursor, or an offset for views
    previous: str | None = None
    statement: str = ""  # as it could be typed into psql


class Refused(Exception):  # noqa: N818
    """What the address asks for makes no sense; the text says why."""


def relation(table: Table) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)


def key_columns(table: Table) -> list[tuple[str, str]]:
    """The columns of the key with their types; the row's place where there is none."""
    if table.key:
        columns = [table.column(name) for name in table.key]
        return [(one.name, one.type) for one in columns if one is not None]
    return [(TID, "tid")] if table.has_tid else []


def cast(value: sql.Composable, type_text: str) -> sql.Composed:
    """`value::type`; the type's name comes from the server's format_type, which quotes it."""
    return sql.SQL("{}::{}").format(value, sql.SQL(_trusted(type_text)))


def _trusted(text: Any) -> LiteralString:
    """Text that PostgreSQL itself has quoted."""
    return cast_type("LiteralString", text)


def shown(column: ServerColumn) -> list[sql.Composable]:
    """What to select of a column: its text, and its length where it is cut."""
    name = sql.Identifier(column.name)
    if column.base in _SHORT or column.kind == "e":
        return [sql.SQL("{}").format(name), sql.SQL("null")]
    if column.base == "bytea":
        text: LiteralString = "'\\x' || encode(substring({0} from 1 for 24), 'hex')"
        return [sql.SQL(text).format(name), sql.SQL("octet_length({})").format(name)]
    cut: LiteralString = "left({0}::text, {1})"
    return [
        sql.SQL(cut).format(name, sql.Literal(CUT + 1)),
        sql.SQL("case when octet_length({0}::text) > {1} then length({0}::text) end").format(name, sql.Literal(CUT)),
    ]


def condition(table: Table, one: Filter) -> sql.Composable:
    """A filter as SQL, its value a literal that the server casts."""
    column = table.column(one.column)
    if not one.column:
        raise Refused("choose the column that is to be compared")
    if column is None:
        raise Refused(f'there is no column "{one.column}" to filter by')
    if one.operator not in OPERATORS:
        raise Refused(f'there is no filter "{one.operator}"')
    template = OPERATORS[one.operator][1]
    value = sql.Literal(one.value)
    # `=` of json does not exist; its text is compared
    name: sql.Composable = sql.Identifier(column.name)
    typed: sql.Composable = cast(value, column.type)
    if column.base in ("json", "xml") and one.operator not in WITHOUT_VALUE:
        name, typed = sql.SQL("{}::text").format(name), value
    return sql.SQL(template).format(column=name, value=typed, text=value)


def read_page(conn: Connection[TupleRow], table: Table, wanted: Wanted) -> Page:
    """The rows that the address asks for, with cursors to the pages around."""
    conditions = [condition(table, one) for one in wanted.filters]
    keys = key_columns(table)
    if not table.is_table and table.kind != "m":
        return _by_offset(conn, table, wanted, conditions)
    if not keys:
        return _by_offset(conn, table, wanted, conditions)
    if wanted.sort is not None and wanted.sort not in table.sortable:
        raise Refused(f'"{wanted.sort}" leads no index: sorting by it would read the whole table, which is large')
    return _by_key(conn, table, wanted, conditions, keys)


# ---------------------------------------------------------------------------------------------- by key


class _Section(Struct, frozen=True):
    """Rows with a value in the sort column, or those without: each is in the order of (value,) key."""

    null: bool
    order: tuple[tuple[str, str], ...]  # columns with types


def _sections(table: Table, wanted: Wanted, keys: Sequence[tuple[str, str]]) -> list[_Section]:
    column = table.column(wanted.sort) if wanted.sort else None
    if column is None or (table.key and column.name == table.key[0]):
        return [_Section(False, tuple(keys))]
    rest = tuple(one for one in keys if one[0] != column.name)
    found = [_Section(False, ((column.name, column.type), *rest))]
    if not column.not_null:
        found.append(_Section(True, rest))
    return found


def _by_key(
    conn: Connection[TupleRow],
    table: Table,
    wanted: Wanted,
    conditions: list[sql.Composable],
    keys: list[tuple[str, str]],
) -> Page:
    sections = _sections(table, wanted, keys)
    backwards = wanted.before is not None
    place = _cursor(wanted.before if backwards else wanted.after, sections)
    if backwards:
        sections = sections[::-1]
    if place is not None:
        sections = sections[[one.null for one in sections].index(place[0]) :]
    rows: list[tuple[_Section, Any]] = []
    first: sql.Composed | None = None
    for number, section in enumerate(sections):
        here = place[1] if place is not None and number == 0 else None
        statement = _statement(table, wanted, conditions, section, here, keys, backwards, PAGE + 1 - len(rows))
        first = first or statement
        rows += [(section, row) for row in conn.execute(statement).fetchall()]
        if len(rows) > PAGE:
            break
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards:
        rows.reverse()
    lines = tuple(_line(table, row, len(keys)) for _, row in rows)
    has_next = more if not backwards else True
    has_previous = more if backwards else place is not None
    after = _cursor_text(*rows[-1]) if rows and has_next else None
    before = _cursor_text(*rows[0]) if rows and has_previous else None
    if table.has_tid and not table.key:
        before = None  # going back would read the table to its start; the browser goes back by itself
    return Page(lines, after, before, first.as_string(conn) if first else "")


def _statement(
    table: Table,
    wanted: Wanted,
    conditions: list[sql.Composable],
    section: _Section,
    place: list[str] | None,
    keys: list[tuple[str, str]],
    backwards: bool,
    limit: int,
) -> sql.Composed:
    descending = wanted.descending != backwards
    sorted_column = wanted.sort is not None and len(section.order) > 0 and section.order[0][0] == wanted.sort
    where = list(conditions)
    if section.null and wanted.sort:
        where.append(sql.SQL("{} is null").format(sql.Identifier(wanted.sort)))
    elif sorted_column and (column := table.column(wanted.sort or "")) is not None and not column.not_null:
        where.append(sql.SQL("{} is not null").format(sql.Identifier(column.name)))
    if place is not None:
        names = sql.SQL(", ").join(_name(name) for name, _ in section.order)
        values = sql.SQL(", ").join(
            cast(sql.Literal(value), kind) for value, (_, kind) in zip(place, section.order, strict=True)
        )
        where.append(
            sql.SQL("({}) {} ({})").format(names, sql.SQL("<") if descending else sql.SQL(">"), values)
            if len(section.order) > 1
            else sql.SQL("{} {} {}").format(names, sql.SQL("<") if descending else sql.SQL(">"), values)
        )
    selected = [part for column in table.columns for part in shown(column)]
    selected += [sql.SQL("{}::text").format(_name(name)) for name, _ in (*keys, *section.order)]
    text = sql.SQL("select {} from {}").format(sql.SQL(", ").join(selected), relation(table))
    if where:
        text += sql.SQL(" where ") + sql.SQL(" and ").join(where)
    if not (len(section.order) == 1 and section.order[0][0] == TID):
        # A table read by place comes in its order anyway; asked for it, PostgreSQL would sort all of it.
        direction = sql.SQL(" desc") if descending else sql.SQL("")
        text += sql.SQL(" order by ") + sql.SQL(", ").join(
            sql.Identifier(table.name, name) + direction  # with the table: by itself it would name what is selected
            for name, _ in section.order
        )
    return text + sql.SQL(" limit {}").format(sql.Literal(limit))


def _name(name: str) -> sql.Composable:
    return sql.SQL("ctid") if name == TID else sql.Identifier(name)


def _line(table: Table, row: Any, keys: int) -> Line:
    cells = []
    for number in range(len(table.columns)):
        text, length = row[2 * number], row[2 * number + 1]
        cells.append(Cell(text, int(length) if length is not None else None))
    start = 2 * len(table.columns)
    return Line(tuple(cells), json.dumps(list(row[start : start + keys]), ensure_ascii=False) if keys else None)


def _cursor_text(section: _Section, row: Any) -> str:
    values = list(row[len(row) - len(section.order) :])
    return json.dumps([section.null, *values], ensure_ascii=False)


def _cursor(text: str | None, sections: Sequence[_Section]) -> tuple[bool, list[str]] | None:
    """What a cursor says: the section, and the values of the columns by which it is ordered."""
    if text is None:
        return None
    try:
        null, *values = json.loads(text)
    except (ValueError, TypeError):
        raise Refused("the address of this page is broken: begin with the first page") from None
    section = next((one for one in sections if one.null is null), None)
    if section is None or len(values) != len(section.order) or not all(isinstance(one, str) for one in values):
        raise Refused("the address of this page is of another order: begin with the first page")
    return null, values


# ---------------------------------------------------------------------------------------------- by counting


def _by_offset(conn: Connection[TupleRow], table: Table, wanted: Wanted, conditions: list[sql.Composable]) -> Page:
    """Views and tables without any key have no better way; it ends where counting gets slow."""
    offset = max(0, min(wanted.offset, _MAX_OFFSET))
    selected = [part for column in table.columns for part in shown(column)] or [sql.SQL("null")]
    text = sql.SQL("select {} from {}").format(sql.SQL(", ").join(selected), relation(table))
    if conditions:
        text += sql.SQL(" where ") + sql.SQL(" and ").join(conditions)
    text += sql.SQL(" limit {} offset {}").format(sql.Literal(PAGE + 1), sql.Literal(offset))
    rows = conn.execute(text).fetchall()
    more = len(rows) > PAGE and offset + PAGE <= _MAX_OFFSET
    lines = tuple(_line(table, row, 0) for row in rows[:PAGE])
    before = str(max(0, offset - PAGE)) if offset else None
    return Page(lines, str(offset + PAGE) if more else None, before, text.as_string(conn))
