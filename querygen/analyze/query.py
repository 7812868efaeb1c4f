"""The public door: `analyze_query` takes a `RawQuery` and the `Catalog`, gives an `AnalyzedQuery`.

Parses the statement, analyses it as PostgreSQL would, and adds what PostgreSQL does not say: which columns and
parameters can be NULL, how many rows there are, which columns belong to an embedded table. Every problem is raised as
a `DiagnosticError` at its place in the user's file. Mirrors postgres.c: exec_parse_message and exec_describe_….
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from querygen.analyze import nodes as n
from querygen.analyze import stmt
from querygen.analyze.cardinality import cardinality
from querygen.analyze.nodefuncs import expr_type, expr_typmod, walk_levels
from querygen.analyze.nullability import is_outer_joined, open_targets, result_entries, result_nullability
from querygen.analyze.param_nullability import infer_params
from querygen.analyze.pgtypes import RECORDARRAYOID, TYPCATEGORY_ARRAY
from querygen.analyze.query_marks import read_marks
from querygen.analyze.query_order import constant_orders
from querygen.analyze.shapes import result_shapes
from querygen.analyze.star import expand_stars, star_ranges, ungrouped
from querygen.analyze.state import ParamTable
from querygen.analyze.version import check_version
from querygen.analyze.volatile import CALLING, calls_volatile, views_of
from querygen.catalog.ddl_text import walk
from querygen.diagnostics import Diagnostic, DiagnosticError, PgError, Severity, error
from querygen.ir import (
    AnalyzedQuery,
    ColumnOrigin,
    Command,
    Embed,
    ParamKind,
    QueryParam,
    RawParam,
    ResultColumn,
    TypeRef,
)
from querygen.source import Span
from querygen.sql.nodes import ast, enums
from querygen.sql.other_parameters import other_parameter, percent_parameter
from querygen.sql.parse import parse_statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from querygen.analyze.nodes import Query, TargetEntry
    from querygen.analyze.nullability import Scope
    from querygen.catalog.catalog import Catalog
    from querygen.ir import RawEmbed, RawQuery
    from querygen.pg_catalog.rows import Oid
    from querygen.sql.nodes import Node

NO_ROWS: Final = "QG301"
KEYWORD_TABLE: Final = "QG302"
EMBED_LOST: Final = "QG306"
LONE_SLICE: Final = "QG122"

_NEEDS_ROWS: Final = frozenset(
    {Command.ONE, Command.ONE_STRICT, Command.MANY, Command.ITER, Command.STREAM, Command.BATCHONE, Command.BATCHMANY}
)
_TOKEN: Final = re.compile(r'"(?:[^"]|"")*"|[\w$]+|.', re.DOTALL)
_KEYWORDS: Final = {
    enums.SQLValueFunctionOp.SVFOP_USER: "user",
    enums.SQLValueFunctionOp.SVFOP_CURRENT_USER: "current_user",
    enums.SQLValueFunctionOp.SVFOP_CURRENT_ROLE: "current_role",
    enums.SQLValueFunctionOp.SVFOP_SESSION_USER: "session_user",
    enums.SQLValueFunctionOp.SVFOP_CURRENT_CATALOG: "current_catalog",
    enums.SQLValueFunctionOp.SVFOP_CURRENT_SCHEMA: "current_schema",
    enums.SQLValueFunctionOp.SVFOP_CURRENT_DATE: "current_date",
    enums.SQLValueFunctionOp.SVFOP_CURRENT_TIME: "current_time",
    enums.SQLValueFunctionOp.SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
    enums.SQLValueFunctionOp.SVFOP_LOCALTIME: "localtime",
    enums.SQLValueFunctionOp.SVFOP_LOCALTIMESTAMP: "localtimestamp",
}


def analyze_query(raw: RawQuery, catalog: Catalog) -> AnalyzedQuery:
    """Everything that is known of a query; a `DiagnosticError` if PostgreSQL would refuse it, or we must."""
    try:
        if raw.marks:
            from querygen.analyze.dynamic import analyze_dynamic  # most projects' queries have no part to leave out

            return analyze_dynamic(raw, catalog, _analyze_query)
        return _analyze_query(raw, catalog)
    except RecursionError as deep:
        problem = PgError("54001", "stack depth limit exceeded", hint="Split the statement: it nests too deeply.")
        raise DiagnosticError(_diagnostic(raw, problem, catalog)) from deep


def _analyze_query(raw: RawQuery, catalog: Catalog) -> AnalyzedQuery:
    params = ParamTable()
    try:
        tree = parse_statement(raw.sql)
        check_version(tree, catalog.major)
        _check_keyword_tables(raw, tree, catalog)
        query = stmt.parse_analyze_varparams(catalog, tree, raw.sql, params)
    except PgError as problem:
        raise DiagnosticError(_diagnostic(raw, problem, catalog)) from problem
    entries = result_entries(query)
    # SELECT without columns has rows all the same.
    if not entries and query.commandType != enums.CmdType.CMD_SELECT and raw.command in _NEEDS_ROWS:
        raise DiagnosticError(_no_rows(raw, query))

    own_params = _params(raw, query, catalog, params)
    nullable_params = frozenset(param.number for param in own_params if param.nullable)
    verdicts = result_nullability(query, catalog, nullable_params)
    shapes = result_shapes(query, catalog, nullable_params)
    names = [entry.resname or "?column?" for entry in entries]
    marks, warnings = read_marks(raw, names, verdicts)
    columns = tuple(
        ResultColumn(
            name=mark.name,
            type=TypeRef(expr_type(entry.expr), expr_typmod(entry.expr)),
            nullable=mark.nullable,
            origin=ColumnOrigin(entry.resorigtbl, entry.resorigcol) if entry.resorigtbl else None,
            why=mark.why,
            nullable_elements=verdict.nullable_elements,
            server_name=name,
            proved_nullable=verdict.nullable,
            shape=shapes.get(number),
        )
        for number, (entry, name, verdict, mark) in enumerate(zip(entries, names, verdicts, marks, strict=True))
    )
    warnings += constant_orders(raw, query)
    embeds = _embeds(raw, tree, query, catalog, entries)
    nest = None
    if any(one.many for one in embeds):
        from querygen.analyze.nested import limit_warning, nest_of  # few queries fold rows

        nest = nest_of(raw, query, catalog, embeds, entries)
        if limited := limit_warning(raw, query):
            warnings.append(limited)
    return AnalyzedQuery(
        raw=raw,
        sql=expand_stars(tree, query, raw.sql),
        params=own_params,
        columns=columns,
        query=query,
        rows=lambda: cardinality(query, catalog)[0],
        embeds=embeds,
        read_only=is_read_only(query, catalog),
        warnings=tuple(warnings),
        nest=nest,
    )


# ---------------------------------------------------------------------------------------------- what is refused


def _place(raw: RawQuery, location: int) -> Span:
    """The word at an offset of `raw.sql`, in the user's file; the statement, if there is no offset."""
    if location < 0:
        return raw.span
    start = min(raw.file_offset(location), len(raw.source.text))
    match = _TOKEN.match(raw.source.text, start)
    return Span(raw.source, start, match.end() if match else start)


def _diagnostic(raw: RawQuery, problem: PgError, catalog: Catalog) -> Diagnostic:
    from querygen.analyze.suggest import suggestion  # most statements are right

    hint = problem.hint or suggestion(catalog, problem)
    if problem.code == "42P18" and hint is None:
        number = next((int(word) for word in re.findall(r"parameter \$(\d+)", problem.message)), 0)
        if not re.search(rf"\${number}(?!\d)", raw.sql):
            hint = f"Number the parameters from $1 without a gap: ${number} is not used."
    if problem.code == "42601" and hint is None and problem.location >= 0:
        hint = other_parameter(raw.sql, problem.location)
    if problem.code == "42703" and hint is None and problem.location >= 0:
        hint = percent_parameter(raw.sql, problem.location)
    span = _place(raw, problem.location)
    return Diagnostic(problem.code, Severity.ERROR, problem.message, span, hint, problem.detail)


def _no_rows(raw: RawQuery, query: Query) -> Diagnostic:
    writes = query.commandType in (
        enums.CmdType.CMD_INSERT,
        enums.CmdType.CMD_UPDATE,
        enums.CmdType.CMD_DELETE,
        enums.CmdType.CMD_MERGE,
    )
    hint = "Add RETURNING, or annotate it with :exec or :execrows." if writes else "Annotate it with :exec."
    return error(NO_ROWS, f'query "{raw.name}" is :{raw.command.value} but returns no rows', raw.name_span, hint)


def _check_keyword_tables(raw: RawQuery, tree: Node, catalog: Catalog) -> None:
    """`FROM user` calls the function CURRENT_USER: surely not what is meant where there is a table of that name."""
    if not any(catalog.relation_oid(word) is not None for word in _KEYWORDS.values()):
        return
    for node in walk(tree):
        if not isinstance(node, ast.RangeFunction) or not node.functions:
            continue
        call = node.functions[0][0]
        if not isinstance(call, ast.SQLValueFunction):
            continue
        word = _KEYWORDS.get(call.op)
        if word is not None and catalog.relation_oid(word) is not None:
            span = _place(raw, call.location)
            message = f'"{word}" without quotes is a function here, not the table "{word}"'
            raise DiagnosticError(error(KEYWORD_TABLE, message, span, f'Write "{word}" in quotes to name the table.'))


# ---------------------------------------------------------------------------------------------- parts


def _params(raw: RawQuery, query: Query, catalog: Catalog, params: ParamTable) -> tuple[QueryParam, ...]:
    if not params.types:
        return ()
    written = {param.number: param for param in raw.params}
    uses = infer_params(query, catalog)
    found = []
    for number in sorted(params.types):
        own = written.get(number) or RawParam(number, None, ParamKind.POSITIONAL)
        use = uses.get(number)
        if own.kind is ParamKind.SLICE and params.types[number] == RECORDARRAYOID:
            params.types[number] = _compared_composites(query, catalog, number)
        if own.kind is ParamKind.SLICE and catalog.type(params.types[number]).typcategory != TYPCATEGORY_ARRAY:
            message = f'slice("{own.name}") stands where one value is expected'
            hint = "Write it in IN (…), or in = ANY(…)."
            raise DiagnosticError(error(LONE_SLICE, message, own.spans[0] if own.spans else raw.span, hint))
        nullable = own.kind is ParamKind.NARG
        if own.kind is not ParamKind.SLICE and use is not None:
            nullable = nullable or use.nullable
        found.append(
            QueryParam(
                number=number,
                name=own.name,
                type=TypeRef(params.types[number]),
                nullable=nullable,
                kind=own.kind,
                column_name=use.column_name if use is not None else None,
                origin=use.origin if use is not None else None,
                span=own.spans[0] if own.spans else None,
            )
        )
    return tuple(found)


def _compared_composites(query: Query, catalog: Catalog, number: int) -> Oid:
    """The array of the composite type that a slice is compared with, which is cast to it.

    The server itself sees an array of records without a type, whose values nobody can write.
    """
    for node, _level in walk_levels(query):
        match node:
            case n.ScalarArrayOpExpr(args=(left, n.Param(paramid=paramid))) if paramid == number:
                row = catalog.type(expr_type(left))
                return row.typarray if row.typtype == "c" else RECORDARRAYOID
            case _:
                pass
    return RECORDARRAYOID


def _embeds(
    raw: RawQuery, tree: Node, query: Query, catalog: Catalog, entries: Sequence[TargetEntry]
) -> tuple[Embed, ...]:
    """The columns that the `t.*` of each sqlc.embed became."""
    if not raw.embeds:
        return ()
    targets = open_targets(query, catalog)
    ranges = {location: (first, count) for location, first, count in star_ranges(tree, query)}
    return tuple(_embed(embed, ranges, query, targets, entries) for embed in raw.embeds)


def _embed(
    embed: RawEmbed,
    ranges: Mapping[int, tuple[int, int]],
    query: Query,
    targets: Scope,
    entries: Sequence[TargetEntry],
) -> Embed:
    found = next((ranges[place] for place in ranges if embed.start <= place < embed.end), None)
    if found is None or not found[1]:
        message = f"the columns of embed({embed.name}) do not reach the result as columns of their own"
        hint = "Write it in the outermost select list, or in RETURNING; a UNION has none."
        raise DiagnosticError(error(EMBED_LOST, message, embed.span, hint))
    start, count = found
    relation, absent = 0, False
    if isinstance(var := ungrouped(entries[start].expr, query), n.Var):
        relation = query.rtable[var.varno - 1].relid
        absent = is_outer_joined(targets, var)
    return Embed(embed.alias or embed.name, relation, start, count, absent, embed.many)


def is_read_only(query: Query, catalog: Catalog) -> bool:
    """May it run in a READ ONLY transaction, and be run again? No write, no row lock, no volatile function.

    The queries of views are looked at, too.
    """
    for node, _level in walk_levels(query):
        if not isinstance(node, n.Query):
            if type(node) in CALLING and calls_volatile(catalog, node):
                return False
        elif node.commandType != enums.CmdType.CMD_SELECT or node.rowMarks:
            return False
        elif not all(is_read_only(view, catalog) for view in views_of(node, catalog)):
            return False
    return True
