"""The seed: its "Predict" questions, its "Common Mistakes", and the tests that its students would write.

Every sentence is from the walkthrough of the Platform Engineering Toolkit.
"""

import json
from dataclasses import FrozenInstanceError

import pytest

from platform_gate import (
    CostEntry,
    CostProfile,
    CostTrend,
    GovernanceStatus,
    HealthStatus,
    PlatformService,
    PlatformToolkit,
    ReliabilityMetrics,
    SLODefinition,
    run_governance_checks,
)


def gateway() -> PlatformService:
    return PlatformService(
        name="api-gateway",
        team="platform",
        slos=[SLODefinition("availability", 99.9, 99.95)],
        cost=CostProfile(5000, [CostEntry("2026-01", 4200), CostEntry("2026-02", 4500)]),
        reliability=ReliabilityMetrics(99.95, 8, 1, 5),
        governance_checks=run_governance_checks("api-gateway", True, True, True, True, True),  # noqa: FBT003
    )


def payments() -> PlatformService:
    return PlatformService(
        name="payments",
        team="fintech",
        slos=[SLODefinition("availability", 99.99, 99.8)],
        cost=CostProfile(3000, [CostEntry("2026-01", 2800), CostEntry("2026-02", 3500)]),
        reliability=ReliabilityMetrics(99.8, 25, 3, 12),
        governance_checks=run_governance_checks("payments", True, True, True, False, True),  # noqa: FBT003
    )


def toolkit(*services: PlatformService) -> PlatformToolkit:
    made = PlatformToolkit()
    for service in services:
        made.register_service(service)
    return made


def predicted() -> PlatformService:
    """Step 5's: an SLO breach, a reliability score of 60, every governance check passed."""
    return PlatformService(
        "orders",
        "shop",
        slos=[SLODefinition("availability", 99.9, 99.8)],
        reliability=ReliabilityMetrics(99.8, 25, 3, 12),
        governance_checks=run_governance_checks("orders", *[True] * 5),
    )


# --- Predict ---------------------------------------------------------------------------------------------------------


def test_predict_1_if_the_target_is_99_99_and_the_current_is_99_8_what_is_the_budget_and_is_the_slo_met() -> None:
    slo = SLODefinition("availability", 99.99, 99.8)
    assert slo.budget_remaining_pct == 0
    assert not slo.is_met


def test_predict_2_if_costs_went_from_2800_to_3500_what_trend_category_is_that() -> None:
    costs = CostProfile(entries=[CostEntry("2026-01", 2800), CostEntry("2026-02", 3500)])
    assert costs.trend is CostTrend.SPIKING
    assert (costs.entries[1].amount / costs.entries[0].amount - 1) * 100 == 25


def test_predict_3_what_is_the_reliability_score_of_99_95_uptime_8_minutes_1_incident_and_5_percent() -> None:
    assert ReliabilityMetrics(99.95, 8, 1, 5).reliability_score == 35 + 20 + 15 + 15


def test_predict_4_without_documentation_and_incident_response_what_governance_status_does_it_get() -> None:
    service = PlatformService("web", "shop", governance_checks=run_governance_checks("web", True, True, True))  # noqa: FBT003
    assert service.governance_status is GovernanceStatus.NEEDS_REVIEW


def test_predict_5_a_breach_a_score_of_60_and_good_governance_get_which_health() -> None:
    service = predicted()
    assert service.reliability.reliability_score == 60
    assert service.judgement.points == 3
    assert service.health is HealthStatus.DEGRADED


def test_predict_6_if_you_add_a_third_service_that_is_critical_how_does_the_breakdown_change() -> None:
    before = toolkit(gateway(), predicted()).generate_report()
    after = toolkit(gateway(), predicted(), payments()).generate_report()
    assert (before.healthy_count, before.degraded_count, before.critical_count) == (1, 1, 0)
    assert (after.healthy_count, after.degraded_count, after.critical_count) == (1, 1, 1)
    assert after.total_services == before.total_services + 1


# --- Common Mistakes -------------------------------------------------------------------------------------------------


def test_mistake_1_dividing_by_zero_in_generate_report() -> None:
    report = PlatformToolkit().generate_report()
    assert (report.total_services, report.avg_reliability_score, report.total_monthly_cost) == (0, 0, 0)


def test_mistake_2_a_budget_of_0_causes_false_over_budget() -> None:
    assert not CostProfile(budget_monthly=0, entries=[CostEntry("2026-01", 100)]).over_budget


def test_mistake_3_a_single_health_status_for_all_failure_types() -> None:
    vocabularies = [{str(word) for word in enum} for enum in (HealthStatus, GovernanceStatus, CostTrend)]
    assert not set.intersection(*vocabularies)
    assert sum(map(len, vocabularies)) == len(set.union(*vocabularies))


def test_mistake_4_modifying_subsystem_data_in_the_facade() -> None:
    service, untouched = payments(), payments()
    toolkit(service).generate_report().to_dict()["services"].clear()
    assert service == untouched
    with pytest.raises(FrozenInstanceError):
        service.slos[0].current = 100  # type: ignore[misc]


def test_mistake_5_forgetting_the_default_factory() -> None:
    one, other = PlatformService("a", "x"), PlatformService("b", "x")
    assert one.slos is not other.slos
    assert one.governance_checks is not other.governance_checks
    assert CostProfile().entries is not CostProfile().entries


# --- What a student would test ---------------------------------------------------------------------------------------


def test_half_of_the_error_budget_is_left() -> None:
    slo = SLODefinition("availability", target=99.9, current=99.95)
    assert slo.budget_remaining_pct == 50.0
    assert slo.is_met


def test_a_target_of_100_has_no_budget() -> None:
    assert SLODefinition("availability", 100.0, 100.0).budget_remaining_pct == 0.0


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [
        (100, 130, CostTrend.SPIKING),
        (100, 110, CostTrend.INCREASING),
        (100, 90, CostTrend.DECREASING),
        (100, 101, CostTrend.STABLE),
        (0, 50, CostTrend.STABLE),
    ],
)
def test_the_cost_trend(before: float, after: float, trend: CostTrend) -> None:
    assert CostProfile(entries=[CostEntry("2026-01", before), CostEntry("2026-02", after)]).trend is trend


def test_latest_and_average_cost_and_budget() -> None:
    costs = CostProfile(budget_monthly=3000, entries=[CostEntry("2026-01", 2800), CostEntry("2026-02", 3500)])
    assert (costs.latest_cost, costs.average_cost, costs.over_budget) == (3500, 3150, True)


def test_perfect_metrics_score_100() -> None:
    assert ReliabilityMetrics(100.0, 0.0, 0, 0.0).reliability_score == 100


def test_governance_names_what_is_missing() -> None:
    checks = run_governance_checks("web", has_runbook=True, has_owner=True)
    assert [check.name for check in checks if not check.passed] == ["monitoring", "documentation", "incident_response"]
    assert all("web" in check.message for check in checks if not check.passed)
    assert all(not check.message for check in checks if check.passed)


def test_more_than_two_failed_checks_are_non_compliant() -> None:
    service = PlatformService("web", "shop", governance_checks=run_governance_checks("web", True, True))  # noqa: FBT003
    assert service.governance_status is GovernanceStatus.NON_COMPLIANT
    assert service.health is HealthStatus.DEGRADED


def test_the_seed_s_two_services() -> None:
    assert gateway().health is HealthStatus.HEALTHY
    assert gateway().governance_status is GovernanceStatus.COMPLIANT
    assert payments().health is HealthStatus.CRITICAL


def test_the_seed_s_report() -> None:
    report = toolkit(gateway(), payments()).generate_report().to_dict()
    services = report.pop("services")
    assert report == {
        "total_services": 2,
        "healthy": 1,
        "degraded": 0,
        "critical": 1,
        "unknown": 0,
        "slo_breaches": 1,
        "over_budget": 1,
        "governance_compliant": 1,
        "total_monthly_cost": 8000,
        "avg_reliability_score": 72.5,
        "top_risks": ["payments"],
    }
    assert services[1] == {
        "name": "payments",
        "team": "fintech",
        "health": "critical",
        "reliability_score": 60,
        "governance": "needs_review",
        "monthly_cost": 3500,
        "slos_met": 0,
        "slos_total": 1,
    }


def test_the_report_can_be_printed_as_json() -> None:
    assert json.loads(json.dumps(toolkit(gateway(), payments()).generate_report().to_dict()))["total_services"] == 2


def test_a_registered_service_can_be_fetched() -> None:
    service = gateway()
    assert toolkit(service).get_service("api-gateway") is service
    assert toolkit(service).get_service("nobody") is None


def test_the_one_deviation_a_missing_value_is_not_a_perfect_one() -> None:
    assert not SLODefinition("availability", 99.9).is_met
    assert SLODefinition("availability", 99.9).budget_remaining_pct is None
    assert ReliabilityMetrics().reliability_score is None
    measured = toolkit(gateway(), PlatformService("new", "shop")).generate_report()
    assert measured.avg_reliability_score == 85
