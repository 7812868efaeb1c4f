"""The tables of a database as they are there: columns, key, indexes to sort by, foreign keys both ways.

Takes a connection, gives `Listed` relations or a `Table`. One statement each, of PostgreSQL's catalogues only; row
counts are the planner's estimates.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

TID: Final = "ctid"


class Listed(Struct, frozen=True):
    """A relation in the list. `rows` is an estimate, -1 where nobody has counted."""

    schema: str
    name: str
    kind: str  # pg_class.relkind
    rows: int
    bytes: int
    comment: str | None = None
    partition: bool = False


class ServerColumn(Struct, frozen=True):
    """`type` is what a value is cast to: no modifier and no domain, for a cast would cut what an assignment refuses."""

    name: str
    number: int
    type: str
    shown_type: str
    category: str  # pg_type.typcategory of the base type
    kind: str  # pg_type.typtype of the base type
    base: str  # pg_type.typname of the base type
    element: str  # of an array: the name of its elements' type
    not_null: bool
    default: str | None
    identity: str
    generated: str
    labels: tuple[str, ...] = ()
    comment: str | None = None
    delimiter: str = ","  # between the elements of an array

    @property
    def writable(self) -> bool:
        return self.generated == "" and self.identity != "a"


class ForeignKey(Struct, frozen=True):
    """`columns` of this table against `other_columns` of the other; outgoing or incoming."""

    name: str
    columns: tuple[str, ...]
    schema: str
    table: str
    other_columns: tuple[str, ...]


class Table(Struct, frozen=True):
    """`key` tells rows apart: the primary key, or a unique index without NULL; empty where there is none."""

    schema: str
    name: str
    kind: str
    rows: int
    comment: str | None
    columns: tuple[ServerColumn, ...]
    key: tuple[str, ...]
    sortable: tuple[str, ...]  # columns that lead an index; any, in a small table of short values
    outgoing: tuple[ForeignKey, ...]
    incoming: tuple[ForeignKey, ...]
    may_insert: bool
    may_update: bool
    may_delete: bool

    def column(self, name: str) -> ServerColumn | None:
        return next((one for one in self.columns if one.name == name), None)

    @property
    def has_tid(self) -> bool:
        """Whether a row can be told by its place: not in views, not across partitions."""
        return self.kind in ("r", "m")

    @property
    def is_table(self) -> bool:
        return self.kind in ("r", "p")

    @property
    def identified(self) -> bool:
        """Whether one row can be changed and no other."""
        return self.is_table and (bool(self.key) or self.has_tid)


_LIST: Final = """
select coalesce(json_agg(t order by t.schema, t.name), '[]') from (
  select n.nspname as schema, c.relname as name, c.relkind as kind, c.reltuples::bigint as rows,
    c.relpages::bigint * current_setting('block_size')::int as bytes,
    d.description as comment, c.relispartition as partition
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_description d
    on d.objoid = c.oid and d.objsubid = 0 and d.classoid = 'pg_catalog.pg_class'::regclass
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname !~ '^pg_(toast|temp)' and has_schema_privilege(n.oid, 'usage')
) t"""

_TABLE: Final = """
with this as (
  select c.*, n.nspname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = %s and c.relname = %s and c.relkind in ('r', 'p', 'v', 'm', 'f')
), keys as (
  select i.indexrelid, i.indisprimary,
    array(select a.attname from unnest(i.indkey::int2[]) with ordinality k (attnum, place)
          join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
          where k.place <= i.indnkeyatts order by k.place)::text[] as columns,
    i.indisunique and i.indimmediate and not exists (
      select from unnest(i.indkey::int2[]) with ordinality k (attnum, place)
      left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where k.place <= i.indnkeyatts and not coalesce(a.attnotnull, false)) as tells_apart
  from pg_catalog.pg_index i join this on this.oid = i.indrelid
  join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_am m on m.oid = c.relam
  where i.indisvalid and i.indpred is null and i.indkey[0] <> 0 and (m.amname = 'btree' or i.indisprimary)
)
select json_build_object(
  'schema', this.nspname, 'name', this.relname, 'kind', this.relkind, 'rows', this.reltuples::bigint,
  'comment', pg_catalog.obj_description(this.oid, 'pg_class'),
  'columns', (
    select coalesce(json_agg(json_build_object(
      'name', a.attname, 'number', a.attnum, 'type', format_type(b.oid, -1),
      'shown_type', format_type(a.atttypid, a.atttypmod), 'category', b.typcategory, 'kind', b.typtype,
      'base', b.typname, 'element', coalesce(e.typname, ''), 'not_null', a.attnotnull or t.typnotnull,
      'default', pg_catalog.pg_get_expr(f.adbin, f.adrelid), 'identity', a.attidentity, 'generated', a.attgenerated,
      'labels', (select coalesce(json_agg(l.enumlabel order by l.enumsortorder), '[]')
                 from pg_catalog.pg_enum l where l.enumtypid = b.oid),
      'comment', pg_catalog.col_description(a.attrelid, a.attnum), 'delimiter', coalesce(e.typdelim, ',')
    ) order by a.attnum), '[]')
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_type t on t.oid = a.atttypid
    cross join lateral (
      with recursive down as (
        select t.oid, t.typtype, t.typbasetype
        union all
        select x.oid, x.typtype, x.typbasetype from down join pg_catalog.pg_type x on x.oid = down.typbasetype
        where down.typtype = 'd')
      select x.* from down join pg_catalog.pg_type x on x.oid = down.oid where down.typtype <> 'd') b
    left join pg_catalog.pg_type e on e.oid = b.typelem and b.typcategory = 'A'
    left join pg_catalog.pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
    where a.attrelid = this.oid and a.attnum > 0 and not a.attisdropped
      and has_column_privilege(this.oid, a.attnum, 'select')),
  'key', coalesce((select to_json(columns) from keys where tells_apart
                   order by indisprimary desc, cardinality(columns), indexrelid limit 1), '[]'),
  'sortable', (select coalesce(json_agg(distinct name), '[]') from (
    select columns[1] as name from keys
    union all
    select a.attname::text from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
    where a.attrelid = this.oid and a.attnum > 0 and not a.attisdropped and this.relkind in ('r', 'm')
      and pg_catalog.pg_relation_size(this.oid) <= pg_catalog.pg_size_bytes('2 MB')
      and coalesce(pg_catalog.pg_relation_size(nullif(this.reltoastrelid, 0)), 0) = 0
      and (t.typtype = 'e' or t.typnamespace = 'pg_catalog'::regnamespace and t.typname in (
        'bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'money', 'text', 'varchar', 'bpchar', 'name',
        'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'uuid', 'inet', 'macaddr', 'oid'))) s),
  'outgoing', (
    select coalesce(json_agg(json_build_object(
      'name', k.conname, 'columns', names.mine, 'schema', n.nspname, 'table', c.relname,
      'other_columns', names.other) order by k.conname), '[]')
    from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.confrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    cross join lateral (select
      (select json_agg(a.attname order by o.place) from unnest(k.conkey) with ordinality o (num, place)
        join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.num) as mine,
      (select json_agg(a.attname order by o.place) from unnest(k.confkey) with ordinality o (num, place)
        join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = o.num) as other) names
    where k.conrelid = this.oid and k.contype = 'f' and not (k.conparentid <> 0 and not this.relispartition)),
  'incoming', (
    select coalesce(json_agg(json_build_object(
      'name', k.conname, 'columns', names.mine, 'schema', n.nspname, 'table', c.relname,
      'other_columns', names.other) order by n.nspname, c.relname, k.conname), '[]')
    from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    cross join lateral (select
      (select json_agg(a.attname order by o.place) from unnest(k.confkey) with ordinality o (num, place)
        join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = o.num) as mine,
      (select json_agg(a.attname order by o.place) from unnest(k.conkey) with ordinality o (num, place)
        join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.num) as other) names
    where k.confrelid = this.oid and k.contype = 'f' and k.conparentid = 0),
  'may_insert', has_table_privilege(this.oid, 'insert') or has_any_column_privilege(this.oid, 'insert'),
  'may_update', has_table_privilege(this.oid, 'update') or has_any_column_privilege(this.oid, 'update'),
  'may_delete', has_table_privilege(this.oid, 'delete'))
from this"""


def _value(conn: Connection[TupleRow], statement: str, params: tuple[Any, ...] = ()) -> Any:
    row = conn.execute(statement.encode(), params or None).fetchone()
    return json.loads(row[0]) if row and row[0] is not None else None


def list_relations(conn: Connection[TupleRow]) -> list[Listed]:
    """Every table, view and foreign table of the database that this role may look for."""
    return msgspec.convert(_value(conn, _LIST), list[Listed])


def read_table(conn: Connection[TupleRow], schema: str, name: str) -> Table | None:
    """A relation with all that a page needs of it; None where there is none."""
    found = _value(conn, _TABLE, (schema, name))
    return None if found is None else msgspec.convert(found, Table)
