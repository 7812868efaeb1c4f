"""A constraint that is added to a domain looks at every table that uses it, under locks, unless it is NOT VALID.

    ALTER DOMAIN email ADD CONSTRAINT email_check CHECK (value ~ '@') NOT VALID;

and ALTER DOMAIN … VALIDATE CONSTRAINT in a later file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.lint.rule import Finding, Rule, Scope
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.lint.rule import MigrationSubject


def check(subject: MigrationSubject) -> Iterator[Finding]:
    fresh: set[tuple[str, ...]] = set()  # no table has a domain that the file itself makes
    for item in subject.items:
        node = item.node
        if isinstance(node, ast.CreateDomainStmt):
            fresh.add(_name(node.domainname))
        elif isinstance(node, ast.AlterDomainStmt) and node.def_ is not None and node.def_.initially_valid:
            if _name(node.typeName) in fresh:
                continue
            message = f"every table with a column of {node.typeName[-1].sval} is looked at"
            yield Finding(message, item.span(), "Add it NOT VALID, and VALIDATE CONSTRAINT in another file.")


def _name(names: Sequence[Any]) -> tuple[str, ...]:
    """The name without `public`, which may be said or not."""
    found = tuple(str(one.sval) for one in names)
    return found[1:] if found[0] == "public" and len(found) > 1 else found


RULE = Rule("ban-alter-domain-with-add-constraint", Scope.MIGRATION, check)
