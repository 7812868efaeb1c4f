"""VACUUM FULL and CLUSTER copy a table while nobody can read or write it.

An ordinary VACUUM makes the space usable again; the extension pg_repack gives it back while the table is in use.
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
        full = isinstance(node, ast.VacuumStmt) and any(one.defname == "full" for one in node.options or ())
        if full or isinstance(node, ast.ClusterStmt):
            yield Finding("the table can be neither read nor written until it is copied", item.span(), "Use pg_repack.")


RULE = Rule("prefer-repack", Scope.MIGRATION, check)
