"""What a project's overrides are for: each has to be about something that is there.

Takes overrides, the catalog and the analysed queries; gives what is wrong with those that match nothing.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from querygen.analyze.typename import format_type, lookup_type_name
from querygen.diagnostics import PgError
from querygen.ir import ParamKind
from querygen.sql.parse import parse_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery
    from querygen.render.options import TypeOverride

OVERRIDES_NOTHING: Final = "QG210"


def unmatched(
    overrides: Iterable[TypeOverride], catalog: Catalog, queries: Iterable[AnalyzedQuery]
) -> Iterator[tuple[TypeOverride, str, str]]:
    """The overrides that match nothing, each with a message and a hint."""
    wanted = list(overrides)
    columns = set(_columns(catalog)) if any(one.column for one in wanted) else set()
    types = set(_types(catalog)) if any(one.type for one in wanted) else set()
    places = {place for query in queries for place in _places(query)} if any(one.query for one in wanted) else set()
    for one in wanted:
        if one.column and one.column not in columns and not _is_system_column(catalog, one.column):
            yield one, f'an override names the column "{one.column}", which is not there', _near(one.column, columns)
        elif one.type and one.type not in types:
            hint = _spelled(catalog, one.type) or _near(one.type, types)
            yield one, f'an override names the type "{one.type}", which is not there', hint
        elif one.query and one.query not in places:
            message = f'an override names "{one.query}", which is no column or parameter of a query'
            yield one, message, _near(one.query, places)


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return f'Did you mean "{close[0]}"?'
    return "Write table.column, a type's name, or Query.column, as they stand in the schema and the queries."


def _columns(catalog: Catalog) -> Iterator[str]:
    for relation in catalog.relations():
        schema = catalog.namespace_name(relation.namespace)
        for column in relation.live_columns:
            yield f"{schema}.{relation.name}.{column.name}"
            yield f"{relation.name}.{column.name}"


def _is_system_column(catalog: Catalog, name: str) -> bool:
    path, _, column = name.rpartition(".")
    schema, _, table = path.rpartition(".")
    oid = catalog.relation_oid(table, schema or None)
    relation = catalog.find_relation(oid) if oid is not None else None
    return relation is not None and any(one.name == column for one in relation.live_columns)


def _types(catalog: Catalog) -> Iterator[str]:
    for row in catalog.types():
        yield f"{catalog.namespace_name(row.typnamespace)}.{row.typname}"
        yield row.typname
        yield format_type(catalog, row.oid)


def _spelled(catalog: Catalog, name: str) -> str:
    """The hint for another name of a type that is there: `int`, `numeric(10, 2)`."""
    try:
        type_name = getattr(parse_statement(f"SELECT NULL::{name}").targetList[0].val, "typeName", None)
        found = lookup_type_name(None, catalog, type_name) if type_name is not None else None
    except PgError:
        return ""
    return f'Write it as "{format_type(catalog, found[0])}".' if found is not None else ""


def _places(query: AnalyzedQuery) -> Iterator[str]:
    """How the configuration may call the columns and parameters of a query, in either style."""
    for column in query.columns:
        yield f"{query.name}.{column.name}"
    for param in query.params:
        names = (param.name, param.column_name, f"p{param.number}", f"dollar_{param.number}")
        yield from (f"{query.name}.{name}" for name in names if name)
        if param.kind is ParamKind.POSITIONAL:
            yield from (f"{query.name}.{name}" for name in ("limit", "offset"))
