"""SLOs: met or breached exactly at the target, and how much error budget is left."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.model import Context, Violation, nowhere
from platform_gate.subsystems import slo
from platform_gate.subsystems.slo import Limits, SLODefinition

DAY = date(2026, 11, 23)
CONTEXT = Context(DAY, nowhere)
DEFAULT = Limits.default()
SCORING = DEFAULT._replace(breach_points=3, low_budget_points=1)
MET = SLODefinition("availability", 99.9, 99.95)
BREACHED = SLODefinition("latency", 99.9, 99.8)
UNMEASURED = SLODefinition("freshness", 99.9)


def failed(slos: Sequence[SLODefinition], limits: Limits = DEFAULT, context: Context = CONTEXT) -> list[Violation]:
    return list(slo.check(slos, limits, context))


def rules(slos: Sequence[SLODefinition], limits: Limits = DEFAULT, context: Context = CONTEXT) -> list[str]:
    return [check.rule.id for check in failed(slos, limits, context)]


def read(*entries: dict[str, Any]) -> tuple[list[SLODefinition], list[str]]:
    facts, problems = slo.read({"spec": {"slos": list(entries)}}, DEFAULT, CONTEXT)
    return facts, [f"{problem.at}: {problem.message} ({problem.fix})" for problem in problems]


@pytest.mark.parametrize(
    ("target", "current", "met"),
    [
        (99.9, 99.9, True),
        (99.9, 99.8999999999, False),
        (99.9, 99.9000000001, True),
        (100, 100, True),
        (100, 99.9999999999, False),
        (99.9, 0, False),
        (0.1, 0.1, True),
        (99, 99.0, True),
    ],
)
def test_an_slo_is_met_exactly_at_its_target(target: float, current: float, *, met: bool) -> None:
    objective = SLODefinition("a", target, current)
    assert objective.is_met is met


def test_an_slo_without_a_measurement_is_neither_met_nor_breached() -> None:
    assert (UNMEASURED.is_met, UNMEASURED.budget_remaining_pct) == (False, None)
    assert slo.budget_remaining(UNMEASURED) is None


@pytest.mark.parametrize(
    ("target", "current", "remaining"),
    [
        (99.9, 99.95, 50),
        (99.9, 99.9, 0),
        (99.9, 100, 100),
        (99.99, 99.8, 0),
        (99.9, 99.97, 70),
        (99, 99.333, Fraction(333, 10)),
        (99.7, 99.9, Fraction(200, 3)),
        (100, 100, 0),
        (100, 50, 0),
        (0.5, 0, 0),
    ],
)
def test_the_error_budget_is_exact(target: float, current: float, remaining: Fraction) -> None:
    assert slo.budget_remaining(SLODefinition("a", target, current)) == remaining


@pytest.mark.parametrize(
    ("current", "shown"), [(99.95, 50.0), (99.97, 70.0), (99.96667, 66.7), (99.90005, 0.0), (99.90015, 0.2)]
)
def test_the_error_budget_is_rounded_only_for_printing(current: float, shown: float) -> None:
    assert SLODefinition("a", 99.9, current).budget_remaining_pct == shown


@given(st.decimals("0.001", 100, places=3), st.decimals(0, 100, places=3), st.decimals(0, 100, places=3))
def test_a_better_measurement_never_leaves_less_budget(target: object, one: object, other: object) -> None:
    worse, better = sorted(float(str(value)) for value in (one, other))
    less, more = (SLODefinition("a", float(str(target)), value).budget_remaining_pct for value in (worse, better))
    assert less is not None
    assert more is not None
    assert 0 <= less <= more <= 100


@pytest.mark.parametrize(
    ("current", "low"),
    [(99.925, False), (99.9249999, True), (99.9250001, False), (99.9, True), (99.8, False), (100, False)],
)
def test_a_budget_is_low_below_the_limit_while_the_slo_is_met(current: float, *, low: bool) -> None:
    assert ("slo/low-budget" in rules([SLODefinition("a", 99.9, current)])) is low


@pytest.mark.parametrize(
    ("limit", "current"), [(0.1, 99.001), (33.3, 99.333), (20.1, 99.201), (70.1, 99.701), (55.5, 99.555)]
)
def test_a_budget_exactly_at_the_limit_is_not_low(limit: float, current: float) -> None:
    limits = DEFAULT._replace(low_budget_below_pct=limit)
    assert rules([SLODefinition("a", 99, current)], limits) == []
    assert rules([SLODefinition("a", 99, round(current - 0.0001, 4))], limits) == ["slo/low-budget"]


@pytest.mark.parametrize(("target", "current"), [(99.999, 99.999), (99.9, 99.900000001), (0, 0)])
def test_a_budget_barely_below_a_small_limit_is_low(target: float, current: float) -> None:
    broken = rules([SLODefinition("a", target, current)], DEFAULT._replace(low_budget_below_pct=0.0011))
    assert [rule for rule in broken if rule != "slo/ratio-target"] == ["slo/low-budget"]


def test_a_target_of_100_has_no_budget_that_could_be_low() -> None:
    assert rules([SLODefinition("a", 100, 100)]) == []


def test_a_met_slo_passes_every_rule() -> None:
    assert failed([MET]) == []


def test_a_breach_says_what_was_measured_where_and_what_was_promised() -> None:
    (check,) = failed([MET, BREACHED])
    assert check.rule.id == "slo/breached"
    assert check.message == "latency is at 99.8, below its target of 99.9"
    assert (check.at, check.subject, check.value) == (("spec", "slos", 1, "current"), "latency", 99.8)


def test_a_low_budget_says_how_much_is_left() -> None:
    (check,) = failed([SLODefinition("availability", 99.9, 99.91)])
    assert check.message == "availability has 10% of its error budget left (minimum 25%)"
    assert (check.at, check.subject, check.value) == (("spec", "slos", 0, "current"), "availability", 99.91)


def test_a_missing_measurement_is_placed_at_its_slo() -> None:
    (check,) = failed([MET, UNMEASURED])
    assert (check.rule.id, check.message) == ("slo/not-measured", "freshness has a target of 99.9 but no current value")
    assert (check.at, check.subject) == (("spec", "slos", 1), "freshness")


def test_before_its_launch_nothing_needs_to_be_measured() -> None:
    unborn = Context(DAY, nowhere, launched=False)
    assert rules([MET, UNMEASURED], context=unborn) == []
    assert rules([BREACHED, UNMEASURED], context=unborn) == ["slo/breached"]


@pytest.mark.parametrize(
    ("slos", "expected"),
    [
        ([], ["slo/no-data"]),
        ([UNMEASURED], ["slo/no-data", "slo/not-measured"]),
        ([MET, UNMEASURED], ["slo/not-measured"]),
    ],
)
def test_data_is_at_least_one_measured_slo(slos: list[SLODefinition], expected: list[str]) -> None:
    assert rules(slos) == expected
    assert slo.has_data(slos) is ("slo/no-data" not in expected)


def test_missing_data_is_placed_at_the_section() -> None:
    (check,) = failed([])
    assert (check.message, check.at) == ("no SLO is measured", ("spec", "slos"))


def test_breaches_cost_once_per_service() -> None:
    charges = list(slo.points(failed([BREACHED, BREACHED]), SCORING))
    assert [(charge.points, charge.rules, charge.key) for charge in charges] == [
        (3, frozenset({"slo/breached"}), ("slo", "breach_points"))
    ]


def test_a_low_budget_costs_what_the_policy_says() -> None:
    low = SLODefinition("a", 99.9, 99.91)
    charges = list(slo.points(failed([low, low, BREACHED]), SCORING))
    assert [(charge.points, charge.key[-1]) for charge in charges] == [(3, "breach_points"), (1, "low_budget_points")]


def test_what_passes_and_what_is_not_measured_costs_nothing() -> None:
    assert list(slo.points(failed([MET, UNMEASURED]), SCORING)) == []


def test_the_most_that_slos_can_cost_is_a_breach_beside_a_low_budget() -> None:
    assert slo.most_points(SCORING) == 4


@pytest.mark.parametrize(
    ("slos", "status"),
    [
        ([MET], "met"),
        ([MET, UNMEASURED], "not_measured"),
        ([UNMEASURED], "no_data"),
        ([], "no_data"),
        ([MET, BREACHED], "breached"),
        ([UNMEASURED, BREACHED], "breached"),
    ],
)
def test_the_status_is_the_worst_that_can_be_said(slos: list[SLODefinition], status: str) -> None:
    assert slo.status(slos, failed(slos), DEFAULT) == status


def test_the_report_shows_every_slo_with_its_budget() -> None:
    facts = slo.describe([MET, BREACHED, UNMEASURED], DEFAULT)
    assert (facts["met"], facts["total"]) == (1, 3)
    assert [(row["name"], row["met"], row["budget_remaining_pct"]) for row in facts["slos"]] == [
        ("availability", True, 50),
        ("latency", False, 0),
        ("freshness", None, None),
    ]
    assert [(row["target"], row["current"]) for row in facts["slos"]] == [(99.9, 99.95), (99.9, 99.8), (99.9, None)]


@pytest.mark.parametrize(
    ("window", "minutes", "left"),
    [(None, 43.2, 21.6), ("30d", 43.2, 21.6), ("1d", 1.4, 0.7), ("4w", 40.3, 20.2), ("calendar-month", 43.2, 21.6)],
)
def test_the_error_budget_is_shown_in_minutes_of_its_window(window: str | None, minutes: float, left: float) -> None:
    entry = {"name": "a", "target": 99.9, "current": 99.95} | ({"window": window} if window else {})
    (row,) = slo.describe(read(entry)[0], DEFAULT)["slos"]
    assert (row["window"], row["budget_minutes"], row["budget_remaining_minutes"]) == (window, minutes, left)


@pytest.mark.parametrize(("current", "left"), [(99.903125, 1.4), (99.928125, 12.2), (99.909375, 4.0), (99.8, 0)])
def test_minutes_that_are_left_are_rounded_as_the_numbers_are_written(current: float, left: float) -> None:
    (row,) = slo.describe([SLODefinition("a", 99.9, current)], DEFAULT)["slos"]
    assert row["budget_remaining_minutes"] == left


def test_a_calendar_month_is_as_long_as_it_is() -> None:
    spec = {"spec": {"slos": [{"name": "a", "target": 99.9, "window": "calendar-month"}]}}
    lengths = [
        slo.read(spec, DEFAULT, Context(date(*day), nowhere))[0][0].window_days for day in ((2024, 2, 1), (2026, 12, 9))
    ]
    assert lengths == [29, 31]


def test_what_is_not_measured_has_no_minutes_left() -> None:
    (row,) = slo.describe([UNMEASURED], DEFAULT)["slos"]
    assert (row["budget_minutes"], row["budget_remaining_minutes"]) == (43.2, None)


def test_a_manifest_s_slos_are_read_in_order() -> None:
    facts, problems = read({"name": "a", "target": 99.9, "current": 100, "window": "4w"}, {"name": "b", "target": 95})
    assert [(each.name, each.target, each.current, each.window) for each in facts] == [
        ("a", 99.9, 100, "4w"),
        ("b", 95, None, None),
    ]
    assert problems == []


def test_a_manifest_without_slos_has_none() -> None:
    assert slo.read({"spec": {}}, DEFAULT, CONTEXT) == ([], [])


def test_every_repeated_name_is_a_problem_at_its_place() -> None:
    _, problems = read(*({"name": name, "target": 99} for name in ("a", "b", "a", "a")))
    assert problems == [
        "('spec', 'slos', 2, 'name'): another SLO is already named a (Give each SLO a name of its own.)",
        "('spec', 'slos', 3, 'name'): another SLO is already named a (Give each SLO a name of its own.)",
    ]


def test_the_limits_are_the_policy_s_section() -> None:
    section = {"breach_points": 1, "low_budget_below_pct": 2.5, "low_budget_points": 3, "burn": [], "budget": []}
    assert Limits.parse(section)[:3] == (1, 2.5, 3)
    assert Limits.parse(section).costly_windows == ()
    assert Limits.default() is Limits.default()


@pytest.mark.parametrize(
    ("after", "kind", "at", "values"),
    [
        ([], "slo-removed", ("spec", "slos"), ("availability", None)),
        ([SLODefinition("renamed", 99.9, 99.95)], "slo-removed", ("spec", "slos"), ("availability", None)),
        (
            [BREACHED, SLODefinition("availability", 99.8, 99.95)],
            "target-lowered",
            ("spec", "slos", 1, "target"),
            (99.9, 99.8),
        ),
        (
            [SLODefinition("availability", 99.9)],
            "measurement-removed",
            ("spec", "slos", 0, "current"),
            (99.95, None),
        ),
    ],
)
def test_what_asks_less_of_the_service_is_a_relaxation(
    after: list[SLODefinition], kind: str, at: tuple[Any, ...], values: tuple[Any, Any]
) -> None:
    (found,) = slo.relaxations([MET], after)
    assert (found.kind, found.at, (found.before, found.after)) == (kind, at, values)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([MET, BREACHED], [BREACHED, MET]),
        ([MET], [MET, UNMEASURED]),
        ([MET], [SLODefinition("availability", 99.95, 99.95)]),
        ([MET], [SLODefinition("availability", 99.9, 10)]),
        ([UNMEASURED], [UNMEASURED]),
    ],
)
def test_a_worse_measurement_and_a_stricter_promise_relax_nothing(
    before: list[SLODefinition], after: list[SLODefinition]
) -> None:
    assert list(slo.relaxations(before, after)) == []


def test_everything_that_asks_less_is_told() -> None:
    assert [found.before for found in slo.relaxations([MET, BREACHED], [])] == ["availability", "latency"]


def test_what_is_declared_of_slos_is_everything_but_the_measured_value() -> None:
    weekly = SLODefinition("weekly", 95, window="4w")
    assert slo.declared([weekly, MET], "") == [("availability", 99.9, "", True), ("weekly", 95, "4w", False)]
    assert slo.declared([MET, BREACHED], "") == slo.declared([BREACHED, MET], "")
    assert slo.declared([MET], "") == slo.declared([SLODefinition("availability", 99.9, 1)], "")
    for other in (
        SLODefinition("availability", 99.8, 99.95),
        SLODefinition("availability", 99.9),
        SLODefinition("x", 99.9, 1),
    ):
        assert slo.declared([MET], "") != slo.declared([other], "")
    assert slo.declared([MET, BREACHED], "latency") == slo.declared([BREACHED], "")
