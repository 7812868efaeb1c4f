"""`[tool.querygen]` of pyproject.toml, or querygen.toml → `Config`.

Takes the folder of a project; gives a frozen `Config`. Every key is known (config.py): one that is not is an error that
names the nearest one that is. All that is wrong is said at once, with file, line and column (config_places.py).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from querygen.config import (
    BAD_CONFIG,
    OF_PROJECT,
    READERS,
    UNREADABLE,
    BadValue,
    BadValues,
    Config,
    each,
    unknown_key,
    wrong_values,
)
from querygen.config_places import places_of
from querygen.diagnostics import DiagnosticError, DiagnosticErrors, error
from querygen.source import SourceFile, Span, display_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from querygen.config import Place

CONFIG_FILE = "querygen.toml"
PYPROJECT = "pyproject.toml"
SQLC_FILES = ("sqlc.yaml", "sqlc.yml", "sqlc.json")

_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class _Table(NamedTuple):
    """A file that configures a project: its table, and the place of the table in the file."""

    path: Path
    source: SourceFile
    table: Any
    place: Place

    def named(self, key: str) -> str:
        return ".".join([*map(str, self.place), key])


def _read(path: Path) -> SourceFile:
    try:
        return SourceFile(display_path(path), path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise DiagnosticError(error(UNREADABLE, f"cannot read {display_path(path)}: {reason}")) from problem


def _toml(source: SourceFile) -> dict[str, Any]:
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as problem:
        message = str(problem)
        at = len(source.text.rstrip())
        if (found := _TOML_PLACE.search(message)) is not None:
            message = message[: found.start()]
            if found[1]:
                at = _offset(source, int(found[1]), int(found[2]))
        span = Span(source, at, at)
        raise DiagnosticError(error(BAD_CONFIG, f"this is not valid TOML: {message}", span)) from problem


def _offset(source: SourceFile, line: int, column: int) -> int:
    lines = source.text.split("\n")
    return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1


def _settings(root: Path) -> _Table | None:
    """What configures the folder."""
    if (own := root / CONFIG_FILE).exists():
        source = _read(own)
        return _Table(own, source, _toml(source), ())
    if (pyproject := root / PYPROJECT).exists():
        source = _read(pyproject)
        tool = _toml(source).get("tool", {})
        table = tool.get("querygen") if isinstance(tool, dict) else None
        if table is not None:
            return _Table(pyproject, source, table, ("tool", "querygen"))
    return None


def find_root(start: Path) -> Path | None:
    """The nearest folder, from `start` upwards, that is configured."""
    return next((folder for folder in (start, *start.parents) if _settings(folder) is not None), None)


def find_sqlc_file(start: Path) -> Path | None:
    """The configuration of sqlc in the nearest folder that has one, from `start` upwards."""
    for folder in (start, *start.parents):
        found = [folder / name for name in SQLC_FILES if (folder / name).is_file()]
        if len(found) > 1:
            names = " and ".join(one.name for one in found)
            hint = "Remove one of them, or choose with --file."
            raise DiagnosticError(error(BAD_CONFIG, f"{names} are both there", hint=hint))
        if found:
            return found[0]
    return None


def read_config(root: Path) -> Config:
    """The configuration of a folder; `Config` with its defaults where nothing configures it.

    Raises DiagnosticError (QG001) for a file that cannot be read, DiagnosticErrors (QG002) for all of its keys that
    nobody knows and its values that mean nothing.
    """
    found = _settings(root)
    if found is None:
        return Config(root)
    try:
        return _config(root, found)
    except BadValues as wrong:
        places = places_of(found.source.text)
        problems = [(_span(found, places, one.place), one) for one in wrong.problems]
        problems.sort(key=lambda one: one[0].start)
        said = [error(BAD_CONFIG, one.message, span, one.hint) for span, one in problems]
        raise DiagnosticErrors(said) from None


def span_of(config: Config, place: Place, value: str | None = None) -> Span | None:
    """Where a value of a configuration stands, a target's own or the project's; None where it comes from elsewhere.

    `value` is what should stand there, where an option of the command line may have taken its place.
    """
    found = _settings(config.root)
    if found is None or found.path != config.file:
        return None
    places = places_of(found.source.text)
    if (*found.place, *config.place, place[0]) in places:
        place = (*config.place, *place)
    if value is not None and _at(found.table, place) != value:
        return None
    return _span(found, places, place)


def _at(table: Any, place: Place) -> Any:
    """The value at a place; a string that stands for a list of one is at each place of it."""
    for key in place:
        if isinstance(table, str):
            break
        try:
            table = table[key]
        except (KeyError, IndexError, TypeError):
            return None
    return table


def _span(found: _Table, places: dict[Place, tuple[int, int]], place: Place) -> Span:
    """Where a value stands, or the nearest table or list that it would stand in."""
    place = (*found.place, *place)
    while place and place not in places:
        place = place[:-1]
    return Span(found.source, *places.get(place, (0, 0)))


def _config(root: Path, found: _Table) -> Config:
    if not isinstance(found.table, dict):
        raise BadValues([BadValue((), f"{found.named('').rstrip('.')} must be a table")])
    values = _values(found, (), found.table, (*READERS, "targets"))
    targets = values.pop("targets", None)
    if targets is not None:
        return _with_targets(found, Config(root, file=found.path), values, targets)
    config = replace(Config(root, file=found.path), **values)
    _raise_all(wrong_values(config))
    return config


def _raise_all(problems: Iterator[BadValue]) -> None:
    if found := list(problems):
        raise BadValues(found)


def _values(found: _Table, above: Place, table: dict[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The values of a table, each read by its key's reader."""
    return dict(each(partial(_value, found, above, key, value, known) for key, value in table.items()))


def _value(found: _Table, above: Place, key: str, value: Any, known: Collection[str]) -> tuple[str, Any]:
    shown = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in above).lstrip(".")
    name = f"{shown}.{key}" if shown else key
    if key not in known:
        raise BadValues([unknown_key((*above, key), found.named(name), known)])
    return key, READERS[key](name, value) if key in READERS else value


def _with_targets(found: _Table, config: Config, values: dict[str, Any], tables: Any) -> Config:
    """A project of several packages. What a target says takes the place of what the project says for all."""
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        message = f"{found.named('targets')} must be a list of tables: [[{found.named('targets')}]]"
        raise BadValues([BadValue(("targets",), message)])
    targets = each(partial(_target, found, config, values, number, table) for number, table in enumerate(tables))
    _raise_all(_clashes(targets))
    queries = tuple(dict.fromkeys(path for one in targets for path in one.queries))
    return replace(targets[0], queries=queries, targets=tuple(targets), place=())


def _target(found: _Table, config: Config, values: dict[str, Any], number: int, table: dict[str, Any]) -> Config:
    above = ("targets", number)
    own = _values(found, above, table, [key for key in READERS if key not in OF_PROJECT])
    if "out" not in own:
        name = found.named(f"targets[{number}]")
        raise BadValues([BadValue(above, f"{name} has no out", 'Name the folder of its package: out = "app/db".')])
    target = replace(config, **{**values, **own}, place=above)
    _raise_all(
        one._replace(place=(*above, *one.place) if one.place[0] in own else one.place) for one in wrong_values(target)
    )
    return target


def _clashes(targets: list[Config]) -> Iterator[BadValue]:
    """Targets that would write into each other's folders."""
    outs = [one.out_path.resolve() for one in targets]
    for number, out in enumerate(outs):
        place = ("targets", number, "out")
        if out in outs[:number]:
            yield BadValue(place, f'two targets have out = "{targets[number].out}"', "Give each a folder of its own.")
        # A package has folders of its own (aio), and removes what it finds there and did not write.
        outer = next((one for one, other in enumerate(outs) if other in out.parents), None)
        if outer is not None:
            message = f'out = "{targets[number].out}" is inside of out = "{targets[outer].out}", another target\'s'
            yield BadValue(place, message, "Put the two beside each other.")
