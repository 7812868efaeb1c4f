"""The classes of the schema (models.py): enums, composites, tables and views.

Takes the catalog and the options; gives the class of every relation and type, and the text of models.py. Classes are
made when they are first asked for; which of them the queries use is remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.analyze.elements import makes_elements
from querygen.analyze.nodes import Query
from querygen.analyze.nullability_expr import domain_not_null
from querygen.analyze.nullability_relation import declared_column
from querygen.analyze.shapes import view_shape
from querygen.analyze.shapes_expr import is_built
from querygen.diagnostics import Diagnostic, Severity
from querygen.render import naming
from querygen.render.layout import Group, Items, docstring, put, put_text
from querygen.render.model_changes import TABLES, change_blocks
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
from querygen.render.model_names import schema_names
from querygen.render.model_shapes import Place, ShapeClasses
from querygen.render.pytypes import MODELS, ROW, TYPES, Composite, Import, PyType, TypeMap, conversion_imports, convert
from querygen.render.renames import check_fields, check_renames, refused

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Relation
    from querygen.pg_catalog.rows import Oid, PgType
    from querygen.render.layout import Doc
    from querygen.render.options import RenderOptions

NO_CLASS: Final = "QG205"


class Models:
    """The classes of the schema, and which of them the queries use."""

    def __init__(self, catalog: Catalog, options: RenderOptions) -> None:
        self.catalog = catalog
        self.options = options
        self._names = schema_names(catalog, options)
        classes = self._names.classes
        self._labels: dict[Oid, str] = {}
        taken = set(classes.values())
        for enum in self._names.enums:
            self._labels[enum.oid] = naming.free(naming.snake(classes[enum.oid]).upper(), taken)
            taken.add(self._labels[enum.oid])
        self._composites = {one.reltype: one for one in self._names.relations if one.reltype}
        self.types = TypeMap(
            catalog,
            options,
            {oid: (classes[oid], name) for oid, name in self._labels.items()},
            {oid: _composite(one, classes[one.oid]) for oid, one in self._composites.items()},
        )
        self._rows: dict[Oid, RowClass | None] = {}
        self._by_structure: dict[Structure, list[RowClass]] | None = None
        self._made: dict[str, RowClass] = {}  # classes whose rows are read, by name
        self._used_types: dict[Oid, None] = {}  # enums and composites that are read or written
        self._named: dict[str, RowClass] = {}  # -- row: Name of several files
        self.names = taken
        self.used_shapes: set[str] = set()  # classes of JSON that queries read
        self.helper_names = frozenset(
            one
            for relation in self._names.relations
            for name in (classes[relation.oid],)
            for one in (reader_name(name), *_converters(name))
        )
        self.shapes = ShapeClasses(self, MODELS, self.names)
        if options.rename:
            self._check_renames()
        for one in self._names.relations:
            if one.kind in "vm" and any(is_built(catalog, column.type_oid) for column in one.live_columns):
                self.of_relation(one.oid)  # before a query's module takes the names of its classes

    def use_type(self, found: PyType) -> None:
        """Remember the enums and composites of a type that a query takes or gives."""
        for oid in found.uses:
            if oid in self._used_types:
                continue
            self._used_types[oid] = None
            relation = self._composites.get(oid)
            row = None if relation is None else self.of_relation(relation.oid)
            if row is not None:
                self.use(row)

    def use(self, row: RowClass) -> None:
        """Remember that a query makes rows of a class of models.py."""
        if row.module == MODELS and row.name not in self._made:
            self._made[row.name] = row
            for one in row.fields:
                self.use_type(one.type)
                if one.nested:
                    self.use(one.nested)

    def of_relation(self, oid: Oid) -> RowClass | None:
        """The class of a relation of the user's; None where it has none, or a column that cannot be read yet."""
        if oid not in self._rows:
            relation = self.catalog.find_relation(oid)
            found = None if relation is None or oid not in self._names.classes else self._of_relation(relation)
            self._rows[oid] = found
        return self._rows[oid]

    def type_of(self, relation: Relation, column: Column) -> PyType:
        """The Python type of a column, an override of it included."""
        names = self.column_names(relation, column.name)
        if relation.kind in "vm" and not any(map(self.types.is_overridden, names)):
            shape = view_shape(self.catalog, relation.oid, column.attnum, column.type_oid)
            if shape is not None:
                place = Place(self.shown(relation), self._names.classes[relation.oid], (column.name,))
                return self.shapes.column_type(shape, column.type_oid, place)
        made: bool | None = None
        if relation.kind in "vm" and self.types.is_array(column.type_oid):
            # What a view's query makes of arrays, as for the columns of a query.
            if not declared_column(self.catalog, relation, column).nullable_elements:
                made = False
            elif isinstance(relation.view_query, Query):
                made = makes_elements(self.catalog, relation.view_query, column.attnum - 1) or None
        return self.types.of_column(names, column.type_oid, made, column.dimensions)

    def column_names(self, relation: Relation, column: str) -> tuple[str, str]:
        """How the configuration may call a column."""
        schema = self.catalog.namespace_name(relation.namespace)
        return f"{schema}.{relation.name}.{column}", f"{relation.name}.{column}"

    def _renamed(self, relation: Relation) -> dict[str, tuple[str, str]]:
        """Key and value of what the configuration says of the columns' names, by column."""
        rename = self.options.rename
        found: dict[str, tuple[str, str]] = {}
        for column in relation.live_columns if rename else ():
            key = next((one for one in self.column_names(relation, column.name) if one in rename), None)
            if key is not None:
                found[column.name] = (key, rename[key])
        return found

    def _check_renames(self) -> None:
        """Before anything is made: what is wrong with the configuration is no fault of a query."""
        classes: dict[str, Oid] = {}
        for oid, (schema, name) in self._names.keys.items():
            classes |= {f"{schema}.{name}": oid, name: oid}
        relations = self._names.relations
        fields = {
            key for one in relations for column in one.live_columns for key in self.column_names(one, column.name)
        }
        rename = self.options.rename
        check_renames(rename, classes, fields)
        for key, value in rename.items():
            if key in classes and value in self.helper_names:
                raise refused(key, value, "it is the name of a function of models.py")
        for one in relations:
            if self._renamed(one):
                self.of_relation(one.oid)

    def _of_relation(self, relation: Relation) -> RowClass | None:
        columns = relation.live_columns
        types = [self.type_of(relation, column) for column in columns]
        if any(one.read_refused for one in types):
            return None
        renamed = self._renamed(relation)
        names = naming.field_names(renamed[one.name][1] if one.name in renamed else one.name for one in columns)
        fields = []
        for column, name, found in zip(columns, names, types, strict=True):
            nullable = declared_column(self.catalog, relation, column).nullable or found.json_null
            # A table's column of a NOT NULL domain can hold NULL all the same, by way of a subquery without rows.
            by_domain = domain_not_null(self.catalog, column.type_oid) and not column.not_null
            always = not nullable and not by_domain and relation.kind != "c"
            fields.append(FieldDef(name, column.name, found, nullable, column.comment or "", always=always))
        name = self._names.classes[relation.oid]
        shown = self.shown(relation)
        doc = relation.comment or f"A {'value' if relation.kind == 'c' else 'row'} of {shown}."
        shadowed = unshadowed(tuple(fields))
        check_fields(shown, renamed, fields, shadowed)
        return RowClass(name, MODELS, shadowed, doc, reader_name(name), shown)

    def shown(self, relation: Relation) -> str:
        """How messages and documentation call a relation."""
        kinds = {"v": "view", "m": "materialized view", "f": "foreign table", "c": "composite type"}
        kind = kinds.get(relation.kind, "table")
        schema = self.catalog.namespace_name(relation.namespace)
        return f"the {kind} {relation.name if schema == 'public' else f'{schema}.{relation.name}'}"

    def with_structure(self, fields: tuple[FieldDef, ...]) -> RowClass | None:
        """The one class of the schema with these names, types and nullability."""
        if self._by_structure is None:
            self._by_structure = {}
            for relation in self._names.relations:
                if relation.kind != "c" and (row := self.of_relation(relation.oid)):
                    self._by_structure.setdefault(structure(row.fields), []).append(row)
        found = self._by_structure.get(structure(fields), ())
        return found[0] if len(found) == 1 else None

    def named(self, name: str) -> RowClass | None:
        """The class of a name, of the schema or of `-- row: Name`."""
        if name in self._named:
            return self._named[name]
        oid = next((oid for oid, known in self._names.classes.items() if known == name), None)
        return None if oid is None else self.of_relation(oid)

    def add_named(self, row: RowClass) -> None:
        """A class of `-- row: Name` that queries of several files use."""
        self._named[row.name] = row
        self.names.add(row.name)

    def without_class(self) -> list[Diagnostic]:
        """A warning for every relation whose class is left out because a column cannot be read yet."""
        problems = []
        for relation in () if self.options.omit_unused else self._names.relations:
            for column in relation.live_columns if self.of_relation(relation.oid) is None else ():
                if refused := self.type_of(relation, column).read_refused:
                    message = f'{self.shown(relation)} has no class: its column "{column.name}" has {refused}'
                    span = column.span or relation.span
                    problems.append(Diagnostic(NO_CLASS, Severity.WARNING, message, span))
                    break
        return problems

    def blocks(self) -> tuple[list[str], set[Import]]:
        """The text of models.py, block by block, and what it imports."""
        blocks: list[str] = []
        imports: set[Import] = set()
        only_used = self.options.omit_unused
        used_enums = set(self._used_types)
        if not only_used:
            used_enums.update(one.oid for one in self._names.enums)
        for enum in self._names.enums:
            if enum.oid in used_enums:
                blocks += self._enum_blocks(enum)
                imports |= {Import("enum", "StrEnum"), Import(ROW, "enum_labels"), FINAL}
        for row in self._in_order():
            for text, needed in self.shapes.blocks_of(row.owner):
                blocks += text
                imports |= needed
            found, needed = class_block(row)
            blocks.append(found)
            imports |= needed
            if row.name in self._made:
                reader, needed = reader_block(row)
                blocks.append(reader)
                imports |= needed
            composite = next((one for one in self._used_composites() if one.name == row.name), None)
            if composite is not None:
                blocks += self._converter_blocks(composite, row, imports)
        for relation in self._names.relations if self.options.insert_models else ():
            found_row = self.of_relation(relation.oid) if relation.kind in TABLES else None
            if found_row is not None and (not only_used or found_row.name in self._made):
                more, needed = change_blocks(self, relation, found_row)
                blocks += more
                imports |= needed
        return blocks, {one for one in imports if one.module != MODELS}

    def patches(self) -> dict[str, tuple[RowClass, list[str]]]:
        """The patch models, each with its row class and its fields."""
        found: dict[str, tuple[RowClass, list[str]]] = {}
        for relation in self._names.relations if self.options.insert_models else ():
            row = self.of_relation(relation.oid) if relation.kind in TABLES else None
            if row is not None:
                columns = zip(relation.live_columns, row.fields, strict=True)
                fields = [one.name for column, one in columns if not column.generated and column.identity != "a"]
                found[f"{row.name}Patch"] = (row, fields)
        return found

    def _in_order(self) -> list[RowClass]:
        """The classes that are written: one that others are made of stands before them."""
        ordered: dict[str, RowClass] = {}
        rows = [row for relation in self._names.relations if (row := self.of_relation(relation.oid))]
        makers = {row.name: row for row in rows}
        for row in rows:
            # The classes of a view's JSON stand before the view's.
            makers.update((made.name, row) for made in self.shapes.classes.get(row.owner, ()))

        def add(row: RowClass) -> None:
            if row.name in ordered:
                return
            for needed in self.shapes.needed_by(row.owner):
                if needed in makers and makers[needed] is not row:
                    add(makers[needed])
            for one in row.fields:
                for oid in one.type.uses:
                    inner = self.of_relation(self._composites[oid].oid) if oid in self._composites else None
                    if inner is not None:
                        add(inner)
                if one.nested is not None and one.nested.module == MODELS:
                    add(one.nested)
            ordered[row.name] = row

        for row in (*rows, *self._named.values()):
            used = row.name in self._made or any(makers[one] is row for one in self.used_shapes)
            if used or not self.options.omit_unused:
                add(row)
        return list(ordered.values())

    def _used_composites(self) -> list[Composite]:
        found = (self._composites[oid] for oid in self._used_types if oid in self._composites)
        return [_composite(relation, self._names.classes[relation.oid]) for relation in found]

    def _converter_blocks(self, composite: Composite, row: RowClass, imports: set[Import]) -> list[str]:
        """The functions that read a composite from its text, and write it as text."""
        oids = [str(self.types.wire(oid)) for _, oid in composite.columns]
        imports |= {ANY, Import(ROW, "row_of"), Import(TYPES, "load_record")}
        load = [f"def {composite.load}(text: Any) -> {row.name}:"]
        values = Group("load_record(", ("text", Items(tuple(oids)) if oids else "()"))
        put(load, "    ", "return ", Group("row_of(", (row.name, row.reader, values)))
        if any(self.types.find(oid).write_refused for _, oid in composite.columns):
            return ["\n".join(load)]
        imports.add(Import(TYPES, "as_text"))
        dump: list[str] = []
        put(dump, "", f"def {composite.dump}", Group("(", (f"value: {row.name}",), ") -> str:"))
        parts: list[Doc] = []
        for one in row.fields:
            converted = convert(one.type.dump, f"value.{one.name}", nullable=one.nullable)
            imports.update(conversion_imports(one.type.dump))
            parts.append(converted)
        put(dump, "    ", "return ", Group("as_text(", (Items(tuple(parts)) if parts else "()",)))
        return ["\n".join(load), "\n".join(dump)]

    def _enum_blocks(self, enum: PgType) -> list[str]:
        declared = self.catalog.enum(enum.oid)
        labels = declared.labels if declared else ()
        name = self._names.classes[enum.oid]
        comment = declared.comment if declared else None
        lines = [f"class {name}(StrEnum):", *docstring(comment or f"The enum {enum.typname}.", "    ")]
        if labels:
            lines.append("")
        for label, member in zip(labels, naming.member_names(labels), strict=True):
            put_text(lines, "    ", f"{member} = ", label)
        map_lines: list[str] = []
        put(map_lines, "", f"{self._labels[enum.oid]}: Final = ", Group("enum_labels(", (name,)))
        return ["\n".join(lines), "\n".join(map_lines)]


def _converters(name: str) -> tuple[str, str]:
    plain = naming.snake(name) or "row"
    return f"load_{plain}", f"dump_{plain}"


def _composite(relation: Relation, name: str) -> Composite:
    columns = tuple((one.name, one.type_oid) for one in relation.live_columns)
    return Composite(name, *_converters(name), columns)
