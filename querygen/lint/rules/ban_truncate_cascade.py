"""TRUNCATE … CASCADE empties every table that refers to the one named, and those that refer to them.

Name the tables that are to be emptied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item in subject.items:
        node = item.node
        if isinstance(node, ast.TruncateStmt) and node.behavior == enums.DropBehavior.DROP_CASCADE:
            yield Finding("tables that are not named here are emptied, too", item.span(), "Name every table.")


RULE = Rule("ban-truncate-cascade", Scope.MIGRATION, check, Level.ERROR)
