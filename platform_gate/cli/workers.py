"""Judge in several processes: files go out in batches, and results come back in order.

The workers are forks of this process, so the job needs no pickling; only results travel, through a pipe per worker.
Files whose worker died are reported as not judged.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from traceback import format_exc
from typing import BinaryIO, Final, NamedTuple

from platform_gate.judging.runner import FileResult, Judge, lost
from platform_gate.model import GateError
from platform_gate.repository.work_tree import ManifestFile

BATCH: Final = 64
"""Files, at most: small enough for all workers to finish at about the same time."""


class Worker(NamedTuple):
    """A process, and the end of the pipe from which its results are read."""

    pid: int
    results: BinaryIO


def judged_by(count: int, judge: Judge, files: Sequence[ManifestFile]) -> Iterator[FileResult]:
    """Results in the order of the files. Batches are dealt out in turn, so the next one's worker is known."""
    size = max(1, min(BATCH, len(files) // count))
    batches = [files[start : start + size] for start in range(0, len(files), size)]
    workers: list[Worker] = []
    try:
        for number in range(count):
            workers.append(_start(judge, batches[number::count], workers))
        for number, batch in enumerate(batches):
            yield from _received(workers[number % count], batch)
    finally:
        for worker in workers:
            _end(worker)


def _start(judge: Judge, batches: Sequence[Sequence[ManifestFile]], others: Sequence[Worker]) -> Worker:
    """Fork a worker that judges some batches.

    It closes the pipes of the workers before it: a pipe that two processes hold open would not end when one dies.
    """
    try:
        read, write = os.pipe()
        pid = os.fork()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GateError(
            f"worker process {len(others) + 1} could not be started: {reason}", "Use fewer --jobs."
        ) from None
    if pid == 0:
        code = 1
        try:
            for handle in (read, *(other.results.fileno() for other in others)):
                os.close(handle)
            with os.fdopen(write, "wb") as results:
                _work(judge, batches, results)
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    return Worker(pid, os.fdopen(read, "rb"))


def _work(judge: Judge, batches: Iterable[Sequence[ManifestFile]], results: BinaryIO) -> None:
    """Judge batch after batch. An exception is sent like a result."""
    for batch in batches:
        try:
            sent = pickle.dumps(list(judge(batch)), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 - the other end raises it again
            sent = _packed(error)
        results.write(sent)
        results.flush()


def _packed(error: Exception) -> bytes:
    """A pickled exception with its traceback as a note; if it can't be pickled, a RuntimeError that names its type."""
    trace = format_exc()
    try:
        error.add_note(trace)
        packed = pickle.dumps(error)
        pickle.loads(packed)  # noqa: S301 - made a line above
    except Exception:  # noqa: BLE001 - whatever it is that can't travel
        stand_in = RuntimeError(type(error).__name__)
        stand_in.add_note(trace)
        packed = pickle.dumps(stand_in)
    return packed


def _received(worker: Worker, batch: Sequence[ManifestFile]) -> Iterable[FileResult]:
    """A batch's results; if the worker died, a finding per file that it was not judged."""
    try:
        arrived = pickle.load(worker.results)  # noqa: S301 - from a copy of this very process
    except (EOFError, OSError, pickle.UnpicklingError):
        return map(lost, batch)
    if isinstance(arrived, Exception):
        raise arrived
    results: list[FileResult] = arrived
    return results


def _end(worker: Worker) -> None:
    """Kill and reap a worker, whether it has finished or is no longer needed."""
    worker.results.close()
    with suppress(OSError):
        os.kill(worker.pid, signal.SIGKILL)
    with suppress(OSError):
        os.waitpid(worker.pid, 0)
