"""``platform-gate init``: scaffold the files that a repository needs, and keep those that it has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from platform_gate.cli.options import display, display_options
from platform_gate.cli.streams import write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.model import GateError
from platform_gate.repository import config, work_tree
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import WorkTree
from platform_gate.text import log_line, printable, quote

EXAMPLE: Final = "services/example.yaml"
VERSION: Final = "@VERSION@"
FILES: Final = {
    config.OWN_FILE: "platform-gate.yaml",
    EXAMPLE: "service.yaml",
    ".platform/policy.yaml": "policy.yaml",
    ".platform/waivers.yaml": "waivers.yaml",
    ".github/workflows/platform-gate.yml": "workflow.yml",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
}
"""The files to write, by path from the repository's root, and their templates."""


@click.command()
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@display_options
def init(dry_run: bool) -> int:  # noqa: FBT001 - click's form
    """Write a configuration, an example manifest, a policy, a waivers file, a workflow and a pre-commit hook.

    Existing files are never overwritten.
    """
    lines = [log_line(printable(line)) + "\n" for line in _lines(dry_run=dry_run)]
    write_stdout([] if display().verbosity < 0 else lines)
    return 0


def _lines(*, dry_run: bool) -> Iterator[str]:
    tree = current_tree()
    settings = config.load(work_tree.read_optional(tree))
    has_services = _has_services(tree, settings)
    written = 0
    for path, template in FILES.items():
        reason = "there are manifests already" if path == EXAMPLE and has_services else ""
        if reason := _reason_to_leave(tree.root, path, settings.path) or reason:
            yield f"skipped      {path}: {reason}"
        else:
            written += 1
            if not dry_run:
                _write(tree.root, path, _text(template))
            yield f"{'would write' if dry_run else 'wrote'}{' ' * (2 if dry_run else 8)}{path}"
    if written and not dry_run:
        yield "Next: run `platform-gate check`, describe your services, and commit."


def _has_services(tree: WorkTree, settings: Config) -> bool:
    """Whether any file would be checked, apart from a file that stands where the folder should be."""
    files = tree._replace(cwd=tree.root).find((), settings)
    return any(not file.empty and file.path != work_tree.DEFAULT_FOLDER for file in files)


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
