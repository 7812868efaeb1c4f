"""The text of the files of queriers: classes, constants, methods, imports.

Takes `Model`s, `Enum`s and `Method`s; gives view-models for the template, whose lines are those that `ruff format`
would make. Mirrors sqlc-gen-python's buildModelsTree and buildQueryTree, over psycopg's cursors.
"""

from __future__ import annotations

import builtins
import re
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from querygen.ir import Command
from querygen.render import naming
from querygen.render.layout import (
    WIDTH,
    Choice,
    Group,
    Items,
    Pair,
    Union,
    docstring,
    put,
    put_signature,
    put_text,
    width,
)
from querygen.render.model import Module
from querygen.render.pytypes import MODELS, ROW, TYPES, Import, conversion_imports, convert
from querygen.render.querier_sql import without_comment_lines
from querygen.render.sql_text import constant, with_casts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.render.layout import Doc
    from querygen.render.pytypes import Conversion, PyType
    from querygen.render.querier_model import Enum, Field, Method, Model
    from querygen.render.querier_options import QuerierOptions

HELPERS: Final = "._querier"
_ARGS_ROW: Final = Import("psycopg.rows", "args_row")
_SCALAR_ROW: Final = Import("psycopg.rows", "scalar_row")
_PSYCOPG: Final = Import("psycopg")
_RANGES: Final = {"Range": "psycopg.types.range", "Multirange": "psycopg.types.multirange"}  # psycopg's own
_ANY: Final = Import("typing", "Any")
_FINAL: Final = Import("typing", "Final")
_BUILTINS: Final = frozenset(dir(builtins))
_BODY: Final = "        "
_ROOT: Final = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


class _Import(NamedTuple):
    """`import module as other`, `from module import name as other`."""

    module: str
    name: str = ""
    other: str = ""


class _File:
    """The text of a file as it grows. `hidden` are names that a class body or a parameter binds, with what they hide.

    What they would hide is imported by another name: a column may be called `uuid`, and a query `list`.
    """

    def __init__(self, options: QuerierOptions, hidden: Iterable[str]) -> None:
        self.options = options
        self.hidden = frozenset(hidden)
        self.blocks: list[str] = []
        self.imports: set[_Import] = set()
        self.helpers: set[str] = set()

    def use(self, *needed: Import) -> None:
        for module, name in needed:
            if name in _RANGES:
                self._add(_RANGES[name], name)
            elif module in (ROW, TYPES):
                self.helpers.add(name)
                self._add(HELPERS, name)
            elif module == MODELS:
                self._add(self.options.package or ".", "models")
            elif module:
                self._add(module, name)

    def _add(self, module: str, name: str) -> None:
        bound = name or module.partition(".")[0]
        self.imports.add(_Import(module, name, f"_{bound}" if bound in self.hidden else ""))

    def spell(self, text: str) -> str:
        """An expression in which names that are hidden here are called by their other name."""
        if not self.hidden:
            return text
        return _ROOT.sub(lambda match: self._other(match.group()), text)

    def _other(self, root: str) -> str:
        if root not in self.hidden:
            return root
        if root in _BUILTINS:
            self.imports.add(_Import("builtins"))
            return f"builtins.{root}"
        return f"_{root}"

    def annotation(self, field: Field) -> str:
        self.use(*field.type.imports)
        if "models." in field.annotation:
            self.use(Import(MODELS, "models"))
        return self.spell(field.annotation)

    def value(self, conversion: Conversion | None, value: str, *, nullable: bool) -> Doc:
        self.use(*conversion_imports(conversion))
        return _spelled(self, convert(conversion, value, nullable=nullable), value)


def _spelled(file: _File, doc: Doc, value: str) -> Doc:
    """A conversion with its functions' names spelled; the converted value stays."""
    match doc:
        case str():
            return doc if doc == value else file.spell(doc)
        case Group(head, items, tail, comma):
            return Group(file.spell(head), tuple(_spelled(file, one, value) for one in items), tail, comma)
        case Choice(test, inner):
            return Choice(test, _spelled(file, inner, value))
    return doc


# ---------------------------------------------------------------------------------------------- models.py


def models_module(enums: Sequence[Enum], models: Sequence[Model], options: QuerierOptions) -> tuple[Module, set[str]]:
    """models.py, and the names of our own text that it uses."""
    classes = {one.name for one in enums} | {one.name for one in models}
    fields = [field for model in models for field in model.fields]
    imported = {need.name or need.module for field in fields for need in field.type.imports}
    hidden = {one.name for one in fields} & _roots(fields) - classes
    file = _File(options, hidden | (classes & imported))
    for enum in enums:
        file.blocks.append(_enum(file, enum))
    for model in models:
        file.blocks.append(_class(file, model, in_models=True))
    return Module("models.py", "the database schema", _import_lines(file), tuple(file.blocks), False), file.helpers


def _roots(fields: Iterable[Field]) -> set[str]:
    return {root for one in fields for root in _ROOT.findall(one.annotation.replace("models.", ""))}


def _enum(file: _File, enum: Enum) -> str:
    file.use(Import("enum"))
    base = "enum.StrEnum" if file.options.emit_str_enum else "str, enum.Enum"
    lines = [f"class {enum.name}({base}):"]
    lines += docstring(enum.comment, "    ")
    if enum.comment and enum.members:
        lines.append("")
    for name, label in enum.members:
        put_text(lines, "    ", f"{name} = ", label)
    if len(lines) == 1:
        lines.append("    pass")
    return "\n".join(lines)


def _class(file: _File, model: Model, *, in_models: bool = False) -> str:
    lines: list[str] = []
    if file.options.emit_pydantic_models:
        file.use(Import("pydantic"))
        lines.append(f"class {model.name}({file.spell('pydantic')}.BaseModel):")
    else:
        file.use(Import("dataclasses"))
        lines += [f"@{file.spell('dataclasses')}.dataclass()", f"class {model.name}:"]
    body: list[str] = []
    if file.options.emit_pydantic_models and (settings := _settings(model)):
        put(body, "    ", "model_config = ", Group(f"{file.spell('pydantic')}.ConfigDict(", settings))
        body.append("")
    for field in model.fields:
        body += [f"    # {line}".rstrip() for line in field.comment.splitlines()]
        own = field._replace(type=_of_models(field)) if in_models else field
        put(body, "    ", f"{field.name}: ", Union(file.annotation(own)))
    comment = docstring(model.comment, "    ")
    lines += comment
    if comment and body:
        lines.append("")
    lines += body
    if not body and not comment:
        lines.append("    pass")
    return "\n".join(lines)


def _of_models(field: Field) -> PyType:
    """A type as models.py itself names it."""
    return field.type._replace(annotation=field.type.annotation.replace("models.", ""))


def _settings(model: Model) -> tuple[Doc, ...]:
    found = []
    known = ("datetime.", "decimal.", "uuid.", "models.", "Inet", "Cidr")
    if any(
        not one.type.annotation.startswith(known) and re.search(r"[A-Z]", one.type.annotation.replace("Any", ""))
        for one in model.fields
        if one.nested is None
    ):
        found.append("arbitrary_types_allowed=True")
    if any(one.name.startswith("model_") for one in model.fields):
        found.append("protected_namespaces=()")
    return tuple(found)


# ---------------------------------------------------------------------------------------------- a query file


def query_module(path: str, source: str, methods: Sequence[Method], options: QuerierOptions) -> tuple[Module, set[str]]:
    """The module of a query file, and the names of our own text that it uses."""
    file = _File(options, _hidden(methods))
    taken = {one.constant for one in methods} | {"Querier", "AsyncQuerier"}
    rows: dict[str, _Row] = {}
    for method in methods:
        file.blocks.append(_constant(file, method))
        if method.params_class is not None:
            file.blocks.append(_class(file, method.params_class))
        if method.row is not None and not method.row.relation:
            file.blocks.append(_class(file, method.row))
    for method in methods:
        rows[method.name] = _row(file, method, rows, taken)
    for is_async in (False, True):
        if options.emit_async_querier if is_async else options.emit_sync_querier:
            file.blocks.append(_querier(file, methods, rows, is_async=is_async))
    if options.emit_sync_querier or options.emit_async_querier:
        file.use(_PSYCOPG)
    return Module(path, source, _import_lines(file), tuple(file.blocks), True), file.helpers


def _hidden(methods: Sequence[Method]) -> set[str]:
    """Names that classes of the file bind where their annotations are read, and that parameters hide in bodies."""
    own = [one.row for one in methods if one.row and not one.row.relation]
    own += [one.params_class for one in methods if one.params_class]
    in_classes = {field.name for model in own for field in model.fields} | {one.name for one in methods}
    fields = [field for method in methods for field in (*method.params, *(method.row.fields if method.row else ()))]
    fields += [method.value for method in methods if method.value]
    annotated = {root for one in fields for root in _ROOT.findall(one.annotation)} | {"psycopg", "Iterator", "Any"}
    called = {"psycopg", "models", "args_row", "scalar_row"}
    for method in methods:
        for one in method.params:
            called |= {name.name.partition(".")[0] for name in conversion_imports(one.type.dump)} | {"list"}
    arguments = {one.name for method in methods if method.params_class is None for one in method.params}
    return (in_classes & annotated) | (arguments & called)


def _constant(file: _File, method: Method) -> str:
    file.use(_FINAL)
    sql = with_casts(method.query.sql, {one.number: one.type.cast for one in method.params if one.type.cast})
    text = without_comment_lines(sql)
    return "\n".join(constant(method.constant, f"-- name: {method.name} :{method.query.command.value}\n{text}"))


class _Row(NamedTuple):
    """How a method's rows are made: the annotation of one, and the row factory (empty: psycopg's values)."""

    annotation: str
    factory: str
    key: Any


def _row(file: _File, method: Method, known: dict[str, _Row], taken: set[str]) -> _Row:
    if method.query.command not in (Command.ONE, Command.MANY):
        return _Row("", "", None)
    if method.value is not None and method.value.nested is None:
        annotation = file.annotation(method.value)
        if method.value.type.load is None:
            return _Row(annotation, "", None)
        key: Any = (method.value.annotation, method.value.type.load)
        made = file.value(method.value.type.load, "row[0]", nullable=method.value.nullable)
        return _shared(file, method, _Row(annotation, "", key), made, known, taken)
    if method.value is not None:
        return _shared(
            file,
            method,
            _Row(file.annotation(method.value), "", (method.value.annotation, method.value.nested)),
            _made(file, method.value, 0)[0],
            known,
            taken,
        )
    if method.row is None:
        raise AssertionError("a method with rows has a column")
    model = method.row
    file.use(*((Import(MODELS, "models"),) if model.relation else ()))
    name = file.spell(f"models.{model.name}") if model.relation else model.name
    plain = all(one.type.load is None and one.nested is None for one in model.fields)
    if plain and not file.options.emit_pydantic_models:
        file.use(_ARGS_ROW)
        return _Row(name, f"{file.spell('args_row')}({name})", None)
    return _shared(file, method, _Row(name, "", name), _build(file, name, model, 0)[0], known, taken)


def _shared(file: _File, method: Method, row: _Row, made: Doc, known: dict[str, _Row], taken: set[str]) -> _Row:
    """The function that makes a row, written once for all methods whose rows are the same."""
    file.use(_ARGS_ROW)
    same = next((one for one in known.values() if one.key == row.key), None)
    if same is not None:
        return same
    file.use(_ANY)
    name = naming.free(f"_{naming.snake(method.row.name) if method.row else f'{method.name}_value'}", taken)
    taken.add(name)
    lines: list[str] = []
    put_signature(lines, f"def {name}(", ("*row: Any",), row.annotation)
    put(lines, "    ", "return ", made)
    file.blocks.append("\n".join(lines))
    return row._replace(factory=f"{file.spell('args_row')}({name})")


def _build(file: _File, name: str, model: Model, position: int) -> tuple[Doc, int]:
    """The call that makes a row of a class from the columns from `position` on."""
    arguments: list[Doc] = []
    for field in model.fields:
        made, position = _made(file, field, position)
        arguments.append(Pair(f"{field.name}=", made))
    return Group(f"{name}(", tuple(arguments)), position


def _made(file: _File, field: Field, position: int) -> tuple[Doc, int]:
    if field.nested is None:
        return file.value(field.type.load, f"row[{position}]", nullable=field.nullable), position + 1
    file.use(Import(MODELS, "models"))
    made, end = _build(file, file.spell(f"models.{field.nested.name}"), field.nested, position)
    if not field.nullable:
        return made, end
    # A column that is NULL only where the whole row is; without one, all of them have to be.
    sure = next((n for n, one in enumerate(field.nested.fields) if not one.nullable), None)
    whole = f"row[{position}:{end}].count(None) == {end - position}"
    return Choice(whole if sure is None else f"row[{position + sure}] is None", made), end


# ---------------------------------------------------------------------------------------------- the classes


def _querier(file: _File, methods: Sequence[Method], rows: dict[str, _Row], *, is_async: bool) -> str:
    name, connection = ("AsyncQuerier", "AsyncConnection") if is_async else ("Querier", "Connection")
    file.use(_ANY)
    lines = [
        f"class {name}:",
        f"    def __init__(self, conn: {file.spell('psycopg')}.{connection}[{file.spell('Any')}]) -> None:",
        "        self._conn = conn",
    ]
    for method in methods:
        lines.append("")
        _Body(file, method, rows[method.name], is_async).write(lines)
    return "\n".join(lines)


class _Body(NamedTuple):
    """A method, for a connection or an asynchronous one."""

    file: _File
    method: Method
    row: _Row
    is_async: bool

    def write(self, lines: list[str]) -> None:
        head = f"{'async ' if self.is_async else ''}def {self.method.name}("
        put_signature(lines, head, self.arguments(), self.returns(), "    ")
        lines += docstring(self.method.query.raw.doc.strip(), _BODY)
        self.body(lines)

    def arguments(self) -> tuple[Doc, ...]:
        if self.method.params_class is not None:
            return ("self", f"arg: {self.method.params_class.name}")
        if not self.method.params:
            return ("self",)
        own = (Pair(f"{one.name}: ", Union(self.file.annotation(one), in_brackets=True)) for one in self.method.params)
        return ("self", "*", *own)

    def returns(self) -> str:
        match self.method.query.command:
            case Command.ONE:
                return (
                    self.row.annotation if self.row.annotation.endswith(" | None") else f"{self.row.annotation} | None"
                )
            case Command.MANY:
                name = "AsyncIterator" if self.is_async else "Iterator"
                self.file.use(Import("collections.abc", name))
                return f"{self.file.spell(name)}[{self.row.annotation}]"
            case Command.EXECROWS:
                return self.file.spell("int")
            case Command.EXECRESULT:
                return f"{self.cursor_class()}[{self.file.spell('Any')}]"
        return "None"

    def cursor_class(self) -> str:
        return f"{self.file.spell('psycopg')}.{'AsyncRawCursor' if self.is_async else 'RawCursor'}"

    def body(self, lines: list[str]) -> None:
        wait = "await " if self.is_async else ""
        arguments = {one.name for one in self.method.params} if self.method.params_class is None else {"arg"}
        cursor = naming.free("cur", arguments)
        execute = Group(".execute(", self.sent())
        match self.method.query.command:
            case Command.EXEC:
                put(lines, _BODY, f"{wait}{self.cursor_class()}(self._conn)", execute)
            case Command.EXECRESULT:
                put(lines, _BODY, f"return {wait}{self.cursor_class()}(self._conn)", execute)
            case Command.EXECROWS:
                lines.append(f"        {cursor} = {self.cursor_class()}(self._conn)")
                put(lines, _BODY, f"{wait}{cursor}", execute)
                lines.append(f"        return {cursor}.rowcount")
            case command:
                self.open(lines, cursor)
                put(lines, _BODY, f"{wait}{cursor}", execute)
                if command is Command.ONE:
                    lines.append(f"        return {wait}{cursor}.fetchone()")
                elif self.is_async:
                    row = naming.free("row", arguments | {cursor})
                    lines.append(f"        for {row} in await {cursor}.fetchall():")
                    lines.append(f"            yield {row}")
                else:
                    lines.append(f"        yield from {cursor}.fetchall()")

    def open(self, lines: list[str], cursor: str) -> None:
        """Write the line that opens the cursor."""
        factory, prefix = self.row.factory, f"{cursor} = "
        if not factory:
            self.file.use(_SCALAR_ROW)
            factory = self.file.spell("scalar_row")
            prefix = f"{cursor}: {self.cursor_class()}[{self.row.annotation}] = "
        made = Group(f"{self.cursor_class()}(", ("self._conn", Pair("row_factory=", factory)))
        put(lines, _BODY, prefix, made)

    def sent(self) -> tuple[Doc, ...]:
        """The constant, and the values by number: the server counts parameters that the text leaves out."""
        if not self.method.params:
            return (self.method.constant,)
        by_number = {one.number: one for one in self.method.params}
        values: list[Doc] = []
        for number in range(1, max(by_number) + 1):
            one = by_number.get(number)
            if one is None:
                values.append("None")
                continue
            value = f"arg.{one.name}" if self.method.params_class is not None else one.name
            values.append(self.file.value(one.type.dump, value, nullable=one.nullable))
        return (self.method.constant, Items(tuple(values)))


# ---------------------------------------------------------------------------------------------- imports


def _import_lines(file: _File) -> tuple[str, ...]:
    """The import block as isort's rules order it: the standard library, the others, our own package."""
    sections: list[list[str]] = [[], [], [], []]
    own = file.options.package or "."
    names: dict[str, set[str]] = defaultdict(set)

    def section(module: str) -> list[str]:
        if module.startswith("."):
            return sections[3]
        if module == own:
            return sections[2]
        return sections[0 if module.partition(".")[0] in sys.stdlib_module_names else 1]

    renamed: list[_Import] = []
    for one in sorted(file.imports):
        if not one.name:
            section(one.module).append(f"import {one.module}" + (f" as {one.other}" if one.other else ""))
        elif one.other:
            renamed.append(one)
        else:
            names[one.module].add(one.name)
    for module in sorted({*names, *(one.module for one in renamed)}):
        for one in renamed:
            if one.module == module:
                section(module).append(f"from {module} import {one.name} as {one.other}")
        if not names[module]:
            continue
        ordered = sorted(names[module], key=naming.import_key)
        line = f"from {module} import {', '.join(ordered)}"
        if width(line) <= WIDTH:
            section(module).append(line)
        else:
            put(section(module), "", f"from {module} import ", Group("(", tuple(ordered)))
    text: list[str] = []
    for lines in filter(None, sections):
        text += ["", *lines] if text else lines
    return tuple(text)
