"""The numbers of a whole platform, added up from its judged services."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any, Final

from platform_gate.judging.judgement import Judgement
from platform_gate.judging.result import Figures, score_of, worst_first
from platform_gate.model import HealthStatus
from platform_gate.numbers import as_written, number, ratio, rounded
from platform_gate.subsystems.cost import CostProfile, money
from platform_gate.subsystems.slo import SLODefinition

TOP_RISKS: Final = 10


@dataclass(frozen=True, slots=True)
class PlatformReport:
    """The state of a platform in numbers.

    ``total_monthly_cost`` is None with several currencies, ``avg_reliability_score`` (0 to 100, to one decimal) if
    nothing is measured. ``service_details`` has what ``detail`` returns for each service; ``top_risks`` are the names
    of the services to look at first.
    """

    total_services: int
    healthy_count: int
    degraded_count: int
    critical_count: int
    slo_breach_count: int
    over_budget_count: int
    governance_compliant_count: int
    total_monthly_cost: float | None
    avg_reliability_score: float | None
    service_details: Sequence[Mapping[str, Any]] = field(default_factory=list)
    unknown_count: int = 0
    top_risks: Sequence[str] = field(default_factory=list)
    monthly_cost_by_currency: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "total_services": self.total_services,
            "healthy": self.healthy_count,
            "degraded": self.degraded_count,
            "critical": self.critical_count,
            "unknown": self.unknown_count,
            "slo_breaches": self.slo_breach_count,
            "over_budget": self.over_budget_count,
            "governance_compliant": self.governance_compliant_count,
            "total_monthly_cost": self.total_monthly_cost,
            "avg_reliability_score": self.avg_reliability_score,
            "services": list(self.service_details),
            "top_risks": list(self.top_risks),
        }


def aggregate(services: Sequence[Figures], details: Sequence[Mapping[str, Any]] = ()) -> PlatformReport:
    """The report on some services."""
    healths = Counter(service.health for service in services)
    costs = cost_by_currency(services)
    return PlatformReport(
        total_services=len(services),
        healthy_count=healths[HealthStatus.HEALTHY],
        degraded_count=healths[HealthStatus.DEGRADED],
        critical_count=healths[HealthStatus.CRITICAL],
        unknown_count=healths[HealthStatus.UNKNOWN],
        slo_breach_count=sum(service.slo_breached for service in services),
        over_budget_count=sum(service.over_budget for service in services),
        governance_compliant_count=sum(service.compliant for service in services),
        total_monthly_cost=next(iter(costs.values()), 0) if len(costs) < 2 else None,  # noqa: PLR2004 - one currency
        avg_reliability_score=_average_score(services),
        service_details=details,
        top_risks=top_risks(services),
        monthly_cost_by_currency=costs,
    )


def detail(judgement: Judgement) -> dict[str, Any]:
    """One service in eight values, each a copy of one that a subsystem reports."""
    slos: Sequence[SLODefinition] = judgement.scored["slo"].facts
    return {
        "name": judgement.subject.name,
        "team": judgement.subject.team,
        "health": str(judgement.health),
        "reliability_score": score_of(judgement),
        "governance": judgement.scored["governance"].status,
        "monthly_cost": money(_cost(judgement).latest_cost),
        "slos_met": sum(slo.is_met for slo in slos),
        "slos_total": len(slos),
    }


def top_risks(services: Iterable[Figures]) -> list[str]:
    """The names of the services that aren't healthy, the worst first, at most ten."""
    risky = [service for service in services if service.health is not HealthStatus.HEALTHY]
    return [service.name for service in sorted(risky, key=worst_first)[:TOP_RISKS]]


def cost_by_currency(services: Iterable[Figures]) -> dict[str, float]:
    """The sums of the latest months' costs by currency, to two decimals."""
    amounts: dict[str, list[float]] = defaultdict(list)
    for service in services:
        if service.cost is not None:
            amounts[service.currency].append(service.cost)
    return {currency: _sum(costs) for currency, costs in sorted(amounts.items())}


def _sum(amounts: Sequence[float]) -> float:
    return rounded(fsum(amounts), 2, lambda: ratio(sum(map(as_written, amounts))))


def _cost(judgement: Judgement) -> CostProfile:
    profile: CostProfile = judgement.scored["cost"].facts
    return profile


def _average_score(services: Sequence[Figures]) -> float | None:
    scores = [service.score for service in services if service.score is not None]
    if not scores:
        return None if services else 0
    if sum(scores) % len(scores) == 0:
        return sum(scores) // len(scores)
    return number(float(round(ratio(sum(scores), len(scores)), 1)))
