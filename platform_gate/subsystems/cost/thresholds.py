"""The limits of costs: points, and the percentages from which a trend is called by its name."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import LimitError


class Limits(NamedTuple):
    """The policy's ``cost`` section; the three trend thresholds are percent of change from month to month."""

    over_budget_points: int
    spiking_points: int
    spiking_above_pct: float
    increasing_above_pct: float
    decreasing_below_pct: float
    stale_after_months: int
    on_stale: str
    forecast_over_budget_points: int

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section that its schema accepts.

        Raises:
            LimitError: the trend's thresholds are out of order.
        """
        plain = {key: value for key, value in section.items() if key != "trend"}
        limits = cls(**plain, **section["trend"])
        if limits.increasing_above_pct > limits.spiking_above_pct:
            raise _overlap("increasing_above_pct", "spiking_above_pct")
        if limits.decreasing_below_pct > limits.increasing_above_pct:
            raise _overlap("decreasing_below_pct", "increasing_above_pct")
        return limits

    @classmethod
    @cache
    def default(cls) -> "Limits":
        """The limits of the default policy."""
        return cls.parse(shipped.default_limits("cost"))


def _overlap(lower: str, upper: str) -> LimitError:
    fix = "Order them: decreasing, increasing, spiking."
    return LimitError(f"{lower} is above {upper}", "trend", lower, fix=fix, against=("trend", upper))
