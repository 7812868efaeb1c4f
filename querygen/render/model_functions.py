"""The functions of a query: signature, documentation and body, for a connection and for an asynchronous one.

Takes an analysed query; gives a `Function`, whose lines are those that `ruff format` would make. A command that has no
code yet is refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.diagnostics import DiagnosticError, error
from querygen.ir import Cardinality, Command
from querygen.render import naming
from querygen.render.layout import Group, Items, Pair, Union, docstring, put, put_signature, quoted
from querygen.render.model_rows import FINAL
from querygen.render.pytypes import ROW, Import, conversion_imports, convert, refuse
from querygen.render.sql_text import constant, with_casts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.ir import AnalyzedQuery, QueryParam
    from querygen.render.layout import Doc
    from querygen.render.model_rows import RowClass, Rows
    from querygen.render.pytypes import PyType

NO_ROWS: Final = "QG203"
_ANY: Final = Import("typing", "Any")
_WITH_ROWS: Final = frozenset({Command.ONE, Command.ONE_STRICT, Command.MANY})
_SUPPORTED: Final = _WITH_ROWS | {Command.EXEC, Command.EXECROWS, Command.EXECRESULT}
_LOCALS: Final = frozenset({"conn", "cur", "each"})


@dataclass(frozen=True, slots=True)
class Function:
    """What the templates print of a query."""

    query_name: str
    name: str
    constant: str
    sync_text: str
    sync_imports: frozenset[Import]
    async_text: str
    async_imports: frozenset[Import]
    final: Import = FINAL


class _Param(NamedTuple):
    name: str
    number: int
    type: PyType
    nullable: bool
    doc: str

    @property
    def annotation(self) -> str:
        return f"{self.type.annotation} | None" if self.nullable else self.type.annotation


class _Result(NamedTuple):
    """What a query gives: rows of a class, or (`row` is None) the values of its one column."""

    annotation: str
    nullable: bool
    imports: tuple[Import, ...]
    factory: Import | None
    plain: bool  # psycopg's scalar_row does
    json: bool
    row: RowClass | None


def build_function(query: AnalyzedQuery, name: str, rows: Rows) -> Function:
    """Decide the functions of a query. Raises DiagnosticError or PgError for what cannot be generated."""
    command = query.command
    if command not in _SUPPORTED:
        what = f'querygen does not yet generate code for :{command.value} (query "{query.name}")'
        raise DiagnosticError(error("0A000", what, query.raw.name_span))
    if command in _WITH_ROWS and not query.columns:
        message = f'query "{query.name}" is :{command.value}, but its statement returns no columns'
        raise DiagnosticError(error(NO_ROWS, message, query.raw.name_span, "Add RETURNING, or make it :exec."))
    result = _result(query, rows) if command in _WITH_ROWS else None
    constant_name = name.upper()
    if constant_name in rows.models.names:
        constant_name += "_SQL"
    params = _params(query, rows, _body_names(query, result, constant_name, rows))
    for param in params:
        rows.models.use_type(param.type)
    sql = with_casts(query.sql, {param.number: param.type.cast for param in params if param.type.cast})
    text: dict[bool, str] = {}
    imports: dict[bool, frozenset[Import]] = {}
    shared = _Parts(
        constant_name,
        docstring(_documentation(query, params, result), "    "),
        tuple(Pair(f"{one.name}: ", Union(one.annotation, in_brackets=True)) for one in params),
        Items(_values(params)) if params else None,
        _shared_imports(rows, constant_name, params, result),
    )
    for awaited in (False, True):
        needed = set(shared.imports)
        text[awaited] = _text(query, name, shared, result, needed, awaited=awaited)
        imports[awaited] = frozenset(needed)
    lines = "\n".join(constant(constant_name, sql))
    return Function(query.name, name, lines, text[False], imports[False], text[True], imports[True])


class _Parts(NamedTuple):
    """What a function has in common with its asynchronous twin."""

    constant: str
    documentation: Sequence[str]
    arguments: tuple[Doc, ...]
    values: Doc | None
    imports: frozenset[Import]


def _shared_imports(
    rows: Rows, constant_name: str, params: tuple[_Param, ...], result: _Result | None
) -> frozenset[Import]:
    needed = {Import(rows.module, constant_name), _ANY}
    for param in params:
        needed.update(param.type.imports)
        needed.update(conversion_imports(param.type.dump))
    if result is not None:
        needed.update(result.imports)
    return frozenset(needed)


def _result(query: AnalyzedQuery, rows: Rows) -> _Result:
    if len(query.columns) == 1 and not query.embeds and "row" not in query.raw.annotations:
        column = query.columns[0]
        found = rows.models.types.find(column.type.oid, column.nullable_elements)
        if found.read_refused:
            raise refuse(f'{found.read_refused} (column "{column.name}")')
        rows.models.use_type(found)
        annotation = f"{found.annotation} | None" if column.nullable else found.annotation
        factory = None if found.load is None else rows.value_factory(query, found, nullable=column.nullable)
        return _Result(annotation, column.nullable, found.imports, factory, found.load is None, found.json, None)
    row = rows.row_of(query)
    return _Result(row.name, False, (row.imported,), Import(row.module, row.factory), False, row.json, row)


def _body_names(query: AnalyzedQuery, result: _Result | None, constant_name: str, rows: Rows) -> set[str]:
    """The names that the body of the function uses: no parameter may hide them."""
    names = {*_LOCALS, constant_name, "RawCursor", "AsyncRawCursor", "only_row", "json_as_text", "scalar_row"}
    if result is not None and result.factory is not None:
        names.add(result.factory.name)
    for param in query.params:
        dump = rows.models.types.find(param.type.oid).dump
        names.update(one.name for one in conversion_imports(dump))
    return names


def _params(query: AnalyzedQuery, rows: Rows, reserved: set[str]) -> tuple[_Param, ...]:
    params: list[_Param] = []
    taken: set[str] = set()
    for param in sorted(query.params, key=lambda one: one.number):
        found = rows.models.types.find(param.type.oid)
        if found.write_refused:
            problem = refuse(found.write_refused)
            message = f'query "{query.name}", parameter {_shown(param)}: {problem.message}'
            raise DiagnosticError(error(problem.code, message, param.span or query.raw.name_span))
        name = naming.identifier(param.name or param.column_name or f"p{param.number}", f"p{param.number}")
        name = naming.unique(naming.free(name, reserved), taken)
        taken.add(name)
        doc = query.raw.param_docs.get(param.name or "", "") or query.raw.param_docs.get(name, "")
        params.append(_Param(name, param.number, found, param.nullable, doc))
    return tuple(params)


def _shown(param: QueryParam) -> str:
    return f'"{param.name}"' if param.name else f"${param.number}"


def _returns(query: AnalyzedQuery, result: _Result | None, cursor_class: str) -> str:
    if result is None:
        without_rows = {Command.EXEC: "None", Command.EXECROWS: "int", Command.EXECRESULT: f"{cursor_class}[Any]"}
        return without_rows[query.command]
    match query.command:
        case Command.MANY:
            return f"list[{result.annotation}]"
        case Command.ONE if query.cardinality is not Cardinality.ONE and not result.nullable:
            return f"{result.annotation} | None"
        case _:
            return result.annotation


def _text(
    query: AnalyzedQuery,
    name: str,
    parts: _Parts,
    result: _Result | None,
    imports: set[Import],
    *,
    awaited: bool,
) -> str:
    cursor_class = "AsyncRawCursor" if awaited else "RawCursor"
    connection = "AsyncConnection" if awaited else "Connection"
    imports |= {Import("psycopg", connection), Import("psycopg", cursor_class)}
    lines: list[str] = []
    conn = f"conn: {connection}[Any]"
    arguments = (conn, "*", *parts.arguments) if parts.arguments else (conn,)
    returns = _returns(query, result, cursor_class)
    put_signature(lines, f"{'async ' if awaited else ''}def {name}(", arguments, returns)
    lines += parts.documentation
    _body(query, parts, result, imports, lines, cursor_class, "await " if awaited else "")
    return "\n".join(lines)


def _body(
    query: AnalyzedQuery,
    parts: _Parts,
    result: _Result | None,
    imports: set[Import],
    lines: list[str],
    cursor_class: str,
    wait: str,
) -> None:
    arguments = (parts.constant,) if parts.values is None else (parts.constant, parts.values)
    if query.command is Command.EXEC:
        put(lines, "    ", wait, Group(f"{cursor_class}(conn).execute(", arguments))
        return
    cursor: Doc = Group(f"{cursor_class}(", ("conn",))
    prefix = "cur = "
    if result is not None:
        factory = result.factory or Import("psycopg.rows", "scalar_row")
        imports.add(factory)
        cursor = Group(f"{cursor_class}(", ("conn", Pair("row_factory=", factory.name)))
        if result.plain:
            prefix = f"cur: {cursor_class}[{result.annotation}] = "
        if result.json:
            imports.add(Import(ROW, "json_as_text"))
            cursor = Group("json_as_text(", (cursor,))
    put(lines, "    ", prefix, cursor)
    put(lines, "    ", f"{wait}cur.execute", Group("(", arguments))
    match query.command:
        case Command.EXECROWS:
            lines.append("    return cur.rowcount")
        case Command.EXECRESULT:
            lines.append("    return cur")
        case Command.MANY:
            lines.append(f"    return {wait}cur.fetchall()")
        case Command.ONE if query.cardinality is not Cardinality.ONE:
            lines.append(f"    return {wait}cur.fetchone()")
        case _:
            imports.add(Import(ROW, "only_row"))
            put(lines, "    ", "return ", Group("only_row(", (f"{wait}cur.fetchmany(2)", quoted(query.name))))


def _values(params: tuple[_Param, ...]) -> tuple[Doc, ...]:
    """What is sent, by number: the server counts parameters that the text leaves out."""
    by_number = {param.number: param for param in params}
    values: list[Doc] = []
    for number in range(1, max(by_number) + 1):
        param = by_number.get(number)
        values.append("None" if param is None else convert(param.type.dump, param.name, nullable=param.nullable))
    return tuple(values)


def _documentation(query: AnalyzedQuery, params: tuple[_Param, ...], result: _Result | None) -> str:
    what = _what_it_returns(query, result)
    paragraphs = [query.raw.doc.strip(), what] if query.raw.doc.strip() else [what]
    described = [param for param in params if param.doc]
    if described:
        paragraphs.append("\n".join(["Args:", *(f"    {one.name}: {' '.join(one.doc.split())}" for one in described)]))
    return "\n\n".join(paragraphs)


_WITHOUT_ROWS: Final = {
    Command.EXEC: "Run the statement.",
    Command.EXECROWS: "Return how many rows the statement affected.",
    Command.EXECRESULT: "Return the cursor that has run the statement.",
}


def _what_it_returns(query: AnalyzedQuery, result: _Result | None) -> str:
    if result is None:
        return _WITHOUT_ROWS[query.command]
    scalar = result.row is None
    match query.command:
        case Command.MANY:
            return "Return the values of all rows." if scalar else "Return all rows."
        case Command.ONE_STRICT:
            thing = "value of the one row" if scalar else "one row"
            return f"Return the {thing}.\n\nRaises NoRowError or TooManyRowsError where there is not exactly one."
        case _ if query.cardinality is Cardinality.ONE:
            return "Return the value." if scalar else "Return the row."
        case _ if scalar and result.nullable:
            return "Return the value, or None if it is NULL or there is no row."
        case _:
            return f"Return the {'value' if scalar else 'row'}, or None if there is no row."
