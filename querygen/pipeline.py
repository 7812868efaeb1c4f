"""What querygen does, on one page: read → parse → catalog → analyse → render → write.

Takes a `Config`; gives an `Analysis` (every query, analysed or refused) or a `Result` (the files). Every file and every
query is tried, so that one run tells of every problem.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze.query import analyze_query
from querygen.catalog.ddl import build_catalog
from querygen.config import BAD_CONFIG, Config, catalog_folder, extension_bases
from querygen.config_file import span_of
from querygen.diagnostics import Diagnostic, DiagnosticError, Note, Severity
from querygen.diagnostics_render import sort_diagnostics
from querygen.pg_catalog.load import load_folder
from querygen.source import display_path
from querygen.sql.parse import expand_paths, parse_schema_file, read_source, without_do_blocks
from querygen.sql.query_file import parse_query_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery, RawQuery
    from querygen.render.files import OutputFile
    from querygen.render.options import RenderOptions, TypeOverride
    from querygen.render.querier_options import QuerierOptions
    from querygen.render.render import Rendered
    from querygen.source import SourceFile
    from querygen.sql.parse import RawStmt
    from querygen.sqlc.lenient import Allowance

DUPLICATE_QUERY = "QG110"
UNREAD_SCHEMA = ("QG131", "QG132", "QG133", "QG134")  # sql/parse.py: files that are not there or cannot be read


class FailedQuery(Struct, frozen=True):
    """A query that was refused, and why."""

    raw: RawQuery
    problem: Diagnostic


class Analysis(Struct, frozen=True):
    """Everything that is known of a project: `queries` in the order of the files."""

    catalog: Catalog
    queries: tuple[AnalyzedQuery | FailedQuery, ...]
    diagnostics: tuple[Diagnostic, ...]  # those of refused queries included
    whole_schema: bool = True  # nothing of it was refused

    @property
    def failed(self) -> bool:
        return _has_errors(self.diagnostics)

    @property
    def good(self) -> list[AnalyzedQuery]:
        return [one for one in self.queries if not isinstance(one, FailedQuery)]


def _has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(one.severity is Severity.ERROR for one in diagnostics)


class Result(Struct, frozen=True):
    """The files of a build; none when anything is wrong."""

    analysis: Analysis
    files: tuple[OutputFile, ...]
    diagnostics: tuple[Diagnostic, ...]


def _read_all(config: Config, key: str, problems: list[Diagnostic]) -> list[SourceFile]:
    """The files that `schema` or `queries` names; what names none, or cannot be read, goes to `problems`."""
    sources = []
    found: dict[Path, None] = {}
    names: tuple[str, ...] = getattr(config, key)
    for number, name in enumerate(names):
        try:
            found.update(dict.fromkeys(expand_paths((name,), config.root)))
        except DiagnosticError as stop:
            problems.append(replace(stop.diagnostic, span=span_of(config, (key, number), name)))
    for path in found:
        try:
            sources.append(read_source(path))
        except DiagnosticError as stop:
            problems.append(stop.diagnostic)
    return sources


def _paths(paths: Iterable[str], root: Path) -> set[str]:
    """How messages name the files; none where they cannot be found, which is told when they are read."""
    try:
        return {display_path(path) for path in expand_paths(paths, root)}
    except DiagnosticError:
        return set()


def sources_of(config: Config) -> list[SourceFile]:
    """The schema and query files that can be read."""
    return [*_read_all(config, "schema", []), *_read_all(config, "queries", [])]


def load_catalog(
    config: Config,
    problems: list[Diagnostic],
    more: Sequence[RawStmt] = (),
    sources: Iterable[SourceFile] | None = None,
) -> Catalog:
    """The catalog after all schema files, and `more`; what is wrong with them goes to `problems`.

    `sources` take the place of the schema files.
    """
    statements = []
    for source in _read_all(config, "schema", problems) if sources is None else sources:
        found, wrong = parse_schema_file(source)
        statements += found
        problems += wrong
    statements += more
    catalog, wrong = _build_catalog(config, statements)
    if config.lenient and _errors(wrong):
        # sqlc reads no DO block, and files made for it may declare once more what the blocks make
        others = without_do_blocks(statements)
        without, left = _build_catalog(config, others) if len(others) < len(statements) else (catalog, wrong)
        if _errors(left) < _errors(wrong):
            catalog, wrong = without, left
    problems += wrong
    problems += _unknown_schemas(config, catalog)
    return catalog


def _errors(problems: Sequence[Diagnostic]) -> int:
    return sum(one.severity is Severity.ERROR for one in problems)


def _build_catalog(config: Config, statements: Sequence[RawStmt]) -> tuple[Catalog, list[Diagnostic]]:
    return build_catalog(
        statements,
        load_folder(catalog_folder(config)),
        extension_folders=extension_bases(config),
        search_path=config.search_path or None,
        collations=config.collations,
    )


def _unknown_schemas(config: Config, catalog: Catalog) -> list[Diagnostic]:
    """PostgreSQL passes over schemas of its path that are not there: a slip would make every name unknown."""
    unknown = [name for name in config.search_path if name != "$user" and catalog.namespace_oid(name) is None]
    severity = Severity.ERROR if len(unknown) == len(config.search_path) else Severity.WARNING
    problems = []
    for name in unknown:
        known = {catalog.namespace_name(one.namespace) for one in catalog.relations()}
        close = difflib.get_close_matches(name, sorted(known), 1)
        hint = f'Did you mean "{close[0]}"?' if close else "Correct the configuration, or create it in a schema file."
        message = f'search_path in the configuration names "{name}", a schema that is not there'
        place = ("search_path", config.search_path.index(name))
        problems.append(Diagnostic(BAD_CONFIG, severity, message, span_of(config, place), hint))
    return problems


def load_queries(config: Config, catalog: Catalog, problems: list[Diagnostic]) -> list[RawQuery]:
    """The annotated queries of a package's query files; a name that was used before is reported and left out."""
    names: dict[str, RawQuery] = {}
    operators = frozenset(catalog.operator_names())
    schema = _paths(config.schema, config.root)
    for source in _read_all(config, "queries", problems):
        found, wrong = parse_query_file(source, operators, has_schema=source.path in schema)
        problems += wrong
        for raw in found:
            first = names.setdefault(raw.name, raw)
            if first is not raw:
                note = Note("the first one is here", first.name_span)
                message = f'there are two queries named "{raw.name}"'
                hint = "Rename one of them."
                problems.append(
                    Diagnostic(DUPLICATE_QUERY, Severity.ERROR, message, raw.name_span, hint, notes=(note,))
                )
    return list(names.values())


def _queries_of_all(config: Config, catalog: Catalog, problems: list[Diagnostic]) -> list[RawQuery]:
    """The queries of every package. A name is taken within a package; a file of two packages is there once."""
    found: dict[tuple[str, str], RawQuery] = {}
    told: list[Diagnostic] = []
    for target in config.targets or (config,):
        for raw in load_queries(target, catalog, told):
            found.setdefault((raw.source.path, raw.name), raw)
    problems += dict.fromkeys(told)
    return list(found.values())


def analyze(config: Config) -> Analysis:
    """Read and analyse everything the configuration names, the queries of all its targets."""
    analysis = _analyze(config)
    refused = _refused(analysis)
    if not (config.lenient and refused):
        return analysis
    from querygen.sqlc.lenient import settle

    names = frozenset(raw.name for raw, _ in refused)
    allowance, warnings = settle(refused, lambda one: _refused(_analyze(config, one, only=names)))
    if not (allowance.functions or allowance.replaced):
        return analysis
    analysis = _analyze(config, allowance)
    diagnostics = tuple(sort_diagnostics((*analysis.diagnostics, *warnings)))
    return replace(analysis, diagnostics=diagnostics)


def _refused(analysis: Analysis) -> list[tuple[RawQuery, Diagnostic]]:
    return [(one.raw, one.problem) for one in analysis.queries if isinstance(one, FailedQuery)]


def _analyze(config: Config, allowance: Allowance | None = None, only: frozenset[str] | None = None) -> Analysis:
    """One run over everything, or queries of some names; `allowance` is what sqlc's configuration takes for granted."""
    problems: list[Diagnostic] = []
    catalog = load_catalog(config, problems, allowance.statements() if allowance else ())
    queries: list[AnalyzedQuery | FailedQuery] = []
    if any(one.code in UNREAD_SCHEMA for one in problems):
        # Without the schema every query would be wrong: one cause, one message.
        return Analysis(catalog, (), tuple(sort_diagnostics(problems)), whole_schema=False)
    causes = sort_diagnostics(problems)  # they stand before the errors of queries, which may be their consequences
    problems = []
    for raw in _queries_of_all(config, catalog, problems):
        if only is not None and raw.name not in only:
            continue
        try:
            analyzed = analyze_query(allowance.prepared(raw) if allowance else raw, catalog)
        except DiagnosticError as refused:
            problems.append(refused.diagnostic)
            queries.append(FailedQuery(raw, refused.diagnostic))
        else:
            problems += analyzed.warnings
            queries.append(allowance.restored(analyzed, raw) if allowance else analyzed)
    diagnostics = (*causes, *sort_diagnostics(problems))
    return Analysis(catalog, tuple(queries), diagnostics, not _has_errors(causes))


def generate(config: Config, progress: Callable[[str], None] = lambda _step: None) -> Result:
    """Analyse a project and print its code. `progress` is told what is being done."""
    progress("analysing")
    analysis = analyze(config)
    if analysis.failed:
        return Result(analysis, (), (*analysis.diagnostics, *_further(analysis, config)))
    progress("writing")
    rendered = render(analysis.good, analysis.catalog, config)
    diagnostics = sort_diagnostics((*analysis.diagnostics, *rendered.diagnostics))
    return Result(analysis, tuple(rendered.files), tuple(diagnostics))


def _further(analysis: Analysis, config: Config) -> list[Diagnostic]:
    """What will be wrong with the good queries when the others are mended: a run says all that it can."""
    if not analysis.whole_schema:
        return []  # its errors may be the cause
    rendered = render(analysis.good, analysis.catalog, config)
    return sort_diagnostics(one for one in rendered.diagnostics if one.severity is Severity.ERROR)


def unmatched_overrides(configs: Sequence[Config], results: Sequence[Result]) -> list[Diagnostic]:
    """What is wrong with overrides that match nothing. One that several packages share has to match in one of them."""
    if not any(config.overrides for config in configs) or any(result.analysis.failed for result in results):
        return []
    from querygen.render.overrides import OVERRIDES_NOTHING, unmatched

    missing: list[dict[TypeOverride, Diagnostic]] = []
    for config, result in zip(configs, results, strict=True):
        queries = result.analysis.good
        severity = Severity.WARNING if config.lenient else Severity.ERROR
        overrides = _overrides(config)
        missing.append(
            {
                one: Diagnostic(OVERRIDES_NOTHING, severity, message, span_of(config, place), hint)
                for one, message, hint in unmatched(overrides, result.analysis.catalog, queries)
                for place in [("overrides", overrides.index(one))]
            }
        )
    matched = {
        one for config, wrong in zip(configs, missing, strict=True) for one in _overrides(config) if one not in wrong
    }
    found = {one: problem for wrong in missing for one, problem in wrong.items() if one not in matched}
    return list(found.values())


def render(queries: Sequence[AnalyzedQuery], catalog: Catalog, config: Config) -> Rendered:
    """The code for analysed queries, in the style of the configuration. Jinja is loaded here: not to refuse."""
    from querygen.render.renames import RenameErrors
    from querygen.render.render import Rendered, render_package

    try:
        if config.style == "querier":
            from querygen.render.querier import render_querier

            return render_querier(queries, catalog, _querier_options(config))
        return render_package(queries, catalog, _render_options(config))
    except RenameErrors as wrong:
        found = [replace(one, span=span_of(config, ("rename", key))) for key, one in wrong.problems]
        return Rendered((), tuple(found))


def _querier_options(config: Config) -> QuerierOptions:
    from querygen.render.querier_options import QuerierOptions

    return QuerierOptions(
        package=config.package,
        emit_sync_querier=config.emit_sync_querier,
        emit_async_querier=config.emit_async_querier,
        emit_pydantic_models=config.emit_pydantic_models,
        emit_str_enum=config.emit_str_enum,
        emit_exact_table_names=config.emit_exact_table_names,
        query_parameter_limit=config.query_parameter_limit,
        inflection_exclude_table_names=(*config.inflection_exclude_table_names, *config.singular_exceptions),
        rename=dict(config.rename),
        overrides=_overrides(config),
    )


def _overrides(config: Config) -> tuple[TypeOverride, ...]:
    from querygen.render.options import TypeOverride

    return tuple(
        TypeOverride(one.python, one.type, one.column, one.query, one.load, one.dump) for one in config.overrides
    )


def _render_options(config: Config) -> RenderOptions:
    from querygen.render.options import RenderOptions

    return RenderOptions(
        style="functions",
        emit_sync=config.emit_sync,
        emit_async=config.emit_async,
        validate_rows=config.validate_rows,
        omit_unused=config.omit_unused,
        nullable_elements=config.nullable_elements,
        insert_models=config.insert_models,
        pool_module=config.pool_module,
        sql_tags=None if config.sql_tags is None else dict(config.sql_tags),
        overrides=_overrides(config),
        rename=dict(config.rename),
        singular_exceptions=frozenset(config.singular_exceptions),
    )
