"""querygen: SQL in, typed Python out.

A tour for those who call it from Python; the command line does the same:

    >>> from pathlib import Path
    >>> from querygen import load_project, analyze, generate
    >>> config = load_project(Path("."))          # [tool.querygen] of pyproject.toml, or querygen.toml
    >>> analysis = analyze(config)                # every query with its parameters and columns, or why it is refused
    >>> result = generate(config)                 # the files of the generated package, not yet written

Nothing here needs a database. The names are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from querygen.config import Config
    from querygen.config_file import read_config as load_project
    from querygen.pipeline import Analysis, Result, analyze, generate

__version__ = "0.1.0"
__all__ = ["Analysis", "Config", "Result", "__version__", "analyze", "generate", "load_project"]

_HOME = {
    "Config": ("querygen.config", "Config"),
    "load_project": ("querygen.config_file", "read_config"),
    "Analysis": ("querygen.pipeline", "Analysis"),
    "Result": ("querygen.pipeline", "Result"),
    "analyze": ("querygen.pipeline", "analyze"),
    "generate": ("querygen.pipeline", "generate"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)
