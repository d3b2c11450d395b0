"""The page's lists of what a change did, and of the waivers in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from platform_gate.changes.relaxations import Lowered
from platform_gate.model import Location
from platform_gate.reports.history import HEALTHS
from platform_gate.reports.outcome import Links
from platform_gate.reports.page.service import FindingView, Service, problem
from platform_gate.reports.page.words import place, place_href
from platform_gate.text import commas, plural, printable

MOST: Final = 50
"""Lines that a group shows; it counts the others."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A line of a group: a service, its health before and after, a text and a place. Any of them may be empty."""

    service: str = ""
    anchor: str = ""
    before: str = ""
    after: str = ""
    text: str = ""
    place: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """A heading and its lines. ``more`` is a sentence on lines that were left out."""

    title: str
    lines: tuple[ChangeLine, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class WaiverInUse:
    """A waiver in use: the excused finding, and its service."""

    service: str
    anchor: str
    problem: FindingView


def sections(
    services: Sequence[Service], changes: Mapping[str, Iterable[Row]], links: Links | None
) -> list[ChangeGroup]:
    """The groups with any lines, worst first; none without a base."""
    groups = (
        ("Got worse", (_moved(service) for service in services if _is_worse(service))),
        ("Got better", (_moved(service) for service in services if _is_better(service))),
        ("Added or renamed", (_moved(service) for service in services if service.change in ("added", "renamed"))),
        ("Removed", (_removed(row) for row in changes.get("removed", ()))),
        ("Fixed", (_fixed(problem(row, links)) for row in changes.get("fixed", ()))),
        ("Lowers the bar", (_lowered(row, links) for row in changes.get("changes", ()))),
        ("By the rules after the merge, which decide nothing yet", map(_preview, changes.get("preview", ()))),
    )
    return [section for title, lines in groups if (section := _section(title, tuple(lines))).lines]


def _section(title: str, lines: tuple[ChangeLine, ...]) -> ChangeGroup:
    more = f"and {plural(len(lines) - MOST, 'more line')}; the fleet below has them all" if len(lines) > MOST else ""
    return ChangeGroup(title, lines[:MOST], more)


def _rank(service: Service) -> int:
    """By how many steps a service's health improved; negative if it got worse."""
    return HEALTHS.index(service.health) - HEALTHS.index(service.before or service.health)


def _new(service: Service) -> list[FindingView]:
    return [finding for finding in service.problems if finding.origin and not finding.excuse]


def _is_worse(service: Service) -> bool:
    if service.change == "added":
        return False
    more = service.points_before is not None and service.points > service.points_before
    return _rank(service) < 0 or (_rank(service) == 0 and (more or bool(_new(service))))


def _is_better(service: Service) -> bool:
    less = service.points_before is not None and service.points < service.points_before
    return _rank(service) > 0 or (_rank(service) == 0 and less and not _is_worse(service))


def _moved(service: Service) -> ChangeLine:
    """A line on a service: its health and points before and after, and its new findings."""
    causes = commas((finding.message for finding in _new(service)), separator="; ")
    points = (
        f"{service.points_before} to {plural(service.points, 'point')}" if service.points_before is not None else ""
    )
    text = ". ".join(filter(None, (points, causes)))
    return ChangeLine(service.key, service.anchor, service.before, service.health, text, service.place, service.href)


def _fixed(finding: FindingView) -> ChangeLine:
    return ChangeLine(finding.service, text=f"{finding.rule}: {finding.message}", place=finding.place)


def _removed(row: Row) -> ChangeLine:
    was = f"was {row['health_before']}, and is" if row["health_before"] else "is"
    return ChangeLine(printable(str(row["name"])), text=f"{was} no longer there")


def _lowered(row: Row, links: Links | None) -> ChangeLine:
    relaxation = Lowered(row["kind"], "", row["pointer"] or "", row["before"], row["after"], Location(""))
    service = printable(str(row["service"] or ""))
    return ChangeLine(service, text=printable(str(relaxation)), place=place(row), href=place_href(row, links))


def _preview(row: Row) -> ChangeLine:
    return ChangeLine(printable(str(row["service"])), before=str(row["health"]), after=str(row["health_merged"]))


def waived(services: Iterable[Service]) -> list[WaiverInUse]:
    """The waivers in use; those that end first come first."""
    return sorted(_waived(services), key=_end)


def _waived(services: Iterable[Service]) -> Iterator[WaiverInUse]:
    for service in services:
        yield from (WaiverInUse(service.key, service.anchor, finding) for finding in service.problems if finding.excuse)


def _end(waiver: WaiverInUse) -> tuple[str, str]:
    return (waiver.problem.excuse.until if waiver.problem.excuse else ""), waiver.service
