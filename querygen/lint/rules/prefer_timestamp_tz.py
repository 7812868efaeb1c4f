"""timestamp without time zone drops the offset it is given: what 12:00 was is anybody's guess.

timestamptz keeps the moment, in as many bytes, and gives an aware datetime in Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.lint.rule import Finding, Rule, Scope, columns_of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject

_TIMESTAMP: Final = 1114


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table, column in columns_of_type(subject, _TIMESTAMP):
        yield Finding(f"{table.name}.{column.name} has no time zone", column.span, "Use timestamptz.")


RULE = Rule("prefer-timestamp-tz", Scope.SCHEMA, check)
