"""Two schemas compared: the SQL that turns the one into the other, or why there is none.

    old, new = load(...), load(...)
    result = diff(old, new)
    result.statements    # in order; none: the schemas are equal
    result.refusals      # not empty: nothing may be run

The statements are replayed on the old schema, by the same code that read it, and what comes out is compared with the
new one: what the replay does not confirm is never printed. What it finds missing (names that the server makes up at
partitions, for example) is a second round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.catalog.fork import fork
from querygen.migrate.load import replay
from querygen.migrate.matching import renames
from querygen.migrate.model import show
from querygen.migrate.plan import plan
from querygen.migrate.read import earlier, read_model
from querygen.migrate.renames import Renamed, find_renames
from querygen.migrate.statement import Refusal, Statement
from querygen.migrate.version import too_new

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.migrate.load import Loaded
    from querygen.migrate.model import Model
    from querygen.migrate.renames import Rename

_ROUNDS = 4


class Result(Struct):
    """Statements in order, or reasons."""

    statements: tuple[Statement, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    renamed: tuple[Renamed, ...] = ()


def diff(
    old: Loaded,
    new: Loaded,
    *,
    told: Sequence[Rename] = (),
    using: Mapping[tuple[str, ...], str] | None = None,
    models: tuple[Model, Model] | None = None,
) -> Result:
    """Compare. The old schema's state is changed: it is the new one afterwards. `models` is what `read_both` gave."""
    state = old.state
    read = read_both(old, new) if models is None else models
    if isinstance(read, Result):
        return read
    current, target = read
    as_read = fork(state)
    statements, refusals, renamed = find_renames([*told], new.sources, new.state, current, target)
    if refusals:
        return Result(refusals=tuple(refusals))
    if statements:
        if (refusal := _replay(state, statements)) is not None:
            return Result(refusals=(refusal,))
        current, problems = read_model(state, earlier(current, as_read, state))
        if problems:
            return _refused(problems, "the old schema after renaming")
        as_read = fork(state)
    for _round in range(_ROUNDS):
        found = renames(current, target)
        if not found:
            planned = plan(current, target, state.catalog, new.state.catalog, using)
            if planned.refusals:
                return Result(refusals=tuple(planned.refusals))
            found = planned.statements
        if not found:
            return _settled(statements, current, target, renamed, state.catalog.major)
        if any(_has_body(one) for one in found) and not any("check_function_bodies" in one.sql for one in statements):
            statements.append(Statement("SET check_function_bodies = off", "bodies may name what comes later"))
        if (refusal := _replay(state, found)) is not None:
            return Result(refusals=(refusal,))
        statements += found
        current, problems = read_model(state, earlier(current, as_read, state))
        if problems:
            return _refused(problems, "the schema after the change")
        as_read = fork(state)
    return _settled(statements, current, target, renamed, state.catalog.major)


def read_both(old: Loaded, new: Loaded) -> tuple[Model, Model] | Result:
    """The models of both, or why one cannot be read."""
    target, problems = read_model(new.state)
    if problems:
        return _refused(problems, "the new schema")
    shared = old.family is not None and old.family is new.family
    current, problems = read_model(old.state, earlier(target, new.state, old.state) if shared else None)
    return _refused(problems, "the old schema") if problems else (current, target)


def _has_body(statement: Statement) -> bool:
    words = statement.sql.split(None, 4)
    return words[0] == "CREATE" and bool({"FUNCTION", "PROCEDURE"} & {*words[1:4]})


def _replay(state: DdlState, statements: Sequence[Statement]) -> Refusal | None:
    """Carry the statements out on the old schema."""
    state.check_bodies = True
    state.catalog.search_path = state.session_path
    for one in statements:
        problems = replay(state, one.sql + ";")
        if problems:
            reason = f"the statement that was made for it does not work: {problems[0].message}: {one.sql}"
            return Refusal(one.target, reason, "This is an error of querygen: please report it.")
    return None


def _settled(
    statements: list[Statement], current: Model, target: Model, renamed: Sequence[Renamed], major: int
) -> Result:
    """Nothing is left to do: what still differs cannot be reached."""
    left = differences(current, target)
    if left:
        return Result(refusals=tuple(_unreached(one, current, target) for one in left))
    if refusals := too_new(statements, major):
        return Result(refusals=tuple(refusals))
    return Result(tuple(statements), renamed=tuple(renamed))


def _unreached(identity: tuple[str, ...], current: Model, target: Model) -> Refusal:
    old, new = current.objects.get(identity), target.objects.get(identity)
    if identity[0] == "notnull" and old is not None and new is not None and old.inherited and new.inherited:
        was, now = old.attrs["name"], new.attrs["name"]
        reason = f"it is called {was}, not {now}, and what a table shares with the one above it cannot be renamed"
        hint = f"Call it {was} in the schema, or detach the table, rename it and attach it in a file of your own."
        return Refusal(identity, reason, hint)
    reason = "the migration that was made for it does not lead to the new schema"
    return Refusal(identity, reason, "This is an error of querygen: please report it.")


def differences(current: Model, target: Model) -> list[tuple[str, ...]]:
    """The objects in which two models differ, in words' order."""
    found = []
    for identity in {**current.objects, **target.objects}:
        one, other = current.objects.get(identity), target.objects.get(identity)
        if one is None or other is None:
            found.append(identity)
        elif any(one.attrs.get(key) != value for key, value in other.attrs.items() if not key.startswith("_")):
            found.append(identity)
    return sorted(found, key=show)


def _refused(problems: Sequence[str], where: str) -> Result:
    return Result(refusals=tuple(Refusal((), f"{where}: {one}") for one in problems))
