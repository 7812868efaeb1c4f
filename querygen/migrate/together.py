"""Two schemas loaded at once: what they have in common is carried out once, what differs in a copy for each.

Takes the files of both; gives two `Loaded` that are what `load` makes of each. What both begin with is shared as it
is: nothing is carried out in another order. Behind that, statements of both come before those of one (common.py):
1. only plain CREATE, COMMENT, GRANT and ALTER TABLE … ADD are moved, no partition and nothing that has heirs;
2. a statement comes before another one only if neither mentions a name that the other makes or changes;
3. the common ones keep their order, which is the same in both schemas;
4. no statement waits for a later one, and no name that the server makes up is taken;
5. nothing fails. Where one of these does not hold, each schema is loaded by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.catalog import ddl
from querygen.catalog.fork import fork
from querygen.migrate.common import common
from querygen.migrate.load import Loaded, errors_of, folded, parse
from querygen.pg_catalog.load import load_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.migrate.load import Setting
    from querygen.source import SourceFile
    from querygen.sql.parse import RawStmt


def load_both(old: Sequence[SourceFile], new: Sequence[SourceFile], setting: Setting) -> tuple[Loaded, Loaded]:
    """What `load` makes of each."""
    before, after = parse(old), parse(new)
    found = None if errors_of((*before[1], *after[1])) else _together(before[0], after[0], setting)
    if found is None:
        return folded(old, *before, setting), folded(new, *after, setting)
    family = object()
    return Loaded(found[0], tuple(old), (), family), Loaded(found[1], tuple(new), (), family)


def _together(before: list[RawStmt], after: list[RawStmt], setting: Setting) -> tuple[DdlState, DdlState] | None:
    """Both states; None where they have little in common, or where the order may matter."""
    found = common(before, after)
    if found is None or found.first + len(found.moved) < max(len(before), len(after)) / 2:
        return None
    state = ddl.begin(load_folder(setting.catalog), extension_folders=setting.extensions, full=True)
    if ddl.advance(state, after[: found.first]):
        return None  # what waits may wait for what only one of them has
    state.collided = False
    if ddl.advance(state, found.moved) or state.collided or errors_of(state.diagnostics):
        return None
    states = (state, fork(state))
    for part, own in zip(states, found.own, strict=True):
        waiting = ddl.advance(part, own)
        if found.moved and (waiting or part.collided):
            return None
        ddl.finish(part, waiting)
        if errors_of(part.diagnostics):
            return None
        part.catalog.search_path = part.session_path
        part.role = ""
    return states
