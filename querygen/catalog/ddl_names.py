"""Names of objects: where they are looked up, where new ones go, and how PostgreSQL makes them up.

Takes raw names and a `DdlState`, gives oids and names. Mirrors `namespace.c`, the naming part of `indexcmds.c` and
`pg_constraint.c`, and `pg_type.c: makeArrayTypeName`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import deconstruct_qualified_name, lookup_explicit_namespace
from querygen.catalog.catalog import PG_TEMP
from querygen.diagnostics import PgError
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID, PgNamespace
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Index, Relation
    from querygen.pg_catalog.rows import Oid

NAMEDATALEN = 64


def name_list(names: Iterable[Any] | None) -> str:
    """NameListToString"""
    return ".".join(part.sval for part in names or ())


def shown(node: ast.RangeVar) -> str:
    """A relation's name as messages write it."""
    return f"{node.schemaname}.{node.relname}" if node.schemaname else str(node.relname)


def where(node: Any) -> int:
    """A node's location, -1 without one."""
    location = getattr(node, "location", None)
    return -1 if location is None else int(location)


# ---------------------------------------------------------------------------------------------- look-ups


def find_relation(state: DdlState, node: ast.RangeVar) -> Oid | None:
    """RangeVarGetRelid with missing_ok. An index is found too."""
    if node.relpersistence == "t" and node.schemaname is None:
        return state.catalog.relation_oid(node.relname, PG_TEMP)
    return state.catalog.relation_oid(node.relname, node.schemaname)


def undefined_relation(state: DdlState, node: ast.RangeVar) -> PgError:
    """The error of RangeVarGetRelid."""
    if node.schemaname and state.catalog.namespace_oid(node.schemaname) is None:
        return PgError("3F000", f'schema "{node.schemaname}" does not exist', where(node))
    return PgError("42P01", f'relation "{shown(node)}" does not exist', where(node))


def check_not_system(relation: Relation | Index) -> None:
    """RangeVarCallbackForAlterRelation: what PostgreSQL brought along is not the user's to change."""
    if relation.oid < FIRST_NORMAL_OBJECT_ID:
        raise PgError("42501", f'permission denied: "{relation.name}" is a system catalog')


def get_relation(state: DdlState, node: ast.RangeVar) -> Relation:
    """table_openrv: the relation, which must be there."""
    oid = find_relation(state, node)
    relation = None if oid is None else state.catalog.find_relation(oid)
    if relation is None:
        if oid is not None:
            raise PgError("42809", f'"{node.relname}" is an index', where(node))
        raise undefined_relation(state, node)
    return relation


def range_var(names: Sequence[Any]) -> ast.RangeVar:
    """makeRangeVarFromNameList"""
    schema, name = deconstruct_qualified_name(names)
    return ast.RangeVar(schemaname=schema, relname=name, inh=True, relpersistence="p", location=-1)


def temp_namespace(state: DdlState) -> Oid:
    """The schema of temporary tables, made when it is first needed."""
    oid = state.catalog.namespace_oid(PG_TEMP)
    if oid is None:
        oid = state.catalog.new_oid()
        state.catalog.put_namespace(PgNamespace(oid, PG_TEMP))
    return oid


def relation_creation_namespace(state: DdlState, node: ast.RangeVar) -> Oid:
    """RangeVarGetAndCheckCreationNamespace"""
    if node.schemaname == PG_TEMP or (node.relpersistence == "t" and not node.schemaname):
        return temp_namespace(state)
    if node.schemaname:
        if node.relpersistence == "t":
            raise PgError("42P16", "cannot create temporary relation in non-temporary schema", where(node))
        return lookup_explicit_namespace(state.catalog, node.schemaname, where(node))
    return default_creation_namespace(state)


def default_creation_namespace(state: DdlState) -> Oid:
    """The schema in which a name without one is made; PgError where the search path has none."""
    oid = state.catalog.creation_namespace()
    if oid is None:
        raise PgError("3F000", "no schema has been selected to create in")
    return oid


def creation_namespace(state: DdlState, names: Sequence[Any]) -> tuple[Oid, str]:
    """QualifiedNameGetCreationNamespace"""
    schema, name = deconstruct_qualified_name(names)
    if schema is None:
        return default_creation_namespace(state), name
    if schema == PG_TEMP:
        return temp_namespace(state), name
    return lookup_explicit_namespace(state.catalog, schema), name


def relation_in(state: DdlState, name: str, namespace: Oid) -> Oid | None:
    """get_relname_relid"""
    return state.catalog.relation_oid(name, state.catalog.namespace_name(namespace))


def type_in(state: DdlState, name: str, namespace: Oid) -> Oid | None:
    """GetSysCacheOid(TYPENAMENSP)"""
    return state.catalog.type_oid(name, state.catalog.namespace_name(namespace))


def find_inheritance_children(state: DdlState, relation: Oid) -> list[Relation]:
    """find_inheritance_children: the direct ones."""
    return state.catalog.children_of(relation)


def find_all_inheritors(state: DdlState, relation: Oid) -> Iterator[Relation]:
    """find_all_inheritors, without the relation itself."""
    for child in state.catalog.children_of(relation):
        yield child
        yield from find_all_inheritors(state, child.oid)


# ---------------------------------------------------------------------------------------------- made-up names


def clip(name: str, limit: int) -> str:
    """pg_mbcliplen: as many whole characters as fit in `limit` bytes."""
    if len(name) * 4 <= limit:
        return name
    return name.encode()[:limit].decode(errors="ignore")


def make_object_name(name1: str, name2: str | None, label: str | None) -> str:
    """makeObjectName: name1_name2_label, the longer name shortened until it fits."""
    overhead = (1 if name2 is not None else 0) + (1 + len(label.encode()) if label is not None else 0)
    room = NAMEDATALEN - 1 - overhead
    size1, size2 = len(name1.encode()), len((name2 or "").encode())
    if size1 + size2 > room:
        while size1 + size2 > room:
            if size1 > size2:
                size1 -= 1
            else:
                size2 -= 1
        name1 = clip(name1, size1)
        name2 = None if name2 is None else clip(name2, size2)
    return "_".join(part for part in (name1, name2, label) if part is not None)


def choose_relation_name(
    state: DdlState, name1: str, name2: str | None, label: str, namespace: Oid, *, constraint: bool = False
) -> str:
    """ChooseRelationName"""
    number = 0
    suffix = label
    while True:
        name = make_object_name(name1, name2, suffix)
        if relation_in(state, name, namespace) is None and not (
            constraint and state.catalog.constraint_name_exists(name, namespace)
        ):
            return name
        state.collided = True
        number += 1
        suffix = f"{label}{number}"


def choose_constraint_name(
    state: DdlState, name1: str, name2: str | None, label: str, namespace: Oid, others: Collection[str] = ()
) -> str:
    """ChooseConstraintName"""
    number = 0
    suffix = label
    while True:
        name = make_object_name(name1, name2, suffix)
        if name not in others and not state.catalog.constraint_name_exists(name, namespace):
            return name
        state.collided = True
        number += 1
        suffix = f"{label}{number}"


def join_column_names(names: Iterable[str]) -> str:
    """ChooseIndexNameAddition, ChooseForeignKeyConstraintNameAddition: names joined, cut when long enough."""
    text = ""
    for name in names:
        text += f"_{name}" if text else name
        if len(text.encode()) >= NAMEDATALEN:
            break
    return text


def choose_index_name(
    state: DdlState,
    table: str,
    namespace: Oid,
    columns: Sequence[str],
    *,
    exclusion: bool = False,
    primary: bool = False,
    constraint: bool = False,
) -> str:
    """ChooseIndexName"""
    if primary:
        return choose_relation_name(state, table, None, "pkey", namespace, constraint=True)
    addition = join_column_names(columns)
    if exclusion:
        return choose_relation_name(state, table, addition, "excl", namespace, constraint=True)
    if constraint:
        return choose_relation_name(state, table, addition, "key", namespace, constraint=True)
    return choose_relation_name(state, table, addition, "idx", namespace)


def choose_index_column_names(columns: Iterable[str | None]) -> list[str]:
    """ChooseIndexColumnNames: an expression without a name of its own is `expr`; repeated names get a number."""
    result: list[str] = []
    for column in columns:
        original = column or "expr"
        name = original
        number = 1
        while name in result:
            digits = str(number)
            name = clip(original, NAMEDATALEN - 1 - len(digits)) + digits
            number += 1
        result.append(name)
    return result


def make_array_type_name(state: DdlState, name: str, namespace: Oid) -> str:
    """makeArrayTypeName"""
    number = 0
    result = make_object_name("", name, None)
    while type_in(state, result, namespace) is not None:
        number += 1
        result = make_object_name("", name, str(number))
    return result
