"""What can be said of a value that has one of two shapes, and what functions of JSON make of shapes.

Takes shapes, gives shapes; nothing here looks at a query. Shapes that have nothing in common are `AnyShape`, which is
always true. Mirrors no C file; `stripped` is json.c's json_strip_nulls, `concatenated` jsonfuncs.c's jsonb_concat.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

from querygen.analyze import pgtypes as t
from querygen.ir import (
    AnyShape,
    ArrayShape,
    MapShape,
    NothingShape,
    ObjectShape,
    ScalarShape,
    Shape,
    ShapeField,
    TupleShape,
    TypeRef,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_INTEGERS: Final = (t.INT2OID, t.INT4OID, t.INT8OID, t.NUMERICOID)
_TEXTS: Final = frozenset({t.TEXTOID, t.VARCHAROID, t.BPCHAROID, t.NAMEOID, t.UNKNOWNOID})
_TEXT: Final = TypeRef(t.TEXTOID)
_JSON: Final = TypeRef(t.JSONBOID)


def or_null(shape: Shape, nullable: bool = True) -> Shape:
    """The shape of a value that may be NULL, too."""
    return replace(shape, nullable=True) if nullable and not shape.nullable else shape


def not_null(shape: Shape) -> Shape:
    """The same shape, never NULL."""
    return replace(shape, nullable=False) if shape.nullable else shape


def merged(shapes: Iterable[Shape]) -> Shape:
    """The shape of a value that has one of these."""
    nothing: Shape = NothingShape()
    return reduce(merge, shapes, nothing)


def merge(a: Shape, b: Shape) -> Shape:
    """The shape of a value that has the one or the other."""
    if a == b:
        return a
    return or_null(_merge(not_null(a), not_null(b)), a.nullable or b.nullable)


def _merge(a: Shape, b: Shape) -> Shape:
    match a, b:
        case NothingShape(), _:
            return b
        case _, NothingShape():
            return a
        case ScalarShape(), ScalarShape():
            return _scalars(a, b)
        case ObjectShape(), ObjectShape():
            return _objects(a, b)
        case MapShape(), MapShape():
            return MapShape(merge(a.value, b.value))
        case (MapShape() as found, ObjectShape(fields=())) | (ObjectShape(fields=()), MapShape() as found):
            return found
        case TupleShape(), TupleShape() if len(a.items) == len(b.items):
            return TupleShape(tuple(map(merge, a.items, b.items)))
        case ArrayShape() | TupleShape(), ArrayShape() | TupleShape():
            return _arrays(_as_array(a), _as_array(b))
    return AnyShape()


def _scalars(a: ScalarShape, b: ScalarShape) -> Shape:
    if a.type.oid == b.type.oid:
        return ScalarShape(a.type if a.type == b.type else TypeRef(a.type.oid), origin=None)
    if a.type.oid in _INTEGERS and b.type.oid in _INTEGERS:
        return ScalarShape(TypeRef(max(a.type.oid, b.type.oid, key=_INTEGERS.index)))
    if a.type.oid in _TEXTS and b.type.oid in _TEXTS:
        return ScalarShape(_TEXT)
    return AnyShape()


def _objects(a: ObjectShape, b: ObjectShape) -> Shape:
    """One object of all keys: what only one has may be missing."""
    others = {one.name: one for one in b.fields}
    own = {one.name for one in a.fields}
    fields = [
        replace(one, shape=merge(one.shape, other.shape), optional=one.optional or other.optional)
        if (other := others.get(one.name))
        else replace(one, optional=True)
        for one in a.fields
    ]
    fields += [replace(one, optional=True) for one in b.fields if one.name not in own]
    return ObjectShape(tuple(fields), relation=a.relation if a.relation == b.relation else 0)


def _as_array(shape: ArrayShape | TupleShape) -> ArrayShape:
    return shape if isinstance(shape, ArrayShape) else ArrayShape(merged(shape.items))


def _arrays(a: ArrayShape, b: ArrayShape) -> ArrayShape:
    return ArrayShape(
        merge(a.element, b.element), any_depth=a.any_depth or b.any_depth, undeclared=a.undeclared or b.undeclared
    )


def stripped(shape: Shape, in_arrays: bool = False) -> Shape:
    """json_strip_nulls: keys whose value is null are left out, at every level; elements of arrays if asked for."""
    match shape:
        case ObjectShape():
            fields = tuple(
                replace(
                    one, shape=not_null(stripped(one.shape, in_arrays)), optional=one.optional or one.shape.nullable
                )
                for one in shape.fields
            )
            return replace(shape, fields=fields, relation=0)
        case MapShape():
            return replace(shape, value=not_null(stripped(shape.value, in_arrays)))
        case ArrayShape() if not shape.any_depth:
            element = stripped(shape.element, in_arrays)
            return replace(shape, element=not_null(element) if in_arrays else element)
        case TupleShape() if not in_arrays:
            return replace(shape, items=tuple(stripped(one, in_arrays) for one in shape.items))
        case NothingShape():
            return shape
        case ScalarShape() | ArrayShape(element=ScalarShape()) if not _holds_json(shape):
            return shape
    return AnyShape(shape.nullable)


def _holds_json(shape: Shape) -> bool:
    scalar = shape.element if isinstance(shape, ArrayShape) else shape
    return isinstance(scalar, ScalarShape) and scalar.type.oid in (t.JSONOID, t.JSONBOID)


def concatenated(a: Shape, b: Shape) -> Shape:
    """jsonb || jsonb: objects are merged, of a key that both have the right one counts; arrays are joined."""
    if a.nullable or b.nullable:
        return AnyShape()
    match a, b:
        case ObjectShape(), ObjectShape():
            return _overwritten(a, b)
        case MapShape(), MapShape():
            return MapShape(merge(a.value, b.value))
        case (MapShape() as found, ObjectShape(fields=())) | (ObjectShape(fields=()), MapShape() as found):
            return found
        case TupleShape(), TupleShape():
            return TupleShape(a.items + b.items)
        case ArrayShape() | TupleShape(), ArrayShape() | TupleShape():
            return _arrays(_as_array(a), _as_array(b))
    return AnyShape()


def without(shape: Shape, keys: Iterable[str]) -> Shape:
    """jsonb - 'key': the object without a key; of an array it would be an element."""
    if not isinstance(shape, ObjectShape):
        return shape if isinstance(shape, MapShape) else AnyShape()
    gone = frozenset(keys)
    return replace(shape, fields=tuple(one for one in shape.fields if one.name not in gone), relation=0)


def _overwritten(a: ObjectShape, b: ObjectShape) -> ObjectShape:
    fields = {one.name: one for one in a.fields}
    for one in b.fields:
        known = fields.get(one.name)
        if known is not None and one.optional:
            one = replace(one, shape=merge(known.shape, one.shape), optional=known.optional)
        fields[one.name] = one
    return ObjectShape(tuple(fields.values()))


def member(shape: Shape, key: str) -> Shape:
    """`shape -> 'key'`; where the key may be missing, so may the value."""
    match shape:
        case ObjectShape():
            found = next((one for one in reversed(shape.fields) if one.name == key), None)
            if found is None:
                return NothingShape(nullable=True)
            return or_null(found.shape, found.optional or shape.nullable)
        case MapShape():
            return or_null(shape.value)
    return AnyShape()


def element(shape: Shape, index: int) -> Shape:
    """`shape -> 0`; counted from the end where it is negative."""
    match shape:
        case TupleShape():
            if not -len(shape.items) <= index < len(shape.items):
                return NothingShape(nullable=True)
            return or_null(shape.items[index], shape.nullable)
        case ArrayShape() if not shape.any_depth:
            return or_null(shape.element)
    return AnyShape()


def elements(shape: Shape) -> Shape:
    """Any element of an array."""
    match shape:
        case TupleShape():
            return merged(shape.items)
        case ArrayShape() if not shape.any_depth:
            return shape.element
    return AnyShape()


def of_literal(text: str) -> Shape:
    """The shape of a JSON constant."""
    try:
        return _of_value(msgspec.json.decode(text))
    except msgspec.DecodeError:
        return AnyShape()


def _of_value(value: Any) -> Shape:
    match value:
        case None:
            return NothingShape(nullable=True)
        case bool():
            return ScalarShape(TypeRef(t.BOOLOID))
        case str():
            return ScalarShape(_TEXT)
        case int():
            return ScalarShape(TypeRef(t.INT8OID))
        case list():
            return ArrayShape(merged(map(_of_value, value)))
        case dict():
            return ObjectShape(tuple(ShapeField(str(key), _of_value(one), _JSON) for key, one in value.items()))
    return AnyShape()
