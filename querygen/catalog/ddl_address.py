"""Which object a statement names, and how messages call an object.

Takes an object type and the raw name that DROP, COMMENT and ALTER give, finds the `Address`. Mirrors
`objectaddress.c: get_object_address, getObjectDescription`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import (
    deconstruct_qualified_name,
    format_type,
    lookup_type_name,
    quote_identifier,
    type_name_to_string,
)
from querygen.catalog import ddl_constraint, ddl_function, ddl_names
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import name_list, where
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation
    from querygen.pg_catalog.rows import Oid, PgOperator

ObjectType = enums.ObjectType
# relkind, the word of the message, the statement that would be right
_RELATION_KINDS: dict[Any, tuple[str, str]] = {
    ObjectType.OBJECT_TABLE: ("rp", "table"),
    ObjectType.OBJECT_VIEW: ("v", "view"),
    ObjectType.OBJECT_MATVIEW: ("m", "materialized view"),
    ObjectType.OBJECT_SEQUENCE: ("S", "sequence"),
    ObjectType.OBJECT_FOREIGN_TABLE: ("f", "foreign table"),
    ObjectType.OBJECT_INDEX: ("i", "index"),
}
_KIND_WORDS = {
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized view",
    "S": "sequence",
    "f": "foreign table",
    "c": "composite type",
    "i": "index",
}
_PARTS = {ObjectType.OBJECT_TRIGGER: "trigger", ObjectType.OBJECT_RULE: "rule", ObjectType.OBJECT_POLICY: "policy"}
# Objects that nothing in a catalog of types depends on: they are not kept.
_UNKEPT = {
    getattr(ObjectType, name)
    for name in [
        "OBJECT_ACCESS_METHOD",
        "OBJECT_CONVERSION",
        "OBJECT_EVENT_TRIGGER",
        "OBJECT_FDW",
        "OBJECT_FOREIGN_SERVER",
        "OBJECT_LANGUAGE",
        "OBJECT_OPFAMILY",
        "OBJECT_PUBLICATION",
        "OBJECT_STATISTIC_EXT",
        "OBJECT_TRANSFORM",
        "OBJECT_TSCONFIGURATION",
        "OBJECT_TSDICTIONARY",
        "OBJECT_TSPARSER",
        "OBJECT_TSTEMPLATE",
        "OBJECT_LARGEOBJECT",
        "OBJECT_TABLESPACE",
        "OBJECT_ROLE",
        "OBJECT_DATABASE",
        "OBJECT_SUBSCRIPTION",
        "OBJECT_USER_MAPPING",
        "OBJECT_PARAMETER_ACL",
    ]
}


def resolve(
    state: DdlState, objtype: enums.ObjectType, node: Any, *, missing_ok: bool = False, drop: bool = False
) -> Address | None:
    """get_object_address; None: not there and that is all right, or a kind that is not kept.

    DROP has words of its own for a relation that is missing or of another kind (`drop`).
    """
    match objtype:
        case kind if kind in _RELATION_KINDS:
            return _relation(state, objtype, node, missing_ok, drop)
        case ObjectType.OBJECT_TYPE | ObjectType.OBJECT_DOMAIN:
            return _type(state, objtype, node, missing_ok)
        case (
            ObjectType.OBJECT_FUNCTION
            | ObjectType.OBJECT_PROCEDURE
            | ObjectType.OBJECT_ROUTINE
            | ObjectType.OBJECT_AGGREGATE
        ):
            row = ddl_function.lookup_func_with_args(state, objtype, node, missing_ok=missing_ok)
            if drop and row is not None and row.prokind == "a" and objtype == ObjectType.OBJECT_FUNCTION:
                hint = "Use DROP AGGREGATE to drop aggregate functions."
                raise PgError("42809", f'"{name_list(node.objname)}" is an aggregate function', hint=hint)
            return None if row is None else Address("proc", row.oid)
        case ObjectType.OBJECT_OPERATOR:
            operator = find_operator(state, node, missing_ok=missing_ok)
            return None if operator is None else Address("operator", operator.oid)
        case ObjectType.OBJECT_SCHEMA:
            return _schema(state, node.sval, missing_ok)
        case ObjectType.OBJECT_CAST:
            return _cast(state, node, missing_ok)
        case ObjectType.OBJECT_TRIGGER | ObjectType.OBJECT_RULE | ObjectType.OBJECT_POLICY:
            return _part(state, _PARTS[objtype], node, missing_ok)
        case ObjectType.OBJECT_OPCLASS:
            return _opclass(state, node, missing_ok)
        case ObjectType.OBJECT_COLLATION:
            schema, name = deconstruct_qualified_name(node)
            row_ = state.catalog.collations_named(name, schema)
            if row_ is None and not missing_ok:
                raise PgError("42704", f'collation "{name_list(node)}" for encoding "UTF8" does not exist')
            return None if row_ is None else Address("collation", row_.oid)
    if objtype in _UNKEPT:
        return None
    raise PgError("0A000", f"querygen does not yet analyse DROP of {objtype.name.removeprefix('OBJECT_').lower()}")


# ---------------------------------------------------------------------------------------------- each kind


def _relation(
    state: DdlState, objtype: enums.ObjectType, names: Sequence[Any], missing_ok: bool, drop: bool
) -> Address | None:
    node = ddl_names.range_var(names)
    kinds, word = _RELATION_KINDS[objtype]
    oid = ddl_names.find_relation(state, node)
    if oid is None:
        if missing_ok:
            return None
        if node.schemaname and state.catalog.namespace_oid(node.schemaname) is None:
            raise PgError("3F000", f'schema "{node.schemaname}" does not exist')
        if not drop:
            raise ddl_names.undefined_relation(state, node)
        raise PgError("42704" if word == "index" else "42P01", f'{word} "{node.relname}" does not exist')
    relation = state.catalog.find_relation(oid)
    if drop and relation is not None:
        ddl_names.check_not_system(relation)
    actual = "i" if relation is None else relation.kind
    if actual not in kinds:
        right = _KIND_WORDS.get(actual, "table")
        if actual == "c":
            right = "type"
        hint = f"Use DROP {right.upper()} to remove {_article(right)} {right}." if drop else None
        raise PgError("42809", f'"{node.relname}" is not {_article(word)} {word}', hint=hint)
    return Address("relation", oid)


def _article(word: str) -> str:
    return "an" if word[0] == "i" else "a"


def _type(state: DdlState, objtype: enums.ObjectType, node: ast.TypeName, missing_ok: bool) -> Address | None:
    found = lookup_type_name(None, state.catalog, node, missing_ok=missing_ok)
    if found is None:
        if missing_ok:
            return None
        raise PgError("42704", f'type "{type_name_to_string(node)}" does not exist', where(node))
    row = state.catalog.type(found[0])
    if objtype == ObjectType.OBJECT_DOMAIN and row.typtype != "d":
        raise PgError("42809", f'"{type_name_to_string(node)}" is not a domain', where(node))
    return Address("type", row.oid)


def find_operator(state: DdlState, node: ast.ObjectWithArgs, *, missing_ok: bool = False) -> PgOperator | None:
    """LookupOperWithArgs"""
    sides: list[Oid] = []
    for type_name in node.objargs or ():
        if type_name is None:
            sides.append(0)
            continue
        found = lookup_type_name(None, state.catalog, type_name, missing_ok=missing_ok)
        if found is None:
            if missing_ok:
                return None
            raise PgError("42704", f'type "{type_name_to_string(type_name)}" does not exist', where(type_name))
        sides.append(found[0])
    schema, name = deconstruct_qualified_name(node.objname)
    if len(sides) == 2:
        for row in state.catalog.operators_named(name, schema):
            if (row.oprleft, row.oprright) == (sides[0], sides[1]):
                return row
    if missing_ok:
        return None
    shown = [format_type(state.catalog, oid) if oid else "" for oid in sides]
    raise PgError(
        "42883", f"operator does not exist: {' '.join((shown[0], name, shown[1])).strip()}" if shown else name
    )


def _schema(state: DdlState, name: str, missing_ok: bool) -> Address | None:
    oid = state.catalog.namespace_oid(name)
    if oid is None:
        if missing_ok:
            return None
        raise PgError("3F000", f'schema "{name}" does not exist')
    return Address("schema", oid)


def _cast(state: DdlState, node: Sequence[ast.TypeName], missing_ok: bool) -> Address | None:
    pair: list[Oid] = []
    for type_name in node:
        found = lookup_type_name(None, state.catalog, type_name, missing_ok=missing_ok)
        if found is None:
            if missing_ok:
                return None
            raise PgError("42704", f'type "{type_name_to_string(type_name)}" does not exist', where(type_name))
        pair.append(found[0])
    source, target = pair
    if state.catalog.cast(source, target) is None:
        if missing_ok:
            return None
        shown = [format_type(state.catalog, oid) for oid in pair]
        raise PgError("42704", f"cast from type {shown[0]} to type {shown[1]} does not exist")
    return Address("cast", source, target)


def _part(state: DdlState, word: str, names: Sequence[Any], missing_ok: bool) -> Address | None:
    *owner, last = names
    node = ddl_names.range_var(owner)
    oid = ddl_names.find_relation(state, node)
    relation = None if oid is None else state.catalog.find_relation(oid)
    if relation is None:
        if missing_ok:
            return None
        raise ddl_names.undefined_relation(state, node)
    if last.sval not in _part_names(relation, word):
        if missing_ok:
            return None
        article = "relation" if word == "rule" else "table"
        raise PgError("42704", f'{word} "{last.sval}" for {article} "{relation.name}" does not exist')
    return Address(word, relation.oid, last.sval)


def _part_names(relation: Relation, word: str) -> set[str]:
    match word:
        case "trigger":
            return {one.name for one in relation.triggers}
        case "rule":
            return {one.name for one in relation.rules}
    return {*relation.policies}


def _opclass(state: DdlState, names: Sequence[Any], missing_ok: bool) -> Address | None:
    method = names[0].sval
    schema, name = deconstruct_qualified_name(names[1:])
    for row in state.catalog.opclasses():
        if row.opcmethod == method and row.opcname == name:
            if schema is None or state.catalog.namespace_oid(schema) == row.opcnamespace:
                return Address("opclass", row.oid)
    if missing_ok:
        return None
    shown = name_list(names[1:])
    raise PgError("42704", f'operator class "{shown}" does not exist for access method "{method}"')


def find_table_constraint(state: DdlState, names: Sequence[Any]) -> Address:
    """The constraint that COMMENT ON CONSTRAINT c ON t names."""
    *owner, last = names
    relation = ddl_names.get_relation(state, ddl_names.range_var(owner))
    if ddl_constraint.find_constraint(relation, last.sval) is None:
        raise PgError("42704", f'constraint "{last.sval}" for table "{relation.name}" does not exist')
    return Address("constraint", relation.oid, last.sval)


# ---------------------------------------------------------------------------------------------- descriptions


def _relation_name(state: DdlState, name: str, namespace: Oid, oid: Oid) -> str:
    quoted = quote_identifier(name)
    if state.catalog.relation_oid(name) == oid:
        return quoted
    return f"{quote_identifier(state.catalog.namespace_name(namespace))}.{quoted}"


def describe(state: DdlState, address: Address) -> str:
    """getObjectDescription"""
    catalog = state.catalog
    match address.kind:
        case "relation":
            relation = catalog.find_relation(address.oid)
            if relation is None:
                index = catalog.index(address.oid)
                return f"index {_relation_name(state, index.name, index.namespace, index.oid)}"
            word = _KIND_WORDS.get(relation.kind, "relation")
            text = f"{word} {_relation_name(state, relation.name, relation.namespace, relation.oid)}"
            if address.sub:
                return f"column {quote_identifier(relation.columns[int(address.sub) - 1].name)} of {text}"
            return text
        case "type":
            return f"type {format_type(catalog, address.oid)}"
        case "proc":
            row = catalog.proc(address.oid)
            name = ddl_function.signature(state, quote_identifier(row.proname), row.proargtypes).replace(", ", ",")
            if row not in catalog.procs_named(row.proname):
                name = f"{quote_identifier(catalog.namespace_name(row.pronamespace))}.{name}"
            return f"{'procedure' if row.prokind == 'p' else 'function'} {name}"
        case "operator":
            operator = catalog.operator(address.oid)
            left = format_type(catalog, operator.oprleft) if operator.oprleft else "NONE"
            return f"operator {operator.oprname}({left},{format_type(catalog, operator.oprright)})"
        case "cast":
            return f"cast from {format_type(catalog, address.oid)} to {format_type(catalog, int(address.sub))}"
        case "schema":
            return f"schema {quote_identifier(catalog.namespace_name(address.oid))}"
        case "default":
            column = describe(state, Address("relation", address.oid, address.sub))
            return f"default value for {column}"
        case "constraint" if catalog.find_relation(address.oid) is None:
            return f"constraint {quote_identifier(str(address.sub))}"
        case "constraint" | "trigger" | "rule" | "policy":
            on = describe(state, Address("relation", address.oid))
            return f"{address.kind} {quote_identifier(str(address.sub))} on {on}"
        case "opclass":
            opclass = next(one for one in catalog.opclasses() if one.oid == address.oid)
            return f"operator class {quote_identifier(opclass.opcname)} for access method {opclass.opcmethod}"
    return address.kind
