"""The page's view of a service: its line in the fleet's grid, and its details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote

from platform_gate.changes.touching import Through, Touch, Touches
from platform_gate.model import GateError
from platform_gate.reports.change_summary import touched_by
from platform_gate.reports.history import HEALTHS, Snapshot, Standing, course, key
from platform_gate.reports.outcome import Links
from platform_gate.reports.page.charts import Plot, placed, plot
from platform_gate.reports.page.panel import Cell, Panel
from platform_gate.reports.page.panels import cell, panel
from platform_gate.reports.page.words import place, place_href
from platform_gate.reports.wording import spaced
from platform_gate.text import origin_of, plural, printable
from platform_gate.text import quote as shown

CRITICAL_POINTS: Final = 4
"""The least height of the y axis of points, so that one point does not look like many."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WaiverView:
    """A waiver, as shown at the finding that it excuses."""

    reason: str
    by: str
    until: str
    left: str
    ticket: str
    origin: str
    place: str
    href: str


@dataclass(frozen=True, slots=True)
class ExemptionView:
    """An exemption for a kind of change, as shown at a finding that it applies to."""

    change: str
    reason: str
    place: str
    href: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding. ``mark`` is its points, or else its severity; ``tone`` a CSS class for its colour."""

    mark: str
    tone: str
    rule: str
    message: str
    fix: str
    place: str
    href: str
    origin: str
    service: str
    excuse: WaiverView | None
    exemption: ExemptionView | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A service over time.

    Attributes:
        plot: points as a line; None if they never changed.
        words: spells of health, such as ``healthy from 2026-10-01``.
        days: first and last day.
        missing: number of days whose report does not have the service.
    """

    plot: Plot | None
    words: str
    days: tuple[str, str]
    missing: int


@dataclass(frozen=True, slots=True)
class Service:
    """A service. ``anchor`` is its key, URL-encoded; ``before`` its health at the base, empty if it is the same.

    ``by_waiver``: it is healthy only because findings are waived. ``compared``: the report has its state at a base.
    ``touched`` says by which of its paths a change touches it.
    """

    key: str
    anchor: str
    name: str
    repository: str
    team: str
    tier: int
    health: str
    points: int
    cells: Mapping[str, Cell]
    without_waivers: str
    by_waiver: bool
    place: str
    href: str
    failing: bool
    compared: bool
    change: str
    before: str
    points_before: int | None
    touched: str
    problems: tuple[FindingView, ...]
    panels: tuple[Panel, ...]
    course: Course | None

    @property
    def order(self) -> tuple[int, int, str]:
        """Sort key: worst first."""
        return HEALTHS.index(self.health), -self.points, self.key


def view(row: Row, links: Links | None, past: tuple[Snapshot, ...], day: date) -> Service:
    """The view of a service. ``past`` are earlier reports, ``day`` is the day of this one.

    Raises:
        GateError: its facts have another shape than this program writes.
    """
    try:
        return _view(row, links, past, day)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        what = f"the report on the service {shown(row['name'])} has a shape that this version doesn't write"
        raise GateError(what, "Write the report again: check -o json=FILE.") from error


def _view(row: Row, links: Links | None, past: tuple[Snapshot, ...], day: date) -> Service:
    own = None if row.get("repository") else links  # of other repositories no commit is known
    name, parts = key(row), row["subsystems"]
    earned = {finding["rule"]: finding["points"] for finding in row["findings"] if finding.get("points")}
    return Service(
        key=name,
        anchor=quote(name, safe=""),
        name=printable(str(row["name"])),
        repository=printable(str(row.get("repository") or "")),
        team=printable(str(row["team"])),
        tier=row["tier"],
        health=row["health"],
        points=row["points"],
        cells={part: cell(part, facts, earned) for part, facts in parts.items()},
        without_waivers=_without_waivers(row),
        by_waiver=row["health"] == HEALTHS[-1] != row["health_without_waivers"],
        place=place(row),
        href=place_href(row, own),
        failing=bool(row.get("failing")),
        compared="change" in row,
        change=_change(row),
        before=_before(row),
        points_before=row.get("points_before"),
        touched=_touched(row) if row.get("failing") else "",
        problems=tuple(problem(finding, own) for finding in row["findings"]),
        panels=tuple(panel(part, facts, own) for part, facts in parts.items()),
        course=_course(course(past, name), Standing(row["health"], row["points"]), day) if past else None,
    )


def _without_waivers(row: Row) -> str:
    """A sentence on health and points without waivers; empty if they make no difference."""
    if not row["waived_points"] and row["health_without_waivers"] == row["health"]:
        return ""
    return f"Without waivers {row['health_without_waivers']}, {plural(row['waived_points'], 'point')} more."


def _change(row: Row) -> str:
    change = str(row.get("change") or "same")
    return "" if change == "same" else spaced(change)


def _before(row: Row) -> str:
    before = row.get("health_before")
    return str(before) if before and before != row["health"] else ""


def _touched(row: Row) -> str:
    """By which paths the change touches the service, in words."""
    listed = [Touch(str(touch["path"]), Through(touch["through"])) for touch in row.get("touched_by", ())]
    return touched_by(Touches(tuple(listed), row.get("touched_by_total", 0)))


def problem(row: Row, links: Links | None) -> FindingView:
    """A finding as the page shows it."""
    excuse, exemption, points = row.get("waiver"), row.get("exemption"), row.get("points") or 0
    apart = excuse or exemption
    severity = printable(str(row["severity"]))
    return FindingView(
        mark=printable(str(row["disposition"])) if apart else f"+{points}" if points else severity,
        tone="waived" if apart else severity,
        rule=printable(str(row["rule"])),
        message=printable(str(row["message"])),
        fix="" if apart else printable(str(row["fix"])),
        place=place(row),
        href=place_href(row, links),
        origin=_origin(row),
        service=printable(str(row.get("service") or "")),
        excuse=_excuse(excuse, links) if excuse else None,
        exemption=_exemption(exemption, links) if exemption else None,
    )


def _origin(row: Row) -> str:
    """``new``, and whether by declaration or measurement, for a finding that the change introduced."""
    if row.get("origin") != "introduced":
        return ""
    return f"new, {spaced(row['cause'])}" if row.get("cause") else "new"


def _excuse(row: Row, links: Links | None) -> WaiverView:
    left = row.get("days_left")
    return WaiverView(
        reason=printable(str(row["reason"])),
        by=printable(str(row["approved_by"])),
        until=printable(str(row["expires"])),
        left="" if left is None else f"{plural(left, 'day')} left",
        ticket=printable(str(row.get("ticket") or "")),
        origin=printable(origin_of(row.get("cause", ""), row.get("incident", ""))),
        place=place(row),
        href=place_href(row, links),
    )


def _exemption(row: Row, links: Links | None) -> ExemptionView:
    change, reason = printable(str(row["change"])), printable(str(row["reason"]))
    return ExemptionView(change, reason, place(row), place_href(row, links))


def _course(earlier: list[tuple[date, Standing | None]], now: Standing, day: date) -> Course | None:
    """The service over time; None if no earlier report has it."""
    if not any(standing for _, standing in earlier):
        return None
    days = [*earlier, (day, now)]
    points = [standing.points if standing else None for _, standing in days]
    xs = placed([when.toordinal() for when, _ in days])
    drawn = plot(xs, points, least=CRITICAL_POINTS) if len({*points} - {None}) > 1 else None
    return Course(drawn, _spells(days), (f"{days[0][0]}", f"{day}"), points.count(None))


def _spells(days: list[tuple[date, Standing | None]]) -> str:
    """Spells of health: ``healthy from 2026-10-01, critical from 2026-11-01``."""
    known = [(when, standing) for when, standing in days if standing]
    spells = groupby(known, key=lambda pair: pair[1].health)
    return ", ".join(f"{health} from {next(spell)[0]}" for health, spell in spells)
