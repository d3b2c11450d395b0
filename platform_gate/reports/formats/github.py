"""GitHub annotations: workflow commands that show findings next to the lines of a pull request.

GitHub shows ten annotations of a level per step and drops the others. What a change introduces comes first, then the
worst; a line counts the rest, and the last line is the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from platform_gate.judging import strangers
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Disposition, Finding, Location, Severity
from platform_gate.reports import change_summary
from platform_gate.reports.outcome import Outcome
from platform_gate.reports.wording import health_counts, unjudged_files
from platform_gate.text import listing, log_line, plural, printable, real_path

LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
AT_MOST: Final = 10
"""Annotations of a level that GitHub shows per step."""

# How the runner unescapes a command's message and its properties.
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(outcome: Outcome) -> Iterator[str]:
    """The commands, a line on those that were left out, and the verdict. Nothing with -q where the gate passes."""
    if outcome.display.verbosity < 0 and outcome.verdict is Verdict.PASSED:
        return
    judged = (service.location.path for service in outcome.run.services)
    findings = strangers.folded(outcome.worst_findings, judged)
    introduced = _introduced(outcome)
    decided = (finding for finding in findings if finding.fingerprint not in outcome.undecided)
    opened = [finding for finding in decided if finding.disposition is not Disposition.WAIVED]
    opened.sort(key=lambda finding: finding.fingerprint not in introduced)
    left_out = []
    for severity, level in LEVELS.items():
        several = [finding for finding in opened if finding.severity is severity]
        yield from (_command(level, finding) for finding in several[:AT_MOST])
        left_out.append((len(several) - AT_MOST, f"more {level}", ""))
    waived = sum(finding.disposition is Disposition.WAIVED for finding in findings)
    left_out.append((len(findings) - len(opened) - waived, "finding", " that this change does not decide"))
    left_out.append((waived, "waived finding", ""))
    yield from _rest([plural(count, noun) + which for count, noun, which in left_out if count > 0])
    yield from _verdict(outcome)


def _introduced(outcome: Outcome) -> set[str]:
    """Fingerprints of the findings that the change introduces, those of unjudged files included."""
    if outcome.comparison is None:
        return set()
    apart = {f.fingerprint for f in outcome.run.findings if f.fingerprint not in outcome.comparison.standing}
    services = (service for service in outcome.run.services if service.findings)
    transitions = outcome.comparison.transitions
    return apart.union(*(transitions[service.name].introduced(service) for service in services))


def _command(level: str, finding: Finding) -> str:
    properties = ",".join(f"{name}={value}" for name, value in _properties(finding))
    text = _text(finding.message) + _remedy(finding)
    return f"::{level} {properties}::{text.translate(_DATA)}\n"


def _remedy(finding: Finding) -> str:
    """A second line: why the finding doesn't decide, or else the fix."""
    if finding.excuse:
        return f"\n{_text(str(finding.excuse))}"
    return f"\nFix: {_text(finding.fix)}" if finding.fix else ""


def _properties(finding: Finding) -> Iterator[tuple[str, str | int]]:
    """Place and title. Columns are left out of ranges over several lines, because the runner rejects them."""
    location = finding.location
    yield "file", _text(real_path(location.path)).translate(_PROPERTY)
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


def _rest(left_out: Sequence[str]) -> Iterator[str]:
    if left_out:
        yield log_line(f"platform-gate: not annotated: {listing(left_out)}") + "\n"


def _verdict(outcome: Outcome) -> Iterator[str]:
    """The verdict with its reason, and the command that reproduces it where the gate does not pass."""
    change = " ".join(filter(None, change_summary.headline(outcome)))
    counts = ", ".join(words for _, words in health_counts(outcome))
    total = f"{plural(len(outcome.run.services), 'service')}" + (f": {counts}" if counts else "")
    files = unjudged_files(outcome)
    reason = change or "; ".join(filter(None, (files, total))) + "."
    again = "" if outcome.verdict is Verdict.PASSED else f" Reproduce with: {printable(outcome.command)}"
    yield log_line(f"platform-gate: {outcome.verdict}. {reason}{again}") + "\n"
