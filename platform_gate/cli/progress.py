"""Progress of a long run: a line on a terminal that appears after a second and goes away with the run."""

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
"""Seconds until the line appears, and between two updates."""
BAR: Final = 24
USUAL: Final = 80
"""Columns of the bar, and of a terminal that doesn't tell."""
ERASE: Final = "\r\x1b[K"


def shown(executor: Executor, *, quiet: bool) -> Executor:
    """An executor that shows progress on a terminal; the same executor in CI, in a log, or if quiet."""
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
    """Replace the last line. A terminal that is gone must not stop the run, so errors are ignored."""
    with suppress(OSError, ValueError):
        stream.write(ERASE + text)
        stream.flush()


def _width(stream: TextIO) -> int:
    """The terminal's current width in columns, which changes when its window is resized."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL
    except (OSError, ValueError):
        return USUAL


def line(done: int, total: int, rate: float, worst: HealthStatus, width: int) -> str:
    """``[######............]  2 500 of 10 000 files, 8 100 a second, worst so far: DEGRADED``.

    The line stays shorter than the terminal is wide, because only one line can be erased: it loses the bar first.
    """
    pace = f"{round(rate):,}".replace(",", " ")
    count = f"{done:,} of {plural(total, 'file')}".replace(",", " ")
    text = f"{count}, {pace} a second, worst so far: {worst.upper()}"
    bar = "#" * (BAR * done // total)
    whole = f"[{bar:.<{BAR}}]  {text}"
    return whole if len(whole) < width else text[: width - 1]
