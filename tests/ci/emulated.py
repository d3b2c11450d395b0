"""Run a workflow under act, with an API of GitHub on this machine, and print what came of it as JSON.

    python -m tests.ci.emulated '{"repository": ..., "event": ..., "action": ..., "cache": ..., "home": ...}'

It is a program of its own so that it can be started in a network namespace that has nothing but the loopback interface.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from tests.action.github_api import TOKEN, serving
from tests.conftest import ROOT

ACTION: Final = "platform-gate/platform-gate@" + "0" * 40
CACHE: Final = Path(__file__).with_name("cache")


def cache_action() -> str:
    """The action of GitHub's cache as action.yml names it: what act needs instead is a folder of ours."""
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    [reference] = {step["uses"].split("@")[1] for step in steps if step.get("uses", "").startswith("actions/cache/")}
    return f"actions/cache@{reference}"


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Exit code, log and comments."""
    with serving() as github:
        variables = {"CACHE_FOLDER": order["cache"], "GITHUB_API_URL": github.address}
        words = ["pull_request", "--eventpath", order["event"], "--platform", "ubuntu-latest=-self-hosted"]
        words += ["--no-cache-server", "--artifact-server-addr", "127.0.0.1"]
        words += [
            "--local-repository",
            f"{ACTION}={order['action']}",
            "--local-repository",
            f"{cache_action()}={CACHE}",
        ]
        words += [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
        done = subprocess.run(
            [Path(sys.executable).with_name("act"), *words, "--secret", f"GITHUB_TOKEN={TOKEN}"],
            cwd=order["repository"],
            env={"PATH": os.environ["PATH"], "HOME": order["home"], "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        comments = [comment["body"] for comment in github.comments]
    return {"code": done.returncode, "log": done.stdout + done.stderr, "comments": comments, "calls": github.calls}


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))  # noqa: T201 - the test reads it
