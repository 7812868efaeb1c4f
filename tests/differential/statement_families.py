"""Families of statements that reach one rule: a schema, and templates over its tables (statement_families.txt).

`FAMILIES` are read from the file, whose head describes it. `family_schema(family, dice)` gives the schema of one
variant, as `random_schema` does: what a statement may read and write is taken from the catalogue that the DDL makes.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

from querygen.analyze.typename import format_type
from querygen.catalog.catalog import Catalog
from querygen.catalog.objects import Relation
from tests.differential.statement_schema import PREAMBLE, Schema, Table, TableColumn
from tests.test_nullability import catalog_of

# format_type's names → the generator's
TYPES = {
    "integer": "int",
    "boolean": "bool",
    "double precision": "float8",
    "character varying": "text",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "integer[]": "int[]",
}
_CHOICE = re.compile(r"\{\{(.*?)\}\}")
_LATE = re.compile(r"alter table (\w+) add constraint (\w+) .* not (?:valid|enforced)")


@dataclass(frozen=True)
class Family:
    name: str
    ddl: tuple[str, ...]
    templates: tuple[str, ...]
    on_15: bool = False


def _read() -> dict[str, Family]:
    text = (Path(__file__).parent / "statement_families.txt").read_text(encoding="utf-8")
    families = {}
    for block in text.split("\n## ")[1:]:
        name, *lines = block.strip().splitlines()
        lines = [one for one in lines if one and not one.startswith("#")]
        middle = lines.index("--")
        name, _, server = name.partition(" on ")
        families[name] = Family(name, tuple(lines[:middle]), tuple(lines[middle + 1 :]), server == "15")
    return families


FAMILIES = _read()


def family_schema(family: Family, dice: random.Random) -> Schema:
    """One variant: of each `{{a|b}}` one part is taken."""
    ddl = [_CHOICE.sub(lambda match: dice.choice(match[1].split("|")), one) for one in family.ddl]
    schema = Schema([*PREAMBLE, *ddl])
    for one in ddl:
        if late := _LATE.fullmatch(one):
            schema.late.append((f"alter table {late[1]} drop constraint {late[2]}", one))
    catalog = catalog_of.__wrapped__(schema.sql)
    for relation in catalog.relations():
        if relation.oid < 2_000_000_000 or relation.kind not in "rpvmf":
            continue
        table = Table(relation.name, _columns(catalog, relation), writable=relation.kind in "rp")
        table.filled = relation.kind in "rp"
        schema.tables.append(table)
        if table.filled:
            schema.filled.append(table.name)
        if relation.rules or relation.triggers:
            schema.quiet.add(table.name)
    return schema


def _columns(catalog: Catalog, relation: Relation) -> list[TableColumn]:
    return [
        TableColumn(one.name, _type_name(catalog, one.type_oid), not one.generated) for one in relation.live_columns
    ]


def _type_name(catalog: Catalog, oid: int) -> str:
    row = catalog.type(oid)
    if row.typtype == "d":
        return _type_name(catalog, row.typbasetype)
    name = format_type(catalog, oid)
    return TYPES.get(name, name)
