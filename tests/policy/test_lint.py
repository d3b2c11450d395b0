"""What is allowed in a policy and still looks like a mistake, each at its line."""

import pytest

from platform_gate.documents.shipped import policy_names
from platform_gate.model import Subject
from platform_gate.policy.lint import lint
from platform_gate.policy.loading import Policy
from tests.hostile.product import policy_of, shipped
from tests.samples import default_line, own_policy

WEB = Subject("web", "shop", 1, {"domain": "media"}, "services/web.yaml")


def overriding(*overrides: str) -> Policy:
    """Line 6 holds the first override, line 7 the next."""
    lines = "".join(f"    - {override}\n" for override in overrides)
    return policy_of(own_policy("  overrides:\n" + lines).encode())


def warnings(policy: Policy, *subjects: Subject) -> list[str]:
    return [f"{warning.location}: {warning.message}" for warning in lint(policy, subjects)]


@pytest.mark.parametrize("name", policy_names())
def test_the_shipped_policies_hold_nothing_doubtful(name: str) -> None:
    assert lint(shipped(name)) == []


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("match: {tier: 1}, spec: {slo: {breach_points: 1}}", "match: {tier: [1, 2]}, spec: {slo: {breach_points: 3}}"),
        (
            "match: {tier: 1, team: a}, spec: {health: {critical_at: 9}}",
            "match: {tier: 1}, spec: {health: {critical_at: 8}}",
        ),
        (
            "match: {labels: {a: x, b: w}}, spec: {slo: {breach_points: 1}}",
            "match: {labels: {a: [x, z]}}, spec: {slo: {breach_points: 2}, cost: {over_budget_points: 2}}",
        ),
        ("match: {name: web}, spec: {gate: {help: a}}", "match: {name: [api, web]}, spec: {gate: {help: b}}"),
    ],
)
def test_an_override_that_a_later_one_undoes(earlier: str, later: str) -> None:
    message = "this override has no effect: override 2 matches the same and sets the same keys"
    assert warnings(overriding(f"{{{earlier}}}", f"{{{later}}}")) == [f"./policy.yaml:6:7: {message}"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("match: {tier: [1, 2]}, spec: {slo: {breach_points: 1}}", "match: {tier: 1}, spec: {slo: {breach_points: 3}}"),
        ("match: {tier: 1}, spec: {slo: {breach_points: 1}}", "match: {team: a}, spec: {slo: {breach_points: 3}}"),
        ("match: {tier: 1}, spec: {slo: {breach_points: 1}}", "match: {tier: 1}, spec: {slo: {low_budget_points: 3}}"),
        (
            "match: {labels: {a: x}}, spec: {slo: {breach_points: 1}}",
            "match: {labels: {a: x, b: w}}, spec: {slo: {breach_points: 2}}",
        ),
        (
            "match: {tier: 1}, spec: {slo: {breach_points: 1}, severities: {slo/breached: note}}",
            "match: {tier: 1}, spec: {slo: {breach_points: 1}, severities: {cost/spiking: note}}",
        ),
    ],
)
def test_an_override_that_still_says_something(earlier: str, later: str) -> None:
    assert warnings(overriding(f"{{{earlier}}}", f"{{{later}}}")) == []


@pytest.mark.parametrize(
    ("match", "idle"),
    [
        ("{tier: [2, 3]}", True),
        ("{tier: [1]}", False),
        ("{labels: {domain: core}}", True),
        ("{labels: {zone: eu}}", True),
        ('{team: "sh?p"}', False),
        ("{path: old/**}", True),
        ("{name: web, tier: 2}", True),
    ],
)
def test_an_override_that_matches_no_service_there_is(match: str, *, idle: bool) -> None:
    found = warnings(overriding(f"{{match: {match}, spec: {{gate: {{help: x}}}}}}"), WEB)
    assert found == (["./policy.yaml:6:15: this override matches none of these services"] if idle else [])


def test_without_services_no_override_is_idle() -> None:
    assert warnings(overriding("{match: {tier: 2}, spec: {gate: {help: x}}}")) == []


def test_points_that_can_never_reach_a_health() -> None:
    policy = policy_of(own_policy("  health: {degraded_at: 7, critical_at: 8}\n").encode())
    assert warnings(policy) == [
        "./policy.yaml:5:41: no service can reach critical_at: all subsystems together give at most 7 points"
    ]
    assert lint(policy)[0].fix == "Lower it to 7 or less, or raise points."


def test_the_parent_is_to_blame_for_its_own_limit() -> None:
    spec = "  slo: {breach_points: 0}\n  cost: {over_budget_points: 0}\n  reliability: {points: []}\n"
    found = warnings(policy_of(own_policy(spec).encode()))
    assert [line.split(": ")[0] for line in found] == [f"{default_line('critical_at:')}:18"]


def test_points_of_ones_own_rules_count() -> None:
    rule = "  rules: [{id: org/x, title: X, points: 3, require: true}]\n"
    assert warnings(policy_of(own_policy("  health: {critical_at: 10}\n" + rule).encode())) == []
    assert len(warnings(policy_of(own_policy("  health: {critical_at: 11}\n" + rule).encode()))) == 1


def test_points_that_only_an_override_gives_are_reached_all_the_same() -> None:
    spec = "  health: {critical_at: 9}\n  overrides: [{match: {tier: 1}, spec: {slo: {breach_points: 5}}}]\n"
    assert warnings(policy_of(own_policy(spec).encode())) == []


def test_warnings_stand_in_the_order_of_the_file() -> None:
    one = "{match: {tier: 2}, spec: {gate: {help: x}}}"
    found = warnings(overriding(one, "{match: {tier: 3}, spec: {health: {critical_at: 50}}}", one), WEB)
    assert [int(line.split(":")[1]) for line in found] == [6, 6, 7, 8]
