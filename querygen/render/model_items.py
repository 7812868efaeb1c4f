"""Functions that take many items (:copyfrom, :bulk, :batch…): the SQL that is sent, and how items become its values.

Takes an analysed INSERT, UPDATE or DELETE; gives text. What a form cannot say is refused at the query's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.analyze.typename import quote_identifier
from querygen.diagnostics import DiagnosticError, error
from querygen.ir import Command
from querygen.render import naming
from querygen.render.layout import Each, Group, Items, put, quoted
from querygen.render.pytypes import CURSORS, TYPES, Call, Import, conversion_imports, convert
from querygen.sql.scan import COMMENTS, fold, tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.objects import Relation
    from querygen.ir import AnalyzedQuery
    from querygen.render.layout import Doc
    from querygen.render.model_classes import FieldDef, RowClass
    from querygen.render.model_schema import Models
    from querygen.render.pytypes import Conversion
    from querygen.sql.scan import Token

BAD_ITEMS: Final = "QG206"
ITEM_COMMANDS: Final = frozenset(
    {Command.COPYFROM, Command.BULK, Command.BATCHEXEC, Command.BATCHONE, Command.BATCHMANY}
)
_NUMERIC: Final = "psycopg.types.numeric"
_VERBS: Final = frozenset({"insert", "update", "delete", "select", "merge", "values"})


class Param(NamedTuple):
    """A parameter: the field that holds it, and its place."""

    number: int
    oid: int
    field: FieldDef


class Constant(NamedTuple):
    """A value that the statement writes itself, in Python, and whether binary COPY can send it."""

    python: str
    plain: bool


def refused(query: AnalyzedQuery, why: str, hint: str | None = None) -> DiagnosticError:
    """What is raised for a statement that cannot be run over many items in the way that is asked for."""
    message = f'query "{query.name}" cannot be :{query.command.value}: {why}'
    return DiagnosticError(error(BAD_ITEMS, message, query.raw.name_span, hint))


class _Statement:
    """The words and brackets of a statement, and what of them stands outside brackets."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens: list[Token] = [one for one in tokenize(sql) if one[0] not in COMMENTS]
        self.depths: list[int] = []
        depth = 0
        for kind, start, end in self.tokens:
            mark = sql[start:end] if kind == "punct" else ""
            depth -= mark in (")", "]") and bool(mark)
            self.depths.append(depth)
            depth += mark in ("(", "[") and bool(mark)
        self.verb = next((i for i in range(len(self.tokens)) if self.word(i) in _VERBS), 0)

    def word(self, index: int) -> str:
        """The word at an index that stands outside all brackets."""
        if index >= len(self.tokens) or self.depths[index]:
            return ""
        kind, start, end = self.tokens[index]
        return fold(self.sql[start:end]) if kind == "word" else ""

    def text(self, index: int) -> str:
        _, start, end = self.tokens[index]
        return self.sql[start:end]

    def find(self, *words: str) -> int | None:
        """The first of the words after the verb, outside brackets."""
        found = (i for i in range(self.verb + 1, len(self.tokens)) if self.word(i) in words)
        return next(found, None)

    def closing(self, opening: int) -> int:
        """The bracket that closes the one at an index."""
        depth = self.depths[opening]
        return next(i for i in range(opening + 1, len(self.tokens)) if self.depths[i] == depth)

    def parts(self, opening: int) -> list[tuple[int, int]]:
        """The items between brackets, as ranges of indexes."""
        closing, depth = self.closing(opening), self.depths[opening] + 1
        parts: list[tuple[int, int]] = []
        begin = opening + 1
        for index in range(opening + 1, closing + 1):
            if index == closing or (self.depths[index] == depth and self.text(index) == ","):
                parts.append((begin, index))
                begin = index + 1
        return parts

    def between(self, begin: int, end: int) -> str:
        """The text of a range of indexes."""
        return self.sql[self.tokens[begin][1] : self.tokens[end - 1][2]] if end > begin else ""


class _Insert(NamedTuple):
    """`INSERT INTO head (columns) [OVERRIDING …] VALUES (values) rest`"""

    statement: _Statement
    head: str  # up to the list of columns
    columns: tuple[str, ...]
    middle: str  # between the columns and VALUES
    values: tuple[tuple[int, int], ...]
    rest: int  # the index behind the values


def _insert(query: AnalyzedQuery, relation: Relation | None) -> _Insert:
    """The parts of an INSERT of one row of values; a value that is DEFAULT is left out with its column."""
    found = _Statement(query.sql)
    values = found.find("values")
    if found.word(found.verb) != "insert" or values is None or found.text(values + 1) != "(":
        raise refused(query, "it is no INSERT … VALUES (…)")
    parts = found.parts(values + 1)
    rest = found.closing(values + 1) + 1
    if rest < len(found.tokens) and found.text(rest) == ",":
        raise refused(query, "it has several rows of values", "Write one row of parameters.")
    opening = next((i for i in range(found.verb, values) if found.text(i) == "("), None)
    if opening is None:
        if relation is None:
            raise refused(query, "it names no columns")
        columns = [quote_identifier(one.name) for one in relation.live_columns][: len(parts)]
        head, middle = found.between(found.verb, values), ""
        overriding = next((i for i in range(found.verb, values) if found.word(i) == "overriding"), None)
        if overriding is not None:
            head, middle = found.between(found.verb, overriding), found.between(overriding, values)
    else:
        columns = [found.between(*one) for one in found.parts(opening)]
        head = found.between(found.verb, opening)
        middle = found.between(found.closing(opening) + 1, values)
    pairs = [
        (column, part)
        for column, part in zip(columns, parts, strict=False)
        if not (part[1] == part[0] + 1 and fold(found.text(part[0])) == "default")
    ]
    return _Insert(found, head, tuple(one for one, _ in pairs), middle, tuple(part for _, part in pairs), rest)


def _target(query: AnalyzedQuery, models: Models) -> Relation | None:
    tree = query.query
    entry = tree.rtable[tree.resultRelation - 1] if tree is not None and tree.resultRelation else None
    return models.catalog.find_relation(entry.relid) if entry is not None else None


class Copy(NamedTuple):
    """A COPY: its SQL, the types of its columns (none where it is sent as text), and what stands in a row."""

    sql: str
    types: tuple[str, ...]
    values: tuple[Param | Constant, ...]


def copy_statement(query: AnalyzedQuery, params: Sequence[Param], models: Models) -> Copy:
    """The COPY that writes what an INSERT would. Columns that it leaves to their defaults are left out."""
    hint = "Make it :bulk, which runs the statement itself."
    relation = _target(query, models)
    insert = _insert(query, relation)
    statement = insert.statement
    if re.search(r"\sas\s", insert.head, re.IGNORECASE):
        raise refused(query, "COPY knows no other name of the table", hint)
    if statement.verb or insert.rest < len(statement.tokens) or insert.middle:
        raise refused(query, "COPY knows neither WITH, OVERRIDING, ON CONFLICT nor RETURNING", hint)
    by_number = {one.number: one for one in params}
    values: list[Param | Constant] = []
    types: list[str] = []
    for column, (begin, end) in zip(insert.columns, insert.values, strict=True):
        if end == begin + 1 and statement.tokens[begin][0] == "param":
            param = by_number[int(statement.text(begin)[1:])]
            values.append(param)
            types.append(models.types.binary_copy(param.oid))
            continue
        own = None if relation is None else relation.by_name.get(_plain_name(column))
        constant = None if own is None else _constant(statement, begin, end, models.types.binary_copy(own.type_oid))
        if own is None or constant is None:
            raise refused(query, f"the value of {column} is neither a parameter nor a constant", hint)
        values.append(constant)
        types.append(models.types.binary_copy(own.type_oid) if constant.plain else "")
    binary = all(types)
    head = insert.head.split(None, 2)[2]
    sql = f"COPY {head} ({', '.join(insert.columns)}) FROM STDIN"
    return Copy(f"{sql} (FORMAT BINARY)" if binary else sql, tuple(types) if binary else (), tuple(values))


def _plain_name(column: str) -> str:
    return column[1:-1].replace('""', '"') if column.startswith('"') else fold(column)


def _constant(statement: _Statement, begin: int, end: int, type_name: str) -> Constant | None:
    """A literal as a Python value: of the column's type where that is simple, else as its text."""
    sign = "-" if end == begin + 2 and statement.text(begin) == "-" else ""
    if end != begin + 1 and not sign:
        return None
    kind, start, stop = statement.tokens[end - 1]
    text = statement.sql[start:stop]
    if kind == "string" and "\n" not in text and not sign:
        return Constant(quoted(text[1:-1].replace("''", "'")), type_name == "text")
    if kind == "number" and text.isdecimal():
        number = str(int(text))
        plain = type_name in ("int2", "int4", "int8", "oid", "float4", "float8")
        return Constant(sign + number if plain else quoted(sign + number), plain)
    if kind == "number":
        return Constant(quoted(sign + text), False)
    if kind == "word" and fold(text) in ("true", "false", "null") and not sign:
        word = fold(text).capitalize()
        if word == "Null":
            return Constant("None", bool(type_name))
        return Constant(word if type_name == "bool" else quoted(fold(text)), type_name == "bool")
    return None


def bulk_statement(query: AnalyzedQuery, params: Sequence[Param], models: Models, casts: dict[int, str]) -> str:
    """The statement over `unnest` of one array for each parameter. `casts` names the type of each."""
    if lists := [one.field.name for one in params if models.types.is_array(one.oid)]:
        raise refused(
            query, f'the parameter "{lists[0]}" is an array, which unnest would take apart', "Try :batchexec."
        )
    used = set(re.findall(r"\w+", query.sql.lower()))
    table = naming.free("items", used)
    fields = {one.number: naming.free(f"item_{one.number}", used) for one in params}
    # unnest would take the values of a composite type apart, too: they come as text.
    composed = {one.number for one in params if models.types.is_composite(one.oid)}
    sent = {number: "text" if number in composed else name for number, name in casts.items()}
    arrays = ", ".join(f"${one.number}::{sent[one.number]}[]" for one in params)
    unnest = f"unnest({arrays}) AS {table}({', '.join(fields.values())})"
    names = {
        number: f"{table}.{name}::{casts[number]}" if number in composed else f"{table}.{name}"
        for number, name in fields.items()
    }
    statement = _Statement(query.sql)
    match statement.word(statement.verb):
        case "insert":
            return _bulk_insert(query, models, names, unnest)
        case "update" | "delete":
            return _bulk_change(query, statement, names, unnest)
        case _:
            raise refused(query, "it is no INSERT, UPDATE or DELETE")


def _bulk_insert(query: AnalyzedQuery, models: Models, names: dict[int, str], unnest: str) -> str:
    insert = _insert(query, _target(query, models))
    statement = insert.statement
    if not insert.values:
        raise refused(query, "all its values are DEFAULT")
    first, last = statement.tokens[insert.values[0][0]][1], statement.tokens[insert.values[-1][1] - 1][2]
    outside = [one for one in statement.tokens if one[0] == "param" and not first <= one[1] < last]
    if outside:
        raise refused(query, "it has a parameter outside of its VALUES", "Use EXCLUDED in ON CONFLICT.")
    values = [_substituted(statement, begin, end, names) for begin, end in insert.values]
    before = statement.sql[: statement.tokens[statement.verb][1]]
    lines = [f"{before}{insert.head} ({', '.join(insert.columns)})"]
    lines += [insert.middle] if insert.middle else []
    lines += [f"SELECT {', '.join(values)}", f"FROM {unnest}"]
    rest = statement.sql[statement.tokens[insert.rest][1] :] if insert.rest < len(statement.tokens) else ""
    return "\n".join([*lines, rest] if rest else lines)


def _bulk_change(query: AnalyzedQuery, statement: _Statement, names: dict[int, str], unnest: str) -> str:
    is_update = statement.word(statement.verb) == "update"
    clause = statement.find("from") if is_update else statement.find("using")
    end = statement.find("where", "returning")
    stop = len(statement.tokens) if end is None else end
    begin = 0 if clause is None or clause > stop else clause
    kinds = [kind for kind, _, _ in statement.tokens]
    if "param" in kinds[: statement.verb] or (begin and "param" in kinds[begin:stop]):
        raise refused(query, "a parameter stands in WITH, FROM or USING, where the items cannot be seen")
    if begin:
        added = f",\n    {unnest}"
    else:
        added = f"\n{'FROM' if is_update else 'USING'} {unnest}"
    head = _substituted(statement, 0, stop, names)
    tail = _substituted(statement, stop, len(statement.tokens), names)
    return f"{head}{added}\n{tail}".rstrip()


def _substituted(statement: _Statement, begin: int, end: int, names: dict[int, str]) -> str:
    """The text of a range with the items' columns in the place of the parameters."""
    if begin >= end:
        return ""
    pieces: list[str] = []
    done = statement.tokens[begin][1]
    for kind, start, stop in statement.tokens[begin:end]:
        if kind == "param":
            pieces += (statement.sql[done:start], names[int(statement.sql[start + 1 : stop])])
            done = stop
    pieces.append(statement.sql[done : statement.tokens[end - 1][2]])
    return "".join(pieces)


# ---------------------------------------------------------------------------------------------- the values of items


def dump_of(param: Param, command: Command) -> Conversion | None:
    """How a value is written: COPY and typed arrays need no wrapper that only names the type."""
    dump = param.field.type.dump
    if command not in (Command.COPYFROM, Command.BULK):
        return dump
    if isinstance(dump, Call) and dump.name.module == _NUMERIC:
        return None
    if command is Command.BULK and dump is None and param.field.type.annotation.startswith(("Range[", "Multirange[")):
        return Call(Import(TYPES, "as_text"))  # psycopg would send another range type, by the size of the bounds
    return dump


def item_values(
    name: str, row: RowClass, values: Sequence[Param | Constant | None], command: Command
) -> tuple[str, set[Import]]:
    """The function that gives the values of items, one by one."""
    imports = {Import("typing", "Any"), Import("collections.abc", "Iterable"), Import("collections.abc", "Iterator")}
    lines: list[str] = []
    put(lines, "", f"def {name}", Group("(", (f"items: Iterable[{row.name}]",), ") -> Iterator[tuple[Any, ...]]:"))
    as_they_are = [one for one in values if isinstance(one, Param) and dump_of(one, command) is None]
    if command is Command.COPYFROM and len(as_they_are) == len(values) > 1:
        imports.add(Import(CURSORS, "item_fields"))
        names = tuple(quoted(one.field.name) for one in as_they_are)
        put(lines, "    ", "return item_fields", Group("(", ("items", *names)))
        return "\n".join(lines), imports
    lines += ("    for item in items:", "        fields = item.__dict__")
    docs: list[Doc] = []
    for one in values:
        if isinstance(one, Param):
            dump = dump_of(one, command)
            imports.update(conversion_imports(dump))
            docs.append(convert(dump, f"fields[{quoted(one.field.name)}]", nullable=one.field.nullable))
        else:
            docs.append("None" if one is None else one.python)
    put(lines, "        ", "yield ", Items(tuple(docs)))
    return "\n".join(lines), imports


def item_columns(name: str, row: RowClass, values: Sequence[Param | None]) -> tuple[str, set[Import]]:
    """The function that gives the values of all items, column by column."""
    imports = {Import("typing", "Any"), Import("collections.abc", "Iterable")}
    lines: list[str] = []
    head = Group("(", (f"items: Iterable[{row.name}]",), ") -> tuple[list[Any] | None, ...]:")
    put(lines, "", f"def {name}", head)
    lines.append("    rows = [item.__dict__ for item in items]")
    docs: list[Doc] = []
    for one in values:
        if one is None:
            docs.append("None")
            continue
        dump = dump_of(one, Command.BULK)
        imports.update(conversion_imports(dump))
        value = convert(dump, f"row[{quoted(one.field.name)}]", nullable=one.field.nullable)
        docs.append(Each(value, "row", "rows"))
    put(lines, "    ", "return ", Items(tuple(docs)))
    return "\n".join(lines), imports
