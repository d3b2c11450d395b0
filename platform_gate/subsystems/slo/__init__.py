"""SLOs: is each objective met, and how much of its error budget is left? Source: the SRE workbook, chapter 2."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import Charge, Context, Problem, Relaxation, Rule, Violation
from platform_gate.numbers import as_written, compare, finite, number, optional_number, rounded
from platform_gate.readings import NOTHING, Measurement, who_measures
from platform_gate.subsystems.loosening import LooseningTable, if_lower
from platform_gate.subsystems.slo import fields
from platform_gate.subsystems.slo.fields import WHOLE, merged
from platform_gate.subsystems.slo.rules import BREACHED, LOW_BUDGET, NO_DATA, NOT_MEASURED, RATIO_TARGET

if TYPE_CHECKING:
    from fractions import Fraction

NAME = "slo"
SECTION = fields.SECTION
MEASURED: tuple[str, ...] = ("slos",)
CALENDAR_MONTH = "calendar-month"
DAYS_A_WEEK = 7
UNNAMED_WINDOW_DAYS = 30
MINUTES_A_DAY = 24 * 60
SMALL_BUDGET = 1e-3
"""Percent. What is left of a smaller error budget is computed with fractions: floats lose too many of its digits."""


class SLOStatus(StrEnum):
    """Whether a service meets its objectives, as a whole."""

    MET = "met"
    BREACHED = "breached"
    NOT_MEASURED = "not_measured"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class SLODefinition:
    """A service level objective.

    Args:
        name: Unique within the service.
        target: Percent.
        current: The measured percent; None where nothing was measured, which is never a pass.
        window: ``30d``, ``4w`` or ``calendar-month``.
        window_days: The length of the window; 30 where none is named.
        measured: The value of a snapshot that ``current`` is taken from.
        owner: Who has to measure ``current``: a source, nobody yet (empty), or whoever types it (None).
        burn_rates: Pairs of a window and the burn rate measured over it.
    """

    name: str
    target: float
    current: float | None = None
    window: str | None = None
    window_days: int = 30
    measured: Measurement | None = None
    owner: str | None = None
    burn_rates: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no number; raises ``ValueError`` or ``TypeError`` with the field's name."""
        finite("target", self.target)
        if self.current is not None:
            finite("current", self.current)

    @property
    def is_met(self) -> bool:
        """Whether the measured value reaches the target."""
        return self.current is not None and self.current >= self.target

    @property
    def budget_remaining_pct(self) -> float | None:
        """Percent of the error budget (100 - target) that is left: 0 to 100, to one decimal; None if not measured."""
        if self.current is None:
            return None
        budget, left = WHOLE - self.target, max(self.current - self.target, 0)
        if budget < SMALL_BUDGET:
            return float(round(budget_remaining(self) or 0, 1))
        return float(rounded(left / budget * WHOLE, 1, lambda: budget_remaining(self) or as_written(0)))


class Limits(NamedTuple):
    """The policy's ``slo`` section, as in ``schemas/policy.schema.json``."""

    breach_points: int
    low_budget_below_pct: float
    low_budget_points: int

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section that its schema accepts."""
        return cls(**section)

    @classmethod
    @cache
    def default(cls) -> "Limits":
        """The limits of the default policy."""
        return cls.parse(shipped.default_limits(NAME))


LOOSENING: LooseningTable = {
    ("breach_points",): if_lower,
    ("low_budget_below_pct",): if_lower,
    ("low_budget_points",): if_lower,
}


def all_rules(_limits: Limits) -> tuple[Rule, ...]:
    """The rules of this subsystem."""
    return BREACHED, LOW_BUDGET, NOT_MEASURED, NO_DATA, RATIO_TARGET


field_of = fields.field_of
wants = fields.wants


def read(manifest: Mapping[str, Any], _limits: Limits, context: Context) -> tuple[list[SLODefinition], list[Problem]]:
    """The objectives of a manifest, and a problem for each name that is used again."""
    entries = manifest["spec"].get(SECTION, [])
    overlay = context.overlays.get(NAME, NOTHING)
    parts = [merged(entry, overlay) for entry in entries]
    slos = [SLODefinition(**part, window_days=_days(part.get("window"), context.as_of)) for part in parts]
    return slos, list(_repeated(entries))


def _days(window: str | None, as_of: date) -> int:
    if window == CALENDAR_MONTH:
        from calendar import monthrange  # noqa: PLC0415 - few windows are months

        return monthrange(as_of.year, as_of.month)[1]
    return int(window[:-1]) * (DAYS_A_WEEK if window.endswith("w") else 1) if window else UNNAMED_WINDOW_DAYS


def _repeated(entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    seen = set()
    for index, entry in enumerate(entries):
        if entry["name"] in seen:
            message = f"another SLO is already named {entry['name']}"
            yield Problem(("spec", SECTION, index, "name"), message, "Give each SLO a name of its own.")
        seen.add(entry["name"])


def has_data(slos: Sequence[SLODefinition]) -> bool:
    """Whether at least one objective is measured."""
    return any(slo.current is not None for slo in slos)


def check(slos: Sequence[SLODefinition], limits: Limits, context: Context) -> Iterator[Violation]:
    """The violations of every objective. Before its launch a service has nothing to measure."""
    if not has_data(slos):
        owner = next((slo.owner for slo in slos if slo.owner), None)
        yield NO_DATA.violation("no SLO is measured", SECTION, fix=who_measures(owner))
    for index, slo in enumerate(slos):
        if slo.target < 1:
            yield _ratio_target(slo, index)
        if slo.current is None:
            if context.launched:
                yield _not_measured(slo, index)
        elif not slo.is_met:
            yield _breached(slo, index)
        elif _is_low(slo, limits):
            yield _low_budget(slo, limits, index)


def _not_measured(slo: SLODefinition, index: int) -> Violation:
    message = f"{slo.name} has a target of {slo.target} but no current value"
    return NOT_MEASURED.violation(message, SECTION, index, subject=slo.name, fix=who_measures(slo.owner))


def _ratio_target(slo: SLODefinition, index: int) -> Violation:
    message = f"{slo.name} has a target of {slo.target}%, which looks like a ratio"
    return RATIO_TARGET.violation(message, SECTION, index, "target", subject=slo.name)


def _place(slo: SLODefinition, index: int) -> tuple[str | int, ...]:
    """Where the current value stands: a measured one is in no manifest, but its objective is."""
    return (SECTION, index) if slo.measured else (SECTION, index, "current")


def _breached(slo: SLODefinition, index: int) -> Violation:
    message = f"{slo.name} is at {slo.current}, below its target of {slo.target}"
    where = _place(slo, index)
    return BREACHED.violation(message, *where, subject=slo.name, value=slo.current, measured=slo.measured)


def _low_budget(slo: SLODefinition, limits: Limits, index: int) -> Violation:
    left = optional_number(slo.budget_remaining_pct)
    message = f"{slo.name} has {left}% of its error budget left (minimum {limits.low_budget_below_pct}%)"
    where = _place(slo, index)
    return LOW_BUDGET.violation(message, *where, subject=slo.name, value=slo.current, measured=slo.measured)


def _is_low(slo: SLODefinition, limits: Limits) -> bool:
    """Whether less of an error budget is left than the limit; a target of 100 has no error budget.

    Multiplied out, so that nothing is divided by a tiny budget.
    """
    if slo.target >= WHOLE:
        return False
    least_pct = limits.low_budget_below_pct
    above = ((slo.current or 0) - slo.target) * WHOLE - least_pct * (WHOLE - slo.target)
    return compare(above, WHOLE * WHOLE, _budget_above, slo, least_pct) < 0


def _budget_above(slo: SLODefinition, least_pct: float) -> "Fraction":
    return (budget_remaining(slo) or 0) - as_written(least_pct)


def budget_remaining(slo: SLODefinition) -> "Fraction | None":
    """Percent of the error budget that is left, exactly; 0 for a target of 100, which has no budget to spend."""
    if slo.current is None:
        return None
    budget, consumed = WHOLE - as_written(slo.target), WHOLE - as_written(slo.current)
    return max(as_written(0), budget - consumed) / budget * WHOLE if budget > 0 else as_written(0)


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """A breach costs once per service, however many objectives are breached; so does a low budget."""
    broken = {violation.rule.id for violation in violations}
    if BREACHED.id in broken:
        yield Charge(limits.breach_points, frozenset({BREACHED.id}), (NAME, "breach_points"))
    if LOW_BUDGET.id in broken:
        yield Charge(limits.low_budget_points, frozenset({LOW_BUDGET.id}), (NAME, "low_budget_points"))


def declared(slos: Sequence[SLODefinition], subject: str) -> list[tuple[Any, ...]]:
    """Name, target and window of each objective, and whether it is measured."""
    chosen = [slo for slo in slos if subject in ("", slo.name)]
    return sorted((slo.name, slo.target, slo.window or "", slo.current is not None) for slo in chosen)


def relaxations(before: Sequence[SLODefinition], after: Sequence[SLODefinition]) -> Iterator[Relaxation]:
    """Objectives removed, targets lowered, measurements removed."""
    new = {slo.name: (index, slo) for index, slo in enumerate(after)}
    for old in before:
        if old.name not in new:
            yield Relaxation("slo-removed", ("spec", SECTION), old.name, None)
            continue
        index, slo = new[old.name]
        if slo.target < old.target:
            yield Relaxation("target-lowered", ("spec", SECTION, index, "target"), old.target, slo.target)
        if old.current is not None and slo.current is None:
            yield Relaxation("measurement-removed", ("spec", SECTION, index, "current"), old.current, None)


def most_points(limits: Limits) -> int:
    """The points of a breach and a low budget together."""
    return limits.breach_points + limits.low_budget_points


def status(slos: Sequence[SLODefinition], violations: Sequence[Violation], _limits: Limits) -> SLOStatus:
    """The status of the worst objective."""
    if any(violation.rule is BREACHED for violation in violations):
        return SLOStatus.BREACHED
    measured = [slo.current is not None for slo in slos]
    if not any(measured):
        return SLOStatus.NO_DATA
    return SLOStatus.MET if all(measured) else SLOStatus.NOT_MEASURED


def describe(slos: Sequence[SLODefinition], _limits: Limits) -> dict[str, Any]:
    """The facts as a report shows them: ``slos`` with their error budgets, ``met`` and ``total`` (counts)."""
    return {"slos": [_row(slo) for slo in slos], "met": sum(slo.is_met for slo in slos), "total": len(slos)}


def _row(slo: SLODefinition) -> dict[str, Any]:
    current = slo.current
    return {
        "name": slo.name,
        "target": number(slo.target),
        "current": optional_number(current),
        "met": slo.is_met if current is not None else None,
        "budget_remaining_pct": optional_number(slo.budget_remaining_pct),
        "window": slo.window,
        "budget_minutes": _whole_budget(slo.target, slo.window_days),
        "budget_remaining_minutes": None if current is None else _minutes(slo.target, current, slo.window_days),
        **({"burn_rates": dict(slo.burn_rates)} if slo.burn_rates else {}),
    }


@lru_cache(maxsize=1024)
def _whole_budget(target: float, days: int) -> int | float:
    """Remembered: a fleet has few targets, and few windows."""
    return _minutes(target, WHOLE, days)


def _minutes(target: float, value: float, days: int) -> int | float:
    """The minutes of a window between the target and a value, to one decimal; 0 below the target."""
    if value <= target:
        return 0
    minutes = days * MINUTES_A_DAY
    left = (value - target) * minutes / WHOLE
    return rounded(left, 1, lambda: (as_written(value) - as_written(target)) * minutes / WHOLE)
