"""Indexes: CREATE INDEX, and the indexes behind PRIMARY KEY, UNIQUE and EXCLUDE.

Takes raw statements and a `DdlState`, puts `Index` objects and the constraints that own them. Mirrors
`indexcmds.c: DefineIndex` and `parse_utilcmd.c: transformIndexConstraint`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze.target_names import figure_index_colname
from querygen.catalog import ddl_constraint, ddl_expr, ddl_names, ddl_text
from querygen.catalog.ddl_depend import AUTO, INTERNAL, Address
from querygen.catalog.ddl_names import name_list, where
from querygen.catalog.objects import Constraint, Index, IndexColumn
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation
    from querygen.source import Span


class IndexSpec(Struct, frozen=True):
    """An index that is to be made: IndexStmt after transformation."""

    columns: tuple[IndexColumn, ...]
    column_names: tuple[str | None, ...]  # for making up the index's name, INCLUDE columns too
    include: tuple[str, ...] = ()
    name: str | None = None
    unique: bool = False
    constraint: str | None = None  # p, u, x: the kind of the constraint that owns the index
    method: str = "btree"
    predicate: Any = None
    predicate_sql: str | None = None
    nulls_not_distinct: bool = False
    deferrable: bool = False
    without_overlaps: bool = False
    span: Span | None = None
    comment: str | None = None
    initially_deferred: bool = False
    operators: tuple[tuple[str, ...], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    tablespace: str | None = None
    only: bool = False


# ---------------------------------------------------------------------------------------------- raw → spec


def spec_of_constraint(state: DdlState, relation: Relation, node: ast.Constraint) -> IndexSpec:
    """transformIndexConstraint, without USING INDEX."""
    include = tuple(key.sval for key in node.including or ())
    kind = {
        enums.ConstrType.CONSTR_PRIMARY: "p",
        enums.ConstrType.CONSTR_UNIQUE: "u",
        enums.ConstrType.CONSTR_EXCLUSION: "x",
    }[node.contype]
    if kind == "x":
        ddl_expr.check_exclusion(state, relation, node)
        elements = tuple(pair[0] for pair in node.exclusions)
        texts = ddl_text.list_elements(state.text, state.offset(node.location))
        columns = tuple(_column(element, text) for element, text in _with_texts(elements, texts))
        names: tuple[str | None, ...] = tuple(column_name(element) for element in elements)
        method = node.access_method or "btree"
    else:
        keys = tuple(key.sval for key in node.keys or ())
        for place, key in enumerate(keys):
            if key in keys[:place]:
                word = "primary key" if kind == "p" else "unique"
                raise PgError("42701", f'column "{key}" appears twice in {word} constraint', where(node))
        columns = tuple(IndexColumn(key) for key in keys)
        names = keys
        method = "gist" if node.without_overlaps else "btree"
    for key in (*(column.name for column in columns if column.name), *include):
        if key not in relation.by_name and key not in _SYSTEM:
            raise PgError("42703", f'column "{key}" named in key does not exist', where(node))
    sql = None
    if node.where_clause is not None and state.raw is not None:
        sql = ddl_text.expression(state.text, node.where_clause, state.raw.shift, state.raw.end)
    return IndexSpec(
        columns,
        (*names, *include),
        include,
        node.conname,
        unique=kind != "x",
        constraint=kind,
        method=method,
        predicate=node.where_clause,
        predicate_sql=sql,
        nulls_not_distinct=bool(node.nulls_not_distinct),
        deferrable=bool(node.deferrable),
        without_overlaps=bool(node.without_overlaps),
        span=state.span(node.location),
        initially_deferred=bool(node.initdeferred),
        operators=tuple(tuple(part.sval for part in pair[1]) for pair in node.exclusions or ()),
        options=ddl_text.options(node.options),
        tablespace=node.indexspace,
    )


_SYSTEM = frozenset({"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"})


_NULLS = {enums.SortByNulls.SORTBY_NULLS_FIRST: True, enums.SortByNulls.SORTBY_NULLS_LAST: False}


def column_name(element: ast.IndexElem) -> str | None:
    """What ChooseIndexColumnNames sees: FigureIndexColname for an expression."""
    if element.name is not None:
        return str(element.name)
    return figure_index_colname(element.expr)


def _with_texts(elements: Sequence[ast.IndexElem], texts: list[str]) -> Iterator[tuple[ast.IndexElem, str | None]]:
    """The elements of a column list, each with the text of its expression."""
    for place, element in enumerate(elements):
        yield element, texts[place] if place < len(texts) and element.expr is not None else None


def _column(element: ast.IndexElem, text: str | None) -> IndexColumn:
    return IndexColumn(
        element.name,
        expression=element.expr,
        expression_sql=text,
        opclass=name_list(element.opclass) or None,
        collation=name_list(element.collation) or None,
        descending=element.ordering == enums.SortByDir.SORTBY_DESC,
        nulls_first=_NULLS.get(element.nulls_ordering),
        opclass_options=ddl_text.options(element.opclassopts),
    )


def spec_of_index(index: Index, constraint: Constraint | None, *, name: str | None = None) -> IndexSpec:
    """generateClonedIndexStmt: the same index for another table."""
    names = [column.name or column_name(ast.IndexElem(expr=column.expression)) for column in index.columns]
    return IndexSpec(
        index.columns,
        (*names, *index.include),
        index.include,
        name,
        unique=index.unique,
        constraint=constraint.kind if constraint else None,
        method=index.method,
        predicate=index.predicate,
        predicate_sql=index.predicate_sql,
        nulls_not_distinct=index.nulls_not_distinct,
        deferrable=constraint.deferrable if constraint else False,
        without_overlaps=constraint.without_overlaps if constraint else False,
        initially_deferred=constraint.initially_deferred if constraint else False,
        operators=constraint.operators if constraint else (),
        options=index.options,
        tablespace=index.tablespace,
    )


# ---------------------------------------------------------------------------------------------- making


def create_index(state: DdlState, stmt: ast.IndexStmt) -> None:
    """DefineIndex, for CREATE INDEX"""
    relation = ddl_names.get_relation(state, stmt.relation)
    if relation.kind not in "rmp":
        raise PgError("42809", f'cannot create index on relation "{relation.name}"', where(stmt.relation))
    if stmt.idxname and ddl_names.relation_in(state, stmt.idxname, relation.namespace) is not None:
        if stmt.if_not_exists:
            return
        raise PgError("42P07", f'relation "{stmt.idxname}" already exists')
    include = tuple(element.name for element in stmt.indexIncludingParams or ())
    for element in (*stmt.indexParams, *(stmt.indexIncludingParams or ())):
        if element.name is not None and element.name not in relation.by_name and element.name not in _SYSTEM:
            raise PgError("42703", f'column "{element.name}" does not exist')
    ddl_expr.check_index(state, relation, stmt)
    sql = None
    if stmt.whereClause is not None and state.raw is not None:
        sql = ddl_text.expression(state.text, stmt.whereClause, state.raw.shift, state.raw.end)
    texts = ddl_text.list_elements(state.text, state.offset(stmt.relation.location))
    spec = IndexSpec(
        tuple(_column(element, text) for element, text in _with_texts(stmt.indexParams, texts)),
        (*(column_name(element) for element in stmt.indexParams), *include),
        include,
        stmt.idxname,
        unique=bool(stmt.unique),
        method=stmt.accessMethod or "btree",
        predicate=stmt.whereClause,
        predicate_sql=sql,
        nulls_not_distinct=bool(stmt.nulls_not_distinct),
        options=ddl_text.options(stmt.options),
        tablespace=stmt.tableSpace,
        only=relation.kind == "p" and not stmt.relation.inh,
    )
    define_index(state, relation, spec, recurse=bool(stmt.relation.inh))


def define_index(
    state: DdlState, relation: Relation, spec: IndexSpec, *, parent: int = 0, recurse: bool = True
) -> Index:
    """DefineIndex: the index, its constraint, and the same for the partitions."""
    catalog = state.catalog
    if spec.constraint == "p" and (other := catalog.primary_key(relation.oid)) is not None:
        if not parent or other.is_local:
            raise PgError("42P16", f'multiple primary keys for table "{relation.name}" are not allowed')
    if spec.unique and relation.kind == "p":
        _check_partition_key(relation, spec)
    names = ddl_names.choose_index_column_names(spec.column_names)
    name = spec.name
    if name is None:
        name = ddl_names.choose_index_name(
            state,
            relation.name,
            relation.namespace,
            names,
            exclusion=spec.constraint == "x",
            primary=spec.constraint == "p",
            constraint=spec.constraint is not None,
        )
    elif ddl_names.relation_in(state, name, relation.namespace) is not None:
        raise PgError("42P07", f'relation "{name}" already exists')
    elif spec.constraint is not None:
        ddl_constraint.check_free(relation, name)
    index = Index(
        catalog.new_oid(),
        name,
        relation.namespace,
        relation.oid,
        spec.columns,
        include=spec.include,
        unique=spec.unique,
        method=spec.method,
        predicate=spec.predicate,
        predicate_sql=spec.predicate_sql,
        primary=spec.constraint == "p",
        parent=parent,
        nulls_not_distinct=spec.nulls_not_distinct,
        constraint=name if spec.constraint else None,
        comment=spec.comment,
        options=spec.options,
        tablespace=spec.tablespace,
        only=spec.only,
    )
    if spec.constraint in ("p", "u"):
        ddl_expr.check_index_keys(state, relation, index)
    if spec.constraint == "p":
        for column in spec.columns:
            if column.name and ddl_constraint.not_null_of(relation, column.name) is None:
                set_not_null(state, relation, column.name, recurse=recurse)
                relation = catalog.relation(relation.oid)
    catalog.put_index(index)
    if spec.constraint is not None:
        constraint = Constraint(
            name,
            spec.constraint,
            tuple(column.name for column in spec.columns if column.name),
            deferrable=spec.deferrable,
            initially_deferred=spec.initially_deferred,
            operators=spec.operators,
            nulls_not_distinct=spec.nulls_not_distinct,
            without_overlaps=spec.without_overlaps,
            inherit_count=1 if parent else 0,
            is_local=not parent,
            span=spec.span,
        )
        relation = replace(relation, constraints=(*relation.constraints, constraint))
        catalog.put_relation(relation)
        ddl_constraint.record_columns(state, relation, constraint)
        state.depend.record(Address("relation", index.oid), Address("constraint", relation.oid, name), INTERNAL)
    else:
        _record_columns(state, relation, index)
    if parent:
        state.depend.record(Address("relation", index.oid), Address("relation", parent), AUTO)
    if recurse and relation.kind == "p":
        for child in catalog.children_of(relation.oid):
            attach_or_clone(state, child, index, spec)
    return index


def _check_partition_key(relation: Relation, spec: IndexSpec) -> None:
    """Uniqueness is enforced partition by partition, so the partition key has to be a part of it."""
    keys = {column.name for column in spec.columns}
    for name in relation.partition_columns:
        if name not in keys:
            word = "PRIMARY KEY" if spec.constraint == "p" else "UNIQUE"
            raise PgError(
                "0A000",
                "unique constraint on partitioned table must include all partitioning columns",
                detail=f'{word} constraint on table "{relation.name}" lacks column "{name}"'
                " which is part of the partition key.",
            )


def _record_columns(state: DdlState, relation: Relation, index: Index) -> None:
    """An index goes with each of its columns."""
    used = [column.name for column in index.columns if column.name]
    for tree in (*(column.expression for column in index.columns), index.predicate):
        if tree is not None:
            used += ddl_text.column_references(tree)
    me = Address("relation", index.oid)
    state.depend.record(me, Address("relation", relation.oid), AUTO)
    for name in {*used, *index.include}:
        if name in relation.by_name:
            state.depend.record(me, Address("relation", relation.oid, relation.by_name[name].attnum), AUTO)


def set_not_null(state: DdlState, relation: Relation, column: str, *, recurse: bool = True) -> None:
    """A key's columns are NOT NULL; so are they in the children."""
    catalog = state.catalog
    catalog.put_relation(ddl_constraint.with_not_null(state, relation, column))
    if not recurse:
        return
    name = ddl_constraint.not_null_of(catalog.relation(relation.oid), column)
    for child in catalog.children_of(relation.oid):
        inherit_not_null(state, child, column, name.name if name else None)


def inherit_not_null(
    state: DdlState, child: Relation, column: str, name: str | None, *, validated: bool = True
) -> None:
    """A parent's new NOT NULL reaches a child, and its children."""
    fresh = ddl_constraint.not_null_of(child, column) is None
    state.catalog.put_relation(
        ddl_constraint.with_not_null(state, child, column, name=name, inherited=1, local=False, validated=validated)
    )
    if fresh:
        for grandchild in state.catalog.children_of(child.oid):
            inherit_not_null(state, grandchild, column, name, validated=validated)


def same_index(first: Index, second: Index) -> bool:
    """CompareIndexInfo, by what was written."""

    def key(index: Index) -> tuple[Any, ...]:
        columns = [
            (column.name, column.expression_sql, column.opclass, column.collation, column.descending)
            for column in index.columns
        ]
        return columns, index.include, index.unique, index.method, index.predicate_sql, index.nulls_not_distinct

    return key(first) == key(second)


def attach_or_clone(state: DdlState, child: Relation, parent: Index, spec: IndexSpec | None = None) -> None:
    """DefineIndex' recursion, AttachPartitionEnsureIndexes: take a matching index of the partition or make one."""
    constraint = None
    if parent.constraint is not None:
        owner = state.catalog.relation(parent.relation)
        constraint = ddl_constraint.find_constraint(owner, parent.constraint)
    for index in state.catalog.indexes_of(child.oid):
        if index.parent or not same_index(index, parent) or (constraint is not None and index.constraint is None):
            continue
        attach_index(state, index, parent)
        return
    spec = spec_of_index(parent, constraint) if spec is None else replace(spec, name=None, comment=None)
    define_index(state, child, spec, parent=parent.oid)


def attach_index(state: DdlState, index: Index, parent: Index) -> None:
    """IndexSetParentIndex, ConstraintSetParentConstraint"""
    catalog = state.catalog
    catalog.put_index(replace(index, parent=parent.oid))
    state.depend.record(Address("relation", index.oid), Address("relation", parent.oid), AUTO)
    if index.constraint is not None and parent.constraint is not None:
        child = catalog.relation(index.relation)
        own = ddl_constraint.find_constraint(child, index.constraint)
        if own is not None:
            own = replace(own, inherit_count=1, is_local=False)
            catalog.put_relation(ddl_constraint.with_constraint(child, own))


def add_index_constraints(state: DdlState, relation: Relation, nodes: Iterable[ast.Constraint]) -> Relation:
    """transformIndexConstraints: the primary key first; a key that says the same as another is made once."""
    specs: list[IndexSpec] = []
    for node in sorted(nodes, key=lambda node: node.contype != enums.ConstrType.CONSTR_PRIMARY):
        spec = spec_of_constraint(state, relation, node)
        if spec.constraint == "p" and any(one.constraint == "p" for one in specs):
            message = f'multiple primary keys for table "{relation.name}" are not allowed'
            raise PgError("42P16", message, where(node))
        for place, other in enumerate(specs):
            same = (
                other.columns == spec.columns
                and other.include == spec.include
                and other.method == spec.method
                and other.nulls_not_distinct == spec.nulls_not_distinct
                and other.deferrable == spec.deferrable
                and spec.constraint != "x"
                and other.constraint != "x"
            )
            if same:
                if other.name is None:
                    specs[place] = replace(other, name=spec.name)
                    break
                if spec.name is None or spec.name == other.name:
                    break
        else:
            specs.append(spec)
    for spec in specs:
        relation = state.catalog.relation(relation.oid)
        define_index(state, relation, spec)
    return state.catalog.relation(relation.oid)


def add_constraint_using_index(state: DdlState, relation: Relation, node: ast.Constraint) -> None:
    """ATExecAddIndexConstraint: an index that is there becomes a constraint, and takes its name."""
    catalog = state.catalog
    schema = catalog.namespace_name(relation.namespace)
    oid = catalog.relation_oid(node.indexname, schema)
    if oid is None or catalog.find_relation(oid) is not None:
        raise PgError("42704", f'index "{node.indexname}" does not exist', where(node))
    index = catalog.index(oid)
    if index.relation != relation.oid:
        raise PgError("42809", f'index "{node.indexname}" does not belong to table "{relation.name}"', where(node))
    if index.constraint is not None:
        raise PgError("55000", f'index "{node.indexname}" is already associated with a constraint', where(node))
    if not index.unique:
        raise PgError("42809", f'"{node.indexname}" is not a unique index', where(node))
    if index.predicate is not None:
        raise PgError("42809", f'"{node.indexname}" is a partial index', where(node))
    if any(column.expression is not None for column in index.columns):
        raise PgError("42809", f'index "{node.indexname}" contains expressions', where(node))
    name = node.conname or index.name
    kind = "p" if node.contype == enums.ConstrType.CONSTR_PRIMARY else "u"
    if kind == "p" and catalog.primary_key(relation.oid) is not None:
        message = f'multiple primary keys for table "{relation.name}" are not allowed'
        raise PgError("42P16", message, where(node))
    ddl_constraint.check_free(relation, name)
    if name != index.name and ddl_names.relation_in(state, name, relation.namespace) is not None:
        raise PgError("42P07", f'relation "{name}" already exists')
    columns = tuple(column.name for column in index.columns if column.name)
    if kind == "p":
        for column in columns:
            if ddl_constraint.not_null_of(relation, column) is None:
                set_not_null(state, relation, column)
                relation = catalog.relation(relation.oid)
    constraint = Constraint(
        name,
        kind,
        columns,
        deferrable=bool(node.deferrable),
        initially_deferred=bool(node.initdeferred),
        nulls_not_distinct=index.nulls_not_distinct,
        span=state.span(node.location),
    )
    relation = replace(relation, constraints=(*relation.constraints, constraint))
    catalog.put_relation(relation)
    catalog.put_index(replace(index, name=name, constraint=name, primary=kind == "p"))
    ddl_constraint.record_columns(state, relation, constraint)
    state.depend.forget(Address("relation", index.oid))
    state.depend.record(Address("relation", index.oid), Address("constraint", relation.oid, name), INTERNAL)
