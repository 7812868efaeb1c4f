"""Operators: which one a name and two types mean, and the node that calls it.

Takes raw names and analysed operands; gives rows of pg_operator and `OpExpr`, `ScalarArrayOpExpr`. Mirrors
`parse_oper.c`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze import func, typcache
from querygen.analyze.coerce_path import is_binary_coercible
from querygen.analyze.coerce_poly import enforce_generic_type_consistency
from querygen.analyze.func_select import (
    Candidate,
    func_match_argtypes,
    func_select_candidate,
    opername_get_candidates,
    opername_get_oprid,
)
from querygen.analyze.nodefuncs import expr_type
from querygen.analyze.nodes import OpExpr, ScalarArrayOpExpr
from querygen.analyze.pgtypes import BOOLOID, POLYMORPHIC, UNKNOWNOID, InvalidOid
from querygen.analyze.typcache import OpIndexInterpretation as OpIndexInterpretation
from querygen.analyze.typcache import get_op_index_interpretation as get_op_index_interpretation
from querygen.analyze.typename import (
    format_type,
    get_array_type,
    get_base_element_type,
    get_base_type,
)
from querygen.diagnostics import PgError
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgOperator


# ---------------------------------------------------------------------------------------------- look-up


def oper(
    _ps: ParseState | None,
    catalog: Catalog,
    opname: Sequence[Any],
    ltype: Oid,
    rtype: Oid,
    no_error: bool,
    location: int,
) -> PgOperator | None:
    """parse_oper.c: oper — the binary operator that these operands mean; with `no_error` None where there is none."""
    # As PostgreSQL's OprCacheHash: which operator it is depends on the path, operators and casts, and on types that
    # cannot change; a row type may get a parent
    key = None
    if _stays(catalog, ltype) and _stays(catalog, rtype):
        key = (tuple(one.sval for one in opname), ltype, rtype, catalog.search_path_oids())
        if (chosen := catalog.operator_choices.get(key)) is not None:
            return catalog.operator(chosen)
    try:
        oid = _binary_oper_exact(catalog, opname, ltype, rtype)
        ambiguous = False
        if oid == InvalidOid:
            candidates = opername_get_candidates(catalog, opname, "b")
            # an operand without a type is supposed to have the other one's
            inputs = (ltype or rtype, rtype or ltype)
            oid, ambiguous = _oper_select_candidate(catalog, inputs, candidates)
    except PgError as error:
        error.location = location
        raise
    if oid != InvalidOid:
        if key is not None:
            catalog.operator_choices[key] = oid
        return catalog.operator(oid)
    if no_error:
        return None
    raise _op_error(catalog, opname, ltype, rtype, ambiguous, location)


def _stays(catalog: Catalog, oid: Oid) -> bool:
    """Is it one of PostgreSQL's types, or a scalar of the user's that cannot become another?"""
    if oid < FIRST_NORMAL_OBJECT_ID:
        return True
    row = catalog.find_type(oid)
    return row is not None and (row.typtype == "e" or (row.typtype == "d" and _stays(catalog, row.typbasetype)))


def _binary_oper_exact(catalog: Catalog, opname: Sequence[Any], arg1: Oid, arg2: Oid) -> Oid:
    """parse_oper.c: binary_oper_exact — an unknown operand first tries the other one's type."""
    was_unknown = False
    if arg1 == UNKNOWNOID and arg2 != InvalidOid:
        arg1, was_unknown = arg2, True
    elif arg2 == UNKNOWNOID and arg1 != InvalidOid:
        arg2, was_unknown = arg1, True
    found = opername_get_oprid(catalog, opname, arg1, arg2)
    if found == InvalidOid and was_unknown:
        base = get_base_type(catalog, arg1)
        if base != arg1:
            return opername_get_oprid(catalog, opname, base, base)
    return found


def _oper_select_candidate(
    catalog: Catalog, input_types: Sequence[Oid], candidates: Sequence[Candidate]
) -> tuple[Oid, bool]:
    """parse_oper.c: oper_select_candidate — (operator or 0, whether there were several)."""
    fitting = func_match_argtypes(catalog, input_types, candidates)
    if len(fitting) < 2:
        return (fitting[0].oid if fitting else InvalidOid), False
    best = func_select_candidate(catalog, input_types, fitting)
    return (InvalidOid, True) if best is None else (best.oid, False)


def left_oper(catalog: Catalog, opname: Sequence[Any], arg: Oid, no_error: bool, location: int) -> PgOperator | None:
    """parse_oper.c: left_oper — the prefix operator for an operand."""
    try:
        oid = opername_get_oprid(catalog, opname, InvalidOid, arg)
        ambiguous = False
        if oid == InvalidOid:
            candidates = [Candidate(one.oid, one.args[1:]) for one in opername_get_candidates(catalog, opname, "l")]
            oid, ambiguous = _oper_select_candidate(catalog, (arg,), candidates)
    except PgError as error:
        error.location = location
        raise
    if oid != InvalidOid:
        return catalog.operator(oid)
    if no_error:
        return None
    raise _op_error(catalog, opname, InvalidOid, arg, ambiguous, location)


def compatible_oper(
    ps: ParseState | None,
    catalog: Catalog,
    opname: Sequence[Any],
    arg1: Oid,
    arg2: Oid,
    no_error: bool,
    location: int,
) -> PgOperator | None:
    """parse_oper.c: compatible_oper — an operator that takes the operands without a conversion."""
    row = oper(ps, catalog, opname, arg1, arg2, no_error, location)
    if row is None:
        return None
    if is_binary_coercible(catalog, arg1, row.oprleft) and is_binary_coercible(catalog, arg2, row.oprright):
        return row
    if no_error:
        return None
    signature = op_signature_string(catalog, opname, arg1, arg2)
    raise PgError("42883", f"operator requires run-time type coercion: {signature}", location)


def lookup_oper_name(
    _ps: ParseState | None,
    catalog: Catalog,
    opername: Sequence[Any],
    left: Oid,
    right: Oid,
    no_error: bool,
    location: int,
) -> Oid:
    """parse_oper.c: LookupOperName — by exact types; 0 where there is none and `no_error`."""
    oid = opername_get_oprid(catalog, opername, left, right)
    if oid != InvalidOid or no_error:
        return oid
    if right == InvalidOid:
        raise PgError("42601", "postfix operators are not supported", location)
    raise _op_error(catalog, opername, left, right, False, location)


def get_sort_group_operators(
    catalog: Catalog, argtype: Oid, need_lt: bool, need_eq: bool, need_gt: bool
) -> tuple[Oid, Oid, Oid, bool]:
    """parse_oper.c: get_sort_group_operators — (<, =, >, whether values can be hashed) of a type's default order."""
    found = typcache.lookup_type_cache(catalog, argtype)
    if (need_lt and not found.lt_opr) or (need_gt and not found.gt_opr):
        raise PgError(
            "42883",
            f"could not identify an ordering operator for type {format_type(catalog, argtype)}",
            hint="Use an explicit ordering operator or modify the query.",
        )
    if need_eq and not found.eq_opr:
        raise PgError("42883", f"could not identify an equality operator for type {format_type(catalog, argtype)}")
    return found.lt_opr, found.eq_opr, found.gt_opr, found.hashable


# ---------------------------------------------------------------------------------------------- messages


def op_signature_string(catalog: Catalog, opname: Sequence[Any], arg1: Oid, arg2: Oid) -> str:
    """parse_oper.c: op_signature_string"""
    name = ".".join(part.sval for part in opname)
    left = f"{format_type(catalog, arg1)} " if arg1 != InvalidOid else ""
    return f"{left}{name} {format_type(catalog, arg2)}"


def _op_error(catalog: Catalog, opname: Sequence[Any], arg1: Oid, arg2: Oid, ambiguous: bool, location: int) -> PgError:
    """parse_oper.c: op_error"""
    signature = op_signature_string(catalog, opname, arg1, arg2)
    if ambiguous:
        return PgError(
            "42725",
            f"operator is not unique: {signature}",
            location,
            hint="Could not choose a best candidate operator. You might need to add explicit type casts.",
        )
    if arg1 == InvalidOid or arg2 == InvalidOid:
        advice = "argument type. You might need to add an explicit type cast."
    else:
        advice = "argument types. You might need to add explicit type casts."
    return PgError(
        "42883",
        f"operator does not exist: {signature}",
        location,
        hint=f"No operator matches the given name and {advice}",
    )


# ---------------------------------------------------------------------------------------------- nodes


def make_op(
    ps: ParseState,
    opname: Sequence[Any],
    ltree: Expr | None,
    rtree: Expr | None,
    last_srf: Expr | None,
    location: int,
) -> OpExpr:
    """parse_oper.c: make_op — without a left operand a prefix operator."""
    catalog = ps.catalog
    if rtree is None:
        raise PgError("42601", "postfix operators are not supported", location)
    args: list[Expr]
    if ltree is None:
        actual = [expr_type(rtree)]
        row = left_oper(catalog, opname, actual[0], False, location)
        args = [rtree]
    else:
        actual = [expr_type(ltree), expr_type(rtree)]
        row = oper(ps, catalog, opname, actual[0], actual[1], False, location)
        args = [ltree, rtree]
    row = _not_a_shell(catalog, row, opname, location)
    declared = [row.oprright] if ltree is None else [row.oprleft, row.oprright]
    rettype, declared = enforce_generic_type_consistency(catalog, actual, declared, row.oprresult, False)
    converted = func.make_fn_arguments(ps, args, actual, declared)
    retset = catalog.proc(row.oprcode).proretset
    result = OpExpr(row.oid, row.oprcode, rettype, retset, tuple(converted), location)
    if retset:
        func.check_srf_call_placement(ps, last_srf, location)
        ps.p_last_srf = result
    return result


def make_scalar_array_op(
    ps: ParseState, opname: Sequence[Any], use_or: bool, ltree: Expr, rtree: Expr, location: int
) -> ScalarArrayOpExpr:
    """parse_oper.c: make_scalar_array_op — x op ANY (array), x op ALL (array)."""
    catalog = ps.catalog
    ltype, atype = expr_type(ltree), expr_type(rtree)
    if atype == UNKNOWNOID:
        rtype: Oid = UNKNOWNOID
    else:
        rtype = get_base_element_type(catalog, atype)
        if rtype == InvalidOid:
            raise PgError("42809", "op ANY/ALL (array) requires array on right side", location)
    row = _not_a_shell(catalog, oper(ps, catalog, opname, ltype, rtype, False, location), opname, location)
    rettype, declared = enforce_generic_type_consistency(
        catalog, (ltype, rtype), (row.oprleft, row.oprright), row.oprresult, False
    )
    if rettype != BOOLOID:
        raise PgError("42809", "op ANY/ALL (array) requires operator to yield boolean", location)
    if catalog.proc(row.oprcode).proretset:
        raise PgError("42809", "op ANY/ALL (array) requires operator not to return a set", location)
    # the operator was found with the elements' type; what has to be coerced is the array
    if declared[1] in POLYMORPHIC:
        array = atype
    else:
        array = get_array_type(catalog, declared[1])
        if array == InvalidOid:
            shown = format_type(catalog, declared[1])
            raise PgError("42704", f"could not find array type for data type {shown}", location)
    args = func.make_fn_arguments(ps, [ltree, rtree], [ltype, atype], [declared[0], array])
    return ScalarArrayOpExpr(row.oid, row.oprcode, use_or, tuple(args), location)


def _not_a_shell(catalog: Catalog, row: PgOperator | None, opname: Sequence[Any], location: int) -> PgOperator:
    if row is None or row.oprcode == InvalidOid:
        shown = "" if row is None else op_signature_string(catalog, opname, row.oprleft, row.oprright)
        raise PgError("42883", f"operator is only a shell: {shown}", location)
    return row
