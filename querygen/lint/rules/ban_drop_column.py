"""Dropping a column loses its values and breaks every program that still asks for it.

First deploy programs that do not use the column; then drop it, and silence this rule with that as its reason.
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
        if command.subtype == enums.AlterTableType.AT_DropColumn:
            message = f"the values of {statement.relation.relname}.{command.name} are lost"
            yield Finding(message, item.span(), "Make sure that no program reads it, and say so beside lint-ignore.")


RULE = Rule("ban-drop-column", Scope.MIGRATION, check)
