"""The entity diagram: tables as boxes, foreign keys as lines, laid out the same way every time.

Takes the catalog and which tables to show; gives a `Diagram` (for the template to write as SVG) or Mermaid's text.
Tables that are connected stand together, in layers: what is referred to left of what refers to it; within a layer in
the order that crosses least (barycentres, as Sugiyama's method has it). Groups are packed in rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.analyze.nullability_relation import declared_column
from querygen.analyze.typename import format_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.pg_catalog.rows import Oid

_HEAD: Final = 30
_ROW: Final = 20
_CHAR: Final = 7.3  # of the monospaced font, in a box
_GAP_X: Final = 84
_GAP_Y: Final = 26
_TALL: Final = 1500  # a layer that is higher is put into several columns
_MOST: Final = 16  # columns of a table that are drawn
_SWEEPS: Final = 4


class Item(Struct, frozen=True):
    """A column in a box; `mark` is PK, FK or both."""

    name: str
    type: str
    mark: str = ""
    null: bool = False


class Box(Struct):
    oid: Oid
    schema: str
    table: str
    name: str  # as it is drawn
    kind: str
    items: tuple[Item, ...]
    hidden: int  # columns that are not drawn
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    comment: str = ""

    def row(self, column: str) -> float:
        """Where a line to a column ends."""
        for number, item in enumerate(self.items):
            if item.name == column:
                return self.y + _HEAD + _ROW * number + _ROW / 2
        return self.y + _HEAD / 2


class Edge(Struct, frozen=True):
    """A foreign key. `path` is its curve; `foot` and `bar` are the signs at its many and its one end."""

    source: Oid
    target: Oid
    name: str
    label: str
    path: str
    foot: str
    bar: str


class Diagram(Struct, frozen=True):
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


class Link(Struct, frozen=True):
    """A foreign key between two of the tables that are shown."""

    name: str
    source: Oid
    columns: tuple[str, ...]
    target: Oid
    target_columns: tuple[str, ...]
    optional: bool
    unique: bool


def links_of(tables: Sequence[Relation]) -> list[Link]:
    """The foreign keys among some tables."""
    shown = {one.oid for one in tables}
    found = []
    for table in tables:
        uniques = {frozenset(one.columns) for one in table.constraints if one.kind in "pu"}
        for one in table.constraints:
            if one.kind == "f" and one.ref_relation in shown:
                optional = any(not table.by_name[name].not_null for name in one.columns if name in table.by_name)
                unique = frozenset(one.columns) in uniques
                found.append(
                    Link(one.name, table.oid, one.columns, one.ref_relation, one.ref_columns, optional, unique)
                )
    return found


def chosen(
    catalog: Catalog, tables: Sequence[Relation], words: str = "", around: Oid = 0, steps: int = 1
) -> list[Relation]:
    """The tables whose name, schema or column has every word; or those within `steps` foreign keys of one."""
    found = [one for one in tables if not one.is_partition]
    if around:
        near = {around}
        for _ in range(steps):
            reached = set(near)
            for link in links_of(tables):
                if link.source in near:
                    reached.add(link.target)
                if link.target in near:
                    reached.add(link.source)
            near = reached
        return [one for one in found if one.oid in near or one.oid == around]
    wanted = words.lower().split()
    if not wanted:
        return found

    def fits(table: Relation) -> bool:
        text = f"{catalog.namespace_name(table.namespace)}.{table.name}".lower()
        return all(word in text for word in wanted)

    return [one for one in found if fits(one)]


def draw(catalog: Catalog, tables: Sequence[Relation], *, keys_only: bool = False) -> Diagram:
    """Boxes and lines with their places."""
    links = links_of(tables)
    boxes = {one.oid: _box(catalog, one, links, keys_only=keys_only) for one in tables}
    groups = _groups(boxes, links)
    placed = [_arrange([boxes[oid] for oid in group], links) for group in groups]
    width, height = _pack(placed)
    edges = tuple(_edge(one, boxes) for one in links)
    return Diagram(tuple(boxes.values()), edges, width, height)


def _box(catalog: Catalog, table: Relation, links: Sequence[Link], *, keys_only: bool) -> Box:
    primary = {name for one in table.constraints if one.kind == "p" for name in one.columns}
    foreign = {name for one in table.constraints if one.kind == "f" for name in one.columns}
    wanted = {name for one in links if one.target == table.oid for name in one.target_columns}
    columns = list(table.live_columns)
    drawn = [one for one in columns if not keys_only or one.name in primary | foreign | wanted]
    drawn = [one for number, one in enumerate(drawn) if number < _MOST or one.name in foreign | wanted | primary]
    items = tuple(
        Item(
            _short(one.name, 28),
            _short(_short_type(format_type(catalog, one.type_oid, one.typmod)), 22),
            " ".join(mark for mark, names in (("PK", primary), ("FK", foreign)) if one.name in names),
            declared_column(catalog, table, one).nullable,
        )
        for one in drawn
    )
    schema = catalog.namespace_name(table.namespace)
    title = table.name if schema == "public" else f"{schema}.{table.name}"
    longest = max((len(one.name) + len(one.type) + len(one.mark) + 3 for one in items), default=0)
    width = max(150.0, _CHAR * max(longest, len(title) + 3) + 24)
    hidden = len(columns) - len(drawn)
    height = _HEAD + _ROW * (len(items) + (1 if hidden else 0)) + 6
    return Box(
        table.oid, schema, table.name, _short(title, 40), table.kind, items, hidden, min(width, 420.0), height,
        comment=table.comment or "",
    )  # fmt: skip


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


_SHORT_TYPES: Final = (
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("time without time zone", "time"),
    ("character varying", "varchar"),
    ("double precision", "float8"),
)


def _short_type(text: str) -> str:
    for long, short in _SHORT_TYPES:
        text = text.replace(long, short)
    return re.sub(r"^(timestamp|time)(\(\d\)) with time zone", r"\1tz\2", text)


def _groups(boxes: dict[Oid, Box], links: Sequence[Link]) -> list[list[Oid]]:
    """The connected tables together, the largest group first; those without any connection are one group each."""
    root = {oid: oid for oid in boxes}

    def find(oid: Oid) -> Oid:
        while root[oid] != oid:
            root[oid] = root[root[oid]]
            oid = root[oid]
        return oid

    for one in links:
        root[find(one.source)] = find(one.target)
    groups: dict[Oid, list[Oid]] = defaultdict(list)
    for oid in boxes:
        groups[find(oid)].append(oid)
    return sorted(groups.values(), key=lambda group: (-len(group), boxes[group[0]].name))


class _Placed(Struct):
    boxes: list[Box]
    width: float
    height: float


def _arrange(boxes: list[Box], links: Sequence[Link]) -> _Placed:
    """Put the boxes of one group beside and below each other, from (0, 0)."""
    known = {one.oid: one for one in boxes}
    parents: dict[Oid, set[Oid]] = defaultdict(set)
    neighbours: dict[Oid, set[Oid]] = defaultdict(set)
    for link in links:
        if link.source in known and link.source != link.target:
            parents[link.source].add(link.target)
            neighbours[link.source].add(link.target)
            neighbours[link.target].add(link.source)
    depth = _depths(known, parents)
    layers: list[list[Box]] = [[] for _ in range(max(depth.values()) + 1)]
    for one in sorted(boxes, key=lambda box: box.name):
        layers[depth[one.oid]].append(one)
    for sweep in range(_SWEEPS):
        order = {one.oid: number / max(len(layer), 1) for layer in layers for number, one in enumerate(layer)}
        for layer in layers if sweep % 2 else layers[::-1]:
            layer.sort(key=lambda box: (_mean([order[one] for one in neighbours[box.oid]]), box.name))
            order.update({one.oid: number / len(layer) for number, one in enumerate(layer)})
    columns = [column for layer in layers for column in _split(layer)]
    heights = [sum(one.height + _GAP_Y for one in column) - _GAP_Y for column in columns]
    tallest = max(heights)
    x = 0.0
    for column, height in zip(columns, heights, strict=True):
        y = (tallest - height) / 2
        for one in column:
            one.x, one.y = x, y
            y += one.height + _GAP_Y
        x += max(one.width for one in column) + _GAP_X
    return _Placed(boxes, x - _GAP_X, tallest)


def _depths(known: dict[Oid, Box], parents: dict[Oid, set[Oid]]) -> dict[Oid, int]:
    """The longest way to a table that refers to none; a circle is cut where it is met again."""
    depth: dict[Oid, int] = {}
    for start in sorted(known, key=lambda oid: known[oid].name):
        stack: list[tuple[Oid, bool]] = [(start, False)]
        open_: set[Oid] = set()
        while stack:
            oid, done = stack.pop()
            if done:
                depth[oid] = 1 + max((depth.get(one, -1) for one in parents[oid]), default=-1)
                open_.discard(oid)
            elif oid not in depth and oid not in open_:
                open_.add(oid)
                stack.append((oid, True))
                stack += [(one, False) for one in sorted(parents[oid]) if one not in depth and one not in open_]
    return depth


def _mean(places: list[float]) -> float:
    return sum(places) / len(places) if places else 0.5


def _split(layer: list[Box]) -> list[list[Box]]:
    columns: list[list[Box]] = [[]]
    height = 0.0
    for one in layer:
        if columns[-1] and height + one.height > _TALL:
            columns.append([])
            height = 0.0
        columns[-1].append(one)
        height += one.height + _GAP_Y
    return columns


def _pack(groups: list[_Placed]) -> tuple[float, float]:
    """Put the groups into rows about twice as wide as all is high; gives the size."""
    area = sum((one.width + _GAP_X) * (one.height + _GAP_Y) for one in groups)
    limit = max([1.4 * area**0.5, *(one.width for one in groups)]) if groups else 0.0
    x = y = row = width = 0.0
    for group in groups:
        if x and x + group.width > limit:
            x, y, row = 0.0, y + row + 2 * _GAP_Y, 0.0
        for one in group.boxes:
            one.x += x + 10
            one.y += y + 10
        x += group.width + _GAP_X / 2
        row = max(row, group.height)
        width = max(width, x - _GAP_X / 2)
    return width + 20, y + row + 20


def _edge(link: Link, boxes: dict[Oid, Box]) -> Edge:
    source, target = boxes[link.source], boxes[link.target]
    y1, y2 = source.row(link.columns[0]), target.row(link.target_columns[0] if link.target_columns else "")
    if source.x >= target.x + target.width:
        x1, x2, out, back = source.x, target.x + target.width, -1, 1
    elif source.x + source.width <= target.x:
        x1, x2, out, back = source.x + source.width, target.x, 1, -1
    else:
        x1, x2, out, back = source.x + source.width, target.x + target.width, 1, 1
    bend = max(36.0, abs(x2 - x1) / 2)
    path = f"M{x1:.0f} {y1:.0f}C{x1 + out * bend:.0f} {y1:.0f} {x2 + back * bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    foot = f"M{x1:.0f} {y1 - 5:.0f}L{x1 + out * 10:.0f} {y1:.0f}L{x1:.0f} {y1 + 5:.0f}"
    bar = f"M{x2 + back * 7:.0f} {y2 - 5:.0f}L{x2 + back * 7:.0f} {y2 + 5:.0f}"
    label = f"{source.name} ({', '.join(link.columns)}) → {target.name} ({', '.join(link.target_columns)})"
    return Edge(link.source, link.target, link.name, label, path, "" if link.unique else foot, bar)


# ---------------------------------------------------------------------------------------------- Mermaid


def mermaid(catalog: Catalog, tables: Sequence[Relation]) -> str:
    """The same as text that Mermaid draws (erDiagram)."""
    names = {one.oid: f"t{number}" for number, one in enumerate(tables)}
    lines = ["erDiagram"]
    for table in tables:
        primary = {name for one in table.constraints if one.kind == "p" for name in one.columns}
        foreign = {name for one in table.constraints if one.kind == "f" for name in one.columns}
        unique = {one.columns[0] for one in table.constraints if one.kind == "u" and len(one.columns) == 1}
        schema = catalog.namespace_name(table.namespace)
        title = table.name if schema == "public" else f"{schema}.{table.name}"
        lines.append(f"    {names[table.oid]}[{_quoted(title)}] {{")
        for column in table.live_columns:
            marks = [
                mark for mark, columns in (("PK", primary), ("FK", foreign), ("UK", unique)) if column.name in columns
            ]
            kind = _word(format_type(catalog, column.type_oid, column.typmod))
            text = f"        {kind} {_word(column.name)}"
            text += f" {', '.join(marks)}" if marks else ""
            text += f" {_quoted(column.comment)}" if column.comment else ""
            lines.append(text)
        lines.append("    }")
    for link in links_of(tables):
        one = "|o" if link.optional else "||"
        many = "o|" if link.unique else "o{"
        lines.append(
            f"    {names[link.target]} {one}--{many} {names[link.source]} : {_quoted(', '.join(link.columns))}"
        )
    return "\n".join(lines) + "\n"


def _word(text: str) -> str:
    """A type or name as Mermaid's grammar takes one: letters, digits, _, -, (), []."""
    found = re.sub(r"[^\w\-()\[\]]+", "_", text).strip("_") or "_"
    return found if re.match(r"[^\W\d]|_", found) else f"_{found}"


def _quoted(text: str) -> str:
    plain = re.sub(r"\s+", " ", text).replace('"', "'")
    return f'"{plain}"'
