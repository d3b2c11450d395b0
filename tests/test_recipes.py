"""The shell recipes of docs/ci.md, run as they stand."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, command
from tests.reports.formats.fleets import commit, git
from tests.samples import BREACHED, manifest, write


def recipes(heading: str) -> list[str]:
    """The shell blocks below a heading."""
    section = (ROOT / "docs/ci.md").read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def shell(folder: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Run a script up to its first error, with platform-gate on PATH."""
    environment = {"PATH": f"{Path(command()[0]).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    words = ["bash", "-e", "-c", script]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def red(tmp_path: Path) -> Path:
    """A clone of a fleet that is red on its target branch."""
    commit(write(tmp_path / "remote", {"services/red.yaml": manifest("red", slos=BREACHED)}))
    git(tmp_path / "remote", "branch", "-M", "main")
    git(tmp_path, "clone", "-q", "remote", "clone")
    return tmp_path / "clone"


def test_a_red_fleet_can_require_the_gate_at_once(red: Path) -> None:
    only_worse, written_down = recipes("A fleet that fails already")
    assert shell(red, "platform-gate check").returncode == 1
    for recipe in (only_worse, written_down):
        done = shell(red, recipe)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "waived until" in shell(red, "platform-gate check -v").stdout


def test_the_recipe_for_any_shell_judges_a_change(red: Path) -> None:
    [recipe] = recipes("Any shell")
    judging = "\n".join(line for line in recipe.splitlines() if " -m " not in line)
    judging = judging.replace('"$HOME/gate/bin/platform-gate"', "platform-gate")
    done = shell(red, judging)
    assert done.returncode == 1, done.stdout + done.stderr
    assert {"gate.xml", "gate.md"} <= {path.name for path in red.iterdir()}
