"""char(n) pads its values with blanks that come and go as they like in comparisons: use text.

A CHECK (length(code) = 2) says how long a value is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.lint.rule import Finding, Rule, Scope, columns_of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject

_BPCHAR: Final = 1042


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table, column in columns_of_type(subject, _BPCHAR):
        yield Finding(f"{table.name}.{column.name} is padded with blanks", column.span, "Use text with a CHECK.")


RULE = Rule("ban-char-field", Scope.SCHEMA, check)
