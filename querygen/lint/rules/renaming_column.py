"""Renaming a column breaks every program that still runs with the old name.

Add a column of the new name, write to both, move the readers, and drop the old one; or stop the programs first and
silence this rule with that as its reason.
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
        if isinstance(node, ast.RenameStmt) and node.renameType == enums.ObjectType.OBJECT_COLUMN:
            if node.relation is not None and not item.is_new(node.relation):
                message = f"programs that run still ask for {node.relation.relname}.{node.subname}"
                yield Finding(message, item.span(), "Add a column of the new name, and drop the old one later.")


RULE = Rule("renaming-column", Scope.MIGRATION, check)
