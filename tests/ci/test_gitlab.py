"""The recipe for GitLab under gitlab-ci-local, with a package index of our own wheel and PyPI's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci import tools
from tests.conftest import ROOT
from tests.reports.formats.fleets import git
from tests.samples import BREACHED, manifest, write

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("gitlab")]

RECIPE = ROOT / "examples/workflows/gitlab-ci.yml"


def repository(folder: Path) -> Path:
    """A clone whose branch `change` breaks a service; its remote has the target branch."""
    write(folder / "remote", {".gitlab-ci.yml": RECIPE.read_text(encoding="utf-8"), "services/web.yaml": manifest()})
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "base"]):
        git(folder / "remote", *words)
    git(folder, "clone", "-q", "remote", "clone")
    clone = folder / "clone"
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


def test_the_recipe_judges_a_merge_request(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    clone = repository(tmp_path)
    variables = {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "PIP_FIND_LINKS": str(tmp_path / "dist"),
        "PATH": f"{shims(tmp_path / 'bin')}{os.pathsep}{os.environ['PATH']}",
    }
    given = [word for name, value in variables.items() for word in ("--variable", f"{name}={value}")]
    words = ["--force-shell-executor", "--no-color", *given, "platform-gate"]
    done = tools.node("gitlab-ci-local/dist/index.js", *words, folder=clone, PATH=variables["PATH"])
    output = done.stdout + done.stderr
    assert done.returncode == 1, output
    assert "HEALTHY" in output or "DEGRADED" in output
    [quality] = clone.rglob("gate-codequality.json")
    assert [issue["check_name"] for issue in json.loads(quality.read_bytes())] == ["slo/breached"]
    assert list(clone.rglob("gate-junit.xml"))
