"""`querygen migrate adopt`: the folder of another tool becomes migrations/, and what it applied is noted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from querygen.cli_migrate import place_of, wait_option
from querygen.cli_migrate_live import migrate as migrate
from querygen.cli_migrate_write import nearest_config
from querygen.diagnostics import DiagnosticErrors, error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.migrate.adopt import Adopted

NO_TRANSACTION = "-- querygen: no-transaction\n\n"


@migrate.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "tool", metavar="TOOL", help="Which tool wrote it; default: found out.")
@click.option("--database-url", metavar="URL", help="Note there what the tool applied there.")
@click.option("--dry-run", is_flag=True, help="Write and note nothing.")
@wait_option
def adopt(folder: Path, tool: str | None, database_url: str | None, dry_run: bool, wait: float) -> None:
    """Take over the migrations of goose, dbmate, golang-migrate, sql-migrate, tern, Flyway, Alembic or drizzle.

    FOLDER is theirs (of Alembic: the file that `alembic upgrade head --sql` printed). Nothing is run, and nothing of
    theirs is changed.
    """
    from querygen.migrate.adopt import TOOLS, find_tool, read_folder

    if tool is not None and tool not in TOOLS:
        raise click.UsageError(f"--from {tool}: known are {', '.join(TOOLS)}")
    config = nearest_config()
    tool = tool or find_tool(folder)
    found = read_folder(folder, tool)
    target = config.root / config.migrations
    files = [pair for one in found for pair in _files(one, target)]
    _refuse_overwriting(found, [path for path, _text in files], target)
    have = _applied(database_url, tool, found) if database_url else []
    for path, text in files:
        if not dry_run:
            target.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        click.echo(f"  {'would write' if dry_run else 'wrote'} {os.path.relpath(path)}")
    click.echo(f"{len(found)} migrations of {tool}", err=True)
    if database_url is None:
        return
    if dry_run or not have:
        click.echo(f"{len(have)} of them are applied there", err=True)
        return
    from querygen.runner.commands import baseline

    place = place_of(database_url, wait, config=config)
    only = frozenset(int(one.version) for one in have)
    done = baseline(place, to=None, only=only, told=lambda text: click.echo(text, err=True)).done
    for one in done:
        click.echo(f"  {one.label}: noted")


def _files(one: Adopted, target: Path) -> list[tuple[Path, str]]:
    head = "" if one.transactional else NO_TRANSACTION
    base = f"{one.version}_{one.name}"
    files = [(target / f"{base}.sql", f"{head}{one.up}\n")]
    if one.down:
        files.append((target / f"{base}.down.sql", f"{head}{one.down}\n"))
    return files


def _refuse_overwriting(found: Sequence[Adopted], paths: Sequence[Path], target: Path) -> None:
    from querygen.migrate.adopt import NOT_ADOPTED
    from querygen.runner.files import migration_files

    problems = [
        error(NOT_ADOPTED, f"{os.path.relpath(path)} is there already", hint="Move it aside; nothing is overwritten.")
        for path in paths
        if path.exists()
    ]
    if not problems and target.is_dir():
        versions = {int(version) for version in migration_files(target)[0]}
        hint = "Adopt into an empty folder: name another one with the key migrations."
        problems = [
            error(NOT_ADOPTED, f"{os.path.relpath(target)} has a migration {one.version} already", hint=hint)
            for one in found
            if int(one.version) in versions
        ]
    if problems:
        raise DiagnosticErrors(problems)


def _applied(database_url: str, tool: str, found: Sequence[Adopted]) -> list[Adopted]:
    from querygen.migrate.adopt_history import applied
    from querygen.server.database import connect, resolve_database_url

    with connect(resolve_database_url(database_url, {}) or database_url) as conn:
        return applied(conn, tool, found)
