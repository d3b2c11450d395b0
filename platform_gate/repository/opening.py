"""The work tree around a folder, as every command opens it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from platform_gate.model import GateError
from platform_gate.repository.evidence import Tracked
from platform_gate.repository.work_tree import WorkTree, is_link
from platform_gate.text import displayed, quote


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


def refuse_link_above(cwd: Path) -> None:
    """Refuse a working directory that is reached by a link inside a checkout.

    A change could point such a link anywhere, and with it decide which repository is judged.

    Raises:
        GateError: there is such a link.
    """
    links = (folder for folder in (cwd, *cwd.parents) if is_link(str(folder)))
    for link in links:
        if any((above / ".git").exists() for above in link.parents):
            message = (
                f"the working directory is reached by {quote(displayed(link.name))}, a symbolic link in a checkout"
            )
            raise GateError(message, "Change into the folder itself: a change may point a link anywhere.")


def find_root(cwd: Path) -> Path:
    """The repository's root: the nearest folder from ``cwd`` up that holds ``.git``, else ``cwd``."""
    return next((folder for folder in (cwd, *cwd.parents) if (folder / ".git").exists()), cwd)
