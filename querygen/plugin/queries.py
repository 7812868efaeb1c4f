"""The queries of a request, analysed by us: what sqlc took out of their text is put back first.

Takes a `Request`; gives the analysed queries and the catalog. sqlc hands over the text with `$1` in the place of
`sqlc.arg(x)`, and with columns in the place of `sqlc.embed(t)`; which they were is told by its parameters and columns.
Where the request lacks what the analysis needs (a function that the schema makes, a key that GROUP BY relies on), the
columns and parameters are sqlc's, and a note in the query's documentation says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import structs

from querygen.analyze.query import analyze_query
from querygen.diagnostics import Diagnostic, DiagnosticError, Severity, error, warning
from querygen.ir import Cardinality, Command, ParamKind, QueryParam, RawQuery, ResultColumn, TypeRef
from querygen.plugin.catalog import Known, column_type, extension_with, make_catalog
from querygen.source import SourceFile
from querygen.sql.query_file import parse_query_file
from querygen.sql.sqlc_names import Met, param_names
from querygen.sql.sqlc_text import NamedParam, restored_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery
    from querygen.plugin.messages import Catalog as RequestCatalog
    from querygen.plugin.messages import Column, Query, Request

NO_ANALYSIS: Final = "QG085"
FROM_SQLC: Final = "QG086"
NAME_ONLY: Final = "QG087"

# What is refused because the request does not say enough: a function, a type, a key.
_FUNCTION: Final = re.compile(r"(?:function|procedure) (?:\"?[\w$]+\"?\.)?\"?([\w$]+)\"?\(.*\) does not exist$")
_LITTLE: Final = "sqlc hands over the name only: its values are annotated as Any"
_OVERRIDE: Final = "Say what it is in the options of the plugin: overrides."
_GROUPING: Final = "42803"
_UNDEFINED_TYPE: Final = "42704"


class Analyzed(NamedTuple):
    """Everything that is known of a request."""

    known: Known
    queries: tuple[AnalyzedQuery, ...]
    diagnostics: tuple[Diagnostic, ...]


def analyze_request(
    request: Request,
    folder: Path,
    extension_folders: Sequence[Path],
    search_path: Sequence[str] = (),
    *,
    sqlc_names: bool = False,
) -> Analyzed:
    """Analyse all queries; a function of an extension brings the extension in.

    With `sqlc_names` a parameter without a name of its own is called what sqlc calls it.
    """
    if request.catalog is None:
        return Analyzed(make_catalog(_empty(), folder, extension_folders), (), ())
    extensions: dict[str, None] = {}
    while True:
        known = make_catalog(request.catalog, folder, extension_folders, extensions, search_path)
        queries: list[AnalyzedQuery] = []
        problems: list[Diagnostic] = []
        missing: set[str] = set()
        for query in request.queries:
            try:
                analyzed = _analyze(query, known.catalog, problems, missing)
                queries.append(_with_sqlc_names(query, analyzed) if sqlc_names else analyzed)
            except DiagnosticError as refused:
                problems.append(refused.diagnostic)
        found = {one for name in missing if (one := extension_with(extension_folders, "pg_proc", name))}
        if found <= extensions.keys():
            problems += [warning(NAME_ONLY, f'of the type "{one}" {_LITTLE}', hint=_OVERRIDE) for one in known.opaque]
            return Analyzed(known, tuple(queries), tuple(problems))
        extensions |= dict.fromkeys(sorted(found))


def _empty() -> RequestCatalog:
    from querygen.plugin.messages import Catalog as RequestCatalog

    return RequestCatalog()


def _analyze(query: Query, catalog: Catalog, problems: list[Diagnostic], missing: set[str]) -> AnalyzedQuery:
    named = {
        one.number: NamedParam(one.column.name, ParamKind.SLICE if one.column.is_sqlc_slice else ParamKind.ARG)
        for one in query.params
        if one.column is not None and one.column.is_named_param and one.column.name
    }
    raw = _raw(query, catalog, named, problems)
    try:
        analyzed = analyze_query(raw, catalog)
        nullable = _nullable(query, analyzed, catalog)
        if nullable:
            named |= {number: named[number]._replace(kind=ParamKind.NARG) for number in nullable}
            analyzed = analyze_query(_raw(query, catalog, named, []), catalog)
    except DiagnosticError as refused:
        problem = refused.diagnostic
        if function := _FUNCTION.match(problem.message):
            missing.add(function[1])
        elif problem.code not in (_GROUPING, _UNDEFINED_TYPE):
            raise _in_query(query, problem) from None
        return _from_sqlc(query, raw, catalog, problem, problems)
    problems += [_in_query(query, one).diagnostic for one in analyzed.warnings]
    return analyzed


def _with_sqlc_names(query: Query, analyzed: AnalyzedQuery) -> AnalyzedQuery:
    given = {one.number: one.column.name for one in query.params if one.column is not None}
    params = tuple(structs.replace(one, name=one.name or given.get(one.number) or None) for one in analyzed.params)
    return structs.replace(analyzed, params=params)


def _in_query(query: Query, problem: Diagnostic) -> DiagnosticError:
    """A problem, by the query's name: the request has no positions in the user's file."""
    message = f'{query.filename}, query "{query.name}": {problem.message}'
    return DiagnosticError(Diagnostic(problem.code, problem.severity, message, None, problem.hint, problem.detail))


def _raw(query: Query, catalog: Catalog, named: dict[int, NamedParam], problems: list[Diagnostic]) -> RawQuery:
    """The query as a file of its own would have it."""
    lines = [f"-- name: {query.name} {query.cmd}", *(f"--{one}" for one in query.comments)]
    text = restored_text(query.text.strip(), named, _embeds(query, catalog))
    source = SourceFile(query.filename, "\n".join([*lines, f"{text};\n"]))
    found, wrong = parse_query_file(source, frozenset(catalog.operator_names()))
    for one in wrong:
        if one.severity is Severity.ERROR:
            raise _in_query(query, one)
        problems.append(_in_query(query, one).diagnostic)
    if len(found) != 1:
        raise DiagnosticError(error(NO_ANALYSIS, f'{query.filename}, query "{query.name}": it is no single statement'))
    return found[0]


def _embeds(query: Query, catalog: Catalog) -> list[tuple[int, int]]:
    """The runs of columns that stand for embedded tables."""
    runs: list[tuple[int, int]] = []
    position = 0
    for column in query.columns:
        if column.embed_table is None:
            position += 1
            continue
        oid = catalog.relation_oid(column.embed_table.name, column.embed_table.schema or None)
        count = len(catalog.relation(oid).live_columns) if oid is not None else 0
        runs.append((position, count))
        position += count
    return runs


def _nullable(query: Query, analyzed: AnalyzedQuery, catalog: Catalog) -> set[int]:
    """The parameters that sqlc says may be NULL, though nothing they meet may: those of `sqlc.narg`."""
    given = {one.number: one.column for one in query.params if one.column is not None}
    met = param_names(analyzed.raw.sql, lambda *_call: None)
    found = set()
    for param in analyzed.params:
        column = given.get(param.number)
        if column is None or column.not_null or param.nullable or param.kind is not ParamKind.ARG:
            continue
        how = met[param.number].met if param.number in met else Met.NOTHING
        if how is Met.ELSE or (how is Met.COLUMN and _is_not_null(catalog, param)):
            found.add(param.number)
    return found


def _is_not_null(catalog: Catalog, param: QueryParam) -> bool:
    relation = catalog.find_relation(param.origin.relation) if param.origin else None
    if relation is None or param.origin is None:
        return False
    return any(one.attnum == param.origin.attnum and one.not_null for one in relation.columns)


# ---------------------------------------------------------------------------------------------- sqlc's word for it


def _from_sqlc(
    query: Query, raw: RawQuery, catalog: Catalog, problem: Diagnostic, problems: list[Diagnostic]
) -> AnalyzedQuery:
    """The query with the columns and parameters that sqlc worked out."""
    why = problem.message[0].lower() + problem.message[1:]
    note = f"Its types are those that sqlc gives: what it hands to a plugin does not tell more ({why})."
    problems.append(warning(FROM_SQLC, f'{query.filename}, query "{query.name}": its types are sqlc\'s, because {why}'))
    if any(one.embed_table is not None for one in query.columns):
        raise _in_query(query, problem)
    columns = tuple(
        ResultColumn(
            one.name or "?column?", _type(query, one, catalog, problem), not one.not_null, server_name=one.name
        )
        for one in query.columns
    )
    own = {one.number: one for one in raw.params}
    params = tuple(
        QueryParam(
            number=one.number,
            name=own[one.number].name if one.number in own else None,
            type=_type(query, one.column, catalog, problem, is_slice=one.column.is_sqlc_slice),
            nullable=not one.column.not_null,
            kind=own[one.number].kind if one.number in own else ParamKind.POSITIONAL,
            column_name=one.column.name or None,
        )
        for one in query.params
        if one.column is not None
    )
    nothing = structs.replace(raw, sql="SELECT", command=Command.EXEC, params=(), offsets=(), embeds=())
    empty = analyze_query(nothing, catalog)
    documented = structs.replace(raw, doc=f"{raw.doc}\n\n{note}".strip())
    return structs.replace(
        empty,
        raw=documented,
        sql=raw.sql,
        columns=columns,
        params=params,
        rows=lambda: Cardinality.MANY,  # nothing is known of it
        read_only=False,
    )


def _type(query: Query, column: Column, catalog: Catalog, problem: Diagnostic, *, is_slice: bool = False) -> TypeRef:
    written = column_type(column, stored=False)
    schema, _, name = written.removesuffix("[]" * max(column.array_dims, 1) if column.is_array else "").rpartition(".")
    oid = catalog.type_oid(name.strip('"'), schema.strip('"') or None)
    if oid is None:
        raise _in_query(query, problem)  # sqlc does not know either
    return TypeRef(catalog.type(oid).typarray if column.is_array or is_slice else oid)
