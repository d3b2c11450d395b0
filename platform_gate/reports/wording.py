"""The words that reports share: labels, statuses, counts of services, and which rules earned points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from platform_gate.model import Finding, HealthStatus, Severity
from platform_gate.policy.gate import Stage
from platform_gate.rule_ids import kind_of
from platform_gate.text import listing, plural, printable

if TYPE_CHECKING:
    from platform_gate.judging.result import Judged, Part
    from platform_gate.reports.outcome import Outcome

LABELS: Final = {
    "slo": "SLO",
    "measurements": "Measured",
    "uptime_pct": "Uptime",
    "mttr_minutes": "Recovery time",
    "incidents_30d": "Incidents in 30 days",
    "change_failure_rate_pct": "Change failure rate",
}
"""Labels that differ from their key by more than underscores."""
TRENDS: Final = ("decreasing", "stable", "increasing", "spiking")
"""Statuses that describe where a cost is heading. They say nothing about points, so the rules are named beside them."""
MOST_NAMES: Final = 5
"""Services that a sentence names."""


def label(name: str) -> str:
    """A key as a label."""
    return LABELS.get(name) or spaced(name).capitalize()


def within(name: str) -> str:
    """A key in the middle of a sentence: ``SLO``, ``cost``."""
    words = label(name)
    return words if words.isupper() else words.lower()


def spaced(status: object) -> str:
    """A status with spaces for underscores."""
    return printable(str(status)).replace("_", " ")


def short(rule: str) -> str:
    """A rule without its subsystem, as words: ``over budget``."""
    return printable(rule.partition("/")[2]).replace("-", " ").replace("_", " ")


def with_points(status: str, points: int, earned: Mapping[str, int]) -> str:
    """A subsystem's status and its points: ``breached +2``, but ``increasing (over budget +1)``.

    Args:
        status: the status, with or without underscores.
        points: the subsystem's points.
        earned: the points of each of its rules; named after a trend, which is not what costs points.
    """
    words = spaced(status)
    if not points:
        return words
    if words not in TRENDS or not earned or words == short(next(iter(earned))):
        return f"{words} +{points}"
    return f"{words} ({', '.join(f'{short(rule)} +{own}' for rule, own in earned.items())})"


def part_status(judged: Judged, part: Part) -> str:
    """A subsystem's status and the points of its rules."""
    earned = {finding.rule: finding.points for finding in judged.findings if finding.points}
    own = {rule: points for rule, points in earned.items() if kind_of(rule) == part.name}
    return with_points(part.status, part.points, own)


def names(services: Sequence[str]) -> str:
    """Names in a sentence, at most ``MOST_NAMES`` of them: ``a, b and 3 more``."""
    if len(services) <= MOST_NAMES:
        return listing(services)
    return f"{', '.join(services[:MOST_NAMES])} and {len(services) - MOST_NAMES} more"


def worth_showing(finding: Finding) -> bool:
    """Whether a finding is shown without -v: it decides something, or is more than a note."""
    return finding.decisive or finding.severity is not Severity.NOTE


def by_waiver(judged: Judged) -> bool:
    """Whether a service is healthy only because findings are waived."""
    return judged.health is HealthStatus.HEALTHY is not judged.health_without_waivers


def health_counts(outcome: Outcome) -> Iterator[tuple[HealthStatus, str]]:
    """The number of services by health in words, worst first: ``40 healthy, 16 of them by waiver``."""
    for health in reversed(HealthStatus):
        if count := outcome.healths[health]:
            waived = sum(map(by_waiver, outcome.run.services)) if health is HealthStatus.HEALTHY else 0
            yield health, f"{count} {health}" + (f", {waived} of them by waiver" if waived else "")


def unjudged_files(outcome: Outcome) -> str:
    """How many files were not judged; empty if all were."""
    paths = {finding.location.path for finding in outcome.run.unjudged}
    return f"{plural(len(paths), 'file')} not judged" if paths else ""


def gate_in_words(stage: str, changes: Sequence[str], *, adoption: bool) -> list[str]:
    """Which gate decided and for which kinds of change; empty for the gate before a merge and no kind."""
    words = ["judged by the gate before a deployment"] * (stage == Stage.DEPLOY)
    nothing = " (nothing is exempt in a change that adopts the gate)" if adoption else ""
    return [*words, *([f"kind of change: {printable(listing(changes))}{nothing}"] if changes else [])]
