"""A replayed schema to a `Model`: the one place where the differ meets the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.diagnostics import PgError
from querygen.migrate.model import Model
from querygen.migrate.read_constraint import read_constraints, read_indexes
from querygen.migrate.read_function import read_functions
from querygen.migrate.read_other import read_comments, read_rights, read_schemas, read_units
from querygen.migrate.read_part import read_parts
from querygen.migrate.read_sequence import read_sequence
from querygen.migrate.read_table import read_table
from querygen.migrate.read_type import read_types
from querygen.migrate.read_view import read_view
from querygen.migrate.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation


def read_model(state: DdlState) -> tuple[Model, list[str]]:
    """Every object of the schema, and why some could not be read: the differ must not go on then."""
    model = Model()
    reader = Reader(state, model)
    problems: list[str] = []

    def each(read: Callable[[Reader, Relation], None], kinds: str) -> None:
        for relation in state.catalog.relations():
            if relation.kind in kinds and reader.is_mine(relation.oid, relation.namespace):
                try:
                    read(reader, relation)
                except PgError as error:
                    name = f"{reader.schema(relation.namespace)}.{relation.name}"
                    problems.append(f"{name}: {error.message}")

    def once(read: Callable[[Reader], None]) -> None:
        try:
            read(reader)
        except PgError as error:
            problems.append(error.message)

    once(read_schemas)
    once(read_units)
    once(read_types)
    each(read_sequence, "S")
    each(read_table, "rpf")
    each(read_view, "vm")
    each(read_constraints, "rpf")
    each(read_indexes, "rpm")
    once(read_functions)
    each(read_parts, "rpfvm")
    once(read_comments)
    once(read_rights)
    return model, problems
