"""Compare a base run with a head run: transitions, findings introduced or fixed, and relaxations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from platform_gate.changes import relaxations, touching
from platform_gate.changes.previews import Preview
from platform_gate.changes.relaxations import Lowered
from platform_gate.changes.touching import UNTOUCHED, Touches
from platform_gate.judging.manifest import NO_PRECEDENTS, Precedents
from platform_gate.judging.result import Judged
from platform_gate.judging.runner import Run
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Disposition, Finding, HealthStatus, Scope
from platform_gate.policy.gate import Gate
from platform_gate.subsystems import SUBSYSTEMS, freshness
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE


class Change(StrEnum):
    """How a service differs between base and head."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"
    SAME = "same"


class FindingOrigin(StrEnum):
    """Whether a finding is new at the head, or was there at the base."""

    INTRODUCED = "introduced"
    STANDING = "standing"


class Cause(StrEnum):
    """Whether a finding follows from what the manifest declares, or from what was measured."""

    DECLARED = "declared"
    MEASURED = "measured"


class Transition(NamedTuple):
    """A service at the base (``before``) and at the head (``after``).

    Attributes:
        unreadable_before: its manifest at the base could not be judged, so its health there is UNKNOWN.
        touched_by: the changed paths that belong to it.
        known: fingerprints of its findings at the base.
        relaxations: how its manifest lowers its own bar.
    """

    name: str
    change: Change
    before: Judged | None
    after: Judged | None
    unreadable_before: bool = False
    touched_by: Touches = UNTOUCHED
    known: frozenset[str] = frozenset()
    relaxations: tuple[Lowered, ...] = ()

    @property
    def touched(self) -> bool:
        """Whether the change edits anything that belongs to it."""
        return bool(self.touched_by)

    @property
    def eased(self) -> bool:
        """Whether its manifest asks less of it than at the base. Which paths belong to it changes no health."""
        return any(entry.kind not in relaxations.OF_PATHS for entry in self.relaxations)

    @property
    def health_before(self) -> HealthStatus | None:
        """The health at the base; None for a new service."""
        if self.before:
            return self.before.health
        return HealthStatus.UNKNOWN if self.unreadable_before else None

    @property
    def points_before(self) -> int | None:
        """The points at the base; None for a service that is new or was unreadable."""
        return self.before.points if self.before else None

    @property
    def worsened(self) -> bool:
        """Whether the health that decides is worse at the head, or the service fails there and didn't at the base.

        What is exempt at either end makes no difference: it counts for the health that is shown, not for the verdict.
        """
        if self.after is None or self.health_before is None:
            return False
        before = self.before.judgement.deciding_health if self.before else self.health_before
        fails = self.before is not None and self.after.failing and not self.before.failing
        return fails or self.after.judgement.deciding_health.rank > before.rank

    def regressed(self, regressions: Sequence[str]) -> bool:
        """Whether the change adds the service, relaxes it, or worsens it by a cause in ``regressions``.

        ``regressions`` is the policy's ``gate.regressions``: values of ``Cause``.
        """
        if self.change is Change.ADDED or self.relaxations:
            return True
        causes = {str(self.cause(finding)) for finding in self._worsening()}
        return self.worsened and (not causes or not causes.isdisjoint(regressions))

    def _worsening(self) -> list[Finding]:
        """Open findings that explain worse health: new ones, and those of a subsystem that costs more points now."""
        if self.after is None:
            return []
        grown = {
            name
            for name, scored in self.after.judgement.scored.items()
            if self.before and name in self.before.judgement.scored
            if scored.points > self.before.judgement.scored[name].points
        }
        counting = [
            finding for finding in self.after.findings if finding.decisive and finding.disposition is Disposition.OPEN
        ]
        return [
            finding
            for finding in counting
            if self.origin(finding) is FindingOrigin.INTRODUCED or finding.subsystem in grown
        ]

    def introduced(self, judged: Judged) -> frozenset[str]:
        """The fingerprints of the head's findings that the base doesn't have."""
        return frozenset(finding.fingerprint for finding in judged.findings) - self.known

    def origin(self, finding: Finding) -> FindingOrigin:
        """STANDING if the base has the same finding: of the same rule, service and place by names, on whatever line.

        What was measured is there whatever the change does, unless the change decides otherwise by what it is judged.
        """
        if finding.fingerprint in self.known or (_is_measured(finding) and self._same_decisions(finding)):
            return FindingOrigin.STANDING
        return FindingOrigin.INTRODUCED

    def cause(self, finding: Finding) -> Cause:
        """MEASURED for what a snapshot says, and if the subsystem's declared facts are the same at both ends."""
        if _is_measured(finding):
            return Cause.MEASURED
        if self.before is None or self.after is None:
            return Cause.DECLARED
        return Cause.MEASURED if self._same_decisions(finding) else Cause.DECLARED

    def _same_decisions(self, finding: Finding) -> bool:
        """Whether people decided the same at both ends about what a finding is about; a new service decides nothing."""
        if self.before is None or self.after is None:
            return True
        old, new = (judged.judgement.scored.get(finding.subsystem) for judged in (self.before, self.after))
        if old is None or new is None:
            return False
        declared = SUBSYSTEMS[finding.subsystem].declared
        return bool(declared(old.facts, finding.subject) == declared(new.facts, finding.subject))


def _is_measured(finding: Finding) -> bool:
    """Whether a finding rests on a snapshot."""
    return finding.measured is not None or finding.subsystem == freshness.NAME


class Fixed(NamedTuple):
    """A finding of the base that the head no longer has."""

    service: str
    finding: Finding


class Comparison(NamedTuple):
    """A change since the merge base.

    Attributes:
        ref: the base as the user named it, such as ``origin/main``.
        base: the merge base's commit ID.
        transitions: services of either side by name.
        fixed: findings of the base that are gone, of services that still exist.
        lowered: relaxations of manifests, policy, waivers and configuration.
        standing: fingerprints of unjudged files and notices that are the same at the base.
        previews: services whose health the head's own rules would change.
        adoption: the base has neither configuration nor manifests, so the head's own rules judge.
        merge_bases: how many commits the change was compared with; this comparison has the worst verdict.
    """

    ref: str
    base: str
    transitions: Mapping[str, Transition]
    fixed: tuple[Fixed, ...]
    lowered: tuple[Lowered, ...]
    standing: frozenset[str]
    previews: tuple[Preview, ...] = ()
    adoption: bool = False
    merge_bases: int = 1

    def describe(self, scope: Scope) -> str:
        """A sentence on what the tree was compared with, and whose rules judged it."""
        several = f", the worst of {self.merge_bases} merge bases" if self.merge_bases > 1 else ""
        since = f"compared with {self.ref} (merge base {self.base[:12]}{several}), scope {scope}"
        own = f"; {self.ref} has neither configuration nor manifests, so this change's own rules judge (adoption)"
        return since + (own if self.adoption else f"; judged by the rules of {self.ref}")

    def decides(self, judged: Judged, scope: Scope) -> bool:
        """Whether the verdict within a scope depends on a service; its policy's ``gate.regressions`` counts."""
        transition = self.transitions[judged.name]
        if scope is Scope.ALL or (scope is Scope.TOUCHED and transition.touched):
            return True
        return transition.regressed(judged.judgement.policy.gate.regressions)

    def verdict(self, run: Run, gate: Gate, scope: Scope) -> Verdict:
        """The verdict on the change. Unless the scope is all, what stands since the base does not count."""
        standing = frozenset() if scope is Scope.ALL else self.standing
        if any(finding.fingerprint not in standing for finding in run.unjudged):
            return Verdict.NOT_JUDGED
        if any(notice.rule in gate.fail_on for notice in run.notices if notice.fingerprint not in standing):
            return Verdict.FAILED
        deciding = (judged for judged in run.services if self.decides(judged, scope))
        return Verdict.FAILED if any(judged.failing for judged in deciding) else Verdict.PASSED


class Sides(NamedTuple):
    """A run over the base, a run over the head, and the paths that differ between them.

    ``unselected`` are problems of files at the base that only the head's configuration selects. ``precedents`` are the
    services as the base knows them, whose globs of paths count.
    """

    base: Run
    head: Run
    changed_paths: frozenset[str]
    unselected: tuple[Finding, ...] = ()
    precedents: Precedents = NO_PRECEDENTS
    opaque: frozenset[str] = frozenset()


def transitions(sides: Sides) -> dict[str, Transition]:
    """Every service of either side by name.

    A service whose manifest is unreadable at the head is left out: it is not removed, it can't be judged. A manifest
    whose service another one describes too can be read: a service of another name at its place is new.
    """
    spoilt = {finding.location.path for finding in sides.head.unjudged}
    broken = {finding.location.path for finding in sides.base.unjudged if finding.rule != DUPLICATE_SERVICE.id}
    before = {judged.name: judged for judged in sides.base.services}
    after = {judged.name: judged for judged in sides.head.services}
    touched = touching.touches(before, after, sides.precedents, sides.changed_paths, sides.opaque)
    by_name = {}
    for name in sorted(after.keys() | {name for name, old in before.items() if old.location.path not in spoilt}):
        old, new = before.get(name), after.get(name)
        unreadable = old is None and new is not None and new.location.path in broken
        relaxed = tuple(relaxations.by_manifest(old, new)) if old and new and old is not new else ()
        known = frozenset(finding.fingerprint for finding in old.findings) if old else frozenset()
        change = _change(old, new, unreadable=unreadable)
        by_name[name] = Transition(name, change, old, new, unreadable, touched.get(name, UNTOUCHED), known, relaxed)
    return by_name


def _change(old: Judged | None, new: Judged | None, *, unreadable: bool) -> Change:
    if new is None:
        return Change.REMOVED
    if old is None:
        return Change.CHANGED if unreadable else Change.ADDED
    if old.location.path != new.location.path:
        return Change.RENAMED
    return Change.SAME if old.manifest.document.data == new.manifest.document.data else Change.CHANGED


def fixed(services: Iterable[Transition]) -> Iterator[Fixed]:
    """Findings of the base that are gone at the head, of services that still exist."""
    for transition in services:
        if transition.before and transition.after:
            left = {finding.fingerprint for finding in transition.after.findings}
            gone = (finding for finding in transition.before.findings if finding.fingerprint not in left)
            yield from (Fixed(transition.name, finding) for finding in gone)


def standing(sides: Sides) -> frozenset[str]:
    """Fingerprints of unjudged files and notices about waivers that the base has with the same message.

    An unjudged file that the change edits never counts as standing.
    """
    before = {(finding.fingerprint, finding.message) for finding in (*sides.base.findings, *sides.unselected)}
    edited = {finding.fingerprint for finding in sides.head.unjudged if finding.location.path in sides.changed_paths}
    same = (finding for finding in sides.head.findings if (finding.fingerprint, finding.message) in before)
    return frozenset(finding.fingerprint for finding in same if finding.fingerprint not in edited)


def lowered(services: Iterable[Transition]) -> Iterator[Lowered]:
    """Relaxations of the services' own manifests, and services that were removed or renamed."""
    for transition in services:
        old, new = transition.before, transition.after
        if old and not new:
            yield Lowered("service-removed", transition.name, "", old.location.path, None, old.location)
        elif old and new and transition.change is Change.RENAMED:
            paths = old.location.path, new.location.path
            yield Lowered("service-renamed", transition.name, "", *paths, new.location)
        yield from transition.relaxations
