"""How many measured values of a service counted, source by source."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from platform_gate.readings import DECLARED, Readings, State


class Tally(NamedTuple):
    """How many values of a source counted (``used``, of which ``aging`` not for long), and how many did not."""

    source: str
    used: int = 0
    aging: int = 0
    stale: int = 0
    unusable: int = 0
    missing: int = 0

    def plus(self, other: Tally) -> Tally:
        """The numbers of both, under this one's name."""
        return Tally(self.source, *(one + more for one, more in zip(self[1:], other[1:], strict=True)))


def tallies(readings: Readings | None) -> tuple[Tally, ...]:
    """How many values of each source counted for a service."""
    if readings is None or not readings.parts:
        return ()
    return _tallies(tuple([pattern.states for pattern, _ in readings.parts]))


@lru_cache(maxsize=4096)
def _tallies(several: tuple[str, ...]) -> tuple[Tally, ...]:
    """The same tuple for all services of which the same is to be said, as for most of a fleet.

    Texts make a key that is quick to look up: they remember their hash, as tuples and states don't.
    """
    lines = [line.partition("\t") for states in several for line in states.split("\n") if line]
    return counted((source, State(state)) for source, _, state in lines)


def counted(states: Iterable[tuple[str, State]]) -> tuple[Tally, ...]:
    """The tallies of values by their sources and states."""
    named = ((source, state) for sources, state in states for source in _BETWEEN.split(sources))
    return summed(_one(source, state) for source, state in named if source not in {"", DECLARED})


_BETWEEN: Final = re.compile(", | or ")
"""What stands between the sources that all claim a field which none of them measured."""


def _one(source: str, state: State) -> Tally:
    used = int(state in {State.FRESH, State.AGING})
    return Tally(source, used, *(int(state is each) for each in _COUNTED))


_COUNTED: Final = (State.AGING, State.STALE, State.UNUSABLE, State.MISSING)


def summed(several: Iterable[Tally]) -> tuple[Tally, ...]:
    """One tally for each source, by name."""
    found: dict[str, Tally] = {}
    for tally in several:
        found[tally.source] = found.get(tally.source, Tally(tally.source)).plus(tally)
    return tuple(found[name] for name in sorted(found))
