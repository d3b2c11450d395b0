"""The focused subsystems. Each is a module that fits ``Subsystem``; to add one, add a line to ``SUBSYSTEMS``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from platform_gate.model import Charge, Context, Problem, Relaxation, Rule, Violation
from platform_gate.readings import Together
from platform_gate.subsystems import cost, custom, freshness, governance, loosening, reliability, slo
from platform_gate.subsystems.loosening import LooseningTable

__all__ = [
    "SUBSYSTEMS",
    "LimitsType",
    "Subsystem",
    "catalogue",
    "cost",
    "freshness",
    "governance",
    "in_use",
    "loosening",
    "measurable",
    "reliability",
    "slo",
]


class LimitsType(Protocol):
    """A subsystem's ``Limits`` class: its section of the policy, typed."""

    def parse(self, section: Any, /) -> Any:
        """Limits from a section that the policy's schema accepts; raises ``LimitError``."""

    def default(self) -> Any:
        """The limits of the default policy."""


class Subsystem(Protocol):
    """What the gate needs from a subsystem. Facts and limits are of the subsystem's own types.

    Attributes:
        NAME: Its section in a policy and its key in a report.
        SECTION: Its section in a manifest's ``spec``; empty where it reads the whole manifest.
        MEASURED: The fields, or sections of them, that a source of measurements may claim (``slos``).
        LOOSENING: For each key of its section, whether a new value asks less. A key without an entry always does.
    """

    NAME: str
    SECTION: str
    MEASURED: tuple[str, ...]
    LOOSENING: LooseningTable

    @property
    def Limits(self) -> LimitsType:  # noqa: N802 - the name of a class
        """The policy's section for this subsystem."""

    def all_rules(self, limits: Any, /) -> tuple[Rule, ...]:
        """Every rule that it can apply under a policy."""

    def field_of(self, at: str, /) -> str | None:
        """The field that a value of a snapshot fills, by its ``at``; None where it isn't one of this subsystem."""

    def wants(self, manifest: Mapping[str, Any], limits: Any, /) -> Sequence[Together]:
        """The fields of a manifest that can be measured; the policy may need more of them than usual.

        Those of a tuple are looked at together. Give the same tuple for the same fields: what becomes of it is
        remembered by its identity.
        """

    def read(self, manifest: Mapping[str, Any], limits: Any, context: Context, /) -> tuple[Any, list[Problem]]:
        """The facts of a manifest that fits its schema, and the problems that the schema can't see.

        Measured values from the context's overlay replace typed ones. The facts are ``NO_FACTS`` where there is nothing
        to judge.
        """

    def has_data(self, facts: Any, /) -> bool:
        """Whether the facts contain any data."""

    def check(self, facts: Any, limits: Any, context: Context, /) -> Iterator[Violation]:
        """Apply every rule, and yield the violations."""

    def points(self, violations: Sequence[Violation], limits: Any, /) -> Iterable[Charge]:
        """The points that violations cost, by rule."""

    def most_points(self, limits: Any, /) -> int:
        """The highest number of points that it can charge a service."""

    def declared(self, facts: Any, subject: str, /) -> Any:
        """The part of the facts that people decide, without measured values.

        With ``subject`` (an SLO's name, say) only what belongs to it; empty for everything.
        """

    def relaxations(self, before: Any, after: Any, /) -> Iterator[Relaxation]:
        """The changes from one version of a manifest to the next that lower the bar for the service."""

    def status(self, facts: Any, violations: Sequence[Violation], limits: Any, /) -> str:
        """One word for the facts and their violations, from the subsystem's own vocabulary."""

    def describe(self, facts: Any, limits: Any, /) -> dict[str, Any]:
        """The facts as a report shows them: JSON values only."""


SUBSYSTEMS: dict[str, Subsystem] = {
    slo.NAME: slo,
    cost.NAME: cost,
    reliability.NAME: reliability,
    governance.NAME: governance,
    custom.NAME: custom,
    freshness.NAME: freshness,
}


def in_use(limits: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the subsystems that have anything to check under some limits."""
    return tuple(name for name, subsystem in SUBSYSTEMS.items() if subsystem.all_rules(limits[name]))
