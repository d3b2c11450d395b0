"""The lock of what the Action and the container install, held against pyproject.toml."""

import re
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT

LOCK: Final = ROOT / "action/lock.txt"
INSTALLED_EXTRAS: Final = ("fast", "html")
PLATFORMS: Final = {
    "linux-x86_64": ("manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
    "linux-aarch64": ("manylinux_2_17_aarch64", "manylinux_2_28_aarch64"),
    "alpine-x86_64": ("musllinux_1_2_x86_64",),
    "macos-arm64": ("macosx_14_0_arm64",),
}
PYTHONS: Final = ("3.11", "3.12", "3.13")


class Locked(NamedTuple):
    """An entry of the lock, and what asks for it."""

    version: str
    hashes: int
    askers: frozenset[str]


def locked(text: str) -> dict[str, Locked]:
    """The entries by name."""
    entries = {}
    for block in re.split(r"\n(?=[a-z])", "\n" + text)[1:]:
        match = re.match(r"([a-z0-9-]+)==(\S+)", block)
        assert match, block
        askers = frozenset(re.findall(r"^ *# +(?:via )?([a-z][a-z0-9-]*)", block.replace("# via\n", ""), re.MULTILINE))
        entries[match[1]] = Locked(match[2], block.count("--hash=sha256:"), askers)
    return entries


def asked() -> dict[str, Requirement]:
    """What the Action installs, by pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for extra in INSTALLED_EXTRAS for line in extras[extra])]
    return {requirement.name: requirement for requirement in map(Requirement, lines)}


def disagreements(entries: dict[str, Locked], wanted: dict[str, Requirement]) -> list[str]:
    """How the lock and the project differ."""
    direct = {name for name, entry in entries.items() if "platform-gate" in entry.askers}
    wrong = [f"{name} is asked for, and not locked" for name in sorted(wanted.keys() - direct)]
    wrong += [f"{name} is locked, and not asked for" for name in sorted(direct - wanted.keys())]
    for name in sorted(direct & wanted.keys()):
        if entries[name].version not in wanted[name].specifier:
            wrong.append(f"{name} {entries[name].version} is locked, {wanted[name]} is asked for")
    return wrong


def test_the_lock_and_the_project_agree() -> None:
    assert disagreements(locked(LOCK.read_text(encoding="utf-8")), asked()) == [], "run `make lock`"


def test_everything_is_hashed_and_needed() -> None:
    entries = locked(LOCK.read_text(encoding="utf-8"))
    assert {name for name, entry in entries.items() if entry.hashes < 2} == set()
    assert {asker for entry in entries.values() for asker in entry.askers} <= entries.keys() | {"platform-gate"}
    assert all(entry.askers for entry in entries.values())


def test_a_disagreement_is_noticed() -> None:
    entries = locked("click==8.1.0 \\\n    --hash=sha256:a\n    # via platform-gate (pyproject.toml)\n")
    assert disagreements(entries, {"click": Requirement("click>=8.1")}) == []
    assert disagreements(entries, {"click": Requirement("click>=8.2")}) == [
        "click 8.1.0 is locked, click>=8.2 is asked for"
    ]
    assert disagreements(entries, {}) == ["click is locked, and not asked for"]
    both = {"click": Requirement("click"), "pyyaml": Requirement("pyyaml")}
    assert disagreements(entries, both) == ["pyyaml is asked for, and not locked"]


@pytest.mark.ci
@pytest.mark.parametrize(("platform", "python"), list(product(PLATFORMS, PYTHONS)))
def test_every_platform_has_wheels(tmp_path: Path, platform: str, python: str) -> None:
    words = [
        "--require-hashes",
        "--only-binary=:all:",
        "--dry-run",
        f"--target={tmp_path / 'none'}",
        "--requirement",
        str(LOCK),
    ]
    pip = [sys.executable, "-I", "-m", "pip", "--isolated", "install"]
    done = subprocess.run(
        [*pip, *(f"--platform={tag}" for tag in PLATFORMS[platform]), f"--python-version={python}", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
