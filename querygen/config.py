"""`[tool.querygen]` of pyproject.toml, or querygen.toml → `Config`.

Takes the folder of a project; gives a frozen `Config` with absolute paths. Every key is known here: one that is not is
an error that names the nearest one that is, and a value of the wrong kind says which kind is wanted.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import keyword
import re
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from querygen.diagnostics import DiagnosticError, error
from querygen.pg_catalog.load import NEWEST_MAJOR, builtin_folder, load_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CONFIG_FILE = "querygen.toml"
PYPROJECT = "pyproject.toml"
SQLC_FILES = ("sqlc.yaml", "sqlc.yml", "sqlc.json")

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

    @property
    def out_path(self) -> Path:
        return self.root / self.out


def _fail(message: str, hint: str | None = None, code: str = BAD_CONFIG) -> DiagnosticError:
    return DiagnosticError(error(code, message, hint=hint))


def _strings(where: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise _fail(f"{where} must be a string or a list of strings")


def _string(where: str, value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise _fail(f"{where} must be a string")


def _boolean(where: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _fail(f"{where} must be true or false")


def _integer(where: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _fail(f"{where} must be a whole number")


def _overrides(where: str, value: Any) -> tuple[Override, ...]:
    if not isinstance(value, list):
        raise _fail(f"{where} must be a list of tables: [[{where}]]")
    return tuple(_override(f"{where}[{number}]", one) for number, one in enumerate(value))


def _override(where: str, value: Any) -> Override:
    if not isinstance(value, dict):
        raise _fail(f"{where} must be a table")
    known = Override.__match_args__
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f'Did you mean "{near[0]}"?' if near else "Known keys: " + ", ".join(known) + "."
            raise _fail(f"unknown key {where}.{key}", hint)
    strings = {key: _string(f"{where}.{key}", one) for key, one in value.items()}
    if "python" not in strings:
        raise _fail(f"{where} has no python", 'Name the Python type: python = "app.types.UserId".')
    if len({"type", "column", "query"} & strings.keys()) != 1:
        raise _fail(f"{where} must have exactly one of type, column and query")
    check_python_name(f"{where}.python", strings["python"])
    for key in {"load", "dump"} & strings.keys():
        check_function_name(f"{where}.{key}", strings[key])
    return Override(**strings)


def check_function_name(where: str, python: str) -> None:
    """A function whose module is known: `app.types.read_tag`."""
    parts = python.split(".")
    if len(parts) < 2 or any(not one.isidentifier() or keyword.iskeyword(one) for one in parts):
        raise _fail(f"{where}: {python!r} is no dotted name of a function", 'Write it as "app.types.read_user_id".')


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
        raise _fail(f"{where}: {python!r} is no Python type", 'Write a dotted name: "app.types.UserId".')
    for name in re.findall(r"[A-Za-z_][\w.]*", python):
        if "." not in name and name != "None" and not hasattr(builtins, name):
            raise _fail(f'{where}: "{name}" has no module', 'Write a dotted name: "app.types.UserId".')


def _renames(where: str, value: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return tuple(value.items())
    raise _fail(f"{where} must be a table of strings: {where}.name = 'value'")


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
    "migrations_table": _string,
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


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise _fail(f"{path.name} is not valid TOML: {problem}") from problem
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise _fail(f"cannot read {path.name}: {reason}", code=UNREADABLE) from problem


def _settings(root: Path) -> tuple[Path, dict[str, Any]] | None:
    """The file that configures the folder, and its table."""
    if (own := root / CONFIG_FILE).exists():
        return own, _read_toml(own)
    if (pyproject := root / PYPROJECT).exists():
        table = _read_toml(pyproject).get("tool", {}).get("querygen")
        if table is not None:
            return pyproject, table
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
            raise _fail(f"{names} are both there", "Remove one of them, or choose with --file.")
        if found:
            return found[0]
    return None


def read_config(root: Path) -> Config:
    """The configuration of a folder; `Config` with its defaults where nothing configures it.

    Raises DiagnosticError (QG001, QG002) for a file that cannot be read, an unknown key and a wrong value.
    """
    found = _settings(root)
    if found is None:
        return Config(root)
    file, table = found
    prefix = "" if file.name == CONFIG_FILE else "tool.querygen."
    values = _values(prefix, table, (*READERS, "targets"), file)
    targets = values.pop("targets", None)
    if targets is None:
        return check_config(replace(Config(root, file=file), **values))
    return _with_targets(Config(root, file=file), values, f"{prefix}targets", targets)


def _values(prefix: str, table: dict[str, Any], known: Sequence[str], file: Path) -> dict[str, Any]:
    """The values of a table, each read by its key's reader."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f'Did you mean "{near[0]}"?' if near else "Known keys: " + ", ".join(known) + "."
            raise _fail(f"unknown key {prefix}{key} in {file.name}", hint)
        values[key] = READERS[key](prefix + key, value) if key in READERS else value
    return values


def _with_targets(config: Config, values: dict[str, Any], where: str, tables: Any) -> Config:
    """A project of several packages. What a target says takes the place of what the project says for all."""
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise _fail(f"{where} must be a list of tables: [[{where}]]")
    known = [key for key in READERS if key not in OF_PROJECT]
    file = config.file or config.root / CONFIG_FILE
    targets: list[Config] = []
    for number, table in enumerate(tables):
        own = _values(f"{where}[{number}].", table, known, file)
        if "out" not in own:
            raise _fail(f"{where}[{number}] has no out", 'Name the folder of its package: out = "app/db".')
        targets.append(check_config(replace(config, **{**values, **own})))
    outs = [one.out_path.resolve() for one in targets]
    for number, out in enumerate(outs):
        if out in outs[:number]:
            raise _fail(f'two targets have out = "{targets[number].out}"', "Give each a folder of its own.")
        # A package has folders of its own (aio), and removes what it finds there and did not write.
        outer = next((one for one, other in enumerate(outs) if other in out.parents), None)
        if outer is not None:
            message = f'out = "{targets[number].out}" is inside of out = "{targets[outer].out}", another target\'s'
            raise _fail(message, "Put the two beside each other.")
    queries = tuple(dict.fromkeys(path for one in targets for path in one.queries))
    return replace(targets[0], queries=queries, targets=tuple(targets))


def check_config(config: Config) -> Config:
    """The same configuration, if its values mean something together."""
    if config.style not in STYLES:
        raise _fail(f'unknown style "{config.style}"', "Choose one of: " + ", ".join(STYLES) + ".")
    other, of_other = ("querier", OF_QUERIER) if config.style == "functions" else ("functions", OF_FUNCTIONS)
    default = Config(config.root)
    for key in of_other:
        if getattr(config, key) != getattr(default, key):
            raise _fail(f'{key} means nothing in style "{config.style}"', f'Leave it out, or set style = "{other}".')
    if any(not part.isidentifier() or keyword.iskeyword(part) for part in config.package.split(".")) and config.package:
        raise _fail(f'package = "{config.package}" cannot be imported', 'Write a dotted name: package = "app.db".')
    if not (config.emit_sync or config.emit_async):
        raise _fail("emit_sync and emit_async are both false: nothing would be written")
    for name in config.catalogs:
        if not (config.root / name).is_dir():
            raise _fail(
                f'catalogs names "{name}", which is no folder', "Correct it, or dump it with `querygen catalog dump`."
            )
    package = config.out_path.resolve().name
    if not package.isidentifier() or keyword.iskeyword(package):
        raise _fail(f'"{package}" cannot be the name of a package', "Choose an out folder whose name can be imported.")
    if not catalog_folder(config).is_dir():
        raise _fail(
            f"there is no catalog of PostgreSQL {config.pg_version}",
            f"Dump one with `querygen catalog dump --database-url … --out catalogs/{config.pg_version}`"
            f' and name it: catalogs = ["catalogs/{config.pg_version}"].',
        )
    return config


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
