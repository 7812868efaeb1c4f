"""ADD UNIQUE builds its index under an ACCESS EXCLUSIVE lock: nobody reads or writes until it is there.

    CREATE UNIQUE INDEX CONCURRENTLY account_email_key ON account (email);

in a file with the line `-- querygen: no-transaction`, and then

    ALTER TABLE account ADD CONSTRAINT account_email_key UNIQUE USING INDEX account_email_key;
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope, added_columns, added_constraints, column_constraint
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject

_HINT = "Build a unique index CONCURRENTLY first, then ADD CONSTRAINT … UNIQUE USING INDEX."


def check(subject: MigrationSubject) -> Iterator[Finding]:
    unique = enums.ConstrType.CONSTR_UNIQUE
    for item, statement, constraint in added_constraints(subject):
        if constraint.contype == unique and constraint.indexname is None:
            message = f"{statement.relation.relname} can be neither read nor written while this index is built"
            yield Finding(message, item.span(constraint.location), _HINT)
    for item, statement, column in added_columns(subject):
        if (found := column_constraint(column, unique)) is not None:
            message = f"{statement.relation.relname} can be neither read nor written while this index is built"
            yield Finding(message, item.span(found.location), _HINT)


RULE = Rule("disallowed-unique-constraint", Scope.MIGRATION, check)
