"""Fills a database with made-up rows.

Takes a URL and a `Catalog`. Made-up rows go in table by table, parents first, each row in a savepoint of one
transaction: what a constraint refuses is made up again. The same seed gives the same rows.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from querygen.diagnostics import DiagnosticError, error
from querygen.server.database import connect
from querygen.server.fake import CannotFakeError, fake_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from faker import Faker
    from psycopg import Connection
    from psycopg.rows import TupleRow
    from psycopg.sql import Composed, Identifier

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Constraint, Relation
    from querygen.pg_catalog.rows import Oid

CANNOT_SEED: Final = "QG600"  # no row can be made up for a table
_ATTEMPTS: Final = 200
# What other values may be spared: constraints, and data exceptions in generated columns and expressions of indexes.
_AGAIN: Final = ("22", "23")
_SAMPLE: Final = 1000  # rows of a referenced table that new ones may belong to


class Seeded(Struct, frozen=True):
    table: str
    rows: int


def fill(
    url: str,
    catalog: Catalog,
    *,
    rows: int,
    seed: int,
    tables: Iterable[str] = (),
    told: Callable[[str], None] = lambda _text: None,
) -> list[Seeded]:
    """Insert `rows` made-up rows into each table, or into those named. All of them or none."""
    try:
        from faker import Faker
    except ModuleNotFoundError:
        hint = "pip install 'querygen[seed]' brings it."
        raise DiagnosticError(error(CANNOT_SEED, "making up rows needs faker", hint=hint)) from None

    fake = Faker()
    fake.seed_instance(seed)
    wanted = _wanted(catalog, tables)
    done = []
    with connect(url) as conn, conn.transaction():
        for relation in wanted:
            told(relation.name)
            done.append(Seeded(relation.name, _fill_table(conn, relation, catalog, fake, rows)))
    return done


def _wanted(catalog: Catalog, names: Iterable[str]) -> list[Relation]:
    """The tables of these names, with or without their schema; all where none is named."""
    every = in_order(catalog)
    chosen: set[Oid] = set()
    for name in names:
        found = [one for one in every if name in (one.name, f"{catalog.namespace_name(one.namespace)}.{one.name}")]
        if not found:
            near = difflib.get_close_matches(name, [one.name for one in every], 1)
            hint = f'Did you mean "{near[0]}"?' if near else "Name a table of the schema that is no partition."
            raise DiagnosticError(error(CANNOT_SEED, f'there is no table "{name}" to fill', hint=hint))
        chosen.update(one.oid for one in found)
    return [one for one in every if one.oid in chosen] if chosen else every


def in_order(catalog: Catalog) -> list[Relation]:
    """The tables, each behind those that its foreign keys refer to; where they run in a circle, as declared."""
    tables = {
        one.oid: one
        for one in catalog.relations()
        if one.kind in "rp" and not one.is_partition and one.persistence != "t"
    }
    ordered: dict[int, Relation] = {}
    entered: set[int] = set()

    def visit(relation: Relation) -> None:
        if relation.oid in entered:
            return
        entered.add(relation.oid)
        for key in _foreign_keys(relation):
            if key.ref_relation in tables:
                visit(tables[key.ref_relation])
        ordered[relation.oid] = relation

    for relation in tables.values():
        visit(relation)
    return list(ordered.values())


def _foreign_keys(relation: Relation) -> list[Constraint]:
    return [one for one in relation.constraints if one.kind == "f"]


def _fill_table(conn: Connection[TupleRow], relation: Relation, catalog: Catalog, fake: Faker, rows: int) -> int:
    parents = {key.name: _parents(conn, key, catalog, fake) for key in _foreign_keys(relation)}
    for _ in range(rows):
        _insert_one(conn, relation, catalog, fake, parents)
    return rows


def _parents(conn: Connection[TupleRow], key: Constraint, catalog: Catalog, fake: Faker) -> list[tuple[Any, ...]]:
    """Rows of the referenced table that may be referred to, in an order that does not change from run to run."""
    from psycopg import sql

    listed = sql.SQL(", ").join(map(sql.Identifier, key.ref_columns))
    query = sql.SQL("select {listed} from {table} order by {listed} limit {limit}").format(
        listed=listed, table=_name(catalog.relation(key.ref_relation), catalog), limit=_SAMPLE
    )
    found = conn.execute(query).fetchall()
    fake.random.shuffle(found)
    return found


def _name(relation: Relation, catalog: Catalog) -> Identifier:
    from psycopg import sql

    return sql.Identifier(catalog.namespace_name(relation.namespace), relation.name)


def _insert_one(
    conn: Connection[TupleRow],
    relation: Relation,
    catalog: Catalog,
    fake: Faker,
    parents: dict[str, list[tuple[Any, ...]]],
) -> None:
    import psycopg

    last: psycopg.Error | None = None
    for _ in range(_ATTEMPTS):
        values = _row(relation, catalog, fake, parents)
        try:
            with conn.transaction():
                conn.execute(_insert(relation, catalog, list(values)), list(values.values()))
        except psycopg.Error as problem:
            if not (problem.sqlstate or "").startswith(_AGAIN):
                raise
            last = problem
        else:
            for key in _foreign_keys(relation):
                if key.ref_relation == relation.oid and all(one in values for one in key.ref_columns):
                    parents[key.name].append(tuple(values[one] for one in key.ref_columns))
            return
    why = str(last).splitlines()[0] if last else ""
    raise DiagnosticError(
        error(
            CANNOT_SEED,
            f"no row of {relation.name} could be made up that its constraints take, in {_ATTEMPTS} attempts: {why}",
            hint="Write rows for it in seeds/*.sql, or leave it out: --table names those to fill.",
        )
    )


def _insert(relation: Relation, catalog: Catalog, columns: list[str]) -> Composed:
    from psycopg import sql

    name = _name(relation, catalog)
    if not columns:
        return sql.SQL("insert into {} default values").format(name)
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    places = sql.SQL(", ").join(sql.SQL("%s::{}").format(_type(relation.by_name[one], catalog)) for one in columns)
    return sql.SQL("insert into {} ({}) values ({})").format(name, listed, places)


def _type(column: Column, catalog: Catalog) -> Identifier:
    from psycopg import sql

    row = catalog.type(column.type_oid)
    return sql.Identifier(catalog.namespace_name(row.typnamespace), row.typname)


def _row(
    relation: Relation, catalog: Catalog, fake: Faker, parents: dict[str, list[tuple[Any, ...]]]
) -> dict[str, Any]:
    """A value for each column that needs one, and for most that could have one."""
    values: dict[str, Any] = {}
    for key in _foreign_keys(relation):
        optional = any(not relation.by_name[one].not_null for one in key.columns)
        rows = parents[key.name]
        if not rows and not optional:
            other = catalog.relation(key.ref_relation).name
            message = f"{relation.name} refers to {other}, which has no rows"
            raise DiagnosticError(error(CANNOT_SEED, message, hint=f"Fill {other}, too, or first."))
        chosen = fake.random.choice(rows) if rows and not (optional and fake.random.random() < 0.2) else None
        for number, name in enumerate(key.columns):
            if name not in values:
                values[name] = None if chosen is None else chosen[number]
    for column in relation.live_columns:
        if column.name in values or column.generated or column.identity or column.has_default:
            continue
        if not column.not_null and fake.random.random() < 0.15:
            continue
        try:
            values[column.name] = fake_value(column, relation, catalog, fake)
        except CannotFakeError as problem:
            if column.not_null:
                message = f"{relation.name}.{column.name}: no value of type {problem} can be made up"
                hint = "Write rows for it in seeds/*.sql, or name the tables to fill by --table."
                raise DiagnosticError(error(CANNOT_SEED, message, hint=hint)) from None
    return values
