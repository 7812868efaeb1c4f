"""Parameters as other tools write them, which PostgreSQL's grammar does not have: `:id`, `?`, `%s`, `#{id}`.

Takes a text and the place of a syntax error; gives what to write instead, or None.
"""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile(r"(?::|%\(|[#$]?\{)(?P<name>[A-Za-z_]\w*)|%s|\?")
_BEFORE: Final = re.compile(r"(?:[#$]|%|\?)\s*$")


def other_parameter(sql: str, location: int) -> str | None:
    """The hint for a syntax error at an offset. The server names the token behind a `?` or a `#`."""
    before = _BEFORE.search(sql, 0, location)
    found = _WRITTEN.match(sql, location) or (_WRITTEN.match(sql, before.start()) if before else None)
    if found is None:
        return None
    named = f"@{found['name']}" if found["name"] else "@name or $1"
    return f"Write {named} for a parameter."
