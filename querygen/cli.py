"""The command line: arguments in, text and an exit code out; nothing is decided here.

Exit codes: 0 good, 1 the SQL has errors, 2 usage or configuration, 3 out of date.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from querygen import __version__
from querygen.config import BAD_CONFIG, NO_CONFIG, Config, check_config
from querygen.config_file import find_root, find_sqlc_file, read_config
from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, Severity, error, internal_error
from querygen.diagnostics_render import plural, render_github, render_text, sort_diagnostics
from querygen.server.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from querygen.pipeline import Analysis

GOOD, BAD_SQL, USAGE, STALE = 0, 1, 2, 3
USAGE_CODES = ("QG0", "QG13", "QG569", "QG571", "QG585", "QG595")  # no such file, migration, database, rule; git
NO_SUCH_QUERY = "QG004"
NO_SERVER = "QG005"
CANNOT_WRITE = "QG010"  # the system refuses to read or write a file

PathText = click.Path(path_type=Path)


# https://no-color.org: set to anything, it means no colours; else they go where a terminal is.
COLOR: Final = False if os.environ.get("NO_COLOR") else None


def report(diagnostics: Iterable[Diagnostic], output_format: str = "text") -> None:
    """Print diagnostics to standard error (GitHub's annotations: to standard output, where it looks for them)."""
    for one in diagnostics:
        if output_format == "github":
            click.echo(render_github(one))
        else:
            click.echo(render_text(one, click.style), err=True, color=COLOR)


def exit_code(diagnostics: Iterable[Diagnostic]) -> int:
    """2 for a problem of usage, configuration or reading files, 1 for any other error, 0 without errors."""
    errors = [one for one in diagnostics if one.severity is Severity.ERROR]
    if not errors:
        return GOOD
    return USAGE if any(one.code.startswith(USAGE_CODES) for one in errors) else BAD_SQL


def project_configs(
    schema: tuple[str, ...],
    queries: tuple[str, ...],
    out: str | None = None,
    file: Path | None = None,
    queryset: str | None = None,
) -> tuple[list[Config], list[Diagnostic]]:
    """The configurations of the current folder or the nearest above it, and what is said of them.

    There is one, unless a configuration of sqlc has several query sets (`queryset` chooses). Options take the place
    of its paths.
    """
    here = Path.cwd()
    # Paths of the command line are relative to where it is typed, those of the file to the file.
    changes: dict[str, Any] = {}
    if schema:
        changes["schema"] = tuple(str(here / one) for one in schema)
    if queries:
        changes["queries"] = tuple(str(here / one) for one in queries)
    if out:
        changes["out"] = str(here / out)
    if file is not None and file.suffix == ".toml":
        root: Path | None = file.absolute().parent
    else:
        root = None if file is not None else find_root(here)
    if root is None and not (schema and queries):
        sqlc_file = file if file is not None else find_sqlc_file(here)
        if sqlc_file is None:
            raise DiagnosticError(
                error(
                    NO_CONFIG,
                    "there is no querygen.toml, no [tool.querygen] in pyproject.toml and no sqlc.yaml, here or above",
                    hint="Run `querygen init`, or name the files with --schema and --queries.",
                )
            )
        from querygen.sqlc.project import chosen_configs

        return chosen_configs(sqlc_file, changes, queryset)
    config = read_config(root) if root is not None and (root == here or not (schema and queries)) else Config(here)
    return [check_config(replace(config, **changes))], []


def project_config(
    schema: tuple[str, ...],
    queries: tuple[str, ...],
    out: str | None = None,
    file: Path | None = None,
    queryset: str | None = None,
) -> Config:
    """The one configuration of the current folder or the nearest above it; see `project_configs`."""
    configs, _notes = project_configs(schema, queries, out, file, queryset)
    if len(configs) > 1:
        from querygen.sqlc.project import several

        raise several(configs)
    return configs[0]


@contextmanager
def told_on_a_terminal(first: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done while it is, where somebody looks: rich is not loaded for a pipe or a log."""
    if not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console

    with Console(stderr=True).status(first) as status:
        yield status.update


schema_option = click.option(
    "--schema", multiple=True, metavar="PATH", help="DDL: file, folder or pattern; repeatable."
)
queries_option = click.option("--queries", multiple=True, metavar="PATH", help="Queries: the same; repeatable.")
file_option = click.option(
    "-f", "--file", type=PathText, help="A configuration of sqlc: sqlc.yaml, sqlc.yml, sqlc.json."
)
queryset_option = click.option("--queryset", metavar="NAME", help="Only this query set of sqlc's configuration.")


# Commands that live in modules of their own, which are loaded when the command is called: name → "module:function".
ELSEWHERE = {
    "db": "querygen.cli_db:db",
    "explain": "querygen.cli_server:explain",
    "doctor": "querygen.cli_server:doctor",
    "lint": "querygen.cli_lint:lint",
    "verify": "querygen.cli_server:verify",
    "migrate": "querygen.cli_migrate_adopt:migrate",
    "push": "querygen.cli_migrate_live:push",
    "pull": "querygen.cli_migrate_live:pull",
    "export": "querygen.cli_migrate_live:export",
    "scaffold": "querygen.cli_scaffold:scaffold",
    "generate": "querygen.sqlc.commands:generate",
    "compile": "querygen.sqlc.commands:compile_",
    "diff": "querygen.sqlc.commands:diff",
    "vet": "querygen.sqlc.commands:vet",
    "parse": "querygen.sqlc.commands:parse",
    "analyze": "querygen.sqlc.commands:analyze",
    "createdb": "querygen.sqlc.commands:createdb",
    "import": "querygen.sqlc.import_commands:import_",
    "studio": "querygen.cli_studio:studio",
}


class Commands(click.Group):
    """A group that imports a command of `ELSEWHERE` when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in ELSEWHERE:
            module, _, function = ELSEWHERE[cmd_name].partition(":")
            command: click.Command = getattr(import_module(module), function)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "color": COLOR}
)
@click.version_option(__version__, prog_name="querygen")
def cli() -> None:
    """SQL in, typed Python out."""


@cli.command()
@click.argument("folder", type=PathText, default=".")
@click.option("--docker", is_flag=True, help="Write a compose file for PostgreSQL, too; in a project, only that.")
@click.option("--port", type=click.IntRange(1, 65535), default=5432, show_default=True, help="For --docker.")
def init(folder: Path, docker: bool, port: int) -> None:
    """Write an example project into FOLDER: schema, queries and configuration."""
    from querygen.scaffold.init import init_project, next_steps

    is_project = docker and find_root(folder.absolute()) == folder.absolute()
    written = [] if is_project else init_project(folder)
    if docker:
        from querygen.scaffold.docker import write_docker

        config = read_config(folder.absolute())
        written += [
            Path(os.path.relpath(path)) for path in write_docker(folder, pg_version=config.pg_version, port=port)
        ]
    for path in written:
        click.echo(f"  wrote {path}")
    click.echo(next_steps(folder))


@cli.command()
@schema_option
@queries_option
@click.option("--out", metavar="FOLDER", help="Where the generated package goes.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 3 and a diff when files are out of date.")
@click.option("--format", "output_format", type=click.Choice(["text", "github"]), default="text", show_default=True)
@file_option
@queryset_option
def build(
    schema: tuple[str, ...],
    queries: tuple[str, ...],
    out: str | None,
    check: bool,
    output_format: str,
    file: Path | None,
    queryset: str | None,
) -> None:
    """Analyse the SQL and write the generated package."""
    configs, notes = project_configs(schema, queries, out, file, queryset)
    if (queries or out) and any(one.targets for one in configs):
        message = "the configuration has several targets, which --queries and --out cannot tell apart"
        raise DiagnosticError(error(BAD_CONFIG, message, hint="Leave them out."))
    configs = [target for one in configs for target in one.targets or (one,)]
    sys.exit(run_build(configs, notes, check=check, output_format=output_format))


def run_build(configs: list[Config], notes: list[Diagnostic], *, check: bool, output_format: str = "text") -> int:
    """Build every package, or with `check` print what would change; nothing is written when any of them fails."""
    from querygen.pipeline import generate, unmatched_overrides

    with told_on_a_terminal("analysing") as progress:
        results = [generate(config, progress) for config in configs]
    diagnostics = [*notes, *(one for result in results for one in result.diagnostics)]
    diagnostics += unmatched_overrides(configs, results)
    report(dict.fromkeys(diagnostics) if len(results) > 1 else diagnostics, output_format)
    if code := exit_code(diagnostics):
        count = sum(one.severity is Severity.ERROR for one in diagnostics)
        click.echo(f"{plural(count, 'error')}; nothing was written.", err=True)
        return code
    from querygen.write import write_packages

    packages = [(config.out_path, result.files) for config, result in zip(configs, results, strict=True)]
    stale = 0
    for config, result, written in zip(configs, results, write_packages(packages, check=check), strict=True):
        if check:
            click.echo(written.diff, nl=False)
            stale += len(written.changed) + len(written.removed)
            continue
        where = os.path.relpath(config.out_path)
        changed, removed = len(written.changed), len(written.removed)
        summary = f"{len(result.analysis.queries)} queries → {where}/: {changed} of {len(result.files)} files written"
        click.echo(summary + (f", {removed} removed" if removed else ""))
    if stale:
        click.echo(f"{stale} files are out of date.", err=True)
        return STALE
    if check:
        click.echo("up to date", err=True)
    return GOOD


@cli.command()
@schema_option
@queries_option
@click.option("--format", "output_format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--why", is_flag=True, help="Say of each column why it can, or cannot, be NULL.")
@file_option
@queryset_option
@click.argument("name", required=False)
def describe(
    schema: tuple[str, ...],
    queries: tuple[str, ...],
    output_format: str,
    why: bool,
    file: Path | None,
    queryset: str | None,
    name: str | None,
) -> None:
    """Print the parameters and columns of every query, or of the one called NAME."""
    from querygen.describe import describe_json, describe_text
    from querygen.pipeline import analyze

    config = project_config(schema, queries, file=file, queryset=queryset)
    analysis = analyze(config)
    check_query_name(analysis, name)
    if output_format == "json":
        click.echo(describe_json(analysis, name))
    elif sys.stdout.isatty():
        from querygen.describe_table import print_tables

        print_tables(analysis, name, why=why)
        report(analysis.diagnostics)
    else:
        click.echo(describe_text(analysis, name, why=why), nl=False)
        report(analysis.diagnostics)
    sys.exit(exit_code(analysis.diagnostics))


def check_query_name(analysis: Analysis, name: str | None) -> None:
    """Raise DiagnosticError (QG004) where there is no query of this name."""
    if name is not None and not any(one.raw.name == name for one in analysis.queries):
        from difflib import get_close_matches

        near = get_close_matches(name, [one.raw.name for one in analysis.queries], 1)
        hint = f'Did you mean "{near[0]}"?' if near else None
        raise DiagnosticError(error(NO_SUCH_QUERY, f'there is no query named "{name}"', hint=hint))


@cli.command("explain-nullability")
@schema_option
@queries_option
@file_option
@queryset_option
@click.argument("name", required=False)
def explain_nullability(
    schema: tuple[str, ...], queries: tuple[str, ...], file: Path | None, queryset: str | None, name: str | None
) -> None:
    """Say why columns and parameters can be NULL or cannot, and why there are so many rows; of NAME, or of all."""
    from querygen.explain import explain_text
    from querygen.pipeline import analyze

    analysis = analyze(project_config(schema, queries, file=file, queryset=queryset))
    check_query_name(analysis, name)
    click.echo(explain_text(analysis, name), nl=False)
    report(analysis.diagnostics)
    sys.exit(exit_code(analysis.diagnostics))


@cli.command()
@click.option("--project", type=PathText, help="A project made by `querygen init`; default: a new one that is removed.")
@click.option("--database-url", envvar="DATABASE_URL", help="A database to use in place of the embedded server.")
def demo(project: Path | None, database_url: str | None) -> None:
    """Build the example project, run it against a PostgreSQL, and show what it did."""
    from querygen.scaffold.demo import run_demo

    sys.exit(run_demo(project, database_url))


@cli.group()
def catalog() -> None:
    """PostgreSQL's own catalogue, as data that the analysis reads."""


@catalog.command("dump")
@click.option("--database-url", envvar="DATABASE_URL", required=True, help="The server to read.")
@click.option("--extension", "extensions", multiple=True, metavar="NAME", help="Dump this extension; repeatable.")
@click.option("--out", type=PathText, default=Path("catalogs"), show_default=True, help="The folder to write to.")
def catalog_dump(database_url: str, extensions: tuple[str, ...], out: Path) -> None:
    """Dump the catalogue of a server, or of extensions installed there, for `catalogs` in the configuration."""
    from querygen.server.dump import dump_to_folder

    for path in dump_to_folder(database_url, extensions, out):
        click.echo(f"  wrote {path}")
    click.echo(f'Name it in the configuration: catalogs = ["{out.as_posix()}"]')


def _of_a_server(problem: Exception) -> Diagnostic | None:
    """What a server refused (rights, a table that is not there) is no fault of ours."""
    psycopg = sys.modules.get("psycopg")
    if psycopg is None or not isinstance(problem, psycopg.Error):
        return None
    from querygen.server.said import server_said

    return server_said(problem)


def main() -> None:
    """Run the command line. No traceback leaves it: a bug is one message that asks to be reported."""
    # What a command makes lives until it ends: collecting would look through all of it again and again for nothing.
    gc.disable()
    try:
        code = cli.main(standalone_mode=False)
    except DiagnosticError as problem:
        report(sort_diagnostics([problem.diagnostic]))
        sys.exit(exit_code([problem.diagnostic]))
    except DiagnosticErrors as problem:
        report(sort_diagnostics(problem.diagnostics))
        sys.exit(exit_code(problem.diagnostics))
    except ServerError as problem:
        report([error(NO_SERVER, problem.message, hint=problem.hint or None)])
        sys.exit(USAGE)
    except click.exceptions.Abort:
        click.echo("Aborted.", err=True)
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(USAGE)
    except BrokenPipeError:
        # The reader went away (`| head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(GOOD)
    except OSError as problem:
        # A disk that is full, a folder that cannot be written to: the system's words, and which file.
        what = f"{problem.filename}: " if problem.filename else ""
        hint = "Check the rights, and the room that is left."
        report([error(CANNOT_WRITE, f"{what}{problem.strerror or problem}", hint=hint)])
        sys.exit(USAGE)
    except KeyboardInterrupt:
        click.echo("Aborted.", err=True)
        sys.exit(130)
    except Exception as problem:
        if os.environ.get("QUERYGEN_TRACEBACK"):
            raise
        report([_of_a_server(problem) or internal_error(problem)])
        sys.exit(BAD_SQL)
    sys.exit(code if isinstance(code, int) else GOOD)
