"""The next file of migrations/: what has to be done to the history to arrive at the schema, and how to take it back.

Takes the files of both; gives a `Draft`: the texts of one or more files with their way down, or why there are none.
Nothing is written here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.migrate.diff import Result, diff
from querygen.migrate.load import load
from querygen.migrate.model import show
from querygen.migrate.online import online
from querygen.migrate.read import read_model
from querygen.migrate.renames import Rename, option
from querygen.migrate.statement import Refusal, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.migrate.load import Loaded, Setting
    from querygen.source import SourceFile

NO_TRANSACTION = "-- querygen: no-transaction"
_LABEL = re.compile(r"ADD VALUE ('(?:[^']|'')*')")


class Part(Struct, frozen=True):
    """The text of one file, and that of its `.down.sql`."""

    up: str
    down: str


class Draft(Struct, frozen=True):
    """Parts in order; `refusals`: reasons why there are none. `drops` is what the new schema no longer declares."""

    parts: tuple[Part, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    drops: tuple[str, ...] = ()
    errors: tuple[object, ...] = ()


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
    result = diff(old, new, told=told, using=asked)
    if result.refusals or not result.statements:
        return Draft(refusals=result.refusals)
    after, _problems = read_model(new.state)
    drops = [one for one in result.statements if one.drops and one.target not in after.objects]
    if drops and not allow_drop:
        hint = "Say --allow-drop if that is meant; if it was renamed, --rename OLD=NEW or `-- @renamed from=OLD`."
        return Draft(refusals=tuple(Refusal(one.target, "the schema no longer declares it", hint) for one in drops))
    back = _way_back(history, schema, setting, result)
    statements = list(result.statements)
    groups = online(statements, after) if concurrently else [statements]
    groups = [part for group in groups for part in split(group)]
    parts = []
    for number, group in enumerate(groups):
        down = back if number == 0 else "-- Everything is taken back by the first of these files.\n"
        parts.append(Part(text_of(group), down))
    return Draft(tuple(parts), drops=tuple(show(one.target) for one in drops))


def _way_back(history: Sequence[SourceFile], schema: Sequence[SourceFile], setting: Setting, result: Result) -> str:
    """The diff the other way, with the renames turned round."""
    inverse = [Rename(one.before, one.after[-1]) for one in result.renamed if one.before[0] != "function"]
    old, new = load(schema, setting), load(history, setting)
    again = diff(old, new, told=inverse)
    if again.refusals:
        reasons = "".join(f"-- {show(one.target) if one.target else ''}: {one.reason}\n" for one in again.refusals)
        return f"-- This migration cannot be taken back:\n{reasons}"
    return text_of(again.statements, lost=True)


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
