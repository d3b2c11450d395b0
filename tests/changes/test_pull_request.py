"""Judging a pull request: facts from the merge base and the work tree, rules from the tip of the base ref."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from platform_gate.changes.comparison import Change, Comparison
from platform_gate.changes.pull_request import judge_change
from platform_gate.judging.request import Request
from platform_gate.judging.runner import Run
from platform_gate.model import GateError, HealthStatus
from platform_gate.policy.loading import Policy, Source
from tests.repositories import commit, git, repository
from tests.samples import BREACHED, DAY, manifest, own_policy, work_tree, write

WEB, API = "services/web.yaml", "services/api.yaml"
BAD = {"slos": BREACHED}
POLICY = {".platform-gate.yaml": "policy: gate/policy.yaml\n"}
LENIENT = own_policy("  gate: {fail_on: [critical]}\n  slo: {breach_points: 0}\n")
STRICT = own_policy("  gate: {help: x}\n")

Files = Mapping[str, str | bytes | None]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Two healthy services on main, and a branch `change` that is checked out."""
    root = repository(tmp_path / "clone", {WEB: manifest(), API: manifest("api")})
    git(root, "switch", "-q", "-c", "change")
    return root


def advance_main(root: Path, files: Files) -> None:
    git(root, "switch", "-q", "main")
    commit(root, files)
    git(root, "switch", "-q", "change")


def judge(root: Path, *paths: str, **options: str) -> tuple[Run, Comparison, Policy]:
    request = Request(paths, None, DAY, base="main")._replace(**options)  # type: ignore[arg-type]
    run, comparison, rules = judge_change(request, work_tree(root))
    return run, comparison, rules.policy


def healths(comparison: Comparison) -> dict[str, tuple[HealthStatus | None, HealthStatus | None]]:
    return {
        name: (each.health_before, each.after.health if each.after else None)
        for name, each in comparison.transitions.items()
    }


def test_a_change_of_nothing_changes_no_service(clone: Path) -> None:
    run, comparison, _ = judge(clone)
    assert [judged.name for judged in run.services] == ["api", "web"]
    assert {each.change for each in comparison.transitions.values()} == {Change.SAME}
    assert not any(each.touched for each in comparison.transitions.values())
    assert (comparison.fixed, comparison.lowered, comparison.previews) == ((), (), ())


def test_a_breach_in_the_work_tree_need_not_be_committed(clone: Path) -> None:
    write(clone, {WEB: manifest(**BAD)})
    _, comparison, _ = judge(clone)
    assert healths(comparison)["web"] == (HealthStatus.HEALTHY, HealthStatus.DEGRADED)
    assert comparison.transitions["web"].worsened
    assert [name for name, each in comparison.transitions.items() if each.touched] == ["web"]


def test_what_moved_on_main_since_is_not_the_change_s_doing(clone: Path) -> None:
    commit(clone, {WEB: manifest(**BAD)})
    advance_main(clone, {API: manifest("api", **BAD), "services/late.yaml": manifest("late")})
    _, comparison, _ = judge(clone)
    assert healths(comparison)["api"] == (HealthStatus.HEALTHY, HealthStatus.HEALTHY)
    assert "late" not in comparison.transitions


def test_services_come_go_and_move(clone: Path) -> None:
    files: Files = {API: None, WEB: None, "services/moved.yaml": manifest(), "services/new.yaml": manifest("new")}
    commit(clone, files)
    _, comparison, _ = judge(clone)
    assert {name: each.change for name, each in comparison.transitions.items()} == {
        "api": Change.REMOVED,
        "new": Change.ADDED,
        "web": Change.RENAMED,
    }
    assert [each.kind for each in comparison.lowered] == ["service-removed", "service-renamed"]


def test_a_service_is_found_at_the_base_wherever_it_was(clone: Path) -> None:
    commit(clone, {WEB: None, "services/moved.yaml": manifest()})
    _, comparison, _ = judge(clone, "services/moved.yaml")
    assert {name: each.change for name, each in comparison.transitions.items()} == {"web": Change.RENAMED}


def test_only_line_ends_touch_nothing(clone: Path) -> None:
    write(clone, {WEB: manifest().replace("\n", "\r\n")})
    _, comparison, _ = judge(clone)
    assert not comparison.transitions["web"].touched


def test_the_tip_s_policy_judges_and_the_change_s_own_is_previewed(clone: Path) -> None:
    git(clone, "switch", "-q", "main")
    commit(clone, {**POLICY, "gate/policy.yaml": STRICT, WEB: manifest(**BAD)})
    git(clone, "switch", "-q", "-C", "change")
    commit(clone, {"gate/policy.yaml": LENIENT})
    run, comparison, policy = judge(clone)
    assert (policy.name, policy.base().gate.help) == ("ours", "x")
    assert {judged.name: judged.health for judged in run.services}["web"] is HealthStatus.DEGRADED
    assert "policy-loosened" in {each.kind for each in comparison.lowered}
    assert [(each.service, each.health) for each in comparison.previews] == [("web", HealthStatus.DEGRADED)]


def test_what_main_tightened_since_is_no_relaxation_of_the_change(clone: Path) -> None:
    git(clone, "switch", "-q", "main")
    commit(clone, {**POLICY, "gate/policy.yaml": LENIENT})
    git(clone, "switch", "-q", "-C", "change")
    advance_main(clone, {"gate/policy.yaml": STRICT})
    commit(clone, {WEB: manifest(team="other")})
    _, comparison, _ = judge(clone)
    assert comparison.lowered == ()


def test_a_base_without_manifests_and_configuration_adopts_the_change_s_rules(tmp_path: Path) -> None:
    root = repository(tmp_path / "new", {"README.md": "x\n"})
    git(root, "switch", "-q", "-c", "change")
    commit(root, {WEB: manifest(**BAD), **POLICY, "gate/policy.yaml": LENIENT})
    _, comparison, policy = judge(root)
    assert comparison.adoption
    assert policy.source is Source.ADOPTION
    assert healths(comparison) == {"web": (None, HealthStatus.HEALTHY)}
    assert comparison.lowered == ()


def test_a_service_is_matched_by_the_team_that_it_has_at_the_base(clone: Path) -> None:
    commit(clone, {WEB: manifest(team="other", **BAD)})
    run, comparison, _ = judge(clone, team="shop")
    assert "web" in {judged.name for judged in run.services}
    assert "web" in comparison.transitions
    with pytest.raises(GateError, match="of team 'other'"):
        judge(clone, team="other")


def test_a_configuration_that_selects_less_still_judges_what_the_base_selects(clone: Path) -> None:
    commit(clone, {".platform-gate.yaml": "exclude: [services/web.yaml]\n", WEB: manifest(**BAD)})
    run, comparison, _ = judge(clone)
    assert "web" in {judged.name for judged in run.services}
    assert [(each.kind, each.before) for each in comparison.lowered] == [("configuration-narrowed", WEB)]
