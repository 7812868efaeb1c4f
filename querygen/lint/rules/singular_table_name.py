"""A table is named for what one of its rows is: account, not accounts.

The class of its rows is named the same, `SELECT account.email` reads as it should, and nobody asks whether it is
addresses or address. Names that only look like plurals go into `singular_exceptions` of the configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Level, Rule, Scope
from querygen.singular import singular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table in subject.tables():
        wanted = singular(table.name, subject.singular_exceptions)
        if wanted != table.name:
            hint = f'Name it {wanted}, or add "{table.name}" to singular_exceptions.'
            yield Finding(f"{table.name} is a plural", table.span, hint)


RULE = Rule("singular-table-name", Scope.SCHEMA, check, Level.ERROR)
