"""Pyrra's ``ServiceLevelObjective``. It has no field for the service: labels say so, if anything does.

https://github.com/pyrra-dev/pyrra
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.importers import convert
from platform_gate.importers.building import Service, Slo, draft, skipped, tier_words
from platform_gate.importers.drafts import NAME, Draft, Gap, GapKind, Skipped
from platform_gate.importers.fields import Lack, below, first_text, origin, text
from platform_gate.importers.lenient_yaml import Document, Word

TITLE: Final = "a Pyrra ServiceLevelObjective"
HINTS: Final = ("pyrra.dev",)
_LABELS: Final = ("metadata", "labels")
_SERVICE: Final = ("pyrra.dev/service", "service", "service_name", "app.kubernetes.io/name", "app", "k8s-app")
_TEAM: Final = ("pyrra.dev/team", "team", "pyrra.dev/owner", "owner")
_TIER: Final = ("pyrra.dev/tier", "tier")


def recognises(data: Mapping[str, Any]) -> bool:
    """By the group of ``apiVersion``."""
    return str(data.get("apiVersion")).partition("/")[0] == "pyrra.dev"


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """The service that the labels name; without such a label it is named after the SLO, and that is a gap."""
    if text(document, "kind") != "ServiceLevelObjective":
        yield skipped(document, "a Pyrra document that is not a ServiceLevelObjective")
        return
    labelled = first_text(document, *((*_LABELS, label) for label in _SERVICE))
    name = labelled if isinstance(labelled, Word) else text(document, "metadata", "name")
    team = first_text(document, *((*_LABELS, label) for label in _TEAM))
    tiers = tuple(tier_words(document, *((*_LABELS, label) for label in _TIER)))
    service = Service(name, team, tiers, (_slo(document),))
    yield _doubtful(draft(document, service), document) if isinstance(labelled, Lack) else draft(document, service)


def _doubtful(made: Draft, document: Document) -> Draft:
    """The draft with its name in doubt."""
    if not made.name:
        return made
    labels = " or ".join(_SERVICE[:2])
    why = f"no label ({labels}) names the service, so this is the SLO's name"
    gap = Gap(GapKind.NAME, why, origin(below(document, "metadata")), made.name)
    return made._replace(entries={**made.entries, NAME: gap})


def _slo(document: Document) -> Slo:
    spec = below(document, "spec")
    target = convert.percent(text(spec, "target"), "spec.target", origin(spec))
    duration = text(spec, "window")
    window = duration if isinstance(duration, Lack) else convert.window(duration, "spec.window", origin(spec))
    return Slo(text(document, "metadata", "name"), target, window, origin(spec))
