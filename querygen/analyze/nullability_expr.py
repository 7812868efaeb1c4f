"""May an expression be NULL? One `match` over every kind of expression.

Takes an expression and the `Scope` in which it is evaluated, gives a `Verdict` with its reason. Columns are looked up
in `nullability_relation`, conditions are read by `nullability_quals`. The strictness of functions is pg_proc's; that a
result is not NULL is said by `never_null.tsv` alone. What is not known may be NULL. Mirrors no C file; the order of the
cases is that of nodeFuncs.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from querygen.analyze import cardinality, nullability_relation
from querygen.analyze import nodes as n
from querygen.analyze import nullability as levels
from querygen.analyze import nullability_agg as aggregates
from querygen.analyze.never_null import never_null
from querygen.analyze.nodefuncs import walk_expr
from querygen.analyze.nullability_quals import Known, expr_key, facts_of
from querygen.analyze.nullability_scope import (
    NOTHING,
    Scope,
    Verdict,
    else_of,
    not_null,
    nullable,
    nulling_joins,
    rte_of,
    var_fact,
    var_name,
)
from querygen.analyze.pgtypes import UNKNOWNOID
from querygen.analyze.typename import format_type, get_element_type
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_CASTS = (enums.CoercionForm.COERCE_EXPLICIT_CAST, enums.CoercionForm.COERCE_IMPLICIT_CAST)
_UNKNOWN_WHEN_NULL = frozenset(
    {enums.JsonBehaviorType.JSON_BEHAVIOR_UNKNOWN, enums.JsonBehaviorType.JSON_BEHAVIOR_NULL}
)


def verdict(scope: Scope, expr: Expr) -> Verdict:
    """May the expression be NULL in a row of this scope?"""
    found = _verdict(scope, expr)
    if found.nullable and not isinstance(expr, n.Var | n.Const | n.Param) and _has_expr_facts(scope):
        key = expr_key(scope, expr)
        if key is not None and scope.holds(("expr", key), 1000):
            return Verdict(False, "a condition holds only where this expression is not NULL", found.nullable_elements)
    return found


def _has_expr_facts(scope: Scope) -> bool:
    level: Scope | None = scope
    while level is not None:
        if any(fact[0] == "expr" for fact in level.facts):
            return True
        level = level.parent
    return False


def _verdict(scope: Scope, expr: Expr) -> Verdict:  # noqa: C901 - the big match
    match expr:
        case n.Var():
            return var_verdict(scope, expr)
        case n.Const():
            return _const_verdict(expr)
        case n.Param():
            return _param_verdict(scope, expr)
        case n.Aggref():
            return aggregates.aggref_verdict(scope, expr)
        case n.GroupingFunc():
            return not_null("GROUPING is a number")
        case n.WindowFunc():
            return aggregates.window_verdict(scope, expr)
        case n.MergeSupportFunc():
            return not_null("merge_action() is always known")
        case n.SubscriptingRef():
            return nullable("a subscript may find nothing")
        case n.FuncExpr():
            is_cast = expr.funcformat in _CASTS
            name = f"the cast to {format_type(scope.env.catalog, expr.funcresulttype)}" if is_cast else None
            return function_verdict(
                scope, expr.funcid, expr.args, retset=expr.funcretset, variadic=expr.funcvariadic, name=name
            )
        case n.NamedArgExpr():
            return verdict(scope, expr.arg)
        case n.OpExpr():
            operator = scope.env.catalog.operator(expr.opno)
            name = f"the operator {operator.oprname}"
            return function_verdict(scope, operator.oprcode, expr.args, retset=expr.opretset, name=name)
        case n.DistinctExpr():
            return _compares(scope, expr.opno, "IS DISTINCT FROM is true or false")
        case n.NullIfExpr():
            return nullable("NULLIF gives NULL where its arguments are equal")
        case n.ScalarArrayOpExpr():
            return _array_op_verdict(scope, expr)
        case n.BoolExpr():
            return _bool_verdict(scope, expr)
        case n.SubLink():
            return _sublink_verdict(scope, expr)
        case n.FieldSelect():
            if isinstance(expr.arg, n.RowExpr) and 0 < expr.fieldnum <= len(expr.arg.args):
                return verdict(scope, expr.arg.args[expr.fieldnum - 1])
            return nullable("a field of a composite value may be NULL")
        case n.FieldStore():
            return not_null("a row is made around the field")
        case n.RelabelType() | n.CollateExpr() | n.ConvertRowtypeExpr():
            return verdict(scope, expr.arg)
        case n.CoerceViaIO():
            return replace(verdict(scope, expr.arg), nullable_elements=True)
        case n.ArrayCoerceExpr():
            arg = verdict(scope, expr.arg)
            element = Verdict(arg.nullable_elements, "an element of the array")
            inner = verdict(replace(scope, case_test=element, memo={}), expr.elemexpr)
            return replace(arg, nullable_elements=inner.nullable)
        case n.CaseExpr():
            return _case_verdict(scope, expr)
        case n.CaseTestExpr():
            # Of CASE x WHEN …: x itself, which is not looked at again.
            return scope.case_test or nullable("a value that is passed on")
        case n.ArrayExpr():
            found = [verdict(scope, one) for one in expr.elements]
            if expr.multidims:
                return not_null("an array", elements=any(one.nullable_elements for one in found))
            return not_null("an array", elements=any(one.nullable for one in found))
        case n.RowExpr():
            return not_null("a row")
        case n.RowCompareExpr():
            return _strictly(scope, (*expr.largs, *expr.rargs), expr.opnos, "compares rows of values that are not NULL")
        case n.CoalesceExpr():
            return _first_not_null(scope, expr.args, "COALESCE")
        case n.MinMaxExpr():
            word = "GREATEST" if expr.op == enums.MinMaxOp.IS_GREATEST else "LEAST"
            return _first_not_null(scope, expr.args, word)
        case n.SQLValueFunction():
            if expr.op == enums.SQLValueFunctionOp.SVFOP_CURRENT_SCHEMA:
                return nullable("CURRENT_SCHEMA is NULL where search_path names no schema")
            return not_null("what is always known of a session")
        case n.XmlExpr():
            return _xml_verdict(scope, expr)
        case n.JsonValueExpr():
            return verdict(scope, expr.formatted_expr or expr.raw_expr)
        case n.JsonConstructorExpr():
            return _json_constructor_verdict(scope, expr)
        case n.JsonIsPredicate():
            return _passed_on(verdict(scope, expr.expr), "IS JSON of a value that is not NULL")
        case n.JsonExpr():
            return _json_verdict(scope, expr)
        case n.NullTest():
            return not_null("IS NULL is true or false")
        case n.BooleanTest():
            return not_null("IS TRUE and its like are true or false")
        case n.CoerceToDomain():
            arg = verdict(scope, expr.arg)
            if arg.nullable and domain_not_null(scope.env.catalog, expr.resulttype):
                return Verdict(False, "its domain refuses NULL", arg.nullable_elements)
            return arg
        case n.SetToDefault():
            return nullable("the column's default is used")
        case n.CurrentOfExpr() | n.CoerceToDomainValue() | n.InferenceElem():
            return nullable("it stands where no column comes from")
    assert_never(expr)


def operator_function(catalog: Catalog, opno: Oid) -> Oid:
    """get_opcode"""
    return catalog.operator(opno).oprcode


def domain_not_null(catalog: Catalog, type_oid: Oid) -> bool:
    """DomainHasConstraints' NOT NULL: of the domain or of one that it is over."""
    row = catalog.find_type(type_oid)
    while row is not None and row.typtype == "d":
        if row.typnotnull:
            return True
        row = catalog.find_type(row.typbasetype)
    return False


# ---------------------------------------------------------------------------------------------- columns, constants


def var_verdict(scope: Scope, var: n.Var) -> Verdict:
    """A column: what conditions prove of it, then the outer joins, then what its relation says."""
    owner = scope.up(var.varlevelsup)
    name = var_name(owner, var)
    elements = True
    if owner.returning and var.varno == owner.query.resultRelation:
        if scope.holds(var_fact(scope, var), var.varlevelsup):
            return not_null(f"a condition holds only where {name} is not NULL")
        return nullability_relation.returning_verdict(owner, var)
    proved = scope.holds(var_fact(scope, var), var.varlevelsup)
    nulled = [one for one in nulling_joins(owner, var) if not _is_matched(scope, owner, var, one)] if not proved else []
    if nulled:
        return _nulled(owner, var, nulled[-1], name)
    found = nullability_relation.column_verdict(owner, var)
    elements = found.nullable_elements
    if found.nullable and (proved or var_fact(scope, var) in owner.weak):
        return not_null(f"a condition holds only where {name} is not NULL", elements=elements)
    return found


def _is_matched(scope: Scope, owner: Scope, var: n.Var, join: int) -> bool:
    """Does FILTER, or an arm of CASE, hold only where the join has found a row?"""
    side = owner.sides.get((var.varno, join))
    return scope.holds(("join", id(owner.query), join, side), var.varlevelsup)


def _nulled(owner: Scope, var: n.Var, join: int, name: str) -> Verdict:
    rte = rte_of(owner, join)
    found = nullability_relation.column_verdict(owner, var)
    if rte.rtekind == enums.RTEKind.RTE_GROUP:
        return nullable(f"{name} is NULL in the grouping sets that leave it out", elements=found.nullable_elements)
    kind = {enums.JoinType.JOIN_LEFT: "LEFT", enums.JoinType.JOIN_RIGHT: "RIGHT"}.get(rte.jointype, "FULL")
    relation = rte_of(owner, var.varno).eref.aliasname
    return nullable(f"the {kind} JOIN may find no row of {relation}", elements=found.nullable_elements)


def _const_verdict(expr: n.Const) -> Verdict:
    if expr.value is None:
        return nullable("it is NULL", elements=False)
    return not_null("a constant", elements="null" in expr.value.lower())


def _param_verdict(scope: Scope, expr: n.Param) -> Verdict:
    if expr.paramkind == enums.ParamKind.PARAM_SUBLINK:
        columns = scope.sublink
        return columns[expr.paramid - 1]
    if expr.paramkind != enums.ParamKind.PARAM_EXTERN:
        return nullable("the subquery that is assigned may give no row")
    if scope.holds(("param", expr.paramid), 1000):
        return not_null(f"a condition holds only where ${expr.paramid} is not NULL")
    allowed = scope.env.nullable_params
    if allowed is None or expr.paramid in allowed:
        return nullable(f"the parameter ${expr.paramid} may be NULL")
    return not_null(f"the parameter ${expr.paramid} is not NULL")


# ---------------------------------------------------------------------------------------------- functions


def function_verdict(
    scope: Scope,
    funcid: Oid,
    args: Sequence[Expr],
    *,
    retset: bool = False,
    variadic: bool = False,
    name: str | None = None,
) -> Verdict:
    """A call: not NULL if the function is listed and those of its arguments that must not be NULL are not.

    `name`: what the text calls it, where it is not written as a call.
    """
    catalog = scope.env.catalog
    row = catalog.proc(funcid)
    found = [verdict(scope, arg) for arg in args]
    if retset:
        return _set_verdict(scope, funcid, row.proname, found)
    first = args[0] if args else None
    listed = never_null(catalog, funcid, first.value if isinstance(first, n.Const) else None)
    if listed is None:
        known = funcid < FIRST_NORMAL_OBJECT_ID
        name = name or f"{row.proname}()"
        return nullable(f"{name} may give NULL" if known else f"nothing is known of {name}")
    for number, one in enumerate(found):
        last = variadic and number == len(found) - 1
        if one.nullable and (last or not listed.may_be_null(number)):
            return Verdict(True, one.why, _elements(row.proname, args, found))
    reason = listed.reason.removeprefix("a cast: ")
    return not_null(f"{name or f'{row.proname}()'}: {reason}", elements=_elements(row.proname, args, found))


def _elements(name: str, args: Sequence[Expr], found: Sequence[Verdict]) -> bool:
    """May an element of the array that a function of PostgreSQL makes be NULL?"""
    match name:
        case "array_append":
            return found[0].nullable_elements or found[1].nullable
        case "array_prepend":
            return found[0].nullable or found[1].nullable_elements
        case "array_cat":
            return found[0].nullable_elements or found[1].nullable_elements
        case "array_remove":
            removes_null = isinstance(args[1], n.Const) and args[1].constisnull
            return found[0].nullable_elements and not removes_null
        case "array_sort" | "array_reverse" | "array_shuffle" | "array_sample" | "trim_array":
            return found[0].nullable_elements
        case "string_to_array":
            return len(found) > 2
        case "regexp_split_to_array" | "parse_ident" | "tsvector_to_array" | "array_positions" | "current_schemas":
            return False
        case _:
            return True


def _set_verdict(scope: Scope, funcid: Oid, name: str, found: Sequence[Verdict]) -> Verdict:
    """A set-returning function in the select list: of several, the shorter ones are filled up with NULLs."""
    if not scope.single_srf:
        return nullable("of several set-returning functions the shorter ones are filled up with NULLs")
    return set_function_verdict(scope, funcid, name, found)


def set_function_verdict(scope: Scope, funcid: Oid, name: str, found: Sequence[Verdict]) -> Verdict:
    """A row of a set-returning function that gives one column."""
    catalog = scope.env.catalog
    if name == "unnest" and len(found) == 1 and funcid < FIRST_NORMAL_OBJECT_ID:
        if not found[0].nullable_elements:
            return not_null("no element of the array is NULL")
        if never_null(catalog, funcid) is None:
            return nullable("an element of the array may be NULL")
    listed = never_null(catalog, funcid)
    if listed is None:
        return nullable(f"a row of {name}() may be NULL")
    return not_null(f"{name}(): {listed.reason}", elements=name != "regexp_split_to_table")


# ---------------------------------------------------------------------------------------------- logic


def _compares(scope: Scope, opno: Oid, why: str) -> Verdict:
    """A test that is never NULL, unless a user's operator makes it so."""
    function = operator_function(scope.env.catalog, opno)
    return not_null(why) if never_null(scope.env.catalog, function) else nullable("nothing is known of the operator")


def _strictly(scope: Scope, args: Sequence[Expr], opnos: Sequence[Oid], why: str) -> Verdict:
    catalog = scope.env.catalog
    for arg in args:
        if (found := verdict(scope, arg)).nullable:
            return nullable(found.why)
    if all(never_null(catalog, operator_function(catalog, opno)) for opno in opnos):
        return not_null(why)
    return nullable("nothing is known of the operator")


def _passed_on(arg: Verdict, why: str) -> Verdict:
    """NULL if and only if the argument is."""
    return nullable(arg.why) if arg.nullable else not_null(why)


def _array_op_verdict(scope: Scope, expr: n.ScalarArrayOpExpr) -> Verdict:
    if verdict(scope, expr.args[1]).nullable_elements:
        return nullable("an element of the array may be NULL")
    return _strictly(scope, expr.args, (expr.opno,), "compares with elements that are not NULL")


def _bool_verdict(scope: Scope, expr: n.BoolExpr) -> Verdict:
    """AND is NULL where some argument is NULL and none is false: those that are never NULL are true there."""
    if expr.boolop == enums.BoolExprType.NOT_EXPR:
        return verdict(scope, expr.args[0])
    known = Known.TRUE if expr.boolop == enums.BoolExprType.AND_EXPR else Known.FALSE
    found = [verdict(scope, arg) for arg in expr.args]
    facts = NOTHING.union(
        *(facts_of(scope, arg, known) for arg, one in zip(expr.args, found, strict=True) if not one.nullable)
    )
    # Where nothing new is known, asking again would double the work at every level.
    inner = None if facts <= scope.facts else scope.narrowed(facts)
    for arg, one in zip(expr.args, found, strict=True):
        if one.nullable and (inner is None or verdict(inner, arg).nullable):
            return nullable(one.why)
    return not_null("AND, OR, NOT of conditions that are never NULL")


def _first_not_null(scope: Scope, args: Sequence[Expr], word: str) -> Verdict:
    found = [verdict(scope, arg) for arg in args]
    used = []
    for one in found:
        used.append(one)
        if not one.nullable:
            break
    elements = any(one.nullable_elements for one in (used if word == "COALESCE" else found))
    for one in found:
        if not one.nullable:
            return not_null(f"{word}: {one.why}", elements=elements)
    return nullable(f"every argument of {word} may be NULL: {found[0].why}", elements=elements)


def _case_verdict(scope: Scope, expr: n.CaseExpr) -> Verdict:
    """Each arm where its condition is true and those before it are not."""
    found: list[Verdict] = []
    for arm in expr.args:
        condition = arm.expr
        true = facts_of(scope, condition, Known.TRUE)
        if expr.arg is not None and ("case",) in true:
            true = (true | facts_of(scope, expr.arg, Known.NOT_NULL)) - {("case",)}
        if not (isinstance(condition, n.Const) and condition.value in ("f", "false", None)):
            found.append(verdict(scope.narrowed(true), arm.result))
        if expr.arg is None:
            scope = scope.narrowed(facts_of(scope, condition, Known.NOT_TRUE))
    found.append(verdict(scope, else_of(expr)))
    elements = any(one.nullable_elements for one in found)
    for number, one in enumerate(found):
        if one.nullable:
            default = number == len(found) - 1
            no_else = default and isinstance(expr.defresult, n.Const) and expr.defresult.constisnull
            why = "CASE without ELSE, or ELSE NULL" if no_else else f"an arm of CASE may be NULL: {one.why}"
            return nullable(why, elements=elements)
    return not_null("no arm of CASE is NULL", elements=elements)


def _sublink_verdict(scope: Scope, expr: n.SubLink) -> Verdict:
    kind = expr.subLinkType
    if kind == enums.SubLinkType.EXISTS_SUBLINK:
        return not_null("EXISTS is true or false")
    columns = levels.query_columns(scope.env, expr.subselect, scope)
    match kind:
        case enums.SubLinkType.ARRAY_SUBLINK:
            return not_null("ARRAY(…) is empty where there is no row", elements=columns[0].nullable)
        case enums.SubLinkType.ANY_SUBLINK | enums.SubLinkType.ALL_SUBLINK if expr.testexpr is not None:
            # Over no rows it is false or true, else what the comparison gives.
            return verdict(replace(scope, sublink=columns, memo={}), expr.testexpr)
        case enums.SubLinkType.EXPR_SUBLINK:
            if not cardinality.row_count(scope.env, expr.subselect, scope).at_least_one:
                return nullable("the subquery may give no row", elements=columns[0].nullable_elements)
            return columns[0]
        case enums.SubLinkType.ROWCOMPARE_SUBLINK if expr.testexpr is not None:
            if cardinality.row_count(scope.env, expr.subselect, scope).at_least_one:
                return verdict(replace(scope, sublink=columns, memo={}), expr.testexpr)
    return nullable("the subquery may give no row")


# ---------------------------------------------------------------------------------------------- XML and JSON


def _xml_verdict(scope: Scope, expr: n.XmlExpr) -> Verdict:
    found = [verdict(scope, arg) for arg in (*expr.named_args, *expr.args)]
    match expr.op:
        case enums.XmlExprOp.IS_XMLELEMENT:
            return not_null("XMLELEMENT makes an element")
        case enums.XmlExprOp.IS_XMLCONCAT | enums.XmlExprOp.IS_XMLFOREST:
            if any(not one.nullable for one in found):
                return not_null("XML made of a value that is not NULL")
            return nullable("XML made of values that may all be NULL")
    for one in found:
        if one.nullable:
            return nullable(one.why)
    return not_null("XML made of values that are not NULL")


def _json_constructor_verdict(scope: Scope, expr: n.JsonConstructorExpr) -> Verdict:
    kinds = enums.JsonConstructorType
    match expr.type:
        case kinds.JSCTOR_JSON_OBJECT | kinds.JSCTOR_JSON_ARRAY:
            found = not_null("a JSON constructor makes a document")
        case kinds.JSCTOR_JSON_OBJECTAGG | kinds.JSCTOR_JSON_ARRAYAGG if expr.func is not None:
            found = verdict(scope, expr.func)
        case _:
            found = not_null("JSON made of a value that is not NULL")
            for arg in (expr.func,) if not expr.args and expr.func is not None else expr.args:
                if (one := verdict(scope, arg)).nullable:
                    found = nullable(one.why)
                    break
    if expr.coercion is not None:
        return verdict(replace(scope, case_test=found, memo={}), expr.coercion)
    return found


def _json_verdict(scope: Scope, expr: n.JsonExpr) -> Verdict:
    if expr.op != enums.JsonExprOp.JSON_EXISTS_OP:
        word = {enums.JsonExprOp.JSON_VALUE_OP: "JSON_VALUE", enums.JsonExprOp.JSON_QUERY_OP: "JSON_QUERY"}
        return nullable(f"{word.get(expr.op, 'JSON_TABLE')} may find nothing")
    if expr.on_error is not None and expr.on_error.btype in _UNKNOWN_WHEN_NULL:
        return nullable("JSON_EXISTS … UNKNOWN ON ERROR")
    for arg in (expr.formatted_expr, expr.path_spec):
        if (one := verdict(scope, arg)).nullable:
            return nullable(one.why)
    return not_null("JSON_EXISTS is true or false")


# ---------------------------------------------------------------------------------------------- set-returning


def count_srfs(targets: Sequence[n.TargetEntry]) -> int:
    """How many set-returning calls a target list has."""
    return sum(
        1
        for node in walk_expr(targets)
        if (isinstance(node, n.FuncExpr) and node.funcretset) or (isinstance(node, n.OpExpr) and node.opretset)
    )


def coerced(scope: Scope, found: Verdict, source: Oid, target: Oid) -> Verdict:
    """An arm of a set operation, turned into the common type when the statement runs."""
    catalog = scope.env.catalog
    if source == target or found.nullable:
        return found
    base_source, base_target = _base(catalog, source), _base(catalog, target)
    if base_source in (base_target, UNKNOWNOID):
        return found
    cast = catalog.cast(base_source, base_target)
    if cast is not None and (cast.castmethod != "f" or never_null(catalog, cast.castfunc) is not None):
        return found
    elements = get_element_type(catalog, base_source), get_element_type(catalog, base_target)
    if cast is None and all(elements):
        inner = coerced(scope, not_null("an element"), *elements)
        return replace(found, nullable_elements=found.nullable_elements or inner.nullable)
    return nullable("nothing is known of the cast to the common type")


def _base(catalog: Catalog, oid: Oid) -> Oid:
    row = catalog.type(oid)
    while row.typtype == "d":
        row = catalog.type(row.typbasetype)
    return row.oid
