"""The classes of JSON and of rows that queries and views build, and the functions that read them.

Takes a `Shape` and what its column is called; gives the `PyType` of the column. JSON is read by pydantic-core in one
step from its text to the classes; a row without a type of its own comes as text and is read as a composite is. Equal
shapes of a module share a class, and use that of models.py where it has one; a table's whole row is the table's class
where JSON does not change its types.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.analyze import pgtypes as t
from querygen.ir import AnyShape, ArrayShape, MapShape, NothingShape, ObjectShape, ScalarShape, TupleShape
from querygen.render import naming
from querygen.render.layout import Group, Items, put
from querygen.render.model_classes import (
    ANY,
    FINAL,
    FieldDef,
    RowClass,
    Structure,
    class_block,
    reader_block,
    reader_name,
    structure,
    unshadowed,
)
from querygen.render.model_shapes_types import (
    SHAPES,
    Annotation,
    column_names,
    is_json,
    needs_exact_numbers,
    record_wire,
    scalar,
    unknown_json,
)
from querygen.render.pytypes import MODELS, ROW, TYPES, Call, ForEach, Import, PyType
from querygen.singular import singular

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.ir import Shape, ShapeField
    from querygen.pg_catalog.rows import Oid
    from querygen.render.model_schema import Models

# What PostgreSQL calls a column that has no name of its own.
_NAMELESS: Final = frozenset(
    {
        "?column?", "array", "array_agg", "array_to_json", "case", "coalesce", "json", "json_agg", "json_agg_strict",
        "json_array", "json_arrayagg", "json_build_array", "json_build_object", "json_object", "json_object_agg",
        "json_objectagg", "json_scalar", "jsonb", "jsonb_agg", "jsonb_agg_strict", "jsonb_build_array",
        "jsonb_build_object", "jsonb_concat", "jsonb_object_agg", "jsonb_strip_nulls", "json_strip_nulls", "nullif",
        "row", "row_to_json", "to_json", "to_jsonb",
    }
)  # fmt: skip

Key = tuple[tuple[str, str, str, bool], ...]


class Place(NamedTuple):
    """Where a shape stands: the query or view that builds it, and the keys down to it."""

    owner: str  # as documentation calls it
    prefix: str  # what goes before the name of a class that is taken
    path: tuple[str, ...]
    element: bool = False  # one of several

    def below(self, name: str) -> Place:
        return self._replace(path=(*self.path, name), element=False)

    @property
    def each(self) -> Place:
        return self._replace(element=True)


@dataclass
class ShapeClasses:
    """The classes of shapes in one module; `above` are those of models.py."""

    models: Models
    module: str
    taken: set[str]  # names of the module
    above: ShapeClasses | None = None
    by_key: dict[Key, RowClass] = field(default_factory=dict)
    _records: dict[tuple[tuple[int, ...], Structure], tuple[RowClass, str]] = field(default_factory=dict)
    _loaders: dict[str, str] = field(default_factory=dict)  # the line without its name → the name
    classes: dict[str, list[RowClass]] = field(default_factory=dict)  # by owner
    _blocks: dict[str, list[tuple[str, set[Import]]]] = field(default_factory=dict)  # by owner, with the functions

    def blocks_of(self, owner: str) -> Iterable[tuple[list[str], set[Import]]]:
        """The classes and functions that were first needed by a query or view."""
        for text, imports in self._blocks.get(owner, ()):
            yield [text], imports

    def needed_by(self, owner: str) -> set[str]:
        """The classes of models.py that those of a view are made of."""
        return {one.name for _, imports in self._blocks.get(owner, ()) for one in imports if one.module == MODELS}

    def column_type(self, shape: Shape, oid: Oid, place: Place) -> PyType:
        """The Python type of a column of this shape."""
        found = self._sql(shape, oid, place)
        self.models.use_type(found)
        return found

    # ------------------------------------------------------------------------------------------ values of SQL

    def _sql(self, shape: Shape, oid: Oid, place: Place) -> PyType:
        """A value as SQL hands it out: JSON, a row, an array of them, or what its type says."""
        types = self.models.types
        base = types.base(oid)
        plain = types.find(oid)
        if isinstance(shape, ScalarShape | AnyShape | NothingShape) and not is_json(self.models, oid):
            names = column_names(self.models, shape) if isinstance(shape, ScalarShape) else ()
            found = types.of_column(names, oid)
            return PyType("str") if found.read_refused else found  # the text of what has no value in Python
        if is_json(self.models, base):
            if isinstance(shape, AnyShape | NothingShape):
                return plain
            made = self._annotation(shape, place, exact=needs_exact_numbers(self.models, shape))
            loader = self._loader(made, shape, place)
            return plain._replace(
                annotation=made.text, imports=made.imports, load=Call(loader), json_null=shape.nullable
            )
        if isinstance(shape, ArrayShape) and types.is_array(oid):
            return self._sql_array(shape, oid, place)
        if isinstance(shape, ObjectShape) and base == t.RECORDOID:
            row, load = self._record(shape, place)
            return PyType(
                row.name, (row.imported,), Call(Import(self.module, load)), json=("record_as_text",),
                write_refused=plain.write_refused,
            )  # fmt: skip
        return plain

    def _sql_array(self, shape: ArrayShape, oid: Oid, place: Place) -> PyType:
        types = self.models.types
        element_oid = self.models.catalog.type(types.base(oid)).typelem
        known = None if shape.undeclared else shape.element.nullable
        if not (is_json(self.models, element_oid) or types.base(element_oid) == t.RECORDOID):
            return types.find(oid, known)
        element = self._sql(shape.element, element_oid, place.each)
        optional = " | None" if shape.element.nullable else ""
        return PyType(
            f"list[{element.annotation}{optional}]", element.imports, ForEach(element.load) if element.load else None,
            json=element.json, write_refused=types.find(oid).write_refused,
        )  # fmt: skip

    def _record(self, shape: ObjectShape, place: Place) -> tuple[RowClass, str]:
        """The class of a row without a type, and the function that reads its text."""
        names = naming.field_names(one.name for one in shape.fields)
        fields = []
        wires: list[Oid] = []
        for name, one in zip(names, shape.fields, strict=True):
            found = self._sql(one.shape, one.type.oid, place.below(one.name))
            self.models.use_type(found)
            wires.append(record_wire(self.models, one.type.oid))
            fields.append(FieldDef(name, one.name, found, one.shape.nullable))
        made = unshadowed(tuple(fields))
        key = (tuple(wires), structure(made))
        if (known := self._records.get(key)) is not None:
            return known
        name = self._class_name(place)
        reader = self._free(reader_name(name))
        load = self._free(f"load_{naming.snake(name)}")
        row = RowClass(name, self.module, made, _doc(place), reader, place.owner)
        self._add(row, place)
        self._put(place, *reader_block(row))
        lines = [f"def {load}(text: Any) -> {name}:"]
        values = Group("load_record(", ("text", Items(tuple(map(str, wires)))))
        put(lines, "    ", "return ", Group("row_of(", (name, reader, values)))
        self._put(place, "\n".join(lines), {ANY, Import(ROW, "row_of"), Import(TYPES, "load_record")})
        self._records[key] = row, load
        return row, load

    # ------------------------------------------------------------------------------------------ JSON

    def _loader(self, made: Annotation, shape: Shape, place: Place) -> Import:
        """The function that reads a document."""
        exact = needs_exact_numbers(self.models, shape)
        helper = "exact_json_reader" if exact else "json_reader"
        annotation = f"{made.text} | None" if shape.nullable else made.text
        call = f"{helper}({annotation})"
        name = self._loaders.get(call)
        if name is None:
            plain = naming.identifier(naming.snake(place.path[0]), "json")
            if place.path[0] in _NAMELESS:
                plain = naming.snake(place.prefix)
            name = self._loaders[call] = self._free(f"load_{plain}")
            lines: list[str] = []
            put(lines, "", f"{name}: Final = ", Group(f"{helper}(", (annotation,)))
            self._put(place, "\n".join(lines), {FINAL, Import(SHAPES, helper), *made.imports})
        return Import(self.module, name)

    def _annotation(self, shape: Shape, place: Place, *, exact: bool) -> Annotation:
        """What pydantic reads a part of a document as, null left aside."""
        match shape:
            case ScalarShape():
                return scalar(self.models, shape, exact=exact)
            case NothingShape(nullable=True):
                return Annotation("None")
            case ObjectShape():
                row = self._class_of(shape, place, exact=exact)
                return Annotation(row.name, (row.imported,))
            case ArrayShape():
                return self._array(shape, place, exact=exact)
            case TupleShape():
                items = [self._optional(one, place.each, exact=exact) for one in shape.items]
                text = ", ".join(one.text for one in items) or "()"
                return Annotation(f"tuple[{text}]", tuple(needed for one in items for needed in one.imports))
            case MapShape():
                value = self._optional(shape.value, place.each, exact=exact)
                return Annotation(f"dict[str, {value.text}]", value.imports)
            case _:
                return unknown_json(exact=exact)

    def _array(self, shape: ArrayShape, place: Place, *, exact: bool) -> Annotation:
        made = self._optional(shape.element, place.each, exact=exact)
        if shape.undeclared and self.models.options.nullable_elements and not shape.element.nullable:
            made = made._replace(text=f"{made.text} | None")
        if not shape.any_depth:
            return Annotation(f"list[{made.text}]", made.imports)
        return Annotation(f"JsonArray[{made.text}]", (*made.imports, Import(SHAPES, "JsonArray")))

    def _optional(self, shape: Shape, place: Place, *, exact: bool) -> Annotation:
        made = self._annotation(shape, place, exact=exact)
        optional = shape.nullable and made.text != "None"
        return made._replace(text=f"{made.text} | None") if optional else made

    def _class_of(self, shape: ObjectShape, place: Place, *, exact: bool) -> RowClass:
        """The class of an object; of two keys of one name JSON's readers see the last."""
        last = {one.name: one for one in shape.fields}
        made = [self._field(name, one, place, exact=exact) for name, one in _named(last)]
        table = self._table(shape, made)
        if table is not None:
            self.models.use(table)
            return table
        fields = tuple(
            one._replace(alias=one.column if one.name != one.column else None) for one in unshadowed(tuple(made))
        )
        key = tuple((one.column, one.name, one.annotation, one.optional) for one in fields)
        if self.above is not None and (known := self.above.by_key.get(key)) is not None:
            self.models.used_shapes.add(known.name)
            return known
        found = self.by_key.get(key)
        if found is None:
            found = RowClass(self._class_name(place), self.module, fields, _doc(place), owner=place.owner)
            self.by_key[key] = found
            self._add(found, place)
        return found

    def _field(self, name: str, one: ShapeField, place: Place, *, exact: bool) -> FieldDef:
        made = self._annotation(one.shape, place.below(one.name), exact=exact)
        nullable = (one.shape.nullable or one.optional) and made.text != "None"
        return FieldDef(name, one.name, PyType(made.text, made.imports), nullable, optional=one.optional)

    def _table(self, shape: ObjectShape, made: list[FieldDef]) -> RowClass | None:
        """The class of the table whose whole row this is, where pydantic reads the same types from JSON."""
        row = self.models.of_relation(shape.relation) if shape.relation else None
        if row is None or len(row.fields) != len(made):
            return None
        for one, own in zip(made, row.fields, strict=True):
            same = one.name == one.column == own.name == own.column and one.type.annotation == own.type.annotation
            if not same or one.optional or (one.nullable and not own.nullable):
                return None
        return row

    # ------------------------------------------------------------------------------------------ names and text

    def _class_name(self, place: Place) -> str:
        """What the alias says, in the singular; before it the class around, or the query, where that is taken."""
        taken = self.models.names | self.taken | naming.RESERVED_CLASSES
        named = [one for one in place.path if one not in _NAMELESS] or ["item"]
        plain = _class_word(named[-1], self.models, several=place.element)
        tries = [plain] if named != ["item"] else []
        if len(named) > 1:
            tries.append(_class_word(named[-2], self.models, several=True) + plain)
        tries.append(place.prefix + plain)
        return next((one for one in tries if one not in taken), naming.unique(tries[-1], taken))

    def _free(self, name: str) -> str:
        name = naming.unique(name, self.taken | self.models.helper_names | naming.RESERVED_FUNCTIONS)
        self.taken.add(name)
        return name

    def _add(self, row: RowClass, place: Place) -> None:
        self.taken.add(row.name)
        self.classes.setdefault(place.owner, []).append(row)
        text, imports = class_block(row)
        self._put(place, text, imports)

    def _put(self, place: Place, text: str, imports: set[Import]) -> None:
        self._blocks.setdefault(place.owner, []).append((text, imports))


def _class_word(name: str, models: Models, *, several: bool) -> str:
    if several:
        name = singular(name, models.options.singular_exceptions)
    word = naming.identifier(naming.camel(name), "Item")
    if word in ("I", "O"):
        word += "Item"  # linters take them for digits
    return word[0].upper() + word[1:]


def _named(fields: dict[str, ShapeField]) -> Iterable[tuple[str, ShapeField]]:
    return zip(naming.field_names(fields), fields.values(), strict=True)


def _doc(place: Place) -> str:
    named = ".".join(one for one in place.path if one not in _NAMELESS)
    return f"What {place.owner} builds as {named}." if named else f"What {place.owner} builds."
