"""varchar(n) is text with a limit that is hard to lower and says nothing when it fails. Off by default.

text is as fast; a CHECK (length(name) <= 100) can be changed with NOT VALID and VALIDATE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.lint.rule import Finding, Level, Rule, Scope, columns_of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject

_VARCHAR: Final = 1043


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table, column in columns_of_type(subject, _VARCHAR):
        if column.typmod >= 0:
            yield Finding(
                f"{table.name}.{column.name} is varchar(n)", column.span, "Use text, with a CHECK if need be."
            )


RULE = Rule("prefer-text-field", Scope.SCHEMA, check, Level.OFF)
