"""Time generated code beside hand-written code and its peers, interleaved, in one process against one embedded server.

    python benchmarks/runtime.py [--seconds 10] [--quick] [--only TEXT] [--docs] [--check]

Needs `pip install querygen[embedded,bench]`; a peer that is not installed is left out. Prints client CPU and wall time
as ratios to psycopg's raw tuples, and to the same queries written by hand in the fastest shape known. `--docs` writes
them to docs/benchmarks.md and .svg. The machine may be shared: only the ratios mean something.
It takes about six minutes, nine on a busy machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.metadata
import platform
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from runtime import imports, measure, modules, psycopg_plain, report
from runtime.cases import CASES, Case, Contestant, fill

from querygen.server.embedded import EmbeddedServer, create_database, running_server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DOCS = Path(__file__).parent.parent / "docs"
QUICK_SECONDS = 2.0
IMPORTS = 15  # rounds
VERSIONS = ("psycopg", "pydantic", "SQLAlchemy", "asyncpg", "aiosql")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def enter_peers(server: EmbeddedServer, database: str, stack: contextlib.AsyncExitStack) -> list[Contestant]:
    """The contestants of the `bench` extra, as far as it is installed."""
    found: list[Contestant] = []
    try:
        import sqlalchemy
        import sqlalchemy.ext.asyncio
        from runtime import sqlalchemy_core, sqlalchemy_orm
    except ImportError as problem:
        say(f"without SQLAlchemy: {problem}")
    else:
        # asyncpg's dialect takes no unix socket in the host of a URL; as a query argument both do.
        url = sqlalchemy.URL.create(
            "postgresql+psycopg",
            username="postgres",
            port=server.port,
            database=database,
            query={"host": str(server.socket_dir)},
        )
        aio_url = url.set(drivername="postgresql+asyncpg")
        engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
        stack.callback(engine.dispose)
        async_engine = sqlalchemy.ext.asyncio.create_async_engine(aio_url, isolation_level="AUTOCOMMIT")
        stack.push_async_callback(async_engine.dispose)
        found += await sqlalchemy_core.enter(engine, async_engine, stack)
        found += await sqlalchemy_orm.enter(engine, async_engine, stack)

    connect: Callable[[], Any] | None = None
    try:
        from runtime import asyncpg_models
    except ImportError as problem:
        say(f"without asyncpg: {problem}")
    else:

        async def connect() -> Any:
            return await asyncpg_models.connect(str(server.socket_dir), server.port, "postgres", database, stack)

        found.append(asyncpg_models.contestant(await connect()))
    try:
        from runtime import aiosql_rows
    except ImportError as problem:
        say(f"without aiosql: {problem}")
    else:
        conn = stack.enter_context(psycopg.connect(server.dsn(database), autocommit=True))
        found.append(aiosql_rows.contestant(conn))
        if connect is not None:
            found.append(aiosql_rows.contestant_async(await connect()))
    return found


async def run_cases(
    server: EmbeddedServer, folder: Path, cases: Sequence[Case], seconds: float
) -> list[measure.Figures]:
    database = "benchmark"
    dsn = create_database(server, database)
    async with contextlib.AsyncExitStack() as stack:
        admin = stack.enter_context(psycopg.connect(dsn, autocommit=True))
        fill(admin)
        contestants = await psycopg_plain.enter(dsn, stack)
        contestants[2:2] = await modules.enter_by_hand(dsn, stack)
        try:
            contestants[2:2] = await modules.enter_generated(folder, dsn, stack, say)
        except modules.NotGeneratedError as problem:
            say(f"without generated code: {problem}")
        contestants += await enter_peers(server, database, stack)

        def empty_entries() -> None:
            admin.execute("TRUNCATE entry")

        def written() -> Any:
            return admin.execute("SELECT count(*), sum(hashtextextended(entry::text, 0)) FROM entry").fetchone()

        say("checking that all give the same rows")
        await measure.check(contestants, cases, empty_entries, written)
        return await measure.run(contestants, cases, seconds, empty_entries, say)


def versions(server: EmbeddedServer) -> str:
    found = [f"Python {platform.python_version()}", f"PostgreSQL {server.version}"]
    for name in VERSIONS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(name)}")
    return ", ".join(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="for a case, synchronous or asynchronous")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SECONDS:g} seconds, no imports")
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md and docs/benchmarks.svg")
    parser.add_argument("--check", action="store_true", help="exit with 1 when generated code misses a goal")
    parser.add_argument("--only", metavar="TEXT", help="only the cases whose name contains it, and no imports")
    options = parser.parse_args()
    if options.only and options.docs:
        parser.error("the documents show all cases")
    seconds = QUICK_SECONDS if options.quick else options.seconds
    cases = [case for case in CASES if (options.only or "") in case.name]
    with tempfile.TemporaryDirectory() as name, running_server(options={"timezone": "UTC"}) as server:
        both = asyncio.run(run_cases(server, Path(name), cases, seconds))
        about = versions(server)
    imported = None
    if not options.quick and not options.only:
        say("imports")
        with tempfile.TemporaryDirectory() as name:
            imported = imports.run(Path(name), IMPORTS)
        if imported.missing:
            say(f"without generated code: {imported.missing}")
    print(f"{about}; {seconds:g} seconds a case\n")
    print(report.as_text(both, cases, imported))
    goals = report.goals(both, cases, imported)
    missed = [goal for goal in goals if not goal.met]
    print(f"\n{len(goals) - len(missed)} of {len(goals)} goals are met" if goals else "\nno generated code to judge")
    for goal in missed:
        print(f"missed: {goal.text}")
    if options.docs:
        for path in report.write_docs(DOCS, both, cases, imported, about):
            say(f"wrote {path.name}")
    if options.check and (missed or not goals):
        sys.exit(1)


if __name__ == "__main__":
    main()
