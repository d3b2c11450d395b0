"""Statistics: medians, spreads, the number of runs that fit a budget, growth of cost. Pure functions of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final, NamedTuple

LEAST_RUNS: Final = 2
BOUND: Final = 1.3
"""Largest ratio of a unit's cost in a large job to its cost in a small one. Linear growth would be 1."""


class Sample(NamedTuple):
    """One run of a program: wall-clock seconds, CPU seconds, and MiB of its largest process."""

    seconds: float
    cpu: float
    mib: float


Pair = tuple[Sample, Sample]
"""A run of ours, and the run of the peer right after it."""


class Spread(NamedTuple):
    """Median, minimum and maximum of some numbers."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one number."""
        return cls(median(values), min(values), max(values))


class Comparison(NamedTuple):
    """Ours and a peer on the same files. ``ratio`` is taken pair by pair, so that load on the machine cancels out."""

    ratio: Spread
    ours: Spread
    peer: Spread
    ours_mib: float
    peer_mib: float
    runs: int


def comparison(pairs: Sequence[Pair]) -> Comparison:
    """Compare pairs of runs."""
    return Comparison(
        Spread.of([ours.seconds / peer.seconds for ours, peer in pairs]),
        Spread.of([ours.seconds for ours, _ in pairs]),
        Spread.of([peer.seconds for _, peer in pairs]),
        max(ours.mib for ours, _ in pairs),
        max(peer.mib for _, peer in pairs),
        len(pairs),
    )


def affordable(wanted: int, budget: float, seconds: float) -> int:
    """The number of runs that fit a budget of seconds: at least two, at most ``wanted``."""
    return max(LEAST_RUNS, min(wanted, int(budget / max(seconds, 1e-9))))


class Growth(NamedTuple):
    """The same work in two sizes: units of work, and their cost without the start."""

    what: str
    small: int
    small_cost: float
    large: int
    large_cost: float

    @property
    def ratio(self) -> float:
        """A unit's cost in the large job, divided by its cost in the small one."""
        return (self.large_cost / self.large) / (self.small_cost / self.small)

    @property
    def holds(self) -> bool:
        """Whether cost grows about linearly."""
        return self.small_cost > 0 and self.ratio <= BOUND


def pays(ratios: Iterable[tuple[int, float]]) -> int | None:
    """The number of files from which on two processes are always faster than one; None if there is none."""
    first: int | None = None
    for files, ratio in sorted(ratios):
        first = (first or files) if ratio < 1 else None
    return first
