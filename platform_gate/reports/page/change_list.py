"""The page's lists of what a change did, and of the waivers in use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from platform_gate.changes.relaxations import Lowered
from platform_gate.model import Location
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


@dataclass(frozen=True, slots=True)
class BrokenService:
    """A service that blocks because of the change: its findings, the new ones first, and how it lowers its own bar."""

    service: Service
    points: str
    problems: tuple[FindingView, ...]
    lowered: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class FailingGroup:
    """Services that the change doesn't break and that fail, each with the rules that cost points."""

    title: str
    services: tuple[tuple[Service, str], ...]


def broken(
    services: Sequence[Service], names: Collection[str], changes: Mapping[str, Iterable[Row]], links: Links | None
) -> list[BrokenService]:
    """The services that block because of the change, worst first."""
    return [_broken(service, changes, links) for service in services if service.name in names]


def _broken(service: Service, changes: Mapping[str, Iterable[Row]], links: Links | None) -> BrokenService:
    before = f" ({service.points_before} before)" if service.points_before is not None else ""
    new = any(finding.origin for finding in service.problems)
    own = [] if new else [row for row in changes.get("changes", ()) if row["service"] == service.name and _relaxes(row)]
    problems = sorted(service.problems, key=_urgency)
    lowered = tuple(_lowered(row, links) for row in own)
    return BrokenService(service, f"{plural(service.points, 'point')}{before}", tuple(problems), lowered)


def _urgency(finding: FindingView) -> tuple[bool, bool, int]:
    """Sort key: open before waived, new before old, then by severity."""
    tones = ("error", "warning", "note")
    return finding.excuse is not None, not finding.origin, tones.index(finding.tone) if finding.tone in tones else 0


def already_failing(
    services: Sequence[Service], broken: Collection[str], blocking: Collection[str]
) -> list[FailingGroup]:
    """The other failing services: those that block, and those that don't in this scope."""
    others = [service for service in services if service.failing and service.name not in broken]
    groups = {
        "Also blocking (already failing)": [service for service in others if service.name in blocking],
        "Already failing (not blocking)": [service for service in others if service.name not in blocking],
    }
    return [
        FailingGroup(f"{title}: {plural(len(group), 'service')}", tuple((one, _rules(one)) for one in group))
        for title, group in groups.items()
        if group
    ]


def _rules(service: Service) -> str:
    """The rules of a service's open errors."""
    return ", ".join(dict.fromkeys(finding.rule for finding in service.problems if finding.tone == "error"))


def _relaxes(row: Row) -> bool:
    """Whether a row of ``changes`` is about a manifest's own bar."""
    return bool(row["service"]) and not str(row["kind"]).startswith(("waiver-", "service-"))


def sections(
    services: Sequence[Service], changes: Mapping[str, Iterable[Row]], links: Links | None
) -> list[ChangeGroup]:
    """The groups with any lines; what lowers the bar comes last. None without a base."""
    lowered = list(changes.get("changes", ()))
    relaxed = {row["service"] for row in lowered if _relaxes(row)}
    fixed = list(changes.get("fixed", ()))
    passing = [service for service in services if service.compared and not service.failing]
    groups = (
        ("Exempt for this kind of change", (line for one in services for line in _exempt(one))),
        ("Other health changes (passing)", (_moved(one, relaxed) for one in passing if _has_moved(one))),
        ("Other changes (passing)", (_moved(one, relaxed) for one in passing if _is_affected(one))),
        ("Removed", (_removed(row) for row in changes.get("removed", ()))),
        ("Fixed by this change", (_fixed(row, links) for row in fixed if row["service"] not in relaxed)),
        ("Cleared by lowering the bar", (_fixed(row, links) for row in fixed if row["service"] in relaxed)),
        ("After the merge, by this change's own rules", map(_preview, changes.get("preview", ()))),
        ("Lowers the bar: please review", (_lowered(row, links) for row in lowered)),
    )
    return [section for title, lines in groups if (section := _section(title, tuple(lines))).lines]


def _section(title: str, lines: tuple[ChangeLine, ...]) -> ChangeGroup:
    more = f"and {plural(len(lines) - MOST, 'more line')}; the fleet below has them all" if len(lines) > MOST else ""
    return ChangeGroup(title, lines[:MOST], more)


def _has_moved(service: Service) -> bool:
    return bool(service.before) or service.change == "added"


def _is_affected(service: Service) -> bool:
    """Whether a service keeps its health, and its points, findings or path change."""
    points = service.points_before is not None and service.points != service.points_before
    new = any(finding.origin and not finding.excuse for finding in service.problems)
    return not _has_moved(service) and (points or new or service.change == "renamed")


def _exempt(service: Service) -> Iterator[ChangeLine]:
    """A line on each exempt finding, with the reason."""
    for finding in service.problems:
        if finding.exemption:
            text = f"{finding.rule}: {finding.message}. Exempt: {finding.exemption.reason}"
            yield ChangeLine(
                service.key, service.anchor, text=text, place=finding.exemption.place, href=finding.exemption.href
            )


def _moved(service: Service, relaxed: Collection[str]) -> ChangeLine:
    """A line on a service: its health and points before and after, and its new findings."""
    before = service.points_before
    points = f"{before} to {plural(service.points, 'point')}" if before not in (None, service.points) else ""
    new = [finding.rule for finding in service.problems if finding.origin and not finding.excuse]
    parts = (
        service.change if service.change in ("added", "renamed") else "",
        points,
        f"new: {commas(dict.fromkeys(new))}" if new else "",
        "lowers its own bar" if service.name in relaxed else "",
    )
    text = "; ".join(filter(None, parts))
    return ChangeLine(service.key, service.anchor, service.before, service.health, text, service.place, service.href)


def _fixed(row: Row, links: Links | None) -> ChangeLine:
    finding = problem(row, links)
    return ChangeLine(finding.service, text=f"{finding.rule}: {finding.message}", place=finding.place)


def _removed(row: Row) -> ChangeLine:
    was = f"was {row['health_before']}" if row["health_before"] else ""
    return ChangeLine(printable(str(row["name"])), text=was)


def _lowered(row: Row, links: Links | None) -> ChangeLine:
    relaxation = Lowered(row["kind"], "", row["pointer"] or "", row["before"], row["after"], Location(""))
    service = printable(str(row["service"] or ""))
    return ChangeLine(service, text=printable(relaxation.describe("→")), place=place(row), href=place_href(row, links))


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


def by_rule(findings: Iterable[FindingView]) -> list[list[FindingView]]:
    """Findings grouped by rule, so that what to do is said once for each."""
    groups: dict[str, list[FindingView]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return list(groups.values())
