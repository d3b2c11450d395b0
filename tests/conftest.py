"""What every test may use: the program as its users start it, in an environment that holds no surprises."""

import gc
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import settings

from tests import strict_reader
from tests.warm import Warm

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60
LOUD = re.compile("Skipped: no (Chromium|[a-z]+: install )")
AT_START = ("PYTHON", "LC_", "LANG", "TZ", "COVERAGE_")

# A deadline measures the machine, not the code. In CI the examples are always the same, so that a pull request does not
# turn red for what it did not bring along. On a desk they are new in every run.
settings.register_profile("desk", deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


class Gate(Protocol):
    """Runs platform-gate in a folder: `gate(folder, "check", "services")`."""

    def __call__(
        self, folder: Path, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="rewrite expected/ of the case folders that are run")


def pytest_configure() -> None:
    if strict_reader.WANTED:
        strict_reader.turn_off_fast_reader()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole files to the workers, where `--dist loadgroup` would hand out single tests.

    xdist looks through everything that it ever handed out after every test: with thousands of single tests that takes
    seconds, and a worker waits meanwhile. Fixtures of a module are made once, too. Files with many tests come first.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    # A run without xdist does without it, and it has no types.
    from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped] # noqa: PLC0415

    class ByFile(LoadGroupScheduling):  # type: ignore[misc] # untyped, as above
        def _split_scope(self, nodeid: str) -> str:
            return str(super()._split_scope(nodeid)).partition("::")[0]  # the name of a group has no colons

    return ByFile(config, log)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking through thousands of collected tests again and again: a tenth of all."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tested for want of a program: a skip is easily overlooked."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason in sorted({report.longrepr[2] for report in skipped if LOUD.search(str(report.longrepr))}):
        terminalreporter.write_line(f"NOT TESTED: {reason.removeprefix('Skipped: ')}", red=True, bold=True)


def command() -> list[str]:
    """Return how the program is started safely: the console script, else the module without the working directory."""
    script = Path(sys.executable).with_name("platform-gate")
    return [str(script)] if script.exists() else [sys.executable, "-P", "-m", "platform_gate"]


def scrubbed_environment(home: Path) -> dict[str, str]:
    """Return what a run may know of this machine. The variables that stay say where programs are, or count coverage."""
    kept = {key: value for key, value in os.environ.items() if key == "PATH" or key.startswith("COVERAGE_")}
    fixed = {"HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONWARNINGS": "error"}
    checkout = {} if len(command()) == 1 else {"PYTHONPATH": str(ROOT)}
    return kept | fixed | checkout


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """Give the program in a process of its own. Output keeps its line ends; bytes that are no UTF-8 become surrogates.

    With variables that an interpreter reads at its start it is the real script, else a copy of a warm interpreter.
    """
    environment = scrubbed_environment(tmp_path_factory.mktemp("home"))
    warm = Warm(environment, strict_reader=strict_reader.WANTED)

    def run(
        folder: Path, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        words = [*command(), *arguments]
        variables = environment | dict(env or {})
        if any(name.startswith(AT_START) for name in env or {}):
            done = subprocess.run(
                words, cwd=folder, input=stdin, env=variables, capture_output=True, timeout=SECONDS, check=False
            )
            code, streams = done.returncode, (done.stdout, done.stderr)
        else:
            code, *both = warm.run(folder, arguments, variables, stdin)
            streams = both[0], both[1]
        out, err = (stream.decode("utf-8", "surrogateescape") for stream in streams)
        return subprocess.CompletedProcess(words, code, out, err)

    yield run
    warm.close()
