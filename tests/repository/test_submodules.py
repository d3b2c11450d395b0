"""Submodules that are not checked out: found by their empty folders, with and without .gitmodules."""

import shutil
from pathlib import Path

import pytest

from platform_gate.repository import submodules
from tests.conftest import Gate
from tests.repositories import commit, git, repository
from tests.samples import manifest, write

CHECK = ("check", "--as-of", "2026-11-23")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone without its submodule, services/payments."""
    inner = repository(tmp_path / "payments", {"payments.yaml": manifest("payments", slos="")})
    outer = repository(tmp_path / "outer", {"services/a.yaml": manifest("a")})
    git(outer, "submodule", "--quiet", "add", str(inner), "services/payments")
    commit(outer, {})
    git(tmp_path, "clone", "-q", str(outer), "clone")
    assert list((tmp_path / "clone/services/payments").iterdir()) == []
    return tmp_path / "clone"


@pytest.mark.parametrize("operands", [(), ("services",), (".",), ("services/payments",), ("--base", "HEAD")])
def test_it_is_a_doubt_however_it_is_asked_for(clone: Path, gate: Gate, operands: tuple[str, ...]) -> None:
    done = gate(clone, *CHECK, *operands)
    assert done.returncode == 2, done.stdout
    assert "services/payments:1:1" in done.stdout
    assert "submodule" in done.stdout


def test_what_to_do_about_it_helps(clone: Path, gate: Gate) -> None:
    done = gate(clone, *CHECK)
    assert "git submodule update --init" in done.stdout
    git(clone, "submodule", "--quiet", "update", "--init")
    assert "payments" in gate(clone, *CHECK).stdout
    assert gate(clone, *CHECK).returncode == 1
    git(clone, "submodule", "--quiet", "deinit", "--all")
    write(clone, {".platform-gate.yaml": "exclude: [services/payments]\n"})
    assert gate(clone, *CHECK).returncode == 0


@pytest.mark.parametrize("how", ["no .gitmodules", "no folder", "no git"])
def test_a_half_of_it_is_enough(clone: Path, gate: Gate, how: str) -> None:
    if how == "no .gitmodules":
        (clone / ".gitmodules").unlink()
    elif how == "no folder":
        (clone / "services/payments").rmdir()
    else:
        shutil.rmtree(clone / ".git")
        (clone / ".git").mkdir()
    done = gate(clone, *CHECK)
    assert done.returncode == 2
    assert "it is a submodule, and not checked out" in done.stdout


@pytest.mark.parametrize("place", ["docs/payments", "services-2/payments"])
def test_elsewhere_it_is_nobodys_business(tmp_path: Path, gate: Gate, place: str) -> None:
    write(tmp_path, {"services/a.yaml": manifest("a"), ".gitmodules": f'[submodule "x"]\n\tpath = {place}\n'})
    (tmp_path / ".git").mkdir()
    (tmp_path / place).mkdir(parents=True)
    assert gate(tmp_path, *CHECK).returncode == 0


def test_a_glob_that_cannot_reach_it_leaves_it_out(clone: Path, gate: Gate) -> None:
    write(clone, {".platform-gate.yaml": "manifests: [services/*.yaml]\n"})
    assert gate(clone, *CHECK).returncode == 0
    write(clone, {".platform-gate.yaml": "manifests: [services/*/service.yaml, services/*.yaml]\n"})
    assert gate(clone, *CHECK).returncode == 2


def test_an_empty_folder_is_just_that(tmp_path: Path, gate: Gate) -> None:
    outer = repository(tmp_path / "outer", {"services/a.yaml": manifest("a")})
    (outer / "services/new").mkdir()
    assert gate(outer, *CHECK).returncode == 0
    assert submodules.absent(str(outer), ["services/new"]) == []


@pytest.mark.parametrize(
    "text",
    [
        '[submodule "a"]\n\tpath = services/a\n',
        '[submodule "a"]\r\n  PATH=services/a\r\n',
        '[submodule "a"]\npath="services/a"  \nurl = path = x\n',
        "[submodule]\npath = services/./a/\n",
    ],
)
def test_gitmodules_is_read_as_git_reads_it(tmp_path: Path, text: str) -> None:
    write(tmp_path, {".gitmodules": text})
    assert submodules.absent(str(tmp_path), []) == ["services/a"]


def test_gitmodules_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitmodules").symlink_to("/etc/hostname")
    assert submodules.absent(str(tmp_path), ["services/a"]) == []
