"""Which statements of an undo are about which difference, those that only follow from it included.

Takes the differences of a database with all statements that would undo them; gives the statements of each, and those
that no difference explains. An enum that is made anew takes its columns along, a column its views and defaults: their
statements name what they stand on, or stand on what such a statement makes again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.migrate.drift import Drift
    from querygen.migrate.model import Id
    from querygen.migrate.statement import Statement

_WORD: Final = re.compile(r'"((?:[^"]|"")*)"|([\w$]+)')
# Kinds of objects that others can stand on: how many of the names behind the schema tell one from another.
_NAMES: Final = {
    "type": 1,
    "table": 1,
    "view": 1,
    "matview": 1,
    "function": 1,
    "aggregate": 1,
    "sequence": 1,
    "column": 2,
}


def explained(
    found: Sequence[Drift], statements: Sequence[Statement]
) -> tuple[list[tuple[Drift, list[Statement]]], list[Statement]]:
    """Each difference with its statements, in the order in which they run; and the statements of none."""
    own = {one.id for one in found}
    number_of = {one.id: number for number, one in enumerate(found)}
    taken = [{number_of[one.target]} if one.target in own else set() for one in statements]
    words = [_words(one.sql) for one in statements]
    # What each difference touches: itself, then whatever a statement of its makes anew or changes.
    touched: list[set[Id]] = [{one.id} for one in found]
    makes = {number for here in taken for number in here}
    more = True
    while more:
        more = False
        for place, one in enumerate(statements):
            if one.target in own:
                continue
            for number in sorted(makes - taken[place]):
                if any(_stands_on(one.target, words[place], each) for each in touched[number]):
                    taken[place].add(number)
                    touched[number].add(one.target)
                    more = True
    differences = [
        (drift, [one for one, here in zip(statements, taken, strict=True) if number in here])
        for number, drift in enumerate(found)
    ]
    return differences, [one for one, here in zip(statements, taken, strict=True) if not here]


def _words(sql: str) -> frozenset[str]:
    """The names that a statement could mean."""
    return frozenset(one[1].replace('""', '"') if one[1] is not None else one[2] for one in _WORD.finditer(sql))


def _stands_on(target: Id, words: frozenset[str], other: Id) -> bool:
    """Whether a statement about `target` that has these words follows from one about `other`."""
    if not other or not target:
        return False
    if target == other or (target[0] in ("default", "notnull", "identity") and target[1:] == other[1:]):
        return True
    count = _NAMES.get(other[0])
    return count is not None and words.issuperset(other[2 : 2 + count])
