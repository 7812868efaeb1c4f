"""A file without a transaction that breaks off is run again: a statement that has run should not fail the second time.

Write IF NOT EXISTS and IF EXISTS in a file with the line `-- querygen: no-transaction`. The runner remembers how many
statements have run, so this helps where a file is run by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    if subject.transactional:
        return
    for item in subject.items:
        node = item.node
        match node:
            case ast.IndexStmt(if_not_exists=False) | ast.CreateStmt(if_not_exists=False):
                yield Finding(
                    "a second attempt fails where the first has come this far", item.span(), "Write IF NOT EXISTS."
                )
            case ast.DropStmt(missing_ok=False):
                yield Finding(
                    "a second attempt fails where the first has come this far", item.span(), "Write IF EXISTS."
                )
            case _:
                pass


RULE = Rule("prefer-robust-stmts", Scope.MIGRATION, check, Level.OFF)
