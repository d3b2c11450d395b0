"""What a policy asks, typed: the gate, health and waiver limits, and the limits of every subsystem."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import LimitError, Problem, Rule, Severity
from platform_gate.policy.layers import Layered, Origin
from platform_gate.subsystems import SUBSYSTEMS, catalogue, in_use

OFF: Final = "off"


class Gate(NamedTuple):
    """What fails the gate. ``fail_on`` holds healths and rule ids, ``required`` names of subsystems.

    ``regressions`` says whether what is declared, measured or both decides about a pull request in scope regressed.
    """

    fail_on: tuple[str, ...]
    required: tuple[str, ...]
    not_waivable: tuple[str, ...]
    max_prelaunch_days: int
    regressions: tuple[str, ...]
    help: str


class HealthLimits(NamedTuple):
    """From how many points on a service is degraded, and critical."""

    degraded_at: int
    critical_at: int

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section; raises ``LimitError`` where critical would come first."""
        if section["critical_at"] < section["degraded_at"]:
            fix = "Let critical_at be at least degraded_at."
            message = "critical would begin before degraded"
            raise LimitError(message, "critical_at", fix=fix, against=("degraded_at",))
        return cls(**section)


class WaiverLimits(NamedTuple):
    """How long a waiver may last, and from how many days before its end it is announced."""

    max_days: int
    warn_days: int


class Effective(NamedTuple):
    """The policy of one service, typed. ``limits`` and ``rules`` are by subsystem and by rule id.

    ``subsystems`` names those that have anything to check.
    """

    gate: Gate
    waivers: WaiverLimits
    health: HealthLimits
    limits: Mapping[str, Any]
    severities: Mapping[str, str]
    rules: Mapping[str, Rule]
    layered: Layered
    subsystems: tuple[str, ...]

    def is_off(self, rule: Rule) -> bool:
        """Whether a rule doesn't count at all."""
        return self.severities.get(rule.id) == OFF

    def severity(self, rule: Rule, *, decisive: bool) -> Severity:
        """How a finding of a rule is shown: as the policy says, else as an error where it has consequences."""
        default = Severity.ERROR if decisive else rule.severity
        return Severity(self.severities.get(rule.id, default))


def typed(layered: Layered, fail_on: tuple[str, ...] = ()) -> Effective:
    """Merged layers as limits; ``fail_on`` replaces the gate's.

    Raises:
        DocumentError: a section makes no sense.
    """
    data = layered.data
    limits = {name: _section(layered, name, subsystem.Limits.parse) for name, subsystem in SUBSYSTEMS.items()}
    gate: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data["gate"].items()
    }
    if fail_on:
        gate["fail_on"] = fail_on
    health = _section(layered, "health", HealthLimits.parse)
    waivers = WaiverLimits(**data["waivers"])
    return Effective(
        Gate(**gate), waivers, health, limits, data["severities"], catalogue.catalogue(limits), layered, in_use(limits)
    )


def _section(layered: Layered, name: str, parse: Callable[[Any], Any]) -> Any:
    try:
        return parse(layered.data[name])
    except LimitError as error:
        places = [error.at] if error.against is None else [error.at, error.against]
        origin = max((layered.origin((name, *at)) for at in places), key=_recency)
        raise origin.document.refuse(Problem(origin.at, error.message, error.fix)) from None


def _recency(origin: Origin) -> tuple[bool, bool]:
    """Overrides come after the policy's own values, and those after the default's."""
    return origin.document is not shipped.policy(shipped.DEFAULT_POLICY), origin.at[:2] == ("spec", "overrides")
