"""May a column of a relation be NULL? One answer for each kind of range table entry, and for RETURNING.

Takes a `Scope` and a Var of its level (outer joins and conditions are the caller's), gives a `Verdict`. What a table
declares is in `declared_verdict`. Mirrors no C file; the kinds are parsenodes.h's RTEKind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from querygen.analyze import nodes as n
from querygen.analyze import nullability as levels
from querygen.analyze import nullability_expr as expressions
from querygen.analyze.mutate import mutate_children
from querygen.analyze.never_null import never_null_column
from querygen.analyze.nodefuncs import expr_type, walk_expr
from querygen.analyze.nullability_scope import (
    Env,
    Scope,
    Verdict,
    descendants,
    joined_column,
    not_null,
    nullable,
    relation_of,
    rte_of,
    subquery_of,
    var_name,
    writes_by_rule,
)
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import RangeTblEntry, TargetEntry
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Relation
    from querygen.pg_catalog.rows import Oid

CmdType = enums.CmdType
Returning = enums.VarReturningType


def column_verdict(owner: Scope, var: n.Var) -> Verdict:
    """A column as its relation gives it, where no join nulls it."""
    rte = rte_of(owner, var.varno)
    attno = var.varattno
    name = var_name(owner, var)
    kinds = enums.RTEKind
    match rte.rtekind:
        case kinds.RTE_RELATION:
            if owner.query.commandType == CmdType.CMD_MERGE and _merge_lacks_source(owner, var):
                return nullable(f"NOT MATCHED BY SOURCE has no row of {rte.eref.aliasname}")
            return declared_verdict(owner.env, rte.relid, attno, name, children=rte.inh)
        case kinds.RTE_GROUP:
            return expressions.verdict(owner.rows, rte.groupexprs[attno - 1])
    if attno == 0:
        # Of a function that gives NULL for a row, too: it is a row of NULLs.
        return not_null(f"a row of {name}")
    if owner.query.commandType == CmdType.CMD_MERGE and _merge_lacks_source(owner, var):
        return nullable(f"NOT MATCHED BY SOURCE has no row of {rte.eref.aliasname}")
    match rte.rtekind:
        case kinds.RTE_JOIN:
            alias = joined_column(rte, attno)
            if isinstance(alias, n.CoalesceExpr) and _merged_is_not_null(owner, alias, var.varno):
                return not_null(f"{name} is NOT NULL on both sides of the FULL JOIN, and one is there")
            return expressions.verdict(owner, alias)
        case kinds.RTE_SUBQUERY:
            return _columns_of(owner.rows, subquery_of(rte))[attno - 1]
        case kinds.RTE_VALUES:
            return _values_column(owner.rows, rte, attno)
        case kinds.RTE_CTE:
            return _cte_column(owner, rte, attno)
        case kinds.RTE_FUNCTION:
            return _function_column(owner.rows, rte, attno)
        case kinds.RTE_TABLEFUNC if rte.tablefunc is not None:
            return _table_function_column(rte.tablefunc, attno)
    raise LookupError(f"{name} is of no kind that a statement can name")


def _merged_is_not_null(owner: Scope, merged: n.CoalesceExpr, join: int) -> bool:
    """Is a column that FULL JOIN … USING merges not NULL on either side, the join itself left aside?"""
    sides = [
        replace(one, varnullingrels=one.varnullingrels - {join}) if isinstance(one, n.Var) else one
        for one in merged.args
    ]
    return not any(expressions.verdict(owner, one).nullable for one in sides)


def _columns_of(scope: Scope, query: n.Query) -> tuple[Verdict, ...]:
    """The columns of a subquery in FROM, inferred once."""
    if (found := scope.memo.get(id(query))) is None:
        found = scope.memo[id(query)] = levels.query_columns(scope.env, query, scope)
    return found


def _merge_lacks_source(owner: Scope, var: n.Var) -> bool:
    by_source = enums.MergeMatchKind.MERGE_WHEN_NOT_MATCHED_BY_SOURCE
    return var.varno != owner.query.resultRelation and any(
        action.matchKind == by_source for action in owner.query.mergeActionList
    )


def _values_column(scope: Scope, rte: RangeTblEntry, attno: int) -> Verdict:
    found = [expressions.verdict(scope, row[attno - 1]) for row in rte.values_lists]
    worst = next((one for one in found if one.nullable), None)
    elements = any(one.nullable_elements for one in found)
    if worst is not None:
        return nullable(f"a row of VALUES: {worst.why}", elements=elements)
    return not_null("no row of VALUES has NULL here", elements=elements)


# ---------------------------------------------------------------------------------------------- WITH


def _cte_column(owner: Scope, rte: RangeTblEntry, attno: int) -> Verdict:
    scope = owner.up(rte.ctelevelsup).rows
    cte = next(one for one in scope.query.cteList if one.ctename == rte.ctename)
    return cte_columns(scope, cte)[attno - 1]


def cte_columns(scope: Scope, cte: n.CommonTableExpr) -> tuple[Verdict, ...]:
    """The columns of a CTE, with those that SEARCH and CYCLE add; of a recursive one by iteration.

    Everything is assumed not to be NULL at first; what the query then shows to be nullable is assumed from there on,
    until nothing changes: the greatest fixed point, sound by induction over the iterations of the CTE itself.
    """
    env = scope.env
    if (assumed := env.recursive.get(id(cte))) is not None:
        return assumed
    if (found := scope.memo.get(id(cte))) is not None:
        return found
    if not cte.cterecursive:
        found = levels.query_columns(env, subquery_of(cte), scope) + _search_columns(cte)
    else:
        extra = _search_columns(cte)
        own = levels.result_entries(subquery_of(cte))
        found = tuple(not_null("no iteration gives NULL", elements=False) for _ in own) + extra
        while True:
            env.recursive[id(cte)] = found
            # What this level keeps is of the other CTEs, which do not refer to this one: that would be refused.
            shown = levels.query_columns(env, subquery_of(cte), scope) + extra
            widened = tuple(
                Verdict(a.nullable or b.nullable, b.why, a.nullable_elements or b.nullable_elements)
                for a, b in zip(found, shown, strict=True)
            )
            if _nulls(widened) == _nulls(found):
                break
            found = widened
        del env.recursive[id(cte)]
        found = widened
    scope.memo[id(cte)] = found
    return found


def _nulls(columns: tuple[Verdict, ...]) -> list[tuple[bool, bool]]:
    return [(one.nullable, one.nullable_elements) for one in columns]


def _search_columns(cte: n.CommonTableExpr) -> tuple[Verdict, ...]:
    columns: list[Verdict] = []
    if cte.search_clause is not None:
        columns.append(not_null("SEARCH makes a row"))
    if (cycle := cte.cycle_clause) is not None:
        marks = (cycle.cycle_mark_value, cycle.cycle_mark_default)
        if all(isinstance(mark, n.Const) and not mark.constisnull for mark in marks):
            columns.append(not_null("CYCLE marks with constants"))
        else:
            columns.append(nullable("a mark of CYCLE may be NULL"))
        columns.append(not_null("CYCLE makes an array of rows", elements=False))
    return tuple(columns)


# ---------------------------------------------------------------------------------------------- functions in FROM


def _function_column(scope: Scope, rte: RangeTblEntry, attno: int) -> Verdict:
    total = sum(function.funccolcount for function in rte.functions)
    if rte.funcordinality and attno == total + 1:
        return not_null("WITH ORDINALITY numbers the rows")
    if len(rte.functions) != 1:
        return nullable("of several functions in FROM the shorter ones are filled up with NULLs")
    function = rte.functions[0]
    call = function.funcexpr
    if not isinstance(call, n.FuncExpr):
        return expressions.verdict(scope, call) if function.funccolcount == 1 else nullable("a function in FROM")
    row = scope.env.catalog.proc(call.funcid)
    scalar = function.funccolcount == 1 and scope.env.catalog.type(call.funcresulttype).typtype not in "cp"
    if not call.funcretset:
        return expressions.verdict(scope, call) if scalar else nullable(f"nothing is known of {row.proname}()")
    if scalar:
        found = [expressions.verdict(scope, arg) for arg in call.args]
        return expressions.set_function_verdict(scope, call.funcid, row.proname, found)
    names = [
        name
        for name, mode in zip(row.proargnames or (), row.proargmodes or "", strict=False)
        if mode in ("o", "b", "t")
    ]
    column = names[attno - 1] if 0 < attno <= len(names) else ""
    listed = never_null_column(scope.env.catalog, call.funcid, column)
    if listed is None:
        return nullable(f"a column of {row.proname}() may be NULL")
    return not_null(f"{row.proname}(): {listed.reason}")


def _table_function_column(function: n.TableFunc, attno: int) -> Verdict:
    column = attno - 1
    ordinality = column == function.ordinalitycol
    if function.functype == enums.TableFuncType.TFT_JSON_TABLE:
        ordinality = 0 <= column < len(function.colvalexprs) and function.colvalexprs[column] is None
    if ordinality and _is_outer_column(function.plan, column):
        return not_null("FOR ORDINALITY numbers the rows")
    if column in function.notnulls:
        return not_null("XMLTABLE refuses NULL in this column")
    return nullable("XMLTABLE or JSON_TABLE may find nothing")


def _is_outer_column(plan: n.JsonTablePlan | None, column: int) -> bool:
    """Rows of a NESTED PATH are outer-joined: only the columns of the first path are in every row."""
    return plan is None or (isinstance(plan, n.JsonTablePathScan) and plan.colMin <= column <= plan.colMax)


# ---------------------------------------------------------------------------------------------- tables and views


def declared_column(catalog: Catalog, relation: Relation, column: Column) -> Verdict:
    """May a column be NULL in a row of a table or view? As a query that reads it is told."""
    children = relation.kind in "rpf"
    return declared_verdict(Env(catalog), relation.oid, column.attnum, column.name, children=children)


def declared_verdict(env: Env, relid: Oid, attno: int, name: str, *, children: bool) -> Verdict:
    """A column as CREATE TABLE declares it, or as a view's query gives it."""
    relation = relation_of(env.catalog, relid)
    if attno == 0:
        return not_null(f"a row of {name}")
    if relation.kind == "f":
        return nullable(f"{name} is in a foreign table, which proves nothing")
    if attno < 0:
        return not_null("a system column")
    if relation.kind in "vm":
        found = view_columns(env, relation)
        return found[attno - 1] if found is not None else nullable(f"{name} is a column of a view of the server's own")
    column = next(one for one in relation.columns if one.attnum == attno)
    proof = _column_proof(env.catalog, relation, column)
    if proof is None:
        return nullable(f"{name} is declared without NOT NULL")
    if children:
        for child in descendants(env.catalog, relation):
            own = child.by_name.get(column.name)
            if child.kind == "f":
                return nullable(f"{name} is also in {child.name}, a foreign table, which proves nothing")
            if own is None or _column_proof(env.catalog, child, own) is None:
                return nullable(f"{name} is declared without NOT NULL in {child.name}, which inherits from it")
    return not_null(f"{name} {proof}")


def _column_proof(catalog: Catalog, relation: Relation, column: Column) -> str | None:
    """What keeps NULL out of a column of a table, or None."""
    if column.not_null and column.not_null_validated:
        return "is NOT NULL"
    if expressions.domain_not_null(catalog, column.type_oid):
        return "has a domain that is NOT NULL"
    for constraint in relation.constraints:
        if constraint.kind == "c" and constraint.validated and constraint.enforced:
            if _check_refuses_null(constraint.expression, column.name):
                return f"has the constraint {constraint.name}"
    return _generated_proof(catalog, relation, column) if column.generated else None


def _generated_proof(catalog: Catalog, relation: Relation, column: Column) -> str | None:
    """Is a generated column computed of what is never NULL? A child may compute it otherwise."""
    expr, owner = getattr(column.default_expr, "cooked", (None, 0))
    if expr is None or owner != relation.oid or expr_type(expr) != column.type_oid:
        return None
    # It reads no other generated column, nor the whole row.
    proofs = [None if one.generated else _column_proof(catalog, relation, one) for one in relation.columns]
    columns = tuple(nullable("") if proof is None else not_null(f"its column {proof}") for proof in proofs)

    def placed(node: Any) -> Any:
        if not isinstance(node, n.Var):
            return mutate_children(node, placed)
        return n.Param(enums.ParamKind.PARAM_SUBLINK, node.varattno, node.vartype, node.vartypmod)

    if any(isinstance(one, n.Var) and one.varattno <= 0 for one in walk_expr(expr)):
        return None
    found = expressions.verdict(Scope(Env(catalog), n.Query(CmdType.CMD_SELECT), None, sublink=columns), placed(expr))
    return None if found.nullable else f"is generated: {found.why}"


def refuses_null(catalog: Catalog, relation: Relation, column: Column) -> bool:
    """Is NULL refused in a new row?"""
    if column.not_null:
        return True
    return _column_proof(catalog, relation, column) is not None


def _check_refuses_null(check: Any, column: str) -> bool:
    """Is the CHECK false for NULL? It passes where it is NULL, so only IS NOT NULL and conjunctions of it are."""
    match check:
        case ast.NullTest() if check.nulltesttype == enums.NullTestType.IS_NOT_NULL:
            arg = check.arg
            return isinstance(arg, ast.ColumnRef) and getattr(arg.fields[-1], "sval", None) == column
        case ast.BoolExpr() if check.boolop == enums.BoolExprType.AND_EXPR:
            return any(_check_refuses_null(one, column) for one in check.args)
        case _:
            return False


# Of catalogs that no longer change: a column's NOT NULL may be dropped after the view was made.
_VIEWS: WeakKeyDictionary[Catalog, dict[tuple[int, bool], tuple[Verdict, ...]]] = WeakKeyDictionary()


def view_columns(env: Env, relation: Relation) -> tuple[Verdict, ...] | None:
    """The columns of a view, through its own query; None where that was not analysed."""
    query = relation.view_query
    if query is None:
        return None
    cache = _VIEWS.setdefault(env.catalog, {}) if env.catalog.frozen else {}
    key = (relation.oid, env.ignore_quals)
    if key not in cache:
        cache[key] = levels.query_columns(Env(env.catalog, ignore_quals=env.ignore_quals), query, None)
    return cache[key]


# ---------------------------------------------------------------------------------------------- RETURNING


def returning_verdict(owner: Scope, var: n.Var) -> Verdict:
    """A column of the target relation in RETURNING, where it is the new row's, or the old one's."""
    query = owner.query
    name = var_name(owner, var)
    kind = var.varreturningtype
    command = query.commandType
    if writes_by_rule(owner):
        return nullable(f"a rule or trigger on {rte_of(owner, var.varno).eref.aliasname} may return anything")
    if command == CmdType.CMD_MERGE:
        return _merge_returning(owner, var, name)
    if kind == Returning.VAR_RETURNING_OLD and command == CmdType.CMD_INSERT:
        return nullable("INSERT has no old row")
    if kind == Returning.VAR_RETURNING_NEW and command == CmdType.CMD_DELETE:
        return nullable("DELETE has no new row")
    before = replace(var, varreturningtype=Returning.VAR_RETURNING_DEFAULT, varlevelsup=0)
    if command == CmdType.CMD_DELETE or kind == Returning.VAR_RETURNING_OLD:
        return expressions.verdict(owner.rows, before)
    return _new_row_verdict(owner, before, name)


def _new_row_verdict(owner: Scope, var: n.Var, name: str) -> Verdict:
    query = owner.query
    declared = _target_verdict(owner, var, name)
    relation = relation_of(owner.env.catalog, rte_of(owner, var.varno).relid)
    if not declared.nullable or relation.kind not in "rp" or var.varattno <= 0:
        return declared
    conflict = query.onConflict
    commands = [query.commandType]
    if conflict is not None and conflict.action == enums.OnConflictAction.ONCONFLICT_UPDATE:
        commands.append(CmdType.CMD_UPDATE)
    if any(row_may_be_changed(owner.env.catalog, relation, command) for command in commands):
        return declared
    found = _written(owner, relation, var, query.commandType, query.targetList)
    if conflict is not None and len(commands) > 1 and not found.nullable:
        # The row that was in the way: what SET says, else what it was before.
        found = _written(owner, relation, var, CmdType.CMD_UPDATE, conflict.onConflictSet)
    return declared if found.nullable else found


def _written(
    owner: Scope, relation: Relation, var: n.Var, command: enums.CmdType, targets: Sequence[TargetEntry]
) -> Verdict:
    """What a statement writes into a column: what it assigns, the default, or what was there before."""
    name = var_name(owner, var)
    column = next(one for one in relation.columns if one.attnum == var.varattno)
    entry = next((one for one in targets if one.resno == var.varattno and not one.resjunk), None)
    if column.generated:
        return nullable(f"{name} is generated")
    if entry is None and command == CmdType.CMD_UPDATE:
        return expressions.verdict(owner.rows, var)
    if entry is None or isinstance(entry.expr, n.SetToDefault):
        default, _ = getattr(column.default_expr, "cooked", (None, 0))
        if default is None:
            return nullable(f"nothing is assigned to {name}")
        found = expressions.verdict(owner.rows, default)
        return nullable(found.why) if found.nullable else not_null(f"the default of {name}: {found.why}")
    conflict = owner.query.onConflict
    if conflict is not None and isinstance(entry.expr, n.Var) and entry.expr.varno == conflict.exclRelIndex:
        proposed = replace(var, varattno=entry.expr.varattno)
        return _written(owner, relation, proposed, owner.query.commandType, owner.query.targetList)
    found = expressions.verdict(owner.rows, entry.expr)
    return nullable(found.why) if found.nullable else not_null(f"{name} is assigned: {found.why}")


def _target_verdict(owner: Scope, var: n.Var, name: str) -> Verdict:
    """A column of a new row, by declaration only. The new row of a view need not fulfil the view's conditions."""
    rte = rte_of(owner, var.varno)
    relation = relation_of(owner.env.catalog, rte.relid)
    env = owner.env
    if relation.kind == "v" and var.varattno != 0:
        env = replace(env, ignore_quals=True)
    # A row goes to a partition, which may compute a generated column in its own way.
    return declared_verdict(env, rte.relid, var.varattno, name, children=rte.inh or relation.kind == "p")


def _merge_returning(owner: Scope, var: n.Var, name: str) -> Verdict:
    """old is missing for an inserted row, new for a deleted one; the bare name is whichever there is."""
    commands = {action.commandType for action in owner.query.mergeActionList}
    if var.varreturningtype == Returning.VAR_RETURNING_OLD and CmdType.CMD_INSERT in commands:
        return nullable("MERGE has no old row where it inserts")
    if var.varreturningtype == Returning.VAR_RETURNING_NEW and CmdType.CMD_DELETE in commands:
        return nullable("MERGE has no new row where it deletes")
    return _target_verdict(owner, var, name)


def row_may_be_changed(catalog: Catalog, relation: Relation, command: enums.CmdType) -> bool:
    """May a trigger or a rule write, drop or return another row than the statement says? Of a partition's, too."""
    events = (
        {"insert"} if command == CmdType.CMD_INSERT else {"update"} if command == CmdType.CMD_UPDATE else {"delete"}
    )
    if command == CmdType.CMD_UPDATE and relation.kind == "p":
        events |= {"insert", "delete"}  # a row that moves to another partition
    for one in (relation, *descendants(catalog, relation)):
        if one.kind == "f":
            return True
        for trigger in one.triggers:
            if trigger.row_level and trigger.timing in ("before", "instead") and trigger.events & events:
                return True
    return False
