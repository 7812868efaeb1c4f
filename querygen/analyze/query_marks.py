"""What the user says of nullability over the analyser's head: `AS "x!"`, `AS "x?"`, `-- notnull:`, `-- nullable:`.

Takes the columns' names and verdicts, gives the names without their marks, what holds in the end, and a warning for
each mark that says what is known anyway or contradicts what is proved. Mirrors no C file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.diagnostics import Diagnostic, DiagnosticError, error, warning
from querygen.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nullability import Verdict
    from querygen.ir import RawQuery

UNKNOWN_COLUMN: Final = "QG303"
REDUNDANT: Final = "QG304"
CONTRADICTING: Final = "QG305"

_MARKED: Final = re.compile(r"(?s)([^\W\d][\w$]*)([!?])")
_NAME: Final = re.compile(r'"((?:[^"]|"")+)"|([^\s,]+)')


class MarkedColumn(Struct, frozen=True):
    name: str
    nullable: bool
    why: str


def read_marks(
    raw: RawQuery, names: Sequence[str], verdicts: Sequence[Verdict]
) -> tuple[list[MarkedColumn], list[Diagnostic]]:
    """The columns as the user wants them, and what there is to say to that."""
    warnings: list[Diagnostic] = []
    matches = [_MARKED.fullmatch(name) for name in names]
    plain = [match[1] if match else name for name, match in zip(names, matches, strict=True)]
    lists = {word: _listed(raw, word, plain) for word in ("notnull", "nullable")}
    columns = []
    for name, match, verdict in zip(plain, matches, verdicts, strict=True):
        wanted: list[tuple[bool, str, Span]] = []
        if match:
            wanted.append((match[2] == "?", f'"{match[0]}"', _place(raw, match[0])))
        wanted += [(word == "nullable", f'"-- {word}: {name}"', raw.name_span) for word in lists if name in lists[word]]
        columns.append(_settle(name, verdict, wanted, warnings))
    return columns, warnings


def _settle(
    name: str, verdict: Verdict, wanted: Sequence[tuple[bool, str, Span]], warnings: list[Diagnostic]
) -> MarkedColumn:
    if not wanted:
        return MarkedColumn(name, verdict.nullable, verdict.why)
    nullable, text, span = wanted[0]
    for other, other_text, other_span in wanted[1:]:
        if other != nullable:
            message = f'column "{name}" is said to be both NOT NULL and nullable, by {text} and {other_text}'
            raise DiagnosticError(error(CONTRADICTING, message, other_span, "Remove one of the two."))
        warnings.append(
            warning(REDUNDANT, f"{other_text} says again what {text} says", other_span, "Remove one of the two.")
        )
    if nullable and not verdict.nullable:
        message = f'{text} makes column "{name}" optional, but it is never NULL: {verdict.why}'
        warnings.append(warning(CONTRADICTING, message, span, "Remove the mark."))
    elif nullable == verdict.nullable:
        what = "may be NULL" if nullable else "is never NULL"
        message = f'{text} is not needed: column "{name}" {what}: {verdict.why}'
        warnings.append(warning(REDUNDANT, message, span, "Remove the mark."))
    return MarkedColumn(name, nullable, f"{text} says so")


def _listed(raw: RawQuery, word: str, names: Sequence[str]) -> set[str]:
    """The columns that an annotation names."""
    found: set[str] = set()
    for quoted, bare in _NAME.findall(raw.annotations.get(word, "")):
        name = quoted.replace('""', '"') if quoted else bare if bare in names else bare.lower()
        if name not in names:
            message = f'column "{name}" of "-- {word}:" is not in the result of "{raw.name}"'
            hint = f"Name one of: {', '.join(names)}." if names else "Remove the annotation: there is no result."
            raise DiagnosticError(error(UNKNOWN_COLUMN, message, raw.name_span, hint))
        found.add(name)
    return found


def _place(raw: RawQuery, name: str) -> Span:
    """Where a quoted output name stands in the file."""
    start = raw.source.text.find(f'"{name}"', raw.span.start, raw.span.end)
    return Span(raw.source, start, start + len(name) + 2) if start >= 0 else raw.name_span
