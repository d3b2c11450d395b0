"""Statistics of a run: findings by rule, team and tier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from platform_gate.judging.result import Judged
from platform_gate.model import Disposition, Finding
from platform_gate.reports.outcome import Outcome

COLUMNS: Final = ("services", "failing", "findings", "waived", "points")


class Count(NamedTuple):
    """Everything about one rule, team or tier.

    Attributes:
        name: the rule, team or tier.
        services: services that it concerns: those with a finding of the rule, or all of the team or tier.
        failing: how many of them fail.
        findings: open findings, those about files and waivers included.
        waived: waived findings.
        points: points of the open findings.
    """

    name: str
    services: int
    failing: int
    findings: int
    waived: int
    points: int


class Statistics(NamedTuple):
    """Counts by rule, most findings first, and by team and tier in order."""

    rules: tuple[Count, ...]
    teams: tuple[Count, ...]
    tiers: tuple[Count, ...]

    def to_dict(self) -> dict[str, list[dict[str, Any]]]:
        """The statistics as the JSON report has them."""
        return {name: [count._asdict() for count in counts] for name, counts in self._asdict().items()}


def of(outcome: Outcome) -> Statistics:
    """The statistics of a run."""
    services = outcome.run.services
    rules = sorted(_by_rule(outcome), key=lambda count: (-count.findings, -count.waived, count.name))
    teams = _grouped(services, lambda judged: judged.team)
    return Statistics(tuple(rules), teams, _grouped(services, lambda judged: str(judged.tier)))


def _by_rule(outcome: Outcome) -> Iterator[Count]:
    services: dict[str, set[str]] = {}
    failing: dict[str, set[str]] = {}
    findings: dict[str, list[Finding]] = {}
    for finding in outcome.run.findings:
        findings.setdefault(finding.rule, []).append(finding)
    for judged in outcome.run.services:
        for finding in judged.findings:
            findings.setdefault(finding.rule, []).append(finding)
            services.setdefault(finding.rule, set()).add(judged.name)
            if judged.failing:
                failing.setdefault(finding.rule, set()).add(judged.name)
    for rule, several in findings.items():
        yield _count(rule, len(services.get(rule, ())), len(failing.get(rule, ())), several)


def _grouped(services: Iterable[Judged], key: Callable[[Judged], str]) -> tuple[Count, ...]:
    groups: dict[str, list[Judged]] = {}
    for judged in services:
        groups.setdefault(key(judged), []).append(judged)
    return tuple(_group(name, several) for name, several in sorted(groups.items()))


def _group(name: str, services: list[Judged]) -> Count:
    findings = [finding for judged in services for finding in judged.findings]
    return _count(name, len(services), sum(judged.failing for judged in services), findings)


def _count(name: str, services: int, failing: int, findings: list[Finding]) -> Count:
    opened = [finding for finding in findings if finding.disposition is not Disposition.WAIVED]
    points = sum(finding.points for finding in opened)
    return Count(name, services, failing, len(opened), len(findings) - len(opened), points)
