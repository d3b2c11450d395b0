"""How many processes judge: none beside this one where that would take longer."""

import os
from collections.abc import Iterable
from functools import partial

import pytest

from platform_gate.cli.processes import WORTH_A_PROCESS, processes
from platform_gate.judging.runner import FileResult
from platform_gate.repository.work_tree import STDIN, ManifestFile

FOUND = [ManifestFile(f"{number}", f"{number}") for number in range(3 * WORTH_A_PROCESS)]


def judge(_: ManifestFile) -> FileResult:
    return FileResult((), (), ((f"{os.getpid()}", True),))


judge_all = partial(map, judge)


def pids(results: Iterable[FileResult]) -> set[str]:
    return {result.lookups[0][0] for result in results}


@pytest.mark.parametrize(
    ("jobs", "size", "count"), [(1, 600, 1), (2, 600, 2), (3, 3, 3), (9, 3, 3), (2, 1, 1), (None, 399, 1), (5, 0, 0)]
)
def test_as_many_processes_as_asked_for_and_no_more_than_files(jobs: int | None, size: int, count: int) -> None:
    found = pids(processes(jobs)(judge_all, FOUND[:size]))
    assert len(found) == count
    assert (f"{os.getpid()}" in found) == (count == 1)


def test_without_a_wish_there_are_as_many_as_cores_and_work_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert len(pids(processes(None)(judge_all, FOUND))) == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert pids(processes(None)(judge_all, FOUND)) == {f"{os.getpid()}"}
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert len(pids(processes(None)(judge_all, FOUND))) == 2


def test_standard_input_is_read_by_one_process() -> None:
    assert pids(processes(4)(judge_all, [ManifestFile("<stdin>", STDIN), *FOUND])) == {f"{os.getpid()}"}
