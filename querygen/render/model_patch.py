"""`-- patch: UserPatch`: the class whose given fields are what a statement sets.

Takes a query and the parameters of its items of SET; gives the class of the table's changes where there is one of that
name, else a class of the query's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.diagnostics import DiagnosticError, error
from querygen.render import naming
from querygen.render.layout import docstring
from querygen.render.model_changes import CHANGES, annotated_field, constrained
from querygen.render.pytypes import MODELS, Import

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.ir import AnalyzedQuery
    from querygen.render.model_items import Param
    from querygen.render.model_rows import Rows

BAD_PATCH: Final = "QG225"


class PatchModel(NamedTuple):
    """`columns` are the fields that the statement sets; `others` says that the class has more."""

    name: str
    imported: Import
    block: str
    imports: frozenset[Import]
    columns: tuple[str, ...]
    others: bool = False


def patch_model(query: AnalyzedQuery, params: Sequence[Param], rows: Rows) -> PatchModel:
    """The class of a query's patch. Raises DiagnosticError for a name that it cannot have."""
    name = query.raw.annotations["patch"]
    columns = tuple(one.field.name for one in params)
    if (found := rows.models.patches().get(name)) is not None:
        row, known = found
        rows.models.use(row)
        if missing := [one for one in columns if one not in known]:
            message = f'query "{query.name}" sets "{missing[0]}", which the class "{name}" does not have'
            raise DiagnosticError(error(BAD_PATCH, message, query.raw.name_span, "Choose another name for the patch."))
        return PatchModel(name, Import(MODELS, name), "", frozenset(), columns, set(known) != set(columns))
    imports = {Import(CHANGES, one) for one in ("Changes", "UNSET", "Unset")}
    lines: list[str] = []
    for one in params:
        imports.update(one.field.imports)
        held = _constrained(query, one, rows)
        if held != one.field.type.annotation:
            imports |= {Import("typing", "Annotated"), Import("pydantic", "Field")}
        held = f"{held} | None" if one.field.nullable else held
        lines += annotated_field(one.field.name, f"{held} | Unset", "UNSET")
    block = "\n".join([f"class {name}(Changes):", *docstring(f"What {query.name} sets.", "    "), "", *lines])
    first = rows.patches.get(name)
    if first is not None:
        if first[0] != lines:
            message = f'query "{query.name}" does not set what "{first[1]}" sets, whose patch is "{name}", too'
            raise DiagnosticError(error(BAD_PATCH, message, query.raw.name_span, "Give it a name of its own."))
        return PatchModel(name, Import(rows.module, name), "", frozenset(imports), columns)
    if naming.identifier(name, "") != name or name in naming.RESERVED_CLASSES or name in rows.models.names | rows.taken:
        message = f'"{name}" cannot be the patch of query "{query.name}"'
        raise DiagnosticError(error(BAD_PATCH, message, query.raw.name_span, "Choose another name for the patch."))
    rows.taken.add(name)
    rows.patches[name] = (lines, query.name)
    return PatchModel(name, Import(rows.module, name), block, frozenset(imports), columns)


def _constrained(query: AnalyzedQuery, param: Param, rows: Rows) -> str:
    """The annotation with what the schema says of the column that is set."""
    origin = next((one.origin for one in query.params if one.number == param.number), None)
    relation = rows.models.catalog.find_relation(origin.relation) if origin is not None else None
    column = (
        next((one for one in relation.columns if origin and one.attnum == origin.attnum), None) if relation else None
    )
    if relation is None or column is None:
        return param.field.type.annotation
    return constrained(rows.models, relation, column, param.field)
