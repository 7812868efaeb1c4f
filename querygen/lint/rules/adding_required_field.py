"""A NOT NULL column without a default cannot be added to a table that has rows.

Add it with a default, or add it without NOT NULL, fill it, and require it afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope, added_columns, column_constraint, is_serial
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject

_KIND = enums.ConstrType
_FILLED = (_KIND.CONSTR_DEFAULT, _KIND.CONSTR_GENERATED, _KIND.CONSTR_IDENTITY)


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item, statement, column in added_columns(subject):
        required = column_constraint(column, _KIND.CONSTR_NOTNULL, _KIND.CONSTR_PRIMARY)
        filled = column_constraint(column, *_FILLED) or is_serial(column)
        if required is not None and not filled:
            message = f"adding {column.colname} fails if {statement.relation.relname} has a row"
            hint = "Give it a default, or add it without NOT NULL and require it when it is filled."
            yield Finding(message, item.span(column.location), hint)


RULE = Rule("adding-required-field", Scope.MIGRATION, check)
