"""Pages about what the files declare: the list of tables, one table with its queries, the diagram, search.

Takes an `Ask`, gives a page. No database is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from starlette.responses import Response

from querygen.analyze.nullability_relation import declared_column
from querygen.analyze.typename import format_type
from querygen.catalog.catalog import FIRST_USER_OID
from querygen.pipeline import FailedQuery
from querygen.studio import diagram
from querygen.studio.view import Ask, NotFound, environment

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Constraint, Index, Relation
    from querygen.studio.project import Project, QueryUse

KINDS: Final = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
_ACTIONS: Final = {"c": "cascade", "n": "set null", "d": "set default", "r": "restrict"}
_CONSTRAINTS: Final = {"p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclusion"}
_LARGE: Final = 30  # tables: from here on the diagram shows keys only, unless asked for more
_TOO_LARGE: Final = 80  # boxes: from here on names and keys, whatever is asked for


class ColumnRow(Struct, frozen=True):
    """A column of a table's page."""

    name: str
    type: str
    null: bool
    default: str
    marks: tuple[str, ...]
    refers: tuple[str, str] | None  # the table that it is a foreign key of
    comment: str
    users: list[QueryUse]
    labels: tuple[str, ...]


class TypeRow(Struct, frozen=True):
    """A type that the schema makes."""

    schema: str
    name: str
    kind: str
    about: str
    labels: tuple[str, ...]
    comment: str


class FunctionRow(Struct, frozen=True):
    schema: str
    name: str
    arguments: str
    returns: str
    language: str
    comment: str


def home(ask: Ask) -> Response:
    """Where one stands: what there is, and the ways to it."""
    project = ask.project
    kinds = [one.kind for one in project.tables]
    failed = [one for one in project.analysis.queries if isinstance(one, FailedQuery)]
    return ask.page(
        "home",
        "Overview",
        "",
        tables=sum(kind in "rpf" for kind in kinds),
        views=sum(kind in "vm" for kind in kinds),
        queries=len(project.analysis.queries),
        files=len(project.files),
        failed=len(failed),
        errors=project.errors,
        missing=ask.studio.missing,
    )


# ---------------------------------------------------------------------------------------------- the schema


def schema(ask: Ask) -> Response:
    """Every table, view, type and function of the files."""
    project = ask.project
    catalog = project.analysis.catalog
    words = ask.query.get("filter", "").lower().split()
    rows = []
    for one in project.tables:
        name = catalog.namespace_name(one.namespace)
        text = f"{name}.{one.name} {one.comment or ''}".lower()
        if not all(word in text for word in words):
            continue
        rows.append((name, one, KINDS[one.kind], len(one.live_columns), project.users(one.oid)))
    return ask.page(
        "schema",
        "Schema",
        "schema",
        rows=rows,
        types=_types(catalog),
        functions=_functions(catalog),
        extensions=sorted(catalog.extensions),
        errors=project.errors,
        filter=ask.query.get("filter", ""),
        total=len(project.tables),
        schema_paths=", ".join(project.config.schema),
    )


def _types(catalog: Catalog) -> list[TypeRow]:
    found = []
    for row in catalog.user_types():
        schema_name = catalog.namespace_name(row.typnamespace)
        enum, domain = catalog.enum(row.oid), catalog.domain(row.oid)
        comment = (enum and enum.comment) or (domain and domain.comment) or catalog.comment("type", row.oid) or ""
        match row.typtype:
            case "e" if enum is not None:
                found.append(TypeRow(schema_name, row.typname, "enum", "", enum.labels, comment))
            case "d":
                checks = domain.checks if domain else ()
                base = format_type(catalog, row.typbasetype, row.typtypmod)
                parts = [
                    base,
                    "not null" * row.typnotnull,
                    *(f"check ({one.expression_sql})" for one in checks if one.expression_sql),
                ]
                about = " ".join(one for one in parts if one)
                found.append(TypeRow(schema_name, row.typname, "domain", about, (), comment))
            case "r":
                found_range = catalog.range(row.oid)
                about = f"of {format_type(catalog, found_range.rngsubtype)}" if found_range else ""
                found.append(TypeRow(schema_name, row.typname, "range", about, (), comment))
            case "c" if (made := catalog.find_relation(row.typrelid)) is not None and made.kind == "c":
                about = ", ".join(f"{one.name} {format_type(catalog, one.type_oid)}" for one in made.live_columns)
                found.append(TypeRow(schema_name, row.typname, "composite", about, (), comment))
    return sorted(found, key=lambda one: (one.kind, one.schema, one.name))


def _functions(catalog: Catalog) -> list[FunctionRow]:
    found = []
    for row in catalog.procs():
        if row.oid < FIRST_USER_OID:
            continue
        body = catalog.function_body(row.oid)
        if body is None:
            continue  # made by a type, as constructors of ranges are
        types = row.proallargtypes or row.proargtypes
        modes = row.proargmodes or "i" * len(types)
        names = row.proargnames or ("",) * len(types)
        arguments = [
            f"{name} {format_type(catalog, oid)}".strip()
            for oid, mode, name in zip(types, modes, names, strict=False)
            if mode in "ibv"
        ]
        returns = "" if row.prokind == "p" else format_type(catalog, row.prorettype)
        found.append(
            FunctionRow(
                catalog.namespace_name(row.pronamespace),
                row.proname,
                ", ".join(arguments),
                f"setof {returns}" if row.proretset else returns,
                body.language,
                body.comment or "",
            )
        )
    return sorted(found, key=lambda one: (one.schema, one.name, one.arguments))


# ---------------------------------------------------------------------------------------------- a table


def wanted_table(ask: Ask) -> tuple[str, str]:
    """The schema and the name of the table that the address names."""
    schema_name, name = ask.query.get("s", "public"), ask.query.get("t", "")
    if not name:
        raise NotFound("The address names no table.")
    return schema_name, name


def table(ask: Ask) -> Response:
    """One table: columns, keys, indexes, who refers to it, and the queries that use each column."""
    project = ask.project
    catalog = project.analysis.catalog
    schema_name, name = wanted_table(ask)
    found = project.table(schema_name, name)
    if found is None:
        raise NotFound(f'The schema files declare no table "{schema_name}.{name}".')
    near = diagram.chosen(catalog, project.tables, around=found.oid)
    return ask.page(
        "table",
        name,
        "schema",
        table=found,
        schema_name=schema_name,
        kind=KINDS[found.kind],
        columns=_columns(project, found),
        constraints=[_constraint(catalog, one) for one in found.constraints if one.kind != "n"],
        indexes=[_index(one) for one in catalog.indexes_of(found.oid)],
        referrers=_referrers(project, found),
        users=project.users(found.oid),
        diagram=diagram.draw(catalog, near) if len(near) > 1 else None,
        parents=[_place(catalog, catalog.relation(one)) for one in found.parents],
        children=[_place(catalog, one) for one in catalog.children_of(found.oid)],
    )


def _place(catalog: Catalog, one: Relation) -> tuple[str, str]:
    return catalog.namespace_name(one.namespace), one.name


def _columns(project: Project, found: Relation) -> list[ColumnRow]:
    catalog = project.analysis.catalog
    primary = {name for one in found.constraints if one.kind == "p" for name in one.columns}
    unique = {one.columns[0] for one in found.constraints if one.kind == "u" and len(one.columns) == 1}
    refers = {}
    for key in found.constraints:
        target = catalog.find_relation(key.ref_relation) if key.kind == "f" else None
        if target is not None:
            refers.update({name: _place(catalog, target) for name in key.columns})
    rows = []
    for one in found.live_columns:
        default = one.default_sql or ""
        if one.identity:
            default = f"identity, {'always' if one.identity == 'a' else 'by default'}"
        elif one.generated:
            default = f"= {default} ({'stored' if one.generated == 's' else 'virtual'})"
        marks = [mark for mark, names in (("PK", primary), ("FK", refers), ("UK", unique)) if one.name in names]
        enum = catalog.enum(one.type_oid)
        null = declared_column(catalog, found, one).nullable
        rows.append(
            ColumnRow(
                one.name,
                format_type(catalog, one.type_oid, one.typmod),
                null,
                default,
                tuple(marks),
                refers.get(one.name),
                one.comment or "",
                project.users(found.oid, one.attnum),
                enum.labels if enum else (),
            )
        )
    return rows


def _constraint(catalog: Catalog, one: Constraint) -> tuple[str, str, str, tuple[str, str] | None]:
    """Name, kind, what it says, the table it refers to."""
    text = one.expression_sql or ", ".join(one.columns)
    target = catalog.find_relation(one.ref_relation) if one.kind == "f" else None
    if target is not None:
        text = f"{', '.join(one.columns)} → {target.name} ({', '.join(one.ref_columns)})"
        text += f", on delete {_ACTIONS[one.on_delete]}" if one.on_delete in _ACTIONS else ""
        text += f", on update {_ACTIONS[one.on_update]}" if one.on_update in _ACTIONS else ""
    text += "" if one.validated else ", not valid"
    return one.name, _CONSTRAINTS[one.kind], text, _place(catalog, target) if target else None


def _index(one: Index) -> tuple[str, str, str, str]:
    """Name, method, what it is over, comment."""
    keys = ", ".join(
        (key.name or f"({key.expression_sql})") + (" desc" if key.descending else "") for key in one.columns
    )
    text = keys + (f" include ({', '.join(one.include)})" if one.include else "")
    text += f" where {one.predicate_sql}" if one.predicate_sql else ""
    return one.name, ("unique " if one.unique else "") + one.method, text, one.comment or ""


def _referrers(project: Project, found: Relation) -> list[tuple[str, str, str]]:
    """Schema, table, and the columns of each foreign key that refers here."""
    catalog = project.analysis.catalog
    return [
        (*_place(catalog, other), ", ".join(one.columns))
        for other in project.tables
        for one in other.constraints
        if one.kind == "f" and one.ref_relation == found.oid and not other.is_partition
    ]


# ---------------------------------------------------------------------------------------------- the diagram


def _drawn(ask: Ask) -> tuple[list[Relation], bool]:
    """The tables that the address asks for, and whether only keys are drawn."""
    project = ask.project
    catalog = project.analysis.catalog
    tables = [one for one in project.tables if one.kind in "rpf" or ask.query.get("views")]
    around = 0
    if ask.query.get("t"):
        found = project.table(*wanted_table(ask))
        if found is None:
            raise NotFound(f'The schema files declare no table "{ask.query["t"]}".')
        around = found.oid
    chosen = diagram.chosen(catalog, tables, ask.query.get("filter", ""), around)
    keys = ask.query.get("columns", "keys" if len(chosen) > _LARGE else "all") == "keys"
    return chosen, keys or len(chosen) > _TOO_LARGE


def _cached(ask: Ask, shown: list[Relation], *, keys: bool) -> diagram.Diagram:
    """The layout of the same tables is the same for as long as no file changes."""
    project = ask.project
    name = ("diagram", keys, tuple(one.oid for one in shown))
    kept = ask.studio.kept.get("diagram")
    if kept is None or kept[0] is not project or kept[1] != name:
        kept = (project, name, diagram.draw(project.analysis.catalog, shown, keys_only=keys))
        ask.studio.kept["diagram"] = kept
    found: diagram.Diagram = kept[2]
    return found


def diagram_page(ask: Ask) -> Response:
    """The entity diagram, to pan, to filter and to take along."""
    shown, keys = _drawn(ask)
    given = {name: ask.query.get(name) for name in ("filter", "s", "t", "columns", "views") if ask.query.get(name)}
    return ask.page(
        "diagram",
        "Diagram",
        "diagram",
        diagram=_cached(ask, shown, keys=keys) if shown else None,
        keys=keys,
        given=given,
        forced=len(shown) > _TOO_LARGE,
        focus=ask.query.get("t", ""),
        total=len(ask.project.tables),
    )


def diagram_svg(ask: Ask) -> Response:
    """The diagram as a file of its own."""
    shown, keys = _drawn(ask)
    drawn = diagram.draw(ask.project.analysis.catalog, shown, keys_only=keys)
    text = environment().get_template("diagram.svg.j2").render(diagram=drawn, standalone=True)
    return _file(text, "image/svg+xml", "schema.svg")


def diagram_mermaid(ask: Ask) -> Response:
    """The diagram as Mermaid's text."""
    shown, _ = _drawn(ask)
    return _file(diagram.mermaid(ask.project.analysis.catalog, shown), "text/plain", "schema.mmd")


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


# ---------------------------------------------------------------------------------------------- search


def search(ask: Ask) -> Response:
    """Tables, columns, types, functions and queries by a part of their name or comment."""
    project = ask.project
    catalog = project.analysis.catalog
    words = ask.query.get("q", "").lower().split()
    tables: list[Any] = []
    columns: list[Any] = []
    queries: list[Any] = []

    def fits(*texts: str | None) -> bool:
        text = " ".join(one for one in texts if one).lower()
        return all(word in text for word in words)

    if words:
        for one in project.tables:
            place = _place(catalog, one)
            if fits(".".join(place), one.comment):
                tables.append((place, KINDS[one.kind], one.comment or ""))
            columns += [
                (place, column.name, format_type(catalog, column.type_oid), project.users(one.oid, column.attnum))
                for column in one.live_columns
                if fits(f"{one.name}.{column.name}", column.comment)
                and any(word.rpartition(".")[2] in f"{column.name} {column.comment or ''}".lower() for word in words)
            ]
        queries = [one for one in project.analysis.queries if fits(one.raw.name, one.raw.doc, one.raw.original)]
    types = [one for one in _types(catalog) if words and fits(one.name, one.comment, " ".join(one.labels))]
    functions = [one for one in _functions(catalog) if words and fits(one.name, one.comment)]
    return ask.page(
        "search",
        "Search",
        "search",
        tables=tables[:100],
        columns=columns[:100],
        queries=queries[:100],
        types=types[:50],
        functions=functions[:50],
        words=ask.query.get("q", ""),
        found=len(tables) + len(columns) + len(queries) + len(types) + len(functions),
    )
