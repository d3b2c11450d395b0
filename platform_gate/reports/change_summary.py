"""A change in words: what it blocks on, what it fixes, where it lowers the bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from platform_gate.changes.comparison import Change, Comparison, FindingOrigin, Preview, Transition
from platform_gate.judging.result import Judged
from platform_gate.model import Disposition, Finding, Location
from platform_gate.reports.outcome import Outcome
from platform_gate.text import plural


class SummaryLine(NamedTuple):
    """A sentence. ``service`` is empty, and ``location`` None, if it is about no service or place in particular."""

    service: str
    text: str
    location: Location | None = None


class SummarySection(NamedTuple):
    """A heading and its lines. With ``placed`` the text format shows where each line applies."""

    title: str
    lines: tuple[SummaryLine, ...]
    placed: bool = False


def sections(outcome: Outcome) -> Iterator[SummarySection]:
    """The sections with any lines, most urgent first; none without a base."""
    comparison = outcome.comparison
    if comparison is None:
        return
    possible = (*_failing(outcome, comparison), *_others(outcome, comparison))
    yield from (section for section in possible if section.lines)


def _failing(outcome: Outcome, comparison: Comparison) -> Iterator[SummarySection]:
    introduced, standing = outcome.blocking
    named = {judged.name for judged in (*introduced, *standing)}
    failing = [judged for judged in outcome.worst_first if judged.failing]
    others = [judged for judged in failing if judged.name not in named]
    why = (
        f"{plural(len(standing), 'service')}; scope {outcome.scope} counts {'it' if len(standing) == 1 else 'them'} too"
    )
    groups = (
        (f"Blocks because of this change ({plural(len(introduced), 'service')})", introduced),
        (f"Blocks as well, though no worse than before ({why})", standing),
        (f"Not decided here: {_spared(others, comparison)} ({plural(len(others), 'service')})", others),
    )
    for title, several in groups:
        yield SummarySection(title, tuple(_line(judged, comparison) for judged in several))


def _spared(others: Sequence[Judged], comparison: Comparison) -> str:
    """Why failing services don't decide the verdict."""
    moved = any(comparison.transitions[judged.name].worsened for judged in others)
    return "no worse than before, or only in what the policy tolerates" if moved else "no worse than before this change"


def _others(outcome: Outcome, comparison: Comparison) -> Iterator[SummarySection]:
    """Sections on what doesn't block."""
    transitions = comparison.transitions
    passing = [moved for moved in transitions.values() if moved.after and not moved.after.failing and _moved(moved)]
    yield SummarySection("Changes health too, and passes", tuple(map(_transition, passing)))
    gone = [
        (SummaryLine(fixed.service, _about(fixed.finding)), transitions[fixed.service].relaxations)
        for fixed in comparison.fixed
    ]
    yield SummarySection("Fixed by this change", tuple(line for line, relaxed in gone if not relaxed))
    title = "No longer found, where this change also lowers the bar"
    yield SummarySection(title, tuple(line for line, relaxed in gone if relaxed))
    lowered = [SummaryLine(entry.service, str(entry), entry.location) for entry in comparison.lowered]
    yield SummarySection("Lowers the bar: does the reviewer agree?", tuple(lowered), placed=True)
    yield SummarySection(
        "Once merged, by the rules that this change brings along", tuple(map(_preview, comparison.previews))
    )
    same = [
        SummaryLine("", _about(finding), finding.location)
        for finding in outcome.run.unjudged
        if outcome.is_standing(finding)
    ]
    yield SummarySection("Not judged, as before this change, and not counted", tuple(same), placed=True)


def _moved(transition: Transition) -> bool:
    return transition.after is not None and transition.health_before not in (None, transition.after.health)


def _line(judged: Judged, comparison: Comparison) -> SummaryLine:
    return _transition(comparison.transitions[judged.name])


def _transition(transition: Transition) -> SummaryLine:
    """``HEALTHY -> DEGRADED  +2  slo/breached: availability is at 99.8, below its target of 99.9``."""
    after = transition.after
    if after is None:
        return SummaryLine(transition.name, "removed")
    before = transition.health_before.upper() if transition.health_before else Change.ADDED.upper()
    now = after.health.upper()
    moved = now if before == now else f"{before} -> {now}"
    gained = after.points - (transition.points_before or 0)
    points = f"  {gained:+d}" if gained else ""
    reason = _reason(transition) if after.failing else None
    why = "  (its manifest lowers the bar)" if transition.relaxations and not transition.worsened else ""
    return SummaryLine(
        transition.name, f"{moved}{points}{'  ' + _about(reason) if reason else ''}{why}", after.location
    )


def _reason(transition: Transition) -> Finding | None:
    """The open finding that explains the change best: introduced before standing, then the most points."""
    findings = transition.after.findings if transition.after else ()
    counting = [finding for finding in findings if finding.disposition is Disposition.OPEN]
    weight = {
        id(finding): (transition.origin(finding) is FindingOrigin.INTRODUCED, finding.points) for finding in counting
    }
    return max(counting, key=lambda finding: weight[id(finding)], default=None)


def _about(finding: Finding) -> str:
    return f"{finding.rule}: {finding.message}"


def _preview(preview: Preview) -> SummaryLine:
    return SummaryLine(preview.service, f"{preview.health.upper()} -> {preview.merged.upper()}")
