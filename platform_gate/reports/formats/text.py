"""Text for people: verdict first, then the worst services, each problem with its fix. Healthy services need -v.

The layout uses ASCII only, so that it looks the same everywhere. Colour never says more than the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import dropwhile
from typing import Any, Final

import click

from platform_gate.judging.result import Judged
from platform_gate.judging.verdict import ExitCode, Verdict
from platform_gate.model import Excuse, Finding, HealthStatus, Severity
from platform_gate.policy.loading import Source
from platform_gate.reports.measured_by import sentences
from platform_gate.reports.outcome import Outcome
from platform_gate.text import log_line, plural, printable

HEALTH_COLORS: Final = {
    HealthStatus.CRITICAL: "red",
    HealthStatus.DEGRADED: "yellow",
    HealthStatus.UNKNOWN: "magenta",
    HealthStatus.HEALTHY: "green",
}
SEVERITY_COLORS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
VERDICT_COLORS: Final = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.NOT_JUDGED: "red"}
MOST_LINES: Final = 20
"""Lines of a section on a change; -v and the other formats show them all."""
WIDEST: Final = 120
"""Columns: longer lines are hard to read, however wide the terminal."""
_SPACE: Final = "\x00"
"""Stands for a space in code while text is wrapped, so that commands can be copied. No text to be shown holds it."""

MANY: Final = 10
"""Services: with more of them the totals have scrolled away, and are repeated at the end."""

Paint = Callable[..., str]


def render(outcome: Outcome) -> Iterator[str]:
    """The report, line by line."""
    paint: Paint = click.style if outcome.display.color else _plain
    for line in _Page(outcome, paint).lines():
        yield log_line(line) + "\n"


def _plain(text: str, **_style: Any) -> str:
    return text


def _tolerated(judged: Judged) -> str:
    """A remark for an unhealthy service that the policy lets pass."""
    return "" if judged.health is HealthStatus.HEALTHY else "; the policy does not fail on it"


def _paragraph(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Wrap text to a width. ``first`` indents the first line, ``rest`` the others."""
    shown = printable(text).rstrip()
    if len(first) + len(shown) <= width:
        return [first + shown] if shown else []
    return _wrapped(shown, width, first, rest)


@lru_cache(maxsize=256)
def _wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    """Wrap text. Wrapping is slow, and many findings share their fix, hence the cache."""
    from textwrap import wrap  # noqa: PLC0415 - most lines are short

    whole = re.sub("`[^`]+`", lambda code: code[0].replace(" ", _SPACE), text)
    breaking = _SPACE not in whole
    lines = wrap(
        whole, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=breaking
    )
    return [line.replace(_SPACE, " ") for line in lines]


class _Page:
    """Writes the lines of one report with a shared style: colour, width and verbosity."""

    def __init__(self, outcome: Outcome, paint: Paint) -> None:
        self._outcome = outcome
        self._paint = paint
        self._width = min(outcome.display.width, WIDEST)
        self._verbose = outcome.display.verbosity > 0
        self._quiet = outcome.display.verbosity < 0

    def lines(self) -> Iterator[str]:
        """All lines, without blank ones at the top."""
        return dropwhile(lambda line: not line, self._lines())

    def _lines(self) -> Iterator[str]:
        outcome = self._outcome
        if self._quiet and outcome.verdict is Verdict.PASSED:
            return
        if not self._quiet:
            yield from self._summary()
        yield from self._change()
        yield from self._apart(self._not_judged())
        for judged in outcome.worst_first if self._verbose else filter(outcome.decides, outcome.noteworthy):
            yield ""
            yield from self._service(judged)
        yield from self._apart(outcome.run.notices)
        if not self._quiet:
            yield from self._closing()

    def _not_judged(self) -> Sequence[Finding]:
        """What the verdict counts of the files that could not be judged; of a folder of strangers only one."""
        outcome = self._outcome
        counting = [finding for finding in outcome.run.unjudged if not outcome.is_standing(finding)]
        if self._verbose or not counting:
            return counting
        from platform_gate.judging import strangers  # noqa: PLC0415 - most files are manifests

        return strangers.folded(counting, (service.location.path for service in outcome.run.services))

    def _change(self) -> Iterator[str]:
        """The summary of a change; nothing without a base."""
        if self._outcome.comparison is None:
            return
        from platform_gate.reports import change_summary  # noqa: PLC0415 - only a comparison with a base has one

        sections = list(change_summary.sections(self._outcome))
        width = max((len(line.service) for section in sections for line in section.lines), default=0)
        for section in sections:
            yield ""
            yield self._paint(section.title, bold=True)
            shown = section.lines if self._verbose else section.lines[:MOST_LINES]
            for line in shown:
                name = f"{line.service:<{width}}  " if line.service else ""
                place = f"  ({line.location.path}:{line.location.line})" if section.placed and line.location else ""
                yield from self._hanging(name + line.text + place)
            if len(shown) < len(section.lines):
                yield f"  and {len(section.lines) - len(shown)} more; -v shows them all"

    def _hanging(self, text: str) -> Iterable[str]:
        """A list item with a hanging indent."""
        return _paragraph(text, self._width, "  ", " " * 6)

    def _apart(self, findings: Iterable[Finding]) -> Iterator[str]:
        """Findings that belong to no service."""
        for finding in findings:
            yield ""
            yield from self._finding(finding, str(finding.severity).upper())

    def _summary(self) -> Iterator[str]:
        outcome = self._outcome
        yield self._totals()
        if outcome.schema_only:
            return
        if outcome.verdict is Verdict.FAILED and outcome.exit_code == ExitCode.PASSED:
            yield "exit code 0 all the same, as asked with --exit-zero"
        where = (
            "" if outcome.policy.source in (Source.SHIPPED, Source.MERGED) else f" ({printable(outcome.policy.path)})"
        )
        part = f", {outcome.part}" if outcome.part else ""
        yield self._paint(f"policy {outcome.policy.name}{where}, as of {outcome.as_of}{part}", dim=True)
        for difference in outcome.differences:
            yield from (self._paint(line, dim=True) for line in _paragraph(difference, self._width))
        for sentence in sentences(outcome.run.measured_by, outcome.run.services):
            yield from (self._paint(line, dim=True) for line in _paragraph(sentence, self._width))
        if outcome.comparison:
            compared = _paragraph(outcome.comparison.describe(outcome.scope), self._width)
            yield from (self._paint(line, dim=True) for line in compared)

    def _totals(self) -> str:
        """The verdict, and the number of services by health, worst first."""
        outcome = self._outcome
        answer = self._paint(str(outcome.verdict).upper(), fg=VERDICT_COLORS[outcome.verdict], bold=True)
        if outcome.schema_only:
            return f"{answer}  {self._unjudged(plural(outcome.run.manifests, 'valid manifest'))}"
        parts = [
            self._paint(f"{count} {health}", fg=HEALTH_COLORS[health])
            for health in reversed(HealthStatus)
            if (count := outcome.healths[health])
        ]
        total = plural(len(outcome.run.services), "service") + (": " if parts else "")
        return f"{answer}  {self._unjudged(total + ', '.join(parts))}"

    def _unjudged(self, rest: str) -> str:
        """The totals, preceded by the number of unjudged files if there are any."""
        paths = {finding.location.path for finding in self._outcome.run.unjudged}
        return self._paint(f"{plural(len(paths), 'file')} not judged", fg="red") + f"; {rest}" if paths else rest

    def _service(self, judged: Judged) -> Iterator[str]:
        health = self._paint(judged.health.upper(), fg=HEALTH_COLORS[judged.health], bold=True)
        who = f"team {printable(judged.team)}, tier {judged.tier}"
        yield f"{health}  {self._paint(judged.name, bold=True)}  {self._reason(judged)}  {self._paint(who, dim=True)}"
        yield "  " + self._paint(self._statuses(judged), dim=True)
        for finding in judged.findings:
            if finding.excuse:
                yield from self._waived(finding, finding.excuse)
            elif self._verbose or finding.decisive or finding.severity is not Severity.NOTE:
                yield from self._finding(finding, f"+{finding.points}" if finding.points else "")

    def _waived(self, finding: Finding, excuse: Excuse) -> Iterator[str]:
        place = printable(str(finding.location))
        yield self._paint(f"      {place}  {finding.rule}  WAIVED", dim=True)
        for line in (*self._wrap(finding.message), *self._wrap(str(excuse))):
            yield self._paint(line, dim=True)

    def _reason(self, judged: Judged) -> str:
        """The points, and why they make the service degraded, critical or unknown."""
        limits = judged.limits
        reasons = {
            HealthStatus.CRITICAL: f"critical from {limits.critical_at}",
            HealthStatus.UNKNOWN: "data is missing",
        }
        reason = reasons.get(judged.health, f"degraded from {limits.degraded_at}")
        fatal = f"; fails on {', '.join(judged.fatal)}" if judged.fatal else ""
        reason += fatal or ("" if judged.failing else _tolerated(judged))
        waived = f"; without waivers {judged.health_without_waivers.upper()}, {judged.waived_points} more"
        return f"{plural(judged.points, 'point')} ({reason}{waived if judged.excused else ''})"

    def _statuses(self, judged: Judged) -> str:
        """Every subsystem's status in its own vocabulary, with points."""
        parts = (f"{part.name} {part.status}{f' +{part.points}' if part.points else ''}" for part in judged.parts)
        return ", ".join(parts)

    def _finding(self, finding: Finding, mark: str) -> Iterator[str]:
        color = SEVERITY_COLORS[finding.severity]
        place = self._paint(printable(str(finding.location)), underline=True)
        yield f"  {self._paint(f'{mark:>2}', fg=color, bold=True)}  {place}  {self._paint(finding.rule, fg=color)}"
        yield from self._wrap(finding.message)
        if finding.excerpt:
            line, caret = finding.excerpt.drawn(finding.location.line)
            yield "      " + self._paint(line, dim=True)
            yield "      " + self._paint(caret, fg=color)
        if finding.fix and not self._quiet:
            yield from self._wrap(finding.fix, "fix: ")

    def _wrap(self, text: str, label: str = "") -> Iterable[str]:
        """A paragraph below a finding's location."""
        indent, hanging = " " * 6, " " * (6 + len(label))
        return _paragraph(text, self._width, indent + label, hanging)

    def _first(self) -> str:
        """Where to begin: unjudged files, else the worst service, else the waivers."""
        if self._outcome.verdict is Verdict.NOT_JUDGED:
            return "the files above"
        introduced, others = self._outcome.blocking
        blocking = [*introduced, *others]
        return blocking[0].name if blocking else "the waivers above"

    def _closing(self) -> Iterator[str]:
        """The last lines: what to do next."""
        outcome = self._outcome
        if outcome.verdict is Verdict.PASSED:
            return
        yield ""
        if len(outcome.noteworthy) > MANY:
            yield self._totals()
        if outcome.run.hint:
            yield outcome.run.hint
        first = self._first()
        yield f"Begin with {first}. To see this again: {self._paint(printable(outcome.command), bold=True)}"
        if outcome.help:
            yield from (printable(line) for line in outcome.help.splitlines())
