"""`querygen verify`, `explain` and `doctor`: what a PostgreSQL makes of the schema and the queries.

Exit codes: 0 all is well, 1 something is not, 2 usage or no server.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from querygen.cli import NO_SUCH_QUERY, exit_code, project_config, report, told_on_a_terminal
from querygen.diagnostics import Diagnostic, DiagnosticErrors, Severity, error
from querygen.diagnostics_render import sort_diagnostics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from querygen.config import Config

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
)


@contextmanager
def database_for(config: Config, database_url: str | None) -> Iterator[tuple[str, Path | None]]:
    """The database that is named; or an embedded server with the schema loaded, and its data folder."""
    from querygen.server.database import resolve_database_url

    url = resolve_database_url(database_url, {})
    if url is not None:
        yield url, None
        return
    from querygen.reset import load_schema
    from querygen.server.embedded import create_database, running_server

    with running_server() as server:
        dsn = create_database(server, "querygen_verify")
        load_schema(config, dsn)
        yield dsn, server.data_dir


@click.command()
@click.option("--database-url", metavar="URL", help="A live database, read only; default: an embedded server.")
@click.option("--live", is_flag=True, help="The database of DATABASE_URL, .env.local or .env.")
@click.option("--against", metavar="REV", help="No server: which queries of a git revision would this schema break?")
@format_option
def verify(database_url: str | None, live: bool, against: str | None, output_format: str) -> None:
    """Ask a PostgreSQL what it makes of every query, and compare."""
    from querygen.server.environment import project_url

    config = project_config((), ())
    if against is not None:
        from querygen.revision import against as compare

        finish(compare(config, against), output_format, "nothing breaks")
    if live and database_url is None:
        database_url, _ = project_url(config.root, None, os.environ)
        if database_url is None:
            raise click.UsageError("--live: there is no DATABASE_URL")
    from querygen.pipeline import analyze
    from querygen.verify import statements, verify_database
    from querygen.verify_schema import verify_schema

    analysis = analyze(config)
    broken = [one for one in analysis.diagnostics if one.severity is Severity.ERROR]
    with told_on_a_terminal("starting") as progress, database_for(config, database_url) as (url, data_dir):
        found = verify_database(
            analysis, url, live=data_dir is None, told=lambda done, count: progress(f"{done} of {count} statements")
        )
        if data_dir is None:
            progress("comparing the schema")
            found += verify_schema(config, analysis.catalog, url)
    count = sum(1 for _ in statements(analysis))
    finish([*broken, *found], output_format, f"{count} statements verified")


def finish(found: Sequence[Diagnostic], output_format: str, good: str) -> None:
    """Print what was found, and exit."""
    from querygen.diagnostics_render import as_sarif, plural, to_json

    ordered = sort_diagnostics(found)
    match output_format:
        case "json":
            click.echo(json.dumps([to_json(one) for one in ordered], indent=2, ensure_ascii=False))
        case "sarif":
            click.echo(as_sarif(ordered))
        case _:
            report(ordered, output_format)
            errors = sum(one.severity is Severity.ERROR for one in ordered)
            text = f"{plural(errors, 'error')}, {plural(len(ordered) - errors, 'warning')}" if ordered else good
            click.echo(text, err=bool(ordered))
    sys.exit(exit_code(ordered))


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--database-url", metavar="URL", help="A live database, read only; default: an embedded server.")
@click.option("--stats-from", metavar="URL", help="Plan as the server would that has these statistics; read only.")
@click.option("--plan/--no-plan", "show_plan", default=True, help="Print the plans, too.")
@format_option
def explain(
    names: tuple[str, ...], database_url: str | None, stats_from: str | None, show_plan: bool, output_format: str
) -> None:
    """Print what a server would do for each query, and what stands out. Nothing is run."""
    from querygen.pipeline import FailedQuery, analyze
    from querygen.plans import as_text, plans
    from querygen.server.database import connect
    from querygen.server.statistics import copy_statistics

    if stats_from and database_url:
        raise click.UsageError("--stats-from is for the embedded server: leave out --database-url")
    config = project_config((), ())
    analysis = analyze(config)
    known = {one.raw.name for one in analysis.queries if not isinstance(one, FailedQuery)}
    if unknown := [name for name in names if name not in known]:
        raise DiagnosticErrors([error(NO_SUCH_QUERY, f'there is no query named "{name}"') for name in unknown])
    found: list[Diagnostic] = []
    printed = []
    with told_on_a_terminal("planning"), database_for(config, database_url) as (url, data_dir):
        if stats_from and data_dir:
            copied = copy_statistics(stats_from, url, data_dir)
            if output_format == "text" and copied.largest:
                name, rows = copied.largest
                click.echo(f"statistics of {copied.relations} tables and indexes; the largest: {name}, {rows:,} rows")
        with connect(url) as conn:
            conn.execute("set default_transaction_read_only = on")
            for one in plans(analysis, conn, names):
                found += one.findings
                printed.append({"query": one.query.name, "plan": one.plan})
                if output_format == "text" and show_plan and one.plan is not None:
                    click.echo(f"{click.style(one.query.name, bold=True)}\n{as_text(one.plan, 1)}\n")
    if output_format == "json" and show_plan:
        from querygen.diagnostics_render import to_json

        rows_of = [to_json(one) for one in found]
        click.echo(json.dumps({"plans": printed, "findings": rows_of}, indent=2, ensure_ascii=False))
        sys.exit(exit_code(found))
    finish(found, output_format, f"{len(printed)} queries planned, nothing stands out")


@click.command()
@click.option("--database-url", metavar="URL", help="Default: DATABASE_URL, .env.local, .env.")
@click.option("--json", "as_json", is_flag=True, help="A list of checks on standard output.")
def doctor(database_url: str | None, as_json: bool) -> None:
    """Look for what commonly goes wrong, and say what to do about it. Exit code 1 if anything does."""
    from querygen.doctor import State, as_line, examine

    checks = []
    for check in examine(project_config((), ()), database_url, os.environ):
        checks.append(check)
        if not as_json:
            click.echo(as_line(check, click.style))
    if as_json:
        rows = [
            {"check": one.name, "state": one.state.value, "message": one.message, "cure": one.cure} for one in checks
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    sys.exit(1 if any(one.state is State.BAD for one in checks) else 0)
