"""Dynamic queries and folded rows, analysed: `tests/cases/dynamic/*.sql` hold queries over the example's schema and,
below a line `----`, what is known of them or why they are refused. `pytest --update` rewrites what is below the line.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from querygen.analyze.query import analyze_query
from querygen.config import Config
from querygen.diagnostics import DiagnosticError
from querygen.ir import AnalyzedQuery
from querygen.pipeline import load_catalog
from querygen.source import SourceFile
from querygen.sql.query_file import parse_query_file
from tests.test_query_file import SEPARATOR, describe, load

ROOT = Path(__file__).parent.parent
CASES = sorted((Path(__file__).parent / "cases" / "dynamic").glob("*.sql"))


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
    catalog = load_catalog(Config(ROOT, schema=("schema",), queries=()), [])
    queries, problems = parse_query_file(SourceFile(path.name, text), frozenset(catalog.operator_names()))
    actual = "".join(map(describe, problems))
    for raw in queries:
        try:
            query = analyze_query(raw, catalog)
        except DiagnosticError as refused:
            actual += f"{raw.name} refused\n  {describe(refused.diagnostic)}"
        else:
            names = {one.type.oid: catalog.type(one.type.oid).typname for one in query.params}
            actual += dump(query, names) + "".join(f"  {describe(one)}" for one in query.warnings)
    if update:
        path.write_text(text + SEPARATOR + actual, encoding="utf-8", newline="")
    assert update or actual == expected
