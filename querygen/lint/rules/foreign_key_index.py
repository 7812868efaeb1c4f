"""PostgreSQL makes no index for a foreign key: deleting or changing a row it refers to reads the whole table.

    CREATE INDEX session_user_id_idx ON session (user_id);

An index, unique constraint or primary key that begins with the key's columns, in any order, serves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.catalog.serving import has_index_for
from querygen.lint.rule import Finding, Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import SchemaSubject


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table in subject.tables():
        for constraint in table.constraints:
            if (
                constraint.kind == "f"
                and constraint.is_local
                and not has_index_for(subject.catalog, table.oid, constraint.columns)
            ):
                listed = ", ".join(constraint.columns)
                hint = f"CREATE INDEX ON {table.name} ({listed})"
                message = f"no index of {table.name} begins with {listed}, the columns of {constraint.name}"
                yield Finding(message, constraint.span or table.span, f"Add one: {hint};")


RULE = Rule("foreign-key-index", Scope.SCHEMA, check)
