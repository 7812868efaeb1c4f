"""A replayed schema to a `Model`: the one place where the differ meets the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from querygen.catalog.fork import touched
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
    from querygen.migrate.model import Object


class Earlier(Struct, frozen=True):
    """What was read of a copy of the state (catalog/fork.py), and where the two may differ."""

    model: Model
    touched: set[int]  # relations
    names: set[tuple[str, ...]]  # theirs and their indexes', with the schema


def earlier(model: Model, one: DdlState, other: DdlState) -> Earlier | None:
    """What can be taken over from the model of another copy; None: they differ in too much."""
    oids = touched(one, other)
    if oids is None:
        return None
    names: set[tuple[str, ...]] = set()
    for catalog in (one.catalog, other.catalog):
        for relation in map(catalog.find_relation, oids):
            if relation is not None:
                names.add((catalog.namespace_name(relation.namespace), relation.name))
                names |= {(catalog.namespace_name(ix.namespace), ix.name) for ix in catalog.indexes_of(relation.oid)}
    return Earlier(model, oids, names)


def _unchanged(before: Earlier, key: tuple[str, int]) -> list[Object] | None:
    """The objects as they were read, if nothing that they name was touched."""
    if key[1] in before.touched or (found := before.model.pieces.get(key)) is None:
        return None
    return None if any(need[1:3] in before.names for one in found for need in one.needs) else found


def read_model(state: DdlState, before: Earlier | None = None) -> tuple[Model, list[str]]:
    """Every object of the schema, and why some could not be read: the differ must not go on then.

    `before` spares reading anew what is known.
    """
    model = Model()
    reader = Reader(state, model)
    problems: list[str] = []

    def each(read: Callable[[Reader, Relation], None], kinds: str) -> None:
        for relation in state.catalog.relations():
            if relation.kind in kinds and reader.is_mine(relation.oid, relation.namespace):
                key = (read.__name__, relation.oid)
                known = None if before is None else _unchanged(before, key)
                if known is not None:
                    for one in known:
                        model.add(one)
                    model.pieces[key] = known
                    continue
                begun = len(model.added)
                try:
                    read(reader, relation)
                except PgError as error:
                    name = f"{reader.schema(relation.namespace)}.{relation.name}"
                    problems.append(f"{name}: {error.message}")
                else:
                    model.pieces[key] = model.added[begun:]

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
