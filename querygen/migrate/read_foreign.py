"""What a foreign data wrapper, a server or a user mapping says, whichever CREATE and ALTER said it.

Takes the text of a unit; gives what cannot be changed in place, and what can: a server is not dropped for an option,
for its foreign tables would have to go with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from querygen.catalog.ddl_text import option_value
from querygen.sql.nodes import ast, enums
from querygen.sql.tree import ParseError, parse_sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.ddl_units import Unit

KINDS = frozenset({"FOREIGN DATA WRAPPER", "SERVER", "USER MAPPING"})


class Said(Struct, frozen=True):
    """`fixed`: the server's type and wrapper, the wrapper's functions. Options in the order of their names."""

    fixed: str
    version: str | None
    options: tuple[tuple[str, str], ...]


def said(unit: Unit) -> Said | None:
    """None: it was changed by something else, and is compared as text."""
    try:
        head, *tail = (raw.stmt for text in (unit.head, *unit.tail) for raw in parse_sql(text))
    except ParseError:
        return None
    version: str | None = None
    options: dict[str, str] = {}
    match head:
        case ast.CreateForeignServerStmt():
            fixed, version = repr((head.servertype, head.fdwname)), head.version
        case ast.CreateFdwStmt():
            fixed = repr(head.func_options)
        case ast.CreateUserMappingStmt():
            fixed = ""
        case _:
            return None
    _apply(options, head.options)
    for one in tail:
        match one:
            case ast.AlterForeignServerStmt():
                version = one.version if one.has_version else version
            case ast.AlterUserMappingStmt():
                pass
            case ast.AlterFdwStmt() if not one.func_options:
                pass
            case _:
                return None
        _apply(options, one.options)
    return Said(fixed, version, tuple(sorted(options.items())))


def _apply(options: dict[str, str], elements: Iterable[Any] | None) -> None:
    for one in elements or ():
        if one.defaction == enums.DefElemAction.DEFELEM_DROP:
            options.pop(one.defname, None)
        else:
            options[one.defname] = option_value(one.arg)
