"""Expressions inside DDL: DEFAULT, CHECK, generation, indexes, partition keys, policies, triggers, function arguments.

Takes raw expressions and what their columns are looked up in; raises what PostgreSQL would, gives nothing: the catalog
keeps raw trees. Mirrors `heap.c` (cookDefault, cookConstraint), `typecmds.c` (domainAddCheckConstraint),
`parse_utilcmd.c` (transformIndexStmt), `indexcmds.c` (ComputeIndexAttrs), `trigger.c`, `policy.c`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from querygen.analyze import coerce, collate, expr, nodefuncs, relation_rte, typcache
from querygen.analyze import nodes as n
from querygen.analyze.relation import add_ns_item_to_query
from querygen.analyze.state import ExprKind, ParamTable, ParseState
from querygen.analyze.typename import format_type, get_base_type_and_typmod, lookup_collation
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Column, Index, Relation
    from querygen.pg_catalog.rows import Oid, PgType
    from querygen.sql.nodes import ast

_FIRST_UNPINNED = 12_000  # FirstUnpinnedObjectId: below it everything is PostgreSQL's own
_ASSIGNMENT = enums.CoercionContext.COERCION_ASSIGNMENT
_IMPLICIT_CAST = enums.CoercionForm.COERCE_IMPLICIT_CAST
# What an extension that is not known might have brought
_FROM_EXTENSION = frozenset({"42883", "42704"})


def parse_state(state: DdlState, relation: Relation | None) -> ParseState:
    """A parse state for an expression of a statement; the columns of the relation are in its scope."""
    ps = ParseState(catalog=state.catalog, params=ParamTable(fixed=True), sourcetext=state.text)
    if relation is not None:
        item = relation_rte.add_range_table_entry_for_relation(ps, relation, None, False, True)
        add_ns_item_to_query(ps, item, False, True, True)
    return ps


def keep(raw: Any, cooked: Any, relation: Relation | None = None) -> None:
    """Leave the analysed expression with its raw tree, and the relation in which its Vars count.

    Names in the raw tree mean what they meant there and then; the analysed one holds on to objects. Whoever compares
    or prints expressions wants the latter, wherever the raw tree has been copied to.
    """
    if raw is not None:
        raw.cooked = (cooked, 0 if relation is None else relation.oid)


@contextmanager
def forgiving(state: DdlState) -> Iterator[None]:
    """Errors pass, unless an extension without a catalogue may be why."""
    try:
        yield
    except PgError as error:
        if not (state.unknown_extension and error.code in _FROM_EXTENSION):
            raise


def _boolean(ps: ParseState, raw: Any, kind: ExprKind, construct: str) -> Any:
    """parse_clause.c: transformWhereClause"""
    if raw is None:
        return None
    cooked = coerce.coerce_to_boolean(ps, expr.transform_expr(ps, raw, kind), construct)
    collate.assign_expr_collations(ps, cooked)
    return cooked


# ---------------------------------------------------------------------------------------------- columns and constraints


def check_default(state: DdlState, relation: Relation, column: Column) -> None:
    """AddRelationNewConstraints, for a column's default or generation expression"""
    if column.default_expr is None:
        return
    with forgiving(state):
        _cook_default(state, relation, column)


def _cook_default(state: DdlState, relation: Relation, column: Column) -> None:
    """heap.c: cookDefault"""
    ps = parse_state(state, relation)
    if column.generated == "v":
        _check_virtual_type(state.catalog, column)
    kind = ExprKind.EXPR_KIND_GENERATED_COLUMN if column.generated else ExprKind.EXPR_KIND_COLUMN_DEFAULT
    cooked: Any = expr.transform_expr(ps, column.default_expr, kind)
    if column.generated:
        _check_generated(relation, cooked)
    keep(column.default_expr, _assign(ps, cooked, column.name, column.type_oid, column.typmod), relation)
    if column.generated:
        if contain_mutable_functions(state.catalog, cooked):
            raise PgError("42P17", "generation expression is not immutable")
        if column.generated == "v":
            _check_virtual(state.catalog, cooked)


def _assign(ps: ParseState, cooked: Any, name: str, type_oid: Oid, typmod: int) -> Any:
    """The end of cookDefault: an assignment cast leads to the column's type."""
    source = nodefuncs.expr_type(cooked)
    done = coerce.coerce_to_target_type(ps, cooked, source, type_oid, typmod, _ASSIGNMENT, _IMPLICIT_CAST, -1)
    if done is None:
        target, given = format_type(ps.catalog, type_oid), format_type(ps.catalog, source)
        raise PgError(
            "42804",
            f'column "{name}" is of type {target} but default expression is of type {given}',
            hint="You will need to rewrite or cast the expression.",
        )
    collate.assign_expr_collations(ps, done)
    return done


def _check_generated(relation: Relation, cooked: Any) -> None:
    """heap.c: check_nested_generated"""
    for node in nodefuncs.walk_expr(cooked):
        if not isinstance(node, n.Var):
            continue
        if node.varattno == 0:
            raise PgError(
                "42P17",
                "cannot use whole-row variable in column generation expression",
                node.location,
                detail="This would cause the generated column to depend on its own value.",
            )
        if node.varattno > 0 and relation.columns[node.varattno - 1].generated:
            raise PgError(
                "42P17",
                f'cannot use generated column "{relation.columns[node.varattno - 1].name}" in column generation'
                " expression",
                node.location,
                detail="A generated column cannot reference another generated column.",
            )


def _check_virtual_type(catalog: Catalog, column: Column) -> None:
    """heap.c: CheckAttributeType with CHKATYPE_IS_VIRTUAL"""
    if column.type_oid >= _FIRST_UNPINNED:
        is_domain = catalog.type(column.type_oid).typtype == "d"
        what = "domain" if is_domain else "user-defined"
        raise PgError(
            "0A000",
            f'virtual generated column "{column.name}" cannot have a {what} type',
            detail=None
            if is_domain
            else "Virtual generated columns that make use of user-defined types are not yet supported.",
        )


def _check_virtual(catalog: Catalog, cooked: Any) -> None:
    """heap.c: check_virtual_generated_security"""
    nodes: list[Any] = list(nodefuncs.walk_expr(cooked))
    for node in nodes:
        what = None
        if any(oid >= _FIRST_UNPINNED for oid in _functions(catalog, node)):
            what = "function"
        elif not isinstance(node, n.CaseWhen) and nodefuncs.expr_type(node) >= _FIRST_UNPINNED:
            what = "type"
        if what is not None:
            raise PgError(
                "0A000",
                f"generation expression uses user-defined {what}",
                nodefuncs.expr_location(node),
                detail=f"Virtual generated columns that make use of user-defined {what}s are not yet supported.",
            )


def check_constraint(state: DdlState, relation: Relation, raw: Any) -> None:
    """heap.c: cookConstraint"""
    with forgiving(state):
        ps = parse_state(state, relation)
        keep(raw, _boolean(ps, raw, ExprKind.EXPR_KIND_CHECK_CONSTRAINT, "CHECK"), relation)


def check_using(state: DdlState, relation: Relation, column: Column, raw: Any, target: tuple[Oid, int]) -> None:
    """tablecmds.c: ATPrepAlterColumnType — USING, which an assignment cast must bring to the new type"""
    with forgiving(state):
        ps = parse_state(state, relation)
        cooked = expr.transform_expr(ps, raw, ExprKind.EXPR_KIND_ALTER_COL_TRANSFORM)
        source = nodefuncs.expr_type(cooked)
        done = coerce.coerce_to_target_type(ps, cooked, source, *target, _ASSIGNMENT, _IMPLICIT_CAST, -1)
        if done is None:
            shown = format_type(state.catalog, target[0])
            raise PgError(
                "42804",
                f'result of USING clause for column "{column.name}" cannot be cast automatically to type {shown}',
                hint="You might need to add an explicit cast.",
            )
        collate.assign_expr_collations(ps, done)


def check_kept_default(state: DdlState, relation: Relation, old: Column, target: tuple[Oid, int]) -> None:
    """tablecmds.c: ATExecAlterColumnType — the default that the column keeps"""
    if old.default_expr is not None and not old.generated and not _default_follows(state, relation, old, target):
        shown = format_type(state.catalog, target[0])
        raise PgError("42804", f'default for column "{old.name}" cannot be cast automatically to type {shown}')


def recheck_constraints(state: DdlState, before: Relation, relation: Relation, columns: Iterable[str]) -> None:
    """tablecmds.c: ATPostAlterTypeCleanup — the constraints on columns whose types have changed

    PG: builds the printed constraint again, in which implicit casts have become explicit ones and literals have
    types. Where there was such a cast of a column, or a literal is what is wrong now, the constraint is let pass.
    """
    changed = {*columns}
    for constraint in relation.constraints:
        if constraint.kind != "c" or not changed & {*constraint.columns}:
            continue
        try:
            ps = parse_state(state, before)
            old: Any = expr.transform_expr(ps, constraint.expression, ExprKind.EXPR_KIND_CHECK_CONSTRAINT)
        except PgError:
            continue
        nodes: list[Any] = list(nodefuncs.walk_expr(old))
        if any(nodefuncs.strip_implicit_coercions(node) is not node for node in nodes):
            continue
        try:
            check_constraint(state, relation, constraint.expression)
        except PgError as error:
            if not error.code.startswith("22"):
                error.location = -1  # it stands in another statement
                raise


def _default_follows(state: DdlState, relation: Relation, old: Column, target: tuple[Oid, int]) -> bool:
    """Does an assignment cast lead from the default, without the casts to the old type, to the new type?"""
    ps = parse_state(state, relation)
    try:
        cooked: Any = expr.transform_expr(ps, old.default_expr, ExprKind.EXPR_KIND_COLUMN_DEFAULT)
        kept: Any = coerce.coerce_to_target_type(
            ps, cooked, nodefuncs.expr_type(cooked), old.type_oid, old.typmod, _ASSIGNMENT, _IMPLICIT_CAST, -1
        )
        bare = nodefuncs.strip_implicit_coercions(kept)
        source = nodefuncs.expr_type(bare)
        return coerce.coerce_to_target_type(ps, bare, source, *target, _ASSIGNMENT, _IMPLICIT_CAST, -1) is not None
    except PgError:
        return True  # written under another search path


# ---------------------------------------------------------------------------------------------- domains, arguments


def check_domain_default(state: DdlState, row: PgType, raw: Any) -> None:
    """typecmds.c: DefineDomain, AlterDomainDefault"""
    with forgiving(state):
        ps = parse_state(state, None)
        cooked: Any = expr.transform_expr(ps, raw, ExprKind.EXPR_KIND_COLUMN_DEFAULT)
        keep(raw, _assign(ps, cooked, row.typname, row.typbasetype, row.typtypmod))


def check_domain_constraint(state: DdlState, row: PgType, raw: Any) -> None:
    """typecmds.c: domainAddCheckConstraint — VALUE stands for a value of the base type"""
    with forgiving(state):
        ps = parse_state(state, None)
        ps.domain_value = (row.typbasetype, row.typtypmod)
        keep(raw, _boolean(ps, raw, ExprKind.EXPR_KIND_DOMAIN_CHECK, "CHECK"))


def check_argument_default(state: DdlState, raw: Any, type_oid: Oid) -> None:
    """functioncmds.c: interpret_function_parameter_list — DEFAULT of an argument"""
    with forgiving(state):
        ps = parse_state(state, None)
        cooked = expr.transform_expr(ps, raw, ExprKind.EXPR_KIND_FUNCTION_DEFAULT)
        cooked = coerce.coerce_to_specific_type(ps, cooked, type_oid, "DEFAULT")
        collate.assign_expr_collations(ps, cooked)
        keep(raw, cooked)


# ---------------------------------------------------------------------------------------------- indexes and partitions


def check_index(state: DdlState, relation: Relation, stmt: ast.IndexStmt) -> None:
    """parse_utilcmd.c: transformIndexStmt; indexcmds.c: ComputeIndexAttrs, CheckPredicate"""
    with forgiving(state):
        ps = parse_state(state, relation)
        predicate: Any = _boolean(ps, stmt.whereClause, ExprKind.EXPR_KIND_INDEX_PREDICATE, "WHERE")
        cooked: list[Any] = [
            expr.transform_expr(ps, element.expr, ExprKind.EXPR_KIND_INDEX_EXPRESSION) for element in stmt.indexParams
        ]
        keep(stmt.whereClause, predicate, relation)
        collate.assign_list_collations(ps, cooked)
        for element, one in zip(stmt.indexParams, cooked, strict=True):
            keep(element.expr, one, relation)
        if predicate is not None and contain_mutable_functions(state.catalog, predicate):
            raise PgError("42P17", "functions in index predicate must be marked IMMUTABLE")
        for element, one in zip(stmt.indexParams, cooked, strict=True):
            if one is not None and contain_mutable_functions(state.catalog, one):
                raise PgError("42P17", "functions in index expression must be marked IMMUTABLE")
            if element.name in relation.by_name:
                type_oid = relation.by_name[element.name].type_oid
            elif one is not None:
                type_oid = nodefuncs.expr_type(one)
            else:
                continue
            _check_key_collation(state.catalog, element, type_oid, one)
            if element.opclass:
                _check_named_opclass(state.catalog, element.opclass, type_oid, stmt.accessMethod or "btree")
            else:
                check_opclass(state.catalog, type_oid, stmt.accessMethod or "btree")


def check_exclusion(state: DdlState, relation: Relation, node: ast.Constraint) -> None:
    """parse_utilcmd.c: transformIndexConstraint — the expressions of EXCLUDE, and its WHERE"""
    with forgiving(state):
        ps = parse_state(state, relation)
        for element, _operator in node.exclusions or ():
            keep(element.expr, expr.transform_expr(ps, element.expr, ExprKind.EXPR_KIND_INDEX_EXPRESSION), relation)
        keep(node.where_clause, _boolean(ps, node.where_clause, ExprKind.EXPR_KIND_INDEX_PREDICATE, "WHERE"), relation)


def check_index_keys(state: DdlState, relation: Relation, index: Index) -> None:
    """indexcmds.c: ComputeIndexAttrs — PRIMARY KEY and UNIQUE need an ordering of each column's type"""
    for key in index.columns:
        column = relation.by_name.get(key.name or "")
        if column is not None and index.method == "btree":
            check_opclass(state.catalog, column.type_oid, "btree")


def _check_key_collation(catalog: Catalog, key: Any, type_oid: Oid, cooked: Any) -> None:
    """ComputeIndexAttrs: the collation of a key, which must be known where it can have one"""
    collatable = bool(catalog.type(type_oid).typcollation)
    if key.collation:
        catalog.has_collations = True
        lookup_collation(catalog, key.collation, -1)
        if not collatable:
            raise PgError("42804", f"collations are not supported by type {format_type(catalog, type_oid)}")
    elif collatable and cooked is not None and not nodefuncs.expr_collation(cooked):
        raise PgError(
            "42P22",
            "could not determine which collation to use for index expression",
            hint="Use the COLLATE clause to set the collation explicitly.",
        )


def _check_named_opclass(catalog: Catalog, names: Any, type_oid: Oid, method: str) -> None:
    """indexcmds.c: ResolveOpClass, of an operator class that is named"""
    if method not in ("btree", "hash"):
        return
    shown = ".".join(name.sval for name in names)
    namespace = catalog.namespace_oid(names[-2].sval) if len(names) > 1 else None
    found = [
        one
        for one in catalog.opclasses()
        if one.opcmethod == method and one.opcname == names[-1].sval and namespace in (None, one.opcnamespace)
    ]
    if not found:
        raise PgError("42704", f'operator class "{shown}" does not exist for access method "{method}"')
    if not any(coerce.is_binary_coercible(catalog, type_oid, one.opcintype) for one in found):
        accepted = format_type(catalog, type_oid)
        raise PgError("42804", f'operator class "{shown}" does not accept data type {accepted}')


def check_opclass(catalog: Catalog, type_oid: Oid, method: str) -> None:
    """indexcmds.c: ResolveOpClass. PG: of other access methods the operator classes are not dumped."""
    if method not in ("btree", "hash") or typcache.get_default_opclass(catalog, type_oid, method) is not None:
        return
    raise PgError(
        "42704",
        f'data type {format_type(catalog, type_oid)} has no default operator class for access method "{method}"',
        hint="You must specify an operator class for the index or define a default operator class for the data type.",
    )


def check_partition_key(state: DdlState, relation: Relation, parts: Iterable[ast.PartitionElem]) -> None:
    """tablecmds.c: transformPartitionSpec, ComputePartitionAttrs"""
    for number, part in enumerate(parts, 1):
        if part.expr is None:
            continue
        with forgiving(state):
            ps = parse_state(state, relation)
            cooked: Any = expr.transform_expr(ps, part.expr, ExprKind.EXPR_KIND_PARTITION_EXPRESSION)
            collate.assign_expr_collations(ps, cooked)
            keep(part.expr, cooked, relation)
            if contain_mutable_functions(state.catalog, cooked):
                raise PgError("42P17", "functions in partition key expression must be marked IMMUTABLE")
            type_oid = nodefuncs.expr_type(cooked)
            if state.catalog.type(type_oid).typcollation and not nodefuncs.expr_collation(cooked):
                shown = format_type(state.catalog, type_oid)
                what = f"partition key column {number} with collatable type {shown}"
                hint = "Use the COLLATE clause to set the collation explicitly."
                raise PgError("42P16", f"no collation was derived for {what}", hint=hint)


# ---------------------------------------------------------------------------------------------- policies and triggers


def check_policy(state: DdlState, relation: Relation, *raws: Any) -> None:
    """policy.c: CreatePolicy — USING and WITH CHECK"""
    for raw in raws:
        with forgiving(state):
            keep(raw, _boolean(parse_state(state, relation), raw, ExprKind.EXPR_KIND_POLICY, "POLICY"), relation)


def check_trigger_when(
    state: DdlState, relation: Relation, raw: Any, events: frozenset[str], *, row_level: bool, before: bool
) -> None:
    """trigger.c: CreateTriggerFiringOn — WHEN, in which OLD and NEW are rows of the table"""
    if raw is None:
        return
    ps = parse_state(state, None)
    for name in ("old", "new"):
        item = relation_rte.add_range_table_entry_for_relation(ps, relation, n.Alias(name), False, False)
        add_ns_item_to_query(ps, item, False, True, True)
    cooked: Any = None
    with forgiving(state):
        cooked = _boolean(ps, raw, ExprKind.EXPR_KIND_TRIGGER_WHEN, "WHEN")
        keep(raw, cooked, relation)
    for node in nodefuncs.walk_expr(cooked):
        if not isinstance(node, n.Var):
            continue
        if not row_level:
            message = "statement trigger's WHEN condition cannot reference column values"
            raise PgError("42P17", message, node.location)
        if node.varno == 1 and "insert" in events:
            raise PgError("42P17", "INSERT trigger's WHEN condition cannot reference OLD values", node.location)
        if node.varno == 2 and "delete" in events:
            raise PgError("42P17", "DELETE trigger's WHEN condition cannot reference NEW values", node.location)
        if node.varno == 2 and node.varattno < 0 and before:
            message = "BEFORE trigger's WHEN condition cannot reference NEW system columns"
            raise PgError("0A000", message, node.location)
        if node.varno == 2 and before and node.varattno > 0 and relation.columns[node.varattno - 1].generated:
            raise PgError(
                "42P17",
                "BEFORE trigger's WHEN condition cannot reference NEW generated columns",
                node.location,
                detail=f'Column "{relation.columns[node.varattno - 1].name}" is a generated column.',
            )


# ---------------------------------------------------------------------------------------------- volatility


def contain_mutable_functions(catalog: Catalog, node: Any) -> bool:
    """clauses.c: contain_mutable_functions, after planning: user's SQL functions may be inlined, and are passed over"""
    for one in nodefuncs.walk_expr(node):
        if isinstance(one, n.SQLValueFunction):
            return True
        for oid in _functions(catalog, one):
            row = catalog.proc(oid)
            body = catalog.function_body(oid)
            if row.provolatile != "i" and (body is None or body.language != "sql"):
                return True
    return False


def _functions(catalog: Catalog, node: Any) -> list[Oid]:
    """nodeFuncs.c: check_functions_in_node"""
    match node:
        case n.FuncExpr():
            return [node.funcid]
        case n.OpExpr() | n.DistinctExpr() | n.NullIfExpr() | n.ScalarArrayOpExpr():
            return [catalog.operator(node.opno).oprcode]
        case n.CoerceViaIO():
            source = get_base_type_and_typmod(catalog, nodefuncs.expr_type(node.arg))[0]
            target = get_base_type_and_typmod(catalog, node.resulttype)[0]
            # PG: output functions are not dumped; they are named after the input functions
            output = catalog.type(source).typinput.removesuffix("in") + "out"
            names = (output, catalog.type(target).typinput)
            return [found[0].oid for name in names if (found := catalog.procs_named(name, "pg_catalog"))]
    return []
