"""What a change does to a fleet, in words: what blocks it, what is not its fault, what it mends, what it lowers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from platform_gate.compare import Change, Comparison, Origin, Preview, Transition
from platform_gate.gate import Judged
from platform_gate.model import Disposition, Finding, Location
from platform_gate.outcome import Outcome
from platform_gate.text import plural


class Line(NamedTuple):
    """A sentence, about a service where one is named, at a place where there is one."""

    service: str
    text: str
    location: Location | None = None


class Section(NamedTuple):
    """A heading and the lines below it."""

    title: str
    lines: tuple[Line, ...]


def sections(outcome: Outcome) -> Iterator[Section]:
    """The sections that have anything to say, the most pressing first; none without a base."""
    comparison = outcome.comparison
    if comparison is None:
        return
    failing = [judged for judged in outcome.worst_first if judged.judgement.failing]
    blocking = [judged for judged in failing if outcome.decides(judged)]
    others = [judged for judged in failing if not outcome.decides(judged)]
    blocks = [_line(judged, comparison) for judged in blocking]
    better = [t for t in comparison.transitions.values() if t.after and not t.after.judgement.failing and _moved(t)]
    told = (
        (f"Blocks ({plural(len(blocking), 'service')})", blocks),
        ("Standing before this change, and not decided by it", [_line(judged, comparison) for judged in others]),
        ("Also changes health", [_transition(transition) for transition in better]),
        ("Fixed by this change", [Line(each.service, _about(each.finding)) for each in comparison.fixed]),
        ("Lowers the bar", [Line("", str(each), each.location) for each in comparison.lowered]),
        ("Once merged, by its own rules", [_preview(each) for each in comparison.previews]),
    )
    for title, lines in told:
        if lines:
            yield Section(title, tuple(lines))


def _moved(transition: Transition) -> bool:
    return transition.after is not None and transition.health_before not in (None, transition.after.judgement.health)


def _line(judged: Judged, comparison: Comparison) -> Line:
    return _transition(comparison.transitions[judged.judgement.subject.name])


def _transition(transition: Transition) -> Line:
    """``HEALTHY -> DEGRADED  +2  slo/breached: availability is at 99.8, below its target of 99.9``."""
    after = transition.after
    if after is None:
        return Line(transition.name, "removed")
    judgement = after.judgement
    before = transition.health_before.upper() if transition.health_before else Change.ADDED.upper()
    now = judgement.health.upper()
    moved = now if before == now else f"{before} -> {now}"
    gained = judgement.points - (transition.points_before or 0)
    points = f"  {gained:+d}" if gained else ""
    reason = _reason(transition)
    return Line(transition.name, f"{moved}{points}{'  ' + _about(reason) if reason else ''}", after.location)


def _reason(transition: Transition) -> Finding | None:
    """The finding that says best what happened: introduced before standing, costly before cheap."""
    findings = transition.after.findings if transition.after else ()
    counting = [each for each in findings if each.disposition is Disposition.OPEN]
    weight = {id(each): (transition.origin(each) is Origin.INTRODUCED, each.points) for each in counting}
    return max(counting, key=lambda each: weight[id(each)], default=None)


def _about(finding: Finding) -> str:
    return f"{finding.rule}: {finding.message}"


def _preview(preview: Preview) -> Line:
    return Line(preview.service, f"{preview.health.upper()} -> {preview.merged.upper()}")
