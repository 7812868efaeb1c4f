"""What JSON and rows that a query builds are made of: a pass over the finished tree.

`result_shapes` takes an analysed `Query` and gives the `Shape` of each column of its result, None where the type says
all that is known: of a table's `jsonb` column, of any scalar. Mirrors no C file, since PostgreSQL does not infer this.
Scopes, conditions and verdicts are those of nullability, so that a key is nullable just where a column would be.
The parts:

* `shapes_expr`: expressions;
* `shapes_relation`: columns and whole rows of tables, views, subqueries, CTEs and functions;
* `shapes_merge`: what can be said of a value that has one of two shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.nodefuncs import expr_type
from querygen.analyze.nullability import result_entries
from querygen.analyze.nullability_scope import Env
from querygen.analyze.shapes_expr import is_built
from querygen.analyze.shapes_relation import column_shape, view_column_shape
from querygen.ir import AnyShape, ArrayShape, NothingShape, ScalarShape, Shape

if TYPE_CHECKING:
    from querygen.analyze.nodes import Query
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid


def result_shapes(query: Query, catalog: Catalog, nullable_params: frozenset[int] | None = None) -> dict[int, Shape]:
    """The shapes of the columns of the result that have one, by their place in it."""
    env: Env | None = None
    found: dict[int, Shape] = {}
    for number, entry in enumerate(result_entries(query)):
        if not is_built(catalog, expr_type(entry.expr)):
            continue
        env = env or Env(catalog, nullable_params)
        shape = column_shape(env, query, None, number + 1)
        if _says_something(catalog, shape):
            found[number] = shape
    return found


def view_shape(catalog: Catalog, relid: Oid, attno: int, type_oid: Oid) -> Shape | None:
    """The shape of a view's column."""
    if not is_built(catalog, type_oid):
        return None
    shape = view_column_shape(Env(catalog), relid, attno)
    return shape if shape is not None and _says_something(catalog, shape) else None


def _says_something(catalog: Catalog, shape: Shape) -> bool:
    """Is more known than that it is JSON, or an array of JSON?"""
    match shape:
        case AnyShape() | NothingShape():
            return False
        case ScalarShape():
            return not is_built(catalog, shape.type.oid)
        case ArrayShape(any_depth=True):
            return _says_something(catalog, shape.element)
    return True
