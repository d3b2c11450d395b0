"""Who waits at a terminal sees how far it is; nobody else sees anything, and nothing of it stays."""

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from fcntl import ioctl
from functools import partial
from io import StringIO
from pathlib import Path

import pytest

from platform_gate.cli import progress
from platform_gate.cli.progress import ERASE, line
from platform_gate.judging.runner import FileResult, in_process
from platform_gate.model import HealthStatus
from platform_gate.repository.work_tree import ManifestFile
from tests.conftest import scrubbed_environment
from tests.joined import repository
from tests.samples import BREACHED, manifest

SCRIPT = """
import time
import platform_gate.cli.progress as progress
import platform_gate.judging.runner as gate
progress.FIRST_AFTER = 0.05
gate.AT_ONCE = 1
judge = gate._open
def slow(*words):
    time.sleep(0.02)
    return judge(*words)
gate._open = slow
from platform_gate.__main__ import main
main()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "slow.py").write_text(SCRIPT)
    texts = {f"services/{number:02}.yaml": manifest(f"s{number:02}") for number in range(15)}
    return repository(tmp_path / "r", texts | {"services/07.yaml": manifest("bad", slos=BREACHED)})


def at_a_terminal(
    root: Path, *words: str, columns: int = 120, variables: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Run `check` with standard error on a real terminal: the exit code, standard output, and what the terminal got."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-P", str(root.parent / "slow.py"), "check", "--as-of", "2026-11-23", *words]
    environment = scrubbed_environment(root) | {"TERM": "xterm"} | dict(variables or {})
    with subprocess.Popen(
        command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs
    ) as running:
        os.close(theirs)
        out, _ = running.communicate(timeout=30)
    seen = b"".join(_read(ours))
    os.close(ours)
    return running.returncode, out.decode(), seen.decode()


def _read(terminal: int) -> Iterator[bytes]:
    while select.select([terminal], [], [], 0)[0]:
        try:
            yield os.read(terminal, 65536) or b""
        except OSError:  # how Linux says that nobody is at the other end
            return


LINE = re.compile(r"\[#*\.*\]  \d+ of 15 files, \d+ a second, worst so far: (HEALTHY|DEGRADED)")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_terminal_shows_how_far_it_is_and_then_nothing_of_it(root: Path, jobs: str) -> None:
    code, out, seen = at_a_terminal(root, "--jobs", jobs)
    shown = seen.split(ERASE)
    assert code == 1
    assert (shown[0], shown[-1]) == ("", "")
    assert len(shown) > 2
    assert all(LINE.fullmatch(each) for each in shown[1:-1]), shown
    assert "\n" not in seen
    assert out == at_a_terminal(root, "--jobs", jobs, "-o", "json=x.json")[1]
    assert ERASE not in out


@pytest.mark.parametrize("columns", [30, 60, 80])
def test_a_narrow_terminal_gets_one_line_that_fits(root: Path, columns: int) -> None:
    shown = at_a_terminal(root, columns=columns)[2].split(ERASE)[1:-1]
    assert shown
    assert all(" of 15 files" in each and len(each) < columns for each in shown)


@pytest.mark.parametrize("words", [("-q",), ("--quiet", "--jobs", "2")])
def test_who_wants_quiet_gets_it(root: Path, words: Sequence[str]) -> None:
    assert at_a_terminal(root, *words)[2] == ""


@pytest.mark.parametrize("variables", [{"CI": "true"}, {"TERM": "dumb"}])
def test_a_log_gets_nothing_even_where_it_calls_itself_a_terminal(root: Path, variables: dict[str, str]) -> None:
    assert at_a_terminal(root, variables=variables)[2] == ""


def test_a_log_gets_nothing(root: Path) -> None:
    command = [sys.executable, "-P", str(root.parent / "slow.py"), "check", "--as-of", "2026-11-23"]
    done = subprocess.run(command, cwd=root, env=scrubbed_environment(root), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


class Terminal(StringIO):
    """A terminal as far as a stream is one."""

    def __init__(self, broken: bool) -> None:  # noqa: FBT001 - there is nothing else
        super().__init__()
        self.broken = broken

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.broken:
            raise OSError(5, "Input/output error")
        return super().write(text)


def watched(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> Iterator[FileResult]:
    monkeypatch.setattr(sys, "stderr", terminal)
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    results = progress.shown(in_process, quiet=False)(
        partial(map, lambda _: FileResult(())), [ManifestFile("a"), ManifestFile("b")]
    )
    return iter(results)


def test_a_run_of_less_than_a_second_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(broken=False)
    list(watched(monkeypatch, terminal))
    assert terminal.getvalue() == ""


def test_a_terminal_that_is_gone_keeps_nobody_from_judging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_AFTER", 0)
    assert len(list(watched(monkeypatch, Terminal(broken=True)))) == 2


def test_the_line_is_taken_back_where_the_run_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_AFTER", 0)
    terminal = Terminal(broken=False)
    results = watched(monkeypatch, terminal)
    next(results)
    results.close()  # type: ignore[attr-defined]  # a generator
    assert terminal.getvalue().endswith(ERASE)
    assert " of 2 files" in terminal.getvalue()


def test_it_is_drawn_ten_times_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, *(1 + step / 100 for step in range(100))])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    terminal = Terminal(broken=False)
    monkeypatch.setattr(sys, "stderr", terminal)
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    list(progress.shown(in_process, quiet=False)(partial(map, lambda _: FileResult(())), [ManifestFile("a")] * 100))
    assert 9 <= terminal.getvalue().count("files") <= 11


def test_the_line_says_how_many_how_fast_and_how_bad() -> None:
    text = line(2500, 10_000, 8100.4, HealthStatus.DEGRADED, 200)
    assert text == "[######..................]  2 500 of 10 000 files, 8 100 a second, worst so far: DEGRADED"
    assert line(1, 1, 1, HealthStatus.HEALTHY, 200).startswith("[########################]  1 of 1 file, 1 a second")
    assert line(2500, 10_000, 8100.4, HealthStatus.DEGRADED, len(text)) == text.partition("]  ")[2]
    assert line(2500, 10_000, 8100.4, HealthStatus.DEGRADED, 10) == "2 500 of "
