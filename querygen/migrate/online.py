"""`--online`: statements that hold locks for long, written so that they hold them shortly.

Takes statements in order; gives groups, each of which becomes a file. An index is built CONCURRENTLY in a file without
a transaction; a foreign key or CHECK is added NOT VALID and validated in the next file, NOT NULL likewise (before
PostgreSQL 18 by a CHECK that says the same); PRIMARY KEY and UNIQUE take an index that was built before. What belongs
to a table that the same migration makes is left as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze.typename import quote_identifier
from querygen.migrate.reader import quoted
from querygen.migrate.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.migrate.model import Id, Model

_INDEX = re.compile(r"^CREATE (UNIQUE )?INDEX ")
_KEY = re.compile(
    r"^ALTER TABLE (?P<table>\S+) ADD CONSTRAINT (?P<name>\S+) (?P<kind>PRIMARY KEY|UNIQUE) (?P<columns>\([^()]*\))$"
)
_SET_NOT_NULL = re.compile(r"^ALTER TABLE (?P<table>\S+) ALTER COLUMN (?P<column>.+) SET NOT NULL$")


def online(statements: Sequence[Statement], schema: Model) -> list[list[Statement]]:
    """The statements in groups: one after the other, each in a transaction of its own or in none."""
    fresh = {one.target for one in statements if one.sql.startswith("CREATE TABLE")}
    groups: list[list[Statement]] = [[]]
    later: list[Statement] = []
    for one in statements:
        table = _table(one.target, schema)
        if table is None or table in fresh:
            groups[-1].append(one)
            continue
        if _INDEX.match(one.sql) and schema.objects[table].attrs.get("kind") != "p":
            sql = one.sql.replace("INDEX ", "INDEX CONCURRENTLY ", 1)
            groups += [[replace(one, sql=sql, alone=True, hazards=())], []]
        elif one.sql.startswith("DROP INDEX "):
            sql = one.sql.replace("DROP INDEX ", "DROP INDEX CONCURRENTLY ", 1)
            groups += [[replace(one, sql=sql, alone=True)], []]
        elif (key := _KEY.match(one.sql)) is not None and schema.objects[table].attrs.get("kind") != "p":
            index = f"CREATE UNIQUE INDEX CONCURRENTLY {key['name']} ON {key['table']} {key['columns']}"
            groups.append([replace(one, sql=index, what=f"build the index of {one.what}", alone=True, hazards=())])
            added = f"ALTER TABLE {key['table']} ADD CONSTRAINT {key['name']} {key['kind']} USING INDEX {key['name']}"
            groups.append([replace(one, sql=added, hazards=())])
        elif one.target[0] == "constraint" and " ADD CONSTRAINT " in one.sql and _can_wait(one, schema):
            groups[-1].append(replace(one, sql=f"{one.sql} NOT VALID", hazards=()))
            later.append(_validate(one))
        elif (found := _SET_NOT_NULL.match(one.sql)) is not None:
            head = f"ALTER TABLE {found['table']}"
            attrs = schema.objects[one.target].attrs
            name = quote_identifier(str(attrs["name"]))
            check = "NOT NULL {}" if attrs["_named"] else "CHECK ({} IS NOT NULL)"
            sql = f"{head} ADD CONSTRAINT {name} {check.format(found['column'])} NOT VALID"
            groups[-1].append(replace(one, sql=sql, hazards=()))
            sql = f"{head} VALIDATE CONSTRAINT {name}"
            later.append(Statement(sql, f"validate {one.what}", target=one.target))
            if not attrs["_named"]:
                # before PostgreSQL 18 it is a property of the column, for which a CHECK that holds is proof enough
                sql = f"{head} DROP CONSTRAINT {name}"
                later += [replace(one, hazards=()), Statement(sql, f"drop the proof of {one.what}", target=one.target)]
        else:
            groups[-1].append(one)
    groups.append(later)
    return [group for group in groups if group]


def _table(target: Id, schema: Model) -> Id | None:
    """The table that a statement is about."""
    if not target:
        return None
    one = schema.objects.get(target)
    if target[0] == "index" and one is not None:
        found: Id = one.attrs["table"]
        return found if found in schema.objects else None
    if len(target) < 3:
        return None
    table: Id = ("table", target[1], target[2])
    return table if table in schema.objects else None


def _can_wait(one: Statement, schema: Model) -> bool:
    found = schema.objects.get(one.target)
    return (
        found is not None and found.attrs["kind"] in "fc" and bool(found.attrs["validated"] and found.attrs["enforced"])
    )


def _validate(one: Statement) -> Statement:
    table = quoted(one.target[1], one.target[2])
    sql = f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote_identifier(one.target[3])}"
    return Statement(sql, f"validate what was added: {one.what}", target=one.target)
