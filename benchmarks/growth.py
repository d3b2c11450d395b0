"""Whether cost grows in line with the work: with the files of a fleet, and with the SLOs of a manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from benchmarks.figures import Growth
from benchmarks.measure import Command, run

RUNS: Final = 3
FIRST: Final = 12
"""Files in which everything occurs that a fleet holds, and so is imported."""


class Scale(NamedTuple):
    """How much work there is: files of a small and of a large fleet, and how many manifests hold many SLOs."""

    files: tuple[int, int]
    manifests: int
    slos: tuple[int, int] = (500, 2000)


BY_TIME: Final = Scale((1000, 10_000), 8)
BY_INSTRUCTIONS: Final = Scale((100, 400), 1)


def cpu_seconds(command: Command) -> float:
    """The least time on the cores of some runs: whatever else the machine does only adds to it."""
    return min(run(command).cpu for _ in range(RUNS))


class Work(NamedTuple):
    """Work by how many units there are of it, times so many. The first few of them pay for the start."""

    what: str
    job: Callable[[int], Command]
    first: int
    sizes: tuple[int, int]
    times: int = 1


def checked(
    cost: Callable[[Command], float],
    scale: Scale,
    files: Callable[[int], Command],
    slos: Callable[[int, bool, int], Command],
) -> Iterator[Growth]:
    """Every check. ``files`` judges a fleet of so many, ``slos`` some manifests with so many SLOs, breached or met."""
    yield _grown(cost, Work("file", files, FIRST, scale.files))
    for what, breached in {"SLO that is met": False, "SLO that is breached": True}.items():
        job = partial(slos, scale.manifests, breached)
        yield _grown(cost, Work(what, job, 1, scale.slos, scale.manifests))


def _grown(cost: Callable[[Command], float], work: Work) -> Growth:
    """What a small and a large job cost beyond the first few units."""
    start, small, large = (cost(work.job(size)) for size in (work.first, *work.sizes))
    few, many = ((size - work.first) * work.times for size in work.sizes)
    return Growth(work.what, few, small - start, many, large - start)
