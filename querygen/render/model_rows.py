"""Row classes: those of the schema (models.py) and those of the queries of one file, shared by structure.

Takes result columns; gives the class that holds them, how it is made from a tuple, and the lines of both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.diagnostics import Diagnostic, DiagnosticError, Severity
from querygen.render import naming
from querygen.render.layout import Choice, Group, Items, Pair, Text, Union, docstring, put, put_text, quoted, width
from querygen.render.model_names import schema_names
from querygen.render.pytypes import (
    MODELS,
    ROW,
    Call,
    Conversion,
    Import,
    PyType,
    TypeMap,
    conversion_imports,
    convert,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.ir import AnalyzedQuery, Embed, ResultColumn
    from querygen.pg_catalog.rows import Oid, PgType
    from querygen.render.layout import Doc
    from querygen.render.options import RenderOptions

ROW_CLASH: Final = "QG204"
FINAL: Final = Import("typing", "Final")
_ANY: Final = Import("typing", "Any")
_SEQUENCE: Final = Import("collections.abc", "Sequence")


class FieldDef(NamedTuple):
    """An attribute of a row class: a column, or (`nested`) a row."""

    name: str
    column: str
    type: PyType
    nullable: bool
    comment: str = ""
    nested: RowClass | None = None

    @property
    def annotation(self) -> str:
        held = self.nested.name if self.nested else self.type.annotation
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
    maker: str = ""
    factory: str = ""
    owner: str = ""  # the query or relation that it was made for, for messages
    json: bool = False

    @property
    def imported(self) -> Import:
        return Import(self.module, self.name)


Structure = tuple[tuple[str, str, Conversion | None], ...]


def structure(fields: Iterable[FieldDef]) -> Structure:
    """What two rows have to agree in to share a class: names, types and how they are read."""
    return tuple((one.name, one.annotation, one.type.load) for one in fields)


class Models:
    """The classes of the schema, made when they are first asked for, and which of them the queries use."""

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
        self.types = TypeMap(catalog, options, {oid: (classes[oid], name) for oid, name in self._labels.items()})
        self._rows: dict[Oid, RowClass | None] = {}
        self._by_structure: dict[Structure, list[RowClass]] | None = None
        self._made: dict[str, RowClass] = {}  # classes whose maker is used, by name
        self._used_enums: set[Oid] = set()
        self._named: dict[str, RowClass] = {}  # -- row: Name of several files
        self.names = taken
        self.helper_names = frozenset(
            one for relation in self._names.relations for one in _helpers(classes[relation.oid])
        )

    def use_type(self, found: PyType) -> None:
        """Remember the enums of a type that a query takes or gives."""
        self._used_enums.update(found.uses)

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

    def _of_relation(self, relation: Relation) -> RowClass | None:
        columns = relation.live_columns
        types = [self.types.find(column.type_oid) for column in columns]
        if any(one.read_refused for one in types):
            return None
        schema = self.catalog.namespace_name(relation.namespace)
        rename = self.options.rename
        names = naming.field_names(
            rename.get(f"{schema}.{relation.name}.{column.name}")
            or rename.get(f"{relation.name}.{column.name}")
            or column.name
            for column in columns
        )
        view = relation.kind in "vm"
        fields = []
        for column, name, found in zip(columns, names, types, strict=True):
            proved = column.nullable_proof is False if view else column.not_null and column.not_null_validated
            nullable = not (proved or self.catalog.type(column.type_oid).typnotnull)
            fields.append(FieldDef(name, column.name, found, nullable, column.comment or ""))
        name = self._names.classes[relation.oid]
        kind = {"v": "view", "m": "materialized view", "f": "foreign table"}.get(relation.kind, "table")
        shown = relation.name if schema == "public" else f"{schema}.{relation.name}"
        doc = relation.comment or f"A row of the {kind} {shown}."
        maker, factory = _helpers(name)
        shadowed = _unshadowed(tuple(fields))
        json = any(one.type.json for one in fields)
        return RowClass(name, MODELS, shadowed, doc, maker, factory, f"the {kind} {shown}", json)

    def with_structure(self, fields: tuple[FieldDef, ...]) -> RowClass | None:
        """The one class of the schema with these names, types and nullability."""
        if self._by_structure is None:
            self._by_structure = {}
            for relation in self._names.relations:
                if row := self.of_relation(relation.oid):
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

    def blocks(self) -> tuple[list[str], set[Import]]:
        """The text of models.py, block by block, and what it imports."""
        blocks: list[str] = []
        imports: set[Import] = set()
        only_used = self.options.omit_unused
        if not only_used:
            self._used_enums.update(one.oid for one in self._names.enums)
        rows = [row for relation in self._names.relations if (row := self.of_relation(relation.oid))]
        rows += self._named.values()
        rows = [row for row in rows if not only_used or row.name in self._made]
        for enum in self._names.enums:
            if enum.oid in self._used_enums:
                blocks += self._enum_blocks(enum)
                imports |= {Import("enum", "StrEnum"), Import(ROW, "enum_labels"), FINAL}
        for row in rows:
            found, needed = class_block(row)
            blocks.append(found)
            imports |= needed
            if row.name in self._made:
                more, needed = maker_blocks(row, validate=self.options.validate_rows)
                blocks += more
                imports |= needed
        return blocks, {one for one in imports if one.module != MODELS}

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


def _helpers(name: str) -> tuple[str, str]:
    """The function that makes a row of a class, and the row factory for psycopg."""
    plain = naming.snake(name) or "row"
    return f"make_{plain}", plain if plain.endswith("_row") else f"{plain}_row"


def _unshadowed(fields: tuple[FieldDef, ...]) -> tuple[FieldDef, ...]:
    """In the body of a class a field hides what is called like it: such a field gets an underscore."""
    used = {word for one in fields for word in _identifiers(one.annotation)} | {"Field"}
    if not any(one.name in used for one in fields):
        return fields
    taken = {one.name for one in fields}
    return tuple(one._replace(name=naming.free(one.name + "_", taken)) if one.name in used else one for one in fields)


def _identifiers(annotation: str) -> list[str]:
    return annotation.replace("[", " ").replace("]", " ").replace(",", " ").replace(".", " ").split()


def class_block(row: RowClass) -> tuple[str, set[Import]]:
    """The lines of a row class."""
    imports = {Import(ROW, "Row")}
    lines = [f"class {row.name}(Row):", *docstring(row.doc, "    ")]
    if row.fields:
        lines.append("")
    for one in row.fields:
        imports.update(one.imports)
        if one.comment:
            imports.add(Import("pydantic", "Field"))
            described = Group("Field(", (Pair("description=", Text(" ".join(one.comment.split()))),))
            put(lines, "    ", f"{one.name}: {one.annotation} = ", described)
        else:
            put_annotated(lines, one)
    return "\n".join(lines), imports


def put_annotated(lines: list[str], one: FieldDef) -> None:
    """`name: annotation` in a class body."""
    line = f"    {one.name}: {one.annotation}"
    if len(line) <= 88 and line.isascii():
        lines.append(line)
    else:
        put(lines, "    ", f"{one.name}: ", Union(one.annotation))


def maker_blocks(row: RowClass, *, validate: bool) -> tuple[list[str], set[Import]]:
    """The function that makes a row from a tuple, and what hands it to psycopg."""
    imports = {_ANY, _SEQUENCE, Import(ROW, "row_factory"), FINAL}
    constant = f"_{naming.snake(row.name).upper()}_FIELDS"
    reserved = {"values", "new_row", "row_or_none", "each", "load_array", row.name, constant}
    for one in row.fields:
        reserved.update(needed.name for needed in conversion_imports(one.type.load))
        if one.nested:
            reserved.add(one.nested.maker)
    variables: list[str] = []
    pairs: list[Doc] = []
    for one in row.fields:
        if one.nested is None:
            variable = naming.free(_short(one.name, len(variables)), reserved)
            reserved.add(variable)
            variables.append(variable)
            value = convert(one.type.load, variable, nullable=one.nullable)
            imports.update(conversion_imports(one.type.load))
        else:
            value, inner = _nested(one, one.nested, reserved)
            variables += inner
            imports.add(Import(one.nested.module, one.nested.maker))
            if one.nullable and not _discriminant(one.nested):
                imports.add(Import(ROW, "row_or_none"))
        pairs.append(Pair(f"{one.name}=" if validate else f"{quoted(one.name)}: ", value))
    lines: list[str] = []
    put(lines, "", f"def {row.maker}", Group("(", ("values: Sequence[Any]",), f") -> {row.name}:"))
    if variables:
        unpacked = ", ".join(variables) if len(variables) > 1 else f"({variables[0]},)"
        if len(unpacked) + 13 <= 88 and unpacked.isascii():
            lines.append(f"    {unpacked} = values")
        else:
            put(lines, "    ", "", Items(tuple(variables)), " = values")
    if validate:
        put(lines, "    ", "return ", Group(f"{row.name}(", tuple(pairs)))
        blocks = ["\n".join(lines)]
    else:
        imports.add(Import(ROW, "new_row"))
        put(lines, "    ", "return ", Group("new_row(", (row.name, Group("{", tuple(pairs), "}"), constant)))
        fields_line: list[str] = []
        put(fields_line, "", f"{constant}: Final = ", Group("set(", (f"{row.name}.model_fields",)))
        blocks = ["\n".join(fields_line), "\n".join(lines)]
    factory: list[str] = []
    put(factory, "", f"{row.factory}: Final = ", Group("row_factory(", (row.maker,)))
    return [*blocks, "\n".join(factory)], imports


def _short(name: str, number: int) -> str:
    """The name of a column's variable: a very long one would break the lines of its uses."""
    return name if width(name) <= 48 else f"column_{number + 1}"


def _discriminant(row: RowClass) -> FieldDef | None:
    """A column that is NULL only where the whole row is."""
    return next((one for one in row.fields if not one.nullable and one.nested is None), None)


def _nested(one: FieldDef, row: RowClass, reserved: set[str]) -> tuple[Doc, list[str]]:
    """The expression that makes a nested row, and the variables of its columns."""
    inner = []
    for number, column in enumerate(row.fields):
        variable = naming.free(_short(f"{one.name}_{column.name}", len(reserved) + number), reserved)
        reserved.add(variable)
        inner.append(variable)
    columns = Items(tuple(inner))
    made = Group(f"{row.maker}(", (columns,))
    if not one.nullable:
        return made, inner
    for variable, column in zip(inner, row.fields, strict=True):
        if column is _discriminant(row):
            return Choice(f"{variable} is None", made), inner
    return Group("row_or_none(", (columns, row.maker)), inner


class _Value(NamedTuple):
    """How the values of a query of one column are converted."""

    maker: str
    factory: str
    type: PyType
    nullable: bool


def _value_blocks(value: _Value) -> tuple[list[str], set[Import]]:
    """The function that takes the value out of a tuple and converts it, and what hands it to psycopg."""
    imports = {_ANY, _SEQUENCE, Import(ROW, "row_factory"), FINAL, *value.type.imports}
    imports.update(conversion_imports(value.type.load))
    annotation = f"{value.type.annotation} | None" if value.nullable else value.type.annotation
    lines: list[str] = []
    put(lines, "", f"def {value.maker}", Group("(", ("values: Sequence[Any]",), f") -> {annotation}:"))
    variable = naming.free("value", {one.name for one in conversion_imports(value.type.load)})
    lines.append(f"    ({variable},) = values")
    converted = convert(value.type.load, variable, nullable=value.nullable)
    if isinstance(value.type.load, Call) and not value.nullable:
        # from_json returns Any, which a strict checker does not take for the promised type.
        put(lines, "    ", f"converted: {annotation} = ", converted)
        lines.append("    return converted")
    else:
        put(lines, "    ", "return ", converted)
    factory: list[str] = []
    put(factory, "", f"{value.factory}: Final = ", Group("row_factory(", (value.maker,)))
    return ["\n".join(lines), "\n".join(factory)], imports


@dataclass
class Rows:
    """The row classes of the queries of one file."""

    models: Models
    module_name: str
    shared: frozenset[str]  # the names of -- row: Name that stand in models.py
    taken: set[str]  # names of functions and constants of the module
    _by_structure: dict[Structure, RowClass] = field(default_factory=dict)
    _named: dict[str, RowClass] = field(default_factory=dict)
    _first_use: dict[str, list[RowClass]] = field(default_factory=dict)
    _values: dict[tuple[str, bool, bool], _Value] = field(default_factory=dict)
    _first_values: dict[str, _Value] = field(default_factory=dict)

    @property
    def module(self) -> str:
        return f".{self.module_name}"

    @property
    def class_names(self) -> list[str]:
        return [row.name for rows in self._first_use.values() for row in rows]

    def class_imports(self) -> set[Import]:
        return {row.imported for rows in self._first_use.values() for row in rows}

    def first_used_by(self, query_name: str) -> Iterable[tuple[list[str], set[Import]]]:
        """The blocks of the classes that stand before a query's function, and what they import."""
        for row in self._first_use.get(query_name, ()):
            found, imports = class_block(row)
            more, needed = maker_blocks(row, validate=self.models.options.validate_rows)
            yield [found, *more], imports | needed
        if query_name in self._first_values:
            yield _value_blocks(self._first_values[query_name])

    def value_factory(self, query: AnalyzedQuery, found: PyType, *, nullable: bool) -> Import:
        """The row factory of a query of one column whose values have to be converted; equal ones are shared."""
        key = (found.annotation, nullable, found.json)
        known = self._values.get(key)
        if known is None:
            plain = naming.snake(query.name)
            maker, factory = (
                naming.free(one, self.taken | self.models.helper_names) for one in (f"read_{plain}", f"{plain}_value")
            )
            self.taken |= {maker, factory}
            known = self._values[key] = _Value(maker, factory, found, nullable)
            self._first_values[query.name] = known
        return Import(self.module, known.factory)

    def row_of(self, query: AnalyzedQuery) -> RowClass:
        """The class of a query's rows."""
        if query.embeds:
            fields = self._with_embeds(query)
        else:
            whole = self._whole_relation(query.columns)
            if whole is not None and "row" not in query.raw.annotations:
                self.models.use(whole)
                return whole
            fields = self._fields(query.columns)
        wanted = query.raw.annotations.get("row")
        if wanted:
            return self._row_named(query, wanted, fields)
        found = None
        if not query.embeds and all(column.origin is None for column in query.columns):
            found = self.models.with_structure(fields)
        if found is not None:
            self.models.use(found)
            return found
        return self._shared(query, naming.query_camel(query.name) + "Row", fields, f"What {query.name} returns.")

    def _shared(self, query: AnalyzedQuery, name: str, fields: tuple[FieldDef, ...], doc: str) -> RowClass:
        key = structure(fields)
        found = self._by_structure.get(key)
        if found is None:
            found = self._make(query, naming.unique(name, self.models.names | self.taken), fields, doc)
            self._by_structure[key] = found
        return found

    def _make(self, query: AnalyzedQuery, name: str, fields: tuple[FieldDef, ...], doc: str) -> RowClass:
        maker, factory = (naming.free(one, self.taken | self.models.helper_names) for one in _helpers(name))
        self.taken |= {name, maker, factory}
        json = any(one.type.json or (one.nested is not None and one.nested.json) for one in fields)
        for one in fields:
            self.models.use_type(one.type)
        row = RowClass(name, self.module, fields, doc, maker, factory, f'query "{query.name}"', json)
        self._first_use.setdefault(query.name, []).append(row)
        return row

    def _row_named(self, query: AnalyzedQuery, name: str, fields: tuple[FieldDef, ...]) -> RowClass:
        found = self._named.get(name) or self.models.named(name)
        if found is not None:
            if structure(found.fields) != structure(fields):
                raise _different(query, name, found, fields)
            self.models.use(found)
            return found
        if naming.identifier(name, "") != name or name in naming.RESERVED_CLASSES or name in self.models.names:
            message = f'"{name}" cannot be the row class of query "{query.name}"'
            raise DiagnosticError(
                Diagnostic(ROW_CLASH, Severity.ERROR, message, query.raw.name_span, "Choose another name for the row.")
            )
        doc = f"A row of {query.name}."
        if name in self.shared and all(one.nested is None or one.nested.module == MODELS for one in fields):
            maker, factory = _helpers(name)
            json = any(one.type.json or (one.nested is not None and one.nested.json) for one in fields)
            found = RowClass(name, MODELS, fields, doc, maker, factory, f'query "{query.name}"', json)
            self.models.add_named(found)
            self.models.use(found)
            return found
        found = self._named[name] = self._make(query, name, fields, doc)
        self._by_structure.setdefault(structure(fields), found)
        return found

    def _field(self, name: str, column: ResultColumn) -> FieldDef:
        found = self.models.types.find(column.type.oid, column.nullable_elements)
        if found.read_refused:
            raise refuse(f'{found.read_refused} (column "{column.name}")')
        return FieldDef(name, column.name, found, column.nullable)

    def _fields(self, columns: Sequence[ResultColumn]) -> tuple[FieldDef, ...]:
        names = naming.field_names(column.name for column in columns)
        return _unshadowed(tuple(self._field(name, one) for name, one in zip(names, columns, strict=True)))

    def _whole_relation(self, columns: Sequence[ResultColumn], *, absent: bool = False) -> RowClass | None:
        """The class of the relation whose columns these are, all of them and in its order.

        A column that the query proves not to be NULL is still the table's; one that may be NULL where the table's may
        not (`absent` apart: the whole row may be) makes another row.
        """
        origin = columns[0].origin if columns else None
        if origin is None:
            return None
        relation = self.models.catalog.find_relation(origin.relation)
        if relation is None or len(relation.live_columns) != len(columns):
            return None
        for column, own in zip(columns, relation.live_columns, strict=True):
            if column.origin != (relation.oid, own.attnum) or column.name != own.name:
                return None
        found = self.models.of_relation(relation.oid)
        if found is None or absent:
            return found
        worse = any(column.nullable and not own.nullable for column, own in zip(columns, found.fields, strict=True))
        return None if worse else found

    def _with_embeds(self, query: AnalyzedQuery) -> tuple[FieldDef, ...]:
        starts = {embed.start: embed for embed in query.embeds}
        columns: list[tuple[str, FieldDef]] = []
        position = 0
        while position < len(query.columns):
            embed = starts.get(position)
            if embed is None:
                column = query.columns[position]
                columns.append((column.name, self._field("", column)))
                position += 1
            else:
                columns.append((embed.name, self._embedded(query, embed)))
                position += max(embed.count, 1)
        names = naming.field_names(name for name, _ in columns)
        return _unshadowed(tuple(one._replace(name=name) for name, (_, one) in zip(names, columns, strict=True)))

    def _embedded(self, query: AnalyzedQuery, embed: Embed) -> FieldDef:
        if embed.many:
            raise refuse("qg.embed_many")
        columns = query.columns[embed.start : embed.start + embed.count]
        row = self._whole_relation(columns, absent=embed.nullable) or self._of_embed(columns, embed)
        if row is None:
            fields = self._fields(columns)
            name = f"{naming.query_camel(query.name)}{naming.query_camel(embed.name)}"
            row = self._shared(query, name, fields, f"The {embed.name} of a row of {query.name}.")
        self.models.use(row)
        return FieldDef("", embed.name, PyType(row.name), embed.nullable, nested=row)

    def _of_embed(self, columns: Sequence[ResultColumn], embed: Embed) -> RowClass | None:
        """The class of the relation that the analysis names, where the columns' own origins do not lead to one."""
        row = self.models.of_relation(embed.relation) if embed.relation else None
        if row is None or [one.column for one in row.fields] != [column.name for column in columns]:
            return None
        if not embed.nullable and any(
            c.nullable and not one.nullable for c, one in zip(columns, row.fields, strict=True)
        ):
            return None
        return row


def _different(query: AnalyzedQuery, name: str, found: RowClass, fields: tuple[FieldDef, ...]) -> DiagnosticError:
    pairs = zip(found.fields, fields, strict=False)
    differing = next((pair for pair in pairs if structure(pair[:1]) != structure(pair[1:])), None)
    if differing is None:
        detail = f"it has {len(fields)} columns, not {len(found.fields)}"
    else:
        have, want = (f"{one.name}: {one.annotation}" for one in differing)
        detail = f'"{want}" is "{have}" there' if have != want else f'"{want}" is of another type there'
    message = f'query "{query.name}" does not fit the row class "{name}" of {found.owner}: {detail}'
    hint = "Give it a row class of its own, or the same columns."
    return DiagnosticError(Diagnostic(ROW_CLASH, Severity.ERROR, message, query.raw.name_span, hint))
