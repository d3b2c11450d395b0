"""A service: the facts of all subsystems composed, and the one function that judges them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from platform_gate import policy
from platform_gate.effective import Effective, HealthLimits
from platform_gate.matching import Subject
from platform_gate.model import Charge, Check, Context, Doubt, Excuse, Rule, Severity, nowhere
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


class Failure(NamedTuple):
    """A failed check, and the excuse for it where there is one. ``remark`` is added to the check's message."""

    check: Check
    excuse: Excuse | None = None
    remark: str = ""


Waive = Callable[[str, Check], tuple[Excuse | None, str]]
"""Gives the excuse for a service's failed check, or a remark on why there is none."""


def no_waivers(_service: str, _check: Check) -> tuple[Excuse | None, str]:
    """Excuse nothing."""
    return None, ""


class Scored(NamedTuple):
    """What one subsystem has to say: its facts under its limits, what failed, and what of that is charged.

    ``full_charges`` are what the charges would be without waivers, ``points`` what the subsystem adds to the total.
    ``status`` is the facts in one word of the subsystem's vocabulary; a waiver changes no fact.
    """

    name: str
    facts: Any
    limits: Any
    failures: tuple[Failure, ...]
    charges: tuple[Charge, ...]
    full_charges: tuple[Charge, ...]
    points: int
    status: str

    @property
    def failed(self) -> tuple[Check, ...]:
        """Every failed check, waived or not."""
        return tuple(failure.check for failure in self.failures)

    @property
    def open(self) -> tuple[Check, ...]:
        """The failed checks that count."""
        return tuple(failure.check for failure in self.failures if failure.excuse is None)

    def describe(self) -> dict[str, Any]:
        """The facts as a report shows them."""
        return SUBSYSTEMS[self.name].describe(self.facts, self.limits)

    def charge(self, rule: Rule) -> Charge | None:
        """What a failed rule is charged with."""
        return next((charge for charge in self.charges if rule.id in charge.rules), None)


class Judgement(NamedTuple):
    """A service's health with the reason for every point.

    ``required`` names the subsystems that must have data. ``points`` is the sum over the subsystems (the seed's
    "issues"), ``waived_points`` what waivers save.
    """

    subject: Subject
    policy: Effective
    required: tuple[str, ...]
    scored: Mapping[str, Scored]
    health: HealthStatus
    health_without_waivers: HealthStatus
    points: int
    waived_points: int

    @property
    def failing(self) -> bool:
        """Whether its health, or a rule that failed, is one that the policy fails on."""
        return self.health in self.policy.gate.fail_on or bool(self.fatal)

    @property
    def fatal(self) -> tuple[str, ...]:
        """The rules that failed and that the policy fails on, sorted."""
        wrong = (scored for scored in self.scored.values() if scored.failures)
        named = {check.rule.id for scored in wrong for check in scored.open}
        return tuple(sorted(named.intersection(self.policy.gate.fail_on)))

    def decisive(self, scored: Scored, rule: Rule) -> bool:
        """Whether a failed rule has consequences: it costs points, leaves a doubt, or fails the gate by itself."""
        charged = any(charge.points and rule.id in charge.rules for charge in scored.full_charges)
        return charged or in_doubt(rule, scored.name, self.required) or rule.id in self.policy.gate.fail_on

    def severity(self, scored: Scored, failure: Failure) -> Severity:
        """How a failed check is shown. What is waived, and what a passing service is told, is a warning at most."""
        rule = failure.check.rule
        decisive = self.decisive(scored, rule)
        if rule.doubt is Doubt.REQUIRED and not decisive and rule.id not in self.policy.severities:
            return Severity.NOTE
        severity = self.policy.severity(rule, decisive=decisive)
        counts = self.failing and failure.excuse is None
        return Severity.WARNING if severity is Severity.ERROR and not counts else severity


def judge(
    subject: Subject, facts: Mapping[str, Any], effective: Effective, context: Context, waive: Waive = no_waivers
) -> Judgement:
    """Judge the facts of every subsystem under a policy.

    ``facts`` holds what each subsystem's ``read`` gave; what it lacks isn't judged. Before its launch only governance
    is required of a service. What ``waive`` excuses costs nothing.
    """
    required = effective.gate.required
    if not context.launched:
        required = tuple(name for name in required if name == "governance")
    excuse = partial(waive, subject.name)
    scored = {name: _score(name, facts[name], effective, context, excuse) for name in facts}
    points = sum(part.points for part in scored.values())
    full_points = sum(charge.points for part in scored.values() for charge in part.full_charges)
    wrong = [part for part in scored.values() if part.failures]
    doubt = any(in_doubt(check.rule, part.name, required) for part in wrong for check in part.open)
    full_doubt = any(in_doubt(check.rule, part.name, required) for part in wrong for check in part.failed)
    status = health(points, effective.health, doubt=doubt)
    full_status = health(full_points, effective.health, doubt=full_doubt)
    return Judgement(subject, effective, required, scored, status, full_status, points, full_points - points)


def _score(
    name: str, facts: Any, effective: Effective, context: Context, excuse: Callable[[Check], tuple[Excuse | None, str]]
) -> Scored:
    subsystem, limits = SUBSYSTEMS[name], effective.limits[name]
    checks = subsystem.check(facts, limits, context)
    failed = [check for check in checks if not check.passed and not effective.is_off(check.rule)]
    failures = tuple(Failure(check, *excuse(check)) for check in failed)
    open_checks = [failure.check for failure in failures if failure.excuse is None]
    full_charges = tuple(subsystem.points(failed, limits))
    charges = full_charges if len(open_checks) == len(failed) else tuple(subsystem.points(open_checks, limits))
    points, status = sum(charge.points for charge in charges), str(subsystem.status(facts, failed, limits))
    return Scored(name, facts, limits, failures, charges, full_charges, points, status)


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
        gate = effective.gate._replace(required=() if has_data else effective.gate.required)
        subject = Subject(self.name, self.team, self.tier, {}, "")
        return judge(subject, facts, effective._replace(gate=gate), Context(datetime.now(UTC).date(), nowhere))

    @property
    def health(self) -> HealthStatus:
        """HEALTHY, UNKNOWN, DEGRADED or CRITICAL."""
        return self.judgement.health

    @property
    def governance_status(self) -> GovernanceStatus:
        """COMPLIANT, NEEDS_REVIEW or NON_COMPLIANT."""
        return GovernanceStatus(self.judgement.scored["governance"].status)
