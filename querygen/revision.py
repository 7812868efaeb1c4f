"""The project as another git revision has it, and what that revision's queries would meet on this one's schema.

Takes the configuration and a revision; gives diagnostics. `git archive` writes the revision into a folder that is
removed afterwards; the working tree and the index are not touched.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from querygen.analyze.typename import format_type
from querygen.config import read_config
from querygen.diagnostics import Diagnostic, DiagnosticError, Severity, error
from querygen.pipeline import FailedQuery, analyze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog
    from querygen.config import Config
    from querygen.ir import AnalyzedQuery
    from querygen.pipeline import Analysis

NO_REVISION: Final = "QG595"  # git has no such revision, or the project is not in git
BROKEN: Final = "QG596"  # a query of one revision does not work on the schema of the other
CHANGED: Final = "QG597"  # it works, and gives or takes something else


@contextmanager
def at_revision(config: Config, revision: str) -> Iterator[Config]:
    """The configuration of the project as it was; `DiagnosticError` where git cannot tell."""
    top = Path(_git(config.root, "rev-parse", "--show-toplevel").decode().strip())
    archive = _git(top, "archive", "--format=tar", revision)
    with tempfile.TemporaryDirectory(prefix="querygen-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        root = Path(folder) / config.root.resolve().relative_to(top.resolve())
        if not root.is_dir():
            raise DiagnosticError(error(NO_REVISION, f"the project is not in revision {revision}"))
        yield read_config(root)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True).stdout
    except FileNotFoundError:
        raise DiagnosticError(error(NO_REVISION, "git is not installed", hint="Install it.")) from None
    except subprocess.CalledProcessError as problem:
        said = problem.stderr.decode(errors="replace").strip().splitlines()
        hint = "Name a commit, a branch or a tag; in CI, fetch it first (fetch-depth: 0)."
        raise DiagnosticError(error(NO_REVISION, said[0] if said else "git failed", hint=hint)) from None


def against(config: Config, revision: str) -> list[Diagnostic]:
    """What would break while both revisions are at work.

    The other revision's queries on this schema: programs that are deployed, after the migration. This revision's
    queries on the other schema: a program that is deployed before its migration, or after it was taken back.
    """
    with at_revision(config, revision) as other:
        here, there = analyze(config), analyze(other)
        theirs = analyze(_with_queries(config, other))
        ours = analyze(_with_queries(other, config))
        return [
            *_compare(there, theirs, f"the queries of {revision} on this schema", here=False),
            *_compare(here, ours, f"the queries here on the schema of {revision}", here=True),
        ]


def _with_queries(schema: Config, queries: Config) -> Config:
    """One project's schema with the other's queries."""
    from dataclasses import replace

    return replace(schema, queries=tuple(str(queries.root / one) for one in queries.queries))


def _compare(own: Analysis, foreign: Analysis, where: str, *, here: bool) -> Iterator[Diagnostic]:
    """What works on the queries' own schema, and not, or otherwise, on the foreign one.

    `here`: the query files are those of the working tree.
    """
    known = {one.raw.name: one for one in own.queries if not isinstance(one, FailedQuery)}
    for query in foreign.queries:
        mine = known.get(query.raw.name)
        if mine is None:
            continue  # it does not work at home either
        if isinstance(query, FailedQuery):
            problem = query.problem
            message = f"{where}: {query.raw.name} does not work: {problem.message} ({problem.code})"
            yield Diagnostic(BROKEN, Severity.ERROR, message, problem.span if here else None, problem.hint)
            continue
        for difference in _differences(mine, own.catalog, query, foreign.catalog):
            span = query.raw.name_span if here else None
            yield Diagnostic(CHANGED, Severity.WARNING, f"{where}: {query.raw.name}: {difference}", span)


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
