"""What is allowed in a policy and still looks like a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from platform_gate.matching import applies, as_list
from platform_gate.model import At, Location, Subject
from platform_gate.policy.limits import Effective, typed
from platform_gate.policy.loading import Policy
from platform_gate.subsystems import SUBSYSTEMS


class Doubtful(NamedTuple):
    """A warning about a policy, at its line."""

    location: Location
    message: str
    fix: str


def lint(policy: Policy, subjects: Sequence[Subject] = ()) -> list[Doubtful]:
    """Overrides that have no effect, and points that can't degrade anything.

    With ``subjects``, the services of a fleet, also overrides that match none of them.
    """
    found = [*_overridden(policy), *_idle(policy, subjects), *_powerless(policy)]
    return sorted(found, key=lambda each: (each.location.path, each.location.start))


def _doubt(policy: Policy, at: At, message: str, fix: str) -> Doubtful:
    return Doubtful(policy.layered.origin(at).location, message, fix)


def _overridden(policy: Policy) -> Iterator[Doubtful]:
    """Overrides all of whose values a later one sets, for everybody whom they match."""
    for index, earlier in enumerate(policy.overrides):
        for other, later in list(enumerate(policy.overrides))[index + 1 :]:
            if _covers(later["match"], earlier["match"]) and _sets(later["spec"]).issuperset(_sets(earlier["spec"])):
                message = f"this override has no effect: override {other + 1} matches the same and sets all of it again"
                yield _doubt(policy, ("overrides", index), message, "Remove it, or put it after the other.")
                break


def _covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether everything that ``narrow`` matches is matched by ``wide`` too, as far as can be told from the words."""
    return all(
        key in narrow
        and (_covers(value, narrow[key]) if key == "labels" else set(as_list(narrow[key])) <= set(as_list(value)))
        for key, value in wide.items()
    )


def _sets(spec: Mapping[str, Any]) -> set[At]:
    """The places of the values that an override sets."""
    return set(_leaves(spec, ()))


def _leaves(value: Mapping[str, Any], at: At) -> Iterator[At]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _leaves(inner, (*at, key))
        else:
            yield (*at, key)


def _idle(policy: Policy, subjects: Sequence[Subject]) -> Iterator[Doubtful]:
    """Overrides that match no service there is."""
    for index, override in enumerate(policy.overrides):
        if subjects and not any(applies(override["match"], subject) for subject in subjects):
            message = "this override matches no service of those judged"
            yield _doubt(policy, ("overrides", index, "match"), message, "Check tier, team, name, path and labels.")


def _powerless(policy: Policy) -> Iterator[Doubtful]:
    """Health limits that the points of all subsystems together can't reach."""
    effective = policy.base()
    most = _most_of_any(policy)
    for key in ("degraded_at", "critical_at"):
        limit = getattr(effective.health, key)
        if limit > most:
            message = f"no service can reach {key}: all subsystems together give {most} points at most"
            yield _doubt(policy, ("health", key), message, f"Lower it to {most} or less, or raise points.")


def _most_of_any(policy: Policy) -> int:
    """The most that any service can be charged with: of each subsystem what the policy or an override gives."""
    layered = policy.layered
    specs: list[Mapping[str, Any]] = [{}, *(override["spec"] for override in policy.overrides)]
    several = [typed(layered.over(spec, layered.origin(("overrides",)))).limits for spec in specs]
    return sum(max(each.most_points(limits[name]) for limits in several) for name, each in SUBSYSTEMS.items())


def most_points(effective: Effective) -> int:
    """The most that a service can be charged with."""
    return sum(subsystem.most_points(effective.limits[name]) for name, subsystem in SUBSYSTEMS.items())
