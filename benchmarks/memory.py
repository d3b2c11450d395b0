"""Memory of a run over a very large fleet: of the largest process, and of all processes together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.measure import Command, run

MOST_MIB: Final = 512
PAGE_MIB: Final = 1024
PROPORTIONAL: Final = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


class Peak(NamedTuple):
    """Peak MiB of the largest process and of all ``together``, with shared memory counted once; seconds of the run."""

    largest: float
    together: float
    seconds: float

    @property
    def most(self) -> float:
        """The greater of both: what a container needs."""
        return max(self.largest, self.together)


def peak(command: Command) -> Peak:
    """Run a program and sample its memory."""
    seen = [0.0]
    sample = run(command, watch=lambda pid: seen.append(_together(pid)))
    return Peak(sample.mib, max(seen), sample.seconds)


def _together(pid: int) -> float:
    """MiB of a process and its descendants, each with its proportional share of shared memory (Pss)."""
    return _own(pid) + sum(map(_together, _children(pid)))


def _own(pid: int) -> float:
    try:
        match = PROPORTIONAL.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))
    except OSError:  # the process has ended, or this is not Linux
        return 0.0
    return int(match[1]) / 1024 if match else 0.0


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []
