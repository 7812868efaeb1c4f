"""Without NOT NULL a column can hold NULLs that programs which run do not expect.

Deploy programs that can read a NULL first, and silence this rule with that as its reason.
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
        if command.subtype == enums.AlterTableType.AT_DropNotNull:
            message = f"programs that run do not expect NULL in {statement.relation.relname}.{command.name}"
            yield Finding(message, item.span(), "Deploy programs that can read a NULL first.")


RULE = Rule("ban-drop-not-null", Scope.MIGRATION, check)
