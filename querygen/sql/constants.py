"""The literals, the patterns and the column names that a raw expression mentions.

Takes a raw tree, gives Python values and names: what a CHECK constraint speaks of, for example.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from querygen.sql.nodes import Node, ast


def constants(tree: Any) -> tuple[list[int | Decimal | str], set[str]]:
    """Every number and string below a node, and the last part of every column's name."""
    values: list[int | Decimal | str] = []
    names: set[str] = set()
    pending = [tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.A_Const(isnull=True):
                pass
            case ast.A_Const():
                match node.val:
                    case ast.Integer(ival=number):
                        values.append(number)
                    case ast.Float(fval=text):
                        values.append(Decimal(text))
                    case ast.String(sval=text):
                        values.append(text)
                    case _:
                        pass
            case ast.ColumnRef(fields=(*_, ast.String() as last)):
                names.add(last.sval)
            case Node():
                pending += [getattr(node, name) for name in node]
            case tuple() | list():
                pending += node
            case _:
                pass
    return values, names


def patterns(tree: Any) -> list[str]:
    """The regular expressions that something has to match: the literals right of ~ and ~*."""
    found: list[str] = []
    pending = [tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.A_Expr(name=(ast.String(sval="~" | "~*"),), rexpr=ast.A_Const(val=ast.String(sval=text))):
                found.append(text)
            case Node():
                pending += [getattr(node, name) for name in node]
            case tuple() | list():
                pending += node
            case _:
                pass
    return found
