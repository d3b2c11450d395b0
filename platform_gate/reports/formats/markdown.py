"""Markdown for a job summary, or a comment on a pull request: the verdict, what the change breaks, what to do.

GitHub rejects a document that exceeds its limit. So this one is made of blocks, each kept whole or left out, and every
section says how many it left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from platform_gate.judging import strangers
from platform_gate.judging.result import Judged
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Disposition, Finding, HealthStatus
from platform_gate.reports import change_summary, statistics
from platform_gate.reports.change_summary import ChangeLine, ServiceChange
from platform_gate.reports.markdown_findings import (
    cut,
    excused,
    finding_rows,
    fix_text,
    health,
    item,
    moved,
    notice,
    place,
    row,
    rule,
    service_table,
    table,
)
from platform_gate.reports.markdown_text import REMARK, MarkdownSection, block, code, escape, fit, folded, size
from platform_gate.reports.measured_by import sentences
from platform_gate.reports.outcome import Links, Outcome
from platform_gate.reports.wording import by_waiver, gate_in_words, health_counts, unjudged_files
from platform_gate.rule_ids import WAIVER, kind_of
from platform_gate.text import plural

MAX_BYTES: Final = 1024 * 1024 - 4096
"""GitHub's limit for a job summary is 1 MiB; the margin is for what a workflow writes around it."""
SIGNS: Final = {Verdict.PASSED: "✅", Verdict.FAILED: "❌", Verdict.NOT_JUDGED: "⚠️"}


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
    counting = [finding for finding in run.unjudged if not outcome.is_standing(finding)]
    unjudged = strangers.folded(counting, (judged.location.path for judged in run.services))
    blocks = (item(finding, links) for finding in unjudged)
    yield MarkdownSection("### What could not be judged\n\n", blocks, len(unjudged), "problem", share=2)
    yield from _fleet(outcome) if outcome.comparison is None else _change(outcome)
    for name in dict.fromkeys(finding.rule for finding in run.notices):
        yield _notices([finding for finding in run.notices if finding.rule == name], links)
    if outcome.statistics:
        yield from _statistics(outcome)


def _notices(findings: Sequence[Finding], links: Links | None) -> MarkdownSection:
    """The findings of a rule on waivers or snapshots."""
    first = findings[0]
    noun = "waiver" if kind_of(first.rule) == WAIVER else "note"
    head = f"### {plural(len(findings), noun)}: {rule(first.rule)}\n\n{fix_text(first.fix)}\n\n"
    rows = (notice(finding, links) for finding in findings)
    return MarkdownSection(head + table(noun.capitalize(), "Line"), rows, len(findings), noun, share=2)


def _statistics(outcome: Outcome) -> Iterator[MarkdownSection]:
    """Findings by rule, team and tier, as tables."""
    found = statistics.of(outcome)
    yield _counted("rule", ((rule(count.name), count) for count in found.rules), len(found.rules))
    yield _counted("team", ((escape(count.name), count) for count in found.teams), len(found.teams))
    yield _counted("tier", ((escape(count.name), count) for count in found.tiers), len(found.tiers))


def _counted(noun: str, counts: Iterator[tuple[str, statistics.Count]], total: int) -> MarkdownSection:
    head = table(noun.capitalize(), *(f":{column.capitalize()}" for column in statistics.COLUMNS))
    rows = (row(name, *map(str, count[1:])) for name, count in counts)
    return folded(f"Statistics by {noun}", head, rows, total, "row")


def _fleet(outcome: Outcome) -> Iterator[MarkdownSection]:
    """What needs attention as a table, then each service in detail, and those that are healthy by waiver."""
    waived = [judged for judged in outcome.noteworthy if by_waiver(judged) and not judged.failing]
    named = {judged.name for judged in waived}
    shown = [judged for judged in outcome.noteworthy if judged.name not in named]
    head, rows = service_table(shown)
    yield MarkdownSection(f"### Needs attention\n\n{head}", rows, len(shown), "service", share=2)
    blocks = (_details(judged, outcome.links, opened=judged is shown[0]) for judged in shown)
    yield MarkdownSection("", blocks, len(shown), "service", tail="")
    title = f"🟢 {plural(len(waived), 'service')} healthy by waiver"
    rows = (excused(judged, outcome.links) for judged in waived)
    yield folded(title, table("Service", "Without waivers", "Waived"), rows, len(waived), "service")


def _change(outcome: Outcome) -> Iterator[MarkdownSection]:
    """What the change breaks in full; what failed before folded; the rest in a line each."""
    links = outcome.links
    broken = change_summary.broken(outcome)
    yield MarkdownSection("", (_broken(service, links) for service in broken), len(broken), "service", tail="")
    for failing in change_summary.already_failing(outcome):
        services = [service.judged for service in failing.services]
        title = f"{failing.title}: {plural(len(services), 'service')}"
        if failing.in_full:
            blocks = (_broken(service, links) for service in failing.services)
            yield MarkdownSection(f"**{title}**\n\n", blocks, len(services), "service", tail="")
            continue
        touched = {service.name: service.touched for service in failing.services if service.touched}
        head, rows = service_table(services, touched)
        yield folded(title, head, rows, len(services), "service")
    for entries in change_summary.lists(outcome, "→"):
        lines = (_change_line(line, links) for line in entries.lines)
        yield MarkdownSection(f"**{escape(entries.title)}**\n\n", lines, len(entries.lines), "line", share=2)


def _broken(service: ServiceChange, links: Links | None) -> str:
    judged = service.judged
    before = "" if service.points_before is None else f" ({service.points_before} before)"
    title = f"### {escape(service.name)}: {moved(service.before, judged.health)}, {plural(judged.points, 'point')}"
    touched = [f"- {cut(service.touched)}\n"] if service.touched else []
    relaxed = [
        f"- lowers the bar: {cut(entry.describe('→'))} ({place(entry.location, links)})\n"
        for entry in (() if service.introduced else service.relaxed)
    ]
    lowered = "".join([*touched, *relaxed, "\n"]) if touched or relaxed else ""
    return f"{title}{before}\n\n{lowered}{finding_rows(service.findings, links, service.introduced)}\n"


def _change_line(line: ChangeLine, links: Links | None) -> str:
    """A list item on what else a change does."""
    name = f"**{escape(line.service)}** " if line.service else ""
    located = f" ({place(line.location, links)})" if line.location else ""
    if line.after is None:
        return f"- {name}{cut(line.text)}{located}\n"
    remark = f" ({cut(line.text)})" if line.text else ""
    return f"- {name}{moved(line.before or '', line.after)}{remark}{located}\n"


def _opening(outcome: Outcome) -> str:
    """The verdict, what the change did, the counts by health, and the basis in small print."""
    change, before = change_summary.headline(outcome)
    files = unjudged_files(outcome)
    parts = [f"## {SIGNS[outcome.verdict]} Platform gate: {outcome.verdict}"]
    if change:
        parts.append(f"**{escape(change)}** {escape(before)}".rstrip())
    parts.append((f"{files}; " if files and not change else "") + _totals(outcome))
    return "\n\n".join([*parts, f"<sub>{_basis(outcome)}</sub>"]) + "\n\n"


def _basis(outcome: Outcome) -> str:
    policy = outcome.policy
    where = f"Policy {escape(policy.name)} ({code(policy.sha256[:12])}), as of {outcome.as_of}"
    if outcome.comparison:
        where += f", {escape(outcome.comparison.describe(outcome.scope))}"
    where += f", {outcome.part}" if outcome.part else ""
    gate = gate_in_words(outcome.choice.stage, outcome.choice.changes, adoption=outcome.adoption)
    notes = [*gate, *outcome.differences, *sentences(outcome.run.measured_by, outcome.run.services)]
    return where + "".join(f"<br>{cut(note)}" for note in notes)


def _totals(outcome: Outcome) -> str:
    if outcome.schema_only:
        return plural(outcome.run.manifests, "valid manifest")
    parts = [f"{health(status)[0]} {words}" for status, words in health_counts(outcome)]
    counts = Counter(finding.disposition for judged in outcome.run.services for finding in judged.findings)
    excused = "".join(
        f"; {plural(counts[disposition], 'finding')} {disposition}"
        for disposition in (Disposition.WAIVED, Disposition.EXEMPT)
        if counts[disposition]
    )
    return f"{plural(len(outcome.run.services), 'service')}: {' · '.join(parts) or 'none'}{excused}"


def _details(judged: Judged, links: Links | None, *, opened: bool) -> str:
    """A service, folded except for the first."""
    reason = "data is missing" if judged.health is HealthStatus.UNKNOWN else plural(judged.points, "point")
    title = f"{health(judged.health)} <b>{escape(judged.name)}</b>, {reason}"
    waived = f"; {judged.health_without_waivers} without waivers" if judged.excused else ""
    rows = finding_rows(judged.findings, links)
    return f"<details{' open' if opened else ''}>\n<summary>{title}{waived}</summary>\n\n{rows}\n</details>\n\n"


def _closing(outcome: Outcome, limit: int) -> str:
    """Hint, commands and help. Each is left out if it would take more than a quarter of the document."""
    if outcome.verdict is Verdict.PASSED:
        return ""
    hint = f"Hint: {escape(outcome.run.hint)}\n\n" if outcome.run.hint else ""
    command = f"Reproduce with:\n\n{block(outcome.command)}\n"
    asked = "<br>".join(escape(line) for line in outcome.help.splitlines())
    parts = [hint, command, f"\nHelp: {asked}\n" if asked else ""]
    return "".join(part for part in parts if size(part) <= limit // 4)
