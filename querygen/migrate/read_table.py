"""Tables read into the model, with columns, defaults and NOT NULL. Constraints, indexes: `read_constraint.py`."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import quote_identifier
from querygen.catalog import ddl_partition
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import make_object_name
from querygen.catalog.ddl_partition_value import evaluate
from querygen.catalog.ddl_sequence import owned_by
from querygen.catalog.ruleutils_expr import quote_literal
from querygen.migrate.model import Id, Object
from querygen.migrate.read_sequence import identity_sequence
from querygen.migrate.reader import quoted
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from querygen.catalog.objects import Column, Relation
    from querygen.migrate.reader import Reader

# TYPSTORAGE of the types that have another than extended or plain by their length
_NEXTVAL = re.compile(r"nextval\('([^'.]+)\.([^'.]+)'")
NAMED_NOT_NULL = 18
_STRATEGIES = {"r": "RANGE", "l": "LIST", "h": "HASH"}


def read_table(reader: Reader, relation: Relation) -> None:
    """The table and its columns."""
    identity = reader.relation_id(relation)
    facts = reader.facts.get(("relation", relation.oid), {})
    needs: set[Id] = {("schema", identity[1])}
    parents = []
    for oid in relation.parents:
        parent = reader.catalog.relation(oid)
        needs.add(reader.relation_id(parent))
        parents.append(quoted(reader.schema(parent.namespace), parent.name))
    attrs: dict[str, Any] = {
        "kind": relation.kind,
        "persistence": relation.persistence,
        "options": tuple(sorted(facts.get("options", ()))),
        "tablespace": facts.get("tablespace"),
        "access_method": _access_method(facts.get("access_method")),
        "row_security": bool(facts.get("row_security")),
        "force_row_security": bool(facts.get("force_row_security")),
        "_inherits": () if relation.is_partition else tuple(parents),
        "_partition_of": parents[0] if relation.is_partition else None,
        "_bound": bound_text(reader, relation) if relation.is_partition else None,
        "partition_key": None,
        "of_type": None,
        "server": facts.get("server"),
        "server_options": tuple(facts.get("server_options", ())),
    }
    if relation.kind == "p":
        attrs["partition_key"], used = partition_key(reader, relation)
        needs |= used - {identity} - {one for one in used if one[0] == "column" and one[1:3] == identity[1:3]}
    if relation.of_type:
        attrs["of_type"] = reader.type(relation.of_type)
        needs |= reader.ids([Address("type", relation.of_type)])
    if attrs["server"]:
        needs.add(("unit", "SERVER", quote_identifier(attrs["server"])))
    attrs["_options"] = tuple(facts.get("options", ()))
    attrs["_order"] = tuple(column.name for column in relation.live_columns)
    parent_id = next(iter(needs - {("schema", identity[1])}), None) if relation.is_partition else None
    reader.model.add(
        Object(
            identity,
            attrs,
            parent=parent_id if relation.is_partition and parent_id and parent_id[0] == "table" else None,
            needs=frozenset(needs),
            claims=("relation", identity[1], identity[2]),
        )
    )
    for column in relation.live_columns:
        _column(reader, relation, identity, column)
    _settings(reader, relation, identity, facts)
    _inheritance(reader, relation, identity)


def _settings(reader: Reader, relation: Relation, table: Id, facts: dict[str, Any]) -> None:
    """What names an index of the table, and so comes after both."""
    kind, index = facts.get("replica_identity", ("d", None))
    if kind != "d":
        text = {"f": "FULL", "n": "NOTHING"}.get(kind) or f"USING INDEX {_index_name(reader, index)}"
        needs = {table, *_index_ids(reader, relation, index)}
        reader.model.add(Object(("replident", *table[1:]), {"text": text}, parent=table, needs=frozenset(needs)))
    if (name := _index_name(reader, facts.get("cluster"))) is not None:
        needs = {table, *_index_ids(reader, relation, facts.get("cluster"))}
        reader.model.add(Object(("cluster", *table[1:]), {"index": name}, parent=table, needs=frozenset(needs)))


def _index_ids(reader: Reader, relation: Relation, oid: int | None) -> set[Id]:
    index = next((one for one in reader.catalog.indexes_of(relation.oid) if one.oid == oid), None)
    if index is None:
        return set()
    table = reader.relation_id(relation)
    if index.constraint is not None:
        return {("constraint", table[1], table[2], index.constraint)}
    return {("index", reader.schema(index.namespace), index.name)}


def _inheritance(reader: Reader, relation: Relation, table: Id) -> None:
    """INHERITS and PARTITION OF as objects: they come and go while the tables stay."""
    for oid in relation.parents:
        parent = reader.relation_id(reader.catalog.relation(oid))
        columns = {
            (kind, one[1], one[2], name)
            for one in (parent, table)
            for kind in ("column", "notnull")
            for name in (column.name for column in reader.catalog.relation(oid).live_columns)
        }
        needs = {parent, table, *columns}
        for constraint in reader.catalog.relation(oid).constraints:
            if constraint.kind == "c" and not constraint.no_inherit:
                needs |= {("constraint", one[1], one[2], constraint.name) for one in (parent, table)}
        if relation.is_partition:
            attrs = {"of": parent, "bound": bound_text(reader, relation)}
            identity: Id = ("partition", *table[1:])
        else:
            attrs = {"of": parent}
            identity = ("inherit", *table[1:], quoted(*parent[1:]))
        reader.model.add(Object(identity, attrs, parent=table, needs=frozenset(needs)))


def _access_method(name: str | None) -> str | None:
    return None if name == "heap" else name


def _index_name(reader: Reader, oid: int | None) -> str | None:
    if not oid:
        return None
    try:
        return quote_identifier(reader.catalog.index(oid).name)
    except KeyError:
        return None


# ---------------------------------------------------------------------------------------------- columns


def _column(reader: Reader, relation: Relation, table: Id, column: Column) -> None:
    identity: Id = ("column", table[1], table[2], column.name)
    facts = reader.facts.get(("column", relation.oid, column.attnum), {})
    row = reader.catalog.type(column.type_oid)
    needs = {table, *reader.ids([Address("type", column.type_oid)])}
    collation = None
    if column.attcollation and column.attcollation != row.typcollation:
        collation = reader.collation(column.attcollation)
        needs |= reader.ids([Address("collation", column.attcollation)])
    inherited = column.inherit_count > 0
    attrs: dict[str, Any] = {
        "type": reader.type(column.type_oid, column.typmod),
        "collation": collation,
        "storage": _storage(facts.get("storage"), row),
        "compression": None if facts.get("compression") == "default" else facts.get("compression"),
        "statistics": facts.get("statistics"),
        "attoptions": tuple(sorted(facts.get("attoptions", ()))),
        "options": tuple(facts.get("options", ())),
        "generated": column.generated,
        "expression": None,
        "local": column.is_local,
        "_oid": column.type_oid,
        "_typmod": column.typmod,
        "_major": reader.catalog.major,
        "_storage": usual_storage(row),
    }
    if column.generated:
        text, used = reader.expression(column.default_expr)
        attrs["expression"] = text
        needs |= _moved(used, relation, column, reader)
    needs.discard(identity)
    reader.model.add(Object(identity, attrs, parent=table, needs=frozenset(needs), inherited=inherited))
    null_default = facts.get("null_default") and column.typmod >= 0 and row.typtype == "b" and row.typmodin != "-"
    if (column.has_default or null_default) and not column.generated:
        read_default(reader, relation, table, column)
    if column.identity:
        _identity(reader, relation, identity, column, inherited=relation.is_partition and inherited)
    for constraint in relation.constraints:
        if constraint.kind == "n" and constraint.columns == (column.name,):
            usual = make_object_name(relation.name, column.name, "not_null")
            named = reader.catalog.major >= NAMED_NOT_NULL  # before it was a property of the column
            attrs = {
                "name": constraint.name if named else usual,
                "_usual": usual,
                "no_inherit": constraint.no_inherit and named,
                "validated": constraint.validated or not named,
                "_named": named,
            }
            one = Object(
                ("notnull", *identity[1:]),
                attrs,
                parent=identity,
                needs=frozenset({identity}),
                inherited=constraint.inherit_count > 0,
            )
            reader.model.add(one)


def _identity(reader: Reader, relation: Relation, owner: Id, column: Column, *, inherited: bool) -> None:
    """An identity with its sequence: it needs NOT NULL, and takes the place of a default."""
    attrs: dict[str, Any] = {"kind": column.identity, "sequence": None}
    for sequence in owned_by(reader.state, relation.oid, column.attnum):
        attrs["sequence"] = identity_sequence(reader, sequence)
    reader.model.add(
        Object(
            ("identity", *owner[1:]),
            attrs,
            parent=owner,
            needs=frozenset({owner, ("notnull", *owner[1:])}),
            inherited=inherited or attrs["sequence"] is None,
            claims=("value", *owner[1:]),
        )
    )


def _moved(used: set[Id], relation: Relation, column: Column, reader: Reader) -> set[Id]:
    """The expression's columns as this relation's: a partition shares the tree of its table."""
    table = reader.relation_id(relation)
    found: set[Id] = set()
    for one in used:
        if one[0] == "column" and one[3] in relation.by_name and one[1:3] != table[1:3]:
            one = ("column", table[1], table[2], one[3])
        found.add(one)
    found.discard(("column", table[1], table[2], column.name))
    return found


_STORAGE = {"p": "plain", "x": "extended", "m": "main", "e": "external"}


def _storage(said: str | None, row: Any) -> str | None:
    """What was said, unless it is what the type has anyhow."""
    if said in (None, "default"):
        return None
    return None if said == usual_storage(row) else said


def usual_storage(row: Any) -> str:
    """pg_type.typstorage, which is not dumped: of PostgreSQL's own types"""
    if row.typlen >= 0:
        return "plain"
    return "main" if row.typname in ("numeric", "inet", "cidr") else "extended"


def read_default(reader: Reader, relation: Relation, table: Id, column: Column) -> None:
    """DEFAULT, as an object of its own: what it calls comes and goes."""
    identity: Id = ("default", table[1], table[2], column.name)
    owner: Id = ("column", table[1], table[2], column.name) if table[0] == "table" else table
    if not column.has_default:
        text, used = f"NULL::{reader.type(column.type_oid)}", set()
    elif column.default_expr is None:
        sequence = _sequence_of_default(reader, relation, column)
        if sequence is None:
            return
        found = reader.catalog.relation(sequence)
        name = quoted(reader.schema(found.namespace), found.name)
        text = f"nextval({quote_literal(name)}::regclass)"
        used = {reader.relation_id(found)}
    else:
        text, used = reader.expression(column.default_expr)
    inherited = False
    for parent in relation.parents:
        theirs = reader.model.objects.get(
            ("default", *reader.relation_id(reader.catalog.relation(parent))[1:], column.name)
        )
        inherited = inherited or (theirs is not None and theirs.attrs["sql"] == text)
    needs = frozenset({owner, *used} - {identity})
    reader.model.add(
        Object(identity, {"sql": text}, parent=owner, needs=needs, inherited=inherited, claims=("value", *identity[1:]))
    )


def _sequence_of_default(reader: Reader, relation: Relation, column: Column) -> int | None:
    """The sequence of a serial column, or of one that has its default from such: by INHERITS or LIKE."""
    address = Address("default", relation.oid, column.attnum)
    for one, _kind in reader.state.depend.references(address):
        if one.kind == "relation" and not one.sub:
            return one.oid
    for oid in relation.parents:
        parent = reader.catalog.relation(oid)
        theirs = parent.by_name.get(column.name)
        if theirs is not None and (found := _sequence_of_default(reader, parent, theirs)) is not None:
            return found
    name = _NEXTVAL.match(column.default_sql or "")
    return None if name is None else reader.catalog.relation_oid(name[2], name[1])


# ---------------------------------------------------------------------------------------------- partitions


def partition_key(reader: Reader, relation: Relation) -> tuple[str, set[Id]]:
    """pg_get_partkeydef"""
    spec = reader.facts.get(("partspec", relation.oid))
    if spec is None:
        return (relation.partition_key or "").strip(), set()
    used: set[Id] = set()
    parts = []
    for element in spec.partParams:
        if element.name is not None:
            text = quote_identifier(element.name)
        else:
            text, more = reader.expression(element.expr)
            used |= more
            text = text if text.endswith(")") and not text.startswith("(") else f"({text})"
        if element.collation:
            text += f" COLLATE {quoted(*(one.sval for one in element.collation))}"
        if element.opclass:
            text += f" {quoted(*(one.sval for one in element.opclass))}"
        parts.append(text)
    return f"{_STRATEGIES[spec.strategy.value]} ({', '.join(parts)})", used


def bound_text(reader: Reader, relation: Relation) -> str:
    """FOR VALUES …, as pg_get_expr prints it where that can be told; otherwise as it is written."""
    spec = reader.facts.get(("partbound", relation.oid))
    if spec is None:
        return " ".join((relation.partition_bound or "").split())
    if spec.is_default:
        return "DEFAULT"
    keys: list[ddl_partition.Key | None] = []
    if relation.parents:
        keys = ddl_partition.keys_of(reader.catalog.relation(relation.parents[0]))
    match spec.strategy:
        case "h":
            return f"FOR VALUES WITH (modulus {spec.modulus}, remainder {spec.remainder or 0})"
        case "l":
            values = dict.fromkeys(_bound_value(reader, one, keys[0] if keys else None) for one in spec.listdatums)
            return f"FOR VALUES IN ({', '.join(values)})"
    texts = []
    for values in (spec.lowerdatums, spec.upperdatums):
        pairs = zip_longest(values, keys[: len(values)])
        texts.append(", ".join(_bound_value(reader, one, key) for one, key in pairs))
    return f"FOR VALUES FROM ({texts[0]}) TO ({texts[1]})"


def _bound_value(reader: Reader, node: Any, key: ddl_partition.Key | None) -> str:
    """The constant as a value of the key's type: a server prints what it has read, and in its own form."""
    value = None if key is None else evaluate(reader.catalog, key.type_oid, key.typmod, node)
    return _datum(node) if value is None else value.text


def _datum(node: Any) -> str:
    match node:
        case ast.ColumnRef():
            return str(node.fields[-1].sval).upper()
        case ast.A_Const(isnull=True):
            return "NULL"
        case ast.A_Const():
            value = node.val
            if isinstance(value, ast.String):
                return quote_literal(value.sval)
            if isinstance(value, ast.Boolean):
                return "true" if value.boolval else "false"
            return str(value.ival if isinstance(value, ast.Integer) else value.fval)
        case ast.TypeCast(arg=ast.A_Const() as constant):
            return _datum(constant)
        case ast.A_Expr() if node.lexpr is None and node.name[-1].sval == "-":
            return f"-{_datum(node.rexpr)}"
        case ast.FuncCall() if not node.args:
            return f"{quoted(*(one.sval for one in node.funcname))}()"
    from querygen.catalog.ruleutils_expr import unprintable

    raise unprintable("the bound of a partition that is an expression")
