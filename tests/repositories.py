"""Real git repositories for tests, with a fixed identity and fixed dates."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import scrubbed_environment
from tests.samples import write

MOMENT = "2026-11-23T12:00:00Z"
GIT = shutil.which("git") or "git"


def environment(home: Path, moment: str = MOMENT) -> dict[str, str]:
    """What git needs to know, and nothing of this machine's settings."""
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": moment}.items()
    }
    nowhere = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": "1"}
    local = {"GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always"}
    return scrubbed_environment(home) | who | nowhere | local


def git(folder: Path, *words: str, moment: str = MOMENT) -> str:
    """Run git in a folder."""
    done = subprocess.run(
        [GIT, *words],
        cwd=folder,
        env=environment(folder.parent, moment),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def repository(folder: Path, files: Mapping[str, str | bytes], moment: str = MOMENT) -> Path:
    """A repository with one commit on the branch main."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", ".")
    return commit(folder, files, moment)


def commit(folder: Path, files: Mapping[str, str | bytes | None], moment: str = MOMENT) -> Path:
    """Write files (None removes one) and commit them."""
    write(folder, {path: content for path, content in files.items() if content is not None})
    for path in [path for path, content in files.items() if content is None]:
        (folder / path).unlink()
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a commit", moment=moment)
    return folder
