"""A row of the report as the page shows it: a line of the fleet's grid, and everything behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote

from platform_gate.model import GateError
from platform_gate.reports.history import HEALTHS, Snapshot, Standing, course, key
from platform_gate.reports.outcome import Links
from platform_gate.reports.page.charts import Plot, placed, plot
from platform_gate.reports.page.panels import Cell, Panel, cell, panel
from platform_gate.reports.page.words import place, place_href, spaced
from platform_gate.text import plural, printable
from platform_gate.text import quote as shown

CRITICAL_POINTS: Final = 4
"""A line of points reaches the top of its drawing here at least, so that small numbers do not look like large ones."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WaiverView:
    """A waiver, as the finding that it excuses shows it."""

    reason: str
    by: str
    until: str
    left: str
    ticket: str
    place: str
    href: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding: ``mark`` is what it costs or how severe it is, ``tone`` how it is coloured."""

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


@dataclass(frozen=True, slots=True)
class Course:
    """A service over time: its points as a line, where they moved, and when it was in which health in words."""

    plot: Plot | None
    words: str
    days: tuple[str, str]
    missing: int


@dataclass(frozen=True, slots=True)
class Service:
    """A service on the page. ``anchor`` is its address, ``before`` its health at the base where that differs."""

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
    place: str
    href: str
    change: str
    before: str
    points_before: int | None
    problems: tuple[FindingView, ...]
    panels: tuple[Panel, ...]
    course: Course | None

    @property
    def badness(self) -> tuple[int, int, str]:
        """The worst first."""
        return HEALTHS.index(self.health), -self.points, self.key


def view(row: Row, links: Links | None, past: tuple[Snapshot, ...], day: date) -> Service:
    """A service of a report whose day is ``day``; ``past`` are the reports before it.

    Raises:
        GateError: its subsystems say other things than the page knows. The report was written by something else.
    """
    try:
        return _view(row, links, past, day)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        what = (
            f"no page can be made of the service {shown(row['name'])}: what its report says of it is not as we write it"
        )
        raise GateError(what, "Write the report anew: check -o json=FILE.") from error


def _view(row: Row, links: Links | None, past: tuple[Snapshot, ...], day: date) -> Service:
    own = None if row.get("repository") else links  # of other repositories no commit is known
    name, parts = key(row), row["subsystems"]
    return Service(
        key=name,
        anchor=quote(name, safe=""),
        name=printable(str(row["name"])),
        repository=printable(str(row.get("repository") or "")),
        team=printable(str(row["team"])),
        tier=row["tier"],
        health=row["health"],
        points=row["points"],
        cells={part: cell(part, facts) for part, facts in parts.items()},
        without_waivers=_without_waivers(row),
        place=place(row),
        href=place_href(row, own),
        change=_change(row),
        before=_before(row),
        points_before=row.get("points_before"),
        problems=tuple(problem(finding, own) for finding in row["findings"]),
        panels=tuple(panel(part, facts, own) for part, facts in parts.items()),
        course=_course(course(past, name), Standing(row["health"], row["points"]), day) if past else None,
    )


def _without_waivers(row: Row) -> str:
    """What waivers do to the service; empty where they do nothing."""
    if not row["waived_points"] and row["health_without_waivers"] == row["health"]:
        return ""
    return f"Without waivers {row['health_without_waivers']}, {plural(row['waived_points'], 'point')} more."


def _change(row: Row) -> str:
    change = str(row.get("change") or "same")
    return "" if change == "same" else spaced(change)


def _before(row: Row) -> str:
    before = row.get("health_before")
    return str(before) if before and before != row["health"] else ""


def problem(row: Row, links: Links | None) -> FindingView:
    """A finding as the page shows it."""
    excuse, points = row.get("waiver"), row.get("points") or 0
    severity = printable(str(row["severity"]))
    return FindingView(
        mark="waived" if excuse else f"+{points}" if points else severity,
        tone="waived" if excuse else severity,
        rule=printable(str(row["rule"])),
        message=printable(str(row["message"])),
        fix="" if excuse else printable(str(row["fix"])),
        place=place(row),
        href=place_href(row, links),
        origin=_origin(row),
        service=printable(str(row.get("service") or "")),
        excuse=_excuse(excuse, links) if excuse else None,
    )


def _origin(row: Row) -> str:
    """With a base, that the change brought a finding, and whether it was declared or measured."""
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
        place=place(row),
        href=place_href(row, links),
    )


def _course(earlier: list[tuple[date, Standing | None]], now: Standing, day: date) -> Course | None:
    """The past and today; nothing where no earlier report knows the service."""
    if not any(standing for _, standing in earlier):
        return None
    days = [*earlier, (day, now)]
    points = [standing.points if standing else None for _, standing in days]
    xs = placed([when.toordinal() for when, _ in days])
    drawn = plot(xs, points, least=CRITICAL_POINTS) if len({*points} - {None}) > 1 else None
    return Course(drawn, _spells(days), (f"{days[0][0]}", f"{day}"), points.count(None))


def _spells(days: list[tuple[date, Standing | None]]) -> str:
    """When a health began: ``healthy from 2026-10-01, critical from 2026-11-01``."""
    known = [(when, standing) for when, standing in days if standing]
    spells = groupby(known, key=lambda each: each[1].health)
    return ", ".join(f"{health} from {next(spell)[0]}" for health, spell in spells)
