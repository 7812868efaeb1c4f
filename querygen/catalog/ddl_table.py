"""CREATE TABLE: columns, their constraints, LIKE, OF, INHERITS and PARTITION OF; foreign tables.

Takes raw statements and a `DdlState`, puts a relation and everything that comes with it. Mirrors
`parse_utilcmd.c: transformCreateStmt` and `tablecmds.c: DefineRelation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from querygen.analyze.pgtypes import INT2OID, INT4OID, INT8OID
from querygen.analyze.typename import get_column_def_collation, typename_type_id, typename_type_id_and_mod
from querygen.catalog import (
    ddl_constraint,
    ddl_expr,
    ddl_index,
    ddl_inherit,
    ddl_like,
    ddl_names,
    ddl_partition,
    ddl_sequence,
    ddl_text,
    ddl_type,
)
from querygen.catalog.catalog import PG_TEMP
from querygen.catalog.ddl_depend import AUTO, NORMAL, Address
from querygen.catalog.ddl_names import where
from querygen.catalog.objects import Column, Relation
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Constraint
    from querygen.pg_catalog.rows import Oid

C = enums.ConstrType
SERIAL = {
    "smallserial": INT2OID,
    "serial2": INT2OID,
    "serial": INT4OID,
    "serial4": INT4OID,
    "bigserial": INT8OID,
    "serial8": INT8OID,
}
ROW_TYPE_HINT = (
    "A relation has an associated type of the same name, so you must use a name that doesn't conflict with any"
    " existing type."
)
_INDEX_CONSTRAINTS = (C.CONSTR_PRIMARY, C.CONSTR_UNIQUE, C.CONSTR_EXCLUSION)
_ATTRIBUTES = {
    C.CONSTR_ATTR_DEFERRABLE: ("deferrable", True),
    C.CONSTR_ATTR_NOT_DEFERRABLE: ("deferrable", False),
    C.CONSTR_ATTR_DEFERRED: ("initdeferred", True),
    C.CONSTR_ATTR_IMMEDIATE: (None, None),
    C.CONSTR_ATTR_ENFORCED: ("is_enforced", True),
    C.CONSTR_ATTR_NOT_ENFORCED: ("is_enforced", False),
}


class NotNull(Struct, frozen=True):
    """A NOT NULL to be added: written at a column, as a table constraint, or by PRIMARY KEY, serial, identity, LIKE."""

    column: str
    name: str | None = None
    no_inherit: bool = False
    validated: bool = True
    location: int | None = None


class TableElements(Struct, eq=False):
    """CreateStmtContext: what the elements of a table come to."""

    name: str
    namespace: Oid
    persistence: str = "p"
    columns: list[Column] = field(default_factory=list)  # type_oid 0: only options for an inherited column
    not_nulls: list[NotNull] = field(default_factory=list)
    checks: list[ast.Constraint] = field(default_factory=list)
    indexes: list[ast.Constraint] = field(default_factory=list)
    foreign_keys: list[tuple[ast.Constraint, tuple[str, ...]]] = field(default_factory=list)
    sequences: list[tuple[str, Oid, bool]] = field(default_factory=list)  # column, sequence, of an identity column
    likes: list[tuple[ast.TableLikeClause, Relation]] = field(default_factory=list)


def create_table(state: DdlState, stmt: ast.CreateStmt, *, foreign: bool = False) -> None:
    """transformCreateStmt, DefineRelation"""
    node = stmt.relation
    namespace = ddl_names.relation_creation_namespace(state, node)
    if ddl_names.relation_in(state, node.relname, namespace) is not None:
        if stmt.if_not_exists:
            return
        raise PgError("42P07", f'relation "{node.relname}" already exists', where(node))
    persistence = "t" if state.catalog.namespace_name(namespace) == PG_TEMP else node.relpersistence
    elements = TableElements(node.relname, namespace, persistence)
    of_type = 0
    if stmt.ofTypename is not None:
        if stmt.inhRelations and stmt.partbound is None:
            raise PgError("42809", "typed tables cannot inherit")
        of_type = _columns_of_type(state, elements, stmt.ofTypename)
    parents = [
        ddl_inherit.get_parent(state, parent, partition=stmt.partbound is not None)
        for parent in stmt.inhRelations or ()
    ]
    for place, parent in enumerate(parents):
        if any(other.oid == parent.oid for other in parents[:place]):
            raise PgError("42P07", f'relation "{parent.name}" would be inherited from more than once')
        if parent.persistence == "t" and persistence != "t":
            if stmt.partbound is not None:
                message = f'cannot create a permanent relation as partition of temporary relation "{parent.name}"'
            else:
                message = f'cannot inherit from temporary relation "{parent.name}"'
            raise PgError("42809", message)
    for element in stmt.tableElts or ():
        _element(state, elements, element, partial=stmt.partbound is not None or bool(of_type))
    ddl_type.check_free(state, node.relname, namespace, ROW_TYPE_HINT)

    columns, inherited = ddl_inherit.merge_attributes(state, parents, elements.columns, stmt.partbound is not None)
    relation = Relation(
        state.catalog.new_oid(),
        node.relname,
        namespace,
        "f" if foreign else "p" if stmt.partspec is not None else "r",
        tuple(columns),
        reltype=state.catalog.new_oid(),
        parents=tuple(parent.oid for parent in parents),
        is_partition=stmt.partbound is not None,
        partition_key=_partition_key(state, stmt),
        partition_columns=_partition_columns(stmt),
        partition_spec=stmt.partspec,
        partition_bound=_partition_bound(state, stmt.partbound),
        of_type=of_type,
        persistence=persistence,
        span=state.span(where(node), len(node.relname)),
    )
    if stmt.partbound is not None:
        ddl_partition.check_bound(state, parents[0], stmt.partbound)
        ddl_partition.check_new_bound(state, parents[0], node.relname, stmt.partbound)
    put_new_relation(state, relation)
    if stmt.partbound is not None:
        ddl_partition.keep_bound(state, relation, stmt.partbound)
    me = Address("relation", relation.oid)
    for parent in parents:
        state.depend.record(me, Address("relation", parent.oid), AUTO if relation.is_partition else NORMAL)
    if of_type:
        state.depend.record(me, Address("type", of_type))
    own = {one.colname for one in stmt.tableElts or () if isinstance(one, ast.ColumnDef) and one.constraints}
    for column in relation.columns:
        if column.name in own:
            ddl_expr.check_default(state, relation, column)
    if stmt.partspec is not None:
        ddl_partition.check_key(state, relation, stmt.partspec)

    relation = _add_constraints(state, relation, elements, inherited)
    for name, sequence, identity in elements.sequences:
        attribute = relation.by_name[name]
        ddl_sequence.own(state, sequence, relation.oid, attribute.attnum, identity=identity)
        if not identity:
            ddl_sequence.record_default(state, relation.oid, attribute, sequence)
    for like, source in elements.likes:
        relation = ddl_like.expand(state, relation, like, source)
    relation = ddl_index.add_index_constraints(state, relation, elements.indexes)
    for constraint, key in elements.foreign_keys:
        relation = ddl_constraint.add_foreign_key(state, relation, constraint, key)
    if relation.is_partition:
        ddl_inherit.clone_from_partitioned(state, relation, parents[0])


def put_new_relation(state: DdlState, relation: Relation) -> None:
    """heap_create_with_catalog: the relation, its row type, and what they depend on."""
    ddl_type.check_free(state, relation.name, relation.namespace, ROW_TYPE_HINT)
    state.catalog.put_relation(relation)
    me = Address("relation", relation.oid)
    ddl_type.define_type(state, ddl_type.row_type(relation), me)
    state.depend.record(me, Address("schema", relation.namespace))
    ddl_type.record_column_types(state, relation)
    for column in relation.columns:
        if column.generated:
            record_generated(state, relation, column)
        elif column.default_expr is not None:
            ddl_sequence.record_default(state, relation.oid, column)


def record_generated(state: DdlState, relation: Relation, column: Column) -> None:
    """A generated column needs those that its expression uses."""
    if column.default_expr is None:
        return
    me = Address("relation", relation.oid, column.attnum)
    for name in ddl_text.column_references(column.default_expr):
        other = relation.by_name.get(name)
        if other is not None and other.attnum != column.attnum:
            state.depend.record(me, Address("relation", relation.oid, other.attnum))


def _columns_of_type(state: DdlState, elements: TableElements, type_name: ast.TypeName) -> Oid:
    """transformOfType"""
    oid = typename_type_id(None, state.catalog, type_name)
    row = state.catalog.type(oid)
    source = state.catalog.find_relation(row.typrelid) if row.typrelid else None
    if source is None:
        raise PgError("42809", f"type {row.typname} is not a composite type", where(type_name))
    if source.kind != "c":
        raise PgError("42809", f"type {row.typname} is the row type of another table", where(type_name))
    for column in source.live_columns:
        elements.columns.append(replace(column, attnum=len(elements.columns) + 1, comment=None))
    return oid


# ---------------------------------------------------------------------------------------------- elements


def _element(state: DdlState, elements: TableElements, element: Any, *, partial: bool) -> None:
    match element:
        case ast.ColumnDef():
            column_definition(state, elements, element, partial=partial)
        case ast.Constraint():
            table_constraint(elements, element)
        case ast.TableLikeClause():
            ddl_like.add_columns(state, elements, element)


def column_definition(
    state: DdlState, elements: TableElements, element: ast.ColumnDef, *, partial: bool = False
) -> None:
    """transformColumnDefinition"""
    catalog = state.catalog
    name = element.colname
    location = where(element)
    index = next((place for place, one in enumerate(elements.columns) if one.name == name), None)
    if element.typeName is None:
        # PARTITION OF and OF: only options of a column that is there already
        column = (
            elements.columns[index] if index is not None else Column(name, 0, 0, span=state.span(location, len(name)))
        )
        if index is None and not partial:
            raise PgError("42703", f'column "{name}" does not exist', location)
    else:
        if index is not None:
            raise PgError("42701", f'column "{name}" specified more than once', location)
        type_oid, typmod, serial = _column_type(state, element)
        if not serial:
            ddl_type.check_attribute_type(state, name, type_oid, where(element.typeName))
        column = Column(
            name,
            len(elements.columns) + 1,
            type_oid,
            typmod,
            collation=ddl_type.collation_of(state, element.collClause),
            attcollation=get_column_def_collation(catalog, element, type_oid),
            dimensions=len(element.typeName.arrayBounds or ()),
            span=state.span(location, len(name)),
        )
        if serial:
            sequence = ddl_sequence.generate(
                state, elements.name, elements.namespace, name, type_oid, (), elements.persistence
            )
            schema = catalog.namespace_name(elements.namespace)
            text = f"nextval('{schema}.{catalog.relation(sequence).name}'::regclass)"
            column = replace(column, has_default=True, default_sql=text)
            elements.sequences.append((name, sequence, False))
            elements.not_nulls.append(NotNull(name))
    column = _column_constraints(state, elements, element, column)
    if index is None:
        elements.columns.append(column)
    else:
        elements.columns[index] = column


def _column_type(state: DdlState, element: ast.ColumnDef) -> tuple[Oid, int, bool]:
    """The type of a column, and whether it is one of the serial words, which are no types."""
    type_name = element.typeName
    if type_name.setof:
        raise PgError("42P16", f'column "{element.colname}" cannot be declared SETOF', where(element))
    if len(type_name.names) == 1 and not type_name.pct_type:
        serial = SERIAL.get(type_name.names[0].sval)
        if serial is not None:
            if type_name.arrayBounds:
                raise PgError("0A000", "array of serial is not implemented", where(type_name))
            return serial, -1, True
    type_oid, typmod = typename_type_id_and_mod(None, state.catalog, type_name)
    return type_oid, typmod, False


def _column_constraints(state: DdlState, elements: TableElements, element: ast.ColumnDef, column: Column) -> Column:
    """The loop over a column's constraints in transformColumnDefinition."""
    name = element.colname
    of_table = f'for column "{name}" of table "{elements.name}"'
    saw_nullable: bool | None = True if any(one.column == name for one in elements.not_nulls) else None
    serial = bool(saw_nullable)
    saw_null = default_seen = False
    serial_default = serial and column.has_default
    last: ast.Constraint | None = None
    for node in element.constraints or ():
        if node.contype in _ATTRIBUTES:
            key, value = _ATTRIBUTES[node.contype]
            if last is None:
                raise PgError("42601", "misplaced constraint attribute", where(node))
            if key is not None:
                setattr(last, key, value)
            if key == "initdeferred":
                last.deferrable = True
            continue
        last = node
        match node.contype:
            case C.CONSTR_NULL:
                if saw_nullable or column.identity:
                    raise PgError("42601", f"conflicting NULL/NOT NULL declarations {of_table}", where(node))
                saw_null = True
            case C.CONSTR_NOTNULL:
                if saw_null:
                    raise PgError("42601", f"conflicting NULL/NOT NULL declarations {of_table}", where(node))
                if serial or saw_nullable is None or node.conname:
                    _add_not_null(elements, name, node)
                saw_nullable, serial = True, False
            case C.CONSTR_DEFAULT:
                if default_seen or serial_default:
                    raise PgError("42601", f"multiple default values specified {of_table}", where(node))
                column = with_default(state, column, node)
                default_seen = True
            case C.CONSTR_IDENTITY:
                if column.identity:
                    raise PgError("42601", f"multiple identity specifications {of_table}", where(node))
                column = _identity(state, elements, column, node)
                if saw_null:
                    raise PgError("42601", f"conflicting NULL/NOT NULL declarations {of_table}", where(node))
                if saw_nullable is None:
                    elements.not_nulls.append(NotNull(name))
                    saw_nullable, serial = True, True
            case C.CONSTR_GENERATED:
                if column.generated:
                    raise PgError("42601", f"multiple generation clauses specified {of_table}", where(node))
                sql = ddl_text.parenthesised(state.text, state.offset(node.location))
                kind = "v" if node.generated_kind == "v" else "s"
                column = replace(column, has_default=True, default_sql=sql, generated=kind, default_expr=node.raw_expr)
            case C.CONSTR_CHECK:
                elements.checks.append(node)
            case C.CONSTR_PRIMARY | C.CONSTR_UNIQUE:
                if not node.keys and not node.indexname:
                    node.keys = (ast.String(sval=name),)
                elements.indexes.append(node)
            case C.CONSTR_FOREIGN:
                elements.foreign_keys.append((node, (name,)))
        if column.generated and (default_seen or (serial_default and column.has_default)):
            raise PgError("42601", f"both default and generation expression specified {of_table}", where(node))
        if column.generated and column.identity:
            raise PgError("42601", f"both identity and generation expression specified {of_table}", where(node))
        if column.has_default and column.identity:
            raise PgError("42601", f"both default and identity specified {of_table}", where(node))
    return column


def _add_not_null(elements: TableElements, column: str, node: ast.Constraint) -> None:
    """A NOT NULL that says more than one that is there takes its place."""
    new = NotNull(column, node.conname, bool(node.is_no_inherit), not node.skip_validation, node.location)
    for place, other in enumerate(elements.not_nulls):
        if other.column == column:
            if other.name and new.name and other.name != new.name:
                message = f'conflicting not-null constraint names "{other.name}" and "{new.name}"'
                raise PgError("42601", message, where(node))
            elements.not_nulls[place] = replace(other, name=other.name or new.name, no_inherit=new.no_inherit)
            return
    elements.not_nulls.append(new)


def with_default(state: DdlState, column: Column, node: ast.Constraint) -> Column:
    """DEFAULT: a plain NULL is the same as none."""
    match node.raw_expr:
        case ast.A_Const(isnull=True):
            return replace(column, has_default=False, default_sql=None, default_expr=None)
    sql = ddl_text.column_default(state.text, state.offset(node.location))
    return replace(column, has_default=True, default_sql=sql, default_expr=node.raw_expr)


def _identity(state: DdlState, elements: TableElements, column: Column, node: ast.Constraint) -> Column:
    """CONSTR_IDENTITY"""
    if column.type_oid not in (INT2OID, INT4OID, INT8OID):
        raise PgError("22023", "identity column type must be smallint, integer, or bigint")
    sequence = ddl_sequence.generate(
        state,
        elements.name,
        elements.namespace,
        column.name,
        column.type_oid,
        node.options or (),
        elements.persistence,
    )
    elements.sequences.append((column.name, sequence, True))
    return replace(column, identity=node.generated_when)


def table_constraint(elements: TableElements, node: ast.Constraint) -> None:
    """transformTableConstraint"""
    match node.contype:
        case C.CONSTR_CHECK:
            elements.checks.append(node)
        case C.CONSTR_FOREIGN:
            elements.foreign_keys.append((node, tuple(ddl_constraint.foreign_key_columns(node))))
        case C.CONSTR_NOTNULL:
            _add_not_null(elements, node.keys[0].sval, node)
        case kind if kind in _INDEX_CONSTRAINTS:
            elements.indexes.append(node)


# ---------------------------------------------------------------------------------------------- after the columns


def _add_constraints(
    state: DdlState,
    relation: Relation,
    elements: TableElements,
    inherited: list[Constraint],
) -> Relation:
    """AddRelationNewConstraints, AddRelationNotNullConstraints, in one go."""
    for constraint in inherited:
        if constraint.kind == "c":
            relation = ddl_constraint.with_copied_check(state, relation, constraint)
    for check in elements.checks:
        relation = ddl_constraint.with_check(state, relation, check)
    for one in elements.not_nulls:
        relation = ddl_constraint.with_not_null(
            state,
            relation,
            one.column,
            name=one.name,
            no_inherit=one.no_inherit,
            validated=one.validated,
            location=one.location,
        )
    for constraint in inherited:
        if constraint.kind == "n":
            relation = ddl_constraint.with_not_null(
                state, relation, constraint.columns[0], name=constraint.name, inherited=1, local=False
            )
    # a primary key's columns get their NOT NULL before anything makes an index
    for node in elements.indexes:
        if node.contype == C.CONSTR_PRIMARY:
            for key in node.keys or ():
                if key.sval in relation.by_name and ddl_constraint.not_null_of(relation, key.sval) is None:
                    relation = ddl_constraint.with_not_null(state, relation, key.sval)
    state.catalog.put_relation(relation)
    return relation


def _partition_key(state: DdlState, stmt: ast.CreateStmt) -> str | None:
    """PARTITION BY, as the user wrote it."""
    if stmt.partspec is None or state.raw is None:
        return None
    start = ddl_text.word_end(state.text, state.offset(stmt.relation.location), state.raw.end, "partition")
    if stmt.partbound is not None and start is not None:  # PARTITION OF … PARTITION BY …
        start = ddl_text.word_end(state.text, start, state.raw.end, "partition")
    inside = None if start is None else ddl_text.parenthesised(state.text, start)
    strategy = str(stmt.partspec.strategy.name).removeprefix("PARTITION_STRATEGY_").lower()
    return None if inside is None else f"{strategy} ({inside})"


def _partition_bound(state: DdlState, bound: ast.PartitionBoundSpec | None) -> str | None:
    """FOR VALUES …, as the user wrote it; DEFAULT."""
    if bound is None or state.raw is None:
        return None
    if bound.is_default:
        return "DEFAULT"
    start = state.offset(bound.location)
    end = ddl_text.word_end(state.text, start, state.raw.end, "partition")
    end = state.raw.end if end is None else end - len("partition")
    return f"FOR VALUES {state.text[start:end].strip().removesuffix(';').rstrip()}"


def _partition_columns(stmt: ast.CreateStmt) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in stmt.partspec.partParams if stmt.partspec is not None else ():
        names = [part.name] if part.name is not None else ddl_text.column_references(part.expr)
        found.update(dict.fromkeys(names))
    return tuple(found)
