"""The page's wording of values: numbers, labels, units, links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from platform_gate.model import Location
from platform_gate.reports.outcome import Links, uri
from platform_gate.text import printable

LABELS: Final = {
    "slo": "SLO",
    "measurements": "Measured",
    "uptime_pct": "Uptime",
    "mttr_minutes": "Recovery time",
    "incidents_30d": "Incidents in 30 days",
    "change_failure_rate_pct": "Failed changes",
}
"""Labels that differ from their key by more than underscores."""
UNITS: Final = {"_pct": "\xa0%", "_minutes": "\xa0min"}
_URL: Final = re.compile(r"https?://[^\s\\]+")


def label(name: str) -> str:
    """A key as a label."""
    return LABELS.get(name) or spaced(name).capitalize()


def spaced(status: object) -> str:
    """A status with spaces for underscores."""
    return printable(str(status)).replace("_", " ")


def figure(value: Any) -> str:
    """A number with spaces between thousands; a dash for None."""
    if value is None:
        return "–"  # noqa: RUF001 - what a table shows for nothing
    return f"{value:,}".replace(",", "\u202f") if type(value) in (int, float) else printable(str(value))


def money(amount: Any) -> str:
    """An amount of money, with two decimals unless it is whole."""
    return figure(amount) if isinstance(amount, int) or amount is None else f"{amount:,.2f}".replace(",", "\u202f")


def measure(name: str, value: Any) -> str:
    """A value with the unit that its key ends with."""
    unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), "")
    return figure(value) + (unit if value is not None else "")


def evidence_href(evidence: str, links: Links | None) -> str:
    """The URL of evidence: the evidence itself, or its file in the judged tree; empty if it is neither."""
    if _URL.fullmatch(evidence):
        return evidence
    path = evidence.partition("#")[0]
    if links is None or "\\" in path or not {"/", "."} & set(path) or re.match(r"/|[^/]*:", path):
        return ""
    return f"{links.tree}/{uri(path)}" if ".." not in path.split("/") else ""


def place_href(row: Mapping[str, Any], links: Links | None) -> str:
    """The URL of a row's lines; empty for a path with a backslash, in which characters are escaped for display."""
    path, line = row.get("path"), row.get("line")
    if links is None or not path or not line or "\\" in path or row.get("repository"):
        return ""
    return links.url(Location(path, line, end_line=row.get("end_line") or line))


def place(row: Mapping[str, Any]) -> str:
    """A row's place as ``path:line``."""
    path, line = row.get("path"), row.get("line")
    return printable(str(path)) + (f":{line}" if line else "") if path else ""
