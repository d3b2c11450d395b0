"""Small snapshots for the tests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from platform_gate.measurements import snapshot
from platform_gate.measurements.measured import Measurements

PROM = {"type": "prometheus", "provides": ["slos", "reliability/uptime_pct"], "ok": True}
BILL = {"type": "focus", "provides": ["cost"], "ok": True}
SOURCES: dict[str, Any] = {"bill": BILL, "prom": PROM}
OBSERVED = "2026-11-23T06:00:00Z"


def value(at: str = "slos/availability", number: float | str | None = 99.95, **more: Any) -> dict[str, Any]:
    """A value of prom, with other keys; a key that is None is left out."""
    usual = {
        "at": at,
        "value": number,
        "unit": "percent",
        "window": "30d",
        "observed_at": OBSERVED,
        "source": "prom",
    }
    return {key: each for key, each in (usual | more).items() if each is not None}


def bill(month: str, amount: float, **more: Any) -> dict[str, Any]:
    """What a month cost, by bill."""
    return value(f"cost/{month}", amount, **{"unit": "USD", "window": None, "source": "bill", **more})


def header(sources: Mapping[str, Any] = SOURCES) -> str:
    return dumped({
        "apiVersion": "platform-gate/v1", "kind": "Measurements", "collected_at": "2026-11-23T06:00:07Z",
        "sources": sources,
    })  # fmt: skip


def line(service: str, values: Sequence[Mapping[str, Any]]) -> str:
    return dumped({"service": service, "values": values})


def dumped(data: Mapping[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def content(services: Mapping[str, Sequence[Mapping[str, Any]]], sources: Mapping[str, Any] = SOURCES) -> bytes:
    lines = [header(sources), *(line(name, services[name]) for name in sorted(services))]
    return ("\n".join(lines) + "\n").encode()


def measurements(
    services: Mapping[str, Sequence[Mapping[str, Any]]], sources: Mapping[str, Any] = SOURCES
) -> Measurements:
    return Measurements([snapshot.read(content(services, sources), "m.jsonl")])
