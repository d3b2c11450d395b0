"""Read back where a finding is, and why it doesn't decide: its waiver or exemption."""

from __future__ import annotations

from datetime import date

from platform_gate.model import Excuse, Exemption, HealthStatus, Location
from platform_gate.reports.reading_measured import Data


def location(row: Data) -> Location:
    """A location. What the row lacks defaults to the start of the file, and to one character."""
    line, column = row["line"] or 1, row.get("column") or 1
    return Location(row["path"] or "", line, column, row.get("end_line") or line, row.get("end_column") or column + 1)


def excuse(row: Data) -> Excuse | Exemption | None:
    """The waiver or the exemption of a finding, from its row in a report."""
    if "waiver" in row:
        return _waiver(row["waiver"])
    return _exemption(row["exemption"], row["rule"]) if "exemption" in row else None


def _waiver(row: Data) -> Excuse:
    expires = date.fromisoformat(row["expires"])
    behind = row.get("cause", ""), row.get("incident", "")
    words = row["reason"], row["approved_by"], expires, row["ticket"] or ""
    return Excuse(*words, row["days_left"], location(row), *behind)


def _exemption(row: Data, rule: str) -> Exemption:
    at_most = HealthStatus(row["at_most"])
    return Exemption(row["change"], frozenset({rule}), row["reason"], at_most, location(row))
