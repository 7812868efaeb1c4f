"""XMLTABLE and JSON_TABLE printed as SQL. Mirrors `ruleutils.c: get_tablefunc, get_xmltable, get_json_table`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ruleutils_expr import print_expr, unprintable
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import TableFunc
    from querygen.catalog.ruleutils import Printer


def table_func(p: Printer, node: TableFunc) -> str:
    """XMLTABLE (…); what JSON_TABLE was is not kept in a form that can be printed faithfully."""
    if node.functype != enums.TableFuncType.TFT_XMLTABLE:
        raise unprintable("JSON_TABLE")
    text = "XMLTABLE("
    if node.ns_uris:
        parts = []
        for uri, name in zip(node.ns_uris, node.ns_names, strict=True):
            shown = print_expr(p, uri)
            parts.append(f"{shown} AS {quote_identifier(name)}" if name else f"DEFAULT {shown}")
        text += f"XMLNAMESPACES ({', '.join(parts)}), "
    text += f"({print_expr(p, node.rowexpr)}) PASSING ({print_expr(p, node.docexpr)})"
    columns = []
    for place, name in enumerate(node.colnames):
        if place == node.ordinalitycol:
            columns.append(f"{quote_identifier(name)} FOR ORDINALITY")
            continue
        column = f"{quote_identifier(name)} {p.type(node.coltypes[place], node.coltypmods[place])}"
        if place < len(node.coldefexprs) and (default := node.coldefexprs[place]) is not None:
            column += f" DEFAULT ({print_expr(p, default)})"
        if place < len(node.colexprs) and (path := node.colexprs[place]) is not None:
            column += f" PATH ({print_expr(p, path)})"
        if place in node.notnulls:
            column += " NOT NULL"
        columns.append(column)
    if columns:
        text += f" COLUMNS {', '.join(columns)}"
    return f"{text})"
