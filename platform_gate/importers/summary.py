"""What an import did, line by line, in plain text: files, gaps with their places, and what was left out."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from platform_gate.importers import importer
from platform_gate.importers.collection import Collection, Stranger
from platform_gate.importers.drafts import Draft
from platform_gate.importers.drift import Synchronised
from platform_gate.importers.manifest_text import gap_lines, manifest
from platform_gate.text import plural

LISTED: Final = 5
"""More skipped documents than these are counted, unless somebody wants to see all."""
_WIDTH: Final = 13


class Written(NamedTuple):
    """A manifest: its path as shown, its draft, and why it was left alone, if so."""

    path: str
    draft: Draft
    reason: str = ""


def incomplete(collection: Collection, written: Sequence[Written]) -> bool:
    """Whether anything is left for people to fill in, settle or mend."""
    gaps = any(entry.draft.gaps for entry in written if not entry.reason)
    return bool(gaps or collection.nameless or collection.troubles or collection.strangers)


def lines(collection: Collection, manifests: Sequence[Written], *, verbosity: int, dry_run: bool) -> Iterator[str]:
    """The whole summary; with a negative verbosity only what is left for people."""
    verb = "would write" if dry_run else "wrote"
    for entry in manifests:
        if entry.reason:
            yield _line("left alone", f"{entry.path}: {entry.reason}")
        else:
            yield from _of_manifest(entry, verb, verbosity)
    yield from not_imported(collection, verbosity=verbosity)


def _of_manifest(entry: Written, verb: str, verbosity: int) -> Iterator[str]:
    if verbosity >= 0:
        yield _line(verb, f"{entry.path} from {', '.join(_sources(entry.draft))}")
    yield from _gaps(entry)
    if verbosity >= 0:
        yield from _notes(entry.draft)


def not_imported(collection: Collection, *, verbosity: int) -> Iterator[str]:
    """What gave no manifest: documents without a name, files that can't be read, strangers, what is no service."""
    for draft in collection.nameless:
        for gap in draft.gaps.values():
            yield _line("not written", f"{gap.origin}: {gap.kind}: {gap.why}")
    for trouble in collection.troubles:
        yield _line("not read", f"{trouble.path}:{trouble.line}: {trouble.message}")
        yield _line("", f"  fix: {trouble.fix}")
    for stranger in collection.strangers:
        yield _line("not imported", f"{stranger.origin}: {_words(stranger)}")
    if verbosity >= 0:
        yield from _skipped(collection, everything=verbosity > 0)


def _line(verb: str, rest: str) -> str:
    return f"{verb:<{_WIDTH}}{rest}"


def _sources(draft: Draft) -> list[str]:
    return list(dict.fromkeys(entry.origin.path for entry in draft.entries.values()))


def _gaps(entry: Written) -> Iterator[str]:
    """Each gap at its line in the entry."""
    for number, gap in gap_lines(entry.draft):
        kind = f"{gap.kind} (contradiction)" if gap.contradiction else gap.kind
        reason = gap.why if gap.contradiction else f"{gap.why} ({gap.origin})"
        yield _line("  fill in", f"{entry.path}:{number}: {kind}: {reason}")


def _notes(draft: Draft) -> Iterator[str]:
    for note in draft.notes:
        yield _line("  note", f"{note.origin}: {note.text}")


def _words(stranger: Stranger) -> str:
    """What a document is, where it is not what was asked for."""
    asked = importer(stranger.asked).TITLE
    if not stranger.format:
        return f"it is not {asked}"
    return f"it is {importer(stranger.format).TITLE}, not {asked}: `platform-gate import {stranger.format}` reads it"


def _skipped(collection: Collection, *, everything: bool) -> Iterator[str]:
    if everything or len(collection.skipped) <= LISTED:
        for skip in collection.skipped:
            yield _line("skipped", f"{skip.origin}: {skip.what}")
    else:
        counts = Counter(skip.what for skip in collection.skipped)
        for what, count in sorted(counts.items()):
            yield _line("skipped", f"{plural(count, 'document')}: {what}")
    if collection.others and (everything or not collection.drafts):
        yield _line("skipped", f"{plural(collection.others, 'file')} of other kinds")


def synchronised(collection: Collection, result: Synchronised, *, update: bool, verbosity: int) -> Iterator[str]:
    """What became of manifests that were compared with their descriptors, or what is to be done about them."""
    if update:
        for path in result.texts:
            yield _line("updated", path)
    for name in result.missing:
        yield _line("not there", f"no manifest describes {name}: import it without --{'update' if update else 'check'}")
    for leftover in result.leftovers:
        yield _line("settle", f"{leftover.origin}: {leftover.message}")
        yield _line("", f"  fix: {leftover.fix}")
    yield from not_imported(collection, verbosity=verbosity - 1)
    yield _verdict(collection, result, update=update)


def in_step(collection: Collection, result: Synchronised, *, update: bool) -> bool:
    """Whether manifests and descriptors say the same now, as far as anybody can tell."""
    return not ((result.texts and not update) or result.missing or result.leftovers or collection.troubles)


def _verdict(collection: Collection, result: Synchronised, *, update: bool) -> str:
    count = plural(len(collection.drafts), "service")
    if not collection.drafts and not result.leftovers:
        return "Nothing was compared: no descriptor describes a service."
    if in_step(collection, result, update=update):
        return f"{count} compared: manifests and descriptors say the same."
    if result.texts and not update:
        files = plural(len(result.texts), "manifest")
        return f"{count} compared: {files} to update. Run it with --update instead of --check."
    return f"{count} compared: see above for what is left to do."


def differences(collection: Collection, result: Synchronised, folder: str, version: str) -> Iterator[str]:
    """A unified diff of every manifest that the descriptors would change or add."""
    added = {f"{folder}/{name}.yaml": ("", manifest(collection.drafts[name], version)) for name in result.missing}
    for path, (old, new) in sorted({**result.texts, **added}.items()):
        before = f"a/{path}" if old else "/dev/null"
        yield from difflib.unified_diff(old.splitlines(), new.splitlines(), before, f"b/{path}", lineterm="")
