"""How a database differs from the schema files in what queries see: tables, columns, their types and NOT NULL.

Takes a connection and the catalog, gives sentences. `querygen verify` asks the same of each query; indexes, checks and
triggers are the business of `querygen migrate`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from querygen.analyze.typename import format_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation

_COLUMNS: Final = """
select coalesce(json_agg(json_build_array(n.nspname, c.relname, c.relkind, (
    select coalesce(json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull)
      order by a.attnum), '[]')
    from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))), '[]')
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname !~ '^pg_(toast|temp)'
  and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e'
                  and d.classid = 'pg_catalog.pg_class'::regclass)"""


class Difference(Struct, frozen=True):
    """`schema` and `table` say where; `what` is a sentence."""

    schema: str
    table: str
    what: str


def differences(
    conn: Connection[TupleRow], catalog: Catalog, tables: Iterable[Relation], ours: tuple[str, str]
) -> list[Difference]:
    """Every difference. `ours` is the table of migrations, which no schema file declares."""
    with conn.transaction():
        conn.execute("set local search_path = pg_catalog")
        row: Any = conn.execute(_COLUMNS).fetchone()
    there = {(schema, name): (kind, columns) for schema, name, kind, columns in json.loads(row[0])}
    here = {(catalog.namespace_name(one.namespace), one.name): one for one in tables}
    found = [Difference(*place, "is in the files and not in the database") for place in here if place not in there]
    found += [
        Difference(*place, "is in the database and not in the files")
        for place in there
        if place not in here and place != ours
    ]
    for place, table in here.items():
        if place in there:
            found += [Difference(*place, what) for what in _columns(catalog, table, *there[place])]
    return sorted(found, key=lambda one: (one.schema, one.table, one.what))


def _columns(catalog: Catalog, table: Relation, kind: str, columns: list[tuple[str, str, bool]]) -> Iterable[str]:
    if kind != table.kind:
        yield "is another kind of relation in the database"
    theirs = {name: (type_text, not_null) for name, type_text, not_null in columns}
    for one in table.live_columns:
        if one.name not in theirs:
            yield f"{one.name} is in the files and not in the database"
            continue
        type_text, not_null = theirs[one.name]
        mine = format_type(catalog, one.type_oid, None if one.typmod == -1 else one.typmod, only_pg_catalog=True)
        if type_text != mine:
            yield f"{one.name} is {mine} in the files and {type_text} in the database"
        if table.kind in "rp" and not_null != one.not_null:
            yield f"{one.name} is {'NOT NULL' if not_null else 'nullable'} in the database, and not so in the files"
    names = {one.name for one in table.live_columns}
    for name in theirs:
        if name not in names:
            yield f"{name} is in the database and not in the files"
