"""`querygen migrate …`: arguments in, text or JSON and an exit code out.

Exit codes: 0 done or nothing to do, 1 failed or refused, 2 usage, 3 differences found.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from querygen.cli import BAD_SQL, STALE, project_config, report, told_on_a_terminal
from querygen.diagnostics import error
from querygen.diagnostics_render import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from querygen.config import Config
    from querygen.runner.commands import Outcome, Place
    from querygen.runner.plan import Entry

NO_URL = "QG571"  # a command needs a database and none is named
_SECONDS = click.FloatRange(min=0)


@click.group()
def migrate() -> None:
    """Write, apply and look after the files of migrations/."""


# ---------------------------------------------------------------- what the commands share

url_option = click.option(
    "--database-url", envvar="DATABASE_URL", metavar="URL", help="Default: DATABASE_URL, .env.local, .env."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
wait_option = click.option("--wait", type=_SECONDS, default=60.0, show_default=True, help="Seconds for the lock.")
dry_option = click.option("--dry-run", is_flag=True, help="Print the SQL that would run; run nothing.")
lock_timeout_option = click.option(
    "--lock-timeout", default="5s", show_default=True, help="How long a statement waits for a lock; 0: for ever."
)
statement_timeout_option = click.option(
    "--statement-timeout", default="", help="How long a statement may take; default: the server's."
)


def place_of(
    database_url: str | None,
    wait: float = 60.0,
    lock_timeout: str = "5s",
    statement_timeout: str = "",
    config: Config | None = None,
) -> Place:
    """The folder, the database and the table that the configuration and the options name."""
    from querygen.diagnostics import DiagnosticError
    from querygen.runner.apply import Limits
    from querygen.runner.commands import Place
    from querygen.runner.history import parse_table
    from querygen.server.environment import project_url

    config = config or project_config((), ())
    url, _ = project_url(config.root, database_url, os.environ)
    if url is None:
        raise DiagnosticError(
            error(
                NO_URL,
                "no database is named",
                hint="Set DATABASE_URL, write it to .env.local, or give --database-url; "
                "it looks like postgresql://user:password@host:5432/database.",
            )
        )
    limits = Limits(lock_timeout, statement_timeout)
    return Place(config.root / config.migrations, url, parse_table(config.migrations_table), wait, limits)


def _told(text: str) -> None:
    click.echo(f"  {text}", err=True)


@contextmanager
def _progress(verb: str) -> Iterator[Callable[[Entry, int, int], None]]:
    """What is being run, where somebody looks."""
    with told_on_a_terminal("connecting") as told:
        yield lambda entry, number, count: told(f"{verb} {entry.label} ({number} of {count})")


def running(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a command that runs files."""
    for option in (json_option, dry_option, wait_option, statement_timeout_option, lock_timeout_option, url_option):
        command = option(command)
    return command


def _finish(outcome: Outcome, *, as_json: bool, nothing: str) -> None:
    """Print what was done, and exit."""
    if as_json:
        click.echo(
            json.dumps(
                {
                    "done": [
                        {"version": one.version, "name": one.name, "action": one.action, "duration_ms": one.duration_ms}
                        for one in outcome.done
                    ],
                    "left": [{"version": one.version, "name": one.name} for one in outcome.planned],
                    "warnings": [to_json(one) for one in outcome.warnings],
                    "error": to_json(outcome.failure) if outcome.failure else None,
                },
                indent=2,
            )
        )
    else:
        report(outcome.warnings)
        for one in outcome.done:
            spent = f" in {one.duration_ms} ms" if one.duration_ms is not None else ""
            click.echo(f"  {one.label}: {one.action}{spent}")
        if not outcome.done and outcome.failure is None:
            click.echo(nothing)
    if outcome.failure is not None:
        if not as_json:
            report([outcome.failure])
            left = len(outcome.planned)
            click.echo(f"{len(outcome.done)} done, {left} left: the first of these failed.", err=True)
        sys.exit(BAD_SQL)


def _print_plan(outcome: Outcome, *, as_json: bool, down: bool) -> None:
    """What `--dry-run` shows: each file with its SQL, as it would be sent."""
    from querygen.runner.files import read_step

    report(outcome.warnings)
    files = []
    for entry in outcome.planned:
        path = entry.file.down if down and entry.file.down else entry.file.path
        files.append((entry, read_step(path)[0]))
    if as_json:
        click.echo(
            json.dumps(
                {
                    "planned": [
                        {
                            "version": entry.version,
                            "name": entry.name,
                            "transaction": step.transactional,
                            "statements": [command.text for command in step.commands],
                        }
                        for entry, step in files
                    ]
                },
                indent=2,
            )
        )
        return
    for entry, step in files:
        click.echo(f"-- {entry.label}" + ("" if step.transactional else " (statement by statement, no transaction)"))
        for command in step.commands:
            click.echo(f"{command.text};")
    if not files:
        click.echo("nothing to do", err=True)


# ---------------------------------------------------------------- the commands


@migrate.command()
@click.option("--to", metavar="VERSION", help="Stop behind this one.")
@click.option("--allow-out-of-order", is_flag=True, help="Apply files that are older than an applied one, too.")
@running
def up(
    database_url: str | None,
    to: str | None,
    allow_out_of_order: bool,
    lock_timeout: str,
    statement_timeout: str,
    wait: float,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Apply what is pending, oldest first."""
    from querygen.runner import commands

    place = place_of(database_url, wait, lock_timeout, statement_timeout)
    with _progress("applying") as started:
        outcome = commands.up(
            place,
            to=to,
            dry_run=dry_run,
            allow_out_of_order=allow_out_of_order,
            started=started,
            told=_told,
        )
    if dry_run:
        _print_plan(outcome, as_json=as_json, down=False)
        return
    _finish(outcome, as_json=as_json, nothing="nothing to do: the database has every migration")


@migrate.command()
@click.option("--to", metavar="VERSION", help="Take back all that is newer; 0: every one.")
@click.option("--steps", type=click.IntRange(min=1), default=1, show_default=True, help="How many, without --to.")
@running
def down(
    database_url: str | None,
    to: str | None,
    steps: int,
    lock_timeout: str,
    statement_timeout: str,
    wait: float,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take back the newest migration, by its .down.sql."""
    from querygen.runner import commands

    place = place_of(database_url, wait, lock_timeout, statement_timeout)
    with _progress("taking back") as started:
        outcome = commands.down(place, to=to, steps=steps, dry_run=dry_run, started=started, told=_told)
    if dry_run:
        _print_plan(outcome, as_json=as_json, down=True)
        return
    _finish(outcome, as_json=as_json, nothing="nothing to take back")


_COLORS = {
    "applied": "green",
    "baseline": "green",
    "pending": "yellow",
    "replaced": "bright_black",
}


@migrate.command()
@url_option
@click.option("--strict", is_flag=True, help="Exit with 3 unless every migration is applied as it stands.")
@json_option
def status(database_url: str | None, strict: bool, as_json: bool) -> None:
    """What is applied, pending, changed or broken off."""
    from querygen.runner import commands, plan

    entries, holder = commands.look(place_of(database_url))
    problems = plan.obstacles(entries)
    if as_json:
        rows = [
            {
                "version": one.version,
                "name": one.name,
                "state": one.state.value,
                "applied_at": one.row.applied_at.isoformat() if one.row else None,
                "applied_by": one.row.applied_by if one.row else None,
                "duration_ms": one.row.duration_ms if one.row else None,
                "finished": one.row.finished if one.row else None,
                "problem": one.row.problem if one.row else None,
            }
            for one in entries
        ]
        messages = [to_json(one) for one in problems]
        click.echo(json.dumps({"migrations": rows, "running": holder, "problems": messages}, indent=2))
    else:
        width = max((len(one.state.value) for one in entries), default=0)
        for one in entries:
            when = f"  {one.row.applied_at:%Y-%m-%d %H:%M:%S}" if one.row else ""
            state = click.style(one.state.value.ljust(width), fg=_COLORS.get(one.state.value, "red"))
            click.echo(f"  {state}  {one.label}{when}")
        if holder:
            click.echo(f"a run is under way: {holder}", err=True)
        report(problems)
        todo = len(plan.pending(entries))
        click.echo(f"{len(entries)} migrations, {todo} pending" if entries else "there are no migrations yet")
    settled = (plan.State.APPLIED, plan.State.BASELINE, plan.State.REPLACED)
    if strict and any(one.state not in settled for one in entries):
        sys.exit(STALE)


@migrate.command()
@url_option
@click.argument("version", required=False)
@wait_option
@json_option
def baseline(database_url: str | None, version: str | None, wait: float, as_json: bool) -> None:
    """Note migrations as applied without running them: all, or those up to VERSION.

    For a database that had its schema before it had migrations.
    """
    from querygen.runner import commands

    outcome = commands.baseline(place_of(database_url, wait), to=version, told=_told)
    _finish(outcome, as_json=as_json, nothing="nothing to note: every migration has its row")


@migrate.command()
@url_option
@click.option("--retry", multiple=True, metavar="VERSION", help="Go on behind the statements that have run.")
@click.option("--restart", multiple=True, metavar="VERSION", help="Run all of its statements again.")
@click.option("--applied", multiple=True, metavar="VERSION", help="All of it is done: count it as applied.")
@click.option("--accept", multiple=True, metavar="VERSION", help="Take the changed file for the one applied.")
@click.option("--forget", multiple=True, metavar="VERSION", help="Remove the row of a file that is gone.")
@wait_option
@json_option
def repair(
    database_url: str | None,
    retry: tuple[str, ...],
    restart: tuple[str, ...],
    applied: tuple[str, ...],
    accept: tuple[str, ...],
    forget: tuple[str, ...],
    wait: float,
    as_json: bool,
) -> None:
    """Put the history right after a fault; without options, say what there is to repair."""
    from querygen.runner import commands, plan

    place = place_of(database_url, wait)
    if not any((retry, restart, applied, accept, forget)):
        entries, _ = commands.look(place)
        problems = plan.obstacles(entries, allow_out_of_order=True)
        report(problems)
        click.echo(f"{len(problems)} to repair" if problems else "nothing to repair")
        sys.exit(BAD_SQL if problems else 0)
    outcome = commands.repair(place, commands.Repairs(retry, restart, applied, accept, forget), _told)
    _finish(outcome, as_json=as_json, nothing="nothing to repair")


@migrate.command()
@url_option
@click.argument("versions", nargs=-1)
def rebase(database_url: str | None, versions: tuple[str, ...]) -> None:
    """Give pending files that are older than an applied one (or VERSIONS of them) new versions."""
    from querygen.runner import commands

    renamed = commands.rebase(place_of(database_url), versions=versions)
    for old, new in renamed:
        click.echo(f"  {old.name} → {new.name}")
    if not renamed:
        click.echo("nothing to rebase: no pending file is older than an applied one")
