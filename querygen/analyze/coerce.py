"""Coercion: can a type become another, by which path, and the nodes that do it; the common type of several expressions.

Takes expressions and oids; gives expressions, or None or an error where PostgreSQL finds no way. Mirrors
`parse_coerce.c`; the look-ups are in `coerce_path.py` (and can be imported from here),
the polymorphic types in `coerce_poly.py`, input functions in `literals.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze import literals
from querygen.analyze.coerce_path import (
    CoercionPath as CoercionPath,
)
from querygen.analyze.coerce_path import (
    can_coerce_type as can_coerce_type,
)
from querygen.analyze.coerce_path import (
    common_type_of as common_type_of,
)
from querygen.analyze.coerce_path import (
    find_coercion_pathway as find_coercion_pathway,
)
from querygen.analyze.coerce_path import (
    find_typmod_coercion_function as find_typmod_coercion_function,
)
from querygen.analyze.coerce_path import (
    is_binary_coercible as is_binary_coercible,
)
from querygen.analyze.coerce_path import (
    is_complex_array as is_complex_array,
)
from querygen.analyze.coerce_path import (
    is_of_typed_table as is_of_typed_table,
)
from querygen.analyze.coerce_path import (
    is_preferred_type as is_preferred_type,
)
from querygen.analyze.coerce_path import (
    select_common_type_from_oids as select_common_type_from_oids,
)
from querygen.analyze.coerce_path import (
    type_category as type_category,
)
from querygen.analyze.coerce_path import (
    type_inherits_from as type_inherits_from,
)
from querygen.analyze.coerce_path import (
    verify_common_type_from_oids as verify_common_type_from_oids,
)
from querygen.analyze.nodefuncs import expr_collation, expr_location, expr_type, expr_typmod, expression_returns_set
from querygen.analyze.nodes import (
    ArrayCoerceExpr,
    CaseTestExpr,
    CoerceToDomain,
    CoerceViaIO,
    CollateExpr,
    Const,
    ConvertRowtypeExpr,
    FuncExpr,
    Param,
    RelabelType,
    RowExpr,
    Var,
)
from querygen.analyze.pgtypes import (
    ANYCOMPATIBLENONARRAYOID,
    ANYCOMPATIBLEOID,
    ANYELEMENTOID,
    ANYNONARRAYOID,
    ANYOID,
    BOOLOID,
    INT4OID,
    INTERVALOID,
    POLYMORPHIC,
    RECORDARRAYOID,
    RECORDOID,
    UNKNOWNOID,
    InvalidOid,
)
from querygen.analyze.typename import (
    format_type,
    get_base_type,
    get_base_type_and_typmod,
    get_element_type,
    is_complex,
    typeid_type_relid,
)
from querygen.analyze.typmod import with_interval_fields
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_IMPLICIT = enums.CoercionContext.COERCION_IMPLICIT
_ASSIGNMENT = enums.CoercionContext.COERCION_ASSIGNMENT
_EXPLICIT = enums.CoercionContext.COERCION_EXPLICIT
_IMPLICIT_CAST = enums.CoercionForm.COERCE_IMPLICIT_CAST


# Pseudo-types that take any value as it is, and those that take it without its domains
_TAKES_ALL = frozenset({ANYOID, ANYELEMENTOID, ANYNONARRAYOID, ANYCOMPATIBLEOID, ANYCOMPATIBLENONARRAYOID})
_TAKES_BASE = POLYMORPHIC - _TAKES_ALL


def coerce_to_target_type(
    ps: ParseState,
    expr: Expr,
    exprtype: Oid,
    targettype: Oid,
    targettypmod: int,
    ccontext: enums.CoercionContext,
    cformat: enums.CoercionForm,
    location: int,
) -> Expr | None:
    """parse_coerce.c: coerce_to_target_type — to a type and a typmod; None: there is no coercion."""
    catalog = ps.catalog
    if not can_coerce_type(catalog, (exprtype,), (targettype,), ccontext):
        return None
    origexpr = expr
    while isinstance(expr, CollateExpr):
        expr = expr.arg
    result = coerce_type(ps, expr, exprtype, targettype, targettypmod, ccontext, cformat, location)
    # a length coercion beside a type coercion hides the latter, so that the two are shown as one cast
    # (C's parameter whose type is settled stays the same node)
    hide = result is not expr and not isinstance(result, Const | Param)
    result = _coerce_type_typmod(ps, result, targettype, targettypmod, ccontext, cformat, location, hide)
    if isinstance(origexpr, CollateExpr) and catalog.type(targettype).typcollation:
        result = replace(origexpr, arg=result)
    return result


def coerce_type(
    ps: ParseState,
    node: Expr,
    input_type: Oid,
    target_type: Oid,
    target_typmod: int,
    ccontext: enums.CoercionContext,
    cformat: enums.CoercionForm,
    location: int,
) -> Expr:
    """parse_coerce.c: coerce_type — to a type; `can_coerce_type` must have said that it can be done."""
    catalog = ps.catalog
    if target_type == input_type or target_type in _TAKES_ALL:
        return node
    if target_type in _TAKES_BASE and input_type != UNKNOWNOID:
        base = get_base_type(catalog, input_type)
        return node if base == input_type else RelabelType(node, base, -1, cformat, location)
    if input_type == UNKNOWNOID and isinstance(node, Const):
        return _coerce_literal(ps, node, target_type, target_typmod, ccontext, cformat, location)
    if isinstance(node, Param):
        settled = ps.params.coerce(node, target_type, location, catalog)
        if settled is not None:
            return settled
    if isinstance(node, CollateExpr):
        under = coerce_type(ps, node.arg, input_type, target_type, target_typmod, ccontext, cformat, location)
        return replace(node, arg=under) if catalog.type(target_type).typcollation else under

    path, funcid = find_coercion_pathway(catalog, target_type, input_type, ccontext)
    result: Expr
    if path is CoercionPath.RELABELTYPE:
        result = coerce_to_domain(ps, node, InvalidOid, -1, target_type, ccontext, cformat, location)
        return RelabelType(node, target_type, -1, cformat, location) if result is node else result
    if path is not CoercionPath.NONE:
        base, base_typmod = get_base_type_and_typmod(catalog, target_type, target_typmod)
        result = _build_coercion_expression(ps, node, path, funcid, base, base_typmod, ccontext, cformat, location)
        if target_type != base:
            result = coerce_to_domain(
                ps, result, base, base_typmod, target_type, ccontext, cformat, location, hide_input_coercion=True
            )
        return result
    if input_type == RECORDOID and is_complex(catalog, target_type):
        return _coerce_record_to_complex(ps, node, target_type, ccontext, cformat, location)
    if target_type == RECORDOID and is_complex(catalog, input_type):
        return node
    if target_type == RECORDARRAYOID and is_complex_array(catalog, input_type):
        return node
    if type_inherits_from(catalog, input_type, target_type) or is_of_typed_table(catalog, input_type, target_type):
        base = get_base_type(catalog, input_type)
        if base != input_type:
            node = RelabelType(node, base, -1, _IMPLICIT_CAST, location)
        return ConvertRowtypeExpr(node, target_type, cformat, location)
    raise PgError(
        "XX000",
        f"failed to find conversion function from {format_type(catalog, input_type)}"
        f" to {format_type(catalog, target_type)}",
    )


def _coerce_literal(
    ps: ParseState,
    node: Const,
    target_type: Oid,
    target_typmod: int,
    ccontext: enums.CoercionContext,
    cformat: enums.CoercionForm,
    location: int,
) -> Expr:
    """The branch of coerce_type for a literal without type: its text goes through the target's input function."""
    catalog = ps.catalog
    base, base_typmod = get_base_type_and_typmod(catalog, target_type, target_typmod)
    # Only interval_in wants the typmod: '2' means two of the field that the typmod names. The others are given the
    # whole value, for a length coercion follows that knows whether the cast is explicit.
    input_typmod = base_typmod if base == INTERVALOID else -1
    literals.check_literal(catalog, base, input_typmod, node.value, node.location)
    collation = catalog.type(base).typcollation
    value = node.value
    if base == INTERVALOID and value is not None:
        value = with_interval_fields(value, input_typmod)
    result: Expr = Const(base, input_typmod, value, node.location, collation)
    if base != target_type:
        result = coerce_to_domain(ps, result, base, base_typmod, target_type, ccontext, cformat, location)
    return result


# ---------------------------------------------------------------------------------------------- domains and typmods


def coerce_to_domain(
    ps: ParseState,
    arg: Expr,
    base_type: Oid,
    base_typmod: int,
    type_oid: Oid,
    ccontext: enums.CoercionContext,
    cformat: enums.CoercionForm,
    location: int,
    *,
    hide_input_coercion: bool = False,
) -> Expr:
    """parse_coerce.c: coerce_to_domain — the checks of a domain; `arg` itself where the type is none."""
    if base_type == InvalidOid:
        base_type, base_typmod = get_base_type_and_typmod(ps.catalog, type_oid, base_typmod)
    if base_type == type_oid:
        return arg
    if hide_input_coercion:
        arg = _hide_coercion_node(arg)
    arg = _coerce_type_typmod(ps, arg, base_type, base_typmod, ccontext, _IMPLICIT_CAST, location, hide=False)
    return CoerceToDomain(arg, type_oid, -1, cformat, location)


def _coerce_type_typmod(
    ps: ParseState,
    node: Expr,
    target_type: Oid,
    target_typmod: int,
    ccontext: enums.CoercionContext,
    cformat: enums.CoercionForm,
    location: int,
    hide: bool,
) -> Expr:
    """parse_coerce.c: coerce_type_typmod"""
    if expr_typmod(node) == target_typmod:
        return node
    if hide:
        node = _hide_coercion_node(node)
    path, funcid = CoercionPath.NONE, InvalidOid
    if target_typmod >= 0:
        path, funcid = find_typmod_coercion_function(ps.catalog, target_type)
    if path is not CoercionPath.NONE:
        return _build_coercion_expression(
            ps, node, path, funcid, target_type, target_typmod, ccontext, cformat, location
        )
    return apply_relabel_type(node, target_type, target_typmod, cformat, location)


def apply_relabel_type(arg: Expr, rtype: Oid, rtypmod: int, rformat: enums.CoercionForm, location: int) -> Expr:
    """nodeFuncs.c: applyRelabelType"""
    rcollid = expr_collation(arg)
    while isinstance(arg, RelabelType):
        arg = arg.arg
    if isinstance(arg, Const):
        return replace(arg, consttype=rtype, consttypmod=rtypmod, constcollid=rcollid)
    if expr_type(arg) == rtype and expr_typmod(arg) == rtypmod and expr_collation(arg) == rcollid:
        return arg
    return RelabelType(arg, rtype, rtypmod, rformat, location, rcollid)


def _hide_coercion_node(node: Expr) -> Expr:
    """parse_coerce.c: hide_coercion_node"""
    match node:
        case FuncExpr():
            return replace(node, funcformat=_IMPLICIT_CAST)
        case RelabelType():
            return replace(node, relabelformat=_IMPLICIT_CAST)
        case CoerceViaIO() | ArrayCoerceExpr():
            return replace(node, coerceformat=_IMPLICIT_CAST)
        case ConvertRowtypeExpr():
            return replace(node, convertformat=_IMPLICIT_CAST)
        case RowExpr():
            return replace(node, row_format=_IMPLICIT_CAST)
        case CoerceToDomain():
            return replace(node, coercionformat=_IMPLICIT_CAST)
    raise PgError("XX000", f"unsupported node type: {type(node).__name__}")


def _build_coercion_expression(
    ps: ParseState,
    node: Expr,
    path: CoercionPath,
    funcid: Oid,
    target_type: Oid,
    target_typmod: int,
    ccontext: enums.CoercionContext,
    cformat: enums.CoercionForm,
    location: int,
) -> Expr:
    """parse_coerce.c: build_coercion_expression"""
    catalog = ps.catalog
    match path:
        case CoercionPath.FUNC:
            nargs = catalog.proc(funcid).pronargs
            args: list[Expr] = [node]
            if nargs >= 2:
                args.append(Const(INT4OID, -1, str(target_typmod)))
            if nargs == 3:
                args.append(Const(BOOLOID, -1, "t" if ccontext == _EXPLICIT else "f"))
            return FuncExpr(funcid, target_type, False, False, cformat, tuple(args), location)
        case CoercionPath.ARRAYCOERCE:
            source, source_typmod = get_base_type_and_typmod(catalog, expr_type(node), expr_typmod(node))
            element = CaseTestExpr(get_element_type(catalog, source), source_typmod)
            target_element = get_element_type(catalog, target_type)
            converted = coerce_to_target_type(
                ps, element, element.typeId, target_element, target_typmod, ccontext, cformat, location
            )
            if converted is None:
                raise PgError("XX000", "failed to coerce array element type as expected")
            return ArrayCoerceExpr(node, converted, target_type, expr_typmod(converted), cformat, location)
        case CoercionPath.COERCEVIAIO:
            return CoerceViaIO(node, target_type, cformat, location)
    raise PgError("XX000", f"unsupported pathtype {path.name}")


def _coerce_record_to_complex(
    ps: ParseState,
    node: Expr,
    target_type: Oid,
    ccontext: enums.CoercionContext,
    cformat: enums.CoercionForm,
    location: int,
) -> Expr:
    """parse_coerce.c: coerce_record_to_complex — ROW(…) or a whole-row Var, column by column."""
    from querygen.analyze import relation  # it imports this module

    catalog = ps.catalog
    what = f"cannot cast type {format_type(catalog, RECORDOID)} to {format_type(catalog, target_type)}"
    match node:
        case RowExpr():
            args: Sequence[Expr] = node.args
        case Var(varattno=0):
            nsitem = relation.get_ns_item_by_range_table_posn(ps, node.varno, node.varlevelsup)
            args = relation.expand_ns_item_vars(ps, nsitem, node.varlevelsup, node.location)[0]
        case _:
            raise PgError("42846", what, parser_coercion_errposition(ps, location, node))
    base, base_typmod = get_base_type_and_typmod(catalog, target_type)
    columns = catalog.relation(typeid_type_relid(catalog, base)).columns
    given = iter(args)
    newargs: list[Expr] = []
    number = 0
    for column in columns:
        if column.dropped:
            newargs.append(Const(INT4OID, -1, None))
            continue
        number += 1
        arg = next(given, None)
        if arg is None:
            place = parser_coercion_errposition(ps, location, node)
            raise PgError("42846", what, place, detail="Input has too few columns.")
        argtype = expr_type(arg)
        coerced = coerce_to_target_type(
            ps, arg, argtype, column.type_oid, column.typmod, ccontext, _IMPLICIT_CAST, location
        )
        if coerced is None:
            types = f"{format_type(catalog, argtype)} to {format_type(catalog, column.type_oid)}"
            place = parser_coercion_errposition(ps, location, arg)
            raise PgError("42846", what, place, detail=f"Cannot cast type {types} in column {number}.")
        newargs.append(coerced)
    if next(given, None) is not None:
        place = parser_coercion_errposition(ps, location, node)
        raise PgError("42846", what, place, detail="Input has too many columns.")
    row = RowExpr(tuple(newargs), base, cformat, (), location)
    if base == target_type:
        return row
    hidden = replace(row, row_format=_IMPLICIT_CAST)
    return coerce_to_domain(ps, hidden, base, base_typmod, target_type, ccontext, cformat, location)


# ---------------------------------------------------------------------------------------------- to one fixed type


def coerce_to_boolean(ps: ParseState, node: Expr, construct_name: str) -> Expr:
    """parse_coerce.c: coerce_to_boolean"""
    return coerce_to_specific_type_typmod(ps, node, BOOLOID, -1, construct_name)


def coerce_to_specific_type(ps: ParseState, node: Expr, target_type: Oid, construct_name: str) -> Expr:
    """parse_coerce.c: coerce_to_specific_type"""
    return coerce_to_specific_type_typmod(ps, node, target_type, -1, construct_name)


def coerce_to_specific_type_typmod(
    ps: ParseState, node: Expr, target_type: Oid, target_typmod: int, construct_name: str
) -> Expr:
    """parse_coerce.c: coerce_to_specific_type_typmod"""
    input_type = expr_type(node)
    if input_type != target_type:
        coerced = coerce_to_target_type(
            ps, node, input_type, target_type, target_typmod, _ASSIGNMENT, _IMPLICIT_CAST, -1
        )
        if coerced is None:
            target, given = format_type(ps.catalog, target_type), format_type(ps.catalog, input_type)
            raise PgError(
                "42804", f"argument of {construct_name} must be type {target}, not type {given}", expr_location(node)
            )
        node = coerced
    if expression_returns_set(node):
        raise PgError("42804", f"argument of {construct_name} must not return a set", expr_location(node))
    return node


def parser_coercion_errposition(_ps: ParseState, coerce_location: int, input_expr: Expr) -> int:
    """parse_coerce.c: parser_coercion_errposition"""
    return coerce_location if coerce_location >= 0 else expr_location(input_expr)


# ---------------------------------------------------------------------------------------------- the common type


def select_common_type(ps: ParseState, exprs: Sequence[Expr], context: str | None) -> Oid:
    """parse_coerce.c: select_common_type — without a context InvalidOid instead of an error."""
    return select_common_type_which(ps, exprs, context)[0]


def select_common_type_which(ps: ParseState, exprs: Sequence[Expr], context: str | None) -> tuple[Oid, Expr]:
    """parse_coerce.c: select_common_type with `which_expr`: also the expression that decided."""
    catalog = ps.catalog
    types = [expr_type(expr) for expr in exprs]
    chosen, which, clash = common_type_of(catalog, types)
    if clash is not None:
        if context is None:
            return InvalidOid, exprs[which]
        one, other = format_type(catalog, chosen), format_type(catalog, get_base_type(catalog, types[clash]))
        raise PgError("42804", f"{context} types {one} and {other} cannot be matched", expr_location(exprs[clash]))
    return chosen, exprs[which]


def coerce_to_common_type(ps: ParseState, node: Expr, target_type: Oid, context: str) -> Expr:
    """parse_coerce.c: coerce_to_common_type"""
    input_type = expr_type(node)
    if input_type == target_type:
        return node
    if not can_coerce_type(ps.catalog, (input_type,), (target_type,), _IMPLICIT):
        types = f"{format_type(ps.catalog, input_type)} to {format_type(ps.catalog, target_type)}"
        raise PgError("42846", f"{context} could not convert type {types}", expr_location(node))
    return coerce_type(ps, node, input_type, target_type, -1, _IMPLICIT, _IMPLICIT_CAST, -1)


def verify_common_type(catalog: Catalog, common_type: Oid, exprs: Sequence[Expr]) -> bool:
    """parse_coerce.c: verify_common_type"""
    return verify_common_type_from_oids(catalog, common_type, [expr_type(expr) for expr in exprs])


def select_common_typmod(_ps: ParseState | None, exprs: Sequence[Expr], common_type: Oid) -> int:
    """parse_coerce.c: select_common_typmod"""
    typmods = {expr_typmod(expr) if expr_type(expr) == common_type else -1 for expr in exprs}
    return typmods.pop() if len(typmods) == 1 else -1
