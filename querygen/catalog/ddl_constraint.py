"""Constraints of tables: CHECK, NOT NULL and foreign keys; those that make an index are in `ddl_index.py`.

Takes a relation and a raw Constraint, gives the relation with the constraint and what it does to columns. Mirrors
`heap.c: AddRelationNewConstraints, AddRelationNotNullConstraints` and `tablecmds.c: ATAddForeignKeyConstraint`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.coerce_path import can_coerce_type
from querygen.analyze.typename import format_type, get_base_type
from querygen.catalog import ddl_expr, ddl_names, ddl_text
from querygen.catalog.ddl_depend import AUTO, Address
from querygen.catalog.ddl_names import where
from querygen.catalog.ddl_state import LateForeignKey
from querygen.catalog.objects import Constraint
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Column, Relation
    from querygen.sql.nodes import ast

# No such table, schema, column, primary key, or unique key: all this may come later in the files.
_MAY_COME = frozenset({"42P01", "3F000", "42703", "42704", "42830"})
_BT_EQUAL = 3  # BTEqualStrategyNumber


def with_column(relation: Relation, column: Column) -> Relation:
    """The relation with the column of this attnum replaced."""
    columns = [*relation.columns]
    columns[column.attnum - 1] = column
    return replace(relation, columns=tuple(columns))


def with_constraint(relation: Relation, constraint: Constraint) -> Relation:
    """The relation with the constraint added, or put in the place of the one of its name."""
    if any(one.name == constraint.name for one in relation.constraints):
        kept = tuple(constraint if one.name == constraint.name else one for one in relation.constraints)
        return replace(relation, constraints=kept)
    return replace(relation, constraints=(*relation.constraints, constraint))


def find_constraint(relation: Relation, name: str) -> Constraint | None:
    """The constraint of a table by its name; None where there is none."""
    return next((one for one in relation.constraints if one.name == name), None)


def not_null_of(relation: Relation, column: str) -> Constraint | None:
    """findNotNullConstraint"""
    return next((one for one in relation.constraints if one.kind == "n" and one.columns == (column,)), None)


def names_of(relation: Relation) -> set[str]:
    """The names of the constraints of a table."""
    return {one.name for one in relation.constraints}


def undefined_column(relation: Relation, name: str, location: int = -1) -> PgError:
    """The error of a column that a table does not have."""
    return PgError("42703", f'column "{name}" of relation "{relation.name}" does not exist', location)


def check_free(relation: Relation, name: str) -> None:
    """Raise PgError where a table has a constraint of this name."""
    if find_constraint(relation, name) is not None:
        raise PgError("42710", f'constraint "{name}" for relation "{relation.name}" already exists')


def record_columns(state: DdlState, relation: Relation, constraint: Constraint) -> None:
    """A constraint goes with its columns."""
    me = Address("constraint", relation.oid, constraint.name)
    if not constraint.columns:
        state.depend.record(me, Address("relation", relation.oid), AUTO)
    for name in constraint.columns:
        column = relation.by_name.get(name)
        if column is not None:
            state.depend.record(me, Address("relation", relation.oid, column.attnum), AUTO)


# ---------------------------------------------------------------------------------------------- NOT NULL


def with_not_null(
    state: DdlState,
    relation: Relation,
    column: str,
    *,
    name: str | None = None,
    no_inherit: bool = False,
    validated: bool = True,
    inherited: int = 0,
    local: bool = True,
    location: int | None = None,
) -> Relation:
    """A NOT NULL constraint and the column's mark; one that is there already is merged with."""
    attribute = relation.by_name.get(column)
    if attribute is None:
        raise undefined_column(relation, column, -1 if location is None else location)
    old = not_null_of(relation, column)
    if old is not None:
        if old.no_inherit and not no_inherit and inherited == 0:
            raise PgError(
                "55000",
                f'cannot change NO INHERIT status of NOT NULL constraint "{old.name}" on relation "{relation.name}"',
                hint="You might need to make the existing constraint inheritable using"
                " ALTER TABLE ... ALTER CONSTRAINT ... INHERIT.",
            )
        merged = replace(
            old,
            is_local=old.is_local or local,
            inherit_count=old.inherit_count + inherited,
            validated=old.validated or validated,
        )
        relation = with_constraint(relation, merged)
        validated = merged.validated
    else:
        if name is None or (not local and find_constraint(relation, name) is not None):
            name = ddl_names.choose_constraint_name(
                state, relation.name, column, "not_null", relation.namespace, names_of(relation)
            )
        else:
            check_free(relation, name)
        constraint = Constraint(
            name,
            "n",
            (column,),
            validated=validated,
            no_inherit=no_inherit,
            inherit_count=inherited,
            is_local=local,
            span=state.span(location),
        )
        relation = replace(relation, constraints=(*relation.constraints, constraint))
        record_columns(state, relation, constraint)
    return with_column(relation, replace(attribute, not_null=True, not_null_validated=validated))


# ---------------------------------------------------------------------------------------------- CHECK


def with_check(
    state: DdlState, relation: Relation, node: ast.Constraint, *, inherited: int = 0, local: bool = True
) -> Relation:
    """A CHECK constraint; the name is made from the only column it uses, if it uses one."""
    if not inherited:
        ddl_expr.check_constraint(state, relation, node.raw_expr)
    columns = tuple(name for name in ddl_text.column_references(node.raw_expr) if name in relation.by_name)
    if node.conname:
        old = find_constraint(relation, node.conname)
        if old is not None:
            # MergeWithExistingConstraint: PG compares the expressions
            if old.kind != "c" or (old.is_local and local):
                check_free(relation, node.conname)
            merged = replace(old, is_local=old.is_local or local, inherit_count=old.inherit_count + inherited)
            return with_constraint(relation, merged)
        name = node.conname
    else:
        only = columns[0] if len(columns) == 1 else None
        name = ddl_names.choose_constraint_name(
            state, relation.name, only, "check", relation.namespace, names_of(relation)
        )
    constraint = Constraint(
        name,
        "c",
        columns,
        expression=node.raw_expr,
        expression_sql=ddl_text.parenthesised(state.text, state.offset(node.location)) if state.raw else None,
        validated=not node.skip_validation,
        enforced=node.is_enforced is not False,
        no_inherit=bool(node.is_no_inherit),
        inherit_count=inherited,
        is_local=local,
        span=state.span(node.location),
    )
    return with_copied_check(state, relation, constraint)


def with_copied_check(state: DdlState, relation: Relation, constraint: Constraint) -> Relation:
    """A CHECK that another table has: from LIKE or a parent."""
    old = find_constraint(relation, constraint.name)
    if old is not None:
        if old.kind != "c":
            check_free(relation, constraint.name)
        merged = replace(
            old,
            is_local=old.is_local or constraint.is_local,
            inherit_count=old.inherit_count + constraint.inherit_count,
        )
        return with_constraint(relation, merged)
    relation = replace(relation, constraints=(*relation.constraints, constraint))
    record_columns(state, relation, constraint)
    return relation


# ---------------------------------------------------------------------------------------------- foreign keys


def add_foreign_key(
    state: DdlState,
    relation: Relation,
    node: ast.Constraint,
    columns: Sequence[str],
    *,
    recurse: bool = True,
    late: bool = True,
) -> Relation:
    """ATAddForeignKeyConstraint. With `late`, what it refers to may come later in the files."""
    for column in columns:
        if column not in relation.by_name:
            raise PgError(
                "42703", f'column "{column}" referenced in foreign key constraint does not exist', where(node)
            )
    if node.conname:
        check_free(relation, node.conname)
        name = node.conname
    else:
        addition = ddl_names.join_column_names(columns)
        name = ddl_names.choose_constraint_name(
            state, relation.name, addition, "fkey", relation.namespace, names_of(relation)
        )
    constraint = Constraint(
        name,
        "f",
        tuple(columns),
        on_delete=_action(node.fk_del_action),
        on_update=_action(node.fk_upd_action),
        deferrable=bool(node.deferrable),
        initially_deferred=bool(node.initdeferred),
        match_type="f" if node.fk_matchtype == "f" else "s",
        delete_columns=tuple(one.sval for one in node.fk_del_set_cols or ()),
        validated=not node.skip_validation,
        enforced=node.is_enforced is not False,
        without_overlaps=bool(node.fk_with_period),
        span=state.span(node.location),
    )
    relation = replace(relation, constraints=(*relation.constraints, constraint))
    state.catalog.put_relation(relation)
    record_columns(state, relation, constraint)
    try:
        relation = resolve_foreign_key(state, relation, constraint, node)
    except PgError as error:
        if state.raw is None or not late or error.code not in _MAY_COME:
            raise
        reference = LateForeignKey(relation.oid, node, tuple(columns), name, state.catalog.search_path, state.raw)
        state.late_foreign_keys.append(reference)
    if recurse and relation.kind == "p":
        for child in state.catalog.children_of(relation.oid):
            clone_foreign_key(state, child, find_constraint(relation, name) or constraint)
    return relation


def _action(action: str | None) -> str:
    return "a" if action in (None, "", "\0") else str(action)


def resolve_foreign_key(state: DdlState, relation: Relation, constraint: Constraint, node: ast.Constraint) -> Relation:
    """Find the referenced table and its key, and write them into the constraint."""
    target = ddl_names.get_relation(state, node.pktable)
    if target.kind not in "rp":
        raise PgError("42809", f'referenced relation "{target.name}" is not a table', where(node.pktable))
    if node.pk_attrs:
        wanted = tuple(attribute.sval for attribute in node.pk_attrs)
        for column in wanted:
            if column not in target.by_name:
                message = f'column "{column}" referenced in foreign key constraint does not exist'
                raise PgError("42703", message, where(node))
        key = _matching_key(state, target, wanted)
        if key is None:
            message = f'there is no unique constraint matching given keys for referenced table "{target.name}"'
            raise PgError("42830", message, where(node))
    else:
        primary = next((one for one in target.constraints if one.kind == "p"), None)
        if primary is None:
            message = f'there is no primary key for referenced table "{target.name}"'
            raise PgError("42704", message, where(node))
        wanted = primary.columns
        key = Address("constraint", target.oid, primary.name)
    if len(wanted) != len(constraint.columns):
        raise PgError("42830", "number of referencing and referenced columns for foreign key disagree", where(node))
    _check_comparable(state, relation, constraint, target, wanted, where(node))
    relation = state.catalog.relation(relation.oid)
    relation = with_constraint(relation, replace(constraint, ref_relation=target.oid, ref_columns=wanted))
    state.catalog.put_relation(relation)
    me = Address("constraint", relation.oid, constraint.name)
    if target.oid != relation.oid or key.sub != constraint.name:
        state.depend.record(me, key)
        for column in wanted:
            state.depend.record(me, Address("relation", target.oid, target.by_name[column].attnum))
    return relation


def _check_comparable(
    state: DdlState,
    relation: Relation,
    constraint: Constraint,
    target: Relation,
    wanted: tuple[str, ...],
    location: int,
) -> None:
    """The search for the operators in ATAddForeignKeyConstraint: the two sides of each pair can be compared."""
    catalog = state.catalog
    for own, other in zip(constraint.columns, wanted, strict=True):
        fk_type, pk_type = relation.by_name[own].type_oid, target.by_name[other].type_oid
        fk_base, pk_base = get_base_type(catalog, fk_type), get_base_type(catalog, pk_type)
        if fk_base == pk_base:
            continue
        opclass = catalog.default_opclass(pk_base, "btree")
        if opclass is not None and catalog.opfamily_member(opclass.opcfamily, pk_base, fk_base, _BT_EQUAL):
            continue
        if can_coerce_type(catalog, [fk_type], [pk_type], enums.CoercionContext.COERCION_IMPLICIT):
            continue
        raise PgError(
            "42804",
            f'foreign key constraint "{constraint.name}" cannot be implemented',
            location,
            detail=f'Key columns "{own}" of the referencing table and "{other}" of the referenced table are of'
            f" incompatible types: {format_type(catalog, fk_type)} and {format_type(catalog, pk_type)}.",
        )


def _matching_key(state: DdlState, target: Relation, wanted: tuple[str, ...]) -> Address | None:
    """transformFkeyCheckAttrs: a unique index on exactly these columns, in any order."""
    for index in state.catalog.indexes_of(target.oid):
        if (index.unique or index.constraint) and index.predicate is None:
            keys = [column.name for column in index.columns]
            if None not in keys and len(keys) == len(wanted) and {*keys} == {*wanted}:
                if index.constraint:
                    return Address("constraint", target.oid, index.constraint)
                return Address("relation", index.oid)
    return None


def clone_foreign_key(state: DdlState, child: Relation, constraint: Constraint) -> None:
    """CloneForeignKeyConstraints: a partition gets the partitioned table's foreign keys; one that it has serves."""
    equal = next((one for one in child.constraints if _serves(child, one, constraint)), None)
    if equal is not None:
        mine = replace(equal, inherit_count=1, is_local=False, validated=equal.validated or constraint.validated)
        state.catalog.put_relation(with_constraint(child, mine))
        for grandchild in state.catalog.children_of(child.oid):
            clone_foreign_key(state, grandchild, mine)
        return
    name = constraint.name
    if find_constraint(child, name) is not None:
        addition = ddl_names.join_column_names(constraint.columns)
        name = ddl_names.choose_constraint_name(state, child.name, addition, "fkey", child.namespace, names_of(child))
    copy = replace(constraint, name=name, inherit_count=1, is_local=False)
    child = replace(child, constraints=(*child.constraints, copy))
    state.catalog.put_relation(child)
    record_columns(state, child, copy)
    state.depend.record(Address("constraint", child.oid, name), Address("relation", constraint.ref_relation))
    for grandchild in state.catalog.children_of(child.oid):
        clone_foreign_key(state, grandchild, copy)


def _serves(child: Relation, mine: Constraint, theirs: Constraint) -> bool:
    """tryAttachPartitionForeignKey"""
    if mine.kind != "f" or mine.inherit_count:
        return False
    keys = ("columns", "ref_relation", "ref_columns", "deferrable", "initially_deferred")
    actions = ("on_update", "on_delete", "match_type")
    if any(getattr(mine, key) != getattr(theirs, key) for key in (*keys, *actions)):
        return False
    if mine.enforced != theirs.enforced:
        message = (
            f'constraint "{theirs.name}" enforceability conflicts with constraint "{mine.name}"'
            f' on relation "{child.name}"'
        )
        raise PgError("42P17", message)
    return True


def settle_late_foreign_keys(state: DdlState) -> list[tuple[LateForeignKey, PgError]]:
    """Look the forward references up again; what is still not there is an error."""
    failed: list[tuple[LateForeignKey, PgError]] = []
    for late in state.late_foreign_keys:
        relation = state.catalog.find_relation(late.relation)
        constraint = None if relation is None else find_constraint(relation, late.name)
        if relation is None or constraint is None or constraint.ref_relation:
            continue
        state.catalog.search_path = late.search_path
        try:
            resolve_foreign_key(state, relation, constraint, late.constraint)
        except PgError as error:
            failed.append((late, error))
    state.late_foreign_keys.clear()
    return failed


def foreign_key_columns(node: ast.Constraint) -> list[Any]:
    """The names of the columns that refer to the other table."""
    return [attribute.sval for attribute in node.fk_attrs or ()]
