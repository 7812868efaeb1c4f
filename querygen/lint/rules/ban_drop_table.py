"""Dropping a table loses its rows and breaks every program that still asks for it.

First deploy programs that do not use the table; then drop it, and silence this rule with that as its reason.
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
        if isinstance(node, ast.DropStmt) and node.removeType == enums.ObjectType.OBJECT_TABLE:
            for names in node.objects:
                if not item.is_new(names):
                    message = f"the rows of {names[-1].sval} are lost"
                    hint = "Make sure that no program reads it, and say so beside lint-ignore."
                    yield Finding(message, item.span(), hint)


RULE = Rule("ban-drop-table", Scope.MIGRATION, check)
