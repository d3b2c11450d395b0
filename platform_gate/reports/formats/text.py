"""Text for people: verdict first, then what blocks, each problem with its fix. Healthy services need -v.

The layout uses ASCII only, so that it looks the same everywhere. Colour never says more than the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile
from typing import Final

from platform_gate.judging.result import Judged
from platform_gate.judging.verdict import ExitCode, Verdict
from platform_gate.model import Disposition, Finding, HealthStatus
from platform_gate.policy.loading import Source
from platform_gate.reports.outcome import Outcome
from platform_gate.reports.terminal import HEALTH_COLORS, VERDICT_COLORS, Terminal
from platform_gate.reports.wording import by_waiver, gate_in_words, health_counts, names, unjudged_files, worth_showing
from platform_gate.rule_ids import WAIVER, kind_of
from platform_gate.text import commas, log_line, plural, printable, shorten

IN_FULL: Final = 50
"""Services, the worst ones: whoever has hundreds needs a list of the others, not a page on each."""
HEALTH_WIDTH: Final = 8
"""Columns of the longest health."""
MANY: Final = 10
"""Services: with more of them the totals have scrolled away, and are repeated at the end."""


def render(outcome: Outcome) -> Iterator[str]:
    """The report, line by line."""
    for line in _Page(outcome).lines():
        yield log_line(line) + "\n"


class _Page:
    """Writes the lines of one report for one terminal."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._terminal = Terminal.of(outcome.display)
        self._paint = self._terminal.paint

    def lines(self) -> Iterator[str]:
        """All lines, without blank ones at the top."""
        return dropwhile(lambda line: not line, self._lines())

    def _lines(self) -> Iterator[str]:
        outcome, quiet = self._outcome, self._terminal.quiet
        if quiet and outcome.verdict is Verdict.PASSED:
            return
        if not quiet:
            yield from self._summary()
        yield from self._apart(self._not_judged())
        yield from self._fleet() if outcome.comparison is None else self._change()
        yield from self._notices(outcome.run.notices)
        if outcome.statistics:
            yield from self._statistics()
        if not quiet:
            yield from self._closing()

    def _not_judged(self) -> Sequence[Finding]:
        """What the verdict counts of the files that could not be judged; of a folder of strangers only one."""
        outcome = self._outcome
        counting = [finding for finding in outcome.run.unjudged if not outcome.is_standing(finding)]
        if self._terminal.verbose or not counting:
            return counting
        from platform_gate.judging import strangers  # noqa: PLC0415 - most files are manifests

        return strangers.folded(counting, (service.location.path for service in outcome.run.services))

    def _fleet(self) -> Iterator[str]:
        """The worst services in full, the others that need attention in a line each; all in full with -v."""
        if self._terminal.verbose:
            yield from self._in_full(self._outcome.worst_first)
            return
        noteworthy = self._outcome.noteworthy
        waived = [judged for judged in noteworthy if by_waiver(judged) and not judged.failing]
        wrong = [judged for judged in noteworthy if judged.failing or not by_waiver(judged)]
        yield from self._in_full(wrong[:IN_FULL])
        yield from self._in_a_line(wrong[IN_FULL:])
        yield from self._by_waiver(waived)

    def _in_full(self, services: Iterable[Judged]) -> Iterator[str]:
        for judged in services:
            yield ""
            yield from self._service(judged)

    def _in_a_line(self, services: Sequence[Judged]) -> Iterator[str]:
        """Health, name, points, and the rules that decided, as many as the terminal has room for."""
        if not services:
            return
        yield ""
        yield self._paint(f"{plural(len(services), 'more service')} in short (-v shows all in full)", bold=True)
        for judged in services:
            rules = dict.fromkeys(finding.rule for finding in judged.findings if finding.decisive)
            rest = f"{judged.name}  {plural(judged.points, 'point')}  {printable(', '.join(rules))}"
            room = self._terminal.width - HEALTH_WIDTH - 2
            yield f"{self._terminal.health(judged.health, HEALTH_WIDTH)}  {shorten(rest, room).rstrip()}"

    def _by_waiver(self, services: Sequence[Judged]) -> Iterator[str]:
        if not services:
            return
        yield ""
        yield self._paint(f"Healthy by waiver ({plural(len(services), 'service')})", bold=True)
        width = max(len(judged.name) for judged in services)
        for judged in services:
            excuses: dict[str, dict[str, None]] = {}
            for finding in judged.findings:
                if finding.disposition is Disposition.WAIVED:
                    excuses.setdefault(str(finding.excuse), {})[finding.rule] = None
            waived = "; ".join(f"{names(list(rules))} {excuse}" for excuse, rules in excuses.items())
            without = f"{judged.health_without_waivers.upper()} without: "
            yield from self._terminal.paragraph(f"{judged.name:<{width}}  {without}{waived}", "  ", " " * 6)

    def _change(self) -> Iterator[str]:
        """The services that the change breaks, and what else it does; every service in full with -v."""
        from platform_gate.reports import change_text  # noqa: PLC0415 - only a comparison with a base has one

        yield from change_text.lines(self._outcome, self._terminal)
        if self._terminal.verbose:
            named = {judged.name for judged in self._outcome.blocking[0]}
            yield from self._in_full(judged for judged in self._outcome.worst_first if judged.name not in named)

    def _apart(self, findings: Iterable[Finding]) -> Iterator[str]:
        """Findings that belong to no service."""
        for finding in findings:
            yield ""
            yield from self._terminal.finding(finding, str(finding.severity).upper())

    def _notices(self, findings: Sequence[Finding]) -> Iterator[str]:
        """Findings on waivers. Several of a rule share a block, which says only once what to do."""
        for rule in dict.fromkeys(finding.rule for finding in findings):
            several = [finding for finding in findings if finding.rule == rule]
            yield from self._apart(several) if len(several) == 1 else self._block(several)

    def _block(self, findings: Sequence[Finding]) -> Iterator[str]:
        first = findings[0]
        yield ""
        yield f"  {str(first.severity).upper()}  {self._terminal.rule(first.rule)}  {plural(len(findings), 'waiver')}"
        width = max(len(printable(f"{finding.location}")) for finding in findings)
        for finding in findings:
            place = f"{printable(str(finding.location)):<{width}}"
            yield from self._terminal.paragraph(f"{place}  {finding.message}", " " * 6, " " * 8)
        if not self._terminal.quiet:
            yield from self._terminal.indented(first.fix, "fix: ")

    def _statistics(self) -> Iterator[str]:
        """Findings by rule, team and tier, as tables."""
        from platform_gate.reports import statistics  # noqa: PLC0415 - few runs ask for them

        for name, counts in statistics.of(self._outcome)._asdict().items():
            if counts:
                width = max(len(name), *(len(printable(count.name)) for count in counts))
                head = "".join(f"  {column:>8}" for column in statistics.COLUMNS)
                yield ""
                yield self._paint(f"{name.removesuffix('s'):<{width}}{head}", bold=True)
                for count in counts:
                    yield f"{printable(count.name):<{width}}" + "".join(f"  {number:>8}" for number in count[1:])

    def _summary(self) -> Iterator[str]:
        outcome = self._outcome
        yield from self._verdict()
        if outcome.schema_only:
            return
        if outcome.verdict is Verdict.FAILED and outcome.exit_code == ExitCode.PASSED:
            yield "exit code 0 because of --exit-zero"
        shipped = outcome.policy.source in (Source.SHIPPED, Source.MERGED)
        where = "" if shipped else f" ({printable(outcome.policy.path)})"
        part = f", {outcome.part}" if outcome.part else ""
        basis = f"policy {outcome.policy.name}{where}, as of {outcome.as_of}{part}"
        notes = [basis, *outcome.differences, *_measured(outcome)]
        if outcome.comparison:
            notes.append(outcome.comparison.describe(outcome.scope))
        notes += gate_in_words(outcome.choice.stage, outcome.choice.changes, adoption=outcome.adoption)
        for note in notes:
            yield from (self._paint(line, dim=True) for line in self._terminal.paragraph(note))

    def _verdict(self) -> Iterator[str]:
        """The verdict with the reason for it: what the change did, or how many services are in which health."""
        outcome = self._outcome
        answer = self._paint(str(outcome.verdict).upper(), fg=VERDICT_COLORS[outcome.verdict], bold=True)
        if outcome.comparison is None:
            yield f"{answer}  {self._totals()}"
            return
        from platform_gate.reports import change_summary  # noqa: PLC0415 - only a comparison with a base has one

        indent = " " * (len(outcome.verdict) + 2)
        first, *rest = self._terminal.paragraph(" ".join(change_summary.headline(outcome)), indent, indent)
        yield answer + first[len(outcome.verdict) :]
        yield from rest
        yield self._totals()

    def _totals(self) -> str:
        """The number of services by health, worst first, preceded by the number of unjudged files if there are any."""
        outcome = self._outcome
        rest = plural(outcome.run.manifests, "valid manifest")
        if not outcome.schema_only:
            parts = [self._paint(words, fg=HEALTH_COLORS[health]) for health, words in health_counts(outcome)]
            rest = plural(len(outcome.run.services), "service") + (": " if parts else "") + ", ".join(parts)
        files = unjudged_files(outcome)
        return self._paint(files, fg="red") + f"; {rest}" if files else rest

    def _service(self, judged: Judged) -> Iterator[str]:
        terminal = self._terminal
        who = f"team {printable(judged.team)}, tier {judged.tier}"
        name = self._paint(judged.name, bold=True)
        yield f"{terminal.health(judged.health)}  {name}  {self._reason(judged)}  {self._paint(who, dim=True)}"
        yield from terminal.statuses(judged)
        for finding in judged.findings:
            if finding.excuse:
                yield from terminal.excused(finding, finding.excuse)
            elif terminal.verbose or worth_showing(finding):
                yield from terminal.finding(finding, f"+{finding.points}" if finding.points else "")

    def _reason(self, judged: Judged) -> str:
        """The points, and why they make the service degraded, critical or unknown."""
        limits = judged.limits
        reasons = {
            HealthStatus.CRITICAL: f"critical from {limits.critical_at}",
            HealthStatus.UNKNOWN: "data is missing",
        }
        reason = reasons.get(judged.health, f"degraded from {limits.degraded_at}")
        fatal = f"; fails on {commas(judged.fatal)}" if judged.fatal else ""
        reason += fatal or ("" if judged.failing else _tolerated(judged))
        waived = f"; without waivers {judged.health_without_waivers.upper()}, {judged.waived_points} more"
        return f"{plural(judged.points, 'point')} ({reason}{waived if judged.excused else ''})"

    def _closing(self) -> Iterator[str]:
        """The last lines: how to reproduce the report, whom to ask, and the command that explains the worst service."""
        outcome = self._outcome
        if outcome.verdict is Verdict.PASSED:
            return
        yield ""
        if outcome.comparison is None and len(outcome.noteworthy) > MANY:
            yield from self._verdict()
        if outcome.run.hint:
            yield outcome.run.hint
        yield f"Reproduce with: {self._paint(printable(outcome.command), bold=True)}"
        yield from (printable(line) for line in outcome.help.splitlines())
        yield self._start()

    def _start(self) -> str:
        """Where to start: unjudged files, else the worst service, else the waivers."""
        outcome = self._outcome
        blocking = [judged for several in outcome.blocking for judged in several]
        if outcome.verdict is Verdict.NOT_JUDGED or not blocking:
            on_waivers = any(kind_of(notice.rule) == WAIVER for notice in outcome.run.notices)
            apart = "files" if outcome.verdict is Verdict.NOT_JUDGED else "waivers" if on_waivers else "notes"
            return f"Start with the {apart} above."
        name = blocking[0].name
        command = outcome.explain(name)
        return f"Start with {name}" + (f": {self._paint(printable(command), bold=True)}" if command else ".")


def _tolerated(judged: Judged) -> str:
    """A remark for an unhealthy service that the policy lets pass."""
    if judged.exempt:
        return "; exempt"
    return "" if judged.health is HealthStatus.HEALTHY else "; the policy does not fail on it"


def _measured(outcome: Outcome) -> Iterator[str]:
    """By what the run was measured."""
    if outcome.run.measured_by is None:
        return
    from platform_gate.reports.measured_by import sentences  # noqa: PLC0415 - few runs are measured

    yield from sentences(outcome.run.measured_by, outcome.run.services)
