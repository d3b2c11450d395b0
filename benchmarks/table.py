"""Measurements as Markdown, and the one place of a page where they are kept."""

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


def compared(size: int, ours: str, peer: str, found: Comparison, goal: float | None) -> list[str]:
    """A row of the table of peers."""
    return [
        count(size),
        ours,
        peer,
        f"**{ratio(found.ratio.median)}**",
        span(found.ratio),
        "" if goal is None else f"at most {goal:g}{'' if found.ratio.median <= goal else ': MISSED'}",
        seconds(found.ours.median),
        seconds(found.peer.median),
        f"{found.ours_mib:.0f}",
        f"{found.peer_mib:.0f}",
        str(found.runs),
    ]


def growths(found: Iterable[Growth], unit: str, scale: float) -> str:
    """The table of what a unit costs in a small and in a large job."""
    head = ("per", "small", f"each, {unit}", "large", f"each, {unit}", "large/small", f"at most {BOUND}")
    return markdown(head, [_grown(each, scale) for each in found])


def _grown(found: Growth, scale: float) -> list[str]:
    return [
        found.what,
        count(found.small),
        number(found.small_cost / found.small * scale),
        count(found.large),
        number(found.large_cost / found.large * scale),
        ratio(found.ratio),
        "yes" if found.holds else "BROKEN",
    ]


def split(columns: Mapping[str, Mapping[str, float]], files: int) -> str:
    """The table of where the time goes: steps down, environments across, in milliseconds and for each manifest."""
    head = ["step", *(f"{name}, {what}" for name in columns for what in ("ms", "µs each"))]
    steps = next(iter(columns.values()))
    return markdown(
        head, [[step, *_shares(step, [column[step] for column in columns.values()], files)] for step in steps]
    )


def _shares(step: str, values: Iterable[float], files: int) -> Iterator[str]:
    """What a step takes, in all and for each file; a start has nothing to do with files."""
    for value in values:
        yield from (f"{value * 1e3:.1f}", "" if step.startswith("start-up") else f"{value / files * 1e6:.1f}")


def seconds(value: float) -> str:
    """A time with three digits that mean something."""
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"  # noqa: PLR2004 - from there on milliseconds are noise


def number(value: float) -> str:
    """A number with its thousands apart, and a decimal where it is small."""
    return f"{value:.1f}" if value < 1000 else count(round(value))  # noqa: PLR2004


def count(value: int) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,}"


def ratio(value: float) -> str:
    """A ratio; a small one keeps its digits."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"  # noqa: PLR2004


def span(found: Spread) -> str:
    """How far ratios go."""
    return f"{ratio(found.least)}..{ratio(found.most)}"


def kept(page: str, text: str) -> str:
    """A page with a run in its place.

    Raises:
        ValueError: it has no place for one.
    """
    if not PLACE.search(page):
        raise ValueError("the page has no <!-- generated: benchmark -->")
    return PLACE.sub(lambda match: f"{match['start']}\n{text.strip()}\n\n{match['end']}", page)
