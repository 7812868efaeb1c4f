"""A table says when its rows were made and last changed.

    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()

A table whose rows never change needs no updated_at: silence this rule with that as its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.lint.rule import Finding, Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject

_TIMESTAMPTZ: Final = 1184


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table in subject.tables():
        for name in ("created_at", "updated_at"):
            column = table.by_name.get(name)
            wanted = f"{name} timestamptz NOT NULL DEFAULT now()"
            if column is None:
                yield Finding(f"{table.name} has no {name}", table.span, f"Add {wanted}.")
            elif column.type_oid != _TIMESTAMPTZ or not column.not_null or not column.has_default:
                message = f"{table.name}.{name} is not a timestamptz with NOT NULL and a default"
                yield Finding(message, column.span, f"Write {wanted}.")


RULE = Rule("timestamps", Scope.SCHEMA, check)
