"""What an import did, line by line, in plain text: files, gaps with their places, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from platform_gate.importers import importer
from platform_gate.importers.collecting import Collection, Stranger
from platform_gate.importers.drafts import Draft
from platform_gate.importers.manifest_text import gap_lines
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
    gaps = any(manifest.draft.gaps for manifest in written if not manifest.reason)
    return bool(gaps or collection.nameless or collection.troubles or collection.strangers)


def lines(collection: Collection, manifests: Sequence[Written], *, verbosity: int, dry_run: bool) -> Iterator[str]:
    """The whole summary; with a negative verbosity only what is left for people."""
    verb = "would write" if dry_run else "wrote"
    for manifest in manifests:
        if manifest.reason:
            yield _line("left alone", f"{manifest.path}: {manifest.reason}")
        else:
            yield from _of_manifest(manifest, verb, verbosity)
    yield from not_imported(collection, verbosity=verbosity)


def _of_manifest(manifest: Written, verb: str, verbosity: int) -> Iterator[str]:
    if verbosity >= 0:
        yield _line(verb, f"{manifest.path} from {', '.join(_sources(manifest.draft))}")
    yield from _gaps(manifest)
    if verbosity >= 0:
        yield from _notes(manifest.draft)


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


def _gaps(manifest: Written) -> Iterator[str]:
    """Each gap at its line in the manifest."""
    for number, gap in gap_lines(manifest.draft):
        kind = f"{gap.kind} (contradiction)" if gap.contradiction else gap.kind
        reason = gap.why if gap.contradiction else f"{gap.why} ({gap.origin})"
        yield _line("  fill in", f"{manifest.path}:{number}: {kind}: {reason}")


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
    if collection.others and everything:
        yield _line("skipped", f"{plural(collection.others, 'other file')} of the folders")
