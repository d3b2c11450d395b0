"""Charts: numbers to SVG coordinates. A drawing is 100 wide and 40 high, and y grows downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

WIDTH: Final = 100
HEIGHT: Final = 40
MARGIN: Final = 3
"""Room above and below a line, so that its stroke is not clipped."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plot:
    """A line chart: the ``d`` attribute of an SVG path, and the y of a horizontal level (empty without one)."""

    path: str
    level: str


def share(part: float, whole: float) -> str:
    """A part of a whole in percent, from 0 to 100, as an attribute's value."""
    return short(min(max(part / whole, 0), 1) * WIDTH) if whole > 0 else "0"


def bar(part: float, whole: float) -> str:
    """A bar's length in whole percent; at least 1 if there is anything to show."""
    exact = min(max(part / whole, 0), 1) * WIDTH if whole > 0 else 0
    return str(round(exact) or int(exact > 0))


def short(number: float) -> str:
    """A number with one decimal at most."""
    return f"{number:.1f}".removesuffix(".0")


def plot(xs: Sequence[float], values: Sequence[float | None], level: float | None = None, least: float = 0) -> Plot:
    """Plot values over places from 0 to 1. The y axis goes from zero to the highest value; None leaves a gap.

    Args:
        xs: places, from 0 (left) to 1 (right).
        values: one value per place.
        level: a value to draw as a horizontal line, such as a budget.
        least: the y axis reaches at least this value.
    """
    known = [value for value in values if value is not None]
    top = max([*known, level or 0, least]) or 1
    points = [None if value is None else (x * WIDTH, _y(value, top)) for x, value in zip(xs, values, strict=True)]
    across = "" if level is None else short(_y(level, top))
    return Plot(_pieces(points), across)


def _y(value: float, top: float) -> float:
    return HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN)


def _pieces(points: Iterable[Point | None]) -> str:
    """A path through neighbouring points. A lone point becomes a stroke of no length, which a round cap makes a dot."""
    runs = [list(run) for known, run in groupby(points, key=bool) if known]
    return "".join(_through([point for point in run if point]) for run in runs)


def _through(points: Sequence[Point]) -> str:
    first, *rest = (f"{short(x)} {short(y)}" for x, y in points)
    return f"M{first}L{' '.join(rest or [first])}"


def spread(count: int) -> list[float]:
    """Places at equal distances from 0 to 1; a single one is in the middle."""
    return [number / (count - 1) for number in range(count)] if count > 1 else [0.5] * count


def placed(numbers: Sequence[float]) -> list[float]:
    """Sorted numbers scaled to places from 0 to 1."""
    extent = numbers[-1] - numbers[0] if numbers else 0
    return [(number - numbers[0]) / extent for number in numbers] if extent else spread(len(numbers))


def stacked(xs: Sequence[float], layers: Sequence[Sequence[float]]) -> Iterator[str]:
    """Stacked areas, the first layer at the bottom, each as the ``points`` attribute of a polygon."""
    top = max((sum(column) for column in zip(*layers, strict=True)), default=0) or 1
    floor = [0.0] * len(xs)
    for layer in layers:
        roof = [below + value for below, value in zip(floor, layer, strict=True)]
        edges = [*zip(xs, roof, strict=True), *reversed(list(zip(xs, floor, strict=True)))]
        yield " ".join(f"{short(x * WIDTH)},{short(HEIGHT - y / top * HEIGHT)}" for x, y in edges)
        floor = roof
