"""``platform-gate measurements``: what snapshots hold, and how old it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import click

from platform_gate.cli import completion
from platform_gate.cli.options import DayType, display_options, policy_option, today
from platform_gate.cli.streams import write_error, write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.judging import ruleset, snapshots
from platform_gate.judging.request import Request
from platform_gate.judging.verdict import ExitCode
from platform_gate.measurements.ages import age
from platform_gate.measurements.measured import Measurements
from platform_gate.model import GateError
from platform_gate.readings import Measurement, Source
from platform_gate.reports.explanation import table
from platform_gate.subsystems import freshness
from platform_gate.subsystems.freshness import Limits
from platform_gate.text import log_line, plural, printable, quote, suggestion


@click.group()
def measurements() -> None:
    """Show measured values."""


@measurements.command()
@click.argument("service", required=False, shell_complete=completion.services)
@policy_option
@click.option(
    "--measurements",
    metavar="FILE",
    multiple=True,
    shell_complete=completion.files,
    help="Snapshot; repeatable. [default: as configured]",
)
@click.option("--as-of", type=DayType(), default=today, help="Show ages as of this day. [default: today in UTC]")
@display_options
def show(service: str | None, policy: str | None, measurements: tuple[str, ...], as_of: date) -> int:
    """Show the sources of the snapshots, or the values of a SERVICE with their age.

    Exit codes: 0 shown, 2 a snapshot is missing or broken, or does not have the service.
    """
    request = Request(paths=(), policy=policy, as_of=as_of, measurements=measurements)
    settings, source = ruleset.of_work_tree(current_tree())
    chosen = ruleset.choose_policy(policy, settings, source)
    measured = ruleset.measurements(request, settings, source, chosen)
    if measured is None:
        raise GateError("there is no snapshot", "Pass one with --measurements, or configure `measurements`.")
    limits: Limits = chosen.base().limits[freshness.NAME]
    lines = _service(measured, service, limits, as_of) if service else _sources(measured, limits)
    write_stdout(log_line(line) + "\n" for line in lines)
    broken = list(snapshots.broken(measured, ()))
    for finding in broken:
        write_error(f"error: {finding.location}: {finding.message}")
    return ExitCode.NOT_JUDGED if broken else ExitCode.PASSED


def _sources(measured: Measurements, limits: Limits) -> Iterator[str]:
    """Every snapshot, and every source with what it provides."""
    for snapshot in measured.snapshots:
        services = plural(len(snapshot.services), "service")
        yield f"{printable(snapshot.path)}  {services}, collected {snapshot.collected_at}, sha256 {snapshot.sha256}"
    yield ""
    yield from table([_source_row(measured.sources[name], limits) for name in sorted(measured.sources)])


def _source_row(source: Source, limits: Limits) -> Mapping[str, Any]:
    takes, _ = limits.ages(source.name, source.type)
    return {
        "source": source.name,
        "type": source.type,
        "answered": source.ok,
        "error": source.error or None,
        "provides": ", ".join(source.provides),
        "services": ", ".join(source.services),
        "counts for": plural(takes, "day"),
    }


def _service(measured: Measurements, service: str, limits: Limits, as_of: date) -> Iterator[str]:
    """Every value of a service."""
    names = measured.names()
    if service not in names:
        raise GateError(f"no snapshot measures {quote(service)}", suggestion(service, names))
    values = measured.of(service).measured.values
    yield f"{service}, as of {as_of}"
    if values:
        yield ""
        yield from table([_value_row(values[at], measured.sources, limits, as_of) for at in sorted(values)])


def _value_row(value: Measurement, sources: Mapping[str, Source], limits: Limits, as_of: date) -> Mapping[str, Any]:
    takes, warn = limits.ages(value.source, sources[value.source].type)
    days = age(value.observed_on, as_of) if value.observed_at else None
    return {
        "at": value.at,
        "value": value.value,
        "unit": value.unit or None,
        "window": value.window or None,
        "source": value.source,
        "observed": value.observed_at or None,
        "age": None if days is None else plural(days, "day"),
        "state": _state(value, days, takes, warn),
        "place": f"{value.path}:{value.line}",
    }


def _state(value: Measurement, days: int | None, takes: int, warn: int | None) -> str:
    if value.error:
        return value.error
    if days is None or days < 0:
        return "undated" if days is None else "in the future"
    if days > takes:
        return f"stale, {plural(takes, 'day')} at most"
    return "aging" if warn is not None and days > warn else "fresh"
