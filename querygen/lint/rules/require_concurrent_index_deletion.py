"""DROP INDEX without CONCURRENTLY waits for every reader of the table, and everybody waits behind it.

    DROP INDEX CONCURRENTLY account_email_idx;

lets the queries that run finish first. It cannot be in a transaction: give it a file of its own with the line
`-- querygen: no-transaction`.
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
        if isinstance(node, ast.DropStmt) and node.removeType == enums.ObjectType.OBJECT_INDEX and not node.concurrent:
            hint = "Write DROP INDEX CONCURRENTLY in a file with the line `-- querygen: no-transaction`."
            yield Finding("dropping an index takes an ACCESS EXCLUSIVE lock on its table", item.span(), hint)


RULE = Rule("require-concurrent-index-deletion", Scope.MIGRATION, check)
