"""Run a workflow under act, with an API of GitHub on this machine, and print what came of it as JSON.

    python -m tests.ci.emulated '{"repository": ..., "event": ..., "payload": ..., "local": [...], ...}'

It is a program of its own so that it can be started in a network namespace that has nothing but the loopback interface.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tests.action.github_api import TOKEN, serving

ALONE: Final = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
"""What runs with these words before it has no network."""


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Exit code, log and comments."""
    with serving() as github:
        variables = {**order["variables"], "GITHUB_API_URL": github.address}
        words = [order["event"], "--workflows", order["workflow"], "--eventpath", order["payload"]]
        words += ["--platform", "ubuntu-latest=-self-hosted", "--no-cache-server"]
        words += ["--artifact-server-addr", "127.0.0.1", "--defaultbranch", "main"]
        words += [word for place in order["local"] for word in ("--local-repository", place)]
        words += [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
        done = subprocess.run(
            [Path(sys.executable).with_name("act"), *words, "--secret", f"GITHUB_TOKEN={TOKEN}"],
            cwd=order["repository"],
            env={"PATH": order["path"] or os.environ["PATH"], "HOME": order["home"], "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        comments = [comment["body"] for comment in github.comments]
    return {"code": done.returncode, "log": done.stdout + done.stderr, "comments": comments, "calls": github.calls}


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))  # noqa: T201 - the test reads it
