"""`type: prometheus`: an instant query a field for the whole fleet, and one that says how old the samples are.

An instant query stamps its answer with the time of evaluation, however old the last sample is. So every value needs a
query that gives the time of a sample (``timestamp(selector)``), and a value without one is unusable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from platform_gate.collectors import units
from platform_gate.collectors.credentials import authorization
from platform_gate.collectors.presets import PRESETS, Preset
from platform_gate.collectors.source import Answer, Source, SourceError, World
from platform_gate.collectors.transport import Response, Transport, parse_json
from platform_gate.measurements.writing import Value
from platform_gate.text import plural, quote

MAX_SERIES: Final = 100_000
"""More series in one answer fail the source: older servers ignore `limit`, so the cap is ours."""
JUST_BEFORE: Final = timedelta(milliseconds=1)
"""Queries ask for the moment just before ``at``. No sample lies there: one that seems to is an evaluation time."""
DEFAULT_LABEL: Final = "service"

Key = tuple[str, ...]
"""The values of the labels that name a value: the service's, or the service's and the SLO's."""
Vector = Mapping[Key, Sequence[Decimal | None]]
"""Every series of an answer by its key; None is a number that is none (NaN, Inf)."""


class Asker(NamedTuple):
    """A server, the moment that it is asked about, and the labels by which answers are sorted."""

    transport: Transport
    at: datetime

    def vector(self, query: str, labels: Sequence[str], name: str) -> Vector:
        """The answer to a query by the values of some labels. Series without the first label go under ``""``.

        Raises:
            SourceError: the server refuses, warns, or gives something else than an instant vector.
        """
        fields = [("query", query), ("time", f"{self.at.timestamp():.3f}")]
        data = _data(self.transport.post_form("/api/v1/query", fields), name)
        series = defaultdict(list)
        for result in _results(data, name):
            key = tuple(str(result["metric"].get(label, "")) for label in labels)
            series[key].append(units.number(result["value"][1]))
        return series


def provides(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The SLOs of a preset, and the fields of the queries."""
    fields = [query["provides"] for query in settings.get("queries", ())]
    return tuple(dict.fromkeys([*(["slos"] if _preset(settings) else []), *fields]))


def queries(source: Source, _world: World) -> Iterator[str]:
    """Every query, with `WINDOW` where the server says which windows there are."""
    if preset := _preset(source.settings):
        yield from preset.queries(source.settings.get("burn_rates", ()))
    for query in source.settings.get("queries", ()):
        yield from (query[kind] for kind in ("query", "fresh", "coverage", "total") if kind in query)


def collect(source: Source, world: World) -> Answer:
    """The SLOs of the preset and the values of the queries."""
    asker = Asker(Transport(source, world, authorization(source, world)), world.at - JUST_BEFORE)
    preset = _preset(source.settings)
    values = [*_slos(preset, source.settings, asker)] if preset else []
    for query in source.settings.get("queries", ()):
        values += _query(query, source.settings.get("service", DEFAULT_LABEL), asker)
    unnamed = sum(1 for value in values if not value.service)
    remarks = [f"left out {plural(unnamed, 'value')} without the service's label"] if unnamed else []
    return Answer(tuple(value for value in values if value.service), tuple(remarks))


def _preset(settings: Mapping[str, Any]) -> Preset | None:
    return PRESETS.get(settings.get("preset", "none"))


def _query(query: Mapping[str, Any], label: str, asker: Asker) -> Iterator[Value]:
    """The values of one of the operator's own queries."""
    at, labels = query["provides"], (query.get("service", label),)
    answers = {
        kind: asker.vector(query[kind], labels, f"{at} ({kind})")
        for kind in ("query", "fresh", "coverage", "total")
        if kind in query
    }
    _refuse_evaluation_times(answers.get("fresh", {}), asker.at, at)
    template = Value("", at, unit=query["unit"], window=query.get("window", ""))
    values = [_value(template._replace(service=key[0]), key, answers) for key in _keys(answers.values())]
    units.refuse_fractions(values, at)
    yield from values


def _slos(preset: Preset, settings: Mapping[str, Any], asker: Asker) -> Iterator[Value]:
    """The SLOs that a preset's recording rules measure, and their burn rates."""
    labels = (settings.get("service", preset.service), preset.slo)
    windows = asker.vector(preset.windows, labels, "the windows of the SLOs")
    fresh = asker.vector(preset.fresh, labels, "the age of the samples")
    _refuse_evaluation_times(fresh, asker.at, "slos")
    lost = [key for key in windows if not preset.windows_of(windows[key])]
    yield from (Value(key[0], f"slos/{key[1]}", error=units.UNKNOWN_WINDOW) for key in lost)
    for window in sorted({window for key in windows for window in preset.windows_of(windows[key])}):
        answers = {
            "query": asker.vector(preset.value(window), labels, f"the SLOs over {window}"),
            "coverage": asker.vector(preset.coverage(window), labels, f"the coverage of {window}"),
            "fresh": fresh,
        }
        for key in windows:
            if window in preset.windows_of(windows[key]):
                template = Value(key[0], f"slos/{key[1]}", unit=units.PERCENT, window=window)
                yield preset.percent(_value(template, key, answers))
    if rates := settings.get("burn_rates"):
        budgets = asker.vector(preset.budget, labels, "the error budgets")
        for rate in rates:
            answers = {"query": asker.vector(preset.value(rate), labels, f"the burn rates over {rate}"), "fresh": fresh}
            yield from _burn_rates(rate, answers, budgets)


def _burn_rates(window: str, answers: Mapping[str, Vector], budgets: Vector) -> Iterator[Value]:
    """How fast error budgets are spent: 1 spends one exactly in its SLO's window (SRE workbook, chapter 5)."""
    for key in answers["query"]:
        template = Value(key[0], f"slos/{key[1]}/burn_rate/{window}", unit=units.RATIO)
        value = _value(template, key, answers)
        budget = _one(budgets.get(key, ()))
        if value.value is not None:
            burnt = value.value / budget if budget else None
            value = value._replace(value=burnt, error="" if budget else units.NO_DATA)
        yield value


def _value(template: Value, key: Key, answers: Mapping[str, Vector]) -> Value:
    """The value of one key: several series are none, and so is a sample of unknown age."""
    numbers = {kind: _one(vector.get(key, ())) for kind, vector in answers.items()}
    if any(len(vector.get(key, ())) > 1 for vector in answers.values()):
        return template._replace(error=units.SEVERAL)
    if numbers["query"] is None:
        return template._replace(error=units.NO_DATA)
    seconds = numbers.get("fresh")
    if seconds is None:
        return template._replace(error=units.UNDATED)
    return template._replace(
        value=numbers["query"],
        observed_at=datetime.fromtimestamp(float(seconds), UTC),
        coverage_pct=_coverage(numbers["coverage"]) if "coverage" in answers else None,
        total=numbers.get("total"),
    )


def _one(numbers: Sequence[Decimal | None]) -> Decimal | None:
    return numbers[0] if len(numbers) == 1 else None


def _coverage(percent: Decimal | None) -> Decimal:
    """No answer means that no part of the window has samples."""
    return min(max(percent or Decimal(0), Decimal(0)), Decimal(100))


def _keys(vectors: Iterable[Vector]) -> list[Key]:
    """Every key that any of the answers knows: a service that is up but has no value is told as having no data."""
    return sorted({key for vector in vectors for key in vector})


def _refuse_evaluation_times(fresh: Vector, at: datetime, name: str) -> None:
    moments = [moment for numbers in fresh.values() for moment in numbers]
    if moments and all(moment is not None and abs(float(moment) - at.timestamp()) < 0.0005 for moment in moments):  # noqa: PLR2004 - half of what `JUST_BEFORE` is
        message = f"{name}: `fresh` returns the time of the query, not of a sample"
        raise SourceError(message, "Write timestamp(SELECTOR), with nothing around the selector.")


def _data(response: Response, name: str) -> Mapping[str, Any]:
    """The data of an answer. Prometheus explains 400 and 422 in JSON; a warning means that something is missing."""
    answer = parse_json(response)
    if not isinstance(answer, Mapping) or answer.get("status") != "success" or response.status != 200:  # noqa: PLR2004
        why = answer.get("error", "") if isinstance(answer, Mapping) else ""
        fix = "Print the query with `--print-queries`, and try it in the server's web interface."
        raise SourceError(f"{name}: the server responded with {response.status}", fix, str(why) or response.text())
    if warnings := answer.get("warnings"):
        fix = "Make every store reachable, or narrow the query."
        raise SourceError(f"{name}: the response may be incomplete", fix, str(warnings[0]))
    data: Mapping[str, Any] = answer["data"]
    return data


def _results(data: Mapping[str, Any], name: str) -> Sequence[Any]:
    kind, results = data.get("resultType"), data.get("result", [])
    if kind != "vector":
        raise SourceError(
            f"{name}: the query returns a {quote(kind)}", "Write one that returns a vector: `by (service)`."
        )
    if len(results) > MAX_SERIES:
        message = f"{name}: {plural(len(results), 'series', 'series')}, more than {MAX_SERIES}"
        raise SourceError(message, "Aggregate in the query: `by (service)`.")
    return list(results)
