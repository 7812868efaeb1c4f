"""Small questions about raw nodes, and about errors that get their place late.

Takes raw nodes, whose fields are untyped; gives what the port of a C function expects there.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from querygen.analyze import nodefuncs
from querygen.diagnostics import PgError
from querygen.sql.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def place(node: Any) -> int:
    """The `location` field of a raw node; -1 where there is none."""
    location = getattr(node, "location", None)
    return location if isinstance(location, int) else -1


def expr_place(node: Any) -> int:
    """nodeFuncs.c: exprLocation of a raw expression, or of a list of them."""
    return nodefuncs.expr_location(node)


def strings(names: Iterable[Any] | None) -> tuple[str, ...]:
    """A list of String nodes as text."""
    return tuple(name.sval for name in names or ())


@contextmanager
def error_position(location: int) -> Iterator[None]:
    """parse_node.c: setup_parser_errposition_callback — an error that knows no place stands here."""
    try:
        yield
    except PgError as error:
        if error.location < 0:
            error.location = location
        raise


def children(node: Any) -> Iterator[Any]:
    """What `raw_expression_tree_walker` visits of a node: the nodes in its fields, lists flattened, in C's order."""
    if isinstance(node, Node):
        for field in node:
            value = getattr(node, field, None)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from children(value)
    elif isinstance(node, tuple):
        for one in node:
            if isinstance(one, Node):
                yield one
            elif isinstance(one, tuple):
                yield from children(one)
