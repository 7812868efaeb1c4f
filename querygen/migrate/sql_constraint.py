"""CREATE, ALTER and DROP of constraints and indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.typename import quote_identifier
from querygen.migrate.model import show
from querygen.migrate.read_constraint import options_text
from querygen.migrate.reader import quoted
from querygen.migrate.sql_table import constraint_text, table_word
from querygen.migrate.statement import (
    EXCLUSIVE_LOCK,
    INDEX_DROPPED,
    MAY_FAIL,
    SHARE_LOCK,
    SHARE_ROW_LOCK,
    Hazard,
    Statement,
)

if TYPE_CHECKING:
    from querygen.migrate.model import Object

__all__ = ["options_text"]


def create_constraint(one: Object, table: Object) -> list[Statement]:
    name = quote_identifier(one.id[-1])
    sql = f"ALTER {table_word(table)} {quoted(one.id[1], one.id[2])} ADD CONSTRAINT {name} {constraint_text(one)}"
    hazards = [Hazard(MAY_FAIL, "fails if a row does not fulfil it")] if one.attrs["validated"] else []
    match one.attrs["kind"]:
        case "f":
            hazards.append(Hazard(SHARE_ROW_LOCK, "blocks writes to both tables while rows are checked"))
        case "p" | "u" | "x":
            hazards.append(Hazard(EXCLUSIVE_LOCK, "blocks the table while its index is built"))
        case _:
            hazards.append(Hazard(EXCLUSIVE_LOCK, "blocks the table while rows are checked"))
    return [Statement(sql, f"add {show(one.id)}", tuple(hazards), target=one.id)]


def drop_constraint(one: Object, table: Object) -> list[Statement]:
    sql = f"ALTER {table_word(table)} {quoted(one.id[1], one.id[2])} DROP CONSTRAINT {quote_identifier(one.id[-1])}"
    hazards = (Hazard(INDEX_DROPPED, "queries may miss its index"),) if one.attrs["kind"] in "pux" else ()
    return [Statement(sql, f"drop {show(one.id)}", hazards, target=one.id, drops=True)]


def alter_constraint(old: Object, new: Object, table: Object) -> list[Statement] | None:
    """Validation and deferrability change in place; anything else is a new constraint."""
    was, now = old.attrs, new.attrs
    head = f"ALTER {table_word(table)} {quoted(new.id[1], new.id[2])}"
    name = quote_identifier(new.id[-1])
    before, after = _split(was["definition"]), _split(now["definition"])
    if before[0] != after[0] or (was["validated"] and not now["validated"]):
        return None
    statements = []
    if before[1] != after[1] or was["enforced"] != now["enforced"]:
        if now["kind"] != "f":
            return None
        actions = []
        if before[1] != after[1]:
            actions.append(after[1] or "NOT DEFERRABLE")
        if was["enforced"] != now["enforced"]:
            actions.append("ENFORCED" if now["enforced"] else "NOT ENFORCED")
            if len(actions) > 1:
                return None
        sql = f"{head} ALTER CONSTRAINT {name} {' '.join(actions)}"
        statements.append(Statement(sql, f"change {show(new.id)}", target=new.id))
    elif not was["validated"] and now["validated"]:
        why = Hazard(MAY_FAIL, "fails if a row does not fulfil it")
        statements.append(
            Statement(f"{head} VALIDATE CONSTRAINT {name}", f"validate {show(new.id)}", (why,), target=new.id)
        )
    return statements


def _split(definition: str) -> tuple[str, str]:
    """The definition, and what it says of DEFERRABLE."""
    text = definition
    tail: list[str] = []
    for word in (" INITIALLY DEFERRED", " DEFERRABLE"):
        if text.endswith(word):
            text = text.removesuffix(word)
            tail.insert(0, word.strip())
    return text, " ".join(tail)


# ---------------------------------------------------------------------------------------------- indexes


def create_index(one: Object) -> list[Statement]:
    unique = "UNIQUE " if one.attrs["unique"] else ""
    only = "ONLY " if one.attrs["only"] else ""
    table = one.attrs["table"]
    name = quote_identifier(one.id[-1])
    sql = f"CREATE {unique}INDEX {name} ON {only}{quoted(*table[1:])} {one.attrs['definition']}"
    hazards = [Hazard(SHARE_LOCK, "blocks writes to the table while it is built")]
    if one.attrs["unique"]:
        hazards.append(Hazard(MAY_FAIL, "fails if two rows have the same key"))
    statements = [Statement(sql, f"create {show(one.id)}", tuple(hazards), target=one.id)]
    return statements + _statistics(one, ())


def _statistics(one: Object, was: tuple[tuple[str, int], ...]) -> list[Statement]:
    return [
        Statement(
            f"ALTER INDEX {quoted(*one.id[1:])} ALTER COLUMN {key.split()[1]} SET STATISTICS {value}",
            f"change {show(one.id)}",
            target=one.id,
        )
        for key, value in one.attrs["statistics"]
        if (key, value) not in was
    ]


def drop_index(one: Object) -> list[Statement]:
    why = Hazard(INDEX_DROPPED, "queries may miss it")
    return [Statement(f"DROP INDEX {quoted(*one.id[1:])}", f"drop {show(one.id)}", (why,), target=one.id, drops=True)]


def alter_index(old: Object, new: Object) -> list[Statement] | None:
    keys = ("unique", "only", "table", "definition")
    if any(old.attrs[key] != new.attrs[key] for key in keys):
        return None
    return _statistics(new, old.attrs["statistics"])


def attach_index(parent: tuple[str, ...], child: Object) -> list[Statement]:
    """An index of a partition becomes a part of the partitioned table's."""
    sql = f"ALTER INDEX {quoted(parent[1], parent[-1])} ATTACH PARTITION {quoted(child.id[1], child.id[-1])}"
    return [Statement(sql, f"attach {show(child.id)}", target=child.id)]
