"""A table without a primary key has rows that nothing can name: no update of one row, no logical replication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table in subject.tables():
        if subject.catalog.primary_key(table.oid) is None and not table.parents:
            yield Finding(f"{table.name} has no primary key", table.span, "Give it one.")


RULE = Rule("require-primary-key", Scope.SCHEMA, check)
