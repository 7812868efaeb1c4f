"""How many rows a statement gives: exactly one, at most one, or many.

Takes an analysed `Query`, gives a `RowCount` with its reason; `Cardinality` is what the rest of the program sees. Like
nullability this is proved or not said. Which rows a key makes unique is in `cardinality_keys`. Mirrors no C file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze import cardinality_keys as keys
from querygen.analyze import nodes as n
from querygen.analyze.nodefuncs import expression_returns_set
from querygen.analyze.nullability_relation import row_may_be_changed
from querygen.analyze.nullability_scope import (
    Env,
    RowCount,
    Scope,
    from_tree,
    has_rules,
    relation_of,
    rte_of,
    subquery_of,
)
from querygen.ir import Cardinality
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import JoinTreeNode, Query, RangeTblEntry
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation

CmdType = enums.CmdType

SETS = "a set-returning function gives as many rows as it likes"
MANY = RowCount(False, False, "nothing bounds the number of rows")


def cardinality(query: Query, catalog: Catalog) -> tuple[Cardinality, str]:
    """How many rows a statement gives to its client, and why."""
    found = row_count(Env(catalog), query, None)
    if not found.at_most_one:
        return Cardinality.MANY, found.why
    return (Cardinality.ONE if found.at_least_one else Cardinality.AT_MOST_ONE), found.why


def row_count(env: Env, query: Query, parent: Scope | None) -> RowCount:
    """The rows of a query at any level (those of RETURNING, if it writes)."""
    key = (id(query), id(parent))
    if (found := env.counted.get(key)) is None:
        found = env.counted[key] = _row_count(keys.entered(env, query, parent))
    return found


def _row_count(scope: Scope) -> RowCount:
    query = scope.query
    match query.commandType:
        case CmdType.CMD_SELECT:
            return _select_count(scope)
        case CmdType.CMD_INSERT if query.returningList:
            return _insert_count(scope)
        case CmdType.CMD_UPDATE | CmdType.CMD_DELETE if query.returningList:
            if _has_rules(scope):
                return MANY
            single = keys.single_relations(scope)
            if query.resultRelation in single:
                return RowCount(False, True, f"{_name(scope, query.resultRelation)} has one such row at most")
            return MANY
        case CmdType.CMD_MERGE if query.returningList:
            return _merge_count(scope)
    return MANY


# ---------------------------------------------------------------------------------------------- SELECT


def _select_count(scope: Scope) -> RowCount:
    query = scope.query
    if query.setOperations is not None:
        found = _set_operation_count(scope, query.setOperations)
    else:
        found = _plain_count(scope)
    return _limited(query, found)


def _plain_count(scope: Scope) -> RowCount:
    query = scope.query
    if expression_returns_set(query.targetList):
        return RowCount(False, False, SETS)
    grouped = bool(query.groupClause or query.groupingSets)
    if not grouped and (query.hasAggs or query.havingQual is not None):
        if query.havingQual is not None:
            return RowCount(False, True, "an aggregate without GROUP BY gives one row, which HAVING may refuse")
        return RowCount(True, True, "an aggregate without GROUP BY gives one row")
    found = from_count(scope)
    if not grouped:
        return found
    at_least = found.at_least_one and query.havingQual is None
    if query.groupingSets:
        if all(one.kind == enums.GroupingSetKind.GROUPING_SET_EMPTY for one in query.groupingSets):
            return RowCount(query.havingQual is None, True, "GROUP BY () makes one group")
        return RowCount(at_least, False, "grouping sets make many groups")
    if found.at_most_one:
        return RowCount(at_least, True, found.why)
    if keys.one_group(scope):
        return RowCount(at_least, True, "every key of GROUP BY is bound to one value")
    return RowCount(at_least, False, "GROUP BY makes many groups")


def from_count(scope: Scope) -> RowCount:
    """The rows of FROM and WHERE, before they are grouped."""
    query = scope.query
    tree = from_tree(query)
    if not tree.fromlist:
        return RowCount(tree.quals is None, True, "there is no FROM")
    single = keys.single_relations(scope)
    wanted = list(keys.base_relations(tree))
    missing = [rtindex for rtindex in wanted if rtindex not in single]
    at_most = not missing and not keys.has_full_join(scope, tree)
    at_least = _at_least_one(scope, tree)
    if at_most:
        why = "each of its relations has one such row at most"
        if len(wanted) == 1:
            why = f"{_name(scope, wanted[0])} has one such row at most"
    elif missing:
        rte = rte_of(scope, missing[0])
        why = f"{_name(scope, missing[0])} may have many such rows: no unique key is bound by equality"
        if rte.rtekind == enums.RTEKind.RTE_VALUES:
            why = f"VALUES has {len(rte.values_lists)} rows"
        elif rte.rtekind == enums.RTEKind.RTE_FUNCTION:
            why = f"the function {_name(scope, missing[0])} may give many rows"
    else:
        why = "a FULL JOIN gives the unmatched rows of both sides"
    return RowCount(at_least, at_most, why)


def _at_least_one(scope: Scope, node: JoinTreeNode) -> bool:
    match node:
        case n.RangeTblRef():
            return rte_count(scope, rte_of(scope, node.rtindex)).at_least_one
        case n.FromExpr():
            return node.quals is None and all(_at_least_one(scope, item) for item in node.fromlist)
        case n.JoinExpr():
            left, right = _at_least_one(scope, node.larg), _at_least_one(scope, node.rarg)
            match node.jointype:
                case enums.JoinType.JOIN_LEFT:
                    return left
                case enums.JoinType.JOIN_RIGHT:
                    return right
                case enums.JoinType.JOIN_FULL:
                    return left or right
                case _:
                    always = node.quals is None or (
                        isinstance(node.quals, n.Const) and node.quals.value in ("t", "true")
                    )
                    return left and right and always


def rte_count(scope: Scope, rte: RangeTblEntry) -> RowCount:
    """The rows of a relation by itself, whatever the query says of it."""
    kinds = enums.RTEKind
    match rte.rtekind:
        case kinds.RTE_SUBQUERY if rte.subquery is not None:
            return row_count(scope.env, rte.subquery, scope)
        case kinds.RTE_VALUES:
            return RowCount(True, len(rte.values_lists) == 1, "VALUES")
        case kinds.RTE_FUNCTION:
            calls = [function.funcexpr for function in rte.functions]
            if any(isinstance(call, n.FuncExpr) and call.funcretset for call in calls):
                return MANY
            return RowCount(True, True, "a function that returns one value")
        case kinds.RTE_CTE:
            found = cte_query(scope, rte)
            return row_count(scope.env, found[1], found[0]) if found is not None else MANY
        case kinds.RTE_RELATION:
            relation = relation_of(scope.env.catalog, rte.relid)
            if relation.kind == "v" and relation.view_query is not None:
                return row_count(scope.env, relation.view_query, None)
    return MANY


def cte_query(scope: Scope, rte: RangeTblEntry) -> tuple[Scope, Query] | None:
    """The query of a CTE that is not recursive, and the scope that WITH belongs to."""
    owner = scope.up(rte.ctelevelsup).rows
    for cte in owner.query.cteList:
        if cte.ctename == rte.ctename and not cte.cterecursive:
            return owner, subquery_of(cte)
    return None


def _limited(query: Query, found: RowCount) -> RowCount:
    """LIMIT and OFFSET; rows that FOR UPDATE SKIP LOCKED leaves out."""
    at_least = found.at_least_one and query.limitOffset is None and not query.rowMarks
    at_most, why = found.at_most_one, found.why
    if query.limitCount is not None:
        limit = query.limitCount
        if isinstance(limit, n.FuncExpr) and limit.funcformat == enums.CoercionForm.COERCE_IMPLICIT_CAST:
            limit = limit.args[0]  # LIMIT is bigint: 1 is cast
        number = limit.value if isinstance(limit, n.Const) else None
        at_least = at_least and number is not None and number != "0"
        if number in ("0", "1") and query.limitOption == enums.LimitOption.LIMIT_OPTION_COUNT:
            at_most, why = True, f"LIMIT {number}"
    return RowCount(at_least, at_most, why)


def _set_operation_count(scope: Scope, node: n.SetOperationStmt | n.RangeTblRef) -> RowCount:
    if isinstance(node, n.RangeTblRef):
        return rte_count(scope, rte_of(scope, node.rtindex))
    left, right = _set_operation_count(scope, node.larg), _set_operation_count(scope, node.rarg)
    match node.op:
        case enums.SetOperation.SETOP_UNION:
            return RowCount(left.at_least_one or right.at_least_one, False, "UNION adds rows")
        case enums.SetOperation.SETOP_INTERSECT:
            return RowCount(False, left.at_most_one or right.at_most_one, left.why)
        case _:
            return RowCount(False, left.at_most_one, left.why)


# ---------------------------------------------------------------------------------------------- writing


def _has_rules(scope: Scope) -> bool:
    return has_rules(scope.env.catalog, _target(scope))


def _target(scope: Scope) -> Relation:
    return relation_of(scope.env.catalog, rte_of(scope, scope.query.resultRelation).relid)


def _insert_count(scope: Scope) -> RowCount:
    query = scope.query
    relation = _target(scope)
    if _has_rules(scope):
        return MANY
    if expression_returns_set(query.targetList):
        return RowCount(False, False, SETS)
    found = from_count(scope)
    at_least = found.at_least_one
    why = "INSERT of one row" if found.at_most_one else found.why
    commands = [CmdType.CMD_INSERT]
    if query.onConflict is not None:
        if query.onConflict.action != enums.OnConflictAction.ONCONFLICT_UPDATE:
            at_least, why = False, "ON CONFLICT DO NOTHING returns no row"
        elif query.onConflict.onConflictWhere is not None:
            at_least, why = False, "the WHERE of ON CONFLICT DO UPDATE may refuse the row"
        else:
            commands.append(CmdType.CMD_UPDATE)
    if at_least and relation.kind == "v":
        at_least, why = False, f"{relation.name} is a view"
    if at_least and any(row_may_be_changed(scope.env.catalog, relation, command) for command in commands):
        at_least, why = False, f"a trigger or rule of {relation.name} may suppress the row"
    return RowCount(at_least, found.at_most_one, why)


def _merge_count(scope: Scope) -> RowCount:
    query = scope.query
    by_source = enums.MergeMatchKind.MERGE_WHEN_NOT_MATCHED_BY_SOURCE
    if _has_rules(scope) or any(action.matchKind == by_source for action in query.mergeActionList):
        return MANY
    if not from_count(scope).at_most_one:
        return MANY
    if query.resultRelation in keys.single_relations(scope):
        return RowCount(False, True, "one row is merged at most")
    return MANY


def _name(scope: Scope, rtindex: int) -> str:
    return rte_of(scope, rtindex).eref.aliasname
