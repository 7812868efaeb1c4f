"""Input functions: is a literal's text a value of a type? First cut: everything is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid


def check_literal(catalog: Catalog, type_oid: Oid, typmod: int, text: str, location: int) -> None:
    """What the type's input function would refuse, refused."""
