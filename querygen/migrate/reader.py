"""What all readers share: the catalog, who is who, and how an expression or a type becomes text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import format_type, quote_identifier
from querygen.catalog.catalog import FIRST_USER_OID, PG_TEMP
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ruleutils import print_expression
from querygen.catalog.ruleutils_expr import unprintable
from querygen.migrate.uses import references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation
    from querygen.migrate.model import Id, Model
    from querygen.pg_catalog.rows import Oid

RELATION_KINDS = {
    "r": "table",
    "p": "table",
    "f": "table",
    "v": "view",
    "m": "matview",
    "S": "sequence",
    "c": "type",
}


class Reader:
    """A schema that is being read into a `Model`."""

    def __init__(self, state: DdlState, model: Model) -> None:
        self.state = state
        self.catalog: Catalog = state.catalog
        self.facts = state.catalog.facts
        self.model = model
        self.units_by_number: dict[int, Id] = {
            unit.number: ("unit", unit.kind, unit.name)
            for key, unit in self.facts.items()
            if key[0] == "unit" and unit.number
        }
        self.members: dict[int, Id] = {}  # what an extension brought, and which
        for name, extension in state.extensions.items():
            if extension.data is None:
                continue
            unit: Id = ("unit", "EXTENSION", quote_identifier(name))
            for catalogue in ("pg_type", "pg_proc", "pg_operator", "pg_class"):
                for line in extension.data.lines.get(catalogue, ()):
                    self.members[int(line.split("\t", 1)[0])] = unit

    # ------------------------------------------------------------------ names

    def schema(self, oid: Oid) -> str:
        return self.catalog.namespace_name(oid)

    def is_mine(self, oid: Oid, namespace: Oid) -> bool:
        """Is it declared by the schema, and does it stay when the session ends?"""
        return oid >= FIRST_USER_OID and self.schema(namespace) != PG_TEMP

    def relation_id(self, relation: Relation) -> Id:
        return (RELATION_KINDS[relation.kind], self.schema(relation.namespace), relation.name)

    def id_of(self, address: Address) -> Id | None:
        """The object that an address is in the model; None for what it does not hold."""
        catalog = self.catalog
        if address.kind == "cast":
            unit: Id = ("unit", "CAST", f"({self.type(address.oid)} AS {self.type(int(address.sub))})")
            return unit if unit in self.facts else None
        if address.oid in self.members:
            return self.members[address.oid]
        if address.oid in self.units_by_number:
            return self.units_by_number[address.oid]
        match address.kind:
            case "relation":
                relation = catalog.find_relation(address.oid)
                if relation is None:
                    return None
                identity = self.relation_id(relation)
                if address.sub and identity[0] == "table" and isinstance(address.sub, int):
                    column = relation.columns[address.sub - 1]
                    return None if column.dropped else ("column", identity[1], identity[2], column.name)
                return identity
            case "type":
                return self._type_id(address.oid)
            case "proc":
                return self.proc_id(address.oid)
            case "schema":
                return ("schema", self.schema(address.oid))
        return None

    def _type_id(self, oid: Oid) -> Id | None:
        row = self.catalog.find_type(oid)
        if row is None or oid < FIRST_USER_OID:
            return None
        if row.typsubscript == "array_subscript_handler" and row.typelem:
            return self.id_of(Address("type", row.typelem))
        if row.typtype == "m" and (range_ := self.catalog.range_of_multirange(oid)) is not None:
            return self.id_of(Address("type", range_.rngtypid))
        if row.typrelid:
            return self.id_of(Address("relation", row.typrelid))
        return ("type", self.schema(row.typnamespace), row.typname)

    def proc_id(self, oid: Oid) -> Id | None:
        if oid < FIRST_USER_OID:
            return None
        row = self.catalog.proc(oid)
        if self.catalog.function_body(oid) is None:
            # a range's constructor
            owner = self.state.depend.owner(Address("proc", oid))
            return None if owner is None else self.id_of(owner)
        arguments = ", ".join(self.type(one) for one in row.proargtypes)
        return ("function", self.schema(row.pronamespace), row.proname, arguments)

    def ids(self, addresses: Iterable[Address]) -> set[Id]:
        return {found for one in addresses if (found := self.id_of(one)) is not None}

    # ------------------------------------------------------------------ text

    def type(self, oid: Oid, typmod: int = -1) -> str:
        return format_type(self.catalog, oid, typmod, only_pg_catalog=True)

    def expression(self, raw: Any) -> tuple[str, set[Id]]:
        """A raw tree's analysed form as text, and what it refers to."""
        kept = getattr(raw, "cooked", None)
        if kept is None or kept[0] is None:
            raise unprintable("an expression that was not analysed")
        cooked, relation = kept
        return print_expression(self.catalog, cooked, relation), self.ids(references(self.catalog, cooked, relation))

    def collation(self, oid: Oid) -> str | None:
        """The qualified name; pg_catalog's own are qualified, too, as pg_dump has it."""
        for namespace, schema in self.catalog.namespaces():
            row = self.catalog.collations_named(self.catalog.collation_name(oid), schema)
            if row is not None and row.oid == oid:
                del namespace
                return f"{quote_identifier(schema)}.{quote_identifier(row.collname)}"
        return None


def quoted(*names: str) -> str:
    """Names with dots between them."""
    return ".".join(quote_identifier(one) for one in names)
