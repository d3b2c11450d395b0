"""Explain a service's points, and document a rule, as lines of text.

Facts are drawn from whatever a subsystem's ``describe`` returns: plain values by name, lists of rows as tables.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from platform_gate.changes.comparison import Transition
from platform_gate.judging.judgement import Judgement, Scored, in_doubt
from platform_gate.judging.remedy import Edit, Remedy, remedy
from platform_gate.judging.result import Judged
from platform_gate.model import Charge, Disposition, HealthStatus, Rule, Violation
from platform_gate.policy.layers import describe_origin
from platform_gate.policy.limits import Effective
from platform_gate.reports.wording import label, spaced
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.text import commas, listing, plural, printable

LIMIT: Final = "limit"
"""Name of the column with a JSON pointer into the policy."""


def service(judged: Judged, change: Transition | None = None, ref: str = "") -> Iterator[str]:
    """Explain a service: what to do, then facts and points with the policy line behind each.

    Args:
        judged: the service.
        change: its change since the base, if there is one.
        ref: the base as the user named it.
    """
    judgement, subject = judged.judgement, judged.judgement.subject
    without = f"  (without waivers {judgement.health_without_waivers.upper()}, {judgement.waived_points} more)"
    points = plural(judgement.points, "point") + (without if judged.excused else "")
    yield f"{subject.name}  {judgement.health.upper()}  {points}"
    yield f"team {subject.team}, tier {subject.tier}, {judged.location.path}:{judged.location.line}"
    yield from _reasons(judged)
    yield from _exempt(judged) if judged.exempt else ()
    yield from _since(judged, change, ref) if change else ()
    for key in ("degraded_at", "critical_at"):
        limit = getattr(judgement.policy.health, key)
        yield f"{key.removesuffix('_at')} from {plural(limit, 'point')} ({_where(judgement.policy, 'health', key)})"
    yield ""
    yield from _remedy(judged)
    for scored in judgement.scored.values():
        yield ""
        yield from _subsystem(scored, judged)


def _exempt(judged: Judged) -> Iterator[str]:
    """The health that decides, and the rules that it leaves out."""
    rules = dict.fromkeys(one.rule for one in judged.findings if one.disposition is Disposition.EXEMPT)
    are = "is" if len(rules) == 1 else "are"
    yield f"{judged.judgement.deciding_health.upper()} for the verdict: {listing(rules)} {are} exempt"


def _reasons(judged: Judged) -> Iterator[str]:
    """The rules that points come from; for UNKNOWN, the gaps in the data."""
    judgement = judged.judgement
    reasons = [f"{finding.rule} +{finding.points}" for finding in judged.findings if finding.points]
    if judgement.health is HealthStatus.UNKNOWN:
        gaps = [
            _name(violation)
            for scored in judgement.scored.values()
            for violation in scored.open
            if in_doubt(violation.rule, scored.name, judgement.required)
        ]
        yield f"unknown because of {listing(gaps)}"
    if reasons:
        yield f"because of {listing(reasons)}"


def _since(judged: Judged, change: Transition, ref: str) -> Iterator[str]:
    """Health and points at the base, and what is new since."""
    if change.health_before is None:
        yield f"new since {printable(ref)}"
        return
    points = "" if change.points_before is None else f", {plural(change.points_before, 'point')}"
    yield f"at {printable(ref)}: {change.health_before.upper()}{points}"
    introduced = change.introduced(judged)
    new = dict.fromkeys(finding.rule for finding in judged.findings if finding.fingerprint in introduced)
    if new:
        yield f"new since {printable(ref)}: {listing(new)}"


def _subsystem(scored: Scored, judged: Judged) -> Iterator[str]:
    points = f"  +{scored.points}" if scored.points else ""
    required = ", required" if scored.name in judged.judgement.required else ""
    yield f"{label(scored.name)}: {spaced(scored.status)}{points}{required}"
    policy = judged.judgement.policy
    if _has_facts(scored):
        yield from (f"  {line}" for line in facts(scored.describe(), policy))
    for finding in judged.findings:
        if finding.subsystem == scored.name:
            shown = str(finding.disposition) if finding.excuse else finding.severity
            yield f"  {shown}  {finding.rule}  {printable(str(finding.location))}"
            yield f"      {printable(finding.message)}"
            if finding.excuse:
                yield f"      {printable(str(finding.excuse))}"
    yield from (f"  {_charge(charge, policy)}" for charge in scored.charges)


def _has_facts(scored: Scored) -> bool:
    """Whether there is anything to show: without data a trend or a cost of 0 would be made up."""
    subsystem = SUBSYSTEMS[scored.name]
    return not subsystem.SECTION or subsystem.has_data(scored.facts)


def _charge(charge: Charge, policy: Effective) -> str:
    rules = commas(sorted(charge.rules))
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
    """A key as words: ``uptime_pct`` becomes ``uptime (%)``."""
    return key.removesuffix("_pct").replace("_", " ") + (" (%)" if key.endswith("_pct") else "")


def cell(value: Any) -> str:
    """A value for people: yes, no, or a dash for None."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{printable(str(key))} {cell(each)}" for key, each in value.items())
    return printable(str(value))


def _remedy(judged: Judged) -> Iterator[str]:
    judgement = judged.judgement
    if judgement.health is HealthStatus.HEALTHY:
        lasting = judgement.health_without_waivers is HealthStatus.HEALTHY
        yield "Healthy: nothing to fix." if lasting else "Healthy by waiver: fix what the waivers excuse."
        return
    cure = remedy(judgement, judged.manifest.document.data)
    yield f"Healthy after {plural(len(cure.edits), 'edit')}:"
    yield from (f"  {line}" for edit in cure.edits for line in _edit(edit, judged))
    if len(cure.edits) > 1 and cure.best:
        yield _best(cure, judgement)


def _best(cure: Remedy, judgement: Judgement) -> str:
    """What a single edit achieves."""
    if cure.left == judgement.points and cure.health is judgement.health:
        return "No single edit changes health or points."
    points = f"{judgement.points} to {plural(cure.left, 'point')}"
    moved = cure.health is not judgement.health
    health = f"{judgement.health.upper()} to {cure.health.upper()}" if moved else f"still {cure.health.upper()}"
    rules = ", ".join(map(_name, cure.best.fixed)) if cure.best else ""
    return f"The best single edit is for {rules}: {points}, {health}."


def _edit(edit: Edit, judged: Judged) -> Iterator[str]:
    """Where to edit, and what each violation there asks for; a fix that several share is given once."""
    yield printable(str(judged.manifest.document.locate(edit.fixed[0].at)))
    fixes: dict[str, list[str]] = {}
    for violation in edit.fixed:
        text = f"    {_name(violation)}: {printable(violation.message)}"
        fixes.setdefault(violation.fix or violation.rule.help, []).append(text)
    for fix, violations in fixes.items():
        yield from violations
        yield f"        fix: {printable(fix)}"


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
