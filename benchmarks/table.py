"""Format measurements as Markdown, and put them into the page's marked place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from benchmarks.figures import Spread

PLACE: Final = re.compile(r"(?P<start><!-- generated: benchmark -->\n).*?(?P<end><!-- /generated -->)", re.DOTALL)


class Line(NamedTuple):
    """A measurement: what was measured, its figure, the goal that is its upper limit, and further figures.

    A figure that was measured once has no spread.
    """

    what: Sequence[str]
    value: float
    goal: float | None = None
    spread: Spread | None = None
    more: Sequence[str] = ()

    @property
    def missed(self) -> bool:
        """Whether there is a goal, and the figure is above it."""
        return self.goal is not None and not self.value <= self.goal

    @property
    def share(self) -> float:
        """The figure as a share of its goal; below all others if there is no goal."""
        return self.value / self.goal if self.goal else -1.0

    @property
    def answer(self) -> str:
        """Whether the goal is met."""
        if self.goal is None:
            return ""
        return "**missed**" if self.missed else "met"


def worst_first(lines: Iterable[Line]) -> list[Line]:
    """Lines by how much of their goal they take, and those without a goal after them, the greatest first."""
    return sorted(lines, key=lambda line: (line.share, line.value), reverse=True)


def table(head: Sequence[str], lines: Iterable[Line], unit: str, more: Sequence[str] = ()) -> str:
    """A table of measurements, the worst first. Columns that are empty in all lines are left out."""
    columns = (*head, unit, "spread", "goal", "", *more)
    rows = [_cells(line) for line in worst_first(lines)]
    used = [number for number in range(len(columns)) if any(row[number] for row in rows)]
    words = sum(number < len(head) for number in used)
    return markdown([columns[number] for number in used], ([row[number] for number in used] for row in rows), words)


def _cells(line: Line) -> list[str]:
    goal = "" if line.goal is None else figure(line.goal)
    spread = "" if line.spread is None else span(line.spread)
    return [*line.what, figure(line.value), spread, goal, line.answer, *line.more]


def goals(questions: Iterable[tuple[str, str, Iterable[Line]]]) -> str:
    """All goals in one table, the worst first. A question is its title, its unit and its lines."""
    rows = [
        (line, [title, ", ".join(filter(None, line.what)), figure(line.value), figure(line.goal), unit, line.answer])
        for title, unit, lines in questions
        for line in lines
        if line.goal is not None
    ]
    rows.sort(key=lambda row: row[0].share, reverse=True)
    return markdown(("question", "measured", "figure", "goal, at most", "unit", ""), [row for _, row in rows], 2)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """A table whose first columns hold words and whose others hold numbers."""
    marks = ["---" if column < words else "---:" for column in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def figure(value: float) -> str:
    """A number with about three significant digits."""
    if not math.isfinite(value):
        return "nothing measured"
    if value >= 100:  # noqa: PLR2004 - from there on decimals are noise
        return count(round(value))
    if value >= 10:  # noqa: PLR2004
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 or not value else f"{value:.3f}"  # noqa: PLR2004


def span(spread: Spread) -> str:
    """The range of some figures."""
    return f"{figure(spread.least)}..{figure(spread.most)}"


def count(value: int) -> str:
    """A whole number with thousands separators."""
    return f"{value:,}"


def kept(page: str, text: str) -> str:
    """A page with a run's results in the marked place.

    Raises:
        ValueError: the page has no marked place.
    """
    if not PLACE.search(page):
        raise ValueError("the page has no <!-- generated: benchmark -->")
    return PLACE.sub(lambda match: f"{match['start']}\n{text.strip()}\n\n{match['end']}", page)
