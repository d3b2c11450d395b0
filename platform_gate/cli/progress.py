"""How far a long run has come: a line on a terminal, after the first second, gone when the run is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TextIO

from platform_gate.gate import Each, FileResult
from platform_gate.service import HealthStatus
from platform_gate.text import plural
from platform_gate.trees import Found

FIRST_AFTER: Final = 1.0
AGAIN_AFTER: Final = 0.1
BAR: Final = 24
ERASE: Final = "\r\x1b[K"

Judge = Callable[[Found], FileResult]


def shown(each: Each, *, quiet: bool) -> Each:
    """The same, watched by whoever sits at the terminal; nothing is shown in a log, nor to those who want quiet."""
    stream = sys.stderr
    if quiet or stream is None or not stream.isatty():
        return each

    def watched(judge: Judge, files: Sequence[Found]) -> Iterable[FileResult]:
        return _watched(each(judge, files), len(files), stream)

    return watched


def _watched(results: Iterable[FileResult], total: int, stream: TextIO) -> Iterator[FileResult]:
    start = time.monotonic()
    due, drawn = start + FIRST_AFTER, False
    worst = HealthStatus.HEALTHY
    try:
        for done, result in enumerate(results, 1):
            worst = max([worst, *(judged.health for judged in result.services)], key=lambda health: health.rank)
            if (now := time.monotonic()) >= due:
                stream.write(ERASE + line(done, total, done / (now - start), worst))
                stream.flush()
                due, drawn = now + AGAIN_AFTER, True
            yield result
    finally:
        if drawn:
            stream.write(ERASE)
            stream.flush()


def line(done: int, total: int, rate: float, worst: HealthStatus) -> str:
    """``[######............]  2 500 of 10 000 files, 8 100 a second, worst so far: DEGRADED``."""
    bar = "#" * (BAR * done // total)
    count = f"{done:,} of {plural(total, 'file')}".replace(",", " ")
    pace = f"{round(rate):,}".replace(",", " ")
    return f"[{bar:.<{BAR}}]  {count}, {pace} a second, worst so far: {worst.upper()}"
