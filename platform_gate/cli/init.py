"""``platform-gate init``: scaffold the files that a repository needs, and keep those that it has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from platform_gate.cli.descriptors import Operand, read
from platform_gate.cli.import_ import default_folder, exit_code, report, write
from platform_gate.cli.options import display, display_options
from platform_gate.cli.streams import write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.documents.yaml_writer import flow
from platform_gate.importers import IMPORTERS
from platform_gate.model import GateError
from platform_gate.repository import config, rule_files
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import DEFAULT_FOLDER, WorkTree
from platform_gate.text import log_line, printable, quote

EXAMPLE: Final = "services/example.yaml"
HOOKS: Final = ".pre-commit-config.yaml"
FILES: Final = {
    config.OWN_FILE: "platform-gate.yaml",
    EXAMPLE: "service.yaml",
    ".platform/policy.yaml": "policy.yaml",
    ".platform/waivers.yaml": "waivers.yaml",
    ".github/workflows/platform-gate.yml": "workflow.yml",
    HOOKS: "pre-commit-config.yaml",
}
"""The files to write, by path from the repository's root, and their templates."""
SOURCES: Final = {"platform-gate.sources.yaml": "sources.yaml"}
"""What is written with ``--sources`` instead."""

VERSION: Final = "@VERSION@"
HOOK: Final = """\
      # Fails when descriptors and the manifests imported from them drift apart.
      - id: platform-gate-import
        args: {args}
"""
NEXT: Final = "Next: run `platform-gate check`, describe your services, and commit."
NEXT_SOURCES: Final = "Next: remove the sources that you don't have, then run `platform-gate collect --print-queries`."

Descriptors = tuple[tuple[str, str], ...]
"""Pairs of a format and a path, as ``import`` takes them."""


@click.command()
@click.option(
    "--from",
    "descriptors",
    type=(click.Choice(list(IMPORTERS)), str),
    multiple=True,
    metavar="FORMAT PATH",
    help="Import your services instead of the example, as `import` does; repeatable.",
)
@click.option("--tier-map", "map_file", metavar="FILE", help="As for `import`.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--sources", is_flag=True, help="Write a Sources file for `collect` instead.")
@display_options
def init(descriptors: Descriptors, map_file: str | None, *, dry_run: bool, sources: bool) -> int:
    """Write a configuration, an example manifest, a policy, a waivers file, a workflow and a pre-commit hook.

    Existing files are never overwritten. With --from it exits as `import` does.
    """
    if sources:
        if descriptors:
            raise click.UsageError("--sources can't be combined with --from: it writes only a Sources file")
        _print(_scaffold(SOURCES, (), NEXT_SOURCES, dry_run=dry_run))
        return 0
    if not descriptors:
        _print(_scaffold(FILES, (), NEXT, dry_run=dry_run))
        return 0
    return _import(descriptors, map_file, dry_run=dry_run)


def _import(descriptors: Descriptors, map_file: str | None, *, dry_run: bool) -> int:
    """Write the scaffold around imported manifests instead of an example."""
    tree = current_tree()
    collection = read(tree, [Operand(*pair) for pair in descriptors], map_file)
    if collection.drafts:
        shown = tuple((form, tree.shown(path)) for form, path in descriptors)
        files = {path: template for path, template in FILES.items() if path != EXAMPLE}
        _print(_scaffold(files, shown, "", dry_run=dry_run))
    written = write(tree, collection, default_folder(tree), dry_run=dry_run)
    _print(report(collection, written, dry_run=dry_run))
    return exit_code(collection, written)


def _print(lines: Iterable[str]) -> None:
    shown = [log_line(printable(line)) + "\n" for line in lines]
    write_stdout([] if display().verbosity < 0 else shown)


def _scaffold(files: Mapping[str, str], descriptors: Descriptors, advice: str, *, dry_run: bool) -> Iterator[str]:
    tree = current_tree()
    settings = config.load(rule_files.read_optional(tree))
    has_services = _has_services(tree, settings)
    written = 0
    for path, template in files.items():
        reason = "there are manifests already" if path == EXAMPLE and has_services else ""
        if reason := _reason_to_leave(tree.root, path, settings.path) or reason:
            yield f"skipped      {path}: {reason}"
        else:
            written += 1
            if not dry_run:
                _write(tree.root, path, _text(template) + (_hook(descriptors) if path == HOOKS else ""))
            yield f"{'would write' if dry_run else 'wrote'}{' ' * (2 if dry_run else 8)}{path}"
    if written and advice and not dry_run:
        yield advice


def _has_services(tree: WorkTree, settings: Config) -> bool:
    """Whether any file would be checked, apart from a file that stands where the folder should be."""
    files = tree._replace(cwd=tree.root).find((), settings)
    return any(not file.empty and file.path != DEFAULT_FOLDER for file in files)


def _hook(descriptors: Descriptors) -> str:
    """The hook that compares manifests with the descriptors that they were imported from."""
    words = [word for pair in descriptors for word in pair]
    return HOOK.format(args=flow(words)) if words else ""


def _reason_to_leave(root: Path, path: str, configured: str) -> str:
    """Why a file is not written; empty if it is. A dangling link counts as a file."""
    if os.path.lexists(root / path):
        return "already exists"
    if path == config.OWN_FILE and configured:
        return f"{configured} has the configuration"
    link = next((parent for parent in Path(path).parents if (root / parent).is_symlink()), None)
    return f"{link} is a symbolic link" if link else ""


def _text(template: str) -> str:
    text = (Path(__file__).parent / "templates" / template).read_text(encoding="utf-8")
    return text.replace(VERSION, version("platform-gate")) if VERSION in text else text


def _write(root: Path, path: str, text: str) -> None:
    """Write a new file. Mode ``x`` makes sure that a file which appears in the meantime is not overwritten."""
    try:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with (root / path).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GateError(f"{quote(path)} could not be written: {reason}", "Check the folder and the disk.") from None
