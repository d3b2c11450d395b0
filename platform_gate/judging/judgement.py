"""Judge one service: from the facts of all subsystems to its health, with the reason for every point."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from platform_gate.model import (
    Charge,
    Context,
    Doubt,
    Excuse,
    Exemption,
    HealthStatus,
    Rule,
    Severity,
    Subject,
    Violation,
)
from platform_gate.policy.limits import Effective, HealthLimits
from platform_gate.subsystems import SUBSYSTEMS


class Failure(NamedTuple):
    """A violation and its excuse; None if it counts. The ``remark`` is appended to the violation's message.

    With an ``exemption`` it counts for health, and not for the verdict.
    """

    violation: Violation
    excuse: Excuse | None = None
    remark: str = ""
    exemption: Exemption | None = None


Waive = Callable[[str, Violation], tuple[Excuse | None, str]]
"""Given a service's name and a violation: the excuse for it, or None and a remark on why there is none."""


def no_waivers(_service: str, _violation: Violation) -> tuple[Excuse | None, str]:
    """Excuse nothing."""
    return None, ""


class Scored(NamedTuple):
    """The result of one subsystem.

    ``charges`` are for violations that count, and add up to ``points``; ``full_charges`` are what they would be without
    waivers. ``status`` is from the subsystem's own vocabulary, and the same with and without waivers.
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
    def failed(self) -> tuple[Violation, ...]:
        """All violations, waived or not."""
        return tuple(failure.violation for failure in self.failures)

    @property
    def open(self) -> tuple[Violation, ...]:
        """The failed checks that count."""
        return tuple(failure.violation for failure in self.failures if failure.excuse is None)

    @property
    def deciding(self) -> tuple[Violation, ...]:
        """Those that count for the verdict too."""
        return tuple(f.violation for f in self.failures if f.excuse is None and f.exemption is None)

    def describe(self) -> dict[str, Any]:
        """The facts as a report shows them."""
        return SUBSYSTEMS[self.name].describe(self.facts, self.limits)

    def charge(self, rule: Rule) -> Charge | None:
        """The charge for a violated rule."""
        for charge in self.charges:
            if rule.id in charge.rules:
                return charge
        return None


class Judgement(NamedTuple):
    """A service's health, with the reason for every point.

    ``required`` are the subsystems that must have data. ``points`` is the sum over the subsystems, ``waived_points``
    what waivers take off it. ``deciding_health`` is the health without what is exempt. It is ``failing`` if that or a
    violated rule fails the gate; ``fatal`` are the ids of violated rules that do so by themselves, sorted.
    """

    subject: Subject
    policy: Effective
    required: tuple[str, ...]
    scored: Mapping[str, Scored]
    health: HealthStatus
    health_without_waivers: HealthStatus
    points: int
    waived_points: int
    deciding_health: HealthStatus
    failing: bool
    fatal: tuple[str, ...] = ()

    def decisive(self, scored: Scored, rule: Rule) -> bool:
        """Whether a violated rule costs points, leaves a doubt, or fails the gate by itself."""
        name = rule.id
        for charge in scored.full_charges:
            if charge.points and name in charge.rules:
                return True
        return in_doubt(rule, scored.name, self.required) or name in self.policy.gate.fail_on

    def severity(self, scored: Scored, failure: Failure) -> Severity:
        """How a violation is shown: at most as a warning if it is waived or exempt, or the service passes."""
        rule = failure.violation.rule
        decisive = self.decisive(scored, rule)
        if rule.doubt is Doubt.REQUIRED and not decisive and rule.id not in self.policy.severities:
            return Severity.NOTE
        severity = self.policy.severity(rule, decisive=decisive)
        counts = self.failing and failure.excuse is None and failure.exemption is None
        return Severity.WARNING if severity is Severity.ERROR and not counts else severity


def judge(
    subject: Subject, facts: Mapping[str, Any], effective: Effective, context: Context, waive: Waive = no_waivers
) -> Judgement:
    """Judge the facts of a service under its policy.

    Args:
        subject: The service.
        facts: What each subsystem's ``read`` returned, by subsystem. Subsystems without an entry are left out.
        effective: The policy of the service.
        context: Before its launch only governance is required of a service.
        waive: Excuses violations; those cost nothing and leave no doubt.
    """
    required = effective.gate.needs(launched=context.launched)
    excuse = partial(waive, subject.name)
    scored = {name: _score(name, facts[name], effective, context, excuse) for name in facts}
    known, wrong = (subject, effective, required, scored), [part for part in scored.values() if part.failures]
    if not wrong:
        clean = health(0, effective.health, doubt=False)
        return Judgement(*known, clean, clean, 0, 0, clean, clean in effective.gate.fail_on)
    points = sum(part.points for part in wrong)
    full_points = sum(charge.points for part in wrong for charge in part.full_charges)
    doubt = _any_doubt(((part.name, part.open) for part in wrong), required)
    full_doubt = _any_doubt(((part.name, part.failed) for part in wrong), required)
    status = health(points, effective.health, doubt=doubt)
    full_status = health(full_points, effective.health, doubt=full_doubt)
    fatal, waived = _fatal(wrong, effective.gate.fail_on), full_points - points
    failing = bool(fatal) or status in effective.gate.fail_on
    judgement = Judgement(*known, status, full_status, points, waived, status, failing, fatal)
    return exempted(judgement) if effective.gate.exemptions else judgement


def _fatal(wrong: Iterable[Scored], fail_on: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of open violations' rules that fail the gate by themselves, sorted."""
    named = {violation.rule.id for part in wrong for violation in part.deciding}
    return tuple(sorted(named.intersection(fail_on)))


def exempted(judgement: Judgement) -> Judgement:
    """The judgement with the exemptions of its policy, where its health is not too bad for them."""
    policy = judgement.policy
    exemptions = policy.gate.exemptions
    scored = {name: _exempted(part, exemptions, judgement.health) for name, part in judgement.scored.items()}
    wrong = {name: part.deciding for name, part in scored.items() if part.deciding}
    points = sum(
        charge.points
        for name, violations in wrong.items()
        for charge in SUBSYSTEMS[name].points(violations, scored[name].limits)
    )
    doubt = _any_doubt(wrong.items(), judgement.required)
    deciding, fatal = health(points, policy.health, doubt=doubt), _fatal(scored.values(), policy.gate.fail_on)
    failing = bool(fatal) or deciding in policy.gate.fail_on
    return judgement._replace(scored=scored, deciding_health=deciding, failing=failing, fatal=fatal)


def _exempted(scored: Scored, exemptions: Sequence[Exemption], of: HealthStatus) -> Scored:
    failures = (failure if failure.excuse else _exempt(failure, exemptions, of) for failure in scored.failures)
    return scored._replace(failures=tuple(failures))


def _exempt(failure: Failure, exemptions: Sequence[Exemption], of: HealthStatus) -> Failure:
    """A failure with the first exemption that applies to a service of a health, or a remark on why none does."""
    named = [one for one in exemptions if failure.violation.rule.id in one.rules]
    applies = next((one for one in named if of.rank <= one.at_most.rank), None)
    if applies or not named:
        return failure._replace(exemption=applies)
    widest = max(named, key=lambda one: one.at_most.rank)
    limit = f"; exempt only up to {widest.at_most} (change: {widest.change}), and the service is {of}"
    return failure._replace(remark=failure.remark + limit)


def _score(
    name: str,
    facts: Any,
    effective: Effective,
    context: Context,
    excuse: Callable[[Violation], tuple[Excuse | None, str]],
) -> Scored:
    subsystem, limits = SUBSYSTEMS[name], effective.limits[name]
    checked = subsystem.check(facts, limits, context)
    failed = [violation for violation in checked if not effective.is_off(violation.rule)]
    if not failed:
        return Scored(name, facts, limits, (), (), (), 0, str(subsystem.status(facts, failed, limits)))
    failures = tuple(Failure(violation, *excuse(violation)) for violation in failed)
    open_violations = [failure.violation for failure in failures if failure.excuse is None]
    full_charges = tuple(subsystem.points(failed, limits))
    charges = full_charges if len(open_violations) == len(failed) else tuple(subsystem.points(open_violations, limits))
    points, status = sum(charge.points for charge in charges), str(subsystem.status(facts, failed, limits))
    return Scored(name, facts, limits, failures, charges, full_charges, points, status)


def in_doubt(rule: Rule, subsystem: str, required: Iterable[str]) -> bool:
    """Whether a violated rule makes an otherwise healthy service UNKNOWN."""
    return rule.doubt is Doubt.ALWAYS or (rule.doubt is Doubt.REQUIRED and subsystem in required)


def _any_doubt(wrong: Iterable[tuple[str, Iterable[Violation]]], required: Iterable[str]) -> bool:
    """Whether any violation, given by subsystem, leaves a doubt."""
    return any(in_doubt(violation.rule, name, required) for name, violations in wrong for violation in violations)


def health(points: int, limits: HealthLimits, *, doubt: bool) -> HealthStatus:
    """The health for some points. Doubt matters only to a service that would be healthy."""
    if points >= limits.critical_at:
        return HealthStatus.CRITICAL
    if points >= limits.degraded_at:
        return HealthStatus.DEGRADED
    return HealthStatus.UNKNOWN if doubt else HealthStatus.HEALTHY
