"""The example pipelines that collect: their scripts, run in a clone whose origin is a folder."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.asking import document
from tests.conftest import ROOT, command

EXAMPLES = ROOT / "examples/workflows"
ROW = '{"service": "web", "at": "slos/a", "value": 99.5, "unit": "percent", "observed_at": "2025-06-30"}\n'
SOURCES = {
    "good": {"type": "file", "files": ["rows.jsonl"], "format": "jsonl", "provides": ["slos"]},
    "broken": {"type": "file", "files": ["none.jsonl"], "format": "jsonl", "provides": ["cost"]},
}


class Clone:
    """A clone, and the program where the pipelines install it."""

    def __init__(self, folder: Path, sources: list[str]) -> None:
        self.root, self.origin, self.temporary = folder / "clone", folder / "origin", folder / "temp"
        (self.temporary / "gate/bin").mkdir(parents=True)
        (self.temporary / "gate/bin/platform-gate").symlink_to(command()[0])
        self.root.mkdir()
        (self.root / "rows.jsonl").write_text(ROW, encoding="utf-8")
        chosen = {name: SOURCES[name] for name in sources}
        (self.root / "platform-gate.sources.yaml").write_bytes(document(chosen))
        self.bash("git init --quiet --initial-branch main && git init --quiet --bare ../origin")

    def bash(self, script: str, variables: Mapping[str, str] = {}) -> int:
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.temporary), **variables}
        words = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(words, cwd=self.root, env=environment, check=False, capture_output=True).returncode

    def kept(self) -> list[str]:
        """The services on the branch, or nothing where there is none; it holds one commit."""
        git = ["git", f"--git-dir={self.origin}"]
        shown = subprocess.run([*git, "show", "measurements:measurements.jsonl"], capture_output=True, check=False)
        commits = subprocess.run([*git, "rev-list", "--all"], capture_output=True, check=True, text=True).stdout
        assert len(commits.split()) <= 1
        return [line for line in shown.stdout.decode().splitlines() if line.startswith('{"service"')]


def on_github(clone: Clone) -> list[int]:
    """The exit codes of the steps, which end with the first that fails."""
    steps = yaml.safe_load((EXAMPLES / "github-collect.yml").read_text(encoding="utf-8"))["jobs"]["collect"]["steps"]
    output = clone.temporary / "output"
    output.write_text("")
    codes: list[int] = []
    for step in steps[3:]:
        values = {"RUNNER_TEMP": str(clone.temporary), "GITHUB_OUTPUT": str(output)}
        values |= {name: text for name, text in step["env"].items() if "${{" not in text}
        values |= {"REPOSITORY": str(clone.origin), "TOKEN": "t", "CODE": output.read_text().partition("=")[2].strip()}
        codes.append(clone.bash(step["run"], values))
        if codes[-1]:
            break
    return codes


def on_gitlab(clone: Clone) -> list[int]:
    job = yaml.safe_load((EXAMPLES / "gitlab-collect.yml").read_text(encoding="utf-8"))["platform-gate-collect"]
    script = "\n".join((f"gate={clone.temporary}/gate", *job["script"]))
    (clone.origin.parent / "origin.git").symlink_to(clone.origin)
    return [clone.bash(script, {**job["variables"], "CI_PROJECT_URL": str(clone.origin), "MEASUREMENTS_TOKEN": "t"})]


def test_github_keeps_what_was_collected(tmp_path: Path) -> None:
    clone = Clone(tmp_path, ["good"])
    assert on_github(clone) == [0, 0, 0]
    assert len(clone.kept()) == 1
    (clone.root / "rows.jsonl").write_text(ROW + ROW.replace("web", "api"), encoding="utf-8")
    assert on_github(clone) == [0, 0, 0]
    assert len(clone.kept()) == 2


def test_github_keeps_the_others_where_a_source_fails_and_is_red(tmp_path: Path) -> None:
    clone = Clone(tmp_path, ["good", "broken"])
    assert on_github(clone) == [0, 0, 2]
    assert len(clone.kept()) == 1


def test_github_keeps_nothing_where_nothing_was_written(tmp_path: Path) -> None:
    clone = Clone(tmp_path, ["good"])
    (clone.root / "platform-gate.sources.yaml").write_text("nonsense", encoding="utf-8")
    assert on_github(clone) == [1]
    assert clone.kept() == []


@pytest.mark.parametrize(("sources", "code"), [(["good"], 0), (["good", "broken"], 2)])
def test_gitlab_keeps_what_was_collected(tmp_path: Path, sources: list[str], code: int) -> None:
    clone = Clone(tmp_path, sources)
    assert on_gitlab(clone) == [code]
    assert len(clone.kept()) == 1
