"""Write a generated package to a folder and import it under a name of its own."""

from __future__ import annotations

import importlib
import itertools
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from querygen.render.options import RenderOptions
from querygen.render.render import render
from querygen.write import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery

_numbers = itertools.count(1)


@contextmanager
def generated(
    folder: Path, queries: Sequence[AnalyzedQuery], catalog: Catalog, options: RenderOptions | None = None
) -> Iterator[Callable[[str], ModuleType]]:
    """Gives `load("users")`, which imports a module of the package."""
    name = f"generated_{next(_numbers)}"
    write_files(folder / name, render(queries, catalog, options or RenderOptions()), check=False)
    sys.path.insert(0, str(folder))
    try:
        yield lambda module: importlib.import_module(f"{name}.{module}")
    finally:
        sys.path.remove(str(folder))
        for module in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
            del sys.modules[module]
