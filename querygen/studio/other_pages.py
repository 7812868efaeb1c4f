"""Pages about migrations and findings: what is applied, what is pending and how it may hurt, lint, verify.

Takes an `Ask`, gives a page. What costs time (lint, verify) is kept until a file changes or the user asks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.cli_lint import find_problems, levels_of
from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, Severity
from querygen.lint.output import to_diagnostic
from querygen.runner import commands, plan
from querygen.runner.files import migration_files, read_migrations
from querygen.server.errors import ServerError
from querygen.studio import drift
from querygen.studio.view import Ask, goto
from querygen.verify import verify_database

if TYPE_CHECKING:
    from starlette.responses import Response

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


def _linted(ask: Ask) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What lint finds, and what keeps it from looking; kept while the files stay as they are."""
    project = ask.project
    folder = project.config.root / project.config.migrations
    up, _, _ = migration_files(folder)
    files = tuple((str(path), path.stat().st_mtime_ns) for path in up.values())
    kept = ask.studio.kept.get("lint")
    if kept is None or kept[0] != (project.signature, files):
        problems, broken = find_problems(project.config, levels_of(project.config), analysis=project.analysis)
        kept = ((project.signature, files), [to_diagnostic(one) for one in problems], broken)
        ask.studio.kept["lint"] = kept
    return kept[1], kept[2]


def migrations(ask: Ask) -> Response:
    """Every version, newest first, with its SQL; pending ones with what may hurt."""
    config = ask.studio.config
    folder = config.root / config.migrations
    problem, hint, holder = "", "", None
    entries: list[Entry] = []
    obstacles: list[Diagnostic] = []
    differences: list[drift.Difference] | None = None
    try:
        if ask.studio.database is None:
            problem = f"{ask.studio.missing}: whether a file was applied is not known"
        else:
            place = ask.studio.database.place
            entries, holder = commands.look(place)
            obstacles = plan.obstacles(entries)
            with ask.studio.database.connections.connection() as conn:
                project = ask.project
                differences = drift.differences(
                    conn, project.analysis.catalog, project.tables, (place.table.schema, place.table.name)
                )
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
    return ask.page(
        "migrations",
        "Migrations",
        "migrations",
        shown=shown,
        problem=problem,
        hint=hint,
        holder=holder,
        obstacles=obstacles,
        differences=differences,
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
    """Ask the database of every query; nothing is run."""
    project = ask.project
    url = ask.database.place.url
    problems = verify_database(project.analysis, url, live=True, told=lambda _done, _all: None)
    ask.studio.kept["verify"] = (project.signature, problems, len(project.analysis.queries))
    return goto("/findings#verify")
