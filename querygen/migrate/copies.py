"""What a comparison with a live database tells once: of partitions only what differs from the table above them.

Takes the differences and the catalog of the schema, or the database's URL; gives the differences that are no copies,
and the indexes that are there and of no use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.migrate.drift import Change
from querygen.server.database import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.migrate.drift import Drift


def without_copies(found: Sequence[Drift], catalog: Catalog) -> list[Drift]:
    """Those of partitions and heirs left out that say the same as one of the table above them."""
    said = {(one.change, *one.id) for one in found}
    keys = {(one.change, *one.id[1:3]) for one in found if one.kind == "constraint"}
    parents: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for relation in catalog.relations():
        above = [catalog.relation(oid) for oid in relation.parents]
        parents[catalog.namespace_name(relation.namespace), relation.name] = [
            (catalog.namespace_name(one.namespace), one.name) for one in above
        ]

    def is_copy(one: Drift) -> bool:
        kind, *names = one.id
        above = parents.get(tuple(names[:2]), [])
        if kind == "constraint" and one.change is Change.MISSING and _has_own_name(names, catalog):
            return any((one.change, *parent) in keys for parent in above)
        return any((one.change, kind, *parent, *names[2:]) in said for parent in above)

    return [one for one in found if not is_copy(one)]


def _has_own_name(names: Sequence[str], catalog: Catalog) -> bool:
    """Is a constraint of these names one that a partition has from its table: a key, with a name of its own?"""
    oid = catalog.relation_oid(names[1], names[0])
    relation = catalog.find_relation(oid) if oid is not None else None
    if relation is None or not relation.is_partition:
        return False
    return any(one.name == names[2] and one.kind in "pu" for one in relation.constraints)


def invalid_indexes(url: str) -> set[tuple[str, ...]]:
    """The indexes that a CREATE INDEX CONCURRENTLY which failed has left: pg_dump leaves them out."""
    with connect(url) as conn:
        rows = conn.execute(
            "select n.nspname::text, c.relname::text from pg_catalog.pg_index i"
            " join pg_catalog.pg_class c on c.oid = i.indexrelid"
            " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where not i.indisvalid"
        ).fetchall()
    return {(schema, name) for schema, name in rows}
