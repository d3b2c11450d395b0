"""Relaxations: how a change lowers the bar in manifests, policy, waivers or configuration.

They are listed for the reviewer. Those of a manifest also make its service regressed; the others decide nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from platform_gate.judging.result import Judged
from platform_gate.judging.waivers import Waiver, by_service
from platform_gate.matching import as_owned, covers
from platform_gate.model import At, Location, Rule, Scope, Worse, pointer
from platform_gate.policy.loading import Policy
from platform_gate.policy.strictness import loosened, side_by_side, value_at
from platform_gate.repository.config import Config
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.text import commas, plural

OF_PATHS: Final = ("paths-narrowed", "paths-removed")
"""Kinds that say what touches a service, and not what is asked of it."""
MOST_ROWS: Final = 20
"""Services and rules of one waiver that are listed each; the others are counted."""


class Lowered(NamedTuple):
    """A relaxation. ``service`` is empty if it is about all of them; ``pointer`` is a JSON pointer or a dotted key."""

    kind: str
    service: str
    pointer: str
    before: Any
    after: Any
    location: Location

    def __str__(self) -> str:
        return self.describe()

    def describe(self, arrow: str = "->") -> str:
        """The relaxation in words: ``target lowered: 99.9 -> 99.5``."""
        where = f" ({self.pointer})" if self.pointer and not self.pointer.startswith("/") else ""
        what = self.kind.replace("-", " ") + where
        if isinstance(self.before, Mapping) and self.after is None:
            return f"{what}: removed"
        values = [_words(one) for one in (self.before, self.after) if one is not None or self.kind == "policy-loosened"]
        return f"{what}: {f' {arrow} '.join(dict.fromkeys(values))}" if values else what


def _words(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{commas(map(_words, value))}]"
    if isinstance(value, Mapping):
        return f"{{{commas(f'{key}: {_words(inner)}' for key, inner in value.items())}}}"
    return str(value)


def by_manifest(old: Judged, new: Judged) -> Iterator[Lowered]:
    """Relaxations in a service's manifest."""
    name = new.name
    for kind, at, before, after in _relaxations(old, new):
        yield Lowered(kind, name, pointer(at), before, after, new.manifest.document.locate(at))


def _relaxations(old: Judged, new: Judged) -> Iterator[tuple[str, At, Any, Any]]:
    """Kind, path in the manifest, value before, value after."""
    before, after = old.manifest.document.data, new.manifest.document.data
    yield from _metadata(before["metadata"], after["metadata"])
    gone = [section for section in before["spec"] if section not in after["spec"]]
    yield from (("section-removed", ("spec", section), section, None) for section in gone)
    for name, scored in old.judgement.scored.items():
        if name in new.judgement.scored and SUBSYSTEMS[name].SECTION not in gone:
            for relaxation in SUBSYSTEMS[name].relaxations(scored.facts, new.judgement.scored[name].facts):
                yield relaxation.kind, relaxation.at, relaxation.before, relaxation.after
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
    yield from _fewer_paths(before.get("paths", []), after.get("paths", []))


def _fewer_paths(before: list[str], after: list[str]) -> Iterator[tuple[str, At, Any, Any]]:
    """Paths that no longer belong to a service; splitting a folder into parts counts, as a part may be missing."""
    kept = [glob for path in after for glob in as_owned(path)]
    if any(not any(covers(wide, glob) for wide in kept) for path in before for glob in as_owned(path)):
        yield OF_PATHS[0 if after else 1], ("metadata", "paths"), before, after or None


def _looser_match(old: Judged, new: Judged) -> Iterator[tuple[str, At, Any, Any]]:
    """Policy keys that would be looser if the head's own metadata and path chose the overrides.

    The base's metadata chooses them, so that a pull request can't move its service into a lenient override.
    """
    ruled, own = old.manifest.own_policy.layered.data, new.manifest.own_policy.layered.data
    for at in loosened(ruled, own):
        before, after = (_words(value_at(data, at)) for data in side_by_side(ruled, own))
        yield "policy-loosened", ("metadata",), f"{_dotted(at)} {before}", after


def _dotted(at: At) -> str:
    return ".".join(map(str, at))


def by_policy(before: Policy, after: Policy) -> Iterator[Lowered]:
    """Thresholds that the head's policy loosens, and overrides added, removed or reordered so that it may ask less."""
    old, new = before.layered.data, after.layered.data
    for at in loosened(old, new):
        place = after.layered.origin(at).location if value_at(new, at) is not None else Location(after.path)
        was, now = (value_at(data, at) for data in side_by_side(old, new))
        yield Lowered("policy-loosened", "", _dotted(at), was, now, place)
    for index, override in enumerate(after.overrides):
        if override not in before.overrides and any(_loosened_by(after, override)):
            place = after.layered.origin(("overrides", index)).location
            yield Lowered("override-added", "", f"overrides.{index}", None, _named(override), place)
    for index, override in enumerate(before.overrides):
        if override not in after.overrides and any(_tightened_by(before, override)):
            yield Lowered("override-removed", "", f"overrides.{index}", _named(override), None, Location(after.path))
    if before.overrides != after.overrides and _sorted(before.overrides) == _sorted(after.overrides):
        yield Lowered("overrides-reordered", "", "overrides", None, None, Location(after.path))


def _loosened_by(policy: Policy, override: Mapping[str, Any]) -> Iterator[At]:
    return loosened(policy.layered.data, _with(policy, override))


def _tightened_by(policy: Policy, override: Mapping[str, Any]) -> Iterator[At]:
    return loosened(_with(policy, override), policy.layered.data)


def _with(policy: Policy, override: Mapping[str, Any]) -> Mapping[str, Any]:
    """The policy with one override applied, and no other."""
    return policy.layered.data_with(override["spec"])


def _named(override: Mapping[str, Any]) -> str:
    return str(override.get("reason") or _words(override["match"]))


def _sorted(overrides: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted(map(repr, overrides))


def by_waivers(
    before: Sequence[Waiver], after: Sequence[Waiver], rules: Mapping[str, Rule], since: Sequence[Waiver] | None = None
) -> Iterator[Lowered]:
    """Waivers that the head adds or extends: one per service and rule for which no earlier waiver allows as much.

    Of each waiver ``MOST_ROWS`` are listed, and a last row counts the others: a waiver may name thousands of services.
    With ``since``, what that allows as well is left out.
    """
    earlier, other = by_service(before), by_service(since or ())
    for waiver in after:
        listed, kinds = 0, Counter[str]()
        for service in waiver.services:
            old, older = earlier.get(service, ()), other.get(service, ())
            if listed >= MOST_ROWS and not old and not older:
                kinds["waiver-added"] += len(waiver.rules)
                continue
            for rule in waiver.rules:
                row = _by_waiver(old, waiver, service, rules[rule])
                if row is None or (since is not None and not _by_waiver(older, waiver, service, rules[rule])):
                    continue
                listed += 1
                if listed <= MOST_ROWS:
                    yield row
                else:
                    kinds[row.kind] += 1
        if kinds:
            rest = f"{plural(kinds.total(), 'more service and rule', 'more services and rules')}, {terms(waiver)}"
            yield Lowered(min(kinds), "", "", None, rest, waiver.location)


def _by_waiver(before: Sequence[Waiver], waiver: Waiver, service: str, rule: Rule) -> Lowered | None:
    """What a waiver adds or extends for a service and rule; ``before`` are the earlier waivers of that service."""
    old = [each for each in before if rule.id in each.rules and each.subject in ("", waiver.subject)]
    if any(_allows(candidate, waiver, rule) for candidate in old):
        return None
    kind = "waiver-extended" if old else "waiver-added"
    until = max((terms(candidate) for candidate in old), default=None)
    return Lowered(kind, service, f"{rule.id} {waiver.subject}".strip(), until, terms(waiver), waiver.location)


def _allows(old: Waiver, new: Waiver, rule: Rule) -> bool:
    """Whether the old waiver lasts as long as the new one, starts as early, and excuses values as bad."""
    lasts = old.expires >= new.expires and (old.granted or date.min) <= (new.granted or date.min)
    if old.limit is None or old.limit == new.limit:
        return lasts
    if new.limit is None:
        return False
    return lasts and (old.limit > new.limit if rule.worse is Worse.ABOVE else old.limit < new.limit)


def are_akin(one: Waiver, other: Waiver) -> bool:
    """Whether the first waiver covers a service, rule and subject of the second."""
    return (
        one.subject in ("", other.subject)
        and not frozenset(one.services).isdisjoint(other.services)
        and not frozenset(one.rules).isdisjoint(other.rules)
    )


def terms(waiver: Waiver) -> str:
    """A waiver's end and limit in words."""
    return f"{waiver.expires}" + (f", up to {waiver.limit}" if waiver.limit is not None else "")


def by_configuration(before: Config, after: Config, gone: Iterable[str]) -> Iterator[Lowered]:
    """Manifests (``gone``) and snapshots that the head's configuration no longer selects, and a narrower scope."""
    place = Location(after.path or before.path)
    for path in gone:
        yield Lowered("configuration-narrowed", "", "manifests", path, None, place)
    for pattern in before.measurements:
        if pattern not in after.measurements:
            yield Lowered("measurements-changed", "", "measurements", pattern, None, place)
    scopes = [scope.value for scope in Scope]
    old, new = before.scope or scopes[0], after.scope or scopes[0]
    if scopes.index(new) > scopes.index(old):
        yield Lowered("scope-narrowed", "", "scope", old, new, place)
