"""Renaming a table breaks every program that still runs with the old name.

Leave a view of the old name in its place until nobody asks for it any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item in subject.items:
        node = item.node
        if isinstance(node, ast.RenameStmt) and node.renameType == enums.ObjectType.OBJECT_TABLE:
            if not item.is_new(node.relation):
                message = f"programs that run still ask for {node.relation.relname}"
                yield Finding(message, item.span(), "Leave a view of the old name behind.")


RULE = Rule("renaming-table", Scope.MIGRATION, check)
