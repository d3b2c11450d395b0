"""Warnings about a policy that is valid and still looks like a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from platform_gate.matching import applies, as_list
from platform_gate.model import At, Location, Subject
from platform_gate.policy.limits import typed
from platform_gate.policy.loading import Policy
from platform_gate.subsystems import SUBSYSTEMS


class PolicyWarning(NamedTuple):
    """Something in a policy that looks like a mistake, with its location."""

    location: Location
    message: str
    fix: str


def lint(policy: Policy, subjects: Sequence[Subject] = ()) -> list[PolicyWarning]:
    """Warn of overrides without effect and of health limits that no service can reach, in the order of the file.

    With ``subjects``, the services of a fleet, also warn of overrides that match none of them.
    """
    warnings = [*_overridden(policy), *_idle(policy, subjects), *_unreachable(policy)]
    return sorted(warnings, key=lambda warning: (warning.location.path, warning.location.start))


def _warning(policy: Policy, at: At, message: str, fix: str) -> PolicyWarning:
    return PolicyWarning(policy.layered.origin(at).location, message, fix)


def _overridden(policy: Policy) -> Iterator[PolicyWarning]:
    """Overrides of which a later one sets every value again, for all services that they match."""
    for index, earlier in enumerate(policy.overrides):
        for other, later in list(enumerate(policy.overrides))[index + 1 :]:
            if _covers(later["match"], earlier["match"]) and _sets(later["spec"]).issuperset(_sets(earlier["spec"])):
                message = f"this override has no effect: override {other + 1} matches the same and sets the same keys"
                yield _warning(policy, ("overrides", index), message, "Remove it, or move it after the other.")
                break


def _covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether ``wide`` surely matches every service that ``narrow`` matches. Globs are compared as text."""
    return all(
        key in narrow
        and (_covers(value, narrow[key]) if key == "labels" else set(as_list(narrow[key])) <= set(as_list(value)))
        for key, value in wide.items()
    )


def _sets(spec: Mapping[str, Any]) -> set[At]:
    """The places of all values that an override sets."""
    return set(_leaves(spec, ()))


def _leaves(value: Mapping[str, Any], at: At) -> Iterator[At]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _leaves(inner, (*at, key))
        else:
            yield (*at, key)


def _idle(policy: Policy, subjects: Sequence[Subject]) -> Iterator[PolicyWarning]:
    """Overrides that match no service of the fleet."""
    for index, override in enumerate(policy.overrides):
        if subjects and not any(applies(override["match"], subject) for subject in subjects):
            message = "this override matches none of these services"
            yield _warning(policy, ("overrides", index, "match"), message, "Check tier, team, name, path and labels.")


def _unreachable(policy: Policy) -> Iterator[PolicyWarning]:
    """Health limits above the points of all subsystems together."""
    health, most = policy.base().health, _most_points(policy)
    for key, limit in zip(health._fields, health, strict=True):
        if limit > most:
            message = f"no service can reach {key}: all subsystems together give at most {most} points"
            yield _warning(policy, ("health", key), message, f"Lower it to {most} or less, or raise points.")


def _most_points(policy: Policy) -> int:
    """An upper bound of any service's points: for each subsystem its maximum under the policy or one override."""
    layered = policy.layered
    specs: list[Mapping[str, Any]] = [{}, *(override["spec"] for override in policy.overrides)]
    several = [typed(layered.over(spec, layered.origin(("overrides",)))).limits for spec in specs]
    return sum(max(subsystem.most_points(limits[name]) for limits in several) for name, subsystem in SUBSYSTEMS.items())
