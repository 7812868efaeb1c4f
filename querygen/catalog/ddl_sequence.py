"""Sequences: CREATE and ALTER SEQUENCE, and those behind serial and identity columns.

Takes raw statements and a `DdlState`, puts relations of kind S. Mirrors `sequence.c` and
`parse_utilcmd.c: generateSerialExtraStmts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.pgtypes import BOOLOID, INT2OID, INT4OID, INT8OID
from querygen.analyze.typename import typename_type_id
from querygen.catalog import ddl_names, ddl_text
from querygen.catalog.ddl_depend import AUTO, INTERNAL, Address
from querygen.catalog.ddl_names import where
from querygen.catalog.objects import Column, Relation
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.catalog.ddl_state import DdlState
    from querygen.pg_catalog.rows import Oid

_TYPE_NAMES = {INT2OID: "smallint", INT4OID: "integer", INT8OID: "bigint"}
_COLUMNS = (
    Column("last_value", 1, INT8OID, not_null=True),
    Column("log_cnt", 2, INT8OID, not_null=True),
    Column("is_called", 3, BOOLOID, not_null=True),
)


def create_sequence(state: DdlState, stmt: ast.CreateSeqStmt) -> None:
    """DefineSequence"""
    node = stmt.sequence
    namespace = ddl_names.relation_creation_namespace(state, node)
    if ddl_names.relation_in(state, node.relname, namespace) is not None:
        if stmt.if_not_exists:
            return
        raise PgError("42P07", f'relation "{node.relname}" already exists', where(node))
    type_oid = INT8OID
    for option in stmt.options or ():
        if option.defname == "as":
            type_oid = _sequence_type(state, option.arg)
    oid = put_sequence(state, node.relname, namespace, type_oid, node.relpersistence)
    _set_owner(state, oid, stmt.options or ())


def _sequence_type(state: DdlState, type_name: ast.TypeName) -> Oid:
    oid = typename_type_id(None, state.catalog, type_name)
    if oid not in _TYPE_NAMES:
        raise PgError("22023", "sequence type must be smallint, integer, or bigint", where(type_name))
    return oid


def put_sequence(state: DdlState, name: str, namespace: Oid, type_oid: Oid = INT8OID, persistence: str = "p") -> Oid:
    """The relation that a sequence is."""
    oid = state.catalog.new_oid()
    options = (("as", _TYPE_NAMES.get(type_oid, "bigint")),)
    relation = Relation(oid, name, namespace, "S", _COLUMNS, persistence=persistence or "p", options=options)
    state.catalog.put_relation(relation)
    state.depend.record(Address("relation", oid), Address("schema", namespace))
    return oid


def _set_owner(state: DdlState, oid: Oid, options: Iterable[ast.DefElem]) -> None:
    """process_owned_by"""
    for option in options:
        if option.defname != "owned_by":
            continue
        names = option.arg
        old = state.depend.owner(Address("relation", oid))
        if old is not None:
            raise PgError("0A000", "cannot change ownership of identity sequence")
        state.depend.forget(Address("relation", oid), only="relation")
        if len(names) == 1:
            if names[0].sval != "none":
                raise PgError(
                    "42601",
                    "invalid OWNED BY option",
                    where(option),
                    hint="Specify OWNED BY table.column or OWNED BY NONE.",
                )
            continue
        relation = ddl_names.get_relation(state, ddl_names.range_var(names[:-1]))
        column = relation.by_name.get(names[-1].sval)
        if column is None:
            message = f'column "{names[-1].sval}" of relation "{relation.name}" does not exist'
            raise PgError("42703", message, where(option))
        own(state, oid, relation.oid, column.attnum)


def own(state: DdlState, sequence: Oid, relation: Oid, attnum: int, *, identity: bool = False) -> None:
    """A sequence goes with its column."""
    kind = INTERNAL if identity else AUTO
    state.depend.record(Address("relation", sequence), Address("relation", relation, attnum), kind)


def record_default(state: DdlState, relation: Oid, column: Column, sequence: Oid | None = None) -> None:
    """A column's default needs the sequence that it draws from (StoreAttrDefault, as far as nextval goes)."""
    me = Address("default", relation, column.attnum)
    state.depend.forget(me)
    if sequence is None and column.default_expr is not None:
        sequence = _sequence_of(state, column.default_expr)
    if sequence is not None:
        state.depend.record(me, Address("relation", relation, column.attnum), AUTO)
        state.depend.record(me, Address("relation", sequence))


def _sequence_of(state: DdlState, tree: Any) -> Oid | None:
    """The sequence in nextval('name') or nextval('name'::regclass)."""
    match tree:
        case ast.TypeCast():
            return _sequence_of(state, tree.arg)
        case ast.FuncCall() if tree.funcname[-1].sval == "nextval" and len(tree.args or ()) == 1:
            argument = tree.args[0]
            if isinstance(argument, ast.TypeCast):
                if argument.typeName.names[-1].sval != "regclass":
                    return None  # as text it is looked up at each call
                argument = argument.arg
            if isinstance(argument, ast.A_Const) and isinstance(argument.val, ast.String):
                *schema, name = ddl_text.split_names(argument.val.sval)
                oid = state.catalog.relation_oid(name, schema[-1] if schema else None)
                found = None if oid is None else state.catalog.find_relation(oid)
                return oid if found is not None and found.kind == "S" else None
    return None


def owned_by(state: DdlState, relation: Oid, attnum: int) -> list[Oid]:
    """getOwnedSequences of one column."""
    found = []
    for dependent, target, _kind in state.depend.dependents(Address("relation", relation, attnum)):
        if dependent.kind == "relation" and target.sub == attnum:
            sequence = state.catalog.find_relation(dependent.oid)
            if sequence is not None and sequence.kind == "S":
                found.append(dependent.oid)
    return found


def generate(
    state: DdlState, table: str, namespace: Oid, column: str, type_oid: Oid, options: Iterable[Any], persistence: str
) -> Oid:
    """generateSerialExtraStmts: the sequence of a serial or identity column."""
    name = None
    for option in options:
        match option.defname:
            case "sequence_name":
                node = ddl_names.range_var(option.arg)
                name = node.relname
                if node.schemaname:
                    namespace = ddl_names.relation_creation_namespace(state, node)
            case "as":
                type_oid = _sequence_type(state, option.arg)
    if name is None:
        name = ddl_names.choose_relation_name(state, table, column, "seq", namespace)
    elif ddl_names.relation_in(state, name, namespace) is not None:
        raise PgError("42P07", f'relation "{name}" already exists')
    return put_sequence(state, name, namespace, type_oid, persistence)


def alter_sequence(state: DdlState, stmt: ast.AlterSeqStmt) -> None:
    """AlterSequence: the type and the owner."""
    if stmt.missing_ok and ddl_names.find_relation(state, stmt.sequence) is None:
        return
    relation = ddl_names.get_relation(state, stmt.sequence)
    if relation.kind != "S":
        raise PgError("42809", f'"{relation.name}" is not a sequence', where(stmt.sequence))
    for option in stmt.options or ():
        if option.defname == "as":
            type_oid = _sequence_type(state, option.arg)
            relation = replace(relation, options=(("as", _TYPE_NAMES[type_oid]),))
            state.catalog.put_relation(relation)
    _set_owner(state, relation.oid, stmt.options or ())
