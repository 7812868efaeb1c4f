"""The subcommands of ALTER TABLE and ALTER TYPE that work on one column.

Takes a relation and a raw AlterTableCmd. Mirrors `tablecmds.c`: ATExecAddColumn, ATExecDropColumn,
ATExecAlterColumnType, ATExecColumnDefault, ATExecSetNotNull, ATExecAddIdentity and their like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.coerce_path import CoercionPath, find_coercion_pathway
from querygen.analyze.pgtypes import INT2OID, INT4OID, INT8OID, SYSTEM_COLUMNS
from querygen.analyze.typename import (
    format_type,
    get_base_type,
    get_column_def_collation,
    quote_identifier,
    typename_type_id_and_mod,
)
from querygen.catalog import (
    ddl_address,
    ddl_alter,
    ddl_constraint,
    ddl_drop,
    ddl_expr,
    ddl_index,
    ddl_sequence,
    ddl_table,
    ddl_text,
    ddl_type,
)
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import where
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Column, Relation

AT = enums.AlterTableType


def alter_column(
    state: DdlState, relation: Relation, kind: enums.AlterTableType, command: ast.AlterTableCmd, *, recurse: bool
) -> bool:
    """Carry out a column's subcommand. False: it is none."""
    cascade = command.behavior == enums.DropBehavior.DROP_CASCADE
    match kind:
        case AT.AT_AddColumn:
            add_column(state, relation, command, recurse=recurse, cascade=cascade)
        case AT.AT_DropColumn:
            drop_column(state, relation, command, recurse=recurse, cascade=cascade)
        case AT.AT_AlterColumnType:
            alter_type(state, relation, command, recurse=recurse, cascade=cascade)
        case AT.AT_ColumnDefault:
            _set_default(state, relation, command, recurse=recurse)
        case AT.AT_SetNotNull:
            _set_not_null(state, relation, command.name, recurse=recurse)
        case AT.AT_DropNotNull:
            _drop_not_null(state, relation, command.name, recurse=recurse)
        case AT.AT_SetExpression:
            _set_expression(state, relation, command)
        case AT.AT_DropExpression:
            _drop_expression(state, relation, command, recurse=recurse)
        case AT.AT_AddIdentity:
            _add_identity(state, relation, command)
        case AT.AT_SetIdentity:
            _set_identity(state, relation, command)
        case AT.AT_DropIdentity:
            _drop_identity(state, relation, command)
        case _:
            return False
    return True


def _column(relation: Relation, name: str, location: int = -1) -> Column:
    column = relation.by_name.get(name)
    if column is None:
        if name in SYSTEM_COLUMNS:
            raise PgError("0A000", f'cannot alter system column "{name}"', location)
        raise ddl_constraint.undefined_column(relation, name, location)
    return column


def _put_column(state: DdlState, relation: Relation, column: Column) -> None:
    state.catalog.put_relation(ddl_constraint.with_column(relation, column))


def _heirs(state: DdlState, relation: Relation, *, cascade: bool) -> list[Relation]:
    """The children; of a composite type the tables made OF it, which need CASCADE."""
    if relation.kind != "c":
        return state.catalog.children_of(relation.oid)
    typed = [
        table
        for dependent, _referenced, _kind in state.depend.dependents(Address("type", relation.reltype))
        if dependent.kind == "relation"
        and not dependent.sub
        and (table := state.catalog.find_relation(dependent.oid)) is not None
        and table.of_type == relation.reltype
    ]
    if typed and not cascade:
        raise PgError(
            "2BP01",
            f'cannot alter type "{relation.name}" because it is the type of a typed table',
            hint="Use ALTER ... CASCADE to alter the typed tables too.",
        )
    return typed


# ---------------------------------------------------------------------------------------------- ADD COLUMN


def add_column(
    state: DdlState, relation: Relation, command: ast.AlterTableCmd, *, recurse: bool, cascade: bool
) -> None:
    """transformAlterTableStmt and ATExecAddColumn"""
    node = command.def_
    if relation.of_type:
        raise PgError("42809", "cannot add column to typed table")
    if relation.is_partition:
        raise PgError("42809", "cannot add column to a partition")
    if node.colname in relation.by_name:
        if command.missing_ok:
            return
        raise _already(relation, node.colname, where(node))
    if node.colname in SYSTEM_COLUMNS and relation.kind != "c":
        message = f'column name "{node.colname}" conflicts with a system column name'
        raise PgError("42701", message, where(node))
    if relation.kind == "c":
        column = ddl_type.attribute(state, node, len(relation.columns) + 1)
        ddl_type.check_not_inside(state, column.type_oid, relation.reltype)
        _append(state, relation, column, recurse=True, cascade=cascade)
        return
    elements = ddl_table.TableElements(relation.name, relation.namespace, relation.persistence)
    ddl_table.column_definition(state, elements, node)
    ddl_type.check_not_inside(state, elements.columns[0].type_oid, relation.reltype)
    _append(state, relation, elements.columns[0], recurse=recurse, cascade=cascade)
    relation = state.catalog.relation(relation.oid)
    ddl_expr.check_default(state, relation, relation.by_name[node.colname])
    for check in elements.checks:
        ddl_alter.add_constraint(state, state.catalog.relation(relation.oid), check, recurse=recurse)
    for one in elements.not_nulls:
        constraint = ast.Constraint(
            contype=enums.ConstrType.CONSTR_NOTNULL,
            conname=one.name,
            is_no_inherit=one.no_inherit,
            skip_validation=not one.validated,
            keys=(ast.String(sval=one.column),),
            location=one.location,
        )
        ddl_alter.add_constraint(state, state.catalog.relation(relation.oid), constraint, recurse=recurse)
    relation = state.catalog.relation(relation.oid)
    attnum = relation.by_name[node.colname].attnum
    for _name, sequence, identity in elements.sequences:
        ddl_sequence.own(state, sequence, relation.oid, attnum, identity=identity)
        if not identity:
            ddl_sequence.record_default(state, relation.oid, relation.by_name[node.colname], sequence)
    for index in elements.indexes:
        ddl_alter.add_constraint(state, state.catalog.relation(relation.oid), index, recurse=recurse)
    for constraint, key in elements.foreign_keys:
        ddl_constraint.add_foreign_key(
            state, state.catalog.relation(relation.oid), constraint, key, recurse=recurse, late=False
        )


def _already(relation: Relation, name: str, location: int = -1) -> PgError:
    return PgError("42701", f'column "{name}" of relation "{relation.name}" already exists', location)


def _append(
    state: DdlState, relation: Relation, column: Column, *, recurse: bool, cascade: bool, inherited: bool = False
) -> None:
    own = relation.by_name.get(column.name)
    if own is not None:
        if not inherited:
            raise _already(relation, column.name)
        if (own.type_oid, own.typmod) != (column.type_oid, column.typmod):
            message = f'child table "{relation.name}" has different type for column "{column.name}"'
            raise PgError("42804", message)
        _put_column(state, relation, replace(own, inherit_count=own.inherit_count + 1))
        return
    column = replace(column, attnum=len(relation.columns) + 1)
    if inherited:
        column = replace(
            column, inherit_count=1, is_local=False, identity=column.identity if relation.is_partition else ""
        )
    relation = replace(relation, columns=(*relation.columns, column))
    state.catalog.put_relation(relation)
    state.depend.record(Address("relation", relation.oid, column.attnum), Address("type", column.type_oid))
    if column.generated:
        ddl_table.record_generated(state, relation, column)
    children = _heirs(state, relation, cascade=cascade)
    if children and not recurse:
        raise PgError("42P16", "column must be added to child tables too")
    for child in children:
        _append(state, child, column, recurse=True, cascade=cascade, inherited=relation.kind != "c")


# ---------------------------------------------------------------------------------------------- DROP COLUMN


def drop_column(
    state: DdlState, relation: Relation, command: ast.AlterTableCmd, *, recurse: bool, cascade: bool
) -> None:
    """ATExecDropColumn"""
    if relation.of_type:
        raise PgError("42809", "cannot drop column from typed table")
    if command.name not in relation.by_name:
        if command.missing_ok:
            return
        if relation.kind != "c" and command.name in SYSTEM_COLUMNS:
            raise PgError("0A000", f'cannot drop system column "{command.name}"')
        raise ddl_constraint.undefined_column(relation, command.name)
    column = _column(relation, command.name)
    if column.inherit_count:
        raise PgError("42P16", f'cannot drop inherited column "{column.name}"')
    _check_not_in_key(relation, "drop", column.name)
    targets: list[Address] = []
    _collect_drops(state, relation, column.name, targets, recurse=recurse or relation.kind == "c", cascade=cascade)
    ddl_drop.perform_deletion(state, targets, cascade=cascade)


def _check_not_in_key(relation: Relation, verb: str, name: str, location: int = -1) -> None:
    """has_partition_attrs"""
    if name in relation.partition_columns:
        message = f'cannot {verb} column "{name}" because it is part of the partition key of relation "{relation.name}"'
        raise PgError("42P16", message, location)


def _check_row_type_unused(state: DdlState, relation: Relation) -> None:
    """find_composite_type_dependencies: no table stores values of the row type, in whatever wrapping."""
    what = "type" if relation.kind == "c" else "table" if relation.kind in "rp" else "foreign table"
    seen = {relation.reltype}
    queue = [relation.reltype]
    while queue:
        for dependent, _referenced, _kind in state.depend.dependents(Address("type", queue.pop())):
            if dependent.kind == "type" and dependent.oid not in seen:
                seen.add(dependent.oid)
                queue.append(dependent.oid)
            if dependent.kind != "relation" or not dependent.sub:
                continue
            user = state.catalog.find_relation(dependent.oid)
            if user is None:
                continue
            if user.kind in "rmp":
                uses = "uses it" if what == "type" else "uses its row type"
                column = user.columns[int(dependent.sub) - 1].name
                message = f'cannot alter {what} "{relation.name}" because column "{user.name}.{column}" {uses}'
                raise PgError("0A000", message)
            if user.reltype and user.reltype not in seen:
                seen.add(user.reltype)
                queue.append(user.reltype)


def _collect_drops(
    state: DdlState, relation: Relation, name: str, targets: list[Address], *, recurse: bool, cascade: bool
) -> None:
    targets.append(Address("relation", relation.oid, relation.by_name[name].attnum))
    children = _heirs(state, relation, cascade=cascade)
    if children and relation.kind == "p" and not recurse:
        raise PgError(
            "42P16",
            "cannot drop column from only the partitioned table when partitions exist",
            hint="Do not specify the ONLY keyword.",
        )
    for child in children:
        column = child.by_name.get(name)
        if column is None:
            continue
        if relation.kind == "c" or (recurse and column.inherit_count <= 1 and not column.is_local):
            _collect_drops(state, child, name, targets, recurse=True, cascade=cascade)
        elif recurse:
            _put_column(state, child, replace(column, inherit_count=max(column.inherit_count - 1, 0)))
        else:
            left = max(column.inherit_count - 1, 0)
            _put_column(state, child, replace(column, inherit_count=left, is_local=True))


# ---------------------------------------------------------------------------------------------- TYPE


def alter_type(
    state: DdlState, relation: Relation, command: ast.AlterTableCmd, *, recurse: bool, cascade: bool
) -> None:
    """ATPrepAlterColumnType, ATExecAlterColumnType"""
    node = command.def_
    if relation.of_type:
        raise PgError("42809", "cannot alter column type of typed table", where(node))
    column = _column(relation, command.name, where(node))
    if column.inherit_count:
        raise PgError("42P16", f'cannot alter inherited column "{column.name}"', where(node))
    _check_not_in_key(relation, "alter", column.name, where(node))
    _check_row_type_unused(state, relation)
    type_oid, typmod = typename_type_id_and_mod(None, state.catalog, node.typeName)
    ddl_type.check_attribute_type(state, column.name, type_oid, where(node.typeName), relation.reltype)
    collation = ddl_type.collation_of(state, node.collClause)
    attcollation = get_column_def_collation(state.catalog, node, type_oid)
    if node.raw_default is None and relation.kind != "c" and not column.generated:
        _check_castable(state, column, type_oid, where(node))
    ddl_expr.check_kept_default(state, relation, column, (type_oid, typmod))
    new = (type_oid, typmod, collation, attcollation)
    _change_type(state, relation, column.name, new, recurse=recurse, cascade=cascade)


def check_using(state: DdlState, relation: Relation, commands: Sequence[ast.AlterTableCmd]) -> None:
    """ATPrepAlterColumnType: USING sees the columns as they are before the statement"""
    for command in commands:
        if command.subtype == AT.AT_AlterColumnType and command.def_.raw_default is not None:
            column = relation.by_name.get(command.name)
            if column is not None:
                target = typename_type_id_and_mod(None, state.catalog, command.def_.typeName)
                ddl_expr.check_using(state, relation, column, command.def_.raw_default, target)


def check_constraints_kept(state: DdlState, before: Relation, commands: Sequence[ast.AlterTableCmd]) -> None:
    """ATPostAlterTypeCleanup: CHECK constraints on columns of a new type are built again"""
    retyped = {command.name for command in commands if command.subtype == AT.AT_AlterColumnType}
    relation = state.catalog.find_relation(before.oid)
    if retyped and relation is not None:
        ddl_expr.recheck_constraints(state, before, relation, retyped)


def _check_castable(state: DdlState, column: Column, type_oid: int, location: int) -> None:
    """Without USING an assignment cast must lead from the old type to the new."""
    context = enums.CoercionContext.COERCION_ASSIGNMENT
    catalog = state.catalog
    source, target = get_base_type(catalog, column.type_oid), get_base_type(catalog, type_oid)
    if source == target or column.type_oid == type_oid:
        return
    path, _function = find_coercion_pathway(catalog, target, source, context)
    if path is CoercionPath.NONE:
        shown = format_type(catalog, type_oid)
        raise PgError(
            "42804",
            f'column "{column.name}" cannot be cast automatically to type {shown}',
            location,
            hint=f'You might need to specify "USING {quote_identifier(column.name)}::{shown}".',
        )


def _change_type(
    state: DdlState,
    relation: Relation,
    name: str,
    new: tuple[int, int, str | None, int],
    *,
    recurse: bool,
    cascade: bool,
) -> None:
    column = relation.by_name[name]
    me = Address("relation", relation.oid, column.attnum)
    for dependent, referenced, _kind in state.depend.dependents(me):
        if referenced.sub != column.attnum or dependent.kind != "relation":
            continue
        user = state.catalog.find_relation(dependent.oid)
        if user is not None and user.kind in "vm":
            view = ddl_address.describe(state, Address("relation", user.oid))
            raise PgError(
                "0A000",
                "cannot alter type of a column used by a view or rule",
                detail=f'rule _RETURN on {view} depends on column "{name}"',
            )
        if user is not None and user.oid == relation.oid and dependent.sub:
            other = user.columns[int(dependent.sub) - 1].name
            raise PgError(
                "0A000",
                "cannot alter type of a column used by a generated column",
                detail=f'Column "{name}" is used by generated column "{other}".',
            )
    type_oid, typmod, collation, attcollation = new
    _put_column(
        state,
        relation,
        replace(column, type_oid=type_oid, typmod=typmod, collation=collation, attcollation=attcollation),
    )
    state.depend.forget(me, only="type")
    state.depend.record(me, Address("type", type_oid))
    children = _heirs(state, relation, cascade=cascade)
    if children and not recurse and relation.kind != "c":
        raise PgError("42P16", f'type of inherited column "{name}" must be changed in child tables too')
    for child in children:
        if name in child.by_name:
            _change_type(state, child, name, new, recurse=True, cascade=cascade)


# ---------------------------------------------------------------------------------------------- DEFAULT, NOT NULL


def _set_default(state: DdlState, relation: Relation, command: ast.AlterTableCmd, *, recurse: bool) -> None:
    """ATExecColumnDefault"""
    column = _column(relation, command.name)
    if column.identity:
        hint = None if command.def_ is not None else "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead."
        raise PgError("42601", f'column "{column.name}" of relation "{relation.name}" is an identity column', hint=hint)
    if column.generated:
        hint = "Use ALTER TABLE ... ALTER COLUMN ... SET EXPRESSION instead."
        raise PgError("42601", f'column "{column.name}" of relation "{relation.name}" is a generated column', hint=hint)
    tree: Any = command.def_
    text = None
    match tree:
        case None | ast.A_Const(isnull=True):
            tree = None
        case _ if state.raw is not None:
            text = ddl_text.expression(state.text, tree, state.raw.shift, state.raw.end)
    column = replace(column, has_default=tree is not None, default_sql=text, default_expr=tree)
    _put_column(state, relation, column)
    ddl_expr.check_default(state, relation, column)
    ddl_sequence.record_default(state, relation.oid, column)
    if recurse:
        for child in state.catalog.children_of(relation.oid):
            if command.name in child.by_name:
                _set_default(state, child, command, recurse=True)


def _set_not_null(state: DdlState, relation: Relation, name: str, *, recurse: bool) -> None:
    """ATExecSetNotNull"""
    column = _column(relation, name)
    old = ddl_constraint.not_null_of(relation, column.name)
    if old is not None and old.validated and not old.no_inherit:
        if not old.is_local:
            relation = ddl_constraint.with_constraint(relation, replace(old, is_local=True))
            state.catalog.put_relation(relation)
        return
    if old is not None and old.no_inherit:
        raise PgError(
            "55000",
            f'cannot change NO INHERIT status of NOT NULL constraint "{old.name}" on relation "{relation.name}"',
        )
    ddl_index.set_not_null(state, relation, column.name, recurse=recurse)


def _drop_not_null(state: DdlState, relation: Relation, name: str, *, recurse: bool) -> None:
    """ATExecDropNotNull"""
    column = _column(relation, name)
    if column.identity:
        raise PgError("42601", f'column "{name}" of relation "{relation.name}" is an identity column')
    constraint = ddl_constraint.not_null_of(relation, name)
    if constraint is None:
        if column.not_null:
            _put_column(state, relation, replace(column, not_null=False))
        return
    if constraint.inherit_count:
        raise PgError("42P16", f'column "{name}" is marked NOT NULL in parent table')
    ddl_alter.drop_constraint(state, relation, constraint.name, missing_ok=False, cascade=False, recurse=recurse)


# ---------------------------------------------------------------------------------------------- expressions


def _set_expression(state: DdlState, relation: Relation, command: ast.AlterTableCmd) -> None:
    """ATExecSetExpression"""
    column = _column(relation, command.name)
    if not column.generated:
        raise PgError("55000", f'column "{column.name}" of relation "{relation.name}" is not a generated column')
    text = None
    if state.raw is not None:
        text = ddl_text.expression(state.text, command.def_, state.raw.shift, state.raw.end)
        if text is not None and text.startswith("("):
            text = ddl_text.parenthesised(text, 0) or text
    column = replace(column, default_sql=text, default_expr=command.def_)
    relation = ddl_constraint.with_column(relation, column)
    state.catalog.put_relation(relation)
    ddl_expr.check_default(state, relation, column)
    me = Address("relation", relation.oid, column.attnum)
    state.depend.forget(me, only="relation")
    ddl_table.record_generated(state, relation, column)
    for child in state.catalog.children_of(relation.oid):
        if command.name in child.by_name:
            _set_expression(state, child, command)


def _drop_expression(state: DdlState, relation: Relation, command: ast.AlterTableCmd, *, recurse: bool) -> None:
    """ATExecDropExpression"""
    column = _column(relation, command.name)
    if not column.generated:
        if command.missing_ok:
            return
        raise PgError("55000", f'column "{column.name}" of relation "{relation.name}" is not a generated column')
    if column.generated == "v":
        raise PgError("0A000", "ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns")
    column = replace(column, generated="", has_default=False, default_sql=None, default_expr=None)
    _put_column(state, relation, column)
    state.depend.forget(Address("relation", relation.oid, column.attnum), only="relation")
    if recurse:
        for child in state.catalog.children_of(relation.oid):
            if command.name in child.by_name:
                _drop_expression(state, child, command, recurse=True)


def _add_identity(state: DdlState, relation: Relation, command: ast.AlterTableCmd) -> None:
    """ATExecAddIdentity"""
    column = _column(relation, command.name)
    of_relation = f'column "{column.name}" of relation "{relation.name}"'
    if not column.not_null:
        raise PgError("55000", f"{of_relation} must be declared NOT NULL before identity can be added")
    if column.identity:
        raise PgError("55000", f"{of_relation} is already an identity column")
    if column.has_default:
        raise PgError("55000", f"{of_relation} already has a default value")
    if column.type_oid not in (INT2OID, INT4OID, INT8OID):
        raise PgError("22023", "identity column type must be smallint, integer, or bigint")
    sequence = ddl_sequence.generate(
        state,
        relation.name,
        relation.namespace,
        column.name,
        column.type_oid,
        command.def_.options or (),
        relation.persistence,
    )
    _mark_identity(state, relation, column.name, command.def_.generated_when)
    ddl_sequence.own(state, sequence, relation.oid, column.attnum, identity=True)


def _mark_identity(state: DdlState, relation: Relation, name: str, identity: str) -> None:
    """Partitions share the identity of their table."""
    _put_column(state, relation, replace(relation.by_name[name], identity=identity))
    for child in state.catalog.children_of(relation.oid):
        if child.is_partition and name in child.by_name:
            _mark_identity(state, child, name, identity)


def _set_identity(state: DdlState, relation: Relation, command: ast.AlterTableCmd) -> None:
    """ATExecSetIdentity"""
    column = _column(relation, command.name)
    if not column.identity:
        raise PgError("55000", f'column "{column.name}" of relation "{relation.name}" is not an identity column')
    for option in command.def_ or ():
        if option.defname == "generated":
            _mark_identity(state, relation, column.name, chr(option.arg.ival))


def _drop_identity(state: DdlState, relation: Relation, command: ast.AlterTableCmd) -> None:
    """ATExecDropIdentity"""
    column = _column(relation, command.name)
    if not column.identity:
        if command.missing_ok:
            return
        raise PgError("55000", f'column "{column.name}" of relation "{relation.name}" is not an identity column')
    _mark_identity(state, relation, column.name, "")
    for sequence in ddl_sequence.owned_by(state, relation.oid, column.attnum):
        ddl_drop.delete_object(state, Address("relation", sequence))
