"""``platform-gate import``: manifests from descriptors that people have already."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import click

from platform_gate.cli.options import display, display_options
from platform_gate.cli.streams import write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.documents.document import read_one
from platform_gate.importers import IMPORTERS
from platform_gate.importers.collecting import Collection, Source, collect
from platform_gate.importers.combining import TierMap, tier_map
from platform_gate.importers.lenient_yaml import MAX_BYTES, Trouble
from platform_gate.importers.manifest_text import manifest
from platform_gate.importers.summary import Written, incomplete, lines
from platform_gate.model import GateError
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import DEFAULT_FOLDER, Found, WorkTree, read_named, read_plain_file, unreadable
from platform_gate.text import log_line, plural, printable, quote, suggestion

SUFFIXES: Final = ("yaml", "yml", "json")
CLEAN: Final = 0
INCOMPLETE: Final = 1
NOTHING: Final = 2

_ANY_CASE: Final = tuple("**/*." + "".join(f"[{c}{c.upper()}]" for c in suffix) for suffix in SUFFIXES)


class Operand(NamedTuple):
    """A file or folder, and the format that it is read as."""

    format: str
    path: str


@click.command("import")
@click.argument("words", nargs=-1, required=True, metavar="FORMAT PATH...")
@click.option("--out", metavar="DIR", default=DEFAULT_FOLDER, help=f"Where manifests are. [default: {DEFAULT_FOLDER}]")
@click.option("--tier-map", "map_file", metavar="FILE", help="What your words for tiers mean, as YAML: {gold: 1}.")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@display_options
def import_(words: tuple[str, ...], out: str, map_file: str | None, *, dry_run: bool) -> int:
    """Write one manifest a service from what other tools' files say. It never overwrites.

    FORMAT is one of backstage, openslo, sloth, pyrra, slo-generator, datadog, opslevel, cortex and score. Several
    formats may follow one another, each with its paths: what they say of one service is merged by its name.

    Exit codes: 0 everything was written, 1 written with gaps or contradictions, 2 nothing was written.
    """
    tree = current_tree()
    collection = read(tree, operands(words), map_file)
    written = list(write(tree, collection, out, dry_run=dry_run))
    write_stdout(log_line(printable(line)) + "\n" for line in _report(collection, written, dry_run=dry_run))
    return exit_code(collection, written)


def operands(words: Sequence[str]) -> list[Operand]:
    """The command line's words as operands; a format holds for the paths after it.

    Raises:
        click.UsageError: the first word is no format, or a format has no path.
    """
    if words[0] not in IMPORTERS:
        raise click.UsageError(f"there is no format {quote(words[0])}. {suggestion(words[0], IMPORTERS)}")
    result: list[Operand] = []
    form, waiting = words[0], False
    for word in words:
        if word in IMPORTERS:
            if waiting:
                raise click.UsageError(f"{form} has no path; a path that is called like a format begins with ./")
            form, waiting = word, True
        else:
            result.append(Operand(form, word))
            waiting = False
    if waiting:
        raise click.UsageError(f"{form} has no path; a path that is called like a format begins with ./")
    return result


def read(tree: WorkTree, asked: Sequence[Operand], map_file: str | None) -> Collection:
    """Everything that the operands hold.

    Raises:
        GateError: a path leads nowhere, or the tier map can't be read.
    """
    tiers = TierMap() if map_file is None else tier_map(read_one(*read_named(tree, "tier map", map_file)))
    sources: list[Source] = []
    troubles: list[Trouble] = []
    for operand in asked:
        folder = os.path.isdir(tree.cwd / operand.path)  # noqa: PTH112 - as everywhere in the work tree
        for entry in _files(tree, operand.path):
            content = _content(entry)
            if isinstance(content, Trouble):
                troubles.append(content)
            else:
                sources.append(Source(operand.format, entry.path, content, named=not folder))
    collection = collect(sources, tiers)
    return collection._replace(troubles=(*troubles, *collection.troubles))


def _files(tree: WorkTree, path: str) -> list[Found]:
    entries = tree.find([path], Config(manifests=_ANY_CASE))
    for entry in entries:
        if entry.empty and entry.refusal:
            message = f"{quote(entry.path)}: there is no YAML or JSON file in it"
            missing = not os.path.lexists(tree.cwd / path)
            raise GateError(f"{quote(entry.path)}: {entry.refusal.message}" if missing else message, "Check the path.")
    return entries


def _content(entry: Found) -> bytes | Trouble:
    refusal = entry.refusal
    if refusal is None:
        try:
            return read_plain_file(entry.file, MAX_BYTES)
        except (OSError, ValueError) as error:
            refusal = unreadable(entry.path, error)
    return Trouble(entry.path, 1, refusal.message, refusal.fix)


def write(tree: WorkTree, collection: Collection, out: str, *, dry_run: bool) -> Iterator[Written]:
    """Write the manifest of every draft that has none yet, and say which were left alone."""
    folder = tree.cwd / out
    for name, draft in collection.drafts.items():
        file = folder / f"{name}.yaml"
        shown = tree.shown(str(Path(out) / file.name))
        reason = _reason_to_leave(tree, file)
        if not reason and not dry_run:
            _create(file, shown, manifest(draft, version("platform-gate")))
        yield Written(shown, draft, reason)


def _reason_to_leave(tree: WorkTree, file: Path) -> str:
    if os.path.lexists(file):
        return "it is there already"
    link = next((folder for folder in file.parents if folder.is_symlink() and tree.root in folder.parents), None)
    return f"{link.name} is a symbolic link" if link else ""


def _create(file: Path, shown: str, text: str) -> None:
    """Write a file that is not there; if somebody else makes it meanwhile, theirs stays."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GateError(f"{quote(shown)} could not be written: {reason}", "Check the folder and the disk.") from None


def exit_code(collection: Collection, written: Sequence[Written]) -> int:
    """What came of an import, as the number that a script reads."""
    if all(manifest.reason for manifest in written):
        return NOTHING
    return INCOMPLETE if incomplete(collection, written) else CLEAN


def _report(collection: Collection, written: Sequence[Written], *, dry_run: bool) -> Iterator[str]:
    verbosity = display().verbosity
    yield from lines(collection, written, verbosity=verbosity, dry_run=dry_run)
    fresh = [entry for entry in written if not entry.reason]
    gaps = sum(len(entry.draft.gaps) for entry in fresh)
    verb = "would be written" if dry_run else "written"
    yield f"{plural(len(fresh), 'manifest')} {verb}, {plural(gaps, 'gap')} to fill in."
    if fresh and verbosity >= 0 and not dry_run:
        yield "Next: " + ("fill in the gaps, then " if gaps else "") + "`platform-gate check`."
