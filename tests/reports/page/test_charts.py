"""Numbers as places: what is drawn stays within its drawing and keeps its proportions."""

import re

from hypothesis import given
from hypothesis import strategies as st

from platform_gate.reports.page.charts import HEIGHT, WIDTH, bar, placed, plot, share, spread, stacked

AMOUNTS = st.floats(0, 1e15, allow_nan=False)


def test_a_share_is_cut_to_its_whole() -> None:
    assert (share(1, 4), share(1, 3), share(5, 4), share(-1, 4), share(1, 0)) == ("25", "33.3", "100", "0", "0")


def test_a_bar_shows_that_there_is_a_little() -> None:
    assert (bar(0, 100), bar(0.01, 100), bar(49.6, 100), bar(200, 100)) == ("0", "1", "50", "100")


def test_a_line_rises_from_a_ground_of_zero() -> None:
    drawn = plot([0, 1], [50, 100], 100)
    assert (drawn.path, drawn.level) == ("M0 20L100 3", "3")


def test_a_gap_breaks_a_line_and_a_lone_point_is_a_dot() -> None:
    assert plot([0, 0.5, 1], [0, None, 0], least=4).path == "M0 37L0 37M100 37L100 37"


def test_nothing_is_drawn_of_nothing() -> None:
    assert plot([0.5], [None]).path == plot([], []).path == ""


def test_small_numbers_do_not_look_like_large_ones() -> None:
    assert plot([0, 1], [0, 1], least=4).path == "M0 37L100 28.5"


def test_places_keep_their_distances() -> None:
    assert placed([10, 11, 20]) == [0, 0.1, 1]
    assert placed([7]) == spread(1) == [0.5]
    assert (placed([7, 7]), placed([])) == ([0, 1], [])


def test_layers_lie_upon_each_other() -> None:
    lower, upper = stacked([0, 1], [[1, 2], [3, 2]])
    assert lower == "0,30 100,20 100,40 0,40"
    assert upper == "0,0 100,0 100,20 0,30"


@given(st.lists(st.none() | AMOUNTS, min_size=1), st.none() | AMOUNTS)
def test_a_line_stays_within_its_drawing(values: list[float | None], level: float | None) -> None:
    drawn = plot(spread(len(values)), values, level)
    numbers = [float(number) for number in re.findall(r"[-\d.]+", drawn.path)]
    assert all(0 <= x <= WIDTH for x in numbers[::2])
    assert all(0 <= y <= HEIGHT for y in numbers[1::2])
    assert "nan" not in drawn.path + drawn.level


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1))
def test_layers_stay_within_their_drawing(columns: list[tuple[int, int]]) -> None:
    for points in stacked(spread(len(columns)), [list(layer) for layer in zip(*columns, strict=True)]):
        assert all(0 <= float(number) <= WIDTH for number in re.split("[ ,]", points))
