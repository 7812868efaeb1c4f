"""The shape of an expression: which keys, elements and types the JSON or the row has that it makes.

Takes an expression and the `Scope` of nullability in which it is evaluated. `shape` gives the shape of its value where
that is not NULL, `json_of` the shape of what PostgreSQL writes for it into JSON, with what is proved of NULL. What is
not known is `AnyShape`. How a value of a type is written is json.c's json_categorize_type, here `type_shape`. Mirrors
no C file; the order of the cases is that of nodeFuncs.c.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from querygen.analyze import nodes as n
from querygen.analyze import pgtypes as t
from querygen.analyze import shapes_relation as relations
from querygen.analyze.elements import expression_makes_elements
from querygen.analyze.nodefuncs import expr_type, expr_typmod
from querygen.analyze.nullability_expr import verdict
from querygen.analyze.nullability_quals import Known, facts_of
from querygen.analyze.shapes_merge import (
    concatenated,
    element,
    member,
    merged,
    not_null,
    of_literal,
    or_null,
    stripped,
    without,
)
from querygen.analyze.typename import get_base_type, get_element_type
from querygen.catalog.catalog import PG_CATALOG
from querygen.ir import (
    AnyShape,
    ArrayShape,
    ColumnOrigin,
    MapShape,
    NothingShape,
    ObjectShape,
    ScalarShape,
    Shape,
    ShapeField,
    TupleShape,
    TypeRef,
)
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.analyze.nodes import Expr
    from querygen.analyze.nullability_scope import Scope
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

JSON_TYPES: Final = frozenset({t.JSONOID, t.JSONBOID})
_KEY_TYPES: Final = frozenset({t.TEXTOID, t.VARCHAROID, t.BPCHAROID, t.NAMEOID, t.UNKNOWNOID, t.INT4OID, t.INT8OID})
_PLAIN_KEYS: Final = re.compile(r"\{\w+(,\w+)*\}")
_LARGEST_ROW: Final = 40  # levels of types inside of types


# ---------------------------------------------------------------------------------------------- types


def type_shape(
    catalog: Catalog, oid: Oid, typmod: int = -1, origin: ColumnOrigin | None = None, depth: int = 0
) -> Shape:
    """json_categorize_type: the shape of a value of which only the type is known."""
    base = get_base_type(catalog, oid)
    if base == t.RECORDOID or depth > _LARGEST_ROW:
        return AnyShape()
    if element_type := _array_element(catalog, base):
        found = type_shape(catalog, element_type, depth=depth + 1)
        return ArrayShape(found, any_depth=True, undeclared=True)
    row = catalog.type(base)
    if row.typtype == "c":
        relation = catalog.relation(row.typrelid)
        fields = []
        for one in relation.live_columns:
            inner = type_shape(catalog, one.type_oid, one.typmod, ColumnOrigin(relation.oid, one.attnum), depth + 1)
            fields.append(ShapeField(one.name, or_null(inner), TypeRef(one.type_oid, one.typmod)))
        return ObjectShape(tuple(fields), relation=relation.oid)
    cast = None if base < FIRST_NORMAL_OBJECT_ID else catalog.cast(base, t.JSONOID)
    if cast is not None and cast.castmethod == "f":
        # The keys and values of hstore are texts; what other casts make is not known.
        if row.typname == "hstore":
            return MapShape(ScalarShape(TypeRef(t.TEXTOID), nullable=True))
        return AnyShape()
    return ScalarShape(TypeRef(t.TEXTOID if oid == t.UNKNOWNOID else oid, typmod), origin=origin)


def _array_element(catalog: Catalog, base: Oid) -> Oid:
    """The element type where to_json writes an array: int2vector and its like are texts."""
    row = catalog.type(base)
    return get_element_type(catalog, base) if row.typsubscript == "array_subscript_handler" else 0


def is_built(catalog: Catalog, oid: Oid) -> bool:
    """May a shape say more of a value than its type does? JSON, rows without a type, arrays of them."""
    base = get_base_type(catalog, oid)
    found = get_base_type(catalog, inner) if (inner := _array_element(catalog, base)) else base
    return found in JSON_TYPES or found == t.RECORDOID


# ---------------------------------------------------------------------------------------------- values


def json_of(scope: Scope, expr: Expr) -> Shape:
    """What becomes of an expression's value inside of JSON, where NULL is null."""
    found = shape(scope, expr)
    return or_null(found, verdict(scope, expr).nullable)


def shape(scope: Scope, expr: Expr) -> Shape:
    """The shape of an expression's value where it is not NULL."""
    catalog = scope.env.catalog
    oid = expr_type(expr)
    base = get_base_type(catalog, oid)
    if isinstance(expr, n.Const) and expr.value is None:
        return NothingShape()
    if _array_element(catalog, base):
        return _array(scope, expr, _array_element(catalog, base))
    composite = base == t.RECORDOID or catalog.type(base).typtype == "c"
    if base in JSON_TYPES or composite:
        found = _built(scope, expr)
        if found is not None:
            return found
    origin = relations.origin(scope, expr) if isinstance(expr, n.Var) else None
    return type_shape(catalog, oid, expr_typmod(expr), origin)


def _built(scope: Scope, expr: Expr) -> Shape | None:
    """The shape of JSON or of a row; None where nothing more than its type is known."""
    catalog = scope.env.catalog
    match expr:
        case n.Var():
            return relations.var_shape(scope, expr)
        case n.Const():
            known = expr.value is not None and get_base_type(catalog, expr.consttype) in JSON_TYPES
            return of_literal(expr.value or "") if known else None
        case n.Aggref():
            return _aggregate(scope, expr)
        case n.WindowFunc():
            if expr.aggfilter is None:
                name = _builtin_name(catalog, expr.winfnoid)
                return _collected(scope.window or scope.rows, name, expr.args)
        case n.FuncExpr() if not expr.funcretset:
            return _function(scope, expr)
        case n.OpExpr() if not expr.opretset:
            return _operator(scope, expr)
        case n.NullIfExpr():
            return shape(scope, expr.args[0])
        case n.SubLink() if expr.subLinkType == enums.SubLinkType.EXPR_SUBLINK:
            return relations.column_shape(scope.env, expr.subselect, scope, 1)
        case n.FieldSelect():
            row = shape(scope, expr.arg)
            if isinstance(row, ObjectShape) and isinstance(expr.arg, n.RowExpr | n.Var):
                field = row.fields[expr.fieldnum - 1] if 0 < expr.fieldnum <= len(row.fields) else None
                return not_null(field.shape) if field is not None and field.type.oid == expr.resulttype else None
        case n.RelabelType() | n.CollateExpr() | n.CoerceToDomain():
            return shape(scope, expr.arg)
        case n.CoerceViaIO() if get_base_type(catalog, expr_type(expr.arg)) in JSON_TYPES:
            return shape(scope, expr.arg)
        case n.CaseExpr():
            return _case(scope, expr)
        case n.CoalesceExpr() | n.MinMaxExpr():
            return merged(shape(scope, arg) for arg in expr.args)
        case n.RowExpr():
            return _row(scope, expr)
        case n.JsonValueExpr():
            return shape(scope, expr.formatted_expr or expr.raw_expr)
        case n.JsonConstructorExpr():
            return _constructor(scope, expr)
        case n.SubscriptingRef() if expr.refassgnexpr is None and not expr.reflowerindexpr:
            return _subscripted(scope, expr)
        case _:
            pass
    return None


def _array(scope: Scope, expr: Expr, element_type: Oid) -> Shape:
    """The shape of a SQL array: what is known of its elements is known of those that the query makes."""
    catalog = scope.env.catalog
    found: Shape | None = None
    match expr:
        case n.ArrayExpr() if not expr.multidims:
            return ArrayShape(merged(json_of(scope, one) for one in expr.elements))
        case n.SubLink() if expr.subLinkType == enums.SubLinkType.ARRAY_SUBLINK:
            inner = relations.column_shape(scope.env, expr.subselect, scope, 1)
            if not isinstance(inner, ArrayShape) or not inner.any_depth:
                nullable = verdict(scope, expr).nullable_elements
                return ArrayShape(or_null(inner, nullable))
        case n.SubLink() if expr.subLinkType == enums.SubLinkType.EXPR_SUBLINK:
            found = relations.column_shape(scope.env, expr.subselect, scope, 1)
        case n.Aggref() if _builtin_name(catalog, expr.aggfnoid) == "array_agg":
            found = _aggregate(scope, expr)
        case n.WindowFunc() if expr.aggfilter is None and _builtin_name(catalog, expr.winfnoid) == "array_agg":
            found = _collected(scope.window or scope.rows, "array_agg", expr.args)
        case n.Var():
            found = relations.var_shape(scope, expr)
        case n.CoalesceExpr():
            found = merged(shape(scope, arg) for arg in expr.args)
        case n.CaseExpr():
            found = _case(scope, expr)
        case n.Const() if expr.value == "{}":
            return ArrayShape(NothingShape())
        case n.RelabelType():
            found = shape(scope, expr.arg)
        case _:
            pass
    if isinstance(found, ArrayShape):
        return found
    of_type = type_shape(catalog, element_type)
    if not verdict(scope, expr).nullable_elements:
        return ArrayShape(of_type, any_depth=True)
    if expression_makes_elements(catalog, _levels(scope), expr):
        return ArrayShape(or_null(of_type), any_depth=True)
    return ArrayShape(of_type, any_depth=True, undeclared=True)


def _levels(scope: Scope) -> tuple[n.Query, ...]:
    found = []
    level: Scope | None = scope
    while level is not None:
        found.append(level.query)
        level = level.parent
    return tuple(found)


def _row(scope: Scope, expr: n.RowExpr) -> Shape:
    """ROW(…), or a row that was made into one of a composite type."""
    catalog = scope.env.catalog
    if expr.row_typeid == t.RECORDOID:
        names = [*expr.colnames, *(f"f{number}" for number in range(len(expr.colnames) + 1, len(expr.args) + 1))]
        return row_of([(name, json_of(scope, arg), _type_ref(arg)) for name, arg in zip(names, expr.args, strict=True)])
    columns = catalog.relation(catalog.type(expr.row_typeid).typrelid).columns
    return row_of(
        [
            (column.name, json_of(scope, arg), _type_ref(arg))
            for column, arg in zip(columns, expr.args, strict=False)
            if not column.dropped
        ]
    )


def row_of(columns: Sequence[tuple[str, Shape, TypeRef]], relation: Oid = 0) -> ObjectShape:
    """A row of these columns; of two of one name JSON's readers see the last."""
    fields = tuple(ShapeField(name, one, type_ref) for name, one, type_ref in columns)
    return ObjectShape(fields, relation=relation)


def _object(pairs: Sequence[tuple[str, ShapeField]]) -> ObjectShape:
    return ObjectShape(tuple(dict(pairs).values()))


def _type_ref(expr: Expr) -> TypeRef:
    return TypeRef(expr_type(expr), expr_typmod(expr))


def _case(scope: Scope, expr: n.CaseExpr) -> Shape:
    """Every arm where its condition is true and those before it are not, as nullability sees them."""
    found: list[Shape] = []
    for arm in expr.args:
        true = facts_of(scope, arm.expr, Known.TRUE) - {("case",)}
        found.append(shape(scope.narrowed(true), arm.result))
        if expr.arg is None:
            scope = scope.narrowed(facts_of(scope, arm.expr, Known.NOT_TRUE))
    if expr.defresult is not None:
        found.append(shape(scope, expr.defresult))
    return merged(found)


# ---------------------------------------------------------------------------------------------- aggregates


def _builtin_name(catalog: Catalog, funcid: Oid) -> str:
    row = catalog.proc(funcid)
    return row.proname if row.pronamespace == PG_CATALOG else ""


def _aggregate(scope: Scope, agg: n.Aggref) -> Shape | None:
    if agg.agglevelsup > 0:
        return None  # of an outer query: its arguments count their levels from here
    scope = scope.rows
    if agg.aggfilter is not None:
        scope = scope.narrowed(facts_of(scope, agg.aggfilter, Known.TRUE))
    args = [entry.expr for entry in agg.args if not entry.resjunk]
    return _collected(scope, _builtin_name(scope.env.catalog, agg.aggfnoid), args)


def _collected(scope: Scope, name: str, args: Sequence[Expr]) -> Shape | None:
    """What an aggregate makes of the values of its argument. The strict ones leave out NULL, but not JSON's null."""
    match name.removeprefix("jsonb_").removeprefix("json_"):
        case "agg":
            return ArrayShape(json_of(scope, args[0]))
        case "agg_strict":
            return ArrayShape(shape(scope, args[0]))
        case "object_agg" | "object_agg_unique":
            return MapShape(json_of(scope, args[1]))
        case "object_agg_strict" | "object_agg_unique_strict":
            return MapShape(shape(scope, args[1]))
        case "array_agg":
            found = json_of(scope, args[0])
            return None if isinstance(found, ArrayShape) and found.any_depth else ArrayShape(found)
        case "any_value" | "max" | "min" | "first_value" | "last_value" | "nth_value":
            return shape(scope, args[0])
        case "lag" | "lead":
            return merged(shape(scope, arg) for arg in (args[0], *args[2:]))
    return None


# ---------------------------------------------------------------------------------------------- functions


def _function(scope: Scope, call: n.FuncExpr) -> Shape | None:
    catalog = scope.env.catalog
    name = _builtin_name(catalog, call.funcid)
    args = call.args
    if not name:
        return relations.function_shape(scope.env, call.funcid, 1, expr_type(call))
    if call.funcvariadic:
        return None
    match name:
        case "json_build_object" | "jsonb_build_object":
            return _build_object(scope, args)
        case "json_build_array" | "jsonb_build_array":
            return TupleShape(tuple(json_of(scope, arg) for arg in args))
        case "to_json" | "to_jsonb" | "row_to_json" | "array_to_json" | "jsonb" | "json":
            return shape(scope, args[0])
        case "json_object" | "jsonb_object":
            return MapShape(ScalarShape(TypeRef(t.TEXTOID), nullable=True))
        case "json_strip_nulls" | "jsonb_strip_nulls":
            in_arrays = args[1] if len(args) > 1 else None
            if in_arrays is None or (isinstance(in_arrays, n.Const) and in_arrays.value is not None):
                return stripped(shape(scope, args[0]), in_arrays is not None and _is_true(in_arrays))
        case "json_object_field" | "jsonb_object_field" | "json_array_element" | "jsonb_array_element":
            return _arrow(scope, args)
        case "jsonb_concat" | "jsonb_delete" | "json_extract_path" | "jsonb_extract_path":
            return _of_operator(scope, name, args)
    return None


def _is_true(expr: Expr) -> bool:
    return (
        isinstance(expr, n.Const) and expr.value is not None and expr.value.lower() in ("t", "true", "on", "1", "yes")
    )


def _key(expr: Expr) -> str | None:
    """The text of a constant key."""
    while isinstance(expr, n.RelabelType | n.CollateExpr):
        expr = expr.arg
    return expr.value if isinstance(expr, n.Const) and expr.consttype in _KEY_TYPES else None


def _build_object(scope: Scope, args: Sequence[Expr], *, absent_on_null: bool = False) -> Shape:
    """An object of keys and values in turn. Keys that are data make a map, if the values are alike."""
    pairs: list[tuple[str, ShapeField]] = []
    values: list[Shape] = []
    keys = [_key(arg) for arg in args[::2]]
    for key, value in zip(keys, args[1::2], strict=False):
        found = shape(scope, value)
        absent = absent_on_null and verdict(scope, value).nullable
        if not absent_on_null:
            found = json_of(scope, value)
        values.append(found)
        pairs.append((key or "", ShapeField(key or "", found, _type_ref(value), absent)))
    if any(key is None for key in keys):
        return MapShape(merged(values))
    return _object(pairs)


def _operator(scope: Scope, expr: n.OpExpr) -> Shape | None:
    row = scope.env.catalog.operator(expr.opno)
    return _of_operator(scope, _builtin_name(scope.env.catalog, row.oprcode), expr.args)


def _of_operator(scope: Scope, name: str, args: Sequence[Expr]) -> Shape | None:
    match name:
        case "jsonb_concat":
            return concatenated(shape(scope, args[0]), shape(scope, args[1]))
        case "json_object_field" | "jsonb_object_field" | "json_array_element" | "jsonb_array_element":
            return _arrow(scope, args)
        case "jsonb_delete":
            keys = _keys(args[1])
            return None if keys is None else without(shape(scope, args[0]), keys)
        case "json_extract_path" | "jsonb_extract_path":
            found = shape(scope, args[0])
            for key in _keys(args[1]) or ("",):
                found = member(found, key) if not isinstance(found, ArrayShape | TupleShape) else AnyShape()
            return found
    return None


def _keys(expr: Expr) -> tuple[str, ...] | None:
    """Constant keys: `'name'`, `'{a,b}'`, ARRAY['a', 'b']."""
    match expr:
        case n.Const(consttype=1009, value=str(text)) if _PLAIN_KEYS.fullmatch(text):
            return tuple(text[1:-1].split(","))
        case n.ArrayExpr():
            keys = [_key(one) for one in expr.elements]
            return tuple(one for one in keys if one is not None) if None not in keys else None
        case n.Const(consttype=t.TEXTOID):
            key = _key(expr)
            return None if key is None else (key,)
    return None


def _arrow(scope: Scope, args: Sequence[Expr]) -> Shape | None:
    """`->` with a constant: a key, or the number of an element."""
    key = args[1]
    while isinstance(key, n.RelabelType | n.CollateExpr):
        key = key.arg
    if not isinstance(key, n.Const) or key.value is None:
        return None
    known = shape(scope, args[0])
    return element(known, int(key.value)) if key.consttype == t.INT4OID else member(known, key.value)


def _subscripted(scope: Scope, expr: n.SubscriptingRef) -> Shape | None:
    """`jsonb['key']`, or an element of an array of JSON or rows."""
    container = get_base_type(scope.env.catalog, expr.refcontainertype)
    found = shape(scope, expr.refexpr)
    if container != t.JSONBOID:
        return not_null(found.element) if isinstance(found, ArrayShape) and not found.any_depth else None
    for index in expr.refupperindexpr:
        if not isinstance(index, n.Const) or index.value is None:
            return None
        found = element(found, int(index.value)) if index.consttype == t.INT4OID else member(found, index.value)
    return found


# ---------------------------------------------------------------------------------------------- SQL/JSON


def _constructor(scope: Scope, expr: n.JsonConstructorExpr) -> Shape | None:
    kinds = enums.JsonConstructorType
    if get_base_type(scope.env.catalog, expr.returning.typid) not in JSON_TYPES:
        return None
    match expr.type:
        case kinds.JSCTOR_JSON_OBJECT:
            return _build_object(scope, expr.args, absent_on_null=expr.absent_on_null)
        case kinds.JSCTOR_JSON_ARRAY:
            return _json_array(scope, expr.args, expr.absent_on_null)
        case kinds.JSCTOR_JSON_OBJECTAGG | kinds.JSCTOR_JSON_ARRAYAGG:
            return None if expr.func is None else _built(scope, expr.func)
        case kinds.JSCTOR_JSON_SCALAR:
            return shape(scope, expr.args[0])
    return None


def _json_array(scope: Scope, args: Sequence[Expr], absent_on_null: bool) -> Shape:
    """JSON_ARRAY(…); where NULLs are left out, how many elements there are depends on the values."""
    if absent_on_null and any(verdict(scope, arg).nullable for arg in args):
        return ArrayShape(merged(shape(scope, arg) for arg in args))
    return TupleShape(tuple(json_of(scope, arg) for arg in args))
