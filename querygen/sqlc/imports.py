"""`querygen import …`: what the rewriters give, to disk: files in place where git remembers them, or into a new folder.

Takes paths; gives what was written and told. Raises `DiagnosticError` (QG071, QG072): a file is never overwritten that
could not be had back.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from querygen.config import Config
from querygen.config_file import CONFIG_FILE, PYPROJECT, find_root
from querygen.diagnostics import DiagnosticError, error
from querygen.sql.parse import expand_paths, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from querygen.sqlc.project import SqlcTarget
    from querygen.sqlc.rewrite import Rewritten

IN_THE_WAY: Final = "QG071"  # something would be overwritten
CANNOT_MOVE: Final = "QG072"  # there is nothing, or too much, to import

_CONFIG_OPTIONS: Final = (
    "style",
    "package",
    "emit_sync",
    "emit_async",
    "emit_sync_querier",
    "emit_async_querier",
    "emit_pydantic_models",
    "emit_str_enum",
    "emit_exact_table_names",
    "query_parameter_limit",
    "inflection_exclude_table_names",
    "validate_rows",
    "omit_unused",
    "nullable_elements",
    "insert_models",
    "pool_module",
    "singular_exceptions",
)


@dataclass(slots=True)
class Imported:
    """What is written, by path, and what is told: changes, and what cannot be moved."""

    files: dict[Path, str] = field(default_factory=dict)
    old: dict[Path, str] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def rewrite_files(paths: Sequence[str], out: Path | None, rewrite: Callable[[str], Rewritten]) -> Imported:
    """Rewrite query files: in place, or into the folder `out`, where none of them may be yet."""
    here = Path.cwd()
    found = Imported()
    for path in expand_paths(paths, here):
        source = read_source(path)
        rewritten = rewrite(source.text)
        found.changes += [f"{source.path}:{one.line}: {one.text}" for one in sorted(rewritten.changes)]
        found.left += [f"{source.path}:{one.line}: {one.text}" for one in sorted(rewritten.left)]
        target = path if out is None else out / path.name
        if target in found.files:
            raise _stop(IN_THE_WAY, f"two files are called {path.name}", "Import them one by one.")
        if rewritten.text != source.text or out is not None:
            found.files[target] = rewritten.text
            if out is None:
                found.old[target] = source.text
    return found


def import_sqlc(target: SqlcTarget, folder: Path) -> Imported:
    """The configuration of one query set as querygen's own, beside it."""
    if find_root(folder) == folder:
        raise _stop(IN_THE_WAY, "the folder is configured for querygen already", "Remove that configuration first.")
    config = target.config
    lines = [
        f"schema = {_toml(_paths(target, 'schema'))}",
        f"queries = {_toml(_paths(target, 'queries'))}",
        f"out = {_toml(Path(config.out).as_posix())}",
    ]
    default = Config(config.root)
    lines += [
        f"{name} = {_toml(getattr(config, name))}"
        for name in _CONFIG_OPTIONS
        if hasattr(config, name) and getattr(config, name) not in (None, getattr(default, name))
    ]
    for one in config.overrides:
        keys = ("type", "column", "query", "python", "load", "dump")
        lines += ["", "[[overrides]]", *(f"{key} = {_toml(value)}" for key in keys if (value := getattr(one, key)))]
    found = Imported()
    pyproject = folder / PYPROJECT
    if pyproject.exists():
        old = pyproject.read_text(encoding="utf-8")
        tables = [line if line != "[[overrides]]" else "[[tool.querygen.overrides]]" for line in lines]
        found.files[pyproject] = old.rstrip("\n") + "\n\n[tool.querygen]\n" + "\n".join(tables) + "\n"
        found.old[pyproject] = old
    else:
        found.files[folder / CONFIG_FILE] = "\n".join(lines) + "\n"
    found.changes.append(f"{target.origin.label} of {target.config.file}: {len(lines)} lines of configuration")
    return found


def _paths(target: SqlcTarget, key: str) -> list[str]:
    """The paths as they are written where querygen reads the same files by them, otherwise the files."""
    written = getattr(target.origin.value, key)
    names = [written] if isinstance(written, str) else list(written)
    files = [Path(one) for one in getattr(target.config, key)]
    root = target.config.root
    try:
        same = [Path(os.path.normpath(one)) for one in expand_paths(names, root)] == files
    except DiagnosticError:
        same = False
    return names if same else [Path(os.path.relpath(one, root)).as_posix() for one in files]


def _toml(value: Any) -> str:
    """A value as TOML writes it: its strings are JSON's."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def write_imported(found: Imported) -> list[Path]:
    """Write the files. One that exists is replaced only where git has its present text."""
    for path in found.files:
        if path.exists() and (path not in found.old or not _is_committed(path)):
            what = "is in the way" if path not in found.old else "is not committed, and would be overwritten"
            hint = "Commit it first, so that `git diff` shows what changes, or choose a new folder with --out."
            raise _stop(IN_THE_WAY, f"{os.path.relpath(path)} {what}", hint)
    try:
        for path, text in found.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise _stop("QG007", f"cannot write {problem.filename}: {reason}", "Check the permissions.") from None
    return list(found.files)


def _is_committed(path: Path) -> bool:
    """Whether git's last commit has the file as it is on disk."""
    command = ["git", "-C", str(path.parent)]
    try:
        known = subprocess.run([*command, "ls-files", "--error-unmatch", path.name], capture_output=True, check=False)
        same = subprocess.run([*command, "status", "--porcelain", "--", path.name], capture_output=True, check=False)
    except OSError:
        return False
    return known.returncode == 0 and same.returncode == 0 and not same.stdout.strip()


def _stop(code: str, message: str, hint: str) -> DiagnosticError:
    return DiagnosticError(error(code, message, hint=hint))
