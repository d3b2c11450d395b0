"""The surroundings of a command: the working directory, the repository around it, and standard input."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from platform_gate.checking import Keep, check
from platform_gate.cli.options import display
from platform_gate.cli.streams import write_error
from platform_gate.documents.document import MAX_BYTES
from platform_gate.judging.request import Request
from platform_gate.judging.runner import Executor, in_process
from platform_gate.model import GateError
from platform_gate.reports.outcome import Outcome
from platform_gate.repository import config, unselected
from platform_gate.repository.opening import open_tree, refuse_link_above
from platform_gate.repository.work_tree import WorkTree


def working_directory() -> Path:
    """The working directory.

    The system knows it without links; the shell's ``PWD`` says how it was reached. That can only lead to a refusal.

    Raises:
        GateError: the working directory was deleted, or was reached by a link in a checkout.
    """
    try:
        cwd = Path.cwd()
    except OSError:
        raise GateError("the working directory no longer exists", "Change to another folder.") from None
    reached = Path(os.environ.get("PWD", ""))
    with contextlib.suppress(OSError, ValueError):
        if reached.is_absolute() and reached.samefile(cwd):
            refuse_link_above(reached)
    return cwd


def current_tree() -> WorkTree:
    """The repository around the working directory."""
    cwd = working_directory()
    tree = open_tree(cwd, _stdin)
    _warn_of_unread(unselected.unread_configuration(tree))
    return tree


def check_here(request: Request, keep: Keep = Keep.ALL, executor: Executor = in_process) -> Outcome:
    """Run ``check`` in the working directory, and raise as it does."""
    cwd = current_tree().cwd
    outcome = check(request, cwd=cwd, stdin=_stdin, display=display(), keep=keep, executor=executor)
    _warn_of_unread(outcome.unread)
    return outcome


def _warn_of_unread(paths: Iterable[str]) -> None:
    for path in paths:
        _warn_of(path)


@cache
def _warn_of(path: str) -> None:
    """Say once that a configuration file does not count: whoever wrote it believes that it does."""
    what = f"note: {path} is not read: configuration counts only at the root of the repository"
    write_error(f"{what}\n  fix: Move it there, as {config.OWN_FILE}, or name its policy with --policy.")


def _stdin() -> bytes:
    """Standard input, at most one byte beyond the size limit of a document."""
    return sys.stdin.buffer.read(MAX_BYTES + 1)
