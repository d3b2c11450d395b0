"""Runs every folder below tests/cases: a small repository, a command line, and what must come of it.

    cmd                 what is typed after `platform-gate`; several lines run in order; `#` starts a comment line
    repo/               the repository in which it runs (left out: an empty one)
    stdin               fed to every command (left out: nothing)
    expected/stdout     exact bytes (left out: nothing)
    expected/stderr     the same
    expected/exit       the exit code, one line per command
    expected/files/     files that the run writes or changes (left out: none)

`pytest tests/test_cases.py --record` rewrites expected/. Add `-k NAME` for one folder.
"""

import difflib
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import Gate

CASES = Path(__file__).parent / "cases"
DATED = {"check", "explain"}

Expected = dict[str, bytes]
"""What stands below expected/: a relative path and its bytes."""


def case_folders() -> list[Path]:
    return sorted(path for path in CASES.iterdir() if path.is_dir()) if CASES.is_dir() else []


def files_below(folder: Path) -> Expected:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def command_lines(case: Path) -> list[str]:
    lines = [line.strip() for line in (case / "cmd").read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def undated(line: str) -> bool:
    """Say whether the answer to this command would change with the calendar."""
    words = shlex.split(line)
    dated = any(word.startswith("--as-of") for word in words)
    return not DATED.isdisjoint(words) and not dated and "--help" not in words


def copy_of_repository(case: Path, target: Path) -> Path:
    if (case / "repo").is_dir():
        shutil.copytree(case / "repo", target, symlinks=True)
    (target / ".git").mkdir(parents=True)
    return target


def transcript(lines: list[str], parts: list[str]) -> bytes:
    """Join what the commands wrote. Where there are several, each part stands below its command."""
    headed = [f"$ {line}\n{part}" if len(lines) > 1 else part for line, part in zip(lines, parts, strict=True) if part]
    return "".join(headed).encode("utf-8", "surrogateescape")


def outcome(case: Path, gate: Gate, repository: Path) -> Expected:
    lines = command_lines(case)
    before = files_below(repository)
    stdin = (case / "stdin").read_bytes() if (case / "stdin").exists() else b""
    runs = [gate(repository, *shlex.split(line), stdin=stdin) for line in lines]
    written = {f"files/{path}": data for path, data in files_below(repository).items() if before.get(path) != data}
    streams = {
        "stdout": transcript(lines, [run.stdout for run in runs]),
        "stderr": transcript(lines, [run.stderr for run in runs]),
    }
    codes = "".join(f"{run.returncode}\n" for run in runs).encode()
    return {path: data for path, data in streams.items() if data} | {"exit": codes} | written


def record(actual: Expected, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in actual.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def shown(data: bytes | None) -> list[str]:
    """Make lines that can be compared and printed: nothing invisible, and a missing last line end is marked."""
    lines = (data or b"").decode("utf-8", "backslashreplace").split("\n")
    last = [] if lines[-1] == "" else [lines[-1] + "  (no line end)"]
    return [line if line.isprintable() else ascii(line) for line in lines[:-1] + last]


def difference(expected: Expected, actual: Expected) -> str:
    parts = [
        difflib.unified_diff(
            shown(expected.get(path)), shown(actual.get(path)), f"expected/{path}", f"actual {path}", lineterm=""
        )
        for path in sorted(expected.keys() | actual.keys())
        if expected.get(path) != actual.get(path)
    ]
    return "\n".join(line for part in parts for line in part)


def check_commands(case: Path) -> None:
    """A case says what is run, and on which day."""
    lines = command_lines(case)
    assert lines, f"{case.name}/cmd holds no command"
    assert not [line for line in lines if undated(line)], f"{case.name}/cmd: add --as-of YYYY-MM-DD"


def hold_to_record(case: Path, actual: Expected, tmp_path: Path, *, recording: bool) -> None:
    """Compare what came of a case with what is recorded; with `recording` record it first."""
    leaks = [path for path, data in actual.items() if str(tmp_path).encode() in data]
    assert not leaks, f"{case.name}: the path of this machine's copy is in {', '.join(leaks)}"
    if recording:
        record(actual, case / "expected")
    expected = files_below(case / "expected")
    if actual != expected:
        pytest.fail(
            f"{case.name}: not as recorded (--record accepts it)\n{difference(expected, actual)}", pytrace=False
        )


@pytest.mark.parametrize("case", case_folders(), ids=lambda case: case.name)
def test_case(case: Path, gate: Gate, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    check_commands(case)
    actual = outcome(case, gate, copy_of_repository(case, tmp_path / "repo"))
    hold_to_record(case, actual, tmp_path, recording=request.config.getoption("--record"))


def test_a_difference_is_readable() -> None:
    text = difference({"stdout": b"same\nold\n", "exit": b"0\n"}, {"stdout": b"same\nnew\r", "exit": b"0\n"})
    assert text.splitlines() == [
        "--- expected/stdout",
        "+++ actual stdout",
        "@@ -1,2 +1,2 @@",
        " same",
        "-old",
        "+'new\\r  (no line end)'",
    ]


def test_a_line_end_alone_is_a_difference() -> None:
    assert "(no line end)" in difference({"stdout": b"a\n"}, {"stdout": b"a"})


def test_recording_replaces_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "expected"
    record({"exit": b"1\n", "stderr": b"gone\n"}, folder)
    record({"exit": b"0\n", "files/out/report.json": b"{}\n"}, folder)
    assert files_below(folder) == {"exit": b"0\n", "files/out/report.json": b"{}\n"}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("check services", True),
        ("-q check services", True),
        ("check --as-of 2026-11-23 services", False),
        ("check --as-of=2026-11-23", False),
        ("check --help", False),
        ("schema service", False),
    ],
)
def test_a_command_that_asks_the_calendar_is_found(line: str, *, answer: bool) -> None:
    assert undated(line) is answer
