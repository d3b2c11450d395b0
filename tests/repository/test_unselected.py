"""YAML that no glob selects, and configuration that is not read."""

from pathlib import Path

import pytest

from platform_gate.repository import unselected
from platform_gate.repository.config import Config
from tests.conftest import Gate
from tests.repositories import commit, git, repository
from tests.samples import BREACHED, manifest, work_tree, write

CHECK = ("check", "--as-of", "2026-11-23")


@pytest.mark.parametrize(
    ("globs", "folders"),
    [
        (["services/**/*.yaml"], ["services"]),
        (["./services/**/*.yaml", "apps/*/service.yaml"], ["apps", "services"]),
        (["services/a/*.yaml", "services/**/*.yaml"], ["services"]),
        (["services/a.yaml"], ["services"]),
        (["**/service.yaml", "*.yaml", "a.yaml", "[s]ervices/*.yaml"], []),
        (["services-2/*.yaml", "services/*.yaml"], ["services", "services-2"]),
    ],
)
def test_a_glob_begins_with_the_folders_before_its_first_wildcard(globs: list[str], folders: list[str]) -> None:
    assert unselected.first_folders(Config(tuple(globs))) == folders


def beside(folder: Path, config: Config, *operands: str) -> list[str]:
    tree = work_tree(folder)
    found = tree.find(operands, config)
    return unselected.yaml_beside(unselected.in_work_tree(tree), config, operands, found)


def test_what_is_selected_excluded_elsewhere_or_no_yaml_is_not_listed(tmp_path: Path) -> None:
    names = ["a.yaml", "x.yml", "X.YAML", "deep/er/y.yml", "old/z.yml", "notes.txt", ".hidden.yml"]
    write(tmp_path, {f"services/{name}": manifest() for name in names} | {"other/o.yml": ""})
    (tmp_path / "services/link.yml").symlink_to("a.yaml")
    config = Config(("services/**/*.yaml",), ("services/old/**",))
    left_out = [".hidden.yml", "X.YAML", "deep/er/y.yml", "link.yml", "x.yml"]
    assert beside(tmp_path, config) == [f"services/{name}" for name in left_out]
    assert beside(tmp_path, config, "services/deep") == ["services/deep/er/y.yml"]
    assert beside(tmp_path, config, "services/a.yaml") == []
    assert beside(tmp_path, Config()) == []


@pytest.mark.parametrize("scope", ["all", "touched", "regressed"])
@pytest.mark.parametrize("fails", [True, False])
def test_a_change_that_adds_one_fails_where_the_policy_says_so(
    tmp_path: Path, gate: Gate, scope: str, *, fails: bool
) -> None:
    fail_on = "[critical, manifest/unselected]" if fails else "[critical]"
    base = {
        ".platform-gate.yaml": "manifests: [services/**/*.yaml]\npolicy: p.yaml\n",
        "p.yaml": f"apiVersion: platform-gate/v1\nkind: Policy\nspec: {{gate: {{fail_on: {fail_on}}}}}\n",
        "services/a.yaml": manifest("a"),
    }
    folder = repository(tmp_path / "r", base)
    git(folder, "checkout", "-q", "-b", "change")
    commit(folder, {"services/x.yml": manifest("x", slos=BREACHED)})
    done = gate(folder, *CHECK, "--base", "main", "--scope", scope)
    assert "no glob of `manifests` selects 1 YAML file: services/x.yml" in done.stdout
    assert done.returncode == int(fails)


def test_one_that_was_there_before_is_standing(tmp_path: Path, gate: Gate) -> None:
    base = {
        ".platform-gate.yaml": "manifests: [services/**/*.yaml]\npolicy: p.yaml\n",
        "p.yaml": "apiVersion: platform-gate/v1\nkind: Policy\nspec: {gate: {fail_on: [manifest/unselected]}}\n",
        "services/a.yaml": manifest("a"),
        "services/x.yml": "a: 1\n",
    }
    folder = repository(tmp_path / "r", base)
    git(folder, "checkout", "-q", "-b", "change")
    commit(folder, {"README.md": "x\n"})
    codes = [gate(folder, *CHECK, "--base", "main", "--scope", scope).returncode for scope in ("all", "regressed")]
    assert codes == [1, 0]


PYPROJECT = "[tool.platform-gate]\npolicy = 'strict'\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("apps/web/.platform-gate.yaml", "policy: strict\n"),
        ("apps/web/.platform-gate.yml", "policy: strict\n"),
        ("apps/.platform-gate.yaml", "policy: strict\n"),
        ("apps/web/pyproject.toml", PYPROJECT),
        ("apps/web/pyproject.toml", "tool.platform-gate.policy = 'strict'\n"),
        ("apps/web/pyproject.toml", "[tool.platform-gate\n"),
        (".platform-gate.yml", "policy: strict\n"),
    ],
)
@pytest.mark.parametrize("how", ["folder", "operand", "policy show", "json"])
def test_configuration_that_is_not_read_is_named(tmp_path: Path, gate: Gate, path: str, text: str, how: str) -> None:
    write(tmp_path, {"apps/web/services/a.yaml": manifest("a"), path: text})
    (tmp_path / ".git").mkdir()
    if how == "operand":
        done = gate(tmp_path, *CHECK, "apps/web/services")
    elif how == "policy show":
        done = gate(tmp_path / "apps/web", "policy", "show")
    else:
        form = ("-f", "json") if how == "json" else ()
        done = gate(tmp_path / "apps/web", *CHECK, *form, "services")
    assert done.returncode == 0
    assert done.stderr.count(f"note: {path} is not read") == 1
    assert "fix: Move it there, as .platform-gate.yaml, or name its policy with --policy." in done.stderr


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".platform-gate.yaml", "policy: default\n"),
        ("pyproject.toml", "[tool.platform-gate]\npolicy = 'default'\n"),
        ("apps/web/pyproject.toml", "[tool.other]\nname = 'platform-gate'\n"),
        ("apps/api/.platform-gate.yaml", "policy: strict\n"),
    ],
)
def test_configuration_that_counts_or_is_none_is_not(tmp_path: Path, gate: Gate, path: str, text: str) -> None:
    write(tmp_path, {"apps/web/services/a.yaml": manifest("a"), path: text})
    (tmp_path / ".git").mkdir()
    assert gate(tmp_path / "apps/web", *CHECK, "services").stderr == ""


@pytest.mark.parametrize("scope", ["all", "touched", "regressed"])
def test_standard_input_is_judged_against_a_base(tmp_path: Path, gate: Gate, scope: str) -> None:
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest("a")})
    text = manifest("a", slos=BREACHED).encode()
    done = gate(folder, *CHECK, "--base", "HEAD", "--scope", scope, "-", stdin=text)
    assert (done.returncode, done.stderr) == (1, "")
    assert "DEGRADED  a" in done.stdout
    twice = gate(folder, *CHECK, "--base", "HEAD", "--scope", scope, "-", "services/a.yaml", stdin=text)
    assert twice.returncode == 2
    assert "manifest/duplicate-service" in twice.stdout
