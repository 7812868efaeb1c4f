"""Diagnostics as text (an excerpt with a caret), JSON, SARIF, GitHub annotations. The only module that prints one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from querygen import __version__
from querygen.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from querygen.diagnostics import Diagnostic
    from querygen.source import Span

_TOKEN = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|[\w$.]+|[^\s\w]+')
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def plural(count: int, noun: str) -> str:
    """So many of a thing: "1 error", "2 errors", "2 queries"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("y") else f"{count} {noun}s"


def _plain(text: str, **_style: Any) -> str:
    return text


def _underlined(span: Span, line_text: str) -> int:
    """How many characters the caret line marks: the span's part of the line, or the token that starts there."""
    start = span.column - 1
    if span.end > span.start + 1:
        return max(1, min(span.end - span.start, len(line_text) - start))
    token = _TOKEN.match(line_text, start)
    return len(token.group()) if token else 1


def _excerpt(span: Span, style: Callable[..., str], color: str) -> list[str]:
    line, column = span.line, span.column
    text = span.source.line_text(line)
    gutter = len(str(line))
    blank = " " * gutter
    # Tabs stay tabs under the text, so that the caret stands where the reader's terminal puts the character.
    pad = "".join("\t" if char == "\t" else " " for char in text[: column - 1])
    return [
        f"{blank}{style('-->', fg='blue')} {span.source.path}:{line}:{column}",
        f"{blank} {style('|', fg='blue')}",
        f"{style(str(line), fg='blue')} {style('|', fg='blue')} {text}",
        f"{blank} {style('|', fg='blue')} {pad}{style('^' * _underlined(span, text), fg=color, bold=True)}",
    ]


def render_text(diagnostic: Diagnostic, style: Callable[..., str] = _plain) -> str:
    """A diagnostic for a terminal; `style` is `click.style` where colours are wanted."""
    color = _COLORS[diagnostic.severity]
    head = style(f"{diagnostic.severity}[{diagnostic.code}]", fg=color, bold=True)
    lines = [f"{head}: {diagnostic.message}"]
    if diagnostic.span is not None:
        lines += _excerpt(diagnostic.span, style, color)
    if diagnostic.detail:
        lines.append(f"  detail: {diagnostic.detail}")
    if diagnostic.hint:
        lines.append(f"  {style('hint:', fg='green')} {diagnostic.hint}")
    for note in diagnostic.notes:
        place = f" ({note.span.source.path}:{note.span.line}:{note.span.column})" if note.span else ""
        lines.append(f"  note: {note.message}{place}")
    return "\n".join(lines)


def to_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as an object of plain values; places count from 1."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "file": span.source.path if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "hint": diagnostic.hint,
        "detail": diagnostic.detail,
    }


def as_sarif(diagnostics: Iterable[Diagnostic], describe: Callable[[str], str | None] = lambda code: code) -> str:
    """SARIF 2.1.0 (OASIS), which code scanning services read. `describe` says what a code is about.

    Columns count UTF-16 code units, which is the standard's default.
    """
    found = list(diagnostics)
    codes = list(dict.fromkeys(one.code for one in found))
    rules = [{"id": code, "shortDescription": {"text": describe(code) or code}} for code in codes]
    results = [_sarif_result(one, codes.index(one.code)) for one in found]
    driver = {"name": "querygen", "version": __version__, "rules": rules}
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _sarif_result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    text = diagnostic.message + (f"\n{diagnostic.hint}" if diagnostic.hint else "")
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.severity.value,
        "message": {"text": text},
    }
    span = diagnostic.span
    if span is not None:
        before = span.source.line_text(span.line)[: span.column - 1]
        region = {"startLine": span.line, "startColumn": len(before.encode("utf-16-le")) // 2 + 1}
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": span.source.path}, "region": region}}]
    return result


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def render_github(diagnostic: Diagnostic) -> str:
    """A workflow command of GitHub Actions, which shows the message at its line of a pull request."""
    kind = "notice" if diagnostic.severity is Severity.NOTE else diagnostic.severity.value
    place = ""
    if diagnostic.span is not None:
        span = diagnostic.span
        place = f" file={_escape(span.source.path)},line={span.line},col={span.column},title={diagnostic.code}"
    text = diagnostic.message + (f"\n{diagnostic.hint}" if diagnostic.hint else "")
    return f"::{kind}{place}::{_escape(text)}"


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file and place, those without a place first."""

    def key(one: Diagnostic) -> tuple[str, int]:
        return (one.span.source.path, one.span.start) if one.span else ("", 0)

    return sorted(diagnostics, key=key)
