"""CREATE, ALTER and DROP of views, materialized views, functions, triggers, rules and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ruleutils_expr import quote_literal
from querygen.migrate.model import show
from querygen.migrate.read_constraint import options_text
from querygen.migrate.reader import quoted
from querygen.migrate.sql_table import option_actions
from querygen.migrate.statement import AUTHZ_UPDATE, DELETES_DATA, Hazard, Statement

if TYPE_CHECKING:
    from querygen.migrate.model import Object


# ---------------------------------------------------------------------------------------------- views


def _options(one: Object) -> str:
    options = one.attrs["_options"]
    return f" WITH ({options_text(options)})" if options else ""


def create_view(one: Object, *, replace: bool = False) -> list[Statement]:
    verb = "CREATE OR REPLACE VIEW" if replace else "CREATE VIEW"
    sql = f"{verb} {quoted(*one.id[1:])}{_options(one)} AS\n{one.attrs['_query']}"
    return [Statement(sql, f"{'replace' if replace else 'create'} {show(one.id)}", target=one.id)]


def drop_view(one: Object) -> list[Statement]:
    return [Statement(f"DROP VIEW {quoted(*one.id[1:])}", f"drop {show(one.id)}", target=one.id, drops=True)]


def alter_view(old: Object, new: Object) -> list[Statement] | None:
    """CREATE OR REPLACE takes more columns behind the old ones, and nothing else."""
    was, now = old.attrs, new.attrs
    if was["query"] == now["query"] and was["columns"] == now["columns"]:
        actions = option_actions(was["options"], now["_options"])
        name = quoted(*new.id[1:])
        return [Statement(f"ALTER VIEW {name} {one}", f"change {show(new.id)}", target=new.id) for one in actions]
    if now["columns"][: len(was["columns"])] != was["columns"]:
        return None
    return create_view(new, replace=True)


def create_matview(one: Object) -> list[Statement]:
    sql = f"CREATE MATERIALIZED VIEW {quoted(*one.id[1:])}"
    if one.attrs["access_method"]:
        sql += f" USING {quote_identifier(one.attrs['access_method'])}"
    sql += _options(one)
    if one.attrs["tablespace"]:
        sql += f" TABLESPACE {quote_identifier(one.attrs['tablespace'])}"
    return [Statement(f"{sql} AS\n{one.attrs['_query']}", f"create {show(one.id)}", target=one.id)]


def drop_matview(one: Object) -> list[Statement]:
    why = Hazard(DELETES_DATA, "its rows are computed again when it is made again")
    sql = f"DROP MATERIALIZED VIEW {quoted(*one.id[1:])}"
    return [Statement(sql, f"drop {show(one.id)}", (why,), target=one.id, drops=True)]


def alter_matview(old: Object, new: Object) -> list[Statement] | None:
    was, now = old.attrs, new.attrs
    if any(was[key] != now[key] for key in ("query", "columns", "access_method")):
        return None
    actions = option_actions(was["options"], now["_options"])
    if was["tablespace"] != now["tablespace"]:
        actions.append(f"SET TABLESPACE {quote_identifier(now['tablespace'] or 'pg_default')}")
    name = quoted(*new.id[1:])
    what = f"change {show(new.id)}"
    return [Statement(f"ALTER MATERIALIZED VIEW {name} {one}", what, target=new.id) for one in actions]


# ---------------------------------------------------------------------------------------------- functions


def routine_word(one: Object) -> str:
    return "PROCEDURE" if one.attrs["kind"] == "p" else "FUNCTION"


def signature(one: Object) -> str:
    return f"{quoted(one.id[1], one.id[2])}({one.id[3]})"


def dollar_quote(text: str) -> str:
    """The text between dollars that do not occur in it."""
    tag = "$$"
    number = 0
    while tag in text or (text.endswith("$") and tag == "$$"):
        tag = f"$body{number or ''}$"
        number += 1
    return f"{tag}{text}{tag}"


def create_function(one: Object, *, replace: bool = False) -> list[Statement]:
    attrs = one.attrs
    verb = "CREATE OR REPLACE" if replace else "CREATE"
    lines = [f"{verb} {routine_word(one)} {quoted(one.id[1], one.id[2])}({attrs['arguments']})"]
    if attrs["result"] is not None:
        lines.append(f"RETURNS {attrs['result']}")
    words = [f"LANGUAGE {quote_identifier(attrs['language'])}"]
    if attrs["transform"]:
        words.append("TRANSFORM " + ", ".join(f"FOR TYPE {name}" for name in attrs["transform"]))
    if attrs["kind"] == "w":
        words.append("WINDOW")
    if attrs["volatility"] != "VOLATILE":
        words.append(attrs["volatility"])
    if attrs["parallel"] != "UNSAFE":
        words.append(f"PARALLEL {attrs['parallel']}")
    if attrs["strict"]:
        words.append("STRICT")
    if attrs["security"]:
        words.append("SECURITY DEFINER")
    if attrs["leakproof"]:
        words.append("LEAKPROOF")
    if attrs["cost"]:
        words.append(f"COST {attrs['cost']}")
    if attrs["rows"]:
        words.append(f"ROWS {attrs['rows']}")
    if attrs["support"]:
        words.append(f"SUPPORT {attrs['support']}")
    lines.append(" ".join(words))
    lines += [f"SET {name} TO {value}" for name, value in attrs["config"]]
    if attrs["atomic"]:
        lines.append(attrs["body"])
    elif attrs["link"]:
        lines.append(f"AS {', '.join(quote_literal(part) for part in attrs['link'])}")
    else:
        lines.append(f"AS {dollar_quote(attrs['body'] or '')}")
    what = f"{'replace' if replace else 'create'} {show(one.id)}"
    return [Statement("\n".join(lines), what, target=one.id)]


def drop_function(one: Object) -> list[Statement]:
    sql = f"DROP {routine_word(one)} {signature(one)}"
    return [Statement(sql, f"drop {show(one.id)}", target=one.id, drops=True)]


def alter_function(old: Object, new: Object) -> list[Statement] | None:
    """CREATE OR REPLACE, unless the result or the names of arguments change, or a default goes"""
    was, now = old.attrs, new.attrs
    if was["kind"] != now["kind"] or was["result"] != now["result"]:
        return None
    renamed = any(
        before and before != after for before, after in zip(was["_input_names"], now["_input_names"], strict=False)
    )
    if renamed or (len(now["_input_names"]) < len(was["_input_names"]) and any(was["_input_names"])):
        return None
    if was["_defaults"] > now["_defaults"] or _outputs(was) != _outputs(now):
        return None
    return create_function(new, replace=True)


def _outputs(attrs: dict[str, Any]) -> list[str]:
    return [one for one in attrs["arguments"].split(", ") if one.startswith(("OUT ", "INOUT "))]


# ---------------------------------------------------------------------------------------------- triggers, rules


_STATES = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "D": "DISABLE"}


def create_trigger(one: Object, *, replace: bool = False) -> list[Statement]:
    word = "CONSTRAINT TRIGGER" if one.attrs["constraint"] else "TRIGGER"
    verb = "CREATE OR REPLACE" if replace else "CREATE"
    sql = f"{verb} {word} {quote_identifier(one.id[-1])} {one.attrs['definition']}"
    statements = [Statement(sql, f"create {show(one.id)}", target=one.id)]
    if one.attrs["enabled"] != "O":
        statements += trigger_state(one)
    return statements


def trigger_state(one: Object) -> list[Statement]:
    word = "TRIGGER" if one.id[0] == "trigger" else "RULE"
    sql = f"ALTER TABLE {quoted(one.id[1], one.id[2])} {_STATES[one.attrs['enabled']]} {word}"
    sql += f" {quote_identifier(one.id[-1])}"
    return [Statement(sql, f"{_STATES[one.attrs['enabled']].lower()} {show(one.id)}", target=one.id)]


def drop_part(one: Object) -> list[Statement]:
    """DROP TRIGGER, RULE or POLICY"""
    sql = f"DROP {one.id[0].upper()} {quote_identifier(one.id[-1])} ON {quoted(one.id[1], one.id[2])}"
    hazards = (Hazard(AUTHZ_UPDATE, "other rows can be seen or changed"),) if one.id[0] == "policy" else ()
    return [Statement(sql, f"drop {show(one.id)}", hazards, target=one.id, drops=True)]


def alter_trigger(old: Object, new: Object) -> list[Statement] | None:
    keys = ("constraint", "definition")
    if all(old.attrs[key] == new.attrs[key] for key in keys):
        return trigger_state(new)
    return None


def create_rule(one: Object) -> list[Statement]:
    statements = [Statement(one.attrs["definition"], f"create {show(one.id)}", target=one.id)]
    if one.attrs["enabled"] != "O":
        statements += trigger_state(one)
    return statements


def alter_rule(old: Object, new: Object) -> list[Statement] | None:
    return trigger_state(new) if old.attrs["definition"] == new.attrs["definition"] else None


# ---------------------------------------------------------------------------------------------- policies


def create_policy(one: Object) -> list[Statement]:
    attrs = one.attrs
    sql = f"CREATE POLICY {quote_identifier(one.id[-1])} ON {quoted(one.id[1], one.id[2])}"
    if not attrs["permissive"]:
        sql += " AS RESTRICTIVE"
    if attrs["command"] != "ALL":
        sql += f" FOR {attrs['command']}"
    sql += f" TO {', '.join(attrs['roles'])}"
    if attrs["using"] is not None:
        sql += f" USING ({attrs['using']})"
    if attrs["check"] is not None:
        sql += f" WITH CHECK ({attrs['check']})"
    why = Hazard(AUTHZ_UPDATE, "other rows can be seen or changed")
    return [Statement(sql, f"create {show(one.id)}", (why,), target=one.id)]


def alter_policy(old: Object, new: Object) -> list[Statement] | None:
    was, now = old.attrs, new.attrs
    if any(was[key] != now[key] for key in ("command", "permissive")):
        return None
    if any(was[key] is not None and now[key] is None for key in ("using", "check")):
        return None
    sql = f"ALTER POLICY {quote_identifier(new.id[-1])} ON {quoted(new.id[1], new.id[2])}"
    if was["roles"] != now["roles"]:
        sql += f" TO {', '.join(now['roles'])}"
    if was["using"] != now["using"]:
        sql += f" USING ({now['using']})"
    if was["check"] != now["check"]:
        sql += f" WITH CHECK ({now['check']})"
    why = Hazard(AUTHZ_UPDATE, "other rows can be seen or changed")
    return [Statement(sql, f"change {show(new.id)}", (why,), target=new.id)]
