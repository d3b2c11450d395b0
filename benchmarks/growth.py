"""Whether cost grows in line with the work: with the files of a fleet, and with the SLOs of a manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from benchmarks.figures import Growth
from benchmarks.measure import Command, run

RUNS: Final = 3


class Scale(NamedTuple):
    """How much work there is: files of a small and of a large fleet, and how many manifests hold many SLOs."""

    files: tuple[int, int]
    manifests: int
    slos: tuple[int, int] = (500, 2000)


BY_TIME: Final = Scale((1000, 10_000), 8)
BY_INSTRUCTIONS: Final = Scale((20, 100), 1)


def cpu_seconds(command: Command) -> float:
    """The least time on the cores of some runs: whatever else the machine does only adds to it."""
    return min(run(command).cpu for _ in range(RUNS))


def checked(
    cost: Callable[[Command], float],
    scale: Scale,
    files: Callable[[int], Command],
    slos: Callable[[int, int, bool], Command],
) -> Iterator[Growth]:
    """Every check. ``files`` judges a fleet of so many, ``slos`` some manifests with so many SLOs, breached or met."""
    start = cost(files(1))
    small, large = scale.files
    # What the one manifest costs beyond the start is taken off with it, so it is no unit either.
    yield Growth("file", small - 1, cost(files(small)) - start, large - 1, cost(files(large)) - start)
    for what, breached in {"SLO that is met": False, "SLO that is breached": True}.items():
        few, many = (cost(slos(scale.manifests, count, breached)) - start for count in scale.slos)
        yield Growth(what, scale.slos[0] * scale.manifests, few, scale.slos[1] * scale.manifests, many)
