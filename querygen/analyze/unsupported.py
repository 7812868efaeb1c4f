"""What the analyser refuses although PostgreSQL would go on: one error, always SQLSTATE 0A000, always with a place.

`README.md` of this package lists what is refused and why.
"""

from __future__ import annotations

from querygen.diagnostics import PgError


def unsupported(what: str, location: int = -1) -> PgError:
    """The error to raise for a construct that is not analysed: a type is never guessed."""
    return PgError("0A000", f"querygen does not yet analyse {what}", location)
