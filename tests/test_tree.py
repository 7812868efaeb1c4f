"""Our light raw trees against pglast's own, field by field, over all SQL of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pglast
import pytest

from querygen.sql import tree

ROOT = Path(__file__).parent.parent
FILES = [path for folder in ("schema", "queries", "tests/cases") for path in sorted((ROOT / folder).rglob("*.sql"))]
SPECIAL = [
    "SELECT 'ü', 1, '', NULL, true, b'1', x'1F', 1.5, 9999999999, E'\\n', -1, 0",
    "SELECT 'naïve ☃ 😀' AS \"größe\", é.à FROM \"tāble\" é WHERE ñ = $1 /* ŝ */ AND 1 = 2; SELECT 'ß', x",
    "ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1, 2)",
    'CREATE TABLE t (a int DEFAULT 0 CHECK (a > 0), b text COLLATE "C" GENERATED ALWAYS AS (a::text) STORED)',
    "SELECT interval '1' year, a[1:2], (b).c.*, ROW(), ARRAY[]::int[] FROM f() WITH ORDINALITY AS f(x)",
    "MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(), old.a",
]


def compare(theirs: Any, ours: Any, path: str) -> None:
    if isinstance(theirs, tuple):
        assert isinstance(ours, tuple), path
        assert len(theirs) == len(ours), path
        for number, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            compare(one, other, f"{path}[{number}]")
    elif isinstance(theirs, pglast.ast.Node):
        assert type(theirs).__name__ == type(ours).__name__, path
        for field in theirs:
            compare(getattr(theirs, field), getattr(ours, field), f"{path}.{field}")
    elif theirs is None:
        # pglast has None for a location that is not there, C and we have -1.
        assert ours in (None, -1), path
    else:
        assert (theirs, type(theirs)) == (ours, type(ours)), path


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_same_as_pglast(path: Path) -> None:
    for statement in path.read_text(encoding="utf-8").split(";\n"):
        problem = None
        try:
            theirs = pglast.parse_sql(statement)
        except pglast.parser.ParseError as refused:
            problem = refused
        if problem is None:
            compare(theirs, tree.parse_sql(statement), path.name)
            continue
        with pytest.raises(tree.ParseError) as ours:
            tree.parse_sql(statement)
        assert ours.value.args == problem.args


@pytest.mark.parametrize("sql", SPECIAL)
def test_special_nodes(sql: str) -> None:
    compare(pglast.parse_sql(sql), tree.parse_sql(sql), "")


def test_constants_have_a_location() -> None:
    (statement,) = tree.parse_sql("SELECT 'ü', 42")
    assert [target.val.location for target in statement.stmt.targetList] == [7, 12]
