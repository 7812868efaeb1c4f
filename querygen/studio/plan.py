"""A plan as a picture: EXPLAIN's JSON as boxes joined by lines, the root on the left.

Takes the object that EXPLAIN gives; gives a `Picture`, which the template writes as SVG. A bar in each box is its own
share of the time (or of the cost, where nothing was measured).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH: Final = 230
_HEIGHT: Final = 74
_GAP_X: Final = 46
_GAP_Y: Final = 16
_CONDITIONS: Final = (
    "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "Sort Key", "Group Key",
    "TID Cond", "Output", "Function Call",
)  # fmt: skip


class Node(Struct):
    """A box. `share` is from 0 to 1, of the whole."""

    title: str
    target: str
    rows: str
    cost: str
    share: float
    details: tuple[str, ...]
    x: float = 0.0
    y: float = 0.0
    off: str = ""  # a warning: an estimate that is far off


class Line(Struct, frozen=True):
    path: str


class Picture(Struct, frozen=True):
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    planning: float | None
    execution: float | None


class _Tree(Struct):
    node: Node
    children: list[_Tree]


def picture(plan: dict[str, Any]) -> Picture:
    """The boxes and lines of a plan."""
    root = plan["Plan"]
    measured = "Actual Total Time" in root
    total = _weight(root, measured=measured) or 1.0
    tree = _tree(root, total, measured=measured)
    bottom = _place(tree, 0, 0.0)
    nodes = list(_all(tree))
    width = max(one.node.x for one in nodes) + _WIDTH
    return Picture(
        tuple(one.node for one in nodes),
        tuple(Line(_curve(parent.node, child.node)) for parent in nodes for child in parent.children),
        width,
        bottom - _GAP_Y,
        plan.get("Planning Time"),
        plan.get("Execution Time"),
    )


def _weight(node: dict[str, Any], *, measured: bool) -> float:
    if measured:
        return float(node.get("Actual Total Time", 0.0)) * float(node.get("Actual Loops", 1))
    return float(node.get("Total Cost", 0.0))


def _tree(node: dict[str, Any], total: float, *, measured: bool, limited: bool = False) -> _Tree:
    children = node.get("Plans", [])
    own = _weight(node, measured=measured) - sum(_weight(one, measured=measured) for one in children)
    name = str(node.get("Node Type", "?"))
    if node.get("Join Type", "Inner") != "Inner":
        name = f"{name} ({str(node['Join Type']).lower()})"
    if node.get("Operation") and name == "ModifyTable":
        name = str(node["Operation"])
    target = str(node.get("Relation Name") or node.get("CTE Name") or node.get("Function Name") or "")
    if index := node.get("Index Name"):
        target = f"{target} · {index}" if target else str(index)
    estimated = float(node.get("Plan Rows", 0))
    rows, off = f"about {_number(estimated)} rows", ""
    cost = f"cost {_number(float(node.get('Total Cost', 0)))}"
    if measured:
        actual = float(node.get("Actual Rows", 0))
        loops = int(node.get("Actual Loops", 1))
        rows = f"{_number(actual)} rows" + (f" × {loops}" if loops > 1 else "") + f", expected {_number(estimated)}"
        cost = f"{_weight(node, measured=True):.2f} ms"
        # Below a LIMIT fewer rows are read than there are.
        if loops and (actual > 10 * max(estimated, 1.0) or (not limited and estimated > 10 * max(actual, 1.0))):
            off = "the estimate is far off"
    details = [f"{key}: {_flat(node[key])}" for key in _CONDITIONS if key in node]
    if removed := node.get("Rows Removed by Filter"):
        details.append(f"Rows Removed by Filter: {_number(float(removed))}")
    share = min(1.0, max(0.0, own / total))
    found = Node(name, target, rows, cost, share, tuple(details), off=off)
    limited = limited or name == "Limit"
    return _Tree(found, [_tree(one, total, measured=measured, limited=limited) for one in children])


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:.3g} M"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def _place(tree: _Tree, depth: int, top: float) -> float:
    """Put a tree below `top`; gives where the next may begin. A parent stands beside the middle of its children."""
    tree.node.x = depth * (_WIDTH + _GAP_X)
    if not tree.children:
        tree.node.y = top
        return top + _HEIGHT + _GAP_Y
    below = top
    for child in tree.children:
        below = _place(child, depth + 1, below)
    tree.node.y = (tree.children[0].node.y + tree.children[-1].node.y) / 2
    return max(below, tree.node.y + _HEIGHT + _GAP_Y)


def _all(tree: _Tree) -> Iterator[_Tree]:
    yield tree
    for child in tree.children:
        yield from _all(child)


def _curve(parent: Node, child: Node) -> str:
    x1, y1 = parent.x + _WIDTH, parent.y + _HEIGHT / 2
    x2, y2 = child.x, child.y + _HEIGHT / 2
    middle = (x1 + x2) / 2
    return f"M{x1:.0f} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
