"""A pull request from checkout to comment: the Action under act, first with a network, then with none."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ci.emulated import ACTION
from tests.conftest import ROOT
from tests.reports.formats.fleets import git
from tests.samples import BREACHED, manifest, write

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("act")]

SHIPPED = ("action.yml", "action", "platform_gate", "policies", "pyproject.toml", "schemas")
WORKFLOW = f"""\
name: platform-gate
on: pull_request
permissions: {{}}
jobs:
  gate:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 2
      - uses: {ACTION}
        id: gate
        with:
          formats: github, markdown, sarif, html
          change-labels: security=security-fix
      - if: always()
        run: echo "the verdict is $VERDICT, the kind $KINDS"
        env:
          VERDICT: ${{{{ steps.gate.outputs.verdict }}}}
          KINDS: ${{{{ steps.gate.outputs.change-kinds }}}}
"""


class PullRequest:
    """A repository with a branch that breaks a service, and the Action as a release ships it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository = folder / "repository"
        files = {".github/workflows/gate.yml": WORKFLOW, "services/web.yaml": manifest()}
        write(self.repository, files)
        git(self.repository, "init", "-q", "-b", "main")
        git(self.repository, "remote", "add", "origin", "https://github.com/acme/shop.git")
        self.base = self.commit()
        self.head = self.change(BREACHED)
        self.action = folder / "action"
        self.action.mkdir()
        for name in SHIPPED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, self.action / name)

    def commit(self) -> str:
        git(self.repository, "add", "--all")
        git(self.repository, "commit", "-q", "-m", "a commit")
        words = ["git", "rev-parse", "HEAD"]
        done = subprocess.run(words, cwd=self.repository, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def change(self, slos: str) -> str:
        write(self.repository, {"services/web.yaml": manifest(slos=slos)})
        return self.commit()

    def run(self, *, network: bool) -> Any:
        base, head = {"sha": self.base, "ref": "main"}, {"sha": self.head, "ref": "change"}
        event = {"pull_request": {"number": 7, "base": base, "head": head, "labels": [{"name": "security"}]}}
        (self.folder / "event.json").write_text(json.dumps(event))
        places = {"repository": self.repository, "event": self.folder / "event.json", "action": self.action}
        places |= {"cache": self.folder / "cache", "home": self.folder / "home"}
        order = json.dumps({name: str(place) for name, place in places.items()})
        program = [sys.executable, "-m", "tests.ci.emulated", order]
        alone = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        done = subprocess.run(
            [*([] if network else alone), *program], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def reports(log: str) -> dict[str, bytes]:
    """The reports of a run by suffix."""
    [folder] = {Path(path) for path in re.findall(r"::set-output:: folder=(\S+)", log)}
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_pull_request_from_checkout_to_comment_with_the_network_cut_after_the_first_run(
    tmp_path: Path,
) -> None:
    change = PullRequest(tmp_path)
    cold = change.run(network=True)
    assert cold["code"] == 1, cold["log"]
    assert "the verdict is failed, the kind security-fix" in cold["log"]
    [comment] = cold["comments"]
    assert comment.startswith("<!-- platform-gate ")
    assert "This change breaks 1 service: web." in comment
    assert "slo/breached" in comment
    [key] = (tmp_path / "cache").iterdir()
    assert key.name.startswith("platform-gate-")

    warm = change.run(network=False)
    assert warm["code"] == 1, warm["log"]
    assert warm["comments"] == cold["comments"]
    assert reports(warm["log"]) == reports(cold["log"])
    assert {"gate.json", "gate.sarif", "gate.md", "gate.html"} == set(reports(warm["log"]))

    change.head = change.change("slos: [{name: availability, target: 99.9, current: 99.96}]")
    passed = change.run(network=False)
    assert passed["code"] == 0, passed["log"]
    assert "the verdict is passed" in passed["log"]
    assert passed["comments"] == []


def test_without_network_and_cache_nothing_is_judged(tmp_path: Path) -> None:
    done = PullRequest(tmp_path).run(network=False)
    assert done["code"] == 1
    assert "could not be installed; nothing was checked" in done["log"]
    assert "the verdict is , the kind" in done["log"]
