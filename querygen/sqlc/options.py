"""The options of a Python plugin of sqlc → settings of querygen.

Takes the plain mapping that stands under `options` (or comes with a plugin request); gives a `Settings`: fields of
`Config`, and what of it says nothing here and why. Raises `OptionError` with the place within the options.
Mirrors sqlc-gen-python's internal/config.go and sqlc-gen-better-python's internal/config.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from querygen.config import READERS, BadValues, Override, check_python_name
from querygen.sqlc.read import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from querygen.sqlc.document import Place

# Which plugin the options are written for: sqlc-gen-python, sqlc-gen-better-python, querygen's own.
Kind = Literal["python", "better", "querygen"]


class OptionError(Exception):
    """An option that means nothing: its place within the options, a message, a hint."""

    def __init__(self, place: Place, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.place = place
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Settings:
    """Fields of `Config` by name, and (option, why) of what is left out."""

    values: dict[str, Any]
    unused: tuple[tuple[str, str], ...] = ()


def _is(kind: type, said: str) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return None if type(value) is kind else said

    return check


def _is_names(value: Any) -> str | None:
    good = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return None if good else "a list of strings"


_bool, _text, _whole = _is(bool, "true or false"), _is(str, "a string"), _is(int, "a whole number")
_PYTHON: Final = {
    "package": _text,
    "out": _text,
    "emit_exact_table_names": _bool,
    "emit_sync_querier": _bool,
    "emit_async_querier": _bool,
    "emit_pydantic_models": _bool,
    "emit_str_enum": _bool,
    "query_parameter_limit": _whole,
    "inflection_exclude_table_names": _is_names,
}
_BETTER: Final = {
    "package": _text,
    "sql_driver": _text,
    "emit_init_file": _bool,
    "model_type": _text,
    "initialisms": _is_names,
    "emit_exact_table_names": _bool,
    "emit_classes": _bool,
    "inflection_exclude_table_names": _is_names,
    "omit_unused_models": _bool,
    "omit_typechecking_block": _bool,
    "docstrings": _text,
    "docstrings_emit_sql": _bool,
    "query_parameter_limit": _whole,
    "omit_kwargs_limit": _whole,
    "speedups": _bool,
    "overrides": _is(list, "a list"),
    "converters": _is(list, "a list"),
    "indent_char": _text,
    "chars_per_indent_level": _whole,
    "debug": _bool,
}
_NOT_OPTIONS: Final = ("schema", "queries", "out")
OWN_OPTIONS: Final = tuple(key for key in READERS if key not in _NOT_OPTIONS and key not in _PYTHON)

_DRIVERS: Final = {
    "asyncpg": "async",
    "psycopg_async": "async",
    "psycopg_sync": "sync",
    "aiosqlite": "",
    "sqlite3": "",
    "asyncmy": "",
    "pymysql": "",
    "turso_async": "",
    "turso_sync": "",
}
_MODELS: Final = ("dataclass", "attrs", "msgspec", "pydantic")
_SINGULAR_NONE: Final = ("*",)


def read_options(options: Mapping[str, Any], kind: Kind) -> Settings:
    """The options of a plugin as settings."""
    if kind == "better":
        return _better(options)
    return _python(options, kind)


# ---------------------------------------------------------------- sqlc-gen-python, and our own


def _python(options: Mapping[str, Any], kind: Kind) -> Settings:
    values: dict[str, Any] = {"style": "querier"}
    unused: list[tuple[str, str]] = []
    for key, value in options.items():
        if value is None:
            continue
        if key in _PYTHON:
            _check(key, value, _PYTHON[key])
            if key == "query_parameter_limit" and value < 0:
                raise OptionError((key,), f"{key} must not be negative", "Leave it out for the default, 4.")
            if key == "inflection_exclude_table_names":
                values[key] = tuple(value)
            elif key != "out":
                values[key] = value
        elif key in OWN_OPTIONS:
            values[key] = _own(key, value)
        elif kind == "querygen":
            raise OptionError((key,), f"unknown option {key}", did_you_mean(key, (*_PYTHON, *OWN_OPTIONS), "options"))
        else:
            unused.append((key, "sqlc-gen-python has no such option"))
    if values["style"] == "functions":
        _as_functions(values)
    return Settings(values, tuple(unused))


def _as_functions(values: dict[str, Any]) -> None:
    """The same options for the style of functions: what has an equal there."""
    if "emit_sync_querier" in values or "emit_async_querier" in values:
        values.setdefault("emit_sync", values.get("emit_sync_querier", False))
        values.setdefault("emit_async", values.get("emit_async_querier", False))
    if values.get("emit_exact_table_names"):
        values.setdefault("singular_exceptions", _SINGULAR_NONE)
    elif values.get("inflection_exclude_table_names"):
        values.setdefault("singular_exceptions", values["inflection_exclude_table_names"])
    for key in _PYTHON:
        values.pop(key, None)


def _check(key: str, value: Any, check: Callable[[Any], str | None]) -> None:
    wanted = check(value)
    if wanted is not None:
        raise OptionError((key,), f"{key} must be {wanted}")


def _own(key: str, value: Any) -> Any:
    try:
        return READERS[key](key, value)
    except BadValues as wrong:
        first = wrong.problems[0]
        raise OptionError(first.place, first.message, first.hint) from None


# ---------------------------------------------------------------- sqlc-gen-better-python


def _better(options: Mapping[str, Any]) -> Settings:
    for key, value in options.items():
        if key in _BETTER:
            _check(key, value, _BETTER[key])
        elif key not in OWN_OPTIONS:
            raise OptionError((key,), f"unknown option {key}", did_you_mean(key, _BETTER, "options"))
    unused: list[tuple[str, str]] = []
    values: dict[str, Any] = {key: _own(key, options[key]) for key in options if key not in _BETTER}
    driver = options.get("sql_driver")
    if driver is not None:
        if driver not in _DRIVERS:
            raise OptionError(
                ("sql_driver",), f'there is no driver "{driver}"', did_you_mean(driver, _DRIVERS, "drivers")
            )
        if not _DRIVERS[driver]:
            message = f'the driver "{driver}" is not PostgreSQL\'s'
            raise OptionError(("sql_driver",), message, "querygen writes code for psycopg and PostgreSQL.")
        values.setdefault("emit_sync", _DRIVERS[driver] == "sync")
        values.setdefault("emit_async", _DRIVERS[driver] == "async")
        if driver == "asyncpg":
            unused.append(("sql_driver", "the connection is psycopg's AsyncConnection, not asyncpg's"))
    model = options.get("model_type", "dataclass")
    if model not in _MODELS:
        raise OptionError(
            ("model_type",), f'there is no model type "{model}"', did_you_mean(model, _MODELS, "model types")
        )
    if model != "pydantic":
        unused.append(("model_type", f"rows are pydantic models, not {model}"))
    if options.get("emit_exact_table_names"):
        values.setdefault("singular_exceptions", _SINGULAR_NONE)
    elif options.get("inflection_exclude_table_names"):
        values.setdefault("singular_exceptions", tuple(options["inflection_exclude_table_names"]))
    if options.get("omit_unused_models"):
        values.setdefault("omit_unused", True)
    if options.get("overrides"):
        values["overrides"] = _overrides(options["overrides"], _converters(options.get("converters") or []))
    unused += [(key, why) for key, why in _BETTER_UNUSED if options.get(key) not in (None, False, [])]
    if options.get("emit_init_file") is False:
        unused.append(("emit_init_file", "__init__.py is always written"))
    if options.get("docstrings", "none") != "none":
        unused.append(("docstrings", "a docstring is the comment above the query, and what it returns"))
    return Settings(values, tuple(unused))


_BETTER_UNUSED: Final = (
    ("initialisms", "class names are set with rename"),
    ("emit_classes", 'functions are in modules; style = "querier" makes classes'),
    ("omit_typechecking_block", "imports are where the code needs them"),
    ("query_parameter_limit", "parameters are keywords, however many"),
    ("omit_kwargs_limit", "parameters are keywords"),
    ("speedups", "it is about SQLite"),
    ("indent_char", "code is formatted as ruff does"),
    ("chars_per_indent_level", "code is formatted as ruff does"),
    ("debug", "querygen describe tells what was understood"),
)


def _table(place: Place, value: Any, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise OptionError(place, "this must be a mapping")
    for key, one in value.items():
        if key not in known:
            raise OptionError((*place, key), f"unknown key {key}", did_you_mean(key, known))
        if key != "py_type" and not isinstance(one, str):
            raise OptionError((*place, key), f"{key} must be a string")
    return value


def _py_type(place: Place, value: Any) -> str:
    """`{import: myapp.models, package: UserId, type: UserId}` as a dotted name."""
    own = _table(place, value, ("import", "package", "type"))
    name = own.get("type", "")
    if not name:
        raise OptionError(place, "py_type has no type")
    module, package = own.get("import", ""), own.get("package", "")
    if not module:
        try:
            check_python_name("type", str(name))
        except BadValues as wrong:
            raise OptionError((*place, "type"), wrong.problems[0].message, "Name its module: import.") from None
    if not module or name.startswith(f"{module}."):
        return str(name)
    return f"{module}.{name}" if not package or name.split("[")[0].split(".")[0] == package else f"{module}.{package}"


def _converters(value: list[Any]) -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for number, one in enumerate(value):
        place: Place = ("converters", number)
        own = _table(place, one, ("name", "py_type", "to_db", "from_db"))
        for key in ("name", "py_type", "to_db", "from_db"):
            if key not in own:
                raise OptionError(place, f"the converter has no {key}")
        if own["name"] in found:
            raise OptionError((*place, "name"), f'there are two converters named "{own["name"]}"')
        found[own["name"]] = (_py_type((*place, "py_type"), own["py_type"]), own["from_db"], own["to_db"])
    return found


def _overrides(value: list[Any], converters: dict[str, tuple[str, str, str]]) -> tuple[Override, ...]:
    found: list[Override] = []
    for number, one in enumerate(value):
        place: Place = ("overrides", number)
        own = _table(place, one, ("db_type", "column", "py_type", "converter"))
        if ("db_type" in own) == ("column" in own):
            raise OptionError(place, "an override must have one of db_type and column")
        if "converter" in own:
            if own["converter"] not in converters:
                message = f'there is no converter named "{own["converter"]}"'
                raise OptionError(
                    (*place, "converter"), message, did_you_mean(own["converter"], converters, "converters")
                )
            python, load, dump = converters[own["converter"]]
        elif "py_type" in own:
            python, load, dump = _py_type((*place, "py_type"), own["py_type"]), "", ""
        else:
            raise OptionError(place, "an override must have one of py_type and converter")
        column = own.get("column", "")
        if any(character in column for character in "*?["):
            message = f"the pattern {json.dumps(column)} names no column"
            raise OptionError((*place, "column"), message, "Write one override for each column, or name the type.")
        found.append(Override(python, own.get("db_type", "").removeprefix("pg_catalog."), column, load=load, dump=dump))
    return tuple(found)
