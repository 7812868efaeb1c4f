"""Classes of rows as text: the class, and the function that gives the fields of its rows by name.

Takes `FieldDef`s; gives blocks of lines that `ruff format` would leave alone, and what they import.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.render import naming
from querygen.render.layout import WIDTH, Choice, Group, Pair, Text, Union, docstring, flat, put, quoted, width
from querygen.render.pytypes import ROW, Call, Conversion, Import, PyType, Read, conversion_imports, convert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.render.layout import Doc

FINAL: Final = Import("typing", "Final")
ANY: Final = Import("typing", "Any")
SEQUENCE: Final = Import("collections.abc", "Sequence")


class FieldDef(NamedTuple):
    """An attribute of a row class: a column, or (`nested`) a row."""

    name: str
    column: str
    type: PyType
    nullable: bool
    comment: str = ""
    nested: RowClass | None = None
    always: bool = False  # every row of the relation itself has a value here
    alias: str | None = None  # the key in JSON, where it cannot be the name
    optional: bool = False  # the key may be missing in JSON
    many: bool = False  # a list of the nested rows
    apart: bool = False  # what the reader leaves out: it is put there when rows are folded

    @property
    def annotation(self) -> str:
        held = self.nested.name if self.nested else self.type.annotation
        held = f"list[{held}]" if self.many else held
        return f"{held} | None" if self.nullable else held

    @property
    def imports(self) -> tuple[Import, ...]:
        return (self.nested.imported,) if self.nested else self.type.imports


@dataclass(frozen=True)
class RowClass:
    """A class of rows. `module` is where it stands: `.models`, or the module of a query file."""

    name: str
    module: str
    fields: tuple[FieldDef, ...]
    doc: str
    reader: str = ""  # the function from tuples to the fields by name
    owner: str = ""  # the query or relation that it was made for, for messages

    @property
    def imported(self) -> Import:
        return Import(self.module, self.name)


Structure = tuple[tuple[str, str, Conversion | None], ...]


def structure(fields: Iterable[FieldDef]) -> Structure:
    """What two rows have to agree in to share a class: names, types and how they are read."""
    return tuple((one.name, one.annotation, one.type.load) for one in fields)


def reader_name(name: str) -> str:
    """The function that reads the rows of a class."""
    return f"read_{naming.snake(name) or 'row'}"


def unshadowed(fields: tuple[FieldDef, ...]) -> tuple[FieldDef, ...]:
    """In the body of a class a field hides what is called like it: such a field gets an underscore."""
    used = {word for one in fields for word in _identifiers(one.annotation)} | {"Field"}
    if not any(one.name in used for one in fields):
        return fields
    taken = {one.name for one in fields}
    return tuple(one._replace(name=naming.free(one.name + "_", taken)) if one.name in used else one for one in fields)


def _identifiers(annotation: str) -> list[str]:
    return re.findall(r"\w+", annotation)


def class_block(row: RowClass) -> tuple[str, set[Import]]:
    """The lines of a row class."""
    imports = {Import(ROW, "Row")}
    lines = [f"class {row.name}(Row):", *docstring(row.doc, "    ")]
    if row.fields:
        lines.append("")
    if any(one.alias is not None for one in row.fields):
        imports.add(Import("pydantic", "ConfigDict"))
        lines += ["    model_config = ConfigDict(populate_by_name=True)", ""]
    for one in row.fields:
        imports.update(one.imports)
        if options := _field_options(one):
            imports.add(Import("pydantic", "Field"))
            put(lines, "    ", f"{one.name}: {one.annotation} = ", Group("Field(", options))
        elif one.optional:
            put(lines, "    ", f"{one.name}: {one.annotation} = ", "None")
        else:
            put_annotated(lines, one)
    return "\n".join(lines), imports


def _field_options(one: FieldDef) -> tuple[Doc, ...]:
    """The arguments of pydantic's Field; none where the annotation says all."""
    options: list[Doc] = []
    if one.alias is not None:
        options += ["default=None"] if one.optional else []
        options.append(Pair("validation_alias=", Text(one.alias)))
    if one.comment:
        options.append(Pair("description=", Text(" ".join(one.comment.split()))))
    return tuple(options)


def put_annotated(lines: list[str], one: FieldDef) -> None:
    """`name: annotation` in a class body."""
    line = f"    {one.name}: {one.annotation}"
    if len(line) <= 88 and line.isascii():
        lines.append(line)
    else:
        put(lines, "    ", f"{one.name}: ", Union(one.annotation))


def reader_block(row: RowClass) -> tuple[str, set[Import]]:
    """The function that gives the fields of rows by name.

    It takes many rows at once: a call for each would cost a tenth of what a wide row costs. Columns are taken by name;
    where the row holds other rows, by place, because those are slices of it.
    """
    imports = {Import(ROW, "Rows"), Import(ROW, "Fields")}
    own = [one for one in row.fields if not one.apart]
    plain = [one for one in own if one.nested is None]
    imports.update(needed for one in plain for needed in conversion_imports(one.type.load))
    variables: list[str] = []
    target = "row"
    values: dict[str, Doc] = dict.fromkeys((one.name for one in row.fields), "None")  # `apart` keeps its place
    if plain != own:
        values |= _by_place(own, imports)
    else:
        reserved = {"rows", "each", "map_array"}
        reserved.update(needed.name for one in own for needed in conversion_imports(one.type.load))
        for one in own:
            variable = naming.free(_short(one.name, len(variables)), reserved)
            reserved.add(variable)
            variables.append(variable)
            values[one.name] = convert(one.type.load, variable, nullable=one.nullable)
        target = ", ".join(variables) if len(variables) > 1 else f"({variables[0]},)" if variables else "_"
    pairs = tuple(Pair(f"{quoted(name)}: ", value) for name, value in values.items())
    lines: list[str] = []
    put(lines, "", f"def {row.reader}", Group("(", ("rows: Rows",), ") -> Fields:"))
    _put_of_each(lines, Group("{", pairs, "}"), target, variables)
    return "\n".join(lines), imports


def _put_of_each(lines: list[str], value: Doc, target: str, variables: list[str]) -> None:
    """`return [value for variables in rows]`"""
    inside = f"{flat(value)} for {target} in rows"
    if width(f"    return [{inside}]") <= WIDTH:
        lines.append(f"    return [{inside}]")
        return
    deeper = "        "
    lines.append("    return [")
    if width(deeper + inside) <= WIDTH:
        lines.append(deeper + inside)
    else:
        put(lines, deeper, "", value)
        if width(f"{deeper}for {target} in rows") <= WIDTH:
            lines.append(f"{deeper}for {target} in rows")
        else:
            lines.append(f"{deeper}for (")
            lines += [f"{deeper}    {one}," for one in variables]
            lines.append(f"{deeper}) in rows")
    lines.append("    ]")


def _short(name: str, number: int) -> str:
    """The name of a column's variable: a very long one would break the lines of its uses."""
    return name if width(name) <= 48 else f"column_{number + 1}"


def _discriminant(row: RowClass) -> FieldDef | None:
    """A column that is NULL only where the whole row is."""
    return next((one for one in row.fields if one.always and one.nested is None), None)


def _by_place(fields: list[FieldDef], imports: set[Import]) -> dict[str, Doc]:
    """The values of a row that holds rows."""
    values: dict[str, Doc] = {}
    place = 0
    for one in fields:
        if one.nested is None:
            values[one.name] = convert(one.type.load, f"row[{place}]", nullable=one.nullable)
            place += 1
        else:
            values[one.name] = _nested(one, one.nested, place, imports)
            place += len(one.nested.fields)
    return values


def _nested(one: FieldDef, row: RowClass, start: int, imports: set[Import]) -> Doc:
    """The expression that makes a nested row of its part of the whole."""
    end = start + len(row.fields)
    columns = f"row[{start}:{end}]" if start else f"row[:{end}]"
    key = _discriminant(row)
    helper = "row_or_none" if one.nullable and key is None else "row_of"
    imports |= {Import(row.module, row.reader), row.imported, Import(ROW, helper)}
    made = Group(f"{helper}(", (row.name, row.reader, columns))
    if one.nullable and key is not None:
        return Choice(f"row[{start + row.fields.index(key)}] is None", made)
    return made


class Value(NamedTuple):
    """How the values of a query of one column are converted."""

    reader: str
    factory: str
    type: PyType
    nullable: bool


def value_blocks(value: Value) -> tuple[list[str], set[Import]]:
    """The function that takes the value out of a tuple and converts it, and what hands it to psycopg."""
    imports = {ANY, SEQUENCE, Import(ROW, "row_factory"), FINAL, *value.type.imports}
    imports.update(conversion_imports(value.type.load))
    annotation = f"{value.type.annotation} | None" if value.nullable else value.type.annotation
    lines: list[str] = []
    put(lines, "", f"def {value.reader}", Group("(", ("values: Sequence[Any]",), f") -> {annotation}:"))
    variable = naming.free("value", {one.name for one in conversion_imports(value.type.load)})
    lines.append(f"    ({variable},) = values")
    converted = convert(value.type.load, variable, nullable=value.nullable)
    if isinstance(value.type.load, Call | Read) and not value.nullable:
        # from_json returns Any, which a strict checker does not take for the promised type.
        put(lines, "    ", f"converted: {annotation} = ", converted)
        lines.append("    return converted")
    else:
        put(lines, "    ", "return ", converted)
    factory: list[str] = []
    put(factory, "", f"{value.factory}: Final = ", Group("row_factory(", (value.reader,)))
    return ["\n".join(lines), "\n".join(factory)], imports
