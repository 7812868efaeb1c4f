"""ADD PRIMARY KEY builds its index under an ACCESS EXCLUSIVE lock; a serial column rewrites the table besides.

Build a unique index CONCURRENTLY first (in a file with the line `-- querygen: no-transaction`), then

    ALTER TABLE account ADD CONSTRAINT account_pkey PRIMARY KEY USING INDEX account_id_idx;
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope, index_builds
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject

_HINT = "Build a unique index CONCURRENTLY first, then ADD CONSTRAINT … PRIMARY KEY USING INDEX."


def check(subject: MigrationSubject) -> Iterator[Finding]:
    return index_builds(subject, enums.ConstrType.CONSTR_PRIMARY, _HINT)


RULE = Rule("adding-serial-primary-key-field", Scope.MIGRATION, check)
