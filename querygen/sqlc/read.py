"""A configuration file of sqlc → its query sets, plugins and rules, checked as sqlc checks them.

Takes a path; gives a `SqlcFile`. Raises `DiagnosticError` with the place in the file: QG060 (no YAML), QG061 (unknown
key), QG062 (a value that means nothing), QG063 (version). Mirrors sqlc's internal/config/v_one.go and v_two.go.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

import msgspec

from querygen.diagnostics import DiagnosticError, error
from querygen.sqlc.document import Document, Place, read_document
from querygen.sqlc.shape import GO_OPTIONS, Gen, Package, Plugin, QuerySet, Rule, VersionOne, VersionTwo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

UNKNOWN_KEY: Final = "QG061"
BAD_VALUE: Final = "QG062"
BAD_VERSION: Final = "QG063"

T = TypeVar("T")
_PATH: Final = re.compile(r"^(.*) - at `(key in )?\$(.*)`$", re.DOTALL)
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_KINDS: Final = {
    "str": "a string",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_GO_PACKAGE: Final = GO_OPTIONS - {"package", "out", "rename"}
BUILTIN_PLUGINS: Final = ("go", "json")


@dataclass(frozen=True, slots=True)
class LocatedSet:
    """A query set and where it stands: ("sql", 0) or ("packages", 0)."""

    place: Place
    value: QuerySet

    @property
    def label(self) -> str:
        """How a message names it."""
        return self.value.name or f"{self.place[0]}[{self.place[1]}]"


@dataclass(frozen=True, slots=True)
class SqlcFile:
    """A configuration as it is written. `unused` are places of what says nothing here."""

    path: Path
    document: Document
    version: str
    sets: tuple[LocatedSet, ...]
    plugins: tuple[Plugin, ...]
    rules: tuple[Rule, ...]
    options: dict[str, Any]
    unused: tuple[Place, ...]

    def stop(self, code: str, place: Place, message: str, hint: str | None = None) -> DiagnosticError:
        return DiagnosticError(error(code, message, self.document.span(place), hint))


def shown(place: Place) -> str:
    """A place as a message names it: sql[0].gen.go."""
    text = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in place)
    return text.removeprefix(".")


def did_you_mean(word: str, known: Iterable[str], what: str = "keys") -> str:
    """The hint for a name that is not there."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, 1)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known {what}: {', '.join(names)}." if names else f"There are no {what}."


def read_file(path: Path) -> SqlcFile:
    """Read and check a configuration."""
    document = read_document(path)
    version = _version(document)
    if version == "1":
        return _version_one(path, document)
    return _version_two(path, document)


def _stop(document: Document, code: str, place: Place, message: str, hint: str | None = None) -> DiagnosticError:
    return DiagnosticError(error(code, message, document.span(place), hint))


def _version(document: Document) -> str:
    value = document.value
    if not isinstance(value, dict):
        raise _stop(document, BAD_VALUE, (), "a configuration of sqlc is a mapping", 'Begin it with version: "2".')
    version = value.get("version")
    if version is None:
        hint = 'Begin it with version: "2", or "1" where it has packages.'
        raise _stop(document, BAD_VERSION, (), "the configuration has no version", hint)
    if str(version) not in ("1", "2"):
        message = f'there is no version "{version}" of sqlc\'s configuration'
        raise _stop(document, BAD_VERSION, ("version",), message, 'Write version: "2", or "1" where it has packages.')
    return str(version)


# ---------------------------------------------------------------- shape


def _convert(document: Document, shape: type[T]) -> T:
    value = _without_nulls(document.value)
    _check_keys(document, value, shape, ())
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as problem:
        match = _PATH.match(str(problem))
        said, path = (match[1], match[3]) if match else (str(problem), "")
        place = _existing(document, tuple(int(one[1]) if one[1].isdigit() else one[0] for one in _STEP.findall(path)))
        expected = re.match(r"Expected `([^`]+)`, got `([^`]+)`", said)
        if expected:
            kinds = [_KINDS.get(one.strip(), one) for one in expected[1].split("|") if one.strip() != "null"]
            said = f"must be {' or '.join(kinds)}, not {_KINDS.get(expected[2], expected[2])}"
        raise _stop(document, BAD_VALUE, place, f"{shown(place)} {said}") from None


def _existing(document: Document, place: Place) -> Place:
    while place not in document.values:
        place = place[:-1]
    return place


def _without_nulls(value: Any) -> Any:
    """A key without a value is as if it were not there, as in Go."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    return value


def _check_keys(document: Document, value: Any, shape: Any, place: Place) -> None:
    inner = _struct(shape)
    if inner is None:
        return
    if isinstance(value, list):
        for number, one in enumerate(value):
            _check_keys(document, one, inner, (*place, number))
    elif isinstance(value, dict):
        fields = {one.name: one.type for one in msgspec.structs.fields(inner)}
        known = {*fields, *(_GO_PACKAGE if inner is Package else ())}
        for key, one in value.items():
            if key not in known:
                message = f"unknown key {shown((*place, key))}"
                span = document.key_span((*place, key))
                raise DiagnosticError(error(UNKNOWN_KEY, message, span, did_you_mean(key, known)))
            if key in fields:
                _check_keys(document, one, fields[key], (*place, key))


def _struct(shape: Any) -> type[msgspec.Struct] | None:
    """The structure in a type: list[QuerySet], Database | None."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return shape
    return next((found for one in get_args(shape) if (found := _struct(one)) is not None), None)


# ---------------------------------------------------------------- versions


def _version_two(path: Path, document: Document) -> SqlcFile:
    value = _convert(document, VersionTwo)
    if not value.sql:
        raise _stop(document, BAD_VALUE, ("sql",), "there is no query set under sql")
    names: set[str] = set()
    for number, plugin in enumerate(value.plugins):
        place = ("plugins", number)
        if not plugin.name:
            raise _stop(document, BAD_VALUE, place, "a plugin has no name")
        if plugin.name in BUILTIN_PLUGINS:
            raise _stop(document, BAD_VALUE, (*place, "name"), f'sqlc has a plugin "{plugin.name}" of its own')
        if plugin.name in names:
            raise _stop(document, BAD_VALUE, (*place, "name"), f'there are two plugins named "{plugin.name}"')
        if (plugin.process is None) == (plugin.wasm is None):
            raise _stop(document, BAD_VALUE, place, f'the plugin "{plugin.name}" must have one of process and wasm')
        if plugin.process is not None and not plugin.process.cmd:
            raise _stop(document, BAD_VALUE, (*place, "process"), f'the plugin "{plugin.name}" has no process.cmd')
        names.add(plugin.name)
    for number, one in enumerate(value.sql):
        place = ("sql", number)
        if not one.engine:
            raise _stop(document, BAD_VALUE, place, f"{shown(place)} has no engine", "Write engine: postgresql.")
        for index, codegen in enumerate(one.codegen):
            own = (*place, "codegen", index)
            if not codegen.plugin:
                raise _stop(document, BAD_VALUE, own, f"{shown(own)} names no plugin")
            if not codegen.out:
                raise _stop(document, BAD_VALUE, own, f"{shown(own)} has no out folder")
            if codegen.plugin not in names:
                hint = did_you_mean(codegen.plugin, names, "plugins") if names else "Define it under plugins."
                message = f'there is no plugin named "{codegen.plugin}"'
                raise _stop(document, BAD_VALUE, (*own, "plugin"), message, hint)
        for kind in ("go", "json", "python", "kotlin"):
            options = getattr(one.gen, kind)
            if options is not None and not isinstance(options.get("out"), str):
                raise _stop(
                    document, BAD_VALUE, (*place, "gen", kind), f"{shown((*place, 'gen', kind))} has no out folder"
                )
    _check_databases(document, "sql", value.sql)
    unused: list[Place] = [(key,) for key in ("cloud", "servers", "overrides") if document.value.get(key)]
    sets = tuple(LocatedSet(("sql", number), one) for number, one in enumerate(value.sql))
    return SqlcFile(path, document, "2", sets, tuple(value.plugins), tuple(value.rules), value.options, tuple(unused))


def _version_one(path: Path, document: Document) -> SqlcFile:
    value = _convert(document, VersionOne)
    if not value.packages:
        raise _stop(document, BAD_VALUE, ("packages",), "there are no packages")
    sets: list[LocatedSet] = []
    for number, one in enumerate(value.packages):
        place = ("packages", number)
        if not one.path:
            raise _stop(document, BAD_VALUE, place, f"{shown(place)} has no path", "Name the folder of the code.")
        written = document.value["packages"][number]
        go = {"out": one.path, **{key: written[key] for key in written if key in _GO_PACKAGE}}
        sets.append(
            LocatedSet(
                place,
                QuerySet(
                    name=one.name,
                    engine=one.engine,
                    schema=one.schema,
                    queries=one.queries,
                    database=one.database,
                    strict_function_checks=one.strict_function_checks,
                    strict_order_by=one.strict_order_by,
                    gen=Gen(go=go),
                    rules=one.rules,
                    analyzer=one.analyzer,
                ),
            )
        )
    _check_databases(document, "packages", value.packages)
    unused: list[Place] = [(key,) for key in ("cloud", "overrides", "rename") if document.value.get(key)]
    return SqlcFile(path, document, "1", tuple(sets), (), tuple(value.rules), {}, tuple(unused))


def _check_databases(document: Document, key: str, sets: Iterable[QuerySet | Package]) -> None:
    for number, one in enumerate(sets):
        if one.database is not None and not one.database.uri and not one.database.managed:
            place = (key, number, "database")
            raise _stop(document, BAD_VALUE, place, f"{shown(place)} must have a uri, or managed: true")
