"""Files of migration tools: their up parts, and which of them go down.

Takes a text, gives one of the same length with blanks for what takes a migration back; every offset stays what it was.
Knows the files of goose, sql-migrate, dbmate, tern, golang-migrate, atlas, diesel. Mirrors sqlc's internal/migrations.
"""

from __future__ import annotations

import re
from typing import Final

# A line that begins so ends what is applied: goose, sql-migrate, dbmate, tern. sqlc wants just these blanks.
_DOWN: Final = re.compile(
    r"^(?:--[ \t]*\+(?:goose|migrate)[ \t]+down|--[ \t]*migrate:[ \t]*down"
    r"|----[ \t]+create above[ \t]*/[ \t]*drop below[ \t]+----)",
    re.IGNORECASE | re.MULTILINE,
)
# Before it: whatever else stands there is no statement to be applied.
_UP: Final = re.compile(
    r"^(?:--[ \t]*\+(?:goose|migrate)[ \t]+up|--[ \t]*migrate:[ \t]*up)", re.IGNORECASE | re.MULTILINE
)
_ATLAS: Final = re.compile(r"\s*-- atlas:txtar\b")
_ATLAS_PART: Final = re.compile(r"^-- (\S+\.sql) --[ \t]*\r?$", re.MULTILINE)
_NOT_BLANK: Final = re.compile(r"[^\r\n]")
_DOWN_FILE: Final = ".down.sql"
_DOWN_BESIDE: Final = re.compile(r"((?:.*[-_])?)down\.sql", re.DOTALL)
_MARKERS: Final = ("+goose", "+migrate", "migrate:", "drop below", "atlas:txtar")


def is_down_file(name: str) -> bool:
    """Whether a file of a folder only takes a migration back (golang-migrate: `0001_users.down.sql`)."""
    return name.endswith(_DOWN_FILE)


def up_file(name: str) -> str | None:
    """The file beside one that may take it back: diesel's `down.sql`, and `0001_users_down.sql` of others.

    Such a name says it only where the other file is there.
    """
    found = _DOWN_BESIDE.fullmatch(name)
    return f"{found[1]}up.sql" if found else None


def blank_down_part(text: str) -> str:
    """The text with blanks for what takes the migration back, and for atlas's checks."""
    lowered = text.lower()
    if not any(marker in lowered for marker in _MARKERS):
        return text
    if _ATLAS.match(text):
        return _atlas_up(text)
    down = _DOWN.search(text)
    if down is None:
        return text
    up = _UP.search(text, down.end())
    end = up.start() if up else len(text)  # dbmate and goose read the up part wherever it stands
    return text[: down.start()] + _blank(text[down.start() : end]) + blank_down_part(text[end:])


def _atlas_up(text: str) -> str:
    """Of atlas's several files in one, `migration.sql`."""
    parts = list(_ATLAS_PART.finditer(text))
    kept: list[str] = [_blank(text[: parts[0].start()] if parts else "")]
    for number, part in enumerate(parts):
        end = parts[number + 1].start() if number + 1 < len(parts) else len(text)
        own = text[part.start() : end]
        kept.append(own if part[1] == "migration.sql" else _blank(own))
    return "".join(kept) if parts else text


def _blank(text: str) -> str:
    return _NOT_BLANK.sub(" ", text)
