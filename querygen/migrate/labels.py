"""Values that an enum loses, and what they may have been renamed to.

Takes two models; gives identities ("value", schema, type, label), which no model holds: the values are part of their
type there.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from querygen.migrate.candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from querygen.migrate.model import Id, Model, Object


def is_enum(one: Object | None) -> bool:
    return one is not None and one.id[0] == "type" and one.attrs["kind"] == "enum"


def values(model: Model) -> Iterator[Id]:
    """Every value of every enum."""
    for identity, one in model.objects.items():
        if is_enum(one):
            yield from (("value", *identity[1:], label) for label in one.attrs["labels"])


def lost_values(old: Object, new: Object) -> tuple[Id, ...]:
    """The values that the old type has and the new one has not."""
    if not (is_enum(old) and is_enum(new)):
        return ()
    return tuple(("value", *old.id[1:], one) for one in old.attrs["labels"] if one not in new.attrs["labels"])


def value_candidates(old: Model, new: Model, lost: Collection[Id]) -> tuple[Candidate, ...]:
    """Where between two values that stay exactly one goes and one comes."""
    found = []
    for identity in dict.fromkeys(("type", *one[1:3]) for one in lost if one[0] == "value"):
        before, after = old.objects[identity].attrs["labels"], new.objects[identity].attrs["labels"]
        gone, come = _between(before, after), _between(after, before)
        for place, labels in gone.items():
            if len(labels) == len(come.get(place, ())) == 1:
                one: Id = ("value", *identity[1:], labels[0])
                found.append(Candidate(one, (*one[:3], come[place][0])))
    return tuple(found)


def _between(labels: tuple[str, ...], others: tuple[str, ...]) -> dict[tuple[str | None, str | None], list[str]]:
    """What only the first has, by the values around it that both have."""
    found: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    shared = [None, *(place for place, one in enumerate(labels) if one in others), None]
    for first, last in pairwise(shared):
        begin, end = 0 if first is None else first + 1, len(labels) if last is None else last
        key = (None if first is None else labels[first], None if last is None else labels[last])
        found[key] = [*labels[begin:end]]
    return found
