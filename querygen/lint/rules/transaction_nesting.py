"""BEGIN, COMMIT and ROLLBACK in a file of migrations meet the transaction that the runner opens around it.

Remove them; a file that must not be one transaction has the line `-- querygen: no-transaction`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject

_KIND = enums.TransactionStmtKind
_INNER = (_KIND.TRANS_STMT_SAVEPOINT, _KIND.TRANS_STMT_RELEASE, _KIND.TRANS_STMT_ROLLBACK_TO)


def check(subject: MigrationSubject) -> Iterator[Finding]:
    if not subject.transactional:
        return
    for item in subject.items:
        if isinstance(item.node, ast.TransactionStmt) and item.node.kind not in _INNER:
            hint = "Remove it, or give the file the line `-- querygen: no-transaction`."
            yield Finding("the file is one transaction already", item.span(), hint)


RULE = Rule("transaction-nesting", Scope.MIGRATION, check, Level.ERROR)
