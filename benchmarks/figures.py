"""What becomes of measurements: medians, spreads, how many runs are worth their time, and how cost grows.

Everything here is a function of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final, NamedTuple

LEAST_RUNS: Final = 2
BOUND: Final = 1.3
"""A unit of a large job may cost this much of what it costs in a small one. In line would be 1."""


class Sample(NamedTuple):
    """One run of a program: its time on the wall and on the cores, and the memory of its largest process."""

    seconds: float
    cpu: float
    mib: float


Pair = tuple[Sample, Sample]
"""A run of ours, and the peer's right after it."""


class Spread(NamedTuple):
    """The middle of some numbers, and how far they go."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one number."""
        return cls(median(values), min(values), max(values))


class Comparison(NamedTuple):
    """Ours and a peer on the same files. ``ratio`` is that of each pair: what slows down both cancels out."""

    ratio: Spread
    ours: Spread
    peer: Spread
    ours_mib: float
    peer_mib: float
    runs: int


def comparison(pairs: Sequence[Pair]) -> Comparison:
    """What pairs of runs come to."""
    return Comparison(
        Spread.of([ours.seconds / peer.seconds for ours, peer in pairs]),
        Spread.of([ours.seconds for ours, _ in pairs]),
        Spread.of([peer.seconds for _, peer in pairs]),
        max(ours.mib for ours, _ in pairs),
        max(peer.mib for _, peer in pairs),
        len(pairs),
    )


def affordable(wanted: int, budget: float, seconds: float) -> int:
    """How many runs of so many seconds fit a budget: as many as wanted at most, and two at least."""
    return max(LEAST_RUNS, min(wanted, int(budget / max(seconds, 1e-9))))


class Growth(NamedTuple):
    """The same work in two sizes: how many units, and what all of them cost beyond the start."""

    what: str
    small: int
    small_cost: float
    large: int
    large_cost: float

    @property
    def ratio(self) -> float:
        """What a unit costs in the large job, measured by what it costs in the small one."""
        return (self.large_cost / self.large) / (self.small_cost / self.small)

    @property
    def holds(self) -> bool:
        """Whether cost grows in line with the work."""
        return self.small_cost > 0 and self.ratio <= BOUND


def pays(ratios: Iterable[tuple[int, float]]) -> int | None:
    """From how many files on two processes are faster than one, and stay so; None where they never are."""
    first: int | None = None
    for files, ratio in sorted(ratios):
        first = (first or files) if ratio < 1 else None
    return first
