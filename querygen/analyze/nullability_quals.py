"""What conditions prove: facts from WHERE, ON, HAVING, FILTER and the arms of CASE, and the joins they reduce.

Takes an expression that is known to be true (false, not true, not NULL) at some level and gives the `Facts` that
follow; `enter` opens the scope of a query with all its conditions applied. The method is clauses.c's
find_nonnullable_vars and prepjointree.c's reduce_outer_joins, taken further: whole expressions, NOT and OR, EXISTS.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze import nodes as n
from querygen.analyze.nullability_foreign import is_believed
from querygen.analyze.nullability_scope import (
    LEFT,
    NOTHING,
    RIGHT,
    Env,
    Fact,
    Facts,
    Scope,
    join_facts,
    join_sides,
    joined_column,
    members,
    rte_of,
    var_fact,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.analyze.nodes import Expr, JoinTreeNode, Query
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

MATCHED = enums.MergeMatchKind.MERGE_WHEN_MATCHED


class Known(Enum):
    """What is known of an expression's value."""

    TRUE = auto()
    FALSE = auto()
    NOT_TRUE = auto()  # false or NULL: a condition of CASE that was passed over
    NOT_NULL = auto()


# ---------------------------------------------------------------------------------------------- opening a level


def enter(env: Env, query: Query, parent: Scope | None) -> Scope:
    """The scope of a query's rows, with what WHERE and the joins' conditions prove."""
    scope = Scope(env, query, parent, sides=join_sides(query))
    if query.jointree is None or env.ignore_quals:
        return scope
    strong: set[Fact] = set()
    weak: set[Fact] = set()
    if query.commandType == enums.CmdType.CMD_MERGE and _only_matched(query):
        strong |= facts_of(scope, query.mergeJoinCondition, Known.TRUE)
        weak |= strong
    _settle(scope, query.jointree, True, strong, weak)
    return replace(scope, facts=frozenset(strong), weak=frozenset(weak))


def _only_matched(query: Query) -> bool:
    """Does MERGE return only rows of its inner join?"""
    return all(action.matchKind == MATCHED for action in query.mergeActionList)


def _settle(scope: Scope, node: JoinTreeNode, spine: bool, strong: set[Fact], weak: set[Fact]) -> None:
    """reduce_outer_joins_pass2, outside in. `spine`: no join that stands above can null what is here."""
    match node:
        case n.RangeTblRef():
            return
        case n.FromExpr():
            # FROM stands above every join.
            _record(scope, facts_of(scope, node.quals, Known.TRUE), None, strong, weak)
            for item in node.fromlist:
                _settle(scope, item, spine, strong, weak)
        case n.JoinExpr():
            left_nulled = node.jointype in (enums.JoinType.JOIN_RIGHT, enums.JoinType.JOIN_FULL)
            right_nulled = node.jointype in (enums.JoinType.JOIN_LEFT, enums.JoinType.JOIN_FULL)
            level = id(scope.query)
            left_nulled = left_nulled and ("join", level, node.rtindex, LEFT) not in weak
            right_nulled = right_nulled and ("join", level, node.rtindex, RIGHT) not in weak
            if not (left_nulled and right_nulled):
                # The condition holds wherever the nullable side is not nulled; for the other side it proves nothing.
                holds_for = node.rarg if right_nulled else node.larg if left_nulled else None if spine else node
                _record(scope, facts_of(scope, node.quals, Known.TRUE), holds_for, strong, weak)
            _settle(scope, node.larg, spine and not left_nulled, strong, weak)
            _settle(scope, node.rarg, spine and not right_nulled, strong, weak)


def _record(scope: Scope, facts: Facts, below: JoinTreeNode | None, strong: set[Fact], weak: set[Fact]) -> None:
    """Keep facts: all of them where the condition holds for every row, else those of the relations `below`."""
    if below is None:
        strong |= facts
        weak |= facts
        return
    relations = set(members(below))
    level = id(scope.query)
    weak.update(fact for fact in facts if fact[0] in ("var", "join") and fact[1] == level and fact[2] in relations)


# ---------------------------------------------------------------------------------------------- facts of a condition


def facts_of(scope: Scope, expr: Expr | None, known: Known) -> Facts:
    """Everything that follows from an expression's being true, false, not true or not NULL."""
    if expr is None:
        return NOTHING
    found = _facts(scope, expr, known)
    if known is not Known.NOT_TRUE and type(expr) in _KEYED and (key := expr_key(scope, expr)) is not None:
        found |= {("expr", key)}
    return found


def _all(scope: Scope, args: Iterable[Expr | None], known: Known = Known.NOT_NULL) -> Facts:
    return frozenset().union(*(facts_of(scope, arg, known) for arg in args))


def _any(scope: Scope, args: Iterable[Expr], known: Known) -> Facts:
    """One of the arguments is as known, and nobody knows which."""
    found = [facts_of(scope, arg, known) for arg in args]
    return frozenset.intersection(*found) if found else NOTHING


def _facts(scope: Scope, expr: Expr, known: Known) -> Facts:
    catalog = scope.env.catalog
    match expr:
        case n.Var():
            return _var_facts(scope, expr) if known is not Known.NOT_TRUE else NOTHING
        case n.Param():
            if expr.paramkind == enums.ParamKind.PARAM_EXTERN and known is not Known.NOT_TRUE:
                return frozenset({("param", expr.paramid)})
            return NOTHING
        case n.BoolExpr():
            return _bool_facts(scope, expr, known)
        case n.NullTest():
            return _null_test_facts(scope, expr, known)
        case n.BooleanTest():
            return _boolean_test_facts(scope, expr, known)
        case n.CaseTestExpr() if known is not Known.NOT_TRUE:
            return frozenset({("case",)})
        case n.CoalesceExpr() if known is Known.TRUE:
            rest = [arg for arg in expr.args if not (isinstance(arg, n.Const) and arg.value in (None, "f", "false"))]
            return facts_of(scope, rest[0], Known.TRUE) if len(rest) == 1 else _any(scope, rest, Known.TRUE)
        case n.DistinctExpr() if known in (Known.FALSE, Known.NOT_TRUE):
            # x IS NOT DISTINCT FROM 1
            for one, other in (expr.args, expr.args[::-1]):
                if isinstance(one, n.Const) and not one.constisnull:
                    return facts_of(scope, other, Known.NOT_NULL)
            return NOTHING
        case n.RelabelType() | n.CollateExpr():
            return facts_of(scope, expr.arg, known)
        case n.SubLink() if known in (Known.TRUE, Known.NOT_NULL):
            return _sublink_facts(scope, expr, known)
        case n.ScalarArrayOpExpr() if known is not Known.NOT_TRUE:
            return _array_op_facts(scope, expr, known)
    if known is Known.NOT_TRUE:
        return NOTHING
    match expr:
        case n.FuncExpr() if not expr.funcretset and catalog.proc(expr.funcid).proisstrict:
            return _all(scope, expr.args)
        case n.OpExpr() if not expr.opretset and operator_is_strict(catalog, expr.opno):
            return _all(scope, expr.args)
        case n.NullIfExpr():
            return facts_of(scope, expr.args[0], Known.NOT_NULL)
        case n.CoerceViaIO() | n.ArrayCoerceExpr() | n.ConvertRowtypeExpr() | n.CoerceToDomain() | n.FieldSelect():
            return facts_of(scope, expr.arg, Known.NOT_NULL)
        case n.SubscriptingRef() if expr.refassgnexpr is None:
            return _all(scope, (expr.refexpr, *expr.refupperindexpr, *expr.reflowerindexpr))
        case n.RowCompareExpr():
            if operator_is_strict(catalog, expr.opnos[0]):
                return _all(scope, (expr.largs[0], expr.rargs[0]))
        case n.JsonIsPredicate():
            return facts_of(scope, expr.expr, Known.NOT_NULL)
        case _:
            pass
    return NOTHING


def operator_is_strict(catalog: Catalog, opno: Oid) -> bool:
    """op_strict"""
    return catalog.proc(catalog.operator(opno).oprcode).proisstrict


def _var_facts(scope: Scope, var: n.Var) -> Facts:
    """A column is not NULL: so is the column below that a join or a GROUP BY only passes on."""
    found = frozenset({var_fact(scope, var)}) | join_facts(scope, var)
    owner = scope.up(var.varlevelsup)
    rte = rte_of(owner, var.varno)
    if rte.rtekind == enums.RTEKind.RTE_JOIN and var.varattno > 0:
        found |= facts_of(owner, joined_column(rte, var.varattno), Known.NOT_NULL)
    return found


def _bool_facts(scope: Scope, expr: n.BoolExpr, known: Known) -> Facts:
    if expr.boolop == enums.BoolExprType.NOT_EXPR:
        opposite = {Known.TRUE: Known.FALSE, Known.FALSE: Known.TRUE, Known.NOT_NULL: Known.NOT_NULL}
        return facts_of(scope, expr.args[0], opposite[known]) if known in opposite else NOTHING
    is_and = expr.boolop == enums.BoolExprType.AND_EXPR
    match known:
        case Known.TRUE:
            return _all(scope, expr.args, known) if is_and else _any(scope, expr.args, known)
        case Known.FALSE | Known.NOT_TRUE:
            return _any(scope, expr.args, known) if is_and else _all(scope, expr.args, known)
        case Known.NOT_NULL:
            # One argument alone may decide.
            return _any(scope, expr.args, known)


def _null_test_facts(scope: Scope, expr: n.NullTest, known: Known) -> Facts:
    wanted = expr.nulltesttype == enums.NullTestType.IS_NOT_NULL
    if known is Known.NOT_NULL or (known is Known.TRUE) != wanted:
        return NOTHING
    if not expr.argisrow:
        return NOTHING if is_believed(scope, expr.arg) else facts_of(scope, expr.arg, Known.NOT_NULL)
    if not wanted:
        return NOTHING  # NOT (row IS NULL): some field is not NULL
    # row IS NOT NULL: every field is not NULL
    if isinstance(expr.arg, n.RowExpr):
        return _all(scope, [one for one in expr.arg.args if not is_believed(scope, one)])
    found = facts_of(scope, expr.arg, Known.NOT_NULL)
    if isinstance(expr.arg, n.Var) and expr.arg.varattno == 0:
        rte = rte_of(scope.up(expr.arg.varlevelsup), expr.arg.varno)
        for attno in range(1, len(rte.eref.colnames) + 1):
            found |= _var_facts(scope, replace(expr.arg, varattno=attno))
    return found


def _boolean_test_facts(scope: Scope, expr: n.BooleanTest, known: Known) -> Facts:
    if known is Known.NOT_NULL:
        return NOTHING
    holds = known is Known.TRUE
    match expr.booltesttype:
        case enums.BoolTestType.IS_TRUE:
            return facts_of(scope, expr.arg, Known.TRUE if holds else Known.NOT_TRUE)
        case enums.BoolTestType.IS_NOT_TRUE:
            return facts_of(scope, expr.arg, Known.NOT_TRUE if holds else Known.TRUE)
        case enums.BoolTestType.IS_FALSE if holds:
            return facts_of(scope, expr.arg, Known.FALSE)
        case enums.BoolTestType.IS_NOT_FALSE if not holds:
            return facts_of(scope, expr.arg, Known.FALSE)
        case enums.BoolTestType.IS_UNKNOWN if not holds:
            return facts_of(scope, expr.arg, Known.NOT_NULL)
        case enums.BoolTestType.IS_NOT_UNKNOWN if holds:
            return facts_of(scope, expr.arg, Known.NOT_NULL)
    return NOTHING


def _array_op_facts(scope: Scope, expr: n.ScalarArrayOpExpr, known: Known) -> Facts:
    """is_strict_saop: over an empty array ANY is false and ALL is true, whatever stands on the left."""
    if not operator_is_strict(scope.env.catalog, expr.opno):
        return NOTHING
    array = expr.args[1]
    compared = known is (Known.TRUE if expr.useOr else Known.FALSE)
    if not compared:
        inner = array
        while isinstance(inner, n.RelabelType | n.ArrayCoerceExpr):
            inner = inner.arg
        compared = isinstance(inner, n.ArrayExpr) and bool(inner.elements) and not inner.multidims
    return _all(scope, expr.args) if compared else facts_of(scope, array, Known.NOT_NULL)


def _sublink_facts(scope: Scope, expr: n.SubLink, known: Known) -> Facts:
    """EXISTS, ANY or a value of a subquery: some row fulfilled its WHERE, which may say something about our columns."""
    exists = expr.subLinkType == enums.SubLinkType.EXISTS_SUBLINK and known is Known.TRUE
    of_any = expr.subLinkType == enums.SubLinkType.ANY_SUBLINK and known is Known.TRUE
    value = expr.subLinkType == enums.SubLinkType.EXPR_SUBLINK
    found = NOTHING
    if of_any:
        found = facts_of(scope, expr.testexpr, Known.TRUE)
    query = expr.subselect
    if not (exists or of_any or value) or query.commandType != enums.CmdType.CMD_SELECT:
        return found
    if query.setOperations is not None or query.groupingSets or (query.hasAggs and not query.groupClause):
        return found
    if query.havingQual is not None and not query.groupClause:
        return found
    inner = enter(scope.env, query, scope)
    return found | frozenset(fact for fact in inner.facts if not _is_about(fact, id(query)))


def _is_about(fact: Fact, level: int) -> bool:
    return fact[0] in ("expr", "case") or (fact[0] in ("var", "join") and fact[1] == level)


# ---------------------------------------------------------------------------------------------- equal expressions

_KEYED = frozenset(
    {
        n.FuncExpr,
        n.OpExpr,
        n.NullIfExpr,
        n.CoerceViaIO,
        n.ArrayCoerceExpr,
        n.CoerceToDomain,
        n.SubscriptingRef,
        n.FieldSelect,
        n.Aggref,
        n.CaseExpr,
        n.CoalesceExpr,
        n.ScalarArrayOpExpr,
        n.BoolExpr,
        n.JsonExpr,
    }
)
_IGNORED = frozenset(
    {"location", "funcformat", "coerceformat", "relabelformat", "coercionformat", "row_format", "opfuncid"}
)
_UNKEYED = (n.SubLink, n.SetToDefault, n.CoerceToDomainValue, n.WindowFunc, n.GroupingFunc)


@cache
def _key_fields(node_class: type[Any]) -> tuple[str, ...]:
    # A collation that is written stands in a CollateExpr; the others follow from what is below.
    return tuple(
        name
        for name in node_class.__struct_fields__
        if name not in _IGNORED and not name.endswith(("collid", "collation"))
    )


def expr_key(scope: Scope, expr: object) -> Fact | None:
    """An expression so written that equal keys have equal values in one row; None if it may differ from use to use."""
    if isinstance(expr, tuple):
        parts = [expr_key(scope, one) for one in expr]
        return ("tuple", *parts) if None not in parts else None
    if not isinstance(expr, Struct):
        return ("value", expr)
    # An expression is written once, not again for each that it is a part of.
    place = id(expr), id(scope.query)
    if place not in scope.env.written:
        scope.env.written[place] = expr, _expr_key(scope, expr)
    return scope.env.written[place][1]


def _expr_key(scope: Scope, expr: Struct) -> Fact | None:
    match expr:
        case n.Var():
            return var_fact(scope, expr)
        case n.Param() if expr.paramkind != enums.ParamKind.PARAM_EXTERN:
            return None
        case n.CaseTestExpr():
            return None
        case n.FuncExpr() if expr.funcretset or scope.env.catalog.proc(expr.funcid).provolatile == "v":
            return None
        case n.OpExpr() | n.DistinctExpr() | n.NullIfExpr() | n.ScalarArrayOpExpr():
            catalog = scope.env.catalog
            if catalog.proc(catalog.operator(expr.opno).oprcode).provolatile == "v":
                return None
        case _ if isinstance(expr, _UNKEYED):
            return None
        case _:
            pass
    values = [expr_key(scope, getattr(expr, name)) for name in _key_fields(type(expr))]
    return (type(expr).__name__, *values) if None not in values else None
