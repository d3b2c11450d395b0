"""`type: infracost`: estimates of what code will cost (`infracost breakdown --format json`).

An estimate is a forecast of code, not a bill: it becomes ``cost_forecast/PROJECT``, and never a month.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from platform_gate.collectors import files, rows, units
from platform_gate.collectors.source import Answer, Source, SourceError, World
from platform_gate.measurements.writing import Value
from platform_gate.text import plural

FIELD: Final = "cost_forecast"


def provides(_settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Forecasts."""
    return (FIELD,)


def queries(source: Source, _world: World) -> Iterator[str]:
    """The globs."""
    yield from source.settings["files"]


def collect(source: Source, world: World) -> Answer:
    """The monthly total of every project that belongs to a service."""
    owners, values, others = source.settings["projects"], [], 0
    for name, content in files.contents(source, world):
        report = _parsed(content, name)
        for project in report["projects"]:
            others += project["name"] not in owners
            if project["name"] in owners:
                values.append(_value(project, report, owners[project["name"]], name))
    remarks = [f"left out {plural(others, 'project')} without a service"] if others else []
    return Answer(tuple(values), tuple(remarks))


def _value(project: Mapping[str, Any], report: Mapping[str, Any], service: str, name: str) -> Value:
    """The total of a project. "0" is what Infracost says of what it can't price, so it is no data."""
    value = Value(service, f"{FIELD}/{project['name'].replace('/', '-')}", unit=report["currency"])
    total = units.number((project.get("breakdown") or {}).get("totalMonthlyCost"))
    if not total or (project.get("metadata") or {}).get("errors"):
        return value._replace(error=units.NO_DATA)
    moment = rows.parse_moment(report.get("timeGenerated"), name)
    return value._replace(value=total, observed_at=moment) if moment else value._replace(error=units.UNDATED)


def _parsed(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise SourceError(f"{name} is not JSON", "Write it with `infracost breakdown --format json`.") from None
