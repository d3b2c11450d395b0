"""GitLab's Code Quality report: a list of findings that a merge request shows beside the lines they are about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from platform_gate.model import Finding, Severity
from platform_gate.reports.json_text import array
from platform_gate.reports.outcome import Outcome
from platform_gate.text import printable

SEVERITIES: Final = {Severity.NOTE: "info", Severity.WARNING: "minor", Severity.ERROR: "critical"}
UNJUDGED: Final = "blocker"


def render(outcome: Outcome) -> Iterator[str]:
    """The open findings, worst first. There is no field for a waiver: what is waived would be shown as open."""
    yield from array(_issue(finding) for finding in outcome.worst_findings if finding.excuse is None)
    yield "\n"


def _issue(finding: Finding) -> dict[str, Any]:
    unjudged = finding.unjudged
    return {
        "description": printable(f"{finding.message}. {finding.fix}"),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": UNJUDGED if unjudged else SEVERITIES[finding.severity],
        "location": {"path": printable(finding.location.path), "lines": {"begin": finding.location.line}},
    }
