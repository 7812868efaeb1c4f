"""Owners, grants, default privileges and roles, kept in `catalog.facts`.

Takes statements after they were carried out. ("owner", kind, oid) is a role; ("acl", kind, oid, attnum) is what each
grantee may do: grantee → privilege → whether it may be handed on. What an owner may by birth is not written down.
Mirrors `aclchk.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.catalog import ddl_address, ddl_names
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from querygen.catalog.ddl_state import DdlState

ObjectType = enums.ObjectType
PRIVILEGES: dict[str, tuple[str, ...]] = {
    "table": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"),
    "column": ("SELECT", "INSERT", "UPDATE", "REFERENCES"),
    "sequence": ("USAGE", "SELECT", "UPDATE"),
    "function": ("EXECUTE",),
    "schema": ("USAGE", "CREATE"),
    "type": ("USAGE",),
    "language": ("USAGE",),
    "fdw": ("USAGE",),
    "server": ("USAGE",),
}
# What PUBLIC may do without being told (acldefault)
BORN: dict[str, tuple[str, ...]] = {"function": ("EXECUTE",), "type": ("USAGE",), "language": ("USAGE",)}
_KINDS = {
    ObjectType.OBJECT_TABLE: "table",
    ObjectType.OBJECT_SEQUENCE: "sequence",
    ObjectType.OBJECT_FUNCTION: "function",
    ObjectType.OBJECT_PROCEDURE: "function",
    ObjectType.OBJECT_ROUTINE: "function",
    ObjectType.OBJECT_SCHEMA: "schema",
    ObjectType.OBJECT_TYPE: "type",
    ObjectType.OBJECT_DOMAIN: "type",
    ObjectType.OBJECT_LANGUAGE: "language",
    ObjectType.OBJECT_FDW: "fdw",
    ObjectType.OBJECT_FOREIGN_SERVER: "server",
}
Acl = dict[str, dict[str, bool]]


def role_name(role: Any) -> str:
    """A RoleSpec as it is written: quoted where it has to be."""
    from querygen.analyze.typename import quote_identifier

    kinds = enums.RoleSpecType
    match role.roletype:
        case kinds.ROLESPEC_PUBLIC:
            return "PUBLIC"
        case kinds.ROLESPEC_CURRENT_USER | kinds.ROLESPEC_CURRENT_ROLE:
            return "CURRENT_USER"
        case kinds.ROLESPEC_SESSION_USER:
            return "SESSION_USER"
    return quote_identifier(role.rolename)


def role_names(roles: Iterable[Any] | None) -> tuple[str, ...]:
    """The names of the roles of a list, in alphabetical order."""
    return tuple(sorted(role_name(one) for one in roles or ()))


def note(state: DdlState, stmt: Any) -> None:
    """Keep what the statement says of rights."""
    match stmt:
        case ast.GrantStmt():
            _grant(state, stmt)
        case ast.AlterDefaultPrivilegesStmt():
            _default_privileges(state, stmt)
        case ast.AlterOwnerStmt():
            _owner(state, stmt)
        case ast.AlterTableStmt():
            for command in stmt.cmds:
                if command.subtype == enums.AlterTableType.AT_ChangeOwner:
                    oid = ddl_names.find_relation(state, stmt.relation)
                    if oid is not None:
                        _put(state, ("owner", "relation", oid), role_name(command.newowner))
        case ast.CreateSchemaStmt() if stmt.authrole is not None:
            name = stmt.schemaname or stmt.authrole.rolename
            _put(state, ("owner", "schema", state.catalog.namespace_oid(name)), role_name(stmt.authrole))
    _born(state, stmt)


def _put(state: DdlState, key: tuple[Any, ...], value: Any) -> None:
    if key[0] == "owner" and value == "CURRENT_USER":  # whoever runs the statements: as if nothing were said
        state.catalog.journal.pop(state.catalog.facts, key)
        return
    state.catalog.journal.put(state.catalog.facts, key, value)


def _owner(state: DdlState, stmt: ast.AlterOwnerStmt) -> None:
    name = role_name(stmt.newowner)
    address = ddl_address.resolve(state, stmt.objectType, _as_type(stmt.objectType, stmt.object))
    if address is not None:
        _put(state, ("owner", address.kind, address.oid), name)
    else:
        from querygen.catalog import ddl_units

        if (key := ddl_units.key_of(state, stmt.objectType, stmt.object)) is not None:
            _put(state, ("owner", *key), name)


def _as_type(objtype: Any, node: Any) -> Any:
    if objtype in (ObjectType.OBJECT_TYPE, ObjectType.OBJECT_DOMAIN) and isinstance(node, tuple):
        return ast.TypeName(names=node, typemod=-1)
    return node


# ---------------------------------------------------------------------------------------------- GRANT, REVOKE


def _grant(state: DdlState, stmt: ast.GrantStmt) -> None:
    kind = _KINDS.get(stmt.objtype)
    if kind is None:
        return  # databases, parameters, tablespaces: not in a schema
    for target in _targets(state, stmt, kind):
        for privileges, columns in _privileges(stmt, target[0]):
            if columns:
                relation = state.catalog.relation(target[1])
                for column in columns:
                    attribute = relation.by_name.get(column)
                    if attribute is None:
                        message = f'column "{column}" of relation "{relation.name}" does not exist'
                        raise PgError("42703", message)
                    _change(state, ("acl", "table", target[1], attribute.attnum), stmt, privileges, "column")
            else:
                _change(state, ("acl", target[0], target[1], 0), stmt, privileges, target[0])
                if target[0] == "table" and not stmt.is_grant:
                    _revoke_columns(state, target[1], stmt, privileges)


def _revoke_columns(state: DdlState, oid: int, stmt: ast.GrantStmt, privileges: tuple[str, ...]) -> None:
    """REVOKE from a table takes the same rights from its columns."""
    for key in [key for key in state.catalog.facts if key[:3] == ("acl", "table", oid) and key[3]]:
        _change(state, key, stmt, privileges, "column")


def _targets(state: DdlState, stmt: ast.GrantStmt, kind: str) -> Iterator[tuple[str, Any]]:
    catalog = state.catalog
    if stmt.targtype == enums.GrantTargetType.ACL_TARGET_ALL_IN_SCHEMA:
        for schema in stmt.objects:
            namespace = catalog.namespace_oid(schema.sval)
            if namespace is None:
                raise PgError("3F000", f'schema "{schema.sval}" does not exist')
            if kind == "function":
                for row in [*catalog.procs()]:
                    if row.pronamespace == namespace and _fits_kind(stmt.objtype, row.prokind):
                        yield kind, row.oid
            for relation in catalog.relations():
                wanted = "S" if kind == "sequence" else "rvmpf"
                if kind != "function" and relation.namespace == namespace and relation.kind in wanted:
                    yield kind, relation.oid
        return
    for node in stmt.objects:
        match node:
            case ast.RangeVar():
                relation = ddl_names.get_relation(state, node)
                yield ("sequence" if relation.kind == "S" else "table"), relation.oid
            case ast.ObjectWithArgs() | ast.TypeName():
                address = ddl_address.resolve(state, stmt.objtype, node)
                if address is not None:
                    yield kind, address.oid
            case tuple():
                address = ddl_address.resolve(state, stmt.objtype, ast.TypeName(names=node, typemod=-1))
                if address is not None:
                    yield kind, address.oid
            case ast.String() if kind == "schema":
                oid = catalog.namespace_oid(node.sval)
                if oid is None:
                    raise PgError("3F000", f'schema "{node.sval}" does not exist')
                yield kind, oid
            case ast.String():
                yield kind, node.sval


def _fits_kind(objtype: Any, prokind: str) -> bool:
    if objtype == ObjectType.OBJECT_ROUTINE:
        return True
    return bool((prokind == "p") == (objtype == ObjectType.OBJECT_PROCEDURE))


def _privileges(stmt: ast.GrantStmt, kind: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    if stmt.privileges is None:
        yield PRIVILEGES[kind], ()
        return
    for one in stmt.privileges:
        columns = tuple(part.sval for part in one.cols or ())
        if one.priv_name is None:
            yield PRIVILEGES["column" if columns else kind], columns
        else:
            yield (one.priv_name.upper(),), columns


def _change(state: DdlState, key: tuple[Any, ...], stmt: ast.GrantStmt, privileges: tuple[str, ...], kind: str) -> None:
    acl = state.catalog.facts.get(key)
    if acl is None:
        acl = born_acl(kind)
    acl = {grantee: dict(rights) for grantee, rights in acl.items()}
    apply(acl, stmt, [one for one in privileges if one in PRIVILEGES[kind]])
    _put(state, key, acl)


def born_acl(kind: str) -> Acl:
    """What everybody may do with a new object of this kind."""
    return {"PUBLIC": dict.fromkeys(BORN[kind], False)} if kind in BORN else {}


def apply(acl: Acl, stmt: ast.GrantStmt, privileges: Iterable[str]) -> None:
    """GRANT or REVOKE, in place"""
    for role in stmt.grantees:
        name = role_name(role)
        rights = acl.setdefault(name, {})
        for privilege in privileges:
            if stmt.is_grant:
                rights[privilege] = bool(stmt.grant_option) or rights.get(privilege, False)
            elif stmt.grant_option:
                if privilege in rights:
                    rights[privilege] = False
            else:
                rights.pop(privilege, None)
        if not rights:
            acl.pop(name)


# ---------------------------------------------------------------------------------------------- default privileges


def _default_privileges(state: DdlState, stmt: ast.AlterDefaultPrivilegesStmt) -> None:
    roles: tuple[str, ...] = (state.role,)
    schemas: tuple[str, ...] = ("",)
    for option in stmt.options or ():
        if option.defname == "roles":
            roles = tuple(role_name(one) for one in option.arg)
        elif option.defname == "schemas":
            schemas = tuple(one.sval for one in option.arg)
    action = stmt.action
    kind = _KINDS[action.objtype]
    if action.privileges is None:
        privileges = PRIVILEGES[kind]
    else:
        privileges = tuple(one.priv_name.upper() for one in action.privileges)
    for role in roles:
        for schema in schemas:
            key = ("defacl", role, schema, kind)
            old = state.catalog.facts.get(key)
            if old is None:
                old = born_acl(kind) if not schema else {}
            acl = {grantee: dict(rights) for grantee, rights in old.items()}
            apply(acl, action, privileges)
            _put(state, key, acl)
            _put(state, ("defacl",), True)  # that there are any


def default_acl(facts: dict[tuple[Any, ...], Any], schema: str, kind: str) -> Acl | None:
    """What a new object has from the default privileges in force; None: there are none."""
    found = [facts.get(("defacl", role, place, kind)) for role in ("", "CURRENT_USER") for place in ("", schema)]
    if all(one is None for one in found):
        return None
    merged = (
        {}
        if any(facts.get(("defacl", role, "", kind)) is not None for role in ("", "CURRENT_USER"))
        else born_acl(kind)
    )
    for one in found:
        for grantee, rights in (one or {}).items():
            old = merged.setdefault(grantee, {})
            for privilege, grantable in rights.items():
                old[privilege] = grantable or old.get(privilege, False)
    return merged


def _born(state: DdlState, stmt: Any) -> None:
    """A new object takes the default privileges of its day."""
    facts = state.catalog.facts
    if state.role:
        for kind, oid, _namespace in _made(state, stmt):
            owned = ("owner", {"function": "proc", "type": "type"}.get(kind, "relation"), oid)
            if owned not in facts:
                _put(state, owned, state.role)
    if ("defacl",) not in facts:
        return
    for kind, oid, namespace in _made(state, stmt):
        key = ("acl", kind, oid, 0)
        if key in facts:
            continue
        acl = default_acl(facts, state.catalog.namespace_name(namespace), kind)
        if acl is not None:
            _put(state, key, acl)


def _made(state: DdlState, stmt: Any) -> Iterator[tuple[str, Any, Any]]:
    catalog = state.catalog
    node = None
    match stmt:
        case ast.CreateStmt():
            node = stmt.relation
        case ast.CreateForeignTableStmt():
            node = stmt.base.relation
        case ast.ViewStmt():
            node = stmt.view
        case ast.CreateSeqStmt():
            node = stmt.sequence
        case ast.CreateTableAsStmt():
            node = stmt.into.rel
        case ast.CreateFunctionStmt():
            namespace, name = ddl_names.creation_namespace(state, stmt.funcname)
            for row in catalog.procs_named(name, catalog.namespace_name(namespace)):
                if ("acl", "function", row.oid, 0) not in catalog.facts:
                    yield "function", row.oid, namespace
        case ast.CreateEnumStmt() | ast.CreateRangeStmt():
            yield from _made_type(state, stmt.typeName)
        case ast.CreateDomainStmt():
            yield from _made_type(state, stmt.domainname)
        case ast.CompositeTypeStmt():
            node = stmt.typevar
    if node is not None:
        oid = ddl_names.find_relation(state, node)
        relation = None if oid is None else catalog.find_relation(oid)
        if relation is not None:
            if relation.kind == "c":
                yield "type", relation.reltype, relation.namespace
            else:
                yield ("sequence" if relation.kind == "S" else "table"), relation.oid, relation.namespace


def _made_type(state: DdlState, names: Any) -> Iterator[tuple[str, Any, Any]]:
    address = ddl_address.resolve(state, ObjectType.OBJECT_TYPE, ast.TypeName(names=names, typemod=-1), missing_ok=True)
    if address is not None:
        yield "type", address.oid, state.catalog.type(address.oid).typnamespace
