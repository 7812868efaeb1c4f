"""A package generated from SQL, as `querygen build` does it, and imported."""

from __future__ import annotations

import importlib
import itertools
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from querygen.analyze.query import analyze_query
from querygen.config import Config
from querygen.pipeline import load_catalog, load_queries
from querygen.render.options import RenderOptions
from querygen.render.render import render
from querygen.write import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from querygen.diagnostics import Diagnostic
    from querygen.render.files import OutputFile

_numbers = itertools.count(1)


def rendered(
    folder: Path, schema: str, queries: str, options: RenderOptions | None = None, more: tuple[str, ...] = ()
) -> list[OutputFile]:
    """The files for a schema and queries; whatever is wrong is raised, or fails an assertion."""
    (folder / "schema.sql").write_text(schema)
    (folder / "queries.sql").write_text(queries)
    config = Config(folder, schema=("schema.sql",), queries=("queries.sql", *more))
    problems: list[Diagnostic] = []
    catalog = load_catalog(config, problems)
    analyzed = [analyze_query(raw, catalog) for raw in load_queries(config, catalog, problems)]
    assert not problems, problems
    return render(analyzed, catalog, options or RenderOptions())


@contextmanager
def project(
    folder: Path, schema: str, queries: str, options: RenderOptions | None = None
) -> Iterator[Callable[[str], ModuleType]]:
    """Gives `load("queries")`, which imports a module of the package."""
    with imported(folder, rendered(folder, schema, queries, options)) as load:
        yield load


@contextmanager
def imported(folder: Path, files: Sequence[OutputFile]) -> Iterator[Callable[[str], ModuleType]]:
    """The same for files that were rendered."""
    name = f"project_{next(_numbers)}"
    write_files(folder / name, files, check=False)
    sys.path.insert(0, str(folder))
    try:
        yield lambda module: importlib.import_module(f"{name}.{module}")
    finally:
        sys.path.remove(str(folder))
        for module in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
            del sys.modules[module]
