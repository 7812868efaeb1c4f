"""Rows for a pair of schemas that both schemas permit, and whether they are there after the migration.

Takes a database made from the old schema and one from the new; gives the INSERTs for the old one. A row that the new
schema forbids can be kept by no tool, so that it would measure nothing. Every table gets two rows. The values of a
column are literals that the types of both schemas read: what CHECKs, bounds of partitions and enums name, what a
referenced table holds, and plain ones; as far as possible the two rows differ in every column, and NULL is taken only
where nothing else is. A row stands if the old database takes it, and, with the columns that both schemas have, the new
one (triggers are off: ALTER TABLE fires none). Tables that the new schema drops are asked the old one only. Where
no row is found, the reason is kept: a column that is new, NOT NULL and without a default, for example.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROWS = 2
_TRIES = 300
_STRING = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_PLAIN = (
    *("1", "2", "3", "a", "b", "c", "t", "f", "2024-01-01", "2024-02-02", "00:00", "01:00", "1 day", "2 days"),
    *("2024-01-01 00:00+00", "127.0.0.1", "127.0.0.2", "08:00:2b:01:02:03", "08:00:2b:01:02:04", "{}", "[]", "<a/>"),
    *("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002", "(1)", "(1,1)", "(2,2)"),
    *("(1,1,1)", "(1,1,1,1)", "(,)", "[1,2)", "[2,3)", "[2024-01-01,2024-01-02)", "{1}", "{2}", "{a}", "{b}"),
    *('{"a":1}', "[(1,1),(2,2)]", "<(1,1),2>", "1/1", "08:00:2b:01:02:03:04:05"),
)

Name = tuple[str, str]  # schema, table


class Renames(msgspec.Struct):
    """What the new schema says was called otherwise: old name → new."""

    schemas: dict[str, str] = msgspec.field(default_factory=dict)
    tables: dict[Name, str] = msgspec.field(default_factory=dict)
    columns: dict[tuple[str, str, str], str] = msgspec.field(default_factory=dict)

    def table(self, name: Name) -> Name:
        return self.schemas.get(name[0], name[0]), self.tables.get(name, name[1])

    def column(self, table: Name, name: str) -> str:
        return self.columns.get((*table, name), name)


class Chosen(msgspec.Struct):
    """INSERTs in order; `kept` is how many tables both schemas have, `empty` those without a row, and why."""

    inserts: list[str] = msgspec.field(default_factory=list)
    kept: int = 0
    filled: int = 0
    empty: dict[str, str] = msgspec.field(default_factory=dict)


class _Column(msgspec.Struct, frozen=True):
    name: str
    quoted: str
    type: str
    not_null: bool
    generated: bool


class _Table(msgspec.Struct):
    name: Name
    oid: int
    quoted: str
    columns: dict[str, _Column]
    literals: list[str]  # of its constraints and of the types of its columns
    tied: dict[str, list[str]]  # constraint, or "" for the bounds of a partition → the columns that it is about
    references: dict[str, tuple[str, str]]  # column → table and column, quoted


_TABLES = """
select c.oid, n.nspname, c.relname, c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace
where relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by c.oid
"""
_COLUMNS = """
select attname, quote_ident(attname), format_type(atttypid, atttypmod), attnotnull or typnotnull, attgenerated <> ''
from pg_attribute join pg_type t on t.oid = atttypid where attrelid = %s and attnum > 0 and not attisdropped
"""
_KINDS = """
select attname, quote_ident(attname), format_type(atttypid, atttypmod) || coalesce(
  (select string_agg(p.attname || format_type(p.atttypid, p.atttypmod), ',' order by p.attnum) from pg_attribute p
   where p.attrelid = t.typrelid and p.attnum > 0 and not p.attisdropped), '')
from pg_attribute a join pg_type t on t.oid = atttypid
where attrelid = %s and attnum > 0 and not attisdropped and attgenerated = ''
"""
_TIES = """
select contype::text, conname::text, pg_get_constraintdef(oid), confrelid::regclass::text,
  array(select attname::text from unnest(conkey) with ordinality u (n, o)
        join pg_attribute on attrelid = conrelid and attnum = n order by o),
  array(select quote_ident(attname) from unnest(confkey) with ordinality u (n, o)
        join pg_attribute on attrelid = confrelid and attnum = n order by o)
from pg_constraint where conrelid = %s and contype in ('c', 'f', 'u', 'p', 'x')
union all
select 'i', c.relname, '', '', array(select attname::text from pg_attribute where attrelid = c.oid), '{}'
from pg_index join pg_class c on c.oid = indexrelid where indrelid = %s and indisunique
"""
_BOUND = """
select pg_get_partition_constraintdef(oid) from pg_class where oid = %s and relispartition
"""
_TYPE_LITERALS = """
with recursive used (oid) as (
  select atttypid from pg_attribute where attrelid = %s and attnum > 0 and not attisdropped
  union select unnest(array[typbasetype, typelem]) from pg_type join used using (oid)
)
select quote_literal(enumlabel) from pg_enum join used on enumtypid = used.oid
union all select pg_get_constraintdef(c.oid) from pg_constraint c join used on contypid = used.oid where contype = 'c'
"""


def choose(old: psycopg.Connection[Any], new: psycopg.Connection[Any] | None, renames: Renames) -> Chosen:
    """Insert into both as far as both take it; without a new one, what the old one takes."""
    chosen = Chosen()
    tables = _tables(old)
    others = {} if new is None else _tables(new)
    for conn, several in ((old, tables), (new, others)):
        for one in several.values():
            if conn is not None:
                conn.execute(f"alter table {one.quoted} disable trigger user".encode())
    todo = dict.fromkeys(_parents_first(tables), ROWS)
    reasons: dict[Name, str] = {}
    for nulls in (False, True):
        for name in list(todo):
            other = others.get(renames.table(name))
            while todo[name]:
                found = _row(old, new, tables[name], other, renames, ROWS - todo[name], nulls=nulls)
                if isinstance(found, str):
                    reasons[name] = found
                    break
                chosen.inserts.append(found.sql)
                todo[name] -= 1
    for name, left in todo.items():
        if new is None or renames.table(name) in others:
            chosen.kept += 1
            chosen.filled += left < ROWS
            if left == ROWS:
                chosen.empty[tables[name].quoted] = reasons[name]
    return chosen


# ---------------------------------------------------------------------------------------------- what is there


def _tables(conn: psycopg.Connection[Any]) -> dict[Name, _Table]:
    found: dict[Name, _Table] = {}
    for oid, schema, name, quoted in conn.execute(_TABLES).fetchall():
        columns = {row[0]: _Column(*row) for row in conn.execute(_COLUMNS, [oid]).fetchall()}
        table = _Table((schema, name), oid, quoted, columns, [], {}, {})
        texts = [row[0] for row in conn.execute(_TYPE_LITERALS, [oid]).fetchall()]
        for kind, constraint, text, target, mine, theirs in conn.execute(_TIES, [oid, oid]).fetchall():
            table.tied[constraint] = mine
            if kind == "c":
                texts.append(text)
            elif kind == "f":
                table.references |= {one: (target, other) for one, other in zip(mine, theirs, strict=True)}
        for (text,) in conn.execute(_BOUND, [oid]).fetchall():
            texts.append(text or "")
            table.tied[""] = [one for one in columns if one in (text or "")]
        table.literals = [*dict.fromkeys(literal for text in texts for literal in _literals(text))]
        found[schema, name] = table
    return found


def _literals(text: str) -> Iterator[str]:
    """The constants of an expression, and the numbers beside them."""
    for found in _STRING.finditer(text):
        yield found[1].replace("''", "'")
        yield found[1].strip("%^$").replace("''", "'")
    for found in _NUMBER.finditer(text):
        number = float(found[0])
        for near in (number, number + 1, number - 1):
            yield str(int(near)) if near == int(near) else str(near)


def _parents_first(tables: Mapping[Name, _Table]) -> list[Name]:
    by_quoted = {one.quoted: name for name, one in tables.items()}
    done: dict[Name, None] = {}

    def visit(name: Name, above: tuple[Name, ...]) -> None:
        for target, _column in tables[name].references.values():
            if target in by_quoted and by_quoted[target] not in (*above, name):
                visit(by_quoted[target], (*above, name))
        done.setdefault(name)

    for name in tables:
        visit(name, ())
    return list(done)


# ---------------------------------------------------------------------------------------------- one row


class _Insert(msgspec.Struct):
    sql: str


class _Problem(msgspec.Struct):
    """Why a row is not taken; `about` are the columns that the violated constraint is about."""

    why: str
    about: list[str] = []
    final: bool = False


def _row(
    old: psycopg.Connection[Any],
    new: psycopg.Connection[Any] | None,
    table: _Table,
    other: _Table | None,
    renames: Renames,
    number: int,
    *,
    nulls: bool,
) -> _Insert | str:
    """The first row that both take; or why there is none."""
    columns = [one for one in table.columns.values() if not one.generated]
    twins = {one.name: _twin(one, table, other, renames) for one in columns}
    values: dict[str, list[str | None]] = {}
    for one in columns:
        pool = _pool(old, new, table, other, one, twins[one.name])
        start = number % len(pool) if pool else 0
        found: list[str | None] = [*pool[start:], *pool[:start]]
        twin = twins[one.name]
        if not found or (nulls and not one.not_null and not (twin and twin.not_null)):
            found.append(None)
        values[one.name] = found
    row = {name: found[0] for name, found in values.items()}
    others: dict[tuple[str, ...], Iterator[tuple[str | None, ...]]] = {}
    reason = ""
    for _try in range(_TRIES):
        found_row = _attempt(old, new, table, other, columns, twins, row)
        if isinstance(found_row, _Insert):
            return found_row
        reason = reason or found_row.why
        # the next values of the columns that it is about, the others as they are
        about = tuple(one for one in found_row.about if one in values) or tuple(values)
        following = next(others.setdefault(about, itertools.product(*(values[one] for one in about))), None)
        if following is None or found_row.final:
            return reason
        row |= dict(zip(about, following, strict=True))
    return reason


def _twin(column: _Column, table: _Table, other: _Table | None, renames: Renames) -> _Column | None:
    if other is None:
        return None
    return other.columns.get(renames.column(table.name, column.name))


def _pool(
    old: psycopg.Connection[Any],
    new: psycopg.Connection[Any] | None,
    table: _Table,
    other: _Table | None,
    column: _Column,
    twin: _Column | None,
) -> list[str]:
    """Literals that both types read, those that the schemas name first."""
    found: list[str] = []
    if column.name in table.references:
        target, key = table.references[column.name]
        query = f"select distinct {key}::text from {target} where {key} is not null order by 1"
        found += [row[0] for row in old.execute(query.encode()).fetchall()]
    found += table.literals
    if other is not None:
        found += other.literals
    found = [*dict.fromkeys([*found, *_PLAIN])]
    for conn, one in ((old, column), (new, twin)):
        if conn is not None and one is not None:
            query = (
                "select x from unnest(%s::text[]) with ordinality u (x, n) where pg_input_is_valid(x, %s) order by n"
            )
            try:
                found = [row[0] for row in conn.execute(query, [found, one.type]).fetchall()]
            except psycopg.Error:  # a type whose input gives up hard
                return []
    return found[:12]


def _attempt(
    old: psycopg.Connection[Any],
    new: psycopg.Connection[Any] | None,
    table: _Table,
    other: _Table | None,
    columns: list[_Column],
    twins: Mapping[str, _Column | None],
    row: Mapping[str, str | None],
) -> _Insert | _Problem:
    text = _insert(table.quoted, {one.quoted: row[one.name] for one in columns})
    both = {name: twin for name, twin in twins.items() if twin is not None and not twin.generated}
    problem = None
    try:
        with old.transaction():
            if not old.execute(text.encode()).rowcount:
                return _Problem("the old schema lets no row through", final=True)
            if new is not None and other is not None:
                values = {twin.quoted: row[name] for name, twin in both.items()}
                problem = _refusal(new, _insert(other.quoted, values), other, {one.name: n for n, one in both.items()})
            if problem is not None:
                raise psycopg.Rollback
    except psycopg.Error as error:
        why = f"the old schema: {error.sqlstate} {str(error).splitlines()[0]}"
        return _Problem(why, table.tied.get(error.diag.constraint_name or "", []))
    return problem or _Insert(text)


def _refusal(new: psycopg.Connection[Any], text: str, table: _Table, names: Mapping[str, str]) -> _Problem | None:
    """Why the new database does not take a row; `names` are those of its columns in the old one."""
    try:
        with new.transaction():
            new.execute(text.encode())
    except psycopg.Error as error:
        column = error.diag.column_name
        if error.sqlstate == "23502" and column not in names:
            return _Problem(f"no row: column {column} is new, NOT NULL and has no default", final=True)
        about = [names[one] for one in table.tied.get(error.diag.constraint_name or "", []) if one in names]
        return _Problem(f"the new schema: {error.sqlstate} {str(error).splitlines()[0]}", about)
    return None


def _insert(table: str, row: Mapping[str, str | None]) -> str:
    if not row:
        return f"insert into {table} default values"
    values = ", ".join("null" if value is None else "'" + value.replace("'", "''") + "'" for value in row.values())
    return f"insert into {table} ({', '.join(row)}) overriding system value values ({values})"


# ---------------------------------------------------------------------------------------------- are they there?

Contents = dict[Name, dict[str, tuple[str, list[str | None]]]]  # table → column → its type, its values in order


def rows_of(conn: psycopg.Connection[Any]) -> Contents:
    """What the tables hold. The column "" stands for the rows themselves."""
    found: Contents = {}
    for oid, schema, name, quoted in conn.execute(_TABLES).fetchall():
        row = conn.execute(f"select count(*) from only {quoted}".encode()).fetchone()
        table: dict[str, tuple[str, list[str | None]]] = {"": ("", [None] * (row[0] if row else 0))}
        for column, word, kind in conn.execute(_KINDS, [oid]).fetchall():
            query = f'select {word}::text collate "C" from only {quoted} where {word} is not null order by 1'
            table[column] = kind, [one[0] for one in conn.execute(query.encode()).fetchall()]
        found[schema, name] = table
    return found


def lost(before: Contents, after: Contents, renames: Renames) -> str | None:
    """What is gone: a row of a table that both have, a value of a column that both have, or what it was."""
    for table, old in before.items():
        new = after.get(renames.table(table))
        if new is None:
            continue
        for column, (kind, values) in old.items():
            name = renames.column(table, column)
            if name not in new:
                continue
            other, kept = new[name]
            where = ".".join([*table, *([column] if column else [])])
            if len(kept) < len(values):
                return f"{where} had {len(values)} values and has {len(kept)}"
            if kind == other and kept != values:
                return f"{where} held {values} and holds {kept}"
    return None
