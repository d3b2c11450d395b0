"""Cost: over budget exactly above it, and trends that hold exactly at their thresholds."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.model import Context, LimitError, Problem, Violation, nowhere
from platform_gate.subsystems import cost
from platform_gate.subsystems.cost import CostEntry, CostProfile, CostTrend, Limits

CONTEXT = Context(date(2026, 11, 23), nowhere)
DEFAULT = Limits.default()
SCORING = Limits(
    3, 2, spiking_above_pct=20, increasing_above_pct=5, decreasing_below_pct=-5, stale_after_months=3, on_stale="warn",
    forecast_over_budget_points=0,
)  # fmt: skip
SECTION: dict[str, Any] = {
    "over_budget_points": 1,
    "spiking_points": 0,
    "trend": {"spiking_above_pct": 20, "increasing_above_pct": 5, "decreasing_below_pct": -5},
    "stale_after_months": 3,
    "on_stale": "warn",
    "forecast_over_budget_points": 0,
}


def profile(*amounts: float, budget: float = 0) -> CostProfile:
    """The last months up to 2026-10, so that none of them is stale."""
    first = 11 - len(amounts)
    return CostProfile(budget, [CostEntry(f"2026-{month:02}", amount) for month, amount in enumerate(amounts, first)])


def failed(costs: CostProfile, limits: Limits = DEFAULT) -> list[Violation]:
    return list(cost.check(costs, limits, CONTEXT))


def rules(costs: CostProfile) -> list[str]:
    return [check.rule.id for check in failed(costs)]


def problems(*months: str) -> list[Problem]:
    entries = [{"month": month, "amount": 1} for month in months]
    return cost.read({"spec": {"cost": {"entries": entries}}}, DEFAULT, CONTEXT)[1]


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [
        (100, 120, "increasing"),
        (100, 120.01, "spiking"),
        (100, 119.99, "increasing"),
        (0.1, 0.12, "increasing"),
        (0.1, 0.1200001, "spiking"),
        (0.7, 0.84, "increasing"),
        (1.1, 1.32, "increasing"),
        (100, 105, "stable"),
        (100, 105.01, "increasing"),
        (0.2, 0.21, "stable"),
        (1.4, 1.47, "stable"),
        (100, 100, "stable"),
        (100, 95, "stable"),
        (100, 94.99, "decreasing"),
        (0.2, 0.19, "stable"),
        (1.4, 1.33, "stable"),
        (100, 0, "decreasing"),
        (0, 100, "stable"),
        (0, 0, "stable"),
        (2800, 3500, "spiking"),
        (4200, 4500, "increasing"),
        (999999999999.99, 1199999999999.98, "increasing"),
    ],
)
def test_the_trend_holds_exactly_at_its_thresholds(before: float, after: float, trend: str) -> None:
    assert profile(before, after).trend == trend
    assert profile(1, before, after).trend == trend


@pytest.mark.parametrize("amounts", [(), (100,)])
def test_without_two_months_nothing_changes(amounts: tuple[float, ...]) -> None:
    assert profile(*amounts).trend is CostTrend.STABLE
    assert cost.change(profile(*amounts)) is None


@pytest.mark.parametrize(
    ("amounts", "percent"), [((0.1, 0.12), 20), ((3, 4), Fraction(100, 3)), ((100, 50), -50), ((0, 5), None)]
)
def test_the_change_is_exact(amounts: tuple[float, ...], percent: Fraction | None) -> None:
    change = cost.change(profile(*amounts))
    assert change == (None if percent is None else pytest.approx(float(percent), rel=1e-14))


@given(st.integers(1, 10**9), st.integers(-99, 200))
def test_whole_percents_are_named_as_the_thresholds_say(cents: int, percent: int) -> None:
    before, after = f"{cents}.00", f"{cents * (100 + percent)}"
    trend = profile(float(before), float(f"{after[:-2] or 0}.{after[-2:]:0>2}")).trend
    expected = (
        "spiking" if percent > 20 else "increasing" if percent > 5 else "decreasing" if percent < -5 else "stable"
    )
    assert trend == expected


@pytest.mark.parametrize(
    ("latest", "budget", "over"),
    [
        (3500, 3000, True),
        (3000, 3000, False),
        (3000.01, 3000, True),
        (2999.99, 3000, False),
        (3500, 0, False),
        (0.01, 0.01, False),
        (0.3, 0.30000000001, False),
    ],
)
def test_a_service_is_over_budget_only_above_a_budget_that_is_set(latest: float, budget: float, *, over: bool) -> None:
    costs = profile(99999, latest, budget=budget)
    assert costs.over_budget is over
    assert ("cost/over-budget" in rules(costs)) is over


def test_without_entries_nothing_was_spent() -> None:
    nothing = CostProfile(budget_monthly=10)
    assert (nothing.latest_cost, nothing.average_cost, nothing.over_budget) == (0, 0, False)


def test_the_average_adds_decimals_exactly() -> None:
    assert profile(0.1, 0.2, 0.3).average_cost == 0.2
    assert profile(2800, 3500).average_cost == 3150
    assert profile(2800, 3500).latest_cost == 3500


def test_a_month_within_budget_passes_every_rule() -> None:
    assert rules(profile(90, 91, budget=100)) == []


def test_a_budget_of_cents_is_a_budget() -> None:
    assert rules(profile(0.01, budget=0.02)) == []


def test_a_month_over_budget_says_by_which_amounts() -> None:
    costs = CostProfile(3000.5, [CostEntry("2026-01", 9), CostEntry("2026-02", 3500)], "EUR")
    check = failed(costs)[0]
    assert check.rule.id == "cost/over-budget"
    assert check.message == "2026-02 cost 3,500 EUR, over the budget of 3,000.5 EUR"
    assert (check.at, check.value) == (("spec", "cost", "entries", 1, "amount"), 3500)


def test_a_spike_says_how_steep_it_is() -> None:
    (check,) = failed(profile(2800, 3500, budget=9999))
    message = "2026-10 is up 25% month over month, from 2026-09 (limit 20%)"
    assert (check.rule.id, check.message) == ("cost/spiking", message)
    assert (check.at, check.value) == (("spec", "cost", "entries", 1, "amount"), 25)


def test_a_missing_budget_is_placed_where_it_belongs() -> None:
    (check,) = failed(profile(10))
    assert (check.rule.id, check.message) == ("cost/no-budget", "no monthly budget is set")
    assert check.at == ("spec", "cost", "budget_monthly")


@pytest.mark.parametrize("budget", [0, 100])
def test_without_entries_only_the_data_is_missed(budget: float) -> None:
    (check,) = failed(profile(budget=budget))
    assert (check.rule.id, check.message) == ("cost/no-data", "no monthly cost is recorded")
    assert check.at == ("spec", "cost")
    assert not cost.has_data(profile(budget=budget))


def test_a_month_that_cost_nothing_is_data() -> None:
    assert cost.has_data(profile(0))


def test_each_rule_costs_what_the_policy_says() -> None:
    charges = list(cost.points(failed(profile(100, 200, budget=150)), SCORING))
    assert [(charge.points, charge.rules, charge.key) for charge in charges] == [
        (3, frozenset({"cost/over-budget"}), ("cost", "over_budget_points")),
        (2, frozenset({"cost/spiking"}), ("cost", "spiking_points")),
    ]
    assert cost.most_points(SCORING) == 5


@pytest.mark.parametrize(("budget", "keys"), [(150, ["over_budget_points"]), (999, []), (0, [])])
def test_what_passes_costs_nothing(budget: float, keys: list[str]) -> None:
    assert [charge.key[-1] for charge in cost.points(failed(profile(199, 200, budget=budget)), SCORING)] == keys


@pytest.mark.parametrize(
    ("amounts", "status"), [((), "no_data"), ((5,), "stable"), ((1, 2), "spiking"), ((2, 1), "decreasing")]
)
def test_the_status_is_the_trend_where_there_is_one(amounts: tuple[float, ...], status: str) -> None:
    assert cost.status(profile(*amounts), (), DEFAULT) == status


def test_the_report_shows_amounts_to_two_decimals() -> None:
    assert cost.describe(profile(2800.004, 3500.006, budget=3000), DEFAULT) == {
        "currency": "USD",
        "budget_monthly": 3000,
        "latest_cost": 3500.01,
        "average_cost": 3150,
        "over_budget": True,
        "trend": "spiking",
        "change_pct": 25,
        "entries": [{"month": "2026-09", "amount": 2800}, {"month": "2026-10", "amount": 3500.01}],
    }


def test_the_report_shows_what_is_not_known_as_null() -> None:
    facts = cost.describe(profile(), DEFAULT)
    assert (facts["budget_monthly"], facts["change_pct"], facts["latest_cost"]) == (None, None, 0)


def test_the_report_shows_a_change_to_one_decimal() -> None:
    assert [cost.describe(profile(3, after), DEFAULT)["change_pct"] for after in (4, 3, 2.5)] == [33.3, 0, -16.7]


@pytest.mark.parametrize(("amount", "shown"), [(0.005, 0), (0.015, 0.02), (0.065, 0.06), (10**17 + 1, 10**17 + 1)])
def test_an_amount_is_rounded_as_it_is_written(amount: float, shown: float) -> None:
    facts = cost.describe(profile(amount), DEFAULT)
    assert (facts["latest_cost"], facts["change_pct"]) == (shown, None)


@pytest.mark.parametrize(("amounts", "shown"), [((0.01, 0.02), 0.02), ((0.01, 0.04), 0.02), ((7,), 7)])
def test_the_average_is_rounded_as_the_amounts_are_written(amounts: tuple[float, ...], shown: float) -> None:
    assert cost.describe(profile(*amounts), DEFAULT)["average_cost"] == shown


@pytest.mark.parametrize(("before", "after", "shown"), [(0.16, 0.17, 6.2), (0.16, 0.35, 118.8)])
def test_a_change_is_rounded_as_the_amounts_are_written(before: float, after: float, shown: float) -> None:
    assert cost.describe(profile(before, after), DEFAULT)["change_pct"] == shown


def test_a_manifest_s_costs_are_read() -> None:
    section = {"currency": "EUR", "budget_monthly": 5, "entries": [{"month": "2026-11", "amount": 4.5}]}
    facts, wrong = cost.read({"spec": {"cost": section}}, DEFAULT, CONTEXT)
    assert facts == CostProfile(5, [CostEntry("2026-11", 4.5)], "EUR")
    assert wrong == []


@pytest.mark.parametrize("spec", [{}, {"cost": {}}])
def test_a_manifest_without_costs_has_none(spec: dict[str, Any]) -> None:
    assert cost.read({"spec": spec}, DEFAULT, CONTEXT) == (CostProfile(), [])


@pytest.mark.parametrize(
    ("months", "index", "message", "fix"),
    [
        (["2026-01", "2026-01"], 1, "the month 2026-01 is repeated", "Keep one entry per month."),
        (["2026-02", "2026-01"], 1, "the month 2026-01 comes after 2026-02", "Put the oldest month first."),
        (["2025-12", "2026-12"], 1, "the month 2026-12 is in the future", "Remove it: forecasts are not costs."),
        (["2027-01"], 0, "the month 2027-01 is in the future", "Remove it"),
        (["2026-03", "2026-01", "2026-04"], 1, "comes after 2026-03", "Put the oldest"),
        (["2026-10", "2026-10", "2026-11"], 1, "the month 2026-10 is repeated", "Keep one entry per month."),
    ],
)
def test_a_misplaced_month_is_a_problem_in_its_place(months: list[str], index: int, message: str, fix: str) -> None:
    (problem,) = problems(*months)
    assert message in problem.message
    assert problem.fix.startswith(fix)
    assert problem.at == ("spec", "cost", "entries", index, "month")


@pytest.mark.parametrize("months", [["2026-11"], ["2025-12", "2026-01"], ["2026-01", "2026-03"], []])
def test_months_up_to_this_one_may_have_gaps(months: list[str]) -> None:
    assert problems(*months) == []


def test_a_month_is_compared_with_the_latest_before_it() -> None:
    assert [problem.at[3] for problem in problems("2026-03", "2026-01", "2026-02")] == [1, 2]


@pytest.mark.parametrize(
    ("trend", "at", "message"),
    [
        ({"increasing_above_pct": 20.1}, "increasing_above_pct", "increasing_above_pct is above spiking_above_pct"),
        ({"decreasing_below_pct": 5.1}, "decreasing_below_pct", "decreasing_below_pct is above increasing_above_pct"),
    ],
)
def test_thresholds_out_of_order_are_refused(trend: dict[str, float], at: str, message: str) -> None:
    with pytest.raises(LimitError) as caught:
        Limits.parse({**SECTION, "trend": {**SECTION["trend"], **trend}})
    assert (caught.value.message, caught.value.at) == (message, ("trend", at))
    assert caught.value.fix == "Order them: decreasing, increasing, spiking."


@pytest.mark.parametrize("trend", [{"increasing_above_pct": 20}, {"decreasing_below_pct": 5}])
def test_two_thresholds_may_be_the_same(trend: dict[str, float]) -> None:
    limits = Limits.parse({**SECTION, "trend": {**SECTION["trend"], **trend}})
    assert {key: getattr(limits, key) for key in trend} == trend


def test_thresholds_of_a_policy_are_compared_exactly() -> None:
    limits = Limits(
        1,
        0,
        spiking_above_pct=0.3,
        increasing_above_pct=0.1,
        decreasing_below_pct=-0.1,
        stale_after_months=3,
        on_stale="warn",
        forecast_over_budget_points=0,
    )
    trends = [cost.trend(profile(1000, after), limits) for after in (1003, 1003.01, 1001, 1001.01, 999, 998.99)]
    assert [str(trend) for trend in trends] == [
        "increasing", "spiking", "stable", "increasing", "stable", "decreasing",
    ]  # fmt: skip


def test_the_default_limits_are_the_default_policy_s() -> None:
    assert Limits.default() == Limits.parse(SECTION)
    assert Limits.default() is Limits.default()


def months(*names: str, budget: float = 0, currency: str = "USD") -> CostProfile:
    return CostProfile(budget, [CostEntry(name, 5) for name in names], currency)


@pytest.mark.parametrize(
    ("before", "after", "kind", "key", "values"),
    [
        (months(budget=10), months(budget=10.01), "budget-raised", "budget_monthly", (10, 10.01)),
        (months(budget=10), months(), "budget-removed", "budget_monthly", (10, None)),
        (months(budget=0.5), months(budget=0.75), "budget-raised", "budget_monthly", (0.5, 0.75)),
        (months(budget=0.5), months(), "budget-removed", "budget_monthly", (0.5, None)),
        (months("2026-01"), months("2026-01", currency="EUR"), "currency-changed", "currency", ("USD", "EUR")),
        (months(budget=9), months(budget=9, currency="JPY"), "currency-changed", "currency", ("USD", "JPY")),
        (months("2026-01", "2026-02"), months("2026-01"), "measurement-removed", "entries", ("2026-02: 5", None)),
        (months("2026-01"), months(), "measurement-removed", "entries", ("2026-01: 5", None)),
    ],
)
def test_what_asks_less_of_the_service_is_a_relaxation(
    before: CostProfile, after: CostProfile, kind: str, key: str, values: tuple[Any, Any]
) -> None:
    (found,) = cost.relaxations(before, after)
    assert (found.kind, found.at, (found.before, found.after)) == (kind, ("spec", "cost", key), values)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (months(budget=10), months(budget=9)),
        (months(), months(budget=9)),
        (months(), months("2026-01", currency="EUR")),
        (months("2026-01", "2026-02"), months("2026-02", "2026-03")),
        (months("2026-01"), CostProfile(0, [CostEntry("2026-01", 999)])),
    ],
)
def test_a_lower_budget_and_a_newer_month_relax_nothing(before: CostProfile, after: CostProfile) -> None:
    assert list(cost.relaxations(before, after)) == []


def test_what_is_declared_of_costs_is_everything_but_the_amounts() -> None:
    plain = cost.declared(months("2026-01", budget=5), "")
    assert plain == cost.declared(months("2026-02", "2026-03", budget=5), "")
    assert plain not in [
        cost.declared(other, "")
        for other in (months("2026-01"), months(budget=5), months("2026-01", budget=5, currency="EUR"))
    ]
