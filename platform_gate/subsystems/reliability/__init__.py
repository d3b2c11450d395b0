"""Reliability: one score of 0 to 100 from uptime, MTTR, incidents and change failure rate. Source: DORA's four keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import Charge, Context, Problem, Relaxation, Rule, Violation, pointer
from platform_gate.numbers import finite, optional_number
from platform_gate.readings import NOTHING, Measurement, who_measures
from platform_gate.subsystems import bands
from platform_gate.subsystems.bands import Band, Bands
from platform_gate.subsystems.loosening import LooseningTable
from platform_gate.subsystems.reliability import fields
from platform_gate.subsystems.reliability.fields import merged
from platform_gate.subsystems.reliability.rules import LOW_SCORE, NO_DATA, NOT_MEASURED

NAME = "reliability"
SECTION = fields.SECTION
MEASURED: tuple[str, ...] = ("reliability",)

METRICS = {
    "uptime_pct": ("uptime", "at_least"),
    "mttr_minutes": ("MTTR", "at_most"),
    "incidents_30d": ("the number of incidents", "at_most"),
    "change_failure_rate_pct": ("the change failure rate", "at_most"),
}
"""For each metric: its name in messages, and the key of its bands' bounds."""


class ReliabilityStatus(StrEnum):
    """Whether the score is low under a policy."""

    GOOD = "good"
    LOW = "low"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class ReliabilityMetrics:
    """The measured metrics. None stands for not measured, which earns no score.

    Args:
        uptime_pct: Percent.
        mttr_minutes: Mean time to restore, in minutes.
        incidents_30d: Incidents in the last 30 days.
        change_failure_rate_pct: Percent of changes that failed.
        measurements: Where a snapshot says so, what a metric's value is taken from.
        owner: Who has to measure the metrics: sources, nobody yet (empty), or whoever types them (None).
    """

    uptime_pct: float | None = None
    mttr_minutes: float | None = None
    incidents_30d: int | None = None
    change_failure_rate_pct: float | None = None
    measurements: Mapping[str, Measurement] = field(default_factory=dict, hash=False)
    owner: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no number; raises ``ValueError`` or ``TypeError`` with the field's name."""
        for name in METRICS:
            if (value := getattr(self, name)) is not None:
                finite(name, value)

    @property
    def reliability_score(self) -> int | None:
        """The score under the default policy, 0 to 100; None where nothing is measured."""
        return score(self, Limits.default())


class Limits(NamedTuple):
    """The policy's ``reliability`` section: bands of score per metric, and what a low score costs.

    ``rows`` has, for each band of a metric, what a report says of every value in it.
    """

    score: Mapping[str, Bands]
    points: Bands
    rows: Mapping[str, Sequence[Mapping[str, Any]]]

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section that its schema accepts.

        Raises:
            LimitError: bands that leave a gap, overlap or are out of order.
        """
        score = {
            metric: bands.parse(section["score"][metric], bound_key, "score", "score", metric)
            for metric, (_, bound_key) in METRICS.items()
        }
        rows = {metric: [_row(own, band) for band in own.bands] for metric, own in score.items()}
        return cls(score, bands.parse(section["points"], "below", "points", "points"), rows)

    @classmethod
    @cache
    def default(cls) -> "Limits":
        """The limits of the default policy."""
        return cls.parse(shipped.default_limits(NAME))


LOOSENING: LooseningTable = {
    ("score",): bands.earns_more,
    ("points",): bands.costs_less,
}


def all_rules(_limits: Limits) -> tuple[Rule, ...]:
    """The rules of this subsystem."""
    return LOW_SCORE, NOT_MEASURED, NO_DATA


field_of = fields.field_of
wants = fields.wants


def read(manifest: Mapping[str, Any], _limits: Limits, context: Context) -> tuple[ReliabilityMetrics, list[Problem]]:
    """The metrics of a manifest. Whatever fits the schema is valid."""
    section = manifest["spec"].get(SECTION, {})
    return ReliabilityMetrics(**merged(section, context.overlays.get(NAME, NOTHING))), []


def measured(metrics: ReliabilityMetrics) -> dict[str, float]:
    """The values of the metrics that are measured."""
    return {metric: value for metric in METRICS if (value := getattr(metrics, metric)) is not None}


def has_data(metrics: ReliabilityMetrics) -> bool:
    """Whether at least one metric is measured."""
    return any(getattr(metrics, metric) is not None for metric in METRICS)


def earned(metrics: ReliabilityMetrics, limits: Limits) -> dict[str, Band]:
    """The band that each measured metric falls into."""
    reached = {metric: limits.score[metric].find(value) for metric, value in measured(metrics).items()}
    return {metric: band for metric, band in reached.items() if band is not None}


def score(metrics: ReliabilityMetrics, limits: Limits) -> int | None:
    """The sum of the scores that the measured metrics earn; None where nothing is measured."""
    total = None
    for metric, bands_of_metric in limits.score.items():
        value = getattr(metrics, metric)
        if value is not None:
            band = bands_of_metric.find(value)
            total = (total or 0) + (band.worth if band else 0)
    return total


def check(metrics: ReliabilityMetrics, limits: Limits, _context: Context) -> Iterator[Violation]:
    """The violations of the metrics."""
    total = score(metrics, limits)
    if total is None:
        yield NO_DATA.violation("no reliability metric is measured", SECTION, fix=who_measures(metrics.owner))
        return
    if band := limits.points.find(total):
        yield _low_score(total, band, metrics, limits)
    for metric, (words, _) in METRICS.items():
        if getattr(metrics, metric) is None:
            yield NOT_MEASURED.violation(f"{words} is not measured and earns no score", SECTION, metric, subject=metric)


def _low_score(total: int, band: Band, metrics: ReliabilityMetrics, limits: Limits) -> Violation:
    message = f"the reliability score is {total} of {best(limits)}, below {band.bound}"
    enough = max((costly.bound or 0 for costly in limits.points.bands), default=0)
    metric, fix = _advice(total, enough, metrics, limits)
    measured_by = metrics.measurements.get(metric)
    return LOW_SCORE.violation(message, SECTION, metric, value=total, fix=fix, measured=measured_by)


def _advice(total: int, wanted: float, metrics: ReliabilityMetrics, limits: Limits) -> tuple[str, str]:
    """The metric to improve, and the advice to show.

    The smallest step of one metric that reaches the wanted score; if no single step does, the metric that lost most.
    """
    for metric in sorted(METRICS, key=lambda metric: -gain(metric, metrics, limits)):
        most = gain(metric, metrics, limits)
        for step in reversed(limits.score[metric].bands):
            earns = step.worth - limits.score[metric].bands[0].worth + most
            if step.bound is not None and total + earns >= wanted:
                reach = f"{METRICS[metric][0]} {_words(limits.score[metric], step)} adds {earns} to the score"
                return metric, f"Improve one metric: {reach}, which is enough."
    weakest = max(METRICS, key=lambda metric: gain(metric, metrics, limits))
    lost = gain(weakest, metrics, limits)
    return weakest, f"Improve {METRICS[weakest][0]} first: it costs {lost} points of the score."


def best(limits: Limits) -> int:
    """The highest possible score."""
    return sum(metric.bands[0].worth for metric in limits.score.values())


def _words(bands_of_metric: Bands, band: Band) -> str:
    """A band in words: ``at least 99.9``."""
    return "beyond" if band.bound is None else f"{bands_of_metric.bound_key.replace('_', ' ')} {band.bound}"


def _row(bands_of_metric: Bands, band: Band) -> dict[str, Any]:
    """What a report says of every value in a band. ``limit`` is its JSON pointer, below the policy's ``spec``."""
    return {
        "band": _words(bands_of_metric, band),
        "score": band.worth,
        "best": bands_of_metric.bands[0].worth,
        "limit": pointer((NAME, *bands_of_metric.key(band))),
    }


def gain(metric: str, metrics: ReliabilityMetrics, limits: Limits) -> int:
    """How much more score a metric could earn."""
    band = earned(metrics, limits).get(metric)
    return limits.score[metric].bands[0].worth - (band.worth if band else 0)


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """The points of the band that a low score falls into."""
    for rule, value in ((violation.rule, violation.value) for violation in violations):
        if rule is LOW_SCORE and value is not None and (band := limits.points.find(value)):
            yield Charge(band.worth, frozenset({LOW_SCORE.id}), (NAME, *limits.points.key(band)))


def declared(metrics: ReliabilityMetrics, subject: str) -> list[str]:
    """The names of the measured metrics."""
    return [metric for metric in measured(metrics) if subject in ("", metric)]


def relaxations(before: ReliabilityMetrics, after: ReliabilityMetrics) -> Iterator[Relaxation]:
    """Measurements removed."""
    for metric, value in measured(before).items():
        if metric not in measured(after):
            yield Relaxation("measurement-removed", ("spec", SECTION, metric), value, None)


def most_points(limits: Limits) -> int:
    """The points of the worst band."""
    return max((band.worth for band in limits.points.bands), default=0)


def status(metrics: ReliabilityMetrics, violations: Sequence[Violation], _limits: Limits) -> ReliabilityStatus:
    """Whether the score falls into a band that costs points."""
    if not has_data(metrics):
        return ReliabilityStatus.NO_DATA
    low = any(violation.rule is LOW_SCORE for violation in violations)
    return ReliabilityStatus.LOW if low else ReliabilityStatus.GOOD


def describe(metrics: ReliabilityMetrics, limits: Limits) -> dict[str, Any]:
    """The facts as a report shows them: ``score``, and per metric its value, its band and the score that it earned.

    ``limit`` is the JSON pointer of the band, below the policy's ``spec``.
    """
    reached = earned(metrics, limits)
    rows = {}
    for name, own in limits.rows.items():
        band = reached.get(name)
        nothing: Mapping[str, Any] = {"band": None, "score": 0, "best": own[0]["best"], "limit": None}
        rows[name] = {"value": optional_number(getattr(metrics, name)), **(own[band.place] if band else nothing)}
    return {"score": sum(band.worth for band in reached.values()) if reached else None, "metrics": rows}
