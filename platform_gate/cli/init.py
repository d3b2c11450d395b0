"""``platform-gate init``: scaffold the files that a repository needs, and keep those that it has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from platform_gate.cli.options import display_options
from platform_gate.cli.streams import write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.model import GateError
from platform_gate.repository import config, work_tree
from platform_gate.text import log_line, printable, quote

FILES: Final = {
    config.OWN_FILE: "platform-gate.yaml",
    "services/example.yaml": "service.yaml",
    ".platform/policy.yaml": "policy.yaml",
    ".platform/waivers.yaml": "waivers.yaml",
    ".github/workflows/platform-gate.yml": "workflow.yml",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
}
"""The files to write, by path from the repository's root, and their templates."""

VERSION: Final = "@VERSION@"


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@display_options
def init(dry_run: bool) -> int:  # noqa: FBT001 - click's form
    """Write a first manifest, policy, waivers file, configuration, workflow and hook.

    It asks nothing and never overwrites: what is there already stays, and is named.
    """
    write_stdout(log_line(printable(line)) + "\n" for line in _lines(dry_run=dry_run))
    return 0


def _lines(*, dry_run: bool) -> Iterator[str]:
    tree = current_tree()
    configured = config.load(work_tree.read_optional(tree)).path
    written = 0
    for path, template in FILES.items():
        if reason := _reason_to_leave(tree.root, path, configured):
            yield f"left alone   {path}: {reason}"
        else:
            written += 1
            if not dry_run:
                _write(tree.root, path, _text(template))
            yield f"{'would write' if dry_run else 'wrote'}{' ' * (2 if dry_run else 8)}{path}"
    if written and not dry_run:
        yield "Next: `platform-gate check`. Then put your own services in, and commit."


def _reason_to_leave(root: Path, path: str, configured: str) -> str:
    """Why a file is not written; empty if it is. A dangling link counts as a file."""
    if os.path.lexists(root / path):
        return "it is there already"
    if path == config.OWN_FILE and configured:
        return f"{configured} configures the gate"
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
