"""The contestants that are modules of functions: `by_hand`, and what `querygen build` writes for the same queries.

Takes a connection string; gives a `Contestant`. Both have the same function names, so one adapter serves them.
"""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import typing
from types import ModuleType, SimpleNamespace
from typing import Any

import psycopg

from runtime import by_hand, by_hand_aio
from runtime.cases import QUERIES, SCHEMA, Contestant, entry_dicts, entry_tuples

if typing.TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable, Sequence
    from pathlib import Path

PACKAGE = "querygen_output"


class NotGeneratedError(Exception):
    """`querygen build` did not write a package that can be imported."""


def build(folder: Path, schema: Path, queries: Sequence[Path], package: str) -> Path:
    """Run `querygen build` in a folder; gives the folder of the package."""
    command = [sys.executable, "-m", "querygen", "build", "--schema", str(schema), "--out", package]
    command += [part for path in queries for part in ("--queries", str(path))]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    out = folder / package
    if done.returncode or not out.is_dir():
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise NotGeneratedError(lines[0] if lines else f"exit code {done.returncode}")
    return out


def query_modules(out: Path) -> list[str]:
    """The names of the modules of a generated package that hold functions or models."""
    return sorted(path.stem for path in out.glob("*.py") if not path.stem.startswith("_"))


def generated(folder: Path, say: Callable[[str], None]) -> tuple[SimpleNamespace, SimpleNamespace]:
    """Build the benchmark's own queries and import them: the synchronous and the asynchronous functions.

    Where it cannot build everything, it builds what it can: one refused command does not hide what the others cost.
    """
    able = []
    for path in sorted(QUERIES.glob("*.sql")):
        try:
            build(folder, SCHEMA, [path], f"trial_{path.stem}")
        except NotGeneratedError as problem:
            say(f"without generated code of {path.name}: {problem}")
        else:
            able.append(path)
    if not able:
        raise NotGeneratedError("none of its query files can be built")
    out = build(folder, SCHEMA, able, PACKAGE)
    sys.path.insert(0, str(folder))
    try:
        names = query_modules(out)
        plain = [importlib.import_module(f"{PACKAGE}.{name}") for name in names]
        aio = [importlib.import_module(f"{PACKAGE}.aio.{name}") for name in query_modules(out / "aio")]
    except Exception as problem:
        raise NotGeneratedError(f"{type(problem).__name__}: {problem}") from problem
    finally:
        sys.path.remove(str(folder))
    return _merged(plain), _merged(aio)


def _merged(modules: Sequence[ModuleType]) -> SimpleNamespace:
    return SimpleNamespace(**{name: value for one in modules for name, value in vars(one).items() if name[0] != "_"})


def _items(function: Callable[..., Any]) -> list[Any]:
    """The entries as the class that a function's second parameter is an iterable of; tuples where it names none."""
    parameter = list(inspect.signature(function).parameters)[1]
    hint = typing.get_type_hints(function)[parameter]
    (element,) = typing.get_args(hint)
    if typing.get_origin(element) is tuple:
        return list(entry_tuples())
    return [element(**entry) for entry in entry_dicts()]


def _calls(functions: Any, conn: Any) -> dict[str, Callable[..., Any]]:
    get_author, list_authors = functions.get_author, functions.list_authors
    get_event, list_events = functions.get_event, functions.list_events
    get_document, list_documents = functions.get_document, functions.list_documents
    calls: dict[str, Callable[..., Any]] = {
        "one narrow": lambda key: get_author(conn, id=key),
        "one wide": lambda key: get_event(conn, id=key),
        "one wide + jsonb": lambda key: get_document(conn, id=key),
        "many narrow": lambda max_id: list_authors(conn, max_id=max_id),
        "many wide": lambda max_id: list_events(conn, max_id=max_id),
        "many wide + jsonb": lambda max_id: list_documents(conn, max_id=max_id),
    }
    for key, name in (("copy", "copy_entries"), ("bulk", "insert_entries")):
        if (function := getattr(functions, name, None)) is not None:
            calls[key] = _insert(function, conn)
    return calls


def _insert(function: Callable[..., Any], conn: Any) -> Callable[[], Any]:
    items = _items(function)
    parameter = list(inspect.signature(function).parameters.values())[1]
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
        return lambda: function(conn, **{parameter.name: items})
    return lambda: function(conn, items)


def enter(name: str, functions: Any, dsn: str, stack: contextlib.AsyncExitStack) -> Contestant:
    conn = stack.enter_context(psycopg.connect(dsn, autocommit=True))
    return Contestant(name, asynchronous=False, typed=True, calls=_calls(functions, conn))


async def enter_async(name: str, functions: Any, dsn: str, stack: contextlib.AsyncExitStack) -> Contestant:
    conn = await stack.enter_async_context(await psycopg.AsyncConnection.connect(dsn, autocommit=True))
    return Contestant(name, asynchronous=True, typed=True, calls=_calls(functions, conn))


async def enter_by_hand(dsn: str, stack: contextlib.AsyncExitStack) -> list[Contestant]:
    return [
        enter("by hand", by_hand, dsn, stack),
        await enter_async("by hand", by_hand_aio, dsn, stack),
    ]


async def enter_generated(
    folder: Path, dsn: str, stack: contextlib.AsyncExitStack, say: Callable[[str], None]
) -> list[Contestant]:
    """Raises NotGeneratedError."""
    plain, aio = generated(folder, say)
    return [enter("querygen", plain, dsn, stack), await enter_async("querygen", aio, dsn, stack)]
