"""Explain a service's points, and document a rule, as lines of text.

Facts are drawn from whatever a subsystem's ``describe`` returns: plain values by name, lists of rows as tables.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from platform_gate.judging.judgement import Judgement, Scored
from platform_gate.judging.remedy import remedy
from platform_gate.judging.result import Judged
from platform_gate.model import Charge, HealthStatus, Rule, Violation
from platform_gate.policy.layers import describe_origin
from platform_gate.policy.limits import Effective
from platform_gate.text import plural, printable

LIMIT: Final = "limit"
"""Name of the column with a JSON pointer into the policy."""


def service(judged: Judged) -> Iterator[str]:
    """Explain a service: facts, limits, points with the policy line behind each, and the fewest fixes."""
    judgement, subject = judged.judgement, judged.judgement.subject
    without = f"  (without waivers {judgement.health_without_waivers.upper()}, {judgement.waived_points} more)"
    excused = any(finding.excuse for finding in judged.findings)
    points = plural(judgement.points, "point") + (without if excused else "")
    yield f"{subject.name}  {judgement.health.upper()}  {points}"
    yield f"team {subject.team}, tier {subject.tier}, {judged.location.path}:{judged.location.line}"
    for key in ("degraded_at", "critical_at"):
        limit = getattr(judgement.policy.health, key)
        yield f"{key.removesuffix('_at')} from {plural(limit, 'point')} ({_where(judgement.policy, 'health', key)})"
    for scored in judgement.scored.values():
        yield ""
        yield from _subsystem(scored, judged)
    yield ""
    yield from _remedy(judgement)


def _subsystem(scored: Scored, judged: Judged) -> Iterator[str]:
    points = f"  +{scored.points}" if scored.points else ""
    required = ", required" if scored.name in judged.judgement.required else ""
    yield f"{scored.name}: {scored.status}{points}{required}"
    policy = judged.judgement.policy
    yield from (f"  {line}" for line in facts(scored.describe(), policy))
    for finding in judged.findings:
        if finding.subsystem == scored.name:
            shown = "waived" if finding.excuse else finding.severity
            yield f"  {shown}  {finding.rule}  {printable(str(finding.location))}"
            yield f"      {printable(finding.message)}"
            if finding.excuse:
                yield f"      {printable(str(finding.excuse))}"
    yield from (f"  {_charge(charge, policy)}" for charge in scored.charges)


def _charge(charge: Charge, policy: Effective) -> str:
    rules = ", ".join(sorted(charge.rules))
    return f"+{charge.points}  {rules}: {'.'.join(map(str, charge.key))} ({_where(policy, *charge.key)})"


def _where(policy: Effective, *at: str | int) -> str:
    """The policy line that sets a value, and the override's reason if an override sets it."""
    return describe_origin(policy.layered.origin(at))


def facts(described: Mapping[str, Any], policy: Effective) -> Iterator[str]:
    """Facts as aligned lines: plain values by name, then rows as tables."""
    plain = {key: value for key, value in described.items() if not isinstance(value, (list, dict))}
    width = max(map(len, plain), default=0)
    yield from (f"{words(key):<{width}}  {cell(value)}" for key, value in plain.items())
    for key, value in described.items():
        rows = _rows(key, value)
        if rows:
            yield from table([_located(row, policy) for row in rows])


def _rows(key: str, value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [{key: words(name), **row} for name, row in value.items()]
    return [dict(row) for row in value] if isinstance(value, list) else []


def _located(row: dict[str, Any], policy: Effective) -> dict[str, Any]:
    """The row with its pointer into the policy replaced by a path and a line."""
    if not row.get(LIMIT):
        return row
    at = [int(key) if key.isdigit() else key for key in str(row[LIMIT]).split("/")[1:]]
    return {**row, LIMIT: _where(policy, *at)}


def table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Rows as a table with headings; columns that no row fills are left out."""
    columns = [key for key in rows[0] if any(row.get(key) is not None for row in rows)]
    cells = [[words(column) for column in columns], *([cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        yield "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()


def words(key: str) -> str:
    """A key as words: ``uptime_pct`` becomes ``uptime %``."""
    return key.removesuffix("_pct").replace("_", " ") + (" %" if key.endswith("_pct") else "")


def cell(value: Any) -> str:
    """A value for people: yes, no, or a dash for None."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{printable(str(key))} {cell(each)}" for key, each in value.items())
    return printable(str(value))


def _remedy(judgement: Judgement) -> Iterator[str]:
    if judgement.health is HealthStatus.HEALTHY:
        lasting = judgement.health_without_waivers is HealthStatus.HEALTHY
        yield (
            "Healthy: nothing needs to be mended."
            if lasting
            else "Healthy while its waivers last: mend what they excuse."
        )
        return
    cure = remedy(judgement)
    yield f"Healthy after {plural(len(cure.fixes), 'fix', 'fixes')}, the fewest possible:"
    yield from (f"  {line}" for violation in cure.fixes for line in _fix(violation))
    if cure.best and cure.left == judgement.points > 0:
        yield "No fix alone saves a point."
    elif cure.best and judgement.points:
        yield f"One alone helps most: {_name(cure.best)} leaves {plural(cure.left, 'point')} of {judgement.points}."


def _fix(violation: Violation) -> list[str]:
    fix = violation.fix or violation.rule.help
    return [f"{_name(violation)}: {printable(violation.message)}", f"    fix: {printable(fix)}"]


def _name(violation: Violation) -> str:
    return violation.rule.id + (f" ({printable(violation.subject)})" if violation.subject else "")


def rule(about: Rule) -> Iterator[str]:
    """A rule's documentation, section by section."""
    yield about.id
    for heading, text in sections(about):
        yield ""
        yield heading
        yield from (f"  {line}" for line in text.splitlines())


def sections(about: Rule) -> Iterator[tuple[str, str]]:
    """Headings and texts of a rule's documentation."""
    yield "What it checks", _paragraph(f"{about.title.rstrip('.')}. {about.help}")
    yield "Why it matters", _paragraph(about.why or "-")
    yield "Fails", about.fails or "-"
    yield "Passes", about.passes or "-"
    yield "Policy keys", "\n".join([*about.keys, f"severities.{about.id}"])
    yield "Source", about.source or "platform-gate"


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 76)


def rule_list(rules: Iterable[Rule]) -> Iterator[str]:
    """One line per rule, sorted by ID."""
    ordered = sorted(rules, key=lambda about: about.id)
    width = max(len(about.id) for about in ordered)
    yield from (f"{about.id:<{width}}  {about.title}" for about in ordered)
