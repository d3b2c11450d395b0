"""A policy as typed limits: those of the gate, of health and waivers, and of every subsystem."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import LimitError, Problem, Rule, Severity
from platform_gate.policy import gate
from platform_gate.policy.layers import Layered, Origin
from platform_gate.subsystems import SUBSYSTEMS, catalogue, in_use

OFF: Final = "off"


class HealthLimits(NamedTuple):
    """The points from which on a service is degraded, and critical."""

    degraded_at: int
    critical_at: int

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section.

        Raises:
            LimitError: services would be critical before they are degraded.
        """
        if section["critical_at"] < section["degraded_at"]:
            fix = "Set critical_at to degraded_at or more."
            message = "critical_at is below degraded_at"
            raise LimitError(message, "critical_at", fix=fix, against=("degraded_at",))
        return cls(**section)


class WaiverLimits(NamedTuple):
    """How many days a waiver may last, and how many days before its end a notice appears."""

    max_days: int
    warn_days: int


class Effective(NamedTuple):
    """The typed policy of one service.

    ``limits`` are by subsystem, ``severities`` and ``rules`` by rule id; ``layered`` is the same policy as data.
    ``subsystems`` are the names of those that have a rule.
    """

    gate: gate.Gate
    waivers: WaiverLimits
    health: HealthLimits
    limits: Mapping[str, Any]
    severities: Mapping[str, str]
    rules: Mapping[str, Rule]
    layered: Layered
    subsystems: tuple[str, ...]

    def is_off(self, rule: Rule) -> bool:
        """Whether the policy turns a rule off."""
        return self.severities.get(rule.id) == OFF

    def severity(self, rule: Rule, *, decisive: bool) -> Severity:
        """The severity of a finding: the policy's, or else an error if it is decisive."""
        default = Severity.ERROR if decisive else rule.severity
        return Severity(self.severities.get(rule.id, default))


def typed(layered: Layered, choice: gate.Choice = gate.USUAL, below: Effective | None = None) -> Effective:
    """Merged layers as typed limits, for one of the gates.

    What ``below`` types of the same data is taken from there: an override changes a section or two, and a policy may
    have hundreds of overrides.

    Raises:
        DocumentError: a section makes no sense; placed at the value that is to blame.
    """
    data = layered.data
    limits = {name: _limits(layered, name, below) for name in SUBSYSTEMS}
    health = _section(layered, "health", HealthLimits.parse)
    waivers = WaiverLimits(**data["waivers"])
    same = below is not None and all(_same_rules(name, limits[name], below.limits[name]) for name in limits)
    rules = below.rules if below and same else catalogue.catalogue(limits)
    subsystems = below.subsystems if below and same else in_use(limits)
    chosen = gate.parse(layered, choice)
    return Effective(chosen, waivers, health, limits, data["severities"], rules, layered, subsystems)


def _same_rules(name: str, one: Any, other: Any) -> bool:
    return one is other or SUBSYSTEMS[name].all_rules(one) == SUBSYSTEMS[name].all_rules(other)


def _limits(layered: Layered, name: str, below: Effective | None) -> Any:
    if below and layered.data[name] is below.layered.data[name]:
        return below.limits[name]
    return _section(layered, name, SUBSYSTEMS[name].Limits.parse)


def _section(layered: Layered, name: str, parse: Callable[[Any], Any]) -> Any:
    try:
        return parse(layered.data[name])
    except LimitError as error:
        places = [error.at] if error.against is None else [error.at, error.against]
        origin = max((layered.origin((name, *at)) for at in places), key=_recency)
        raise origin.document.refuse(Problem(origin.at, error.message, error.fix)) from None


def _recency(origin: Origin) -> tuple[bool, bool]:
    """Sorts origins by when they were set: the default's values, the policy's own, then overrides."""
    return origin.document is not shipped.policy(shipped.DEFAULT_POLICY), origin.at[:2] == ("spec", "overrides")
