"""Reliability: one score of 0 to 100 from uptime, MTTR, incidents and change failure rate. Source: the seed, step 3."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import Charge, Context, Doubt, Problem, Relaxation, Rule, Violation, Worse, pointer
from platform_gate.numbers import optional_number
from platform_gate.subsystems import bands
from platform_gate.subsystems.bands import Band, Bands

NAME = "reliability"
SECTION = "reliability"

METRICS = {
    "uptime_pct": ("uptime", "at_least"),
    "mttr_minutes": ("MTTR", "at_most"),
    "incidents_30d": ("the number of incidents", "at_most"),
    "change_failure_rate_pct": ("the change failure rate", "at_most"),
}
"""Each metric's words, and how its bands compare."""


class ReliabilityStatus(StrEnum):
    """What a score means under a policy."""

    GOOD = "good"
    LOW = "low"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class ReliabilityMetrics:
    """Percent, minutes, a count over 30 days, percent. None is not measured and earns no score."""

    uptime_pct: float | None = None
    mttr_minutes: float | None = None
    incidents_30d: int | None = None
    change_failure_rate_pct: float | None = None

    @property
    def reliability_score(self) -> int | None:
        """The score under the default policy, 0 to 100; None where nothing is measured."""
        return score(self, Limits.default())


class Limits(NamedTuple):
    """The policy's ``reliability`` section: bands of score per metric, and what a low score costs."""

    score: Mapping[str, Bands]
    points: Bands

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
        return cls(score, bands.parse(section["points"], "below", "points", "points"))

    @classmethod
    @cache
    def default(cls) -> "Limits":
        """The limits of the default policy."""
        return cls.parse(shipped.default_limits(NAME))


LOW_SCORE = Rule(
    "reliability/low-score",
    "The reliability score is low",
    "Improve the metric that is furthest from its best band.",
    worse=Worse.BELOW,
    why="Uptime, recovery, incidents and change failures together tell whether a service can be relied on.",
    fails="reliability: {uptime_pct: 99.2, mttr_minutes: 90, incidents_30d: 6, change_failure_rate_pct: 20}",
    passes="reliability: {uptime_pct: 99.95, mttr_minutes: 8, incidents_30d: 1, change_failure_rate_pct: 5}",
    keys=("reliability.score", "reliability.points"),
    source="the seed's step 3; DORA's four keys",
)
NOT_MEASURED = Rule(
    "reliability/not-measured",
    "A reliability metric is not measured",
    "Measure it: what isn't measured earns no score.",
    why="A missing metric must not look like a perfect one, so it earns nothing.",
    fails="reliability: {uptime_pct: 99.95}",
    passes="reliability: {uptime_pct: 99.95, mttr_minutes: 8, incidents_30d: 1, change_failure_rate_pct: 5}",
    keys=("reliability.score",),
    source="DORA's four keys",
)
NO_DATA = Rule(
    "reliability/no-data",
    "No reliability metric is measured",
    "Add at least one of `uptime_pct`, `mttr_minutes`, `incidents_30d`, `change_failure_rate_pct`.",
    doubt=Doubt.REQUIRED,
    why="Without a single metric nothing can be said about how reliable a service is.",
    fails="spec: {}",
    passes="reliability: {uptime_pct: 99.95, mttr_minutes: 8, incidents_30d: 1, change_failure_rate_pct: 5}",
    keys=("gate.required",),
    source="DORA's four keys",
)


def rules(_limits: Limits) -> tuple[Rule, ...]:
    """The rules of this subsystem."""
    return LOW_SCORE, NOT_MEASURED, NO_DATA


def read(manifest: Mapping[str, Any], _limits: Limits, _context: Context) -> tuple[ReliabilityMetrics, list[Problem]]:
    """The metrics of a manifest; its schema leaves nothing to object to."""
    return ReliabilityMetrics(**manifest["spec"].get(SECTION, {})), []


def measured(metrics: ReliabilityMetrics) -> dict[str, float]:
    """The metrics that have a value."""
    return {metric: value for metric in METRICS if (value := getattr(metrics, metric)) is not None}


def has_data(metrics: ReliabilityMetrics) -> bool:
    """Whether at least one metric is measured."""
    return any(getattr(metrics, metric) is not None for metric in METRICS)


def earned(metrics: ReliabilityMetrics, limits: Limits) -> dict[str, Band]:
    """The band that each measured metric met."""
    found = {metric: limits.score[metric].find(value) for metric, value in measured(metrics).items()}
    return {metric: band for metric, band in found.items() if band is not None}


def score(metrics: ReliabilityMetrics, limits: Limits) -> int | None:
    """The sum of what the measured metrics earn; None where nothing is measured."""
    total = None
    for metric, bands_of_metric in limits.score.items():
        value = getattr(metrics, metric)
        if value is not None:
            band = bands_of_metric.find(value)
            total = (total or 0) + (band.worth if band else 0)
    return total


def check(metrics: ReliabilityMetrics, limits: Limits, _context: Context) -> Iterator[Violation]:
    """Every rule applied to the metrics."""
    total = score(metrics, limits)
    if total is None:
        yield NO_DATA.violation("no reliability metric is measured", SECTION)
        return
    if band := limits.points.find(total):
        yield _low_score(total, band, metrics, limits)
    for metric, (words, _) in METRICS.items():
        if getattr(metrics, metric) is None:
            yield NOT_MEASURED.violation(f"{words} is not measured and earns no score", SECTION, metric, subject=metric)


def _low_score(total: int, band: Band, metrics: ReliabilityMetrics, limits: Limits) -> Violation:
    message = f"the score is {total} of {best(limits)}, below {band.bound}"
    enough = max((each.bound or 0 for each in limits.points.bands), default=0)
    metric, fix = _advice(total, enough, metrics, limits)
    return LOW_SCORE.violation(message, SECTION, metric, value=total, fix=fix)


def _advice(total: int, wanted: float, metrics: ReliabilityMetrics, limits: Limits) -> tuple[str, str]:
    """The metric to improve, and how far: the smallest step that reaches the wanted score, else the largest gain."""
    for metric in sorted(METRICS, key=lambda metric: -gain(metric, metrics, limits)):
        have = gain(metric, metrics, limits)
        for step in reversed(limits.score[metric].bands):
            earns = step.worth - limits.score[metric].bands[0].worth + have
            if step.bound is not None and total + earns >= wanted:
                reach = f"{METRICS[metric][0]} {_words(limits.score[metric], step)} earns {earns} more"
                return metric, f"Improve one metric: {reach}, which is enough."
    weakest = max(METRICS, key=lambda metric: gain(metric, metrics, limits))
    lost = gain(weakest, metrics, limits)
    return weakest, f"Improve {METRICS[weakest][0]} first: {lost} points of score are lost there."


def best(limits: Limits) -> int:
    """The most that all metrics together can earn."""
    return sum(metric.bands[0].worth for metric in limits.score.values())


def _words(bands_of_metric: Bands, band: Band | None) -> str | None:
    """A band as the policy writes it."""
    if band is None:
        return None
    return "beyond" if band.bound is None else f"{bands_of_metric.bound_key.replace('_', ' ')} {band.bound}"


def gain(metric: str, metrics: ReliabilityMetrics, limits: Limits) -> int:
    """How much score a metric could still earn."""
    band = earned(metrics, limits).get(metric)
    return limits.score[metric].bands[0].worth - (band.worth if band else 0)


def points(failed: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """What the band of a low score costs."""
    for failure in failed:
        if failure.rule is LOW_SCORE and failure.value is not None and (band := limits.points.find(failure.value)):
            yield Charge(band.worth, frozenset({LOW_SCORE.id}), (NAME, *limits.points.key(band)))


def declared(metrics: ReliabilityMetrics, subject: str) -> list[str]:
    """Which metrics are measured at all."""
    return [metric for metric in measured(metrics) if subject in ("", metric)]


def relaxations(before: ReliabilityMetrics, after: ReliabilityMetrics) -> Iterator[Relaxation]:
    """Measurements that are gone."""
    for metric, value in measured(before).items():
        if metric not in measured(after):
            yield Relaxation("measurement-removed", ("spec", SECTION, metric), value, None)


def most_points(limits: Limits) -> int:
    """What the worst band costs."""
    return max((band.worth for band in limits.points.bands), default=0)


def status(metrics: ReliabilityMetrics, failed: Sequence[Violation], _limits: Limits) -> ReliabilityStatus:
    """Whether the score is low enough to fall into a band of points."""
    if not has_data(metrics):
        return ReliabilityStatus.NO_DATA
    low = any(failure.rule is LOW_SCORE for failure in failed)
    return ReliabilityStatus.LOW if low else ReliabilityStatus.GOOD


def describe(metrics: ReliabilityMetrics, limits: Limits) -> dict[str, Any]:
    """The facts as a report shows them: ``score``, and per metric its value, the band it met and what that earned.

    ``limit`` points to the band in the policy's ``spec``.
    """
    met = earned(metrics, limits)
    rows = {
        metric: {
            "value": optional_number(value),
            "band": _words(limits.score[metric], met.get(metric)),
            "score": met[metric].worth if metric in met else 0,
            "best": limits.score[metric].bands[0].worth,
            "limit": pointer((NAME, *limits.score[metric].key(met[metric]))) if metric in met else None,
        }
        for metric, value in ((name, getattr(metrics, name)) for name in METRICS)
    }
    return {"score": score(metrics, limits), "metrics": rows}
