"""ADD UNIQUE builds its index under an ACCESS EXCLUSIVE lock: nobody reads or writes until it is there.

    CREATE UNIQUE INDEX CONCURRENTLY account_email_key ON account (email);

in a file with the line `-- querygen: no-transaction`, and then

    ALTER TABLE account ADD CONSTRAINT account_email_key UNIQUE USING INDEX account_email_key;
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.lint.rule import Finding, Rule, Scope, index_builds
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.lint.rule import MigrationSubject

_HINT = "Build a unique index CONCURRENTLY first, then ADD CONSTRAINT … UNIQUE USING INDEX."


def check(subject: MigrationSubject) -> Iterator[Finding]:
    return index_builds(subject, enums.ConstrType.CONSTR_UNIQUE, _HINT)


RULE = Rule("disallowed-unique-constraint", Scope.MIGRATION, check)
