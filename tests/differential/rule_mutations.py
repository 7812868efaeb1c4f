# ruff: noqa: E501 - an old text and a new one are read side by side
"""Deliberate breaks of the rules of nullability and cardinality, each of which generated statements must find.

Two kinds. `claims()` turns what a rule says round, one place at a time: `nullable(…)` becomes `not_null(…)`, a
`RowCount(…)` promises a row, or one at most. `SLIPS` are changes of a condition, written as the old text and the new.
A break that no statement can show is in `HARMLESS`, with the reason.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from querygen.analyze import (
    cardinality,
    cardinality_keys,
    nullability,
    nullability_agg,
    nullability_expr,
    nullability_foreign,
    nullability_quals,
    nullability_relation,
    volatile,
)
from tests.differential.rule_sites import MODULES, tree_of


@dataclass(frozen=True)
class Mutation:
    name: str
    module: ModuleType
    line: int
    make: Callable[[], ast.Module]

    @property
    def tree(self) -> ast.Module:
        """The module with the break in it."""
        return self.make()


# ---------------------------------------------------------------------------------------------- claims


def _places(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield function.name, node


def claims() -> Iterator[Mutation]:
    for module in MODULES:
        short = module.__name__.rpartition(".")[2]
        for number, (function, node) in enumerate(_places(tree_of(module))):
            assert isinstance(node.func, ast.Name)
            text = ast.unparse(node)
            if node.func.id == "nullable":
                name = f"{short}.{function}: never NULL: {text}"
                yield Mutation(name, module, node.lineno, partial(_turned, module, number, None))
            if node.func.id == "RowCount":
                for place, word in ((0, "a row"), (1, "one row at most")):
                    argument = node.args[place]
                    if isinstance(argument, ast.Constant) and argument.value is True:
                        continue
                    name = f"{short}.{function}: {word}: {text}"
                    yield Mutation(name, module, node.lineno, partial(_turned, module, number, place))


def _turned(module: ModuleType, number: int, place: int | None) -> ast.Module:
    """The module with one claim turned round: `nullable`, or an argument of `RowCount`."""
    tree = tree_of(module)
    _, call = list(_places(tree))[number]
    assert isinstance(call.func, ast.Name)
    if place is None:
        call.func.id = "not_null"
    else:
        call.args[place] = ast.copy_location(ast.Constant(True), call.args[place])
    return tree


# ---------------------------------------------------------------------------------------------- slips

SLIPS: tuple[tuple[ModuleType, str, str], ...] = (
    # nullability: levels
    (
        nullability,
        "if node.op == enums.SetOperation.SETOP_EXCEPT:",
        "if node.op != enums.SetOperation.SETOP_INTERSECT:",
    ),
    (
        nullability,
        "if node.op == enums.SetOperation.SETOP_INTERSECT:",
        "if node.op != enums.SetOperation.SETOP_EXCEPT:",
    ),
    (nullability, "if node.op == enums.SetOperation.SETOP_EXCEPT:", "if False:"),
    (nullability, "a.nullable or b.nullable,", "a.nullable and b.nullable,"),
    (nullability, "a.nullable or b.nullable,", "a.nullable,"),
    (nullability, "a.nullable or b.nullable,", "b.nullable,"),
    (nullability, "a.nullable_elements or b.nullable_elements,", "a.nullable_elements and b.nullable_elements,"),
    (nullability, "if entry.ressortgroupref in left_out", "if False"),
    (nullability, "kept = _not_about(scope.facts, id(query), query.resultRelation)", "kept = scope.facts"),
    (nullability, "single_srf=expressions.count_srfs(query.targetList) == 1", "single_srf=True"),
    # aggregates and windows
    (nullability_agg, "if listed is not None and listed.over_no_rows:", "if listed is not None:"),
    (nullability_agg, "if agg.aggfilter is not None:\n        return", "if False:\n        return"),
    (nullability_agg, "if (why := _no_rows(scope.rows)) is not None:", "if (why := _no_rows(scope.rows)) is None:"),
    (nullability_agg, "if query.groupingSets:\n        return", "if False:\n        return"),
    (nullability_agg, "all(_may_be_empty(one) for one in query.groupingSets)", "False"),
    (nullability_agg, "if one.nullable and not listed.may_be_null(number):", "if False:"),
    (nullability_agg, "if listed.over_no_rows:", "if True:"),
    (nullability_agg, "inner = scope.window or scope.rows", "inner = scope"),
    (nullability_agg, "if func.aggfilter is not None:", "if False:"),
    (nullability_agg, "if needs_frame and not _frame_has_rows(scope, func.winref):", "if False:"),
    (nullability_agg, "options & (EXCLUDE_CURRENT_ROW | EXCLUDE_GROUP)", "options & EXCLUDE_GROUP"),
    (nullability_agg, "options & (EXCLUDE_CURRENT_ROW | EXCLUDE_GROUP)", "options & EXCLUDE_CURRENT_ROW"),
    (nullability_agg, "return bool(starts_before) and bool(ends_after)", "return bool(starts_before)"),
    (nullability_agg, "return bool(starts_before) and bool(ends_after)", "return bool(ends_after)"),
    (nullability_agg, "if one.nullable and not may_be_null:", "if False:"),
    # expressions
    (nullability_expr, "return replace(verdict(scope, expr.arg), nullable_elements=True)", "return not_null('')"),
    (
        nullability_expr,
        "return replace(arg, nullable_elements=inner.nullable)",
        "return replace(arg, nullable_elements=False)",
    ),
    (
        nullability_expr,
        "elements=any(one.nullable_elements for one in found))\n            return",
        "elements=False)\n            return",
    ),
    (
        nullability_expr,
        'return not_null("an array", elements=any(one.nullable for one in found))',
        "return not_null('', elements=False)",
    ),
    (nullability_expr, "if nulled:\n", "if False:\n"),
    (
        nullability_expr,
        'return scope.holds(("join", id(owner.query), join, side), var.varlevelsup)',
        "return bool(scope.facts)",
    ),
    (nullability_expr, "if owner.returning and var.varno == owner.query.resultRelation:", "if False:"),
    (nullability_expr, 'elements="null" in expr.value.lower()', "elements=False"),
    (nullability_expr, "if allowed is None or expr.paramid in allowed:", "if False:"),
    (nullability_expr, "if one.nullable and (last or not listed.may_be_null(number)):", "if False:"),
    (
        nullability_expr,
        'return found[0].nullable_elements or found[1].nullable\n        case "array_prepend"',
        'return False\n        case "array_prepend"',
    ),
    (nullability_expr, "return found[0].nullable or found[1].nullable_elements\n", "return False\n"),
    (nullability_expr, "return found[0].nullable_elements or found[1].nullable_elements\n", "return False\n"),
    (nullability_expr, "return found[0].nullable_elements and not removes_null", "return False"),
    (nullability_expr, "return found[0].nullable_elements\n", "return False\n"),
    (nullability_expr, "return len(found) > 2", "return False"),
    (nullability_expr, "        case _:\n            return True\n", "        case _:\n            return False\n"),
    (nullability_expr, "if not scope.single_srf:", "if False:"),
    (nullability_expr, "if not found[0].nullable_elements:", "if True:"),
    (
        nullability_expr,
        "if (found := verdict(scope, arg)).nullable:\n            return nullable",
        "if False:\n            return nullable",
    ),
    (nullability_expr, "if verdict(scope, expr.args[1]).nullable_elements:", "if False:"),
    (
        nullability_expr,
        "known = Known.TRUE if expr.boolop == enums.BoolExprType.AND_EXPR else Known.FALSE",
        "known = Known.TRUE",
    ),
    (nullability_expr, "if one.nullable and (inner is None or verdict(inner, arg).nullable):", "if False:"),
    (
        nullability_expr,
        "for arg, one in zip(expr.args, found, strict=True) if not one.nullable)",
        "for arg, one in zip(expr.args, found, strict=True))",
    ),
    (nullability_expr, '(used if word == "COALESCE" else found)', "used[-1:]"),
    (
        nullability_expr,
        "scope = scope.narrowed(facts_of(scope, condition, Known.NOT_TRUE))",
        "scope = scope.narrowed(facts_of(scope, condition, Known.FALSE))",
    ),
    (
        nullability_expr,
        "true = facts_of(scope, condition, Known.TRUE)\n",
        "true = facts_of(scope, condition, Known.TRUE) | facts_of(scope, arm.result, Known.NOT_NULL)\n",
    ),
    (nullability_expr, "elements=columns[0].nullable)\n", "elements=False)\n"),
    (nullability_expr, "if not cardinality.row_count(scope.env, expr.subselect, scope).at_least_one:", "if False:"),
    (
        nullability_expr,
        "if cardinality.row_count(scope.env, expr.subselect, scope).at_least_one:\n                return verdict(replace",
        "if True:\n                return verdict(replace",
    ),
    (nullability_expr, "if arg.nullable and domain_not_null(scope.env.catalog, expr.resulttype):", "if arg.nullable:"),
    (nullability_expr, "if expr.on_error is not None and expr.on_error.btype in _UNKNOWN_WHEN_NULL:", "if False:"),
    (nullability_expr, 'if key is not None and scope.holds(("expr", key), 1000):', "if key is not None:"),
    # conditions
    (nullability_quals, "if not (left_nulled and right_nulled):", "if True:"),
    (
        nullability_quals,
        "holds_for = node.rarg if right_nulled else node.larg if left_nulled else None if spine else node",
        "holds_for = None",
    ),
    (
        nullability_quals,
        "_settle(scope, node.larg, spine and not left_nulled, strong, weak)",
        "_settle(scope, node.larg, True, strong, weak)",
    ),
    (
        nullability_quals,
        "_settle(scope, node.rarg, spine and not right_nulled, strong, weak)",
        "_settle(scope, node.rarg, True, strong, weak)",
    ),
    (
        nullability_quals,
        "if query.commandType == enums.CmdType.CMD_MERGE and _only_matched(query):",
        "if query.commandType == enums.CmdType.CMD_MERGE:",
    ),
    (
        nullability_quals,
        "return frozenset.intersection(*found) if found else NOTHING",
        "return frozenset().union(*found)",
    ),
    (
        nullability_quals,
        "return _var_facts(scope, expr) if known is not Known.NOT_TRUE else NOTHING",
        "return _var_facts(scope, expr)",
    ),
    (
        nullability_quals,
        "if expr.paramkind == enums.ParamKind.PARAM_EXTERN and known is not Known.NOT_TRUE:",
        "if expr.paramkind == enums.ParamKind.PARAM_EXTERN:",
    ),
    (nullability_quals, "case n.CoalesceExpr() if known is Known.TRUE:", "case n.CoalesceExpr():"),
    (
        nullability_quals,
        "return facts_of(scope, rest[0], Known.TRUE) if len(rest) == 1 else _any(scope, rest, Known.TRUE)",
        "return _all(scope, rest)",
    ),
    (nullability_quals, "case n.DistinctExpr() if known in (Known.FALSE, Known.NOT_TRUE):", "case n.DistinctExpr():"),
    (nullability_quals, "if isinstance(one, n.Const) and not one.constisnull:", "if True:"),
    (nullability_quals, "    if known is Known.NOT_TRUE:\n        return NOTHING\n    match expr:", "    match expr:"),
    (
        nullability_quals,
        "case n.FuncExpr() if not expr.funcretset and catalog.proc(expr.funcid).proisstrict:",
        "case n.FuncExpr():",
    ),
    (
        nullability_quals,
        "case n.OpExpr() if not expr.opretset and operator_is_strict(catalog, expr.opno):",
        "case n.OpExpr():",
    ),
    (
        nullability_quals,
        "return facts_of(scope, expr.args[0], Known.NOT_NULL)\n        case n.CoerceViaIO()",
        "return _all(scope, expr.args)\n        case n.CoerceViaIO()",
    ),
    (
        nullability_quals,
        "return _all(scope, (expr.largs[0], expr.rargs[0]))",
        "return _all(scope, (*expr.largs, *expr.rargs))",
    ),
    (
        nullability_quals,
        "opposite = {Known.TRUE: Known.FALSE,",
        "opposite = {Known.NOT_TRUE: Known.FALSE, Known.TRUE: Known.FALSE,",
    ),
    (
        nullability_quals,
        "return _all(scope, expr.args, known) if is_and else _any(scope, expr.args, known)",
        "return _all(scope, expr.args, known)",
    ),
    (
        nullability_quals,
        "return _any(scope, expr.args, known) if is_and else _all(scope, expr.args, known)",
        "return _all(scope, expr.args, known)",
    ),
    (nullability_quals, "# One argument alone may decide.\n            return _any(", "return _all("),
    (
        nullability_quals,
        "if known is Known.NOT_NULL or (known is Known.TRUE) != wanted:",
        "if known is Known.NOT_NULL:",
    ),
    (
        nullability_quals,
        "if known is Known.NOT_NULL or (known is Known.TRUE) != wanted:",
        "if (known is Known.TRUE) != wanted:",
    ),
    (nullability_quals, "if not wanted:\n        return NOTHING", "if False:\n        return NOTHING"),
    (nullability_quals, "    if known is Known.NOT_NULL:\n        return NOTHING\n    holds", "    holds"),
    (nullability_quals, "Known.TRUE if holds else Known.NOT_TRUE)", "Known.TRUE if holds else Known.FALSE)"),
    (nullability_quals, "Known.NOT_TRUE if holds else Known.TRUE)", "Known.FALSE if holds else Known.TRUE)"),
    (nullability_quals, "case enums.BoolTestType.IS_FALSE if holds:", "case enums.BoolTestType.IS_FALSE:"),
    (nullability_quals, "case enums.BoolTestType.IS_NOT_FALSE if not holds:", "case enums.BoolTestType.IS_NOT_FALSE:"),
    (nullability_quals, "case enums.BoolTestType.IS_UNKNOWN if not holds:", "case enums.BoolTestType.IS_UNKNOWN:"),
    (nullability_quals, "case enums.BoolTestType.IS_NOT_UNKNOWN if holds:", "case enums.BoolTestType.IS_NOT_UNKNOWN:"),
    (nullability_quals, "compared = known is (Known.TRUE if expr.useOr else Known.FALSE)", "compared = True"),
    (
        nullability_quals,
        "if not operator_is_strict(scope.env.catalog, expr.opno):\n        return NOTHING",
        "if False:\n        return NOTHING",
    ),
    (nullability_quals, "SubLinkType.EXISTS_SUBLINK and known is Known.TRUE", "SubLinkType.EXISTS_SUBLINK"),
    (nullability_quals, "SubLinkType.ANY_SUBLINK and known is Known.TRUE", "SubLinkType.ANY_SUBLINK"),
    (nullability_quals, "query.groupingSets or (query.hasAggs and not query.groupClause)", "query.groupingSets"),
    (
        nullability_quals,
        'case n.FuncExpr() if expr.funcretset or scope.env.catalog.proc(expr.funcid).provolatile == "v":',
        "case n.FuncExpr() if False:",
    ),
    # foreign tables
    (nullability_quals, "return NOTHING if is_believed(scope, expr.arg) else facts_of", "return facts_of"),
    (nullability_quals, "[one for one in expr.arg.args if not is_believed(scope, one)]", "expr.arg.args"),
    (nullability_foreign, "return is_believed(owner, rte.groupexprs[expr.varattno - 1])", "return False"),
    (
        nullability_foreign,
        "return _is_output(Scope(scope.env, subquery_of(rte), owner), expr.varattno)",
        "return False",
    ),
    (
        nullability_foreign,
        "return not cte.cterecursive and _is_output(Scope(scope.env, subquery_of(cte), holder), expr.varattno)",
        "return False",
    ),
    (nullability_foreign, "return any(_is_output(arm, number) for arm in arms)", "return False"),
    (
        nullability_foreign,
        "return _is_output(Scope(env, relation.view_query, None), attno)",
        "return False",
    ),
    (
        nullability_foreign,
        'any(one.kind == "f" for one in (relation, *descendants(env.catalog, relation)))',
        'relation.kind == "f"',
    ),
    # relations
    (nullability_relation, "if worst is not None:", "if False:"),
    (
        nullability_relation,
        "Verdict(a.nullable or b.nullable, b.why, a.nullable_elements or b.nullable_elements)",
        "Verdict(a.nullable and b.nullable, b.why, a.nullable_elements)",
    ),
    (nullability_relation, "if all(isinstance(mark, n.Const) and not mark.constisnull for mark in marks):", "if True:"),
    (nullability_relation, "if len(rte.functions) != 1:", "if False:"),
    (nullability_relation, "if ordinality and _is_outer_column(function.plan, column):", "if ordinality:"),
    (nullability_relation, "if children:\n", "if False:\n"),
    (nullability_relation, "if column.not_null and column.not_null_validated:", "if column.not_null:"),
    (
        nullability_relation,
        'constraint.kind == "c" and constraint.validated and constraint.enforced',
        'constraint.kind == "c" and constraint.enforced',
    ),
    (
        nullability_relation,
        'constraint.kind == "c" and constraint.validated and constraint.enforced',
        'constraint.kind == "c" and constraint.validated',
    ),
    (nullability_relation, "if _check_refuses_null(constraint.expression, column.name):", "if True:"),
    (
        nullability_relation,
        "arg = check.arg\n            return isinstance(arg, ast.ColumnRef) and",
        "arg = check.arg\n            return True or",
    ),
    (
        nullability_relation,
        "case ast.BoolExpr() if check.boolop == enums.BoolExprType.AND_EXPR:",
        "case ast.BoolExpr():",
    ),
    (nullability_relation, "if writes_by_rule(owner):", "if False:"),
    (nullability_relation, "if kind == Returning.VAR_RETURNING_OLD and command == CmdType.CMD_INSERT:", "if False:"),
    (nullability_relation, "if kind == Returning.VAR_RETURNING_NEW and command == CmdType.CMD_DELETE:", "if False:"),
    (nullability_relation, "env = replace(env, ignore_quals=True)", "pass"),
    (nullability_relation, 'children=rte.inh or relation.kind == "p")', "children=rte.inh)"),
    (nullability_relation, "if any(row_may_be_changed(owner.env.catalog, relation, command)", "if any(False"),
    (nullability_relation, "if conflict is not None and len(commands) > 1 and not found.nullable:", "if False:"),
    (nullability_relation, "proposed = replace(var, varattno=entry.expr.varattno)", "proposed = var"),
    (nullability_relation, "if entry is None and command == CmdType.CMD_UPDATE:", "if False:"),
    (nullability_relation, 'return None if found.nullable else f"is generated', 'return f"is generated'),
    (nullability_relation, "if expr is None or owner != relation.oid or", "if expr is None or"),
    (nullability_relation, "return declared if found.nullable else found", "return not_null('')"),
    # how many rows
    (cardinality, "if expression_returns_set(query.targetList):", "if False:"),
    (cardinality, "at_most = not missing and not keys.has_full_join(scope, tree)", "at_most = not missing"),
    (
        cardinality,
        "return node.quals is None and all(_at_least_one(scope, item) for item in node.fromlist)",
        "return all(_at_least_one(scope, item) for item in node.fromlist)",
    ),
    (cardinality, "return left and right and always", "return left and right"),
    (
        cardinality,
        "case enums.JoinType.JOIN_LEFT:\n                    return left",
        "case enums.JoinType.JOIN_LEFT:\n                    return right",
    ),
    (
        cardinality,
        "case enums.JoinType.JOIN_RIGHT:\n                    return right",
        "case enums.JoinType.JOIN_RIGHT:\n                    return left",
    ),
    (cardinality, "RowCount(True, len(rte.values_lists) == 1", "RowCount(True, True"),
    (cardinality, "if any(isinstance(call, n.FuncExpr) and call.funcretset for call in calls):", "if False:"),
    (cardinality, "found.at_least_one and query.limitOffset is None and not query.rowMarks", "found.at_least_one"),
    (
        cardinality,
        'at_least = at_least and number is not None and number != "0"',
        "at_least = at_least and number is not None",
    ),
    (
        cardinality,
        'at_least = at_least and number is not None and number != "0"',
        'at_least = at_least and number != "0"',
    ),
    (
        cardinality,
        'if number in ("0", "1") and query.limitOption == enums.LimitOption.LIMIT_OPTION_COUNT:',
        'if number in ("0", "1"):',
    ),
    (cardinality, 'if number in ("0", "1") and', "if"),
    (cardinality, "if _has_rules(scope):\n                return MANY", "if False:\n                return MANY"),
    (cardinality, "if _has_rules(scope):\n        return MANY\n    if", "if False:\n        return MANY\n    if"),
    (cardinality, "if query.onConflict.action != enums.OnConflictAction.ONCONFLICT_UPDATE:", "if False:"),
    (cardinality, "elif query.onConflict.onConflictWhere is not None:", "elif False:"),
    (cardinality, "if at_least and any(row_may_be_changed", "if False and any(row_may_be_changed"),
    (cardinality, "any(action.matchKind == by_source for action in query.mergeActionList)", "False"),
    (
        cardinality,
        'if query.resultRelation in keys.single_relations(scope):\n        return RowCount(False, True, "one row is merged',
        'if True:\n        return RowCount(False, True, "one row is merged',
    ),
    (cardinality, "if not from_count(scope).at_most_one:\n        return MANY", ""),
    (
        cardinality,
        "if expression_returns_set(query.targetList):\n        return RowCount(False, False, SETS)\n    found",
        "found",
    ),
    # keys
    (cardinality_keys, "if not (nulls_left and nulls_right):", "if True:"),
    (
        cardinality_keys,
        "_split(scope, node.quals, frozenset(members(side)) if side is not None else usable, found)",
        "_split(scope, node.quals, usable, found)",
    ),
    (cardinality_keys, "quals.boolop == enums.BoolExprType.AND_EXPR", "quals.boolop != enums.BoolExprType.NOT_EXPR"),
    (cardinality_keys, "if one.relation == rtindex and one.needs <= fixed:", "if one.relation == rtindex:"),
    (
        cardinality_keys,
        "if one.relation == rtindex and one.needs <= fixed:",
        "if one.relation == rtindex and one.needs:",
    ),
    (cardinality_keys, "if rtindex not in single and outer_relations(rte) <= fixed:", "if rtindex not in single:"),
    (cardinality_keys, "all(one is not None and one <= fixed for one in deciders.get(rtindex, ()))", "True"),
    (cardinality_keys, "if rtindex in single and not _may_differ(scope, rte):", "if rtindex in single:"),
    (cardinality_keys, "[*above, one] if is_nulled else above", "[one] if is_nulled else above"),
    (
        cardinality_keys,
        "one = None if all(nulls) else _deciders(scope, node, side)",
        "one = _deciders(scope, node, side)",
    ),
    (cardinality_keys, "for quals in (join.quals, *_join_quals(side)):", "for quals in (join.quals,):"),
    (cardinality_keys, "if needs is None:\n            return None\n        found |= needs", "found |= needs or set()"),
    (cardinality_keys, "if _may_differ(scope, rte_of(scope, rtindex)):", "if False:"),
    (cardinality_keys, "found |= outer_relations(rte_of(scope, rtindex))", ""),
    (cardinality_keys, 'return relation.kind == "v" and is_volatile(catalog, relation.view_query)', "return False"),
    (
        cardinality_keys,
        "is_volatile(catalog, rte.subquery) or is_volatile(catalog, (*calls",
        "is_volatile(catalog, (*calls",
    ),
    (cardinality_keys, "[one.funcexpr for one in rte.functions if rte.lateral]", "()"),
    (cardinality_keys, "or not _has_all_parts(catalog, relation, index)", ""),
    (cardinality_keys, "part is not None and _has_all_parts(catalog, child, part)", "part is not None"),
    (cardinality_keys, "case n.Var() if node.varlevelsup == level and level > 0:", "case n.Var() if False:"),
    (cardinality_keys, "if is_volatile(scope.env.catalog, expr):", "if False:"),
    (volatile, "function = catalog.operator(node.opno).oprcode", "return False"),
    (volatile, "function = node.funcid", "return False"),
    (volatile, "return any(is_volatile(catalog, view) for view in views_of(node, catalog))", "return False"),
    (cardinality_keys, "or not _compares_alike(scope.env.catalog, other)", ""),
    (cardinality_keys, "not isinstance(node, n.Var | n.SubLink", "not isinstance(node, n.SubLink"),
    (cardinality_keys, "n.SubLink | n.CoerceToDomain | n.CollateExpr", "n.SubLink | n.CoerceToDomain"),
    (cardinality_keys, "if column is None or column[0] not in rows.settled:", "if column is None:"),
    (cardinality_keys, "if column[0] in rows.fixed:", "if column[0] in rows.single:"),
    (cardinality_keys, "and one.needs <= rows.fixed\n", ""),
    (cardinality_keys, 'return compared.typtype == "p" or compared.typispreferred', "return True"),
    (cardinality_keys, "return own.opcfamily == opclass.opcfamily", "return True"),
    (
        cardinality_keys,
        'if one.opclass is not None and not one.opclass.endswith("_pattern_ops"):\n            return False',
        "",
    ),
    (
        cardinality_keys,
        "all(_binds(scope, rte, part, operators, part in columns) for part in key)",
        "any(_binds(scope, rte, part, operators, part in columns) for part in key)",
    ),
    (
        cardinality_keys,
        "return type_oid is not None and any(_is_equality(scope.env.catalog, one, type_oid) for one in wanted)",
        "return True",
    ),
    (
        cardinality_keys,
        "operator.oprleft != operator.oprright and TIMESTAMPTZOID in (operator.oprleft, operator.oprright)",
        "False",
    ),
    (cardinality_keys, '(relation.kind == "r" and inherited and any(descendants(catalog, relation)))', "False"),
    (cardinality_keys, "constraint.deferrable or constraint.without_overlaps or", "constraint.without_overlaps or"),
    (cardinality_keys, "constraint.deferrable or constraint.without_overlaps or", "constraint.deferrable or"),
    (
        cardinality_keys,
        "if predicate is None or not _is_fulfilled(scope, rtindex, predicate, conditions):",
        "if predicate is None:",
    ),
    (cardinality_keys, "return all(_is_fulfilled(scope, rtindex, arg", "return any(_is_fulfilled(scope, rtindex, arg"),
    (cardinality_keys, "and (one.relations is None or rtindex in one.relations)", ""),
    (
        cardinality_keys,
        "if isinstance(predicate.arg, n.Var) and var_fact(scope, predicate.arg) in scope.weak:",
        "if True:",
    ),
    (cardinality_keys, "if len(known) == len(parts):", "if True:"),
    (cardinality_keys, "if expr is None or owner != relation.oid:", "if expr is None:"),
    (cardinality_keys, "if not index.unique:\n        return False\n    for", "for"),
    (
        cardinality_keys,
        "if one.collation is not None and (column is None or one.collation != column.collation):",
        "if False:",
    ),
    (cardinality_keys, "if not operation.all:", "if True:"),
    (cardinality_keys, "if len(refs) == len(keys):", "if True:"),
    (cardinality_keys, "    if expression_returns_set(query.targetList):\n        return\n", ""),
    (cardinality_keys, "if query.groupClause and not query.groupingSets:", "if query.groupClause:"),
    (cardinality_keys, "if len({entries[number - 1].ressortgroupref for number in keys}) == len(refs):", "if True:"),
    (cardinality_keys, "or query.hasAggs or has_full_join(scope, tree):", "or query.hasAggs:"),
    (cardinality_keys, "and relations <= single_relations(scope, columns)", ""),
    (
        cardinality_keys,
        "if column is None or column[0] not in rows.settled:\n            return False",
        "if column is None:\n            continue",
    ),
    (
        cardinality_keys,
        "        if not any(\n            (one.relation, one.part)",
        "        if False and not any(\n            (one.relation, one.part)",
    ),
)


def slips() -> Iterator[Mutation]:
    for module, old, new in SLIPS:
        source = inspect.getsource(module)
        short = module.__name__.rpartition(".")[2]
        assert old in source, f"{short} has not: {old}"
        line = source[: source.index(old)].count("\n") + 1
        yield Mutation(f"{short}: {old} → {new}", module, line, partial(ast.parse, source.replace(old, new, 1)))


# The start of a mutation's name, and why no statement can show it.
HARMLESS: dict[str, str] = {
    "cardinality_keys: constraint.deferrable or constraint.without_overlaps or → constraint.deferrable or": "rows that "
    "are equal in every column of the key overlap, since no range of it may be empty",
    "cardinality_keys: or query.hasAggs or has_full_join(scope, tree):": "the rows that a FULL JOIN adds have NULL in "
    "the key, and the equality that binds it is strict",
    "cardinality_keys: case n.Var() if node.varlevelsup == level and level > 0:": "only scans of tables larger than a "
    "quarter of shared_buffers, and at the same time as others, begin in the middle",
    "cardinality_keys: if not (nulls_left and nulls_right): → if True:": "nothing is computed from a relation that a FULL "
    "JOIN may null, nor is its result one row: the condition keeps `single` true to its word",
    "nullability_expr._verdict: never NULL: nullable('it stands where": "of no column, by grammar: see NEVER_FIRED",
    "nullability_expr._verdict: never NULL: nullable('a value that is passed on')": "CaseTestExpr is looked at below "
    "ArrayCoerceExpr and JsonConstructorExpr alone, where it is known what it stands for: of CASE x WHEN … only facts are "
    "asked, and FieldStore is never looked into",
    "nullability: if node.op == enums.SetOperation.SETOP_EXCEPT: → if False:": "for EXCEPT it then asks both arms, as "
    "for UNION, and says no more than the left one does",
}
