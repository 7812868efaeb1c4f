"""A CHECK that is added to a table with rows looks at all of them while nobody can write.

    ALTER TABLE account ADD CONSTRAINT account_age_check CHECK (age > 0) NOT VALID;

and, in a later file, when the lock is free again,

    ALTER TABLE account VALIDATE CONSTRAINT account_age_check;
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope, added_constraints
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item, statement, constraint in added_constraints(subject):
        if constraint.contype == enums.ConstrType.CONSTR_CHECK and constraint.initially_valid:
            message = f"all rows of {statement.relation.relname} are looked at while it is locked"
            hint = "Add it NOT VALID, and VALIDATE CONSTRAINT in another file."
            yield Finding(message, item.span(constraint.location), hint)


RULE = Rule("constraint-missing-not-valid", Scope.MIGRATION, check)
