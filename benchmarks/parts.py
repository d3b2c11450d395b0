"""The parts of a benchmark, by the names that ``--parts`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from benchmarks import bounds, comparison, costs
from benchmarks.plan import Part

ALL: Final[Mapping[str, Part]] = MappingProxyType(
    {
        "peers": comparison.compared,
        "start": costs.start,
        "findings": costs.findings,
        "merge": costs.merging,
        "memory": bounds.huge,
        "page": bounds.opens,
        "growth": bounds.grows,
        "hostile": bounds.tries_to_be_slow,
        "split": costs.steps,
        "processes": costs.processes,
        "instructions": bounds.counted,
        "bill": bounds.bills,
    }
)
"""In the order in which they run."""

USUAL: Final = ("peers", "start", "findings", "merge", "memory", "page", "growth", "hostile", "split")
EXTRA: Final = tuple(name for name in ALL if name not in USUAL)
