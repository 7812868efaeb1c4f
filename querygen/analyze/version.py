"""Syntax that an older server has not: refused by name when the catalog is of that server.

Takes a raw tree and the major version of the catalog. What there is, and since when, is in version_syntax.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.version_syntax import newer_syntax
from querygen.diagnostics import PgError
from querygen.pg_catalog.load import NEWEST_MAJOR

if TYPE_CHECKING:
    from querygen.sql.nodes import Node


def check_version(tree: Node, major: int) -> None:
    """Raise 0A000 for syntax that a server of this major version does not have."""
    if major >= NEWEST_MAJOR:
        return
    for since, what, place in newer_syntax(tree):
        if since > major:
            raise PgError(
                "0A000",
                f"{what} needs PostgreSQL {since}; the catalog is of PostgreSQL {major}",
                place,
                hint=f"Write it without {what}, or set pg_version to {since} or later.",
            )
