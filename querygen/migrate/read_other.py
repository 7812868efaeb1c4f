"""Schemas, units of text, comments, owners and rights read into the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.catalog.ddl_acl import born_acl
from querygen.catalog.ddl_depend import Address
from querygen.migrate.model import Id, Object
from querygen.migrate.read_foreign import KINDS, said
from querygen.migrate.reader import quoted
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID
from querygen.source import SourceFile
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from querygen.catalog.ddl_units import Unit
    from querygen.migrate.reader import Reader

PUBLIC = 2200
# What the server has before anybody declares anything
_BORN_SCHEMAS = frozenset({"pg_catalog", "information_schema", "pg_toast", "pg_temp", "public"})


def read_schemas(reader: Reader) -> None:
    """The schemas; public is there anyhow, unless it was dropped."""
    brought = {
        reader.schema(row.oid)
        for extension in reader.state.extensions.values()
        if extension.data is not None
        for row in extension.data.rows("pg_namespace")
        if row.oid >= FIRST_NORMAL_OBJECT_ID
    }
    for _oid, name in reader.catalog.namespaces():
        if name == "public" or (name not in _BORN_SCHEMAS and name not in brought):
            reader.model.add(Object(("schema", name), {"born": name == "public"}))


def read_units(reader: Reader) -> None:
    """What is kept as text."""
    for key, unit in reader.facts.items():
        if key[0] == "unit":
            _unit(reader, unit)


def _unit(reader: Reader, unit: Unit) -> None:
    identity: Id = ("unit", unit.kind, unit.name)
    needs: set[Id] = set(reader.ids(unit.needs))
    parent: Id | None = None
    if unit.relation:
        relation = reader.catalog.find_relation(unit.relation)
        if relation is None:
            return
        parent = reader.relation_id(relation)
    for one in unit.needs:
        if one.kind == "relation" and reader.catalog.find_relation(one.oid) is None:
            return
    schema = unit.name.split(".")[0].strip('"') if "." in unit.name.split("(")[0] else None
    if schema is not None and reader.catalog.namespace_oid(schema) is not None:
        needs.add(("schema", schema))
    if unit.kind == "EXTENSION" and " WITH SCHEMA " in unit.head:
        needs.add(("schema", unit.head.split(" WITH SCHEMA ")[1].split()[0].strip('"')))
    if unit.kind == "USER MAPPING":
        needs.add(("unit", "SERVER", unit.name.split(" SERVER ")[1]))
    if unit.kind == "SERVER":
        words = unit.head.split()
        lowered = [one.lower() for one in words]
        if "wrapper" in lowered:
            needs.add(("unit", "FOREIGN DATA WRAPPER", words[lowered.index("wrapper") + 1].strip(";")))
    if unit.kind == "MEMBERSHIP":
        granted, grantee = unit.name.split(" TO ")
        needs |= {("unit", "ROLE", granted), ("unit", "ROLE", grantee)}
    needs.discard(identity)
    attrs: dict[str, Any] = {
        # of an extension only what the new schema says of its version and its schema is looked at
        "definition": "" if unit.kind == "EXTENSION" else _trees(unit.head),
        "changes": tuple(_trees(one) for one in unit.tail),
        "_head": unit.head,
        "_tail": unit.tail,
        "_drop": unit.drop,
    }
    if unit.kind in KINDS and (found := said(unit)) is not None:
        attrs |= {"definition": found.fixed, "changes": (), "version": found.version, "options": found.options}
    reader.model.add(Object(identity, attrs, parent=parent, needs=frozenset(needs)))


def _trees(text: str) -> str:
    """A statement as its raw tree, in which the spelling of keywords and types makes no difference."""
    found, problems = parse_schema_file(SourceFile("unit", text))
    return text if problems else repr([one.stmt for one in found])


# ---------------------------------------------------------------------------------------------- comments


def read_comments(reader: Reader) -> None:
    """Comments on everything."""
    catalog = reader.catalog
    for relation in catalog.relations():
        if not reader.is_mine(relation.oid, relation.namespace):
            continue
        identity = reader.relation_id(relation)
        _comment(reader, identity, relation.comment)
        for column in relation.live_columns:
            owner: Id = ("column", *identity[1:], column.name)
            if owner not in reader.model.objects:
                owner_: Id = identity
                _comment(reader, ("column", *identity[1:], column.name), column.comment, parent=owner_)
            else:
                _comment(reader, owner, column.comment)
        for constraint in relation.constraints:
            kind = "constraint" if constraint.kind != "n" else "notnull"
            part = constraint.name if kind == "constraint" else constraint.columns[0]
            _comment(reader, (kind, *identity[1:], part), constraint.comment)
        for trigger in relation.triggers:
            _comment(reader, ("trigger", *identity[1:], trigger.name), trigger.comment)
        for rule in relation.rules:
            _comment(reader, ("rule", *identity[1:], rule.name), rule.comment)
        for policy in relation.policies:
            text = reader.facts.get(("comment", "policy", relation.oid, policy))
            _comment(reader, ("policy", *identity[1:], policy), text)
    for index in catalog.indexes():
        schema = reader.schema(index.namespace)
        if index.constraint is None:
            _comment(reader, ("index", schema, index.name), index.comment)
        else:
            owner_relation = reader.relation_id(catalog.relation(index.relation))
            parent = ("constraint", owner_relation[1], owner_relation[2], index.constraint)
            _comment(reader, ("index", schema, index.name), index.comment, parent=parent)
    for identity, one in [*reader.model.objects.items()]:
        if identity[0] == "type":
            _type_comment(reader, identity, one.attrs["_oid"])
        elif identity[0] == "function":
            _function_comment(reader, identity)
        elif identity[0] == "schema":
            oid = catalog.namespace_oid(identity[1])
            _comment(reader, identity, None if oid is None else catalog.comment("schema", oid))
    for key, text in reader.facts.items():
        if key[:2] == ("comment", "unit"):
            _comment(reader, ("unit", *key[2:]), text)
    for number, identity in reader.units_by_number.items():
        catalogue = {"AGGREGATE": "proc", "OPERATOR": "operator", "TYPE": "type"}.get(identity[1])
        if catalogue is not None:
            _comment(reader, identity, catalog.comment(catalogue, number))


def _type_comment(reader: Reader, identity: Id, oid: int) -> None:
    catalog = reader.catalog
    enum, domain = catalog.enum(oid), catalog.domain(oid)
    text = catalog.comment("type", oid)
    if enum is not None:
        text = enum.comment
    elif domain is not None:
        text = domain.comment
        for check in domain.checks:
            _comment(reader, ("domcheck", *identity[1:], check.name), check.comment)
    else:
        row = catalog.type(oid)
        relation = catalog.find_relation(row.typrelid) if row.typrelid else None
        text = relation.comment if relation is not None else text
    _comment(reader, identity, text)


def _function_comment(reader: Reader, identity: Id) -> None:
    for row in reader.catalog.procs_named(identity[2], identity[1]):
        if reader.proc_id(row.oid) == identity:
            body = reader.catalog.function_body(row.oid)
            _comment(reader, identity, body.comment if body is not None else None)


def _comment(reader: Reader, target: Id, text: str | None, *, parent: Id | None = None) -> None:
    owner = target if parent is None else parent
    if text is None or owner not in reader.model.objects:
        return
    reader.model.add(Object(("comment", *target), {"text": text}, parent=owner, needs=frozenset({owner})))


# ---------------------------------------------------------------------------------------------- owners and rights


def read_rights(reader: Reader) -> None:
    """Owners, grants and default privileges, as far as something was said of them."""
    for key, value in reader.facts.items():
        match key:
            case ("owner", kind, oid):
                target = _target(reader, "relation" if kind == "relation" else kind, oid)
                if target is not None and target in reader.model.objects:
                    needs = {target, ("unit", "ROLE", value)} & {*reader.model.objects}
                    one = Object(("owner", *target), {"role": value}, parent=target, needs=frozenset(needs))
                    reader.model.add(one)
            case ("acl", kind, oid, number):
                _acl(reader, kind, oid, number, value)
            case ("defacl", role, schema, kind):
                _default_acl(reader, role, schema, kind, value)


_ADDRESSES = {"table": "relation", "sequence": "relation", "function": "proc", "type": "type", "schema": "schema"}
_UNITS = {"language": "LANGUAGE", "fdw": "FOREIGN DATA WRAPPER", "server": "SERVER"}


def _target(reader: Reader, kind: str, oid: Any) -> Id | None:
    if isinstance(oid, str):
        return ("unit", kind, oid)
    if kind == "relation" and reader.catalog.find_relation(oid) is None:
        return None
    if kind == "schema" and not any(one == oid for one, _name in reader.catalog.namespaces()):
        return None
    if kind == "proc" and reader.catalog.function_body(oid) is None and oid not in reader.units_by_number:
        return None
    if kind == "type" and reader.catalog.find_type(oid) is None:
        return None
    return reader.id_of(Address(kind, oid))


def owner_of(reader: Reader, key: tuple[Any, ...]) -> Id | None:
    """The object of which a fact says the owner."""
    _owner, kind, oid = key
    return _target(reader, kind, oid)


def _acl(reader: Reader, kind: str, oid: Any, number: int, acl: dict[str, dict[str, bool]]) -> None:
    if kind in _UNITS:
        target: Id | None = ("unit", _UNITS[kind], str(oid))
    else:
        target = _target(reader, _ADDRESSES[kind], oid)
    if target is None or target not in reader.model.objects:
        return
    identity = target
    parent = target
    if number:
        relation = reader.catalog.relation(oid)
        column = relation.columns[number - 1]
        if column.dropped:
            return
        identity = ("column", target[1], target[2], column.name)
        parent = identity if target[0] == "table" else target
        kind = "column"
    # The superuser may do anything: to take a right from it would only hurt where it is the owner.
    rights = frozenset(one for one in flat(acl) if one[0] != "postgres")
    if rights == flat(born_acl(kind)):
        return
    roles = {("unit", "ROLE", grantee) for grantee, _privilege, _grantable in rights}
    needs = {parent, *(roles & {*reader.model.objects})}
    attrs = {"rights": rights, "kind": kind}
    reader.model.add(Object(("acl", *identity), attrs, parent=parent, needs=frozenset(needs)))


def flat(acl: dict[str, dict[str, bool]]) -> frozenset[tuple[str, str, bool]]:
    """(grantee, privilege, may it be handed on)"""
    return frozenset((grantee, one, grant) for grantee, rights in acl.items() for one, grant in rights.items())


def _default_acl(reader: Reader, role: str, schema: str, kind: str, acl: dict[str, dict[str, bool]]) -> None:
    rights = flat(acl)
    if rights == (flat(born_acl(kind)) if not schema else frozenset()):
        return
    needs: set[Id] = {("schema", schema)} if schema else set()
    needs |= {("unit", "ROLE", grantee) for grantee, _one, _grant in rights} & {*reader.model.objects}
    attrs = {"rights": rights, "role": role, "schema": schema, "kind": kind}
    reader.model.add(Object(("defacl", role, schema, kind), attrs, needs=frozenset(needs)))


__all__ = ["owner_of", "quoted", "read_comments", "read_rights", "read_schemas", "read_units"]
