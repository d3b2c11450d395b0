"""What a change did to a fleet, and the waivers that hold in it: gathered while the rows go by."""

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
from platform_gate.text import plural, printable

MOST: Final = 50
"""So many lines a section shows; it says how many more there are."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A line of a section: about a service, from one health to another, with what is to be said and where."""

    service: str = ""
    anchor: str = ""
    before: str = ""
    after: str = ""
    text: str = ""
    place: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """A heading and its lines; ``more`` says what was left out."""

    title: str
    lines: tuple[ChangeLine, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class WaiverInUse:
    """A waiver in use: the finding that it excuses, and whose."""

    service: str
    anchor: str
    problem: FindingView


def sections(
    services: Sequence[Service], changes: Mapping[str, Iterable[Row]], links: Links | None
) -> list[ChangeGroup]:
    """What a change did, the worst first; nothing without a base."""
    fixed = (problem(row, links) for row in changes.get("fixed", ()))
    told = (
        ("Got worse", (_moved(each) for each in services if _is_worse(each))),
        ("Got better", (_moved(each) for each in services if _is_better(each))),
        ("Added or renamed", (_moved(each) for each in services if each.change in ("added", "renamed"))),
        ("Removed", (_removed(row) for row in changes.get("removed", ()))),
        ("Fixed", (ChangeLine(each.service, text=f"{each.rule}: {each.message}", place=each.place) for each in fixed)),
        ("Lowers the bar", (_lowered(row, links) for row in changes.get("changes", ()))),
        ("By the rules after the merge, which decide nothing yet", map(_preview, changes.get("preview", ()))),
    )
    return [section for title, lines in told if (section := _section(title, tuple(lines))).lines]


def _section(title: str, lines: tuple[ChangeLine, ...]) -> ChangeGroup:
    more = f"and {plural(len(lines) - MOST, 'more line')}; the fleet below has them all" if len(lines) > MOST else ""
    return ChangeGroup(title, lines[:MOST], more)


def _rank(service: Service) -> int:
    """By how much a service's health rose; below zero it fell."""
    return HEALTHS.index(service.health) - HEALTHS.index(service.before or service.health)


def _new(service: Service) -> list[FindingView]:
    return [each for each in service.problems if each.origin and not each.excuse]


def _is_worse(service: Service) -> bool:
    if service.change == "added":
        return False
    more = service.points_before is not None and service.points > service.points_before
    return _rank(service) < 0 or (_rank(service) == 0 and (more or bool(_new(service))))


def _is_better(service: Service) -> bool:
    less = service.points_before is not None and service.points < service.points_before
    return _rank(service) > 0 or (_rank(service) == 0 and less and not _is_worse(service))


def _moved(service: Service) -> ChangeLine:
    """A service, its health before and after, and what the change brought."""
    causes = "; ".join(each.message for each in _new(service))
    points = (
        f"{service.points_before} to {plural(service.points, 'point')}" if service.points_before is not None else ""
    )
    said = ". ".join(filter(None, (points, causes)))
    return ChangeLine(service.key, service.anchor, service.before, service.health, said, service.place, service.href)


def _removed(row: Row) -> ChangeLine:
    was = f"was {row['health_before']}, and is" if row["health_before"] else "is"
    return ChangeLine(printable(str(row["name"])), text=f"{was} no longer there")


def _lowered(row: Row, links: Links | None) -> ChangeLine:
    said = Lowered(row["kind"], "", row["pointer"] or "", row["before"], row["after"], Location(""))
    service = printable(str(row["service"] or ""))
    return ChangeLine(service, text=printable(str(said)), place=place(row), href=place_href(row, links))


def _preview(row: Row) -> ChangeLine:
    return ChangeLine(printable(str(row["service"])), before=str(row["health"]), after=str(row["health_merged"]))


def waived(services: Iterable[Service]) -> list[WaiverInUse]:
    """The waivers in use, the one that ends first at the top."""
    return sorted(_waived(services), key=_end)


def _waived(services: Iterable[Service]) -> Iterator[WaiverInUse]:
    for each in services:
        yield from (WaiverInUse(each.key, each.anchor, found) for found in each.problems if found.excuse)


def _end(each: WaiverInUse) -> tuple[str, str]:
    return (each.problem.excuse.until if each.problem.excuse else ""), each.service
