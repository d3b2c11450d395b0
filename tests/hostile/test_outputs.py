"""Where reports are written to: never through a link that a checkout brings along, and never to a file called ``-``."""

import os
from pathlib import Path

import pytest

from tests.conftest import Gate
from tests.samples import manifest, write

CHECK = ("check", "--as-of", "2026-11-23")
PLACES = ["reports/x.json", "reports/deep/x.json", "reports/../x.json", "./reports/x.json", "a/../reports/x.json"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a link to a folder outside, and that folder beside it."""
    folder = tmp_path / "checkout"
    (tmp_path / "outside/deep").mkdir(parents=True)
    write(folder, {"services/a.yaml": manifest("a"), "a/b": ""})
    (folder / ".git/hooks").mkdir(parents=True)
    (folder / "reports").symlink_to("../outside")
    return folder


def outside(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder.parent / "outside").rglob("*")) + sorted(
        path.name for path in folder.parent.iterdir()
    )


@pytest.mark.parametrize("place", PLACES)
def test_a_link_out_of_the_checkout_is_refused(checkout: Path, gate: Gate, place: str) -> None:
    before = outside(checkout)
    done = gate(checkout, *CHECK, "-o", f"json={place}")
    assert done.returncode == 2
    assert "'reports' is a symbolic link that leads out of the repository" in done.stderr
    assert outside(checkout) == before


def test_however_the_path_is_typed(checkout: Path, gate: Gate) -> None:
    before = outside(checkout)
    assert gate(checkout, *CHECK, "-o", f"json={checkout}/reports/x.json").returncode == 2
    assert gate(checkout / "services", *CHECK, "-o", "json=../reports/x.json", "a.yaml").returncode == 2
    assert gate(checkout, *CHECK, "-o", "json=ok.json", "-o", "markdown=reports/x.md").returncode == 2
    assert (checkout / "ok.json").exists()
    assert outside(checkout) == before


def test_what_else_writes_files_is_refused_too(checkout: Path, gate: Gate) -> None:
    words = ("--reason", "x", "--approved-by", "ada", "--days", "3", "--as-of", "2026-11-23")
    done = gate(checkout, "waivers", "generate", *words, "-o", "reports/w.yaml")
    assert done.returncode == 2
    assert not (checkout / "reports/w.yaml").exists()


@pytest.mark.parametrize("target", ["hooks", ".git"])
def test_a_link_into_gits_own_folder_is_refused(checkout: Path, gate: Gate, target: str) -> None:
    (checkout / "build").symlink_to(".git/hooks" if target == "hooks" else ".git")
    done = gate(checkout, *CHECK, "-o", "text=build/post-checkout")
    assert done.returncode == 2
    assert not (checkout / "build/post-checkout").exists()


def test_a_link_to_a_pipe_or_device_is_not_written_through(checkout: Path, gate: Gate) -> None:
    (checkout / "gate.json").symlink_to("/dev/null")
    assert gate(checkout, *CHECK, "-o", "json=gate.json").returncode == 2
    assert gate(checkout, *CHECK, "-o", "json=/dev/null").returncode == 0


def test_a_link_that_stays_inside_and_one_of_the_machine_are_followed(checkout: Path, gate: Gate) -> None:
    (checkout / "build/reports").mkdir(parents=True)
    (checkout / "latest").symlink_to("build/reports")
    assert gate(checkout, *CHECK, "-o", "json=latest/x.json").returncode == 0
    assert (checkout / "build/reports/x.json").exists()
    (checkout.parent / "mine").symlink_to("outside")
    assert gate(checkout, *CHECK, "-o", "json=../mine/x.json").returncode == 0
    assert (checkout.parent / "outside/x.json").exists()
    linked = checkout.parent / "linked"
    linked.symlink_to("checkout")
    assert gate(checkout, *CHECK, "-o", f"json={linked}/y.json").returncode == 0
    assert (checkout / "y.json").exists()


def test_a_link_in_the_last_place_is_replaced(checkout: Path, gate: Gate) -> None:
    (checkout.parent / "outside/target").write_text("old")
    (checkout / "x.json").symlink_to("../outside/target")
    assert gate(checkout, *CHECK, "-o", "json=x.json").returncode == 0
    assert not os.path.islink(checkout / "x.json")  # noqa: PTH114
    assert (checkout.parent / "outside/target").read_text() == "old"


@pytest.mark.parametrize("form", ["markdown", "json", "html"])
def test_a_dash_is_no_file(checkout: Path, gate: Gate, form: str) -> None:
    done = gate(checkout, *CHECK, "-o", f"{form}=-")
    assert done.returncode == 2
    assert f"write -f {form} instead of -o {form}=-" in done.stderr
    assert not (checkout / "-").exists()


def test_waivers_for_a_dash_go_to_standard_output(checkout: Path, gate: Gate) -> None:
    words = ("--reason", "x", "--approved-by", "ada", "--days", "3", "--as-of", "2026-11-23")
    done = gate(checkout, "waivers", "generate", *words, "-o", "-")
    assert done.stdout.startswith("apiVersion: platform-gate/v1\n")
    assert not (checkout / "-").exists()
