"""The work tree around a folder, as every command opens it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from platform_gate.repository.evidence import Tracked
from platform_gate.repository.work_tree import WorkTree, find_root


def open_tree(cwd: Path, stdin: Callable[[], bytes]) -> WorkTree:
    """The work tree around a folder. Git is asked what it tracks once, when evidence needs to know.

    Raises:
        GateError: from ``tracked``, if git can't tell.
    """
    root = find_root(cwd)

    @cache
    def tracked() -> Tracked | None:
        from platform_gate.repository import checkout, git  # noqa: PLC0415 - most runs need no git

        return checkout.tracked_by(git.Repository.at(root).staged()) if git.is_repository(root) else None

    return WorkTree(root, cwd, stdin, tracked)
