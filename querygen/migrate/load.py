"""SQL text to a schema: files, folders and pg_dump's output, replayed in order.

Takes paths; gives a `Loaded`: the fold's state, which renames can still be carried out on, and what is wrong. The
replay is that of `catalog/ddl.py`, with everything kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.catalog import ddl
from querygen.diagnostics import Diagnostic, DiagnosticErrors, Severity
from querygen.pg_catalog.load import load_folder
from querygen.runner.files import migration_files
from querygen.source import SourceFile
from querygen.sql.parse import expand_paths, parse_schema_file, read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from querygen.catalog.ddl_state import DdlState
    from querygen.sql.parse import RawStmt

# What a schema may hold that says nothing of its structure; an error in it is not the differ's.
_FORGIVEN = frozenset({"QG402"})
_BROKEN_BODY = re.compile(r"^(?:LANGUAGE SQL|body)")


class Setting(Struct, frozen=True):
    """Where PostgreSQL's own catalogue and those of extensions are."""

    catalog: Path
    extensions: tuple[Path, ...] = ()


class Loaded(Struct, eq=False):
    """A schema that was replayed. `sources` are its files, for annotations."""

    state: DdlState
    sources: tuple[SourceFile, ...]
    errors: tuple[Diagnostic, ...]
    family: object = None  # those of one family began as copies of one state (together.py)


def read_paths(paths: Iterable[str], root: Path) -> list[SourceFile]:
    """The SQL files of paths; raises DiagnosticError for what cannot be read."""
    return [read_source(path) for path in expand_paths(paths, root) if not path.name.endswith(".down.sql")]


def history_sources(folder: Path) -> list[SourceFile]:
    """The migrations of a folder in the order of their versions; raises DiagnosticErrors."""
    ups, _downs, problems = migration_files(folder)
    if problems:
        raise DiagnosticErrors(problems)
    return [read_source(ups[version]) for version in sorted(ups, key=int)]


def load(sources: Sequence[SourceFile], setting: Setting) -> Loaded:
    """Replay the files, one after the other."""
    return folded(sources, *parse(sources), setting)


def parse(sources: Iterable[SourceFile]) -> tuple[list[RawStmt], list[Diagnostic]]:
    """The statements of all files, and what is wrong with them."""
    problems: list[Diagnostic] = []
    statements: list[RawStmt] = []
    for source in sources:
        found, wrong = parse_schema_file(source)
        statements += found
        problems += wrong
    return statements, problems


def folded(
    sources: Sequence[SourceFile], statements: Sequence[RawStmt], problems: Sequence[Diagnostic], setting: Setting
) -> Loaded:
    """What the statements of the files come to."""
    state = ddl.fold(
        statements,
        load_folder(setting.catalog),
        extension_folders=setting.extensions,
        full=True,
    )
    state.catalog.search_path = state.session_path
    state.role = ""
    return Loaded(state, tuple(sources), errors_of((*problems, *state.diagnostics)))


def errors_of(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What stands in the way of comparing."""
    return tuple(one for one in problems if one.severity is Severity.ERROR and one.code not in _FORGIVEN)


def replay(state: DdlState, sql: str, name: str = "generated SQL") -> list[Diagnostic]:
    """Carry out more statements on a schema; what went wrong."""
    source = SourceFile(name, sql)
    statements, problems = parse_schema_file(source)
    problems = [one for one in problems if one.severity is Severity.ERROR]
    for raw in statements:
        error = ddl.run(state, raw)
        if error is not None:
            problems.append(ddl.diagnostic_of(error, raw))
    return problems
