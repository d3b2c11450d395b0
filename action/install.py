"""Install platform-gate for its GitHub Action, so that the same commit of the Action judges with the same code.

    install.py digest                    print what the cache of wheels depends on
    install.py FOLDER WHEELS [INDEX]     make the environment FOLDER/venv

The dependencies are wheels whose hashes are in lock.txt, so the folder WHEELS may come from a cache that others can
write to. The gate's own files are copied: nothing is built, and so no build backend runs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parents[1]
LOCK: Final = Path(__file__).with_name("lock.txt")
OLDEST: Final = (3, 11)
LOCKED: Final = ("--require-hashes", "--only-binary=:all:", f"--requirement={LOCK}")
LAUNCHER: Final = '#!/bin/sh\nexec "$(dirname -- "$0")/python" -I -m platform_gate "$@"\n'


def digest() -> str:
    """SHA-256 of what decides which wheels are needed: the lock, the interpreter and the platform."""
    parts = (sys.implementation.cache_tag, sysconfig.get_platform(), *platform.libc_ver(), LOCK.read_text())
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def install(folder: Path, wheels: Path, index: str) -> None:
    """Make FOLDER/venv from the wheels, which are downloaded where they are missing or don't match their hashes.

    Raises:
        CalledProcessError: pip failed; it has said why.
    """
    environment = folder / "venv"
    pip = create(environment)
    if not _install_wheels(pip, wheels):
        _remove(wheels)
        _run(pip, "download", *([f"--index-url={index}"] if index else []), f"--dest={wheels}", *LOCKED)
        _run(pip, *_from(wheels))
    add_gate(environment)


def create(environment: Path) -> list[str]:
    """Make an empty environment, and return the command for a pip that installs into it."""
    has_pip = importlib.util.find_spec("pip") is not None
    venv.create(environment, symlinks=True, with_pip=not has_pip)
    python = str(environment / "bin/python")
    chosen = [sys.executable, "-I", "-m", "pip", "--python", python] if has_pip else [python, "-I", "-m", "pip"]
    return [*chosen, "--isolated", "--quiet", "--disable-pip-version-check", "--no-input"]


def add_gate(environment: Path) -> None:
    """Copy the package and what travels inside it, with its version and its command."""
    project = tomllib.loads((SOURCES / "pyproject.toml").read_text(encoding="utf-8"))
    [site] = environment.glob("lib/python3*/site-packages")
    inside = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for source, target in {"platform_gate": "platform_gate", **inside}.items():
        shutil.copytree(SOURCES / source, site / target, ignore=shutil.ignore_patterns("__pycache__"))
    _describe(site, project["project"])
    launcher = environment / "bin/platform-gate"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)


def _describe(site: Path, project: dict[str, str]) -> None:
    """The metadata that `importlib.metadata` reads."""
    name, version = project["name"], project["version"]
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")


def _install_wheels(pip: Sequence[str], wheels: Path) -> bool:
    """Whether the folder holds all wheels, each as the lock has it."""
    if not wheels.is_dir() or not any(wheels.iterdir()):
        return False
    return subprocess.run([*pip, *_from(wheels)], capture_output=True, check=False).returncode == 0


def _from(wheels: Path) -> list[str]:
    return ["install", "--no-index", f"--find-links={wheels}", "--no-compile", *LOCKED]


def _remove(wheels: Path) -> None:
    if wheels.is_symlink() or wheels.is_file():
        wheels.unlink()
    elif wheels.exists():
        shutil.rmtree(wheels)


def _run(pip: Sequence[str], *words: str) -> None:
    subprocess.run([*pip, *words], check=True)


def main(words: Sequence[str]) -> None:
    """Run the command that the words name; any failure ends with a message and another exit code than 0."""
    if sys.version_info < OLDEST:
        sys.exit("platform-gate needs Python 3.11 or newer: set the input `python`, or use actions/setup-python")
    if list(words) == ["digest"]:
        print(digest())  # noqa: T201 - the step reads it
        return
    folder, wheels, *index = words
    install(Path(folder), Path(wheels), "".join(index))


if __name__ == "__main__":
    main(sys.argv[1:])
