"""Score's workload specification (``score.yaml``), which names a workload and nothing else that a manifest holds.

https://docs.score.dev/docs/score-specification/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.importers.building import Service, draft
from platform_gate.importers.drafts import Draft, Skipped
from platform_gate.importers.fields import text
from platform_gate.importers.lenient_yaml import Document

TITLE: Final = "a Score workload"
HINTS: Final = ("score.dev/",)


def recognises(data: Mapping[str, Any]) -> bool:
    """By the group of ``apiVersion``."""
    return str(data.get("apiVersion")).partition("/")[0] == "score.dev"


def drafts(document: Document) -> Iterator[Draft | Skipped]:
    """The workload."""
    yield draft(document, Service(text(document, "metadata", "name")))
