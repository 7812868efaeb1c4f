"""A serial column is an integer with a sequence that has rights, an owner and a life of its own.

    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY

is the standard's form: its sequence comes and goes with the column, and nobody writes into it by mistake. A uuid is
as good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table in subject.tables():
        for column in table.live_columns:
            if not column.inherit_count and (column.default_sql or "").startswith("nextval("):
                hint = "Write GENERATED ALWAYS AS IDENTITY, or use a uuid."
                yield Finding(f"{table.name}.{column.name} takes its values from a sequence", column.span, hint)


RULE = Rule("prefer-identity", Scope.SCHEMA, check)
