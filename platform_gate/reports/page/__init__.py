"""A report as a page: one file that needs nothing else, works without script, and asks nobody for anything.

It is made from the report as data, so that a report of many repositories becomes a page in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from platform_gate.model import MANIFEST, kind_of
from platform_gate.reports.history import HEALTHS, NO_HISTORY, History, before
from platform_gate.reports.json_text import opened
from platform_gate.reports.outcome import Links
from platform_gate.reports.page import change_list, fleet, rendering
from platform_gate.reports.page.service import Service, problem, view
from platform_gate.reports.page.words import label
from platform_gate.reports.report import Report

MANY: Final = 500
"""From so many services on the rows beyond the first ones wait as inert text, from which the script makes them."""
FIRST: Final = 100
"""So many rows of a large fleet are there at once."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a report: how to make it again, whom to ask, where its files can be seen, what was before it.

    ``remark`` is a sentence on the run as a whole.
    """

    command: str = ""
    help: str = ""
    links: Links | None = None
    history: History = NO_HISTORY
    remark: str = ""


class FleetRow(NamedTuple):
    """A service without what is behind its row, and that as markup: ten thousand of them must fit in memory."""

    service: Service
    markup: Any


def render(report: Report, frame: Frame) -> Iterator[str]:
    """The page, piece by piece; the pieces are as large as a service."""
    today = date.fromisoformat(report.provenance["as_of"])
    history = before(frame.history, today)
    entries = sorted(_entries(report, frame, history, today), key=lambda each: each.service.badness)
    services = [each.service for each in entries]
    past = fleet.past(history, today, report.totals, sum(each.points for each in services))
    shared = _answer(report, frame) | _grid(services) | _assets()
    told = change_list.sections(services, report.changes, frame.links)
    yield rendering.template("head.html.j2").render(shared, sections=told, past=past, notes=history.notes)
    yield from _rows(entries, shared)
    yield rendering.template("foot.html.j2").render(shared, waived=change_list.waived(services))


def _entries(report: Report, frame: Frame, history: History, today: date) -> Iterator[FleetRow]:
    detail = rendering.template("detail.html.j2")
    many = report.totals["total_services"] >= MANY
    for row in report.services:
        service = view(opened(row), frame.links, history.snapshots, today)
        markup = rendering.markup(detail.render(service=service, many=many))
        yield FleetRow(replace(service, panels=(), course=None), markup)


def _rows(entries: Iterable[FleetRow], shared: dict[str, Any]) -> Iterator[str]:
    """The rows. In a large fleet most are inside an element that a browser with script reads as text: that is fast."""
    summary = rendering.template("row.html.j2")
    for number, entry in enumerate(entries):
        if shared["many"] and number == FIRST:
            yield "<noscript>"
        opened = number == 0 and entry.service.health != HEALTHS[-1]
        yield summary.render(shared, service=entry.service, opened=opened, detail=entry.markup)


def _answer(report: Report, frame: Frame) -> dict[str, Any]:
    """The verdict, what it rests on, and what belongs to no service."""
    apart = [problem(row, frame.links) for row in report.findings]
    unjudged = [each for each in apart if kind_of(each.rule) == MANIFEST]
    answer = fleet.ANSWERS[report.provenance["verdict"]]
    return {
        "frame": frame,
        "provenance": report.provenance,
        "verdict": answer,
        "sign": fleet.SIGNS[answer],
        "lead": fleet.lead(report.totals, unjudged),
        "facts": fleet.facts(report.provenance),
        "count": report.totals["total_services"],
        "healths": fleet.healths(report.totals),
        "totals": list(fleet.totals(report.totals, report.highlights)),
        "unjudged": unjudged,
        "notices": [each for each in apart if each not in unjudged],
        "compared": "base" in report.provenance,
        "asked": bool(frame.history.snapshots or frame.history.notes),
    }


def _grid(services: Sequence[Service]) -> dict[str, Any]:
    """The fleet's columns, and what its rows can be filtered by."""
    return {
        "columns": {name: label(name) for each in services for name in each.cells},
        "repositories": any(each.repository for each in services),
        "teams": sorted({each.team for each in services}),
        "tiers": sorted({each.tier for each in services}),
        "many": len(services) >= MANY,
    }


def _assets() -> dict[str, Any]:
    """The page's own style and script, and the hashes by which nothing else is let in."""
    style, style_hash = rendering.asset("page.css")
    script, script_hash = rendering.asset("page.js")
    return {"style": style, "style_hash": style_hash, "script": script, "script_hash": script_hash}
