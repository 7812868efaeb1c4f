"""DROP: the object, what goes with it, and what stands in its way.

Takes raw DropStmts and a `DdlState`. Mirrors `dependency.c` (performMultipleDeletions, findDependentObjects,
reportDependentObjects) and `dropcmds.c`; names of what is to be dropped are resolved in `ddl_address.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.catalog import ddl_address, ddl_constraint, ddl_misc, ddl_operator, ddl_statistics
from querygen.catalog.ddl_depend import AUTO, INTERNAL, NORMAL, Address
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.pg_catalog.rows import Oid
    from querygen.sql.nodes import ast


def drop_objects(state: DdlState, stmt: ast.DropStmt) -> None:
    """RemoveObjects, RemoveRelations"""
    cascade = stmt.behavior == enums.DropBehavior.DROP_CASCADE
    targets: list[Address] = []
    for node in stmt.objects:
        if stmt.removeType == enums.ObjectType.OBJECT_EXTENSION:
            drop_extension(state, node.sval, missing_ok=bool(stmt.missing_ok), cascade=cascade)
            continue
        if stmt.removeType == enums.ObjectType.OBJECT_OPFAMILY:
            ddl_operator.drop_opfamily(state, node, missing_ok=bool(stmt.missing_ok), cascade=cascade)
            continue
        address = ddl_address.resolve(state, stmt.removeType, node, missing_ok=bool(stmt.missing_ok), drop=True)
        if address is not None and address not in targets:
            targets.append(address)
    perform_deletion(state, targets, cascade=cascade)


def perform_deletion(state: DdlState, targets: Sequence[Address], *, cascade: bool) -> None:
    """performMultipleDeletions"""
    doomed: dict[Address, str] = {}  # why each object goes: "" target, else the kind of dependency
    reasons: dict[Address, Address] = {}
    for target in targets:
        owner = _owner_of(state, target)
        if owner is not None and owner not in targets:
            this, whole = ddl_address.describe(state, target), ddl_address.describe(state, owner)
            message = f"cannot drop {this} because {whole} requires it"
            raise PgError("2BP01", message, hint=f"You can drop {whole} instead.")
        doomed[target] = ""
    queue = [*doomed]
    blocked: list[Address] = []
    while queue:
        here = queue.pop(0)
        for dependent, referenced, kind in state.depend.dependents(here):
            if dependent in doomed or Address(dependent.kind, dependent.oid) in doomed:
                if kind in (AUTO, INTERNAL) and doomed.get(dependent) == NORMAL:
                    doomed[dependent] = kind
                continue
            if dependent == here or ((dependent.kind, dependent.oid) == (here.kind, here.oid) and not here.sub):
                continue
            doomed[dependent] = kind
            reasons[dependent] = referenced if here.sub or referenced.kind != "relation" else here
            # an inner part that is reached from elsewhere takes its whole with it
            owner = state.depend.owner(dependent)
            if kind == NORMAL and owner is not None and owner not in doomed:
                doomed[owner] = NORMAL
                reasons[owner] = reasons[dependent]
                queue.append(owner)
            queue.append(dependent)
    blocked = [address for address, kind in doomed.items() if kind == NORMAL]
    if blocked and not cascade:
        lines = [
            f"{ddl_address.describe(state, one)} depends on {ddl_address.describe(state, reasons[one])}"
            for one in blocked
        ]
        hint = "Use DROP ... CASCADE to drop the dependent objects too."
        if len(targets) == 1:
            message = f"cannot drop {ddl_address.describe(state, targets[0])} because other objects depend on it"
        else:
            message = "cannot drop desired object(s) because other objects depend on them"
        raise PgError("2BP01", message, hint=hint, detail="\n".join(lines))
    for address in reversed([*doomed]):
        delete_object(state, address)


def _owner_of(state: DdlState, target: Address) -> Address | None:
    """What the target is an inner part of, if it cannot be dropped without it."""
    owner = state.depend.owner(target)
    if owner is not None and target.kind == "relation" and owner.kind == "type":
        return None  # a composite type's relation is dropped through its type
    return owner


# ---------------------------------------------------------------------------------------------- doDeletion


def delete_object(state: DdlState, address: Address) -> None:
    """doDeletion, and the object's own rows of pg_depend."""
    catalog = state.catalog
    match address.kind:
        case "relation" if address.sub:
            ddl_statistics.drop_column(state, address.oid, int(address.sub))
            drop_column_now(state, address.oid, int(address.sub))
        case "relation":
            if catalog.find_relation(address.oid) is not None:
                catalog.drop_relation(address.oid)
            else:
                catalog.drop_index(address.oid)
        case "type":
            row = catalog.find_type(address.oid)
            if row is not None:
                catalog.drop_type(address.oid)
                if row.typrelid and (relation := catalog.find_relation(row.typrelid)) and relation.kind == "c":
                    catalog.drop_relation(row.typrelid)
        case "proc":
            catalog.drop_proc(address.oid)
        case "operator":
            _unlink_operator(state, address.oid)
            catalog.drop_operator(address.oid)
        case "cast":
            catalog.drop_cast(address.oid, int(address.sub))
        case "opclass":
            catalog.drop_opclass(address.oid)
        case "collation":
            catalog.drop_collation(address.oid)
        case "schema":
            _forget_extensions(state, address.oid)
            catalog.drop_namespace(address.oid)
        case "constraint":
            _drop_constraint_now(state, address.oid, str(address.sub))
        case "default":
            relation = catalog.find_relation(address.oid)
            if relation is not None:
                column = relation.columns[int(address.sub) - 1]
                column = replace(column, has_default=False, default_sql=None, default_expr=None)
                catalog.put_relation(ddl_constraint.with_column(relation, column))
        case "trigger":
            if (relation := catalog.find_relation(address.oid)) is not None:
                kept = tuple(one for one in relation.triggers if one.name != address.sub)
                catalog.put_relation(replace(relation, triggers=kept))
        case "rule":
            if (relation := catalog.find_relation(address.oid)) is not None:
                rules = tuple(one for one in relation.rules if one.name != address.sub)
                catalog.put_relation(replace(relation, rules=rules))
        case "policy":
            if (relation := catalog.find_relation(address.oid)) is not None:
                policies = tuple(one for one in relation.policies if one != address.sub)
                catalog.put_relation(replace(relation, policies=policies))
    state.depend.forget(address)
    state.depend.forget_references(address)


def _unlink_operator(state: DdlState, oid: Oid) -> None:
    """OperatorUpd on deletion: the commutator and the negator no longer point here."""
    for other in [*state.catalog.operators()]:
        if oid in (other.oprcom, other.oprnegate) and other.oid != oid:
            com = 0 if other.oprcom == oid else other.oprcom
            negate = 0 if other.oprnegate == oid else other.oprnegate
            state.catalog.put_operator(replace(other, oprcom=com, oprnegate=negate))


def drop_column_now(state: DdlState, oid: Oid, attnum: int) -> None:
    """RemoveAttributeById: the column's number stays taken."""
    relation = state.catalog.find_relation(oid)
    if relation is None:
        return
    column = relation.columns[attnum - 1]
    gone = replace(
        column,
        name=f"........pg.dropped.{attnum}........",
        dropped=True,
        not_null=False,
        has_default=False,
        default_sql=None,
        default_expr=None,
        generated="",
        identity="",
    )
    state.catalog.put_relation(ddl_constraint.with_column(relation, gone))


def _drop_constraint_now(state: DdlState, oid: Oid, name: str) -> None:
    """RemoveConstraintById: with it goes its index, and a NOT NULL's mark."""
    if state.catalog.find_relation(oid) is None:
        drop_domain_constraint(state, oid, name)
        return
    relation = state.catalog.relation(oid)
    constraint = ddl_constraint.find_constraint(relation, name)
    if constraint is None:
        return
    relation = replace(relation, constraints=tuple(one for one in relation.constraints if one is not constraint))
    if constraint.kind == "n" and (column := relation.by_name.get(constraint.columns[0])) is not None:
        relation = ddl_constraint.with_column(relation, replace(column, not_null=False, not_null_validated=True))
    state.catalog.put_relation(relation)


def drop_domain_constraint(state: DdlState, oid: Oid, name: str) -> None:
    """Take a CHECK away from a domain."""
    domain = state.catalog.domain(oid)
    if domain is not None:
        state.catalog.put_domain(replace(domain, checks=tuple(one for one in domain.checks if one.name != name)))


# ---------------------------------------------------------------------------------------------- extensions


def drop_extension(state: DdlState, name: str, *, missing_ok: bool, cascade: bool) -> None:
    """RemoveExtensionById: every row that the extension brought."""
    extension = state.extensions.get(name)
    if extension is None:
        if missing_ok or name == "plpgsql":
            return
        raise PgError("42704", f'extension "{name}" does not exist')
    for other in _dependents_of(state, name):
        if not cascade:
            raise PgError(
                "2BP01",
                f"cannot drop extension {name} because other objects depend on it",
                hint="Use DROP ... CASCADE to drop the dependent objects too.",
                detail=f"extension {other} depends on extension {name}",
            )
        drop_extension(state, other, missing_ok=True, cascade=True)
    members = _members(state, name)
    users = [
        (dependent, referenced)
        for member in members
        for dependent, referenced, _kind in state.depend.dependents(member)
        if Address(dependent.kind, dependent.oid) not in members
    ]
    if users and not cascade:
        lines = [
            f"{ddl_address.describe(state, one)} depends on {ddl_address.describe(state, other)}"
            for one, other in users
        ]
        raise PgError(
            "2BP01",
            f"cannot drop extension {name} because other objects depend on it",
            hint="Use DROP ... CASCADE to drop the dependent objects too.",
            detail="\n".join(lines),
        )
    perform_deletion(state, [*dict.fromkeys(dependent for dependent, _referenced in users)], cascade=True)
    for member in members:
        delete_object(state, member)
    del state.extensions[name]
    state.catalog.extensions.discard(name)


def _dependents_of(state: DdlState, name: str) -> list[str]:
    """The extensions there are that need this one."""
    return [
        other.name
        for other in state.extensions.values()
        if other.data is not None and name in ddl_misc.required_by(other.data)
    ]


def _members(state: DdlState, name: str) -> dict[Address, None]:
    data = state.extensions[name].data
    found: dict[Address, None] = {}
    if data is None:
        return found
    for catalogue, kind in (
        ("pg_opclass", "opclass"),
        ("pg_operator", "operator"),
        ("pg_proc", "proc"),
        ("pg_type", "type"),
        ("pg_class", "relation"),
    ):
        for row in data.rows(catalogue):
            found[Address(kind, row.oid)] = None
    for row in data.rows("pg_cast"):
        found[Address("cast", row.castsource, row.casttarget)] = None
    return found


def _forget_extensions(state: DdlState, namespace: Oid) -> None:
    """DROP SCHEMA takes the extensions of the schema along."""
    for extension in [*state.extensions.values()]:
        if extension.namespace == namespace:
            drop_extension(state, extension.name, missing_ok=True, cascade=True)
