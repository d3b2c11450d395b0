"""Warnings about a policy that is valid and still looks like a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

from platform_gate.matching import applies, as_list
from platform_gate.model import At, Location, Subject
from platform_gate.policy.gate import Stage, lists_of_exemptions
from platform_gate.policy.limits import OFF, typed
from platform_gate.policy.loading import Policy
from platform_gate.subsystems import SUBSYSTEMS

_STEPS: Final = {Stage.MERGE: "merge", Stage.DEPLOY: "deployment"}


class PolicyWarning(NamedTuple):
    """Something in a policy that looks like a mistake, with its location."""

    location: Location
    message: str
    fix: str


def lint(policy: Policy, subjects: Sequence[Subject] = ()) -> list[PolicyWarning]:
    """Warn of overrides and exemptions without effect, and of health limits that no service can reach.

    The warnings are in the order of the file.

    With ``subjects``, the services of a fleet, also warn of overrides that match none of them.
    """
    warnings = [*_overridden(policy), *_idle(policy, subjects), *_unreachable(policy)]
    warnings += [*_outdone_by_stages(policy), *_exempt_from_nothing(policy)]
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


def _outdone_by_stages(policy: Policy) -> Iterator[PolicyWarning]:
    """Overrides of what both gates share, where one of the gates has its own."""
    for index, override in enumerate(policy.overrides):
        section = override["spec"].get("gate", {})
        for stage, key in product(Stage, section):
            if key in policy.layered.data["gate"][stage] and key not in section.get(stage, {}):
                step = _STEPS[stage]
                message = f"gate.{stage} sets {key} itself, so this has no effect on the gate before a {step}"
                fix = f"Set gate.{stage}.{key} in the override too."
                yield _warning(policy, ("overrides", index, "spec", "gate", key), message, fix)


def _exempt_from_nothing(policy: Policy) -> Iterator[PolicyWarning]:
    """Exemptions from rules that are off for every service."""
    off = {rule for rule, severity in policy.layered.data["severities"].items() if severity == OFF}
    for at, exemptions in lists_of_exemptions(policy.layered.data["gate"]):
        for index, exemption in enumerate(exemptions):
            for place, rule in enumerate(exemption["rules"]):
                if rule in off:
                    message = f"this exemption has no effect: {rule} is off"
                    fix = "Remove it, or turn the rule on in severities."
                    yield _warning(policy, ("gate", *at, index, "rules", place), message, fix)


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
