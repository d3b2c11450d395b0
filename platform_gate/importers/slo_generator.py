"""slo-generator, v2 (``apiVersion: sre.google.com/v2``) and the flat v1 before it.

https://github.com/google/slo-generator
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.importers import convert
from platform_gate.importers.building import Service, Slo, draft, skipped
from platform_gate.importers.drafts import Draft, Skipped
from platform_gate.importers.fields import Lack, below, first_text, origin, text
from platform_gate.importers.lenient_yaml import Document, Word, word

TITLE: Final = "an slo-generator SLO"
HINTS: Final = ("sre.google.com", "service_name")


def recognises(data: Mapping[str, Any]) -> bool:
    """By the group of ``apiVersion``; v1 by its flat keys."""
    of_v1 = "service_name" in data and ("slo_name" in data or "slo_target" in data)
    return of_v1 or str(data.get("apiVersion")).partition("/")[0] == "sre.google.com"


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """The service of an SLO."""
    if below(document, "service_name").data is not None:
        yield _draft(document, document, document, "slo_target")
    elif text(document, "kind") != "ServiceLevelObjective":
        yield skipped(document, "an slo-generator document that is not a ServiceLevelObjective")
    else:
        yield _draft(document, below(document, "metadata", "labels"), below(document, "spec"), "goal")


def _draft(document: Document, labels: Document, spec: Document, goal_key: str) -> Draft:
    fraction = text(spec, goal_key)
    place = f"{spec.place}.{goal_key}".lstrip(".")
    target = convert.percent_of_fraction(fraction, place, origin(spec))
    slo = Slo(_slo_name(document, labels), target, None, origin(spec))
    team = first_text(labels, ("team",), ("team_name",), ("owner",))
    return draft(document, Service(text(labels, "service_name"), team, (), (slo,)))


def _slo_name(document: Document, labels: Document) -> Word | Lack:
    """Feature and SLO: a service often has the same SLO for several features."""
    feature, name = text(labels, "feature_name"), text(labels, "slo_name")
    if isinstance(name, Lack):
        return text(document, "metadata", "name") if name.absent else name
    return word(f"{feature}-{name}", name.line) if isinstance(feature, Word) else name
