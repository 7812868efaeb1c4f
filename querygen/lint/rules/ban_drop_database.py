"""A migration lives in a database; dropping one is not its business.

Drop a database by hand, when you are sure of its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item in subject.items:
        if isinstance(item.node, ast.DropdbStmt):
            yield Finding(f"all of database {item.node.dbname} is lost", item.span(), "Remove the statement.")


RULE = Rule("ban-drop-database", Scope.MIGRATION, check, Level.ERROR)
