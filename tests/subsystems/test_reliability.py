"""Reliability: one score from four metrics, at every boundary of the seed's tables, and what a low one costs."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents import shipped
from platform_gate.model import Context, LimitError, Violation, nowhere
from platform_gate.subsystems import reliability
from platform_gate.subsystems.reliability import Limits, ReliabilityMetrics

CONTEXT = Context(date(2026, 11, 23), nowhere)
DEFAULT = Limits.default()
GATEWAY = ReliabilityMetrics(99.95, 8, 1, 5)
PAYMENTS = ReliabilityMetrics(99.8, 25, 3, 12)
WORST = ReliabilityMetrics(0, 9999, 99, 100)
NOTHING = ReliabilityMetrics()


def failed(metrics: ReliabilityMetrics, limits: Limits = DEFAULT) -> list[Violation]:
    return list(reliability.check(metrics, limits, CONTEXT))


def low_score(metrics: ReliabilityMetrics) -> Violation:
    (check,) = (check for check in failed(metrics) if check.rule.id == "reliability/low-score")
    return check


def limits_with(**section: Any) -> Limits:
    default = shipped.default_limits("reliability")
    score = {**default["score"], **section.pop("score", {})}
    return Limits.parse({**default, **section, "score": score})


def scored(total: int) -> ReliabilityMetrics:
    """Metrics that earn a total (a multiple of five between 40 and 75), by uptime and incidents alone."""
    uptime = {40: 99.99, 35: 99.9, 25: 99.5, 15: 99}
    incidents = {20: 0, 15: 2, 10: 5}
    return next(
        ReliabilityMetrics(pct, 15, count, 15)
        for earned, pct in uptime.items()
        for more, count in incidents.items()
        if earned + more + 20 + 10 == total
    )


@pytest.mark.parametrize(
    ("metric", "value", "score"),
    [
        ("uptime_pct", 100, 40),
        ("uptime_pct", 99.99, 40),
        ("uptime_pct", 99.9899999999, 35),
        ("uptime_pct", 99.9, 35),
        ("uptime_pct", 99.8999999999, 25),
        ("uptime_pct", 99.5, 25),
        ("uptime_pct", 99.4999999999, 15),
        ("uptime_pct", 99, 15),
        ("uptime_pct", 98.9999999999, 5),
        ("uptime_pct", 0, 5),
        ("mttr_minutes", 0, 25),
        ("mttr_minutes", 5, 25),
        ("mttr_minutes", 5.0000000001, 20),
        ("mttr_minutes", 15, 20),
        ("mttr_minutes", 15.1, 15),
        ("mttr_minutes", 30, 15),
        ("mttr_minutes", 30.1, 10),
        ("mttr_minutes", 60, 10),
        ("mttr_minutes", 60.1, 5),
        ("incidents_30d", 0, 20),
        ("incidents_30d", 1, 15),
        ("incidents_30d", 2, 15),
        ("incidents_30d", 3, 10),
        ("incidents_30d", 5, 10),
        ("incidents_30d", 6, 5),
        ("change_failure_rate_pct", 0, 15),
        ("change_failure_rate_pct", 5, 15),
        ("change_failure_rate_pct", 5.0000000001, 10),
        ("change_failure_rate_pct", 15, 10),
        ("change_failure_rate_pct", 15.1, 5),
        ("change_failure_rate_pct", 30, 5),
        ("change_failure_rate_pct", 30.1, 0),
        ("change_failure_rate_pct", 100, 0),
    ],
)
def test_each_metric_earns_what_the_seed_s_table_says(metric: str, value: float, score: int) -> None:
    assert ReliabilityMetrics(**{metric: value}).reliability_score == score  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("metrics", "score"),
    [
        (GATEWAY, 85),
        (PAYMENTS, 60),
        (WORST, 15),
        (ReliabilityMetrics(100, 0, 0, 0), 100),
        (ReliabilityMetrics(99.99, 5, None, None), 65),
        (ReliabilityMetrics(change_failure_rate_pct=31), 0),
        (NOTHING, None),
    ],
)
def test_the_score_is_the_sum_of_what_is_measured(metrics: ReliabilityMetrics, score: int | None) -> None:
    assert metrics.reliability_score == score
    assert reliability.has_data(metrics) is (score is not None)


METRIC = {
    "uptime_pct": st.floats(0, 100).map(lambda value: 100 - value),
    "mttr_minutes": st.floats(0, 200),
    "incidents_30d": st.integers(0, 10),
    "change_failure_rate_pct": st.floats(0, 100),
}


@given(st.fixed_dictionaries(METRIC), st.fixed_dictionaries(METRIC))
def test_metrics_that_are_no_worse_never_score_less(one: dict[str, Any], other: dict[str, Any]) -> None:
    best = {key: (max if key == "uptime_pct" else min)(one[key], other[key]) for key in one}
    score, reached = ReliabilityMetrics(**one).reliability_score, ReliabilityMetrics(**best).reliability_score
    assert score is not None
    assert reached is not None
    assert 15 <= score <= reached <= 100


@pytest.mark.parametrize("total", [70, 75])
def test_a_score_of_seventy_or_more_is_not_low(total: int) -> None:
    assert scored(total).reliability_score == total
    assert failed(scored(total)) == []


@pytest.mark.parametrize(("total", "points", "bound"), [(65, 1, 70), (50, 1, 70), (45, 2, 50)])
def test_a_score_below_a_bound_is_low_and_costs(total: int, points: int, bound: int) -> None:
    check = low_score(ReliabilityMetrics(99, 60, 5, 15) if total == 45 else scored_low(total))
    assert check.value == total
    assert check.message == f"the reliability score is {total} of 100, below {bound}"
    (charge,) = reliability.points([check], DEFAULT)
    assert (charge.points, charge.rules) == (points, frozenset({"reliability/low-score"}))
    assert charge.key == ("reliability", "points", 0 if points == 2 else 1)


def scored_low(total: int) -> ReliabilityMetrics:
    metrics = ReliabilityMetrics(99.5, 30, 5, 5) if total == 65 else ReliabilityMetrics(99, 30, 5, 15)
    assert metrics.reliability_score == total
    return metrics


def test_a_low_score_is_placed_at_the_metric_to_improve() -> None:
    check = low_score(ReliabilityMetrics(98, 5, 0, 15))
    assert check.at == ("spec", "reliability", "uptime_pct")
    assert check.fix == "Improve one metric: uptime at least 99.0 adds 10 to the score, which is enough."


def improved(metrics: ReliabilityMetrics, check: Violation) -> ReliabilityMetrics:
    """The metrics after the advice was followed: "... at least 99.5 adds ..."."""
    metric = str(check.at[-1])
    bound = float(check.fix.partition(" adds ")[0].split()[-1])
    values = {name: getattr(metrics, name) for name in reliability.METRICS}
    return ReliabilityMetrics(**{**values, metric: bound})


@pytest.mark.parametrize(
    "metrics",
    [
        PAYMENTS,
        ReliabilityMetrics(98, 5, 0, 15),
        ReliabilityMetrics(99.99, 61, 6, 5),
        ReliabilityMetrics(99, 60, 5, 15),
        ReliabilityMetrics(99.9, 30, 9, 40),
    ],
)
def test_advice_that_is_said_to_be_enough_is_enough(metrics: ReliabilityMetrics) -> None:
    check = low_score(metrics)
    assert "is enough" not in check.fix or failed(improved(metrics, check)) == []


@pytest.mark.parametrize(
    ("metrics", "metric", "step"),
    [
        (ReliabilityMetrics(99.5, 61, 0, 5), "mttr_minutes", "MTTR at most 60 adds 5"),
        (ReliabilityMetrics(99, 60, 0, 5), "uptime_pct", "uptime at least 99.5 adds 10"),
    ],
)
def test_the_metric_that_can_gain_most_is_proposed_where_several_are_enough(
    metrics: ReliabilityMetrics, metric: str, step: str
) -> None:
    check = low_score(metrics)
    assert check.fix == f"Improve one metric: {step} to the score, which is enough."
    assert check.at == ("spec", "reliability", metric)


def test_a_score_that_is_high_enough_needs_no_words() -> None:
    assert list(reliability.check(GATEWAY, DEFAULT, CONTEXT)) == []


def test_what_is_not_measured_can_still_gain_all() -> None:
    assert [reliability.gain(metric, NOTHING, DEFAULT) for metric in reliability.METRICS] == [40, 25, 20, 15]


def test_the_largest_loss_need_not_be_the_uptime() -> None:
    check = low_score(ReliabilityMetrics(99.5, 61, 6, 100))
    assert check.fix == "Improve MTTR first: it costs 20 points of the score."
    assert check.at == ("spec", "reliability", "mttr_minutes")


@pytest.mark.parametrize("metrics", [WORST, ReliabilityMetrics(0), ReliabilityMetrics(0, 61)])
def test_where_no_single_metric_is_enough_the_largest_loss_is_named(metrics: ReliabilityMetrics) -> None:
    check = low_score(metrics)
    assert check.fix == "Improve uptime first: it costs 35 points of the score."
    assert check.at == ("spec", "reliability", "uptime_pct")


@pytest.mark.parametrize(
    ("measured", "missing"),
    [
        ({"uptime_pct": 99.99}, ["mttr_minutes", "incidents_30d", "change_failure_rate_pct"]),
        ({"mttr_minutes": 1, "incidents_30d": 0, "change_failure_rate_pct": 0}, ["uptime_pct"]),
        ({"uptime_pct": 0, "mttr_minutes": 0, "incidents_30d": 0, "change_failure_rate_pct": 0}, []),
    ],
)
def test_every_metric_that_is_not_measured_is_named(measured: dict[str, Any], missing: list[str]) -> None:
    checks = [check for check in failed(ReliabilityMetrics(**measured)) if check.rule.id == "reliability/not-measured"]
    assert [(check.subject, check.at) for check in checks] == [
        (name, ("spec", "reliability", name)) for name in missing
    ]
    assert all(check.message.endswith(" is not measured and earns no score") for check in checks)


def test_without_any_metric_only_the_data_is_missed() -> None:
    (check,) = failed(NOTHING)
    assert (check.rule.id, check.message) == ("reliability/no-data", "no reliability metric is measured")
    assert check.at == ("spec", "reliability")
    assert list(reliability.points([check], DEFAULT)) == []


def test_a_missing_metric_costs_nothing_by_itself() -> None:
    checks = failed(ReliabilityMetrics(99.99, 5, 0))
    assert [check.rule.id for check in checks] == ["reliability/not-measured"]
    assert list(reliability.points(checks, DEFAULT)) == []


@pytest.mark.parametrize(("metrics", "status"), [(GATEWAY, "good"), (PAYMENTS, "low"), (NOTHING, "no_data")])
def test_the_status_says_whether_the_score_is_low(metrics: ReliabilityMetrics, status: str) -> None:
    assert reliability.status(metrics, failed(metrics), DEFAULT) == status


def test_the_report_shows_what_each_metric_earned_and_why() -> None:
    facts = reliability.describe(ReliabilityMetrics(99.8, 90, None, 5.0), DEFAULT)
    assert facts["score"] == 45
    rows = facts["metrics"]
    assert rows["uptime_pct"] == {
        "value": 99.8,
        "band": "at least 99.5",
        "score": 25,
        "best": 40,
        "limit": "/reliability/score/uptime_pct/2",
    }
    assert (rows["mttr_minutes"]["band"], rows["mttr_minutes"]["score"]) == ("beyond", 5)
    assert rows["incidents_30d"] == {"value": None, "band": None, "score": 0, "best": 20, "limit": None}
    assert rows["change_failure_rate_pct"]["value"] == 5


def test_the_report_shows_a_score_that_does_not_exist_as_null() -> None:
    assert reliability.describe(NOTHING, DEFAULT)["score"] is None


@pytest.mark.parametrize("section", [{}, {"reliability": {}}])
def test_a_manifest_without_metrics_has_none(section: dict[str, Any]) -> None:
    assert reliability.read({"spec": section}, DEFAULT, CONTEXT) == (NOTHING, [])


def test_a_manifest_s_metrics_are_read() -> None:
    section = {"uptime_pct": 99.8, "mttr_minutes": 25, "incidents_30d": 3, "change_failure_rate_pct": 12}
    assert reliability.read({"spec": {"reliability": section}}, DEFAULT, CONTEXT) == (PAYMENTS, [])


def test_a_policy_s_own_bands_are_applied() -> None:
    limits = limits_with(score={"uptime_pct": [{"at_least": 50, "score": 10}, {"score": 0}]}, points=[])
    assert reliability.score(ReliabilityMetrics(50), limits) == 10
    assert reliability.score(ReliabilityMetrics(49.9), limits) == 0
    assert reliability.best(limits) == 70
    assert [check.rule.id for check in failed(WORST, limits)] == []
    assert reliability.most_points(limits) == 0


def test_the_most_that_a_low_score_can_cost_is_the_worst_band() -> None:
    assert reliability.most_points(DEFAULT) == 2


@pytest.mark.parametrize(
    ("section", "at"),
    [
        ({"score": {"uptime_pct": [{"at_least": 9, "score": 1}]}}, ("score", "uptime_pct", 0)),
        ({"score": {"mttr_minutes": [{"at_most": 9, "score": 1}, {"at_most": 3, "score": 1}, {"score": 0}]}},
         ("score", "mttr_minutes", 1)),
        ({"points": [{"below": 70, "points": 2}, {"below": 50, "points": 1}]}, ("points", 1)),
    ],
)  # fmt: skip
def test_bands_that_make_no_sense_are_refused_below_the_section(section: dict[str, Any], at: tuple[Any, ...]) -> None:
    with pytest.raises(LimitError) as caught:
        limits_with(**section)
    assert caught.value.at == at


def test_the_default_limits_are_made_once() -> None:
    assert Limits.default() is Limits.default()


def test_a_measurement_that_is_gone_is_a_relaxation() -> None:
    (found,) = reliability.relaxations(GATEWAY, ReliabilityMetrics(99.95, None, 1, 5))
    assert (found.kind, found.at) == ("measurement-removed", ("spec", "reliability", "mttr_minutes"))
    assert (found.before, found.after) == (8, None)


def test_a_worse_or_a_new_measurement_relaxes_nothing() -> None:
    assert list(reliability.relaxations(GATEWAY, WORST)) == []
    assert list(reliability.relaxations(ReliabilityMetrics(99.95), GATEWAY)) == []


def test_what_is_declared_of_metrics_is_which_are_measured() -> None:
    assert reliability.declared(GATEWAY, "") == reliability.declared(WORST, "") == list(reliability.METRICS)
    assert reliability.declared(ReliabilityMetrics(None, 8), "") == ["mttr_minutes"]
    assert reliability.declared(GATEWAY, "mttr_minutes") == ["mttr_minutes"]
