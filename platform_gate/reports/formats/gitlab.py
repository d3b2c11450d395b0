"""GitLab's Code Quality report: findings that a merge request shows next to its lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from platform_gate.model import Disposition, Finding, Severity
from platform_gate.reports.json_text import array
from platform_gate.reports.outcome import Outcome
from platform_gate.text import printable, real_path

SEVERITIES: Final = {Severity.NOTE: "info", Severity.WARNING: "minor", Severity.ERROR: "critical"}
UNJUDGED: Final = "blocker"


def render(outcome: Outcome) -> Iterator[str]:
    """Open and exempt findings, worst first. The format has no field for waivers, so waived ones would look open."""
    shown = (finding for finding in outcome.worst_findings if finding.disposition is not Disposition.WAIVED)
    yield from array(_issue(finding, outcome.level(finding)) for finding in shown)
    yield "\n"


def _issue(finding: Finding, level: Severity) -> dict[str, Any]:
    blocking = finding.unjudged and level is Severity.ERROR
    more = str(finding.excuse or finding.fix)
    return {
        "description": printable(f"{finding.message}. {more[:1].upper()}{more[1:]}"),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": UNJUDGED if blocking else SEVERITIES[level],
        "location": {"path": real_path(finding.location.path), "lines": {"begin": finding.location.line}},
    }
