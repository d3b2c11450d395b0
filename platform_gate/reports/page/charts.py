"""Numbers as places in a drawing. A drawing is as wide and as high as its box; y grows downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

WIDTH: Final = 100
HEIGHT: Final = 40
MARGIN: Final = 3
"""Room above and below a line, so that its stroke is not cut."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plot:
    """A line, whole or in pieces, as the ``d`` of an SVG path, and a level across it."""

    path: str
    level: str


def share(part: float, whole: float) -> str:
    """A part of a whole in percent, from 0 to 100, as an attribute holds it."""
    return short(min(max(part / whole, 0), 1) * WIDTH) if whole > 0 else "0"


def bar(part: float, whole: float) -> str:
    """A part of a whole as a bar's length in whole percent; what there is a little of is seen."""
    exact = min(max(part / whole, 0), 1) * WIDTH if whole > 0 else 0
    return str(round(exact) or int(exact > 0))


def short(number: float) -> str:
    """A number with one decimal at most."""
    return f"{number:.1f}".removesuffix(".0")


def plot(xs: Sequence[float], values: Sequence[float | None], level: float | None = None, least: float = 0) -> Plot:
    """Values at their places from 0 to 1, from a ground of zero to the highest; None leaves a gap.

    ``level`` is a value to compare with, ``least`` what the top of the drawing stands for at least.
    """
    known = [value for value in values if value is not None]
    top = max([*known, level or 0, least]) or 1
    points = [None if value is None else (x * WIDTH, _y(value, top)) for x, value in zip(xs, values, strict=True)]
    across = "" if level is None else short(_y(level, top))
    return Plot(_pieces(points), across)


def _y(value: float, top: float) -> float:
    return HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN)


def _pieces(points: Iterable[Point | None]) -> str:
    """A path through neighbours; a lone point is a stroke of no length, which a round cap makes a dot."""
    runs = [list(run) for known, run in groupby(points, key=bool) if known]
    return "".join(_through([point for point in run if point]) for run in runs)


def _through(points: Sequence[Point]) -> str:
    first, *rest = (f"{short(x)} {short(y)}" for x, y in points)
    return f"M{first}L{' '.join(rest or [first])}"


def spread(count: int) -> list[float]:
    """Places at equal distances from 0 to 1; one alone stands in the middle."""
    return [number / (count - 1) for number in range(count)] if count > 1 else [0.5] * count


def placed(numbers: Sequence[float]) -> list[float]:
    """Numbers in order as places from 0 to 1, at their true distances."""
    extent = numbers[-1] - numbers[0] if numbers else 0
    return [(number - numbers[0]) / extent for number in numbers] if extent else spread(len(numbers))


def stacked(xs: Sequence[float], layers: Sequence[Sequence[float]]) -> Iterator[str]:
    """Layers upon each other as areas, the first at the bottom, each as the ``points`` of a polygon."""
    top = max((sum(column) for column in zip(*layers, strict=True)), default=0) or 1
    floor = [0.0] * len(xs)
    for layer in layers:
        roof = [below + value for below, value in zip(floor, layer, strict=True)]
        edges = [*zip(xs, roof, strict=True), *reversed(list(zip(xs, floor, strict=True)))]
        yield " ".join(f"{short(x * WIDTH)},{short(HEIGHT - y / top * HEIGHT)}" for x, y in edges)
        floor = roof
