"""What an older PostgreSQL has no syntax for: refused by name, before anything is printed for it.

Takes statements and the major version that they are for; gives a `Refusal` for each that a server of that version would
not read. What can be said in an older way is said so where it is written: NOT NULL without a name, a generated column
made anew (`sql_table.py`), the long way to NOT NULL (`online.py`). The rest is what the new schema asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.version_syntax import newer_syntax
from querygen.migrate.statement import Refusal
from querygen.pg_catalog.load import NEWEST_MAJOR
from querygen.sql.tree import parse_sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.migrate.statement import Statement


def too_new(statements: Iterable[Statement], major: int) -> list[Refusal]:
    """Why some of the statements are nothing for this version."""
    if major >= NEWEST_MAJOR:
        return []
    refusals = []
    for one in statements:
        for raw in parse_sql(one.sql):
            for since, what in dict.fromkeys((since, what) for since, what, _place in newer_syntax(raw.stmt)):
                if since > major:
                    reason = f"{what} needs PostgreSQL {since}; the schema is for PostgreSQL {major}"
                    hint = f"Write the schema without it, or set pg_version to {since} or later."
                    refusals.append(Refusal(one.target, reason, hint))
    return refusals
