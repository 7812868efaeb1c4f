"""Constraints and indexes read into the model, each as its definition without its name.

Mirrors `ruleutils.c: pg_get_constraintdef_worker, pg_get_indexdef_worker`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import quote_identifier
from querygen.catalog.ddl_depend import Address
from querygen.migrate.model import Id, Object
from querygen.migrate.reader import quoted

if TYPE_CHECKING:
    from querygen.catalog.objects import Constraint, Index, IndexColumn, Relation
    from querygen.migrate.reader import Reader

_ACTIONS = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
# The default operator classes of access methods that are not dumped: naming one of them says nothing.
_USUAL_OPCLASSES = frozenset({"array_ops", "jsonb_ops", "tsvector_ops", "range_ops", "inet_ops_gist", "point_ops"})


def read_constraints(reader: Reader, relation: Relation) -> None:
    """The constraints of a table, but for NOT NULL."""
    table = reader.relation_id(relation)
    for constraint in relation.constraints:
        if constraint.kind != "n":
            _constraint(reader, relation, table, constraint)


def _constraint(reader: Reader, relation: Relation, table: Id, constraint: Constraint) -> None:
    identity: Id = ("constraint", table[1], table[2], constraint.name)
    needs: set[Id] = {table}
    for name in (*constraint.columns, *constraint.delete_columns):
        needs.add(("column", table[1], table[2], name))
    claims: Id | None = None
    attrs: dict[str, Any] = {
        "kind": constraint.kind,
        "validated": constraint.validated,
        "enforced": constraint.enforced,
    }
    match constraint.kind:
        case "f":
            text, more = _foreign_key(reader, relation, constraint)
        case "c":
            text, more = reader.expression(constraint.expression)
            more = _here(reader, relation, more)
            text = f"CHECK ({text})" if not wrapped(text) else f"CHECK {text}"
            text += " NO INHERIT" if constraint.no_inherit else ""
        case _:
            index = next(
                (one for one in reader.catalog.indexes_of(relation.oid) if one.constraint == constraint.name), None
            )
            if index is None:
                return
            claims = ("relation", table[1], constraint.name)
            text, more = _key(reader, relation, constraint, index)
            if constraint.kind == "p":
                needs |= {("notnull", table[1], table[2], name) for name in constraint.columns}
    if constraint.deferrable:
        text += " DEFERRABLE"
    if constraint.initially_deferred:
        text += " INITIALLY DEFERRED"
    attrs["definition"] = text
    attrs["_columns"] = constraint.columns
    inherited = constraint.inherit_count > 0
    reader.model.add(
        Object(identity, attrs, parent=table, needs=frozenset(needs | more), inherited=inherited, claims=claims)
    )


def wrapped(text: str) -> bool:
    """Is the whole text in one pair of parentheses?"""
    if not text.startswith("("):
        return False
    from querygen.catalog.ddl_text import tokens

    depth = 0
    for _kind, piece, _begin, end in tokens(text, 0):
        depth += (piece in ("(", "[")) - (piece in (")", "]"))
        if depth == 0:
            return end == len(text)
    return False


def _here(reader: Reader, relation: Relation, used: set[Id]) -> set[Id]:
    """Columns of a parent are meant as the relation's own."""
    table = reader.relation_id(relation)
    return {
        ("column", table[1], table[2], one[3]) if one[0] == "column" and one[3] in relation.by_name else one
        for one in used
    }


def _foreign_key(reader: Reader, relation: Relation, constraint: Constraint) -> tuple[str, set[Id]]:
    target = reader.catalog.relation(constraint.ref_relation)
    table = reader.relation_id(target)
    used: set[Id] = {table, *(("column", table[1], table[2], name) for name in constraint.ref_columns)}
    me = Address("constraint", relation.oid, constraint.name)
    for one, _kind in reader.state.depend.references(me):
        if one.kind == "constraint" and one.oid == target.oid:
            used.add(("constraint", table[1], table[2], str(one.sub)))
        elif one.kind == "relation" and reader.catalog.find_relation(one.oid) is None:
            index = reader.catalog.index(one.oid)
            used.add(("index", reader.schema(index.namespace), index.name))
    if target.oid == relation.oid:  # a key of the same table is not among the dependencies
        for other in relation.constraints:
            if other.kind in "pu" and {*other.columns} == {*constraint.ref_columns}:
                used.add(("constraint", table[1], table[2], other.name))
    columns = [quote_identifier(one) for one in constraint.columns]
    theirs = [quote_identifier(one) for one in constraint.ref_columns]
    if constraint.without_overlaps:
        columns[-1] = f"PERIOD {columns[-1]}"
        theirs[-1] = f"PERIOD {theirs[-1]}"
    text = f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {quoted(*table[1:])}({', '.join(theirs)})"
    if constraint.match_type == "f":
        text += " MATCH FULL"
    if constraint.on_update in _ACTIONS:
        text += f" ON UPDATE {_ACTIONS[constraint.on_update]}"
    if constraint.on_delete in _ACTIONS:
        text += f" ON DELETE {_ACTIONS[constraint.on_delete]}"
        if constraint.delete_columns:
            text += f" ({', '.join(quote_identifier(one) for one in constraint.delete_columns)})"
    return text, used


def _key(reader: Reader, relation: Relation, constraint: Constraint, index: Index) -> tuple[str, set[Id]]:
    used: set[Id] = set()
    if constraint.kind == "x":
        elements = []
        for column, operator in zip(index.columns, constraint.operators, strict=False):
            text, more = _element(reader, relation, column, index.method)
            used |= more
            name = operator[-1] if len(operator) == 1 or operator[0] == "pg_catalog" else None
            shown = name or f"OPERATOR({quoted(*operator[:-1])}.{operator[-1]})"
            elements.append(f"{text} WITH {shown}")
        text = f"EXCLUDE USING {quote_identifier(index.method)} ({', '.join(elements)})"
    else:
        columns = [quote_identifier(one) for one in constraint.columns]
        if constraint.without_overlaps:
            columns[-1] += " WITHOUT OVERLAPS"
        word = "PRIMARY KEY" if constraint.kind == "p" else "UNIQUE"
        if constraint.nulls_not_distinct:
            word += " NULLS NOT DISTINCT"
        text = f"{word} ({', '.join(columns)})"
    tail, more = _tail(reader, relation, index, constraint=True)
    return text + tail, used | more


def _tail(reader: Reader, relation: Relation, index: Index, *, constraint: bool = False) -> tuple[str, set[Id]]:
    """INCLUDE, NULLS NOT DISTINCT, WITH, TABLESPACE, WHERE"""
    used: set[Id] = set()
    text = ""
    table = reader.relation_id(relation)
    if index.include:
        text += f" INCLUDE ({', '.join(quote_identifier(one) for one in index.include)})"
        used |= {("column", table[1], table[2], one) for one in index.include}
    if index.nulls_not_distinct and not constraint:
        text += " NULLS NOT DISTINCT"
    if index.options:
        text += f" WITH ({options_text(index.options)})"
    if index.tablespace:
        word = "USING INDEX TABLESPACE" if constraint else "TABLESPACE"
        text += f" {word} {quote_identifier(index.tablespace)}"
    if index.predicate is not None:
        where, more = reader.expression(index.predicate)
        used |= _here(reader, relation, more)
        text += f" WHERE {where if wrapped(where) or not constraint else f'({where})'}"
    return text, used


def options_text(options: tuple[tuple[str, str], ...]) -> str:
    """The options of WITH (…)"""
    from querygen.catalog.ruleutils_expr import quote_literal

    parts = []
    for name, value in options:
        plain = value.replace(".", "").replace("_", "").replace("-", "").isalnum()
        parts.append(f"{name}={value if plain else quote_literal(value)}")
    return ", ".join(parts)


def _element(reader: Reader, relation: Relation, column: IndexColumn, method: str) -> tuple[str, set[Id]]:
    used: set[Id] = set()
    own_collation = None
    if column.name is not None:
        text = quote_identifier(column.name)
        attribute = relation.by_name.get(column.name)
        own_collation = attribute.collation if attribute is not None else None
        table = reader.relation_id(relation)
        used.add(("column", table[1], table[2], column.name))
    else:
        text, more = reader.expression(column.expression)
        used |= _here(reader, relation, more)
        text = text if _is_call(column.expression) else f"({text})" if not wrapped(text) else text
    if column.collation and column.collation.split(".")[-1] != (own_collation or "").split(".")[-1]:
        text += f" COLLATE {_collation(reader, column.collation)}"
    if column.opclass and not _is_usual_opclass(reader, relation, column, method):
        text += f" {quoted(*column.opclass.split('.'))}"
        if column.opclass_options:
            text += f" ({options_text(column.opclass_options)})"
    if column.descending:
        text += " DESC"
        text += " NULLS LAST" if column.nulls_first is False else ""
    elif column.nulls_first:
        text += " NULLS FIRST"
    return text, used


def _is_call(raw: Any) -> bool:
    """looks_like_function"""
    kept = getattr(raw, "cooked", None)
    from querygen.analyze import nodes as n
    from querygen.sql.nodes import enums

    forms = enums.CoercionForm
    match None if kept is None else kept[0]:
        case n.FuncExpr() as call:
            return call.funcformat in (forms.COERCE_EXPLICIT_CALL, forms.COERCE_SQL_SYNTAX)
        case n.CoalesceExpr() | n.MinMaxExpr() | n.NullIfExpr() | n.SQLValueFunction() | n.XmlExpr():
            return True
    return False


def _collation(reader: Reader, name: str) -> str:
    parts = name.split(".")
    row = reader.catalog.collations_named(parts[-1], parts[0] if len(parts) > 1 else None)
    return quoted(*parts) if row is None else (reader.collation(row.oid) or quoted(*parts))


def _is_usual_opclass(reader: Reader, relation: Relation, column: IndexColumn, method: str) -> bool:
    """Is it what the type has without saying?"""
    name = (column.opclass or "").split(".")[-1]
    if column.opclass_options:
        return False
    if method not in ("btree", "hash"):
        return name in _USUAL_OPCLASSES
    attribute = relation.by_name.get(column.name or "")
    if attribute is None:
        return False
    from querygen.analyze import typcache

    usual: Any = typcache.get_default_opclass(reader.catalog, attribute.type_oid, method)
    row = usual if hasattr(usual, "opcname") else None
    return row is not None and row.opcname == name


def read_indexes(reader: Reader, relation: Relation) -> None:
    """The indexes that no constraint made."""
    table = reader.relation_id(relation)
    for index in reader.catalog.indexes_of(relation.oid):
        if index.constraint is None:
            _index(reader, relation, table, index)


def _is_complete(reader: Reader, relation: Relation, index: Index) -> bool:
    """Has every partition its part of the index? Then it makes no difference that it was made ON ONLY."""
    return all(
        any(one.parent == index.oid for one in reader.catalog.indexes_of(child.oid))
        for child in reader.catalog.children_of(relation.oid)
    )


def _index(reader: Reader, relation: Relation, table: Id, index: Index) -> None:
    identity: Id = ("index", reader.schema(index.namespace), index.name)
    used: set[Id] = {table}
    elements = []
    for column in index.columns:
        text, more = _element(reader, relation, column, index.method)
        used |= more
        elements.append(text)
    tail, more = _tail(reader, relation, index)
    used |= more
    if index.parent:
        parent = reader.catalog.index(index.parent)
        used.add(("index", reader.schema(parent.namespace), parent.name))
    attrs = {
        "unique": index.unique,
        "only": index.only and not _is_complete(reader, relation, index),
        "table": table,
        "definition": f"USING {quote_identifier(index.method)} ({', '.join(elements)}){tail}",
        "statistics": tuple(sorted(reader.facts.get(("index", index.oid), {}).items())),
    }
    reader.model.add(
        Object(
            identity,
            attrs,
            parent=table,
            needs=frozenset(used),
            inherited=bool(index.parent),
            claims=("relation", identity[1], identity[2]),
        )
    )
