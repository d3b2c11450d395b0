"""Base run and head run to what changed: transitions, findings introduced or fixed, and what lowers the bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from platform_gate.gate import Judged, Run
from platform_gate.model import At, Finding, Location, pointer
from platform_gate.policy import Policy
from platform_gate.relaxation import loosened
from platform_gate.service import HealthStatus, Judgement
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.waivers import Waiver


class Change(StrEnum):
    """What became of a service."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"
    SAME = "same"


class Origin(StrEnum):
    """Whether a finding came with the change, or was there before it."""

    INTRODUCED = "introduced"
    STANDING = "standing"


class Cause(StrEnum):
    """Whether somebody decided what brought a finding, or a measurement did."""

    DECLARED = "declared"
    MEASURED = "measured"


class Scope(StrEnum):
    """Which services a verdict is about."""

    ALL = "all"
    TOUCHED = "touched"
    REGRESSED = "regressed"


@dataclass(frozen=True, slots=True)
class Lowered:
    """Something that lowers the bar: ``service`` is empty where it is about all of them."""

    kind: str
    service: str
    pointer: str
    before: Any
    after: Any
    location: Location

    def __str__(self) -> str:
        what = f"{self.service}: " * bool(self.service) + self.kind.replace("-", " ")
        unsaid = self.before is None and self.after is None
        return what if unsaid else f"{what}: {_words(self.before)} -> {_words(self.after)}"


def _words(value: Any) -> str:
    return "none" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Transition:
    """A service before and after. ``health_before`` is unknown where its manifest at the base could not be judged."""

    name: str
    change: Change
    before: Judged | None
    after: Judged | None
    unreadable_before: bool = False
    touched: bool = False
    relaxed: bool = False

    @property
    def health_before(self) -> HealthStatus | None:
        """The health at the base; None for a service that is new."""
        if self.before:
            return self.before.judgement.health
        return HealthStatus.UNKNOWN if self.unreadable_before else None

    @property
    def points_before(self) -> int | None:
        """The points at the base; None where there are none to tell."""
        return self.before.judgement.points if self.before else None

    @property
    def worsened(self) -> bool:
        """Whether the head is in worse health than the base."""
        if self.after is None or self.health_before is None:
            return False
        return self.after.judgement.health.rank > self.health_before.rank

    def origin(self, finding: Finding) -> Origin:
        """Whether a finding of the head came with the change: told by rule, service and place, not by line."""
        before = self.before.findings if self.before else ()
        known = any(other.fingerprint == finding.fingerprint for other in before)
        return Origin.STANDING if known else Origin.INTRODUCED

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


@dataclass(frozen=True, slots=True)
class Fixed:
    """A finding of the base that the head no longer has."""

    service: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Preview:
    """What head's own rules would say of a service: nothing that decides now, but what merging brings."""

    service: str
    health: HealthStatus
    merged: HealthStatus


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a change does. ``standing`` holds what kept files from being judged at the base already."""

    ref: str
    base: str
    transitions: Mapping[str, Transition]
    fixed: tuple[Fixed, ...]
    lowered: tuple[Lowered, ...]
    standing: frozenset[str]
    previews: tuple[Preview, ...] = ()
    adoption: bool = False

    def decides(self, judged: Judged, scope: Scope, regressions: Sequence[str]) -> bool:
        """Whether a service is one that a scope's verdict is about."""
        transition = self.transitions[judged.judgement.subject.name]
        if scope is Scope.ALL:
            return True
        regressed = transition.change is Change.ADDED or transition.relaxed or _regressed(transition, regressions)
        return regressed or (scope is Scope.TOUCHED and transition.touched)


def _regressed(transition: Transition, regressions: Sequence[str]) -> bool:
    """Whether the health got worse, through something that the policy counts as a regression."""
    if not transition.worsened or transition.after is None:
        return False
    introduced = [each for each in transition.after.findings if transition.origin(each) is Origin.INTRODUCED]
    causes = {str(transition.cause(finding)) for finding in introduced}
    return not causes or not causes.isdisjoint(regressions)


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: a run over the base, one over the head, and the paths that differ between the two."""

    base: Run
    head: Run
    changed_paths: frozenset[str]


def transitions(sides: Sides) -> dict[str, Transition]:
    """Every service of either side by name."""
    before = {judged.judgement.subject.name: judged for judged in sides.base.services}
    after = {judged.judgement.subject.name: judged for judged in sides.head.services}
    broken = {finding.location.path for finding in sides.base.unjudged}
    folders = _manifests_by_folder(sides.head)
    found = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        unreadable = old is None and new is not None and new.location.path in broken
        relaxed = bool(old and new and any(_relaxations(old, new)))
        touched = new is not None and _touched(new, sides.changed_paths, folders)
        found[name] = Transition(name, _change(old, new, unreadable=unreadable), old, new, unreadable, touched, relaxed)
    return found


def _change(old: Judged | None, new: Judged | None, *, unreadable: bool) -> Change:
    if new is None:
        return Change.REMOVED
    if old is None:
        return Change.CHANGED if unreadable else Change.ADDED
    if old.location.path != new.location.path:
        return Change.RENAMED
    return Change.SAME if old.manifest.document.data == new.manifest.document.data else Change.CHANGED


def _manifests_by_folder(run: Run) -> dict[str, int]:
    counts: dict[str, int] = {}
    for path in {judged.location.path for judged in run.services}:
        counts[_folder(path)] = counts.get(_folder(path), 0) + 1
    return counts


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _touched(judged: Judged, changed: frozenset[str], folders: Mapping[str, int]) -> bool:
    """A changed manifest; or anything changed in a folder that holds one manifest and so belongs to it."""
    path = judged.location.path
    folder = _folder(path)
    alone = folder and folders[folder] == 1
    return path in changed or (bool(alone) and any(other.startswith(folder + "/") for other in changed))


def fixed(found: Iterable[Transition]) -> Iterator[Fixed]:
    """Findings of services that are still there, gone since the base."""
    for transition in found:
        if transition.before and transition.after:
            left = {finding.fingerprint for finding in transition.after.findings}
            gone = (each for each in transition.before.findings if each.fingerprint not in left)
            yield from (Fixed(transition.name, finding) for finding in gone)


def standing(sides: Sides) -> frozenset[str]:
    """Fingerprints of what keeps a file from being judged, the same at the base, in a file that is the same."""
    before = {(each.fingerprint, each.message) for each in sides.base.unjudged}
    return frozenset(
        each.fingerprint
        for each in sides.head.unjudged
        if (each.fingerprint, each.message) in before and each.location.path not in sides.changed_paths
    )


def lowered_by_services(found: Iterable[Transition]) -> Iterator[Lowered]:
    """What the services' own manifests relax, and services that are gone."""
    for transition in found:
        old, new = transition.before, transition.after
        if old and not new:
            yield Lowered("service-removed", transition.name, "", old.location.path, None, old.location)
        elif old and new:
            if transition.change is Change.RENAMED:
                paths = old.location.path, new.location.path
                yield Lowered("service-renamed", transition.name, "", *paths, new.location)
            for kind, at, before, after in _relaxations(old, new):
                place = new.manifest.document.locate(at)
                yield Lowered(kind, transition.name, pointer(at), before, after, place)


def _relaxations(old: Judged, new: Judged) -> Iterator[tuple[str, At, Any, Any]]:
    """Kind, place and both values of everything by which a manifest lowers its own bar."""
    before, after = old.manifest.document.data, new.manifest.document.data
    yield from _metadata(before["metadata"], after["metadata"])
    gone = [section for section in before["spec"] if section not in after["spec"]]
    yield from (("section-removed", ("spec", section), section, None) for section in gone)
    for name, scored in old.judgement.scored.items():
        if name in new.judgement.scored and SUBSYSTEMS[name].SECTION not in gone:
            for each in SUBSYSTEMS[name].relaxations(scored.facts, new.judgement.scored[name].facts):
                yield each.kind, each.at, each.before, each.after
    yield from _looser_match(old, new)


def _metadata(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, At, Any, Any]]:
    old_tier, new_tier = before.get("tier", 1), after.get("tier", 1)
    if new_tier > old_tier:
        yield "tier-lowered", ("metadata", "tier"), old_tier, new_tier
    old, new = before.get("launches"), after.get("launches")
    if new and not old:
        yield "launch-added", ("metadata", "launches"), None, new
    elif old and new and new > old:
        yield "launch-postponed", ("metadata", "launches"), old, new


def _looser_match(old: Judged, new: Judged) -> Iterator[tuple[str, At, Any, Any]]:
    """What the policy would ask less if the head's own metadata and path chose the overrides."""
    ruled, own = old.judgement.policy.layered.data, new.manifest.own_policy.layered.data
    for at in loosened(ruled, own):
        before, after = (f"{_dotted(at)}: {_at(data, at)}" for data in (ruled, own))
        yield "policy-loosened", ("metadata",), before, after


def _dotted(at: At) -> str:
    return ".".join(map(str, at))


def _at(data: Any, at: At) -> Any:
    for key in at:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def lowered_by_policy(before: Policy, after: Policy) -> Iterator[Lowered]:
    """Thresholds that the head's policy loosens."""
    old, new = before.layered.data, after.layered.data
    for at in loosened(old, new):
        place = after.layered.origin(at).location if _at(new, at) is not None else Location(after.path)
        yield Lowered("policy-loosened", "", _dotted(at), _at(old, at), _at(new, at), place)
    for index, override in enumerate(after.overrides):
        if override not in before.overrides:
            place = after.layered.origin(("overrides", index)).location
            yield Lowered("override-added", "", f"overrides.{index}", None, override.get("reason", ""), place)


def lowered_by_waivers(before: Sequence[Waiver], after: Sequence[Waiver]) -> Iterator[Lowered]:
    """Exceptions that the head adds or extends."""
    old = {key: waiver for waiver in before for key in _exceptions(waiver)}
    for waiver in after:
        for key in _exceptions(waiver):
            service, rule, subject = key
            what = f"{rule} {subject}".strip()
            if key not in old:
                yield Lowered("waiver-added", service, what, None, waiver.expires.isoformat(), waiver.location)
            elif _extends(old[key], waiver):
                before_day, after_day = old[key].expires.isoformat(), waiver.expires.isoformat()
                yield Lowered("waiver-extended", service, what, before_day, after_day, waiver.location)


def _exceptions(waiver: Waiver) -> list[tuple[str, str, str]]:
    return [(service, rule, waiver.subject) for service in waiver.services for rule in waiver.rules]


def _extends(old: Waiver, new: Waiver) -> bool:
    later = new.expires > old.expires or (new.granted or date.min) < (old.granted or date.min)
    return later or new.limit != old.limit


def lowered_by_configuration(before: Iterable[str], after: Iterable[str], path: str) -> Iterator[Lowered]:
    """Manifests that the head's configuration no longer selects."""
    for gone in sorted(set(before) - set(after)):
        yield Lowered("configuration-narrowed", "", "manifests", gone, None, Location(path))


def previews(head: Run, merged: Run) -> Iterator[Preview]:
    """Services that head's own rules would see otherwise."""
    after: dict[str, Judgement] = {each.judgement.subject.name: each.judgement for each in merged.services}
    for judged in head.services:
        name = judged.judgement.subject.name
        if name in after and after[name].health is not judged.judgement.health:
            yield Preview(name, judged.judgement.health, after[name].health)
