"""The view-model: everything that the templates print, decided. They only loop over it.

Takes the analysed queries and the catalog; gives a `Package`. What is wrong with a query (a type that cannot be handled
yet, a name that clashes) is collected, so that one run tells all of it.
"""

from __future__ import annotations

import difflib
import keyword
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from querygen.diagnostics import Diagnostic, DiagnosticError, Note, PgError, Severity, error, warning
from querygen.render import naming
from querygen.render.layout import WIDTH, Group, put, quoted, width
from querygen.render.model_classes import FINAL
from querygen.render.model_functions import Function, build_function
from querygen.render.model_rows import Rows
from querygen.render.model_schema import Models

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery
    from querygen.render.options import RenderOptions
    from querygen.render.pytypes import Import

NAME_CLASH = "QG201"
BAD_NAME = "QG202"
UNKNOWN_PARAM = "QG209"


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the package: the lines of its imports, and blocks of lines with two empty lines between them."""

    path: str
    source: str  # what it was made from, for the header
    imports: tuple[str, ...]
    blocks: tuple[str, ...]
    first_is_statement: bool  # one empty line behind the imports, not two

    def uses(self, helper: str) -> bool:
        """Whether it imports from a module of our own text."""
        return any(line.startswith((f"from .{helper} ", f"from ..{helper} ")) for line in self.imports)


@dataclass(frozen=True, slots=True)
class Package:
    modules: tuple[Module, ...]
    diagnostics: tuple[Diagnostic, ...]
    helpers: frozenset[str]  # the modules of our own text that are needed: _types, _cursors, _changes, …


def build_package(queries: Sequence[AnalyzedQuery], catalog: Catalog, options: RenderOptions) -> Package:
    """Decide all files of the package but the fixed ones."""
    problems: list[Diagnostic] = []
    warnings: list[Diagnostic] = []
    models = Models(catalog, options)
    by_file: dict[str, list[AnalyzedQuery]] = defaultdict(list)
    files: dict[str, str] = {}  # those of one name in several folders are one module, as for sqlc
    for query in queries:
        path = query.raw.source.path
        by_file[files.setdefault(_source_name(path), path)].append(query)
    names = _module_names(by_file, problems)
    shared_rows = _rows_of_several_modules(by_file)
    built: list[tuple[str, str, Rows, list[Function]]] = []
    for path, found in by_file.items():
        functions = _function_names(found, models, problems)
        rows = Rows(models, names[path], shared_rows, {*functions.values(), *map(str.upper, functions.values())})
        done = []
        for query in found:
            if query.name not in functions:
                continue
            warnings += _unknown_params(query)
            try:
                done.append(build_function(query, functions[query.name], rows))
            except DiagnosticError as refused:
                problems.append(refused.diagnostic)
            except PgError as refused:
                problems.append(error(refused.code, f'query "{query.name}": {refused.message}', query.raw.name_span))
        built.append((names[path], _source_name(path), rows, done))
    modules = [_models_module(models)] if not problems else []
    if not problems:
        warnings += models.without_class()
    for name, source, rows, done in built:
        modules.append(_query_module(name, source, rows, done, options))
        if options.emit_async:
            modules.append(_async_module(name, source, rows, done))
    known = ("_types", "_cursors", "_changes", "_dynamic", "_nested", "_shapes")
    helpers = {one for one in known for module in modules if module.uses(one)}
    if "_dynamic" in helpers:
        helpers.add("_changes")
    return Package(tuple(modules), (*problems, *warnings), frozenset(helpers))


def _unknown_params(query: AnalyzedQuery) -> list[Diagnostic]:
    """A warning for every `@param` that documents what is no parameter of the query."""
    names = {one for param in query.params for one in (param.name, param.column_name, f"p{param.number}") if one}
    found = []
    for documented in query.raw.param_docs:
        if documented not in names:
            close = difflib.get_close_matches(documented, sorted(names), 1)
            shown = [param.name or param.column_name or f"p{param.number}" for param in query.params]
            hint = f"Did you mean {close[0]}?" if close else f"Its parameters are {', '.join(shown)}."
            message = f'query "{query.name}" has no parameter "{documented}", which @param documents'
            found.append(warning(UNKNOWN_PARAM, message, query.raw.name_span, hint if names else None))
    return found


def _source_name(path: str) -> str:
    """How a header names a file: without folders, which depend on the machine and on where the build was started."""
    return PurePath(path).name


def _module_names(paths: Iterable[str], problems: list[Diagnostic]) -> dict[str, str]:
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    for path in paths:
        stem = PurePath(path).name.removesuffix(".sql")
        name = naming.identifier(naming.snake(stem), "queries")
        if name in naming.RESERVED_MODULES:
            name += "_queries"
        if name in owners:
            message = f'"{owners[name]}" and "{path}" would both be the module "{name}"'
            problems.append(error(NAME_CLASH, message, hint="Rename one of the files."))
        owners.setdefault(name, path)
        names[path] = name
    return names


def _rows_of_several_modules(by_file: dict[str, list[AnalyzedQuery]]) -> frozenset[str]:
    """The names of `-- row: Name` that queries of several files use: such a class stands in models.py."""
    files: dict[str, set[str]] = defaultdict(set)
    for path, queries in by_file.items():
        for query in queries:
            if name := query.raw.annotations.get("row"):
                files[name].add(path)
    return frozenset(name for name, paths in files.items() if len(paths) > 1)


def _function_names(queries: list[AnalyzedQuery], models: Models, problems: list[Diagnostic]) -> dict[str, str]:
    """The function of every query of a file; a query whose name cannot be one is reported and left out."""
    names: dict[str, str] = {}
    owners: dict[str, AnalyzedQuery] = {}
    for query in queries:
        name = naming.snake(query.name)
        span = query.raw.name_span
        if keyword.iskeyword(name) or not name.isidentifier():
            what = "the Python keyword" if keyword.iskeyword(name) else "no name for a function:"
            message = f'query "{query.name}" would be {what} "{name}"'
            problems.append(error(BAD_NAME, message, span, "Rename the query."))
            continue
        if name in naming.RESERVED_FUNCTIONS or name in models.helper_names or name in models.names:
            name += "_"
        if name in owners:
            first = owners[name].raw
            message = f'queries "{first.name}" and "{query.name}" would both be the function "{name}"'
            note = Note("the first one is here", first.name_span)
            clash = Diagnostic(NAME_CLASH, Severity.ERROR, message, span, "Rename one of them.", notes=(note,))
            problems.append(clash)
            continue
        owners[name] = query
        names[query.name] = name
    return names


def _models_module(models: Models) -> Module:
    blocks, imports = models.blocks()
    statement = bool(blocks) and not blocks[0].startswith(("class ", "def "))
    return Module("models.py", "the database schema", _import_lines(imports, 1), tuple(blocks), statement)


def _query_module(name: str, source: str, rows: Rows, functions: list[Function], options: RenderOptions) -> Module:
    blocks: list[str] = []
    imports: set[Import] = set()
    for function in functions:
        for row in rows.first_used_by(function.query_name):
            found, needed = row
            blocks += found
            imports |= needed
        blocks += function.constants
        imports |= function.constant_imports
        if options.emit_sync:
            blocks.append(function.sync_text)
            imports |= function.sync_imports
    if reading := [one.name for one in functions if one.read_only]:
        listed = Group("frozenset(", (Group("{", tuple(quoted(one) for one in reading), "}"),))
        lines_of_names: list[str] = []
        put(lines_of_names, "", "READ_ONLY: Final = ", listed)
        blocks.append("\n".join(lines_of_names))
        imports.add(FINAL)
    statement = bool(blocks) and not blocks[0].startswith(("class ", "def "))
    own = f".{name}"
    lines = _import_lines({one for one in imports if one.module != own}, 1)
    return Module(f"{name}.py", source, lines, tuple(blocks), statement)


def _async_module(name: str, source: str, rows: Rows, functions: list[Function]) -> Module:
    imports: set[Import] = set()
    blocks: list[str] = []
    exported: set[str] = set(rows.class_names)
    for function in functions:
        blocks.append(function.async_text)
        imports |= function.async_imports
        exported.add(function.name)
    imports |= rows.class_imports()
    if rows.class_names:
        listed = tuple(f'"{one}"' for one in sorted(exported, key=naming.export_key))
        lines: list[str] = []
        put(lines, "", "__all__ = ", Group("[", listed, "]"))
        blocks.insert(0, "\n".join(lines))
    return Module(f"aio/{name}.py", source, _import_lines(imports, 2), tuple(blocks), bool(rows.class_names))


def _is_standard(module: str) -> bool:
    """An override may name a type of any module."""
    return module.partition(".")[0] in sys.stdlib_module_names


def _import_lines(imports: Iterable[Import], depth: int) -> tuple[str, ...]:
    """The import block as isort's rules order it. `depth` is 2 in aio/: one package further down."""
    modules: dict[str, set[str]] = defaultdict(set)
    for module, name in imports:
        modules[module].add(name)
    sections: list[list[str]] = [[], [], []]
    for module in sorted(modules):
        if "" in modules[module]:
            sections[0 if _is_standard(module) else 1].append(f"import {module}")
    for module in sorted(modules):
        names = sorted(modules[module] - {""}, key=naming.import_key)
        if not names:
            continue
        section = 2 if module.startswith(".") else 0 if _is_standard(module) else 1
        shown = "." * (depth - 1) + module if section == 2 else module
        line = f"from {shown} import {', '.join(names)}"
        if width(line) <= WIDTH:
            sections[section].append(line)
        else:
            put(sections[section], "", f"from {shown} import ", Group("(", tuple(names)))
    text: list[str] = []
    for lines in filter(None, sections):
        text += ["", *lines] if text else lines
    return tuple(text)
