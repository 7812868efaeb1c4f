"""What stands in the files of queriers, decided: models, parameters, rows and methods, by sqlc-gen-python's rules.

Takes the analysed queries and the catalog; gives `Model`s, `Enum`s and `Method`s. Mirrors sqlc-gen-python's
internal/gen.go: buildEnums, buildModels, buildQueries.
"""

from __future__ import annotations

import keyword
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.analyze.nullability_relation import declared_verdict
from querygen.analyze.nullability_scope import Env
from querygen.diagnostics import Diagnostic, DiagnosticError, Note, Severity, error
from querygen.ir import Command, ParamKind
from querygen.render import naming
from querygen.render import querier_names as names
from querygen.render.options import RenderOptions
from querygen.render.pytypes import Call, Import, PyType, Then, refuse
from querygen.render.querier_types import QuerierTypes
from querygen.sql.sqlc_names import Met, ParamName, column_names, param_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.ir import AnalyzedQuery, Embed, QueryParam, ResultColumn
    from querygen.pg_catalog.rows import Oid, PgType
    from querygen.render.querier_options import QuerierOptions

NAME_CLASH: Final = "QG240"
NO_METHOD: Final = "QG241"
NO_QUERIER: Final = "QG242"
BAD_LIMIT: Final = "QG243"

COMMANDS: Final = (Command.ONE, Command.MANY, Command.EXEC, Command.EXECROWS, Command.EXECRESULT)
_WITH_ROWS: Final = (Command.ONE, Command.MANY)
_RELATIONS: Final = "rpvmf"  # relkinds
_LIST: Final = Call(Import("", "list"))


class Field(NamedTuple):
    """An attribute or a parameter. `column` is the database's name, or the parameter's."""

    name: str
    column: str
    type: PyType
    nullable: bool
    comment: str = ""
    nested: Model | None = None
    number: int = 0  # of a parameter

    @property
    def annotation(self) -> str:
        held = f"models.{self.nested.name}" if self.nested else self.type.annotation
        return f"{held} | None" if self.nullable else held


class Model(NamedTuple):
    """A class of rows or parameters. `relation` is the table whose it is; 0: a query's own."""

    name: str
    fields: tuple[Field, ...]
    comment: str = ""
    relation: Oid = 0


class Enum(NamedTuple):
    name: str
    members: tuple[tuple[str, str], ...]  # name and label
    comment: str


class Method(NamedTuple):
    """A query: its method, what it takes and what it gives.

    `params` are the method's own; with `params_class` it takes one object that has them as attributes. `row` is the
    class of its rows; without one, `value` is the one column.
    """

    query: AnalyzedQuery
    name: str
    constant: str
    params: tuple[Field, ...]
    params_class: Model | None
    row: Model | None
    value: Field | None


class Schema:
    """The classes of models.py."""

    def __init__(self, catalog: Catalog, options: QuerierOptions) -> None:
        self.catalog = catalog
        self.options = options
        enums = [row for row in catalog.user_types() if row.typtype == "e"]
        relations = [one for one in catalog.relations() if one.kind in _RELATIONS]
        class_of = {one.oid: self._class_name(one.typnamespace, one.typname, is_table=False) for one in enums}
        self.types = QuerierTypes(catalog, RenderOptions(overrides=options.overrides), class_of)
        self._names = {one.oid: self._class_name(one.namespace, one.name, is_table=True) for one in relations}
        self._check_classes(enums, relations, class_of)
        self.enums = sorted((self._enum(one, class_of[one.oid]) for one in enums), key=lambda one: one.name)
        self._by_oid = {one.oid: self._model(one) for one in relations}
        self.models = sorted(self._by_oid.values(), key=lambda one: one.name)

    def of_relation(self, oid: Oid) -> Model | None:
        return self._by_oid.get(oid)

    def _class_name(self, namespace: Oid, name: str, *, is_table: bool) -> str:
        schema = self.catalog.namespace_name(namespace)
        rename = self.options.rename
        if chosen := rename.get(f"{schema}.{name}", rename.get(name, "")):
            return chosen
        # As sqlc sees it, "public" is the default whatever the search path says.
        full = name if schema == "public" else f"{schema}_{name}"
        if is_table and not self.options.emit_exact_table_names:
            full = names.singular(full, self.options.inflection_exclude_table_names)
        return names.model_name(full)

    def _check_classes(self, enums: Iterable[PgType], relations: Iterable[Relation], class_of: dict[Oid, str]) -> None:
        owners: dict[str, tuple[str, Relation | None]] = {}
        for enum in enums:
            shown = f"the enum {self.catalog.namespace_name(enum.typnamespace)}.{enum.typname}"
            owners.setdefault(class_of[enum.oid], (shown, None))
        for one in relations:
            name = self._names[one.oid]
            shown = f"{self.catalog.namespace_name(one.namespace)}.{one.name}"
            first = owners.setdefault(name, (shown, one))
            if first[1] is not one:
                message = f'{first[0]} and {shown} would both be the class "{name}"'
                hint = f'Name the table in inflection_exclude_table_names, or choose: rename."{shown}" = "…".'
                raise DiagnosticError(error(NAME_CLASH, message, one.span, hint))

    def _enum(self, row: PgType, name: str) -> Enum:
        declared = self.catalog.enum(row.oid)
        labels = declared.labels if declared else ()
        members = tuple(zip(names.member_names(labels), labels, strict=True))
        return Enum(name, members, (declared.comment if declared else None) or "")

    def _model(self, relation: Relation) -> Model:
        env = Env(self.catalog)
        children = relation.kind in "rpf"
        fields = []
        for column in relation.live_columns:
            known = self.column_names(relation, column.name)
            rename = self.options.rename
            chosen = next((rename[one] for one in known if one in rename), None)
            verdict = declared_verdict(env, relation.oid, column.attnum, column.name, children=children)
            found = self.types.of_column(known, column.type_oid)
            name = chosen or self.attribute(column.name)
            fields.append(Field(name, column.name, found, verdict.nullable, column.comment or ""))
        return Model(self._names[relation.oid], _distinct(fields), relation.comment or "", relation.oid)

    def column_names(self, relation: Relation, column: str) -> tuple[str, str]:
        """How the configuration may call a column."""
        schema = self.catalog.namespace_name(relation.namespace)
        return f"{schema}.{relation.name}.{column}", f"{relation.name}.{column}"

    def attribute(self, column: str) -> str:
        """The attribute of a column: its own name wherever Python, or pydantic, takes it."""
        if self.options.emit_pydantic_models:
            name = names.identifier(column, "column")
            return name + "_" if name in naming.MODEL_ATTRIBUTES else name
        return names.identifier(column, "column", underscore=True)


def _distinct(fields: Sequence[Field]) -> tuple[Field, ...]:
    return tuple(
        one._replace(name=name) for one, name in zip(fields, naming.numbered(one.name for one in fields), strict=True)
    )


# ---------------------------------------------------------------------------------------------- queries


def build_methods(queries: Sequence[AnalyzedQuery], schema: Schema, problems: list[Diagnostic]) -> list[Method]:
    """The methods of all queries, in the order of their names; what cannot be one goes to `problems`."""
    methods: list[Method] = []
    owners: dict[tuple[str, str], AnalyzedQuery] = {}
    for query in queries:
        try:
            method = _method(query, schema)
            first = owners.setdefault((PurePath(query.raw.source.path).name, method.name), query)
            if first is not query:
                raise _same_method(first, query, method.name)
            methods.append(method)
        except DiagnosticError as refused:
            problems.append(refused.diagnostic)
    return sorted(methods, key=lambda one: one.name)


def _same_method(first: AnalyzedQuery, query: AnalyzedQuery, name: str) -> DiagnosticError:
    message = f'queries "{first.name}" and "{query.name}" would both be the method "{name}"'
    notes = (Note("the first one is here", first.raw.name_span),)
    return DiagnosticError(
        Diagnostic(NAME_CLASH, Severity.ERROR, message, query.raw.name_span, "Rename one of them.", notes=notes)
    )


def _method(query: AnalyzedQuery, schema: Schema) -> Method:
    name = names.method_name(query.name)
    span = query.raw.name_span
    if keyword.iskeyword(name) or not name.isidentifier() or name.startswith("__"):
        message = f'query "{query.name}" would be the method "{name}", which Python does not take'
        raise DiagnosticError(error(NAME_CLASH, message, span, "Rename the query."))
    if query.command not in COMMANDS:
        message = f'query "{query.name}" is :{query.command.value}, which a querier has no method for'
        known = ", ".join(f":{one.value}" for one in COMMANDS)
        raise DiagnosticError(error(NO_METHOD, message, span, f'Make it one of {known}, or use style = "functions".'))
    if beyond := _beyond(query):
        message = f'query "{query.name}" has {beyond}, which a querier has no method for'
        raise DiagnosticError(error(NO_METHOD, message, span, 'Use style = "functions".'))
    if query.command in _WITH_ROWS and not query.columns:
        message = f'query "{query.name}" is :{query.command.value}, but its statement returns no columns'
        raise DiagnosticError(error(NO_METHOD, message, span, "Add RETURNING, or make it :exec."))
    params = tuple(_params(query, schema))
    limit = schema.options.query_parameter_limit
    params_class = None
    if params and (len(params) > limit or limit == 0):
        params = _distinct([one._replace(name=schema.attribute(one.name)) for one in params])
        params_class = Model(_class_of(query, "Params"), params)
    fields = _columns(query, schema)
    row = _row(query, fields, schema) if len(fields) > 1 else None
    value = fields[0] if len(fields) == 1 else None
    return Method(query, name, name.upper(), params, params_class, row, value)


def _beyond(query: AnalyzedQuery) -> str:
    """What the query asks for that is querygen's own, and only of the style of functions."""
    if query.dynamic is not None:
        return "parts that may be left out"
    if any(one.many for one in query.embeds):
        return "qg.embed_many"
    return next((f"-- {one}:" for one in ("patch", "row", "prepare", "binary") if one in query.raw.annotations), "")


def _class_of(query: AnalyzedQuery, suffix: str) -> str:
    return f"{query.name}{suffix}"


def _params(query: AnalyzedQuery, schema: Schema) -> Iterable[Field]:
    """The parameters in the order of their numbers, with sqlc's names."""
    found: list[Field] = []
    known = param_names(query.raw.sql, lambda *call: _argument_name(schema.catalog, *call))
    for param in sorted(query.params, key=lambda one: one.number):
        meant = known.get(param.number) or ParamName("", Met.NOTHING)
        name = param.name or meant.name or f"dollar_{param.number}"
        type_, nullable = _param_type(query, param, meant, schema)
        found.append(Field(_argument(name), name, type_, nullable, number=param.number))
    return _distinct(found)


def _argument(name: str) -> str:
    name = names.identifier(name, "param", underscore=True)
    return "self_" if name == "self" else name


def _argument_name(catalog: Catalog, function: str, count: int, place: int) -> str | None:
    """The name that the declaration gives an argument, where all functions of the name agree in it."""
    found = {
        row.proargnames[place] if row.proargnames and place < len(row.proargnames) else ""
        for row in catalog.procs_named(function)
        if row.pronargs == count
    }
    return found.pop() if len(found) == 1 else None


def _param_type(query: AnalyzedQuery, param: QueryParam, meant: ParamName, schema: Schema) -> tuple[PyType, bool]:
    known: tuple[str, ...] = tuple(f"{query.name}.{one}" for one in (param.name, meant.name) if one)
    known += (f"{query.name}.dollar_{param.number}",)
    nullable = param.nullable
    relation = schema.catalog.find_relation(param.origin.relation) if param.origin else None
    if relation is not None and param.origin is not None:
        own = next((one for one in relation.columns if one.attnum == param.origin.attnum), None)
        if own is not None and own.type_oid == param.type.oid:
            known += schema.column_names(relation, own.name)
        if own is not None and meant.met is Met.COLUMN and param.kind is not ParamKind.SLICE:
            # Callers hand over what such a column holds, as sqlc lets them: the comparison is then NULL.
            model = schema.of_relation(relation.oid)
            field = next((one for one in model.fields if one.column == own.name), None) if model else None
            nullable = nullable or (field.nullable if field else not own.not_null)
    found = schema.types.of_column(known, param.type.oid)
    if found.write_refused:
        problem = refuse(found.write_refused)
        message = f'query "{query.name}", parameter ${param.number}: {problem.message}'
        raise DiagnosticError(error(problem.code, message, param.span or query.raw.name_span))
    return _of_slice(found, param), nullable


def _of_slice(found: PyType, param: QueryParam) -> PyType:
    """A slice takes any sequence, which psycopg would write as an array only where it is a list."""
    if param.kind is not ParamKind.SLICE or not found.annotation.startswith("list["):
        return found
    dump = _LIST if found.dump is None else Then(_LIST, found.dump)
    imports = (*found.imports, Import("collections.abc", "Sequence"))
    return found._replace(annotation="Sequence" + found.annotation.removeprefix("list"), imports=imports, dump=dump)


def _columns(query: AnalyzedQuery, schema: Schema) -> tuple[Field, ...]:
    """What a row has, an embedded one counted once."""
    known = column_names(query.sql)
    if len(known) != len(query.columns):  # no list to read them from: SHOW, VALUES
        known = [None] * len(query.columns)
    starts = {embed.start: embed for embed in query.embeds}
    fields: list[Field] = []
    position = 0
    while position < len(query.columns):
        embed = starts.get(position)
        if embed is not None:
            fields.append(_embedded(query, embed, schema))
            position += max(embed.count, 1)
            continue
        column, name = query.columns[position], known[position]
        name = column.name if name is None or column.name != column.server_name else name
        name = f"column_{position + 1}" if name in ("", "?column?") else name
        fields.append(_column(query, column, name, schema))
        position += 1
    return _distinct(fields)


def _column(query: AnalyzedQuery, column: ResultColumn, name: str, schema: Schema) -> Field:
    known: tuple[str, ...] = (f"{query.name}.{column.name}",)
    relation = schema.catalog.find_relation(column.origin.relation) if column.origin else None
    if relation is not None and column.origin is not None:
        own = next((one for one in relation.columns if one.attnum == column.origin.attnum), None)
        known += schema.column_names(relation, own.name) if own is not None else ()
    found = schema.types.of_column(known, column.type.oid)
    if found.read_refused:
        problem = refuse(f'{found.read_refused} (column "{column.name}")')
        message = f'query "{query.name}": {problem.message}'
        raise DiagnosticError(error(problem.code, message, query.raw.name_span))
    return Field(schema.attribute(name), name, found, column.nullable)


def _embedded(query: AnalyzedQuery, embed: Embed, schema: Schema) -> Field:
    model = None if embed.many else schema.of_relation(embed.relation)
    columns = query.columns[embed.start : embed.start + embed.count]
    if model is None or [one.column for one in model.fields] != [one.name for one in columns]:
        message = f'query "{query.name}" embeds "{embed.name}", which is no table of the schema'
        raise DiagnosticError(error(NO_METHOD, message, query.raw.name_span, "Embed a table or a view."))
    return Field(schema.attribute(embed.name), embed.name, PyType(""), embed.nullable, nested=model)


def _row(query: AnalyzedQuery, fields: tuple[Field, ...], schema: Schema) -> Model:
    """The model whose columns these are, or a class of the query's own."""
    origin = query.columns[0].origin
    model = schema.of_relation(origin.relation) if origin is not None and not query.embeds else None
    if model is not None and len(model.fields) == len(fields):
        pairs = zip(fields, query.columns, model.fields, strict=True)
        if all(
            column.origin is not None
            and column.origin.relation == model.relation
            and own.column == one.column
            and own.type == one.type
            and (own.nullable or not one.nullable)
            for one, column, own in pairs
        ):
            return model
    return Model(_class_of(query, "Row"), fields)
