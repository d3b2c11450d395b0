"""The rules that a policy names: they exist, and may be used where they are named."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from platform_gate.model import At, HealthStatus, Problem, Rule
from platform_gate.policy.gate import Stage, lists_of_exemptions
from platform_gate.policy.layers import Layered
from platform_gate.policy.limits import OFF
from platform_gate.rule_ids import is_about_services, leaves_unjudged
from platform_gate.text import quote, suggestion

FAILING_HEALTHS: Final = tuple(health.value for health in HealthStatus if health is not HealthStatus.HEALTHY)


def check(layered: Layered, known: Mapping[str, Rule]) -> None:
    """Refuse unknown rules, manifest rules that are off, and exemptions from rules that no service can break.

    Raises:
        DocumentError: placed at the rule.
    """
    for at, names in _lists(layered.data):
        for index, name in enumerate(names):
            if name not in known and not (at[-1] == "fail_on" and name in FAILING_HEALTHS):
                place = (*at, name) if at[-1] == "severities" else (*at, index)
                _refuse(layered, place, f"there is no rule {quote(name)}", suggestion(name, known))
            if at[-1] == "rules" and not is_about_services(name):
                fix = "Name only rules about services, such as slo/breached."
                _refuse(layered, (*at, index), f"no change can be exempt from {name}", fix)
    for at, severities in sections(layered.data, "severities"):
        for name, severity in severities.items():
            if leaves_unjudged(name) and severity == OFF:
                fix = "Exclude broken files in the configuration."
                _refuse(layered, (*at, name), f"{name} can't be turned off", fix)


def _refuse(layered: Layered, at: At, message: str, fix: str) -> None:
    origin = layered.origin(at)
    raise origin.document.refuse(Problem(origin.at, message, fix, on_key="severities" in at))


def _lists(data: Mapping[str, Any]) -> Iterator[tuple[At, Sequence[str]]]:
    """Every list of rules outside of the subsystems, with its place."""
    for at, gate in sections(data, "gate"):
        for key in ("fail_on", "not_waivable"):
            yield (*at, key), gate.get(key, ())
        for stage in Stage:
            yield (*at, stage.value, "fail_on"), gate.get(stage, {}).get("fail_on", ())
        for place, exemptions in lists_of_exemptions(gate):
            for index, exemption in enumerate(exemptions):
                yield (*at, *place, index, "rules"), exemption["rules"]
    for at, severities in sections(data, "severities"):
        yield at, list(severities)


def sections(data: Mapping[str, Any], name: str) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """A section of the policy, and the same section of each override, with their places."""
    yield (name,), data[name]
    for index, override in enumerate(data["overrides"]):
        yield ("overrides", index, "spec", name), override["spec"].get(name, {})
