"""The example fleet: believable, judged as it says, and editable with completion."""

from pathlib import Path

import pytest

from platform_gate.policy import loading
from platform_gate.reports.outcome import Outcome
from platform_gate.repository.config import Config
from tests.conftest import ROOT, Gate
from tests.samples import check_folder, work_tree

FLEET = ROOT / "examples/services"
MANIFESTS = sorted(FLEET.glob("*.yaml"))

DEFAULT = {
    "api-gateway": "healthy",
    "checkout": "degraded",
    "identity": "healthy",
    "inventory": "unknown",
    "ledger": "healthy",
    "legacy-reports": "degraded",
    "media-resizer": "healthy",
    "notifications": "healthy",
    "payments": "critical",
    "product-search": "degraded",
    "recommendations": "critical",
    "shipping-quotes": "unknown",
}


def fleet(reference: str) -> Outcome:
    return check_folder(ROOT, "examples/services", reference=reference)


def healths(outcome: Outcome) -> dict[str, str]:
    return {judged.name: str(judged.judgement.health) for judged in outcome.run.services}


def test_the_fleet_under_the_default_policy() -> None:
    outcome = fleet("default")
    assert healths(outcome) == DEFAULT
    assert outcome.exit_code == 1


def test_the_fleet_under_the_advisory_policy() -> None:
    outcome = fleet("advisory")
    assert healths(outcome) == DEFAULT
    failing = [judged.name for judged in outcome.worst_first if judged.judgement.failing]
    assert failing == ["payments", "recommendations"]
    assert outcome.exit_code == 1


def test_the_fleet_under_the_strict_policy() -> None:
    outcome = fleet("strict")
    assert outcome.exit_code == 1
    assert outcome.run.findings == ()
    worst = {name for name, health in healths(outcome).items() if health == "critical"}
    assert {"payments", "product-search"} <= worst
    better = {name for name, health in healths(outcome).items() if health == "healthy"}
    assert better <= {name for name, health in DEFAULT.items() if health == "healthy"}


@pytest.mark.parametrize("name", ["default", "strict", "advisory"])
def test_every_shipped_policy_judges(name: str) -> None:
    assert loading.load(name, loading.nothing_to_read).name == name
    assert len(fleet(name).run.services) == len(MANIFESTS)


def test_the_fleet_shows_what_there_is_to_see() -> None:
    subjects = [judged.judgement.subject for judged in fleet("default").run.services]
    assert len(subjects) == 12
    assert {subject.tier for subject in subjects} == {1, 2, 3}
    assert len({subject.team for subject in subjects}) >= 5
    assert set(DEFAULT.values()) == {"healthy", "unknown", "degraded", "critical"}


def test_the_seeds_two_services_are_among_them() -> None:
    by_name = {judged.name: judged.judgement for judged in fleet("default").run.services}
    assert (by_name["payments"].points, by_name["api-gateway"].points) == (5, 0)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_every_manifest_begins_with_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    start = "# yaml-language-server: $schema="
    assert first.startswith(start)
    assert (path.parent / first.removeprefix(start)).resolve() == ROOT / "schemas/service.schema.json"


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_every_manifest_is_called_like_its_service(path: Path) -> None:
    outcome = check_folder(ROOT, str(path.relative_to(ROOT)))
    assert [judged.name for judged in outcome.run.services] == [path.stem]


def test_every_example_file_is_in_scope() -> None:
    found = work_tree(ROOT).find(["examples/services"], Config())
    assert [entry.path for entry in found] == [str(path.relative_to(ROOT)) for path in MANIFESTS]


def test_the_error_budget_policy_holds_what_its_page_says(gate: Gate) -> None:
    """Each line of docs/error-budget-policy.md is a case of the policy test beside the policy."""
    folder = ROOT / "examples/error-budget"
    tested = gate(folder, "policy", "test", "policy.test.yaml")
    assert (tested.returncode, tested.stdout) == (0, "12 cases passed\n")
    checked = gate(
        folder,
        "check",
        "--policy",
        "policy.yaml",
        "--measurements",
        "measurements.jsonl",
        "--as-of",
        "2026-11-25",
        "services",
    )
    assert checked.returncode == 1
    assert "fails on slo/breached" in checked.stdout
    assert "the budget recovers by\n      2026-12-21" in checked.stdout
    assert "fails on slo/burning" in checked.stdout


def test_the_page_on_error_budgets_names_every_key_of_the_example() -> None:
    page = (ROOT / "docs/error-budget-policy.md").read_text()
    spec = loading.load("policy.yaml", _example).layered
    own = {".".join(map(str, at[:3])) for at, origin in spec.origins.items() if origin.document.path == "policy.yaml"}
    leaves = {at for at in own if not any(other.startswith(f"{at}.") for other in own)}
    assert {
        at for at in leaves - {"gate.required"} if f"`{at}`" not in page and f"`{at.rpartition('.')[0]}`" not in page
    } == set()


def _example(path: str) -> tuple[bytes, str]:
    return (ROOT / "examples/error-budget" / path).read_bytes(), path
