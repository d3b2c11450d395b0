"""Statistics: medians, spreads, the number of runs that fit a budget, growth of cost. Pure functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final, NamedTuple

FEWEST: Final = 2
"""Rounds of a comparison, however long they take: one has no spread."""
BOUND: Final = 1.3
"""Largest ratio of a unit's cost in a large job to its cost in a small one. Linear growth would be 1."""


class Sample(NamedTuple):
    """One run of a program: wall-clock seconds, CPU seconds, and MiB of its largest process."""

    seconds: float
    cpu: float
    mib: float


class Limits(NamedTuple):
    """Rounds of a comparison, at most, and seconds that it may take for more than the fewest."""

    rounds: int
    seconds: float


class Spread(NamedTuple):
    """Median, minimum and maximum of some numbers."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one number."""
        return cls(median(values), min(values), max(values))

    def scaled(self, factor: float) -> Spread:
        """The spread in another unit."""
        return Spread(*(value * factor for value in self))


def ratio(these: Sequence[Sample], those: Sequence[Sample]) -> Spread:
    """Seconds of these divided by those of the same round, so that load on the machine cancels out."""
    return Spread.of([one.seconds / other.seconds for one, other in zip(these, those, strict=True)])


def seconds(samples: Sequence[Sample]) -> float:
    """The median of the wall-clock seconds."""
    return median(sample.seconds for sample in samples)


def cpu_seconds(samples: Sequence[Sample]) -> float:
    """The median of the CPU seconds."""
    return median(sample.cpu for sample in samples)


def mib(samples: Sequence[Sample]) -> float:
    """The most that a run took."""
    return max(sample.mib for sample in samples)


def affordable(limits: Limits, seconds: float) -> int:
    """The number of rounds that fit the limits, if one takes some seconds."""
    fit = int(limits.seconds / max(seconds, 1e-9))
    return min(limits.rounds, max(FEWEST, fit))


def per_finding(good: Sequence[Sample], bad: Sequence[Sample], findings: int) -> Spread:
    """CPU seconds that each of some findings costs: what bad services took more than good ones in the same round."""
    pairs = zip(good, bad, strict=True)
    return Spread.of([(more.cpu - less.cpu) / findings for less, more in pairs])


class Growth(NamedTuple):
    """The same work in two sizes: units of work, and their cost without the start."""

    what: str
    small: int
    small_cost: float
    large: int
    large_cost: float

    @property
    def ratio(self) -> float:
        """A unit's cost in the large job, divided by its cost in the small one. ``BOUND`` at most is in line."""
        if self.small_cost <= 0:  # the start was all of it, so that nothing was measured
            return math.inf
        return (self.large_cost / self.large) / (self.small_cost / self.small)


def pays(ratios: Iterable[tuple[int, float]]) -> int | None:
    """The number of files from which on two processes are always faster than one; None if there is none."""
    first: int | None = None
    for files, ratio in sorted(ratios):
        first = (first or files) if ratio < 1 else None
    return first
