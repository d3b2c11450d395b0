"""Settings of a benchmark, and what its parts return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from benchmarks import fleets, growth, hostile
from benchmarks.figures import Limits
from benchmarks.peers import PEERS, Peer
from benchmarks.places import Places
from benchmarks.table import Line, table


class Scale(NamedTuple):
    """Sizes of fleets, other than those of the comparison with peers.

    ``steps`` is for the split, ``findings`` for the cost of a finding, ``merged`` for merging, ``opened`` for the page
    that Chromium opens, ``huge`` for memory, ``crossing`` for the size from which on a second process pays, ``rows``
    for the rows of a bill.
    """

    steps: int = 1000
    findings: int = 2000
    merged: int = 2000
    opened: int = 10_000
    huge: int = 100_000
    crossing: Sequence[int] = (50, 100, 200, 400, 800)
    rows: int = 10_000_000
    time: growth.Scale = growth.BY_TIME
    instructions: growth.Scale = growth.BY_INSTRUCTIONS


USUAL: Final = Scale()
SMALL: Final = Scale(
    100, 100, 200, 100, 1000, (50, 100), 100_000, growth.Scale((100, 400), 1, (100, 400)), growth.Scale((24, 48), 1)
)
"""For a smoke test: what it measures is mostly the start."""


class Plan(NamedTuple):
    """What to measure, and how often. ``repeats`` is for what is measured alone: the least of its runs counts."""

    places: Places
    sizes: Sequence[int]
    limits: Limits
    peers: Sequence[Peer] = PEERS
    kinds: Sequence[str] = (fleets.TWELFTH, fleets.HALF, fleets.ALL)
    scale: Scale = USUAL
    repeats: int = growth.RUNS
    hostile: Sequence[hostile.Case] = hostile.CASES
    cores: Sequence[int] = (2, 1)


class Question(NamedTuple):
    """A question, and what was measured to answer it.

    ``head`` names the columns of ``lines``. ``unit`` is what is compared with a goal. ``about`` precedes the table.
    """

    title: str
    head: Sequence[str]
    lines: Sequence[Line]
    unit: str = "ratio"
    about: str = ""
    more: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The question as Markdown."""
        measured = table(self.head, self.lines, self.unit, self.more) if self.lines else ""
        parts = (f"### {self.title}", self.about, measured)
        return "\n\n".join(part for part in parts if part)


Part = Callable[[Plan], Iterable[Question]]
