"""What stands in the bodies of generated functions, command by command.

Takes a `Body`; gives the lines, for a connection or an asynchronous one, and what they import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.ir import Cardinality, Command
from querygen.render.layout import WIDTH, Each, Group, Pair, put, quoted, width
from querygen.render.model_items import ITEM_COMMANDS
from querygen.render.model_nested import NESTED
from querygen.render.pytypes import CURSORS, ROW, Import

if TYPE_CHECKING:
    from querygen.ir import AnalyzedQuery
    from querygen.render.layout import Doc
    from querygen.render.model_classes import RowClass

BATCH: Final = 500  # rows that :iter and :stream have in memory
TUPLE_ROW: Final = Import("psycopg.rows", "tuple_row")


class Result(NamedTuple):
    """What a query gives: rows of a class, or (`row` is None) the values of its one column."""

    annotation: str
    nullable: bool
    imports: tuple[Import, ...]
    factory: Import | None  # of a row psycopg's tuple_row; of values None where psycopg's scalar_row does
    json: tuple[str, ...]
    row: RowClass | None
    nested: Import | None = None  # the constant that says how rows are folded
    nested_block: tuple[str, frozenset[Import]] = ("", frozenset())


class Body(NamedTuple):
    """What a function runs. `values` is what is sent, or of many items the function that gives it for one."""

    query: AnalyzedQuery
    constant: Doc  # the name of the constant, or (of a dynamic query) the call that gives the text
    values: Doc | None
    result: Result | None
    types: str  # the constant with the types of a binary COPY
    of_class: bool = False  # the items are of a class, so `values` is the name of a function
    prepare: str = ""  # what psycopg's execute is told about preparing the statement: "True", "False" or nothing
    binary: bool = False  # the rows come in binary format


def _optional(query: AnalyzedQuery) -> bool:
    return query.command is not Command.ONE_STRICT and query.cardinality is not Cardinality.ONE


def returns(query: AnalyzedQuery, result: Result | None, imports: set[Import], awaited: bool) -> str:
    """The annotation of what a function returns."""
    command = query.command
    if command is Command.EXECRESULT:
        return f"{'Async' if awaited else ''}RawCursor[Any]"
    if result is None:
        return "None" if command in (Command.EXEC, Command.BATCHEXEC) else "int"
    held = result.annotation
    match command:
        case Command.MANY | Command.BULK:
            return f"list[{held}]"
        case Command.ITER | Command.STREAM:
            name = "AsyncGenerator" if awaited else "Iterator"
            imports.add(Import("collections.abc", name))
            return f"{name}[{held}, None]" if awaited else f"{name}[{held}]"
        case Command.BATCHMANY:
            return f"list[list[{held}]]"
        case Command.BATCHONE:
            return f"list[{_one(query, result)}]"
        case _:
            return _one(query, result)


def _one(query: AnalyzedQuery, result: Result) -> str:
    """The annotation of a row that may be missing, unless None says that it is NULL already."""
    return f"{result.annotation} | None" if not result.nullable and _optional(query) else result.annotation


class _Writer(NamedTuple):
    """Where the lines of a body go, and how the two kinds of connection differ."""

    lines: list[str]
    body: Body
    imports: set[Import]
    awaited: bool

    @property
    def wait(self) -> str:
        return "await " if self.awaited else ""

    @property
    def keyword(self) -> str:
        return "async " if self.awaited else ""

    def helper(self, name: str, module: str = ROW) -> str:
        self.imports.add(Import(module, name))
        return name

    def put(self, depth: int, prefix: str, doc: Doc, suffix: str = "") -> None:
        put(self.lines, "    " * depth, prefix, doc, suffix)

    def cursor(self, name: str = "RawCursor", *more: Doc) -> None:
        """Write `cur = …`."""
        name = f"Async{name}" if self.awaited else name
        self.imports.add(Import("psycopg", name))
        result = self.body.result
        prefix = "cur = "
        arguments: tuple[Doc, ...] = ("conn", *more)
        if result is not None:
            factory = result.factory or Import("psycopg.rows", "scalar_row")
            self.imports.add(factory)
            arguments += (Pair("row_factory=", factory.name),)
            if result.factory is None:
                prefix = f"cur: {name}[{result.annotation}] = "
        cursor: Doc = Group(f"{name}(", arguments)
        for helper in result.json if result else ():
            cursor = Group(f"{self.helper(helper)}(", (cursor,))
        if self.body.query.command is Command.BULK:
            cursor = Group(f"{self.helper('binary_lists', CURSORS)}(", (cursor,))
        self.put(1, prefix, cursor)

    def arguments(self, values: Doc | None) -> tuple[Doc, ...]:
        """What psycopg's execute is given."""
        arguments: tuple[Doc, ...] = (self.body.constant,) if values is None else (self.body.constant, values)
        if self.body.prepare:
            arguments += (Pair("prepare=", self.body.prepare),)
        return (*arguments, Pair("binary=", "True")) if self.body.binary else arguments

    def execute(self, depth: int, values: Doc | None) -> None:
        self.put(depth, f"{self.wait}cur.execute", Group("(", self.arguments(values)))

    def reader(self, row: RowClass) -> str:
        return self.helper(row.reader, row.module)

    def all(self, cursor: str) -> Doc:
        """The expression for all rows or values of a cursor."""
        result = self.body.result
        if result is not None and result.nested is not None:
            self.imports.add(result.nested)
            fetched = f"{self.wait}{cursor}.fetchall()"
            return Group(f"{self.helper('fold_rows', NESTED)}(", (fetched, result.nested.name))
        if result is None or result.row is None:
            return f"{self.wait}{cursor}.fetchall()"
        row = result.row
        helper = self.helper("async_all_rows" if self.awaited else "all_rows")
        return Group(f"{self.wait}{helper}(", (row.name, self.reader(row), cursor))

    def rows(self, fetched: str) -> Doc:
        """The expression that makes rows of what was fetched; values are what was fetched."""
        result = self.body.result
        if result is None or result.row is None:
            return fetched
        row = result.row
        return Group(f"{self.helper('new_rows')}(", (row.name, f"{self.reader(row)}({fetched})"))

    def row(self, fetched: Doc, helper: str = "row_of") -> Doc:
        result = self.body.result
        if result is None or result.row is None:
            return fetched
        row = result.row
        return Group(f"{self.helper(helper)}(", (row.name, self.reader(row), fetched))

    def only(self, cursor: str) -> Doc:
        """The expression that makes the one row of a cursor."""
        fetched = (f"{self.wait}{cursor}.fetchmany(2)", quoted(self.body.query.name))
        return self.row(Group(f"{self.helper('only_row')}(", fetched))

    def named(self) -> int:
        """Begin a block whose errors name the query; gives its depth."""
        self.put(1, "with ", Group(f"{self.helper('naming', CURSORS)}(", (quoted(self.body.query.name),)), ":")
        return 2


def write_body(lines: list[str], body: Body, imports: set[Import], *, awaited: bool) -> None:
    """Append the lines of a body."""
    writer = _Writer(lines, body, imports, awaited)
    match body.query.command:
        case Command.ITER:
            _iter(writer)
        case Command.STREAM:
            _stream(writer)
        case Command.COPYFROM:
            _copy(writer)
        case Command.BULK:
            _bulk(writer)
        case command if command in ITEM_COMMANDS:
            _batch(writer)
        case _:
            _plain(writer)


def _plain(writer: _Writer) -> None:
    body, lines, wait = writer.body, writer.lines, writer.wait
    command = body.query.command
    if command is Command.EXEC:
        name = "AsyncRawCursor" if writer.awaited else "RawCursor"
        writer.imports.add(Import("psycopg", name))
        writer.put(1, wait, Group(f"{name}(conn).execute(", writer.arguments(body.values)))
        return
    writer.cursor()
    writer.execute(1, body.values)
    match command:
        case Command.EXECROWS:
            lines.append("    return cur.rowcount")
        case Command.EXECRESULT:
            lines.append("    return cur")
        case Command.MANY:
            writer.put(1, "return ", writer.all("cur"))
        case Command.ONE if body.result is not None and body.result.nested is not None and _optional(body.query):
            writer.put(1, "return ", Group(f"{writer.helper('first_row', NESTED)}(", (writer.all("cur"),)))
        case _ if body.result is not None and body.result.nested is not None:
            name = quoted(body.query.name)
            writer.put(1, "return ", Group(f"{writer.helper('only_row')}(", (writer.all("cur"), name)))
        case Command.ONE if _optional(body.query):
            writer.put(1, "return ", writer.row(f"{wait}cur.fetchone()", "optional_row"))
        case _:
            writer.put(1, "return ", writer.only("cur"))


def _iter(writer: _Writer) -> None:
    """In batches from a server-side cursor, which needs a transaction."""
    name = Group(f"{writer.helper('cursor_name', CURSORS)}(", (quoted(writer.body.query.name),))
    writer.cursor("RawServerCursor", name)
    transaction = writer.helper("async_cursor_transaction" if writer.awaited else "cursor_transaction", CURSORS)
    writer.lines.append(f"    {writer.keyword}with {transaction}(conn), cur:")
    writer.execute(2, writer.body.values)
    writer.lines.append(f"        while fetched := {writer.wait}cur.fetchmany({BATCH}):")
    if writer.awaited:
        writer.put(3, "for each in ", writer.rows("fetched"), ":")
        writer.lines.append("                yield each")
    else:
        writer.put(3, "yield from ", writer.rows("fetched"))


def _stream(writer: _Writer) -> None:
    """As the rows come over the connection, which is busy until the last one."""
    writer.cursor()
    helper = writer.helper("async_stream" if writer.awaited else "stream", CURSORS)
    values = () if writer.body.values is None else (writer.body.values,)
    source = Group(f"{helper}(", ("cur", writer.body.constant, *values))
    if writer.awaited:
        writer.imports.add(Import("contextlib", "aclosing"))
        writer.put(1, "async with ", Group("aclosing(", (source,)), " as fetched:")
        writer.lines.append("        async for each in fetched:")
    elif writer.body.result is None or writer.body.result.row is None:
        writer.put(1, "yield from ", source)
        return
    else:
        writer.put(1, "for each in ", source, ":")
    writer.put(3 if writer.awaited else 2, "yield ", writer.row("each"))


def _copy(writer: _Writer) -> None:
    writer.cursor()
    depth = 1
    naming = f"{writer.helper('naming', CURSORS)}({quoted(writer.body.query.name)})"
    copying = f"cur.copy({writer.body.constant}) as copy"
    if writer.awaited:
        depth = writer.named()
        writer.put(2, "async with cur.copy", Group("(", (writer.body.constant,)), " as copy:")
    elif width(f"    with {naming}, {copying}:") <= WIDTH:
        writer.lines.append(f"    with {naming}, {copying}:")
    else:
        writer.lines.extend(("    with (", f"        {naming},", f"        {copying},", "    ):"))
    body = writer.body
    if body.types:
        writer.put(depth + 1, "copy.set_types", Group("(", (body.types,)))
    if body.of_class:
        writer.put(depth + 1, "for each in ", Group(f"{body.values}(", ("items",)), ":")
        value: Doc = "each"
    else:
        writer.put(depth + 1, "for item in items", "", ":")
        value = body.values or "()"
    writer.put(depth + 2, f"{writer.wait}copy.write_row", Group("(", (value,)))
    writer.lines.append("    return cur.rowcount")


def _bulk(writer: _Writer) -> None:
    body = writer.body
    writer.cursor()
    values: Doc = body.values or "()"
    if body.of_class:
        writer.put(1, "columns = ", Group(f"{body.values}(", ("items",)))
        values = "columns"
    depth = writer.named()
    writer.execute(depth, values)
    if body.result is None:
        writer.lines.append("    return cur.rowcount")
    else:
        writer.put(1, "return ", writer.all("cur"))


def _batch(writer: _Writer) -> None:
    """All statements in one pipeline."""
    body = writer.body
    command, result = body.query.command, body.result
    writer.cursor()
    depth = writer.named()
    items: Doc = Each(body.values or "()", "item", "items")
    if body.of_class:
        items = Group("list(", (Group(f"{body.values}(", ("items",)),))
    keep = () if result is None else ("returning=True",)
    writer.put(depth, f"{writer.wait}cur.executemany", Group("(", (body.constant, items, *keep)))
    if result is None:
        return
    keyword, source = f"{writer.keyword}for", "cur.results()"
    if command is Command.BATCHMANY:
        value = writer.all("each")
    elif not _optional(body.query):
        value = writer.only("each")
    else:
        value = writer.row(f"{writer.wait}each.fetchone()", "optional_row")
    writer.put(1, "return ", Each(value, "each", source, keyword))
