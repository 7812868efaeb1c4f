"""Row classes of the queries of one file: of a table, of the query itself, shared by structure or by `-- row: Name`.

Takes an analysed query; gives the class that holds its rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from querygen.analyze.elements import makes_elements
from querygen.analyze.nodefuncs import expr_location
from querygen.analyze.nodes import Query
from querygen.analyze.nullability import result_entries
from querygen.diagnostics import Diagnostic, DiagnosticError, Severity, error
from querygen.render import naming
from querygen.render.model_classes import (
    FieldDef,
    RowClass,
    Structure,
    Value,
    class_block,
    reader_block,
    reader_name,
    structure,
    unshadowed,
    value_blocks,
)
from querygen.render.model_nested import children
from querygen.render.model_shapes import Place, ShapeClasses
from querygen.render.pytypes import MODELS, Conversion, Import, PyType, conversion_imports, refuse
from querygen.singular import singular
from querygen.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.ir import AnalyzedQuery, Embed, ResultColumn
    from querygen.render.model_schema import Models

ROW_CLASH: Final = "QG204"


@dataclass
class Rows:
    """The row classes of the queries of one file."""

    models: Models
    module_name: str
    shared: frozenset[str]  # the names of -- row: Name that stand in models.py
    taken: set[str]  # names of functions and constants of the module
    patches: dict[str, tuple[list[str], str]] = field(default_factory=dict)  # -- patch: → fields, query
    _embeds: dict[tuple[str, int], RowClass] = field(default_factory=dict)  # by query and embed
    _apart: dict[tuple[str, int | None], dict[int, str]] = field(default_factory=dict)  # by owner: embed → its field
    _by_structure: dict[Structure, RowClass] = field(default_factory=dict)
    _named: dict[str, RowClass] = field(default_factory=dict)
    _first_use: dict[str, list[RowClass]] = field(default_factory=dict)
    _values: dict[tuple[str, bool, Conversion | None], Value] = field(default_factory=dict)
    _first_values: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shapes = ShapeClasses(self.models, self.module, self.taken, self.models.shapes)

    @property
    def module(self) -> str:
        return f".{self.module_name}"

    @property
    def class_names(self) -> list[str]:
        return [row.name for row in self._classes()]

    def class_imports(self) -> set[Import]:
        return {row.imported for row in self._classes()}

    def _classes(self) -> Iterable[RowClass]:
        for rows in (*self.shapes.classes.values(), *self._first_use.values()):
            yield from rows

    def first_used_by(self, query_name: str) -> Iterable[tuple[list[str], set[Import]]]:
        """The blocks of the classes that stand before a query's function, and what they import."""
        yield from self.shapes.blocks_of(query_name)
        for row in self._first_use.get(query_name, ()):
            found, imports = class_block(row)
            more, needed = reader_block(row) if row.reader else ("", set[Import]())
            yield [found, more] if more else [found], imports | needed
        if query_name in self._first_values:
            yield value_blocks(self._first_values[query_name])

    def value_factory(self, query: AnalyzedQuery, found: PyType, *, nullable: bool) -> Import:
        """The row factory of a query of one column whose values have to be converted; equal ones are shared."""
        key = (found.annotation, nullable, found.load)
        known = self._values.get(key)
        if known is None:
            plain = naming.snake(query.name)
            reader, factory = (
                naming.free(one, self.taken | self.models.helper_names) for one in (f"read_{plain}", f"{plain}_value")
            )
            self.taken |= {reader, factory}
            self.models.use_type(found)
            known = self._values[key] = Value(reader, factory, found, nullable)
            self._first_values[query.name] = known
        return Import(self.module, known.factory)

    def row_of(self, query: AnalyzedQuery) -> RowClass:
        """The class of a query's rows."""
        if query.embeds:
            fields = self._with_embeds(query)
        else:
            whole = self._whole_relation(query, query.columns)
            if whole is not None and "row" not in query.raw.annotations:
                self.models.use(whole)
                return whole
            fields = self._fields(query, query.columns)
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
        reader = naming.free(reader_name(name), self.taken | self.models.helper_names)
        self.taken |= {name, reader}
        for one in fields:
            self.models.use_type(one.type)
        row = RowClass(name, self.module, fields, doc, reader, f'query "{query.name}"')
        self._first_use.setdefault(query.name, []).append(row)
        return row

    def params_class(self, query: AnalyzedQuery, fields: tuple[FieldDef, ...]) -> RowClass:
        """The class of the items that a query takes many of."""
        fields = unshadowed(fields)
        name = naming.unique(naming.query_camel(query.name) + "Params", self.models.names | self.taken)
        self.taken.add(name)
        row = RowClass(name, self.module, fields, f"What {query.name} takes.", owner=f'query "{query.name}"')
        self._first_use.setdefault(query.name, []).append(row)
        return row

    def _is_own(self, one: FieldDef) -> bool:
        """Is a field of a class of this module, or read by one of its functions?"""
        needed = (*one.imports, *conversion_imports(one.type.load))
        return any(each.module == self.module for each in needed)

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
        if name in self.shared and not any(self._is_own(one) for one in fields):
            found = RowClass(name, MODELS, fields, doc, reader_name(name), f'query "{query.name}"')
            self.models.add_named(found)
            self.models.use(found)
            return found
        found = self._named[name] = self._make(query, name, fields, doc)
        self._by_structure.setdefault(structure(fields), found)
        return found

    def free(self, name: str) -> str:
        """A name for a function of the module, which is taken then."""
        name = naming.free(name, self.taken | self.models.helper_names)
        self.taken.add(name)
        return name

    def column_type(self, query: AnalyzedQuery, column: ResultColumn) -> PyType:
        """The Python type of a result column: what the configuration says of it, or of the column it comes from."""
        names: tuple[str, ...] = (f"{query.name}.{column.name}",)
        dimensions = 0
        relation = self.models.catalog.find_relation(column.origin.relation) if column.origin else None
        if relation is not None and column.origin is not None:
            own = next((one for one in relation.columns if one.attnum == column.origin.attnum), None)
            if own is not None:
                names += self.models.column_names(relation, own.name)
                dimensions = own.dimensions if own.type_oid == column.type.oid else 0
        if column.shape is not None and not any(self.models.types.is_overridden(one) for one in names):
            place = Place(query.name, naming.query_camel(query.name), (column.name,))
            found = self.shapes.column_type(column.shape, column.type.oid, place)
            promised = column.proved_nullable and not column.nullable  # AS "name!"
            return found._replace(json_null=found.json_null and not promised)
        found = self.models.types.of_column(names, column.type.oid, self._null_elements(query, column), dimensions)
        if found.read_refused:
            problem = refuse(f'{found.read_refused} (column "{column.name}")')
            message = f'query "{query.name}": {problem.message}'
            raise DiagnosticError(error(problem.code, message, _column_span(query, column)))
        return found

    def _null_elements(self, query: AnalyzedQuery, column: ResultColumn) -> bool | None:
        """Whether an element of an array may be NULL; None where nothing is known of the elements."""
        if not column.nullable_elements:
            return False
        if not isinstance(query.query, Query) or not self.models.types.is_array(column.type.oid):
            return None
        return makes_elements(self.models.catalog, query.query, _number(query, column)) or None

    def _field(self, query: AnalyzedQuery, name: str, column: ResultColumn) -> FieldDef:
        found = self.column_type(query, column)
        return FieldDef(name, column.name, found, column.nullable or found.json_null)

    def _fields(self, query: AnalyzedQuery, columns: Sequence[ResultColumn]) -> tuple[FieldDef, ...]:
        names = naming.field_names(column.name for column in columns)
        return unshadowed(tuple(self._field(query, name, one) for name, one in zip(names, columns, strict=True)))

    def _whole_relation(
        self, query: AnalyzedQuery, columns: Sequence[ResultColumn], *, absent: bool = False
    ) -> RowClass | None:
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
            if self.models.types.is_overridden(f"{query.name}.{column.name}"):
                return None
        found = self.models.of_relation(relation.oid)
        if found is None or absent:
            return found
        worse = any(column.nullable and not own.nullable for column, own in zip(columns, found.fields, strict=True))
        return None if worse else found

    def class_of_embed(self, query_name: str, embed: int) -> RowClass:
        """The class of the rows of an embed."""
        return self._embeds[query_name, embed]

    def fields_of(self, query_name: str, embed: int | None) -> dict[int, str]:
        """The fields of a class (None: the query's own) that are filled when rows are folded, by their embeds."""
        return self._apart.get((query_name, embed), {})

    def _with_embeds(self, query: AnalyzedQuery) -> tuple[FieldDef, ...]:
        starts = {embed.start: number for number, embed in enumerate(query.embeds)}
        direct = children(query.nest, None) if query.nest is not None else []
        columns: list[tuple[str, FieldDef, int | None]] = []
        position = 0
        while position < len(query.columns):
            number = starts.get(position)
            if number is None:
                column = query.columns[position]
                columns.append((column.name, self._field(query, "", column), None))
                position += 1
                continue
            embed = query.embeds[number]
            if not embed.many:
                found = self._embedded(query, embed)
                apart = query.nest is not None and not embed.nullable
                columns.append((embed.name, found._replace(apart=apart), number if apart else None))
            elif number in direct:
                columns.append((embed.name, self._list(query, number), number))
            position += max(embed.count, 1)
        return self._named_fields(query, None, columns)

    def _named_fields(
        self, query: AnalyzedQuery, owner: int | None, columns: Sequence[tuple[str, FieldDef, int | None]]
    ) -> tuple[FieldDef, ...]:
        """The fields with their names; which of them are filled later is remembered."""
        names = naming.field_names(name for name, _, _ in columns)
        fields = unshadowed(tuple(one._replace(name=name) for name, (_, one, _) in zip(names, columns, strict=True)))
        lists = {number: one.name for one, (_, _, number) in zip(fields, columns, strict=True) if number is not None}
        if lists:
            self._apart[query.name, owner] = lists
        return fields

    def _list(self, query: AnalyzedQuery, number: int) -> FieldDef:
        """The list of an embed_many."""
        embed = query.embeds[number]
        inner = children(query.nest, number) if query.nest is not None else []
        levels = query.nest.levels if query.nest is not None else ()
        nullable = next(one.nullable for one in levels if one.embed == number)
        if not inner:
            found = self._embedded(query, embed, nullable)
        else:
            columns = query.columns[embed.start : embed.start + embed.count]
            plain = [self._field(query, "", one) for one in columns]
            own = [
                (column.name, one._replace(nullable=one.nullable and null), None)
                for column, one, null in zip(columns, plain, nullable, strict=True)
            ]
            lists = [(query.embeds[one].name, self._list(query, one), one) for one in inner]
            fields = self._named_fields(query, number, [*own, *lists])
            name = f"{naming.query_camel(query.name)}{naming.query_camel(singular(embed.name))}"
            row = self._shared(query, name, fields, f"One of the {embed.name} of a row of {query.name}.")
            self.models.use(row)
            found = FieldDef("", embed.name, PyType(row.name), False, nested=row)
        if found.nested is not None:
            self._embeds[query.name, number] = found.nested
        return found._replace(nullable=False, many=True, apart=True)

    def _embedded(self, query: AnalyzedQuery, embed: Embed, nullable: Sequence[bool] = ()) -> FieldDef:
        """One row of a relation. `nullable` says which of its columns may be NULL where there is a row."""
        columns = query.columns[embed.start : embed.start + embed.count]
        row = self._whole_relation(query, columns, absent=embed.nullable) or self._of_embed(columns, embed)
        if row is None:
            fields = self._fields(query, columns)
            if nullable:
                pairs = zip(fields, nullable, strict=True)
                fields = tuple(one._replace(nullable=one.nullable and null) for one, null in pairs)
            plain = singular(embed.name) if embed.many else embed.name
            name = f"{naming.query_camel(query.name)}{naming.query_camel(plain)}"
            row = self._shared(query, name, fields, f"The {embed.name} of a row of {query.name}.")
        self.models.use(row)
        self._embeds[query.name, next(n for n, one in enumerate(query.embeds) if one is embed)] = row
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


def _number(query: AnalyzedQuery, column: ResultColumn) -> int:
    return next(number for number, one in enumerate(query.columns) if one is column)


_NAME: Final = re.compile(r'(?:[\w$]+|"[^"]*")(?:\.(?:[\w$]+|"[^"]*"|\*))*|.')


def _column_span(query: AnalyzedQuery, column: ResultColumn) -> Span:
    """Where a result column stands in the file, or the star that it comes from; else the query's name."""
    raw = query.raw
    entries = result_entries(query.query) if isinstance(query.query, Query) else ()
    location = expr_location(entries[_number(query, column)].expr) if entries else -1
    if location < 0:
        return raw.name_span
    start = raw.file_offset(location)
    embed = next((one for one in raw.embeds if one.start <= location < one.end), None)
    match = _NAME.match(raw.source.text, start)
    if embed is not None or match is None:
        return embed.span if embed is not None else raw.name_span
    return Span(raw.source, start, match.end())


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
