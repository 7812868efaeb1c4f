"""Dynamic queries and folded rows, analysed: `tests/cases/dynamic/*.sql` hold queries over the example's schema and,
below a line `----`, what is known of them or why they are refused. `pytest --update` rewrites what is below the line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querygen.analyze.query import analyze_query
from querygen.config import Config
from querygen.diagnostics import DiagnosticError
from querygen.ir import AnalyzedQuery
from querygen.pipeline import load_catalog
from querygen.source import SourceFile
from querygen.sql.nodes import ast
from querygen.sql.parse import parse_statement
from querygen.sql.query_file import parse_query_file
from tests.test_query_file import SEPARATOR, describe, load

ROOT = Path(__file__).parent.parent
CASES = sorted((Path(__file__).parent / "cases" / "dynamic").glob("*.sql"))
CATALOG = load_catalog(Config(ROOT, schema=("schema",), queries=()), [])


def dump(query: AnalyzedQuery, type_names: dict[int, str]) -> str:
    lines = [f"{query.name} :{query.command}, {query.cardinality}"]
    lines += [
        f"  ${one.number} {one.name} {type_names.get(one.type.oid, one.type.oid)}{' or NULL' if one.nullable else ''}"
        for one in query.params
    ]
    nullable = [one.name for one in query.columns if one.nullable]
    lines += [f"  may be NULL: {', '.join(nullable)}"] if nullable else []
    if query.dynamic is not None:
        for variant in query.dynamic.variants:
            given = ", ".join(sorted(variant.given)) or "nothing"
            lines.append(f"  {given}{f'; {variant.sort}' if variant.sort else ''}")
            lines += [f"    {line}" for line in variant.sql.split("\n")]
    if query.nest is not None:
        lines.append(f"  folded by {query.nest.key}")
        for level in query.nest.levels:
            parent = "the root" if level.parent is None else query.embeds[level.parent].name
            repeats = ", repeats" if level.repeats else ""
            lines.append(f"  {query.embeds[level.embed].name} of {parent} by {level.key}{repeats}")
    return "".join(f"{line.rstrip()}\n" for line in lines)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, update: bool) -> None:
    text, expected = load(path)
    queries, problems = parse_query_file(SourceFile(path.name, text), frozenset(CATALOG.operator_names()))
    actual = "".join(map(describe, problems))
    for raw in queries:
        try:
            query = analyze_query(raw, CATALOG)
        except DiagnosticError as refused:
            actual += f"{raw.name} refused\n  {describe(refused.diagnostic)}"
        else:
            names = {one.type.oid: CATALOG.type(one.type.oid).typname for one in query.params}
            actual += dump(query, names) + "".join(f"  {describe(one)}" for one in query.warnings)
    if update:
        path.write_text(text + SEPARATOR + actual, encoding="utf-8", newline="")
    assert update or actual == expected


CONDITIONS = (
    "active", "NOT active", "name = {}", "(name = {} OR email = {})", "created_at BETWEEN now() AND {}::timestamptz",
    "CASE WHEN active AND name = {} THEN true END", "id IN (SELECT user_id FROM session WHERE token = 'x' AND true)",
    "({} = ANY (ARRAY['a', name]))", "name IS DISTINCT FROM {}", "NOT (active AND name = {})", "left(name, 1) = {}",
    "(settings ->> 'and') = {}", "name LIKE {} /* AND a comment */", "((name)) = (({}))", "name || ' and ' = {}",
)  # fmt: skip


def _conditions(node: Any) -> list[Any]:
    """The AND-ed conditions of a tree that are more than `true`."""
    if isinstance(node, ast.BoolExpr) and node.boolop.name == "AND_EXPR":
        return [one for arg in node.args for one in _conditions(arg)]
    is_true = isinstance(node, ast.A_Const) and getattr(node.val, "boolval", False) is True
    return [] if node is None or is_true else [node]


@st.composite
def wheres(draw: st.DrawFn) -> tuple[str, list[tuple[str, str]]]:
    """A WHERE with parentheses anywhere around neighbours, and its conditions, each with the argument it needs."""
    parts: list[tuple[str, str]] = []
    for number in range(draw(st.integers(1, 4))):
        written = draw(st.sampled_from(CONDITIONS))
        name = f"p{number}" if "{}" in written and draw(st.booleans()) else ""
        value = f"qg.optional({name})" if name else "'2024-01-01'"
        parts.append((written.replace("{}", value), name))
    texts = [text for text, _ in parts]
    for _ in range(draw(st.integers(0, 3))):
        first = draw(st.integers(0, len(texts) - 1))
        last = draw(st.integers(first, len(texts) - 1))
        if all(text.count("(") >= text.count(")") for text in texts[first:last]):
            joined = " AND ".join(texts[first : last + 1])
            if joined.count("(") == joined.count(")"):
                texts[first : last + 1] = [f"({joined})"]
    return " AND ".join(texts), parts


@settings(max_examples=150, deadline=None)
@given(wheres())
def test_what_is_left_are_the_other_conditions(where: tuple[str, list[tuple[str, str]]]) -> None:
    text, parts = where
    source = SourceFile("q.sql", f'-- name: Q :many\nSELECT id FROM "user" WHERE {text} ORDER BY id;\n')
    (raw,), problems = parse_query_file(source, frozenset(CATALOG.operator_names()))
    assert not problems
    query = analyze_query(raw, CATALOG)
    names = {name for _, name in parts if name}
    assert bool(names) == (query.dynamic is not None)
    for variant in query.dynamic.variants if query.dynamic else ():
        numbers = {toggle.name: toggle.numbers[0] for toggle in query.dynamic.toggles} if query.dynamic else {}
        kept = [
            condition.replace(f"qg.optional({name})", f"${numbers.get(name)}")
            for condition, name in parts
            if not name or name in variant.given
        ]
        expected = [one for part in kept for one in _conditions(parse_statement(f"SELECT {part}").targetList[0].val)]
        assert _conditions(parse_statement(variant.sql).whereClause) == expected, (text, variant.sql)
