"""`querygen db …`: a PostgreSQL for development that belongs to the project.

Exit codes: 0 done, 1 refused, 2 usage or no server, 3 (`db status`) it does not run.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from querygen.cli import STALE, project_config, told_on_a_terminal
from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, Severity, error

if TYPE_CHECKING:
    from pathlib import Path

    from querygen.config import Config
    from querygen.server.development import DevelopmentServer

NO_SERVER_YET = "QG601"  # the project has no server of its own, or it does not run
NOT_DEVELOPMENT = "QG602"  # a database that must not be emptied
NO_PSQL = "QG603"  # psql is not installed
NOTHING_TO_SEED = "QG604"  # neither files nor --fake

url_option = click.option(
    "--database-url", envvar="DATABASE_URL", metavar="URL", help="Default: DATABASE_URL, .env.local, .env."
)


@click.group()
def db() -> None:
    """A PostgreSQL for development: start, stop, reset, seed."""


def _root() -> Path:
    return project_config((), ()).root


def _running(root: Path) -> DevelopmentServer:
    from querygen.server.development import find

    server = find(root)
    if server is None or server.pid is None:
        message = "the project's server does not run" if server else "the project has no server of its own yet"
        raise DiagnosticError(error(NO_SERVER_YET, message, hint="Start it with `querygen db start`."))
    return server


def _url(config: Config, given: str | None) -> str:
    """The database that is named, or the project's own server's."""
    from querygen.server.environment import project_url

    url, _ = project_url(config.root, given, os.environ)
    return url if url is not None else _running(config.root).url()


@db.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def start(as_json: bool) -> None:
    """Start the project's server and write its DATABASE_URL to .env.local."""
    from querygen.server import development

    root = _root()
    before = development.find(root)
    with told_on_a_terminal("starting PostgreSQL"):
        server, started = development.start(root)
    moved = before.kept.port if before and before.kept.port != server.kept.port else None
    kept = development.write_env(root, server.url(), development.local_prefix())
    if as_json:
        click.echo(json.dumps({"started": started, "url": server.url(), "pid": server.pid, "note": kept}))
        return
    click.echo(f"PostgreSQL {'started' if started else 'is running'} on 127.0.0.1:{server.kept.port}")
    if moved:
        click.echo(f"note: the port {moved} is somebody else's now, and the URL has changed")
    click.echo(f"note: {kept}: see `querygen db url`" if kept else "DATABASE_URL is in .env.local")


@db.command()
def stop() -> None:
    """Stop the project's server; its data stays."""
    from querygen.server import development

    click.echo("stopped" if development.stop(_root()) else "it did not run")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def status(as_json: bool) -> None:
    """Whether the project's server runs, and where. Exit code 3 if it does not."""
    from querygen.server import development

    server = development.find(_root())
    running = server is not None and server.pid is not None
    if as_json:
        found = {
            "running": running,
            "pid": server.pid if server else None,
            "port": server.kept.port if server else None,
            "database": server.kept.database if server else None,
        }
        click.echo(json.dumps(found))
    elif server is None:
        click.echo("the project has no server of its own yet: `querygen db start` makes one")
    else:
        state = f"runs as process {server.pid}" if running else "does not run"
        click.echo(
            f"PostgreSQL of this project, 127.0.0.1:{server.kept.port}, database {server.kept.database}: {state}"
        )
    sys.exit(0 if running else STALE)


@db.command()
def url() -> None:
    """Print the URL of the project's server, with its password."""
    click.echo(_running(_root()).url())


@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(arguments: tuple[str, ...]) -> None:
    """Open psql on the project's server; ARGUMENTS go to psql."""
    from querygen.server.binaries import find_binaries

    server = _running(_root())
    program = shutil.which("psql")
    own = find_binaries().folder / "psql"
    if program is None and own.exists():
        program = str(own)
    if program is None:
        hint = "Install PostgreSQL's client programs (postgresql-client)."
        raise DiagnosticError(error(NO_PSQL, "psql is not installed", hint=hint))
    from querygen.server.cluster import LOOPBACK, SUPERUSER

    # The password goes through the environment: arguments are for everybody to see.
    environment = {
        **os.environ,
        "PGHOST": LOOPBACK,
        "PGPORT": str(server.kept.port),
        "PGUSER": SUPERUSER,
        "PGPASSWORD": server.kept.password,
        "PGDATABASE": server.kept.database,
    }
    sys.stdout.flush()
    os.execve(program, [program, *arguments], environment)  # noqa: S606 — psql takes over this terminal


@db.command()
@url_option
@click.option("--no-seed", is_flag=True, help="Leave seeds/*.sql alone.")
def reset(database_url: str | None, no_seed: bool) -> None:
    """Empty a development database: drop it, make it anew, apply migrations (or the schema) and seeds."""
    from querygen.server.development import is_development

    config = project_config((), ())
    target = _url(config, database_url)
    if why := is_development(target):
        hint = "Only a local database whose name says that it is for development is emptied."
        raise DiagnosticError(error(NOT_DEVELOPMENT, f"this database is not emptied: {why}", hint=hint))
    from querygen.reset import reset_database

    with told_on_a_terminal("emptying") as told:
        for line in reset_database(config, target, seeds=not no_seed, told=told):
            click.echo(f"  {line}")


@db.command()
@url_option
@click.option("--fake", metavar="ROWS", type=click.IntRange(min=1), help="Make up this many rows for each table.")
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Make up rows for this one; repeatable.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes up the same rows.")
def seed(database_url: str | None, fake: int | None, tables: tuple[str, ...], seed: int) -> None:
    """Load seeds/*.sql, or rows that are made up to satisfy every constraint."""
    config = project_config((), ())
    target = _url(config, database_url)
    if fake is None:
        from querygen.reset import seed_files
        from querygen.server.seed_files import read_seeds, run_seeds

        if tables:
            raise click.UsageError("--table names the tables of --fake ROWS; seeds/*.sql are run whole.")
        paths = seed_files(config)
        if not paths:
            hint = "Write files there, or give --fake ROWS."
            raise DiagnosticError(error(NOTHING_TO_SEED, f"{config.seeds}/ has no .sql files", hint=hint))
        for name in run_seeds(read_seeds(paths), target):
            click.echo(f"  {name}")
        return
    from querygen.pipeline import load_catalog
    from querygen.server.seed import fill

    problems: list[Diagnostic] = []
    catalog = load_catalog(config, problems)
    if any(one.severity is Severity.ERROR for one in problems):
        raise DiagnosticErrors(problems)
    with told_on_a_terminal("making up rows") as told:
        for one in fill(target, catalog, rows=fake, seed=seed, tables=tables, told=told):
            click.echo(f"  {one.table}: {one.rows} rows")
