"""Functions by name and arguments: what a call means, and which function DDL means by a signature.

Takes names and types; gives a `FuncDetail` or an oid. Mirrors func_get_detail, func_signature_string and
LookupFuncWithArgs of `parse_func.c`.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from querygen.analyze.coerce_path import CoercionPath, find_coercion_pathway, type_category
from querygen.analyze.func_select import (
    Candidate,
    func_match_argtypes,
    func_select_candidate,
    funcname_get_candidates,
)
from querygen.analyze.nodefuncs import expr_type
from querygen.analyze.nodes import Const
from querygen.analyze.pgtypes import POLYMORPHIC, RECORDOID, TYPCATEGORY_STRING, UNKNOWNOID, InvalidOid
from querygen.analyze.state import ExprKind
from querygen.analyze.typename import (
    deconstruct_qualified_name,
    format_type,
    is_complex,
    typeid_type_relid,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

_EXPLICIT = enums.CoercionContext.COERCION_EXPLICIT


class FuncDetailCode(Enum):
    """parse_func.h: FuncDetailCode"""

    NOTFOUND = auto()
    MULTIPLE = auto()
    NORMAL = auto()
    PROCEDURE = auto()
    AGGREGATE = auto()
    WINDOWFUNC = auto()
    COERCION = auto()


_CODES = {
    "a": FuncDetailCode.AGGREGATE,
    "f": FuncDetailCode.NORMAL,
    "p": FuncDetailCode.PROCEDURE,
    "w": FuncDetailCode.WINDOWFUNC,
}


class FuncDetail(Struct, frozen=True):
    """What func_get_detail finds out. `declared` are the argument types that the call has to be brought to."""

    code: FuncDetailCode
    funcid: Oid = InvalidOid
    rettype: Oid = InvalidOid
    retset: bool = False
    nvargs: int = 0
    vatype: Oid = InvalidOid
    declared: tuple[Oid, ...] = ()
    default_types: tuple[Oid, ...] = ()  # types of the arguments left to their defaults
    argnumbers: tuple[int, ...] | None = None  # of a call by name: which parameter each of `declared` is


def name_list_to_string(names: Sequence[Any]) -> str:
    """namespace.c: NameListToString"""
    return ".".join(part.sval for part in names)


def func_signature_string(
    catalog: Catalog, funcname: Sequence[Any], argnames: Sequence[str], argtypes: Sequence[Oid]
) -> str:
    """parse_func.c: func_signature_string"""
    shown = [format_type(catalog, oid) for oid in argtypes]
    first_named = len(shown) - len(argnames)
    for number, name in enumerate(argnames):
        shown[first_named + number] = f"{name} => {shown[first_named + number]}"
    return f"{name_list_to_string(funcname)}({', '.join(shown)})"


def func_get_detail(
    catalog: Catalog,
    funcname: Sequence[Any],
    fargs: Sequence[Expr],
    fargnames: Sequence[str],
    argtypes: Sequence[Oid],
    expand_variadic: bool,
    expand_defaults: bool,
    include_out_arguments: bool,
    sourcetext: str = "",
) -> FuncDetail:
    """parse_func.c: func_get_detail — an exact match, else a type's name, else the best of those that fit.

    C writes the positions of named arguments into their nodes; here they are `argnumbers`, for the caller to do so.
    """
    nargs = len(argtypes)
    given = tuple(argtypes)
    candidates = funcname_get_candidates(
        catalog,
        funcname,
        nargs,
        fargnames,
        expand_variadic=expand_variadic,
        expand_defaults=expand_defaults,
        include_out_arguments=include_out_arguments,
    )
    best = next((one for one in candidates if one.args[:nargs] == given), None)
    if best is None:
        if nargs == 1 and fargs and not fargnames:
            target = _func_name_as_type(catalog, funcname)
            if target != InvalidOid and _is_coercion_request(catalog, target, given[0], fargs[0]):
                return FuncDetail(FuncDetailCode.COERCION, rettype=target, declared=given)
        fitting = func_match_argtypes(catalog, given, candidates)
        if len(fitting) == 1:
            best = fitting[0]
        elif fitting:
            best = func_select_candidate(catalog, given, fitting)
            if best is None:
                return FuncDetail(FuncDetailCode.MULTIPLE)
    if best is None:
        return FuncDetail(FuncDetailCode.NOTFOUND)
    if best.oid == InvalidOid:
        return FuncDetail(FuncDetailCode.MULTIPLE)
    if fargnames and not expand_variadic and nargs > 0:
        # VARIADIC before an argument that goes to another parameter than the variadic one
        if best.argnumbers is None or best.argnumbers[nargs - 1] != nargs - 1:
            return FuncDetail(FuncDetailCode.NOTFOUND)
    row = catalog.proc(best.oid)
    return FuncDetail(
        _CODES[row.prokind],
        best.oid,
        row.prorettype,
        row.proretset,
        best.nvargs,
        row.provariadic,
        best.args,
        _default_types(catalog, best, nargs, sourcetext),
        best.argnumbers,
    )


def _default_types(catalog: Catalog, best: Candidate, nargs: int, sourcetext: str) -> tuple[Oid, ...]:
    """The types of the defaults that a call leaves arguments to: the parameter's, unless that is polymorphic."""
    if not best.ndargs:
        return ()
    body = catalog.function_body(best.oid)
    defaults = () if body is None else body.argument_defaults
    first_with_default = len(best.args) - len(defaults)
    types: list[Oid] = []
    for place in range(nargs, nargs + best.ndargs):
        declared = best.args[place]
        number = (place if best.argnumbers is None else best.argnumbers[place]) - first_with_default
        if declared in POLYMORPHIC and 0 <= number < len(defaults):
            from querygen.analyze import expr  # it imports this module

            # PG: no function of PostgreSQL's own has a default for a polymorphic parameter, so that only user's
            # functions, whose defaults are at hand, come here
            cooked = expr.cook_expr(catalog, None, defaults[number], ExprKind.EXPR_KIND_FUNCTION_DEFAULT, sourcetext)
            types.append(expr_type(cooked))
        else:
            types.append(declared)
    return tuple(types)


def _func_name_as_type(catalog: Catalog, funcname: Sequence[Any]) -> Oid:
    """parse_func.c: FuncNameAsType — a type that is not composite."""
    schema, name = deconstruct_qualified_name(funcname)
    oid = catalog.type_oid(name, schema)
    return oid if oid is not None and typeid_type_relid(catalog, oid) == InvalidOid else InvalidOid


def _is_coercion_request(catalog: Catalog, target: Oid, source: Oid, arg: Expr) -> bool:
    """Does type(value) mean a cast? Only where no function does it: from a literal, between equals, through text."""
    if source == UNKNOWNOID and isinstance(arg, Const):
        return True
    match find_coercion_pathway(catalog, target, source, _EXPLICIT)[0]:
        case CoercionPath.RELABELTYPE:
            return True
        case CoercionPath.COERCEVIAIO:
            # text(row) might be meant for a column called text
            is_row = source == RECORDOID or is_complex(catalog, source)
            return not (is_row and type_category(catalog, target) == TYPCATEGORY_STRING)
    return False
