"""Time `qg.embed_many` beside grouping by hand, JSON built in SQL, two queries, and SQLAlchemy's eager loading.

    python benchmarks/nested.py [--rounds 40] [--parents 1000] [--children 10] [--check] [--two-lists]

Needs `pip install querygen[embedded,bench]`. Everything runs in one process against one embedded server, interleaved;
prints client CPU and wall time as ratios to the fastest grouping by hand of the run. The machine may be shared: only
the ratios mean something. `--check` fails where embed_many costs more than 1.15 of it. `--two-lists` times two lists of
each parent: a JOIN of both, whose rows multiply, beside JSON for both, and beside JSON for one of them.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from relations import by_hand
from runtime.modules import build

from querygen.server.embedded import create_database, load_sql, running_server

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "relations"
MOST = 1.15
HAND = ("by hand, last key", "by hand, dict", "by hand, groupby")
FILL = """
INSERT INTO author SELECT n, 'author ' || n, now() - n * interval '1 hour' FROM generate_series(1, {parents}) AS n;
INSERT INTO book
SELECT (a - 1) * {children} + b, a, 'book ' || b || ' of ' || a, b * 100, now() - b * interval '1 day'
FROM generate_series(1, {parents}) AS a, generate_series(1, {children}) AS b;
INSERT INTO prize
SELECT (a - 1) * {children} + p, a, 'prize ' || p || ' of ' || a, p * 100, now() - p * interval '1 day'
FROM generate_series(1, {parents}) AS a, generate_series(1, {children}) AS p;
ANALYZE;
"""


def contestants(
    folder: Path, dsn: str, host: str, port: int, database: str, *, two_lists: bool
) -> dict[str, Callable[[], list[Any]]]:
    """What is compared: name → a call that gives all authors with their books, or with their books and prizes."""
    build(folder, HERE / "schema.sql", [HERE / "queries.sql"], "relations_output")
    sys.path.insert(0, str(folder))
    queries = importlib.import_module("relations_output.queries")
    models = importlib.import_module("relations_output.models")
    row = importlib.import_module("relations_output._row")
    conn = psycopg.connect(dsn, autocommit=True)
    conn.execute("SET TIME ZONE 'UTC'")
    if two_lists:
        return {
            "embed_many for both": lambda: queries.joined_both(conn),
            "JSON for both": lambda: queries.json_both(conn),
            "embed_many and JSON": lambda: queries.one_of_each(conn),
        }

    def two_queries() -> list[Any]:
        authors = queries.authors(conn)
        lists: dict[int, list[Any]] = {one.id: [] for one in authors}
        for book in queries.books_of(conn, authors=list(lists)):
            lists[book.author_id].append(book)
        return row.new_rows(queries.JoinedRow, [{"a": one, "books": lists[one.id]} for one in authors])

    found: dict[str, Callable[[], list[Any]]] = {
        "embed_many": lambda: queries.joined(conn),
        "by hand, last key": lambda: by_hand.by_last_key(conn, models, row, queries.JoinedRow),
        "by hand, dict": lambda: by_hand.by_dict(conn, models, row, queries.JoinedRow),
        "by hand, groupby": lambda: by_hand.by_groupby(conn, models, row, queries.JoinedRow),
        "JSON in SQL": lambda: queries.as_json(conn),
        "two queries": two_queries,
    }
    try:
        from relations import orm
    except ImportError as problem:
        print(f"without SQLAlchemy: {problem}", file=sys.stderr)
    else:
        engine = orm.engine(host, port, database)
        found["selectinload"] = lambda: orm.loaded_by_select(engine)
        found["joinedload"] = lambda: orm.loaded_by_join(engine)
    return found


def check(calls: dict[str, Callable[[], list[Any]]]) -> None:
    """All give the same; every statement is prepared and every model built before it is timed."""
    expected = None
    for name, call in calls.items():
        for _ in range(7):
            answer = call()
        shown = [
            (
                getattr(one, "a", one).id,
                getattr(one, "a", one).name,
                [(book.id, book.title) for book in one.books],
                [(prize.id, prize.title) for prize in getattr(one, "prizes", ())],
            )
            for one in answer
        ]
        expected = expected or shown
        if shown != expected:
            raise SystemExit(f"{name} gives something else")


def measure(calls: dict[str, Callable[[], list[Any]]], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """CPU and wall seconds of each call in each round; all orders are random."""
    chance = random.Random(1)  # noqa: S311  orders that can be had again
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name in chance.sample(list(calls), len(calls)):
            gc.collect()
            cpu, wall = time.process_time(), time.perf_counter()
            calls[name]()
            found[name].append((time.process_time() - cpu, time.perf_counter() - wall))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the rows of a join are folded.")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--parents", type=int, default=1000)
    parser.add_argument("--children", type=int, default=10)
    parser.add_argument("--only", nargs="*", help="names of what is timed beside grouping by hand")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--two-lists", action="store_true", help="two lists of each parent")
    wanted = parser.parse_args()
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        dsn = create_database(server, "nested")
        load_sql(dsn, (HERE / "schema.sql").read_text() + FILL.format(**vars(wanted)))
        calls = contestants(
            Path(folder), dsn, str(server.socket_dir), server.port, "nested", two_lists=wanted.two_lists
        )
        if wanted.only is not None:
            calls = {name: call for name, call in calls.items() if name in (*HAND, *wanted.only)}
        check(calls)
        found = measure(calls, wanted.rounds)
    medians = {
        name: [statistics.median(one[clock] for one in rounds) for clock in (0, 1)] for name, rounds in found.items()
    }
    base = next(iter(found)) if wanted.two_lists else min(HAND, key=lambda name: medians[name][0])
    print(f"{wanted.parents} parents with {wanted.children} children each; ratios to {base}:")
    print(f"{medians[base][0] * 1000:.1f} ms CPU, {medians[base][1] * 1000:.1f} ms wall\n")
    print("|  | client CPU | wall |\n|---|---:|---:|")
    for name, rounds in found.items():
        ratios = [
            statistics.median(mine[clock] / other[clock] for mine, other in zip(rounds, found[base], strict=True))
            for clock in (0, 1)
        ]
        print(f"| {name} | {ratios[0]:.2f} | {ratios[1]:.2f} |")
        if name == "embed_many" and wanted.check and ratios[0] > MOST:
            raise SystemExit(f"embed_many costs {ratios[0]:.2f}, not {MOST} at most")


if __name__ == "__main__":
    main()
