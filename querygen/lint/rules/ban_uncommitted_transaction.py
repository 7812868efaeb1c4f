"""A BEGIN without a COMMIT: what follows is lost at the end of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import Item, MigrationSubject

_KIND = enums.TransactionStmtKind


def check(subject: MigrationSubject) -> Iterator[Finding]:
    opened: Item | None = None
    for item in subject.items:
        if isinstance(item.node, ast.TransactionStmt):
            match item.node.kind:
                case _KIND.TRANS_STMT_BEGIN | _KIND.TRANS_STMT_START:
                    opened = opened or item
                case _KIND.TRANS_STMT_COMMIT | _KIND.TRANS_STMT_ROLLBACK:
                    opened = None
                case _:
                    pass
    if opened is not None:
        yield Finding("the transaction that begins here has no COMMIT", opened.span(), "Write COMMIT, or remove BEGIN.")


RULE = Rule("ban-uncommitted-transaction", Scope.MIGRATION, check, Level.ERROR)
