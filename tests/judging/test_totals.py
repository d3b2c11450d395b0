"""The facade: one report over many services, which reads and never alters."""

import json
from copy import deepcopy
from typing import Any

import pytest

from platform_gate.api import PlatformService, PlatformToolkit
from platform_gate.judging.totals import PlatformReport
from platform_gate.subsystems.cost import CostEntry, CostProfile
from platform_gate.subsystems.governance import run_governance_checks
from platform_gate.subsystems.reliability import ReliabilityMetrics
from platform_gate.subsystems.slo import SLODefinition

ALL = [True] * 5
RELIABLE = ReliabilityMetrics(99.95, 8, 1, 5)


def costing(*amounts: float, budget: float = 0, currency: str = "USD") -> CostProfile:
    return CostProfile(budget, [CostEntry(f"2026-{index:02}", each) for index, each in enumerate(amounts, 1)], currency)


def healthy(name: str = "a", **changes: Any) -> PlatformService:
    facts = {
        "slos": [SLODefinition("availability", 99.9, 99.95)],
        "cost": costing(90, budget=100),
        "reliability": RELIABLE,
        "governance_checks": run_governance_checks(name, *ALL),
    }
    return PlatformService(name, "shop", **{**facts, **changes})


def degraded(name: str = "b", **changes: Any) -> PlatformService:
    return healthy(name, slos=[SLODefinition("availability", 99.9, 99.8)], **changes)


def critical(name: str = "c", **changes: Any) -> PlatformService:
    return degraded(name, reliability=ReliabilityMetrics(0), **changes)


def unknown(name: str = "d") -> PlatformService:
    return PlatformService(name, "shop")


def report(*services: PlatformService) -> PlatformReport:
    toolkit = PlatformToolkit()
    for service in services:
        toolkit.register_service(service)
    return toolkit.generate_report()


def test_a_report_without_services_is_empty() -> None:
    assert report() == PlatformReport(0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert report().to_dict()["services"] == []


def test_every_health_is_counted() -> None:
    counted = report(healthy(), degraded(), critical(), critical("e"), unknown())
    assert (counted.total_services, counted.healthy_count, counted.degraded_count) == (5, 1, 1)
    assert (counted.critical_count, counted.unknown_count) == (2, 1)


def test_a_service_with_several_breaches_is_counted_once() -> None:
    twice = healthy(slos=[SLODefinition(name, 99.9, 99.8) for name in "ab"])
    assert report(twice, degraded(), healthy("z")).slo_breach_count == 2


def test_services_over_budget_and_compliant_ones_are_counted() -> None:
    over = healthy("x", cost=costing(101, budget=100), governance_checks=run_governance_checks("x", True))  # noqa: FBT003
    counted = report(healthy(), over)
    assert (counted.over_budget_count, counted.governance_compliant_count) == (1, 1)


def test_a_service_without_governance_checks_is_not_compliant() -> None:
    assert report(unknown()).governance_compliant_count == 0


def test_the_latest_costs_are_added_exactly() -> None:
    total = report(
        *(healthy(name, cost=costing(99, amount)) for name, amount in zip("abc", (0.1, 0.2, 0.3), strict=True))
    )
    assert total.total_monthly_cost == 0.6
    assert total.monthly_cost_by_currency == {"USD": 0.6}


def test_costs_in_several_currencies_are_never_added() -> None:
    mixed = report(
        healthy(cost=costing(5)), healthy("b", cost=costing(7.5, currency="EUR")), healthy("c", cost=costing(1))
    )
    assert mixed.total_monthly_cost is None
    assert list(mixed.monthly_cost_by_currency.items()) == [("EUR", 7.5), ("USD", 6)]


def test_one_other_currency_is_added() -> None:
    assert report(healthy(cost=costing(5, currency="EUR"))).total_monthly_cost == 5


def test_a_service_without_costs_has_no_currency() -> None:
    only = report(healthy(cost=costing(5, currency="EUR")), unknown())
    assert (only.total_monthly_cost, only.monthly_cost_by_currency) == (5, {"EUR": 5})
    assert (report(unknown()).total_monthly_cost, report(unknown()).monthly_cost_by_currency) == (0, {})


@pytest.mark.parametrize(
    ("metrics", "average"),
    [
        ([RELIABLE, ReliabilityMetrics(99.8, 25, 3, 12)], 72.5),
        ([RELIABLE, ReliabilityMetrics()], 85),
        ([ReliabilityMetrics()], None),
        ([RELIABLE, RELIABLE, ReliabilityMetrics(99.8, 25, 3, 12)], 76.7),
    ],
)
def test_the_average_score_leaves_out_what_is_not_measured(
    metrics: list[ReliabilityMetrics], average: float | None
) -> None:
    services = [healthy(f"s{index}", reliability=each) for index, each in enumerate(metrics)]
    assert report(*services).avg_reliability_score == average


def test_a_service_s_details_are_the_seed_s_keys() -> None:
    (detail,) = report(critical(cost=costing(2800, 3500.5))).service_details
    assert list(detail.items()) == [
        ("name", "c"),
        ("team", "shop"),
        ("health", "critical"),
        ("reliability_score", 5),
        ("governance", "compliant"),
        ("monthly_cost", 3500.5),
        ("slos_met", 0),
        ("slos_total", 1),
    ]


def test_details_stand_in_the_order_of_registration() -> None:
    assert [row["name"] for row in report(healthy("z"), healthy("a"), healthy("m")).service_details] == ["z", "a", "m"]


def test_the_top_risks_are_worst_first_and_never_healthy() -> None:
    worse = critical("zz", cost=costing(101, budget=100))
    fleet = [healthy("h"), unknown("u"), degraded("g"), degraded("f"), critical("z"), worse]
    assert report(*fleet).top_risks == ["zz", "z", "f", "g", "u"]
    assert report(*reversed(fleet)).top_risks == ["zz", "z", "f", "g", "u"]


@pytest.mark.parametrize(("count", "shown"), [(9, 9), (10, 10), (11, 10)])
def test_at_most_ten_risks_are_named(count: int, shown: int) -> None:
    assert len(report(*(critical(f"s{index:02}") for index in range(count))).top_risks) == shown


def test_a_service_of_the_same_name_is_replaced() -> None:
    toolkit = PlatformToolkit()
    toolkit.register_service(critical("a"))
    toolkit.register_service(healthy("a"))
    assert toolkit.generate_report().healthy_count == toolkit.generate_report().total_services == 1


def test_a_service_is_found_by_its_name() -> None:
    toolkit, service = PlatformToolkit(), healthy("a")
    toolkit.register_service(service)
    assert toolkit.get_service("a") is service
    assert toolkit.get_service("b") is None


def test_two_toolkits_share_nothing() -> None:
    one, other = PlatformToolkit(), PlatformToolkit()
    one.register_service(healthy())
    assert other.generate_report().total_services == 0


def test_reporting_alters_no_service() -> None:
    service = critical()
    before = deepcopy(service)
    toolkit = PlatformToolkit()
    toolkit.register_service(service)
    assert toolkit.generate_report() == toolkit.generate_report()
    assert service == before


def test_the_report_is_json_with_the_seed_s_keys_first() -> None:
    keys = list(json.loads(json.dumps(report(healthy(), critical(), unknown()).to_dict())))
    assert keys == [
        "total_services", "healthy", "degraded", "critical", "unknown", "slo_breaches", "over_budget",
        "governance_compliant", "total_monthly_cost", "avg_reliability_score", "services", "top_risks",
    ]  # fmt: skip


def test_every_number_of_the_report_stands_under_its_own_key() -> None:
    rows: list[dict[str, Any]] = [{"name": "x"}]
    numbers = PlatformReport(1, 2, 3, 4, 5, 6, 7, 8, 9, rows, 10, ["x"])
    assert list(numbers.to_dict().values()) == [1, 2, 3, 4, 10, 5, 6, 7, 8, 9, rows, ["x"]]
