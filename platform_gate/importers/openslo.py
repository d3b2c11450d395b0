"""OpenSLO v1, v1alpha and v2alpha: SLOs, and the Services that carry their labels.

https://github.com/OpenSLO/OpenSLO
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from platform_gate.importers import convert
from platform_gate.importers.building import Service, Slo, draft, skipped, tier_words
from platform_gate.importers.drafts import Draft, Skipped
from platform_gate.importers.fields import Lack, below, first_text, items, origin, text
from platform_gate.importers.lenient_yaml import Document, Word, word

TITLE: Final = "an OpenSLO document"
HINTS: Final = ("openslo",)
_TEAM: Final = (("metadata", "labels", "team"), ("metadata", "labels", "owner"))
_TIER: Final = (("metadata", "labels", "serviceTier"), ("metadata", "labels", "tier"))
_SERVICE: Final = (("spec", "service"), ("metadata", "service"), ("metadata", "labels", "service"))


def recognises(data: Mapping[str, Any]) -> bool:
    """By the group of ``apiVersion``: ``openslo``, and ``openslo.com`` since v2alpha."""
    return str(data.get("apiVersion")).partition("/")[0] in ("openslo", "openslo.com")


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """The service of an SLO, or of a Service without SLOs."""
    kind = text(document, "kind")
    if kind == "SLO":
        name, slos = first_text(document, *_SERVICE), tuple(_slos(document))
    elif kind == "Service":
        name, slos = text(document, "metadata", "name"), ()
    else:
        what = kind if isinstance(kind, Word) else "document without a kind"
        yield skipped(document, f"an OpenSLO {what}, which is neither an SLO nor a Service")
        return
    team = first_text(document, *_TEAM)
    owner = None if isinstance(team, Lack) and team.absent else team
    yield draft(document, Service(name, owner, tuple(tier_words(document, *_TIER)), slos))


def _slos(document: Document) -> Iterator[Slo]:
    """One SLO for each objective; several are numbered."""
    name = text(document, "metadata", "name")
    objectives = list(items(document, "spec", "objectives"))
    if not objectives:
        yield Slo(name, _no_objectives(document), _window(document, document), origin(document))
    for number, objective in enumerate(objectives, start=1):
        numbered = word(f"{name}-{number}", name.line) if isinstance(name, Word) and len(objectives) > 1 else name
        yield Slo(numbered, _target(objective), _window(document, objective), origin(objective))


def _no_objectives(document: Document) -> Lack:
    part = below(document, "spec", "objectives")
    why = "is missing" if part.data is None else "is empty" if part.data == [] else "is not a list"
    return Lack(f"{part.place} {why}", origin(part))


def _target(objective: Document) -> Decimal | Lack:
    fraction, percent = text(objective, "target"), text(objective, "targetPercent")
    place = objective.place
    of_fraction = convert.percent_of_fraction(fraction, f"{place}.target", origin(objective))
    of_percent = convert.percent(percent, f"{place}.targetPercent", origin(objective))
    if isinstance(percent, Lack) and percent.absent:
        return of_fraction
    if isinstance(fraction, Lack) and fraction.absent:
        return of_percent
    if of_fraction == of_percent:
        return of_fraction
    return Lack(f"{place} has a target and a targetPercent that differ", origin(objective))


def _window(document: Document, objective: Document) -> str | Lack | None:
    """The window of the SLO; some files have one in each objective."""
    owners = ((document, "spec", "timeWindow"), (document, "spec", "timeWindows"), (objective, "timeWindow"))
    parts = [below(owner, *keys) for owner, *keys in owners]
    part = next((part for part in parts if part.data is not None), None)
    if part is None:
        return None
    if isinstance(part.data, list) and len(part.data) > 1:
        return Lack(f"{part.place} holds {len(part.data)} windows", origin(part))
    return _one_window(below(part, 0) if isinstance(part.data, list) and part.data else part)


def _one_window(part: Document) -> str | Lack:
    rolling = text(part, "isRolling")
    calendar = rolling == "false" or (rolling != "true" and below(part, "calendar").data is not None)
    if below(part, "duration").data is None and below(part, "unit").data is not None:
        return _counted(part, calendar=calendar)
    duration = text(part, "duration")
    if isinstance(duration, Lack):
        return duration
    return convert.window(duration, f"{part.place}.duration", origin(part), calendar=calendar)


def _counted(part: Document, *, calendar: bool) -> str | Lack:
    """The window of v1alpha: a unit and a count."""
    unit, count = text(part, "unit"), text(part, "count")
    if isinstance(unit, Lack) or isinstance(count, Lack):
        return unit if isinstance(unit, Lack) else count if isinstance(count, Lack) else Lack("", origin(part))
    return convert.window(f"{count} {unit.lower()}", part.place, origin(part), calendar=calendar)
