"""``platform-gate init``: what it writes works at once, and what is there stays."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from platform_gate.cli.demo import MANIFESTS
from platform_gate.cli.init import FILES, SOURCES, VERSION
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
    scaffolds = [*FILES.values(), *SOURCES.values(), MANIFESTS]
    assert sorted(scaffolds) == sorted(path.name for path in templates if path.is_file())
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


SLO = "version: prometheus/v1\nservice: orders\nlabels: {owner: shop, tier: '2'}\nslos: [{name: a, objective: 99.9}]\n"


def test_it_imports_instead_of_writing_an_example(fresh: Path, gate: Gate) -> None:
    (fresh / "slo.yaml").write_text(SLO, encoding="utf-8")
    below = fresh / "below"
    below.mkdir()
    done = gate(below, "init", "--from", "sloth", "../slo.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "wrote        services/orders.yaml from slo.yaml\n" in done.stdout
    files = everything(fresh)
    assert files.keys() == FILES.keys() - {"services/example.yaml"} | {"slo.yaml", "services/orders.yaml"}
    hooks = yaml.safe_load(files[".pre-commit-config.yaml"])["repos"][0]["hooks"]
    assert hooks[1] == {"id": "platform-gate-import", "args": ["sloth", "slo.yaml"]}
    assert gate(fresh, "check", "--schema-only").returncode == 0


def test_where_nothing_can_be_imported_nothing_is_written(fresh: Path, gate: Gate) -> None:
    (fresh / "slo.yaml").write_text(SLO, encoding="utf-8")
    done = gate(fresh, "init", "--from", "score", "slo.yaml")
    assert done.returncode == 2
    assert everything(fresh).keys() == {"slo.yaml"}


def test_gaps_of_an_import_decide_the_exit_code(fresh: Path, gate: Gate) -> None:
    (fresh / "score.yaml").write_text("apiVersion: score.dev/v1b1\nmetadata: {name: cart}\n", encoding="utf-8")
    done = gate(fresh, "init", "--from", "score", "score.yaml", "--dry-run")
    assert done.returncode == 1
    assert "would write  services/cart.yaml from score.yaml\n" in done.stdout
    assert everything(fresh).keys() == {"score.yaml"}


def test_a_sources_file_fits_its_schema_and_holds_no_secret(fresh: Path, gate: Gate) -> None:
    done = gate(fresh, "init", "--sources")
    assert (done.returncode, everything(fresh).keys()) == (0, SOURCES.keys())
    printed = gate(fresh, "collect", "--print-queries")
    assert printed.returncode == 0, printed.stderr
    assert "slo:time_period:days" in printed.stdout
    again = gate(fresh, "init", "--sources")
    assert "skipped      platform-gate.sources.yaml: already exists" in again.stdout


def test_every_source_that_the_scaffold_comments_out_fits_too(fresh: Path, gate: Gate) -> None:
    gate(fresh, "init", "--sources")
    path = fresh / "platform-gate.sources.yaml"
    text = path.read_text(encoding="utf-8").replace("    # ", "    ")
    path.write_text(text, encoding="utf-8")
    (fresh / "queries").mkdir()
    (fresh / "queries/dora.sql").write_text("SELECT 1", encoding="utf-8")
    printed = gate(fresh, "collect", "--print-queries")
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.count("\n# ") + 1 == 8


@pytest.mark.parametrize("suffix", ["yaml", "yml"])
def test_the_scaffold_judges_a_manifest_whatever_its_suffix(fresh: Path, gate: Gate, suffix: str) -> None:
    gate(fresh, "init")
    broken = (fresh / "services/example.yaml").read_text(encoding="utf-8").replace("name: example", "name: other")
    (fresh / f"services/other.{suffix}").write_text(broken.replace("metadata:", "metadate:"), encoding="utf-8")
    done = gate(fresh, "check")
    assert done.returncode == 2
    assert f"services/other.{suffix}" in done.stdout
