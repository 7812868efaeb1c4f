"""The order of a migration: what has to happen before what.

Takes `Action`s; gives them sorted. An action *destroys* objects as they were, *produces* objects as they will be, and
*needs* others: what it needs has to be produced before; what needed (as it was) something that is destroyed has to be
destroyed before that. Among what is free, the order is that of the kinds and of the declaration.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.migrate.model import Id
    from querygen.migrate.statement import Statement


class Action(Struct, eq=False):
    """Statements that stay together."""

    rank: tuple[int, int, int]
    statements: list[Statement]
    destroys: set[Id] = field(default_factory=set)
    produces: set[Id] = field(default_factory=set)
    old_needs: set[Id] = field(default_factory=set)
    needs: set[Id] = field(default_factory=set)
    weak: set[Id] = field(default_factory=set)
    frees: set[Id] = field(default_factory=set)  # names that are free afterwards
    claims: set[Id] = field(default_factory=set)  # names that have to be free


def sort(actions: Sequence[Action]) -> tuple[list[Action], list[Action]]:
    """The actions in order, and those that wait for each other: weak needs are given up before."""
    edges, weak = _edges(actions)
    done, stuck = _sort(actions, edges, weak)
    if stuck:
        done, stuck = _sort(actions, edges, {})
    return done, stuck


def _edges(actions: Sequence[Action]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """For each action the numbers of those that have to wait for it: surely, and if possible."""
    produced: dict[Id, int] = {}
    destroyed: dict[Id, int] = {}
    freed: dict[Id, list[int]] = defaultdict(list)
    for number, action in enumerate(actions):
        for one in action.produces:
            produced[one] = number
        for one in action.destroys:
            destroyed[one] = number
        for one in action.frees:
            freed[one].append(number)
    edges: dict[int, set[int]] = defaultdict(set)
    weak: dict[int, set[int]] = defaultdict(set)
    for number, action in enumerate(actions):
        for one in action.needs:
            if (maker := produced.get(one, number)) != number:
                edges[maker].add(number)
        for one in action.weak:
            if (maker := produced.get(one, number)) != number:
                weak[maker].add(number)
        for one in action.old_needs:
            breaker = destroyed.get(one, number)
            changed = one in action.needs and produced.get(one) == breaker  # it changes in place, and is needed after
            if breaker != number and not changed:
                edges[number].add(breaker)
        for one in action.produces:
            if (breaker := destroyed.get(one, number)) != number:
                edges[breaker].add(number)
        for one in action.claims:
            for breaker in freed.get(one, ()):
                if breaker != number:
                    edges[breaker].add(number)
    return edges, weak


def _sort(
    actions: Sequence[Action], edges: dict[int, set[int]], weak: dict[int, set[int]]
) -> tuple[list[Action], list[Action]]:
    waits = [0] * len(actions)
    after = [edges.get(number, set()) | weak.get(number, set()) for number in range(len(actions))]
    for followers in after:
        for one in followers:
            waits[one] += 1
    ready = [(actions[number].rank, number) for number, count in enumerate(waits) if not count]
    heapq.heapify(ready)
    done: list[Action] = []
    left = {*range(len(actions))}
    while ready:
        _rank, number = heapq.heappop(ready)
        done.append(actions[number])
        left.discard(number)
        for one in after[number]:
            waits[one] -= 1
            if not waits[one]:
                heapq.heappush(ready, (actions[one].rank, one))
    return done, [actions[number] for number in sorted(left)]
