"""A catalog as text: every object of the user, in the order of names, in words close to SQL.

Takes a frozen `Catalog`, gives the text that golden tests compare. It is stable: nothing in it depends on oids or on
the order of statements that do not depend on each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.typename import format_type, quote_identifier
from querygen.catalog.catalog import FIRST_USER_OID, PG_CATALOG, PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Constraint, Index, Relation
    from querygen.pg_catalog.rows import Oid, PgProc, PgType

_KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "S": "sequence",
    "c": "type",
}
_CONSTRAINTS = {"p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclude", "n": "not null"}
_ACTIONS = {"c": "cascade", "r": "restrict", "n": "set null", "d": "set default"}
_PROCS = {"f": "function", "p": "procedure", "a": "aggregate", "w": "window function"}
_CASTS = {"i": "implicit", "a": "assignment", "e": "explicit"}


def dump_catalog_text(catalog: Catalog) -> str:
    """Everything that DDL made, one object a paragraph."""
    paragraphs: list[tuple[str, str, str]] = []  # schema, name, text
    shipped = {row.oid for row in catalog.data.rows("pg_namespace")}
    for oid, name in catalog.namespaces():
        if oid not in shipped:
            paragraphs.append((name, "", f"schema {quote_identifier(name)}{_comment(catalog.comment('schema', oid))}"))
    paragraphs += [
        (*_place(catalog, relation.namespace, relation.name), _relation(catalog, relation))
        for relation in catalog.relations()
    ]
    paragraphs += [
        (*_place(catalog, row.typnamespace, row.typname), text)
        for row in catalog.types()
        if row.oid >= FIRST_USER_OID and (text := _type(catalog, row))
    ]
    paragraphs += [
        (*_place(catalog, proc.pronamespace, proc.proname), _proc(catalog, proc))
        for proc in catalog.procs()
        if proc.oid >= FIRST_USER_OID
    ]
    for operator in catalog.operators():
        if operator.oid >= FIRST_USER_OID:
            left = _type_name(catalog, operator.oprleft) if operator.oprleft else "none"
            result = _type_name(catalog, operator.oprresult) if operator.oprresult else "shell"
            right = _type_name(catalog, operator.oprright)
            text = f"operator {operator.oprname} ({left}, {right}) → {result}"
            paragraphs.append((*_place(catalog, operator.oprnamespace, operator.oprname), text))
    lines = [text for _schema, _name, text in sorted(paragraphs)]
    lines += sorted(_other(catalog))
    return "\n".join(lines) + ("\n" if lines else "")


def _place(catalog: Catalog, namespace: Oid, name: str) -> tuple[str, str]:
    return catalog.namespace_name(namespace), name


def _name(catalog: Catalog, namespace: Oid, name: str) -> str:
    """Qualified, except in public."""
    quoted = quote_identifier(name)
    if namespace == PUBLIC:
        return quoted
    return f"{quote_identifier(catalog.namespace_name(namespace))}.{quoted}"


def _type_name(catalog: Catalog, oid: Oid, typmod: int | None = None) -> str:
    row = catalog.type(oid)
    if row.typnamespace in (PG_CATALOG, PUBLIC) or catalog.type_is_visible(oid):
        return format_type(catalog, oid, typmod, only_pg_catalog=False).removeprefix("public.")
    return format_type(catalog, oid, typmod, only_pg_catalog=True)


def _comment(text: str | None) -> str:
    return "" if text is None else f"  -- {' '.join(text.split())}"


def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(map(quote_identifier, names))


# ---------------------------------------------------------------------------------------------- relations


def _relation(catalog: Catalog, relation: Relation) -> str:
    head = f"{_KINDS[relation.kind]} {_name(catalog, relation.namespace, relation.name)}"
    if relation.persistence == "u":
        head = f"unlogged {head}"
    if relation.parents:
        word = "partition of" if relation.is_partition else "inherits"
        parents = [catalog.relation(oid) for oid in relation.parents]
        head += f" {word} {', '.join(_name(catalog, one.namespace, one.name) for one in parents)}"
    if relation.partition_bound:
        head += f" {relation.partition_bound}"
    if relation.partition_key:
        head += f" partition by {relation.partition_key}"
    if relation.of_type:
        head += f" of {_type_name(catalog, relation.of_type)}"
    head += _comment(relation.comment)
    if relation.kind == "S":
        return head
    lines = [head]
    lines += [f"    {_column(catalog, column)}" for column in relation.live_columns]
    lines += [f"    {_constraint(catalog, one)}" for one in sorted(relation.constraints, key=lambda one: one.name)]
    indexes = sorted(catalog.indexes_of(relation.oid), key=lambda index: index.name)
    lines += [f"    {_index(index)}" for index in indexes if index.constraint is None]
    for trigger in sorted(relation.triggers, key=lambda one: one.name):
        events = " or ".join(sorted(trigger.events))
        level = "row" if trigger.row_level else "statement"
        lines.append(f"    trigger {trigger.name} {trigger.timing} {events} for each {level} {trigger.function}")
    for rule in sorted(relation.rules, key=lambda one: one.name):
        lines.append(f"    rule {rule.name} on {rule.event}{' instead' if rule.instead else ''}")
    lines += [f"    policy {policy}" for policy in sorted(relation.policies)]
    return "\n".join(lines)


def _column(catalog: Catalog, column: Column) -> str:
    text = f"{quote_identifier(column.name)} {_type_name(catalog, column.type_oid, column.typmod)}"
    if column.collation:
        text += f" collate {column.collation}"
    if column.not_null:
        text += " not null" if column.not_null_validated else " not null not valid"
    if column.identity:
        text += f" generated {'always' if column.identity == 'a' else 'by default'} as identity"
    elif column.generated:
        text += f" generated as ({column.default_sql}) {'stored' if column.generated == 's' else 'virtual'}"
    elif column.has_default:
        text += f" default {column.default_sql}"
    if column.inherit_count:
        text += " inherited" if not column.is_local else " inherited, local"
    return text + _comment(column.comment)


def _constraint(catalog: Catalog, one: Constraint) -> str:
    text = f"constraint {quote_identifier(one.name)} {_CONSTRAINTS[one.kind]}"
    if one.kind == "c":
        text += f" ({one.expression_sql})"
    elif one.columns:
        text += f" ({_columns(one.columns)})"
    if one.kind == "f":
        target = catalog.find_relation(one.ref_relation)
        shown = "?" if target is None else _name(catalog, target.namespace, target.name)
        text += f" references {shown} ({_columns(one.ref_columns)})"
        text += f" on delete {_ACTIONS[one.on_delete]}" if one.on_delete in _ACTIONS else ""
        text += f" on update {_ACTIONS[one.on_update]}" if one.on_update in _ACTIONS else ""
    for flag, words in (
        (one.nulls_not_distinct, "nulls not distinct"),
        (one.without_overlaps, "without overlaps" if one.kind != "f" else "period"),
        (one.deferrable, "deferrable"),
        (one.no_inherit, "no inherit"),
        (not one.enforced, "not enforced"),
        (not one.validated, "not valid"),
        (one.inherit_count > 0, "inherited"),
    ):
        text += f" {words}" if flag else ""
    return text + _comment(one.comment)


def _index(index: Index) -> str:
    keys = []
    for column in index.columns:
        key = quote_identifier(column.name) if column.name else f"({column.expression_sql})"
        key += f" {column.opclass}" if column.opclass else ""
        keys.append(key + (" desc" if column.descending else ""))
    text = f"{'unique ' if index.unique else ''}index {quote_identifier(index.name)} {index.method} ({', '.join(keys)})"
    text += f" include ({_columns(index.include)})" if index.include else ""
    text += " nulls not distinct" if index.nulls_not_distinct else ""
    text += f" where {index.predicate_sql}" if index.predicate_sql else ""
    return text + _comment(index.comment)


# ---------------------------------------------------------------------------------------------- types, functions


def _type(catalog: Catalog, row: PgType) -> str | None:
    """A type that CREATE TYPE or CREATE DOMAIN made; arrays, row types and multiranges come with others."""
    name = _name(catalog, row.typnamespace, row.typname)
    match row.typtype:
        case "e":
            enum = catalog.enum(row.oid)
            labels = enum.labels if enum else ()
            return f"enum {name} ({', '.join(labels)}){_comment(enum.comment if enum else None)}"
        case "d":
            return _domain(catalog, row, name)
        case "r":
            range_ = catalog.range(row.oid)
            if range_ is None:
                return None
            multirange = catalog.type(range_.rngmultitypid)
            shown = _name(catalog, multirange.typnamespace, multirange.typname)
            text = f"range {name} of {_type_name(catalog, range_.rngsubtype)}, multirange {shown}"
            return text + _comment(catalog.comment("type", row.oid))
        case "b" if row.typsubscript != "array_subscript_handler":
            return f"base type {name}{_comment(catalog.comment('type', row.oid))}"
        case "p":
            return f"shell type {name}"
    return None


def _domain(catalog: Catalog, row: PgType, name: str) -> str:
    domain = catalog.domain(row.oid)
    text = f"domain {name} {_type_name(catalog, row.typbasetype, row.typtypmod)}{' not null' if row.typnotnull else ''}"
    if domain is None:
        return text
    text += f" default {domain.default_sql}" if domain.default_sql else ""
    text += _comment(domain.comment)
    return "\n".join([text, *(f"    {_constraint(catalog, one)}" for one in domain.checks)])


def _proc(catalog: Catalog, proc: PgProc) -> str:
    types = proc.proallargtypes or proc.proargtypes
    modes = proc.proargmodes or "i" * len(types)
    names = proc.proargnames or ("",) * len(types)
    words = {"o": "out ", "b": "inout ", "v": "variadic ", "t": "table "}
    arguments = [
        f"{words.get(mode, '')}{f'{quote_identifier(name)} ' if name else ''}{_type_name(catalog, oid)}"
        for oid, mode, name in zip(types, modes, names, strict=False)
    ]
    text = f"{_PROCS[proc.prokind]} {_name(catalog, proc.pronamespace, proc.proname)}({', '.join(arguments)})"
    if proc.prokind != "p":
        text += f" → {'setof ' if proc.proretset else ''}{_type_name(catalog, proc.prorettype)}"
    if proc.pronargdefaults:
        text += f", {proc.pronargdefaults} default{'s' if proc.pronargdefaults > 1 else ''}"
    text += ", strict" if proc.proisstrict else ""
    text += {"i": ", immutable", "s": ", stable"}.get(proc.provolatile, "")
    body = catalog.function_body(proc.oid)
    return text + _comment(body.comment if body else catalog.comment("proc", proc.oid))


def _other(catalog: Catalog) -> Iterator[str]:
    """Casts, operator classes and extensions, and the search path if it is not the usual one."""
    shipped = {(cast.castsource, cast.casttarget) for cast in catalog.data.rows("pg_cast")}
    for cast in catalog.casts():
        if (cast.castsource, cast.casttarget) in shipped:
            continue
        if max(cast.castsource, cast.casttarget, cast.castfunc) >= FIRST_USER_OID:
            source, target = _type_name(catalog, cast.castsource), _type_name(catalog, cast.casttarget)
            yield f"cast {source} as {target} {_CASTS[cast.castcontext]}"
    for opclass in catalog.opclasses():
        if opclass.oid >= FIRST_USER_OID:
            name = _name(catalog, opclass.opcnamespace, opclass.opcname)
            default = " default" if opclass.opcdefault else ""
            type_name = _type_name(catalog, opclass.opcintype)
            yield f"operator class {name}{default} for {type_name} using {opclass.opcmethod}"
    for extension in catalog.extensions:
        yield f"extension {extension}"
    if catalog.search_path != ("public",):
        yield f"search_path {', '.join(catalog.search_path)}"
