"""The next file of migrations/: what has to be done to the history to arrive at the schema, and how to take it back.

Takes the files of both; gives a `Draft`: the texts of one or more files with their way down, or why there are none.
Nothing is written here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.catalog.fork import fork
from querygen.migrate.candidates import Candidate, candidates
from querygen.migrate.diff import Result, diff, read_both
from querygen.migrate.labels import value_candidates
from querygen.migrate.load import Loaded, load
from querygen.migrate.model import show
from querygen.migrate.online import online
from querygen.migrate.read import read_model
from querygen.migrate.renames import Rename, option
from querygen.migrate.statement import Refusal, Statement, taken
from querygen.source import SourceFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.migrate.load import Setting
    from querygen.migrate.model import Id, Model

NO_TRANSACTION = "-- querygen: no-transaction"
_LABEL = re.compile(r"ADD VALUE ('(?:[^']|'')*')")


class Part(Struct, frozen=True):
    """The text of one file, and that of its `.down.sql`; None: it cannot be taken back."""

    up: str
    down: str | None


class Draft(Struct, frozen=True):
    """Parts in order; `refusals`: reasons why there are none. `drops` is what the new schema no longer declares.

    `one_way` says why a part has no way down; `candidates`: what would be dropped and may have been renamed.
    """

    parts: tuple[Part, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    drops: tuple[str, ...] = ()
    errors: tuple[object, ...] = ()
    one_way: tuple[Refusal, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    hazards: tuple[str, ...] = ()  # one line each: what is dangerous about which statement


def options_of(
    rename: Sequence[str], using: Sequence[str], old: Loaded, new: Loaded
) -> tuple[list[Rename], dict[tuple[str, ...], str], list[Refusal]]:
    """What --rename and --using say."""
    refusals: list[Refusal] = []
    told: list[Rename] = []
    if not rename and not using:
        return [], {}, []
    before, _problems = read_model(old.state)
    after, _problems = read_model(new.state)
    for text in rename:
        found = option(text, before, after)
        if isinstance(found, Refusal):
            refusals.append(found)
        else:
            told.append(found)
    asked: dict[tuple[str, ...], str] = {}
    for text in using:
        path, _equals, expression = text.partition("=")
        names = tuple(path.strip().split("."))
        columns = [one for one in after.objects if one[0] == "column" and one[1:][-len(names) :] == names]
        if len(names) < 2 or not expression or len(columns) != 1:
            hint = "Write TABLE.COLUMN=EXPRESSION, as in --using orders.total='total::numeric'."
            refusals.append(Refusal((), f"--using {text} names no column", hint))
        else:
            asked[columns[0][1:]] = expression.strip()
    return told, asked, refusals


def draft(
    history: Sequence[SourceFile],
    schema: Sequence[SourceFile],
    setting: Setting,
    *,
    rename: Sequence[str] = (),
    using: Sequence[str] = (),
    allow_drop: bool = False,
    concurrently: bool = False,
) -> Draft:
    """Compare the replayed history with the schema, both ways."""
    old, new = load(history, setting), load(schema, setting)
    if old.errors or new.errors:
        return Draft(errors=(*old.errors, *new.errors))
    told, asked, refusals = options_of(rename, using, old, new)
    if refusals:
        return Draft(refusals=tuple(refusals))
    models = read_both(old, new)
    if isinstance(models, Result):
        return Draft(refusals=models.refusals)
    start, end = (Loaded(fork(one.state), one.sources, ()) for one in (old, new))
    result = diff(old, new, told=told, using=asked, models=models)
    if result.refusals or not result.statements:
        return Draft(refusals=result.refusals)
    before, after = models
    targets = taken(result.statements, after)
    if targets and not allow_drop:
        found = (*candidates(before, after, targets), *value_candidates(before, after, targets))
        gone = "the schema no longer declares it"
        refused = tuple(Refusal(one, gone, drop_hint(one, found)) for one in targets)
        return Draft(refusals=refused, candidates=found)
    statements = list(result.statements)
    groups = online(statements, after) if concurrently else [statements]
    ups = [text_of(part) for group in groups for part in split(group)]
    files = [SourceFile(f"part {number}", up) for number, up in enumerate(ups, 1)]
    parts: list[Part] = []
    one_way: list[Refusal] = []
    for number, up in enumerate(ups):
        if len(ups) == 1:
            down = _way_back(start, end, result, (after, before))
        else:
            # one step of several leads to what the history and the files before it come to
            there = schema if number == len(ups) - 1 else [*history, *files[: number + 1]]
            down = _way_back(load([*history, *files[:number]], setting), load(there, setting), result)
        parts.append(Part(up, down if isinstance(down, str) else None))
        if not isinstance(down, str):
            one_way += down
    return Draft(
        tuple(parts), drops=tuple(show(one) for one in targets), one_way=tuple(one_way), hazards=_hazards(statements)
    )


def _hazards(statements: Sequence[Statement]) -> tuple[str, ...]:
    found = [f"{hazard.name}: {one.what}: {hazard.why}" for one in statements for hazard in one.hazards]
    return tuple(dict.fromkeys(found))


def drop_hint(target: Id, found: Sequence[Candidate]) -> str:
    """What to say when something would be dropped: the candidate by its name, if there is one."""
    option_ = next((one.option for one in found if one.before == target), "OLD=NEW")
    return f"Say --allow-drop if that is meant; if it was renamed, --rename {option_} or `-- @renamed from=OLD`."


def _way_back(
    before: Loaded, there: Loaded, result: Result, models: tuple[Model, Model] | None = None
) -> str | tuple[Refusal, ...]:
    """The diff the other way, with the renames turned round; or why there is none."""
    inverse = [
        Rename(("type", *one.before[1:3]), one.after[-1], value=one.before[-1])
        if one.before[0] == "value"
        else Rename(one.before, one.after[-1])
        for one in result.renamed
        if one.before[0] != "function"
    ]
    again = diff(there, before, told=inverse, models=models)
    return again.refusals or text_of(again.statements, lost=True)


def text_of(statements: Sequence[Statement], *, lost: bool = False) -> str:
    """Statements as a file: before each what it does and what is dangerous about it."""
    parts = []
    alone = any(one.alone for one in statements)
    if alone:
        parts.append(NO_TRANSACTION)
    for one in statements:
        lines = [f"-- {line}" for line in one.what.splitlines()]
        lines += [f"-- {hazard.name}: {hazard.why}" for hazard in one.hazards]
        sql = one.sql
        if sql.startswith("SET ") and not alone:
            sql = sql.replace("SET ", "SET LOCAL ", 1)
        parts.append("\n".join([*lines, f"{sql};"]))
    if lost and any(hazard.name == "DELETES_DATA" for one in statements for hazard in one.hazards):
        parts.insert(0, "-- What these statements drop is gone, with its rows: it was not there before.")
    return "\n\n".join(parts) + "\n"


def split(statements: Sequence[Statement]) -> list[list[Statement]]:
    """New values of an enum can be used when they are committed: what uses one goes to the next file."""
    groups: list[list[Statement]] = [[]]
    fresh: set[str] = set()
    for one in statements:
        if any(label in one.sql for label in fresh) and not one.commits:
            groups.append([])
            fresh.clear()
        groups[-1].append(one)
        if one.commits and (found := _LABEL.search(one.sql)):
            fresh.add(found[1])
    return groups
