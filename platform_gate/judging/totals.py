"""The facade: many services behind one report. Read-only: it aggregates what was judged and alters nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from math import fsum
from typing import Any, Final, NamedTuple

from platform_gate.judging.judgement import Judgement
from platform_gate.model import HealthStatus
from platform_gate.numbers import as_written, number, ratio, rounded
from platform_gate.subsystems.cost import CostProfile, money
from platform_gate.subsystems.governance import GovernanceStatus
from platform_gate.subsystems.reliability import score
from platform_gate.subsystems.slo import SLODefinition, SLOStatus

TOP_RISKS: Final = 10


class Figures(NamedTuple):
    """What one service adds to a report's numbers.

    ``cost`` is its latest month as written, None without one; ``score`` its reliability, None where not measured.
    """

    name: str
    health: HealthStatus
    points: int
    slo_breached: bool
    over_budget: bool
    compliant: bool
    score: int | None
    cost: float | None
    currency: str


def figures(judgement: Judgement) -> Figures:
    """The figures of a judged service."""
    scored, cost = judgement.scored, judgement.scored["cost"].facts
    return Figures(
        judgement.subject.name,
        judgement.health,
        judgement.points,
        scored["slo"].status == SLOStatus.BREACHED,
        cost.over_budget,
        scored["governance"].status == GovernanceStatus.COMPLIANT,
        score_of(judgement),
        cost.latest_cost if cost.entries else None,
        cost.currency,
    )


def badness(each: Figures) -> tuple[int, int, str]:
    """To sort by, the worst first: health, then points, then name."""
    return -each.health.rank, -each.points, each.name


def score_of(judgement: Judgement) -> int | None:
    """A service's reliability score; None where nothing is measured."""
    scored = judgement.scored["reliability"]
    return score(scored.facts, scored.limits)


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


def aggregate(several: Sequence[Figures], details: Sequence[Mapping[str, Any]] = ()) -> PlatformReport:
    """The report over judged services."""
    healths = Counter(each.health for each in several)
    costs = cost_by_currency(several)
    return PlatformReport(
        total_services=len(several),
        healthy_count=healths[HealthStatus.HEALTHY],
        degraded_count=healths[HealthStatus.DEGRADED],
        critical_count=healths[HealthStatus.CRITICAL],
        unknown_count=healths[HealthStatus.UNKNOWN],
        slo_breach_count=sum(each.slo_breached for each in several),
        over_budget_count=sum(each.over_budget for each in several),
        governance_compliant_count=sum(each.compliant for each in several),
        total_monthly_cost=next(iter(costs.values()), 0) if len(costs) < 2 else None,  # noqa: PLR2004 - one currency
        avg_reliability_score=_average_score(several),
        service_details=details,
        top_risks=top_risks(several),
        monthly_cost_by_currency=costs,
    )


def detail(judgement: Judgement) -> dict[str, Any]:
    """One service under the seed's keys, each a copy of what its subsystem says."""
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


def top_risks(several: Iterable[Figures]) -> list[str]:
    """The names of the worst services that aren't healthy, ten at most."""
    risky = [each for each in several if each.health is not HealthStatus.HEALTHY]
    return [each.name for each in nsmallest(TOP_RISKS, risky, key=badness)]


def cost_by_currency(several: Iterable[Figures]) -> dict[str, float]:
    """The sum of the latest month's costs per currency, to two decimals."""
    amounts: dict[str, list[float]] = defaultdict(list)
    for each in several:
        if each.cost is not None:
            amounts[each.currency].append(each.cost)
    return {currency: _sum(found) for currency, found in sorted(amounts.items())}


def _sum(amounts: Sequence[float]) -> float:
    return rounded(fsum(amounts), 2, lambda: ratio(sum(map(as_written, amounts))))


def _cost(judgement: Judgement) -> CostProfile:
    profile: CostProfile = judgement.scored["cost"].facts
    return profile


def _average_score(several: Sequence[Figures]) -> float | None:
    scores = [each.score for each in several if each.score is not None]
    if not scores:
        return None if several else 0
    if sum(scores) % len(scores) == 0:
        return sum(scores) // len(scores)
    return number(float(round(ratio(sum(scores), len(scores)), 1)))
