"""DORA's metrics of stability, from incidents and deployments. No incidents have no recovery time: that is not 0.

Definitions: failed deployment recovery time is the mean from the opening of an incident to its end; change failure rate
is the share of deployments that were followed by an incident before the next deployment (https://dora.dev/guides).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from platform_gate.collectors import units
from platform_gate.measurements.writing import Value

DAYS: Final = 30
WINDOW: Final = "30d"
COUNT: Final = "reliability/incidents_30d"
RECOVERY: Final = "reliability/mttr_minutes"
FAILURE_RATE: Final = "reliability/change_failure_rate_pct"


class Incident(NamedTuple):
    """When it was opened, and when it was over; None while it lasts."""

    opened: datetime
    closed: datetime | None


def since(at: datetime) -> datetime:
    """Where the window begins."""
    return at - timedelta(days=DAYS)


def values(service: str, incidents: Sequence[Incident], at: datetime) -> Iterator[Value]:
    """How many incidents were opened in the 30 days before a moment, and how long recovery took (minutes)."""
    recent = [incident for incident in incidents if since(at) < incident.opened <= at]
    known = Value(service, COUNT, window=WINDOW, observed_at=at)
    yield known._replace(value=Decimal(len(recent)), unit=units.COUNT)
    spans = [incident.closed - incident.opened for incident in recent if incident.closed and incident.closed <= at]
    recovery = known._replace(at=RECOVERY, unit=units.MINUTES)
    if spans:
        seconds = sum((Decimal(str(span.total_seconds())) for span in spans), Decimal(0))
        yield recovery._replace(value=seconds / 60 / len(spans))
    else:
        yield recovery._replace(error=units.NO_DATA)


def failure_rate(service: str, deployments: Sequence[datetime], incidents: Sequence[Incident], at: datetime) -> Value:
    """The share of the deployments of 30 days that were followed by an incident, before the next one."""
    recent = sorted(deployment for deployment in deployments if since(at) < deployment <= at)
    rate = Value(service, FAILURE_RATE, unit=units.RATIO, window=WINDOW, observed_at=at)
    if not recent:
        return rate._replace(error=units.NO_DATA)
    opened = [incident.opened for incident in incidents if recent[0] <= incident.opened <= at]
    failed = {bisect_right(recent, moment) for moment in opened}
    return rate._replace(value=Decimal(len(failed)) / len(recent))
