"""Runs every folder below tests/pull_requests: a real repository with a base and a change, and how they compare.

    base/               committed on the branch main
    head/               replaces it, committed on the branch change (left out: the branch has no commit of its own)
    script              bash, run in the repository after that (left out: nothing); $OUTSIDE is a folder beside it
    cmd                 what is typed after `platform-gate`, as in tests/cases; `@FOLDER` before it says where
    expected/           stdout, stderr, exit and files, as in tests/cases

Identity and dates are fixed, so commits have the same names everywhere. `pytest tests/test_pull_requests.py --record`
rewrites expected/. Files that would mean something to git itself (.gitattributes, links, names in other encodings) are
made by the scripts.
"""

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Gate
from tests.repositories import environment
from tests.test_cases import Expected, check_commands, command_lines, files_below, hold_to_record, transcript

CHANGES = Path(__file__).parent / "pull_requests"


def scenario_folders() -> list[Path]:
    return sorted(path for path in CHANGES.iterdir() if path.is_dir())


def build(case: Path, repository: Path) -> None:
    """Make the repository in one shell, which is faster than a process for each step."""
    outside = repository.parent / "outside"
    outside.mkdir()
    steps = ["set -e", f"git init -q -b main {shlex.quote(str(repository))}", f"cd {shlex.quote(str(repository))}"]
    if (case / "base").is_dir():
        steps += [f"cp -R {shlex.quote(str(case / 'base'))}/. .", "git add -A -f"]
    steps += ["git commit -q --allow-empty -m base", "git checkout -q -b change"]
    if (case / "head").is_dir():
        steps += ["git rm -rq --ignore-unmatch .", f"cp -R {shlex.quote(str(case / 'head'))}/. .", "git add -A -f"]
        steps += ["git commit -q --allow-empty -m change"]
    if (case / "script").exists():
        steps += [(case / "script").read_text(encoding="utf-8")]
    known = environment(repository.parent) | {"OUTSIDE": str(outside)}
    subprocess.run(["/bin/bash", "-c", "\n".join(steps)], env=known, cwd=repository.parent, check=True)


def placed(line: str) -> tuple[str, list[str]]:
    words = shlex.split(line)
    return (words[0][1:], words[1:]) if words[0].startswith("@") else (".", words)


def outcome(case: Path, gate: Gate, repository: Path) -> Expected:
    lines = command_lines(case)
    before = files_outside_git(repository)
    runs = []
    for line in lines:
        folder, words = placed(line)
        runs.append(gate(repository / folder, *words))
    after = files_outside_git(repository)
    written = {f"files/{path}": data for path, data in after.items() if before.get(path) != data}
    out, err = (transcript(lines, [getattr(run, name) for run in runs]) for name in ("stdout", "stderr"))
    codes = "".join(f"{run.returncode}\n" for run in runs).encode()
    return {path: data for path, data in (("stdout", out), ("stderr", err)) if data} | {"exit": codes} | written


def files_outside_git(repository: Path) -> Expected:
    return {path: data for path, data in files_below(repository).items() if ".git" not in path.split("/")}


@pytest.mark.parametrize("case", scenario_folders(), ids=lambda case: case.name)
def test_change(case: Path, gate: Gate, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    check_commands(case)
    build(case, tmp_path / "repo")
    actual = outcome(case, gate, tmp_path / "repo")
    hold_to_record(case, actual, tmp_path, recording=request.config.getoption("--record"))


def test_a_command_can_say_where_it_runs() -> None:
    assert placed("@services check x") == ("services", ["check", "x"])
    assert placed("check x") == (".", ["check", "x"])
