"""Snapshots to measure: for each manifest a line with its own numbers, so that the verdicts stay the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks import manifests

DAY: Final = "2026-11-23T"
"""The day as of which fleets are judged."""
VALUES: Final = 8
"""Values of a service: what its manifest has typed, and burn rates up to here."""
METRICS: Final = {
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


def write(file: Path, count: int) -> None:
    """Write the snapshot of a fleet."""
    with file.open("w", encoding="utf-8") as opened:
        opened.writelines(f"{line}\n" for line in lines(count))


def lines(count: int) -> Iterator[str]:
    """The header, and a line for each service, sorted by name."""
    head = {"apiVersion": "platform-gate/v1", "kind": "Measurements", "collected_at": f"{DAY}06:00:07Z"}
    yield _dumped({**head, "sources": SOURCES})
    for name, number in sorted((manifests.name(number), number) for number in range(count)):
        spec = yaml.load(manifests.manifest(number), Loader=yaml.CSafeLoader)["spec"]
        yield _dumped({"service": name, "values": list(values(spec, f"{DAY}05:59:{number % 60:02}Z"))})


def values(spec: Mapping[str, Any], moment: str) -> Iterator[dict[str, Any]]:
    """The typed numbers of a manifest as measured ones, and burn rates of its first objective."""
    found = [
        *_costs(spec.get("cost", {})),
        *_metrics(spec.get("reliability", {}), moment),
        *_slos(spec["slos"], moment),
    ]
    yield from found
    first = spec["slos"][0]["name"]
    for hours in range(1, VALUES - len(found) + 1):
        yield _value(f"slos/{first}/burn_rate/{hours}h", 0.5, "ratio", moment, "prom")


def _costs(cost: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    currency = cost.get("currency", "USD")
    for entry in cost.get("entries", ())[-2:]:
        yield _value(f"cost/{entry['month']}", entry["amount"], currency, f"{DAY}02:00:00Z", "bill")


def _metrics(reliability: Mapping[str, Any], moment: str) -> Iterator[dict[str, Any]]:
    for metric, unit in METRICS.items():
        if metric in reliability:
            yield _value(f"reliability/{metric}", reliability[metric], unit, moment, "dora")


def _slos(slos: list[Mapping[str, Any]], moment: str) -> Iterator[dict[str, Any]]:
    for slo in slos:
        value = _value(f"slos/{slo['name']}", slo["current"], "percent", moment, "prom")
        yield {**value, "window": slo["window"]} if "window" in slo else value


def _value(at: str, number: float, unit: str, observed: str, source: str) -> dict[str, Any]:
    return {"at": at, "value": number, "unit": unit, "observed_at": observed, "source": source}


def _dumped(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"))
