"""`querygen scaffold TABLE`: a query file for a table, written once, for the user to own.

Takes the configuration and the name of a table; gives the file written and the names of queries that were left out
because there are queries of that name. What a column may do is read from the schema: keys, defaults, identity and
generated columns. A file that exists is never touched.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from querygen.analyze.nullability_expr import domain_not_null
from querygen.analyze.typename import quote_identifier
from querygen.catalog.serving import fills
from querygen.diagnostics import DiagnosticError, error
from querygen.pipeline import load_catalog, load_queries
from querygen.render import naming
from querygen.singular import singular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Relation
    from querygen.config import Config
    from querygen.diagnostics import Diagnostic

NO_TABLE: Final = "QG008"
IN_THE_WAY: Final = "QG009"

_TABLES: Final = frozenset("rpf")
_STAMPS: Final = frozenset({"updated_at", "modified_at", "changed_at"})  # set by a change, where the default is now()
_ARGUMENTS: Final = frozenset({"limit", "offset", "sort", "after"})  # of the lists themselves
_WIDTH: Final = 90
_MOST_SORTS: Final = 6
_NOT_SORTED: Final = frozenset("BAPX")  # typcategory: booleans, arrays, pseudo-types, unknown
_NO_ORDER: Final = frozenset({"json", "jsonb", "tsvector", "tsquery", "xml"})  # none that a reader would want
_FILTERED: Final = frozenset("BE")  # booleans and enums


class Written(NamedTuple):
    path: Path
    queries: tuple[str, ...]
    left_out: tuple[str, ...]  # there are queries of these names


class _Table(NamedTuple):
    """What the queries are made of."""

    catalog: Catalog
    relation: Relation
    name: str  # as it is written in SQL
    one: str  # User
    many: str  # Users

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.relation.live_columns

    @property
    def key(self) -> tuple[Column, ...]:
        """The primary key, else the shortest key of NOT NULL columns."""
        return next(iter(self.unique_keys()), ())

    def unique_keys(self) -> list[tuple[Column, ...]]:
        found = []
        by_name = {one.name: one for one in self.columns}
        for index in sorted(self.catalog.indexes_of(self.relation.oid), key=lambda one: not one.primary):
            names = [one.name for one in index.columns]
            columns = [by_name[name] for name in names if name is not None and name in by_name]
            whole = len(columns) == len(names) and index.predicate is None and index.predicate_sql is None
            if index.unique and whole and all(one.not_null for one in columns):
                found.append(tuple(columns))
        return [found[0], *sorted(found[1:], key=len)] if found else []


def scaffold_table(config: Config, wanted: str, target: Path | None = None) -> Written:
    """Write the query file. Raises DiagnosticError for a table that is not there, and for a file that is."""
    problems: list[Diagnostic] = []
    catalog = load_catalog(config, problems)
    if problems and (first := next((one for one in problems if one.severity.value == "error"), None)):
        raise DiagnosticError(first)
    table = _find(catalog, wanted)
    path = target if target is not None else _folder(config) / f"{naming.snake(table.relation.name)}.sql"
    shown = os.path.relpath(path)
    if path.exists():
        hint = "Move it away, or name another file with --to."
        raise DiagnosticError(error(IN_THE_WAY, f"{shown} exists already", hint=hint))
    known = {one.name for one in load_queries(config, catalog, [])}
    queries = [(name, text) for name, text in _queries(table) if name not in known]
    left_out = tuple(name for name, _ in _queries(table) if name in known)
    if not queries:
        raise DiagnosticError(error(IN_THE_WAY, f"there are queries of all names that {shown} would have"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:  # a file that came up meanwhile is not touched either
        file.write("\n".join(text for _, text in queries))
    return Written(Path(shown), tuple(name for name, _ in queries), left_out)


def _folder(config: Config) -> Path:
    """The first folder that queries are read from."""
    for one in config.queries:
        path = config.root / one
        if path.is_dir():
            return path
        if path.parent.is_dir() and not any(sign in str(path.parent) for sign in "*?["):
            return path.parent
    return config.root


def _find(catalog: Catalog, wanted: str) -> _Table:
    schema, _, name = wanted.rpartition(".")
    oid = catalog.relation_oid(name, schema or None)
    relation = catalog.find_relation(oid) if oid is not None else None
    if relation is None:
        tables = [one.name for one in catalog.relations() if one.kind in _TABLES]
        close = difflib.get_close_matches(name, tables, 1, 0.6)
        hint = f"Did you mean {close[0]}?" if close else f"The schema has: {', '.join(sorted(tables))}."
        raise DiagnosticError(error(NO_TABLE, f'there is no table "{wanted}"', hint=hint))
    if relation.kind not in _TABLES:
        message = f'"{wanted}" is no table'
        raise DiagnosticError(error(NO_TABLE, message, hint="Write the queries of a view by hand."))
    written = quote_identifier(relation.name)
    if catalog.relation_oid(relation.name) != relation.oid:
        written = f"{quote_identifier(catalog.namespace_name(relation.namespace))}.{written}"
    one = naming.query_camel(singular(relation.name))
    plain = naming.query_camel(relation.name)
    return _Table(catalog, relation, written, one, plain if plain != one else _plural(one))


def _plural(name: str) -> str:
    from pluralizer import Pluralizer

    make: Callable[[], Any] = Pluralizer  # its methods are not all annotated
    found: str = make().plural(name)
    return found if found != name else f"All{name}"


# ---------------------------------------------------------------------------------------------- queries


def _queries(table: _Table) -> list[tuple[str, str]]:
    made: Iterable[tuple[str, str, str, list[str]] | None] = (
        _get(table),
        _list(table),
        _page(table),
        _create(table),
        _create_many(table),
        _patch(table),
        _upsert(table),
        _delete(table),
    )
    found = []
    for one in made:
        if one is not None:
            name, command, doc, lines = one
            found.append((name, "\n".join([f"-- {doc}", f"-- name: {name} {command}", *lines]) + ";\n"))
    return found


def _quoted(column: Column) -> str:
    return quote_identifier(column.name)


def _listed(columns: Sequence[Column]) -> str:
    return ", ".join(map(_quoted, columns))


def _matches(columns: Sequence[Column]) -> str:
    return " AND ".join(f"{_quoted(one)} = @{_quoted(one)}" for one in columns)


def _noun(table: _Table) -> str:
    """A user, an account."""
    name = naming.snake(table.one).replace("_", " ")
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _plural_noun(table: _Table) -> str:
    return naming.snake(table.many).replace("_", " ")


def _get(table: _Table) -> tuple[str, str, str, list[str]] | None:
    if not table.key:
        return None
    lines = ["SELECT *", f"FROM {table.name}", f"WHERE {_matches(table.key)}"]
    return f"Get{table.one}", ":one", f"Find {_noun(table)} by its key.", lines


def _filters(table: _Table) -> list[str]:
    """Conditions for what is looked for: what an index begins with, references, booleans and enums."""
    first = {one.columns[0].name for one in table.catalog.indexes_of(table.relation.oid) if one.predicate is None}
    referring = {one.columns[0] for one in table.relation.constraints if one.kind == "f" and len(one.columns) == 1}
    alone = table.key[0].name if len(table.key) == 1 else None
    found = []
    for column in table.columns:
        row = table.catalog.type(column.type_oid)
        wanted = column.name in first or column.name in referring or row.typcategory in _FILTERED
        if wanted and _is_ordered(table, column) and column.name != alone and column.name not in _ARGUMENTS:
            found.append(f"{_quoted(column)} = qg.optional({_quoted(column)})")
    return found


def _base(table: _Table, column: Column) -> int:
    row = table.catalog.type(column.type_oid)
    while row.typtype == "d":
        row = table.catalog.type(row.typbasetype)
    return row.oid


def _is_ordered(table: _Table, column: Column) -> bool:
    """Whether its values can be compared: by operators of the type, or of that which it is cast to as it is."""
    row = table.catalog.type(_base(table, column))
    return row.typtype == "e" or row.typcategory == "S" or table.catalog.default_opclass(row.oid, "btree") is not None


def _sorts(table: _Table) -> list[Column]:
    """Columns that lists are sorted by: the key first, then what is NOT NULL and has an order."""
    found = list(table.key)
    for column in table.columns:
        row = table.catalog.type(_base(table, column))
        ordered = _is_ordered(table, column) and row.typcategory not in _NOT_SORTED and row.typname not in _NO_ORDER
        if ordered and column.not_null and column not in found and len(found) < _MOST_SORTS:
            found.append(column)
    return found


def _where(conditions: Sequence[str]) -> list[str]:
    return [f"{'  AND' if number else 'WHERE'} {one}" for number, one in enumerate(conditions)]


def _list(table: _Table) -> tuple[str, str, str, list[str]]:
    sorts, key = _sorts(table), _listed(table.key)
    order = [f"ORDER BY qg.sort({_listed(sorts)}){f', {key}' if key else ''}"] if sorts else []
    lines = ["SELECT *", f"FROM {table.name}", *_where(_filters(table)), *order]
    lines.append('LIMIT qg.optional("limit") OFFSET qg.optional("offset")')
    return f"List{table.many}", ":many", f"List the {_plural_noun(table)} that fit what is given, in any order.", lines


def _page(table: _Table) -> tuple[str, str, str, list[str]] | None:
    if not table.key or not all(_is_ordered(table, one) for one in table.key):
        return None
    key = _listed(table.key)
    conditions = [*_filters(table), f"qg.after({key})"]
    lines = ["SELECT *", f"FROM {table.name}", *_where(conditions), f"ORDER BY {key}", 'LIMIT @"limit"']
    doc = f"One page: the {_plural_noun(table)} behind the last key of the page before."
    return f"Page{table.many}", ":many", doc, lines


def _given(table: _Table, column: Column) -> str:
    """How a value comes in: what has a default may be left out."""
    needed = column.not_null or domain_not_null(table.catalog, column.type_oid)
    if not needed or fills(table.catalog, column):
        return f"qg.optional({_quoted(column)})"
    return f"@{_quoted(column)}"


def _insertable(table: _Table) -> list[Column]:
    return [one for one in table.columns if not one.generated and one.identity != "a"]


def _values(columns: Sequence[Column], given: Sequence[str]) -> tuple[str, str]:
    """The list of columns, and VALUES."""
    shown = [f"({_listed(columns)})", f"VALUES ({', '.join(given)})"]
    lists = [[_quoted(one) for one in columns], given]
    for number, one in enumerate(shown):
        if len(one) > _WIDTH:
            head = one[: one.index("(") + 1]
            shown[number] = "\n".join([head, *_comma(lists[number]), ")"])
    return shown[0], shown[1]


def _create(table: _Table) -> tuple[str, str, str, list[str]]:
    columns = [one for one in _insertable(table) if not one.identity]
    doc = f"Add {_noun(table)}; what is left out has its default."
    if not columns:
        return f"Create{table.one}", ":one", doc, [f"INSERT INTO {table.name}", "DEFAULT VALUES", "RETURNING *"]
    head, values = _values(columns, [_given(table, one) for one in columns])
    return f"Create{table.one}", ":one", doc, [f"INSERT INTO {table.name} {head}", values, "RETURNING *"]


def _create_many(table: _Table) -> tuple[str, str, str, list[str]] | None:
    columns = [one for one in _insertable(table) if not (one.has_default or one.identity)]
    if not columns:
        return None
    head, values = _values(columns, [f"@{_quoted(one)}" for one in columns])
    doc = f"Add many {_plural_noun(table)} at once; columns with a default have it."
    return f"Create{table.many}", ":copyfrom", doc, [f"INSERT INTO {table.name} {head}", values]


def _is_stamp(column: Column) -> bool:
    return column.name in _STAMPS and column.has_default


def _patch(table: _Table) -> tuple[str, str, str, list[str]] | None:
    columns = [one for one in _insertable(table) if one not in table.key and not one.identity]
    if not table.key or not [one for one in columns if not _is_stamp(one)]:
        return None
    items = [
        f"{_quoted(one)} = DEFAULT" if _is_stamp(one) else f"{_quoted(one)} = qg.optional({_quoted(one)})"
        for one in columns
    ]
    lines = [f"UPDATE {table.name}", "SET", *_comma(items), f"WHERE {_matches(table.key)}", "RETURNING *"]
    doc = f"Change what is given of {_noun(table)}."
    return f"Update{table.one}", ":one", doc, [f"-- patch: {table.one}Changes", *lines]


def _comma(items: Sequence[str]) -> list[str]:
    return [f"    {one}{',' if number < len(items) - 1 else ''}" for number, one in enumerate(items)]


def _upsert(table: _Table) -> tuple[str, str, str, list[str]] | None:
    """By the key that the caller knows: the shortest that no default makes, else the primary key."""
    columns = [one for one in _insertable(table) if not one.identity]
    keys = [key for key in table.unique_keys() if all(one in columns for one in key)]
    key = next((one for one in keys if not any(column.has_default for column in one)), keys[0] if keys else ())
    if not key:
        return None
    given = [f"@{_quoted(one)}" if one in key else _given(table, one) for one in columns]
    head, values = _values(columns, given)
    items = []
    for one in columns:
        if one in key:
            continue
        name = _quoted(one)
        if _is_stamp(one):
            items.append(f"{name} = DEFAULT")
        elif _given(table, one).startswith("@"):
            items.append(f"{name} = excluded.{name}")
        else:
            items.append(f"{name} = {_given(table, one)}")
    if not any("qg.optional" not in one for one in items):
        items.insert(0, f"{_quoted(key[0])} = excluded.{_quoted(key[0])}")
    conflict = f"ON CONFLICT ({_listed(key)}) DO UPDATE SET"
    lines = [f"INSERT INTO {table.name} {head}", values, conflict, *_comma(items), "RETURNING *"]
    doc = f"Add {_noun(table)}, or change the one that has the key."
    return f"Upsert{table.one}", ":one", doc, lines


def _delete(table: _Table) -> tuple[str, str, str, list[str]] | None:
    if not table.key:
        return None
    lines = [f"DELETE FROM {table.name}", f"WHERE {_matches(table.key)}"]  # noqa: S608  it is written, not run
    return f"Delete{table.one}", ":execrows", f"Remove {_noun(table)}; 0 if there was none.", lines
