"""Bands: the first that holds applies, and a list that makes no sense is refused where it goes wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.model import LimitError
from platform_gate.subsystems import bands
from platform_gate.subsystems.bands import Bands

Items = list[dict[str, Any]]


def scores(key: str, *pairs: tuple[float | None, int]) -> Items:
    return [{"score": worth} if bound is None else {key: bound, "score": worth} for bound, worth in pairs]


def points(key: str, *pairs: tuple[float | None, int]) -> Items:
    return [{"points": worth} if bound is None else {key: bound, "points": worth} for bound, worth in pairs]


def parsed(items: Items, *at: str) -> Bands:
    bound_key = next(key for item in items for key in item if key not in {"score", "points"})
    return bands.parse(items, bound_key, "score" if "score" in items[0] else "points", *at)


def refused(items: Items, bound_key: str = "at_least", worth_key: str = "score") -> LimitError:
    with pytest.raises(LimitError) as caught:
        bands.parse(items, bound_key, worth_key, "here")
    return caught.value


UPTIME = parsed(scores("at_least", (99.99, 40), (99.9, 35), (None, 5)))
MTTR = parsed(scores("at_most", (5, 25), (15, 20), (None, 5)))
LOW_SCORE = parsed(points("below", (50, 2), (70, 1)))
FAILED = parsed(points("failed_at_least", (3, 2), (1, 1)))


@pytest.mark.parametrize(
    ("table", "value", "worth"),
    [
        (UPTIME, 100, 40),
        (UPTIME, 99.99, 40),
        (UPTIME, 99.9899999999999, 35),
        (UPTIME, 99.9, 35),
        (UPTIME, 99.8999999999, 5),
        (UPTIME, 0, 5),
        (MTTR, 0, 25),
        (MTTR, 5, 25),
        (MTTR, 5.00000000001, 20),
        (MTTR, 15, 20),
        (MTTR, 15.1, 5),
        (LOW_SCORE, 49, 2),
        (LOW_SCORE, 50, 1),
        (LOW_SCORE, 69, 1),
        (FAILED, 3, 2),
        (FAILED, 2, 1),
        (FAILED, 1, 1),
    ],
)
def test_the_first_band_that_holds_applies(table: Bands, value: float, worth: int) -> None:
    band = table.find(value)
    assert band is not None
    assert band.worth == worth


@pytest.mark.parametrize(("table", "value"), [(LOW_SCORE, 70), (LOW_SCORE, 100), (FAILED, 0)])
def test_what_no_band_names_costs_nothing(table: Bands, value: float) -> None:
    assert table.find(value) is None


def test_an_empty_list_of_points_never_costs() -> None:
    assert bands.parse([], "below", "points").find(0) is None


def test_a_band_knows_where_it_stands() -> None:
    table = parsed(scores("at_most", (0, 20), (None, 5)), "score", "incidents_30d")
    assert [table.key(band) for band in table.bands] == [("score", "incidents_30d", 0), ("score", "incidents_30d", 1)]


def test_one_band_without_a_bound_is_enough_for_a_score() -> None:
    assert bands.parse([{"score": 7}], "at_least", "score").find(-1) is not None


@pytest.mark.parametrize(
    ("items", "index"), [([], 0), (scores("at_least", (99, 40)), 0), (scores("at_least", (99, 40), (90, 5)), 1)]
)
def test_scores_without_an_open_end_leave_a_gap(items: Items, index: int) -> None:
    error = refused(items)
    assert error.message == "the bands leave a gap: nothing holds beyond the last"
    assert (error.at, error.fix) == (("here", index), "End the list with a band that has only a score.")


@pytest.mark.parametrize(
    ("items", "index"),
    [
        (scores("at_least", (99, 40), (None, 20), (90, 5)), 1),
        (scores("at_least", (None, 40), (90, 5), (None, 0)), 0),
        (scores("at_least", (None, 40), (None, 0)), 0),
    ],
)
def test_a_band_without_a_bound_hides_those_after_it(items: Items, index: int) -> None:
    error = refused(items)
    assert error.message == "a band without at_least hides those after it"
    assert (error.at, error.fix) == (("here", index), "Put it last.")


@pytest.mark.parametrize("bounds", [(), (50,), (50, 70)])
def test_a_band_of_points_needs_a_bound(bounds: tuple[float, ...]) -> None:
    error = refused(points("below", *((bound, 2) for bound in bounds), (None, 1)), "below", "points")
    assert error.message == "a band of points needs below"
    assert (error.at, error.fix) == (("here", len(bounds)), "Give it a below.")


@pytest.mark.parametrize(("key", "bound"), [("at_least", 99.9), ("at_most", 0)])
def test_two_bands_with_the_same_bound_overlap(key: str, bound: float) -> None:
    error = refused(scores(key, (bound, 40), (bound, 35), (None, 0)), key)
    assert error.message == f"two bands overlap: both say {key} {bound}"
    assert (error.at, error.fix) == (("here", 1), "Remove one.")


@pytest.mark.parametrize(
    ("items", "key", "worth", "order"),
    [
        (scores("at_least", (99.9, 40), (99.99, 35), (None, 5)), "at_least", "score", "descending"),
        (scores("at_least", (0, 40), (0.1, 35), (None, 5)), "at_least", "score", "descending"),
        (scores("at_most", (15, 25), (5, 20), (None, 5)), "at_most", "score", "ascending"),
        (scores("at_most", (1, 25), (0, 20), (None, 5)), "at_most", "score", "ascending"),
        (points("below", (70, 2), (50, 1)), "below", "points", "ascending"),
        (points("failed_at_least", (1, 2), (3, 1)), "failed_at_least", "points", "descending"),
    ],
)
def test_bands_out_of_order_are_refused(items: Items, key: str, worth: str, order: str) -> None:
    error = refused(items, key, worth)
    assert error.message == "the bands are out of order: one of these two can never be reached"
    assert error.at == ("here", 1)
    assert error.fix == f"Write the bounds in {order} order: the first band that holds applies."


@pytest.mark.parametrize(
    "items",
    [
        scores("at_least", (0.5, 40), (0, 35), (-0.5, 30), (None, 5)),
        scores("at_most", (-0.5, 40), (0, 35), (0.5, 30), (None, 5)),
    ],
)
def test_zero_is_a_bound_like_any_other(items: Items) -> None:
    assert [band.bound for band in parsed(items).bands] == [item.get("at_least", item.get("at_most")) for item in items]


def test_the_first_pair_out_of_order_is_blamed() -> None:
    assert refused(scores("at_least", (99, 40), (90, 30), (95, 20), (97, 10), (None, 0))).at == ("here", 2)


@pytest.mark.parametrize(
    ("items", "key", "worth", "index", "words"),
    [
        (scores("at_least", (99, 30), (90, 40), (None, 0)), "at_least", "score", 1, "a worse value would earn more"),
        (scores("at_most", (5, 20), (9, 20), (None, 21)), "at_most", "score", 2, "a worse value would earn more"),
        (points("below", (50, 1), (70, 2)), "below", "points", 1, "a better value would cost more"),
        (points("failed_at_least", (3, 0), (1, 1)), "failed_at_least", "points", 1, "a better value would cost more"),
    ],
)
def test_worth_never_rises_from_band_to_band(items: Items, key: str, worth: str, index: int, words: str) -> None:
    error = refused(items, key, worth)
    assert error.message == f"{words} than the band before"
    assert (error.at, error.fix) == (("here", index), f"Let {worth} fall or stay from band to band.")


def test_two_bands_may_be_worth_the_same() -> None:
    assert len(parsed(scores("at_least", (99, 40), (90, 40), (None, 40))).bands) == 3


def test_a_limit_error_reads_as_its_message() -> None:
    assert str(refused([])) == refused([]).message
    bare = LimitError("no", "here")
    assert (str(bare), bare.at, bare.fix, bare.against) == ("no", ("here",), "", None)


@given(st.lists(st.integers(0, 1000), unique=True), st.integers(-10, 1010), st.integers(-10, 1010))
def test_a_worse_value_never_earns_more(bounds: list[int], one: int, other: int) -> None:
    items = scores("at_most", *((bound, 2000 - bound) for bound in sorted(bounds)), (None, 0))
    better, worse = (bands.parse(items, "at_most", "score").find(value) for value in sorted((one, other)))
    assert better is not None
    assert worse is not None
    assert better.worth >= worse.worth
