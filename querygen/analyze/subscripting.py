"""What each kind of container makes of its subscripts: arrays, jsonb, hstore.

Takes the raw subscripts of one reference; gives (upper bounds, lower bounds, result type, its typmod). Mirrors
`arraysubs.c`, `jsonbsubs.c` and contrib's `hstore_subs.c`; `HANDLERS` is keyed by pg_type.typsubscript.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from querygen.analyze import coerce, expr, nodefuncs, typename
from querygen.analyze.nodes import Const
from querygen.analyze.pgtypes import INT4OID, JSONBOID, TEXTOID, UNKNOWNOID
from querygen.diagnostics import PgError
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState
    from querygen.pg_catalog.rows import Oid
    from querygen.sql.nodes import Node, ast

Bounds: TypeAlias = "tuple[Expr | None, ...]"
Subscripts: TypeAlias = "tuple[Bounds, Bounds, Oid, int]"

MAXDIM: Final = 6

_IMPLICIT: Final = enums.CoercionContext.COERCION_IMPLICIT
_ASSIGNMENT: Final = enums.CoercionContext.COERCION_ASSIGNMENT
_IMPLICIT_CAST: Final = enums.CoercionForm.COERCE_IMPLICIT_CAST


def _coerced_subscript(ps: ParseState, raw: Node, target: Oid, message: str) -> Expr:
    subscript = expr.transform_expr(ps, raw, ps.p_expr_kind)
    coerced = coerce.coerce_to_target_type(
        ps, subscript, nodefuncs.expr_type(subscript), target, -1, _ASSIGNMENT, _IMPLICIT_CAST, -1
    )
    if coerced is None:
        raise PgError("42804", message, nodefuncs.expr_location(raw))
    return coerced


def array_subscript_transform(
    ps: ParseState,
    indirection: Sequence[ast.A_Indices],
    is_slice: bool,
    container_type: Oid,
    container_typmod: int,
    element_type: Oid,
) -> Subscripts:
    """arraysubs.c: array_subscript_transform — every subscript is an integer; a slice yields the array's own type."""
    message = "array subscript must have type integer"
    upper: list[Expr | None] = []
    lower: list[Expr | None] = []
    for index in indirection:
        if is_slice:
            if index.lidx is not None:
                lower.append(_coerced_subscript(ps, index.lidx, INT4OID, message))
            elif not index.is_slice:
                lower.append(Const(INT4OID, -1, "1"))  # a[2:3][4] means a[2:3][1:4]
            else:
                lower.append(None)
        upper.append(_coerced_subscript(ps, index.uidx, INT4OID, message) if index.uidx is not None else None)
    if len(upper) > MAXDIM:
        raise PgError("54000", f"number of array dimensions ({len(upper)}) exceeds the maximum allowed ({MAXDIM})")
    return tuple(upper), tuple(lower), container_type if is_slice else element_type, container_typmod


def jsonb_subscript_transform(
    ps: ParseState,
    indirection: Sequence[ast.A_Indices],
    is_slice: bool,
    _container_type: Oid,
    _container_typmod: int,
    _element_type: Oid,
) -> Subscripts:
    """jsonbsubs.c: jsonb_subscript_transform — keys are integers or text, and it must be clear which."""
    upper: list[Expr | None] = []
    for index in indirection:
        if is_slice or index.uidx is None:
            place = nodefuncs.expr_location(index.uidx if index.uidx is not None else index.lidx)
            raise PgError("42804", "jsonb subscript does not support slices", place)
        subscript = expr.transform_expr(ps, index.uidx, ps.p_expr_kind)
        subscript_type = nodefuncs.expr_type(subscript)
        target = _jsonb_subscript_type(ps, subscript, subscript_type) if subscript_type != UNKNOWNOID else TEXTOID
        upper.append(coerce.coerce_type(ps, subscript, subscript_type, target, -1, _IMPLICIT, _IMPLICIT_CAST, -1))
    return tuple(upper), (), JSONBOID, -1


def _jsonb_subscript_type(ps: ParseState, subscript: Expr, subscript_type: Oid) -> Oid:
    possible = [
        target
        for target in (INT4OID, TEXTOID)
        if coerce.can_coerce_type(ps.catalog, [subscript_type], [target], _IMPLICIT)
    ]
    if len(possible) != 1:
        hint = "either integer or text" if not possible else "only one type, integer or text"
        raise PgError(
            "42804",
            f"subscript type {typename.format_type(ps.catalog, subscript_type)} is not supported",
            nodefuncs.expr_location(subscript),
            hint=f"jsonb subscript must be coercible to {hint}.",
        )
    return possible[0]


def hstore_subscript_transform(
    ps: ParseState,
    indirection: Sequence[ast.A_Indices],
    is_slice: bool,
    _container_type: Oid,
    _container_typmod: int,
    _element_type: Oid,
) -> Subscripts:
    """hstore_subs.c: hstore_subscript_transform — one key, of type text."""
    if is_slice or len(indirection) != 1:
        raise PgError("42804", "hstore allows only one subscript")
    key = _coerced_subscript(ps, indirection[0].uidx, TEXTOID, "hstore subscript must have type text")
    return (key,), (), TEXTOID, -1


Handler: TypeAlias = "Callable[[ParseState, Sequence[ast.A_Indices], bool, Oid, int, Oid], Subscripts]"

HANDLERS: Final[dict[str, Handler]] = {
    "array_subscript_handler": array_subscript_transform,
    "raw_array_subscript_handler": array_subscript_transform,
    "jsonb_subscript_handler": jsonb_subscript_transform,
    "hstore_subscript_handler": hstore_subscript_transform,
}
