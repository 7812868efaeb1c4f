"""How the values of a column get a new type: by themselves, by a cast that has to be asked for, or not at all.

Takes the types before and after in their catalogs; gives the USING expression, None where none is needed, or why there
is none. What casts there are is asked of the analyser: `coerce_path.py: find_coercion_pathway`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.coerce_path import CoercionPath, find_coercion_pathway
from querygen.analyze.typename import format_type, get_base_type, get_element_type, quote_identifier
from querygen.catalog.catalog import FIRST_USER_OID
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.migrate.model import Object
    from querygen.pg_catalog.rows import Oid

_ASSIGNMENT = enums.CoercionContext.COERCION_ASSIGNMENT
_EXPLICIT = enums.CoercionContext.COERCION_EXPLICIT


class NoCastError(Exception):
    """There is no way from the one type to the other."""


def using(old: Object, new: Object, before: Catalog, after: Catalog, *, moved: bool = False) -> str | None:
    """USING …, or None. `moved`: the type has the same name and is made anew, so that only text leads there."""
    source, target = old.attrs["_oid"], new.attrs["_oid"]
    name = quote_identifier(new.id[-1])
    wanted = new.attrs["type"]
    if moved:
        text = "text[]" if wanted.endswith("[]") else "text"
        return f"{name}::{text}::{wanted}"
    known = _in(after, before, source)
    if known is None:
        if before.type(get_base_type(before, source)).typtype in "er":
            return f"{name}::text::{wanted}"
        known = get_base_type(before, source)
        if known >= FIRST_USER_OID:
            return f"{name}::text::{wanted}"
    if _leads(after, known, target, explicit=False):
        return None
    if _leads(after, known, target, explicit=True):
        return f"{name}::{wanted}"
    element, goal = get_element_type(after, known), get_element_type(after, target)
    if element and goal and _leads(after, element, goal, explicit=True):
        return f"{name}::{wanted}"
    if (
        after.type(get_base_type(after, known)).typtype == "e"
        and after.type(get_base_type(after, target)).typtype == "e"
    ):
        return f"{name}::text::{wanted}"
    shown = format_type(before, source, only_pg_catalog=True)
    raise NoCastError(f"there is no cast from {shown} to {wanted}")


def _in(after: Catalog, before: Catalog, oid: Oid) -> Oid | None:
    """The old type as the new catalog knows it."""
    if oid < FIRST_USER_OID:
        return oid
    row = before.type(oid)
    return after.type_oid(row.typname, before.namespace_name(row.typnamespace))


def _leads(catalog: Catalog, source: Oid, target: Oid, *, explicit: bool) -> bool:
    source, goal = get_base_type(catalog, source), get_base_type(catalog, target)
    if source == goal:
        return True
    path, _function = find_coercion_pathway(catalog, goal, source, _EXPLICIT if explicit else _ASSIGNMENT)
    return path is not CoercionPath.NONE
