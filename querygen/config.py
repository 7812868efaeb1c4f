"""What a project may ask for: the keys, what reads their values, what they mean together.

Takes the values of a table of TOML (config_file.py) or of sqlc's options; gives the fields of a frozen `Config`. A
value that means nothing is a `BadValue` with the place it stands at; `BadValues` carries all that were found.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import keyword
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from querygen.diagnostics import DiagnosticErrors, error
from querygen.pg_catalog.load import NEWEST_MAJOR, builtin_folder, load_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

# Where a value stands: the keys and numbers that lead to it from its table.
Place = tuple[str | int, ...]
T = TypeVar("T")

# QG0xx: usage and configuration
UNREADABLE = "QG001"  # a file or folder cannot be read
BAD_CONFIG = "QG002"  # the configuration says something that means nothing
NO_CONFIG = "QG003"  # there is no configuration and no option that takes its place

STYLES = ("functions", "querier")
# What all targets of a project have in common.
OF_PROJECT = (
    "schema",
    "pg_version",
    "collations",
    "search_path",
    "catalogs",
    "lint",
    "migrations",
    "migrations_table",
    "targets",
)
# Keys that mean something in one style only.
OF_FUNCTIONS = ("validate_rows", "omit_unused", "nullable_elements", "insert_models", "pool_module", "sql_tags")
OF_QUERIER = (
    "package",
    "emit_sync_querier",
    "emit_async_querier",
    "emit_pydantic_models",
    "emit_str_enum",
    "emit_exact_table_names",
    "query_parameter_limit",
    "inflection_exclude_table_names",
)


@dataclass(frozen=True, slots=True)
class Override:
    """One `[[overrides]]`: `python` for what exactly one of `type`, `column` and `query` names."""

    python: str
    type: str = ""
    column: str = ""
    query: str = ""
    load: str = ""
    dump: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """What a project asks for. `schema` and `queries` are files, folders or patterns, relative to `root`."""

    root: Path
    schema: tuple[str, ...] = ("schema",)
    queries: tuple[str, ...] = ("queries",)
    out: str = "generated"
    pg_version: int = NEWEST_MAJOR
    collations: tuple[str, ...] = ()  # what the server has from its operating system or ICU
    search_path: tuple[str, ...] = ()  # of queries; empty: what the schema's ALTER DATABASE says
    catalogs: tuple[str, ...] = ()  # folders that `querygen catalog dump` wrote
    style: str = "functions"
    emit_sync: bool = True
    emit_async: bool = True
    validate_rows: bool = False
    omit_unused: bool = False
    nullable_elements: bool = False
    insert_models: bool = False
    pool_module: bool = False
    sql_tags: tuple[tuple[str, str], ...] | None = None
    lint: tuple[tuple[str, str], ...] = ()  # rule → off, warning, error
    seeds: str = "seeds"
    migrations: str = "migrations"
    migrations_table: str = "querygen.migration"  # where a database remembers what was applied
    overrides: tuple[Override, ...] = ()
    rename: tuple[tuple[str, str], ...] = ()
    singular_exceptions: tuple[str, ...] = ()
    package: str = ""
    emit_sync_querier: bool = False
    emit_async_querier: bool = False
    emit_pydantic_models: bool = False
    emit_str_enum: bool = False
    emit_exact_table_names: bool = False
    query_parameter_limit: int = 4
    inflection_exclude_table_names: tuple[str, ...] = ()
    lenient: bool = False  # a configuration of sqlc's: some of what PostgreSQL refuses is a warning (sqlc/lenient.py)
    targets: tuple[Config, ...] = ()  # the packages to write, where there are several; `queries` are those of all
    file: Path | None = field(default=None, compare=False)
    place: Place = field(default=(), compare=False)  # of a target's table in the file

    @property
    def out_path(self) -> Path:
        return self.root / self.out


class BadValue(NamedTuple):
    """A value that means nothing: where it stands, what is wrong, what to do."""

    place: Place
    message: str
    hint: str | None = None


class BadValues(Exception):  # noqa: N818 - several at once
    """All that is wrong with what was read."""

    def __init__(self, problems: list[BadValue]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


def _fail(where: str, message: str, hint: str | None = None) -> BadValues:
    """`where` is how messages name the place: `overrides[0].python`."""
    place = tuple(int(one) if one.isdigit() else one for one in re.findall(r"[^.\[\]]+", where))
    return BadValues([BadValue(place, message, hint)])


def each(reads: Iterable[Callable[[], T]]) -> list[T]:
    """What the calls give; all that is wrong with any of them at once."""
    found: list[T] = []
    problems: list[BadValue] = []
    for read in reads:
        try:
            found.append(read())
        except BadValues as wrong:
            problems += wrong.problems
    if problems:
        raise BadValues(problems)
    return found


def unknown_key(place: Place, shown: str, known: Iterable[str]) -> BadValue:
    """A key that nobody reads, with the nearest one that somebody does."""
    names = list(known)
    near = difflib.get_close_matches(str(place[-1]), names, 1)
    hint = f'Did you mean "{near[0]}"?' if near else "Known keys: " + ", ".join(names) + "."
    return BadValue(place, f"unknown key {shown}", hint)


def _strings(where: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise _fail(where, f"{where} must be a string or a list of strings")


def _string(where: str, value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise _fail(where, f"{where} must be a string{' with something in it' if value == '' else ''}")


def _table_name(where: str, value: Any) -> str:
    name = _string(where, value)
    if not re.fullmatch(r"[\w$]+(\.[\w$]+)?", name):
        raise _fail(where, f'{where} = "{name}" is no name of a table', "Write table or schema.table, without quotes.")
    return name


def _boolean(where: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _fail(where, f"{where} must be true or false")


def _integer(where: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _fail(where, f"{where} must be a whole number")


def _overrides(where: str, value: Any) -> tuple[Override, ...]:
    if not isinstance(value, list):
        raise _fail(where, f"{where} must be a list of tables: [[{where}]]")
    return tuple(each(partial(_override, f"{where}[{number}]", one) for number, one in enumerate(value)))


def _override(where: str, value: Any) -> Override:
    if not isinstance(value, dict):
        raise _fail(where, f"{where} must be a table")
    known = Override.__match_args__
    unknown = [key for key in value if key not in known]
    if unknown:
        place = _fail(where, "").problems[0].place
        raise BadValues([unknown_key((*place, key), f"{where}.{key}", known) for key in unknown])
    strings = dict(each(partial(_named_string, where, key, one) for key, one in value.items()))
    if "python" not in strings:
        raise _fail(where, f"{where} has no python", 'Name the Python type: python = "app.types.UserId".')
    if len({"type", "column", "query"} & strings.keys()) != 1:
        raise _fail(where, f"{where} must have exactly one of type, column and query")
    checks = {"python": check_python_name, "load": check_function_name, "dump": check_function_name}
    each(partial(check, f"{where}.{key}", strings[key]) for key, check in checks.items() if key in strings)
    return Override(**strings)


def _named_string(where: str, key: str, value: Any) -> tuple[str, str]:
    return key, _string(f"{where}.{key}", value)


def check_function_name(where: str, python: str) -> None:
    """A function whose module is known: `app.types.read_tag`."""
    parts = python.split(".")
    if len(parts) < 2 or any(not one.isidentifier() or keyword.iskeyword(one) for one in parts):
        raise _fail(
            where, f"{where}: {python!r} is no dotted name of a function", 'Write it as "app.types.read_user_id".'
        )


# What the expression of a type is made of: `app.types.Tag`, `dict[str, list[int | None]]`, `typing.Literal["a"]`.
_OF_TYPES = (
    *(ast.Expression, ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant),
    *(ast.BinOp, ast.BitOr, ast.expr_context),
)


def check_python_name(where: str, python: str) -> None:
    """A type of Python's own, or one whose module is known: `str`, `list[app.types.Tag]`."""
    try:
        nodes = list(ast.walk(ast.parse(python, mode="eval")))
    except (SyntaxError, ValueError):
        nodes = []
    if not nodes or not all(isinstance(one, _OF_TYPES) for one in nodes):
        raise _fail(where, f"{where}: {python!r} is no Python type", 'Write a dotted name: "app.types.UserId".')
    for name in re.findall(r"[A-Za-z_][\w.]*", python):
        if "." not in name and name != "None" and not hasattr(builtins, name):
            raise _fail(where, f'{where}: "{name}" has no module', 'Write a dotted name: "app.types.UserId".')


def _renames(where: str, value: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return tuple(value.items())
    raise _fail(where, f"{where} must be a table of strings: {where}.name = 'value'")


# Each key of the configuration, and what reads its value: the name for messages and the value in, the value out.
READERS = {
    "schema": _strings,
    "queries": _strings,
    "out": _string,
    "pg_version": _integer,
    "search_path": _strings,
    "collations": _strings,
    "catalogs": _strings,
    "style": _string,
    "emit_sync": _boolean,
    "emit_async": _boolean,
    "validate_rows": _boolean,
    "omit_unused": _boolean,
    "nullable_elements": _boolean,
    "insert_models": _boolean,
    "pool_module": _boolean,
    "sql_tags": _renames,
    "lint": _renames,
    "seeds": _string,
    "migrations": _string,
    "migrations_table": _table_name,
    "overrides": _overrides,
    "rename": _renames,
    "singular_exceptions": _strings,
    "package": _string,
    "emit_sync_querier": _boolean,
    "emit_async_querier": _boolean,
    "emit_pydantic_models": _boolean,
    "emit_str_enum": _boolean,
    "emit_exact_table_names": _boolean,
    "query_parameter_limit": _integer,
    "inflection_exclude_table_names": _strings,
}


def check_config(config: Config) -> Config:
    """The same configuration, if its values mean something together. Raises DiagnosticErrors (QG002)."""
    problems = [error(BAD_CONFIG, one.message, hint=one.hint) for one in wrong_values(config)]
    if problems:
        raise DiagnosticErrors(problems)
    return config


def wrong_values(config: Config) -> Iterator[BadValue]:
    """The values that mean nothing where the others are what they are."""
    if config.style not in STYLES:
        yield BadValue(("style",), f'unknown style "{config.style}"', "Choose one of: " + ", ".join(STYLES) + ".")
    else:
        other, of_other = ("querier", OF_QUERIER) if config.style == "functions" else ("functions", OF_FUNCTIONS)
        default = Config(config.root)
        for key in of_other:
            if getattr(config, key) != getattr(default, key):
                hint = f'Leave it out, or set style = "{other}".'
                yield BadValue((key,), f'{key} means nothing in style "{config.style}"', hint)
    if any(not part.isidentifier() or keyword.iskeyword(part) for part in config.package.split(".")) and config.package:
        message = f'package = "{config.package}" cannot be imported'
        yield BadValue(("package",), message, 'Write a dotted name: package = "app.db".')
    if not (config.emit_sync or config.emit_async):
        yield BadValue(("emit_sync",), "emit_sync and emit_async are both false: nothing would be written")
    for number, name in enumerate(config.catalogs):
        if not (config.root / name).is_dir():
            hint = "Correct it, or dump it with `querygen catalog dump`."
            yield BadValue(("catalogs", number), f'catalogs names "{name}", which is no folder', hint)
    package = config.out_path.resolve().name
    if not package.isidentifier() or keyword.iskeyword(package):
        message = f'"{package}" cannot be the name of a package'
        yield BadValue(("out",), message, "Choose an out folder whose name can be imported.")
    # sqlc's users may have the two in one folder; its configuration says so by name.
    if config.file is not None and config.file.suffix == ".toml":
        sql = [config.root, *(config.root / one for one in (*config.schema, *config.queries, config.migrations))]
        if config.out_path.resolve() in {one.resolve() for one in sql}:
            message = f'out = "{config.out}" is a folder of the project\'s own files'
            yield BadValue(("out",), message, 'Name a folder for the generated package alone: out = "generated".')
    if not catalog_folder(config).is_dir():
        yield BadValue(
            ("pg_version",),
            f"there is no catalog of PostgreSQL {config.pg_version}",
            f"Dump one with `querygen catalog dump --database-url … --out catalogs/{config.pg_version}`"
            f' and name it: catalogs = ["catalogs/{config.pg_version}"].',
        )


def catalog_folder(config: Config) -> Path:
    """Where the rows of PostgreSQL's own catalogue are: the wheel, or a folder of the project that has them."""
    for name in config.catalogs:
        folder = config.root / name
        whole = (folder / "pg_type.tsv").exists() and (folder / "pg_class.tsv").exists()
        if whole and load_folder(folder).major == config.pg_version:
            return folder
    return builtin_folder(config.pg_version)


def extension_bases(config: Config) -> tuple[Path, ...]:
    """Folders that may hold `extensions/<name>/`, the project's own first."""
    return (
        *(config.root / name for name in config.catalogs),
        builtin_folder(config.pg_version),
        builtin_folder(NEWEST_MAJOR),
    )
