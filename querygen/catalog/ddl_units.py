"""Kinds of objects that are kept as text: what CREATE said, what ALTER added, by kind and name.

Takes statements after they were carried out; ("unit", kind, name) is a `Unit`. Statistics, publications, subscriptions,
event triggers, foreign data wrappers, servers, user mappings, casts, operators and their classes and families, text
search, collations, conversions, transforms, languages, access methods, aggregates, base types, rules of roles. They
are compared as text and changed by dropping and making them. Extensions, roles and comments on all these are here, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze.typename import format_type, quote_identifier, typename_type_id
from querygen.catalog import ddl_acl, ddl_names, ddl_text, ddl_type
from querygen.catalog.catalog import PG_CATALOG
from querygen.catalog.ddl_depend import Address
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation

ObjectType = enums.ObjectType
# what a DefineStmt's kind is called in CREATE, DROP and COMMENT
_DEFINED = {
    ObjectType.OBJECT_TSCONFIGURATION: "TEXT SEARCH CONFIGURATION",
    ObjectType.OBJECT_TSDICTIONARY: "TEXT SEARCH DICTIONARY",
    ObjectType.OBJECT_TSPARSER: "TEXT SEARCH PARSER",
    ObjectType.OBJECT_TSTEMPLATE: "TEXT SEARCH TEMPLATE",
    ObjectType.OBJECT_COLLATION: "COLLATION",
    ObjectType.OBJECT_OPERATOR: "OPERATOR",
    ObjectType.OBJECT_AGGREGATE: "AGGREGATE",
    ObjectType.OBJECT_TYPE: "TYPE",
}
_WORDS = {
    **_DEFINED,
    ObjectType.OBJECT_STATISTIC_EXT: "STATISTICS",
    ObjectType.OBJECT_PUBLICATION: "PUBLICATION",
    ObjectType.OBJECT_SUBSCRIPTION: "SUBSCRIPTION",
    ObjectType.OBJECT_EVENT_TRIGGER: "EVENT TRIGGER",
    ObjectType.OBJECT_FDW: "FOREIGN DATA WRAPPER",
    ObjectType.OBJECT_FOREIGN_SERVER: "SERVER",
    ObjectType.OBJECT_CONVERSION: "CONVERSION",
    ObjectType.OBJECT_LANGUAGE: "LANGUAGE",
    ObjectType.OBJECT_ACCESS_METHOD: "ACCESS METHOD",
    ObjectType.OBJECT_OPCLASS: "OPERATOR CLASS",
    ObjectType.OBJECT_OPFAMILY: "OPERATOR FAMILY",
    ObjectType.OBJECT_CAST: "CAST",
    ObjectType.OBJECT_TRANSFORM: "TRANSFORM",
    ObjectType.OBJECT_ROLE: "ROLE",
    ObjectType.OBJECT_EXTENSION: "EXTENSION",
}
_IN_SCHEMA = frozenset({"STATISTICS", "CONVERSION", "COLLATION", *(word for word in _DEFINED.values())})


class Unit(Struct, frozen=True):
    """An object as text. `name` is qualified; `head` is what CREATE said, `tail` every ALTER since."""

    kind: str
    name: str
    head: str
    drop: str
    tail: tuple[str, ...] = ()
    needs: tuple[Address, ...] = ()
    relation: int = 0  # the table that it is a part of
    number: int = 0  # the oid under which the catalog knows it, if it does


def put(state: DdlState, unit: Unit) -> None:
    """Set a unit, in a way that ROLLBACK takes back."""
    state.catalog.journal.put(state.catalog.facts, ("unit", unit.kind, unit.name), unit)


def note(state: DdlState, stmt: Any) -> None:
    """Keep the statement if it is of a kind that is kept as text."""
    match stmt:
        case ast.DefineStmt():
            _define(state, stmt)
        case ast.CreateStatsStmt():
            _statistics(state, stmt)
        case ast.CreatePublicationStmt():
            _simple(state, "PUBLICATION", stmt.pubname, stmt)
        case ast.CreateSubscriptionStmt():
            _simple(state, "SUBSCRIPTION", stmt.subname, stmt)
        case ast.CreateEventTrigStmt():
            _simple(state, "EVENT TRIGGER", stmt.trigname, stmt)
        case ast.CreateFdwStmt():
            _simple(state, "FOREIGN DATA WRAPPER", stmt.fdwname, stmt)
        case ast.CreateForeignServerStmt():
            if not (
                stmt.if_not_exists and ("unit", "SERVER", quote_identifier(stmt.servername)) in state.catalog.facts
            ):
                _simple(state, "SERVER", stmt.servername, stmt)
        case ast.CreateUserMappingStmt():
            name = f"FOR {ddl_acl.role_name(stmt.user)} SERVER {quote_identifier(stmt.servername)}"
            unit = Unit("USER MAPPING", name, text_of(state, stmt)[0], f"DROP USER MAPPING {name}")
            put(state, unit)
        case ast.CreatePLangStmt():
            _simple(state, "LANGUAGE", stmt.plname, stmt)
        case ast.CreateAmStmt():
            _simple(state, "ACCESS METHOD", stmt.amname, stmt)
        case ast.CreateConversionStmt():
            _qualified(state, "CONVERSION", stmt.conversion_name, stmt)
        case ast.CreateCastStmt():
            source, target = (_shown(state, one) for one in (stmt.sourcetype, stmt.targettype))
            name = f"({source} AS {target})"
            text, needs = text_of(state, stmt)
            put(state, Unit("CAST", name, text, f"DROP CAST {name}", needs=needs))
        case ast.CreateTransformStmt():
            name = f"FOR {_shown(state, stmt.type_name)} LANGUAGE {quote_identifier(stmt.lang)}"
            text, needs = text_of(state, stmt)
            put(state, Unit("TRANSFORM", name, text, f"DROP TRANSFORM {name}", needs=needs))
        case ast.CreateOpClassStmt():
            _of_method(state, "OPERATOR CLASS", stmt.opclassname, stmt.amname, stmt)
        case ast.CreateOpFamilyStmt():
            _of_method(state, "OPERATOR FAMILY", stmt.opfamilyname, stmt.amname, stmt)
        case ast.CreateExtensionStmt():
            _extension(state, stmt)
        case ast.CreateRoleStmt():
            name = quote_identifier(stmt.role)
            put(state, Unit("ROLE", name, text_of(state, stmt)[0], f"DROP ROLE {name}"))
        case ast.GrantRoleStmt():
            _grant_role(state, stmt)
        case ast.DropRoleStmt():
            for role in stmt.roles:
                forget(state, "ROLE", ddl_acl.role_name(role))
        case ast.DropSubscriptionStmt():
            forget(state, "SUBSCRIPTION", quote_identifier(stmt.subname))
        case ast.DropUserMappingStmt():
            forget(
                state, "USER MAPPING", f"FOR {ddl_acl.role_name(stmt.user)} SERVER {quote_identifier(stmt.servername)}"
            )
        case ast.DropStmt():
            for node in stmt.objects:
                if (key := key_of(state, stmt.removeType, node)) is not None:
                    forget(state, *key)
        case ast.CommentStmt():
            _comment(state, stmt)
        case ast.AlterObjectSchemaStmt() if stmt.objectType == ObjectType.OBJECT_EXTENSION:
            _change_extension(state, stmt.object.sval, schema=quote_identifier(stmt.newschema))
        case ast.AlterExtensionStmt():
            for option in stmt.options or ():
                if option.defname == "new_version":
                    _change_extension(state, stmt.extname, version=ddl_text.option_value(option.arg))
        case _:
            _alter(state, stmt)


def forget(state: DdlState, kind: str, name: str) -> None:
    """Remove a unit, in a way that ROLLBACK takes back."""
    state.catalog.journal.pop(state.catalog.facts, ("unit", kind, name))


# ---------------------------------------------------------------------------------------------- text, qualified


def text_of(state: DdlState, stmt: Any) -> tuple[str, tuple[Address, ...]]:
    """The statement's text with the schemas of the relations and types that it names, and what these are."""
    raw = state.raw
    if raw is None:
        return "", ()
    start = ddl_text.first_token(raw.source.text, raw.start, raw.end)
    text = raw.source.text[start : raw.end].strip().removesuffix(";").rstrip()
    changes: list[tuple[int, int, str]] = []
    needs: dict[Address, None] = {}
    for node in ddl_text.walk(stmt):
        match node:
            case ast.RangeVar() if node.location is not None:
                oid = ddl_names.find_relation(state, node)
                relation = None if oid is None else state.catalog.find_relation(oid)
                if relation is None:
                    continue
                needs[Address("relation", relation.oid)] = None
                if node.schemaname is None:
                    shown = f"{quote_identifier(state.catalog.namespace_name(relation.namespace))}."
                    changes.append((node.location + raw.shift - start, 0, shown))
            case ast.ObjectWithArgs():
                needs.update(dict.fromkeys(_procs(state, node.objname)))
            case ast.TypeName() if node.names and (node.location or 0) >= 0:
                try:
                    row = state.catalog.type(typename_type_id(None, state.catalog, node))
                except PgError:
                    for one in _procs(state, node.names):  # FUNCTION = name is read as a type's
                        needs[one] = None
                        proc = state.catalog.proc(one.oid)
                        if len(node.names) == 1 and node.location:
                            shown = f"{quote_identifier(state.catalog.namespace_name(proc.pronamespace))}."
                            changes.append((node.location + raw.shift - start, 0, shown))
                    continue
                if row.typelem and row.typsubscript == "array_subscript_handler":
                    row = state.catalog.type(row.typelem)
                if row.typnamespace != PG_CATALOG:
                    needs[Address("type", row.oid)] = None
                    if len(node.names) == 1 and node.location:
                        shown = f"{quote_identifier(state.catalog.namespace_name(row.typnamespace))}."
                        changes.append((node.location + raw.shift - start, 0, shown))
    for place, length, new in sorted(set(changes), reverse=True):
        if 0 <= place <= len(text):
            text = text[:place] + new + text[place + length :]
    return _without_comments(text), tuple(needs)


def _without_comments(text: str) -> str:
    """Without comments and needless white space: both are nothing that a server keeps."""
    spaced: list[str] = []
    end = 0
    for _kind, token, begin, stop in ddl_text.tokens(text, 0):
        if spaced and begin > end:
            spaced.append(" ")
        spaced.append(token)
        end = stop
    return "".join(spaced)


def _shown(state: DdlState, node: Any) -> str:
    return format_type(state.catalog, typename_type_id(None, state.catalog, node), only_pg_catalog=True)


def _with_name(text: str, words: str, name: str) -> str:
    """The name after CREATE … in its qualified form."""
    pattern = words.replace(" ", r"\s+")
    head = re.match(
        rf"CREATE\s+(?:OR\s+REPLACE\s+)?(?:DEFAULT\s+)?{pattern}\s+(?:IF\s+NOT\s+EXISTS\s+)?", text, re.IGNORECASE
    )
    if head is None:
        return text
    rest = re.match(
        r'(?:"(?:[^"]|"")*"|[\w$]+|[-+*/<>=~!@#%^&|`?]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$]+|[-+*/<>=~!@#%^&|`?]+))*',
        text[head.end() :],
    )
    if rest is None:
        return text
    return text[: head.end()] + name + text[head.end() + rest.end() :]


def qualified_name(state: DdlState, names: Any) -> str:
    """The name of something that is to be made, or was just made."""
    namespace, name = ddl_names.creation_namespace(state, names)
    return f"{quote_identifier(state.catalog.namespace_name(namespace))}.{quote_identifier(name)}"


def _existing_name(state: DdlState, kind: str, names: Any) -> str:
    """The name of something that is there: in one of the path's schemas."""
    *schema, name = [one.sval for one in names]
    if schema:
        return f"{quote_identifier(schema[-1])}.{quote_identifier(name)}"
    for path in state.catalog.search_path:
        full = f"{quote_identifier(path)}.{quote_identifier(name)}"
        if ("unit", kind, full) in state.catalog.facts:
            return full
    return quote_identifier(name)


# ---------------------------------------------------------------------------------------------- each kind


def _simple(state: DdlState, kind: str, name: str, stmt: Any) -> None:
    text, needs = text_of(state, stmt)
    shown = quote_identifier(name)
    if isinstance(stmt, (ast.CreateEventTrigStmt, ast.CreateFdwStmt)):
        needs += _functions(state, stmt)
    put(state, Unit(kind, shown, text, f"DROP {kind} {shown}", needs=needs))


def _functions(state: DdlState, stmt: Any) -> tuple[Address, ...]:
    names = [getattr(stmt, "funcname", None)]
    names += [one.arg for one in getattr(stmt, "func_options", None) or () if isinstance(one.arg, tuple)]
    return tuple(address for one in names if one for address in _procs(state, one))


def _procs(state: DdlState, names: Any) -> list[Address]:
    """The user's functions of a name."""
    *schema, name = [part.sval for part in names]
    rows = state.catalog.procs_named(name, schema[-1] if schema else None)
    return [Address("proc", row.oid) for row in rows if row.pronamespace != PG_CATALOG]


def _qualified(state: DdlState, kind: str, names: Any, stmt: Any) -> None:
    text, needs = text_of(state, stmt)
    full = qualified_name(state, names)
    if getattr(stmt, "if_not_exists", False) and ("unit", kind, full) in state.catalog.facts:
        return
    put(state, Unit(kind, full, _with_name(text, kind, full), f"DROP {kind} {full}", needs=needs))


def _of_method(state: DdlState, kind: str, names: Any, method: str, stmt: Any) -> None:
    text, needs = text_of(state, stmt)
    full = qualified_name(state, names)
    name = f"{full} USING {quote_identifier(method)}"
    put(state, Unit(kind, name, _with_name(text, kind, full), f"DROP {kind} {name}", needs=needs))


def _statistics(state: DdlState, stmt: ast.CreateStatsStmt) -> None:
    text, needs = text_of(state, stmt)
    relation = ddl_names.get_relation(state, stmt.relations[0])
    if not stmt.defnames:
        columns = ddl_names.choose_index_column_names(tuple(one.name for one in stmt.exprs))
        joined = ddl_names.join_column_names(columns)
        name = ddl_names.make_object_name(relation.name, joined, "stat")
        schema = state.catalog.namespace_name(relation.namespace)
        full = f"{quote_identifier(schema)}.{quote_identifier(name)}"
        text = re.sub(
            r"^CREATE\s+STATISTICS\s+(?=\(|ON\b)", lambda _m: f"CREATE STATISTICS {full} ", text, flags=re.IGNORECASE
        )
    else:
        full = qualified_name(state, stmt.defnames)
        if stmt.if_not_exists and ("unit", "STATISTICS", full) in state.catalog.facts:
            return
        text = _with_name(text, "STATISTICS", full)
    names = [name for one in stmt.exprs for name in (ddl_text.column_references(one.expr) or [one.name])]
    columns_used = [relation.by_name[name].attnum for name in dict.fromkeys(names) if name in relation.by_name]
    needs += tuple(Address("relation", relation.oid, number) for number in columns_used)
    unit = Unit("STATISTICS", full, text, f"DROP STATISTICS {full}", needs=needs, relation=relation.oid)
    put(state, unit)


def copy_statistics(state: DdlState, source: Relation, relation: Relation) -> None:
    """LIKE … INCLUDING STATISTICS: the copies' names are made up by the server."""
    for unit in [one for key, one in state.catalog.facts.items() if key[0] == "unit" and one.relation == source.oid]:
        raise PgError("0A000", f"querygen cannot compare the copy of {unit.name} that LIKE INCLUDING STATISTICS makes")
    del relation


def _define(state: DdlState, stmt: ast.DefineStmt) -> None:
    word = _DEFINED.get(stmt.kind)
    if word is None:
        return None
    text, needs = text_of(state, stmt)
    if word in ("AGGREGATE", "OPERATOR"):
        return _define_callable(state, stmt, word, text, needs)
    full = qualified_name(state, stmt.defnames)
    if stmt.if_not_exists and ("unit", word, full) in state.catalog.facts:
        return None
    if word == "TYPE" and not stmt.definition:
        return None  # a shell, of which the definition comes later
    number = 0
    if word == "COLLATION":
        found = state.catalog.collations_named(stmt.defnames[-1].sval)
        number = found.oid if found is not None else 0
    if word == "TYPE":
        number = typename_type_id(None, state.catalog, ast.TypeName(names=stmt.defnames, typemod=-1))
    put(state, Unit(word, full, _with_name(text, word, full), f"DROP {word} {full}", needs=needs, number=number))
    return None


def _define_callable(state: DdlState, stmt: Any, word: str, text: str, needs: tuple[Address, ...]) -> None:
    """Aggregates and operators: the catalog has them by oid, the newest of that name is the one."""
    catalog = state.catalog
    namespace, name = ddl_names.creation_namespace(state, stmt.defnames)
    schema = catalog.namespace_name(namespace)
    full = f"{quote_identifier(schema)}.{quote_identifier(name) if word == 'AGGREGATE' else name}"
    if word == "AGGREGATE":
        row = max((one for one in catalog.procs_named(name, schema)), key=lambda one: one.oid)
        number = row.oid
        arguments = ", ".join(format_type(catalog, one, only_pg_catalog=True) for one in row.proargtypes) or "*"
        shown = f"{full}({arguments})"
    else:
        operator = max((one for one in catalog.operators_named(name, schema)), key=lambda one: one.oid)
        number = operator.oid
        both = (operator.oprleft, operator.oprright)
        sides = ", ".join(format_type(catalog, one, only_pg_catalog=True) if one else "NONE" for one in both)
        shown = f"{full} ({sides})"
    unit = Unit(word, shown, _with_name(text, word, full), f"DROP {word} {shown}", needs=needs, number=number)
    put(state, unit)


def range_options(state: DdlState, stmt: ast.CreateRangeStmt) -> tuple[tuple[str, str], ...]:
    """What CREATE TYPE … AS RANGE said, types by their full names."""
    found = []
    for one in stmt.params or ():
        if one.defname == "subtype":
            found.append((one.defname, _shown(state, one.arg)))
        elif one.defname == "multirange_type_name":
            value = one.arg.names if isinstance(one.arg, ast.TypeName) else one.arg
            if value[-1].sval != ddl_type.make_multirange_name(stmt.typeName[-1].sval):
                found.append((one.defname, qualified_name(state, value)))
        else:
            found.append((one.defname, ddl_text.option_value(one.arg)))
    return tuple(sorted(found))


def alter_type(state: DdlState, stmt: ast.AlterTypeStmt) -> None:
    """Change a unit that is a type."""
    _alter(state, stmt)


# ---------------------------------------------------------------------------------------------- extensions, roles


def _extension(state: DdlState, stmt: ast.CreateExtensionStmt) -> None:
    options = {one.defname: ddl_text.option_value(one.arg) for one in stmt.options or ()}
    name = quote_identifier(stmt.extname)
    key = ("unit", "EXTENSION", name)
    if key in state.catalog.facts:
        return
    known = state.extensions.get(stmt.extname)
    schema = options.get("schema")
    if schema is None and known is not None:
        schema = state.catalog.namespace_name(known.namespace)
    text = f"CREATE EXTENSION IF NOT EXISTS {name}"
    if schema is not None and stmt.extname != "plpgsql":
        text += f" WITH SCHEMA {quote_identifier(schema)}"
    if "new_version" in options:
        text += f" VERSION '{options['new_version']}'"
    if "cascade" in options:
        text += " CASCADE"
    put(state, Unit("EXTENSION", name, text, f"DROP EXTENSION {name}"))


def _change_extension(
    state: DdlState, extension: str, *, schema: str | None = None, version: str | None = None
) -> None:
    name = quote_identifier(extension)
    unit = state.catalog.facts.get(("unit", "EXTENSION", name))
    if unit is None:
        return
    head = unit.head
    if schema is not None:
        head = re.sub(r" WITH SCHEMA (?:\"(?:[^\"]|\"\")*\"|\w+)", "", head)
        head = head.replace(f"EXISTS {name}", f"EXISTS {name} WITH SCHEMA {schema}", 1)
    if version is not None:
        head = re.sub(r" VERSION '[^']*'", "", head) + f" VERSION '{version}'"
    put(state, replace(unit, head=head))


def _grant_role(state: DdlState, stmt: ast.GrantRoleStmt) -> None:
    for granted in stmt.granted_roles:
        for grantee in stmt.grantee_roles:
            one, other = quote_identifier(granted.priv_name), ddl_acl.role_name(grantee)
            name = f"{one} TO {other}"
            if stmt.is_grant:
                text, _needs = text_of(state, stmt)
                options = re.search(r"\bWITH\s+.*$", text, re.IGNORECASE | re.DOTALL)
                tail = f" {options.group()}" if options else ""
                put(state, Unit("MEMBERSHIP", name, f"GRANT {name}{tail}", f"REVOKE {one} FROM {other}"))
            elif not stmt.opt:
                forget(state, "MEMBERSHIP", name)


# ---------------------------------------------------------------------------------------------- ALTER, RENAME


def key_of(state: DdlState, objtype: Any, node: Any) -> tuple[str, str] | None:
    """The kind and name of a unit that DROP, COMMENT or ALTER … OWNER names."""
    word = _WORDS.get(objtype)
    if word is None:
        return None
    match node:
        case ast.String():
            return word, quote_identifier(node.sval)
        case ast.ObjectWithArgs():
            return _callable_key(state, word, node)
        case ast.TypeName():
            return word, _existing_name(state, word, node.names)
        case tuple() if word == "CAST":
            return word, f"({_shown(state, node[0])} AS {_shown(state, node[1])})"
        case tuple() if word == "TRANSFORM":
            return word, f"FOR {_shown(state, node[0])} LANGUAGE {quote_identifier(node[1].sval)}"
        case tuple() if word in ("OPERATOR CLASS", "OPERATOR FAMILY"):
            full = _existing_method_name(state, word, node[1:], node[0].sval)
            return word, full
        case tuple():
            return word, _existing_name(state, word, node)
    return None


def _existing_method_name(state: DdlState, word: str, names: Any, method: str) -> str:
    *schema, name = [one.sval for one in names]
    for path in schema[-1:] or state.catalog.search_path:
        full = f"{quote_identifier(path)}.{quote_identifier(name)} USING {quote_identifier(method)}"
        if ("unit", word, full) in state.catalog.facts:
            return full
    return quote_identifier(name)


def _callable_key(state: DdlState, word: str, node: ast.ObjectWithArgs) -> tuple[str, str] | None:
    name = node.objname[-1].sval
    arguments = [None if one is None else _shown(state, one) for one in node.objargs or ()]
    for key, unit in state.catalog.facts.items():
        if key[:2] == ("unit", word) and word == "AGGREGATE":
            end = f"{quote_identifier(name)}({', '.join(one or '' for one in arguments) or '*'})"
            if unit.name.endswith("." + end):
                return word, unit.name
        elif key[:2] == ("unit", word):
            end = f"{name} ({', '.join(one or 'NONE' for one in arguments)})"
            if unit.name.endswith("." + end):
                return word, unit.name
    return None


_ALTERED = {
    "AlterPublicationStmt": ("PUBLICATION", "pubname"),
    "AlterSubscriptionStmt": ("SUBSCRIPTION", "subname"),
    "AlterEventTrigStmt": ("EVENT TRIGGER", "trigname"),
    "AlterFdwStmt": ("FOREIGN DATA WRAPPER", "fdwname"),
    "AlterForeignServerStmt": ("SERVER", "servername"),
    "AlterStatsStmt": ("STATISTICS", "defnames"),
    "AlterTSConfigurationStmt": ("TEXT SEARCH CONFIGURATION", "cfgname"),
    "AlterTSDictionaryStmt": ("TEXT SEARCH DICTIONARY", "dictname"),
    "AlterTypeStmt": ("TYPE", "typeName"),
    "AlterCollationStmt": ("COLLATION", "collname"),
}


def _alter(state: DdlState, stmt: Any) -> None:
    """An ALTER of a unit becomes a part of it."""
    key: tuple[str, str] | None = None
    match stmt:
        case ast.AlterUserMappingStmt():
            key = "USER MAPPING", f"FOR {ddl_acl.role_name(stmt.user)} SERVER {quote_identifier(stmt.servername)}"
        case ast.AlterRoleStmt():
            key = "ROLE", ddl_acl.role_name(stmt.role)
        case ast.AlterOpFamilyStmt():
            key = "OPERATOR FAMILY", _existing_method_name(state, "OPERATOR FAMILY", stmt.opfamilyname, stmt.amname)
        case ast.AlterOperatorStmt():
            key = _callable_key(state, "OPERATOR", stmt.opername)
        case _ if type(stmt).__name__ in _ALTERED:
            word, field = _ALTERED[type(stmt).__name__]
            name = getattr(stmt, field)
            key = word, quote_identifier(name) if isinstance(name, str) else _existing_name(state, word, name)
    if key is None:
        return
    unit = state.catalog.facts.get(("unit", *key))
    if unit is not None:
        text, needs = text_of(state, stmt)
        put(state, replace(unit, tail=(*unit.tail, text), needs=(*unit.needs, *needs)))
    elif key[0] not in ("ROLE", "TYPE", "COLLATION"):
        raise PgError("42704", f"{key[0].lower()} {key[1]} does not exist")


def rename(state: DdlState, stmt: ast.RenameStmt) -> None:
    """ALTER … RENAME of a unit: its text gets the new name."""
    key = key_of(state, stmt.renameType, stmt.object) if stmt.object is not None else None
    if key is None and stmt.renameType == ObjectType.OBJECT_ROLE:
        key = "ROLE", quote_identifier(stmt.subname)
    unit = None if key is None else state.catalog.facts.get(("unit", *key))
    if unit is None or key is None:
        return
    new = quote_identifier(stmt.newname)
    schema, dot, _rest = unit.name.rpartition(".") if unit.kind in _IN_SCHEMA else ("", "", "")
    if unit.kind in ("AGGREGATE", "OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY") or unit.tail:
        raise PgError("0A000", f"querygen cannot follow the renaming of {unit.kind.lower()} {unit.name}")
    full = f"{schema}{dot}{new}"
    forget(state, *key)
    drop = f"DROP {unit.kind} {full}"
    put(state, replace(unit, name=full, head=_with_name(unit.head, unit.kind, full), drop=drop))


# ---------------------------------------------------------------------------------------------- COMMENT


def _comment(state: DdlState, stmt: ast.CommentStmt) -> None:
    """Comments on what the catalog has no place for."""
    if stmt.objtype == ObjectType.OBJECT_POLICY:
        *names, last = [one.sval for one in stmt.object]
        relation = ddl_names.get_relation(state, ddl_names.range_var(stmt.object[:-1]))
        key: tuple[Any, ...] | None = ("comment", "policy", relation.oid, last)
        del names
    elif stmt.objtype in (ObjectType.OBJECT_AGGREGATE, ObjectType.OBJECT_OPERATOR, ObjectType.OBJECT_TYPE):
        return  # the catalog keeps them
    else:
        found = key_of(state, stmt.objtype, stmt.object)
        key = None if found is None else ("comment", "unit", *found)
    if key is None:
        return
    if stmt.comment:
        state.catalog.journal.put(state.catalog.facts, key, stmt.comment)
    else:
        state.catalog.journal.pop(state.catalog.facts, key)
