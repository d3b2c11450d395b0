"""Write snapshots to measure: each service's own typed numbers as measured ones, so that the verdicts stay the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from benchmarks.services import Objective, Service

DAY: Final = "2026-11-23T"
"""The day as of which fleets are judged."""
VALUES: Final = 8
"""Values of a service: those that its manifest has typed, and burn rates up to here."""
UNITS: Final = {
    "change_failure_rate_pct": "percent",
    "incidents_30d": "count",
    "mttr_minutes": "minutes",
    "uptime_pct": "percent",
}
SOURCES: Final = {
    "bill": {"type": "focus", "provides": ["cost"], "ok": True},
    "dora": {"type": "sql", "provides": ["reliability"], "ok": True},
    "prom": {"type": "prometheus", "provides": ["slos"], "ok": True},
}


def snapshot(services: Iterable[Service]) -> Iterator[str]:
    """The lines of a snapshot: the header, and a line for each service, sorted by name."""
    head = {"apiVersion": "platform-gate/v1", "kind": "Measurements", "collected_at": f"{DAY}06:00:07Z"}
    yield _dumped({**head, "sources": SOURCES})
    for service in sorted(services, key=lambda one: one.name):
        yield _dumped({"service": service.name, "values": values(service)})


def values(service: Service) -> list[dict[str, Any]]:
    """Measured values of a service: its latest months, its reliability, its objectives, and burn rates of the first."""
    moment = f"{DAY}05:59:{service.number % 60:02}Z"
    measured = [*_months(service), *_metrics(service, moment), *_objectives(service, moment)]
    rate = f"slos/{service.objectives[0].name}/burn_rate"
    hours = range(1, VALUES - len(measured) + 1)
    return measured + [_value(f"{rate}/{hour}h", "0.5", "ratio", moment, "prom") for hour in hours]


def _months(service: Service) -> Iterator[dict[str, Any]]:
    for month, amount in [*service.months.items()][-2:]:
        yield _value(f"cost/{month}", amount, service.currency or "USD", f"{DAY}02:00:00Z", "bill")


def _metrics(service: Service, moment: str) -> Iterator[dict[str, Any]]:
    for metric, number in service.reliability.items():
        yield _value(f"reliability/{metric}", number, UNITS[metric], moment, "dora")


def _objectives(service: Service, moment: str) -> Iterator[dict[str, Any]]:
    for one in service.objectives:
        if one.current:
            yield _windowed(_value(f"slos/{one.name}", one.current, "percent", moment, "prom"), one)


def _windowed(value: dict[str, Any], objective: Objective) -> dict[str, Any]:
    return {**value, "window": objective.window} if objective.window else value


def _value(at: str, number: str, unit: str, observed: str, source: str) -> dict[str, Any]:
    return {"at": at, "value": json.loads(number), "unit": unit, "observed_at": observed, "source": source}


def _dumped(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":")) + "\n"
