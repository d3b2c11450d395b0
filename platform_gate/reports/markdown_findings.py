"""Findings, healths and services as Markdown shows them: a sign and a word for each health, tables of findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from platform_gate.judging.result import Judged
from platform_gate.model import Disposition, Finding, HealthStatus, Location
from platform_gate.reports.markdown_text import code, escape, link
from platform_gate.reports.outcome import Links
from platform_gate.reports.rule_links import rule_url
from platform_gate.reports.wording import label, part_status
from platform_gate.text import plural, shorten

HEALTH_SIGNS: Final = {
    HealthStatus.CRITICAL: "🔴",
    HealthStatus.DEGRADED: "🟠",
    HealthStatus.UNKNOWN: "🟣",
    HealthStatus.HEALTHY: "🟢",
}
MAX_FINDINGS: Final = 25
MAX_TEXT: Final = 500
_CODE: Final = re.compile(r"`([\w./: -]+)`")
"""Code in a fix: names of keys, files and commands."""


def health(status: HealthStatus) -> str:
    """A health as a sign and a word."""
    return f"{HEALTH_SIGNS[status]} {status}"


def moved(before: str, after: HealthStatus) -> str:
    """A health before and after: ``🟢 healthy → 🔴 critical``. ``before`` is in capitals, ``new`` or empty."""
    known = {status.upper(): status for status in HealthStatus}
    was = f"{health(known[before.upper()])} → " if before.upper() in known else f"{before}, " if before else ""
    return was + health(after)


def cut(text: str) -> str:
    """Escaped text of a bearable length."""
    return escape(shorten(text, MAX_TEXT))


def fix_text(text: str) -> str:
    """A fix, in which names between backticks are code."""
    pieces = _CODE.split(shorten(text, MAX_TEXT))  # text and code take turns
    return "".join(code(piece) if index % 2 else _inner(piece) for index, piece in enumerate(pieces))


def _inner(text: str) -> str:
    """Escaped text with the blanks at its ends."""
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return (" " if lead else "") + escape(text) + (" " if tail and text.strip() else "")


def place(location: Location, links: Links | None) -> str:
    """A path and line, linked to the line where that is known."""
    return link(location.path, f":{location.line}", links.url(location) if links else "")


def rule(name: str) -> str:
    """A rule's ID as code, linked to its documentation."""
    url = rule_url(name)
    return f"[{code(name)}](<{url}>)" if url else code(name)


def row(*cells: str) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |\n"


def table(*columns: str) -> str:
    """The head of a table. A column that begins with a colon is aligned to the right."""
    marks = ("---:" if column.startswith(":") else "---" for column in columns)
    return row(*(column.removeprefix(":") for column in columns)) + row(*marks)


def finding_rows(findings: Sequence[Finding], links: Links | None, new: frozenset[str] = frozenset()) -> str:
    """A table of a service's findings: points; then message, rule and line, and the fix or the waiver.

    ``new`` are the fingerprints of those that a change introduces.
    """
    shown = findings[:MAX_FINDINGS]
    rows = (row(_points(finding), _finding(finding, links, new=finding.fingerprint in new)) for finding in shown)
    more = len(findings) - len(shown)
    rest = f"\n*And {plural(more, 'more finding')} in {escape(findings[0].location.path)}.*\n" if more else ""
    return table(":Points", "Finding") + "".join(rows) + rest if findings else ""


def _points(finding: Finding) -> str:
    if finding.excuse:
        points = f" +{finding.points}" if finding.points else ""
        return f"{finding.disposition}{points}"
    return f"**+{finding.points}**" if finding.points else str(finding.severity)


def _finding(finding: Finding, links: Links | None, *, new: bool = False) -> str:
    tag = "**new:** " if new else ""
    lines = [tag + cut(finding.message), f"{rule(finding.rule)} at {place(finding.location, links)}"]
    if finding.excuse:
        lines.append(f"{cut(str(finding.excuse))} ({place(finding.excuse.location, links)})")
    elif finding.fix:
        lines.append(f"**Fix** {fix_text(finding.fix)}")
    return "<br>".join(lines)


def item(finding: Finding, links: Links | None) -> str:
    """A finding that belongs to no service, as a list item."""
    return f"- {_finding(finding, links)}\n"


def notice(finding: Finding, links: Links | None) -> str:
    """A finding on a waiver, as a row of a table that says once what to do."""
    return row(cut(finding.message), place(finding.location, links))


def service_table(services: Sequence[Judged], remarks: Mapping[str, str] = {}) -> tuple[str, Iterator[str]]:
    """The head and the rows of a table of services, with a column per subsystem; ``remarks`` stand below names."""
    columns = list(dict.fromkeys(part.name for judged in services for part in judged.parts))
    head = table("Service", "Health", ":Points", *(escape(label(column)) for column in columns))
    return head, (_service(judged, columns, remarks.get(judged.name, "")) for judged in services)


def _service(judged: Judged, columns: Iterable[str], remark: str) -> str:
    who = f"**{escape(judged.name)}**<br>{escape(judged.team)}, tier {judged.tier}"
    who += f"<br>{cut(remark)}" if remark else ""
    cells = {part.name: escape(part_status(judged, part)) for part in judged.parts}
    return row(who, health(judged.health), str(judged.points), *(cells.get(column, "") for column in columns))


def excused(judged: Judged, links: Links | None) -> str:
    """A service that is healthy by waiver, as a row: its health without its waivers, and these."""
    waivers = [finding for finding in judged.findings if finding.disposition is Disposition.WAIVED]
    lines = (
        f"{rule(finding.rule)} {cut(str(finding.excuse))} ({place(finding.excuse.location, links)})"
        for finding in waivers[:MAX_FINDINGS]
        if finding.excuse
    )
    return row(f"**{escape(judged.name)}**", health(judged.health_without_waivers), "<br>".join(lines))
