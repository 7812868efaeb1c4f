"""`querygen lint`: advice on the schema, the migrations and the queries of a project.

Exit codes: 0 nothing at the level of an error, 1 an error (with --strict a warning, too), 2 usage.
"""

from __future__ import annotations

import difflib
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from querygen.cli import BAD_SQL, PathText, exit_code, project_config, report
from querygen.config import BAD_CONFIG
from querygen.config_file import span_of
from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, Severity, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from querygen.catalog.catalog import Catalog
    from querygen.config import Config
    from querygen.lint.rule import Level, MigrationSubject
    from querygen.lint.run import Problem
    from querygen.pipeline import Analysis
    from querygen.source import SourceFile

NO_SUCH_RULE = "QG585"


@click.command()
@click.argument("paths", nargs=-1, type=PathText)
@click.option("--explain", metavar="RULE", help="What a rule is about and what to do.")
@click.option("--list", "list_rules", is_flag=True, help="Every rule with its level here.")
@click.option("--since", metavar="VERSION", help="Leave out migrations up to this one.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
)
def lint(
    paths: tuple[Path, ...],
    explain: str | None,
    list_rules: bool,
    since: str | None,
    strict: bool,
    output_format: str,
) -> None:
    """Look for what will hurt later, in all files or in PATHS only."""
    from querygen.diagnostics_render import as_sarif, plural
    from querygen.lint import output
    from querygen.lint.run import explain as explain_rule

    if explain is not None:
        _explain(explain)
        return
    config = project_config((), ())
    levels = levels_of(config)
    if list_rules:
        _list(levels)
        return
    _check_paths(config, paths)
    problems, broken = find_problems(config, levels, since)
    wanted = {path.resolve() for path in paths}
    if wanted:
        problems = [one for one in problems if one.finding.span and _is_below(one.finding.span.source.path, wanted)]
    found = [output.to_diagnostic(one) for one in problems]
    match output_format:
        case "json":
            click.echo(output.as_json(problems))
            report(broken)
        case "sarif":
            click.echo(as_sarif([*broken, *found], lambda code: (explain_rule(code) or code).partition("\n")[0]))
        case _:
            report([*broken, *found], output_format)
            errors = sum(one.severity is Severity.ERROR for one in (*broken, *found))
            warnings = len(broken) + len(found) - errors
            click.echo(f"{plural(errors, 'error')}, {plural(warnings, 'warning')}", err=True)
    if code := exit_code(broken):
        sys.exit(code)
    if any(strict or one.severity is Severity.ERROR for one in found):
        sys.exit(BAD_SQL)


def _check_paths(config: Config, paths: tuple[Path, ...]) -> None:
    """A path that nothing is looked at below would be clean whatever it holds."""
    if not paths:
        return
    from querygen.pipeline import sources_of
    from querygen.runner.files import migration_files

    up, _, _ = migration_files(config.root / config.migrations)
    files = [*(Path(one.path) for one in sources_of(config)), *up.values()]
    for path in paths:
        if not path.exists():
            raise DiagnosticError(error("QG131", f"{path}: there is no such file or folder", hint="Correct the path."))
        if not any(_is_below(str(file), {path.resolve()}) for file in files):
            hint = "The configuration names the files of the schema, the queries and the migrations."
            raise DiagnosticError(error("QG134", f"{path}: no file that lint looks at is there", hint=hint))


def _is_below(name: str, wanted: set[Path]) -> bool:
    path = Path(name).resolve()
    return any(path == one or one in path.parents for one in wanted)


def _explain(name: str) -> None:
    from querygen.lint.run import all_rules, explain

    text = explain(name)
    if text is None:
        near = difflib.get_close_matches(name, all_rules(), 1)
        hint = f'Did you mean "{near[0]}"?' if near else "List them with `querygen lint --list`."
        raise DiagnosticError(error(NO_SUCH_RULE, f'there is no rule "{name}"', hint=hint))
    click.echo(text.strip())


def levels_of(config: Config) -> dict[str, Level]:
    """The configuration's levels; a name that no rule has is an error."""
    from querygen.lint.rule import Level
    from querygen.lint.run import UNUSED_IGNORE, all_rules

    known = {*all_rules(), UNUSED_IGNORE}
    levels = {}
    problems: list[Diagnostic] = []
    for name, value in config.lint:
        span = span_of(config, ("lint", name))
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f'Did you mean "{near[0]}"?' if near else "List the rules with `querygen lint --list`."
            problems.append(error(BAD_CONFIG, f'lint names "{name}", which is no rule', span, hint))
        elif value not in list(Level):
            problems.append(error(BAD_CONFIG, f'lint.{name} is "{value}"', span, "Write off, warning or error."))
        else:
            levels[name] = Level(value)
    if problems:
        raise DiagnosticErrors(problems)
    return levels


def _list(levels: dict[str, Level]) -> None:
    from querygen.lint.run import all_rules, explain

    for name, rule in sorted(all_rules().items(), key=lambda item: (item[1].scope, item[0])):
        first = (explain(name) or "").partition("\n")[0]
        click.echo(f"{rule.scope:10}{levels.get(name, rule.level):9}{name:46}{first}")


def find_problems(
    config: Config, levels: dict[str, Level], since: str | None = None, analysis: Analysis | None = None
) -> tuple[list[Problem], list[Diagnostic]]:
    """What the rules find, and what keeps files from being looked at."""
    from querygen.lint.rule import QuerySubject, SchemaSubject
    from querygen.lint.run import run
    from querygen.pipeline import FailedQuery, analyze, sources_of

    analysis = analysis or analyze(config)
    migrations, broken = _migrations(config, since)
    broken = [*(one for one in analysis.diagnostics if one.severity is Severity.ERROR), *broken]
    sources = [*sources_of(config), *(one.source for one in migrations)]
    problems = run(
        levels,
        schema=SchemaSubject(analysis.catalog, frozenset(config.singular_exceptions)),
        migrations=migrations,
        queries=[QuerySubject(one, analysis.catalog) for one in analysis.queries if not isinstance(one, FailedQuery)],
        sources=list({one.path: one for one in sources}.values()),
    )
    return problems, broken


def _migrations(config: Config, since: str | None) -> tuple[list[MigrationSubject], list[Diagnostic]]:
    from querygen.lint.rule import MigrationSubject
    from querygen.runner.files import migration_files
    from querygen.sql.parse import parse_script, read_source
    from querygen.sql.script import read_script

    up, _, broken = migration_files(config.root / config.migrations)
    last = int(since) if since and since.isdigit() else -1
    subjects = []
    earlier: list[SourceFile] = []
    for version, path in sorted(up.items(), key=lambda item: int(item[0])):
        source = read_source(path)
        statements, problems = parse_script(source)
        if int(version) > last:
            broken += problems
            before = _catalog_before(config, tuple(earlier))
            subjects.append(MigrationSubject(source, statements, read_script(source), before))
        earlier.append(source)
    return subjects, broken


def _catalog_before(config: Config, sources: tuple[SourceFile, ...]) -> Callable[[], Catalog]:
    @cache
    def before() -> Catalog:
        from querygen.pipeline import load_catalog

        return load_catalog(config, [], sources=sources)

    return before
