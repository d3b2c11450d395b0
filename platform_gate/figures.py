"""What one service adds to the numbers of a fleet, and what services are sorted by."""

from typing import NamedTuple

from platform_gate.judgement import HealthStatus, Judgement
from platform_gate.subsystems.governance import GovernanceStatus
from platform_gate.subsystems.reliability import score
from platform_gate.subsystems.slo import SLOStatus


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
