"""The rows that PostgreSQL's catalogues and views of them have of the schema so far, for conditions in DO blocks.

Takes the state; gives for a view's name its rows, each a dictionary of the columns that the catalog can tell. A column
that is not in it is not told. Mirrors `system_views.sql`, `information_schema.sql`; PostgreSQL's own types, functions
and schemas are there, of its own relations none: `ddl_do_ask.py` does not ask for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze.typename import format_type, get_base_type_and_typmod, is_true_array_type
from querygen.catalog.catalog import PG_CATALOG
from querygen.catalog.ddl_do_values import DATABASE, NOT_TOLD, Reg, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Column, Constraint, Relation

Row = dict[str, Value]
_NOT_NULL_CONSTRAINTS: Final = 18  # since this major NOT NULL has rows in pg_constraint
_TABLE_KINDS: Final = {"r": "BASE TABLE", "p": "BASE TABLE", "v": "VIEW", "f": "FOREIGN"}
_CONSTRAINT_TYPES: Final = {"p": "PRIMARY KEY", "u": "UNIQUE", "f": "FOREIGN KEY", "c": "CHECK", "n": "CHECK"}
_SYSTEM_COLUMNS: Final = {"tableoid": -6, "cmax": -5, "xmax": -4, "cmin": -3, "xmin": -2, "ctid": -1}
_TRIGGERED: Final = 2  # triggers of PostgreSQL's own that a foreign key has at either end
_VARYING: Final = frozenset({"varchar", "bpchar"})
_HEADER: Final = 4  # VARHDRSZ, which a text's typmod counts in


def _schema(state: DdlState, oid: int) -> str:
    return state.catalog.namespace_name(oid)


def _yes(truth: bool) -> str:
    return "YES" if truth else "NO"


def _namespaces(state: DdlState) -> Iterator[Row]:
    for oid, name in state.catalog.namespaces():
        yield {"oid": Reg(oid), "nspname": name}


def _classes(state: DdlState) -> Iterator[Row]:
    catalog = state.catalog
    for one in catalog.relations():
        yield {
            "oid": Reg(one.oid),
            "relname": one.name,
            "relnamespace": Reg(one.namespace),
            "relkind": one.kind,
            "relispartition": one.is_partition,
            "relpersistence": one.persistence,
            "reltype": Reg(one.reltype),
        }
    for index in catalog.indexes():
        yield {
            "oid": Reg(index.oid),
            "relname": index.name,
            "relnamespace": Reg(index.namespace),
            "relkind": "I" if catalog.relation(index.relation).kind == "p" else "i",
            "relpersistence": catalog.relation(index.relation).persistence,
            "reltype": Reg(0),
        }


def _types(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.types():
        yield {
            "oid": Reg(one.oid),
            "typname": one.typname,
            "typnamespace": Reg(one.typnamespace),
            "typtype": one.typtype,
            "typcategory": one.typcategory,
            "typrelid": Reg(one.typrelid),
            "typelem": Reg(one.typelem),
            "typarray": Reg(one.typarray),
            "typbasetype": Reg(one.typbasetype),
            "typnotnull": one.typnotnull,
        }


def _procs(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.procs():
        yield {
            "oid": Reg(one.oid),
            "proname": one.proname,
            "pronamespace": Reg(one.pronamespace),
            "prokind": one.prokind,
            "prorettype": Reg(one.prorettype),
            "pronargs": one.pronargs,
        }


def _attributes(state: DdlState) -> Iterator[Row]:
    catalog = state.catalog
    for relation in catalog.relations():
        for one in relation.columns:
            yield {
                "attrelid": Reg(relation.oid),
                "attname": f"........pg.dropped.{one.attnum}........" if one.dropped else one.name,
                "attnum": one.attnum,
                "atttypid": Reg(0 if one.dropped else one.type_oid),
                "atttypmod": one.typmod,
                "attnotnull": one.not_null,
                "atthasdef": one.has_default and not one.identity,
                "attidentity": one.identity,
                "attgenerated": one.generated,
                "attisdropped": one.dropped,
            }
        if relation.kind in "rpmf":
            for name, number in _SYSTEM_COLUMNS.items():
                yield {"attrelid": Reg(relation.oid), "attname": name, "attnum": number, "attisdropped": False}
    for index in catalog.indexes():
        for number, key in enumerate((*(one.name for one in index.columns), *index.include), 1):
            told: Value = NOT_TOLD if key is None else key
            yield {"attrelid": Reg(index.oid), "attname": told, "attnum": number, "attisdropped": False}


def _held(state: DdlState) -> Iterator[tuple[Relation, Constraint]]:
    for relation in state.catalog.relations():
        for one in relation.constraints:
            if one.kind != "n" or state.catalog.major >= _NOT_NULL_CONSTRAINTS:
                yield relation, one


def _constraints(state: DdlState) -> Iterator[Row]:
    catalog = state.catalog
    for relation, one in _held(state):
        yield {
            "conname": one.name,
            "connamespace": Reg(relation.namespace),
            "contype": one.kind,
            "conrelid": Reg(relation.oid),
            "contypid": Reg(0),
            "confrelid": Reg(one.ref_relation),
            "convalidated": one.validated,
            "condeferrable": one.deferrable,
            "condeferred": one.initially_deferred,
        }
    for row in catalog.user_types():
        domain = catalog.domain(row.oid)
        for one in () if domain is None else domain.checks:
            yield {
                "conname": one.name,
                "connamespace": Reg(row.typnamespace),
                "contype": one.kind,
                "conrelid": Reg(0),
                "contypid": Reg(row.oid),
                "convalidated": one.validated,
            }


def _index_rows(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.indexes():
        yield {
            "indexrelid": Reg(one.oid),
            "indrelid": Reg(one.relation),
            "indisunique": one.unique,
            "indisprimary": one.primary,
        }


def _indexes(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.indexes():
        table = state.catalog.relation(one.relation).name
        yield {"schemaname": _schema(state, one.namespace), "tablename": table, "indexname": one.name}


def _named(kinds: str, name: str) -> Callable[[DdlState], Iterator[Row]]:
    def rows(state: DdlState) -> Iterator[Row]:
        for one in state.catalog.relations():
            if one.kind in kinds:
                yield {"schemaname": _schema(state, one.namespace), name: one.name}

    return rows


def _extensions(state: DdlState) -> Iterator[Row]:
    for name in sorted({*state.catalog.extensions, "plpgsql"}):
        held = state.extensions.get(name)
        row: Row = {"extname": name}
        if held is not None:
            row["extnamespace"] = Reg(held.namespace)
        yield row
    if state.unknown_extension:
        yield {"extname": NOT_TOLD}


def _enums(state: DdlState) -> Iterator[Row]:
    for row in state.catalog.user_types():
        enum = state.catalog.enum(row.oid)
        for label in () if enum is None else enum.labels:
            yield {"enumtypid": Reg(row.oid), "enumlabel": label}


def _trigger_rows(state: DdlState) -> Iterator[Row]:
    for relation in state.catalog.relations():
        for one in relation.triggers:
            yield {
                "tgname": one.name,
                "tgrelid": Reg(relation.oid),
                "tgfoid": Reg(one.function_oid),
                "tgisinternal": False,
            }
        for constraint in relation.constraints:
            if constraint.kind == "f":
                for oid in (relation.oid, constraint.ref_relation) * _TRIGGERED:
                    yield {"tgname": "RI_ConstraintTrigger", "tgrelid": Reg(oid), "tgisinternal": True}


def _policies(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.relations():
        schema = _schema(state, one.namespace)
        for name in one.policies:
            yield {"schemaname": schema, "tablename": one.name, "policyname": name}


def _policy_rows(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.relations():
        for name in one.policies:
            yield {"polname": name, "polrelid": Reg(one.oid)}


def _inherits(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.relations():
        for number, parent in enumerate(one.parents, 1):
            yield {"inhrelid": Reg(one.oid), "inhparent": Reg(parent), "inhseqno": number}


def _roles(state: DdlState) -> Iterator[Row]:
    """Those that the schema makes; which others the server has nobody tells."""
    for key in state.catalog.facts:
        if key[:2] == ("unit", "ROLE"):
            name = str(key[2])
            yield {
                one: name[1:-1].replace('""', '"') if name.startswith('"') else name for one in ("rolname", "usename")
            }


def _tables_of_standard(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.relations():
        if one.kind in _TABLE_KINDS:
            yield {
                "table_catalog": DATABASE,
                "table_schema": _schema(state, one.namespace),
                "table_name": one.name,
                "table_type": "LOCAL TEMPORARY" if one.persistence == "t" else _TABLE_KINDS[one.kind],
            }


def _views_of_standard(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.relations():
        if one.kind == "v":
            schema = _schema(state, one.namespace)
            yield {"table_catalog": DATABASE, "table_schema": schema, "table_name": one.name}


def _columns_of_standard(state: DdlState) -> Iterator[Row]:
    for relation in state.catalog.relations():
        if relation.kind in _TABLE_KINDS:
            for number, one in enumerate(relation.columns, 1):
                if not one.dropped:
                    yield _column(state, relation, one, number)


def _column(state: DdlState, relation: Relation, one: Column, number: int) -> Row:
    catalog = state.catalog
    own = catalog.type(one.type_oid)
    base, typmod = get_base_type_and_typmod(catalog, one.type_oid, one.typmod)
    row = catalog.type(base)
    if is_true_array_type(row):
        shown = "ARRAY"
    elif row.typnamespace == PG_CATALOG:
        shown = format_type(catalog, base)
    else:
        shown = "USER-DEFINED"
    found: Row = {
        "table_catalog": DATABASE,
        "table_schema": _schema(state, relation.namespace),
        "table_name": relation.name,
        "column_name": one.name,
        "ordinal_position": number,
        "is_nullable": _yes(not (one.not_null or (own.typtype == "d" and own.typnotnull))),
        "data_type": shown,
        "udt_schema": _schema(state, row.typnamespace),
        "udt_name": row.typname,
        "domain_name": own.typname if own.typtype == "d" else None,
        "is_identity": _yes(bool(one.identity)),
        "identity_generation": {"a": "ALWAYS", "d": "BY DEFAULT"}.get(one.identity),
        "is_generated": "ALWAYS" if one.generated else "NEVER",
    }
    if not one.has_default or one.generated or one.identity:
        found["column_default"] = None
    if row.typname in _VARYING:
        found["character_maximum_length"] = typmod - _HEADER if typmod >= _HEADER else None
    elif row.typcategory != "V":
        found["character_maximum_length"] = None
    return found


def _schemata(state: DdlState) -> Iterator[Row]:
    for row in _namespaces(state):
        yield {"catalog_name": DATABASE, "schema_name": row["nspname"]}


def _constraints_of_standard(state: DdlState) -> Iterator[Row]:
    for relation, one in _held(state):
        if one.kind in _CONSTRAINT_TYPES and relation.kind in "rp":
            schema = _schema(state, relation.namespace)
            yield {
                "constraint_catalog": DATABASE,
                "constraint_schema": schema,
                "constraint_name": one.name,
                "table_catalog": DATABASE,
                "table_schema": schema,
                "table_name": relation.name,
                "constraint_type": _CONSTRAINT_TYPES[one.kind],
                "is_deferrable": _yes(one.deferrable),
                "initially_deferred": _yes(one.initially_deferred),
            }
    if state.catalog.major < _NOT_NULL_CONSTRAINTS:
        for relation in state.catalog.relations():  # NOT NULL is there under a name made of oids
            yield {
                "table_schema": _schema(state, relation.namespace),
                "table_name": relation.name,
                "constraint_type": "CHECK",
            }


def _key_columns(state: DdlState) -> Iterator[Row]:
    for relation, one in _held(state):
        if one.kind in "puf" and relation.kind in "rp":
            schema = _schema(state, relation.namespace)
            for number, name in enumerate(one.columns, 1):
                yield {
                    "constraint_catalog": DATABASE,
                    "constraint_schema": schema,
                    "constraint_name": one.name,
                    "table_catalog": DATABASE,
                    "table_schema": schema,
                    "table_name": relation.name,
                    "column_name": name,
                    "ordinal_position": number,
                }


def _routines(state: DdlState) -> Iterator[Row]:
    for one in state.catalog.procs():
        kind = {"f": "FUNCTION", "p": "PROCEDURE"}.get(one.prokind)
        schema = _schema(state, one.pronamespace)
        yield {
            "routine_catalog": DATABASE,
            "specific_schema": schema,
            "routine_schema": schema,
            "routine_name": one.proname,
            "routine_type": kind,
        }


def _triggers_of_standard(state: DdlState) -> Iterator[Row]:
    for relation in state.catalog.relations():
        schema = _schema(state, relation.namespace)
        for one in relation.triggers:
            for event in sorted(one.events - {"truncate"}):
                yield {
                    "trigger_schema": schema,
                    "trigger_name": one.name,
                    "event_manipulation": event.upper(),
                    "event_object_schema": schema,
                    "event_object_table": relation.name,
                }


ROLES: Final = frozenset({"pg_roles", "pg_user", "pg_authid"})
VIEWS: Final[dict[tuple[str, str], Callable[[DdlState], Iterator[dict[str, Any]]]]] = {
    ("pg_catalog", "pg_namespace"): _namespaces,
    ("pg_catalog", "pg_class"): _classes,
    ("pg_catalog", "pg_type"): _types,
    ("pg_catalog", "pg_proc"): _procs,
    ("pg_catalog", "pg_attribute"): _attributes,
    ("pg_catalog", "pg_constraint"): _constraints,
    ("pg_catalog", "pg_index"): _index_rows,
    ("pg_catalog", "pg_indexes"): _indexes,
    ("pg_catalog", "pg_tables"): _named("rp", "tablename"),
    ("pg_catalog", "pg_views"): _named("v", "viewname"),
    ("pg_catalog", "pg_matviews"): _named("m", "matviewname"),
    ("pg_catalog", "pg_sequences"): _named("S", "sequencename"),
    ("pg_catalog", "pg_extension"): _extensions,
    ("pg_catalog", "pg_enum"): _enums,
    ("pg_catalog", "pg_trigger"): _trigger_rows,
    ("pg_catalog", "pg_policies"): _policies,
    ("pg_catalog", "pg_policy"): _policy_rows,
    ("pg_catalog", "pg_inherits"): _inherits,
    **{("pg_catalog", name): _roles for name in sorted(ROLES)},
    ("information_schema", "tables"): _tables_of_standard,
    ("information_schema", "views"): _views_of_standard,
    ("information_schema", "columns"): _columns_of_standard,
    ("information_schema", "schemata"): _schemata,
    ("information_schema", "table_constraints"): _constraints_of_standard,
    ("information_schema", "key_column_usage"): _key_columns,
    ("information_schema", "routines"): _routines,
    ("information_schema", "triggers"): _triggers_of_standard,
}
