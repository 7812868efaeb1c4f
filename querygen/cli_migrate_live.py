"""`querygen push`, `pull` and `export`, `migrate drift`: the schema beside a live database.

Exit codes: 0 nothing to do or done, 1 failed or refused, 2 usage or no server, 3 differences found (drift).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from querygen.cli import BAD_SQL, STALE, project_config, report, told_on_a_terminal
from querygen.cli_migrate import dry_option, json_option, place_of, url_option, wait_option
from querygen.cli_migrate_write import (
    ask_renames,
    history_sources,
    nearest_config,
    refusal_messages,
    rename_option,
    schema_sources,
    setting_of,
    using_option,
)
from querygen.cli_migrate_write import (
    migrate as migrate,
)
from querygen.diagnostics import DiagnosticError, DiagnosticErrors, error, warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.config import Config
    from querygen.diagnostics import Diagnostic
    from querygen.migrate.live import Database
    from querygen.migrate.push import Push
    from querygen.runner.commands import Place
    from querygen.runner.files import Migration
    from querygen.source import SourceFile

WOULD_LOSE = "QG632"  # push would take away what the schema no longer declares
NOT_ASKED = "QG633"  # a question, and nobody to answer it
FILES_THERE = "QG634"  # pull would overwrite files
BAD_SQUASH = "QG636"  # migrations that cannot be squashed as asked
DATA_LEFT_OUT = "QG637"  # a squash leaves out a statement that changes rows


def _database(place: Place) -> Database:
    from querygen.migrate.live import read_database

    return read_database(place.url, (place.table.schema, place.table.name))


# ---------------------------------------------------------------- drift


@migrate.command()
@url_option
@json_option
def drift(database_url: str | None, as_json: bool) -> None:
    """Is the database what its migrations say? Exit code 3 and every difference if it is not.

    It is compared with the migrations that it has applied; with the schema, where there are no migrations.
    """
    from querygen.migrate.compare import compare_database

    config = project_config((), ())
    place = place_of(database_url)
    with told_on_a_terminal("reading the database"):
        compared = compare_database(config, place)
    if as_json:
        rows = [
            {
                "kind": one.kind,
                "name": one.name,
                "change": one.change.value,
                "details": [
                    {"attribute": part.attribute, "database": part.database, "wanted": part.wanted}
                    for part in one.details
                ],
            }
            for one in compared.found
        ]
        notes = [one.message for one in compared.notes]
        click.echo(json.dumps({"against": compared.against, "drift": rows, "notes": notes}, indent=2))
    else:
        report(compared.notes)
        for one in compared.found:
            click.echo(one.text)
        click.echo(compared.summary, err=True)
    sys.exit(STALE if compared.found else 0)


# ---------------------------------------------------------------- squash


@migrate.command()
@click.option("--to", required=True, metavar="VERSION", help="The last one that is replaced.")
@click.option("--name", default="squashed", show_default=True, help="What the one file is called.")
@click.option("--drop-data", is_flag=True, help="Leave out statements that change rows.")
@click.option("--no-proof", is_flag=True, help="Do not let a server confirm it.")
@click.option("--dry-run", is_flag=True, help="Print the file; write and remove nothing.")
def squash(to: str, name: str, drop_data: bool, no_proof: bool, dry_run: bool) -> None:
    """Replace all migrations up to VERSION by one that comes to the same. No database is needed.

    Databases that have them note it, others run it.
    """
    from querygen.migrate.squash import squash as make
    from querygen.runner.files import read_migrations

    config = project_config((), ())
    folder = config.root / config.migrations
    migrations, problems = read_migrations(folder)
    if problems:
        raise DiagnosticErrors(problems)
    chosen = _up_to(migrations, to)
    if name == chosen[-1].name or not name.replace("_", "a").replace("-", "a").isalnum():
        hint = "A name of letters, digits and underscores, other than that of the last file it replaces."
        raise DiagnosticError(error(BAD_SQUASH, f"--name {name}: this cannot be the name", hint=hint))
    made = make(chosen, setting_of(config), drop_data=drop_data)
    if made.refusals:
        report(refusal_messages(made.refusals))
        sys.exit(BAD_SQL)
    if drop_data:
        report([warning(DATA_LEFT_OUT, "a statement that changes rows is left out", one) for one in made.data])
    if dry_run:
        click.echo(made.up, nl=False)
        return
    if not no_proof:
        _prove_squash([one.up.source for one in chosen], made.up)
    for one in chosen:
        for path in filter(None, (one.path, one.down)):
            path.unlink()
            click.echo(f"  removed {os.path.relpath(path)}")
    base = f"{chosen[-1].version}_{name}"
    _write(folder / f"{base}.sql", made.up)
    if made.down:
        _write(folder / f"{base}.down.sql", made.down)


def _up_to(migrations: Sequence[Migration], to: str) -> list[Migration]:
    last = [one.key for one in migrations if to in (one.version, one.label) or (to.isdigit() and int(to) == one.key)]
    if not last:
        listed = ", ".join(one.label for one in migrations[-5:]) or "none"
        raise DiagnosticError(error(BAD_SQUASH, f"there is no migration {to}", hint=f"The last ones: {listed}."))
    chosen = [one for one in migrations if one.key <= last[0]]
    if len(chosen) < 2:
        raise DiagnosticError(error(BAD_SQUASH, f"{to} is the first migration: there is nothing to draw together"))
    return chosen


def _prove_squash(sources: Sequence[SourceFile], text: str) -> None:
    from querygen.migrate.compare import unsure
    from querygen.migrate.shadow import dump_of
    from querygen.server.errors import ServerError
    from querygen.server.stub_catalog import server_for_files
    from querygen.source import SourceFile

    try:
        with server_for_files(sources) as server:
            many = dump_of(server, sources)
            one = dump_of(server, [SourceFile("the squashed migration", text)])
    except ServerError as problem:
        report([unsure(problem.message)])
        return
    if one != many:
        hint = "Please report it; --no-proof writes it anyway."
        raise DiagnosticError(
            error(BAD_SQUASH, "a PostgreSQL does not make the same of it; nothing was written", hint=hint)
        )
    click.echo("proved: a PostgreSQL makes the same of the one file as of the many", err=True)


# ---------------------------------------------------------------- push


@click.command()
@url_option
@rename_option
@using_option
@click.option("--allow-drop", is_flag=True, help="Drop what the schema no longer declares, rows included.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--lock-timeout", default="5s", show_default=True, help="How long a statement waits for a lock.")
@wait_option
@dry_option
def push(
    database_url: str | None,
    rename: tuple[str, ...],
    using: tuple[str, ...],
    allow_drop: bool,
    yes: bool,
    lock_timeout: str,
    wait: float,
    dry_run: bool,
) -> None:
    """Bring a development database to the schema, without a migration. The plan is shown before anything runs."""
    from querygen.migrate.compare import both_sides
    from querygen.migrate.push import apply, as_text, plan_push
    from querygen.runner.session import open_session

    config = project_config((), ())
    place = place_of(database_url, wait)
    asked: set[str] = set()
    while True:
        with told_on_a_terminal("reading the database"):
            both = both_sides(config, place, schema_sources(config))
        planned = plan_push(both.live, both.wanted, rename=rename, using=using)
        renamed = () if allow_drop or dry_run or yes else ask_renames(planned.candidates, asked)
        rename += renamed
        if not renamed:
            break
    if planned.refusals:
        report(refusal_messages(planned.refusals))
        sys.exit(BAD_SQL)
    if not planned.statements:
        click.echo("nothing to do: the database has this schema", err=True)
        return
    click.echo(as_text(planned), nl=False)
    if planned.losing and not allow_drop:
        report(_would_lose(planned))
        sys.exit(BAD_SQL)
    if dry_run:
        return
    if not yes:
        _ask(place)
    with open_session(place.url, place.table, wait=wait, told=lambda text: click.echo(text, err=True)) as session:
        apply(session.conn, planned, lock_timeout=lock_timeout)
    click.echo(f"{len(planned.statements)} statements run", err=True)


def _would_lose(planned: Push) -> list[Diagnostic]:
    from querygen.migrate.generate import drop_hint
    from querygen.migrate.model import show

    return [
        error(
            WOULD_LOSE,
            f"{show(target) if target else one.what}: {one.what}: this takes something away",
            hint=drop_hint(target, planned.candidates),
        )
        for one in planned.losing
        for target in one.loses or (one.target,)
    ]


def _ask(place: Place) -> None:
    from querygen.server.database import hide_password

    if not sys.stdin.isatty():
        raise DiagnosticError(
            error(NOT_ASKED, "nothing was run: nobody is here to say yes", hint="Say --yes to run these statements.")
        )
    click.confirm(f"Run these on {hide_password(place.url)}?", abort=True, err=True)


# ---------------------------------------------------------------- pull


@click.command()
@url_option
@click.option(
    "--out", type=click.Path(path_type=Path), help="The folder for the schema; default: that of the configuration."
)
@click.option("--force", is_flag=True, help="Replace the SQL files that are in the folder.")
@click.option(
    "--baseline/--no-baseline", default=True, show_default=True, help="Write migrations/0000_baseline.sql, too."
)
@click.option("--note/--no-note", default=True, show_default=True, help="Note the baseline as applied in the database.")
def pull(database_url: str | None, out: Path | None, force: bool, baseline: bool, note: bool) -> None:
    """Write the schema of a database as files, one for each table, and a first migration that stands for them."""
    from querygen.migrate.live import load_alone
    from querygen.migrate.pull import as_files

    config = nearest_config()
    place = place_of(database_url, config=config)
    setting = setting_of(config)
    folder = out or _schema_folder(config)
    with told_on_a_terminal("reading the database"):
        database = _database(place)
        live = load_alone(database.text, setting)
        if live.errors:
            raise DiagnosticErrors([*live.errors])
        files = as_files(live, setting)
    if files.refusals:
        report(refusal_messages(files.refusals))
        sys.exit(BAD_SQL)
    present = sorted(folder.glob("*.sql")) if folder.is_dir() else []
    if present and not force:
        listed = ", ".join(os.path.relpath(one) for one in present[:5])
        hint = "Say --force to replace them, or name another folder with --out."
        raise DiagnosticError(error(FILES_THERE, f"there are SQL files already: {listed}", hint=hint))
    _prove(config, database, [(name, text) for name, text in files.texts.items()])
    folder.mkdir(parents=True, exist_ok=True)
    for path in present:
        if path.name not in files.texts:
            path.unlink()
            click.echo(f"  removed {os.path.relpath(path)}")
    for name, text in files.texts.items():
        _write(folder / name, text)
    if baseline:
        _baseline(place, "\n".join(files.texts.values()), note=note)


def _schema_folder(config: Config) -> Path:
    """The folder that the configuration names; that of a file or pattern where it names these."""
    first = config.root / config.schema[0]
    return first.parent if first.suffix or "*" in first.name else first


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    click.echo(f"  wrote {os.path.relpath(path)}")


def _prove(config: Config, database: Database, texts: Sequence[tuple[str, str]]) -> None:
    """Let a server load the files: what comes out has to be the database."""
    from querygen.migrate.compare import NOT_READ, unsure
    from querygen.migrate.drift import drift as compare
    from querygen.migrate.shadow import sides
    from querygen.source import SourceFile

    both = sides(database, [SourceFile(name, text) for name, text in texts], setting_of(config))
    if both.shadow:
        report([unsure(both.shadow)])
        return
    found, _problems = compare(both.live, both.wanted)
    if found:
        for one in found:
            click.echo(one.text, err=True)
        hint = "Please report it, with the part of the schema that is named."
        raise DiagnosticError(
            error(NOT_READ, "the files would not make the same database; nothing was written", hint=hint)
        )
    click.echo("proved: a PostgreSQL makes the same database of these files", err=True)


def _baseline(place: Place, text: str, *, note: bool) -> None:
    from querygen.runner.commands import baseline as note_applied
    from querygen.runner.commands import look
    from querygen.runner.files import read_migrations

    path = place.folder / "0000_baseline.sql"
    there, _problems = read_migrations(place.folder)
    if [one for one in there if one.path != path]:
        click.echo(f"{os.path.relpath(place.folder)} has migrations: no baseline was written", err=True)
        return
    if known := [one.label for one in look(place)[0] if one.row is not None and one.key]:
        listed = ", ".join(known[:3]) + (", …" if len(known) > 3 else "")
        said = f"the database has migrations ({listed}) that {os.path.relpath(place.folder)} has not"
        click.echo(f"{said}: no baseline was written; get the files of these", err=True)
        return
    place.folder.mkdir(parents=True, exist_ok=True)
    text = text.replace("SET check_function_bodies = off;", "SET LOCAL check_function_bodies = off;")
    _write(path, text or "-- The database was empty.\n")
    if not note:
        return
    done = note_applied(place, to=None, told=lambda said: click.echo(said, err=True)).done
    click.echo("  noted the baseline as applied" if done else "  the baseline was noted before")


# ---------------------------------------------------------------- export


@click.command()
@click.option(
    "--migrations", "from_migrations", is_flag=True, help="What the migrations come to, not the schema files."
)
def export(from_migrations: bool) -> None:
    """Print the DDL of the whole schema in an order that runs. No database is needed."""
    from querygen.migrate.load import load
    from querygen.migrate.pull import ddl

    config = project_config((), ())
    sources = history_sources(config.root / config.migrations) if from_migrations else schema_sources(config)
    setting = setting_of(config)
    loaded = load(sources, setting)
    if loaded.errors:
        raise DiagnosticErrors([*loaded.errors])
    statements, refusals = ddl(loaded, setting)
    if refusals:
        report(refusal_messages(refusals))
        sys.exit(BAD_SQL)
    for one in statements:
        click.echo(f"{one.sql};")
