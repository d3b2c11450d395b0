"""The focused subsystems. Each is a module that fits ``Subsystem``; to add one, add a line to ``SUBSYSTEMS``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from platform_gate.model import Charge, Context, Problem, Relaxation, Rule, Violation
from platform_gate.subsystems import cost, custom, governance, reliability, slo

__all__ = [
    "SUBSYSTEMS",
    "LimitsType",
    "Subsystem",
    "catalogue",
    "cost",
    "governance",
    "in_use",
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
    """What the gate asks of a subsystem.

    ``NAME`` is its section in a policy and its key in a report, ``SECTION`` its section in a manifest's ``spec``.
    """

    NAME: str
    SECTION: str

    @property
    def Limits(self) -> LimitsType:  # noqa: N802 - the name of a class
        """The policy's section for this subsystem."""

    def rules(self, limits: Any, /) -> tuple[Rule, ...]:
        """Every rule it can apply under a policy."""

    def read(self, manifest: Mapping[str, Any], limits: Any, context: Context, /) -> tuple[Any, list[Problem]]:
        """The facts of a manifest that fits its schema, and what makes it invalid all the same."""

    def has_data(self, facts: Any, /) -> bool:
        """Whether the facts hold any measurement."""

    def check(self, facts: Any, limits: Any, context: Context, /) -> Iterator[Violation]:
        """Every rule applied: the checks that fail."""

    def points(self, failed: Sequence[Violation], limits: Any, /) -> Iterable[Charge]:
        """What failed checks cost."""

    def most_points(self, limits: Any, /) -> int:
        """What it can charge a service with at most."""

    def declared(self, facts: Any, subject: str, /) -> Any:
        """What people decide about the facts (of a subject, where one is named), less what is measured."""

    def relaxations(self, before: Any, after: Any, /) -> Iterator[Relaxation]:
        """What of the facts lowers the bar from one version of a manifest to the next."""

    def status(self, facts: Any, failed: Sequence[Violation], limits: Any, /) -> str:
        """The facts, and what of them failed, in one word of the subsystem's own vocabulary."""

    def describe(self, facts: Any, limits: Any, /) -> dict[str, Any]:
        """The facts as a report shows them: JSON values only."""


SUBSYSTEMS: dict[str, Subsystem] = {
    slo.NAME: slo,
    cost.NAME: cost,
    reliability.NAME: reliability,
    governance.NAME: governance,
    custom.NAME: custom,
}


def in_use(limits: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the subsystems that have anything to check under some limits."""
    return tuple(name for name, subsystem in SUBSYSTEMS.items() if subsystem.rules(limits[name]))
