"""CREATE, ALTER and DROP of schemas, types, domains and sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ruleutils_expr import quote_literal
from querygen.migrate.model import show
from querygen.migrate.reader import quoted
from querygen.migrate.statement import DELETES_DATA, MAY_FAIL, NEW_TRANSACTION, Hazard, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.migrate.model import Object


# ---------------------------------------------------------------------------------------------- schemas


def create_schema(one: Object) -> list[Statement]:
    return [Statement(f"CREATE SCHEMA {quoted(one.id[1])}", f"create {show(one.id)}", target=one.id)]


def drop_schema(one: Object) -> list[Statement]:
    return [Statement(f"DROP SCHEMA {quoted(one.id[1])}", f"drop {show(one.id)}", target=one.id, drops=True)]


# ---------------------------------------------------------------------------------------------- types


def create_type(one: Object) -> list[Statement]:
    name = quoted(*one.id[1:])
    match one.attrs["kind"]:
        case "enum":
            labels = ", ".join(quote_literal(label) for label in one.attrs["labels"])
            sql = f"CREATE TYPE {name} AS ENUM ({labels})"
        case "composite":
            attributes = ", ".join(_attribute(*attribute) for attribute in one.attrs["attributes"])
            sql = f"CREATE TYPE {name} AS ({attributes})"
        case "range":
            options = ", ".join(f"{key} = {value}" for key, value in one.attrs["options"])
            sql = f"CREATE TYPE {name} AS RANGE ({options})"
        case _:
            sql = f"CREATE DOMAIN {name} AS {one.attrs['base']}"
            if one.attrs["collation"]:
                sql += f" COLLATE {one.attrs['collation']}"
            if one.attrs["default"]:
                sql += f" DEFAULT {one.attrs['default']}"
    return [Statement(sql, f"create {show(one.id)}", target=one.id)]


def _attribute(name: str, type_name: str, collation: str | None) -> str:
    return f"{quote_identifier(name)} {type_name}" + (f" COLLATE {collation}" if collation else "")


def drop_type(one: Object) -> list[Statement]:
    word = "DOMAIN" if one.attrs["kind"] == "domain" else "TYPE"
    sql = f"DROP {word} {quoted(*one.id[1:])}"
    return [Statement(sql, f"drop {show(one.id)}", target=one.id, drops=True)]


def alter_type(old: Object, new: Object) -> list[Statement] | None:
    """None: it has to be made again."""
    if old.attrs["kind"] != new.attrs["kind"]:
        return None
    match new.attrs["kind"]:
        case "enum":
            return _alter_enum(old, new)
        case "composite":
            return _alter_composite(old, new)
        case "domain":
            return _alter_domain(old, new)
    return None


def _alter_enum(old: Object, new: Object) -> list[Statement] | None:
    """ADD VALUE where the old labels are among the new in their order."""
    before, after = old.attrs["labels"], new.attrs["labels"]
    if [label for label in after if label in before] != list(before):
        return None
    name = quoted(*new.id[1:])
    statements = []
    there = list(before)
    why = Hazard(NEW_TRANSACTION, "a value can be used when the transaction that adds it has been committed")
    for place, label in enumerate(after):
        if label in there:
            continue
        sql = f"ALTER TYPE {name} ADD VALUE {quote_literal(label)}"
        if place == 0 and there:
            sql += f" BEFORE {quote_literal(there[0])}"
            there.insert(0, label)
        elif place and place < len(there):
            previous = after[place - 1]
            following = there[there.index(previous) + 1 :]
            sql += f" BEFORE {quote_literal(following[0])}" if following else ""
            there.insert(there.index(previous) + 1, label)
        else:
            there.append(label)
        statements.append(
            Statement(sql, f"add {quote_literal(label)} to {show(new.id)}", (why,), target=new.id, commits=True)
        )
    return statements


def _alter_composite(old: Object, new: Object) -> list[Statement] | None:
    name = quoted(*new.id[1:])
    before = {attribute[0]: attribute for attribute in old.attrs["attributes"]}
    after = {attribute[0]: attribute for attribute in new.attrs["attributes"]}
    parts = []
    lost = tuple(("attribute", *old.id[1:], key) for key in before if key not in after)
    parts += [f"DROP ATTRIBUTE {quote_identifier(one[-1])}" for one in lost]
    for key, attribute in after.items():
        if key not in before:
            parts.append(f"ADD ATTRIBUTE {_attribute(*attribute)}")
        elif before[key] != attribute:
            collate = f" COLLATE {attribute[2]}" if attribute[2] else ""
            parts.append(f"ALTER ATTRIBUTE {quote_identifier(key)} SET DATA TYPE {attribute[1]}{collate}")
    kept = [key for key in before if key in after]
    if [*kept, *(key for key in after if key not in before)] != list(after):
        return None  # an attribute cannot be moved
    hazards = (Hazard(DELETES_DATA, "values of the attributes that are dropped are lost"),) if lost else ()
    sql = f"ALTER TYPE {name} {', '.join(parts)}"
    return [Statement(sql, f"change the attributes of {show(new.id)}", hazards, target=new.id, loses=lost)]


def _alter_domain(old: Object, new: Object) -> list[Statement] | None:
    if any(old.attrs[key] != new.attrs[key] for key in ("base", "collation")):
        return None
    default = new.attrs["default"]
    action = "DROP DEFAULT" if default is None else f"SET DEFAULT {default}"
    sql = f"ALTER DOMAIN {quoted(*new.id[1:])} {action}"
    return [Statement(sql, f"change the default of {show(new.id)}", target=new.id)]


def create_domcheck(one: Object) -> list[Statement]:
    schema, name, constraint = one.id[1:]
    valid = "" if one.attrs["validated"] else " NOT VALID"
    action = (
        f"ADD CONSTRAINT {quoted(constraint)} {one.attrs['definition']}{valid}"
        if one.attrs["_named"]
        else "SET NOT NULL"
    )
    sql = f"ALTER DOMAIN {quoted(schema, name)} {action}"
    why = Hazard(MAY_FAIL, "fails if a stored value does not fulfil it")
    return [Statement(sql, f"add {show(one.id)}", (why,), target=one.id)]


def drop_domcheck(one: Object) -> list[Statement]:
    schema, name, constraint = one.id[1:]
    action = f"DROP CONSTRAINT {quoted(constraint)}" if one.attrs["_named"] else "DROP NOT NULL"
    sql = f"ALTER DOMAIN {quoted(schema, name)} {action}"
    return [Statement(sql, f"drop {show(one.id)}", target=one.id, drops=True)]


def alter_domcheck(old: Object, new: Object) -> list[Statement] | None:
    if old.attrs["definition"] != new.attrs["definition"] or not new.attrs["validated"]:
        return None
    schema, name, constraint = new.id[1:]
    sql = f"ALTER DOMAIN {quoted(schema, name)} VALIDATE CONSTRAINT {quoted(constraint)}"
    return [Statement(sql, f"validate {show(new.id)}", target=new.id)]


# ---------------------------------------------------------------------------------------------- sequences

_NAMES = ("as", "start", "increment", "minvalue", "maxvalue", "cache", "cycle")


def sequence_options(options: Sequence[tuple[str, str]], *, full: bool = False) -> str:
    """The options of a sequence as SQL; those that go without saying are left out unless `full`."""
    values = dict(options)
    up = int(values["increment"]) > 0
    limits = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}[values["as"]]
    minimum, maximum = (1, limits - 1) if up else (-limits, -1)
    usual = {
        "as": "bigint",
        "start": values["minvalue"] if up else values["maxvalue"],
        "increment": "1",
        "minvalue": str(minimum),
        "maxvalue": str(maximum),
        "cache": "1",
        "cycle": "false",
    }
    words = {
        "as": f"AS {values['as']}",
        "start": f"START WITH {values['start']}",
        "increment": f"INCREMENT BY {values['increment']}",
        "minvalue": f"MINVALUE {values['minvalue']}",
        "maxvalue": f"MAXVALUE {values['maxvalue']}",
        "cache": f"CACHE {values['cache']}",
        "cycle": "CYCLE" if values["cycle"] == "true" else "NO CYCLE",
    }
    return " ".join(words[name] for name in _NAMES if full or values[name] != usual[name])


def _options(one: Object) -> list[tuple[str, str]]:
    return [(name, one.attrs[name]) for name in _NAMES]


def create_sequence(one: Object) -> list[Statement]:
    unlogged = "UNLOGGED " if one.attrs["persistence"] == "u" else ""
    sql = f"CREATE {unlogged}SEQUENCE {quoted(*one.id[1:])} {sequence_options(_options(one))}".rstrip()
    return [Statement(sql, f"create {show(one.id)}", target=one.id)]


def drop_sequence(one: Object) -> list[Statement]:
    return [Statement(f"DROP SEQUENCE {quoted(*one.id[1:])}", f"drop {show(one.id)}", target=one.id, drops=True)]


def alter_sequence(old: Object, new: Object) -> list[Statement] | None:
    statements = []
    name = quoted(*new.id[1:])
    if old.attrs["persistence"] != new.attrs["persistence"]:
        word = "UNLOGGED" if new.attrs["persistence"] == "u" else "LOGGED"
        statements.append(Statement(f"ALTER SEQUENCE {name} SET {word}", f"change {show(new.id)}", target=new.id))
    changes = sequence_changes(_options(old), _options(new))
    if changes:
        statements.append(Statement(f"ALTER SEQUENCE {name} {changes}", f"change {show(new.id)}", target=new.id))
    return statements


def sequence_changes(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> str:
    """The options that differ. Limits are told with the type, since they may be those of the old one."""
    before, after = dict(old), dict(new)
    changed = {name for name in _NAMES if before[name] != after[name]}
    if "as" in changed:
        changed |= {"minvalue", "maxvalue"}
    words = {
        "as": f"AS {after['as']}",
        "start": f"START WITH {after['start']}",
        "increment": f"INCREMENT BY {after['increment']}",
        "minvalue": f"MINVALUE {after['minvalue']}",
        "maxvalue": f"MAXVALUE {after['maxvalue']}",
        "cache": f"CACHE {after['cache']}",
        "cycle": "CYCLE" if after["cycle"] == "true" else "NO CYCLE",
    }
    parts = [words[name] for name in _NAMES if name in changed]
    if parts and not int(after["minvalue"]) <= int(before["start"]) <= int(after["maxvalue"]):
        parts.append(f"RESTART WITH {after['start']}")  # the server refuses limits that the last value is not within
    return " ".join(parts)


def create_owned(one: Object) -> list[Statement]:
    column = one.attrs["column"]
    sql = f"ALTER SEQUENCE {quoted(*one.id[1:])} OWNED BY {quoted(*column[1:])}"
    return [Statement(sql, f"sequence {'.'.join(one.id[1:])} goes with its column", target=one.id)]


def drop_owned(one: Object) -> list[Statement]:
    sql = f"ALTER SEQUENCE {quoted(*one.id[1:])} OWNED BY NONE"
    return [Statement(sql, f"sequence {'.'.join(one.id[1:])} stays without its column", target=one.id)]
