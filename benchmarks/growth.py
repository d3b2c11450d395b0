"""Growth of cost with the number of files in a fleet, and of SLOs in a manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from benchmarks.figures import Growth
from benchmarks.measure import Command

RUNS: Final = 3
"""Runs of what is measured alone. The least counts: other load on the machine only adds."""
FIRST: Final = 12
"""Files in which everything occurs that fleets contain, so that judging them imports all modules."""


class Scale(NamedTuple):
    """Sizes to compare: files of a small and a large fleet; number of manifests with many SLOs, and of these SLOs."""

    files: tuple[int, int]
    manifests: int
    slos: tuple[int, int] = (500, 2000)


BY_TIME: Final = Scale((1000, 10_000), 8)
BY_INSTRUCTIONS: Final = Scale((100, 400), 1)


class Work(NamedTuple):
    """A kind of work.

    ``job`` makes a command for a size, ``first`` is the size whose cost counts as the start, and a size is ``times`` as
    many units.
    """

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
    """All checks of growth.

    Args:
        cost: runs a command and returns its cost.
        scale: the sizes to compare.
        files: the command that judges a fleet of some size.
        slos: the command that judges a number of manifests with SLOs, breached or not, of some number.
    """
    yield _grown(cost, Work("file", files, FIRST, scale.files))
    for what, breached in {"SLO that is met": False, "SLO that is breached": True}.items():
        job = partial(slos, scale.manifests, breached)
        yield _grown(cost, Work(what, job, 1, scale.slos, scale.manifests))


def _grown(cost: Callable[[Command], float], work: Work) -> Growth:
    """The cost of a small and a large job without that of the first units."""
    start, small, large = (cost(work.job(size)) for size in (work.first, *work.sizes))
    few, many = ((size - work.first) * work.times for size in work.sizes)
    return Growth(work.what, few, small - start, many, large - start)
