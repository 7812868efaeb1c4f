"""Catalogs and analysed queries made by hand, so that rendering can be tested apart from the analysis."""

from __future__ import annotations

import textwrap
from typing import Any

from querygen.catalog.catalog import Catalog
from querygen.catalog.objects import Column, EnumType, Relation
from querygen.ir import (
    AnalyzedQuery,
    Cardinality,
    ColumnOrigin,
    Command,
    Embed,
    ParamKind,
    QueryParam,
    RawQuery,
    ResultColumn,
    TypeRef,
)
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.pg_catalog.rows import PgNamespace, PgType
from querygen.source import SourceFile, Span


def new_catalog() -> Catalog:
    return Catalog(load_folder(builtin_folder(18)))


def _namespace(catalog: Catalog, schema: str) -> int:
    oid = catalog.namespace_oid(schema)
    if oid is None:
        oid = catalog.new_oid()
        catalog.put_namespace(PgNamespace(oid, schema))
    return oid


def _add_type(catalog: Catalog, name: str, schema: str, typtype: str, **more: Any) -> int:
    oid, array = catalog.new_oid(), catalog.new_oid()
    values: dict[str, Any] = {
        "typlen": -1,
        "typcategory": {"e": "E", "c": "C", "d": "S"}.get(typtype, "U"),
        "typispreferred": False,
        "typdelim": ",",
        "typrelid": 0,
        "typsubscript": "-",
        "typelem": 0,
        "typinput": "x_in",
        "typmodin": "-",
        "typnotnull": False,
        "typbasetype": 0,
        "typtypmod": -1,
        "typcollation": 0,
    }
    namespace = _namespace(catalog, schema)
    row = {"oid": oid, "typname": name, "typnamespace": namespace, "typtype": typtype, "typarray": array}
    catalog.put_type(PgType(**(values | row | more)))
    of_array = {
        "oid": array,
        "typname": f"_{name}",
        "typnamespace": namespace,
        "typtype": "b",
        "typarray": 0,
        "typcategory": "A",
        "typelem": oid,
        "typsubscript": "array_subscript_handler",
    }
    catalog.put_type(PgType(**(values | of_array)))
    return oid


def add_enum(catalog: Catalog, name: str, *labels: str, schema: str = "public", comment: str | None = None) -> int:
    oid = _add_type(catalog, name, schema, "e")
    catalog.put_enum(EnumType(oid, labels, comment))
    return oid


def add_domain(catalog: Catalog, name: str, base: str, *, not_null: bool = False, schema: str = "public") -> int:
    return _add_type(catalog, name, schema, "d", typbasetype=type_oid(catalog, base), typnotnull=not_null)


def type_oid(catalog: Catalog, name: str) -> int:
    """`int8`, `text[]`, `schema.mood`"""
    plain = name.removesuffix("[]")
    schema, _, bare = plain.rpartition(".")
    oid = catalog.type_oid(bare, schema or None)
    assert oid is not None, name
    return catalog.type(oid).typarray if plain != name else oid


def _split(text: str) -> tuple[str, str]:
    """The name and the type; where a name has spaces, a tab stands between them."""
    name, _, typed = text.partition("\t" if "\t" in text else " ")
    return name, typed


def add_table(
    catalog: Catalog,
    name: str,
    *columns: str,
    schema: str = "public",
    kind: str = "r",
    comment: str | None = None,
    comments: dict[str, str] | None = None,
) -> Relation:
    """A column is `name type` (a tab between them where the name has spaces), with `!` behind the type for NOT NULL."""
    made = []
    for number, column in enumerate(columns, 1):
        called, typed = _split(column)
        oid = type_oid(catalog, typed.removesuffix("!"))
        remark = (comments or {}).get(called)
        made.append(Column(called, number, oid, not_null=typed.endswith("!"), comment=remark))
    reltype = _add_type(catalog, name, schema, "c")
    oid = catalog.new_oid()
    namespace = _namespace(catalog, schema)
    relation = Relation(oid, name, namespace, kind, tuple(made), reltype=reltype, comment=comment)
    catalog.put_relation(relation)
    return relation


def star(relation: Relation, *, nullable: bool = False) -> list[ResultColumn]:
    """The columns of `SELECT *`."""
    return [
        ResultColumn(
            one.name, TypeRef(one.type_oid), nullable or not one.not_null, ColumnOrigin(relation.oid, one.attnum)
        )
        for one in relation.live_columns
    ]


def embed(relation: Relation, name: str, start: int, *, nullable: bool = False) -> Embed:
    return Embed(name, relation.oid, start, len(relation.live_columns), nullable)


def make_query(
    catalog: Catalog,
    name: str,
    command: str,
    sql: str,
    params: list[str] | None = None,
    columns: list[str] | list[ResultColumn] | None = None,
    *,
    path: str = "queries/users.sql",
    cardinality: Cardinality = Cardinality.MANY,
    embeds: tuple[Embed, ...] = (),
    doc: str = "",
    param_docs: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
) -> AnalyzedQuery:
    """A parameter is `name type`, with `?` where it may be NULL; a column `name type`, with `!` where it cannot be."""
    sql = textwrap.dedent(sql).strip("\n")
    source = SourceFile(path, f"-- name: {name} :{command}\n{sql};\n")
    start = source.text.index(name)
    span = Span(source, start, start + len(name))
    query_params = []
    for number, param in enumerate(params or (), 1):
        called, typed = _split(param)
        nullable = typed.endswith("?")
        oid = type_oid(catalog, typed.removesuffix("?"))
        kind = ParamKind.ARG if called else ParamKind.POSITIONAL
        query_params.append(QueryParam(number, called or None, TypeRef(oid), nullable, kind))
    result = []
    for column in columns or ():
        if isinstance(column, str):
            called, typed = _split(column)
            oid = type_oid(catalog, typed.removesuffix("!"))
            column = ResultColumn(called, TypeRef(oid), not typed.endswith("!"))
        result.append(column)
    raw = RawQuery(
        name=name,
        command=Command(command),
        source=source,
        span=Span(source, 0, len(source.text)),
        name_span=span,
        original=sql,
        sql=sql,
        params=(),
        offsets=((0, 0),),
        doc=doc,
        annotations=annotations or {},
        param_docs=param_docs or {},
    )
    query: Any = None
    return AnalyzedQuery(raw, sql, tuple(query_params), tuple(result), query, lambda: cardinality, embeds)
