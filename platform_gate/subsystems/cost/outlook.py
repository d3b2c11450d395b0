"""Where costs stand in time: months that are long gone or missing, and forecasts of what code would cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from platform_gate.model import Violation
from platform_gate.readings import Measurement
from platform_gate.subsystems.cost.fields import FORECAST, SECTION
from platform_gate.subsystems.cost.rules import FORECAST_OVER_BUDGET, MONTH_GAP, STALE
from platform_gate.text import plural


def dated(months: Sequence[str], stale_after: int, as_of: date) -> Iterator[Violation]:
    """A latest month that ended long ago, and months missing before it. There is at least one month."""
    before, latest = months[-2:][0], months[-1]
    ago = _number(as_of.isoformat()) - _number(latest) - 1
    if ago >= stale_after:
        after = plural(stale_after, "month")
        message = f"the latest month is {latest}, which ended more than {after} before {as_of}"
        yield STALE.violation(message, SECTION)
    if _number(latest) - _number(before) > 1:
        message = f"costs are missing between {before} and {latest}, which the trend compares"
        yield MONTH_GAP.violation(message, SECTION)


def _number(day: str) -> int:
    """The months from year 0 to the one of a day that begins with ``YYYY-MM``."""
    return int(day[:4]) * 12 + int(day[5:7])


def _forecasts(measured: Mapping[str, Measurement]) -> dict[str, Measurement]:
    """The forecasts among measured costs, by project."""
    begin = f"{FORECAST}/"
    return {at.removeprefix(begin): value for at, value in measured.items() if at.startswith(begin)}


def forecasts(measured: Mapping[str, Measurement], budget: float) -> Iterator[Violation]:
    """Projects whose code would cost more a month than the whole budget of the service."""
    for project, forecast in _forecasts(measured).items():
        amount = forecast.value or 0
        if amount > budget > 0:
            message = f"{project} would cost {amount} {forecast.unit} a month, over the budget of {budget}"
            yield FORECAST_OVER_BUDGET.violation(message, SECTION, subject=project, value=amount, measured=forecast)


def described(measured: Mapping[str, Measurement]) -> dict[str, Any]:
    """The forecasts as a report shows them; nothing without any."""
    rows = [{"project": project, "amount": value.value} for project, value in _forecasts(measured).items()]
    return {"forecasts": rows} if rows else {}
