"""`querygen import sqlc|aiosql|pgtyped`: arguments in, what was changed and what was not out."""

from __future__ import annotations

import difflib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from querygen.cli import GOOD, file_option, queryset_option, report
from querygen.config import NO_CONFIG
from querygen.config_file import find_sqlc_file
from querygen.diagnostics import DiagnosticError, error
from querygen.sqlc.imports import CANNOT_MOVE, Imported, import_sqlc, rewrite_files, write_imported

if TYPE_CHECKING:
    from collections.abc import Callable

    from querygen.sqlc.rewrite import Rewritten

out_option = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write new files there; default: in place."
)
dry_option = click.option("--dry-run", is_flag=True, help="Print the diff; write nothing.")
paths_argument = click.argument("paths", nargs=-1, required=True, metavar="PATH...")


@click.group("import")
def import_() -> None:
    """Rewrite the configuration or the query files of another tool."""


def _finish(found: Imported, *, dry_run: bool) -> None:
    """Say what was changed and what could not be, and write."""
    for line in found.changes:
        click.echo(f"  {line}")
    for line in found.left:
        click.echo(f"  not moved: {line}", err=True)
    if dry_run:
        for path, text in found.files.items():
            name = os.path.relpath(path)
            old = found.old.get(path, "").splitlines(keepends=True)
            start = f"a/{name}" if path in found.old else "/dev/null"
            click.echo("".join(difflib.unified_diff(old, text.splitlines(keepends=True), start, f"b/{name}")), nl=False)
        sys.exit(GOOD)
    written = write_imported(found)
    for path in written:
        click.echo(f"  wrote {os.path.relpath(path)}")
    told = f"{len(written)} file{'' if len(written) == 1 else 's'} written"
    if found.left:
        told += f", {len(found.left)} thing{'' if len(found.left) == 1 else 's'} left to you"
    click.echo(f"{told}.")
    sys.exit(GOOD)


@import_.command("sqlc")
@file_option
@queryset_option
@dry_option
def import_sqlc_(file: Path | None, queryset: str | None, dry_run: bool) -> None:
    """Write querygen's configuration beside that of sqlc, which stays. Query files need no change."""
    from querygen.sqlc.lenient import MISSING_FUNCTION, REPLACED_COMMENT
    from querygen.sqlc.project import read_project, several

    path = file or find_sqlc_file(Path.cwd())
    if path is None:
        hint = "Name it with --file."
        raise DiagnosticError(
            error(NO_CONFIG, "there is no sqlc.yaml, sqlc.yml or sqlc.json, here or above", hint=hint)
        )
    project = read_project(path)
    report(project.diagnostics)
    targets = [one for one in project.targets if queryset in (None, one.origin.label)]
    if len(targets) > 1:
        raise several([one.config for one in targets])
    if not targets:
        raise DiagnosticError(error(CANNOT_MOVE, f'there is no query set named "{queryset}"'))
    found = import_sqlc(targets[0], path.parent.absolute())
    from querygen.pipeline import analyze

    for one in analyze(targets[0].config).diagnostics:
        if one.code in (MISSING_FUNCTION, REPLACED_COMMENT) and one.span is not None:
            found.left.append(f"{one.span.source.path}:{one.span.line}: {one.message}; querygen's own builds refuse it")
    _finish(found, dry_run=dry_run)


@import_.command("aiosql")
@out_option
@dry_option
@paths_argument
def import_aiosql(out: Path | None, dry_run: bool, paths: tuple[str, ...]) -> None:
    """Rewrite query files of aiosql: PATH is a file, a folder or a pattern."""
    from querygen.sqlc.from_aiosql import rewrite_aiosql

    _rewrite(paths, out, rewrite_aiosql, dry_run=dry_run)


@import_.command("pgtyped")
@out_option
@dry_option
@paths_argument
def import_pgtyped(out: Path | None, dry_run: bool, paths: tuple[str, ...]) -> None:
    """Rewrite query files of PgTyped: PATH is a file, a folder, a pattern, or its config.json."""
    from querygen.sqlc.from_pgtyped import rewrite_pgtyped

    configs = [one for one in paths if one.endswith(".json")]
    sources = [one for one in paths if not one.endswith(".json")]
    left: list[str] = []
    for one in configs:
        named, told = _pgtyped_config(Path(one))
        sources += named
        left += told
    _rewrite(tuple(sources), out, rewrite_pgtyped, dry_run=dry_run, left=left)


def _rewrite(
    paths: tuple[str, ...],
    out: Path | None,
    rewrite: Callable[[str], Rewritten],
    *,
    dry_run: bool,
    left: list[str] | None = None,
) -> None:
    found = rewrite_files(paths, None if out is None else out.absolute(), rewrite)
    found.left += left or []
    if not found.changes and not found.left:
        message = "no query of these files is annotated as that tool does"
        raise DiagnosticError(error(CANNOT_MOVE, message, hint="Name the files that hold its queries."))
    _finish(found, dry_run=dry_run)


def _pgtyped_config(path: Path) -> tuple[list[str], list[str]]:
    """The query files that PgTyped's configuration names, and what of it has no equal."""
    from querygen.sqlc.document import read_document

    value: Any = read_document(path).value
    if not isinstance(value, dict):
        raise DiagnosticError(error(CANNOT_MOVE, f"{path} is no configuration of PgTyped"))
    folder = path.parent / str(value.get("srcDir", "."))
    names: list[str] = []
    left: list[str] = []
    for one in value.get("transforms") or []:
        mode, include = one.get("mode"), str(one.get("include", ""))
        if mode == "sql":
            names.append(str(folder / include))
        else:
            left.append(
                f"{path}: transform {json.dumps(mode)} ({include}): queries in TypeScript; put them into .sql files"
            )
    if value.get("dbUrl") or value.get("db"):
        left.append(f"{path}: dbUrl: no database is asked; write the schema with pg_dump --schema-only")
    if value.get("typesOverrides"):
        types = ", ".join(value["typesOverrides"])
        left.append(f"{path}: typesOverrides ({types}): name Python types under overrides")
    return names, left
