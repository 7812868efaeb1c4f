"""Which relations have one row at most: unique keys bound by equality.

Takes the `Scope` of a query level, gives the range table indexes of the relations that are the same row in the rows of
the result: wherever they are present, or, where an outer join may null them, in each. A key is of columns or
expressions. No proof comes from a partial index whose predicate is not among the conditions, an index that a partition
lacks, a deferrable or WITHOUT OVERLAPS key, the key of a table with inheritance children, or an equality of another
operator family than the index's. Mirrors no C file; the nearest are analyzejoins.c (query_is_distinct_for), indxpath.c
(relation_has_unique_index_for) and predtest.c (predicate_implied_by).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze import cardinality
from querygen.analyze import nodes as n
from querygen.analyze.mutate import mutate_children
from querygen.analyze.nodefuncs import expr_type, expression_returns_set, walk_levels
from querygen.analyze.nullability_quals import enter, expr_key, operator_is_strict
from querygen.analyze.nullability_scope import (
    LEFT,
    RIGHT,
    Env,
    Fact,
    Scope,
    descendants,
    from_tree,
    joined_column,
    members,
    relation_of,
    rte_of,
    var_fact,
)
from querygen.analyze.pgtypes import TIMESTAMPTZOID
from querygen.analyze.volatile import is_volatile
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from querygen.analyze.nodes import Expr, JoinTreeNode, Query, RangeTblEntry
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Index, IndexColumn, Relation
    from querygen.pg_catalog.rows import Oid

CmdType = enums.CmdType
BTEQUAL_STRATEGY = 3  # BTEqualStrategyNumber

Column = tuple[int, int]  # RT index and attribute number
Part = int | Fact  # of a key: an attribute number, or an expression as expr_key writes it


def base_relations(node: JoinTreeNode) -> Iterator[int]:
    match node:
        case n.RangeTblRef():
            yield node.rtindex
        case n.FromExpr():
            for item in node.fromlist:
                yield from base_relations(item)
        case n.JoinExpr():
            yield from base_relations(node.larg)
            yield from base_relations(node.rarg)


def _nulls(scope: Scope, join: n.JoinExpr) -> tuple[bool, bool]:
    """Which sides a join may null, after reduction."""
    left = join.jointype in (enums.JoinType.JOIN_RIGHT, enums.JoinType.JOIN_FULL)
    right = join.jointype in (enums.JoinType.JOIN_LEFT, enums.JoinType.JOIN_FULL)
    level = id(scope.query)
    return (
        left and ("join", level, join.rtindex, LEFT) not in scope.weak,
        right and ("join", level, join.rtindex, RIGHT) not in scope.weak,
    )


def has_full_join(scope: Scope, node: JoinTreeNode) -> bool:
    match node:
        case n.RangeTblRef():
            return False
        case n.FromExpr():
            return any(has_full_join(scope, item) for item in node.fromlist)
        case n.JoinExpr():
            return (
                _nulls(scope, node) == (True, True)
                or has_full_join(scope, node.larg)
                or has_full_join(scope, node.rarg)
            )


class Equality(Struct, frozen=True):
    """`part = value`, where `needs` are the relations of this level that the value is computed from."""

    relation: int
    part: Part
    operator: Oid
    needs: frozenset[int]


class Condition(Struct, frozen=True):
    """A condition as expr_key writes it; what it is a condition of: these relations, or every row."""

    key: Fact | None
    relations: frozenset[int] | None


class Conditions(Struct, frozen=True):
    equalities: list[Equality]
    others: list[Condition]


def _conditions(scope: Scope) -> Conditions:
    """The conditions of WHERE and ON, and what they bind."""
    found = Conditions([], [])
    _gather(scope, from_tree(scope.query), None, found)
    return found


def _gather(scope: Scope, node: JoinTreeNode, usable: frozenset[int] | None, found: Conditions) -> None:
    """From WHERE and ON; an outer join's ON says something of its nullable side only."""
    match node:
        case n.RangeTblRef():
            return
        case n.FromExpr():
            _split(scope, node.quals, usable, found)
            for item in node.fromlist:
                _gather(scope, item, usable, found)
        case n.JoinExpr():
            nulls_left, nulls_right = _nulls(scope, node)
            if not (nulls_left and nulls_right):
                side = node.rarg if nulls_right else node.larg if nulls_left else None
                _split(scope, node.quals, frozenset(members(side)) if side is not None else usable, found)
            _gather(scope, node.larg, usable, found)
            _gather(scope, node.rarg, usable, found)


def _split(scope: Scope, quals: Expr | None, usable: frozenset[int] | None, found: Conditions) -> None:
    if isinstance(quals, n.BoolExpr) and quals.boolop == enums.BoolExprType.AND_EXPR:
        for arg in quals.args:
            _split(scope, arg, usable, found)
        return
    if quals is not None:
        found.others.append(Condition(expr_key(scope, quals), usable))
    if not isinstance(quals, n.OpExpr) or len(quals.args) != 2 or not operator_is_strict(scope.env.catalog, quals.opno):
        return
    for one, other in (quals.args, quals.args[::-1]):
        bound = _bindable(scope, one)
        if bound is None or (usable is not None and bound[0] not in usable):
            continue
        needs = _needs(scope, other)
        if needs is None or not _compares_alike(scope.env.catalog, other):
            continue
        operator = quals.opno if one is quals.args[0] else scope.env.catalog.operator(quals.opno).oprcom
        if operator:
            found.equalities.append(Equality(*bound, operator, needs))


def _bindable(scope: Scope, expr: Expr) -> tuple[int, Part] | None:
    """What an equality may bind: a column, or an expression over the columns of one relation."""
    if (column := _plain_column(scope, expr)) is not None:
        return column
    relations = _needs(scope, expr)
    key = expr_key(scope, expr)
    return (next(iter(relations)), key) if relations is not None and len(relations) == 1 and key is not None else None


def _plain_column(scope: Scope, expr: Expr) -> Column | None:
    """A column of this level, through casts that change nothing and aliases of joins."""
    while isinstance(expr, n.RelabelType):
        expr = expr.arg
    if not isinstance(expr, n.Var) or expr.varlevelsup != 0:
        return None
    rte = rte_of(scope, expr.varno)
    if rte.rtekind == enums.RTEKind.RTE_JOIN and expr.varattno > 0:
        return _plain_column(scope, joined_column(rte, expr.varattno))
    if rte.rtekind == enums.RTEKind.RTE_GROUP:
        return _plain_column(scope, rte.groupexprs[expr.varattno - 1])
    return expr.varno, expr.varattno


def _compares_alike(catalog: Catalog, expr: Expr) -> bool:
    """Is a column compared with the expression under the column's own collation, as its index compares?

    The collation of a column or a domain may win over the default one. PostgreSQL's own collations are deterministic:
    what is equal in one of them is so in all; those that the schema makes need not be.
    """
    if not catalog.type(expr_type(expr)).typcollation or not catalog.makes_collations():
        return True
    return all(
        not isinstance(node, n.Var | n.SubLink | n.CoerceToDomain | n.CollateExpr)
        and not (isinstance(node, n.Const | n.Param) and catalog.type(expr_type(node)).typtype == "d")
        for node, _ in walk_levels(expr)
    )


def _needs(scope: Scope, expr: Expr) -> frozenset[int] | None:
    """The relations of this level in an expression; None if its value may change from row to row otherwise."""
    if is_volatile(scope.env.catalog, expr):
        return None
    needs: set[int] = set()
    for node, level in walk_levels(expr):
        match node:
            case n.Var() if node.varlevelsup == level and level > 0:
                # A subquery that is asked again for each row may give another row each time, by LIMIT over a scan
                # that begins where another one is (synchronize_seqscans).
                return None
            case n.Var() if node.varlevelsup == level:
                rte = rte_of(scope, node.varno)
                if rte.rtekind in (enums.RTEKind.RTE_JOIN, enums.RTEKind.RTE_GROUP):
                    column = _plain_column(scope, replace(node, varlevelsup=0))
                    if column is None:
                        return None
                    needs.add(column[0])
                else:
                    needs.add(node.varno)
            case _:
                pass
    return frozenset(needs)


class Rows(Struct, frozen=True):
    """Which relations are the same in all rows of a result.

    `single`: one row wherever present. `settled`: present in every row of the result, or in none. `fixed`: both, and no
    other row when asked for again; what is computed from these alone has one value.
    """

    single: set[int]
    settled: set[int]
    fixed: set[int]


def single_relations(scope: Scope, bound: Iterable[Column] = (), given: Iterable[int] = ()) -> set[int]:
    """The relations that have one row at most in the result: see `known_rows`."""
    return known_rows(scope, bound, given).single


def known_rows(scope: Scope, bound: Iterable[Column] = (), given: Iterable[int] = ()) -> Rows:
    """What is the same in all rows, given that some columns (`bound`) have one value, which is NULL in none or in all.

    The relations in `given` are taken to have one row.
    """
    query = scope.query
    tree = from_tree(query)
    conditions = _conditions(scope)
    if query.commandType == CmdType.CMD_MERGE:
        _split(scope, query.mergeJoinCondition, frozenset({query.resultRelation}), conditions)
    assumed = list(bound)
    relations = dict.fromkeys(base_relations(tree))
    if query.resultRelation:
        relations[query.resultRelation] = None
    deciders: dict[int, list[frozenset[int] | None]] = {}
    _decide(scope, tree, [], deciders)
    single, settled, fixed = set(given), set(given), set(given)
    known = -1
    while known < len(single) + len(settled) + len(fixed):
        known = len(single) + len(settled) + len(fixed)
        for rtindex in relations:
            rte = rte_of(scope, rtindex)
            columns = {column[1] for column in assumed if column[0] == rtindex}
            if rtindex not in single and outer_relations(rte) <= fixed:
                one_row = cardinality.rte_count(scope, rte).at_most_one
                if one_row or _is_bound(scope, rtindex, columns, conditions, fixed):
                    single.add(rtindex)
            if columns or all(one is not None and one <= fixed for one in deciders.get(rtindex, ())):
                settled.add(rtindex)
                if rtindex in single and not _may_differ(scope, rte):
                    fixed.add(rtindex)
    return Rows(single, settled, fixed)


def _is_bound(scope: Scope, rtindex: int, columns: set[int], conditions: Conditions, fixed: set[int]) -> bool:
    """Is a key of the relation bound, by columns of which it is assumed or by equality with what has one value?"""
    rte = rte_of(scope, rtindex)
    operators: dict[Part, set[Oid]] = {attno: set() for attno in columns}
    for one in conditions.equalities:
        if one.relation == rtindex and one.needs <= fixed:
            operators.setdefault(one.part, set()).add(one.operator)
    return any(
        all(_binds(scope, rte, part, operators, part in columns) for part in key)
        for key in unique_keys(scope, rtindex, conditions)
    )


def _decide(
    scope: Scope, node: JoinTreeNode, above: list[frozenset[int] | None], found: dict[int, list[frozenset[int] | None]]
) -> None:
    """Of each relation, for every join that may null it: the relations whose rows decide whether it does."""
    match node:
        case n.RangeTblRef():
            found[node.rtindex] = above
        case n.FromExpr():
            for item in node.fromlist:
                _decide(scope, item, above, found)
        case n.JoinExpr():
            nulls = _nulls(scope, node)
            for is_nulled, side in zip(nulls, (node.larg, node.rarg), strict=True):
                one = None if all(nulls) else _deciders(scope, node, side)
                _decide(scope, side, [*above, one] if is_nulled else above, found)


def _deciders(scope: Scope, join: n.JoinExpr, side: JoinTreeNode) -> frozenset[int] | None:
    """The relations that an outer join's conditions, and its nullable side, refer to; None: it is not known."""
    inside = set(base_relations(side))
    found: set[int] = set()
    for quals in (join.quals, *_join_quals(side)):
        needs = _needs(scope, quals) if quals is not None else frozenset[int]()
        if needs is None:
            return None
        found |= needs
    for rtindex in inside:
        if _may_differ(scope, rte_of(scope, rtindex)):
            return None
        found |= outer_relations(rte_of(scope, rtindex))
    return frozenset(found - inside)


def _join_quals(node: JoinTreeNode) -> Iterator[Expr | None]:
    if isinstance(node, n.JoinExpr):
        yield node.quals
        yield from _join_quals(node.larg)
        yield from _join_quals(node.rarg)


def _may_differ(scope: Scope, rte: RangeTblEntry) -> bool:
    """May it give other rows when it is asked again, for another row that it is joined to?"""
    catalog = scope.env.catalog
    if rte.rtekind == enums.RTEKind.RTE_RELATION:
        relation = relation_of(catalog, rte.relid)
        return relation.kind == "v" and is_volatile(catalog, relation.view_query)
    # A function is called once, but for each row if it is LATERAL.
    calls = [one.funcexpr for one in rte.functions if rte.lateral]
    return is_volatile(catalog, rte.subquery) or is_volatile(catalog, (*calls, *chain(*rte.values_lists)))


def outer_relations(rte: RangeTblEntry) -> set[int]:
    """The relations beside it that a LATERAL item refers to."""
    parts: list[Any] = [rte.subquery, rte.tablefunc, rte.tablesample, *(one.funcexpr for one in rte.functions)]
    found: set[int] = set()
    for node, level in walk_levels([one for one in parts if one is not None]):
        if isinstance(node, n.Var) and node.varlevelsup == level:
            found.add(node.varno)
    return found


def _binds(scope: Scope, rte: RangeTblEntry, part: Part, operators: dict[Part, set[Oid]], assumed: bool) -> bool:
    """Is the part of a key bound by the equality that the key is unique under?"""
    if assumed:
        return True
    wanted = operators.get(part)
    if not wanted:
        return False
    if not isinstance(part, int):
        # The operator takes the expression as the index has it, without a cast between them.
        return any(_is_equality(scope.env.catalog, one, scope.env.catalog.operator(one).oprleft) for one in wanted)
    type_oid = column_type(scope, rte, part)
    return type_oid is not None and any(_is_equality(scope.env.catalog, one, type_oid) for one in wanted)


def column_type(scope: Scope, rte: RangeTblEntry, attno: int) -> Oid | None:
    """The type of a column of a relation, where it is known."""
    if rte.rtekind == enums.RTEKind.RTE_RELATION:
        relation = scope.env.catalog.find_relation(rte.relid)
        columns = relation.columns if relation is not None else ()
        return next((one.type_oid for one in columns if one.attnum == attno), None)
    if rte.rtekind == enums.RTEKind.RTE_SUBQUERY and rte.subquery is not None:
        entries = [entry for entry in rte.subquery.targetList if not entry.resjunk]
        return expr_type(entries[attno - 1].expr) if 0 < attno <= len(entries) else None
    return rte.coltypes[attno - 1] if 0 < attno <= len(rte.coltypes) else None


def _is_equality(catalog: Catalog, opno: Oid, type_oid: Oid) -> bool:
    """Is it `=` of the default btree operator family of the column's type?"""
    operator = catalog.operator(opno)
    if operator.oprleft != operator.oprright and TIMESTAMPTZOID in (operator.oprleft, operator.oprright):
        # Two local times are one instant where a clock is put forward.
        return False
    opclass = catalog.default_opclass(operator.oprleft, "btree")
    if (
        opclass is None
        or catalog.opfamily_member(opclass.opcfamily, operator.oprleft, operator.oprright, BTEQUAL_STRATEGY) != opno
    ):
        return False
    row = catalog.type(type_oid)
    while row.typtype == "d":
        row = catalog.type(row.typbasetype)
    if row.oid == operator.oprleft:
        return True
    own = catalog.default_opclass(row.oid, "btree")
    if own is None:
        # GetDefaultOpClass: varchar has text's operators and not bpchar's, an enum those of anyenum
        compared = catalog.type(operator.oprleft)
        return compared.typtype == "p" or compared.typispreferred
    return own.opcfamily == opclass.opcfamily


def unique_keys(scope: Scope, rtindex: int, conditions: Conditions) -> Iterator[frozenset[Part]]:
    """Sets of columns and expressions that no two rows of a relation share, of those that fulfil the conditions."""
    rte = rte_of(scope, rtindex)
    kinds = enums.RTEKind
    match rte.rtekind:
        case kinds.RTE_RELATION:
            relation = relation_of(scope.env.catalog, rte.relid)
            if relation.kind == "v":
                if relation.view_query is not None:
                    yield from query_keys(scope.env, relation.view_query, None)
                return
            yield from _table_keys(scope, rtindex, relation, conditions)
        case kinds.RTE_SUBQUERY if rte.subquery is not None:
            yield from query_keys(scope.env, rte.subquery, scope)
        case kinds.RTE_CTE:
            if (found := cardinality.cte_query(scope, rte)) is not None:
                yield from query_keys(scope.env, found[1], found[0])
        case _:
            return


def column_keys(scope: Scope, rtindex: int) -> list[list[int]]:
    """The keys that consist of columns, the shortest first."""
    found = [
        sorted(part for part in key if isinstance(part, int))
        for key in unique_keys(scope, rtindex, _conditions(scope))
        if all(isinstance(part, int) for part in key)
    ]
    return sorted(found, key=lambda key: (len(key), key))


def _table_keys(scope: Scope, rtindex: int, relation: Relation, conditions: Conditions) -> Iterator[frozenset[Part]]:
    catalog = scope.env.catalog
    inherited = rte_of(scope, rtindex).inh
    if relation.kind == "f" or (relation.kind == "r" and inherited and any(descendants(catalog, relation))):
        return
    constraints = {constraint.name: constraint for constraint in relation.constraints}
    for index in catalog.indexes_of(relation.oid):
        if not _is_key(relation, index) or not _has_all_parts(catalog, relation, index):
            continue
        if index.predicate_sql or index.predicate is not None:
            predicate = _of_relation(relation, rtindex, index.predicate)
            if predicate is None or not _is_fulfilled(scope, rtindex, predicate, conditions):
                continue
        constraint = constraints.get(index.constraint or "")
        if constraint is not None and (constraint.deferrable or constraint.without_overlaps or not constraint.enforced):
            continue
        parts = [_part(scope, rtindex, relation, one) for one in index.columns]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            yield frozenset(known)


def _part(scope: Scope, rtindex: int, relation: Relation, one: IndexColumn) -> Part | None:
    if one.name is not None:
        return relation.by_name[one.name].attnum
    expr = _of_relation(relation, rtindex, one.expression)
    return expr_key(scope, expr) if expr is not None else None


def _of_relation(relation: Relation, rtindex: int, raw: Any) -> Expr | None:
    """An expression of an index, as if it stood in the query; None where it was not analysed for this relation."""
    expr, owner = getattr(raw, "cooked", (None, 0))
    if expr is None or owner != relation.oid:
        return None

    def placed(node: Any) -> Any:
        return replace(node, varno=rtindex) if isinstance(node, n.Var) else mutate_children(node, placed)

    found: Expr = placed(expr)
    return found


def _is_fulfilled(scope: Scope, rtindex: int, predicate: Expr, conditions: Conditions) -> bool:
    """predicate_implied_by: is each part of a partial index's predicate a condition of the query, word for word?"""
    if isinstance(predicate, n.BoolExpr) and predicate.boolop == enums.BoolExprType.AND_EXPR:
        return all(_is_fulfilled(scope, rtindex, arg, conditions) for arg in predicate.args)
    if isinstance(predicate, n.NullTest) and predicate.nulltesttype == enums.NullTestType.IS_NOT_NULL:
        if isinstance(predicate.arg, n.Var) and var_fact(scope, predicate.arg) in scope.weak:
            return True
    key = expr_key(scope, predicate)
    return key is not None and any(
        one.key == key and (one.relations is None or rtindex in one.relations) for one in conditions.others
    )


def _is_key(relation: Relation, index: Index) -> bool:
    """Is the index unique with its columns' own equality?"""
    if not index.unique:
        return False
    for one in index.columns:
        column = relation.by_name[one.name] if one.name is not None else None
        if one.collation is not None and (column is None or one.collation != column.collation):
            return False
        if one.opclass is not None and not one.opclass.endswith("_pattern_ops"):
            return False
    return bool(index.columns)


def _has_all_parts(catalog: Catalog, relation: Relation, index: Index) -> bool:
    """validatePartitionedIndex: an index ON ONLY a partitioned table is no key until every partition has its part."""
    if relation.kind != "p":
        return True
    parts = [
        (child, next((one for one in catalog.indexes_of(child.oid) if one.parent == index.oid), None))
        for child in catalog.children_of(relation.oid)
    ]
    return all(part is not None and _has_all_parts(catalog, child, part) for child, part in parts)


def entered(env: Env, query: Query, parent: Scope | None) -> Scope:
    """The scope of a query's rows, opened once for each scope around it."""
    key = (id(query), id(parent))
    if (found := env.entered.get(key)) is None:
        found = env.entered[key] = enter(env, query, parent)
    return found


def query_keys(env: Env, query: Query, parent: Scope | None) -> tuple[frozenset[int], ...]:
    """Sets of output columns (from 1) that no two rows of a query share, found once."""
    key = (id(query), id(parent))
    if (found := env.keys.get(key)) is None:
        found = env.keys[key] = tuple(_query_keys(env, query, parent))
    return found


def _query_keys(env: Env, query: Query, parent: Scope | None) -> Iterator[frozenset[int]]:
    """Sets of output columns (from 1) that no two rows of a query share: query_is_distinct_for, turned round."""
    if query.commandType != CmdType.CMD_SELECT:
        return
    entries = [entry for entry in query.targetList if not entry.resjunk]
    if (operation := query.setOperations) is not None:
        if not operation.all:
            yield frozenset(range(1, len(entries) + 1))
        return
    scope = entered(env, query, parent)
    if query.distinctClause:
        refs = {clause.tleSortGroupRef for clause in query.distinctClause}
        keys = {number for number, entry in enumerate(entries, 1) if entry.ressortgroupref in refs}
        if len(refs) == len(keys):
            yield frozenset(keys)
    if expression_returns_set(query.targetList):
        return
    if query.groupClause and not query.groupingSets:
        refs = {clause.tleSortGroupRef for clause in query.groupClause}
        keys = {number for number, entry in enumerate(entries, 1) if entry.ressortgroupref in refs}
        if len({entries[number - 1].ressortgroupref for number in keys}) == len(refs):
            yield frozenset(keys)
        return
    tree = from_tree(query)
    if query.groupClause or query.groupingSets or query.hasAggs or has_full_join(scope, tree):
        return
    outputs: dict[Column, int] = {}
    for number, entry in enumerate(entries, 1):
        if (column := _plain_column(scope, entry.expr)) is not None:
            outputs.setdefault(column, number)
    relations = set(base_relations(tree))
    for rtindex in relations:
        for key in unique_keys(scope, rtindex, _conditions(scope)):
            columns = [(rtindex, part) for part in key if isinstance(part, int)]
            # Of a key with an expression the rest does not make a relation single.
            if all(column in outputs for column in columns) and relations <= single_relations(scope, columns):
                yield frozenset(outputs[column] for column in columns)


def one_group(scope: Scope) -> bool:
    """Is every key of GROUP BY bound to one value by the equality that groups?"""
    query = scope.query
    rows = known_rows(scope)
    equalities = _conditions(scope).equalities
    by_ref = {entry.ressortgroupref: entry.expr for entry in query.targetList if entry.ressortgroupref}
    for clause in query.groupClause:
        expr = by_ref.get(clause.tleSortGroupRef)
        column = _plain_column(scope, expr) if expr is not None else None
        # What an outer join nulls in some rows is one value, and NULL: two groups.
        if column is None or column[0] not in rows.settled:
            return False
        if column[0] in rows.fixed:
            continue
        if not any(
            (one.relation, one.part) == column
            and one.needs <= rows.fixed
            and _groups_alike(scope.env.catalog, one.operator, clause.eqop)
            for one in equalities
        ):
            return False
    return True


def _groups_alike(catalog: Catalog, bound: Oid, grouping: Oid) -> bool:
    return bound == grouping or _is_equality(catalog, bound, catalog.operator(grouping).oprleft)
