"""Parameters as other tools write them, which PostgreSQL's grammar does not have: `:id`, `?`, `%s`, `#{id}`.

Takes a text and the place of an error; gives what to write instead, or None.
"""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile(r"(?::|%\(|[#$]?\{)(?P<name>[A-Za-z_]\w*)|%s|\?")
_BEFORE: Final = re.compile(r"(?:[#$]|%|%\([A-Za-z_]\w*\)|\?)\s*$")  # %(id)s: the error is at the s
_OPERATED: Final = re.compile(r"%s\b")


def other_parameter(sql: str, location: int) -> str | None:
    """The hint for a syntax error at an offset. The server names the token behind a `?` or a `#`."""
    before = _BEFORE.search(sql, 0, location)
    found = _WRITTEN.match(sql, location) or (_WRITTEN.match(sql, before.start()) if before else None)
    if found is None:
        return None
    return _instead(found["name"])


def percent_parameter(sql: str, location: int) -> str | None:
    """The hint where `%s` was read as an operator and a column: `location` is that of the column."""
    return _instead(None) if _OPERATED.match(sql, max(location - 1, 0)) else None


def _instead(name: str | None) -> str:
    return f"Write {f'@{name}' if name else '@name or $1'} for a parameter."
