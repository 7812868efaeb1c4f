"""A configuration of sqlc → what querygen builds: one `Config` for each folder of Python code.

Takes the path of `sqlc.yaml`; gives a `SqlcProject`. Each query set of PostgreSQL whose generator writes Python (or is
built into sqlc: Go's) is a target. What has no meaning here is one note that names it. Raises `DiagnosticError`:
QG064 (another database), QG065 (another plugin), QG066 (paths), QG067 (nothing to build, or too much for one command).
"""

from __future__ import annotations

import keyword
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from querygen.config import Config, check_config, wrong_values
from querygen.diagnostics import Diagnostic, DiagnosticError, Severity, error
from querygen.sqlc.files import MissingPathError, sql_files
from querygen.sqlc.options import Kind, OptionError, read_options
from querygen.sqlc.read import BAD_VALUE, UNKNOWN_KEY, LocatedSet, SqlcFile, read_file, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.sqlc.document import Place
    from querygen.sqlc.shape import Plugin, Rule

OTHER_DATABASE: Final = "QG064"
OTHER_PLUGIN: Final = "QG065"
BAD_PATH: Final = "QG066"
NOTHING_TO_BUILD: Final = "QG067"
WITHOUT_MEANING: Final = "QG068"

ENGINES: Final = ("postgresql", "mysql", "sqlite", "clickhouse", "googlesql", "mssql")
_MARKS_OF_A_PROJECT: Final = (".git", ".hg", ".jj")

# What a plugin is known by: a part of its URL or command.
_PLUGINS: Final[tuple[tuple[str, Kind], ...]] = (
    ("querygen-sqlc-plugin", "querygen"),
    ("sqlc-gen-better-python", "better"),
    ("sqlc-gen-python", "python"),
    ("sqlc_gen_python", "python"),
)
# Those of Go's options that are not about Go.
_GO_SINGULAR: Final = "inflection_exclude_table_names"


@dataclass(frozen=True, slots=True)
class SqlcTarget:
    """One folder of code: its configuration, and the query set it comes from."""

    config: Config
    origin: LocatedSet


@dataclass(frozen=True, slots=True)
class SqlcProject:
    """What is built, and what is said of the configuration."""

    file: SqlcFile
    targets: tuple[SqlcTarget, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.file.rules


@dataclass(frozen=True, slots=True)
class _Output:
    """A generator of a query set: where its code goes, and its settings."""

    place: Place  # of the key that names the folder
    out: str
    values: dict[str, Any]


def read_project(path: Path, *, out: str | None = None, builds: bool = True) -> SqlcProject:
    """Everything that is built from a configuration; `out` takes the place of the folder of the only target.

    Without `builds` each query set of PostgreSQL is one target, whatever it generates.
    """
    file = read_file(path)
    targets: list[SqlcTarget] = []
    others: list[tuple[Place, str]] = []  # query sets and generators that stay with sqlc
    unused: list[tuple[Place, str]] = [(place, "") for place in file.unused]
    for one in file.sets:
        if one.value.engine != "postgresql":
            others.append(_other_engine(file, one))
            continue
        outputs = _outputs(file, one, others, unused)
        if not builds:
            outputs = outputs[:1] or [_Output(one.place, "generated", {})]
        unused += _unused_of_set(one)
        schema = _files(file, one, "schema")
        queries = _files(file, one, "queries")
        for output in outputs:
            config = Config(
                root=path.parent.absolute(),
                schema=schema,
                queries=queries,
                out=out if out is not None else _out(file, output) if builds else "generated",
                lenient=not one.value.strict_function_checks,
                file=path,
            )
            targets.append(SqlcTarget(replace(config, **output.values), one))
    if not targets:
        raise _nothing(file, others)
    if builds:
        _check_folders(file, targets)
    for target in targets:
        for wrong in wrong_values(target.config):
            raise file.stop(BAD_VALUE, target.origin.place, wrong.message, wrong.hint)
    return SqlcProject(file, tuple(targets), tuple(_told(file, others, unused)))


def chosen_configs(
    path: Path, changes: dict[str, Any], queryset: str | None = None
) -> tuple[list[Config], list[Diagnostic]]:
    """What the command line builds: `changes` are fields of `Config` that its options set."""
    project = read_project(path, out=changes.get("out"))
    targets = [one for one in project.targets if queryset in (None, one.origin.label)]
    if not targets:
        labels = ", ".join(f'"{one.origin.label}"' for one in project.targets)
        raise _refusal(NOTHING_TO_BUILD, f'there is no query set named "{queryset}"', f"There are: {labels}.")
    configs = [check_config(replace(one.config, **changes)) for one in targets]
    if changes and len(configs) > 1:
        raise several(configs)
    return configs, list(project.diagnostics)


def several(configs: Sequence[Config]) -> DiagnosticError:
    """Where one configuration is wanted, and there are more."""
    outs = ", ".join(one.out for one in configs)
    message = f"this command is about one query set, and the configuration has {len(configs)} (for {outs})"
    return _refusal(NOTHING_TO_BUILD, message, "Choose one with --queryset, or move it to a querygen.toml.")


def _refusal(code: str, message: str, hint: str | None = None) -> DiagnosticError:
    return DiagnosticError(Diagnostic(code, Severity.ERROR, message, hint=hint))


# ---------------------------------------------------------------- query sets


def _other_engine(file: SqlcFile, one: LocatedSet) -> tuple[Place, str]:
    engine = one.value.engine
    place = (*one.place, "engine")
    if engine not in ENGINES:
        from difflib import get_close_matches

        near = get_close_matches(engine, ENGINES, 1)
        hint = f'Did you mean "{near[0]}"?' if near else "Write engine: postgresql."
        raise file.stop(OTHER_DATABASE, place, f'there is no engine "{engine}"', hint)
    return place, f"{one.label} is for {engine}"


def _files(file: SqlcFile, one: LocatedSet, key: str) -> tuple[str, ...]:
    value: str | list[str] = getattr(one.value, key)
    place = (*one.place, key)
    listed = isinstance(value, list)
    # As Go's filepath.Join has it: a path that begins with a slash is one below the folder, too.
    names = tuple(one.lstrip("/") for one in (value if isinstance(value, list) else [value]))
    for number, name in enumerate(names):
        own = (*place, number) if listed else place
        try:
            sql_files((name,), file.path.parent)
        except MissingPathError:
            raise file.stop(BAD_PATH, own, f'"{name}": there is no such file or folder', "Correct the path.") from None
    found = sql_files(names, file.path.parent)
    if not found and (key == "queries" or names):
        message = f"{key} of {one.label} names no .sql file"
        raise file.stop(BAD_PATH, place, message, "Name a file, a folder with .sql files in it, or a pattern.")
    return tuple(str(path.absolute()) for path in found)


def _unused_of_set(one: LocatedSet) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    if one.value.analyzer.database is not None:
        found.append(((*one.place, "analyzer"), "no database is asked"))
    if one.value.strict_order_by is False:
        found.append(((*one.place, "strict_order_by"), "PostgreSQL refuses what is ambiguous"))
    return found


# ---------------------------------------------------------------- generators


def _outputs(
    file: SqlcFile, one: LocatedSet, others: list[tuple[Place, str]], unused: list[tuple[Place, str]]
) -> list[_Output]:
    """The generators of a query set whose place querygen takes."""
    found: list[_Output] = []
    for number, codegen in enumerate(one.value.codegen):
        place = (*one.place, "codegen", number)
        plugin = next(plugin for plugin in file.plugins if plugin.name == codegen.plugin)
        kind = plugin_kind(plugin)
        if kind is None:
            others.append(
                ((*place, "plugin"), f'the plugin "{plugin.name}" ({_address(plugin)}) does not write Python')
            )
            continue
        options = codegen.options
        if kind == "querygen" and isinstance(shared := file.options.get(plugin.name), dict):
            options = {**shared, **options}
        found.append(_Output((*place, "out"), codegen.out, _settings(file, (*place, "options"), options, kind, unused)))
    gen = one.value.gen
    if gen.python is not None:
        place = (*one.place, "gen", "python")
        options = {key: value for key, value in gen.python.items() if key != "out"}
        found.append(_Output((*place, "out"), gen.python["out"], _settings(file, place, options, "python", unused)))
    for name, other in (("go", gen.go), ("kotlin", gen.kotlin)):
        if other is None:
            continue
        place = one.place if file.version == "1" else (*one.place, "gen", name)
        if found:
            others.append((place, f"{shown(place)} does not write Python"))
            continue
        out = (*place, "path") if file.version == "1" else (*place, "out")
        found.append(_Output(out, other["out"], _go_settings(place, other, unused)))
    if gen.json is not None:
        place = (*one.place, "gen", "json")
        others.append((place, f"{shown(place)} does not write Python"))
    return found


def plugin_kind(plugin: Plugin) -> Kind | None:
    """Which of the plugins that querygen stands in for it is."""
    address = _address(plugin)
    return next((kind for part, kind in _PLUGINS if part in address), None)


def _address(plugin: Plugin) -> str:
    return plugin.wasm.url if plugin.wasm else plugin.process.cmd if plugin.process else ""


def _settings(
    file: SqlcFile, place: Place, options: dict[str, Any], kind: Kind, unused: list[tuple[Place, str]]
) -> dict[str, Any]:
    try:
        settings = read_options(options, kind)
    except OptionError as problem:
        own = (*place, *problem.place)
        if problem.message.startswith("unknown"):
            span = file.document.key_span(own)
            raise DiagnosticError(error(UNKNOWN_KEY, problem.message, span, problem.hint)) from None
        raise file.stop(BAD_VALUE, own, problem.message, problem.hint) from None
    unused += [((*place, key), why) for key, why in settings.unused]
    return settings.values


def _go_settings(place: Place, options: dict[str, Any], unused: list[tuple[Place, str]]) -> dict[str, Any]:
    """Python beside Go, with what is not about Go."""
    values: dict[str, Any] = {}
    if options.get("omit_unused_structs") is True:
        values["omit_unused"] = True
    if options.get("emit_exact_table_names") is True:
        values["singular_exceptions"] = ("*",)
    elif isinstance(options.get(_GO_SINGULAR), list):
        values["singular_exceptions"] = tuple(str(one) for one in options[_GO_SINGULAR])
    taken = {"out", "omit_unused_structs", "emit_exact_table_names", _GO_SINGULAR}
    unused += [((*place, key), "it is about Go") for key in options if key not in taken]
    return values


# ---------------------------------------------------------------- folders


def _out(file: SqlcFile, output: _Output) -> str:
    """The folder of the code, checked: within the project, with a name that can be imported."""
    name = output.out.lstrip("/") or "."
    folder = Path(os.path.normpath(file.path.parent.absolute() / name))
    top = _top(file.path.parent.absolute())
    if not folder.is_relative_to(top):
        message = f'"{output.out}" is outside of the project, {top.name or top}'
        raise file.stop(BAD_PATH, output.place, message, "Name a folder below that of the configuration.")
    if not folder.name.isidentifier() or keyword.iskeyword(folder.name):
        hint = "Choose an out folder whose name can be imported."
        raise file.stop(BAD_PATH, output.place, f'"{folder.name}" cannot be the name of a package', hint)
    return name


def _top(folder: Path) -> Path:
    """The project: the repository that a folder is in, or the folder."""
    marked = (one for one in (folder, *folder.parents) if any((one / mark).exists() for mark in _MARKS_OF_A_PROJECT))
    return next(marked, folder)


def _check_folders(file: SqlcFile, targets: Sequence[SqlcTarget]) -> None:
    first: dict[str, SqlcTarget] = {}
    for target in targets:
        folder = os.path.normpath(target.config.out_path)
        before = first.setdefault(folder, target)
        if before is not target:
            message = f"{before.origin.label} and {target.origin.label} both write to {target.config.out}"
            raise file.stop(BAD_PATH, target.origin.place, message, "Give each query set a folder of its own.")
    for target in targets:
        path = Path(os.path.normpath(target.config.out_path))
        outer = first.get(str(path.parent))
        if path.name == "aio" and outer is not None and outer.config.style == "functions":
            message = f"{target.config.out} is the folder of {outer.origin.label}'s asynchronous functions"
            raise file.stop(BAD_PATH, target.origin.place, message, "Give each query set a folder of its own.")


# ---------------------------------------------------------------- what is told


def _nothing(file: SqlcFile, others: list[tuple[Place, str]]) -> DiagnosticError:
    """No query set is ours: the first one says why."""
    if not others:
        message = "no query set has a generator: there is nothing to build"
        return file.stop(NOTHING_TO_BUILD, file.sets[0].place, message, "Add codegen with a plugin and an out folder.")
    place, why = others[0]
    if place[-1] == "engine":
        engine = next(one.value.engine for one in file.sets if (*one.place, "engine") == place)
        message = f'the engine is "{engine}": querygen analyses PostgreSQL only'
        return file.stop(OTHER_DATABASE, place, message, "Keep sqlc for this query set.")
    hint = "querygen stands in for sqlc-gen-python, sqlc-gen-better-python and querygen-sqlc-plugin."
    return file.stop(OTHER_PLUGIN, place, why, hint)


def _told(file: SqlcFile, others: list[tuple[Place, str]], unused: list[tuple[Place, str]]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    if others:
        span = file.document.span(others[0][0])
        message = "left to sqlc: " + "; ".join(why for _, why in others)
        found.append(Diagnostic(WITHOUT_MEANING, Severity.NOTE, message, span))
    if unused:
        groups: dict[str, list[str]] = {}
        for place, why in unused:
            groups.setdefault(why, []).append(shown(place))
        said = [f"{_short(names)}{f' ({why})' if why else ''}" for why, names in groups.items()]
        span = file.document.key_span(unused[0][0])
        message = "without a meaning here: " + "; ".join(said)
        found.append(Diagnostic(WITHOUT_MEANING, Severity.NOTE, message, span))
    return found


def _short(names: list[str]) -> str:
    """sql[0].gen.go.rename, sql[0].gen.go.package → sql[0].gen.go: package, rename; of several sets sql[*]."""
    general = [re.sub(r"\[\d+\]", "[*]", name) for name in names]
    names = list(
        dict.fromkeys(one if general.count(one) > 1 else name for name, one in zip(names, general, strict=True))
    )
    by_parent: dict[str, list[str]] = {}
    for name in names:
        parent, _, last = name.rpartition(".")
        by_parent.setdefault(parent, []).append(last)
    return ", ".join(
        f"{parent}: {', '.join(sorted(lasts))}" if parent else ", ".join(lasts) for parent, lasts in by_parent.items()
    )


def expand_environment(text: str) -> str:
    """`${VAR}` replaced, an unset one by nothing: sqlc does so in a database's uri alone, and not for its own token."""

    def value(match: re.Match[str]) -> str:
        return "" if match[1] == "SQLC_AUTH_TOKEN" else os.environ.get(match[1], "")

    return re.sub(r"\$\{([A-Z_]+)\}", value, text)
