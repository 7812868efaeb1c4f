"""INHERITS and partitions: what a child has from its parents, when it is made and afterwards.

Takes relations, gives columns and constraints. Mirrors `tablecmds.c: MergeAttributes, CreateInheritance,
RemoveInheritance, ATExecAttachPartition, ATExecDetachPartition`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze.typename import format_type
from querygen.catalog import ddl_constraint, ddl_index, ddl_names, ddl_text
from querygen.catalog.ddl_depend import AUTO, NORMAL, Address
from querygen.catalog.ddl_names import where
from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Column, Constraint, Relation, Trigger
    from querygen.sql.nodes import ast


def get_parent(state: DdlState, node: ast.RangeVar, *, partition: bool) -> Relation:
    """The checks at the head of MergeAttributes."""
    parent = ddl_names.get_relation(state, node)
    if partition:
        if parent.kind != "p":
            raise PgError("42P17", f'"{parent.name}" is not partitioned', where(node))
    elif parent.kind == "p":
        raise PgError("42809", f'cannot inherit from partitioned table "{parent.name}"', where(node))
    elif parent.is_partition:
        raise PgError("42809", f'cannot inherit from partition "{parent.name}"', where(node))
    elif parent.kind not in "rf":
        raise PgError("42809", f'inherited relation "{parent.name}" is not a table or foreign table', where(node))
    return parent


def _check_collation(state: DdlState, message: str, old: Column, new: Column) -> None:
    if old.attcollation != new.attcollation:
        names = [state.catalog.collation_name(one.attcollation) for one in (old, new)]
        raise PgError("42P21", message, detail='"{}" versus "{}"'.format(*names))


def _conflict(state: DdlState, message: str, first: Column, second: Column) -> PgError:
    catalog = state.catalog
    one = format_type(catalog, first.type_oid, first.typmod)
    other = format_type(catalog, second.type_oid, second.typmod)
    return PgError("42804", message, detail=f"{one} versus {other}")


def _same_default(one: Column, other: Column) -> bool:
    """Equal expressions, however they are written."""
    return one.default_sql == other.default_sql or (
        one.default_expr is not None and ddl_text.same_tree(one.default_expr, other.default_expr)
    )


def merge_attributes(
    state: DdlState, parents: Sequence[Relation], own: Sequence[Column], partition: bool
) -> tuple[list[Column], list[Constraint]]:
    """MergeAttributes: the columns in their order, and the parents' CHECK and NOT NULL constraints."""
    merged: dict[str, Column] = {}
    constraints: list[Constraint] = []
    for parent in parents:
        for column in parent.live_columns:
            old = merged.get(column.name)
            if old is None:
                merged[column.name] = replace(
                    column,
                    inherit_count=1,
                    is_local=False,
                    not_null=False,
                    comment=None,
                    identity="" if not partition else column.identity,
                )
                continue
            if (old.type_oid, old.typmod) != (column.type_oid, column.typmod):
                raise _conflict(state, f'inherited column "{column.name}" has a type conflict', old, column)
            _check_collation(state, f'inherited column "{column.name}" has a collation conflict', old, column)
            if old.generated != column.generated:
                raise PgError("42804", f'inherited column "{column.name}" has a generation conflict')
            if old.has_default and column.has_default and not _same_default(old, column):
                # PG: an own default settles it; without one it is an error, which is found below
                old = replace(old, default_sql=None)
            elif column.has_default and not old.has_default:
                old = replace(old, has_default=True, default_sql=column.default_sql, default_expr=column.default_expr)
            merged[column.name] = replace(old, inherit_count=old.inherit_count + 1)
        constraints += [
            replace(constraint, is_local=False, inherit_count=1, comment=None)
            for constraint in parent.constraints
            if constraint.kind in "cn" and not constraint.no_inherit
        ]
    for column in own:
        inherited = merged.get(column.name)
        if inherited is None:
            if not column.type_oid:
                raise PgError("42703", f'column "{column.name}" does not exist')
            if partition:
                raise PgError("42601", f'column "{column.name}" does not exist in the partitioned table')
            merged[column.name] = column
            continue
        if column.type_oid and (column.type_oid, column.typmod) != (inherited.type_oid, inherited.typmod):
            raise _conflict(state, f'column "{column.name}" has a type conflict', inherited, column)
        if column.type_oid:
            _check_collation(state, f'column "{column.name}" has a collation conflict', inherited, column)
        if inherited.generated and column.has_default and not column.generated:
            raise PgError("42611", f'column "{column.name}" inherits from generated column but specifies default')
        if inherited.generated and column.identity:
            raise PgError("42611", f'column "{column.name}" inherits from generated column but specifies identity')
        if column.generated and not inherited.generated:
            raise PgError(
                "42611",
                f'child column "{column.name}" specifies generation expression',
                hint="A child table column cannot be generated unless its parent column is.",
            )
        merged[column.name] = replace(
            inherited,
            is_local=not partition,
            has_default=inherited.has_default or column.has_default,
            default_sql=column.default_sql if column.has_default else inherited.default_sql,
            default_expr=column.default_expr if column.has_default else inherited.default_expr,
            identity=column.identity or inherited.identity,
            generated=column.generated or inherited.generated,
            span=column.span or inherited.span,
        )
    columns = []
    for attnum, column in enumerate(merged.values(), 1):
        if column.inherit_count > 1 and column.has_default and column.default_sql is None:
            raise PgError(
                "42611",
                f'column "{column.name}" inherits conflicting default values',
                hint="To resolve the conflict, specify a default explicitly.",
            )
        columns.append(replace(column, attnum=attnum))
    return columns, constraints


def clone_from_partitioned(state: DdlState, relation: Relation, parent: Relation) -> None:
    """DefineRelation's end for a partition: the parent's indexes, foreign keys and row triggers."""
    for index in state.catalog.indexes_of(parent.oid):
        ddl_index.attach_or_clone(state, state.catalog.relation(relation.oid), index)
    for constraint in parent.constraints:
        if constraint.kind == "f":
            ddl_constraint.clone_foreign_key(state, state.catalog.relation(relation.oid), constraint)
    for trigger in parent.triggers:
        if trigger.row_level:
            clone_trigger(state, state.catalog.relation(relation.oid), trigger)


def clone_trigger(state: DdlState, relation: Relation, trigger: Trigger) -> None:
    """CloneRowTriggersToPartition"""
    if any(one.name == trigger.name for one in relation.triggers):
        return
    copy = replace(trigger, comment=None, inherited=True)
    state.catalog.put_relation(replace(relation, triggers=(*relation.triggers, copy)))
    for child in state.catalog.children_of(relation.oid):
        clone_trigger(state, child, trigger)


def add_inheritance(state: DdlState, child: Relation, parent: Relation, *, partition: bool = False) -> None:
    """CreateInheritance: MergeAttributesIntoExisting, MergeConstraintsIntoExisting"""
    if parent.oid in child.parents:
        raise PgError("42P07", f'relation "{parent.name}" would be inherited from more than once')
    if child.oid == parent.oid or any(one.oid == parent.oid for one in ddl_names.find_all_inheritors(state, child.oid)):
        detail = f'"{parent.name}" is already a child of "{child.name}".'
        raise PgError("42P07", "circular inheritance not allowed", detail=detail)
    for column in parent.live_columns:
        own = child.by_name.get(column.name)
        if own is None:
            raise PgError("42804", f'child table is missing column "{column.name}"')
        if (own.type_oid, own.typmod) != (column.type_oid, column.typmod):
            message = f'child table "{child.name}" has different type for column "{column.name}"'
            raise PgError("42804", message)
        if column.not_null and not own.not_null and _inherits_not_null(parent, column.name):
            raise PgError("42804", f'column "{column.name}" in child table "{child.name}" must be marked NOT NULL')
        if bool(column.generated) != bool(own.generated):
            be = "must be" if column.generated else "must not be"
            raise PgError("42804", f'column "{column.name}" in child table {be} a generated column')
        own = replace(own, inherit_count=own.inherit_count + 1, is_local=own.is_local and not partition)
        if partition and column.identity:
            own = replace(own, identity=column.identity)
        child = ddl_constraint.with_column(child, own)
    for constraint in parent.constraints:
        if constraint.no_inherit or constraint.kind not in "cn":
            continue
        if constraint.kind == "n":
            mine = ddl_constraint.not_null_of(child, constraint.columns[0])
        else:
            mine = ddl_constraint.find_constraint(child, constraint.name)
        if mine is None:
            raise PgError("42804", f'child table is missing constraint "{constraint.name}"')
        mine = replace(mine, inherit_count=mine.inherit_count + 1, is_local=mine.is_local and not partition)
        child = ddl_constraint.with_constraint(child, mine)
    child = replace(child, parents=(*child.parents, parent.oid), is_partition=partition or child.is_partition)
    state.catalog.put_relation(child)
    kind = AUTO if partition else NORMAL
    state.depend.record(Address("relation", child.oid), Address("relation", parent.oid), kind)


def _inherits_not_null(parent: Relation, column: str) -> bool:
    constraint = ddl_constraint.not_null_of(parent, column)
    return constraint is not None and not constraint.no_inherit


def remove_inheritance(state: DdlState, child: Relation, parent: Relation) -> None:
    """RemoveInheritance"""
    if parent.oid not in child.parents:
        if child.is_partition or parent.kind == "p":
            raise PgError("42P01", f'relation "{child.name}" is not a partition of relation "{parent.name}"')
        raise PgError("42P01", f'relation "{parent.name}" is not a parent of relation "{child.name}"')
    columns = []
    for column in child.columns:
        if not column.dropped and column.name in parent.by_name and column.inherit_count:
            left = column.inherit_count - 1
            column = replace(column, inherit_count=left, is_local=column.is_local or not left)
        columns.append(column)
    constraints = []
    for constraint in child.constraints:
        theirs = (
            ddl_constraint.not_null_of(parent, constraint.columns[0])
            if constraint.kind == "n"
            else ddl_constraint.find_constraint(parent, constraint.name)
        )
        if constraint.inherit_count and theirs is not None:
            left = constraint.inherit_count - 1
            constraint = replace(constraint, inherit_count=left, is_local=constraint.is_local or not left)
        constraints.append(constraint)
    parents = tuple(oid for oid in child.parents if oid != parent.oid)
    child = replace(child, columns=tuple(columns), constraints=tuple(constraints), parents=parents)
    state.catalog.put_relation(child)
    me = Address("relation", child.oid)
    kept = [(target, kind) for target, kind in state.depend.references(me) if target != Address("relation", parent.oid)]
    state.depend.forget(me, only="relation")
    for target, kind in kept:
        if target.kind == "relation":
            state.depend.record(me, target, kind)


def attach_partition(state: DdlState, parent: Relation, node: ast.RangeVar, bound: str | None) -> None:
    """ATExecAttachPartition"""
    child = ddl_names.get_relation(state, node)
    if parent.kind != "p":
        raise PgError("42809", f'table "{parent.name}" is not partitioned')
    if child.is_partition:
        raise PgError("42809", f'"{child.name}" is already a partition', where(node))
    if child.of_type:
        raise PgError("42809", "cannot attach a typed table as partition", where(node))
    if (child.persistence == "t") != (parent.persistence == "t"):
        one, other = ("permanent", "temporary") if parent.persistence == "t" else ("temporary", "permanent")
        message = f'cannot attach a {one} relation as partition of {other} relation "{parent.name}"'
        raise PgError("42809", message)
    if child.parents:
        raise PgError("42809", "cannot attach inheritance child as partition", where(node))
    for column in child.live_columns:
        if column.name not in parent.by_name:
            raise PgError(
                "42804",
                f'table "{child.name}" contains column "{column.name}" not found in parent "{parent.name}"',
                detail="The new partition may contain only the columns present in parent.",
            )
    add_inheritance(state, child, parent, partition=True)
    child = replace(state.catalog.relation(child.oid), partition_bound=bound)
    state.catalog.put_relation(child)
    clone_from_partitioned(state, child, parent)


def detach_partition(state: DdlState, parent: Relation, node: ast.RangeVar) -> None:
    """ATExecDetachPartition"""
    child = ddl_names.get_relation(state, node)
    remove_inheritance(state, child, parent)
    child = state.catalog.relation(child.oid)
    constraints = tuple(
        replace(one, inherit_count=0, is_local=True) if one.kind in "fpux" and one.inherit_count else one
        for one in child.constraints
    )
    columns = tuple(replace(column, identity="") for column in child.columns)
    state.catalog.put_relation(
        replace(child, is_partition=False, partition_bound=None, constraints=constraints, columns=columns)
    )
    for index in state.catalog.indexes_of(child.oid):
        if index.parent:
            state.catalog.put_index(replace(index, parent=0))
            state.depend.forget(Address("relation", index.oid), only="relation")
            state.depend.record(Address("relation", index.oid), Address("relation", child.oid), AUTO)
