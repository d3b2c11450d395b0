"""What git tracks of a work tree."""

from pathlib import Path

import pytest

from platform_gate.checking import check
from platform_gate.judging.request import Request
from platform_gate.model import GateError
from tests.conftest import Gate
from tests.reports.formats.fleets import commit, git
from tests.samples import BREACHED, DAY, SECTIONS, manifest, own_policy, write

TRACKED = Request((), None, DAY, tracked=True)


def repository(folder: Path, **files: str) -> Path:
    commit(write(folder, {"services/web.yaml": manifest(), **files}))
    return folder


def test_a_manifest_that_is_not_tracked_is_not_judged(tmp_path: Path) -> None:
    write(repository(tmp_path), {"services/later.yaml": "a: ["})
    assert check(TRACKED, cwd=tmp_path).exit_code == 0
    assert check(TRACKED._replace(tracked=False), cwd=tmp_path).exit_code == 2
    git(tmp_path, "add", ".")
    assert check(TRACKED, cwd=tmp_path).exit_code == 2


def test_a_named_file_that_is_not_tracked_is_refused(tmp_path: Path) -> None:
    write(repository(tmp_path), {"services/later.yaml": manifest("later")})
    [finding] = check(TRACKED._replace(paths=("services/later.yaml",)), cwd=tmp_path).run.unjudged
    assert (finding.message, finding.location.path) == ("git does not track the file", "services/later.yaml")


def test_a_folder_without_tracked_manifests_is_no_pass(tmp_path: Path) -> None:
    repository(tmp_path)
    git(tmp_path, "rm", "--cached", "-q", "services/web.yaml")
    assert check(TRACKED, cwd=tmp_path).exit_code == 2


def test_a_configuration_that_is_not_tracked_does_not_count(tmp_path: Path) -> None:
    write(repository(tmp_path, **{"services/red.yaml": manifest("red", slos=BREACHED)}), {})
    write(tmp_path, {".platform-gate.yaml": "exclude: [services/red.yaml]\n"})
    assert check(TRACKED._replace(tracked=False), cwd=tmp_path).exit_code == 0
    assert check(TRACKED, cwd=tmp_path).exit_code == 1
    git(tmp_path, "add", ".")
    assert check(TRACKED, cwd=tmp_path).exit_code == 0


def test_a_policy_that_is_not_tracked_is_an_error(tmp_path: Path) -> None:
    write(
        repository(tmp_path, **{".platform-gate.yaml": "policy: policy.yaml\n"}), {"policy.yaml": own_policy("  {}\n")}
    )
    with pytest.raises(GateError, match=r"git does not track the policy 'policy\.yaml'"):
        check(TRACKED, cwd=tmp_path)
    git(tmp_path, "add", ".")
    assert check(TRACKED, cwd=tmp_path).exit_code == 0


def test_evidence_that_is_not_tracked_is_none(tmp_path: Path) -> None:
    governance = SECTIONS["governance"].replace(" a.md", " docs/a.md")
    write(
        tmp_path,
        {
            "services/web.yaml": manifest(governance=governance),
            "policy.yaml": own_policy("  governance: {evidence: verified}\n"),
        },
    )
    commit(write(tmp_path, {".platform-gate.yaml": "policy: policy.yaml\n"}))
    write(tmp_path, {"docs/a.md": "a"})
    assert check(TRACKED, cwd=tmp_path).exit_code == 1
    git(tmp_path, "add", ".")
    assert check(TRACKED, cwd=tmp_path).exit_code == 0


def test_without_a_repository_nothing_is_tracked(tmp_path: Path) -> None:
    write(tmp_path, {"services/web.yaml": manifest()})
    with pytest.raises(GateError, match="no git repository"):
        check(TRACKED, cwd=tmp_path)


def test_with_a_base_as_well(tmp_path: Path, gate: Gate) -> None:
    write(repository(tmp_path), {"services/later.yaml": "a: ["})
    done = gate(tmp_path, "check", "--tracked", "--base", "HEAD", "--as-of", str(DAY))
    assert done.returncode == 0, done.stdout + done.stderr
    assert gate(tmp_path, "check", "--base", "HEAD", "--as-of", str(DAY)).returncode == 2


def test_a_tracked_link_is_refused_and_a_file_of_a_submodule_counts(tmp_path: Path) -> None:
    module = repository(tmp_path / "module", **{"services/web.yaml": manifest("inner")})
    shop = repository(tmp_path / "shop")
    (shop / "services/link.yaml").symlink_to("web.yaml")
    git(shop, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(module), "services/module")
    write(shop, {"services/module/services/red.yaml": manifest("red", slos=BREACHED)})
    git(shop, "add", "services/link.yaml")
    outcome = check(TRACKED, cwd=shop)
    assert [finding.location.path for finding in outcome.run.unjudged] == ["services/link.yaml"]
    git(shop, "rm", "--cached", "-q", "-f", "services/link.yaml")
    assert {judged.name for judged in check(TRACKED, cwd=shop).run.services} == {"web", "inner", "red"}
