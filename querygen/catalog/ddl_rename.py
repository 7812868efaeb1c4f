"""ALTER … RENAME and ALTER … SET SCHEMA.

Takes raw statements and a `DdlState`. Mirrors `alter.c: ExecRenameStmt, ExecAlterObjectSchemaStmt` and what they call
in `tablecmds.c`, `typecmds.c` and their neighbours. Views follow by themselves: their queries hold numbers, not names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze.pgtypes import SYSTEM_COLUMNS
from querygen.analyze.typename import deconstruct_qualified_name, lookup_explicit_namespace
from querygen.catalog import (
    ddl_address,
    ddl_constraint,
    ddl_domain,
    ddl_function,
    ddl_misc,
    ddl_names,
    ddl_operator,
    ddl_sequence,
    ddl_statistics,
    ddl_text,
    ddl_type,
)
from querygen.catalog.ddl_depend import Address
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Constraint, Index, Relation
    from querygen.pg_catalog.rows import Oid

ObjectType = enums.ObjectType
_RELATIONS = frozenset(
    {
        ObjectType.OBJECT_TABLE,
        ObjectType.OBJECT_VIEW,
        ObjectType.OBJECT_MATVIEW,
        ObjectType.OBJECT_SEQUENCE,
        ObjectType.OBJECT_INDEX,
        ObjectType.OBJECT_FOREIGN_TABLE,
    }
)
_FUNCTIONS = frozenset(
    {ObjectType.OBJECT_FUNCTION, ObjectType.OBJECT_PROCEDURE, ObjectType.OBJECT_ROUTINE, ObjectType.OBJECT_AGGREGATE}
)


# ---------------------------------------------------------------------------------------------- RENAME


def rename(state: DdlState, stmt: ast.RenameStmt) -> None:
    """ExecRenameStmt"""
    match stmt.renameType:
        case kind if kind in _RELATIONS:
            _rename_relation(state, stmt)
        case ObjectType.OBJECT_COLUMN | ObjectType.OBJECT_ATTRIBUTE:
            _rename_column(state, stmt)
        case ObjectType.OBJECT_TABCONSTRAINT:
            if (relation := _relation(state, stmt)) is not None:
                rename_constraint(state, relation, stmt.subname, stmt.newname, recurse=bool(stmt.relation.inh))
        case ObjectType.OBJECT_DOMCONSTRAINT:
            ddl_domain.rename_constraint(state, stmt.object, stmt.subname, stmt.newname)
        case ObjectType.OBJECT_TYPE | ObjectType.OBJECT_DOMAIN:
            _rename_type(state, stmt)
        case ObjectType.OBJECT_SCHEMA:
            ddl_misc.rename_schema(state, stmt.subname, stmt.newname)
        case kind if kind in _FUNCTIONS:
            row = ddl_function.lookup_func_with_args(state, stmt.renameType, stmt.object)
            if row is not None:
                ddl_function.move_function(state, row, name=stmt.newname)
        case ObjectType.OBJECT_TRIGGER | ObjectType.OBJECT_RULE | ObjectType.OBJECT_POLICY:
            _rename_part(state, stmt)
        case ObjectType.OBJECT_OPFAMILY:
            ddl_operator.move_opfamily(state, stmt.object, name=stmt.newname)
        case ObjectType.OBJECT_OPCLASS | ObjectType.OBJECT_COLLATION:
            _rename_simple(state, stmt)
        # the others name nothing that a query or a type refers to


def _relation(state: DdlState, stmt: ast.RenameStmt) -> Relation | None:
    if stmt.missing_ok and ddl_names.find_relation(state, stmt.relation) is None:
        return None
    relation = ddl_names.get_relation(state, stmt.relation)
    ddl_names.check_not_system(relation)
    return relation


def _rename_relation(state: DdlState, stmt: ast.RenameStmt) -> None:
    """RenameRelation"""
    catalog = state.catalog
    oid = ddl_names.find_relation(state, stmt.relation)
    if oid is None:
        if stmt.missing_ok:
            return
        raise ddl_names.undefined_relation(state, stmt.relation)
    relation = catalog.find_relation(oid)
    ddl_names.check_not_system(catalog.index(oid) if relation is None else relation)
    namespace = catalog.index(oid).namespace if relation is None else relation.namespace
    if ddl_names.relation_in(state, stmt.newname, namespace) is not None:
        raise PgError("42P07", f'relation "{stmt.newname}" already exists')
    if relation is None:
        index = catalog.index(oid)
        if index.constraint is not None:
            rename_constraint(state, catalog.relation(index.relation), index.constraint, stmt.newname)
        else:
            catalog.put_index(replace(index, name=stmt.newname))
        return
    if relation.kind == "c":
        raise PgError("42809", f'"{relation.name}" is a composite type', hint="Use ALTER TYPE instead.")
    if relation.reltype:
        ddl_type.move_type(state, relation.reltype, name=stmt.newname)
    catalog.put_relation(replace(relation, name=stmt.newname))
    ddl_statistics.move_table(state, catalog.relation(oid))


def _rename_type(state: DdlState, stmt: ast.RenameStmt) -> None:
    """RenameType"""
    row = ddl_type.find_type(state, stmt.object)
    if stmt.renameType == ObjectType.OBJECT_DOMAIN and row.typtype != "d":
        raise PgError("42809", f"{row.typname} is not a domain")
    if row.typrelid:
        relation = state.catalog.relation(row.typrelid)
        if relation.kind != "c":
            hint = "Use ALTER TABLE instead."
            raise PgError("42809", f"{row.typname} is a table's row type", hint=hint)
        if ddl_names.relation_in(state, stmt.newname, relation.namespace) is not None:
            raise PgError("42P07", f'relation "{stmt.newname}" already exists')
        state.catalog.put_relation(replace(relation, name=stmt.newname))
    elif row.typsubscript == "array_subscript_handler" and row.typelem:
        element = state.catalog.type(row.typelem).typname
        raise PgError(
            "42809",
            f"cannot alter array type {row.typname}",
            hint=f"You can alter type {element}, which will alter the array type as well.",
        )
    ddl_type.move_type(state, row.oid, name=stmt.newname)


def _rename_column(state: DdlState, stmt: ast.RenameStmt) -> None:
    """renameatt"""
    relation = _relation(state, stmt)
    if relation is None:
        return
    if relation.of_type:
        raise PgError("42809", "cannot rename column of typed table")
    column = relation.by_name.get(stmt.subname)
    if column is None:
        if stmt.subname in SYSTEM_COLUMNS:
            raise PgError("0A000", f'cannot rename system column "{stmt.subname}"')
        raise PgError("42703", f'column "{stmt.subname}" does not exist')
    if column.inherit_count:
        raise PgError("42P16", f'cannot rename inherited column "{stmt.subname}"')
    if state.catalog.children_of(relation.oid) and not stmt.relation.inh and relation.kind != "c":
        raise PgError("42P16", f'inherited column "{stmt.subname}" must be renamed in child tables too')
    rename_attribute(state, relation, stmt.subname, stmt.newname)
    if relation.kind == "c":
        for dependent, _target, _kind in [*state.depend.dependents(Address("type", relation.reltype))]:
            table = state.catalog.find_relation(dependent.oid) if dependent.kind == "relation" else None
            if table is not None and table.of_type == relation.reltype and stmt.subname in table.by_name:
                if stmt.behavior != enums.DropBehavior.DROP_CASCADE:
                    raise PgError(
                        "2BP01",
                        f'cannot alter type "{relation.name}" because it is the type of a typed table',
                        hint="Use ALTER ... CASCADE to alter the typed tables too.",
                    )
                rename_attribute(state, table, stmt.subname, stmt.newname)


def rename_attribute(state: DdlState, relation: Relation, old: str, new: str) -> None:
    """renameatt_internal: the column here and in the children, and what knows columns by their names."""
    if new in relation.by_name:
        raise PgError("42701", f'column "{new}" of relation "{relation.name}" already exists')
    if new in SYSTEM_COLUMNS and relation.kind != "c":
        raise PgError("42701", f'column name "{new}" conflicts with a system column name')
    catalog = state.catalog
    column = relation.by_name[old]
    users = [
        dependent.oid
        for dependent, target, _kind in state.depend.dependents(Address("relation", relation.oid, column.attnum))
        if dependent.kind == "constraint" and target.sub == column.attnum
    ]
    constraints = tuple(_renamed_in(one, old, new) for one in relation.constraints)
    relation = ddl_constraint.with_column(replace(relation, constraints=constraints), replace(column, name=new))
    relation = replace(
        relation, partition_columns=tuple(new if name == old else name for name in relation.partition_columns)
    )
    columns = tuple(
        replace(one, default_sql=ddl_text.rename_word(one.default_sql, old, new)) if one.generated else one
        for one in relation.columns
    )
    catalog.put_relation(replace(relation, columns=columns))
    for index in catalog.indexes_of(relation.oid):
        catalog.put_index(_renamed_in_index(index, old, new))
    ddl_statistics.rename_column(state, relation.oid, old, new)
    for oid in dict.fromkeys(users):
        other = catalog.find_relation(oid)
        if other is not None:
            catalog.put_relation(
                replace(
                    other, constraints=tuple(_renamed_ref(one, relation.oid, old, new) for one in other.constraints)
                )
            )
    for child in catalog.children_of(relation.oid):
        if old in child.by_name:
            rename_attribute(state, child, old, new)


def _renamed_in(constraint: Constraint, old: str, new: str) -> Constraint:
    if old not in constraint.columns:
        return constraint
    return replace(
        constraint,
        columns=tuple(new if name == old else name for name in constraint.columns),
        expression=ddl_text.rename_columns(constraint.expression, old, new),
        expression_sql=ddl_text.rename_word(constraint.expression_sql, old, new),
    )


def _renamed_ref(constraint: Constraint, relation: Oid, old: str, new: str) -> Constraint:
    if constraint.ref_relation != relation or old not in constraint.ref_columns:
        return constraint
    return replace(constraint, ref_columns=tuple(new if name == old else name for name in constraint.ref_columns))


def _renamed_in_index(index: Index, old: str, new: str) -> Index:
    return replace(
        index,
        columns=tuple(
            replace(
                one,
                name=new if one.name == old else one.name,
                expression=ddl_text.rename_columns(one.expression, old, new),
                expression_sql=ddl_text.rename_word(one.expression_sql, old, new),
            )
            for one in index.columns
        ),
        include=tuple(new if name == old else name for name in index.include),
        predicate=ddl_text.rename_columns(index.predicate, old, new),
        predicate_sql=ddl_text.rename_word(index.predicate_sql, old, new),
    )


def rename_constraint(state: DdlState, relation: Relation, old: str, new: str, *, recurse: bool = True) -> None:
    """rename_constraint_internal: an index that belongs to it goes along, and so do the children's."""
    catalog = state.catalog
    constraint = ddl_constraint.find_constraint(relation, old)
    if constraint is None:
        raise PgError("42704", f'constraint "{old}" for table "{relation.name}" does not exist')
    if constraint.inherit_count and constraint.kind in "cn":
        raise PgError("42P16", f'cannot rename inherited constraint "{old}"')
    if constraint.kind in "cn" and not constraint.no_inherit and not recurse and catalog.children_of(relation.oid):
        raise PgError("42P16", f'inherited constraint "{old}" must be renamed in child tables too')
    _rename_constraint_here(state, relation, constraint, new)
    if constraint.kind in "cn" and not constraint.no_inherit:
        for child in ddl_names.find_all_inheritors(state, relation.oid):
            mine = ddl_constraint.find_constraint(child, old)
            if mine is not None and mine.inherit_count:
                _rename_constraint_here(state, catalog.relation(child.oid), mine, new)


def _rename_constraint_here(state: DdlState, relation: Relation, constraint: Constraint, new: str) -> None:
    catalog = state.catalog
    ddl_constraint.check_free(relation, new)
    if constraint.kind in "pux":
        for index in catalog.indexes_of(relation.oid):
            if index.constraint == constraint.name:
                if ddl_names.relation_in(state, new, relation.namespace) is not None:
                    raise PgError("42P07", f'relation "{new}" already exists')
                catalog.put_index(replace(index, name=new, constraint=new))
    constraints = tuple(replace(one, name=new) if one is constraint else one for one in relation.constraints)
    catalog.put_relation(replace(relation, constraints=constraints))
    state.depend.rename(Address("constraint", relation.oid, constraint.name), Address("constraint", relation.oid, new))


def _rename_part(state: DdlState, stmt: ast.RenameStmt) -> None:
    """renametrig, RenameRewriteRule, rename_policy"""
    relation = _relation(state, stmt)
    if relation is None:
        return
    old, new = stmt.subname, stmt.newname
    match stmt.renameType:
        case ObjectType.OBJECT_TRIGGER:
            word = "trigger"
            names = [one.name for one in relation.triggers]
            renamed = replace(
                relation,
                triggers=tuple(replace(one, name=new) if one.name == old else one for one in relation.triggers),
            )
        case ObjectType.OBJECT_RULE:
            word = "rule"
            names = [one.name for one in relation.rules]
            renamed = replace(
                relation, rules=tuple(replace(one, name=new) if one.name == old else one for one in relation.rules)
            )
        case _:
            word = "policy"
            names = [*relation.policies]
            renamed = replace(relation, policies=tuple(new if one == old else one for one in relation.policies))
    article = "relation" if word == "rule" else "table"
    if old not in names:
        raise PgError("42704", f'{word} "{old}" for {article} "{relation.name}" does not exist')
    if new in names:
        article = "table" if word == "policy" else "relation"
        raise PgError("42710", f'{word} "{new}" for {article} "{relation.name}" already exists')
    state.catalog.put_relation(renamed)
    state.depend.rename(Address(word, relation.oid, old), Address(word, relation.oid, new))


def _rename_simple(state: DdlState, stmt: ast.RenameStmt) -> None:
    """AlterObjectRename_internal, for operator classes and collations"""
    address = ddl_address.resolve(state, stmt.renameType, stmt.object)
    if address is None:
        return
    if address.kind == "opclass":
        row = next(one for one in state.catalog.opclasses() if one.oid == address.oid)
        ddl_operator.check_opclass_free(state, row.opcmethod, stmt.newname, row.opcnamespace)
        state.catalog.put_opclass(replace(row, opcname=stmt.newname))
        return
    schema, name = deconstruct_qualified_name(stmt.object)
    collation = state.catalog.collations_named(name, schema)
    if collation is not None:
        state.catalog.drop_collation(collation.oid)
        state.catalog.put_collation(replace(collation, collname=stmt.newname))


# ---------------------------------------------------------------------------------------------- SET SCHEMA


def set_schema(state: DdlState, stmt: ast.AlterObjectSchemaStmt) -> None:
    """ExecAlterObjectSchemaStmt"""
    catalog = state.catalog
    match stmt.objectType:
        case kind if kind in _RELATIONS:
            if stmt.missing_ok and ddl_names.find_relation(state, stmt.relation) is None:
                return
            relation = ddl_names.get_relation(state, stmt.relation)
            ddl_names.check_not_system(relation)
            namespace = lookup_explicit_namespace(catalog, stmt.newschema)
            for sequence in _owned_sequences(state, relation):
                _move_relation(state, sequence, namespace)
            _move_relation(state, catalog.relation(relation.oid), namespace)
        case ObjectType.OBJECT_TYPE | ObjectType.OBJECT_DOMAIN:
            row = ddl_type.find_type(state, stmt.object)
            namespace = lookup_explicit_namespace(catalog, stmt.newschema)
            if row.typrelid:
                relation = catalog.relation(row.typrelid)
                if relation.kind != "c":
                    hint = "Use ALTER TABLE instead."
                    raise PgError("42809", f"{row.typname} is a table's row type", hint=hint)
                _move_relation(state, relation, namespace)
            elif row.typnamespace != namespace:
                ddl_type.move_type(state, row.oid, namespace=namespace)
        case kind if kind in _FUNCTIONS:
            found = ddl_function.lookup_func_with_args(state, stmt.objectType, stmt.object)
            namespace = lookup_explicit_namespace(catalog, stmt.newschema)
            if found is not None and found.pronamespace != namespace:
                ddl_function.move_function(state, found, namespace=namespace)
        case ObjectType.OBJECT_OPERATOR:
            operator = ddl_address.find_operator(state, stmt.object)
            namespace = lookup_explicit_namespace(catalog, stmt.newschema)
            if operator is not None:
                catalog.put_operator(replace(operator, oprnamespace=namespace))
                me = Address("operator", operator.oid)
                ddl_type.move_dependency_on_schema(state, me, operator.oprnamespace, namespace)
        case ObjectType.OBJECT_EXTENSION:
            ddl_misc.move_extension(state, stmt.object.sval, stmt.newschema)
        case ObjectType.OBJECT_OPFAMILY:
            ddl_operator.move_opfamily(state, stmt.object, schema=stmt.newschema)
        case ObjectType.OBJECT_OPCLASS | ObjectType.OBJECT_COLLATION:
            _move_simple(state, stmt)
        # the others name nothing that a query or a type refers to


def _owned_sequences(state: DdlState, relation: Relation) -> list[Relation]:
    found: list[Relation] = []
    for column in relation.live_columns:
        owned = ddl_sequence.owned_by(state, relation.oid, column.attnum)
        found += [state.catalog.relation(oid) for oid in owned]
    return found


def _move_relation(state: DdlState, relation: Relation, namespace: Oid) -> None:
    """AlterRelationNamespaceInternal, AlterIndexNamespaces"""
    catalog = state.catalog
    if relation.namespace == namespace:
        return
    if ddl_names.relation_in(state, relation.name, namespace) is not None:
        schema = catalog.namespace_name(namespace)
        raise PgError("42P07", f'relation "{relation.name}" already exists in schema "{schema}"')
    if relation.reltype:
        ddl_type.move_type(state, relation.reltype, namespace=namespace)
    catalog.put_relation(replace(relation, namespace=namespace))
    ddl_statistics.move_table(state, catalog.relation(relation.oid))
    me = Address("relation", relation.oid)
    ddl_type.move_dependency_on_schema(state, me, relation.namespace, namespace)
    for index in catalog.indexes_of(relation.oid):
        catalog.put_index(replace(index, namespace=namespace))


def _move_simple(state: DdlState, stmt: ast.AlterObjectSchemaStmt) -> None:
    address = ddl_address.resolve(state, stmt.objectType, stmt.object)
    namespace = lookup_explicit_namespace(state.catalog, stmt.newschema)
    if address is None:
        return
    if address.kind == "opclass":
        row = next(one for one in state.catalog.opclasses() if one.oid == address.oid)
        if row.opcnamespace == namespace:
            return
        ddl_operator.check_opclass_free(state, row.opcmethod, row.opcname, namespace)
        state.catalog.put_opclass(replace(row, opcnamespace=namespace))
        ddl_type.move_dependency_on_schema(state, address, row.opcnamespace, namespace)
        return
    schema, name = deconstruct_qualified_name(stmt.object)
    collation = state.catalog.collations_named(name, schema)
    if collation is not None:
        state.catalog.drop_collation(collation.oid)
        state.catalog.put_collation(replace(collation, collnamespace=namespace))
        ddl_type.move_dependency_on_schema(state, address, collation.collnamespace, namespace)
