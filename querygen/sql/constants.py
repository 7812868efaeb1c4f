"""Where the constants of a statement stand: pglast's `A_Const` is the one raw node that does not say.

Takes a text and one of its parsed statements; gives the character offset of each `A_Const`, by the node's `id`. The
places are in libpg_query's JSON form of the same tree, which is walked beside pglast's.
"""

from __future__ import annotations

import json
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from pglast.parser import parse_sql_json

from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from querygen.sql.nodes import Node


def constant_places(text: str, statement: Node) -> dict[int, int]:
    """The places of the constants in `statement`, the only one of `text`; empty where there are several."""
    statements = json.loads(parse_sql_json(text))["stmts"]
    if len(statements) != 1:
        return {}
    places: dict[int, int] = {}
    _collect_named(statement, statements[0]["stmt"], places)
    to_characters = _character_offsets(text)
    return {node: to_characters(offset) for node, offset in places.items()}


def _character_offsets(text: str) -> Any:
    if text.isascii():
        return lambda offset: offset
    encoded = text.encode()
    return lambda offset: len(encoded[:offset].decode(errors="ignore"))


def _collect(node: Any, value: Any, places: dict[int, int]) -> None:
    if isinstance(node, ast.A_Const):
        places[id(node)] = value.get("location", 0)
    elif isinstance(node, tuple):
        items = value["items"] if isinstance(value, dict) else value
        for child, child_value in zip(node, chain(items, repeat({})), strict=False):
            _collect_named(child, child_value, places)
    elif isinstance(node, ast.Node):
        for field in node:
            child = getattr(node, field, None)
            if isinstance(child, (tuple, ast.Node)) and field in value:
                _collect_named(child, value[field], places)


def _collect_named(node: Any, value: Any, places: dict[int, int]) -> None:
    """A value that may stand below its class's name ({"A_Const": {…}}), or be a bare struct or a list."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name == ("List" if isinstance(node, tuple) else type(node).__name__):
            value = inner
    _collect(node, value, places)
