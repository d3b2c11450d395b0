"""``platform-gate import``: manifests from descriptors that people have already."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from platform_gate.cli import completion, manifests
from platform_gate.cli.descriptors import operands, read
from platform_gate.cli.options import display, display_options
from platform_gate.cli.streams import write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.importers.collection import Collection
from platform_gate.importers.drafts import Draft
from platform_gate.importers.manifest_text import manifest
from platform_gate.importers.summary import Written, differences, in_step, incomplete, lines, synchronised
from platform_gate.model import GateError
from platform_gate.repository.work_tree import DEFAULT_FOLDER, WorkTree
from platform_gate.text import log_line, plural, printable, quote

CLEAN: Final = 0
INCOMPLETE: Final = 1
NOTHING: Final = 2


@click.command("import")
@click.argument("words", nargs=-1, required=True, metavar="FORMAT PATH...", shell_complete=completion.formats)
@click.option(
    "--out",
    metavar="DIR",
    shell_complete=completion.files,
    help=f"Folder of the manifests. [default: {DEFAULT_FOLDER} at the root]",
)
@click.option(
    "--tier-map",
    "map_file",
    metavar="FILE",
    shell_complete=completion.files,
    help="Your words for tiers, as YAML: {gold: 1}.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--check", "checking", is_flag=True, help="Write nothing; show a diff and exit 1 if descriptors changed.")
@click.option("--update", is_flag=True, help="Update imported values in existing manifests.")
@display_options
def import_(  # noqa: PLR0913 - one parameter an option
    words: tuple[str, ...], out: str | None, map_file: str | None, *, dry_run: bool, checking: bool, update: bool
) -> int:
    """Write a manifest per service from the files of other tools. Existing files are never overwritten.

    FORMAT is one of backstage, openslo, sloth, pyrra, slo-generator, datadog, opslevel, cortex and score. Give several
    formats, each with its paths, to merge what they say about a service.

    Exit codes: 0 everything was written, 1 written with gaps or contradictions, 2 nothing was written.
    """
    if dry_run + checking + update > 1:
        raise click.UsageError("--dry-run, --check and --update can't be combined")
    tree = current_tree()
    collection = read(tree, operands(words), map_file)
    folder = out or default_folder(tree)
    if checking or update:
        return _synchronise(tree, collection, folder, update=update)
    written = write(tree, collection, folder, dry_run=dry_run)
    _print(report(collection, written, dry_run=dry_run))
    return exit_code(collection, written)


def default_folder(tree: WorkTree) -> str:
    """The folder in which ``check`` looks for manifests, from the working directory."""
    return os.path.relpath(tree.root / DEFAULT_FOLDER, tree.cwd)


def write(tree: WorkTree, collection: Collection, out: str, *, dry_run: bool) -> list[Written]:
    """Write the manifest of every draft that has none yet, and say which were left alone."""
    described = manifests.described(tree, out) if collection.drafts else {}
    return [
        _write(tree, draft, out, described.get(name, ""), dry_run=dry_run) for name, draft in collection.drafts.items()
    ]


def _write(tree: WorkTree, draft: Draft, out: str, described: str, *, dry_run: bool) -> Written:
    """Write one manifest, unless ``described`` says that another file describes the service."""
    file = tree.cwd / out / f"{draft.name}.yaml"
    shown = tree.shown(str(Path(out) / file.name))
    reason = _reason_to_leave(tree, file)
    if described and described != shown:
        shown, reason = described, f"it describes {draft.name} already (--update changes what was imported)"
    if not reason and not dry_run:
        _create(file, shown, manifest(draft, version("platform-gate")))
    return Written(shown, draft, reason)


def _reason_to_leave(tree: WorkTree, file: Path) -> str:
    if os.path.lexists(file):
        return "it is there already (--update changes what was imported)"
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
    if all(entry.reason for entry in written):
        return NOTHING
    return INCOMPLETE if incomplete(collection, written) else CLEAN


def report(collection: Collection, written: Sequence[Written], *, dry_run: bool) -> Iterator[str]:
    """What was written and what is left to do."""
    verbosity = display().verbosity
    yield from lines(collection, written, verbosity=verbosity, dry_run=dry_run)
    fresh = [entry for entry in written if not entry.reason]
    gaps = sum(len(entry.draft.gaps) for entry in fresh)
    verb = "would be written" if dry_run else "written"
    yield f"{plural(len(fresh), 'manifest')} {verb}, {plural(gaps, 'gap')} to fill in."
    if fresh and verbosity >= 0 and not dry_run:
        yield "Next: " + ("fill in the gaps, then " if gaps else "") + "`platform-gate check`."


def _synchronise(tree: WorkTree, collection: Collection, out: str, *, update: bool) -> int:
    """Compare manifests with their descriptors, and with ``update`` change them."""
    result = manifests.synchronise(tree, collection, out)
    if update:
        manifests.save(tree, result.texts)
    else:
        folder = tree.shown(out).rstrip("/")
        _print(differences(collection, result, folder, version("platform-gate")))
    _print(synchronised(collection, result, update=update, verbosity=display().verbosity))
    if not collection.drafts and not result.leftovers:
        return NOTHING
    return CLEAN if in_step(collection, result, update=update) else INCOMPLETE


def _print(report: Iterable[str]) -> None:
    write_stdout(log_line(printable(line)) + "\n" for line in report)
