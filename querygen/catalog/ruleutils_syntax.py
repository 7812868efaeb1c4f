"""Functions that SQL writes in a form of its own: EXTRACT (… FROM …), AT TIME ZONE, OVERLAY, and their like.

Takes a FuncExpr that was written so, gives it in that form again. Mirrors `ruleutils.c: get_func_sql_syntax`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import nodes as n
from querygen.analyze.typename import quote_identifier

if TYPE_CHECKING:
    from querygen.catalog.ruleutils import Printer

_TRIMS = {"btrim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}


def sql_syntax(p: Printer, node: n.FuncExpr) -> str | None:
    """The call in SQL's own words; None for a function that has none."""
    from querygen.catalog.ruleutils_expr import print_expr

    name = p.catalog.proc(node.funcid).proname
    shown = [print_expr(p, one) for one in node.args]
    match name, shown:
        case "timezone", [zone, value]:
            return f"({value} AT TIME ZONE {zone})"
        case "timezone", [value]:
            return f"({value} AT LOCAL)"
        case "overlaps", [a, b, c, d]:
            return f"(({a}, {b}) OVERLAPS ({c}, {d}))"
        case "extract", [field, value]:
            return f"EXTRACT({_word(node.args[0]) or field} FROM {value})"
        case "is_normalized", [value]:
            return f"({value} IS NORMALIZED)"
        case "is_normalized", [value, form]:
            return f"({value} IS {_word(node.args[1]) or form} NORMALIZED)"
        case "pg_collation_for", [value]:
            return f"COLLATION FOR ({value})"
        case "normalize", [value]:
            return f"NORMALIZE({value})"
        case "normalize", [value, form]:
            return f"NORMALIZE({value}, {_word(node.args[1]) or form})"
        case "overlay", [value, new, start, *length]:
            tail = f" FOR {length[0]}" if length else ""
            return f"OVERLAY({value} PLACING {new} FROM {start}{tail})"
        case "position", [value, part]:
            return f"POSITION(({part}) IN ({value}))"
        case "substring", [value, start, *length]:
            tail = f" FOR {length[0]}" if length else ""
            return f"SUBSTRING({value} FROM {start}{tail})"
        case ("btrim" | "ltrim" | "rtrim") as kind, [value, *characters]:
            first = f" {characters[0]}" if characters else ""
            return f"TRIM({_TRIMS[kind]}{first} FROM {value})"
        case "xmlexists", [path, document]:
            return f"XMLEXISTS(({path}) PASSING ({document}))"
        case "system_user", []:
            return "SYSTEM_USER"
    return None


def _word(node: Any) -> str | None:
    """A keyword that became a text constant."""
    if isinstance(node, n.Const) and node.value is not None:
        return quote_identifier(node.value) if not node.value.isalpha() else node.value
    return None
