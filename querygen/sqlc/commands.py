"""The commands that users of sqlc know: `generate`, `compile`, `diff`, `vet`, `parse`, `analyze`, `createdb`.

Arguments in, text and an exit code out. They mean what sqlc's mean, over querygen's analysis.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from querygen.cli import (
    BAD_SQL,
    GOOD,
    STALE,
    exit_code,
    file_option,
    project_configs,
    queryset_option,
    report,
    run_build,
)
from querygen.config import NO_CONFIG, Config
from querygen.config_file import find_sqlc_file
from querygen.diagnostics import Diagnostic, DiagnosticError, error
from querygen.reset import load_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.pipeline import Analysis
    from querygen.server.embedded import EmbeddedServer
    from querygen.sqlc.project import SqlcProject, SqlcTarget

OTHER_DIALECT = "QG070"
_POSTGRESQL = ("postgresql", "postgres", "pg")

format_option = click.option(
    "--format", "output_format", type=click.Choice(["text", "github"]), default="text", show_default=True
)
dialect_option = click.option("-d", "--dialect", default="postgresql", show_default=True, help="PostgreSQL's only.")


# ---------------------------------------------------------------- build


@click.command()
@file_option
@queryset_option
@format_option
def generate(file: Path | None, queryset: str | None, output_format: str) -> None:
    """The same as `build`: analyse the SQL and write the generated package."""
    configs, notes = project_configs((), (), file=file, queryset=queryset)
    sys.exit(run_build(configs, notes, check=False, output_format=output_format))


@click.command()
@file_option
@queryset_option
def diff(file: Path | None, queryset: str | None) -> None:
    """Print how the generated files differ from those on disk; exit with 1 when they do."""
    configs, notes = project_configs((), (), file=file, queryset=queryset)
    code = run_build(configs, notes, check=True)
    sys.exit(BAD_SQL if code == STALE else code)


@click.command("compile")
@file_option
@queryset_option
@format_option
def compile_(file: Path | None, queryset: str | None, output_format: str) -> None:
    """Check all SQL, and write nothing."""
    from querygen.pipeline import analyze as run_analysis

    diagnostics: list[Diagnostic] = []
    configs: list[Config]
    project = _sqlc_project(file)
    if project is None:
        configs, diagnostics = project_configs((), (), file=file, queryset=queryset)
    else:
        configs = [one.config for one in _chosen(project, queryset)]
    for config in configs:
        diagnostics += run_analysis(config).diagnostics
    report(dict.fromkeys(diagnostics), output_format)
    sys.exit(exit_code(diagnostics))


def _sqlc_project(file: Path | None) -> SqlcProject | None:
    """The configuration of sqlc, with every query set that is PostgreSQL's; None where querygen's own is nearer."""
    from querygen.config_file import find_root

    here = Path.cwd()
    if file is None and find_root(here) is not None:
        return None
    path = file or find_sqlc_file(here)
    if path is None:
        return None
    from querygen.sqlc.project import read_project

    return read_project(path, builds=False)


def _chosen(project: SqlcProject, queryset: str | None) -> list[SqlcTarget]:
    found = [one for one in project.targets if queryset in (None, one.origin.label)]
    if not found:
        labels = ", ".join(f'"{one.origin.label}"' for one in project.targets)
        raise DiagnosticError(error("QG067", f'there is no query set named "{queryset}"', hint=f"There are: {labels}."))
    return found


# ---------------------------------------------------------------- vet


@click.command()
@file_option
@queryset_option
@format_option
def vet(file: Path | None, queryset: str | None, output_format: str) -> None:
    """Ask the rules of sqlc's configuration of every query."""
    from querygen.pipeline import analyze as run_analysis
    from querygen.sqlc.vet import check_rules, needs_server, vet_set

    project = _sqlc_project(file)
    if project is None:
        hint = "Name a configuration with --file; querygen's own rules are in `querygen lint`."
        raise DiagnosticError(
            error(NO_CONFIG, "vet asks the rules of a configuration of sqlc, and there is none", hint=hint)
        )
    programs = check_rules(project)
    diagnostics: list[Diagnostic] = []
    for target in _chosen(project, queryset):
        analysis = run_analysis(target.config)
        diagnostics += analysis.diagnostics
        if analysis.failed:
            continue
        if needs_server(project, target.origin):
            with _database(target) as server:
                diagnostics += vet_set(project, target.origin, analysis, programs, server)
        else:
            diagnostics += vet_set(project, target.origin, analysis, programs, None)
    report(dict.fromkeys(diagnostics), output_format)
    sys.exit(exit_code(diagnostics))


class _Live:
    """A database that has the schema."""

    def __init__(self, url: str) -> None:
        from querygen.server.database import connect

        self.connection = connect(url)

    def prepare_problem(self, sql: str) -> str | None:
        from querygen.server.vet import prepare_problem

        return prepare_problem(self.connection, sql)

    def explain(self, sql: str) -> dict[str, Any]:
        from querygen.server.vet import explain

        return explain(self.connection, sql)


@contextmanager
def _database(target: SqlcTarget) -> Iterator[_Live]:
    """The query set's database, which has the schema; without a uri a throw-away one, which is given it."""
    from querygen.sqlc.project import expand_environment

    database = target.origin.value.database
    uri = expand_environment(database.uri) if database is not None else ""
    if uri:
        live = _Live(uri)
        try:
            yield live
        finally:
            live.connection.close()
        return
    from querygen.server.embedded import start_server

    server = start_server()
    try:
        load_schema(target.config, server.dsn())
        live = _Live(server.dsn())
        try:
            yield live
        finally:
            live.connection.close()
    finally:
        server.stop()


# ---------------------------------------------------------------- parse and analyze


def _check_dialect(dialect: str) -> None:
    if dialect.lower() not in _POSTGRESQL:
        hint = "Keep sqlc for other databases."
        message = f'the dialect is "{dialect}": querygen reads PostgreSQL only'
        raise DiagnosticError(error(OTHER_DIALECT, message, hint=hint))


@click.command()
@dialect_option
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
def parse(dialect: str, file: Path) -> None:
    """Print the parse trees of FILE, or of standard input, as JSON."""
    from querygen.source import SourceFile
    from querygen.sql.ast_json import statements_json
    from querygen.sql.parse import read_source

    _check_dialect(dialect)
    source = SourceFile("<stdin>", sys.stdin.read()) if str(file) == "-" else read_source(file)
    click.echo(json.dumps(statements_json(source), indent=2, ensure_ascii=False))


@click.command()
@dialect_option
@click.option("-s", "--schema", "schemas", multiple=True, required=True, metavar="PATH", help="DDL; repeatable.")
@click.option("--ast", is_flag=True, help="Include the parse tree of each query.")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
def analyze(dialect: str, schemas: tuple[str, ...], ast: bool, file: Path) -> None:
    """Print the columns and parameters of the queries in FILE, or on standard input, as JSON."""
    import tempfile

    from querygen.pipeline import analyze as run_analysis

    _check_dialect(dialect)
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        path = here / file
        if str(file) == "-":
            path = Path(folder) / "stdin.sql"
            path.write_text(sys.stdin.read(), encoding="utf-8")
        analysis = run_analysis(Config(here, schema=schemas, queries=(str(path),)))
        report(analysis.diagnostics)
        if code := exit_code(analysis.diagnostics):
            sys.exit(code)
        click.echo(json.dumps(_sqlc_json(analysis, path, ast=ast), indent=2, ensure_ascii=False))


def _sqlc_json(analysis: Analysis, path: Path, *, ast: bool) -> list[dict[str, Any]]:
    """The analysis in the shape of `sqlc analyze`, with the names of types as format_type gives them."""
    from querygen.describe import describe_json

    trees: dict[str, Any] = {}
    if ast:
        from querygen.sql.ast_json import statements_json
        from querygen.sql.parse import read_source

        trees = {one.get("name", ""): one["ast"] for one in statements_json(read_source(path))}
    found: list[dict[str, Any]] = []
    for query in json.loads(describe_json(analysis))["queries"]:
        one: dict[str, Any] = {
            "name": query["name"],
            "cmd": f":{query['command']}",
            "columns": [_column(column, column["table"]) for column in query["columns"]],
            "params": [{"number": param["number"], "column": _column(param, None)} for param in query["params"]],
        }
        if ast:
            one["ast"] = trees.get(query["name"])
        found.append(one)
    return found


def _column(one: dict[str, Any], table: str | None) -> dict[str, Any]:
    column = {
        "name": one["name"] or "",
        "data_type": one["type"].removesuffix("[]"),
        "not_null": not one["nullable"],
        "is_array": one["type"].endswith("[]"),
    }
    return {**column, "table": table.rpartition(".")[2]} if table else column


# ---------------------------------------------------------------- createdb


@click.command()
@file_option
@queryset_option
@click.option("--database-url", envvar="DATABASE_URL", help="The server to make it on; default: one of its own.")
def createdb(file: Path | None, queryset: str | None, database_url: str | None) -> None:
    """Make a database with the schema of the project, and print its URL.

    With --database-url it is made on that server, under a new name, and stays. Without, a server of its own runs until
    this command is stopped.
    """
    configs, notes = project_configs((), (), file=file, queryset=queryset)
    report(notes)
    if len(configs) > 1:
        from querygen.sqlc.project import several

        raise several(configs)
    from querygen.server.database import resolve_database_url

    url = resolve_database_url(database_url, {})
    if url is not None:
        click.echo(_new_database(url, configs[0]))
        sys.exit(GOOD)
    from querygen.server.embedded import start_server

    server: EmbeddedServer = start_server(tcp=True)
    try:
        load_schema(configs[0], server.dsn())
        click.echo(server.tcp_url())
        click.echo("Stop it with Ctrl-C.", err=True)
        sys.stdout.flush()
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        sys.exit(GOOD)
    finally:
        server.stop()


def _new_database(url: str, config: Config) -> str:
    from querygen.server.vet import create_beside

    made = create_beside(url, f"querygen_createdb_{time.time_ns():x}_{os.getpid():x}")
    load_schema(config, made)
    return made
