"""A query of a file, run by hand: fields for its parameters, and the statement for what the form gives.

Takes an `AnalyzedQuery`; gives `Field`s (a parameter, an optional one, a flag, a cursor), and from the form a `Call`:
the text that the generated code would send for the same arguments, with its values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from querygen.analyze.typename import format_type, get_base_type, get_element_type
from querygen.ir import ALWAYS, OptionalPart, ParamKind, SetPart, SortPart, TextPart, ToggleKind
from querygen.studio.fields import Editor, Field, Given, Mode, editor_of, read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery, Dynamic, Needs, Part, QueryParam

NOT_SENT: Final = 0  # a number whose parameter the text does not have still needs a type: psycopg sends a smallint


class Call(Struct, frozen=True):
    """A statement with `$n`, and its values by number; `arguments`: as Python would be called."""

    sql: str
    values: tuple[Any, ...]
    arguments: tuple[tuple[str, str | None], ...] = ()


class Form(Struct, frozen=True):
    """`sorts` are the keys of qg.sort; `flags` are the names of qg.when."""

    fields: tuple[Field, ...]
    flags: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    default_sort: str = ""


class Incomplete(Exception):  # noqa: N818
    """The form does not make a call; the text says why."""


def form_of(query: AnalyzedQuery, catalog: Catalog, given: Mapping[str, str] | None = None) -> Form:
    """The fields of a query. `given` is what a form sent before: it is shown again."""
    toggled = _toggled(query.dynamic)
    fields = [_field(one, toggled.get(one.number), query, catalog) for one in query.params]
    if given:
        fields = [_refilled(one, given) for one in fields]
    dynamic = query.dynamic
    flags = tuple(one.name for one in dynamic.toggles if one.kind is ToggleKind.FLAG) if dynamic else ()
    sort = dynamic.sort if dynamic else None
    if sort is None:
        return Form(tuple(fields), flags)
    return Form(tuple(fields), flags, tuple(key for key, _ in sort.choices), sort.default)


def _toggled(dynamic: Dynamic | None) -> dict[int, ToggleKind]:
    if dynamic is None:
        return {}
    return {number: one.kind for one in dynamic.toggles for number in one.numbers}


def name_of(param: QueryParam) -> str:
    """What a parameter is called where people read it."""
    return param.name or param.column_name or f"${param.number}"


def _field(param: QueryParam, toggle: ToggleKind | None, query: AnalyzedQuery, catalog: Catalog) -> Field:
    base = catalog.type(get_base_type(catalog, param.type.oid))
    element = get_element_type(catalog, base.oid)
    editor = editor_of(base.typcategory, base.typtype, base.typname)
    enum = catalog.enum(base.oid)
    modes = [Mode.VALUE]
    if param.nullable:
        modes.append(Mode.NULL)
    if toggle is not None:
        modes.insert(0, Mode.UNSET)
    note = query.raw.param_docs.get(param.name or "", "")
    if param.kind is ParamKind.SLICE and not note:
        note = "a list of any length"
    if toggle is ToggleKind.AFTER and not note:
        note = "of the last row that was seen"
    return Field(
        str(param.number),
        name_of(param),
        format_type(catalog, param.type.oid, param.type.typmod),
        editor,
        tuple(modes),
        modes[0],
        "{}" if editor is Editor.LIST else None,
        enum.labels if enum else (),
        note,
        catalog.type(element).typdelim if element else ",",
    )


def _refilled(field: Field, given: Mapping[str, str]) -> Field:
    found = read(given, field)
    if found is None or found.mode not in field.modes:
        return field
    return Field(
        field.number,
        field.name,
        field.type,
        field.editor,
        field.modes,
        found.mode,
        found.text,
        field.labels,
        field.note,
        field.delimiter,
    )


def call_of(query: AnalyzedQuery, catalog: Catalog, form: Mapping[str, str]) -> Call:
    """The statement for what the form gives; raises `Incomplete`."""
    fields = form_of(query, catalog).fields
    given = {int(one.number): read(form, one) or Given(one.mode, None) for one in fields}
    for one in fields:
        if given[int(one.number)].mode not in one.modes:
            raise Incomplete(f"{one.name} cannot be {given[int(one.number)].mode.value.upper()}")
    shown = tuple((one.name, given[int(one.number)].text) for one in fields if given[int(one.number)].mode != "unset")
    if query.dynamic is None:
        return Call(query.sql, _values(given, frozenset(given)), shown)
    dynamic = query.dynamic
    present = _present(dynamic, given, form)
    if not _holds(dynamic.change, present):
        raise Incomplete("nothing is given that the UPDATE would set")
    sent = {number for number in given if _holds(dynamic.needs.get(number, ALWAYS), present)}
    return Call(_text(dynamic.parts, present, _sort(dynamic, form)).strip(), _values(given, frozenset(sent)), shown)


def _present(dynamic: Dynamic, given: Mapping[int, Given], form: Mapping[str, str]) -> frozenset[str]:
    present = set()
    for one in dynamic.toggles:
        if one.kind is ToggleKind.FLAG:
            there = f"flag.{one.name}" in form
        else:
            modes = {given[number].mode is not Mode.UNSET for number in one.numbers}
            if len(modes) > 1:
                raise Incomplete(f"{one.name} needs all of its values, or none")
            there = modes == {True}
        if there:
            present.add(one.name)
    return frozenset(present)


def _sort(dynamic: Dynamic, form: Mapping[str, str]) -> str:
    if dynamic.sort is None:
        return ""
    choices = dict(dynamic.sort.choices)
    return choices.get(form.get("sort", ""), choices.get(dynamic.sort.default, dynamic.sort.default))


def _holds(needs: Needs, present: frozenset[str]) -> bool:
    return any(one <= present for one in needs)


def _values(given: Mapping[int, Given], sent: frozenset[int]) -> tuple[Any, ...]:
    last = max(given, default=0)
    return tuple(given[number].text if number in sent else NOT_SENT for number in range(1, last + 1))


def _text(parts: Sequence[Part], present: frozenset[str], sort: str) -> str:
    """What `render/model_dynamic.py` writes a function for, done here and now."""
    text = ""
    for part in parts:
        match part:
            case TextPart():
                text += part.text
            case OptionalPart():
                text += _text(part.parts, present, sort) if _holds(part.needs, present) else part.otherwise
            case SetPart():
                chosen = [_text(item, present, sort) for needs, item in part.items if _holds(needs, present)]
                text += part.separator.join(chosen)
            case SortPart():
                text += sort
    return text
