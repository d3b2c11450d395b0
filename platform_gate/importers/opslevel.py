"""OpsLevel's ``opslevel.yml``: a service, or a component of type service.

https://docs.opslevel.com/docs/opslevel-yml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.importers.building import Service, draft, links, skipped, tier_words
from platform_gate.importers.drafts import Draft, Skipped
from platform_gate.importers.fields import below, items, text
from platform_gate.importers.lenient_yaml import Document, Word

TITLE: Final = "an OpsLevel file"
HINTS: Final = ("service", "component", "repository")
_KEYS: Final = frozenset({"version", "service", "component", "repository", "team", "system", "domain", "infra"})
_OWN_KEYS: Final = frozenset({"aliases", "lifecycle", "owner", "tier", "tools"})
_OTHERS: Final = frozenset({"apiVersion", "openapi"})
"""Keys of formats that have a ``service`` too."""


def recognises(data: Mapping[str, Any]) -> bool:
    """By a service, component or repository among the top keys, and little else beside or below it."""
    roots = [data[key] for key in ("service", "component", "repository") if key in data]
    if _OTHERS.intersection(data) or not any(root is None or isinstance(root, dict) for root in roots):
        return False
    return set(data) <= _KEYS or any(isinstance(root, dict) and _OWN_KEYS.intersection(root) for root in roots)


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """The service, or a component that is one."""
    root = "service" if "service" in document.data else "component"
    if root not in document.data:
        yield skipped(document, "an OpsLevel repository, not a service")
        return
    service = below(document, root)
    component_type = text(service, "type")
    if root == "component" and isinstance(component_type, Word) and component_type.casefold() != "service":
        yield skipped(document, f"an OpsLevel component of type {component_type}, not a service")
        return
    tiers, tools = tuple(tier_words(service, ("tier",))), tuple(links(items(service, "tools"), "category"))
    yield draft(document, Service(text(service, "name"), text(service, "owner"), tiers, links=tools))
