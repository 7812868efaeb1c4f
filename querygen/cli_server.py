"""`querygen verify`, `explain` and `doctor`: what a PostgreSQL makes of the schema and the queries.

Exit codes: 0 all is well, 1 something is not, 2 usage or no server.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 — msgspec reads the field's type
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from querygen.cli import NO_SUCH_QUERY, exit_code, project_config, report, told_on_a_terminal
from querygen.diagnostics import Diagnostic, DiagnosticErrors, Severity, error
from querygen.diagnostics_render import plural, sort_diagnostics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from querygen.config import Config
    from querygen.pipeline import Analysis

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
)


class Base(Struct, frozen=True):
    """A database to ask. `data_dir`: of our own server; `refused`: what that does not take of the schema."""

    url: str
    data_dir: Path | None = None
    refused: tuple[Diagnostic, ...] = ()


@contextmanager
def database_for(config: Config, database_url: str | None, origin: str = "--database-url") -> Iterator[Base]:
    """The database that is named; or an embedded server with the schema loaded."""
    from querygen.server.environment import named_url, told_of
    from querygen.server.errors import ServerError

    url = named_url(database_url, "--database-url")
    if url is not None:
        with told_of(origin):
            yield Base(url)
        return
    from querygen.schema_load import own_database

    try:
        with own_database(config) as own:
            for name in own.stubs:
                said = f"note: the embedded server has no {name}: a stub has its functions, and not what they do"
                click.echo(said, err=True)
            yield Base(own.dsn, own.data_dir, own.refused)
    except ServerError as problem:
        hint = problem.hint.replace("set DATABASE_URL", "name a server with --database-url")
        raise ServerError(problem.message, hint, problem.about) from None


@click.command()
@click.option("--database-url", metavar="URL", help="A live database, read only; default: an embedded server.")
@click.option("--live", is_flag=True, help="The database of DATABASE_URL, .env.local or .env.")
@click.option("--against", metavar="REV", help="No server: which queries of a git revision would this schema break?")
@format_option
def verify(database_url: str | None, live: bool, against: str | None, output_format: str) -> None:
    """Ask a PostgreSQL what it makes of every query, and compare."""
    config = project_config((), ())
    if against is not None:
        from querygen.revision import against as compare

        finish(compare(config, against), output_format, "nothing breaks")
    origin = "--database-url"
    if live and database_url is None:
        database_url, origin = _live_url(config), "DATABASE_URL"
    from querygen.pipeline import analyze
    from querygen.verify import statements, verify_database
    from querygen.verify_schema import verify_schema

    analysis = analyze(config)
    broken = errors_of(analysis.diagnostics)
    with told_on_a_terminal("starting") as progress, database_for(config, database_url, origin) as base:
        if base.refused:
            # What is said of the queries would follow from it. Where the analysis has errors, so may the refusals.
            finish(broken or base.refused, output_format, "")
        live = base.data_dir is None
        found = verify_database(
            analysis, base.url, live=live, told=lambda done, count: progress(f"{done} of {count} statements")
        )
        if live:
            progress("comparing the schema")
            found += verify_schema(config, analysis.catalog, base.url)
    count = sum(1 for _ in statements(analysis))
    finish([*broken, *found], output_format, f"{plural(count, 'statement')} verified")


def errors_of(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those that stand in the way."""
    """Those that stand in the way."""
    return [one for one in diagnostics if one.severity is Severity.ERROR]


def _live_url(config: Config) -> str:
    """The project's own URL."""
    from querygen.server.environment import project_url
    from querygen.server.errors import ServerError

    url, _origin = project_url(config.root, None, os.environ)
    if url is None:
        hint = "Set DATABASE_URL, write it to .env.local with `querygen db start`, or use --database-url."
        raise ServerError("--live: there is no DATABASE_URL in the environment, .env.local or .env", hint)
    return url


def finish(found: Sequence[Diagnostic], output_format: str, good: str) -> None:
    """Print what was found, and exit."""
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
    from querygen.pipeline import analyze
    from querygen.plans import as_text, plans
    from querygen.schema_load import set_path
    from querygen.server.database import connect
    from querygen.server.environment import named_url, told_of
    from querygen.server.statistics import copy_statistics

    if stats_from is not None and database_url is not None:
        raise click.UsageError("--stats-from is for the embedded server: leave out --database-url")
    stats_from = named_url(stats_from, "--stats-from")
    config = project_config((), ())
    analysis = analyze(config)
    found = _of_queries(analysis, names)
    printed = []
    with told_on_a_terminal("planning"), database_for(config, database_url) as base:
        if base.refused and not found:
            raise DiagnosticErrors(list(base.refused))
        if stats_from and base.data_dir:
            with told_of("--stats-from"):
                copied = copy_statistics(stats_from, base.url, base.data_dir)
            found += copied.problems
            if output_format == "text" and copied.largest:
                name, rows = copied.largest
                click.echo(f"statistics of {copied.relations} tables and indexes; the largest: {name}, {rows:,} rows")
        with connect(base.url) as conn:
            conn.execute("set default_transaction_read_only = on")
            set_path(conn, analysis.catalog)
            for one in plans(analysis, conn, names):
                if one.plan is None and base.refused:
                    continue  # it may need what the server did not take
                found += one.findings
                printed.append({"query": one.query.name, "plan": one.plan})
                if output_format == "text" and show_plan and one.plan is not None:
                    click.echo(f"{click.style(one.query.name, bold=True)}\n{as_text(one.plan, 1)}\n")
    if output_format == "json" and show_plan:
        from querygen.diagnostics_render import to_json

        rows_of = [to_json(one) for one in found]
        click.echo(json.dumps({"plans": printed, "findings": rows_of}, indent=2, ensure_ascii=False))
        sys.exit(exit_code(found))
    finish(found, output_format, f"{plural(len(printed), 'query')} planned, nothing stands out")


def _of_queries(analysis: Analysis, names: tuple[str, ...]) -> list[Diagnostic]:
    """What is wrong before anything is planned: all of it, or what concerns the queries that are named."""
    from difflib import get_close_matches

    from querygen.pipeline import FailedQuery

    failed = {one.raw.name: one.problem for one in analysis.queries if isinstance(one, FailedQuery)}
    errors = errors_of(analysis.diagnostics)
    others = [one for one in errors if one not in failed.values()]
    known = {one.raw.name for one in analysis.queries}
    unknown = [name for name in names if name not in known]
    if unknown and others:
        raise DiagnosticErrors(errors)  # the query may be where the error is
    if unknown:
        problems = []
        folded = {name.lower(): name for name in sorted(known)}
        for name in unknown:
            close = get_close_matches(name.lower(), folded, 1)
            hint = f'Did you mean "{folded[close[0]]}"?' if close else "`querygen describe` lists the queries."
            problems.append(error(NO_SUCH_QUERY, f'there is no query named "{name}"', hint=hint))
        raise DiagnosticErrors(problems)
    return errors if not names else [*others, *(failed[name] for name in names if name in failed)]


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
