"""Bodies of SQL functions: analysed with the arguments as fixed parameters, and what they return compared.

Takes a function's row and its raw statement; keeps what is wrong until everything has been read, since a body may
refer to what comes later. Mirrors `pg_proc.c` (fmgr_sql_validator) and `functions.c` (sql_fn_parser_setup,
check_sql_fn_retval). A body in quotes gives a warning: with check_function_bodies off PostgreSQL takes any.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze import coerce, funcapi, nodefuncs, stmt
from querygen.analyze.pgtypes import POLYMORPHIC, RECORDOID, VOIDOID
from querygen.analyze.state import ParamTable, ParseState
from querygen.analyze.typename import format_type, get_typtype
from querygen.catalog import ddl_reference, ddl_text
from querygen.catalog.ddl_depend import Address
from querygen.diagnostics import Diagnostic, PgError, Severity
from querygen.source import SourceFile, Span
from querygen.sql.nodes import ast, enums
from querygen.sql.parse import parse_schema_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from querygen.analyze.nodes import Query, TargetEntry
    from querygen.catalog.ddl_state import DdlState, RawStatement
    from querygen.pg_catalog.rows import Oid, PgProc

_ASSIGNMENT = enums.CoercionContext.COERCION_ASSIGNMENT
_IMPLICIT_CAST = enums.CoercionForm.COERCE_IMPLICIT_CAST
_CANNOT_ANALYSE = "querygen does not"
_WORD = re.compile(r'"(?:[^"]|"")*"|[\w$]+|.', re.DOTALL)


class LateBody(Struct, frozen=True):
    """A body that is wrong as things stand: it is looked at again when everything has been read."""

    row: PgProc
    node: ast.CreateFunctionStmt
    raw: RawStatement
    search_path: tuple[str, ...]
    error: PgError


def check_signature(state: DdlState, row: PgProc) -> None:
    """The part of fmgr_sql_validator that needs no body: pseudo-types"""
    catalog = state.catalog
    result = row.prorettype
    if get_typtype(catalog, result) == "p" and result not in POLYMORPHIC and result not in (RECORDOID, VOIDOID):
        raise PgError("42P13", f"SQL functions cannot return type {format_type(catalog, result)}")
    for oid in row.proargtypes:
        if get_typtype(catalog, oid) == "p" and oid not in POLYMORPHIC:
            raise PgError("42P13", f"SQL functions cannot have arguments of type {format_type(catalog, oid)}")


def check_body(state: DdlState, row: PgProc, node: ast.CreateFunctionStmt) -> None:
    """Analyse a body; what is wrong is kept."""
    wanted = state.check_bodies or state.full or node.sql_body is not None
    if state.raw is None or not wanted or any(oid in POLYMORPHIC for oid in row.proargtypes):
        return
    try:
        _analyse(state, row, node)
    except PgError as error:
        if _CANNOT_ANALYSE not in error.message:
            state.late_bodies.append(LateBody(row, node, state.raw, state.catalog.search_path, error))


def settle_late_bodies(state: DdlState) -> list[Diagnostic]:
    """Look again at the bodies that were wrong; a function that was replaced or dropped since is passed over."""
    found = []
    for late in state.late_bodies:
        rows = state.catalog.procs_named(late.row.proname, state.catalog.namespace_name(late.row.pronamespace))
        if state.unknown_extension or late.row not in rows:
            continue
        state.raw = late.raw
        state.catalog.search_path = late.search_path
        try:
            _analyse(state, late.row, late.node)
        except PgError:
            found.append(_diagnostic(late))
    state.late_bodies.clear()
    return found


def _diagnostic(late: LateBody) -> Diagnostic:
    """The first error, at its place in the body: its location counts in the file."""
    text = late.raw.source.text
    error = late.error
    severity = Severity.WARNING if late.node.sql_body is None else Severity.ERROR
    if error.location >= 0:
        match = _WORD.match(text, error.location)
        span = Span(late.raw.source, error.location, match.end() if match else error.location)
    else:
        span = Span(late.raw.source, ddl_text.first_token(text, late.raw.start, late.raw.end), late.raw.end)
    return Diagnostic(error.code, severity, error.message, span, error.hint, error.detail)


def _analyse(state: DdlState, row: PgProc, node: ast.CreateFunctionStmt) -> None:
    """Raise what is wrong with a body, with a location that counts in the file."""
    last: Query | None = None
    queries = []
    for raw, in_file in _statements(state, node):
        try:
            query = _analyse_statement(state, row, raw)
        except PgError as error:
            error.location = in_file(error.location) if error.location >= 0 else -1
            raise
        last = query
        queries.append(query)
    _check_result(state, row, last)
    body = state.catalog.function_body(row.oid)
    if body is not None:
        state.catalog.put_proc(row, replace(body, queries=tuple(queries)))
    if node.sql_body is not None:
        for query in queries:
            ddl_reference.record_query(state, Address("proc", row.oid), query)


def _statements(state: DdlState, node: ast.CreateFunctionStmt) -> Iterator[tuple[Any, Callable[[int], int]]]:
    """The raw statements, each with what makes its locations offsets in the file, or -1 where there is no telling."""
    if node.sql_body is not None:
        for one in _flattened(node.sql_body):
            yield one, state.offset
        return
    option = next(one for one in node.options if one.defname == "as")
    text = option.arg[-1].sval
    in_file = _places(state.text, state.offset(option.location), text)
    statements, problems = parse_schema_file(SourceFile("body", text))
    for problem in problems:
        raise PgError(problem.code, problem.message, -1 if problem.span is None else in_file(problem.span.start))
    for raw in statements:
        yield raw.stmt, partial(_shifted, in_file, raw.shift)


def _shifted(in_file: Callable[[int], int], shift: int, location: int) -> int:
    return in_file(location + shift)


def _flattened(body: Any) -> Iterator[Any]:
    """BEGIN ATOMIC … END is a list of lists."""
    if isinstance(body, tuple):
        for one in body:
            yield from _flattened(one)
    else:
        yield body


def _places(text: str, start: int, content: str) -> Callable[[int], int]:
    """pg_proc.c: match_prosrc_to_query — from offsets in a body to those in the file, where it stands as a string"""
    for written, doubled in ((content, False), (content.replace("'", "''"), True)):
        place = text.find(written, max(start, 0))
        if start >= 0 and content and place >= 0 and text[place - 1] in ("'", "$"):
            return lambda offset: place + offset + (content.count("'", 0, offset) if doubled else 0)
    return lambda _offset: -1


def _analyse_statement(state: DdlState, row: PgProc, raw: Any) -> Query:
    """sql_fn_parser_setup: arguments by number and by name, also after the function's name"""
    names = row.proargnames or ()
    modes = row.proargmodes or "i" * len(names)
    inputs = [name for name, mode in zip(names, modes, strict=False) if mode in "ibv"]
    return stmt.analyze_body_statement(
        state.catalog,
        raw,
        state.text,
        ParamTable(types=dict(enumerate(row.proargtypes, 1)), fixed=True),
        {name: number for number, name in enumerate(inputs, 1) if name},
        row.proname,
    )


# ---------------------------------------------------------------------------------------------- what it returns


def _check_result(state: DdlState, row: PgProc, last: Query | None) -> None:
    """functions.c: check_sql_fn_retval"""
    catalog = state.catalog
    wanted = row.prorettype
    if wanted == VOIDOID:
        return
    entries: Sequence[TargetEntry] | None = None
    if last is not None and last.commandType == enums.CmdType.CMD_SELECT:
        entries = last.targetList
    elif last is not None and last.commandType != enums.CmdType.CMD_UTILITY and last.returningList:
        entries = last.returningList
    if entries is None:
        raise _mismatch(
            state, wanted, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE/MERGE RETURNING."
        )
    columns = [entry for entry in entries if not entry.resjunk]
    ps = ParseState(catalog=catalog, params=ParamTable(fixed=True))
    if get_typtype(catalog, wanted) not in "cp":
        if len(columns) != 1:
            raise _mismatch(state, wanted, "Final statement must return exactly one column.")
        if not _fits(ps, columns[0], wanted, -1):
            shown = format_type(catalog, nodefuncs.expr_type(columns[0].expr))
            raise _mismatch(state, wanted, f"Actual return type is {shown}.")
        return
    if len(columns) == 1 and row.prokind != "p" and _fits(ps, columns[0], wanted, -1):
        return
    described = funcapi.build_function_result_tupdesc(row)
    if described is None:
        relation = catalog.type(wanted).typrelid
        if not relation:
            return
        described = catalog.relation(relation).live_columns
    expected = [(column.type_oid, column.typmod) for column in described]
    _check_columns(state, ps, wanted, columns, expected)


def _check_columns(
    state: DdlState, ps: ParseState, wanted: Oid, columns: Sequence[TargetEntry], expected: Iterable[tuple[Oid, int]]
) -> None:
    types = [*expected]
    for number, entry in enumerate(columns, 1):
        if number > len(types):
            raise _mismatch(state, wanted, "Final statement returns too many columns.")
        if not _fits(ps, entry, *types[number - 1]):
            given = format_type(state.catalog, nodefuncs.expr_type(entry.expr))
            target = format_type(state.catalog, types[number - 1][0])
            detail = f"Final statement returns {given} instead of {target} at column {number}."
            raise _mismatch(state, wanted, detail)
    if len(columns) < len(types):
        raise _mismatch(state, wanted, "Final statement returns too few columns.")


def _fits(ps: ParseState, entry: TargetEntry, type_oid: Oid, typmod: int) -> bool:
    """functions.c: coerce_fn_result_column"""
    value = entry.expr
    source = nodefuncs.expr_type(value)
    return (
        coerce.coerce_to_target_type(ps, value, source, type_oid, typmod, _ASSIGNMENT, _IMPLICIT_CAST, -1) is not None
    )


def _mismatch(state: DdlState, wanted: Oid, detail: str) -> PgError:
    shown = format_type(state.catalog, wanted)
    return PgError("42P13", f"return type mismatch in function declared to return {shown}", detail=detail)
