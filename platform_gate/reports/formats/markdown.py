"""Markdown for a job summary, or a comment on a pull request: the verdict, the worst services, what to do.

GitHub rejects a document that exceeds its limit. So this one is made of blocks, each kept whole or left out, and every
section says how many it left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from platform_gate.judging import strangers
from platform_gate.judging.result import Judged, Part
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Excuse, Finding, HealthStatus, Location
from platform_gate.reports import change_summary
from platform_gate.reports.markdown_text import REMARK, MarkdownSection, block, code, escape, fit, link, size
from platform_gate.reports.measured_by import sentences
from platform_gate.reports.outcome import Links, Outcome
from platform_gate.rule_ids import WAIVER, kind_of
from platform_gate.text import plural, shorten

MAX_BYTES: Final = 1024 * 1024 - 4096
"""GitHub's limit for a job summary is 1 MiB; the margin is for what a workflow writes around it."""
LONGEST_BAR: Final = 10
MAX_FINDINGS: Final = 25
MAX_TEXT: Final = 500


def render(outcome: Outcome) -> Iterator[str]:
    """The document, section by section, within its limit."""
    limit = outcome.display.max_bytes or MAX_BYTES
    opening, closing = _opening(outcome), _closing(outcome, limit)
    sections = [section for section in _sections(outcome) if section.total]
    free = limit - size(opening) - size(closing) - len(sections) * REMARK
    yield opening
    for section in sections:
        text = fit(section, free // section.share)
        free -= size(text)
        yield text + "\n"
    yield closing


def _sections(outcome: Outcome) -> Iterator[MarkdownSection]:
    links, run = outcome.links, outcome.run
    shown = list(filter(outcome.decides, outcome.noteworthy))
    unhealthy = [judged for judged in shown if judged.health is not HealthStatus.HEALTHY]
    for section in change_summary.sections(outcome):
        lines = (_change_line(line, links) for line in section.lines)
        yield MarkdownSection(f"### {escape(section.title)}\n\n", lines, len(section.lines), "line", share=2)
    unjudged = strangers.folded(run.unjudged, (judged.location.path for judged in run.services))
    yield _list("What could not be judged", unjudged, "problem", links)
    yield _list(_about(run.notices), run.notices, "notice", links)
    yield _table(unhealthy)
    blocks = (_details(judged, links, first=judged is shown[0]) for judged in shown)
    yield MarkdownSection("", blocks, len(shown), "service", tail="")


def _about(notices: Sequence[Finding]) -> str:
    """The title of findings about waivers and snapshots."""
    kinds = {kind_of(notice.rule) for notice in notices}
    if WAIVER not in kinds:
        return "About the snapshots"
    return "About the waivers" if len(kinds) == 1 else "About waivers and snapshots"


def _change_line(line: change_summary.SummaryLine, links: Links | None) -> str:
    """A list item of the summary of a change."""
    name = f"{escape(line.service)}: " if line.service else ""
    place = f" ({_place(line.location, links)})" if line.location else ""
    return f"- {name}{_cut(line.text)}{place}\n"


def _opening(outcome: Outcome) -> str:
    policy = outcome.policy
    where = f"Policy {escape(policy.name)} ({code(policy.sha256[:12])}), as of {outcome.as_of}"
    where += _since(outcome) + (f", {outcome.part}" if outcome.part else "")
    where += "".join(f"<br>{_cut(difference)}" for difference in outcome.differences)
    where += "".join(f"<br>{_cut(line)}" for line in sentences(outcome.run.measured_by, outcome.run.services))
    paths = {finding.location.path for finding in outcome.run.unjudged}
    files = f"{plural(len(paths), 'file')} not judged; " if paths else ""
    return f"## Platform gate: {outcome.verdict.upper()}\n\n{files}{_totals(outcome)}<br>{where}\n\n"


def _since(outcome: Outcome) -> str:
    """The base that the tree was compared with; empty without one."""
    if outcome.comparison is None:
        return ""
    adopted = "; the base has no rules yet, so this change's own hold" if outcome.comparison.adoption else ""
    return f", scope {outcome.scope}, since {code(outcome.comparison.base[:12])}{adopted}"


def _totals(outcome: Outcome) -> str:
    if outcome.schema_only:
        return plural(outcome.run.manifests, "valid manifest")
    parts = [f"{count} {health}" for health in reversed(HealthStatus) if (count := outcome.healths[health])]
    waived = sum(finding.excuse is not None for judged in outcome.run.services for finding in judged.findings)
    excused = f"; {plural(waived, 'finding')} waived" if waived else ""
    return f"{plural(len(outcome.run.services), 'service')}: {', '.join(parts) or 'none'}{excused}"


def _list(title: str, findings: Sequence[Finding], noun: str, links: Links | None) -> MarkdownSection:
    blocks = (_finding(finding, links) for finding in findings)
    return MarkdownSection(f"### {title}\n\n", blocks, len(findings), noun, share=2)


def _table(unhealthy: Sequence[Judged]) -> MarkdownSection:
    """One row per service, one column per subsystem."""
    columns = list(dict.fromkeys(name for judged in unhealthy for name, *_ in judged.parts))
    head = _row("Service", "Health", "Points", *map(escape, columns)) + _row(
        "---", "---", "---:", *("---" for _ in columns)
    )
    rows = (_service_row(judged, columns) for judged in unhealthy)
    return MarkdownSection(f"### What needs attention\n\n{head}", rows, len(unhealthy), "service", share=2)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _service_row(judged: Judged, columns: Iterable[str]) -> str:
    who = f"{escape(judged.name)} ({escape(judged.team)}, tier {judged.tier})"
    parts = {part.name: part for part in judged.parts}
    return _row(who, judged.health.upper(), str(judged.points), *(_cell(parts.get(column)) for column in columns))


def _cell(part: Part | None) -> str:
    """The status, and points as a bar and as a number, which says the same to a screen reader."""
    if part is None:
        return ""
    status = escape(part.status.replace("_", " "))
    bar = "■" * min(part.points, LONGEST_BAR)
    return f"{bar} {status}, {plural(part.points, 'point')}" if part.points else status


def _details(judged: Judged, links: Links | None, *, first: bool) -> str:
    """A service, folded except for the first."""
    reason = "data is missing" if judged.health is HealthStatus.UNKNOWN else plural(judged.points, "point")
    title = f"{judged.health.upper()}: {escape(judged.name)}, {reason}"
    waived = f"; {judged.health_without_waivers.upper()} without waivers" if judged.excused else ""
    findings = "".join(_finding(finding, links) for finding in judged.findings[:MAX_FINDINGS])
    more = len(judged.findings) - MAX_FINDINGS
    rest = f"- and {plural(more, 'more finding')} in {escape(judged.location.path)}\n" if more > 0 else ""
    opened = " open" if first else ""
    return f"<details{opened}>\n<summary>{title}{waived}</summary>\n\n{findings}{rest}\n</details>\n\n"


def _finding(finding: Finding, links: Links | None) -> str:
    """A list item: points, rule, place and message, then the fix or the waiver."""
    cost = f", {plural(finding.points, 'point')}" if finding.points else ""
    head = "waived" if finding.excuse else f"{finding.severity}{cost}"
    lines = [f"- {head}: {code(finding.rule)} at {_place(finding.location, links)}", _cut(finding.message)]
    if finding.excuse:
        lines.append(_excuse(finding.excuse, links))
    elif finding.fix:
        lines.append(f"Fix: {_cut(finding.fix)}")
    return "<br>".join(lines) + "\n"


def _excuse(excuse: Excuse, links: Links | None) -> str:
    return f"{_cut(str(excuse))} ({_place(excuse.location, links)})"


def _cut(text: str) -> str:
    return escape(shorten(text, MAX_TEXT))


def _place(location: Location, links: Links | None) -> str:
    return link(location.path, f":{location.line}", links.url(location) if links else "")


def _closing(outcome: Outcome, limit: int) -> str:
    """Hint, command and help. Each is left out if it would take more than a quarter of the document."""
    if outcome.verdict is Verdict.PASSED:
        return ""
    hint = f"Hint: {escape(outcome.run.hint)}\n\n" if outcome.run.hint else ""
    command = f"To see this again:\n\n{block(outcome.command)}\n"
    asked = "<br>".join(escape(line) for line in outcome.help.splitlines())
    parts = [hint, command, f"\nHelp: {asked}\n" if asked else ""]
    return "".join(part for part in parts if size(part) <= limit // 4)
