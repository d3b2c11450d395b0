"""Cortex's ``cortex.yaml``: an OpenAPI document whose ``info`` describes an entity.

https://docs.cortex.io/ingesting-data-into-cortex/entities-overview/entities/yaml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.importers import convert
from platform_gate.importers.building import Link, Service, draft, links, skipped, tier_words
from platform_gate.importers.drafts import Draft, Note, Origin, Skipped, TierWord
from platform_gate.importers.fields import Lack, below, items, origin, text, texts
from platform_gate.importers.lenient_yaml import Document, Word

TITLE: Final = "a Cortex entity"
HINTS: Final = ("x-cortex-",)
_GROUPS: Final = ("x-cortex-groups", "x-cortex-service-groups")


def recognises(data: Mapping[str, Any]) -> bool:
    """By the ``x-cortex-`` keys below ``info``."""
    info = data.get("info")
    return isinstance(info, dict) and any(key.startswith("x-cortex-") for key in info)


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """The entity, if it is a service."""
    info = below(document, "info")
    entity_type = text(info, "x-cortex-type")
    if isinstance(entity_type, Word) and entity_type.casefold() != "service":
        yield skipped(document, f"a Cortex {entity_type}, not a service")
    elif isinstance(entity_type, Lack) and "x-cortex-team" in info.data:
        yield skipped(document, "a Cortex team, not a service")
    else:
        team, notes = _owner(info)
        service = Service(text(info, "x-cortex-tag"), team, tuple(_tiers(info)), (), tuple(_links(info)), notes)
        yield draft(document, service)


def _owner(info: Document) -> tuple[Word | Lack, tuple[Note, ...]]:
    """The first group among the owners; addresses and channels are no team."""
    owners = list(items(info, "x-cortex-owners"))
    if not owners:
        return text(info, "x-cortex-owners"), ()
    groups = [name for owner in owners if isinstance(name := _group(owner), Word)]
    if not groups:
        return Lack("info.x-cortex-owners lists no group", origin(below(info, "x-cortex-owners"))), ()
    others = tuple(Note(f"left out another owner, {name}", Origin(info.path, name.line)) for name in groups[1:])
    return groups[0], others


def _group(owner: Document) -> Word | Lack:
    kind = text(owner, "type")
    if isinstance(kind, Word) and kind.casefold() not in ("group", "team"):
        return Lack(f"{owner.place} is not a group", origin(owner))
    return text(owner, "name")


def _tiers(info: Document) -> Iterator[TierWord]:
    """Groups that name a tier (``tier-1``); other groups count where a tier map names them."""
    yield from tier_words(info, ("x-cortex-custom-metadata", "tier"))
    for key in _GROUPS:
        for group in texts(info, key):
            numbered = not group.isdigit() and convert.tier_number(group) is not None
            yield TierWord(str(group), Origin(info.path, group.line), numbered)


def _links(info: Document) -> Iterator[Link]:
    yield from links(items(info, "x-cortex-link"), "type")
    for embed in items(info, "x-cortex-dashboards", "embeds"):
        url = text(embed, "url")
        if isinstance(url, Word):
            yield Link("dashboard", url)
