"""Many drafts to one a service: merged by name, contradictions and gaps named, tiers translated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from platform_gate.documents.document import Document
from platform_gate.importers import convert
from platform_gate.importers.drafts import (
    GOVERNANCE,
    SLOS,
    TEAM,
    TIER,
    Draft,
    Gap,
    GapKind,
    Note,
    Origin,
    TierWord,
    Value,
    agree,
)
from platform_gate.model import At, Problem
from platform_gate.text import listing, quote

_OWNERSHIP: Final[At] = (*GOVERNANCE, "ownership")


class TierMap(NamedTuple):
    """What other people's words for tiers mean: words (lower case) or names of services to 1, 2 or 3."""

    path: str = ""
    tiers: Mapping[str, int] = {}


def combine(drafts: Iterable[Draft], tier_map: TierMap) -> dict[str, Draft]:
    """One complete draft a service, sorted by name. Drafts without a name are left out."""
    merged: dict[str, Draft] = {}
    for draft in drafts:
        if draft.name:
            merged[draft.name] = _merge(merged[draft.name], draft) if draft.name in merged else draft
    return {name: complete(merged[name], tier_map) for name in sorted(merged)}


def _merge(first: Draft, second: Draft) -> Draft:
    """Both drafts of a service: what only one says, what both say alike, and contradictions as gaps."""
    entries = dict(first.entries)
    for at, entry in second.entries.items():
        entries[at] = agree(at, entries[at], entry) if at in entries else entry
    notes = (*first.notes, *(note for note in second.notes if note not in first.notes))
    return Draft(first.name, first.origin, entries, (*first.tiers, *second.tiers), notes)


def complete(draft: Draft, tier_map: TierMap) -> Draft:
    """The draft with a tier, and a gap for an owner or for SLOs that nobody names."""
    entries = dict(draft.entries)
    entries.setdefault(TEAM, Gap(GapKind.OWNER, "no owner is given", draft.origin))
    if isinstance(entries[TEAM], Gap):
        entries.pop(_OWNERSHIP, None)
    if not draft.slos:
        entries[SLOS] = Gap(GapKind.TARGET, "no SLO is given", draft.origin)
    entries[TIER] = _tier(draft, tier_map)
    return draft._replace(entries=entries, notes=(*draft.notes, *_clamped(draft.tiers, tier_map)))


def _tier(draft: Draft, tier_map: TierMap) -> Value | Gap:
    """The tier that the map gives the service, that a descriptor declares, or that the map gives one of its words."""
    if draft.name in tier_map.tiers:
        return Value(tier_map.tiers[draft.name], Origin(tier_map.path, 1))
    declared = [word for word in draft.tiers if word.declared]
    known = [(tier, word) for word in declared if (tier := _known(word, tier_map)) is not None]
    hinted = [(tier, word) for word in draft.tiers if (tier := tier_map.tiers.get(word.text.casefold())) is not None]
    if len({tier for tier, _ in known}) > 1:
        why = ", ".join(f"{word.origin} says {word.text}" for _, word in known)
        return Gap(GapKind.TIER, why, known[-1][1].origin, min(known)[0], contradiction=True)
    if known or hinted:
        tier, word = min(known or hinted)
        return Value(tier, word.origin)
    return Gap(GapKind.TIER, _why_no_tier(draft.tiers), draft.origin, convert.STRICTEST_TIER)


def _known(word: TierWord, tier_map: TierMap) -> int | None:
    """The tier of a word: as the map says, else by the number in it."""
    if (mapped := tier_map.tiers.get(word.text.casefold())) is not None:
        return mapped
    number = convert.tier_number(word.text)
    return None if number is None else convert.within_tiers(number)


def _why_no_tier(words: tuple[TierWord, ...]) -> str:
    if not words:
        return "no tier is given"
    names = listing(dict.fromkeys(quote(word.text) for word in words[:5]), "or")
    return f"no --tier-map has an entry for {names}"


def _clamped(words: tuple[TierWord, ...], tier_map: TierMap) -> Iterator[Note]:
    """Tiers beyond our three, which become the nearest."""
    for word in words:
        number = convert.tier_number(word.text)
        if word.declared and number is not None and word.text.casefold() not in tier_map.tiers:
            nearest = convert.within_tiers(number)
            if nearest != number:
                yield Note(f"tier {number} becomes {nearest}, the nearest of the three tiers", word.origin)


def tier_map(document: Document) -> TierMap:
    """A tier map out of its file: a mapping of words or names of services to 1, 2 or 3, in groups or not.

    Raises:
        DocumentError: it is something else.
    """
    problems = list(_map_problems(document.data))
    if problems:
        raise document.refuse(*problems)
    return TierMap(document.path, {str(at[-1]).casefold(): tier for at, tier in _leaves(document.data)})


def _map_problems(data: Any) -> Iterator[Problem]:
    fix = "For example: {gold: 1, silver: 2, payments: 1}"
    if not isinstance(data, dict) or not data:
        yield Problem((), "a tier map must map words to tiers", fix)
        return
    for at, tier in _leaves(data):
        if isinstance(tier, bool) or tier not in (1, 2, 3):
            yield Problem(at, "a tier must be 1, 2 or 3", fix)
    words = Counter(str(at[-1]).casefold() for at, _ in _leaves(data))
    for at, _ in _leaves(data):
        if words[str(at[-1]).casefold()] > 1:
            yield Problem(at, f"{quote(at[-1])} is mapped more than once", "Keep one of them.", on_key=True)


def _leaves(data: Mapping[str, Any]) -> Iterator[tuple[At, Any]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from (((key, inner), tier) for inner, tier in value.items())
        else:
            yield (key,), value
