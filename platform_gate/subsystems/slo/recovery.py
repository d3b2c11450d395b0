"""When a spent error budget is positive again if nothing more burns, without any assumption on traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Final

from platform_gate.readings import Measurement
from platform_gate.subsystems.slo.fields import WHOLE
from platform_gate.subsystems.slo.objective import SLODefinition, fastest
from platform_gate.windows import minutes

_SECONDS: Final = len("2026-11-25T13:59:31")
_ONE_COLLECTION: Final = timedelta(minutes=5)
"""How far apart values are that were measured together: rules and queries are not evaluated at the same second."""


def day(slo: SLODefinition, as_of: date) -> date | None:
    """The first day (UTC) from whose start on a spent budget is positive for certain; None where nothing is certain.

    A burn rate below 1 says that its window, w, holds fewer errors than the target allows. When W - w have gone by
    without an error, the objective's window of W ends with an error-free time after that w: what is added can only
    improve the share of errors. Of several such windows the earliest answer holds. A burn rate that is older than other
    values proves nothing: nobody knows what burned since.
    """
    if slo.measured is None or slo.is_met or slo.target >= WHOLE or not slo.burns:
        return None
    answers = (_recovered(slo, length, burn) for length, burn in _latest(slo.measured, fastest(slo)).items())
    first = min(chain.from_iterable(answers), default=None)
    return None if first is None or first < as_of else first


def _latest(current: Measurement, burns: Mapping[str, Measurement]) -> Mapping[str, Measurement]:
    """The burn rates after which nothing was measured any more."""
    newest = max(_observed(one.observed_at) for one in (current, *burns.values()))
    return {length: burn for length, burn in burns.items() if newest - _observed(burn.observed_at) <= _ONE_COLLECTION}


def _recovered(slo: SLODefinition, length: str, burn: Measurement) -> Iterator[date]:
    whole, part = minutes(slo.window or ""), minutes(length)
    if burn.value is None or burn.value >= 1 or whole is None or part is None or part >= whole:
        return
    try:
        moment = _observed(burn.observed_at) + timedelta(minutes=whole - part)
        yield moment.date() if moment.time() == time() else moment.date() + timedelta(days=1)
    except OverflowError:  # beyond the calendar's last day
        return


def _observed(moment: str) -> datetime:
    """The first full second at or after a time of a snapshot."""
    return datetime.fromisoformat(moment[:_SECONDS]) + timedelta(seconds="." in moment)
