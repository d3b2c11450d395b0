"""Reports of Google's slo-generator: one for each SLO and step of its error budget policy.

The fields were read in its source (``slo_generator/report.py``, 2.6) and in reports that it wrote: the SLI is a
fraction, and a report without data lacks SLI, goal and window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from platform_gate.collectors import units
from platform_gate.collectors.source import Answer, SourceError
from platform_gate.measurements.writing import Value
from platform_gate.text import listing, plural

DAY: Final = 86_400
DURATIONS: Final = ((DAY, "d"), (3600, "h"), (60, "m"))

Report = Mapping[str, Any]


def values_of_reports(reports: Iterable[Report], window: str) -> Answer:
    """The SLOs of some reports: the newest over the SLO's window, and burn rates of the other steps.

    ``window`` says which step's window is that of the SLOs; it may be empty where reports are of one whole number of
    days only.

    Raises:
        SourceError: the reports are over several windows, and none was chosen.
    """
    by_slo: defaultdict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in reports:
        labels = report["metadata"].get("labels", {})
        by_slo[str(labels.get("service_name", "")), _name(report["metadata"]["name"], labels)].append(report)
    nameless = sum(len(by_slo[key]) for key in by_slo if not key[0])
    values = [value for key, group in by_slo.items() if key[0] for value in _values(key, group, window)]
    remarks = [f"left out {plural(nameless, 'report')} without the label service_name"] if nameless else []
    return Answer(tuple(values), tuple(remarks))


def _name(name: str, labels: Mapping[str, Any]) -> str:
    """The SLO's name as `import` writes it: the feature's and the SLO's labels, else that of the document."""
    parts = [str(labels[label]) for label in ("feature_name", "slo_name") if labels.get(label)]
    return "-".join(parts) if labels.get("slo_name") else name


def _values(key: tuple[str, str], reports: Sequence[Report], window: str) -> Iterator[Value]:
    newest: dict[str, Report] = {}
    for report in sorted((report for report in reports if report.get("valid")), key=lambda report: report["timestamp"]):
        newest[duration(int(report["window"]))] = report
    newest.pop("", None)
    service, slo = key
    chosen = window or _only_window(newest, slo)
    if chosen not in newest:
        yield Value(service, f"slos/{slo}", error=units.NO_DATA)
    for step, report in newest.items():
        yield _slo(key, chosen, report) if step == chosen else _burn_rate(key, step, report)


def _only_window(newest: Iterable[str], slo: str) -> str:
    days = sorted(step for step in newest if step.endswith("d"))
    if len(days) > 1:
        message = f"the SLO {slo} has reports for the windows {listing(days)}"
        raise SourceError(message, "Set `window` to the one that the SLO's target covers.")
    return days[0] if days else ""


def duration(seconds: int) -> str:
    """Seconds in the largest unit that divides them: 3600 is 1h. Empty where they are no whole minutes."""
    return next((f"{seconds // size}{letter}" for size, letter in DURATIONS if seconds % size == 0), "")


def _slo(key: tuple[str, str], window: str, report: Report) -> Value:
    service, slo = key
    return Value(
        service,
        f"slos/{slo}",
        value=Decimal(report["sli_measurement"]),
        unit=units.RATIO,
        window=window,
        observed_at=_moment(report),
        total=_total(report),
    )


def _burn_rate(key: tuple[str, str], step: str, report: Report) -> Value:
    """Worked out anew: the report's own is rounded to one digit."""
    service, slo = key
    allowed = 1 - Decimal(report["goal"])
    at = f"slos/{slo}/burn_rate/{step}"
    if not allowed:
        return Value(service, at, error=units.NO_DATA)
    burnt = (1 - Decimal(report["sli_measurement"])) / allowed
    return Value(service, at, value=burnt, unit=units.RATIO, observed_at=_moment(report))


def _moment(report: Report) -> datetime:
    return datetime.fromtimestamp(int(report["timestamp"]), UTC)


def _total(report: Report) -> Decimal | None:
    """The number of events; -2 is how slo-generator says that it knows none."""
    return Decimal(report["events_count"]) if report["events_count"] > 0 else None
