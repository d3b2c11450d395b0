"""What a change does to a fleet, in words: what blocks it, what is not its fault, what it mends, what it lowers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from platform_gate.changes.comparison import Change, Comparison, FindingOrigin, Preview, Transition
from platform_gate.judging.result import Judged
from platform_gate.model import Disposition, Finding, Location
from platform_gate.reports.outcome import Outcome
from platform_gate.text import plural


class SummaryLine(NamedTuple):
    """A sentence, about a service where one is named, at a place where there is one."""

    service: str
    text: str
    location: Location | None = None


class SummarySection(NamedTuple):
    """A heading and the lines below it. ``placed`` where a line is hard to follow without its place."""

    title: str
    lines: tuple[SummaryLine, ...]
    placed: bool = False


def sections(outcome: Outcome) -> Iterator[SummarySection]:
    """The sections that have anything to say, the most pressing first; none without a base."""
    comparison = outcome.comparison
    if comparison is None:
        return
    told = (*_failing(outcome, comparison), *_others(outcome, comparison))
    yield from (section for section in told if section.lines)


def _failing(outcome: Outcome, comparison: Comparison) -> Iterator[SummarySection]:
    guilty, beside = outcome.blocking
    named = {judged.name for judged in (*guilty, *beside)}
    failing = [judged for judged in outcome.worst_first if judged.failing]
    others = [judged for judged in failing if judged.name not in named]
    why = f"{plural(len(beside), 'service')}; scope {outcome.scope} counts {'it' if len(beside) == 1 else 'them'} too"
    told = (
        (f"Blocks because of this change ({plural(len(guilty), 'service')})", guilty),
        (f"Blocks as well, though no worse than before ({why})", beside),
        (f"Not decided here: {_spared(others, comparison)} ({plural(len(others), 'service')})", others),
    )
    for title, several in told:
        yield SummarySection(title, tuple(_line(judged, comparison) for judged in several))


def _spared(others: Sequence[Judged], comparison: Comparison) -> str:
    """Why services that fail don't decide."""
    moved = any(comparison.transitions[judged.name].worsened for judged in others)
    return "no worse than before, or only in what the policy tolerates" if moved else "no worse than before this change"


def _others(outcome: Outcome, comparison: Comparison) -> Iterator[SummarySection]:
    """What doesn't block."""
    found = comparison.transitions
    passing = [each for each in found.values() if each.after and not each.after.failing and _moved(each)]
    yield SummarySection("Changes health too, and passes", tuple(map(_transition, passing)))
    gone = [
        (SummaryLine(each.service, _about(each.finding)), found[each.service].relaxations) for each in comparison.fixed
    ]
    yield SummarySection("Fixed by this change", tuple(line for line, relaxed in gone if not relaxed))
    title = "No longer found, where this change also lowers the bar"
    yield SummarySection(title, tuple(line for line, relaxed in gone if relaxed))
    lowered = [SummaryLine(each.service, str(each), each.location) for each in comparison.lowered]
    yield SummarySection("Lowers the bar: does the reviewer agree?", tuple(lowered), placed=True)
    yield SummarySection(
        "Once merged, by the rules that this change brings along", tuple(map(_preview, comparison.previews))
    )
    same = [SummaryLine("", _about(each), each.location) for each in outcome.run.unjudged if outcome.is_standing(each)]
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
    """The finding that says best what happened: introduced before standing, costly before cheap."""
    findings = transition.after.findings if transition.after else ()
    counting = [each for each in findings if each.disposition is Disposition.OPEN]
    weight = {id(each): (transition.origin(each) is FindingOrigin.INTRODUCED, each.points) for each in counting}
    return max(counting, key=lambda each: weight[id(each)], default=None)


def _about(finding: Finding) -> str:
    return f"{finding.rule}: {finding.message}"


def _preview(preview: Preview) -> SummaryLine:
    return SummaryLine(preview.service, f"{preview.health.upper()} -> {preview.merged.upper()}")
