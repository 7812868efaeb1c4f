"""A hint where PostgreSQL gives none: the name that was meant.

Takes the catalog and an error about a name that is not there; gives one sentence, or None. PostgreSQL looks for near
names of columns itself (errorMissingColumn, parse_relation.c); of relations, types and schemas it does not.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from querygen.analyze.typename import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.catalog import Catalog
    from querygen.diagnostics import PgError
    from querygen.pg_catalog.rows import Oid

_MISSING: Final = re.compile(r'(relation|type|schema) "(.+)" does not exist', re.DOTALL)
_READABLE: Final = "rvmfp"  # relation kinds that a query can name: no index, sequence or composite type


def suggestion(catalog: Catalog, problem: PgError) -> str | None:
    """What may have been meant by the name that an error says is missing."""
    found = _MISSING.fullmatch(problem.message)
    if found is None:
        return None
    kind, name = found.groups()
    if kind == "relation":
        known = [(one.namespace, one.name) for one in catalog.relations() if one.kind in _READABLE]
    elif kind == "type":
        known = [(one.typnamespace, one.typname) for one in catalog.user_types() if one.typtype in "edrb"]
    else:
        return _nearest(name, {catalog.namespace_name(one.namespace) for one in catalog.relations()})
    *_, last = name.split(".")
    if elsewhere := [_written(catalog, *one) for one in known if one[1] == last]:
        return f"Did you mean {' or '.join(elsewhere)}?"
    return _nearest(name, [_shown(catalog, *one) for one in known])


def _shown(catalog: Catalog, namespace: Oid, name: str) -> str:
    """A name as a query may write it: with its schema where the path does not lead there."""
    visible = namespace in catalog.search_path_oids()
    return name if visible else f"{catalog.namespace_name(namespace)}.{name}"


def _written(catalog: Catalog, namespace: Oid, name: str) -> str:
    return ".".join(quote_identifier(one) for one in (catalog.namespace_name(namespace), name))


def _nearest(name: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(name, sorted(known), 1)
    return f"Did you mean {near[0]}?" if near else None
