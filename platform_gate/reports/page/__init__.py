"""Render a report as an HTML page: a single file that works without script and makes no request.

It is made from the report's rows, so a merged report of many repositories becomes a page in the same way.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from platform_gate.reports.history import HEALTHS, NO_HISTORY, History, before
from platform_gate.reports.json_text import FASTEST, opened
from platform_gate.reports.outcome import Links
from platform_gate.reports.page import change_list, fleet, measured_values, rendering
from platform_gate.reports.page.service import Service, problem, view
from platform_gate.reports.report import Report
from platform_gate.reports.wording import label
from platform_gate.rule_ids import WAIVER, kind_of, leaves_unjudged

MANY: Final = 500
"""Services from which on a fleet is large: rows beyond the first ones wait as inert text for the script."""
FIRST: Final = 100
"""Rows of a large fleet that are elements from the start."""
HUGE: Final = 25_000
"""Services from which on their markup is compressed until it is written: it takes 2 KB each."""
PACKED: Final = zlib.compress(b"", FASTEST)[:2]
"""How compressed markup begins; HTML begins with ``<``."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that a page shows around its report.

    Attributes:
        command: the command line that reproduces the report.
        help: whom to ask.
        links: where the judged files can be seen; None if unknown.
        history: earlier reports.
        remark: a sentence on the run as a whole.
        headline: what the change did, and what failed before it; empty without a base.
        broken: the services that block because the change breaks or touches them.
        blocking: the other services that block.
    """

    command: str = ""
    help: str = ""
    links: Links | None = None
    history: History = NO_HISTORY
    remark: str = ""
    headline: tuple[str, str] = ("", "")
    broken: frozenset[str] = frozenset()
    blocking: frozenset[str] = frozenset()


class FleetRow(NamedTuple):
    """A service's row of the grid. Its details are rendered to markup at once, which takes less memory than data."""

    service: Service
    kept: bytes

    @property
    def markup(self) -> Any:
        """The details."""
        plain = zlib.decompress(self.kept) if self.kept.startswith(PACKED) else self.kept
        return rendering.markup(plain.decode())


def render(report: Report, frame: Frame) -> Iterator[str]:
    """The page in pieces, each about as large as a service."""
    today = date.fromisoformat(report.provenance["as_of"])
    history = before(frame.history, today)
    rows = sorted(_rows(report, frame, history, today), key=lambda row: row.service.order)
    services = [row.service for row in rows]
    past = fleet.past(history, today, report.totals, sum(service.points for service in services))
    shared = _answer(report, frame, sum(service.by_waiver for service in services)) | _grid(services) | _assets()
    yield rendering.template("head.html.j2").render(
        shared, past=past, notes=history.notes, **_change(report, frame, services)
    )
    yield from _drawn(rows, shared)
    yield rendering.template("foot.html.j2").render(shared, waived=change_list.waived(services))


def _rows(report: Report, frame: Frame, history: History, today: date) -> Iterator[FleetRow]:
    detail = rendering.template("detail.html.j2")
    count = report.totals["total_services"]
    for row in report.services:
        service = view(opened(row), frame.links, history.snapshots, today)
        markup = detail.render(service=service, many=count >= MANY).encode()
        kept = zlib.compress(markup, FASTEST) if count >= HUGE else markup
        yield FleetRow(replace(service, panels=(), course=None), kept)


def _drawn(rows: Iterable[FleetRow], shared: dict[str, Any]) -> Iterator[str]:
    """The rows as HTML. In a large fleet most are inside ``noscript``, which a browser with script parses as text."""
    summary = rendering.template("row.html.j2")
    for number, row in enumerate(rows):
        if shared["many"] and number == FIRST:
            yield "<noscript>"
        opened = number == 0 and not shared["compared"] and row.service.health != HEALTHS[-1]
        yield summary.render(shared, service=row.service, opened=opened, detail=row.markup)


def _change(report: Report, frame: Frame, services: Sequence[Service]) -> dict[str, Any]:
    """Variables about the change: what it breaks, what failed before, and everything else that it does."""
    changes = {name: list(rows) for name, rows in report.changes.items()}
    return {
        "broken": change_list.broken(services, frame.broken, changes, frame.links),
        "failing": change_list.already_failing(services, frame.broken, frame.blocking),
        "sections": change_list.sections(services, changes, frame.links),
    }


def _answer(report: Report, frame: Frame, by_waiver: int) -> dict[str, Any]:
    """Variables of the template: verdict, totals, and findings that belong to no service."""
    apart = [problem(row, frame.links) for row in report.findings]
    unjudged = [finding for finding in apart if leaves_unjudged(finding.rule)]
    notices = [finding for finding in apart if finding not in unjudged]
    answer = fleet.ANSWERS[report.provenance["verdict"]]
    return {
        "frame": frame,
        "provenance": report.provenance,
        "verdict": answer,
        "sign": fleet.SIGNS[answer],
        "lead": frame.headline[0] or fleet.lead(report.totals, unjudged, by_waiver),
        "before": frame.headline[1],
        "by_waiver": by_waiver,
        "facts": [*fleet.facts(report.provenance), *measured_values.snapshots(report.provenance.get("measurements"))],
        "sources": measured_values.sources(report.provenance.get("measurements")),
        "count": report.totals["total_services"],
        "healths": fleet.healths(report.totals, by_waiver),
        "totals": list(fleet.totals(report.totals, report.highlights)),
        "unjudged": unjudged,
        "notices": change_list.by_rule(notices),
        "about": "Waivers" if all(kind_of(notice.rule) == WAIVER for notice in notices) else "Waivers and snapshots",
        "compared": "base" in report.provenance,
        "asked": bool(frame.history.snapshots or frame.history.notes),
    }


def _grid(services: Sequence[Service]) -> dict[str, Any]:
    """Variables of the grid: its columns, and the values to filter by."""
    return {
        "columns": {name: label(name) for service in services for name in service.cells},
        "repositories": any(service.repository for service in services),
        "teams": sorted({service.team for service in services}),
        "tiers": sorted({service.tier for service in services}),
        "many": len(services) >= MANY,
    }


def _assets() -> dict[str, Any]:
    """Style and script with their hashes, which the page's Content-Security-Policy allows and nothing else."""
    style, style_hash = rendering.asset("page.css")
    script, script_hash = rendering.asset("page.js")
    return {"style": style, "style_hash": style_hash, "script": script, "script_hash": script_hash}
