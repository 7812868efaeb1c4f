"""CREATE INDEX CONCURRENTLY fails inside a transaction, and a file of migrations is one.

Put it, alone, into a file that begins with the line `-- querygen: no-transaction`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    if not subject.transactional:
        return
    for item in subject.items:
        if isinstance(item.node, ast.IndexStmt) and item.node.concurrent:
            hint = "Put it into a file of its own with the line `-- querygen: no-transaction`."
            yield Finding("an index cannot be built CONCURRENTLY in a transaction", item.span(), hint)


RULE = Rule("ban-concurrent-index-creation-in-transaction", Scope.MIGRATION, check, Level.ERROR)
