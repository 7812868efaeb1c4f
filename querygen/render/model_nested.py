"""`qg.embed_many` as text: the classes with lists, and the constant that says how rows are folded into them.

Takes an analysed query with `nest`; gives the row classes (through `Rows`) and the lines of the constant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.ir import Command
from querygen.render.layout import Group, Items, Pair, put, quoted
from querygen.render.model_items import refused
from querygen.render.pytypes import Import

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.ir import AnalyzedQuery, Nest
    from querygen.render.layout import Doc
    from querygen.render.model_classes import RowClass
    from querygen.render.model_rows import Rows

NESTED: Final = "._nested"
_COMMANDS: Final = frozenset({Command.ONE, Command.ONE_STRICT, Command.MANY})


def check_nested(query: AnalyzedQuery) -> None:
    """Rows are folded when all of them are there."""
    if query.nest is not None and query.command not in _COMMANDS:
        raise refused(query, "qg.embed_many needs all rows before it can give one", "Make it :many or :one.")


def children(nest: Nest, parent: int | None) -> list[int]:
    """The embeds that belong to one, or to the root."""
    return [one.embed for one in nest.levels if one.parent == parent]


def nest_block(query: AnalyzedQuery, nest: Nest, name: str, row: RowClass, rows: Rows) -> tuple[str, set[Import]]:
    """The constant `name`: how the rows of the query are folded."""
    imports = {Import("typing", "Final"), Import(NESTED, "Level")}
    inside = {
        place for level in nest.levels for place in range(query.embeds[level.embed].start, _end(query, level.embed))
    }
    for number in rows.fields_of(query.name, None):
        inside.update(range(query.embeds[number].start, _end(query, number)))
    own = [place for place in range(len(query.columns)) if place not in inside]
    doc = _level(query, nest, None, row, (_key(nest.key), Pair("columns=", _columns(own))), rows, imports)
    lines: list[str] = []
    put(lines, "", f"{name}: Final = ", doc)
    return "\n".join(lines), imports


def _end(query: AnalyzedQuery, embed: int) -> int:
    return query.embeds[embed].start + query.embeds[embed].count


def _key(key: Sequence[int]) -> Doc:
    return Pair("key=", Items(tuple(map(str, key))))


def _columns(places: Sequence[int]) -> Doc:
    if not places:
        return "slice(0)"
    first, last = places[0], places[-1]
    if list(places) == list(range(first, last + 1)):
        return f"slice({first}, {last + 1})"
    return Items(tuple(map(str, places)))


def _level(
    query: AnalyzedQuery,
    nest: Nest,
    embed: int | None,
    row: RowClass,
    places: tuple[Doc, ...],
    rows: Rows,
    imports: set[Import],
) -> Doc:
    imports |= {row.imported, Import(row.module, row.reader)}
    fields = rows.fields_of(query.name, embed)
    ones: list[Doc] = []
    for number, field in fields.items():
        if not query.embeds[number].many:
            held = rows.class_of_embed(query.name, number)
            imports |= {held.imported, Import(held.module, held.reader), Import(NESTED, "One")}
            columns = f"slice({query.embeds[number].start}, {_end(query, number)})"
            ones.append(Pair(f"{quoted(field)}: ", Group("One(", (held.name, held.reader, Pair("columns=", columns)))))
    below: list[Doc] = []
    for child in children(nest, embed):
        level = next(one for one in nest.levels if one.embed == child)
        columns = f"slice({query.embeds[child].start}, {_end(query, child)})"
        inner: tuple[Doc, ...] = (_key(level.key), Pair("columns=", columns))
        made = _level(query, nest, child, rows.class_of_embed(query.name, child), inner, rows, imports)
        below.append(Pair(f"{quoted(fields[child])}: ", made))
    arguments: tuple[Doc, ...] = (row.name, row.reader, *places)
    if ones:
        arguments += (Pair("rows=", Group("{", tuple(ones), "}")),)
    if below:
        arguments += (Pair("lists=", Group("{", tuple(below), "}")),)
    if embed is not None and not next(one for one in nest.levels if one.embed == embed).repeats:
        arguments += (Pair("repeats=", "False"),)
    return Group("Level(", arguments)
