"""`type: pagerduty`: incidents and the time to recover from them, by service (REST API v2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from platform_gate.collectors import incidents
from platform_gate.collectors.incidents import Incident
from platform_gate.collectors.source import Answer, Source, SourceError, World, secret
from platform_gate.collectors.transport import Transport, succeed
from platform_gate.text import plural

URL: Final = "https://api.pagerduty.com"
VERSION: Final = "application/vnd.pagerduty+json;version=2"
PAGE: Final = 100
FURTHEST: Final = 10_000
"""Offset and limit together may not be larger: PagerDuty's own rule."""
URGENCIES: Final = ("high", "low")
RESOLVED: Final = "resolved"


def provides(_settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Incidents and recovery time."""
    return incidents.COUNT, incidents.RECOVERY


def queries(source: Source, world: World) -> Iterator[str]:
    """The lists that are read."""
    yield "GET /services"
    yield "GET /incidents?" + "&".join(f"{name}={text}" for name, text in _search(source.settings, world.at))


def collect(source: Source, world: World) -> Answer:
    """The incidents of 30 days. A service that PagerDuty knows and that had none has 0."""
    headers = {"Authorization": f"Token token={secret(world, source.settings['token_env'])}", "Accept": VERSION}
    transport = Transport(source, world, headers, source.settings.get("url", URL))
    by_service: dict[str, list[Incident]] = {service["name"]: [] for service in _pages(transport, "services", ())}
    listed = {
        incident["id"]: incident for incident in _pages(transport, "incidents", _search(source.settings, world.at))
    }
    nameless = [incident for incident in listed.values() if not incident.get("service")]
    for incident in listed.values():
        if incident.get("service"):
            by_service.setdefault(incident["service"]["summary"], []).append(_incident(incident))
    values = [value for name, its in by_service.items() for value in incidents.values(name, its, world.at)]
    remarks = [f"left out {plural(len(nameless), 'incident')} without a service"] if nameless else []
    return Answer(tuple(values), tuple(remarks))


def _search(settings: Mapping[str, Any], at: datetime) -> list[tuple[str, str]]:
    urgencies = [("urgencies[]", urgency) for urgency in settings.get("urgencies", URGENCIES)]
    span = [("since", incidents.since(at).isoformat()), ("until", at.isoformat())]
    return [*span, *urgencies, ("sort_by", "created_at:asc"), ("time_zone", "UTC")]


def _pages(transport: Transport, kind: str, fields: Sequence[tuple[str, str]]) -> Iterator[Mapping[str, Any]]:
    """Every entry of a list, page by page."""
    for offset in range(0, FURTHEST, PAGE):
        answer = succeed(transport.get(f"/{kind}", [*fields, ("limit", str(PAGE)), ("offset", str(offset))]))
        yield from answer[kind]
        if not answer["more"]:
            return
    raise SourceError(f"more than {FURTHEST} {kind}", "Narrow `urgencies`: PagerDuty returns no more than that.")


def _incident(data: Mapping[str, Any]) -> Incident:
    """Its end is the last change of an incident that is resolved, where it has no time of its own for that."""
    over = data["status"] == RESOLVED
    closed = (data.get("resolved_at") or data.get("last_status_change_at")) if over else None
    return Incident(datetime.fromisoformat(data["created_at"]), datetime.fromisoformat(closed) if closed else None)
