"""Statements by whole templates, for rules that chance would seldom meet: `special(statements)` makes one.

In a template `{t}` and `{u}` are tables with the aliases x and y, `{E}` is one expression wherever it stands, `{all}`
are all columns of x; other parts are those of `statement_expressions`. A table that a template names itself has the
alias x or y, too: `filled` looks for it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.differential.statement_expressions import Level, Output

if TYPE_CHECKING:
    from tests.differential.statement_generator import Statements

TEMPLATES = tuple(
    line
    for line in (Path(__file__).parent / "statement_templates.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)

_NAMED = re.compile(r"\b(\w+) (?:as )?([xy])\b")
_SLOT = re.compile(r"\{([A-Za-z0-9_:,\[\]]+)\}")


def special(statements: Statements) -> str:
    """One of the templates, filled: each in its turn, so that none is left out."""
    statements.template_number += 1
    return filled(statements, TEMPLATES[statements.template_number % len(TEMPLATES)])


def filled(statements: Statements, template: str) -> str:
    """A template with tables and expressions in place of its slots."""
    dice, expressions, schema = statements.dice, statements.expressions, statements.schema
    by_name = {one.name: one for one in schema.tables}
    named = {alias: by_name[name] for name, alias in _NAMED.findall(template) if name in by_name}
    table, other = named.get("x") or dice.choice(schema.tables), named.get("y") or dice.choice(schema.tables)
    written = dice.choice([one for one in schema.tables if one.writable])
    columns = [Output(f"x.{one.name}", one.type) for one in (written if "{w}" in template else table).columns]
    level = Level(columns, ["x"], queries="{w}" not in template)
    beside = Level([Output(f"y.{one.name}", one.type) for one in other.columns], ["y"])
    if "{u} y" in template and "{bool}" in template and "lateral" not in template:
        level = Level(level.columns + beside.columns, level.wholes + beside.wholes)
    repeated = expressions.make(Level(columns, queries=False), "int", 2) if "{E}" in template else ""
    if "{all}" not in template and "{" not in template:
        return template

    def part(slot: re.Match[str]) -> str:
        match slot[1]:
            case "t":
                return table.name
            case "u":
                return other.name
            case "w":
                return written.name
            case "E":
                return repeated
            case "all":
                return ", ".join(one.text for one in columns)
            case "const":
                return dice.choice(("1", "1", "2", "0", "null::int", expressions.constant("int")))
            case "bool_const":
                return dice.choice(("true", "false", "null", "1 = 1", "$1::bool"))
            case "over_parts":
                return expressions.window(level, 1)
            case "SY:int":
                return expressions.column(beside, "int") or "y.v"
        if slot[1] == "bool":
            return expressions.made(level, "bool", 2)
        return expressions.slot(slot[1], level, "int", "int", 1)

    text = _SLOT.sub(part, template)
    used = [int(one) for one in re.findall(r"\$(\d+)", text)]
    while used and len(expressions.params) < max(used):
        expressions.params.append("bool" if f"${len(expressions.params) + 1}::bool" in text else "int")
    return text
