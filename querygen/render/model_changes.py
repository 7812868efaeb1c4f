"""Insert and patch models: what may be given for a new row of a table, and what for a change of one.

Takes a table and its row class; gives the lines of `NewUser` and `UserPatch`. What the schema says of values (a length,
a precision, a CHECK of one column against constants) becomes constraints of pydantic.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from querygen.analyze import pgtypes as t
from querygen.render import naming
from querygen.render.layout import WIDTH, Union, docstring, put, width
from querygen.render.pytypes import Import

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.objects import Column, Relation
    from querygen.pg_catalog.rows import Oid
    from querygen.render.model_classes import FieldDef, RowClass
    from querygen.render.model_schema import Models

CHANGES: Final = "._changes"
TABLES: Final = frozenset("rp")  # relkinds
_FLIPPED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_BOUNDS: Final = {">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
_NUMBER = r"-?\d+(?:\.\d+)?"
_NAME = r'(?:"(?:[^"]|"")+"|\w+)'
_COMPARISON = re.compile(rf"({_NAME})\s*(<=|>=|<|>)\s*({_NUMBER})")
_REVERSED = re.compile(rf"({_NUMBER})\s*(<=|>=|<|>)\s*({_NAME})")
_BETWEEN = re.compile(rf"({_NAME})\s+BETWEEN\s+({_NUMBER})\s+AND\s+({_NUMBER})", re.IGNORECASE)
_LENGTH = re.compile(rf"(?:char_|character_)?length\s*\(\s*({_NAME})\s*\)\s*(<=|>=|<|>|=)\s*(\d+)", re.IGNORECASE)
_AND = re.compile(r"\s+AND\s+", re.IGNORECASE)
_NUMERIC_TYPES: Final = frozenset({"int", "float", "Decimal"})


def change_blocks(models: Models, relation: Relation, row: RowClass) -> tuple[list[str], set[Import]]:
    """The insert model and the patch model of a table."""
    imports = {Import(CHANGES, name) for name in ("Changes", "UNSET", "Unset")}
    new: list[str] = []
    patch: list[str] = []
    for column, one in zip(relation.live_columns, row.fields, strict=True):
        if column.generated or column.identity == "a":
            continue
        imports.update(one.imports)
        held = constrained(models, relation, column, one)
        if held != one.type.annotation:
            imports |= {Import("typing", "Annotated"), Import("pydantic", "Field")}
        held = f"{held} | None" if one.nullable else held
        if column.has_default or column.identity:
            new += annotated_field(one.name, f"{held} | Unset", "UNSET")
        else:
            new += annotated_field(one.name, held, "None" if one.nullable else "")
        patch += annotated_field(one.name, f"{held} | Unset", "UNSET")
    taken = models.names
    blocks = []
    for name, doc, lines in (
        (f"New{row.name}", f"What makes {row.owner.replace('the table', 'a row of the table')}.", new),
        (f"{row.name}Patch", f"What changes {row.owner.replace('the table', 'a row of the table')}.", patch),
    ):
        name = naming.unique(name, taken)
        taken.add(name)
        head = [f"class {name}(Changes):", *docstring(doc, "    ")]
        blocks.append("\n".join([*head, "", *lines] if lines else head))
    return blocks, imports


def annotated_field(name: str, annotation: str, default: str) -> list[str]:
    """`name: annotation = default`, broken as the formatter does it."""
    end = f" = {default}" if default else ""
    line = f"    {name}: {annotation}{end}"
    if width(line) <= WIDTH:
        return [line]
    if default and width(f"    {name}: {annotation} = (") <= WIDTH:
        return [f"    {name}: {annotation} = (", f"        {default}", "    )"]
    if default:
        return [f"    {name}: (", f"        {annotation}", f"    ){end}"]
    lines: list[str] = []
    put(lines, "    ", f"{name}: ", Union(annotation))
    return lines


def constrained(models: Models, relation: Relation, column: Column, field: FieldDef) -> str:
    """The annotation of a column with what the schema says of its values."""
    annotation = field.type.annotation
    if annotation not in _NUMERIC_TYPES and annotation != "str":
        return annotation
    found: dict[str, str] = {}
    oid, typmod = column.type_oid, column.typmod
    while True:
        domain = models.catalog.domain(oid)
        if domain is None:
            break
        _add_checks(found, "value", (one.expression_sql for one in domain.checks), annotation)
        row = models.catalog.type(oid)
        oid, typmod = row.typbasetype, row.typtypmod
    _add_typmod(found, oid, typmod)
    checks = (one for one in relation.constraints if one.kind == "c" and one.columns == (column.name,) and one.enforced)
    _add_checks(found, column.name, (one.expression_sql for one in checks), annotation)
    if not found:
        return annotation
    return f"Annotated[{annotation}, Field({', '.join(f'{key}={value}' for key, value in found.items())})]"


def _add_typmod(found: dict[str, str], oid: Oid, typmod: int) -> None:
    if typmod < 4:
        return
    typmod -= 4
    if oid in (t.VARCHAROID, t.BPCHAROID):
        found["max_length"] = str(typmod)
    elif oid == t.NUMERICOID:
        precision, scale = typmod >> 16 & 0xFFFF, (typmod & 0x7FF ^ 0x400) - 0x400
        if 0 <= scale <= precision:
            found |= {"max_digits": str(precision), "decimal_places": str(scale)}


def _add_checks(found: dict[str, str], name: str, checks: Iterable[str | None], annotation: str) -> None:
    """The constraints of CHECKs that are understood whole; what else they say is left to PostgreSQL."""
    for text in checks:
        text = (text or "").strip()
        while text.startswith("(") and text.endswith(")") and text.count("(") == 1:
            text = text[1:-1].strip()
        if match := _BETWEEN.fullmatch(text):
            parts = [f"{match[1]} >= {match[2]}", f"{match[1]} <= {match[3]}"]
        else:
            parts = _AND.split(text)
        for part in parts:
            part = part.strip()
            if annotation == "str":
                _add_length(found, name, part)
            elif match := _COMPARISON.fullmatch(part):
                _add_bound(found, name, match[1], match[2], match[3], annotation)
            elif match := _REVERSED.fullmatch(part):
                _add_bound(found, name, match[3], _FLIPPED[match[2]], match[1], annotation)


def _is(name: str, written: str) -> bool:
    return name == (written[1:-1].replace('""', '"') if written.startswith('"') else written.lower())


def _add_bound(found: dict[str, str], name: str, written: str, sign: str, number: str, annotation: str) -> None:
    if not _is(name, written) or (annotation == "int" and "." in number):
        return
    if annotation == "Decimal" and "." in number:
        return  # a float would not be the same number
    found.setdefault(_BOUNDS[sign], number)


def _add_length(found: dict[str, str], name: str, text: str) -> None:
    match = _LENGTH.fullmatch(text)
    if match is None or not _is(name, match[1]):
        return
    number = int(match[3])
    if match[2] in (">", ">=", "="):
        found.setdefault("min_length", str(number + (match[2] == ">")))
    if match[2] in ("<", "<=", "="):
        found.setdefault("max_length", str(number - (match[2] == "<")))
