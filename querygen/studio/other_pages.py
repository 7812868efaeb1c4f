"""Pages about migrations and findings: what is applied, what is pending and how it may hurt, lint, verify.

Takes an `Ask`, gives a page. What costs time (lint, verify) is kept until a file changes or the user asks again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.cli_lint import find_problems, levels_of
from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, Severity
from querygen.diagnostics_render import sort_diagnostics
from querygen.lint.output import to_diagnostic
from querygen.runner import commands, plan
from querygen.runner.files import migration_files, read_migrations
from querygen.server.errors import ServerError
from querygen.studio.undo import explained
from querygen.studio.view import Ask, goto

if TYPE_CHECKING:
    from starlette.responses import Response

    from querygen.migrate.compare import Comparison
    from querygen.migrate.drift import Drift
    from querygen.migrate.statement import Statement
    from querygen.runner.plan import Entry


class Shown(Struct, frozen=True):
    """A version: its state, its SQL, and what lint says of the file."""

    label: str
    state: str
    sql: str
    path: str
    transactional: bool
    when: str
    who: str
    took: int | None
    hazards: list[Diagnostic]
    down: bool


class Compared(Struct, frozen=True):
    """How the database differs from its migrations; found `at` that time, with the files as `signature` has them."""

    signature: object
    at: str
    summary: str
    differences: list[tuple[Drift, list[Statement]]]  # with the statements that undo it, dependents included
    others: list[Statement]  # what no difference explains by itself
    notes: list[Diagnostic]
    undo: str  # all statements, in their order
    refusals: list[Diagnostic]  # why there are none


def _signature(ask: Ask) -> object:
    """The state of the project's files, migrations included."""
    project = ask.project
    up, _, _ = migration_files(project.config.root / project.config.migrations)
    return project.signature, tuple((str(path), path.stat().st_mtime_ns) for path in up.values())


def _linted(ask: Ask) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What lint finds, and what keeps it from looking; kept while the files stay as they are."""
    project = ask.project
    signature = _signature(ask)
    kept = ask.studio.kept.get("lint")
    if kept is None or kept[0] != signature:
        problems, broken = find_problems(project.config, levels_of(project.config), analysis=project.analysis)
        kept = (signature, [to_diagnostic(one) for one in problems], broken)
        ask.studio.kept["lint"] = kept
    return kept[1], kept[2]


def migrations(ask: Ask) -> Response:
    """Every version, newest first, with its SQL; pending ones with what may hurt."""
    config = ask.studio.config
    folder = config.root / config.migrations
    problem, hint, holder = "", "", None
    entries: list[Entry] = []
    obstacles: list[Diagnostic] = []
    try:
        if ask.studio.database is None:
            problem = f"{ask.studio.missing}: whether a file was applied is not known"
        else:
            place = ask.studio.database.place
            entries, holder = commands.look(place)
            obstacles = plan.obstacles(entries)
    except ServerError as refused:
        problem, hint = refused.message, refused.hint
    except DiagnosticError as refused:
        problem, hint = refused.diagnostic.message, refused.diagnostic.hint or ""
    except DiagnosticErrors as refused:
        problem, hint = "; ".join(one.message for one in refused.diagnostics), refused.diagnostics[0].hint or ""
    if not entries:
        files, _ = read_migrations(folder)
        entries = [] if not problem else plan.compare(files, [])
    hazards, _ = _linted(ask) if entries else ([], [])
    shown = [_shown(one, hazards, known=not problem) for one in reversed(entries)]
    compared: Compared | None = ask.studio.kept.get("drift")
    return ask.page(
        "migrations",
        "Migrations",
        "migrations",
        shown=shown,
        problem=problem,
        hint=hint,
        holder=holder,
        obstacles=obstacles,
        compared=compared,
        stale=compared is not None and compared.signature != _signature(ask),
        folder=config.migrations,
        pending=sum(one.state in ("pending", "out of order", "repaired") for one in shown),
    )


def _shown(entry: Entry, hazards: list[Diagnostic], *, known: bool) -> Shown:
    file, row = entry.migration, entry.row
    path = file.up.source.path if file else ""
    return Shown(
        entry.label,
        entry.state.value if known else "unknown",
        file.up.source.text if file else "",
        path,
        file.up.transactional if file else True,
        f"{row.applied_at:%Y-%m-%d %H:%M}" if row else "",
        row.applied_by if row else "",
        row.duration_ms if row else None,
        [one for one in hazards if one.span is not None and path and one.span.source.path == path],
        bool(file and file.down),
    )


def compare(ask: Ask) -> Response:
    """Compare the database as `querygen migrate drift` does. Nothing is changed there."""
    from querygen.migrate.compare import compare_database

    signature = _signature(ask)
    found = compare_database(ask.studio.config, ask.database.place)
    ask.studio.kept["drift"] = _compared(signature, found, found.summary)
    return goto("/migrations#drift")


def _compared(signature: object, found: Comparison, summary: str) -> Compared:
    from querygen.cli_migrate_write import refusal_messages
    from querygen.migrate.push import as_text

    differences, others = explained(found.found, found.undo.statements)
    return Compared(
        signature,
        time.strftime("%H:%M:%S"),
        summary,
        differences,
        others,
        found.notes,
        as_text(found.undo),
        refusal_messages(found.undo.refusals),
    )


def findings(ask: Ask) -> Response:
    """What build, lint and verify say."""
    project = ask.project
    problems, broken = _linted(ask)
    verified = ask.studio.kept.get("verify")
    current = verified is not None and verified[0] == project.signature
    return ask.page(
        "findings",
        "Findings",
        "findings",
        errors=list(dict.fromkeys([*project.analysis.diagnostics, *broken])),
        problems=sorted(problems, key=lambda one: one.severity is not Severity.ERROR),
        verified=verified[1] if verified is not None and current else None,
        statements=verified[2] if verified is not None and current else 0,
        stale=verified is not None and not current,
        missing=ask.studio.missing,
    )


def verify(ask: Ask) -> Response:
    """Ask the database of every query, and whether it has this schema, as `querygen verify --live` does."""
    from querygen.verify import statements, verify_database
    from querygen.verify_schema import verify_schema

    project = ask.project
    url = ask.database.place.url
    problems = verify_database(project.analysis, url, live=True, told=lambda _done, _all: None)
    problems += verify_schema(project.config, project.analysis.catalog, url)
    count = sum(1 for _ in statements(project.analysis))
    ask.studio.kept["verify"] = (project.signature, sort_diagnostics(problems), count)
    return goto("/findings#verify")
