"""An `Analysis` as JSON or text: what `querygen describe` prints.

The JSON object is a contract: {"queries": [{name, file, line, command, sql, params, columns, error}], "diagnostics":
[…]}; types are spelt as `format_type` spells them when only pg_catalog is on the search path. A column's name and
nullability are PostgreSQL's and proved; `marked` is the user's word (`AS "x!"`) where it differs from the proof.
`shape` says what JSON or a row is made of that the query builds (`shape_object`), null where the type says all.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from querygen.analyze.typename import format_type
from querygen.diagnostics_render import to_json
from querygen.explain import param_reasons, rows_reason
from querygen.ir import ArrayShape, MapShape, ObjectShape, ScalarShape, TupleShape
from querygen.pipeline import Analysis, FailedQuery

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery, ColumnOrigin, ParamKind, Shape, TypeRef


def _type(catalog: Catalog, type_ref: TypeRef) -> str:
    return format_type(catalog, type_ref.oid, only_pg_catalog=True)


def _origin(catalog: Catalog, origin: ColumnOrigin | None) -> tuple[str | None, str | None]:
    """The table (with its schema) and the column that a result column passes through."""
    relation = catalog.find_relation(origin.relation) if origin else None
    if relation is None or origin is None:
        return None, None
    schema = catalog.namespace_name(relation.namespace)
    column = next((one.name for one in relation.columns if one.attnum == origin.attnum), None)
    return f"{schema}.{relation.name}", column


def _query_object(query: AnalyzedQuery | FailedQuery, catalog: Catalog) -> dict[str, Any]:
    raw = query.raw
    found: dict[str, Any] = {
        "name": raw.name,
        "file": raw.source.path,
        "line": raw.name_span.line,
        "command": raw.command.value,
        "sql": raw.sql,
        "params": [],
        "columns": [],
        "error": None,
    }
    if isinstance(query, FailedQuery):
        problem = to_json(query.problem)
        found["error"] = {key: problem[key] for key in ("code", "message", "line", "column", "hint")}
        return found
    found["sql"] = query.sql
    found["params"] = [
        {
            "number": param.number,
            "name": param.name,
            "type": _type(catalog, param.type),
            "nullable": param.nullable,
            "list": _is_list(param.kind),
        }
        for param in query.params
    ]
    for column in query.columns:
        table, origin = _origin(catalog, column.origin)
        found["columns"].append(
            {
                "name": column.server_name,
                "type": _type(catalog, column.type),
                "nullable": column.proved_nullable,
                "marked": None if column.nullable == column.proved_nullable else column.nullable,
                "table": table,
                "column": origin,
                "shape": None if column.shape is None else shape_object(column.shape, catalog),
            }
        )
    return found


def shape_object(shape: Shape, catalog: Catalog) -> dict[str, Any]:
    """A shape as JSON: its kind, whether it may be null, and what it is made of."""
    found: dict[str, Any] = {"nullable": shape.nullable}
    match shape:
        case ScalarShape():
            return {"kind": "value", **found, "type": _type(catalog, shape.type)}
        case ObjectShape():
            fields = [
                {"name": one.name, "optional": one.optional, "shape": shape_object(one.shape, catalog)}
                for one in shape.fields
            ]
            return {"kind": "object", **found, "fields": fields}
        case ArrayShape():
            element = shape_object(shape.element, catalog)
            return {"kind": "array", **found, "any_depth": shape.any_depth, "element": element}
        case TupleShape():
            return {"kind": "tuple", **found, "items": [shape_object(one, catalog) for one in shape.items]}
        case MapShape():
            return {"kind": "map", **found, "value": shape_object(shape.value, catalog)}
        case _:
            return {"kind": "any", **found}


def shape_text(shape: Shape, catalog: Catalog) -> str:
    """A shape on one line: `[{id: integer, note?: text or null}]`; `?` marks a key that may be missing."""
    null = " or null" if shape.nullable else ""
    match shape:
        case ScalarShape():
            return format_type(catalog, shape.type.oid, shape.type.typmod) + null
        case ObjectShape():
            fields = (f"{one.name}{'?' * one.optional}: {shape_text(one.shape, catalog)}" for one in shape.fields)
            return "{" + ", ".join(fields) + "}" + null
        case ArrayShape():
            element = shape_text(shape.element, catalog)
            return f"{element}[]{null}" if shape.any_depth else f"[{element}]{null}"
        case TupleShape():
            return "(" + ", ".join(shape_text(one, catalog) for one in shape.items) + ")" + null
        case MapShape():
            return "{*: " + shape_text(shape.value, catalog) + "}" + null
        case _:
            return "anything" if not null else "anything or null"


def _is_list(kind: ParamKind) -> bool:
    return kind.value == "slice"


def describe_json(analysis: Analysis, name: str | None = None) -> str:
    """The analysis as one JSON object; with a name, of that query alone."""
    chosen = [one for one in analysis.queries if name is None or one.raw.name == name]
    answer = {
        "queries": [_query_object(one, analysis.catalog) for one in chosen],
        "diagnostics": [to_json(one) for one in analysis.diagnostics],
    }
    return json.dumps(answer, indent=2, ensure_ascii=False)


def describe_text(analysis: Analysis, name: str | None = None, *, why: bool = False) -> str:
    """The analysis for a reader: one block a query."""
    lines: list[str] = []
    for query in analysis.queries:
        raw = query.raw
        if name is not None and raw.name != name:
            continue
        lines.append(f"{raw.name} :{raw.command}  ({raw.source.path}:{raw.name_span.line})")
        if isinstance(query, FailedQuery):
            lines += [f"  refused: {query.problem.message} [{query.problem.code}]", ""]
            continue
        lines += _text_lines(query, analysis.catalog, why)
        lines.append("")
    return "\n".join(lines)


def text_rows(query: AnalyzedQuery, catalog: Catalog) -> list[tuple[str, str, str, str, str]]:
    """A row for each parameter and column: "<-" or "->", its name, its type, "or NULL", and why."""
    rows = []
    reasons = param_reasons(query, catalog)
    for param in query.params:
        label = f"${param.number} {param.name or param.column_name or ''}".rstrip()
        rows.append(("<-", label, _full_type(catalog, param.type), _null(param.nullable), reasons[param.number]))
    rows += [("->", one.name, _full_type(catalog, one.type), _null(one.nullable), one.why) for one in query.columns]
    return rows


def _text_lines(query: AnalyzedQuery, catalog: Catalog, why: bool) -> list[str]:
    rows = text_rows(query, catalog)
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    lines = []
    shapes = [*(None for _ in query.params), *(one.shape for one in query.columns)]
    for row, shape in zip(rows, shapes, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row[1:4], widths[1:], strict=True))
        lines.append(f"  {row[0]} {cells}  {row[4] if why else ''}".rstrip())
        if why and shape is not None:
            lines.append(f"     {shape_text(shape, catalog)}")
    if query.columns:
        count = f"  => {query.cardinality} row{'s' if query.cardinality == 'many' else ''}"
        lines.append(f"{count}: {rows_reason(query, catalog)[2]}" if why else count)
    return lines


def _null(nullable: bool) -> str:
    return "or NULL" if nullable else ""


def _full_type(catalog: Catalog, type_ref: TypeRef) -> str:
    return format_type(catalog, type_ref.oid, type_ref.typmod)
