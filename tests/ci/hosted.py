"""A repository on GitHub as its workflows see it: act runs them, and folders here stand for GitHub's services."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.ci import tools
from tests.ci.emulated import ALONE
from tests.conftest import ROOT
from tests.reports.formats.fleets import git
from tests.samples import write

ACTIONS: Final = Path(__file__).with_name("actions")
"""Stand-ins for actions of GitHub's that need GitHub: artifacts, the cache, code scanning, the index."""
OURS: Final = "platform-gate/platform-gate"
SHIPPED: Final = ("action.yml", "action", "platform_gate", "policies", "pyproject.toml", "schemas")


@dataclass(frozen=True)
class Ran:
    """A workflow that has run, with the comments of the pull request and its seconds on the cores, act's included."""

    code: int
    log: str
    comments: list[str]
    cpu: float

    def reports(self) -> dict[str, bytes]:
        """The Action's reports by their names."""
        [folder] = set(re.findall(r"::set-output:: folder=(\S+/reports)$", self.log, re.MULTILINE))
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def seconds_of_children() -> float:
    """What processes that have ended took on the cores. Unlike a clock on the wall it hardly counts other work."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def release(folder: Path) -> Path:
    """The Action as a release ships it."""
    folder.mkdir()
    for name in SHIPPED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


class Repository:
    """acme/shop in a folder, on the branch `main`. `services` outlives it: the cache, the wheel and pip's downloads."""

    def __init__(self, folder: Path, services: Path, files: Mapping[str, str | bytes]) -> None:
        self.folder, self.services = folder, services
        self.root, self.artifacts = folder / "repository", folder / "artifacts"
        self.artifacts.mkdir(parents=True)
        self.variables = {
            "EMULATED_ARTIFACTS": str(self.artifacts),
            "EMULATED_CACHE": str(services / "cache"),
            "EMULATED_PYTHON": str(Path(sys.executable).parent),
            "PIP_FIND_LINKS": str(services / "dist"),
        }
        self.path = os.pathsep.join((str(tools.NODE.parent), os.environ["PATH"]))
        write(self.root, files)
        git(self.root, "init", "-q", "-b", "main")
        git(self.root, "remote", "add", "origin", "https://github.com/acme/shop.git")
        self.base = self.commit()

    def commit(self) -> str:
        git(self.root, "add", "--all")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "a commit")
        return self.revision("HEAD")

    def change(self, files: Mapping[str, str | bytes]) -> str:
        write(self.root, files)
        return self.commit()

    def revision(self, name: str) -> str:
        words = ["git", "rev-parse", name]
        return subprocess.run(words, cwd=self.root, capture_output=True, text=True, check=True).stdout.strip()

    def pull_request(self, workflow: str, *, labels: tuple[str, ...] = (), network: bool = True) -> Ran:
        """Run a workflow for a pull request of what was committed since the base."""
        base = {"sha": self.base, "ref": "main"}
        head = {"sha": self.revision("HEAD"), "ref": "change", "repo": {"full_name": "acme/shop"}}
        named = [{"name": label} for label in labels]
        payload = {"pull_request": {"number": 7, "base": base, "head": head, "labels": named}}
        return self.run("pull_request", workflow, payload, network=network)

    def push(self, workflow: str, **payload: Any) -> Ran:
        """Run a workflow for a push to the branch that is checked out."""
        return self.run("push", workflow, payload)

    def run(self, event: str, workflow: str, payload: Mapping[str, Any], *, network: bool = True) -> Ran:
        """Run a workflow, which is not committed, for an event."""
        file = self.folder / "workflow.yml"
        file.write_text(workflow, encoding="utf-8")
        whole = {"repository": {"default_branch": "main", "full_name": "acme/shop"}, **payload}
        (self.folder / "event.json").write_text(json.dumps(whole))
        order = {
            "event": event,
            "home": str(self.services / "home"),
            "local": self._local(workflow),
            "path": self.path,
            "payload": str(self.folder / "event.json"),
            "repository": str(self.root),
            "variables": self.variables,
            "workflow": str(file),
        }
        program = [sys.executable, "-m", "tests.ci.emulated", json.dumps(order)]
        words = program if network else [*ALONE, *program]
        before = seconds_of_children()
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        return Ran(answer["code"], answer["log"], answer["comments"], seconds_of_children() - before)

    def _local(self, workflow: str) -> list[str]:
        """Where act takes each action from, for those that the workflow and our own Action use."""
        text = workflow + (ROOT / "action.yml").read_text(encoding="utf-8")
        used = set(re.findall(r"uses: ([\w.-]+/[\w.-]+)(?:/[\w./-]+)?@([\w.]+)", text))
        places = {OURS: self.services / "action"}
        return [
            f"{name}@{ref}={places.get(name, ACTIONS / name.partition('/')[2])}"
            for name, ref in sorted(used)
            if name != "actions/checkout"  # act's own: it copies the repository
        ]
