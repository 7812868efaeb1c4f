"""Where PostgreSQL itself believes NOT NULL and is wrong: the columns of foreign tables.

A foreign table declares NOT NULL, and nobody checks it. PostgreSQL leaves out `x IS NOT NULL` for such a column, since
it seems always true, so that the condition proves nothing. `is_believed` takes a Var and the `Scope` it stands in, says
whether it is such a column, seen through subqueries, CTEs and views as the planner sees through them. Mirrors
initsplan.c: restriction_is_always_true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze import nodes as n
from querygen.analyze.nullability_scope import (
    Scope,
    descendants,
    relation_of,
    result_entries,
    rte_of,
    subquery_of,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import Expr
    from querygen.analyze.nullability_scope import Env
    from querygen.catalog.objects import Relation


def is_believed(scope: Scope, expr: Expr) -> bool:
    """Is it a column that a foreign table, or a child that is one, declares NOT NULL?"""
    if not isinstance(expr, n.Var) or expr.varattno <= 0:
        return False
    owner = scope.up(expr.varlevelsup).rows
    rte = rte_of(owner, expr.varno)
    kinds = enums.RTEKind
    match rte.rtekind:
        case kinds.RTE_RELATION:
            return _is_declared(scope.env, relation_of(scope.env.catalog, rte.relid), expr.varattno)
        case kinds.RTE_GROUP:
            return is_believed(owner, rte.groupexprs[expr.varattno - 1])
        case kinds.RTE_SUBQUERY:
            return _is_output(Scope(scope.env, subquery_of(rte), owner), expr.varattno)
        case kinds.RTE_CTE:
            holder = owner.up(rte.ctelevelsup).rows
            cte = next(one for one in holder.query.cteList if one.ctename == rte.ctename)
            # What is recursive, or writes, the planner does not see through.
            return not cte.cterecursive and _is_output(Scope(scope.env, subquery_of(cte), holder), expr.varattno)
    return False


def _is_output(scope: Scope, number: int) -> bool:
    query = scope.query
    if query.setOperations is not None:
        arms = [Scope(scope.env, rte.subquery, scope) for rte in query.rtable if rte.subquery is not None]
        return any(_is_output(arm, number) for arm in arms)
    return is_believed(scope, result_entries(query)[number - 1].expr)


def _is_declared(env: Env, relation: Relation, attno: int) -> bool:
    if relation.kind == "v" and relation.view_query is not None:
        return _is_output(Scope(env, relation.view_query, None), attno)
    column = next(one for one in relation.columns if one.attnum == attno)
    return column.not_null and any(one.kind == "f" for one in (relation, *descendants(env.catalog, relation)))
