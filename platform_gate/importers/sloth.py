"""Sloth, in both forms: ``version: prometheus/v1``, and ``kind: PrometheusServiceLevel``.

https://sloth.dev/specs/default/ and https://sloth.dev/specs/kubernetes/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.importers import convert
from platform_gate.importers.building import Service, Slo, draft, skipped, tier_words
from platform_gate.importers.drafts import Draft, Skipped
from platform_gate.importers.fields import below, first_text, items, origin, text
from platform_gate.importers.lenient_yaml import Document

TITLE: Final = "a Sloth specification"
HINTS: Final = ("prometheus/v", "sloth.slok.dev")
_GROUP: Final = "sloth.slok.dev"


def recognises(data: Mapping[str, Any]) -> bool:
    """By ``version: prometheus/v1``, or the group of ``apiVersion``."""
    prometheus = str(data.get("version")).startswith("prometheus/v") and ("slos" in data or "service" in data)
    return prometheus or str(data.get("apiVersion")).partition("/")[0] == _GROUP


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """The service of a specification."""
    in_kubernetes = text(document, "apiVersion")
    kind = text(document, "kind")
    if str(in_kubernetes).startswith(_GROUP) and kind != "PrometheusServiceLevel":
        yield skipped(document, "a Sloth document that is not a PrometheusServiceLevel")
        return
    spec = below(document, "spec") if str(in_kubernetes).startswith(_GROUP) else document
    tiers = tuple(tier_words(spec, ("labels", "tier")))
    team = first_text(spec, ("labels", "owner"), ("labels", "team"))
    yield draft(document, Service(text(spec, "service"), team, tiers, tuple(_slos(spec))))


def _slos(spec: Document) -> Iterator[Slo]:
    """The SLOs. Their window is chosen when Sloth is run (30 days, if nothing is), so the file has none."""
    for slo in items(spec, "slos"):
        objective = text(slo, "objective")
        target = convert.percent(objective, f"{slo.place}.objective", origin(slo))
        yield Slo(text(slo, "name"), target, None, origin(slo))
