"""How far a long run has come: a line on a terminal, after the first second, gone when the run is done."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final, TextIO

from platform_gate.judging.runner import Executor, FileResult, Judge
from platform_gate.model import HealthStatus
from platform_gate.repository.work_tree import ManifestFile
from platform_gate.text import plural

FIRST_AFTER: Final = 1.0
AGAIN_AFTER: Final = 0.1
BAR: Final = 24
USUAL: Final = 80
ERASE: Final = "\r\x1b[K"


def shown(executor: Executor, *, quiet: bool) -> Executor:
    """The same, watched by whoever sits at the terminal; nothing is shown in a log, nor to those who want quiet."""
    stream = sys.stderr
    if quiet or stream is None or not stream.isatty() or os.environ.get("CI") or os.environ.get("TERM") == "dumb":
        return executor

    def watched(judge: Judge, files: Sequence[ManifestFile]) -> Iterable[FileResult]:
        return _watched(executor(judge, files), len(files), stream)

    return watched


def _watched(results: Iterable[FileResult], total: int, stream: TextIO) -> Iterator[FileResult]:
    start = time.monotonic()
    due, drawn = start + FIRST_AFTER, False
    worst = HealthStatus.HEALTHY
    try:
        for done, result in enumerate(results, 1):
            worst = max([worst, *(judged.health for judged in result.services)], key=lambda health: health.rank)
            if (now := time.monotonic()) >= due:
                _draw(stream, line(done, total, done / (now - start), worst, _width(stream)))
                due, drawn = now + AGAIN_AFTER, True
            yield result
    finally:
        if drawn:
            _draw(stream, "")


def _draw(stream: TextIO, text: str) -> None:
    """Put a line in the place of the last one. A terminal that is gone keeps nobody from judging."""
    with suppress(OSError, ValueError):
        stream.write(ERASE + text)
        stream.flush()


def _width(stream: TextIO) -> int:
    """The terminal's columns now: people change them while they wait."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL
    except (OSError, ValueError):
        return USUAL


def line(done: int, total: int, rate: float, worst: HealthStatus, width: int) -> str:
    """``[######............]  2 500 of 10 000 files, 8 100 a second, worst so far: DEGRADED``.

    It stays shorter than the terminal is wide, since only one line can be taken back: without the bar, or cut.
    """
    pace = f"{round(rate):,}".replace(",", " ")
    count = f"{done:,} of {plural(total, 'file')}".replace(",", " ")
    text = f"{count}, {pace} a second, worst so far: {worst.upper()}"
    bar = "#" * (BAR * done // total)
    whole = f"[{bar:.<{BAR}}]  {text}"
    return whole if len(whole) < width else text[: width - 1]
