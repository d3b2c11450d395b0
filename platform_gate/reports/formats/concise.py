"""One line per finding, ``path:line:column: rule: message``, for editors and grep; then the verdict."""

from __future__ import annotations

from collections.abc import Iterator

from platform_gate.judging.verdict import Verdict
from platform_gate.model import Disposition, Finding
from platform_gate.reports import change_summary
from platform_gate.reports.outcome import Outcome
from platform_gate.reports.terminal import SEVERITY_COLORS, Terminal
from platform_gate.reports.wording import health_counts, unjudged_files, worth_showing
from platform_gate.text import log_line, plural, printable


def render(outcome: Outcome) -> Iterator[str]:
    """The lines, what a change introduces first. With -q, neither the verdict nor a run that passes."""
    terminal = Terminal.of(outcome.display)
    if terminal.quiet and outcome.verdict is Verdict.PASSED:
        return
    for finding in _findings(outcome):
        if terminal.verbose or worth_showing(finding):
            yield log_line(_line(finding, terminal)) + "\n"
    if not terminal.quiet:
        yield log_line(_verdict(outcome)) + "\n"


def _findings(outcome: Outcome) -> Iterator[Finding]:
    """Findings of files, of services (those that the change breaks first) and of waivers."""
    broken = change_summary.broken(outcome)
    named = {service.name for service in broken}
    yield from (finding for finding in outcome.run.unjudged if not outcome.is_standing(finding))
    for findings in (
        *(service.findings for service in broken),
        *(judged.findings for judged in outcome.worst_first if judged.name not in named and outcome.decides(judged)),
        outcome.run.notices,
    ):
        yield from sorted(findings, key=lambda finding: finding.disposition is not Disposition.OPEN)


def _line(finding: Finding, terminal: Terminal) -> str:
    rule = terminal.rule(finding.rule, fg=SEVERITY_COLORS[finding.severity])
    points = f" (+{finding.points})" if finding.points else ""
    waived = f" ({finding.excuse})" if finding.excuse else ""
    return f"{printable(str(finding.location))}: {rule}: {printable(finding.message + waived)}{points}"


def _verdict(outcome: Outcome) -> str:
    """The verdict and its reason, in a line that no editor takes for a finding."""
    counts = ", ".join(words for _, words in health_counts(outcome))
    total = plural(len(outcome.run.services), "service") + (f" ({counts})" if counts else "")
    reason = change_summary.headline(outcome)[0] or "; ".join(filter(None, (unjudged_files(outcome), total)))
    return f"{outcome.verdict.upper()}  {reason}"
