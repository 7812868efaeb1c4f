"""A foreign key that is added looks up every row while neither of the two tables can be written to.

    ALTER TABLE session ADD CONSTRAINT session_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user" NOT VALID;

and, in a later file, when the locks are free again,

    ALTER TABLE session VALIDATE CONSTRAINT session_user_id_fkey;

The same holds for REFERENCES at a column that is added with a default; one that is added without has only NULLs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope, added_columns, added_constraints, column_constraint
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject

_KIND = enums.ConstrType
_HINT = "Add it NOT VALID, and VALIDATE CONSTRAINT in another file."


def check(subject: MigrationSubject) -> Iterator[Finding]:
    for item, statement, constraint in added_constraints(subject):
        if constraint.contype == _KIND.CONSTR_FOREIGN and not constraint.skip_validation:
            names = f"{statement.relation.relname} and {constraint.pktable.relname}"
            yield Finding(
                f"{names} cannot be written to while every row is checked", item.span(constraint.location), _HINT
            )
    for item, statement, column in added_columns(subject):
        key = column_constraint(column, _KIND.CONSTR_FOREIGN)
        if key is not None and column_constraint(column, _KIND.CONSTR_DEFAULT, _KIND.CONSTR_GENERATED):
            names = f"{statement.relation.relname} and {key.pktable.relname}"
            yield Finding(f"{names} cannot be written to while every row is checked", item.span(key.location), _HINT)


RULE = Rule("adding-foreign-key-constraint", Scope.MIGRATION, check)
