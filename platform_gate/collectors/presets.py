"""Where Sloth and Pyrra record what their SLOs measure.

The names were read in the projects' sources: Sloth's internal/prometheus/recording_rules.go, and Pyrra's slo/rules.go
(the generic rules, which Pyrra writes when it is started with them). Both record the ratio over the whole window again
and again while old samples last, up to 30 days after the last one. How old the samples are is told by a series that
ends with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from platform_gate.measurements.writing import Value

WINDOW: Final = "WINDOW"
"""Stands for a window until the server says which there are."""
SECONDS_OF_A_DAY: Final = 86_400
HOURS_OF_A_DAY: Final = 24
DAYS_OF_A_WEEK: Final = 7


class Preset(NamedTuple):
    """Recording rules: labels, metrics, and what their numbers mean.

    ``service`` and ``slo`` are labels. ``windows`` gives the length of each SLO's window, of which ``per_day`` make a
    day. ``metric`` is the ratio over `WINDOW`: of good events, or with ``of_errors`` of bad ones. ``heartbeat`` is a
    series that ends when the samples do, and ``budget`` the ratio of bad events that the SLO allows.
    """

    service: str
    slo: str
    windows: str
    per_day: int
    metric: str
    heartbeat: str
    of_errors: bool
    budget: str = ""

    @property
    def fresh(self) -> str:
        """The query for the time of the newest sample."""
        return f"timestamp({self.heartbeat})"

    def value(self, window: str) -> str:
        """The query for the ratio over a window."""
        return self.metric.replace(WINDOW, _as_prometheus_writes(window))

    def coverage(self, window: str) -> str:
        """The query for the share of the window's hours that have samples, in percent."""
        hours = "HOURS" if window == WINDOW else str(int(window[:-1]) * HOURS_OF_A_DAY)
        return f"100 * count_over_time({self.heartbeat}[{window}:1h]) / {hours}"

    def queries(self, burn_rates: Sequence[str]) -> Iterator[str]:
        """Every query."""
        yield from (self.windows, self.fresh, self.value(WINDOW), self.coverage(WINDOW))
        if burn_rates:
            yield self.budget
        yield from map(self.value, burn_rates)

    def windows_of(self, lengths: Sequence[Decimal | None]) -> set[str]:
        """The window of an SLO, in whole days; of series that disagree each one's."""
        days = [length / self.per_day for length in lengths if length is not None]
        return {f"{int(number)}d" for number in days if number >= 1 and number == int(number)}

    def percent(self, value: Value) -> Value:
        """A ratio as the percentage of good events."""
        if value.value is None:
            return value
        good = 1 - value.value if self.of_errors else value.value
        return value._replace(value=100 * good)


def _as_prometheus_writes(window: str) -> str:
    """A duration as Prometheus formats it, and so as Sloth names its metrics: 28d is 4w."""
    if not window.endswith("d") or int(window[:-1]) % DAYS_OF_A_WEEK:
        return window
    return f"{int(window[:-1]) // DAYS_OF_A_WEEK}w"


PRESETS: Final[Mapping[str, Preset]] = {
    "sloth": Preset(
        service="sloth_service",
        slo="sloth_slo",
        windows="slo:time_period:days",
        per_day=1,
        metric="slo:sli_error:ratio_rateWINDOW",
        heartbeat="slo:current_burn_rate:ratio",
        of_errors=True,
        budget="slo:error_budget:ratio",
    ),
    "pyrra": Preset(
        service="service",
        slo="slo",
        windows="pyrra_window",
        per_day=SECONDS_OF_A_DAY,
        metric="pyrra_availability",
        heartbeat="pyrra_requests_total",
        of_errors=False,
    ),
}
