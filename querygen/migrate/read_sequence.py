"""Sequences read into the model: free-standing ones, those of serial columns, and what identity columns have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.catalog.ddl_depend import AUTO, INTERNAL, Address
from querygen.migrate.model import Object
from querygen.migrate.reader import quoted

if TYPE_CHECKING:
    from querygen.catalog.objects import Relation
    from querygen.migrate.model import Id
    from querygen.migrate.reader import Reader

_LIMITS = {"smallint": (-(2**15), 2**15 - 1), "integer": (-(2**31), 2**31 - 1), "bigint": (-(2**63), 2**63 - 1)}


def options_of(reader: Reader, sequence: Relation) -> tuple[tuple[str, str], ...]:
    """What a sequence does, defaults written out (init_params)."""
    kind = dict(sequence.options).get("as", "bigint")
    said = reader.facts.get(("sequence", sequence.oid), {})
    increment = int(said.get("increment") or 1)
    low, high = _LIMITS[kind]
    minimum = int(said.get("minvalue") or (1 if increment > 0 else low))
    maximum = int(said.get("maxvalue") or (high if increment > 0 else -1))
    start = int(said.get("start") or (minimum if increment > 0 else maximum))
    return (
        ("as", kind),
        ("start", str(start)),
        ("increment", str(increment)),
        ("minvalue", str(minimum)),
        ("maxvalue", str(maximum)),
        ("cache", str(said.get("cache") or 1)),
        ("cycle", "true" if said.get("cycle") == "true" else "false"),
    )


def owner_of(reader: Reader, sequence: Relation) -> tuple[str, Id | None]:
    """How the sequence belongs to a column (i identity, a owned, "" not at all), and to which."""
    for target, kind in reader.state.depend.references(Address("relation", sequence.oid)):
        if target.kind == "relation" and target.sub and kind in (AUTO, INTERNAL):
            return kind, reader.id_of(target)
    return "", None


def read_sequence(reader: Reader, sequence: Relation) -> None:
    """The sequence, and that it is owned; an identity column's is told of with the column."""
    kind, column = owner_of(reader, sequence)
    if kind == INTERNAL:
        return
    identity = reader.relation_id(sequence)
    attrs = {"persistence": sequence.persistence, **dict(options_of(reader, sequence))}
    reader.model.add(
        Object(
            identity,
            attrs,
            parent=column,
            needs=frozenset({("schema", identity[1])}),
            claims=("relation", identity[1], identity[2]),
        )
    )
    if column is not None:
        attrs_ = {"column": column}
        needs = frozenset({identity, column})
        reader.model.add(Object(("owned", *identity[1:]), attrs_, parent=column, needs=needs))


def identity_sequence(reader: Reader, oid: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The name and the options of the sequence behind an identity column."""
    sequence = reader.catalog.relation(oid)
    return quoted(reader.schema(sequence.namespace), sequence.name), options_of(reader, sequence)
