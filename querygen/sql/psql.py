"""psql's own commands, and the data of pg_dump's COPY: replaced by blanks, so that PostgreSQL's SQL is left.

Takes a text, gives one of the same length and the commands that were found; every offset stays what it was. Mirrors
what src/bin/psql/psqlscanslash.l makes of a line. Variables (`:name`) are left as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.diagnostics import Diagnostic, warning
from querygen.source import SourceFile, Span
from querygen.sql.scan import COMMENTS, iterate

if TYPE_CHECKING:
    from querygen.sql.scan import Token


class MetaCommand(NamedTuple):
    """A command of psql: `name` without its backslash; `start` and `end` take in its arguments."""

    name: str
    start: int
    end: int


_STDIN = re.compile(r"\bfrom\s+stdin\b", re.IGNORECASE)
_COMMAND = re.compile(r"\\(;|(?:[A-Za-z_]+|[^\sA-Za-z_])?(?:(?!\\\\)[^\n\r])*(?:\\\\)?)")
_NAME = re.compile(r"\\([A-Za-z_]*)")
# In any format: psql looks for it in rows that stand in a script, whatever quotes are open (copy.c: handleCopyIn).
_DATA_END = re.compile(r"^\\\.\r?$", re.MULTILINE)
_NOT_BLANK = re.compile(r"[^\r\n]")
# Those that send what was typed before them, as a semicolon does.
_SENDING: Final = re.compile(r"\\(?:;|(?:g|gx|gset|gexec|gdesc|crosstabview|watch|bind|bind_named|parse)(?!\w))")
# pg_dump's: between them psql takes no other command of its own. They say nothing of the SQL, and are not told of.
GUARDS: Final = ("restrict", "unrestrict")
_INCLUDING: Final = frozenset({"i", "ir", "include", "include_relative"})


def blank_meta_commands(text: str) -> tuple[str, list[MetaCommand]]:
    """The text with blanks for psql's commands and for COPY's data; one that sends a statement becomes a semicolon.

    With them the commands, but for pg_dump's guards.
    """
    if "\\" not in text and not _STDIN.search(text):
        return text, []
    pieces: list[str] = []
    commands: list[MetaCommand] = []
    position = 0
    while True:
        start, end = _next_blank(text, position)
        if start < 0:
            break
        blank = _NOT_BLANK.sub(" ", text[start:end])
        if text[start:end].startswith("\\"):
            found = _NAME.match(text, start)
            name = found[1] if found else ""
            if name not in GUARDS:
                commands.append(MetaCommand(name, start, end))
            if _SENDING.match(text, start):
                blank = ";" + blank[1:]
        pieces += [text[position:start], blank]
        position = end
    pieces.append(text[position:])
    return "".join(pieces), commands


def _next_blank(text: str, position: int) -> tuple[int, int]:
    """Where the next piece to blank starts and ends; (-1, -1) where there is none."""
    first: Token | None = None  # of the statement
    for token in iterate(text, position):
        kind, start, end = token
        if kind == "punct" and text[start] == "\\":
            match = _COMMAND.match(text, start)
            stop = match.end() if match else end
            if text.startswith("\\copy", start) and _STDIN.search(text, start, stop):
                return start, _data_end(text, stop)
            return start, stop
        if kind == "punct" and text[start] == ";":
            if first and text[first[1] : first[2]].lower() == "copy" and _STDIN.search(text, first[2], start):
                return end, _data_end(text, end)
            first = None
        elif first is None and kind not in COMMENTS:
            first = token
    return -1, -1


def _data_end(text: str, position: int) -> int:
    r"""Where the data that begins on the next line ends: behind the line \. or with the text."""
    line = text.find("\n", position)
    match = _DATA_END.search(text, line + 1) if line >= 0 else None
    return match.end() if match else len(text)


def copy_rows(text: str, position: int) -> tuple[int, int]:
    r"""Where the rows of a COPY … FROM STDIN that ends at `position` begin and end, without the line \. below them."""
    line = text.find("\n", position) + 1
    if line == 0:
        return len(text), len(text)
    match = _DATA_END.search(text, line)
    return line, match.start() if match else len(text)


def include_warnings(source: SourceFile, commands: list[MetaCommand]) -> list[Diagnostic]:
    r"""A warning for each \i: what it names is not read."""
    hint = "Name the file in the configuration, too."
    return [
        warning("QG130", f"\\{name} is not followed: the file it names is not read", Span(source, start, end), hint)
        for name, start, end in commands
        if name in _INCLUDING
    ]
