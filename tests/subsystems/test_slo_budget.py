"""What is left of error budgets: the first band that holds for the worst objective, charged once."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.model import LimitError, Violation
from platform_gate.policy.strictness import loosened
from platform_gate.subsystems import slo
from platform_gate.subsystems.slo import Limits, SLODefinition
from platform_gate.subsystems.slo.budget_policy import most_points
from platform_gate.subsystems.slo.objective import budget_left, is_left_below
from tests.hostile.product import policy_of
from tests.samples import own_policy
from tests.subsystems.test_slo import CONTEXT

Pairs = Sequence[tuple[float, int]]
ISSUE: Pairs = ((0, 2), (25, 1))
SECTION = {"breach_points": 2, "low_budget_below_pct": 25, "low_budget_points": 0, "burn": []}


def limits(*pairs: tuple[float, int], **more: Any) -> Limits:
    return Limits.parse({**SECTION, "budget": bands(*pairs), **more})


def bands(*pairs: tuple[float, int]) -> list[dict[str, float]]:
    return [{"left_below_pct": bound, "points": worth} for bound, worth in pairs]


def with_left(pct: float, name: str = "a", target: float = 90) -> SLODefinition:
    """An objective with so much of its budget left."""
    return SLODefinition(name, target, float(target + Fraction(str(pct)) * (100 - target) / 100))


def violations(slos: Sequence[SLODefinition], under: Limits) -> list[Violation]:
    return [one for one in slo.check(slos, under, CONTEXT) if one.rule.id in {"slo/breached", "slo/low-budget"}]


def charged(slos: Sequence[SLODefinition], under: Limits) -> dict[str, tuple[int, str]]:
    """Points and the policy's key by rule."""
    charges = slo.points(violations(slos, under), under)
    return {min(one.rules): (one.points, ".".join(map(str, one.key))) for one in charges}


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (100, {}),
        (25, {}),
        (24.9, {"slo/low-budget": (1, "slo.budget.1")}),
        (0, {"slo/low-budget": (1, "slo.budget.1")}),
        (-0.1, {"slo/breached": (2, "slo.breach_points")}),
        (-500, {"slo/breached": (2, "slo.breach_points")}),
    ],
)
def test_the_first_band_that_holds_is_charged(left: float, expected: dict[str, Any]) -> None:
    assert charged([with_left(left)], limits(*ISSUE)) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (-1, {"slo/breached": (2, "slo.breach_points")}),
        (-100, {"slo/breached": (2, "slo.breach_points")}),
        (-100.1, {"slo/breached": (4, "slo.budget.0")}),
        (10, {"slo/low-budget": (3, "slo.low_budget_points")}),
        (9.9, {"slo/low-budget": (3, "slo.low_budget_points")}),
    ],
)
def test_a_band_replaces_the_points_of_its_rule_where_it_costs_more(left: float, expected: dict[str, Any]) -> None:
    assert charged([with_left(left)], limits((-100, 4), (10, 2), low_budget_points=3)) == expected


def test_the_worst_objective_s_band_is_charged_once() -> None:
    under = limits(*ISSUE, breach_points=1)
    assert charged([with_left(-50, "a"), with_left(10, "b"), with_left(-70, "c")], under) == {
        "slo/breached": (2, "slo.budget.0"),
        "slo/low-budget": (0, "slo.low_budget_points"),
    }
    assert charged([with_left(10, "a"), with_left(20, "b")], under) == {"slo/low-budget": (1, "slo.budget.1")}


def test_of_two_objectives_in_one_band_the_breached_one_is_charged() -> None:
    under = limits((25, 3), low_budget_points=1)
    assert charged([with_left(10, "a"), with_left(-1, "b")], under) == {
        "slo/breached": (3, "slo.budget.0"),
        "slo/low-budget": (1, "slo.low_budget_points"),
    }


def test_a_band_above_the_limit_raises_a_finding_that_names_it() -> None:
    [low] = violations([with_left(40)], limits((50, 1)))
    assert low.message == "a has 40% of its error budget left (minimum 50%)"
    assert charged([with_left(40)], limits((50, 1))) == {"slo/low-budget": (1, "slo.budget.0")}


@pytest.mark.parametrize(
    ("left", "own", "minimum"), [(10, 0, 30), (10, 1, 25), (10, 2, 25), (27, 0, 30), (27, 5, 30), (4, 1, 5)]
)
def test_a_low_budget_names_the_limit_that_set_its_points(left: float, own: int, minimum: float) -> None:
    [low] = violations([with_left(left)], limits((5, 2), (30, 1), low_budget_points=own))
    assert low.message == f"a has {left}% of its error budget left (minimum {minimum}%)"


def test_a_band_without_points_is_reported() -> None:
    assert charged([with_left(40)], limits((50, 0))) == {"slo/low-budget": (0, "slo.budget.0")}


def test_without_bands_the_points_are_those_of_before() -> None:
    under = limits(low_budget_points=1)
    assert charged([with_left(-1, "a"), with_left(1, "b")], under) == {
        "slo/breached": (2, "slo.breach_points"),
        "slo/low-budget": (1, "slo.low_budget_points"),
    }


def test_a_target_of_100_has_no_budget_that_could_be_low() -> None:
    objective = SLODefinition("a", 100, 100)
    assert budget_left(objective) is None
    assert not is_left_below(objective, 100)
    assert violations([objective], limits((100, 9))) == []


@pytest.mark.parametrize("current", [99.9999, 0])
def test_a_target_of_100_that_is_missed_is_in_the_lowest_band(current: float) -> None:
    """Else whoever has spent the budget twice would pay less for a higher target."""
    assert charged([SLODefinition("a", 100, current)], limits((-10000, 9), (0, 3))) == {
        "slo/breached": (9, "slo.budget.0")
    }


@pytest.mark.parametrize(
    ("target", "current", "bound", "below"),
    [
        (99.9, 99.925, 25, False),
        (99.9, 99.9249999999, 25, True),
        (99.9, 99.9, 0, False),
        (99.9, 99.8999999999, 0, True),
        (99.9, 99.8, -100, False),
        (99.9, 99.7999999999, -100, True),
        (99.7, 99.6, Fraction("-33.3"), True),
        (99.999999999, 0, -10000, True),
        (99.9, 89.9, -10000, False),
        (99.9, 89.8999999999, -10000, True),
    ],
)
def test_bounds_hold_exactly(target: float, current: float, bound: float, *, below: bool) -> None:
    assert is_left_below(SLODefinition("a", target, current), float(bound)) is below


@given(st.decimals(0, 100, places=3), st.decimals(0, 100, places=3), st.integers(-10000, 100))
def test_a_bound_is_compared_as_the_exact_fraction_is(target: Any, current: Any, bound: int) -> None:
    objective = SLODefinition("a", float(target), float(current))
    left = budget_left(objective)
    assert is_left_below(objective, bound) is (not objective.is_met if left is None else left < bound)


@pytest.mark.parametrize(
    ("pairs", "place", "message"),
    [
        (((25, 1), (0, 2)), ("budget", 1), "the bands are out of order: one of these two can never be reached"),
        (((0, 1), (25, 2)), ("budget", 1), "a better value would cost more than the band before"),
        (((0, 1), (0, 1)), ("budget", 1), "two bands overlap: both say left_below_pct 0"),
        (((0, 1), (-1, 1)), ("budget", 1), "the bands are out of order: one of these two can never be reached"),
    ],
)
def test_bands_that_make_no_sense_are_refused(pairs: Pairs, place: tuple[Any, ...], message: str) -> None:
    with pytest.raises(LimitError) as caught:
        limits(*pairs)
    assert (caught.value.at, caught.value.message) == (place, message)


def data(*pairs: tuple[float, int]) -> Mapping[str, Any]:
    shown = ", ".join(f"{{left_below_pct: {bound}, points: {worth}}}" for bound, worth in pairs)
    return policy_of(own_policy(f"  slo: {{budget: [{shown}]}}\n").encode()).layered.data


@pytest.mark.parametrize(
    ("before", "after", "looser"),
    [
        (ISSUE, (), True),
        (ISSUE, ISSUE[:1], True),
        (ISSUE, ((0, 2), (20, 1)), True),
        (ISSUE, ((0, 1), (25, 1)), True),
        (ISSUE, ((-1, 2), (25, 1)), True),
        (((25, 0),), (), True),
        (((25, 0),), ((24, 0),), True),
        ((), ISSUE, False),
        (ISSUE, ((0, 3), (25, 1)), False),
        (ISSUE, ((25, 2),), False),
        (ISSUE, ((-100, 4), (0, 2), (50, 1)), False),
    ],
)
def test_fewer_bands_and_fewer_points_ask_less(before: Pairs, after: Pairs, *, looser: bool) -> None:
    assert list(loosened(data(*before), data(*after))) == ([("slo", "budget")] if looser else [])


LEFT = st.integers(-300, 100)
BANDS = st.lists(st.tuples(st.integers(-200, 100), st.integers(0, 5)), max_size=3, unique_by=lambda pair: pair[0]).map(
    lambda pairs: list(zip(sorted(b for b, _ in pairs), sorted((p for _, p in pairs), reverse=True), strict=True))
)


@given(BANDS, st.lists(LEFT, min_size=1, max_size=3), st.integers(0, 2), st.integers(0, 400), st.integers(0, 2))
def test_less_left_never_costs_less(pairs: list[Any], left: list[int], place: int, less: int, own: int) -> None:
    """With points for low budgets as well, an SLO that is breached beside another breached one pays for neither."""
    under = limits(*pairs, low_budget_points=own if len(left) == 1 else 0, breach_points=2)
    worse = [pct - less * (index == place % len(left)) for index, pct in enumerate(left)]
    before, after = (
        sum(points for points, _ in charged([with_left(pct, str(i)) for i, pct in enumerate(each)], under).values())
        for each in (left, worse)
    )
    assert before <= after <= most_points(under)
