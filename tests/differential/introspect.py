"""What a database and a folded catalog hold, in the same words: sets of tuples of names, to be compared.

`of_server(connection)` and `of_catalog(catalog)` give a dictionary of the same keys. Objects of PostgreSQL's own
schemas and of extensions are left out; oids are replaced by names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.catalog.catalog import FIRST_USER_OID, Catalog

if TYPE_CHECKING:
    from psycopg import Connection

Facts = dict[str, set[tuple[Any, ...]]]

_SYSTEM = "n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
_TYPE = (
    "(SELECT tn.nspname || '.' || tt.typname FROM pg_type tt JOIN pg_namespace tn ON tn.oid = tt.typnamespace"
    " WHERE tt.oid = {})"
)
_TYPES = (
    "ARRAY(SELECT tn.nspname || '.' || tt.typname FROM unnest({}) WITH ORDINALITY u(o, i)"
    " JOIN pg_type tt ON tt.oid = u.o JOIN pg_namespace tn ON tn.oid = tt.typnamespace ORDER BY i)"
)


def _own(catalogue: str, oid: str) -> str:
    return (
        f"NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalogue}'::regclass AND d.objid = {oid}"
        " AND d.deptype = 'e')"
    )


_COLUMNS = (
    "ARRAY(SELECT a.attname::text FROM unnest({}) WITH ORDINALITY u(k, i)"
    " JOIN pg_attribute a ON a.attrelid = {} AND a.attnum = u.k ORDER BY i)"
)

QUERIES = {
    "relations": (
        "SELECT n.nspname, c.relname, c.relkind::text, c.relispartition,"
        " ARRAY(SELECT p.relname::text FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent"
        " WHERE i.inhrelid = c.oid ORDER BY i.inhseqno)"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE {_SYSTEM} AND c.relkind NOT IN ('i', 'I', 't') AND {_own('pg_class', 'c.oid')}"
    ),
    "columns": (
        f"SELECT n.nspname, c.relname, a.attnum, a.attname, {_TYPE.format('a.atttypid')}, a.atttypmod, a.attnotnull,"
        " a.atthasdef, a.attidentity::text, a.attgenerated::text, a.attinhcount, a.attislocal"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE {_SYSTEM} AND c.relkind NOT IN ('i', 'I', 't') AND a.attnum > 0 AND NOT a.attisdropped"
        f" AND {_own('pg_class', 'c.oid')}"
    ),
    "types": (
        "SELECT n.nspname, t.typname, t.typtype::text, t.typcategory::text, t.typlen, t.typnotnull,"
        f" {_TYPE.format('t.typelem')}, {_TYPE.format('t.typarray')}, {_TYPE.format('t.typbasetype')}, t.typtypmod"
        f" FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {_SYSTEM} AND {_own('pg_type', 't.oid')}"
        f" AND {_own('pg_type', 't.typelem')} AND {_own('pg_class', 't.typrelid')}"
        " AND NOT EXISTS (SELECT FROM pg_type e JOIN pg_depend d ON d.classid = 'pg_class'::regclass"
        " AND d.objid = e.typrelid AND d.deptype = 'e' WHERE e.oid = t.typelem)"
    ),
    "functions": (
        f"SELECT n.nspname, p.proname, p.prokind::text, {_TYPES.format('p.proargtypes')},"
        f" {_TYPE.format('p.prorettype')},"
        " p.proretset, p.proisstrict, p.provolatile::text, p.pronargdefaults,"
        f" {_TYPE.format('p.provariadic')}, p.proargmodes::text[], p.proargnames"
        f" FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_SYSTEM} AND {_own('pg_proc', 'p.oid')}"
    ),
    "enums": (
        "SELECT n.nspname, t.typname, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e"
        " JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace"
        f" WHERE {_own('pg_type', 't.oid')} GROUP BY 1, 2"
    ),
    "ranges": (
        f"SELECT {_TYPE.format('r.rngtypid')}, {_TYPE.format('r.rngsubtype')}, {_TYPE.format('r.rngmultitypid')}"
        f" FROM pg_range r WHERE r.rngtypid >= 16384 AND {_own('pg_type', 'r.rngtypid')}"
    ),
    "constraints": (
        "SELECT n.nspname, c.relname, k.conname, k.contype::text,"
        " CASE WHEN k.contype = 'c' THEN ARRAY(SELECT a.attname::text COLLATE \"C\" FROM pg_attribute a"
        " WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) ORDER BY 1)"
        f" ELSE {_COLUMNS.format('k.conkey', 'k.conrelid')} END,"
        f" f.relname, {_COLUMNS.format('k.confkey', 'k.confrelid')},"
        " k.convalidated, k.connoinherit AND k.contype IN ('c', 'n'), k.coninhcount, k.conislocal"
        " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_class f ON f.oid = k.confrelid"
        f" WHERE {_SYSTEM} AND k.contype <> 't' AND {_own('pg_class', 'c.oid')}"
        # a foreign key to a partitioned table has one more row for each of its partitions
        " AND NOT (k.contype = 'f' AND k.conparentid <> 0 AND EXISTS (SELECT FROM pg_constraint p"
        " WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid))"
    ),
    "domain constraints": (
        "SELECT n.nspname, t.typname, k.conname, k.contype::text, k.convalidated FROM pg_constraint k"
        " JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace"
        f" WHERE {_SYSTEM} AND {_own('pg_type', 't.oid')}"
    ),
    "indexes": (
        "SELECT n.nspname, i.relname, c.relname, x.indisunique, x.indisprimary, x.indnullsnotdistinct,"
        " x.indpred IS NOT NULL,"
        f" {_COLUMNS.format('(x.indkey::int2[])[0:x.indnkeyatts - 1]', 'x.indrelid')},"
        f" {_COLUMNS.format('(x.indkey::int2[])[x.indnkeyatts:]', 'x.indrelid')}"
        " FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid"
        " JOIN pg_namespace n ON n.oid = i.relnamespace"
        f" WHERE {_SYSTEM} AND c.relkind <> 't' AND {_own('pg_class', 'c.oid')}"
        f" AND {_own('pg_class', 'i.oid')}"
    ),
    "operators": (
        f"SELECT n.nspname, o.oprname, {_TYPE.format('o.oprleft')}, {_TYPE.format('o.oprright')},"
        f" {_TYPE.format('o.oprresult')}, (SELECT p.proname FROM pg_proc p WHERE p.oid = o.oprcode),"
        " (SELECT m.oprname FROM pg_operator m WHERE m.oid = o.oprcom),"
        " (SELECT m.oprname FROM pg_operator m WHERE m.oid = o.oprnegate), o.oprcanmerge, o.oprcanhash"
        f" FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE {_SYSTEM}"
        f" AND {_own('pg_operator', 'o.oid')}"
    ),
    "casts": (
        f"SELECT {_TYPE.format('c.castsource')}, {_TYPE.format('c.casttarget')}, c.castcontext::text, c.castmethod::tex"
        "t"
        f" FROM pg_cast c WHERE c.oid >= 16384 AND {_own('pg_cast', 'c.oid')}"
    ),
    "opclasses": (
        f"SELECT n.nspname, c.opcname, am.amname, {_TYPE.format('c.opcintype')}, c.opcdefault"
        " FROM pg_opclass c JOIN pg_am am ON am.oid = c.opcmethod JOIN pg_namespace n ON n.oid = c.opcnamespace"
        f" WHERE {_SYSTEM} AND {_own('pg_opclass', 'c.oid')}"
    ),
    "aggregates": (
        "SELECT n.nspname, p.proname, a.aggkind::text, a.aggnumdirectargs, a.agginitval IS NOT NULL,"
        " (SELECT f.proname FROM pg_proc f WHERE f.oid = a.aggtransfn),"
        " (SELECT f.proname FROM pg_proc f WHERE f.oid = a.aggfinalfn)"
        " FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace"
        f" WHERE {_SYSTEM} AND {_own('pg_proc', 'p.oid')}"
    ),
    "triggers": (
        "SELECT n.nspname, c.relname, t.tgname, t.tgtype & 1 = 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE {_SYSTEM} AND NOT t.tgisinternal"
    ),
    "comments": (
        "SELECT n.nspname, c.relname, d.objsubid, d.description FROM pg_description d"
        " JOIN pg_class c ON c.oid = d.objoid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE d.classoid = 'pg_class'::regclass AND {_SYSTEM} AND c.relkind NOT IN ('i', 'I')"
        f" AND {_own('pg_class', 'c.oid')}"
    ),
}


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def of_server(connection: Connection[Any]) -> Facts:
    """What the database holds."""
    return {
        key: {tuple(map(_hashable, row)) for row in connection.execute(query).fetchall()}
        for key, query in QUERIES.items()
    }


def of_catalog(catalog: Catalog) -> Facts:
    """What the folded catalog holds."""
    schema = catalog.namespace_name

    def type_name(oid: int) -> str | None:
        row = catalog.find_type(oid) if oid else None
        return None if row is None else f"{schema(row.typnamespace)}.{row.typname}"

    def user(oid: int) -> bool:
        return oid >= FIRST_USER_OID

    facts: Facts = {key: set() for key in QUERIES}
    for relation in catalog.relations():
        space = schema(relation.namespace)
        if space == "pg_temp":
            continue
        parents = tuple(catalog.relation(oid).name for oid in relation.parents)
        facts["relations"].add((space, relation.name, relation.kind, relation.is_partition, parents))
        if relation.comment:
            facts["comments"].add((space, relation.name, 0, relation.comment))
        for column in relation.live_columns:
            if column.comment:
                facts["comments"].add((space, relation.name, column.attnum, column.comment))
            facts["columns"].add(
                (
                    space,
                    relation.name,
                    column.attnum,
                    column.name,
                    type_name(column.type_oid),
                    column.typmod,
                    column.not_null,
                    column.has_default,
                    column.identity,
                    column.generated,
                    column.inherit_count,
                    column.is_local,
                )
            )
        for one in relation.constraints:
            target = catalog.find_relation(one.ref_relation) if one.ref_relation else None
            columns = tuple(sorted(one.columns)) if one.kind == "c" else one.columns
            facts["constraints"].add(
                (
                    space,
                    relation.name,
                    one.name,
                    one.kind,
                    columns,
                    target.name if target else None,
                    one.ref_columns,
                    one.validated and one.enforced,
                    one.no_inherit,
                    one.inherit_count,
                    one.is_local,
                )
            )
        for index in catalog.indexes_of(relation.oid):
            keys = tuple(column.name for column in index.columns if column.name)
            facts["indexes"].add(
                (
                    schema(index.namespace),
                    index.name,
                    relation.name,
                    index.unique,
                    index.primary,
                    index.nulls_not_distinct,
                    index.predicate is not None,
                    keys,
                    index.include,
                )
            )
        for trigger in relation.triggers:
            facts["triggers"].add((space, relation.name, trigger.name, trigger.row_level))
    for row in catalog.types():
        if not user(row.oid) or schema(row.typnamespace) == "pg_temp":
            continue
        space = schema(row.typnamespace)
        facts["types"].add(
            (
                space,
                row.typname,
                row.typtype,
                row.typcategory,
                row.typlen,
                row.typnotnull,
                type_name(row.typelem),
                type_name(row.typarray),
                type_name(row.typbasetype),
                row.typtypmod,
            )
        )
        if (enum := catalog.enum(row.oid)) is not None and enum.labels:
            facts["enums"].add((space, row.typname, enum.labels))
        if (range_ := catalog.range(row.oid)) is not None:
            facts["ranges"].add((type_name(row.oid), type_name(range_.rngsubtype), type_name(range_.rngmultitypid)))
        if (domain := catalog.domain(row.oid)) is not None:
            for one in domain.checks:
                facts["domain constraints"].add((space, row.typname, one.name, one.kind, one.validated))
    for proc in catalog.procs():
        if not user(proc.oid):
            continue
        space = schema(proc.pronamespace)
        facts["functions"].add(
            (
                space,
                proc.proname,
                proc.prokind,
                tuple(type_name(oid) for oid in proc.proargtypes),
                type_name(proc.prorettype),
                proc.proretset,
                proc.proisstrict,
                proc.provolatile,
                proc.pronargdefaults,
                type_name(proc.provariadic),
                None if proc.proargmodes is None else tuple(proc.proargmodes),
                proc.proargnames,
            )
        )
        if (aggregate := catalog.aggregate(proc.oid)) is not None:
            facts["aggregates"].add(
                (
                    space,
                    proc.proname,
                    aggregate.aggkind,
                    aggregate.aggnumdirectargs,
                    aggregate.agginitval,
                    aggregate.aggtransfn,
                    None if aggregate.aggfinalfn == "-" else aggregate.aggfinalfn,
                )
            )
    for operator in catalog.operators():
        if user(operator.oid):
            facts["operators"].add(
                (
                    schema(operator.oprnamespace),
                    operator.oprname,
                    type_name(operator.oprleft),
                    type_name(operator.oprright),
                    type_name(operator.oprresult),
                    catalog.proc(operator.oprcode).proname if operator.oprcode else None,
                    catalog.operator(operator.oprcom).oprname if operator.oprcom else None,
                    catalog.operator(operator.oprnegate).oprname if operator.oprnegate else None,
                    operator.oprcanmerge,
                    operator.oprcanhash,
                )
            )
    shipped = {(cast.castsource, cast.casttarget) for cast in catalog.data.rows("pg_cast")}
    for cast in catalog.casts():
        key = (cast.castsource, cast.casttarget)
        if key not in shipped and (user(cast.castsource) or user(cast.casttarget) or user(cast.castfunc)):
            facts["casts"].add((*map(type_name, key), cast.castcontext, cast.castmethod))
    for opclass in catalog.opclasses():
        if user(opclass.oid):
            facts["opclasses"].add(
                (
                    schema(opclass.opcnamespace),
                    opclass.opcname,
                    opclass.opcmethod,
                    type_name(opclass.opcintype),
                    opclass.opcdefault,
                )
            )
    return facts


def difference(ours: Facts, theirs: Facts) -> list[str]:
    """Lines of what only one side has; empty: they are the same."""
    lines = []
    for key, mine in ours.items():
        lines += [f"{key}: only querygen has {row}" for row in sorted(mine - theirs[key], key=repr)]
        lines += [f"{key}: only PostgreSQL has {row}" for row in sorted(theirs[key] - mine, key=repr)]
    return lines
