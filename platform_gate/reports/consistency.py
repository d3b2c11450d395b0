"""Whether a report agrees with itself: everything in it that follows from its services and findings is computed anew.

A report that was cut, edited or written by another program must not become part of an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from platform_gate.judging import verdict
from platform_gate.judging.result import Judged
from platform_gate.judging.runner import Run
from platform_gate.judging.shards import Slice
from platform_gate.judging.totals import aggregate
from platform_gate.judging.verdict import ExitCode, Verdict
from platform_gate.model import Disposition, Doubt, Finding, HealthStatus, Rule
from platform_gate.policy import loading

EXIT_CODES: Final[Mapping[str, tuple[int, ...]]] = {
    Verdict.PASSED: (ExitCode.PASSED,),
    Verdict.FAILED: (ExitCode.FAILED, ExitCode.PASSED),  # 0 with --exit-zero
    Verdict.NOT_JUDGED: (ExitCode.NOT_JUDGED,),
}


def contradictions(services: Sequence[Judged], findings: Sequence[Finding], data: Mapping[str, Any]) -> Iterator[str]:
    """What doesn't fit in a report, in words: its services and findings as read back, and its JSON values."""
    if len({service.name for service in services}) < len(services):
        yield "names and services don't fit"
    yield from _wrong_totals(services, data)
    fail_on = data["policy"]["fail_on"]
    if "change" in data or any(
        one.disposition is Disposition.EXEMPT for service in services for one in service.findings
    ):
        yield "only the report of a change has kinds of change and exempt findings"
    for service, row in zip(services, data["services"], strict=True):
        yield from (
            f"{what} of {service.name} doesn't follow" for what in _wrong_in(service, row.get("fail_on", fail_on))
        )
    answer = verdict.decide(Run(tuple(services), tuple(findings), len(services)), fail_on)
    if answer != data["verdict"]:
        yield f"its verdict is {data['verdict']}, but what it lists is {answer}"
    if data["exit_code"] not in EXIT_CODES[data["verdict"]]:
        yield "exit_code and verdict don't fit"


def _wrong_totals(services: Sequence[Judged], data: Mapping[str, Any]) -> Iterator[str]:
    report = aggregate([service.figures for service in services])
    expected = {**report.to_dict(), "monthly_cost_by_currency": dict(report.monthly_cost_by_currency)}
    del expected["services"]
    yield from (f"{name} and services don't fit" for name, value in expected.items() if data[name] != value)


def _wrong_in(service: Judged, fail_on: Sequence[str]) -> Iterator[str]:
    """The values of a service that don't follow from its findings, its points and the policy."""
    open_findings = [finding for finding in service.findings if finding.disposition is Disposition.OPEN]
    if service.fatal != tuple(sorted({finding.rule for finding in open_findings}.intersection(fail_on))):
        yield "fails_on"
    if service.failing != (service.health in fail_on or bool(service.fatal)):
        yield "failing"
    if service.points != sum(part.points for part in service.parts):
        yield "points"
    if service.health not in _healths(service, service.points, open_findings):
        yield "health"
    if service.health_without_waivers not in _healths(
        service, service.points + service.waived_points, service.findings
    ):
        yield "health_without_waivers"


def _healths(service: Judged, points: int, findings: Sequence[Finding]) -> tuple[HealthStatus, ...]:
    """The healths that points and findings allow. Whether a subsystem is required, a report doesn't say."""
    if points >= service.limits.critical_at:
        return (HealthStatus.CRITICAL,)
    if points >= service.limits.degraded_at:
        return (HealthStatus.DEGRADED,)
    rules = loading.default().rules
    doubts = {_doubt(finding, rules[finding.rule]) for finding in findings if finding.rule in rules} - {Doubt.NEVER}
    if Doubt.ALWAYS in doubts:
        return (HealthStatus.UNKNOWN,)
    return (HealthStatus.HEALTHY, HealthStatus.UNKNOWN) if doubts else (HealthStatus.HEALTHY,)


def _doubt(finding: Finding, rule: Rule) -> Doubt:
    """The doubt that a finding leaves, as far as a report says."""
    if not rule.varies:
        return rule.doubt
    return Doubt.REQUIRED if finding.decisive else Doubt.NEVER


def contradictions_of_part(services: Sequence[Judged], part: Slice) -> Iterator[str]:
    """What doesn't fit in the report of a shard: its services, and the names that it says it has seen."""
    if part.shard.number > part.shard.of:
        yield f"there is no shard {part.shard}"
    first = {named.name: named for named in sorted(part.seen.names, key=_place, reverse=True)}
    if not all(service.name in first for service in services):
        yield "it holds services that its shard does not name"
    elif any(first[service.name].location.path != service.location.path for service in services):
        yield "its shard names services in other places"
    if not part.narrowed and len(first) > len(services):
        yield "its shard names services that it does not hold"


def _place(named: Any) -> tuple[str, int, int]:
    return named.location.path, *named.location.start
