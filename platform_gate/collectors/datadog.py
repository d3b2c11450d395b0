"""`type: datadog`: SLOs as Datadog has worked them out, from its search for SLOs (`GET /api/v1/slo/search`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from platform_gate.collectors import units
from platform_gate.collectors.source import Answer, Source, SourceError, World, secret
from platform_gate.collectors.transport import Transport, succeed
from platform_gate.measurements.writing import Value
from platform_gate.text import listing, plural, quote

URL: Final = "https://api.datadoghq.com"
PATH: Final = "/api/v1/slo/search"
PAGE: Final = 100
MAX_PAGES: Final = 1000
TAG: Final = "service"


def provides(_settings: Mapping[str, Any]) -> tuple[str, ...]:
    """SLOs."""
    return ("slos",)


def queries(source: Source, _world: World) -> Iterator[str]:
    """The search."""
    yield f"GET {PATH}?query={source.settings.get('query', '')}"


def collect(source: Source, world: World) -> Answer:
    """The SLOs that carry the service's tag."""
    keys = {"DD-API-KEY": "api_key_env", "DD-APPLICATION-KEY": "app_key_env"}
    headers = {header: secret(world, source.settings[key]) for header, key in keys.items()}
    transport = Transport(source, world, headers, source.settings.get("url", URL))
    values, nameless = [], 0
    for slo in _slos(transport, source.settings.get("query", "")):
        services = _services(slo, source.settings.get("tag", TAG))
        nameless += not services
        values += [_value(slo, service, source.settings.get("timeframe", "")) for service in services]
    remarks = [f"left out {plural(nameless, 'SLO')} without the service's tag"] if nameless else []
    return Answer(tuple(values), tuple(remarks))


def _slos(transport: Transport, query: str) -> Iterator[Mapping[str, Any]]:
    """Every SLO, page by page."""
    seen = 0
    for number in range(MAX_PAGES):
        fields = [("query", query), ("page[size]", str(PAGE)), ("page[number]", str(number))]
        answer = succeed(transport.get(PATH, fields))
        page = answer["data"]["attributes"]["slos"]
        yield from (slo["data"]["attributes"] for slo in page)
        seen += len(page)
        if not page or seen >= answer["meta"]["pagination"]["total"]:
            return
    raise SourceError(f"more than {MAX_PAGES} pages", "Narrow `query`.")


def _services(slo: Mapping[str, Any], tag: str) -> Sequence[str]:
    """The values of a tag; an SLO may be about several services."""
    prefix = f"{tag}:"
    return sorted({text.removeprefix(prefix) for text in slo["all_tags"] if text.startswith(prefix)})


def _value(slo: Mapping[str, Any], service: str, timeframe: str) -> Value:
    value = Value(service, f"slos/{slo['name']}", unit=units.PERCENT)
    statuses = {status["timeframe"]: status for status in slo.get("overall_status") or ()}
    if not timeframe and len(statuses) > 1:
        message = f"the SLO {quote(slo['name'])} has the timeframes {listing(sorted(statuses))}"
        raise SourceError(message, "Set `timeframe` to one of them.")
    status = statuses.get(timeframe or next(iter(statuses), ""))
    number = units.number(status.get("status")) if status and not status.get("error") else None
    if status is None or number is None:
        return value._replace(error=units.NO_DATA)
    seen = datetime.fromtimestamp(int(status["indexed_at"]), UTC) if status.get("indexed_at") else None
    error = "" if seen else units.UNDATED
    return value._replace(value=number if seen else None, window=status["timeframe"], observed_at=seen, error=error)
