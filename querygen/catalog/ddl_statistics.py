"""CREATE STATISTICS, kept as text: it follows the names of its table and columns, and goes with a column.

Takes what changed; replaces or forgets the units of the table. Mirrors what `statscmds.c: CreateStatistics` records in
pg_depend: any column that is dropped takes the statistics along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from querygen.analyze.typename import quote_identifier
from querygen.catalog import ddl_text, ddl_units
from querygen.catalog.ddl_depend import Address

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.catalog.objects import Relation


def _of(state: DdlState, relation: int) -> list[ddl_units.Unit]:
    return [
        unit
        for key, unit in state.catalog.facts.items()
        if key[:2] == ("unit", "STATISTICS") and unit.relation == relation
    ]


def _places(head: str) -> tuple[int, int]:
    """Where the columns begin and end: behind ON, before FROM."""
    words = [(token.lower(), begin, end) for kind, token, begin, end in ddl_text.tokens(head, 0) if kind == "word"]
    start = next(end for word, _begin, end in words if word == "on")
    return start, next(begin for word, begin, _end in reversed(words) if word == "from")


def rename_column(state: DdlState, relation: int, old: str, new: str) -> None:
    """A column's new name, in the columns and expressions."""
    for unit in _of(state, relation):
        start, stop = _places(unit.head)
        between = ddl_text.rename_word(unit.head[start:stop], old, new)
        ddl_units.put(state, replace(unit, head=f"{unit.head[:start]}{between}{unit.head[stop:]}"))


def move_table(state: DdlState, relation: Relation) -> None:
    """The table has another name or schema."""
    schema = quote_identifier(state.catalog.namespace_name(relation.namespace))
    for unit in _of(state, relation.oid):
        _start, stop = _places(unit.head)
        head = f"{unit.head[:stop]}FROM {schema}.{quote_identifier(relation.name)}"
        ddl_units.put(state, replace(unit, head=head))


def drop_column(state: DdlState, relation: int, number: int) -> None:
    """The statistics that use the column go with it."""
    for unit in _of(state, relation):
        if Address("relation", relation, number) in unit.needs:
            ddl_units.forget(state, unit.kind, unit.name)
