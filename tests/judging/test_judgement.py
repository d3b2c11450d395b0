"""The judge: points from four subsystems become one health, and nothing but points and doubt decides it."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.judging import judgement as judging
from platform_gate.judging.judgement import Judgement, Waive, judge
from platform_gate.model import Context, Doubt, Excuse, HealthStatus, Location, Rule, Subject, Violation, nowhere
from platform_gate.policy import loading
from platform_gate.policy.gate import Choice
from platform_gate.policy.limits import Effective, HealthLimits
from platform_gate.subsystems.cost import CostEntry, CostProfile
from platform_gate.subsystems.governance import Governance, run_governance_checks
from platform_gate.subsystems.governance.rules import NO_DATA
from platform_gate.subsystems.reliability import ReliabilityMetrics
from platform_gate.subsystems.slo import SLODefinition
from platform_gate.subsystems.slo.rules import BREACHED as BREACHED_RULE

SUBJECT = Subject("web", "shop")
MET, BREACHED, UNMEASURED = (SLODefinition("a", 99.9, current) for current in (99.95, 99.8, None))
WITHIN = CostProfile(100, [CostEntry("2026-10", 90)])
OVER = CostProfile(100, [CostEntry("2026-10", 110)])
RELIABLE, LOW, LOWEST = ReliabilityMetrics(99.95, 8, 1, 5), ReliabilityMetrics(99.8, 25, 3, 12), ReliabilityMetrics(0)


def governed(failing: int = 0) -> Governance:
    return Governance(run_governance_checks("web", *(index >= failing for index in range(5))), declared=True)


HEALTHY: Mapping[str, Any] = {"slo": [MET], "cost": WITHIN, "reliability": RELIABLE, "governance": governed()}


def effective(spec: str = "  {}\n") -> Effective:
    content = f"apiVersion: platform-gate/v1\nkind: Policy\nspec:\n{spec}"
    return loading.load("p.yaml", lambda path: (content.encode(), path)).base()


def judgement_of(spec: str = "  {}\n", *, launched: bool = True, **facts: Any) -> Judgement:
    context = Context(date(2026, 11, 23), nowhere, launched=launched)
    return judge(SUBJECT, {**HEALTHY, **facts}, effective(spec), context)


def severity(judgement: Judgement, rule: str) -> str:
    pairs = ((scored, failure) for scored in judgement.scored.values() for failure in scored.failures)
    return next(str(judgement.severity(*pair)) for pair in pairs if pair[1].violation.rule.id == rule)


def failed(judgement: Judgement) -> list[str]:
    return [violation.rule.id for scored in judgement.scored.values() for violation in scored.failed]


@pytest.mark.parametrize(
    ("points", "doubt", "expected"),
    [
        (0, False, "healthy"),
        (1, False, "healthy"),
        (2, False, "degraded"),
        (3, False, "degraded"),
        (4, False, "critical"),
        (99, False, "critical"),
        (0, True, "unknown"),
        (1, True, "unknown"),
        (2, True, "degraded"),
        (4, True, "critical"),
    ],
)
def test_health_follows_points_and_doubt_only_where_it_would_be_healthy(
    points: int, *, doubt: bool, expected: str
) -> None:
    assert judging.health(points, HealthLimits(2, 4), doubt=doubt) == expected


@pytest.mark.parametrize(("points", "expected"), [(2, "healthy"), (3, "critical")])
def test_a_policy_may_know_no_degraded(points: int, expected: str) -> None:
    assert judging.health(points, HealthLimits(3, 3), doubt=False) == expected


def test_health_ranks_from_good_to_bad() -> None:
    assert [health.rank for health in HealthStatus] == [0, 1, 2, 3]
    assert [str(health) for health in HealthStatus] == ["healthy", "unknown", "degraded", "critical"]


@pytest.mark.parametrize(
    ("facts", "points", "health"),
    [
        ({}, 0, "healthy"),
        ({"cost": OVER}, 1, "healthy"),
        ({"reliability": LOW}, 1, "healthy"),
        ({"governance": governed(2)}, 1, "healthy"),
        ({"slo": [BREACHED]}, 2, "degraded"),
        ({"reliability": LOWEST}, 2, "degraded"),
        ({"governance": governed(3)}, 2, "degraded"),
        ({"cost": OVER, "reliability": LOW}, 2, "degraded"),
        ({"slo": [BREACHED, BREACHED], "cost": OVER}, 3, "degraded"),
        ({"slo": [BREACHED], "cost": OVER, "reliability": LOW}, 4, "critical"),
        ({"slo": [BREACHED], "reliability": LOWEST}, 4, "critical"),
        ({"slo": [BREACHED], "cost": OVER, "reliability": LOWEST, "governance": governed(5)}, 7, "critical"),
    ],
)
def test_points_add_up_over_the_subsystems(facts: dict[str, Any], points: int, health: str) -> None:
    judgement = judgement_of(**facts)
    assert (judgement.points, judgement.health) == (points, health)


def test_a_service_that_is_well_is_well_with_waivers_and_without() -> None:
    judgement = judgement_of()
    assert judgement.health is judgement.health_without_waivers is HealthStatus.HEALTHY
    assert (judgement.points, judgement.waived_points, judgement.failing, judgement.fatal) == (0, 0, False, ())
    assert judgement.required == judgement.policy.gate.required
    assert not any(scored.charges or scored.full_charges or scored.failures for scored in judgement.scored.values())
    assert all(type(scored.charges) is type(scored.full_charges) is tuple for scored in judgement.scored.values())


def test_a_service_of_which_nothing_is_said_has_no_point() -> None:
    assert judgement_of("  health: {degraded_at: 1, critical_at: 1}\n").health == "healthy"


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"slo": []}, "slo/no-data"),
        ({"cost": CostProfile()}, "cost/no-data"),
        ({"reliability": ReliabilityMetrics()}, "reliability/no-data"),
    ],
)
def test_a_required_subsystem_without_data_leaves_doubt(facts: dict[str, Any], rule: str) -> None:
    judgement = judgement_of(**facts)
    assert (judgement.health, judgement.points) == ("unknown", 0)
    assert severity(judgement, rule) == "error"


@pytest.mark.parametrize(
    ("facts", "rule"),
    [({"slo": []}, "slo/no-data"), ({"cost": CostProfile()}, "cost/no-data")],
)
def test_a_subsystem_that_is_not_required_leaves_none(facts: dict[str, Any], rule: str) -> None:
    judgement = judgement_of("  gate: {required: [governance]}\n", **facts)
    assert judgement.health == "healthy"
    assert severity(judgement, rule) == "note"


def test_an_slo_that_is_not_measured_leaves_doubt_whether_or_not_slos_are_required() -> None:
    for required in ("[]", "[slo]"):
        judgement = judgement_of(f"  gate: {{required: {required}}}\n", slo=[MET, UNMEASURED])
        assert judgement.health == "unknown"
        assert severity(judgement, "slo/not-measured") == "error"


def test_before_its_launch_only_governance_is_required() -> None:
    nothing: dict[str, Any] = {"slo": [], "cost": CostProfile(), "reliability": ReliabilityMetrics()}
    unborn = judgement_of(launched=False, **nothing)
    assert (unborn.health, unborn.required) == ("healthy", ("governance",))
    assert judgement_of(**nothing).health == "unknown"
    without = Governance(run_governance_checks("web", *[True] * 5), declared=False)
    assert judgement_of(launched=False, **nothing, governance=without).health == "unknown"


def test_a_rule_that_is_off_costs_nothing_leaves_no_doubt_and_is_not_told() -> None:
    assert judgement_of("  severities: {slo/breached: 'off'}\n", slo=[BREACHED]).points == 0
    silent = judgement_of("  severities: {slo/no-data: 'off'}\n", slo=[])
    assert (silent.health, failed(silent)) == ("healthy", [])


def test_severity_never_decides() -> None:
    quiet, loud = (
        judgement_of(f"  severities: {{slo/breached: {word}}}\n", slo=[BREACHED]) for word in ("note", "error")
    )
    assert (quiet.points, quiet.health, quiet.failing) == (loud.points, loud.health, loud.failing)
    assert [severity(each, "slo/breached") for each in (quiet, loud)] == ["note", "error"]


def test_what_costs_points_is_an_error_where_the_service_fails() -> None:
    judgement = judgement_of(slo=[BREACHED], cost=CostProfile(0, [CostEntry("2026-09", 1), CostEntry("2026-10", 2)]))
    assert judgement.failing
    told = {rule: severity(judgement, rule) for rule in failed(judgement)}
    assert told == {"slo/breached": "error", "cost/no-budget": "note", "cost/spiking": "warning"}


@pytest.mark.parametrize("spec", ["  {}\n", "  severities: {cost/over-budget: error}\n"])
def test_a_service_that_passes_is_warned_at_most(spec: str) -> None:
    judgement = judgement_of(spec, cost=OVER)
    assert not judgement.failing
    assert severity(judgement, "cost/over-budget") == "warning"


def test_a_policy_may_say_how_missing_data_is_shown_where_it_is_not_required() -> None:
    spec = "  gate: {required: []}\n  severities: {slo/no-data: warning}\n"
    assert severity(judgement_of(spec, slo=[]), "slo/no-data") == "warning"


@pytest.mark.parametrize(
    ("fail_on", "facts", "failing"),
    [
        ("[degraded]", {"slo": [BREACHED]}, True),
        ("[critical]", {"slo": [BREACHED]}, False),
        ("[unknown]", {"slo": []}, True),
        ("[degraded, critical]", {"slo": []}, False),
        ("[critical, cost/over-budget]", {"cost": OVER}, True),
        ("[critical, cost/over-budget]", {}, False),
        ("[slo/breached]", {"slo": [BREACHED], "cost": OVER, "reliability": LOW}, True),
        ("[cost/spiking]", {"slo": [BREACHED], "cost": OVER, "reliability": LOW}, False),
    ],
)
def test_a_service_fails_by_its_health_or_by_a_rule(fail_on: str, facts: dict[str, Any], *, failing: bool) -> None:
    assert judgement_of(f"  gate: {{fail_on: {fail_on}}}\n", **facts).failing is failing


@pytest.mark.parametrize(
    ("doubt", "subsystem", "in_doubt"),
    [
        (Doubt.NEVER, "slo", False),
        (Doubt.REQUIRED, "slo", True),
        (Doubt.REQUIRED, "cost", False),
        (Doubt.ALWAYS, "cost", True),
    ],
)
def test_a_rule_leaves_doubt_as_it_says(doubt: Doubt, subsystem: str, *, in_doubt: bool) -> None:
    assert judging.in_doubt(Rule("slo/x", "", "", doubt=doubt), subsystem, ("slo",)) is in_doubt


def test_a_subsystem_says_its_status_facts_and_charges() -> None:
    scored = judgement_of(slo=[BREACHED], governance=governed(1)).scored
    assert {name: (part.status, part.points) for name, part in scored.items()} == {
        "slo": ("breached", 2),
        "cost": ("stable", 0),
        "reliability": ("good", 0),
        "governance": ("needs_review", 1),
    }
    assert scored["slo"].describe()["met"] == 0
    assert scored["slo"].charge(BREACHED_RULE) == scored["slo"].charges[0]
    assert scored["governance"].charge(NO_DATA) is None


def test_facts_are_told_under_the_limits_of_the_policy() -> None:
    rising = CostProfile(100, [CostEntry("2026-09", 80), CostEntry("2026-10", 90)])
    calm = "  cost: {trend: {spiking_above_pct: 20, increasing_above_pct: 15, decreasing_below_pct: -5}}\n"
    told = [judgement_of(spec, cost=rising).scored["cost"].describe()["trend"] for spec in ("  {}\n", calm)]
    assert told == ["increasing", "stable"]


def test_the_whole_numbers_of_a_policy_stay_whole() -> None:
    judgement = judgement_of("  slo: {breach_points: 2.0}\n", slo=[BREACHED])
    assert repr(judgement.points) == "2"


def excusing(*rules: str) -> Waive:
    """Waive every failed check of these rules; remark on the others."""
    excuse = Excuse("Failover.", "sre-lead", date(2026, 12, 31), "OPS-1", 38, Location("waivers.yaml", 4))
    return lambda _service, violation: (excuse, "") if violation.rule.id in rules else (None, "not excused")


def waived(*rules: str, spec: str = "  {}\n", **facts: Any) -> Judgement:
    context = Context(date(2026, 11, 23), nowhere)
    return judge(SUBJECT, {**HEALTHY, **facts}, effective(spec), context, excusing(*rules))


def test_what_is_waived_costs_nothing_and_is_still_told() -> None:
    judgement = waived("slo/breached", slo=[BREACHED], cost=OVER)
    assert (judgement.health, judgement.points, judgement.waived_points) == ("healthy", 1, 2)
    assert judgement.health_without_waivers == "degraded"
    assert failed(judgement) == ["slo/breached", "cost/over-budget"]
    assert [violation.rule.id for violation in judgement.scored["slo"].open] == []
    assert severity(judgement, "slo/breached") == "warning"


def test_waivers_are_asked_for_by_the_name_of_the_service() -> None:
    asked: list[tuple[str, str]] = []

    def none(name: str, violation: Violation) -> tuple[Excuse | None, str]:
        asked.append((name, violation.rule.id))
        return None, ""

    judge(SUBJECT, {**HEALTHY, "slo": [BREACHED]}, effective(), Context(date(2026, 11, 23), nowhere), none)
    assert asked == [("web", "slo/breached")]


def test_a_waiver_changes_no_fact() -> None:
    assert waived("slo/breached", slo=[BREACHED]).scored["slo"].status == "breached"
    assert waived("slo/breached", slo=[BREACHED]).scored["slo"].charge(BREACHED_RULE) is None


def test_a_waived_doubt_is_none() -> None:
    judgement = waived("slo/no-data", slo=[])
    assert (judgement.health, judgement.health_without_waivers) == ("healthy", "unknown")


def test_one_waived_check_of_several_lowers_the_charge_to_what_is_left() -> None:
    judgement = waived("governance/missing-runbook", governance=governed(3))
    assert (judgement.points, judgement.waived_points) == (1, 1)
    assert judgement.scored["governance"].status == "non_compliant"


def test_a_rule_that_the_gate_fails_on_does_not_fail_it_while_waived() -> None:
    spec = "  gate: {fail_on: [slo/breached]}\n"
    assert judgement_of(spec, slo=[BREACHED]).failing
    assert not waived("slo/breached", spec=spec, slo=[BREACHED]).failing


def test_what_is_waived_is_a_warning_at_most_on_a_service_that_fails() -> None:
    judgement = waived("cost/over-budget", slo=[BREACHED], cost=OVER)
    assert severity(judgement, "slo/breached") == "error"
    assert severity(judgement, "cost/over-budget") == "warning"


def test_a_check_that_is_not_excused_keeps_the_remark_on_it() -> None:
    (failure,) = waived(slo=[BREACHED]).scored["slo"].failures
    assert (failure.excuse, failure.remark) == (None, "not excused")


def test_without_waivers_health_is_the_same_twice() -> None:
    judgement = judgement_of(slo=[BREACHED])
    assert judgement.health is judgement.health_without_waivers
    assert judgement.waived_points == 0


POINTS = st.integers(0, 9)


@given(POINTS, POINTS, st.booleans())
def test_more_points_never_make_a_service_healthier(one: int, other: int, doubt: bool) -> None:  # noqa: FBT001
    fewer, more = (judging.health(points, HealthLimits(2, 4), doubt=doubt).rank for points in sorted((one, other)))
    assert fewer <= more


EXEMPT = (
    "  gate:\n    exemptions:\n"
    "      - {change: fix, rules: [slo/breached], reason: It repairs., at_most: AT_MOST}\n"
    "      - {change: security, rules: [cost/over-budget], reason: It protects.}\n"
)


RULE_OF = {"fix": "slo/breached", "security": "cost/over-budget"}


def exempt_judgement(*changes: str, at_most: str = "critical", off: Iterable[str] = (), **facts: Any) -> Judgement:
    content = f"apiVersion: platform-gate/v1\nkind: Policy\nspec:\n{EXEMPT.replace('AT_MOST', at_most)}"
    content += f"  severities: {json.dumps(dict.fromkeys(off, 'off'))}\n"
    policy = loading.load("p.yaml", lambda path: (content.encode(), path)).chosen(Choice(changes=changes))
    return judge(SUBJECT, {**HEALTHY, **facts}, policy.base(), Context(date(2026, 11, 23), nowhere))


def test_what_is_exempt_counts_for_health_and_not_for_the_verdict() -> None:
    without, judgement = exempt_judgement(slo=[BREACHED]), exempt_judgement("fix", slo=[BREACHED])
    assert without.failing
    assert (judgement.health, judgement.points) == (without.health, without.points) == (HealthStatus.DEGRADED, 2)
    assert (judgement.deciding_health, judgement.failing) == (HealthStatus.HEALTHY, False)
    assert severity(judgement, "slo/breached") == "warning"


def test_what_another_kind_of_change_is_exempt_from_decides() -> None:
    assert exempt_judgement("security", slo=[BREACHED]).failing


@pytest.mark.parametrize(("at_most", "failing"), [("unknown", True), ("degraded", False), ("critical", False)])
def test_an_exemption_holds_up_to_a_health(at_most: str, *, failing: bool) -> None:
    assert exempt_judgement("fix", at_most=at_most, slo=[BREACHED]).failing is failing


def test_what_is_not_exempt_still_decides() -> None:
    judgement = exempt_judgement("fix", slo=[BREACHED], cost=OVER, governance=governed(3))
    assert judgement.failing
    assert judgement.deciding_health is not HealthStatus.HEALTHY
    assert exempt_judgement("fix", "security", slo=[BREACHED], cost=OVER).failing is False


@given(
    st.sampled_from([[MET], [BREACHED], [MET, UNMEASURED], []]),
    st.sampled_from([WITHIN, OVER]),
    st.sampled_from([0, 1, 3]),
    st.sets(st.sampled_from(["fix", "security"])),
)
def test_a_kind_of_change_never_alters_health_and_never_fails_more(
    slos: list[SLODefinition], cost: CostProfile, failed: int, kinds: set[str]
) -> None:
    facts: dict[str, Any] = {"slo": slos, "cost": cost, "governance": governed(failed)}
    plain, exempt = exempt_judgement(**facts), exempt_judgement(*kinds, **facts)
    assert (exempt.health, exempt.points) == (plain.health, plain.points)
    assert exempt.deciding_health.rank <= plain.deciding_health.rank
    assert plain.failing or not exempt.failing
    off = exempt_judgement(off=[RULE_OF[kind] for kind in sorted(kinds)], **facts)
    assert (exempt.deciding_health, exempt.failing) == (off.health, off.failing)


def test_an_exemption_that_a_health_is_too_bad_for_says_so() -> None:
    judgement = exempt_judgement("fix", at_most="unknown", slo=[BREACHED], cost=OVER)
    remarks = {f.violation.rule.id: f.remark for f in chain(*(part.failures for part in judgement.scored.values()))}
    assert remarks["slo/breached"] == "; exempt only up to unknown (change: fix), and the service is degraded"
    assert remarks["cost/over-budget"] == ""
