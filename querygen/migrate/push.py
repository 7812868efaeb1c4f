"""`querygen push`: a development database brought to the schema, without a file in between.

Takes both sides of a comparison; gives a `Push`: the statements in transactions, and why they may not be run. `apply`
runs them: one transaction, and what cannot be in one by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.diagnostics import DiagnosticError, error
from querygen.migrate.candidates import Candidate, candidates
from querygen.migrate.diff import Result, diff, read_both
from querygen.migrate.generate import options_of, split
from querygen.migrate.labels import value_candidates
from querygen.migrate.statement import DELETES_DATA, Refusal, Statement, taken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import Connection
    from psycopg.rows import TupleRow

    from querygen.migrate.load import Loaded

PUSH_FAILED = "QG630"  # a statement that the server did not take


class Push(Struct, frozen=True):
    """`groups`: what runs in one transaction each; a group of one statement that must be `alone` runs in none.

    `losing` is what takes something away that the schema no longer declares, or rows with it.
    """

    groups: tuple[tuple[Statement, ...], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    losing: tuple[Statement, ...] = ()
    candidates: tuple[Candidate, ...] = ()  # what would be dropped and may have been renamed

    @property
    def statements(self) -> list[Statement]:
        return [one for group in self.groups for one in group]


def plan_push(live: Loaded, wanted: Loaded, *, rename: Sequence[str] = (), using: Sequence[str] = ()) -> Push:
    """What has to be done to the database. Nothing is run."""
    told, asked, refusals = options_of(rename, using, live, wanted)
    if refusals:
        return Push(refusals=tuple(refusals))
    models = read_both(live, wanted)
    if isinstance(models, Result):
        return Push(refusals=models.refusals)
    result = diff(live, wanted, told=told, using=asked, models=models)
    if result.refusals:
        return Push(refusals=result.refusals)
    before, after = models
    losing = [
        one
        for one in result.statements
        if taken([one], after) or any(hazard.name == DELETES_DATA for hazard in one.hazards)
    ]
    targets = [*dict.fromkeys([*taken(losing, after), *(one.target for one in losing)])]
    maybe = (*candidates(before, after, targets), *value_candidates(before, after, targets))
    return Push(_groups(result.statements), losing=tuple(losing), candidates=maybe)


def _groups(statements: Sequence[Statement]) -> tuple[tuple[Statement, ...], ...]:
    groups: list[list[Statement]] = []
    for part in split(statements):
        groups.append([])
        for one in part:
            if one.alone:
                groups += [[one], []]
            else:
                groups[-1].append(one)
    return tuple(tuple(one) for one in groups if one)


def as_text(push: Push) -> str:
    """For reading: the statements with their hazards, and where a transaction ends."""
    lines = []
    for number, group in enumerate(push.groups):
        if number:
            lines.append("-- in a transaction of its own" if not group[0].alone else "-- in no transaction")
        for one in group:
            lines += [f"-- {hazard.name}: {hazard.why}" for hazard in one.hazards]
            lines.append(f"{one.sql};")
    return "".join(f"{line}\n" for line in lines)


def apply(
    conn: Connection[TupleRow], push: Push, *, lock_timeout: str, told: Callable[[Statement], None] = lambda _one: None
) -> None:
    """Run it over a connection in autocommit mode. What was committed before a failure stays."""
    import psycopg

    conn.execute("select pg_catalog.set_config('lock_timeout', %s, false)", (lock_timeout,))
    done = 0
    for group in push.groups:
        current = group[0]
        try:
            if current.alone:
                told(current)
                conn.execute(current.sql.encode())
            else:
                with conn.transaction():
                    for current in group:
                        told(current)
                        conn.execute(current.sql.encode())
        except psycopg.Error as problem:
            raise _failed(current, problem, done) from None
        done += len(group)


def _failed(statement: Statement, problem: Exception, done: int) -> DiagnosticError:
    reason = str(problem).splitlines()[0] if str(problem) else "the connection is gone"
    code = getattr(problem, "sqlstate", None)
    message = f"{statement.what}: {reason}" + (f" ({code})" if code else "")
    hint = (
        "Nothing was changed." if not done else f"{done} statements before it are committed; push again goes on there."
    )
    return DiagnosticError(error(PUSH_FAILED, message, hint=hint))
