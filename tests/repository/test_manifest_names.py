"""Manifests at the root of a repository, known by their names."""

from pathlib import Path

import pytest

from platform_gate.checking import check
from platform_gate.judging.request import Request
from platform_gate.repository.manifest_names import is_manifest_name
from tests.reports.formats.fleets import commit
from tests.samples import BREACHED, DAY, manifest, write

NAMED = {"platform-gate.yaml": manifest("web"), "billing.platform-gate.yaml": manifest("billing")}


def services(folder: Path, base: str | None = None) -> dict[str, str]:
    outcome = check(Request((), None, DAY, base=base), cwd=folder)
    assert outcome.run.unjudged == []
    return {judged.name: judged.location.path for judged in outcome.run.services}


@pytest.mark.parametrize("name", ["platform-gate.yaml", "billing.platform-gate.yaml", "a b.platform-gate.yaml"])
def test_a_name_that_is_one(name: str) -> None:
    assert is_manifest_name(name)


@pytest.mark.parametrize(
    "name", [".platform-gate.yaml", ".a.platform-gate.yaml", "myplatform-gate.yaml", "platform-gate.yml", "a.yaml"]
)
def test_a_name_that_is_none(name: str) -> None:
    assert not is_manifest_name(name)


def test_they_are_judged_with_the_default_folder_and_without(tmp_path: Path) -> None:
    write(tmp_path, {**NAMED, ".platform-gate.yaml": "scope: all\n"})
    (tmp_path / "folder.platform-gate.yaml").mkdir()
    assert services(tmp_path) == {"web": "platform-gate.yaml", "billing": "billing.platform-gate.yaml"}
    write(tmp_path, {"services/shop.yaml": manifest("shop"), "docs/platform-gate.yaml": "no: manifest\n"})
    assert set(services(tmp_path)) == {"web", "billing", "shop"}


def test_configuration_leaves_them_out(tmp_path: Path) -> None:
    write(tmp_path, {**NAMED, ".platform-gate.yaml": "exclude: [billing.*]\n"})
    assert set(services(tmp_path)) == {"web"}
    write(tmp_path, {".platform-gate.yaml": "manifests: ['services/*.yaml']\n", "services/shop.yaml": manifest("shop")})
    assert set(services(tmp_path)) == {"shop"}


def test_a_base_has_them_too(tmp_path: Path) -> None:
    commit(write(tmp_path, NAMED))
    write(tmp_path, {"platform-gate.yaml": manifest("web", slos=BREACHED)})
    outcome = check(Request((), None, DAY, base="HEAD", scope="regressed"), cwd=tmp_path)
    assert outcome.comparison
    changes = {name: str(transition.change) for name, transition in outcome.comparison.transitions.items()}
    assert changes == {"web": "changed", "billing": "same"}
    assert outcome.exit_code == 1
    (tmp_path / "platform-gate.yaml").unlink()
    outcome = check(Request((), None, DAY, base="HEAD"), cwd=tmp_path)
    assert outcome.comparison
    assert [lowered.kind for lowered in outcome.comparison.lowered] == ["service-removed"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"services/shop.yaml": manifest("shop")})
    (tmp_path / "platform-gate.yaml").symlink_to("services/shop.yaml")
    [finding] = check(Request((), None, DAY), cwd=tmp_path).run.unjudged
    assert finding.location.path == "platform-gate.yaml"
