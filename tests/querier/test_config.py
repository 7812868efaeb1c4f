"""What a configuration of the querier style may say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from querygen.config import Config, check_config
from querygen.diagnostics import DiagnosticErrors
from querygen.pipeline import generate

QUERIER: dict[str, Any] = {"style": "querier", "emit_sync_querier": True}
TABLE = "CREATE TYPE foo AS ENUM ('a');\nCREATE TABLE t (id int);\n"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"package": "db"}, 'package means nothing in style "functions"'),
        ({"emit_sync_querier": True}, 'emit_sync_querier means nothing in style "functions"'),
        (QUERIER | {"validate_rows": True}, 'validate_rows means nothing in style "querier"'),
        (QUERIER | {"package": "my-db"}, 'package = "my-db" cannot be imported'),
        ({"style": "queriers"}, 'unknown style "queriers"'),
    ],
)
def test_keys_that_do_not_fit(tmp_path: Path, values: dict[str, Any], message: str) -> None:
    with pytest.raises(DiagnosticErrors) as refused:
        check_config(replace(Config(tmp_path), **values))
    assert [(one.code, one.message) for one in refused.value.diagnostics] == [("QG002", message)]


def problems(folder: Path, queries: str, schema: str = TABLE, **values: Any) -> list[tuple[str, str]]:
    (folder / "schema.sql").write_text(schema)
    (folder / "models.sql" if "models" in values.pop("file", "") else folder / "queries.sql").write_text(queries)
    found = sorted(path.name for path in folder.glob("*.sql") if path.name != "schema.sql")
    config = Config(folder, schema=("schema.sql",), queries=tuple(found))
    return [(one.code, one.message) for one in generate(replace(config, **(QUERIER | values))).diagnostics]


@pytest.mark.parametrize(
    ("queries", "code", "message"),
    [
        ("-- name: A :iter\nSELECT 1;", "QG241", 'query "A" is :iter, which a querier has no method for'),
        ("-- name: A :many\nSELECT FROM t;", "QG241", 'query "A" is :many, but its statement returns no columns'),
        (
            "-- row: Pair\n-- name: A :one\nSELECT 1 AS a, 2 AS b;",
            "QG241",
            'query "A" has -- row:, which a querier has no method for',
        ),
        (
            "-- name: A :many\nSELECT id FROM t WHERE id = qg.optional(id);",
            "QG241",
            'query "A" has parts that may be left out, which a querier has no method for',
        ),
        (
            "-- name: Import :exec\nSELECT 1;",
            "QG240",
            'query "Import" would be the method "import", which Python does not take',
        ),
        (
            "-- name: GetT :exec\nSELECT 1;\n-- name: get_t :exec\nSELECT 1;",
            "QG240",
            'queries "GetT" and "get_t" would both be the method "get_t"',
        ),
    ],
)
def test_queries_that_are_no_methods(tmp_path: Path, queries: str, code: str, message: str) -> None:
    assert problems(tmp_path, queries + "\n") == [(code, message)]


def test_classes_of_one_name(tmp_path: Path) -> None:
    query = "-- name: A :exec\nSELECT 1;\n"
    schema = TABLE + "CREATE TABLE foos (id int);"
    assert problems(tmp_path, query, schema) == [
        ("QG240", 'the enum public.foo and public.foos would both be the class "Foo"')
    ]
    assert problems(tmp_path, query, schema, rename=(("foos", "Foos"),)) == []
    assert problems(tmp_path, query, schema, inflection_exclude_table_names=("foos",)) == []


def test_a_file_that_is_called_as_the_models(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "-- name: A :exec\nSELECT 1;\n", file="models")
    assert found[0] == "QG240"
    assert found[1].startswith("the classes of the schema and")


def test_no_querier_at_all(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "-- name: A :exec\nSELECT 1;\n", emit_sync_querier=False)
    assert found[0] == "QG242"
