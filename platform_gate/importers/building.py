"""From what an importer picked out of a descriptor to a draft: the part that all formats share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from platform_gate.importers import convert
from platform_gate.importers.drafts import (
    GOVERNANCE,
    NAME,
    SLOS,
    TEAM,
    Draft,
    Gap,
    GapKind,
    Note,
    Origin,
    Skipped,
    TierWord,
    Value,
    agree,
)
from platform_gate.importers.fields import Lack, is_placeholder, origin, text
from platform_gate.importers.lenient_yaml import Document, Word
from platform_gate.model import At
from platform_gate.text import quote

Entries = Iterator[tuple[At, Value | Gap]]


class Slo(NamedTuple):
    """A service level objective as a descriptor has it. ``window`` is None where the format or the file has none."""

    name: Word | Lack
    target: Decimal | Lack
    window: str | Lack | None
    origin: Origin


class Link(NamedTuple):
    """A link of a descriptor and its type there."""

    type: str
    url: Word


class Service(NamedTuple):
    """A service as a descriptor has it, before anything is converted."""

    name: Word | Lack
    team: Word | Lack | None = None
    tiers: tuple[TierWord, ...] = ()
    slos: tuple[Slo, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[Note, ...] = ()


def draft(document: Document, service: Service) -> Draft:
    """The draft of a service: every value converted, every doubt a gap."""
    start = origin(document)
    if isinstance(service.name, Lack):
        return Draft("", start, {NAME: Gap(GapKind.NAME, service.name.why, service.name.origin)})
    name = convert.slug(service.name)
    if not name or is_placeholder(name):
        why = f"no service name can be derived from {quote(service.name)}"
        return Draft("", start, {NAME: Gap(GapKind.NAME, why, _at(document, service.name))})
    entries: dict[At, Value | Gap] = {NAME: Value(name, _at(document, service.name))}
    entries.update(_ownership(document, service.team))
    entries.update(_unique(_slos(service.slos)))
    entries.update(_evidence(document, service.links))
    notes = (*_renamed(document, service.name, name), *service.notes, *_left_out(document, service.links))
    return Draft(name, start, entries, service.tiers, notes)


def _at(document: Document, value: Word) -> Origin:
    return Origin(document.path, value.line)


def _renamed(document: Document, name: Word, slug: str) -> Iterator[Note]:
    if slug != name:
        yield Note(f"the name {quote(name)} becomes {slug}", _at(document, name))


def _ownership(document: Document, team: Word | Lack | None) -> Entries:
    if isinstance(team, Lack):
        yield TEAM, Gap(GapKind.OWNER, team.why, team.origin)
    elif team is not None and not convert.is_text(team):
        why = f"the owner {quote(team)} is longer than {convert.LONGEST_TEXT} characters or contains hidden characters"
        yield TEAM, Gap(GapKind.OWNER, why, _at(document, team))
    elif team is not None:
        yield TEAM, Value(str(team), _at(document, team))
        if convert.is_handle(team):
            yield (*GOVERNANCE, "ownership"), Value(str(team), _at(document, team))


def _slos(slos: Iterable[Slo]) -> Entries:
    for number, slo in enumerate(slos, start=1):
        name, entry = _slo_name(slo, number)
        yield (*SLOS, name, "name"), entry
        if isinstance(slo.target, Lack):
            yield (*SLOS, name, "target"), Gap(GapKind.TARGET, slo.target.why, slo.target.origin)
        else:
            yield (*SLOS, name, "target"), Value(slo.target, slo.origin)
        if isinstance(slo.window, Lack):
            yield (*SLOS, name, "window"), Gap(GapKind.WINDOW, slo.window.why, slo.window.origin)
        elif slo.window is not None:
            yield (*SLOS, name, "window"), Value(slo.window, slo.origin)


def _unique(entries: Entries) -> dict[At, Value | Gap]:
    """Entries by place. Where a descriptor has an SLO twice, the two may contradict each other, gaps included."""
    unique: dict[At, Value | Gap] = {}
    for at, entry in entries:
        if at not in unique:
            unique[at] = entry
        elif isinstance(unique[at], Value):
            unique[at] = entry if isinstance(entry, Gap) else agree(at, unique[at], entry)
    return unique


def _slo_name(slo: Slo, number: int) -> tuple[str, Value | Gap]:
    stand_in = f"slo-{number}"
    if isinstance(slo.name, Lack):
        return stand_in, Gap(GapKind.NAME, slo.name.why, slo.name.origin, stand_in)
    if not convert.is_text(slo.name):
        why = (
            f"the name {quote(slo.name)} is longer than {convert.LONGEST_TEXT} characters or contains hidden characters"
        )
        return stand_in, Gap(GapKind.NAME, why, slo.origin, stand_in)
    return str(slo.name), Value(str(slo.name), slo.origin)


def _evidence(document: Document, links: Iterable[Link]) -> Entries:
    """The first link of each known type: one place to look is enough."""
    seen: set[str] = set()
    for link in links:
        check = convert.check_of_link(link.type)
        if check and check not in seen and convert.is_evidence(link.url):
            seen.add(check)
            yield (*GOVERNANCE, check), Value(str(link.url), _at(document, link.url))


def _left_out(document: Document, links: Iterable[Link]) -> Iterator[Note]:
    for link in links:
        if convert.check_of_link(link.type) and not convert.is_evidence(link.url):
            yield Note(f"left out the link {quote(link.url)}, which is not an http(s) address", _at(document, link.url))


def skipped(document: Document, what: str) -> Skipped:
    """That a document of the format describes no service."""
    return Skipped(what, origin(document))


def tier_words(document: Document, *places: tuple[str, ...], declared: bool = True) -> Iterator[TierWord]:
    """The words for a tier at some places."""
    for place in places:
        value = text(document, *place)
        if isinstance(value, Word):
            yield TierWord(str(value), Origin(document.path, value.line), declared)


def links(entries: Iterable[Document], type_key: str, url_key: str = "url") -> Iterator[Link]:
    """Links out of a list of mappings."""
    for entry in entries:
        link_type, url = text(entry, type_key), text(entry, url_key)
        if isinstance(link_type, Word) and isinstance(url, Word):
            yield Link(str(link_type), url)
