"""`migrate up`, `down`, `baseline`, `repair` and `rebase`: what each does to a database, in the order it does it.

Takes a `Place` (folder, URL, table, patience), gives an `Outcome` for the command line to print. What can be known
to be wrong is raised before anything runs, all of it at once (`DiagnosticErrors`).
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field

from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, Severity, error
from querygen.runner import history, plan
from querygen.runner.apply import Limits, Work, run_step, told_plainly, units
from querygen.runner.files import Migration, read_migrations, read_step
from querygen.runner.history import BASELINE, REPAIRED, Table
from querygen.runner.plan import Entry, State
from querygen.runner.session import Session, holder_of, open_session
from querygen.server.database import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NO_SUCH_VERSION = "QG569"  # a version that is neither a file nor a row
NOTHING_TO_UNDO = "QG570"  # a migration without a down file, or one that is not applied


class Place(Struct, frozen=True):
    """Where migrations are and where they go. `wait`: seconds for the lock."""

    folder: Path
    url: str
    table: Table
    wait: float = 60.0
    limits: Limits = Limits()


class Done(Struct, frozen=True):
    """A migration that was run, taken back or noted, and how long it took."""

    version: str
    name: str
    action: str
    duration_ms: int | None = None

    @property
    def label(self) -> str:
        return f"{self.version}_{self.name}" if self.name else self.version


class Outcome(Struct):
    """What a command did. `failure`: why it stopped; what is in `done` stays done."""

    done: list[Done] = field(default_factory=list)
    planned: list[Entry] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    failure: Diagnostic | None = None


# ---------------------------------------------------------------- what all begin with


def _files(place: Place) -> list[Migration]:
    migrations, problems = read_migrations(place.folder)
    if problems:
        raise DiagnosticErrors(problems)
    return migrations


@contextlib.contextmanager
def _locked(place: Place, told: Callable[[str], None]) -> Iterator[Session]:
    with told_plainly(), open_session(place.url, place.table, wait=place.wait, told=told) as session:
        history.create_table(session.conn, session.table)
        yield session


def look(place: Place) -> tuple[list[Entry], str | None]:
    """Where the database stands, and who is at work on it right now. Nothing is written, not even the table."""
    migrations = _files(place)
    with told_plainly(), connect(place.url) as conn:
        return plan.compare(migrations, history.read_rows(conn, place.table)), holder_of(conn, place.table)


def _refuse(problems: list[Diagnostic], outcome: Outcome) -> None:
    outcome.warnings += [one for one in problems if one.severity is not Severity.ERROR]
    if errors := [one for one in problems if one.severity is Severity.ERROR]:
        raise DiagnosticErrors(errors)


def _position(entries: list[Entry], version: str) -> int:
    for one in entries:
        if version in (one.version, one.label) or (version.isdigit() and int(version) == one.key):
            return one.key
    listed = ", ".join(one.label for one in entries[-5:]) or "none"
    raise DiagnosticError(error(NO_SUCH_VERSION, f"there is no migration {version}", hint=f"The last ones: {listed}."))


# ---------------------------------------------------------------- up and down


def up(
    place: Place,
    *,
    to: str | None = None,
    dry_run: bool = False,
    allow_out_of_order: bool = False,
    started: Callable[[Entry, int, int], None],
    told: Callable[[str], None],
) -> Outcome:
    """Run what is pending, oldest first. `started(entry, number, count)` is called before each."""
    outcome = Outcome()
    migrations = _files(place)
    if dry_run:
        entries, _ = look(place)
        outcome.planned = _to_run(entries, to, outcome, allow_out_of_order=allow_out_of_order)
        return outcome
    with _locked(place, told) as session:
        entries = plan.compare(migrations, history.read_rows(session.conn, place.table))
        todo = _to_run(entries, to, outcome, allow_out_of_order=allow_out_of_order)
        for number, entry in enumerate(todo, 1):
            started(entry, number, len(todo))
            try:
                outcome.done.append(_apply(session, entry, entries, place.limits, told))
            except DiagnosticError as problem:
                outcome.failure = problem.diagnostic
                outcome.planned = todo[number - 1 :]
                break
    return outcome


def _to_run(entries: list[Entry], to: str | None, outcome: Outcome, *, allow_out_of_order: bool) -> list[Entry]:
    last = _position(entries, to) if to else None
    considered = [one for one in entries if last is None or one.key <= last]
    _refuse(plan.obstacles(considered, allow_out_of_order=allow_out_of_order), outcome)
    return plan.pending(considered)


def _apply(session: Session, entry: Entry, entries: list[Entry], limits: Limits, told: Callable[[str], None]) -> Done:
    file = entry.file
    if plan.replaces_applied(entry, entries):
        with session.conn.transaction():
            if entry.row is not None:
                history.update_checksum(session.conn, session.table, entry.row.version, file.up.sha256, file.name)
            else:
                sha256 = file.up.sha256
                history.insert_row(session.conn, session.table, file.version, file.name, sha256, BASELINE)
        return Done(file.version, file.name, "noted")
    finished = entry.row.finished if entry.row else None
    work = Work(file.version, file.name, file.up, finished=finished)
    return Done(file.version, file.name, "applied", run_step(session, work, limits, told))


def down(
    place: Place,
    *,
    to: str | None = None,
    steps: int = 1,
    dry_run: bool = False,
    started: Callable[[Entry, int, int], None],
    told: Callable[[str], None],
) -> Outcome:
    """Take back the newest migrations: `steps` of them, or all that are newer than `to` ("0": every one)."""
    outcome = Outcome()
    migrations = _files(place)
    with contextlib.ExitStack() as stack:
        if dry_run:
            entries, _ = look(place)
            session = None
        else:
            session = stack.enter_context(_locked(place, told))
            entries = plan.compare(migrations, history.read_rows(session.conn, place.table))
        undo, works = _to_undo(entries, to, steps)
        outcome.planned = undo if session is None else []
        if session is None:
            return outcome
        for number, (entry, work) in enumerate(zip(undo, works, strict=True), 1):
            started(entry, number, len(undo))
            try:
                spent = run_step(session, work, place.limits, told)
            except DiagnosticError as problem:
                outcome.failure = problem.diagnostic
                outcome.planned = undo[number - 1 :]
                break
            outcome.done.append(Done(work.version, work.name, "taken back", spent))
    return outcome


def _to_undo(entries: list[Entry], to: str | None, steps: int) -> tuple[list[Entry], list[Work]]:
    """The migrations to take back, newest first, each with its way down; refused whole where one has none."""
    applied = [one for one in entries if one.row is not None and one.state is not State.REPLACED]
    applied.sort(key=lambda one: one.key, reverse=True)
    if to is None:
        undo = applied[:steps]
    else:
        limit = 0 if to == "0" else _position(entries, to)
        undo = [one for one in applied if one.key > limit]
    problems, works = [], []
    for one in undo:
        if one.state in (State.INTERRUPTED, State.CHANGED):
            problems += plan.obstacles([one])
        elif one.migration is None:
            problems += plan.obstacles([one])
        elif one.migration.down is None:
            hint = f"Write {one.migration.path.stem}.down.sql, or a new migration that does the opposite."
            message = f"{one.label} cannot be taken back: it has no down file"
            problems.append(error(NOTHING_TO_UNDO, message, hint=hint))
        else:
            step, wrong = read_step(one.migration.down)
            problems += wrong
            finished = one.row.finished if one.row and plan.is_half_undone(one) else None
            version = one.row.version if one.row else one.version
            works.append(Work(version, one.name, step, down=True, finished=finished))
    if problems:
        raise DiagnosticErrors(problems)
    return undo, works


# ---------------------------------------------------------------- the history itself


def baseline(
    place: Place, *, to: str | None, told: Callable[[str], None], only: frozenset[int] | None = None
) -> Outcome:
    """Say that a database has the migrations up to `to` (all of them without it) already: rows, and nothing is run.

    `only` are the versions to which that is confined.
    """
    outcome = Outcome()
    migrations = _files(place)
    with _locked(place, told) as session:
        entries = plan.compare(migrations, history.read_rows(session.conn, place.table))
        last = _position(entries, to) if to else None
        with session.conn.transaction():
            for one in entries:
                chosen = (last is None or one.key <= last) and (only is None or one.key in only)
                if one.row is None and one.migration is not None and chosen:
                    sha256 = one.migration.up.sha256
                    history.insert_row(session.conn, place.table, one.version, one.name, sha256, BASELINE)
                    outcome.done.append(Done(one.version, one.name, "noted"))
    return outcome


class Repairs(Struct, frozen=True):
    """Versions, by what is to be done with their rows."""

    retry: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()
    applied: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()


def repair(place: Place, repairs: Repairs, told: Callable[[str], None]) -> Outcome:
    """Put the history right after a fault. It changes rows only; the next `up` or `down` runs what is to run again."""
    outcome = Outcome()
    migrations = _files(place)
    with _locked(place, told) as session:
        entries = plan.compare(migrations, history.read_rows(session.conn, place.table))
        known = {one.key: one for one in entries}
        chosen: list[tuple[Entry, str]] = []
        problems: list[Diagnostic] = []
        for action in Repairs.__struct_fields__:
            for version in getattr(repairs, action):
                entry = known[_position(entries, version)]
                if wrong := _unfit(entry, action):
                    problems.append(wrong)
                chosen.append((entry, action))
        if problems:
            raise DiagnosticErrors(problems)
        with session.conn.transaction():
            outcome.done = [_repair(session, entry, action) for entry, action in chosen]
    return outcome


def _unfit(entry: Entry, action: str) -> Diagnostic | None:
    wanted = {
        "retry": (State.INTERRUPTED,),
        "restart": (State.INTERRUPTED, State.REPAIRED),
        "applied": (State.INTERRUPTED, State.REPAIRED),
        "accept": (State.CHANGED,),
        "forget": (State.MISSING, State.INTERRUPTED, State.REPAIRED),
    }[action]
    if entry.state in wanted:
        return None
    fitting = ", ".join(sorted(state.value for state in wanted))
    return error(plan.DIRTY, f"{entry.label} is {entry.state.value}: --{action} is for one that is {fitting}")


def _repair(session: Session, entry: Entry, action: str) -> Done:
    conn, table, row, file = session.conn, session.table, entry.row, entry.migration
    if row is None:
        raise LookupError(f"{entry.label} has no row")
    match action:
        case "retry":
            history.update_row(conn, table, row.version, state=REPAIRED, finished=row.finished, down=row.down)
            said = f"goes on behind its first {row.finished} statements"
        case "restart":
            history.update_row(conn, table, row.version, state=REPAIRED, finished=0, down=row.down)
            said = "begins anew"
        case "applied":
            # Of a way down `finished` counts other statements than those of the file that is applied.
            finished = len(units(file.up.commands)) if file is not None and row.down else row.finished
            history.update_row(conn, table, row.version, state=history.APPLIED, finished=finished)
            said = "counts as applied"
        case "forget":
            history.delete_row(conn, table, row.version)
            said = "forgotten"
        case _:
            said = "is taken as it is now"
    if file is not None and action in ("applied", "accept"):
        history.update_checksum(conn, table, row.version, file.up.sha256, file.name)
    return Done(row.version, row.name, said)


def rebase(place: Place, *, versions: tuple[str, ...] = (), now: datetime | None = None) -> list[tuple[Path, Path]]:
    """Give pending files that are older than an applied one new versions, in their order. What was renamed to what.

    Without `versions` all of these; the files' text stays what it is.
    """
    entries, _ = look(place)
    chosen = {_position(entries, one) for one in versions}
    late = [one for one in entries if one.state is State.OUT_OF_ORDER and (not chosen or one.key in chosen)]
    if unfit := [one for one in entries if one.key in chosen and one.state is not State.OUT_OF_ORDER]:
        raise DiagnosticErrors(
            [error(plan.OUT_OF_ORDER, f"{one.label} is {one.state.value}: its place is right") for one in unfit]
        )
    newest = max((one.key for one in entries), default=0)
    stamp = int(f"{now or datetime.now(UTC):%Y%m%d%H%M%S}")
    renamed = []
    for one in late:
        file = one.file
        newest = max(stamp, newest + 1)
        for path in filter(None, (file.path, file.down)):
            target = path.with_name(f"{newest}{path.name[len(file.version) :]}")
            path.rename(target)
            renamed.append((path, target))
    return renamed
