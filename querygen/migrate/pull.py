"""A schema as files to read: a table with all that belongs to it in one; types, functions and views have their own.

Takes a `Loaded`; gives texts by name, numbered in the order in which they can be run: what a file needs stands in it or
in one before it. Only foreign keys between tables that need each other go to a file behind both.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.migrate.diff import diff
from querygen.migrate.load import Setting, load
from querygen.migrate.order import sort
from querygen.migrate.plan import Planner
from querygen.migrate.read import read_model
from querygen.migrate.statement import Refusal, Statement
from querygen.source import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from querygen.migrate.load import Loaded
    from querygen.migrate.model import Id, Model
    from querygen.migrate.order import Action

# Concerns that have one file each, in the order in which they are begun where nothing says otherwise; tables come
# between.
_CONCERNS: Final = ("extensions", "roles", "schemas", "types", "sequences", "functions")
_LATER: Final = ("foreign_keys", "views", "rest")
_UNITS: Final = {
    "EXTENSION": "extensions",
    "ROLE": "roles",
    "MEMBERSHIP": "roles",
    "COLLATION": "types",
    "TYPE": "types",
}
_PARTS: Final = (
    "table",
    "column",
    "default",
    "identity",
    "notnull",
    "constraint",
    "partition",
    "inherit",
    "replident",
    "cluster",
    "trigger",
    "rule",
    "policy",
)
_NO_BODIES: Final = "SET check_function_bodies = off"
_TABLE: Final = re.compile(r"CREATE TABLE (?P<table>\w+\.\w+) ")
_SEQUENCE: Final = re.compile(
    r"^    (?P<column>\w+) (?P<words>[^\n]*GENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY)"
    r" \(SEQUENCE NAME (?P<name>\w+\.\w+)\)",
    re.MULTILINE,
)
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")


class Files(Struct, frozen=True):
    """Texts by file name, in order; or why there are none."""

    texts: dict[str, str] = {}
    refusals: tuple[Refusal, ...] = ()


def as_files(schema: Loaded, setting: Setting) -> Files:
    """The files of a schema. They are read again here: what they would not come to is refused."""
    model, problems = read_model(schema.state)
    if problems:
        return Files(refusals=tuple(Refusal((), one) for one in problems))
    empty = load((), setting)
    nothing, _none = read_model(empty.state)
    actions, stuck = sort(Planner(nothing, model, empty.state.catalog, schema.state.catalog, {}).actions())
    actions += stuck
    texts = {name: _text(found) for name, found in _numbered([*_grouped(actions, model)])}
    again = load([SourceFile(name, text) for name, text in texts.items()], setting)
    if again.errors:
        return Files(refusals=tuple(Refusal((), f"{one.message}") for one in again.errors))
    left = diff(again, schema)
    if left.refusals:
        return Files(refusals=left.refusals)
    if left.statements:
        texts[f"{len(texts) * 10 + 10:03d}_rest.sql"] = _text(left.statements)
    return Files(texts)


def ddl(schema: Loaded, setting: Setting) -> tuple[Sequence[Statement], Sequence[Refusal]]:
    """All of a schema as statements in an order that runs."""
    result = diff(load((), setting), schema)
    return result.statements, result.refusals


# ---------------------------------------------------------------- which file


def _group_of(identity: Id, model: Model) -> str:
    """The file of an object: a concern's name, or "table schema.name"."""
    while identity[0] in ("comment", "acl", "owner"):
        identity = identity[1:]
    kind = identity[0]
    if kind in _PARTS:
        return _relation(identity[1], identity[2], model)
    match kind:
        case "index":
            table = model.objects[identity].parent if identity in model.objects else None
            return _group_of(table, model) if table is not None else "rest"
        case "unit":
            return _UNITS.get(identity[1], "rest")
        case "schema":
            return "schemas"
        case "type" | "domcheck":
            return "types"
        case "sequence" | "owned":
            owned = model.objects.get(("owned", *identity[1:3]))
            return _group_of(_owner_table(owned.needs), model) if owned is not None else "sequences"
        case "function" | "aggregate":
            return "functions"
        case "view" | "matview":
            return "views"
    return "rest"


def _owner_table(needs: Iterable[Id]) -> Id:
    return next((one for one in sorted(needs) if one[0] == "column"), ("unit", "", ""))


def _relation(schema: str, name: str, model: Model) -> str:
    if ("table", schema, name) not in model.objects:
        return "views"
    place = model.objects["table", schema, name]
    # A partition is told with its table.
    top = place.parent if place.parent is not None and place.parent[0] == "table" else None
    of = model.objects.get(("partition", schema, name))
    if of is not None and isinstance(of.attrs.get("of"), tuple):
        top = of.attrs["of"]
    if top is not None and top in model.objects and top[1:] != (schema, name):
        return _relation(top[1], top[2], model)
    return f"table {schema}.{name}"


def _grouped(actions: Sequence[Action], model: Model) -> Iterator[tuple[str, list[Statement]]]:
    """Files in order. A file is written when all that it needs is; if none is whole, as much of one as can be."""
    waiting: dict[str, list[Action]] = defaultdict(list)
    for action in actions:
        group = _group_of(action.statements[0].target, model) if action.statements else "rest"
        waiting[group].append(action)
    made: set[Id] = set()
    by_statements = {one for action in actions for one in action.produces}
    made |= {one for one in model.objects if one not in by_statements}  # the server makes them with others
    tables = [one for one in waiting if one.startswith("table ")]
    order = [*_CONCERNS, *sorted(tables, key=_table_order), *_LATER]
    while any(waiting.values()):
        left = [one for one in order if waiting[one]]
        ready = {one: _ready(waiting[one], made) for one in left}
        whole = next((one for one in left if len(ready[one]) == len(waiting[one])), None)
        chosen = whole or next((one for one in left if one in _CONCERNS and ready[one]), None)
        chosen = chosen or next((one for one in left if _stands(ready[one], waiting[one])), None)
        chosen = chosen or max(left, key=lambda one: len(ready[one]))
        part = ready[chosen]
        if not part:  # a circle that the planner did not see: all that is left, as it was ordered
            yield (
                "rest",
                [one for action in actions for group in left if action in waiting[group] for one in action.statements],
            )
            return
        yield chosen, [one for action in part for one in action.statements]
        for action in part:
            made |= action.produces
        rest = [one for one in waiting[chosen] if one not in part]
        waiting[chosen] = []
        for action in rest:
            later = (
                "foreign_keys"
                if chosen.startswith("table ") and action.statements[0].target[0] == "constraint"
                else chosen
            )
            waiting[later].append(action)


def _table_order(group: str) -> str:
    return group.removeprefix("table public.").removeprefix("table ")


def _ready(actions: Sequence[Action], made: set[Id]) -> list[Action]:
    """Those of a file that can run, in order, with what is made by then."""
    done: list[Action] = []
    known = set(made)
    progress = True
    while progress:
        progress = False
        for action in actions:
            if action not in done and action.needs <= known:
                done.append(action)
                known |= action.produces
                progress = True
    return [one for one in actions if one in done] if _in_order(actions, done, made) else done


def _in_order(actions: Sequence[Action], done: Sequence[Action], made: set[Id]) -> bool:
    known = set(made)
    for action in actions:
        if action in done:
            if not action.needs <= known:
                return False
            known |= action.produces
    return True


def _stands(ready: Sequence[Action], waiting: Sequence[Action]) -> bool:
    """Is all but foreign keys there?"""
    return bool(ready) and all(one in ready or one.statements[0].target[0] == "constraint" for one in waiting)


# ---------------------------------------------------------------- text


def _numbered(groups: list[tuple[str, list[Statement]]]) -> Iterator[tuple[str, list[Statement]]]:
    names: set[str] = set()
    wide = 3 if len(groups) < 100 else 4
    for number, (group, statements) in enumerate(groups, 1):
        base = _NOT_IN_A_NAME.sub("_", _table_order(group)).strip("_") or "table"
        name, count = base, 1
        while name.lower() in names:
            count += 1
            name = f"{base}_{count}"
        names.add(name.lower())
        yield f"{number * 10:0{wide}d}_{name}.sql", statements


def _text(statements: Iterable[Statement]) -> str:
    found = [_plain(one.sql) for one in statements]
    if (
        any(re.match(r"CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)", one) for one in found)
        and _NO_BODIES not in found
    ):
        found.insert(0, _NO_BODIES)
    pieces: list[str] = []
    for sql in found:
        # One blank line between things; none between the small ones that stand together.
        small = pieces and "\n" not in sql and "\n" not in pieces[-1].strip() and _word(sql) == _word(pieces[-1])
        pieces.append(f"{sql};\n" if not pieces or small else f"\n{sql};\n")
    return "".join(pieces)


def _plain(sql: str) -> str:
    """Without the names of sequences that the server would give them anyway."""
    table = _TABLE.match(sql)
    if table is None:
        return sql

    def shorter(found: re.Match[str]) -> str:
        usual = f"{table['table']}_{found['column']}_seq"
        return f"    {found['column']} {found['words']}" if found["name"] == usual else found[0]

    return _SEQUENCE.sub(shorter, sql)


def _word(sql: str) -> str:
    return " ".join(sql.split()[:2])
