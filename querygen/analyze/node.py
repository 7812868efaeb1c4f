"""Constants and subscripts: raw `A_Const` → `Const`, `x[…]` → `SubscriptingRef`.

Mirrors `parse_node.c` (make_const, transformContainerType, transformContainerSubscripts) and of `makefuncs.c` the few
constructors that more than one module needs. What a container does with its subscripts is in `subscripting.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.analyze import nodefuncs, subscripting, typename
from querygen.analyze.nodes import Const, FuncExpr, SubscriptingRef
from querygen.analyze.pgtypes import (
    BITOID,
    BOOLOID,
    INT2VECTOROID,
    INT4OID,
    INT8OID,
    NUMERICOID,
    OIDVECTOROID,
    UNKNOWNOID,
)
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

INT2ARRAYOID: Final = 1005
OIDARRAYOID: Final = 1028

_BASES: Final = {"0x": 16, "0o": 8, "0b": 2}


def make_const(_ps: ParseState | None, aconst: ast.A_Const) -> Const:
    """parse_node.c: make_const — the type that a literal has by its looks alone."""
    location = aconst.location
    if aconst.isnull:
        return Const(UNKNOWNOID, -1, None, location)
    match aconst.val:
        case ast.Integer(ival=value):
            return Const(INT4OID, -1, str(value), location)
        case ast.Float(fval=text):
            return _make_numeric_const(text, location)
        case ast.Boolean(boolval=value):
            return Const(BOOLOID, -1, "t" if value else "f", location)
        case ast.BitString(bsval=text):
            return _make_bit_const(text, location)
        case value:
            # An unknown literal becomes something else, or text, before the statement is done.
            return Const(UNKNOWNOID, -1, value.sval, location)


def _make_numeric_const(text: str, location: int) -> Const:
    """A number that the scanner did not take for an int4: it may be an int8, or an int4 written long."""
    value = integer_value(text)
    if value is None:
        return Const(NUMERICOID, -1, text, location)
    if -(1 << 31) <= value < 1 << 31:
        return Const(INT4OID, -1, str(value), location)
    if -(1 << 63) <= value < 1 << 63:
        return Const(INT8OID, -1, str(value), location)
    return Const(NUMERICOID, -1, str(value), location)


def integer_value(text: str) -> int | None:
    """numutils.c: pg_strtoint64_safe's grammar, without its range; None where the text is not an integer."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    base = _BASES.get(digits[:2].lower())
    try:
        return sign * (int(digits[2:], base) if base else int(digits, 10))
    except ValueError:
        return None


def _make_bit_const(text: str, location: int) -> Const:
    """varbit.c: bit_in, for what the scanner left unchecked: the digits after the b or x."""
    allowed, kind = ("01", "binary") if text[0] in "bB" else ("0123456789abcdefABCDEF", "hexadecimal")
    for digit in text[1:]:
        if digit not in allowed:
            raise PgError("22P02", f'"{digit}" is not a valid {kind} digit', location)
    return Const(BITOID, -1, text, location)


def make_null_const(consttype: Oid, consttypmod: int, constcollid: Oid = 0) -> Const:
    """makefuncs.c: makeNullConst"""
    return Const(consttype, consttypmod, None, constcollid=constcollid)


def make_func_expr(
    funcid: Oid, rettype: Oid, args: Sequence[Expr], fformat: enums.CoercionForm, location: int = -1
) -> FuncExpr:
    """makefuncs.c: makeFuncExpr"""
    return FuncExpr(funcid, rettype, False, False, fformat, tuple(args), location)


def transform_container_type(catalog: Catalog, container_type: Oid, container_typmod: int) -> tuple[Oid, int]:
    """parse_node.c: transformContainerType — the type that is subscripted: a domain's base, int2[] for int2vector."""
    base, typmod = typename.get_base_type_and_typmod(catalog, container_type, container_typmod)
    return {INT2VECTOROID: INT2ARRAYOID, OIDVECTOROID: OIDARRAYOID}.get(base, base), typmod


def transform_container_subscripts(
    ps: ParseState,
    container_base: Expr,
    container_type: Oid,
    container_typmod: int,
    indirection: Sequence[ast.A_Indices],
    is_assignment: bool,
) -> SubscriptingRef:
    """parse_node.c: transformContainerSubscripts — all adjacent subscripts are one multidimensional reference."""
    catalog = ps.catalog
    if not is_assignment:  # an assignment's caller has done it already
        container_type, container_typmod = transform_container_type(catalog, container_type, container_typmod)
    row = catalog.type(container_type)
    transform = subscripting.HANDLERS.get(row.typsubscript)
    if transform is None:
        shown = typename.format_type(catalog, container_type)
        raise PgError(
            "42804",
            f"cannot subscript type {shown} because it does not support subscripting",
            nodefuncs.expr_location(container_base),
        )
    is_slice = any(index.is_slice for index in indirection)
    element_type = row.typelem
    upper, lower, result_type, result_typmod = transform(
        ps, indirection, is_slice, container_type, container_typmod, element_type
    )
    return SubscriptingRef(
        refcontainertype=container_type,
        refelemtype=element_type,
        refrestype=result_type,
        reftypmod=result_typmod,
        refupperindexpr=upper,
        reflowerindexpr=lower,
        refexpr=container_base,
    )
