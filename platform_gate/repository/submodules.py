"""Submodules that are not checked out: an empty folder is in their place, and nobody judges what they hold.

A run without a base doesn't ask git, which would take as long as a small run. It asks only about folders that are
empty: git itself tracks no empty folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Final

from platform_gate.documents.document import MAX_BYTES, Refusal
from platform_gate.model import GateError, Location
from platform_gate.repository import plain_files
from platform_gate.text import displayed, quote, system_path

GITMODULES: Final = ".gitmodules"
_PATH: Final = re.compile(r'^[ \t]*path[ \t]*=[ \t]*"?([^"\r\n]*?)"?[ \t]*\r?$', re.MULTILINE | re.IGNORECASE)


def absent(root: str, folders: Iterable[str]) -> list[str]:
    """The submodules, by their shown paths, among empty folders and folders that aren't there; all from the root.

    ``folders`` are the empty ones. What ``.gitmodules`` names counts, and what the index holds as a submodule: a change
    may have one without the other.
    """
    empty = list(folders)
    declared = _declared(root)
    missing = [path for path in declared if not os.path.lexists(system_path(f"{root}/{path}"))]
    linked = _linked(root, [path for path in empty if path not in declared])
    return sorted({*map(displayed, {*declared}.intersection(empty)), *map(displayed, missing), *linked})


def refusal(path: str) -> Refusal:
    """Why a submodule is not judged, and what to do."""
    fix = f"Check it out with `git submodule update --init`, or leave {quote(path)} out by `exclude`."
    return Refusal("it is a submodule, and not checked out", fix, Location(path))


def _declared(root: str) -> list[str]:
    try:
        content = plain_files.read(f"{root}/{GITMODULES}", MAX_BYTES)
    except (OSError, ValueError):
        return []
    paths = _PATH.findall(content.decode("utf-8", "surrogateescape"))
    return [os.path.normpath(path) for path in paths if path]


def _linked(root: str, folders: Sequence[str]) -> list[str]:
    if not folders or not os.path.lexists(f"{root}/.git"):
        return []
    from pathlib import Path  # noqa: PLC0415 - only an empty folder is worth a question to git

    from platform_gate.repository.git import Repository  # noqa: PLC0415 - as above

    try:
        return Repository.at(Path(root)).submodules(folders)
    except GateError:
        return []  # no git here, or no repository: an empty folder is then just one
