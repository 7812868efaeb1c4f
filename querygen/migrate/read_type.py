"""Types read into the model: enums, composites, ranges and domains. Base types are kept as text (ddl_units.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.catalog.ddl_depend import Address
from querygen.migrate.model import Id, Object
from querygen.migrate.read_constraint import wrapped

if TYPE_CHECKING:
    from querygen.migrate.reader import Reader
    from querygen.pg_catalog.rows import PgType

_NAMED_NOT_NULL = 17  # since when a domain's NOT NULL is a constraint


def read_types(reader: Reader) -> None:
    """Every type that the schema declares, row types of tables and arrays left out."""
    for row in [*reader.catalog.user_types()]:
        if not reader.is_mine(row.oid, row.typnamespace) or row.oid in reader.members:
            continue
        if row.oid in reader.units_by_number:
            continue
        match row.typtype:
            case "e":
                enum = reader.catalog.enum(row.oid)
                _add(reader, row, {"kind": "enum", "labels": enum.labels if enum is not None else ()}, set())
            case "d":
                _domain(reader, row)
            case "r":
                _range(reader, row)
            case "c":
                relation = reader.catalog.find_relation(row.typrelid)
                if relation is not None and relation.kind == "c":
                    _composite(reader, row)


def _add(reader: Reader, row: PgType, attrs: dict[str, Any], needs: set[Id]) -> None:
    schema = reader.schema(row.typnamespace)
    identity: Id = ("type", schema, row.typname)
    needs = (needs | {("schema", schema)}) - {identity}
    attrs["_oid"] = row.oid
    claims: Id = ("relation" if attrs["kind"] == "composite" else "typename", schema, row.typname)
    reader.model.add(Object(identity, attrs, needs=frozenset(needs), claims=claims))


def _composite(reader: Reader, row: PgType) -> None:
    relation = reader.catalog.relation(row.typrelid)
    needs: set[Id] = set()
    attributes = []
    for column in relation.live_columns:
        needs |= reader.ids([Address("type", column.type_oid)])
        collation = None
        if column.attcollation and column.attcollation != reader.catalog.type(column.type_oid).typcollation:
            collation = reader.collation(column.attcollation)
            needs |= reader.ids([Address("collation", column.attcollation)])
        attributes.append((column.name, reader.type(column.type_oid, column.typmod), collation))
    attrs: dict[str, Any] = {"kind": "composite", "attributes": tuple(attributes)}
    attrs["_oids"] = tuple((one.type_oid, one.typmod) for one in relation.live_columns)
    _add(reader, row, attrs, needs)


def _range(reader: Reader, row: PgType) -> None:
    options = reader.facts.get(("range", row.oid), ())
    range_ = reader.catalog.range(row.oid)
    needs = reader.ids([Address("type", range_.rngsubtype)]) if range_ is not None else set()
    _add(reader, row, {"kind": "range", "options": options}, needs)


def _domain(reader: Reader, row: PgType) -> None:
    domain = reader.catalog.domain(row.oid)
    needs = reader.ids([Address("type", row.typbasetype)])
    default = None
    if domain is not None and domain.default_expr is not None:
        default, used = reader.expression(domain.default_expr)
        if default.startswith("NULL::"):
            default = None
        needs |= used
    base = reader.catalog.type(row.typbasetype)
    collation = None
    if row.typcollation and row.typcollation != base.typcollation:
        collation = reader.collation(row.typcollation)
    attrs = {
        "kind": "domain",
        "base": reader.type(row.typbasetype, row.typtypmod),
        "collation": collation,
        "default": default,
        "_base": (row.typbasetype, row.typtypmod),
    }
    _add(reader, row, attrs, needs)
    identity: Id = ("type", reader.schema(row.typnamespace), row.typname)
    for check in domain.checks if domain is not None else ():
        used = set()
        if check.kind == "c":
            text, used = reader.expression(check.expression)
            definition = f"CHECK {text}" if wrapped(text) else f"CHECK ({text})"
        else:
            definition = "NOT NULL"
        named = check.kind == "c" or reader.catalog.major >= _NAMED_NOT_NULL
        state = {"definition": definition, "validated": check.validated, "_named": named}
        needs = used | {identity}
        name = check.name if named else "not_null"
        one = Object(("domcheck", *identity[1:], name), state, parent=identity, needs=frozenset(needs))
        reader.model.add(one)
