"""Views and materialized views read into the model: queries as text, columns as what a replacement keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.catalog.ddl_depend import Address
from querygen.catalog.ruleutils import print_query
from querygen.catalog.ruleutils_expr import unprintable
from querygen.migrate.model import Id, Object
from querygen.migrate.read_table import read_default
from querygen.migrate.uses import references

if TYPE_CHECKING:
    from querygen.catalog.objects import Relation
    from querygen.migrate.reader import Reader


def read_view(reader: Reader, relation: Relation) -> None:
    """The view; a default of one of its columns is an object of its own."""
    identity = reader.relation_id(relation)
    facts = reader.facts.get(("relation", relation.oid), {})
    names = [column.name for column in relation.live_columns]
    if relation.view_query is None:
        raise unprintable(f"the view {relation.name}, whose query was not analysed")
    needs = query_needs(reader, relation.view_query)
    attrs: dict[str, Any] = {
        "query": print_query(reader.catalog, relation.view_query, names),
        "_query": print_query(reader.catalog, relation.view_query, names, exact=True),
        "columns": tuple(
            (column.name, reader.type(column.type_oid, column.typmod)) for column in relation.live_columns
        ),
        "options": tuple(sorted(facts.get("options", ()))),
        "_options": tuple(facts.get("options", ())),
    }
    if relation.kind == "m":
        attrs["tablespace"] = facts.get("tablespace")
        attrs["access_method"] = None if facts.get("access_method") == "heap" else facts.get("access_method")
    needs.add(("schema", identity[1]))
    needs.discard(identity)
    reader.model.add(Object(identity, attrs, needs=frozenset(needs), claims=("relation", identity[1], identity[2])))
    for column in relation.live_columns:
        if column.has_default:
            read_default(reader, relation, identity, column)


def query_needs(reader: Reader, query: Any) -> set[Id]:
    """What a query refers to, keys that GROUP BY relies on included."""
    found = references(reader.catalog, query)
    needs = reader.ids(found)
    for one in found:
        if one.kind == "primary key":
            needs |= _primary_keys(reader, one.oid)
    return needs


def _primary_keys(reader: Reader, oid: int) -> set[Id]:
    relation = reader.catalog.find_relation(oid)
    if relation is None:
        return set()
    table = reader.relation_id(relation)
    return {("constraint", table[1], table[2], one.name) for one in relation.constraints if one.kind == "p"}


__all__ = ["Address", "query_needs", "read_view"]
