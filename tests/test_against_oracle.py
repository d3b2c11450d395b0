"""The product's figures against those of an evaluator that was written apart from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from platform_gate.documents.shipped import folder
from platform_gate.policy import loading as product_policy
from platform_gate.policy.gate import Choice
from platform_gate.policy.loading import Policy
from tests.conftest import Gate
from tests.hostile.corpus import AS_OF
from tests.hostile.product import check_files, report
from tests.oracle import fleets
from tests.oracle.evaluator import Figures, Totals, roundings
from tests.oracle.judge import Judged, judge_documents
from tests.oracle.policy import spec_of
from tests.oracle.reader import read

SIZE = 30
CHECKS = ("security_review",)


def shipped(name: str) -> fleets.Policy:
    """A shipped policy as the oracle reads it."""
    raw = (folder("policies") / f"{name}.yaml").read_bytes()
    document = read(raw)[0]
    return fleets.Policy(name, document["spec"], spec_of(document), raw.decode())


POLICIES = [shipped("default"), shipped("strict"), shipped("advisory"), *fleets.policies(seed=20, count=16)]
IDS = [f"{index}-{one.name}" for index, one in enumerate(POLICIES)]


AGELESS = """apiVersion: platform-gate/v1
kind: Policy
metadata: {name: ageless}
spec:
  extends: one.yaml
  measurements: {max_age: {declared: "off"}}
  severities: {cost/stale: "off", cost/month-gap: "off", slo/ratio-target: "off"}
"""
"""A policy over another one, without what the oracle does not know: ages of numbers, gaps of months, odd targets."""


def there(path: str) -> bool:
    """Whether evidence exists: some of it does."""
    return path != "README.md"


def loaded(one: fleets.Policy) -> Policy:
    texts = {"one.yaml": one.text, "./ageless.yaml": AGELESS, "ageless.yaml": AGELESS}
    return product_policy.load(
        "./ageless.yaml", lambda reference: (texts[reference.removeprefix("./")].encode(), reference)
    )


def checks_of(one: fleets.Policy) -> tuple[str, ...]:
    """The checks beside the usual that some manifests may answer."""
    return CHECKS if CHECKS[0] in one.spec["governance"]["checks"] else ()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("index", range(len(POLICIES)), ids=IDS)
def test_figures(index: int, seed: int) -> None:
    one = POLICIES[index]
    files = fleets.laid_out(1000 * seed + index, SIZE, checks_of(one))
    outcome = check_files([(path, raw) for path, raw, _ in files], loaded(one), there)
    oracle = judge_documents([(path, data) for path, _, data in files], one.spec, as_of=AS_OF, exists=there)
    assert outcome.exit_code == oracle.exit_code
    compare(report(outcome), oracle)


@pytest.mark.parametrize("wanted", [("critical",), ("slo/breached", "cost/spiking"), ("governance/missing-runbook",)])
def test_fail_on_by_flag(wanted: tuple[str, ...]) -> None:
    for index, one in enumerate(POLICIES):
        files = fleets.laid_out(7000 + index, 2)
        outcome = check_files([(path, raw) for path, raw, _ in files], loaded(one).chosen(Choice(wanted)))
        documents = [(path, data) for path, _, data in files]
        assert outcome.exit_code == judge_documents(documents, one.spec, as_of=AS_OF, fail_on=wanted).exit_code


@pytest.mark.parametrize("index", [0, 1, 2, len(POLICIES) - 2, len(POLICIES) - 1], ids=str)
def test_console_script(index: int, gate: Gate, tmp_path: Path) -> None:
    one = POLICIES[index]
    files = fleets.laid_out(500 + index, 60, checks_of(one))
    for path, raw, _ in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(raw)
    (tmp_path / "README.md").touch()
    (tmp_path / "one.yaml").write_text(one.text, encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(AGELESS, encoding="utf-8")
    done = gate(tmp_path, "check", "--as-of", str(AS_OF), "--policy", "policy.yaml", "--format", "json")
    documents = [(path, data) for path, _, data in files]
    oracle = judge_documents(documents, one.spec, as_of=AS_OF, exists=lambda path: path == "README.md")
    assert done.returncode == oracle.exit_code, done.stderr
    compare(json.loads(done.stdout), oracle)


def compare(found: Mapping[str, Any], oracle: Judged) -> None:
    """Everything that a report says and the oracle knows."""
    assert {one["path"] for one in found["findings"]} == {path for path, _ in oracle.refused}
    assert [one["name"] for one in found["services"]] == [one.name for one in oracle.services]
    for row, figures in zip(found["services"], oracle.services, strict=True):
        assert service(row) == expected(figures), row["name"]
        compare_rounded(row, figures)
    compare_totals(found, oracle.totals)
    assert found["exit_code"] == oracle.exit_code
    assert found["verdict"] == ("passed", "failed", "not judged")[oracle.exit_code]
    assert found["as_of"] == str(AS_OF)


def service(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says of a service, but for rounded numbers."""
    parts = row["subsystems"]
    findings = [(one["rule"], subject(one, row)) for one in row["findings"]]
    assert len(findings) == len(set(findings))
    assert sum(one["points"] for one in row["findings"]) == row["points"]
    keys = (
        "name", "team", "tier", "path", "health", "health_without_waivers", "points", "reliability_score", "governance",
        "slos_met", "slos_total", "cost_trend", "over_budget", "currency",
    )  # fmt: skip
    return {
        **{key: row[key] for key in keys},
        "findings": set(findings),
        "points_of": {name: part["points"] for name, part in parts.items()},
        "status": {name: parts[name]["status"] for name in ("slo", "cost", "governance")},
        "slos": [(one["name"], bool(one["met"])) for one in parts["slo"]["facts"]["slos"]],
    }


def expected(one: Figures) -> dict[str, Any]:
    """The same by the oracle."""
    return {
        "name": one.name,
        "team": one.team,
        "tier": one.tier,
        "path": one.path,
        "health": one.health,
        "health_without_waivers": one.health,
        "points": one.points,
        "reliability_score": one.score,
        "governance": one.governance,
        "slos_met": one.slos_met,
        "slos_total": one.slos_total,
        "cost_trend": one.trend,
        "over_budget": one.over_budget,
        "currency": one.currency,
        "findings": set(one.findings),
        "points_of": dict(one.points_of),
        "status": {
            "slo": slo_status(one),
            "cost": "no_data" if "cost" in one.no_data else one.trend,
            "governance": one.governance,
        },
        "slos": [(name, name in one.met) for name in one.budget_remaining],
    }


def slo_status(one: Figures) -> str:
    if one.slo_breached:
        return "breached"
    if "slo" in one.no_data:
        return "no_data"
    return "not_measured" if None in one.budget_remaining.values() else "met"


def subject(finding: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """The SLO or the metric that a finding is about, from its pointer."""
    parts = finding["pointer"].split("/")
    if finding["rule"] in ("slo/breached", "slo/low-budget", "slo/not-measured"):
        return str(row["subsystems"]["slo"]["facts"]["slos"][int(parts[3])]["name"])
    return str(parts[-1]) if finding["rule"] == "reliability/not-measured" else ""


def compare_rounded(row: Mapping[str, Any], one: Figures) -> None:
    assert exactly(row["monthly_cost"]) in roundings(one.latest_cost, 2)
    assert exactly(row["average_cost"]) in roundings(one.average_cost, 2)
    for slo in row["subsystems"]["slo"]["facts"]["slos"]:
        left = one.budget_remaining[slo["name"]]
        shown = slo["budget_remaining_pct"]
        assert shown is None if left is None else exactly(shown) in roundings(left, 1)


def compare_totals(found: Mapping[str, Any], whole: Totals) -> None:
    keys = (
        "total_services", "healthy", "degraded", "critical", "unknown", "slo_breaches", "over_budget",
        "governance_compliant",
    )  # fmt: skip
    assert {key: found[key] for key in keys} == {key: getattr(whole, key) for key in keys}
    assert found["top_risks"] == list(whole.top_risks)
    same(found["total_monthly_cost"], whole.total_monthly_cost, 2)
    same(found["avg_reliability_score"], whole.avg_score, 1)
    assert list(found["monthly_cost_by_currency"]) == sorted(whole.cost_by_currency)
    for currency, cost in whole.cost_by_currency.items():
        same(found["monthly_cost_by_currency"][currency], cost, 2)


def same(shown: Any, value: Fraction | None, places: int) -> None:
    assert shown is None if value is None else exactly(shown) in roundings(value, places)


def exactly(value: Any) -> Fraction:
    """A number as it stands in the report; whole numbers have no fraction."""
    assert not (isinstance(value, float) and value.is_integer())
    return Fraction(repr(value))
