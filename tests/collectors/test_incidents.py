"""DORA's metrics of stability."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from platform_gate.collectors import incidents
from platform_gate.collectors.incidents import Incident
from tests.asking import AT


def ago(days: float) -> datetime:
    return AT - timedelta(days=days)


def incident(days: float, minutes: float | None) -> Incident:
    opened = ago(days)
    return Incident(opened, None if minutes is None else opened + timedelta(minutes=minutes))


def shown(*found: Incident) -> list[str]:
    values = incidents.values("web", found, AT)
    return [value.error or f"{float(value.value or 0):g} {value.unit} {value.window}" for value in values]


def test_no_incidents_have_no_recovery_time() -> None:
    assert shown() == ["0 count 30d", "no-data"]


def test_the_mean_of_what_is_over() -> None:
    assert shown(incident(1, 30), incident(2, 45), incident(3, None)) == ["3 count 30d", "37.5 minutes 30d"]
    assert shown(incident(0.01, 60)) == ["1 count 30d", "no-data"]


def test_only_30_days_count() -> None:
    assert shown(incident(30, 10), incident(31, 10), incident(-1, 10), incident(29, 20)) == [
        "1 count 30d",
        "20 minutes 30d",
    ]


@pytest.mark.parametrize(
    ("deployed", "opened", "rate"),
    [
        ([], [1], None),
        ([5, 3, 1], [], Decimal(0)),
        ([5, 3, 1], [4], Decimal(1) / 3),
        ([5, 3, 1], [4, 4.5, 3.5], Decimal(1) / 3),
        ([1, 3, 5], [4, 2, 0.5], Decimal(1)),
        ([5, 3, 1], [6], Decimal(0)),
        ([31, 3], [2], Decimal(1)),
        ([5], [5], Decimal(1)),
    ],
)
def test_the_share_of_deployments_that_an_incident_followed(
    deployed: list[float], opened: list[float], rate: Decimal | None
) -> None:
    found = [incident(days, 1) for days in opened]
    value = incidents.failure_rate("web", [ago(days) for days in deployed], found, AT)
    assert (value.value, value.error) == (rate, "no-data" if rate is None else "")
