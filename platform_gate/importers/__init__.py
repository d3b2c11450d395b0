"""From descriptors that people have already to manifests. To add a format, add a module and a line to ``IMPORTERS``.

An importer is pure: parsed documents in, drafts out. It reads no files and knows no other format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

if TYPE_CHECKING:
    from platform_gate.importers.drafts import Draft, Skipped
    from platform_gate.importers.lenient_yaml import Document


__all__ = ["collection", "combining", "drafts", "drift", "lenient_yaml", "manifest_text", "recognition", "summary"]


class Importer(Protocol):
    """What every format offers.

    ``TITLE`` is what a document of it is, in a sentence: "a Backstage entity". One of ``HINTS`` stands in every file of
    the format, so that a folder's other files need not be parsed.
    """

    TITLE: str
    HINTS: tuple[str, ...]

    def recognises(self, data: Mapping[str, Any], /) -> bool:
        """Whether a mapping is a document of the format, service or not."""

    def drafts(self, document: Document, /) -> Iterator[Draft | Skipped]:
        """The services that a recognised document describes, or why it describes none."""


IMPORTERS: Final[dict[str, str]] = {
    "backstage": "platform_gate.importers.backstage",
    "openslo": "platform_gate.importers.openslo",
    "sloth": "platform_gate.importers.sloth",
    "pyrra": "platform_gate.importers.pyrra",
    "slo-generator": "platform_gate.importers.slo_generator",
    "datadog": "platform_gate.importers.datadog",
    "opslevel": "platform_gate.importers.opslevel",
    "cortex": "platform_gate.importers.cortex",
    "score": "platform_gate.importers.score",
}
"""Modules by format, imported when somebody asks for the format."""


def importer(name: str) -> Importer:
    """The importer of a format in ``IMPORTERS``."""
    return cast("Importer", import_module(IMPORTERS[name]))


def format_of(data: Any) -> str:
    """The format of a document; empty where no importer knows it."""
    if not isinstance(data, dict):
        return ""
    return next((name for name in IMPORTERS if importer(name).recognises(data)), "")
