"""REINDEX without CONCURRENTLY locks the table against writes, and the index against reads.

    REINDEX INDEX CONCURRENTLY account_email_idx;

builds the new index beside the old one, in a file with the line `-- querygen: no-transaction`.
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
        if isinstance(node, ast.ReindexStmt) and not any(one.defname == "concurrently" for one in node.params or ()):
            hint = "Write REINDEX … CONCURRENTLY in a file with the line `-- querygen: no-transaction`."
            yield Finding("REINDEX locks out writers until it is done", item.span(), hint)


RULE = Rule("require-concurrent-reindex", Scope.MIGRATION, check)
