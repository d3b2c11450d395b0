"""The Containerfile: linted, and its steps run in a Debian root, since no engine builds it here."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.ci import tools
from tests.conftest import ROOT
from tests.samples import BREACHED, manifest, write

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("container")]

CONTAINERFILE: Final = ROOT / "Containerfile"
DEBIAN: Final = os.environ.get("PLATFORM_GATE_DEBIAN_ROOT", "")
"""A root that debootstrap made with python3, python3-pip and git; made anew where it isn't given."""
PACKAGES: Final = "python3,python3-pip,git,ca-certificates"


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions with their arguments, continued lines joined."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line)]


def test_hadolint_finds_nothing() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = tools.run(program, CONTAINERFILE)
    assert done.returncode == 0, done.stdout


def test_the_image_is_pinned_runs_no_shell_and_no_root() -> None:
    steps = instructions(CONTAINERFILE.read_text(encoding="utf-8"))
    bases = {rest.split()[0] for word, rest in steps if word == "FROM"}
    assert [re.search(r":3\.13-slim-\w+@sha256:[0-9a-f]{64}$", base) is not None for base in bases] == [True]
    last = dict(steps)
    assert last["USER"] == "65532:65532"
    assert json.loads(last["ENTRYPOINT"])[1:] == ["-I", "-m", "platform_gate"]


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() != 0 or not (DEBIAN or shutil.which("debootstrap")):
        pytest.skip("needs root and debootstrap")
    root = Path(DEBIAN) if DEBIAN else tmp_path_factory.mktemp("debian")
    root.chmod(0o755)  # its user is not the one who made it
    if not DEBIAN:
        words = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root)]
        subprocess.run(words, check=True, capture_output=True)
    return root


def inside(root: Path, *words: str, user: str = "0:0") -> "subprocess.CompletedProcess[str]":
    """Run words in the root, without a shell."""
    environment = {"PATH": "/opt/gate/venv/bin:/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"}
    start = [
        shutil.which("chroot") or "/usr/sbin/chroot",
        f"--userspec={user}",
        str(root),
        "/usr/bin/env",
        "--chdir=/repository",
    ]
    return subprocess.run([*start, *words], env=environment, capture_output=True, text=True, check=False)


def copy(source: Path, target: Path) -> None:
    """Copy a file into a folder, or what a folder holds, as COPY does."""
    target.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def test_its_steps_install_a_gate_that_judges_without_root_and_writes_nothing(debian: Path) -> None:
    steps = instructions(CONTAINERFILE.read_text(encoding="utf-8"))
    for folder in ("source", "opt/gate", "repository", "tmp/wheels"):
        shutil.rmtree(debian / folder, ignore_errors=True)
    (debian / "repository").mkdir()
    (debian / "usr/local/bin/python").unlink(missing_ok=True)
    (debian / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    wheels = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary=:all:"]
    tag = ["--python-version=3.11", "--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_17_x86_64"]
    subprocess.run([*wheels, *tag, f"--dest={debian / 'tmp/wheels'}", "-r", str(ROOT / "action/lock.txt")], check=True)
    for word, rest in steps:
        if word == "COPY" and not rest.startswith("--from"):
            source, target = rest.split()
            copy(ROOT / source, debian / target.strip("/"))
        elif word == "RUN" and rest.startswith("["):
            done = inside(debian, *json.loads(rest))
            assert done.returncode == 0, done.stderr
    write(
        debian,
        {"repository/services/web.yaml": manifest(), "repository/services/red.yaml": manifest("red", slos=BREACHED)},
    )
    last = dict(steps)
    done = inside(debian, *json.loads(last["ENTRYPOINT"]), *json.loads(last["CMD"]), user=last["USER"])
    assert done.returncode == 1, done.stdout + done.stderr
    assert "slo/breached" in done.stdout
    page = inside(debian, "platform-gate", "check", "--exit-zero", "-f", "html", user=last["USER"])
    assert page.stdout.startswith("<!doctype html>")
    assert {path.name for path in (debian / "repository").iterdir()} == {"services"}
