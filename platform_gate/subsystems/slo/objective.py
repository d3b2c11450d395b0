"""An objective: whether it is met, how much of its error budget is left, and how fast that burns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from platform_gate.numbers import as_written, compare, finite, rounded
from platform_gate.readings import Measurement
from platform_gate.subsystems.slo.fields import WHOLE, window_of
from platform_gate.windows import MINUTES_A_DAY, minutes, normalized

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

UNNAMED_WINDOW_DAYS: Final = 30
SMALL_BUDGET: Final = 1e-3
"""Percent. What is left of a smaller error budget is computed with fractions: floats lose too many of its digits."""


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
        burns: The values of a snapshot that are burn rates and count, each over a window of its own.
        useless: The windows of the burn rates that don't count, because they are stale, say.
        budget_recovers: The first day (UTC) on which a spent budget is positive again if nothing more burns, where
            that is known.
    """

    name: str
    target: float
    current: float | None = None
    window: str | None = None
    window_days: float = UNNAMED_WINDOW_DAYS
    measured: Measurement | None = None
    owner: str | None = None
    burns: tuple[Measurement, ...] = ()
    useless: tuple[str, ...] = ()
    budget_recovers: date | None = None

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
    def is_rolling(self) -> bool:
        """Whether it has a window of a fixed length, which moves on every moment."""
        return minutes(self.window or "") is not None

    @property
    def burn_rates(self) -> dict[str, float]:
        """How many times as fast as the target allows the error budget burns, by window as the snapshot names it."""
        return {window_of(burn.at): burn.value for burn in self.burns if burn.value is not None}

    @property
    def budget_remaining_pct(self) -> float | None:
        """Percent of the error budget (100 - target) that is left: 0 to 100, to one decimal; None if not measured."""
        if self.current is None:
            return None
        budget, left = WHOLE - self.target, max(self.current - self.target, 0)
        if budget < SMALL_BUDGET:
            return float(round(budget_remaining(self) or 0, 1))
        return float(rounded(left / budget * WHOLE, 1, lambda: budget_remaining(self) or as_written(0)))


def recovers_by(day: object) -> str:
    """When spent error budgets are positive again, in words."""
    return f"the budget recovers by {day} if nothing more burns"


def fastest(slo: SLODefinition) -> Mapping[str, Measurement]:
    """The burn rates by the length of their window; of two over the same length (``1h``, ``60m``) the higher one."""
    ascending = sorted(slo.burns, key=lambda burn: burn.value or 0)
    return {normalized(window_of(burn.at)): burn for burn in ascending}


def budget_left(slo: SLODefinition) -> Fraction | None:
    """Percent of the error budget that is left, exactly: below 0 where more than all of it is spent.

    None without a measurement, and for a target of 100, which has no budget.
    """
    if slo.current is None or slo.target >= WHOLE:
        return None
    target = as_written(slo.target)
    return (as_written(slo.current) - target) / (WHOLE - target) * WHOLE


def budget_remaining(slo: SLODefinition) -> Fraction | None:
    """Percent of the error budget that is left, exactly; 0 for a target of 100, which has no budget to spend."""
    if slo.current is None:
        return None
    return max(as_written(0), budget_left(slo) or as_written(0))


def is_left_below(slo: SLODefinition, pct: float) -> bool:
    """Whether less than so many percent of the error budget are left.

    A target of 100 allows no error: what falls short of it is below every bound, and what meets it below none.
    Multiplied out, so that nothing is divided by a tiny budget.
    """
    if slo.current is None or slo.target >= WHOLE:
        return slo.current is not None and not slo.is_met
    above = (slo.current - slo.target) * WHOLE - pct * (WHOLE - slo.target)
    return compare(above, WHOLE * max(WHOLE, abs(pct)), _left_above, slo, pct) < 0


def _left_above(slo: SLODefinition, pct: float) -> Fraction:
    return (budget_left(slo) or as_written(0)) - as_written(pct)


def minutes_between(slo: SLODefinition, low: float, high: float) -> int | float:
    """The minutes of the window between two percentages, to one decimal; 0 if the second is not above the first."""
    return _minutes(low, high, slo.window_days)


def whole_budget(slo: SLODefinition) -> int | float:
    """The minutes of the whole error budget, to one decimal."""
    return _whole_budget(slo.target, slo.window_days)


def _minutes(low: float, high: float, days: float) -> int | float:
    if high <= low:
        return 0
    length = days * MINUTES_A_DAY

    def exactly() -> Fraction:
        return (as_written(high) - as_written(low)) * as_written(length) / WHOLE

    return rounded((high - low) * length / WHOLE, 1, exactly)


@lru_cache(maxsize=1024)
def _whole_budget(target: float, days: float) -> int | float:
    """Remembered: a fleet has few targets, and few windows."""
    return _minutes(target, WHOLE, days)
