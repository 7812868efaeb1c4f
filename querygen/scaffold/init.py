"""`querygen init`: the example project, written into a folder where nothing of it exists yet.

Takes a folder; gives the files written. Files that exist are never touched: one that stands in the way is an error that
names it, and then nothing is written.
"""

from __future__ import annotations

import os
from pathlib import Path

from querygen.config import UNREADABLE
from querygen.config_file import CONFIG_FILE, PYPROJECT, find_root
from querygen.diagnostics import DiagnosticError, error

PROJECT = Path(__file__).parent / "project"
EXAMPLE_FOLDERS = ("schema", "queries")
IGNORED = (".env.local", "__pycache__/")

_TABLE = """\
schema = ["schema"]
queries = ["queries"]
out = "generated"
pg_version = 18
"""

CONFIGURATION = "# What querygen reads and writes; every key is in its documentation under Configuration.\n" + _TABLE


def example_files() -> dict[str, str]:
    """The SQL of the example project: path within the project → text."""
    return {
        path.relative_to(PROJECT).as_posix(): path.read_text(encoding="utf-8")
        for folder in EXAMPLE_FOLDERS
        for path in sorted((PROJECT / folder).glob("*.sql"))
    }


def init_project(folder: Path) -> list[Path]:
    """Write the example project; returns the paths written.

    Raises DiagnosticError (QG001) if the folder is configured already or holds a file of the same name.
    """
    if find_root(folder.absolute()) == folder.absolute():
        raise _refused(f"{folder} is a querygen project already", "Run `querygen build` there.")
    files = {CONFIG_FILE: CONFIGURATION, **example_files()}
    pyproject = folder / PYPROJECT
    if pyproject.exists():
        del files[CONFIG_FILE]
    in_the_way = [name for name in files if (folder / name).exists()]
    if in_the_way:
        raise _refused(f"{', '.join(in_the_way)} exist already in {folder}", "Choose an empty folder.")
    try:
        written = [_write(folder / name, text) for name, text in files.items()]
        if pyproject.exists():
            written.append(_append(pyproject, f"\n[tool.querygen]\n{_TABLE}"))
        written += _ignore(folder / ".gitignore")
    except OSError as problem:
        raise _refused(
            f"cannot write {problem.filename}: {problem.strerror}", "Check the folder's permissions."
        ) from problem
    return [Path(os.path.relpath(path)) for path in written]


def _refused(message: str, hint: str) -> DiagnosticError:
    return DiagnosticError(error(UNREADABLE, message, hint=hint))


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _append(path: Path, text: str) -> Path:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
    return path


def _ignore(path: Path) -> list[Path]:
    present = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    missing = [line for line in IGNORED if line not in present]
    if not missing:
        return []
    return [_append(path, "".join(f"{line}\n" for line in missing))]


def next_steps(folder: Path) -> str:
    """What to type next."""
    change = "" if folder.resolve() == Path.cwd() else f"  cd {folder}\n"
    return (
        "\nEveryday commands:\n"
        f"{change}"
        "  querygen build            write generated/ from schema/ and queries/\n"
        "  querygen build --check    say whether generated/ is up to date (for CI)\n"
        "  querygen describe         show the parameters and columns of every query\n"
        "  querygen studio           see schema, data and queries in a browser\n"
        "  querygen demo --project . run this example against an embedded PostgreSQL"
    )
