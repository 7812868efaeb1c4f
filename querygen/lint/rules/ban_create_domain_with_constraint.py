"""A domain's checks are hard to change while its tables are in use: a table's CHECK is easier. Off by default.

A text column with a CHECK constraint can be changed with NOT VALID and VALIDATE, one table at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item in subject.items:
        if isinstance(item.node, ast.CreateDomainStmt) and item.node.constraints:
            name = item.node.domainname[-1].sval
            yield Finding(f"domain {name} has constraints", item.span(), "Put the constraint on the tables.")


RULE = Rule("ban-create-domain-with-constraint", Scope.MIGRATION, check, Level.OFF)
