"""What a server refuses, as a message of ours.

Takes psycopg's exceptions, gives a `Diagnostic`: PostgreSQL's SQLSTATE and words, its hint or one that fits what was
being done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from querygen.diagnostics import error
from querygen.server.database import hide_password

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from querygen.diagnostics import Diagnostic

LOST: Final = "QG562"  # the connection is gone
_LOST_HINT: Final = "See whether the server is up, and what its log says; then run the command again."
_HINTS: Final = {
    "42501": "Connect as the role that owns these objects, or grant it what it lacks.",
    "25006": "This is a standby, or default_transaction_read_only is on: connect where writing is allowed.",
    "42P01": "Bring the database to the schema first: `querygen migrate up`, `querygen push` or `querygen db reset`.",
    "42703": "Bring the database to the schema first: `querygen migrate up`, `querygen push` or `querygen db reset`.",
    "57014": "Give it more time: statement_timeout is the server's, the role's or the URL's.",
    "53300": "Every connection is taken: close some, or raise max_connections.",
}


def server_said(
    problem: psycopg.Error, hints: Mapping[str, str] = _HINTS, *, lost: bool = False, after: str = _LOST_HINT
) -> Diagnostic:
    """A server's error as a message; `hints` by SQLSTATE, `after` is what to do when the connection was lost."""
    said = problem.diag
    if said.sqlstate is None or lost:
        reason = hide_password((said.message_primary or str(problem)).strip()).splitlines()
        first = reason[0] if reason else "the server said nothing"
        return error(LOST, f"the connection was lost: {first}", hint=after)
    hint = said.message_hint or hints.get(said.sqlstate)
    diagnostic = error(said.sqlstate, said.message_primary or str(problem), hint=hint)
    return replace(diagnostic, detail="\n".join(filter(None, (said.message_detail, said.context))) or None)
