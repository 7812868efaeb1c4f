"""Operators, casts, operator classes and families, collations.

Takes raw statements and a `DdlState`, puts rows of the catalogues of those names. Mirrors `operatorcmds.c`,
`pg_operator.c`, `functioncmds.c: CreateCast`, `opclasscmds.c` and `collationcmds.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.coerce_path import is_binary_coercible
from querygen.analyze.pgtypes import BOOLOID, INT4OID
from querygen.analyze.typename import (
    deconstruct_qualified_name,
    format_type,
    lookup_explicit_namespace,
    typename_type_id,
)
from querygen.catalog import ddl_address, ddl_function, ddl_names
from querygen.catalog.ddl_aggregate import names_of
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import name_list, where
from querygen.diagnostics import PgError
from querygen.pg_catalog.rows import PgAmop, PgCast, PgCollation, PgOpclass, PgOperator
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.ddl_state import DdlState
    from querygen.pg_catalog.rows import Oid, PgProc

_OPERATOR_ITEM = 1  # OPCLASS_ITEM_OPERATOR


# ---------------------------------------------------------------------------------------------- operators


def create_operator(state: DdlState, stmt: ast.DefineStmt) -> None:
    """DefineOperator"""
    catalog = state.catalog
    namespace, name = ddl_names.creation_namespace(state, stmt.defnames)
    options: dict[str, Any] = {option.defname.lower(): option.arg for option in stmt.definition or ()}
    left = typename_type_id(None, catalog, options["leftarg"]) if "leftarg" in options else 0
    function = options.get("function") or options.get("procedure")
    if function is None:
        raise PgError("42P13", "operator function must be specified")
    if "rightarg" not in options:
        if left:
            raise PgError(
                "42P13",
                "operator right argument type must be specified",
                detail="Postfix operators are not supported.",
            )
        raise PgError("42P13", "operator argument types must be specified")
    right = typename_type_id(None, catalog, options["rightarg"])
    arguments = (left, right) if left else (right,)
    proc = ddl_function.find_exact(state, names_of(function), arguments)
    if proc is None:
        shown = ddl_function.signature(state, name_list(names_of(function)), arguments)
        raise PgError("42883", f"function {shown} does not exist")
    for option, needs_two, what in (
        ("commutator", "have commutators", ""),
        ("join", "have join selectivity", "have join selectivity"),
        ("merges", "merge join", "merge join"),
        ("hashes", "hash", "hash"),
        ("negator", "", "have negators"),
        ("restrict", "", "have restriction selectivity"),
    ):
        if option in options and needs_two and not left:
            raise PgError("42P13", f"only binary operators can {needs_two}")
        if option in options and what and proc.prorettype != BOOLOID:
            raise PgError("42P13", f"only boolean operators can {what}")
    old = _find(state, name, namespace, left, right)
    if old is not None and old.oprcode:
        raise PgError("42723", f"operator {name} already exists")
    oid = old.oid if old is not None else catalog.new_oid()
    row = PgOperator(
        oid=oid,
        oprname=name,
        oprnamespace=namespace,
        oprkind="b" if left else "l",
        oprcanmerge="merges" in options,
        oprcanhash="hashes" in options,
        oprleft=left,
        oprright=right,
        oprresult=proc.prorettype,
        oprcom=old.oprcom if old else 0,
        oprnegate=old.oprnegate if old else 0,
        oprcode=proc.oid,
    )
    catalog.put_operator(row)
    for key, sides in (("commutator", (right, left)), ("negator", (left, right))):
        if key in options:
            row = _link(state, row, names_of(options[key]), sides, key)
    me = Address("operator", oid)
    state.depend.forget(me)
    state.depend.record(me, Address("schema", namespace))
    state.depend.record(me, Address("proc", proc.oid))
    for side in {left, right}:
        state.depend.record(me, Address("type", side))


def _find(state: DdlState, name: str, namespace: Oid, left: Oid, right: Oid) -> PgOperator | None:
    schema = state.catalog.namespace_name(namespace)
    for row in state.catalog.operators_named(name, schema):
        if (row.oprleft, row.oprright) == (left, right):
            return row
    return None


def _link(state: DdlState, row: PgOperator, names: Sequence[Any], sides: tuple[Oid, Oid], what: str) -> PgOperator:
    """get_other_operator, OperatorUpd: the other operator points back; one that is not there becomes a shell."""
    catalog = state.catalog
    schema, name = deconstruct_qualified_name(names)
    left, right = sides
    other = next(
        (one for one in catalog.operators_named(name, schema) if (one.oprleft, one.oprright) == (left, right)), None
    )
    if other is None:
        namespace = row.oprnamespace if schema is None else lookup_explicit_namespace(catalog, schema)
        other = PgOperator(catalog.new_oid(), name, namespace, row.oprkind, False, False, left, right, 0, 0, 0, 0)
    itself = other.oid == row.oid
    if what == "commutator":
        row = replace(row, oprcom=other.oid)
        back = None if other.oprcom else replace(other, oprcom=row.oid)
    else:
        row = replace(row, oprnegate=other.oid)
        back = None if other.oprnegate else replace(other, oprnegate=row.oid)
    catalog.put_operator(row)
    if back is not None and not itself:
        catalog.put_operator(back)
    return row


def alter_operator(state: DdlState, stmt: ast.AlterOperatorStmt) -> None:
    """AlterOperator: commutator, negator, MERGES, HASHES"""
    row = ddl_address.find_operator(state, stmt.opername)
    if row is None:
        return
    for option in stmt.options or ():
        match option.defname.lower():
            case "commutator" if option.arg is not None:
                row = _link(state, row, names_of(option.arg), (row.oprright, row.oprleft), "commutator")
            case "negator" if option.arg is not None:
                row = _link(state, row, names_of(option.arg), (row.oprleft, row.oprright), "negator")
            case "merges":
                row = replace(row, oprcanmerge=True)
            case "hashes":
                row = replace(row, oprcanhash=True)
    state.catalog.put_operator(row)


# ---------------------------------------------------------------------------------------------- casts


def _check_cast_function(catalog: Catalog, source: Oid, target: Oid, proc: PgProc) -> None:
    """CreateCast, WITH FUNCTION"""
    arguments = proc.proargtypes
    message = None
    if not 1 <= len(arguments) <= 3:
        message = "cast function must take one to three arguments"
    elif not is_binary_coercible(catalog, source, arguments[0]):
        message = "argument of cast function must match or be binary-coercible from source data type"
    elif len(arguments) > 1 and arguments[1] != INT4OID:
        message = "second argument of cast function must be type integer"
    elif len(arguments) > 2 and arguments[2] != BOOLOID:
        message = "third argument of cast function must be type boolean"
    elif not is_binary_coercible(catalog, proc.prorettype, target):
        message = "return data type of cast function must match or be binary-coercible to target data type"
    elif proc.prokind != "f":
        message = "cast function must be a normal function"
    elif proc.proretset:
        message = "cast function must not return a set"
    if message is not None:
        raise PgError("42P17", message)
    if source == target and len(arguments) < 2:
        raise PgError("42P17", "source data type and target data type are the same")


def _check_binary_cast(catalog: Catalog, source: Oid, target: Oid) -> None:
    """CreateCast, WITHOUT FUNCTION"""
    rows = catalog.type(source), catalog.type(target)
    if any(row.typtype == "c" for row in rows):
        raise PgError("42P17", "composite data types are not binary-compatible")
    if any(row.typelem and row.typsubscript == "array_subscript_handler" for row in rows):
        raise PgError("42P17", "array data types are not binary-compatible")
    if any(row.typtype in "rm" for row in rows):
        raise PgError("42P17", "range data types are not binary-compatible")
    if any(row.typtype == "e" for row in rows):
        raise PgError("42P17", "enum data types are not binary-compatible")
    if any(row.typtype == "d" for row in rows):
        raise PgError("42P17", "domain data types must not be marked binary-compatible")
    if source == target:
        raise PgError("42P17", "source data type and target data type are the same")


def create_cast(state: DdlState, stmt: ast.CreateCastStmt) -> None:
    """CreateCast"""
    catalog = state.catalog
    source = typename_type_id(None, catalog, stmt.sourcetype)
    target = typename_type_id(None, catalog, stmt.targettype)
    for oid, word, node in ((source, "source", stmt.sourcetype), (target, "target", stmt.targettype)):
        if catalog.type(oid).typtype == "p":
            shown = format_type(catalog, oid)
            raise PgError("42809", f"{word} data type {shown} is a pseudo-type", where(node))
    if catalog.cast(source, target) is not None:
        one, other = format_type(catalog, source), format_type(catalog, target)
        raise PgError("42710", f"cast from type {one} to type {other} already exists")
    function = 0
    method = "i" if stmt.inout else "b"
    if stmt.func is not None:
        proc = ddl_function.lookup_func_with_args(state, enums.ObjectType.OBJECT_FUNCTION, stmt.func)
        function = proc.oid if proc is not None else 0
        method = "f"
        if proc is not None:
            _check_cast_function(catalog, source, target, proc)
    elif not stmt.inout:
        _check_binary_cast(catalog, source, target)
    context = {
        enums.CoercionContext.COERCION_IMPLICIT: "i",
        enums.CoercionContext.COERCION_ASSIGNMENT: "a",
    }.get(stmt.context, "e")
    catalog.put_cast(PgCast(source, target, function, context, method))
    me = Address("cast", source, target)
    for address in (Address("type", source), Address("type", target), Address("proc", function)):
        if address.oid:
            state.depend.record(me, address)


# ---------------------------------------------------------------------------------------------- operator classes


def create_opfamily(state: DdlState, stmt: ast.CreateOpFamilyStmt) -> None:
    """DefineOpFamily"""
    namespace, name = ddl_names.creation_namespace(state, stmt.opfamilyname)
    key = (stmt.amname, namespace, name)
    if key in state.opfamilies:
        raise PgError("42710", f'operator family "{name}" for access method "{stmt.amname}" already exists')
    state.catalog.journal.put(state.opfamilies, key, state.catalog.new_oid())


def _family(state: DdlState, method: str, names: Sequence[Any], *, make: bool) -> Oid:
    """get_opfamily_oid. The families that PostgreSQL brings are known by the classes of their name only."""
    schema, name = deconstruct_qualified_name(names)
    path = state.catalog.search_path_oids() if schema is None else (state.catalog.namespace_oid(schema) or 0,)
    for namespace in path:
        if (oid := state.opfamilies.get((method, namespace, name))) is not None:
            return oid
    for row in state.catalog.opclasses():
        if row.opcmethod == method and row.opcname == name and row.opcnamespace in path:
            return row.opcfamily
    namespace, name = ddl_names.creation_namespace(state, names)
    oid = state.catalog.new_oid()
    if make:
        state.catalog.journal.put(state.opfamilies, (method, namespace, name), oid)
    return oid


def _family_key(state: DdlState, names: Sequence[Any]) -> tuple[str, Oid, str] | None:
    """The user's own family of a name that begins with its access method; None: not there, or PostgreSQL's."""
    schema, name = deconstruct_qualified_name(names[1:])
    path = state.catalog.search_path_oids() if schema is None else (state.catalog.namespace_oid(schema) or 0,)
    keys = [(names[0].sval, namespace, name) for namespace in path]
    return next((key for key in keys if key in state.opfamilies), None)


def drop_opfamily(state: DdlState, names: Sequence[Any], *, missing_ok: bool, cascade: bool) -> None:
    """DROP OPERATOR FAMILY, with the classes in it"""
    key = _family_key(state, names)
    if key is None:
        if missing_ok:
            return
        shown = name_list(names[1:])
        raise PgError("42704", f'operator family "{shown}" does not exist for access method "{names[0].sval}"')
    classes = [row for row in state.catalog.opclasses() if row.opcfamily == state.opfamilies[key]]
    if classes and not cascade and any(row.opcname != key[2] for row in classes):
        described = f"operator family {key[2]} for access method {key[0]}"
        raise PgError(
            "2BP01",
            f"cannot drop {described} because other objects depend on it",
            hint="Use DROP ... CASCADE to drop the dependent objects too.",
            detail=f"operator class {classes[0].opcname} for access method {key[0]} depends on {described}",
        )
    for row in classes:
        state.catalog.drop_opclass(row.oid)
    state.catalog.journal.pop(state.opfamilies, key)


def move_opfamily(state: DdlState, names: Sequence[Any], *, name: str | None = None, schema: str | None = None) -> None:
    """RENAME TO and SET SCHEMA of an operator family"""
    key = _family_key(state, names)
    if key is None:
        shown = name_list(names[1:])
        raise PgError("42704", f'operator family "{shown}" does not exist for access method "{names[0].sval}"')
    method, namespace, old_name = key
    if schema is not None:
        namespace = lookup_explicit_namespace(state.catalog, schema)
    new = (method, namespace, name or old_name)
    if new in state.opfamilies and new != key:
        place = state.catalog.namespace_name(namespace)
        message = f'operator family "{new[2]}" for access method "{method}" already exists in schema "{place}"'
        raise PgError("42710", message)
    oid = state.catalog.journal.pop(state.opfamilies, key)
    state.catalog.journal.put(state.opfamilies, new, oid)


def check_opclass_free(state: DdlState, method: str, name: str, namespace: Oid) -> None:
    """IsThereOpClassInNamespace"""
    for row in state.catalog.opclasses():
        if (row.opcmethod, row.opcname, row.opcnamespace) == (method, name, namespace):
            place = state.catalog.namespace_name(namespace)
            message = f'operator class "{name}" for access method "{method}" already exists in schema "{place}"'
            raise PgError("42710", message)


def create_opclass(state: DdlState, stmt: ast.CreateOpClassStmt) -> None:
    """DefineOpClass: the class with its operators; support functions are not kept."""
    catalog = state.catalog
    namespace, name = ddl_names.creation_namespace(state, stmt.opclassname)
    type_oid = typename_type_id(None, catalog, stmt.datatype)
    for row in catalog.opclasses():
        if (row.opcmethod, row.opcname, row.opcnamespace) == (stmt.amname, name, namespace):
            message = f'operator class "{name}" for access method "{stmt.amname}" already exists'
            raise PgError("42710", message)
    if stmt.isDefault and (other := catalog.default_opclass(type_oid, stmt.amname)) is not None:
        shown = format_type(catalog, type_oid)
        message = f'could not make operator class "{name}" be default for type {shown}'
        raise PgError("42710", message, detail=f'Operator class "{other.opcname}" already is the default.')
    family = _family(state, stmt.amname, stmt.opfamilyname or stmt.opclassname, make=True)
    oid = catalog.new_oid()
    catalog.put_opclass(PgOpclass(oid, stmt.amname, name, namespace, family, type_oid, bool(stmt.isDefault)))
    me = Address("opclass", oid)
    state.depend.record(me, Address("schema", namespace))
    state.depend.record(me, Address("type", type_oid))
    _add_items(state, stmt.amname, family, stmt.items or (), type_oid, me)


def alter_opfamily(state: DdlState, stmt: ast.AlterOpFamilyStmt) -> None:
    """AlterOpFamily ADD; DROP leaves what is there, which only an index would notice."""
    family = _family(state, stmt.amname, stmt.opfamilyname, make=True)
    if not stmt.isDrop:
        _add_items(state, stmt.amname, family, stmt.items or (), 0, None)


def _add_items(
    state: DdlState,
    method: str,
    family: Oid,
    items: Sequence[ast.CreateOpClassItem],
    type_oid: Oid,
    owner: Address | None,
) -> None:
    for item in items:
        if item.itemtype != _OPERATOR_ITEM:
            continue
        node = item.name
        if node.objargs:
            row = ddl_address.find_operator(state, node)
        else:
            schema, name = deconstruct_qualified_name(node.objname)
            rows = state.catalog.operators_named(name, schema)
            row = next((one for one in rows if (one.oprleft, one.oprright) == (type_oid, type_oid)), None)
            if row is None:
                shown = format_type(state.catalog, type_oid) if type_oid else "unknown"
                raise PgError("42883", f"operator does not exist: {shown} {name} {shown}")
        if row is None:
            continue
        if method in ("btree", "hash"):
            if row.oprresult != BOOLOID:
                raise PgError("42P17", "index search operators must return boolean")
            state.catalog.put_amop(PgAmop(family, row.oprleft, row.oprright, item.number, row.oid, method))
        if owner is not None:
            state.depend.record(owner, Address("operator", row.oid))


# ---------------------------------------------------------------------------------------------- collations


def create_collation(state: DdlState, stmt: ast.DefineStmt) -> None:
    """DefineCollation"""
    namespace, name = ddl_names.creation_namespace(state, stmt.defnames)
    schema = state.catalog.namespace_name(namespace)
    if state.catalog.collations_named(name, schema) is not None:
        if stmt.if_not_exists:
            return
        raise PgError("42710", f'collation "{name}" already exists')
    oid = state.catalog.new_oid()
    state.catalog.put_collation(PgCollation(oid, name, namespace))
    state.depend.record(Address("collation", oid), Address("schema", namespace))
