"""Problems as diagnostics, which `diagnostics_render.py` prints in every form, and as JSON of their own.

Takes what `run` found.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from querygen.diagnostics import Diagnostic, Severity
from querygen.diagnostics_render import to_json
from querygen.lint.rule import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.lint.run import Problem

_SEVERITY = {Level.ERROR: Severity.ERROR, Level.WARNING: Severity.WARNING}


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
