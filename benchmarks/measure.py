"""Run programs in a clean environment and measure them."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

from benchmarks.figures import Limits, Sample, affordable

GOOD: Final = (0, 1)
"""Exit codes of a run that did its work, with findings or without."""
ANSWERS: Final = (0, 1, 2)
"""Exit codes of the gate over any input: one that it refuses too is answered."""
TAIL: Final = 4000
PAUSE: Final = 0.1
COLLECTED: Final = re.compile(r"Collected : (\d+)")


class Command(NamedTuple):
    """A command line, its working directory, and the number of cores that it may use. 0: all."""

    words: Sequence[str | Path]
    folder: Path
    cores: int = 0


class BenchmarkError(Exception):
    """A program failed. The message quotes its output."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """``PATH`` and little else: PYTHONDONTWRITEBYTECODE alone would double the time of a small run."""
    return {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), "LANG": "C.UTF-8", "TZ": "UTC", **(extra or {})}


def run(command: Command, watch: Callable[[int], None] | None = None, good: Sequence[int] = GOOD) -> Sample:
    """Run a program once. ``watch`` is called with its process ID ten times a second while it runs.

    Raises:
        BenchmarkError: it ended with a code that is not ``good``.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = _started(command, output)
        status, used = _waited(process.pid, watch)
        ended = time.perf_counter()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in good:
            output.seek(0)
            raise BenchmarkError(_words(command, process.returncode, output.read()))
    return Sample(ended - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _started(command: Command, output: IO[bytes]) -> subprocess.Popen[bytes]:
    with _confined(command.cores):
        return subprocess.Popen(
            command.words, cwd=command.folder, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )


def confinable() -> bool:
    """Whether this system can confine a program to some cores: Linux can."""
    return hasattr(os, "sched_setaffinity")


@contextmanager
def _confined(cores: int) -> Iterator[None]:
    """What is started meanwhile may use so many cores. It is what ``taskset`` does, without starting a program."""
    if not cores or not confinable():
        yield
        return
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(mine)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


def _waited(pid: int, watch: Callable[[int], None] | None) -> tuple[int, resource.struct_rusage]:
    """Exit status and resource usage of a process, and of those that it waited for."""
    while watch:
        watch(pid)
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            return status, used
        time.sleep(PAUSE)
    _, status, used = os.wait4(pid, 0)
    return status, used


def _words(command: Command, code: int, output: bytes) -> str:
    shown = " ".join(map(str, command.words[:6]))
    return f"{shown} ... in {command.folder} ended with {code}:\n{output.decode(errors='replace')[-TAIL:]}"


def rounds(commands: Sequence[Command], limits: Limits) -> list[list[Sample]]:
    """Run commands in turn, some times over: in a round each runs once.

    The first command runs once before, which reads the files into the system's cache. The first round tells how many
    fit the limits.
    """
    run(commands[0])
    first = [run(command) for command in commands]
    more = affordable(limits, sum(sample.seconds for sample in first)) - 1
    return [first, *([run(command) for command in commands] for _ in range(more))]


def instructions(command: Command) -> float:
    """Instructions of a program, counted by valgrind: fifty times slower, with next to no noise.

    Raises:
        BenchmarkError: it ended with another code than 0 or 1, or nothing was counted.
    """
    words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command.words]
    done = subprocess.run(
        words, cwd=command.folder, env=environment({"PYTHONHASHSEED": "0"}), capture_output=True, check=False
    )
    counted = COLLECTED.search(done.stderr.decode(errors="replace"))
    if done.returncode not in GOOD or not counted:
        raise BenchmarkError(_words(command, done.returncode, done.stderr))
    return float(counted[1])
