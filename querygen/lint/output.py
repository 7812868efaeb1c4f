"""Problems as text, JSON, SARIF 2.1.0 (OASIS) and annotations of GitHub.

Takes what `run` found, gives text. The text form is that of every other message: `diagnostics_render.py` prints it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from querygen import __version__
from querygen.diagnostics import Diagnostic, Severity
from querygen.diagnostics_render import to_json
from querygen.lint.rule import Level
from querygen.lint.run import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.lint.run import Problem

_SEVERITY = {Level.ERROR: Severity.ERROR, Level.WARNING: Severity.WARNING}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_diagnostic(problem: Problem) -> Diagnostic:
    """A problem as any other message; its code is the rule's name."""
    found = problem.finding
    return Diagnostic(problem.rule, _SEVERITY[problem.level], found.message, found.span, found.hint)


def as_json(problems: Sequence[Problem]) -> str:
    """A list of objects: rule, severity, message, file, line, column, hint."""
    rows = []
    for one in problems:
        row = to_json(to_diagnostic(one))
        del row["detail"]
        rows.append({"rule": row.pop("code"), **row})
    return json.dumps(rows, indent=2, ensure_ascii=False)


def as_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """SARIF, which code scanning services read. Columns count UTF-16 code units there, as the standard has it."""
    names = list(dict.fromkeys(one.code for one in diagnostics))
    rules = [{"id": name, "shortDescription": {"text": (explain(name) or name).partition("\n")[0]}} for name in names]
    results = [_result(one, names.index(one.code)) for one in diagnostics]
    driver = {"name": "querygen", "version": __version__, "rules": rules}
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    text = diagnostic.message + (f"\n{diagnostic.hint}" if diagnostic.hint else "")
    level = "error" if diagnostic.severity is Severity.ERROR else "warning"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": level,
        "message": {"text": text},
    }
    span = diagnostic.span
    if span is not None:
        line, column = span.source.line_column(span.start)
        before = span.source.line_text(line)[: column - 1]
        region = {"startLine": line, "startColumn": len(before.encode("utf-16-le")) // 2 + 1}
        place = {"artifactLocation": {"uri": span.source.path}, "region": region}
        result["locations"] = [{"physicalLocation": place}]
    return result
