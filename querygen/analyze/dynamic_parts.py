"""A dynamic statement in parts: the text between the cuts, and the text of any variant.

Takes the text, the cuts and the edits; gives `Part`s of `ir.py`. `variant_text` is what the emitted code does, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.analyze.dynamic_cuts import Cut, Text
from querygen.catalog.ddl_text import walk
from querygen.diagnostics import DiagnosticError, error
from querygen.ir import ALWAYS, OptionalPart, SetPart, SortPart, TextPart
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.ir import Mark, Needs, Part
    from querygen.sql.nodes import Node

BAD_SORT: Final = "QG347"
BAD_SET: Final = "QG348"


class Edit(NamedTuple):
    """Other text for a range of the statement."""

    start: int
    end: int
    new: str


class SetList(NamedTuple):
    """A list of SET with an item that may be left out: the range of each item, and what it needs."""

    items: tuple[tuple[int, int, Needs], ...]
    separator: str

    @property
    def start(self) -> int:
        return self.items[0][0]

    @property
    def end(self) -> int:
        return self.items[-1][1]


class Sort(NamedTuple):
    start: int
    end: int
    part: SortPart


_Range = Cut | Edit | SetList | Sort


def make_parts(
    sql: str, cuts: Sequence[Cut], edits: Sequence[Edit], sets: Sequence[SetList], sort: Sort | None
) -> tuple[Part, ...]:
    """The whole statement."""
    ranges: list[_Range] = [one for one in cuts if one.kind != "item"]
    ranges += [one for one in edits if one.start < one.end]
    ranges += [*sets, *([sort] if sort else [])]
    ranges.sort(key=lambda one: (one.start, -one.end))
    return _parts(sql, 0, len(sql), ranges)


def _parts(sql: str, start: int, end: int, ranges: Sequence[_Range]) -> tuple[Part, ...]:
    found: list[Part] = []
    position = start

    def text(until: int) -> None:
        if position < until:
            found.append(TextPart(sql[position:until], position))

    inside = [one for one in ranges if start <= one.start and one.end <= end]
    while inside:
        one = inside.pop(0)
        below = [other for other in inside if other.end <= one.end]
        inside = inside[len(below) :]
        text(one.start)
        match one:
            case Edit():
                if one.new:
                    found.append(TextPart(one.new, one.start))
            case Cut():
                parts = _parts(sql, one.start, one.end, below)
                found.append(OptionalPart(one.needs, parts, one.otherwise, one.start, one.unknown))
            case SetList():
                items = [(needs, _parts(sql, first, last, below)) for first, last, needs in one.items]
                # What is always set comes first: then every other item brings the comma before it.
                items.sort(key=lambda item: item[0] != ALWAYS)
                found.append(SetPart(tuple(items), one.separator))
            case Sort():
                found.append(one.part)
        position = one.end
    text(end)
    return tuple(found)


def holds(needs: Needs, given: frozenset[str]) -> bool:
    """Whether what is given is enough."""
    return any(one <= given for one in needs)


def variant_text(
    parts: Sequence[Part], given: frozenset[str], *, sort: str | None = None, unknown: bool = False
) -> str:
    """The text that runs for what is given. `unknown`: with conditions of which nothing is known."""
    pieces: list[str] = []
    for part in parts:
        match part:
            case TextPart():
                pieces.append(part.text)
            case OptionalPart() if unknown and part.unknown is not None:
                pieces.append(part.unknown)
            case OptionalPart():
                there = holds(part.needs, given)
                pieces.append(variant_text(part.parts, given, sort=sort, unknown=unknown) if there else part.otherwise)
            case SetPart():
                items = [
                    variant_text(item, given, sort=sort, unknown=unknown)
                    for needs, item in part.items
                    if holds(needs, given)
                ]
                pieces.append(part.separator.join(items))
            case SortPart():
                pieces.append(dict(part.choices)[sort or part.default])
    return "".join(pieces)


# ---------------------------------------------------------------------------------------------- SET


def set_lists(text: Text, tree: Node, cuts: Sequence[Cut]) -> list[SetList]:
    """The lists of SET with an item that may be left out."""
    items = [cut for cut in cuts if cut.kind == "item"]
    found = []
    for node in walk(tree):
        targets = getattr(node, "targetList", None) or ()
        own = [next((cut for cut in items if cut.node is one), None) for one in targets]
        if not any(own):
            continue
        ranges: list[tuple[int, int, Needs]] = []
        for target, cut in zip(targets, own, strict=True):
            if isinstance(target.val, ast.MultiAssignRef):
                mark = next(one.mark for one in own if one is not None)
                message = "SET has a list of columns beside an item that may be left out"
                raise DiagnosticError(
                    error(BAD_SET, message, mark.span if mark else None, "Write each column as an item of its own.")
                )
            first = text.at(target.location)
            start, end = text.inside(first, text.end_of_clause(first))
            ranges.append((start, end, cut.needs if cut else ALWAYS))
        between = text.sql[ranges[0][1] : ranges[1][0]] if len(ranges) > 1 else ", "
        plain = between.strip() == "," and "\t" not in between
        found.append(SetList(tuple(ranges), between if plain else ", "))
    return found


# ---------------------------------------------------------------------------------------------- ORDER BY


def sort_of(text: Text, tree: Node, mark: Mark) -> Sort:
    """What qg.sort stands for: each of its columns in both directions."""
    begin = mark.span.start - mark.start
    places = [one.span.end - len(one.text) - begin for one in mark.columns]
    for node in walk(tree):
        if not isinstance(node, ast.SelectStmt) or not node.sortClause:
            continue
        found = [one for one in node.sortClause if isinstance(one.node, ast.ColumnRef) and one.node.location in places]
        if len(found) == len(places):
            return _sort(text, mark, node, found[-1])
    message = "qg.sort stands in no ORDER BY"
    raise DiagnosticError(error(BAD_SORT, message, mark.span, "Write it as ORDER BY qg.sort(created_at, name), id."))


def _sort(text: Text, mark: Mark, statement: Node, last: Node) -> Sort:
    if any(one is not None for one in statement.distinctClause or ()):
        message = "the ORDER BY of DISTINCT ON cannot be chosen: it decides which rows stay"
        raise DiagnosticError(error(BAD_SORT, message, mark.span, "Sort in a query around it."))
    if last.sortby_dir != enums.SortByDir.SORTBY_DEFAULT:
        message = "the direction behind qg.sort belongs to the caller, who gives it with each column"
        hint = "Write a minus before a column that is sorted in descending order where nothing is chosen."
        raise DiagnosticError(error(BAD_SORT, message, mark.span, hint))
    end = mark.end
    suffix = ""
    if last.sortby_nulls != enums.SortByNulls.SORTBY_NULLS_DEFAULT:
        after = text.at(mark.end) + 2  # NULLS FIRST
        end = text.end_before(after)
        suffix = f" NULLS {text.word(after - 1).upper()}"
    names = [one.names[-1] for one in mark.columns]
    choices: list[tuple[str, str]] = []
    for one in mark.columns:
        key = one.names[-1] if names.count(one.names[-1]) == 1 else ".".join(one.names)
        choices += [(key, one.text + suffix), (f"-{key}", f"{one.text} DESC{suffix}")]
    if len({key for key, _ in choices}) < len(choices):
        raise DiagnosticError(error(BAD_SORT, "qg.sort names a column twice", mark.span, "Remove one of the two."))
    default = choices[1 if mark.columns[0].descending else 0][0]
    return Sort(mark.start, end, SortPart(tuple(choices), default, mark.start))
