"""A development database made anew: dropped, created, migrated or given the schema, seeded.

Takes the configuration and a URL that its caller has found to be a development database's; gives a line for each step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.diagnostics import DiagnosticError, DiagnosticErrors, error
from querygen.server.database import connect, load_sql
from querygen.sql.parse import read_source
from querygen.sql.psql import blank_meta_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from querygen.config import Config

SCHEMA_REFUSED: Final = "QG598"  # a statement of the schema files that the server does not take
SEED_REFUSED: Final = "QG605"  # a seed file that the server does not take


def reset_database(config: Config, url: str, *, seeds: bool, told: Callable[[str], None]) -> Iterator[str]:
    """Drop and make the database of the URL, then bring it to where the project is."""
    from psycopg import sql
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    name = str(conninfo_to_dict(url)["dbname"])
    with connect(make_conninfo(url, dbname="postgres")) as conn:
        told("dropping the database")
        version = conn.info.server_version
        force = sql.SQL(" with (force)") if version >= 130000 else sql.SQL("")
        conn.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)) + force)
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield f"{name} is empty"
    yield from _bring_up(config, url, told)
    if seeds:
        yield from load_seeds(config, url)


def _bring_up(config: Config, url: str, told: Callable[[str], None]) -> Iterator[str]:
    """All migrations where the project has any, else the schema files."""
    from querygen.runner import commands
    from querygen.runner.files import read_migrations
    from querygen.runner.history import parse_table

    folder = config.root / config.migrations
    migrations, problems = read_migrations(folder)
    if problems:
        raise DiagnosticErrors(problems)
    if migrations:
        told("applying migrations")
        place = commands.Place(folder, url, parse_table(config.migrations_table))
        outcome = commands.up(place, started=lambda entry, _n, _of: told(entry.label), told=told)
        if outcome.failure is not None:
            raise DiagnosticError(outcome.failure)
        yield f"{len(outcome.done)} migrations applied"
        return
    told("loading the schema")
    yield f"{load_schema(config, url)} statements of the schema loaded"


def load_schema(config: Config, url: str) -> int:
    """Run the schema files on an empty database; how many statements. `DiagnosticErrors` for those it does not take."""
    from querygen.pipeline import schema_statements
    from querygen.server.vet import load_statements

    texts = schema_statements(config)
    if failed := load_statements(url, texts):
        told = "PostgreSQL refuses a statement of the schema: "
        raise DiagnosticErrors([error(SCHEMA_REFUSED, f"{told}{why}: {text[:80]}") for text, why in failed])
    return len(texts)


def seed_files(config: Config) -> list[Path]:
    """The project's seeds, in the order of their names."""
    folder = config.root / config.seeds
    return sorted(folder.glob("*.sql")) if folder.is_dir() else []


def load_seeds(config: Config, url: str) -> list[str]:
    """Run every seed file, each as one transaction; the names of those that ran."""
    import psycopg

    loaded = []
    for path in seed_files(config):
        source = read_source(path)
        text, _ = blank_meta_commands(source.text)
        try:
            load_sql(url, text)
        except psycopg.Error as problem:
            message = f"{source.path}: {problem.diag.message_primary or problem} ({problem.sqlstate})"
            hint = problem.diag.message_hint or "Apply the migrations first: `querygen migrate up`."
            raise DiagnosticError(error(SEED_REFUSED, message, hint=hint)) from None
        loaded.append(source.path)
    return loaded
