"""`querygen explain-nullability` and `describe --why`: a schema and queries in, text out (tests/cases/explain).

A file is a schema, `-- queries` with a query file, and `-- explained` with what is printed; `pytest --update` rewrites
the last part.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from querygen.config import Config
from querygen.describe import describe_text
from querygen.explain import explain_text
from querygen.pipeline import analyze

CASES = Path(__file__).parent / "cases" / "explain"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_cases(path: Path, tmp_path: Path, update: bool) -> None:
    schema, _, rest = path.read_text(encoding="utf-8").partition("\n-- queries\n")
    queries, _, expected = rest.partition("\n-- explained\n")
    (tmp_path / "schema.sql").write_text(schema, encoding="utf-8")
    (tmp_path / "queries.sql").write_text(queries, encoding="utf-8")
    analysis = analyze(Config(tmp_path, schema=("schema.sql",), queries=("queries.sql",)))
    told = explain_text(analysis) + "\n-- with describe --why\n" + describe_text(analysis, why=True).rstrip() + "\n"
    told = told.replace(f"{tmp_path}/", "")
    if update:
        path.write_text(f"{schema}\n-- queries\n{queries}\n-- explained\n{told}", encoding="utf-8")
    else:
        assert told == expected


def test_one_query_alone(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("-- name: A :one\nselect 1 as a;\n-- name: B :one\nselect null as b;\n")
    (tmp_path / "s.sql").write_text("create table t (id int);\n")
    analysis = analyze(Config(tmp_path, schema=("s.sql",), queries=("q.sql",)))
    assert explain_text(analysis, "B").splitlines() == [
        f"B :one  ({tmp_path}/q.sql:3)",
        "  b     may be NULL: it is NULL",
        "  rows  exactly one: there is no FROM",
    ]
