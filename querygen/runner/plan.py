"""Where a database stands: the files of the folder beside the rows of the history.

Takes both, gives one `Entry` a version, and what follows from them: what is pending, and why nothing may run. No
connection is needed here. Applied is who has a row: a newer one says nothing about an older file.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.diagnostics import Diagnostic, error, warning
from querygen.runner.apply import units
from querygen.runner.files import read_step
from querygen.runner.history import BASELINE, DONE, REPAIRED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.runner.files import Migration
    from querygen.runner.history import Row

CHANGED = "QG564"  # an applied file is not what it was
OUT_OF_ORDER = "QG565"  # a pending file is older than an applied one
DIRTY = "QG566"  # a file without a transaction broke off
MISSING = "QG567"  # what was applied has no file
HALF_REPLACED = "QG568"  # of the files that a squash replaces some are applied and some are not


class State(StrEnum):
    """What `status` says of a version."""

    APPLIED = "applied"
    BASELINE = "baseline"
    REPLACED = "replaced"  # a squash stands for it
    PENDING = "pending"
    OUT_OF_ORDER = "out of order"
    CHANGED = "changed"
    INTERRUPTED = "interrupted"
    REPAIRED = "repaired"
    MISSING = "missing"


class Entry(Struct, frozen=True):
    """A version: its file, its row, or both."""

    version: str
    name: str
    state: State
    migration: Migration | None
    row: Row | None

    @property
    def key(self) -> int:
        return int(self.version)

    @property
    def label(self) -> str:
        return f"{self.version}_{self.name}" if self.name else self.version

    @property
    def file(self) -> Migration:
        """The file, of an entry that has one: pending, changed, applied."""
        if self.migration is None:
            raise LookupError(f"{self.label} has no file")
        return self.migration


def compare(migrations: Iterable[Migration], rows: Iterable[Row]) -> list[Entry]:
    """Every version that has a file or a row, in order."""
    files = {one.key: one for one in migrations}
    known = {row.key: row for row in rows}
    newest = max((key for key, row in known.items() if row.state in DONE), default=-1)
    replaced = {int(old): one for one in files.values() for old in (*one.up.replaces, *one.up.squashed)}
    entries = []
    for key in sorted(files.keys() | known.keys()):
        file, row = files.get(key), known.get(key)
        state = _state(file, row, key, newest, replaced)
        version = file.version if file else row.version if row else ""
        entries.append(Entry(version, file.name if file else row.name if row else "", state, file, row))
    return entries


def _state(file: Migration | None, row: Row | None, key: int, newest: int, replaced: dict[int, Migration]) -> State:
    if row is None:
        return State.OUT_OF_ORDER if key < newest else State.PENDING
    if file is None:
        return State.REPLACED if key in replaced else State.MISSING
    if row.state == REPAIRED:
        return State.REPAIRED
    if row.state not in DONE:
        return State.INTERRUPTED
    if row.sha256 != file.up.sha256:
        # A squash has the version of the last file that it replaces, and another name until it is noted.
        squash = row.name != file.name and key in map(int, file.up.replaces)
        return State.PENDING if squash else State.CHANGED
    return State.BASELINE if row.state == BASELINE else State.APPLIED


def pending(entries: Iterable[Entry]) -> list[Entry]:
    """What `up` would run, in order."""
    states = (State.PENDING, State.OUT_OF_ORDER, State.REPAIRED)
    return [one for one in entries if one.state in states and not is_half_undone(one)]


def is_half_undone(entry: Entry) -> bool:
    """Whether its way down broke off: only `down` goes on with it."""
    return entry.row is not None and entry.row.down and entry.row.state not in DONE


def obstacles(entries: list[Entry], *, allow_out_of_order: bool = False) -> list[Diagnostic]:
    """Why `up` must not run anything, and what it should say besides."""
    found = [_changed(one) for one in entries if one.state is State.CHANGED]
    found += [_interrupted(one) for one in entries if one.state is State.INTERRUPTED]
    for one in entries:
        if one.state is State.REPAIRED and is_half_undone(one):
            hint = "Go on with `querygen migrate down`; what is pending can run then."
            found.append(error(DIRTY, f"{one.label} is taken back in part", hint=hint))
    late = [one for one in entries if one.state is State.OUT_OF_ORDER]
    if late and not allow_out_of_order:
        newest = max((one for one in entries if one.row and one.row.state in DONE), key=lambda one: one.key)
        listed = ", ".join(one.label for one in late)
        message = f"{listed}: pending, but older than {newest.label}, which is applied"
        hint = "Give it a new place with `querygen migrate rebase`, or apply it as it is with --allow-out-of-order."
        found.append(error(OUT_OF_ORDER, message, hint=hint))
    known = {one.key: one for one in entries}
    for one in entries:
        if one.migration and one.state is State.PENDING and one.migration.up.replaces:
            have = [known[int(old)] for old in one.migration.up.replaces if _is_applied(known.get(int(old)))]
            if have and len(have) < len(one.migration.up.replaces):
                lacking = [old for old in one.migration.up.replaces if not _is_applied(known.get(int(old)))]
                message = (
                    f"{one.label} replaces {len(one.migration.up.replaces)} migrations, and of these are not applied: "
                )
                hint = "Bring the database to the last of them with a checkout from before the squash."
                found.append(error(HALF_REPLACED, message + ", ".join(lacking), hint=hint))
    for one in entries:
        if one.state is State.MISSING:
            message = f"{one.label} is applied, but has no file in the folder"
            hint = (
                "Get it from version control, or, if it is gone for good, `querygen migrate repair --forget "
                + one.version
                + "`."
            )
            found.append(warning(MISSING, message, hint=hint))
    return found


def _is_applied(entry: Entry | None) -> bool:
    return entry is not None and entry.row is not None and entry.row.state in DONE


def _changed(entry: Entry) -> Diagnostic:
    hint = (
        "Restore the file and write a new migration for what should be different; if only comments or blanks changed, "
        f"`querygen migrate repair --accept {entry.version}`."
    )
    where = f" at {entry.row.applied_at:%Y-%m-%d %H:%M} by {entry.row.applied_by}" if entry.row else ""
    return error(CHANGED, f"{entry.label} was changed after it was applied{where}", hint=hint)


def _interrupted(entry: Entry) -> Diagnostic:
    row, file = entry.row, entry.migration
    if row is None:
        raise LookupError(f"{entry.label} has no row")
    total = len(units(file.up.commands)) if file else 0
    where = "broke off"
    if row.down:
        total = len(units(read_step(file.down)[0].commands)) if file and file.down else 0
        where = "broke off on its way down"
    message = f"{entry.label} {where}: {row.finished} of its {total} statements have run"
    if row.problem:
        message += f" ({row.problem})"
    if row.down:
        hint = (
            f"Put right what stopped it, then `querygen migrate repair --retry {entry.version}` to go on behind them"
            f" with the next `down`, --restart to begin anew, --forget if all of it is taken back, or --applied if"
            f" nothing of it is."
        )
        return error(DIRTY, message, hint=hint)
    hint = (
        f"Put right what stopped it, then `querygen migrate repair --retry {entry.version}` to go on behind them"
        f" with the next `up`, --restart to begin anew, or --applied if all of it is done."
    )
    return error(DIRTY, message, hint=hint)


def replaces_applied(entry: Entry, entries: Iterable[Entry]) -> bool:
    """Whether a squash stands for migrations that the database has already: then it is only noted."""
    if entry.migration is None or not entry.migration.up.replaces:
        return False
    known = {one.key: one for one in entries}
    return all(_is_applied(known.get(int(old))) for old in entry.migration.up.replaces)
