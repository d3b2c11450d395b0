"""The recipes for GitLab under gitlab-ci-local, with a package index of our own wheel and PyPI's."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.asking import document
from tests.ci import tools
from tests.conftest import ROOT
from tests.reports.formats.fleets import git
from tests.samples import BREACHED, manifest, write

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("gitlab")]

RECIPE = ROOT / "examples/workflows/gitlab-ci.yml"
ROW = '{"service": "web", "at": "slos/a", "value": 99.5, "unit": "percent", "observed_at": "2025-06-30"}\n'
SOURCES = {"files": {"type": "file", "files": ["rows.jsonl"], "format": "jsonl", "provides": ["slos"]}}


def clone_of(folder: Path, files: Mapping[str, str]) -> Path:
    """A clone of a remote with these files on its branch `main`."""
    write(folder / "remote", files)
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "base"]):
        git(folder / "remote", *words)
    git(folder, "clone", "-q", "remote", "clone")
    return folder / "clone"


def repository(folder: Path) -> Path:
    """A clone whose branch `change` breaks a service; its remote has the target branch."""
    clone = clone_of(folder, {".gitlab-ci.yml": RECIPE.read_text(encoding="utf-8"), "services/web.yaml": manifest()})
    git(clone, "checkout", "-q", "-b", "change")
    write(clone, {"services/new.yaml": manifest("new", slos=BREACHED)})
    git(clone, "add", ".")
    git(clone, "commit", "-q", "-m", "change")
    return clone


def shims(folder: Path) -> Path:
    """Commands that the image of the recipe has: its Python, and an apt-get that has nothing to do."""
    folder.mkdir()
    (folder / "python").symlink_to(sys.executable)
    (folder / "apt-get").write_text("#!/bin/sh\nexit 0\n")
    (folder / "apt-get").chmod(0o755)
    return folder


def run(folder: Path, services: Path, clone: Path, job: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a job under gitlab-ci-local, in this machine's shell."""
    path = f"{shims(folder / 'bin')}{os.pathsep}{os.environ['PATH']}"
    given = {"PIP_FIND_LINKS": str(services / "dist"), "PATH": path, **variables}
    words = [word for name, value in given.items() for word in ("--variable", f"{name}={value}")]
    script = "gitlab-ci-local/dist/index.js"
    return tools.node(script, "--force-shell-executor", "--no-color", *words, job, folder=clone, PATH=path)


def test_the_recipe_judges_a_merge_request(tmp_path: Path, services: Path) -> None:
    clone = repository(tmp_path)
    variables = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    done = run(tmp_path, services, clone, "platform-gate", **variables)
    output = done.stdout + done.stderr
    assert done.returncode == 1, output
    assert "HEALTHY" in output or "DEGRADED" in output
    [quality] = clone.rglob("gate-codequality.json")
    assert [issue["check_name"] for issue in json.loads(quality.read_bytes())] == ["slo/breached"]
    assert list(clone.rglob("gate-junit.xml"))


def test_measured_numbers_are_kept_on_a_branch(tmp_path: Path, services: Path) -> None:
    recipe = (RECIPE.parent / "gitlab-collect.yml").read_text(encoding="utf-8")
    files = {".gitlab-ci.yml": recipe, "rows.jsonl": ROW, "platform-gate.sources.yaml": document(SOURCES).decode()}
    clone = clone_of(tmp_path, files)
    origin = tmp_path / "origin.git"
    git(tmp_path, "init", "-q", "--bare", str(origin))
    variables = {"CI_PIPELINE_SOURCE": "schedule", "CI_PROJECT_URL": str(origin.with_suffix(""))}
    done = run(tmp_path, services, clone, "platform-gate-collect", MEASUREMENTS_TOKEN="t", **variables)  # noqa: S106
    assert done.returncode == 0, done.stdout + done.stderr
    words = ["git", f"--git-dir={origin}", "show", "measurements:measurements.jsonl"]
    assert '{"service"' in subprocess.run(words, capture_output=True, text=True, check=True).stdout
