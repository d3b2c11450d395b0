"""How many processes judge a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final

from platform_gate.judging.runner import Executor, FileResult, Judge, in_process
from platform_gate.repository.work_tree import STDIN, ManifestFile

WORTH_A_PROCESS: Final = 200
"""Files. To start a process costs about as much as to judge half as many: `make bench` measures it."""


def processes(jobs: int | None) -> Executor:
    """How to judge every file: in as many processes as asked for, else in as many as there are cores and work for."""

    def executor(judge: Judge, files: Sequence[ManifestFile]) -> Iterable[FileResult]:
        count = min(_cores(), len(files) // WORTH_A_PROCESS) if jobs is None else min(jobs, len(files))
        if count <= 1 or not hasattr(os, "fork") or any(found.file == STDIN for found in files):
            return in_process(judge, files)
        from platform_gate.cli import workers  # noqa: PLC0415 - most runs are small

        return workers.judged_by(count, judge, files)

    return executor


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
