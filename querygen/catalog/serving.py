"""Which index serves a look-up by columns: for foreign keys, in lint and beside a server's plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid


def has_index_for(catalog: Catalog, relation: Oid, columns: Iterable[str]) -> bool:
    """Whether a whole index that finds equal values begins with these columns, in any order."""
    wanted = set(columns)
    return any(
        index.predicate is None
        and index.method in ("btree", "hash")
        and {column.name for column in index.columns[: len(wanted)]} == wanted
        for index in catalog.indexes_of(relation)
    )
