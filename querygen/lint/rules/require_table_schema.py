"""A table without its schema is made wherever the search path of the session points. Off by default."""

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
        if (
            isinstance(node, ast.CreateStmt)
            and node.relation.schemaname is None
            and node.relation.relpersistence != "t"
        ):
            name = node.relation.relname
            yield Finding(f"{name} goes wherever the search path points", item.span(), f"Write public.{name}.")


RULE = Rule("require-table-schema", Scope.MIGRATION, check, Level.OFF)
