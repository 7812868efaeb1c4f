"""PostgreSQL makes no index for a foreign key: deleting or changing a row it refers to reads the whole table.

    CREATE INDEX session_user_id_idx ON session (user_id);

An index, unique constraint or primary key that begins with the key's columns, in any order, serves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.objects import Constraint, Relation
    from querygen.lint.rule import SchemaSubject


def check(subject: SchemaSubject) -> Iterator[Finding]:
    for table in subject.tables():
        for constraint in table.constraints:
            if constraint.kind == "f" and constraint.is_local and not _has_index(subject, table, constraint):
                listed = ", ".join(constraint.columns)
                hint = f"CREATE INDEX ON {table.name} ({listed})"
                message = f"no index of {table.name} begins with {listed}, the columns of {constraint.name}"
                yield Finding(message, constraint.span or table.span, f"Add one: {hint};")


def _has_index(subject: SchemaSubject, table: Relation, constraint: Constraint) -> bool:
    wanted = set(constraint.columns)
    return any(
        index.predicate is None
        and index.method in ("btree", "hash")
        and {column.name for column in index.columns[: len(wanted)]} == wanted
        for index in subject.catalog.indexes_of(table.oid)
    )


RULE = Rule("foreign-key-index", Scope.SCHEMA, check)
