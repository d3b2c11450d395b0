"""The surroundings of a command: the working directory, the repository around it, and standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from platform_gate.checking import Keep, check
from platform_gate.cli.options import display
from platform_gate.documents.document import MAX_BYTES
from platform_gate.judging.request import Request
from platform_gate.judging.runner import Executor, in_process
from platform_gate.model import GateError
from platform_gate.reports.outcome import Outcome
from platform_gate.repository.work_tree import WorkTree, find_root


def working_directory() -> Path:
    """The working directory.

    Raises:
        GateError: the working directory was deleted.
    """
    try:
        return Path.cwd()
    except OSError:
        raise GateError("the working directory no longer exists", "Change to another folder.") from None


def current_tree() -> WorkTree:
    """The repository around the working directory."""
    cwd = working_directory()
    return WorkTree(find_root(cwd), cwd, _stdin)


def check_here(request: Request, keep: Keep = Keep.ALL, executor: Executor = in_process) -> Outcome:
    """Run ``check`` in the working directory, and raise as it does."""
    return check(request, cwd=working_directory(), stdin=_stdin, display=display(), keep=keep, executor=executor)


def _stdin() -> bytes:
    """Standard input, at most one byte beyond the size limit of a document."""
    return sys.stdin.buffer.read(MAX_BYTES + 1)
