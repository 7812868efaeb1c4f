"""Pages about rows: the tables of the database, a page of rows, one row with its form, and the changes that wait.

Takes an `Ask`, gives a page. A form that changes something only puts a `Change` on the list and tries it in a
transaction that is taken back; `/changes` shows it as SQL, and there it is committed or given up.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

import psycopg
from msgspec import Struct
from msgspec.structs import replace
from psycopg import sql
from starlette.responses import Response

from querygen.studio import changes
from querygen.studio.browse import (
    OPERATORS,
    WITHOUT_VALUE,
    Filter,
    Refused,
    Wanted,
    cast,
    key_columns,
    read_page,
    relation,
)
from querygen.studio.fields import Field, Mode, Refers, column_field, read
from querygen.studio.structure import TID, ForeignKey, ServerColumn, Table, list_relations, read_table
from querygen.studio.view import Ask, NotFound, goto, many, to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection
    from psycopg.rows import TupleRow

MAX_EDITED: Final = 256 * 1024  # characters of a value that a form can hold
_FILTERS: Final = 8
_OFFERED: Final = 100  # values of another table that a foreign key's field offers
_FLAT: Final = {"{\n}": "{}", "[\n]": "[]"}  # what jsonb_pretty makes of nothing


class Row(Struct, frozen=True):
    """A row as it is there: texts and, of what is too long to be edited, lengths."""

    key: tuple[tuple[str, str, str], ...]
    version: str
    texts: dict[str, str | None]
    lengths: dict[str, int]


def data(ask: Ask) -> Response:
    """Every table of the database, with how many rows PostgreSQL thinks it has."""
    words = ask.query.get("filter", "").lower().split()
    with ask.database.connections.connection() as conn:
        found = list_relations(conn)
    shown = [one for one in found if all(word in f"{one.schema}.{one.name}".lower() for word in words)]
    declared = {(ask.project.analysis.catalog.namespace_name(one.namespace), one.name) for one in ask.project.tables}
    history = ask.database.place.table
    return ask.page(
        "data",
        "Data",
        "data",
        relations=shown,
        total=len(found),
        declared=declared | {(history.schema, history.name)},
        filter=ask.query.get("filter", ""),
    )


def _table(ask: Ask, conn: Connection[TupleRow]) -> Table:
    schema, name = ask.query.get("s", "public"), ask.query.get("t", "")
    found = read_table(conn, schema, name) if name and "\0" not in schema + name else None
    if found is None:
        raise NotFound(f'The database has no table "{schema}.{name}" that this role may read.')
    return found


# ---------------------------------------------------------------------------------------------- a page of rows


def _wanted(ask: Ask) -> Wanted:
    columns, operators, values = ask.listed("c"), ask.listed("o"), ask.listed("v")
    values += [""] * (len(columns) - len(values))
    operators += ["eq"] * (len(columns) - len(operators))
    filters = tuple(
        Filter(column, operator, value)
        for column, operator, value in zip(columns, operators, values, strict=False)
        if column or value or operator in WITHOUT_VALUE
    )[:_FILTERS]
    offset = ask.query.get("offset", "0")
    return Wanted(
        filters,
        ask.query.get("sort") or None,
        ask.query.get("desc") == "1",
        ask.query.get("after"),
        ask.query.get("before"),
        int(offset) if offset.isdecimal() and len(offset) < 9 else 0,
    )


def table(ask: Ask) -> Response:
    """Rows, with filters, an order, and the way to the next page."""
    with ask.database.connections.connection() as conn:
        found = _table(ask, conn)
        wanted = _wanted(ask)
        problem, page = "", None
        try:
            page = read_page(conn, found, wanted)
        except Refused as refused:
            problem = str(refused)
        except psycopg.Error as refused:
            problem = refused.diag.message_primary or str(refused).splitlines()[0]
            if refused.diag.sqlstate == "57014":
                problem = "PostgreSQL took longer than --statement-timeout allows: filter by a column with an index."
    staged = {one.row[2] for one in ask.studio.staged.changes if one.row[:2] == (found.schema, found.name)}
    return ask.page(
        "rows",
        found.name,
        "data",
        status=200 if page is not None else 422,
        table=found,
        page=page,
        problem=problem,
        wanted=wanted,
        operators=OPERATORS,
        without_value=WITHOUT_VALUE,
        references=_references(found),
        staged_keys={json.dumps(list(one), ensure_ascii=False) for one in staged},
        address=_address(found, wanted),
        pages=_pages(found, wanted, page.previous if page else None, page.next if page else None),
    )


def _query(found: Table, wanted: Wanted) -> list[tuple[str, str]]:
    given = [("s", found.schema), ("t", found.name)]
    for one in wanted.filters:
        given += [("c", one.column), ("o", one.operator), ("v", one.value)]
    return given


def _address(found: Table, wanted: Wanted) -> str:
    """The page without an order; what a heading adds sorts it."""
    from urllib.parse import urlencode

    return "/data/table?" + urlencode(_query(found, wanted))


def _pages(found: Table, wanted: Wanted, previous: str | None, following: str | None) -> dict[str, str]:
    from urllib.parse import urlencode

    order = [("sort", wanted.sort)] if wanted.sort else []
    order += [("desc", "1")] if wanted.descending else []
    base = [*_query(found, wanted), *order]
    by_key = found.is_table or found.kind == "m"
    by_key = by_key and bool(key_columns(found))
    links = {}
    if wanted.after or wanted.before or wanted.offset:
        links["first"] = "/data/table?" + urlencode(base)
    if previous is not None:
        links["previous"] = "/data/table?" + urlencode([*base, ("before" if by_key else "offset", previous)])
    if following is not None:
        links["next"] = "/data/table?" + urlencode([*base, ("after" if by_key else "offset", following)])
    return links


def _references(found: Table) -> dict[str, ForeignKey]:
    """The foreign keys of one column, by that column: its values are links."""
    return {one.columns[0]: one for one in found.outgoing if len(one.columns) == 1}


# ---------------------------------------------------------------------------------------------- one row


def _key(found: Table, text: str) -> tuple[tuple[str, str, str], ...]:
    """The key that an address or a form names, with the columns' types."""
    columns = key_columns(found)
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not columns or not isinstance(values, list) or len(values) != len(columns):
        raise NotFound("The address names no row.")
    if not all(isinstance(one, str) and "\0" not in one for one in values):
        raise NotFound("The address names no row.")
    return tuple((name, kind, value) for (name, kind), value in zip(columns, values, strict=True))


def _row(conn: Connection[TupleRow], found: Table, key: tuple[tuple[str, str, str], ...]) -> Row | None:
    selected: list[sql.Composable] = []
    for column in found.columns:
        name = sql.Identifier(column.name)
        if column.base == "jsonb":
            text: sql.Composable = sql.SQL("jsonb_pretty({})").format(name)
        else:
            text = sql.SQL("{}::text").format(name)
        selected.append(
            sql.SQL("case when octet_length({0}) <= {1} then {0} end").format(text, sql.Literal(MAX_EDITED))
        )
        selected.append(sql.SQL("octet_length({})").format(text))
    conditions = [
        sql.SQL("{} = {}").format(
            sql.SQL("ctid") if name == TID else sql.Identifier(name), cast(sql.Literal(value), kind)
        )
        for name, kind, value in key
    ]
    version = sql.SQL("xmin::text") if found.is_table else sql.SQL("''")
    statement = sql.SQL("select {} from {} where {}").format(
        sql.SQL(", ").join([version, *selected]), relation(found), sql.SQL(" and ").join(conditions)
    )
    values: Any = conn.execute(statement).fetchone()
    if values is None:
        return None
    texts: dict[str, str | None] = {}
    lengths = {}
    for number, column in enumerate(found.columns):
        text_value, length = values[1 + 2 * number], values[2 + 2 * number]
        texts[column.name] = _FLAT.get(text_value, text_value) if column.base == "jsonb" else text_value
        if text_value is None and length is not None:
            lengths[column.name] = int(length)
    return Row(key, str(values[0]), texts, lengths)


def row(ask: Ask) -> Response:
    """One row: its values whole, what it refers to, what refers to it, and a form to change it."""
    with ask.database.connections.connection() as conn:
        found = _table(ask, conn)
        key = _key(found, ask.query.get("key", ""))
        there = _row(conn, found, key)
        if there is None:
            raise NotFound(f'The row is not in "{found.name}" any more.')
        return _row_page(ask, conn, found, there)


def _row_page(ask: Ask, conn: Connection[TupleRow], found: Table, there: Row) -> Response:
    waiting = _waiting(ask, found, there.key)
    pending = {one.column: one.text for one in waiting.values} if waiting is not None else {}
    refers = _refers(conn, found)
    fields = [_refilled(_field(one, there, refers.get(one.name)), pending) for one in found.columns]
    return ask.page(
        "row",
        f"{found.name}: a row",
        "data",
        table=found,
        fields=fields,
        key=json.dumps([value for _, _, value in there.key], ensure_ascii=False),
        version=there.version,
        outgoing=[_outgoing(one, there) for one in found.outgoing],
        incoming=[_incoming(one, there) for one in found.incoming],
        may_edit=ask.studio.write and found.identified and found.may_update,
        may_delete=ask.studio.write and found.identified and found.may_delete,
        pending=pending,
        waiting=waiting,
    )


def _waiting(ask: Ask, found: Table, key: tuple[tuple[str, str, str], ...]) -> changes.Change | None:
    mine = (found.schema, found.name, tuple(value for _, _, value in key))
    return next((one for one in ask.studio.staged.changes if one.row == mine and one.kind != "insert"), None)


def _field(column: ServerColumn, there: Row, refers: Refers | None = None) -> Field:
    length = there.lengths.get(column.name)
    return column_field(column, there.texts[column.name], new=False, length=length, refers=refers)


def _refers(conn: Connection[TupleRow], found: Table) -> dict[str, Refers]:
    """Of each column that is a foreign key: of which table, and the first of its values."""
    told: dict[str, Refers] = {}
    for one in found.outgoing:
        for name, other in zip(one.columns, one.other_columns, strict=True):
            told.setdefault(name, Refers(one.schema, one.table, other))
    for name in _references(found):
        told[name] = _with_values(conn, told[name])
    return told


def _with_values(conn: Connection[TupleRow], refers: Refers) -> Refers:
    """What a foreign key can refer to: read along the index that it needs there; nothing, where that is forbidden."""
    statement = sql.SQL("select t.{0}::text from {1} as t order by t.{0} limit {2}").format(
        sql.Identifier(refers.column), sql.Identifier(refers.schema, refers.table), sql.Literal(_OFFERED + 1)
    )
    try:
        values = tuple(str(value) for (value,) in conn.execute(statement).fetchall() if value is not None)
    except psycopg.errors.InsufficientPrivilege:
        return refers
    return replace(refers, values=values[:_OFFERED], more=len(values) > _OFFERED)


def _refilled(field: Field, pending: Mapping[str, str | None]) -> Field:
    """With the value that waits to be committed, so that it can be changed again."""
    if field.name not in pending:
        return field
    text = pending[field.name]
    mode = Mode.NULL if text is None else Mode.VALUE
    return replace(field, value=text, mode=Mode.EMPTY if text == "" and Mode.EMPTY in field.modes else mode)


def _outgoing(one: ForeignKey, there: Row) -> tuple[ForeignKey, str | None]:
    """A foreign key with the address of the row it refers to; none where it is NULL."""
    values = [there.texts.get(name) for name in one.columns]
    if any(value is None for value in values):
        return one, None
    return one, _filtered(one.schema, one.table, one.other_columns, values)


def _incoming(one: ForeignKey, there: Row) -> tuple[ForeignKey, str | None]:
    """A foreign key of another table, with the address of its rows that refer here."""
    values = [there.texts.get(name) for name in one.columns]
    if any(value is None for value in values):
        return one, None
    return one, _filtered(one.schema, one.table, one.other_columns, values)


def _filtered(schema: str, name: str, columns: tuple[str, ...], values: list[str | None]) -> str:
    from urllib.parse import urlencode

    given = [("s", schema), ("t", name)]
    for column, value in zip(columns, values, strict=True):
        given += [("c", column), ("o", "eq"), ("v", value or "")]
    return "/data/table?" + urlencode(given)


def cell(ask: Ask) -> Response:
    """A value whole, as a file: bytea as its bytes, anything else as text."""
    with ask.database.connections.connection() as conn:
        found = _table(ask, conn)
        key = _key(found, ask.query.get("key", ""))
        column = found.column(ask.query.get("column", ""))
        if column is None:
            raise NotFound("There is no such column.")
        text = _whole(conn, found, key, column)
    if text is None:
        raise NotFound("The value is NULL, or its row is gone.")
    is_bytes = column.base == "bytea"
    body = bytes.fromhex(text.removeprefix("\\x")) if is_bytes else text.encode()
    kind = "application/octet-stream" if is_bytes else "text/plain; charset=utf-8"
    name = "value.bin" if is_bytes else "value.txt"
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _whole(
    conn: Connection[TupleRow], found: Table, key: tuple[tuple[str, str, str], ...], column: ServerColumn
) -> str | None:
    conditions = [
        sql.SQL("{} = {}").format(
            sql.SQL("ctid") if name == TID else sql.Identifier(name), cast(sql.Literal(value), kind)
        )
        for name, kind, value in key
    ]
    text = sql.SQL("select {}::text from {} where {}").format(
        sql.Identifier(column.name), relation(found), sql.SQL(" and ").join(conditions)
    )
    values = conn.execute(text).fetchone()
    return None if values is None or values[0] is None else str(values[0])


# ---------------------------------------------------------------------------------------------- changes


def _must_write(ask: Ask) -> None:
    if not ask.studio.write:
        raise Refused("this studio only reads: start it with --write to change rows")


def new(ask: Ask) -> Response:
    """The form of a new row."""
    _must_write(ask)
    with ask.database.connections.connection() as conn:
        found = _table(ask, conn)
        if not found.is_table:
            raise Refused(f'"{found.name}" is no table: rows are inserted into what it reads')
        again = _insertion(ask, found, ask.query.get("again", ""))
        given = {one.column: one.text for one in again.values} if again is not None else {}
        refers = _refers(conn, found)
        fields = [
            _refilled(column_field(one, None, new=True, refers=refers.get(one.name)), given) for one in found.columns
        ]
    return _new_page(ask, found, fields, again.mark if again is not None else "")


def _insertion(ask: Ask, found: Table, mark: str) -> changes.Change | None:
    """The insertion that waits under this mark."""
    mine = (one for one in ask.studio.staged.changes if mark and one.mark == mark)
    return next((one for one in mine if (one.schema, one.table) == (found.schema, found.name)), None)


def _new_page(
    ask: Ask, found: Table, fields: list[Field], again: str, problems: Mapping[str, str] | None = None
) -> Response:
    return ask.page(
        "new",
        f"{found.name}: a new row",
        "data",
        422 if problems else 200,
        table=found,
        fields=fields,
        again=again,
        problems=problems or {},
    )


def insert(ask: Ask) -> Response:
    """Put a new row on the list of changes, or in the place of one that was edited again."""
    _must_write(ask)
    with ask.database.connections.connection() as conn:
        found = _table(ask, conn)
        values = []
        problems = {}
        fields = []
        for column in found.columns:
            field = column_field(column, None, new=True)
            given = read(ask.form, field)
            fields.append(field if given is None else replace(field, value=given.text, mode=given.mode))
            if given is None or given.mode is Mode.DEFAULT or not column.writable:
                continue
            if given.mode is Mode.VALUE and given.text == "" and Mode.EMPTY in field.modes:
                problems[column.name] = "It cannot be NULL and has no default: give a value, or choose the empty text."
            values.append(changes.Given(column.name, column.type, given.text))
        again = ask.form.get("again", "")
        if problems:
            refers = _refers(conn, found)
            return _new_page(ask, found, [replace(one, refers=refers.get(one.name)) for one in fields], again, problems)
        returning = tuple(name for name, _ in key_columns(found))
        mark = secrets.token_hex(4)
        change = changes.Change("insert", found.schema, found.name, tuple(values), returning=returning, mark=mark)
        return _stage(ask, conn, change, instead=_insertion(ask, found, again))


def update(ask: Ask) -> Response:
    """Put what differs from the row on the list of changes."""
    _must_write(ask)
    with ask.database.connections.connection() as conn:
        found = _table(ask, conn)
        key = _key(found, ask.form.get("key", ""))
        there = _row(conn, found, key)
        if there is None:
            raise NotFound(f'The row is not in "{found.name}" any more.')
        if there.version != ask.form.get("version"):
            raise Refused("the row was changed meanwhile: load it again")
        waiting = _waiting(ask, found, key)
        values = {one.column: one for one in waiting.values} if waiting is not None else {}
        for column in found.columns:
            field = _field(column, there)
            given = read(ask.form, field)
            if given is None or field.fixed:
                continue
            if given.text != there.texts[column.name]:
                values[column.name] = changes.Given(column.name, column.type, given.text)
            else:
                values.pop(column.name, None)
        address = to("/data/row", s=found.schema, t=found.name, key=ask.form.get("key", ""))
        if waiting is not None:
            _forget(ask, waiting)
        if not values:
            ask.studio.notices.append("Nothing was changed in the form.")
            return goto(address)
        before = tuple((name, there.texts[name]) for name in values)
        given_values = tuple(values.values())
        change = changes.Change("update", found.schema, found.name, given_values, key, there.version, before=before)
        return _stage(ask, conn, change)


def _forget(ask: Ask, change: changes.Change) -> None:
    staged = ask.studio.staged
    with staged.lock:
        staged.changes[:] = [one for one in staged.changes if one is not change]


def delete(ask: Ask) -> Response:
    """Put the deletion of a row on the list of changes."""
    _must_write(ask)
    with ask.database.connections.connection() as conn:
        found = _table(ask, conn)
        key = _key(found, ask.form.get("key", ""))
        there = _row(conn, found, key)
        if there is None:
            raise NotFound(f'The row is not in "{found.name}" any more.')
        if there.version != ask.form.get("version"):
            raise Refused("the row was changed meanwhile: load it again")
        before = tuple((column.name, there.texts[column.name]) for column in found.columns)
        change = changes.Change("delete", found.schema, found.name, (), key, there.version, before=before)
        return _stage(ask, conn, change)


def _stage(
    ask: Ask, conn: Connection[TupleRow], change: changes.Change, *, instead: changes.Change | None = None
) -> Response:
    if any("\0" in (one.text or "") for one in change.values):
        raise Refused("PostgreSQL's text has no character NUL (0x00), and a value holds one")
    staged = ask.studio.staged
    with staged.lock:
        if instead in staged.changes:
            staged.changes[staged.changes.index(instead)] = change
        else:
            staged.changes[:] = changes.merged(staged.changes, change)
        staged.trial = changes.run(conn, staged.changes, commit=False)
    return goto("/changes")


def waiting(ask: Ask) -> Response:
    """What waits to be committed: as SQL, with what a trial run of it did."""
    staged = ask.studio.staged
    with staged.lock:
        listed = [(number, one, changes.text_of(one), _again(one)) for number, one in enumerate(staged.changes)]
        trial = staged.trial
    return ask.page("changes", "Changes", "changes", changes=listed, trial=trial)


def _again(change: changes.Change) -> str | None:
    """The form that a change came from, as it was filled in; a deletion had none."""
    if change.kind == "insert":
        return to("/data/new", s=change.schema, t=change.table, again=change.mark)
    return _row_of(change) if change.kind == "update" else None


def _row_of(change: changes.Change) -> str | None:
    """The address of the row that a change is about; a new one has none yet."""
    if change.kind == "insert":
        return None
    key = json.dumps([value for _, _, value in change.key], ensure_ascii=False)
    return to("/data/row", s=change.schema, t=change.table, key=key)


def commit(ask: Ask) -> Response:
    """Run the changes for good, all or none."""
    _must_write(ask)
    staged = ask.studio.staged
    with staged.lock, ask.database.connections.connection() as conn:
        if not staged.changes:
            return goto("/changes")
        # What is committed is what was looked at: a change from another tab in between would not be.
        if ask.form.get("count") != str(len(staged.changes)):
            ask.studio.notices.append("The list has changed since the page was loaded: look at it again.")
            return goto("/changes")
        trial = changes.run(conn, staged.changes, commit=True)
        if trial.problem is not None:
            staged.trial = trial
            ask.studio.notices.append("Nothing was committed.")
            return goto("/changes")
        done, staged.changes[:], staged.trial = staged.changes[:], [], None
    ask.studio.notices.append(f"Committed: {many(len(done), 'change')}.")
    last, keys = done[-1], trial.keys[-1]
    key = json.dumps(list(keys)) if keys else None
    if last.kind == "update" and not {one.column for one in last.values} & {name for name, _, _ in last.key}:
        key = None if last.key[0][0] == TID else json.dumps([value for _, _, value in last.key], ensure_ascii=False)
    if key is not None and not (last.returning and last.returning[0] == TID):
        return goto(to("/data/row", s=last.schema, t=last.table, key=key))
    return goto(to("/data/table", s=last.schema, t=last.table))


def discard(ask: Ask) -> Response:
    """Give up one change, or all of them."""
    staged = ask.studio.staged
    which = ask.form.get("which", "all")
    with staged.lock:
        last = staged.changes[-1] if staged.changes else None
        if which == "all":
            staged.changes.clear()
            staged.trial = None
        elif which.isdecimal() and int(which) < len(staged.changes):
            last = staged.changes.pop(int(which))
            staged.trial = None
            if staged.changes:
                with ask.database.connections.connection() as conn:
                    staged.trial = changes.run(conn, staged.changes, commit=False)
    left = len(staged.changes)
    if not left:
        said = "Taken back: the database is as it was."
    else:
        said = f"Taken back. {many(left, 'other change')} still {'waits' if left == 1 else 'wait'}, not committed yet."
    ask.studio.notices.append(said)
    if staged.changes or last is None:
        return goto("/changes")
    return goto(_row_of(last) or to("/data/table", s=last.schema, t=last.table))
