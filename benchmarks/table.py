"""Format measurements as Markdown, and put them into the page's marked place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from benchmarks.figures import BOUND, Comparison, Growth, Spread

PLACE: Final = re.compile(r"(?P<start><!-- generated: benchmark -->\n).*?(?P<end><!-- /generated -->)", re.DOTALL)
COMPARED: Final = (
    "manifests", "ours", "peer", "ours/peer", "spread", "goal", "ours, s", "peer, s", "ours, MiB", "peer, MiB", "runs",
)  # fmt: skip


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """A table whose first columns hold words and whose others hold numbers."""
    marks = ["---" if column < words else "---:" for column in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def compared(size: int, ours: str, peer: str, comparison: Comparison, goal: float | None) -> list[str]:
    """A row of the comparison with peers."""
    return [
        count(size),
        ours,
        peer,
        f"**{ratio(comparison.ratio.median)}**",
        span(comparison.ratio),
        "" if goal is None else f"at most {goal:g}{'' if comparison.ratio.median <= goal else ': MISSED'}",
        seconds(comparison.ours.median),
        seconds(comparison.peer.median),
        f"{comparison.ours_mib:.0f}",
        f"{comparison.peer_mib:.0f}",
        str(comparison.runs),
    ]


def growths(several: Iterable[Growth], unit: str, scale: float) -> str:
    """The table of a unit's cost in a small and a large job."""
    head = ("per", "small", f"each, {unit}", "large", f"each, {unit}", "large/small", f"at most {BOUND}")
    return markdown(head, [_grown(growth, scale) for growth in several])


def _grown(growth: Growth, scale: float) -> list[str]:
    return [
        growth.what,
        count(growth.small),
        number(growth.small_cost / growth.small * scale),
        count(growth.large),
        number(growth.large_cost / growth.large * scale),
        ratio(growth.ratio),
        "yes" if growth.holds else "BROKEN",
    ]


def split(columns: Mapping[str, Mapping[str, float]], files: int) -> str:
    """The table of steps, with a pair of columns per environment: milliseconds, and microseconds per manifest."""
    head = ["step", *(f"{name}, {what}" for name in columns for what in ("ms", "µs each"))]
    steps = next(iter(columns.values()))
    return markdown(
        head, [[step, *_shares(step, [column[step] for column in columns.values()], files)] for step in steps]
    )


def _shares(step: str, values: Iterable[float], files: int) -> Iterator[str]:
    """A step's time in all and per file. The start does not depend on files, so its share is empty."""
    for value in values:
        yield from (f"{value * 1e3:.1f}", "" if step.startswith("start-up") else f"{value / files * 1e6:.1f}")


def seconds(value: float) -> str:
    """A time with about three significant digits."""
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"  # noqa: PLR2004 - from there on milliseconds are noise


def number(value: float) -> str:
    """A number with thousands separators, and a decimal if it is small."""
    return f"{value:.1f}" if value < 1000 else count(round(value))  # noqa: PLR2004


def count(value: int) -> str:
    """A whole number with thousands separators."""
    return f"{value:,}"


def ratio(value: float) -> str:
    """A ratio with two decimals; a small one with three."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"  # noqa: PLR2004


def span(spread: Spread) -> str:
    """The range of some ratios."""
    return f"{ratio(spread.least)}..{ratio(spread.most)}"


def kept(page: str, text: str) -> str:
    """A page with a run's results in the marked place.

    Raises:
        ValueError: the page has no marked place.
    """
    if not PLACE.search(page):
        raise ValueError("the page has no <!-- generated: benchmark -->")
    return PLACE.sub(lambda match: f"{match['start']}\n{text.strip()}\n\n{match['end']}", page)
