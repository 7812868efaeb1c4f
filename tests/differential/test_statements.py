"""Generated statements: no NULL in a column promised NOT NULL, no row count against the promised one.

A seeded sample runs every time. Under `exhaustive`: at least 20,000 statements in which every rule fires at least 50
times (the table of counts is printed), and deliberate breaks of the rules, each of which the statements must find.
"""

from __future__ import annotations

import ast
import inspect
from collections import Counter

import psycopg
import pytest

from querygen.server.embedded import EmbeddedServer, create_database
from tests.differential.rule_mutations import HARMLESS, Mutation, claims, slips
from tests.differential.rule_sites import all_sites, counted, mutated
from tests.differential.statement_experiment import Counts, Observed, explain, judged, observe_all

SAMPLE = range(45)
ALL = range(10_000, 10_750)
LEAST_STATEMENTS = 20_000
LEAST_FIRED = 50

# Rules that no statement of the experiment can fire, and why; the start of the name is enough.
NEVER_FIRED = {
    "nullability_expr._xml_verdict": "the server is built without XML",
    "nullability_relation._table_function_column: return not_null('XMLTABLE": "the server is built without XML",
    "nullability_relation.declared_verdict: return nullable(f'{name} is in a foreign": "needs a second server",
    "nullability_relation.declared_verdict: return nullable(f'{name} is also in": "needs a second server",
    "nullability.open_targets": "asked by embeds only",
    "nullability.is_outer_joined": "asked by embeds only",
    "nullability_quals._key_fields": "its answers are kept",
}


def _seen(dsn: str, seeds: range, counts: Counts) -> list[Observed]:
    return [one for group in observe_all(dsn, seeds, counts) for one in group]


def _assert_sound(dsn: str, seen: list[Observed]) -> None:
    wrong = [one for one in seen if judged(one)]
    if wrong:
        with psycopg.connect(dsn) as connection:
            raise AssertionError("\n\n".join(explain(connection, one) for one in wrong[:5]))


def test_promises_hold_for_a_sample(pg_server: EmbeddedServer) -> None:
    dsn = create_database(pg_server, "statements_sample", None)
    counts = Counts()
    seen = _seen(dsn, SAMPLE, counts)
    _assert_sound(dsn, seen)
    assert len(seen) > 1000
    assert not counts.refused_alone, counts.refused_alone[0]


@pytest.fixture(scope="module")
def experiment(pg_server: EmbeddedServer) -> tuple[str, list[Observed], Counts]:
    dsn = create_database(pg_server, "statements_all", None)
    counts = Counts()
    return dsn, _seen(dsn, ALL, counts), counts


@pytest.mark.exhaustive
def test_promises_hold(experiment: tuple[str, list[Observed], Counts]) -> None:
    dsn, seen, counts = experiment
    print(f"{len(seen)} statements of {counts.made}; {counts.failed} failed, {counts.refused} refused")
    _assert_sound(dsn, seen)
    assert len(seen) >= LEAST_STATEMENTS
    assert not counts.refused_alone, counts.refused_alone[0]


@pytest.mark.exhaustive
def test_every_rule_fires(experiment: tuple[str, list[Observed], Counts]) -> None:
    fired: Counter[int | str] = Counter()
    with counted(lambda rule: fired.update((rule,))):
        for one in experiment[1]:
            judged(one)
    lines = [f"{fired[site.number]:8} {site.name}" for site in all_sites()]
    print("\n".join(lines))
    rare = [
        f"{fired[site.number]} {site.name}"
        for site in all_sites()
        if fired[site.number] < LEAST_FIRED and not site.name.startswith(tuple(NEVER_FIRED))
    ]
    assert not rare, "\n".join(rare)


@pytest.mark.exhaustive
def test_every_break_is_found(experiment: tuple[str, list[Observed], Counts]) -> None:
    entered: set[int | str] = set()
    used: list[set[int | str]] = []
    with counted(entered.add):
        for one in experiment[1]:
            entered.clear()
            judged(one)
            used.append({name for name in entered if isinstance(name, str)})
    survived = []
    for mutation in (*claims(), *slips()):
        name = _function_of(mutation)
        with mutated(mutation.module, mutation.tree):
            if not any(name in functions and judged(one) for one, functions in zip(experiment[1], used, strict=True)):
                survived.append(mutation.name)
    unknown = [name for name in survived if not name.startswith(tuple(HARMLESS))]
    assert not unknown, f"{len(unknown)} breaks were not found:\n" + "\n".join(unknown)


def _function_of(mutation: Mutation) -> str:
    for one in ast.parse(inspect.getsource(mutation.module)).body:
        if isinstance(one, ast.FunctionDef) and one.lineno <= mutation.line <= (one.end_lineno or 0):
            return f"{mutation.module.__name__}.{one.name}"
    raise AssertionError(mutation.name)
