"""ADD PRIMARY KEY builds its index under an ACCESS EXCLUSIVE lock; a serial column rewrites the table besides.

Build a unique index CONCURRENTLY first (in a file with the line `-- querygen: no-transaction`), then

    ALTER TABLE account ADD CONSTRAINT account_pkey PRIMARY KEY USING INDEX account_id_idx;
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope, added_columns, added_constraints, column_constraint
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject

_HINT = "Build a unique index CONCURRENTLY first, then ADD CONSTRAINT … PRIMARY KEY USING INDEX."


def check(subject: MigrationSubject) -> Iterator[Finding]:
    primary = enums.ConstrType.CONSTR_PRIMARY
    for item, statement, constraint in added_constraints(subject):
        if constraint.contype == primary and constraint.indexname is None:
            message = f"{statement.relation.relname} can be neither read nor written while this index is built"
            yield Finding(message, item.span(constraint.location), _HINT)
    for item, statement, column in added_columns(subject):
        if (found := column_constraint(column, primary)) is not None:
            message = f"{statement.relation.relname} can be neither read nor written while this index is built"
            yield Finding(message, item.span(found.location), _HINT)


RULE = Rule("adding-serial-primary-key-field", Scope.MIGRATION, check)
