"""Numbers as they are written."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.numbers import (
    as_written,
    change_in_percent,
    compare,
    compare_change,
    number,
    optional_number,
    percent_of_change,
    rounded,
)


@pytest.mark.parametrize(("value", "shown"), [(8000.0, "8000"), (-0.0, "0"), (72.5, "72.5"), (3, "3"), (0.1, "0.1")])
def test_a_number_is_shown_as_people_write_it(value: float, shown: str) -> None:
    assert repr(number(value)) == shown


@pytest.mark.parametrize(("value", "shown"), [(None, "None"), (0, "0"), (60.0, "60")])
def test_a_number_that_does_not_exist_stays_none(value: float | None, shown: str) -> None:
    assert repr(optional_number(value)) == shown


@pytest.mark.parametrize(
    ("value", "exact"),
    [(99.9, Fraction(999, 10)), (0.1, Fraction(1, 10)), (3, Fraction(3)), (1e-07, Fraction(1, 10**7)), (-5, -5)],
)
def test_a_number_is_taken_as_its_digits_say(value: float, exact: Fraction) -> None:
    assert as_written(value) == exact


def test_a_whole_number_too_large_for_a_float_stays_exact() -> None:
    assert as_written(10**22 + 1) - 10**22 == 1


@given(st.decimals(-1000, 1000, places=6))
def test_every_decimal_of_a_manifest_is_exact(value: object) -> None:
    assert as_written(float(str(value))) == Fraction(str(value))


def never() -> Fraction:
    raise AssertionError("there was no doubt")


@pytest.mark.parametrize(("difference", "sign"), [(0.1, 1), (-0.1, -1), (1e-6, 1)])
def test_where_floats_leave_no_doubt_nothing_else_is_asked(difference: float, sign: int) -> None:
    assert compare(difference, 100, never) == sign


@pytest.mark.parametrize("exact", [Fraction(1, 10**30), Fraction(0), Fraction(-1, 10**30)])
@pytest.mark.parametrize("difference", [0.0, 1e-8, -1e-8])
def test_where_floats_leave_a_doubt_the_exact_difference_decides(difference: float, exact: Fraction) -> None:
    assert compare(difference, 100, lambda: exact) == (exact > 0) - (exact < 0)


AMOUNTS = st.decimals(0, 10**9, places=2).map(lambda amount: float(str(amount)))
PERCENTS = st.decimals(-200, 200, places=3).map(lambda percent: float(str(percent)))


@given(AMOUNTS, AMOUNTS, PERCENTS)
def test_the_answer_is_the_exact_one(previous: float, latest: float, percent: float) -> None:
    exact = (as_written(latest) - as_written(previous)) * 100 - as_written(percent) * as_written(previous)
    difference, size = (latest - previous) * 100 - percent * previous, max(latest, previous) * (100 + abs(percent))
    assert compare(difference, size, lambda: exact) == (exact > 0) - (exact < 0)


@pytest.mark.parametrize(
    ("percent", "previous", "latest", "more"),
    [(20, 0.1, 0.12, 0.1200001), (150, 0.01, 0.025, 0.02500001), (1_000_000, 2.01, 20102.01, 20102.010001)],
)
def test_a_number_grew_by_just_so_many_percent_however_large(
    percent: float, previous: float, latest: float, more: float
) -> None:
    assert [compare_change(percent, previous, now) for now in (previous, latest, more)] == [-1, 0, 1]


@pytest.mark.parametrize(
    ("estimate", "digits", "shown"), [(43.21, 1, "43.2"), (0.06, 1, "0.1"), (50.0, 1, "50"), (-0.01, 1, "0")]
)
def test_a_number_far_from_a_tie_is_rounded_at_once(estimate: float, digits: int, shown: str) -> None:
    assert repr(rounded(estimate, digits, never)) == shown


@pytest.mark.parametrize(
    ("estimate", "exact", "shown"),
    [
        (0.25, Fraction(1, 4), "0.2"),
        (0.35, Fraction(35, 100), "0.4"),
        (0.25, Fraction(2501, 10000), "0.3"),
        (12345678.25, Fraction(123456782500001, 10**7), "12345678.3"),
    ],
)
def test_a_number_close_to_a_tie_is_rounded_as_the_exact_one(estimate: float, exact: Fraction, shown: str) -> None:
    assert repr(rounded(estimate, 1, lambda: exact)) == shown


@given(AMOUNTS, st.integers(1, 3))
def test_a_rounded_number_is_the_exact_one_rounded(amount: float, digits: int) -> None:
    assert rounded(amount / 3, digits, lambda: as_written(amount) / 3) == float(round(as_written(amount) / 3, digits))


@given(
    st.decimals("0.01", 10**9, places=2), st.decimals(0, 10**9, places=2), st.integers(0, 10)
)  # fmt: skip
def test_a_change_is_on_the_right_side_of_every_limit(previous: Decimal, latest: Decimal, digits: int) -> None:
    exact = percent_of_change(as_written(float(previous)), as_written(float(latest)))
    change, limit = change_in_percent(float(previous), float(latest)), round(float(exact), digits)
    assert (change > limit, change < limit) == (float(exact) > limit, float(exact) < limit)
    assert f"{change:.1f}" == f"{float(exact):.1f}"
