"""CREATE INDEX without CONCURRENTLY keeps everybody from writing to the table until the index is built.

    CREATE INDEX CONCURRENTLY account_email_idx ON account (email);

builds it while the table is in use. It cannot be in a transaction: give it a file of its own with the line
`-- querygen: no-transaction`. An index of a table that the same file creates is no problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item in subject.items:
        node = item.node
        if isinstance(node, ast.IndexStmt) and not node.concurrent and not item.is_new(node.relation):
            message = f"{node.relation.relname} cannot be written to while this index is built"
            hint = "Write CREATE INDEX CONCURRENTLY in a file with the line `-- querygen: no-transaction`."
            yield Finding(message, item.span(), hint)


RULE = Rule("require-concurrent-index-creation", Scope.MIGRATION, check)
