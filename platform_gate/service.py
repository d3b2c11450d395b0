"""A service: the facts of all subsystems composed, and the one function that judges them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from platform_gate import policy
from platform_gate.matching import Subject
from platform_gate.model import Charge, Check, Context, Doubt, Rule, Severity, nowhere
from platform_gate.policy import Effective, HealthLimits
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.subsystems.cost import CostProfile
from platform_gate.subsystems.governance import Governance, GovernanceCheck, GovernanceStatus
from platform_gate.subsystems.reliability import ReliabilityMetrics
from platform_gate.subsystems.slo import SLODefinition


class HealthStatus(StrEnum):
    """A service's health, from good to bad."""

    HEALTHY = "healthy"
    UNKNOWN = "unknown"
    DEGRADED = "degraded"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(HealthStatus).index(self)


@dataclass(frozen=True, slots=True)
class Scored:
    """What one subsystem has to say: its facts under its limits, what failed, and what that costs."""

    name: str
    facts: Any
    limits: Any
    failed: tuple[Check, ...]
    charges: tuple[Charge, ...]

    @property
    def points(self) -> int:
        """What the subsystem adds to the service's total."""
        return sum(charge.points for charge in self.charges)

    @property
    def status(self) -> str:
        """The facts in one word of the subsystem's vocabulary."""
        return str(SUBSYSTEMS[self.name].status(self.facts, self.failed, self.limits))

    def describe(self) -> dict[str, Any]:
        """The facts as a report shows them."""
        return SUBSYSTEMS[self.name].describe(self.facts, self.limits)

    def charge(self, rule: Rule) -> Charge | None:
        """What a failed rule is charged with."""
        return next((charge for charge in self.charges if rule.id in charge.rules), None)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A service's health with the reason for every point. ``required`` names the subsystems that must have data."""

    subject: Subject
    policy: Effective
    required: tuple[str, ...]
    scored: Mapping[str, Scored]
    health: HealthStatus

    @property
    def points(self) -> int:
        """The sum over the subsystems (the seed's "issues")."""
        return sum(scored.points for scored in self.scored.values())

    @property
    def failing(self) -> bool:
        """Whether its health, or a rule that failed, is one that the policy fails on."""
        failed = {check.rule.id for scored in self.scored.values() for check in scored.failed}
        return not failed.union((self.health,)).isdisjoint(self.policy.gate.fail_on)

    def severity(self, scored: Scored, rule: Rule) -> Severity:
        """How a failed rule is shown. What a passing service is told is a warning at most."""
        charge = scored.charge(rule)
        decisive = bool(charge and charge.points) or in_doubt(rule, scored.name, self.required)
        if rule.doubt is Doubt.REQUIRED and not decisive and rule.id not in self.policy.severities:
            return Severity.NOTE
        severity = self.policy.severity(rule, decisive=decisive)
        return Severity.WARNING if severity is Severity.ERROR and not self.failing else severity


def judge(subject: Subject, facts: Mapping[str, Any], effective: Effective, context: Context) -> Judgement:
    """Judge the facts of every subsystem under a policy.

    ``facts`` holds what each subsystem's ``read`` gave; what it lacks isn't judged. Before its launch only governance
    is required of a service.
    """
    required = effective.gate.required
    if not context.launched:
        required = tuple(name for name in required if name == "governance")
    scored = {name: _score(name, facts[name], effective, context) for name in facts}
    points = sum(part.points for part in scored.values())
    doubt = any(in_doubt(check.rule, part.name, required) for part in scored.values() for check in part.failed)
    return Judgement(subject, effective, required, scored, health(points, effective.health, doubt=doubt))


def _score(name: str, facts: Any, effective: Effective, context: Context) -> Scored:
    subsystem, limits = SUBSYSTEMS[name], effective.limits[name]
    checks = subsystem.check(facts, limits, context)
    failed = tuple(check for check in checks if not check.passed and not effective.is_off(check.rule))
    return Scored(name, facts, limits, failed, tuple(subsystem.points(failed, limits)))


def in_doubt(rule: Rule, subsystem: str, required: Iterable[str]) -> bool:
    """Whether a failed rule leaves an otherwise healthy service UNKNOWN."""
    return rule.doubt is Doubt.ALWAYS or (rule.doubt is Doubt.REQUIRED and subsystem in required)


def health(points: int, limits: HealthLimits, *, doubt: bool) -> HealthStatus:
    """From points to health; doubt matters only to a service that would be healthy."""
    if points >= limits.critical_at:
        return HealthStatus.CRITICAL
    if points >= limits.degraded_at:
        return HealthStatus.DEGRADED
    return HealthStatus.UNKNOWN if doubt else HealthStatus.HEALTHY


@dataclass(frozen=True, slots=True)
class PlatformService:
    """A service built in Python, judged by the default policy through the same functions as a manifest (seed, step 5).

    Nothing is required here: what has no data counts for nothing, unless there is no data at all.
    """

    name: str
    team: str
    tier: int = 1
    slos: Sequence[SLODefinition] = field(default_factory=list)
    cost: CostProfile = field(default_factory=CostProfile)
    reliability: ReliabilityMetrics = field(default_factory=ReliabilityMetrics)
    governance_checks: Sequence[GovernanceCheck] = field(default_factory=list)

    @property
    def judgement(self) -> Judgement:
        """The whole judgement: status, points and failed checks of every subsystem."""
        governance = Governance(self.governance_checks, bool(self.governance_checks))
        facts = {"slo": self.slos, "cost": self.cost, "reliability": self.reliability, "governance": governance}
        effective = policy.default()
        has_data = any(SUBSYSTEMS[name].has_data(part) for name, part in facts.items())
        gate = replace(effective.gate, required=() if has_data else effective.gate.required)
        subject = Subject(self.name, self.team, self.tier, {}, "")
        return judge(subject, facts, replace(effective, gate=gate), Context(datetime.now(UTC).date(), nowhere))

    @property
    def health(self) -> HealthStatus:
        """HEALTHY, UNKNOWN, DEGRADED or CRITICAL."""
        return self.judgement.health

    @property
    def governance_status(self) -> GovernanceStatus:
        """COMPLIANT, NEEDS_REVIEW or NON_COMPLIANT."""
        return GovernanceStatus(self.judgement.scored["governance"].status)
