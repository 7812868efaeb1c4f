"""What went wrong, where, and what to do: `Diagnostic`, and the exceptions that carry one.

A diagnostic's `code` is the SQLSTATE where PostgreSQL would refuse the same text, and a `QG…` code where only
querygen does. Rendering to text and JSON is in `diagnostics_render.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from querygen.source import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Note(Struct, frozen=True):
    """A further place that explains the message ("declared here")."""

    message: str
    span: Span | None = None


class Diagnostic(Struct, frozen=True):
    """One message to the user: `hint` is one sentence that starts with a verb."""

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    hint: str | None = None
    detail: str | None = None
    notes: tuple[Note, ...] = ()


class PgError(Exception):
    """What `ereport(ERROR, …)` is in PostgreSQL: raised where it is found, caught once per statement.

    `location` is a character offset into the text that was parsed, -1 where PostgreSQL gives no position; the caller
    that knows the file turns it into a `Diagnostic`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        location: int = -1,
        *,
        hint: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.location = location
        self.hint = hint
        self.detail = detail


class DiagnosticError(Exception):
    """A problem that already knows its place, or has none in any file (usage, configuration, a missing file)."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class DiagnosticErrors(Exception):  # noqa: N818 — several at once
    """All the problems that kept a command from doing anything."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        super().__init__(diagnostics[0].message)
        self.diagnostics = diagnostics


def error(code: str, message: str, span: Span | None = None, hint: str | None = None) -> Diagnostic:
    """An error diagnostic, the common case."""
    return Diagnostic(code, Severity.ERROR, message, span, hint)


def warning(code: str, message: str, span: Span | None = None, hint: str | None = None) -> Diagnostic:
    """A warning diagnostic."""
    return Diagnostic(code, Severity.WARNING, message, span, hint)


def internal_error(problem: BaseException) -> Diagnostic:
    """What a user sees instead of a traceback when querygen itself is wrong."""
    return error(
        "QG999",
        f"querygen failed: {type(problem).__name__}: {problem}",
        hint="Report it with the SQL that causes it; QUERYGEN_TRACEBACK=1 shows where it happened.",
    )
