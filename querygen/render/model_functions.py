"""The functions of a query: signature and documentation, for a connection and for an asynchronous one.

Takes an analysed query; gives a `Function`, whose lines are those that `ruff format` would make. What stands in the
bodies is decided in `model_bodies`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from querygen.analyze.typename import format_type
from querygen.diagnostics import DiagnosticError, error
from querygen.ir import Cardinality, Command, ParamKind
from querygen.render import naming
from querygen.render.layout import Each, Items, Pair, Union, docstring, put, put_signature, quoted
from querygen.render.model_bodies import BATCH, TUPLE_ROW, Body, Result, returns, write_body
from querygen.render.model_classes import ANY, FINAL, SEQUENCE, FieldDef
from querygen.render.model_items import (
    ITEM_COMMANDS,
    Constant,
    Param,
    bulk_statement,
    copy_statement,
    dump_of,
    item_columns,
    item_values,
    refused,
)
from querygen.render.model_nested import check_nested, nest_block
from querygen.render.pytypes import Call, Import, Then, conversion_imports, convert, refuse
from querygen.render.sql_text import constant, with_casts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.ir import AnalyzedQuery, Dynamic, QueryParam
    from querygen.render.layout import Doc
    from querygen.render.model_rows import Rows
    from querygen.render.pytypes import PyType

NO_ROWS: Final = "QG203"
BAD_PREPARE: Final = "QG208"
_BINARY_COMMANDS: Final = frozenset({Command.ONE, Command.ONE_STRICT, Command.MANY, Command.ITER})
_PREPARE: Final = {"always": "True", "never": "False"}
# Server-side cursors, streams and COPY are not prepared, a pipeline of many items always is.
_NEVER_ASKED: Final = frozenset({Command.ITER, Command.STREAM, *(ITEM_COMMANDS - {Command.BULK})})
_LIST: Final = Call(Import("", "list"))
_LOCALS: Final = frozenset({"conn", "cur", "each", "fetched", "items", "copy", "write"})
_WITH_ROWS: Final = frozenset(
    {Command.ONE, Command.ONE_STRICT, Command.MANY, Command.ITER, Command.STREAM, Command.BATCHONE, Command.BATCHMANY}
)
# Names that bodies use: no parameter may hide them.
_BODY_NAMES: Final = frozenset(
    {
        "RawCursor", "AsyncRawCursor", "RawServerCursor", "AsyncRawServerCursor", "only_row", "optional_row", "new_row",
        "new_rows", "json_as_text", "jsonb_as_text", "record_as_text", "scalar_row", "cursor_name",
        "cursor_transaction", "aclosing",
        "async_cursor_transaction", "stream", "async_stream", "map_array", "all_rows", "async_all_rows", "row_of",
        "tuple_row",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Function:
    """What the templates print of a query."""

    query_name: str
    name: str
    constants: tuple[str, ...]  # the SQL, and what functions of many items need beside it
    constant_imports: frozenset[Import]
    sync_text: str
    sync_imports: frozenset[Import]
    async_text: str
    async_imports: frozenset[Import]
    read_only: bool


class _Parts(NamedTuple):
    """What a function has in common with its asynchronous twin."""

    body: Body
    documentation: Sequence[str]
    arguments: tuple[Doc, ...]
    imports: frozenset[Import]
    before: tuple[str, ...] = ()  # lines of the body before the rest


def build_function(query: AnalyzedQuery, name: str, rows: Rows) -> Function:
    """Decide the functions of a query. Raises DiagnosticError or PgError for what cannot be generated."""
    command = query.command
    if command is Command.EXECLASTID:
        raise refused(query, "PostgreSQL has no last inserted id", "Add RETURNING, and make it :one.")
    with_rows = command in _WITH_ROWS or (command is Command.BULK and bool(query.columns))
    if command in _WITH_ROWS and not query.columns:
        message = f'query "{query.name}" is :{command.value}, but its statement returns no columns'
        raise DiagnosticError(error(NO_ROWS, message, query.raw.name_span, "Add RETURNING, or make it :exec."))
    _check_cursor(query)
    if query.dynamic is not None:
        from querygen.render.model_dynamic import check_dynamic  # most modules have no dynamic query

        check_dynamic(query)
    check_nested(query)
    prepare, binary = _prepare(query), _binary(query, rows)
    result = _result(query, rows) if with_rows else None
    constant_name = name.upper()
    if constant_name in rows.models.names:
        constant_name += "_SQL"
    params = _params(query, rows, _body_names(query, result, constant_name, rows))
    for param in params:
        rows.models.use_type(param.field.type)
    if command in ITEM_COMMANDS:
        return _of_items(query, name, constant_name, rows, params, result)
    if query.dynamic is not None:
        return _of_dynamic(query, query.dynamic, name, rows, params, result)
    values = Items(_values(params, command)) if params else None
    body = Body(query, constant_name, values, result, "", prepare=prepare, binary=binary)
    needed = {Import(rows.module, constant_name), ANY, *_type_imports(params)}
    for param in params:
        needed.update(conversion_imports(param.field.type.dump))
    arguments = tuple(Pair(f"{one.field.name}: ", Union(one.field.annotation, in_brackets=True)) for one in params)
    sql = with_casts(query.sql, {one.number: one.field.type.cast for one in params if one.field.type.cast})
    documentation = docstring(_documentation(query, params, result), "    ")
    parts = _Parts(body, documentation, ("*", *arguments) if arguments else (), frozenset(needed))
    lines = "\n".join(constant(constant_name, _tagged(sql, query, rows)))
    return _both(query, name, parts, (lines,), frozenset({FINAL}))


def _of_dynamic(
    query: AnalyzedQuery, dynamic: Dynamic, name: str, rows: Rows, params: tuple[Param, ...], result: Result | None
) -> Function:
    """A function whose statement depends on what it is given."""
    from querygen.render.model_dynamic import dynamic_parts

    tag = _tagged(query.sql, query, rows)[len(query.sql.rstrip()) :]
    parts = dynamic_parts(query, dynamic, name, params, rows, tag)
    body = Body(query, parts.statement, parts.values, result, "", prepare=_prepare(query), binary=_binary(query, rows))
    documentation = docstring("\n\n".join([_documentation(query, params, result), *parts.notes]), "    ")
    arguments = ("*", *parts.arguments) if parts.arguments else ()
    own = _Parts(body, documentation, arguments, parts.imports | {ANY}, parts.before)
    return _both(query, name, own, parts.blocks, parts.block_imports)


def _of_items(
    query: AnalyzedQuery, name: str, constant_name: str, rows: Rows, params: tuple[Param, ...], result: Result | None
) -> Function:
    """A function over many items: of a class of their own, or the values of the one parameter."""
    if not params:
        raise refused(query, "it has no parameters")
    command = query.command
    needed = {Import(rows.module, constant_name), ANY, Import("collections.abc", "Iterable")}
    row = rows.params_class(query, tuple(one.field for one in params)) if len(params) > 1 else None
    if row is None:
        item = params[0].field.annotation
        needed.update(_type_imports(params))
    else:
        item = row.name
        needed.add(row.imported)
    by_number = {one.number: one for one in params}
    values: list[Param | Constant | None] = [by_number.get(number) for number in range(1, max(by_number) + 1)]
    sql = with_casts(query.sql, {one.number: one.field.type.cast for one in params if one.field.type.cast})
    types = ""
    type_lines: list[str] = []
    blocks: list[str] = []
    imports: set[Import] = {FINAL}
    if command is Command.COPYFROM:
        copy = copy_statement(query, params, rows.models)
        sql, values = copy.sql, list(copy.values)
        if copy.types:
            types = f"{constant_name}_TYPES"
            needed.add(Import(rows.module, types))
            put(type_lines, "", f"{types}: Final = ", Items(tuple(quoted(one) for one in copy.types)))
    elif command is Command.BULK:
        casts = {one.number: format_type(rows.models.catalog, one.oid, -1) for one in params}
        sql = bulk_statement(query, params, rows.models, casts)
    if command is not Command.COPYFROM:
        sql = _tagged(sql, query, rows)
    blocks.insert(0, "\n".join([*constant(constant_name, sql), *type_lines]))
    helper: Doc
    if row is None:
        single = _single(params[0], command, values)
        needed.update(conversion_imports(dump_of(params[0], command)))
        helper = single
    else:
        helper_name = rows.free(f"{name}_{'columns' if command is Command.BULK else 'values'}")
        if command is Command.BULK:
            text, more = item_columns(helper_name, row, [one for one in values if not isinstance(one, Constant)])
        else:
            text, more = item_values(helper_name, row, values, command)
        blocks.append(text)
        imports |= more
        needed.add(Import(rows.module, helper_name))
        helper = helper_name
    body = Body(query, constant_name, helper, result, types, row is not None, _prepare(query))
    argument = Pair("items: ", Union(f"Iterable[{item}]", in_brackets=True))
    documentation = docstring(_documentation(query, params if row is None else (), result), "    ")
    return _both(
        query, name, _Parts(body, documentation, (argument,), frozenset(needed)), tuple(blocks), frozenset(imports)
    )


def _single(param: Param, command: Command, values: Sequence[Param | Constant | None]) -> Doc:
    """What is sent of an item that is the value of the one parameter: a tuple, or for :bulk a list of all."""
    value = convert(dump_of(param, command), "item", nullable=param.field.nullable)
    if command is Command.BULK:
        column: Doc = "list(items)" if value == "item" else Each(value, "item", "items")
        return Items(tuple("None" if one is None else column for one in values))
    return Items(tuple(value if isinstance(one, Param) else "None" if one is None else one.python for one in values))


def _both(
    query: AnalyzedQuery, name: str, parts: _Parts, constants: tuple[str, ...], constant_imports: frozenset[Import]
) -> Function:
    text: dict[bool, str] = {}
    imports: dict[bool, frozenset[Import]] = {}
    for awaited in (False, True):
        needed = set(parts.imports)
        text[awaited] = _text(query, name, parts, needed, awaited=awaited)
        imports[awaited] = frozenset(needed)
    if parts.body.result is not None and parts.body.result.nested is not None:
        block, needed_by_block = parts.body.result.nested_block
        constants, constant_imports = (block, *constants), constant_imports | needed_by_block
    return Function(
        query_name=query.name,
        name=name,
        constants=constants,
        constant_imports=constant_imports,
        sync_text=text[False],
        sync_imports=imports[False],
        async_text=text[True],
        async_imports=imports[True],
        read_only=query.read_only,
    )


def _check_cursor(query: AnalyzedQuery) -> None:
    """A server-side cursor reads, and nothing else."""
    if query.command is not Command.ITER or query.query is None:
        return
    if query.query.commandType.name != "CMD_SELECT" or query.query.hasModifyingCTE:
        message = f'query "{query.name}" is :iter, but a server-side cursor can only read'
        hint = "Make it :many or :stream."
        raise DiagnosticError(error(NO_ROWS, message, query.raw.name_span, hint))


def _prepare(query: AnalyzedQuery) -> str:
    """What `-- prepare:` says, as psycopg's execute takes it: without it, a statement is prepared at its sixth run."""
    wanted = query.raw.annotations.get("prepare")
    if wanted is None:
        return ""
    command = query.command
    if wanted not in _PREPARE:
        message = f'query "{query.name}": -- prepare: is "{wanted}"'
        raise DiagnosticError(error(BAD_PREPARE, message, query.raw.name_span, "Write always or never."))
    if command in _NEVER_ASKED:
        message = f'query "{query.name}" is :{command.value}, which psycopg does not let one choose to prepare'
        raise DiagnosticError(error(BAD_PREPARE, message, query.raw.name_span, "Leave -- prepare: out."))
    return _PREPARE[wanted]


def _binary(query: AnalyzedQuery, rows: Rows) -> bool:
    """Whether `-- binary: always` stands above the query; refused where a value would be another then."""
    wanted = query.raw.annotations.get("binary")
    if wanted is None:
        return False
    why, hint = "", "Leave -- binary: out."
    if wanted != "always":
        why, hint = f'-- binary: is "{wanted}"', "Write always."
    elif query.command not in _BINARY_COMMANDS:
        why = f"it is :{query.command.value}, whose rows cannot be asked for in binary"
    for column in () if why else query.columns:
        if not rows.models.types.reads_binary(column.type.oid):
            shown = format_type(rows.models.catalog, column.type.oid, -1)
            why = f'psycopg does not read the type {shown} of column "{column.name}" from binary as it does from text'
            break
    if why:
        raise DiagnosticError(error(BAD_PREPARE, f'query "{query.name}": {why}', query.raw.name_span, hint))
    return True


def _tagged(sql: str, query: AnalyzedQuery, rows: Rows) -> str:
    """The statement with sqlcommenter's tags behind it, if they are configured."""
    if rows.models.options.sql_tags is None:
        return sql
    tags = sorted({**rows.models.options.sql_tags, "query": query.name}.items())
    written = ",".join(f"{quote(key, safe='')}='{quote(value, safe='')}'" for key, value in tags)
    before = "\n" if "--" in sql.rsplit("\n", 1)[-1] else " "
    return f"{sql.rstrip()}{before}/*{written}*/"


def _type_imports(params: Sequence[Param]) -> set[Import]:
    return {needed for one in params for needed in one.field.type.imports}


def _result(query: AnalyzedQuery, rows: Rows) -> Result:
    if len(query.columns) == 1 and not query.embeds and "row" not in query.raw.annotations:
        column = query.columns[0]
        found = rows.column_type(query, column)
        rows.models.use_type(found)
        nullable = column.nullable or found.json_null
        annotation = f"{found.annotation} | None" if nullable else found.annotation
        factory = None if found.load is None else rows.value_factory(query, found, nullable=nullable)
        return Result(annotation, nullable, found.imports, factory, found.json, None)
    row = rows.row_of(query)
    # Not of the class: rows of json and rows of jsonb share one.
    json = tuple(sorted({helper for one in query.columns for helper in rows.column_type(query, one).json}))
    result = Result(row.name, False, (row.imported,), TUPLE_ROW, json, row)
    if query.nest is None:
        return result
    name = rows.free(f"{naming.snake(query.name)}_rows".upper())
    block, needed = nest_block(query, query.nest, name, row, rows)
    return result._replace(nested=Import(rows.module, name), nested_block=(block, frozenset(needed)))


def _body_names(query: AnalyzedQuery, result: Result | None, constant_name: str, rows: Rows) -> set[str]:
    """The names that the body of the function uses: no parameter may hide them."""
    names = {*_LOCALS, *_BODY_NAMES, constant_name}
    if query.dynamic is not None:
        from querygen.render.model_dynamic import BODY_NAMES

        names |= BODY_NAMES
    if result is not None and result.row is not None:
        names |= {result.row.name, result.row.reader}
    if result is not None and result.factory is not None:
        names.add(result.factory.name)
    for param in query.params:
        if rows.models.types.is_array(param.type.oid):
            names.add(_LIST.name.name)
        dump = _param_type(query, param, rows).dump
        names.update(one.name for one in conversion_imports(dump))
    return names


def _params(query: AnalyzedQuery, rows: Rows, reserved: set[str]) -> tuple[Param, ...]:
    params: list[Param] = []
    taken: set[str] = set()
    for param in sorted(query.params, key=lambda one: one.number):
        found = _param_type(query, param, rows)
        if found.write_refused:
            problem = refuse(found.write_refused)
            message = f'query "{query.name}", parameter {_shown(param)}: {problem.message}'
            hint = f"Write its type behind it: {_written(param)}::type." if "record" in found.write_refused else None
            raise DiagnosticError(error(problem.code, message, param.span or query.raw.name_span, hint))
        name = naming.identifier(param.name or param.column_name or f"p{param.number}", f"p{param.number}")
        name = naming.unique(naming.free(name, reserved), taken)
        taken.add(name)
        doc = query.raw.param_docs.get(param.name or "", "") or query.raw.param_docs.get(name, "")
        many = query.command in ITEM_COMMANDS and param.kind is not ParamKind.SLICE
        if not many and rows.models.types.is_array(param.type.oid):
            found = _as_sequence(found)
        field = FieldDef(name, name, found, param.nullable, " ".join(doc.split()))
        params.append(Param(param.number, param.type.oid, field))
    return tuple(params)


def _param_type(query: AnalyzedQuery, param: QueryParam, rows: Rows) -> PyType:
    """The Python type of a parameter: what the configuration says of it, or of the column it is compared with."""
    names = tuple(f"{query.name}.{one}" for one in (param.name, param.column_name, f"p{param.number}") if one)
    dimensions = 0
    relation = rows.models.catalog.find_relation(param.origin.relation) if param.origin else None
    if relation is not None and param.origin is not None:
        own = next((one for one in relation.columns if one.attnum == param.origin.attnum), None)
        # A list of the column's values is another type.
        if own is not None and own.type_oid == param.type.oid:
            names += rows.models.column_names(relation, own.name)
            dimensions = own.dimensions
    return rows.models.types.of_column(names, param.type.oid, dimensions=dimensions)


def _as_sequence(found: PyType) -> PyType:
    """An array may be given as any sequence, which psycopg would write as an array only where it is a list."""
    if not found.annotation.startswith("list["):
        return found
    dump = _LIST if found.dump is None else Then(_LIST, found.dump)
    annotation = "Sequence" + found.annotation.removeprefix("list")
    return found._replace(annotation=annotation, imports=(*found.imports, SEQUENCE), dump=dump)


def _written(param: QueryParam) -> str:
    return f"@{param.name}" if param.name else f"${param.number}"


def _shown(param: QueryParam) -> str:
    return f'"{param.name}"' if param.name else f"${param.number}"


def _text(query: AnalyzedQuery, name: str, parts: _Parts, imports: set[Import], *, awaited: bool) -> str:
    connection = "AsyncConnection" if awaited else "Connection"
    imports.add(Import("psycopg", connection))
    if parts.body.result is not None:
        imports.update(parts.body.result.imports)
    lines: list[str] = []
    arguments = (f"conn: {connection}[Any]", *parts.arguments)
    put_signature(
        lines,
        f"{'async ' if awaited else ''}def {name}(",
        arguments,
        returns(query, parts.body.result, imports, awaited),
    )
    lines += parts.documentation
    lines += parts.before
    write_body(lines, parts.body, imports, awaited=awaited)
    return "\n".join(lines)


def _values(params: tuple[Param, ...], command: Command) -> tuple[Doc, ...]:
    """What is sent, by number: the server counts parameters that the text leaves out."""
    by_number = {param.number: param for param in params}
    values: list[Doc] = []
    for number in range(1, max(by_number) + 1):
        param = by_number.get(number)
        if param is None:
            values.append("None")
        else:
            values.append(convert(dump_of(param, command), param.field.name, nullable=param.field.nullable))
    return tuple(values)


def _documentation(query: AnalyzedQuery, params: tuple[Param, ...], result: Result | None) -> str:
    what = _what_it_returns(query, result)
    paragraphs = [query.raw.doc.strip(), what] if query.raw.doc.strip() else [what]
    described = [one.field for one in params if one.field.comment]
    if described:
        paragraphs.append("\n".join(["Args:", *(f"    {one.name}: {one.comment}" for one in described)]))
    return "\n\n".join(paragraphs)


_WITHOUT_ROWS: Final = {
    Command.EXEC: "Run the statement.",
    Command.EXECROWS: "Return how many rows the statement affected.",
    Command.EXECRESULT: "Return the cursor that has run the statement.",
    Command.COPYFROM: "Write all items with COPY.\n\nReturn how many rows were written.",
    Command.BULK: "Run the statement for all items at once.\n\nReturn how many rows it affected.",
    Command.BATCHEXEC: "Run the statement for every item, all in one pipeline.",
}
_ITER: Final = (
    "Give the {what}, {batch} at a time.\n\nThey are read with a server-side cursor in the caller's transaction. On a"
    " connection in autocommit mode, a transaction is opened until the iterator ends, if there is none."
)
_STREAM: Final = (
    "Give the {what} as they come over the connection.\n\nThe connection is busy until the iterator ends or is closed:"
    " another call on it inside of the loop waits for ever. This does not work in a pipeline."
)


def _what_it_returns(query: AnalyzedQuery, result: Result | None) -> str:
    if result is None:
        return _WITHOUT_ROWS[query.command]
    scalar = result.row is None
    what = "values of all rows" if scalar else "rows"
    thing = "value" if scalar else "row"
    match query.command:
        case Command.MANY:
            return "Return the values of all rows." if scalar else "Return all rows."
        case Command.ITER:
            return _ITER.format(what=what, batch=BATCH)
        case Command.STREAM:
            return _STREAM.format(what=what)
        case Command.BULK:
            return f"Run the statement for all items at once.\n\nReturn the {what}."
        case Command.BATCHMANY:
            return f"Run the statement for every item, all in one pipeline.\n\nReturn the {what} of each."
        case Command.BATCHONE:
            end = "." if query.cardinality is Cardinality.ONE else ", or None where there is no row."
            return f"Run the statement for every item, all in one pipeline.\n\nReturn the {thing} of each{end}"
        case Command.ONE_STRICT:
            one = "value of the one row" if scalar else "one row"
            return f"Return the {one}.\n\nRaises NoRowError or TooManyRowsError where there is not exactly one."
        case _ if query.cardinality is Cardinality.ONE:
            return f"Return the {thing}."
        case _ if scalar and result.nullable:
            return "Return the value, or None if it is NULL or there is no row."
        case _:
            return f"Return the {thing}, or None if there is no row."
