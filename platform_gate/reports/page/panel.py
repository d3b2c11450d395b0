"""The parts of a subsystem's panel on the page, and its cell in the fleet's grid."""

from __future__ import annotations

from dataclasses import dataclass

from platform_gate.reports.page.charts import Plot


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A line of a panel.

    Attributes:
        note: small print below label and text.
        bar: length of a bar in percent; empty for none.
        state: good, bad or unknown.
        href: where the text links to.
    """

    label: str
    text: str
    note: str = ""
    bar: str = ""
    state: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A subsystem's facts: title, a word on the whole, lines, and a chart with the labels of its ends."""

    kind: str
    title: str
    word: str
    lines: tuple[PanelLine, ...] = ()
    plot: Plot | None = None
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Cell:
    """A subsystem in the fleet's grid: its status with its points, and a brief fact.

    ``rank`` is the column's sort key, ``tone`` a CSS class for the colour.
    """

    status: str
    brief: str
    rank: float
    tone: str
