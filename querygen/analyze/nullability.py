"""Which columns of a result can be NULL: a pass over the finished tree.

`result_nullability` takes an analysed `Query` and gives a `Verdict` for each column of its result. The contract is
soundness: NOT NULL is said only where it is proved. Mirrors no C file, since PostgreSQL does not infer this; the
outer joins' part is reduce_outer_joins. The parts:

* `nullability_scope`: what is known at a query level;
* `nullability_quals`: what conditions prove, and the outer joins that they reduce;
* `nullability_expr`, `nullability_agg`: expressions;
* `nullability_relation`: columns of tables, views, subqueries, CTEs, functions, and those of RETURNING;
* this module: a query's columns, set operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze import nullability_expr as expressions
from querygen.analyze.nodefuncs import expr_type
from querygen.analyze.nodes import RangeTblRef, SetOperationStmt
from querygen.analyze.nullability_quals import Known, enter, facts_of
from querygen.analyze.nullability_scope import (
    Env,
    Facts,
    Scope,
    Verdict,
    nullable,
    nulling_joins,
    result_entries,
    rte_of,
    subquery_of,
    writes_by_rule,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import GroupingSet, Query, Var
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

__all__ = [
    "Scope",
    "Verdict",
    "is_outer_joined",
    "open_targets",
    "query_columns",
    "result_entries",
    "result_nullability",
]


def result_nullability(
    query: Query, catalog: Catalog, nullable_params: frozenset[int] | None = None
) -> tuple[Verdict, ...]:
    """The verdict on each column of the result (of RETURNING, if the statement writes).

    `nullable_params`: the parameters that the caller may leave NULL; without it each of them may be.
    """
    return query_columns(Env(catalog, nullable_params), query, None)


def query_columns(env: Env, query: Query, parent: Scope | None) -> tuple[Verdict, ...]:
    """The verdict on each column of a query at any level."""
    scope = enter(env, query, parent)
    if query.setOperations is not None:
        return _set_operation(scope, query.setOperations)
    targets = target_scope(scope)
    left_out = _sometimes_left_out(query)
    return tuple(
        nullable("the grouping sets that leave it out give NULL")
        if entry.ressortgroupref in left_out
        else expressions.verdict(targets, entry.expr)
        for entry in result_entries(query)
    )


def _sometimes_left_out(query: Query) -> set[int]:
    """The target entries that some grouping set leaves out.

    The analysed tree says so in varnullingrels, but of two equal expressions it knows the first only, whereas the
    executor goes by the target entry: SELECT g AS a, g AS b … GROUP BY a, ROLLUP (b).
    """
    if not query.groupingSets:
        return set()
    common: set[int] = set().union(*map(_in_every_set, query.groupingSets))
    return {clause.tleSortGroupRef for clause in query.groupClause} - common


def _in_every_set(one: GroupingSet) -> set[int]:
    match one.kind:
        case enums.GroupingSetKind.GROUPING_SET_SIMPLE:
            return {ref for ref in one.content if isinstance(ref, int)}
        case enums.GroupingSetKind.GROUPING_SET_SETS:
            inner = [_in_every_set(part) for part in one.content if not isinstance(part, int)]
            return set.intersection(*inner) if inner else set()
        case _:
            return set()


def target_scope(scope: Scope) -> Scope:
    """The scope of the select list: with what HAVING proves; or that of RETURNING, without what WHERE proves of it."""
    query = scope.query
    if query.commandType == enums.CmdType.CMD_SELECT:
        having: Facts = frozenset()
        if query.havingQual is not None and not scope.env.ignore_quals:
            having = facts_of(replace(scope, row=scope), query.havingQual, Known.TRUE)
        grouped = replace(scope, row=scope, facts=scope.facts | having, memo={})
        return replace(grouped, window=grouped, single_srf=expressions.count_srfs(query.targetList) == 1, memo={})
    changes = query.commandType in (enums.CmdType.CMD_UPDATE, enums.CmdType.CMD_INSERT, enums.CmdType.CMD_MERGE)
    if changes or writes_by_rule(scope):
        # WHERE holds of the row before it was written, and not of the rows that a rule returns.
        kept = _not_about(scope.facts, id(query), query.resultRelation)
        weak = _not_about(scope.weak, id(query), query.resultRelation)
        return replace(scope, row=scope, facts=kept, weak=weak, returning=True, memo={})
    return replace(scope, row=scope, returning=True, memo={})


def _not_about(facts: Facts, level: int, relation: int) -> Facts:
    return frozenset(
        fact for fact in facts if fact[0] != "expr" and not (fact[0] == "var" and fact[1:3] == (level, relation))
    )


def _set_operation(scope: Scope, node: SetOperationStmt) -> tuple[Verdict, ...]:
    left = _arm(scope, node.larg, node.colTypes)
    if node.op == enums.SetOperation.SETOP_EXCEPT:
        return left
    right = _arm(scope, node.rarg, node.colTypes)
    if node.op == enums.SetOperation.SETOP_INTERSECT:
        # A row is in both arms.
        return tuple(b if a.nullable and not b.nullable else a for a, b in zip(left, right, strict=True))
    return tuple(
        Verdict(
            a.nullable or b.nullable,
            a.why if a.nullable else b.why if b.nullable else f"no arm of the UNION gives NULL: {a.why}; {b.why}",
            a.nullable_elements or b.nullable_elements,
        )
        for a, b in zip(left, right, strict=True)
    )


def _arm(scope: Scope, node: RangeTblRef | SetOperationStmt, types: tuple[Oid, ...]) -> tuple[Verdict, ...]:
    """An arm of a set operation, each column coerced to the common type."""
    if isinstance(node, SetOperationStmt):
        columns, own = _set_operation(scope, node), node.colTypes
    else:
        query = subquery_of(rte_of(scope, node.rtindex))
        columns = query_columns(scope.env, query, scope)
        own = tuple(expr_type(entry.expr) for entry in result_entries(query))
    return tuple(
        expressions.coerced(scope, found, source, target)
        for found, source, target in zip(columns, own, types, strict=True)
    )


def open_targets(query: Query, catalog: Catalog) -> Scope:
    """The scope of a statement's select list or RETURNING."""
    return target_scope(enter(Env(catalog), query, None))


def is_outer_joined(scope: Scope, var: Var) -> bool:
    """Is a column's relation on the nullable side of an outer join that no condition reduces?"""
    return bool(nulling_joins(scope.up(var.varlevelsup), var))
