"""SET NOT NULL looks at every row while nobody can read or write.

On PostgreSQL 18 add the constraint without looking, and look later, in another file, under a lighter lock:

    ALTER TABLE account ADD CONSTRAINT account_email_not_null NOT NULL email NOT VALID;
    ALTER TABLE account VALIDATE CONSTRAINT account_email_not_null;

Before 18, a validated CHECK (email IS NOT NULL) lets SET NOT NULL skip the look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item, statement, command in subject.alterations():
        if command.subtype == enums.AlterTableType.AT_SetNotNull:
            message = f"every row of {statement.relation.relname} is looked at while it is locked"
            hint = f"Add a constraint NOT NULL {command.name} NOT VALID, and VALIDATE it in another file."
            yield Finding(message, item.span(), hint)


RULE = Rule("adding-not-nullable-field", Scope.MIGRATION, check)
