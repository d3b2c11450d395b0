"""Backstage's catalog (``catalog-info.yaml``): Components of type service.

https://backstage.io/docs/features/software-catalog/descriptor-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.importers.building import Service, draft, links, skipped, tier_words
from platform_gate.importers.drafts import Draft, Origin, Skipped, TierWord
from platform_gate.importers.fields import Lack, is_placeholder, items, text, texts
from platform_gate.importers.lenient_yaml import Document, Word, word
from platform_gate.text import quote

TITLE: Final = "a Backstage entity"
HINTS: Final = ("backstage.io/",)
_HINTS: Final = (
    ("metadata", "labels", "tier"),
    ("metadata", "annotations", "tier"),
    ("spec", "tier"),
    ("spec", "lifecycle"),
)


def recognises(data: Mapping[str, Any]) -> bool:
    """By the group of ``apiVersion``: ``backstage.io``, or one below it."""
    group, _, _ = str(data.get("apiVersion")).partition("/")
    return group == "backstage.io" or group.endswith(".backstage.io")


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """One service, if the entity is a Component of type service."""
    kind, component_type = text(document, "kind"), text(document, "spec", "type")
    if isinstance(kind, Word) and kind.casefold() != "component":
        yield skipped(document, f"a Backstage {kind}, not a Component")
    elif isinstance(component_type, Word) and component_type.casefold() != "service":
        yield skipped(document, f"a Backstage Component of type {component_type}, not a service")
    else:
        yield draft(
            document,
            Service(
                name=text(document, "metadata", "name"),
                team=_team(text(document, "spec", "owner"), document.path),
                tiers=tuple(_hints(document)),
                links=tuple(links(items(document, "metadata", "links"), "type")),
            ),
        )


def _team(owner: Word | Lack, path: str) -> Word | Lack:
    """The last part of an entity reference: ``group:default/fintech`` is ``fintech``."""
    if isinstance(owner, Lack):
        return owner
    last = owner.rpartition("/")[2].rpartition(":")[2].strip()
    if is_placeholder(last):
        return Lack(f"spec.owner is the placeholder {quote(last)}", Origin(path, owner.line))
    return word(last or owner, owner.line)


def _hints(document: Document) -> Iterator[TierWord]:
    """Words that a tier map may name: Backstage has no tier of its own."""
    yield from tier_words(document, *_HINTS, declared=False)
    for tag in texts(document, "metadata", "tags"):
        yield TierWord(str(tag), Origin(document.path, tag.line), declared=False)
