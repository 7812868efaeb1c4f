"""ALTER TABLE and its like for views, sequences, indexes and composite types.

Takes a raw AlterTableStmt and a `DdlState`. Mirrors `tablecmds.c: AlterTable` and its ATExec functions; those for
columns are in `ddl_alter_column.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.catalog import (
    ddl_alter_column,
    ddl_constraint,
    ddl_drop,
    ddl_index,
    ddl_inherit,
    ddl_names,
    ddl_partition,
    ddl_type,
)
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import where
from querygen.catalog.ddl_state import unsupported
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Constraint, Relation

AT = enums.AlterTableType
C = enums.ConstrType
_DROP, _TYPE, _ADD_COLUMN, _EXPRESSION, _ATTRIBUTES, _INDEX, _CONSTRAINT, _OTHER, _MISC = range(9)  # AlterTablePass
_PASSES = {
    AT.AT_DropColumn: _DROP,
    AT.AT_DropConstraint: _DROP,
    AT.AT_DropNotNull: _DROP,
    AT.AT_DropExpression: _DROP,
    AT.AT_DropIdentity: _DROP,
    AT.AT_AlterColumnType: _TYPE,
    AT.AT_AddColumn: _ADD_COLUMN,
    AT.AT_SetExpression: _EXPRESSION,
    AT.AT_SetNotNull: _ATTRIBUTES,
    AT.AT_AddConstraint: _CONSTRAINT,
    AT.AT_ColumnDefault: _OTHER,
    AT.AT_AddIdentity: _OTHER,
}
# Subcommands that leave names and types as they are.
_IGNORED = frozenset(
    getattr(AT, name)
    for name in [
        "AT_ChangeOwner",
        "AT_SetStatistics",
        "AT_SetStorage",
        "AT_SetCompression",
        "AT_ClusterOn",
        "AT_DropCluster",
        "AT_SetTableSpace",
        "AT_SetRelOptions",
        "AT_ResetRelOptions",
        "AT_ReplaceRelOptions",
        "AT_SetOptions",
        "AT_ResetOptions",
        "AT_SetAccessMethod",
        "AT_ReplicaIdentity",
        "AT_EnableTrig",
        "AT_EnableAlwaysTrig",
        "AT_EnableReplicaTrig",
        "AT_DisableTrig",
        "AT_EnableTrigAll",
        "AT_DisableTrigAll",
        "AT_EnableTrigUser",
        "AT_DisableTrigUser",
        "AT_EnableRule",
        "AT_EnableAlwaysRule",
        "AT_EnableReplicaRule",
        "AT_DisableRule",
        "AT_EnableRowSecurity",
        "AT_DisableRowSecurity",
        "AT_ForceRowSecurity",
        "AT_NoForceRowSecurity",
        "AT_DropOids",
        "AT_GenericOptions",
        "AT_AlterColumnGenericOptions",
        "AT_DetachPartitionFinalize",
    ]
)

_NOT_ALTERABLE = {"v": "views", "m": "materialized views", "S": "sequences"}
# alter_table_type_to_string
_ACTIONS = {
    AT.AT_AddColumn: "ADD COLUMN",
    AT.AT_DropColumn: "DROP COLUMN",
    AT.AT_AlterColumnType: "ALTER COLUMN ... SET DATA TYPE",
    AT.AT_SetNotNull: "ALTER COLUMN ... SET NOT NULL",
    AT.AT_DropNotNull: "ALTER COLUMN ... DROP NOT NULL",
    AT.AT_SetExpression: "ALTER COLUMN ... SET EXPRESSION",
    AT.AT_DropExpression: "ALTER COLUMN ... DROP EXPRESSION",
    AT.AT_AddIdentity: "ALTER COLUMN ... ADD IDENTITY",
    AT.AT_SetIdentity: "ALTER COLUMN ... SET",
    AT.AT_DropIdentity: "ALTER COLUMN ... DROP IDENTITY",
    AT.AT_AddConstraint: "ADD CONSTRAINT",
    AT.AT_DropConstraint: "DROP CONSTRAINT",
    AT.AT_ValidateConstraint: "VALIDATE CONSTRAINT",
    AT.AT_AlterConstraint: "ALTER CONSTRAINT",
    AT.AT_AddInherit: "INHERIT",
    AT.AT_DropInherit: "NO INHERIT",
    AT.AT_AttachPartition: "ATTACH PARTITION",
    AT.AT_DetachPartition: "DETACH PARTITION",
    AT.AT_AddOf: "OF",
    AT.AT_DropOf: "NOT OF",
}


def alter_table(state: DdlState, stmt: ast.AlterTableStmt) -> None:
    """AlterTable"""
    oid = ddl_names.find_relation(state, stmt.relation)
    if oid is None:
        if stmt.missing_ok:
            return
        if stmt.objtype == enums.ObjectType.OBJECT_TYPE:
            raise PgError("42704", f'type "{ddl_names.shown(stmt.relation)}" does not exist', where(stmt.relation))
        raise ddl_names.undefined_relation(state, stmt.relation)
    if stmt.objtype == enums.ObjectType.OBJECT_INDEX or state.catalog.find_relation(oid) is None:
        _alter_index(state, oid, stmt)
        return
    relation = state.catalog.relation(oid)
    ddl_names.check_not_system(relation)
    if stmt.objtype == enums.ObjectType.OBJECT_TYPE and relation.kind != "c":
        raise PgError("42809", f'"{relation.name}" is not a composite type', where(stmt.relation))
    if stmt.objtype == enums.ObjectType.OBJECT_TABLE and relation.kind == "c":
        raise PgError(
            "42809",
            f'"{relation.name}" is a composite type',
            where(stmt.relation),
            hint="Use ALTER TYPE instead.",
        )
    recurse = bool(stmt.relation.inh)
    ddl_alter_column.check_using(state, relation, stmt.cmds)
    for command in sorted(stmt.cmds, key=_pass):
        _command(state, oid, command, recurse)
    ddl_alter_column.check_constraints_kept(state, relation, stmt.cmds)


def _pass(command: ast.AlterTableCmd) -> int:
    """AlterTablePass: what has to come before what."""
    kind = _kind(command)
    if kind == AT.AT_ColumnDefault and command.def_ is None:
        return _DROP
    if kind == AT.AT_AddConstraint:
        if command.def_.contype in (C.CONSTR_PRIMARY, C.CONSTR_UNIQUE, C.CONSTR_EXCLUSION):
            return _INDEX
        if command.def_.contype == C.CONSTR_FOREIGN:
            return _OTHER
    return _PASSES.get(kind, _MISC)


def _kind(command: ast.AlterTableCmd) -> enums.AlterTableType:
    return AT.AT_AddColumn if command.subtype is None else AT(command.subtype)


def _command(state: DdlState, oid: int, command: ast.AlterTableCmd, recurse: bool) -> None:
    """ATExecCmd"""
    kind = _kind(command)
    relation = state.catalog.relation(oid)
    if relation.kind in _NOT_ALTERABLE and kind not in _IGNORED and kind != AT.AT_ColumnDefault:
        action = _ACTIONS.get(kind)
        if action is not None:
            message = f'ALTER action {action} cannot be performed on relation "{relation.name}"'
            detail = f"This operation is not supported for {_NOT_ALTERABLE[relation.kind]}."
            raise PgError("42809", message, detail=detail)
    if ddl_alter_column.alter_column(state, relation, kind, command, recurse=recurse):
        return
    match kind:
        case AT.AT_AddConstraint:
            add_constraint(state, relation, command.def_, recurse=recurse)
        case AT.AT_DropConstraint:
            drop_constraint(
                state,
                relation,
                command.name,
                missing_ok=bool(command.missing_ok),
                cascade=command.behavior == enums.DropBehavior.DROP_CASCADE,
                recurse=recurse,
            )
        case AT.AT_ValidateConstraint:
            _validate(state, relation, command.name)
        case AT.AT_AlterConstraint:
            _alter_constraint(state, relation, command.def_)
        case AT.AT_AddInherit | AT.AT_DropInherit if relation.is_partition:
            raise PgError("42809", "cannot change inheritance of a partition")
        case AT.AT_AddInherit | AT.AT_DropInherit if relation.of_type:
            raise PgError("42809", "cannot change inheritance of typed table")
        case AT.AT_AddInherit | AT.AT_DropInherit if relation.kind == "p":
            raise PgError("42809", "cannot change inheritance of partitioned table")
        case AT.AT_AddInherit:
            parent = ddl_inherit.get_parent(state, command.def_, partition=False)
            ddl_inherit.add_inheritance(state, relation, parent)
        case AT.AT_DropInherit:
            ddl_inherit.remove_inheritance(state, relation, ddl_names.get_relation(state, command.def_))
        case AT.AT_AttachPartition:
            ddl_inherit.attach_partition(state, relation, command.def_.name, _bound(state, command.def_))
            ddl_partition.check_bound(state, relation, command.def_.bound)
            ddl_partition.check_new_bound(state, relation, command.def_.name.relname, command.def_.bound)
            child = ddl_names.get_relation(state, command.def_.name)
            ddl_partition.keep_bound(state, child, command.def_.bound)
        case AT.AT_DetachPartition:
            ddl_inherit.detach_partition(state, relation, command.def_.name)
        case AT.AT_AddOf:
            row = ddl_type.find_type(state, command.def_.names, where(command.def_))
            state.catalog.put_relation(replace(relation, of_type=row.oid))
            state.depend.record(Address("relation", oid), Address("type", row.oid))
        case AT.AT_DropOf:
            state.depend.forget(Address("relation", oid), only="type")
            state.catalog.put_relation(replace(relation, of_type=0))
            ddl_type.record_column_types(state, relation)
        case AT.AT_SetLogged | AT.AT_SetUnLogged:
            persistence = "p" if kind == AT.AT_SetLogged else "u"
            state.catalog.put_relation(replace(relation, persistence=persistence))
        case _ if kind not in _IGNORED:
            raise unsupported(f"ALTER TABLE's subcommand {kind.name.removeprefix('AT_')}")


def _bound(state: DdlState, node: ast.PartitionCmd) -> str | None:
    if node.bound is None or state.raw is None:
        return None
    if node.bound.is_default:
        return "DEFAULT"
    start = state.offset(node.bound.location)
    return f"FOR VALUES {state.text[start : state.raw.end].strip()}"


def _alter_index(state: DdlState, oid: int, stmt: ast.AlterTableStmt) -> None:
    """ALTER INDEX … ATTACH PARTITION; the rest is storage."""
    for command in stmt.cmds:
        if _kind(command) == AT.AT_AttachPartition:
            child = ddl_names.find_relation(state, command.def_.name)
            if child is None:
                raise ddl_names.undefined_relation(state, command.def_.name)
            if state.catalog.find_relation(child) is not None:
                raise PgError("42809", f'"{command.def_.name.relname}" is not an index', where(command.def_.name))
            ddl_index.attach_index(state, state.catalog.index(child), state.catalog.index(oid))


# ---------------------------------------------------------------------------------------------- constraints


def add_constraint(state: DdlState, relation: Relation, node: ast.Constraint, *, recurse: bool) -> None:
    """ATExecAddConstraint, ATExecAddIndex, ATExecAddIndexConstraint"""
    catalog = state.catalog
    if node.is_no_inherit and relation.kind == "p":
        raise PgError("42P16", f'cannot add NO INHERIT constraint to partitioned table "{relation.name}"')
    match node.contype:
        case C.CONSTR_CHECK:
            old = {one.name for one in relation.constraints}
            relation = ddl_constraint.with_check(state, relation, node)
            catalog.put_relation(relation)
            name = next((one.name for one in relation.constraints if one.name not in old), node.conname)
            added = ddl_constraint.find_constraint(relation, name)
            if added is not None and not added.no_inherit:
                _spread_check(state, relation, added, recurse=recurse)
        case C.CONSTR_NOTNULL:
            column = node.keys[0].sval
            before = ddl_constraint.not_null_of(relation, column)
            if before is not None and node.conname and before.name != node.conname and before.is_local:
                of_table = f'on column "{column}" of table "{relation.name}"'
                message = f'cannot create not-null constraint "{node.conname}" {of_table}'
                detail = f'A not-null constraint named "{before.name}" already exists for this column.'
                raise PgError("55000", message, where(node), detail=detail)
            relation = ddl_constraint.with_not_null(
                state,
                relation,
                column,
                name=node.conname,
                no_inherit=bool(node.is_no_inherit),
                validated=not node.skip_validation,
                location=node.location,
            )
            catalog.put_relation(relation)
            made = ddl_constraint.not_null_of(relation, column)
            if recurse and not node.is_no_inherit and before is None and made is not None:
                for child in catalog.children_of(relation.oid):
                    ddl_index.inherit_not_null(state, child, column, made.name, validated=made.validated)
        case C.CONSTR_FOREIGN:
            columns = ddl_constraint.foreign_key_columns(node)
            ddl_constraint.add_foreign_key(state, relation, node, columns, recurse=recurse, late=False)
        case _ if node.indexname:
            ddl_index.add_constraint_using_index(state, relation, node)
        case _:
            for key in node.keys or ():
                if node.contype == C.CONSTR_PRIMARY and key.sval not in relation.by_name:
                    raise ddl_constraint.undefined_column(relation, key.sval)
            spec = ddl_index.spec_of_constraint(state, relation, node)
            ddl_index.define_index(state, relation, spec, recurse=recurse)


def _spread_check(state: DdlState, relation: Relation, constraint: Constraint, *, recurse: bool) -> None:
    """A new CHECK reaches the children."""
    children = state.catalog.children_of(relation.oid)
    if children and not recurse:
        raise PgError("42P16", "constraint must be added to child tables too")
    for child in children:
        copy = replace(constraint, is_local=False, inherit_count=1, comment=None)
        child = ddl_constraint.with_copied_check(state, child, copy)
        state.catalog.put_relation(child)
        _spread_check(state, child, copy, recurse=True)


def drop_constraint(
    state: DdlState, relation: Relation, name: str, *, missing_ok: bool, cascade: bool, recurse: bool
) -> None:
    """ATExecDropConstraint, dropconstraint_internal"""
    constraint = ddl_constraint.find_constraint(relation, name)
    if constraint is None:
        if missing_ok:
            return
        raise PgError("42704", f'constraint "{name}" of relation "{relation.name}" does not exist')
    if constraint.inherit_count and not (
        constraint.is_local and constraint.kind in "cn" and constraint.inherit_count == 0
    ):
        raise PgError("42P16", f'cannot drop inherited constraint "{name}" of relation "{relation.name}"')
    if constraint.kind == "n":
        _check_not_needed(state, relation, constraint.columns[0])
    targets = [Address("constraint", relation.oid, name)]
    if constraint.kind in "cn" and not constraint.no_inherit:
        _disinherit(state, relation, constraint, targets, recurse=recurse)
    elif constraint.kind in "puxf":
        # those of the partitions are parts of it
        for child in ddl_names.find_all_inheritors(state, relation.oid):
            targets += [
                Address("constraint", child.oid, one.name)
                for one in child.constraints
                if one.kind == constraint.kind and one.inherit_count and one.columns == constraint.columns
            ]
    for target in targets:
        for dependent, _referenced, _type in [*state.depend.dependents(target)]:
            if dependent.kind == "relation":
                _forget_parts(state, dependent.oid)
    ddl_drop.perform_deletion(state, targets, cascade=cascade)


def _forget_parts(state: DdlState, index: int) -> None:
    """The partitions' indexes are dropped with their own constraints."""
    state.depend.forget_references(Address("relation", index))


def _check_not_needed(state: DdlState, relation: Relation, column: str) -> None:
    """A column of the primary key, or an identity column, stays NOT NULL."""
    primary = state.catalog.primary_key(relation.oid)
    if primary is not None and column in primary.columns:
        raise PgError("42P16", f'column "{column}" is in a primary key')
    if relation.by_name[column].identity:
        raise PgError("42601", f'column "{column}" of relation "{relation.name}" is an identity column')


def _disinherit(
    state: DdlState, relation: Relation, constraint: Constraint, targets: list[Address], *, recurse: bool
) -> None:
    """The children lose one parent of the constraint, and those that had it from here only lose it."""
    for child in state.catalog.children_of(relation.oid):
        if constraint.kind == "n":
            mine = ddl_constraint.not_null_of(child, constraint.columns[0])
        else:
            mine = ddl_constraint.find_constraint(child, constraint.name)
        if mine is None or not mine.inherit_count:
            continue
        if recurse and mine.inherit_count == 1 and not mine.is_local:
            targets.append(Address("constraint", child.oid, mine.name))
            _disinherit(state, child, mine, targets, recurse=True)
        else:
            mine = replace(mine, inherit_count=mine.inherit_count - 1, is_local=mine.is_local or not recurse)
            state.catalog.put_relation(ddl_constraint.with_constraint(child, mine))


def _validate(state: DdlState, relation: Relation, name: str) -> None:
    """ATExecValidateConstraint"""
    constraint = ddl_constraint.find_constraint(relation, name)
    if constraint is None:
        raise PgError("42704", f'constraint "{name}" of relation "{relation.name}" does not exist')
    if constraint.kind not in "fcn":
        message = f'cannot validate constraint "{name}" of relation "{relation.name}"'
        raise PgError("42809", message, detail="This operation is not supported for this type of constraint.")
    relation = ddl_constraint.with_constraint(relation, replace(constraint, validated=True))
    if constraint.kind == "n":
        column = relation.by_name[constraint.columns[0]]
        relation = ddl_constraint.with_column(relation, replace(column, not_null_validated=True))
    state.catalog.put_relation(relation)
    for child in state.catalog.children_of(relation.oid):
        mine: Constraint | None = (
            ddl_constraint.not_null_of(child, constraint.columns[0])
            if constraint.kind == "n"
            else ddl_constraint.find_constraint(child, name)
        )
        if mine is not None and mine.inherit_count and not mine.validated:
            _validate(state, child, mine.name)


def _alter_constraint(state: DdlState, relation: Relation, node: Any) -> None:
    """ATExecAlterConstraint"""
    constraint = ddl_constraint.find_constraint(relation, node.conname)
    if constraint is None:
        raise PgError("42704", f'constraint "{node.conname}" of relation "{relation.name}" does not exist')
    if (node.alterDeferrability or node.alterEnforceability) and constraint.kind != "f":
        raise PgError(
            "42809", f'constraint "{node.conname}" of relation "{relation.name}" is not a foreign key constraint'
        )
    if node.alterDeferrability:
        deferred = bool(node.initdeferred)
        constraint = replace(constraint, deferrable=bool(node.deferrable), initially_deferred=deferred)
    if node.alterEnforceability:
        constraint = replace(constraint, enforced=bool(node.is_enforced))
    if node.alterInheritability:
        if constraint.kind != "n":
            message = f'constraint "{node.conname}" of relation "{relation.name}" is not a not-null constraint'
            raise PgError("42809", message)
        constraint = replace(constraint, no_inherit=bool(node.noinherit))
    relation = ddl_constraint.with_constraint(relation, constraint)
    state.catalog.put_relation(relation)
    if node.alterInheritability and not node.noinherit:
        for child in state.catalog.children_of(relation.oid):
            ddl_index.inherit_not_null(state, child, constraint.columns[0], constraint.name)
