"""GitHub annotations: workflow commands that show findings next to the lines of a pull request.

GitHub shows ten annotations of a level per step and drops the others. The worst come first, and a last line counts
the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from platform_gate.judging import strangers
from platform_gate.model import Finding, Location, Severity
from platform_gate.reports.outcome import Outcome
from platform_gate.text import listing, log_line, plural, printable

LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
AT_MOST: Final = 10
"""Annotations of a level that GitHub shows per step."""

# How the runner unescapes a command's message and its properties.
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(outcome: Outcome) -> Iterator[str]:
    """The commands, and a line on those that were left out."""
    judged = (service.location.path for service in outcome.run.services)
    findings = strangers.folded(outcome.worst_findings, judged)
    standing = _standing(outcome)
    opened = [finding for finding in findings if finding.excuse is None and finding.fingerprint not in standing]
    left_out = []
    for severity, level in LEVELS.items():
        several = [finding for finding in opened if finding.severity is severity]
        yield from (_command(level, finding) for finding in several[:AT_MOST])
        left_out.append((len(several) - AT_MOST, f"more {level}", ""))
    waived = sum(finding.excuse is not None for finding in findings)
    left_out.append((len(findings) - len(opened) - waived, "finding", " that this change does not decide"))
    left_out.append((waived, "waived finding", ""))
    yield from _rest(outcome, [plural(count, noun) + which for count, noun, which in left_out if count > 0])


def _standing(outcome: Outcome) -> set[str]:
    """Fingerprints of findings in services that don't decide the verdict on a change."""
    others = (judged for judged in outcome.run.services if not outcome.decides(judged))
    return {finding.fingerprint for judged in others for finding in judged.findings}


def _command(level: str, finding: Finding) -> str:
    properties = ",".join(f"{name}={value}" for name, value in _properties(finding))
    text = _text(finding.message) + (f"\nFix: {_text(finding.fix)}" if finding.fix else "")
    return f"::{level} {properties}::{text.translate(_DATA)}\n"


def _properties(finding: Finding) -> Iterator[tuple[str, str | int]]:
    """Place and title. Columns are left out of ranges over several lines, because the runner rejects them."""
    location = finding.location
    yield "file", _text(location.path).translate(_PROPERTY)
    yield from _lines(location)
    yield "title", _text(finding.rule).translate(_PROPERTY)


def _lines(location: Location) -> Iterator[tuple[str, int]]:
    yield "line", location.line
    yield "endLine", max(location.line, location.end_line)
    if location.end_line == location.line:
        yield "col", location.column
        yield "endColumn", max(location.column, location.end_column)


def _text(text: str) -> str:
    """Text in which the runner, which echoes the message into its log, finds no further command."""
    return log_line(printable(text))


def _rest(outcome: Outcome, left_out: Sequence[str]) -> Iterator[str]:
    if left_out:
        rest = f"platform-gate: not annotated: {listing(left_out)}. The full list: {printable(outcome.command)}"
        yield log_line(rest) + "\n"
