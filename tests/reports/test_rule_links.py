"""Addresses of rules."""

from platform_gate.reports.rule_links import SITE, rule_url


def test_a_shipped_rule_has_a_page_and_no_other_has() -> None:
    assert rule_url("slo/breached") == f"{SITE}rules/slo/breached/"
    assert rule_url("governance/missing-runbook") == f"{SITE}rules/governance/missing-runbook/"
    assert rule_url("waiver/expired") == f"{SITE}rules/waiver/expired/"
    assert rule_url("org/x") == rule_url("governance/missing-pager") == rule_url("](javascript:x)") == ""
