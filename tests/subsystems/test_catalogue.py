"""Every rule there is: named without a severity, documented, and each example really fails or passes."""

from datetime import date
from typing import Any

import pytest

from platform_gate.documents.document import read_one
from platform_gate.model import Context, Rule, Severity, nowhere
from platform_gate.policy import loading
from platform_gate.subsystems import SUBSYSTEMS, catalogue

CONTRACT = [
    "manifest/unreadable",
    "manifest/invalid",
    "manifest/duplicate-service",
    "slo/breached",
    "slo/low-budget",
    "slo/not-measured",
    "slo/no-data",
    "cost/over-budget",
    "cost/spiking",
    "cost/no-budget",
    "cost/no-data",
    "reliability/low-score",
    "reliability/not-measured",
    "reliability/no-data",
    "governance/missing-runbook",
    "governance/missing-monitoring",
    "governance/missing-ownership",
    "governance/missing-documentation",
    "governance/missing-incident_response",
    "governance/no-data",
]

DEFAULT = loading.default()
CATALOGUE = catalogue.catalogue(DEFAULT.limits)
OF_SUBSYSTEMS = [rule for rule in CATALOGUE.values() if rule.id.split("/")[0] in SUBSYSTEMS]


def failing(example: str, subsystem: str) -> set[str]:
    """The rules that fail for a manifest's section (or its whole spec) under the default policy."""
    data: dict[str, Any] = read_one(example.encode(), "example.yaml").data
    manifest = {"metadata": {"name": "web"}, "spec": data.get("spec", data)}
    context, limits = Context(date(2026, 2, 15), nowhere), DEFAULT.limits[subsystem]
    facts, problems = SUBSYSTEMS[subsystem].read(manifest, limits, context)
    assert problems == []
    return {check.rule.id for check in SUBSYSTEMS[subsystem].check(facts, limits, context)}


def test_every_rule_of_the_contract_exists() -> None:
    assert set(CONTRACT) <= set(CATALOGUE)


def test_a_rule_stands_under_its_own_id() -> None:
    assert all(key == rule.id for key, rule in CATALOGUE.items())


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
def test_a_rule_is_documented_and_bears_no_severity_in_its_name(rule: Rule) -> None:
    assert rule.title
    assert rule.help.endswith(".")
    assert rule.why.endswith(".")
    assert not {str(severity) for severity in Severity} & set(rule.id.replace("/", "-").split("-"))


@pytest.mark.parametrize("rule", OF_SUBSYSTEMS, ids=[rule.id for rule in OF_SUBSYSTEMS])
def test_a_rule_s_examples_fail_and_pass(rule: Rule) -> None:
    subsystem = rule.id.split("/")[0]
    if rule.fails.startswith('{"service"'):
        pytest.skip("its examples are values of a snapshot")
    assert rule.id in failing(rule.fails, subsystem)
    assert rule.id not in failing(rule.passes, subsystem)


@pytest.mark.parametrize("rule", OF_SUBSYSTEMS, ids=[rule.id for rule in OF_SUBSYSTEMS])
def test_a_rule_names_policy_keys_that_exist(rule: Rule) -> None:
    for key in rule.keys:
        value = DEFAULT.layered.data
        for part in key.split("."):
            value = value[part]


def test_every_rule_about_manifests_is_an_error_but_for_files_that_nobody_asked_for() -> None:
    notes = [rule for rule in catalogue.MANIFEST_RULES if rule.severity is not Severity.ERROR]
    assert [(rule.id, rule.severity) for rule in notes] == [("manifest/unselected", Severity.NOTE)]


def test_a_check_of_the_policy_is_a_rule_with_the_key_verbatim() -> None:
    limits = {**DEFAULT.limits, "governance": with_check("back_up2")}
    assert "governance/missing-back_up2" in catalogue.catalogue(limits)


def with_check(name: str) -> Any:
    section = DEFAULT.layered.data["governance"]
    return SUBSYSTEMS["governance"].Limits.parse({**section, "checks": {name: {}}})
