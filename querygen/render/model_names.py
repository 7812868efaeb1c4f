"""The class of every enum and relation: decided for the whole schema at once, used or not, so that names are stable.

Takes the catalog and the options; gives names by oid. Two objects that would be one class are told apart by the plural
that the table has, then by the schema; what is still the same is reported naming both.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.diagnostics import Diagnostic, DiagnosticError, Note, Severity
from querygen.render import naming
from querygen.render.pytypes import names_of
from querygen.render.renames import refused
from querygen.singular import singular

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.pg_catalog.rows import Oid, PgType
    from querygen.render.options import RenderOptions
    from querygen.source import Span

NAME_CLASH: Final = "QG201"
_WITH_ROWS: Final = frozenset("rvmfpc")  # relkinds


class _Named(NamedTuple):
    oid: Oid
    schema: str
    name: str
    is_relation: bool
    span: Span | None

    @property
    def shown(self) -> str:
        return f'"{self.schema}.{self.name}"'


class SchemaNames(NamedTuple):
    """The enums and relations that have a class, in the order in which they were made, and the names by oid."""

    enums: tuple[PgType, ...]
    relations: tuple[Relation, ...]
    classes: dict[Oid, str]
    keys: dict[Oid, tuple[str, str]]  # schema and name


def schema_names(catalog: Catalog, options: RenderOptions) -> SchemaNames:
    """Name everything. Raises DiagnosticError where two objects cannot be told apart."""
    enums = tuple(row for row in catalog.user_types() if row.typtype == "e")
    relations = tuple(one for one in catalog.relations() if one.kind in _WITH_ROWS and not one.is_partition)
    things = [_Named(one.oid, catalog.namespace_name(one.typnamespace), one.typname, False, None) for one in enums]
    things += [
        _Named(one.oid, catalog.namespace_name(one.namespace), one.name, one.kind != "c", one.span) for one in relations
    ]
    names: dict[Oid, str] = {}
    wanted: dict[str, list[_Named]] = defaultdict(list)
    chosen_keys: dict[Oid, str] = {}
    for thing in things:
        key = next((one for one in (f"{thing.schema}.{thing.name}", thing.name) if one in options.rename), None)
        if key is not None:
            chosen_keys[thing.oid] = key
        name = options.rename[key] if key is not None else _class_name(thing, options, in_singular=True)
        wanted[name].append(thing)
    home = next((name for name in catalog.search_path if catalog.namespace_oid(name) is not None), "public")
    taken: dict[str, _Named] = {name: found[0] for name, found in wanted.items() if len(found) == 1}
    names.update({thing.oid: name for name, thing in taken.items()})
    for name, found in wanted.items():
        if len(found) == 1:
            continue
        _check_chosen(name, found, chosen_keys)
        # The name goes to the object of the schema that needs no prefix; an enum comes before a table.
        found.sort(key=lambda thing: (thing.schema != home, thing.is_relation, naming.camel(thing.name) != name))
        for thing in found:
            plural = _class_name(thing, options, in_singular=False)
            prefix = naming.identifier(naming.camel(thing.schema), "Schema")
            tries = [name, plural] if thing.schema == home or thing is found[0] else [prefix + name, prefix + plural]
            chosen = next((one for one in tries if one not in taken), None)
            if chosen is None:
                raise _clash(taken[tries[0]], thing, tries[0])
            taken[chosen] = thing
            names[thing.oid] = chosen
    if options.overrides:
        by_oid = {thing.oid: thing for thing in things}
        _check_overrides(options, {name: by_oid[oid] for oid, name in names.items()})
    return SchemaNames(enums, relations, names, {thing.oid: (thing.schema, thing.name) for thing in things})


def _check_overrides(options: RenderOptions, classes: dict[str, _Named]) -> None:
    """A type of the project's own that is called like a class of the schema: one would hide the other."""
    for override in options.overrides:
        for name, written in names_of(override).items():
            if name in classes:
                thing = classes[name]
                message = f'the class "{name}" of {thing.shown} and "{written}" of an override have one name'
                hint = f'Name the class in the configuration: rename."{thing.schema}.{thing.name}" = "…".'
                raise DiagnosticError(Diagnostic(NAME_CLASH, Severity.ERROR, message, thing.span, hint))


def _check_chosen(name: str, found: list[_Named], keys: dict[Oid, str]) -> None:
    """A name that the configuration gives is for one thing: nothing else is moved out of its way."""
    renamed = next((thing for thing in found if thing.oid in keys), None)
    if renamed is None:
        return
    other = next((thing for thing in found if keys.get(thing.oid) != keys[renamed.oid]), None)
    if other is not None:
        raise refused(keys[renamed.oid], name, f"{other.shown} has that class already")


def _class_name(thing: _Named, options: RenderOptions, *, in_singular: bool) -> str:
    name = thing.name
    if thing.is_relation and in_singular:
        name = singular(name, options.singular_exceptions)
    made = naming.identifier(naming.camel(name), "Table" if thing.is_relation else "Enum")
    made = made[0].upper() + made[1:]
    if made in naming.RESERVED_CLASSES:
        made += "Row" if thing.is_relation else "Enum"
    return made


def _clash(first: _Named, second: _Named, name: str) -> DiagnosticError:
    message = f'{first.shown} and {second.shown} would both be the class "{name}"'
    hint = f'Name one of them in the configuration: rename."{second.schema}.{second.name}" = "…".'
    notes = (Note("the first one is here", first.span),) if first.span else ()
    return DiagnosticError(Diagnostic(NAME_CLASH, Severity.ERROR, message, second.span, hint, notes=notes))
