"""The list of rules: severity and points are those that a run would show."""

import pytest

from platform_gate.policy import loading
from platform_gate.reports.rule_list import HEAD, lines, row


def listed(spec: str) -> dict[str, tuple[str, str]]:
    """Severity and points by rule, under the default policy with some changes."""
    policy = loading.load("p.yaml", lambda _: (text_of(spec).encode(), "p.yaml"))
    rows = (row(about, policy.base()) for about in policy.known_rules().values())
    return {made.rule: (made.severity, made.points) for made in rows}


def text_of(spec: str) -> str:
    return f"apiVersion: platform-gate/v1\nkind: Policy\nspec:\n{spec or '  {}'}\n"


@pytest.mark.parametrize(
    ("spec", "rule", "shown"),
    [
        ("", "slo/breached", ("error", "2")),
        ("", "reliability/low-score", ("error", "2")),
        ("", "governance/missing-runbook", ("error", "1")),
        ("", "cost/spiking", ("warning", "")),
        ("", "cost/no-budget", ("note", "")),
        ("", "slo/not-measured", ("error", "unknown")),
        ("", "cost/no-data", ("error", "unknown")),
        ("", "manifest/invalid", ("error", "")),
        ("", "waiver/expired", ("warning", "")),
        ("  slo: {breach_points: 7}", "slo/breached", ("error", "7")),
        ("  slo: {breach_points: 0}", "slo/breached", ("warning", "")),
        ("  cost: {spiking_points: 1}", "cost/spiking", ("error", "1")),
        ("  gate: {required: [slo]}", "cost/no-data", ("note", "")),
        ("  gate: {fail_on: [waiver/expired]}", "waiver/expired", ("error", "")),
        ('  severities: {slo/breached: "off"}', "slo/breached", ("off", "")),
        ("  severities: {slo/breached: note}", "slo/breached", ("note", "2")),
        ("  rules: [{id: org/x, title: X, require: false, points: 3}]", "org/x", ("error", "3")),
    ],
)
def test_a_rule_is_listed_as_the_policy_has_it(spec: str, rule: str, shown: tuple[str, str]) -> None:
    assert listed(spec)[rule] == shown


def test_the_list_is_a_table_without_trailing_blanks() -> None:
    policy = loading.load("default", loading.nothing_to_read)
    head, *rest = lines(policy.known_rules().values(), policy.base())
    assert tuple(head.split()) == HEAD
    assert len(rest) == len(policy.known_rules())
    assert [line for line in [head, *rest] if line != line.rstrip()] == []
