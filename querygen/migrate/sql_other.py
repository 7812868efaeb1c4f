"""Units of text, comments, owners, grants and default privileges as SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ddl_acl import PRIVILEGES, born_acl
from querygen.catalog.ruleutils_expr import quote_literal
from querygen.migrate.model import show
from querygen.migrate.read_other import flat
from querygen.migrate.reader import quoted
from querygen.migrate.sql_table import generic_changes
from querygen.migrate.statement import AUTHZ_UPDATE, DELETES_DATA, Hazard, Refusal, Statement

if TYPE_CHECKING:
    from querygen.migrate.model import Id, Model, Object

Rights = frozenset[tuple[str, str, bool]]


# ---------------------------------------------------------------------------------------------- units


def create_unit(one: Object) -> list[Statement]:
    statements = [Statement(one.attrs["_head"], f"create {show(one.id)}", target=one.id)]
    changes = [Statement(tail, f"change {show(one.id)}", target=one.id) for tail in one.attrs["_tail"]]
    return statements + changes


def drop_unit(one: Object) -> list[Statement]:
    hazards: tuple[Hazard, ...] = ()
    if one.id[1] in ("EXTENSION", "SUBSCRIPTION"):
        hazards = (Hazard(DELETES_DATA, "what belongs to it goes with it"),)
    return [Statement(one.attrs["_drop"], f"drop {show(one.id)}", hazards, target=one.id, drops=True)]


def alter_unit(old: Object, new: Object) -> list[Statement] | Refusal | None:
    """What was only added to can be added to; an extension changes its version and its schema."""
    was, now = old.attrs, new.attrs
    if old.id[1] == "EXTENSION":
        return _alter_extension(old, new)
    if "options" in was and "options" in now:
        return _alter_foreign(old, new)
    count = len(was["changes"])
    if was["definition"] == now["definition"] and now["changes"][:count] == was["changes"]:
        return [
            Statement(tail, f"change {show(new.id)}", target=new.id) for tail in now["_tail"][len(was["changes"]) :]
        ]
    if old.id[1] == "SUBSCRIPTION":
        reason = "it would have to be dropped and made again, and its slot on the publisher with it"
        hint = "Write the ALTER SUBSCRIPTION in a migration of your own, and in the schema behind what it had."
        return Refusal(new.id, reason, hint)
    if old.id[1] == "ROLE":
        text = now["_head"].split(None, 3)
        rest = text[3] if len(text) > 3 else ""
        sql = f"ALTER ROLE {new.id[2]} {rest}".rstrip()
        return [Statement(sql, f"change {show(new.id)}", target=new.id)] if rest else []
    return None


def _alter_foreign(old: Object, new: Object) -> list[Statement] | None:
    """Options of a wrapper, a server or a user mapping, and a server's version; None: the rest stays what it is."""
    was, now = old.attrs, new.attrs
    if was["definition"] != now["definition"] or (now["version"] is None and was["version"] is not None):
        return None
    sql = f"ALTER {new.id[1]} {new.id[2]}"
    if was["version"] != now["version"]:
        sql += f" VERSION {quote_literal(now['version'])}"
    if was["options"] != now["options"]:
        sql += f" OPTIONS ({generic_changes(was['options'], now['options'])})"
    return [Statement(sql, f"change {show(new.id)}", target=new.id)]


def _alter_extension(old: Object, new: Object) -> list[Statement] | Refusal:
    statements = []
    was, now = _extension(old.attrs["_head"]), _extension(new.attrs["_head"])
    if was[1] is not None and now[1] is not None and _numbers(now[1]) < _numbers(was[1]):
        reason = f"an extension has no way back from version {was[1]} to {now[1]}"
        return Refusal(new.id, reason, "Drop it and make it again in a migration of your own.")
    if now[1] is not None and was[1] != now[1]:
        sql = f"ALTER EXTENSION {new.id[2]} UPDATE TO {now[1]}"
        statements.append(Statement(sql, f"change {show(new.id)}", target=new.id))
    if now[0] is not None and was[0] != now[0]:
        sql = f"ALTER EXTENSION {new.id[2]} SET SCHEMA {now[0]}"
        statements.append(Statement(sql, f"move {show(new.id)}", target=new.id))
    return statements


def _numbers(version: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", version)]


def _extension(head: str) -> tuple[str | None, str | None]:
    """The schema and the version that CREATE EXTENSION names."""
    words = head.split()
    schema = words[words.index("SCHEMA") + 1] if "SCHEMA" in words else None
    version = words[words.index("VERSION") + 1] if "VERSION" in words else None
    return schema, version


# ---------------------------------------------------------------------------------------------- comments, owners


def target_text(target: Id, objects: dict[Id, Object]) -> str:
    """An object as COMMENT ON, ALTER … OWNER TO and GRANT name it."""
    kind, *names = target
    match kind:
        case "unit":
            return f"{names[0]} {names[1]}"
        case "function":
            one = objects.get(target)
            word = "PROCEDURE" if one is not None and one.attrs["kind"] == "p" else "FUNCTION"
            return f"{word} {quoted(names[0], names[1])}({names[2]})"
        case "table":
            one = objects.get(target)
            word = "FOREIGN TABLE" if one is not None and one.attrs["kind"] == "f" else "TABLE"
            return f"{word} {quoted(*names)}"
        case "type":
            one = objects.get(target)
            word = "DOMAIN" if one is not None and one.attrs["kind"] == "domain" else "TYPE"
            return f"{word} {quoted(*names)}"
        case "constraint" | "trigger" | "rule" | "policy":
            return f"{kind.upper()} {quote_identifier(names[2])} ON {quoted(names[0], names[1])}"
        case "notnull":
            one = objects.get(target)
            name = one.attrs["name"] if one is not None else names[2]
            return f"CONSTRAINT {quote_identifier(name)} ON {quoted(names[0], names[1])}"
        case "domcheck":
            return f"CONSTRAINT {quote_identifier(names[2])} ON DOMAIN {quoted(names[0], names[1])}"
        case "matview":
            return f"MATERIALIZED VIEW {quoted(*names)}"
    return f"{kind.upper()} {quoted(*names)}"


def create_comment(one: Object, objects: dict[Id, Object]) -> list[Statement]:
    target = target_text(one.id[1:], objects)
    sql = f"COMMENT ON {target} IS {quote_literal(one.attrs['text'])}"
    return [Statement(sql, f"{show(one.id)}", target=one.id)]


def drop_comment(one: Object, objects: dict[Id, Object]) -> list[Statement]:
    sql = f"COMMENT ON {target_text(one.id[1:], objects)} IS NULL"
    return [Statement(sql, f"drop the {show(one.id)}", target=one.id)]


def create_owner(one: Object, objects: dict[Id, Object]) -> list[Statement]:
    sql = f"ALTER {target_text(one.id[1:], objects)} OWNER TO {one.attrs['role']}"
    why = Hazard(AUTHZ_UPDATE, "another role owns it")
    return [Statement(sql, f"change the {show(one.id)}", (why,), target=one.id)]


def drop_owner(one: Object, objects: dict[Id, Object]) -> list[Statement]:
    """A schema that says nothing of the owner leaves it to whoever runs the migration."""
    sql = f"ALTER {target_text(one.id[1:], objects)} OWNER TO CURRENT_USER"
    why = Hazard(AUTHZ_UPDATE, "the role that migrates owns it")
    return [Statement(sql, f"drop the {show(one.id)}", (why,), target=one.id)]


# ---------------------------------------------------------------------------------------------- rights

_ALL_WORDS = {"fdw": "FOREIGN DATA WRAPPER", "server": "FOREIGN SERVER"}


def _grant_target(one: Object, objects: dict[Id, Object]) -> str:
    target = one.id[1:]
    if target[0] == "column":
        return f"TABLE {quoted(target[1], target[2])}"
    if target[0] == "unit":
        word = {"SERVER": "FOREIGN SERVER"}.get(target[1], target[1])
        return f"{word} {target[2]}"
    if target[0] in ("table", "view", "matview"):
        return f"TABLE {quoted(*target[1:])}"
    return target_text(target, objects)


def change_rights(one: Object, was: Rights, now: Rights, objects: dict[Id, Object]) -> list[Statement]:
    """REVOKE and GRANT, for each grantee"""
    target = _grant_target(one, objects)
    column = quote_identifier(one.id[-1]) if one.id[1] == "column" else None
    kind = one.attrs["kind"]
    why = (Hazard(AUTHZ_UPDATE, "what roles may do changes"),)
    statements = []
    for verb, rights in (("REVOKE", _missing(was, now)), ("GRANT", now - was)):
        by_grantee: dict[tuple[str, bool], list[str]] = {}
        for grantee, privilege, grantable in sorted(rights):
            by_grantee.setdefault((grantee, grantable), []).append(privilege)
        for (grantee, grantable), privileges in by_grantee.items():
            shown = _privileges(privileges, kind, column)
            if verb == "REVOKE":
                option = "GRANT OPTION FOR " if grantable else ""
                sql = f"REVOKE {option}{shown} ON {target} FROM {grantee}"
            else:
                sql = f"GRANT {shown} ON {target} TO {grantee}{' WITH GRANT OPTION' if grantable else ''}"
            statements.append(Statement(sql, f"change the {show(one.id)}", why, target=one.id))
    return statements


def _missing(was: Rights, now: Rights) -> Rights:
    """What has to be taken away: a right, or (marked true) only that it may be handed on."""
    rights = {(grantee, privilege): grantable for grantee, privilege, grantable in now}
    found = set()
    for grantee, privilege, grantable in was:
        kept = rights.get((grantee, privilege))
        if kept is None:
            found.add((grantee, privilege, False))
        elif grantable and not kept:
            found.add((grantee, privilege, True))
    return frozenset(found)


def _privileges(privileges: list[str], kind: str, column: str | None) -> str:
    if column is not None:
        return ", ".join(f"{one} ({column})" for one in privileges)
    if {*privileges} == {*PRIVILEGES[kind]} and len(privileges) > 1:
        return "ALL"
    return ", ".join(one for one in PRIVILEGES[kind] if one in privileges)


def born_rights(model: Model, one: Object) -> Rights:
    """What is granted on an object of this kind as soon as it is made, default privileges included."""
    kind = one.attrs["kind"]
    if kind == "column":
        return frozenset()
    schema = one.id[2] if len(one.id) > 2 and one.id[1] != "unit" else ""
    merged: dict[str, dict[str, bool]] | None = None
    for place in ("", schema):
        found = model.objects.get(("defacl", "", place, kind))
        if found is None:
            continue
        if merged is None:
            merged = born_acl(kind) if place else {}
        for grantee, privilege, grantable in found.attrs["rights"]:
            merged.setdefault(grantee, {})[privilege] = grantable
    return flat(born_acl(kind) if merged is None else merged)


def change_defaults(one: Object, was: Rights, now: Rights) -> list[Statement]:
    """ALTER DEFAULT PRIVILEGES"""
    attrs: dict[str, Any] = one.attrs
    head = "ALTER DEFAULT PRIVILEGES"
    if attrs["role"]:
        head += f" FOR ROLE {attrs['role']}"
    if attrs["schema"]:
        head += f" IN SCHEMA {quote_identifier(attrs['schema'])}"
    word = {"table": "TABLES", "sequence": "SEQUENCES", "function": "FUNCTIONS", "type": "TYPES", "schema": "SCHEMAS"}
    why = (Hazard(AUTHZ_UPDATE, "what roles may do with new objects changes"),)
    statements = []
    for verb, rights in (("REVOKE", _missing(was, now)), ("GRANT", now - was)):
        by_grantee: dict[tuple[str, bool], list[str]] = {}
        for grantee, privilege, grantable in sorted(rights):
            by_grantee.setdefault((grantee, grantable), []).append(privilege)
        for (grantee, grantable), privileges in by_grantee.items():
            shown = _privileges(privileges, attrs["kind"], None)
            if verb == "REVOKE":
                option = "GRANT OPTION FOR " if grantable else ""
                sql = f"{head} REVOKE {option}{shown} ON {word[attrs['kind']]} FROM {grantee}"
            else:
                tail = " WITH GRANT OPTION" if grantable else ""
                sql = f"{head} GRANT {shown} ON {word[attrs['kind']]} TO {grantee}{tail}"
            statements.append(Statement(sql, f"change {show(one.id)}", why, target=one.id))
    return statements


def born_defaults(one: Object) -> Rights:
    return flat(born_acl(one.attrs["kind"])) if not one.attrs["schema"] else frozenset()
