"""The migrations of other tools, read: goose, dbmate, golang-migrate, sql-migrate, tern, Flyway, Alembic, drizzle.

Takes a folder (of Alembic: the file that `alembic upgrade head --sql` printed); gives an `Adopted` for each migration,
in order: what it does, what takes it back where the tool has that, and by which mark the tool remembers it. Programs
and templates are refused by name: what they do stands in no SQL.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from querygen.diagnostics import DiagnosticError, DiagnosticErrors, error
from querygen.source import SourceFile
from querygen.sql.parse import read_source
from querygen.sql.script import Effect, read_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UNKNOWN_TOOL = "QG638"  # a folder that no known tool wrote
NOT_ADOPTED = "QG639"  # a migration that is no SQL, or whose place is taken

TOOLS: Final = ("goose", "dbmate", "golang-migrate", "sql-migrate", "tern", "flyway", "alembic", "drizzle")


class Adopted(Struct, frozen=True):
    """`mark`: what the tool's own table has for it. `version` is digits."""

    version: str
    name: str
    up: str
    down: str | None
    mark: str
    transactional: bool = True
    other_marks: tuple[str, ...] = ()


_NUMBERED: Final = re.compile(r"(?P<version>\d+)[_-](?P<name>.+)\.sql")
_GOLANG: Final = re.compile(r"(?P<version>\d+)_(?P<name>.+)\.(?P<way>up|down)\.sql")
_FLYWAY: Final = re.compile(r"(?P<kind>[VUBR])(?P<version>[\d._]*)__(?P<name>.+)\.sql")
_PLUS: Final = re.compile(
    r"^--[ \t]*\+(?:goose|migrate)[ \t]+(?P<word>\w+)(?P<rest>[^\n]*)\n?", re.IGNORECASE | re.MULTILINE
)
_DBMATE: Final = re.compile(r"^--[ \t]*migrate:[ \t]*(?P<way>up|down)(?P<rest>[^\n]*)\n?", re.IGNORECASE | re.MULTILINE)
_TERN: Final = re.compile(
    r"^----[ \t]*create above[ \t]*/[ \t]*drop below[ \t]*----[^\n]*\n?", re.IGNORECASE | re.MULTILINE
)
_TERN_ALONE: Final = re.compile(r"^----[ \t]*tern:[ \t]*disable-tx[ \t]*----[^\n]*\n?", re.IGNORECASE | re.MULTILINE)
_ALEMBIC: Final = re.compile(
    r"^-- Running (?P<way>upgrade|downgrade) (?P<old>\w*) ?-> ?(?P<new>\w*)[^\n]*\n", re.MULTILINE
)
_BREAKPOINT: Final = re.compile(r"-->[ \t]*statement-breakpoint[ \t]*")
_TEMPLATES: Final = {"tern": re.compile(r"\{\{"), "flyway": re.compile(r"\$\{\w[\w:.]*\}")}
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")


def find_tool(place: Path) -> str:
    """Which tool wrote a folder or file."""
    if place.is_file():
        return "alembic"
    if (place / "meta" / "_journal.json").is_file() or [*place.glob("*/migration.sql")]:
        return "drizzle"
    files = sorted(place.glob("*.sql"))
    if any(_FLYWAY.fullmatch(one.name) for one in files):
        return "flyway"
    if any(_GOLANG.fullmatch(one.name) for one in files):
        return "golang-migrate"
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        for tool, pattern in (("dbmate", _DBMATE), ("tern", _TERN), ("alembic", _ALEMBIC)):
            if pattern.search(text):
                return tool
        if found := re.search(r"^--\s*\+(goose|migrate)\s", text, re.IGNORECASE | re.MULTILINE):
            return "goose" if found[1].lower() == "goose" else "sql-migrate"
    hint = f"Name the tool with --from: {', '.join(TOOLS)}."
    raise DiagnosticError(error(UNKNOWN_TOOL, f"{place}: no known tool wrote these migrations", hint=hint))


def read_folder(place: Path, tool: str) -> list[Adopted]:
    """All migrations in order, with versions of digits. Whatever cannot be adopted is raised, all of it at once."""
    if not place.exists():
        raise DiagnosticError(error(UNKNOWN_TOOL, f"{place} does not exist"))
    readers: dict[str, Callable[[Path], list[Adopted]]] = {
        "goose": _plus,
        "sql-migrate": _plus,
        "dbmate": _dbmate,
        "golang-migrate": _golang,
        "tern": _tern,
        "flyway": _flyway,
        "alembic": _alembic,
        "drizzle": _drizzle,
    }
    programs = sorted([*place.glob("[0-9]*.go"), *place.glob("V*.java")]) if place.is_dir() else []
    problems = [
        error(NOT_ADOPTED, f"{one}: a program cannot be adopted", hint="Write what it does as SQL.") for one in programs
    ]
    found = readers[tool](place)
    pattern = _TEMPLATES.get(tool)
    for one in found:
        if pattern is not None and pattern.search(one.up):
            hint = "Write its values into a copy of the folder, and adopt that."
            problems.append(error(NOT_ADOPTED, f"{one.mark}: it is a template", hint=hint))
    if not found and not problems:
        problems.append(error(UNKNOWN_TOOL, f"{place} has no migrations of {tool}"))
    if problems:
        raise DiagnosticErrors(problems)
    return _versioned([_in_one_transaction(one) for one in found])


def _in_one_transaction(one: Adopted) -> Adopted:
    """Without the BEGIN and COMMIT around all of it: the runner makes the transaction. With others, it makes none."""
    if not one.transactional:
        return one
    up, plain = _unwrapped(one.up)
    down, plain_down = (None, True) if one.down is None else _unwrapped(one.down)
    return replace(one, up=up, down=down) if plain and plain_down else replace(one, transactional=False)


def _unwrapped(text: str) -> tuple[str, bool]:
    script = read_script(SourceFile("migration", text))
    effects = [one.effect for one in script.commands]
    inside = {Effect.BEGIN, Effect.COMMIT, Effect.ABORT}
    if not inside & {*effects}:
        return text, True
    if effects[0] is not Effect.BEGIN or effects[-1] is not Effect.COMMIT or inside & {*effects[1:-1]}:
        return text, False
    first, last = script.commands[0], script.commands[-1]
    head = text[: first.start]
    body = text[first.end : last.start].lstrip().removeprefix(";").strip()
    return f"{head}{body}".strip(), True


def _versioned(found: list[Adopted]) -> list[Adopted]:
    """Digits as they are; where a version is anything else, numbers from 0001 on."""
    named = [replace(one, name=_NOT_IN_A_NAME.sub("_", one.name).strip("_") or "migration") for one in found]
    numbers = [int(one.version) for one in named if one.version.isdigit()]
    if len({*numbers}) == len(named) and numbers == sorted(numbers):
        return named
    return [replace(one, version=f"{number:04d}", name=_whole_name(one)) for number, one in enumerate(named, 1)]


def _whole_name(one: Adopted) -> str:
    """With the digits that are no version after all: 2026-01-account.sql."""
    stems = [mark.removesuffix(".sql") for mark in one.other_marks if mark.endswith(".sql")]
    return _NOT_IN_A_NAME.sub("_", stems[0]) if stems else one.name


def _text(path: Path) -> str:
    return read_source(path).text.replace("\r\n", "\n")


# ---------------------------------------------------------------- one file, both ways


def _plus(place: Path) -> list[Adopted]:
    """goose and sql-migrate: `-- +goose Up`, `-- +migrate Down`, and what stands between StatementBegin and its end."""
    found = []
    for path in sorted(place.glob("*.sql"), key=_number):
        parts = {"up": "", "down": ""}
        text, way, alone, end = _text(path), "", False, 0
        for mark in _PLUS.finditer(text):
            parts[way] = parts.get(way, "") + text[end : mark.start()]
            end = mark.end()
            word, rest = mark["word"].lower(), mark["rest"].lower()
            if word in ("up", "down"):
                way = word
                alone = alone or "notransaction" in rest
            elif word == "no" and "transaction" in rest:
                alone = True
        parts[way] = parts.get(way, "") + text[end:]
        match = _NUMBERED.fullmatch(path.name)
        version, name = (match["version"], match["name"]) if match else ("", path.stem)
        down = parts["down"].strip()
        mark_text = str(int(version)) if version else path.name
        found.append(Adopted(version, name, parts["up"].strip(), down or None, mark_text, not alone, (path.name,)))
    return found


def _number(path: Path) -> tuple[int, str]:
    match = re.match(r"\d+", path.name)
    return (int(match[0]) if match else 0, path.name)


def _dbmate(place: Path) -> list[Adopted]:
    found = []
    for path in sorted(place.glob("[0-9]*.sql"), key=_number):
        text = _text(path)
        marks = [*_DBMATE.finditer(text)]
        parts = {"up": "", "down": ""}
        for number, mark in enumerate(marks):
            end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
            parts[mark["way"].lower()] += text[mark.end() : end]
        alone = any("transaction:false" in mark["rest"].replace(" ", "") for mark in marks)
        version, name = _split_name(path)
        found.append(Adopted(version, name, parts["up"].strip(), parts["down"].strip() or None, version, not alone))
    return found


def _split_name(path: Path) -> tuple[str, str]:
    match = _NUMBERED.fullmatch(path.name)
    return (match["version"], match["name"]) if match else (path.stem, "migration")


def _tern(place: Path) -> list[Adopted]:
    found = []
    for path in sorted(place.glob("[0-9]*.sql"), key=_number):
        text = _text(path)
        alone = _TERN_ALONE.search(text) is not None
        up, _mark, down = _partition(_TERN, _TERN_ALONE.sub("", text))
        version, name = _split_name(path)
        found.append(Adopted(version, name, up.strip(), down.strip() or None, str(int(version)), not alone))
    return found


def _partition(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    match = pattern.search(text)
    return (text, "", "") if match is None else (text[: match.start()], match[0], text[match.end() :])


# ---------------------------------------------------------------- two files


def _golang(place: Path) -> list[Adopted]:
    ways: dict[str, dict[str, Path]] = {}
    for path in sorted(place.glob("*.sql"), key=_number):
        if match := _GOLANG.fullmatch(path.name):
            ways.setdefault(match["version"], {})[match["way"]] = path
    found = []
    for version, both in ways.items():
        if "up" not in both:
            continue
        match = _GOLANG.fullmatch(both["up"].name)
        name = match["name"] if match else "migration"
        down = _text(both["down"]).strip() if "down" in both else None
        up = _text(both["up"]).strip()
        found.append(Adopted(version, name, up, down or None, str(int(version)), not _needs_none(up)))
    return found


def _needs_none(text: str) -> bool:
    """Does it hold what no transaction takes? golang-migrate and Flyway find out by themselves."""
    return re.search(r"\bconcurrently\b", re.sub(r"--[^\n]*", "", text), re.IGNORECASE) is not None


def _flyway(place: Path) -> list[Adopted]:
    """V1.2__name.sql, U1.2__name.sql; repeatable ones (R__name.sql) come last, as they do there."""
    versions: list[tuple[tuple[int, ...], str, str, Path]] = []
    undo: dict[tuple[int, ...], Path] = {}
    repeated: list[tuple[str, Path]] = []
    for path in sorted(place.rglob("*.sql")):
        match = _FLYWAY.fullmatch(path.name)
        if match is None:
            continue
        shown = match["version"].replace("_", ".").strip(".")
        key = tuple(int(part) for part in shown.split(".") if part)
        match match["kind"]:
            case "R":
                repeated.append((match["name"], path))
            case "U":
                undo[key] = path
            case "V" | "B":
                versions.append((key, shown, match["name"], path))
    found = []
    for key, shown, name, path in sorted(versions):
        up = _text(path).strip()
        down = _text(undo[key]).strip() if key in undo else None
        version = shown if shown.isdigit() else ""
        found.append(Adopted(version, name, up, down, shown, not _needs_none(up)))
    for name, path in repeated:
        found.append(Adopted("", name, _text(path).strip(), None, name.replace("_", " ")))
    return found


# ---------------------------------------------------------------- one file for all, and a journal


def _alembic(place: Path) -> list[Adopted]:
    """What `alembic upgrade head --sql` prints; that of `alembic downgrade head:base --sql` may stand behind it."""
    paths = [place] if place.is_file() else sorted(place.glob("*.sql"))
    ups: dict[str, Adopted] = {}
    downs: dict[str, str] = {}
    for path in paths:
        text = _text(path)
        marks = [*_ALEMBIC.finditer(text)]
        for number, mark in enumerate(marks):
            end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
            body = _without_alembic(text[mark.end() : end])
            if mark["way"] == "upgrade":
                ups[mark["new"]] = Adopted("", mark["new"], body, None, mark["new"], not _needs_none(body))
            else:
                downs[mark["old"]] = body
    return [replace(one, down=downs.get(revision)) for revision, one in ups.items()]


def _without_alembic(text: str) -> str:
    """Without its own table and its BEGIN and COMMIT."""
    text = re.sub(r"^CREATE TABLE alembic_version \(.*?\);\n?", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(
        r"^(?:INSERT INTO|UPDATE|DELETE FROM|DROP TABLE) alembic_version\b[^;]*;\n?", "", text, flags=re.MULTILINE
    )
    return re.sub(r"^(?:BEGIN|COMMIT);\n?", "", text, flags=re.MULTILINE).strip()


def _drizzle(place: Path) -> list[Adopted]:
    """meta/_journal.json names the files; newer ones have a folder for each migration."""
    journal = place / "meta" / "_journal.json"
    if journal.is_file():
        try:
            entries = json.loads(journal.read_text(encoding="utf-8"))["entries"]
            listed = [(str(one["tag"]), place / f"{one['tag']}.sql", str(one["when"])) for one in entries]
        except (ValueError, KeyError, TypeError):
            raise DiagnosticError(error(UNKNOWN_TOOL, f"{journal}: this is no journal of drizzle")) from None
    else:
        listed = [(path.parent.name, path, "") for path in sorted(place.glob("*/migration.sql"))]
    found = []
    for tag, path, when in listed:
        text = _text(path)
        # drizzle remembers a file by the hash of its text, and by the time of the journal
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        match = re.fullmatch(r"(\d+)[_-](.+)", tag)
        version, name = (match[1], match[2]) if match else ("", tag)
        found.append(
            Adopted(version, name, _BREAKPOINT.sub("", text).strip(), None, digest, other_marks=(when,) if when else ())
        )
    return found
