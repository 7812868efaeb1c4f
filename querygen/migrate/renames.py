"""Renames that were told: `-- @renamed from=old` beside an object, or `--rename old=new`.

Takes the new schema's files and the two models; gives ALTER … RENAME statements for the old one, carried out before
anything is compared. An annotation belongs to the object on whose line it stands, or behind whose name it stands. One
whose old name is gone, or was never there, has been carried out already and says nothing.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.analyze.typename import quote_identifier
from querygen.migrate.labels import is_enum, values
from querygen.migrate.model import show
from querygen.migrate.reader import quoted
from querygen.migrate.statement import Refusal, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.migrate.model import Id, Model
    from querygen.source import SourceFile


_MOVED = ("table", "view", "matview", "type")  # what has parts, which move with it


class Rename(Struct, frozen=True):
    """`new` is the object in the new schema, `old` its bare name before; `value` the new label of an enum's value."""

    new: Id
    old: str
    value: str | None = None
    strict: bool = False  # told on the command line: has to be there


class Renamed(Struct, frozen=True):
    """What was carried out: the identity before and after."""

    before: Id
    after: Id


def find_renames(
    told: list[Rename], sources: Sequence[SourceFile], state: DdlState, old: Model, new: Model
) -> tuple[list[Statement], list[Refusal], list[Renamed]]:
    """The statements, those of tables and types before those of their parts."""
    from querygen.migrate.annotations import annotated

    # who says it in both places, in an option and in the file, means one
    found = [*{(one.new, one.old, one.value): one for one in (*annotated(sources, state, new), *told)}.values()]
    rank = {"schema": 0, "table": 1, "view": 1, "matview": 1, "sequence": 1, "type": 1, "function": 1}
    found.sort(key=lambda one: (rank.get(one.new[0], 2), one.value is not None))
    statements: list[Statement] = []
    refusals: list[Refusal] = []
    done: list[Renamed] = []
    moved: dict[tuple[str, ...], tuple[str, ...]] = {}  # (schema, new name) → (schema, old name), of tables and types
    for one in found:
        result = _statement(one, old, new, moved)
        if isinstance(result, Refusal):
            refusals.append(result)
        elif result is not None:
            statements.append(result)
            if one.value is not None:
                home = moved.get(one.new[1:3], one.new[1:3])
                done.append(Renamed(("value", *home, one.old), ("value", *one.new[1:3], one.value)))
            else:
                before = _before(one, moved) if one.new[0] not in _MOVED else (*one.new[:-1], one.old)
                done.append(Renamed(before, one.new))
    return statements, refusals, done


def _statement(
    one: Rename, old: Model, new: Model, moved: dict[tuple[str, ...], tuple[str, ...]]
) -> Statement | Refusal | None:
    if one.value is not None:
        return _label(one, old, moved)
    before = _before(one, moved)
    if one.new not in new.objects:
        return Refusal(one.new, "it is to be renamed, but the new schema has no such object") if one.strict else None
    if before not in old.objects:
        if one.strict:
            return Refusal(before, f"it is to be renamed to {one.new[-1]}, but the old schema has no such object")
        return None
    if before in new.objects and before[:3] == one.new[:3] and one.new[0] != "index":
        hint = "Take the annotation away, or the old object."
        return Refusal(one.new, f"it is said to have been called {one.old}, but {show(before)} is still there", hint)
    after = (*before[:-1], one.new[-1]) if one.new[0] != "function" else (*before[:2], one.new[2], before[3])
    if after in old.objects:
        return Refusal(one.new, f"it is said to have been called {one.old}, but the old schema has both")
    if one.new[0] in _MOVED:
        moved[one.new[1:3]] = before[1:3]
    return Statement(_sql(before, one), f"rename {show(before)}", target=one.new)


def _before(one: Rename, moved: dict[tuple[str, ...], tuple[str, ...]]) -> Id:
    """The object's identity in the old schema."""
    kind = one.new[0]
    if kind == "function":
        return (kind, one.new[1], one.old, one.new[3])
    if len(one.new) == 4:
        return (kind, *moved.get(one.new[1:3], one.new[1:3]), one.old)
    return (*one.new[:-1], one.old)


def _sql(before: Id, one: Rename) -> str:
    kind = before[0]
    if kind == "function":
        return f"ALTER ROUTINE {quoted(before[1], before[2])}({before[3]}) RENAME TO {quote_identifier(one.new[2])}"
    name = quote_identifier(one.new[-1])
    table = quoted(one.new[1], one.new[2]) if len(one.new) > 2 else ""
    match kind:
        case "column":
            return f"ALTER TABLE {table} RENAME COLUMN {quote_identifier(one.old)} TO {name}"
        case "constraint":
            return f"ALTER TABLE {table} RENAME CONSTRAINT {quote_identifier(one.old)} TO {name}"
        case "trigger" | "policy" | "rule":
            return f"ALTER {kind.upper()} {quote_identifier(one.old)} ON {table} RENAME TO {name}"
        case "domcheck":
            return f"ALTER DOMAIN {table} RENAME CONSTRAINT {quote_identifier(one.old)} TO {name}"
        case "matview":
            return f"ALTER MATERIALIZED VIEW {quoted(*before[1:])} RENAME TO {name}"
    return f"ALTER {kind.upper()} {quoted(*before[1:])} RENAME TO {name}"


def _label(one: Rename, old: Model, moved: dict[tuple[str, ...], tuple[str, ...]]) -> Statement | Refusal | None:
    from querygen.catalog.ruleutils_expr import quote_literal

    found = old.objects.get(("type", *moved.get(one.new[1:3], one.new[1:3])))
    if found is None or not is_enum(found):
        return None
    labels = found.attrs["labels"]
    if one.old not in labels or one.value in labels:
        return None
    change = f"{quote_literal(one.old)} TO {quote_literal(one.value or '')}"
    sql = f"ALTER TYPE {quoted(*one.new[1:])} RENAME VALUE {change}"
    return Statement(sql, f"rename a value of {show(one.new)}", target=one.new)


_OPTION = re.compile(r'^(?P<path>.+?)=(?P<new>(?:"(?:[^"]|"")+"|[^="]+)(?:\.(?:"(?:[^"]|"")+"|[^.="]+))*)$')


def option(text: str, old: Model, new: Model) -> Rename | Refusal:
    """`--rename t.old=t.new`: a table, column, index, value of an enum, … by its names with dots between them."""
    from querygen.catalog.ddl_text import split_names

    match = _OPTION.match(text)
    if match is None:
        return Refusal((), f"--rename {text}: write OLD=NEW, as in --rename users.name=users.full_name")
    before, after = split_names(match["path"]), split_names(match["new"])
    candidates = [
        identity
        for identity in new.objects
        if identity[0] in _RENAMEABLE and identity not in old.objects and _ends(identity, after)
    ]
    fitting = [one for one in candidates if _old_id(one, before) in old.objects]
    there = {*values(old)}
    fitting += [one for one in values(new) if one not in there and _ends(one, after) and _old_id(one, before) in there]
    if len(fitting) != 1:
        what = "is ambiguous" if fitting else "names nothing that could be renamed"
        near = [] if fitting else _near(before, after, old, new)
        hint = f"Did you mean {match['path']}={near[0]}?" if near else "Write the names with their schema."
        return Refusal((), f"--rename {text} {what}", hint)
    chosen = fitting[0]
    if chosen[0] == "value":
        return Rename(("type", *chosen[1:3]), before[-1], value=chosen[-1], strict=True)
    return Rename(chosen, before[-1], strict=True)


def _near(before: list[str], after: list[str], old: Model, new: Model) -> list[str]:
    """New names like the one that was written, of what could have had the old name."""
    found = {
        quoted(*after[:-1], one[-1])
        for one in new.objects
        if one[0] in _RENAMEABLE and one not in old.objects and _old_id(one, before) in old.objects
        if len(one) > len(after) and (len(after) == 1 or _ends(one[:-1], after[:-1]))
    }
    return difflib.get_close_matches(quoted(*after), sorted(found), 1)


_RENAMEABLE = frozenset(
    {"table", "column", "view", "matview", "sequence", "type", "index", "constraint", "trigger", "policy"}
)


def _ends(identity: Id, names: list[str]) -> bool:
    return list(identity[1:][-len(names) :]) == names


def _old_id(identity: Id, names: list[str]) -> Id:
    kept = identity[: len(identity) - len(names)]
    return (*kept, *names)
