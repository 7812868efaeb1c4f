"""ALTER TYPE … ADD VALUE without BEFORE or AFTER puts the value last. Off by default.

Say where it belongs if the values are sorted by.
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
        node = item.node
        if isinstance(node, ast.AlterEnumStmt) and node.oldVal is None and node.newValNeighbor is None:
            yield Finding(f"'{node.newVal}' becomes the last value", item.span(), "Write BEFORE or AFTER.")


RULE = Rule("require-enum-value-ordering", Scope.MIGRATION, check, Level.OFF)
