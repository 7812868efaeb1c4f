"""What a value of a PostgreSQL type is in Python where it comes inside of JSON.

Takes a `ScalarShape`; gives an annotation that pydantic reads from what json.c's datum_to_json_internal writes.
Numbers, booleans and ISO dates are read as they are; anything else is the type's own text in a string, which is read as
psycopg reads the text of a column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.analyze import pgtypes as t
from querygen.ir import ArrayShape, MapShape, ObjectShape, ScalarShape, TupleShape
from querygen.render.pytypes import Call, Import, Look, PyType, Read, Then, conversion_imports

if TYPE_CHECKING:
    from querygen.ir import Shape
    from querygen.pg_catalog.rows import Oid
    from querygen.render.model_schema import Models

SHAPES: Final = "._shapes"
ANNOTATED: Final = Import("typing", "Annotated")
JSON_VALUE: Final = Import("pydantic", "JsonValue")
# What pydantic reads from JSON as psycopg reads it from a column.
_NATIVE: Final = frozenset(
    {
        t.BOOLOID, t.INT2OID, t.INT4OID, t.INT8OID, t.OIDOID, t.FLOAT4OID, t.FLOAT8OID, t.NUMERICOID, t.DATEOID,
        t.TIMEOID, t.TIMESTAMPOID, t.TIMESTAMPTZOID, t.UUIDOID,
    }
)  # fmt: skip


class Annotation(NamedTuple):
    """An annotation, without `| None`, and what it needs."""

    text: str
    imports: tuple[Import, ...] = ()


def column_names(models: Models, shape: ScalarShape) -> tuple[str, ...]:
    """How the configuration may call the column that a value comes from."""
    relation = models.catalog.find_relation(shape.origin.relation) if shape.origin is not None else None
    if relation is None or shape.origin is None:
        return ()
    column = next((one for one in relation.columns if one.attnum == shape.origin.attnum), None)
    return () if column is None else models.column_names(relation, column.name)


def is_json(models: Models, oid: Oid) -> bool:
    """Whether a type is json or jsonb, or a domain over one."""
    return models.types.base(oid) in (t.JSONOID, t.JSONBOID)


def needs_exact_numbers(models: Models, shape: Shape) -> bool:
    """Is there a numeric in it? pydantic would read its digits by way of a float."""
    match shape:
        case ScalarShape():
            return models.types.base(shape.type.oid) == t.NUMERICOID
        case ObjectShape():
            return any(needs_exact_numbers(models, one.shape) for one in shape.fields)
        case ArrayShape():
            return needs_exact_numbers(models, shape.element)
        case TupleShape():
            return any(needs_exact_numbers(models, one) for one in shape.items)
        case MapShape():
            return needs_exact_numbers(models, shape.value)
    return False


def unknown_json(*, exact: bool) -> Annotation:
    """JSON of any kind; its numbers are floats where the rest of the document is read with exact ones, too."""
    return (
        Annotation("JsonDocument", (Import(SHAPES, "JsonDocument"),))
        if exact
        else Annotation("JsonValue", (JSON_VALUE,))
    )


def scalar(models: Models, shape: ScalarShape, *, exact: bool) -> Annotation:
    """The annotation of a value of a SQL type inside of JSON."""
    types = models.types
    oid = shape.type.oid
    plain, chosen = types.unchanged(oid), types.of_column(column_names(models, shape), oid)
    if chosen.read_refused:
        return Annotation("str")  # what has no value in Python is a string in JSON all the same
    models.use_type(chosen)
    json = is_json(models, oid)
    if (chosen.annotation, chosen.load) != (plain.annotation, plain.load):
        return _chosen(
            chosen, Annotation("JsonValue", (JSON_VALUE,)) if json else _plain(models, oid, plain), json=json
        )
    return unknown_json(exact=exact) if json else _plain(models, oid, plain)


def _plain(models: Models, oid: Oid, plain: PyType) -> Annotation:
    native = models.types.base(oid) in _NATIVE or isinstance(plain.load, Look)
    if native or (plain.annotation == "str" and plain.load is None):
        return Annotation(plain.annotation, plain.imports)
    load = models.types.text_conversion(oid, plain)
    found = Annotation(plain.annotation, plain.imports)
    return _converted(found, "from_text", load) if isinstance(load, Call | Read) else Annotation("str")


def _chosen(chosen: PyType, inner: Annotation, *, json: bool) -> Annotation:
    """A type that the configuration has chosen: made of the value as it would be without."""
    found = Annotation(chosen.annotation, chosen.imports)
    load = chosen.load.second if isinstance(chosen.load, Then) else chosen.load
    if not isinstance(load, Call):
        return found  # JSON that pydantic validates as the type
    if json:
        return _converted(found, "from_document", load)
    inner = Annotation(inner.text, (*inner.imports, *conversion_imports(load)))
    text = f"Annotated[{found.text}, from_value({inner.text}, {load.name.name})]"
    return Annotation(text, (*found.imports, *inner.imports, ANNOTATED, Import(SHAPES, "from_value")))


def _converted(found: Annotation, helper: str, load: Call | Read) -> Annotation:
    arguments = load.name.name if isinstance(load, Call) else f"{load.name.name}, {load.oid}"
    imports = (*found.imports, ANNOTATED, Import(SHAPES, helper), *conversion_imports(load))
    return Annotation(f"Annotated[{found.text}, {helper}({arguments})]", imports)


def record_wire(models: Models, oid: Oid) -> Oid:
    """The built-in type as which the text of a row's column is read before its conversion."""
    base = models.types.base(oid)
    if base == t.RECORDOID:
        return t.TEXTOID
    return _TEXT_ARRAY if base == t.RECORDARRAYOID else models.types.wire(oid)


_TEXT_ARRAY: Final = 1009
