"""Interleaved rounds, as many as fit in a case's time, and the medians of what the rounds gave.

Takes contestants and cases; gives `Figures`. CPU time is this process's: the server is another process, so it is what
the client code costs. Ratios are made within a round and then the median is taken, so that a slow moment of the
machine falls on both sides of the division. Those whose difference is small and has to be known (`CLOSE`) are in every
round, one right behind the other; the others, some of which take ten times as long, are in every third. All orders are
random: what a contestant leaves behind in the processor falls on everybody.
"""

from __future__ import annotations

import gc
import itertools
import random
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.cases import COLUMNS, Case, Contestant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds for one call."""

    cpu: float
    wall: float


CLOSE = frozenset({"raw tuples", "by hand", "querygen"})
OTHERS_EVERY = 3
LEAST_ROUNDS = 5 * OTHERS_EVERY
MOST_ROUNDS = 200 * OTHERS_EVERY


@dataclass(slots=True)
class Figures:
    """`samples[case name, contestant name]` has the rounds that it took part in; one `Figures` for each mode."""

    asynchronous: bool
    names: list[str]
    samples: dict[tuple[str, str], dict[int, Sample]] = field(default_factory=dict)

    def has(self, case: str, name: str) -> bool:
        return (case, name) in self.samples

    def median(self, case: str, name: str, clock: str) -> float:
        return statistics.median(self._seconds(case, name, clock).values())

    def ratio(self, case: str, name: str, base: str, clock: str) -> float | None:
        """How much of the base's time this contestant took; None where one of them cannot do the case."""
        if not (self.has(case, name) and self.has(case, base)):
            return None
        mine, other = self._seconds(case, name, clock), self._seconds(case, base, clock)
        return statistics.median(mine[turn] / other[turn] for turn in mine.keys() & other.keys())

    def _seconds(self, case: str, name: str, clock: str) -> dict[int, float]:
        samples = self.samples[case, name].items()
        return {turn: sample.cpu if clock == "cpu" else sample.wall for turn, sample in samples}


async def _sample(contestant: Contestant, case: Case, calls: int) -> Sample:
    call = contestant.calls[case.key]
    arguments = () if case.inserts else (case.argument,)
    gc.collect()  # what others left behind is not on this one's bill; what it allocates itself is
    cpu, wall = time.process_time(), time.perf_counter()
    if contestant.asynchronous:
        for _ in range(calls):
            await call(*arguments)
    else:
        for _ in range(calls):
            call(*arguments)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Sample(cpu / calls, wall / calls)


async def run(
    contestants: Sequence[Contestant],
    cases: Sequence[Case],
    seconds: float,
    empty_entries: Callable[[], None],
    progress: Callable[[str], None],
) -> list[Figures]:
    """Measure for about so many seconds a case, synchronous contestants first; both kinds keep to themselves."""
    result = []
    # Python's collector stays on, as in an application. It need not look at the benchmark's own objects each time.
    gc.collect()
    gc.freeze()
    chance = random.Random(1)  # noqa: S311  orders that can be had again
    for asynchronous in (False, True):
        group = [one for one in contestants if one.asynchronous is asynchronous]
        figures = Figures(asynchronous, [one.name for one in group])
        for case in cases:
            progress(f"{'async' if asynchronous else 'sync'}, {case.name}")
            able = [one for one in group if case.key in one.calls]
            end = time.monotonic() + seconds
            for turn in range(MOST_ROUNDS):
                for one in _in_turn(able, turn, chance):
                    if case.inserts:
                        empty_entries()
                    sample = await _sample(one, case, case.calls)
                    figures.samples.setdefault((case.name, one.name), {})[turn] = sample
                late = time.monotonic() - end  # on a busy machine, fewer rounds have to do
                if late > seconds or (late > 0 and turn + 1 >= LEAST_ROUNDS):
                    break
        result.append(figures)
    return result


def _in_turn(able: Sequence[Contestant], turn: int, chance: random.Random) -> Iterator[Contestant]:
    """The contestants of a round in some order, the close ones together."""
    close = [one for one in able if one.name in CLOSE]
    chance.shuffle(close)
    units = [close] if turn % OTHERS_EVERY else [close, *([one] for one in able if one.name not in CLOSE)]
    chance.shuffle(units)
    return itertools.chain.from_iterable(units)


# ---------------------------------------------------------------- the same answers


async def check(
    contestants: Sequence[Contestant],
    cases: Sequence[Case],
    empty_entries: Callable[[], None],
    written: Callable[[], Any],
) -> None:
    """Run every call as often as lets statements be prepared and models be built; all must give the same rows."""
    for case in cases:
        expected = None
        for one in contestants:
            if case.key not in one.calls:
                continue
            for _ in range(2 if case.inserts or case.argument > 1000 else 7):
                if case.inserts:
                    empty_entries()
                answer = one.calls[case.key](*(() if case.inserts else (case.argument,)))
                if one.asynchronous:
                    answer = await answer
            found = written() if case.inserts else _values(answer, case)
            if expected is None:
                expected = found
            elif found != expected:
                kind = "async" if one.asynchronous else "sync"
                raise SystemExit(f"{one.name} ({kind}) gives other rows than {contestants[0].name} for {case.name}")


def _values(answer: Any, case: Case) -> list[tuple[Any, ...]]:
    """Rows as tuples: of a model's or a mapped object's attributes, or what tuples and asyncpg's records hold."""
    columns = COLUMNS[case.shape]
    rows = [answer] if case.key.startswith("one") else answer
    if hasattr(rows[0], columns[-1]):
        return [tuple(getattr(row, name) for name in columns) for row in rows]
    return [tuple(row) for row in rows]
