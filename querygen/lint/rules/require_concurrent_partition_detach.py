"""DETACH PARTITION without CONCURRENTLY takes an ACCESS EXCLUSIVE lock on the partitioned table.

    ALTER TABLE measurement DETACH PARTITION measurement_2020 CONCURRENTLY;

waits for the queries that run instead, in a file with the line `-- querygen: no-transaction`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item, statement, command in subject.alterations():
        if command.subtype == enums.AlterTableType.AT_DetachPartition and not command.def_.concurrent:
            message = f"detaching a partition locks {statement.relation.relname} against everybody"
            hint = "Write DETACH PARTITION … CONCURRENTLY in a file with the line `-- querygen: no-transaction`."
            yield Finding(message, item.span(), hint)


RULE = Rule("require-concurrent-partition-detach", Scope.MIGRATION, check)
