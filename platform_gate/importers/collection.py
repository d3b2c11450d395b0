"""Files of one or several formats to everything that an import knows: drafts, and what gave none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress
from typing import NamedTuple

from platform_gate.importers import Importer, combining, format_of, importer, lenient_yaml
from platform_gate.importers.combining import TierMap
from platform_gate.importers.drafts import Draft, Origin, Skipped
from platform_gate.importers.lenient_yaml import Document, Trouble


class Source(NamedTuple):
    """A file to import. ``named`` where somebody named it, and not a folder that holds it."""

    format: str
    path: str
    content: bytes
    named: bool = True


class Stranger(NamedTuple):
    """A document that is none of the format that was asked for; ``format`` is the one that it is, if any."""

    origin: Origin
    asked: str
    format: str


class Collection(NamedTuple):
    """Everything that came of some files.

    ``drafts`` are complete, one a service, by name. ``nameless`` can't be written. ``others`` counts files of folders
    that hold nothing of the format. ``paths`` are the files of which everything is known that they say in their format.
    """

    drafts: Mapping[str, Draft]
    nameless: tuple[Draft, ...]
    skipped: tuple[Skipped, ...]
    troubles: tuple[Trouble, ...]
    strangers: tuple[Stranger, ...]
    others: int
    paths: frozenset[str]


class _Part(NamedTuple):
    """What came of one file. ``covered`` where everything that it says in the format is known."""

    drafts: list[Draft]
    skipped: list[Skipped]
    troubles: list[Trouble]
    strangers: list[Stranger]
    covered: bool


def collect(sources: Iterable[Source], tier_map: TierMap) -> Collection:
    """Import files, in their order: where several say the same, the first is named as the origin."""
    drafts: list[Draft] = []
    skipped: list[Skipped] = []
    troubles: list[Trouble] = []
    strangers: list[Stranger] = []
    paths: list[str] = []
    others = 0
    for source in sources:
        part = _import(source)
        paths += [source.path] if part is not None and part.covered else []
        others += part is None
        if part is not None:
            drafts += part.drafts
            skipped += part.skipped
            troubles += part.troubles
            strangers += part.strangers
    nameless = tuple(draft for draft in drafts if not draft.name)
    combined = combining.combine(drafts, tier_map)
    return Collection(combined, nameless, tuple(skipped), tuple(troubles), tuple(strangers), others, frozenset(paths))


def _import(source: Source) -> _Part | None:
    """One file; None where a folder's file holds nothing of the format."""
    chosen = importer(source.format)
    if not source.named and not _may_hold(source.content, chosen):
        return None
    documents, troubles = lenient_yaml.read(source.content, source.path)
    known = [isinstance(document.data, dict) and chosen.recognises(document.data) for document in documents]
    own = list(compress(documents, known))
    others = (document for document, is_own in zip(documents, known, strict=True) if not is_own)
    if not source.named and not own and not troubles:
        return None
    results = [result for document in own for result in chosen.drafts(document)]
    drafts = [result for result in results if isinstance(result, Draft)]
    skipped = [result for result in results if isinstance(result, Skipped)]
    strangers = [_stranger(document, source.format) for document in others] if source.named else []
    return _Part(drafts, skipped, troubles, strangers, not troubles and (bool(own) or not strangers))


def _may_hold(content: bytes, chosen: Importer) -> bool:
    return content[:2] in (b"\xff\xfe", b"\xfe\xff") or any(hint.encode() in content for hint in chosen.HINTS)


def _stranger(document: Document, asked: str) -> Stranger:
    return Stranger(Origin(document.path, document.line), asked, format_of(document.data))
