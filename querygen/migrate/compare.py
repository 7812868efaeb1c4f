"""A live database beside what it should be: its migrations, or the schema where there are none.

Takes the configuration and the place of the database; gives a `Comparison`, which `migrate drift` prints and the studio
shows. Nothing is written to the database.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.config import catalog_folder, extension_bases
from querygen.diagnostics import DiagnosticErrors, warning
from querygen.migrate.copies import invalid_indexes, without_copies
from querygen.migrate.drift import drift, marked_invalid
from querygen.migrate.live import read_database
from querygen.migrate.load import Setting, history_sources, read_paths
from querygen.migrate.push import Push, plan_push
from querygen.migrate.shadow import sides
from querygen.runner.commands import look
from querygen.runner.history import DONE
from querygen.runner.plan import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.config import Config
    from querygen.diagnostics import Diagnostic
    from querygen.migrate.drift import Drift
    from querygen.migrate.shadow import Sides
    from querygen.runner.commands import Place
    from querygen.source import SourceFile

NOT_READ = "QG631"  # part of a schema that cannot be compared
UNSURE = "QG635"  # the schema was not read from a server


class Comparison(Struct, frozen=True):
    """Where a database is not what it should be. `undo`: the statements that would bring it there; nobody runs them."""

    against: str
    found: list[Drift]
    notes: list[Diagnostic]
    undo: Push

    @property
    def summary(self) -> str:
        """How many differences there are, and from what."""
        count = len(self.found)
        if not count:
            return f"the database is what {self.against} say"
        return f"{count} difference{'s' if count > 1 else ''} from {self.against}"


def compare_database(config: Config, place: Place) -> Comparison:
    """The database beside the migrations that it has applied; beside the schema, where there are no migrations."""
    sources, against = _applied(config, place)
    both = both_sides(config, place, sources)
    found, problems = drift(both.live, both.wanted, certain=not both.shadow)
    notes = [warning(NOT_READ, one) for one in problems]
    if both.shadow:
        notes.append(unsure(both.shadow))
    undo = plan_push(both.live, both.wanted) if found else Push()
    found = marked_invalid(without_copies(found, both.wanted.state.catalog), invalid_indexes(place.url))
    return Comparison(against, found, notes, undo)


def both_sides(config: Config, place: Place, sources: Sequence[SourceFile]) -> Sides:
    """The live database and the schema of these files; raises their errors."""
    database = read_database(place.url, (place.table.schema, place.table.name))
    found = sides(database, sources, Setting(catalog_folder(config), extension_bases(config)))
    if errors := [*found.wanted.errors, *found.live.errors]:
        raise DiagnosticErrors(errors)
    return found


def unsure(why: str) -> Diagnostic:
    """A warning: the schema is only what querygen makes of it."""
    hint = "Install querygen[embedded]: objects that are kept as text can be compared only as a server prints them."
    return warning(UNSURE, f"no server has read the schema: {why}", hint=hint)


def _applied(config: Config, place: Place) -> tuple[list[SourceFile], str]:
    """The migrations that the database has; all, where it has no history; the schema, where there are none."""
    sources = history_sources(place.folder)
    if not sources:
        return read_paths(config.schema, config.root), "the schema files"
    entries, _holder = look(place)
    have = {str(one.migration.path) for one in entries if one.migration and one.row and one.row.state in DONE}
    if not have:
        return sources, "the migrations"
    pending = sum(one.state in (State.PENDING, State.OUT_OF_ORDER) for one in entries)
    told = "the migrations that it has" + (f" ({pending} more are pending)" if pending else "")
    names = {Path(one).name for one in have}
    return [one for one in sources if Path(one.path).name in names], told
