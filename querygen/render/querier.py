"""`style = "querier"`: the files that sqlc-gen-python would write for the same queries, over psycopg.

Takes the analysed queries, the catalog and the options; gives `models.py`, a module for each query file, and
`_querier.py` where something in them has to be read that psycopg does not know.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from querygen.diagnostics import Diagnostic, DiagnosticError, Severity, error
from querygen.render.files import OutputFile
from querygen.render.querier_model import BAD_LIMIT, NAME_CLASH, NO_QUERIER, Method, Schema, build_methods
from querygen.render.querier_text import models_module, query_module
from querygen.render.render import Rendered, template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery
    from querygen.render.querier_options import QuerierOptions

_MODELS: Final = "models.py"


def render_querier(queries: Sequence[AnalyzedQuery], catalog: Catalog, options: QuerierOptions) -> Rendered:
    """All files, or everything that is wrong with them."""
    problems: list[Diagnostic] = []
    try:
        _check_options(options)
        schema = Schema(catalog, options)
    except DiagnosticError as refused:
        return Rendered((), (refused.diagnostic,))
    methods = build_methods(queries, schema, problems)
    by_file: dict[str, list[Method]] = defaultdict(list)
    for method in methods:
        by_file[PurePath(method.query.raw.source.path).name].append(method)
    paths = _module_paths(list(dict.fromkeys(PurePath(query.raw.source.path).name for query in queries)), problems)
    if not (options.emit_sync_querier or options.emit_async_querier) and queries:
        message = "neither emit_sync_querier nor emit_async_querier is set: no method is written for any query"
        problems.append(Diagnostic(NO_QUERIER, Severity.WARNING, message, hint="Set one of them to true."))
    if any(one.severity is Severity.ERROR for one in problems):
        return Rendered((), tuple(problems))
    first, helpers = models_module(schema.enums, schema.models, options)
    modules = [first]
    for source, path in paths.items():
        module, used = query_module(path, source, by_file[source], options)
        modules.append(module)
        helpers |= used
    files = [OutputFile(one.path, template("module.py.j2").render(module=one)) for one in modules]
    if helpers:
        calls = helpers - {"Inet", "Cidr"}
        files.append(OutputFile("_querier.py", template("_querier.py.j2").render(uses=helpers, calls=calls)))
    return Rendered(tuple(files), tuple(problems))


def _check_options(options: QuerierOptions) -> None:
    if options.query_parameter_limit < 0:
        message = f"invalid query parameter limit: {options.query_parameter_limit}"
        hint = "Set query_parameter_limit to 0 or more."
        raise DiagnosticError(error(BAD_LIMIT, message, hint=hint))


def _module_paths(sources: Sequence[str], problems: list[Diagnostic]) -> dict[str, str]:
    """The module of each query file: its own name, whatever that is; files of one name in several folders share it."""
    found: dict[str, str] = {}
    owners: dict[str, str] = {_MODELS: "the classes of the schema"}
    for name in sources:
        path = name if name.endswith(".py") else f"{name.removesuffix('.sql')}.py"
        if path in owners:
            owner = owners[path] if path == _MODELS else f'"{owners[path]}"'
            message = f'{owner} and "{name}" would both be the file "{path}"'
            problems.append(error(NAME_CLASH, message, hint="Rename the query file."))
        owners.setdefault(path, name)
        found[name] = path
    return found
