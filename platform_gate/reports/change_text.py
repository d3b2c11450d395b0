"""The text report's account of a change: the services that it breaks in full, everything else in a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from platform_gate.model import Disposition
from platform_gate.reports import change_summary
from platform_gate.reports.change_summary import ChangeLine, Failing, ServiceChange
from platform_gate.reports.outcome import Outcome
from platform_gate.reports.terminal import Terminal
from platform_gate.reports.wording import worth_showing
from platform_gate.text import commas, plural, printable

MOST_LINES: Final = 20
"""Lines of a list; -v and the other formats show them all."""
MOST_RULES: Final = 2
"""Rules that a line names."""


def lines(outcome: Outcome, terminal: Terminal) -> Iterator[str]:
    """The account, most urgent first."""
    for service in change_summary.broken(outcome):
        yield ""
        yield from _broken(service, terminal)
    for failing in change_summary.already_failing(outcome):
        yield from _heading(f"{failing.title}: {plural(len(failing.services), 'service')}", terminal)
        if failing.in_full:
            for service in failing.services:
                yield from _broken(service, terminal)
        else:
            yield from _failing(failing, terminal)
    for section in change_summary.lists(outcome):
        yield from _heading(section.title, terminal)
        yield from _list(section.lines, terminal)


def _heading(title: str, terminal: Terminal) -> Iterator[str]:
    yield ""
    yield terminal.paint(title, bold=True)


def _broken(service: ServiceChange, terminal: Terminal) -> Iterator[str]:
    """A service that the change breaks, or touches: health and points before and after, then every cause."""
    judged = service.judged
    name = terminal.paint(service.name, bold=True)
    who = terminal.paint(f"team {printable(judged.team)}, tier {judged.tier}", dim=True)
    yield f"{terminal.health(judged.health)}  {name}  {_moved(service)}  {who}"
    yield from terminal.statuses(judged)
    yield from terminal.paragraph(service.touched, " " * 6, " " * 8) if service.touched else ()
    for relaxation in () if service.introduced else service.relaxed:
        place = f"{relaxation.location.path}:{relaxation.location.line}"
        yield from terminal.paragraph(f"lowers the bar: {relaxation.describe()} ({place})", " " * 6, " " * 8)
    for finding in service.findings:
        if finding.excuse:
            yield from terminal.excused(finding, finding.excuse)
        elif terminal.verbose or worth_showing(finding):
            mark = f"+{finding.points}" if finding.points else ""
            yield from terminal.finding(finding, mark, new=finding.fingerprint in service.introduced)


def _moved(service: ServiceChange) -> str:
    """Health and points before the change, and the points now."""
    was = {"": "", "new": "new service; "}.get(service.before, f"was {service.before}; ")
    before = "" if service.points_before is None else f" ({service.points_before} before)"
    fatal = f"; fails on {commas(service.judged.fatal)}" if service.judged.fatal else ""
    return f"{was}{plural(service.judged.points, 'point')}{before}{fatal}"


def _failing(failing: Failing, terminal: Terminal) -> Iterator[str]:
    """A line for each service that failed before."""
    width = max(len(service.name) for service in failing.services)
    shown = failing.services if terminal.verbose else failing.services[:MOST_LINES]
    for service in shown:
        judged = service.judged
        text = f"{service.name:<{width}}  {plural(judged.points, 'point')}  {_rules(service)}"
        yield f"  {terminal.health(judged.health, len('CRITICAL'))}  {text}"
        if failing.blocking and service.touched:
            yield from terminal.paragraph(service.touched, " " * 6, " " * 8)
    yield from _more(len(failing.services) - len(shown))


def _rules(service: ServiceChange) -> str:
    """The rules that make a service fail: the reason for its health, and the next ones."""
    counting = [finding for finding in service.findings if finding.decisive and finding.disposition is Disposition.OPEN]
    reason = [service.reason.rule] if service.reason else []
    rules = list(dict.fromkeys([*reason, *(finding.rule for finding in counting)]))
    more = len(rules) - MOST_RULES
    return printable(", ".join(rules[:MOST_RULES])) + (f" and {more} more" if more > 0 else "")


def _list(entries: Sequence[ChangeLine], terminal: Terminal) -> Iterator[str]:
    width = max((len(entry.service) for entry in entries), default=0)
    shown = entries if terminal.verbose else entries[:MOST_LINES]
    for entry in shown:
        name = f"{entry.service:<{width}}  " if entry.service else ""
        yield from terminal.paragraph(name + _line(entry), "  ", " " * 6)
    yield from _more(len(entries) - len(shown))


def _line(entry: ChangeLine) -> str:
    """``DEGRADED -> HEALTHY (lowers its own bar)``, or a text and its place."""
    place = f"  ({entry.location.path}:{entry.location.line})" if entry.location else ""
    if entry.after is None:
        return entry.text + place
    moved = f"{entry.before.upper()} -> {entry.after.upper()}" if entry.before else entry.after.upper()
    return moved + (f" ({entry.text})" if entry.text else "") + place


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"  and {count} more; -v shows them all"
