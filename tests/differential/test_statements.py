"""Generated statements: no NULL in a column promised NOT NULL, no row count against the promised one.

A seeded sample runs every time. Under `exhaustive`: at least 20,000 statements in which every rule fires at least 50
times (the table of counts is printed), and deliberate breaks of the rules, each of which the statements must find.
What the embedded server is built without, XML and ICU, is tested on Debian's PostgreSQL 15.
"""

from __future__ import annotations

import ast
import inspect
import os
from collections import Counter
from collections.abc import Iterable, Iterator

import psycopg
import pytest

from querygen.server.embedded import EmbeddedServer, create_database, running_server
from tests.differential.rule_mutations import HARMLESS, Mutation, claims, slips
from tests.differential.rule_sites import all_sites, counted, mutated
from tests.differential.statement_experiment import Counts, Observed, Seed, explain, judged, observe_all
from tests.differential.statement_families import FAMILIES

HERE = [name for name, family in FAMILIES.items() if not family.on_15]
ON_15 = [name for name, family in FAMILIES.items() if family.on_15]
SAMPLE: list[Seed] = [*range(25), *((name, 0) for name in HERE)]
ALL: list[Seed] = [*range(10_000, 10_500), *((name, variant) for name in HERE for variant in range(40))]
ALL_15: list[Seed] = [(name, variant) for name in ON_15 for variant in range(40)]
LEAST_STATEMENTS = 20_000
LEAST_FIRED = 50

# Rules and breaks that only Debian's server can show; the start of the name is enough.
NEED_15 = (
    "nullability_expr._xml_verdict",
    "nullability_expr._verdict: return _xml_verdict",
    "nullability_relation._table_function_column: return not_null('XMLTABLE",
    "cardinality_keys._compares_alike: return all(",
    "cardinality_keys: or not _compares_alike",
    "cardinality_keys: not isinstance(node, n.Var | n.SubLink → ",
    "cardinality_keys: n.SubLink | n.CoerceToDomain | n.CollateExpr → ",
    "cardinality_keys: if one.collation is not None and",
)
# Rules that no generated statement can fire, and why.
NEVER_FIRED = {
    "nullability.open_targets": "asked by embeds only: tests/test_nullability.py",
    "nullability.is_outer_joined": "asked by embeds only: tests/test_nullability.py",
    "nullability_relation.declared_column": "asked by models and the studio: tests/test_render.py, tests/studio",
    "volatile.calls_volatile: return False": "asked for READ_ONLY only, of every node: tests/generated/test_models.py",
    "nullability_quals._key_fields": "no rule: its answers are kept",
    "cardinality_keys.column_keys": "asked by nested rows only",
    "nullability_relation.refuses_null": "asked of parameters only: tests/cases/nullability/params.sql",
    "nullability_expr._verdict: return nullable('it stands where": "by grammar no column is CURRENT OF, VALUE of "
    "a domain's CHECK or the target of ON CONFLICT; the case is there since the match has every kind of node",
}


def _seen(dsn: str, seeds: Iterable[Seed], counts: Counts) -> list[Observed]:
    return [one for group in observe_all(dsn, seeds, counts) for one in group]


def _assert_sound(dsn: str, seen: list[Observed]) -> None:
    wrong = [one for one in seen if judged(one)]
    if wrong:
        with psycopg.connect(dsn) as connection:
            raise AssertionError("\n\n".join(explain(connection, one) for one in wrong[:5]))


def _rare(seen: list[Observed]) -> list[str]:
    """A line for each rule with how many statements fire it; printed, and those below the least returned."""
    fired: Counter[int | str] = Counter()
    entered: set[int | str] = set()
    with counted(entered.add):
        for one in seen:
            entered.clear()
            judged(one)
            fired.update(entered)
    lines = [(fired[site.number], site.name) for site in all_sites()]
    print("\n".join(f"{count:8} {name}" for count, name in lines))
    return [f"{count} {name}" for count, name in lines if count < LEAST_FIRED]


def _survivors(seen: list[Observed], mutations: Iterable[Mutation]) -> list[str]:
    """The breaks that no statement finds. Those are asked first that found the break before."""
    entered: set[int | str] = set()
    by_function: dict[str, list[Observed]] = {}
    with counted(entered.add):
        for one in seen:
            entered.clear()
            judged(one)
            for name in entered:
                if isinstance(name, str):
                    by_function.setdefault(name, []).append(one)
    survived = []
    for mutation in mutations:
        with mutated(mutation.module, mutation.tree):
            if not any(judged(one) for one in by_function.get(_function_of(mutation), ())):
                survived.append(mutation.name)
    return survived


def _function_of(mutation: Mutation) -> str:
    for one in ast.parse(inspect.getsource(mutation.module)).body:
        if isinstance(one, ast.FunctionDef) and one.lineno <= mutation.line <= (one.end_lineno or 0):
            return f"{mutation.module.__name__}.{one.name}"
    raise AssertionError(mutation.name)


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
    excused = (*NEVER_FIRED, *NEED_15)
    rare = [line for line in _rare(experiment[1]) if not line.partition(" ")[2].startswith(excused)]
    assert not rare, "\n".join(rare)


@pytest.mark.exhaustive
def test_every_break_is_found(experiment: tuple[str, list[Observed], Counts]) -> None:
    tried = [one for one in (*claims(), *slips()) if not one.name.startswith((*HARMLESS, *NEED_15))]
    survived = _survivors(experiment[1], tried)
    print(f"{len(tried) - len(survived)} of {len(tried)} breaks were found")
    assert not survived, f"{len(survived)} breaks were not found:\n" + "\n".join(survived)


@pytest.fixture(scope="module")
def experiment_15() -> Iterator[tuple[str, list[Observed], Counts]]:
    before = os.environ.get("QUERYGEN_PG_BIN")
    os.environ["QUERYGEN_PG_BIN"] = "/usr/lib/postgresql/15/bin"
    try:
        with running_server() as server:
            dsn = create_database(server, "statements_15", None)
            counts = Counts()
            yield dsn, _seen(dsn, ALL_15, counts), counts
    finally:
        del os.environ["QUERYGEN_PG_BIN"]
        if before is not None:
            os.environ["QUERYGEN_PG_BIN"] = before


@pytest.mark.exhaustive
@pytest.mark.debian15
def test_promises_hold_with_xml_and_icu(experiment_15: tuple[str, list[Observed], Counts]) -> None:
    dsn, seen, _ = experiment_15
    _assert_sound(dsn, seen)
    rare = [line for line in _rare(seen) if line.partition(" ")[2].startswith(NEED_15)]
    assert not rare, "\n".join(rare)
    tried = [one for one in (*claims(), *slips()) if one.name.startswith(NEED_15)]
    survived = _survivors(seen, tried)
    assert tried
    assert not survived, f"{len(survived)} breaks were not found:\n" + "\n".join(survived)


def test_what_is_harmless_is_a_break() -> None:
    """Every name of HARMLESS, NEVER_FIRED and NEED_15 is one that exists."""
    names = [one.name for one in (*claims(), *slips())]
    rules = [site.name for site in all_sites()]
    for start in HARMLESS:
        assert any(one.startswith(start) for one in names), start
    for start in (*NEVER_FIRED, *NEED_15):
        assert any(one.startswith(start) for one in (*names, *rules)), start
