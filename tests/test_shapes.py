"""Shapes of the statements in tests/cases/shapes/*.sql, as `describe --why` writes them; no database.

A file is a schema, then blocks: a query, `----`, and a line for each column of its result that has a shape:

    sessions: [{id: integer, token: text}]

`pytest --update` writes the lines anew; that values have these shapes, tests/generated/test_shape_values.py tests.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from querygen.analyze.shapes_merge import concatenated, merge, of_literal, stripped
from querygen.describe import shape_object, shape_text
from querygen.ir import AnyShape, ScalarShape, TypeRef
from tests.test_nullability import analyzed, catalog_of, read_cases

CASES = Path(__file__).parent / "cases" / "shapes"


def described(sql: str, schema: str) -> str:
    """The lines below a query in a case file."""
    catalog = catalog_of(schema)
    columns = analyzed(sql, catalog).columns
    return "\n".join(f"{one.name}: {shape_text(one.shape, catalog) if one.shape else '-'}" for one in columns)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_cases(path: Path, update: bool) -> None:
    cases = read_cases(path)
    found = [(query, described(query, cases.schema)) for query, _ in cases.blocks]
    if update:
        blocks = "\n\n".join(f"{query}\n----\n{lines}" for query, lines in found)
        path.write_text(f"-- schema\n{cases.schema}\n-- cases\n{blocks}\n", encoding="utf-8")
        return
    for (query, lines), (_, expected) in zip(found, cases.blocks, strict=True):
        assert lines == expected, query


def _text(*documents: str) -> list[str]:
    catalog = catalog_of("create table t (a int);")
    return [shape_text(of_literal(one), catalog) for one in documents]


def test_shapes_of_constants() -> None:
    assert _text('{"a": [1, 2], "b": null}', "[]", "null", "1.5", '["x", true]', "{") == [
        "{a: [bigint], b: anything or null}",
        "[anything]",
        "anything or null",
        "anything",
        "[anything]",
        "anything",
    ]


def test_what_is_known_of_one_of_two_shapes() -> None:
    catalog = catalog_of("create table t (a int);")

    def merged(a: str, b: str) -> str:
        return shape_text(merge(of_literal(a), of_literal(b)), catalog)

    assert merged('{"a": 1, "b": 2}', '{"b": "x", "c": null}') == "{a?: bigint, b: anything, c?: anything or null}"
    assert merged("[]", "[1]") == "[bigint]"
    assert merged("null", "[1]") == "[bigint] or null"
    assert merged("1", "[1]") == "anything"
    int4, numeric = ScalarShape(TypeRef(23)), ScalarShape(TypeRef(1700))
    assert merge(int4, numeric) == merge(numeric, int4) == numeric
    assert isinstance(merge(int4, ScalarShape(TypeRef(25))), AnyShape)


def test_functions_of_documents() -> None:
    catalog = catalog_of("create table t (a int);")
    joined = concatenated(of_literal('{"a": 1, "b": 2}'), of_literal('{"b": "x"}'))
    assert shape_text(joined, catalog) == "{a: bigint, b: text}"
    assert isinstance(concatenated(of_literal("null"), of_literal("{}")), AnyShape)
    assert shape_text(stripped(of_literal('{"a": 1, "b": [null]}')), catalog) == "{a: bigint, b: [anything or null]}"


def test_the_contract_in_json() -> None:
    catalog = catalog_of("create table t (id int primary key, note text);")
    (column,) = analyzed("select json_agg(json_build_object('id', id, 'note', note)) from t", catalog).columns
    assert column.shape is not None
    value = {"kind": "value", "nullable": False, "type": "integer"}
    note = {"kind": "value", "nullable": True, "type": "text"}
    fields = [{"name": "id", "optional": False, "shape": value}, {"name": "note", "optional": False, "shape": note}]
    element = {"kind": "object", "nullable": False, "fields": fields}
    assert shape_object(column.shape, catalog) == {
        "kind": "array",
        "nullable": False,
        "any_depth": False,
        "element": element,
    }
