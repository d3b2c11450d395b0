"""Several processes for one run: the same answer, nothing forgotten, nobody left behind.

Faults are put into the real program by a script that starts it and changes what judging one file does.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from platform_gate.cli.workers import judged_by
from platform_gate.judging.runner import FileResult, lost
from platform_gate.model import GateError
from platform_gate.reports.formats import REPORTERS
from platform_gate.repository.work_tree import ManifestFile
from tests.conftest import Gate, command, scrubbed_environment
from tests.joined import repository
from tests.samples import BREACHED, manifest, write

DAY = ("--as-of", "2026-11-23")
FILES = 150
"""More than two batches."""
SECONDS = 30

SCRIPT = """
import os, pathlib, signal, sys, time
import platform_gate.judging.runner as gate
from platform_gate.model import GateError
class Odd(Exception):
    def __init__(self, one, two): super().__init__(one)
class Stuck(Exception):
    def __reduce__(self): raise TypeError("stays here")
judge = gate._open
parent = os.getpid()
def faulty(job, found):
    if found.path.endswith("/077.yaml"):
        {fault}
    return judge(job, found)
gate._open = faulty
from platform_gate.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(
        tmp_path_factory.mktemp("workers") / "r",
        {f"services/{number:03}.yaml": manifest(f"s{number:03}", slos=BREACHED) for number in range(FILES)},
    )


def faulty(root: Path, fault: str) -> list[str]:
    """The command line of a program in which judging one file goes wrong."""
    script = root.parent / f"{abs(hash(fault))}.py"
    script.write_text(SCRIPT.replace("{fault}", fault))
    return [sys.executable, "-P", str(script)]


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = scrubbed_environment(root)
    return subprocess.run(
        words, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS,
        check=False,
    )  # fmt: skip


# the answer


@pytest.mark.parametrize("jobs", ["2", "3", "7", "1000"])
def test_any_number_of_processes_gives_the_same_bytes(gate: Gate, tmp_path: Path, jobs: str) -> None:
    folder = repository(tmp_path / "r", {})
    for number in range(40):
        several = [manifest(f"s{number}", slos=BREACHED), manifest(f"s{number // 2}"), "a: [\n", manifest(f"t{number}")]
        write(folder, {f"services/{number}.yaml": several[number % 4]})
    answers = []
    for count in ("1", jobs):
        outputs = [word for form in REPORTERS for word in ("-o", f"{form}=report.{form}")]
        done = gate(folder, "check", *DAY, "--jobs", count, "-v", *outputs)
        assert (done.returncode, done.stderr) == (2, "")
        answers.append([done.stdout, *((folder / f"report.{form}").read_bytes() for form in REPORTERS)])
    assert answers[0] == answers[1]


def test_a_killed_worker_is_2_and_what_it_had_left_is_named(root: Path) -> None:
    words = [*faulty(root, "os.kill(os.getpid(), signal.SIGKILL)"), "check", *DAY, "-f", "json", "--jobs"]
    for jobs in ("2", "3"):
        done = run(root, *words, jobs)
        assert (done.returncode, done.stderr) == (2, "")
        report = json.loads(done.stdout)
        paths = {each["path"] for each in report["findings"]}
        assert report["verdict"] == "not judged"
        assert "services/077.yaml" in paths
        assert len(paths) + len(report["services"]) == FILES
        assert all("was killed" in each["message"] and "--jobs" in each["fix"] for each in report["findings"])


@pytest.mark.parametrize("jobs", ["1", "3"])
@pytest.mark.parametrize("fault", ["raise RuntimeError('a\\n::error::b')", "raise MemoryError", "raise Odd(1, 2)"])
def test_a_bug_is_3_with_one_line_wherever_it_happens(root: Path, fault: str, jobs: str) -> None:
    words = [*faulty(root, fault), "check", *DAY, "--jobs", jobs]
    done = run(root, *words)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: a bug in platform-gate (")
    assert done.stderr.count("\n") == 1
    told = run(root, *words, "-v")
    assert told.returncode == 3
    assert ", in faulty" in told.stderr
    assert not [line for line in told.stderr.splitlines() if line.lstrip().startswith("::")]


def test_an_error_that_cannot_travel_is_a_bug_and_no_killed_worker(root: Path) -> None:
    done = run(root, *faulty(root, "raise Stuck"), "check", *DAY, "--jobs", "2", "-v")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Stuck" in done.stderr
    assert ", in faulty" in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_a_worker_cannot_judge_by_is_2(root: Path, jobs: str) -> None:
    done = run(root, *faulty(root, "raise GateError('no such thing', 'Get one.')"), "check", *DAY, "--jobs", jobs)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: no such thing\n  fix: Get one.\n"


def test_processes_that_cannot_be_started_are_2(root: Path) -> None:
    words = ["bash", "-c", 'ulimit -n 24; exec "$@"', "bash", *command(), "check", *DAY, "--jobs", "100"]
    done = run(root, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "could not be started: too many open files" in done.stderr
    assert "fewer --jobs" in done.stderr


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "| head -c 100"])
def test_lost_output_is_2(root: Path, redirection: str) -> None:
    words = ["bash", "-o", "pipefail", "-c", f'"$@" {redirection}', "bash", *command(), "check", *DAY, "--jobs", "2"]
    done = run(root, *words, "-f", "json")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


# the processes


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def runs(pid: int) -> bool:
    """Whether a process is there, and not only waits to be seen off."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(true: partial[bool]) -> bool:
    for _ in range(500):
        if true():
            return True
        time.sleep(0.01)
    return False


class Busy:
    """A run whose workers are at work."""

    def __init__(self, root: Path, fault: str) -> None:
        self.process = subprocess.Popen(
            [*faulty(root, fault), "check", *DAY, "--jobs", "3", "-f", "json"],
            cwd=root,
            env=scrubbed_environment(root),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - there are no threads here
        )
        assert wait_until(partial(lambda: len(children(self.process.pid)) == 3))
        time.sleep(0.2)
        self.workers = children(self.process.pid)

    def end(self) -> tuple[int, bytes, bytes]:
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err


@pytest.fixture
def busy(root: Path) -> Iterator[Busy]:
    if not Path("/proc/self/task").exists():
        pytest.skip("who started whom is asked of /proc")
    running = Busy(root, "pathlib.Path(sys.argv[0] + '.pid').write_text(str(os.getpid())); time.sleep(600)")
    yield running
    for pid in (running.process.pid, *running.workers):
        if runs(pid):
            os.kill(pid, signal.SIGKILL)
    running.process.communicate()


@pytest.mark.parametrize("whole_group", [True, False], ids=["from the terminal", "to the program alone"])
def test_an_interrupt_is_130_and_leaves_nobody_behind(busy: Busy, *, whole_group: bool) -> None:
    (os.killpg if whole_group else os.kill)(busy.process.pid, signal.SIGINT)
    code, out, err = busy.end()
    assert (code, out, err.strip()) == (130, b"", b"interrupted")
    assert wait_until(partial(lambda: not any(map(runs, busy.workers))))


def test_a_worker_that_is_killed_from_outside_is_2_and_nothing_is_forgotten(root: Path, busy: Busy) -> None:
    assert wait_until(partial(lambda: any(path.read_text() for path in root.parent.glob("*.pid"))))
    [stuck] = [int(path.read_text()) for path in root.parent.glob("*.pid")]
    assert stuck in busy.workers
    os.kill(stuck, signal.SIGKILL)
    code, out, err = busy.end()
    report = json.loads(out)
    assert (code, err) == (2, b"")
    assert len({each["path"] for each in report["findings"]}) + len(report["services"]) == FILES
    assert not any(map(runs, busy.workers))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_where_nobody_waits_for_them(root: Path, number: signal.Signals) -> None:
    running = Busy(root, "time.sleep(0.5)")
    running.process.send_signal(number)
    assert running.end()[0] == -number
    assert wait_until(partial(lambda: not any(map(runs, running.workers))))


# the room itself


def judge(found: ManifestFile) -> FileResult:
    return FileResult((), (), ((found.path, True),))


def paths(results: Sequence[FileResult]) -> list[str]:
    return [result.lookups[0][0] for result in results]


FOUND = [ManifestFile(f"{number}") for number in range(300)]


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("size", [0, 1, 64, 65, 300])
def test_results_come_in_the_order_of_the_files(count: int, size: int) -> None:
    files = FOUND[:size]
    assert paths(list(judged_by(min(count, max(size, 1)), partial(map, judge), files))) == [
        found.path for found in files
    ]


@pytest.fixture
def nobody_is_left() -> Iterator[None]:
    """What a test starts is seen off when it ends; a zombie would still be listed."""
    before = children(os.getpid())
    yield
    assert children(os.getpid()) == before


@pytest.mark.usefixtures("nobody_is_left")
def test_nobody_is_left_when_all_is_done() -> None:
    list(judged_by(3, partial(map, judge), FOUND))


@pytest.mark.usefixtures("nobody_is_left")
def test_nobody_is_left_when_no_more_is_wanted() -> None:
    results = iter(judged_by(3, partial(map, judge), FOUND))
    next(results)
    assert len(children(os.getpid())) >= 3
    results.close()  # type: ignore[attr-defined]  # a generator


@pytest.mark.usefixtures("nobody_is_left")
def test_an_error_in_a_worker_is_raised_here_with_where_it_was() -> None:
    def broken(_: ManifestFile) -> FileResult:
        raise GateError("no", "fix")

    with pytest.raises(GateError) as caught:
        list(judged_by(2, partial(map, broken), FOUND))
    assert (caught.value.message, caught.value.fix) == ("no", "fix")
    assert "in broken" in caught.value.__notes__[0]


def test_results_larger_than_a_pipe_arrive_whole() -> None:
    def large(found: ManifestFile) -> FileResult:
        return FileResult((), (), (("x" * 100_000 + found.path, True),))

    assert [path[100_000:] for path in paths(list(judged_by(3, partial(map, large), FOUND)))] == [
        found.path for found in FOUND
    ]


def test_a_worker_that_ends_in_the_middle_of_a_message_has_judged_nothing_of_it() -> None:
    before = _pipes()

    def half(found: ManifestFile) -> FileResult:
        if found.path == "70":
            [out] = _pipes() - before
            os.write(out, b"\x80\x05\x95\xff\xff\x00\x00\x00\x00\x00\x00half")
            os._exit(0)
        return judge(found)

    results = list(judged_by(2, partial(map, half), FOUND))
    assert len(results) == len(FOUND)
    # The second worker has the files from 64 on, 64 of every 128.
    assert [result for result in results if result.findings] == [
        lost(FOUND[n]) for n in (*range(64, 128), *range(192, 256))
    ]


def _pipes() -> set[int]:
    return {int(path.name) for path in Path("/proc/self/fd").iterdir() if _is_pipe(path)}


def _is_pipe(descriptor: Path) -> bool:
    try:
        return str(descriptor.readlink()).startswith("pipe:")
    except OSError:
        return False
