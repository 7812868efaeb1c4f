"""The SQL files that a configuration of sqlc names, in sqlc's order.

Takes paths and patterns, relative to the folder of the configuration; gives the files. Mirrors sqlc's
internal/sql/sqlpath: a folder stands for the files in it (none of its subfolders), `**` is one `*`, hidden files and
`*.down.sql` are left out, and so is what does not end in `.sql`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from querygen.sql.migrations import is_down_file

_PATTERN = re.compile(r"[*?\[\]]")


class MissingPathError(Exception):
    """A path of the configuration is not there; `args[0]` says which."""


def sql_files(paths: tuple[str, ...], folder: Path) -> list[Path]:
    """The files in the order that sqlc reads them; raises `MissingPathError`."""
    found: dict[Path, None] = {}
    for name in paths:
        named = _glob(folder, name) if _PATTERN.search(name) else [folder / name]
        for path in named:
            if path.is_dir():
                files = sorted(path.iterdir(), key=lambda one: one.name.encode())
            elif path.exists():
                files = [path]
            else:
                raise MissingPathError(name)
            # normpath, not resolve: a link is named as the user sees it
            found.update({Path(os.path.normpath(one)): None for one in files if _is_read(one)})
    return list(found)


def _is_read(path: Path) -> bool:
    return path.name.endswith(".sql") and not path.name.startswith(".") and not is_down_file(path.name)


def _glob(folder: Path, pattern: str) -> list[Path]:
    """filepath.Glob: in the order of the names, component by component; a hidden name is matched like any other."""
    found = [folder]
    for part in pattern.split("/"):
        if part in ("", "."):
            continue
        if not _PATTERN.search(part):
            found = [one / part for one in found if (one / part).exists()]
            continue
        matches = re.compile(_translate(part)).fullmatch
        found = [
            one / name
            for one in found
            if one.is_dir()
            for name in sorted(os.listdir(one), key=str.encode)  # noqa: PTH208 (names, not paths)
            if matches(name)
        ]
    return found


def _translate(part: str) -> str:
    """A component of a pattern of Go's path/filepath as a regular expression."""
    text = re.sub(r"\*+", "*", part)
    pieces: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        end = text.find("]", position + 2) if character == "[" else -1
        if character == "*":
            pieces.append("[^/]*")
        elif character == "?":
            pieces.append("[^/]")
        elif end > 0:
            inner = text[position + 1 : end].replace("\\", "\\\\")
            pieces.append(f"[{'^' + inner[1:] if inner.startswith('^') else inner}]")
            position = end
        elif character == "\\" and position + 1 < len(text):
            position += 1
            pieces.append(re.escape(text[position]))
        else:
            pieces.append(re.escape(character))
        position += 1
    return "".join(pieces)
