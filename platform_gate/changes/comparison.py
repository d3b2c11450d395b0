"""Base run and head run to what changed: transitions, findings introduced or fixed, and what lowers the bar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from platform_gate.changes import relaxations
from platform_gate.changes.relaxations import Lowered
from platform_gate.judging.result import Judged
from platform_gate.judging.runner import Run
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Disposition, Finding, HealthStatus, Scope
from platform_gate.policy.limits import Gate
from platform_gate.subsystems import SUBSYSTEMS


class Change(StrEnum):
    """What became of a service."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"
    SAME = "same"


class FindingOrigin(StrEnum):
    """Whether a finding came with the change, or was there before it."""

    INTRODUCED = "introduced"
    STANDING = "standing"


class Cause(StrEnum):
    """Whether somebody decided what brought a finding, or a measurement did."""

    DECLARED = "declared"
    MEASURED = "measured"


class Transition(NamedTuple):
    """A service before and after. ``health_before`` is unknown where its manifest at the base could not be judged.

    ``known`` are the fingerprints of its findings before, ``relaxations`` what its manifest does to lower its own bar.
    """

    name: str
    change: Change
    before: Judged | None
    after: Judged | None
    unreadable_before: bool = False
    touched: bool = False
    known: frozenset[str] = frozenset()
    relaxations: tuple[Lowered, ...] = ()

    @property
    def health_before(self) -> HealthStatus | None:
        """The health at the base; None for a service that is new."""
        if self.before:
            return self.before.health
        return HealthStatus.UNKNOWN if self.unreadable_before else None

    @property
    def points_before(self) -> int | None:
        """The points at the base; None where there are none to tell."""
        return self.before.points if self.before else None

    @property
    def worsened(self) -> bool:
        """Whether the head is in worse health than the base, or fails by a rule where the base passed."""
        if self.after is None or self.health_before is None:
            return False
        fails = self.before is not None and self.after.failing and not self.before.failing
        return fails or self.after.health.rank > self.health_before.rank

    def regressed(self, regressions: Sequence[str]) -> bool:
        """Whether the change adds or relaxes it, or worsens it through what the policy counts as a regression."""
        if self.change is Change.ADDED or self.relaxations:
            return True
        causes = {str(self.cause(finding)) for finding in self._worsening()}
        return self.worsened and (not causes or not causes.isdisjoint(regressions))

    def _worsening(self) -> list[Finding]:
        """The findings that account for worse health: new ones with consequences, and those that cost more now."""
        if self.after is None:
            return []
        grown = {
            name
            for name, scored in self.after.judgement.scored.items()
            if self.before and name in self.before.judgement.scored
            if scored.points > self.before.judgement.scored[name].points
        }
        counting = [each for each in self.after.findings if each.decisive and each.disposition is Disposition.OPEN]
        return [each for each in counting if self.origin(each) is FindingOrigin.INTRODUCED or each.subsystem in grown]

    def origin(self, finding: Finding) -> FindingOrigin:
        """Whether a finding of the head came with the change: told by rule, service and place, not by line."""
        return FindingOrigin.STANDING if finding.fingerprint in self.known else FindingOrigin.INTRODUCED

    def cause(self, finding: Finding) -> Cause:
        """Whether the change declared what the finding is about, or brought in a measurement."""
        if self.before is None or self.after is None:
            return Cause.DECLARED
        subject = finding.subject
        old, new = (each.judgement.scored.get(finding.subsystem) for each in (self.before, self.after))
        if old is None or new is None:
            return Cause.DECLARED
        declared = SUBSYSTEMS[finding.subsystem].declared
        same = declared(old.facts, subject) == declared(new.facts, subject)
        return Cause.MEASURED if same else Cause.DECLARED


class Fixed(NamedTuple):
    """A finding of the base that the head no longer has."""

    service: str
    finding: Finding


class Preview(NamedTuple):
    """What head's own rules would say of a service: nothing that decides now, but what merging brings."""

    service: str
    health: HealthStatus
    merged: HealthStatus


class Comparison(NamedTuple):
    """What a change does since ``base``. ``standing`` holds fingerprints of what was to be said there already."""

    ref: str
    base: str
    transitions: Mapping[str, Transition]
    fixed: tuple[Fixed, ...]
    lowered: tuple[Lowered, ...]
    standing: frozenset[str]
    previews: tuple[Preview, ...] = ()
    adoption: bool = False

    def told(self, scope: Scope) -> str:
        """With what a tree was compared, and by whose rules it was judged."""
        since = f"compared with {self.ref} (since {self.base[:12]}), scope {scope}"
        own = f"; {self.ref} has neither configuration nor manifests, so this change's own rules judge (adoption)"
        return since + (own if self.adoption else f"; rules as {self.ref} has them")

    def decides(self, judged: Judged, scope: Scope) -> bool:
        """Whether a service is one that a scope's verdict is about, its policy's ``gate.regressions`` considered."""
        transition = self.transitions[judged.name]
        if scope is Scope.ALL or (scope is Scope.TOUCHED and transition.touched):
            return True
        return transition.regressed(judged.judgement.policy.gate.regressions)

    def verdict(self, run: Run, gate: Gate, scope: Scope) -> Verdict:
        """The verdict on the change. Outside scope all, what the base already had is standing and does not count."""
        standing = frozenset() if scope is Scope.ALL else self.standing
        if any(finding.fingerprint not in standing for finding in run.unjudged):
            return Verdict.NOT_JUDGED
        if any(notice.rule in gate.fail_on for notice in run.notices if notice.fingerprint not in standing):
            return Verdict.FAILED
        deciding = (judged for judged in run.services if self.decides(judged, scope))
        return Verdict.FAILED if any(judged.failing for judged in deciding) else Verdict.PASSED


class Sides(NamedTuple):
    """What is compared: a run over the base, one over the head, and the paths that differ between the two."""

    base: Run
    head: Run
    changed_paths: frozenset[str]


def transitions(sides: Sides) -> dict[str, Transition]:
    """Every service of either side by name; one whose manifest the head spoils is not gone, but can't be judged."""
    spoilt, broken = ({finding.location.path for finding in run.unjudged} for run in (sides.head, sides.base))
    before = {judged.name: judged for judged in sides.base.services}
    after = {judged.name: judged for judged in sides.head.services}
    folders = _touched_folders(sides)
    found = {}
    for name in sorted(after.keys() | {name for name, old in before.items() if old.location.path not in spoilt}):
        old, new = before.get(name), after.get(name)
        unreadable = old is None and new is not None and new.location.path in broken
        relaxed = tuple(relaxations.by_manifest(old, new)) if old and new and old is not new else ()
        path = new.location.path if new else ""
        touched = path in sides.changed_paths or path.rpartition("/")[0] in folders
        known = frozenset(each.fingerprint for each in old.findings) if old else frozenset()
        change = _change(old, new, unreadable=unreadable)
        found[name] = Transition(name, change, old, new, unreadable, touched, known, relaxed)
    return found


def _change(old: Judged | None, new: Judged | None, *, unreadable: bool) -> Change:
    if new is None:
        return Change.REMOVED
    if old is None:
        return Change.CHANGED if unreadable else Change.ADDED
    if old.location.path != new.location.path:
        return Change.RENAMED
    return Change.SAME if old.manifest.document.data == new.manifest.document.data else Change.CHANGED


def _touched_folders(sides: Sides) -> set[str]:
    """Folders below the root that hold one manifest, to which everything in them belongs, and anything changed."""
    paths = {judged.location.path for judged in sides.head.services}
    counts = Counter(path.rpartition("/")[0] for path in paths)
    changed = {path[:end] for path in sides.changed_paths for end, sign in enumerate(path) if sign == "/"}
    return {folder for folder, count in counts.items() if count == 1 and folder in changed}


def fixed(found: Iterable[Transition]) -> Iterator[Fixed]:
    """Findings of services that are still there, gone since the base."""
    for transition in found:
        if transition.before and transition.after:
            left = {finding.fingerprint for finding in transition.after.findings}
            gone = (each for each in transition.before.findings if each.fingerprint not in left)
            yield from (Fixed(transition.name, finding) for finding in gone)


def standing(sides: Sides) -> frozenset[str]:
    """Fingerprints of what keeps a file from being judged, the same at the base, in a file that is the same.

    What is said of the base's waivers is standing too where it was to be said at the base.
    """
    before = {(each.fingerprint, each.message) for each in sides.base.findings}
    edited = {each.fingerprint for each in sides.head.unjudged if each.location.path in sides.changed_paths}
    same = (each for each in sides.head.findings if (each.fingerprint, each.message) in before)
    return frozenset(each.fingerprint for each in same if each.fingerprint not in edited)


def lowered(found: Iterable[Transition]) -> Iterator[Lowered]:
    """What the services' own manifests relax, and services that are gone or elsewhere."""
    for transition in found:
        old, new = transition.before, transition.after
        if old and not new:
            yield Lowered("service-removed", transition.name, "", old.location.path, None, old.location)
        elif old and new and transition.change is Change.RENAMED:
            paths = old.location.path, new.location.path
            yield Lowered("service-renamed", transition.name, "", *paths, new.location)
        yield from transition.relaxations


def previews(head: Run, merged: Run) -> Iterator[Preview]:
    """Services that head's own rules would see otherwise."""
    after = {each.name: each.health for each in merged.services}
    for judged in head.services:
        name = judged.name
        if name in after and after[name] is not judged.health:
            yield Preview(name, judged.health, after[name])
