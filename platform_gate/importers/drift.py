"""Where manifests and the descriptors that they were imported from have drifted apart, as edits of the manifests.

An imported value is known by the comment at its line (``# from FILE``) and nothing else. Without that comment it is
somebody's own, and is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from platform_gate.documents.document import Document
from platform_gate.importers import manifest_text, places
from platform_gate.importers.drafts import GOVERNANCE, NAME, SLOS, TIER, Draft, Gap, Origin, Value
from platform_gate.importers.manifest_text import CHECKS, FILL_IN, SOME_SLOS, line, origin_comment, written
from platform_gate.importers.places import Edit, Place
from platform_gate.model import At

Covers = Callable[[str], bool]
"""Whether a file, as a comment names it, was imported now, or is gone."""

_WINDOW_GAP: Final = re.compile(rf"^ *# {re.escape(FILL_IN)}window.*$", re.MULTILINE)
_EXAMPLE: Final = r"(?: +# .*\r?\n){4}"
_SLOS_GAP: Final = re.compile(rf"^ *# {re.escape(FILL_IN)}{SOME_SLOS}.*\r?\n{_EXAMPLE}", re.MULTILINE)
_AFTER_SPEC: Final = re.compile(rf"(\r?\n){_EXAMPLE}")


class Leftover(NamedTuple):
    """Something that no edit can settle."""

    origin: Origin
    message: str
    fix: str


class Drift(NamedTuple):
    """What is to change in a manifest, and what people must settle themselves."""

    edits: tuple[Edit, ...] = ()
    leftovers: tuple[Leftover, ...] = ()


def compare(document: Document, draft: Draft | None, covers: Covers) -> Drift:
    """What the descriptors say by now, against the manifest of the same service; None where they know it no longer.

    A manifest without a single value that was imported from what ``covers`` is left alone.
    """
    known = dict(places.importable(document))
    own_sources = [place.source for place in known.values() if place.source and covers(place.source)]
    if not own_sources:
        return Drift()
    if draft is None:
        return Drift(leftovers=(_forgotten(document, known),))
    edits = [edit for at, place in known.items() for edit in _changed(at, place, draft.entries.get(at), covers)]
    added, by_hand = _additions(document, draft)
    leftovers = [*_unsettled(document, draft, known, covers), *by_hand]
    return Drift((*edits, *added), tuple(leftovers))


def _changed(at: At, place: Place, entry: Value | Gap | None, covers: Covers) -> Iterator[Edit]:
    """The edit of one value: filled in where it was a gap, replaced where it was imported and differs."""
    if not isinstance(entry, Value):
        return
    new, comment = written(entry.value), f"# {origin_comment(entry)}"
    if place.to_fill_in:
        if place.value is None:
            yield Edit(place.end, place.comment_end, f" {new}  {comment}")
        elif at in (TIER, NAME) and place.value in (1, entry.value):
            yield Edit(place.start, place.comment_end, f"{new}  {comment}")
    elif place.source and covers(place.source) and not _same(place.value, entry.value):
        yield Edit(place.start, place.end, new)
        if place.comment != origin_comment(entry):
            yield Edit(place.comment_end - len(place.comment), place.comment_end, origin_comment(entry))


def _same(current: Any, imported: Any) -> bool:
    if isinstance(imported, Decimal):
        return isinstance(current, int | float) and Decimal(str(current)) == imported
    return bool(current == imported)


def _unsettled(document: Document, draft: Draft, known: Mapping[At, Place], covers: Covers) -> Iterator[Leftover]:
    """Imported values that the descriptors contradict one another about, or say no longer."""
    for at, place in known.items():
        entry = draft.entries.get(at)
        if not place.source or not covers(place.source) or isinstance(entry, Value):
            continue
        origin = Origin(document.path, place.line)
        if isinstance(entry, Gap) and entry.contradiction:
            yield Leftover(origin, f"the descriptors contradict one another: {entry.why}", "Make them agree.")
        else:
            why = f" ({entry.origin}: {entry.why})" if isinstance(entry, Gap) else ""
            message = f"no descriptor has {_called(at)} any more{why}; it came from {place.source}"
            yield Leftover(origin, message, "Remove it, or its comment to keep it as your own.")


def _called(at: At) -> str:
    """A place as people say it."""
    return f"the {at[3]} of {at[2]}" if at[:2] == SLOS else f"the {at[-1]}".replace("_", " ")


def _forgotten(document: Document, known: Mapping[At, Place]) -> Leftover:
    name = known.get(NAME)
    message = f"no descriptor describes {name.value if name else 'this service'} any more"
    fix = "Remove the manifest, or the `# from` comments to keep it as your own."
    return Leftover(Origin(document.path, name.line if name else document.line), message, fix)


def _additions(document: Document, draft: Draft) -> tuple[list[Edit], list[Leftover]]:
    """SLOs, windows and evidence that the descriptors have and the manifest lacks."""
    indexes = places.slo_indexes(document)
    names = [name for name in draft.slos if name not in indexes]
    checks = [check for check in CHECKS if _lacks(document, draft, check)]
    edits = list(_windows(document, draft, indexes))
    leftovers: list[Leftover] = []
    if not places.value_at(document, ("spec",)) and (names or checks):
        edits += _whole_spec(document, draft, names, checks)
        return edits, leftovers
    for at, wanted, add in ((SLOS, names, _slos), (GOVERNANCE, checks, _governance)):
        if wanted and _is_block(document, at):
            edits += add(document, draft, wanted)
        elif wanted:
            message = f"{', '.join(wanted)} can't be added to {at[-1]}, which is not in block style"
            leftovers.append(Leftover(_origin(document, at), message, "Write it in block style, or edit it by hand."))
    return edits, leftovers


def _lacks(document: Document, draft: Draft, check: str) -> bool:
    at = (*GOVERNANCE, check)
    return isinstance(draft.entries.get(at), Value) and places.find(document, at) is None


def _origin(document: Document, at: At) -> Origin:
    return Origin(document.path, document.locate(at).line)


def _is_block(document: Document, at: At) -> bool:
    """Whether a section can be added to line by line: it is written as a block, or isn't there and ``spec`` is."""
    spec = places.value_at(document, ("spec",))
    if not isinstance(spec, Mapping) or _opens_bracket(document, ("spec",)):
        return False
    section = spec.get(at[-1])
    shape = list if at == SLOS else Mapping
    return at[-1] not in spec or (isinstance(section, shape) and bool(section) and not _opens_bracket(document, at))


def _opens_bracket(document: Document, at: At) -> bool:
    location = document.locate(at)
    start = places.line_start(document.text, location.line) + location.column - 1
    return document.text[start : start + 1] in ("[", "{")


def _windows(document: Document, draft: Draft, indexes: Mapping[str, int]) -> Iterator[Edit]:
    """Windows whose gap is a comment inside of the SLO, which the window replaces."""
    for name, index in indexes.items():
        entry, at = draft.entries.get((*SLOS, name, "window")), (*SLOS, index)
        if isinstance(entry, Value) and places.find(document, (*at, "window")) is None:
            first = places.line_start(document.text, document.locate(at).line)
            last = places.line_start(document.text, document.last_line(at) + 2)
            if match := _WINDOW_GAP.search(document.text[first:last]):
                indent = " " * (document.locate(at).column - 1)
                new = line((*SLOS, name, "window"), entry, indent)
                yield Edit(first + match.start(), first + match.start() + len(match[0].rstrip("\r")), new)


def _slos(document: Document, draft: Draft, names: list[str]) -> Iterator[Edit]:
    """New SLOs behind the last one, or as a section of their own."""
    if places.value_at(document, SLOS):
        column = document.locate((*SLOS, 0)).column
        indent = " " * (column - 3)
        rows = [row.text for name in names for row in manifest_text.slo(draft, name, indent)]
        yield places.insert_after(document.text, _end(document, SLOS), rows)
        return
    indent = " " * (document.locate(("spec",)).column - 1)
    rows = [row.text for name in names for row in manifest_text.slo(draft, name, indent + "  ")]
    if gap := _SLOS_GAP.search(document.text):
        yield Edit(gap.start(), gap.end(), places.insert_after(document.text, 0, [f"{indent}slos:", *rows]).text)
    else:
        spec = document.locate(("spec",), on_key=True).line
        yield places.insert_after(document.text, spec, [f"{indent}slos:", *rows])


def _end(document: Document, at: At) -> int:
    """The last line of a section, comments below it that are indented as deep as its values included."""
    last = document.last_line(at)
    column = document.locate((*at, 0) if at == SLOS else at).column
    rest = document.text[places.line_start(document.text, last + 1) :].split("\n")
    comments = 0
    while comments < len(rest) and re.match(rf" {{{column - 1},}}#", rest[comments]):
        comments += 1
    return last + comments


def _governance(document: Document, draft: Draft, checks: list[str]) -> Iterator[Edit]:
    """New evidence behind what is there, or as a section of its own."""
    exists = bool(places.value_at(document, GOVERNANCE))
    at = GOVERNANCE if exists else ("spec",)
    indent = " " * (document.locate(at).column - 1)
    inner = indent if exists else indent + "  "
    rows = [line((*GOVERNANCE, check), draft.entries[*GOVERNANCE, check], inner) for check in checks]
    yield places.insert_after(document.text, _end(document, at), rows if exists else [f"{indent}governance:", *rows])


def _whole_spec(document: Document, draft: Draft, names: list[str], checks: list[str]) -> Iterator[Edit]:
    """An empty ``spec`` with everything that the descriptors have."""
    place = places.find(document, ("spec",))
    if place is not None:
        rows = [row.text for name in names for row in manifest_text.slo(draft, name, "    ")]
        evidence = [line((*GOVERNANCE, check), draft.entries[*GOVERNANCE, check], "    ") for check in checks]
        sections = [*(["  slos:", *rows] if rows else []), *(["  governance:", *evidence] if evidence else [])]
        end = "\r\n" if "\r\n" in document.text else "\n"
        key_end = document.text.rindex(":", 0, place.end + 1) + 1
        last = max(place.end, place.comment_end)
        example = _AFTER_SPEC.match(document.text, last) if place.comment.startswith(FILL_IN) else None
        last = last if example is None else example.end() - len(example[1])
        yield Edit(key_end, last, end + end.join(sections))


class Synchronised(NamedTuple):
    """Manifests against all descriptors: old and new text of each file that changes, and what is left for people."""

    texts: Mapping[str, tuple[str, str]]
    leftovers: tuple[Leftover, ...]
    missing: tuple[str, ...]
    """Names of services that no manifest describes."""


def synchronise(documents: Iterable[Document], drafts: Mapping[str, Draft], covers: Covers) -> Synchronised:
    """Compare every manifest with the draft of its name."""
    edits: dict[str, list[Edit]] = {}
    texts: dict[str, str] = {}
    leftovers: list[Leftover] = []
    described: set[str] = set()
    for document in documents:
        name = places.value_at(document, NAME)
        if isinstance(name, str):
            described.add(name)
            change = compare(document, drafts.get(name), covers)
            texts[document.path] = document.text
            edits.setdefault(document.path, []).extend(change.edits)
            leftovers += change.leftovers
    changed = {path: (texts[path], places.apply(texts[path], some)) for path, some in edits.items() if some}
    return Synchronised(changed, tuple(leftovers), tuple(name for name in drafts if name not in described))
