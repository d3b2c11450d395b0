"""Every way out of the program is one of its exit codes."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from platform_gate.cli import main
from platform_gate.cli.main import run
from platform_gate.documents.document import DocumentError, Refusal
from platform_gate.model import GateError, Location
from platform_gate.text import Excerpt
from tests.conftest import Gate
from tests.samples import BREACHED, manifest

FIRST = Refusal("first", "Fix it.", Location("a.yaml", 2, 3, 2, 4), Excerpt("  x: 1", 2, 1))
SECOND = Refusal("second", "", Location("a.yaml", 9, 1, 9, 2))


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make the demo raise an error."""

    def callback() -> None:
        raise error

    monkeypatch.setitem(main.cli.commands, "demo", click.Command("demo", callback=callback))


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (GateError("no", "Do."), 2, "error: no\n  fix: Do.\n"),
        (GateError("no"), 2, "error: no\n"),
        (GateError("a\x1b[2J"), 2, "error: a\\x1b[2J\n"),
        (
            DocumentError(FIRST, SECOND),
            2,
            "error: a.yaml:2:3: first\n  2 |   x: 1\n        ^\n  fix: Fix it.\nerror: a.yaml:9:1: second\n",
        ),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (click.Abort(), 130, "interrupted\n"),
    ],
)
def test_an_error_becomes_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    message: str,
) -> None:
    fail_with(monkeypatch, error)
    assert run(["demo"]) == code
    shown = capsys.readouterr()
    assert (shown.out, shown.err.lstrip("\n")) == ("", message)


@pytest.mark.parametrize("error", [ValueError("x"), RecursionError(), MemoryError(), AssertionError(), KeyError("k")])
def test_a_bug_is_3_and_takes_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    fail_with(monkeypatch, error)
    monkeypatch.setattr(sys, "argv", ["platform-gate", "demo"])
    assert run(["demo"]) == 3
    shown = capsys.readouterr().err
    assert len(shown.splitlines()) == 1
    assert type(error).__name__ in shown
    assert main.REPORT_TO in shown


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_a_bug_shows_where_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flag: str
) -> None:
    fail_with(monkeypatch, ValueError("x"))
    monkeypatch.setattr(sys, "argv", ["platform-gate", flag, "demo"])
    assert run([flag, "demo"]) == 3
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "in callback" in shown
    assert shown.splitlines()[-1].startswith("error: a bug in platform-gate (ValueError)")


@pytest.mark.parametrize("words", [["-v"], ["chek"], ["--nope"], ["check", "--nope"]])
def test_a_usage_error_is_2(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert run(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert "--help`" in shown.err


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["check", "--help"], ["schema", "-h"], ["demo", "--help"]])
def test_help_is_0(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert run(words) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("Usage: platform-gate")
    assert shown.err == ""


def test_the_bare_program_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    bare = capsys.readouterr()
    assert run(["--help"]) == 0
    assert bare == capsys.readouterr()


@pytest.mark.parametrize("words", ["check services -v", "explain --list", "check --help", "schema report", "demo"])
def test_a_reader_that_leaves_hears_nothing(tmp_path: Path, words: str) -> None:
    (tmp_path / "services").mkdir()
    for number in range(60):
        text = manifest(f"web-{number}", slos=BREACHED)
        (tmp_path / f"services/{number}.yaml").write_text(text, encoding="utf-8")
    script = f"{sys.executable} -P -m platform_gate {words} | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (len(done.stdout), done.stderr) == (1, "")
    assert done.returncode in {0, 1, 2}


def test_help_lists_the_commands_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("check", "schema", "demo", "0 passed", "1 failed", "2 something could not be judged", "3 a bug"):
        assert word in shown


def test_the_version_is_the_installed_one(gate: Gate, tmp_path: Path) -> None:
    done = gate(tmp_path, "--version")
    assert (done.stdout, done.returncode) == (f"platform-gate {version('platform-gate')}\n", 0)


def test_python_m_is_the_same_program(gate: Gate, tmp_path: Path) -> None:
    module = subprocess.run(
        [sys.executable, "-P", "-m", "platform_gate", "--version"], capture_output=True, text=True, check=False
    )
    assert (module.stdout, module.returncode) == (gate(tmp_path, "--version").stdout, 0)


def test_a_run_that_loses_its_standard_error_keeps_its_code(tmp_path: Path) -> None:
    script = f"{sys.executable} -P -m platform_gate check gone 2>&-"
    assert subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, check=False).returncode == 2
