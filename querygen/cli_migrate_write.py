"""`querygen migrate generate`, `diff` and `check`: the commands that need no database.

Exit codes: 0 nothing to do or done, 1 refused, 2 usage, 3 differences found (diff, check).
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from querygen.cli import BAD_SQL, STALE, project_config, report
from querygen.cli_migrate import migrate as migrate
from querygen.config import Config, catalog_folder, extension_bases
from querygen.config_file import find_root, read_config
from querygen.diagnostics import Diagnostic, DiagnosticError, error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.migrate.candidates import Candidate
    from querygen.migrate.generate import Draft, Part
    from querygen.migrate.load import Setting
    from querygen.migrate.proof import Verdict
    from querygen.migrate.statement import Refusal
    from querygen.source import SourceFile

REFUSED = "QG580"  # an object that the differ does not change, and why
NOT_PROVED = "QG581"  # what a server made of the migration is not the schema
BAD_OPTION = "QG582"  # a name, --rename or --using that means nothing

rename_option = click.option(
    "--rename", multiple=True, metavar="OLD=NEW", help="users.name=users.full_name; repeatable."
)
using_option = click.option("--using", multiple=True, metavar="T.C=EXPR", help="How a column's values are converted.")


def setting_of(config: Config) -> Setting:
    """What two schemas of a project are read with."""
    from querygen.migrate.load import Setting

    return Setting(catalog_folder(config), extension_bases(config))


def nearest_config() -> Config:
    """The configuration of the current folder or the nearest above it; without one, the defaults."""
    root = find_root(Path.cwd())
    return Config(Path.cwd()) if root is None else read_config(root)


def refusal_messages(found: Iterable[Refusal]) -> list[Diagnostic]:
    """Why no SQL is written for a change, as errors."""
    from querygen.migrate.model import show

    return [
        error(REFUSED, f"{show(one.target)}: {one.reason}" if one.target else one.reason, hint=one.hint)
        for one in found
    ]


# ---------------------------------------------------------------- diff


@migrate.command("diff")
@rename_option
@using_option
@click.argument("old")
@click.argument("new")
def diff_command(rename: tuple[str, ...], using: tuple[str, ...], old: str, new: str) -> None:
    """Print the SQL that turns schema OLD into schema NEW: files, folders or database URLs.

    Exit code 0: equal, nothing printed; 3: SQL printed; 1: refused, the reasons on standard error.
    """
    from querygen.migrate.diff import diff
    from querygen.migrate.generate import options_of
    from querygen.migrate.together import load_both

    before, after = load_both(_sources(old, new), _sources(new, old), setting_of(nearest_config()))
    if before.errors or after.errors:
        report((*before.errors, *after.errors))
        sys.exit(BAD_SQL)
    told, asked, refusals = options_of(rename, using, before, after)
    result = None if refusals else diff(before, after, told=told, using=asked)
    if result is None or result.refusals:
        report(refusal_messages(refusals if result is None else result.refusals))
        sys.exit(BAD_SQL)
    for one in result.statements:
        hazards = "".join(f"-- {hazard.name}: {hazard.why}\n" for hazard in one.hazards)
        click.echo(f"{hazards}{one.sql};")
    if result.statements:
        sys.exit(STALE)


def _sources(text: str, other: str) -> list[SourceFile]:
    """The files of a path, or the dump of a database: with owners only if what it is compared with says any."""
    from querygen.migrate.load import read_paths
    from querygen.source import SourceFile

    if _is_url(text):
        from querygen.migrate.proof import dump_of_url

        owners = _is_url(other) or any("owner to" in one.text.lower() for one in read_paths([other], Path.cwd()))
        return [SourceFile("database", dump_of_url(text, owners=owners))]
    return read_paths([text], Path.cwd())


def _is_url(text: str) -> bool:
    return re.match(r"postgres(?:ql)?(?:\+\w+)?://", text) is not None


# ---------------------------------------------------------------- generate


@migrate.command()
@click.option("--name", required=True, metavar="NAME", help="What it does: add_email_to_user.")
@rename_option
@using_option
@click.option("--allow-drop", is_flag=True, help="Drop what the schema no longer declares.")
@click.option(
    "--online", is_flag=True, help="Hold locks shortly: CONCURRENTLY, NOT VALID and VALIDATE, in files of their own."
)
@click.option("--empty", is_flag=True, help="An empty file, for a migration of rows.")
@click.option("--no-proof", is_flag=True, help="Do not let a server confirm it.")
@click.option("--shadow-url", metavar="URL", help="A server to prove it on; default: the embedded one, if it is there.")
def generate(
    name: str,
    rename: tuple[str, ...],
    using: tuple[str, ...],
    allow_drop: bool,
    online: bool,
    empty: bool,
    no_proof: bool,
    shadow_url: str | None,
) -> None:
    """Write the next migration: what leads from migrations/ to the schema."""
    from querygen.migrate.generate import Part, draft

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        hint = "Use letters, digits and underscores, as in add_email_to_user."
        raise DiagnosticError(error(BAD_OPTION, f"--name {name}: this cannot be a file's name", hint=hint))
    config = project_config((), ())
    folder = config.root / config.migrations
    if empty:
        _write(folder, name, [Part("-- Write the statements here.\n", "-- Write what takes them back.\n")])
        return
    history, schema = history_sources(folder), schema_sources(config)
    asked: set[str] = set()
    while True:
        made = draft(
            history,
            schema,
            setting_of(config),
            rename=rename,
            using=using,
            allow_drop=allow_drop,
            concurrently=online,
        )
        _stop_on_errors(made)
        renamed = ask_renames(made.candidates, asked)
        rename += renamed
        if not renamed:
            break
    if made.refusals:
        report(refusal_messages(made.refusals))
        sys.exit(BAD_SQL)
    if not made.parts:
        click.echo("nothing to do: the migrations lead to the schema", err=True)
        return
    if not no_proof:
        _prove(shadow_url, history, [(part.up, part.down) for part in made.parts], schema)
    _write(folder, name, made.parts)
    for line in made.hazards:
        click.echo(f"  {line}", err=True)
    for one in refusal_messages(made.one_way):
        click.echo(f"  no way back is written: {one.message}", err=True)


def ask_renames(found: Iterable[Candidate], asked: set[str]) -> tuple[str, ...]:
    """On a terminal: which of these were renamed, as --rename says it. Elsewhere nobody is asked, and none was.

    `asked` is what was asked before, and gets what is asked now: one answer is enough.
    """
    from querygen.migrate.model import show

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return ()
    fresh = [one for one in found if one.option not in asked]
    asked |= {one.option for one in fresh}
    return tuple(
        one.option
        for one in fresh
        if click.confirm(f"Was {show(one.before)} renamed to {one.after[-1]}?", default=False, err=True)
    )


def history_sources(folder: Path) -> list[SourceFile]:
    """The migrations in the order of their versions."""
    from querygen.migrate import load

    return load.history_sources(folder)


def schema_sources(config: Config) -> list[SourceFile]:
    """The schema files, read."""
    from querygen.migrate.load import read_paths

    return read_paths(config.schema, config.root)


def _stop_on_errors(made: Draft) -> None:
    errors = [one for one in made.errors if isinstance(one, Diagnostic)]
    if errors:
        report(errors)
        sys.exit(BAD_SQL)


def _write(folder: Path, name: str, parts: Sequence[Part]) -> None:
    """One or more files, each a second younger than the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    newest = max((int(one.name.split("_")[0]) for one in folder.glob("[0-9]*_*.sql")), default=0)
    moment = dt.datetime.now(dt.UTC)
    for number, part in enumerate(parts):
        version = int(moment.strftime("%Y%m%d%H%M%S"))
        version = max(version, newest + 1)
        newest = version
        tail = "" if len(parts) == 1 else f"_{number + 1}"
        for text, suffix in ((part.up, ".sql"), (part.down, ".down.sql")):
            if text is None:
                continue
            path = folder / f"{version}_{name}{tail}{suffix}"
            path.write_text(text, encoding="utf-8")
            click.echo(f"  wrote {os.path.relpath(path)}")


def _prove(
    shadow_url: str | None,
    history: Sequence[SourceFile],
    parts: Sequence[tuple[str, str | None]],
    schema: Sequence[SourceFile],
) -> None:
    """Let a server confirm it; what it does not confirm is not written."""
    from querygen.migrate.proof import Url, prove
    from querygen.server.errors import ServerError

    if shadow_url:
        verdict = prove(Url(shadow_url), history, parts, schema)
    else:
        from querygen.server.stub_catalog import server_for_files

        try:
            with server_for_files(schema) as server:
                verdict = prove(server, history, parts, schema)
        except ServerError as problem:
            click.echo(f"not proved: no PostgreSQL at hand ({problem.message})", err=True)
            return
    _tell(verdict, back=all(down is not None for _up, down in parts))


def _tell(verdict: Verdict, *, back: bool) -> None:
    if verdict.proved:
        click.echo(f"proved: a PostgreSQL came to the schema{', and back' if back else ''}", err=True)
        return
    if verdict.failed:
        message, detail = "a PostgreSQL refuses the migration", verdict.failed
    elif verdict.up:
        message, detail = "the migration does not lead a PostgreSQL to the schema", verdict.up
    else:
        message, detail = "the way down does not lead a PostgreSQL back to where it was", verdict.down
    click.echo(detail, err=True)
    report(
        [error(NOT_PROVED, f"{message}; nothing was written", hint="Please report it; --no-proof writes it anyway.")]
    )
    sys.exit(BAD_SQL)


# ---------------------------------------------------------------- check


@migrate.command()
def check() -> None:
    """Do the migrations lead to the schema? Exit code 3 and the difference if they do not. No database is needed."""
    from querygen.migrate.diff import diff
    from querygen.migrate.load import load

    config = project_config((), ())
    setting = setting_of(config)
    old, new = load(history_sources(config.root / config.migrations), setting), load(schema_sources(config), setting)
    if old.errors or new.errors:
        report((*old.errors, *new.errors))
        sys.exit(BAD_SQL)
    result = diff(old, new)
    if result.refusals:
        report(refusal_messages(result.refusals))
        sys.exit(STALE)
    for one in result.statements:
        click.echo(f"{one.sql};")
    if result.statements:
        click.echo("the migrations do not lead to the schema: `querygen migrate generate --name …`", err=True)
        sys.exit(STALE)
    click.echo("the migrations lead to the schema", err=True)
