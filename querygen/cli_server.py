"""`querygen verify`: does a PostgreSQL agree with what the analysis says of schema and queries?

Exit codes: 0 it does, 1 it does not, 2 usage or no server.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from querygen.cli import exit_code, project_config, report, told_on_a_terminal
from querygen.diagnostics import Diagnostic, DiagnosticErrors, Severity, error
from querygen.diagnostics_render import sort_diagnostics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.config import Config

SCHEMA_REFUSED = "QG598"  # a statement of the schema files that the server does not take

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
)


@contextmanager
def database_for(config: Config, database_url: str | None) -> Iterator[tuple[str, bool]]:
    """The database that is named, and true; or an embedded server with the schema loaded, and false."""
    from querygen.server.database import resolve_database_url

    url = resolve_database_url(database_url, {})
    if url is not None:
        yield url, True
        return
    from querygen.pipeline import schema_statements
    from querygen.server.embedded import create_database, running_server
    from querygen.server.vet import load_statements

    with running_server() as server:
        dsn = create_database(server, "querygen_verify")
        if failed := load_statements(dsn, schema_statements(config)):
            raise DiagnosticErrors(
                [
                    error(SCHEMA_REFUSED, f"the server does not take a statement of the schema: {why}: {text[:80]}")
                    for text, why in failed
                ]
            )
        yield dsn, False


@click.command()
@click.option("--database-url", metavar="URL", help="A live database, read only; default: an embedded server.")
@click.option("--live", is_flag=True, help="The database of DATABASE_URL, .env.local or .env.")
@click.option("--against", metavar="REV", help="No server: which queries of a git revision would this schema break?")
@format_option
def verify(database_url: str | None, live: bool, against: str | None, output_format: str) -> None:
    """Ask a PostgreSQL what it makes of every query, and compare."""
    from querygen.server.database import resolve_database_url
    from querygen.server.environment import database_url_of

    config = project_config((), ())
    if against is not None:
        from querygen.revision import against as compare

        finish(compare(config, against), output_format, "nothing breaks")
    if live and database_url is None:
        database_url = resolve_database_url(None, os.environ) or database_url_of(config.root)
        if database_url is None:
            raise click.UsageError("--live: there is no DATABASE_URL")
    from querygen.pipeline import analyze
    from querygen.verify import statements, verify_database

    analysis = analyze(config)
    broken = [one for one in analysis.diagnostics if one.severity is Severity.ERROR]
    with told_on_a_terminal("starting") as progress, database_for(config, database_url) as (url, is_live):
        found = verify_database(
            analysis, url, live=is_live, told=lambda done, count: progress(f"{done} of {count} statements")
        )
    count = sum(1 for _ in statements(analysis))
    finish([*broken, *found], output_format, f"{count} statements verified")


def finish(found: Sequence[Diagnostic], output_format: str, good: str) -> None:
    """Print what was found, and exit."""
    import json

    from querygen.diagnostics_render import as_sarif, to_json

    ordered = sort_diagnostics(found)
    match output_format:
        case "json":
            click.echo(json.dumps([to_json(one) for one in ordered], indent=2, ensure_ascii=False))
        case "sarif":
            click.echo(as_sarif(ordered))
        case _:
            report(ordered, output_format)
            errors = sum(one.severity is Severity.ERROR for one in ordered)
            text = f"{errors} errors, {len(ordered) - errors} warnings" if ordered else good
            click.echo(text, err=bool(ordered))
    sys.exit(exit_code(ordered))


@click.command()
@click.option("--database-url", metavar="URL", help="Default: DATABASE_URL, .env.local, .env.")
@click.option("--json", "as_json", is_flag=True, help="A list of checks on standard output.")
def doctor(database_url: str | None, as_json: bool) -> None:
    """Look for what commonly goes wrong, and say what to do about it. Exit code 1 if anything does."""
    import json

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
