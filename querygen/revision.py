"""The project as another git revision has it, and what that revision's queries would meet on this one's schema.

Takes the configuration and a revision; gives diagnostics. `git archive` writes the revision into a folder that is
removed afterwards; the working tree and the index are not touched.
"""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.analyze.typename import format_type
from querygen.config_file import SQLC_FILES, read_config
from querygen.diagnostics import Diagnostic, DiagnosticError, DiagnosticErrors, Severity, error
from querygen.pipeline import UNREAD_SCHEMA, FailedQuery, analyze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.config import Config
    from querygen.ir import AnalyzedQuery, RawQuery
    from querygen.pipeline import Analysis
    from querygen.source import Span

NO_REVISION: Final = "QG595"  # git has no such revision, or the project is not in git
BROKEN: Final = "QG596"  # a query of one revision does not work on the schema of the other
CHANGED: Final = "QG597"  # it works, and gives or takes something else

_NAME_ONE: Final = "Name a commit, a branch or a tag; in CI, fetch it first (fetch-depth: 0)."


@contextmanager
def at_revision(config: Config, revision: str) -> Iterator[Config]:
    """The configuration of the project as it was; `DiagnosticError` where git cannot tell."""
    top = Path(_git(config.root, "rev-parse", "--show-toplevel").decode().strip())
    archive = _git(top, "archive", "--format=zip", _commit(top, revision))
    with tempfile.TemporaryDirectory(prefix="querygen-") as folder:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            files.extractall(folder)
        # A mark of the project's top: sqlc's configuration may name folders beside its own.
        (Path(folder) / ".git").mkdir(exist_ok=True)
        root = Path(folder) / config.root.resolve().relative_to(top.resolve())
        if not root.is_dir():
            raise DiagnosticError(error(NO_REVISION, f"the project is not in revision {revision}"))
        yield _configuration(root, config, revision)


def _configuration(root: Path, here: Config, revision: str) -> Config:
    """What configured the project then: querygen's file or, as on the command line, sqlc's without one."""
    config = read_config(root)
    if config.file is not None:
        return config
    sqlc_file = next((root / name for name in SQLC_FILES if (root / name).is_file()), None)
    if sqlc_file is None:
        raise DiagnosticError(error(NO_REVISION, f"the project has no configuration in revision {revision}"))
    from querygen.sqlc.project import chosen_configs, several

    configs, _notes = chosen_configs(sqlc_file, {})
    same = [one for one in configs if one.out == here.out] if len(configs) > 1 else configs
    if len(same) != 1:
        raise several(configs)
    return same[0]


def _commit(folder: Path, revision: str) -> str:
    """The hash of a revision: whatever was typed, it is no option of git's."""
    found = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    if found.returncode != 0:
        raise DiagnosticError(error(NO_REVISION, f'git has no revision "{revision}"', hint=_NAME_ONE))
    return found.stdout.split()[-1]


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True).stdout
    except FileNotFoundError:
        raise DiagnosticError(error(NO_REVISION, "git is not installed", hint="Install it.")) from None
    except subprocess.CalledProcessError as problem:
        said = problem.stderr.decode(errors="replace").strip().splitlines()
        raise DiagnosticError(error(NO_REVISION, said[0] if said else "git failed", hint=_NAME_ONE)) from None


def against(config: Config, revision: str) -> list[Diagnostic]:
    """What would break while both revisions are at work.

    The other revision's queries on this schema: programs that are deployed, after the migration. This revision's
    queries on the other schema: a program that is deployed before its migration, or after it was taken back.
    """
    with at_revision(config, revision) as other:
        here, there = analyze(config), analyze(other)
        _check_readable(here, there, revision)
        theirs = analyze(_with_queries(config, other))
        ours = analyze(_with_queries(other, config))
        failed = {one.problem for one in there.queries if isinstance(one, FailedQuery)}
        unread = [one for one in there.diagnostics if one.severity is Severity.ERROR and one not in failed]
        places = _places(here, config.root)
        return [
            # What cannot be compared is not well. Queries that did not work there are no concern of this revision's.
            *(one for one in here.diagnostics if one.severity is Severity.ERROR),
            *(_unread(one, other.root, revision) for one in unread),
            *_compare(
                there, theirs, f"the queries of {revision} on this schema", _Origin(revision, other.root, places)
            ),
            *_compare(here, ours, f"the queries here on the schema of {revision}", None),
        ]


class _Origin(Struct, frozen=True):
    """Where queries of the other revision stand: its folder, and the places of queries of their names in this one."""

    revision: str
    root: Path
    places: dict[tuple[str, str], Span]


def _places(here: Analysis, root: Path) -> dict[tuple[str, str], Span]:
    return {(_relative(one.raw.source.path, root), one.raw.name): one.raw.name_span for one in here.queries}


def _relative(path: str, root: Path) -> str:
    """A file's path below its project: both revisions then have one name for it."""
    return Path(os.path.relpath(path, root)).as_posix()


def _unread(one: Diagnostic, root: Path, revision: str) -> Diagnostic:
    """A problem with a file of the other revision, which lies nowhere that a user could open it."""
    where = f"{_relative(one.span.source.path, root)}:{one.span.line}: " if one.span else ""
    message = one.message.replace(f"{root.as_posix()}/", "")
    return error(NO_REVISION, f"revision {revision} cannot be compared: {where}{message}", hint=one.hint)


def _check_readable(here: Analysis, there: Analysis, revision: str) -> None:
    """Raise for what cannot be compared: where nothing was read, nothing would be found to break."""
    if unread := [one for one in here.diagnostics if one.code in UNREAD_SCHEMA]:
        raise DiagnosticErrors(unread)
    unread = [one for one in there.diagnostics if one.code in UNREAD_SCHEMA]
    works = any(not isinstance(one, FailedQuery) for one in there.queries)
    if unread or not works:
        first = next((one for one in (*unread, *there.diagnostics) if one.severity is Severity.ERROR), None)
        why = first.message if first else "it has no queries"
        raise DiagnosticError(error(NO_REVISION, f"revision {revision} cannot be compared: {why}"))


def _with_queries(schema: Config, queries: Config) -> Config:
    """One project's schema with the other's queries."""

    def with_files(one: Config) -> Config:
        return replace(schema, queries=tuple(str(queries.root / name) for name in one.queries), targets=())

    return replace(with_files(queries), targets=tuple(with_files(one) for one in queries.targets))


def _compare(own: Analysis, foreign: Analysis, where: str, origin: _Origin | None) -> Iterator[Diagnostic]:
    """What works on the queries' own schema, and not, or otherwise, on the foreign one.

    `origin` is None where the query files are those of the working tree.
    """
    known = {(one.raw.source.path, one.raw.name): one for one in own.queries if not isinstance(one, FailedQuery)}
    for query in foreign.queries:
        mine = known.get((query.raw.source.path, query.raw.name))
        if mine is None:
            continue  # it does not work at home either
        if isinstance(query, FailedQuery):
            problem = query.problem
            span, place = (problem.span, "") if origin is None else _place(query.raw, problem.span, origin)
            message = f"{where}: {query.raw.name} does not work: {problem.message} ({problem.code}){place}"
            yield Diagnostic(BROKEN, Severity.ERROR, message, span, problem.hint)
            continue
        for difference in _differences(mine, own.catalog, query, foreign.catalog):
            span, place = (query.raw.name_span, "") if origin is None else _place(query.raw, None, origin)
            yield Diagnostic(CHANGED, Severity.WARNING, f"{where}: {query.raw.name}: {difference}{place}", span)


def _place(raw: RawQuery, span: Span | None, origin: _Origin) -> tuple[Span | None, str]:
    """The query of that name in the working tree, if there is one; and in words, where it stands in the revision."""
    path = _relative(raw.source.path, origin.root)
    at = span or raw.name_span
    return origin.places.get((path, raw.name)), f", in {path}:{at.line}:{at.column} of {origin.revision}"


def _differences(mine: AnalyzedQuery, home: Catalog, other: AnalyzedQuery, away: Catalog) -> Iterator[str]:
    """What a program that was built at home would notice away from it."""
    mine_params = {param.number: format_type(home, param.type.oid, only_pg_catalog=True) for param in mine.params}
    for param in other.params:
        theirs = format_type(away, param.type.oid, only_pg_catalog=True)
        if mine_params.get(param.number, theirs) != theirs:
            yield f"${param.number} is {theirs}, and was {mine_params[param.number]}"
    if len(mine.columns) != len(other.columns):
        yield f"it has {len(other.columns)} columns, and had {len(mine.columns)}"
        return
    for before, after in zip(mine.columns, other.columns, strict=True):
        old = format_type(home, before.type.oid, only_pg_catalog=True)
        new = format_type(away, after.type.oid, only_pg_catalog=True)
        if old != new:
            yield f"column {before.name} is {new}, and was {old}"
        elif after.nullable and not before.nullable:
            yield f"column {before.name} can be NULL ({after.why or 'nothing proves otherwise'}), and could not"
    if mine.cardinality != other.cardinality:
        yield f"it gives {other.cardinality.value} rows, and gave {mine.cardinality.value}"
