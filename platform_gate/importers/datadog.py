"""Datadog's service definitions: v1, v2, v2.1, v2.2, and the entities of v3. One file may mix them.

https://github.com/DataDog/schema/tree/main/service-catalog
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.importers.building import Link, Service, draft, links, skipped, tier_words
from platform_gate.importers.drafts import Draft, Skipped
from platform_gate.importers.fields import first_text, items, text
from platform_gate.importers.lenient_yaml import Document, Word

TITLE: Final = "a Datadog service definition"
HINTS: Final = ("dd-service", "schema-version", "v3")
_NAMES: Final = (("dd-service",), ("info", "dd-service"))
_TEAMS: Final = (("team",), ("dd-team",), ("org", "team"))
_TIERS: Final = (("tier",), ("info", "service-tier"))
_LINKS: Final = ("links", "external-resources")
_PAGERS: Final = {
    "pagerduty": (("pagerduty",), ("pagerduty", "service-url"), ("pagerduty", "serviceURL")),
    "opsgenie": (("opsgenie", "service-url"), ("opsgenie", "serviceURL")),
}


def recognises(data: Mapping[str, Any]) -> bool:
    """By ``dd-service``, or by ``schema-version``; v3 by ``apiVersion: v3``."""
    info = data.get("info")
    has_name = "dd-service" in data or (isinstance(info, dict) and "dd-service" in info)
    return has_name or _is_entity(data) or ("schema-version" in data and ("team" in data or "info" in data))


def _is_entity(data: Mapping[str, Any]) -> bool:
    return bool(re.fullmatch(r"v3(\.\d+)?", str(data.get("apiVersion")))) and "kind" in data


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """The service of a definition."""
    if not _is_entity(document.data):
        name, team = first_text(document, *_NAMES), first_text(document, *_TEAMS)
        yield draft(document, Service(name, team, tuple(tier_words(document, *_TIERS)), links=tuple(_links(document))))
        return
    kind = text(document, "kind")
    if isinstance(kind, Word) and kind != "service":
        yield skipped(document, f"a Datadog entity of kind {kind}, not a service")
        return
    name, team = text(document, "metadata", "name"), text(document, "metadata", "owner")
    service = Service(name, team, tuple(tier_words(document, ("spec", "tier"))), links=tuple(_links(document)))
    yield draft(document, service)


def _links(document: Document) -> Iterator[Link]:
    for key in _LINKS:
        yield from links(items(document, key), "type")
    yield from links(items(document, "metadata", "links"), "type")
    for entry in items(document, "docs"):
        url = text(entry, "url")
        if isinstance(url, Word):
            yield Link("doc", url)
    for pager, places in _PAGERS.items():
        url = first_text(document, *(("integrations", *place) for place in places))
        if isinstance(url, Word):
            yield Link(pager, url)
