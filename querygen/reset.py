"""A development database made anew: dropped, created, migrated or given the schema, seeded.

Takes the configuration and a URL that its caller has found to be a development database's; gives a line for each step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.diagnostics import DiagnosticError, DiagnosticErrors, Severity
from querygen.diagnostics_render import plural
from querygen.schema_load import refusals, schema_of
from querygen.server.database import connect
from querygen.server.seed_files import read_seeds, run_seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from querygen.config import Config


def reset_database(config: Config, url: str, *, seeds: bool, told: Callable[[str], None]) -> Iterator[str]:
    """Drop and make the database of the URL, then bring it to where the project is."""
    from psycopg import sql
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    # What is wrong with the files is said while the old database is still there.
    scripts = read_seeds(seed_files(config)) if seeds else []
    bring_up = _way_up(config, url, told)
    name = str(conninfo_to_dict(url)["dbname"])
    with connect(make_conninfo(url, dbname="postgres")) as conn:
        told("dropping the database")
        version = conn.info.server_version
        force = sql.SQL(" with (force)") if version >= 130000 else sql.SQL("")
        conn.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)) + force)
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield f"{name} is empty"
    yield from bring_up()
    yield from run_seeds(scripts, url)


def _way_up(config: Config, url: str, told: Callable[[str], None]) -> Callable[[], Iterator[str]]:
    """What fills the empty database, found good: all migrations where the project has any, else the schema files."""
    from querygen.pipeline import load_catalog
    from querygen.runner import commands
    from querygen.runner.files import read_migrations
    from querygen.runner.history import parse_table

    folder = config.root / config.migrations
    migrations, problems = read_migrations(folder)
    if not migrations:
        load_catalog(config, problems)
    if any(one.severity is Severity.ERROR for one in problems):
        raise DiagnosticErrors(problems)

    def migrate() -> Iterator[str]:
        told("applying migrations")
        place = commands.Place(folder, url, parse_table(config.migrations_table))
        outcome = commands.up(place, started=lambda entry, _n, _of: told(entry.label), told=told)
        if outcome.failure is not None:
            raise DiagnosticError(outcome.failure)
        yield f"{plural(len(outcome.done), 'migration')} applied"

    def load() -> Iterator[str]:
        told("loading the schema")
        yield f"{plural(load_schema(config, url), 'statement')} of the schema loaded"

    return migrate if migrations else load


def load_schema(config: Config, url: str) -> int:
    """Run the schema files on an empty database; how many statements. `DiagnosticErrors` for those it does not take."""
    statements = schema_of(config)
    if refused := refusals(url, statements, own=False):
        raise DiagnosticErrors(refused)
    return len(statements)


def seed_files(config: Config) -> list[Path]:
    """The project's seeds, in the order of their names."""
    folder = config.root / config.seeds
    return sorted(folder.glob("*.sql")) if folder.is_dir() else []
