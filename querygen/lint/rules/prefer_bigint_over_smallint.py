"""A smallint ends at 32,767, and changing it to bigint rewrites the table. Off by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.lint.rule import Finding, Level, Rule, Scope, columns_of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject

_INT2: Final = 21


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table, column in columns_of_type(subject, _INT2):
        yield Finding(f"{table.name}.{column.name} ends at 32,767", column.span, "Use bigint.")


RULE = Rule("prefer-bigint-over-smallint", Scope.SCHEMA, check, Level.OFF)
