"""The facade: many services behind one report. Read-only: it aggregates what was judged and alters nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from platform_gate.model import as_written, number
from platform_gate.service import HealthStatus, Judgement, PlatformService
from platform_gate.subsystems.cost import CostProfile, money
from platform_gate.subsystems.governance import GovernanceStatus
from platform_gate.subsystems.reliability import score
from platform_gate.subsystems.slo import SLODefinition, SLOStatus

TOP_RISKS: Final = 10


@dataclass(frozen=True, slots=True)
class PlatformReport:
    """The state of a platform in numbers.

    ``total_monthly_cost`` is None where several currencies occur, ``avg_reliability_score`` where nothing is measured.
    ``service_details`` holds the seed's eight keys per service; ``top_risks`` the names of the worst, worst first.
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
        """The report under the seed's keys, with ``unknown`` and ``top_risks``."""
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


class PlatformToolkit:
    """Services by name, and the report over all of them (seed, step 6)."""

    def __init__(self) -> None:
        self._services: dict[str, PlatformService] = {}

    def register_service(self, service: PlatformService) -> None:
        """Add a service; one of the same name is replaced."""
        self._services[service.name] = service

    def get_service(self, name: str) -> PlatformService | None:
        """The service of that name, or None."""
        return self._services.get(name)

    def generate_report(self) -> PlatformReport:
        """The report over every registered service, in the order of registration."""
        return aggregate([service.judgement for service in self._services.values()])


def aggregate(judgements: Sequence[Judgement]) -> PlatformReport:
    """The report over judged services."""
    healths = Counter(judgement.health for judgement in judgements)
    costs = cost_by_currency(judgements)
    return PlatformReport(
        total_services=len(judgements),
        healthy_count=healths[HealthStatus.HEALTHY],
        degraded_count=healths[HealthStatus.DEGRADED],
        critical_count=healths[HealthStatus.CRITICAL],
        unknown_count=healths[HealthStatus.UNKNOWN],
        slo_breach_count=_count(judgements, "slo", SLOStatus.BREACHED),
        over_budget_count=sum(_cost(judgement).over_budget for judgement in judgements),
        governance_compliant_count=_count(judgements, "governance", GovernanceStatus.COMPLIANT),
        total_monthly_cost=next(iter(costs.values()), 0) if len(costs) < 2 else None,  # noqa: PLR2004 - one currency
        avg_reliability_score=_average_score(judgements),
        service_details=[detail(judgement) for judgement in judgements],
        top_risks=top_risks(judgements),
        monthly_cost_by_currency=costs,
    )


def detail(judgement: Judgement) -> dict[str, Any]:
    """One service under the seed's keys, each a copy of what its subsystem says."""
    slos: Sequence[SLODefinition] = judgement.scored["slo"].facts
    return {
        "name": judgement.subject.name,
        "team": judgement.subject.team,
        "health": str(judgement.health),
        "reliability_score": _score(judgement),
        "governance": judgement.scored["governance"].status,
        "monthly_cost": money(_cost(judgement).latest_cost),
        "slos_met": sum(slo.is_met for slo in slos),
        "slos_total": len(slos),
    }


def worst_first(judgements: Iterable[Judgement]) -> list[Judgement]:
    """By health, then points, then name."""
    return sorted(judgements, key=lambda each: (-each.health.rank, -each.points, each.subject.name))


def top_risks(judgements: Iterable[Judgement]) -> list[str]:
    """The names of the worst services that aren't healthy, ten at most."""
    risky = [judgement for judgement in judgements if judgement.health is not HealthStatus.HEALTHY]
    return [judgement.subject.name for judgement in worst_first(risky)[:TOP_RISKS]]


def cost_by_currency(judgements: Iterable[Judgement]) -> dict[str, float]:
    """The sum of the latest month's costs per currency, to two decimals."""
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for cost in map(_cost, judgements):
        if cost.entries:
            totals[cost.currency] += as_written(cost.latest_cost)
    return {currency: money(total) for currency, total in sorted(totals.items())}


def _cost(judgement: Judgement) -> CostProfile:
    profile: CostProfile = judgement.scored["cost"].facts
    return profile


def _score(judgement: Judgement) -> int | None:
    scored = judgement.scored["reliability"]
    return score(scored.facts, scored.limits)


def _count(judgements: Iterable[Judgement], subsystem: str, status: str) -> int:
    return sum(judgement.scored[subsystem].status == status for judgement in judgements)


def _average_score(judgements: Sequence[Judgement]) -> float | None:
    scores = [found for found in map(_score, judgements) if found is not None]
    if not scores:
        return None if judgements else 0
    return number(float(round(Fraction(sum(scores), len(scores)), 1)))
