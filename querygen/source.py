"""Text with positions: a file as it was read, and the way from an offset to a line and a column.

Takes a path, gives a `SourceFile`. Offsets count Unicode characters from 0; lines and columns count from 1, as
PostgreSQL's error positions and editors do.
"""

from __future__ import annotations

import bisect
from functools import cached_property
from pathlib import Path

from msgspec import Struct


class SourceFile(Struct, frozen=True, dict=True):
    """One file of SQL: `path` as the user would type it, `text` with line ends as they were."""

    path: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        find = self.text.find
        position = find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = find("\n", position + 1)
        return starts

    def line_column(self, offset: int) -> tuple[int, int]:
        """The line and the column (both from 1) of a character offset."""
        line = bisect.bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line (from 1), without its line end."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


class Span(Struct, frozen=True):
    """A piece of a file: `start` and `end` are character offsets, `end` is exclusive."""

    source: SourceFile
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.line_column(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.line_column(self.start)[1]


def display_path(path: Path, base: Path | None = None) -> str:
    """How a message names a file: relative to the project (or the current folder) where it lies below it."""
    root = base or Path.cwd()
    try:
        # Not resolved: a link is named as the user sees it, not by what it points to.
        return path.absolute().relative_to(root.absolute()).as_posix()
    except ValueError:
        return path.as_posix()
