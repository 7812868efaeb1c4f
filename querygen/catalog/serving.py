"""What a table does for a statement: the index that serves a look-up, the value that fills a column left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column
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


def fills(catalog: Catalog, column: Column) -> bool:
    """Whether INSERT finds a value for a column that it leaves out: a default, an identity, the default of its domain.

    build_column_default (rewriteHandler.c), which takes the default of the nearest domain; DEFAULT NULL takes it away.
    """
    if column.has_default or column.identity:
        return True
    row = catalog.find_type(column.type_oid)
    while row is not None and row.typtype == "d":
        domain = catalog.domain(row.oid)
        if domain is not None and domain.default_sql is not None:
            return domain.default_sql.upper() != "NULL"
        row = catalog.find_type(row.typbasetype)
    return False
