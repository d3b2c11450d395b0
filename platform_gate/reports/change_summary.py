"""A change in words: which services it breaks and by what, what failed before, and where it lowers the bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from platform_gate.changes.comparison import Comparison, Transition
from platform_gate.changes.relaxations import Lowered
from platform_gate.changes.touching import Touches
from platform_gate.judging.result import Judged
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Disposition, Doubt, Finding, HealthStatus, Location, Rule, Scope, Severity
from platform_gate.reports.outcome import Outcome
from platform_gate.reports.wording import names
from platform_gate.text import plural, printable


class ServiceChange(NamedTuple):
    """A service as a change leaves it.

    Attributes:
        before: health at the base, empty if it is the same; ``new`` for an added service.
        points_before: None if it is new or was unreadable.
        findings: open findings, then waived and exempt ones, those that the change introduces first.
        introduced: the fingerprints of the findings that the change introduces.
        relaxed: how its manifest lowers its own bar.
        reason: the finding that explains its health best; None for a healthy service.
        touched: by which path the change touches it, in words; empty unless the scope asks for that.
    """

    judged: Judged
    before: str
    points_before: int | None
    findings: tuple[Finding, ...]
    introduced: frozenset[str]
    relaxed: tuple[Lowered, ...]
    reason: Finding | None
    touched: str = ""

    @property
    def name(self) -> str:
        """The service's name."""
        return self.judged.name

    @property
    def moved(self) -> bool:
        """Whether its health was another at the base."""
        return bool(self.before)


class ChangeLine(NamedTuple):
    """A line about a service (empty: about none in particular). ``before`` and ``after`` are healths, if it moved."""

    service: str
    text: str
    location: Location | None = None
    before: HealthStatus | None = None
    after: HealthStatus | None = None


class ChangeList(NamedTuple):
    """A heading and its lines."""

    title: str
    lines: tuple[ChangeLine, ...]


class Failing(NamedTuple):
    """Services that the change doesn't break and that fail; ``blocking`` if the scope counts them all the same.

    They are shown ``in_full`` where they block because the change touches them.
    """

    title: str
    services: tuple[ServiceChange, ...]
    blocking: bool
    in_full: bool = False


def broken(outcome: Outcome) -> tuple[ServiceChange, ...]:
    """The services that block because of the change, worst first."""
    return tuple(_services(outcome, outcome.blocking[0])) if outcome.comparison else ()


def already_failing(outcome: Outcome) -> Iterator[Failing]:
    """The other failing services: those that block in this scope, and those that don't."""
    introduced, standing = outcome.blocking
    named, touched = {judged.name for judged in (*introduced, *standing)}, outcome.scope is Scope.TOUCHED
    others = [judged for judged in outcome.worst_first if judged.failing and judged.name not in named]
    for several, blocking in ((standing, True), (others, False)):
        services = tuple(_services(outcome, several))
        worse = tuple(service for service in services if _gained(service))
        same = tuple(service for service in services if not _gained(service))
        if worse:
            what = "Worse, and also blocking" if blocking else "Worse, and not blocking"
            title = f"{what} (already failing, now with more points)"
            yield Failing(title, worse, blocking, blocking and touched)
        if same:
            title = "Also blocking (already failing)" if blocking else "Already failing (not blocking)"
            yield Failing(title, same, blocking, blocking and touched)


def _gained(service: ServiceChange) -> bool:
    """Whether the change costs the service more points."""
    return service.points_before is not None and service.judged.points > service.points_before


def _services(outcome: Outcome, services: Iterable[Judged]) -> Iterator[ServiceChange]:
    comparison = outcome.comparison
    assert comparison is not None  # noqa: S101 - asked before
    rules = outcome.policy.known_rules()
    for judged in services:
        transition = comparison.transitions[judged.name]
        touched = touched_by(transition.touched_by) if outcome.scope is Scope.TOUCHED else ""
        yield _service(judged, transition, rules)._replace(touched=touched)


def touched_by(touches: Touches) -> str:
    """``touched by src/api.py (its paths) and 3 others``; empty if it is not."""
    if not touches.listed:
        return ""
    first, others = touches.listed[0], touches.total - 1
    more = f" and {plural(others, 'other')}" if others else ""
    return f"touched by {printable(first.path)} (its {first.through}){more}"


def _service(judged: Judged, transition: Transition, rules: dict[str, Rule]) -> ServiceChange:
    new = transition.introduced(judged)
    before = transition.health_before.upper() if transition.health_before else "new"
    return ServiceChange(
        judged,
        "" if before == judged.health.upper() else before,
        transition.points_before,
        tuple(sorted(judged.findings, key=lambda finding: _urgency(finding, finding.fingerprint in new))),
        new,
        transition.relaxations,
        _reason(judged, new, rules),
    )


def _urgency(finding: Finding, new: bool) -> tuple[bool, bool, bool, int]:  # noqa: FBT001 - a sort key's part
    """Sort key: open before others, new before old, decisive before other findings, then by severity."""
    excused = finding.disposition is not Disposition.OPEN
    return excused, not new, not finding.decisive, -list(Severity).index(finding.severity)


def _reason(judged: Judged, new: frozenset[str], rules: dict[str, Rule]) -> Finding | None:
    """The open finding that explains a health best: for UNKNOWN a gap in the data, else new ones and many points."""
    unknown = judged.health is HealthStatus.UNKNOWN

    def weight(finding: Finding) -> tuple[bool, bool, int]:
        doubt = finding.decisive and rules[finding.rule].doubt is not Doubt.NEVER
        return unknown and doubt, finding.fingerprint in new, finding.points

    counting = [finding for finding in judged.findings if finding.disposition is Disposition.OPEN]
    return max(counting, key=weight, default=None)


def headline(outcome: Outcome) -> tuple[str, str]:
    """What the change did, and what failed before, in sentences; both empty without a base."""
    if outcome.comparison is None:
        return "", ""
    introduced, standing = outcome.blocking
    transitions = outcome.comparison.transitions
    breaks = [j.name for j in introduced if transitions[j.name].worsened or not transitions[j.name].before]
    relaxes = [judged.name for judged in introduced if judged.name not in breaks]
    sentences = [
        *(_unreadable_files(outcome, outcome.comparison) if outcome.verdict is Verdict.NOT_JUDGED else ()),
        f"This change breaks {_counted(breaks)}." if breaks else "",
        f"This change lowers the bar for {_counted(relaxes)}, already failing." if relaxes else "",
        "This change breaks no service." if not introduced and outcome.verdict is not Verdict.NOT_JUDGED else "",
        _exempt_services(outcome),
        "Waivers fail the gate." if outcome.verdict is Verdict.FAILED and not (introduced or standing) else "",
    ]
    return " ".join(filter(None, sentences)), _before(outcome)


def _exempt_services(outcome: Outcome) -> str:
    """A sentence on the services that would fail the change, were they not exempt for its kind."""
    passing = (judged for judged in outcome.worst_first if judged.exempt and not judged.failing)
    exempt = [judged.name for judged in passing if outcome.decides(judged)]
    are = "is" if len(exempt) == 1 else "are"
    return f"{plural(len(exempt), 'failing service')} {are} exempt: {names(exempt)}." if exempt else ""


def _unreadable_files(outcome: Outcome, comparison: Comparison) -> Iterator[str]:
    """Sentences on the files that can't be judged: those that the change brings, and the others that count."""
    old = {finding.location.path for finding in outcome.run.unjudged if finding.fingerprint in comparison.standing}
    new = list(dict.fromkeys(finding.location.path for finding in outcome.run.unjudged))
    new = [printable(path) for path in new if path not in old]
    if new:
        yield f"Because of this change, {plural(len(new), 'file')} cannot be judged: {names(new)}."
    if old and outcome.scope is Scope.ALL:
        yield f"{plural(len(old), 'file')} could not be judged before{' either' if new else ''}."


def _counted(services: list[str]) -> str:
    return f"{plural(len(services), 'service')}: {names(services)}"


def _touched(services: list[str]) -> str:
    were = "a service that was" if len(services) == 1 else f"{len(services)} services that were"
    return f"It touches {were} already failing: {names(services)}."


def _before(outcome: Outcome) -> str:
    """Sentences on the services that failed before: those that the change touches, where that counts, and others."""
    introduced, standing = outcome.blocking
    failing = sum(judged.failing for judged in outcome.run.services) - len(introduced)
    touched = standing if outcome.scope is Scope.TOUCHED else []
    others, blocks = failing - len(touched), bool(standing) and not touched
    were = "was" if others == 1 else "were"
    counts = " and also block" + ("s" if others == 1 else "") if blocks else ""
    return " ".join(
        [
            *([_touched([judged.name for judged in touched])] if touched else []),
            *([f"{plural(others, 'other service')} {were} already failing{counts}."] if others else []),
        ]
    )


def lists(outcome: Outcome, arrow: str = "->") -> Iterator[ChangeList]:
    """The rest of what the change does, without empty lists; what lowers the bar comes last, with ``arrow``s."""
    comparison = outcome.comparison
    if comparison is None:
        return
    possible = {
        "Exempt for this kind of change": _exempt(outcome),
        "Other health changes (passing)": _passing(comparison),
        "Fixed by this change": _gone(comparison, relaxed=False),
        "Cleared by lowering the bar": _gone(comparison, relaxed=True),
        "Already unreadable (not counted)": _unreadable(outcome),
        "After the merge, by this change's own rules": _previews(comparison),
        "Lowers the bar: please review": _lowered(comparison, arrow),
    }
    for title, lines in possible.items():
        if several := tuple(lines):
            yield ChangeList(title, several)


def _exempt(outcome: Outcome) -> Iterator[ChangeLine]:
    for judged in outcome.worst_first if outcome.choice.changes else ():
        for finding in judged.findings:
            if finding.disposition is Disposition.EXEMPT:
                text = f"{finding.rule}: {finding.message}; {finding.excuse}"
                yield ChangeLine(judged.name, text, finding.location)


def _passing(comparison: Comparison) -> Iterator[ChangeLine]:
    for transition in comparison.transitions.values():
        after, before = transition.after, transition.health_before
        if after is None or after.failing or before is after.health:
            continue
        relaxed = "lowers its own bar" if transition.eased else ""
        yield ChangeLine(transition.name, relaxed if before else "new", None, before, after.health)


def _gone(comparison: Comparison, *, relaxed: bool) -> Iterator[ChangeLine]:
    for fixed in comparison.fixed:
        if comparison.transitions[fixed.service].eased is relaxed:
            yield ChangeLine(fixed.service, f"{fixed.finding.rule}: {fixed.finding.message}")


def _lowered(comparison: Comparison, arrow: str) -> Iterator[ChangeLine]:
    for entry in comparison.lowered:
        yield ChangeLine(entry.service, entry.describe(arrow), entry.location)


def _previews(comparison: Comparison) -> Iterator[ChangeLine]:
    for preview in comparison.previews:
        yield ChangeLine(preview.service, "", None, preview.health, preview.merged)


def _unreadable(outcome: Outcome) -> Iterator[ChangeLine]:
    for finding in outcome.run.unjudged:
        if outcome.is_standing(finding):
            yield ChangeLine("", f"{finding.rule}: {finding.message}", finding.location)
