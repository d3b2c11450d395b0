"""Paths that may be named as evidence: what git tracks, or a regular file where there is no git."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from platform_gate.text import system_path


class Tracked(NamedTuple):
    """The paths from the root that git tracks, folders included; ``left_out`` are those a sparse checkout lacks.

    ``elsewhere`` are tracked links and submodules.
    """

    paths: frozenset[str]
    left_out: frozenset[str]
    elsewhere: frozenset[str] = frozenset()


def not_tracked() -> Tracked | None:
    """The answer for a tree that is no git repository."""
    return None


def holds_a_file(root: str, below: str) -> bool:
    """Whether a path is a regular file, or a folder with one somewhere below it; git's own files don't count."""
    if any(step.lower() == ".git" for step in below.split("/")):
        return False
    pending = [system_path(f"{root}/{below}")]
    while pending:
        try:
            place = pending.pop()
            if stat.S_ISREG(os.lstat(place).st_mode):
                return True
            pending += [entry.path for entry in os.scandir(place) if _may_hold_a_file(entry)]
        except OSError:
            continue
    return False


def _may_hold_a_file(entry: os.DirEntry[bytes]) -> bool:
    return entry.name.lower() != b".git" and not entry.is_symlink()
