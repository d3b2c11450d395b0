"""``platform-gate init``: what it writes works at once, and what is there stays."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from platform_gate.cli.demo import MANIFESTS
from platform_gate.cli.init import FILES, VERSION
from tests.conftest import ROOT, Gate


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def everything(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_what_it_writes_passes_at_once(fresh: Path, gate: Gate) -> None:
    done = gate(fresh, "init")
    assert (done.returncode, done.stderr) == (0, "")
    assert everything(fresh).keys() == FILES.keys()
    assert all(f"wrote        {path}\n" in done.stdout for path in FILES)
    checked = gate(fresh, "check")
    assert checked.returncode == 0, checked.stdout
    assert "1 healthy" in checked.stdout
    assert "policy house (.platform/policy.yaml)" in checked.stdout
    assert gate(fresh, "waivers", "list").stdout == "No waivers.\n"


def test_every_template_is_written_and_names_this_version(fresh: Path, gate: Gate) -> None:
    gate(fresh, "init")
    written = everything(fresh)
    templates = (ROOT / "platform_gate/cli/templates").iterdir()
    assert sorted([*FILES.values(), MANIFESTS]) == sorted(path.name for path in templates if path.is_file())
    assert not any(VERSION in text for text in written.values())
    version = gate(fresh, "--version").stdout.split()[1]
    assert yaml.safe_load(written[".pre-commit-config.yaml"])["repos"][0]["rev"] == f"v{version}"
    assert f"uses: platform-gate/platform-gate@v{version} " in written[".github/workflows/platform-gate.yml"]


def test_the_hook_configuration_is_one(fresh: Path, gate: Gate) -> None:
    gate(fresh, "init")
    program = Path(sys.executable).with_name("pre-commit")
    subprocess.run([program, "validate-config", fresh / ".pre-commit-config.yaml"], check=True, capture_output=True)


def test_a_dry_run_writes_nothing(fresh: Path, gate: Gate) -> None:
    done = gate(fresh, "init", "--dry-run")
    assert done.returncode == 0
    assert done.stdout == "".join(f"would write  {path}\n" for path in FILES)
    assert everything(fresh) == {}


def test_it_never_overwrites(fresh: Path, gate: Gate) -> None:
    for path in FILES:
        (fresh / path).parent.mkdir(parents=True, exist_ok=True)
        (fresh / path).write_text("{}\n", encoding="utf-8")
    done = gate(fresh, "init")
    assert done.returncode == 0
    assert done.stdout == "".join(f"skipped      {path}: already exists\n" for path in FILES)
    assert set(everything(fresh).values()) == {"{}\n"}


def test_it_can_be_run_again(fresh: Path, gate: Gate) -> None:
    gate(fresh, "init")
    (fresh / ".platform/waivers.yaml").unlink()
    before = everything(fresh)
    done = gate(fresh, "init")
    assert "wrote        .platform/waivers.yaml\n" in done.stdout
    assert everything(fresh).items() >= before.items()


def test_it_writes_to_the_root_from_a_folder_below(fresh: Path, gate: Gate) -> None:
    (fresh / "below").mkdir()
    gate(fresh / "below", "init")
    assert everything(fresh).keys() == FILES.keys()


def test_a_configuration_in_pyproject_is_the_configuration(fresh: Path, gate: Gate) -> None:
    (fresh / "pyproject.toml").write_text("[tool.platform-gate]\n", encoding="utf-8")
    done = gate(fresh, "init")
    assert "skipped      .platform-gate.yaml: pyproject.toml has the configuration\n" in done.stdout
    assert gate(fresh, "check").returncode == 0


def test_nothing_is_written_through_a_link(fresh: Path, gate: Gate, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (fresh / "services").symlink_to(outside)
    (fresh / ".pre-commit-config.yaml").symlink_to(outside / "nowhere")
    done = gate(fresh, "init")
    assert "skipped      services/example.yaml: services is a symbolic link\n" in done.stdout
    assert "skipped      .pre-commit-config.yaml: already exists\n" in done.stdout
    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_error(fresh: Path, gate: Gate) -> None:
    (fresh / "services").write_text("a file\n", encoding="utf-8")
    done = gate(fresh, "init")
    assert done.returncode == 2
    assert "services/example.yaml" in done.stderr
