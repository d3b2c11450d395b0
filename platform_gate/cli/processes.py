"""The number of processes that judge a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final

from platform_gate.judging.runner import Executor, FileResult, Judge, in_process
from platform_gate.repository.work_tree import STDIN, ManifestFile

WORTH_A_PROCESS: Final = 200
"""Files per process. Starting a process costs about as much as judging half as many: `make bench` measures it."""


def processes(jobs: int | None) -> Executor:
    """An executor with the given number of processes; without one, with as many as there are cores and work for.

    Standard input can be read by one process only, so it is judged in this one.
    """

    def executor(judge: Judge, files: Sequence[ManifestFile]) -> Iterable[FileResult]:
        count = min(_cores(), len(files) // WORTH_A_PROCESS) if jobs is None else min(jobs, len(files))
        if count <= 1 or not hasattr(os, "fork") or any(file.file == STDIN for file in files):
            return in_process(judge, files)
        from platform_gate.cli import workers  # noqa: PLC0415 - most runs are small

        return workers.judged_by(count, judge, files)

    return executor


def _cores() -> int:
    """Cores that this process may use, which a container can limit."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
