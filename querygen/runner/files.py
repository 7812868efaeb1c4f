"""The folder of migrations: which files there are, in which order, and what their heads ask for.

Takes a folder, gives `Migration`s by version. A file is `VERSION_NAME.sql`, VERSION all digits (a UTC timestamp where
querygen names it); `VERSION_NAME.down.sql` takes it back. Everything that can be wrong in a file without a database is
found here, before anything runs.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from querygen.diagnostics import Diagnostic, DiagnosticError, error
from querygen.source import SourceFile, Span, display_path
from querygen.sql.parse import read_source
from querygen.sql.script import Command, Effect, Script, read_script

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# QG5xx: migrations
BAD_NAME = "QG550"  # a file of the folder is not named as a migration
SAME_VERSION = "QG551"  # two files have one version
BAD_DIRECTIVE = "QG552"  # a `-- querygen:` line that means nothing
NOT_RUNNABLE = "QG553"  # a statement that the runner cannot run as the file stands

_NAME: Final = re.compile(r"(?P<version>\d+)(?:[_-](?P<name>.+?))?(?P<down>\.down)?\.sql")
_VERSIONS: Final = re.compile(r"\d[\d\s,]*")
_TIME: Final = re.compile(r"(\d+)\s*(us|ms|s|min|h|d)?")
NO_TRANSACTION: Final = "-- querygen: no-transaction"
DIRECTIVES: Final = ("no-transaction", "replaces", "squashed", "lock_timeout", "statement_timeout")


class Step(Struct, frozen=True):
    """One file, read: the way up or the way down of a migration."""

    source: SourceFile
    commands: list[Command]
    sha256: str
    transactional: bool
    replaces: tuple[str, ...] = ()
    squashed: tuple[str, ...] = ()  # what those that it replaces have replaced before
    settings: tuple[tuple[str, str], ...] = ()  # SET LOCAL for this file


class Migration(Struct, frozen=True):
    """`key` orders: versions are numbers, however many zeros they begin with."""

    version: str
    name: str
    path: Path
    up: Step
    down: Path | None

    @property
    def key(self) -> int:
        return int(self.version)

    @property
    def label(self) -> str:
        return f"{self.version}_{self.name}" if self.name else self.version


def checksum(text: str) -> str:
    """SHA-256 of a file as hexadecimal digits; line ends and a byte order mark make no difference."""
    return hashlib.sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode()).hexdigest()


def migration_files(folder: Path) -> tuple[dict[str, Path], dict[str, Path], list[Diagnostic]]:
    """The files up and the files down by version (as written), and what is wrong with names."""
    up: dict[str, Path] = {}
    down: dict[str, Path] = {}
    numbers: dict[tuple[bool, int], Path] = {}
    problems = []
    files = sorted(path for path in folder.glob("*.sql") if not path.name.startswith(".")) if folder.is_dir() else []
    for path in files:
        match = _NAME.fullmatch(path.name)
        if match is None:
            hint = "Name it VERSION_NAME.sql, for example 20260131120000_add_account.sql, or move it elsewhere."
            problems.append(error(BAD_NAME, f"{display_path(path)}: the name has no version", hint=hint))
            continue
        kind = bool(match["down"])
        other = numbers.setdefault((kind, int(match["version"])), path)
        if other is not path:
            message = f"{display_path(path)}: {other.name} has the same version"
            problems.append(error(SAME_VERSION, message, hint="Give the newer one a later version: rename the file."))
            continue
        (down if kind else up)[match["version"]] = path
    ups = {int(version) for version in up}
    problems += [
        error(BAD_NAME, f"{display_path(path)}: there is no migration {version} that it could take back")
        for version, path in down.items()
        if int(version) not in ups
    ]
    return up, down, problems


def read_migrations(folder: Path) -> tuple[list[Migration], list[Diagnostic]]:
    """All migrations in order, and every problem of every file. A folder that is not there has none."""
    up, down, problems = migration_files(folder)
    downs = {int(version): path for version, path in down.items()}
    migrations = []
    for version, path in up.items():
        step, wrong = read_step(path)
        problems += wrong
        name = path.stem[len(version) + 1 :]
        migrations.append(Migration(version, name, path, step, downs.get(int(version))))
    return sorted(migrations, key=lambda one: one.key), problems


def read_step(path: Path) -> tuple[Step, list[Diagnostic]]:
    """A file and what is wrong in it."""
    try:
        source = read_source(path)
    except DiagnosticError as problem:
        return Step(SourceFile(display_path(path), ""), [], "", True), [problem.diagnostic]
    script = read_script(source)
    problems = list(script.problems)
    transactional, (replaces, squashed), settings = _read_directives(script, problems)
    commands = script.commands
    for meta in script.meta_commands:
        hint = "Write it in SQL: psql reads its own commands, a server does not."
        span = Span(source, meta.start, meta.end)
        problems.append(error(NOT_RUNNABLE, f"\\{meta.name} is a command of psql", span, hint))
    _check_commands(source, commands, problems, transactional=transactional)
    return Step(source, commands, checksum(source.text), transactional, replaces, squashed, settings), problems


def _read_directives(
    script: Script, problems: list[Diagnostic]
) -> tuple[bool, tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[str, str], ...]]:
    transactional = True
    lists: dict[str, tuple[str, ...]] = {"replaces": (), "squashed": ()}
    settings: list[tuple[str, str]] = []
    for key, value, offset in script.directives:
        span = Span(script.source, offset, offset + len(key))
        match key:
            case "no-transaction" if not value:
                transactional = False
            case "replaces" | "squashed" if _VERSIONS.fullmatch(value):
                lists[key] += tuple(re.findall(r"\d+", value))
            case "lock_timeout" | "statement_timeout" if _TIME.fullmatch(value):
                settings.append((key, value))
            case _:
                problems.append(_bad_directive(key, value, span))
    return transactional, (lists["replaces"], lists["squashed"]), tuple(settings)


def _bad_directive(key: str, value: str, span: Span) -> Diagnostic:
    if key in DIRECTIVES:
        wanted_by_key = {"no-transaction": "nothing"} | dict.fromkeys(("replaces", "squashed"), "a list of versions")
        wanted = wanted_by_key.get(key, "a time such as 5s")
        return error(BAD_DIRECTIVE, f'"{key}" takes {wanted}, not "{value}"', span)
    near = difflib.get_close_matches(key, DIRECTIVES, 1)
    hint = f'Did you mean "{near[0]}"?' if near else "Known: " + ", ".join(DIRECTIVES) + "."
    return error(BAD_DIRECTIVE, f'there is no instruction "{key}" for the runner', span, hint)


def _check_commands(
    source: SourceFile, commands: Iterable[Command], problems: list[Diagnostic], *, transactional: bool
) -> None:
    opened: Command | None = None
    for one in commands:
        span = Span(source, one.start, one.start + max(len(one.words.split(" ", 1)[0]), 1))
        match one.effect:
            case Effect.COPY_DATA:
                hint = "Write INSERT statements, or load the data by a program."
                problems.append(
                    error(NOT_RUNNABLE, "the data of COPY … FROM STDIN cannot be in a migration", span, hint)
                )
            case Effect.BEGIN | Effect.COMMIT | Effect.ABORT if transactional:
                hint = f"Remove it: the file runs in one transaction, unless it has the line `{NO_TRANSACTION}`."
                problems.append(error(NOT_RUNNABLE, f"the runner has the transaction: {one.words}", span, hint))
            case Effect.ALONE if transactional:
                hint = f"Put it in a file of its own with the line `{NO_TRANSACTION}` on top."
                message = "PostgreSQL does not run this in a transaction, and the file is one"
                problems.append(error(NOT_RUNNABLE, message, span, hint))
            case Effect.ABORT:
                problems.append(error(NOT_RUNNABLE, f"a migration cannot take itself back: {one.words}", span))
            case Effect.BEGIN if opened is None:
                opened = one
            case Effect.BEGIN:
                problems.append(error(NOT_RUNNABLE, "there is a transaction in progress already", span))
            case Effect.COMMIT if opened is None:
                problems.append(error(NOT_RUNNABLE, "there is no transaction in progress", span))
            case Effect.COMMIT:
                opened = None
            case Effect.ALONE if opened is not None:
                message = "PostgreSQL does not run this in a transaction block"
                problems.append(error(NOT_RUNNABLE, message, span, "Move it behind the COMMIT."))
            case _:
                pass
    if opened is not None:
        span = Span(source, opened.start, opened.start + len(opened.words))
        problems.append(error(NOT_RUNNABLE, "the transaction that begins here is never committed", span))
